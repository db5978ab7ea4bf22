"""A file that says what the labels of channels mean."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from emgkit._checks import nearest
from emgkit.errors import FileError, FormatError
from emgkit.toml_files import TomlTable, tables_of, validate

__all__ = ["ChannelSpec", "channel_map"]


class ChannelSpec(TomlTable):
    """``[channels]``: what a file's label means."""

    muscle: str | None = None
    side: Literal["left", "right"] | None = None
    kind: str | None = None
    unit: str | None = None
    name: str | None = None


class _Map(TomlTable):
    channels: dict[str, ChannelSpec]


def channel_map(path: str | os.PathLike[str]) -> Mapping[str, Mapping[str, str]]:
    r"""Read the table ``[channels]`` of a TOML file, such as a study file; its other tables are not looked at.

    Parameters
    ----------
    path : path
        The file. A line of the table is ``"R_GMAX" = { muscle = "gluteus_maximus", side = "right" }``.

    Returns
    -------
    Mapping
        For ``channels=`` of :func:`emgkit.read`.

    Raises
    ------
    FileError
        The file does not exist.
    FormatError
        It is no TOML, has no table ``[channels]``, or a key in it is unknown.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "map.toml")
    ...     _ = path.write_text('[channels]\n"GM" = { muscle = "gluteus_medius", side = "left" }')
    ...     channel_map(path)
    {'GM': {'muscle': 'gluteus_medius', 'side': 'left'}}
    """
    file = Path(path)
    if not os.path.isfile(file):
        beside = [entry.name for entry in file.parent.iterdir()] if os.path.isdir(file.parent) else []
        raise FileError("The channel map does not exist", where=str(path), hint=nearest(file.name, beside))
    tables: Any = tables_of(_text(file), where=str(path), name="The channel map")
    own = {"channels": tables["channels"]} if "channels" in tables else {}
    found = validate(own, _Map, where=str(path), name="The channel map")
    return {label: spec.model_dump(exclude_none=True) for label, spec in found.channels.items()}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise FormatError("The channel map is no UTF-8 text", where=str(file), got=str(problem)) from None
