"""The approximated generalised likelihood ratio of Staude and Wolf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from emgkit import signal
from emgkit.events.onsets.method import INDEPENDENT, Array, Found, OnsetMethod, bursts, runs
from emgkit.notation import number

__all__ = ["LikelihoodRatio", "evidence"]


@dataclass(frozen=True, kw_only=True)
class LikelihoodRatio(OnsetMethod):
    """The variance in a short window makes it much likelier that the muscle is active than that it rests.

    Parameters
    ----------
    evidence : float, default 12
        Logarithm of the likelihood ratio from which the muscle counts as active.
    window : float, default 0.05
        Length of the window (s).
    hold, gap : float
        As for every method (s).

    Notes
    -----
    With r the variance in the window over that of rest, and n independent values in it, the logarithm of the likelihood
    ratio is n (r - 1 - ln r) / 2 where r > 1. A window that passes gives the alarm; the onset is the time near it from
    which on the ratio of the samples up to one window later is the greatest, and the offset the same backwards. After
    [1]_; the signal is band-limited here, not whitened, and n counts its independent values.

    References
    ----------
    .. [1] Staude G, Wolf W (1999). Objective motor response onset detection in surface myoelectric signals. Medical
       Engineering & Physics 21: 449-467.

    Examples
    --------
    >>> LikelihoodRatio().window
    0.05
    """

    evidence: float = 12.0
    window: float = 0.05

    name: ClassVar[str] = "aglr"

    def find(self, y: Array, rest: slice, sfreq: float) -> Found:
        """Find the bursts in one signal."""
        squares = y**2 / float(np.mean(y[rest] ** 2))
        width = signal.window_samples(self.window, sfreq=sfreq)
        ratio = signal.moving_mean(squares, self.window, sfreq=sfreq)
        alarms = runs(evidence(ratio, n=INDEPENDENT * self.window) > self.evidence)
        active = bursts(alarms, hold=self.hold * sfreq, gap=self.gap * sfreq)
        onsets = [_change(squares, first, width) for first in active[:, 0].tolist()]
        backwards = squares[::-1]
        offsets = [len(y) - _change(backwards, len(y) - stop, width) for stop in active[:, 1].tolist()]
        both = np.column_stack([onsets, offsets]).astype(np.intp).reshape(-1, 2)
        long_enough = both[:, 1] - both[:, 0] >= self.hold * sfreq - 1e-6
        return Found(intervals=both[long_enough], threshold=self.evidence)

    def rule(self) -> str:
        """Say when the muscle counts as active."""
        return (
            f"where the variance in a window of {number(1000 * self.window)} ms gave a log-likelihood ratio of active "
            f"to rest above {number(self.evidence)}, with edges where that of the next samples was greatest "
            "(approximated generalised likelihood ratio, Staude and Wolf 1999)"
        )


def evidence(ratio: Array, *, n: float | Array) -> Array:
    """Log-likelihood ratio of another variance against that of rest, for `n` independent values; 0 below rest.

    Examples
    --------
    >>> evidence(np.array([0.5, 1.0, 4.0]), n=10).round(3).tolist()
    [0.0, 0.0, 8.069]
    """
    more = np.maximum(ratio, 1.0)
    return np.asarray(n / 2 * (more - 1 - np.log(more)))


def _change(squares: Array, alarm: int, width: int) -> int:
    """The sample near an alarm from which on the samples up to a window later are least like rest."""
    if alarm == 0:
        return 0
    first, last, end = max(0, alarm - width), min(len(squares) - 1, alarm + width), min(len(squares), alarm + 2 * width)
    after = np.cumsum(squares[first:end][::-1])[::-1][: last - first + 1]
    count = end - np.arange(first, last + 1)
    return first + int(np.argmax(evidence(after / count, n=count.astype(np.float64))))
