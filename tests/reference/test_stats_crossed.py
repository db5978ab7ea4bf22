"""Raters as random terms crossed with participants, against lme4: see data/stats/README.md and crossed_values.R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import stats
from emgkit.errors import ArgumentError, DesignError
from emgkit.stats.mixed.model import MixedModel
from emgkit.stats.results.agreement import compared_numbers

# that repetitions count by themselves without a term of participant and exercise is looked at elsewhere
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

FOLDER = Path(__file__).parent / "data" / "stats"
R: dict[str, Any] = json.loads((FOLDER / "expected" / "crossed.json").read_text())
TABLE = pd.read_csv(FOLDER / "data" / "d13_crossed_raters.csv")
RANDOM: dict[str, Any] = {"intercepts": "1", "nested": ["1", "exercise"]}


@pytest.fixture(params=RANDOM)
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fitted(key: str, df: str = "kenward-roger") -> MixedModel:
    return stats.mixed_model(TABLE, "emg ~ exercise", random=RANDOM[key], items="rater", df=df)


def test_the_fit_is_that_of_lme4(key: str) -> None:
    model, expected = fitted(key), R[key]
    assert model.reml_deviance == pytest.approx(expected["deviance"], abs=1e-6)
    variances = {row["grp"].lower(): row["vcov"] for row in expected["variances"]}
    got = dict(zip(model.variances["group"], model.variances["variance"], strict=True))
    assert got == {name: pytest.approx(value, rel=1e-5) for name, value in variances.items()}
    effects = model.random_effects
    raters = effects[effects["group"] == "rater"]
    assert raters["name"].tolist() == [f"R{number}" for number in range(1, 9)]
    assert set(raters["participant"]) == {""}
    np.testing.assert_allclose(raters["estimate"], expected["raters"], atol=1e-7)
    people = effects[effects["group"] == "participant"]
    assert people["participant"].tolist() == sorted(TABLE["participant"].unique())
    np.testing.assert_allclose(people["estimate"], expected["participants"], atol=1e-7)
    left = model.residuals
    np.testing.assert_allclose(left["observed"], left["fitted"] + left["residual"])
    assert model.sigma**2 == pytest.approx(variances["residual"], rel=1e-5)


@pytest.mark.parametrize(
    ("df", "tests", "pairs", "rtol"),
    [
        ("kenward-roger", "kenward_roger", "pairs", 1e-5),
        ("satterthwaite", "satterthwaite", "pairs_satterthwaite", 1e-4),
    ],
)
def test_tests_and_contrasts_are_those_of_lmertest_and_emmeans(
    key: str, df: str, tests: str, pairs: str, rtol: float
) -> None:
    model, expected = fitted(key, df), R[key][tests][0]
    term = model.terms.iloc[0]
    got = [term["F"], term["df1"], term["df2"]]
    np.testing.assert_allclose(got, [expected["F value"], expected["NumDF"], expected["DenDF"]], rtol=rtol)
    assert term["p"] == pytest.approx(expected["Pr(>F)"], rel=1e-3)
    adjust = "holm" if pairs == "pairs" else "none"
    contrasts, theirs = model.contrasts("exercise", adjust=adjust), pd.DataFrame(R[key][pairs])
    for own, name in (("estimate", "estimate"), ("se", "SE"), ("df", "df"), ("t", "t.ratio")):
        np.testing.assert_allclose(contrasts[own], theirs[name], rtol=rtol)
    np.testing.assert_allclose(contrasts["p_adjusted"], theirs["p.value"], rtol=1e-3)


def test_likelihoods_are_those_of_lme4_and_tell_the_models_apart() -> None:
    without = stats.mixed_model(TABLE, "emg ~ exercise", random=["1", "exercise"])
    smaller, larger = fitted("intercepts"), fitted("nested")
    got = stats.compare_models(smaller, larger)
    for place, key in enumerate(("intercepts", "nested")):
        assert got["log_likelihood"].iloc[place] == pytest.approx(R[key]["loglik_ml"], abs=1e-5)
        assert got["aic"].iloc[place] == pytest.approx(R[key]["aic"], abs=1e-5)
    assert got["random"].tolist() == ["1, crossed with rater", "1 + exercise, crossed with rater"]
    assert stats.compare_models(without, larger)["df"].iloc[1] == 1
    with pytest.raises(DesignError, match="first model is not part of the second"):
        stats.compare_models(smaller, without)


def test_statsmodels_has_the_same_model(key: str) -> None:
    model = fitted(key, "satterthwaite")
    got = model.statsmodels
    variances = model.variances.set_index("group")["variance"]
    assert dict(zip(got.model.exog_vc.names, got.vcomp, strict=True)) == {
        f"{name}:1": pytest.approx(variances[name], rel=1e-4) for name in got.model.exog_vc.names
        for name in [name.removesuffix(":1")]
    }  # fmt: skip
    found = list(compared_numbers(model.contrasts("exercise")))
    assert {one.where.rpartition(": ")[2] for one in found} >= {"estimate", "se", "t", "p_adjusted"}
    assert max(one.difference for one in found) < 1e-6


def test_words_name_the_raters() -> None:
    model = fitted("nested")
    assert "participants as random (random terms: intercept, exercise; crossed with them: rater)" in model.methods()
    assert "items='rater'" in repr(model)
    assert "The standard deviation of rater (logarithms) is 0.145." in model.sentences()


def test_slopes_that_are_not_correlated_may_stand_beside_items() -> None:
    table = TABLE.assign(x=TABLE["exercise"].map({"squat": -1.0, "deadlift": 0.0, "hip_thrust": 1.0}))
    table = table.drop(columns="exercise")
    model = stats.mixed_model(table, "emg ~ x", random="1 + x", correlated=False, items="rater")
    assert model.variances["group"].tolist() == ["participant", "participant", "rater", "residual"]
    assert model.terms["df2"].iloc[0] == pytest.approx(11, abs=1)


def test_exercises_may_be_a_sample_from_many() -> None:
    model = stats.mixed_model(TABLE.assign(first=TABLE["rater"] < "R5"), "emg ~ first", items=["exercise", "rater"])
    assert model.variances["group"].tolist() == ["participant", "exercise", "rater", "residual"]
    assert "crossed with them: exercise, rater" in model.methods()
    # raters of two kinds are compared between raters
    assert model.terms["df2"].iloc[0] == pytest.approx(6, abs=0.1)


def test_an_item_without_variance_is_singular_and_changes_nothing() -> None:
    # what raters share is taken out of every participant and exercise
    whole = TABLE.groupby("participant").filter(lambda t: len(t) > 1)
    logs = np.log(whole["emg"])
    for _ in range(60):
        logs = logs - logs.groupby(whole["rater"]).transform("mean") + logs.mean()
    flat = whole.assign(emg=np.exp(logs))
    got = stats.mixed_model(flat, "emg ~ exercise", random=["1", "exercise"], items="rater")
    assert got.singular
    assert "the variance of rater is estimated as zero" in got.notices[0].text
    without = stats.mixed_model(flat, "emg ~ exercise", random=["1", "exercise"])
    assert got.reml_deviance == pytest.approx(without.reml_deviance, abs=1e-7)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"random": "1 + exercise"}, ArgumentError, "'items' cannot be used with these random terms.*correlated=False"),
        ({"random": None}, ArgumentError, "'items' cannot be used with these random terms.*Got: random=None"),
        ({"items": "raters"}, DesignError, "no column 'raters', which 'items' names.*'rater'"),
        ({"items": "exercise"}, ArgumentError, "Column 'exercise' has two roles"),
        ({"items": "participant"}, ArgumentError, "Column 'participant' has two roles"),
        ({"items": "lab"}, DesignError, "'lab', whose levels are random, has one level"),
        ({"items": "person"}, DesignError, "cannot tell the random terms.*12 participants"),
        ({"items": 3}, ArgumentError, "'items' cannot be used"),
    ],
)
def test_items_that_cannot_be_used(options: dict[str, Any], error: type[Exception], message: str) -> None:
    table = TABLE.assign(lab="one", person=TABLE["participant"].str.lower())
    if "random" in options and options["random"] is None:
        table = table.groupby("participant").first().reset_index()
        table["exercise"] = np.where(table.index % 2, "squat", "deadlift")
        table["rater"] = np.where(table.index % 3, "R1", "R2")
    with pytest.raises(error, match=message):
        stats.mixed_model(table, "emg ~ exercise", **{"items": "rater", **options})
