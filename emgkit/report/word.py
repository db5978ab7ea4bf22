"""The tables and the Methods text as a Word document, for a manuscript."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from emgkit.report.cells import PageColumn
from emgkit.report.content import Content, TableItem
from emgkit.report.typeset import SIMULATED, cells

__all__ = ["write_word"]

# no date of the run: the same results give the same bytes
_DATE = datetime(2000, 1, 1)
# columns that a page in portrait holds
_NARROW = 7


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
    from docx import Document
    from docx.enum.section import WD_ORIENT

    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = content.title, "emgkit", ""
    properties.created = properties.modified = _DATE
    shown = (*([content.answer] if content.answer else []), *content.tables)
    tables = [(item, cells(item)) for item in shown]
    section = document.sections[0]
    if any(len(columns) > _NARROW for _, columns in tables):
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading(content.title, level=0)
    if content.simulated:
        document.add_paragraph().add_run(SIMULATED).bold = True
    document.add_paragraph(content.question)
    document.add_heading("Finding", level=1)
    for text in (content.summary, *content.finding.split("\n\n")):
        if text.strip():
            document.add_paragraph(text.strip())
    document.add_heading("Tables", level=1)
    for number, (item, columns) in enumerate(tables, start=1):
        _add_table(document, item, columns, number=number)
    if content.methods:
        document.add_heading("Methods", level=1)
        for text in content.methods.split("\n\n"):
            document.add_paragraph(text)
    return _written(document, Path(path))


def _add_table(document: Any, item: TableItem, columns: tuple[PageColumn, ...], *, number: int) -> None:
    """A caption above, three rules, a note below."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    caption = document.add_paragraph(style="Caption")
    caption.paragraph_format.keep_with_next = True
    caption.add_run(f"Table {number}. {item.title}")
    rows = len(columns[0].cells) if columns else 0
    table = document.add_table(rows=1 + rows, cols=max(len(columns), 1))
    table.style = "Light Shading" if rows else "Table Grid"
    for place, column in enumerate(columns):
        for cell, text in zip(table.columns[place].cells, (column.label, *column.cells), strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = 0
            if column.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _small(paragraph.add_run(text))
    _repeat_heading(table.rows[0])
    note = " ".join(text for text in (item.caption, item.notes, SIMULATED if item.simulated else "") if text)
    if note:
        _small(document.add_paragraph().add_run(f"Note. {note}"))


def _small(run: Any) -> None:
    from docx.shared import Pt

    run.font.size = Pt(8)


def _repeat_heading(row: Any) -> None:
    """The first row again on every page that the table covers."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _written(document: Any, path: Path) -> Path:
    """The document in a file, without the times at which it was packed."""
    packed = io.BytesIO()
    document.save(packed)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".word-") as folder:
        part = Path(folder) / path.name
        with zipfile.ZipFile(packed) as made, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as fixed:
            for name in made.namelist():
                fixed.writestr(zipfile.ZipInfo(name, _DATE.timetuple()[:6]), made.read(name), zipfile.ZIP_DEFLATED)
        part.replace(path)
    return path
