"""Repetitions and cycles from a position or an angle, whatever its sign, unit and level of rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_option, check_positive
from emgkit.channels import Event, Value
from emgkit.errors import ArgumentError, Notice, SignalError, warn
from emgkit.events.phases import Motion, Repetition, find_phases, meet
from emgkit.events.stream import stream_of
from emgkit.notation import number
from emgkit.recording import Recording, Trial

__all__ = ["OPTIONS", "REST", "find_in_movement", "resting_end"]

Array = NDArray[np.float64]

# the thresholds of the search, with what they are where nobody names others
OPTIONS: Mapping[str, float] = MappingProxyType(
    {
        "cutoff": 6.0,
        "prominence": 0.3,
        "distance": 0.5,
        "edge": 0.05,
        "minimum_hold": 0.1,
        "smallest": 0.6,
        "largest": 1.5,
    }
)
REST = ("low", "high", "near-zero", "far-from-zero")

# a stream whose end lies within this part of the movement from an extreme is there: when still, and when moving
_STILL_AT, _MOVING_AT = 0.25, 0.05
# a recording that stays within this part of the movement for so long (s, and parts of a movement) rests there
_STAYS_WITHIN, _RESTS_FOR = 0.05, 0.3
# movements are larger than this many standard deviations of smoothed noise, which alone spans about three
_ABOVE_NOISE = 8.0
# a stream whose median is off the middle of its range by less than half this part spends its time evenly
_EVEN = 0.25
# median absolute deviation of a normal distribution, to its standard deviation
_MAD = 1.4826


@dataclass(frozen=True, kw_only=True)
class _Rules:
    """Thresholds of one search, as :func:`find_in_movement` describes them."""

    cutoff: float
    prominence: float
    distance: float
    edge: float
    minimum_hold: float
    smallest: float
    largest: float

    def __post_init__(self) -> None:
        check_positive("cutoff", self.cutoff, unit="Hz")
        check_positive("distance", self.distance, unit="s", zero=True)
        check_positive("minimum_hold", self.minimum_hold, unit="s", zero=True)
        for name in ("prominence", "edge"):
            if check_positive(name, getattr(self, name)) >= 1:
                raise ArgumentError(
                    f"{name!r} cannot be used", allowed="a part: above 0, below 1", got=repr(getattr(self, name))
                )
        check_positive("smallest", self.smallest, zero=True)
        check_positive("largest", self.largest)
        if not self.smallest < 1 < self.largest:
            raise ArgumentError(
                "'smallest' and 'largest' leave out the median repetition itself",
                allowed="smallest < 1 < largest",
                got=f"smallest = {number(self.smallest)}, largest = {number(self.largest)}",
            )


@dataclass(frozen=True, kw_only=True)
class _Stream:
    """The stream that is searched: its motion about its median, the size of its movements, its recording."""

    motion: Motion
    size: float
    middle: float
    recording: Recording

    def upside_down(self) -> _Stream:
        m = self.motion
        return replace(self, motion=replace(m, raw=-m.raw, smooth=-m.smooth, velocity=-m.velocity), middle=-self.middle)

    @property
    def unit(self) -> str:
        return self.recording.channels[0].unit


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A repetition as found: edges and phases in samples, and why it is rejected (empty: accepted)."""

    first: float
    last: float
    excursion: float
    phases: tuple[tuple[str, float, float], ...] = ()
    reason: str = ""


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
        ``"near-zero"`` is the extreme of smaller magnitude, whatever the sign of the sensor.
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
        The trial has no such stream, the stream does not move, or nothing was found.

    Warns
    -----
    EmgkitWarning
        The recording begins at one extreme and ends at the other, so that rest is uncertain (``"rest-uncertain"``);
        or all repetitions are rejected (``"all-rejected"``). The trial keeps the notice.

    Notes
    -----
    All thresholds are relative to the stream, so that its unit, sign and offset do not matter. Turning points are
    peaks of the smoothed stream with the stated prominence. From the core of each movement (20 to 80 percent of its
    excursion) the velocity is followed outward until it stays below the threshold for 50 ms: `edge` times the
    movement's peak velocity, or three standard deviations of the velocity that the noise of the stream makes, if that
    is more. The edge is then put where the straight line through the crossings of three times the threshold and of the
    threshold meets zero. Rejected are repetitions that the recording cuts, those of unusual excursion, and those whose
    duration differs from the median by more than three scaled median absolute deviations (of log durations) and by
    more than a factor of two.

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
    check_option("starts", starts, ("eccentric", "concentric", None))
    check_option("rest", rest, (None, *REST))
    rules = _Rules(
        cutoff=cutoff, prominence=prominence, distance=distance, edge=edge, minimum_hold=minimum_hold,
        smallest=smallest, largest=largest,
    )  # fmt: skip
    recording = stream_of(trial, by, channel)
    stream = _smoothed(recording, rules)
    notices = list(trial.notices)
    if starts is None:
        found = _cycles(stream, rules)
    else:
        low, notice = _rest_is_low(stream, rules, rest)
        found = _repetitions(stream if low else stream.upside_down(), rules, starts)
        notices += [] if notice is None else [warn(notice)]
    if not found:
        raise SignalError(
            f"No {'cycle' if starts is None else 'repetition'} was found",
            where=f"channel {recording.names[0]!r} of the stream {by!r}, {number(round(recording.duration, 3))} s",
            allowed="at least two turning points"
            if starts is None
            else "at least one movement away from rest and back",
            hint="Look at the stream; a smaller prominence finds smaller movements",
        )
    found = _judged(found, rules, stream)
    if all(one.reason for one in found):
        reasons = "; ".join(dict.fromkeys(one.reason for one in found))
        notices.append(warn(Notice(code="all-rejected", text=f"All {len(found)} repetitions are rejected: {reasons}.")))
    named: dict[str, Value] = {} if exercise is None else {"exercise": exercise}
    events = [event for i, one in enumerate(found, 1) for event in _events(one, {**named, "repetition": i}, recording)]
    return replace(trial, events=(*trial.events, *events), notices=tuple(notices))


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
    rules = _Rules(**{**OPTIONS, **options})
    stream = _smoothed(stream_of(trial, by, channel), rules)
    motion = stream.motion
    low, high = _extremes(stream, rules)
    ends = {_at_low(stream, end, low, high, rules) for end in (0, -1)}
    if None in ends or len(ends) > 1:
        return None
    turns = np.sort(np.concatenate([_turning_points(y, stream, rules) for y in (motion.smooth, -motion.smooth)]))
    # one movement from extreme to extreme; of a sine the seventh part lies as near its turning point
    movement = float(np.median(np.diff(turns)))
    stays = min(_stays(y, _STAYS_WITHIN * (high - low)) for y in (motion.smooth, motion.smooth[::-1]))
    if stays < max(_RESTS_FOR * motion.sfreq, _RESTS_FOR * movement):
        return None
    return "low" if ends.pop() else "high"


def _smoothed(recording: Recording, rules: _Rules) -> _Stream:
    sfreq = recording.sfreq
    middle = float(np.median(recording.data[0]))
    raw = recording.data[0] - middle
    smooth = signal.lowpass(raw, rules.cutoff, sfreq=sfreq, order=4)
    velocity = np.gradient(smooth)
    # percentiles of the moving stream: how long it rests must not matter
    low, high = np.percentile(smooth[np.abs(velocity) > rules.edge * np.abs(velocity).max()], [5, 95])
    # from the white noise beyond the cut-off follows how much of it passes below, and the velocity that this makes
    beyond = _MAD * float(np.median(np.abs(raw - smooth))) / np.sqrt(1 - 2 * rules.cutoff / sfreq)
    noise = 3 * beyond * 2 * np.pi * np.sqrt(2 / 3 * rules.cutoff**3 / sfreq) / sfreq
    below = beyond * np.sqrt(2 * rules.cutoff / sfreq)
    if high - low < _ABOVE_NOISE * below:
        unit = recording.channels[0].unit
        raise SignalError(
            f"Channel {recording.names[0]!r} holds no movement, only noise",
            allowed=f"movements of at least {_ABOVE_NOISE * below:.3g} {unit}, beyond the noise",
            got=f"a range of {high - low:.3g} {unit}",
        )
    grain = float(np.sqrt(np.mean(np.diff(raw, 2) ** 2) / 6))
    motion = Motion(
        raw=raw, smooth=smooth, velocity=velocity, sfreq=sfreq, edge=rules.edge, noise=float(noise), grain=grain
    )
    return _Stream(motion=motion, size=float(high - low), middle=middle, recording=recording)


def _turning_points(y: Array, stream: _Stream, rules: _Rules) -> NDArray[np.intp]:
    """Prominent maxima; the stream may rise to an end of the recording, and then has one there."""
    from scipy.signal import find_peaks

    around = np.pad(y, 1, constant_values=y.min() - stream.size)
    apart = max(1.0, rules.distance * stream.motion.sfreq)
    peaks, _ = find_peaks(around, prominence=rules.prominence * stream.size, distance=apart)
    return np.asarray(peaks, dtype=np.intp) - 1


def _rest_is_low(stream: _Stream, rules: _Rules, rest: str | None) -> tuple[bool, Notice | None]:
    """Which extreme of the stream is rest: where the recording begins and ends, or what the caller says."""
    smooth = stream.motion.smooth
    low, high = _extremes(stream, rules)
    low_is_near = abs(low + stream.middle) < abs(high + stream.middle)
    if rest is not None:
        return {"low": True, "high": False, "near-zero": low_is_near, "far-from-zero": not low_is_near}[rest], None
    ends = [at for at in (_at_low(stream, end, low, high, rules) for end in (0, -1)) if at is not None]
    if ends and len(set(ends)) == 1:
        return ends[0], None
    begins, stops = (f"{number(round(float(smooth[end]) + stream.middle, 4))} {stream.unit}" for end in (0, -1))
    if ends:
        is_low = ends[0]
        why = f"it begins at {begins}, at one extreme, and ends at {stops}, at the other; where it begins was taken"
    else:
        is_low = bool(np.mean(smooth < (low + high) / 2) > 0.5)
        why = f"it begins ({begins}) and ends ({stops}) away from both extremes; where it is longer was taken"
    level = number(round((low if is_low else high) + stream.middle, 4))
    text = (
        f"Rest is uncertain in {stream.recording.names[0]!r}: {why}, about {level} {stream.unit}. "
        f"If that is the turning point, say rest={'high' if is_low else 'low'!r}."
    )
    return is_low, Notice(code="rest-uncertain", text=text)


def _stays(y: Array, within: float) -> int:
    """For how many samples a stream stays at the level at which it begins."""
    away = np.flatnonzero(np.abs(y - y[0]) > within)
    return int(away[0]) if len(away) else len(y)


def _extremes(stream: _Stream, rules: _Rules) -> tuple[float, float]:
    """The usual turning points, low and high."""
    smooth = stream.motion.smooth
    low, high = (float(np.median(smooth[_turning_points(y, stream, rules)])) for y in (-smooth, smooth))
    return low, high


def _still_below(motion: Motion, rules: _Rules) -> float:
    """The velocity below which the stream is still."""
    return max(rules.edge * float(np.abs(motion.velocity).max()), motion.noise)


def _at_low(stream: _Stream, end: int, low: float, high: float, rules: _Rules) -> bool | None:
    """Whether the stream begins (0) or ends (-1) at its low extreme; None if at neither."""
    motion = stream.motion
    level = (motion.smooth[end] - low) / (high - low)
    still = abs(motion.velocity[end]) <= _still_below(motion, rules)
    within = _STILL_AT if still else _MOVING_AT
    return True if level <= within else False if level >= 1 - within else None


def _repetitions(stream: _Stream, rules: _Rules, starts: str) -> list[_Found]:
    """Every movement away from a low rest and back, in time order."""
    y, last = stream.motion.smooth, len(stream.motion.smooth) - 1
    peaks = [int(peak) for peak in _turning_points(y, stream, rules)]
    if not peaks:
        return []
    valleys = [0, *(a + int(np.argmin(y[a:b])) for a, b in pairwise(peaks)), last]
    rest = float(np.median([y[a : b + 1].min() for a, b in pairwise([0, *peaks, last])]))
    parts = [
        find_phases(stream.motion, left=left, peak=peak, right=right, rest=rest)
        for left, peak, right in zip(valleys, peaks, valleys[1:], strict=False)
    ]
    shortest = rules.minimum_hold * stream.motion.sfreq
    for i, valley in enumerate(valleys[1:-1]):
        returns, leaves = parts[i].returns, parts[i + 1].leaves
        if returns is not None and leaves is not None:
            returns, leaves = meet(returns, leaves, float(valley), shortest=shortest)
            parts[i], parts[i + 1] = replace(parts[i], returns=returns), replace(parts[i + 1], leaves=leaves)
    return [_named(one, starts, shortest, float(last)) for one in parts]


def _named(one: Repetition, starts: str, shortest: float, last: float) -> _Found:
    """Name the phases of a repetition; those that the recording cuts are left out."""
    comes_back = "concentric" if starts == "eccentric" else "eccentric"
    arrives, departs = one.arrives, one.departs
    if arrives is not None and departs is not None:
        arrives, departs = meet(arrives, departs, one.turn, shortest=shortest)
    edges = ((starts, one.leaves, arrives), ("hold", arrives, departs), (comes_back, departs, one.returns))
    phases = tuple((name, a, b) for name, a, b in edges if a is not None and b is not None and b > a)
    cuts = [
        f"cut by the {which} of the recording"
        for which, at in (("start", one.leaves), ("end", one.returns))
        if at is None
    ]
    return _Found(
        first=0.0 if one.leaves is None else one.leaves,
        last=last if one.returns is None else one.returns,
        excursion=one.excursion,
        phases=phases,
        reason=" and ".join(cuts),
    )


def _cycles(stream: _Stream, rules: _Rules) -> list[_Found]:
    """Cycles between the turning points on the side where the stream spends less time."""
    smooth = stream.motion.smooth
    # what the filter makes of the very ends is no turning point
    reach = stream.motion.sfreq / (2 * rules.cutoff)
    sides = []
    for y in (smooth, -smooth):
        peaks = _turning_points(y, stream, rules)
        sides.append((y, peaks[(peaks > reach) & (peaks < len(y) - 1 - reach)]))
    low, high = np.percentile(smooth, [5, 95])
    if abs(low + high) < _EVEN * (high - low):
        # as long on one side as on the other: from the turning point that comes first
        y, peaks = min(sides, key=lambda side: side[1][0] if side[1].size else len(smooth))
    else:
        y, peaks = sides[0] if low + high > 0 else sides[1]
    return [
        _Found(first=float(a), last=float(b), excursion=float(min(y[a], y[b]) - y[a:b].min()))
        for a, b in pairwise(peaks)
    ]


def _judged(found: Sequence[_Found], rules: _Rules, stream: _Stream) -> list[_Found]:
    """Reject what is unlike the other whole repetitions, in excursion first and then in duration."""
    whole = [one for one in found if not one.reason]
    if not whole:
        return list(found)
    usual = float(np.median([one.excursion for one in whole]))
    unit, sfreq = stream.unit, stream.motion.sfreq
    judged = [
        one
        if one.reason or rules.smallest <= one.excursion / usual <= rules.largest
        else replace(
            one,
            reason=f"excursion of {one.excursion:.3g} {unit} is {one.excursion / usual:.2f} times the median "
            f"{usual:.3g} {unit}, outside {number(rules.smallest)} to {number(rules.largest)}",
        )
        for one in found
    ]
    durations = {one: (one.last - one.first) / sfreq for one in judged if not one.reason}
    if not durations:
        return judged
    logs = np.log(list(durations.values()))
    centre = float(np.median(logs))
    # the factor of two keeps very even sets from losing repetitions to a tiny deviation
    limit = max(3 * _MAD * float(np.median(np.abs(logs - centre))), np.log(2))
    usually = f"the median {np.exp(centre):.3g} s, outside {np.exp(-limit):.2g} to {np.exp(limit):.2g}"
    return [
        replace(
            one, reason=f"duration of {durations[one]:.3g} s is {durations[one] / np.exp(centre):.2f} times {usually}"
        )
        if one in durations and abs(np.log(durations[one]) - centre) > limit
        else one
        for one in judged
    ]


def _events(one: _Found, named: dict[str, Value], recording: Recording) -> list[Event]:
    """The repetition and its phases on the trial's time zero."""
    verdict: dict[str, Value] = {"accepted": not one.reason, "reason": one.reason}

    def event(label: str, first: float, last: float, columns: dict[str, Value]) -> Event:
        onset, duration = recording.start + first / recording.sfreq, (last - first) / recording.sfreq
        return Event(onset=onset, duration=duration, label=label, columns={**named, **columns, **verdict})

    return [
        event("repetition", one.first, one.last, {"excursion": one.excursion}),
        *(event("phase", first, last, {"phase": phase}) for phase, first, last in one.phases),
    ]
