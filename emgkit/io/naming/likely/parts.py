"""The parts of a file's name: its folders, and the pieces of its stem and of its sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

__all__ = ["IN_SHEET", "LITERAL", "LOAD", "Part", "Row", "Rows", "parts_of", "without_copy_mark"]

LITERAL = "literal"
# what stands between a workbook and a sheet in the name of a recording
IN_SHEET = ", sheet "
# a date, as parts of a name or as one number
_DAY, _MONTH, _YEAR = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?<!\d)(?:{_YEAR}(?P<one>[-_.]?){_MONTH}(?P=one){_DAY}|{_DAY}(?P<two>[-_.]){_MONTH}(?P=two){_YEAR})(?!\d)"
)
# a number with its unit
LOAD = re.compile(r"(?P<load>\d+(?:[.,]\d+)?)(?P<unit>kg|kgs|lbs?|%|pct|prozent|percent|rm|nm|kmh)", re.IGNORECASE)
# what systems add to the name of a copy
_COPY = re.compile(
    r"^(?:copy of|kopie von|kopie van|copia de|copie de)[ _]+"
    r"|[ _-]*\(\d+\)$|[ _-]+(?:copy|kopie|copia|copie)(?:[ _-]*\(?\d+\)?)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a name: its text, what stands before it, and the fact that it is (empty: a word of the task)."""

    before: str
    text: str
    folder: bool = False
    field: str = ""

    def called(self, field: str) -> Part:
        """The same part as a fact."""
        return replace(self, field=field)


Row = tuple[Part, ...]
Rows = dict[str, Row]


def parts_of(name: str) -> Row:
    """The folders, each one part, and the stem and the sheet at their separators."""
    file, _, sheet = name.partition(IN_SHEET)
    path = PurePosixPath(file)
    parts = [
        Part(before="/" if place else "", text=text, folder=True, field="date" if _DATE.fullmatch(text) else "")
        for place, text in enumerate(path.parent.parts)
    ]
    parts += _pieces(path.name[: len(path.name) - len(path.suffix)], before="/" if parts else "")
    return (*parts, *_pieces(sheet, before=path.suffix + IN_SHEET)) if sheet else tuple(parts)


def _pieces(stem: str, *, before: str) -> list[Part]:
    """A stem at its separators; those inside a date separate nothing."""
    dates = [match.group() for match in _DATE.finditer(stem)]
    hidden = _DATE.sub("\0", stem)
    separator = next((s for s in ("_+", " - ", " +", "-", r"\.") if re.search(s, hidden)), "_")
    pieces = re.split(f"({separator})", hidden)
    parts: list[Part] = []
    for place in range(0, len(pieces), 2):
        text = pieces[place]
        if text:
            whole = re.sub("\0", lambda _: dates.pop(0), text)
            parts.append(Part(before=before, text=whole, field="date" if text == "\0" else ""))
            before = ""
        before += pieces[place + 1] if place + 1 < len(pieces) else ""
    return parts


def without_copy_mark(name: str) -> str:
    """The name of the file that a copy is of, as systems name copies; the same name where it has no such mark.

    Examples
    --------
    >>> without_copy_mark("a/P01_squat (2).csv"), without_copy_mark("Kopie von P01.csv"), without_copy_mark("P01.csv")
    ('a/P01_squat.csv', 'P01.csv', 'P01.csv')
    """
    path = PurePosixPath(name)
    stem = _COPY.sub("", path.stem)
    return path.with_name(stem + path.suffix).as_posix() if stem else name
