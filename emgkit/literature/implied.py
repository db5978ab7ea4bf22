"""What printed figures imply: differences and ratios with the rounding, both readings of a percentage."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.errors import DesignError
from emgkit.literature.contrasts import weakest

__all__ = ["implied_by_p", "percent_readings", "printed_contrasts"]

Array = NDArray[np.float64]

# what two cells must share to be the two sides of one contrast
_SAME = ("study", "muscle", "site", "phase", "statistic", "unit", "load")


def printed_contrasts(table: pd.DataFrame) -> pd.DataFrame:
    """Put the two printed sides of each contrast beside each other.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of :func:`figures`. Contrasts are the rows with a `comparator` and no `value`; both of their sides must be
        rows of the same study, muscle, site, phase, statistic, unit and load.

    Returns
    -------
    pandas.DataFrame
        One row a contrast: ``id, study, n, muscle, site, phase, statistic, unit, exercise, comparator, value,
        comparator_value, difference, difference_low, difference_high, ratio, ratio_low, ratio_high, p, seen``. The
        limits are no confidence interval: they are the least and the largest value that round to what is printed.
        `seen` is "direct" only where all three rows are.

    Raises
    ------
    DesignError
        A contrast lacks a side, or a side is there twice.

    Notes
    -----
    A mean of 86.8 may have been anything from 86.75 to 86.85, so the ratio lies between (a - h) / (b + k) and
    (a + h) / (b - k), h and k half a unit of the last decimals of a and b. The ratio is that of the printed arithmetic
    means.

    Examples
    --------
    >>> from emgkit import literature
    >>> table = printed_contrasts(literature.figures(study="contreras_2015")).set_index("id")
    >>> row = table.loc["contreras_2015:lower_gluteus_maximus_mean_hip_thrust_vs_back_squat"]
    >>> print(round(row["ratio"], 2), round(row["difference"], 1), row["p"])
    1.91 41.4 sig.
    """
    contrasts = table[(table["comparator"] != "") & table["value"].isna()]
    rows = []
    for _, contrast in contrasts.iterrows():
        first, second = (_side(table, contrast, str(contrast[role])) for role in ("exercise", "comparator"))
        a, b = float(first["value"]), float(second["value"])
        h, k = (0.5 * 10.0 ** -int(one["decimals"]) for one in (first, second))
        rows.append(
            {
                **{name: contrast[name] for name in ("id", "study", "n", *_SAME[1:-1], "exercise", "comparator")},
                "value": a, "comparator_value": b,
                "difference": a - b, "difference_low": a - b - h - k, "difference_high": a - b + h + k,
                "ratio": a / b, "ratio_low": (a - h) / (b + k), "ratio_high": (a + h) / (b - k),
                "p": contrast["p"], "seen": weakest([contrast, first, second]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def percent_readings(table: pd.DataFrame) -> pd.DataFrame:
    """Read every printed percentage of difference in both ways, where the paper does not say which lift is 100 %.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of :func:`figures`; those with a comparator, a value and the unit "% difference" are used.

    Returns
    -------
    pandas.DataFrame
        Two rows a figure: ``id, study, n, muscle, phase, exercise, comparator, printed, hundred_percent_is, ratio,
        ratio_low, ratio_high, p, seen``. `ratio` is exercise / comparator; its limits are those of the rounding. A
        reading that no ratio above zero can have is NaN: 100 % higher or more, if the exercise itself is 100 %, would
        leave the comparator with nothing, and so would 100 % lower the exercise, if the comparator is.

    Notes
    -----
    "16 % higher" is 1 + 0.16 times the comparator if the comparator is 100 %, and 1 / (1 - 0.16) times if the exercise
    itself is. "16 % lower" is -16 %: 1 - 0.16 times or 1 / (1 + 0.16) times.

    Examples
    --------
    >>> from emgkit import literature
    >>> readings = percent_readings(literature.figures(study="andersen_2018"))
    >>> readings[["printed", "hundred_percent_is", "ratio"]].head(2).round(3)
       printed  hundred_percent_is  ratio
    0     16.0    hex_bar_deadlift   1.16
    1     16.0  barbell_hip_thrust   1.19
    """
    used = table[(table["comparator"] != "") & (table["unit"] == "% difference") & table["value"].notna()]
    rows = []
    for _, row in used.iterrows():
        half = 0.5 * 10.0 ** -int(row["decimals"])
        shares = np.array([row["value"], row["value"] - half, row["value"] + half], dtype=float) / 100
        readings = {str(row["comparator"]): _positive(1 + shares), str(row["exercise"]): 1 / _positive(1 - shares)}
        for base, (ratio, low, high) in readings.items():
            rows.append(
                {
                    **{name: row[name] for name in ("id", "study", "n", "muscle", "phase", "exercise", "comparator")},
                    "printed": row["value"], "hundred_percent_is": base,
                    "ratio": ratio, "ratio_low": low, "ratio_high": high, "p": row["p"], "seen": row["seen"],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def implied_by_p(readings: pd.DataFrame) -> pd.DataFrame:
    """Work out t, d_z and an interval of the ratio from each printed p.

    Parameters
    ----------
    readings : pandas.DataFrame
        Rows of :func:`percent_readings` or :func:`printed_contrasts`; those whose `p` is a number (".025") or a limit
        ("<.001") are used.

    Returns
    -------
    pandas.DataFrame
        The rows with ``t, t_low, t_high, df, d_z, d_z_low, d_z_high, ci_low, ci_high`` added. All have the sign of the
        difference. Low and high of t and d_z are the least and the largest that the rounding of p leaves; for a limit
        ("<.001") only the one nearer zero is known, the others are NaN. ``ci_low`` and ``ci_high`` are the 95 % limits
        of the ratio. Where the ratio is NaN, all are.

    Notes
    -----
    For a paired t test of n participants, |t| follows from the two-sided p with n - 1 degrees of freedom, and
    d_z = t / sqrt(n). The interval is exp(ln r -/+ t* ln r / t): it holds if the test was made on the logarithms and p
    was not adjusted, which the papers do not say; it is what p implies then, and no printed figure.

    Examples
    --------
    >>> from emgkit import literature
    >>> readings = percent_readings(literature.figures(study="andersen_2018"))
    >>> implied_by_p(readings)[["p", "t", "d_z", "ci_low", "ci_high"]].head(1).round(2)
          p     t   d_z  ci_low  ci_high
    0  .025  2.56  0.71    1.02     1.32
    """
    from scipy import stats

    rows = []
    for row in readings.to_dict("records"):
        text = str(row["p"])
        digits = text.lstrip("<")
        if not digits.replace(".", "", 1).isdigit():
            continue
        half = 0.0 if text.startswith("<") else 0.5 * 10.0 ** -len(digits.partition(".")[2])
        df = int(row["n"]) - 1
        t, t_low, t_high = (
            float(stats.t.isf(p / 2, df)) for p in (float(digits), float(digits) + half, float(digits) - half)
        )
        if text.startswith("<"):
            t, t_high = np.nan, np.nan
        sign, root = np.sign(np.log(row["ratio"])), np.sqrt(df + 1)
        t_low, t_high = (sign * t_low, sign * t_high) if sign > 0 else (sign * t_high, sign * t_low)
        reach = float(stats.t.isf(0.025, df)) * abs(np.log(row["ratio"])) / t
        rows.append(
            {
                **row, "t": sign * t, "t_low": t_low, "t_high": t_high, "df": df,
                "d_z": sign * t / root, "d_z_low": t_low / root, "d_z_high": t_high / root,
                "ci_low": row["ratio"] * np.exp(-reach), "ci_high": row["ratio"] * np.exp(reach),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _positive(values: Array) -> Array:
    """The values above zero; NaN for the others."""
    return np.where(values > 0, values, np.nan)


def _side(table: pd.DataFrame, contrast: pd.Series, exercise: str) -> pd.Series:
    """The one cell that is a side of the contrast."""
    same = (table["exercise"] == exercise) & (table["comparator"] == "") & table["value"].notna()
    for name in _SAME:
        same &= table[name] == contrast[name]
    found = table[same]
    if len(found) != 1:
        raise DesignError(
            "A printed contrast needs its two sides",
            where=str(contrast["id"]),
            allowed=f"one row of {exercise} with the same {', '.join(_SAME[1:])}",
            got=f"{len(found)} rows",
        )
    return found.iloc[0]
