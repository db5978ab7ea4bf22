"""Residuals of a comparison: those of least squares, with SciPy's test beside them and the largest ones by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from emgkit.stats.within.residuals import largest_residuals, normality, normality_sentences, residuals

ROLES = {"participant": "participant", "within": "exercise", "by": ["muscle"]}


def cells(levels: str = "abc", n: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    grid = pd.MultiIndex.from_product([[f"P{i}" for i in range(n)], list(levels), ["biceps_femoris", "soleus"]])
    table = grid.to_frame(index=False, name=["participant", "exercise", "muscle"])
    return table.assign(value=np.exp(rng.normal(3, 0.4, len(table))))


@pytest.mark.parametrize("lost", [[], [0, 9]])
@pytest.mark.parametrize("log", [True, False])
def test_as_least_squares_in_statsmodels(log: bool, lost: list[int]) -> None:
    table = cells().drop(index=lost)
    found = residuals(table, outcome="value", log=log, **ROLES)
    for muscle, part in table.groupby("muscle"):
        other = smf.ols(f"{'np.log(value)' if log else 'value'} ~ C(participant) + C(exercise)", part).fit()
        mine = found[found["muscle"] == muscle]
        np.testing.assert_allclose(mine["residual"], other.resid, atol=1e-9)
        np.testing.assert_allclose(mine["fitted"], other.fittedvalues, rtol=1e-9)
        np.testing.assert_allclose(mine["standardized"], other.get_influence().resid_studentized_internal, rtol=1e-6)


def test_two_conditions_have_one_residual_a_participant() -> None:
    table = cells("ab")
    found = residuals(table, outcome="value", log=True, **ROLES)
    assert len(found) == 16
    wide = np.log(
        table[table["muscle"] == "soleus"].pivot_table(index="participant", columns="exercise", values="value")
    )
    difference = wide["a"] - wide["b"]
    mine = found[found["muscle"] == "soleus"]
    np.testing.assert_allclose(mine["residual"], (difference - difference.mean()) / 2, atol=1e-12)
    assert normality(found, ["muscle"])[("soleus",)][1:] == pytest.approx(tuple(stats.shapiro(difference)), rel=1e-6)


def test_words() -> None:
    table = cells()
    table.loc[7, "value"] *= 30
    found = residuals(table, outcome="value", log=True, **ROLES)
    who = largest_residuals(found).iloc[0]
    assert (who["participant"], who["exercise"]) == (table.loc[7, "participant"], table.loc[7, "exercise"])
    text = normality_sentences(found, log=True, **ROLES)
    w, p = stats.shapiro(found.loc[found["muscle"] == "soleus", "residual"])
    assert f"soleus W = {w:.3f}, p " in text
    assert (p < 0.001) == ("soleus W = " + f"{w:.3f}, p < .001" in text)
    assert "(24 residuals)" in text
    assert f"those of {who['participant']} in {who['muscle'].replace('_', ' ')}, " in text
    assert "The test does not decide which analysis is used" in text
    assert "table of influence" in text
    assert "wilcoxon" in text
    assert "log = true" not in text
    assert "log = true" in normality_sentences(found, log=False, **ROLES)


def test_nothing_is_left_where_everything_is_fitted() -> None:
    table = cells("ab", n=3).assign(value=1.0)
    assert residuals(table, outcome="value", log=True, **ROLES).empty
    one = cells("ab", n=1)
    assert residuals(one, outcome="value", log=True, **ROLES).empty
    assert "The largest" not in normality_sentences(
        residuals(one, outcome="value", log=True, **ROLES), log=True, **ROLES
    )


@pytest.mark.parametrize(("values", "is_tested"), [([0.1, -0.3], False), ([0.1, -0.3, 0.2], True), ([0.1] * 3, False)])
def test_three_residuals_that_differ_are_tested(values: list[float], is_tested: bool) -> None:
    found = normality(pd.DataFrame({"muscle": "soleus", "residual": values}), ["muscle"])
    assert [(levels, n) for levels, (n, _, _) in found.items()] == [(("soleus",), len(values))] * is_tested
