"""Repetitions and cycles from the sensor's own accelerometer or gyroscope: its tilt, its rotation, its rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_option, check_unknown
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, Notice, SignalError, warn
from emgkit.events.ways.movement import search
from emgkit.events.ways.search import OPTIONS, Rules
from emgkit.notation import listed, number
from emgkit.recording import Recording, Trial

__all__ = ["find_in_sensor", "inertial_sentence"]

Array = NDArray[np.float64]

# Hz: acceleration above it is movement more than gravity
_GRAVITY = 2.0
# deg: a sensor that tilts less shows no phases; and the part of the rotation that is about one axis
_LEAST_TILT, _ONE_AXIS = 10.0, 0.6
_G = 9.80665
# a sensor at rest feels this much, as parts of g
_AT_REST = (0.8, 1.2)
# the quietest part of a recording tells the offset of a gyroscope
_QUIET = 0.1
# periods (s) in which a rhythm is looked for, the least it repeats itself, and the part of its best that is as good
_PERIODS, _REPEATS, _AS_GOOD = (0.4, 15.0), 0.3, 0.9
# a rhythm is what passes below this multiple of its frequency
_RHYTHM = 1.5


def find_in_sensor(
    trial: Trial,
    *,
    by: str,
    starts: str | None = None,
    channels: str | Sequence[str] | None = None,
    rest: str | None = None,
    cutoff: float = OPTIONS["cutoff"],
    prominence: float = OPTIONS["prominence"],
    distance: float = OPTIONS["distance"],
    edge: float = OPTIONS["edge"],
    minimum_hold: float = OPTIONS["minimum_hold"],
    smallest: float = OPTIONS["smallest"],
    largest: float = OPTIONS["largest"],
    exercise: str | None = None,
) -> Trial:
    """Find repetitions by how an inertial sensor tilts or turns, or cycles by its rhythm.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    by : {"acceleration", "gyroscope"}
        Which part of the sensor: the stream ``acc`` or ``gyro``.
    starts : {None, "eccentric", "concentric"}
        Phase of the first movement away from rest; the sensor must then be on a limb or a trunk that turns. None:
        cycles without phases.
    channels : str or sequence of str, optional
        The axes of the sensor, where the stream has those of several.
    rest, cutoff, prominence, distance, edge, minimum_hold, smallest, largest
        As for :func:`emgkit.events.find_in_movement`, of the angle in degrees.
    exercise : str, optional
        Goes into the events; without it tables show the task.

    Returns
    -------
    Trial
        With repetitions and phases, or cycles, as :func:`emgkit.events.find_in_movement` gives them.

    Raises
    ------
    ArgumentError
        There are the axes of several sensors, or a threshold cannot be used.
    SignalError
        There is no such stream, the sensor hardly tilts or does not turn about one axis, or no rhythm was found.

    Warns
    -----
    EmgkitWarning
        Phases come from the acceleration (``"phases-coarse"``); the trial keeps the notice.

    Notes
    -----
    Phases in the acceleration: below 2 Hz it is mostly that of gravity. The tilt is the angle of its direction, in the
    plane in which it moves most, to its mean direction. It needs three axes that feel 0.8 to 1.2 g and a tilt of 10
    degrees or more: on a bar that only goes up and down, gravity shows nothing, and to integrate acceleration twice
    drifts by metres in a minute. A sensor away from the joint also feels that it is turned, which moves the boundary of
    a phase by up to a third of a second.

    Phases in the rotation: that about the axis on which it is largest (which must hold 60 percent of its power),
    without its offset, which is the median of the quietest tenth, is summed up to an angle.

    Cycles: the signal along the axis on which it varies most, below 1.5 times the frequency at which its
    autocorrelation has its first high peak.
    """
    check_option("by", by, tuple(_SENSORS))
    stream, angle = _SENSORS[by]
    recording = _axes(trial, stream, channels)
    rules = Rules(
        cutoff=cutoff, prominence=prominence, distance=distance, edge=edge, minimum_hold=minimum_hold,
        smallest=smallest, largest=largest,
    )  # fmt: skip
    derived = _rhythm(recording, recording.data) if starts is None else angle(recording)
    found = search(trial, derived, rules, starts=starts, rest=rest, exercise=exercise, origin=by)
    if starts is None or by == "gyroscope":
        return found
    text = (
        "The phases come from the tilt of the sensor to gravity. Away from the joint the sensor also feels that it is "
        "turned, which moves a boundary by up to a third of a second."
    )
    hint = 'A gyroscope shows phases more exactly: by = "gyroscope"'
    return replace(found, notices=(*found.notices, warn(Notice(code="phases-coarse", text=text, hint=hint))))


def inertial_sentence(by: str, *, phases: bool) -> str:
    """Say what signal is searched, for a Methods section.

    Examples
    --------
    >>> inertial_sentence("gyroscope", phases=True)
    'The gyroscope signal is the angle to which its rotation about its main axis sums up, without its offset at rest.'
    """
    if not phases:
        return (
            f"The {by} signal is that along its main axis, low-pass filtered at {number(_RHYTHM)} times the frequency "
            "at which it repeats itself."
        )
    if by == "acceleration":
        return f"The acceleration signal is the tilt of the sensor to gravity, its acceleration below {_GRAVITY:g} Hz."
    return (
        "The gyroscope signal is the angle to which its rotation about its main axis sums up, without its offset at "
        "rest."
    )


def _axes(trial: Trial, stream: str, channels: str | Sequence[str] | None) -> Recording:
    """The axes of one sensor."""
    streams = [name for name in trial if name.rstrip("0123456789").rstrip("_") == stream]
    if not streams:
        raise SignalError(f"The trial has no stream {stream!r} to find repetitions in", allowed=listed(trial))
    names = [name for one in streams for name in trial[one].names]
    if channels is not None:
        wanted = (channels,) if isinstance(channels, str) else tuple(channels)
        for name in wanted:
            check_unknown("channel", name, names, where=f"stream {stream!r}")
        home = [one for one in streams if set(wanted) <= set(trial[one].names)]
        if not home:
            raise ArgumentError("The channels are of several sensors", allowed="the axes of one", got=listed(wanted))
        return trial[home[0]].pick(*wanted)
    if len(names) > 3:
        raise ArgumentError(
            f"The stream {stream!r} has the axes of several sensors",
            allowed=f"channels = up to three of {listed(names[:12])}",
            got=f"{len(names)} channels",
        )
    return trial[streams[0]]


def _main_axis(x: Array) -> tuple[Array, float]:
    """The direction in which vectors vary most, and its part of their power."""
    powers, axes = np.linalg.eigh(x @ x.T / x.shape[1])
    if not powers[-1] > 0:
        raise SignalError("The sensor is still throughout", allowed="a sensor that moves")
    # of the two signs the one whose largest part is positive: the same for every recording of a sensor
    axis = axes[:, -1] * np.sign(axes[np.argmax(np.abs(axes[:, -1])), -1])
    return axis, float(powers[-1] / powers.sum())


def _tilt(recording: Recording) -> Recording:
    """The angle of gravity in the plane in which it moves (deg)."""
    slow = signal.lowpass(recording.data, _GRAVITY, sfreq=recording.sfreq, order=4)
    size = float(np.median(np.linalg.norm(recording.data, axis=0)))
    unit = recording.channels[0].unit
    felt = size / _G if unit == "m/s^2" else np.nan
    if len(slow) < 3 or not _AT_REST[0] <= felt <= _AT_REST[1]:
        raise SignalError(
            "The acceleration does not show how the sensor tilts",
            where=listed(recording.names),
            allowed=f"three axes that feel gravity, {_AT_REST[0]:g} to {_AT_REST[1]:g} g",
            got=f"{len(slow)} axes that feel {size:.3g} {unit}",
            hint="Leave starts away for cycles without phases",
        )
    mean = slow.mean(axis=1, keepdims=True)
    up = mean / np.linalg.norm(mean)
    axis, _ = _main_axis(slow - up * (up.T @ slow))
    angle = np.degrees(np.arctan2(axis @ slow, (up.T @ slow)[0]))
    low, high = np.percentile(angle, [2, 98])
    if high - low < _LEAST_TILT:
        raise SignalError(
            "The sensor hardly tilts, so that its acceleration shows no phases",
            where=listed(recording.names),
            allowed=f"a tilt of at least {_LEAST_TILT:g} deg",
            got=f"{high - low:.1f} deg",
            hint="Leave starts away for cycles without phases, or use what shows the movement",
        )
    return _derived(recording, angle, Channel(name="tilt", unit="deg", kind="JNTANG"))


def _turned(recording: Recording) -> Recording:
    """The angle through which the sensor has turned about its main axis (deg)."""
    x = recording.data
    speed = signal.lowpass(np.linalg.norm(x - np.median(x, axis=1, keepdims=True), axis=0), 2.0, sfreq=recording.sfreq)
    still = speed <= np.quantile(speed, _QUIET)
    x = x - np.median(x[:, still], axis=1, keepdims=True)
    axis, part = _main_axis(signal.lowpass(x, OPTIONS["cutoff"], sfreq=recording.sfreq, order=4))
    if part < _ONE_AXIS:
        raise SignalError(
            "The sensor does not turn about one axis, so that its rotation shows no phases",
            where=listed(recording.names),
            allowed=f"{_ONE_AXIS:.0%} of the power about one axis",
            got=f"{part:.0%}",
            hint="Leave starts away for cycles without phases",
        )
    angle = np.cumsum(axis @ x) / recording.sfreq
    return _derived(recording, angle, Channel(name="rotation", unit="deg", kind="JNTANG"))


def _rhythm(recording: Recording, x: Array) -> Recording:
    """The signal along the main axis, as slow as its rhythm."""
    sfreq = recording.sfreq
    slow = signal.lowpass(x, min(OPTIONS["cutoff"], 0.4 * sfreq), sfreq=sfreq, order=4)
    axis, _ = _main_axis(slow - slow.mean(axis=1, keepdims=True))
    along = axis @ slow
    period = _period(along - along.mean(), sfreq, recording)
    smooth = signal.lowpass(along, min(_RHYTHM / period, 0.4 * sfreq), sfreq=sfreq, order=4)
    unit = recording.channels[0].unit
    return _derived(recording, smooth, Channel(name="main axis", unit=unit, kind="MISC"))


def _period(x: Array, sfreq: float, recording: Recording) -> float:
    """The time after which a signal repeats itself: the first of the highest peaks of its autocorrelation."""
    from scipy.signal import correlate, find_peaks

    n = x.size
    # each lag by the samples that it has
    whole = correlate(x, x, method="fft")[n - 1 :] / np.arange(n, 0, -1)
    part = whole[: max(2, n // 2)] / whole[0]
    peaks, _ = find_peaks(part, prominence=0.1)
    peaks = peaks[(peaks >= _PERIODS[0] * sfreq) & (peaks <= _PERIODS[1] * sfreq)]
    heights = part[peaks]
    if not peaks.size or heights.max() < _REPEATS:
        raise SignalError(
            "No rhythm was found in the signal of the sensor",
            where=listed(recording.names),
            allowed=f"a movement that repeats itself every {_PERIODS[0]:g} to {_PERIODS[1]:g} s, at least twice",
            got=f"an autocorrelation of at most {heights.max():.2f}"
            if peaks.size
            else "no peak of the autocorrelation",
            hint="Mark the repetitions in a table: by = 'table'",
        )
    return float(peaks[heights >= _AS_GOOD * heights.max()][0] / sfreq)


def _derived(recording: Recording, values: Array, channel: Channel) -> Recording:
    return Recording(data=values[np.newaxis], sfreq=recording.sfreq, channels=(channel,), start=recording.start)


# the parts of a sensor: its stream, and the angle that it shows
_SENSORS = {"acceleration": ("acc", _tilt), "gyroscope": ("gyro", _turned)}
