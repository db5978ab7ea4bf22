"""What the digits of a table show: decimal sign, thousands separators, a cell that is cut off, counts, offsets."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import ArgumentError, FormatError, Notice
from emgkit.io._long_text import first_of, holds, last_of
from emgkit.io._preamble import Table
from emgkit.io._text import SPACES, Rows, split
from emgkit.notation import number

__all__ = [
    "check_last_cell", "check_thousands", "counter_jump", "counts_by_one", "decimal_sign", "offset_notice",
    "without_thousands",
]  # fmt: skip

_THOUSANDS = (",", ".", "'", "\u2019", " ", "\u00a0", "\u202f", "_")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[,.]\d{3}")
# a quoted cell with a comma in it
_QUOTED_COMMA = re.compile(r'(?:^|,) *"[^"\n,]*,[^"\n]*"', re.MULTILINE)
# a last cell is judged by as many rows above it
_LEAST_ROWS, _MOST_ROWS = 10, 500
# a whole-number column with a mean of so many standard deviations stands on an offset
_OFFSET = 3.0
_BITS = (8, 10, 12, 14, 16, 24)


def decimal_sign(table: Table, *, thousands: str | None, where: str) -> str:
    """The sign in numbers.

    Raises
    ------
    FormatError
        It is not certain.
    """
    body, sep, first = table.body, table.sep, table.first
    quoted = sep == "," and isinstance(body, str) and '"' in body and _QUOTED_COMMA.search(body) is not None
    comma = holds(body, ",") if sep != "," else quoted
    if thousands in (",", "."):
        return "," if thousands == "." and comma else "."
    has_point = holds(body, ".")
    if comma and has_point:
        raise FormatError(
            "Numbers hold both a comma and a point", where=where, allowed="one decimal sign and no thousands separator",
            got=repr(first[:60]),
            hint="If one of them separates thousands, say which: thousands=',' or thousands='.'; "
            "else export the file with one decimal sign",
        )  # fmt: skip
    if sep == "," and not comma and not has_point:
        cells = split(first, sep)
        doubled = table.names is not None and len(cells) == 2 * len(table.names)
        if doubled or any(re.fullmatch(r"-?0\d+", cell) for cell in cells):
            raise FormatError(
                "The comma could be the separator or the decimal sign", where=where,
                allowed="another separator, or a decimal point", got=repr(first[:60]),
                hint="Export the file with semicolons or tabs between the columns",
            )  # fmt: skip
    return "," if comma else "."


# --- thousands -------------------------------------------------------------------------------------


def without_thousands(body: str, sep: str, thousands: str) -> str:
    """The rows without the thousands separators of their numbers; what is no such number is left as it is.

    Raises
    ------
    ArgumentError
        The sign cannot separate thousands.
    """
    if thousands == "":
        return body
    if thousands not in _THOUSANDS or (sep == SPACES and thousands == " "):
        raise ArgumentError(
            "'thousands' cannot be used", allowed="',', '.', a blank or an apostrophe; '' where there are none",
            got=repr(thousands), hint="" if thousands in _THOUSANDS else "It is the sign in numbers such as 1,104",
        )  # fmt: skip
    sign = re.escape(thousands)
    before = sign + "".join(re.escape(one) for one in ",." if one not in (thousands, sep))
    number_in = re.compile(rf"(?<![\d{before}])\d{{1,3}}(?:{sign}\d{{3}})+(?![\d{sign}])")

    if thousands != sep:
        return number_in.sub(lambda found: found[0].replace(thousands, ""), body)
    # only quotes tell it apart from what stands between the cells
    return re.sub(
        r'"[^"\n]*"', lambda cell: number_in.sub(lambda found: found[0].replace(thousands, ""), cell[0]), body
    )


def check_thousands(rows: Rows, numbers: NDArray[np.float64]) -> tuple[Notice, ...]:
    """Refuse a column whose decimals could be thousands: 1,104 beside 947.

    Returns
    -------
    tuple of Notice
        Where no cell of the file shows that its comma is the decimal sign, though none speaks against it.

    Raises
    ------
    FormatError
        Names the column and both cells.
    """
    if rows.sep != rows.decimal and not holds(rows.body, rows.decimal):
        return ()
    if rows.sep == rows.decimal and rows.decimal not in "".join(re.findall(r'"[^"\n]*"', rows.text)):
        return ()
    suspects, example = _suspects(numbers, rows), ""
    for column, cells in zip(suspects, _cells(rows, suspects), strict=True):
        grouped = [cell for cell in cells if rows.decimal in cell]
        if not grouped or not all(_GROUPED.fullmatch(cell) for cell in grouped):
            continue
        if len(grouped) == len(cells):
            example = grouped[0]
            continue
        row = next(position for position, cell in enumerate(cells) if rows.decimal in cell)
        beside = next(cell for cell in cells if rows.decimal not in cell)
        one, sign = grouped[0].lstrip("+-"), rows.decimal
        raise FormatError(
            f"The {'comma' if rows.decimal == ',' else 'point'} could be the decimal sign or a thousands separator",
            where=f"{rows.where}, row {rows.first_row + row}, column {rows.names[column]!r}",
            allowed="numbers that can be read in one way",
            got=f"{grouped[0]!r} beside {beside!r}",
            hint=f"Say thousands={sign!r} if {one} is {one.replace(sign, '')}, or thousands='' if it is "
            f"{one.replace(sign, '.')}; else export the file without thousands separators",
        )
    # in a file of commas between columns, as the English write it, the point is nothing else
    if not example or rows.sep == "," or bool(_shows_decimals(numbers).any()):
        return ()
    text = (
        f"All decimals are three, as in {example}: {rows.decimal!r} was taken for the decimal sign. If it separates "
        f"thousands, say thousands={rows.decimal!r}."
    )
    return (Notice(code="decimals-assumed", text=text),)


def _suspects(numbers: NDArray[np.float64], rows: Rows) -> list[int]:
    """Columns whose numbers could be grouped thousands that were read as decimals.

    Their numbers are whole, or between 1 and 1000 with three decimals at most. A column of whole
    numbers can be one too, where all its grouped cells are whole thousands, such as 2,000.
    """
    # a few rows acquit nearly all columns
    settled = _acquitted(numbers[:: max(1, len(numbers) // 200)])
    open_ones = [int(column) for column in np.flatnonzero(~settled) if not _acquitted(numbers[:, [column]])[0]]
    signs = _columns_with(rows.decimal, rows) if open_ones else None
    return open_ones if signs is None else [column for column in open_ones if column in signs]


def _columns_with(sign: str, rows: Rows) -> set[int] | None:
    """The columns in which a sign occurs; None where quotes or blanks between cells hide where a cell ends."""
    if rows.sep in (SPACES, sign) or holds(rows.body, '"'):
        return None
    text = np.frombuffer(rows.text.encode("utf-8"), dtype=np.uint8)
    ends = np.flatnonzero((text == ord(rows.sep)) | (text == ord("\n")))
    places = np.searchsorted(ends, np.flatnonzero(text == ord(sign)))
    return set(np.unique(places % len(rows.names)).tolist())


def _acquitted(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    whole = numbers == np.rint(numbers)
    # where every number is whole, a bare one of 1000 or more shows that none is grouped
    acquitted: NDArray[np.bool_] = _shows_decimals(numbers).any(axis=0) | (
        whole.all(axis=0) & (np.abs(numbers) >= 1000).any(axis=0)
    )
    return acquitted


def _shows_decimals(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers could not be grouped thousands: not whole, and below 1, 1000 or more, or with other decimals."""
    size = np.abs(numbers)
    thousandths = size * 1000
    grouped_alike = (size >= 1) & (size < 1000) & (np.abs(thousandths - np.rint(thousandths)) < 1e-6)
    shows: NDArray[np.bool_] = (size != np.rint(size)) & ~grouped_alike
    return shows


def _cells(rows: Rows, columns: Sequence[int]) -> list[list[str]]:
    """The cells of some columns as they are written."""
    if not columns:
        return []
    import pandas as pd

    table = pd.read_csv(
        io.StringIO(rows.text), sep=rows.sep, header=None, usecols=list(columns), dtype=str, skip_blank_lines=False,
        keep_default_na=False, engine="c",
    )  # fmt: skip
    return [[cell.strip() for cell in table.iloc[:, position]] for position in range(len(columns))]


# --- the end of the file ---------------------------------------------------------------------------


def check_last_cell(rows: Rows) -> None:
    """Refuse a file that ends in a cell with fewer decimals than all others of its column have.

    Raises
    ------
    FormatError
        The last row is cut off.
    """
    if not rows.open_end:
        return
    lines = last_of(rows.body, _MOST_ROWS * (len(first_of(rows.body)) + 8)).split("\n")[1:]
    ends = [split(line, rows.sep)[-1] for line in islice(reversed(lines), _MOST_ROWS) if line.strip()]
    if len(ends) <= _LEAST_ROWS:
        return
    lengths = {len(cell.partition(rows.decimal)[2]) for cell in ends[1:]}
    found = len(ends[0].partition(rows.decimal)[2])
    if len(lengths) == 1 and found < min(lengths):
        raise FormatError(
            "The last row is cut off: its last cell has fewer decimals than all others of its column",
            where=f"{rows.where}, row {rows.first_row + rows.text.count(chr(10))}, column {rows.names[-1]!r}",
            allowed=f"{min(lengths)} decimals, as in {ends[1]!r}",
            got=repr(ends[0]),
            hint="Copy or export the file again",
        )


# --- counts and offsets ----------------------------------------------------------------------------


def counts_by_one(values: NDArray[np.float64]) -> bool:
    """Whether a column counts its rows: it rises by one, or starts again at its least number."""
    if values.size < 4:
        return False
    steps = np.diff(values)
    by_one = steps == 1
    if by_one.all():
        return True
    back = values.min() - values.max()
    return bool(back <= -3 and by_one.sum() >= 3 and np.all(by_one | (steps == back)))


def counter_jump(values: NDArray[np.float64]) -> int | None:
    """Position behind which a counter leaves numbers out; None where a column is no counter, or a whole one."""
    steps = np.diff(values)
    if steps.size < 2 * _LEAST_ROWS or (steps < 1).any() or (steps != np.rint(steps)).any():
        return None
    jumps = np.flatnonzero(steps != 1)
    return int(jumps[0]) if 0 < jumps.size <= 0.1 * steps.size else None


def offset_notice(labels: Sequence[str], columns: Sequence[NDArray[np.float64]]) -> tuple[Notice, ...]:
    """A notice for whole numbers above zero that swing around a number far from it, as a converter's counts do."""
    found = []
    for label, values in zip(labels, columns, strict=True):
        # a few rows acquit nearly all columns
        if not (values.size > _LEAST_ROWS and _are_counts(values[:100]) and _are_counts(values)):
            continue
        mean, highest = float(values.mean()), float(values.max())
        if values.min() == highest or mean < _OFFSET * float(values.std()):
            continue
        bits = next((one for one in _BITS if highest < 2**one), None)
        middle = 2 ** (bits - 1) if bits else 0
        likely = f", as the counts of a {bits}-bit converter with its zero at {middle} do"
        near = bits is not None and abs(mean - middle) < 0.2 * middle
        found.append(f"{label!r} holds whole numbers around {number(round(mean))}{likely if near else ''}")
    if not found:
        return ()
    text = "; ".join(found[:3]) + (f"; {len(found) - 3} more columns are alike" if len(found) > 3 else "")
    text += (
        ". Counts are no volts: the unit is that of one count. Take the offset out, with RemoveMean or Highpass, "
        "before anything is rectified."
    )
    return (Notice(code="offset-likely", text=text),)


def _are_counts(values: NDArray[np.float64]) -> bool:
    return bool((values > 0).all() and (values == np.rint(values)).all())
