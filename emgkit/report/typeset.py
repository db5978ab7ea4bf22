"""Tables of the report: for the page, and as they are set on paper, in LaTeX and in Word."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from emgkit.report.cells import PageColumn, columns
from emgkit.report.content import TableItem
from emgkit.stats.results import columns as result_columns
from emgkit.stats.results.fitting import Paper, fitted, plain_paper
from emgkit.stats.results.latex_table import latex_table
from emgkit.stats.results.results import Results, paper_of

__all__ = ["cells", "html", "latex", "paper", "speaks"]

SIMULATED = "Simulated data: no person was measured."
"""The note below every table of simulated data that leaves the page."""

_TABLE = re.compile(r'<table class="gt_table"[^>]*>(.*)</table>', flags=re.DOTALL)


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


def html(item: TableItem) -> Markup:
    """A table of the statistics for the page, whose own style sheet dresses it; others the page sets by itself."""
    if not isinstance(item.frame, Results):
        return Markup("")
    inside = _TABLE.search(item.frame.great_table().rm_header().as_raw_html())
    table = Markup(inside[1] if inside else "")
    return Markup('<table class="gt_table"><caption class="unseen">{}</caption>{}</table>').format(item.title, table)


def latex(item: TableItem) -> str:
    """The table as LaTeX that fits a page, for the package booktabs; its caption stands among the notes."""
    made = paper(item)
    return latex_table(made, fitted(made))
