"""Repetitions changed by hand: each change is a function of its own.

Each stands with its reason in the audit and in the history of every recording of the trial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from emgkit.channels import SIDES, Event, Value
from emgkit.errors import ArgumentError
from emgkit.events.ways.marking import Mark, marked
from emgkit.notation import listed, number
from emgkit.recording import Trial
from emgkit.steps import EditedEvents

__all__ = ["edit", "insert", "reject"]

# edges that lie so near each other (s) are one
_SAME = 1e-6


def reject(
    trial: Trial,
    *,
    repetition: int,
    reason: str,
    set: Value = None,
    side: str | None = None,
    who: str | None = None,
    when: str | None = None,
) -> Trial:
    """Reject a repetition, with its phases; it stays among the events and gives no rows.

    Parameters
    ----------
    trial : Trial
        With repetitions.
    repetition : int
        Its number.
    reason : str
        Why; it stands in the audit.
    set, side : optional
        Its set and its side, where several have a repetition of this number.
    who, when : str, optional
        Who decided, and when; they go into the audit.

    Returns
    -------
    Trial
        With the events changed, and the change in the history of each stream; everything else is kept.

    Raises
    ------
    ArgumentError
        There is no such repetition or there are several, it is already rejected, or there is no reason.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> from emgkit.events import audit, find_repetitions
    >>> emg = Recording(data=np.ones((1, 9000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> trial = find_repetitions(Trial(streams={"emg": emg}), by="none")
    >>> audit(reject(trial, repetition=1, reason="a cough", who="AB"))[["accepted", "edits"]].to_numpy().tolist()
    [[False, 'rejected: a cough (AB)']]
    """
    one = _the(trial, repetition, {"set": set, "side": side})
    if one.get("accepted") is False:
        raise ArgumentError(f"Repetition {repetition} is already rejected", got=str(one.get("reason") or "no reason"))
    note = _note("rejected", reason, who, when)
    verdict: dict[str, Value] = {"accepted": False, "reason": reason}
    own = [one, *_phases(trial, one)]
    changed = {id(event): replace(event, columns=_with(event, note, verdict)) for event in own}
    return _noted(_changed(trial, changed), one, note)


def edit(
    trial: Trial,
    *,
    repetition: int,
    reason: str,
    start: float | None = None,
    end: float | None = None,
    phase: str | None = None,
    set: Value = None,
    side: str | None = None,
    who: str | None = None,
    when: str | None = None,
) -> Trial:
    """Move the start or the end of a repetition, or of one of its phases.

    An edge of a phase that lies where the moved edge was goes with it, so that phases still meet.

    Parameters
    ----------
    trial : Trial
        With repetitions.
    repetition : int
        Its number.
    reason : str
        Why; it stands in the audit.
    start, end : float, optional
        The new edges (s, on the time of the trial); an edge that is left out stays.
    phase : str, optional
        The phase whose edges are moved; None for the repetition itself.
    set, side, who, when
        As for :func:`reject`.

    Returns
    -------
    Trial
        With the events changed, and the change in the history of each stream; everything else is kept.

    Raises
    ------
    ArgumentError
        There is no such repetition or phase, nothing is moved, or the result does not hold together: an edge beyond the
        recording, a stretch without duration, an overlap with another repetition.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> from emgkit.events import audit, find_repetitions
    >>> emg = Recording(data=np.ones((1, 9000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> trial = find_repetitions(Trial(streams={"emg": emg}), by="none")
    >>> audit(edit(trial, repetition=1, start=1.5, reason="the cue came late"))["edits"].item()
    'start moved from 0 to 1.5 s: the cue came late'
    """
    one = _the(trial, repetition, {"set": set, "side": side})
    own = [one, *_phases(trial, one)]
    target = one
    if phase is not None:
        named = [event for event in own[1:] if event.get("phase") == phase]
        if not named:
            present = listed(str(event.get("phase")) for event in own[1:])
            raise ArgumentError(f"Repetition {repetition} has no phase {phase!r}", allowed=present, got=repr(phase))
        target = named[0]
    given = (("start", target.onset, start), ("end", target.end, end))
    moves = [(edge, old, float(new)) for edge, old, new in given if new is not None and abs(new - old) > _SAME]
    if not moves:
        raise ArgumentError(
            "Nothing is moved", allowed="start or end, other than they are", got=f"repetition {repetition}"
        )
    what = ", ".join(
        f"{edge}{'' if phase is None else f' of the {phase} phase'} moved from {_time(old)} to {_time(new)} s"
        for edge, old, new in moves
    )
    note = _note(what, reason, who, when)
    edges = [(old, new) for _, old, new in moves]
    # the edges of a phase do not move those of its repetition
    changed = {id(one): one} if phase is not None else {id(one): _moved(one, edges, whole=True)}
    changed |= {id(event): _moved(event, edges, whole=False) for event in own[1:]}
    result = {key: replace(event, columns=_with(event, note, {})) for key, event in changed.items()}
    _check(trial, result)
    return _noted(_changed(trial, result), one, note)


def insert(
    trial: Trial,
    *,
    start: float,
    end: float,
    reason: str,
    turn: float | None = None,
    starts: str | None = None,
    repetition: int | None = None,
    who: str | None = None,
    when: str | None = None,
    **columns: Value,
) -> Trial:
    """Add a repetition that was not found.

    Parameters
    ----------
    trial : Trial
        With or without repetitions.
    start, end : float
        Its edges (s, on the time of the trial).
    reason : str
        Why; it stands in the audit.
    turn : float, optional
        Where its second phase begins (s); `starts` says which phase the first is.
    starts : {None, "eccentric", "concentric"}
        The phase before `turn`.
    repetition : int, optional
        Its number; the one after the highest that there is, if left out.
    who, when : str, optional
        Who decided, and when.
    **columns
        Further columns of the event, such as `exercise, set, side, load_kg`.

    Returns
    -------
    Trial
        With the events added, and that in the history of each stream; numbers of others stay.

    Raises
    ------
    ArgumentError
        It reaches beyond the recording, overlaps another repetition, or has the number of one.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> from emgkit.events import audit
    >>> emg = Recording(data=np.ones((1, 9000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> trial = insert(Trial(streams={"emg": emg}), start=1.0, end=3.0, reason="too small for the search")
    >>> audit(trial)[["repetition", "onset", "duration", "origin", "edits"]].to_numpy().tolist()
    [[1, 1.0, 2.0, 'by hand', 'inserted: too small for the search']]
    """
    there = [event for event in trial.events if event.label == "repetition"]
    there = [event for event in there if event.get("side") == columns.get("side")]
    used = [int(number) for event in there if isinstance(number := event.get("repetition"), int)]
    if repetition is None:
        repetition = max(used, default=0) + 1
    same = [
        event for event in there if event.get("repetition") == repetition and event.get("set") == columns.get("set")
    ]
    if same:
        raise ArgumentError("A repetition has this number already", got=str(repetition), allowed="a number of its own")
    facts = {"edits": _note("inserted", reason, who, when), **columns, "repetition": repetition}
    mark = Mark(where="the inserted repetition", start=float(start), end=float(end), turn=turn, facts=facts)
    bare = marked(trial.with_events([]), [mark], starts=starts, exercise=None, origin="by hand")
    _check(trial.with_events([*trial.events, *bare.events]), {})
    changed = trial.with_events(sorted([*trial.events, *bare.events], key=lambda event: event.onset))
    return _noted(changed, bare.events[0], str(facts["edits"]))


def _the(trial: Trial, repetition: int, facts: Mapping[str, Value]) -> Event:
    """The repetition with a number, and with these facts where they are given."""
    own = [event for event in trial.events if event.label == "repetition"]
    given = {name: value for name, value in facts.items() if value is not None}
    numbered = [event for event in own if event.get("repetition") == repetition]
    fits = [event for event in numbered if all(event.get(name) == value for name, value in given.items())]
    if len(fits) == 1:
        return fits[0]
    if numbered:
        differ = [name for name in facts if len({event.get(name) for event in numbered}) > 1]
        ways = (f"{name} = one of {listed(dict.fromkeys(str(e.get(name)) for e in numbered))}" for name in differ)
        raise ArgumentError(
            f"{'Several repetitions have' if fits else 'No such repetition has'} the number {repetition}",
            allowed="; ".join(ways) or "a number of its own for each repetition",
            got=", ".join(f"{name} = {value!r}" for name, value in given.items()) or f"no {' and no '.join(differ)}",
        )
    numbers = ", ".join(str(event.get("repetition")) for event in own)
    raise ArgumentError(f"There is no repetition {repetition}", allowed=numbers or "none: the trial has no repetitions")


def _phases(trial: Trial, one: Event) -> list[Event]:
    """The events that belong to a repetition."""
    key = ("repetition", "set", "side", "exercise")
    return [
        event
        for event in trial.events
        if event is not one and event.label != "repetition" and "repetition" in event.columns
        and all(event.get(name) == one.get(name) for name in key)
    ]  # fmt: skip


def _moved(event: Event, edges: Sequence[tuple[float, float]], *, whole: bool) -> Event:
    """The event whose edges lie where the new ones do."""

    def at(time: float) -> float:
        return next((new for old, new in edges if abs(time - old) <= _SAME), time)

    onset, end = at(event.onset), at(event.end)
    if not end > onset:
        what = "It" if whole else f"The {event.get('phase') or event.label} of the repetition"
        raise ArgumentError(
            f"{what} would have no duration", allowed="a start before the end", got=f"{_time(onset)} to {_time(end)} s"
        )
    return replace(event, onset=onset, duration=end - onset)


def _check(trial: Trial, changed: dict[int, Event]) -> None:
    """Refuse repetitions that overlap or lie beyond the recording."""
    emg = trial.emg
    own = sorted(
        (changed.get(id(event), event) for event in trial.events if event.label == "repetition"),
        key=lambda event: event.onset,
    )
    first, last, near = emg.start, emg.start + emg.duration, 0.5 / emg.sfreq
    for event in own:
        if not first - near <= event.onset < event.end <= last + near:
            raise ArgumentError(
                f"Repetition {event.get('repetition')} would lie beyond the recording",
                allowed=f"{_time(first)} to {_time(last)} s",
                got=f"{_time(event.onset)} to {_time(event.end)} s",
            )
    for side in SIDES:
        # a left and a right repetition may overlap
        for event, following in pairwise(event for event in own if event.side in (None, side)):
            if following.onset < event.end - _SAME:
                raise ArgumentError(
                    f"Repetitions {event.get('repetition')} and {following.get('repetition')} would overlap",
                    got=f"{_time(event.onset)} to {_time(event.end)} s, and from {_time(following.onset)} s on",
                )
    for event in changed.values():
        key = ("repetition", "set", "side")
        home = next(one for one in own if all(one.get(name) == event.get(name) for name in key))
        if event.onset < home.onset - _SAME or event.end > home.end + _SAME:
            raise ArgumentError(
                f"The {event.get('phase') or event.label} would lie outside its repetition",
                allowed=f"{_time(home.onset)} to {_time(home.end)} s",
                got=f"{_time(event.onset)} to {_time(event.end)} s",
                hint="Move the edges of the repetition first",
            )


def _changed(trial: Trial, events: dict[int, Event]) -> Trial:
    return trial.with_events(events.get(id(event), event) for event in trial.events)


def _noted(trial: Trial, repetition: Event, note: str) -> Trial:
    """The trial whose streams have the change in their history."""
    side, in_set = repetition.side, repetition.get("set")
    which = f"{'' if side is None else f'{side} '}repetition {repetition.get('repetition')}"
    step = EditedEvents(note=f"{which}{'' if in_set is None else f' of set {in_set}'} {note}")
    streams = {name: recording.derive(recording.data, step=step) for name, recording in trial.items()}
    return replace(trial, streams=streams)


def _with(event: Event, note: str, columns: dict[str, Value]) -> dict[str, Value]:
    """The columns of an event with one more note on what was changed."""
    before: Any = event.get("edits")
    return {**event.columns, **columns, "edits": f"{before}; {note}" if before else note}


def _note(what: str, reason: str, who: str | None, when: str | None) -> str:
    if not reason.strip():
        raise ArgumentError("A change by hand needs a reason", allowed="a text", got=repr(reason))
    by = ", ".join(filter(None, (who, when)))
    return f"{what}: {reason}" + (f" ({by})" if by else "")


def _time(seconds: float) -> str:
    return number(round(seconds, 6))
