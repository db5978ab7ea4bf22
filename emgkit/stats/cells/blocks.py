"""Cells cut by the levels of ``by``, every participant complete: what all paired comparisons start from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.errors import ArgumentError, Notice
from emgkit.notation import listed
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

Array = NDArray[np.float64]

__all__ = [
    "Block", "arrange", "check_hidden", "check_who", "check_within", "level_columns", "levels_of", "pair_names",
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
    """

    place: tuple[int, ...]
    label: str
    participants: pd.Index[Any]
    levels: tuple[Any, ...]
    values: Array

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Positions of the levels of each contrast, first and second."""
        return list(itertools.combinations(range(len(self.levels)), 2))

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
    table: pd.DataFrame, *, outcome: str, participant: str, within: str, by: Sequence[str], log: bool
) -> tuple[list[Block], list[Factor], list[Notice]]:
    """Cut the values by level of ``by``, every participant complete; anything missing raises."""
    values = outcome_values(table, outcome, participant, log=log)
    by_factors = [Factor.of(table, name) for name in by]
    person, condition = Factor.of(table, participant), Factor.of(table, within)
    check_levels(within, condition.levels)
    factors = [*by_factors, person, condition]
    numbers = cell_numbers(table, factors)
    notices = check_references(table, factors, [within], numbers, by=by, within=within)

    by_shape = tuple(len(factor.levels) for factor in by_factors)
    dense = np.full((*by_shape, len(person.levels), len(condition.levels)), np.nan)
    dense.ravel()[numbers] = values
    present = ~np.isnan(dense)
    blocks, missing, total = [], dict[Any, list[str]](), 0
    for place in np.ndindex(by_shape):
        people = np.flatnonzero(present[place].any(axis=1)).tolist()
        levels = np.flatnonzero(present[place].any(axis=0)).tolist()
        if not people:
            continue
        names = [str(factor.levels[i]) for factor, i in zip(by_factors, place, strict=True)]
        label = ", ".join(f"{factor.name} {name}" for factor, name in zip(by_factors, names, strict=True))
        check_levels(within, condition.levels.take(levels), where=label)
        total += len(people) * len(levels)
        for i, j in np.argwhere(~present[place][np.ix_(people, levels)]).tolist():
            cell = " × ".join([*names, str(condition.levels[levels[j]])])
            missing.setdefault(person.levels[people[i]], []).append(cell)
        blocks.append(
            Block(
                place=place,
                label=label,
                participants=person.levels.take(people),
                levels=tuple(condition.levels[i] for i in levels),
                values=dense[place][np.ix_(people, levels)],
            )
        )
    _check_complete(blocks, person, missing, total)
    return blocks, by_factors, notices + _unequal(blocks, person, condition, by_factors)


def levels_of(block: Block, by_factors: Sequence[Factor]) -> dict[str, tuple[str, ...]]:
    """The level of each column of ``by`` that a block is of, as plain text."""
    return {factor.name: (str(factor.levels[i]),) for factor, i in zip(by_factors, block.place, strict=True)}


def level_columns(blocks: list[Block], by_factors: list[Factor], repeats: Sequence[int]) -> dict[str, Any]:
    """Columns of the levels of ``by``, each block repeated as often as it has rows in the result."""
    return {
        factor.name: factor.levels.take(np.repeat([block.place[axis] for block in blocks], repeats))
        for axis, factor in enumerate(by_factors)
    }


def _check_complete(blocks: list[Block], person: Factor, missing: dict[Any, list[str]], total: int) -> None:
    """Refuse missing cells, and a level of ``by`` with a single participant."""
    if missing:
        ordered = {name: missing[name] for name in person.levels if name in missing}
        raise incomplete(person.levels, ordered, total=total)
    for block in blocks:
        check_participants(block.participants, where=block.label)


def _unequal(blocks: list[Block], person: Factor, condition: Factor, by_factors: list[Factor]) -> list[Notice]:
    """Say where a level of ``by`` lacks a level of ``within``, or a participant whom other levels have."""
    notices = []
    for block in blocks:
        absent = [level for level in condition.levels if level not in block.levels]
        if absent:
            text = f"There are no values of {condition.name} {listed(absent)} at {block.label}, so no contrasts either."
            notices.append(Notice(code="levels-absent", text=text))

    seen = np.zeros((*(len(factor.levels) for factor in by_factors), len(person.levels)), dtype=bool)
    for block in blocks:
        seen[block.place][person.levels.get_indexer(block.participants)] = True
    # a factor in which everyone has one level (a group) divides people; in the others everyone should have all levels
    groups = np.zeros(len(person.levels), dtype=np.intp)
    for axis, factor in enumerate(by_factors):
        per_level = seen.any(axis=tuple(other for other in range(len(by_factors)) if other != axis))
        if (per_level.sum(axis=0) == 1).all():
            groups = groups * len(factor.levels) + per_level.argmax(axis=0)
    for block in blocks:
        here = seen[block.place]
        absent = person.levels[np.isin(groups, groups[here]) & ~here].tolist()
        if absent:
            lacking = f"{listed(absent)} {'lacks' if len(absent) == 1 else 'lack'} all values at {block.label}"
            text = f"{lacking}: its contrasts rest on the other participants."
            notices.append(Notice(code="participants-absent", text=text))
    return notices
