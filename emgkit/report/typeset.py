"""Tables of the report: for the page, and as they are set on paper, in LaTeX and in Word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from emgkit.notation import series
from emgkit.report.cells import PageColumn, PageTable, columns, condensed
from emgkit.report.content import TableItem
from emgkit.stats.results import columns as result_columns
from emgkit.stats.results.fitting import Paper, fitted, plain_paper
from emgkit.stats.results.latex_table import latex_table
from emgkit.stats.results.results import Results, paper_of

__all__ = ["cells", "latex", "on_page", "paper", "plain_on_page", "speaks"]

SIMULATED = "Simulated data: no person was measured."
"""The note below every table of simulated data that leaves the page."""

_USUAL: Mapping[str, str] = MappingProxyType({})


def speaks(frame: pd.DataFrame) -> bool:
    """Whether a table is one of the statistics', which knows how it is set."""
    return isinstance(frame, Results) and "table" in frame.attrs


def cells(item: TableItem) -> tuple[PageColumn, ...]:
    """The columns as they are read, with the digits of the page and of LaTeX."""
    if not speaks(item.frame):
        return columns(item.frame, item.formats)
    found = result_columns.columns(item.frame, {str(key): value for key, value in item.frame.attrs.items()})
    return tuple(PageColumn.named(each.name, each.cells, numeric=each.numeric) for each in found)


def paper(item: TableItem, *, grouped: bool = True) -> Paper:
    """The table as it is set on paper, with its title, caption and notes; `grouped` as in `laid_out`."""
    caption, simulated = [item.caption] * bool(item.caption), [SIMULATED] * item.simulated
    if isinstance(item.frame, Results) and speaks(item.frame):
        made = paper_of(item.frame, title=item.title, grouped=grouped)
        return replace(made, notes=(*caption, *made.notes, *simulated))
    found = [
        result_columns.ResultColumn(name=each.label, cells=each.cells, numeric=each.numeric)
        for each in columns(item.frame, item.formats)
    ]
    return plain_paper(found, title=item.title, notes=[*caption, *simulated])


def on_page(item: TableItem) -> PageTable:
    """The table as the page sets it; its caption stands above it. Of one too wide for the page, what fits on paper."""
    if not isinstance(item.frame, Results) or not speaks(item.frame):
        return plain_on_page(item.frame, item.title, formats=item.formats)
    made = paper_of(item.frame, title=item.title)
    shown = PageTable(title=item.title, columns=_set(made.columns), groups=made.groups, notes=made.notes)
    if shown.fits:
        return shown
    short = fitted(made)
    kept = _set(column for column, _ in short.parts[0])
    further = f"{item.files[0] if item.files else 'The table in full'} also has {series(short.left_out)}."
    return replace(shown, columns=kept, notes=(*made.notes, *([further] if short.left_out else [])))


def _set(found: Iterable[result_columns.ResultColumn]) -> tuple[PageColumn, ...]:
    return tuple(PageColumn.named(each.name, each.cells, numeric=each.numeric) for each in found)


def plain_on_page(frame: pd.DataFrame, title: str, *, formats: Mapping[str, str] = _USUAL) -> PageTable:
    """A table that is none of the statistics as the page sets it: what repeats stands in its notes."""
    shown, notes = condensed(columns(frame.drop(columns="simulated", errors="ignore"), formats))
    return PageTable(title=title, columns=shown, notes=notes)


def latex(item: TableItem) -> str:
    """The table as LaTeX that fits a page, for the package booktabs; its caption stands among the notes."""
    made = paper(item)
    return latex_table(made, fitted(made))
