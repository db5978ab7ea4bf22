"""Whether a raw signal stands on an offset, which rectification would take for amplitude."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_about_zero", "is_smooth", "offset_ratio"]

# s; the mean of a shorter piece of EMG says nothing about an offset
SHORTEST = 0.1
# a rectified signal comes down to zero all the time: this share of it lies below this part of its mean
NEAR_ZERO, SHARE = 0.1, 0.01
# EMG crosses its mean some 100 times a second, an envelope seldom more than 20
CROSSINGS = 40.0


def is_about_zero(x: NDArray[np.float64]) -> bool:
    """Whether two quick passes show that a signal's mean is smaller than its standard deviation, as nearly all are.

    Examples
    --------
    >>> wave = np.sin(np.arange(1000))
    >>> is_about_zero(wave + 0.1), is_about_zero(wave + 2.5)
    (True, False)
    """
    # the mean square is the square of the mean and that of the standard deviation together
    return bool(4 * x.mean() ** 2 < np.dot(x, x) / x.size)


def offset_ratio(x: NDArray[np.float64], *, sfreq: float) -> float:
    """How many times its standard deviation a signal's mean lies off zero; 0 where that says nothing.

    It says nothing of a constant signal, of a piece shorter than 0.1 s, and of one that has been rectified before: no
    sample below zero, and at least 1 % of them nearer to zero than a tenth of the mean.

    Parameters
    ----------
    x : ndarray, shape (n_samples,)
        One signal, in any unit.
    sfreq : float
        Samples per second (Hz).

    Returns
    -------
    float
        Above 1 the rectified signal would hold more offset than signal.

    Examples
    --------
    >>> wave = np.sin(np.arange(1000))
    >>> round(offset_ratio(wave + 2.5, sfreq=1000.0), 2), offset_ratio(np.abs(wave), sfreq=1000.0)
    (3.54, 0.0)
    """
    if x.size < SHORTEST * sfreq or x.min() == x.max():
        return 0.0
    mean, spread = abs(float(x.mean())), float(x.std())
    one_sign = x.min() >= 0 or x.max() <= 0
    if one_sign and (np.abs(x) < NEAR_ZERO * mean).mean() >= SHARE:
        return 0.0
    return mean / spread if spread > 0 else np.inf


def is_smooth(x: NDArray[np.float64], *, sfreq: float) -> bool:
    """Whether a signal crosses its mean as seldom as an envelope does, less than 40 times a second.

    Examples
    --------
    >>> times = np.arange(2000) / 1000
    >>> is_smooth(2 + np.sin(2 * np.pi * 5 * times), sfreq=1000.0), is_smooth(np.sin(900 * times), sfreq=1000.0)
    (True, False)
    """
    above = x > x.mean()
    return int((above[1:] != above[:-1]).sum()) < CROSSINGS * x.size / sfreq
