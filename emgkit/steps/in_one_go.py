"""Runs of steps that are computed in one go, without a full-size copy for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from emgkit.kernels import Filter, Kind, Samples, Window, zero_lag
from emgkit.recording import Recording, Step, held, with_history
from emgkit.samples import Finite, InFile
from emgkit.signal.amplitudes import moving_window
from emgkit.signal.filters import design, design_notch
from emgkit.steps._calling import check_units, parameters
from emgkit.steps.conditioning import (
    Bandpass,
    Envelope,
    Highpass,
    Lowpass,
    MovingMean,
    MovingRMS,
    Notch,
    Rectify,
    RemoveMean,
    check_length,
    is_without_offset,
)
from emgkit.steps.normalization import Normalize
from emgkit.steps.rates import Downsample

__all__ = ["apply", "run_length"]

_FILTERS = (Bandpass, Highpass, Lowpass, Notch)
_SMOOTHERS = (Envelope, MovingMean, MovingRMS)


def apply(steps: Sequence[Step], recording: Recording, *, single: bool = False) -> Recording:
    """Apply steps in order: the result is that of one after the other, but runs of filters are computed together.

    These in single precision, if it is asked for.
    """
    while steps:
        run = _run(steps, recording.history)
        recording = _together(run, recording, single=single) if run else steps[0](recording)
        steps = steps[max(len(run), 1) :]
    return recording


def run_length(steps: Sequence[Step], history: Sequence[Step]) -> int:
    """How many of the first steps can be computed together; 1 where there is nothing to join."""
    return max(len(_run(steps, history)), 1)


def _run(steps: Sequence[Step], history: Sequence[Step]) -> list[Step]:
    """The first steps that can be computed together; none where no filter is among them."""
    run: list[Step] = []
    for step in steps:
        if not _joins(step, run, history):
            break
        run.append(step)
    return run if any(type(step) in (*_FILTERS, *_SMOOTHERS) for step in run) else []


def _joins(step: Step, run: Sequence[Step], history: Sequence[Step]) -> bool:
    """Whether a step can be computed together with those before it.

    What a step asks of the samples must be sure without a look at them. So a signal that was not high-passed before it
    is rectified is computed step by step, since it may stand on an offset; and an envelope joins right after Rectify.
    """
    kind, last = type(step), type(run[-1]) if run else None
    if kind is RemoveMean:
        return not run
    if kind in _FILTERS:
        return last in (None, RemoveMean, Rectify, *_SMOOTHERS, *_FILTERS)
    if kind is Rectify:
        return last in _FILTERS and is_without_offset((*history, *run))
    if kind is MovingRMS:
        return last in (None, Rectify, *_FILTERS) and is_without_offset((*history, *run))
    if kind is MovingMean:
        return last in (None, RemoveMean, Rectify, *_FILTERS)
    if kind is Envelope:
        return last is Rectify
    joined = {type(one) for one in run}
    return kind in (Downsample, Normalize) and last not in (None, RemoveMean) and kind not in joined


def _together(steps: Sequence[Step], recording: Recording, *, single: bool) -> Recording:
    """The steps' result; what they ask of a recording is asked first, in their order."""
    stages, channels = list[Filter | Window](), recording.channels
    has_mean, factors, every, sfreq = True, None, 1, recording.sfreq
    for place, step in enumerate(steps):
        so_far = with_history(recording, (*recording.history, *steps[:place]))
        check_units(step, so_far, so_far.names)
        if isinstance(step, RemoveMean):
            has_mean = False
        elif isinstance(step, Rectify):
            filtered = stages.pop()
            stages.append(replace(filtered, after="rectified") if isinstance(filtered, Filter) else filtered)
        elif isinstance(step, Downsample):
            every, sfreq = step.every(recording.sfreq), step.sfreq
            step.check_slow(so_far.history)
        elif isinstance(step, Normalize):
            step.check(so_far)
            values = {one.channel: one.value for one in step.values}
            factors = np.array([100.0 / values[name] for name in recording.names])
            channels = tuple(replace(channel, unit=step.unit) for channel in channels)
        elif isinstance(step, (Bandpass, Envelope, Highpass, Lowpass, Notch)):
            if isinstance(step, (Lowpass, Envelope)):
                check_length(step, recording)
            stages.append(_filter_of(step, recording.sfreq))
        elif isinstance(step, (MovingMean, MovingRMS)):
            squared = isinstance(step, MovingRMS)
            n = recording.n_samples
            stages.append(moving_window(step.window, sfreq=recording.sfreq, n=n, squared=squared))
    samples = held(recording)
    # of a signal on a large offset single precision holds few digits, so one that is taken out anyway goes first
    stays = has_mean and not (single and _take_constants_out(stages))
    offsets = None if stays else _means(samples, stages)
    data = zero_lag(samples, stages, offsets=offsets, factors=factors, every=every, single=single)
    data.setflags(write=False)  # so that it need not be copied
    known: Any = Finite(data)
    return replace(recording, data=known, channels=channels, sfreq=sfreq, history=(*recording.history, *steps))


def _means(samples: Samples | InFile, stages: Sequence[Filter | Window]) -> Samples:
    """What to subtract of each channel: its mean, or something near to it where the filters take constants out.

    No constant changes the result of such filters but by rounding, which a constant near the mean keeps small.
    """
    taken_out = _take_constants_out(stages)
    step = max(1, samples.shape[1] // 200) if taken_out else 1
    if not isinstance(samples, InFile):
        return np.asarray(samples[:, ::step].mean(axis=-1))
    if taken_out:
        return np.asarray(samples.every(step).mean(axis=-1))
    return np.array([samples.part(row, 0, samples.shape[1]).mean() for row in range(samples.shape[0])])


def _take_constants_out(stages: Sequence[Filter | Window]) -> bool:
    """Whether the result is the same with any constant added to the signal.

    It is if one of them takes constants out, and those before it leave a constant one: filters without zeros behind the
    signal, and means.
    """
    for one in stages:
        if isinstance(one, Filter) and one.takes_constants_out:
            return True
        if one.squared if isinstance(one, Window) else one.zeros or one.after == "rectified":
            return False
    return False


def _filter_of(step: Bandpass | Envelope | Highpass | Lowpass | Notch, sfreq: float) -> Filter:
    """The filter that a step applies."""
    if isinstance(step, Notch):
        return design_notch(sfreq=sfreq, **parameters(step))
    kind: Kind = "highpass" if isinstance(step, Highpass) else "bandpass" if isinstance(step, Bandpass) else "lowpass"
    return design(
        kind,
        {"low": step.low, "high": step.high} if isinstance(step, Bandpass) else {"cutoff": step.cutoff},
        sfreq=sfreq, order=step.order, cutoff_rule=step.cutoff_rule, padding=step.padding,
        damped=isinstance(step, Envelope) and step.shape == "critically-damped",
    )  # fmt: skip
