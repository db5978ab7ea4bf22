"""Steps that condition a signal: filters, rectification, envelopes."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from emgkit import signal
from emgkit._checks import check_option, check_positive, check_whole, shown_value
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import number
from emgkit.recording import Recording, Step
from emgkit.steps._calling import Array, SampleStep, parameters, put
from emgkit.steps.offset import is_about_zero, is_smooth, offset_ratio

__all__ = [
    "TKEO",
    "Bandpass",
    "Envelope",
    "Highpass",
    "Lowpass",
    "MovingMean",
    "MovingRMS",
    "Notch",
    "Rectify",
    "RemoveMean",
    "check_length",
    "is_without_offset",
]


def _order(value: Any) -> int:
    try:
        checked = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        checked = 0
    if not 2 <= checked <= signal.HIGHEST_ORDER or checked % 2:
        too_large = checked > signal.HIGHEST_ORDER
        raise ArgumentError(
            "'order' cannot be used",
            allowed=f"an even whole number {f'from 2 to {signal.HIGHEST_ORDER}' if too_large else 'of at least 2'}",
            got=shown_value(value),
            hint="" if too_large else "Two passes double the order of one, so the net order is even",
        )
    return checked


def _check_filter(step: _OneCutoff | Bandpass) -> None:
    put(step, order=_order(step.order))
    check_option("cutoff_rule", step.cutoff_rule, signal.CUTOFF_RULES)
    check_option("padding", step.padding, signal.PADDINGS)


def _how(step: _OneCutoff | Bandpass) -> str:
    """Order, cut-off rule and edges of a filter, in words."""
    several = isinstance(step, Bandpass)
    if step.cutoff_rule == "applied":
        rule = f"the stated cut-off{'s are the −3 dB points' if several else ' is the −3 dB point'} after both passes"
    else:
        rule = f"cut-off{'s' if several else ''} per pass, uncorrected"
    edges = {"odd": "edges extended by odd reflection", "zeros-after": "zeros appended at the end only"}[step.padding]
    shape = "critically damped" if isinstance(step, Envelope) and step.shape == "critically-damped" else "Butterworth"
    return f"(zero-lag {shape} filter, net order {step.order}, {rule}, {edges})"


def _check_offset(step: SampleStep, recording: Recording) -> None:
    """Refuse to make an amplitude of raw EMG whose offset is larger than its signal."""
    if is_without_offset(recording.history):
        return
    for channel, x in zip(recording.channels, recording.data, strict=True):
        in_doubt = channel.kind == "EMG" and not is_about_zero(x)
        ratio = offset_ratio(x, sfreq=recording.sfreq) if in_doubt else 0.0
        # an envelope made by another program may be smoothed once more
        smooth = isinstance(step, Envelope) and is_smooth(x, sfreq=recording.sfreq)
        if ratio > 1 and not smooth:
            raise SignalError(
                f"{type(step).__name__} cannot work on channel {channel.name!r}: its offset is larger than its signal, "
                "and would be taken for amplitude",
                allowed="a signal about zero, its mean smaller than its standard deviation",
                got=f"a mean of {float(x.mean()):.4g} {channel.unit}, {ratio:.3g} times the standard deviation",
                hint=f"Put RemoveMean() or Highpass(cutoff=20) before {type(step).__name__} in the Pipeline",
            )


def is_without_offset(history: Iterable[Step]) -> bool:
    """Whether a step before made every piece of the signal about zero, or an amplitude."""
    return any(isinstance(earlier, _WITHOUT_OFFSET) for earlier in history)


def check_length(step: _OneCutoff, recording: Recording) -> None:
    """Refuse a piece that does not hold one period of the cut-off: its edges would make up the result."""
    n, least = recording.n_samples, recording.sfreq / step.cutoff
    if n < least * (1 - 1e-9):
        raise SignalError(
            f"{type(step).__name__} cannot work on a piece shorter than one period of its cut-off",
            allowed=f"at least {1 / step.cutoff:.4g} s ({int(np.ceil(least * (1 - 1e-9)))} samples at "
            f"{number(recording.sfreq)} Hz) for {number(step.cutoff)} Hz",
            got=f"{n / recording.sfreq:.4g} s ({n} samples)",
            hint="Filter the whole recording, then cut the piece out of the result",
        )


@dataclass(frozen=True, kw_only=True)
class RemoveMean(SampleStep):
    """Subtract each channel's mean over the whole recording."""

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.remove_mean(x)

    def sentence(self) -> str:
        return "The mean of each channel over the whole recording was subtracted."


@dataclass(frozen=True, kw_only=True)
class _OneCutoff(SampleStep):
    """The parameters of a filter with one cut-off."""

    cutoff: float
    order: int = 4
    cutoff_rule: signal.CutoffRule = "applied"
    padding: signal.Padding = "odd"

    def __post_init__(self) -> None:
        put(self, cutoff=check_positive("cutoff", self.cutoff, unit="Hz"))
        _check_filter(self)


@dataclass(frozen=True, kw_only=True)
class Highpass(_OneCutoff):
    """Zero-lag Butterworth high-pass filter.

    Parameters
    ----------
    cutoff : float
        Cut-off (Hz).
    order : int, default 4
        Net order after both passes, even.
    cutoff_rule : {"applied", "per-pass"}
        Whether the filter as applied is −3 dB at the cut-off, or each pass by itself.
    padding : {"odd", "zeros-after"}
        Odd reflection at both edges, or zeros appended at the end only (as R's ``filtfilt``).

    Examples
    --------
    >>> Highpass(cutoff=20).sentence()
    'The signals were high-pass filtered at 20 Hz (zero-lag Butterworth filter, net order 4, the stated
    cut-off is the −3 dB point after both passes, edges extended by odd reflection).'
    """

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.highpass(x, sfreq=sfreq, **parameters(self))

    def sentence(self) -> str:
        return f"The signals were high-pass filtered at {number(self.cutoff)} Hz {_how(self)}."


@dataclass(frozen=True, kw_only=True)
class Lowpass(_OneCutoff):
    """Zero-lag Butterworth low-pass filter; parameters as for :class:`Highpass`.

    Raises
    ------
    SignalError
        The piece is shorter than one period of the cut-off.
    """

    def check(self, recording: Recording) -> None:
        super().check(recording)
        check_length(self, recording)

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.lowpass(x, sfreq=sfreq, **parameters(self))

    def sentence(self) -> str:
        return f"The signals were low-pass filtered at {number(self.cutoff)} Hz {_how(self)}."


@dataclass(frozen=True, kw_only=True)
class Bandpass(SampleStep):
    """Zero-lag Butterworth band-pass filter.

    Parameters
    ----------
    low, high : float
        Cut-offs (Hz), ``low < high``.
    order, cutoff_rule, padding
        As for :class:`Highpass`; the order is that of each edge.

    Raises
    ------
    ArgumentError
        A cut-off is not positive, they are swapped, the order is odd, or a name is unknown.
    """

    low: float
    high: float
    order: int = 4
    cutoff_rule: signal.CutoffRule = "applied"
    padding: signal.Padding = "odd"

    def __post_init__(self) -> None:
        put(self, low=check_positive("low", self.low, unit="Hz"), high=check_positive("high", self.high, unit="Hz"))
        if self.low >= self.high:
            raise ArgumentError(
                "The cut-offs of the band-pass filter are swapped or equal",
                allowed="low < high",
                got=f"low = {number(self.low)} Hz, high = {number(self.high)} Hz",
            )
        _check_filter(self)

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.bandpass(x, sfreq=sfreq, **parameters(self))

    def sentence(self) -> str:
        return f"The signals were band-pass filtered from {number(self.low)} to {number(self.high)} Hz {_how(self)}."


@dataclass(frozen=True, kw_only=True)
class Notch(SampleStep):
    """Remove mains interference.

    Parameters
    ----------
    frequency : float
        Mains frequency (Hz).
    harmonics : int, default 1
        How many multiples of it are removed, itself counted.
    width : float, default 2
        Width of each notch (Hz).
    """

    frequency: float
    harmonics: int = 1
    width: float = 2.0

    def __post_init__(self) -> None:
        put(
            self,
            frequency=check_positive("frequency", self.frequency, unit="Hz"),
            harmonics=check_whole("harmonics", self.harmonics),
            width=check_positive("width", self.width, unit="Hz"),
        )

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.notch(x, sfreq=sfreq, **parameters(self))

    def sentence(self) -> str:
        return (
            f"The lowest {self.harmonics} multiple{'s' * (self.harmonics > 1)} of {number(self.frequency)} Hz "
            f"(itself counted) {'were' if self.harmonics > 1 else 'was'} removed with a zero-lag notch filter "
            f"{number(self.width)} Hz wide."
        )


@dataclass(frozen=True, kw_only=True)
class Rectify(SampleStep):
    """Full-wave rectification: the absolute value.

    Raises
    ------
    SignalError
        EMG that was not high-passed has a mean larger than its standard deviation: an offset, which would
        be taken for amplitude. :class:`RemoveMean` or :class:`Highpass` takes it off.
    """

    def check(self, recording: Recording) -> None:
        super().check(recording)
        _check_offset(self, recording)

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.rectify(x)

    def sentence(self) -> str:
        return "The signals were full-wave rectified."


@dataclass(frozen=True, kw_only=True)
class Envelope(_OneCutoff):
    """Linear envelope: a zero-lag low-pass filter of the rectified signal.

    Parameters as for :class:`Highpass`, and `shape`. A Butterworth filter may undershoot below zero beside a sharp
    burst; such values are kept as they are, since cutting them would shift every mean. A logarithm of
    them raises. ``shape="critically-damped"``, :class:`MovingRMS` and :class:`MovingMean` never undershoot.

    Raises
    ------
    SignalError
        The signal has negative values: it was not rectified. It stands on an offset, as for
        :class:`Rectify`. The piece is shorter than one period of the cut-off.
    """

    cutoff: float = 6.0
    shape: signal.Shape = "butterworth"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_option("shape", self.shape, signal.SHAPES)

    def check(self, recording: Recording) -> None:
        super().check(recording)
        for name, lowest in zip(recording.names, recording.data.min(axis=1), strict=True):
            if lowest < 0:
                raise SignalError(
                    f"Envelope cannot work on channel {name!r}: it has negative values",
                    allowed="a rectified signal",
                    got=f"a minimum of {lowest:.4g}",
                    hint="Rectify first: Pipeline(…, Rectify(), Envelope(…))",
                )
        _check_offset(self, recording)
        check_length(self, recording)

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.envelope(x, sfreq=sfreq, **parameters(self))

    def sentence(self) -> str:
        return f"The linear envelope is the signal low-pass filtered at {number(self.cutoff)} Hz {_how(self)}."


@dataclass(frozen=True, kw_only=True)
class _MovingWindow(SampleStep):
    """The parameter of a moving window."""

    window: float

    def __post_init__(self) -> None:
        put(self, window=check_positive("window", self.window, unit="s"))


@dataclass(frozen=True, kw_only=True)
class MovingRMS(_MovingWindow):
    """Root mean square in a moving window of `window` seconds (the nearest odd number of samples).

    Raises
    ------
    SignalError
        The window is longer than the recording. EMG stands on an offset, as for :class:`Rectify`.
    """

    def check(self, recording: Recording) -> None:
        super().check(recording)
        _check_offset(self, recording)

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.moving_rms(x, self.window, sfreq=sfreq)

    def sentence(self) -> str:
        return f"The amplitude is the root mean square in a centred moving window of {number(self.window)} s."


@dataclass(frozen=True, kw_only=True)
class MovingMean(_MovingWindow):
    """Mean in a moving window of `window` seconds (the nearest odd number of samples)."""

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.moving_mean(x, self.window, sfreq=sfreq)

    def sentence(self) -> str:
        return f"The signals were averaged in a centred moving window of {number(self.window)} s."


@dataclass(frozen=True, kw_only=True)
class TKEO(SampleStep):
    """Teager–Kaiser energy operator: volts become V^2.

    Raises
    ------
    SignalError
        EMG stands on an offset, as for :class:`Rectify`.
    """

    accepts: ClassVar[tuple[str, ...]] = ("V",)

    def check(self, recording: Recording) -> None:
        super().check(recording)
        _check_offset(self, recording)

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.tkeo(x)

    def changes(self) -> dict[str, Any]:
        return {"unit": "V^2"}

    def sentence(self) -> str:
        return "The Teager–Kaiser energy operator was applied."


# after one of these every piece of a signal is about zero, or an amplitude already
_WITHOUT_OFFSET = (Highpass, Bandpass, Rectify, Envelope, MovingRMS, TKEO)
