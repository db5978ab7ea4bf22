"""What a study's run gave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from emgkit.errors import Notice
from emgkit.study.definition import StudyDefinition
from emgkit.study.writing.finding import LevelFinding

__all__ = ["Result"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a study's run gave: tables by name, sentences, notices, and where it was written."""

    study: StudyDefinition
    out: Path
    simulated: bool
    tables: dict[str, pd.DataFrame]
    finding: tuple[str, ...]
    levels: tuple[LevelFinding, ...]
    notices: tuple[Notice, ...]

    @property
    def report(self) -> Path:
        """The report's file."""
        return self.out / "report.html"

    def _repr_html_(self) -> str:
        from html import escape

        sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.finding)
        return f"<h3>{escape(self.study.file.study.title)}</h3>{sentences}<p>{escape(str(self.report))}</p>"
