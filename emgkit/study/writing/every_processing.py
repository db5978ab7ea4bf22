"""What a study's report tells of its multiverse: the same comparison under every defensible processing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from emgkit import report
from emgkit.errors import StudyError
from emgkit.notation import number
from emgkit.study.writing.result import Result

__all__ = ["check_same", "items", "paragraphs"]

# of the table of the multiverse: what tells whether the answer stands
_COLUMNS = ("specifications", "own", "lowest", "highest", "median", "p_median", "higher", "lower")
_CALLED = {"higher": "share_higher", "lower": "share_lower"}


def check_same(multiverse: Result | None, comparisons: Sequence[pd.DataFrame]) -> None:
    """Refuse a multiverse of other recordings, in which the study as it is gives other numbers.

    Parameters
    ----------
    multiverse : Result, optional
        What was computed.
    comparisons : sequence of DataFrame
        The contrasts of each comparison of the run; the multiverse is of one of them.

    Raises
    ------
    StudyError
        The first contrast that differs is named.
    """
    if multiverse is None:
        return
    table, names = _own(multiverse)
    effect = str(table["scale"].iloc[0])
    alike = [one[[*names, effect]] for one in comparisons if {*names, effect} <= set(one.columns)]
    found = [table[names].merge(one, how="left", on=names)[effect] for one in alike]
    equal = [np.isclose(table["own"], here, rtol=1e-6, atol=0) for here in found]
    if found and not any(one.all() for one in equal):
        here, differs = found[0], ~equal[0]
        place = int(differs.argmax())
        raise StudyError(
            "The multiverse is of other recordings than this run: the study as it is gives other numbers in it",
            where=", ".join(map(str, table[names].iloc[place])),
            allowed=f"{effect} {number(here.iloc[place])}, as in this run",
            got=number(table["own"].iloc[place]),
            hint="Give multiverse.run the same data and quick",
        )


def _own(multiverse: Result) -> tuple[pd.DataFrame, list[str]]:
    """The rows that measure what the study measures, and the columns that name a contrast."""
    table = multiverse.tables["multiverse"]
    names = list(table.columns)
    return table[table["own"].notna()], names[: names.index("curve")]


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
    table, names = _own(multiverse)
    return [
        report.TableItem(
            title="The same comparison under every defensible processing",
            caption=f"Each {table['scale'].iloc[0]} in the study as it is (own), and over all specifications that "
            "measure what the study measures: the lowest, the highest and the median, with the p of a test of all of "
            "them together. Share higher and share lower are the parts of the specifications with p < .05 in either "
            f"direction. The page {_where(multiverse, out)} has further quantities, and the reason for every choice.",
            frame=table[[*names, *_COLUMNS]].rename(columns=_CALLED).reset_index(drop=True),
            stem="every_processing",
            simulated=multiverse.simulated,
        )
    ]


def _where(multiverse: Result, out: Path) -> str:
    try:
        return Path(os.path.relpath(multiverse.report, out)).as_posix()
    except ValueError:  # on another drive
        return str(multiverse.report)
