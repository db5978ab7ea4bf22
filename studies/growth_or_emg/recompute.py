"""Measured growth with its intervals, the EMG contrast beside it, and what a trial of that size can find."""

from __future__ import annotations

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

MUSCLES = {
    "gluteus_maximus lower mCSA": "gluteus maximus, lower",
    "gluteus_maximus mid mCSA": "gluteus maximus, middle",
    "gluteus_maximus upper mCSA": "gluteus maximus, upper",
    "gluteus_medius+minimus mCSA": "gluteus medius and minimus",
    "hamstrings mCSA": "hamstrings",
    "quadriceps mCSA": "quadriceps",
    "adductors mCSA": "adductors",
}
THRUST, SQUAT = 18, 16  # people in the two groups of Plotkin 2023
DF = THRUST + SQUAT - 2
Z, T = float(stats.norm.isf(0.025)), float(stats.t.isf(0.025, DF))
TRUE = tuple(range(11))  # cm²

METHODS = (
    "Estimate, standard error and 95 % interval were checked for consistency with all values that round to "
    "the printed ones. An interval of z or t is centred on its estimate; a bootstrap's need not be, and how these "
    "were made was not read. Growth cannot be simulated from EMG, because no law connects "
    "the two. The simulation draws trials from the printed standard error alone."
)
LIMITS = (
    "A difference that was not shown may still exist. The intervals say how large it may be.",
    "Muscle size before training and the change within each group were not among the figures read, so no "
    "difference can be given as a share of the muscle or of its growth.",
    "Plotkin's trainees were untrained and trained for nine weeks. EMG was higher in the hip thrust at all "
    "gluteal sites there too, and did not consistently predict growth; its values were not seen.",
    "A virtual replication of growth from EMG is not possible.",
)


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Check the printed intervals, say what they allow, and simulate trials with the printed standard errors."""
    disputed = published[published["study"] == "barbalho_2020"]
    kept = published[published["study"] != "barbalho_2020"]  # nothing below sees the disputed rows
    growth = _growth(kept[kept["study"] == "plotkin_2023"])
    allowed = _allowed(growth)
    adding = _adding(kept[kept["study"] == "kassiano_2024"])
    pooled = _pooled(kept[kept["study"] == "krause_neto_2025"])
    emg = literature.printed_contrasts(kept[kept["study"] == "contreras_2015"])
    emg = emg[emg["muscle"] == "gluteus_maximus"].reset_index(drop=True)
    power = _power(growth, seed=seed, replicates=1000 if quick else 20_000)
    return Recomputed(
        finding=_finding(growth, allowed, adding, pooled, emg),
        tables=_tables(growth, allowed, adding, pooled, emg, disputed, power),
        figures=_figures(kept, power),
        simulated=_told(power),
        methods=METHODS,
        limits=LIMITS,
    )


def _tables(
    growth: pd.DataFrame,
    allowed: pd.DataFrame,
    adding: pd.DataFrame,
    pooled: pd.DataFrame,
    emg: pd.DataFrame,
    disputed: pd.DataFrame,
    power: pd.DataFrame,
) -> tuple[Table, ...]:
    """The tables, published ones first."""
    return (
        Table(
            name="growth",
            title="Measured growth: squat minus hip thrust (Plotkin 2023)",
            caption="Adjusted differences of the muscle's cross-section after nine weeks, cm²; minus favours the "
            "hip thrust. z and t(32): intervals that the printed estimate and standard error would give. Centred: "
            "the printed interval lies around the estimate, up to rounding; half_over_se: half its width over "
            "the standard error, with what rounding leaves.",
            frame=growth,
        ),
        Table(
            name="allowed",
            title="What the intervals of the gluteal muscles still allow",
            caption="cm². The largest differences either way inside the printed 95 % interval; the margins within "
            "which the lifts could be called equivalent (95 %: the farther printed limit; 90 %, that of two "
            "one-sided tests: |estimate| + 1.645 SE); and the true difference that a trial with this standard "
            "error finds in 80 % of cases, (1.960 + 0.842) SE.",
            frame=allowed,
        ),
        Table(
            name="adding",
            title="Adding hip thrusts to other lifts (Kassiano 2024)",
            caption="Growth of the thickness of the gluteus maximus in per cent, with and without hip thrusts. "
            "t(31) and the interval hold if p is that of an unadjusted two-sample t test, which was not read.",
            frame=adding,
        ),
        Table(
            name="pooled",
            title="Growth of the gluteus maximus over trials (Krause Neto 2025)",
            caption="Standardised mean change with training, pooled; the standard error follows from the "
            "interval. Growth with training against none: no comparison of lifts.",
            frame=pooled,
        ),
        Table(
            name="emg",
            title="EMG of one session: hip thrust against squat (Contreras 2015)",
            caption="Gluteus maximus, %MVIC, 13 women who took part in no training trial. Another quantity in "
            "another unit: it is shown beside the growth and enters no number with it.",
            frame=emg,
        ),
        Table(
            name="disputed",
            title="Disputed and excluded (Barbalho 2020)",
            caption="Disputed data; retraction requested in July 2020; no retraction notice for this paper was "
            "seen. Shown so that the reader knows what was left out; in no other table, figure or sentence.",
            frame=disputed[["exercise", "muscle", "n", "value", "unit", "provenance"]].reset_index(drop=True),
        ),
        Table(
            name="power",
            title="How often a trial with these standard errors finds a true difference",
            caption=f"Normal values of {THRUST} and {SQUAT} people with the spread that gives the printed standard "
            "error, two-sample t test at 5 %; by_formula is the noncentral t distribution's share.",
            frame=power,
            simulated=True,
        ),
    )


def _figures(kept: pd.DataFrame, power: pd.DataFrame) -> tuple[Drawn, ...]:
    """The figures, published ones first."""
    return (
        Drawn(
            name="growth",
            title="Measured growth after nine weeks",
            caption=f"Adjusted differences, squat ({SQUAT}) minus hip thrust ({THRUST}), with the printed 95 % "
            "intervals. Left of zero the hip thrust is ahead.",
            figure=_growth_figure(kept),
        ),
        Drawn(
            name="emg",
            title="EMG of the gluteus maximus in one session",
            caption="Means and peaks at estimated 10RM, n = 13 women (Contreras 2015). %MVIC is no unit of growth.",
            figure=_emg_figure(kept),
        ),
        Drawn(
            name="power",
            title="What a trial of this size finds",
            caption=f"Share of simulated trials of {THRUST} and {SQUAT} people that found a true difference, with "
            "the standard errors that Plotkin 2023 printed.",
            figure=_power_figure(power),
            simulated=True,
        ),
    )


def _growth(rows: pd.DataFrame) -> pd.DataFrame:
    """Estimate, standard error and interval of each muscle, and whether they fit together."""
    found = []
    for row in rows[rows["muscle"].isin(MUSCLES)].itertuples():
        middle, half = (row.ci_low + row.ci_high) / 2, (row.ci_high - row.ci_low) / 2
        least, most = (half - 0.05) / (row.se + 0.05), (half + 0.05) / (row.se - 0.05)
        found.append(
            {
                "muscle": MUSCLES[row.muscle], "n_squat": SQUAT, "n_hip_thrust": THRUST,
                "difference": row.value, "se": row.se, "ci_low": row.ci_low, "ci_high": row.ci_high,
                "z_low": row.value - Z * row.se, "z_high": row.value + Z * row.se,
                "t_low": row.value - T * row.se, "t_high": row.value + T * row.se,
                "middle": middle, "centred": _yes(abs(middle - row.value) <= 0.1 + 1e-9),
                "half_over_se": half / row.se, "half_over_se_low": least, "half_over_se_high": most,
                "width_fits_z": _yes(least <= Z <= most), "width_fits_t": _yes(least <= T <= most),
                "zero_inside": _yes(row.ci_low <= 0 <= row.ci_high),
            }
        )  # fmt: skip
    return pd.DataFrame(found)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _allowed(growth: pd.DataFrame) -> pd.DataFrame:
    """How large a difference of the gluteal muscles the intervals leave."""
    rows = growth[growth["muscle"].str.startswith("gluteus")].reset_index(drop=True)
    return pd.DataFrame(
        {
            "muscle": rows["muscle"],
            "most_for_hip_thrust": -rows["ci_low"],
            "most_for_squat": rows["ci_high"],
            "margin_95": rows[["ci_low", "ci_high"]].abs().max(axis=1),
            "margin_90": rows["difference"].abs() + stats.norm.isf(0.05) * rows["se"],
            "found_in_80_percent": (Z + stats.norm.isf(0.2)) * rows["se"],
        }
    )


def _adding(rows: pd.DataFrame) -> pd.DataFrame:
    """The difference of the two changes, and what its p implies."""
    contrast = rows[rows["comparator"] != ""].iloc[0]
    cells = rows[rows["comparator"] == ""].set_index("exercise")
    first, second = cells.loc[contrast["exercise"]], cells.loc[contrast["comparator"]]
    difference, df = float(first["value"] - second["value"]), int(first["n"] + second["n"]) - 2
    t = float(stats.t.isf(float(contrast["p"]) / 2, df))
    half = float(stats.t.isf(0.025, df)) * difference / t
    return pd.DataFrame(
        [
            {
                "with_hip_thrust": first["value"], "n_with": first["n"],
                "without": second["value"], "n_without": second["n"], "unit": "%", "difference": difference,
                "p": contrast["p"], "t": t, "df": df, "se": difference / t,
                "ci_low": difference - half, "ci_high": difference + half,
            }
        ]
    )  # fmt: skip


def _pooled(rows: pd.DataFrame) -> pd.DataFrame:
    """The pooled changes and their standard errors."""
    table = rows[["exercise", "value", "ci_low", "ci_high", "unit"]].rename(columns={"exercise": "what"})
    return table.assign(se=(rows["ci_high"] - rows["ci_low"]) / (2 * Z)).reset_index(drop=True)


def _power(growth: pd.DataFrame, *, seed: int, replicates: int) -> pd.DataFrame:
    """Of trials with the printed standard errors, the share that found each true difference."""
    rng = np.random.default_rng(seed)
    root = np.sqrt(1 / SQUAT + 1 / THRUST)
    squat, thrust = rng.normal(size=(replicates, SQUAT)), rng.normal(size=(replicates, THRUST))
    between = squat.mean(axis=1) - thrust.mean(axis=1)
    pooled = ((SQUAT - 1) * squat.var(axis=1, ddof=1) + (THRUST - 1) * thrust.var(axis=1, ddof=1)) / DF
    own = np.sqrt(pooled) * root  # standard error of each trial, of people with a standard deviation of 1
    rows = []
    for one in growth[growth["muscle"].str.startswith("gluteus maximus")].itertuples():
        for true in TRUE:
            t = (between + true * root / one.se) / own
            share = float(np.mean(np.abs(t) > T))
            formula = float(stats.nct.sf(T, DF, true / one.se) + stats.nct.cdf(-T, DF, true / one.se))
            error = np.sqrt(share * (1 - share) / replicates)
            rows.append((one.muscle, one.se, true, SQUAT, THRUST, share, error, formula, replicates))
    columns = ["muscle", "se", "true_difference", "n_squat", "n_hip_thrust", "share_found", "mc_se", "by_formula"]
    return pd.DataFrame(rows, columns=[*columns, "replicates"])


def _growth_figure(published: pd.DataFrame) -> Figure:
    rows = published[published["muscle"].isin(MUSCLES)]
    names = rows["muscle"].map(MUSCLES)
    where = np.where(names.str.startswith("gluteus"), "Gluteal muscles", "Thigh")
    # the standard errors stand in the table; within an interval of the same row they could not be seen
    rows = rows.assign(
        name=names.str.removeprefix("gluteus ").str.replace(" and", ",").str.capitalize(), where=where, se=np.nan
    )
    ax = figures.published(rows, by="where", label="name")
    ax.set_xlabel("Squat minus hip thrust (cm²)\n← hip thrust ahead      squat ahead →")
    return ax.figure


def _emg_figure(published: pd.DataFrame) -> Figure:
    rows = published[(published["study"] == "contreras_2015") & (published["muscle"] == "gluteus_maximus")]
    rows = rows[rows["value"].notna()]
    return figures.published(
        rows.assign(where=rows["site"].str.capitalize() + " gluteus maximus"),
        by="where",
        label=["exercise", "statistic"],
    ).figure


def _power_figure(power: pd.DataFrame) -> Figure:
    with style.theme():
        ax = style.axes_or_new(None, width=style.PAGE_WIDTH, height=3.0)
        for name, look in style.looks(power["muscle"]).items():
            rows = power[power["muscle"] == name]
            ax.errorbar(
                rows["true_difference"], 100 * rows["share_found"], yerr=196 * rows["mc_se"], color=look.color,
                ls=look.line, marker=look.marker, ms=4, label=f"{as_title(name)} (SE {rows['se'].iloc[0]:g} cm²)",
            )  # fmt: skip
        ax.axhline(5, color=style.GREY, lw=0.8, ls=(0, (4, 2)), zorder=1)
        ax.set(xlabel="True difference (cm²)", ylabel="Simulated trials that found it (%)", ylim=(-2, 104))
        up = style.legend_above(ax, ax.get_legend_handles_labels()[0], columns=2)
        style.head(ax, f"{THRUST} and {SQUAT} people", up=up, marked="simulated trials")
    return ax.figure


def _finding(
    growth: pd.DataFrame, allowed: pd.DataFrame, adding: pd.DataFrame, pooled: pd.DataFrame, emg: pd.DataFrame
) -> tuple[str, ...]:
    told = "; ".join(
        f"{row.muscle} {_signed(row.difference)} (SE {row.se:g}, 95 % interval {_signed(row.ci_low)} to "
        f"{_signed(row.ci_high)})"
        for row in growth.itertuples()
    )
    regions = growth[growth["muscle"].str.startswith("gluteus maximus")]
    off = growth.loc[growth["centred"] == "no", "muscle"]
    left = "; ".join(
        f"{row.muscle} {row.most_for_hip_thrust:.1f} cm² for the hip thrust to {row.most_for_squat:.1f} for the squat"
        for row in allowed.itertuples()
    )
    quadriceps = growth.set_index("muscle").loc["quadriceps"]
    farther = allowed["margin_95"]
    more, least = adding.iloc[0], emg.loc[emg["ratio"].idxmin()]
    most = emg.loc[emg["ratio"].idxmax()]
    return (
        f"Measured growth, squat minus hip thrust in cm², {SQUAT} and {THRUST} people, nine weeks (minus favours the "
        f"hip thrust): {told}.",
        f"Zero lies inside the interval of {(regions['zero_inside'] == 'yes').sum()} of {len(regions)} regions of the "
        "gluteus maximus; quadriceps and adductors grew more with squats.",
        f"Not shown to differ is not equal. The intervals leave: {left}. The farther limits, {farther.min():.1f} to "
        f"{farther.max():.1f} cm², are larger than the {quadriceps['difference']:g} cm² by which the quadriceps did "
        "differ.",
        f"The widths of the intervals fit z in {(growth['width_fits_z'] == 'yes').sum()} of {len(growth)} muscles and "
        f"t(32) in {(growth['width_fits_t'] == 'yes').sum()}, but {len(off)} of {len(growth)} intervals are not centred "
        f"on their estimate, beyond rounding ({', '.join(off)}): they are no z or t intervals.",
        f"Beside it, another quantity: in one session the EMG of the gluteus maximus in the hip thrust was "
        f"{least['ratio']:.2f} to {most['ratio']:.2f} times that in the squat (Contreras 2015, n = 13 women, means and "
        "peaks, upper and lower). That was not accompanied by measurably more growth in Plotkin 2023, which reports higher EMG in "
        "the hip thrust as well.",
        f"Hip thrusts added to leg press and stiff-leg deadlift: growth {more['with_hip_thrust']:.1f} against "
        f"{more['without']:.1f} %, {more['difference']:.1f} points more (n = {more['n_with']} and {more['n_without']}, "
        f"p = {more['p']}; implied t({more['df']}) = {more['t']:.2f}, 95 % interval {more['ci_low']:.1f} to "
        f"{more['ci_high']:.1f}). That is more training against less, not hip thrust against squat.",
        f"Over trials the gluteus maximus grew by {pooled['value'].iloc[0]:.2f} SD with training (95 % interval "
        f"{pooled['ci_low'].iloc[0]:.2f} to {pooled['ci_high'].iloc[0]:.2f}; Krause Neto 2025), which compares no lifts. "
        "A further trial of the two lifts has disputed data (retraction requested) and is excluded.",
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def _told(power: pd.DataFrame) -> tuple[str, ...]:
    at = {true: power[power["true_difference"] == true]["share_found"] for true in (2, 4, 6)}
    shares = "; ".join(f"{true} cm² in {100 * s.min():.0f} to {100 * s.max():.0f} %" for true, s in at.items())
    count = f"{power['replicates'].iloc[0]:,}".replace(",", " ")
    return (
        f"Of {count} trials of {THRUST} and {SQUAT} people with the standard errors of the three regions of the gluteus "
        f"maximus, a true difference was found of {shares} (Monte-Carlo error ≤ {100 * power['mc_se'].max():.1f} "
        "points).",
    )
