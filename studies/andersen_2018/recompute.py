"""Both readings of Andersen's percentages, what their p values imply, and how often such a study would find them."""

from __future__ import annotations

import pandas as pd

from emgkit import figures, literature
from emgkit.replication import PublishedDesign, ReportedResult
from emgkit.study import Drawn, Recomputed, Replication, Table, virtual_replication

HEX, DEADLIFT, THRUST = "hex_bar_deadlift", "barbell_deadlift", "barbell_hip_thrust"
NAMES = {HEX: "hex-bar deadlift", DEADLIFT: "barbell deadlift", THRUST: "hip thrust"}
READINGS = ("the lower lift is 100 %", "the higher lift is 100 %")


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Ratios under both readings, t and d_z from p, the third ratio, and a virtual replication of each reading."""
    readings = literature.percent_readings(published)
    implied = literature.implied_by_p(readings)
    third = _third(readings)
    replications = {name: _replicated(readings, name, seed=seed, quick=quick) for name in READINGS}
    percentages = published[(published["unit"] == "% difference") & published["value"].notna()]
    return Recomputed(
        finding=_finding(readings, third),
        tables=(
            Table(
                name="readings",
                title="Both readings of each percentage",
                caption="The abstract does not say which lift is 100 %. Low and high are the limits of the rounding.",
                frame=readings,
            ),
            Table(
                name="implied",
                title="What the printed p values imply",
                caption="t(12), d_z and an interval of the ratio, if p is that of an unadjusted paired test on "
                "logarithms; the paper does not say so. p < .001 gives limits only.",
                frame=implied,
            ),
            Table(
                name="third_ratio",
                title="Hip thrust against hex-bar deadlift on the biceps femoris",
                caption="It was not printed; it follows from the other two percentages.",
                frame=third,
            ),
            *(table for one in replications.values() for table in one.tables),
        ),
        figures=(
            Drawn(
                name="published",
                title="Printed percentages",
                caption="Concentric phase at 1RM, n = 13 men; p as printed.",
                figure=figures.published(percentages.assign(pair=_pairs(percentages)), label=["pair", "phase"]).figure,
            ),
            *(figure for one in replications.values() for figure in one.figures),
        ),
        simulated=tuple(
            f"With “{name}”: {sentence}" for name, one in replications.items() for sentence in one.sentences
        ),
        methods="Each percentage difference was read in two ways: with the lower and with the higher lift as 100 %. t was "
        "computed from the printed two-sided p with 12 degrees of freedom. Only ratios were printed, so the virtual "
        "replication started from ratios, and the hex-bar deadlift was assumed to reach 50 %MVC.",
        limits=(
            "Cell means and standard deviations were not printed in what was read.",
            "Hip thrust against barbell deadlift on the gluteus maximus was not reported as different, and its size is "
            "not known: “best for the glutes” rests on the hex-bar deadlift.",
            "Only the biceps femoris stands for the hamstrings.",
        ),
    )


def _pairs(rows: pd.DataFrame) -> list[str]:
    """The two lifts of each row."""
    names = rows[["exercise", "comparator"]].replace(NAMES)
    return [f"{row.exercise} over {row.comparator}" for row in names.itertuples()]


def _third(readings: pd.DataFrame) -> pd.DataFrame:
    """Hip thrust / hex bar on the biceps femoris, from deadlift / hex bar and deadlift / hip thrust."""
    whole = readings[(readings["muscle"] == "biceps_femoris") & (readings["phase"] == "whole concentric")]
    rows = []
    for name in READINGS:
        used = _read(whole, name).set_index("comparator")
        above_hex, above_thrust = used.loc[HEX], used.loc[THRUST]
        rows.append(
            {
                "reading": name, "exercise": THRUST, "comparator": HEX,
                "ratio": above_hex["ratio"] / above_thrust["ratio"],
                "ratio_low": above_hex["ratio_low"] / above_thrust["ratio_high"],
                "ratio_high": above_hex["ratio_high"] / above_thrust["ratio_low"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _read(readings: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of one reading; in all of them the exercise is the higher lift."""
    base = "comparator" if name == READINGS[0] else "exercise"
    return readings[readings["hundred_percent_is"] == readings[base]]


def _replicated(readings: pd.DataFrame, name: str, *, seed: int, quick: bool) -> Replication:
    """The whole concentric phase, from ratios to the hex-bar deadlift."""
    whole = _read(readings, name)
    whole = whole[whole["phase"] == "whole concentric"].set_index(["muscle", "comparator"])["ratio"]
    deadlift = float(whole["biceps_femoris", HEX])
    design = PublishedDesign(
        study="Andersen 2018",
        n=13,
        people="men",
        repetitions=1,
        unit="ratio",
        phase="concentric",
        load="1RM",
        means={
            "gluteus_maximus": {HEX: 1.0, THRUST: float(whole["gluteus_maximus", HEX])},
            "biceps_femoris": {
                HEX: 1.0, THRUST: deadlift / float(whole["biceps_femoris", THRUST]), DEADLIFT: deadlift,
            },
        },
        findings=(
            ReportedResult(muscle="gluteus_maximus", first=THRUST, second=HEX, reported="higher"),
            ReportedResult(muscle="biceps_femoris", first=DEADLIFT, second=HEX, reported="higher"),
            ReportedResult(muscle="biceps_femoris", first=DEADLIFT, second=THRUST, reported="higher"),
        ),
        adjust="none",
    )  # fmt: skip
    file = "replication_lower" if name == READINGS[0] else "replication_higher"
    return virtual_replication(design, seed=seed, quick=quick, name=file, level=50.0)


def _finding(readings: pd.DataFrame, third: pd.DataFrame) -> tuple[str, ...]:
    """What a percentage leaves open, and each printed one with its two ratios."""
    sentences = [
        "The abstract prints how many percent higher one lift was, and not which lift is 100 %: each percentage can "
        "stand for two ratios."
    ]
    for muscle, rows in readings.groupby("muscle", sort=False):
        told = []
        for _, pair in rows.groupby("id", sort=False):
            one = pair.iloc[0]
            ratios = " or ".join(f"{ratio:.2f}" for ratio in pair["ratio"])
            p = f", p {one['p'].replace('<', '< ')}" if "<" in one["p"] else f", p = {one['p']}" if one["p"] else ""
            (names,) = _pairs(pair.head(1))
            told.append(f"{names} {one['printed']:g} % ({one['phase']}{p}), so {ratios} times")
        sentences.append(f"{str(muscle).replace('_', ' ').capitalize()}, n = 13 men at 1RM: {'; '.join(told)}.")
    both = " or ".join(f"{ratio:.2f}" for ratio in third["ratio"])
    sentences.append(
        f"From the two whole-lift percentages of the biceps femoris the hip thrust had {both} times the activation of "
        "the hex-bar deadlift; that contrast was not printed."
    )
    return tuple(sentences)
