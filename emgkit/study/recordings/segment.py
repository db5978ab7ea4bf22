"""Segment: the repetitions of a trial, their phases, and the parts of the phases that are measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emgkit.channels import Event, Value
from emgkit.errors import Notice, StudyError
from emgkit.events import OPTIONS, find_angle_bins, find_halves, find_repetitions, resting_end
from emgkit.notation import counted, listed
from emgkit.recording import Trial
from emgkit.study.file.places import telling_tables
from emgkit.study.file.recordings import AngleBins

__all__ = ["Segmentation", "segment"]


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """How the trials of an exercise are divided.

    Parameters
    ----------
    exercise : str
        The name of the exercise.
    by : str
        The way to the repetitions, as for :func:`emgkit.find_repetitions`.
    compared : tuple of str
        Streams that are held against the repetitions.
    options : mapping
        Further parameters of :func:`emgkit.find_repetitions`.
    halves : bool
        Whether the phases are divided into halves.
    angle_bins : AngleBins, optional
        The bins of the angle, where a measure needs them.
    named : bool
        The task has facts in it, such as a load; they are columns, and the task is the exercise.
    rejected : mapping of str to str
        Number of a repetition, after its side where it has one -> why the study file leaves it out.
    """

    exercise: str
    by: str
    compared: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    halves: bool = False
    angle_bins: AngleBins | None = None
    named: bool = False
    rejected: Mapping[str, str] = field(default_factory=dict)


def segment(trial: Trial, rule: Segmentation) -> Trial:
    """The trial with its repetitions and phases among the events, and a notice of each doubt.

    Raises
    ------
    StudyError
        The trial has repetition events where they are to be found, or it lacks a repetition that is to be left out.
    EmgkitError
        No repetition is found, or what shows them is not there.
    """
    with telling_tables(rule.exercise, rule.by):
        trial = _with_repetitions(trial, rule)
    trial = _without_rejected(trial, rule)
    if rule.halves:
        with telling_tables(rule.exercise, rule.by):
            trial = find_halves(trial, by=rule.by, channel=_channel(trial, rule))
    if rule.angle_bins is not None:
        own = _channel(trial, rule) if rule.angle_bins.by == rule.by else None
        trial = find_angle_bins(trial, width=rule.angle_bins.width, by=rule.angle_bins.by, channel=own)
    return trial.with_context(task=rule.exercise) if rule.named else trial


def _with_repetitions(trial: Trial, rule: Segmentation) -> Trial:
    """The trial with its repetitions, by the way of the exercise."""
    own = [event for event in trial.events if event.label == "repetition"]
    if own and rule.by != "events":
        raise StudyError(
            "The recording already has repetition events",
            got=f"{len(own)} of them",
            hint=f'Use them: [exercises.{rule.exercise}] by = "events"',
        )
    named = {key: _named(trial, rule.options[key]) for key in ("channel", "channels") if key in rule.options}
    options = {**rule.options, **named}
    by = (rule.by, *rule.compared) if rule.compared else rule.by
    found = find_repetitions(trial, by=by, exercise=rule.exercise, **options)
    if rule.options.get("starts", "none") is not None:
        return found
    return replace(found, notices=(*found.notices, *_phases_possible(trial, rule)))


def _channel(trial: Trial, rule: Segmentation) -> Any:
    """The channel that gives the repetitions, as the study file names it, or one for each side."""
    wanted = _named(trial, rule.options.get("channel"))
    return wanted[0] if isinstance(wanted, list) else wanted


def _named(trial: Trial, wanted: Any) -> Any:
    """Channels by emgkit's names, where the study file has those of the headings."""
    if isinstance(wanted, Mapping):
        return {side: _named(trial, own) for side, own in wanted.items()}
    if isinstance(wanted, tuple | list):
        return [_named(trial, one) for one in wanted]
    channels = [channel for stream in trial.values() for channel in stream.channels]
    named = [channel.name for channel in channels if channel.heading == wanted]
    return named[0] if len(named) == 1 and all(one.name != wanted for one in channels) else wanted


def _phases_possible(trial: Trial, rule: Segmentation) -> Iterator[Notice]:
    """Say that cycles could be repetitions with phases, where the stream clearly rests at one end."""
    thresholds = {name: value for name, value in rule.options.items() if name in OPTIONS}
    channel = _channel(trial, rule)
    each = channel.values() if isinstance(channel, Mapping) else (channel,)
    ends = [resting_end(trial, by=rule.by, channel=one, **thresholds) for one in each]
    if None not in ends:
        end = " and ".join(dict.fromkeys(str(one) for one in ends))
        yield Notice(
            code="phases-possible",
            text=f"The {rule.by} rests at its {end} end where the recording begins and ends, and {rule.exercise} was "
            "divided into cycles without phases.",
            hint="To divide it into repetitions with phases, say which phase comes first: "
            f'[exercises.{rule.exercise}] starts = "eccentric" or starts = "concentric".',
        )


def _without_rejected(trial: Trial, rule: Segmentation) -> Trial:
    """The trial with the repetitions rejected that the study file leaves out, with their phases."""
    if not rule.rejected:
        return trial
    own = [event for event in trial.events if event.label == "repetition"]
    numbers = [_number(event, place) for place, event in enumerate(own, 1)]
    if any(" " in name for name in rule.rejected) or len(set(numbers)) < len(numbers):
        numbers = [f"{event.side or ''} {number}".strip() for event, number in zip(own, numbers, strict=True)]
    unknown = [number for number in rule.rejected if number not in numbers]
    if unknown:
        raise StudyError(
            f"There is no repetition {listed(unknown)} to leave out".replace("'", ""),
            allowed=f"repetitions {', '.join(numbers)}",
            got=f"{counted(len(numbers), 'repetition')} in this recording",
            hint="Correct [exclude] repetitions; tables/repetitions.csv numbers the repetitions"
            + (', and side = "left" or "right" says whose it is' if any(" " in number for number in numbers) else ""),
        )
    twice = sorted(number for number in rule.rejected if numbers.count(number) > 1)
    if twice:
        raise StudyError(
            f"Several repetitions of the recording have the number {twice[0]}",
            allowed="repetitions with numbers of their own",
            got=f"the numbers {', '.join(numbers)}",
            hint="Leave the recording out under [exclude] files, or reject the repetition in its events",
        )
    if all(number in rule.rejected for number in numbers):
        raise StudyError(
            "The study file leaves out every repetition of the recording",
            got=f"repetitions {', '.join(numbers)}",
            hint="Leave the recording out under [exclude] files instead",
        )
    out = {number: event for number, event in zip(numbers, own, strict=True) if number in rule.rejected}

    def judged(event: Event) -> Event:
        for number, repetition in out.items():
            if event is repetition or (event.label == "phase" and _belongs(event, repetition)):
                return replace(event, columns={**event.columns, "accepted": False, "reason": rule.rejected[number]})
        return event

    return trial.with_events(map(judged, trial.events))


def _number(repetition: Event, place: int) -> str:
    """The number of a repetition as a study file writes it; without one of its own, its place in time."""
    value = repetition.get("repetition")
    return str(place) if value is None else str(int(float(value))) if _is_number(value) else str(value)


def _belongs(phase: Event, repetition: Event) -> bool:
    """Whether a phase is one of a repetition: by the number, or where there is none by its time."""
    if phase.side not in (None, repetition.side):
        return False
    if phase.get("repetition") is not None:
        return phase.get("repetition") == repetition.get("repetition")
    middle = phase.onset + phase.duration / 2
    return repetition.onset <= middle <= repetition.onset + repetition.duration


def _is_number(value: Value) -> bool:
    try:
        return float(str(value)) == int(float(str(value)))
    except (ValueError, OverflowError):
        return False
