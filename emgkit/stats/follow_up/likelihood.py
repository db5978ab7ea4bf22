"""Two mixed models by maximum likelihood: the likelihood-ratio test, AIC and BIC."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, special

from emgkit.errors import ArgumentError, DesignError, Notice
from emgkit.notation import series
from emgkit.stats.mixed import reml
from emgkit.stats.mixed.model import MixedModel
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.results.statsmodels_objects import Key, StatsmodelsObjects

Array = NDArray[np.float64]

# a smaller model cannot fit better but for rounding
ROUNDING = 1e-6

__all__ = ["compare_models", "ml_deviance"]


def compare_models(smaller: MixedModel, larger: MixedModel) -> Results:
    """Compare two nested mixed models of the same rows by their likelihood.

    Parameters
    ----------
    smaller, larger : MixedModel
        What :func:`mixed_model` gave: the same outcome and rows, the terms (fixed, random or both) of the first among
        those of the second.

    Returns
    -------
    Results
        Two rows: ``formula``, ``random``, ``parameters`` (fixed effects, variances and covariances), ``deviance``
        (minus twice the log-likelihood), ``log_likelihood``, ``aic``, ``bic``; in the second ``chi_square``, ``df`` and
        ``p`` of the likelihood-ratio test; ``n`` participants.

    Raises
    ------
    ArgumentError
        One of them is no model with random terms.
    DesignError
        The models differ in outcome, scale or rows, or the first is not part of the second.

    Notes
    -----
    Both are fitted again by maximum likelihood, since restricted likelihoods of different fixed effects cannot be
    compared. chi_square is the difference of the deviances, and p supposes many participants: with few it is too small,
    and the F tests of ``.terms`` with Kenward-Roger degrees of freedom are better. Of a variance, which cannot be
    negative, it is too large (of one alone, twice what it should be). AIC is the deviance + 2 parameters, BIC the
    deviance + log(rows) parameters; on the log scale both are of the logarithms, and cannot be compared with those of
    raw values.

    References
    ----------
    Pinheiro, J. C. & Bates, D. M. (2000). Mixed-Effects Models in S and S-PLUS. Springer.
    Stram, D. O. & Lee, J. W. (1994). Variance components testing in the longitudinal mixed effects model.
    Biometrics, 50.

    Examples
    --------
    >>> import pandas as pd
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2,
    ...                       "exercise": ["hip_thrust"] * 4 + ["squat"] * 4, "sex": ["f", "m"] * 4,
    ...                       "value": [80.0, 60.0, 90.0, 71.0, 40.0, 33.0, 42.0, 55.0]})
    >>> without, both = (stats.mixed_model(cells, f"value ~ {terms}") for terms in ("exercise", "exercise + sex"))
    >>> compare_models(without, both)[["parameters", "chi_square", "df"]].round(2)
       parameters  chi_square   df
    0           4         NaN  NaN
    1           5        0.75  1.0
    """
    for name, model in (("smaller", smaller), ("larger", larger)):
        if not isinstance(model, MixedModel) or model.random is None:
            got = "a model without random terms" if isinstance(model, MixedModel) else type(model).__name__
            raise ArgumentError(f"{name!r} cannot be used", allowed="a mixed model with random terms", got=got)
    _check_same(smaller, larger)
    rows = [_row(model) for model in (smaller, larger)]
    chi_square = max(rows[0]["deviance"] - rows[1]["deviance"], 0.0)
    df = rows[1]["parameters"] - rows[0]["parameters"]
    test = {"chi_square": chi_square, "df": float(df), "p": float(special.chdtrc(df, chi_square))}
    rows = [{**rows[0], **dict.fromkeys(test, np.nan)}, {**rows[1], **test}]
    result = pd.DataFrame(rows).assign(n=larger.n)
    notices = []
    if _parameters(smaller)[1] < _parameters(larger)[1]:
        text = (
            "The larger model has more random terms: a variance cannot be negative, so p is too large (of one variance "
            "alone, twice what it should be)."
        )
        notices.append(Notice(code="variance-at-zero", text=text))
    facts = {key: larger.terms.attrs[key] for key in ("outcome", "participant", "scale", "unit", "measure", "people")}
    attrs = {
        **facts, "analysis": "mixed models compared by maximum likelihood", "by": [], "n_rows": larger.n_rows,
        "formulas": [smaller.formula, larger.formula],
    }  # fmt: skip
    objects = StatsmodelsObjects(
        what="MixedLM by maximum likelihood", levels=("formula", "random"), parts=partial(_parts, smaller, larger),
        make=_in_statsmodels, numbers=_numbers,
    )  # fmt: skip
    return Results.of(result, "model comparison", attrs, notices=announce(notices), objects=objects)


def _parts(*models: MixedModel) -> dict[Key, MixedModel]:
    return {(model.formula, _random(model)): model for model in models}


def _in_statsmodels(model: MixedModel) -> Any:
    return model._in_statsmodels(_ml(model)[1], reml=False)


def _numbers(fitted: Any, row: Mapping[str, Any]) -> dict[str, float]:
    del row
    likelihood = float(fitted.llf)
    return {
        "log_likelihood": likelihood, "deviance": -2 * likelihood, "aic": float(fitted.aic), "bic": float(fitted.bic),
    }  # fmt: skip


def _random(model: MixedModel) -> str:
    random = model.random if isinstance(model.random, str) else " + ".join(model.random or ())
    return f"{random}, crossed with {series(model.items)}" if model.items else random


def ml_deviance(model: MixedModel) -> float:
    """Minus twice the log-likelihood of a model fitted by maximum likelihood."""
    return _ml(model)[0]


def _ml(model: MixedModel) -> tuple[float, Array]:
    """The deviance of maximum likelihood, and the relative Cholesky factor in the columns of the layout."""
    fit = model._fit
    problem, n = fit.problem, fit.problem.n
    size = max(float(np.abs(fit.theta).max()), 0.1)

    def value(theta: Array) -> float:
        factor = problem.scaling @ np.tensordot(theta * size, problem.layout.patterns, axes=1)
        return reml.profiled_ml(problem, factor)

    best: Any = None
    # the optimum lies near that of the restricted likelihood; a variance that is zero there may not be here
    for start in (fit.theta / size, np.maximum(np.abs(fit.theta), 0.3 * size) / size):
        found = optimize.minimize(value, start, method="BFGS", options={"gtol": 1e-7})
        found = optimize.minimize(value, found.x, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-11})
        best = found if best is None or found.fun < best.fun else best
    deviance = float(best.fun + n * (1 + np.log(2 * np.pi / n)) + 2 * n * np.log(problem.unit))
    return deviance, np.tensordot(best.x * size, problem.layout.patterns, axes=1)


def _parameters(model: MixedModel) -> tuple[int, int]:
    """Fixed effects, and variances with covariances; the residual variance is one more."""
    return model._fit.problem.p, len(model._fit.problem.layout.patterns)


def _row(model: MixedModel) -> dict[str, Any]:
    deviance, count = ml_deviance(model), sum(_parameters(model)) + 1
    return {
        "formula": model.formula, "random": _random(model), "parameters": count, "deviance": deviance,
        "log_likelihood": -deviance / 2, "aic": deviance + 2 * count,
        "bic": deviance + float(np.log(model.n_rows)) * count,
    }  # fmt: skip


def _check_same(smaller: MixedModel, larger: MixedModel) -> None:
    """Refuse models of other values, and those of which the first is not part of the second."""
    same = smaller.log == larger.log and smaller.n_rows == larger.n_rows and smaller.participant == larger.participant
    if not same or not np.array_equal(smaller._analysed, larger._analysed):
        raise DesignError(
            "The models are not of the same values",
            allowed="the same table, outcome, participants and scale",
            got=f"{smaller.n_rows} and {larger.n_rows} rows, {'log' if smaller.log else 'raw'} and "
            f"{'log' if larger.log else 'raw'} scale",
            hint="fit both to the rows that have all columns of the larger model",
        )
    fixed = _within(smaller._prepared.x, larger._prepared.x)
    random = _within(smaller._fit.problem.layout.rows, larger._fit.problem.layout.rows)
    if not fixed or not random or sum(_parameters(smaller)) >= sum(_parameters(larger)):
        raise DesignError(
            "The first model is not part of the second, so their likelihoods make no test",
            allowed="the terms of the first among those of the second, which has more",
            got=f"{smaller.formula!r} and {larger.formula!r}",
            hint="give the smaller model first",
        )


def _within(columns: Array, of: Array) -> bool:
    """Whether all columns are sums of those of another matrix."""
    left = columns - of @ np.linalg.lstsq(of, columns, rcond=None)[0]
    return bool(np.abs(left).max() < ROUNDING * max(float(np.abs(columns).max()), 1.0))
