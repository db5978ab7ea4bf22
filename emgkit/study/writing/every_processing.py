"""What a study's report tells of its multiverse: the same comparison under every defensible processing."""

from __future__ import annotations

import os
from pathlib import Path

from emgkit import report
from emgkit.study.writing.result import Result

__all__ = ["items", "paragraphs"]

# of the table of the multiverse: what tells whether the answer stands
_COLUMNS = ("specifications", "own", "lowest", "highest", "median", "p_median", "higher", "lower")


def paragraphs(multiverse: Result | None, *, out: Path) -> list[str]:
    """How far the answer depends on the processing, and where each choice is told.

    Parameters
    ----------
    multiverse : Result, optional
        What was computed; nothing is said without it.
    out : Path
        The folder of the report.
    """
    if multiverse is None:
        return []
    # of simulated data the first sentence says so, as that of the study does
    summary = multiverse.finding[1 if multiverse.simulated else 0]
    return [f"Every defensible processing: {summary} The page {_where(multiverse, out)} tells what each choice does."]


def items(multiverse: Result | None, *, out: Path) -> list[report.TableItem]:
    """The range of each contrast over all specifications that measure what the study measures."""
    if multiverse is None:
        return []
    table = multiverse.tables["multiverse"]
    own = table[table["own"].notna()]
    names = list(own.columns)
    frame = own[[*names[: names.index("curve")], *_COLUMNS]]
    return [
        report.TableItem(
            title="The same comparison under every defensible processing",
            caption="The specifications that measure what the study measures. Column own is the study as it is; lowest "
            "and highest are the ends of the range over all of them, and higher and lower the shares with p < .05 in "
            "either direction. The p of the median is that of all of them together. The page "
            f"{_where(multiverse, out)} has further quantities, and the reason for every choice.",
            frame=frame.reset_index(drop=True),
            stem="every_processing",
            simulated=multiverse.simulated,
        )
    ]


def _where(multiverse: Result, out: Path) -> str:
    try:
        return Path(os.path.relpath(multiverse.report, out)).as_posix()
    except ValueError:  # on another drive
        return str(multiverse.report)
