"""Meta-analysis: closed forms, what a change of unit or order must not change, and what is refused."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats.meta import between_studies
from emgkit.stats.meta.meta_analysis import MEASURES, MetaAnalysis, meta_analysis

STUDIES = pd.DataFrame(
    {
        "study": ["A", "B", "C", "D", "E", "F"],
        "m1": [88.3, 75.3, 53.2, 73.7, 41.2, 52.1],
        "sd1": [27.7, 29.0, 14.1, 15.5, 29.8, 23.0],
        "m2": [50.6, 51.1, 36.1, 44.8, 36.6, 40.8],
        "sd2": [18.9, 22.6, 23.2, 21.2, 14.8, 26.7],
        "n": [13, 12, 10, 24, 16, 30],
        "r": [0.71, 0.6, 0.56, 0.39, 0.35, 0.46],
        "load_pct": [72, 76, 69, 61, 64, 60],
        "sex": ["F", "F", "F", "M", "M", "M"],
    }
)


def quietly(studies: pd.DataFrame, **options: Any) -> MetaAnalysis:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return meta_analysis(studies, **options)


def codes(found: MetaAnalysis) -> list[str]:
    return [notice.code for notice in found.pooled.notices]


def alike(changes: list[float]) -> pd.DataFrame:
    """Studies with these mean changes and one sampling variance, (10**2 + 10**2 - 100) / 25 = 4."""
    first = 50 + np.array(changes)
    return pd.DataFrame({"m1": first, "sd1": 10.0, "m2": 50.0, "sd2": 10.0, "n": 25, "r": 0.5})


CHANGES = [3.0, 9.0, 14.0, 5.0, 22.0, 8.5]


@pytest.mark.parametrize("method", ["reml", "dl", "pm"])
def test_equal_variances_are_a_t_test_of_the_effects(method: str) -> None:
    got = meta_analysis(alike(CHANGES), measure="mean_change", method=method).pooled.loc[0]
    test = stats.ttest_1samp(CHANGES, 0)
    low, high = test.confidence_interval()
    np.testing.assert_allclose(
        got[["estimate", "t", "df", "p", "ci_low", "ci_high"]].astype(float),
        [np.mean(CHANGES), test.statistic, 5, test.pvalue, low, high],
        rtol=1e-9,
    )
    spread = np.var(CHANGES, ddof=1)
    assert got["tau2"] == pytest.approx(spread - 4, rel=1e-9)
    assert got["i2"] == pytest.approx(100 * (spread - 4) / spread, rel=1e-9)
    assert got["h2"] == pytest.approx(spread / 4, rel=1e-9)
    assert got["q"] == pytest.approx(5 * spread / 4, rel=1e-9)
    # Q is 5 s**2 / (4 + tau2), so its quantiles are turned round by hand
    limits = 5 * spread / stats.chi2.ppf([0.975, 0.025], 5) - 4
    np.testing.assert_allclose([got["tau2_low"], got["tau2_high"]], limits, rtol=1e-9)
    reach = stats.t.ppf(0.975, 5) * np.sqrt(spread - 4 + spread / 6)
    np.testing.assert_allclose(
        [got["prediction_low"], got["prediction_high"]], np.mean(CHANGES) + np.array([-reach, reach]), rtol=1e-9
    )


def test_equal_variances_and_two_groups_are_a_t_test_between_them() -> None:
    groups = ["low", "low", "low", "high", "high", "high"]
    table = alike(CHANGES).assign(load=groups)
    found = meta_analysis(table, measure="mean_change", moderator="load").pooled.set_index("term")
    test = stats.ttest_ind(CHANGES[:3], CHANGES[3:])
    got = found.loc["load: low - high"]
    np.testing.assert_allclose(got[["t", "p", "df"]].astype(float), [test.statistic, test.pvalue, 4], rtol=1e-9)
    assert found.loc["intercept", "estimate"] == pytest.approx(np.mean(CHANGES[3:]), rel=1e-12)
    joint = got[["moderator_f", "moderator_df1", "moderator_df2", "moderator_p"]].astype(float)
    np.testing.assert_allclose(joint, [test.statistic**2, 1, 4, test.pvalue], rtol=1e-9)
    assert np.isnan(got["prediction_low"])


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("moderator", ["load_pct", "sex", "three"])
def test_a_regression_is_weighted_least_squares(measure: str, moderator: str) -> None:
    table = STUDIES.assign(three=["a", "b", "c", "a", "b", "c"])
    found = meta_analysis(table, measure=measure, moderator=moderator)
    pooled, effects = found.pooled, found.effects
    columns = table["load_pct"] if moderator == "load_pct" else pd.get_dummies(table[moderator], drop_first=True)
    weights = 1 / (effects["vi"] + pooled.loc[0, "tau2"])
    other = sm.WLS(effects["yi"], sm.add_constant(columns.astype(float)), weights=weights).fit()
    np.testing.assert_allclose(pooled["estimate"], other.params, rtol=1e-8)
    np.testing.assert_allclose(pooled["se"], other.bse, rtol=1e-8)
    np.testing.assert_allclose(pooled[["ci_low", "ci_high"]], other.conf_int(), rtol=1e-8)
    np.testing.assert_allclose(pooled["p"], other.pvalues, rtol=1e-8)
    np.testing.assert_allclose(pooled["moderator_f"], other.fvalue, rtol=1e-8)
    np.testing.assert_allclose(pooled["moderator_p"], other.f_pvalue, rtol=1e-8)


def test_a_regression_with_normal_tests() -> None:
    pooled = meta_analysis(STUDIES, moderator="load_pct", knapp_hartung=False).pooled
    slope = pooled.loc[1]
    assert slope["moderator_f"] == pytest.approx(slope["t"] ** 2, rel=1e-10)
    assert slope["moderator_p"] == pytest.approx(slope["p"], rel=1e-10)
    assert slope["p"] == pytest.approx(2 * stats.norm.sf(abs(slope["t"])), rel=1e-10)
    assert np.isinf([slope["df"], slope["moderator_df2"]]).all()
    assert pooled.attrs["interval"] == "normal"


def contrast_density(y: np.ndarray, v: np.ndarray, design: np.ndarray, tau2: float) -> float:
    """Logarithm of the restricted likelihood, from its definition."""
    contrasts = linalg.null_space(design.T)
    covariance = contrasts.T @ np.diag(v + tau2) @ contrasts
    return float(stats.multivariate_normal(cov=covariance).logpdf(contrasts.T @ y))


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(-300, 300), st.integers(1, 2000)), min_size=3, max_size=8),
    slope=st.booleans(),
)
def test_reml_is_the_highest_density_of_the_error_contrasts(rows: list[tuple[int, int]], slope: bool) -> None:
    y, v = (np.array(column, dtype=float) / 100 for column in zip(*rows, strict=True))
    design = np.ones((len(y), 1))
    if slope and len(y) > 3:
        design = np.column_stack([design, np.arange(len(y))])
    found = between_studies.between_studies(y, v, design, method="reml")
    best = max(contrast_density(y, v, design, tau2) for tau2 in np.concatenate([[0], np.logspace(-5, 3, 60)]))
    assert contrast_density(y, v, design, found) >= best - 1e-9


@pytest.mark.parametrize(("spread", "highest_at_0"), [(1.0, False), (0.8, True)])
def test_reml_finds_the_higher_of_two_maxima(spread: float, highest_at_0: bool) -> None:
    # two precise studies agree and imprecise ones do not: the likelihood has a maximum at 0 and one far away
    y = np.array([0.0, 0.005, *(spread * np.array([5.0, -5.0, 5.5, -6.0]))])
    v = np.array([1e-4, 1e-4, 4.0, 4.0, 4.0, 4.0])
    design = np.ones((6, 1))
    grid = np.concatenate([[0], np.logspace(-7, 3, 400)])
    heights = np.array([contrast_density(y, v, design, tau2) for tau2 in grid])
    inner = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] > heights[2:])) + 1
    assert len(inner) == 1
    assert heights[0] > heights[1]
    found = between_studies.between_studies(y, v, design, method="reml")
    assert (found == 0) is highest_at_0
    assert contrast_density(y, v, design, found) >= heights.max()


def test_paule_mandel_brings_q_to_its_expectation() -> None:
    found = meta_analysis(STUDIES, measure="mean_change", method="pm")
    y, v, estimate, tau2 = (*(found.effects[c] for c in ("yi", "vi")), *found.pooled.loc[0, ["estimate", "tau2"]])
    assert ((y - estimate) ** 2 / (v + tau2)).sum() == pytest.approx(5, rel=1e-12)


@pytest.mark.parametrize("method", between_studies.METHODS)
@pytest.mark.parametrize("moderator", [None, "load_pct"])
def test_a_change_of_unit(method: str, moderator: str | None) -> None:
    units = ["m1", "sd1", "m2", "sd2"]
    volts = STUDIES.assign(**{name: STUDIES[name] * 1e-6 for name in units})
    for measure in MEASURES:
        before, after = (
            meta_analysis(table, measure=measure, method=method, moderator=moderator).pooled
            for table in (STUDIES, volts)
        )
        factor = 1e-6 if measure == "mean_change" else 1.0
        for name in ("estimate", "se", "ci_low", "ci_high", "z_low", "z_high", "prediction_low", "prediction_high"):
            np.testing.assert_allclose(after[name], before[name] * factor, rtol=1e-9, err_msg=name)
        for name in ("tau2", "tau2_low", "tau2_high"):
            np.testing.assert_allclose(after[name], before[name] * factor**2, rtol=1e-9, err_msg=name)
        for name in ("t", "p", "q", "q_p", "i2", "h2"):
            np.testing.assert_allclose(after[name], before[name], rtol=1e-7, err_msg=name)


def test_order_of_studies_and_of_conditions() -> None:
    forward = meta_analysis(STUDIES).pooled.loc[0].drop("term").astype(float)
    backward = meta_analysis(STUDIES.iloc[::-1]).pooled.loc[0].drop("term").astype(float)
    np.testing.assert_allclose(backward, forward, rtol=1e-9)
    swapped = STUDIES.rename(columns={"m1": "m2", "m2": "m1", "sd1": "sd2", "sd2": "sd1"})
    turned = meta_analysis(swapped).pooled.loc[0]
    assert turned["ratio"] == pytest.approx(1 / forward["ratio"], rel=1e-9)
    assert turned["ratio_low"] == pytest.approx(1 / forward["ratio_high"], rel=1e-9)
    assert turned["ratio_prediction_high"] == pytest.approx(1 / forward["ratio_prediction_low"], rel=1e-9)
    assert turned["tau2"] == pytest.approx(forward["tau2"], rel=1e-9)


def test_tables() -> None:
    found = meta_analysis(STUDIES, moderator="load_pct")
    assert found.effects.columns.tolist() == [
        "study", "load_pct", "m1", "sd1", "m2", "sd2", "n", "r", "yi", "vi", "ci_low", "ci_high", "weight",
        "ratio", "ratio_low", "ratio_high",
    ]  # fmt: skip
    assert found.effects["weight"].sum() == pytest.approx(100)
    np.testing.assert_allclose(found.effects["ratio"], STUDIES["m1"] / STUDIES["m2"], rtol=1e-12)
    assert found.pooled["term"].tolist() == ["intercept", "load_pct"]
    assert (found.pooled["k"] == 6).all()
    assert (found.pooled["n"] == STUDIES["n"].sum()).all()
    json.dumps(found.pooled.attrs)
    assert found._repr_html_().count("<table") == 2
    assert "ratio" not in meta_analysis(STUDIES, measure="smcc").pooled


def test_studies_without_names_are_named_by_their_row() -> None:
    table = STUDIES.drop(columns="study").set_index(pd.Index(range(10, 16)))
    assert meta_analysis(table).effects["study"].tolist()[0] == "row 10"


def test_the_input_is_left_as_it_was() -> None:
    before = STUDIES.drop(columns="study")
    copy = before.copy()
    meta_analysis(before)
    pd.testing.assert_frame_equal(before, copy)


def test_no_heterogeneity_the_wider_normal_interval_stands_beside() -> None:
    with pytest.warns(EmgkitWarning) as caught:
        found = meta_analysis(alike([10.0, 10.2, 9.9, 10.1]), measure="mean_change")
    texts = [str(each.message) for each in caught]
    assert texts[0].startswith("The Hartung-Knapp interval of 'pooled' is narrower than the normal one (z_low, z_high)")
    assert texts[1] == found.pooled.notices[1].text
    got = found.pooled.loc[0]
    assert (got["tau2"], got["i2"]) == (0.0, 0.0)
    assert got["h2"] == 1.0
    half = stats.norm.ppf(0.975) * 2 / np.sqrt(4)
    np.testing.assert_allclose([got["z_low"], got["z_high"]], [10.05 - half, 10.05 + half], rtol=1e-9)
    test = stats.ttest_1samp([10.0, 10.2, 9.9, 10.1], 0).confidence_interval()
    np.testing.assert_allclose([got["ci_low"], got["ci_high"]], test, rtol=1e-9)
    assert codes(found) == ["hartung-knapp-narrower", "tau2-interval-empty"]
    assert np.isnan([got["tau2_low"], got["tau2_high"]]).all()


def test_one_effect_everywhere_has_no_error_term() -> None:
    found = quietly(alike([10.0] * 4), measure="mean_change")
    assert codes(found) == ["no-variance", "tau2-interval-empty"]
    assert found.pooled.notices[0].text.startswith("All studies have the same effect: the Hartung-Knapp")
    got = found.pooled.loc[0]
    assert np.isnan(got[["se", "ci_low", "ci_high", "t", "p"]].astype(float)).all()
    assert got["z_high"] == pytest.approx(10 + stats.norm.ppf(0.975), rel=1e-9)


def test_two_studies_have_a_normal_interval_and_say_so() -> None:
    with pytest.warns(EmgkitWarning, match="Two studies are too few for the Hartung-Knapp interval"):
        found = meta_analysis(STUDIES.head(2))
    got = found.pooled.loc[0]
    assert got["df"] == np.inf
    assert (got["ci_low"], got["ci_high"]) == (got["z_low"], got["z_high"])
    assert np.isnan([got["prediction_low"], got["ratio_prediction_high"]]).all()
    assert codes(meta_analysis(STUDIES.head(2), knapp_hartung=False)) == []


def test_fixed_has_no_variance_between_studies() -> None:
    found = meta_analysis(STUDIES, method="fixed")
    got = found.pooled.loc[0]
    weights = 1 / found.effects["vi"]
    assert got["tau2"] == 0
    assert got["estimate"] == pytest.approx(np.average(found.effects["yi"], weights=weights), rel=1e-12)
    assert got["se"] == pytest.approx(weights.sum() ** -0.5, rel=1e-12)
    assert np.isnan(got["prediction_low"])
    assert found.pooled.attrs["analysis"] == "fixed-effect meta-analysis"


def test_an_assumed_correlation_is_named() -> None:
    some = STUDIES.assign(r=STUDIES["r"].where(STUDIES["study"] != "C"))
    with pytest.warns(EmgkitWarning, match=r"A correlation of 0.56 is assumed, not known, for 'C'\."):
        found = meta_analysis(some, r=0.56)
    assert found.effects["r"].tolist() == STUDIES["r"].tolist()
    with pytest.warns(EmgkitWarning, match="for 'A', 'B', 'C', 'D', 'E' and 'F'"):
        found = meta_analysis(STUDIES.drop(columns="r"), r=0.5)
    assert set(found.effects["r"]) == {0.5}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sd1": 0.0}, r"Column 'sd1' cannot be used. Allowed: standard deviations above 0. Got: 0 \(B\)"),
        ({"sd2": -3.0}, r"Column 'sd2' cannot be used.*Got: -3 \(B\)"),
        ({"m2": -0.5}, r"Column 'm2' cannot be used. Allowed: means above 0 for a ratio.*Got: -0.5 \(B\)"),
        (
            {"r": 1.0},
            r"Column 'r' cannot be used. Allowed: correlations between -1 and 1, both excluded. Got: 1 \(B\)",
        ),
        ({"n": 1}, r"Column 'n' cannot be used. Allowed: whole numbers of at least 2 participants. Got: 1 \(B\)"),
        ({"n": 12.5}, r"Column 'n' cannot be used.*Got: 12.5 \(B\)"),
        ({"m1": np.nan}, r"Column 'm1' is empty or infinite in 1 row. Where: row 1 \(B: nan\)"),
        ({"r": np.nan}, r"Column 'r' is empty in 1 of 6 rows. Where: 'B'. Allowed: the correlation.*such as r=0.6"),
        ({"study": "A"}, r"Studies stand in more than one row: 'A'.*of the same participants are not independent"),
    ],
)
def test_summaries_that_cannot_be(change: dict[str, Any], message: str) -> None:
    table = STUDIES.astype({"n": float})
    for name, value in change.items():
        table.loc[1, name] = value
    with pytest.raises(DesignError, match=message):
        meta_analysis(table)


def test_differences_of_negative_means_are_fine() -> None:
    table = STUDIES.assign(m1=STUDIES["m1"] - 100, m2=STUDIES["m2"] - 100)
    got, expected = (meta_analysis(t, measure="mean_change").pooled.loc[0, "estimate"] for t in (table, STUDIES))
    assert got == pytest.approx(expected, rel=1e-9)


def test_a_standardised_change_needs_three_participants() -> None:
    with pytest.raises(DesignError, match="whole numbers of at least 3 participants"):
        meta_analysis(STUDIES.assign(n=2), measure="smcc")


def test_tables_that_do_not_fit() -> None:
    with pytest.raises(DesignError, match=r"no column 'sd1', which 'sd1' names.*Did you mean 'sd_1'\?"):
        meta_analysis(STUDIES.rename(columns={"sd1": "sd_1"}))
    with pytest.raises(DesignError, match=r"The table has no column 'r'.*reconstruct"):
        meta_analysis(STUDIES.drop(columns="r"))
    with pytest.raises(DesignError, match=r"There is nothing to pool. Allowed: two studies or more. Got: 1 study"):
        meta_analysis(STUDIES.head(1))
    with pytest.raises(DesignError, match="The table has no rows"):
        meta_analysis(STUDIES.head(0))
    with pytest.raises(DesignError, match="Column 'measure' holds 2 values"):
        meta_analysis(STUDIES.assign(measure=["mean", "peak"] * 3))
    with pytest.raises(DesignError, match="Column 'unit' holds 2 values"):
        meta_analysis(STUDIES.assign(unit=["%MVC", "V"] * 3), measure="mean_change")
    assert len(meta_analysis(STUDIES.assign(unit=["%MVC", "V"] * 3)).effects) == 6


def test_options_that_do_not_fit() -> None:
    with pytest.raises(ArgumentError, match=r"'measure'.*Got: 'log-ratio'.*Did you mean 'log_ratio'\?"):
        meta_analysis(STUDIES, measure="log-ratio")
    with pytest.raises(ArgumentError, match=r"'method'. Allowed: 'reml', 'dl', 'pm' and 'fixed'. Got: 'ml'"):
        meta_analysis(STUDIES, method="ml")
    with pytest.raises(ArgumentError, match=r"'r' cannot be used. Allowed: a number between -1 and 1. Got: 1.5"):
        meta_analysis(STUDIES.drop(columns="r"), r=1.5)
    with pytest.raises(ArgumentError, match="'r' has no row to be used for"):
        meta_analysis(STUDIES, r=0.5)


def test_moderators_that_do_not_fit() -> None:
    with pytest.raises(DesignError, match=r"no column 'loads', which 'moderator' names.*Did you mean"):
        meta_analysis(STUDIES, moderator="loads")
    with pytest.raises(ArgumentError, match="Column 'n' has two roles"):
        meta_analysis(STUDIES, moderator="n")
    with pytest.raises(ArgumentError, match="'weight' as moderator would stand beside a column of the result"):
        meta_analysis(STUDIES.assign(weight=1.0), moderator="weight")
    with pytest.raises(DesignError, match=r"'load_pct' has one value in all studies.*Got: 70"):
        meta_analysis(STUDIES.assign(load_pct=70), moderator="load_pct")
    with pytest.raises(DesignError, match="'sex' has only one level"):
        meta_analysis(STUDIES.assign(sex="F"), moderator="sex")
    with pytest.raises(DesignError, match=r"too few studies.*at least 4 for 2 coefficients. Got: 3 studies"):
        meta_analysis(STUDIES.head(3), moderator="load_pct")
    with pytest.raises(DesignError, match="Column 'sex' is empty in 1 row"):
        meta_analysis(STUDIES.assign(sex=["F", None, "F", "M", "M", "M"]), moderator="sex")
