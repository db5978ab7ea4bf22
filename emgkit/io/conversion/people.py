"""Facts about participants that the map gives, from a table or written in it."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection
from pathlib import Path

from emgkit._checks import nearest
from emgkit.channels import Value
from emgkit.errors import ArgumentError, FileError, FormatError, Notice
from emgkit.io._tables import typed
from emgkit.io.bids._labels import bids_label
from emgkit.io.conversion.map_file import Participants
from emgkit.notation import listed

__all__ = ["PEOPLE_COLUMNS", "facts_about", "read_people"]

# the column that names participants, unless the map says another one
PEOPLE_COLUMNS = ("participant", "participant_id")


def facts_about(
    people: Collection[str], rules: Participants, folder: Path
) -> tuple[dict[str, dict[str, Value]], tuple[Notice, ...]]:
    """The facts of the map about each participant, by the name in the recordings.

    Parameters
    ----------
    people : collection of str
        The participants of the recordings.
    rules : Participants
        The table ``[participants]`` of the map.
    folder : Path
        Where the map is.

    Raises
    ------
    FileError
        The table is not there.
    FormatError
        It has no column that names participants, or a row that is cut off.
    ArgumentError
        A participant stands in it twice or not at all, or a fact is given twice.
    """
    table = _table(folder / rules.file, rules.column) if rules.file is not None else None
    found: dict[str, dict[str, Value]] = {name: {} for name in people}
    labels = {bids_label(name): name for name in people}
    notices = []
    if table is not None:
        rows = {labels.get(bids_label(name.removeprefix("sub-")), name): facts for name, facts in table.items()}
        lacking = [name for name in people if name not in rows]
        if lacking:
            raise ArgumentError(
                "The table of participants has no row for participants of recordings",
                where=str(folder / str(rules.file)), allowed="a row for each", got=listed(lacking[:6]),
                hint=f"It has rows for {listed(list(rows)[:6])}",
            )  # fmt: skip
        unused = [name for name in rows if name not in found]
        if unused:
            text = f"The table of participants has rows for {listed(unused[:6])}, of whom there is no recording."
            notices.append(Notice(code="participants-unused", text=text))
        found = {name: rows[name] for name in found}
    for name, facts in rules.facts.items():
        if name not in found:
            raise ArgumentError(
                f"The map gives facts about {name!r}, of whom there is no recording", where="[participants.facts]",
                allowed=listed(list(found)[:12]), got=repr(name), hint=nearest(name, list(found)),
            )  # fmt: skip
        twice = set(facts) & set(found[name])
        if twice:
            raise ArgumentError(
                f"The map and the table of participants both give {listed(sorted(twice))} of {name!r}",
                where="[participants.facts]", allowed="one of the two",
            )  # fmt: skip
        found[name] = {**found[name], **facts}
    return found, tuple(notices)


def read_people(path: Path) -> dict[str, list[str]]:
    """The columns of a table of participants as text: a CSV or TSV file, whatever separates its cells.

    Raises
    ------
    FormatError
        It is not a text, two columns have one name, or a row is cut off.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise FormatError("The table of participants is no UTF-8 text", where=str(path), got=str(problem)) from None
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = [[one.strip() for one in row] for row in csv.reader(text.splitlines(), delimiter=separator) if any(row)]
    except csv.Error as problem:
        raise FormatError("A cell of the table cannot be read", where=str(path), got=str(problem)) from None
    columns = rows[0] if rows else []
    if len(set(columns)) < len(columns):
        raise FormatError(
            "Two columns of the table of participants have one name",
            where=f"{path}, row 1", allowed="columns of facts, each once", got=listed(columns),
        )  # fmt: skip
    for place, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise FormatError(
                "A row of the table of participants is cut off or too long",
                where=f"{path}, row {place}", allowed=f"{len(columns)} cells", got=f"{len(row)} cells",
            )  # fmt: skip
    return {column: [row[place] for row in rows[1:]] for place, column in enumerate(columns)}


def _table(path: Path, column: str | None) -> dict[str, dict[str, Value]]:
    """The rows of a table of participants, by name."""
    if not os.path.isfile(path):
        beside = [entry.name for entry in path.parent.iterdir()] if os.path.isdir(path.parent) else []
        raise FileError(
            "The table of participants is not there", where=str(path),
            hint=nearest(path.name, beside) or "The path counts from the folder of the map",
        )  # fmt: skip
    cells = read_people(path)
    wanted = PEOPLE_COLUMNS if column is None else (column,)
    key = next((one for one in cells if one in wanted), None)
    if key is None:
        raise FormatError(
            "The table of participants has no column that names them",
            where=f"{path}, row 1", allowed=f"{' or '.join(map(repr, wanted))}, and columns of facts",
            got=listed(cells), hint='Say which column it is: [participants] column = "…"',
        )  # fmt: skip
    names = cells.pop(key)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError("Participants stand in the table twice", where=str(path), got=listed(twice))
    facts = {column: typed(values) for column, values in cells.items()}
    return {name: {column: facts[column][place] for column in facts} for place, name in enumerate(names)}
