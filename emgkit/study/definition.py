"""What a study is before it runs: its file, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emgkit.study.file.published import PublishedFile
from emgkit.study.file.recordings import StudyFile
from emgkit.study.script import Script

__all__ = ["StudyDefinition"]


@dataclass(frozen=True, kw_only=True)
class StudyDefinition:
    """A study file, where it lies and how it is called.

    Parameters
    ----------
    folder : Path
        The folder of the study file.
    slug : str
        The study's short name: that of its folder.
    text : str
        The text of the study file, as it is kept in the provenance.
    file : StudyFile or PublishedFile
        What the text says.
    bare : bool
        The study was named without a folder.
    script : Script, optional
        The script of a study of published figures, as it was read.
    """

    folder: Path
    slug: str
    text: str
    file: StudyFile | PublishedFile
    bare: bool = False
    script: Script | None = None

    @property
    def simulated(self) -> bool:
        """Whether the recordings that the study file names are simulated."""
        return isinstance(self.file, StudyFile) and self.file.study.simulated

    @property
    def recorded(self) -> Path | None:
        """The folder of recordings that the study file names, where they are not simulated."""
        named = (self.file.data.bids or self.file.data.folder) if isinstance(self.file, StudyFile) else None
        return self.folder / named if named else None
