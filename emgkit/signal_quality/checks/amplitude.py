"""Amplitudes that no muscle and no amplifier gives: wrong units, and disturbances that are far larger than EMG."""

from __future__ import annotations

import math

from emgkit.notation import surface
from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import Samples

__all__ = ["CHECKS", "in_words"]

_SOURCE = (
    "Amplifiers for surface EMG take some 10 to 30 mV (Delsys Trigno: 11 or 22 mV, by its manual), and few "
    "signals reach 5 mV; 100 mV is beyond any of them [engineering choice]."
)


def _largest(samples: Samples) -> float:
    return samples.peak if samples.unit == "V" else math.nan


def _loudest(samples: Samples) -> float:
    """RMS of the loudest half second; of a constant channel there is none."""
    return samples.loudest if samples.unit == "V" and samples.loudest > 0 else math.nan


def in_words(volts: float) -> str:
    """An amplitude as people read it, in the unit that suits its size.

    Examples
    --------
    >>> in_words(5.0), in_words(0.0107), in_words(2.5e-5)
    ('5 V', '10.7 mV', '25 µV')
    """
    for unit, factor in (("V", 1.0), ("mV", 1e-3), (surface("V")[0], 1e-6)):
        if volts >= factor:
            return f"{volts / factor:.3g} {unit}"
    return f"{volts * 1e9:.3g} nV"


CHECKS = (
    Check(
        name="amplitude",
        measures="Largest distance of a sample from the median",
        unit="V",
        measure=_largest,
        doubtful=0.01,
        bad=0.1,
        source=_SOURCE,
        words=lambda _, value: f"reaches {in_words(value)}, where surface EMG stays below some 5 mV.",
        hint="If only a few samples do, they are an artefact; if the whole signal is that large, its unit is wrong or "
        "it holds the amplifier's gain.",
        of="both",
    ),
    Check(
        name="amplitude-small",
        measures="RMS from 10 Hz up of the loudest 0.5 s",
        unit="V",
        measure=_loudest,
        doubtful=1e-6,
        bad=2e-7,
        below=True,
        source="The noise of amplifier and electrodes alone is some 1 to 5 µV RMS [engineering choice].",
        words=lambda _, value: f"is at its loudest {in_words(value)} RMS, less than the noise of an amplifier.",
        hint="Its unit is wrong, or nothing was connected.",
    ),
)
