"""Ways to repetitions: one value a way, with the function that goes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from emgkit._checks import check_option, check_unknown, nearest
from emgkit.channels import SIDES, Event, Value
from emgkit.errors import ArgumentError, EmgkitError, SignalError
from emgkit.events.streams import channels_of, find_in_streams, later_by
from emgkit.events.ways.bursts import bursts_sentence, find_bursts
from emgkit.events.ways.inertial import find_in_sensor
from emgkit.events.ways.marking import PHASES
from emgkit.events.ways.movement import find_in_movement
from emgkit.events.ways.own import events_sentence, take_events
from emgkit.events.ways.table import mark_repetitions, table_sentence
from emgkit.events.ways.trigger import find_by_trigger, trigger_sentence
from emgkit.events.ways.whole import stretch_sentence, take_whole
from emgkit.notation import capital, listed
from emgkit.recording import Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PHASES", "WAYS", "Way", "audit", "find_repetitions"]

# columns that say how a repetition came about, where that is not a search in a movement
MADE = ("origin", "zero", "marked_by", "marked_at", "edits")
# options that name a channel, and may name one for each side
_OF_A_SIDE = ("channel", "channels")
# None means cycles, so that an option which was not given has a value of its own
_NOT_GIVEN: Any = inspect.Parameter.empty


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to the repetitions of a trial.

    Parameters
    ----------
    find : callable
        ``find(trial, exercise=…, **options)``, which gives a trial with repetition events; one that goes several ways
        also takes `by`.
    stream : bool
        Whether it searches the position or the angle itself.
    sentence : callable, optional
        ``sentence(names, **options)``, a sentence of the Methods about the exercises of these names; None for those
        that are searched in a movement, of which `emgkit.events.words` writes what they share once.
    own : bool
        Whether the repetitions may be in the trial already.
    """

    find: Callable[..., Trial]
    stream: bool = False
    sentence: Callable[..., str] | None = None
    own: bool = False

    @property
    def named(self) -> bool:
        """Whether `find` takes the name of the way."""
        return "by" in inspect.signature(self.find).parameters

    @property
    def options(self) -> tuple[str, ...]:
        """What may be given beside the trial and the exercise."""
        names = tuple(inspect.signature(self.find).parameters)
        return tuple(name for name in names if name not in ("trial", "by", "exercise"))

    @property
    def required(self) -> tuple[str, ...]:
        """Options that have no default."""
        parameters = inspect.signature(self.find).parameters
        return tuple(name for name in self.options if parameters[name].default is inspect.Parameter.empty)


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "position": Way(find=find_in_movement, stream=True),
        "angle": Way(find=find_in_movement, stream=True),
        "table": Way(find=mark_repetitions, sentence=table_sentence),
        "events": Way(find=take_events, sentence=events_sentence, own=True),
        "trigger": Way(find=find_by_trigger, sentence=trigger_sentence),
        "acceleration": Way(find=find_in_sensor),
        "gyroscope": Way(find=find_in_sensor),
        "emg": Way(find=find_bursts, sentence=bursts_sentence),
        "none": Way(find=take_whole, sentence=stretch_sentence),
    }
)


def find_repetitions(
    trial: Trial,
    *,
    by: str | Sequence[str],
    starts: str | None = _NOT_GIVEN,
    exercise: str | None = None,
    **options: Any,
) -> Trial:
    """Find the repetitions of a trial, and their phases where the way to them shows phases.

    Parameters
    ----------
    trial : Trial
        Without repetition events; its other events are kept.
    by : {"position", "angle", "table", "events", "trigger", "acceleration", "gyroscope", "emg", "none"}
        The way. ``"position"`` and ``"angle"`` search that stream (``"angle_2"`` and the like for a second one).
        Several of these in a list: the first gives the repetitions, and the others are held against them;
        ``"table"`` takes marks from a table, ``"events"`` the recording's own events, ``"trigger"`` the edges or
        pulses of a trigger; ``"acceleration"`` and ``"gyroscope"`` search the sensor's own; ``"emg"`` takes bursts of
        the EMG, which is circular; ``"none"`` takes the whole recording, or a stretch of it, as one repetition.
    starts : {"eccentric", "concentric", None}
        Phase of the first movement away from rest; None for cycles without phases. Position and angle need it; a
        table, acceleration and gyroscope take it; the other ways do not.
    exercise : str, optional
        Goes into the events; without it tables show the task.
    **options
        Those of the way alone. Position and angle (:func:`emgkit.events.find_in_movement`): `channel, rest, cutoff,
        prominence, distance, edge, minimum_hold, smallest, largest`. Table (:func:`emgkit.mark_repetitions`): `table,
        unit, fps, offset`. Events (:func:`emgkit.events.take_events`): `events`. Trigger
        (:func:`emgkit.events.find_by_trigger`): `channel, edge, threshold, beat, beats_per_repetition, phases`.
        Acceleration and gyroscope (:func:`emgkit.events.find_in_sensor`): `channels` and what a movement has.
        EMG (:func:`emgkit.events.find_bursts`): `channels, level, shortest, gap`. None
        (:func:`emgkit.events.take_whole`): `start, stop` (s). `channel` and `channels` may name one for each side, as
        in ``{"left": "knee L", "right": "knee R"}``: left and right then have repetitions of their own, and those of a
        side are measured in its muscles alone.

    Returns
    -------
    Trial
        With an event ``"repetition"`` (columns `exercise, repetition, accepted, reason`; `excursion` where there is a
        stream, `side` where left and right have their own) for each repetition, numbered in time, each side by itself,
        and events ``"phase"`` (`phase`: ``"eccentric"``, ``"hold"`` or ``"concentric"``). Rejected ones stay, with the
        reason in words.

    Raises
    ------
    ArgumentError
        The way or an option is unknown or not allowed, or the trial already has repetitions.
    SignalError
        The trial has no such stream, the stream does not move, or nothing was found.

    Warns
    -----
    EmgkitWarning
        All repetitions are rejected (``"all-rejected"``), a movement does not come back to rest
        (``"not-back-to-rest"``), or windows are circular (``"circular-windows"``). The trial keeps the notice.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> t = np.arange(0, 11, 0.01)
    >>> depth = np.where((t > 1) & (t < 10), (np.cos(2 * np.pi * (t - 1) / 3) - 1) / 4, 0.0)
    >>> bar = Recording(data=[depth], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    >>> squat = find_repetitions(Trial(streams={"position": bar}), by="position", starts="eccentric")
    >>> audit(squat)[["repetition", "onset", "duration", "excursion", "accepted"]].round(2)
       repetition  onset  duration  excursion  accepted
    0           1    1.0       3.0        0.5      True
    1           2    4.0       3.0        0.5      True
    2           3    7.0       3.0        0.5      True
    """
    streams = tuple(by) if isinstance(by, list | tuple) else (by,)
    way = _way(streams)
    if starts is not _NOT_GIVEN:
        options = {"starts": starts, **options}
    for option in options:
        if option not in way.options:
            raise ArgumentError(
                f"by={by!r} has no option {option!r}", allowed=listed(way.options), hint=nearest(option, way.options)
            )
    missing = [option for option in way.required if option not in options]
    if missing:
        raise ArgumentError(f"by={by!r} needs {listed(missing)}", allowed=listed(way.options), got=listed(options))
    if not way.own:
        _without_repetitions(trial)
    if len(streams) > 1:
        options["channel"] = channels_of(streams, options.get("channel"))
        find: Callable[..., Trial] = partial(find_in_streams, find=way.find, streams=streams, exercise=exercise)
    else:
        find = partial(way.find, exercise=exercise, **({"by": streams[0]} if way.named else {}))
    sided = [option for option in _OF_A_SIDE if isinstance(options.get(option), Mapping)]
    return _by_side(trial, find, options, sided[0]) if sided else find(trial, **options)


def _way(streams: Sequence[str]) -> Way:
    """The way of these streams: several can only be those of a movement."""
    known = tuple(WAYS)
    names = [check_option("by", str(one).rstrip("0123456789").rstrip("_"), known) for one in streams]
    movements = [name for name, way in WAYS.items() if way.stream]
    if not names or (len(names) > 1 and not set(names) <= {*movements}):
        raise ArgumentError(
            "Several of these ways cannot be combined",
            allowed=f"one way, or a list of {listed(movements)}",
            got=listed(names) or "none",
        )
    return WAYS[names[0]]


def _by_side(trial: Trial, find: Callable[..., Trial], options: Mapping[str, Any], key: str) -> Trial:
    """The repetitions of left and right, each searched in its own channel."""
    channels: Mapping[str, Any] = options[key]
    for side in channels:
        check_unknown("side", side, SIDES, where=key)
    if not channels:
        raise ArgumentError("No side is named", where=key, allowed=listed(SIDES), got="nothing")
    events, notices = list(trial.events), list(trial.notices)
    for side, channel in channels.items():
        try:
            found = find(trial, **{**options, key: channel})
        except EmgkitError as problem:
            where = ", ".join(filter(None, (f"{side} side", problem.where)))
            raise type(problem)(**{**problem.parts, "where": where}) from problem
        new = found.events[len(trial.events) :]
        events += [replace(event, columns={**event.columns, "side": side}) for event in new]
        notices += [
            replace(notice, text=f"{capital(side)} side: {notice.text}")
            for notice in found.notices[len(trial.notices) :]
        ]
    return replace(trial, events=tuple(events), notices=tuple(notices))


def _without_repetitions(trial: Trial) -> None:
    """Refuse a trial that was searched before."""
    there = sum(event.label == "repetition" for event in trial.events)
    if there:
        raise ArgumentError(
            "The trial already has repetition events",
            got=f"{there} of them",
            hint="Use them, or search a trial without: trial.with_events(…)",
        )


def audit(trial: Trial) -> pd.DataFrame:
    """List the accepted and rejected repetitions of a trial, and why.

    Parameters
    ----------
    trial : Trial
        With repetition events.

    Returns
    -------
    DataFrame
        Columns `repetition, exercise, set, onset, duration` (s), `excursion` (unit of the stream), `accepted, reason,
        eccentric_s, hold_s, concentric_s` (s; NaN where there is no such phase). Where a repetition was not found in a
        movement, or was changed by hand, also `origin, marked_by, marked_at, edits`; of cycles `zero`, the turning
        point at which each begins; where left and right have repetitions of their own, `side` behind `set`.
        Where several streams were searched, `start_by_…, turn_by_…, end_by_…`: by how much later (s) another stream has
        the boundary, NaN where it has no such repetition.

    Raises
    ------
    SignalError
        The trial has no repetition events.
    """
    import pandas as pd

    def key(event: Event) -> tuple[Value, ...]:
        return tuple(event.columns.get(name) for name in ("repetition", "exercise", "set", "side"))

    repetitions = [event for event in trial.events if event.label == "repetition"]
    if not repetitions:
        raise SignalError("The trial has no repetition events", hint="Call emgkit.find_repetitions first")
    sided = any(event.side is not None for event in repetitions)
    later = later_by(repetitions)
    made = [name for name in MADE if any(event.columns.get(name) is not None for event in repetitions)]
    seconds = {(*key(e), e.columns.get("phase")): e.duration for e in trial.events if e.label == "phase"}
    rows = [
        {
            **dict(zip(("repetition", "exercise", "set"), key(event)[:3], strict=True)),
            **({"side": event.side} if sided else {}),
            "onset": event.onset,
            "duration": event.duration,
            "excursion": event.columns.get("excursion", np.nan),
            "accepted": event.columns.get("accepted", True),
            "reason": event.columns.get("reason", ""),
            **{f"{phase}_s": seconds.get((*key(event), phase), np.nan) for phase in PHASES},
            **{name: event.columns.get(name, "") for name in made},
            **{name: event.columns.get(name) for name in later},
        }
        for event in repetitions
    ]
    kinds = {"exercise": object, "set": object, "reason": object, **dict.fromkeys(made, object)}
    return pd.DataFrame(rows).astype({**kinds, **dict.fromkeys(later, np.float64)})
