"""Heartbeats: peaks of the same shape at even intervals."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.checks.amplitude import in_words
from emgkit.signal_quality.samples import Array, Samples

__all__ = ["CHECKS", "heartbeats"]

_RATE = 100.0  # Hz, enough for what a heartbeat holds, and little of EMG
_HIGH, _REFRACTORY, _SLOWEST = 3.5, 0.4, 1.6  # times the usual amplitude around; s
_AROUND = 1.0  # s
_BEFORE, _AFTER = 0.08, 0.08  # s around a peak that are compared
_LEAST, _EVEN, _REGULAR = 5, 0.15, 0.6  # beats; relative distance from the usual interval; share of the intervals


def heartbeats(samples: Samples) -> tuple[float, NDArray[np.intp], Array]:
    """How much peaks resemble their mean (median correlation), where they are at 100 Hz, and their mean.

    Where the peaks are not regular as heartbeats are, the first is 0; NaN where the recording is too short.
    """
    from scipy.signal import find_peaks

    step = max(1, round(samples.sfreq / _RATE))
    rate = samples.sfreq / step
    slow = samples.high[: samples.high.size // step * step].reshape(-1, step).mean(axis=1)
    none = np.empty(0, dtype=np.intp), np.empty(0)
    if slow.size < _LEAST * _SLOWEST * rate:
        return math.nan, *none
    # what is usual around: heartbeats between contractions are seen, too
    length = round(_AROUND * rate)
    blocks = np.abs(slow[: slow.size // length * length]).reshape(-1, length)
    usual = np.repeat(np.median(blocks, axis=1) / 0.6745, length)
    usual = np.append(usual, np.repeat(usual[-1], slow.size - usual.size))
    before, after = round(_BEFORE * rate), round(_AFTER * rate)
    places, _ = find_peaks(np.abs(slow), height=np.maximum(_HIGH * usual, 1e-12), distance=round(_REFRACTORY * rate))
    places = places[(places >= before) & (places < slow.size - after)]
    intervals = np.diff(places) / rate
    intervals = intervals[intervals <= _SLOWEST]
    if intervals.size < _LEAST:
        return 0.0, *none
    even = np.abs(intervals / np.median(intervals) - 1) < _EVEN
    if even.mean() < _REGULAR:
        return 0.0, *none
    beats = slow[places[:, np.newaxis] + np.arange(-before, after + 1)]
    beats = beats * np.sign(slow[places])[:, np.newaxis]
    mean = np.median(beats, axis=0)
    scale = np.sqrt(np.square(beats).sum(axis=1) * np.square(mean).sum())
    return float(np.median(beats @ mean / scale)), places, mean


def _words(samples: Samples, value: float) -> str:
    _, places, mean = heartbeats(samples)
    rate = samples.sfreq / max(1, round(samples.sfreq / _RATE))
    size = in_words(float(np.abs(mean).max())) if samples.unit == "V" else f"{np.abs(mean).max():.3g} {samples.unit}"
    beats = 60 * rate / float(np.median(np.diff(places)))
    return f"holds heartbeats: {beats:.0f} a minute of some {size}, alike with a median correlation of {value:.2f}."


CHECKS = (
    Check(
        name="ecg",
        measures="Median correlation of regular peaks (from 10 to some 40 Hz, 0.4 to 1.6 s apart) with their median "
        "shape; 0 where no peaks are regular",
        unit="1",
        measure=lambda samples: heartbeats(samples)[0],
        doubtful=0.8,
        bad=float("nan"),
        source="Heartbeats have the same shape each time, bursts of EMG have not; the limit is [engineering choice]. A "
        "high-pass at 30 Hz takes off most of them (Drake and Callaghan 2006).",
        words=_words,
        hint="High-pass at 30 Hz, or take the heartbeats off by their template, before amplitudes are measured.",
    ),
)
