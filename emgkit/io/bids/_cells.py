"""The cells of BIDS tables: how a missing value, a status and a side may be written, and what each is read as."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emgkit.channels import Value
from emgkit.errors import FormatError
from emgkit.io._tables import MISSING, read_table, typed
from emgkit.notation import listed

__all__ = ["MISSING", "read_cells", "side_of", "status_of", "typed_columns"]

# BIDS writes n/a; spreadsheets and other programs write these, in any case
_MISSING = frozenset({"", "n/a", "na", "nan"})
_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right"}
_STATUS = ("good", "bad")


def read_cells(path: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The columns of a BIDS table with every missing value as ``n/a``, and the columns as they are written.

    Missing are an empty cell, ``n/a``, ``NA`` and ``NaN``, in any case.
    """
    raw = read_table(path)
    return {name: [_present(cell) for cell in cells] for name, cells in raw.items()}, raw


def typed_columns(columns: Mapping[str, list[str]], described: Mapping[str, Any]) -> dict[str, list[Value]]:
    """The columns as values, by the format that the JSON beside the table states, else by what their cells look like.

    Examples
    --------
    >>> typed_columns({"age": ["24", "n/a"]}, {})
    {'age': [24, None]}
    """
    forms = {name: entry.get("Format") for name, entry in described.items() if isinstance(entry, dict)}
    return {name: typed(cells, forms.get(name)) for name, cells in columns.items()}


def side_of(cell: str, *, where: str) -> str | None:
    """The side in a cell: left or L, right or R, in any case; None where missing.

    Examples
    --------
    >>> side_of("Left", where=""), side_of("r", where=""), side_of("n/a", where="")
    ('left', 'right', None)
    """
    return None if cell == MISSING else _one_of(cell, _SIDES, "side", where=where)


def status_of(cell: str, *, where: str) -> str | None:
    """The status in a cell: good or bad, in any case; None where missing.

    Examples
    --------
    >>> status_of("BAD", where=""), status_of("n/a", where="")
    ('bad', None)
    """
    return None if cell == MISSING else _one_of(cell, {word: word for word in _STATUS}, "status", where=where)


def _one_of(cell: str, words: Mapping[str, str], what: str, *, where: str) -> str:
    found = words.get(cell.casefold())
    if found is None:
        raise FormatError(
            f"A channel has an unknown {what}", where=where,
            allowed=f"{listed(words)} in any case, or 'n/a'", got=repr(cell),
        )  # fmt: skip
    return found


def _present(cell: str) -> str:
    return MISSING if cell.casefold() in _MISSING else cell
