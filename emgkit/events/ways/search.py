"""The search in a smoothed stream: its turning points, and the repetitions or cycles between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_positive
from emgkit.channels import Event, Value
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.ways.phases import Motion, Repetition, find_phases, meet
from emgkit.notation import number
from emgkit.recording import Recording

__all__ = [
    "OPTIONS", "Found", "Rules", "Stream", "cycles_of", "events_of", "judged", "repetitions_of", "smoothed",
    "turning_points",
]  # fmt: skip

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

# a valley between two repetitions that is above this part of the movement is not at rest
_OFF_REST = 0.25
# movements are larger than this many standard deviations of smoothed noise, which alone spans about three
_ABOVE_NOISE = 8.0
# median absolute deviation of a normal distribution, to its standard deviation
_MAD = 1.4826


@dataclass(frozen=True, kw_only=True)
class Rules:
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
class Stream:
    """The stream that is searched: its motion about its median, the size of its movements, its recording."""

    motion: Motion
    size: float
    middle: float
    recording: Recording
    upright: bool = True

    def shown(self, level: float) -> float:
        """A level as the sensor shows it."""
        return (1.0 if self.upright else -1.0) * (level + self.middle)

    def upside_down(self) -> Stream:
        """The stream with up and down exchanged."""
        m = self.motion
        return replace(
            self,
            motion=replace(m, raw=-m.raw, smooth=-m.smooth, velocity=-m.velocity),
            middle=-self.middle,
            upright=not self.upright,
        )

    @property
    def unit(self) -> str:
        """The unit of its levels."""
        return self.recording.channels[0].unit


@dataclass(frozen=True, kw_only=True)
class Found:
    """A repetition as found: edges and phases in samples, and why it is rejected (empty: accepted).

    `away` has the level of each end ("start", "end") at which the movement is not back at rest.
    """

    first: float
    last: float
    excursion: float
    phases: tuple[tuple[str, float, float], ...] = ()
    reason: str = ""
    away: tuple[tuple[float, str], ...] = ()


def smoothed(recording: Recording, rules: Rules) -> Stream:
    """The stream as it is searched.

    Raises
    ------
    SignalError
        It holds nothing but noise.
    """
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
    return Stream(motion=motion, size=float(high - low), middle=middle, recording=recording)


def turning_points(y: Array, stream: Stream, rules: Rules) -> NDArray[np.intp]:
    """Prominent maxima; the stream may rise to an end of the recording, and then has one there."""
    from scipy.signal import find_peaks

    around = np.pad(y, 1, constant_values=y.min() - stream.size)
    apart = max(1.0, rules.distance * stream.motion.sfreq)
    peaks, _ = find_peaks(around, prominence=rules.prominence * stream.size, distance=apart)
    return np.asarray(peaks, dtype=np.intp) - 1


def repetitions_of(stream: Stream, rules: Rules, starts: str) -> list[Found]:
    """Every movement away from a low rest and back, in time order."""
    y, last = stream.motion.smooth, len(stream.motion.smooth) - 1
    peaks = [int(peak) for peak in turning_points(y, stream, rules)]
    if not peaks:
        return []
    valleys = [0, *(a + int(np.argmin(y[a:b])) for a, b in pairwise(peaks)), last]
    lows = [float(y[a : b + 1].min()) for a, b in pairwise([0, *peaks, last])]
    rest = float(np.median(lows))
    # most valleys may be far from rest: both ends of the recording lie lower then
    lowest = min(rest, max(lows[0], lows[-1]))
    away = [
        [end for end, at in (("start", left), ("end", right)) if 0 < at < last and _is_away(y[at], y[peak], lowest)]
        for left, peak, right in zip(valleys, peaks, valleys[1:], strict=False)
    ]
    parts = [
        find_phases(
            stream.motion,
            left=left,
            peak=peak,
            right=right,
            # a valley between two repetitions ends them where it is, also far from rest: the recording cuts neither
            rest=(float(y[left]) if left > 0 else rest, float(y[right]) if right < last else rest),
        )
        for left, peak, right in zip(valleys, peaks, valleys[1:], strict=False)
    ]
    shortest = rules.minimum_hold * stream.motion.sfreq
    for i, valley in enumerate(valleys[1:-1]):
        returns, leaves = parts[i].returns, parts[i + 1].leaves
        if returns is not None and leaves is not None:
            returns, leaves = meet(returns, leaves, float(valley), shortest=shortest)
            parts[i], parts[i + 1] = replace(parts[i], returns=returns), replace(parts[i + 1], leaves=leaves)
    return [
        replace(
            _named(one, starts, shortest, float(last)),
            away=tuple((float(y[valleys[place + (end == "end")]]), end) for end in off),
        )
        for place, (one, off) in enumerate(zip(parts, away, strict=True))
    ]


def _is_away(valley: float, peak: float, rest: float) -> bool:
    """Whether a valley is too far from rest to be it."""
    return valley - rest > _OFF_REST * (peak - rest)


def _named(one: Repetition, starts: str, shortest: float, last: float) -> Found:
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
    return Found(
        first=0.0 if one.leaves is None else one.leaves,
        last=last if one.returns is None else one.returns,
        excursion=one.excursion,
        phases=phases,
        reason=" and ".join(cuts),
    )


def cycles_of(stream: Stream, rules: Rules) -> list[Found]:
    """Cycles from one high turning point to the next."""
    y = stream.motion.smooth
    # what the filter makes of the very ends is no turning point
    reach = stream.motion.sfreq / (2 * rules.cutoff)
    peaks = turning_points(y, stream, rules)
    peaks = peaks[(peaks > reach) & (peaks < len(y) - 1 - reach)]
    return [
        Found(first=float(a), last=float(b), excursion=float(min(y[a], y[b]) - y[a:b].min()))
        for a, b in pairwise(peaks)
    ]


def judged(found: Sequence[Found], rules: Rules, stream: Stream) -> list[Found]:
    """Reject what is unlike the other whole repetitions, in excursion first and then in duration."""
    whole = [one for one in found if not one.reason]
    if not whole:
        return list(found)
    usual = float(np.median([one.excursion for one in whole]))
    unit, sfreq = stream.unit, stream.motion.sfreq
    checked = [
        one
        if one.reason or rules.smallest <= one.excursion / usual <= rules.largest
        else replace(
            one,
            reason=f"excursion of {one.excursion:.3g} {unit} is {one.excursion / usual:.2f} times the median "
            f"{usual:.3g} {unit}, outside {number(rules.smallest)} to {number(rules.largest)}",
        )
        for one in found
    ]
    durations = {one: (one.last - one.first) / sfreq for one in checked if not one.reason}
    if not durations:
        return checked
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
        for one in checked
    ]


def events_of(one: Found, named: dict[str, Value], more: dict[str, Value], recording: Recording) -> list[Event]:
    """The repetition, with what more is known of it, and its phases, on the trial's time zero."""
    verdict: dict[str, Value] = {"accepted": not one.reason, "reason": one.reason}

    def event(label: str, first: float, last: float, columns: dict[str, Value]) -> Event:
        onset, duration = recording.start + first / recording.sfreq, (last - first) / recording.sfreq
        return Event(onset=onset, duration=duration, label=label, columns={**named, **columns, **verdict})

    return [
        event("repetition", one.first, one.last, {"excursion": one.excursion, **more}),
        *(event("phase", first, last, {"phase": phase}) for phase, first, last in one.phases),
    ]
