"""The tables and the Methods text as a Word document, for a manuscript."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from emgkit.report.content import Content
from emgkit.report.typeset import SIMULATED, paper
from emgkit.stats.results.fitting import fitted
from emgkit.stats.results.word_table import add_table, new_document, pack, turn, xml_text

__all__ = ["write_word"]


def write_word(content: Content, path: str | os.PathLike[str]) -> Path:
    """Write title, finding, tables with captions and notes, and the Methods text as a .docx file.

    Parameters
    ----------
    content : Content
        What the report says.
    path : path
        File to write, whole or not at all; its folder must be there.

    Returns
    -------
    Path
        The file. The same content gives the same bytes.
    """
    document = new_document(content.title)
    papers = [paper(item, grouped=False) for item in (*([content.answer] if content.answer else []), *content.tables)]
    fits = [fitted(one) for one in papers]
    if any(fit.place == "landscape" for fit in fits):
        turn(document)
    document.add_heading(xml_text(content.title), level=0)
    if content.simulated:
        document.add_paragraph().add_run(SIMULATED).bold = True
    document.add_paragraph(xml_text(content.question))
    document.add_heading("Finding", level=1)
    for text in (content.summary, *content.finding.split("\n\n")):
        if text.strip():
            document.add_paragraph(xml_text(text.strip()))
    document.add_heading("Tables", level=1)
    for number, (one, fit) in enumerate(zip(papers, fits, strict=True), start=1):
        add_table(document, one, fit, caption=f"Table {number}. {one.title}")
    if content.methods:
        document.add_heading("Methods", level=1)
        for text in content.methods.split("\n\n"):
            if text.strip() == "References":
                document.add_heading(text.strip(), level=2)
            else:
                document.add_paragraph(xml_text(text))
    target = Path(path)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".word-") as folder:
        part = Path(folder) / target.name
        pack(document, part)
        part.replace(target)
    return target
