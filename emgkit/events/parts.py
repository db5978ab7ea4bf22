"""Parts of a phase: its lower and upper half by displacement, and the bins of a joint angle that it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_positive
from emgkit.channels import SIDES, Event
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.ways.stream import stream_of
from emgkit.notation import listed, number
from emgkit.recording import Recording, Trial

__all__ = ["angle_bins_sentence", "find_angle_bins", "find_halves", "halves_sentence"]

Array = NDArray[np.float64]
Channels: TypeAlias = "str | Mapping[str, str] | None"
_MOVES = ("eccentric", "concentric")
# a phase with less displacement than this part of the stream's range is none
_STILL = 1e-3
_WIDTH, _CUTOFF = 15.0, 6.0


def find_halves(trial: Trial, *, by: str, channel: Channels = None, cutoff: float = _CUTOFF) -> Trial:
    """Cut each eccentric and concentric phase in two, where half of its displacement is done.

    Parameters
    ----------
    trial : Trial
        With repetitions and phases, as :func:`find_repetitions` gives it.
    by : {"position", "angle"}
        Stream that the displacement is read from.
    channel : str or mapping, optional
        Which channel, where the stream has several; ``{"left": …, "right": …}`` where each side has its own.
    cutoff : float, default 6
        Zero-lag low-pass filter of the stream (Hz, fourth order), as in :func:`find_repetitions`.

    Returns
    -------
    Trial
        With two events ``"half"`` a phase: the columns of the phase, and `half`, ``"lower"`` or ``"upper"``. A
        concentric phase begins with its lower half, an eccentric one with its upper: the load goes up and comes down,
        whatever the sign of the sensor.

    Raises
    ------
    ArgumentError
        The trial already has halves, or the stream has several channels.
    SignalError
        There are no phases, no such stream, or a phase without displacement.

    Notes
    -----
    Halves by displacement are what deadlift studies report (Andersen and colleagues 2018,
    doi:10.1519/JSC.0000000000001826); halves by time are another cut wherever the speed is uneven. The boundary is
    where the smoothed stream first crosses the middle between its values at the two ends of the phase, interpolated
    between samples.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> from emgkit.events import find_repetitions
    >>> t = np.arange(0, 11, 0.01)
    >>> depth = np.where((t > 1) & (t < 10), (np.cos(2 * np.pi * (t - 1) / 3) - 1) / 4, 0.0)
    >>> bar = Recording(data=[depth], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    >>> squat = find_repetitions(Trial(streams={"position": bar}), by="position", starts="eccentric")
    >>> halves = [event for event in find_halves(squat, by="position").events if event.label == "half"]
    >>> [(event.columns["phase"], event.columns["half"], round(event.onset, 2)) for event in halves[:2]]
    [('eccentric', 'upper', 1.0), ('eccentric', 'lower', 1.75)]
    """

    def cut(times: Array, values: Array, phase: Event) -> Iterator[Event]:
        middle = _crossing(times, values, (values[0] + values[-1]) / 2)
        names = ("lower", "upper") if phase.get("phase") == "concentric" else ("upper", "lower")
        for name, onset, end in zip(names, (phase.onset, middle), (middle, phase.end), strict=True):
            yield Event(onset=onset, duration=end - onset, label="half", columns={**phase.columns, "half": name})

    return _with_parts(trial, "half", cut, by=by, channel=channel, cutoff=cutoff)


def halves_sentence(*, cutoff: float = _CUTOFF) -> str:
    """Say how :func:`find_halves` halves a phase, for a Methods section.

    Examples
    --------
    >>> halves_sentence().partition(", low-pass")[0]
    'Each eccentric and concentric phase was divided where the signal of the movement'
    """
    return (
        "Each eccentric and concentric phase was divided where the signal of the movement, low-pass filtered at "
        f"{number(cutoff)} Hz, first crosses the middle between its values at the two ends of the phase."
    )


def find_angle_bins(
    trial: Trial, *, width: float = _WIDTH, by: str = "angle", channel: Channels = None, cutoff: float = _CUTOFF
) -> Trial:
    """Cut each eccentric and concentric phase into bins of the joint angle.

    Parameters
    ----------
    trial : Trial
        With repetitions and phases, as :func:`find_repetitions` gives it.
    width : float, default 15
        Width of a bin (degrees); the edges are its multiples.
    by : {"angle"}
        Stream; ``"angle_2"`` and the like for a second one.
    channel : str or mapping, optional
        Which channel, where the stream has several; ``{"left": …, "right": …}`` where each side has its own.
    cutoff : float, default 6
        Zero-lag low-pass filter of the stream (Hz, fourth order), as in :func:`find_repetitions`.

    Returns
    -------
    Trial
        With an event ``"angle"`` for each bin that a phase passes: the columns of the phase, `angle_low` and
        `angle_high` (degrees). A bin at an end of the movement of which less than half is passed is rejected, with the
        reason.

    Raises
    ------
    ArgumentError
        The trial already has such bins, the stream is not an angle, or `width` is not above 0.
    SignalError
        There are no phases, no such stream, or a phase in which the joint does not move.

    Notes
    -----
    A bin lasts from the first time the smoothed angle reaches one edge to the first time it reaches the next, so that a
    wobble at an edge does not count twice. The mean over a bin is one over time.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> from emgkit.events import find_repetitions
    >>> t = np.arange(0, 11, 0.01)
    >>> bent = np.where((t > 1) & (t < 10), 45 - 45 * np.cos(2 * np.pi * (t - 1) / 3), 0.0)
    >>> knee = Recording(data=[bent], sfreq=100.0, channels=(Channel(name="knee", unit="deg", kind="JNTANG"),))
    >>> squat = find_repetitions(Trial(streams={"angle": knee}), by="angle", starts="eccentric")
    >>> events = find_angle_bins(squat, width=30).events
    >>> bins = [event for event in events if event.label == "angle" and event.columns["accepted"]]
    >>> [(event.columns["angle_low"], event.columns["angle_high"]) for event in bins[:3]]
    [(0.0, 30.0), (30.0, 60.0), (60.0, 90.0)]
    """
    check_positive("width", width, unit="deg")

    def cut(times: Array, values: Array, phase: Event) -> Iterator[Event]:
        # the running extreme only goes forward: a wobble does not come back into a bin
        rises = values[-1] > values[0]
        path = np.maximum.accumulate(values) if rises else np.minimum.accumulate(values)
        low, high = sorted((float(path[0]), float(path[-1])))
        edges = width * np.arange(np.floor(low / width), np.ceil(high / width) + 1)
        for first, second in pairwise(edges):
            entry, leave = (first, second) if rises else (second, first)
            onset, end = _crossing(times, path, float(entry)), _crossing(times, path, float(leave))
            passed = min(high, second) - max(low, first)
            if passed <= 0 or end <= onset:
                continue
            columns = {**phase.columns, "angle_low": float(first), "angle_high": float(second)}
            if passed < 0.5 * width:
                text = f"only {number(round(passed, 1))} of {number(width)} deg of the bin are passed"
                columns |= {"accepted": False, "reason": text}
            yield Event(onset=onset, duration=end - onset, label="angle", columns=columns)

    for one in channel.values() if isinstance(channel, Mapping) else (channel,):
        recording = stream_of(trial, by, one)
        if recording.channels[0].unit != "deg":
            raise ArgumentError(
                "Bins of the joint angle need an angle",
                where=f"channel {recording.names[0]!r}",
                allowed="a stream in deg",
                got=recording.channels[0].unit,
            )
    return _with_parts(trial, "angle", cut, by=by, channel=channel, cutoff=cutoff)


def angle_bins_sentence(*, width: float = _WIDTH, cutoff: float = _CUTOFF) -> str:
    """Say how :func:`find_angle_bins` cuts a phase, for a Methods section.

    Examples
    --------
    >>> angle_bins_sentence(width=30).partition(" of the joint")[0]
    'Each eccentric and concentric phase was cut into bins of 30 degrees'
    """
    return (
        f"Each eccentric and concentric phase was cut into bins of {number(width)} degrees of the joint angle "
        f"(low-pass filtered at {number(cutoff)} Hz); a bin of which less than half was passed was rejected."
    )


def _with_parts(
    trial: Trial,
    label: str,
    cut: Callable[[Array, Array, Event], Iterator[Event]],
    *,
    by: str,
    channel: Channels,
    cutoff: float,
) -> Trial:
    """The trial with each moving phase cut into parts."""
    if any(event.label == label for event in trial.events):
        raise ArgumentError(f"The trial already has events {label!r}", hint="Use them, or cut a trial without")
    phases = [event for event in trial.events if event.label == "phase" and event.get("phase") in _MOVES]
    phases = [phase for phase in phases if phase.get("accepted") is not False]  # the audit lists the others
    if not phases:
        raise SignalError(
            "The trial has no phases to cut",
            allowed="accepted events 'phase', eccentric or concentric",
            hint="Call emgkit.find_repetitions with starts='eccentric' or 'concentric' first",
        )
    each = channel if isinstance(channel, Mapping) else dict.fromkeys((None, *SIDES), channel)
    of_sides: dict[str | None, str | None] = dict(each.items())
    streams = {}
    for side in dict.fromkeys(phase.side for phase in phases):
        if side not in of_sides:
            raise ArgumentError(
                "Each phase is cut by the channel of its side, and one has no channel",
                allowed=f"a channel of each of {listed(of_sides)}",
                got=f"phases of {side or 'no side'}",
            )
        recording = stream_of(trial, by, of_sides[side])
        streams[side] = (recording, signal.lowpass(recording.data[0], cutoff, sfreq=recording.sfreq, order=4))
    parts = [part for phase in phases for part in cut(*_during(*streams[phase.side], phase), phase)]
    return trial.with_events(sorted([*trial.events, *parts], key=lambda event: event.onset))


def _during(recording: Recording, smooth: Array, phase: Event) -> tuple[Array, Array]:
    """Times and values of the smoothed stream during a phase, its two ends interpolated."""
    times = recording.times
    if phase.onset < times[0] - 1e-9 or phase.end > times[-1] + 1 / recording.sfreq:
        raise SignalError(
            "A phase does not lie inside the stream that it is cut by",
            where=f"repetition {phase.get('repetition')}, {number(round(phase.onset, 3))} s",
            allowed=f"{number(round(float(times[0]), 3))} to {number(round(float(times[-1]), 3))} s",
        )
    inside = times[(times > phase.onset) & (times < phase.end)]
    when = np.array([phase.onset, *inside, phase.end])
    values = np.interp(when, times, smooth)
    if not abs(values[-1] - values[0]) > _STILL * np.ptp(smooth):
        raise SignalError(
            "The stream does not move in a phase",
            where=f"repetition {phase.get('repetition')}, {phase.get('phase')}",
            hint="Name the stream that shows this movement with by=",
        )
    return when, values


def _crossing(times: Array, values: Array, level: float) -> float:
    """The first time at which a stream reaches a level; an end of the phase where it never crosses it."""
    sign = 1.0 if values[-1] > values[0] else -1.0
    way, goal = sign * values, sign * level
    at = int(np.argmax(way >= goal))
    if way[at] < goal:
        return float(times[-1])
    if at == 0:
        return float(times[0])
    part = (goal - way[at - 1]) / (way[at] - way[at - 1])
    return float(times[at - 1] + part * (times[at] - times[at - 1]))
