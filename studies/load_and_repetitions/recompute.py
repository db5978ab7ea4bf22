"""Repetition-maximum formulas at ten repetitions with their spread, and light against heavy sets."""

from __future__ import annotations

import math

import pandas as pd

from emgkit import figures
from emgkit.replication import PublishedDesign, ReportedResult
from emgkit.study import Drawn, Recomputed, Table, virtual_replication

REPETITIONS, LOAD = 10, 1.5
REPORTED = ("vastus_medialis", "gluteus_maximus")  # the abstract reports their rise, and no other muscle's
LIGHT, HEAVY = "80_percent_1rm", "100_percent_1rm"  # how the ids of the published rows end
AT_LIGHT, AT_HEAVY = "squat at 80 % of 1RM", "squat at 100 % of 1RM"


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """The maximum that the goal amounts to, and what heavier loads did to EMG in print."""
    formulas = _formulas()
    lowest, highest = formulas["one_repetition_maximum"].min(), formulas["one_repetition_maximum"].max()
    squat = published[published["study"] == "yavuz_2017"].reset_index(drop=True)
    loads = _loads(squat)
    effects = published[(published["study"] == "delgado_2019") & (published["load"] == "MVIC")].copy()
    replication = virtual_replication(_design(loads), seed=seed, quick=quick)
    squat["percent"] = ["80 % of 1RM" if name.endswith(LIGHT) else "100 % of 1RM" for name in squat["id"]]
    return Recomputed(
        finding=(
            f"Ten repetitions with 1.5 times the body weight amount to a one-repetition maximum of {lowest:.2f} to "
            f"{highest:.2f} times the body weight, by {len(formulas)} formulas; 1.5 times is "
            f"{formulas['percent_of_maximum'].min():.0f} to {formulas['percent_of_maximum'].max():.0f} % of it. All formulas "
            "come from other lifts, none from the hip thrust.",
            "The goal itself was found in no published study: it is a coach's mark, not a finding.",
            "With 60 kg the gluteus maximus was less active than in a maximal isometric contraction in the squat and the "
            "Romanian deadlift; in the hip thrust no difference was shown (Delgado 2019, n = 8 men): "
            + "; ".join(
                f"{row.exercise.replace('_', ' ').replace('romanian', 'Romanian')} effect size {row.value}, p = {row.p}"
                for row in effects.itertuples()
            )
            + ".",
            "From 80 to 100 % of 1RM in the squat two muscles are reported to rise, the vastus medialis and the gluteus maximus "
            f"(Yavuz 2017, n = 14 men; abstract). In the second-hand cells they are this many times as active: {_times(loads, reported=True)}. Of the other "
            f"muscles there are second-hand cells only; the abstract, as read, reports no rise: {_times(loads, reported=False)}.",
        ),
        tables=(
            Table(
                name="formulas",
                title="One-repetition maximum from ten repetitions",
                caption="In times the body weight, for 10 repetitions with 1.5 times the body weight.",
                frame=formulas,
                computed=True,
            ),
            Table(
                name="loads",
                title="Squat at 80 and 100 % of 1RM",
                caption="Second-hand cells of Yavuz 2017 (mean and SD, %MVIC); ratio heavy / light of the means. A rise is "
                "reported of the vastus medialis and the gluteus maximus only.",
                frame=loads,
            ),
            *replication.tables,
        ),
        figures=(
            Drawn(
                name="loads",
                title="Squat, light and heavy",
                caption="Concentric activation, n = 14 men; every value is second-hand.",
                figure=figures.published(squat, label="percent").figure,
            ),
            *replication.figures,
        ),
        simulated=tuple(f"From second-hand cells: {sentence}" for sentence in replication.sentences),
        methods="Each formula turns load w and repetitions r into a maximum: Epley w (1 + r / 30), Brzycki w 36 / (37 - r), "
        "Lombardi w r^0.1, O'Conner w (1 + 0.025 r), Lander 100 w / (101.3 - 2.67123 r), Mayhew 100 w / (52.2 + 41.9 "
        "exp(-0.055 r)), Wathan 100 w / (48.8 + 53.8 exp(-0.075 r)).",
        limits=(
            "Formulas were fitted on bench press and squat; the hip thrust's repetitions at a percentage of 1RM are not known.",
            "More activation at a heavier load does not say which load trains better.",
        ),
    )  # fmt: skip


def _formulas() -> pd.DataFrame:
    r = REPETITIONS
    factors = {
        "Epley 1985": 1 + r / 30,
        "Brzycki 1993": 36 / (37 - r),
        "Lombardi 1989": r**0.1,
        "O'Conner 1989": 1 + 0.025 * r,
        "Lander 1985": 100 / (101.3 - 2.67123 * r),
        "Mayhew 1992": 100 / (52.2 + 41.9 * math.exp(-0.055 * r)),
        "Wathan 1994": 100 / (48.8 + 53.8 * math.exp(-0.075 * r)),
    }
    return pd.DataFrame(
        [(name, r, LOAD, LOAD * factor, 100 / factor) for name, factor in factors.items()],
        columns=["formula", "repetitions", "load", "one_repetition_maximum", "percent_of_maximum"],
    )


def _loads(squat: pd.DataFrame) -> pd.DataFrame:
    """Heavy against light, muscle by muscle."""
    rows = []
    for muscle, part in squat.groupby("muscle", sort=False):
        light, heavy = (part[part["id"].str.endswith(load)].iloc[0] for load in (LIGHT, HEAVY))
        rows.append(
            (muscle, light["n"], light["value"], light["sd"], heavy["value"], heavy["sd"],
             heavy["value"] / light["value"], heavy["value"] - light["value"], "second-hand")
        )  # fmt: skip
    columns = ["muscle", "n", "light", "light_sd", "heavy", "heavy_sd", "ratio", "difference", "seen"]
    return pd.DataFrame(rows, columns=columns)


def _times(loads: pd.DataFrame, *, reported: bool) -> str:
    """How many times its activation at 80 % that at 100 % was, of the muscles with or without a reported rise."""
    rows = loads[loads["muscle"].isin(REPORTED) == reported]
    return "; ".join(f"{row.muscle.replace('_', ' ')} {row.ratio:.2f}" for row in rows.itertuples())


def _design(loads: pd.DataFrame) -> PublishedDesign:
    """The abstract reports a rise in the vastus medialis and the gluteus maximus."""
    used = loads[loads["muscle"].isin(REPORTED)]
    return PublishedDesign(
        study="Yavuz 2017",
        n=14,
        people="men",
        repetitions=1,
        phase="concentric",
        load="80 and 100 % of 1RM",
        means={row.muscle: {AT_HEAVY: row.heavy, AT_LIGHT: row.light} for row in used.itertuples()},
        sds={row.muscle: {AT_HEAVY: row.heavy_sd, AT_LIGHT: row.light_sd} for row in used.itertuples()},
        findings=tuple(
            ReportedResult(muscle=muscle, first=AT_HEAVY, second=AT_LIGHT, reported="higher")
            for muscle in used["muscle"]
        ),
        adjust="none",
    )
