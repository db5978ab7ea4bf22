"""What users wrote into the files of a data set after its conversion, which a later conversion keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from emgkit.channels import Value
from emgkit.errors import ArgumentError, FormatError, Notice
from emgkit.io._tables import MISSING, cell, read_table, typed
from emgkit.io.bids._labels import participant_label
from emgkit.notation import counted, listed

__all__ = ["cells_of", "merged_people"]

_TABLE = "participants.tsv"
# what a table says of each participant: text by column, by label
Cells = Mapping[str, Mapping[str, str]]


def cells_of(facts: Mapping[str, Mapping[str, Value]]) -> dict[str, dict[str, str]]:
    """The facts about participants as cells of a table, by label; missing ones are left out.

    Examples
    --------
    >>> cells_of({"P 1": {"age": 24, "sex": None}})
    {'P1': {'age': '24'}}
    """
    return {
        participant_label(name): {
            column: cell(value, where=f"participant {name!r}, {column!r}")
            for column, value in about.items()
            if value is not None and value != ""
        }
        for name, about in facts.items()
    }


def merged_people(
    facts: Mapping[str, Mapping[str, Value]], root: Path, before: Cells
) -> tuple[dict[str, dict[str, Value]], tuple[Notice, ...]]:
    """The facts about participants, with what was added to their table, or changed in it, since it was written.

    Parameters
    ----------
    facts : mapping
        What sources and map say now, by name.
    root : Path
        The data set.
    before : mapping
        What the last conversion wrote into the table, by label.

    Returns
    -------
    dict, tuple of Notice
        The facts to write, and what was kept.

    Raises
    ------
    FormatError
        The table cannot be read.
    ArgumentError
        The table and the map were both changed, and differ.
    """
    there = _there(root / _TABLE)
    now = cells_of(facts)
    names = {participant_label(name): name for name in facts}
    # people who were added by hand, without a recording; of those whose recordings are gone nothing is kept
    added = [label for label in there if label not in now and label not in before]
    found: dict[str, dict[str, Value]] = {name: dict(about) for name, about in facts.items()}
    found |= {label: {} for label in added}
    names |= {label: label for label in added}
    kept: dict[str, None] = {}
    for column in dict.fromkeys(column for row in there.values() for column in row):
        new = {label: now.get(label, {}).get(column) for label in names}
        cells = {label: _chosen(label, column, there, before=before, now=now) for label in names}
        if cells != new:
            kept[column] = None
            values = typed([text or MISSING for text in cells.values()])
            for label, value in zip(cells, values, strict=True):
                found[names[label]][column] = value
    if not kept and not added:
        return found, ()
    people = f" and {counted(len(added), 'row')} for {listed(added[:4])}" if added else ""
    text = f"participants.tsv keeps what was written into it by hand: {listed(kept) if kept else 'no column'}{people}."
    return found, (Notice(code="participants-kept", text=text),)


def _there(table: Path) -> dict[str, dict[str, str]]:
    """The cells of the table as it is, by label; missing ones are left out."""
    if not table.is_file():
        return {}
    columns = read_table(table)
    labels = [label.removeprefix("sub-") for label in columns.pop("participant_id", [])]
    if not labels or len(set(labels)) < len(labels):
        raise FormatError(
            "The table of participants cannot be brought together with what the conversion writes",
            where=str(table), allowed="a column 'participant_id' with each participant once", got=listed(labels[:6]),
            hint="Correct it, or remove it: it is then written anew",
        )  # fmt: skip
    return {
        label: {name: cells[place] for name, cells in columns.items() if cells[place] not in (MISSING, "")}
        for place, label in enumerate(labels)
    }


def _chosen(label: str, column: str, there: Cells, *, before: Cells, now: Cells) -> str | None:
    """What is written: what sources and map say, unless the table alone was changed."""
    own, old = now.get(label, {}).get(column), before.get(label, {}).get(column)
    found = there[label].get(column) if label in there else old
    if found in (own, old):
        return own
    if own in (None, old):
        return found
    raise ArgumentError(
        f"The map and participants.tsv give two values of {column!r} of participant {label!r}",
        where=f"{_TABLE} of the data set", allowed="one value", got=f"{own!r} in the map, {found!r} in the table",
        hint="Correct one of them, or take the value out of the map",
    )  # fmt: skip
