"""From the raw recordings of a study to its tables of contrasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from emgkit.errors import EmgkitError, Notice, StudyError
from emgkit.notation import listed
from emgkit.pipeline import Pipeline
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings.comparison import ComparisonResult, compare
from emgkit.study.recordings.exclusions import excluded, exclusion_notices, exclusion_table, refuse_duplicates
from emgkit.study.recordings.loading import Loaded, check_labels, check_positions, is_mvc, load
from emgkit.study.recordings.session import Session, process
from emgkit.study.recordings.sources import RecordingSource, find

__all__ = ["Analysis", "Progress", "analyse"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """All that was computed, before anything is written."""

    file: StudyFile
    folder: Path
    used: tuple[RecordingSource, ...]
    sessions: tuple[Session, ...]
    compared: tuple[ComparisonResult, ...]
    excluded: pd.DataFrame
    notices: tuple[Notice, ...]
    simulated: bool
    over: tuple[str, ...]
    exercises: tuple[str, ...]


def analyse(file: StudyFile, pipeline: Pipeline, folder: Path | None, say: Progress) -> Analysis:
    """Everything from the raw files to the tables of contrasts."""
    sources, notices = find(file, folder)
    wanted, unused = _of_the_study(sources, file)
    loaded, failed = _load_all(wanted, file, say)
    check_labels(file, loaded)
    check_positions(file, loaded)
    away = excluded(file, wanted)
    simulated = _is_simulated(loaded)
    memory: dict[frozenset[str], Session] = {}
    compared = []
    for spec in file.comparisons:
        used = [one for one in loaded if one.source.name not in away or one.source.name in spec.keep]
        refuse_duplicates(used, name=spec.name)
        names = {one.source.name for one in used}
        affected = {source.participant for source in wanted if source.name not in names}
        sessions = _sessions(used, file, pipeline, memory, say)
        compared.append(
            compare(spec, measure=file.primary, sessions=sessions, over=file.summary.over, affected=affected)
        )
    primary = [one for one in loaded if one.source.name not in away]
    return Analysis(
        file=file,
        folder=Path(folder or "."),
        used=tuple(one.source for one in loaded),
        sessions=_sessions(primary, file, pipeline, memory, say),
        compared=tuple(compared),
        excluded=exclusion_table(away, failed),
        notices=(*notices, *unused, *exclusion_notices(file, wanted)),
        simulated=simulated,
        over=file.summary.over,
        exercises=tuple(file.exercises),
    )


def _sessions(
    loaded: Sequence[Loaded], file: StudyFile, pipeline: Pipeline, memory: dict[frozenset[str], Session], say: Progress
) -> tuple[Session, ...]:
    """One Session for each participant and session; what was computed for the same recordings is not computed again."""
    groups: dict[tuple[str, str | None], list[Loaded]] = {}
    for one in loaded:
        session = None if file.mvc.across_sessions else one.source.session
        groups.setdefault((one.source.participant, session), []).append(one)
    groups = {key: group for key, group in groups.items() if not all(is_mvc(file, one.source.task) for one in group)}
    found = []
    for place, group in enumerate(groups.values()):
        say("Filtering, normalising, cutting into repetitions", place, len(groups))
        key = frozenset(one.source.name for one in group)
        if key not in memory:
            memory[key] = process(group, file, pipeline)
        found.append(memory[key])
    say("Filtering, normalising, cutting into repetitions", len(groups), len(groups))
    return tuple(found)


def _of_the_study(
    sources: Sequence[RecordingSource], file: StudyFile
) -> tuple[tuple[RecordingSource, ...], tuple[Notice, ...]]:
    """The recordings whose task the study names; the others are told."""
    tasks = {exercise.task for exercise in file.exercises.values()}
    wanted = tuple(one for one in sources if one.task in tasks or is_mvc(file, one.task))
    others = sorted({one.task for one in sources} - {one.task for one in wanted})
    missing = sorted(tasks - {one.task for one in wanted})
    if missing:
        raise StudyError(
            f"No recording of the task {listed(missing)} was found",
            allowed=f"recordings of the tasks {listed(sorted(tasks))}",
            got=f"recordings of {listed(sorted({one.task for one in sources}))}",
        )
    if not others:
        return wanted, ()
    text = f"Recordings of tasks that the study does not name were not used: {listed(others)}."
    return wanted, (Notice(code="tasks-not-used", text=text),)


def _load_all(
    sources: Sequence[RecordingSource], file: StudyFile, say: Progress
) -> tuple[tuple[Loaded, ...], dict[str, str]]:
    """Read every recording; a bad one stops the study unless its file allows leaving it out."""
    loaded, failed = [], {}
    for place, source in enumerate(sources):
        say("Reading recordings", place, len(sources))
        try:
            loaded.append(Loaded(source=source, trial=load(source, file)))
        except EmgkitError as problem:
            if not file.exclude.allow:
                raise
            failed[source.name] = str(problem)
    say("Reading recordings", len(sources), len(sources))
    return tuple(loaded), failed


def _is_simulated(loaded: Sequence[Loaded]) -> bool:
    """Whether the recordings say that they are simulated; a mixture is refused."""
    found = {bool(one.trial.context.get("simulated")): one.source.name for one in loaded}
    if len(found) == 2:
        raise StudyError(
            "Simulated and recorded data are mixed",
            got=f"{found[True]} is simulated, {found[False]} is not",
            hint="Analyse them in two studies",
        )
    return found.get(True) is not None
