"""Biometrics DataLOG text exports.

A line for each channel, such as ``Channel 1: 'RF', 6563 values, engineering units: mV, no
filters.``, then tab-separated columns that end where their channel ends. A channel recorded
more slowly is filled up by the program, which says so: ``extrapolated from 50 to 1000 samples
per second`` (its number of values is then the one before). No other rate is in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal
from emgkit.io._text import Rows, decoded, number_table, shortened
from emgkit.notation import number

__all__ = ["load"]

_CHANNEL = re.compile(
    r"Channel \d+: '(?P<name>[^']*)', (?P<count>\d{1,12}) values, engineering units: (?P<unit>[^,]*?)[,.](?P<rest>.*)"
)
_FILLED = re.compile(r"extrapolated from (?P<recorded>\d+(?:\.\d+)?) to (?P<rate>\d+(?:\.\d+)?) samples per second")


@dataclass(frozen=True, kw_only=True)
class _Header:
    name: str
    unit: str | None
    count: int
    rate: float | None
    recorded: float | None

    @property
    def expected(self) -> int:
        """Number of rows the channel fills."""
        return self.count if self.rate is None or not self.recorded else round(self.count * self.rate / self.recorded)


def load(path: Path) -> FileContent:
    """What a DataLOG export says.

    Raises
    ------
    FormatError
        The file is cut off, or a cell is not a number.
    """
    lines = decoded(path).split("\n")
    headers, first = _headers(lines, where=str(path))
    rows = lines[first:]
    while rows and not rows[-1].strip():
        rows.pop()
    if not rows:
        raise FormatError("The file holds no values", where=str(path), got="a header alone")
    names = [header.name for header in headers]
    body = "\n".join(rows)
    table = number_table(Rows(body=body, sep="\t", decimal=".", names=names, first_row=first + 1, where=str(path)))
    columns = [
        _column(table[:, index], header, where=str(path), body=body, first_row=first + 1)
        for index, header in enumerate(headers)
    ]
    signals = tuple(
        Signal(label=header.name, values=values, unit=header.unit, sfreq=header.rate)
        for header, values in zip(headers, columns, strict=True)
    )
    filled = [header for header in headers if header.rate is not None and header.rate != header.recorded]
    notices = tuple(
        Notice(
            code="upsampled",
            text=f"{header.name} was recorded at {number(header.recorded or 0)} Hz and filled up to "
            f"{number(header.rate or 0)} Hz by the program that exported it.",
        )
        for header in filled
    )
    return FileContent(signals=signals, notices=notices, likely_sfreq=_likely(headers))


def _headers(lines: list[str], *, where: str) -> tuple[list[_Header], int]:
    """The channels, and the index of the first line of numbers."""
    headers = []
    for index, line in enumerate(lines):
        found = _CHANNEL.fullmatch(line.strip())
        if found:
            filled = _FILLED.search(found["rest"])
            headers.append(
                _Header(
                    name=found["name"].strip(),
                    unit=found["unit"].strip() or None,
                    count=int(found["count"]),
                    rate=float(filled["rate"]) if filled else None,
                    recorded=float(filled["recorded"]) if filled else None,
                )
            )
        elif line.startswith("Channel "):
            raise FormatError(
                "A channel line of the DataLOG header is damaged",
                where=f"{where}, row {index + 1}",
                allowed="Channel 1: 'RF', 6563 values, engineering units: mV, no filters.",
                got=repr(line),
            )
        elif headers and line.strip():
            return headers, index
    if not headers:
        raise FormatError("The file has no DataLOG header", where=where, allowed="lines that begin with 'Channel 1: …'")
    return headers, len(lines)


def _column(
    values: NDArray[np.float64], header: _Header, *, where: str, body: str, first_row: int
) -> NDArray[np.float64]:
    """The values of a channel, up to the row where it ends."""
    empty = ~np.isfinite(values)
    length = values.size - int(np.argmin(empty[::-1])) if not empty.all() else 0
    inside = np.flatnonzero(empty[:length])
    if inside.size:
        raise FormatError(
            "A cell is empty",
            where=f"{where}, row {first_row + int(inside[0])}, column {header.name!r}",
            allowed="a number in every row up to the end of the channel",
            got=repr(body.split("\n")[int(inside[0])]),
        )
    if length != header.expected:
        raise FormatError(
            "The file is cut off" if length < header.expected else "The file is longer than its header says",
            where=f"{where}, channel {header.name!r}",
            allowed=f"{header.expected} values, as its header says",
            got=f"{length} values",
            hint="Export the file again",
        )
    return values[:length]


def _likely(headers: list[_Header]) -> tuple[float, Notice] | None:
    """The one rate the file states for some of its channels, for those of which it states none."""
    stated = {header.rate for header in headers if header.rate is not None}
    silent = [header.name for header in headers if header.rate is None]
    if len(stated) != 1 or not silent:
        return None
    rate = stated.pop()
    text = (
        f"The file gives no rate for {shortened(silent)}; {number(rate)} Hz was taken, to which its other channels "
        f"were filled up. Say sfreq={number(rate)} if that is right."
    )
    return rate, Notice(code="rate-likely", text=text)
