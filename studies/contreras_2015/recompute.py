"""What the printed cells of Contreras 2015 imply, and how often such a study would find it."""

from __future__ import annotations

import pandas as pd

from emgkit import figures, literature, replication
from emgkit.study import Drawn, Recomputed, Table, virtual_replication


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Ratios of the printed means and peaks, peak over mean, and a virtual replication of each."""
    ratios = literature.printed_contrasts(published)
    by_statistic = {name: ratios[ratios["statistic"] == name] for name in ("mean", "peak")}
    replications = [
        virtual_replication(
            replication.printed_design(
                rows, study="Contreras 2015", people="women", repetitions=10, load="estimated 10RM", adjust="none"
            ),
            seed=seed,
            quick=quick,
            name=f"replication_{name}",
        )
        for name, rows in by_statistic.items()
    ]
    cells = published[published["value"].notna()]
    drawn = [
        Drawn(
            name=f"published_{name}",
            title=f"Printed {name}s",
            caption=f"{name.capitalize()} activation over the set at estimated 10RM, n = 13 women; the abstract "
            "prints no standard deviations.",
            figure=figures.published(cells[cells["statistic"] == name], label=["exercise", "site"]).figure,
        )
        for name in by_statistic
    ]
    return Recomputed(
        finding=_finding(by_statistic, _peak_over_mean(cells)["peak_over_mean"]),
        tables=(
            Table(
                name="ratios",
                title="Hip thrust against back squat, as printed",
                caption="Differences and ratios of the printed cells; low and high are the limits that the rounding "
                "of the printed digits leaves, no confidence intervals.",
                frame=ratios,
            ),
            Table(
                name="peak_over_mean",
                title="Peak over mean",
                caption="How far the two statistics of the same lift are apart.",
                frame=_peak_over_mean(cells),
            ),
            *(table for one in replications for table in one.tables),
        ),
        figures=(*drawn, *(figure for one in replications for figure in one.figures)),
        simulated=tuple(sentence for one in replications for sentence in one.sentences),
        methods="Ratios and differences were computed from the printed cell means; their limits reflect the rounding "
        "alone. Confidence intervals and standardised effects could not be computed, because the text that was read "
        "gives neither standard deviations nor p values. The virtual replication varied the standard deviation and the "
        "correlation.",
        limits=(
            "Back squat and hip thrust were each loaded for about ten repetitions; the bars held different loads.",
            "One study of 13 women; no deadlift was measured.",
        ),
    )


def _peak_over_mean(cells: pd.DataFrame) -> pd.DataFrame:
    """The ratio of the two statistics for every muscle and lift."""
    wide = cells.pivot_table(index=["muscle", "site", "exercise"], columns="statistic", values="value", sort=False)
    return wide.assign(peak_over_mean=wide["peak"] / wide["mean"]).reset_index().rename_axis(columns=None)


def _finding(by_statistic: dict[str, pd.DataFrame], peaks: pd.Series[float]) -> tuple[str, ...]:
    """One sentence a statistic, and how far apart the two are."""
    sentences = []
    for name, rows in by_statistic.items():
        told = "; ".join(
            f"{' '.join(part for part in (row.site, row.muscle.replace('_', ' ')) if part)} {row.ratio:.2f} times "
            f"({row.value:g} against {row.comparator_value:g} %MVIC, {_said(row.p)})"
            for row in rows.itertuples()
        )
        sentences.append(
            f"{name.capitalize()} activation in the hip thrust, against the back squat (n = 13 women, estimated 10RM): "
            f"{told}."
        )
    sentences.append(
        f"A peak is {peaks.min():.1f} to {peaks.max():.1f} times the mean of the same lift, so a ranking must say which "
        "of the two it means."
    )
    return tuple(sentences)


def _said(p: str) -> str:
    return {"sig.": "reported as different", "n.s.": "not reported as different"}[p]
