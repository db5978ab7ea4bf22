"""Patterns: a text with fields in braces, and every way in which a name can be read by it.

A field may hold what stands between fields: ``P_01_squat.csv`` fits ``{participant}_{task}.csv`` in two ways.
:mod:`emgkit.io.naming.names` chooses between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from emgkit.errors import StudyError

__all__ = ["FIELD", "Pattern", "composed"]

# what a field can hold, as a regular expression; the same as `_BEGINS` and `_ENDS`
FIELD = r"(?![\s_.]|-(?!\d))[^/]*[^/\s_.\-]"

# no name begins or ends so; "-10" is a number
_BEGINS = re.compile(r"[\s_.]|-(?!\d)")
_ENDS = re.compile(r"[\s_.-]$")
# ways to read one name, of fields that stand side by side
_MOST = 5000


def composed(text: str) -> str:
    r"""The text in one Unicode form: a disk may write é as e and an accent.

    Examples
    --------
    >>> composed("Zoe\u0308") == "Zoë"
    True
    """
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True)
class Pattern:
    """A text with ``{fields}``.

    Parameters
    ----------
    text : str
        Such as ``"{participant}_{task}.csv"``; a field that stands twice has the same value in both places.
    values : mapping of str to collection of str
        Fields that have these values and no others.

    Raises
    ------
    StudyError
        A brace is open, or a field is no name.

    Examples
    --------
    >>> [reading["participant"] for reading in Pattern("{participant}_{task}.csv").readings("P_01_squat.CSV")]
    ['P', 'P_01']
    """

    text: str
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        left = re.sub(r"\{[^\W\d]\w*\}", "", self.text)
        if "{" in left or "}" in left:
            raise StudyError(
                "A pattern cannot be read",
                where=self.text,
                allowed="fields in braces, each a name of letters, digits and _: {participant}, {task}, {load}",
            )

    @cached_property
    def _pieces(self) -> tuple[str, ...]:
        """The texts between the fields at even places, the names of the fields at odd ones."""
        return tuple(re.split(r"\{(\w+)\}", composed(self.text)))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields, each once."""
        return tuple(dict.fromkeys(self._pieces[1::2]))

    @cached_property
    def _between(self) -> tuple[str, ...]:
        """What stands between two fields."""
        return tuple(dict.fromkeys(text for text in self._pieces[2:-1:2] if text))

    def readings(self, name: str) -> list[dict[str, str]]:
        """Every way to read a name, fields that stand first as short as possible first.

        Upper and lower case of an extension such as ``.csv`` are alike.

        Raises
        ------
        StudyError
            There are too many ways, because fields stand side by side.
        """
        # the facts keep the form in which the name is written
        form: Literal["NFC", "NFD"] = "NFD" if unicodedata.is_normalized("NFD", name) else "NFC"
        name = unicodedata.normalize(form, name)
        pieces = tuple(unicodedata.normalize(form, piece) for piece in self._pieces)
        ending, wanted = PurePosixPath(name).suffix, PurePosixPath(f"x{self._pieces[-1]}").suffix
        if ending != wanted and ending.lower() == wanted.lower():
            name = name.removesuffix(ending) + wanted
        found: list[dict[str, str]] = []
        for reading in self._read(name, pieces, {}):
            found.append(reading)
            if len(found) > _MOST:
                raise StudyError(
                    f"The name {name!r} can be read in more than {_MOST} ways",
                    where=self.text,
                    hint="Let something stand between the fields, or write a layout with a regex",
                )
        return found

    def lengths(self, reading: Mapping[str, str], fields: tuple[str, ...]) -> tuple[int, ...]:
        """Of how many parts some fields of a reading consist: ``P_01`` has two where a ``_`` separates fields."""
        return tuple(1 + sum(reading[name].count(text) for text in self._between) for name in fields)

    def _read(self, rest: str, pieces: tuple[str, ...], known: dict[str, str]) -> Iterator[dict[str, str]]:
        """Read what is left of a name by what is left of the pattern."""
        if not rest.startswith(pieces[0]):
            return
        rest = rest.removeprefix(pieces[0])
        if len(pieces) == 1:
            if not rest:
                yield dict(known)
            return
        name, after = pieces[1:3]
        for end in self._ends(rest, after, last=len(pieces) == 3):
            value = rest[:end]
            if self._fits(name, value) and known.get(name, value) == value:
                yield from self._read(rest[end:], pieces[2:], {**known, name: value})

    def _ends(self, rest: str, after: str, *, last: bool) -> Iterator[int]:
        """Where a field can end, that is where the text behind it begins."""
        if last:
            if rest.endswith(after) and len(rest) > len(after):
                yield len(rest) - len(after)
            return
        end = rest.find(after, 1) if after else 1
        while 0 < end < len(rest):
            if "/" in rest[:end]:
                return
            yield end
            end = rest.find(after, end + 1) if after else end + 1

    def _fits(self, name: str, value: str) -> bool:
        """Whether a field can have a value."""
        if name in self.values:
            return composed(value) in self.values[name]
        return bool(value) and "/" not in value and not _BEGINS.match(value) and not _ENDS.search(value)
