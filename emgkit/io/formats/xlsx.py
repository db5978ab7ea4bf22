"""Excel workbooks: one sheet is one table, read by the rules of delimited text.

A cell that holds a number is that number, a date or clock time is one, and text is read as in a text file. Nothing
is computed: a formula counts by the value that was saved with it.
"""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from emgkit._checks import nearest
from emgkit.errors import ArgumentError, EmgkitError, FormatError, Notice
from emgkit.io._assembly import FileContent
from emgkit.io._preamble import Table, find_table
from emgkit.io._text import GROUPED, NUMBER
from emgkit.io.formats.delimited import content_of
from emgkit.notation import listed

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["Sheet", "load", "sheets"]

Row: TypeAlias = tuple[Any, ...]

# what Excel can hold, and what can be read in bounded memory
_MOST_ROWS, _MOST_CELLS = 1_048_576, 20_000_000
# a workbook that unpacks to more than this many times its size, and to more than so many bytes, is no recording
_MOST_EXPANSION, _HARMLESS = 200, 2**26
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
_EXCEL_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet of a workbook.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"table", "chart", "empty"}
        What it is.
    hidden : bool
        Whether the program hides it.
    """

    name: str
    kind: str
    hidden: bool


def sheets(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a workbook in their order; charts come last.

    Raises
    ------
    FormatError
        The file is not a workbook that can be read.
    """
    with _opened(path) as book:
        return _sheets(book)


def load(path: Path, *, sheet: str | None = None, thousands: str | None = None) -> FileContent:
    """What a sheet says, by the rules of delimited text.

    Parameters
    ----------
    path : Path
        The workbook.
    sheet : str, optional
        The name of the sheet; needed where several visible sheets hold cells.
    thousands : str, optional
        The sign that separates thousands in numbers that are written as text.

    Raises
    ------
    FormatError
        The workbook is damaged, a cell of the table is empty or no number, or a formula was saved without its value.
    ArgumentError
        The sheet is not there, or several could be meant.
    """
    with _opened(path) as book:
        chosen, notices = _chosen(_sheets(book), sheet, where=str(path))
        where = f"{path}, sheet {chosen!r}"
        rows = _rows(book, chosen, where=where)
        merged = _check_formulas(book, chosen, path, rows, where=where)
    try:
        table, grouping = _table(rows, thousands, where=where)
        content = content_of(table, thousands=grouping, open_end=False, where=where)
    except FormatError as error:
        if not merged or "empty" not in error.what:
            raise
        hint = f"The sheet has merged cells ({listed(merged[:3])}), of which the first alone holds a value: split them"
        raise FormatError(error.what, where=error.where, allowed=error.allowed, got=error.got, hint=hint) from None
    return replace(content, notices=(*notices, *content.notices))


# --- the workbook ----------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path, *, formulas: bool = False) -> Iterator[Workbook]:
    """The workbook, open for reading; whatever goes wrong inside is an error of emgkit."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles, validation and other things that are not numbers
        try:
            _check_parts(path)
            with path.open("rb") as file:
                book = openpyxl.load_workbook(file, read_only=True, data_only=not formulas, keep_links=False)
                yield book
                book.close()
        except EmgkitError:
            raise
        except Exception as problem:  # a damaged workbook makes its library raise errors of any kind
            raise FormatError(
                "The file is a damaged workbook, or not a workbook",
                where=str(path), allowed="an Excel workbook (.xlsx)",
                got=f"{type(problem).__name__}: {str(problem)[:120]}",
                hint="Open it in the program that it is from, save it as .xlsx again, or copy it again",
            ) from None  # fmt: skip


def _check_parts(path: Path) -> None:
    """Refuse a workbook that would fill the memory when it is unpacked, or that defines words of its own in XML."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > max(_HARMLESS, _MOST_EXPANSION * path.stat().st_size):
            raise FormatError(
                "The workbook unpacks to far more than a recording does", where=str(path),
                allowed=f"at most {_MOST_EXPANSION} times its size",
                got=f"{unpacked / 1e6:.0f} MB from a file of {path.stat().st_size / 1e6:.2f} MB",
            )  # fmt: skip
        for part in archive.infolist():
            if not part.filename.lower().endswith((".xml", ".rels")):
                continue
            with archive.open(part) as stream:
                head = stream.read(2**16).replace(b"\x00", b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise FormatError(
                    "The workbook defines words of its own in its XML, which no spreadsheet program writes",
                    where=f"{path}, {part.filename[:60]}", got="<!DOCTYPE …>",
                    hint="Open it in a spreadsheet program and save it as .xlsx again",
                )  # fmt: skip


def _sheets(book: Workbook) -> tuple[Sheet, ...]:
    tables = [
        Sheet(name=one.title, kind="table" if _holds_a_cell(one) else "empty", hidden=one.sheet_state != "visible")
        for one in book.worksheets
    ]
    charts = [Sheet(name=one.title, kind="chart", hidden=one.sheet_state != "visible") for one in book.chartsheets]
    return (*tables, *charts)


def _holds_a_cell(worksheet: Any) -> bool:
    worksheet.reset_dimensions()
    for count, row in enumerate(worksheet.iter_rows(values_only=True)):
        if count >= _MOST_ROWS:
            return False
        if any(value is not None for value in row):
            return True
    # a formula without a value is found when the sheet is read
    return _FORMULA.search(_part(worksheet)) is not None


def _part(worksheet: Any) -> bytes:
    """The XML of a sheet."""
    with worksheet._get_source() as stream:
        content: bytes = stream.read()
    return content


def _chosen(found: Sequence[Sheet], wanted: str | None, *, where: str) -> tuple[str, tuple[Notice, ...]]:
    """The sheet to read: the one named, else the only visible one that holds cells."""
    if wanted is not None:
        named = next((one for one in found if one.name == wanted), None)
        if named is None:
            names = [one.name for one in found]
            raise ArgumentError(
                f"The workbook has no sheet {wanted!r}", where=where, allowed=_named(found), got=repr(wanted),
                hint=nearest(wanted, names),
            )  # fmt: skip
        if named.kind != "table":
            raise FormatError(
                f"The sheet {wanted!r} is {'a chart' if named.kind == 'chart' else 'empty'}", where=where,
                allowed=_named(found),
            )  # fmt: skip
        return wanted, ()
    tables = [one for one in found if one.kind == "table"]
    visible = [one for one in tables if not one.hidden]
    if len(visible) != 1:
        first = (visible or tables or found or [Sheet(name="…", kind="table", hidden=False)])[0].name
        raise ArgumentError(
            "The workbook has several sheets" if visible else "The workbook has no visible sheet with cells",
            where=where, allowed="one sheet, named with sheet=", got=_named(found),
            hint=f"Say which: read(path, sheet={first!r}); in a study, [[data.layouts]] sheet = {first!r}",
        )  # fmt: skip
    hidden = [one.name for one in tables if one.hidden]
    if not hidden:
        return visible[0].name, ()
    text = f"Hidden sheets of the workbook were not read: {_shortened(hidden)}."
    return visible[0].name, (Notice(code="sheets-hidden", text=text),)


def _named(found: Sequence[Sheet]) -> str:
    """The sheets for a message."""
    marks = {"table": "", "chart": " (a chart)", "empty": " (empty)"}
    return _shortened([one.name for one in found], [marks[one.kind] + " (hidden)" * one.hidden for one in found])


def _shortened(names: Sequence[str], marks: Sequence[str] = ()) -> str:
    texts = [repr(name[:40]) + mark for name, mark in zip(names, marks or [""] * len(names), strict=True)]
    return ", ".join(texts[:8]) + (f" and {len(texts) - 8} more" if len(texts) > 8 else "") or "none"


# --- the cells -------------------------------------------------------------------------------------


def _rows(book: Workbook, sheet: str, *, where: str) -> list[Row]:
    """The cells of all rows, without the empty ones behind the last of each row.

    Raises
    ------
    FormatError
        The sheet has more cells than can be read.
    """
    worksheet: Any = book[sheet]
    worksheet.reset_dimensions()  # what the file says of its size may be wrong
    rows: list[Row] = []
    cells = 0
    for row in worksheet.iter_rows(values_only=True):
        end = len(row)
        while end and (row[end - 1] is None or row[end - 1] == ""):
            end -= 1
        rows.append(row[:end])
        cells += len(row)
        if len(rows) > _MOST_ROWS or cells > _MOST_CELLS:
            raise FormatError(
                "The sheet is too large", where=where,
                allowed=f"{_MOST_ROWS:,} rows, and {_MOST_CELLS:,} cells in all".replace(",", " "),
                hint="Export it as CSV, or make a file of each part",
            )  # fmt: skip
    while rows and not rows[-1]:
        del rows[-1]
    return rows


def _check_formulas(book: Workbook, sheet: str, path: Path, rows: Sequence[Row], *, where: str) -> list[str]:
    """Refuse a formula without a saved value; give the merged cells, for other messages.

    Raises
    ------
    FormatError
        Names the cell.
    """
    from openpyxl.utils import get_column_letter

    xml = _part(book[sheet])
    if _FORMULA.search(xml):
        with _opened(path, formulas=True) as again:
            for number, formulas in enumerate(_rows(again, sheet, where=where)):
                values = rows[number] if number < len(rows) else ()
                for column, formula in enumerate(formulas):
                    saved = values[column] if column < len(values) else None
                    if formula is not None and formula != "" and saved is None:
                        text = formula if isinstance(formula, str) else getattr(formula, "text", "a formula")
                        raise FormatError(
                            "A formula was saved without its value",
                            where=f"{where}, cell {get_column_letter(column + 1)}{number + 1}",
                            allowed="numbers, and formulas with their values", got=repr(str(text)[:60]),
                            hint="Open the workbook in a spreadsheet program, let it compute, and save it",
                        )  # fmt: skip
    return [found.decode() for found in _MERGED.findall(xml)]


def _table(rows: Sequence[Row], thousands: str | None, *, where: str) -> tuple[Table, str | None]:
    """The table of a sheet as text, and the sign between thousands where numbers are text."""
    left = min((next(i for i, value in enumerate(row) if value is not None) for row in rows if row), default=0)
    lengths = Counter(len(row) - left for row in rows if row)
    usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
    # an exported text file has a separator for every cell that is empty
    cells = _padded([row[left:] for row in rows], usual)
    table = find_table(_as_text(cells), where=where, sep="\t")
    first = table.first_row - 1
    width = max(len(cells[first]), len(table.names or ()))
    sign = _sign_of_texts(cells[first:], width, where=where, corner=(first, left))
    if sign is None:
        return table, ""
    sign = {",": ".", ".": ","}.get(thousands or "", sign)
    return find_table(_as_text(cells, sign, exact=True), where=where, sep="\t"), thousands


def _padded(rows: Sequence[Row], width: int) -> list[Row]:
    return [row + (None,) * (width - len(row)) if row else row for row in rows]


def _sign_of_texts(rows: Sequence[Row], width: int, *, where: str, corner: tuple[int, int]) -> str | None:
    """The decimal sign of the numbers that are written as text; None where no cell of the table is one.

    Raises
    ------
    FormatError
        A column is empty, or holds numbers as numbers and as text.
    """
    from openpyxl.utils import get_column_letter

    sign = None
    for column in range(width):
        values = [row[column] if column < len(row) else None for row in rows]
        place = f"{where}, column {get_column_letter(corner[1] + column + 1)}"
        if all(value is None for value in values):
            raise FormatError(
                "An empty column stands inside the table", where=place, allowed="one table on a sheet",
                hint="Delete the empty column, or put each table on a sheet of its own",
            )  # fmt: skip
        texts = [place for place, value in enumerate(values) if isinstance(value, str) and _is_number(value)]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if texts and numbers:
            raise FormatError(
                "A column holds numbers as numbers and as text: a program may have taken some for something else",
                where=f"{place}, row {corner[0] + texts[0] + 1}", allowed="numbers alone, or text alone",
                got=f"the text {values[texts[0]]!r} and the number {numbers[0]!r}",
                hint="Import the original file again, with its decimal sign",
            )  # fmt: skip
        if texts:
            sign = "," if sign == "," or any("," in str(values[one]) for one in texts) else "."
    return sign


def _is_number(text: str) -> bool:
    text = text.strip()
    return NUMBER.fullmatch(text.replace(",", ".")) is not None or GROUPED.fullmatch(text) is not None


def _as_text(rows: Sequence[Row], decimal: str = ".", *, exact: bool = False) -> str:
    """The rows as lines with a tab between the cells; with `exact`, no number can be taken for one with thousands."""

    def written(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, float):
            text = repr(value) if decimal == "." else repr(value).replace(".", decimal)
            return f"{text}e0" if exact and "e" not in text else text
        return str(value) if type(value) is int else _words(value)

    return "\n".join(["\t".join(map(written, row)) for row in rows]) + "\n"


def _words(value: Any) -> str:
    """The text of a cell that is not a number."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.timedelta):
        seconds, rest = divmod(value // datetime.timedelta(microseconds=1), 1_000_000)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:06d}"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S.%f")
    text = " ".join(str(value).split())
    # an error of Excel is no comment
    text = f"error {text}" if text in _EXCEL_ERRORS else text
    return '"' + text.replace('"', '""') + '"' if '"' in text else text
