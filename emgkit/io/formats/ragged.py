"""Columns of numbers that begin together and end each at its own row, in a text that may be larger than the memory.

Programs that export channels of several rates side by side fill each column from the first row on,
at the rate of its channel; a slow channel ends early, and blanks follow it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError
from emgkit.io._numbers import check_last_cell
from emgkit.io._text import NUMBER, Rows, decoded, exact_floats, split

__all__ = ["Head", "Ragged", "head_of", "read_ragged", "separator", "value_of"]

Array = NDArray[np.float64]

# cells that are parsed at once, and the longest header
_CELLS = 400_000
_LONGEST_HEAD = 8_000_000
_BLOCK, _TAIL = 1_000_000, 100_000
# what an empty cell is written as
_BLANKS = ["", " ", "  "]


@dataclass(frozen=True, kw_only=True)
class Head:
    """The lines above the numbers, and the byte at which each line of the file begins.

    Parameters
    ----------
    lines : list of str
        The first lines of the file, without their line breaks.
    offsets : list of int
        The byte at which each of them begins; one more for the line behind the last.
    """

    lines: list[str]
    offsets: list[int]


@dataclass(frozen=True, kw_only=True)
class Ragged:
    """Where the columns of a text lie.

    Parameters
    ----------
    path : Path
        The file.
    offset : int
        The byte at which the first row of numbers begins.
    first_row : int
        Number of that row in the file, counted from 1.
    sep, decimal : str
        What stands between cells, and in numbers.
    names : sequence of str
        Names of the columns, for messages.
    texts : frozenset of int
        Positions of columns that hold texts.
    skipped : frozenset of int
        Positions of columns that may hold anything, and are not read.
    """

    path: Path
    offset: int
    first_row: int
    sep: str
    decimal: str
    names: Sequence[str]
    texts: frozenset[int] = field(default=frozenset())
    skipped: frozenset[int] = field(default=frozenset())

    def place(self, row: int, column: int | None = None) -> str:
        """The file, the row (0 is the first of numbers) and the column, for a message."""
        name = "" if column is None else f", column {column + 1}"
        name += f" ({self.names[column][:60]!r})" if column is not None and column < len(self.names) else ""
        return f"{self.path}, row {self.first_row + row}{name}"


def head_of(path: Path, *, most: int) -> Head:
    """The first lines of a file.

    Raises
    ------
    FormatError
        The file is not text.
    """
    lines: list[str] = []
    with _opened(path) as file:
        offsets = [0]
        while len(lines) < most and file.tell() < _LONGEST_HEAD:
            raw = file.readline(_LONGEST_HEAD)
            if not raw:
                break
            if b"\x00" in raw:
                raise FormatError(
                    "The file is not text", where=str(path), got=f"a zero at byte {offsets[-1] + raw.index(0)}"
                )
            try:
                text = raw.decode("utf-8-sig" if not lines else "utf-8")
            except UnicodeDecodeError:
                text = raw.decode("cp1252", errors="replace")
            lines.append(text.rstrip("\r\n"))
            offsets.append(offsets[-1] + len(raw))
    return Head(lines=lines, offsets=offsets)


def separator(line: str) -> str:
    """What stands between the cells of a line: a semicolon or a tab goes before a comma."""
    return max(";\t", key=line.count) if ";" in line or "\t" in line else ","


def value_of(text: str) -> float | None:
    """The number that a text begins with, whatever its decimal sign; None where there is none.

    Examples
    --------
    >>> value_of("1259,2593 Hz"), value_of("-1 Hz"), value_of("Hz")
    (1259.2593, -1.0, None)
    """
    found = NUMBER.match(text.strip().replace(",", "."))
    return float(found[0]) if found and math.isfinite(float(found[0])) else None


def read_ragged(ragged: Ragged) -> tuple[list[Array], Mapping[int, list[tuple[int, str]]]]:
    """The columns of numbers, each up to the row where it ends, and the texts.

    Returns
    -------
    columns : list of ndarray
        One a column, empty for a column of texts and one that is skipped.
    texts : Mapping of int to list of (int, str)
        Of each column of texts, the rows that hold one (0 is the first) and what stands there.

    Raises
    ------
    FormatError
        A cell is not a number, an empty cell stands among numbers, or a row has too many or too few cells.
    """
    width = _width(ragged)
    ragged = replace(ragged, texts=frozenset(column for column in ragged.texts if column < width))
    # pages of memory that are never written to take none
    most = _most_rows(ragged, width)
    columns = [np.empty(0 if column in ragged.texts | ragged.skipped else most) for column in range(width)]
    ends: list[int | None] = [None] * width
    texts: dict[int, list[tuple[int, str]]] = {column: [] for column in ragged.texts}
    rows = 0
    with _opened(ragged.path) as file:
        file.seek(ragged.offset)
        try:
            for frame in _frames(file, ragged, width):
                if frame.shape[1] != width:
                    raise ValueError(f"{frame.shape[1]} columns where the first row has {width} cells")
                for column in range(width):
                    if column in texts:
                        texts[column] += [(rows + row, text) for row, text in _texts(frame[column])]
                    elif column not in ragged.skipped:
                        _fill(columns[column], frame[column].to_numpy(), ends, column, rows=rows, ragged=ragged)
                rows += len(frame)
                if rows > most:
                    raise ValueError("more rows than a file of this size can have")
        except (ValueError, OverflowError) as error:
            raise _first_bad_row(ragged, width, cells_from=rows) or FormatError(
                "The rows are no table of numbers", where=ragged.place(rows), got=str(error)[:120]
            ) from None
    # a row that is too short has no number in the last column
    is_full = ends[-1] is None and width - 1 not in ragged.texts | ragged.skipped
    _check_end(ragged, width, rows, has_short_rows=not is_full)
    # a short column in a large space would keep the space
    return [
        filled[:end].copy() if end is not None and end < 0.9 * most else filled[: rows if end is None else end]
        for filled, end in zip(columns, ends, strict=True)
    ], texts


# --- parsing -----------------------------------------------------------------------------------------


def _opened(path: Path) -> BinaryIO:
    """The bytes of a text; UTF-16 is turned into UTF-8."""
    file = path.open("rb")
    if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
        file.close()
        return io.BytesIO(decoded(path).encode())
    file.seek(0)
    return file


def _width(ragged: Ragged) -> int:
    """The number of cells in the first row of numbers."""
    with _opened(ragged.path) as file:
        file.seek(ragged.offset)
        first = file.readline(_LONGEST_HEAD).decode("latin-1").rstrip("\r\n")
    if not first.strip():
        raise FormatError("The file holds no values", where=ragged.place(0), got="a header alone")
    width = len(split(first, ragged.sep))
    if width < len(ragged.names):
        raise FormatError(
            "The first row of numbers has too few cells", where=ragged.place(0),
            allowed=f"{len(ragged.names)} cells, one a heading", got=f"{width} cells: {first[:60]!r}",
        )  # fmt: skip
    return width


def _most_rows(ragged: Ragged, width: int) -> int:
    """At least as many as there are rows, and no more than a file of this size can have."""
    count = size = 0
    with _opened(ragged.path) as file:
        file.seek(ragged.offset)
        while block := file.read(_BLOCK):
            count += int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n")))
            size += len(block)
    least = len(ragged.names) if ragged.texts else width
    return min(count + 1, size // max(1, least - 1) + 1)


def _frames(file: BinaryIO, ragged: Ragged, width: int) -> Iterator[Any]:
    import pandas as pd

    kinds = {column: str if column in ragged.texts | ragged.skipped else np.float64 for column in range(width)}
    with pd.read_csv(
        file, sep=ragged.sep, decimal=ragged.decimal, header=None, dtype=kinds, skip_blank_lines=False, engine="c",
        na_values=_BLANKS, keep_default_na=False, encoding="utf-8", encoding_errors="replace",
        chunksize=max(1000, _CELLS // width), **exact_floats(),
    ) as frames:  # fmt: skip
        yield from frames


def _texts(column: Any) -> Iterator[tuple[int, str]]:
    present = np.flatnonzero(column.notna().to_numpy())
    cells = (str(cell).strip() for cell in column.iloc[present])
    return ((row, cell) for row, cell in zip(present.tolist(), cells, strict=True) if cell)


def _fill(column: Array, values: Array, ends: list[int | None], place: int, *, rows: int, ragged: Ragged) -> None:
    """Put the next values into a column up to the row where it ends; refuse values behind that row."""
    finite = np.isfinite(values)
    end = ends[place]
    if end is None and finite.all():
        column[rows : rows + values.size] = values
        return
    count = 0 if end is not None else int(np.argmin(finite))
    if end is None:
        end = ends[place] = rows + count
        column[rows:end] = values[:count]
    if finite[count:].any() or np.isinf(values[count:]).any():
        raise FormatError(
            "A cell is empty or no finite number, and numbers follow it",
            where=ragged.place(end, place), allowed="a number in every row up to the end of the column",
            hint="emgkit fills no gaps: cut the recording to its complete cells, or leave the column out",
        )  # fmt: skip


# --- what is wrong with a row --------------------------------------------------------------------------


def _check_end(ragged: Ragged, width: int, rows: int, *, has_short_rows: bool) -> None:
    """Refuse rows with fewer cells than the first one, and a last cell that is cut off."""
    if has_short_rows and _separators(ragged) != rows * (width - 1):
        error = _first_bad_row(ragged, width)
        if error is not None:
            raise error
    with _opened(ragged.path) as file:
        file.seek(max(ragged.offset, file.seek(0, io.SEEK_END) - _TAIL))
        tail = file.read()
    if tail.endswith((b"\n", b"\r")):
        return
    body = tail.decode("latin-1").replace("\r\n", "\n")
    names = [*ragged.names, *[""] * (width - len(ragged.names))]
    check_last_cell(
        Rows(
            body=body, sep=ragged.sep, decimal=ragged.decimal, names=names, where=str(ragged.path), open_end=True,
            first_row=ragged.first_row + rows - 1 - body.count("\n"),
        )
    )  # fmt: skip


def _separators(ragged: Ragged) -> int:
    """How many separators the rows hold."""
    count = 0
    with _opened(ragged.path) as file:
        file.seek(ragged.offset)
        while block := file.read(_BLOCK):
            count += int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord(ragged.sep)))
    return count


def _first_bad_row(ragged: Ragged, width: int, *, cells_from: int | None = None) -> FormatError | None:
    """The error for the first row with a wrong number of cells or, from a row on, with a cell that is not a number."""
    blank, sign = False, ragged.sep.encode()
    # behind the columns of numbers, a row may leave out those of texts
    least = len(ragged.names) if ragged.texts else width
    with _opened(ragged.path) as file:
        file.seek(ragged.offset)
        for row, raw in enumerate(file):
            if blank and raw.strip():
                return FormatError("A row is empty, and others follow it", where=ragged.place(row - 1))
            blank = not raw.strip()
            look = cells_from is not None and row >= cells_from
            if blank or (not look and b'"' not in raw and least <= raw.count(sign) + 1 <= width):
                continue
            line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
            cells, last = split(line, ragged.sep), not raw.endswith(b"\n")
            if not least <= len(cells) <= width:
                return FormatError(
                    "The last row is cut off" if last and len(cells) < width else "A row has the wrong number of cells",
                    where=ragged.place(row), allowed=f"{width} cells", got=f"{len(cells)} cells: {line[:60]!r}",
                    hint="Copy or export the file again" if last else "",
                )  # fmt: skip
            error = _bad_cell(cells, ragged, row=row, last=last) if look else None
            if error is not None:
                return error
    return None


def _bad_cell(cells: Sequence[str], ragged: Ragged, *, row: int, last: bool) -> FormatError | None:
    for column, cell in enumerate(cells):
        text = cell.replace(ragged.decimal, ".")
        if (
            column in ragged.texts | ragged.skipped
            or not cell
            or (NUMBER.fullmatch(text) and math.isfinite(float(text)))
        ):
            continue
        return FormatError(
            "The last row is cut off" if last and column == len(cells) - 1 else "A cell is not a number",
            where=ragged.place(row, column), allowed="a finite number, or nothing behind the end of its channel",
            got=repr(cell[:60]),
        )  # fmt: skip
    return None
