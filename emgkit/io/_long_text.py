"""Long texts of numbers that stay in their file: their first lines, and what the rest of it holds.

A text of a hundred megabytes is parsed from its file. Only a plain one can be: rows of ASCII without quotes, with one
kind of line break. Of any other nothing is known here, and it is read whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

__all__ = ["LongText", "Span", "first_of", "holds", "last_of", "long_text"]

# a text of so many bytes is a long one
_LONG = 1 << 20
# bytes that are looked through at once, and the longest first lines
_AT_ONCE, _LONGEST_HEAD = 1 << 18, 1 << 22
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class LongText:
    """A plain text by its first lines.

    Parameters
    ----------
    path : Path
        The file.
    lines : tuple of bytes
        The first lines with their breaks.
    end : str
        The last line with its break, or more than it.
    commas, points : bool
        Whether the lines behind them hold any.
    """

    path: Path
    lines: tuple[bytes, ...]
    end: str
    commas: bool
    points: bool

    @cached_property
    def head(self) -> str:
        """The first lines."""
        return b"".join(self.lines).decode("utf-8-sig").replace("\r\n", "\n")

    def rows_from(self, row: int) -> Span | None:
        """The rows from one of the first lines on, which counts from 1; None where they are not plain."""
        rows = b"".join(self.lines[row - 1 :]).removeprefix(_BOM)
        if not _is_plain(rows):
            return None
        return Span(
            path=self.path, begin=sum(map(len, self.lines[: row - 1])),
            commas=self.commas or b"," in rows, points=self.points or b"." in rows,
            first=rows.partition(b"\n")[0].decode("ascii").removesuffix("\r"),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Span:
    """Plain rows of numbers that stay in their file, from a line on to its end.

    Parameters
    ----------
    path : Path
        The file.
    begin : int
        Bytes above the rows.
    first : str
        The first row.
    commas, points : bool
        Whether they hold any.
    """

    path: Path
    begin: int
    first: str
    commas: bool
    points: bool

    @property
    def text(self) -> str:
        """The rows, without the line break behind the last."""
        return self.last(self.path.stat().st_size)

    @property
    def size(self) -> int:
        """Bytes of the rows."""
        return self.path.stat().st_size - self.begin

    def parts(self) -> Iterator[bytes]:
        """Whole rows, some at a time."""
        with self.path.open("rb") as file:
            file.seek(self.begin)
            while chunk := file.read(_AT_ONCE):
                yield chunk + file.readline()

    def last(self, size: int) -> str:
        """As many of the last bytes."""
        with self.path.open("rb") as file:
            file.seek(max(self.begin, self.path.stat().st_size - size))
            return file.read().removeprefix(_BOM).decode("ascii").replace("\r\n", "\n").removesuffix("\n")


def long_text(path: Path, *, lines: int) -> LongText | None:
    """A text by so many first lines; None where it is short or not plain."""
    if path.stat().st_size < _LONG:
        return None
    with path.open("rb") as file:
        first = [file.readline(_LONGEST_HEAD)]
        while len(first) < lines and len(first[-1]) < _LONGEST_HEAD and b"\0" not in first[-1]:
            first.append(file.readline(_LONGEST_HEAD))
        head = b"".join(first)
        try:
            head.decode()
        except UnicodeDecodeError:
            return None
        if len(head) > _LONGEST_HEAD or not head.endswith(b"\n") or not _has_one_break(head) or b"\0" in head:
            return None
        commas, points, end = False, False, head
        while chunk := file.read(_AT_ONCE):
            end = chunk = chunk + file.readline(_LONGEST_HEAD)
            if not _is_plain(chunk):
                return None
            commas, points = commas or b"," in chunk, points or b"." in chunk
    return LongText(path=path, lines=tuple(first), end=end[-_AT_ONCE:].decode(), commas=commas, points=points)


def _is_plain(lines: bytes) -> bool:
    return lines.isascii() and b"\0" not in lines and b'"' not in lines and _has_one_break(lines)


def _has_one_break(lines: bytes) -> bool:
    """Whether no line ends in a carriage return alone."""
    return b"\r" not in lines or lines.count(b"\r") == lines.count(b"\r\n")


def first_of(body: str | Span) -> str:
    """The first row."""
    if isinstance(body, str):
        return body[: body.index("\n")] if "\n" in body else body
    return body.first


def last_of(body: str | Span, size: int) -> str:
    """As many of the last signs of rows."""
    return body[-size:] if isinstance(body, str) else body.last(size)


def holds(body: str | Span, sign: str) -> bool:
    """Whether a comma, a point or a quote stands in rows."""
    if isinstance(body, str):
        return sign in body
    return {",": body.commas, ".": body.points}.get(sign, False)
