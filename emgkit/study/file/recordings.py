"""A study file: its schema, and how it is read and refused.

The schema is the documentation: every table and key of ``study.toml`` is a field below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from emgkit._checks import nearest
from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.study.file.expected import Expected

__all__ = ["Comparison", "Exclude", "Exercise", "Layout", "MeasureSpec", "Mvc", "Published", "StudyFile"]


class _Table(BaseModel):
    """One table of the file: frozen, and a key that is not a field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class About(_Table):
    """``[study]``: what the study asks."""

    title: str
    question: str
    simulated: bool = False


class ChannelSpec(_Table):
    """``[channels]``: what a file's label means."""

    muscle: str | None = None
    side: Literal["left", "right"] | None = None
    kind: str | None = None
    unit: str | None = None
    name: str | None = None


class Layout(_Table):
    """How the names of files that are no BIDS set tell who did what.

    `pattern` is a path with ``{participant}``, ``{group}``, ``{session}``, ``{task}`` in it; `regex`
    is a regular expression with groups of these names, for layouts that a pattern cannot say.
    `values` translates what stands in the name, as in ``values.task = { mar = "gait" }``; `channels` says what the
    labels of these files mean, as ``[channels]`` does for all.
    """

    pattern: str | None = None
    regex: str | None = None
    values: dict[str, dict[str, str]] = {}
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    channels: dict[str, ChannelSpec] = {}

    @model_validator(mode="after")
    def _one_way(self) -> Layout:
        if (self.pattern is None) == (self.regex is None):
            raise ValueError("a layout has either a pattern or a regex")
        return self


class Data(_Table):
    """``[data]``: where the recordings are. ``--data DIR`` replaces `bids`, `simulate` and the folder of `layouts`."""

    bids: str | None = None
    folder: str | None = None
    simulate: str | None = None
    seed: int = 1
    registry: str | None = None
    pattern: str | None = None
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    layouts: tuple[Layout, ...] = ()

    def all_layouts(self) -> tuple[Layout, ...]:
        """The layouts, the short form (`pattern`, `sfreq`, `units`) first."""
        if self.pattern is None:
            return self.layouts
        return (Layout(pattern=self.pattern, sfreq=self.sfreq, units=self.units), *self.layouts)


class Exercise(_Table):
    """``[exercises.<name>]``: the task that holds it and how its repetitions begin.

    Without `starts` it has cycles and no phases; `rest` says where the stream rests, if its shape does not tell.
    With ``by = "events"`` the repetitions and phases are those of the recording's own events.
    """

    task: str
    starts: Literal["eccentric", "concentric"] | None = None
    by: Literal["position", "angle", "events"] = "position"
    rest: Literal["low", "high", "near-zero", "far-from-zero"] | None = None


class Mvc(_Table):
    """``[mvc]``: what 100 % is.

    With `all_positions`, an MVC task that one participant's session has is asked of all: without the position that
    tests a muscle, its largest value comes from a trial that tested another.
    """

    tasks: tuple[str, ...] = ("mvc*",)
    window: float = 0.5
    own_task_maximum: bool = False
    across_sessions: bool = False
    all_positions: bool = True


class MeasureSpec(_Table):
    """``[[measures]]``: a number for every repetition, phase, half of a phase (by displacement) or bin of the angle."""

    name: str
    during: Literal["repetition", "phase", "half", "angle", "recording"] = "repetition"
    phase: str | None = None
    primary: bool = False


class AngleBins(_Table):
    """``[angle_bins]``: how wide the bins of measures ``during = "angle"`` are (degrees), and which stream they cut."""

    width: float = 15.0
    by: str = "angle"


class Summary(_Table):
    """``[summary]``: what is averaged before participants are compared."""

    over: tuple[str, ...] = ("repetition",)


class Comparison(_Table):
    """``[[comparisons]]``: one table of contrasts."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z]\w*$")] = "contrasts"
    title: str = ""
    within: str
    by: tuple[str, ...] = ()
    log: bool = True
    adjust: Literal["holm", "bonferroni", "none"] = "holm"
    family: Literal["by", "all"] = "by"
    keep: tuple[str, ...] = ()

    @property
    def sign(self) -> str:
        """What stands between the two levels of a contrast."""
        return " / " if self.log else " - "

    @model_validator(mode="before")
    @classmethod
    def _by_may_be_one_name(cls, table: Any) -> Any:
        if isinstance(table, dict) and isinstance(table.get("by"), str):
            return {**table, "by": (table["by"],)}
        return table


class ExcludedFile(_Table):
    """A recording that is left out, and why."""

    path: str
    reason: str


class ExcludedParticipant(_Table):
    """A participant who is left out, and why."""

    participant: str
    reason: str


class Exclude(_Table):
    """``[exclude]``: what is left out. With `allow`, a file that cannot be read is left out and named."""

    allow: bool = False
    files: tuple[ExcludedFile, ...] = ()
    participants: tuple[ExcludedParticipant, ...] = ()


class Published(_Table):
    """``[[published]]``: claims of the ledger that stand beside the study's own result at one level of `by`."""

    level: str
    claims: Annotated[tuple[int, ...], Field(min_length=1)]


class StudyFile(_Table):
    """A whole ``study.toml``."""

    study: About
    data: Data
    channels: dict[str, ChannelSpec] = {}
    exercises: Annotated[dict[str, Exercise], Field(min_length=1)]
    mvc: Mvc = Mvc()
    steps: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]
    repetitions: dict[str, float] = {}
    measures: Annotated[tuple[MeasureSpec, ...], Field(min_length=1)]
    angle_bins: AngleBins = AngleBins()
    summary: Summary = Summary()
    comparisons: Annotated[tuple[Comparison, ...], Field(min_length=1)]
    exclude: Exclude = Exclude()
    published: tuple[Published, ...] = ()
    expected: tuple[Expected, ...] = ()
    metadata: dict[str, Any] = {}

    @model_validator(mode="after")
    def _holds_together(self) -> StudyFile:
        primary = [measure.name for measure in self.measures if measure.primary]
        if len(primary) != 1:
            raise ValueError(f"exactly one measure is primary; {len(primary)} are: {listed(primary)}")
        if self.study.simulated != (self.data.simulate is not None):
            raise ValueError("simulated = true goes with data.simulate, and the one not without the other")
        tasks = [exercise.task for exercise in self.exercises.values()]
        if len(set(tasks)) < len(tasks):
            raise ValueError(f"exercises need tasks of their own; came: {listed(tasks)}")
        for comparison in self.comparisons:
            averaged = sorted({comparison.within, *comparison.by} & set(self.summary.over))
            if averaged:
                raise ValueError(
                    f"comparison {comparison.name!r} needs {listed(averaged)}, which [summary] averages over"
                )
        if self.data.pattern is None and (self.data.sfreq is not None or self.data.units is not None):
            raise ValueError("data.sfreq and data.units go with data.pattern")
        names = [comparison.name for comparison in self.comparisons]
        if len(set(names)) < len(names):
            raise ValueError(f"comparisons need names of their own; came: {listed(names)}")
        return self

    @property
    def primary(self) -> MeasureSpec:
        """The one measure that the comparisons are made on."""
        return next(measure for measure in self.measures if measure.primary)


def _readable(problem: ValidationError, schema: type[BaseModel], *, where: str) -> StudyError:
    """The first error of pydantic in emgkit's words; a misspelt key goes before all others."""
    errors = problem.errors()
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    # people count from one
    location = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        allowed = _fields_at(first["loc"][:-1], schema)
        key = str(first["loc"][-1])
        return StudyError(
            f"Unknown key {key!r}", where=f"{where}, {location}", allowed=listed(allowed), hint=nearest(key, allowed)
        )
    if first["type"] == "missing":
        return StudyError(f"The key {location!r} is missing", where=where)
    got = "" if isinstance(first["input"], Mapping) else repr(first["input"])
    kind = _KINDS.get(str(first["type"]))
    reason = kind or str(first["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    what = (
        "A value cannot be used" if kind or first["type"] != "value_error" else "The study file does not hold together"
    )
    return StudyError(what, where=f"{where}, {location or 'the file'}", allowed=reason, got=got)


# what pydantic calls a type, in the words of the file
_KINDS = {
    "tuple_type": 'a list, such as ["a", "b"]',
    "dict_type": "a table, such as { name = … }",
    "model_type": "a table, such as { path = …, reason = … }",
    "string_type": "a text in quotes",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_pattern_mismatch": "a name of letters, digits and _, which becomes a file's name",
}


def _fields_at(location: Iterable[int | str], table: type[BaseModel]) -> list[str]:
    """The keys allowed in the table at a location such as ``("comparisons", 0)`` of a file."""
    for part in location:
        if not isinstance(part, str) or part not in table.model_fields:
            continue  # an index, or the name of an exercise or channel
        found = _model_in(table.model_fields[part].annotation)
        if found is not None:
            table = found
    return list(table.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The table class inside an annotation such as ``dict[str, Exercise]`` or ``tuple[Comparison, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
