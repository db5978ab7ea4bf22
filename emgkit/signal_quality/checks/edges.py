"""What switches on and off: transients at the start and the end of a recording."""

from __future__ import annotations

import math

import numpy as np

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.checks.amplitude import in_words
from emgkit.signal_quality.samples import Samples

__all__ = ["CHECKS"]

_EDGE, _SHORTEST = 0.05, 1.0  # s
_INSIDE = 0.999  # share of the samples inside that the edges are held against


def _ends(samples: Samples) -> tuple[float, float]:
    """Largest distance from the median in the first and the last 50 ms."""
    edge = round(_EDGE * samples.sfreq)
    parts = samples.x[:edge], samples.x[-edge:]
    return tuple(float(np.abs(part - samples.middle).max()) for part in parts)  # type: ignore[return-value]


def _ratio(samples: Samples) -> float:
    if samples.x.size < _SHORTEST * samples.sfreq or samples.is_constant:
        return math.nan
    edge = round(_EDGE * samples.sfreq)
    inside = np.abs(samples.x[edge:-edge] - samples.middle)
    usual = float(np.quantile(inside[:: max(1, inside.size // 100_000)], _INSIDE))
    return max(_ends(samples)) / usual if usual > 0 else math.nan


def _words(samples: Samples, value: float) -> str:
    first, last = _ends(samples)
    size = in_words(max(first, last)) if samples.unit == "V" else f"{max(first, last):.3g} {samples.unit}"
    where = "starts" if first >= last else "ends"
    return f"{where} with a transient of {size}, {value:.2g} times what 99.9 % of its other samples stay below."


CHECKS = (
    Check(
        name="edges",
        measures="Largest sample of the first and last 50 ms over what 99.9 % of the others stay below, in "
        "at least 1 s",
        unit="1",
        measure=_ratio,
        doubtful=3.0,
        bad=10.0,
        source="Amplifiers and filters that are switched on or off leave transients [engineering choice].",
        words=_words,
        hint="Crop the first or last 0.1 s before the signal is filtered: recording.crop(tmin, tmax).",
    ),
)
