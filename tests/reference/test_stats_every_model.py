"""Every number of the reference file of mixed models is computed here, or left out with its reason.

For each model a function builds the same structure from emgkit's results; a number of R that has no counterpart in it
fails. See data/stats/README.md for the tolerances.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from emgkit.errors import EmgkitWarning
from emgkit.stats import mixed_model
from emgkit.stats.mixed.model import MixedModel

FOLDER = Path(__file__).parent / "data" / "stats"
LMM: dict[str, Any] = json.loads((FOLDER / "expected" / "lmm.json").read_text())

TWO_WAY = "emg ~ exercise * muscle"
# key of lmm.json -> data, our formula, random terms, further arguments
MODELS: dict[str, tuple[str, str, Any, dict[str, Any]]] = {
    "d1_intercept": ("d1_balanced_3x3", TWO_WAY, "1", {}),
    "d1_intercept_log": ("d1_balanced_3x3", TWO_WAY, "1", {"log": True}),
    "d1_nested_log": ("d1_balanced_3x3", TWO_WAY, ["1", "muscle", "exercise"], {"log": True}),
    "d2_intercept": ("d2_unbalanced_3x3", TWO_WAY, "1", {}),
    "d3_intercept": ("d3_nonspherical_1x5", "emg ~ load", "1", {}),
    "d4_complete": ("d4_prepost_complete", "emg ~ time * group", "1", {}),
    "d5_singular": ("d5_singular_intercept", "emg ~ exercise", "1", {}),
    "d6_wrong_intercept_only": ("d6_repetitions", "emg ~ exercise", "1", {"log": True}),
    "d6_nested": ("d6_repetitions", "emg ~ exercise", ["1", "exercise"], {"log": True}),
    "d7_slope": ("d7_random_slope", "emg ~ x", "1 + x", {}),
    "d7_slope_uncorrelated": ("d7_random_slope", "emg ~ x", "1 + x", {"correlated": False}),
}
METHODS = {"satterthwaite": "satterthwaite", "kenward_roger": "kenward-roger"}
FACTORS = ("exercise", "muscle", "load", "time", "group")

LEFT_OUT = {
    r".*/(formula|coding)": "a text",
    r".*/(fixef_\w+|emm_\w+/joint_tests_by)/(term|model term)": "R's names; the rows are those of ours in their order",
    r"optimiser_noise_default_nloptwrap/.*": "lme4's default optimiser stopping early: no target",
}
# relative tolerance, and the share of the largest number of the column below which it is absolute
TOLERANCES = {
    r".*/(nobs|singular)|.*/Num(DF|Df)": (0.0, 0.0),
    r".*/(reml|ml)_loglik|.*/ml_(AIC|BIC)|.*/reml_deviance": (0.0, 0.0),
    r".*(vcov|vcov_kenward_roger)": (1e-5, 1e-3),
    r".*/(varcorr|ml_varcorr)/.*|.*/sigma|.*/ml_sigma|.*/theta/.*": (1e-5, 1e-4),
    r".*/joint_tests_by/F.ratio": (0.0, 0.0),  # printed with three decimals
    r".*/joint_tests_by/df2": (2e-3, 0.0),  # emmeans has another denominator than Fai and Cornelius
    r".*/joint_tests_by/p.value": (3e-3, 0.0),  # with that denominator
    r"d2_intercept/anova_satterthwaite/DenDF": (2e-3, 0.0),  # it depends on the basis of the contrasts
    r".*/(p|p[._].*|Pr.*)": (1e-3, 0.0),
    r".*/(SE|Std. Error|lower.*|upper.*|t value|t.ratio|Fstat|F value|Sum Sq|Mean Sq|F.scaling)": (1e-5, 1e-6),
    r".*kenward_roger.*/(df|DenDF)|.*/ddf": (1e-5, 0.0),
    r".*/(df|DenDF)": (1e-4, 0.0),
}
ABSOLUTE = {
    r".*/(reml|ml)_loglik": 5e-7,
    r".*/(ml_AIC|ml_BIC|reml_deviance)": 1e-6,
    r".*/F.ratio": 6e-4,
    r".*/p_tukey": 2e-9,  # R's integral is not finer
    r"d5_singular/ml_varcorr/sdcor": 7e-4,  # the root of what a variance of zero may differ by
}


def table(name: str) -> pd.DataFrame:
    read = pd.read_csv(FOLDER / "data" / f"{name}.csv")
    if "load_pct" in read:
        read["x"] = (read["load_pct"] - 75) / 10
    if "time" in read:
        read["time"] = pd.Categorical(read["time"], ["pre", "post"], ordered=True)
    return read


@functools.cache
def model(key: str, method: str) -> MixedModel:
    data, formula, random, further = MODELS[key]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return mixed_model(table(data), formula, random=random, df=method, **{"log": False, **further})


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Values by their path, a table as one list a column."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, f"{path}/{key}")
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from leaves({key: [row.get(key) for row in value] for key in value[0]}, path)
    else:
        yield path, value


def matching(path: str, patterns: dict[str, Any], otherwise: Any) -> Any:
    return next((value for pattern, value in patterns.items() if re.fullmatch(pattern, path)), otherwise)


def same(path: str, ours: Any, theirs: Any) -> bool:
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if any(isinstance(one, str) for one in theirs.ravel().tolist()) or theirs.dtype == object:
        return ours.tolist() == theirs.tolist()
    ours, theirs = ours.astype(float), theirs.astype(float)
    rtol, share = matching(path, TOLERANCES, (1e-6, 1e-3))
    if re.fullmatch(r".*/(p|p[._].*|Pr.*)", path) and "tukey" not in path:  # below 1e-12 the last digits are rounding
        small = theirs < 1e-12
        return bool((ours[small] < 1e-11).all() and np.allclose(ours[~small], theirs[~small], rtol=rtol, atol=0))
    floor = matching(path, ABSOLUTE, rtol * share * float(np.abs(theirs).max()))
    return ours.shape == theirs.shape and bool(np.allclose(ours, theirs, rtol=rtol, atol=floor))


def mirror(key: str) -> dict[str, Any]:
    """The structure of R's results for one model."""
    got = model(key, "kenward-roger")
    parts = {
        "nobs": got.n_rows, "singular": got.singular, "reml_loglik": -got.reml_deviance / 2,
        "reml_deviance": got.reml_deviance, "sigma": got.sigma, **likelihood(key), **covariances(key),
    }  # fmt: skip
    for name, method in METHODS.items():
        found = model(key, method)
        suffix = "vcov" if name == "satterthwaite" else "vcov_kenward_roger"
        inverse = np.linalg.inv(found._grid.r)
        parts[suffix] = inverse @ found._known.covariance @ inverse.T
        fixed, terms = found.fixed, found.terms
        parts[f"fixef_{name}"] = {
            "Estimate": fixed["estimate"], "Std. Error": fixed["se"], "df": fixed["df"], "t value": fixed["t"],
            "Pr(>|t|)": fixed["p"],
        }  # fmt: skip
        mean_square = terms["F"] * found.sigma**2
        parts[f"anova_{name}"] = {
            "term": terms["term"], "Sum Sq": mean_square * terms["df1"], "Mean Sq": mean_square, "NumDF": terms["df1"],
            "DenDF": terms["df2"], "F value": terms["F"], "Pr(>F)": terms["p"],
        }  # fmt: skip
        if f"emm_{name}" in LMM[key]:
            parts[f"emm_{name}"] = {part: emmeans(found, part, rows) for part, rows in LMM[key][f"emm_{name}"].items()}
    return parts


def likelihood(key: str) -> dict[str, Any]:
    """The fit by maximum likelihood, which statsmodels makes from our model."""
    start = model(key, "kenward-roger").statsmodels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own stops, which the numbers below judge
        if model(key, "kenward-roger").singular:
            found = start.model.fit(reml=False, method=["bfgs", "lbfgs", "powell"])
        else:
            found = start.model.fit(reml=False, method=["bfgs"], start_params=start.params_object, gtol=1e-9)
            found = start.model.fit(
                reml=False, method=["lbfgs"], start_params=found.params_object, pgtol=1e-12, factr=1
            )  # fmt: skip
    rows = LMM[key]["ml_varcorr"]
    names = [re.sub(r"\.\d$", "", row["grp"]) + ":" * bool(row["var2"]) for row in rows]
    ours = {"Residual": found.scale}
    components = np.asarray(found.cov_re)
    if "slope" in key:
        kept = [("(Intercept)", None), ("x", None), ("(Intercept)", "x")]
        values = [components[0, 0], components[1, 1], components[1, 0]] if len(components) else [*found.vcomp, np.nan]
        by = dict(zip(kept, values, strict=True)) | {(None, None): found.scale}
        variances = [by[row["var1"], row["var2"]] for row in rows]
    else:
        named = dict(zip(found.model.exog_vc.names, found.vcomp, strict=True)) if len(found.vcomp) else {}
        ours |= {name.removesuffix(":1"): value for name, value in named.items()}
        if len(components):
            ours["participant"] = components[0, 0]
        variances = [ours[name] for name in names]
    count = len(LMM[key]["vcov"]) + len(rows)
    criteria = [-2 * found.llf + price * count for price in (2, np.log(len(found.model.endog)))]
    return {"ml_loglik": found.llf, "ml_AIC": criteria[0], "ml_BIC": criteria[1], "ml_sigma": np.sqrt(found.scale),
            "ml_varcorr": described(rows, variances)}  # fmt: skip


def covariances(key: str) -> dict[str, Any]:
    """Variance components, and the relative Cholesky factor they come from."""
    got, rows = model(key, "kenward-roger"), LMM[key]["varcorr"]
    table = got.variances.set_index(["group", "name", "other"])["variance"]
    lookup = {"Residual": "residual", "(Intercept)": "1", None: ""}
    keys = [
        tuple(lookup.get(n, n) for n in (re.sub(r"\.\d$", "", row["grp"]), row["var1"], row["var2"])) for row in rows
    ]
    theta = {f"{group}.(Intercept)": np.sqrt(table[group, "1", ""]) / got.sigma for group, name, other in table.index
             if name == "1" and not other}  # fmt: skip
    if "slope" in key:
        slope = table["participant", "x", ""]
        both = table.get(("participant", "1", "x"), 0.0)
        lower = np.linalg.cholesky([[table["participant", "1", ""], both], [both, slope]]) / got.sigma
        theta |= {"participant.x": lower[1, 1], "participant.x.(Intercept)": lower[1, 0]}
    sizes = got.variances.set_index(["group", "name", "other"])
    sd = sizes["sd"].fillna(sizes["correlation"])
    described_ours = described(rows, [table[one] for one in keys]) | {"sdcor": [sd[one] for one in keys]}
    return {"varcorr": described_ours, "theta": {name: theta[name] for name in LMM[key]["theta"]}}


def described(rows: list[dict[str, Any]], variances: list[float]) -> dict[str, Any]:
    """Variances beside R's names of them, and their square roots (a covariance as a correlation)."""
    sd = dict(zip(((row["grp"], row["var1"]) for row in rows if not row["var2"]), np.sqrt(np.abs([
        value for row, value in zip(rows, variances, strict=True) if not row["var2"]])), strict=True))  # fmt: skip
    size = [
        value / (sd[row["grp"], row["var1"]] * sd[row["grp"], row["var2"]])
        if row["var2"]
        else sd[row["grp"], row["var1"]]
        for row, value in zip(rows, variances, strict=True)
    ]
    return {"grp": [row["grp"] for row in rows], "var1": [row["var1"] for row in rows],
            "var2": [row["var2"] for row in rows], "vcov": variances, "sdcor": size}  # fmt: skip


def in_their_order(ours: pd.DataFrame, rows: list[dict[str, Any]], keys: dict[str, str]) -> pd.DataFrame:
    """Our rows in R's order; ``keys`` are our columns by R's."""
    for column in keys.values():
        ours = ours.assign(**{column: ours[column].astype(str).str.replace(" / ", " - ")})
    wanted = pd.DataFrame({ours_name: [row[name] for row in rows] for name, ours_name in keys.items()})
    return wanted.merge(ours, on=list(keys.values()), how="left", validate="1:1")


def emmeans(found: MixedModel, part: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One table of emmeans."""
    by = next((name for name in ("muscle", "group") if name in rows[0]), None)
    factor = found.formula.split()[2]
    if part in ("emmeans", "main_effect_emm"):
        factors = {name: name for name in rows[0] if name in FACTORS}
        ours = in_their_order(found.marginal_means(list(factors)), rows, factors)
        return compared(ours, factors) | {"emmean": ours["estimate"]}
    if part == "joint_tests_by":
        ours = in_their_order(found.joint_tests(factor, by=by), rows, {by: by})
        return {by: ours[by], "df1": ours["df1"], "df2": ours["df2"], "F.ratio": ours["F"], "p.value": ours["p"]}
    if part == "interaction_contrasts":
        names = {name: name.removesuffix("_pairwise") for name in rows[0] if name.endswith("_pairwise")}
        ours = in_their_order(found.interaction_contrasts(list(names.values())), rows, names)
        return compared(ours, names) | {"p_holm": ours["p_adjusted"]}
    keys = {name: name for name in (by, "contrast") if name}
    family = "all" if part == "pairs_one_family" else "by"
    adjusts = {"p_holm": "holm", "p_bonferroni": "bonferroni", "p_BH": "benjamini-hochberg"}
    tables = {
        name: in_their_order(found.contrasts(factor, by=by, family=family, adjust=adjust), rows, keys)
        for name, adjust in adjusts.items()
    }
    ours = tables["p_holm"]
    if part == "ratios":
        return {**{name: ours[name] for name in keys}, "ratio": ours["ratio"], "lower": ours["ci_low"],
                "upper": ours["ci_high"], "p": ours["p"]}  # fmt: skip
    half = stats.t.isf(0.025 / ours["family_size"], ours["df"]) * ours["se"]
    levels = len(set(itertools.chain(*(name.split(" - ") for name in ours["contrast"]))))
    return {
        **compared(ours, keys), **{name: one["p_adjusted"] for name, one in tables.items()},
        # Tukey's from the same t and df; emgkit does not offer it, since it needs one error term for all pairs
        "p_tukey": stats.studentized_range.sf(np.abs(ours["t"]) * np.sqrt(2), levels, ours["df"]),
        "lower_bonferroni": ours["estimate"] - half, "upper_bonferroni": ours["estimate"] + half,
    }  # fmt: skip


def compared(ours: pd.DataFrame, keys: dict[str, str]) -> dict[str, Any]:
    """Names, estimates, their interval on the scale of the model, and the test."""
    back = np.log if {"ratio", "geometric_mean"} & set(ours.columns) else np.asarray
    numbers = {"estimate": ours["estimate"], "SE": ours["se"], "df": ours["df"], "lower.CL": back(ours["ci_low"]),
               "upper.CL": back(ours["ci_high"])}  # fmt: skip
    test = {"t.ratio": ours["t"], "p.value": ours["p"]} if "t" in ours else {}
    return {theirs: ours[name] for theirs, name in keys.items()} | numbers | test


def kenward_roger_test() -> dict[str, Any]:
    """The interaction of d2 as pbkrtest gives it: F, and what the plain Wald F was multiplied by."""
    found = model("d2_intercept", "kenward-roger")
    row, fixed = found.terms.iloc[2], found.fixed
    of = fixed["term"].str.contains(":").to_numpy()
    inverse = np.linalg.inv(found._grid.r)
    covariance = (inverse @ found._known.covariance @ inverse.T)[np.ix_(of, of)]
    estimate = fixed["estimate"].to_numpy()[of]
    wald = estimate @ np.linalg.solve(covariance, estimate) / of.sum()
    return {"Fstat": row["F"], "ndf": row["df1"], "ddf": row["df2"], "p.value": row["p"], "F.scaling": row["F"] / wald}


@pytest.mark.parametrize("key", LMM)
def test_every_number_of_the_references(key: str) -> None:
    if key in MODELS:
        ours = dict(leaves(mirror(key), key))
    else:
        ours = dict(leaves(kenward_roger_test() if key == "d2_krmodcomp_interaction" else {}, key))
    wrong = []
    for path, theirs in leaves(LMM[key], key):
        if matching(path, LEFT_OUT, ""):
            continue
        if path not in ours:
            wrong.append(f"{path} is not computed")
        elif not same(path, ours[path], theirs):
            wrong.append(f"{path}: {np.asarray(ours[path]).tolist()} where R has {theirs}")
    assert not wrong, "\n".join(wrong)


def test_no_tolerance_is_for_a_number_that_is_not_there() -> None:
    paths = [path for key in LMM for path, _ in leaves(LMM[key], key)]
    for pattern in (*LEFT_OUT, *TOLERANCES, *ABSOLUTE):
        assert any(re.fullmatch(pattern, path) for path in paths), pattern
