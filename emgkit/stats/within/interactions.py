"""Contrasts of contrasts: how much a contrast differs between muscles or phases, and between groups of participants."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit.errors import ArgumentError, DesignError, Notice
from emgkit.notation import listed
from emgkit.stats.cells.blocks import Block, arrange, check_who, check_within, pair_names
from emgkit.stats.cells.columns import Factor, cell_numbers, check_levels
from emgkit.stats.cells.effect_formulas import CONFIDENCE, d_interval, d_z_interval, small_sample_factor
from emgkit.stats.cells.people import tell_apart
from emgkit.stats.cells.references import MUSCLE_COLUMNS, check_references, is_percent
from emgkit.stats.within import one_sample

Array = NDArray[np.float64]

__all__ = ["RawContrasts", "compare", "group_pairs", "groups_of", "on_scale", "rounding", "two_samples"]


@dataclass(frozen=True, kw_only=True)
class RawContrasts:
    """Contrasts before their p-values are adjusted.

    Parameters
    ----------
    columns : dict of arrays
        The result's columns, contrast after contrast and block after block.
    blocks, by_factors, repeats
        The levels of ``by``, and how many contrasts each has.
    notices : list of Notice
        What is doubtful.
    analysis : str
        What was done.
    people : dict
        Who has which levels of each factor, as :func:`~emgkit.stats.cells.people.people_at_levels` gives it.
    pair_columns : tuple of str
        Columns that hold a pair of levels beside ``contrast``.
    """

    columns: dict[str, Any]
    blocks: list[Block]
    by_factors: list[Factor]
    repeats: list[int]
    notices: list[Notice]
    analysis: str
    people: dict[str, dict[str, Any]]
    pair_columns: tuple[str, ...] = ()


def rounding(values: Array, *, log: bool) -> float:
    """Spread below which differences of raw ``values`` are equal but for rounding."""
    most = max(float(np.abs(np.log(values)).max()), 1.0) if log else float(np.abs(values).max())
    return float(16 * np.finfo(np.float64).eps * most)


def on_scale(columns: dict[str, Any], *, log: bool, test: str) -> dict[str, Any]:
    """Name estimate and interval by their scale, add d_z, and leave out what does not belong to the test."""
    columns = dict(columns)
    back = np.exp if log else np.asarray
    columns["ratio" if log else "difference"] = back(columns.pop("center"))
    columns["ci_low"], columns["ci_high"] = back(columns.pop("low")), back(columns.pop("high"))
    if "g" not in columns:
        columns["d_z"] = columns["t"] / np.sqrt(columns["n"])
        columns["d_z_low"], columns["d_z_high"] = d_z_interval(columns["t"], columns["n"])
    for name in {"t": (), "wilcoxon": ("t", "df"), "sign-flip": ("df",)}[test]:
        del columns[name]
    return columns


def compare(
    table: pd.DataFrame, roles: dict[str, Any], *, between: str | None, interaction: Sequence[str], log: bool,
    test: str, between_muscles: bool, crossed: str | Sequence[str] | None, result_columns: Sequence[str],
) -> RawContrasts:  # fmt: skip
    """Compare contrasts between levels of further factors, between groups, or both."""
    factors = [name for name in interaction if name != roles["within"]]
    if between is None and not factors:
        raise ArgumentError("'interaction' cannot be used", allowed="columns beside 'within'", got=listed(interaction))
    if between is not None and test != "t":
        raise ArgumentError(
            "Groups are compared by Welch's t test only", allowed="test='t' with 'between'", got=f"test={test!r}"
        )
    others = [*(("interaction", name) for name in factors), *([("between", between)] if between else [])]
    # in ratios of ratios each muscle's own reference cancels, whichever way round they are written
    cancels = log and bool(factors)
    notices = check_within(
        table, **roles, result_columns=result_columns, between_muscles=between_muscles or cancels, others=others
    )
    notices = [] if cancels else notices
    if not log and not between_muscles:
        _check_raw_muscles(table, factors)
    who = roles["participant"]
    groups = None if between is None else groups_of(table, who, between)
    varying = [roles["within"], *roles["by"], *factors, *([between] if between else [])]
    people = check_who(table, who, varying, complete=[roles["within"], *factors], crossed=crossed)
    blocks, by_factors, found = _arrange(table, roles, factors, log=log)
    scores = [_scores(block, shape_of, log=log) for block, shape_of in blocks]
    only_blocks = [block for block, _ in blocks]
    where = [f" at {block.label}" if block.label else "" for block in only_blocks]
    if groups is None or between is None:
        parts = [_within(block, *score, log=log, test=test) for block, score in zip(only_blocks, scores, strict=True)]
    else:
        parts = [
            _welch(block, *score, groups=groups, between=between, log=log)
            for block, score in zip(only_blocks, scores, strict=True)
        ]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    pair_columns = (*factors, *([between] if between else []))
    columns = on_scale(columns, log=log, test=test)
    repeats = [len(part["p"]) for part in parts]
    shown = ["; ".join(str(columns[name][i]) for name in ("contrast", *pair_columns)) for i in range(sum(repeats))]
    shown = [f"{name}{place}" for name, place in zip(shown, np.repeat(np.array(where, object), repeats), strict=True)]
    notices += found + one_sample.no_error_term(shown, columns["p"], lost="p and the interval are")
    if between is None:
        tested = [column for _, score in scores for column in score.T]
        notices += one_sample.doubts(shown, tested, test=test)
    return RawContrasts(
        columns=columns,
        blocks=only_blocks,
        by_factors=by_factors,
        repeats=repeats,
        notices=notices,
        analysis="contrasts compared between groups (Welch)" if between else "interaction contrasts",
        people=people,
        pair_columns=pair_columns,
    )


def _check_raw_muscles(table: pd.DataFrame, factors: Sequence[str]) -> None:
    """Refuse to subtract percentages of different muscles; on the log scale each muscle's reference cancels."""
    named = [name for name in factors if name in MUSCLE_COLUMNS]
    if named and is_percent(table):
        raise DesignError(
            f"Differences in percent of a reference cannot be compared between the levels of {named[0]!r}: a percent "
            "of one muscle's reference is another amount than a percent of another's",
            where="column 'unit'",
            got=listed(table["unit"].unique()),
            hint="compare ratios (log=True), in which each muscle's own reference cancels",
        )


def _arrange(
    table: pd.DataFrame, roles: dict[str, Any], factors: Sequence[str], *, log: bool
) -> tuple[list[tuple[Block, list[tuple[str, list[Any]]]]], list[Factor], list[Notice]]:
    """Cut the cells by level of ``by``, every participant in every combination of ``within`` and ``factors``.

    Beside each block stand the factors with the levels that span its columns.
    """
    if not factors:
        blocks, by_factors, found = arrange(table, **roles, log=log)
        return [(block, [(roles["within"], list(block.levels))]) for block in blocks], by_factors, found
    spanning = [Factor.of(table, name) for name in (roles["within"], *factors)]
    for factor in spanning:
        check_levels(factor.name, factor.levels)
    by_factors = [Factor.of(table, name) for name in roles["by"]]
    cells = [*by_factors, Factor.of(table, roles["participant"]), *spanning]
    # references may differ between the levels of a factor of ratios: they cancel
    compared = [roles["within"]] if log else [factor.name for factor in spanning]
    notices = check_references(
        table, cells, compared, cell_numbers(table, cells), by=roles["by"], within=roles["within"]
    )
    shape = tuple(len(factor.levels) for factor in spanning)
    codes = np.ravel_multi_index(tuple(factor.codes for factor in spanning), shape)
    names = [" × ".join(map(str, levels)) for levels in itertools.product(*(factor.levels for factor in spanning))]
    column = " × ".join(factor.name for factor in spanning)
    composite = table.drop(columns=[name for name in ("reference",) if name in table.columns])
    composite = composite.assign(
        **{column: pd.Categorical.from_codes(codes.tolist(), categories=pd.Index(names), ordered=True)}
    )
    blocks, by_factors, found = arrange(composite, **{**roles, "within": column}, log=log)
    spanned = []
    for block in blocks:
        there = np.array([names.index(level) for level in block.levels])
        parts = [np.unique(part) for part in np.unravel_index(there, shape)]
        if len(there) != int(np.prod([len(part) for part in parts])):
            grid = np.ravel_multi_index(tuple(np.meshgrid(*parts, indexing="ij")), shape).ravel()
            raise DesignError(
                f"There are no values at all in some combinations of {listed(factor.name for factor in spanning)}",
                where=block.label,
                got=f"nobody has {listed(names[i] for i in grid if i not in there)}",
                hint="leave the levels out of the table that were not combined with all others",
            )
        levels = [
            (factor.name, factor.levels.take(part).tolist()) for factor, part in zip(spanning, parts, strict=True)
        ]
        for name, found_levels in levels:
            check_levels(name, pd.Index(found_levels), where=block.label)
        spanned.append((block, levels))
    return spanned, by_factors, notices + found


def _scores(block: Block, spanning: list[tuple[str, list[Any]]], *, log: bool) -> tuple[dict[str, Any], Array]:
    """Each participant's contrasts of contrasts, (n_participants, n_contrasts), and the pairs they are of."""
    values = np.log(block.values) if log else block.values
    values = values.reshape(len(values), *(len(levels) for _, levels in spanning))
    for axis, (_, levels) in enumerate(spanning, start=1):
        first, second = np.array(list(itertools.combinations(range(len(levels)), 2))).T
        values = values.take(first, axis=axis) - values.take(second, axis=axis)
    pairs = list(itertools.product(*(pair_names(levels, log=log) for _, levels in spanning)))
    names = ["contrast", *(name for name, _ in spanning[1:])]
    return {
        name: np.array(column, dtype=object) for name, column in zip(names, zip(*pairs, strict=True), strict=True)
    }, (values.reshape(len(values), -1))


def _within(block: Block, pairs: dict[str, Any], scores: Array, *, log: bool, test: str) -> dict[str, Any]:
    """Test each contrast of contrasts within participants."""
    tested = one_sample.against_zero(scores, test=test, rounding=rounding(block.values, log=log))
    return {**pairs, **tested}


def groups_of(table: pd.DataFrame, participant: str, between: str) -> pd.Series[Any]:
    """Group of every participant; who is in two raises."""
    group = Factor.of(table, between)
    people = pd.DataFrame({"who": table[participant].to_numpy(), "group": group.codes}).drop_duplicates()
    double = people.loc[people["who"].duplicated(), "who"].tolist()
    if double:
        raise DesignError(
            f"{len(double)} participants are in more than one level of {between!r}, which 'between' names",
            where=listed(double[:20]),
            allowed="one group a participant",
            hint=f"{tell_apart(participant, between)}; a column in which the same participants have several levels "
            "belongs in 'within' or 'by'",
        )
    check_levels(between, group.levels)
    named = group.levels.take(people["group"].to_numpy())
    order = pd.Categorical(named, categories=group.levels, ordered=True)
    return pd.Series(order, index=people["who"])


def group_pairs(
    block: Block, groups: pd.Series[Any], between: str
) -> list[tuple[tuple[Any, Any], NDArray[np.bool_], NDArray[np.bool_]]]:
    """Every pair of groups in a block: their names, and which participants are in each."""
    mine = groups.loc[list(block.participants)]
    present = [level for level in groups.cat.categories if (mine == level).any()]
    check_levels(between, pd.Index(present), where=block.label)
    masks = {level: (mine == level).to_numpy() for level in present}
    for level, mask in masks.items():
        if mask.sum() < 2:
            raise DesignError(
                "A comparison of groups needs at least two participants in each",
                where=", ".join(text for text in (block.label, f"{between} {level}") if text),
                got="1 participant",
            )
    return [((i, j), masks[i], masks[j]) for i, j in itertools.combinations(present, 2)]


def _welch(
    block: Block, pairs: dict[str, Any], scores: Array, *, groups: pd.Series[Any], between: str, log: bool
) -> dict[str, Any]:
    """Compare each contrast between every pair of groups, without assuming equal variances."""
    parts = []
    for levels, first, second in group_pairs(block, groups, between):
        found = two_samples(scores[first], scores[second], tolerance=rounding(block.values, log=log))
        name = np.full(scores.shape[1], pair_names(levels, log=log)[0], dtype=object)
        parts.append({**pairs, between: name, **found})
    # contrast after contrast, and within each the pairs of groups
    return {key: np.stack([part[key] for part in parts], axis=1).ravel() for key in parts[0]}


def two_samples(a: Array, b: Array, *, tolerance: float) -> dict[str, Array]:
    """Welch's test of the columns of two samples, and Hedges' g with the pooled standard deviation."""
    n1, n2 = len(a), len(b)
    v1, v2 = a.var(axis=0, ddof=1) / n1, b.var(axis=0, ddof=1) / n2
    error = np.sqrt(v1 + v2)
    error[error <= tolerance] = np.nan
    center = a.mean(axis=0) - b.mean(axis=0)
    df = error**4 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1) + np.where(np.isnan(error), np.nan, 0))
    half = special.stdtrit(df, (1 + CONFIDENCE) / 2) * error
    t = center / error
    pooled = np.sqrt(((n1 - 1) * n1 * v1 + (n2 - 1) * n2 * v2) / (n1 + n2 - 2))
    d, scale = np.where(np.isnan(error), np.nan, center) / pooled, np.sqrt(1 / n1 + 1 / n2)
    factor = small_sample_factor(n1 + n2 - 2)
    low, high = d_interval(d / scale, n1 + n2 - 2, scale)
    size = np.ones(a.shape[1], dtype=np.intp)
    return {
        "center": center, "low": center - half, "high": center + half, "t": t, "df": df, "n": (n1 + n2) * size,
        "n_first": n1 * size, "n_second": n2 * size, "p": 2 * special.stdtr(df, -np.abs(t)), "g": factor * d,
        "g_low": factor * low, "g_high": factor * high,
    }  # fmt: skip
