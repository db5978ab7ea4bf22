"""The specification curve: one contrast under every defensible processing at one look."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from emgkit.errors import DesignError
from emgkit.figures.drawing import rows, style
from emgkit.figures.drawing.tables import check_rows
from emgkit.figures.specifications.options import HEAD, draw_options
from emgkit.notation import capital, contrast_text, counted, listed, place, readable

__all__ = ["specification_curve"]

# inches that a row of the options takes at the smallest letters (points)
_ROW, _SIZE = 0.145, 7.5
# points across from which the legend is one row, and what the mark of simulated data takes beside the title
_WIDE, _MARK = 270.0, 80.0
_NEEDED = ("contrast", "specification", "ci_low", "ci_high", "t", "p")
_LEVEL = 0.05


def specification_curve(table: pd.DataFrame, *, simulated: bool = False) -> Axes:
    """Draw one contrast under every specification, sorted, and below it which options each has.

    Parameters
    ----------
    table : DataFrame
        Rows of one contrast and one curve of the table ``specifications`` that :func:`emgkit.multiverse.run` gives:
        ``contrast``, ``specification``, one column an axis, ``ratio`` or ``difference``, ``ci_low``, ``ci_high``,
        ``t``, ``p``, and ``own`` if it is known which specification is the study's own.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.

    Returns
    -------
    Axes
        The effects, in ascending order, with their individual 95 % intervals; blue where p of the one specification is
        below .05, a diamond where the study stands. The Axes below it (``ax.figure.axes[1]``) has a row an option: the
        darker, the more of the specifications at that place of the order have it.

    Raises
    ------
    DesignError
        A column is missing, or the table holds several contrasts, or none.

    Examples
    --------
    >>> table = pd.DataFrame({"contrast": "squat / deadlift", "specification": [1, 2],
    ...     "band": ["20-450 Hz", "10-500 Hz"], "ratio": [1.4, 1.2], "ci_low": [1.1, 0.9], "ci_high": [1.8, 1.6],
    ...     "t": [3.0, 1.5], "p": [0.01, 0.2]})
    >>> ax = specification_curve(table)
    >>> [label.get_text() for label in ax.figure.axes[1].get_yticklabels()]
    ['band', '20-450 Hz', '10-500 Hz']
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    effect, axes = _check(table)
    ax: Axes
    # equal effects keep the order of the specifications
    shown = table.sort_values([effect, "specification"], kind="stable", ignore_index=True)
    axes = [axis for axis in axes if len(set(table[axis])) > 1]
    options = [(axis, str(label)) for axis in axes for label in dict.fromkeys(table[axis])]
    with style.theme():
        row = _ROW * style.size() / _SIZE
        below = row * (len(options) + HEAD * len(axes))
        # the title, the legend and the axes' labels take 1.1 inches more
        figure, (ax, grid) = plt.subplots(
            2, 1, figsize=(style.across(style.PAGE_WIDTH), 3.2 + below), sharex=True, height_ratios=[2.1, below],
        )  # fmt: skip
        _curve(ax, shown, effect)
        draw_options(grid, shown, options)
        grid.set_xlabel(f"{counted(len(shown), 'specification')}, in the order of the {effect}")
        # the axes are as wide as the labels leave them
        style.fit_x_labels([grid])
        # else PDF and SVG lay the marks of all options into one large picture, which takes a second each
        figure.suppressComposite = True
        width = ax.bbox.width * 72.0 / figure.dpi
        up = style.legend_above(ax, _handles(shown), columns=3 if width > _WIDE else 1)
        marked = style.simulated_mark(table, simulated)
        text = style.wrapped(
            _title(table), width=width - (_MARK if marked and width > _WIDE else 0.0), key="axes.titlesize"
        )
        style.title(ax, text, pad=up + 4)
        if marked:
            lines = 0 if width > _WIDE else 1 + text.count("\n")
            style.mark(ax, marked, pad=up + 4 + 1.5 * lines * style.size("axes.titlesize"))
    return ax


def _check(table: pd.DataFrame) -> tuple[str, list[str]]:
    """The column of the effect, and those of the axes."""
    columns = [str(name) for name in table.columns]
    effect = "ratio" if "ratio" in columns and table["ratio"].notna().any() else "difference"
    needed = [*_NEEDED, effect]
    check_rows(table, needed, "specifications to draw")
    facts = columns[: columns.index("specification")]
    for name in facts:
        if len(set(table[name].astype(str))) > 1:
            raise DesignError(
                "A specification curve is of one contrast",
                where=f"column {name!r}",
                allowed="one level",
                got=listed(dict.fromkeys(table[name].astype(str))),
                hint="Select the rows of one level first",
            )
    first = columns.index("specification") + 1
    last = min(columns.index(name) for name in ("ratio", "difference", "ci_low") if name in columns)
    return effect, columns[first:last]


def _curve(ax: Axes, shown: pd.DataFrame, effect: str) -> None:
    """The effects with their intervals, as a band where they are many."""
    x = np.arange(len(shown))
    values, low, high = (shown[name].to_numpy(dtype=np.float64) for name in (effect, "ci_low", "ci_high"))
    clear = _clear(shown)
    for chosen, color in ((clear, style.PALETTE[2]), (~clear, style.GREY)):
        ax.vlines(x[chosen], low[chosen], high[chosen], color=color, alpha=0.35, lw=_width(len(shown)), zorder=2)
        ax.plot(x[chosen], values[chosen], ls="", marker="o", ms=1.8, mew=0, color=color, zorder=3)
    if "own" in shown.columns and shown["own"].any():
        own = int(np.flatnonzero(shown["own"])[0])
        ax.axvline(own, color=style.INK, lw=0.6, zorder=1)
        ax.plot([own], [values[own]], marker="D", ms=5, mfc=style.PALETTE[1], mec="white", mew=0.7, zorder=5)
    if effect == "ratio":
        rows.ratio_scale(ax, "y", np.concatenate([values, low, high]), points=140.0)
    ax.axhline(1.0 if effect == "ratio" else 0.0, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1)
    ax.set_ylabel("Ratio (logarithmic axis)" if effect == "ratio" else "Difference")
    ax.set_xlim(-0.02 * len(x) - 0.5, 1.02 * len(x) - 0.5)
    ax.tick_params(axis="x", bottom=False, labelbottom=False)
    ax.spines["bottom"].set_visible(False)


def _width(n: int) -> float:
    """Points of the line of an interval: as wide as its place where there are few."""
    return float(np.clip(400.0 / n, 0.35, 2.0))


def _clear(shown: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(shown["p"] < _LEVEL)


def _handles(shown: pd.DataFrame) -> list[Any]:
    clear = _clear(shown)
    handles: list[Any] = []
    if clear.any():
        handles.append(Patch(facecolor=style.PALETTE[2], alpha=0.6, label="p < .05, alone"))
    if not clear.all():
        handles.append(Patch(facecolor=style.GREY, alpha=0.6, label="p ≥ .05, alone"))
    if "own" in shown.columns and shown["own"].any():
        handles.append(
            Line2D([], [], ls="", marker="D", ms=5, mfc=style.PALETTE[1], mec="white", label="the study as it is")
        )
    return handles


def _title(table: pd.DataFrame) -> str:
    """The contrast, where it is, and which curve."""
    first = table.iloc[0]
    columns = [str(name) for name in table.columns]
    before = columns[: columns.index("contrast")]
    at = [capital(place(name, readable(first[name]))) for name in before if name != "simulated"]
    curve = str(first["curve"]) if "curve" in columns else ""
    about = f" ({curve})" if ":" in curve else ""
    return f"{', '.join([*at, contrast_text(first['contrast'])])}{about}"
