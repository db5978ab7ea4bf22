"""Shapiro-Wilk on the residuals of an analysis: a number to read beside a QQ plot, never a gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from emgkit.errors import ArgumentError, Notice
from emgkit.stats.cells.blocks import arrange, check_who, check_within, level_columns
from emgkit.stats.cells.columns import as_name, as_names, check_table, only_value
from emgkit.stats.mixed.model import MixedModel
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.within.interactions import rounding

Array = NDArray[np.float64]

RESULT_COLUMNS = ("residuals", "W", "n", "n_residuals", "p")
FEWEST, MOST = 3, 5000
# what statsmodels lacks
LACKING = "test of Shapiro and Wilk"

__all__ = ["normality"]


def normality(
    cells: pd.DataFrame | MixedModel,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    log: bool = True,
    crossed: str | Sequence[str] | None = None,
) -> Results:
    """Shapiro and Wilk's W of the residuals of an analysis of variance, or of a mixed model.

    Parameters
    ----------
    cells : pandas.DataFrame or MixedModel
        One row a participant, level of ``within`` and level of ``by``; or a fitted model, which needs nothing more.
    outcome, participant, by, log, crossed
        As in :func:`rm_anova`.
    within : str
        The factor within participants, for a table: residuals are what the means of participants and of levels leave.

    Returns
    -------
    Results
        The ``by`` columns, ``residuals`` (of what), ``W``, ``n`` (participants), ``n_residuals``, ``p``.

    Raises
    ------
    ArgumentError
        ``within`` is missing for a table, or given for a model.
    DesignError
        The table does not have the design, as in :func:`rm_anova`.

    Notes
    -----
    W is the squared correlation of the ordered residuals with the order statistics of a normal sample, and p Royston's
    approximation. Residuals of one participant depend on each other, so p is approximate. With few participants a clear
    departure goes unseen, and with many a harmless one is found: do not choose the test by it. Where a QQ plot bends,
    compare logarithms, use ranks, or see who carries the result (:func:`influence`).

    References
    ----------
    Shapiro, S. S. & Wilk, M. B. (1965). An analysis of variance test for normality. Biometrika, 52.
    Royston, P. (1995). Remark AS R94: a remark on algorithm AS 181. Applied Statistics, 44.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2, "exercise": ["a"] * 4 + ["b"] * 4,
    ...                       "value": [80.0, 60.0, 90.0, 70.0, 42.0, 33.0, 41.0, 39.0]})
    >>> normality(cells, within="exercise")[["W", "n_residuals", "p"]].round(3)
           W  n_residuals      p
    0  0.989            8  0.993
    """
    if isinstance(cells, MixedModel):
        row, facts, doubts = _of_model(cells, within)
        return Results.of(row, "normality", facts, notices=announce(doubts), objects=LACKING)
    table = check_table(cells)
    if within is None:
        raise ArgumentError("A table needs the factor within participants", allowed="within='exercise'", got="none")
    by_names, condition = as_names("by", by), as_name("within", within, hint="name further columns in 'by'")
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    notices = check_within(table, **roles, result_columns=RESULT_COLUMNS, between_muscles=True)
    people = check_who(table, participant, [condition, *by_names], complete=[condition], crossed=crossed)
    blocks, by_factors, found = arrange(table, **roles, log=log)
    rows = []
    for block in blocks:
        values = np.log(block.values) if log else block.values
        left = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()
        tested = _tested(left.ravel(), rounding(block.values, log=log))
        rows.append({"residuals": condition, **tested, "n": len(block.participants)})
    result = pd.concat([pd.DataFrame(level_columns(blocks, by_factors, [1] * len(blocks))), pd.DataFrame(rows)], axis=1)
    attrs: dict[Any, Any] = {
        "analysis": "normality of residuals", **roles, "scale": "log" if log else "raw",
        "unit": only_value(table, "unit"), "measure": only_value(table, "measure"), "people": people,
    }  # fmt: skip
    result = result[[*by_names, *RESULT_COLUMNS]]
    notices = [*notices, *found, *_without(result)]
    return Results.of(result, "normality", attrs, notices=announce(notices), objects=LACKING)


def _of_model(model: MixedModel, within: Any) -> tuple[pd.DataFrame, dict[Any, Any], list[Notice]]:
    if within is not None:
        raise ArgumentError("A model has its factors already", allowed="no 'within' beside a model", got=repr(within))
    left = model.residuals
    tested = _tested(left["residual"].to_numpy(), 0.0)
    facts = {key: left.attrs[key] for key in ("outcome", "participant", "scale", "unit", "measure", "people")}
    attrs = {**facts, "analysis": "normality of residuals", "by": [], "formula": model.formula}
    row = {"residuals": model.formula, **tested, "n": model.n}
    result = pd.DataFrame([row])[list(RESULT_COLUMNS)]
    return result, attrs, _without(result)


def _tested(left: Array, zero: float) -> dict[str, float | int]:
    """W and p; NaN without spread, or with too few or too many residuals."""
    w = p = np.nan
    if FEWEST <= len(left) <= MOST and np.ptp(left) > zero:
        w, p = (float(number) for number in stats.shapiro(left))
    return {"W": w, "p": p, "n_residuals": len(left)}


def _without(result: pd.DataFrame) -> list[Notice]:
    """Say where there is no W."""
    if not result["W"].isna().any():
        return []
    text = f"Shapiro and Wilk's W needs {FEWEST} to {MOST} residuals that are not all equal: it is NaN elsewhere."
    return [Notice(code="no-variance", text=text)]
