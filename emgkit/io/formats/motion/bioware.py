"""Kistler BioWare text exports: force plates, a row a sample below a header of tab-separated rows."""

from __future__ import annotations

import math
from pathlib import Path

from emgkit.errors import FileError, FormatError
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._numbers import check_last_cell
from emgkit.io._text import Rows, complete_table, decoded
from emgkit.io._time_axis import time_axis
from emgkit.io.formats.motion.described import known_unit, plate_kind, without_unit_notice
from emgkit.notation import number

__all__ = ["load"]

# the names of the columns stand below a header of so many rows at most
_LONGEST_HEADER = 100


def load(path: Path) -> FileContent:
    """What a BioWare export says.

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
    head = next((at for at, line in enumerate(lines[:_LONGEST_HEADER]) if line.lower().startswith("abs time")), None)
    if head is None or head + 2 >= len(lines):
        raise FormatError(
            "The BioWare header is cut off or damaged", where=f"{where}, row {min(len(lines), _LONGEST_HEADER)}",
            allowed="a row that begins with 'abs time', a row of units, and rows of numbers", got=repr(lines[-1][:60]),
        )  # fmt: skip
    names, units, n_rows = _columns(lines[head], lines[head + 1])
    first = head + n_rows
    rows = [line.rstrip("\t") for line in lines[first:]]
    while rows and not rows[-1].strip():
        rows.pop()
    labels = numbered(names[1:])
    body = "\n".join(rows)
    cells = Rows(
        body=body, sep="\t", decimal="," if "," in body and "." not in body else ".", names=["abs time", *labels],
        first_row=first + 1, where=where, open_end=not text.endswith("\n"),
    )  # fmt: skip
    check_last_cell(cells)
    table = complete_table(cells)
    _check_count(lines[:head], len(rows), row=first + len(rows), where=where)
    axis = time_axis(table[:, 0], "s", where=where, first_row=first + 1)
    rate = _rate(lines[:head], axis.sfreq, where=where)
    known = [known_unit(text) for text in units[1:]]
    signals = tuple(
        Signal(
            label=label, values=table[:, column], unit=unit or "n/a", sfreq=rate, start=axis.start,
            kind=plate_kind(unit), unit_source="header" if unit else "heuristic",
        )
        for column, (label, unit) in enumerate(zip(labels, known, strict=True), start=1)
    )  # fmt: skip
    bare = [(label, text) for label, unit, text in zip(labels, known, units[1:], strict=True) if unit is None]
    return FileContent(signals=signals, notices=(*axis.notices, *without_unit_notice(bare)))


def _columns(names: str, units: str) -> tuple[list[str], list[str], int]:
    """Names and units of the columns, and how many rows they take; older versions write ``Fz (N)`` in one row."""
    cells = [cell.strip() for cell in names.rstrip("\t").split("\t")]
    below = [cell.strip() for cell in units.rstrip("\t").split("\t")]
    if below[0] == "s":
        return cells, [*below, *[""] * len(cells)][: len(cells)], 2
    parts = [cell.removesuffix(")").partition(" (") for cell in cells]
    return [name.strip() for name, _, _ in parts], [unit for _, _, unit in parts], 1


def _header_numbers(lines: list[str], name: str) -> list[float]:
    """The numbers of a row of the header, a channel each; empty where there is no such row."""
    for line in lines:
        if line.startswith(name):
            cells = [cell.strip().replace(",", ".") for cell in line.split("\t")[1:] if cell.strip()]
            try:
                return [float(cell) for cell in cells]
            except ValueError:
                return []
    return []


def _check_count(header: list[str], n_rows: int, *, row: int, where: str) -> None:
    counts = _header_numbers(header, "Samples (#)")
    if counts and n_rows != max(counts):
        raise FormatError(
            "The file is cut off" if n_rows < max(counts) else "The file is longer than its header says",
            where=f"{where}, row {row}", allowed=f"{number(max(counts))} rows, as 'Samples (#)' says",
            got=f"{n_rows} rows", hint="Copy or export the file again",
        )  # fmt: skip


def _rate(header: list[str], by_times: float, *, where: str) -> float:
    """The rate of the header; the times must agree with it."""
    rates = [rate for rate in _header_numbers(header, "Rate (Hz)") if math.isfinite(rate) and rate > 0]
    if not rates:
        return by_times
    if max(abs(rate / by_times - 1) for rate in rates) > 1e-3:
        raise FormatError(
            "The column of times contradicts the header", where=where,
            allowed=f"{number(rates[0])} Hz, as 'Rate (Hz)' says", got=f"{number(by_times)} Hz",
        )  # fmt: skip
    return rates[0]
