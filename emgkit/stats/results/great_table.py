"""Tables for a paper, set by great-tables: HTML and LaTeX from one description."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit.notation import capital, heading, p_heading, place, readable, symbol
from emgkit.stats.results import columns

if TYPE_CHECKING:
    from great_tables import GT

__all__ = ["great_table", "latex"]

# symbols of effect sizes, in a note as it is escaped for HTML, and in LaTeX
_SIZE = re.compile(r"\b([dg])_(\w+)")
_LATEX_SIZE = re.compile(r"\b([dgpt])\\_(\w+)")
# what pdflatex has no letter for
_LATEX = str.maketrans({
    "−": "$-$", "×": r"$\times$", "η": r"$\eta$", "ε": r"$\varepsilon$", "τ": r"$\tau$", "²": r"$^2$", "°": r"$^\circ$",
    "µ": r"$\mu$", "∞": r"$\infty$", "…": r"\ldots{}", "–": "--", "·": r"$\cdot$",
    **{digit: f"$^{{{plain}}}$" for digit, plain in zip("⁻⁰¹³⁴⁵⁶⁷⁸⁹", "-013456789", strict=True)},
})  # fmt: skip


def great_table(
    table: pd.DataFrame, facts: Mapping[str, Any], *, head: str, notes: Sequence[str], marked: bool = True
) -> GT:
    """The table with row groups, headings and notes; ``marked`` sets symbols in italics with subscripts (HTML)."""
    from great_tables import GT

    found, same = columns.folded(columns.columns(table, facts), facts)
    named = {column.name: column for column in found}
    groups = [name for name in (*facts.get("outcomes", []), *(facts.get("by") or [])) if name in named]
    if {"contrast", "quantity"} <= named.keys():  # the quantities of a contrast stand below its name
        groups = list(named)[: list(named).index("quantity")]
    kept = [column for column in found if column.name not in groups]
    cells = pd.DataFrame({f"c{i}": column.cells for i, column in enumerate(kept)})
    if groups and len(cells):
        factors = (*facts.get("outcomes", []), *(facts.get("by") or []))
        levels = ([place(n, c) if n in factors else c for c in named[n].cells] for n in groups)
        cells["group"] = [capital(", ".join(row)) for row in zip(*levels, strict=True)]
    # the same table has the same name on every page
    name = f"emgkit-{zlib.crc32(repr((head, *(column.cells for column in found))).encode()):08x}"
    made = GT(cells, groupname_col="group" if "group" in cells else None, id=name).tab_header(title=head)
    labels = {f"c{i}": _label(column.name, facts, marked=marked) for i, column in enumerate(kept)}
    right = [f"c{i}" for i, column in enumerate(kept) if column.numeric]
    made = made.cols_label(cases=labels).cols_align("left").cols_align("right", columns=right)
    doubts = [f"Notice: {one['text']}" for one in facts.get("notices", [])]
    for note in (*(capital(readable(text)) for text in same), *notes, *doubts):
        made = made.tab_source_note(_note(note) if marked else note)
    return made.tab_options(table_font_size="14px", row_group_font_weight="bold", heading_align="left")


def latex(made: GT) -> str:
    """The table as LaTeX, for the packages booktabs and caption."""
    return _LATEX_SIZE.sub(r"$\1_{\\mathrm{\2}}$", made.as_latex()).translate(_LATEX)


def _note(text: str) -> Any:
    """A note in HTML, effect sizes with their subscripts."""
    from great_tables import html

    shown_text = _SIZE.sub(r"<i>\1</i><sub>\2</sub>", escape(text, quote=False))
    # a long note does not widen its table
    return html(f'<div style="max-width:46em">{shown_text}</div>')


def _label(name: str, facts: Mapping[str, Any], *, marked: bool) -> Any:
    """The heading of a column."""
    from great_tables import html

    plain = heading(name)
    if name == "p_adjusted":
        plain = p_heading(facts.get("adjust"), facts.get("largest_family"))
    letter, index, rest = symbol(plain)
    if not marked or not letter:
        return plain
    return html(f"<i>{letter}</i>{f'<sub>{index}</sub>' if index else ''}{escape(rest, quote=False)}")
