"""Mixed models against the textbook: dense matrices, one variance after another, no block and no trick."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from emgkit.errors import EmgkitWarning
from emgkit.stats import contrasts, mixed_model, rm_anova
from emgkit.stats.mixed import reml
from emgkit.stats.mixed.model import MixedModel

RANDOM: list[Any] = ["1", ["1", "exercise"], ["1", "exercise", "muscle"], "1 + x", "0 + x", ["1", "exercise:muscle"]]
UNEVEN = pytest.mark.parametrize("random", RANDOM, ids=str)


def uneven(seed: int = 0, *, n: int = 7, kept: float = 0.8) -> pd.DataFrame:
    """Repetitions with holes, a covariate, and true effects of all kinds."""
    rng = np.random.default_rng(seed)
    grid = [(f"P{i}", e, m, r) for i in range(n) for e in "abc" for m in "xy" for r in range(3)]
    table = pd.DataFrame(grid, columns=["participant", "exercise", "muscle", "repetition"])
    table["x"] = rng.normal(5, 2, len(table)).round(1)
    by = {key: rng.normal(0, 0.6, 99) for key in ("participant", "exercise", "muscle", "x")}
    person = pd.factorize(table["participant"])[0]
    table["value"] = (
        20 + by["participant"][person] * 2 + table["x"] * (0.3 + 0.4 * by["x"][person])
        + by["exercise"][person * 3 + pd.factorize(table["exercise"])[0]]
        + by["muscle"][person * 2 + pd.factorize(table["muscle"])[0]] + rng.normal(0, 0.7, len(table))
    )  # fmt: skip
    return table[rng.random(len(table)) < kept]


def one_factor(table: pd.DataFrame) -> pd.DataFrame:
    return table.drop(columns="muscle").assign(repetition=range(len(table)))


def fitted(table: pd.DataFrame, formula: str, **further: Any) -> MixedModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return mixed_model(table, formula, **{"log": False, **further})


def dense(table: pd.DataFrame, random: Any) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Outcome, model matrix, and the derivative of V by every variance parameter, the residual last."""
    names = [name for name in ("exercise", "muscle") if name in table]
    cut = {name: pd.get_dummies(table[name], dtype=float).to_numpy() for name in names}
    coded = {name: (one[:, :-1] - one[:, -1:]) for name, one in cut.items()}
    x = table["x"].to_numpy()[:, None]
    design = np.hstack([np.ones_like(x), *coded.values(), x])
    if len(names) == 2:
        cross = coded["muscle"][:, :, None] * coded["exercise"][:, None, :]
        design = np.hstack([design, cross.reshape(len(table), -1)])
    same = np.equal.outer(table["participant"].to_numpy(), table["participant"].to_numpy()).astype(float)
    if random in ("1 + x", "0 + x"):
        parts = [same, same * (x + x.T), same * (x @ x.T)] if random == "1 + x" else [same * (x @ x.T)]
    else:
        parts = []
        for entry in random:
            both = same
            for name in [] if entry == "1" else entry.split(":"):
                both = both * (cut[name] @ cut[name].T)
            parts.append(both)
    return table["value"].to_numpy(), design, [*parts, np.eye(len(table))]


def parameters(model: MixedModel) -> np.ndarray:
    return model.variances["variance"].to_numpy()


def deviance(variances: np.ndarray, y: np.ndarray, x: np.ndarray, parts: list[np.ndarray]) -> float:
    v = sum(s * part for s, part in zip(variances, parts, strict=True))
    sign, log_v = np.linalg.slogdet(v)
    inside = x.T @ np.linalg.solve(v, x)
    beta = np.linalg.solve(inside, x.T @ np.linalg.solve(v, y))
    left = y - x @ beta
    rss = left @ np.linalg.solve(v, left)
    if sign <= 0 or rss <= 0:
        return np.inf
    return log_v + np.linalg.slogdet(inside)[1] + rss + (len(y) - x.shape[1]) * np.log(2 * np.pi)


@UNEVEN
def test_the_optimum_is_the_lowest_point_of_the_dense_deviance(random: Any) -> None:
    table = uneven(3)
    model = fitted(table, "value ~ exercise * muscle + x", random=random)
    y, x, parts = dense(table, random)
    at = parameters(model)
    assert model.reml_deviance == pytest.approx(deviance(at, y, x, parts), abs=1e-8)
    # no step of any size leads lower
    rng = np.random.default_rng(1)
    for size in (1e-4, 1e-2, 0.3):
        for _ in range(8):
            tried = at * np.exp(rng.normal(0, size, len(at)))
            if random == "1 + x" and tried[0] * tried[2] < tried[1] ** 2:
                continue  # no covariance
            assert deviance(tried, y, x, parts) >= model.reml_deviance - 1e-9


@UNEVEN
def test_kenward_roger_as_the_paper_writes_it(random: Any) -> None:
    table = uneven(3)
    model = fitted(table, "value ~ exercise * muscle + x", random=random)
    y, x, parts = dense(table, random)
    inverse = np.linalg.inv(sum(s * part for s, part in zip(parameters(model), parts, strict=True)))
    phi = np.linalg.inv(x.T @ inverse @ x)
    p = inverse - inverse @ x @ phi @ x.T @ inverse
    first = [-x.T @ inverse @ one @ inverse @ x for one in parts]
    second = [[x.T @ inverse @ a @ inverse @ b @ inverse @ x for b in parts] for a in parts]
    w = 2 * np.linalg.inv([[np.trace(p @ a @ p @ b) for b in parts] for a in parts])
    r = range(len(parts))
    middle = sum(w[i, j] * (second[i][j] - first[i] @ phi @ first[j]) for i in r for j in r)
    adjusted = phi + 2 * phi @ middle @ phi
    fixed = model.fixed
    np.testing.assert_allclose(fixed["estimate"], phi @ x.T @ inverse @ y, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(fixed["se"], np.sqrt(np.diag(adjusted)), rtol=1e-7)

    for rows, row in ((np.eye(x.shape[1])[5:7], 3), (np.eye(x.shape[1])[1:3], 0)):
        size = len(rows)
        theta = rows.T @ np.linalg.inv(rows @ phi @ rows.T) @ rows
        moved = [theta @ phi @ one @ phi for one in first]
        a1 = sum(w[i, j] * np.trace(moved[i]) * np.trace(moved[j]) for i in r for j in r)
        a2 = sum(w[i, j] * np.trace(moved[i] @ moved[j]) for i in r for j in r)
        b = (a1 + 6 * a2) / (2 * size)
        g = ((size + 1) * a1 - (size + 4) * a2) / ((size + 2) * a2)
        c = np.array([g, size - g, size + 2 - g]) / (3 * size + 2 * (1 - g))
        mean = 1 / (1 - a2 / size)
        spread = 2 / size * (1 + c[0] * b) / ((1 - c[1] * b) ** 2 * (1 - c[2] * b))
        df = 4 + (size + 2) / (size * spread / (2 * mean**2) - 1)
        estimate = rows @ fixed["estimate"].to_numpy()
        f = df / (mean * (df - 2)) / size * estimate @ np.linalg.solve(rows @ adjusted @ rows.T, estimate)
        got = model.terms.iloc[row]
        np.testing.assert_allclose([got["F"], got["df1"], got["df2"]], [f, size, df], rtol=1e-6)


@UNEVEN
def test_satterthwaite_with_numerical_derivatives(random: Any) -> None:
    table = uneven(3)
    model = fitted(table, "value ~ exercise * muscle + x", random=random, df="satterthwaite")
    assert not model.singular
    y, x, parts = dense(table, random)
    at = parameters(model)

    def variances(variance: np.ndarray) -> np.ndarray:
        v = sum(s * part for s, part in zip(variance, parts, strict=True))
        return np.diag(np.linalg.inv(x.T @ np.linalg.solve(v, x)))

    step = 1e-3 * np.where(np.abs(at) > 1e-3, np.abs(at), 1e-3)
    r = len(at)
    unit = np.eye(r) * step
    change = np.array([(variances(at + e) - variances(at - e)) for e in unit]) / (2 * step[:, None])
    hessian = np.empty((r, r))
    for i in range(r):
        for j in range(r):
            corners = [deviance(at + a * unit[i] + b * unit[j], y, x, parts) * a * b for a in (1, -1) for b in (1, -1)]
            hessian[i, j] = sum(corners) / (4 * step[i] * step[j])
    spread = 2 * np.linalg.inv(hessian)
    df = 2 * variances(at) ** 2 / np.einsum("ia,ij,ja->a", change, spread, change)
    np.testing.assert_allclose(model.fixed["df"], df, rtol=2e-4)
    np.testing.assert_allclose(model.fixed["se"], np.sqrt(variances(at)), rtol=1e-7)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), random=st.sampled_from(["1", ["1", "exercise"], "1 + x"]), n=st.integers(3, 7))
def test_no_other_start_leads_lower(seed: int, random: Any, n: int) -> None:
    # small tables have singular fits and several valleys
    table = one_factor(uneven(seed, n=n, kept=0.6))
    table["value"] = np.random.default_rng(seed).normal(size=len(table)) + pd.factorize(table["exercise"])[0]
    model = fitted(table, "value ~ exercise", random=random)
    assert not [notice for notice in model.notices if notice.code == "not-converged"]
    y, x, parts = dense(table, random)
    x = x[:, :3]  # the formula has no covariate
    root = np.random.default_rng(seed)

    def at(theta: np.ndarray) -> float:
        if random == "1 + x":
            lower = np.array([[theta[0], 0], [theta[1], theta[2]]])
            s = (lower @ lower.T)[[0, 1, 1], [0, 0, 1]]
        else:
            s = theta[:-1] ** 2
        return deviance(np.r_[s, theta[-1] ** 2 + 1e-12], y, x, parts)

    for _ in range(1):
        start = root.normal(size=len(parts)) * 10 ** root.uniform(-0.5, 0.5)
        found = optimize.minimize(at, start, method="Nelder-Mead", options={"maxfev": 1500, "fatol": 1e-9})
        assert model.reml_deviance <= found.fun + 1e-6


def repetitions(seed: int = 5, *, n: int = 13) -> pd.DataFrame:
    """Complete repetitions, with effects of exercise that differ between participants and between exercises."""
    rng = np.random.default_rng(seed)
    grid = [(f"P{i:02d}", e, r) for i in range(n) for e in ("deadlift", "hip_thrust", "squat") for r in range(5)]
    table = pd.DataFrame(grid, columns=["participant", "exercise", "repetition"])
    effect = np.repeat(rng.normal(0, [0.1, 0.2, 0.3], (n, 3)).ravel() + np.repeat(rng.normal(0, 0.3, n), 3), 5)
    mean = table["exercise"].map({"deadlift": 3.0, "hip_thrust": 3.2, "squat": 2.9})
    return table.assign(value=np.exp(mean + effect + rng.normal(0, 0.1, len(table))))


def test_full_slopes_on_repetitions_are_paired_t_tests_and_hotelling() -> None:
    table = repetitions()
    model = mixed_model(table, "value ~ exercise", random="1 + exercise", log=True)
    logs = np.log(table["value"]).groupby([table["participant"], table["exercise"]]).mean()
    means = np.exp(logs).rename("value").reset_index()
    expected, got = contrasts(means, within="exercise"), model.contrasts("exercise")
    assert got["contrast"].tolist() == expected["contrast"].tolist()
    for column in ("ratio", "ci_low", "ci_high", "t", "df", "p", "p_adjusted"):
        np.testing.assert_allclose(got[column], expected[column], rtol=1e-6, err_msg=column)
    np.testing.assert_allclose(got["df"], 12, rtol=1e-8)

    wide = means.pivot_table(index="participant", columns="exercise", values="value").map(np.log).to_numpy()
    difference = wide[:, 1:] - wide[:, :1]
    center, covariance = difference.mean(axis=0), np.cov(difference, rowvar=False)
    t_squared = 13 * center @ np.linalg.solve(covariance, center)
    row = model.terms.iloc[0]
    np.testing.assert_allclose([row["F"], row["df1"], row["df2"]], [t_squared * 11 / (12 * 2), 2, 11], rtol=1e-6)
    assert row["p"] == pytest.approx(stats.f.sf(t_squared * 11 / 24, 2, 11), rel=1e-5)


@pytest.mark.parametrize("df", ["kenward-roger", "satterthwaite"])
def test_nested_intercepts_are_the_repeated_measures_anova_of_the_means(df: str) -> None:
    table = repetitions()
    # whose one error term is as wrong for these unequal participant effects
    with pytest.warns(EmgkitWarning, match="one error term"):
        model = mixed_model(table, "value ~ exercise", random=["1", "exercise"], df=df, log=False)
    means = table.groupby(["participant", "exercise"], as_index=False)["value"].mean()
    expected, got = rm_anova(means, within="exercise", log=False).iloc[0], model.terms.iloc[0]
    np.testing.assert_allclose(got[["F", "df1", "df2"]].tolist(), expected[["F", "df1", "df2"]].tolist(), rtol=1e-6)
    assert got["df2"] == pytest.approx(24, rel=1e-7)


@pytest.mark.parametrize(
    ("random", "further"),
    [
        ("1", {}),
        ("1 + x", {"re_formula": "~x"}),
        (["1", "exercise"], {"re_formula": "1", "vc_formula": {"e": "0 + C(exercise)"}}),
    ],
    ids=str,
)
def test_the_likelihood_is_that_of_statsmodels(random: Any, further: dict[str, Any]) -> None:
    table = one_factor(uneven(2, n=12))
    model = fitted(table, "value ~ exercise + x", random=random)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mixedlm = smf.mixedlm("value ~ C(exercise, Sum) + x", table, groups="participant", **further)
        other = mixedlm.fit(reml=True, method=["lbfgs", "bfgs"])
    assert other.converged
    assert -2 * other.llf == pytest.approx(model.reml_deviance, abs=1e-4)
    assert -2 * other.llf >= model.reml_deviance - 1e-7
    ours = model.statsmodels
    assert -2 * ours.llf == pytest.approx(model.reml_deviance, abs=1e-6)
    np.testing.assert_allclose(ours.fe_params, model.fixed["estimate"], rtol=1e-4)
    assert ours.model.exog_names == model.fixed["term"].tolist()


def test_predicted_random_effects_are_those_of_statsmodels() -> None:
    model = fitted(one_factor(uneven(2, n=12)), "value ~ exercise + x", random="1 + x")
    ours = model.random_effects.pivot_table(index="participant", columns="name", values="estimate")
    theirs = model.statsmodels.random_effects
    for code, person in enumerate(ours.index):
        np.testing.assert_allclose(ours.loc[person, ["1", "x"]], theirs[code], rtol=1e-3, atol=1e-4)
    left = model.residuals
    np.testing.assert_allclose(left["fitted"] + left["residual"], left["observed"], rtol=1e-12)
    np.testing.assert_allclose(left["fitted"], model.statsmodels.fittedvalues, rtol=1e-4)


def test_the_deeper_of_two_valleys_is_found() -> None:
    # drawn at random until a descent from variances like the residual one ended in a valley that is not the deepest
    text = "0ax:-1.8 0ay:0.9 0bx:-1.4 0by:0.8 0cx:1.4 1ay:-1.0 1by:-0.6 1cy:0.2 2ax:-2.2 2ay:0.7 2by:0.1 2cy:-0.8"
    rows = [(cell[0], cell[1], cell[2], float(cell[4:])) for cell in text.split()]
    table = pd.DataFrame(rows, columns=["participant", "exercise", "muscle", "value"])
    model = fitted(table, "value ~ exercise + muscle", random=["1", "exercise"])
    problem = model._fit.problem
    shallow = reml._descend(problem, np.array([0.6, 0.6]))
    deep = reml._state(problem, model._fit.factor).deviance
    assert shallow[2], "the other valley has a floor too"
    assert deep < shallow[1] - 1
    assert not model.singular


def test_a_zero_is_left_where_the_deviance_falls_beside_it() -> None:
    # zero is a stationary point of every such deviance, so a search that stands there would stay
    model = fitted(uneven(3), "value ~ exercise * muscle + x", random=["1", "exercise", "muscle"])
    problem, zero = model._fit.problem, np.zeros(3)
    stuck = reml._descend(problem, zero)
    np.testing.assert_array_equal(stuck[0], zero)
    theta, value, converged = reml._leave_zero(problem, *stuck)
    assert converged
    assert value == pytest.approx(reml._state(problem, model._fit.factor).deviance, abs=1e-9)
    np.testing.assert_allclose(np.abs(theta), model._fit.theta, rtol=1e-5)
