"""Symmetry indices of a session, from the numbers of its sides in all recordings of an exercise."""

from __future__ import annotations

import pandas as pd

from emgkit.derived import symmetry
from emgkit.measures import COLUMNS, summarize
from emgkit.study.file.measures import MeasureSpec
from emgkit.study.recordings.measure.numbers import errors_name

__all__ = ["symmetry_rows"]


def symmetry_rows(tables: list[pd.DataFrame], spec: MeasureSpec) -> pd.DataFrame:
    """One row a muscle and exercise, from the means over the repetitions of either side.

    Raises
    ------
    DesignError
        A side is missing, a muscle is not known, or the numbers are not above zero.
    """
    cells = summarize(pd.concat(tables, ignore_index=True), over="repetition")
    with errors_name(spec):
        both = symmetry(cells, index=spec.formula or "robinson")
    both = both.assign(measure=spec.called, channel=None, side=None, repetition=None)
    further = [name for name in both.columns if name not in COLUMNS]
    return both[[*COLUMNS, *further]]
