"""Text files of numbers: decoding, and a fast table of floats whose errors name row and column."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError

__all__ = ["NUMBER", "decoded", "first_bad_cell", "number_table", "shortened", "split"]

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SPACES = r"\s+"


def shortened(names: Iterable[str], *, most: int = 6) -> str:
    """Names for a sentence, repeated ones once with their number, the rest of many as a number.

    Examples
    --------
    >>> shortened(["X[s]", "VL", "X[s]"])
    "'X[s]' (2 times) and 'VL'"
    >>> shortened("abcdefgh", most=3)
    "'a', 'b', 'c' and 5 more"
    """
    counts = Counter(names)
    texts = [repr(name) + (f" ({count} times)" if count > 1 else "") for name, count in counts.items()]
    if len(texts) > most + 1:
        texts = [*texts[:most], f"{len(texts) - most} more"]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def decoded(path: Path) -> str:
    """The text of a file: UTF-8 (with or without a mark), UTF-16 with its mark, else Windows-1252.

    Raises
    ------
    FormatError
        The file is not text.
    """
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16").replace("\r\n", "\n")
    if b"\x00" in raw:
        raise FormatError("The file is not text", where=str(path), got=f"a zero at byte {raw.index(0)}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split(line: str, sep: str) -> list[str]:
    """The cells of a line; quotes protect a separator."""
    if sep == SPACES:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=sep))]


def number_table(
    body: str, *, sep: str, decimal: str, names: Sequence[str], first_row: int, where: str
) -> NDArray[np.float64]:
    """The numbers of a text, shape (n_rows, n_columns); NaN where a cell is empty.

    Parameters
    ----------
    body : str
        The rows of numbers alone.
    sep, decimal : str
        What stands between cells, and in numbers.
    names : sequence of str
        Names of the columns, for messages and for their number.
    first_row : int
        Number of the first row in the file, counted from 1, for messages.
    where : str
        The file.

    Raises
    ------
    FormatError
        A cell is no number, or a row has too many or too few cells.
    """
    import pandas as pd

    # before 3.1 pandas rounds the last digit wrongly unless an option forbids it; from 3.1 on the option is an error
    version = tuple(int(part) for part in pd.__version__.split(".")[:2])
    exact: dict[str, Any] = {} if version >= (3, 1) else {"float_precision": "round_trip"}
    try:
        table = pd.read_csv(
            io.StringIO(body),
            sep=sep,
            decimal=decimal,
            header=None,
            dtype=np.float64,
            skip_blank_lines=False,
            engine="c",
            **exact,
        )
    except (ValueError, pd.errors.ParserError) as error:
        bad = first_bad_cell(body, sep=sep, decimal=decimal, names=names, first_row=first_row, where=where)
        raise bad or FormatError("The rows are no table of numbers", where=where, got=str(error)) from None
    if table.shape[1] != len(names):
        bad = first_bad_cell(body, sep=sep, decimal=decimal, names=names, first_row=first_row, where=where)
        raise bad or FormatError(
            "The header and the rows do not fit together",
            where=where, allowed=f"{len(names)} columns", got=f"{table.shape[1]} columns",
        )  # fmt: skip
    numbers: NDArray[np.float64] = table.to_numpy()
    return numbers


def first_bad_cell(
    body: str, *, sep: str, decimal: str, names: Sequence[str], first_row: int, where: str
) -> FormatError | None:
    """The error for the first row of wrong length or cell that is no number; None where there is none."""
    lines = body.split("\n")
    for position, line in enumerate(lines):
        cells, row = split(line, sep) if line.strip() else [], first_row + position
        if len(cells) != len(names):
            last = position == len(lines) - 1
            return FormatError(
                "The last row is cut off"
                if last and len(cells) < len(names)
                else "A row has the wrong number of cells",
                where=f"{where}, row {row}",
                allowed=f"{len(names)} cells",
                got=f"{len(cells)} cells: {line[:60]!r}",
                hint="Copy or export the file again" if last else "",
            )
        for name, cell in zip(names, cells, strict=True):
            text = cell.replace(decimal, ".") if decimal != "." else cell
            if not NUMBER.fullmatch(text):
                return FormatError(
                    "A cell is empty" if not cell else "A cell is no number",
                    where=f"{where}, row {row}, column {name!r}",
                    allowed="a finite number",
                    got=repr(cell),
                    hint="emgkit fills no gaps: cut the recording to its complete cells, or leave the column out",
                )
    return None
