"""Compare: from the numbers of all sessions to a table of contrasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from emgkit import stats
from emgkit.errors import Notice, StudyError
from emgkit.measures import summarize
from emgkit.notation import first_few, listed, readable, series
from emgkit.stats.cells.labels import label_order
from emgkit.stats.cells.regions import regions
from emgkit.study.file.recordings import Comparison, MeasureSpec
from emgkit.study.recordings.influence import influence_of

__all__ = ["Comparing", "ComparisonResult", "LeftOut", "compare", "compared_rows", "in_order"]

# a level of `by`: its columns with their levels
Place: TypeAlias = tuple[tuple[str, str], ...]
# participant and the levels of `within` that are lacking -> where they are
Gaps: TypeAlias = dict[tuple[str, tuple[str, ...]], list[Place]]

# an error names this many participants, and counts the rest
_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A recording, or a channel of one, that is left out: of whom, what it is, and the columns that tell of it."""

    participant: str
    what: str
    facts: Mapping[str, str]

    def explains(self, who: str, cell: Mapping[str, str]) -> bool:
        """Whether it can be why a participant has no value in a cell; what it does not tell of is open."""
        return self.participant == who and all(self.facts.get(name, level) == level for name, level in cell.items())


@dataclass(frozen=True, kw_only=True)
class Comparing:
    """What is compared.

    Parameters
    ----------
    comparison : Comparison
        The levels, and how they are compared.
    measure : MeasureSpec
        The measure that is compared.
    over : tuple of str
        What is averaged.
    affected : tuple of LeftOut
        What is excluded from this comparison, or could not be read.
    """

    comparison: Comparison
    measure: MeasureSpec
    over: tuple[str, ...]
    affected: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparisonResult:
    """One comparison: its cells, contrasts, omnibus tests, and how each participant moves them.

    `measure` is what was compared.
    `contrasts` and `anova` are None where there is one level, or too few participants have something to compare.
    Levels of `by` that the contrasts do not have are in the cells all the same.
    """

    spec: Comparison
    measure: MeasureSpec
    cells: pd.DataFrame
    contrasts: stats.Results | None
    anova: stats.Results | None
    influence: stats.Results | None
    notices: tuple[Notice, ...]

    @property
    def compared_cells(self) -> pd.DataFrame:
        """The cells at the levels of `by` that have contrasts."""
        by = list(self.spec.by)
        if self.contrasts is None:
            return self.cells.iloc[:0]
        if not by:
            return self.cells
        places, rows = (
            pd.Series(list(table[by].astype(str).itertuples(index=False, name=None)), index=table.index)
            for table in (self.contrasts, self.cells)
        )
        return self.cells[rows.isin(set(places))]


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
    cells = summarize(compared_rows(tables, rule), over=rule.over)
    cells, notices = _without_incomplete(cells, spec, rule.affected) if spec.missing == "refuse" else (cells, ())
    compared, found = _comparable(cells, spec)
    notices = (*notices, *found)
    if compared.empty:
        return ComparisonResult(
            spec=spec, measure=rule.measure, cells=cells, contrasts=None, anova=None, influence=None, notices=notices
        )
    design: dict[str, Any] = {"within": spec.within, "by": list(spec.by) or None, "log": spec.log}
    design["crossed"] = list(spec.crossed) or None
    ordered = in_order(compared, spec)
    pairs = {"adjust": spec.adjust, "family": spec.family, "missing": spec.missing, "against": against(ordered, spec)}
    contrasts = stats.contrasts(ordered, **design, **pairs)
    anova, omnibus = _anova(compared, spec, design)
    influence, flags = influence_of(ordered, spec, against=pairs["against"])
    return ComparisonResult(
        spec=spec,
        measure=rule.measure,
        cells=cells,
        contrasts=contrasts,
        anova=anova,
        influence=influence,
        notices=tuple(dict.fromkeys([*notices, *contrasts.notices, *omnibus, *flags])),
    )


def in_order(cells: pd.DataFrame, spec: Comparison) -> pd.DataFrame:
    """The cells with the levels of the comparison in the order of the study file, in which contrasts divide them."""
    if not spec.order:
        return cells
    levels = {str(level): level for level in cells[spec.within].unique()}
    unnamed = [name for name in levels if name not in spec.order]
    if unnamed:
        raise StudyError(
            f"The order of the comparison lacks {listed(unnamed)}",
            where=f"comparison {spec.name!r}, order",
            allowed=f"every {readable(spec.within)}: {listed(sorted(levels, key=label_order))}",
            got=listed(spec.order),
            hint="Name every level, the one that is divided by the others first",
        )
    known = [levels[name] for name in spec.order if name in levels]
    return cells.assign(**{spec.within: pd.Categorical(cells[spec.within], known, ordered=True)})


def against(cells: pd.DataFrame, spec: Comparison) -> Any:
    """The level that the study file names to compare all others with, as the cells have it; None for all pairs."""
    if spec.against is None:
        return None
    return {str(level): level for level in cells[spec.within].unique()}.get(spec.against, spec.against)


def compared_rows(tables: Sequence[pd.DataFrame], rule: Comparing) -> pd.DataFrame:
    """The rows of all sessions that a comparison averages into its cells."""
    rows = pd.concat(tables, ignore_index=True)
    rows = rows[_rows_of(rows, rule.measure)]
    # runs of one task are repetitions of it, unless the study says otherwise
    if "run" in rows.columns and "run" not in (*rule.over, rule.comparison.within, *rule.comparison.by):
        rows = rows.drop(columns="run")
    return rows


def _anova(
    cells: pd.DataFrame, spec: Comparison, design: Mapping[str, Any]
) -> tuple[stats.Results | None, tuple[Notice, ...]]:
    """The omnibus tests, one way, so that their F stand beside the contrasts; None where no level of `by` has one."""
    if spec.missing == "refuse":
        table = stats.rm_anova(cells, **design)
        return table, table.notices
    if all((_levels_by_person(part, spec).all(axis=1)).sum() < 2 for part in _parts(cells, spec).values()):
        text = f"{spec.name!r} has no analysis of variance: fewer than two participants have every {spec.within}."
        return None, (Notice(code="anova-not-made", text=text),)
    table = stats.rm_anova(cells, **design, missing="complete-cases")
    return table, table.notices


def _parts(cells: pd.DataFrame, spec: Comparison) -> dict[Place, pd.DataFrame]:
    """The cells of each level of `by`, by its columns and their levels."""
    by = list(spec.by)
    if not by:
        return {(): cells}
    parts = cells.groupby(by, observed=True, sort=False, dropna=False)
    return {tuple(zip(by, map(str, levels), strict=True)): part for levels, part in parts}


def _there(places: Sequence[Place], every: Sequence[Place]) -> str:
    """Where some of the places are, behind a blank; empty where they are all."""
    found = [region for region in regions([dict(one) for one in places], [dict(one) for one in every]) if region]
    texts = [
        ", ".join(f"{readable(name)} {series(map(readable, levels))}" for name, levels in region.items())
        for region in found
    ]
    return f" at {'; '.join(texts)}" if texts else ""


def _levels_by_person(cells: pd.DataFrame, spec: Comparison) -> pd.DataFrame:
    """Which participant (row) has which level (column)."""
    return pd.crosstab(cells["participant"].astype(str), cells[spec.within]) > 0


def _comparable(cells: pd.DataFrame, spec: Comparison) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """The cells of the levels of `by` in which two participants or more have two levels in common."""
    kept, alone = [], dict[tuple[str, ...], list[Place]]()
    for place, part in _parts(cells, spec).items():
        has = _levels_by_person(part, spec).astype(int)
        together = has.T @ has
        np.fill_diagonal(values := together.to_numpy(copy=True), 0)
        # one level, or an empty one: the statistics refuse these in their own words
        if part[spec.within].isna().any() or values.max() > 1 or (len(together) == 1 and len(has) > 1):
            kept.append(part)
        else:
            alone.setdefault(tuple(has.index), []).append(place)
    people = sorted(set(cells["participant"].astype(str)))
    if len(people) == 1:
        text = f"Nothing was compared: there is one participant ({people[0]}), and a comparison needs two or more."
        return cells.iloc[:0], (Notice(code="nothing-compared", text=text),)
    levels = cells[spec.within].astype(object).unique()
    if len(levels) == 1 and not pd.isna(levels[0]):
        text = (
            f"Nothing was compared in {spec.name!r}: all values are of one {readable(spec.within)} ({levels[0]}), and "
            "a comparison needs two or more."
        )
        return cells.iloc[:0], (Notice(code="nothing-compared", text=text),)
    every = tuple(_parts(cells, spec))
    notices = [
        Notice(
            code="level-not-compared",
            text=f"{spec.name!r} has no contrasts{_there(places, every)}: "
            + (f"{who[0]} alone has values there" if len(who) == 1 else f"no two of {series(who)} share two levels")
            + "; they are described, not compared.",
        )
        for who, places in alone.items()
    ]
    return (cells.loc[pd.concat(kept).index.sort_values()] if kept else cells.iloc[:0]), tuple(notices)


def _rows_of(rows: pd.DataFrame, measure: MeasureSpec) -> pd.Series:
    """Which rows hold the measure that is compared (the same number may be asked for in several phases)."""
    chosen = rows["measure"] == measure.called
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
    cells: pd.DataFrame, spec: Comparison, affected: Sequence[LeftOut]
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Take participants out of each level of `by` in which they lack a level because of what is left out."""
    everywhere = _levels_by_person(cells, spec)
    lacking: Gaps = {}
    kept = []
    for place, part in _parts(cells, spec).items():
        here = _levels_by_person(part, spec)
        # what somebody has nowhere is lacking at every level of `by`
        here = here.reindex(columns=everywhere.columns, fill_value=False)
        gaps = (here.any(axis=0) | ~everywhere.loc[here.index]) & ~here
        for who, row in gaps[gaps.any(axis=1)].iterrows():
            levels = tuple(map(str, sorted(row.index[row], key=label_order)))
            lacking.setdefault((str(who), levels), []).append(place)
        kept.append(part[~part["participant"].astype(str).isin(gaps.index[gaps.any(axis=1)])])
    unexplained = {
        (who, levels): open_ones
        for (who, levels), places in lacking.items()
        if (open_ones := [one for one in places if not all(_reasons(who, levels, one, spec, affected))])
    }
    if unexplained:
        raise _incomplete(unexplained, spec, every=tuple(_parts(cells, spec)))
    if not lacking:
        return cells, ()
    left = pd.concat(kept).sort_index().reset_index(drop=True)
    if left.empty:
        raise StudyError(
            f"No participant has every {spec.within} after what is left out",
            where=f"comparison {spec.name!r}",
            allowed=f"at least one participant with every {spec.within}",
            got="; ".join(f"{who} lacks {listed(levels)}" for who, levels in list(lacking)[:_NAMED]),
            hint='Compare those who have both levels of a contrast: [[comparisons]] missing = "pairwise"',
        )
    return left, tuple(_taken_out(lacking, spec, affected, every=tuple(_parts(cells, spec))))


def _reasons(who: str, levels: Sequence[str], place: Place, spec: Comparison, affected: Sequence[LeftOut]) -> list[str]:
    """What was left out of a participant that explains why each of some levels is lacking; else an empty text."""
    cells = [{**dict(place), spec.within: level} for level in levels]
    return [next((one.what for one in affected if one.explains(who, cell)), "") for cell in cells]


def _taken_out(
    lacking: Gaps, spec: Comparison, affected: Sequence[LeftOut], *, every: Sequence[Place]
) -> Iterator[Notice]:
    """Say who is not in a comparison, or at some levels of `by`, and why: one notice for all of whom the same holds."""
    alike: dict[tuple[str, str], list[str]] = {}
    for (who, levels), places in lacking.items():
        where = _there(places, every)
        reasons = {reason for place in places for reason in _reasons(who, levels, place, spec, affected)}
        alike.setdefault((where, " and ".join(sorted(reasons))), []).append(who)
    for (where, what), people in alike.items():
        noun, verb = ("Participant", "is") if len(people) == 1 else ("Participants", "are")
        text = (
            f"{noun} {series(people)} {verb} not in the comparison {spec.name!r}{where}: a level of "
            f"{readable(spec.within)} is missing because {what} was left out."
        )
        yield Notice(code="incomplete-by-exclusion", text=text)


def _incomplete(lacking: Gaps, spec: Comparison, *, every: Sequence[Place]) -> StudyError:
    """The error of participants who lack a level that nothing explains: who lacks what, and the two ways on."""
    texts = [f"{who} lacks {listed(levels)}{_there(places, every)}" for (who, levels), places in lacking.items()]
    (who, levels), _ = next(iter(lacking.items()))
    return StudyError(
        f"Participant {who} has no {spec.within} {listed(levels)}",
        where=f"comparison {spec.name!r}",
        allowed=f"every participant in every {spec.within}; no participant is left out silently",
        got=first_few(texts, _NAMED, between="; "),
        hint="Look at the names of the files. Then compare those who have both levels: [[comparisons]] missing = "
        f'"pairwise"; or leave people out: [exclude] participants = [{{ participant = "{who}", reason = "…" }}]',
    )
