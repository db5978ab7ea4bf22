"""Standardised effect sizes of paired values, each with its interval.

Every function takes participants on the first axis and works on all further axes at once.
``d_z``, ``d_av`` and ``d_rm`` differ twofold on the same data, so the name always stands beside the number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Array = NDArray[np.float64]

# coverage of every interval, and the level below which a p shows a difference
CONFIDENCE, ALPHA = 0.95, 0.05

__all__ = ["ALPHA", "CONFIDENCE", "d_av", "d_interval", "d_z", "d_z_interval", "g_av", "small_sample_factor"]


def small_sample_factor(nu: Any) -> Array:
    """Factor that takes the small-sample bias out of a standardised mean difference, exact.

    Parameters
    ----------
    nu : array-like
        Degrees of freedom of the standard deviation in the denominator, above 1.

    Returns
    -------
    numpy.ndarray
        J(nu), below 1.

    Notes
    -----
    J = gamma(nu / 2) / (sqrt(nu / 2) gamma((nu - 1) / 2)), Hedges (1981).

    Examples
    --------
    >>> round(float(small_sample_factor(12)), 6)
    0.935942
    """
    nu = np.asarray(nu, dtype=np.float64)
    return np.asarray(np.exp(special.gammaln(nu / 2) - special.gammaln((nu - 1) / 2)) / np.sqrt(nu / 2))


def d_z(first: Any, second: Any) -> Array:
    """Mean difference in units of the standard deviation of the differences.

    Parameters
    ----------
    first, second : array-like, (n_participants, ...)
        The paired values, any unit.

    Returns
    -------
    numpy.ndarray
        d_z, one for each of the further axes.

    Examples
    --------
    >>> round(float(d_z([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])), 12)
    2.0
    """
    difference = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    return np.asarray(difference.mean(axis=0) / difference.std(axis=0, ddof=1))


def d_z_interval(t: Any, n: Any, *, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Exact limits of d_z, from the noncentral t distribution.

    Parameters
    ----------
    t : array-like
        The paired t statistic; NaN gives NaN.
    n : array-like
        Number of participants, at least 2.
    confidence : float
        Coverage of the two-sided interval.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limit.

    Notes
    -----
    The lower limit is delta / sqrt(n) for the noncentrality delta under which a t as large as this one has the
    probability (1 - confidence) / 2; the upper one the same from the other side (Steiger & Fouladi, 1997).

    Examples
    --------
    >>> low, high = d_z_interval(4.67596836696219, 13)
    >>> round(float(low), 4), round(float(high), 4)
    (0.5355, 2.0301)
    """
    n = np.asarray(n)
    return d_interval(t, n - 1, 1 / np.sqrt(n), confidence=confidence)


def d_interval(t: Any, df: Any, scale: Any, *, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Exact limits of a standardised difference d = ``scale`` t, from the noncentral t distribution.

    Parameters
    ----------
    t, df : array-like
        The t statistic and its degrees of freedom; NaN gives NaN.
    scale : array-like
        1 / sqrt(n) for a paired d_z, sqrt(1 / n1 + 1 / n2) for two groups.
    confidence : float
        Coverage of the two-sided interval.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limit.

    Examples
    --------
    >>> low, high = d_interval(2.0, 18, (2 / 10) ** 0.5)
    >>> bool(low < 2.0 * (2 / 10) ** 0.5 < high)
    True
    """
    t, df = np.asarray(t, dtype=np.float64), np.asarray(df)
    tail = (1 - confidence) / 2
    # the distribution is computed best on its right side: mirror negative t, then swap the limits
    size, sign = np.abs(t), np.where(t < 0, -1.0, 1.0)
    near, far = (_noncentrality(size, df, p) * scale for p in (1 - tail, tail))
    return np.where(sign > 0, near, -far), np.where(sign > 0, far, -near)


def _noncentrality(t: Array, df: NDArray[Any], probability: float) -> Array:
    """Find the delta with P(T <= t; df, delta) = probability."""
    # secant steps on the normal scale, where the distribution is near linear in delta
    target = float(special.ndtri(probability))
    # beyond this the normal part of t is lost beside its chi part, and delta is proportional to t
    beyond = np.maximum(t / 1e4, 1.0)
    # the library's distribution is NaN at values such as 1e-146
    t = np.where(t < 1e-12, 0.0, t / beyond)
    # exact at t = 0 and for large t, near in between
    share = np.sqrt(special.chdtri(df, probability) / df)
    before = t - np.sign(target) * np.hypot(target, t * (1 - share))
    width = np.hypot(1, t * (1 - share) / target)
    now = before + 0.01 * width

    def miss(delta: Array) -> Array:
        return np.asarray(special.ndtri(stats.nct.cdf(t, df, delta)) - target)

    miss_before, miss_now = miss(before), miss(now)
    for _ in range(50):
        slope = miss_now - miss_before
        step = np.divide(miss_now * (now - before), slope, out=np.zeros_like(now), where=slope != 0)
        before, miss_before = now, miss_now
        now = now - step
        if not np.any(np.abs(step) > 1e-11 * width):
            break
        miss_now = miss(now)
    return np.where(np.isfinite(t), now * beyond, np.nan)


def d_av(first: Any, second: Any) -> Array:
    """Mean difference in units of the average standard deviation of the two conditions.

    Parameters
    ----------
    first, second : array-like, (n_participants, ...)
        The paired values, any unit.

    Returns
    -------
    numpy.ndarray
        d_av, one for each of the further axes.

    Notes
    -----
    The denominator is sqrt((s1**2 + s2**2) / 2), the root of the mean variance.

    Examples
    --------
    >>> round(float(d_av([2.0, 4.0, 6.0], [1.0, 3.0, 5.0])), 12)
    0.5
    """
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    mean_variance = (first.var(axis=0, ddof=1) + second.var(axis=0, ddof=1)) / 2
    return np.asarray((first - second).mean(axis=0) / np.sqrt(mean_variance))


def g_av(first: Any, second: Any, *, confidence: float = CONFIDENCE) -> tuple[Array, Array, Array]:
    """d_av without its small-sample bias, with its interval.

    Parameters
    ----------
    first, second : array-like, (n_participants, ...)
        The paired values, any unit; at least three participants.
    confidence : float
        Coverage of the two-sided interval.

    Returns
    -------
    tuple of numpy.ndarray
        g_av, its lower and its upper limit.

    Notes
    -----
    g_av = J(nu) d_av with nu = 2 (n - 1) / (1 + r**2), r the correlation of the two conditions. The limits are J(nu)
    times the limits of d_av, which are d_av -/+ z sqrt(v) with Bonett's (2008) variance
    v = d_av**2 (s1**4 + s2**4 + 2 r**2 s1**2 s2**2) / (8 (n - 1) s**4) + s_diff**2 / ((n - 1) s**2),
    s**2 the mean of the two variances.

    References
    ----------
    Bonett, D. G. (2008). Confidence intervals for standardized linear contrasts of means. Psychological Methods, 13.
    Cousineau, D. (2020). Approximating the distribution of Cohen's d_p in within-subject designs. The Quantitative
    Methods for Psychology, 16.

    Examples
    --------
    >>> g, low, high = g_av([2.0, 4.0, 6.0, 9.0], [1.0, 3.0, 5.0, 6.0])
    >>> bool(low < g < high)
    True
    """
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    df = len(first) - 1
    v1, v2 = first.var(axis=0, ddof=1), second.var(axis=0, ddof=1)
    covariance = ((first - first.mean(axis=0)) * (second - second.mean(axis=0))).sum(axis=0) / df
    squared_r = covariance**2 / (v1 * v2)
    mean_variance = (v1 + v2) / 2
    d = (first - second).mean(axis=0) / np.sqrt(mean_variance)
    variance = d**2 * (v1**2 + v2**2 + 2 * squared_r * v1 * v2) / (8 * df * mean_variance**2)
    variance = variance + (v1 + v2 - 2 * covariance) / (df * mean_variance)
    half = special.ndtri((1 + confidence) / 2) * np.sqrt(variance)
    factor = small_sample_factor(2 * df / (1 + squared_r))
    return factor * d, factor * (d - half), factor * (d + half)
