"""Changes of variance, found by splitting the signal where a split explains most."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from emgkit.events.onsets.method import INDEPENDENT, Array, Found, OnsetMethod, bursts, runs
from emgkit.notation import number

__all__ = ["ChangePoints", "change_points"]

# s; the pieces that are split first
_BEGIN = 10.0


@dataclass(frozen=True, kw_only=True)
class ChangePoints(OnsetMethod):
    """The signal is split where its variance changes; the loud pieces are the bursts.

    Parameters
    ----------
    penalty : float, default 3
        A split has to gain so many times the logarithm of the number of independent values.
    ratio : float, default 2
        A piece is active from so many times the variance of rest on.
    hold, gap : float
        As for every method (s).

    Notes
    -----
    A split of n independent values into n1 and n2, with variances v, v1 and v2, gains n ln v - n1 ln v1 - n2 ln v2. The
    best split is taken, then the best one of each part, until none gains enough (binary segmentation [1]_, begun in
    each 10 s by itself, so that the cost is linear in the length of the signal); each change is then moved to its best
    place between its neighbours, and goes where it gains too little there. No piece is shorter than `hold`.

    References
    ----------
    .. [1] Truong C, Oudre L, Vayatis N (2020). Selective review of offline change point detection methods. Signal
       Processing 167: 107299.

    Examples
    --------
    >>> ChangePoints().ratio
    2.0
    """

    penalty: float = 3.0
    ratio: float = 2.0

    name: ClassVar[str] = "change-points"

    def find(self, y: Array, rest: slice, sfreq: float) -> Found:
        """Find the bursts in one signal."""
        least = max(1, round(self.hold * sfreq))
        gain = self.penalty * np.log(INDEPENDENT * len(y) / sfreq) * sfreq / INDEPENDENT
        edges = change_points(y**2, least=least, gain=gain, begin=round(_BEGIN * sfreq))
        sums = np.add.reduceat(y**2, edges[:-1])
        active = sums / np.diff(edges) > self.ratio * float(np.mean(y[rest] ** 2))
        pieces = runs(active)
        found = np.column_stack([edges[pieces[:, 0]], edges[pieces[:, 1]]])
        return Found(
            intervals=bursts(found, hold=self.hold * sfreq, gap=self.gap * sfreq), threshold=self.ratio, unit="rest"
        )

    def rule(self) -> str:
        """Say when the muscle counts as active."""
        return (
            f"it was split where its variance changes (binary segmentation, penalty {number(self.penalty)} times the "
            f"logarithm of the number of independent values), and pieces with more than {number(self.ratio)} times the "
            "variance of rest are active"
        )


def change_points(squares: Array, *, least: int, gain: float, begin: int) -> NDArray[np.intp]:
    """Edges of the pieces of constant variance, 0 and the number of samples included.

    Parameters
    ----------
    squares : ndarray, shape (n_samples,)
        Squares of a signal about zero.
    least : int
        Fewest samples of a piece.
    gain : float
        What a split has to gain, in samples.
    begin : int
        Samples in the pieces that are split first.

    Examples
    --------
    >>> y = np.r_[np.full(100, 1.0), np.full(50, 9.0), np.full(80, 1.0)]
    >>> change_points(y, least=10, gain=20.0, begin=120).tolist()
    [0, 100, 150, 230]
    """
    # offset by a trifle, so that a silent stretch has a logarithm
    total = np.concatenate([[0.0], np.cumsum(squares + 1e-12 * squares.mean())])
    found = [*range(0, max(1, len(squares) - begin), begin), len(squares)]
    open_pieces = list(itertools.pairwise(found))
    while open_pieces:
        first, stop = open_pieces.pop()
        place, gained = _best_split(total, first, stop, least)
        if gained > gain:
            found.append(place)
            open_pieces += [(first, place), (place, stop)]
    edges, kept = sorted(found), [0]
    for after in edges[2:]:
        place, gained = _best_split(total, kept[-1], after, least)
        if gained > gain:
            kept.append(place)
    return np.array([*kept, len(squares)], dtype=np.intp)


def _best_split(total: Array, first: int, stop: int, least: int) -> tuple[int, float]:
    """Where a split of samples ``first <= i < stop`` gains most, and how much."""
    places = np.arange(first + least, stop - least + 1)
    if not len(places):
        return first, 0.0
    n1, n2, n = places - first, stop - places, stop - first
    v1, v2 = (total[places] - total[first]) / n1, (total[stop] - total[places]) / n2
    v = (total[stop] - total[first]) / n
    gains = n * np.log(v) - n1 * np.log(np.maximum(v1, 1e-300)) - n2 * np.log(np.maximum(v2, 1e-300))
    best = int(np.argmax(gains))
    return int(places[best]), float(gains[best])
