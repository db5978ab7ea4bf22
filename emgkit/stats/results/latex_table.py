"""A table as LaTeX: it fits its column or page, and needs the package booktabs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emgkit.notation import symbol
from emgkit.stats.results.columns import ResultColumn
from emgkit.stats.results.fitting import Fitted, Paper, headed_lines

__all__ = ["latex_table"]

# rows from which a table goes over several pages
_MOST_ROWS = 40
_ESCAPED = str.maketrans({
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    # what pdflatex has no letter for
    "−": "$-$", "×": r"$\times$", "η": r"$\eta$", "ε": r"$\varepsilon$", "τ": r"$\tau$", "²": r"$^2$",
    "°": r"$^\circ$", "µ": r"$\mu$", "μ": r"$\mu$", "∞": r"$\infty$", "…": r"\ldots{}", "–": "--", "·": r"$\cdot$",
    "′": r"$'$", "†": r"$\dagger$", "≥": r"$\geq$", "≤": r"$\leq$", "±": r"$\pm$", "|": r"\textbar{}",
    '"': "''",
    **{digit: f"$^{{{plain}}}$" for digit, plain in zip("⁻⁰¹³⁴⁵⁶⁷⁸⁹", "-013456789", strict=True)},
})  # fmt: skip
_SIZE = re.compile(r"\b([dgpt])\\_(\w+)")
# text that stands in a line of its own in a float, and its environment
_FLOATS = {"column": "table", "page": "table*", "landscape": "sidewaystable*"}


def latex_table(paper: Paper, fit: Fitted) -> str:
    """Set a table.

    Parameters
    ----------
    paper : Paper
        Its title, groups and notes.
    fit : Fitted
        Its columns, and where they fit.

    Returns
    -------
    str
        A float; a table of many rows is a ``longtable``, which goes over several pages.
    """
    rows = len(paper.columns[0].cells) if paper.columns else 0
    packages = ["booktabs"]
    if rows + len(set(paper.groups)) > _MOST_ROWS:
        packages += ["longtable", *(["pdflscape"] if fit.place == "landscape" else [])]
        lines = list(_long(paper, fit))
    else:
        packages += ["rotating"] if fit.place == "landscape" else []
        lines = list(_float(paper, fit))
    used = " ".join(rf"\usepackage{{{name}}}" for name in packages)
    head = [f"% needs {used}"]
    if fit.left_out:
        head.append(f'% left out, for lack of room: {", ".join(fit.left_out)}; columns="full" sets every column')
    return "\n".join([*head, *lines, ""])


def _float(paper: Paper, fit: Fitted) -> Iterator[str]:
    kind = _FLOATS[fit.place]
    yield rf"\begin{{{kind}}}[{'p' if fit.place == 'landscape' else 't'}]"
    yield r"\centering"
    if paper.title:
        yield rf"\caption{{{_text(paper.title)}}}"
    yield _SMALL
    for part in fit.parts:
        yield rf"\begin{{tabular}}{{@{{}}{_format(part)}@{{}}}}"
        yield r"\toprule"
        yield rf"{_headings(part)} \\"
        yield r"\midrule"
        yield from _rows(paper, part)
        yield r"\bottomrule"
        yield r"\end{tabular}"
        yield r"\par\medskip"
    if paper.notes:
        yield r"\begin{minipage}{\linewidth}\raggedright"
        yield from _notes(paper)
        yield r"\end{minipage}"
    yield rf"\end{{{kind}}}"


def _long(paper: Paper, fit: Fitted) -> Iterator[str]:
    """A table over several pages; a document of two columns has to set it in one."""
    wide = fit.place == "landscape"
    if wide:
        yield r"\begin{landscape}"
    yield rf"{{{_SMALL}"
    for number, part in enumerate(fit.parts):
        title = _text(paper.title) + (" (continued)" if number else "")
        caption = rf"\caption{'[]' if number else ''}{{{title}}}"
        yield rf"\begin{{longtable}}{{@{{}}{_format(part)}@{{}}}}"
        yield rf"{caption} \\"
        yield rf"\toprule {_headings(part)} \\ \midrule \endfirsthead"
        yield rf"\toprule {_headings(part)} \\ \midrule \endhead"
        yield r"\bottomrule \endfoot"
        yield from _rows(paper, part)
        yield r"\end{longtable}"
    yield r"\raggedright\noindent"
    yield from _notes(paper)
    yield r"\par}"
    if wide:
        yield r"\end{landscape}"


_SMALL = r"\fontsize{8pt}{9.6pt}\selectfont\setlength{\tabcolsep}{3.5pt}"


def _format(part: Sequence[tuple[ResultColumn, float | None]]) -> str:
    return "".join(
        ("r" if column.numeric else "l") if width is None else rf"p{{{width:.2f}cm}}" for column, width in part
    )


def _headings(part: Sequence[tuple[ResultColumn, float | None]]) -> str:
    texts = []
    for column, width in part:
        lines = [_name(line) for line in (headed_lines(column) if width is None else [column.name])]
        side = "r" if column.numeric else "l"
        joined = r"\\".join(lines)
        texts.append(lines[0] if len(lines) == 1 else rf"\shortstack[{side}]{{{joined}}}")
    return " & ".join(texts)


def _rows(paper: Paper, part: Sequence[tuple[ResultColumn, float | None]]) -> Iterator[str]:
    before = None
    for row in range(len(paper.columns[0].cells) if paper.columns else 0):
        group = paper.groups[row] if paper.groups else None
        if group != before:
            if before is not None:
                yield r"\addlinespace"
            yield rf"\multicolumn{{{len(part)}}}{{@{{}}l@{{}}}}{{\textit{{{_text(str(group))}}}}} \\"
            before = group
        cells = [
            _text(column.cells[row]) if width is None else rf"\raggedright {_text(column.cells[row])}"
            for column, width in part
        ]
        ragged = part[-1][1] is not None
        end = r"\tabularnewline" if ragged else r"\\"
        yield f"{' & '.join(cells)} {end}"


def _notes(paper: Paper) -> Iterator[str]:
    for note in paper.notes:
        yield rf"{_text(note)}\par"


def _text(text: str) -> str:
    """Text without signs that LaTeX reads as commands; an effect size keeps its index."""
    return _SIZE.sub(r"$\1_{\\mathrm{\2}}$", text.translate(_ESCAPED))


def _name(text: str) -> str:
    """A heading, its symbol in italics as mathematics sets it."""
    letter, index, rest = symbol(text)
    if not letter or not letter.isascii():
        return _text(text)
    below = rf"_{{\mathrm{{{index}}}}}" if index else ""
    return f"${letter}{below}${_text(rest)}"
