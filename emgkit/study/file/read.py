"""A study file from its text: read, checked, and refused in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from emgkit import toml_files
from emgkit.errors import StudyError
from emgkit.notation import counted
from emgkit.study.file.published import PublishedFile
from emgkit.study.file.recordings import StudyFile

__all__ = ["ToDo", "check_filled_in", "has_key", "load_text", "parse", "to_do"]

# the head of a table, alone in its line
_TABLE = re.compile(r"\s*\[\[?[^\]]+\]\]?\s*(#|$)")
# a comment behind a value, in which a number sign may stand between quotes
_COMMENT = re.compile(r"""(?<=[^\s])\s+#[^"']*$""")
# as many lines as a message shows
_SHOWN = 5


def parse(text: str, *, where: str) -> StudyFile | PublishedFile:
    """Read a study file's text; one whose ``[data]`` names published figures has a schema of its own.

    Parameters
    ----------
    text : str
        TOML.
    where : str
        The file's path, for messages.

    Raises
    ------
    StudyError
        The text is no TOML, a key is misspelt (the nearest right one is named), or a value is not allowed.
    """
    name, error = "The study file", StudyError
    tables = toml_files.tables_of(text, where=where, name=name, error=error)
    data = tables.get("data")
    if isinstance(data, dict) and "published" in data:
        return toml_files.validate(tables, PublishedFile, where=where, name=name, error=error)
    return toml_files.validate(tables, StudyFile, where=where, name=name, error=error)


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """A line of a study file in which something is still to do.

    Parameters
    ----------
    line : int
        Its number, from 1.
    place : str
        The table that it belongs to: ``"[exercises.squat]"``.
    text : str
        The line without the comment beside it.
    """

    line: int
    place: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.place}: {self.text}"


def to_do(text: str) -> tuple[ToDo, ...]:
    r"""The lines of a study file that hold the word TODO, as ``emgkit new`` marks what it cannot know.

    Examples
    --------
    >>> [str(one) for one in to_do('[exercises.squat]\nstarts = "TODO"  # eccentric or concentric')]
    ['line 2, [exercises.squat]: starts = "TODO"']
    """
    found, place = [], "the file"
    for number, line in enumerate(text.splitlines(), 1):
        if _TABLE.match(line):
            place = line.split("#")[0].strip()
        if "TODO" in line:
            bare = _COMMENT.sub("", line).strip()
            found.append(ToDo(line=number, place=place, text=bare if "TODO" in bare else line.strip()))
    return tuple(found)


def check_filled_in(text: str, *, where: str) -> None:
    """Refuse a study file in which something is still to do, as ``emgkit new`` marks it.

    Raises
    ------
    StudyError
        Names the first lines with their tables.
    """
    open_ones = to_do(text)
    if open_ones:
        more = len(open_ones) - _SHOWN
        raise StudyError(
            "The study file is not filled in yet",
            where=where,
            got="; ".join(map(str, open_ones[:_SHOWN])) + (f"; and {counted(more, 'line')} more" if more > 0 else ""),
            hint="Write what is right in these lines, and take the word TODO away",
        )


def load_text(path: Path) -> str:
    """The text of a study file, or an error that describes what is there instead."""
    if not path.is_file():
        raise StudyError("There is no study file", where=str(path), hint="Name a folder that holds a study.toml")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise StudyError("The study file is not UTF-8 text", where=str(path), got=str(problem)) from None


def has_key(table: type[BaseModel], key: str) -> bool:
    """Whether a table of the study file has a key."""
    return key in table.model_fields
