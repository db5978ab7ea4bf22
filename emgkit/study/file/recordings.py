"""The file of a study of recordings: its schema.

The schema is the documentation: every table and key of ``study.toml`` is a field below.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from emgkit._checks import check_unknown, nearest
from emgkit.channels import SIDES
from emgkit.errors import StudyError
from emgkit.events import WAYS
from emgkit.io.channel_map import ChannelSpec
from emgkit.io.naming.layouts import IN_SHEET, ExcludedFile, ExcludedParticipant, Layout, layouts_of
from emgkit.notation import listed
from emgkit.stats.cells.multiplicity import TUKEY, as_adjust, check_family, check_tukey
from emgkit.study.file.expected import Expected
from emgkit.study.file.measures import CurveSpec, MeasureSpec, indistinct, usual_curves
from emgkit.study.file.multiverse import Multiverse
from emgkit.toml_files import NAME, TomlTable

__all__ = [
    "IN_SHEET", "Comparison", "CurveSpec", "Data", "Exclude", "ExcludedFile", "ExcludedParticipant", "Exercise", "Join",
    "Layout", "MeasureSpec", "Mvc", "Published", "RepetitionRules", "StudyFile", "Way",
]  # fmt: skip


Correction: TypeAlias = Literal[
    "holm", "bonferroni", "hochberg", "hommel", "sidak", "holm-sidak", "benjamini-hochberg", "benjamini-yekutieli",
    "tukey", "none",
]  # fmt: skip


class About(TomlTable):
    """``[study]``: what the study asks."""

    title: str
    question: str
    simulated: bool = False


class Join(TomlTable):
    """``[data] join``: a second file of each recording, whose streams stand beside those of the first.

    `pattern` (and `sheet`, for workbooks) is the name of the second file, with the facts of the recording in it, as in
    ``{participant}_{task}_markers.csv``. It starts `offset` seconds after the first; with ``by = "trigger"`` the offset
    is found by the edges of a trigger in both. Every recording of an exercise needs its second file; an MVC trial takes
    it where there is one.
    """

    pattern: str
    sheet: str | None = None
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    thousands: str | None = None
    channels: dict[str, ChannelSpec] = Field(default_factory=dict)
    offset: float = 0.0
    by: Literal["trigger"] | None = None

    @model_validator(mode="after")
    def _one_offset(self) -> Join:
        if self.by is not None and self.offset:
            raise ValueError('a join has either an offset or by = "trigger"')
        return self

    def for_names(self) -> Join:
        """The join whose pattern is that of a whole name, with the sheet in it."""
        if self.sheet is None:
            return self
        return self.model_copy(update={"pattern": f"{self.pattern}{IN_SHEET}{self.sheet}"})


class Data(TomlTable):
    """``[data]``: where the recordings are. ``--data DIR`` replaces `bids`, `simulate` and the folder of `layouts`.

    A recording that no layout fits is refused, unless `unused` is ``"report"``. `labels` says of a participant's label
    that stands in two groups whether it is one person (``"per study"``) or one in each group (``"per group"``). EMG
    with a sample farther than `up_to_volts` from its median is refused.
    """

    bids: str | None = None
    folder: str | None = None
    simulate: str | None = None
    seed: int = 1
    registry: str | None = None
    pattern: str | None = None
    sheet: str | None = None
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    thousands: str | None = None
    layouts: tuple[Layout, ...] = ()
    join: tuple[Join, ...] = ()
    unused: Literal["refuse", "report"] = "refuse"
    labels: Literal["per study", "per group"] | None = None
    up_to_volts: float = 0.1

    def all_layouts(self) -> tuple[Layout, ...]:
        """The layouts, each for whole names, the short form (`pattern`, `sheet`, `sfreq` …) first."""
        return layouts_of(self)


Side: TypeAlias = Literal["left", "right"]
Labels: TypeAlias = str | tuple[str, ...] | dict[str, str | tuple[str, ...]]


class EventLabels(TomlTable):
    """``[exercises.<name>] events``: which label of the recording's own events is what; see `events.take_events`.

    Labels may be those of each side, as in ``start = { left = "…", right = "…" }``.
    """

    repetition: Labels | None = None
    start: Labels | None = None
    end: Labels | None = None
    phase: dict[str, Labels] | None = None

    @model_validator(mode="after")
    def _of_sides(self) -> EventLabels:
        for labels in (self.repetition, self.start, self.end, *(self.phase or {}).values()):
            check_sides(labels)
        return self


def check_sides(value: object) -> None:
    """Refuse a value by side that names something else than the sides."""
    for name in value if isinstance(value, dict) else ():
        check_unknown("side", name, SIDES)


Way: TypeAlias = Literal["position", "angle", "table", "events", "trigger", "acceleration", "gyroscope", "emg", "none"]
Rest: TypeAlias = Literal["low", "high", "near-zero", "far-from-zero"]


class RestOf(TomlTable):
    """An entry of ``[exercises.<name>] rest``: where the stream rests in the recordings of one participant."""

    participant: str
    session: str | None = None
    run: str | None = None
    rest: Rest


class Exercise(TomlTable):
    """``[exercises.<name>]``: the task that holds it and the way to its repetitions.

    The task may hold facts, as in ``"squat{load}"``. The other keys are options of the way `by`, as
    :func:`emgkit.find_repetitions` has them, and a way refuses those that it does not use. Without `starts` a movement
    has cycles and no phases; `rest` says where the stream rests, if its shape does not tell, in all recordings or in
    those of the participants that it lists. With ``by = "events"`` the repetitions and phases are those of the
    recording's own events; with ``by = "table"`` those of the table that ``[repetitions]`` names. `channel` and
    `channels` may be those of each side, ``{ left = "…", right = "…" }``, which then has repetitions of its own. With
    ``by = "none"`` the whole recording, or what lies between `start` and `stop` (s), is measured as one repetition
    without phases. Of several streams in ``by = ["position", "angle"]`` the first gives the repetitions, and the others
    are held against them; `channel` is then a list in the same order.
    """

    task: str
    starts: Literal["eccentric", "concentric"] | None = None
    by: Way | Annotated[tuple[Literal["position", "angle"], ...], Field(min_length=1)] = "position"
    rest: Rest | tuple[RestOf, ...] | None = None
    channel: str | dict[str, str] | tuple[str | dict[str, str], ...] | None = None
    channels: tuple[str, ...] | dict[str, str | tuple[str, ...]] | None = None
    start: float | None = None
    stop: float | None = None
    events: EventLabels | None = None
    edge: Literal["rise", "fall", "pulse"] | None = None
    threshold: float | None = None
    beat: float | None = None
    beats_per_repetition: int | None = None
    phases: dict[str, int] | None = None

    @property
    def options(self) -> dict[str, Any]:
        """The options of the way that are given."""
        return self.model_dump(exclude={"task", "by"}, exclude_none=True)

    @property
    def way(self) -> str:
        """The way to the repetitions: the first one, where several streams are named."""
        return self.by if isinstance(self.by, str) else self.by[0]

    @property
    def compared(self) -> tuple[str, ...]:
        """The streams that are held against the repetitions of the first."""
        return () if isinstance(self.by, str) else self.by[1:]

    @model_validator(mode="after")
    def _only_what_is_used(self) -> Exercise:
        unused = sorted(set(self.options) - set(WAYS[self.way].options))
        if unused:
            used = listed(WAYS[self.way].options) if WAYS[self.way].options else "nothing else"
            raise ValueError(f"{listed(unused)} cannot be used with by = {self.way!r}, which takes {used}")
        if not isinstance(self.by, str) and not self.compared:
            raise ValueError("a list in by names at least two streams")
        several = isinstance(self.channel, tuple)
        if several and not (self.compared and len(self.channel or ()) == len(self.by)):
            raise ValueError("a list of channels goes with a list of as many streams in by")
        for channel in self.channel if isinstance(self.channel, tuple) else (self.channel,):
            check_sides(channel)
        check_sides(self.channels)
        return self


class RepetitionRules(TomlTable):
    """``[repetitions]``: what the ways to repetitions share.

    `table` is the table of ``by = "table"``, a CSV or XLSX file beside the study file; `unit`, `fps` and `offset` say
    what its times are. The others are thresholds of a search, for the exercises whose way has them.
    """

    table: str | None = None
    unit: Literal["s", "ms", "samples", "frames"] | None = None
    fps: float | None = None
    offset: float | None = None
    cutoff: float | None = None
    prominence: float | None = None
    distance: float | None = None
    edge: float | None = None
    minimum_hold: float | None = None
    smallest: float | None = None
    largest: float | None = None
    level: float | None = None
    shortest: float | None = None
    gap: float | None = None

    @property
    def thresholds(self) -> dict[str, float]:
        """The thresholds that are given."""
        return self.model_dump(exclude={"table", "unit", "fps", "offset"}, exclude_none=True)

    @property
    def times(self) -> dict[str, Any]:
        """What the times of the table are, where that is given."""
        return self.model_dump(include={"unit", "fps", "offset"}, exclude_none=True)


class Mvc(TomlTable):
    """``[mvc]``: what 100 % is.

    With `all_positions`, an MVC task that one participant's session has is asked of all: without the position that
    tests a muscle, its largest value comes from a trial that tested another.
    """

    tasks: tuple[str, ...] = ("mvc*",)
    window: float = 0.5
    own_task_maximum: bool = False
    across_sessions: bool = False
    all_positions: bool = True


class AngleBins(TomlTable):
    """``[angle_bins]``: how wide the bins of measures ``during = "angle"`` are (degrees), and which stream they cut."""

    width: float = 15.0
    by: str = "angle"


class Summary(TomlTable):
    """``[summary]``: what is averaged before participants are compared."""

    over: tuple[str, ...] = ("repetition",)


class Comparison(TomlTable):
    """``[[comparisons]]``: one table of contrasts, of the primary measure or the one that `measure` names.

    A participant who lacks a level is refused, or with ``missing = "pairwise"`` each contrast uses those who have both
    of its levels. `crossed` names columns of `by` in which the same people have several levels, though some lack one.
    `order` names every level of `within` in the order in which contrasts divide them: the first is divided by the
    others. Exercises stand in the order of the file unless it says otherwise. With `against` every other level is
    compared with this one alone. `adjust` takes the corrections of ``stats.contrasts``, by any of their names.
    """

    name: Annotated[str, Field(pattern=NAME)] = "contrasts"
    title: str = ""
    measure: str | None = None
    within: str
    by: tuple[str, ...] = ()
    log: bool = True
    adjust: Annotated[Correction, BeforeValidator(partial(as_adjust, pairs=True))] = "holm"
    family: Literal["by", "all"] = "by"
    missing: Literal["refuse", "pairwise"] = "refuse"
    crossed: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    against: str | None = None

    @property
    def sign(self) -> str:
        """What stands between the two levels of a contrast."""
        return " / " if self.log else " - "

    def levels(self, exercises: Iterable[str]) -> tuple[str, ...]:
        """The levels in the order in which contrasts divide them; empty where the study file gives none."""
        return self.order or (tuple(exercises) if self.within == "exercise" else ())

    @model_validator(mode="before")
    @classmethod
    def _by_may_be_one_name(cls, table: Any) -> Any:
        if isinstance(table, dict):
            return {**table, **{key: (table[key],) for key in ("by", "crossed") if isinstance(table.get(key), str)}}
        return table


class ExcludedChannel(TomlTable):
    """A channel of a participant that is left out of every recording, or of those of a task or session, and why."""

    participant: str
    channel: str | None = None
    muscle: str | None = None
    task: str | None = None
    session: str | None = None
    reason: str

    @model_validator(mode="after")
    def _one_name(self) -> ExcludedChannel:
        if (self.channel is None) == (self.muscle is None):
            raise StudyError(
                "An entry of [exclude] channels names a channel or a muscle",
                allowed='channel = "…" or muscle = "…"',
                got="none of them" if self.channel is None else f"channel {self.channel!r} and muscle {self.muscle!r}",
            )
        return self


class ExcludedRepetition(TomlTable):
    """Repetitions of one recording that are not measured, by their number, and why."""

    participant: str
    task: str
    repetition: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
    session: str | None = None
    run: str | None = None
    side: Side | None = None
    reason: str

    @property
    def names(self) -> tuple[str, ...]:
        """What the repetitions are called: ``"3"``, or of a side ``"left 3"``."""
        return tuple(f"{self.side or ''} {number}".strip() for number in self.repetition)

    @model_validator(mode="before")
    @classmethod
    def _repetition_may_be_one_number(cls, table: Any) -> Any:
        if isinstance(table, dict) and isinstance(table.get("repetition"), int):
            return {**table, "repetition": (table["repetition"],)}
        return table


class Exclude(TomlTable):
    """``[exclude]``: what is left out. With `allow`, a file that cannot be read is left out and named."""

    allow: bool = False
    files: tuple[ExcludedFile, ...] = ()
    participants: tuple[ExcludedParticipant, ...] = ()
    channels: tuple[ExcludedChannel, ...] = ()
    repetitions: tuple[ExcludedRepetition, ...] = ()


class Published(TomlTable):
    """``[[published]]``: claims of the ledger that stand beside the study's own result at one level of `by`."""

    level: str
    claims: Annotated[tuple[int, ...], Field(min_length=1)]


class StudyFile(TomlTable):
    """A whole ``study.toml``."""

    study: About
    data: Data
    channels: dict[str, ChannelSpec] = Field(default_factory=dict)
    exercises: Annotated[dict[str, Exercise], Field(min_length=1)]
    mvc: Mvc = Mvc()
    steps: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]
    repetitions: RepetitionRules = RepetitionRules()
    measures: Annotated[tuple[MeasureSpec, ...], Field(min_length=1)]
    angle_bins: AngleBins = AngleBins()
    curves: Annotated[tuple[CurveSpec, ...], Field(min_length=1, default_factory=usual_curves)]
    summary: Summary = Summary()
    comparisons: Annotated[tuple[Comparison, ...], Field(min_length=1)]
    exclude: Exclude = Exclude()
    published: tuple[Published, ...] = ()
    expected: tuple[Expected, ...] = ()
    metadata: dict[str, Any] = Field(default_factory=dict)
    multiverse: Multiverse | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> StudyFile:
        primary = [measure.name for measure in self.measures if measure.primary]
        if len(primary) != 1:
            raise ValueError(f"exactly one measure is primary; {len(primary)} are: {listed(primary)}")
        if self.study.simulated != (self.data.simulate is not None):
            raise ValueError("simulated = true goes with data.simulate, and the one not without the other")
        tasks = [exercise.task for exercise in self.exercises.values()]
        if len(set(tasks)) < len(tasks):
            raise ValueError(f"exercises need tasks of their own; got {listed(tasks)}")
        for comparison in self.comparisons:
            # a mean over sides has no channel
            gone = {*self.summary.over, *(("channel",) if "side" in self.summary.over else ())}
            averaged = sorted({comparison.within, *comparison.by} & gone)
            if averaged:
                raise ValueError(
                    f"comparison {comparison.name!r} needs {listed(averaged)}, which [summary] averages over"
                )
        marked = [name for name, exercise in self.exercises.items() if exercise.way == "table"]
        if bool(marked) != (self.repetitions.table is not None):
            what = f"exercises {listed(marked)}" if marked else "no exercise"
            raise ValueError(f"[repetitions] table and by = 'table' go together; {what} have the latter")
        if self.repetitions.times and self.repetitions.table is None:
            raise ValueError(f"[repetitions] {listed(self.repetitions.times)} go with [repetitions] table")
        of_files = (self.data.sheet, self.data.sfreq, self.data.units, self.data.thousands)
        if self.data.pattern is None and any(value is not None for value in of_files):
            raise ValueError("data.sheet, data.sfreq, data.units and data.thousands go with data.pattern")
        for comparison in self.comparisons:
            _check_order(comparison, self.exercises)
            _check_correction(comparison)
        names = [comparison.name for comparison in self.comparisons]
        if len(set(names)) < len(names):
            raise ValueError(f"comparisons need names of their own; got {listed(names)}")
        suffixes = [curves.suffix for curves in self.curves]
        if len(set(suffixes)) < len(suffixes):
            raise ValueError("each entry of [[curves]] differs in against or phase from the others")
        if self.multiverse is not None and self.multiverse.comparison is not None:
            check_unknown("comparison", self.multiverse.comparison, names, where="multiverse.comparison")
        return self

    @model_validator(mode="after")
    def _measures_are_told_apart(self) -> StudyFile:
        name = indistinct(self.measures)
        if name is not None:
            raise StudyError(
                f"Two measures are called {name!r}",
                where="[[measures]]",
                allowed="measures that differ in name, or else in during and phase alone",
                hint='Give one of them another name for the tables: label = "…"',
            )
        for comparison in self.comparisons:
            self.measure_of(comparison)
        return self

    def measure_of(self, comparison: Comparison) -> MeasureSpec:
        """The measure that is compared.

        Raises
        ------
        StudyError
            No measure is called so, or several are.
        """
        if comparison.measure is None:
            return self.primary
        found = [one for one in self.measures if one.called == comparison.measure]
        if len(found) == 1:
            return found[0]
        known = tuple(dict.fromkeys(one.called for one in self.measures))
        raise StudyError(
            f"There {'are several measures' if found else 'is no measure'} {comparison.measure!r} to compare",
            where=f"[[comparisons]] {comparison.name}, measure",
            allowed=listed(known),
            got=f"{len(found)} of them, with other phases" if found else repr(comparison.measure),
            hint='Give the one that is meant a name of its own, [[measures]] label = "…"'
            if found
            else nearest(comparison.measure, known) or "Write it under [[measures]]",
        )

    @property
    def primary(self) -> MeasureSpec:
        """The one measure that the comparisons are made on which name none."""
        return next(measure for measure in self.measures if measure.primary)


def _check_order(comparison: Comparison, exercises: Iterable[str]) -> None:
    """Refuse an order that names a level twice, and exercises that are none."""
    if len(set(comparison.order)) < len(comparison.order):
        raise ValueError(f"comparison {comparison.name!r}: order names a level twice: {listed(comparison.order)}")
    unknown = [name for name in comparison.order if name not in exercises]
    if comparison.within == "exercise" and unknown:
        raise ValueError(
            f"comparison {comparison.name!r}: order names {listed(unknown)}; the exercises are {listed(exercises)}"
        )
    if comparison.within == "exercise" and comparison.against not in (None, *exercises):
        raise ValueError(
            f"comparison {comparison.name!r}: against names {comparison.against!r}; the exercises are "
            f"{listed(exercises)}"
        )


def _check_correction(comparison: Comparison) -> None:
    """Refuse Tukey's correction of what is not all pairs of the levels at one level of `by`."""
    if comparison.adjust == TUKEY:
        check_tukey(against=comparison.against)
        check_family(comparison.family, comparison.by, adjust=TUKEY)
