"""Tables for a page, set by great-tables."""

from __future__ import annotations

import re
import zlib
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit.notation import symbol
from emgkit.stats.results.fitting import Paper

if TYPE_CHECKING:
    from great_tables import GT

__all__ = ["great_table"]

# symbols of effect sizes, in a note as it is escaped for HTML
_SIZE = re.compile(r"\b([dg])_(\w+)")


def great_table(paper: Paper) -> GT:
    """A table with row groups, headings and notes; symbols are in italics with subscripts."""
    from great_tables import GT

    cells = pd.DataFrame({f"c{i}": column.cells for i, column in enumerate(paper.columns)})
    if paper.groups:
        cells["group"] = paper.groups
    # the same table has the same name on every page
    content = repr((paper.title, paper.groups, *(column.cells for column in paper.columns)))
    name = f"emgkit-{zlib.crc32(content.encode()):08x}"
    made = GT(cells, groupname_col="group" if paper.groups else None, id=name).tab_header(title=paper.title)
    labels = {f"c{i}": _label(column.name) for i, column in enumerate(paper.columns)}
    right = [f"c{i}" for i, column in enumerate(paper.columns) if column.numeric]
    made = made.cols_label(cases=labels).cols_align("left").cols_align("right", columns=right)
    for note in paper.notes:
        made = made.tab_source_note(_note(note))
    return made.tab_options(table_font_size="14px", row_group_font_weight="bold", heading_align="left")


def _note(text: str) -> Any:
    """A note in HTML, effect sizes with their subscripts."""
    from great_tables import html

    shown_text = _SIZE.sub(r"<i>\1</i><sub>\2</sub>", escape(text, quote=False))
    # a long note does not widen its table
    return html(f'<div style="max-width:46em">{shown_text}</div>')


def _label(heading: str) -> Any:
    """The heading of a column."""
    from great_tables import html

    letter, index, rest = symbol(heading)
    if not letter:
        return heading
    return html(f"<i>{letter}</i>{f'<sub>{index}</sub>' if index else ''}{escape(rest, quote=False)}")
