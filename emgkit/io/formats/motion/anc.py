"""Motion Analysis ANC: the analogue text files of EVaRT and Cortex.

A header of tab-separated ``key: value`` pairs, the rows Name, Rate and Range, then a row a sample: its time, and the
number of each channel as the converter gave it. With ``Range`` in mV on either side of 0, the voltage is
``number * Range / 2**(BitDepth - 1) / 1000``; a unipolar converter has ``2**BitDepth`` numbers above 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emgkit.errors import FileError, FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import Rows, complete_table, decoded, shortened
from emgkit.io._time_axis import time_axis
from emgkit.io.formats.motion.described import is_plate_voltage
from emgkit.notation import number

__all__ = ["load"]

# the first generation of the format does not say its bits
_USUAL_BITS = 12


@dataclass(frozen=True, kw_only=True)
class _Header:
    """The channels' names, ranges (V) and rate (Hz), number of bits, whether signed, seconds, and the first row."""

    names: tuple[str, ...]
    ranges: tuple[float, ...]
    rate: float
    bits: int | None
    is_bipolar: bool
    duration: float | None
    first: int


def load(path: Path) -> FileContent:
    """What an ANC file says, in volts.

    Raises
    ------
    FileError
        The file is empty.
    FormatError
        The header is damaged, the file is cut off, or a cell is not a number.
    """
    where = str(path)
    if not path.stat().st_size:
        raise FileError("The file is empty", where=where, got="0 bytes")
    text = decoded(path)
    lines = text.split("\n")
    header = _header(lines, where=where)
    rows = [line.rstrip("\t") for line in lines[header.first :]]
    while rows and not rows[-1].strip():
        rows.pop()
    _check_length(len(rows), header, where=where)
    if not text.endswith("\n") and not lines[-1].endswith("\t") and lines[header.first].endswith("\t"):
        raise FormatError(
            "The last row of the ANC file is cut off", where=f"{where}, row {len(lines)}",
            allowed="a tab behind its last number, as in all others", got=repr(lines[-1][-60:]),
            hint="Copy or export the file again",
        )  # fmt: skip
    labels = numbered(header.names)
    cells = Rows(
        body="\n".join(rows), sep="\t", decimal=".", names=["time", *labels], first_row=header.first + 1,
        where=where, open_end=not text.endswith("\n"),
    )  # fmt: skip
    table = complete_table(cells)
    start = float(table[0, 0])
    if len(rows) > 1:
        start = _start(table[:, 0], header, where=where)
    bits, notices = _bits(table[:, 1:], header)
    steps = 2 ** (bits - 1) if header.is_bipolar else 2**bits
    signals = tuple(
        Signal(
            label=label, values=table[:, column] * (span / steps), unit="V", sfreq=header.rate, start=start,
            kind="MISC" if is_plate_voltage(label) else None,
            kind_source="heuristic" if is_plate_voltage(label) else "header",
        )
        for column, (label, span) in enumerate(zip(labels, header.ranges, strict=True), start=1)
    )  # fmt: skip
    dead = [label for label, span in zip(labels, header.ranges, strict=True) if not span]
    if dead:
        text = f"All values of {shortened(dead)} are 0, since the file gives the range 0."
        notices = (*notices, Notice(code="scale-zero", text=text))
    return FileContent(signals=signals, notices=notices)


def _header(lines: list[str], *, where: str) -> _Header:
    pairs: dict[str, str] = {}
    rows: dict[str, tuple[int, list[str]]] = {}
    for place, line in enumerate(lines[:200]):
        cells = line.split("\t")
        if cells[0].strip() in ("Name", "Rate", "Range"):
            rows[cells[0].strip()] = (place, [cell.strip() for cell in cells[1:]])
            if "Range" in rows:
                break
        for at, cell in enumerate(cells):
            if cell.endswith(":") and at + 1 < len(cells):
                key = cell[:-1] if "(" in cell else cell[:-1].rpartition(":")[2]
                pairs[key.strip().lower()] = next((one.strip() for one in cells[at + 1 :] if one), "")
    lacking = [name for name in ("Name", "Rate", "Range") if name not in rows]
    if lacking:
        raise FormatError(
            "The header of the ANC file is cut off or damaged", where=f"{where}, row {min(len(lines), 200)}",
            allowed="the rows Name, Rate and Range above the numbers", got=f"no row {' and '.join(lacking)}",
        )  # fmt: skip
    count = _whole(pairs.get("#channels", ""), "#Channels", where=where)
    names, rates, ranges = (rows[name][1] for name in ("Name", "Rate", "Range"))
    if count is None:
        count = len(lines[rows["Range"][0]].rstrip().split("\t")) - 1
    if not 0 < count <= min(len(names), len(rates), len(ranges)):
        raise FormatError(
            "The header of the ANC file contradicts itself", where=f"{where}, rows {rows['Name'][0] + 1} and below",
            allowed=f"{count} names, rates and ranges, as #Channels says",
            got=f"{len(names)} names, {len(rates)} rates and {len(ranges)} ranges",
        )  # fmt: skip
    rate = _positive(pairs.get("preciserate", "") or rates[0], "PreciseRate", where=where)
    return _Header(
        names=tuple(names[:count]),
        ranges=tuple(_range(cell, row=rows["Range"][0] + 1, where=where) / 1000 for cell in ranges[:count]),
        rate=rate,
        bits=_whole(pairs.get("bitdepth", ""), "BitDepth", where=where),
        is_bipolar=pairs.get("polarity", "bipolar").lower() != "unipolar",
        duration=_positive(pairs["duration(sec.)"], "Duration(Sec.)", where=where)
        if pairs.get("duration(sec.)")
        else None,
        first=rows["Range"][0] + 1,
    )


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and "_" not in text else math.nan


def _positive(text: str, name: str, *, where: str) -> float:
    value = _number(text)
    # 1e9 Hz and s are beyond any recording
    if not 0 < value < 1e9:
        raise FormatError(
            f"{name} of the ANC file is no such number", where=where, allowed="a number above 0", got=repr(text[:60])
        )
    return value


def _range(text: str, *, row: int, where: str) -> float:
    value = _number(text)
    if not 0 <= value < 1e9:
        raise FormatError(
            "The range of a channel is no such number", where=f"{where}, row {row}", allowed="millivolts",
            got=repr(text[:60]),
        )  # fmt: skip
    return value


def _whole(text: str, name: str, *, where: str) -> int | None:
    if not text:
        return None
    most = 32 if name == "BitDepth" else 10_000
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= most):
        raise FormatError(
            f"{name} of the ANC file is no such number", where=where, allowed=f"a whole number from 1 to {most}",
            got=repr(text[:60]),
        )  # fmt: skip
    return int(text)


def _check_length(n_rows: int, header: _Header, *, where: str) -> None:
    """Refuse a file with fewer rows than its duration takes; with or without one at the very end."""
    expected = 1 if header.duration is None else max(1, math.floor(header.duration * header.rate + 0.5))
    if n_rows < expected:
        raise FormatError(
            "The ANC file is cut off", where=f"{where}, row {header.first + n_rows}",
            allowed=f"{expected} rows of numbers or one more ({number(header.duration or 0)} s at "
            f"{number(header.rate)} Hz, as the header says)",
            got=f"{n_rows} rows", hint="Copy or export the file again",
        )  # fmt: skip


def _start(times: np.ndarray, header: _Header, *, where: str) -> float:
    """Second of the first row; refuses times with gaps, or of another rate than the header's."""
    axis = time_axis(times, "s", where=where, first_row=header.first + 1)
    if abs(axis.sfreq / header.rate - 1) > max(1e-4, 2e-6 / float(times[-1] - times[0])):
        raise FormatError(
            "The column of times contradicts the header", where=where,
            allowed=f"{number(header.rate)} Hz, as PreciseRate or Rate says", got=f"{number(axis.sfreq)} Hz",
        )  # fmt: skip
    return axis.start


def _bits(numbers: np.ndarray, header: _Header) -> tuple[int, tuple[Notice, ...]]:
    """Number of bits of the converter, with a notice where the file does not say it or the numbers exceed it."""
    largest = float(np.abs(numbers).max(initial=0.0))
    sign = 1 if header.is_bipolar else 0
    if header.bits is None:
        bits = _USUAL_BITS if largest <= 2 ** (_USUAL_BITS - sign) else 16
        text = f"The file does not say how many bits its converter has; {bits} were taken."
        return bits, (Notice(code="bits-likely", text=text),)
    if largest > 2 ** (header.bits - sign):
        text = f"Numbers up to {number(largest)} are more than the {header.bits} bits of the header can hold."
        return header.bits, (Notice(code="beyond-range", text=text),)
    return header.bits, ()
