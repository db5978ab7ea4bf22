"""What stands beside F in one error stratum: epsilons, Mauchly's test, and the test that needs no sphericity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

# what is smaller than this share of what it is compared with is rounding
ROUNDING = 1e-12

__all__ = ["epsilons", "mauchly", "pillai"]


def epsilons(error: Array, df: int) -> tuple[float, float]:
    """Greenhouse-Geisser's and Huynh-Feldt's epsilon.

    Parameters
    ----------
    error : numpy.ndarray, (k, k)
        Sums of squares and products of k orthonormal contrasts within groups, not all zero.
    df : int
        Their degrees of freedom, participants less groups.

    Returns
    -------
    (float, float)
        The second as it is (it can exceed 1), NaN where its denominator is zero.

    Examples
    --------
    >>> [round(epsilon, 3) for epsilon in epsilons(np.diag([1.0, 1.0, 0.0]), 12)]
    [0.667, 0.8]
    """
    k = len(error)
    scaled = error / np.trace(error)
    gg = 1 / (k * float((scaled**2).sum()))
    room = df - k * gg
    return gg, ((df + 1) * k * gg - 2) / (k * room) if room > k * ROUNDING else float("nan")


def mauchly(error: Array, df: int) -> tuple[float, float]:
    """Mauchly's W and its p; both NaN where the contrasts outnumber the degrees of freedom.

    The second-order term of the expansion runs over the number of contrasts k throughout; R writes the number of
    levels in one place.
    """
    k = len(error)
    if df < k:
        return float("nan"), float("nan")
    sign, log_det = np.linalg.slogdet(error / (np.trace(error) / k))
    if sign <= 0:
        return 0.0, 0.0
    rho = 1 - (2 * k**2 + k + 2) / (6 * k * df)
    omega = (k + 2) * (k - 1) * (k - 2) * (2 * k**3 + 6 * k**2 + 3 * k + 2) / (288 * (df * k * rho) ** 2)
    chi2 = -df * rho * log_det
    free = k * (k + 1) / 2 - 1
    first, second = special.chdtrc(free, chi2), special.chdtrc(free + 4, chi2)
    return float(np.exp(log_det)), float(np.clip(first + omega * (second - first), 0, 1))


def pillai(effect: Array, error: Array, df_effect: int, df_error: int) -> tuple[float, float]:
    """Pillai's trace and the p of its F; both NaN where the error has no inverse.

    Parameters
    ----------
    effect, error : numpy.ndarray, (k, k)
        Sums of squares and products of the same contrasts.
    df_effect, df_error : int
        Degrees of freedom of each contrast. With ``df_effect`` or k of 1 the F is Hotelling's, and exact.
    """
    k = len(error)
    size = np.sqrt(np.diag(error))
    if df_error < k or (size == 0).any():
        return float("nan"), float("nan")
    scale = np.outer(size, size)
    effect, error = effect / scale, error / scale
    values = np.linalg.eigvalsh(error)
    if values[0] <= ROUNDING * values[-1]:
        return float("nan"), float("nan")
    # from the effect over the error: a trace near its bound would lose the digits that F is made of
    ratios = np.linalg.eigvals(np.linalg.solve(error, effect)).real.clip(0)
    s = min(k, df_effect)
    roots = np.sort(ratios)[::-1][:s]
    trace, left = float((roots / (1 + roots)).sum()), float((1 / (1 + roots)).sum())
    df1 = s * max(k, df_effect)
    df2 = s * (df_error - k + s)
    return trace, float(special.fdtrc(df1, df2, df2 / df1 * trace / left))
