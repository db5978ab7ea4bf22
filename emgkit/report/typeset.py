"""Tables of the report as great-tables sets them: for the page, and in LaTeX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from emgkit.report.cells import PageColumn, columns
from emgkit.report.content import TableItem
from emgkit.stats.results import columns as result_columns
from emgkit.stats.results import great_table
from emgkit.stats.results.results import Results

if TYPE_CHECKING:
    from great_tables import GT

__all__ = ["cells", "html", "latex", "speaks"]

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


def _great_table(item: TableItem) -> GT:
    """The table as great-tables holds it, with title and caption."""
    from great_tables import GT

    if isinstance(item.frame, Results) and speaks(item.frame):
        made = item.frame.great_table().tab_header(title=item.title)
    else:
        found = columns(item.frame, item.formats)
        frame = pd.DataFrame({f"c{i}": column.cells for i, column in enumerate(found)})
        made = GT(frame).tab_header(title=item.title)
        made = made.cols_label(cases={f"c{i}": column.label for i, column in enumerate(found)})
        made = made.cols_align("left").cols_align("right", [f"c{i}" for i, one in enumerate(found) if one.numeric])
    return made.tab_source_note(item.caption) if item.caption else made


def html(item: TableItem) -> Markup:
    """A table of the statistics for the page, whose own style sheet dresses it; others the page sets by itself."""
    if not isinstance(item.frame, Results):
        return Markup("")
    inside = _TABLE.search(item.frame.great_table().rm_header().as_raw_html())
    table = Markup(inside[1] if inside else "")
    return Markup('<table class="gt_table"><caption class="unseen">{}</caption>{}</table>').format(item.title, table)


def latex(item: TableItem) -> str:
    """The table as LaTeX, for the packages booktabs and caption; its title is the caption, its caption a note."""
    made = _great_table(item)
    return great_table.latex(made.tab_source_note(SIMULATED) if item.simulated else made)
