"""Second-hand figures of two positions of the feet, and what seven people could find of such differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from emgkit import figures, replication
from emgkit.notation import as_title
from emgkit.replication import PublishedDesign, ReportedResult
from emgkit.study import Drawn, Recomputed, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

USUAL, AWAY = "barbell_hip_thrust (original)", "barbell_hip_thrust (feet away)"
PAIRS = 6  # of four variations of the lift
MARK = "The means were read second-hand, the order of the columns inferred by that reader."
METHODS = (
    "Differences and ratios were computed from the second-hand means. The virtual replication takes these "
    "means as the true means of log-normally distributed values, varies the standard deviation and the correlation, "
    "which were not seen, adds the measurement error of simulated raw signals, and tests each study by a paired t test "
    "of logarithms."
)
LIMITS = (
    "Every figure of this study was read second-hand, in a note that quotes Table 2 of a review (Neto 2019). "
    "No verdict is based on it; the virtual replication has no better source either.",
    "Seven men at 40 % of 1RM: a light load. How far away the feet were was not read.",
    "Neto 2019 says that the variations differed in all muscles but the gluteus medius; it is not known "
    "between which of the four.",
    "No study known here measured feet closer than usual (claim 16) or toes turned out in the hip thrust "
    "(claim 13). A bridge without load with the hips abducted (Kang 2016, 20 people) is reported to raise "
    "the gluteus maximus, 30° above 15° above 0°; its values were not seen, so nothing is computed from it.",
)


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Differences and ratios of the second-hand means, and virtual replications that start from them."""
    positions = _positions(published)
    shares = _shares(positions, seed=seed, quick=quick)
    one_pair, all_pairs = (shares[shares["alpha"] == alpha] for alpha in shares["alpha"].unique())
    return Recomputed(
        finding=_finding(positions, published),
        tables=_tables(positions, one_pair, all_pairs, shares),
        figures=_figures(published, one_pair),
        simulated=_told(one_pair, all_pairs),
        methods=METHODS,
        limits=LIMITS,
    )


def _tables(
    positions: pd.DataFrame, one_pair: pd.DataFrame, all_pairs: pd.DataFrame, shares: pd.DataFrame
) -> tuple[Table, ...]:
    """The tables, published ones first."""
    return (
        Table(
            name="positions",
            title="Feet away against the usual position (Collazo García 2020, second-hand)",
            caption=f"%MVIC, 7 men, 40 % of 1RM. {MARK} Low and high are the limits that rounding leaves, no "
            "confidence intervals; no spread and no p of a pair were seen.",
            frame=positions,
        ),
        Table(
            name="replication_band",
            title="Virtual replication at n = 7",
            caption=f"Rests on second-hand figures. {MARK} Least and largest share of simulated studies that found "
            "the difference in its direction, over standard deviations of 30 to 60 % of the mean and correlations "
            f"of .3 to .9; alpha .05, and .05 / {PAIRS} for all pairs of four variations (Bonferroni).",
            frame=pd.concat([_band(part) for part in (one_pair, all_pairs)], ignore_index=True),
            simulated=True,
        ),
        Table(
            name="replication",
            title="Virtual replication at every standard deviation and correlation",
            caption=f"Rests on second-hand figures. {MARK} cv: standard deviation as a part of the mean; r: "
            "correlation of the logarithms between the two positions.",
            frame=shares,
            simulated=True,
        ),
    )


def _figures(published: pd.DataFrame, one_pair: pd.DataFrame) -> tuple[Drawn, ...]:
    """The figures, published ones first."""
    return (
        Drawn(
            name="positions",
            title="Two positions of the feet, second-hand",
            caption=f"7 men at 40 % of 1RM (Collazo García 2020). {MARK} Hollow marks and † say so; these values "
            "do not count towards any verdict.",
            figure=_positions_figure(published),
        ),
        Drawn(
            name="replication",
            title="How often a study of seven people finds such differences",
            caption="Share of simulated studies of 7 men that found the difference at alpha .05. The means they "
            f"start from are second-hand. {MARK}",
            figure=figures.detection_grid(one_pair.assign(contrast="feet away / usual")),
            simulated=True,
        ),
    )


def _positions(published: pd.DataFrame) -> pd.DataFrame:
    """The two positions beside each other, muscle by muscle, with the limits of the rounding."""
    rows = []
    for muscle, own in published.groupby("muscle", sort=False):
        cells = own.set_index("exercise")
        if AWAY not in cells.index:  # of the gluteus medius only the usual position was seen
            continue
        usual, away = cells.loc[USUAL], cells.loc[AWAY]
        a, b, half = float(away["value"]), float(usual["value"]), 0.5  # both are printed as whole numbers
        rows.append(
            {
                "muscle": muscle, "n": usual["n"], "usual": b, "feet_away": a, "unit": usual["unit"],
                "difference": a - b, "difference_low": a - b - 2 * half, "difference_high": a - b + 2 * half,
                "ratio": a / b, "ratio_low": (a - half) / (b + half), "ratio_high": (a + half) / (b - half),
                "seen": "second-hand",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _shares(positions: pd.DataFrame, *, seed: int, quick: bool) -> pd.DataFrame:
    """How often studies of seven find each difference, tested alone and as one of all pairs of variations."""
    error, tables = None, []
    for alpha in (0.05, 0.05 / PAIRS):
        design = PublishedDesign(
            study="Collazo García 2020 (second-hand)",
            n=7,
            people="men",
            repetitions=8,
            load="40% 1RM",
            means={
                row.muscle: {"feet_away": row.feet_away, "usual": row.usual} for row in positions.itertuples()
            },
            # no p of this pair was seen: these are directions of the means, nothing that was reported
            findings=tuple(
                ReportedResult(
                    muscle=row.muscle, first="feet_away", second="usual",
                    reported="higher" if row.difference > 0 else "lower",
                )
                for row in positions.itertuples()
            ),
            alpha=alpha,
            adjust="none",
        )  # fmt: skip
        if error is None:
            error = replication.chain_error(design, seed=seed, replicates=2 if quick else 5)
        table = replication.replicate(design, error=error, seed=seed, replicates=500 if quick else 10_000)
        kept = table.drop(columns=["reported", "share_as_reported"]).rename(
            columns={"published_ratio": "ratio_of_means"}
        )
        tables.append(pd.DataFrame(kept).assign(alpha=alpha, seen="second-hand"))
    return pd.concat(tables, ignore_index=True)


def _band(shares: pd.DataFrame) -> pd.DataFrame:
    """Least and largest share over standard deviations and correlations."""
    groups = shares.groupby(["muscle", "contrast", "ratio_of_means", "n", "alpha", "replicates", "seen"], sort=False)
    band = groups.agg(
        share_found_low=("share_found", "min"), share_found_high=("share_found", "max"), mc_se=("mc_se", "max"),
        ratio_found_low=("ratio_low", "min"), ratio_found_high=("ratio_high", "max"),
    )  # fmt: skip
    return band.reset_index()


def _positions_figure(published: pd.DataFrame) -> Figure:
    feet = published["exercise"].map({USUAL: "usual", AWAY: "feet away"})
    return figures.published(
        published.assign(feet=feet, where=published["muscle"].map(as_title)), by="where", label="feet"
    ).figure


def _finding(positions: pd.DataFrame, published: pd.DataFrame) -> tuple[str, ...]:
    told = "; ".join(
        f"{row.muscle.replace('_', ' ')} {row.usual:g} to {row.feet_away:g} %MVIC ({row.ratio:.2f} times, "
        f"{row.ratio_low:.2f} to {row.ratio_high:.2f} by rounding)"
        for row in positions.itertuples()
    )
    medius = published.loc[published["muscle"] == "gluteus_medius", "value"].iloc[0]
    return (
        f"Second-hand, feet away from the body against the usual position, n = 7 men at 40 % of 1RM: {told}. Of the "
        f"gluteus medius only the usual position was seen ({medius:g}).",
        f"{MARK} They fit the claim that feet far away shift the work to the hamstrings, and show the gluteus maximus "
        "about the same; by the rules of the ledger they do not count. Standard deviations and p were not seen, so "
        "no interval can be computed.",
        "Feet turned out: no figure of the hip thrust was seen; of an unloaded bridge only the order was read.",
    )


def _told(one_pair: pd.DataFrame, all_pairs: pd.DataFrame) -> tuple[str, ...]:
    def shares(table: pd.DataFrame) -> str:
        return "; ".join(
            f"{row.muscle.replace('_', ' ')} {_percent(row.share_found_low)} to {_percent(row.share_found_high)} %"
            for row in _band(table).itertuples()
        )

    count = f"{one_pair['replicates'].iloc[0]:,}".replace(",", " ")
    worst = 100 * max(one_pair["mc_se"].max(), all_pairs["mc_se"].max())
    return (
        f"(resting on second-hand means) Of {count} studies of 7 men with these means, these shares found the difference "
        f"at alpha .05, over standard deviations of 30 to 60 % of the mean and correlations of .3 to .9: "
        f"{shares(one_pair)}. With Bonferroni's correction for the {PAIRS} pairs of four variations: "
        f"{shares(all_pairs)} (Monte-Carlo error ≤ {worst:.1f} points).",
    )


def _percent(share: float) -> str:
    return "over 99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
