"""The same mixed model in statsmodels."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.stats.mixed.formula import Columns
from emgkit.stats.mixed.random_terms import RandomTerms
from emgkit.stats.results.statsmodels_objects import Key, StatsmodelsObjects

Array = NDArray[np.float64]

# the least share of the residual variance that a variance is given
_LEAST = 1e-9

__all__ = ["fit_mixedlm", "model_objects", "variance_objects"]


def fit_mixedlm(
    outcome: Array, x: Array, *, columns: Columns, codes: NDArray[np.intp], random: RandomTerms, factor: Array,
    reml: bool = True,
) -> Any:  # fmt: skip
    """Fit MixedLM, started at a relative Cholesky factor.

    Parameters
    ----------
    outcome : numpy.ndarray, (n_rows,)
        As analysed.
    x : numpy.ndarray, (n_rows, p)
        Model matrix, with its ``columns``.
    codes : numpy.ndarray, (n_rows,)
        Number of each row's participant; with items of one group for all.
    random : RandomTerms
        Slopes become ``exog_re``, everything else variance components.
    factor : numpy.ndarray, (q, q)
        Where to start.
    reml : bool
        By restricted, else by plain maximum likelihood.

    Returns
    -------
    statsmodels.regression.mixed_linear_model.MixedLMResults
        Variances stand in ``cov_re`` and ``vcomp``, the residual one in ``scale``. Without random terms, the results of
        OLS.
    """
    from statsmodels.regression.linear_model import OLS
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams, VCSpec

    if not random.terms:
        least_squares = OLS(outcome, x)
        least_squares.exog_names[:] = [name for _, name in columns.names()]
        return least_squares.fit()
    # MixedLM divides by variances, and cannot stand on one that is zero
    rows, covariance = random.layout.rows, factor @ factor.T
    singular = bool(np.linalg.eigvalsh(covariance)[0] < _LEAST)
    covariance = covariance + singular * _LEAST * np.eye(len(covariance))
    whole = random.full or random.intercept_only
    if whole:
        model = MixedLM(outcome, x, codes, exog_re=rows)
        start = MixedLMParams.from_components(fe_params=np.zeros(x.shape[1]), cov_re=covariance)
    else:
        # one variance component a block, one matrix a participant, without the columns it has no values in
        names = [":".join((group, name)) for group, name, _ in random.parameters]
        people = [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]
        parts = [[rows[at, begin:end] for at in people] for begin, end, _ in random.layout.blocks]
        kept = [[part[:, part.any(axis=0)] for part in block] for block in parts]
        labels = [[[str(column) for column in range(part.shape[1])] for part in block] for block in kept]
        model = MixedLM(outcome, x, codes, exog_vc=VCSpec(names, labels, kept))
        first = [begin for begin, _, _ in random.layout.blocks]
        start = MixedLMParams.from_components(fe_params=np.zeros(x.shape[1]), vcomp=np.diag(covariance)[first])
    model.exog_names[:] = [name for _, name in columns.names()]
    with warnings.catch_warnings():
        # its warnings of a boundary or of convergence are about its own scaling, not about this optimum
        warnings.simplefilter("ignore")
        # from the edge its search runs away
        return model.fit(reml=reml, start_params=start, **({"method": "bfgs", "maxiter": 0} if singular else {}))


# what statsmodels defines in a table of a model without random terms; with them estimates; and what rests on their
# covariance, where emgkit takes it without a correction
_LEAST_SQUARES = (
    "estimate", "mean", "geometric_mean", "ratio", "difference", "se", "ci_low", "ci_high", "t", "df", "p", "F", "df1",
    "df2",
)  # fmt: skip
_ESTIMATES = ("estimate", "mean", "geometric_mean", "ratio", "difference")
_UNCORRECTED = ("se", "t", "F", "df1")


def model_objects(
    model: Any, again: Callable[[Any, Any], pd.DataFrame], grid: Any, labels: Sequence[str]
) -> StatsmodelsObjects:
    """The object of a table of a fitted model.

    Parameters
    ----------
    model : MixedModel
        The fitted model.
    again : callable
        Makes the table from the grid and an inference, as ``emgkit.stats.mixed.marginal`` does.
    grid : Grid
        The design of the model; it has no hash but its identity.
    labels : sequence of str
        The columns that name a row.
    """
    kept = _LEAST_SQUARES
    if model.random is not None:
        kept = (*_ESTIMATES, *(_UNCORRECTED if model.df == "satterthwaite" and not model.singular else ()))
    return StatsmodelsObjects(
        what=_what(model),
        levels=(), parts=partial(_one, model), make=attrgetter("statsmodels"),
        numbers=partial(_numbers, again=again, grid=grid, labels=tuple(labels), kept=kept), needs=tuple(labels),
    )  # fmt: skip


def variance_objects(model: Any) -> StatsmodelsObjects:
    """The object of a table of variance components; where one is zero, MixedLM has no optimum to compare with."""
    return StatsmodelsObjects(
        what=_what(model), levels=(), parts=partial(_one, model), make=attrgetter("statsmodels"),
        numbers=partial(_variances, model), needs=("group", "name", "other"),
    )  # fmt: skip


def _what(model: Any) -> str:
    return "OLS" if model.random is None else "MixedLM at the optimum of emgkit; its own inference is z only"


def _variances(model: Any, fitted: Any, row: Mapping[str, Any]) -> dict[str, float]:
    random = model._prepared.random
    if model.singular or row["other"]:
        return {}
    if row["group"] == "residual":
        found = float(fitted.scale)
    else:
        place = random.parameters.index((row["group"], row["name"], ""))
        whole = random.full or random.intercept_only
        column = int(np.argwhere(random.layout.patterns[place])[0][0])
        found = float(np.asarray(fitted.cov_re)[column, column] if whole else fitted.vcomp[place])
    return {"variance": found, "sd": found**0.5}


def _one(model: Any) -> dict[Key, Any]:
    return {(): model}


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedInference:
    """What statsmodels knows about the coefficients, to be asked as an ``Inference`` of emgkit is."""

    beta: Array
    covariance: Array
    df: float
    r: Array

    def single(self, rows: Array) -> tuple[Array, Array, Array]:
        """Estimate, standard error and degrees of freedom of every row."""
        own = rows @ self.r
        variance = np.einsum("ma,ab,mb->m", own, self.covariance, own)
        return own @ self.beta, np.sqrt(variance), np.full(len(rows), self.df)

    def joint(self, rows: Array) -> tuple[Array, float, Array]:
        """F of all rows being zero: Wald's chi-square over their number."""
        own = rows @ self.r
        estimate = own @ self.beta
        wald = estimate @ np.linalg.solve(own @ self.covariance @ own.T, estimate)
        return np.asarray(wald / len(rows)), float(len(rows)), np.asarray(self.df)


def _numbers(
    fitted: Any,
    row: Mapping[str, Any],
    *,
    again: Callable[[Any, Any], pd.DataFrame],
    grid: Any,
    labels: tuple[str, ...],
    kept: tuple[str, ...],
) -> dict[str, float]:
    table = _table_again(fitted, again, grid, labels)
    there = table[tuple(str(row[name]) for name in labels)]
    return {name: float(there[name]) for name in kept if name in there}


@lru_cache(maxsize=2)
def _table_again(fitted: Any, again: Any, grid: Any, labels: tuple[str, ...]) -> dict[Key, Mapping[str, Any]]:
    with_random = hasattr(fitted, "fe_params")
    beta = np.asarray(fitted.fe_params if with_random else fitted.params, dtype=np.float64)
    df = float("inf") if with_random else float(fitted.df_resid)
    if with_random:
        # as if the variances were known; cov_params() also holds how they and the coefficients depend on each other
        hessian, _ = fitted.model.hessian(fitted.params_object)
        information = -np.asarray(hessian, dtype=np.float64)[: len(beta), : len(beta)]
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    else:
        covariance = np.asarray(fitted.cov_params(), dtype=np.float64)
    table = again(grid, FittedInference(beta=beta, covariance=covariance, df=df, r=grid.r))
    return {tuple(str(row[name]) for name in labels): row for row in table.to_dict("records")}
