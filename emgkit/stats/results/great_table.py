"""Tables for a paper, set by great-tables: HTML and LaTeX from one description."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit.notation import capital, contrast_text, readable, term_text
from emgkit.stats.cells.multiplicity import ADJUSTMENTS
from emgkit.stats.results import columns

if TYPE_CHECKING:
    from great_tables import GT

__all__ = ["great_table", "latex"]

_ITALIC = re.compile(r"p|t|F|V|n|r|g|q|k|[dgpt]_\w+")
# symbols of effect sizes, in a note as it is escaped for HTML, and in LaTeX
_SIZE = re.compile(r"\b([dg])_(\w+)")
_LATEX_SIZE = re.compile(r"\b([dgpt])\\_(\w+)")
_QUANTITIES = {"icc_2_1": "ICC(2,1)", "icc_3_1": "ICC(3,1)", "sem": "SEM", "mdc95": "MDC95", "cv": "CV"}
_LABELS = {
    "ges": "generalised η²", "pes": "partial η²", "epsilon_gg": "ε (GG)", "epsilon_hf": "ε (HF)",
    "epsilon_hf_uncapped": "ε (HF), uncapped", "p_gg": "p (GG)",
    "p_hf": "p (HF)", "mauchly_w": "Mauchly's W", "mauchly_p": "p (Mauchly)", "p_difference": "p of a difference",
    "tau2": "τ²", "i2": "I² (%)", "h2": "H²", "weight": "weight (%)", "df1": "df1", "df2": "df2",
}  # fmt: skip
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
    written = [[_cell(column, cell, facts) for cell in column.cells] for column in kept]
    cells = pd.DataFrame({f"c{i}": column for i, column in enumerate(written)})
    if groups and len(cells):
        rows = range(len(cells))
        cells["group"] = [
            capital(", ".join(_cell(named[name], named[name].cells[row], facts) for name in groups)) for row in rows
        ]
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


def _cell(column: columns.ResultColumn, cell: str, facts: Mapping[str, Any]) -> str:
    """A name as a reader writes it; numbers and sentences as they are."""
    if column.name == "quantity":
        return _QUANTITIES.get(cell, cell if _ITALIC.fullmatch(cell) else readable(cell))
    if any(level in cell for level in facts.get("alike", ())):
        return cell
    if column.name == "term":
        return term_text(cell)
    if column.name == "contrast":
        return contrast_text(cell)
    return cell if column.numeric or column.name in ("why", "alarms", "left_out") else readable(cell)


def _note(text: str) -> Any:
    """A note in HTML, effect sizes with their subscripts."""
    from great_tables import html

    shown_text = _SIZE.sub(r"<i>\1</i><sub>\2</sub>", escape(text, quote=False))
    # a long note does not widen its table
    return html(f'<div style="max-width:46em">{shown_text}</div>')


def _label(name: str, facts: Mapping[str, Any], *, marked: bool) -> Any:
    """The heading of a column."""
    from great_tables import html

    plain = _LABELS.get(name, name)
    if name == "p_adjusted":
        how = ADJUSTMENTS.get(str(facts.get("adjust")), "adjusted")
        plain = f"p ({how})" if how else "p (not adjusted)"
    base, _, rest = plain.partition(" ")
    if not _ITALIC.fullmatch(base):
        return readable(plain)
    if not marked:
        return plain
    letter, _, index = base.partition("_")
    subscript = f"<sub>{readable(index)}</sub>" if index else ""
    return html(f"<i>{letter}</i>{subscript}{f' {rest}' if rest else ''}")
