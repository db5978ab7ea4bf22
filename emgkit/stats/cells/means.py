"""The mean of a level over participants, with its interval: the same number in tables, sentences and figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from emgkit.stats.cells.effect_formulas import CONFIDENCE

__all__ = ["mean_with_interval"]


def mean_with_interval(values: Any, *, log: bool = True) -> tuple[float, float, float]:
    """Mean of one value a participant, geometric where logarithms are compared, with its 95 % interval.

    Parameters
    ----------
    values : array-like, (n_participants,)
        One value a participant, any unit; those that are missing do not count.
    log : bool, default True
        The geometric mean, of values above 0; else the arithmetic one.

    Returns
    -------
    mean, low, high : float
        In the unit of the values; the limits are NaN with fewer than two participants.

    Notes
    -----
    m -/+ t* s / sqrt(n) with n - 1 degrees of freedom, m and s of the values or, before exp, of their logarithms.

    Examples
    --------
    >>> round(mean_with_interval([20.0, 80.0, 40.0])[0], 6), mean_with_interval([20.0, 80.0, 50.0], log=False)[0]
    (40.0, 50.0)
    """
    array = np.asarray(values, dtype=np.float64)
    array = array[~np.isnan(array)]
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            array = np.log(array)
    n, back = len(array), (lambda value: float(np.exp(value))) if log else float
    middle = float(array.mean()) if n else math.nan
    if n < 2:
        return back(middle), math.nan, math.nan
    reach = float(special.stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * float(array.std(ddof=1)) / math.sqrt(n)
    return back(middle), back(middle - reach), back(middle + reach)
