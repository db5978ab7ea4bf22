"""Leave out the participants of a study's comparison in turn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from emgkit import stats
from emgkit.errors import Notice
from emgkit.stats.cells.columns import Factor
from emgkit.stats.cells.people import in_common
from emgkit.stats.within.influence import FEWEST
from emgkit.stats.within.summaries import contradictions
from emgkit.study.file.recordings import Comparison

__all__ = ["influence_of"]


def influence_of(
    cells: pd.DataFrame, spec: Comparison, *, against: Any = None
) -> tuple[stats.Results | None, tuple[Notice, ...]]:
    """Leave each participant of a comparison out in turn.

    Parameters
    ----------
    cells : DataFrame
        The cells that are compared.
    spec : Comparison
        What is compared.
    against : optional
        The level that all others are compared with.

    Returns
    -------
    Results or None
        As :func:`emgkit.stats.influence` gives it; None with fewer than four participants.
    tuple of Notice
        One for each participant who contradicts all others, or one that there are too few participants.
    """
    by = list(spec.by)
    blocks = [part for _, part in cells.groupby(by, observed=True)] if by else [cells]
    both = [in_common(Factor.of(part, "participant"), Factor.of(part, spec.within)) for part in blocks]
    # a pair of levels with fewer than two participants has no contrast
    fewest = min(int(sizes[sizes > 1].min()) for sizes in both)
    if fewest < FEWEST:
        text = (
            f"In {spec.name!r} nobody was left out in turn: that needs {FEWEST} participants, and there are {fewest}."
        )
        return None, (Notice(code="influence-too-few", text=text),)
    table = stats.influence(
        cells,
        within=spec.within,
        by=by or None,
        log=spec.log,
        adjust=spec.adjust,
        family=spec.family,
        crossed=list(spec.crossed) or None,
        missing=spec.missing,
        against=against,
    )
    advice = (
        "Look whether two recordings or channels were exchanged, or one is in another unit; a flag alone is no reason "
        "to leave anybody out."
    )
    texts = [f"In {spec.name!r} {clause}. {advice}" for clause in contradictions(table).values()]
    return table, tuple(Notice(code="contradicts-others", text=text) for text in texts)
