"""Contrasts: one side against the other within one study, with the sign and the surety that the paper printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

__all__ = ["Side", "difference", "judge", "mark", "sides", "weakest"]

Side = Literal["for", "against", "neither"]


def judge(row: pd.Series, table: pd.DataFrame, *, expects: str) -> Side:
    """Whether a contrast is for a claim, against it, or shows no difference.

    Parameters
    ----------
    row : Series
        A contrast: a row of :func:`emgkit.literature.figures` with a comparator.
    table : DataFrame
        All figures; where the paper printed no difference, its sign is that of the two sides.
    expects : {"above", "below"}
        Where the claim says the first side lies.

    Returns
    -------
    {"for", "against", "neither"}
        Not neither only with p < .05, with "sig." where the paper prints no p, with an interval without zero, or where
        the paper reports in words which side is higher (unit "direction") and does not call it n.s.

    Examples
    --------
    >>> from emgkit.literature import figures
    >>> table = figures()
    >>> by_id = table.set_index("id")
    >>> judge(by_id.loc["delgado_2019:gluteus_maximus_hip_thrust_vs_back_squat_1rm"], table, expects="above")
    'for'
    """
    excludes_zero = bool(row["ci_low"] > 0 or row["ci_high"] < 0)
    found = difference(row, table)
    in_words = row["unit"] == "direction" and row["p"] == ""
    if not (excludes_zero or in_words or _below_five_percent(row["p"])) or np.isnan(found) or found == 0:
        return "neither"
    return "for" if (found > 0) == (expects == "above") else "against"


def difference(row: pd.Series, table: pd.DataFrame) -> float:
    """The first side of a contrast against the second, as printed, or computed from the two sides where they were.

    Returns
    -------
    float
        In the row's unit; NaN where neither was printed.

    Examples
    --------
    >>> from emgkit.literature import figures
    >>> table = figures().set_index("id", drop=False)
    >>> row = table.loc["contreras_2015:upper_gluteus_maximus_mean_hip_thrust_vs_back_squat"]
    >>> round(difference(row, table), 1)
    40.1
    """
    if not np.isnan(row["value"]):
        return float(row["value"])
    first, second = sides(row, table)
    return float("nan") if first is None or second is None else float(first["value"] - second["value"])


def mark(row: pd.Series, table: pd.DataFrame) -> str:
    """How a figure was seen: its own mark, or the weaker one of its sides where its sign rests on them.

    Returns
    -------
    {"direct", "derived", "second-hand"}
        As in :func:`weakest`.

    Examples
    --------
    >>> from emgkit.literature import figures
    >>> table = figures().set_index("id", drop=False)
    >>> mark(table.loc["contreras_2015:upper_gluteus_maximus_mean_hip_thrust_vs_back_squat"], table)
    'direct'
    """
    rests_on_sides = row["comparator"] and np.isnan(row["value"])
    used = [side for side in sides(row, table) if side is not None] if rests_on_sides else []
    return weakest([row, *used])


def weakest(rows: Sequence[pd.Series]) -> str:
    """The mark of what rests on several figures: second-hand if any of them is, else derived if any is, else direct.

    What was computed here from second-hand figures, as its provenance says, is second-hand.

    Examples
    --------
    >>> from emgkit.literature import figures
    >>> table = figures().set_index("id")
    >>> weakest([table.loc["lin_2017:squat_1rm_change_of_the_means_pre_post_hip_thrust_training"]])
    'second-hand'
    """
    derived = [row for row in rows if row["seen"] == "derived"]
    if any(row["seen"] == "second-hand" for row in rows) or any("second-hand" in row["provenance"] for row in derived):
        return "second-hand"
    return "derived" if derived else "direct"


def sides(row: pd.Series, table: pd.DataFrame) -> tuple[pd.Series | None, pd.Series | None]:
    """The two rows that a contrast holds against each other; None where they were not printed.

    Examples
    --------
    >>> from emgkit.literature import figures
    >>> table = figures().set_index("id", drop=False)
    >>> row = table.loc["contreras_2015:upper_gluteus_maximus_mean_hip_thrust_vs_back_squat"]
    >>> [float(side["value"]) for side in sides(row, table)]
    [69.5, 29.4]
    """
    cells = table[table["study"] == row["study"]]
    for column in ("load", "site", "phase", "statistic", "unit"):
        cells = cells[cells[column] == row[column]]

    def only(exercise: str, muscle: str) -> pd.Series | None:
        found = cells[(cells["exercise"] == exercise) & (cells["muscle"] == muscle) & (cells["comparator"] == "")]
        return found.iloc[0] if len(found) == 1 else None

    first = only(row["exercise"], row["muscle"])
    # a comparator is another exercise or, with the exercise the same, another muscle
    second = only(row["comparator"], row["muscle"])
    return first, second if second is not None else only(row["exercise"], row["comparator"])


def _below_five_percent(p: str) -> bool:
    if p in ("sig.", "n.s.", ""):
        return p == "sig."
    return float(p[1:]) <= 0.05 if p.startswith("<") else float(p) < 0.05
