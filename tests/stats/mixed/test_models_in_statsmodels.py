"""Tables of models carry MixedLM or OLS, and what these define is what the tables hold."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import DesignError
from emgkit.stats import mixed_model, mixed_model_many
from emgkit.stats.results.agreement import compared_numbers
from emgkit.stats.results.results import Results

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


def cells(spread: float = 0.4) -> pd.DataFrame:
    """An incomplete table of two factors with two repetitions and a covariate."""
    rng = np.random.default_rng(4)
    grid = pd.MultiIndex.from_product([[f"P{i}" for i in range(11)], list("abc"), ["left", "right"], [1, 2]])
    table = grid.to_frame(index=False, name=["participant", "exercise", "side", "repetition"])
    own = np.repeat(rng.normal(0, spread, 11), 12) + np.repeat(rng.normal(0, spread / 2, 33), 4)
    table["load"] = rng.normal(0, 1, len(table))
    table["value"] = np.exp(2 + own + 0.2 * table["exercise"].eq("b") + rng.normal(0, 0.2, len(table)))
    return table.drop(index=[0, 17, 40]).assign(unit="mV", measure="mean")


def tables(model: Any) -> list[Results]:
    """Every table of a model that statsmodels says something about."""
    found = [model.fixed, model.terms, model.marginal_means("exercise"), model.contrasts("exercise", adjust="hommel")]
    if "side" in model.formula:
        found += [
            model.marginal_means("exercise", by="side"), model.contrasts("exercise", by="side", family="all"),
            model.interaction_contrasts(["exercise", "side"]), model.joint_tests("exercise", by="side"),
        ]  # fmt: skip
    return found


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("df", ["kenward-roger", "satterthwaite"])
@pytest.mark.parametrize(
    ("formula", "random"),
    [
        ("value ~ exercise * side + load", ["1", "exercise"]), ("value ~ exercise", "1"),
        ("value ~ exercise + load", "1 + load"),
    ],
)  # fmt: skip
def test_tables_are_those_of_statsmodels(formula: str, random: Any, df: str, log: bool) -> None:
    table = cells() if "side" in formula else cells().query("side == 'left'").drop(columns="side")
    model = mixed_model(table, formula, random=random, df=df, log=log)
    for one in tables(model):
        assert one.statsmodels[()] is model.statsmodels
        found = list(compared_numbers(one))
        assert [each for each in found if not each.difference < 1e-6] == []
        columns = {each.where.rpartition(": ")[2] for each in found}
        tested = {"F", "df1"} if "F" in one else {"se", "t"} if "t" in one else {"se"}
        assert tested <= columns if df == "satterthwaite" and not model.singular else not tested & columns
        assert ("estimate" in one) == ("estimate" in columns)
        assert ("p_adjusted" in one) == ("p_adjusted" in columns)


def test_without_random_terms_statsmodels_has_every_number() -> None:
    table = cells().query("repetition == 1 and side == 'left'").groupby("participant").first().reset_index()
    table["exercise"] = np.where(table.index % 3, "a", "b")
    model = mixed_model(table, "value ~ exercise + load", random=None)
    names = {one.where.rpartition(": ")[2] for each in tables(model) for one in compared_numbers(each)}
    assert {"se", "ci_low", "t", "df", "p", "F", "df1", "df2", "ratio", "geometric_mean"} <= names
    assert max(one.difference for each in tables(model) for one in compared_numbers(each)) < 1e-9


@pytest.mark.parametrize("random", ["1", ["1", "exercise"], "1 + load"])
def test_a_singular_fit_has_its_object_too(random: Any) -> None:
    table = cells(0.0)
    # what participants share is taken out, so that their variance is zero
    logs = np.log(table["value"])
    table["value"] = np.exp(logs - logs.groupby(table["participant"]).transform("mean") + logs.mean())
    model = mixed_model(table.drop(columns="side"), "value ~ exercise + load", random=random, df="satterthwaite")
    assert model.singular
    assert -2 * model.statsmodels.llf == pytest.approx(model.reml_deviance, abs=1e-5)
    assert max(one.difference for each in tables(model) for one in compared_numbers(each)) < 1e-6


def test_wrong_numbers_of_a_model_are_seen() -> None:
    model = mixed_model(cells(), "value ~ exercise * side + load", random=["1", "exercise"], df="satterthwaite")
    for table in tables(model):
        for column in {one.where.rpartition(": ")[2] for one in compared_numbers(table)}:
            wrong = table.copy()
            wrong[column] = wrong[column] * 1.00002
            if column in ("estimate", "t", "F"):
                wrong[column] = wrong[column] + 0.001
            assert max(one.difference for one in compared_numbers(wrong)) > 1e-6, column


def test_tables_of_models_survive_pickling_and_many_outcomes_have_none() -> None:
    table = cells().groupby(["participant", "exercise"], as_index=False)["value"].mean()
    model = mixed_model(table, "value ~ exercise", random="1")
    again = pickle.loads(pickle.dumps(model.contrasts("exercise")))
    assert max(one.difference for one in compared_numbers(again)) < 1e-6
    assert "MixedLM at the optimum" in repr(again.statsmodels)
    many = mixed_model_many(table, "~ exercise", outcomes=["value"])
    with pytest.raises(DesignError, match="statsmodels has no fit of many outcomes at once"):
        _ = many.fixed.statsmodels
    assert "MixedLM at the optimum" in repr(model.variances.statsmodels)
