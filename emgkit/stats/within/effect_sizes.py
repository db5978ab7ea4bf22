"""Effect sizes of all pairs of conditions in one table, each under its own name and with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit.errors import Notice
from emgkit.notation import listed
from emgkit.stats.cells.blocks import Block, arrange, check_who, check_within, level_columns, pair_names
from emgkit.stats.cells.columns import as_group, as_name, as_names, check_table, only_value
from emgkit.stats.cells.effect_formulas import CONFIDENCE, d_z_interval, small_sample_factor
from emgkit.stats.cells.effect_formulas import d_av as effect_formulas_d_av
from emgkit.stats.cells.effect_formulas import g_av as effect_formulas_g_av
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.within import interactions, one_sample

Array = NDArray[np.float64]

SIZES = ("difference", "ratio", "ratio_of_means", "d_z", "g_z", "d_av", "g_av", "d_rm", "g_first")
RESULT_COLUMNS = (
    "contrast", "n", "mean_first", "sd_first", "mean_second", "sd_second", "r",
    *(f"{size}{end}" for size in SIZES for end in ("", "_low", "_high", "_var")),
)  # fmt: skip
GROUP_COLUMNS = (
    "contrast", "n_first", "n_second", "change_first", "change_second", "difference", "difference_low",
    "difference_high", "g_change", "g_change_low", "g_change_high", "d_ppc2",
)  # fmt: skip

__all__ = ["effect_sizes"]


def effect_sizes(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    by: str | Sequence[str] | None = None,
    between: str | Sequence[str] | None = None,
    log: bool = True,
    crossed: str | Sequence[str] | None = None,
) -> Results:
    """Effect sizes of every pair of conditions within participants, raw and standardised.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``.
    outcome, participant, within, by, crossed
        As in :func:`contrasts`.
    between : str or list of one str, optional
        Column of groups: the changes ("first minus second") of every pair of groups are compared instead.
    log : bool
        Give ratios too, which needs values above 0. All other sizes are on the raw scale, with ``log`` and without.

    Returns
    -------
    Results
        One row a pair: the ``by`` columns, ``contrast``, ``n``, means, standard deviations and correlation ``r``, then
        each size with ``_low`` and ``_high`` (95 %) and, where it has one for pooling, its sampling variance ``_var``:

        ``difference`` (raw mean change, MC), ``ratio`` (of geometric means), ``ratio_of_means`` (arithmetic; its
        variance is of the logarithm, ROMC), ``d_z`` and ``g_z`` (standard deviation of the differences; SMCC), ``d_av``
        and ``g_av`` (average standard deviation; variance of d_av after Bonett), ``d_rm`` (d_z sqrt(2 (1 - r))) and
        ``g_first`` (standard deviation of the first condition; SMCR).

        With ``between``: a column of that name with the pair of groups, ``n_first``, ``n_second``, mean changes
        ``change_first`` and ``change_second``, their ``difference`` (Welch's interval), ``g_change`` (pooled standard
        deviation of the changes) and ``d_ppc2`` (pooled standard deviation of the second condition, such as "pre" in
        "post - pre").

    Raises
    ------
    DesignError
        The table does not have the design, as in :func:`contrasts`.

    Notes
    -----
    d_z, d_av and d_rm differ twofold on the same data, so a number without its name says nothing. Intervals: t for
    differences and ratios, noncentral t for d_z, J(n - 1) times these limits for g_z, sqrt(2 (1 - r)) times these for
    d_rm with r taken as known, Bonett's for d_av and g_av, normal from the variance for ``ratio_of_means`` and
    ``g_first``. J is the small-sample factor, exact (in d_ppc2: 1 - 3 / (4 df - 1)).

    Variances: MC s_diff**2 / n; SMCC 1 / n + g**2 / (2 n); SMCR 2 (1 - r) / n + g**2 / (2 n);
    ROMC s1**2 / (n m1**2) + s2**2 / (n m2**2) - 2 r s1 s2 / (n m1 m2).

    References
    ----------
    Becker, B. J. (1988). Synthesizing standardized mean-change measures. British Journal of Mathematical and
    Statistical Psychology, 41.
    Lajeunesse, M. J. (2011). On the meta-analysis of response ratios for studies with correlated and multi-group
    designs. Ecology, 92.
    Morris, S. B. (2008). Estimating effect sizes from pretest-posttest-control group designs. Organizational Research
    Methods, 11.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2, "exercise": ["a"] * 4 + ["b"] * 4,
    ...                       "value": [80.0, 60.0, 90.0, 70.0, 40.0, 33.0, 42.0, 40.0]})
    >>> effect_sizes(cells, within="exercise")[["contrast", "difference", "d_z", "d_av", "d_rm"]].round(2)
      contrast  difference   d_z  d_av  d_rm
    0    a / b       36.25  3.77   3.8  1.83
    """
    table = check_table(cells)
    by_names, group = as_names("by", by), as_group(between)
    condition = as_name("within", within, hint="name further columns in 'by'")
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    others = [("between", group)] if group is not None else []
    columns = RESULT_COLUMNS if group is None else GROUP_COLUMNS
    notices = check_within(table, **roles, others=others, result_columns=columns)
    groups = None if group is None else interactions.groups_of(table, participant, group)
    varying = [condition, *by_names, *([group] if group is not None else [])]
    people = check_who(table, participant, varying, complete=[condition], crossed=crossed)
    blocks, by_factors, found = arrange(table, **roles, log=log and group is None)
    if groups is None or group is None:
        frames = [_sizes(block, log=log) for block in blocks]
    else:
        frames = [_changes(block, groups, group) for block in blocks]
    levels = level_columns(blocks, by_factors, [len(frame) for frame in frames])
    result = pd.concat([pd.DataFrame(levels), pd.concat(frames, ignore_index=True)], axis=1)
    notices = [*notices, *found, *_doubts(result)]
    attrs: dict[Any, Any] = {
        "analysis": "effect sizes", **roles, "between": group, "scale": "raw", "unit": only_value(table, "unit"),
        "measure": only_value(table, "measure"), "confidence": CONFIDENCE, "people": people,
    }  # fmt: skip
    sizes = result["n"] if group is None else result["n_first"] + result["n_second"]
    return Results.of(result, "effect sizes", {**attrs, "n": sizes.unique().tolist()}, notices=announce(notices))


def _sizes(block: Block, *, log: bool) -> pd.DataFrame:
    """All sizes of the pairs of one block."""
    n = len(block.participants)
    i, j = np.array(block.pairs).T
    first, second = block.values[:, i], block.values[:, j]
    m1, m2, s1, s2 = first.mean(axis=0), second.mean(axis=0), first.std(axis=0, ddof=1), second.std(axis=0, ddof=1)
    rounding = interactions.rounding(block.values, log=False)
    raw = one_sample.t_test(block.differences(log=False), rounding=rounding)
    z = special.ndtri((1 + CONFIDENCE) / 2)
    columns: dict[str, Any] = {
        "contrast": pair_names(block.levels, log=log), "n": raw["n"], "mean_first": m1, "sd_first": s1,
        "mean_second": m2, "sd_second": s2,
    }  # fmt: skip
    # a condition in which all values are equal but for rounding has no spread to divide by
    some1, some2 = np.where(s1 > rounding, s1, np.nan), np.where(s2 > rounding, s2, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = ((first - m1) * (second - m2)).sum(axis=0) / ((n - 1) * some1 * some2)
        d_z, (z_low, z_high) = raw["t"] / np.sqrt(n), d_z_interval(raw["t"], raw["n"])
        factor = small_sample_factor(n - 1) if n > 2 else np.nan
        g_av, g_low, g_high = effect_formulas_g_av(first, second) if n > 2 else np.full((3, len(i)), np.nan)
        # the limits of g_av are the same factor times those of d_av, and symmetric about it
        d_av = np.where(np.maximum(s1, s2) > rounding, effect_formulas_d_av(first, second), np.nan)
        shrunk = small_sample_factor(2 * (n - 1) / (1 + r**2))
        g_first = factor * (m1 - m2) / some1
        var_first = 2 * (1 - r) / n + g_first**2 / (2 * n)
        var_rom = s1**2 / (n * m1**2) + s2**2 / (n * m2**2) - 2 * r * s1 * s2 / (n * m1 * m2)
        rom = np.log(m1 / m2)
        spread = np.sqrt(2 * np.maximum(1 - r, 0))
        variance = block.differences(log=False).var(axis=0, ddof=1) / n
        columns |= {"r": r, **_named("difference", raw["center"], raw["low"], raw["high"], variance)}
        if log:
            logs = one_sample.t_test(
                block.differences(log=True), rounding=interactions.rounding(block.values, log=True)
            )
            columns |= _named("ratio", *np.exp([logs["center"], logs["low"], logs["high"]]))
            half = z * np.sqrt(var_rom)
            columns |= _named("ratio_of_means", np.exp(rom), np.exp(rom - half), np.exp(rom + half), var_rom)
        columns |= _named("d_z", d_z, z_low, z_high)
        columns |= _named("g_z", factor * d_z, factor * z_low, factor * z_high, 1 / n + (factor * d_z) ** 2 / (2 * n))
        columns |= _named("d_av", d_av, g_low / shrunk, g_high / shrunk, ((g_high - g_low) / shrunk / (2 * z)) ** 2)
        columns |= _named("g_av", g_av, g_low, g_high)
        columns |= _named("d_rm", d_z * spread, z_low * spread, z_high * spread)
        half = z * np.sqrt(var_first)
        columns |= _named("g_first", g_first, g_first - half, g_first + half, var_first)
    return pd.DataFrame(columns)


def _named(name: str, size: Array, low: Array, high: Array, variance: Array | None = None) -> dict[str, Array]:
    """Columns of one size."""
    columns = {name: size, f"{name}_low": low, f"{name}_high": high}
    return columns if variance is None else {**columns, f"{name}_var": variance}


def _changes(block: Block, groups: pd.Series[Any], between: str) -> pd.DataFrame:
    """Compare the changes of every pair of groups."""
    changes, seconds = block.differences(log=False), block.values[:, np.array(block.pairs)[:, 1]]
    names = pair_names(block.levels, log=False)
    frames = []
    for levels, a, b in interactions.group_pairs(block, groups, between):
        n1, n2 = int(a.sum()), int(b.sum())
        found = interactions.two_samples(
            changes[a], changes[b], tolerance=interactions.rounding(block.values, log=False)
        )
        squares = (n1 - 1) * seconds[a].var(axis=0, ddof=1) + (n2 - 1) * seconds[b].var(axis=0, ddof=1)
        pooled = np.sqrt(np.where(squares > 0, squares, np.nan) / (n1 + n2 - 2))
        factor = 1 - 3 / (4 * (n1 + n2 - 2) - 1)
        columns = {
            "contrast": names, between: pair_names(levels, log=False)[0], "n_first": n1, "n_second": n2,
            "change_first": changes[a].mean(axis=0), "change_second": changes[b].mean(axis=0),
            **_named("difference", found["center"], found["low"], found["high"]),
            **_named("g_change", found["g"], found["g_low"], found["g_high"]),
            "d_ppc2": factor * found["center"] / pooled,
        }  # fmt: skip
        frames.append(pd.DataFrame(columns))
    # contrast after contrast, and within each the pairs of groups
    return pd.concat(frames).sort_index(kind="stable").reset_index(drop=True)


def _doubts(result: pd.DataFrame) -> list[Notice]:
    """Say which contrasts have no standardised size."""
    notices = []
    two = result["n"] == 2 if "n" in result.columns else pd.Series(False, index=result.index)
    if two.any():
        text = "With two participants g_z, g_av, g_first and the limits of d_av are NaN: they need a third."
        notices.append(Notice(code="two-participants", text=text))
    sizes = [name for name in ("d_z", "d_av", "g_change", "d_ppc2", "r") if name in result.columns]
    empty = result.loc[result[sizes].isna().any(axis=1), "contrast"].tolist()
    if empty:
        text = f"There is no spread to divide by in {listed(empty)}, so some standardised sizes are NaN."
        notices.append(Notice(code="no-variance", text=text))
    return notices
