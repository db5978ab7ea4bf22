"""Why pooled %MVIC does not rank exercises, what single studies say instead, and how often such a ranking is right."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from emgkit import figures, literature
from emgkit.figures.drawing import style
from emgkit.notation import as_title
from emgkit.study import Drawn, Recomputed, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAIN = ("hip thrust", "deadlift", "back squat")  # the exercises with at least four studies
TRUE = (0, 5, 10, 15, 20, 25, 30, 40)  # %MVIC
DIFFERENT = "each its own laboratories, {} exercises"
SAME = "5 laboratories measure all 3, r = {}"
CORRELATIONS = (0.5, 0.9)

METHODS = (
    "The printed standard deviation of each pooled row was compared with the values that its lowest and highest "
    "value allow. Contrasts within studies were not pooled: of hip thrust against squat, the only pair with three "
    "studies, one printed means without spread or exact p, one effect sizes without means, and one intervals of "
    "peaks without means; an effect size, a ratio and a difference of peaks have no common scale. The ranking was "
    "simulated from the review's standard deviations, which include the sampling of participants."
)
LIMITS = (
    "Rows of the review hold different people, loads, electrodes, MVIC positions and filters.",
    "Whether the review weighted its means, and of how many values a standard deviation is, was not read. That of the "
    "hip thrust, 18.49, is below the least that five values with its ends can have (19.8): it is not quite that of "
    "five study means, as the intervals of the differences and the simulation take it to be.",
    "Standard deviations over four to ten studies are rough, and those of rows with one study are borrowed.",
)


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Spread and differences of the pooled means, contrasts within studies, and simulated rankings."""
    spread = _spread(published[published["study"] == "neto_2020"])
    differences = _differences(spread)
    step_up = _step_up(published[published["study"] == "macaskill_2014"], spread)
    within = _within(published[published["muscle"] == "gluteus_maximus"])
    ranking = _ranking(spread, seed=seed, replicates=1000 if quick else 20_000)
    return Recomputed(
        finding=_finding(spread, differences, step_up, within),
        tables=_tables(spread, differences, step_up, within, ranking),
        figures=_figures(published, spread, within, ranking),
        simulated=_told(ranking),
        methods=METHODS,
        limits=LIMITS,
    )


def _tables(
    spread: pd.DataFrame, differences: pd.DataFrame, step_up: pd.DataFrame, within: pd.DataFrame, ranking: pd.DataFrame
) -> tuple[Table, ...]:
    """The tables, published ones first."""
    return (
        Table(
            name="spread",
            title="The review's pooled means and their spread",
            caption="Gluteus maximus, %MVIC, as printed (Neto 2020, Table 2): k studies, n people; low and high "
            "are the least and the largest value, no interval. sd_of_the_ends: the standard deviation of low and "
            "high alone; sd_least: the least that k values with this mean and these ends can have; sd_most: the largest "
            "that values between low and high with this mean can have.",
            frame=spread,
        ),
        Table(
            name="differences",
            title="Differences of the pooled means against the spread",
            caption="%MVIC. sd: root mean square of the two printed standard deviations. Standard error and "
            "95 % interval (Welch) hold if these are standard deviations between k study means, an assumption. "
            "overlap: of the two ranges.",
            frame=differences,
        ),
        Table(
            name="step_up",
            title="One exercise, two laboratories",
            caption="Step-ups without load (MacAskill 2014) and the review's step-ups (one study of 15 people).",
            frame=step_up,
        ),
        Table(
            name="within",
            title="Comparisons within one study, each on its own scale",
            caption="Gluteus maximus. %MVIC means and peaks, per cent differences, effect sizes and % of the "
            "1RM lift are four scales. Ratio limits: of Andersen what p implies if it is that of an unadjusted "
            "paired test on logarithms; of Williams (difference) as printed; none were printed elsewhere.",
            frame=within,
        ),
        Table(
            name="ranking",
            title="How often a ranking of pooled means puts the truly best exercise first",
            caption="One exercise is truly above all others, which are equal, by true_difference %MVIC. Every "
            "study mean is drawn from a normal distribution with the standard deviation between studies of the "
            "review (rows with one study: the root mean square of the three large ones).",
            frame=ranking,
            simulated=True,
        ),
    )


def _figures(
    published: pd.DataFrame, spread: pd.DataFrame, within: pd.DataFrame, ranking: pd.DataFrame
) -> tuple[Drawn, ...]:
    """The figures, published ones first."""
    return (
        Drawn(
            name="pooled",
            title="Pooled means with the range over studies",
            caption="Dotted lines run from the lowest to the highest study mean (where k = 1, over variations) and "
            "are not confidence intervals. The printed standard deviations are of two kinds and are left out here.",
            figure=_pooled_figure(published, spread),
        ),
        Drawn(
            name="within",
            title="Ratios within one study",
            caption="Both lifts measured in the same people. Ratios of printed %MVIC, and both readings of "
            "Andersen's percentages with the interval that p implies; of the others no spread was seen.",
            figure=_within_figure(within),
        ),
        Drawn(
            name="ranking",
            title="Is the best exercise first?",
            caption="Share of simulated reviews in which the truly best exercise, the hip thrust with k = 5, had "
            "the largest pooled mean; r: correlation between exercises of one laboratory (assumed).",
            figure=_ranking_figure(ranking),
            simulated=True,
        ),
    )


def _name(exercise: str) -> str:
    return exercise.removesuffix(" (all variations)").replace("step_up", "step-up").replace("_", " ")


def _spread(rows: pd.DataFrame) -> pd.DataFrame:
    """The review's rows, and which standard deviations their ends allow."""
    found = []
    for row in rows.itertuples():
        low, high, k = row.range_low, row.range_high, int(re.search(r"k = (\d+)", row.provenance)[1])
        most = np.sqrt(2 * max((high - row.value) * (row.value - low), 0.0)) if np.isfinite(low) else np.nan
        fits = "" if np.isnan(most) else "yes" if row.sd <= most + 0.005 else "no"
        found.append(
            {
                "exercise": _name(row.exercise), "k": k, "n": row.n,
                "mean": row.value, "sd": row.sd, "low": low, "high": high, "width": high - low,
                "sd_of_the_ends": (high - low) / np.sqrt(2), "sd_least": _least(row.value, low, high, k), "sd_most": most, "could_be_between_values": fits,
            }
        )  # fmt: skip
    return pd.DataFrame(found).sort_values("mean", ascending=False, ignore_index=True)


def _least(mean: float, low: float, high: float, k: int) -> float:
    """The least standard deviation of k values with this mean and these ends: all others lie at one place."""
    if k < 2 or np.isnan(low):
        return float("nan")
    ends = (high - mean) ** 2 + (mean - low) ** 2
    others = (high + low - 2 * mean) ** 2 / (k - 2) if k > 2 else 0.0
    return float(np.sqrt((ends + others) / (k - 1)))


def _differences(spread: pd.DataFrame) -> pd.DataFrame:
    """Differences between the exercises with several studies, and what stands against them."""
    by_name = spread.set_index("exercise")
    rows = []
    for first, second in combinations(MAIN, 2):
        a, b = by_name.loc[first], by_name.loc[second]
        difference, parts = a["mean"] - b["mean"], [one["sd"] ** 2 / one["k"] for one in (a, b)]
        se, sd = np.sqrt(sum(parts)), np.sqrt((a["sd"] ** 2 + b["sd"] ** 2) / 2)
        df = sum(parts) ** 2 / sum(part**2 / (one["k"] - 1) for part, one in zip(parts, (a, b), strict=True))
        half = stats.t.isf(0.025, df) * se
        rows.append(
            {
                "first": first, "second": second, "difference": difference, "sd": sd, "difference_in_sd": difference / sd,
                "overlap": min(a["high"], b["high"]) - max(a["low"], b["low"]), "se_if_between_studies": se, "df": df,
                "ci_low": difference - half, "ci_high": difference + half,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _step_up(rows: pd.DataFrame, spread: pd.DataFrame) -> pd.DataFrame:
    """The unloaded step-ups of one laboratory against the review's."""
    review = spread.set_index("exercise").loc["step-up", "mean"]
    rows = rows[rows["exercise"].str.endswith("step_up")]
    return pd.DataFrame(
        {
            "step_up": rows["exercise"].str.replace("_", " ") + ", body weight",
            "mean": rows["value"],
            "sd": rows["sd"],
            "review": review,
            "review_over_it": review / rows["value"],
        }
    ).reset_index(drop=True)


def _within(rows: pd.DataFrame) -> pd.DataFrame:
    """Every contrast of two exercises in the same people, with the numbers that its own scale allows."""
    found = []
    named = {row.id: row for row in rows.itertuples()}
    for row in literature.printed_contrasts(rows[rows["study"].isin(["contreras_2015", "korak_2018"])]).itertuples():
        found.append(_contrast(named[row.id], "printed means", difference=row.difference, ratio=row.ratio))
    for first, second in (("modified_single_leg_squat", "back_squat"), ("back_squat", "stiff_leg_deadlift")):
        cells = rows[(rows["study"] == "mccurdy_2018") & (rows["comparator"] == "")].set_index("exercise")["value"]
        one = rows[(rows["study"] == "mccurdy_2018") & (rows["exercise"] == first) & (rows["comparator"] == "")]
        made = _contrast(
            next(one.itertuples()), "printed means",
            difference=cells[first] - cells[second], ratio=cells[first] / cells[second],
        )  # fmt: skip
        found.append(made | {"comparator": second, "p": "not seen"})
    for row in literature.implied_by_p(literature.percent_readings(rows)).itertuples():
        base = "hip thrust" if row.hundred_percent_is == "barbell_hip_thrust" else "hex bar"
        limits = {"ratio_low": row.ci_low, "ratio_high": row.ci_high}
        found.append(_contrast(named[row.id], f"100 % is the {base}", ratio=row.ratio, **limits))
    for row in rows[(rows["unit"] == "effect size") & (rows["load"] == "1RM")].itertuples():
        found.append(_contrast(row, "effect size, of unknown kind", effect_size=row.value))
    for row in rows[rows["unit"] == "%MVIC difference"].itertuples():
        limits = {"difference_low": row.ci_low, "difference_high": row.ci_high}
        found.append(_contrast(row, "middle of the printed interval", difference=row.value, **limits))
    columns = ("difference", "difference_low", "difference_high", "ratio", "ratio_low", "ratio_high", "effect_size")
    table = pd.DataFrame(found)
    return table[[name for name in table.columns if name not in (*columns, "p")] + [*columns, "p"]]


def _contrast(row: object, reading: str, **numbers: float) -> dict[str, object]:
    study = literature.sources().set_index("study").loc[row.study, "name"]
    what = {name: getattr(row, name) for name in ("n", "load", "site", "phase", "exercise", "comparator", "statistic")}
    return {"study": study, **what, "scale": row.unit.removesuffix(" difference"), "reading": reading, **numbers,
            "p": row.p}  # fmt: skip


def _ranking(spread: pd.DataFrame, *, seed: int, replicates: int) -> pd.DataFrame:
    """Simulated reviews: the share in which the truly best exercise stands first."""
    rng = np.random.default_rng(seed)
    common = float(np.sqrt((spread.set_index("exercise").loc[list(MAIN), "sd"] ** 2).mean()))
    rows = []
    for table in (spread[spread["exercise"].isin(MAIN)], spread):
        table = table.reset_index(drop=True)
        sd = np.where(table["exercise"].isin(MAIN), table["sd"], common)
        chance = rng.normal(size=(replicates, len(table))) * sd / np.sqrt(table["k"].to_numpy())
        for best in table.index[table["exercise"].isin(MAIN)]:
            rows += _shares(DIFFERENT.format(len(table)), table, chance, best)
    table = spread[spread["exercise"].isin(MAIN)].reset_index(drop=True).assign(k=5)
    for r in CORRELATIONS:  # what a laboratory has in common leaves the order as it is
        chance = rng.normal(size=(replicates, 3)) * common * np.sqrt((1 - r) / 5)
        rows += _shares(SAME.format(f"{r:g}"[1:]), table, chance, table.index[table["exercise"] == MAIN[0]][0])
    return pd.DataFrame(rows)


def _shares(design: str, table: pd.DataFrame, chance: np.ndarray, best: int) -> list[dict[str, object]]:
    rows = []
    single = (table["k"] == 1).to_numpy()
    for true in TRUE:
        first = (chance + true * (np.arange(len(table)) == best)).argmax(axis=1)
        share = float(np.mean(first == best))
        rows.append(
            {
                "design": design, "best": table.loc[best, "exercise"], "k": int(table.loc[best, "k"]),
                "exercises": len(table), "true_difference": true, "share_first": share,
                "mc_se": np.sqrt(share * (1 - share) / len(first)),
                "share_one_study_row_first": float(np.mean(single[first])), "replicates": len(first),
            }
        )  # fmt: skip
    return rows


def _pooled_figure(published: pd.DataFrame, spread: pd.DataFrame) -> Figure:
    review = published[published["study"] == "neto_2020"].sort_values("value", ascending=False)
    names = [f"{as_title(row.exercise)}, k = {row.k}" for row in spread.itertuples()]
    names = [name.replace("Modified single leg", "1-leg") for name in names]
    one = published[(published["study"] == "macaskill_2014") & published["exercise"].str.endswith("step_up")]
    rows = pd.concat(
        [
            review.assign(label=names, where="Pooled by the review"),
            one.assign(
                label=one["exercise"].map(as_title).str.replace("step up", "step-up"), where="Step-ups, no load"
            ),
        ]
    )
    return figures.published(rows.assign(sd=np.nan), by="where", label="label").figure


def _within_figure(within: pd.DataFrame) -> Figure:
    rows = within[within["ratio"].notna() & (within["scale"] != "% of 1RM-lift EMG")]
    short = {
        "barbell_hip_thrust": "hip thrust", "modified_single_leg_squat": "1-leg squat", "hex_bar_deadlift": "hex bar",
        "back_squat": "squat", "stiff_leg_deadlift": "stiff-leg deadlift",
    }  # fmt: skip
    parts = rows["site"].where(rows["site"] != "", rows["phase"].str.removesuffix(" concentric"))
    readings = rows["reading"].str.removeprefix("100 % is the ")
    table = rows.assign(
        what=[as_title(f"{short[row.exercise]} / {short[row.comparator]}") + f", {row.study}" for row in rows.itertuples()],
        label=[
            ", ".join(filter(None, [part, f"{reading} 100 %" if row.study == "Andersen 2018" else row.statistic]))
            for part, reading, row in zip(parts, readings, rows.itertuples(), strict=True)
        ],
        value=rows["ratio"].round(2), ci_low=rows["ratio_low"].round(2), ci_high=rows["ratio_high"].round(2),
        seen="derived", unit="ratio", comparator="",
    )  # fmt: skip
    ax = figures.published(table.drop(columns="p"), by="what", label="label")
    ax.axvline(1, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1)
    ax.set_xlabel("Ratio of the two exercises")
    return ax.figure


def _ranking_figure(ranking: pd.DataFrame) -> Figure:
    rows = ranking[ranking["best"] == MAIN[0]]
    with style.theme():
        ax = style.axes_or_new(None, width=style.PAGE_WIDTH, height=3.2)
        for name, look in style.looks(rows["design"]).items():
            own = rows[rows["design"] == name]
            ax.errorbar(
                own["true_difference"], 100 * own["share_first"], yerr=196 * own["mc_se"], color=look.color,
                ls=look.line, marker=look.marker, ms=4, label=as_title(name),
            )  # fmt: skip
        ax.set(
            xlabel="True margin over all others (%MVIC)", ylabel="Simulated reviews with it first (%)", ylim=(-2, 104)
        )
        up = style.legend_above(ax, ax.get_legend_handles_labels()[0], columns=2)
        style.head(ax, "Best exercise first", up=up, marked="simulated reviews")
    return ax.figure


def _finding(
    spread: pd.DataFrame, differences: pd.DataFrame, step_up: pd.DataFrame, within: pd.DataFrame
) -> tuple[str, ...]:
    rows = spread.set_index("exercise")
    pooled = "; ".join(
        f"{name} {rows.loc[name, 'mean']:.1f} ± {rows.loc[name, 'sd']:.1f} (k = {rows.loc[name, 'k']}, n = "
        f"{rows.loc[name, 'n']}, range {rows.loc[name, 'low']:g} to {rows.loc[name, 'high']:g})"
        for name in MAIN
    )
    apart = "; ".join(
        f"{row.first} minus {row.second} {row.difference:.1f} ({row.difference_in_sd:.2f} SD, interval {row.ci_low:.1f} "
        f"to {row.ci_high:.1f})".replace("-", "−")
        for row in differences.itertuples()
    )
    ends = [name for name, row in rows.iterrows() if abs(row["sd_of_the_ends"] - row["sd"]) < 0.05]
    step, unloaded = rows.loc["step-up"], step_up["mean"]
    squat = within[(within["comparator"] == "back_squat") & (within["study"] == "Contreras 2015")]
    means = squat[squat["statistic"] == "mean"]["ratio"]
    readings = within[(within["study"] == "Andersen 2018") & (within["phase"] == "whole concentric")]["ratio"]
    sizes = within[within["study"] == "Delgado 2019"].set_index("comparator")
    peaks = within[within["study"] == "Williams 2021"].set_index("comparator").loc["back_squat"]
    return (
        f"Pooled over studies, %MVIC: {pooled}. The ranges are the lowest and highest study means, not confidence intervals; they overlap by "
        f"{differences['overlap'].min():.1f} to {differences['overlap'].max():.1f} %MVIC.",
        f"Differences of the pooled means: {apart}; the intervals hold if the printed SDs are those between k studies.",
        f"The printed SDs are of two kinds: in {' and '.join(ends)} they are exactly the SD of the two ends; in the "
        f"step-up {step['sd']:.2f} is more than values from {step['low']:g} to {step['high']:g} can have (at most "
        f"{step['sd_most']:.1f}), so it must describe something else, such as people.",
        f"The step-up stands first with {step['mean']:.1f} %MVIC in k = 1 study of {step['n']} people; step-ups without "
        f"load in another laboratory reached {unloaded.min():g} and {unloaded.max():g} (MacAskill 2014), "
        f"{step_up['review_over_it'].min():.1f} to {step_up['review_over_it'].max():.1f} times less. Load and "
        "laboratory cannot be told apart over studies.",
        f"Within one study: hip thrust / back squat {means.min():.2f} and {means.max():.2f} (means, upper and lower, "
        f"n = 13 women, Contreras 2015); hip thrust / hex-bar deadlift {readings.min():.2f} or {readings.max():.2f} (n "
        f"= 13 men, p = .025, Andersen 2018, both readings); hip thrust against back squat effect size "
        f"{sizes.loc['back_squat', 'effect_size']:.2f} (p = .038) and against the Romanian deadlift "
        f"{sizes.loc['romanian_deadlift', 'effect_size']:.2f} (p = .285; n = 8 men, Delgado 2019); peaks, hip thrust minus "
        f"back squat 95 % interval {peaks['difference_low']:g} to {peaks['difference_high']:g} %MVIC (n = 12 men, df = "
        "11, Williams 2021).",
        "These were not pooled: hip thrust against squat is the only pair with three studies, and their scales "
        "(ratio of means without spread, effect size without means, difference of peaks) have nothing in common.",
    )  # fmt: skip


def _told(ranking: pd.DataFrame) -> tuple[str, ...]:
    best = ranking[ranking["best"] == MAIN[0]].set_index(["design", "true_difference"])
    three, ten = (best.loc[DIFFERENT.format(count)] for count in (3, 10))
    same = best.loc[SAME.format(".9")]
    count = f"{ranking['replicates'].iloc[0]:,}".replace(",", " ")
    error = f"Monte-Carlo error ≤ {100 * ranking['mc_se'].max():.1f} points"
    return (
        f"Of {count} reviews in which the hip thrust (k = 5) is truly 10 %MVIC above deadlift (k = 4) and squat (k = "
        f"10), {100 * three.loc[10, 'share_first']:.0f} % put it first; with a true margin of 20, "
        f"{_percent(three.loc[20, 'share_first'])} % ({error}; by chance alone, without a margin, "
        f"{100 * three.loc[0, 'share_first']:.0f} %).",
        f"Among all ten exercises of the review, a margin of 20 %MVIC puts it first in "
        f"{100 * ten.loc[20, 'share_first']:.0f} %, and in {100 * ten.loc[20, 'share_one_study_row_first']:.0f} % an "
        f"exercise with a single study stands first. Five laboratories that measure all three exercises in the same "
        f"people, with a correlation of .9, find a margin of 20 in {_percent(same.loc[20, 'share_first'])} % ({error}).",
    )


def _percent(share: float) -> str:
    return "over 99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
