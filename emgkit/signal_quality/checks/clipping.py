"""Clipping: plateaus at the extreme values."""

from __future__ import annotations

import math

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import Samples

__all__ = ["CHECKS", "clipped_share"]

_RAIL_RUN = 3  # samples at the extreme that make a plateau


def clipped_share(samples: Samples) -> float:
    """Share of the samples in runs of at least 3 at the maximum or minimum; of amplitudes, at the maximum."""
    if samples.is_constant:
        return math.nan
    starts, lengths = samples.runs
    values = samples.x[starts]
    extreme = values == samples.x.max()
    if not samples.amplitudes:  # zero is where amplitudes end, no rail
        extreme |= values == samples.x.min()
    return float(lengths[extreme & (lengths >= _RAIL_RUN)].sum() / samples.x.size)


CHECKS = (
    Check(
        name="clipping",
        measures="Share of the samples in runs of at least 3 at the extreme values",
        unit="1",
        measure=clipped_share,
        doubtful=0.001,
        bad=0.01,
        source="One plateau of three samples at a single peak is chance in 12-bit data; a thousandth of all samples is "
        "not [engineering choice].",
        words=lambda _, value: f"rests at its extreme values for {100 * value:.2g} % of the samples: it was clipped.",
        hint="Its peaks are lost; record again with less gain, or leave the channel out.",
        of="both",
    ),
)
