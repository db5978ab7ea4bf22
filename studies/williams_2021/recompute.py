"""Whether the printed intervals and p values of Williams 2021 fit together, and what the intervals say."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from scipy import stats

from emgkit import figures
from emgkit.study import Drawn, Recomputed, Table

N = 12
# degrees of freedom: of a paired test, of the error of a repeated-measures model of three lifts, of none (normal)
DISTRIBUTIONS = {float(N - 1): "t(11)", float(2 * (N - 1)): "t(22)", float("inf"): "normal"}
FITS = {"exact": "fits", "within rounding": "fits within the rounding of its limits", "no": "does not fit"}
CVS, CORRELATIONS = (0.3, 0.4, 0.5, 0.6), (0.3, 0.5, 0.7, 0.9)


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """The p of each interval under t and normal distributions, intervals of the correlations, and simulated studies of that size."""
    differences = published[published["unit"] == "%MVIC difference"]
    implied = pd.DataFrame([_implied(row, df) for _, row in differences.iterrows() for df in DISTRIBUTIONS])
    first = implied.drop_duplicates("contrast")
    correlations = _correlations(published[published["unit"] == "r"])
    replicated = _replicated(first, seed=seed, replicates=500 if quick else 10_000)
    shares = replicated.groupby("contrast", sort=False)["share_found"].agg(["min", "max"])
    told = "; ".join(
        f"{100 * row['min']:.0f} to {100 * row['max']:.0f} % {str(name).replace(' - ', ' over ')}"
        for name, row in shares.iterrows()
    )
    count = f"{replicated['replicates'].iloc[0]:,}".replace(",", " ")
    return Recomputed(
        finding=_finding(implied, correlations),
        tables=(
            Table(
                name="implied",
                title="Interval and p against each other",
                caption="Statistic and p from the printed 95 % interval, taken as an interval of t(11), of t(22) and of "
                "the normal distribution; low and high are what the rounding of the limits leaves. The difference is the "
                "middle of the interval, not printed. exact: p rounds to the printed one at the printed limits; within "
                "rounding: at other limits that round to them; no: at none.",
                frame=implied,
            ),
            Table(
                name="correlations",
                title="Correlations with sprint velocity",
                caption="95 % limits by Fisher's z, n = 12; the paper printed none in what was read.",
                frame=correlations,
            ),
            Table(
                name="replication",
                title="Virtual replication from the intervals",
                caption="The means were not printed, so nothing can be simulated from raw signals; differences were "
                "drawn from normal distributions around the middle of the interval. The standard deviation of a peak "
                "is a part (cv) of an assumed level of 100 %MVIC, which the paper did not print either.",
                frame=replicated,
                simulated=True,
            ),
        ),
        figures=(
            Drawn(
                name="published",
                title="Printed intervals",
                caption="Peak activation at 3RM, upper and lower gluteus maximus of both legs together, n = 12 men.",
                figure=figures.published(
                    differences.assign(pair=first["contrast"].str.replace(" - ", " over ").to_numpy()), label="pair"
                ).figure,
            ),
        ),
        simulated=(
            f"Of {count} studies of 12 men with the middle of the printed interval as the true difference, these "
            f"shares found it, over standard deviations of 30 to 60 %MVIC and correlations of .3 to .9: {told} "
            f"(Monte-Carlo error ≤ {100 * replicated['mc_se'].max():.1f} points).",
        ),
        methods="An interval of a paired difference is its middle -/+ q SE, q being the .975 quantile of the distribution it was made "
        "with; middle / SE and p follow. Three distributions were tried: t with 11 degrees of freedom (paired, n = 12), t with 22 (the "
        "error of a repeated-measures model of three lifts) and the normal distribution. The printed limits are whole "
        "numbers; all limits that round to them were tried.",
        limits=(
            "Peaks, not means: peaks are two to three times the mean and scatter more.",
            "The p values are a post-hoc test's, of which kind is not known; that a normal interval fits does not prove that one was made.",
        ),
    )  # fmt: skip


def _implied(row: pd.Series, df: float) -> dict[str, object]:
    """What one printed interval says of the statistic and p, with the rounding of its limits; z is t of infinite df."""
    star = float(stats.t.isf(0.025, df))

    def t_of(low: float, high: float) -> float:
        return (low + high) / 2 / ((high - low) / 2 / star)

    low, high = float(row["ci_low"]), float(row["ci_high"])
    corners = [t_of(low + a, high + b) for a, b in itertools.product((-0.5, 0.5), repeat=2)]
    p_low, p_high = (2 * float(stats.t.sf(t, df)) for t in (max(corners), min(corners)))
    printed = float(row["p"])
    half = 0.5 * 10.0 ** -len(str(row["p"]).partition(".")[2])
    p = 2 * float(stats.t.sf(t_of(low, high), df))
    near = "within rounding" if p_low - half <= printed <= p_high + half else "no"
    return {
        "contrast": f"{row['exercise']} - {row['comparator']}".replace("_", " "), "n": N,
        "distribution": DISTRIBUTIONS[df],
        "ci_low": low, "ci_high": high, "difference": (low + high) / 2, "se": (high - low) / 2 / star,
        "statistic": t_of(low, high), "p_from_ci": p,
        "p_low": p_low, "p_high": p_high, "p_printed": row["p"],
        "fits": "exact" if abs(p - printed) <= half else near,
    }  # fmt: skip


def _correlations(rows: pd.DataFrame) -> pd.DataFrame:
    """Intervals by Fisher's z."""
    names = {True: "peak ground reaction force of the hip thrust", False: "horizontal force"}
    z, half = np.arctanh(rows["value"].to_numpy(dtype=float)), 1.959964 / np.sqrt(N - 3)
    return pd.DataFrame(
        {
            "what": [names[muscle.startswith("peak")] for muscle in rows["muscle"]],
            "against": list(rows["comparator"]), "r": list(rows["value"]), "n": N,
            "ci_low": np.tanh(z - half), "ci_high": np.tanh(z + half),
        }
    )  # fmt: skip


def _replicated(implied: pd.DataFrame, *, seed: int, replicates: int) -> pd.DataFrame:
    """Of studies of twelve men, the share that found the difference, at every standard deviation and correlation."""
    scores = np.random.default_rng(seed).normal(size=(replicates, N))
    rows = []
    for contrast, cv, r in itertools.product(implied.itertuples(), CVS, CORRELATIONS):
        differences = contrast.difference + 100 * cv * np.sqrt(2 * (1 - r)) * scores
        t = differences.mean(axis=1) / (differences.std(axis=1, ddof=1) / np.sqrt(N))
        share = float(np.mean(t > stats.t.isf(0.025, N - 1)))
        error = np.sqrt(share * (1 - share) / replicates)
        rows.append((contrast.contrast, cv, r, N, share, error, replicates))
    return pd.DataFrame(rows, columns=["contrast", "cv", "r", "n", "share_found", "mc_se", "replicates"])


def _short(p: float) -> str:
    return f"{p:.3f}"[1:]


def _finding(implied: pd.DataFrame, correlations: pd.DataFrame) -> tuple[str, ...]:
    sentences = []
    for contrast, rows in implied.groupby("contrast", sort=False):
        row = rows.iloc[0]
        higher, lower = str(contrast).split(" - ")
        told = "; ".join(
            f"{_short(one.p_from_ci)} ({_short(one.p_low)} to {_short(one.p_high)} by rounding) if it is of {one.distribution}, "
            f"which {FITS[one.fits]}"
            for one in rows.itertuples()
        ).replace("of normal", "of the normal distribution")
        sentences.append(
            f"The peak of the gluteus maximus was {row['ci_low']:g} to {row['ci_high']:g} %MVIC higher (95 % interval) in the "
            f"{higher} than in the {lower} (n = 12 men, 3RM; printed p = {row['p_printed']}). From the interval p follows as {told}."
        )
    if (implied.loc[implied["distribution"] == "normal", "fits"] == "exact").all() and (
        implied.loc[implied["distribution"] == "t(11)", "fits"] == "no"
    ).all():
        sentences.append("Both printed p fit a normal interval to the last digit, not a t(11) one.")
    told = "; ".join(
        f"{row.what} r = {row.r:.2f}, 95 % interval {row.ci_low:.2f} to {row.ci_high:.2f}"
        for row in correlations.itertuples()
    )
    return (*sentences, f"Correlations with sprint velocity, n = 12: {told}.")
