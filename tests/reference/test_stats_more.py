"""Statistics that users of other programs look for, against R: see data/stats/README.md and more_values.R."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import stats
from emgkit.errors import ArgumentError
from emgkit.stats.cells.multiplicity import corrected

# what is doubtful about these tables is looked at elsewhere
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

FOLDER = Path(__file__).parent / "data" / "stats"
R: dict[str, Any] = json.loads((FOLDER / "expected" / "more.json").read_text())
D1 = pd.read_csv(FOLDER / "data" / "d1_balanced_3x3.csv")
D2 = pd.read_csv(FOLDER / "data" / "d2_unbalanced_3x3.csv")
D3 = pd.read_csv(FOLDER / "data" / "d3_nonspherical_1x5.csv")
GLUTEUS = D1[D1["muscle"] == "gluteus_maximus"]


def agrees(got: pd.DataFrame, key: str, *, p: str = "p_adjusted", rtol: float = 1e-8) -> None:
    """Contrasts in R's order, on the scale of logarithms."""
    expected = pd.DataFrame(R[key])
    found = got.reset_index(drop=True)
    np.testing.assert_allclose(np.log(found["ratio"]), expected["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["t"], expected["t.ratio"], rtol=1e-8)
    np.testing.assert_allclose(found["df"], expected["df"], rtol=1e-8)
    np.testing.assert_allclose(found[p], expected["p.value"], rtol=rtol, atol=1e-9)
    if "lower.CL" in expected and p == "p":
        np.testing.assert_allclose(np.log(found["ci_low"]), expected["lower.CL"], rtol=1e-7)
        np.testing.assert_allclose(np.log(found["ci_high"]), expected["upper.CL"], rtol=1e-7)


def test_tukey_and_sidak_as_emmeans_of_the_multivariate_model() -> None:
    # R's ptukey carries about eight digits
    agrees(stats.contrasts(GLUTEUS, outcome="emg", within="exercise", adjust="tukey"), "tukey_d1", rtol=1e-5)
    agrees(stats.contrasts(D3, outcome="emg", within="load", adjust="tukey"), "tukey_d3", rtol=1e-6)
    agrees(stats.contrasts(D3, outcome="emg", within="load", adjust="sidak"), "sidak_d3")
    by = stats.contrasts(D1, outcome="emg", within="exercise", by="muscle", adjust="Tukey")
    agrees(by, "tukey_by", rtol=1e-5)
    assert "(Tukey-adjusted over 3)" in by.sentences()[0]
    assert "p-values were adjusted after Tukey over the contrasts of each muscle." in by.methods()


def test_tukey_of_a_mixed_model_as_emmeans() -> None:
    model = stats.mixed_model(D2, "emg ~ exercise * muscle")
    got, expected = model.contrasts("exercise", adjust="tukey"), pd.DataFrame(R["tukey_model"])
    np.testing.assert_allclose(got["estimate"], expected["estimate"], rtol=1e-5)
    np.testing.assert_allclose(got["p_adjusted"], expected["p.value"], rtol=1e-3)


def test_every_level_against_one_as_emmeans() -> None:
    got = stats.contrasts(D3, outcome="emg", within="load", against="load60")
    assert got["contrast"].tolist() == [f"load{load} / load60" for load in (70, 80, 90, 99)]
    assert (got["family_size"] == 4).all()
    agrees(got, "against_d3")
    assert "between load60 and every other level of load by" in got.methods()
    assert got.sentences()[0].startswith(
        "Load70 was 1.13 times load60, 95 % CI [1.05, 1.21], t(11) = 3.75, p = .013 (Holm"
    )


def test_the_names_of_other_programs() -> None:
    p = np.array(R["corrections"]["p"])
    names = {"BH": ("BH", "fdr_bh", "fdr"), "BY": ("BY", "fdr_by"), "holm": ("holm",), "bonferroni": ("bonf",),
             "sidak": ("sidak",)}  # fmt: skip
    means = stats.contrasts(D3, outcome="emg", within="load")
    for r, ours in names.items():
        for name in ours:
            adjust = stats.contrasts(D3, outcome="emg", within="load", adjust=name).attrs["adjust"]
            np.testing.assert_allclose(corrected(p, adjust=adjust), R["corrections"][r], rtol=1e-12)
    plain = stats.contrasts(D3, outcome="emg", within="load", adjust=None)
    pd.testing.assert_series_equal(plain["p_adjusted"], means["p"], check_names=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"adjust": "tukey", "test": "wilcoxon"}, "Tukey's correction is of t tests of all pairs of levels"),
        ({"adjust": "tukey", "against": "load60"}, "Tukey's correction is of t tests of all pairs of levels"),
        ({"against": "load6"}, "'against' names no level of 'load'.*Did you mean 'load60'"),
        ({"against": ["load60", "load70"]}, "'against' names no level of 'load'"),
        ({"adjust": "scheffe"}, "Unknown value for 'adjust'.*'holm-sidak'"),
    ],
)
def test_what_does_not_go_together_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        stats.contrasts(D3, outcome="emg", within="load", **options)


def test_one_family_over_muscles_is_none_of_tukeys() -> None:
    with pytest.raises(ArgumentError, match="family='by'"):
        stats.contrasts(D1, outcome="emg", within="exercise", by="muscle", adjust="tukey", family="all")


def test_against_a_level_with_missing_cells_uses_those_who_have_both() -> None:
    got = stats.contrasts(D3.drop(index=[0]), outcome="emg", within="load", against="load60", missing="pairwise")
    assert got["n"].tolist() == [11] * 4
    got = stats.contrasts(D3.drop(index=[1]), outcome="emg", within="load", adjust="tukey", missing="pairwise")
    whole = stats.contrasts(D3, outcome="emg", within="load", adjust="tukey").set_index("contrast")
    same = got.set_index("contrast").loc["load60 / load80", "p_adjusted"]
    assert same == pytest.approx(whole.loc["load60 / load80", "p_adjusted"], rel=1e-12)


def test_polynomial_and_custom_contrasts_as_emmeans() -> None:
    trends = stats.planned_contrasts(D3, outcome="emg", within="load", weights="polynomial", adjust=None)
    assert trends["contrast"].tolist() == ["linear", "quadratic", "cubic", "quartic"]
    agrees(trends, "polynomial_d3", p="p")
    weights = {"thrust": {"hip_thrust": 1, "deadlift": -0.5, "squat": -0.5}}
    got = stats.planned_contrasts(GLUTEUS, outcome="emg", within="exercise", weights=weights)
    agrees(got, "custom_d1", p="p")
    assert got.sentences() == [
        "The ratio thrust was 1.80, 95 % CI [1.56, 2.09], t(12) = 8.78, p < .001, d_z = 2.43 [1.32, 3.53], n = 13."
    ]
    assert "by planned contrasts, thrust (deadlift −0.5, hip thrust 1, squat −0.5) of exercise" in got.methods()


def test_weights_of_a_pair_give_that_contrast() -> None:
    weights = {"a": {"hip_thrust": 1, "squat": -1}}
    one = stats.planned_contrasts(D1, outcome="emg", within="exercise", by="muscle", weights=weights)
    pairs = stats.contrasts(D1, outcome="emg", within="exercise", by="muscle")
    same = pairs[pairs["contrast"] == "hip_thrust / squat"]
    for column in ("ratio", "ci_low", "ci_high", "t", "p", "d_z", "d_z_low"):
        np.testing.assert_allclose(one[column], same[column], rtol=1e-10)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"a": {"hip_thrust": 1, "squat": -0.5}}, "weights of 'a' are not those of a contrast.*add up to 0"),
        ({"a": {"hip_thrust": 1, "squad": -1}}, "weights of 'a' name no level.*Got: 'squad'"),
        ({"a": {"hip_thrust": None, "squat": -1}}, "weights of 'a' cannot be used.*a number for each level"),
        ({"a": {"hip_thrust": "1", "squat": -1}}, "weights of 'a' cannot be used.*a number for each level"),
        ({"a": [1, -1, 0]}, "weights of 'a' cannot be used.*a number for each level"),
        ({}, "'weights' cannot be used"),
        ("helmert", "'weights' cannot be used.*'polynomial'"),
    ],
)
def test_weights_that_are_no_contrast_are_refused(weights: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        stats.planned_contrasts(GLUTEUS, outcome="emg", within="exercise", weights=weights)


@pytest.mark.parametrize(
    ("levels", "text"),
    [
        ([20, 25, 30, 100], r"The trends take 20, 25, 30 and 100 as equal steps in this order\."),
        (list("abcd"), r"The trends take a, b, c and d as equal steps in this order\."),
        ([20, 40, 60, 80], None),
        (pd.Categorical(list("dbca"), categories=list("dbca"), ordered=True), None),
    ],
)
def test_trends_say_which_steps_they_take_as_equal(levels: Any, text: str | None) -> None:
    values = np.random.default_rng(0).lognormal(size=(5, 4))
    table = pd.concat([
        pd.DataFrame({"participant": f"P{row}", "load": levels, "value": one}) for row, one in enumerate(values)
    ])  # fmt: skip
    table["load"] = table["load"].astype(levels.dtype) if isinstance(levels, pd.Categorical) else table["load"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = stats.planned_contrasts(table, within="load", weights="polynomial")
    assert got["contrast"].tolist() == ["linear", "quadratic", "cubic"]
    assert len(caught) == len(got.notices) == (text is not None)
    assert text is None or re.fullmatch(text, got.notices[0].text)


def test_post_hoc_of_a_main_effect_and_of_simple_effects_as_emmeans_after_afex() -> None:
    omnibus = stats.rm_anova(D1, outcome="emg", within=["exercise", "muscle"])
    agrees(stats.post_hoc(omnibus, D1, term="exercise"), "post_hoc_main")
    agrees(stats.post_hoc(omnibus, D1, term="exercise", by="muscle", adjust="tukey"), "tukey_by", rtol=1e-5)
    with pytest.raises(ArgumentError, match=r"several factors.*term= one of 'exercise' and 'muscle'"):
        stats.post_hoc(omnibus, D1)
    with pytest.raises(ArgumentError, match=r"is not an omnibus test.*rm_anova or of friedman"):
        stats.post_hoc(stats.contrasts(D3, outcome="emg", within="load"), D3)


def test_friedman_and_its_signed_ranks_as_r() -> None:
    got, expected = stats.friedman(D3, outcome="emg", within="load"), R["friedman"]
    assert got["chi_square"].iloc[0] == pytest.approx(expected["chi_square"], rel=1e-12)
    assert got["p"].iloc[0] == pytest.approx(expected["p"], rel=1e-10)
    pairs = stats.post_hoc(got, D3)
    np.testing.assert_allclose(pairs["V"], expected["V"])
    np.testing.assert_allclose(pairs["p"], expected["pair_p"], rtol=1e-10)
    np.testing.assert_allclose(pairs["p_adjusted"], expected["p_holm"], rtol=1e-10)
    assert got.sentences() == ["Load: Friedman's chi-square(4) = 9.80, p = .044, Kendall's W = .204, n = 12."]


def test_friedman_with_ties_as_scipy_and_without_ranks() -> None:
    from scipy.stats import friedmanchisquare

    rounded = D3.assign(emg=D3["emg"].round(-1))
    wide = rounded.pivot_table(index="participant", columns="load", values="emg")
    theirs = friedmanchisquare(*wide.to_numpy().T)
    got = stats.friedman(rounded, outcome="emg", within="load")
    assert got["chi_square"].iloc[0] == pytest.approx(theirs.statistic, rel=1e-10)
    same = stats.friedman(D3.assign(emg=1.0), outcome="emg", within="load")
    assert np.isnan(same["p"].iloc[0])
    assert same.notices[0].code == "no-variance"


def test_likelihood_ratio_aic_and_bic_as_lme4() -> None:
    larger, smaller = (stats.mixed_model(D2, f"emg ~ exercise {sign} muscle") for sign in "*+")
    got, expected = stats.compare_models(smaller, larger), R["model"]
    np.testing.assert_allclose(got["log_likelihood"], expected["loglik"][::-1], atol=1e-6)
    np.testing.assert_allclose(got["aic"], expected["aic"][::-1], atol=1e-6)
    np.testing.assert_allclose(got["bic"], expected["bic"][::-1], atol=1e-6)
    assert got["parameters"].tolist() == expected["df"][::-1]
    last = got.iloc[1]
    assert (last["chi_square"], last["df"]) == (pytest.approx(expected["chi_square"], abs=1e-6), expected["test_df"])
    assert last["p"] == pytest.approx(expected["p"], rel=1e-5)
    assert "likelihood ratio against the smaller model chi-square(4) = 105.77, p < .001" in got.sentences()[1]
    with pytest.raises(ValueError, match=r"first model is not part of the second.*give the smaller model first"):
        stats.compare_models(larger, smaller)
    with pytest.raises(ValueError, match=r"not of the same values.*log and raw scale"):
        stats.compare_models(smaller, stats.mixed_model(D2, "emg ~ exercise * muscle", log=False))


def test_more_random_terms_get_a_notice() -> None:
    one, two = (stats.mixed_model(D1, "emg ~ exercise * muscle", random=random) for random in ("1", ["1", "exercise"]))
    got = stats.compare_models(one, two)
    assert [notice.code for notice in got.notices] == ["variance-at-zero"]
    assert got["parameters"].tolist() == [11, 12]


def test_bayes_factors_as_the_package_of_that_name() -> None:
    for r, name in ((0.5**0.5, "medium"), (1.0, "wide"), (2**0.5, "ultrawide")):
        got = stats.bayes_factors(GLUTEUS, outcome="emg", within="exercise", r=r)
        np.testing.assert_allclose(got["bf10"], R["bayes"][name], rtol=1e-5)
        np.testing.assert_allclose(got["bf10"] * got["bf01"], 1)
    assert got.sentences()[0].startswith(
        "The deadlift was 0.66 times the hip thrust, 95 % CI [0.56, 0.78], t(12) = −5.31, BF10 = 196 (the "
    )


def test_bayes_factors_as_rouder_printed_them() -> None:
    """Rouder et al. (2009) weigh two results of Grider and Malmberg (2008) with 80 people, t = 2.03 and t = 2.24."""
    from emgkit.stats.follow_up.bayes import jzs

    assert 1 / jzs(2.03, 80, r=1.0) == pytest.approx(1.56, abs=0.005)
    assert 1 / jzs(2.24, 80, r=1.0) == pytest.approx(1.02, abs=0.005)


def test_shapiro_wilk_of_residuals_as_r() -> None:
    got, expected = stats.normality(GLUTEUS, outcome="emg", within="exercise"), R["shapiro"]
    assert got["W"].iloc[0] == pytest.approx(expected["W"], rel=1e-6)
    assert got["p"].iloc[0] == pytest.approx(expected["p"], rel=1e-4)
    model = stats.mixed_model(GLUTEUS, "emg ~ exercise")
    assert stats.normality(model)["n_residuals"].iloc[0] == 39
    assert got.sentences() == [
        "The 39 residuals of exercise have Shapiro-Wilk W = .976, p = .554, n = 13; "
        "no departure from normality was shown."
    ]


def test_a_wide_table_gives_the_same_contrasts_as_the_long_one() -> None:
    wide = D1.assign(name=D1["exercise"] + "." + D1["muscle"]).pivot_table(
        index="participant", columns="name", values="emg"
    )
    made = stats.from_wide(wide.reset_index(), "{exercise}.{muscle}", outcome="emg")
    got, expected = (stats.contrasts(t, outcome="emg", within="exercise", by="muscle") for t in (made, D1))
    pd.testing.assert_frame_equal(pd.DataFrame(got), pd.DataFrame(expected))


def test_wide_tables_that_cannot_be_read() -> None:
    wide = pd.DataFrame({"participant": ["P1", "P2"], "group": ["a", "b"], "emg_60": [1.0, 2.0], "emg_80": [1.0, None]})
    with pytest.warns(UserWarning, match="1 empty entry of the wide table made no row: 'P2'"):
        made = stats.from_wide(wide, "emg_{load}")
    assert made[["participant", "group", "load"]].to_numpy().tolist() == [
        ["P1", "a", "60"], ["P1", "a", "80"], ["P2", "b", "60"]
    ]  # fmt: skip
    for pattern, columns, message in [
        ("emg", None, "factors in braces"),
        ("{load}", None, "fits every column.*columns="),
        ("emg_{load}", ["group"], "does not fit the pattern.*'group'"),
        ("force_{load}", None, "No column fits the pattern"),
        ("emg_{group}", None, "two columns 'group'"),
    ]:
        with pytest.raises(ValueError, match=message):
            stats.from_wide(wide, pattern, columns=columns)
    with pytest.raises(ValueError, match="one row a participant"):
        stats.from_wide(pd.concat([wide, wide]), "emg_{load}")
