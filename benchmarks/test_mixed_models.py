"""Contrasts and mixed models beside statsmodels, whose fits have no small-sample inference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.anova import AnovaRM

import emgkit as ek

OUTCOMES = 1000
INTERCEPT = "MixedLM, intercept: formula, fit"

# MixedLM warns of the boundary and of convergence; what is doubtful in a fit is no question of time
pytestmark = pytest.mark.filterwarnings("ignore")


def mixedlm(table: pd.DataFrame, formula: str, slopes: str = "1") -> Any:
    """Fit MixedLM by REML, with its own start and optimisers."""
    model = MixedLM.from_formula(formula, table, groups=table["participant"], re_formula=slopes)
    return model.fit(reml=True)


@pytest.fixture
def intercept(cells: pd.DataFrame) -> Callable[[], Any]:
    """The fit of a random intercept by MixedLM."""
    logs = cells.assign(value=np.log(cells["value"]))
    return lambda: mixedlm(logs, "value ~ C(exercise, Sum) * C(muscle, Sum)")


def test_contrasts(beside: Callable[..., Any], cells: pd.DataFrame, intercept: Callable[[], Any]) -> None:
    """Paired contrasts of three lifts in three muscles."""

    def paired() -> pd.DataFrame:
        return ek.stats.contrasts(cells, within="exercise", by="muscle")

    table, _ = beside(paired, intercept, task="contrasts, 9 pairs", program=INTERCEPT)
    assert len(table) == 9


def test_random_intercept(beside: Callable[..., Any], cells: pd.DataFrame, intercept: Callable[[], Any]) -> None:
    """A random intercept, with Kenward-Roger degrees of freedom."""

    def fit() -> pd.DataFrame:
        model = ek.stats.mixed_model(cells, "value ~ exercise * muscle", log=True)
        return model.contrasts("exercise", by="muscle")

    task = "mixed_model, intercept: fit, Kenward-Roger, 9 contrasts"
    assert len(beside(fit, intercept, task=task, program=INTERCEPT)[0]) == 9


def test_slopes(beside: Callable[..., Any], repetitions: pd.DataFrame) -> None:
    """Random slopes on repetitions, with Kenward-Roger degrees of freedom."""
    logs = repetitions.assign(value=np.log(repetitions["value"]))

    def fit() -> pd.DataFrame:
        model = ek.stats.mixed_model(repetitions, "value ~ exercise", random="1 + exercise", log=True)
        return model.contrasts("exercise")

    table, _ = beside(
        fit, lambda: mixedlm(logs, "value ~ exercise", "~exercise"), rounds=7,
        task="mixed_model, slopes (195 rows): fit, Kenward-Roger, 3 contrasts", program="MixedLM, slopes: formula, fit",
    )  # fmt: skip
    assert len(table) == 3


def test_many_outcomes(beside: Callable[..., Any], cells: pd.DataFrame, intercept: Callable[[], Any]) -> None:
    """The same model of a thousand outcomes, beside one fit."""
    spread = np.random.default_rng(1).normal(0, 0.1, (len(cells), OUTCOMES))
    values = np.exp(np.log(cells["value"].to_numpy())[:, None] + spread)

    def fit() -> tuple[pd.DataFrame, ...]:
        models = ek.stats.mixed_model_many(cells, "~ exercise * muscle", outcomes=values, log=True)
        return models.fits, models.terms, models.contrasts("exercise", by="muscle")

    task = f"mixed_model_many, each of {OUTCOMES}: fit, F, 9 contrasts"
    tables, _ = beside(fit, intercept, task=task, program=INTERCEPT, fits=OUTCOMES)
    assert len(tables[2]) == 9 * OUTCOMES


def test_analysis_of_variance(beside: Callable[..., Any], cells: pd.DataFrame) -> None:
    """F with epsilons and effect sizes, beside F alone."""
    logs = cells.assign(value=np.log(cells["value"]))
    other = AnovaRM(logs, "value", "participant", within=["exercise", "muscle"])
    table, theirs = beside(
        lambda: ek.stats.rm_anova(cells, within=["exercise", "muscle"], log=True), other.fit,
        task="rm_anova, 3 x 3", program="AnovaRM",
    )  # fmt: skip
    np.testing.assert_allclose(table["F"], theirs.anova_table["F Value"], rtol=1e-6)
