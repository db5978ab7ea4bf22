"""A table on paper: which of its columns fit a column, a page or a page on its side, and how wide each is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from emgkit._checks import check_option
from emgkit.notation import capital, heading, p_heading, place, readable, series
from emgkit.stats.results import columns

__all__ = [
    "CHOICES",
    "PLACES",
    "Fitted",
    "Paper",
    "fitted",
    "headed_lines",
    "laid_out",
    "plain_paper",
    "shortened",
    "widths_of",
]

CHOICES = ("short", "full")
PLACES: Mapping[str, float] = {"column": 8.0, "page": 12.1, "landscape": 19.0}
"""Widths (cm) that a table may have: a column of two, a page of LaTeX's own classes, and such a page on its side."""

# letters of Computer Modern at 8 points, in points; what is not here is as wide as a digit
_WIDTHS = {
    **dict.fromkeys("ijl.,:;[]'|! ", 2.4), **dict.fromkeys("frst()-I", 3.2), **dict.fromkeys("bdhknpquvxyL", 4.7),
    **dict.fromkeys("mw%&", 7.1), **dict.fromkeys("ABCDEFGHKNOPQRTUVXYZ<>=+−×–", 6.6), **dict.fromkeys("MW", 8.6),
}  # fmt: skip
_DIGIT, _GAP = 4.25, 7.0
_CM = 72.27 / 2.54
# text that may be broken into lines, and the least that it then has
_LONG, _LEAST = 3.5, 2.2


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A table as it is set: its title, columns with their headings, the group of each row, and the notes.

    Parameters
    ----------
    title : str
        What stands above.
    columns : tuple of ResultColumn
        With headings for names, cells as they are read.
    groups : tuple of str
        The heading of the rows that each row belongs to; empty without groups.
    notes : tuple of str
        What stands below.
    kept : tuple of str
        Headings of the columns that the table cannot do without.
    """

    title: str
    columns: tuple[columns.ResultColumn, ...]
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What fits where.

    Parameters
    ----------
    place : str
        Of :data:`PLACES`.
    parts : tuple of tuple of (ResultColumn, float or None)
        The columns with their widths (cm); None for a column as wide as its text. Several parts stand one below the
        other, each with the first column.
    left_out : tuple of str
        Headings of the columns that had no room.
    """

    place: str
    parts: tuple[tuple[tuple[columns.ResultColumn, float | None], ...], ...]
    left_out: tuple[str, ...] = ()


def laid_out(
    table: pd.DataFrame, facts: Mapping[str, Any], *, title: str, notes: Sequence[str], grouped: bool = True
) -> Paper:
    """A table of the statistics with its headings, what is the same in every row among the notes.

    The levels of `by` are headings of groups of rows, or columns where it is not `grouped`.
    """
    found, same = columns.folded(columns.columns(table, facts), facts)
    if "p_adjusted" in table.columns and _heading("p_adjusted", facts) == heading("p"):
        # nothing was adjusted: both are one number
        found = [column for column in found if column.name != "p"]
    named = {column.name: column for column in found}
    factors = (*facts.get("outcomes", []), *(facts.get("by") or []))
    groups = [name for name in factors if name in named and grouped]
    if grouped and {"contrast", "quantity"} <= named.keys():  # the quantities of a contrast stand below its name
        groups = list(named)[: list(named).index("quantity")]
    rows: tuple[str, ...] = ()
    if groups and len(table):
        levels = ([place(n, c) if n in factors else c for c in named[n].cells] for n in groups)
        rows = tuple(capital(", ".join(row)) for row in zip(*levels, strict=True))
    kept = [column for column in found if column.name not in groups]
    doubts = [f"Notice: {one['text']}" for one in facts.get("notices", [])]
    needed = columns.needed(kept, facts)
    return Paper(
        title=title,
        columns=tuple(replace(column, name=_heading(column.name, facts)) for column in kept),
        groups=rows,
        notes=(*(capital(readable(text)) for text in same), *notes, *doubts),
        kept=tuple(_heading(name, facts) for name in needed),
    )


def plain_paper(found: Sequence[columns.ResultColumn], *, title: str = "", notes: Sequence[str] = ()) -> Paper:
    """A table that is none of the statistics: all of its columns are needed."""
    return Paper(
        title=title, columns=tuple(found), notes=tuple(notes), kept=tuple(column.name for column in found)
    )  # fmt: skip


def fitted(paper: Paper, *, choice: str = "short", width: str = "page") -> Fitted:
    """Fit a table into a column or a page.

    Parameters
    ----------
    paper : Paper
        The table.
    choice : {"short", "full"}
        The columns that fit, by their importance; or all of them, on a page on its side or in parts where they need it.
    width : {"column", "page", "landscape"}
        The room that there is.

    Raises
    ------
    ArgumentError
        `choice` or `width` is unknown.
    """
    check_option("columns", choice, CHOICES)
    check_option("width", width, tuple(PLACES))
    places = list(PLACES)[list(PLACES).index(width) :]
    for where in places:
        kept, left_out = list(paper.columns), list[str]()
        while (set_widths := _widths(kept, PLACES[where])) is None and choice == "short":
            least = next((i for i in range(len(kept) - 1, 0, -1) if kept[i].name not in paper.kept), None)
            if least is None:
                break
            left_out.insert(0, kept.pop(_first_to_go(kept, paper.kept, least)).name)
        if set_widths is not None:
            narrow = where == "page" and _total(set_widths) <= PLACES["column"]
            return Fitted(place="column" if narrow else where, parts=(set_widths,), left_out=tuple(left_out))
    kept = list(paper.columns) if choice == "full" else kept
    return Fitted(place="landscape", parts=_parts(kept, PLACES["landscape"]), left_out=tuple(left_out))


def shortened(paper: Paper, *, choice: str) -> Paper:
    """The table with the columns that fit an upright page, the others named in a note; or with all of them.

    Raises
    ------
    ArgumentError
        `choice` is unknown.
    """
    fits = fitted(paper, choice=choice)
    if choice == "full" or not fits.left_out:
        return paper
    kept = tuple(column for part in fits.parts for column, _ in part)
    names = {column.name for column in kept}
    return replace(
        paper,
        columns=tuple(column for column in paper.columns if column.name in names),
        notes=(*paper.notes, f"Not shown: {series(fits.left_out)}."),
    )


def widths_of(part: Sequence[tuple[columns.ResultColumn, float | None]]) -> list[float]:
    """The width of each column of a part (cm), that of its text where it has no other."""
    return [_natural(column) if width is None else width for column, width in part]


def headed_lines(column: columns.ResultColumn) -> list[str]:
    """The heading of a column in lines no wider than its cells need."""
    room = max([_length(cell) for cell in column.cells] + [_length(word) for word in column.name.split()], default=0.0)
    lines: list[str] = []
    for word in column.name.split():
        if lines and _length(f"{lines[-1]} {word}") <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines or [""]


def _heading(name: str, facts: Mapping[str, Any]) -> str:
    return p_heading(facts.get("adjust"), facts.get("largest_family")) if name == "p_adjusted" else heading(name)


def _first_to_go(kept: Sequence[columns.ResultColumn], needed: Sequence[str], least: int) -> int:
    """Limits of effect sizes go first, then the p that is not adjusted, then the last columns."""
    free = [i for i, column in enumerate(kept) if i > 0 and column.name not in needed]
    names = [column.name for column in kept]
    limits = [i for i in free if names[i].endswith(" 95 % CI")]
    corrected = any(name.startswith("p (") for name in names) and "p (GG)" not in names
    plain = [i for i in free if names[i] == "p" and corrected]
    return next(iter([*reversed(limits), *plain]), least)


def _length(text: str) -> float:
    """The width of a text (points)."""
    return sum(_WIDTHS.get(sign, _DIGIT) for sign in text)


def _natural(column: columns.ResultColumn) -> float:
    """The width of a column (cm) whose cells are on one line."""
    texts = [*column.cells, *headed_lines(column)]
    return 1.03 * max((_length(text) for text in texts), default=0.0) / _CM


def _widths(
    kept: Sequence[columns.ResultColumn], room: float
) -> tuple[tuple[columns.ResultColumn, float | None], ...] | None:
    """The columns with the widths of those whose text is broken into lines; None where they do not fit."""
    gaps = _GAP / _CM * (len(kept) - 1)
    natural = [_natural(column) for column in kept]
    if sum(natural) + gaps <= room:
        return tuple((column, None) for column in kept)
    broken = [not column.numeric and width > _LONG for column, width in zip(kept, natural, strict=True)]
    fixed = sum(width for width, long in zip(natural, broken, strict=True) if not long)
    left = room - gaps - fixed
    if not any(broken) or left < _LEAST * sum(broken):
        return None
    # each line of text has the same share of what is left, but no more than it needs
    long = sum(width for width, one in zip(natural, broken, strict=True) if one)
    spare = left - _LEAST * sum(broken)
    return tuple(
        (column, _LEAST + spare * width / long if one else None)
        for column, width, one in zip(kept, natural, broken, strict=True)
    )


def _total(widths: Sequence[tuple[columns.ResultColumn, float | None]]) -> float:
    return sum(widths_of(widths)) + _GAP / _CM * (len(widths) - 1)


def _parts(
    kept: Sequence[columns.ResultColumn], room: float
) -> tuple[tuple[tuple[columns.ResultColumn, float | None], ...], ...]:
    """The columns in as many parts as they need, each with the first column."""
    first, *others = kept
    parts: list[list[columns.ResultColumn]] = [[first]]
    for column in others:
        if len(parts[-1]) > 1 and _widths([*parts[-1], column], room) is None:
            parts.append([first])
        parts[-1].append(column)
    return tuple(_widths(part, room) or tuple((column, None) for column in part) for part in parts)
