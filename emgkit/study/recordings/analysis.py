"""The walk through the stages of a study, from the raw recordings to the tables of contrasts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from emgkit import signal_quality
from emgkit.errors import EmgkitError, Notice
from emgkit.io.naming.patterns import composed
from emgkit.recording import Trial
from emgkit.study.file.recordings import Comparison, StudyFile
from emgkit.study.recordings import checks
from emgkit.study.recordings.account import (
    RecordingSource,
    account,
    exclusion_table,
    file_table,
    look_into,
    telling_near_files,
)
from emgkit.study.recordings.account.exclusions import COLUMNS, check_exclusions, of_parts, part_rows
from emgkit.study.recordings.account.survey import Survey, survey
from emgkit.study.recordings.agreement import Agreement, agreement_with_statsmodels
from emgkit.study.recordings.checks import Loaded
from emgkit.study.recordings.compare import ComparisonResult, LeftOut, compare
from emgkit.study.recordings.keys import File, Folder, Stage, key
from emgkit.study.recordings.marks import check_rows
from emgkit.study.recordings.plan import Plan
from emgkit.study.recordings.read import join_files, read, use_channels
from emgkit.study.recordings.session import Session, rows_of, session_stage, sessions_of
from emgkit.study.recordings.walking import Progress, Walk, nobody

__all__ = ["Analysis", "StudyStages", "analyse"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysis:
    """All that was computed, before anything is written.

    `sessions` are those of the first comparison; `excluded` has what the study file leaves out, whole recordings and
    channels and repetitions of others, and what could not be read; `files` has every file below the data folder with
    its role. `stages` are those of the sessions and the
    comparisons; each has a content key. `agreement` is how far the comparisons agree with statsmodels.
    """

    file: StudyFile
    folder: Path
    used: tuple[RecordingSource, ...]
    sessions: tuple[Session, ...]
    compared: tuple[ComparisonResult, ...]
    excluded: pd.DataFrame
    files: pd.DataFrame
    notices: tuple[Notice, ...]
    simulated: bool
    over: tuple[str, ...]
    exercises: tuple[str, ...]
    stages: tuple[Stage[Any], ...] = ()
    agreement: Agreement

    def kept(self, comparison: Comparison) -> pd.DataFrame:
        """The rows of `excluded` that are whole recordings, which a comparison uses all the same."""
        kept = set(map(composed, comparison.keep))
        names = [source.name for source in self.used if composed(source.name) in kept]
        return self.excluded[self.excluded["recording"].isin(names) & ~of_parts(self.excluded)]

    @property
    def left_out(self) -> pd.DataFrame:
        """The rows of `excluded` that are no recordings which the first comparison uses."""
        return self.excluded.drop(index=self.kept(self.compared[0].spec).index).reset_index(drop=True)

    @property
    def key(self) -> str:
        """The content key of what was computed: the study file, what was left out and noticed, and the stages.

        What is written depends on more, such as the truth of simulated data and the texts of the claims.
        """
        found = {
            "file": self.file,
            "excluded": _records(self.excluded),
            "files": _records(self.files),
            "notices": self.notices,
            "simulated": self.simulated,
        }
        return key("analyse", found, [stage.key for stage in self.stages])


class StudyStages:
    """The stages of a study over its recordings, before any is run; the same recordings give the same stage.

    Parameters
    ----------
    plan : Plan
        What the study does.
    sources : sequence of RecordingSource
        All its recordings, those that are left out among them.

    Attributes
    ----------
    reads, trials : mapping of str to Stage
        The reading of each recording, with all its channels and with those that the study uses, by its name.
    """

    def __init__(self, plan: Plan, sources: Sequence[RecordingSource]) -> None:
        self.plan, self.sources = plan, tuple(sources)
        self.reads: Mapping[str, Stage[Trial]] = {source.name: _reading(plan, source) for source in sources}
        self.trials: Mapping[str, Stage[Trial]] = {
            source.name: Stage(
                function=use_channels,
                inputs=(self.reads[source.name],),
                parameters=plan.using(source),
                about=source.name,
            )
            for source in sources
        }
        self._sessions: dict[frozenset[str], Stage[Session]] = {}

    def surveyed(self, source: RecordingSource, *, used: bool) -> Stage[Survey]:
        """What a recording holds; of one that is used, with what the study uses of it."""
        name = source.name
        inputs = (self.reads[name], self.trials[name]) if used else (self.reads[name],)
        return Stage(function=survey, inputs=inputs, about=name)

    def sessions(self, used: Sequence[RecordingSource]) -> tuple[Stage[Session], ...]:
        """The sessions that these recordings make, one a participant and session."""
        groups = sessions_of(used, across_sessions=self.plan.across_sessions)
        return tuple(self._session(group) for group in groups)

    def comparison(self, comparison: Comparison, used: Sequence[RecordingSource]) -> Stage[ComparisonResult]:
        """A comparison over these recordings."""
        affected = _affected(self.plan, self.sources, {source.name for source in used})
        rows = tuple(Stage(function=rows_of, inputs=(session,), about=session.about) for session in self.sessions(used))
        return Stage(function=compare, inputs=(rows,), parameters=self.plan.comparing(comparison, affected))

    def _session(self, group: Sequence[RecordingSource]) -> Stage[Session]:
        names = frozenset(source.name for source in group)
        if names not in self._sessions:
            self._sessions[names] = session_stage(group, self.trials, self.plan)
        return self._sessions[names]


def _reading(plan: Plan, source: RecordingSource) -> Stage[Trial]:
    """The reading of a recording, with its second files."""
    about = source.name
    one = Stage(function=read, inputs=(File(path=source.path),), parameters=plan.reading(source), about=about)
    if not source.joined:
        return one
    others = tuple(File(path=second.path) for second in source.joined)
    return Stage(function=join_files, inputs=(one, others), parameters=plan.joining(source), about=about)


def analyse(
    file: StudyFile,
    plan: Plan,
    folder: Path | None,
    *,
    progress: Progress | None = None,
    walk: Walk | None = None,
) -> Analysis:
    """Walk the stages from the folder of recordings to the comparisons.

    Parameters
    ----------
    file : StudyFile
        The whole file, for the walk and for what is written; no stage is given it.
    plan : Plan
        What the stages need of it.
    folder : Path or None
        Where the recordings are.
    progress : callable, optional
        Called with (what, done, total).
    walk : Walk, optional
        Who runs the stages of recordings and sessions, and where their outputs are stored; by default this process
        runs them, and nothing is stored.

    Raises
    ------
    EmgkitError
        Anything is wrong with the recordings or the design.
    """
    walk = walk or Walk(progress=progress or nobody)
    found = Stage(function=account, inputs=(Folder(path=folder),), parameters=plan.accounting).run()
    # a folder that is not there was refused above
    found = look_into(found, folder or Path(), plan.accounting)
    with telling_near_files(found, plan.accounting):
        study = StudyStages(plan, found.sources)
        wanted = {one.name for one in found.sources if any(one.is_used(each.keep) for each in file.comparisons)}
        surveys, failed = _read_all(study, wanted, walk, allow=file.exclude.allow)
        used = [one for one in found.sources if one.name not in failed]
        emg = {name: one.read_emg for name, one in surveys.items()}
        names = {label: spec.name for label, spec in plan.channels.items() if spec.name is not None}
        if plan.table is not None:
            spared = {name for comparison in file.comparisons for name in comparison.keep}
            check_rows(plan.table, found.sources, plan.marked, spared)
        check_exclusions(file.exclude, found.sources, emg, names)
        every = [Loaded(source=one, survey=surveys[one.name]) for one in used if one.name in surveys]
        checks.check_labels(every, file.channels)
        loaded = [one for one in every if one.source.name in wanted]
        notices = [*found.notices, *checks.length_notices(loaded)]
        simulated = checks.are_simulated(loaded)
        sessions, comparisons, compared = [], [], []
        for comparison in file.comparisons:
            chosen = [one for one in loaded if one.source.is_used(comparison.keep)]
            notices += _check_together(chosen, file)
            checks.refuse_duplicates(chosen, comparison=comparison.name)
            sources = [one.source for one in chosen]
            sessions.append(study.sessions(sources))
            _run_sessions(sessions[-1], walk)
            stage = study.comparison(comparison, sources)
            comparisons.append(stage)
            compared.append(replace(stage.run(dict(walk.memory)), spec=comparison))
        taken = [one.source for one in loaded]
        kept = [one.name for one in taken if one.excluded and one.is_used(file.comparisons[0].keep)]
        notices += _reference_notices([walk.memory[stage] for stage in sessions[0]])
        notices += checks.absence_notices((*found.sources, *found.unused), [one for some in sessions for one in some])
        return Analysis(
            file=file,
            folder=Path(folder or "."),
            used=tuple(used),
            sessions=tuple(walk.memory[stage] for stage in sessions[0]),
            compared=tuple(compared),
            excluded=_excluded(exclusion_table(found.sources, failed), part_rows(file.exclude, taken, emg, names)),
            files=file_table(found.files, failed, kept),
            notices=tuple(dict.fromkeys(notices)),
            simulated=simulated,
            over=file.summary.over,
            exercises=tuple(file.exercises),
            stages=(*sessions[0], *comparisons),
            agreement=agreement_with_statsmodels(
                table for one in compared for table in (one.contrasts, one.anova, one.influence)
            ),
        )


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows of a table; what is not there is None."""
    return table.astype(object).where(table.notna(), None).to_dict(orient="records")


def _reference_notices(sessions: Sequence[Session]) -> tuple[Notice, ...]:
    """What is doubtful in the references of all sessions together."""
    references = pd.concat([session.references for session in sessions], ignore_index=True)
    quality = pd.concat([session.quality for session in sessions], ignore_index=True)
    muscles = dict(zip(quality["channel"], quality["muscle"], strict=True))
    return signal_quality.reference_notices(references.assign(muscle=references["channel"].map(muscles)))


def _affected(plan: Plan, sources: Sequence[RecordingSource], used: set[str]) -> tuple[LeftOut, ...]:
    """What is left out: recordings of exercises, and channels of them."""
    found = []
    for source in sources:
        using = plan.using(source)
        what = "a channel" if using.channels or using.muscles else ""
        what = "a recording" if source.name not in used else what
        if what and source.exercise is not None:
            found.append(
                LeftOut(participant=source.participant, what=what, facts=plan.cell_of(source, source.exercise))
            )
    return tuple(found)


def _excluded(recordings: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """One table of the recordings that are left out, and of the channels and repetitions of others."""
    return pd.concat([recordings.assign(channel="", repetition="")[list(COLUMNS)], parts], ignore_index=True)


def _read_all(
    study: StudyStages, wanted: Collection[str], walk: Walk, *, allow: bool
) -> tuple[dict[str, Survey], dict[str, str]]:
    """Read every recording; a bad one stops the study unless its file allows leaving it out.

    Of one that no comparison uses nothing is asked but its labels, if it can be read.
    """
    surveys, failed = {}, {}
    stages = [study.surveyed(source, used=source.name in wanted) for source in study.sources]
    found = walk.run(stages, "Reading recordings")
    for source, given in zip(study.sources, found, strict=True):
        if isinstance(given, Survey):
            surveys[source.name] = given
        elif source.name in wanted:
            if not allow:
                raise given
            text = str(given)
            for short, path in source.paths.items():
                text = text.replace(str(path), short)
            failed[source.name] = text
    return surveys, failed


def _check_together(chosen: Sequence[Loaded], file: StudyFile) -> tuple[Notice, ...]:
    """Check what must hold of all recordings of a comparison together, and give a notice of each doubt."""
    if any("muscle" in (comparison.within, *comparison.by) for comparison in file.comparisons):
        checks.check_muscles(chosen)
    checks.refuse_amplitudes(chosen, up_to=file.data.up_to_volts)
    if file.mvc.own_task_maximum:
        return ()
    if file.mvc.all_positions and not file.mvc.across_sessions:
        checks.check_positions(chosen)
    return checks.position_notices(chosen, across_sessions=file.mvc.across_sessions)


def _run_sessions(stages: Sequence[Stage[Session]], walk: Walk) -> None:
    """Run the sessions that have not been run."""
    for session in walk.run(stages, "Filtering, normalising, cutting into repetitions"):
        if isinstance(session, EmgkitError):
            raise session
