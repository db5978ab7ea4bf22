"""What gradient, Hessian and small-sample corrections of a mixed model are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

__all__ = ["Moments"]


@dataclass(frozen=True, kw_only=True)
class Moments:
    """The traces and quadratic forms of which gradient, Hessian and small-sample corrections are made.

    V is the covariance of the outcome in units of the residual variance, U_j its derivatives. Leading axes (several
    outcomes) are allowed in all arrays.
    """

    df: int
    k: Array  # inverse of X'X weighted by V^-1, (..., p, p)
    beta: Array  # (..., p)
    rss: Array  # y'Py, (...)
    t: Array  # tr(P U_j)
    s: Array  # y'P U_j P y
    tt: Array  # tr(P U_j P U_k)
    ss: Array  # y'P U_j P U_k P y
    h: Array  # X'V^-1 U_j V^-1 X, (..., r, p, p)
    q: Array  # X'V^-1 U_j V^-1 U_k V^-1 X, (..., r, r, p, p)
