"""Movement of cables and electrodes: power below that of muscles."""

from __future__ import annotations

import math

from emgkit.notation import number, percent
from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import LOW, Samples

__all__ = ["CHECKS", "drift_share"]


def drift_share(samples: Samples) -> float:
    """Share of the power below 10 Hz, the mean left out."""
    frequencies, density = samples.spectrum
    return float(density[frequencies < LOW].sum() / density.sum()) if density.size else math.nan


CHECKS = (
    Check(
        name="drift",
        measures="Share of the power below 10 Hz, the mean left out",
        unit="1",
        measure=drift_share,
        doubtful=0.20,
        bad=0.80,
        source="Surface EMG has some 1 % of its power below 10 Hz; movement artefact lies below the 20 Hz at which De "
        "Luca et al. (2010) recommend a high-pass. The limits are [engineering choice].",
        words=lambda _, value: f"has {percent(value)} of its power below {number(LOW)} Hz: movement artefact.",
        hint="A high-pass at 20 Hz takes most of it off; look at the signal, since contacts that come loose reach "
        "higher frequencies, too.",
    ),
)
