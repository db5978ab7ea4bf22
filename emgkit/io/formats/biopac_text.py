"""Text exports of BIOPAC AcqKnowledge.

A line with the name of the recording, the interval (``1 msec/sample``) and the number of channels, two lines a channel
(label and unit), a line of column names and, in some versions, a line with the number of samples of each channel; then
one row a sample, comma- or tab-separated, with a separator at its end. A column of times may come first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import NUMBER, Rows, complete_table, decoded
from emgkit.notation import counted, number
from emgkit.units import as_unit

__all__ = ["load"]

_INTERVAL = re.compile(
    r"(?P<value>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>m?sec|min|hz|samples/sec(?:ond)?)(?:/sample)?", re.IGNORECASE
)
_CHANNELS = re.compile(r"(\d{1,9}) channels?", re.IGNORECASE)
_SECONDS = {"msec": 1e-3, "sec": 1.0, "min": 60.0}
# inputs of other devices, which AcqKnowledge stores in volts as it does the amplifiers'
_CODES = re.compile(r"digital|marker|stim|trig", re.IGNORECASE)
_MOST_CHANNELS = 1000


@dataclass(frozen=True, kw_only=True)
class _Header:
    """What stands above the rows: rate, labels and units, columns, samples that are announced, first row of numbers."""

    sfreq: float
    labels: tuple[str, ...]
    units: tuple[str, ...]
    columns: int
    announced: int | None
    first: int
    sep: str


def load(path: Path) -> FileContent:
    """What an AcqKnowledge text export says.

    Raises
    ------
    FormatError
        The header is damaged, or a cell is not a number.
    """
    where = str(path)
    lines = decoded(path).split("\n")
    header = _header(lines, where=where)
    rows = [line.rstrip(f"{header.sep} ") for line in lines[header.first :]]
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise FormatError("The file holds no values", where=where, got="a header alone")
    names = numbered([*(["time"] * (header.columns - len(header.labels))), *header.labels])
    table = complete_table(
        Rows(body="\n".join(rows), sep=header.sep, decimal=".", names=names, first_row=header.first + 1, where=where)
    )
    notices = []
    if header.announced is not None and header.announced != len(table):
        text = (
            f"The header announces {counted(header.announced, 'sample')} a channel, and the file holds {len(table)}: "
            "it was cut, or a part of the recording was exported. What it holds is read."
        )
        notices.append(Notice(code="length-by-size", text=text))
    signals = tuple(
        Signal(
            label=label,
            values=np.ascontiguousarray(table[:, header.columns - len(header.labels) + place]),
            unit="n/a" if _CODES.search(label) else as_unit(unit) or unit or None,
            kind="TRIG" if _CODES.search(label) else None,
            sfreq=header.sfreq,
        )
        for place, (label, unit) in enumerate(zip(numbered(header.labels), header.units, strict=True))
    )
    doubled = [label for label in dict.fromkeys(header.labels) if header.labels.count(label) > 1]
    if doubled:
        text = f"Several channels have the label {', '.join(map(repr, doubled))}; each has its position behind it here."
        notices.append(Notice(code="label-numbered", text=text))
    return FileContent(signals=signals, notices=tuple(notices))


def _header(lines: list[str], *, where: str) -> _Header:
    """The header, whatever line it begins in."""
    at = next((i for i, line in enumerate(lines[:10]) if _INTERVAL.fullmatch(line.strip())), None)
    count = None if at is None else _CHANNELS.fullmatch(lines[at + 1].strip() if at + 1 < len(lines) else "")
    interval = None if at is None else _INTERVAL.fullmatch(lines[at].strip())
    if at is None or count is None or interval is None or not 1 <= int(count[1]) <= _MOST_CHANNELS:
        raise FormatError(
            "The header of the AcqKnowledge text cannot be read",
            where=where,
            allowed="a line such as '1 msec/sample', and one such as '8 channels' below it",
        )
    n, names = int(count[1]), lines[at + 2 :]
    labels, units = ([one.strip() for one in names[first : 2 * n : 2]] for first in (0, 1))
    below = at + 2 + 2 * n
    sep = "\t" if "\t" in "".join(lines[below : below + 2]) else ","
    titles = _cells(lines[below] if below < len(lines) else "", sep)
    if len(labels) != n or len(units) != n or len(titles) not in (n, n + 1):
        raise FormatError(
            "The header of the AcqKnowledge text does not fit its columns",
            where=f"{where}, row {below + 1}",
            allowed=f"{counted(n, 'column')}, as the header says, or one more with the times",
            got=counted(len(titles), "column"),
        )
    first, announced = below + 1, None
    if NUMBER.fullmatch(titles[0]):
        first = below  # no line of column names
    else:
        counts = _cells(lines[first] if first < len(lines) else "", sep)
        # the numbers of samples are alike, whole and large; a row of signals is not
        whole = all(cell.isdigit() for cell in counts)
        if whole and len(counts) in (n, n + 1) and len(set(counts[-n:])) == 1 and int(counts[-1][:12]) > n:
            first, announced = first + 1, int(counts[-1][:12])
    return _Header(
        sfreq=_rate(interval, where=where),
        labels=tuple(labels),
        units=tuple(units),
        columns=len(titles),
        announced=announced,
        first=first,
        sep=sep,
    )


def _cells(line: str, sep: str) -> list[str]:
    """The cells of a line that ends in a separator."""
    return [cell.strip() for cell in line.rstrip(f"{sep} ").split(sep)]


def _rate(interval: re.Match[str], *, where: str) -> float:
    """The rate (Hz) of an interval."""
    try:
        value = float(interval["value"])
        unit = interval["unit"].lower()
        rate = 1 / (value * _SECONDS[unit]) if unit in _SECONDS else value
    except (ValueError, ZeroDivisionError):
        rate = np.nan
    if not 0.1 <= rate <= 1e6:
        raise FormatError(
            "This cannot be the interval between samples",
            where=where,
            allowed="a rate of 0.1 Hz to 1 MHz",
            got=f"{interval[0]!r}" + (f", {number(rate)} Hz" if np.isfinite(rate) else ""),
        )
    return float(f"{rate:.12g}")
