"""The statics of a hip thrust held on one leg instead of two, and what EMG would need to show it."""

from __future__ import annotations

import itertools
import math

import matplotlib.pyplot as plt
import pandas as pd

from emgkit import figures, stats
from emgkit.study import Drawn, Recomputed, Table

# parts of the body's weight (Winter's table of segments): head, arms and trunk; one thigh; one shank with its foot
UPPER, THIGH, SHANK = 0.678, 0.100, 0.061
# lengths as parts of the stature, assumed: bench to hip, hip to knee; the shanks stand upright at the top
TO_HIP, TO_KNEE = 0.29, 0.245
# where the centres of mass lie along bench-to-hip and hip-to-knee
UPPER_AT, THIGH_AT = 0.45, 0.433
# the lifted shank, if it is held level: its length, and where its centre of mass lies with the foot's, from the knee
TO_SHANK_END, SHANK_AT = 0.246, 0.606
BARS, HANDS, SHARES = (0.0, 0.5, 1.0, 1.5), (0.0, 0.1, 0.2), (0.45, 0.5, 0.55)
RATIOS, CVS, CORRELATIONS = (1.25, 1.5, 2.0), (0.3, 0.6), (0.3, 0.9)


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:  # noqa: ARG001 - nothing is drawn by chance
    """Foot force and hip moment of one leg, lowering on one leg over lowering on two, and the EMG that would show it."""
    statics = _statics()
    plain = statics[(statics["hands"] == 0) & (statics["share_of_the_leg"] == 0.5)]
    foot, hip = plain["foot_force_ratio"], plain["hip_moment_ratio"]
    level, lifted = plain["hip_moment_ratio_shank_level"], plain["foot_force_ratio_shank_level"]
    printed = _printed(published)
    needed = _needed()
    single = printed.set_index("exercise").loc["modified_single_leg_squat"]
    return Recomputed(
        finding=(
            f"By statics the foot that stays carries {foot.min():.2f} times what it carried before, whatever the bar, if both "
            "legs shared the load evenly and nothing else helps: one foot bears what two bore.",
            f"The extending moment of its hip grows more, to {hip.min():.2f} (heaviest bar) to {hip.max():.2f} times (no bar): "
            "the leg's own weight, which takes a part of the foot's force, stays the same. The thigh of the lifted "
            f"leg is taken to be level and its shank to hang; with the shank held level as well it is {level.min():.2f} to "
            f"{level.max():.2f}, and the foot carries up to {lifted.max():.2f} times.",
            f"So “doubles” is a round number: for legs that carried 55 or 45 % before it is {1 / 0.55:.2f} or "
            f"{1 / 0.45:.2f} times, and hands that take 20 % of the load leave 1.6 times. The calculation leaves out that "
            "one leg must also keep the pelvis from turning.",
            f"A load is not an activation. The one direct figure beside it: gluteus maximus {single['value']:g} %MVIC in a modified "
            f"single-leg squat and {single['back_squat']:g} in the back squat, each at 8RM (McCurdy 2018, n = 18 women), "
            f"{single['ratio_to_back_squat']:.2f} times; neither a hip thrust nor the lowering alone.",
        ),
        tables=(
            Table(
                name="statics",
                title="One leg over two legs, at the top of the hip thrust",
                caption="Bar in times the body weight; hands: the part of the load that they take "
                "in the lowering; share of the leg: what it carried of two.",
                frame=statics,
                computed=True,
            ),
            Table(
                name="printed",
                title="One leg against two in print",
                caption="Gluteus maximus, %MVIC, each lift at 8RM.",
                frame=printed,
            ),
            Table(
                name="needed",
                title="What EMG would need",
                caption="Participants for 80 % power of a paired test on logarithms (two-sided .05) to see a true "
                "ratio of activation, lowering on one leg over lowering on two, in the same people with the same bar.",
                frame=needed,
                computed=True,
            ),
        ),
        figures=(
            Drawn(
                name="statics",
                title="How much more the leg carries",
                caption="Statics with even legs. The band spans hands that take 0 to 20 % of the "
                "load.",
                figure=_draw(statics),
                computed=True,
            ),
        ),
        methods="Moments about the bench: the force on the feet times its distance equals the bar at the hip, head, arms and "
        "trunk, thighs and shanks, each times its own. The moment of one hip is its foot's force times the length of the thigh "
        "less the weights of that thigh and shank. Segment weights are those in common use (Winter); lengths are assumed. Of the lifted leg the thigh is level, and the "
        "shank hangs or, in the columns shank_level, is level too. "
        "d_z = ln(ratio) / (s sqrt(2 (1 - r))), s^2 = ln(1 + cv^2), and the power of the paired t test is exact.",
        limits=(
            "Statics of one held position: nothing of speed, and eccentric EMG is lower than concentric at the same load.",
            "No study that was read measured EMG while a hip thrust is lowered on one leg.",
        ),
    )  # fmt: skip


def _statics() -> pd.DataFrame:
    """Foot force and hip moment of the leg that stays, for bars, hands and shares."""
    rows = []
    for bar, hands, share in itertools.product(BARS, HANDS, SHARES):
        feet = _force_on_feet(bar)
        before, after = share * feet, (1 - hands) * feet
        level = (1 - hands) * _force_on_feet(bar, beyond_knee=SHANK_AT * TO_SHANK_END)
        ratios = [_hip_moment(one) / _hip_moment(before) for one in (after, level)]
        rows.append((bar, hands, share, before, after, after / before, ratios[0], level / before, ratios[1]))
    columns = ["bar", "hands", "share_of_the_leg", "foot_force_two_legs", "foot_force_one_leg", "foot_force_ratio",
               "hip_moment_ratio", "foot_force_ratio_shank_level", "hip_moment_ratio_shank_level"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _force_on_feet(bar: float, *, beyond_knee: float = 0.0) -> float:
    """The force on the feet in body weights, by moments about the bench.

    `beyond_knee` is how far the lifted shank's centre of mass lies beyond the knee: 0 if it hangs as the other stands.
    """
    feet = TO_HIP + TO_KNEE
    moments = bar * TO_HIP + UPPER * UPPER_AT * TO_HIP
    moments += 2 * THIGH * (TO_HIP + THIGH_AT * TO_KNEE) + SHANK * (2 * feet + beyond_knee)
    return moments / feet


def _hip_moment(foot: float) -> float:
    """The extending moment of one hip, in body weights times stature, by moments about it of its own leg."""
    return foot * TO_KNEE - THIGH * THIGH_AT * TO_KNEE - SHANK * TO_KNEE


def _printed(published: pd.DataFrame) -> pd.DataFrame:
    """Each lift against the back squat."""
    rows = published[(published["muscle"] == "gluteus_maximus") & published["value"].notna()]
    squat = float(rows.loc[rows["exercise"] == "back_squat", "value"].item())
    table = rows[["exercise", "n", "load", "value", "unit", "seen"]].assign(back_squat=squat)
    return table.assign(ratio_to_back_squat=table["value"] / squat).reset_index(drop=True)


def _needed() -> pd.DataFrame:
    """Participants needed to see a ratio, over standard deviations and correlations that nobody printed."""
    rows = []
    for ratio, cv, r in itertools.product(RATIOS, CVS, CORRELATIONS):
        d_z = math.log(ratio) / (math.sqrt(math.log(1 + cv**2)) * math.sqrt(2 * (1 - r)))
        found = stats.power_paired(effect=d_z, power=0.8).iloc[0]
        rows.append((ratio, cv, r, d_z, int(found["n"]), float(found["power"])))
    return pd.DataFrame(rows, columns=["true_ratio", "cv", "r", "d_z", "n", "power"])


def _draw(statics: pd.DataFrame) -> plt.Figure:
    """Ratios against the bar, with a band for the hands."""
    even = statics[statics["share_of_the_leg"] == 0.5]
    figure, ax = plt.subplots(figsize=(4.5, 3.2))
    names = {"foot_force_ratio": "force on the foot", "hip_moment_ratio": "moment of the hip"}
    for column, (level, look) in zip(names, figures.style.looks(names.values()).items(), strict=True):
        part = even.groupby("bar")[column].agg(["min", "max"])
        ax.fill_between(part.index, part["min"], part["max"], color=look.color, alpha=0.2, linewidth=0)
        ax.plot(part.index, part["max"], color=look.color, marker=look.marker, label=level)
    ax.set_xlabel("Bar (times the body weight)")
    ax.set_ylabel("One leg over two legs (ratio)")
    ax.set_xticks(list(BARS))
    ax.legend(loc="upper right")
    figures.style.mark(ax, "computed, nobody was measured", color=figures.style.INK)
    return figure
