"""How often simulated studies find a result, against what nobody printed: the correlation and the spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from emgkit.errors import DesignError
from emgkit.figures.drawing import style
from emgkit.figures.drawing.tables import check_rows
from emgkit.notation import alone, as_title, contrast_text, listed, number

__all__ = ["detection", "detection_grid"]

_NEEDED = ("contrast", "muscle", "cv", "r", "share_found", "mc_se")
_X, _Y = "Correlation r between conditions", "Simulated studies that found it (%)"
_NORMAL = 1.96  # half of a 95 % interval, in standard errors


def detection(table: pd.DataFrame, *, muscle: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the share of simulated studies that found a result against the correlation, as a band over the spreads.

    Parameters
    ----------
    table : DataFrame
        One row a contrast, muscle, coefficient of variation between participants (``cv``, a fraction) and correlation
        between conditions (``r``): ``share_found`` (0 to 1) and its Monte-Carlo standard error ``mc_se``; where known
        ``n`` (participants a study) and ``studies`` (simulated ones).
    muscle : str, optional
        Which muscle, where the table holds several.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A band a contrast from the least to the greatest share over all ``cv``, the line at the middle one; whiskers
        are 95 % Monte-Carlo intervals of the line's points.

    Raises
    ------
    DesignError
        A column is missing, a share is outside 0 to 1, a row stands twice, or several muscles are left.
    ArgumentError
        The muscle is not in the table.

    Examples
    --------
    >>> table = pd.DataFrame({"contrast": "hip_thrust / squat", "muscle": "gluteus_maximus", "cv": [0.3, 0.5] * 2,
    ...     "r": [0.3, 0.3, 0.8, 0.8], "share_found": [0.7, 0.4, 0.99, 0.8], "mc_se": 0.01})
    >>> ax = detection(table)
    >>> ax.get_ylabel()
    'Simulated studies that found it (%)'
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    muscles = _check(table)
    muscle = style.one_muscle(muscles, muscle, hint="Name one with muscle=, or draw all with detection_grid")
    own = table[table["muscle"].astype(str) == muscle]
    look = style.looks(own["contrast"])
    with style.theme():
        ax = style.axes_or_new(ax, width=style.COLUMN_WIDTH, height=3.2)
        _draw(ax, own, look)
        up = style.legend_above(ax, _handles(own, look), columns=1)
        style.head(ax, as_title(muscle), up=up, marked="simulated studies")
        ax.set(xlabel=_X, ylabel=_Y)
        style.note(ax, _counts(own))
    return ax


def detection_grid(table: pd.DataFrame, *, columns: int | None = None) -> Figure:
    """Draw :func:`detection` in one panel a muscle.

    Parameters
    ----------
    table : DataFrame
        As for :func:`detection`.
    columns : int, optional
        Panels side by side, by default 2 or 3.

    Returns
    -------
    Figure
        One Axes a muscle.

    Raises
    ------
    DesignError
        As for :func:`detection`.
    """
    muscles = _check(table)
    look = style.looks(table["contrast"])

    def draw(ax: Axes, muscle: str) -> str:
        _draw(ax, table[table["muscle"].astype(str) == muscle], look)
        return ""

    return style.grid(
        muscles, draw, columns=columns, height=2.5, handles=_handles(table, look), marked="simulated studies",
        y_label=_Y.replace(" that", "\nthat"), below=(_X, *_counts(table)),
    )  # fmt: skip


def _check(table: pd.DataFrame) -> list[str]:
    """Refuse what is not a table of shares, and give its muscles."""
    check_rows(table, _NEEDED, "shares of simulated studies")
    outside = ~table["share_found"].between(0.0, 1.0)
    if outside.any():
        raise DesignError(
            "A share is outside 0 to 1", where="column 'share_found'", allowed="a fraction of the simulated studies",
            got=listed(number(value) for value in table.loc[outside, "share_found"].head(3)),
        )  # fmt: skip
    keys = ["contrast", "muscle", "cv", "r"]
    twice = table[table.duplicated(keys)]
    if len(twice):
        raise DesignError(
            "A simulated condition stands twice", where=", ".join(f"{key} {twice.iloc[0][key]}" for key in keys),
            allowed="one row a contrast, muscle, cv and r", hint="Select one group, analysis or number of participants",
        )  # fmt: skip
    return list(dict.fromkeys(table["muscle"].astype(str)))


def _middle(table: pd.DataFrame) -> float:
    """The middle coefficient of variation, the lower one of two; NaN where the spreads are the published ones."""
    return float(np.sort(table["cv"].unique())[(table["cv"].nunique() - 1) // 2])


def _draw(ax: Axes, table: pd.DataFrame, look: dict[str, style.Look]) -> None:
    middle = _middle(table)
    for level, one in look.items():
        own = table[table["contrast"].astype(str) == level].sort_values("r")
        if own.empty:  # a contrast that this muscle lacks
            continue
        over = 100 * own.groupby("r")["share_found"].agg(["min", "max"])
        ax.fill_between(over.index, over["min"], over["max"], color=one.color, alpha=0.16, lw=0, zorder=2)
        for edge in ("min", "max"):
            ax.plot(over.index, over[edge], color=one.color, ls=one.line, lw=0.6, alpha=0.7, zorder=2)
        line = own[own["cv"].isna()] if np.isnan(middle) else own[own["cv"] == middle]
        ax.errorbar(
            line["r"], 100 * line["share_found"], yerr=100 * _NORMAL * line["mc_se"], color=one.color, ls=one.line,
            lw=1.5, marker=one.marker, ms=4.5, mec="white", mew=0.5, elinewidth=0.9, zorder=3, label=level,
        )  # fmt: skip
    ax.set_ylim(-2.0, 104.0)
    ax.set_yticks(range(0, 101, 20))


def _counts(table: pd.DataFrame) -> list[str]:
    """How many people and simulated studies stand behind a point."""
    counts = []
    for column, word in (("n", "participants a study"), ("studies", "simulated studies a point")):
        if column in table.columns and len(table[column].unique()) == 1:
            counts.append(f"{'n = ' if column == 'n' else ''}{int(table[column].iloc[0])} {word}")
    return [", ".join(counts)] if counts else []


def _handles(table: pd.DataFrame, look: dict[str, style.Look]) -> list[Any]:
    handles: list[Any] = [
        Line2D(
            [], [], color=one.color, ls=one.line, lw=1.5, marker=one.marker, ms=4.5, mec="white", mew=0.5,
            label=contrast_text(level),
        )
        for level, one in look.items()
    ]  # fmt: skip
    low, middle, high = (alone("cv", 100 * value) for value in (table["cv"].min(), _middle(table), table["cv"].max()))
    if low != high and table["cv"].notna().all():
        handles.append(Patch(facecolor=style.GREY, alpha=0.25, lw=0, label=f"CV {low} to {high} %, line at {middle} %"))
    return handles
