"""The files of a folder: their names, sheets of workbooks among them, and what systems leave behind."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from emgkit.errors import StudyError
from emgkit.io.naming.layouts import IN_SHEET
from emgkit.io.reading import sheets

__all__ = ["file_and_sheet", "files_below", "is_hidden", "loose", "with_sheets"]

# what systems and programs leave behind, beside names that begin with a point
_HIDDEN = ("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r")


def files_below(folder: Path) -> tuple[str, ...]:
    """The names of all files below a folder, sorted; links are followed, and one that leads nowhere is a file.

    Raises
    ------
    StudyError
        A folder cannot be opened: what is in it would be lost without a word.
    """

    def refuse(problem: OSError) -> None:
        raise StudyError(
            "A folder below the recordings cannot be opened", where=str(problem.filename), got=str(problem.strerror)
        )

    def leads_above(folder_inside: Path) -> bool:
        """Whether a link leads to a folder that it lies in: following it would never end."""
        return folder_inside.is_symlink() and any(
            above.resolve().is_relative_to(folder_inside.resolve())
            for above in (folder_inside.parent, *folder_inside.parent.parents)
            if above.is_relative_to(folder)
        )

    names = []
    for place, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        here = Path(place)
        folders[:] = [one for one in folders if not leads_above(here / one)]
        names += [(here / one).relative_to(folder).as_posix() for one in files]
    return tuple(sorted(names, key=lambda name: name.split("/")))


def is_hidden(name: str) -> bool:
    """Whether a system or a program left a file behind, which no user looks at."""
    return any(part.startswith((".", "~$")) or part.casefold() in _HIDDEN for part in name.split("/"))


class HasSheet(Protocol):
    """A layout, or a rule for second files: a pattern for whole names, with a pattern for sheets in it."""

    @property
    def pattern(self) -> str | None:
        """The pattern of names."""

    @property
    def sheet(self) -> str | None:
        """The pattern of sheets; None where a recording is a file."""


def with_sheets(
    folder: Path, names: Sequence[str], ways: Sequence[HasSheet], *, closed: Collection[str] = ()
) -> tuple[str, ...]:
    """The names of files, and in place of a workbook whose sheets are recordings those of its sheets that hold cells.

    A workbook that is `closed`, as it is left out, stays one, and is not opened.

    Raises
    ------
    EmgkitError
        Such a workbook cannot be read.
    """
    books = [loose((one.pattern or "").partition(IN_SHEET)[0]) for one in ways if one.sheet is not None]
    found: list[str] = []
    for name in names:
        is_book = name not in closed and any(one.fullmatch(name) for one in books)
        tables = [one.name for one in sheets(folder / name) if one.kind == "table"] if is_book else []
        found += [f"{name}{IN_SHEET}{sheet}" for sheet in tables] or [name]
    return tuple(found)


def file_and_sheet(name: str, way: HasSheet) -> tuple[str, str | None]:
    """The file and the sheet in the name of a recording."""
    if way.sheet is None:
        return name, None
    file, _, sheet = name.partition(IN_SHEET)
    return file, sheet


def loose(pattern: str) -> re.Pattern[str]:
    """What fits a pattern whatever its fields hold, in any case."""
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", pattern))), re.IGNORECASE)
