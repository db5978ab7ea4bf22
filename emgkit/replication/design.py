"""A published comparison of exercises, as far as it was printed: who, what, the means, and what was reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from emgkit._checks import check_option, check_positive, check_unknown, check_whole
from emgkit.errors import ArgumentError, DesignError
from emgkit.notation import listed
from emgkit.stats.cells.multiplicity import ADJUSTMENTS

__all__ = ["PublishedDesign", "ReportedResult"]

REPORTS = ("higher", "lower", "no difference")
Table = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class ReportedResult:
    """What a paper reported of one pair of conditions in one muscle.

    Parameters
    ----------
    muscle : str
        A muscle, or one electrode site of it.
    first, second : str
        The two conditions.
    reported : {"higher", "lower", "no difference"}
        The first was significantly higher or lower than the second, or no difference was found.
    """

    muscle: str
    first: str
    second: str
    reported: str

    def __post_init__(self) -> None:
        check_option("reported", self.reported, REPORTS)
        if self.first == self.second:
            raise ArgumentError("A finding compares two conditions", where=self.muscle, got=f"twice {self.first!r}")


@dataclass(frozen=True, kw_only=True)
class PublishedDesign:
    """A comparison within participants as its paper printed it: the start of a virtual replication.

    Parameters
    ----------
    study : str
        Author and year, as the sentences shall name it.
    n : int
        Participants.
    means : mapping of muscle to mapping of condition to float
        The arithmetic means: in %MVIC, or, where only percent differences were printed, as ratios to one condition
        (28 % above the hex bar: ``{"hex_bar": 1.0, "deadlift": 1.28}``). Muscles may differ in their conditions.
    findings : sequence of ReportedResult
        What was reported, differences and no differences alike.
    repetitions : int
        Repetitions that were averaged into one value a participant and condition.
    unit : {"%MVIC", "ratio"}
        What the means are.
    measure : {"mean", "peak"}
        What each repetition was averaged to.
    phase : {"whole", "concentric", "eccentric"}
        The part of the repetition.
    sds : mapping as `means`, optional
        Standard deviations between participants in the unit of the means, where the paper printed every one of them.
    people : str
        What the sentences call the participants, such as ``"women"``.
    load : str
        For the record, such as ``"estimated 10RM"``.
    alpha : float
        Level of the tests.
    adjust : {"holm", "bonferroni", "none"}
        Correction over the pairs of conditions of one muscle.

    Raises
    ------
    DesignError
        A mean is missing: effect sizes and p-values alone cannot be replicated at the level of means.
    ArgumentError
        A value is outside what is allowed, or a finding names what has no mean or contradicts the means.

    Examples
    --------
    >>> design = PublishedDesign(
    ...     study="An example", n=13, repetitions=10,
    ...     means={"vastus_lateralis": {"hip_thrust": 99.5, "squat": 110.0}},
    ...     findings=[ReportedResult(muscle="vastus_lateralis", first="hip_thrust", second="squat",
    ...                       reported="no difference")],
    ... )
    >>> design.pairs("vastus_lateralis")
    [('hip_thrust', 'squat')]
    """

    study: str
    n: int
    means: Table
    findings: tuple[ReportedResult, ...]
    repetitions: int
    unit: str = "%MVIC"
    measure: str = "mean"
    phase: str = "whole"
    sds: Table | None = None
    people: str = "participants"
    load: str = ""
    alpha: float = 0.05
    adjust: str = "holm"

    def __post_init__(self) -> None:
        check_whole("n", self.n, least=2)
        check_whole("repetitions", self.repetitions)
        check_option("unit", self.unit, ("%MVIC", "ratio"))
        check_option("measure", self.measure, ("mean", "peak"))
        check_option("phase", self.phase, ("whole", "concentric", "eccentric"))
        check_option("adjust", self.adjust, ADJUSTMENTS)
        if not 0 < check_positive("alpha", self.alpha) < 1:
            raise ArgumentError("'alpha' cannot be used", allowed="above 0 and below 1", got=repr(self.alpha))
        object.__setattr__(self, "means", self._checked_means())
        if self.sds is not None:
            object.__setattr__(self, "sds", self._checked_sds(self.sds))
        object.__setattr__(self, "findings", tuple(self.findings))
        self._check_findings()

    @property
    def muscles(self) -> tuple[str, ...]:
        """Muscles that have means."""
        return tuple(self.means)

    def conditions(self, muscle: str) -> tuple[str, ...]:
        """Conditions that have a mean in that muscle."""
        check_unknown("muscle", muscle, self.means)
        return tuple(self.means[muscle])

    def pairs(self, muscle: str) -> list[tuple[str, str]]:
        """All pairs of conditions of one muscle, each in the order in which it was reported."""
        reported = {(one.first, one.second) for one in self.findings if one.muscle == muscle}
        return [
            (second, first) if (second, first) in reported else (first, second)
            for first, second in combinations(self.conditions(muscle), 2)
        ]

    def _checked_means(self) -> Table:
        means = {muscle: dict(values) for muscle, values in self.means.items()}
        missing = [
            f"{condition} in {muscle}" for muscle, row in means.items() for condition in row if _empty(row[condition])
        ]
        if not means or missing:
            raise DesignError(
                f"{self.study} cannot be replicated at the level of means",
                got=f"no mean for {listed(missing)}" if missing else "no means at all",
                hint="Leave out what was not printed. Percent differences go in as ratios to one condition; effect "
                "sizes and p-values alone say nothing of a ratio of means, and none is invented here",
            )
        for muscle, row in means.items():
            if len(row) < 2:
                raise DesignError("A muscle needs two conditions", where=f"{self.study}, {muscle}", got=listed(row))
        return _frozen(means, "means")

    def _checked_sds(self, sds: Table) -> Table:
        cells = {(muscle, condition) for muscle, row in self.means.items() for condition in row}
        given = {(muscle, condition) for muscle, row in sds.items() for condition in row}
        if cells != given:
            raise DesignError(
                "'sds' must hold a standard deviation for every mean, and no other",
                where=self.study,
                got=f"without its partner: {listed(f'{c} in {m}' for m, c in sorted(cells ^ given))}",
                hint="Leave 'sds' out, so that the standard deviation is swept",
            )
        return _frozen({muscle: {c: sds[muscle][c] for c in row} for muscle, row in self.means.items()}, "sds")

    def _check_findings(self) -> None:
        if not self.findings:
            raise ArgumentError(
                "There is no finding to replicate", where=self.study, allowed="at least one ReportedResult"
            )
        seen = set()
        for one in self.findings:
            check_unknown("muscle", one.muscle, self.means, where=f"findings of {self.study}")
            for condition in (one.first, one.second):
                check_unknown("condition", condition, self.means[one.muscle], where=f"findings in {one.muscle}")
            pair = (one.muscle, frozenset((one.first, one.second)))
            if pair in seen:
                raise ArgumentError(
                    "A pair of conditions has two findings",
                    where=f"{self.study}, {one.muscle}",
                    got=f"{one.first!r} and {one.second!r} twice",
                )
            seen.add(pair)
            first, second = self.means[one.muscle][one.first], self.means[one.muscle][one.second]
            if (one.reported == "higher" and first < second) or (one.reported == "lower" and first > second):
                raise ArgumentError(
                    "A finding contradicts the means",
                    where=f"{self.study}, {one.muscle}",
                    got=f"{one.first} {one.reported} than {one.second}, with means of {first:g} and {second:g}",
                    hint="Look for a misprint or two conditions that changed places",
                )


def _empty(value: object) -> bool:
    """None, or the NaN that an empty field of a table becomes."""
    return value is None or value != value


def _frozen(table: Table, name: str) -> Table:
    return MappingProxyType(
        {
            muscle: MappingProxyType(
                {condition: check_positive(f"{name}[{muscle!r}][{condition!r}]", v) for condition, v in row.items()}
            )
            for muscle, row in table.items()
        }
    )
