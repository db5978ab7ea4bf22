"""The walk through the stages of a study, from the raw recordings to the tables of contrasts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from emgkit.errors import EmgkitError, Notice
from emgkit.recording import Trial
from emgkit.study.file.recordings import Comparison, StudyFile
from emgkit.study.recordings import checks
from emgkit.study.recordings.account import RecordingSource, account, exclusion_table
from emgkit.study.recordings.checks import Loaded
from emgkit.study.recordings.compare import ComparisonResult, compare
from emgkit.study.recordings.keys import File, Folder, Stage, key
from emgkit.study.recordings.plan import Plan
from emgkit.study.recordings.read import read
from emgkit.study.recordings.session import Session, rows_of, session_stage, sessions_of

__all__ = ["Analysis", "Progress", "analyse"]

Progress = Callable[[str, int, int], None]

# outputs of stages that are kept through the whole run: trials and sessions
Memory = dict[Stage[Any], Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysis:
    """All that was computed, before anything is written.

    `stages` are those of the sessions and the comparisons, which can say their content keys.
    """

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
    stages: tuple[Stage[Any], ...] = ()

    @property
    def key(self) -> str:
        """The content key of what is written: the study file, what was left out, and the stages."""
        excluded = self.excluded.to_dict(orient="records")
        return key("write", {"file": self.file, "excluded": excluded}, [stage.key for stage in self.stages])


def analyse(plan: Plan, folder: Path | None, progress: Progress) -> Analysis:
    """Walk the stages from the folder of recordings to the comparisons.

    Parameters
    ----------
    plan : Plan
        What the study does.
    folder : Path or None
        Where the recordings are.
    progress : callable
        Called with (what, done, total).

    Raises
    ------
    EmgkitError
        Anything is wrong with the recordings or the design.
    """
    file = plan.file
    found = Stage(function=account, inputs=(Folder(path=folder),), parameters=plan.accounting).run()
    reads = {source.name: _read_stage(source, plan) for source in found.sources}
    memory, failed = _read_all(reads, progress, allow=file.exclude.allow)
    read_in = [one for one in found.sources if one.name not in failed]
    loaded = [Loaded(source=one, trial=memory[reads[one.name]]) for one in read_in]
    _check_together(loaded, plan)
    simulated = checks.are_simulated(loaded)
    known: dict[frozenset[str], Stage[Session]] = {}

    def sessions(sources: Sequence[RecordingSource]) -> list[Stage[Session]]:
        stages = _session_stages(sources, reads, plan, known)
        _run_sessions(stages, memory, progress)
        return stages

    compared, stages = [], []
    for comparison in file.comparisons:
        used = [one for one in loaded if not one.source.excluded or one.source.name in comparison.keep]
        checks.refuse_duplicates(used, comparison=comparison.name)
        names = {one.source.name for one in used}
        affected = {one.participant for one in found.sources if one.name not in names}
        stage = _comparison_stage(comparison, sessions([one.source for one in used]), plan, affected=affected)
        compared.append(replace(stage.run(dict(memory)), spec=comparison))
        stages.append(stage)
    own = sessions([one for one in read_in if not one.excluded])
    return Analysis(
        file=file,
        folder=Path(folder or "."),
        used=tuple(read_in),
        sessions=tuple(memory[stage] for stage in own),
        compared=tuple(compared),
        excluded=exclusion_table(found.sources, failed),
        notices=found.notices,
        simulated=simulated,
        over=file.summary.over,
        exercises=tuple(file.exercises),
        stages=(*own, *stages),
    )


def _read_stage(source: RecordingSource, plan: Plan) -> Stage[Trial]:
    return Stage(function=read, inputs=(File(path=source.path),), parameters=plan.reading(source), about=source.name)


def _read_all(reads: Mapping[str, Stage[Trial]], progress: Progress, *, allow: bool) -> tuple[Memory, dict[str, str]]:
    """Read every recording; a bad one stops the study unless its file allows leaving it out."""
    memory: Memory = {}
    failed = {}
    for place, (name, stage) in enumerate(reads.items()):
        progress("Reading recordings", place, len(reads))
        try:
            stage.run(memory)
        except EmgkitError as problem:
            if not allow:
                raise
            failed[name] = str(problem)
    progress("Reading recordings", len(reads), len(reads))
    return memory, failed


def _check_together(loaded: Sequence[Loaded], plan: Plan) -> None:
    """Check what must hold of all recordings together."""
    file = plan.file
    checks.check_labels(loaded, file.channels)
    if any("muscle" in (comparison.within, *comparison.by) for comparison in file.comparisons):
        checks.check_muscles(loaded)
    if file.mvc.all_positions and not file.mvc.own_task_maximum and not file.mvc.across_sessions:
        checks.check_positions(loaded)


def _session_stages(
    sources: Sequence[RecordingSource],
    reads: Mapping[str, Stage[Trial]],
    plan: Plan,
    known: dict[frozenset[str], Stage[Session]],
) -> list[Stage[Session]]:
    """The stage of each participant's session; one of the same recordings is the same stage."""
    stages = []
    for group in sessions_of(sources, across_sessions=plan.file.mvc.across_sessions):
        names = frozenset(source.name for source in group)
        if names not in known:
            known[names] = session_stage(group, reads, plan)
        stages.append(known[names])
    return stages


def _run_sessions(stages: Sequence[Stage[Session]], memory: Memory, progress: Progress) -> None:
    """Run the sessions that have not been run; what lies between trial and session is not kept."""
    what = "Filtering, normalising, cutting into repetitions"
    for place, stage in enumerate(stages):
        progress(what, place, len(stages))
        if stage not in memory:
            memory[stage] = stage.run(dict(memory))
    progress(what, len(stages), len(stages))


def _comparison_stage(
    comparison: Comparison, sessions: Sequence[Stage[Session]], plan: Plan, *, affected: Collection[str]
) -> Stage[ComparisonResult]:
    rows = tuple(Stage(function=rows_of, inputs=(session,)) for session in sessions)
    return Stage(function=compare, inputs=(rows,), parameters=plan.comparing(comparison, affected))
