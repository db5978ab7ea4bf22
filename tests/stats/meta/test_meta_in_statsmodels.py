"""The pooled effects carry a statsmodels object, and their numbers are those that it has."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from emgkit.stats import meta_analysis
from emgkit.stats.results.agreement import compared_numbers

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

STUDIES = pd.DataFrame({
    "study": list("ABCDEF"), "m1": [88.0, 75, 53, 70, 60, 90], "sd1": [28.0, 29, 14, 20, 18, 25],
    "m2": [51.0, 51, 36, 60, 40, 50], "sd2": [19.0, 23, 23, 15, 12, 20], "n": [13, 12, 10, 14, 9, 20],
    "r": [0.7, 0.6, 0.6, 0.5, 0.8, 0.6], "load": [60.0, 70, 80, 85, 90, 75], "sex": list("mfmfmm"),
})  # fmt: skip


@pytest.mark.parametrize("moderator", [None, "load", "sex"])
@pytest.mark.parametrize("knapp_hartung", [True, False])
@pytest.mark.parametrize("method", ["reml", "dl", "pm", "fixed"])
@pytest.mark.parametrize("measure", ["log_ratio", "mean_change"])
def test_pooled_effects(measure: str, method: str, knapp_hartung: bool, moderator: str | None) -> None:
    found = meta_analysis(STUDIES, measure=measure, method=method, knapp_hartung=knapp_hartung, moderator=moderator)
    compared = list(compared_numbers(found.pooled))
    assert [one for one in compared if not one.difference < 1e-9] == []
    columns = {one.where.rpartition(": ")[2] for one in compared}
    assert {"estimate", "se", "ci_low", "ci_high"} <= columns
    assert ("ratio_high" in columns) == (measure == "log_ratio")
    # DerSimonian and Laird's estimator is statsmodels' own, too
    assert ("tau2" in columns) == (method == "dl" and moderator is None)
    assert {"t", "p"} <= columns or (method in ("dl", "fixed") and moderator is None)
    for column in columns - {"k", "q_df", "df"}:
        wrong = found.pooled.copy()
        wrong[column] = wrong[column] * 1.00001
        assert max(one.difference for one in compared_numbers(wrong)) > 1e-6


def test_the_object_goes_on() -> None:
    pooled = pickle.loads(pickle.dumps(meta_analysis(STUDIES, method="dl", knapp_hartung=False).pooled))
    assert pooled.statsmodels.summary_frame().loc["A", "eff"] == pytest.approx(np.log(88 / 51))
    regression = meta_analysis(STUDIES, moderator="load")
    assert regression.statsmodels.params["load"] == pytest.approx(regression.pooled["estimate"][1], rel=1e-9)
