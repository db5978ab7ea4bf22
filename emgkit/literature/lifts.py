"""Hip thrust, squat and deadlift held against each other within published studies: the numbers, and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from emgkit.lifts import is_variant, lift_name, lift_of
from emgkit.literature.contrasts import judge, sides, weakest
from emgkit.literature.figures import figures, source
from emgkit.literature.implied import implied_by_p, percent_readings
from emgkit.notation import capital, counted, readable, series

__all__ = ["MUSCLES", "LiftAnswer", "Muscle", "Outcome", "lift_answers", "lift_contrasts"]


@dataclass(frozen=True, kw_only=True)
class Muscle:
    """One of the three muscles: what studies recorded of it, and the order in which its lifts are written.

    Parameters
    ----------
    recorded : tuple of str
        Names of muscles in :func:`emgkit.literature.figures`.
    lifts : tuple of str
        The lift that the article calls best for it, and the two others; a ratio has the earlier one above.
    growth : tuple of str
        Ids of its measured growth, of squat training against hip-thrust training.
    """

    recorded: tuple[str, ...]
    lifts: tuple[str, str, str]
    growth: tuple[str, ...]


_GROWTH = "plotkin_2023:{}_mcsa_back_squat_training_vs_hip_thrust_training"

MUSCLES = {
    "gluteus_maximus": Muscle(
        recorded=("gluteus_maximus",),
        lifts=("hip_thrust", "squat", "deadlift"),
        growth=tuple(_GROWTH.format(f"gluteus_maximus_{region}") for region in ("lower", "mid", "upper")),
    ),
    "hamstrings": Muscle(
        recorded=("biceps_femoris", "semitendinosus", "hamstrings", "lateral_hamstrings", "medial_hamstrings"),
        lifts=("deadlift", "hip_thrust", "squat"),
        growth=(),
    ),
    "quadriceps": Muscle(
        recorded=("vastus_lateralis", "vastus_medialis", "rectus_femoris"),
        lifts=("squat", "hip_thrust", "deadlift"),
        growth=(_GROWTH.format("quadriceps"),),
    ),
}
"""The three muscles, by name."""

_AMPLITUDES = ("mean", "mean RMS", "mean (IEMG)", "median", "peak")
_SAME = ["study", "muscle", "site", "phase", "statistic", "unit", "load"]


def lift_contrasts(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every comparison of hip thrust, squat and deadlift within a published study, on three muscles.

    Reviews, which compare different people, are left out, and so are comparisons between variants of one lift.

    Parameters
    ----------
    table : DataFrame, optional
        Published figures; by default all of :func:`emgkit.literature.figures`.

    Returns
    -------
    DataFrame
        One row a comparison: ``muscle`` ("gluteus_maximus", "hamstrings" or "quadriceps"), ``study, name, n, sex,
        load, recorded, site, phase, statistic, first, second, ratio, ci_low, ci_high, outcome, printed, p, seen`` and
        ``own_reference``. `ratio` is that of `first` to `second`, of the printed means, or 1 plus the printed
        percentage; NaN where neither was printed. Its interval is the one that the printed p implies, see
        :func:`emgkit.literature.implied_by_p`. `outcome` is "higher", "lower", "no difference" or "not tested", of the
        first. `printed` is the effect as the paper gives it where it gives no ratio. `own_reference` tells that each
        lift is in per cent of its own 1RM lift, so that the ratio is not one of activations.

    Examples
    --------
    >>> rows = lift_contrasts().set_index(["muscle", "study", "first", "second", "site", "statistic"])
    >>> row = rows.loc["gluteus_maximus", "contreras_2015", "barbell_hip_thrust", "back_squat", "lower", "mean"]
    >>> print(round(row["ratio"], 2), row["outcome"])
    1.91 higher
    """
    table = figures() if table is None else table
    found = [
        _row(name, contrast, table, muscle=muscle, first=first, second=second)
        for name, muscle in MUSCLES.items()
        for first, second, contrast in _pairs(table[table["muscle"].isin(muscle.recorded)], table)
    ]
    places = {name: place for place, name in enumerate(MUSCLES)}
    found.sort(key=lambda row: (places[row["muscle"]], *_place(row), row["seen"] == "second-hand", row["name"]))
    return pd.DataFrame(found)


def _place(row: dict[str, Any]) -> tuple[int, int]:
    """Where a pair of lifts stands in the order of its muscle."""
    first, second = (MUSCLES[row["muscle"]].lifts.index(lift_of(row[side])) for side in ("first", "second"))
    return first, second


def _pairs(own: pd.DataFrame, table: pd.DataFrame) -> Iterator[tuple[pd.Series | None, pd.Series | None, pd.Series]]:
    """Each comparison with its two printed sides, and those of which only the two sides were printed."""
    same_people = {name for name in set(own["study"]) if source(name).kind != "review" and not source(name).disputed}
    within = own[own["study"].isin(same_people) & own["statistic"].isin(_AMPLITUDES)]
    seen = set()
    for _, row in within.iterrows():
        if not _compares(row):
            continue
        seen.add((*(row[name] for name in _SAME), frozenset((row["exercise"], row["comparator"]))))
        first, second = sides(row, table)
        yield first, second, row
    cells = within[(within["comparator"] == "") & within["value"].notna()]
    for key, group in cells.groupby(_SAME, sort=False):
        for (_, first), (_, second) in combinations(group.iterrows(), 2):
            both = frozenset((first["exercise"], second["exercise"]))
            row = first.copy()
            row["comparator"], row["value"], row["seen"] = second["exercise"], np.nan, weakest([first, second])
            if _compares(row) and (*key, both) not in seen:
                yield first, second, row


def _compares(row: pd.Series) -> bool:
    lifts = lift_of(row["exercise"]), lift_of(row["comparator"])
    return all(lifts) and lifts[0] != lifts[1]


def _row(
    name: str,
    row: pd.Series,
    table: pd.DataFrame,
    *,
    muscle: Muscle,
    first: pd.Series | None,
    second: pd.Series | None,
) -> dict[str, Any]:
    ratio, low, high = _ratio(first, second, row)
    exercise, comparator = row["exercise"], row["comparator"]
    side = judge(row, table, expects="above")
    tested = row["p"] != "" or side != "neither" or pd.notna(row["ci_low"])
    outcome = {"for": "higher", "against": "lower", "neither": "no difference" if tested else "not tested"}[side]
    if muscle.lifts.index(lift_of(exercise)) > muscle.lifts.index(lift_of(comparator)):
        exercise, comparator = comparator, exercise
        ratio, low, high = 1 / ratio, 1 / high, 1 / low
        outcome = {"higher": "lower", "lower": "higher"}.get(outcome, outcome)
    used = [one for one in (row, first, second) if one is not None]
    return {
        "muscle": name, "study": row["study"], "name": source(row["study"]).name, "n": row["n"], "sex": row["sex"],
        "load": row["load"], "recorded": row["muscle"], "site": row["site"], "phase": row["phase"],
        "statistic": row["statistic"], "first": exercise, "second": comparator, "ratio": ratio, "ci_low": low,
        "ci_high": high, "outcome": outcome, "printed": _printed(row), "p": row["p"],
        "seen": weakest(used), "own_reference": row["unit"] == "% of 1RM-lift EMG",
    }  # fmt: skip


def _ratio(first: pd.Series | None, second: pd.Series | None, row: pd.Series) -> tuple[float, float, float]:
    """The printed ratio, and the interval that p implies where it was printed as a percentage."""
    if first is not None and second is not None:
        return float(first["value"] / second["value"]), np.nan, np.nan
    if row["unit"] != "% difference" or pd.isna(row["value"]):
        return np.nan, np.nan, np.nan
    readings = percent_readings(row.to_frame().T.astype({"value": float}))
    reading = readings[readings["hundred_percent_is"] == row["comparator"]]
    implied = implied_by_p(reading)
    known = len(implied) and not row["p"].startswith("<")
    low, high = (float(implied[end].iloc[0]) if known else np.nan for end in ("ci_low", "ci_high"))
    return float(reading["ratio"].iloc[0]), low, high


def _printed(row: pd.Series) -> str:
    """The effect as printed, where it is not a ratio: with its sign turned where the sides are."""
    if pd.isna(row["value"]) or row["unit"] in ("direction", "% difference"):
        return ""
    if row["unit"].startswith("effect size"):
        return f"effect size {row['value']:g}"
    return f"{row['ci_low']:g} to {row['ci_high']:g} {row['unit'].removesuffix(' difference')} more"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the studies found of one pair of lifts: how many of them, and the ratios where they were printed."""

    outcome: str
    firsts: tuple[str, ...]
    seconds: tuple[str, ...]
    studies: int
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True, kw_only=True)
class LiftAnswer:
    """The answer of published studies for one muscle.

    Parameters
    ----------
    muscle, best : str
        The muscle and the lift that comes first.
    against : dict of str to tuple of Outcome
        For each of the two other lifts what was found, most studies first.
    tested, in_favour : dict of str to int
        For each of the two other lifts the number of studies, and of those that found the best lift above it and
        nothing else.
    growth : str
        What was measured of growth; empty where nothing was.
    growth_differs : bool
        Whether growth was shown to differ.
    """

    muscle: str
    best: str
    against: dict[str, tuple[Outcome, ...]]
    tested: dict[str, int]
    in_favour: dict[str, int]
    growth: str
    growth_differs: bool

    @property
    def lead(self) -> str:
        """The answer in a few words.

        Examples
        --------
        >>> lift_answers()[0].lead
        'Gluteus maximus: the hip thrust'
        """
        return f"{capital(readable(self.muscle))}: the {readable(self.best)}"

    @property
    def details(self) -> str:
        """By how much, against what, from how many studies, and how sure."""
        sentences, mixed = [], "the evidence on activation is mixed"
        for lift, found in self.against.items():
            sentences.append(_against(lift, found, self.tested[lift], mixed=mixed))
            if mixed in sentences[-1]:
                mixed = "it is mixed too"
        # growth that favours a lift stands before its activation
        growth = [self.growth] if self.growth else []
        return " ".join([*growth, *sentences] if self.growth_differs else [*sentences, *growth])

    @property
    def sentence(self) -> str:
        """The whole answer: what is best, by how much, against what, and from how many studies."""
        return f"{self.lead}. {self.details}"


def lift_answers(contrasts: pd.DataFrame | None = None) -> tuple[LiftAnswer, ...]:
    """Which lift works which muscle most, by published studies: one answer a muscle, with how sure it is.

    Only what was read at the source counts.

    Parameters
    ----------
    contrasts : DataFrame, optional
        As :func:`lift_contrasts` gives them, the default.

    Returns
    -------
    tuple of LiftAnswer
        Of gluteus maximus, hamstrings and quadriceps; each has a ``sentence``.

    Examples
    --------
    >>> print(lift_answers()[0].sentence)
    Gluteus maximus: the hip thrust. Activation was higher than in squats in all 4 studies (1.7 to 2.4 times where a
    ratio was printed). Against deadlifts the evidence on activation is mixed: ...
    """
    rows = lift_contrasts() if contrasts is None else contrasts
    rows = rows[(rows["seen"] != "second-hand") & (rows["outcome"] != "not tested")]
    return tuple(_answer(name, muscle, rows[rows["muscle"] == name]) for name, muscle in MUSCLES.items())


def _answer(name: str, muscle: Muscle, rows: pd.DataFrame) -> LiftAnswer:
    best, *others = muscle.lifts
    own = rows[rows["first"].map(lift_of) == best]
    against, tested, favour = {}, {}, {}
    for lift in others:
        pairs = own[own["second"].map(lift_of) == lift]
        found = [
            Outcome(
                outcome=str(outcome),
                firsts=tuple(dict.fromkeys(group["first"])),
                seconds=tuple(dict.fromkeys(group["second"])),
                studies=group["study"].nunique(),
                ratio_low=float(group["ratio"].where(~group["own_reference"]).min()),
                ratio_high=float(group["ratio"].where(~group["own_reference"]).max()),
            )
            for outcome, group in pairs.groupby("outcome", sort=False)
        ]
        by_study = {study: set(outcomes) for study, outcomes in pairs.groupby("study")["outcome"]}
        against[lift] = tuple(sorted(found, key=lambda one: (_ORDER.index(one.outcome), -one.studies)))
        tested[lift] = len(by_study)
        favour[lift] = sum(outcomes == {"higher"} for outcomes in by_study.values())
    growth, differs = _growth(muscle)
    return LiftAnswer(
        muscle=name, best=best, against=against, tested=tested, in_favour=favour, growth=growth, growth_differs=differs
    )


_ORDER = ("higher", "no difference", "lower")


def _against(lift: str, found: Sequence[Outcome], tested: int, *, mixed: str) -> str:
    """What was found against one other lift: whether all studies agree, and how many there are."""
    others = f"{readable(lift)}s"
    if not found:
        return f"Activation was not compared with {others} in the studies that were read."
    if len(found) > 1:
        return f"Against {others} {mixed}: {', '.join(map(_found, found))}."
    (one,) = found
    studies = "the only study" if tested == 1 else f"all {tested} studies"
    times = _times(one)
    where = f" ({times}{' where a ratio was printed' if tested > 1 else ''})" if times else ""
    if one.outcome == "no difference":
        return f"No difference in activation from {others} was found in {studies}{where}."
    return f"Activation was {one.outcome} than in {others} in {studies}{where}."


def _found(one: Outcome) -> str:
    """One outcome of several against another lift, with the names of the variants."""
    names = [f"the {lift_name(first)}" for first in one.firsts if is_variant(first)]
    variants = series(names) if names else ""
    others = series([f"the {lift_name(second)}" for second in one.seconds])
    where = ", ".join(part for part in (_times(one), counted(one.studies, "study")) if part)
    if one.outcome == "no difference":
        between = f"between {variants} and {others}" if variants else f"from {others}"
        return f"no difference {between} ({where})"
    return f"{one.outcome}{f' in {variants}' if variants else ''} than in {others} ({where})"


def _times(one: Outcome) -> str:
    if np.isnan(one.ratio_low):
        return ""
    low, high = f"{one.ratio_low:.1f}", f"{one.ratio_high:.1f}"
    return f"{low if low == high else f'{low} to {high}'} times"


def _growth(muscle: Muscle) -> tuple[str, bool]:
    """Measured growth, of squat training against hip-thrust training, and whether it was shown to differ."""
    by_id = figures().set_index("id")
    rows = [by_id.loc[one] for one in muscle.growth]
    if not rows:
        return "", False
    apart = [row for row in rows if row["ci_low"] > 0 or row["ci_high"] < 0]
    if not apart:
        return "One trial did not show that growth differs between squats and hip thrusts.", False
    if len(rows) > 1:
        return f"In one trial growth differed in {len(apart)} of {len(rows)} regions.", True
    (row,) = rows
    more, less = ("squats", "hip thrusts") if row["value"] > 0 else ("hip thrusts", "squats")
    low, high = sorted((abs(row["ci_low"]), abs(row["ci_high"])))
    value = f"{abs(row['value']):g} cm² [{low:g}, {high:g}]"
    return f"One trial found {value} more growth with {more} than with {less}.", True
