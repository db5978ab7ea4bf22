"""Random-field theory for a t statistic along one dimension: how high a smooth random curve rises by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Array = NDArray[np.float64]

__all__ = ["fwhm", "p_of_height", "threshold"]


def fwhm(residuals: Array) -> float:
    """Smoothness of residual curves, as the full width at half maximum of an equivalent Gaussian kernel, in points.

    Parameters
    ----------
    residuals : numpy.ndarray, (n_participants, n_points)
        Curves less their mean.

    Returns
    -------
    float
        The inverse of the mean over points of sqrt(v / (4 ln 2)), v the sum of squares of the residuals' slope
        (central differences) over the sum of squares of the residuals.

    References
    ----------
    Kiebel, S. J., Poline, J.-B., Friston, K. J., Holmes, A. P. & Worsley, K. J. (1999). Robust smoothness estimation in
    statistical parametric maps using standardized residuals from the general linear model. NeuroImage, 10.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> kernel = np.exp(-4 * np.log(2) * (np.arange(-40, 41) / 15) ** 2)
    >>> curves = np.array([np.convolve(rng.normal(size=2000), kernel, mode="same") for _ in range(12)])
    >>> 14 < fwhm(curves - curves.mean(axis=0)) < 16
    True
    """
    squares = (residuals**2).sum(axis=0)
    slopes = (np.gradient(residuals, axis=1) ** 2).sum(axis=0)
    varying = squares > 0
    return float(1 / np.sqrt(slopes[varying] / squares[varying] / (4 * np.log(2))).mean())


def p_of_height(t: Any, df: float, resels: float) -> Array:
    """Probability that a smooth random t curve exceeds a height anywhere, one-sided.

    Parameters
    ----------
    t : array-like
        Heights.
    df : float
        Degrees of freedom at each point.
    resels : float
        Length of the curve in units of its FWHM.

    Returns
    -------
    numpy.ndarray
        1 - exp(-E), E the expected Euler characteristic
        P(T > t) + resels sqrt(4 ln 2) / (2 pi) (1 + t**2 / df)**(-(df - 1) / 2).

    References
    ----------
    Worsley, K. J., Marrett, S., Neelin, P., Vandal, A. C., Friston, K. J. & Evans, A. C. (1996). A unified statistical
    approach for determining significant signals in images of cerebral activation. Human Brain Mapping, 4.

    Examples
    --------
    >>> round(float(p_of_height(3.9149173528, 12, 8.4703619084)), 6)
    0.025
    """
    t = np.asarray(t, dtype=np.float64)
    expected = special.stdtr(df, -t)
    expected = expected + resels * np.sqrt(4 * np.log(2)) / (2 * np.pi) * (1 + t**2 / df) ** (-(df - 1) / 2)
    return np.asarray(-np.expm1(-expected))


def threshold(alpha: float, df: float, resels: float) -> float:
    """Height that a smooth random t curve exceeds on either side with probability ``alpha``.

    Examples
    --------
    >>> round(threshold(0.05, 12, 8.470361908413542), 6)
    3.914917
    """
    high = 2.0
    while p_of_height(high, df, resels) > alpha / 2:
        high *= 2
    return float(
        optimize.brentq(lambda t: float(p_of_height(t, df, resels)) - alpha / 2, 0.0, high, xtol=1e-12, rtol=1e-14)
    )
