"""One participant's session: raw trials in; measures, curves, references and quality out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from emgkit import report
from emgkit.curves import Curves, time_normalize
from emgkit.errors import EmgkitError, Notice, StudyError
from emgkit.events import audit, find_angle_bins, find_halves, find_repetitions
from emgkit.measures import measure
from emgkit.normalize import above_reference, reference
from emgkit.notation import listed
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Trial
from emgkit.signal_quality import quality
from emgkit.steps import Normalize
from emgkit.study.file.recordings import Exercise, StudyFile
from emgkit.study.recordings.loading import Loaded, is_mvc
from emgkit.study.recordings.sources import RecordingSource

__all__ = ["Session", "process"]


@dataclass(frozen=True, kw_only=True)
class Session:
    """What one participant's session gives."""

    rows: pd.DataFrame
    repetitions: pd.DataFrame
    curves: Curves
    references: pd.DataFrame
    extremes: pd.DataFrame
    quality: pd.DataFrame
    normalize: Normalize
    notices: tuple[Notice, ...]
    example: tuple[Recording, Recording]
    views: tuple[report.View, ...]

    @property
    def people(self) -> set[str]:
        """Whose session it is."""
        return set(self.rows["participant"])


def process(loaded: Sequence[Loaded], file: StudyFile, pipeline: Pipeline) -> Session:
    """Cut into repetitions, normalise and measure all exercises of one participant's session.

    Parameters
    ----------
    loaded : sequence of Loaded
        All trials of the participant's session, MVC trials among them.
    file : StudyFile
        The study.
    pipeline : Pipeline
        The processing of MVC and exercise trials alike.

    Raises
    ------
    EmgkitError
        An MVC is missing or refuses, repetitions cannot be found, a number cannot be taken.
    """
    exercises = {exercise.task: name for name, exercise in file.exercises.items()}
    tasks = [one for one in loaded if one.source.task in exercises]
    options: dict[str, Any] = dict(file.repetitions)
    with _errors_name_recording(loaded[0].source.participant, "participant"):
        normalize = _reference(loaded, tasks, file, pipeline)
    filters, amplitude = pipeline.split_at_amplitude()
    percent_of = amplitude.then(normalize)
    rows, audits, curves, extremes, cards, views = [], [], [], [], [], []
    notices: list[Notice] = []
    example: tuple[Recording, Recording] | None = None
    for one in tasks:
        name = exercises[one.source.task]
        exercise = file.exercises[name]
        with _errors_name_recording(one.source.name):
            trial = _cut(_segmented(one.trial, name, exercise, options), exercise, file)
            filtered = filters(trial.emg)
            percent = percent_of(filtered)
            for spec in file.measures:
                rows.append(measure(percent, spec.name, during=spec.during, phase=spec.phase))
            curves.append(time_normalize(percent, during="repetition"))
            audits.append(_labelled(audit(trial), one.source))
        extremes.append(_labelled(above_reference(percent).assign(minimum=percent.data.min(axis=1)), one.source))
        new = trial.notices[len(one.trial.notices) :]
        notices.extend(replace(notice, text=f"{one.source.name}: {notice.text}") for notice in new)
        example = example or (trial.emg, percent)
        views.append(
            report.view(trial, filtered if filters.steps else None, percent, name=_recording_label(one.source, name))
        )
    for one in loaded:
        card = quality(one.trial.emg)
        cards.append(_labelled(card.to_frame(), one.source))
        # in an MVC trial the muscles that it does not test are meant to be quiet
        quiet = is_mvc(file, one.source.task)
        told = [notice for notice in card.notices if not (quiet and notice.code == "low-snr")]
        notices.extend(replace(notice, text=f"{one.source.name}: {notice.text}") for notice in told)
        notices.extend(replace(notice, text=f"{one.source.name}: {notice.text}") for notice in one.trial.notices)
    if example is None:
        raise StudyError("No exercise was recorded", where=loaded[0].source.name, allowed=listed(exercises))
    return Session(
        rows=pd.concat(rows, ignore_index=True),
        repetitions=pd.concat(audits, ignore_index=True),
        curves=Curves.concat(curves),
        references=_labelled(normalize.table(), loaded[0].source, ("participant", "session")),
        extremes=pd.concat(extremes, ignore_index=True),
        quality=pd.concat(cards, ignore_index=True),
        normalize=normalize,
        notices=tuple(notices),
        example=example,
        views=tuple(views),
    )


def _recording_label(source: RecordingSource, exercise: str) -> str:
    """What a reader chooses a recording by: ``participant 01, squat``."""
    facts = [f"{key} {source.facts[key]}" for key in ("participant", "session") if source.facts.get(key)]
    run = [f"run {source.facts['run']}"] if source.facts.get("run") else []
    return ", ".join([*facts, exercise.replace("_", " "), *run])


def _segmented(trial: Trial, name: str, exercise: Exercise, options: dict[str, Any]) -> Trial:
    """The trial with its repetitions: found in a stream, or those of its own events."""
    own = [event for event in trial.events if event.label == "repetition"]
    if exercise.by == "events":
        if not own:
            raise StudyError(
                "The recording has no repetition events",
                allowed="events with trial_type 'repetition' (and 'phase'), as emgkit writes them",
                got=listed(dict.fromkeys(event.label for event in trial.events)),
                hint=f'Find them in a stream: [exercises.{name}] by = "position" or "angle"',
            )
        columns = {"exercise": name}
        return trial.with_events(replace(event, columns={**event.columns, **columns}) for event in trial.events)
    if own:
        raise StudyError(
            "The recording already has repetition events",
            got=f"{len(own)} of them",
            hint=f'Use them: [exercises.{name}] by = "events"',
        )
    return find_repetitions(trial, by=exercise.by, starts=exercise.starts, exercise=name, rest=exercise.rest, **options)


def _cut(trial: Trial, exercise: Exercise, file: StudyFile) -> Trial:
    """The trial with the parts of its phases that any measure asks for."""
    asked = {measure.during for measure in file.measures}
    if "half" in asked:
        if exercise.by == "events":
            raise StudyError(
                "Halves of a phase need the stream of the movement",
                where=f"[exercises] task {exercise.task!r}",
                allowed='by = "position" or by = "angle"',
                got='by = "events"',
            )
        trial = find_halves(trial, by=exercise.by)
    if "angle" in asked:
        trial = find_angle_bins(trial, width=file.angle_bins.width, by=file.angle_bins.by)
    return trial


def _reference(loaded: Sequence[Loaded], tasks: Sequence[Loaded], file: StudyFile, pipeline: Pipeline) -> Normalize:
    """The reference of a participant's session, and an error that names every muscle without one."""
    if file.mvc.own_task_maximum:
        return reference([one.trial for one in tasks], pipeline, window=file.mvc.window, kind="task")
    trials = [one.trial for one in loaded if is_mvc(file, one.source.task)]
    first = loaded[0].source
    who = f"participant {first.participant}" + (f", session {first.session}" if first.session else "")
    if not trials:
        raise StudyError(
            f"There is no MVC trial of {who}",
            allowed=f"tasks named {listed(file.mvc.tasks)}",
            got=listed(sorted({one.source.task for one in loaded})),
            hint="Record or name the MVC trials, or set mvc.own_task_maximum",
        )
    normalize = reference(trials, pipeline, window=file.mvc.window, across_sessions=file.mvc.across_sessions)
    known = {value.channel for value in normalize.values}
    for one in tasks:
        missing = [channel for channel in one.trial.emg.channels if channel.name not in known]
        if missing:
            names = listed(
                f"{channel.name} ({channel.muscle})" if channel.muscle else channel.name for channel in missing
            )
            raise StudyError(
                f"There is no MVC of {names} for {who}",
                where=one.source.name,
                allowed=f"an MVC trial ({listed(file.mvc.tasks)}) that has the channel",
                got=f"MVC trials with {listed(sorted(known))}",
            )
    return normalize


def _labelled(
    table: pd.DataFrame, source: RecordingSource, keys: Sequence[str] = ("participant", "session", "task", "run")
) -> pd.DataFrame:
    """The table with the facts of its recording in front."""
    facts: dict[str, Any] = {key: source.facts.get(key) for key in keys}
    rest = table.drop(columns=[key for key in keys if key in table.columns])
    return pd.concat([pd.DataFrame([facts] * len(rest), index=rest.index), rest], axis=1)


@contextmanager
def _errors_name_recording(name: str, kind: str = "") -> Iterator[None]:
    """Name the recording or the participant in an error that comes from within."""
    try:
        yield
    except EmgkitError as problem:
        if name in str(problem):
            raise
        where = ", ".join(part for part in (f"{kind} {name}".strip(), problem.where) if part)
        raise type(problem)(
            problem.what, where=where, allowed=problem.allowed, got=problem.got, hint=problem.hint
        ) from problem
