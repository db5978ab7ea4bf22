"""Two conditions: every participant's pair of values, and the interval of the difference beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from emgkit._checks import check_unknown
from emgkit.errors import DesignError
from emgkit.figures import activation_plots
from emgkit.figures.drawing import rows, style
from emgkit.notation import as_title, counted, listed, number, p_heading, p_phrase, readable, surface

__all__ = ["paired"]


def paired(
    cells: pd.DataFrame,
    contrasts: pd.DataFrame,
    *,
    conditions: Sequence[str],
    within: str = "exercise",
    muscle: str | None = None,
    simulated: bool = False,
) -> tuple[Axes, Axes]:
    """Draw every participant's values in two conditions, and beside them the interval of the contrast.

    Parameters
    ----------
    cells : DataFrame
        One row a participant, muscle and condition, as from ``ek.summarize``.
    contrasts : DataFrame
        What ``ek.stats.contrasts`` made of the same cells; its row of the two conditions is drawn as it stands.
    conditions : sequence of two str
        The conditions, left and right.
    within : str, default "exercise"
        Column of the conditions.
    muscle : str, optional
        Which muscle, where the table holds several.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where a table says so.

    Returns
    -------
    tuple of Axes
        The values, and the interval: a ratio on a logarithmic axis with a line at 1, or a difference with one at 0.

    Raises
    ------
    DesignError
        A condition or the contrast is missing, participants of cells and contrast differ in number, or as for
        :func:`~emgkit.figures.activation`.
    ArgumentError
        The muscle is not in the table.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": ["1", "1", "2", "2"], "exercise": ["squat", "deadlift"] * 2,
    ...     "value": [80.0, 60.0, 70.0, 66.0], "unit": "%MVC"})
    >>> contrast = pd.DataFrame({"contrast": ["deadlift / squat"], "ratio": [0.84], "ci_low": [0.27],
    ...     "ci_high": [2.62], "n": [2], "p_adjusted": [0.3]})
    >>> values, interval = paired(cells, contrast, conditions=("deadlift", "squat"))
    >>> interval.get_yscale()
    'log'
    >>> import matplotlib.pyplot as plt; plt.close(values.figure)
    """
    if len(conditions) != 2 or conditions[0] == conditions[1]:
        raise DesignError("A pair needs two conditions", allowed="two different ones", got=listed(conditions))
    was_simulated = style.simulated_mark(cells, simulated) or style.simulated_mark(contrasts, False)
    cells, contrasts = _one_muscle(cells, muscle), _one_muscle(contrasts, muscle)
    row = _row(contrasts, conditions)
    if within not in cells.columns:
        raise DesignError(f"The cells have no column {within!r}", allowed=f"a column {within!r}", got=listed(cells))
    own = cells[cells[within].astype(str).isin(list(conditions))]
    own = own.assign(**{within: pd.Categorical(own[within].astype(str), list(conditions), ordered=True)})
    for name in conditions:
        check_unknown("condition", name, cells[within].astype(str).unique())
    people = own.groupby("participant", observed=True)[within].nunique().eq(2).sum()
    if int(people) != int(row["n"]):
        raise DesignError(
            "The contrast is not of these participants",
            allowed=f"a contrast of {int(people)} participants with both conditions",
            got=f"n = {number(row['n'])}",
            hint="Compute the contrasts from the cells that are drawn",
        )
    with style.theme():
        figure, (values, beside) = plt.subplots(
            1, 2, figsize=(style.across(style.COLUMN_WIDTH), 3.2), width_ratios=(2.2, 1)
        )
        own = own.drop(columns="simulated", errors="ignore")
        own.attrs = {}  # the mark stands once, at the right
        activation_plots.activation(own, x=within, by=None, log="ratio" in row, ax=values)
        legend = values.get_legend()
        if legend is not None:
            legend.remove()
        style.title(values, _heading(cells, int(row["n"])))
        unit = "" if "ratio" in row else str(contrasts.attrs.get("unit") or "")
        estimate = ("ratio" if "ratio" in row else "difference", "ci_low", "ci_high")
        numbers = tuple(float(row[name]) * surface(unit)[1] for name in estimate)
        _interval(beside, row, numbers, unit=surface(unit)[0])
        words = f"{estimate[0]} {rows.estimate(*numbers, ratio='ratio' in row, unit=surface(unit)[0])}"
        exact = p_phrase(
            float(row["p_adjusted"]), p_heading(contrasts.attrs.get("adjust"), contrasts.attrs.get("largest_family"))
        )
        figure.supxlabel(f"{words}, {exact}", fontsize=style.size(), linespacing=1.3)
        style.letter_panels((values, beside))
        if was_simulated:
            style.mark_simulated(beside, pad=19.0)
    return values, beside


def _one_muscle(table: pd.DataFrame, muscle: str | None) -> pd.DataFrame:
    if "muscle" not in table.columns:
        return table
    muscles = list(table["muscle"].astype(str).unique())
    chosen = style.one_muscle(muscles, muscle, hint="Name one: muscle=")
    return table[table["muscle"].astype(str) == chosen]


def _row(contrasts: pd.DataFrame, conditions: Sequence[str]) -> dict[str, Any]:
    """Give the contrast of the two conditions, whichever stands first in it."""
    first, second = conditions
    names = {f"{a}{sign}{b}" for a, b in ((first, second), (second, first)) for sign in (" / ", " - ")}
    needed = {"contrast", "ci_low", "ci_high", "n", "p_adjusted"}
    found = contrasts[contrasts["contrast"].isin(names)] if needed <= set(contrasts.columns) else contrasts.iloc[:0]
    if len(found) != 1:
        raise DesignError(
            f"The contrasts hold {len(found)} rows of {first!r} and {second!r}",
            allowed="one",
            got=listed(contrasts["contrast"]) if "contrast" in contrasts.columns else listed(contrasts.columns),
            hint="Select the rows of one phase, group and muscle first",
        )
    return dict(found.iloc[0])


def _heading(cells: pd.DataFrame, n: int) -> str:
    muscle = f"{as_title(cells['muscle'].iloc[0])}\n" if "muscle" in cells.columns else ""
    return f"{muscle}n = {counted(n, 'participant')}"


def _interval(ax: Axes, row: dict[str, Any], numbers: tuple[float, ...], *, unit: str) -> None:
    ratio = "ratio" in row
    value, low, high = numbers
    null, color = (1.0 if ratio else 0.0), style.INK
    ax.axhline(null, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1)
    ax.plot([0, 0], [low, high], color=color, lw=1.7, solid_capstyle="butt", zorder=3)
    ax.plot([0], [value], marker="o", ms=6, color=color, mec="white", mew=0.7, ls="", zorder=4)
    ax.set_xlim(-1, 1)
    first, second = readable(row["contrast"]).split(" / " if ratio else " - ")
    ax.set_xticks([0], [f"{first}\n{'/' if ratio else '−'} {second}"])
    ax.tick_params(axis="x", length=0)
    if ratio:
        rows.ratio_scale(ax, "y", [low, value, high], points=200.0)
        ax.set_ylabel("Ratio (log axis), 95 % CI")
    else:
        ax.set_ylabel(f"Difference{f' ({unit})' if unit else ''}, 95 % CI")
