"""How a number changes along a row of repetitions or over time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emgkit.derived.tables import check_columns, row_named
from emgkit.errors import DesignError

__all__ = ["slopes"]


def slopes(rows: pd.DataFrame, *, over: str = "repetition") -> pd.DataFrame:
    """How a number changes from repetition to repetition: a straight line each, with its interval.

    Parameters
    ----------
    rows : DataFrame
        Rows of :func:`emgkit.measure`, at least three a line: of the median frequency, say, for fatigue.
    over : str, default "repetition"
        The numeric column along which the line runs.

    Returns
    -------
    DataFrame
        One row a line: the other columns, `intercept`, `slope` (unit of the value per step of `over`), `ci_low` and
        `ci_high` (95 %, from t with n - 2 degrees of freedom), `percent` (slope in percent of the intercept) and `n`.

    Raises
    ------
    DesignError
        A column is missing, or a line has fewer than three different places.

    Notes
    -----
    Ordinary least squares. The interval is of one person's line; a group is compared by its slopes, one a participant.

    Examples
    --------
    >>> rows = pd.DataFrame({"muscle": "VL", "repetition": [1, 2, 3, 4], "value": [80.0, 77.0, 76.0, 73.0]})
    >>> slopes(rows)[["muscle", "intercept", "slope", "ci_low", "ci_high", "n"]].round(2)
      muscle  intercept  slope  ci_low  ci_high  n
    0     VL       82.0   -2.2   -3.42    -0.98  4
    """
    from scipy.stats import t as student

    check_columns(rows, (over, "value"))
    keys = [name for name in rows.columns if name not in (over, "value")]
    lines = []
    for _, group in rows.groupby(keys, dropna=False, sort=False, observed=True):
        x, y = (group[name].to_numpy(dtype=np.float64) for name in (over, "value"))
        if len(np.unique(x)) < 3:
            raise DesignError(
                "A slope with an interval needs three places",
                where=row_named(group.iloc[0], keys),
                allowed=f"at least 3 different values of {over!r}",
                got=str(len(np.unique(x))),
            )
        spread = ((x - x.mean()) ** 2).sum()
        slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
        intercept = y.mean() - slope * x.mean()
        error = np.sqrt(((y - intercept - slope * x) ** 2).sum() / (len(x) - 2) / spread)
        half = student.ppf(0.975, len(x) - 2) * error
        lines.append(group.iloc[0][keys].to_dict() | {
            "intercept": intercept, "slope": slope, "ci_low": slope - half, "ci_high": slope + half,
            "percent": 100 * slope / intercept, "n": len(x),
        })  # fmt: skip
    return pd.DataFrame(lines)
