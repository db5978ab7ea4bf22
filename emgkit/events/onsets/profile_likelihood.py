"""The profile likelihood of a change in the Teager–Kaiser energy, after Easter Selvan and colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from emgkit import signal
from emgkit.events.onsets.aglr import LikelihoodRatio
from emgkit.events.onsets.method import Array, Found, OnsetMethod
from emgkit.notation import number

__all__ = ["ProfileLikelihood", "likeliest_change"]


@dataclass(frozen=True, kw_only=True)
class ProfileLikelihood(OnsetMethod):
    """Each edge is the likeliest place of one change in the Teager–Kaiser energy between rest and burst.

    Parameters
    ----------
    reach : float, default 0.25
        How far to each side of an edge the change is looked for (s); at most to the middle of the burst and of the
        silence.
    hold, gap : float
        As for every method (s).

    Notes
    -----
    The bursts are those of :class:`LikelihoodRatio`; no threshold has a say in where their edges lie. The energy has a
    Laplace distribution about zero, of one scale before the change and of another after it. With b1 and b2 the mean
    absolute energies of the n1 values before and the n2 after, the likeliest change is where n1 ln b1 + n2 ln b2 is
    least. After [1]_, which gives one onset a segment.

    References
    ----------
    .. [1] Easter Selvan S, Allexandre D, Amato U, Yue GH (2018). Unsupervised stochastic strategies for robust
       detection of muscle activation onsets in surface electromyogram. IEEE Transactions on Neural Systems and
       Rehabilitation Engineering 26: 1279-1291.

    Examples
    --------
    >>> ProfileLikelihood().reach
    0.25
    """

    reach: float = 0.25

    name: ClassVar[str] = "profile-likelihood"

    def find(self, y: Array, rest: slice, sfreq: float) -> Found:
        """Find the bursts in one signal."""
        rough = LikelihoodRatio(hold=self.hold, gap=self.gap).find(y, rest, sfreq).intervals
        energy = np.abs(signal.tkeo(y))
        if not len(rough):
            return Found(intervals=rough)
        # of each burst: the middle of the silence before, of the burst, and of the silence after
        silences = np.r_[0, (rough[1:, 0] + rough[:-1, 1]) // 2, len(y)]
        middles = rough.sum(axis=1) // 2
        far = max(1, round(self.reach * sfreq))
        both = rough.copy()
        for burst, (first, stop) in enumerate(rough.tolist()):
            if first > 0:
                begin = max(int(silences[burst]), first - far)
                end = min(int(middles[burst]) + 1, first + far)
                both[burst, 0] = begin + likeliest_change(energy[begin:end])
            if stop < len(y):
                begin = max(int(middles[burst]), stop - far)
                end = min(int(silences[burst + 1]), stop + far)
                both[burst, 1] = begin + likeliest_change(energy[begin:end])
        return Found(intervals=both[both[:, 1] > both[:, 0]])

    def rule(self) -> str:
        """Say when the muscle counts as active."""
        return (
            f"{LikelihoodRatio().rule()}, and each edge was then moved to the likeliest change, within "
            f"{number(1000 * self.reach)} ms, between two Laplace distributions of the rectified Teager–Kaiser energy "
            "(profile likelihood, Easter Selvan et al. 2018)"
        )


def likeliest_change(energy: Array) -> int:
    """The first sample after the likeliest change of scale of values with a Laplace distribution about zero.

    Examples
    --------
    >>> likeliest_change(np.r_[np.full(30, 0.1), np.full(20, 3.0)])
    30
    """
    n = len(energy)
    if n < 2:
        return 0
    total = np.cumsum(np.abs(energy))
    count = np.arange(1, n)
    tiny = np.finfo(np.float64).tiny
    before = np.maximum(total[:-1] / count, tiny)
    after = np.maximum((total[-1] - total[:-1]) / (n - count), tiny)
    return int(np.argmin(count * np.log(before) + (n - count) * np.log(after))) + 1
