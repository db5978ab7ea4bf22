"""Do the corrections, trends and ranks of `stats.follow_up` err, and intervals miss, as often as they say?

Simulated studies whose truth is known, with 8 and 13 participants, log-normal and with unequal variances.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import stats

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")]

# Tukey's p takes five milliseconds each
STUDIES, TUKEY = 1000, 500
LEVELS = ("a", "b", "c", "d")
UNEQUAL = np.array([0.15, 0.25, 0.35, 0.5])


def studies(n: int, *, sds: np.ndarray, means: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)) -> pd.DataFrame:
    """Each study is a level of `study`; the means are of logarithms."""
    rng = np.random.default_rng([n, len(means), int(100 * sds.sum())])
    shape = (STUDIES, n, len(LEVELS))
    logs = rng.normal(size=shape) * sds + rng.normal(0, 0.3, (STUDIES, n, 1)) + np.array(means)
    names = {"study": range(STUDIES), "participant": [f"P{i:02d}" for i in range(n)], "exercise": LEVELS}
    table = pd.MultiIndex.from_product(names.values(), names=names).to_frame(index=False)
    return table.assign(value=np.exp(3 + logs).ravel())


def percent(hits: np.ndarray) -> float:
    return 100 * float(np.mean(hits))


@pytest.mark.parametrize("n", [8, 13])
@pytest.mark.parametrize("sds", [np.full(4, 0.3), UNEQUAL], ids=["equal", "unequal"])
@pytest.mark.parametrize("adjust", ["tukey", "sidak", "holm-sidak"])
def test_the_chance_of_any_error_within_a_family(n: int, sds: np.ndarray, adjust: str) -> None:
    table, count = studies(n, sds=sds), TUKEY if adjust == "tukey" else STUDIES
    got = stats.contrasts(table[table["study"] < count], within="exercise", by="study", adjust=adjust)
    any_error = got["p_adjusted"].to_numpy().reshape(count, -1).min(axis=1) < 0.05
    # Tukey's correction is exact for one error term alone
    assert percent(any_error) <= (8 if adjust == "tukey" else 6.5)


@pytest.mark.parametrize("n", [8, 13])
def test_trends_and_their_intervals(n: int) -> None:
    null = stats.planned_contrasts(studies(n, sds=UNEQUAL), within="exercise", by="study", weights="polynomial")
    errors = null["p"].to_numpy().reshape(STUDIES, 3) < 0.05
    assert all(3 <= percent(column) <= 7 for column in errors.T)
    rising = studies(n, sds=UNEQUAL, means=(0.0, 0.2, 0.4, 0.6))
    got = stats.planned_contrasts(rising, within="exercise", by="study", weights="polynomial")
    linear = got[got["contrast"] == "linear"]
    true = np.exp(np.dot([-3, -1, 1, 3], [0.0, 0.2, 0.4, 0.6]))
    assert 93 <= percent((linear["ci_low"] <= true) & (true <= linear["ci_high"])) <= 97


@pytest.mark.parametrize("n", [8, 13])
def test_friedmans_test(n: int) -> None:
    got = stats.friedman(studies(n, sds=np.full(4, 0.3)), within="exercise", by="study")
    # the chi-square distribution is a little too wide for few people
    assert 2.5 <= percent(got["p"] < 0.05) <= 6.5


@pytest.mark.parametrize("n", [8, 13])
def test_the_likelihood_ratio_errs_too_often_with_few_people_as_its_docstring_says(n: int) -> None:
    table = studies(n, sds=np.full(4, 0.3)).assign(
        group=lambda t: t["participant"].str[-1].isin(list("02468")).map(str)
    )
    wrong = []
    for _, one in list(table.groupby("study"))[:150]:
        smaller, larger = (stats.mixed_model(one, f"value ~ {terms}") for terms in ("exercise", "exercise * group"))
        wrong.append(stats.compare_models(smaller, larger)["p"].iloc[1] < 0.05)
    assert 5 <= percent(np.array(wrong)) <= 30


@pytest.mark.parametrize("n", [8, 13])
def test_shapiro_wilk_of_normal_residuals(n: int) -> None:
    got = stats.normality(studies(n, sds=np.full(4, 0.3)), within="exercise", by="study")
    assert 2.5 <= percent(got["p"] < 0.05) <= 7


@pytest.mark.parametrize("n", [8, 13])
def test_participants_crossed_with_raters(n: int) -> None:
    rng = np.random.default_rng(n)
    names = {"participant": [f"P{i:02d}" for i in range(n)], "exercise": list("abc"), "rater": list("rstuv")}
    grid = pd.MultiIndex.from_product(names.values(), names=names).to_frame(index=False)
    p, low, high = [], [], []
    for _ in range(250):
        parts = (0.3, (n, 1, 1)), (0.15, (n, 3, 1)), (0.2, (1, 1, 5)), (0.15, (n, 3, 5))
        logs = sum(np.broadcast_to(rng.normal(0, sd, shape), (n, 3, 5)) for sd, shape in parts)
        table = grid.assign(value=np.exp(3 + np.asarray(logs)).ravel()).drop(index=rng.choice(15 * n, n, replace=False))
        model = stats.mixed_model(table, "value ~ exercise", random=["1", "exercise"], items="rater")
        p.append(model.terms["p"].iloc[0])
        pair = model.contrasts("exercise").iloc[0]
        low.append(pair["ci_low"])
        high.append(pair["ci_high"])
    assert 2.5 <= percent(np.array(p) < 0.05) <= 8
    assert 92 <= percent((np.array(low) < 1) & (np.array(high) > 1)) <= 98
