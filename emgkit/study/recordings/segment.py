"""Segment: the repetitions of a trial, their phases, and the parts of the phases that are measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emgkit.errors import StudyError
from emgkit.events import find_angle_bins, find_halves, find_repetitions
from emgkit.notation import listed
from emgkit.recording import Trial
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
        The way to the repetitions, as for :func:`emgkit.find_repetitions`, or ``"events"`` for those of the recording.
    options : mapping
        Further parameters of :func:`emgkit.find_repetitions`.
    halves : bool
        Whether the phases are divided into halves.
    angle_bins : AngleBins, optional
        The bins of the angle, where a measure needs them.
    named : bool
        The task has facts in it, such as a load; they are columns, and the task is the exercise.
    """

    exercise: str
    by: str
    options: Mapping[str, Any] = field(default_factory=dict)
    halves: bool = False
    angle_bins: AngleBins | None = None
    named: bool = False


def segment(trial: Trial, rule: Segmentation) -> Trial:
    """The trial with its repetitions and phases among the events, and a notice of each doubt.

    Raises
    ------
    StudyError
        The trial has repetition events where they are to be found, or has none where they are to be used.
    EmgkitError
        No repetition is found, or the stream is not there.
    """
    trial = _with_repetitions(trial, rule)
    if rule.halves:
        trial = find_halves(trial, by=rule.by)
    if rule.angle_bins is not None:
        trial = find_angle_bins(trial, width=rule.angle_bins.width, by=rule.angle_bins.by)
    return trial.with_context(task=rule.exercise) if rule.named else trial


def _with_repetitions(trial: Trial, rule: Segmentation) -> Trial:
    """The trial with its repetitions: found in a stream, or those of its own events."""
    own = [event for event in trial.events if event.label == "repetition"]
    if rule.by == "events":
        if not own:
            raise StudyError(
                "The recording has no repetition events",
                allowed="events with trial_type 'repetition' (and 'phase'), as emgkit writes them",
                got=listed(dict.fromkeys(event.label for event in trial.events)),
                hint=f'Find them in a stream: [exercises.{rule.exercise}] by = "position" or "angle"',
            )
        columns = {"exercise": rule.exercise}
        return trial.with_events(replace(event, columns={**event.columns, **columns}) for event in trial.events)
    if own:
        raise StudyError(
            "The recording already has repetition events",
            got=f"{len(own)} of them",
            hint=f'Use them: [exercises.{rule.exercise}] by = "events"',
        )
    return find_repetitions(trial, by=rule.by, exercise=rule.exercise, **rule.options)
