"""Whether there is a signal above the noise. A contraction that is held has no rest and is not called noise."""

from __future__ import annotations

import math

import numpy as np

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.checks.amplitude import in_words
from emgkit.signal_quality.samples import Array, Samples

__all__ = ["CHECKS"]

_EMG, _ABOVE = (60.0, 120.0), (300.0, 450.0)  # Hz, where EMG has its most power, and where it has little
_FLAT, _FLAT_SHORT, _FLATTER = 0.5, 0.45, 1.3
_NONE, _LITTLE = 3.0, 6.0  # dB


def _flatness(frequencies: Array, density: Array, sfreq: float) -> float:
    """Density above the band of EMG over that inside it: 1 in white noise, some 0.05 in EMG."""
    if _ABOVE[1] > 0.45 * sfreq or not density.size:
        return math.nan
    high, low = (density[(frequencies >= a) & (frequencies <= b)] for a, b in (_ABOVE, _EMG))
    # medians: lines of hum are in the means
    return float(np.median(high) / np.median(low)) if np.median(low) > 0 else math.nan


def _steadiness(samples: Samples) -> float:
    """SNR of what may hold no signal: no louder than a muscle at rest, or as flat as noise."""
    flat = _flatness(*samples.spectrum, samples.sfreq) > _FLAT
    return samples.snr if samples.is_weak or flat else math.nan


def _snr(samples: Samples) -> float:
    """SNR where it says something: the baseline was given, or nothing in the recording is louder than rest."""
    if samples.rest is not None:
        return samples.snr
    # below 3 dB there is no signal, which another check says
    return samples.snr if samples.is_weak and samples.snr >= _NONE else math.nan


def _baseline(samples: Samples) -> float:
    """RMS of the quietest 0.5 s, where its flat spectrum shows that it is noise, or where it was given."""
    quiet = samples.quietest
    if samples.unit != "V" or quiet.size == 0:
        return math.nan
    if samples.rest is None:
        from scipy.signal import welch

        frequencies, density = welch(quiet, samples.sfreq, nperseg=max(8, quiet.size // 4))
        flatness = _flatness(frequencies, density, samples.sfreq)
        # where all of the recording has the spectrum of its quietest part, that part is weak EMG
        whole = _flatness(*samples.spectrum, samples.sfreq)
        if not (flatness > _FLAT_SHORT and (whole > _FLAT or flatness > _FLATTER * whole)):
            return math.nan
    return samples.noise


CHECKS = (
    Check(
        name="no-signal",
        measures="RMS of the loudest 0.5 s over that of the quietest, of a channel whose loudest is below 10 µV RMS "
        "without hum, or whose density from 300 to 450 Hz is more than half of that from 60 to 120 Hz",
        unit="dB",
        measure=_steadiness,
        doubtful=math.nan,
        bad=_NONE,
        below=True,
        source="A muscle at rest stays below some 10 µV; the density of white noise is the same in both bands, that of "
        "surface EMG 7 to 100 times smaller in the upper one in real recordings. The limits are [engineering choice].",
        words=lambda samples, value: (
            f"carries no signal: its loudest 0.5 s of {in_words(samples.loudest)} RMS lies "
            f"{value:.2g} dB above its quietest, and it is as weak as a muscle at rest or as flat as noise."
        ),
        hint="The muscle rested all the time, or the channel is dead: leave it out.",
    ),
    Check(
        name="low-snr",
        measures="RMS of the loudest 0.5 s over that of the quietest, or of the baseline that was given, where the "
        "loudest is below 10 µV RMS without hum, or a baseline was given",
        unit="dB",
        measure=_snr,
        doubtful=_LITTLE,
        bad=math.nan,
        below=True,
        source="Less than twice the quietest stretch: no contraction, or one buried in noise. A signal above 10 µV "
        "that stays the same is a contraction that is held [engineering choice].",
        words=lambda _, value: f"is at its loudest only {value:.2g} dB above its baseline.",
        hint="The muscle rested, or its electrode was loose.",
    ),
    Check(
        name="baseline",
        measures="RMS from 10 Hz up of the quietest 0.5 s where its spectrum is flat, and flatter than that of all "
        "samples, or of the baseline given",
        unit="V",
        measure=_baseline,
        doubtful=15e-6,
        bad=50e-6,
        source="Noise at rest of some 1 to 5 µV RMS is usual [engineering choice].",
        words=lambda _, value: f"has a baseline of {in_words(value)} RMS, where rest gives 1 to 5 µV.",
        hint="Weak contractions are buried in it; look after skin, electrodes and cables.",
    ),
)
