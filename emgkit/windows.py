"""The stretches of a recording that its events mark, as whole samples with what they are called.

Measures and curves cut recordings here, so that a number and a curve of the same event rest on the same samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_option, nearest
from emgkit.channels import SIDES, Event, Value
from emgkit.errors import ArgumentError, DesignError, SignalError
from emgkit.notation import capital, listed, number
from emgkit.recording import Recording
from emgkit.steps import Normalize

__all__ = [
    "DURING", "OWN_SIDE", "Window", "check_own_repetitions", "counted_over_sides", "reference_of", "windows",
]  # fmt: skip

# what a number or a curve can be taken during
DURING = ("repetition", "phase", "half", "angle", "recording")
# the column that holds whose repetition it is, where left and right have repetitions of their own
OWN_SIDE = "repetition_side"
# facts that some windows have
_FURTHER = ("angle_low", "angle_high", OWN_SIDE)
# which function cuts phases into these parts
_CUT_BY = {"half": "find_halves", "angle": "find_angle_bins"}


@dataclass(frozen=True, kw_only=True)
class Window:
    """Samples ``first <= i < stop`` of a recording, and the facts that name them.

    Parameters
    ----------
    first, stop : int
        The first sample, and the one after the last.
    facts : Mapping
        ``participant, group, session, task, exercise, set, load_kg, repetition, phase``; None where nothing is known.
        Of bins of an angle also ``angle_low, angle_high`` (degrees), of a repetition of one side ``repetition_side``.
    rows : tuple of int
        The rows of the channels whose event it is: of a repetition of one side, those of that side; else all.
    """

    first: int
    stop: int
    facts: Mapping[str, Value]
    rows: tuple[int, ...]

    @property
    def further(self) -> dict[str, Value]:
        """The facts that not every window has."""
        return {key: self.facts[key] for key in _FURTHER if key in self.facts}

    def cut(self, data: NDArray[np.float64]) -> NDArray[np.float64]:
        """The samples of its channels, shape (n_rows, stop - first)."""
        segment = data[:, self.first : self.stop]
        return segment if len(self.rows) == len(data) else segment[list(self.rows)]


def windows(recording: Recording, *, during: str, phase: str | None = None) -> tuple[Window, ...]:
    """Cut out the accepted repetitions or phases of a recording, or the whole of it, in time order.

    An event of one side is for the channels of that side; one without a side is for all. A window holds the samples
    with ``onset <= time < onset + duration``.

    Parameters
    ----------
    recording : Recording
        With the events that :func:`emgkit.find_repetitions` gave its trial.
    during : {"repetition", "phase", "half", "angle", "recording"}
        ``"repetition"``: each whole repetition or, with `phase`, that phase of each; ``"phase"``: every phase;
        ``"half"`` and ``"angle"``: the parts that :func:`emgkit.events.find_halves` and
        :func:`emgkit.events.find_angle_bins` cut.
    phase : str, optional
        ``"eccentric"``, ``"concentric"`` or ``"hold"``.

    Raises
    ------
    ArgumentError
        `during` is unknown, or `phase` is asked of a whole recording.
    SignalError
        There is no such event, all are rejected, or one does not lie wholly inside the recording; or the events have
        sides, and a channel has none or one of which there is no event.
    """
    check_option("during", during, DURING)
    every = tuple(range(len(recording.channels)))
    if during == "recording":
        if phase is not None:
            raise ArgumentError(
                "A whole recording has no phases", allowed="phase=None with during='recording'", got=f"phase={phase!r}"
            )
        return (Window(first=0, stop=recording.n_samples, facts=_facts(recording, {}, "whole"), rows=every),)
    label = "phase" if during == "repetition" and phase is not None else during
    events = _accepted(recording, label, phase)
    _check_sides(recording, events)
    rows = {side: tuple(i for i in every if side in (None, recording.channels[i].side)) for side in (None, *SIDES)}
    return tuple(
        _window(recording, event, rows[event.side])
        for event in sorted(events, key=lambda event: event.onset)
        if rows[event.side]
    )


def reference_of(recording: Recording) -> str:
    """Say what 100 % is: the label of the last normalisation in the history, or ``"none"``."""
    for step in reversed(recording.history):
        if isinstance(step, Normalize):
            return step.label
    return "none"


def check_own_repetitions(rows: pd.DataFrame, over: Sequence[str]) -> None:
    """Refuse to average left and right before their repetitions, where each side has its own.

    Parameters
    ----------
    rows : DataFrame
        With the column `repetition_side`, where repetitions have a side.
    over : sequence of str
        What is averaged, one after the other.

    Raises
    ------
    DesignError
        The side comes before the repetitions, or without them.
    """
    own = rows[OWN_SIDE].dropna().unique() if OWN_SIDE in rows.columns and "repetition" in rows.columns else ()
    if not len(own) or "side" not in over or "repetition" in over[: over.index("side")]:
        return
    raise DesignError(
        "Left and right have repetitions of their own, and repetition 1 of one is not repetition 1 of the other",
        allowed="an average over the repetitions of each side, then over the sides",
        got=f"over={tuple(over)!r}",
        hint=f"Say over={('repetition', *(name for name in over if name != 'repetition'))!r}",
    )


def counted_over_sides(counts: pd.Series, cell: NDArray[np.intp], own_side: pd.Series | None) -> NDArray[np.int64]:
    """How many repetitions each cell rests on when sides are averaged.

    Parameters
    ----------
    counts : Series, shape (n_rows,)
        The repetitions of each row.
    cell : ndarray, shape (n_rows,)
        The cell that each row is in.
    own_side : Series, optional
        The side whose repetitions they are; nothing where both sides take part in them.

    Returns
    -------
    ndarray, shape (n_cells,)
        The sum of repetitions of one side, and of those in which both take part the number of the side with most.
    """
    own = np.zeros(len(counts), dtype=bool) if own_side is None else own_side.notna().to_numpy()
    together = counts.where(~own, 0).groupby(cell).max() + counts.where(own, 0).groupby(cell).sum()
    return np.asarray(together, dtype=np.int64)


def _accepted(recording: Recording, label: str, phase: str | None) -> list[Event]:
    repetitions = [event for event in recording.events if event.label == "repetition"]
    events = [event for event in recording.events if event.label == label]
    if not repetitions and not events:
        raise SignalError(
            "The recording has no repetition events",
            got=f"events {listed(dict.fromkeys(event.label for event in recording.events))}",
            hint="Call emgkit.find_repetitions on the trial before taking its EMG, or measure with during='recording'",
        )
    if not events and label in _CUT_BY:
        raise SignalError(
            f"The phases are not cut into events {label!r}",
            hint=f"Call emgkit.events.{_CUT_BY[label]} on the trial first",
        )
    if not events:
        raise SignalError(
            "The repetitions have no phases",
            got=f"{len(repetitions)} repetitions, as of cycles found with starts=None",
            hint="Find them with starts='eccentric' or 'concentric', or leave phase away",
        )
    if phase is not None:
        phases = tuple(dict.fromkeys(str(event.columns.get("phase")) for event in events))
        events = [event for event in events if event.columns.get("phase") == phase]
        if not events:
            raise SignalError(
                f"No repetition has a phase {phase!r}",
                allowed=listed(phases),
                got=repr(phase),
                hint=nearest(phase, phases),
            )
    accepted = [event for event in events if _is_accepted(event)]
    if not accepted:
        reasons = dict.fromkeys(str(event.columns.get("reason") or "no reason given") for event in events)
        raise SignalError(
            f"All {len(events)} {label} events are rejected",
            got="; ".join(reasons),
            hint="Look at emgkit.events.audit(trial)",
        )
    return accepted


def _check_sides(recording: Recording, events: Sequence[Event]) -> None:
    """Refuse a channel that has no event: events of one side are for the channels of that side alone."""
    sides = {event.side for event in events}
    lacking = [channel for channel in recording.channels if not sides & {None, channel.side}]
    if not lacking:
        return
    there = listed(side for side in SIDES if side in sides)
    rejected = lacking[0].side in {event.side for event in recording.events if event.label == "repetition"}
    bare = [channel.name for channel in lacking if channel.side is None]
    raise SignalError(
        f"Left and right have repetitions of their own, and channel {bare[0]!r} has no side"
        if bare
        else f"The muscles of the {lacking[0].side} side have no {'accepted ' * rejected}repetitions",
        where=f"channels {listed(bare or [channel.name for channel in lacking])}",
        allowed=f"channels of the side whose repetitions there are: {there}",
        hint="Say the side of the channel, or leave the channel out"
        if bare
        else f"Find the repetitions of the {lacking[0].side} side too, or leave its channels out",
    )


def _is_accepted(event: Event) -> bool:
    accepted = event.columns.get("accepted")
    if accepted is not None and not isinstance(accepted, (bool, np.bool_)):
        raise ArgumentError(
            f"{_named(event)} is neither accepted nor rejected", allowed="True or False", got=repr(accepted)
        )
    return accepted is None or bool(accepted)


def _window(recording: Recording, event: Event, rows: tuple[int, ...]) -> Window:
    # a thousandth of a sample absorbs the rounding of times such as 0.1 * 2148.148
    first = int(np.ceil((event.onset - recording.start) * recording.sfreq - 1e-3))
    stop = int(np.ceil((event.end - recording.start) * recording.sfreq - 1e-3))
    n_samples = recording.n_samples
    if first < 0 or stop > n_samples:
        raise _outside(recording, event, before=first < 0, after=stop > n_samples)
    if first >= stop:
        raise SignalError(
            f"{_named(event)} holds no sample",
            where=f"at {number(round(event.onset, 6))} s",
            allowed=f"at least one sample, {number(1 / recording.sfreq)} s",
            got=f"a duration of {number(event.duration)} s",
        )
    phase = "whole" if event.label == "repetition" else event.columns.get("phase")
    if event.label == "half":
        phase = f"{phase}, {event.columns.get('half')} half"
    facts = _facts(recording, event.columns, phase)
    if event.side is not None:
        facts[OWN_SIDE] = event.side
    return Window(first=first, stop=stop, facts=facts, rows=rows)


def _outside(recording: Recording, event: Event, *, before: bool, after: bool) -> SignalError:
    begins, ends = recording.start, recording.start + recording.duration
    missing = [
        *([_span(event.onset, min(event.end, begins))] if before else []),
        *([_span(max(event.onset, ends), event.end)] if after else []),
    ]
    return SignalError(
        f"{_named(event)} ({_span(event.onset, event.end)}) does not lie wholly inside the recording",
        where=f"missing {' and '.join(missing)}",
        allowed=_span(begins, ends),
        hint="Crop so that no event is cut, or leave the event out",
    )


def _span(first: float, last: float) -> str:
    return f"{number(round(first, 6))}–{number(round(last, 6))} s"


def _named(event: Event) -> str:
    """Name the event as a message calls it: ``Repetition 2``, ``The concentric phase of repetition 2``."""
    side = "" if event.side is None else f"{event.side} "
    one = f"{side}repetition {event.columns.get('repetition')}"
    if event.label in _CUT_BY:
        return f"A part ({event.label}) of the {event.columns.get('phase')} phase of {one}"
    if event.label == "phase":
        return f"The {event.columns.get('phase')} phase of {one}"
    return capital(one)


def _facts(recording: Recording, columns: Mapping[str, Value], phase: Value) -> dict[str, Value]:
    context = recording.context
    facts: dict[str, Value] = {key: context.get(key) for key in ("participant", "group", "session", "task")}
    exercise = columns.get("exercise")
    facts["exercise"] = facts["task"] if exercise is None else exercise
    for key in ("set", "load_kg"):
        own = columns.get(key)
        facts[key] = context.get(key) if own is None else own
    facts["repetition"] = columns.get("repetition")
    facts["phase"] = phase
    return facts | {key: columns[key] for key in ("angle_low", "angle_high") if key in columns}
