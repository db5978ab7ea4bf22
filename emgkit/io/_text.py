"""Text files of numbers: decoding, and a fast table of floats whose errors name row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError
from emgkit.io._long_text import Span
from emgkit.kernels.number_text import numbers_in_rows

__all__ = [
    "COMMENT",
    "GROUPED",
    "NUMBER",
    "Rows",
    "brief",
    "complete_table",
    "decoded",
    "exact_floats",
    "first_bad_cell",
    "number_table",
    "shortened",
    "split",
]

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# a number in which a sign separates thousands, such as 1,104 and 1.234.567,8
GROUPED = re.compile(r"[+-]?\d{1,3}(?P<sign>[.,' \u2019\u00a0\u202f])\d{3}(?:(?P=sign)\d{3})*(?:[.,]\d*)?", re.ASCII)
# a line that begins so is a comment; "%MVC" is a unit
COMMENT = re.compile(r"\s*(?:#|%(?! ?(?:MVC|task))|;|!|//)")
SPACES = r"\s+"
# as many rows are tried at once when the first bad one is looked for
_CHUNK = 2000
# bytes that are looked at together, and the marks of a text in which zeros are no fault
_AT_ONCE = 1 << 22
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def shortened(names: Iterable[str], *, most: int = 6) -> str:
    """Names for a sentence, repeated ones once with their number, long ones cut, the rest of many as a number.

    Examples
    --------
    >>> shortened(["X[s]", "VL", "X[s]"])
    "'X[s]' (2 times) and 'VL'"
    >>> shortened("abcdefgh", most=3)
    "'a', 'b', 'c' and 5 more"
    """
    counts = Counter(names)
    texts = [repr(brief(name)) + (f" ({count} times)" if count > 1 else "") for name, count in counts.items()]
    if len(texts) > most + 1:
        texts = [*texts[:most], f"{len(texts) - most} more"]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def brief(name: str, *, most: int = 60) -> str:
    """A name for a sentence, cut where it is long.

    Examples
    --------
    >>> brief("VL"), brief("a very long name", most=8)
    ('VL', 'a very …')
    """
    return name if len(name) <= most else f"{name[: most - 1]}…"


def decoded(path: Path) -> str:
    """The text of a file: UTF-8 (with or without a mark), UTF-16 with its mark, else Windows-1252.

    Raises
    ------
    FormatError
        The file is not text.
    """
    raw = _bytes(path)
    if raw[:2] in _UTF_16:
        try:
            return raw.decode("utf-16").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            raise FormatError(
                "The file is cut off inside a character, or is not the UTF-16 text that its first bytes promise",
                where=f"{path}, byte {error.start}", hint="Copy or export the file again",
            ) from None  # fmt: skip
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _bytes(path: Path) -> bytes:
    """The bytes of a text; of a file that is none, no more than the first part is read."""
    pieces, at = list[bytes](), 0
    with path.open("rb") as file:
        while piece := file.read(_AT_ONCE):
            if b"\x00" in piece and (pieces or [piece])[0][:2] not in _UTF_16:
                raise FormatError("The file is not text", where=str(path), got=f"a zero at byte {at + piece.index(0)}")
            pieces.append(piece)
            at += len(piece)
    return b"".join(pieces)


def split(line: str, sep: str) -> list[str]:
    """The cells of a line; quotes protect a separator."""
    if sep == SPACES:
        return line.split()
    try:
        cells = next(csv.reader([line], delimiter=sep))
    except csv.Error:  # a quote that never closes, in a very long line
        cells = line.split(sep)
    return [cell.strip() for cell in cells]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of numbers of a text file, and what is needed to read them and to say where something is wrong.

    Parameters
    ----------
    body : str or Span
        The rows of numbers alone.
    sep, decimal : str
        What stands between cells, and in numbers.
    names : sequence of str
        Names of the columns, for messages and for their number.
    first_row : int
        Number of the first row in the file, counted from 1, for messages.
    where : str
        The file.
    open_end : bool
        Whether the file ends without a line break, so that its last row may be cut off.
    """

    body: str | Span
    sep: str
    decimal: str
    names: Sequence[str]
    first_row: int
    where: str
    open_end: bool = False

    @property
    def text(self) -> str:
        """The rows as a text; they are read where they still stand in the file."""
        return self.body if isinstance(self.body, str) else self.body.text


def number_table(rows: Rows) -> NDArray[np.float64]:
    """The numbers of a text, shape (n_rows, n_columns); NaN where a cell is empty.

    Raises
    ------
    FormatError
        A cell is not a number, or a row has too many or too few cells.
    """
    try:
        numbers = _parsed(rows.body, rows)
    except ValueError as error:
        raise first_bad_cell(rows) or FormatError(
            "The rows are no table of numbers", where=rows.where, got=str(error)
        ) from None
    if numbers.shape[1] != len(rows.names):
        raise first_bad_cell(rows) or FormatError(
            "The header and the rows do not fit together",
            where=rows.where, allowed=f"{len(rows.names)} columns", got=f"{numbers.shape[1]} columns",
        )  # fmt: skip
    return numbers


def complete_table(rows: Rows) -> NDArray[np.float64]:
    """The numbers of a text in which no cell is empty, shape (n_rows, n_columns).

    Raises
    ------
    FormatError
        A cell is empty or no number, or a row has too many or too few cells.
    """
    numbers = number_table(rows)
    if not np.isfinite(numbers).all():
        raise first_bad_cell(rows) or FormatError("A cell is not a finite number", where=rows.where)
    return numbers


def exact_floats() -> dict[str, Any]:
    """What ``pandas.read_csv`` must be given so that it reads numbers to the last digit.

    Before 3.1 pandas rounds the last digit wrongly unless an option forbids it; from 3.1 on the option is an error.
    """
    import pandas as pd

    version = tuple(int(part) for part in pd.__version__.split(".")[:2])
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


def _parsed(body: str | Span, rows: Rows) -> NDArray[np.float64]:
    """The numbers of the text by compiled code if it is long and plain, else by pandas; all errors are ValueErrors."""
    import pandas as pd

    if not isinstance(body, str):
        plain = numbers_in_rows(body.parts(), body.size, sep=rows.sep, decimal=rows.decimal, columns=len(rows.names))
        if plain is not None:
            return plain
    with _opened(body) as source:
        try:
            table = pd.read_csv(
                source,
                sep=rows.sep,
                decimal=rows.decimal,
                header=None,
                dtype=np.float64,
                skip_blank_lines=False,
                engine="c",
                **exact_floats(),
            )
        except OverflowError as problem:  # of a whole number of more than 308 digits
            raise ValueError(str(problem)) from problem
    numbers: NDArray[np.float64] = table.to_numpy()
    return numbers


def _opened(body: str | Span) -> BinaryIO:
    """The bytes of rows; pandas maps a file that it opens itself into the memory, all of it."""
    if isinstance(body, str):
        return io.BytesIO(body.encode())
    file = body.path.open("rb")
    file.seek(body.begin)
    return file


def first_bad_cell(rows: Rows) -> FormatError | None:
    """The error for the first row of wrong length or cell that is not a number; None where there is none."""
    lines = rows.text.split("\n")
    for begin in range(0, len(lines), _CHUNK):
        chunk = lines[begin : begin + _CHUNK]
        if _is_whole("\n".join(chunk), rows):
            continue
        for position, line in enumerate(chunk, start=begin):
            error = _bad_row(line, rows, row=rows.first_row + position, last=position == len(lines) - 1)
            if error is not None:
                return error
    return None


def _is_whole(body: str, rows: Rows) -> bool:
    """Whether a part of the rows is a table of finite numbers with the right number of columns."""
    try:
        numbers = _parsed(body, rows)
    except ValueError:
        return False
    return numbers.shape[1] == len(rows.names) and bool(np.isfinite(numbers).all())


def _bad_row(line: str, rows: Rows, *, row: int, last: bool) -> FormatError | None:
    cells = split(line, rows.sep) if line.strip() else []
    cut = last and rows.open_end
    if len(cells) != len(rows.names):
        comment = COMMENT.match(line) is not None
        return FormatError(
            "A comment stands between the rows of numbers" if comment
            else "The last row is cut off" if last and len(cells) < len(rows.names)
            else "A row has the wrong number of cells",
            where=f"{rows.where}, row {row}",
            allowed=f"{len(rows.names)} cells",
            got=f"{len(cells)} cells: {line[:60]!r}",
            hint="If the recording goes on unbroken behind it, delete the line; else make two files of it" if comment
            else "Copy or export the file again" if last else "",
        )  # fmt: skip
    if cut and line.count('"') % 2:
        return FormatError(
            "The last row is cut off inside a quoted cell", where=f"{rows.where}, row {row}", got=repr(cells[-1][:60]),
            hint="Copy or export the file again",
        )  # fmt: skip
    for position, (name, cell) in enumerate(zip(rows.names, cells, strict=True), start=1):
        text = cell.replace(rows.decimal, ".") if rows.decimal != "." else cell
        if NUMBER.fullmatch(text) and math.isfinite(float(text)):
            continue
        what = "A cell is empty" if not cell else "A cell is not a number"
        if cut and position == len(cells):
            what = f"The last row is cut off: {what[0].lower()}{what[1:]}"
        return FormatError(
            what,
            where=f"{rows.where}, row {row}, column {name!r}",
            allowed="a finite number",
            got=repr(cell[:60]),
            hint=_for_cell(cell, cut=cut and position == len(cells)),
        )
    return None


def _for_cell(cell: str, *, cut: bool) -> str:
    """What to do about a cell that is not a number."""
    grouped = GROUPED.fullmatch(cell)
    if grouped:
        sign = grouped["sign"]
        return f"If {sign!r} separates thousands in it, say so: thousands={sign!r}"
    if cut:
        return "Copy or export the file again"
    return "emgkit fills no gaps: cut the recording to its complete cells, or leave the column out"
