"""Every number of every reference file (but those of mixed models, beside this file) is computed here, or left out
with its reason.

For each analysis a function builds the same structure from emgkit's results; a number of R that has no counterpart in
it fails. See data/stats/README.md for the tolerances.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from emgkit.errors import EmgkitWarning
from emgkit.stats import (
    contrasts,
    effect_sizes,
    equivalence,
    meta_analysis,
    mixed_model,
    power_between,
    power_equivalence,
    power_paired,
    power_within,
    reliability,
    rm_anova,
    waveform_test,
)
from emgkit.stats.cells.effect_formulas import small_sample_factor
from emgkit.stats.cells.multiplicity import adjusted
from emgkit.stats.meta.meta_analysis import MEASURES

FOLDER = Path(__file__).parent / "data" / "stats"
NAMES = sorted(path.stem for path in (FOLDER / "expected").glob("*.json"))
ELSEWHERE = {
    "lmm": "test_stats_every_model.py", "more": "test_stats_more.py", "crossed": "test_stats_crossed.py",
}  # fmt: skip
EXPECTED = {name: json.loads((FOLDER / "expected" / f"{name}.json").read_text()) for name in NAMES}
ANALYSES = [(name, key) for name in NAMES if name not in ELSEWHERE for key in EXPECTED[name]]

# what of a reference file is not computed, and why
LEFT_OUT = {
    r"versions/.*|.*/versions/.*|waveforms/(n|nodes)": "what made the numbers, and their size",
    r".*/(name|method|effect|type)": "a text",
    r"rm_anova/d4_mixed/epsilon/.*": "empty: two levels have no sphericity",
    r"meta/(multilevel|multilevel_CR2|egger_lm)/.*": "models of studies in laboratories, and Egger's test: not offered",
    r"meta/.*/se_tau2": "a normal standard error of a variance: the Q-profile interval is offered",
    r"meta/MC_first3/tau2_ci_profileQ": "metafor's search ends at a bound: see test_stats_meta.py",
    r"nonparametric/shapiro_d9_diff/.*": "tests of normality are not offered: they are no ground to choose a test",
    r"waveforms/spm1d_anova1rm/.*": "no omnibus test of curves is offered",
    r"waveforms/mne_cluster_1samp_tfce.*": "threshold-free clusters are not offered",
    r"waveforms/spm1d_paired_t/(p_set|clusters/p)": "p of a cluster's extent: ours is that of its peak",
    r"waveforms/spm1d_paired_t_nonparam_exact/n_perm": "empty",
}
# relative tolerances, first match; all others are 1e-10
TOLERANCES = {
    r"rm_anova/.*/mauchly/p-value": 2e-2,  # R's slip with more than two contrasts: see test_stats_anova.py
    r"(rm_anova|extra/d1).*/(Pr.*|p.*)": 1e-8,
    r"extra/d2_intercept_sumcoded_contest/p_.*": 1e-3,
    r"extra/d2_intercept_sumcoded_contest/(F|df)_kr": 1e-5,
    r"extra/d2_intercept_sumcoded_contest/(F|df)_satt": 1e-4,
    r".*/d_z_ci_noncentral": 1e-8,
    r".*/(effectsize_.*|hedges_g_change)/CI_(low|high)": 1e-3,  # found there by an optimiser
    r"meta/effects/.*": 1e-10,
    r"meta/.*/tau2_ci_profileQ": 2e-3,  # metafor's own root tolerance
    r"meta/.*": 1e-7,
    r"multiplicity/.*": 1e-12,
    r"power/.*": 1e-6,
    r"reliability/icc/(lower|upper) bound": 1e-8,
    r"waveforms/.*/(t|threshold)": 1e-8,
    r"waveforms/spm1d_paired_t/.*": 1e-6,
    r"waveforms/.*/zstar.*": 2e-3,  # a quantile between two values of the null distribution; ours is one of them
    r"waveforms/spm1d_paired_t_nonparam_exact/clusters/endpoints": 1e-4,  # they follow from that threshold
}


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "data" / f"{name}.csv")


D1, D4, D8 = table("d1_balanced_3x3"), table("d4_prepost_complete"), table("d8_meta")
D10, D12 = table("d10_mvc_reliability"), table("d12_waveforms")


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Values by their path, a table as one list a column."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, f"{path}/{key}")
    elif isinstance(value, pd.DataFrame):
        yield from leaves(value.to_dict("list"), path)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from leaves({key: [row[key] for row in value] for key in value[0]}, path)
    else:
        yield path, value


def same(ours: Any, theirs: Any, rtol: float) -> bool:
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.dtype.kind in "US" or theirs.dtype.kind in "US":
        return ours.tolist() == theirs.tolist()
    ours, theirs = ours.astype(float), theirs.astype(float)
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=rtol, atol=0, equal_nan=True)


def matching(path: str, patterns: dict[str, Any], otherwise: Any) -> Any:
    return next((value for pattern, value in patterns.items() if re.fullmatch(pattern, path)), otherwise)


# analyses of variance


def anova_of(key: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    cells, options = {
        "d1_two_way": (D1, {"within": ["exercise", "muscle"]}),
        "d1_gmax_one_way": (D1[D1["muscle"] == "gluteus_maximus"], {"within": "exercise"}),
        "d3_nonspherical": (table("d3_nonspherical_1x5"), {"within": "load"}),
        "d4_mixed": (D4, {"within": "time", "between": "group"}),
    }[key]
    return cells, rm_anova(cells, outcome="emg", log=False, **options)


def anova(key: str) -> dict[str, Any]:
    cells, got = anova_of(key)
    wanted = [row["term"] for row in EXPECTED["rm_anova"][key]["anova_uncorrected"]]
    got = got.set_index("term").loc[wanted].reset_index()
    univariate = pd.concat([intercept(cells), got.rename(columns={"ss": "Sum Sq", "ss_error": "Error SS"})])
    several = got[got["mauchly_w"].notna()]
    pillai = {
        row.term: {"pillai": row.pillai, "df": 1, "dfd": row.df2 / row.df1} for row in got.itertuples()
    }  # fmt: skip
    f, dfd = univariate[["F", "df2"]].iloc[0]
    return {
        "n": got["n"][0],
        "anova_uncorrected": {
            "term": got["term"], "num Df": got["df1"], "den Df": got["df2"], "MSE": got["ss_error"] / got["df2"],
            "F": got["F"], "pes": got["pes"], "ges": got["ges"], "Pr(>F)": got["p"],
        },
        "univariate": {
            "term": univariate["term"], "Sum Sq": univariate["Sum Sq"], "num Df": univariate["df1"],
            "Error SS": univariate["Error SS"], "den Df": univariate["df2"], "F value": univariate["F"],
            "Pr(>F)": univariate["p"],
        },
        "mauchly": {
            "term": several["term"], "Test statistic": several["mauchly_w"], "p-value": several["mauchly_p"],
        } if len(several) else [],
        "epsilon": {
            "term": several["term"], "GG eps": several["epsilon_gg"], "Pr(>F[GG])": several["p_gg"],
            "HF eps": several["epsilon_hf_uncapped"], "Pr(>F[HF])": several["p_hf"],
        },
        "multivariate_pillai": pillai | {"(Intercept)": {"pillai": f / (f + dfd), "df": 1, "dfd": dfd}},
    }  # fmt: skip


def intercept(cells: pd.DataFrame) -> pd.DataFrame:
    """The mean of all, which rm_anova does not test: least squares on the participants' means."""
    groups = [name for name in ("group",) if name in cells]
    means = cells.groupby(["participant", *groups], as_index=False)["emg"].mean()
    model = mixed_model(means, f"emg ~ {'group' if groups else '1'}", random=None, log=False)
    row, size = model.fixed.iloc[0], len(cells) / len(means)
    f, error = row["t"] ** 2, model.sigma**2 * row["df"] * size
    numbers = {"F": f, "df1": 1, "df2": row["df"], "p": row["p"], "Sum Sq": f * error / row["df"], "Error SS": error}
    return pd.DataFrame([{"term": "(Intercept)", **numbers}])


# pairs of conditions


def in_order(key: str) -> pd.DataFrame:
    muscle, first, second = key.split("|")
    cells = D1[(D1["muscle"] == muscle) & D1["exercise"].isin([first, second])]
    return cells.assign(exercise=pd.Categorical(cells["exercise"], [first, second], ordered=True))


def first_row(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = frame.to_dict("records")
    return row


def pair(key: str) -> dict[str, Any]:
    cells, options = in_order(key), {"outcome": "emg", "within": "exercise"}
    raw, log = (first_row(contrasts(cells, log=log, **options)) for log in (False, True))
    size = first_row(effect_sizes(cells, **options))
    tost = first_row(equivalence(cells, bounds=(-10, 10), log=False, **options))
    n, df, factor = raw["n"], raw["df"], float(small_sample_factor(raw["df"]))
    summary = [
        np.array([float(size[name])]) for name in ("mean_first", "sd_first", "mean_second", "sd_second", "n", "r")
    ]
    measures = {"MC": "mean_change", "SMCC": "smcc", "SMCR": "smcr", "SMCRH": "smcrh", "ROMC": "log_ratio"}
    pooled = {name: np.ravel(MEASURES[ours](*summary)).tolist() for name, ours in measures.items()}
    return {
        "n": n, "mean_a": size["mean_first"], "mean_b": size["mean_second"], "sd_a": size["sd_first"],
        "sd_b": size["sd_second"], "r": size["r"], "mean_diff": raw["difference"],
        "sd_diff": raw["difference"] / raw["d_z"], "t": raw["t"], "df": df, "p": raw["p"],
        "ci": [raw["ci_low"], raw["ci_high"]], "d_z": raw["d_z"], "g_z": size["g_z"],
        "d_z_ci_noncentral": [raw["d_z_low"], raw["d_z_high"]], "d_av": size["d_av"],
        "g_av_J_nminus1": factor * size["d_av"], "d_rm": size["d_rm"], "J_exact_nminus1": factor,
        "J_approx_nminus1": 1 - 3 / (4 * df - 1), "metafor": pooled,
        "effectsize_hedges_g_paired": [{"Hedges_g": size["g_z"], "CI": 0.95, "CI_low": size["g_z_low"],
                                        "CI_high": size["g_z_high"]}],
        "effectsize_cohens_d_paired": [{"Cohens_d": size["d_z"], "CI": 0.95, "CI_low": size["d_z_low"],
                                        "CI_high": size["d_z_high"]}],
        "log_ratio": {"ratio": log["ratio"], "lower": log["ci_low"], "upper": log["ci_high"], "t": log["t"],
                      "p": log["p"]},
        "tost_pm10": {"bounds": [-10, 10], "ci90": [tost["ci90_low"], tost["ci90_high"]],
                      **{name: tost[name] for name in ("t_lower", "p_lower", "t_upper", "p_upper")}},
    }  # fmt: skip


def own_errors(frame: pd.DataFrame) -> dict[str, Any]:
    columns = {"contrast": "contrast", "estimate": "difference", "df": "df", "lower.CL": "ci_low",
               "upper.CL": "ci_high", "t.ratio": "t", "p.value": "p", "p_holm": "p_adjusted"}  # fmt: skip
    columns |= {"muscle": "muscle"} if "muscle" in frame else {}
    return {theirs: frame[ours] for theirs, ours in columns.items()} | {"SE": frame["difference"] / frame["t"]}


def extra(key: str) -> Any:
    options = {"outcome": "emg", "within": "exercise", "log": False}
    if key == "d1_anova_pairs_by_muscle_multivariate":
        return own_errors(contrasts(D1, by="muscle", **options))
    if key == "d1_anova_main_pairs_multivariate":
        return own_errors(contrasts(D1.groupby(["participant", "exercise"], as_index=False)["emg"].mean(), **options))
    if key == "d2_intercept_sumcoded_contest":
        kr, satt = (
            mixed_model(table("d2_unbalanced_3x3"), "emg ~ exercise * muscle", df=df, log=False).terms
            for df in ("kenward-roger", "satterthwaite")
        )
        numbers = {f"{name}_{short}": found[ours] for short, found in (("kr", kr), ("satt", satt))
                   for name, ours in (("F", "F"), ("df", "df2"), ("p", "p"))}  # fmt: skip
        return {"term": kr["term"], "NumDF": kr["df1"], **numbers}
    return {name: bonett(name) for name in EXPECTED["extra"][key]} if key == "d_av_bonett" else {}


def bonett(key: str) -> dict[str, Any]:
    size = first_row(effect_sizes(in_order(key), outcome="emg", within="exercise"))
    nu = 2 * (size["n"] - 1) / (1 + size["r"] ** 2)
    factors = {"nminus1": size["n"] - 1, "2nminus2": 2 * size["n"] - 2}
    other = {f"g_av_nu_{name}": size["d_av"] * small_sample_factor(df) for name, df in factors.items()}
    return {"d_av": size["d_av"], "var_bonett": size["d_av_var"], "ci_z": [size["d_av_low"], size["d_av_high"]],
            "nu_cousineau": nu, "g_av_nu_cousineau": size["g_av"], **other}  # fmt: skip


def prepost(key: str) -> Any:
    if key.startswith("ancova"):
        return ancova(key)
    options = {"outcome": "emg", "within": "time", "between": "group"}
    change, size = (first_row(frame) for frame in (contrasts(D4, log=False, **options), effect_sizes(D4, **options)))
    if key == "ppc2_morris":
        cp = 1 - 3 / (4 * (size["n_first"] + size["n_second"] - 2) - 1)
        return {"d": size["d_ppc2"], "cp": cp, "sd_pre_pooled": cp * size["difference"] / size["d_ppc2"]}
    if key == "hedges_g_change":
        return [{"Hedges_g": change["g"], "CI": 0.95, "CI_low": change["g_low"], "CI_high": change["g_high"]}]
    changes = [size["change_first"], size["change_second"]]
    if key == "change_welch":
        numbers, se = (
            [change[name] for name in ("t", "df", "p", "ci_low", "ci_high")],
            change["difference"] / change["t"],
        )
    else:  # Student's: least squares of the changes
        wide = D4.pivot_table(index=["participant", "group"], columns="time", values="emg").reset_index()
        row = first_row(mixed_model(wide.assign(change=wide["post"] - wide["pre"]), "change ~ group",
                                    random=None, log=False).contrasts("group"))  # fmt: skip
        numbers, se = [row[name] for name in ("t", "df", "p", "ci_low", "ci_high")], row["se"]
    return {"statistic": numbers[0], "parameter": numbers[1], "p.value": numbers[2], "conf.int": numbers[3:],
            "estimate": changes, "stderr": se}  # fmt: skip


def ancova(key: str) -> Any:
    """Least squares of "post" on "pre" and group, as R codes it: the first group is the reference."""
    wide = D4.pivot_table(index=["participant", "group"], columns="time", values="emg").reset_index()
    model = mixed_model(wide, "post ~ pre + group", random=None, log=False)
    if key == "ancova_emm":
        means = model.marginal_means("group")
        columns = {
            "group": "group",
            "emmean": "mean",
            "SE": "se",
            "df": "df",
            "lower.CL": "ci_low",
            "upper.CL": "ci_high",
        }
        return {theirs: means[ours] for theirs, ours in columns.items()}
    # the first group's mean where "pre" is 0
    start = first_row(mixed_model(wide[["participant", "post", "pre"]].assign(hip=1.0 * (wide["group"] == "squat")),
                                  "post ~ pre + hip", random=None, log=False).fixed.iloc[:1])  # fmt: skip
    slope, change = first_row(model.fixed.iloc[1:2]), first_row(model.contrasts("group"))
    change |= {"estimate": -change["estimate"], "t": -change["t"], "ci_low": -change["ci_high"],
               "ci_high": -change["ci_low"]}  # fmt: skip
    rows = [start, slope, change]
    columns = {"Estimate": "estimate", "Std. Error": "se", "t value": "t", "Pr(>|t|)": "p"}
    if key == "ancova_ci":
        columns = {"2.5 %": "ci_low", "97.5 %": "ci_high"}
    terms = {"term": ["(Intercept)", "emg.pre", "groupsquat"]}
    return terms | {theirs: [row[ours] for row in rows] for theirs, ours in columns.items()}


# studies


def meta(key: str) -> Any:
    ours = {"MC": "mean_change", "SMCC": "smcc", "SMCR": "smcr", "ROMC": "log_ratio"}
    if key == "effects":
        got = {name: meta_analysis(D8, measure=ours[name]).effects for name in EXPECTED["meta"]["effects"]}
        return {name: {**D8.to_dict("list"), "yi": frame["yi"], "vi": frame["vi"]} for name, frame in got.items()}
    if key == "MC_first3":
        return pooled(D8.head(3), "mean_change", EXPECTED["meta"][key])
    if key in ours:
        rows = [pooled(D8, ours[key], row) for row in EXPECTED["meta"][key]]
        return {name: [row.get(name) for row in rows] for name in rows[0]}
    return {}


def pooled(studies: pd.DataFrame, measure: str, like: dict[str, Any]) -> dict[str, Any]:
    method = {"FE": "fixed"}.get(like["method"], like["method"].lower())
    row = first_row(meta_analysis(studies, measure=measure, method=method, knapp_hartung=like["test"] == "knha").pooled)
    b, se, df, k = row["estimate"], row["se"], row["df"], row["k"]
    numbers = {"ci_lb": row["ci_low"], "ci_ub": row["ci_high"], "p": row["p"], "dfs": df if np.isfinite(df) else None,
               "pi_lb": row["prediction_low"], "pi_ub": row["prediction_high"]}  # fmt: skip
    if like["test"] in ("z", "t"):  # metafor takes the test's own quantile, ours always Student's with k - 1 df
        law = stats.norm if like["test"] == "z" else stats.t(k - 1)
        half = law.ppf(0.975) * np.sqrt(row["tau2"] + se**2)
        numbers |= {"pi_lb": b - half, "pi_ub": b + half}
        if like["test"] == "t":  # Student's t without Hartung and Knapp's adjustment
            numbers |= {"ci_lb": b - law.ppf(0.975) * se, "ci_ub": b + law.ppf(0.975) * se,
                        "p": 2 * law.sf(abs(b / se)), "dfs": k - 1}  # fmt: skip
    if "pi_lb" not in like:
        numbers = {name: value for name, value in numbers.items() if not name.startswith("pi_")}
    profile = [row["tau2_low"], row["tau2_high"]] if "tau2_ci_profileQ" in like else None
    return {"method": like["method"], "test": like["test"], "b": b, "se": se, "stat": row["t"], "tau2": row["tau2"],
            "I2": row["i2"], "H2": row["h2"], "QE": row["q"], "QEp": row["q_p"], "QM": row["t"] ** 2,
            "QMp": numbers["p"], "tau2_ci_profileQ": profile, **numbers}  # fmt: skip


# the rest


def multiplicity(key: str) -> Any:
    p = np.array(EXPECTED["multiplicity"]["p"], dtype=float)
    if key == "p":
        return p
    names = {"BH": "benjamini-hochberg", "BY": "benjamini-yekutieli"}
    one = np.zeros(len(p), dtype=np.intp)
    return {name: adjusted(p, one, adjust=names.get(name, name))[0] for name in EXPECTED["multiplicity"][key]}


def nonparametric(key: str) -> Any:
    gmax = D1[D1["muscle"] == "gluteus_maximus"]
    if key == "d1_gmax_ht_sq_exact":
        got = contrasts(gmax, outcome="emg", within="exercise", log=False, test="wilcoxon").set_index("contrast")
        return {"statistic": got.loc["hip_thrust - squat", "V"], "p": got.loc["hip_thrust - squat", "p"]}
    if key == "d1_gmax_friedman":  # the analysis of variance of the ranks within participants
        ranks = gmax.assign(rank=gmax.groupby("participant")["emg"].rank())
        w, n, df = rm_anova(ranks, outcome="rank", within="exercise", log=False).loc[0, ["pes", "n", "df1"]]
        return {"chi2": n * df * w, "df": df, "p": stats.chi2.sf(n * df * w, df), "kendall_w": w}
    if key == "shapiro_d9_diff":
        return {}
    wide = table("d9_paired_ties")
    got = first_row(contrasts(wide.melt(id_vars="participant", var_name="condition"), within="condition", log=False,
                               test="wilcoxon"))  # fmt: skip
    if key == "d9_paired_normal_cc":
        return {"statistic": got["V"], "p": got["p"]}
    # without the correction for continuity: half a rank further from the middle
    sizes = (wide["a"] - wide["b"])[lambda d: d != 0].abs()
    ties = sizes.value_counts()
    sd = np.sqrt(len(sizes) * (len(sizes) + 1) * (2 * len(sizes) + 1) / 24 - (ties**3 - ties).sum() / 48)
    return {"statistic": got["V"], "p": 2 * stats.norm.sf(stats.norm.isf(got["p"] / 2) + 0.5 / sd)}


def power(key: str) -> Any:
    rows = EXPECTED["power"][key]
    if key == "paired_t":
        got = [{"n80": power_paired(effect=row["d_z"], power=0.8)["n"][0],
                 "n90": power_paired(effect=row["d_z"], power=0.9)["n"][0],
                 "power_n13": power_paired(effect=row["d_z"], n=13)["power"][0],
                 "power_n13_alpha_0167": power_paired(effect=row["d_z"], n=13, alpha=0.05 / 3)["power"][0]}
                for row in rows]  # fmt: skip
    elif key == "two_sample_t":
        got = [{"n80": power_between(effect=row["d"], power=0.8)["n"][0]} for row in rows]
    elif key == "equivalence_paired":
        got = []
        for row in rows:
            options = {"bound": row["bound_dz"], "effect": row["true_dz"]}
            p13, p24 = power_equivalence(n=[13, 24], **options)["power"]
            got.append({"n80": power_equivalence(power=0.8, **options)["n"][0], "power_n13": p13, "power_n24": p24})
    else:
        got = []
        for row in rows:
            options = {"f": row["f"], "levels": row["k"], "r": row["rho"], "epsilon": row["eps"]}
            one = first_row(power_within(n=row["n"], **options))
            result = {"ncp": one["noncentrality"], "df1": one["df1"], "df2": one["df2"], "power": one["power"]}
            got.append({"result": result, "n80": power_within(power=0.8, **options)["n"][0]})
        return [dict(row, **ours) for row, ours in zip(rows, got, strict=True)]
    return [row | ours for row, ours in zip(rows, got, strict=True)]


def reliable(key: str) -> Any:
    got = reliability(D10, outcome="mvc_uv").set_index("quantity")
    names = {"sem_from_mse": "sem", "mdc95": "mdc95", "cv_typical_error_log": "cv"}
    if key in names:
        return got.loc[names[key], "value"]
    trials = first_row(rm_anova(D10, outcome="mvc_uv", within="trial", log=False))
    n, k = trials["n"], int(trials["df1"]) + 1
    # of the participants: what generalised eta squared divides by, less the rest
    people = trials["ss"] / trials["ges"] - trials["ss"] - trials["ss_error"]
    mean = {"people": people / (n - 1), "trials": trials["ss"] / (k - 1), "error": trials["ss_error"] / trials["df2"]}
    f = mean["people"] / mean["error"]
    if key == "anova":
        p = stats.f.sf(f, n - 1, trials["df2"])
        return {"term": ["subs       ", "ind        ", "Residuals  "], "Df": [n - 1, k - 1, trials["df2"]],
                "Sum Sq": [people, trials["ss"], trials["ss_error"]], "Mean Sq": list(mean.values()),
                "F value": [f, trials["F"], None], "Pr(>F)": [p, trials["p"], None]}  # fmt: skip
    within = (trials["ss"] + trials["ss_error"]) / (n * (k - 1))
    f1 = mean["people"] / within
    tail = stats.f.isf(0.025, n - 1, n * (k - 1)), stats.f.isf(0.025, n * (k - 1), n - 1)
    one = [(x - 1) / (x + k - 1) for x in (f1, f1 / tail[0], f1 * tail[1])]
    rows = [one, *(got.loc[name, ["value", "ci_low", "ci_high"]].tolist() for name in ("icc_2_1", "icc_3_1"))]
    rows += [[k * x / (1 + (k - 1) * x) for x in row] for row in rows]  # the mean of k trials, after Spearman and Brown
    df2 = [n * (k - 1), trials["df2"], trials["df2"]] * 2
    fs = [f1, f, f] * 2
    return {"term": [row["term"] for row in EXPECTED["reliability"]["icc"]], "ICC": [row[0] for row in rows], "F": fs,
            "df1": [n - 1] * 6, "df2": df2, "p": [stats.f.sf(x, n - 1, df) for x, df in zip(fs, df2, strict=True)],
            "lower bound": [row[1] for row in rows], "upper bound": [row[2] for row in rows]}  # fmt: skip


def crossings(t: np.ndarray, threshold: float) -> list[float]:
    """Where the curve crosses the threshold, between the points."""
    over = np.flatnonzero(t > threshold)
    first, last = over[0], over[-1]
    return [first - (t[first] - threshold) / (t[first] - t[first - 1]),
            last + (t[last] - threshold) / (t[last] - t[last + 1])]  # fmt: skip


def waveforms(key: str) -> Any:
    method = {"spm1d_paired_t": "rft", "mne_cluster_1samp_threshold_t975": "cluster"}.get(key, "max-t")
    if key in ("versions", "n", "nodes") or key.startswith(("spm1d_anova", "mne_cluster_1samp_tfce")):
        return {}
    curves = D12.melt(id_vars=["participant", "exercise"], var_name="point")
    got = waveform_test(
        curves.assign(point=curves["point"].str[1:].astype(int)), within="exercise", log=False, method=method
    )
    mine = [frame[frame["contrast"] == "hip_thrust - squat"] for frame in (got.nodes, got.summary, got.clusters)]
    nodes, row, cluster = mine[0], first_row(mine[1]), first_row(mine[2])
    t = nodes["t"].to_numpy()
    ends = crossings(t, row["threshold"])
    if key == "spm1d_paired_t":
        return {"t": t, "df": [1, row["n"] - 1], "fwhm": row["fwhm"], "resels": [1, row["resels"]],
                "zstar": row["threshold"], "clusters": [{"endpoints": ends, "extent": ends[1] - ends[0]}]}  # fmt: skip
    if key == "mne_cluster_1samp_threshold_t975":  # MNE leaves one flip of 4096 out
        numbers = {"first": cluster["first_point"], "last": cluster["last_point"], "mass": cluster["mass"]}
        p = cluster["p"] * 4096 / 4095
        return {"threshold": row["threshold"], "n_H0": 4095, "t": t, "clusters": [{**numbers, "p": p}]}
    if key == "own_exact_maxt":
        return {
            "n_perm": 2 ** row["n"],
            "zstar_95": row["threshold"],
            "p_max": row["p"],
            "p_nodes_adj": nodes["p_adjusted"],
        }
    return {"zstar": row["threshold"], "clusters": [{"endpoints": ends, "p": cluster["p"]}]}


MIRRORS: dict[str, Callable[[str], Any]] = {
    "extra": extra, "meta": meta, "multiplicity": multiplicity, "nonparametric": nonparametric,
    "paired_effects_d1": pair, "power": power, "prepost": prepost, "reliability": reliable, "rm_anova": anova,
    "versions": lambda _: {}, "waveforms": waveforms,
}  # fmt: skip


def test_every_file_is_looked_at() -> None:
    assert set(MIRRORS) | set(ELSEWHERE) == set(NAMES)
    assert all((Path(__file__).parent / name).exists() for name in ELSEWHERE.values())


@pytest.mark.parametrize(("name", "key"), ANALYSES, ids=["/".join(one) for one in ANALYSES])
def test_every_number_of_the_references(name: str, key: str) -> None:
    start = f"{name}/{key}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)  # what is doubtful about these data is tested elsewhere
        ours = dict(leaves(MIRRORS[name](key), start))
    wrong = []
    for path, theirs in leaves(EXPECTED[name][key], start):
        if matching(path, LEFT_OUT, ""):
            continue
        if path not in ours:
            wrong.append(f"{path} is not computed")
        elif not same(ours[path], theirs, matching(path, TOLERANCES, 1e-10)):
            wrong.append(f"{path}: {np.asarray(ours[path]).tolist()} where R has {theirs}")
    assert not wrong, "\n".join(wrong)


def test_nothing_is_left_out_that_is_not_there() -> None:
    paths = [path for name, key in ANALYSES for path, _ in leaves(EXPECTED[name][key], f"{name}/{key}")]
    for pattern in (*LEFT_OUT, *TOLERANCES):
        assert any(re.fullmatch(pattern, path) for path in paths), pattern
