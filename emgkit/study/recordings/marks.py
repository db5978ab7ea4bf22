"""The table of repetitions of a study: read once, and its rows given to the recordings that they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from emgkit._checks import nearest
from emgkit.errors import StudyError
from emgkit.events.ways.table import WHOSE, RepetitionTable
from emgkit.notation import listed
from emgkit.study.file.places import telling_tables
from emgkit.study.recordings.account import RecordingSource

__all__ = ["check_rows", "read_table", "rows_of"]


def read_table(path: Path) -> RepetitionTable:
    """Read the table of repetitions, which lies beside the study file.

    Raises
    ------
    StudyError
        It does not say which recording its rows are about.
    EmgkitError
        It cannot be read, or has a column that is unknown.
    """
    with telling_tables():
        table = RepetitionTable.read(path)
    for row in table.rows:
        if "file" not in row and not {"participant", "task"} <= set(row):
            raise StudyError(
                "A row of the table of repetitions does not say which recording it is about",
                where=table.where(row),
                allowed="a file, or a participant and a task (and session, run or group where several fit)",
                got=listed(key for key in WHOSE if key in row),
            )
    return table


def rows_of(source: RecordingSource, table: RepetitionTable) -> tuple[Mapping[str, str], ...]:
    """The rows that are about a recording."""
    return tuple(row for row in table.rows if _fits(row, source))


def check_rows(
    table: RepetitionTable, sources: Sequence[RecordingSource], exercises: Collection[str], kept: Collection[str]
) -> None:
    """Refuse a row that is about no recording or about several, and a recording that has no row.

    Parameters
    ----------
    table : RepetitionTable
        The table.
    sources : sequence of RecordingSource
        All recordings.
    exercises : collection of str
        The exercises whose repetitions stand in the table.
    kept : collection of str
        Recordings that are left out, but not of every comparison.

    Raises
    ------
    StudyError
        Names the row and the column, or the recordings.
    """
    marked = [source for source in sources if source.exercise in exercises]
    for row in table.rows:
        fits = [source for source in sources if _fits(row, source)]
        if not fits:
            raise _unknown(table, row, sources)
        if not any(source in marked for source in fits):
            raise StudyError(
                "A row of the table of repetitions is about a recording whose repetitions are not taken from it",
                where=table.where(row),
                allowed=f'recordings of exercises with by = "table": {listed(exercises)}',
                got=f"{fits[0].name}, " + (f"exercise {fits[0].exercise!r}" if fits[0].exercise else "no exercise"),
            )
        if len(fits) > 1:
            differ = [key for key in WHOSE[1:] if key not in row and len({one.facts.get(key) for one in fits}) > 1]
            raise StudyError(
                "A row of the table of repetitions is about several recordings",
                where=table.where(row),
                allowed="one recording",
                got=listed(one.name for one in fits),
                hint=f"Add the column {listed(differ)}" if differ else "Write the file",
            )
        if fits[0].excluded and fits[0].name not in kept:
            raise StudyError(
                "A row of the table of repetitions is about a recording that is left out",
                where=table.where(row),
                got=f"{fits[0].name}: {fits[0].excluded}",
                hint="Take the row out, or the recording into the study",
            )
    lacking = [one for one in marked if (not one.excluded or one.name in kept) and not rows_of(one, table)]
    if lacking:
        raise StudyError(
            f"{len(lacking)} of {len(marked)} recordings have no row in the table of repetitions",
            where=table.name,
            got=listed([one.name for one in lacking][:6]) + (" …" if len(lacking) > 6 else ""),
            hint="Mark their repetitions, or leave the recordings out: [exclude] files",
        )


def _fits(row: Mapping[str, str], source: RecordingSource) -> bool:
    """Whether a row is about a recording; a file may be named without its folder."""
    file = row.get("file", "").replace("\\", "/")
    if file and file not in (source.name, source.name.rsplit("/", 1)[-1]):
        return False
    return all(row[key] == str(source.facts.get(key)) for key in WHOSE[1:] if key in row)


def _unknown(table: RepetitionTable, row: Mapping[str, str], sources: Sequence[RecordingSource]) -> StudyError:
    """What is wrong with a row that is about no recording: the first of its facts that fits none."""
    left = list(sources)
    for key in (key for key in WHOSE if key in row):
        there = list(dict.fromkeys(one.name if key == "file" else str(one.facts.get(key, "")) for one in left))
        left = [one for one in left if _fits({key: row[key]}, one)]
        if not left:
            break
    return StudyError(
        "A row of the table of repetitions is about no recording",
        where=table.where(row, key),
        allowed=listed(sorted(there)) if any(there) else f"no {key}, as no recording has one",
        got=repr(row[key]),
        hint=nearest(row[key], there),
    )
