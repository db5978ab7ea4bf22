"""The plan of a study: what each stage needs of the study file, and no more.

=============  ========================================================  ==================================
Stage          Function                                                  Parameters
=============  ========================================================  ==================================
account        ``account(folder) -> Account``                            :class:`Accounting`
read           ``read(path) -> Trial``                                   :class:`Reading`
join           ``join_files(trial, paths) -> Trial``                     :class:`Joining`, one a file
use_channels   ``use_channels(trial) -> Trial``                          :class:`Using`
segment        ``segment(trial) -> Trial``                               :class:`Segmentation`
condition      ``condition(trial) -> Conditioned``                       :class:`emgkit.Pipeline`
(of an MVC)    ``condition_reference(trial) -> Conditioned``             :class:`emgkit.Pipeline`
reference      ``take_reference(conditioned) -> Normalize``              :class:`ReferenceRule`
measure        ``measure(conditioned, normalize) -> Measured``           :class:`Measuring`
grade          ``grade(trial) -> Graded``                                :class:`Grading`
gather         ``gather(measured, graded, normalize, …) -> Session``     :class:`Gathering`
compare        ``compare(tables) -> ComparisonResult``                   :class:`Comparing`
=============  ========================================================  ==================================

Every function takes its parameters as the last argument. `emgkit.study.recordings.analysis` walks the stages, and
`emgkit.study.writing` writes what they give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from emgkit import report
from emgkit._checks import check_unknown
from emgkit.errors import StudyError
from emgkit.events import WAYS, RepetitionTable
from emgkit.io.channel_map import ChannelSpec
from emgkit.io.naming.patterns import Pattern
from emgkit.measures import COLUMNS
from emgkit.pipeline import Pipeline
from emgkit.steps import step_from_dict
from emgkit.study.file.recordings import Comparison, Exclude, Exercise, Layout, MeasureSpec, RestOf, StudyFile
from emgkit.study.recordings.account import Accounting, RecordingSource
from emgkit.study.recordings.account.exclusions import fitting
from emgkit.study.recordings.account.name_columns import OF_BIDS, columns_of, context_of
from emgkit.study.recordings.compare import Comparing, LeftOut
from emgkit.study.recordings.marks import read_table, rows_of
from emgkit.study.recordings.measure import Measuring
from emgkit.study.recordings.read import Joining, Reading, Using
from emgkit.study.recordings.reference import ReferenceRule
from emgkit.study.recordings.segment import Segmentation

__all__ = ["Plan", "check_names", "plan_of"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A study file taken apart into the parameters of the stages.

    Parameters
    ----------
    accounting, pipeline, reference, measuring
        Parameters of the stages of these names.
    segmentations : mapping of str to Segmentation
        One an exercise.
    channels : mapping of str to ChannelSpec
        The meaning of labels in all files.
    across_sessions : bool
        Whether the sessions of a participant are taken together.
    compared : mapping of str to MeasureSpec
        Comparison -> the measure that it is of.
    over : tuple of str
        What is averaged before participants are compared.
    exclude : Exclude
        The channels and repetitions that are left out.
    columns : tuple of str
        The facts in names that become columns, beside those that every table has.
    table : RepetitionTable, optional
        The table of repetitions.
    rests : mapping of str to tuple of RestOf
        Exercise -> where the stream rests in recordings of which the study file says it.
    """

    accounting: Accounting
    segmentations: Mapping[str, Segmentation]
    pipeline: Pipeline
    reference: ReferenceRule
    measuring: Measuring
    channels: Mapping[str, ChannelSpec]
    across_sessions: bool
    compared: Mapping[str, MeasureSpec]
    over: tuple[str, ...]
    exclude: Exclude
    columns: tuple[str, ...] = ()
    table: RepetitionTable | None = None
    rests: Mapping[str, tuple[RestOf, ...]] = field(default_factory=dict)

    def reading(self, source: RecordingSource) -> Reading:
        """How a recording is read; the channels of its layout go before those of all files."""
        channels = {**self.channels, **source.channels}
        facts = context_of(source.facts)
        return Reading(
            name=source.name,
            facts=facts,
            sfreq=source.sfreq,
            units=source.units,
            thousands=source.thousands,
            channels=channels,
            sheet=source.sheet,
        )

    def joining(self, source: RecordingSource) -> tuple[Joining, ...]:
        """How the second files of a recording are read and joined."""
        return tuple(
            Joining(
                reading=Reading(
                    name=one.name,
                    facts={},
                    sfreq=one.rule.sfreq,
                    units=one.rule.units,
                    thousands=one.rule.thousands,
                    channels={**self.channels, **one.rule.channels},
                    sheet=one.sheet,
                ),
                offset=one.rule.offset,
                by=one.rule.by,
            )
            for one in source.joined
        )

    def using(self, source: RecordingSource) -> Using:
        """Which channels of a recording are used; an entry names a channel as the file does, or as the study does."""
        entries = fitting(source, self.exclude.channels)
        specs = {**self.channels, **source.channels}
        names = dict.fromkeys(
            name
            for entry in entries
            if entry.channel is not None
            for name in (entry.channel, specs[entry.channel].name if entry.channel in specs else None)
            if name is not None
        )
        muscles = dict.fromkeys(entry.muscle for entry in entries if entry.muscle is not None)
        return Using(name=source.name, channels=tuple(names), muscles=tuple(muscles))

    @property
    def marked(self) -> tuple[str, ...]:
        """The exercises whose repetitions stand in the table."""
        return tuple(name for name, rule in self.segmentations.items() if rule.by == "table")

    def segmentation(self, source: RecordingSource, exercise: str) -> Segmentation:
        """How a recording of an exercise is divided, and which of its repetitions are left out."""
        rejected = {name: entry.reason for entry in fitting(source, self.exclude.repetitions) for name in entry.names}
        rule = replace(self.segmentations[exercise], rejected=rejected)
        rests = [entry.rest for entry in fitting(source, self.rests.get(exercise, ()))]
        if rests:
            rule = replace(rule, options={**rule.options, "rest": rests[-1]})
        if rule.by != "table" or self.table is None:
            return rule
        rows = self.table.without_names(rows_of(source, self.table))
        return replace(rule, options={**rule.options, "table": rows})

    def cell_of(self, source: RecordingSource, exercise: str) -> dict[str, str]:
        """The levels that a recording of an exercise has in the columns of the tables, as plain text."""
        # a task with facts in it is called by the exercise
        task = exercise if self.segmentations[exercise].named else source.task
        facts = {**context_of(source.facts), "task": task, "exercise": exercise}
        return {name: str(value) for name, value in facts.items()}

    def comparing(self, comparison: Comparison, affected: tuple[LeftOut, ...]) -> Comparing:
        """What one comparison compares; its title and the files that it keeps are the business of others."""
        order = comparison.levels(self.segmentations)
        bare = comparison.model_copy(update={"title": "", "keep": (), "measure": None, "order": order})
        return Comparing(comparison=bare, measure=self.compared[comparison.name], over=self.over, affected=affected)


def plan_of(file: StudyFile, folder: Path | None = None) -> Plan:
    """Take a study file apart; its table of repetitions is read from the folder where the file lies, if one is given.

    Raises
    ------
    ArgumentError
        A step, one of its parameters, or a name is unknown.
    """
    accounting = _accounting(file)
    columns = columns_of(accounting.layouts, accounting.tasks, named=_named_columns(file))
    check_names(file, columns)
    pipeline = Pipeline(*(step_from_dict(step) for step in file.steps))
    return Plan(
        accounting=accounting,
        segmentations={name: _segmentation(name, exercise, file) for name, exercise in file.exercises.items()},
        pipeline=pipeline,
        reference=ReferenceRule(
            pipeline=pipeline,
            window=file.mvc.window,
            kind="task" if file.mvc.own_task_maximum else "mvc",
            across_sessions=file.mvc.across_sessions and not file.mvc.own_task_maximum,
        ),
        measuring=Measuring(
            measures=tuple(one.model_copy(update={"primary": False}) for one in file.measures),
            curves=file.curves,
            columns=columns,
            where_known=("run", *OF_BIDS),
        ),
        channels=file.channels,
        across_sessions=file.mvc.across_sessions,
        compared={one.name: file.measure_of(one) for one in file.comparisons},
        over=file.summary.over,
        columns=columns,
        exclude=file.exclude,
        rests={name: one.rest for name, one in file.exercises.items() if isinstance(one.rest, tuple)},
        table=None if file.repetitions.table is None or folder is None else read_table(folder / file.repetitions.table),
    )


def check_names(file: StudyFile, columns: tuple[str, ...] = ()) -> None:
    """Refuse names in the study file that no function or table knows, before any recording is read.

    `columns` are those of the facts in names.

    Raises
    ------
    ArgumentError
        Names the place, what is allowed and the nearest.
    """
    for spec in file.measures:
        spec.check()
    known = tuple(dict.fromkeys((*COLUMNS, *columns)))
    for column in file.summary.over:
        check_unknown("column", column, known, where="summary.over")
    for name in file.metadata:
        check_unknown("field", name, report.FIELDS, where="metadata")
    for comparison in file.comparisons:
        for column in (comparison.within, *comparison.by):
            check_unknown("column", column, known, where=f"comparisons, {comparison.name}")


def _accounting(file: StudyFile) -> Accounting:
    return Accounting(
        layouts=_layouts(file),
        exercises={exercise.task: name for name, exercise in file.exercises.items()},
        mvc_tasks=file.mvc.tasks,
        excluded_files=file.exclude.files,
        excluded_participants=file.exclude.participants,
        kept=tuple(comparison.keep for comparison in file.comparisons),
        registry=file.data.registry,
        joins=tuple(join.for_names() for join in file.data.join),
        unused=file.data.unused,
        labels=file.data.labels,
    )


def _named_columns(file: StudyFile) -> set[str]:
    """The columns that the study averages over or compares."""
    return {*file.summary.over}.union(*((one.within, *one.by) for one in file.comparisons))


def _layouts(file: StudyFile) -> tuple[Layout, ...]:
    """The layouts; files whose names hold no task are those of the study's one exercise."""
    tasks = [exercise.task for exercise in file.exercises.values()]
    if len(tasks) > 1 or Pattern(tasks[0]).fields:
        return file.data.all_layouts()
    return tuple(
        layout
        if layout.task or layout.pattern is None or "task" in Pattern(layout.pattern).fields
        else layout.model_copy(update={"task": tasks[0]})
        for layout in file.data.all_layouts()
    )


def _segmentation(name: str, exercise: Exercise, file: StudyFile) -> Segmentation:
    """How an exercise is divided, with the parts that any measure asks for."""
    asked = {measure.during for measure in file.measures}
    bins = file.angle_bins if "angle" in asked else None
    named = bool(Pattern(exercise.task).fields)
    way = WAYS[exercise.way]
    if not way.stream:
        if "half" in asked:
            raise StudyError(
                "Halves of a phase need the stream of the movement",
                where=f"[exercises.{name}]",
                allowed='by = "position" or by = "angle"',
                got=f'by = "{exercise.way}"',
            )
        if "recording" in asked and {"start", "stop"} & set(exercise.options):
            raise StudyError(
                "A measure of the whole recording does not keep to the stretch",
                where=f"[exercises.{name}]",
                allowed='during = "repetition" for what lies between start and stop',
                got='during = "recording"',
            )
    shared = {**file.repetitions.thresholds, **(file.repetitions.times if exercise.way == "table" else {})}
    starts = {"starts": exercise.starts} if way.stream else {}
    used = {key: value for key, value in shared.items() if key in way.options}
    own = {key: value for key, value in exercise.options.items() if key != "rest" or isinstance(value, str)}
    return Segmentation(
        exercise=name,
        by=exercise.way,
        compared=exercise.compared,
        options={**starts, **used, **own},
        halves="half" in asked,
        angle_bins=bins,
        named=named,
    )
