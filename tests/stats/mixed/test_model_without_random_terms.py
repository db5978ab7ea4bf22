"""Models of one row a participant, without random terms: least squares, as statsmodels and SciPy fit it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.anova import anova_lm

from emgkit.errors import DesignError
from emgkit.stats import mixed_model, rm_anova

BOTH = pytest.mark.parametrize("df", ["kenward-roger", "satterthwaite"])


def people(seed: int = 1, sizes: tuple[int, ...] = (7, 5, 9)) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group = np.repeat(["a", "b", "c"], sizes)
    pre = rng.lognormal(4, 0.3, len(group))
    post = pre * np.exp(rng.normal(0.1, 0.2, len(group))) * np.where(group == "b", 1.3, 1.0)
    sex = np.where(rng.random(len(group)) < 0.5, "f", "m")
    names = [f"P{i:02d}" for i in range(len(group))]
    return pd.DataFrame({"participant": names, "group": group, "sex": sex, "pre": pre, "post": post})


@BOTH
@pytest.mark.filterwarnings("ignore:'group' interacts with pre")  # noticed on purpose: statsmodels has the same test
@pytest.mark.parametrize(
    "formula", ["post ~ pre + group", "post ~ pre * group", "post ~ group * sex + pre", "post ~ 1"]
)
def test_as_statsmodels(formula: str, df: str) -> None:
    table = people()
    model = mixed_model(table, formula, random=None, df=df, log=False)
    other = smf.ols(formula.replace("group", "C(group, Sum)").replace("sex", "C(sex, Sum)"), table).fit()
    got = model.fixed
    # statsmodels puts interactions with covariates last; the numbers are the same
    order = [got["estimate"].sub(value).abs().argmin() for value in other.params]
    assert sorted(order) == list(range(len(got)))
    for ours, theirs in {"estimate": other.params, "se": other.bse, "t": other.tvalues, "p": other.pvalues}.items():
        np.testing.assert_allclose(got[ours].to_numpy()[order], theirs, rtol=1e-8, err_msg=ours)
    np.testing.assert_allclose(got[["ci_low", "ci_high"]].to_numpy()[order], other.conf_int(), rtol=1e-8)
    np.testing.assert_allclose(got["df"], other.df_resid, rtol=1e-10)
    assert model.sigma == pytest.approx(np.sqrt(other.scale), rel=1e-10)
    if formula != "post ~ 1":
        tests = anova_lm(other, typ=3).drop(index=["Intercept", "Residual"])
        np.testing.assert_allclose(sorted(model.terms["F"]), sorted(tests["F"]), rtol=1e-8)
        np.testing.assert_allclose(model.terms["df2"], other.df_resid, rtol=1e-8)
    np.testing.assert_allclose(model.residuals["residual"], other.resid, rtol=1e-8, atol=1e-10)
    assert model.statsmodels.rsquared == pytest.approx(other.rsquared, abs=1e-10)
    assert model.statsmodels.model.exog_names == got["term"].tolist()


@BOTH
def test_two_groups_are_students_test(df: str) -> None:
    table = people(2)
    table = table[table["group"] != "c"].assign(change=lambda t: t["post"] - t["pre"])
    row = mixed_model(table, "change ~ group", random=None, df=df, log=False).contrasts("group").iloc[0]
    other = stats.ttest_ind(*(part["change"] for _, part in table.groupby("group")))
    np.testing.assert_allclose([row["t"], row["df"], row["p"]], [other.statistic, 10, other.pvalue], rtol=1e-9)
    long = table.melt(id_vars=["participant", "group"], value_vars=["pre", "post"], var_name="time")
    anova = rm_anova(long, within="time", between="group", log=False).set_index("term")
    assert anova.loc["group:time", "F"] == pytest.approx(row["t"] ** 2, rel=1e-9)


def test_what_a_model_without_random_terms_says_of_itself() -> None:
    model = mixed_model(people(), "post ~ pre + group", random=None, log=True)
    assert (model.singular, model.n, model.notices) == (False, 21, ())
    assert model.variances["group"].tolist() == ["residual"]
    assert list(model.random_effects.columns) == ["participant", "group", "name", "estimate"]
    assert len(model.random_effects) == 0
    assert model.terms.attrs["analysis"] == "linear model (least squares)"
    assert model.terms.attrs["random"] is None
    assert repr(model).startswith("<Linear model ")
    assert model.contrasts("group")["contrast"].tolist() == ["a / b", "a / c", "b / c"]
    left = np.log(people()["post"]) - model.residuals["fitted"]
    free = people().shape[0] - 4
    assert model.sigma == pytest.approx(np.sqrt((left**2).sum() / free), rel=1e-10)


def test_several_rows_of_one_person_are_refused() -> None:
    long = people().melt(id_vars=["participant", "group"], value_vars=["pre", "post"], var_name="time")
    with pytest.raises(DesignError, match=r"every row counts as a participant.*42 rows of 21.*random='1'") as caught:
        mixed_model(long, "value ~ time", random=None, log=False)
    assert caught.value.where.endswith("'P18' and 'P19' and more")
    with pytest.raises(DesignError, match=r"cannot tell the random terms from the residual.*random=None"):
        mixed_model(people(), "post ~ pre + group", log=False)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda t: t.assign(post=5.0), "reproduce every value"),
        (lambda t: t.assign(post=t["pre"] * 2), "reproduce every value"),
        (lambda t: t.head(3), "needs at least|only one level|too few rows"),
        (lambda t: t.assign(post=t["post"].where(t.index > 0)), "'post' is empty or infinite in 1 row"),
    ],
)
def test_tables_without_an_error_term(change: Any, text: str) -> None:
    with pytest.raises(DesignError, match=text):
        mixed_model(change(people()), "post ~ pre + group", random=None, log=False)
