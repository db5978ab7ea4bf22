"""Effects of several studies in one model: the variance between studies, and what the weighted regression gives.

The functions take effects and their sampling variances, whatever they are effects of. ``design`` has one row a study
and one column a coefficient; a column of ones alone is a pooled mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from emgkit._checks import check_option
from emgkit.stats.cells.effect_formulas import CONFIDENCE

Array = NDArray[np.float64]

METHODS = ("reml", "dl", "pm", "fixed")

__all__ = ["METHODS", "RandomEffects", "between_studies", "fit", "profile_interval"]


@dataclass(frozen=True, kw_only=True)
class RandomEffects:
    """A fitted model.

    Parameters
    ----------
    coefficients : numpy.ndarray, (p,)
        One a column of the design.
    covariance : numpy.ndarray, (p, p)
        Their covariance from the weights alone, for normal quantiles.
    adjustment : float
        What Hartung and Knapp multiply ``covariance`` with: the weighted residual mean square.
    weights : numpy.ndarray, (k,)
        1 / (sampling variance + tau2).
    tau2 : float
        The variance between studies.
    q : float
        Cochran's Q of the residuals, with tau2 = 0.
    df : int
        k - p.
    i2, h2 : float
        Share of the variance that lies between studies in percent, and total over sampling variance.
    """

    coefficients: Array
    covariance: Array
    adjustment: float
    weights: Array
    tau2: float
    q: float
    df: int
    i2: float
    h2: float


@dataclass(frozen=True, kw_only=True)
class _Weighted:
    """Weighted least squares at one tau2, with what REML needs."""

    coefficients: Array
    covariance: Array
    weights: Array
    residual: float  # y'Py
    trace: float  # tr(P)
    score: float  # derivative of the restricted likelihood after tau2
    likelihood: float  # its logarithm, up to a constant


def _weighted(y: Array, v: Array, design: Array, tau2: float) -> _Weighted:
    weights = 1 / (v + tau2)
    root = np.sqrt(weights)
    basis, triangle = np.linalg.qr(root[:, None] * design)
    inverse = np.linalg.inv(triangle)
    scaled = root * y
    rest = scaled - basis @ (basis.T @ scaled)
    # P = R(I - BB')R with R the roots of the weights, so all of its forms need only B
    leverage = (basis**2).sum(axis=1)
    trace = float((weights * (1 - leverage)).sum())
    residual = float(rest @ rest)
    twice = root * rest  # Py
    log_determinants = np.log(v + tau2).sum() + 2 * np.log(np.abs(np.diag(triangle))).sum()
    return _Weighted(
        coefficients=inverse @ (basis.T @ scaled),
        covariance=inverse @ inverse.T,
        weights=weights,
        residual=residual,
        trace=trace,
        score=(float(twice @ twice) - trace) / 2,
        likelihood=-(float(log_determinants) + residual) / 2,
    )


def between_studies(y: Array, v: Array, design: Array, *, method: str = "reml") -> float:
    """Estimate the variance between studies.

    Parameters
    ----------
    y, v : numpy.ndarray, (k,)
        Effects and their sampling variances.
    design : numpy.ndarray, (k, p)
        Columns of the model, of full rank, p < k.
    method : {"reml", "dl", "pm", "fixed"}
        Restricted maximum likelihood, DerSimonian and Laird, Paule and Mandel, or 0 as given.

    Returns
    -------
    float
        tau2, in the squared unit of ``y``.

    Notes
    -----
    DL solves the expectation of Cochran's Q, PM the equation Q(tau2) = k - p. For REML all maxima of the restricted
    likelihood on tau2 >= 0 are found, and the highest is taken.

    References
    ----------
    DerSimonian, R., & Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical Trials, 7.
    Paule, R. C., & Mandel, J. (1982). Consensus values and weighting factors. Journal of Research of the National
    Bureau of Standards, 87.

    Examples
    --------
    >>> equal = np.ones(3)
    >>> round(between_studies(np.array([1.0, 2.0, 6.0]), equal, equal[:, None], method="reml"), 9)
    6.0
    """
    check_option("method", method, METHODS)
    df = len(y) - design.shape[1]
    if method == "fixed":
        return 0.0
    if method == "dl":
        start = _weighted(y, v, design, 0.0)
        return float(max(0.0, (start.residual - df) / start.trace))
    if method == "pm":
        return _where_q_is(df, y, v, design)
    return _reml(y, v, design)


def _reml(y: Array, v: Array, design: Array) -> float:
    def score(tau2: float) -> float:
        return _weighted(y, v, design, tau2).score

    def likelihood(tau2: float) -> float:
        return _weighted(y, v, design, tau2).likelihood

    grid = [0.0, *(_scale(y, v, design) * np.logspace(-6, 3, 91)).tolist()]
    scores = [score(tau2) for tau2 in grid]
    maxima = [0.0] if scores[0] <= 0 else []
    for i in range(len(grid) - 1):
        if scores[i] > 0 >= scores[i + 1]:
            maxima.append(_root(score, grid[i], grid[i + 1]))
    return float(max(maxima, key=likelihood))


def _scale(y: Array, v: Array, design: Array) -> float:
    """A variance of the order of the data's: the larger of spread and sampling variance."""
    plain = _weighted(y, np.ones_like(v), design, 0.0)
    return float(max(plain.residual / (len(y) - design.shape[1]), np.median(v)))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(optimize.brentq(function, low, high, xtol=1e-15 * high, rtol=8.9e-16))


def _where_q_is(target: float, y: Array, v: Array, design: Array) -> float:
    """The tau2 at which the residual Q, which falls with tau2, has come down to ``target``; 0 if it starts below."""

    def excess(tau2: float) -> float:
        return _weighted(y, v, design, tau2).residual - target

    if excess(0.0) <= 0:
        return 0.0
    high = _scale(y, v, design)
    while excess(high) > 0:
        high *= 4
    return _root(excess, 0.0, high)


def profile_interval(y: Array, v: Array, design: Array, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Limits of tau2 from the distribution of Q (Viechtbauer, 2007).

    Parameters
    ----------
    y, v, design
        As in :func:`between_studies`.
    confidence : float
        Coverage of the two-sided interval.

    Returns
    -------
    tuple of float
        The tau2 at which Q equals the upper and the lower quantile of chi-squared with k - p df; a lower limit below
        0 is 0. Both are NaN where even tau2 = 0 leaves Q below both quantiles: the effects are more alike than
        sampling allows for.

    References
    ----------
    Viechtbauer, W. (2007). Confidence intervals for the amount of heterogeneity in meta-analysis. Statistics in
    Medicine, 26.

    Examples
    --------
    >>> equal = np.ones(3)
    >>> low, high = profile_interval(np.array([1.0, 2.0, 6.0]), equal, equal[:, None])
    >>> round(low, 3), round(high, 1)
    (0.898, 275.5)
    """
    df = len(y) - design.shape[1]
    tail = (1 - confidence) / 2
    upper, lower = (float(stats.chi2.isf(share, df)) for share in (tail, 1 - tail))
    if _weighted(y, v, design, 0.0).residual < lower:
        return np.nan, np.nan
    return _where_q_is(upper, y, v, design), _where_q_is(lower, y, v, design)


def fit(y: Array, v: Array, design: Array, *, method: str = "reml") -> RandomEffects:
    """Fit the random-effects model, or with several columns the mixed-effects regression.

    Parameters
    ----------
    y, v, design, method
        As in :func:`between_studies`.

    Returns
    -------
    RandomEffects
        Coefficients, tau2 and heterogeneity.

    Notes
    -----
    I2 = 100 tau2 / (tau2 + s2) and H2 = 1 + tau2 / s2 with the typical sampling variance s2 = (k - p) / tr(P) of
    Higgins and Thompson (2002); for the fixed model H2 = Q / (k - p) and I2 = 100 max(0, 1 - 1 / H2).

    References
    ----------
    Higgins, J. P. T., & Thompson, S. G. (2002). Quantifying heterogeneity in a meta-analysis. Statistics in Medicine,
    21.

    Examples
    --------
    >>> equal = np.ones(3)
    >>> found = fit(np.array([1.0, 2.0, 6.0]), equal, equal[:, None])
    >>> round(float(found.coefficients[0]), 9), round(found.h2, 9)
    (3.0, 7.0)
    """
    df = len(y) - design.shape[1]
    tau2 = between_studies(y, v, design, method=method)
    start, final = _weighted(y, v, design, 0.0), _weighted(y, v, design, tau2)
    sampling = df / start.trace
    h2 = start.residual / df if method == "fixed" else 1 + tau2 / sampling
    return RandomEffects(
        coefficients=final.coefficients,
        covariance=final.covariance,
        adjustment=final.residual / df,
        weights=final.weights,
        tau2=tau2,
        q=start.residual,
        df=df,
        i2=100 * (1 - 1 / max(h2, 1.0)),
        h2=h2,
    )
