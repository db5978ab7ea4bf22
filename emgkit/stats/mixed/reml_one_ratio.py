"""REML of models with a single variance ratio, for many outcomes of one design at once.

With one random effect a participant the restricted likelihood depends on the ratio d of its variance to the residual
variance through a few eigenvalues of the design, which all outcomes share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.stats.mixed.moments import Moments

Array = NDArray[np.float64]

# the smallest and largest ratio looked at, besides zero
SMALLEST, LARGEST, GRID = 1e-6, 1e8, 57
STEPS = 60

__all__ = ["Design", "best_ratio", "moments_at", "second_at"]


@dataclass(frozen=True, kw_only=True)
class Design:
    """Cross products of a design with one random effect a participant.

    Parameters
    ----------
    s : numpy.ndarray, (n_participants,)
        Sums of squares of the random-effects column.
    f : numpy.ndarray, (n_participants, p)
        Its products with the orthonormal model matrix.
    n : int
        Number of rows.
    """

    s: Array
    f: Array
    n: int


def best_ratio(design: Design, e: Array, yy: Array) -> Array:
    """Find the ratio of variances with the smallest restricted deviance.

    Parameters
    ----------
    design : Design
        Shared by the outcomes.
    e : numpy.ndarray, (n_participants, n_outcomes)
        Products of the random-effects column with what the fixed effects leave of each outcome.
    yy : numpy.ndarray, (n_outcomes,)
        Sums of squares of the same.

    Returns
    -------
    numpy.ndarray, (n_outcomes,)
        Ratios of variances, 0 where the deviance rises from there.

    Notes
    -----
    The deviance is sum log(1 + d l_j) + (n - p) log(y'y - sum d c_j / (1 + d l_j)), l_j the eigenvalues of Z'MZ (M
    takes the fixed effects out) and c_j the squared projections of Z'y on their vectors. The best of a grid
    is bracketed, and the root of the derivative found by Newton's method, kept inside the bracket.
    """
    free = design.n - design.f.shape[1]
    values, vectors = np.linalg.eigh(np.diag(design.s) - design.f @ design.f.T)
    lengths = np.maximum(values, 0.0)
    # no projection where there is no eigenvalue: the fixed effects have taken that direction
    squares = np.where(lengths[:, None] > 1e-10 * lengths.max(), (vectors.T @ e) ** 2, 0.0)

    def deviance(ratio: Array) -> Array:
        shrunk = 1 / (1 + np.multiply.outer(lengths, ratio))
        return np.asarray(-np.log(shrunk).sum(axis=0) + free * np.log(yy - ratio * (shrunk * squares).sum(axis=0)))

    def slopes(ratio: Array) -> tuple[Array, Array]:
        shrunk = 1 / (1 + np.multiply.outer(lengths, ratio))
        left = yy - ratio * (shrunk * squares).sum(axis=0)
        gain = (shrunk**2 * squares).sum(axis=0) / left
        first = (lengths[:, None] * shrunk).sum(axis=0) - free * gain
        second = -((lengths[:, None] * shrunk) ** 2).sum(axis=0)
        second = second + free * (2 * (lengths[:, None] * shrunk**3 * squares).sum(axis=0) / left - gain**2)
        return first, second

    grid = np.r_[0.0, np.geomspace(SMALLEST, LARGEST, GRID)]
    table = np.array([deviance(np.full(len(yy), ratio)) for ratio in grid])
    best = table.argmin(axis=0)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]
    at_zero, _ = slopes(np.zeros(len(yy)))
    now = np.where(best > 0, grid[best], SMALLEST / 2)
    for _ in range(STEPS):
        first, second = slopes(now)
        low, high = np.where(first < 0, now, low), np.where(first < 0, high, now)
        step = np.divide(first, second, out=np.zeros_like(now), where=second > 0)
        newton = now - step
        inside = (second > 0) & (newton >= low) & (newton <= high)
        after = np.where(inside, newton, (low + high) / 2)
        if np.all(np.abs(after - now) <= 1e-14 * (1e-6 + after)):
            break
        now = after
    return np.where((best <= 1) & (at_zero >= 0) & (deviance(now) >= table[0] - 1e-9), 0.0, now)


def moments_at(design: Design, e: Array, yy: Array, *, ratio: Array, middle: Array) -> Moments:
    """Moments of every outcome at its ratio, for the derivative of V with ``middle`` between the random effects.

    Leading axis of all arrays: the outcomes. ``middle`` (n_outcomes,) is 1 for the variance, 2 theta for its root.
    """
    s, f = design.s, design.f
    p = f.shape[1]
    products = (f[:, :, None] * f[:, None, :]).reshape(len(s), -1)
    shrunk = 1 / (1 + np.multiply.outer(ratio, s))
    weight = ratio[:, None] * shrunk
    xx = np.eye(p) - (weight @ products).reshape(-1, p, p)
    xy = -(weight * e.T) @ f
    k = np.linalg.inv(xx)
    k = (k + np.swapaxes(k, -1, -2)) / 2
    beta = (k @ xy[..., None])[..., 0]
    rest = e.T - beta @ f.T
    rss = yy + (beta**2).sum(axis=-1) - (weight * rest**2).sum(axis=-1)
    u, b = shrunk * rest, shrunk * s
    h = ((middle[:, None] * shrunk**2) @ products).reshape(-1, p, p)
    q = ((middle[:, None] ** 2 * b * shrunk**2) @ products).reshape(-1, p, p)
    kh = k @ h
    cu = (middle[:, None] * shrunk * u) @ f
    tt = middle**2 * (b**2).sum(axis=-1) - 2 * (k * q).sum(axis=(-1, -2))
    tt = tt + (kh * np.swapaxes(kh, -1, -2)).sum(axis=(-1, -2))
    ss = middle**2 * (b * u**2).sum(axis=-1) - ((cu[:, None, :] @ k)[:, 0] * cu).sum(axis=-1)
    return Moments(
        df=design.n - p,
        k=k,
        beta=beta,
        rss=rss,
        t=(middle * b.sum(axis=-1) - np.trace(kh, axis1=-2, axis2=-1))[:, None],
        s=(middle * (u**2).sum(axis=-1))[:, None],
        tt=tt[:, None, None],
        ss=ss[:, None, None],
        h=h[:, None],
        q=q[:, None, None],
    )


def second_at(design: Design, e: Array, yy: Array, *, ratio: Array) -> tuple[Array, Array]:
    """Terms of second derivatives by the root of the ratio: traces and quadratic forms, (n_outcomes, 1, 1) each."""
    plain = moments_at(design, e, yy, ratio=ratio, middle=np.ones(len(yy)))
    return 2 * plain.t[..., None], 2 * plain.s[..., None]
