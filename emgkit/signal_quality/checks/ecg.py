"""Heartbeats: peaks of the same shape in a rhythm."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emgkit import repairs, signal
from emgkit.signal_quality.check import Check
from emgkit.signal_quality.checks.amplitude import in_words
from emgkit.signal_quality.samples import Array, Samples

__all__ = ["CHECKS", "heartbeats"]

_RATE, _HIGHEST = 160.0, 40.0  # Hz, enough for what lies below 40 Hz
_AROUND = 0.08  # s on both sides of a beat that are compared
_LEAST, _SHORTEST = 5, 8.0  # beats; s
_EVEN, _REGULAR = 0.15, 0.6  # relative distance from the usual interval; share of the intervals
# a motor unit has the same shape each time, too, and fires between what would be beats: s, of the height, times as many
_APART, _TALL, _MANY = 0.1, 0.5, 1.6


def heartbeats(samples: Samples) -> tuple[float, NDArray[np.intp], Array]:
    """How much beats resemble their mean (median correlation), where they are at some 160 Hz, and their mean.

    The beats are those of ``emgkit.repairs.heartbeats``. Where there are none, or no regular ones, the first is 0; NaN
    where the recording is too short.
    """
    from scipy.signal import find_peaks

    rate, slow = _slow(samples)
    none = np.empty(0, dtype=np.intp), np.empty(0)
    if slow.size < _SHORTEST * rate:
        return math.nan, *none
    half = round(_AROUND * rate)
    places = repairs.heartbeats(slow[np.newaxis], sfreq=rate)
    places = places[(places >= half) & (places < slow.size - half)]
    if places.size < _LEAST:
        return 0.0, *none
    intervals = np.diff(places)
    if (np.abs(intervals / np.median(intervals) - 1) < _EVEN).mean() < _REGULAR:
        return 0.0, *none
    beats = slow[places[:, np.newaxis] + np.arange(-half, half + 1)]
    mean = beats.mean(axis=0)
    match = np.convolve(slow, mean[::-1], "same")
    tall, _ = find_peaks(match, height=_TALL * np.median(match[places]), distance=max(1, round(_APART * rate)))
    if tall.size > _MANY * places.size:
        return 0.0, *none
    scale = np.sqrt(np.square(beats).sum(axis=1) * np.square(mean).sum())
    return float(np.median(beats @ mean / np.maximum(scale, np.finfo(np.float64).tiny))), places, mean


def _slow(samples: Samples) -> tuple[float, Array]:
    """The rate and the signal from 10 to 40 Hz in means of some 6 ms."""
    step = max(1, round(samples.sfreq / _RATE))
    means = samples.high[: samples.high.size // step * step].reshape(-1, step).mean(axis=1)
    rate = samples.sfreq / step
    return rate, signal.lowpass(means, _HIGHEST, sfreq=rate) if means.size and rate > 2 * _HIGHEST else means


def _words(samples: Samples, value: float) -> str:
    _, places, mean = heartbeats(samples)
    rate, _ = _slow(samples)
    size = in_words(float(np.abs(mean).max())) if samples.unit == "V" else f"{np.abs(mean).max():.3g} {samples.unit}"
    beats = 60 * rate / float(np.median(np.diff(places)))
    return f"holds heartbeats: {beats:.0f} a minute of some {size}, alike with a median correlation of {value:.2f}."


CHECKS = (
    Check(
        name="ecg",
        measures="Median correlation of regular peaks (from 10 to 40 Hz, 0.3 to 2 s apart) with their mean shape, in "
        "8 s and more; 0 where none are regular or many more have that shape",
        unit="1",
        measure=lambda samples: heartbeats(samples)[0],
        doubtful=0.85,
        bad=float("nan"),
        source="Heartbeats have the same shape each time, bursts of EMG have not: in even steps they reach some 0.8; "
        "the limit is [engineering choice]. A high-pass at 30 Hz takes off most of them (Drake and Callaghan 2006).",
        words=_words,
        hint="High-pass at 30 Hz, or take the heartbeats off by their template, before amplitudes are measured.",
    ),
)
