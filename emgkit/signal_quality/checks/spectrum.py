"""The shape of the spectrum: too low for raw EMG, or too high."""

from __future__ import annotations

import math

import numpy as np

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import LOW, Samples

__all__ = ["CHECKS"]

_HUM = 0.1


def _below(samples: Samples, share: float) -> float:
    """Frequency below which a share of the power from 10 Hz up lies."""
    frequencies, density = samples.spectrum
    high = frequencies >= LOW
    if not density.size or density[high].sum() <= 0:
        return math.nan
    cumulative = np.cumsum(density[high])
    return float(frequencies[high][np.searchsorted(cumulative, share * cumulative[-1])])


def _median(samples: Samples) -> float:
    """The median frequency, where hum does not decide it."""
    return math.nan if samples.mains_share > _HUM else _below(samples, 0.5)


def _edge(samples: Samples) -> float:
    return math.nan if samples.mains_share > _HUM or samples.sfreq < 500 else _below(samples, 0.95)


_SOURCE = "The median frequency of surface EMG lies between some 50 and 150 Hz "

CHECKS = (
    Check(
        name="low-frequencies",
        measures="Median frequency of the power from 10 Hz up, where less than a tenth of it is hum",
        unit="Hz",
        measure=_median,
        doubtful=20.0,
        bad=12.0,
        below=True,
        source=_SOURCE
        + "in real recordings; below 20 Hz, where De Luca et al. (2010) recommend a high-pass, lies movement "
        "artefact. The limits are [engineering choice].",
        words=lambda _, value: (
            f"has its median frequency at {value:.3g} Hz, where raw EMG has some 50 to 150 Hz: it "
            "holds movement artefact, or was smoothed."
        ),
        hint="Look at the signal; read the raw EMG if this is an envelope.",
    ),
    Check(
        name="high-frequencies",
        measures="The same median frequency, where the loudest 0.5 s are above 10 µV RMS",
        unit="Hz",
        measure=lambda samples: math.nan if samples.is_weak else _median(samples),
        doubtful=250.0,
        bad=400.0,
        source=_SOURCE + "[engineering choice].",
        words=lambda _, value: (
            f"has its median frequency at {value:.3g} Hz, where raw EMG has some 50 to 150 Hz: most of it is noise."
        ),
        hint="Look whether the muscle was active, and after the electrode.",
    ),
    Check(
        name="low-passed",
        measures="Frequency below which 95 % of the power from 10 Hz up lies, at rates of 500 Hz and more",
        unit="Hz",
        measure=_edge,
        doubtful=60.0,
        bad=40.0,
        below=True,
        source="Raw surface EMG has 95 % of its power below some 150 to 350 Hz in real recordings "
        "[engineering choice].",
        words=lambda _, value: (
            f"has 95 % of its power below {value:.3g} Hz: a filter or the device took off what lies "
            "above, or most of it is movement artefact."
        ),
        hint="Amplitudes of such a signal are too small; read it as it was recorded.",
    ),
)
