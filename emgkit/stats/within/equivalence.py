"""Equivalence of conditions: two one-sided tests against bounds that were stated before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit.errors import ArgumentError
from emgkit.stats.cells.blocks import arrange, check_who, check_within, level_columns, pair_names
from emgkit.stats.cells.columns import as_name, as_names, check_table, only_value
from emgkit.stats.cells.effect_formulas import ALPHA
from emgkit.stats.cells.multiplicity import adjusted, as_adjust, check_family, families, is_below
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.within import one_sample
from emgkit.stats.within.in_statsmodels import equivalence_objects
from emgkit.stats.within.interactions import rounding

Array = NDArray[np.float64]

RESULT_COLUMNS = (
    "contrast", "ratio", "difference", "ci_low", "ci_high", "ci90_low", "ci90_high", "bound_low", "bound_high",
    "t_lower", "p_lower", "t_upper", "p_upper", "df", "n", "p", "p_adjusted", "equivalent", "p_difference",
    "family_size",
)  # fmt: skip

__all__ = ["equivalence"]


def equivalence(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    bounds: tuple[float, float] = (0.8, 1.25),
    by: str | Sequence[str] | None = None,
    log: bool = True,
    adjust: str | None = "holm",
    family: str | Sequence[str] = "by",
    crossed: str | Sequence[str] | None = None,
) -> Results:
    """Test for every pair of conditions whether they are as good as equal: two one-sided tests (TOST).

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``.
    outcome, participant, within, by, log, adjust, family, crossed
        As in :func:`contrasts`.
    bounds : tuple of float
        The largest differences that would not matter: ratios below and above 1, or, with ``log=False``, differences
        below and above 0 in the unit of the outcome. State them before looking at the data.

    Returns
    -------
    Results
        The ``by`` columns, ``contrast``, ``ratio`` (or ``difference``), ``ci_low``, ``ci_high`` (95 %), ``ci90_low``,
        ``ci90_high`` (90 %), ``bound_low``, ``bound_high``, ``t_lower``, ``p_lower`` (against the lower bound),
        ``t_upper``, ``p_upper``, ``df``, ``n``, ``p`` (the larger of the two), ``p_adjusted``, ``equivalent``
        (``p_adjusted`` below .05), ``p_difference`` (the ordinary paired t test) and ``family_size``.

    Raises
    ------
    DesignError
        The table does not have the design, as in :func:`contrasts`.
    ArgumentError
        The bounds do not lie on both sides of equality.

    Notes
    -----
    Without correction for several contrasts, p is below .05 exactly if the 90 % interval lies within the bounds. A
    difference that is not significant is no equality, and a significant one can lie within the bounds.

    References
    ----------
    Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics, 15.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2, "exercise": ["a"] * 4 + ["b"] * 4,
    ...                       "value": [80.0, 60.0, 90.0, 70.0, 82.0, 59.0, 91.0, 71.0]})
    >>> equivalence(cells, within="exercise")[["contrast", "ratio", "equivalent"]].round(2)
      contrast  ratio  equivalent
    0    a / b   0.99        True
    """
    table = check_table(cells)
    by_names = as_names("by", by)
    condition = as_name("within", within, hint="name further columns in 'by'")
    adjust = as_adjust(adjust)
    chosen = check_family(family, by_names)
    low, high = _check_bounds(bounds, log=log, unit=only_value(table, "unit"))
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    notices = check_within(table, **roles, result_columns=RESULT_COLUMNS)
    people = check_who(table, participant, [condition, *by_names], complete=[condition], crossed=crossed)
    blocks, by_factors, found = arrange(table, **roles, log=log)

    parts = [_tost(block.differences(log=log), low, high, rounding=rounding(block.values, log=log)) for block in blocks]
    columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    back = np.exp if log else np.asarray
    for name in ("center", "ci_low", "ci_high", "ci90_low", "ci90_high"):
        columns["ratio" if name == "center" and log else "difference" if name == "center" else name] = back(
            columns.pop(name)
        )
    columns["contrast"] = [name for block in blocks for name in pair_names(block.levels, log=log)]
    columns["bound_low"], columns["bound_high"] = (np.full(len(columns["p"]), float(bound)) for bound in bounds)
    repeats = [len(block.pairs) for block in blocks]
    members = families(blocks, by_names, chosen, repeats)
    columns["p_adjusted"], columns["family_size"] = adjusted(columns["p"], members, adjust=adjust)
    columns["equivalent"] = is_below(columns["p_adjusted"])
    levels = level_columns(blocks, by_factors, repeats)
    result = pd.DataFrame({**levels, **{name: columns[name] for name in RESULT_COLUMNS if name in columns}})
    equal = one_sample.no_error_term(columns["contrast"], columns["p"], lost="p is")
    notices = [*notices, *found, *equal]
    attrs: dict[Any, Any] = {
        "analysis": "equivalence by two one-sided paired t tests", **roles, "scale": "log" if log else "raw",
        "bounds": [float(bound) for bound in bounds], "alpha": ALPHA, "unit": only_value(table, "unit"),
        "measure": only_value(table, "measure"), "adjust": adjust, "family": chosen, "people": people,
    }  # fmt: skip
    objects = equivalence_objects(
        table, bounds=(low, high), outcome=outcome, participant=participant, within=(condition,), by=tuple(by_names),
        log=log,
    )  # fmt: skip
    return Results.of(result, "equivalence", attrs, notices=announce(notices), objects=objects)


def _check_bounds(bounds: tuple[float, float], *, log: bool, unit: str) -> tuple[float, float]:
    """Return the bounds on the scale of the differences; both sides of equality, or an error."""
    equal = 1.0 if log else 0.0
    of_values = f"the unit of the outcome{f' ({unit})' if unit else ''}"
    allowed = f"(low, high) with {'0 < low < 1 < high, as ratios' if log else f'low < 0 < high, in {of_values}'}"
    try:
        low, high = (float(bound) for bound in bounds)
        right = low < equal < high and np.isfinite([low, high]).all() and (low > 0 or not log)
    except (TypeError, ValueError):
        right = False
    if not right:
        raise ArgumentError(
            "'bounds' cannot be used",
            allowed=allowed,
            got=repr(bounds),
            hint="" if log else f"state the largest difference that would not matter, in {of_values}",
        )
    return (float(np.log(low)), float(np.log(high))) if log else (low, high)


def _tost(differences: Array, low: float, high: float, *, rounding: float) -> dict[str, Array]:
    """Both one-sided tests of each column of differences."""
    wide = one_sample.t_test(differences, rounding=rounding)
    narrow = one_sample.t_test(differences, rounding=rounding, confidence=1 - 2 * ALPHA)
    error = np.where(np.isnan(wide["t"]), np.nan, differences.std(axis=0, ddof=1) / np.sqrt(len(differences)))
    t_lower, t_upper = (wide["center"] - low) / error, (wide["center"] - high) / error
    p_lower, p_upper = special.stdtr(wide["df"], -t_lower), special.stdtr(wide["df"], t_upper)
    return {
        "center": wide["center"], "ci_low": wide["low"], "ci_high": wide["high"], "ci90_low": narrow["low"],
        "ci90_high": narrow["high"], "t_lower": t_lower, "p_lower": p_lower, "t_upper": t_upper, "p_upper": p_upper,
        "df": wide["df"], "n": wide["n"], "p": np.maximum(p_lower, p_upper), "p_difference": wide["p"],
    }  # fmt: skip
