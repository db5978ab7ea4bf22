"""What +31 % on the squat means: mean of ratios against ratio of means, and what other trials found."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

from emgkit import figures, replication
from emgkit.study import Drawn, Recomputed, Table

# how many of the 20 trained with the hip thrust was not seen
GROUPS = (10, 20)
# 31 % minus 28.1 %, in points
PRINTED_APART = 2.9


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Both meanings of the change, its interval, the other trials, and how far the two meanings may lie apart."""
    by_id = published.set_index("id")
    change = by_id.loc["lin_2017:squat_1rm_change_pre_post_hip_thrust_training"]
    before, after = (by_id.loc[f"lin_2017:squat_1rm_mean_{when}_hip_thrust_training"] for when in ("pre", "post"))
    means = _two_means(change, before, after)
    intervals = _intervals(change)
    told = (
        published["muscle"].str.startswith("squat")
        & published["value"].notna()
        & (published["comparator"] != "before it")
    )
    trials = published[told].reset_index(drop=True)
    changes = trials[(trials["unit"] == "%") & (trials["comparator"] == "")].copy()
    changes["training"] = changes["exercise"].str.replace(" training", "", regex=False)
    apart = pd.concat(
        [
            replication.replicate_change(
                n=n, mean_change=0.31, sd_change=0.15, seed=seed, replicates=500 if quick else 10_000
            )
            for n in GROUPS
        ],
        ignore_index=True,
    )
    return Recomputed(
        finding=_finding(means, intervals, trials),
        tables=(
            Table(
                name="two_means",
                title="Two meanings of one change",
                caption="Percent change of the squat 1RM; low and high are what rounding leaves. The group means were read "
                "in a magazine's archive, the mean of the changes in the abstract.",
                frame=means,
            ),
            Table(
                name="intervals",
                title="Interval of the mean change",
                caption="95 % interval from 31 ± 15 % for a group of 10 and of 20; how many of the 20 players trained with "
                "the hip thrust was not seen.",
                frame=intervals,
            ),
            Table(
                name="trials",
                title="What trials measured on the squat",
                caption="Changes within a group are no comparison; Plotkin's row is squat training minus hip-thrust "
                "training.",
                frame=trials,
            ),
            Table(
                name="replication",
                title="How far apart the two meanings may lie",
                caption="Median and central 95 % of simulated trials, in percent and points; cv is the standard deviation "
                "of the squat before training as a part of its mean, r the correlation of start and gain. Both were not "
                "printed.",
                frame=apart,
                simulated=True,
            ),
        ),
        figures=(
            Drawn(
                name="changes",
                title="Printed changes within groups",
                caption="Percent change of the squat in training groups, with the standard deviation where it was printed.",
                figure=_draw(changes),
            ),
        ),
        simulated=_told(apart),
        methods="The ratio of the group means was computed from the printed pounds; the interval is 31 -/+ t* 15 / sqrt(n). "
        "In the simulation, values before training and individual ratios after / before are log-normal.",
        limits=(
            "A change within one group holds practice, growing up, testing twice and the other training as well; only a "
            "comparison of groups speaks of the exercise.",
            "The players had left out the squat for a month before (second-hand), so that part of the gain may be a return.",
            "Contreras 2017 found the front squat better trained by front squats; its sizes were not seen.",
            "Barbalho 2020 is left out: disputed data, retraction requested.",
        ),
    )  # fmt: skip


def _draw(changes: pd.DataFrame) -> plt.Figure:
    """The printed changes; Lin's two are the mean of the changes and the change of the means."""
    rows = changes.assign(measured=changes["muscle"].str.removeprefix("squat "))
    rows["kind"] = rows["statistic"].where(rows["statistic"] != "change", "")
    ax = figures.published(rows, by="study", label=["training", "measured", "kind"])
    ax.set_xlabel("Change of the squat (%)")
    return ax.figure


def _two_means(change: pd.Series, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    a, b = float(before["value"]), float(after["value"])
    return pd.DataFrame(
        [
            ("mean of the individual changes", change["value"], change["value"] - 0.5, change["value"] + 0.5, change["seen"]),
            ("ratio of the group means", 100 * (b / a - 1), 100 * ((b - 0.5) / (a + 0.5) - 1),
             100 * ((b + 0.5) / (a - 0.5) - 1), before["seen"]),
        ],
        columns=["what", "change", "low", "high", "seen"],
    )  # fmt: skip


def _intervals(change: pd.Series) -> pd.DataFrame:
    rows = []
    for n in GROUPS:
        half = float(stats.t.isf(0.025, n - 1)) * float(change["sd"]) / np.sqrt(n)
        rows.append((n, change["value"], change["sd"], change["value"] - half, change["value"] + half))
    return pd.DataFrame(rows, columns=["n", "mean_change", "sd", "ci_low", "ci_high"])


def _finding(means: pd.DataFrame, intervals: pd.DataFrame, trials: pd.DataFrame) -> tuple[str, ...]:
    ratio = means.set_index("what").loc["ratio of the group means"]
    small, large = (row for _, row in intervals.iterrows())
    plotkin = trials[trials["study"] == "plotkin_2023"].iloc[0]
    return (
        f"Lin 2017 prints +31 ± 15 % on the squat 1RM, the mean of individual changes; the group means of 185 and 237 lb "
        f"({ratio['seen']}) give {ratio['change']:+.1f} % ({ratio['low']:.1f} to {ratio['high']:.1f} by rounding). Both are "
        "printed, and they are different numbers.",
        f"The mean change has a 95 % interval of {large['ci_low']:.0f} to {large['ci_high']:.0f} % if all 20 players trained "
        f"with the hip thrust, {small['ci_low']:.0f} to {small['ci_high']:.0f} % if ten did.",
        f"Compared with squat training, the hip thrust raised the squat less: in Plotkin 2023 (n = {plotkin['n']} untrained, "
        f"9 weeks) squat training was ahead by {plotkin['value']:g} kg on the squat 3RM (SE {plotkin['se']:g}, 95 % interval "
        f"{plotkin['ci_low']:g} to {plotkin['ci_high']:g}).",
        "In a school trial (second-hand, n = 6 and 8) the squat 3RM rose by 35 % with hip thrusts and by 31 % with squats: "
        "a gain of 30 % within one group does not tell what the exercise did.",
    )  # fmt: skip


def _told(apart: pd.DataFrame) -> tuple[str, ...]:
    sentences = []
    for n, rows in apart.groupby("n"):
        low, high = rows["difference_low"].min(), rows["difference_high"].max()
        chance = rows[rows["r"] == 0]
        inside = chance["difference_low"].min() <= -PRINTED_APART <= chance["difference_high"].max()
        sentences.append(
            f"With {n} players the change of the means lay {low:.1f} to {high:+.1f} points from the mean of the changes in "
            f"the central 95 % of trials, over all spreads and correlations of start and gain; without such a correlation "
            f"{chance['difference_low'].min():.1f} to {chance['difference_high'].max():+.1f}. The printed "
            f"figures are {PRINTED_APART} points apart, {'inside' if inside else 'outside'} the latter range.".replace(
                " -", " −"
            )
        )
    return tuple(sentences)
