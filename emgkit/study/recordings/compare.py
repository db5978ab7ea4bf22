"""Compare: from the numbers of all sessions to a table of contrasts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from emgkit import stats
from emgkit.errors import Notice, StudyError
from emgkit.measures import summarize
from emgkit.notation import listed
from emgkit.stats.cells.labels import label_order
from emgkit.study.file.recordings import Comparison, MeasureSpec
from emgkit.study.recordings.influence import influence_of

__all__ = ["Comparing", "ComparisonResult", "compare"]


@dataclass(frozen=True, kw_only=True)
class Comparing:
    """What is compared.

    Parameters
    ----------
    comparison : Comparison
        The levels, and how they are compared.
    measure : MeasureSpec
        The primary measure.
    over : tuple of str
        What is averaged.
    affected : frozenset of str
        Participants of whom a recording is excluded from this comparison or could not be read.
    """

    comparison: Comparison
    measure: MeasureSpec
    over: tuple[str, ...]
    affected: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparisonResult:
    """One comparison: its cells, contrasts, omnibus tests, and how each participant moves them."""

    spec: Comparison
    cells: pd.DataFrame
    contrasts: stats.Results
    anova: stats.Results
    influence: stats.Results | None
    notices: tuple[Notice, ...]


def compare(tables: Sequence[pd.DataFrame], rule: Comparing) -> ComparisonResult:
    """Average, take out participants whom exclusions leave incomplete, and compare.

    Parameters
    ----------
    tables : sequence of DataFrame
        The rows of each session, as :func:`emgkit.measure` gives them.
    rule : Comparing
        What is compared.

    Raises
    ------
    DesignError
        The cells do not have the design, for instance a cell is missing that no exclusion explains.
    """
    spec = rule.comparison
    rows = pd.concat(tables, ignore_index=True)
    rows = rows[_primary_rows(rows, rule.measure)]
    # runs of one task are repetitions of it, unless the study says otherwise
    if "run" in rows.columns and "run" not in (*rule.over, spec.within, *spec.by):
        rows = rows.drop(columns="run")
    cells = summarize(rows, over=rule.over)
    cells, notices = _without_incomplete(cells, spec, rule.affected)
    contrasts = stats.contrasts(
        cells, within=spec.within, by=list(spec.by) or None, log=spec.log, adjust=spec.adjust, family=spec.family
    )
    # one way, so that its F stands beside the contrasts
    anova = stats.rm_anova(cells, within=spec.within, by=list(spec.by), log=spec.log)
    influence, flags = influence_of(cells, spec)
    return ComparisonResult(
        spec=spec,
        cells=cells,
        contrasts=contrasts,
        anova=anova,
        influence=influence,
        notices=tuple(dict.fromkeys([*notices, *contrasts.notices, *anova.notices, *flags])),
    )


def _primary_rows(rows: pd.DataFrame, measure: MeasureSpec) -> pd.Series:
    """Which rows hold the primary measure (the same number may be asked for in several phases)."""
    chosen = rows["measure"] == measure.name
    phase = rows["phase"].astype(str)
    if "angle_low" in rows.columns:
        chosen &= rows["angle_low"].notna() if measure.during == "angle" else rows["angle_low"].isna()
    if measure.during == "half":
        return chosen & phase.str.match(rf"{measure.phase or ''}.*half$")
    chosen &= ~phase.str.endswith("half")
    if measure.phase is not None:
        return chosen & (phase == measure.phase)
    return chosen & ((phase == "whole") if measure.during in ("repetition", "recording") else (phase != "whole"))


def _without_incomplete(
    cells: pd.DataFrame, spec: Comparison, affected: Collection[str]
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Take out participants who lack a level because one of their recordings is excluded."""
    levels = set(cells[spec.within])
    present = cells.groupby("participant", observed=True)[spec.within].agg(set)
    lacking = {
        str(who): sorted(levels - present[who], key=label_order) for who in present.index if present[who] != levels
    }
    unexplained = {who: missing for who, missing in lacking.items() if who not in affected}
    if unexplained:
        who, missing = next(iter(unexplained.items()))
        raise StudyError(
            f"Participant {who} has no {spec.within} {listed(missing)}",
            where=f"comparison {spec.name!r}",
            allowed=f"every participant in every {spec.within}; no participant is left out silently",
            got="; ".join(f"{one} lacks {listed(levels)}" for one, levels in unexplained.items()),
            hint="Look at the names of the files, or leave the participant out in the study file: "
            f'[exclude] participants = [{{ participant = "{who}", reason = "…" }}]',
        )
    if not lacking:
        return cells, ()
    text = (
        f"{listed(lacking)} {'is' if len(lacking) == 1 else 'are'} not in {spec.name!r}: a level of {spec.within} "
        "is lacking because a recording was left out."
    )
    left = cells[~cells["participant"].isin(list(lacking))].reset_index(drop=True)
    return left, (Notice(code="incomplete-by-exclusion", text=text),)
