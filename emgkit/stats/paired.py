"""Paired contrasts: every pair of levels, each with its own error term."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit._checks import check_option, listed
from emgkit.errors import ArgumentError, Notice, warn
from emgkit.stats import design, effects

Array = NDArray[np.float64]

CONFIDENCE = 0.95
ADJUSTMENTS = ("holm", "bonferroni", "none")
FAMILIES = ("by", "all")
# the result's own columns, which a `by` column would hide
RESULT_COLUMNS = (
    "contrast", "ratio", "difference", "ci_low", "ci_high", "t", "df", "n", "p", "p_adjusted", "d_z", "g_av",
    "d_z_low", "d_z_high", "g_av_low", "g_av_high", "family_size",
)  # fmt: skip

__all__ = ["adjusted", "contrasts"]


def contrasts(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str,
    by: str | Sequence[str] | None = None,
    log: bool = True,
    adjust: str = "holm",
    family: str = "by",
) -> pd.DataFrame:
    """Compare every pair of levels of one factor within participants, each pair with its own error term.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``, such as :func:`emgkit.summarize` gives.
    outcome, participant : str
        Columns of the value and of the participant.
    within : str
        Column of the conditions to compare. Pairs are "first minus second" in alphabetical order, or in the order of
        an ordered categorical.
    by : str or sequence of str, optional
        Columns whose levels (all combinations) are analysed one by one, such as ``["group", "muscle"]``.
    log : bool
        Compare logarithms, and report the ratio of geometric means; else differences of means.
    adjust : {"holm", "bonferroni", "none"}
        Correction of p for the number of contrasts in the family.
    family : {"by", "all"}
        Each level of ``by`` is a family of its own, or all contrasts are one family.

    Returns
    -------
    pandas.DataFrame
        The ``by`` columns, then ``contrast``, ``ratio`` (or ``difference``, in the unit of the outcome), ``ci_low``,
        ``ci_high`` (individual 95 %), ``t``, ``df``, ``n`` (participants), ``p``, ``p_adjusted``, ``d_z``, ``g_av``,
        the 95 % limits of both (``d_z_low``, ``d_z_high``, ``g_av_low``, ``g_av_high``) and ``family_size``. d_z is on
        the scale of the comparison, g_av on the raw scale also when ``log`` is true. ``.attrs`` says what was done in
        plain values; ``.attrs["notices"]`` is a list of ``{"code", "text"}``.

    Raises
    ------
    DesignError
        The table does not have the design: unknown columns, several units (measures, phases, sides, sessions),
        repeated or missing cells, fewer than two levels or participants, values that are no finite numbers or, on the
        log scale, not above 0, percentages compared between muscles, references that differ between levels.
    ArgumentError
        An option is unknown, or a column has two roles.

    Notes
    -----
    The interval is exp(m -/+ t* s / sqrt(n)) (without exp for differences), m and s the mean and standard deviation of
    the participants' differences. Where all differences are equal there is no error term: t, p, the interval and d_z
    are NaN, a notice says so, and the contrast is no member of its family. g_av needs three participants.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
    ...                       "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0]})
    >>> contrasts(cells, within="exercise")[["contrast", "ratio", "n"]].round(2)
                 contrast  ratio  n
    0  hip_thrust / squat   1.98  3
    """
    table = design.check_table(cells)
    by_names = design.as_names("by", by)
    check_option("adjust", adjust, ADJUSTMENTS)
    check_option("family", family, FAMILIES)
    _check_names(table, outcome, participant, within, by_names)
    blocks, by_factors, notices = _blocks(table, outcome, participant, within, by_names, log=log)

    columns = _statistics(blocks, log=log)
    notices += _doubts(blocks, columns)
    members = np.zeros(len(columns["p"]), dtype=np.intp)
    if family == "by":
        members = np.repeat(np.arange(len(blocks)), [len(block.pairs) for block in blocks])
    columns["p_adjusted"], columns["family_size"] = adjusted(columns["p"], members, adjust=adjust)

    levels = {
        factor.name: factor.levels.take(np.repeat([b.place[i] for b in blocks], [len(b.pairs) for b in blocks]))
        for i, factor in enumerate(by_factors)
    }
    names = [name for name in RESULT_COLUMNS if name in columns]
    result = pd.DataFrame({**levels, **{name: columns[name] for name in names}})
    for notice in notices:
        warn(notice)
    result.attrs = {
        "analysis": "paired contrasts, each with its own error term",
        "outcome": outcome, "participant": participant, "within": within, "by": by_names,
        "scale": "log" if log else "raw", "unit": design.only_value(table, "unit"),
        "measure": design.only_value(table, "measure"), "confidence": CONFIDENCE, "interval": "individual 95 %",
        "adjust": adjust, "family": family, "notices": [{"code": n.code, "text": n.text} for n in notices],
    }  # fmt: skip
    return result


@dataclass(frozen=True, kw_only=True)
class _Block:
    """One level of ``by``: its participants in each of its levels of ``within``, complete."""

    place: tuple[int, ...]
    label: str
    participants: pd.Index[Any]
    levels: tuple[Any, ...]
    values: Array

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(itertools.combinations(range(len(self.levels)), 2))


def _check_names(table: pd.DataFrame, outcome: str, participant: str, within: str, by: list[str]) -> None:
    """Check the columns: each with one role, and nothing else mixed in."""
    if not isinstance(within, str):
        raise ArgumentError(
            "'within' cannot be used",
            allowed="one column; name further ones in 'by'",
            came=repr(within),
        )
    roles = [("outcome", outcome), ("participant", participant), ("within", within), *(("by", name) for name in by)]
    design.check_columns(table, roles)
    hidden = [name for name in by if name in RESULT_COLUMNS]
    if hidden:
        raise ArgumentError(
            f"{listed(hidden)} in 'by' would stand beside a column of the result with the same name",
            do="rename the column of the table",
        )
    design.check_single_valued(table, [within, *by], "'by' or 'within'")
    design.check_between_muscles(table, within)


def _blocks(
    table: pd.DataFrame, outcome: str, participant: str, within: str, by: list[str], *, log: bool
) -> tuple[list[_Block], list[design.Factor], list[Notice]]:
    """Cut the values by level of ``by``, every participant complete; anything missing raises."""
    values = design.outcome_values(table, outcome, participant, log=log)
    by_factors = [design.Factor.of(table, name) for name in by]
    person, condition = design.Factor.of(table, participant), design.Factor.of(table, within)
    design.check_levels(within, condition.levels)
    factors = [*by_factors, person, condition]
    numbers = design.cell_numbers(table, factors)
    notices = design.check_references(table, factors, [within], numbers)

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
        design.check_levels(within, condition.levels.take(levels), where=label)
        total += len(people) * len(levels)
        for i, j in np.argwhere(~present[place][np.ix_(people, levels)]).tolist():
            cell = " × ".join([*names, str(condition.levels[levels[j]])])
            missing.setdefault(person.levels[people[i]], []).append(cell)
        blocks.append(
            _Block(
                place=place,
                label=label,
                participants=person.levels.take(people),
                levels=tuple(condition.levels[i] for i in levels),
                values=dense[place][np.ix_(people, levels)],
            )
        )
    _check_complete(blocks, person, missing, total)
    return blocks, by_factors, notices + _unequal(blocks, person, condition, by_factors)


def _check_complete(blocks: list[_Block], person: design.Factor, missing: dict[Any, list[str]], total: int) -> None:
    """Refuse missing cells, and a level of ``by`` with a single participant."""
    if missing:
        ordered = {name: missing[name] for name in person.levels if name in missing}
        raise design.incomplete(person.levels, ordered, total=total)
    for block in blocks:
        design.check_participants(block.participants, where=block.label)


def _unequal(
    blocks: list[_Block], person: design.Factor, condition: design.Factor, by_factors: list[design.Factor]
) -> list[Notice]:
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


def _statistics(blocks: list[_Block], *, log: bool) -> dict[str, Any]:
    """All columns but the adjusted p, contrast after contrast."""
    parts = [_compare(block, log=log) for block in blocks]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    center, half = columns.pop("center"), columns.pop("half")
    back = np.exp if log else np.asarray
    columns["ratio" if log else "difference"] = back(center)
    columns["ci_low"], columns["ci_high"] = back(center - half), back(center + half)
    columns["p"] = 2 * special.stdtr(columns["df"], -np.abs(columns["t"]))
    columns["d_z"] = columns["t"] / np.sqrt(columns["n"])
    columns["d_z_low"], columns["d_z_high"] = effects.d_z_interval(columns["t"], columns["n"], confidence=CONFIDENCE)
    sign = "/" if log else "-"
    columns["contrast"] = np.array(
        [f"{block.levels[i]} {sign} {block.levels[j]}" for block in blocks for i, j in block.pairs], dtype=object
    )
    return columns


def _compare(block: _Block, *, log: bool) -> dict[str, Array]:
    """Compare the pairs of one block, each with the standard error of its own differences."""
    n = len(block.participants)
    first, second = np.array(block.pairs).T
    analysed = np.log(block.values) if log else block.values
    difference = analysed[:, first] - analysed[:, second]
    center, sd = difference.mean(axis=0), difference.std(axis=0, ddof=1)
    # differences that are equal but for rounding have no error term
    rounding = 16 * np.finfo(np.float64).eps * max(float(np.abs(analysed).max()), 1.0 if log else 0.0)
    sd = np.where(sd <= rounding, np.nan, sd)
    error = sd / np.sqrt(n)
    g = np.full((3, len(first)), np.nan)
    if n > 2:  # two participants are always correlated at +1 or -1
        with np.errstate(divide="ignore", invalid="ignore"):
            g = np.array(effects.g_av(block.values[:, first], block.values[:, second], confidence=CONFIDENCE))
    return {
        "center": center,
        "half": special.stdtrit(n - 1, (1 + CONFIDENCE) / 2) * error,
        "t": center / error,
        "df": np.full(len(first), float(n - 1)),
        "n": np.full(len(first), n),
        "g_av": g[0],
        "g_av_low": g[1],
        "g_av_high": g[2],
    }


def _doubts(blocks: list[_Block], columns: dict[str, Any]) -> list[Notice]:
    """Say which numbers are NaN, and why."""
    where = [f" at {block.label}" if block.label else "" for block in blocks for _ in block.pairs]
    names = [f"{contrast}{place}" for contrast, place in zip(columns["contrast"], where, strict=True)]
    notices = []
    equal = [name for name, t in zip(names, columns["t"], strict=True) if np.isnan(t)]
    if equal:
        text = f"All participants differ by the same amount in {'; '.join(equal)}: there is no error term, so t, p, d_z"
        notices.append(Notice(code="no-variance", text=f"{text} and the interval are NaN. Check for copied values."))
    constant = [name for name, g, n in zip(names, columns["g_av"], columns["n"], strict=True) if n > 2 and np.isnan(g)]
    if constant:
        text = f"All participants have the same value in a condition of {'; '.join(constant)}: g_av is NaN."
        notices.append(Notice(code="constant-condition", text=text))
    if (columns["n"] == 2).any():
        text = "With two participants the conditions always correlate at +1 or -1: g_av is NaN, and t has one df."
        notices.append(Notice(code="two-participants", text=text))
    return notices


def adjusted(p: Array, members: NDArray[np.intp], *, adjust: str) -> tuple[Array, NDArray[np.intp]]:
    """Correct p-values within families.

    Parameters
    ----------
    p : numpy.ndarray, (n,)
        Uncorrected p-values; NaN stays NaN and is no member of its family.
    members : numpy.ndarray, (n,)
        The family of each p-value, as a number.
    adjust : {"holm", "bonferroni", "none"}
        The correction.

    Returns
    -------
    tuple of numpy.ndarray
        Adjusted p-values, and the size of the family each belongs to.

    Examples
    --------
    >>> corrected, size = adjusted(np.array([0.01, 0.04, np.nan]), np.zeros(3, dtype=int), adjust="holm")
    >>> corrected.tolist(), size.tolist()
    ([0.02, 0.04, nan], [2, 2, 2])
    """
    result = np.array(p, dtype=np.float64)
    size = np.zeros(len(result), dtype=np.intp)
    for one in np.unique(members):
        belongs = members == one
        tested = belongs & np.isfinite(result)
        size[belongs] = tested.sum()
        if adjust == "bonferroni":
            result[tested] = np.minimum(result[tested] * tested.sum(), 1)
        elif adjust == "holm":
            # statsmodels' multipletests gives the same, but empties the garbage collector (50 ms) at every call
            order = np.flatnonzero(tested)[np.argsort(result[tested], kind="stable")]
            steps = result[order] * np.arange(len(order), 0, -1)
            result[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return result, size
