"""Cells cut by the levels of ``by``: what all paired comparisons start from.

Every participant of a block is complete. Where cells may be missing, each pair of levels is a block of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import nearest
from emgkit.errors import ArgumentError, DesignError, Notice
from emgkit.notation import counted, listed, series
from emgkit.stats.cells.columns import (
    Factor,
    cell_numbers,
    check_columns,
    check_levels,
    check_participants,
    check_single_valued,
    incomplete,
    outcome_values,
    pair_names,
)
from emgkit.stats.cells.people import as_crossed, check_people, people_at_levels
from emgkit.stats.cells.references import MUSCLE_COLUMNS, check_between_muscles, check_references, is_percent
from emgkit.stats.cells.regions import regions

Array = NDArray[np.float64]

# what becomes of a participant without some level: an error, or in each contrast those who have both of its levels
MISSING = ("refuse", "pairwise")

__all__ = [
    "MISSING", "Block", "arrange", "check_hidden", "check_who", "check_within", "gap_facts", "level_columns",
    "levels_compared", "levels_of", "pair_names",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Block:
    """One level of ``by``: its participants in each of its levels of ``within``, complete.

    Parameters
    ----------
    place : tuple of int
        Position of its level in each factor of ``by``.
    label : str
        The levels of ``by``, for messages.
    participants : pandas.Index
        Who is in it.
    levels : tuple
        Levels of ``within`` that are there.
    values : numpy.ndarray, (n_participants, n_levels)
        The raw values.
    missing : tuple
        Who is not in it, though other blocks of the same people have them.
    gaps : mapping of str to tuple of str
        Who of this level of ``by`` lacks which levels of ``within``; no level stands for all of them.
    against : optional
        The level that all others are compared with; without one every pair is compared.
    """

    place: tuple[int, ...]
    label: str
    participants: pd.Index[Any]
    levels: tuple[Any, ...]
    values: Array
    missing: tuple[Any, ...] = ()
    gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    against: Any = None

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Positions of the levels of each contrast, first and second."""
        if self.against is None:
            return list(itertools.combinations(range(len(self.levels)), 2))
        reference = self.levels.index(self.against)
        return [(i, reference) for i in range(len(self.levels)) if i != reference]

    def names(self, *, log: bool) -> list[str]:
        """The name of each contrast."""
        return [pair_names([self.levels[i] for i in pair], log=log)[0] for pair in self.pairs]

    def differences(self, *, log: bool) -> Array:
        """First minus second of each pair, of logarithms or raw values, (n_participants, n_pairs)."""
        analysed = np.log(self.values) if log else self.values
        first, second = np.array(self.pairs).T
        return np.asarray(analysed[:, first] - analysed[:, second])


def check_hidden(shown: Sequence[tuple[str, str]], result_columns: Sequence[str]) -> None:
    """Refuse columns, as pairs of role and name, that would stand beside one of the result with the same name."""
    hidden = {name: role for role, name in shown if name in result_columns}
    if hidden:
        role = listed(dict.fromkeys(hidden.values()))
        raise ArgumentError(
            f"{listed(hidden)} in {role} would stand beside a column of the result with the same name",
            hint="rename the column of the table",
        )


def check_within(
    table: pd.DataFrame,
    *,
    outcome: str,
    participant: str,
    within: str,
    by: Sequence[str],
    result_columns: Sequence[str],
    between_muscles: bool = False,
    others: Sequence[tuple[str, str]] = (),
) -> list[Notice]:
    """Check the columns: each with one role, nothing else mixed in, no percentages of different muscles compared.

    ``others`` are further pairs of role and column; ``between_muscles`` lets a contrast of muscles pass, with a notice.
    """
    roles = [("outcome", outcome), ("participant", participant), ("within", within), *(("by", name) for name in by)]
    check_columns(table, [*roles, *others])
    check_hidden([*(("by", name) for name in by), *others], result_columns)
    check_single_valued(table, [within, *by, *(name for _, name in others)], "'by' or 'within'")
    if not between_muscles:
        check_between_muscles(table, within)
    elif within in MUSCLE_COLUMNS and is_percent(table):
        text = (
            f"Contrasts between the levels of {within!r} were asked for: values are in percent of each muscle's own "
            "reference contraction, so the contrasts compare the references too."
        )
        return [Notice(code="between-muscles", text=text)]
    return []


def check_who(
    table: pd.DataFrame,
    participant: str,
    factors: Sequence[str],
    *,
    complete: Sequence[str] = (),
    crossed: str | Sequence[str] | None = None,
) -> dict[str, dict[str, Any]]:
    """Say of each factor whether it varies within participants, and refuse labels in some but not all of its levels.

    In the factors of ``complete`` the analysis itself refuses everyone who lacks a level; in those of ``crossed``
    people may lack one.
    """
    names = as_crossed(crossed, factors, table.columns)
    person, found = Factor.of(table, participant), [Factor.of(table, name) for name in factors]
    check_people(table, person, found, complete=complete, crossed=names)
    return people_at_levels(person, found)


def arrange(
    table: pd.DataFrame,
    *,
    outcome: str,
    participant: str,
    within: str,
    by: Sequence[str],
    log: bool,
    missing: str | None = None,
    against: Any = None,
) -> tuple[list[Block], list[Factor], list[Notice]]:
    """Cut the values by level of ``by``, every participant complete.

    A missing cell raises, or with ``missing="pairwise"`` makes each pair of levels a block of those who have both. An
    analysis without that choice gives None.
    """
    values = outcome_values(table, outcome, participant, log=log)
    by_factors = [Factor.of(table, name) for name in by]
    person, condition = Factor.of(table, participant), Factor.of(table, within)
    check_levels(within, condition.levels)
    _check_against(against, condition)
    factors = [*by_factors, person, condition]
    numbers = cell_numbers(table, factors)
    notices = check_references(table, factors, [within], numbers, by=by, within=within)

    by_shape = tuple(len(factor.levels) for factor in by_factors)
    dense = np.full((*by_shape, len(person.levels), len(condition.levels)), np.nan)
    dense.ravel()[numbers] = values
    present = ~np.isnan(dense)
    blocks = []
    for place in np.ndindex(by_shape):
        people = np.flatnonzero(present[place].any(axis=1)).tolist()
        levels = np.flatnonzero(present[place].any(axis=0)).tolist()
        if not people:
            continue
        label = ", ".join(f"{factor.name} {factor.levels[i]}" for factor, i in zip(by_factors, place, strict=True))
        check_levels(within, condition.levels.take(levels), where=label)
        _check_against(against, replace(condition, levels=condition.levels.take(levels)), where=label)
        blocks.append(
            Block(
                place=place,
                label=label,
                participants=person.levels.take(people),
                levels=tuple(condition.levels[i] for i in levels),
                values=dense[place][np.ix_(people, levels)],
                against=against,
            )
        )
    if missing != "pairwise":
        _check_complete(blocks, person, by_factors, pairwise=missing is not None)
    notices += _levels_absent(blocks, condition)
    absent = _absent(blocks, person, by_factors)
    blocks = [
        replace(block, missing=who, gaps={**_gaps(block), **{str(name): () for name in who}})
        for block, who in zip(blocks, absent, strict=True)
    ]
    notices += [_participants_absent(block) for block in blocks if block.missing]
    if missing == "pairwise":
        blocks, found = _pairwise(blocks, condition, by_factors, log=log)
        notices += found
    return blocks, by_factors, notices


def _check_against(against: Any, condition: Factor, where: str = "") -> None:
    """Refuse a level to compare with that is not there."""
    if against is not None and against not in list(condition.levels):
        raise ArgumentError(
            f"'against' names no level of {condition.name!r}",
            where=where,
            allowed=listed(condition.levels),
            got=repr(against),
            hint=nearest(str(against), condition.levels),
        )


def levels_compared(blocks: list[Block]) -> list[int]:
    """How many levels are compared at the level of ``by`` that each block is of."""
    found: dict[tuple[int, ...], set[Any]] = {}
    for block in blocks:
        found.setdefault(block.place, set()).update(block.levels)
    return [len(found[block.place]) for block in blocks]


def levels_of(block: Block, by_factors: Sequence[Factor]) -> dict[str, tuple[str, ...]]:
    """The level of each column of ``by`` that a block is of, as plain text."""
    return {factor.name: (str(factor.levels[i]),) for factor, i in zip(by_factors, block.place, strict=True)}


def gap_facts(blocks: Sequence[Block], by_factors: Sequence[Factor]) -> list[dict[str, Any]]:
    """Who lacks what where, as plain values: ``who``, ``lacks`` (none: all levels) and ``at``, regions of ``by``.

    There are no regions where people lack the same at all places of theirs.
    """
    places = {block.place: (_at(block, by_factors), block) for block in blocks}
    theirs: dict[str, list[dict[str, str]]] = {}
    for at, block in places.values():
        for who in dict.fromkeys(map(str, (*block.participants, *block.missing))):
            theirs.setdefault(who, []).append(at)
    found: dict[tuple[str, tuple[str, ...]], list[dict[str, str]]] = {}
    for at, block in places.values():
        for who, lacks in block.gaps.items():
            found.setdefault((who, lacks), []).append(at)
    # a factor of which everybody has one level (a group) says nothing of where a participant lacks something
    groups = [f.name for f in by_factors if all(len({at[f.name] for at in own}) == 1 for own in theirs.values())]
    alike: dict[str, dict[str, Any]] = {}
    for (who, lacks), there in found.items():
        own = [at for at, _ in places.values() if all(at[name] == there[0][name] for name in groups)]
        where = [region for region in regions(there, own) if region]
        alike.setdefault(repr((lacks, where)), {"who": [], "lacks": list(lacks), "at": where})["who"].append(who)
    return list(alike.values())


def _at(block: Block, by_factors: Sequence[Factor]) -> dict[str, str]:
    """The level of each column of ``by`` that a block is of."""
    return {name: level for name, (level,) in levels_of(block, by_factors).items()}


def level_columns(blocks: list[Block], by_factors: list[Factor], repeats: Sequence[int]) -> dict[str, Any]:
    """Columns of the levels of ``by``, each block repeated as often as it has rows in the result."""
    return {
        factor.name: factor.levels.take(np.repeat([block.place[axis] for block in blocks], repeats))
        for axis, factor in enumerate(by_factors)
    }


def _check_complete(blocks: list[Block], person: Factor, by_factors: list[Factor], *, pairwise: bool) -> None:
    """Refuse missing cells, and a level of ``by`` with a single participant."""
    lacking: dict[Any, list[str]] = {}
    for block in blocks:
        at = _at(block, by_factors).values()
        for i, j in np.argwhere(np.isnan(block.values)).tolist():
            lacking.setdefault(block.participants[i], []).append(" × ".join([*at, str(block.levels[j])]))
    if lacking:
        ordered = {name: lacking[name] for name in person.levels if name in lacking}
        raise incomplete(person.levels, ordered, total=sum(block.values.size for block in blocks), pairwise=pairwise)
    for block in blocks:
        check_participants(block.participants, where=block.label)


def _levels_absent(blocks: list[Block], condition: Factor) -> list[Notice]:
    """Say where a level of ``by`` lacks a level of ``within``."""
    notices = []
    for block in blocks:
        absent = [level for level in condition.levels if level not in block.levels]
        if absent:
            text = f"There are no values of {condition.name} {listed(absent)} at {block.label}, so no contrasts either."
            notices.append(Notice(code="levels-absent", text=text))
    return notices


def _absent(blocks: list[Block], person: Factor, by_factors: list[Factor]) -> list[tuple[Any, ...]]:
    """Who has no value in a block, though other blocks of the same people have them."""
    seen = np.zeros((*(len(factor.levels) for factor in by_factors), len(person.levels)), dtype=bool)
    for block in blocks:
        seen[block.place][person.levels.get_indexer(block.participants)] = True
    # a factor in which everyone has one level (a group) divides people; in the others everyone should have all levels
    groups = np.zeros(len(person.levels), dtype=np.intp)
    for axis, factor in enumerate(by_factors):
        per_level = seen.any(axis=tuple(other for other in range(len(by_factors)) if other != axis))
        if (per_level.sum(axis=0) == 1).all():
            groups = groups * len(factor.levels) + per_level.argmax(axis=0)
    here = [seen[block.place] for block in blocks]
    return [tuple(person.levels[np.isin(groups, groups[one]) & ~one].tolist()) for one in here]


def _participants_absent(block: Block) -> Notice:
    """Say whom a level of ``by`` lacks."""
    lacking = f"{listed(block.missing)} {'lacks' if len(block.missing) == 1 else 'lack'} all values at {block.label}"
    return Notice(code="participants-absent", text=f"{lacking}: its contrasts rest on the other participants.")


def _pairwise(
    blocks: list[Block], condition: Factor, by_factors: Sequence[Factor], *, log: bool
) -> tuple[list[Block], list[Notice]]:
    """Make each pair of levels a block of the participants who have both; one without two of them is left out."""
    made, notices, lacking = [], [], dict[tuple[str, tuple[str, ...]], list[dict[str, str]]]()
    every = [_at(block, by_factors) for block in blocks]
    for block in blocks:
        place = f" at {block.label}" if block.label else ""
        whole = ~np.isnan(block.values)
        if whole.all() and len(block.participants) > 1:
            made.append(block)
            continue
        for (first, second), name in zip(block.pairs, block.names(log=log), strict=True):
            both = whole[:, first] & whole[:, second]
            if both.sum() < 2:
                text = f"{name}{place} was not made: it has {counted(int(both.sum()), 'participant')} with both levels."
                notices.append(Notice(code="contrast-not-made", text=text))
                continue
            made.append(
                replace(
                    block,
                    participants=block.participants[both],
                    levels=(block.levels[first], block.levels[second]),
                    values=block.values[both][:, [first, second]],
                    missing=(*block.participants[~both], *block.missing),
                )
            )
        for who, levels in block.gaps.items():
            if levels:
                lacking.setdefault((who, levels), []).append(_at(block, by_factors))
    for (who, levels), there in lacking.items():
        found = [region for region in regions(there, every) if region]
        texts = [", ".join(f"{name} {series(region[name])}" for name in region) for region in found]
        places = f" at {' and at '.join(texts)}" if texts else ""
        text = f"{who!r} lacks {listed(levels)}{places}: each contrast uses the participants who have both levels."
        notices.append(Notice(code="cells-missing", text=text))
    if not made:
        raise DesignError(
            f"No two levels of {condition.name!r} have two participants in common",
            allowed="at least two participants with both levels of a contrast",
            hint="check the participant column; one person's repetitions are not a sample of people",
        )
    return made, notices


def _gaps(block: Block) -> dict[str, tuple[str, ...]]:
    """Who of a block lacks which of its levels."""
    return {
        str(who): tuple(str(level) for level, gap in zip(block.levels, row, strict=True) if gap)
        for who, row in zip(block.participants, np.isnan(block.values), strict=True)
        if row.any()
    }
