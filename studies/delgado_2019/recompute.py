"""What the effect sizes and p values of Delgado 2019 imply of the correlations that nobody printed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats as distributions

from emgkit import figures, stats
from emgkit.study import Drawn, Recomputed, Table

N = 8
CORRELATIONS = (0.3, 0.5, 0.7, 0.9)


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Correlations from effect size and p, the other reading of the effect size, and simulated studies of that size."""
    rows = published[(published["load"] == "1RM") & (published["unit"] == "effect size")].copy()
    rows["contrast"] = [
        f"{row.muscle}: {row.exercise} - {row.comparator}".replace("_", " ").replace("romanian", "Romanian")
        for row in rows.itertuples()
    ]
    rows["pair"] = rows["contrast"].str.partition(": ")[2].str.replace(" - ", " over ")
    printed = [f"{value:.{decimals}f}" for value, decimals in zip(rows["value"], rows["decimals"], strict=True)]
    implied = stats.reconstruct(
        n=N, d_av=printed, p=list(rows["p"]), study=["Delgado 2019"] * len(rows), contrast=list(rows["contrast"])
    )
    quantities = [f"{name}{end}" for name in ("t", "d_z", "r") for end in ("", "_min", "_max")]
    shown = pd.DataFrame(implied[["contrast", "n", "p", "d_av", *quantities, "alarms"]])
    shown.attrs = implied.attrs
    other = _as_d_z(rows)
    simulated = _simulated(rows, seed=seed, replicates=500 if quick else 10_000)
    return Recomputed(
        finding=(_printed(rows), *_finding(shown), _other_finding(other)),
        tables=(
            Table(
                name="implied",
                title="What effect size and p imply together",
                caption="t and d_z from p with 7 degrees of freedom; r if the effect size is d_av and both standard "
                "deviations are equal. Min and max are what the rounding of the printed digits leaves.",
                frame=shown,
            ),
            Table(
                name="as_d_z",
                title="If the printed effect size were d_z",
                caption="p would then follow from the effect size alone, and it is not the one printed.",
                frame=other,
            ),
            Table(
                name="replication",
                title="Virtual replication from the effect sizes",
                caption="No means were printed, so nothing can be simulated from raw signals; pairs were drawn from "
                "normal distributions with the printed effect size as d_av and the correlation swept.",
                frame=simulated,
                simulated=True,
            ),
        ),
        figures=(
            Drawn(
                name="published",
                title="Printed effect sizes",
                caption="At 1RM, n = 8 men; p as printed.",
                figure=figures.published(rows, label="pair").figure,
            ),
        ),
        simulated=_told(simulated),
        methods="The paper prints an effect size without saying of which kind, and p. As d_av it implies a correlation "
        "between the two lifts: r = 1 - (d_av / d_z)^2 / 2, d_z = t / sqrt(8) and equal standard deviations; as d_z "
        "it would imply p. The virtual replication draws pairs at the printed d_av and tests each study by a paired t "
        "test.",
        limits=(
            "Cell means, in %MVIC, were not seen.",
            "An r below those of the other contrasts is a warning sign and not a proof: the p may be adjusted, the "
            "effect size may be of another kind, or these eight men may really have been so.",
        ),
    )  # fmt: skip


def _as_d_z(rows: pd.DataFrame) -> pd.DataFrame:
    """The p that each effect size would have as d_z."""
    t = rows["value"] * np.sqrt(N)
    table = rows[["contrast", "value", "p"]].rename(columns={"value": "effect_size", "p": "p_printed"})
    return table.assign(t_if_d_z=t, p_if_d_z=2 * distributions.t.sf(t, N - 1)).reset_index(drop=True)


def _simulated(rows: pd.DataFrame, *, seed: int, replicates: int) -> pd.DataFrame:
    """Of studies of eight men with the printed effect size, the share that found the difference."""
    scores = np.random.default_rng(seed).normal(size=(replicates, N))
    found = []
    for row in rows.itertuples():
        for r in CORRELATIONS:
            differences = row.value + np.sqrt(2 * (1 - r)) * scores
            t = differences.mean(axis=1) / (differences.std(axis=1, ddof=1) / np.sqrt(N))
            share = float(np.mean(t > distributions.t.isf(0.025, N - 1)))
            error = np.sqrt(share * (1 - share) / replicates)
            found.append((row.contrast, row.value, r, N, share, error, replicates))
    return pd.DataFrame(found, columns=["contrast", "effect_size", "r", "n", "share_found", "mc_se", "replicates"])


def _printed(rows: pd.DataFrame) -> str:
    told = "; ".join(
        f"{row.muscle.replace('_', ' ')}, {row.pair}: effect size {row.value}, p = {row.p}" for row in rows.itertuples()
    )
    return f"Printed at 1RM (n = 8 men): {told}. The abstract does not say which effect size it is."


def _said(contrast: object) -> str:
    """A contrast as words: ``gluteus maximus, hip thrust over back squat``."""
    return str(contrast).replace(": ", ", ").replace(" - ", " over ")


def _range(low: float, high: float) -> str:
    ends = dict.fromkeys("over 99" if share < 1 and share > 0.995 else f"{100 * share:.0f}" for share in (low, high))
    return f"{' to '.join(ends)} %"


def _finding(implied: pd.DataFrame) -> tuple[str, ...]:
    told = "; ".join(
        f"{_said(row.contrast)} r = {row.r:.2f} ({row.r_min:.2f} to {row.r_max:.2f} by rounding)".replace("-0.", "−0.")
        for row in implied.itertuples()
    )
    alarmed = implied[implied["alarms"].str.contains("r-below-siblings")]["contrast"]
    return (
        f"As d_av (difference over the mean of both standard deviations), effect size and p imply these correlations "
        f"between the lifts: {told}.",
        f"Alarm: {' and '.join(map(_said, alarmed))} implies a correlation far below the others. Its p may be adjusted, its effect "
        "size may be of another kind, or these eight men really were so; the printed figures cannot tell which.",
    )


def _other_finding(other: pd.DataFrame) -> str:
    told = "; ".join(
        f"{_said(row.contrast)} p = {row.p_if_d_z:.4f} (printed {row.p_printed})".replace("0.", ".")
        for row in other.itertuples()
    )
    return (
        "As d_z (difference over the standard deviation of the differences) the effect sizes would imply other p values "
        f"than those printed: {told}."
    )


def _told(table: pd.DataFrame) -> tuple[str, ...]:
    shares = table.groupby("contrast", sort=False)["share_found"].agg(["min", "max"])
    told = "; ".join(f"{_range(row['min'], row['max'])} {_said(name)}" for name, row in shares.iterrows())
    count = f"{table['replicates'].iloc[0]:,}".replace(",", " ")
    return (
        f"Of {count} studies of 8 men with the printed effect size as d_av, these shares found it, over correlations "
        f"of .3 to .9: {told} (Monte-Carlo error ≤ {100 * table['mc_se'].max():.1f} points).",
    )
