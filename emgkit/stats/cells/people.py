"""Who stands at which levels: whether a factor varies within participants or between them.

One label in two groups may be one person or two, and nothing in a table says which. A label in some but not all levels
of a factor is therefore refused, unless the factor is one that people go through (exercises, muscles, days; five levels
or more of which everyone has most), where a missing level is a missing cell, or the caller says that it is crossed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import nearest
from emgkit.errors import ArgumentError, DesignError
from emgkit.notation import counted, listed, number
from emgkit.stats.cells.columns import NAMED, Factor, as_names

__all__ = ["CONDITIONS", "GROUPS", "as_crossed", "check_people", "in_common", "people_at_levels", "tell_apart"]

# columns whose levels the same person goes through: where one is missing, the person missed it
CONDITIONS = frozenset({
    "channel", "day", "exercise", "half", "leg", "lift", "limb", "load", "load_kg", "measure", "month",
    "muscle", "phase", "repetition", "run", "session", "set", "side", "task", "time", "timepoint", "trial", "visit",
    "week",
})  # fmt: skip
# a factor with more levels than this, of which everyone has most, is not a group of people
MOST_GROUPS = 4
# columns that divide people, and so are looked at even where an analysis does not name them
GROUPS = ("group", "sex", "cohort")


def as_crossed(crossed: str | Sequence[str] | None, factors: Iterable[str], columns: Iterable[str]) -> list[str]:
    """The factors that the caller calls crossed; one that is not a factor of the analysis raises an ArgumentError."""
    names, known = as_names("crossed", crossed), list(dict.fromkeys([*factors, *(n for n in GROUPS if n in columns)]))
    for name in names:
        if name not in known:
            raise ArgumentError(
                "'crossed' names no factor of the analysis",
                allowed=listed(known),
                got=repr(name),
                hint=nearest(name, known),
            )
    return names


def tell_apart(participant: str, factor: str) -> str:
    """How labels of different people are made to differ, for a message."""
    joined = f"cells[{factor!r}].astype(str) + ' ' + cells[{participant!r}].astype(str)"
    assigned = f"{participant}=" if participant.isidentifier() else f"**{{{participant!r}: …}}: "
    return f"if a label is a different person in each, let the labels say so: cells.assign({assigned}{joined})"


def people_at_levels(person: Factor, factors: Sequence[Factor]) -> dict[str, dict[str, Any]]:
    """For each factor, how it varies and how many participants have each level, as plain values.

    Parameters
    ----------
    person : Factor
        The participants.
    factors : sequence of Factor
        The factors of the analysis, on the same rows.

    Returns
    -------
    dict of str to dict
        ``varies`` (``"within"`` or ``"between"`` participants), ``n`` (participants by level) and ``lacking`` (how many
        participants lack a level of a factor that varies within them).

    Examples
    --------
    >>> table = pd.DataFrame({"who": ["a", "a", "b", "b"], "time": ["pre", "post"] * 2, "group": ["x", "x", "y", "y"]})
    >>> who, time, group = (Factor.of(table, name) for name in table)
    >>> people_at_levels(who, [time, group])["group"]
    {'varies': 'between', 'n': {'x': 1, 'y': 1}, 'lacking': 0}
    """
    found = {}
    for factor in factors:
        present = _present(person, factor.codes, len(factor.levels))
        within = bool((present.sum(axis=1) > 1).any())
        sizes = {_text(level): int(n) for level, n in zip(factor.levels, present.sum(axis=0), strict=True)}
        lacking = int((~present.all(axis=1)).sum()) if within else 0
        found[factor.name] = {"varies": "within" if within else "between", "n": sizes, "lacking": lacking}
    return found


def in_common(person: Factor, factor: Factor) -> NDArray[np.intp]:
    """How many participants have both of two levels, for every pair; on the diagonal, how many have one.

    Examples
    --------
    >>> table = pd.DataFrame({"who": ["a", "a", "b"], "time": ["post", "pre", "pre"]})
    >>> in_common(Factor.of(table, "who"), Factor.of(table, "time")).tolist()
    [[1, 1], [1, 2]]
    """
    present = _present(person, factor.codes, len(factor.levels)).astype(np.intp)
    return present.T @ present


def check_people(
    table: pd.DataFrame,
    person: Factor,
    factors: Sequence[Factor],
    *,
    complete: Sequence[str] = (),
    crossed: Sequence[str] = (),
) -> None:
    """Refuse a label that stands in some but not all levels of a factor, or in several groups that nothing names.

    ``crossed`` are the factors of which the same people may lack a level; for those of ``complete`` the analysis itself
    refuses that.
    """
    for factor in factors:
        present = _present(person, factor.codes, len(factor.levels))
        count = present.sum(axis=1)
        if factor.name in crossed:
            _check_crossed(factor, count)
        elif factor.name in complete or _gone_through(factor, count):
            continue
        elif (count > 1).any() and not present.all():
            raise _in_some_levels(person, factor, present)
    named = {person.name, *(factor.name for factor in factors), *crossed}
    for name in GROUPS:
        if name in table.columns and name not in named:
            codes, levels = pd.factorize(table[name])
            kept = codes >= 0
            present = np.zeros((len(person.levels), max(len(levels), 1)), dtype=bool)
            present[person.codes[kept], codes[kept]] = True
            several = person.levels[present.sum(axis=1) > 1]
            if len(several):
                raise DesignError(
                    f"{_labels(several, person.name)} in several levels of {name!r}, which is not a factor of the "
                    "analysis",
                    where=_some(several),
                    allowed=f"one level of {name!r} a participant, or {name!r} as a factor of the analysis",
                    got=listed(levels),
                    hint=f"{tell_apart(person.name, name)}; or name {name!r} in the analysis, or filter first",
                )


def _gone_through(factor: Factor, count: NDArray[np.intp]) -> bool:
    """Whether a factor is one that people go through, by its name or its many levels of which everyone has most."""
    levels = len(factor.levels)
    return factor.name in CONDITIONS or (levels > MOST_GROUPS and bool((2 * count > levels).all()))


def _check_crossed(factor: Factor, count: NDArray[np.intp]) -> None:
    """Refuse to call a factor crossed in which everybody has one level."""
    if (count == 1).all():
        raise DesignError(
            f"'crossed' names {factor.name!r}, and every participant has one level of it",
            where=f"column {factor.name!r}",
            allowed="a factor of which participants have several levels",
            hint="leave it out of 'crossed': the factor varies between participants",
        )


def _in_some_levels(person: Factor, factor: Factor, present: NDArray[np.bool_]) -> DesignError:
    """Build the error for labels in some but not all levels: who stands where."""
    patterns: dict[tuple[bool, ...], list[Any]] = {}
    for name, row in zip(person.levels, present, strict=True):
        patterns.setdefault(tuple(row.tolist()), []).append(name)
    where = [
        f"{_some(names)} in {listed(_text(level) for level, has in zip(factor.levels, row, strict=True) if has)}"
        for row, names in sorted(patterns.items(), key=lambda item: (-sum(item[0]), item[0]))
    ]
    several = person.levels[present.sum(axis=1) > 1]
    same = f"if they are the same people, who missed some levels, say crossed=[{factor.name!r}]"
    return DesignError(
        f"{_labels(several, person.name)} in several levels of {factor.name!r}, and not every label in all of them, so "
        "it varies neither within participants nor between them",
        where="; ".join(where),
        allowed=f"every label in one level of {factor.name!r} (different people) or in all of them (the same people)",
        hint=f"{tell_apart(person.name, factor.name)}; {same}",
    )


def _present(person: Factor, codes: NDArray[np.intp], levels: int) -> NDArray[np.bool_]:
    """Which participant has which level, (n_participants, n_levels)."""
    present = np.zeros((len(person.levels), levels), dtype=bool)
    present[person.codes, codes] = True
    return present


def _labels(names: Sequence[Any], participant: str) -> str:
    return f"{counted(len(names), 'label')} of {participant!r} {'stands' if len(names) == 1 else 'stand'}"


def _some(names: Sequence[Any]) -> str:
    rest = len(names) - NAMED
    return listed([_text(name) for name in names[:NAMED]]) + (f" and {rest} more" if rest > 0 else "")


def _text(level: Any) -> str:
    return number(float(level)) if isinstance(level, (float, np.floating)) else str(level)
