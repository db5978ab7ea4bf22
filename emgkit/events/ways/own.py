"""Repetitions from the recording's own events: those of emgkit and BIDS, or labels that a mapping explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import count, pairwise
from typing import Any, TypeAlias

from emgkit._checks import check_unknown, nearest
from emgkit.channels import SIDES, Event, Value
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.ways.marking import PHASES, Mark, marked
from emgkit.notation import listed, number
from emgkit.recording import Trial

__all__ = ["Labels", "events_sentence", "take_events"]

Labels: TypeAlias = "str | Sequence[str]"
# what a key of the mapping says: labels, or those of each phase or side
Meaning: TypeAlias = "Labels | Mapping[str, Labels | Mapping[str, Labels]]"
Key: TypeAlias = "str | tuple[str, str]"
OfSides: TypeAlias = "dict[str | None, tuple[str, ...]]"
_KEYS = ("repetition", "start", "end", "phase")
_FACTS = ("repetition", "set", "side", "load_kg", "accepted", "reason", "marked_by", "marked_at", "origin")


def take_events(trial: Trial, *, events: Mapping[str, Meaning] | None = None, exercise: str | None = None) -> Trial:
    """Take the recording's own events for its repetitions and phases.

    Parameters
    ----------
    trial : Trial
        With events, from its file or from a table beside it.
    events : mapping, optional
        Which label is what; a label may hold ``*``, and several stand in a list. ``{"repetition": "rep"}``: each event
        of that label is a repetition. ``{"start": "go", "end": "stop"}``: a repetition goes from each start to the next
        end. ``{"start": "heel strike"}``: from each start to the next one. ``{"phase": {"eccentric": "down",
        "concentric": "up"}}``: the phases, beside one of these, or alone: a repetition then goes from each phase that
        is named first to the end of the last one before the next. A phase that is a moment lasts until the next moment
        of a phase, or to the end of its repetition. Left and right have repetitions of their own where the labels of
        each are named, as in ``{"start": {"left": "heel strike L", "right": "heel strike R"}}``, or where the events
        have the column `side` (or `context`, as in C3D files). Left out: events ``"repetition"`` and ``"phase"``, as
        emgkit writes them.
    exercise : str, optional
        Goes into the events; without it tables show the task.

    Returns
    -------
    Trial
        With events ``"repetition"`` and ``"phase"``; repetitions without a number are numbered in time, each side by
        itself.

    Raises
    ------
    ArgumentError
        The mapping has an unknown key, or what it names makes no repetitions.
    SignalError
        The trial has no such events: names the labels that are there, with their counts.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Event, Recording, Trial
    >>> emg = Recording(data=np.ones((1, 9000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> moments = [(1.0, "go"), (2.5, "stop"), (4.0, "go"), (6.0, "stop")]
    >>> trial = Trial(
    ...     streams={"emg": emg}, events=[Event(onset=time, duration=0.0, label=label) for time, label in moments]
    ... )
    >>> found = take_events(trial, events={"start": "go", "end": "stop"})
    >>> [(event.onset, event.end) for event in found.events if event.label == "repetition"]
    [(1.0, 2.5), (4.0, 6.0)]
    """
    if events is None:
        return _as_they_are(trial, exercise)
    mapping = _checked(events)
    chosen = {side: _of_side(trial, labels, side) for side, labels in _sides(trial, mapping).items()}
    used = {id(event) for of_side in chosen.values() for group in of_side.values() for event in group}
    own = [event for event in trial.events if event.label in ("repetition", "phase") and id(event) not in used]
    if [event for event in own if event.label == "repetition"]:
        raise ArgumentError(
            "The trial already has repetition events, which the mapping does not name",
            got=_labels(trial),
            hint="Use them without a mapping, or name the label 'repetition' in it",
        )
    marks = [mark for side, groups in chosen.items() for mark in _marks(trial, groups, side)]
    bare = replace(trial, events=tuple(event for event in trial.events if id(event) not in used))
    return marked(bare, marks, starts=None, exercise=exercise, origin="events")


def events_sentence(
    names: str, *, has_phases: bool = False, events: Mapping[str, Meaning] | None = None, **_: Any
) -> str:
    """Say that the repetitions of some exercises are the recordings' own events, for a Methods section.

    Examples
    --------
    >>> events_sentence("gait", events={"start": "heel strike"})
    "The repetitions of gait are the recordings' own events, from each “heel strike” to the next."
    """
    and_phases = " and their phases" if has_phases else ""
    return f"The repetitions of {names}{and_phases} are the recordings' own events{_mapped(events or {})}."


def _mapped(events: Mapping[str, Meaning]) -> str:
    """What the labels of a mapping mean, in words."""
    texts = []
    if "repetition" in events:
        texts.append(f"labelled {_quoted(events['repetition'])}")
    if "start" in events:
        end = f"the next {_quoted(events['end'])}" if "end" in events else "the next"
        texts.append(f"from each {_quoted(events['start'])} to {end}")
    phases = events.get("phase")
    if isinstance(phases, Mapping):
        texts.append(", ".join(f"{_quoted(labels)} is the {phase} phase" for phase, labels in phases.items()))
    return f", {'; '.join(texts)}" if texts else ""


def _quoted(labels: Meaning) -> str:
    if isinstance(labels, Mapping):
        return " or ".join(f"{_quoted(own)} ({side})" for side, own in labels.items())
    return " or ".join(f"“{label}”" for label in ([labels] if isinstance(labels, str) else labels))


def _as_they_are(trial: Trial, exercise: str | None) -> Trial:
    """The trial whose repetition events have numbers and the exercise."""
    own = [event for event in trial.events if event.label == "repetition"]
    if not own:
        raise SignalError(
            "The recording has no repetition events",
            allowed="events with trial_type 'repetition' (and 'phase'), as emgkit writes them",
            got=_labels(trial),
            hint='Say which label is a repetition, as in events = { repetition = "rep" }, or mark them in a table',
        )
    numbered = any(event.get("repetition") is not None for event in own)
    counts = {side: count(1) for side in (None, *SIDES)}
    places = {} if numbered else {id(event): next(counts[event.side]) for event in sorted(own, key=lambda e: e.onset)}

    def named(event: Event) -> Event:
        columns: dict[str, Value] = {} if exercise is None else {"exercise": exercise}
        if event.label in ("repetition", "phase") and event.get("side") not in (None, *SIDES):
            columns["side"] = event.side
        number = places.get(id(event))
        if number is None and event.label == "phase" and places:
            homes = (one for one in own if _inside(event, one) and event.side in (None, one.side))
            number = next((places[id(one)] for one in homes), None)
        return replace(event, columns={**event.columns, **columns, **({"repetition": number} if number else {})})

    return trial.with_events(map(named, trial.events))


def _inside(event: Event, other: Event) -> bool:
    return other.onset <= event.onset + event.duration / 2 <= other.end


def _checked(events: Mapping[str, Any]) -> dict[Key, OfSides]:
    """The mapping as the labels of each side by what they mean; a phase has a key of two words."""
    for key in events:
        check_unknown("key", key, _KEYS, where="events")
    nothing = not events or (set(events) == {"phase"} and not events["phase"])
    if nothing or ("end" in events and "start" not in events) or ("repetition" in events and "start" in events):
        raise ArgumentError(
            "The mapping of events does not say where a repetition begins",
            where="events",
            allowed="repetition, or start (and end), or phase alone",
            got=listed(events),
        )
    flat: dict[Key, OfSides] = {}
    for key, labels in events.items():
        if key == "phase":
            if not isinstance(labels, Mapping):
                raise ArgumentError(
                    "The mapping does not say which phase a label is",
                    where="events, phase",
                    allowed="as in { eccentric = 'down', concentric = 'up' }",
                    got=repr(labels),
                )
            for phase, names in labels.items():
                check_unknown("phase", phase, PHASES, where="events")
                flat["phase", phase] = _by_side(names, where=f"events, phase, {phase}")
        else:
            flat[key] = _by_side(labels, where=f"events, {key}")
    named = [{*labels} - {None} for labels in flat.values()]
    uneven = [sides for sides in named if sides and sides != set().union(*named)]
    if uneven:
        raise ArgumentError(
            "The mapping names labels of a side in one place, and not in another",
            where="events",
            allowed=f"labels of {listed(side for side in SIDES if side in set().union(*named))} in each that names any",
            got=f"labels of {listed(sorted(map(str, uneven[0])))} alone",
        )
    return flat


def _by_side(labels: Any, *, where: str) -> OfSides:
    """The labels by side; None where they are those of any."""
    if not isinstance(labels, Mapping):
        return {None: _texts(labels, where=where)}
    for side in labels:
        check_unknown("side", side, SIDES, where=where)
    if not labels:
        raise ArgumentError("No side is named", where=where, allowed=listed(SIDES), got="nothing")
    return {side: _texts(own, where=f"{where}, {side}") for side, own in labels.items()}


def _texts(labels: Any, *, where: str) -> tuple[str, ...]:
    """One label, or several."""
    texts = (labels,) if isinstance(labels, str) or not isinstance(labels, Iterable) else tuple(labels)
    if not texts or not all(isinstance(one, str) for one in texts):
        raise ArgumentError("A label is missing", where=where, allowed="a text, or a list of texts", got=repr(labels))
    return texts


def _sides(trial: Trial, mapping: Mapping[Key, OfSides]) -> dict[str | None, dict[Key, tuple[str, ...]]]:
    """The labels for each side: those that the mapping names, else those that the events have."""
    named = [side for side in SIDES if any(side in labels for labels in mapping.values())]
    if not named:
        first = next(iter(mapping.values()))[None]
        found = [_side_of(event) for event in _chosen(trial, first)]
        named = [side for side in SIDES if side in found]
        if named and None in found:
            raise ArgumentError(
                "Some events have a side, and one has none",
                where=f"events {listed(first)}",
                allowed="a side for each, or for none",
                got=f"{found.count(None)} of {len(found)} without a side",
            )
    sides: tuple[str | None, ...] = tuple(named) or (None,)
    return {side: {key: labels.get(side, labels.get(None, ())) for key, labels in mapping.items()} for side in sides}


def _of_side(trial: Trial, mapping: Mapping[Key, Sequence[str]], side: str | None) -> dict[Key, list[Event]]:
    """The events of a side by what they mean; those that have no side are of any."""
    chosen = {key: _chosen(trial, labels) for key, labels in mapping.items()}
    if side is None:
        return chosen
    own = {key: [event for event in group if _side_of(event) in (None, side)] for key, group in chosen.items()}
    for key, group in own.items():
        if not group:
            raise SignalError(
                f"No event {listed(mapping[key])} is of the {side} side",
                allowed="events of the side, by their column side or context",
                got=_labels(trial),
            )
    return own


def _side_of(event: Event) -> str | None:
    """Whose event it is, by the column `side`, or by the context that C3D files have."""
    if event.get("side") is not None:
        return event.side
    context = str(event.get("context") or "").strip().lower()
    return context if context in SIDES else None


def _marks(trial: Trial, groups: Mapping[Key, Sequence[Event]], side: str | None) -> list[Mark]:
    """The repetitions of one side, or of both together, and their phases."""
    phases = _phases({key[1]: group for key, group in groups.items() if isinstance(key, tuple)})
    try:
        around = _around(trial, {key: group for key, group in groups.items() if isinstance(key, str)}, phases, groups)
    except ArgumentError as problem:
        if side is None:
            raise
        where = ", ".join(filter(None, (f"{side} side", problem.where)))
        raise ArgumentError(**{**problem.parts, "where": where}) from None
    marks = [*around, *_lasting(phases, around)]
    return marks if side is None else [replace(one, facts={**one.facts, "side": side}) for one in marks]


def _labels(trial: Trial) -> str:
    """The labels of the events that are there, with their counts."""
    counts = Counter(event.label for event in trial.events)
    return ", ".join(f"{label!r} ({n})" for label, n in counts.most_common(12)) or "no events"


def _chosen(trial: Trial, labels: Sequence[str]) -> list[Event]:
    """The events that have one of the labels, in time order."""
    found = [event for event in trial.events if any(fnmatchcase(event.label, label) for label in labels)]
    if not found:
        present = list(dict.fromkeys(event.label for event in trial.events))
        raise SignalError(
            f"The recording has no event {listed(labels)}",
            allowed=_labels(trial),
            got=listed(labels),
            hint=nearest(labels[0], present),
        )
    return sorted(found, key=lambda event: event.onset)


def _mark(event: Event, start: float, end: float, phase: str | None = None) -> Mark:
    where = f"event {event.label!r} at {number(round(event.onset, 3))} s"
    facts = {key: event.columns[key] for key in _FACTS if event.columns.get(key) is not None}
    return Mark(where=where, start=start, end=end, phase=phase, facts=facts)


def _phases(groups: Mapping[str, Sequence[Event]]) -> list[tuple[str, Event]]:
    """The events that are phases, in time order."""
    found = [(phase, event) for phase, events in groups.items() for event in events]
    return sorted(found, key=lambda one: one[1].onset)


def _around(
    trial: Trial,
    chosen: Mapping[str, Sequence[Event]],
    phases: Sequence[tuple[str, Event]],
    mapping: Mapping[Key, Any],
) -> list[Mark]:
    """The repetitions: events that last, from moment to moment, or around phases."""
    if "repetition" in chosen:
        moments = [event for event in chosen["repetition"] if event.duration == 0]
        if moments:
            raise ArgumentError(
                f"{len(moments)} of {len(chosen['repetition'])} events {moments[0].label!r} are moments without a "
                "duration, and no repetitions",
                where=f"the first at {number(round(moments[0].onset, 3))} s",
                allowed="events that last",
                hint="Name where a repetition begins and where it ends: events = { start = '…', end = '…' }",
            )
        return [_mark(event, event.onset, event.end) for event in chosen["repetition"]]
    if "start" in chosen:
        starts, ends = chosen["start"], chosen.get("end")
        if ends is None:
            if len(starts) < 2:
                raise ArgumentError("One start makes no repetition without an end", got=_labels(trial))
            return [_mark(one, one.onset, other.onset) for one, other in pairwise(starts)]
        return _paired(starts, ends)
    first = next(key[1] for key in mapping if isinstance(key, tuple))
    begins = [i for i, (phase, _) in enumerate(phases) if phase == first]
    marks = []
    if begins[0] != 0:
        raise ArgumentError(
            "The first phase of the recording is not the one that is named first, so that it belongs to no repetition",
            where=f"{number(round(phases[0][1].onset, 3))} s",
            allowed=f"the {first} phase",
            got=f"the {phases[0][0]} phase",
        )
    for at, to in zip(begins, [*begins[1:], len(phases)], strict=True):
        event, last = phases[at][1], phases[to - 1][1]
        end = last.end
        if last.duration == 0:
            if to == len(phases):
                raise ArgumentError(
                    "The last phase is a moment, so that its end is not known",
                    where=f"event {last.label!r} at {number(round(last.onset, 3))} s",
                    hint="Name where a repetition ends: events = { start = '…', end = '…', phase = … }",
                )
            end = phases[to][1].onset
        marks.append(_mark(event, event.onset, end))
    return marks


def _paired(starts: Sequence[Event], ends: Sequence[Event]) -> list[Mark]:
    """From each start to the next end, which comes before the next start."""
    both = [*((one.onset, False, one) for one in starts), *((one.onset, True, one) for one in ends)]
    marks: list[Mark] = []
    begun: Event | None = None
    # at one time the end comes before the start
    for onset, is_end, event in sorted(both, key=lambda one: (one[0], not one[1])):
        if is_end == (begun is None):
            raise ArgumentError(
                "An end has no start before it" if is_end else "A start comes before the end of the one before",
                where=f"event {event.label!r} at {number(round(onset, 3))} s",
                allowed="starts and ends in turn",
                got=f"{len(starts)} starts and {len(ends)} ends",
            )
        if begun is None:
            begun = event
        else:
            marks.append(_mark(begun, begun.onset, onset))
            begun = None
    if begun is not None:
        raise ArgumentError(
            "The last start has no end",
            where=f"event {begun.label!r} at {number(round(begun.onset, 3))} s",
            allowed="starts and ends in turn",
            got=f"{len(starts)} starts and {len(ends)} ends",
        )
    return marks


def _lasting(phases: Sequence[tuple[str, Event]], around: Sequence[Mark]) -> list[Mark]:
    """The phases as marks; a moment lasts until the next one, or to the end of its repetition."""
    marks = []
    for place, (phase, event) in enumerate(phases):
        end = event.end
        if event.duration == 0:
            home = next((one for one in around if one.start - 1e-9 <= event.onset < one.end), None)
            following = phases[place + 1][1].onset if place + 1 < len(phases) else float("inf")
            end = event.onset if home is None else min(home.end, following)
        mark = _mark(event, event.onset, end, phase)
        # the number of a repetition is not that of a marker in the file
        marks.append(mark)
    return marks
