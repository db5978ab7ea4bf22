"""Delimited text: one column a channel, with or without a header and a column of times.

What stands above the rows of numbers, what their digits show, and what a column of times gives are
in `_preamble`, `_numbers` and `_time_axis`. What can be read in two ways is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import SAME_RATE, FileContent, Signal
from emgkit.io._kinds import kind_of
from emgkit.io._long_text import Span, long_text
from emgkit.io._numbers import (
    check_last_cell,
    check_thousands,
    counter_jump,
    counts_by_one,
    decimal_sign,
    offset_notice,
    without_thousands,
)
from emgkit.io._preamble import (
    MOST_LINES,
    Table,
    check_header,
    find_table,
    find_table_in,
    name_and_unit,
    stated_rate,
)
from emgkit.io._text import SPACES, Rows, decoded, first_bad_cell, number_table, shortened
from emgkit.io._time_axis import TimeAxis, clocks_to_microseconds, is_second, time_axis, time_column
from emgkit.notation import number

__all__ = ["content_of", "load"]


# units of what is counted
_COUNTED = ("#", "n", "no", "n/a", "count", "counts", "sample", "samples", "frame", "frames")


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """The columns as read: label, name, unit and numbers of each; the position of the times, and what they are."""

    labels: list[str]
    parts: list[tuple[str, str | None]]
    numbers: NDArray[np.float64]
    clock: int | None
    dates: list[int]
    first_row: int
    by_clock: bool
    notices: tuple[Notice, ...]


def load(path: Path, *, thousands: str | None = None) -> FileContent:
    """What a delimited text says: units from header or row of units, the rate from a column of times.

    Parameters
    ----------
    path : Path
        The file.
    thousands : str, optional
        The sign that separates thousands in its numbers; ``""`` where there is none.

    Raises
    ------
    FormatError
        A row is cut off, a cell is empty or no number, the separators are ambiguous, or the times
        are not evenly spaced.
    """
    where, long = str(path), long_text(path, lines=MOST_LINES + 1) if thousands is None else None
    table = find_table_in(long, where=where) if long else None
    if long is None or table is None:
        text = decoded(path)
        return content_of(find_table(text, where=where), thousands=thousands, open_end=_is_open(text), where=where)
    return content_of(table, thousands=None, open_end=_is_open(long.end), where=where)


def _is_open(text: str) -> bool:
    """Whether a text ends without a line break, so that its last row may be cut off."""
    return not text.rstrip(" \t").endswith("\n")


@np.errstate(over="ignore", invalid="ignore")
def content_of(table: Table, *, thousands: str | None, open_end: bool, where: str) -> FileContent:
    """What a table of text says; see :func:`load`.

    Parameters
    ----------
    table : Table
        The table.
    thousands : str, optional
        The sign that separates thousands in its numbers; ``""`` where there is none.
    open_end : bool
        Whether the last row may be cut off.
    where : str
        The file, for messages.

    Raises
    ------
    FormatError
        As for :func:`load`.
    """
    rate = stated_rate(table)
    columns = _columns(table, thousands=thousands, open_end=open_end, where=where)
    axis, notices = None, table.notices + columns.notices
    if columns.clock is not None:
        times, unit = columns.numbers[:, columns.clock], columns.parts[columns.clock][1]
        axis = time_axis(times, unit, where=where, first_row=columns.first_row)
        notices += _midnight(axis) if columns.by_clock else ()
        notices += axis.notices + _contradiction(axis, rate)
    signals, counters = _signals(columns, axis, where=where)
    held = [signal for signal in signals if signal.kind is None and kind_of(signal.label, signal.unit) in (None, "EMG")]
    notices += counters + offset_notice([one.label for one in held], [one.samples for one in held])
    return FileContent(signals=signals, notices=notices, stated_sfreq=rate)


def _columns(table: Table, *, thousands: str | None, open_end: bool, where: str) -> _Columns:
    """The columns of a table, with every digit checked."""
    names = table.names or [f"ch{index + 1}" for index in range(table.width)]
    clock, dates = None, list[int]()
    if isinstance(table.body, str):
        body, clock, dates = clocks_to_microseconds(
            table.body, table.sep, names=names, first_row=table.first_row, where=where
        )
        if thousands is not None:
            body = without_thousands(body, table.sep, thousands)
        table = replace(table, body=body)
    decimal = decimal_sign(table, thousands=thousands, where=where)
    trimmed, names = _without_edge(table, names)
    check_header(table, names, table.width - (trimmed is not table.body), where=where)
    rows = Rows(
        body=trimmed, sep=table.sep, decimal=decimal, names=names, first_row=table.first_row, where=where,
        open_end=open_end,
    )  # fmt: skip
    numbers = number_table(rows)
    # the sum of finite samples is finite, and costs one pass without a temporary
    if not np.isfinite(numbers.sum()) and not np.isfinite(numbers).all():
        raise first_bad_cell(rows) or FormatError("A cell is not a finite number", where=where)
    check_last_cell(rows)
    notices = check_thousands(rows, numbers) if thousands is None else ()
    if table.names is None and clock != 0 and 0 not in dates:
        _refuse_a_ramp(numbers[:, 0], where=where)
    parts = _parts(names, table.units, where=f"{where}, row {table.header_row}")
    by_clock = clock is not None
    if clock is not None:
        parts[clock] = (parts[clock][0], "us")
    elif table.names is not None:
        clock = time_column(names, parts, where=where)
    return _Columns(
        labels=names, parts=parts, numbers=numbers, clock=clock, dates=dates, first_row=rows.first_row,
        by_clock=by_clock, notices=notices,
    )  # fmt: skip


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


def _without_edge(table: Table, names: list[str]) -> tuple[str | Span, list[str]]:
    """The rows without the separator that some programs put behind the last cell of every row."""
    if (
        not isinstance(table.body, str)
        or table.sep == SPACES
        or table.width == 1
        or not table.first.endswith(table.sep)
    ):
        return table.body, names
    rows = table.body.split("\n")
    if not all(row.endswith(table.sep) for row in rows) or (
        table.names is not None and len(names) == table.width and names[-1]
    ):
        return table.body, names
    return "\n".join(row[:-1] for row in rows), names[: table.width - 1]


def _parts(names: Sequence[str], units: Sequence[str], *, where: str) -> list[tuple[str, str | None]]:
    """Name and unit of each column, from its heading and from the row of units.

    Raises
    ------
    FormatError
        The two disagree.
    """
    parts = [name_and_unit(name) for name in names]
    for index, unit in enumerate(units[: len(names)]):
        name, own = parts[index]
        given = name_and_unit(f"x ({unit})")[1] if unit.strip("-–") else None
        if given is not None and own is not None and given != own:
            raise FormatError(
                "Header and row of units disagree", where=where, allowed=f"one unit for {names[index]!r}",
                got=f"{own!r} and {given!r}",
            )  # fmt: skip
        parts[index] = (name, own or given)
    return parts


def _midnight(axis: TimeAxis) -> tuple[Notice, ...]:
    if axis.start == 0:
        return ()
    text = f"The times are clock times: the recording starts at {number(axis.start)} s, counted from midnight."
    return (Notice(code="clock-times", text=text),)


def _contradiction(axis: TimeAxis, rate: tuple[float, str] | None) -> tuple[Notice, ...]:
    if rate is None or abs(rate[0] / axis.sfreq - 1) <= SAME_RATE:
        return ()
    text = f"The times give {number(axis.sfreq)} Hz, which was taken, though {rate[1]}, says {number(rate[0])} Hz."
    return (Notice(code="rate-contradiction", text=text),)


def _signals(columns: _Columns, axis: TimeAxis | None, *, where: str) -> tuple[tuple[Signal, ...], tuple[Notice, ...]]:
    """The columns beside the times as signals; one that counts by one is a counter unless its unit says more."""
    signals, counters = [], []
    sfreq, start = (None, 0.0) if axis is None else (axis.sfreq, axis.start)
    for index, (label, (name, unit)) in enumerate(zip(columns.labels, columns.parts, strict=True)):
        if index == columns.clock or index in columns.dates:
            continue
        values = columns.numbers[:, index]
        signal = Signal(label=label, name=name, values=values, unit=unit, sfreq=sfreq, start=start)
        may_count = unit is None or is_second(unit) or unit.lower() in _COUNTED
        jump = counter_jump(values) if may_count else None
        if jump is not None:
            raise FormatError(
                "A column that counts by one leaves numbers out",
                where=f"{where}, row {columns.first_row + jump + 1}, column {label!r}",
                allowed=f"{number(values[jump] + 1)} after {number(values[jump])}", got=number(values[jump + 1]),
                hint="Samples are missing there; export the file again, or make a file of each part",
            )  # fmt: skip
        if may_count and counts_by_one(values):
            # an export of a data frame has a count without a name
            label = label or ("count" if "count" not in columns.labels else f"count {index + 1}")
            counters.append(label)
            signal = replace(
                signal, label=label, name=name or label, kind="MISC", kind_source="heuristic",
                unit=unit if unit and is_second(unit) else "n/a", unit_source="header" if unit else "heuristic",
            )  # fmt: skip
        signals.append(signal)
    if not counters:
        return tuple(signals), ()
    text = (
        f"{shortened(counters)} {'counts' if len(counters) == 1 else 'count'} by one: taken for a counter, not for EMG."
    )
    return tuple(signals), (Notice(code="counter", text=text),)
