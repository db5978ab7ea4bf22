"""Repetitions from a table: marked by hand, counted in a video, or written by another program."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgkit._checks import check_option, check_positive, check_unknown
from emgkit.errors import ArgumentError, FileError, FormatError
from emgkit.events.ways.marking import Mark, marked
from emgkit.notation import listed, number
from emgkit.recording import Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UNITS", "WHOSE", "RepetitionTable", "as_table", "mark_of", "mark_repetitions", "table_sentence"]

# columns that say which recording a row is about, and those that say what is in it
WHOSE = ("file", "participant", "group", "session", "task", "run")
_TIMES = ("start", "turn", "end")
_FACTS = ("repetition", "set", "side", "load_kg", "accepted", "reason", "marked_by", "marked_at", "origin")
_COLUMNS = (*WHOSE, *_TIMES, "phase", *_FACTS)
_CALLED = {"load": "load_kg"}
_WITH_UNIT = re.compile(r"(start|turn|end)[\W_]+(s|sec|seconds?|ms|samples?|frames?)\W*")
UNITS = ("s", "ms", "samples", "frames")
# a set with a number, as workbooks and pandas write it; others have names
_SET = re.compile(r"[0-9]{1,9}(?:\.0+)?")
_YES, _NO = ("true", "yes", "1", "1.0"), ("false", "no", "0", "0.0")


@dataclass(frozen=True, kw_only=True)
class RepetitionTable:
    """The cells of a table of repetitions, as text. Made by :meth:`read` or :meth:`of`.

    Parameters
    ----------
    name : str
        The file, for messages.
    rows : tuple of Mapping
        Name of a column -> text; empty cells are left out. ``"row"`` is the row in the file, from 1 for the header.
    """

    name: str
    rows: tuple[Mapping[str, str], ...]

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> RepetitionTable:
        """Read a CSV file (comma, semicolon or tab) or the first sheet of an Excel workbook.

        Raises
        ------
        FileError
            The file is missing or cannot be read as a table.
        ArgumentError
            A column is unknown, doubled or missing, or a row has another number of cells than the header.
        """
        file = Path(path)
        if not os.path.isfile(file):
            raise FileError("There is no table of repetitions", where=str(file), hint="Name the CSV or XLSX file")
        cells = _sheet(file) if file.suffix.lower() in (".xlsx", ".xlsm") else _text(file)
        return cls._of_cells(file.name, cells)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> RepetitionTable:
        """Take a table that is a DataFrame.

        Raises
        ------
        ArgumentError
            A column is unknown, doubled or missing.
        """
        body = [["" if _is_missing(value) else str(value) for value in row] for row in frame.itertuples(index=False)]
        return cls._of_cells("the table", [[str(name) for name in frame.columns], *body])

    @classmethod
    def _of_cells(cls, name: str, cells: Sequence[Sequence[str]]) -> RepetitionTable:
        header = _header(cells[0] if cells else (), where=name)
        rows = []
        for place, row in enumerate(cells[1:], 2):
            if not any(cell.strip() for cell in row):
                continue
            if any(cell.strip() for cell in row[len(header) :]) or len(row) < len(header):
                raise ArgumentError(
                    "A row of the table of repetitions has another number of cells than the header",
                    where=f"{name}, row {place}",
                    allowed=f"{len(header)} cells",
                    got=str(len(row)),
                    hint="A text with a comma in it stands in double quotes",
                )
            filled = {column: cell.strip() for column, cell in zip(header, row, strict=False) if cell.strip()}
            rows.append({"row": str(place), **filled})
        if not rows:
            raise ArgumentError("The table of repetitions has no rows", where=name, got="a header alone")
        return cls(name=name, rows=tuple(rows))

    def where(self, row: Mapping[str, str], column: str = "") -> str:
        """A row, and a column of it, for messages."""
        return f"{self.name}, row {row['row']}" + (f", column {column!r}" if column else "")

    def without_names(self, rows: Iterable[Mapping[str, str]]) -> RepetitionTable:
        """The rows of one recording, without the columns that say whose they are."""
        bare = ({column: cell for column, cell in row.items() if column not in WHOSE} for row in rows)
        return replace(self, rows=tuple(bare))


def mark_repetitions(
    trial: Trial,
    table: RepetitionTable | pd.DataFrame | str | os.PathLike[str],
    *,
    starts: str | None = None,
    unit: str = "s",
    fps: float | None = None,
    offset: float = 0.0,
    exercise: str | None = None,
) -> Trial:
    """Mark the repetitions of a trial as a table says, with their phases where the table has them.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    table : DataFrame or path
        A row a repetition, with columns `start` and `end`; a path is a CSV or XLSX file. Further columns are
        optional. `turn`: where the second phase begins. `phase`: the row is the phase ``"eccentric"``, ``"hold"`` or
        ``"concentric"`` of the repetition whose number stands in `repetition`, or in which it lies; where there are
        rows of phases alone, a repetition goes from its first phase to its last. `side`: ``left`` or ``right``, where
        the two have repetitions of their own; a repetition without a side is one of all muscles. `repetition, set,
        load` (kg), `accepted` (yes or no), `reason, marked_by, marked_at, origin` are kept with each. Where
        `participant, group, session, task` or `run` stand in it, the rows are used that fit the context of the trial.
    starts : {None, "eccentric", "concentric"}
        Phase before `turn`; the other one follows.
    unit : {"s", "ms", "samples", "frames"}
        What the times are written in: seconds on the time of the trial, milliseconds, samples from the first one of
        the EMG, or frames of a video.
    fps : float, optional
        Frames a second; for frames alone.
    offset : float, default 0
        Seconds that are added to every time: when the zero of the table lies, on the time of the trial.
    exercise : str, optional
        Goes into the events; without it tables show the task.

    Returns
    -------
    Trial
        With an event ``"repetition"`` for each (columns `exercise, repetition, set, side, load_kg, accepted, reason`
        and those of who marked it), numbered in time, each side by itself, unless the table numbers them, and an event
        ``"phase"`` for each phase.

    Raises
    ------
    ArgumentError
        Something in the table is wrong: names the row and the column.
    FileError
        The file is missing or cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from emgkit import Channel, Recording, Trial
    >>> emg = Recording(data=np.ones((1, 5000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> table = pd.DataFrame({"start": [0.5, 2.5], "turn": [1.2, 3.1], "end": [2.0, 4.0]})
    >>> marked = mark_repetitions(Trial(streams={"emg": emg}), table, starts="eccentric")
    >>> [(event.label, event.get("phase"), event.onset, event.end) for event in marked.events[:3]]
    [('repetition', None, 0.5, 2.0), ('phase', 'eccentric', 0.5, 1.2), ('phase', 'concentric', 1.2, 2.0)]
    """
    check_option("starts", starts, (None, "eccentric", "concentric"))
    check_option("unit", unit, UNITS)
    if (fps is None) == (unit == "frames"):
        raise ArgumentError(
            "Frames have a rate, and nothing else has" if fps is not None else "The rate of the frames is missing",
            allowed='fps with unit = "frames", and not without',
            got=f"unit = {unit!r}, fps = {fps!r}",
        )
    emg = trial.emg
    factor = {"s": 1.0, "ms": 1e-3, "samples": 1 / emg.sfreq}.get(unit) or 1 / check_positive("fps", fps, unit="Hz")
    zero = float(offset) + (emg.start if unit == "samples" else 0.0)
    whole = as_table(table)
    chosen = whole.without_names(_of_trial(whole, trial))
    marks = [mark_of(chosen, row, factor=factor, zero=zero) for row in chosen.rows]
    return marked(trial, marks, starts=starts, exercise=exercise, origin="table")


def table_sentence(
    names: str,
    *,
    starts: str | None = None,
    unit: str = "s",
    fps: float | None = None,
    offset: float = 0.0,
    has_phases: bool = False,
    **_: Any,
) -> str:
    """Say where the repetitions of some exercises come from, for a Methods section.

    Examples
    --------
    >>> table_sentence("squat", unit="frames", fps=50.0)
    'The repetitions of squat were marked in a table, by the frames of a video at 50 Hz.'
    """
    by = {"s": "", "ms": "", "samples": ", by the samples of the EMG"}.get(
        unit, f", by the frames of a video at {number(fps or 0.0)} Hz"
    )
    shift = f" ({number(offset)} s were added to its times)" if offset else ""
    phases = " and their phases" if has_phases else ""
    turn = f", with the turning point, before which they are {starts}" if starts and has_phases else ""
    return f"The repetitions of {names}{phases} were marked in a table{turn}{by}{shift}."


def as_table(table: RepetitionTable | pd.DataFrame | str | os.PathLike[str]) -> RepetitionTable:
    """A table of repetitions from whatever holds one; a path is read."""
    if isinstance(table, RepetitionTable):
        return table
    return RepetitionTable.read(table) if isinstance(table, (str, os.PathLike)) else RepetitionTable.of(table)


def _of_trial(table: RepetitionTable, trial: Trial) -> list[Mapping[str, str]]:
    """The rows that are about a trial, by what it knows of itself."""
    known = {key: str(trial.context[key]) for key in WHOSE if trial.context.get(key) is not None}
    files = list(dict.fromkeys(row["file"] for row in table.rows if "file" in row))
    if len(files) > 1:
        raise ArgumentError(
            "The table has rows of several files, and a trial does not know its file",
            where=table.name,
            allowed="the rows of one file",
            got=listed(files),
            hint="Give the rows of this one: table[table['file'] == '…']",
        )
    rows = [row for row in table.rows if all(row.get(key, value) == value for key, value in known.items())]
    if not rows:
        there = dict.fromkeys(", ".join(f"{key} {row[key]}" for key in known if key in row) for row in table.rows)
        raise ArgumentError(
            "The table has no row of this trial",
            where=table.name,
            allowed=listed(there),
            got=", ".join(f"{key} {value}" for key, value in known.items()),
        )
    return rows


def mark_of(table: RepetitionTable, row: Mapping[str, str], *, factor: float = 1.0, zero: float = 0.0) -> Mark:
    """A row with its times in seconds: `zero` and `factor` times what is written.

    Raises
    ------
    ArgumentError
        A time is missing, or a cell cannot be used.
    """
    for column in ("start", "end"):
        if column not in row:
            raise ArgumentError("A time is missing", where=table.where(row, column), allowed="a number", got="nothing")
    times = {column: zero + factor * _number(table, row, column) for column in _TIMES if column in row}
    facts: dict[str, Any] = {column: row[column] for column in _FACTS if column in row}
    for column in ("repetition", "load_kg"):
        if column in row:
            facts[column] = _number(table, row, column)
    if _SET.fullmatch(row.get("set", "")):
        facts["set"] = int(float(row["set"]))
    if "repetition" in facts:
        if facts["repetition"] != int(facts["repetition"]) or facts["repetition"] < 1:
            raise _bad(table, row, "repetition", "a whole number from 1")
        facts["repetition"] = int(facts["repetition"])
    if "accepted" in row:
        if row["accepted"].lower() not in (*_YES, *_NO):
            raise _bad(table, row, "accepted", "yes or no, true or false, 1 or 0")
        facts["accepted"] = row["accepted"].lower() in _YES
    if facts.get("accepted") is False and "reason" not in facts:
        facts["reason"] = "rejected in the table"
    return Mark(where=table.where(row), phase=row.get("phase"), facts=facts, of_table=True, **times)


def _number(table: RepetitionTable, row: Mapping[str, str], column: str) -> float:
    """The number in a cell; a comma is a decimal sign where no point stands beside it."""
    text = row[column]
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise _bad(table, row, column, "a number, such as 12.5")
    return value


def _bad(table: RepetitionTable, row: Mapping[str, str], column: str, allowed: str) -> ArgumentError:
    return ArgumentError(
        "A cell of the table of repetitions cannot be used",
        where=table.where(row, column),
        allowed=allowed,
        got=repr(row[column]),
    )


def _header(cells: Sequence[str], *, where: str) -> list[str]:
    """The names of the columns; the load may be called `load`."""
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if (with_unit := _WITH_UNIT.fullmatch(name)) is not None:
            raise ArgumentError(
                f"Column {name!r} names a unit", where=f"{where}, row 1", allowed=repr(with_unit[1]), got=repr(name),
                hint='Take the unit out of the heading, and say it: unit = "s", "ms", "samples" or "frames"',
            )  # fmt: skip
        check_unknown("column", name, (*_COLUMNS, *_CALLED), where=f"{where}, row 1")
    names = [_CALLED.get(name, name) for name in names]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    missing = [name for name in ("start", "end") if name not in names]
    if twice or missing:
        what = f"has the column {twice[0]!r} twice" if twice else f"has no column {missing[0]!r}"
        raise ArgumentError(f"The table of repetitions {what}", where=f"{where}, row 1", got=listed(names))
    return names


def _text(file: Path) -> list[list[str]]:
    """The cells of a CSV file, divided by what divides its header."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise FormatError("The table is not UTF-8 text", where=str(file), got=str(problem)) from None
    lines = text.splitlines()
    head = lines[0] if lines else ""
    sign = max((",", ";", "\t"), key=head.count)
    try:
        return list(csv.reader(lines, delimiter=sign))
    except csv.Error as problem:
        raise FormatError("A cell of the table cannot be read", where=str(file), got=str(problem)) from None


def _sheet(file: Path) -> list[list[str]]:
    """The cells of the first sheet of a workbook."""
    import pandas as pd

    try:
        frame = pd.read_excel(file, header=None, dtype=object)
    except Exception as problem:  # the library raises errors of many kinds for a damaged workbook
        raise FormatError("The workbook cannot be read", where=str(file), got=str(problem)) from None
    return [["" if _is_missing(cell) else _written(cell) for cell in row] for row in frame.itertuples(index=False)]


def _written(cell: Any) -> str:
    """A cell of a workbook, in which every number may be a float."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _is_missing(value: Any) -> bool:
    # the missing value of pandas cannot be compared with itself
    return value is None or str(value) in ("", "<NA>", "NaT") or value != value
