"""The tables of a study file that say what is measured: ``[[measures]]`` and ``[[curves]]``.

A measure has a `name`, and the keys that this name needs. Two names are numbers made of another measure, which `of`
names: ``"slope"`` and ``"symmetry"``; the keys of that one stand in the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from emgkit._checks import check_unknown
from emgkit.derived import BURST_TIMES, CO_CONTRACTION, SYMMETRY
from emgkit.errors import StudyError
from emgkit.events.onsets import METHODS
from emgkit.measures import MEASURES
from emgkit.notation import listed
from emgkit.toml_files import TomlTable

__all__ = ["OF_ANOTHER", "CurveSpec", "Keys", "MeasureSpec", "indistinct", "keys_of", "names", "usual_curves"]


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Which keys a measure needs and may have, and during what it can be taken; no `during`: during anything."""

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    during: tuple[str, ...] = ()


# what is not a number of one stretch of one channel alone
_MORE: Mapping[str, Keys] = MappingProxyType(
    {
        "angle_of_peak": Keys(optional=("channel",)),
        "co_contraction": Keys(needed=("muscles",), optional=("formula",)),
        "onset_latency": Keys(optional=("method", "baseline"), during=("repetition", "phase")),
        "slope": Keys(needed=("of",), optional=("window",), during=("repetition", "phase")),
        "symmetry": Keys(needed=("of",), optional=("formula",)),
        "synergy_vaf": Keys(needed=("synergies",), during=("repetition", "phase")),
    }
)
# the burst that a method finds, in place of the time above half of the peak
_BURST = Keys(optional=("method", "baseline"), during=("repetition", "phase"))
OF_ANOTHER = ("slope", "symmetry")
_ALWAYS = ("name", "label", "during", "phase", "primary")
_FORMULAS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"co_contraction": CO_CONTRACTION, "symmetry": SYMMETRY})


def names() -> tuple[str, ...]:
    """Every name that a measure of a study can have."""
    return tuple(dict.fromkeys((*MEASURES, *_MORE)))


def keys_of(name: str) -> Keys:
    """The keys of a measure beside those that every measure has."""
    if name == "burst_duration":
        return _BURST
    return _MORE[name] if name in _MORE else Keys(needed=MEASURES[name].options)


class MeasureSpec(TomlTable):
    """``[[measures]]``: a number for every repetition, phase, half of a phase (by displacement) or bin of the angle.

    `label` is what tables and comparisons call it, by default its name. `low` and `high` are the band of
    ``"band_power"`` (Hz); `muscles` and `formula` those of ``"co_contraction"``; `method` and `baseline` how bursts are
    found for ``"onset_latency"`` and ``"burst_duration"``, as in :func:`emgkit.find_onsets`; `channel` the joint of
    ``"angle_of_peak"``, where a recording has several; `synergies` how many ``"synergy_vaf"`` takes. ``"slope"`` and
    ``"symmetry"`` are made of the measure named by `of`, with its keys beside: along the repetitions or, with `window`
    (s), along time within each; and from both sides, by a `formula`, too.
    """

    name: str
    label: str | None = None
    during: Literal["repetition", "phase", "half", "angle", "recording"] = "repetition"
    phase: str | None = None
    primary: bool = False
    of: str | None = None
    low: float | None = None
    high: float | None = None
    muscles: Annotated[tuple[tuple[str, str], ...], Field(min_length=1)] | None = None
    formula: str | None = None
    method: str | None = None
    baseline: tuple[float, float] | None = None
    channel: str | None = None
    synergies: Annotated[int, Field(ge=1)] | None = None
    window: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _muscles_may_be_one_pair(cls, table: Any) -> Any:
        muscles = table.get("muscles") if isinstance(table, dict) else None
        if not isinstance(muscles, list) or not muscles:
            return table
        pairs = [muscles] if all(isinstance(one, str) for one in muscles) else muscles
        if any(isinstance(pair, list) and len(pair) != 2 for pair in pairs):
            raise ValueError('muscles is a pair, such as ["vastus_lateralis", "biceps_femoris"], or a list of pairs')
        return {**table, "muscles": pairs}

    @property
    def called(self) -> str:
        """What tables and comparisons call it."""
        return self.label or self.name

    @property
    def inner(self) -> MeasureSpec:
        """The measure that this one is made of."""
        gone = ("of", "label", "window", *(("formula",) if self.name == "symmetry" else ()))
        return self.model_copy(update={"name": self.of, "primary": False, **dict.fromkeys(gone)})

    @property
    def given(self) -> dict[str, Any]:
        """The keys that are given, beside those that every measure has."""
        return self.model_dump(exclude=set(_ALWAYS), exclude_none=True)

    @property
    def options(self) -> dict[str, float]:
        """The options of the measure of :mod:`emgkit.measures`."""
        return {key: self.given[key] for key in MEASURES[self.name].options}

    @property
    def by_burst(self) -> bool:
        """Whether it is of bursts that a method finds."""
        return self.name == "onset_latency" or (self.name in BURST_TIMES and self.method is not None)

    def check(self) -> None:
        """Refuse keys that nothing reads, and the lack of those that are needed; names are those of functions.

        Raises
        ------
        ArgumentError
            A name is unknown.
        StudyError
            The keys do not fit the name.
        """
        where = f"[[measures]] {self.called}"
        check_unknown("measure", self.name, names(), where="measures")
        own = keys_of(self.name)
        inner = Keys()
        if self.of is not None and "of" in own.needed:
            others = [name for name in names() if name not in (*OF_ANOTHER, "synergy_vaf")]
            check_unknown("measure", self.of, others, where=f"{where}, of")
            inner = keys_of(self.of)
        self._check_keys(own, inner, where)
        for keys, name in ((own, self.name), (inner, self.of)):
            if keys.during and self.during not in keys.during:
                raise StudyError(
                    f"{name!r} cannot be taken during {self.during!r}",
                    where=where,
                    allowed=listed(keys.during),
                    got=f'during = "{self.during}"',
                )
        if self.method is not None:
            check_unknown("method", self.method, METHODS, where=where)
        if self.formula is not None:
            owner = self.inner.name if self.name == "slope" else self.name
            check_unknown("formula", self.formula, _FORMULAS[owner], where=where)

    def _check_keys(self, own: Keys, inner: Keys, where: str) -> None:
        given, needed = set(self.given), (*own.needed, *inner.needed)
        known = {*needed, *own.optional, *inner.optional}
        lacking, unused = [key for key in needed if key not in given], sorted(given - known)
        what = f"The measure {self.name!r}" + (f" of {self.of!r}" if self.of else "")
        if lacking:
            raise StudyError(
                f"{what} needs {listed(lacking)}",
                where=where,
                allowed=", ".join(f"{key} = …" for key in needed),
                got=", ".join(f"{key} = …" for key in self.given) or "none of them",
            )
        if unused:
            raise StudyError(
                f"{what} does not use {listed(unused)}",
                where=where,
                allowed=", ".join(f"{key} = …" for key in sorted(known)) or "no further key",
                got=", ".join(f"{key} = …" for key in unused),
            )

    def overlaps(self, other: MeasureSpec) -> bool:
        """Whether rows of the two could not be told apart in a table."""
        if self.called != other.called:
            return False
        (kind, phase), (other_kind, other_phase) = self._place, other._place
        return kind == other_kind and (phase == other_phase or phase is None or other_phase is None)

    @property
    def _place(self) -> tuple[str, str | None]:
        """What the column `phase` says of it: the kind of stretch, and the one phase."""
        if self.during == "recording" or (self.during == "repetition" and self.phase is None):
            return "whole", "whole"
        return ("phase" if self.during == "repetition" else self.during), self.phase


class CurveSpec(TomlTable):
    """``[[curves]]``: what curves are drawn against.

    ``"time"`` is 0 to 100 percent of the repetition, or of one `phase`; ``"phases"`` gives each phase an equal share,
    the eccentric one first; ``"angle"`` is the joint angle in one `phase`, of the channel that `channel` names where a
    recording has several angles. With `most_repeatable`, only so many repetitions of each set are kept, those nearest
    to the mean of the others.
    """

    against: Literal["time", "phases", "angle"] = "time"
    phase: Literal["eccentric", "concentric", "hold"] | None = None
    channel: str | None = None
    most_repeatable: Annotated[int, Field(ge=1)] | None = None

    @property
    def suffix(self) -> str:
        """What its table and figure are called by, behind ``curves``; nothing of whole repetitions over time."""
        kind = "" if self.against == "time" else self.against
        return "".join(f"_{part}" for part in (kind, self.phase) if part)

    @model_validator(mode="after")
    def _holds_together(self) -> CurveSpec:
        if self.against == "angle" and self.phase not in ("eccentric", "concentric"):
            raise ValueError('curves against the angle are of one phase: phase = "eccentric" or phase = "concentric"')
        if self.against == "phases" and self.phase is not None:
            raise ValueError("curves against phases have all of them; take phase out")
        if self.against != "angle" and self.channel is not None:
            raise ValueError('channel goes with against = "angle"')
        if self.against == "angle" and self.most_repeatable is not None:
            raise ValueError("most_repeatable cannot be used with curves against the angle")
        return self


def indistinct(specs: tuple[MeasureSpec, ...]) -> str | None:
    """The name that two measures share whose rows could not be told apart, or that are not of one kind."""
    for place, one in enumerate(specs):
        for other in specs[:place]:
            unlike = (one.name, one.given) != (other.name, other.given)
            if one.overlaps(other) or (one.called == other.called and unlike):
                return one.called
    return None


def usual_curves(validated: Mapping[str, Any]) -> tuple[CurveSpec, ...]:
    """The curves of a study file that names none: over time, but none where no exercise is cut into repetitions."""
    ways = [exercise.by for exercise in validated.get("exercises", {}).values()]
    return () if ways and set(ways) == {"none"} else (CurveSpec(),)
