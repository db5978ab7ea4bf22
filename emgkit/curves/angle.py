"""Curves against a joint angle: what the signal is where the joint passes each angle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_option, check_positive
from emgkit.curves.normalizing import curve_index, one_unit
from emgkit.curves.table import Curves
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import listed, number
from emgkit.recording import Recording
from emgkit.windows import Window, reference_of, windows

__all__ = ["against_angle", "angle_at", "check_angle"]

Array = NDArray[np.float64]

_MOVES = ("eccentric", "concentric")
# Hz, as where phases are cut into bins of the angle
_CUTOFF = 6.0
# a phase that passes less than this part of the angle's range is no movement
_STILL = 1e-3


def against_angle(recording: Recording, angle: Recording, *, phase: str | None = None, step: float = 1.0) -> Curves:
    """Every accepted phase of every channel against the joint angle.

    Parameters
    ----------
    recording : Recording
        An envelope, in general normalised.
    angle : Recording
        One channel, the joint angle (deg), on the same time zero; it may have another rate.
    phase : {"eccentric", "concentric"}, optional
        Only this phase of each repetition; both where left out, each a curve of its own.
    step : float, default 1
        Degrees between two points; the points are multiples of it.

    Returns
    -------
    Curves
        In order of time, then of channels, with the angle as its points. A curve is NaN at angles that its phase does
        not pass.

    Raises
    ------
    ArgumentError
        The angle has several channels or is none, the channels differ in unit, or a parameter is not allowed.
    SignalError
        There are no phases, or the angle does not cover a phase or does not move in it.

    Notes
    -----
    The angle is smoothed by a zero-lag low-pass filter of 6 Hz (fourth order). A point is the signal, on the line
    between two samples, when the angle first passes it, so that a wobble does not count twice. The mean over a bin of
    the angle is ``measure(…, during="angle")``.

    Examples
    --------
    >>> from emgkit import Channel, Event
    >>> down = Event(onset=0.0, duration=1.0, label="phase", columns={"repetition": 1, "phase": "eccentric"})
    >>> t = np.arange(201) / 100
    >>> vl, knee = (Channel(name="VL", unit="%MVC"), Channel(name="knee", unit="deg", kind="JNTANG"))
    >>> envelope = Recording(data=[40 * t], sfreq=100.0, channels=(vl,), events=(down,))
    >>> bend = Recording(data=[90 * t], sfreq=100.0, channels=(knee,))
    >>> curves = against_angle(envelope, bend, step=30)
    >>> curves.points.tolist(), curves.values.round(1).tolist()
    ([0.0, 30.0, 60.0, 90.0], [[0.0, 13.3, 26.7, 40.0]])
    """
    check_positive("step", step, unit="deg")
    check_angle(angle)
    unit = one_unit(recording)
    if phase is not None:
        check_option("phase", phase, _MOVES)
    found = [w for w in windows(recording, during="phase", phase=phase) if w.facts["phase"] in _MOVES]
    if not found:
        raise SignalError("The repetitions have no moving phases", allowed=listed(_MOVES))
    smooth = signal.lowpass(angle.data[0], _CUTOFF, sfreq=angle.sfreq, order=4)
    passed = [_passages(recording, angle, smooth, window, step) for window in found]
    angles = np.unique(np.concatenate([multiples for multiples, _ in passed])) * step + 0.0
    if len(angles) < 2:
        raise SignalError(
            "The joint passes fewer than two of the angles",
            allowed=f"a movement over {number(2 * step)} degrees or more",
        )
    values = []
    for window, (multiples, times) in zip(found, passed, strict=True):
        at = (times - recording.start) * recording.sfreq
        own = np.full((len(window.rows), len(angles)), np.nan)
        here = np.isin(angles, multiples * step + 0.0)
        for place, row in enumerate(window.rows):
            x = recording.data[row]
            own[place, here] = np.interp(at, np.arange(len(x)), x)
        values.append(own)
    return Curves(
        values=np.concatenate(values),
        index=curve_index(recording, found),
        during="phase",
        unit=unit,
        reference=reference_of(recording),
        against="angle",
        angles=angles,
    )


def check_angle(angle: Recording) -> None:
    """Refuse what is not one channel of a joint angle.

    Raises
    ------
    ArgumentError
        It has several channels, or another unit than deg.
    """
    if len(angle.channels) != 1:
        raise ArgumentError(
            "The joint angle has several channels", allowed="one channel", got=listed(angle.names), hint="pick() one"
        )
    if angle.channels[0].unit != "deg":
        raise ArgumentError(
            "The channel is no joint angle",
            where=f"channel {angle.names[0]!r}",
            allowed="a stream in deg",
            got=angle.channels[0].unit,
        )


def angle_at(angle: Recording, times: Array) -> Array:
    """The angle at these times (s), on the line between two samples.

    Raises
    ------
    SignalError
        A time lies outside the stream.
    """
    own = angle.times
    # a thousandth of a sample absorbs the rounding of times
    slack = 1e-3 / angle.sfreq
    if len(times) and (times.min() < own[0] - slack or times.max() > own[-1] + 1 / angle.sfreq + slack):
        raise SignalError(
            "The joint angle does not cover the movement",
            where=f"channel {angle.names[0]!r}",
            allowed=f"times from {number(round(float(own[0]), 3))} to {number(round(float(own[-1]), 3))} s",
            got=f"{number(round(float(times.min()), 3))} to {number(round(float(times.max()), 3))} s",
        )
    return np.asarray(np.interp(times, own, angle.data[0]))


def _passages(
    recording: Recording, angle: Recording, smooth: Array, window: Window, step: float
) -> tuple[Array, Array]:
    """Which multiples of the step a phase passes, and when it first does."""
    onset, end = (recording.start + place / recording.sfreq for place in (window.first, window.stop))
    angle_at(angle, np.array([onset, end]))
    inside = angle.times[(angle.times > onset) & (angle.times < end)]
    times = np.array([onset, *inside, end])
    values = np.interp(times, angle.times, smooth)
    if not abs(values[-1] - values[0]) > _STILL * np.ptp(smooth):
        raise SignalError(
            "The joint does not move in a phase",
            where=f"repetition {window.facts['repetition']}, {window.facts['phase']}",
            hint="Name the channel of the joint that shows this movement",
        )
    sign = 1.0 if values[-1] > values[0] else -1.0
    # the running extreme only goes forward
    way = np.maximum.accumulate(sign * values)
    low, high = sorted((sign * way[0], sign * way[-1]))
    multiples = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)
    goals = np.clip(sign * multiples * step, way[0], way[-1])
    at = np.searchsorted(way, goals, side="left")
    before = np.maximum(at - 1, 0)
    rise = way[at] - way[before]
    part = np.divide(goals - way[before], rise, out=np.zeros_like(goals), where=rise > 0)
    return multiples, times[before] + part * (times[at] - times[before])
