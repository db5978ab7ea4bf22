"""A table of any kind for people: headings with their symbols, and the cells that ``stats.results.columns`` writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from emgkit.notation import fixed, heading, missing, surface, symbol
from emgkit.stats.results import columns as result_columns

__all__ = ["PageColumn", "columns"]

# letters that fit on one line of a cell, and letters above which a cell holds a sentence
_ONE_LINE, _SENTENCE = 26, 60


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
        return self.heading.striptags()

    @cached_property
    def long(self) -> bool:
        """Whether a cell holds a sentence rather than a name."""
        return not self.numeric and any(len(cell) > _SENTENCE for cell in self.cells)

    @cached_property
    def short(self) -> bool:
        """Whether every cell fits on one line."""
        return all(len(cell) <= _ONE_LINE for cell in self.cells)


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
            else each.cells,
            numeric=each.numeric,
        )
        for each in found
    )


def _surfaced(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with its values in the units that people read."""
    if not {"value", "unit"} <= set(frame.columns):
        return frame
    pairs = [surface(str(unit)) for unit in frame["unit"]]
    return frame.assign(value=frame["value"] * [factor for _, factor in pairs], unit=[unit for unit, _ in pairs])


def _formatted(value: float, form: str) -> str:
    """A number in a form of its own."""
    return fixed(value, 0) if missing(value) else format(value, form).replace("-", "−")
