"""The double threshold of Bonato, D'Alessio and Knaflitz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import check_whole
from emgkit.errors import ArgumentError
from emgkit.events.onsets.method import INDEPENDENT, Array, Found, OnsetMethod, bursts, runs
from emgkit.notation import number

__all__ = ["Bonato", "double_threshold"]


@dataclass(frozen=True, kw_only=True)
class Bonato(OnsetMethod):
    """Enough of some successive pairs of values lie above a threshold that rest seldom passes.

    Parameters
    ----------
    false_alarm : float, default 0.05
        Probability that a window of rest passes.
    pairs : int, default 5
        How many pairs of values a window has.
    enough : int, default 1
        How many of them have to pass.
    hold, gap : float
        As for every method (s).

    Notes
    -----
    Of independent normal values of variance v, a pair's sum of squares z passes the first threshold Z with the
    probability p = exp(-Z / 2v), and at least `enough` of `pairs` with the binomial probability `false_alarm`. The
    values of a pair lie as far apart as independent values of a signal of this bandwidth do, at any sampling rate. A
    burst begins with the first value, and ends with the last, that brings its pair over the threshold: not with the
    edge of a window, and not with its middle. After [1]_.

    References
    ----------
    .. [1] Bonato P, D'Alessio T, Knaflitz M (1998). A statistical method for the measurement of muscle activation
       intervals from surface myoelectric signal during gait. IEEE Transactions on Biomedical Engineering 45: 287-299.

    Examples
    --------
    >>> Bonato().pairs
    5
    """

    hold: float = 0.03
    false_alarm: float = 0.05
    pairs: int = 5
    enough: int = 1

    name: ClassVar[str] = "bonato"

    def __post_init__(self) -> None:
        pairs, enough = check_whole("pairs", self.pairs), check_whole("enough", self.enough)
        super().__post_init__()
        object.__setattr__(self, "pairs", pairs)
        object.__setattr__(self, "enough", enough)
        if enough > pairs or not self.false_alarm < 1:
            raise ArgumentError(
                "The double threshold cannot be used",
                allowed="'enough' up to 'pairs', and 'false_alarm' between 0 and 1",
                got=f"enough = {enough}, pairs = {pairs}, false_alarm = {number(self.false_alarm)}",
            )

    def find(self, y: Array, rest: slice, sfreq: float) -> Found:
        """Find the bursts in one signal."""
        from scipy.special import betaincinv

        share = float(betaincinv(self.enough, self.pairs - self.enough + 1, self.false_alarm))
        threshold = -2 * np.log(share) * float(np.mean(y[rest] ** 2))
        step = max(1, round(sfreq / INDEPENDENT))
        found = double_threshold(y, threshold, step=step, pairs=self.pairs, enough=self.enough)
        active = bursts(found, hold=self.hold * sfreq, gap=self.gap * sfreq)
        return Found(intervals=active, threshold=float(threshold), unit="{}^2")

    def rule(self) -> str:
        """Say when the muscle counts as active."""
        return (
            f"where, of {self.pairs} successive pairs of values, the sum of squares of at least {self.enough} exceeded "
            f"a threshold that a window of rest passes with a probability of {number(self.false_alarm)} (double "
            "threshold, Bonato et al. 1998)"
        )


def double_threshold(y: Array, threshold: float, *, step: int, pairs: int, enough: int) -> NDArray[np.intp]:
    """Runs in which enough of the pairs in a window pass, cut to the values that bring their pairs over the threshold.

    Parameters
    ----------
    y : ndarray, shape (n_samples,)
        One signal.
    threshold : float
        First threshold, for the sum of the squares of two values.
    step : int
        Samples between the two values of a pair.
    pairs, enough : int
        Pairs in a window, and how many have to pass.

    Returns
    -------
    ndarray of int, shape (n_runs, 2)
        First sample of each run, and the one after its last.

    Examples
    --------
    >>> y = np.r_[np.full(50, 0.1), np.full(60, 5.0), np.full(40, 0.1)]
    >>> double_threshold(y, 9.2, step=2, pairs=5, enough=3).tolist()
    [[50, 110]]
    """
    squares = y**2
    passes = np.zeros(len(y), dtype=bool)
    passes[step:] = squares[step:] + squares[:-step] > threshold
    # pairs side by side share no value, so the window's pairs lie two steps apart
    places = (np.arange(pairs) - pairs // 2) * 2 * step
    padded = np.pad(passes.astype(np.int8), int(np.abs(places).max()))
    offset = int(np.abs(places).max())
    count = sum(padded[offset + place : offset + place + len(y)] for place in places.tolist())
    loud = np.flatnonzero(squares > threshold / 2)
    found = runs(np.asarray(count >= enough))
    first = loud[np.minimum(np.searchsorted(loud, found[:, 0]), len(loud) - 1)]
    last = loud[np.maximum(np.searchsorted(loud, found[:, 1]) - 1, 0)]
    kept = (first < found[:, 1]) & (last >= found[:, 0]) & (first <= last)
    return np.column_stack([first, last + 1])[kept]
