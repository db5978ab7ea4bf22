"""One design, many outcomes: random-intercept models of all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_option
from emgkit.errors import ArgumentError, DesignError, Notice
from emgkit.notation import listed, number
from emgkit.stats.cells.columns import NAMED, as_names, check_columns, check_table, outcome_values
from emgkit.stats.cells.effect_formulas import CONFIDENCE
from emgkit.stats.cells.references import is_percent
from emgkit.stats.mixed import checks, marginal, reml, reml_one_ratio, small_sample
from emgkit.stats.mixed.estimates import Estimates
from emgkit.stats.mixed.formula import parse
from emgkit.stats.mixed.marginal import Grid
from emgkit.stats.mixed.model import SINGULAR, Prepared, prepare
from emgkit.stats.mixed.small_sample import METHODS, Inference
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.results.statsmodels_objects import StatsmodelsObjects

Array = NDArray[np.float64]

__all__ = ["MixedModels", "mixed_model_many"]


def mixed_model_many(
    cells: pd.DataFrame,
    formula: str,
    *,
    outcomes: Sequence[str] | pd.DataFrame | NDArray[Any],
    participant: str = "participant",
    df: str = "kenward-roger",
    log: bool = True,
    crossed: str | Sequence[str] | None = None,
) -> MixedModels:
    """Fit the same random-intercept model to many outcomes of one design.

    The numbers are those of :func:`mixed_model` with ``random="1"``, outcome by outcome, at a small part of the time.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant and condition.
    formula : str
        Only a right side, such as ``"~ exercise * muscle"``.
    outcomes : sequence of str, pandas.DataFrame or numpy.ndarray, (n_rows, n_outcomes)
        Columns of ``cells``, or their values, row by row. The outcomes of an array are numbered from 0.
    participant, df, log, crossed
        As in :func:`mixed_model`.

    Returns
    -------
    MixedModels
        The same tables, with ``outcome`` as their first column.

    Raises
    ------
    DesignError
        The table lacks the design, or an outcome holds what is not a finite number (on the log scale: above 0).
    ArgumentError
        The formula, the outcomes or an option cannot be read.

    Notes
    -----
    Whether one error term serves all conditions is not looked at here: a random intercept alone assumes it.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2,
    ...                       "exercise": ["hip_thrust"] * 4 + ["squat"] * 4,
    ...                       "mean": [80.0, 60.0, 90.0, 71.0, 40.0, 33.0, 42.0, 55.0],
    ...                       "peak": [120.0, 95.0, 129.0, 104.0, 80.0, 61.0, 85.0, 92.0]})
    >>> models = mixed_model_many(cells, "~ exercise", outcomes=["mean", "peak"])
    >>> models.contrasts("exercise")[["outcome", "contrast", "ratio", "df"]].round(2)
      outcome            contrast  ratio   df
    0    mean  hip_thrust / squat   1.78  3.0
    1    peak  hip_thrust / squat   1.41  3.0
    """
    table = check_table(cells)
    check_option("df", df, METHODS)
    parsed = parse(formula)
    if parsed.outcome:
        raise ArgumentError(
            "The formula of many outcomes has no left side", allowed=f"'~{formula.split('~')[1]}'", got=repr(formula)
        )
    names, values = _outcomes(table, outcomes, participant, log=log)
    columns = [name for name in names if name in table.columns]
    prepared = prepare(table, parsed, participant, "1", correlated=True, log=log, outcomes=columns, crossed=crossed)
    analysed = np.log(values) if log else values
    checks.check_size(analysed)

    problem = reml.reduce(prepared.x, analysed[:, 0], prepared.random.layout, prepared.person.codes)
    checks.check_identified(problem, prepared.random, people=len(prepared.person.levels))
    basis = np.linalg.solve(problem.r.T, prepared.x.T).T
    start = basis.T @ analysed
    left = analysed - basis @ start
    left = left - basis @ (basis.T @ left)
    unit = np.sqrt((left**2).mean(axis=0))
    rounding = 64 * np.finfo(np.float64).eps * np.maximum(np.abs(analysed).max(axis=0), 1.0 if log else 0.0)
    _check_error(names, unit <= rounding)
    codes, people = prepared.person.codes, len(prepared.person.levels)
    member = np.zeros((people, len(table)))
    member[codes, np.arange(len(table))] = 1
    shared = reml_one_ratio.Design(s=problem.s[:, 0, 0], f=problem.f[:, 0], n=len(table))
    e, yy = member @ (left / unit), np.full(len(names), float(len(table)))
    ratio = reml_one_ratio.best_ratio(shared, e, yy)
    theta = np.sqrt(ratio)
    if df == "kenward-roger":
        moments = reml_one_ratio.moments_at(shared, e, yy, ratio=ratio, middle=np.ones(len(names)))
        known = small_sample.kenward_roger(moments)
    else:
        moments = reml_one_ratio.moments_at(shared, e, yy, ratio=ratio, middle=2 * theta)
        t2, s2 = reml_one_ratio.second_at(shared, e, yy, ratio=ratio)
        known = small_sample.satterthwaite(moments, t2, s2)
    _check_error(names, moments.rss < 1e-12 * yy)
    singular = tuple(np.array(names)[theta < reml.SINGULAR].tolist())
    notices = announce([*prepared.notices, *_singular(singular, len(names))])
    return MixedModels(
        formula=formula, participant=participant, df=df, log=log,
        notices=notices,
        _prepared=prepared, _outcomes=names, _inference=marginal.rescaled(known, start.T, unit),
        _deviance=_deviance(shared, problem.r, moments.k, moments.rss, ratio, unit),
        _sigma=unit * np.sqrt(moments.rss / moments.df), _theta=theta, _r=problem.r,
        _percent=is_percent(table),
    )  # fmt: skip


def _outcomes(
    table: pd.DataFrame, outcomes: Sequence[str] | pd.DataFrame | NDArray[Any], participant: str, *, log: bool
) -> tuple[tuple[str, ...], Array]:
    """Names and values of the outcomes, (n_rows, n_outcomes)."""
    if isinstance(outcomes, (pd.DataFrame, np.ndarray)):
        if outcomes.ndim != 2 or len(outcomes) != len(table) or outcomes.shape[1] == 0:
            raise ArgumentError(
                "'outcomes' does not fit the table",
                allowed=f"{len(table)} rows, one column an outcome",
                got=f"shape {outcomes.shape}",
            )
        if isinstance(outcomes, pd.DataFrame) and not outcomes.index.equals(table.index):
            raise ArgumentError("The rows of 'outcomes' are labelled otherwise than those of the table")
        names = tuple(str(name) for name in (outcomes.columns if isinstance(outcomes, pd.DataFrame) else
                                             range(outcomes.shape[1])))  # fmt: skip
        values = np.asarray(outcomes)
        if values.dtype.kind not in "fiu":
            raise ArgumentError("'outcomes' holds no numbers", allowed="real numbers", got=f"type {values.dtype}")
        values = values.astype(np.float64)
    else:
        names = tuple(as_names("outcomes", outcomes))
        if not names:
            raise ArgumentError("'outcomes' names no column", allowed=listed(table.columns))
        check_columns(table, [("outcomes", name) for name in names])
        return names, np.stack([outcome_values(table, name, participant, log=log) for name in names], axis=1)
    bad = ~np.isfinite(values) | ((values <= 0) & log)
    if bad.any():
        row, column = (int(i) for i in np.argwhere(bad)[0])
        raise DesignError(
            f"{int(bad.sum())} values of 'outcomes' are empty or infinite{', 0 or negative' if log else ''}",
            where=f"the first is outcome {names[column]!r}, row {table.index[row]} ({number(values[row, column])})",
            allowed=f"finite numbers{' above 0' if log else ''}",
            hint="compare differences with log=False" if log and np.isfinite(values).all() else "",
        )
    return names, values


def _check_error(names: tuple[str, ...], bad: NDArray[np.bool_]) -> None:
    if bad.any():
        raise DesignError(
            "The formula and the random terms reproduce every value: there is no error term",
            where=f"outcome {listed(np.array(names)[bad][:NAMED])}",
            hint="check for copied values, or leave the outcome out",
        )


def _singular(names: Sequence[str], count: int) -> list[Notice]:
    """Say of which outcomes the variance between participants is estimated as zero."""
    if not names:
        return []
    which = listed(names[:NAMED]) + (" and more" if len(names) > NAMED else "")
    what = f"the variance between participants is estimated as zero for {len(names)} of {count} outcomes ({which})"
    text = f"The fit is singular: {what}. {SINGULAR}"
    return [Notice(code="singular", text=text, about=({"outcome": tuple(names)},))]


def _deviance(shared: reml_one_ratio.Design, r: Array, k: Array, rss: Array, ratio: Array, unit: Array) -> Array:
    free = shared.n - len(r)
    log_v = np.log1p(np.multiply.outer(ratio, shared.s)).sum(axis=-1)
    log_x = 2 * np.log(np.abs(np.diag(r))).sum() - np.linalg.slogdet(k)[1]
    return np.asarray(log_v + log_x + free * (1 + np.log(2 * np.pi * rss * unit**2 / free)))


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class MixedModels(Estimates):
    """Fitted random-intercept models of many outcomes.

    Parameters
    ----------
    formula, participant, df, log
        As given to :func:`mixed_model_many`.
    notices : tuple of Notice
        What is doubtful about the design.
    """

    formula: str
    participant: str
    df: str
    log: bool
    notices: tuple[Notice, ...]
    _prepared: Prepared
    _outcomes: tuple[str, ...]
    _inference: Inference
    _deviance: Array
    _sigma: Array
    _theta: Array
    _r: Array
    _percent: bool

    def __repr__(self) -> str:
        people = len(self._prepared.person.levels)
        return f"<MixedModels {self.formula!r}: {len(self._outcomes)} outcomes, {people} participants>"

    def methods(self) -> str:
        """What was done, as in :meth:`Results.methods`."""
        return self.terms.methods()

    def sentences(self) -> list[str]:
        """The F test of every term of every outcome."""
        return self.terms.sentences()

    def _repr_html_(self) -> str | None:
        return self.terms._repr_html_()

    @property
    def _known(self) -> Inference:
        return self._inference

    @cached_property
    def _grid(self) -> Grid:
        return self._prepared.grid(self._r, log=self.log, percent=self._percent, outcomes=self._outcomes)

    @cached_property
    def fits(self) -> Results:
        """One row an outcome: ``sigma``, ``variance`` between participants, ``reml_deviance``, ``singular``, ``n``."""
        return self._finished(pd.DataFrame({
            "outcome": self._outcomes, "sigma": self._sigma, "variance": (self._theta * self._sigma) ** 2,
            "reml_deviance": self._deviance, "singular": self._theta < reml.SINGULAR, "n": self._grid.n,
        }), "fits")  # fmt: skip

    def _objects(self, again: Callable[[Any, Any], pd.DataFrame], labels: Sequence[str]) -> StatsmodelsObjects | str:
        del again, labels
        return "fit of many outcomes at once (mixed_model fits one of them, with its object)"

    def _finished(
        self, table: pd.DataFrame, kind: str, *, objects: StatsmodelsObjects | str = "", **facts: Any
    ) -> Results:
        attrs = {
            "analysis": "linear mixed models (REML), one for each outcome", "formula": self.formula,
            "participant": self.participant, "random": "1", "df": self.df, "scale": "log" if self.log else "raw",
            "confidence": CONFIDENCE, "interval": "individual 95 %",
            "covariates": dict(self._grid.covariates), **marginal.coding(self._grid),
            "n": [self._grid.n], "outcomes": ["outcome"], "unit": "",
            "people": dict(self._prepared.people),
            "singular": [name for name, size in zip(self._outcomes, self._theta, strict=True) if size < reml.SINGULAR],
        }  # fmt: skip
        notices = [*self.notices, *checks.no_test(table)]
        return Results.of(table, kind, {**attrs, **facts}, notices=notices, objects=objects)
