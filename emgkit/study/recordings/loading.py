"""The recordings of a study, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from emgkit import io, report
from emgkit._checks import check_unknown, nearest
from emgkit.errors import SignalError, StudyError
from emgkit.events import OPTIONS
from emgkit.measures import COLUMNS, MEASURES
from emgkit.notation import listed
from emgkit.pipeline import Pipeline
from emgkit.recording import Trial
from emgkit.steps import step_from_dict
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings.sources import RecordingSource

__all__ = ["Loaded", "check_labels", "check_names", "check_positions", "is_mvc", "load", "pipeline_of"]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A source and the trial read from it."""

    source: RecordingSource
    trial: Trial


def pipeline_of(file: StudyFile) -> Pipeline:
    """The steps of a study file as a Pipeline."""
    return Pipeline(*(step_from_dict(step) for step in file.steps))


def check_names(file: StudyFile) -> None:
    """Refuse names in the study file that no function or table knows, before any recording is read.

    Raises
    ------
    ArgumentError
        Names the place, what is allowed and the nearest.
    """
    for name in file.repetitions:
        check_unknown("key", name, OPTIONS, where="repetitions")
    for spec in file.measures:
        check_unknown("measure", spec.name, MEASURES, where="measures")
    for column in file.summary.over:
        check_unknown("column", column, COLUMNS, where="summary.over")
    for name in file.metadata:
        check_unknown("field", name, report.FIELDS, where="metadata")
    for comparison in file.comparisons:
        for column in (comparison.within, *comparison.by):
            check_unknown("column", column, COLUMNS, where=f"comparisons, {comparison.name}")


def is_mvc(file: StudyFile, task: str) -> bool:
    """Whether a task is an MVC trial of the study."""
    return any(fnmatchcase(task.lower(), pattern.lower()) for pattern in file.mvc.tasks)


def load(source: RecordingSource, file: StudyFile) -> Trial:
    """Read a recording and give it the facts that its name and the study file tell.

    Raises
    ------
    EmgkitError
        The file cannot be read, or has no EMG.
    """
    content = io.load(source.path)
    # an MVC trial need not have every channel; `check_labels` sees to labels that no recording has
    present = {name for signal in content.signals for name in (signal.label, signal.name)}
    specs = {**file.channels, **source.channels}
    channels = {label: spec.model_dump(exclude_none=True) for label, spec in specs.items() if label in present}
    overrides = io.Overrides(sfreq=source.sfreq, units=source.units, channels=channels)
    trial = io.assemble(content, overrides, where=source.name)
    if "emg" not in trial:
        raise StudyError("The recording has no EMG channel", where=source.name, got=listed(trial))
    if "emg_2" in trial:
        raise StudyError(
            "The recording has EMG at two rates; a study needs one",
            where=source.name,
            got=listed(name for name in trial if name.startswith("emg")),
        )
    for channel, samples in zip(trial.emg.channels, trial.emg.data, strict=True):
        if samples.min() == samples.max():
            raise SignalError(
                f"Channel {channel.name!r} is constant",
                where=source.name,
                allowed="a recorded signal",
                got=f"{samples[0]:g} V throughout",
                hint="Check the electrode; leave the recording out under [exclude] files with the reason",
            )
    return trial.with_context(**source.facts)


def check_labels(file: StudyFile, loaded: Sequence[Loaded]) -> None:
    """Refuse a label of ``[channels]`` that no recording has, and EMG channels whose muscle nobody says.

    Raises
    ------
    StudyError
        Names the label and the nearest there is, or the channel and the line that is missing.
    """
    present = sorted({name for one in loaded for stream in one.trial.values() for name in stream.names})
    # the channels of a layout describe a kind of file, and some of them need not be there
    for label, spec in file.channels.items():
        if (spec.name or label) not in present:
            raise StudyError(
                f"No recording has the channel {label!r}",
                where="[channels] of the study file",
                allowed=listed(present),
                hint=nearest(label, present),
            )
    if not any("muscle" in comparison.by or comparison.within == "muscle" for comparison in file.comparisons):
        return
    for one in loaded:
        for channel in one.trial.emg.channels:
            if channel.muscle is None:
                raise StudyError(
                    f"Channel {channel.name!r} has no muscle",
                    where=one.source.name,
                    hint=f'Say it in the study file: [channels] "{channel.name}" = {{ muscle = "vastus_lateralis" }}, '
                    'or leave the channel aside: { kind = "MISC" }',
                )


def check_positions(file: StudyFile, loaded: Sequence[Loaded]) -> None:
    """Refuse a participant's session that lacks an MVC task which another has.

    Raises
    ------
    StudyError
        Names the participant, the session and the tasks.
    """
    if file.mvc.own_task_maximum or file.mvc.across_sessions or not file.mvc.all_positions:
        return
    tasks: dict[tuple[str, str | None], set[str]] = {}
    for one in loaded:
        own = tasks.setdefault((one.source.participant, one.source.session), set())
        if is_mvc(file, one.source.task):
            own.add(one.source.task)
    every = set().union(*tasks.values())
    for (participant, session), own in tasks.items():
        # that there is none at all is told with more detail where the reference is taken
        if own and own != every:
            raise StudyError(
                f"There is no MVC trial {listed(sorted(every - own))} of participant {participant}"
                + (f", session {session}" if session else ""),
                allowed=f"the MVC tasks that others have: {listed(sorted(every))}",
                got=listed(sorted(own)),
                hint="Leave the participant out under [exclude], or accept the rest: [mvc] all_positions = false",
            )
