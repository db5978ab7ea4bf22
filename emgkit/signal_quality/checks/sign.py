"""Signals of one sign that should have two, and of two that should have one."""

from __future__ import annotations

import math

import numpy as np

from emgkit.notation import percent
from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import Samples

__all__ = ["CHECKS", "negative_share"]

_NEAR_ZERO = 0.5  # of the mean; a rectified signal comes down there all the time
_FEW = 0.001  # share of samples on the other side: the undershoot of a filter


def negative_share(samples: Samples) -> float:
    """Share of the samples below zero, of amplitudes."""
    return float((samples.x < 0).mean()) if samples.amplitudes else math.nan


def _one_sign(samples: Samples) -> float:
    """Share of samples near zero, of a signal that hardly crosses it: rectified EMG and its envelopes rest there."""
    x = samples.x
    if samples.is_constant or min((x > 0).mean(), (x < 0).mean()) > _FEW:
        return math.nan
    return float((np.abs(x) < _NEAR_ZERO * abs(x.mean())).mean())


CHECKS = (
    Check(
        name="rectified",
        measures="Share of the samples nearer to zero than half of the mean, of a signal with one sign",
        unit="1",
        measure=_one_sign,
        doubtful=float("nan"),
        bad=0.1,
        source="Of a rectified Gaussian signal 31 % lie there, of one with an offset and one sign at most some 5 % "
        "[engineering choice].",
        words=lambda _, value: (
            f"has hardly a sample of the other sign, and {percent(value)} of them near zero: it was rectified before."
        ),
        hint="Read the raw EMG; filters and spectra of a rectified signal mean something else.",
    ),
    Check(
        name="negative-amplitude",
        measures="Share of the samples below zero, where the history says that they are amplitudes",
        unit="1",
        measure=negative_share,
        doubtful=0.0,
        bad=float("nan"),
        source="By definition an amplitude is not negative; a zero-lag Butterworth envelope can undershoot.",
        words=lambda _, value: f"holds amplitudes, yet {percent(value)} of the samples are below zero.",
        of="amplitudes",
    ),
)
