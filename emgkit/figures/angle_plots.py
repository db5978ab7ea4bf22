"""Activation against the joint angle, in bins of degrees."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emgkit.errors import DesignError
from emgkit.figures.drawing import style
from emgkit.figures.drawing.tables import check_rows
from emgkit.notation import alone, as_title, listed, surface

__all__ = ["angle", "angle_grid"]

_NEEDED = ("muscle", "angle_low", "angle_high", "value", "ci_low", "ci_high")
# share of a bin over which the conditions' marks are spread, so that their intervals stand apart
_SPREAD = 0.5


def angle(
    table: pd.DataFrame,
    *,
    muscle: str | None = None,
    hue: str = "exercise",
    joint: str | None = None,
    unit: str | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw activation by joint angle: a mark with its interval in each bin of degrees, one line a condition.

    Parameters
    ----------
    table : DataFrame
        One row a condition, muscle and bin: `hue`, ``muscle``, ``angle_low``, ``angle_high`` (degrees), ``value``,
        ``ci_low``, ``ci_high``, and where known ``n``, ``unit`` and ``measure``.
    muscle : str, optional
        Which muscle, where the table holds several.
    hue : str, default "exercise"
        Column of the conditions.
    joint : str, optional
        Name of the joint for the axis, by default what column ``joint`` says.
    unit : str, optional
        Unit of the value, by default the one in column ``unit``.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Ticks stand at the edges of the bins. Conditions are moved apart within a bin; a bin without a value interrupts
        its line.

    Raises
    ------
    DesignError
        A column is missing, the table is empty, a bin is empty or stands twice, bins overlap, no unit is known, or
        several muscles are left.
    ArgumentError
        The muscle is not in the table.

    Examples
    --------
    >>> table = pd.DataFrame({"exercise": "squat", "muscle": "vastus_lateralis", "angle_low": [0.0, 30.0],
    ...     "angle_high": [30.0, 60.0], "value": [40.0, 80.0], "ci_low": [30.0, 65.0], "ci_high": [50.0, 95.0],
    ...     "unit": "%MVC"})
    >>> ax = angle(table, joint="knee")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Knee angle (°)', 'Activation (%MVC)')
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    muscles, unit = _check(table, hue=hue, unit=unit)
    muscle = style.one_muscle(muscles, muscle, hint="Name one with muscle=, or draw all with angle_grid")
    own = table[table["muscle"].astype(str) == muscle]
    look = style.looks(own[hue])
    with style.theme():
        ax = style.axes_or_new(ax, width=style.COLUMN_WIDTH, height=3.0)
        _draw(ax, own, look, hue=hue, unit=unit)
        ax.set_xlabel(_x_label(table, joint))
        up = style.legend_above(ax, _handles(own, look, hue=hue), columns=2)
        marked = style.simulated_mark(table, simulated)
        style.head(ax, as_title(muscle), up=up, marked=marked)
    return ax


def angle_grid(
    table: pd.DataFrame,
    *,
    hue: str = "exercise",
    joint: str | None = None,
    unit: str | None = None,
    simulated: bool = False,
    columns: int | None = None,
) -> Figure:
    """Draw :func:`angle` in one panel a muscle, all with the same value axis.

    Parameters
    ----------
    table, hue, joint, unit, simulated
        As for :func:`angle`.
    columns : int, optional
        Panels side by side, by default 2 or 3.

    Returns
    -------
    Figure
        One Axes a muscle, n in its corner.

    Raises
    ------
    DesignError
        As for :func:`angle`.
    """
    muscles, unit = _check(table, hue=hue, unit=unit)
    look = style.looks(table[hue])

    def draw(ax: Axes, muscle: str) -> str:
        own = table[table["muscle"].astype(str) == muscle]
        _draw(ax, own, look, hue=hue, unit=unit)
        ax.set_xlabel(_x_label(table, joint))
        return _n(own) or "not given"

    return style.grid(
        muscles, draw, columns=columns, height=2.4,
        handles=_handles(table.drop(columns="n", errors="ignore"), look, hue=hue),
        marked=style.simulated_mark(table, simulated),
    )  # fmt: skip


def _check(table: pd.DataFrame, *, hue: str, unit: str | None) -> tuple[list[str], str]:
    """Refuse what are no bins of one unit, and give the muscles and the unit."""
    check_rows(table, (hue, *_NEEDED), "activation by angle to draw")
    units = list(table["unit"].unique()) if "unit" in table.columns else []
    if unit is None and len(units) != 1:
        raise DesignError("The unit of the values is not known", allowed="one unit, or unit=", got=listed(units))
    if not (table["angle_high"] > table["angle_low"]).all():
        raise DesignError("A bin of angles is empty", allowed="angle_low below angle_high")
    for keys, own in table.groupby([hue, "muscle"], sort=False, observed=True):
        bins = own.sort_values("angle_low")
        if (bins["angle_low"].to_numpy()[1:] < bins["angle_high"].to_numpy()[:-1]).any():
            raise DesignError(
                "Bins of angles overlap or stand twice", where=", ".join(map(str, keys)),
                allowed="bins beside each other, one row a bin", hint="Select one phase, side, group or session first",
            )  # fmt: skip
    return list(dict.fromkeys(table["muscle"].astype(str))), str(units[0]) if unit is None else unit


def _x_label(table: pd.DataFrame, joint: str | None) -> str:
    joints = list(table["joint"].dropna().astype(str).unique()) if "joint" in table.columns else []
    joint = joint or (joints[0] if len(joints) == 1 else "joint")
    return f"{as_title(joint)} angle (°)"


def _draw(ax: Axes, table: pd.DataFrame, look: dict[str, style.Look], *, hue: str, unit: str) -> None:
    edges = sorted({*table["angle_low"], *table["angle_high"]})
    for number, edge in enumerate(itertools.pairwise(edges)):
        if number % 2:
            ax.axvspan(*edge, facecolor="#f3f3f3", lw=0, zorder=0)
    for number, (level, one) in enumerate(look.items()):
        own = table[table[hue].astype(str) == level].sort_values("angle_low")
        if own.empty:  # a level that this muscle lacks
            continue
        low, high = (own[name].to_numpy(dtype=float) for name in ("angle_low", "angle_high"))
        aside = 0.0 if len(look) == 1 else _SPREAD * (number / (len(look) - 1) - 0.5)
        x = (low + high) / 2 + aside * (high - low)
        factor = surface(unit)[1]
        value, least, most = (own[name].to_numpy(dtype=float) * factor for name in ("value", "ci_low", "ci_high"))
        gaps = np.flatnonzero(low[1:] > high[:-1]) + 1  # a bin that is not there interrupts the line
        ax.plot(
            np.insert(x, gaps, np.nan), np.insert(value, gaps, np.nan), color=one.color, ls=one.line, lw=1.0, zorder=2
        )
        ax.vlines(x, least, most, color=one.color, lw=1.4, zorder=2.5)
        ax.plot(x, value, color=one.color, marker=one.marker, ms=5, mec="white", mew=0.6, ls="", zorder=3, label=level)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_xticks(edges if len(edges) <= 9 else edges[:: -(-len(edges) // 7)])
    bottom, top = ax.get_ylim()
    ax.set_ylim(min(0.0, bottom), top)
    measures = list(table["measure"].unique()) if "measure" in table.columns else []
    word = f"{as_title(measures[0])} activation" if len(measures) == 1 else "Activation"
    ax.set_ylabel(f"{word} ({surface(unit)[0]})")


def _n(table: pd.DataFrame) -> str:
    """The number of participants, from the fewest to the most in a bin."""
    if "n" not in table.columns or table["n"].isna().all():
        return ""
    low, high = table["n"].min(), table["n"].max()
    return alone("n", low) if low == high else f"{alone('n', low)} to {alone('n', high)}"


def _handles(table: pd.DataFrame, look: dict[str, style.Look], *, hue: str) -> list[Any]:
    handles: list[Any] = []
    for level, one in look.items():
        n = _n(table[table[hue].astype(str) == level])
        handles.append(
            Line2D(
                [], [], color=one.color, ls=one.line, lw=1.0, marker=one.marker, ms=5, mec="white", mew=0.6,
                label=f"{as_title(level)} (n = {n})" if n else as_title(level),
            )
        )  # fmt: skip
    return [*handles, Line2D([], [], color=style.GREY, lw=1.4, label="95 % CI")]
