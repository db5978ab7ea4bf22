"""Delimited text: one column a channel, with or without a header and a column of times.

The separator is read off the first row of numbers: a tab or a semicolon goes before a comma, so
that a decimal comma is not taken for a separator. What can be read in two ways is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice, UnitError
from emgkit.io._assembly import FileContent, Signal
from emgkit.io._text import NUMBER, SPACES, decoded, first_bad_cell, number_table, shortened, split
from emgkit.notation import number
from emgkit.units import UNITS

__all__ = ["load"]

_TIME_NAMES = {
    "time", "times", "t", "zeit", "temps", "tiempo", "tempo", "tijd", "timestamp", "x", "sec", "seconds", "segundos",
}  # fmt: skip
_BRACKET = re.compile(r"^(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]\s*$")
_SUFFIX = re.compile(r"^(?P<name>.+)_(?P<unit>V|mV|uV|µV|μV|nV|deg)$")
_SECOND = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
# a sampling interval up to this is one in seconds (50 Hz and more), up to 20 one in milliseconds
_LONGEST_STEP = 0.02
_TRIGNO_FRAME = 0.0135


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How the text is laid out: names (None without a header), separators, where the numbers begin."""

    names: list[str] | None
    sep: str
    decimal: str
    body: str
    first_row: int


def load(path: Path) -> FileContent:
    """What a delimited text says: units in brackets or behind an underscore, the rate from a column of times.

    Raises
    ------
    FormatError
        A row is cut off, a cell is empty or no number, the separators are ambiguous, or the times
        are not evenly spaced.
    """
    where = str(path)
    layout = _layout(decoded(path), where=where)
    width = len(split(layout.body.partition("\n")[0], layout.sep))
    names = layout.names or [f"ch{index + 1}" for index in range(width)]
    body, names = _without_edge(layout, names, width)
    numbers = number_table(
        body, sep=layout.sep, decimal=layout.decimal, names=names, first_row=layout.first_row, where=where
    )
    if not np.isfinite(numbers.sum()):
        bad = first_bad_cell(
            body, sep=layout.sep, decimal=layout.decimal, names=names, first_row=layout.first_row, where=where
        )
        raise bad or FormatError("A cell is no finite number", where=where)
    if layout.names is None:
        _refuse_a_ramp(numbers[:, 0], where=where)
    parts = [_name_and_unit(name) for name in names]
    clock = _time_column(names, parts, where=where) if layout.names else None
    sfreq: float | None = None
    start: float = 0.0
    notices: tuple[Notice, ...] = ()
    if clock is not None:
        sfreq, start, notices = _rate(numbers[:, clock], parts[clock][1], where=where, first_row=layout.first_row)
    signals = tuple(
        Signal(label=label, name=name, values=numbers[:, index], unit=unit, sfreq=sfreq, start=start)
        for index, (label, (name, unit)) in enumerate(zip(names, parts, strict=True))
        if index != clock
    )
    return FileContent(signals=signals, notices=notices)


def _refuse_a_ramp(first: NDArray[np.float64], *, where: str) -> None:
    """Refuse a column of times or counts that no header names: it would pass for a signal."""
    steps = np.diff(first)
    if steps.size < 2 or steps[0] <= 0 or not np.allclose(steps, steps[0], rtol=0.01, atol=1e-12):
        return
    raise FormatError(
        "The first column rises evenly, like times or a count, and the file has no header that says so",
        where=where,
        got=f"{first[0]:g}, {first[1]:g}, {first[2]:g} …",
        hint="Add a header row, such as time,VL (mV),BF (mV), or cut the column",
    )


def _layout(text: str, *, where: str) -> _Layout:
    lines = text.split("\n", 60)
    stated, header = None, None
    for row, line in enumerate(lines[:60]):  # noqa: B007  # the loop looks for this row
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if header is None and re.fullmatch(r'"?sep=.{1,2}"?', line.strip("\n")):
            stated = line.strip('"')[4:].replace("\\t", "\t")
        elif header is None and not _is_numeric(line):
            header = line
        else:
            break
    else:
        raise FormatError(
            "The file holds no row of numbers",
            where=where,
            allowed="a header and rows of numbers",
            got=repr(text[:60]),
        )
    body = "\n".join(lines[row:]).rstrip("\n \t;,")
    # what was cut off the last row was an empty line, or cells that are missing: those are put back
    tail = "\n".join(lines[row:])[len(body) :].partition("\n")[0]
    body, first = body + tail, lines[row]
    sep = stated or next((sign for sign in "\t;," if sign in first), SPACES if len(first.split()) > 1 else ",")
    names = split(header, sep) if header is not None else None
    if names is not None and not _is_numeric(first) and len(split(first, sep)) != len(names):
        raise FormatError(
            "The row below the header is no row of numbers",
            where=f"{where}, row {row + 1}", allowed="one header row, then numbers", got=repr(first[:60]),
            hint="If this is the export of a program that emgkit does not know, cut it down to one header row",
        )  # fmt: skip
    decimal = _decimal(body, first, sep, names, where=where)
    return _Layout(names=names, sep=sep, decimal=decimal, body=body, first_row=row + 1)


def _is_numeric(line: str) -> bool:
    tokens = [token for token in re.split(r'[;,\t\s"]+', line) if token]
    return bool(tokens) and all(NUMBER.fullmatch(token) or token.lower() == "nan" for token in tokens)


def _decimal(body: str, first: str, sep: str, names: list[str] | None, *, where: str) -> str:
    """The sign in numbers; refused where it is not certain."""
    comma = "," in body if sep != "," else '"' in first and any("," in cell for cell in split(first, sep))
    if comma and "." in body:
        raise FormatError(
            "Numbers hold both a comma and a point", where=where, allowed="one decimal sign and no thousands separator",
            got=repr(first[:60]), hint="Export the file without thousands separators",
        )  # fmt: skip
    if sep == "," and not comma and "." not in body:
        cells = split(first, sep)
        if (names is not None and len(cells) == 2 * len(names)) or any(re.fullmatch(r"-?0\d+", cell) for cell in cells):
            raise FormatError(
                "The comma could be the separator or the decimal sign", where=where,
                allowed="another separator, or a decimal point", got=repr(first[:60]),
                hint="Export the file with semicolons or tabs between the columns",
            )  # fmt: skip
    return "," if comma else "."


def _without_edge(layout: _Layout, names: list[str], width: int) -> tuple[str, list[str]]:
    """The rows without the separator that some programs put behind the last cell of every row."""
    rows = layout.body.split("\n")
    ends = layout.sep != SPACES and width > 1 and all(row.endswith(layout.sep) for row in rows)
    if not ends or (layout.names is not None and len(names) == width and names[-1]):
        return layout.body, names
    return "\n".join(row[:-1] for row in rows), names[: width - 1]


def _name_and_unit(label: str) -> tuple[str, str | None]:
    """Name and unit of a column: ``VL (mV)``, ``VL [mV]`` and ``VL_mV`` are VL in mV."""
    found = _BRACKET.match(label)
    if found and (found["unit"].strip() in UNITS or found["unit"].strip() in _SECOND):
        return found["name"].strip() or label, found["unit"].strip()
    found = _SUFFIX.match(label)
    return (found["name"], found["unit"]) if found else (label, None)


def _time_column(names: list[str], parts: list[tuple[str, str | None]], *, where: str) -> int | None:
    clocks = [
        index
        for index, (name, unit) in enumerate(parts)
        if name.lower() in _TIME_NAMES and (unit in _SECOND or (unit is None and name.lower() != "x"))
    ]
    if len(clocks) > 1:
        raise FormatError(
            "The file has more than one column of times", where=where, allowed="one column of times for all channels",
            got=shortened(names[index] for index in clocks), hint="Export one time column, or one file for each rate",
        )  # fmt: skip
    return clocks[0] if clocks else None


def _rate(
    times: NDArray[np.float64], unit: str | None, *, where: str, first_row: int
) -> tuple[float, float, tuple[Notice, ...]]:
    """Rate (Hz) and start (s) from a column of times, which must be evenly spaced."""
    if times.size < 2:
        raise FormatError("One row gives no sampling rate", where=where, allowed="at least two rows", got="1 row")
    step = float(times[-1] - times[0]) / (times.size - 1)
    steps = np.diff(times)
    # one sample missing moves the times by at least half a step away from a straight line
    away = np.abs(times - times[0] - step * np.arange(times.size)).max()
    if step <= 0 or away > 0.45 * step or (steps < 0).any():
        usual = float(np.median(steps))
        row = int(np.argmax(np.abs(steps - usual)))
        raise FormatError(
            "The times are not evenly spaced",
            where=f"{where}, row {first_row + row + 1}",
            allowed=f"steps of {number(usual)}, as in most rows" if usual > 0 else "times that go on",
            got=f"{number(float(times[row]))} and then {number(float(times[row + 1]))}",
            hint="Samples are missing or doubled, or the times are printed with too few digits; export the file again",
        )
    resolution = _resolution(times)
    notices: tuple[Notice, ...] = ()
    if unit is None:
        unit = "s" if step <= _LONGEST_STEP else "ms" if step <= 1000 * _LONGEST_STEP else None
        if unit is None:
            raise UnitError(
                "The unit of the times is not known", where=where, allowed="'time (s)' or 'time (ms)' in the header",
                got=f"steps of {number(step)}",
            )  # fmt: skip
        text = f"The times have no unit; their steps of {number(step)} were taken for {unit}."
        notices = (Notice(code="time-unit-likely", text=text),)
    factor = _SECOND[unit]
    return _rounded(1 / (step * factor), resolution / float(times[-1] - times[0])), float(times[0]) * factor, notices


def _resolution(times: NDArray[np.float64]) -> float:
    """The last decimal the times are printed with."""
    sample = times[:: max(1, times.size // 1000)]
    for decimals in range(10):
        scaled = sample * 10.0**decimals
        if np.allclose(scaled, np.rint(scaled), rtol=0, atol=1e-4):
            return float(10.0**-decimals)
    return 0.0


def _rounded(rate: float, tolerance: float) -> float:
    """The whole rate or the Trigno rate next to it, if the printed decimals of the times allow it."""
    allowed = max(1e-9, min(tolerance, 1e-4)) * rate
    candidates = [float(round(rate)), round(rate * _TRIGNO_FRAME) / _TRIGNO_FRAME]
    nearest = min(candidates, key=lambda candidate: abs(candidate - rate))
    return nearest if abs(nearest - rate) <= allowed and nearest > 0 else rate
