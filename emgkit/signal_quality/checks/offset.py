"""A mean that is large against the signal."""

from __future__ import annotations

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import Samples
from emgkit.steps.offset import offset_ratio

__all__ = ["CHECKS"]


def _offset(samples: Samples) -> float:
    return offset_ratio(samples.x, sfreq=samples.sfreq)


CHECKS = (
    Check(
        name="offset",
        measures="Mean in standard deviations, in at least 0.1 s",
        unit="1",
        measure=_offset,
        doubtful=1.0,
        bad=float("nan"),
        source="Beyond one standard deviation a rectified signal holds more offset than amplitude; a high-pass takes "
        "all of it away, so no offset is bad [engineering choice].",
        words=lambda _, value: (
            f"has an offset: its mean is {value:.3g} times its standard deviation. Take it off "
            "before the signal is rectified, with RemoveMean or a high-pass; it would be taken for amplitude."
        ),
    ),
)
