"""Recordings of OT Bioelettronica, archives of XML and samples: ``.otb+`` (OT BioLab+) and ``.otb4`` (OT BioLab 4)."""

from __future__ import annotations

from pathlib import Path

from emgkit.errors import FormatError
from emgkit.io._assembly import FileContent
from emgkit.io.formats.otb.archive import Archive, opened
from emgkit.io.formats.otb.four import four_content
from emgkit.io.formats.otb.plus import plus_content
from emgkit.notation import listed

__all__ = ["load"]


def load(path: Path) -> FileContent:
    """What a recording of OT BioLab+ or OT BioLab 4 says; nothing of it is written to the disk.

    Raises
    ------
    FormatError
        The archive is damaged, a member climbs out of its folder, or the recording is of a kind that is not read.
    """
    with opened(path) as archive:
        if any(name.startswith("Tracks_") and name.endswith(".xml") for name in archive.names):
            return four_content(archive)
        return plus_content(archive, _device_file(archive))


def _device_file(archive: Archive) -> str:
    """The samples of an ``.otb+``; their description has the same name and ends in ``.xml``."""
    found = [name for name in archive.names if name.endswith(".sig") and f"{name[:-4]}.xml" in archive.names]
    if len(found) > 1:
        raise FormatError(
            "The recordings of several devices or sessions are in one file, which is not read", where=archive.where,
            allowed="one .sig file", got=listed(found[:4]), hint="Export each from OT BioLab+ as a file of its own",
        )  # fmt: skip
    if not found:
        raise FormatError(
            "The archive holds no recording of OT BioLab", where=archive.where,
            allowed="Tracks_000.xml, or a .sig file and an .xml file of the same name",
            got=listed(list(archive.names)[:6]) or "no files",
        )  # fmt: skip
    return found[0]
