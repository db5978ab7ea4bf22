"""A table of any kind for people: headings with their symbols, and the cells that ``stats.results.columns`` writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
from markupsafe import Markup, escape

from emgkit.notation import MISSING, capital, fixed, heading, missing, readable, surface, symbol
from emgkit.stats.results import columns as result_columns

__all__ = ["ROOMS", "PageColumn", "PageTable", "columns", "condensed"]

ROOMS = (18, 24, 30, 36, 42, 50, 58, 66, 73, 1000)
"""Widths (rem) below which a table's rows become cards; the last but one is that of the page, no page has the last."""

# letters that fit on one line of a cell, and letters above which a cell holds a sentence
_ONE_LINE, _SENTENCE = 26, 60
# the width of a letter and of the space around a cell, on the screen (rem) and on paper (of the size of the letters)
_LETTER, _AROUND, _SMALLER = 0.55, 1.0, 0.85
_PAPER_LETTER, _PAPER_AROUND, _PAPER = 0.62, 0.9, 505.0
_PAPER_SIZES = (8.0, 7.0, 6.0, 5.5)
_NARROWEST = 18
# a table of more columns tells once what all of its rows have in common
_MANY = 8
# names as tables hold them, those of studies, and columns whose texts are kept to the letter
_NAME, _STUDY = re.compile(r"[a-z]+[a-z0-9]*(_[a-z0-9]+)+"), re.compile(r"[a-z]+(_[a-z]+)*_\d{4}[a-z]?")
_KEPT = ("file", "id", "path", "recording")
_SIZE = re.compile(r"\b([dg])_(\w+)")


@dataclass(frozen=True, kw_only=True)
class PageColumn:
    """A column as it is shown.

    Parameters
    ----------
    heading : markupsafe.Markup
        The heading, escaped.
    numeric : bool
        Whether the cells are numbers, which stand at the right.
    cells : tuple of str
        The cells, not escaped.
    """

    heading: Markup
    numeric: bool
    cells: tuple[str, ...]

    @classmethod
    def named(cls, name: str, cells: Iterable[str], *, numeric: bool) -> PageColumn:
        """A column whose cells are written already, with the heading that its name has on the page."""
        letter, index, rest = symbol(heading(name))
        marked = Markup("<i>{}</i>").format(letter) if letter else Markup()
        marked += Markup("<sub>{}</sub>").format(index) if index else Markup()
        return cls(heading=marked + rest, numeric=numeric, cells=tuple(cells))

    @property
    def label(self) -> str:
        """The heading without markup, for a cell that stands alone."""
        return Markup(str(self.heading).replace("<sub>", "_")).striptags()

    @cached_property
    def long(self) -> bool:
        """Whether a cell holds a sentence rather than a name."""
        return not self.numeric and any(len(cell) > _SENTENCE for cell in self.cells)

    @cached_property
    def short(self) -> bool:
        """Whether every cell fits on one line."""
        return all(len(cell) <= _ONE_LINE for cell in self.cells)

    @property
    def letters(self) -> int:
        """How many letters wide it is: its longest word or cell, of sentences a line."""
        words = max((len(word) for word in self.label.split()), default=0)
        return max(words, min(max(map(len, self.cells), default=0), _ONE_LINE + 4))


@dataclass(frozen=True, kw_only=True)
class PageTable:
    """A table as the page sets it.

    Parameters
    ----------
    title : str
        What it is called by a screen reader.
    columns : tuple of PageColumn
        Its columns.
    groups : tuple of str
        The heading of the rows that each row belongs to; empty without groups.
    notes : tuple of str
        What stands below.
    """

    title: str
    columns: tuple[PageColumn, ...]
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many rows it has."""
        return len(self.columns[0].cells) if self.columns else 0

    @property
    def room(self) -> int:
        """The width (rem) that its columns need beside one another, of :data:`ROOMS`."""
        needed = self._needed * (_SMALLER if self.snug else 1)
        return next((room for room in ROOMS if room >= needed), ROOMS[-1])

    @property
    def fits(self) -> bool:
        """Whether it fits the page in letters of the usual size."""
        return self._needed <= ROOMS[-2]

    @property
    def snug(self) -> bool:
        """Whether it fits the page in smaller letters alone."""
        return self._needed > ROOMS[-2] >= _SMALLER * self._needed

    @property
    def _needed(self) -> float:
        return sum(_LETTER * column.letters + _AROUND for column in self.columns)

    @property
    def print_size(self) -> float | None:
        """The size of its letters on paper (pt); None where no size is large enough to be read."""
        # on paper sentences have the room that is left
        widths = (min(column.letters, _NARROWEST) if column.long else column.letters for column in self.columns)
        letters = sum(_PAPER_LETTER * width + _PAPER_AROUND for width in widths)
        return next((size for size in _PAPER_SIZES if size * letters <= _PAPER), None)

    @property
    def marked_notes(self) -> tuple[Markup, ...]:
        """The notes, escaped, effect sizes with their subscripts."""
        return tuple(Markup(_SIZE.sub(r"<i>\1</i><sub>\2</sub>", str(escape(note)))) for note in self.notes)


def condensed(found: Sequence[PageColumn]) -> tuple[tuple[PageColumn, ...], tuple[str, ...]]:
    """The columns without what repeats, and that in words.

    Of a table with many columns those go that are the same in every row. Sentences that several rows share stand
    below the table, once, with a number.

    Examples
    --------
    >>> sentence = "From the abstract, means over the whole set, with the standard deviations of the paper's table"
    >>> table = pd.DataFrame({"value": [1.2, 3.4, 5.6], "seen": [sentence, sentence, sentence + " 2"]})
    >>> shown, notes = condensed(columns(table, {}))
    >>> shown[1].cells, notes[0][:22]
    (('[1]', '[1]', '[2]'), '[1] From the abstract,')
    """
    rows = len(found[0].cells) if found else 0
    same = [each for each in found if rows > 1 and len(found) > _MANY and len(set(each.cells)) == 1]
    notes = [f"{each.label} {each.cells[0]}" for each in same if each.cells[0] != MISSING]
    shown, sentences = [], dict[str, str]()
    for column in (each for each in found if each not in same):
        texts = [cell for cell in column.cells if len(cell) > _SENTENCE]
        if len(set(texts)) == len(texts):
            shown.append(column)
            continue
        for text in texts:
            sentences.setdefault(text, f"[{len(sentences) + 1}]")
        shown.append(replace(column, cells=tuple(sentences.get(cell, cell) for cell in column.cells)))
    every = (f"In every row: {'; '.join(notes)}.",) if notes else ()
    return tuple(shown), (*every, *(f"{number} {capital(text)}" for text, number in sentences.items()))


def columns(frame: pd.DataFrame, formats: Mapping[str, str]) -> tuple[PageColumn, ...]:
    """The columns of a table as they are shown.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; two columns ``…_low`` and ``…_high`` become one interval, and a ``value`` whose ``unit`` is
        in volts is shown in microvolts.
    formats : mapping of str to str
        Column to format specification, where the usual digits do not fit.

    Returns
    -------
    tuple of PageColumn
        In the order of the table.

    Examples
    --------
    >>> table = pd.DataFrame({"ratio": [1.2345], "ci_low": [1.1], "ci_high": [1.4], "p": [0.0004]})
    >>> [column.cells[0] for column in columns(table, {})]
    ['1.23', '[1.10, 1.40]', '< .001']
    """
    found = result_columns.columns(_surfaced(frame), {})
    return tuple(
        PageColumn.named(
            each.name,
            (_formatted(value, formats[each.name]) for value in frame[each.name])
            if each.name in formats
            else each.cells
            if each.numeric or each.name in _KEPT
            else map(_named, each.cells),
            numeric=each.numeric,
        )
        for each in found
    )


def _named(cell: str) -> str:
    """A name as people write it; a study's begins with a capital letter, as its author does."""
    if not _NAME.fullmatch(cell):
        return cell
    if not _STUDY.fullmatch(cell):
        return readable(cell)
    return re.sub(r"\bMc[a-z]", lambda found: found[0][:2] + found[0][2].upper(), capital(readable(cell)))


def _surfaced(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with its values in the units that people read."""
    if not {"value", "unit"} <= set(frame.columns):
        return frame
    pairs = [surface(str(unit)) for unit in frame["unit"]]
    return frame.assign(value=frame["value"] * [factor for _, factor in pairs], unit=[unit for unit, _ in pairs])


def _formatted(value: float, form: str) -> str:
    """A number in a form of its own."""
    return fixed(value, 0) if missing(value) else format(value, form).replace("-", "−")
