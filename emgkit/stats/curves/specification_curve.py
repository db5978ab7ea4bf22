"""One contrast under many specifications of the analysis: joint tests of all of them, and what moves the effect.

Every specification gives each participant a difference. Under the null hypothesis a participant's two conditions could
be exchanged, in all specifications at once; so one flip of signs is applied to all of them, and their statistics keep
their correlation. A joint test asks what many correlated p cannot tell one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import DesignError
from emgkit.stats.cells.sign_flips import r_of_t, scaled, share_at_least, signs, t_of_r

Array = NDArray[np.float64]

ALPHA = 0.05
# up to so many participants every flip is tried
MOST_EXACT = 13

__all__ = ["ALPHA", "MOST_EXACT", "JointTest", "joint_test", "variance_shares"]


@dataclass(frozen=True, kw_only=True, eq=False)
class JointTest:
    r"""The joint tests of all specifications of one contrast.

    Parameters
    ----------
    n, flips : int
        Participants, and how many sign flips the null distribution has.
    exact : bool
        All flips were tried.
    effects, t : ndarray, shape (n_specifications,)
        Mean difference and t of each specification.
    median, p_median : float
        Median of the effects, and its two-sided p.
    share, p_share : float
        Share of the specifications that are significant by their own t test in the direction that has more of these,
        and its p.
    p_max_t : ndarray, shape (n_specifications,)
        Two-sided p of each specification, adjusted for all of them by the largest \|t\|.
    """

    n: int
    flips: int
    exact: bool
    effects: Array
    t: Array
    median: float
    p_median: float
    share: float
    p_share: float
    p_max_t: Array


def joint_test(differences: Array, *, flips: int = 4096, seed: int = 1, alpha: float = ALPHA) -> JointTest:
    """Test all specifications of one contrast together by sign flips.

    Parameters
    ----------
    differences : ndarray, shape (n_participants, n_specifications)
        First minus second condition of each participant under each specification (of logarithms, for ratios).
    flips : int, default 4096
        How many flips are drawn with more than 13 participants; with fewer all are tried.
    seed : int
        Seed of the drawn flips.
    alpha : float, default 0.05
        Level of the t test of one specification, for the share of significant ones.

    Returns
    -------
    JointTest
        Effects, and p of their median, of the share that is significant, and of each one adjusted.

    Raises
    ------
    DesignError
        There are fewer than two participants, no specification, or values that are not finite numbers.

    Notes
    -----
    The median effect, the share of significant specifications in the dominant direction (after [1]_) and the largest
    absolute t are computed of the data and of every flip; p is the share of flips that give at least as much, the data
    themselves among them. The smallest p is 2^(1 - n) or 1 / (flips + 1).

    References
    ----------
    .. [1] Simonsohn U, Simmons JP, Nelson LD (2020). Specification curve analysis. Nature Human Behaviour 4: 1208-1214.

    Examples
    --------
    >>> two = np.array([[0.2, 0.3], [0.1, 0.2], [0.3, 0.2], [0.2, 0.1], [0.4, 0.5], [0.1, 0.3]])
    >>> found = joint_test(two)
    >>> round(found.median, 3), found.p_median, found.share, found.p_share
    (0.242, 0.03125, 1.0, 0.03125)
    """
    n, size = _check(differences)
    drawn = None if n <= MOST_EXACT else flips
    shares, bound = scaled(differences), _critical_r(n, alpha)
    medians, most, largest = [], [], []
    for rows in signs(n, drawn, seed=seed):
        medians.append(np.abs(np.median(rows @ differences, axis=1)) / n)
        r = rows @ shares
        most.append(np.maximum((r > bound).sum(axis=1), (r < -bound).sum(axis=1)) / size)
        largest.append(np.abs(r).max(axis=1))
    null_median, null_share, null_largest = map(np.concatenate, (medians, most, largest))
    r, effects = shares.sum(axis=0), differences.mean(axis=0)
    return JointTest(
        n=n,
        flips=2**n if drawn is None else drawn,
        exact=drawn is None,
        effects=effects,
        t=t_of_r(r, n),
        median=float(np.median(effects)),
        p_median=float(share_at_least(null_median, null_median[:1])[0]),
        share=float(null_share[0]),
        p_share=float(share_at_least(null_share, null_share[:1])[0]),
        p_max_t=share_at_least(null_largest, np.abs(r)),
    )


def variance_shares(effects: Array, names: tuple[str, ...]) -> Mapping[str, float]:
    """How much of the variance of the effect over a full factorial of specifications each axis explains.

    Parameters
    ----------
    effects : ndarray
        The effect of every specification, one dimension an axis.
    names : tuple of str
        The names of the axes.

    Returns
    -------
    dict
        Axis -> its share (0 to 1) of the sum of squares about the mean, for axes with several options; and
        ``"together"``, the rest, which belongs to axes in combination. All NaN where the effects are equal.

    Examples
    --------
    >>> variance_shares(np.array([[1.0, 2.0], [3.0, 4.0]]), ("band", "mvc"))
    {'band': 0.8, 'mvc': 0.2, 'together': 0.0}
    """
    several = [axis for axis in range(effects.ndim) if effects.shape[axis] > 1]
    spread = effects - effects.mean()
    total = float((spread**2).sum())
    if total <= effects.size * (1e-12 * np.abs(effects).max()) ** 2:
        return {**{names[axis]: float("nan") for axis in several}, "together": float("nan")}
    found = {}
    for axis in several:
        means = spread.mean(axis=tuple(other for other in range(effects.ndim) if other != axis))
        found[names[axis]] = float((means**2).sum() * (effects.size // len(means)) / total)
    return {**found, "together": max(0.0, 1 - sum(found.values()))}


def _critical_r(n: int, alpha: float) -> float:
    """The r of the two-sided critical t."""
    from scipy import special

    return r_of_t(float(special.stdtrit(n - 1, 1 - alpha / 2)), n)


def _check(differences: Array) -> tuple[int, int]:
    if differences.ndim != 2 or differences.shape[0] < 2 or differences.shape[1] < 1:
        raise DesignError(
            "There is nothing to test together",
            allowed="differences of two participants or more (rows) under one specification or more (columns)",
            got=f"an array of shape {differences.shape}",
        )
    if not np.isfinite(differences).all():
        raise DesignError("Some differences are not finite numbers", allowed="no NaN and no infinite number")
    return differences.shape[0], differences.shape[1]
