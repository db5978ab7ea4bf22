"""A study file from its text: read, checked, and refused in plain words."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel

from emgkit import toml_files
from emgkit.errors import StudyError
from emgkit.study.file.published import PublishedFile
from emgkit.study.file.recordings import StudyFile

__all__ = ["check_filled_in", "has_key", "load_text", "parse"]


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


def check_filled_in(text: str, *, where: str) -> None:
    """Refuse a study file in which something is still to do, as ``emgkit new`` marks it.

    Raises
    ------
    StudyError
        Names the first lines with their tables.
    """
    toml_files.check_filled_in(text, where=where, name="The study file", error=StudyError)


def load_text(path: Path) -> str:
    """The text of a study file, or an error that describes what is there instead."""
    try:
        is_file = path.is_file()
    except OSError:  # a name that is too long, a folder that may not be looked into: reading says which
        is_file = True
    if not is_file:
        folder = path.parent
        new = f"; emgkit new STUDY --data {folder} writes one for recordings" if os.path.isdir(folder) else ""
        raise StudyError(
            "There is no study file" if not os.path.isfile(folder) else "The study is named by its folder",
            where=str(folder if os.path.isfile(folder) else path),
            got="a file" if os.path.isfile(folder) else "",
            hint=f"Name a folder that holds a study.toml{new}",
        )
    return toml_files.read_text(path, name="The study file", error=StudyError)


def has_key(table: type[BaseModel], key: str) -> bool:
    """Whether a table of the study file has a key."""
    return key in table.model_fields
