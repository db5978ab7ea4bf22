"""Repetitions with stated edges, as events: checked against the recording and each other, and numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, pairwise

from emgkit.channels import SIDES, Event, Value
from emgkit.errors import ArgumentError, Notice, warn
from emgkit.notation import listed, number
from emgkit.recording import Trial

__all__ = ["PHASES", "Mark", "marked"]

PHASES = ("eccentric", "hold", "concentric")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A stated repetition, or a phase of one.

    Parameters
    ----------
    where : str
        Where it is stated, for messages.
    of_table : bool
        Whether that is a row of a table, in which messages name the column.
    start, end : float
        Seconds on the time of the trial.
    turn : float, optional
        Where the second phase begins (s).
    phase : str, optional
        The phase that it is; None for a repetition.
    facts : Mapping
        ``repetition, set, side, load_kg, accepted, reason`` and others, as they go into the event.
    """

    where: str
    start: float
    end: float
    turn: float | None = None
    phase: str | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    of_table: bool = False

    def at(self, column: str) -> str:
        """Where a part of it is stated, for messages."""
        return f"{self.where}, column {column!r}" if self.of_table else self.where

    @property
    def side(self) -> Value:
        """Whose repetition it is, left or right; None of both."""
        return self.facts.get("side")

    @property
    def key(self) -> tuple[Value, Value, Value]:
        """The side, the set and the number."""
        return self.side, self.facts.get("set"), self.facts.get("repetition")

    def covers(self, other: Mark) -> bool:
        """Whether the middle of another one lies inside."""
        return self.start <= (other.start + other.end) / 2 <= self.end


def marked(trial: Trial, marks: Sequence[Mark], *, starts: str | None, exercise: str | None, origin: str) -> Trial:
    """The trial with stated repetitions and phases among its events.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    marks : sequence of Mark
        In any order.
    starts : {None, "eccentric", "concentric"}
        Phase before a turn.
    exercise : str, optional
        Goes into the events.
    origin : str
        Where the marks come from, for the audit, unless a mark has an origin of its own.

    Raises
    ------
    ArgumentError
        A mark is empty, reaches beyond the recording, overlaps another one of its side or has its number, has no place
        for its phase, has a turn without `starts`, or a side other than left and right.

    Warns
    -----
    EmgkitWarning
        All repetitions are rejected (``"all-rejected"``); the trial keeps the notice.
    """
    marks = [_sided(_within(trial, mark)) for mark in marks]
    repetitions = sorted((mark for mark in marks if mark.phase is None), key=lambda mark: mark.start)
    phases = sorted((mark for mark in marks if mark.phase is not None), key=lambda mark: mark.start)
    repetitions = _numbered(repetitions or _around(phases))
    _check_apart(repetitions, "repetition")
    _check_apart(phases, "phase")
    own = _by_repetition(repetitions, phases)
    named: dict[str, Value] = {} if exercise is None else {"exercise": exercise}
    events = []
    for one in repetitions:
        facts = {"accepted": True, "reason": "", "origin": origin, **one.facts}
        columns = {**named, "repetition": facts.pop("repetition"), **facts}
        events.append(Event(onset=one.start, duration=one.end - one.start, label="repetition", columns=columns))
        for phase in _phases(one, own[one.key], starts):
            verdict = {key: value for key, value in phase.facts.items() if key in ("accepted", "reason")}
            # a phase of a rejected repetition is rejected with it
            more = {"phase": phase.phase, **(verdict if columns["accepted"] else {})}
            events.append(
                Event(onset=phase.start, duration=phase.end - phase.start, label="phase", columns={**columns, **more})
            )
    notices = trial.notices
    if not any(mark.facts.get("accepted", True) for mark in repetitions):
        reasons = "; ".join(dict.fromkeys(str(mark.facts.get("reason", "")) for mark in repetitions))
        text = f"All {len(repetitions)} repetitions are rejected: {reasons}."
        notices = (*notices, warn(Notice(code="all-rejected", text=text)))
    return replace(trial, events=(*trial.events, *events), notices=notices)


def _within(trial: Trial, mark: Mark) -> Mark:
    """The mark, whose edges lie in the recording and in order."""
    emg = trial.emg
    first, last = emg.start, emg.start + emg.duration
    # a time may be written with fewer decimals than the end of the recording has
    near = 0.5 / emg.sfreq
    for column, value in (("start", mark.start), ("end", mark.end)):
        if not first - near <= value <= last + near:
            raise ArgumentError(
                "A mark lies beyond the recording",
                where=mark.at(column),
                allowed=f"{number(round(first, 6))} to {number(round(last, 6))} s",
                got=f"{number(round(value, 6))} s",
                hint="Is the unit right, and the offset?",
            )
    if not mark.start < mark.end:
        raise ArgumentError(
            "A mark ends before it starts" if mark.end < mark.start else "A mark has no duration",
            where=mark.at("end"),
            allowed=f"above {number(round(mark.start, 6))} s",
            got=f"{number(round(mark.end, 6))} s",
        )
    if mark.turn is not None and not mark.start < mark.turn < mark.end:
        raise ArgumentError(
            "The turn does not lie inside its repetition",
            where=mark.at("turn"),
            allowed=f"between {number(round(mark.start, 6))} and {number(round(mark.end, 6))} s",
            got=f"{number(round(mark.turn, 6))} s",
        )
    if mark.phase is not None and mark.phase not in PHASES:
        raise ArgumentError("Unknown phase", where=mark.at("phase"), allowed=listed(PHASES), got=repr(mark.phase))
    return replace(mark, start=max(mark.start, first), end=min(mark.end, last))


def _sided(mark: Mark) -> Mark:
    """The mark, whose side is written as emgkit writes it."""
    if mark.side in (None, *SIDES):
        return mark
    try:
        side = Event(onset=mark.start, duration=0.0, label="mark", columns={"side": mark.side}).side
    except ArgumentError as problem:
        raise ArgumentError("Unknown side", where=mark.at("side"), allowed=problem.allowed, got=problem.got) from None
    bare = {key: value for key, value in mark.facts.items() if key != "side"}
    return replace(mark, facts=bare if side is None else {**bare, "side": side})


def _around(phases: Sequence[Mark]) -> list[Mark]:
    """The repetitions that phases make together, where there is no row of a repetition."""
    groups: dict[tuple[Value, ...], list[Mark]] = {}
    for phase in phases:
        if phase.facts.get("repetition") is None:
            raise ArgumentError(
                "A phase belongs to no repetition",
                where=phase.at("repetition"),
                allowed="the number of its repetition, or a row of the repetition around it",
                got="nothing",
            )
        groups.setdefault(phase.key, []).append(phase)
    around = []
    for own in groups.values():
        # who marked a phase marked the repetition; a phase alone may be rejected
        facts = {key: value for key, value in own[0].facts.items() if key not in ("accepted", "reason")}
        rejected = [one for one in own if one.facts.get("accepted") is False]
        if len(rejected) == len(own):
            facts |= {"accepted": False, "reason": rejected[0].facts.get("reason", "")}
        around.append(replace(own[0], phase=None, end=max(one.end for one in own), facts=facts))
    return sorted(around, key=lambda mark: mark.start)


def _numbered(repetitions: Sequence[Mark]) -> list[Mark]:
    """The repetitions with their numbers: those that are stated, or their places in time."""
    without = [mark for mark in repetitions if mark.facts.get("repetition") is None]
    if without and len(without) < len(repetitions):
        raise ArgumentError(
            "Some repetitions have a number, and one has none",
            where=without[0].at("repetition"),
            allowed="a number for each, or for none",
            got="nothing",
        )
    if without:
        # each side by itself
        places: dict[Value, count[int]] = {side: count(1) for side in (None, *SIDES)}
        return [replace(mark, facts={**mark.facts, "repetition": next(places[mark.side])}) for mark in repetitions]
    seen: dict[tuple[Value, ...], Mark] = {}
    for mark in repetitions:
        if mark.key in seen:
            side, in_set, number_ = mark.key
            of_set = f" of set {in_set}" if in_set is not None else ""
            raise ArgumentError(
                f"Two {'' if side is None else f'{side} '}repetitions{of_set} have the number {number_}",
                where=mark.at("repetition"),
                allowed="a number of its own for each repetition of a set",
                got=f"{number_}, as in {seen[mark.key].where}",
            )
        seen[mark.key] = mark
    return list(repetitions)


def _check_apart(marks: Sequence[Mark], what: str) -> None:
    """Refuse marks that overlap, unless one is of the left and the other of the right side."""
    for side in SIDES:
        for one, other in pairwise(mark for mark in marks if mark.side in (None, side)):
            if other.start >= one.end - 1e-6:
                continue
            raise ArgumentError(
                f"Two {what}s overlap",
                where=other.at("start"),
                allowed=f"at least {number(round(one.end, 6))} s, where the one before ends ({one.where})",
                got=f"{number(round(other.start, 6))} s",
            )


def _by_repetition(repetitions: Sequence[Mark], phases: Sequence[Mark]) -> dict[tuple[Value, ...], list[Mark]]:
    """The phases of each repetition, by its number or its time."""
    own: dict[tuple[Value, ...], list[Mark]] = {mark.key: [] for mark in repetitions}
    for phase in phases:
        numbered = phase.facts.get("repetition") is not None
        home = [
            mark
            for mark in repetitions
            if ((numbered and mark.facts["repetition"] == phase.facts["repetition"]) or not numbered)
            and mark.covers(phase)
            and phase.facts.get("set") in (None, mark.facts.get("set"))
            and phase.side in (None, mark.side)
        ]
        if len({mark.side for mark in home}) > 1:
            raise ArgumentError(
                "A phase lies in a left and a right repetition",
                where=phase.at("side"),
                allowed=listed(SIDES),
                got="no side",
            )
        if not home or phase.start < home[0].start - 1e-6 or phase.end > home[0].end + 1e-6:
            spans = (f"{number(round(mark.start, 3))} to {number(round(mark.end, 3))} s" for mark in repetitions)
            raise ArgumentError(
                "A phase lies in no repetition",
                where=phase.where,
                allowed=f"inside {'its' if numbered else 'a'} repetition: {', '.join(list(spans)[:6])}",
                got=f"{number(round(phase.start, 6))} to {number(round(phase.end, 6))} s",
            )
        own[home[0].key].append(phase)
    return own


def _phases(one: Mark, own: Sequence[Mark], starts: str | None) -> list[Mark]:
    """The phases of a repetition: those of its own, or the two around its turn."""
    if own:
        if one.turn is not None:
            raise ArgumentError(
                "A repetition has a turn, and rows of its phases",
                where=one.at("turn"),
                allowed="one of the two",
                got=f"a turn, and phases in {own[0].where}",
            )
        twice = [phase for phase in own if [other.phase for other in own].count(phase.phase) > 1]
        if twice:
            raise ArgumentError(f"A repetition has two {twice[0].phase} phases", where=twice[1].where)
        if starts is not None and own[0].phase != starts:
            raise ArgumentError(
                "A repetition does not start with the phase that is stated",
                where=own[0].at("phase"),
                allowed=f"{starts!r}, as starts says",
                got=repr(own[0].phase),
            )
        return list(own)
    if one.turn is not None:
        if starts is None:
            raise ArgumentError(
                "A turn divides a repetition into two phases, and which one comes first is not known",
                where=one.at("turn"),
                allowed="starts = 'eccentric' or 'concentric'",
                got="no starts",
            )
        then = "concentric" if starts == "eccentric" else "eccentric"
        return [replace(one, phase=starts, end=one.turn), replace(one, phase=then, start=one.turn)]
    if starts is not None and one.facts.get("accepted", True):
        raise ArgumentError(
            "A repetition has no phases, though it is stated with which one it starts",
            where=one.at("turn"),
            allowed="the time of its turn, or rows of its phases",
            got="nothing",
            hint="Leave starts away to measure whole repetitions",
        )
    return []
