"""Repetitions from a trigger: its edges, its pulses, or the beats of a metronome that it starts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import check_option, check_positive, check_unknown, check_whole
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.ways.marking import PHASES, Mark, marked
from emgkit.notation import counted, listed, number, series
from emgkit.recording import Recording, Trial

__all__ = ["EDGES", "find_by_trigger", "trigger_sentence"]

Array = NDArray[np.float64]

EDGES = ("rise", "fall", "pulse")
# a trigger goes from one level to the other past these parts of their distance, so that noise makes no edge
_LOWER, _UPPER = 0.25, 0.75
# between its levels a trigger spends no more than this part of the time
_BETWEEN = 0.1


def find_by_trigger(
    trial: Trial,
    *,
    channel: str | None = None,
    edge: str = "rise",
    threshold: float | None = None,
    beat: float | None = None,
    beats_per_repetition: int | None = None,
    phases: Mapping[str, int] | None = None,
    exercise: str | None = None,
) -> Trial:
    """Find repetitions by a trigger: from edge to edge, pulse by pulse, or by the beats of a metronome.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    channel : str, optional
        Which channel, where several are triggers or another one is.
    edge : {"rise", "fall", "pulse"}
        ``"rise"`` and ``"fall"``: a beat is such an edge, and repetitions go from beat to beat. ``"pulse"``: each
        stretch at the higher level is a repetition.
    threshold : float, optional
        Level between low and high, in the unit of the channel. Left out: halfway between the two levels, which must
        then be clear: less than a tenth of the samples lie between a quarter and three quarters of the way.
    beat : float, optional
        Seconds from beat to beat of a metronome that starts at the first edge. It goes on to the last edge, if there
        are several, else to the end of the recording.
    beats_per_repetition : int, optional
        How many beats a repetition has; 1, or the sum of `phases`.
    phases : mapping of str to int, optional
        The phases of a repetition in their order, with their beats: ``{"eccentric": 2, "hold": 1, "concentric": 2}``.
    exercise : str, optional
        Goes into the events; without it tables show the task.

    Returns
    -------
    Trial
        With an event ``"repetition"`` for each, and ``"phase"`` events where `phases` says so. A pulse that the
        recording cuts is rejected, with the reason.

    Raises
    ------
    ArgumentError
        An option cannot be used, there are several channels, or the beats fill no repetition.
    SignalError
        There is no trigger, or it has no edge.

    Examples
    --------
    >>> from emgkit import Channel, Recording, Trial
    >>> emg = Recording(data=np.ones((1, 9000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> pulses = np.isin(np.arange(9000) // 1000, (1, 4, 7)).astype(float) * 5
    >>> sync = Recording(data=[pulses], sfreq=1000.0, channels=(Channel(name="sync", unit="V", kind="TRIG"),))
    >>> found = find_by_trigger(Trial(streams={"emg": emg, "trigger": sync}))
    >>> [(event.onset, event.end) for event in found.events]
    [(1.0, 4.0), (4.0, 7.0)]
    """
    check_option("edge", edge, EDGES)
    recording = _trigger(trial, channel)
    high = _is_high(recording, threshold)
    if edge == "pulse":
        of_beats = {"beat": beat, "beats_per_repetition": beats_per_repetition, "phases": phases}
        given = [name for name, value in of_beats.items() if value is not None]
        if given:
            raise ArgumentError("Pulses have no beats", allowed="edge = 'rise' or 'fall'", got=listed(given))
        marks = _pulses(recording, high)
    else:
        edges = _edges(recording, high, edge)
        per, parts = _per_repetition(beats_per_repetition, phases)
        beats = (
            edges if beat is None else _metronome(trial, edges, beat=check_positive("beat", beat, unit="s"), per=per)
        )
        marks = _groups(beats, per, parts, recording.names[0])
    return marked(trial, marks, starts=None, exercise=exercise, origin="trigger")


def trigger_sentence(
    names: str,
    *,
    channel: str | Mapping[str, str] | None = None,
    edge: str = "rise",
    threshold: float | None = None,
    beat: float | None = None,
    beats_per_repetition: int | None = None,
    phases: Mapping[str, int] | None = None,
    **_: Any,
) -> str:
    """Say how :func:`find_by_trigger` finds the repetitions of some exercises, for a Methods section.

    Examples
    --------
    >>> trigger_sentence("squat", edge="pulse")
    'Each pulse of the trigger is a repetition of squat; its levels were told apart halfway between low and high.'
    """
    of_sides = isinstance(channel, Mapping)
    which = "the trigger of its side" if of_sides else "the trigger" if channel is None else f"the trigger {channel}"
    at = "halfway between low and high" if threshold is None else f"at {number(threshold)}"
    level = f"its levels were told apart {at}"
    if edge == "pulse":
        return f"Each pulse of {which} is a repetition of {names}; {level}."
    per, _parts = _per_repetition(beats_per_repetition, phases)
    one = "rising" if edge == "rise" else "falling"
    if beat is None:
        every = "one interval" if per == 1 else f"{per} intervals"
        how = f"{every} between {one} edges of {which} long"
    else:
        how = f"{counted(per, 'beat')} of a metronome of {number(beat)} s long, from the first {one} edge of {which} on"
    shares = series(f"{counted(beats, 'beat')} {phase}" for phase, beats in phases.items()) if phases else ""
    return f"The repetitions of {names} are {how}; {level}." + (f" Their phases are {shares}." if shares else "")


def _trigger(trial: Trial, channel: str | None) -> Recording:
    """The one channel to search."""
    streams = [recording for name, recording in trial.items() if name.rstrip("0123456789").rstrip("_") == "trigger"]
    if channel is not None:
        every = {name: recording for recording in trial.values() for name in recording.names}
        check_unknown("channel", channel, every)
        return every[channel].pick(channel)
    names = [name for recording in streams for name in recording.names]
    if not names:
        raise SignalError(
            "The trial has no trigger to find repetitions by",
            allowed="a channel of kind TRIG",
            got=listed(name for recording in trial.values() for name in recording.names),
            hint="Say which channel it is: channel = '…'",
        )
    if len(names) > 1:
        raise ArgumentError(
            "The trial has several triggers",
            allowed=f"channel = one of {listed(names)}",
            got="none",
            hint="Where left and right have triggers of their own: channel = { left = '…', right = '…' }",
        )
    return streams[0]


def _is_high(recording: Recording, threshold: float | None) -> NDArray[np.bool_]:
    """Where the trigger is at its higher level; between the levels it is as before."""
    x, name, unit = recording.data[0], recording.names[0], recording.channels[0].unit
    low, high = float(x.min()), float(x.max())
    if not high > low:
        raise SignalError(f"The trigger {name!r} is constant", got=f"{number(low)} {unit} throughout")
    if threshold is not None and not low < threshold < high:
        raise ArgumentError(
            "The trigger never crosses the threshold",
            where=f"channel {name!r}",
            allowed=f"between {number(low)} and {number(high)} {unit}",
            got=f"{number(threshold)} {unit}",
        )
    if threshold is not None:
        return np.asarray(x > threshold)
    # of the samples on either side of the middle, so that noise does not move the levels
    upper = x > (low + high) / 2
    low, high = float(np.median(x[~upper])), float(np.median(x[upper]))
    part = (x - low) / (high - low)
    between = float(np.mean((part > _LOWER) & (part < _UPPER)))
    if between > _BETWEEN:
        raise SignalError(
            f"Channel {name!r} has no two clear levels",
            allowed=f"less than {_BETWEEN:.0%} of the samples between {_LOWER:.0%} and {_UPPER:.0%} of its range",
            got=f"{between:.0%}",
            hint="Say the level between low and high: threshold = …; or name another channel",
        )
    clear = np.where(part > _UPPER, 1, np.where(part < _LOWER, 0, -1))
    known = np.flatnonzero(clear >= 0)
    # the samples before the first clear one are as that one
    places = np.clip(np.searchsorted(known, np.arange(x.size), side="right") - 1, 0, None)
    return np.asarray(clear[known[places]] == 1)


def _changes(high: NDArray[np.bool_], *, rises: bool) -> NDArray[np.intp]:
    step = np.diff(high.astype(np.int8))
    return np.flatnonzero(step == (1 if rises else -1)) + 1


def _edges(recording: Recording, high: NDArray[np.bool_], edge: str) -> Array:
    """The times of the edges (s)."""
    at = _changes(high, rises=edge == "rise")
    if at.size == 0:
        raise SignalError(f"The trigger {recording.names[0]!r} has no {'rising' if edge == 'rise' else 'falling'} edge")
    return np.asarray(recording.start + at / recording.sfreq)


def _pulses(recording: Recording, high: NDArray[np.bool_]) -> list[Mark]:
    """The stretches at the higher level; those that the recording cuts are rejected."""
    rises, falls = _changes(high, rises=True), _changes(high, rises=False)
    first = [0, *rises] if high[0] else list(rises)
    last = [*falls, high.size] if high[-1] else list(falls)
    marks = []
    for a, b in zip(first, last, strict=True):
        cuts = [
            f"cut by the {end} of the recording" for end, cut in (("start", a == 0), ("end", b == high.size)) if cut
        ]
        facts: dict[str, Any] = {"accepted": False, "reason": " and ".join(cuts)} if cuts else {}
        start, end = (float(recording.start + sample / recording.sfreq) for sample in (a, b))
        marks.append(Mark(where=f"the pulse at {number(round(start, 3))} s", start=start, end=end, facts=facts))
    return marks


def _per_repetition(beats: int | None, phases: Mapping[str, int] | None) -> tuple[int, Mapping[str, int]]:
    """How many beats a repetition has, and how they are shared among its phases."""
    if phases is None:
        return 1 if beats is None else check_whole("beats_per_repetition", beats), {}
    for phase, share in phases.items():
        check_unknown("phase", phase, PHASES, where="phases")
        check_whole(f"phases, {phase}", share)
    total = sum(phases.values())
    if beats not in (None, total) or not total:
        raise ArgumentError(
            "The phases do not fill the repetition", allowed=f"{beats} beats", got=f"{total} beats in {listed(phases)}"
        )
    return total, phases


def _metronome(trial: Trial, edges: Array, *, beat: float, per: int) -> Array:
    """The beats from the first edge to the last one, or to the end of the recording."""
    emg = trial.emg
    last = float(edges[-1]) if edges.size > 1 else emg.start + emg.duration
    # the last edge may be a little early
    count = int((last - edges[0]) / beat + 0.01)
    # the end of a recording ends no repetition
    return np.asarray(edges[0] + beat * np.arange((count if edges.size > 1 else count - count % per) + 1))


def _groups(beats: Array, per: int, phases: Mapping[str, int], name: str) -> list[Mark]:
    """The repetitions, each of so many beats, and their phases."""
    whole = beats[::per]
    left = (beats.size - 1) % per
    if whole.size < 2 or left:
        raise ArgumentError(
            "The beats do not make whole repetitions",
            where=f"trigger {name!r}",
            allowed=f"a multiple of {counted(per, 'beat')}, and one edge or beat to end the last",
            got=f"{counted(max(beats.size - 1, 0), 'beat')} in {number(round(float(np.ptp(beats)), 3))} s",
        )
    marks = []
    for place, (start, end) in enumerate(pairwise(whole)):
        where = f"the beat at {number(round(float(start), 3))} s"
        marks.append(Mark(where=where, start=float(start), end=float(end)))
        bounds = beats[place * per + np.cumsum([0, *phases.values()])] if phases else ()
        for phase, (a, b) in zip(phases, pairwise(bounds), strict=True):
            marks.append(Mark(where=where, start=float(a), end=float(b), phase=phase))
    return marks
