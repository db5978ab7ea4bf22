"""Rainclouds: each level as a density, a box and the participants' own values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from emgkit.figures import activation_plots
from emgkit.figures.drawing import style
from emgkit.figures.drawing.letters import LETTERS_NOTE, letters_of, write_letter
from emgkit.notation import as_title, counted
from emgkit.stats.cells.labels import numbered

__all__ = ["raincloud"]

# of 1 between levels: where points stand, how far they are spread, half the box, and where the density begins and ends
_POINTS, _SPREAD, _BOX, _CLOUD, _REACH = -0.21, 0.07, 0.05, 0.1, 0.34
# values of which a density is drawn; of fewer it would be the shape of its kernel
_FEWEST = 5


def raincloud(
    cells: pd.DataFrame,
    *,
    x: str = "exercise",
    muscle: str | None = None,
    value: str = "value",
    participant: str = "participant",
    unit: str | None = None,
    log: bool = True,
    contrasts: pd.DataFrame | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw each level as its density, its quartiles and every participant's value, for one muscle.

    Parameters
    ----------
    cells : DataFrame
        One row a participant and level of `x`, as from ``ek.summarize``.
    x : str, default "exercise"
        Column of the levels.
    muscle : str, optional
        Which muscle, where the table holds several.
    value, participant : str
        Columns of the value and of the person.
    unit : str, optional
        Unit of the value, by default the one in column ``unit``.
    log : bool, default True
        Smooth the density of the logarithms, so that it does not go below 0.
    contrasts : DataFrame, optional
        What ``ek.stats.contrasts`` made of the same cells: each level has letters above it, and levels that share one
        did not differ significantly.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Points left of a box from the lower to the upper quartile with the median, and the density at its right, from
        the lowest to the highest value; with fewer than 5 values there is none. All densities have the same height.

    Raises
    ------
    DesignError
        As for :func:`~emgkit.figures.activation`, or the contrasts are of other levels.
    ArgumentError
        The muscle is not in the table.

    Notes
    -----
    The density is a Gaussian kernel estimate with Scott's bandwidth.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": list("abcdef") * 2, "exercise": ["squat"] * 6 + ["deadlift"] * 6,
    ...     "value": [80.0, 60, 70, 66, 90, 75, 50, 40, 55, 61, 47, 52], "unit": "%MVC"})
    >>> ax = raincloud(cells)
    >>> ax.get_ylabel(), [label.get_text() for label in ax.get_xticklabels()]
    ('Activation (%MVC)', ['Squat', 'Deadlift'])
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    own, chosen = style.of_muscle(cells, muscle)
    by = "muscle" if chosen is not None and "muscle" in cells.columns else None
    table, spec = activation_plots.prepare(own, x=x, by=by, value=value, participant=participant, unit=unit, log=log)
    letters = _letters(cells, contrasts, x=x, by=by)
    look = style.looks(spec.levels)
    with style.theme():
        width = float(np.clip(1.0 + 0.75 * len(spec.levels), style.COLUMN_WIDTH, style.PAGE_WIDTH))
        ax = style.axes_or_new(ax, width=width, height=3.2)
        few = False
        for place, level in enumerate(spec.levels):
            values = table.loc[table["level"] == level, "value"].to_numpy(dtype=float)
            values = values[np.isfinite(values)]
            few |= not _cloud(ax, place, values, look[level], log=log)
            text = letters.get((chosen or "", level), "")
            if text:
                write_letter(ax, text, place, float(values.max()))
        labels = _ticks(table, spec)
        ax.set_xticks(range(len(labels)), activation_plots.wrapped_ticks(labels, ax))
        ax.tick_params(axis="x", length=0)
        ax.set_xlim(-0.5, len(labels) - 0.4)
        low, high = float(table["value"].min()), float(table["value"].max())
        room = (0.12 if letters else 0.05) * (high - min(0.0, low)) or 1.0
        ax.set_ylim(0.0 if low >= 0 else low - room, high + room)
        ax.set_ylabel(activation_plots.value_label(spec))
        up = style.legend_above(ax, _handles(), columns=3)
        parts = [as_title(chosen or ""), f"n = {counted(spec.n, 'participant')}"]
        style.head(ax, ", ".join(part for part in parts if part), up=up, marked=style.simulated_mark(cells, simulated))
        style.note(ax, [LETTERS_NOTE if letters else "", f"No density of fewer than {_FEWEST} values." if few else ""])
    return ax


def _letters(
    cells: pd.DataFrame, contrasts: pd.DataFrame | None, *, x: str, by: str | None
) -> dict[tuple[str, str], str]:
    """The letters; of contrasts without muscles those of all rows."""
    if contrasts is not None and by is not None and not contrasts.attrs.get("by") and by not in contrasts.columns:
        return {(str(cells[by].iloc[0]), level): text
                for (_, level), text in letters_of(cells, contrasts, x=x, by=None).items()}  # fmt: skip
    return letters_of(cells, contrasts, x=x, by=by)


def _cloud(ax: Axes, place: int, values: NDArray[np.float64], look: style.Look, *, log: bool) -> bool:
    """Draw one level; whether its density was drawn."""
    # neighbours in size stand at different places, always the same ones
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    jitter = _SPREAD * (np.array([-1.0, 0.2, 1.0, -0.4, 0.6])[order % 5])
    ax.plot(
        place + _POINTS + jitter, values, ls="", marker=look.marker, ms=3.8, mfc=look.color, mec="white", mew=0.5,
        zorder=3, gid="values",
    )  # fmt: skip
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    ax.fill_between(
        [place - _BOX, place + _BOX], low, high, facecolor="white", edgecolor=look.color, lw=1.0, zorder=2, gid="box"
    )
    ax.plot([place - _BOX, place + _BOX], [middle, middle], color=look.color, lw=2.2, solid_capstyle="butt", zorder=4)
    if len(values) < _FEWEST or np.ptp(values) == 0:
        return False
    from scipy.stats import gaussian_kde

    scaled = np.log(values) if log else values
    at = np.linspace(scaled.min(), scaled.max(), 120)
    density = gaussian_kde(scaled)(at)
    y = np.exp(at) if log else at
    density = density / (y if log else 1.0)  # of the values as they are shown, whose area is that of the logarithms
    ax.fill_betweenx(
        y, place + _CLOUD, place + _CLOUD + _REACH * density / density.max(), facecolor=look.color, alpha=0.35,
        edgecolor=look.color, lw=0.8, zorder=2, gid="density",
    )  # fmt: skip
    return True


def _ticks(table: pd.DataFrame, spec: Any) -> list[str]:
    counts = table.groupby("level")["value"].count()
    return [
        as_title(numbered(spec.factor, level)) + (f"\nn = {counts[level]}" if counts[level] != spec.n else "")
        for level in spec.levels
    ]


def _handles() -> list[Any]:
    return [
        Line2D([], [], ls="", marker="o", ms=4, color=style.GREY, label="participant"),
        Patch(facecolor="white", edgecolor=style.GREY, label="median, quartiles"),
        Patch(facecolor=style.GREY, alpha=0.35, label="density"),
    ]
