"""Clipping: plateaus at the extreme values."""

from __future__ import annotations

import math

from emgkit.notation import percent
from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import Array, Samples

__all__ = ["CHECKS", "clipped_share"]

_RAIL_RUN = 3  # samples at the extreme that make a plateau
_FEWEST, _PILE = 10, 3  # samples at an extreme value, and times those at the next value, that make a pile


def clipped_share(samples: Samples) -> float:
    """Share of the samples in runs of at least 3 at the maximum or minimum; of amplitudes, at the maximum."""
    if samples.is_constant:
        return math.nan
    starts, lengths = (part[samples.still] for part in samples.runs)
    values = samples.x[starts]
    extreme = values == samples.highest
    if not samples.amplitudes:  # zero is where amplitudes end, no rail
        extreme |= values == samples.lowest
    return float(lengths[extreme & (lengths >= _RAIL_RUN)].sum() / samples.x.size)


def _share(samples: Samples) -> float:
    """The share in plateaus, or that of all samples at extreme values that have many more than the next ones have."""
    x = samples.x
    if samples.is_constant:
        return math.nan
    piled = _pile(x, largest=True) + (0 if samples.amplitudes else _pile(x, largest=False))
    return max(clipped_share(samples), piled / x.size)


def _pile(x: Array, *, largest: bool) -> int:
    """Number of samples at an extreme value where they pile up."""
    extreme = x.max() if largest else x.min()
    at = x == extreme
    count = int(at.sum())
    if count < _FEWEST:
        return 0
    rest = x[~at]
    beside = int((rest == (rest.max() if largest else rest.min())).sum())
    return count if count > _PILE * beside else 0


CHECKS = (
    Check(
        name="clipping",
        measures="Share of the samples in runs of at least 3 at the extreme values, or at extreme values that at least "
        "10 samples have, and 3 times as many as the next value",
        unit="1",
        measure=_share,
        doubtful=0.001,
        bad=0.01,
        source="One plateau of three samples at a single peak is chance in 12-bit data; a thousandth of all samples is "
        "not [engineering choice].",
        words=lambda _, value: f"rests at its extreme values for {percent(value)} of the samples: it was clipped.",
        hint="Its peaks are lost; record again with less gain, or leave the channel out.",
        of="both",
    ),
)
