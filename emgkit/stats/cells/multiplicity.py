"""Families of contrasts, and the correction of their p-values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import check_option, check_unknown
from emgkit.errors import ArgumentError
from emgkit.stats.cells.blocks import Block
from emgkit.stats.cells.columns import as_names
from emgkit.stats.cells.effect_formulas import ALPHA

Array = NDArray[np.float64]

# corrections of p, and what a sentence calls them
ADJUSTMENTS = {
    "holm": "Holm", "bonferroni": "Bonferroni", "hochberg": "Hochberg", "hommel": "Hommel",
    "sidak": "Šidák", "holm-sidak": "Holm-Šidák",
    "benjamini-hochberg": "Benjamini-Hochberg", "benjamini-yekutieli": "Benjamini-Yekutieli", "none": "",
}  # fmt: skip
# that of all pairs of levels, which needs their number and degrees of freedom beside p
TUKEY = "tukey"
NAMES = {**{name: words for name, words in ADJUSTMENTS.items() if words}, TUKEY: "Tukey", "none": ""}
# the same corrections by the names that R, statsmodels, pingouin and jamovi give them, in small letters
OTHER_NAMES = {
    "bh": "benjamini-hochberg", "fdr": "benjamini-hochberg", "fdr_bh": "benjamini-hochberg",
    "by": "benjamini-yekutieli", "fdr_by": "benjamini-yekutieli", "bonf": "bonferroni", "simes-hochberg": "hochberg",
    "holm-bonferroni": "holm", "šidák": "sidak", "holm_sidak": "holm-sidak",
}  # fmt: skip
FAMILIES = ("by", "all")

__all__ = [
    "ADJUSTMENTS",
    "FAMILIES",
    "NAMES",
    "TUKEY",
    "adjusted",
    "as_adjust",
    "at_step",
    "check_family",
    "check_tukey",
    "corrected",
    "families",
    "holm_steps",
    "is_below",
    "tukey",
]


def as_adjust(adjust: str | None, *, pairs: bool = False) -> str:
    """The name of a correction, also by those that other programs have for it; ``None`` corrects nothing.

    ``pairs`` says that Tukey's correction of all pairs applies too.

    Examples
    --------
    >>> as_adjust("fdr_bh"), as_adjust("BH"), as_adjust("bonf"), as_adjust(None), as_adjust("holm")
    ('benjamini-hochberg', 'benjamini-hochberg', 'bonferroni', 'none', 'holm')
    """
    if adjust is None:
        return "none"
    allowed = NAMES if pairs else ADJUSTMENTS
    name = OTHER_NAMES.get(adjust.lower(), adjust.lower()) if isinstance(adjust, str) else ""
    return name if name in allowed else check_option("adjust", adjust, allowed)


def tukey(t: Array, df: Array, levels: Array | int) -> Array:
    """P-values of all pairs of some levels, corrected after Tukey: the studentised range of so many means.

    Notes
    -----
    The p is the probability that the studentised range of ``levels`` means exceeds sqrt(2) abs(t). It is exact for
    means with one error term. Where each pair has its own, it is what R's emmeans gives for the multivariate model.

    References
    ----------
    Tukey, J. W. (1953). The problem of multiple comparisons. Princeton University.

    Examples
    --------
    >>> t, df = np.array([2.0]), np.array([12.0])
    >>> tukey(t, df, 3).round(4).tolist(), tukey(t, df, 2).round(4).tolist()
    ([0.1546], [0.0687])
    """
    from scipy.stats import studentized_range

    return np.asarray(studentized_range.sf(np.sqrt(2) * np.abs(t), levels, df), dtype=np.float64)


def check_tukey(*, test: str = "t", against: Any = None, others: bool = False) -> None:
    """Refuse Tukey's correction of anything but t tests of all pairs of levels."""
    if test != "t" or against is not None or others:
        raise ArgumentError(
            "Tukey's correction is of t tests of all pairs of levels",
            allowed="test='t' without 'against', 'between' and 'interaction'",
            got="adjust='tukey' with one of them",
            hint="adjust='holm' corrects any family of tests",
        )


def check_family(family: str | Sequence[str], by: Sequence[str], *, adjust: str = "") -> str | list[str]:
    """Refuse a family that is neither ``"by"`` nor ``"all"``, nor a list of columns of ``by``.

    Tukey's correction is of the pairs of one level of ``by``.
    """
    if adjust == TUKEY and by and family != "by":
        raise ArgumentError(
            "Tukey's correction is of all pairs of the levels that are compared at one level of 'by'",
            allowed="family='by'",
            got=f"family={family!r}",
            hint="adjust='holm' corrects over any family",
        )
    if isinstance(family, str):
        return check_option("family", family, FAMILIES)
    names = as_names("family", family)
    for name in names:
        check_unknown("column of 'by' in 'family'", name, by)
    return names


def families(
    blocks: Sequence[Block], by: Sequence[str], family: str | list[str], repeats: Sequence[int]
) -> NDArray[np.intp]:
    """Number the family of every contrast, each block repeated as often as it has contrasts."""
    named = list(by) if family == "by" else [] if family == "all" else family
    axes = [axis for axis, name in enumerate(by) if name in named]
    keys = [tuple(block.place[axis] for axis in axes) for block in blocks]
    order = {key: position for position, key in enumerate(dict.fromkeys(keys))}
    return np.repeat(np.array([order[key] for key in keys], dtype=np.intp), repeats)


def is_below(p: Any, alpha: float = ALPHA) -> Any:
    """Whether each p shows a difference: it is below alpha, and NaN and alpha itself are not.

    Every verdict of the package asks this.

    Examples
    --------
    >>> is_below(np.array([0.049, 0.05, np.nan])).tolist()
    [True, False, False]
    """
    return p < alpha


def adjusted(p: Array, members: NDArray[np.intp], *, adjust: str) -> tuple[Array, NDArray[np.intp]]:
    """Correct p-values within families.

    Parameters
    ----------
    p : numpy.ndarray, (n,)
        Uncorrected p-values; NaN stays NaN and is not a member of its family.
    members : numpy.ndarray, (n,)
        The family of each p-value, as a number.
    adjust : str
        One of ``ADJUSTMENTS``. Holm's and Bonferroni's keep the chance of any error within the family whatever the
        dependence, Šidák's, Hochberg's and Hommel's where p-values do not depend on each other negatively; the last
        two keep the expected share of errors among what is found (false discovery rate), Yekutieli's whatever the
        dependence.

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
        result[tested] = corrected(result[tested], adjust=adjust)
    return result, size


def corrected(p: Array, *, adjust: str) -> Array:
    """Correct the p-values of one family, which run along the first axis; every further axis has families of its own.

    Examples
    --------
    >>> corrected(np.array([0.04, 0.01]), adjust="holm").tolist()
    [0.04, 0.02]
    """
    # statsmodels' multipletests gives the same, but empties the garbage collector (50 ms) at every call
    order = np.argsort(p, axis=0, kind="stable")
    result = np.empty_like(p)
    ascending = np.take_along_axis(p, order, axis=0)
    np.put_along_axis(result, order, np.minimum(_ascending(ascending, adjust), 1), axis=0)
    return result


def holm_steps(p: Array, members: NDArray[np.intp]) -> tuple[Array, Array]:
    """What Holm's correction asks of each p: ``adjusted`` is :func:`at_step` of it.

    Returns
    -------
    tuple of numpy.ndarray
        ``times``, the hypotheses that are left at the step of each p, and ``floor``, the adjusted p of the step before.

    Examples
    --------
    >>> times, floor = holm_steps(np.array([0.01, 0.04]), np.zeros(2, dtype=int))
    >>> times.tolist(), floor.tolist()
    ([2.0, 1.0], [0.0, 0.02])
    """
    times, floor = np.full(len(p), np.nan), np.zeros(len(p))
    for one in np.unique(members):
        tested = np.flatnonzero((members == one) & np.isfinite(p))
        order = tested[np.argsort(p[tested], kind="stable")]
        times[order], floor[order] = _holm(p[order])
    return times, floor


def at_step(p: Any, times: float | Array, floor: float | Array) -> Any:
    """P-values corrected at a step of Holm's correction.

    Examples
    --------
    >>> at_step(np.array([0.01, 0.3]), 2.0, 0.05).tolist()
    [0.05, 0.6]
    """
    return np.minimum(np.maximum(p * times, floor), 1.0)


def _holm(p: Array) -> tuple[Array, Array]:
    """Times and floor of each step of ascending p-values."""
    times = _ranks(p)[::-1]
    floor = np.zeros_like(p)
    floor[1:] = np.minimum(np.maximum.accumulate(p * times, axis=0), 1)[:-1]
    return np.broadcast_to(times, p.shape), floor


def _ranks(p: Array) -> Array:
    """1 to the number of p-values, along the first axis."""
    return np.arange(1.0, len(p) + 1).reshape(-1, *[1] * (p.ndim - 1))


def _ascending(p: Array, adjust: str) -> Array:
    """Correct ascending p-values of one family; they may come out above 1."""
    count = len(p)
    if adjust == "none" or not count:
        return p
    if adjust == "bonferroni":
        return np.asarray(p * count)
    if adjust == "sidak":
        return _sidak(p, count)
    if adjust == "holm-sidak":
        return np.asarray(np.maximum.accumulate(_sidak(p, _ranks(p)[::-1]), axis=0))
    if adjust == "holm":
        return np.asarray(at_step(p, *_holm(p)))
    if adjust == "hommel":
        return _hommel(p)
    rank = _ranks(p)
    share = 1.0 if adjust == "benjamini-hochberg" else float((1 / rank).sum())
    steps = p * (count + 1 - rank) if adjust == "hochberg" else p * share * count / rank
    return np.asarray(np.minimum.accumulate(steps[::-1], axis=0)[::-1])


def _sidak(p: Array, count: int | Array) -> Array:
    """The chance of a p so small among ``count`` that do not depend on each other."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(count * np.log1p(-p)))


def _hommel(p: Array) -> Array:
    """Hommel's correction: the smallest level at which a closed test of Simes' kind rejects."""
    count, rank = len(p), _ranks(p)
    result = p.copy()
    for size in range(count, 1, -1):
        # every intersection of `size` hypotheses that holds this one, by Simes' inequality
        last = p[count - size + 1 :]
        least = (size * last / rank[1:size]).min(axis=0)
        first = np.minimum(size * p[: count - size + 1], least)
        result[: count - size + 1] = np.maximum(result[: count - size + 1], np.minimum(first, least))
        result[count - size + 1 :] = np.maximum(result[count - size + 1 :], np.minimum(size * last, least))
    return result
