"""What a study's run gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from emgkit.errors import Notice
from emgkit.study.definition import StudyDefinition
from emgkit.study.writing.finding import LevelFinding

__all__ = ["Result"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a study's run gave: tables by name, sentences, notices, and where it was written.

    Parameters
    ----------
    study : StudyDefinition
        The study that was run.
    out : Path
        The folder that was written.
    simulated : bool
        Whether the data are simulated.
    tables : dict of str to DataFrame
        The tables by the names of their files.
    finding : tuple of str
        The sentences of the finding.
    levels : tuple of LevelFinding
        The finding at each level of `by`.
    notices : tuple of Notice
        What is doubtful.
    opening : tuple of str
        What published studies found, where the report opens with it.
    since : datetime, optional
        When the files were written, if they were not written anew because nothing has changed since.
    """

    study: StudyDefinition
    out: Path
    simulated: bool
    tables: dict[str, pd.DataFrame]
    finding: tuple[str, ...]
    levels: tuple[LevelFinding, ...]
    notices: tuple[Notice, ...]
    opening: tuple[str, ...] = ()
    since: datetime | None = None

    @property
    def report(self) -> Path:
        """The report's file."""
        return self.out / "report.html"

    def _repr_html_(self) -> str:
        from html import escape

        sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.finding)
        return f"<h3>{escape(self.study.file.study.title)}</h3>{sentences}<p>{escape(str(self.report))}</p>"
