"""The samples of one channel, and what several checks take from them, each computed once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emgkit import signal

__all__ = ["DROPOUT_DURATION", "FLAT_DURATION", "LOW", "Array", "Crosstalk", "Samples", "density", "hum_share"]

Array = NDArray[np.float64]

# EMG crosses its mean some 100 times a second, so the same value over 50 ms is no muscle.
FLAT_DURATION = 0.05
# Wireless systems fill lost packets with zeros; a packet holds 10 ms and more.
DROPOUT_DURATION = 0.01
LOW = 10.0  # Hz, below it is drift

_WINDOW, _HOP = 0.5, 0.05  # s, windows for the quietest and the loudest stretch and their step
_SEGMENT, _SHORTEST = 4.0, 2.0  # s, Welch segment and the shortest that separates ±1 Hz from its neighbours
_LINE, _NEAR, _FAR = 1.0, 2.0, 6.0  # Hz, half width of a mains line and the neighbouring band beside it
_HARMONICS = 5
_WEAK = 10e-6  # V RMS, what a held contraction exceeds
_TENTH, _MUCH = 10, 5.0
_SOME = 100_000  # evenly spaced samples are enough for a quantile


@dataclass(frozen=True, kw_only=True)
class Crosstalk:
    """The channel that a channel resembles most, and the largest coefficient of their cross-correlation (0 to 1)."""

    other: str = ""
    correlation: float = math.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """One channel.

    Parameters
    ----------
    x : ndarray, shape (n_samples,)
        Its samples.
    sfreq : float
        Rate (Hz).
    unit : str
        Their unit.
    mains : float
        Mains frequency (Hz).
    rest : slice, optional
        The samples that somebody said are at rest.
    amplitudes : bool
        Whether the history says that the samples are amplitudes.
    crosstalk : Crosstalk
        What the channel shares with others.
    spectrum : tuple of ndarray
        Frequencies (Hz) and power density, as :func:`density` gives them.
    """

    x: Array
    sfreq: float
    spectrum: tuple[Array, Array]
    unit: str = "V"
    mains: float = 50.0
    rest: slice | None = None
    amplitudes: bool = False
    crosstalk: Crosstalk = field(default_factory=Crosstalk)

    @cached_property
    def is_constant(self) -> bool:
        """Whether all samples are equal."""
        return self.lowest == self.highest

    @cached_property
    def lowest(self) -> float:
        """The smallest sample."""
        return float(self.x.min())

    @cached_property
    def highest(self) -> float:
        """The largest sample."""
        return float(self.x.max())

    @cached_property
    def middle(self) -> float:
        """Median of evenly spaced samples: an offset moves it, a spike does not."""
        return float(np.median(self._some))

    @cached_property
    def usual(self) -> float:
        """Amplitude that 99 % of the samples stay below, about the median."""
        return float(np.percentile(np.abs(self._some - self.middle), 99))

    @cached_property
    def peak(self) -> float:
        """Largest distance of a sample from the median."""
        return max(self.highest - self.middle, self.middle - self.lowest)

    @cached_property
    def runs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """First sample and length of every run of exactly equal samples."""
        starts = np.concatenate(([0], np.flatnonzero(self.x[1:] != self.x[:-1]) + 1))
        return starts, np.diff(starts, append=self.x.size)

    @cached_property
    def still(self) -> NDArray[np.intp]:
        """Which runs hold several samples."""
        return np.flatnonzero(self.runs[1] > 1)

    @cached_property
    def frozen(self) -> NDArray[np.bool_]:
        """Which runs of several samples are no matter of resolution.

        A quiet signal in coarse steps rests at one value, too, but it does so often, and leaves it by one step, which
        is the smallest difference between neighbours. What was lost or held begins or ends anywhere or at the end of
        the recording, or is five times as long as the run in tenth place.
        """
        starts, lengths = self.runs
        found = np.zeros(starts.size, dtype=bool)
        if not self.still.size:
            return found
        jumps = np.abs(np.diff(self.x[starts]))
        step = jumps.min() if jumps.size else 0.0
        far = np.concatenate(([True], jumps > 1.5 * step, [True]))
        several = lengths[self.still]
        # where fewer than ten runs hold several samples, the run in tenth place holds one
        usual = np.partition(several, -_TENTH)[-_TENTH] if several.size >= _TENTH else starts.size >= _TENTH
        found[self.still] = far[self.still] | far[self.still + 1] | (several > _MUCH * usual)
        return found

    @cached_property
    def gone(self) -> NDArray[np.bool_]:
        """Which runs are lost samples: exact zeros of at least 10 ms between other samples."""
        starts, lengths = self.runs
        found = np.zeros(starts.size, dtype=bool)
        long = self.still[lengths[self.still] >= DROPOUT_DURATION * self.sfreq - 1e-6]
        inside = (starts[long] > 0) & (starts[long] + lengths[long] < self.x.size)
        found[long] = inside & (self.x[starts[long]] == 0) & self.frozen[long]
        return found

    @cached_property
    def power(self) -> Array | None:
        """Mean square from 10 Hz up, in blocks of 50 ms; None where the recording is too short or slow for it."""
        if self.x.size // self._block < round(_WINDOW / _HOP) or self.sfreq / 2 <= LOW:
            return None
        used = self.x.size // self._block * self._block
        # means of short blocks, not a running sum: a quiet window beside a loud one keeps its digits
        return np.asarray((self.high[:used] ** 2).reshape(-1, self._block).mean(axis=1))

    @cached_property
    def windows(self) -> Array:
        """RMS from 10 Hz up in windows of 0.5 s every 50 ms; NaN in those that touch a flat stretch."""
        if self.power is None:
            return np.empty(0)
        count = round(_WINDOW / _HOP)
        rms = np.sqrt(np.lib.stride_tricks.sliding_window_view(self.power, count).mean(axis=1))
        starts, lengths = self.runs
        flat = self.still[(lengths[self.still] >= FLAT_DURATION * self.sfreq) | self.gone[self.still]]
        touched = np.zeros(self.power.size, dtype=bool)
        firsts, lasts = starts[flat] // self._block, (starts[flat] + lengths[flat] - 1) // self._block
        for first, last in zip(firsts, lasts, strict=True):
            touched[first : last + 1] = True
        rms[np.lib.stride_tricks.sliding_window_view(touched, count).any(axis=1)] = math.nan
        return np.asarray(rms)

    @cached_property
    def noise(self) -> float:
        """RMS from 10 Hz up of the quietest 0.5 s, or of the baseline."""
        if self.rest is not None and self.power is not None:
            return float(np.sqrt((self.high[self.rest] ** 2).mean()))
        measured = self.windows[~np.isnan(self.windows)]
        return float(measured.min()) if measured.size else math.nan

    @cached_property
    def loudest(self) -> float:
        """RMS from 10 Hz up of the loudest 0.5 s."""
        measured = self.windows[~np.isnan(self.windows)]
        return float(measured.max()) if measured.size else math.nan

    @cached_property
    def snr(self) -> float:
        """The loudest stretch over the baseline (dB)."""
        return 20 * math.log10(self.loudest / self.noise) if self.noise > 0 and self.loudest > 0 else math.nan

    @cached_property
    def quietest(self) -> Array:
        """The samples of the quietest 0.5 s, or of the baseline, without what lies below 10 Hz."""
        if self.rest is not None:
            return self.high[self.rest]
        if not np.isfinite(self.noise):
            return np.empty(0)
        first = int(np.nanargmin(self.windows)) * self._block
        return self.high[first : first + round(_WINDOW * self.sfreq)]

    @cached_property
    def mains_share(self) -> float:
        """The share of hum at the mains frequency of the recording."""
        return hum_share(self.spectrum, self.mains, sfreq=self.sfreq)

    @cached_property
    def muscle(self) -> float:
        """RMS from 10 Hz up of the loudest 0.5 s, without the hum of the recording."""
        hum = self.mains_share if math.isfinite(self.mains_share) else 0.0
        whole = np.sqrt(np.nanmean(self.windows**2)) if self.windows.size else math.nan
        return float(np.sqrt(max(0.0, self.loudest**2 - hum * whole**2)))

    @cached_property
    def is_weak(self) -> bool:
        """Whether the loudest stretch, hum taken off, is no louder than a muscle at rest (10 µV RMS)."""
        return self.unit == "V" and self.muscle < _WEAK

    @cached_property
    def _block(self) -> int:
        return max(1, round(_HOP * self.sfreq))

    @cached_property
    def high(self) -> Array:
        """The signal without what lies below 10 Hz."""
        return signal.highpass(self.x, LOW, sfreq=self.sfreq)

    @cached_property
    def _some(self) -> Array:
        return self.x[:: max(1, self.x.size // _SOME)]


def density(x: Array, *, sfreq: float) -> tuple[Array, Array]:
    """Frequencies (Hz) and power density (Welch, Hann segments of 4 s, at least 2 s); empty where it cannot be had."""
    from scipy.signal import welch

    if x.size < _SHORTEST * sfreq or sfreq / 2 <= LOW:
        return np.empty(0), np.empty(0)
    frequencies, power = welch(x, sfreq, nperseg=min(x.size, round(_SEGMENT * sfreq)))
    return frequencies, power


def hum_share(spectrum: tuple[Array, Array], mains: float, *, sfreq: float) -> float:
    """Share of the power from 10 Hz up at a frequency and its harmonics, beyond what lies beside them; else NaN."""
    frequencies, power = spectrum
    high = power[frequencies >= LOW].sum()
    lines = [k * mains for k in range(1, _HARMONICS + 1) if k * mains + _FAR < sfreq / 2]
    if not lines or high == 0:
        return math.nan
    excess = 0.0
    for line in lines:
        distance = np.abs(frequencies - line)
        on, beside = distance <= _LINE, (distance >= _NEAR) & (distance <= _FAR)
        excess += power[on].sum() - on.sum() * power[beside].mean()
    return float(max(0.0, excess / high))
