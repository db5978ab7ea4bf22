"""Residuals: whether they are normal, and whether they spread alike at every size of the value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.special import ndtri

from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style
from emgkit.notation import surface

__all__ = ["residuals"]

_NEEDED = ("fitted", "standardized")
# points that are named
_NAMED = 3


def residuals(
    table: pd.DataFrame,
    *,
    participant: str = "participant",
    log: bool | None = None,
    simulated: bool = False,
    axes: tuple[Axes, Axes] | None = None,
) -> tuple[Axes, Axes]:
    """Draw residuals against the quantiles of a normal distribution, and against the fitted values.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a residual, with ``fitted`` and ``standardized`` (over its standard deviation), such as
        ``mixed_model(…).residuals``. The three largest residuals are named by their participants.
    participant : str
        Column of the participant; without it no point is named.
    log : bool, optional
        Whether the fitted values are logarithms; by default what ``table.attrs`` says.
    simulated : bool, default False
        Write "simulated data" on the figure.
    axes : tuple of two Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    tuple of two Axes
        The quantiles, with the line of a normal distribution, and the fitted values.

    Raises
    ------
    ArgumentError
        A column is missing, or there are fewer than three residuals.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"participant": list("ABCD"), "fitted": [1.0, 2, 3, 4], "standardized": [0.1, -1, 1.2, 0]})
    >>> quantiles, spread = residuals(table, log=True)
    >>> quantiles.get_ylabel(), spread.get_xlabel()
    ('Standardised residual', 'Fitted value (log scale)')
    >>> import matplotlib.pyplot as plt; plt.close(quantiles.figure)
    """
    for name in _NEEDED:
        check_unknown("column of residuals", name, list(table.columns))
    rows = table[np.isfinite(table["standardized"].to_numpy(dtype=np.float64))]
    if len(rows) < _NAMED:
        raise ArgumentError("There are too few residuals to draw", allowed=f"{_NAMED} or more", got=f"{len(rows)}")
    rows = rows.sort_values("standardized", kind="stable")
    y = rows["standardized"].to_numpy(dtype=np.float64)
    # Blom's places of the ordered values
    expected = ndtri((np.arange(1, len(y) + 1) - 0.375) / (len(y) + 0.25))
    largest = np.argsort(-np.abs(y), kind="stable")[:_NAMED]
    names = rows[participant].astype(str).to_numpy() if participant in rows.columns else np.full(len(y), "")
    logs = table.attrs.get("scale") == "log" if log is None else log
    unit = surface(str(table.attrs.get("unit") or ""))[0]
    with style.theme():
        quantiles, spread = axes if axes is not None else style.panels(2, columns=2, height=2.7)[1]
        ends = np.array([min(expected[0], y[0]), max(expected[-1], y[-1])])
        quantiles.plot(ends, ends, color=style.GREY, lw=0.9, zorder=1)
        spread.axhline(0, color=style.GREY, lw=0.9, zorder=1)
        for ax, x in ((quantiles, expected), (spread, rows["fitted"].to_numpy(dtype=np.float64))):
            ax.plot(x, y, "o", ms=3.2, mew=0, color=style.PALETTE[0], alpha=0.75, zorder=2)
            _name(ax, x, y, largest, names)
        scale = "log scale" if logs else unit
        quantiles.set(xlabel="Normal quantile", ylabel="Standardised residual")
        spread.set(xlabel=f"Fitted value{f' ({scale})' if scale else ''}", ylabel="Standardised residual")
        style.letter_panels([quantiles, spread])
        if simulated or bool(table.attrs.get("simulated")):
            style.mark_simulated(spread)
        style.fit_x_labels([quantiles, spread])
    return quantiles, spread


def _name(ax: Axes, x: NDArray[Any], y: NDArray[Any], largest: NDArray[Any], names: NDArray[Any]) -> None:
    """Write the participants beside the largest residuals, towards the middle of the panel."""
    middle = (float(x.min()) + float(x.max())) / 2
    taken: list[tuple[float, float]] = []
    for place in largest:
        left = x[place] > middle
        # names that would lie on one another are told once, by the larger residual
        near = 0.08 * (float(np.ptp(y)) or 1.0)
        if not names[place] or any(abs(y[place] - other) < near and side == left for side, other in taken):
            continue
        taken.append((left, float(y[place])))
        ax.annotate(
            names[place], (x[place], y[place]), xytext=(-5 if left else 5, 0), textcoords="offset points",
            ha="right" if left else "left", va="center", fontsize=style.size(), color=style.INK,
        )  # fmt: skip
