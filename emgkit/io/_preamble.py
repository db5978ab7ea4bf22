"""What stands above the rows of numbers in a text file: comments, a title, the header, a row of units.

The table begins at the first row of numbers that another one follows. Its header is the row above;
what stands higher is skipped, and a notice says so. Where two rows could be the header, or a row of
numbers stands among the text, the file is refused with the row at which the table seems to start.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emgkit.errors import FormatError, Notice
from emgkit.io._long_text import LongText, Span, first_of
from emgkit.io._text import COMMENT, GROUPED, NUMBER, SPACES, split
from emgkit.io._time_axis import CLOCK, DATE, DATE_AND_CLOCK, is_second, is_time_name
from emgkit.units import as_unit, looks_like_a_unit

__all__ = ["MOST_LINES", "Table", "check_header", "find_table", "find_table_in", "name_and_unit", "stated_rate"]

# the numbers must begin within so many lines
MOST_LINES = 300
# characters; ten thousand channels have a tenth of it
_LONGEST_ROW = 1_000_000
# as much of the end of a text is searched for empty lines and comments
_END = 1 << 14
_LONGEST_UNIT = 80
_TEXT_BESIDE = (
    "A recording has numbers alone: take columns of text out of the file, or make a file of each person or trial that "
    "such a column names"
)
_SEPARATORS = "\t;|,"
_BRACKET = re.compile(r"^(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]\s*$")
# a unit behind the name without brackets; behind a blank, one letter may be a part of the name: sensor V
_LONG_UNIT = r"mV|uV|µV|μV|nV|deg|mm|cm|mv|uv|[Vv]olts|([Mm]illi|[Mm]icro)[Vv](olts?)?|ms|us|ns|s"
_SUFFIX = re.compile(rf"^(?P<name>.+?)(?:_(?P<one>V|[Vv]olt|{_LONG_UNIT})|(?: +|, *|/)(?P<two>{_LONG_UNIT}))$")
_RATE = re.compile(
    r"""(?<![^\W\d_])
    (?:fs|f_s|sfreq|srate|samp(?:l(?:ing|e)?)?\.?[\s_-]*(?:rate|freq(?:uency)?)|sampl(?:ing|e)rate
      |abtast(?:rate|frequenz)|(?:frecuencia|tasa)\s+de\s+muestreo|fr[ée]quence\s+d.[ée]chantillonnage
      |frequenza\s+di\s+campionamento|bemonsteringsfrequentie
      |(?<=^)[\W_]*(?:rate|freq(?:uency)?))
    (?![^\W\d_])(?P<between>[^\d\n]{0,25}?)(?P<number>\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)
    (?!\s*[:=]|\d)\s*(?P<unit>[^\W\d_]*)""",
    re.IGNORECASE | re.VERBOSE,
)
_HERTZ = ("hz", "hertz", "khz", "sps", "samples", "")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Where the table in a text begins, and what stands above it.

    Parameters
    ----------
    names : list of str, optional
        The header; None without one.
    units : list of str
        The row of units below the header, or an empty list.
    sep : str
        What stands between the cells.
    body : str or Span
        The rows of numbers.
    first_row : int
        Number of the first row of numbers in the file, counted from 1.
    header_row : int
        Number of the header; 0 without one.
    above : tuple of int and str
        The lines above the numbers with their numbers in the file.
    notices : tuple of Notice
        What was skipped or assumed.
    """

    names: list[str] | None
    units: list[str]
    sep: str
    body: str | Span
    first_row: int
    header_row: int
    above: tuple[tuple[int, str], ...]
    notices: tuple[Notice, ...]

    @property
    def first(self) -> str:
        """The first row of numbers."""
        return first_of(self.body)

    @property
    def width(self) -> int:
        """How many cells the first row of numbers has."""
        return len(split(self.first, self.sep))


def find_table(text: str, *, where: str, sep: str | None = None) -> Table:
    """The table in a text, and what stands above it.

    Parameters
    ----------
    text : str
        The whole text.
    where : str
        The file, for messages.
    sep : str, optional
        What stands between the cells; None where the text must tell.

    Raises
    ------
    FormatError
        No row of numbers, two rows that could be the header, or an unknown separator.
    """
    lines = text.split("\n", MOST_LINES)
    seen = lines[:MOST_LINES]
    if any(len(line) > _LONGEST_ROW for line in seen):
        raise FormatError(
            "A row is longer than any of a recording",
            where=where,
            allowed=f"{_LONGEST_ROW} characters",
            got=f"{max(map(len, seen))} characters",
        )
    stated = sep or _stated_separator(seen, where=where)
    start = _first_row(seen, text, where=where)
    sep = stated or _separator(seen[start])
    width = len(split(seen[start], sep))
    above = [(row, line) for row, line in enumerate(seen[:start], start=1) if line.strip() and not _states(line)]
    texts = [(row, line) for row, line in above if not _is_comment(line, sep, width)]
    # a row of numbers with as many cells, with text behind it, belongs to the table: what is wrong is the text
    wrong = _damaged(texts, sep, width)
    wrong = min(
        [wrong, *(at for at, (_, line) in enumerate(texts) if _is_row(line) and len(split(line, sep)) == width)]
    )
    if wrong < len(texts):
        start, texts = texts[wrong][0] - 1, texts[:wrong]
    table = Table(
        names=None, units=[], sep=sep, body=_without_tail("\n".join(lines[start:]), sep, width), first_row=start + 1,
        header_row=0, above=tuple(one for one in above if one[0] <= start), notices=(),
    )  # fmt: skip
    return _with_header(table, texts, where=where) if texts else _with_commented_header(table)


def find_table_in(long: LongText, *, where: str) -> Table | None:
    """The table in a long text, its rows left in their file; None where more than plain numbers must be looked at.

    Raises
    ------
    FormatError
        As for :func:`find_table`.
    """
    table = find_table(long.head, where=where)
    rows = long.rows_from(table.first_row)
    if rows is None or not all(NUMBER.fullmatch(cell.replace(",", ".")) for cell in split(rows.first, table.sep)):
        return None
    end = rows.last(_END)
    return replace(table, body=rows) if _without_tail(end, table.sep, table.width) == end else None


def _states(line: str) -> bool:
    return re.fullmatch(r'"?sep=.{1,2}"?', line.strip()) is not None


def _stated_separator(lines: Sequence[str], *, where: str) -> str | None:
    """The separator of a line such as ``sep=;``, which spreadsheets write above the header."""
    for line in lines:
        if _states(line.strip("\n")):
            stated = line.strip('"')[4:].replace("\\t", "\t")
            if stated not in (*_SEPARATORS, " "):
                raise FormatError(
                    "The separator that the file states is unknown", where=where,
                    allowed="a tab, ';', ',' or '|'", got=repr(stated),
                )  # fmt: skip
            return SPACES if stated == " " else stated
        if line.strip():
            return None
    return None


def _separator(first: str) -> str:
    """The separator, read off the first row: a decimal comma is not taken for one where another sign is there."""
    return next((sign for sign in _SEPARATORS if sign in first), SPACES if len(first.split()) > 1 else ",")


def _has_numbers(line: str) -> bool:
    """Whether a line without a statement holds several numbers, though text beside them."""
    tokens = re.split(r'[;,|\t\s"]+', line)
    return not _states(line) and sum(NUMBER.fullmatch(token) is not None for token in tokens) > 1


def _is_row(line: str) -> bool:
    """Whether a line holds numbers alone, or numbers beside a date and a clock time."""
    tokens = [token for token in re.split(r'[;,|\t\s"]+', line) if token]
    numbers = [
        token for token in tokens if NUMBER.fullmatch(token) or GROUPED.fullmatch(token) or token.lower() == "nan"
    ]
    if len(numbers) == len(tokens):
        return bool(tokens)
    times = [
        token
        for token in tokens
        if CLOCK.fullmatch(token) or DATE.fullmatch(token) or DATE_AND_CLOCK.fullmatch(token)
        or token.lower() in ("am", "pm")
    ]  # fmt: skip
    return bool(numbers) and len(numbers) + len(times) == len(tokens)


def _holds_a_number(line: str, sep: str) -> bool:
    return any(NUMBER.fullmatch(cell.replace(",", ".")) for cell in split(line, sep))


def _is_header(line: str, sep: str, width: int) -> bool:
    """Whether a line could be the header: as many cells as the table has columns, each one a text."""
    cells = split(line, sep)
    return len(cells) == width and all(cells) and not _holds_a_number(line, sep)


def _damaged(texts: Sequence[tuple[int, str]], sep: str, width: int) -> int:
    """Position of the first of the rows directly above the numbers that hold numbers too, below a header."""
    at = len(texts)
    while at > 1 and _holds_a_number(texts[at - 1][1], sep) and len(split(texts[at - 1][1], sep)) == width:
        at -= 1
    return at if at < len(texts) and _is_header(texts[at - 1][1], sep, width) else len(texts)


def _is_comment(line: str, sep: str, width: int) -> bool:
    if COMMENT.match(line) is None:
        return False
    # an empty first cell before a semicolon is no comment
    return not (re.match(r";\S", line) and sep == ";" and len(split(line, sep)) == width)


def _first_row(lines: Sequence[str], text: str, *, where: str) -> int:
    """Index of the first row of numbers that another one follows, else of the last one."""
    found, follows = None, False
    for index, line in enumerate(lines):
        if not line.strip() or _states(line):
            continue
        # an empty first cell before a semicolon is no comment
        if COMMENT.match(line) is not None and not (line[0] == ";" and _is_row(line)):
            continue
        is_row = _is_row(line)
        if is_row and follows:
            return int(found or 0)
        found, follows = index if is_row else found, is_row
    if found is None:
        raise FormatError(
            "The file holds no row of numbers",
            where=where,
            allowed=f"a header and rows of numbers, which begin within {MOST_LINES} lines",
            got=repr(text[:60]),
            hint=_TEXT_BESIDE if any(map(_has_numbers, lines)) else "",
        )
    return found


def _without_tail(body: str, sep: str, width: int) -> str:
    """The rows without the empty lines and comments behind them."""
    while True:
        cut = body.rstrip("\n \t;,|")
        # what was cut off the last row was an empty line, or cells that are missing: those are put back
        kept = cut + body[len(cut) :].partition("\n")[0]
        head, _, last = kept.rpartition("\n")
        if not head or not _is_comment(last, sep, width):
            return kept
        body = head


def _with_header(table: Table, texts: list[tuple[int, str]], *, where: str) -> Table:
    """The table with the text row above its numbers as its header, or the one above a row of units."""
    row, line = texts[-1]
    names, units, skipped = split(line, table.sep), [], texts[:-1]
    if skipped and len(split(skipped[-1][1], table.sep)) == len(names) and _are_units(names):
        units = [_bare(cell) for cell in names]
        row, line = skipped.pop()
        names = split(line, table.sep)
    clear = bool(units) or any(_tells_what_it_is(name) for name in names)
    if skipped and not clear and table.width > 1 and _is_header(skipped[-1][1], table.sep, table.width):
        raise FormatError(
            "Two rows above the numbers could be the header",
            where=f"{where}, rows {skipped[-1][0]} and {row}",
            allowed="one header row, then numbers; a row of units may stand between them",
            got=f"{skipped[-1][1][:60]!r} and {line[:60]!r}",
            hint=f"The table seems to start at row {row}: delete the rows above it",
        )
    notices = table.notices
    if skipped:
        span = f"Row {skipped[0][0]}" if len(skipped) == 1 else f"Rows {skipped[0][0]} to {skipped[-1][0]}"
        first = skipped[0][1].rstrip(" \t;,|")
        text = f"{span} above the header {'was' if len(skipped) == 1 else 'were'} skipped: {first[:60]!r}"
        text += " …" if len(skipped) > 1 or len(first) > 60 else "."
        notices += (Notice(code="preamble-skipped", text=text),)
    return replace(table, names=names, units=units, header_row=row, notices=notices)


def _with_commented_header(table: Table) -> Table:
    """The table with a header that stands behind a comment sign, directly above the numbers."""
    lines = [(row, COMMENT.sub("", line, count=1).lstrip("#%;!/").strip()) for row, line in table.above]
    if not lines:
        return table
    row, line = lines[-1]
    names, units = split(line, table.sep), []
    if len(lines) > 1 and len(split(lines[-2][1], table.sep)) == len(names) == table.width and _are_units(names):
        units, (row, line) = [_bare(cell) for cell in names], lines[-2]
        names = split(line, table.sep)
    clear = bool(units) or any(_tells_what_it_is(name) for name in names)
    if not _is_header(line, table.sep, table.width) or len(set(names)) < len(names) or (table.width == 1 and not clear):
        return table
    notices = table.notices
    if not clear:
        text = f"Row {row}, which is a comment, was taken for the header: {line[:60]!r}."
        notices += (Notice(code="header-in-comment", text=text),)
    return replace(table, names=names, units=units, header_row=row, notices=notices)


def _bare(cell: str) -> str:
    """A cell of a row of units without its brackets."""
    return cell.strip("()[] ")


def _are_units(cells: Sequence[str]) -> bool:
    """Whether the cells are a row of units: each is empty or meant as a unit."""
    bare = [cell for cell in map(_bare, cells) if cell.strip("-–")]
    return bool(bare) and all(is_second(cell) or looks_like_a_unit(cell) for cell in bare)


def _tells_what_it_is(label: str) -> bool:
    name, unit = name_and_unit(label)
    return (unit is not None and as_unit(unit) not in (None, "Hz")) or is_time_name(name)


def name_and_unit(label: str) -> tuple[str, str | None]:
    """Name and unit of a column: VL (mV), VL [mV], VL_mV and VL mV are VL in mV; an unknown unit is kept.

    Examples
    --------
    >>> name_and_unit("VL (mv)"), name_and_unit("VL (microV)"), name_and_unit("VL (left)"), name_and_unit("VL_uV")
    (('VL', 'mV'), ('VL', 'microV'), ('VL (left)', None), ('VL', 'uV'))
    """
    # a unit stands within the last signs of a heading, which may be very long
    rest, end = label[:-_LONGEST_UNIT], label[-_LONGEST_UNIT:]
    found = _BRACKET.match(end)
    if found:
        unit = found["unit"].strip()
        if is_second(unit) or looks_like_a_unit(unit):
            return (rest + found["name"]).strip() or label, as_unit(unit) or unit
    found = _SUFFIX.match(end)
    unit = (found["one"] or found["two"]) if found else ""
    if found and (unit not in ("s", "ms", "us", "ns") or is_time_name(rest + found["name"])):
        return rest + found["name"], as_unit(unit) or unit
    return label, None


def check_header(table: Table, names: Sequence[str], width: int, *, where: str) -> None:
    """Refuse a row above the numbers that is a title and no header.

    Raises
    ------
    FormatError
        Says at which row the table seems to start.
    """
    if table.names is None or len(names) == width or (len(names) > 1 and not table.notices):
        return
    raise FormatError(
        "The row above the numbers is not a header for them",
        where=f"{where}, row {table.header_row}",
        allowed=f"{width} names",
        got=f"{len(names)}: {table.sep.join(names)[:60]!r}",
        hint=f"The table seems to start at row {table.first_row}: put one header row directly above it",
    )


def stated_rate(table: Table) -> tuple[float, str] | None:
    """The sampling rate (Hz) that a comment, a title or the header names, and where; None without exactly one."""
    found: dict[float, str] = {}
    for row, line in table.above:
        for match in _RATE.finditer(line):
            unit, between = match["unit"].lower(), match["between"].lower()
            if unit not in _HERTZ:
                continue
            written = match["number"]
            kilo = unit == "khz" or "khz" in between
            grouped = re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", written) and not kilo
            rate = float(re.sub("[.,]", "", written) if grouped else written.replace(",", ".")) * (1000 if kilo else 1)
            if rate > 0:
                found.setdefault(rate, f"row {row} of the file, {line.strip()[:60]!r}")
    return next(iter(found.items())) if len(found) == 1 else None
