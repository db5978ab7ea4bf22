"""All envelopes of a filtered session at once: references and numbers of repetitions, and no envelope in memory.

A number in percent is the number in volts over the reference. So each recording is measured in volts, once for each
envelope, and all windows of the reference and all phases come out of the same pass
(:mod:`emgkit.kernels.windows`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.kernels import Filter, Window
from emgkit.kernels.windows import Plan, WindowNumbers, plan_of
from emgkit.measures import MEASURES, values_in
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording
from emgkit.signal import window_samples
from emgkit.signal.amplitudes import moving_window
from emgkit.signal.filters import design
from emgkit.steps import Envelope, MovingMean, MovingRMS, Rectify
from emgkit.steps.conditioning import check_length, is_without_offset
from emgkit.study.file.measures import MeasureSpec
from emgkit.windows import windows

__all__ = ["AtOnce", "Measured", "can_be_measured", "is_simple", "references_of"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

# numbers that are twice as large where the amplitude is, and come from the sum or the peak alone
_FROM_SUMS = ("mean", "peak", "iemg")


_SIMPLE: tuple[tuple[type, ...], ...] = (
    (Rectify, Envelope), (Rectify, MovingMean), (Rectify, MovingRMS), (MovingRMS,),
)  # fmt: skip


def is_simple(amplitude: Pipeline) -> bool:
    """Whether an amplitude is one filter or window of the rectified signal."""
    return tuple(type(step) for step in amplitude.steps) in _SIMPLE


def can_be_measured(measures: Sequence[Sequence[MeasureSpec]]) -> bool:
    """Whether all numbers come from sums and peaks of the amplitude, or are of the filtered EMG."""
    return all(
        spec.name in _FROM_SUMS or MEASURES[spec.name].of == "signal" for summaries in measures for spec in summaries
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """A recording's numbers under every envelope.

    Parameters
    ----------
    names : tuple of str
        Its channels.
    numbers : WindowNumbers
        Sums, peaks and highest windows of each envelope, in volts.
    """

    names: tuple[str, ...]
    numbers: WindowNumbers


@dataclass(frozen=True, kw_only=True, eq=False)
class AtOnce:
    """How one recording is measured under several envelopes; recordings of its shape and rate are alike.

    Parameters
    ----------
    plan : Plan
        What the kernels do.
    stretches : tuple of (ndarray, ndarray, ndarray)
        For each phase and each of its numbers, the stretch that it is of, its channel, and how many samples it is over.
    sfreq : float
        Of the recording (Hz).
    """

    plan: Plan
    stretches: tuple[tuple[Places, Places, Places], ...]
    sfreq: float

    @classmethod
    def of(
        cls,
        recording: Recording,
        amplitudes: Sequence[Pipeline],
        *,
        widths: Sequence[float] = (),
        measures: Sequence[Sequence[MeasureSpec]] = (),
    ) -> AtOnce | None:
        """Plan it for a filtered recording; None where it must be done step by step.

        Parameters
        ----------
        recording : Recording
            Filtered EMG.
        amplitudes : sequence of Pipeline
            What makes the envelopes.
        widths : sequence of float
            The windows of the reference (s), if it is a trial of one.
        measures : sequence of sequence of MeasureSpec
            For each phase, the measure of each summary, if it is an exercise.

        Raises
        ------
        EmgkitError
            A step cannot be applied.
        """
        smoothers = [_smoother(one, recording) for one in amplitudes]
        known = [one for one in smoothers if one is not None]
        if len(known) < len(smoothers):
            return None
        found = [windows(recording, during=own[0].during, phase=own[0].phase) for own in measures]
        stretches = list(dict.fromkeys((one.first, one.stop) for own in found for one in own))
        plan = plan_of(
            (recording.data.shape[0], recording.data.shape[1]),
            known,
            widths=[window_samples(width, sfreq=recording.sfreq) for width in widths],
            stretches=stretches,
        )
        if plan is None:
            return None
        place = {one: at for at, one in enumerate(stretches)}
        cells = [[(place[one.first, one.stop], row, one.stop - one.first) for one in own for row in one.rows]
                 for own in found]  # fmt: skip
        columns = [tuple(np.array(column, dtype=np.intp) for column in zip(*own, strict=True)) for own in cells]
        return cls(plan=plan, stretches=tuple((a, b, c) for a, b, c in columns), sfreq=recording.sfreq)

    def measure(self, recording: Recording) -> Measured:
        """Measure a filtered recording."""
        return Measured(names=recording.names, numbers=self.plan.measure(recording.data))

    def in_percent(
        self, one: Measured, references: Mapping[str, Array], *, phase: int, spec: MeasureSpec, filtered: Recording
    ) -> Array:
        """The numbers of one phase and summary.

        Parameters
        ----------
        one : Measured
            The recording.
        references : mapping of str to ndarray, shape (n_amplitudes, n_windows)
            The reference of each channel (V).
        phase : int
            Which of the phases.
        spec : MeasureSpec
            The summary.
        filtered : Recording
            The filtered EMG.

        Returns
        -------
        ndarray, shape (n_amplitudes, n_windows, n_rows)
            In the order of the rows of the measure.
        """
        stretch, row, count = self.stretches[phase]
        if MEASURES[spec.name].of == "signal":
            found = windows(filtered, during=spec.during, phase=spec.phase)
            return values_in(filtered, spec.name, found, **spec.options)
        if spec.name == "peak":
            volts = one.numbers.peaks[:, stretch, row]
        else:
            volts = one.numbers.sums[:, stretch, row] / (count if spec.name == "mean" else self.sfreq)
        divisors = np.stack([references[name] for name in one.names], axis=-1)
        return np.asarray(volts[:, None] / divisors[:, :, row] * 100.0)


def references_of(trials: Sequence[tuple[Recording, Measured]]) -> dict[str, Array] | None:
    """The largest window of each channel over the trials of a reference, as :func:`emgkit.reference` takes it.

    Parameters
    ----------
    trials : sequence of (Recording, Measured)
        As recorded, and its numbers.

    Returns
    -------
    dict of str to ndarray, shape (n_amplitudes, n_windows), or None
        None where one cannot be divided by.
    """
    found: dict[str, Array] = {}
    for raw, one in trials:
        for row, name in enumerate(one.names):
            values, first = one.numbers.highest[:, :, row], abs(raw.data[row, 0])
            # filters leave a constant channel some rounding, which is no contraction
            if (values <= 1e-9 * first).any() and np.ptp(raw.data[row]) == 0:
                values = np.where(values <= 1e-9 * first, 0.0, values)
            found[name] = np.maximum(found[name], values) if name in found else values
    return found if all(((one > 0) & np.isfinite(one)).all() for one in found.values()) else None


def _smoother(amplitude: Pipeline, recording: Recording) -> Filter | Window | None:
    """The filter or window that makes the envelope of the rectified signal, where that is all."""
    if not is_simple(amplitude) or not is_without_offset(recording.history) or not all(_in_volts(recording)):
        return None
    step = amplitude.steps[-1]
    if isinstance(step, Envelope):
        check_length(step, recording)
        return design(
            "lowpass", {"cutoff": step.cutoff}, sfreq=recording.sfreq, order=step.order, cutoff_rule=step.cutoff_rule,
            padding=step.padding, damped=step.shape == "critically-damped",
        )  # fmt: skip
    if isinstance(step, (MovingMean, MovingRMS)):
        n = recording.data.shape[1]
        return moving_window(step.window, sfreq=recording.sfreq, n=n, squared=isinstance(step, MovingRMS))
    return None


def _in_volts(recording: Recording) -> Iterator[bool]:
    return (channel.unit == "V" for channel in recording.channels)
