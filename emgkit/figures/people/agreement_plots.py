"""Agreement of two methods or sessions, as Bland and Altman draw it: differences against means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from emgkit._checks import check_unknown
from emgkit.errors import DesignError
from emgkit.figures.drawing import rows, style
from emgkit.notation import as_title, counted, listed, number, readable, surface
from emgkit.stats.cells.labels import numbered

__all__ = ["bland_altman"]

_LINES = {"agreement_high": "upper limit", "bias": "bias", "agreement_low": "lower limit"}


def bland_altman(
    cells: pd.DataFrame,
    reliability: pd.DataFrame,
    *,
    conditions: Sequence[object],
    within: str = "session",
    muscle: str | None = None,
    value: str = "value",
    participant: str = "participant",
    unit: str | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the difference of two methods or sessions against their mean, with bias and limits of agreement.

    Parameters
    ----------
    cells : DataFrame
        One row a participant, condition and, where there are several, muscle.
    reliability : DataFrame
        What ``ek.stats.reliability`` made of the same cells; bias, limits of agreement and the intervals of all three
        are drawn as they stand there.
    conditions : sequence of two
        The methods, sessions or raters; the difference is the first minus the second.
    within : str, default "session"
        Column of the conditions.
    muscle : str, optional
        Which muscle, where the tables hold several.
    value, participant : str
        Columns of the value and of the person.
    unit : str, optional
        Unit of the value, by default the one in column ``unit``.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where a table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise. The numbers need some 100 points at its right.

    Returns
    -------
    Axes
        A point a participant; a line each for bias and limits with its 95 % interval as a band.

    Raises
    ------
    DesignError
        A condition, the pair or a column is missing, a participant has two rows in a condition or lacks one, the two
        tables differ in the number of participants, or no unit is known.
    ArgumentError
        The muscle is not in a table.

    References
    ----------
    Bland, J. M. & Altman, D. G. (1999). Measuring agreement in method comparison studies. Statistical Methods in
    Medical Research, 8.

    Examples
    --------
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": list("abcd") * 2, "session": ["day 1"] * 4 + ["day 2"] * 4,
    ...     "value": [50.0, 32.0, 41.0, 65.0, 52.0, 30.0, 43.0, 64.0], "unit": "%MVC"})
    >>> ax = bland_altman(cells, stats.reliability(cells, within="session"), conditions=("day 1", "day 2"))
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Mean of both (%MVC)', 'day 1 − day 2 (%MVC)')
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    if len(conditions) != 2 or str(conditions[0]) == str(conditions[1]):
        raise DesignError("Agreement is of two conditions", allowed="two different ones", got=listed(conditions))
    first, second = (str(condition) for condition in conditions)
    marked = style.simulated_mark(cells, simulated) or style.simulated_mark(reliability, False)
    cells, muscle = style.of_muscle(cells, muscle)
    pairs = _pairs(cells, (first, second), within=within, value=value, participant=participant)
    lines = _lines(style.of_muscle(reliability, muscle)[0], (first, second), n=len(pairs))
    unit = str(cells["unit"].iloc[0]) if unit is None and "unit" in cells.columns else unit
    if not unit:
        raise DesignError("The unit of the values is not known", allowed="a column 'unit', or unit=", got="nothing")
    shown, factor = surface(unit)
    with style.theme():
        ax = style.axes_or_new(ax, width=style.COLUMN_WIDTH, height=3.5)
        x, y = factor * pairs.mean(axis=1).to_numpy(), factor * (pairs[first] - pairs[second]).to_numpy()
        ax.plot(x, y, ls="", marker="o", ms=4.2, color=style.PALETTE[0], mec="white", mew=0.5, zorder=4)
        ax.axhline(0.0, color=style.GREY, lw=0.6, zorder=1)
        beside = [_line(ax, name, tuple(factor * limit for limit in limits)) for name, limits in lines.items()]
        _limits(ax, x, np.append(y, factor * np.array(list(lines.values()))))
        ax.set_xlabel(f"Mean of both ({shown})")
        names = (readable(numbered(within, condition)) for condition in (first, second))
        ax.set_ylabel(f"{' − '.join(names)} ({shown})")
        up = style.legend_above(ax, _handles(), columns=2)
        heading = f"{as_title(muscle)}, " if muscle else ""
        text = f"{heading}n = {counted(len(pairs), 'participant')}"
        style.head(ax, text, up=up, marked=marked, right=max(beside))
    return ax


def _pairs(
    cells: pd.DataFrame, conditions: tuple[str, str], *, within: str, value: str, participant: str
) -> pd.DataFrame:
    """A row a participant, a column a condition."""
    missing = [name for name in (participant, within, value) if name not in cells.columns]
    if missing:
        raise DesignError(
            "The table holds no values to compare", allowed=f"the columns {listed((participant, within, value))}",
            got=f"missing columns: {listed(missing)}",
        )  # fmt: skip
    table = cells.assign(**{within: cells[within].astype(str), participant: cells[participant].astype(str)})
    for condition in conditions:
        check_unknown("condition", condition, dict.fromkeys(table[within]))
    table = table[table[within].isin(conditions)]
    twice = table[table.duplicated([participant, within])]
    if len(twice):
        raise DesignError(
            "A participant has more than one row in a condition",
            where=f"{participant} {twice.iloc[0][participant]}, {within} {twice.iloc[0][within]}",
            allowed=f"one row a {participant} and {within}",
            hint="Select one muscle, side, exercise and phase first",
        )
    wide = table.pivot_table(index=participant, columns=within, values=value, observed=True, sort=False)
    both = wide.reindex(columns=list(conditions))
    lacking = both.index[both.isna().any(axis=1)]
    if len(lacking):
        raise DesignError(
            "A participant lacks a value", where=f"{participant} {listed(lacking)}",
            allowed="a value in each condition", got="none in one",
            hint="Leave these participants out of both tables",
        )  # fmt: skip
    return both


def _lines(table: pd.DataFrame, pair: tuple[str, str], *, n: int) -> dict[str, tuple[float, float, float]]:
    """Bias and limits with their intervals; with the other sign where the table divides the pair the other way."""
    missing = [name for name in ("quantity", "trials", "value", "ci_low", "ci_high", "n") if name not in table.columns]
    own = table[table["trials"].isin([" - ".join(pair), " - ".join(reversed(pair))])] if not missing else table.iloc[:0]
    own = own[own["quantity"].isin(list(_LINES))] if len(own) else own
    if len(own) != len(_LINES):
        raise DesignError(
            f"The limits of agreement of {pair[0]!r} and {pair[1]!r} are not in the table",
            allowed="one bias and two limits",
            got=f"missing columns: {listed(missing)}" if missing else f"{len(own)} rows",
            hint="Take ek.stats.reliability(cells, within=…), and select the rows of one phase, group and side",
        )  # fmt: skip
    if int(own["n"].iloc[0]) != n:
        raise DesignError(
            "The limits of agreement are not of these participants", allowed=f"those of {n} participants",
            got=f"n = {number(own['n'].iloc[0])}", hint="Compute the reliability of the cells that are drawn",
        )  # fmt: skip
    found = {
        str(row["quantity"]): (float(row["value"]), float(row["ci_low"]), float(row["ci_high"]))
        for row in own.to_dict("records")
    }
    if str(own["trials"].iloc[0]) == " - ".join(pair):
        return {name: found[name] for name in _LINES}
    other = {"agreement_high": "agreement_low", "bias": "bias", "agreement_low": "agreement_high"}
    return {name: (-found[other[name]][0], -found[other[name]][2], -found[other[name]][1]) for name in _LINES}


def _line(ax: Axes, name: str, limits: tuple[float, ...]) -> float:
    """Draw a line with its band, write its number beside the axes, and give the points that this takes."""
    bias, (middle, low, high) = name == "bias", limits
    color = style.PALETTE[1] if bias else style.PALETTE[4]
    ax.axhspan(low, high, color=color, alpha=0.13, lw=0, zorder=0, gid=f"interval {name}")
    ax.axhline(middle, color=color, lw=1.4, ls="-" if bias else (0, (5, 1.5)), zorder=2, gid=name)
    text = f"{_LINES[name]} {rows.estimate(middle, low, high, ratio=False)}".replace(" [", "\n[", 1)
    ax.annotate(
        text, (1.0, middle), xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points", ha="left",
        va="center", fontsize=style.size(), color=color, annotation_clip=False, linespacing=1.15,
    )  # fmt: skip
    return 5.0 + max(style.text_width(line, key="legend.fontsize") for line in text.split("\n"))


def _limits(ax: Axes, x: Any, y: Any) -> None:
    """Axes that hold every point and band, with the values' own room."""
    for setter, values in ((ax.set_xlim, x), (ax.set_ylim, y)):
        margin = 0.07 * float(np.ptp(values)) or 1.0
        setter(float(values.min()) - margin, float(values.max()) + margin)


def _handles() -> list[Any]:
    return [
        Line2D([], [], color=style.PALETTE[1], lw=1.4, label="bias"),
        Line2D([], [], color=style.PALETTE[4], lw=1.4, ls=(0, (5, 1.5)), label="limits of agreement"),
        Patch(color=style.GREY, alpha=0.25, lw=0, label="95 % CI"),
    ]
