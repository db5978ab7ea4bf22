"""A threshold on the smoothed rectified EMG, after Hodges and Bui."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from emgkit import signal
from emgkit.events.onsets.method import Array, Found, OnsetMethod, bursts, runs
from emgkit.notation import number

__all__ = ["HodgesBui"]


@dataclass(frozen=True, kw_only=True)
class HodgesBui(OnsetMethod):
    """The rectified, smoothed EMG lies above the mean of rest by some of its standard deviations.

    Parameters
    ----------
    sds : float, default 3
        How many standard deviations of rest above its mean.
    cutoff : float, default 50
        Cut-off of the zero-lag fourth-order low-pass filter (Hz).
    hold, gap : float
        As for every method (s).

    Notes
    -----
    Mean and standard deviation are those of the rectified, smoothed rest: of the signal itself the mean would be zero
    and the standard deviation another quantity. After [1]_, who compared cut-offs of 10, 50 and 500 Hz and 1 to 3
    standard deviations.

    References
    ----------
    .. [1] Hodges PW, Bui BH (1996). A comparison of computer-based methods for the determination of onset of muscle
       contraction using electromyography. Electroencephalography and Clinical Neurophysiology 101: 511-519.

    Examples
    --------
    >>> HodgesBui(sds=2).sds
    2.0
    """

    sds: float = 3.0
    cutoff: float = 50.0

    name: ClassVar[str] = "hodges-bui"

    def find(self, y: Array, rest: slice, sfreq: float) -> Found:
        """Find the bursts in one signal."""
        smooth = signal.lowpass(signal.rectify(y), self.cutoff, sfreq=sfreq)
        threshold = float(smooth[rest].mean() + self.sds * smooth[rest].std())
        active = bursts(runs(smooth > threshold), hold=self.hold * sfreq, gap=self.gap * sfreq)
        return Found(intervals=active, threshold=threshold, unit="{}")

    def rule(self) -> str:
        """Say when the muscle counts as active."""
        return (
            f"where the rectified signal, low-pass filtered at {number(self.cutoff)} Hz (zero lag, net order 4), "
            f"exceeded the mean of rest plus {number(self.sds)} standard deviations (Hodges and Bui 1996)"
        )
