"""Contrasts with their intervals: the result of a comparison at one look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from emgkit._checks import listed
from emgkit.errors import DesignError
from emgkit.figures import style

__all__ = ["contrasts"]

# ticks of a ratio axis, finest set first: multiples that people read as such
_TICKS = (
    (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
    (0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0),
    (0.1, 0.2, 0.33, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
    (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
)
# share of the axis between two ticks that keeps their labels apart
_APART = 0.09
# where the columns of numbers end, in points right of the axes
_ESTIMATE, _N, _P = 108.0, 134.0, 186.0


def contrasts(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] | None = None,
    unit: str | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw each contrast with its individual 95 % interval, and write its numbers beside it.

    Parameters
    ----------
    table : DataFrame
        As from ``ek.stats.contrasts``: ``contrast``, ``ratio`` or ``difference``, ``ci_low``,
        ``ci_high``, ``n``, ``p_adjusted`` and the `by` columns.
    by : str or sequence of str, optional
        Columns whose levels group the rows; by default those left of ``contrast``.
    unit : str, optional
        Unit of a difference, by default what ``table.attrs["unit"]`` says; a ratio has none.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise. The numbers need 190 points at its right.

    Returns
    -------
    Axes
        Ratios on a logarithmic axis with a line at 1, differences on a linear one with a line at 0.
        A contrast without a finite interval has its row and no mark.

    Raises
    ------
    DesignError
        A column is missing, or the table holds no row.

    Examples
    --------
    >>> table = pd.DataFrame({"muscle": ["vastus_lateralis"], "contrast": ["squat / deadlift"], "ratio": [1.4],
    ...     "ci_low": [1.2], "ci_high": [1.63], "n": [13], "p_adjusted": [0.0004]})
    >>> ax = contrasts(table)
    >>> ax.get_xscale()
    'log'
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    groups = _groups(table, by)
    outcome = "ratio" if "ratio" in table.columns else "difference"
    needed = [*groups, "contrast", outcome, "ci_low", "ci_high", "n", "p_adjusted"]
    missing = [column for column in needed if column not in table.columns]
    if missing or table.empty:
        raise DesignError(
            "The table holds no contrasts to draw",
            allowed=f"at least one row and the columns {listed(needed)}",
            came=f"{len(table)} rows; missing columns: {listed(missing)}",
        )
    unit = str(table.attrs.get("unit", "")) if unit is None else unit
    shown = table.copy()
    if outcome == "difference":
        for column in ("difference", "ci_low", "ci_high"):
            shown[column] = style.surface(table[column].to_numpy(), unit)[0]
    keys = [" · ".join(style.words(level) for level in row) for row in table[groups].to_numpy().tolist()]
    with style.theme():
        height = 0.85 + 0.22 * (len(table) + 1.25 * len(set(keys)) * bool(groups))
        ax = style.axes_or_new(ax, width=style.PAGE_WIDTH, height=height)
        _axis(ax, shown, outcome=outcome, unit=style.surface(0.0, unit)[1])
        _rows(ax, shown, keys, outcome=outcome)
        _heads(ax, outcome=outcome, adjust=str(table.attrs.get("adjust", "adjusted")))
        if style.is_simulated(table, simulated):
            style.mark_simulated(ax, pad=17, right=_P)
    return ax


def _groups(table: pd.DataFrame, by: str | Sequence[str] | None) -> list[str]:
    if by is not None:
        return [by] if isinstance(by, str) else list(by)
    columns = [str(column) for column in table.columns]
    before = columns[: columns.index("contrast")] if "contrast" in columns else []
    return [column for column in before if column != "simulated"]


def _rows(ax: Axes, table: pd.DataFrame, keys: list[str], *, outcome: str) -> None:
    """One line a contrast, below the heading of its group."""
    look = style.looks(table["contrast"])
    records = table.to_dict("records")
    y, ticks, labels = 0.0, [], []
    for key in dict.fromkeys(keys):
        if key:
            ax.annotate(
                key, (0, y), xycoords=("axes fraction", "data"), xytext=(-6, 0), textcoords="offset points",
                ha="right", va="center_baseline", fontsize=8.5, fontweight="bold", annotation_clip=False,
            )  # fmt: skip
            y += 1.0
        for row in (row for row, own in zip(records, keys, strict=True) if own == key):
            _contrast(ax, row, y, look=look[str(row["contrast"])], outcome=outcome)
            ticks.append(y)
            labels.append(str(row["contrast"]).replace("_", " ").replace(" - ", " − "))
            y += 1.0
        y += 0.25
    ax.set_yticks(ticks, labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(y - 0.6, -0.7)


def _contrast(ax: Axes, row: dict[Any, Any], y: float, *, look: style.Look, outcome: str) -> None:
    value, low, high = (float(row[column]) for column in (outcome, "ci_low", "ci_high"))
    if np.isfinite([low, high]).all():
        ax.plot([low, high], [y, y], color=look.color, lw=1.7, solid_capstyle="butt", zorder=3)
    if np.isfinite(value):
        ax.plot([value], [y], marker=look.marker, color=look.color, ms=6, mec="white", mew=0.7, ls="", zorder=4)
    places = ".2f" if outcome == "ratio" else _places(value, low, high)
    sign = "" if outcome == "ratio" else "+"
    # z: what rounds to zero has no minus sign
    interval = f"[{low:{sign}z{places}}, {high:{sign}z{places}}]" if np.isfinite([low, high]).all() else "[–]"
    estimate = f"{value:{sign}z{places}} {interval}".replace("-", "−")
    for text, right in ((estimate, _ESTIMATE), (f"{row['n']:g}", _N), (style.p_text(float(row["p_adjusted"])), _P)):
        _beside(ax, text, right, y)


def _places(*values: float) -> str:
    """Give the number format with three digits for the largest of the values."""
    largest = max((abs(value) for value in values if np.isfinite(value) and value != 0), default=1.0)
    return f".{max(0, 2 - int(np.floor(np.log10(largest))))}f"


def _beside(ax: Axes, text: str, right: float, y: float) -> None:
    ax.annotate(
        text, (1.0, y), xycoords=("axes fraction", "data"), xytext=(right, 0), textcoords="offset points",
        ha="right", va="center_baseline", fontsize=7.5, annotation_clip=False,
    )  # fmt: skip


def _heads(ax: Axes, *, outcome: str, adjust: str) -> None:
    """Headings of the columns of numbers; the p values say how they were adjusted."""
    p = {"none": "p", "holm": "p (Holm)", "bonferroni": "p (Bonf.)"}.get(adjust, "p (adj.)")
    for text, right in ((f"{outcome} [95 % CI]", _ESTIMATE), ("n", _N), (p, _P)):
        ax.annotate(
            text, (1.0, 1.0), xycoords="axes fraction", xytext=(right, 3), textcoords="offset points",
            ha="right", va="bottom", fontsize=7.5, color=style.GREY, annotation_clip=False,
        )  # fmt: skip


def _axis(ax: Axes, table: pd.DataFrame, *, outcome: str, unit: str) -> None:
    """Set a logarithmic axis about 1 for ratios, a linear one about 0 for differences."""
    drawn = table[[outcome, "ci_low", "ci_high"]].to_numpy(dtype=float)
    null = 1.0 if outcome == "ratio" else 0.0
    values = np.append(drawn[np.isfinite(drawn)], null)
    ax.axvline(null, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1)
    ax.spines["left"].set_visible(False)
    if outcome == "difference":
        margin = 0.06 * float(np.ptp(values)) or 1.0
        ax.set_xlim(values.min() - margin, values.max() + margin)
        ax.set_xlabel(f"Difference{f' ({unit})' if unit else ''}, individual 95 % confidence intervals")
        return
    ax.set_xscale("log")
    span = float(np.log(values.max() / values.min())) or 0.2
    low, high = float(values.min() * np.exp(-0.07 * span)), float(values.max() * np.exp(0.07 * span))
    ax.set_xlim(low, high)
    ax.xaxis.set_major_locator(FixedLocator(_ratio_ticks(low, high)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("Ratio (logarithmic axis), individual 95 % confidence intervals")


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Choose ticks of a logarithmic axis whose labels do not touch."""
    span = np.log(high / low)
    if high / low < 1.6:  # so short that it is nearly linear
        return [float(tick) for tick in MaxNLocator(nbins=5).tick_values(low, high) if low <= tick <= high]
    for ticks in _TICKS:
        inside = [tick for tick in ticks if low <= tick <= high]
        apart = len(inside) > 1 and np.diff(np.log(inside)).min() >= _APART * span
        # a set that ends in the middle of the axis would leave its other half bare
        if apart and np.log(inside[-1] / inside[0]) >= 0.5 * span:
            return inside
    exponents = np.arange(np.ceil(np.log10(low)), np.floor(np.log10(high)) + 1)
    return [float(10.0**exponent) for exponent in exponents[:: -(-len(exponents) // 6)]]
