"""A threshold on the Teager–Kaiser energy, after Li and after Solnik."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from emgkit import signal
from emgkit.events.onsets.method import Array, Found, OnsetMethod, bursts, runs
from emgkit.notation import number

__all__ = ["TeagerKaiser"]


@dataclass(frozen=True, kw_only=True)
class TeagerKaiser(OnsetMethod):
    """The smoothed Teager–Kaiser energy lies above the mean of rest by some of its standard deviations.

    Parameters
    ----------
    sds : float, default 3
        How many standard deviations of rest above its mean. 15, which is published too, loses half of the bursts that
        stand 6 dB above the noise.
    cutoff : float, default 50
        Cut-off of the zero-lag fourth-order low-pass filter (Hz).
    hold, gap : float
        As for every method (s).

    Notes
    -----
    The energy is x[n]^2 - x[n-1] x[n+1], rectified and smoothed [1]_ [2]_; threshold and energy are both in the squared
    unit of the signal.

    References
    ----------
    .. [1] Li X, Zhou P, Aruin AS (2007). Teager-Kaiser energy operation of surface EMG improves muscle activity onset
       detection. Annals of Biomedical Engineering 35: 1532-1538.
    .. [2] Solnik S, Rider P, Steinweg K, DeVita P, Hortobagyi T (2010). Teager-Kaiser energy operator signal
       conditioning improves EMG onset detection. European Journal of Applied Physiology 110: 489-498.

    Examples
    --------
    >>> TeagerKaiser(sds=15).sds
    15.0
    """

    sds: float = 3.0
    cutoff: float = 50.0

    name: ClassVar[str] = "tkeo"

    def find(self, y: Array, rest: slice, sfreq: float) -> Found:
        """Find the bursts in one signal."""
        smooth = signal.lowpass(np.abs(signal.tkeo(y)), self.cutoff, sfreq=sfreq)
        threshold = float(smooth[rest].mean() + self.sds * smooth[rest].std())
        active = bursts(runs(smooth > threshold), hold=self.hold * sfreq, gap=self.gap * sfreq)
        return Found(intervals=active, threshold=threshold, unit="{}^2")

    def rule(self) -> str:
        """Say when the muscle counts as active."""
        return (
            f"where its rectified Teager–Kaiser energy, low-pass filtered at {number(self.cutoff)} Hz (zero lag, net "
            f"order 4), exceeded the mean of rest plus {number(self.sds)} standard deviations (Solnik et al. 2010)"
        )
