"""Which options the specifications of a curve have: a row an option, below the curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from emgkit.figures.drawing import style
from emgkit.notation import readable

__all__ = ["HEAD", "draw_options"]

# columns: more would be narrower than a printed dot
_MOST_COLUMNS = 360
# rows that the name of an axis takes
HEAD = 1.25


def draw_options(ax: Axes, shown: pd.DataFrame, options: Sequence[tuple[str, str]]) -> None:
    """A row an option; the darker, the more of the specifications beside each other have it."""
    n = len(shown)
    columns = min(n, _MOST_COLUMNS)
    place_of = (np.arange(n) * columns) // n
    counts = np.bincount(place_of, minlength=columns)
    color = LinearSegmentedColormap.from_list("share", ["#ffffff", style.PALETTE[0]])
    ticks: list[float] = []
    names, heads, top, last = list[str](), list[int](), 0.0, ""
    for axis, label in options:
        if axis != last:
            heads.append(len(names))
            ticks.append(top + HEAD - 0.5)
            names.append(readable(axis))
            top += HEAD
        has = (shown[axis].astype(str) == label).to_numpy()
        share = np.bincount(place_of, weights=has, minlength=columns) / counts
        ax.imshow(
            share[None, :], extent=(-0.5, n - 0.5, top + 0.92, top + 0.08), aspect="auto", cmap=color, vmin=0, vmax=1,
            interpolation="nearest", zorder=2,
        )  # fmt: skip
        ticks.append(top + 0.5)
        names.append(label)
        top, last = top + 1.0, axis
    ax.set_ylim(top, 0.0)
    ax.set_yticks(ticks, names)
    labels: list[Any] = ax.get_yticklabels()
    for at in heads:
        labels[at].set_fontweight("bold")
    ax.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    if "own" in shown.columns and shown["own"].any():
        ax.axvline(int(np.flatnonzero(shown["own"])[0]), color=style.PALETTE[1], lw=0.8, zorder=4)
