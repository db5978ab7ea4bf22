"""The recordings of a study's exercises, for the page on which their repetitions are marked by hand."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

from emgkit import report
from emgkit.errors import EmgkitError, EmgkitWarning, StudyError
from emgkit.notation import listed
from emgkit.recording import Trial
from emgkit.study.definition import StudyDefinition
from emgkit.study.file.recordings import RepetitionRules, StudyFile
from emgkit.study.recordings.account import RecordingSource, account, look_into
from emgkit.study.recordings.analysis import StudyStages
from emgkit.study.recordings.condition import condition
from emgkit.study.recordings.keys import Folder, Stage
from emgkit.study.recordings.plan import Plan, plan_of
from emgkit.study.recordings.segment import segment
from emgkit.study.recordings.simulated import data_folder
from emgkit.study.recordings.walking import Progress

__all__ = ["recordings_to_mark"]


def recordings_to_mark(
    study: StudyDefinition, data: Path | None = None, *, detected: bool = False, progress: Progress
) -> tuple[report.RecordingToMark, ...]:
    """Read the exercises of a study, with the envelope that the study makes of their EMG.

    Parameters
    ----------
    study : StudyDefinition
        The study; recordings that it leaves out are left out here too.
    data : Path, optional
        Where the recordings are, in place of what the study file says.
    detected : bool
        Whether the page begins with the repetitions that the study's settings find.
    progress : callable
        Called with (what, done, total).

    Raises
    ------
    EmgkitError
        The study is one of published figures, or a recording cannot be read.
    """
    if not isinstance(study.file, StudyFile):
        raise StudyError(
            "A study of published figures has no recordings to mark",
            where=study.slug,
            allowed="a recording, or a study of recordings",
        )
    plan = plan_of(_to_plan(study.file, detected=detected))
    folder = data if data is not None else data_folder(study.file.data, study.folder, progress, quick=False)
    found = Stage(function=account, inputs=(Folder(path=folder),), parameters=plan.accounting).run()
    found = look_into(found, folder or Path(), plan.accounting)
    stages = StudyStages(plan, found.sources)
    sources = [one for one in found.sources if one.exercise is not None and not one.excluded]
    if not sources:
        raise StudyError("The study has no recording of an exercise", where=study.slug)
    pages = []
    for place, source in enumerate(sources):
        progress("Reading recordings", place, len(sources))
        with warnings.catch_warnings():
            # each of these is a notice of the trial
            warnings.simplefilter("ignore", EmgkitWarning)
            pages.append(_one(stages.reads[source.name].run(), source, plan, detected=detected))
    progress("Reading recordings", len(sources), len(sources))
    return tuple(pages)


def _to_plan(file: StudyFile, *, detected: bool) -> StudyFile:
    """The study file, without its table of repetitions, which may not be there before they are marked."""
    marked = [name for name, exercise in file.exercises.items() if exercise.way == "table"]
    if detected and marked:
        raise StudyError(
            "The study takes repetitions from a table, and finds none by itself",
            where=f"exercises {listed(marked)}",
            allowed="a study whose exercises are all found in a stream or in events",
            hint="Leave --from out; on the page, Load table takes a table back",
        )
    return file if detected else file.model_copy(update={"repetitions": RepetitionRules()})


def _one(trial: Trial, source: RecordingSource, plan: Plan, *, detected: bool) -> report.RecordingToMark:
    """One recording; where nothing is found in it, the page says why."""
    notes = []
    envelope = condition(trial, plan.pipeline).envelope
    if detected and source.exercise is not None:
        rule = replace(plan.segmentation(source, source.exercise), halves=False, angle_bins=None)
        try:
            segmented = segment(trial, rule)
        except EmgkitError as problem:
            detected = False
            notes.append(f"The study's settings find no repetitions here. {problem}")
        else:
            notes += [notice.message for notice in segmented.notices[len(trial.notices) :]]
            trial = replace(trial, events=segmented.events)
            if any(event.get("phase") == "hold" for event in trial.events):
                notes.append("A turn point here is where the last phase begins: the hold belongs to the first.")
    return report.recording_to_mark(trial, envelope=envelope, file=source.name, detected=detected, notes=notes)
