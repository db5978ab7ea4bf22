"""participants.tsv: one row a participant, or one row a participant and session, task or run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emgkit.channels import Value
from emgkit.errors import FormatError, Notice
from emgkit.io._tables import read_json
from emgkit.io.bids._cells import MISSING, read_cells, typed_columns
from emgkit.io.bids._writing import ENTITIES
from emgkit.notation import listed

__all__ = ["Participant", "facts_of", "read_participants"]

# what a column of an entity may be called, beside the word itself: its key in file names, and both with "_id"
_ENTITY_OF = {
    spelling: word for word, key in ENTITIES.items() for name in (word, key) for spelling in (name, f"{name}_id")
}


_WHOLE = re.compile(r"([0-9]+)(?:\.0+)?")


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A row of participants.tsv.

    Parameters
    ----------
    row : int
        Its place in the file, the header being row 1.
    label : str
        The participant, without ``sub-``.
    entities : Mapping of str to str
        Which recordings the row is about: ``session``, ``task`` … as far as the table says; empty for all.
    facts : Mapping
        The other columns, ``None`` where missing.
    """

    row: int
    label: str
    entities: Mapping[str, str]
    facts: Mapping[str, Value]


def read_participants(root: Path) -> tuple[Participant, ...]:
    """The rows of a data set's participants.tsv; none where it has no such file.

    Raises
    ------
    FormatError
        There is no column ``participant_id``, a row names no participant, or two rows are about the same recordings.
    """
    table, described = root / "participants.tsv", root / "participants.json"
    if not table.is_file():
        return ()
    columns, raw = read_cells(table)
    if "participant_id" not in columns:
        raise FormatError(
            "The table of participants has no column 'participant_id'", where=str(table), got=listed(columns)
        )
    labels = [label.removeprefix("sub-") for label in raw["participant_id"]]
    del columns["participant_id"]
    by_word: dict[str, str] = {}
    for name in columns:
        word = _ENTITY_OF.get(name.casefold())
        if word is not None and by_word.setdefault(word, name) != name:
            raise FormatError(
                f"Two columns of the table of participants name the {word}", where=str(table),
                got=listed([by_word[word], name]), hint="keep one of them",
            )  # fmt: skip
    facts = typed_columns(
        {name: cells for name, cells in columns.items() if name not in by_word.values()},
        read_json(described) if described.is_file() else {},
    )
    rows = tuple(
        Participant(
            row=place + 2,
            label=label,
            entities={
                word: columns[name][place].removeprefix(f"{ENTITIES[word]}-")
                for word, name in by_word.items()
                if columns[name][place] != MISSING
            },
            facts={name: values[place] for name, values in facts.items()},
        )
        for place, label in enumerate(labels)
    )
    _check_rows(rows, list(by_word), where=str(table))
    return rows


def facts_of(
    rows: Sequence[Participant], entities: Mapping[str, Value], *, where: str
) -> tuple[dict[str, Value], list[Notice]]:
    """What the table says about the participant of a recording, by the row that is about the recording.

    Parameters
    ----------
    rows : sequence of Participant
        The table.
    entities : Mapping
        What the file's name says: ``participant, session, task`` … None of it is ever replaced.
    where : str
        The table, for messages.

    Raises
    ------
    FormatError
        Several rows could be about the recording, since its name lacks the session (task, run) that tells them apart.
    """
    if not rows:
        return {}, []
    label = str(entities["participant"])
    own = [row for row in rows if row.label == label]
    if not own:
        known = listed(dict.fromkeys(row.label for row in rows))
        text = f"participants.tsv has no row for participant {label!r}, only for {known}: nothing is known of them."
        return {}, [Notice(code="participant-not-listed", text=text)]
    fitting = [row for row in own if all(_same(entities.get(word), cell) for word, cell in row.entities.items())]
    if len(fitting) > 1:
        words = list(dict.fromkeys(word for row in fitting for word in row.entities if entities.get(word) is None))
        raise FormatError(
            f"The table of participants has {len(fitting)} rows for participant {label!r}, and the file's name has no "
            f"{' or '.join(words) or 'session'} to choose by",
            where=f"{where}, rows {' and '.join(str(row.row) for row in fitting)}",
            allowed="one row, or the session (task, run) in the file's name, such as ses-01",
            got="; ".join(f"row {row.row}: {_about(row)}" for row in fitting),
        )
    if not fitting:
        named = ", ".join(f"{word} {entities[word]!r}" for word in own[0].entities if entities.get(word) is not None)
        there = "; ".join(f"row {row.row}: {_about(row)}" for row in own)
        text = f"participants.tsv has no row for participant {label!r} with {named} ({there}): its facts are not taken."
        return {}, [Notice(code="participant-not-listed", text=text)]
    row = fitting[0]
    # the file's name stands; only what it leaves open is taken from the table
    open_ones: dict[str, Value] = {word: cell for word, cell in row.entities.items() if entities.get(word) is None}
    return {**row.facts, **open_ones}, []


def _check_rows(rows: Sequence[Participant], words: Sequence[str], *, where: str) -> None:
    """Refuse rows without a participant, of two participants at once, and two rows about the same recordings."""
    seen: dict[tuple[Any, ...], Participant] = {}
    for row in rows:
        if not row.label:
            raise FormatError(
                "A row of the table of participants names no participant", where=f"{where}, row {row.row}",
                allowed="a label such as 'sub-01' in 'participant_id'",
            )  # fmt: skip
        stated = row.entities.get("participant", row.label)
        if not _same(stated, row.label):
            raise FormatError(
                "A row of the table of participants names two participants", where=f"{where}, row {row.row}",
                got=f"participant_id {row.label!r} and {stated!r}", hint="rename the second column",
            )  # fmt: skip
        other = seen.setdefault((row.label, *(_key(row.entities.get(word)) for word in words)), row)
        if other is not row:
            about = ", ".join(f"{word} {cell!r}" for word, cell in row.entities.items() if word != "participant")
            raise FormatError(
                f"The table of participants lists {row.label!r}{f', {about},' if about else ''} twice",
                where=f"{where}, rows {other.row} and {row.row}",
                allowed="one row a participant, or a column 'session' or 'task' that tells the rows apart",
                hint="remove the row that is wrong; facts are never merged",
            )


def _about(row: Participant) -> str:
    return ", ".join(f"{word} {cell!r}" for word, cell in row.entities.items()) or "all its recordings"


def _key(label: Value) -> Value:
    """A label for comparison: whole numbers by their value, so that session 1 (or 1.0, from pandas) is session 01."""
    text = None if label is None else str(label)
    whole = _WHOLE.fullmatch(text) if text is not None else None
    return (whole[1].lstrip("0") or "0") if whole else text


def _same(named: Value, cell: str) -> bool:
    """Whether a cell fits what the file's name says; a name that is silent fits every cell."""
    return named is None or _key(named) == _key(cell)
