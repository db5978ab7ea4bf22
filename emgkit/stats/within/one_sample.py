"""Participants' differences against zero: the t test, Wilcoxon's signed ranks, and sign flips.

Each has its own estimate and the interval that belongs to it. (Only where ranks tie is Wilcoxon's p approximate, and
may stand beside an interval that just holds zero.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from emgkit.errors import Notice
from emgkit.notation import listed
from emgkit.stats.cells.effect_formulas import CONFIDENCE
from emgkit.stats.cells.sign_flips import check_flips, share_at_least

Array = NDArray[np.float64]

TESTS = ("t", "wilcoxon", "sign-flip")
# from this number of differences on, R takes the normal approximation
MOST_RANKS = 49
# with fewer participants no p of ranks or of sign flips is below .05
FEWEST_RANKED = 6

__all__ = ["TESTS", "against_zero", "describe", "doubts", "no_error_term", "sign_flip", "signed_rank", "t_test"]


def against_zero(differences: Array, *, test: str, rounding: float, confidence: float = CONFIDENCE) -> dict[str, Array]:
    """Test each column of differences, (n_participants, n_contrasts), against zero.

    Returns ``center``, ``low``, ``high`` on the scale of the differences, ``t``, ``df``, ``n``, ``p``, and for
    Wilcoxon's test ``V``. A column whose spread is within ``rounding`` has no error term, and all but ``center`` is
    NaN.
    """
    columns = t_test(differences, confidence=confidence, rounding=rounding)
    if test == "t":
        return columns
    one = signed_rank if test == "wilcoxon" else sign_flip
    found = [
        one(column, confidence=confidence) if np.isfinite(t) else {}
        for column, t in zip(differences.T, columns["t"], strict=True)
    ]
    names = ("center", "low", "high", "p", *(("V",) if test == "wilcoxon" else ()))
    fallback = {name: columns.get(name, np.full(len(found), np.nan)) for name in names}
    for name in names:
        columns[name] = np.array(
            [row.get(name, other) for row, other in zip(found, fallback[name], strict=True)], dtype=np.float64
        )
    return columns


def t_test(differences: Array, *, rounding: float, confidence: float = CONFIDENCE) -> dict[str, Array]:
    """Test the mean of each column of differences by its own standard error."""
    n, size = differences.shape
    center, sd = differences.mean(axis=0), differences.std(axis=0, ddof=1)
    # differences that are equal but for rounding have no error term
    error = np.where(sd <= rounding, np.nan, sd) / np.sqrt(n)
    half = special.stdtrit(n - 1, (1 + confidence) / 2) * error
    t = center / error
    return {
        "center": center,
        "low": center - half,
        "high": center + half,
        "t": t,
        "df": np.full(size, float(n - 1)),
        "n": np.full(size, n),
        "p": 2 * special.stdtr(n - 1, -np.abs(t)),
    }


def signed_rank(differences: Array, *, confidence: float = CONFIDENCE) -> dict[str, float]:
    """Wilcoxon's signed-rank test, as R's ``wilcox.test`` does it.

    Parameters
    ----------
    differences : numpy.ndarray, (n_participants,)
        First minus second.
    confidence : float
        Coverage of the interval, at least.

    Returns
    -------
    dict
        ``V`` (sum of the ranks of positive differences, zeros left out), ``p`` (two-sided), ``center`` (the median of
        all means of two, Hodges-Lehmann), ``low`` and ``high``.

    Notes
    -----
    The p is exact for fewer than 50 differences without ties and zeros, else from the normal distribution with the
    variance corrected for ties and a continuity correction of 1/2. The limits are means of two in the places that the
    exact distribution gives; they are NaN where the number of differences is too small for the coverage.

    References
    ----------
    Hollander, M. & Wolfe, D. A. (1999). Nonparametric Statistical Methods (2nd ed.). Wiley.

    Examples
    --------
    >>> found = signed_rank(np.array([1.0, 2.0, 3.0, 4.0, 5.0, -0.5]))
    >>> found["V"], found["p"]
    (20.0, 0.0625)
    """
    kept = differences[differences != 0]
    n = len(kept)
    ranks = stats.rankdata(_rounded(np.abs(kept)))
    v = float(ranks[kept > 0].sum())
    _, ties = np.unique(ranks, return_counts=True)
    if n <= MOST_RANKS and n == len(differences) and (ties == 1).all():
        p = min(1.0, 2 * float(min(_tail(n, v), _tail(n, n * (n + 1) / 2 - v))))
    elif n:
        excess = v - n * (n + 1) / 4
        variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties.astype(float) ** 3 - ties).sum()) / 48
        p = min(1.0, 2 * float(special.ndtr(-abs(excess - 0.5 * np.sign(excess)) / np.sqrt(variance))))
    else:
        p = 1.0
    i, j = np.triu_indices(len(differences))
    means = np.sort((differences[i] + differences[j]) / 2)
    low, high = _middle(means, _rank_place(len(differences), 1 - confidence))
    return {"V": v, "p": p, "center": float(np.median(means)), "low": low, "high": high}


def sign_flip(differences: Array, *, confidence: float = CONFIDENCE) -> dict[str, float]:
    """Exact sign-flip test of the mean of symmetrically distributed differences, with the interval that belongs to it.

    Parameters
    ----------
    differences : numpy.ndarray, (n_participants,)
        First minus second; at most 20.
    confidence : float
        Coverage of the interval, at least.

    Returns
    -------
    dict
        ``p`` (two-sided, a multiple of 2**(1 - n)), ``center`` (the mean), ``low`` and ``high``.

    Notes
    -----
    The limits are those values that the same test would just not reject. They are means of subsets of the
    participants: the 2**n - 1 of them, put in order, divide the line into intervals of equal probability
    (Hartigan, 1969). They are NaN where n is too small for the coverage.

    References
    ----------
    Hartigan, J. A. (1969). Using subsample values as typical values. Journal of the American Statistical Association,
    64.

    Examples
    --------
    >>> found = sign_flip(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    >>> found["p"], found["low"], found["high"]
    (0.03125, 1.0, 6.0)
    """
    n = len(differences)
    check_flips("exact", n, alpha=None)
    sums, counts = np.zeros(1), np.zeros(1)
    for one in differences:
        sums, counts = np.concatenate([sums, sums + one]), np.concatenate([counts, counts + 1])
    total = float(differences.sum())
    # flipping a subset takes twice its sum away
    p = share_at_least(np.abs(total - 2 * sums), np.array([abs(total)]))
    means = np.sort(sums[1:] / counts[1:])
    low, high = _middle(means, int(np.floor((1 - confidence) / 2 * 2**n + 1e-9)))
    return {"p": float(p[0]), "center": total / n, "low": low, "high": high}


def no_error_term(names: Sequence[str], p: Array, *, lost: str) -> list[Notice]:
    """State which contrasts have no error term, and which numbers are ``lost``; their p is NaN."""
    equal = [name for name, one in zip(names, p, strict=True) if np.isnan(one)]
    if not equal:
        return []
    text = f"All participants differ by the same amount in {'; '.join(equal)}: there is no error term, so {lost} NaN."
    return [Notice(code="no-variance", text=f"{text} Check for copied values.")]


def doubts(names: Sequence[str], tested: Sequence[Array], *, test: str) -> list[Notice]:
    """Say where a test without normality had to approximate, or cannot reach .05.

    ``tested`` are the differences of each contrast of ``names``.
    """
    notices = []
    if test == "wilcoxon":
        found = zip(names, tested, strict=True)
        tied = [name for name, d in found if (d == 0).any() or len(np.unique(_rounded(np.abs(d)))) < len(d)]
        if tied:
            text = (
                f"There are ties or zeros in {listed(tied)}: the p of Wilcoxon's test is from the normal distribution."
            )
            notices.append(Notice(code="ties", text=text))
    if test != "t" and min(len(differences) for differences in tested) < FEWEST_RANKED:
        least = min(len(differences) for differences in tested)
        text = (
            f"With {least} participants the smallest two-sided p of this test is {2.0 ** (1 - least):g}, so it cannot "
            "reach .05, and there is no 95 % interval."
        )
        few = sorted({len(differences) for differences in tested if len(differences) < FEWEST_RANKED})
        notices.append(Notice(code="cannot-reach", text=text, about=({"n": tuple(map(str, few))},)))
    return notices


def _rounded(sizes: Array) -> Array:
    """Take off what rounding adds, so that equal differences tie."""
    if not len(sizes):
        return sizes
    with np.errstate(divide="ignore"):
        digits = 12 - np.floor(np.log10(sizes.max()))
    return np.asarray(np.round(sizes * 10.0**digits)) if np.isfinite(digits) else sizes


def _counts(n: int) -> Array:
    """Count the subsets of the ranks 1 to n by their sum, 0 to n (n + 1) / 2."""
    counts = np.ones(1)
    for rank in range(1, n + 1):
        with_it = np.concatenate([np.zeros(rank), counts])
        with_it[: len(counts)] += counts
        counts = with_it
    return counts


def _tail(n: int, v: float) -> float:
    """Probability that the sum of positive ranks is at most v."""
    return float(_counts(n)[: int(v) + 1].sum() / 2.0**n)


def _rank_place(n: int, alpha: float) -> int:
    """Place of the lower limit among the ordered means of two, counted from 1; 0 where n is too small."""
    if n > MOST_RANKS:
        z = special.ndtri(1 - alpha / 2)
        return int(np.floor(n * (n + 1) / 4 - z * np.sqrt(n * (n + 1) * (2 * n + 1) / 24)))
    cumulative = np.cumsum(_counts(n)) / 2.0**n
    return int(np.searchsorted(cumulative, alpha / 2, side="left"))


def _middle(ordered: Array, place: int) -> tuple[float, float]:
    """Entries at a place from either end, counted from 1; NaN for place 0."""
    return (float(ordered[place - 1]), float(ordered[-place])) if place >= 1 else (float("nan"), float("nan"))


def describe(test: str) -> dict[str, Any]:
    """Say in plain words what was done, for the result's ``attrs``."""
    return {
        "t": {"test": "t", "estimate": "mean of the differences"},
        "wilcoxon": {"test": "Wilcoxon signed rank", "estimate": "median of all means of two differences"},
        "sign-flip": {"test": "sign flip, exact", "estimate": "mean of the differences"},
    }[test]
