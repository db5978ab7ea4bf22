"""Friedman's test: whether the ranks within participants differ between conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from emgkit.errors import Notice
from emgkit.stats.cells.blocks import Block, arrange, check_who, check_within, level_columns
from emgkit.stats.cells.columns import as_name, as_names, check_table, only_value
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results

RESULT_COLUMNS = ("term", "chi_square", "df", "n", "p", "kendalls_w")

__all__ = ["friedman"]


def friedman(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    by: str | Sequence[str] | None = None,
    crossed: str | Sequence[str] | None = None,
) -> Results:
    """Test by ranks whether the levels of a factor within participants differ; :func:`post_hoc` has its pairs.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``.
    outcome, participant, within, by, crossed
        As in :func:`contrasts`; nobody may lack a level.

    Returns
    -------
    Results
        The ``by`` columns, ``term``, ``chi_square``, ``df``, ``n``, ``p`` and ``kendalls_w``, the agreement of the
        participants' orders from 0 to 1.

    Raises
    ------
    DesignError
        The table does not have the design, as in :func:`contrasts`.

    Notes
    -----
    With R_j the sum of the ranks of level j of k, chi_square = 12 sum(R_j**2) / (n k (k + 1)) - 3 n (k + 1), divided by
    1 - sum(t**3 - t) / (n (k**3 - k)) for t values that tie within a participant; p from the chi-square distribution
    with k - 1 degrees of freedom. W is chi_square / (n (k - 1)). Ranks do not depend on the scale, so there is no
    ``log``. The test takes no account of how far values differ: an analysis of variance of logarithms has more power.

    References
    ----------
    Friedman, M. (1937). The use of ranks to avoid the assumption of normality implicit in the analysis of variance.
    Journal of the American Statistical Association, 32.
    Kendall, M. G. & Babington Smith, B. (1939). The problem of m rankings. Annals of Mathematical Statistics, 10.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 3, "load_kg": [60] * 4 + [80] * 4 + [100] * 4,
    ...                       "value": [40.0, 33.0, 42.0, 30.0, 50.0, 39.0, 55.0, 41.0, 66.0, 48.0, 71.0, 39.0]})
    >>> friedman(cells, within="load_kg")[["chi_square", "df", "p"]].round(3)
       chi_square  df      p
    0         6.5   2  0.039
    """
    table = check_table(cells)
    by_names, condition = as_names("by", by), as_name("within", within, hint="name further columns in 'by'")
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    notices = check_within(table, **roles, result_columns=RESULT_COLUMNS)
    people = check_who(table, participant, [condition, *by_names], complete=[condition], crossed=crossed)
    blocks, by_factors, found = arrange(table, **roles, log=False)
    rows = [_ranked(block) for block in blocks]
    levels = level_columns(blocks, by_factors, [1] * len(blocks))
    result = pd.DataFrame({**levels, "term": [condition] * len(blocks), **pd.DataFrame(rows)})
    where = [block.label for block, row in zip(blocks, rows, strict=True) if np.isnan(row["p"])]
    tied = []
    if where:
        place = f" at {'; '.join(where)}" if any(where) else ""
        text = f"Every participant has the same value at every level{place}: there are no ranks, so the test is NaN."
        tied.append(Notice(code="no-variance", text=text))
    attrs: dict[Any, Any] = {
        "analysis": "Friedman's test", **roles, "scale": "raw", "unit": only_value(table, "unit"),
        "measure": only_value(table, "measure"), "people": people,
    }  # fmt: skip
    return Results.of(
        result, "friedman", attrs, notices=announce([*notices, *found, *tied]), objects="test of Friedman"
    )


def _ranked(block: Block) -> dict[str, float | int]:
    n, k = block.values.shape
    ranks = stats.rankdata(block.values, axis=1)
    ties = sum(float((counts**3 - counts).sum()) for counts in (np.unique(row, return_counts=True)[1] for row in ranks))
    rest = 1 - ties / (n * (k**3 - k))
    between = 12 * float((ranks.sum(axis=0) ** 2).sum()) / (n * k * (k + 1)) - 3 * n * (k + 1)
    chi_square = max(between, 0.0) / rest if rest > 1e-12 else np.nan
    return {
        "chi_square": chi_square, "df": k - 1, "n": n, "p": float(special.chdtrc(k - 1, chi_square)),
        "kendalls_w": chi_square / (n * (k - 1)),
    }  # fmt: skip
