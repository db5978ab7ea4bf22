"""A second recording beside the first, on its time zero: by a stated offset, or by the edges of a trigger in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import check_option
from emgkit.channels import Event
from emgkit.errors import ArgumentError, Notice, SignalError
from emgkit.io._assembly import free_stream
from emgkit.notation import listed, number
from emgkit.recording import Recording, Trial, held

__all__ = ["join"]

# facts that must not differ between two recordings of one trial
_SAME = ("participant", "group", "session", "task", "run")
# edges may lie so many samples of the slower trigger apart
_TOLERANCE = 1.5
# two clocks that differ by more than this share are not those of one trial
_MOST_DRIFT = 1e-3
# one event has the same onset in two files, to the rounding of a text (s)
_SAME_TIME = 1e-6
# a trigger changes where it passes these shares of its range
_LOWER, _UPPER = 0.35, 0.65


def join(trial: Trial, other: Trial, *, offset: float = 0.0, by: str | None = None) -> Trial:
    """Put the streams of a second recording beside those of the first, on the time zero of the first.

    Parameters
    ----------
    trial : Trial
        The first recording, whose time zero stays.
    other : Trial
        The second one: markers, a goniometer, an encoder, a force plate.
    offset : float, default 0
        Seconds by which the second recording starts after the first; negative where it starts before.
    by : {"trigger"}, optional
        Find the offset: both recordings have a trigger stream of one channel, with the same edges.

    Returns
    -------
    Trial
        All streams, each with its own rate and length; a stream that both have gets a suffix
        (``emg_2``). Events of both, those of the second shifted; one that both have is one event. A notice
        tells of lengths that differ, of a drift between the two clocks, and of times in the files that
        contradict `offset`.

    Raises
    ------
    ArgumentError
        The recordings do not overlap, name different people or tasks, or have no trigger of one channel.
    SignalError
        The edges of the two triggers do not agree in number or spacing.

    Notes
    -----
    Nothing is resampled. An edge is where a trigger leaves its level of rest: the level that it has most
    of the time, or, with one or two changes alone, at its start. The offset makes the mean times of the
    edges the same. A straight line through the edges gives the drift, which may be at most 0.1 %; the
    edges may lie at most 1.5 samples of the slower trigger away from that line.

    Examples
    --------
    >>> from emgkit.channels import Channel
    >>> emg = Recording(data=[[0.0] * 1000], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    >>> bar = Recording(data=[[0.5] * 100], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    >>> joined = join(Trial(streams={"emg": emg}), Trial(streams={"position": bar}), offset=0.25)
    >>> list(joined), joined.position.start
    (['emg', 'position'], 0.25)
    >>> joined.notices[0].text
    'The recordings that were joined differ in length: the first lasts 1 s, the second 1 s and starts 0.25 s after it.'
    """
    check_option("by", by, (None, "trigger"))
    if isinstance(offset, bool) or not isinstance(offset, (int, float)) or not np.isfinite(offset):
        raise ArgumentError("'offset' is not a number", allowed="seconds, negative or not", got=repr(offset))
    if by is not None and offset:
        raise ArgumentError("Either 'offset' is stated or it is found", allowed="offset= or by=", got="both")
    _check_facts(trial, other)
    notices = [*trial.notices, *other.notices]
    if by is None:
        notices += _contradiction(trial, other, offset)
    else:
        offset, found = _found_offset(trial, other)
        notices += found
    notices += _lengths(trial, other, offset)
    shift = _start(trial) + offset - _start(other)
    streams = dict(trial)
    for name, recording in other.items():
        streams[free_stream(name, streams)] = recording.derive(held(recording), start=recording.start + shift)
    events = [*trial.events, *_further(trial.events, [replace(one, onset=one.onset + shift) for one in other.events])]
    return Trial(
        streams=streams,
        events=tuple(sorted(events, key=lambda event: event.onset)),
        context={**other.context, **trial.context},
        notices=tuple(notices),
    )


def _further(known: Sequence[Event], more: Sequence[Event]) -> list[Event]:
    """The events that are not among those known: a program that writes two files may write an event into both."""

    def alike(one: Event, two: Event) -> bool:
        return abs(one.onset - two.onset) < _SAME_TIME and replace(one, onset=two.onset) == two

    return [event for event in more if not any(alike(event, one) for one in known)]


def _start(trial: Trial) -> float:
    return min(recording.start for recording in trial.values())


def _duration(trial: Trial) -> float:
    return max(recording.start + recording.duration for recording in trial.values()) - _start(trial)


def _check_facts(trial: Trial, other: Trial) -> None:
    for fact in _SAME:
        one, two = trial.context.get(fact), other.context.get(fact)
        if one is not None and two is not None and str(one) != str(two):
            raise ArgumentError(
                f"The recordings to join are of another {fact} each", allowed=f"one {fact}", got=f"{one!r} and {two!r}"
            )


def _contradiction(trial: Trial, other: Trial, offset: float) -> list[Notice]:
    """A notice where the times in both files could be of one clock, and give another offset."""
    own = _start(other) - _start(trial)
    slower = min(recording.sfreq for one in (trial, other) for recording in one.values())
    # where both begin at the same time, mostly at zero, none of them says anything about the other
    if abs(own) <= _TOLERANCE / slower or abs(own - offset) <= _TOLERANCE / slower:
        return []
    if abs(own) >= max(_duration(trial), _duration(other)):
        return []
    text = (
        f"The second recording was put {number(round(offset, 6))} s after the start of the first, though by the "
        f"times in the files it is {number(round(own, 6))} s."
    )
    hint = f"If both times are of one clock, say offset={number(round(own, 6))}."
    return [Notice(code="join-times", text=text, hint=hint)]


def _lengths(trial: Trial, other: Trial, offset: float) -> list[Notice]:
    """A notice where the recordings do not begin and end together.

    Raises
    ------
    ArgumentError
        They do not overlap.
    """
    first, second = _duration(trial), _duration(other)
    if offset >= first or offset + second <= 0:
        raise ArgumentError(
            "The recordings to join do not overlap",
            allowed=f"an offset between {number(round(-second, 6))} and {number(round(first, 6))} s",
            got=f"{number(round(offset, 6))} s",
        )
    slower = min(recording.sfreq for one in (trial, other) for recording in one.values())
    together = abs(offset) <= (1 + 1e-6) / slower
    if together and abs(offset + second - first) <= (1 + 1e-6) / slower:
        return []
    starts = (
        "" if together else f" and starts {number(round(abs(offset), 6))} s {'after' if offset > 0 else 'before'} it"
    )
    text = (
        f"The recordings that were joined differ in length: the first lasts {number(round(first, 6))} s, the second "
        f"{number(round(second, 6))} s{starts}."
    )
    return [Notice(code="join-lengths", text=text)]


# --- the trigger -----------------------------------------------------------------------------------


def _found_offset(trial: Trial, other: Trial) -> tuple[float, list[Notice]]:
    """Seconds by which the second recording starts after the first, by the edges of their triggers."""
    one, two = _trigger(trial, "first"), _trigger(other, "second")
    first, second = (_edges(recording) + recording.start - _start(of) for recording, of in ((one, trial), (two, other)))
    tolerance = _TOLERANCE / min(one.sfreq, two.sfreq)
    if first.size != second.size or not first.size:
        raise _disagreement(first, second, "as many edges in both, and one at least")
    offset = float(first.mean() - second.mean())
    if first.size == 1:
        text = "The offset of the joined recording stands on one edge of the triggers: a drift would not show."
        return offset, [Notice(code="join-one-edge", text=text)]
    span = float(first[-1] - first[0])
    slope = float(np.polyfit(first - first.mean(), second - second.mean(), 1)[0])
    away = second - second.mean() - slope * (first - first.mean())
    drift = slope - 1
    if np.abs(away).max() > tolerance or abs(drift) * span > max(2 * tolerance, _MOST_DRIFT * span):
        raise _disagreement(first, second, f"the same spacing, to {number(float(f'{1000 * tolerance:.2g}'))} ms")
    if abs(drift) * span <= tolerance:
        return offset, []
    off = number(float(f"{1000 * abs(drift) * span / 2:.2g}"))
    text = (
        f"The clock of the second recording runs {'slow' if drift < 0 else 'fast'} by "
        f"{number(round(abs(drift) * 1e6))} millionths of that of the first: joined at the middle of the edges, its "
        f"times are up to {off} ms off at the first and the last edge."
    )
    return offset, [Notice(code="join-drift", text=text)]


def _disagreement(first: NDArray[np.float64], second: NDArray[np.float64], allowed: str) -> SignalError:
    def shown(edges: NDArray[np.float64]) -> str:
        times = ", ".join(number(round(float(time), 4)) for time in edges[:6]) + (" …" if edges.size > 6 else "")
        return f"{edges.size}" + (f" at {times} s" if edges.size else "")

    return SignalError(
        "The triggers of the recordings to join do not agree",
        allowed=allowed,
        got=f"edges of the first: {shown(first)}; of the second: {shown(second)}",
        hint="Times are from the start of each recording. Cut a recording to the edges that both have, or say offset=",
    )


def _trigger(trial: Trial, which: str) -> Recording:
    streams = [name for name in trial if name.rstrip("0123456789").rstrip("_") == "trigger"]
    names = [name for stream in streams for name in trial[stream].names]
    if len(names) != 1:
        raise ArgumentError(
            f"The {which} recording has {'no trigger' if not names else 'several triggers'}",
            allowed="one channel of kind TRIG",
            got=listed(names or [name for recording in trial.values() for name in recording.names]),
            hint="Say which channel is the trigger, channels={'Sync': {'kind': 'TRIG', 'unit': 'V'}}, and make "
            "others MISC",
        )
    return trial[streams[0]]


def _edges(recording: Recording) -> NDArray[np.float64]:
    """Seconds from the start of the recording at which a trigger leaves its level of rest."""
    values = recording.data[0]
    levels = np.unique(values)
    if levels.size <= 1:
        return np.empty(0)
    if levels.size > 2 and bool((levels == np.rint(levels)).all()) and levels.size <= 256:
        # codes: what is not the usual one is an event, and another code at once is another event
        codes, counts = np.unique(values, return_counts=True)
        active = values != codes[counts.argmax()]
        leaves = active[1:] & (values[1:] != values[:-1])
    else:
        high = _states(values)
        changes = int(np.abs(np.diff(high)).sum())
        rest = high[0] if changes <= 2 else round(float(high.mean()))
        active = high != rest
        leaves = active[1:] & ~active[:-1]
    times: NDArray[np.float64] = (np.flatnonzero(leaves) + 1) / recording.sfreq
    return times


def _states(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """0 where a trigger is low and 1 where it is high; between the two it is as before."""
    low, high = float(values.min()), float(values.max())
    clear = np.where(values > low + _UPPER * (high - low), 1, np.where(values < low + _LOWER * (high - low), 0, -1))
    known = np.flatnonzero(clear >= 0)
    # the samples before the first clear one are as that one
    places = np.clip(np.searchsorted(known, np.arange(values.size), side="right") - 1, 0, None)
    states: NDArray[np.int64] = clear[known[places]]
    return states
