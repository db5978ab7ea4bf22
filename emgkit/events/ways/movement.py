"""Repetitions and cycles from a position or an angle, whatever its sign, unit and level of rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import check_option
from emgkit.channels import Value
from emgkit.errors import Notice, SignalError, warn
from emgkit.events.ways.phases import Motion
from emgkit.events.ways.search import (
    OPTIONS,
    Found,
    Rules,
    Stream,
    cycles_of,
    events_of,
    judged,
    repetitions_of,
    smoothed,
    turning_points,
)
from emgkit.events.ways.stream import stream_of
from emgkit.notation import counted, number
from emgkit.recording import Recording, Trial

__all__ = ["OPTIONS", "REST", "find_in_movement", "resting_end", "search"]

Array = NDArray[np.float64]

REST = ("low", "high", "near-zero", "far-from-zero")

# a stream whose end lies within this part of the movement from an extreme is there: when still, and when moving
_STILL_AT, _MOVING_AT = 0.25, 0.05
# a recording that stays within this part of the movement for so long (s, and parts of a movement) rests there
_STAYS_WITHIN, _RESTS_FOR = 0.05, 0.3
# at a turning point without a pause it stays there for about a tenth of a movement
_STAYS_FOR = 0.15
# a stream pauses within this part of the movement of a turning point; longer elsewhere is more than so many times as
# long, and so many seconds
_PAUSES_WITHIN, _LONGER, _LONGER_BY = 0.1, 1.25, 0.1
# a stream whose median is off the middle of its range by less than half this part spends its time evenly
_EVEN = 0.25


def find_in_movement(
    trial: Trial,
    *,
    by: str,
    starts: str | None,
    exercise: str | None = None,
    channel: str | None = None,
    rest: str | None = None,
    cutoff: float = OPTIONS["cutoff"],
    prominence: float = OPTIONS["prominence"],
    distance: float = OPTIONS["distance"],
    edge: float = OPTIONS["edge"],
    minimum_hold: float = OPTIONS["minimum_hold"],
    smallest: float = OPTIONS["smallest"],
    largest: float = OPTIONS["largest"],
) -> Trial:
    """Find repetitions and their phases in a position or an angle.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    by : {"position", "angle"}
        Stream to search; ``"angle_2"`` and the like for a second one.
    starts : {"eccentric", "concentric", None}
        Phase of the first movement away from rest: concentric for hip thrust, deadlift, seated knee extension and
        standing knee flexion, eccentric for the squat. None: cycles without phases (gait), each from one turning
        point to the next.
    exercise : str, optional
        Goes into the events; without it tables show the task.
    channel : str, optional
        Which channel, where the stream has several.
    rest : {None, "low", "high", "near-zero", "far-from-zero"}
        Which extreme of the stream is rest. None: the one at which the recording begins and ends.
        ``"near-zero"`` is the extreme of smaller magnitude, whatever the sign of the sensor. Cycles begin at the other
        extreme; None: at the one where the stream spends less time, and at the highest where it spends as long at both.
    cutoff : float, default 6
        Zero-lag low-pass filter of the stream (Hz, fourth order).
    prominence : float, default 0.3
        Least excursion, as a part of the range from the 5th to the 95th percentile of the moving stream.
    distance : float, default 0.5
        Least time between two turning points (s).
    edge : float, default 0.05
        A phase begins and ends where the velocity crosses this part of the movement's peak velocity.
    minimum_hold : float, default 0.1
        A shorter pause (s) is none: the phases then meet at the turning point.
    smallest, largest : float, default 0.6 and 1.5
        Repetitions with an excursion outside these parts of the median are rejected.

    Returns
    -------
    Trial
        With an event ``"repetition"`` (columns `exercise, repetition, excursion, accepted, reason`) for each
        repetition found, numbered in time, and events ``"phase"`` (`phase`: ``"eccentric"``, ``"hold"`` or
        ``"concentric"``). Rejected ones stay, with the reason in words.

    Raises
    ------
    ArgumentError
        A parameter is outside what is allowed, or the stream has several channels.
    SignalError
        The trial has no such stream, the stream does not move, or nothing was found; or phases are asked for, and the
        recording does not begin or end at rest, or begins and ends at an extreme at which it pauses less than at the
        other: the message shows both readings.

    Warns
    -----
    EmgkitWarning
        A movement does not come back to rest before the next one (``"not-back-to-rest"``), or all repetitions are
        rejected (``"all-rejected"``). The trial keeps the notice.

    Notes
    -----
    All thresholds are relative to the stream, so that its unit, sign and offset do not matter. Turning points are
    peaks of the smoothed stream with the stated prominence. From the core of each movement (20 to 80 percent of its
    excursion) the velocity is followed outward until it stays below the threshold for 50 ms: `edge` times the
    movement's peak velocity, or three standard deviations of the velocity that the noise of the stream makes, if that
    is more. The edge is then put where the straight line through the crossings of three times the threshold and of the
    threshold meets zero. Where that noise is more than half of `edge` times the peak velocity, it is put where a
    parabola begins that is fitted by least squares to the stream as recorded: to the movement from the edge found to
    its core, and to as much beside it. Rejected are repetitions that the recording cuts, those of unusual excursion,
    and those whose duration differs from the median by more than three scaled median absolute deviations (of log
    durations) and by more than a factor of two.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> t = np.arange(0, 11, 0.01)
    >>> depth = np.where((t > 1) & (t < 10), (np.cos(2 * np.pi * (t - 1) / 3) - 1) / 4, 0.0)
    >>> bar = Recording(data=[depth], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    >>> squat = find_in_movement(Trial(streams={"position": bar}), by="position", starts="eccentric")
    >>> from emgkit.events import audit
    >>> audit(squat)[["repetition", "onset", "duration", "excursion", "accepted"]].round(2)
       repetition  onset  duration  excursion  accepted
    0           1    1.0       3.0        0.5      True
    1           2    4.0       3.0        0.5      True
    2           3    7.0       3.0        0.5      True
    """
    rules = Rules(
        cutoff=cutoff, prominence=prominence, distance=distance, edge=edge, minimum_hold=minimum_hold,
        smallest=smallest, largest=largest,
    )  # fmt: skip
    return search(trial, stream_of(trial, by, channel), rules, starts=starts, rest=rest, exercise=exercise)


def search(
    trial: Trial,
    recording: Recording,
    rules: Rules,
    *,
    starts: str | None,
    rest: str | None,
    exercise: str | None,
    origin: str | None = None,
) -> Trial:
    """Search one channel that shows the movement of a trial.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    recording : Recording
        The channel.
    rules : Rules
        The thresholds.
    starts, rest, exercise
        As for :func:`find_in_movement`.
    origin : str, optional
        Where the channel comes from, if it is none of the trial's own; for the audit.

    Raises
    ------
    ArgumentError
        `starts` or `rest` is unknown.
    SignalError
        Rest is uncertain and phases are asked for, or nothing was found.
    """
    check_option("starts", starts, ("eccentric", "concentric", None))
    check_option("rest", rest, (None, *REST))
    stream = smoothed(recording, rules)
    notices = list(trial.notices)
    more: dict[str, Value] = {} if origin is None else {"origin": origin}
    if starts is None:
        highest = _zero_is_high(stream, rules, rest)
        stream = stream if highest else stream.upside_down()
        found = cycles_of(stream, rules)
        more["zero"] = "highest" if highest else "lowest"
    else:
        low = _rest_is_low(stream, rules, rest, starts)
        stream = stream if low else stream.upside_down()
        found = repetitions_of(stream, rules, starts)
    if not found:
        raise SignalError(
            f"No {'cycle' if starts is None else 'repetition'} was found",
            where=f"channel {recording.names[0]!r}, {number(round(recording.duration, 3))} s",
            allowed="at least two turning points"
            if starts is None
            else "at least one movement away from rest and back",
            hint="Look at the stream; a smaller prominence finds smaller movements",
        )
    found = judged(found, rules, stream)
    notices += [warn(notice) for notice in _doubts(found, stream)]
    named: dict[str, Value] = {} if exercise is None else {"exercise": exercise}
    events = [
        event for i, one in enumerate(found, 1) for event in events_of(one, {**named, "repetition": i}, more, recording)
    ]
    return replace(trial, events=(*trial.events, *events), notices=tuple(notices))


def _doubts(found: Sequence[Found], stream: Stream) -> Iterator[Notice]:
    """What is remarkable of all repetitions together."""
    for i, one in enumerate(found, 1):
        for level, away in one.away:
            text = (
                f"Repetition {i} {'ends' if away == 'end' else 'begins'} at its valley, "
                f"{number(float(f'{stream.shown(level):.3g}'))} {stream.unit}: between it and the "
                f"{'next' if away == 'end' else 'one before'} the movement does not come back to rest."
            )
            yield Notice(code="not-back-to-rest", text=text)
    if all(one.reason for one in found):
        reasons = "; ".join(dict.fromkeys(one.reason for one in found))
        yield Notice(code="all-rejected", text=f"All {len(found)} repetitions are rejected: {reasons}.")


def resting_end(trial: Trial, *, by: str, channel: str | None = None, **options: float) -> str | None:
    """Say at which extreme of a movement a recording rests, if it clearly does: where it begins and where it ends.

    Squats and other lifts begin and end at rest; recordings of gait are cut from it.

    Parameters
    ----------
    trial : Trial
        With the stream.
    by, channel
        As for :func:`find_in_movement`.
    **options
        Its thresholds, where they are others.

    Returns
    -------
    {"low", "high", None}
        The extreme at which the stream stays, at both ends of the recording, for 0.3 s and for 0.3 of the time that a
        movement from extreme to extreme takes, or longer; None where there is no such extreme.

    Raises
    ------
    ArgumentError
        A threshold is outside what is allowed, or the stream has several channels.
    SignalError
        The trial has no such stream, or the stream does not move.

    Examples
    --------
    >>> from emgkit import Channel
    >>> t = np.arange(0, 11, 0.01)
    >>> depth = np.where((t > 1) & (t < 10), (np.cos(2 * np.pi * (t - 1) / 3) - 1) / 4, 0.0)
    >>> bar = Recording(data=[depth], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    >>> resting_end(Trial(streams={"position": bar}), by="position")
    'high'
    >>> resting_end(Trial(streams={"position": bar.crop(2.0, 9.0)}), by="position") is None
    True
    """
    rules = Rules(**{**OPTIONS, **options})
    stream = smoothed(stream_of(trial, by, channel), rules)
    motion = stream.motion
    low, high = _extremes(stream, rules)
    ends = {_at_low(stream, end, low, high, rules) for end in (0, -1)}
    if None in ends or len(ends) > 1:
        return None
    turns = np.sort(np.concatenate([turning_points(y, stream, rules) for y in (motion.smooth, -motion.smooth)]))
    # one movement from extreme to extreme; of a sine the seventh part lies as near its turning point
    movement = float(np.median(np.diff(turns)))
    stays = min(_stays(y, _STAYS_WITHIN * (high - low)) for y in (motion.smooth, motion.smooth[::-1]))
    if stays < max(_RESTS_FOR * motion.sfreq, _RESTS_FOR * movement):
        return None
    return "low" if ends.pop() else "high"


def _said(stream: Stream, rules: Rules, rest: str) -> bool:
    """Whether rest is the low extreme, as the caller says."""
    low, high = _extremes(stream, rules)
    low_is_near = abs(low + stream.middle) < abs(high + stream.middle)
    return {"low": True, "high": False, "near-zero": low_is_near, "far-from-zero": not low_is_near}[rest]


def _zero_is_high(stream: Stream, rules: Rules, rest: str | None) -> bool:
    """Whether a cycle goes from one highest value to the next, and not from one lowest to the next.

    It is the side of the range where the stream spends less time. One that spends as long on either has nothing that
    tells the sides apart: it is the highest value, wherever the recording begins.
    """
    if rest is not None:
        return _said(stream, rules, rest)
    low, high = np.percentile(stream.motion.smooth, [5, 95])
    return bool(low + high >= -_EVEN * (high - low))


def _rest_is_low(stream: Stream, rules: Rules, rest: str | None, starts: str) -> bool:
    """Which extreme of the stream is rest: where the recording begins and ends, or what the caller says.

    Raises
    ------
    SignalError
        The recording begins and ends at no extreme, or at one each; or it does not rest where it begins and ends, and
        pauses longer at the other extreme: shows both readings.
    """
    if rest is not None:
        return _said(stream, rules, rest)
    smooth = stream.motion.smooth
    low, high = _extremes(stream, rules)
    ends = {end: low_ for end in (0, -1) if (low_ := _at_low(stream, end, low, high, rules)) is not None}
    same = len(set(ends.values())) == 1
    if same and not _rests_elsewhere(stream, rules, ends):
        return next(iter(ends.values()))
    begins, stops = (f"{number(round(stream.shown(float(smooth[end])), 4) + 0.0)} {stream.unit}" for end in (0, -1))
    if same:
        how = f"begins at {begins} and ends at {stops} without a rest, and pauses longer at the other extreme"
    elif ends:
        how = f"begins at {begins}, at one extreme, and ends at {stops}, at the other"
    else:
        how = f"begins at {begins}, and ends at {stops}, away from both extremes"
    readings = [
        _reading(one, rules, starts, name, stream.shown(level))
        for one, name, level in ((stream, "low", low), (stream.upside_down(), "high", high))
    ]
    raise SignalError(
        f"Rest is uncertain in {stream.recording.names[0]!r}, and with it which phase is which: it {how}",
        allowed="a recording that begins and ends at rest, or rest",
        got="; ".join(readings),
        hint="Look at the stream, and say rest = 'low' or rest = 'high'; without starts there are cycles",
    )


def _rests_elsewhere(stream: Stream, rules: Rules, ends: Mapping[int, bool]) -> bool:
    """Whether the stream does not rest where it begins and ends, and between its movements pauses longer elsewhere."""
    y, sfreq = stream.motion.smooth, stream.motion.sfreq
    low, high = _extremes(stream, rules)
    turns = {at: turning_points(-y if at else y, stream, rules) for at in (True, False)}
    movement = float(np.median(np.diff(np.sort(np.concatenate(list(turns.values()))))))
    stays = max(_stays(y if end == 0 else y[::-1], _STAYS_WITHIN * (high - low)) for end in ends)
    if stays >= max(_RESTS_FOR * sfreq, _STAYS_FOR * movement):
        return False
    here = next(iter(ends.values()))
    own, other = (_pause(y, turns[at], _PAUSES_WITHIN * (high - low)) for at in (here, not here))
    return own is not None and other is not None and other > _LONGER * own + _LONGER_BY * sfreq


def _pause(y: Array, turns: NDArray[np.intp], within: float) -> float | None:
    """For how many samples a stream stays at its turning points, but for those at the ends of the recording."""
    stays = [
        before + after
        for turn in turns
        if (before := _stays(y[turn::-1], within)) <= turn and (after := _stays(y[turn:], within)) < len(y) - turn
    ]
    return float(np.median(stays)) if stays else None


def _reading(stream: Stream, rules: Rules, starts: str, rest: str, level: float) -> str:
    """What the repetitions would be, if the stream rested at one end."""
    found = [one for one in repetitions_of(stream, rules, starts) if not one.reason and one.phases]
    where = f"resting {rest} (about {number(float(f'{level:.3g}'))} {stream.unit})"
    text = f"{where}, {counted(len(found), 'whole repetition')}"
    if not found:
        return text
    name, first, last = found[0].phases[0]
    recording = stream.recording
    onset, end = (number(round(recording.start + at / recording.sfreq, 2)) for at in (first, last))
    return f"{text}, the first {name} phase from {onset} to {end} s"


def _stays(y: Array, within: float) -> int:
    """For how many samples a stream stays at the level at which it begins."""
    away = np.flatnonzero(np.abs(y - y[0]) > within)
    return int(away[0]) if len(away) else len(y)


def _extremes(stream: Stream, rules: Rules) -> tuple[float, float]:
    """The usual turning points, low and high."""
    smooth = stream.motion.smooth
    low, high = (float(np.median(smooth[turning_points(y, stream, rules)])) for y in (-smooth, smooth))
    return low, high


def _still_below(motion: Motion, rules: Rules) -> float:
    """The velocity below which the stream is still."""
    return max(rules.edge * float(np.abs(motion.velocity).max()), motion.noise)


def _at_low(stream: Stream, end: int, low: float, high: float, rules: Rules) -> bool | None:
    """Whether the stream begins (0) or ends (-1) at its low extreme; None if at neither."""
    motion = stream.motion
    level = (motion.smooth[end] - low) / (high - low)
    still = abs(motion.velocity[end]) <= _still_below(motion, rules)
    within = _STILL_AT if still else _MOVING_AT
    return True if level <= within else False if level >= 1 - within else None
