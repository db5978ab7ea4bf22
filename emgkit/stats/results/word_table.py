"""A table in a Word document, and a document of one table."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from emgkit.stats.results.columns import ResultColumn
from emgkit.stats.results.fitting import Fitted, Paper, widths_of

__all__ = ["add_table", "document_of", "new_document", "pack", "turn", "xml_text"]

_LONGEST_TITLE = 255
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# no date of the run: the same results give the same bytes
_DATE = datetime(2000, 1, 1)
# what Word leaves empty at both sides of a cell, and some room for other fonts (cm)
_PADDING = 0.5


def xml_text(text: str) -> str:
    r"""A text as XML can hold it: a sign that steers a terminal, or half of one, is written as its number.

    Examples
    --------
    >>> xml_text("V\x07L")
    'V\\x07L'
    """
    return _NO_XML.sub(lambda found: ascii(found[0])[1:-1], text)


def new_document(title: str) -> Any:
    """An empty document, without the time of its making."""
    from docx import Document

    document = Document()
    properties = document.core_properties
    # the property holds no more letters; a heading is whole
    properties.title, properties.author, properties.comments = xml_text(title)[:_LONGEST_TITLE], "emgkit", ""
    properties.created = properties.modified = _DATE
    return document


def document_of(paper: Paper, fit: Fitted) -> Any:
    """A document with one table, on a page on its side where it needs one."""
    document = new_document(paper.title)
    if fit.place == "landscape":
        turn(document)
    add_table(document, paper, fit, caption=paper.title)
    return document


def turn(document: Any) -> None:
    """Lay the pages on their side."""
    from docx.enum.section import WD_ORIENT

    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def add_table(document: Any, paper: Paper, fit: Fitted, *, caption: str) -> None:
    """A caption above, the notes below; in as many parts as the columns need."""
    if caption:
        above = document.add_paragraph(style="Caption")
        above.paragraph_format.keep_with_next = True
        above.add_run(xml_text(caption))
    for number, part in enumerate(fit.parts):
        if number:
            document.add_paragraph().paragraph_format.space_after = 0
        _add_part(document, part)
    if paper.notes:
        _small(document.add_paragraph().add_run(xml_text(f"Note. {' '.join(paper.notes)}")))


def _add_part(document: Any, part: tuple[tuple[ResultColumn, float | None], ...]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    size = len(part[0][0].cells)
    table = document.add_table(rows=1 + size, cols=len(part))
    table.style = "Light Shading" if size else "Table Grid"
    for position, (column, _) in enumerate(part):
        for cell, text in zip(table.columns[position].cells, (column.name, *column.cells), strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = 0
            if column.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _small(paragraph.add_run(xml_text(text)))
    table.autofit = False
    for position, width in enumerate(widths_of(part)):
        table.columns[position].width = Cm(width + _PADDING)
        for cell in table.columns[position].cells:
            cell.width = Cm(width + _PADDING)
    _three_rules(table)
    _repeat_heading(table.rows[0])


def _three_rules(table: Any) -> None:
    """No bands and no bold column: rules above, below and under the heading alone."""
    from docx.oxml.ns import qn

    look = table._tbl.tblPr.find(qn("w:tblLook"))
    for name, value in (("firstColumn", "0"), ("noHBand", "1"), ("val", "0620")):
        look.set(qn(f"w:{name}"), value)


def _small(run: Any) -> None:
    from docx.shared import Pt

    # as narrow as the letters by which the widths are reckoned
    run.font.name, run.font.size = "Times New Roman", Pt(8)


def _repeat_heading(row: Any) -> None:
    """The first row again on every page that the table covers."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def pack(document: Any, path: Path) -> None:
    """The document in a file, without the times at which it was packed."""
    packed = io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in made.namelist():
            fixed.writestr(zipfile.ZipInfo(name, _DATE.timetuple()[:6]), made.read(name), zipfile.ZIP_DEFLATED)
