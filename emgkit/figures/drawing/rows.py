"""Rows of intervals with their numbers beside them: the shape of contrasts, forest plots and published values.

On a page's width a row's label stands left of the axes; in one column it stands above the interval, with the numbers
that do not fit beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from emgkit import notation
from emgkit.figures.drawing import style

__all__ = [
    "RowColumn",
    "RowLayout",
    "axes_for",
    "estimate",
    "interval",
    "lay_out",
    "legend_under",
    "linear_axis",
    "ratio_axis",
    "ratio_scale",
    "ratio_ticks",
    "write",
]

# inches a row, and what a heading, a further line of a label and a label above its row take, in rows
_ROW, _HEADING, _LINE, _ABOVE, _GAP = 0.22, 1.0, 0.58, 0.66, 0.25
# points between columns of numbers, and what a label beside the axes may take
_APART, _LABEL = 9.0, 165.0
# ticks of a ratio axis, finest set first: multiples that people read as such
_TICKS = (
    (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
    (0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0),
    (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0),
    (0.1, 0.2, 0.33, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
    (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
)
# points between two ticks that keep their labels apart
_TICK = 24.0


@dataclass(frozen=True, kw_only=True)
class RowColumn:
    """A column of numbers at the right: its head, a text a row, and its name where a text stands within a line."""

    head: str
    texts: tuple[str, ...]
    name: str = ""

    @property
    def width(self) -> float:
        """Points that its widest text takes."""
        return max(style.text_width(text, key="legend.fontsize") for text in (self.head, *self.texts))


@dataclass(frozen=True, kw_only=True)
class RowLayout:
    """Where rows, labels, headings and numbers stand; y counts rows downward."""

    narrow: bool
    y: tuple[float, ...]
    labels: tuple[str, ...]
    headings: tuple[tuple[float, str], ...]
    columns: tuple[RowColumn, ...]
    bottom: float
    width: float  # of the figure, inches

    @property
    def right(self) -> float:
        """Points that the numbers take beside the axes."""
        beside = self.columns[:1] if self.narrow else self.columns
        return sum(column.width + _APART for column in beside)

    @property
    def points(self) -> float:
        """Points that are left for the value axis."""
        lines = "\n".join(self.labels).split("\n")
        left = 0.0 if self.narrow else max(style.text_width(line, key="legend.fontsize") for line in lines)
        return max(72.0 * self.width - self.right - left - 16.0, 60.0)


def lay_out(
    labels: Sequence[str],
    groups: Sequence[str],
    columns: Sequence[RowColumn],
    *,
    narrow: bool,
    width: float,
    label: float = _LABEL,
) -> RowLayout:
    """Place a row a label, below the heading of its group.

    Parameters
    ----------
    labels, groups : sequence of str
        A label a row, and the heading it belongs to; an empty heading is not written.
    columns : sequence of Column
        The numbers; the first stays beside the axes where the figure is narrow.
    narrow : bool
        Whether labels stand above their rows.
    width : float
        Of the figure, inches.
    label : float
        Points that a label beside the axes may take; a longer one is broken into lines.

    Returns
    -------
    Layout
        Rows in the order given; rows of one group are kept together.
    """
    y, headings, at = [0.0] * len(labels), [], 0.0
    texts = []
    for number, text in enumerate(labels):
        beside = _inline(columns, number) if narrow else ""
        room = 72.0 * width - 12.0 - style.text_width(beside, key="legend.fontsize") - 2 * _APART if narrow else label
        texts.append(style.wrapped(text, width=max(room, 60.0), key="legend.fontsize"))
    for group in dict.fromkeys(groups):
        if group:
            headings.append((at, group))
            at += _HEADING
        for number in (number for number, own in enumerate(groups) if own == group):
            more = _LINE * texts[number].count("\n")
            at += _ABOVE + more if narrow else more / 2
            y[number] = at
            at += 1.0 + (0.0 if narrow else more / 2)
        at += _GAP
    return RowLayout(
        narrow=narrow,
        y=tuple(y),
        labels=tuple(texts),
        headings=tuple(headings),
        columns=tuple(columns),
        bottom=at,
        width=width,
    )


def axes_for(
    ax: Axes | None, labels: Sequence[str], groups: Sequence[str], columns: Sequence[RowColumn], *, lines_below: int = 1
) -> tuple[Axes, RowLayout]:
    """Lay rows out, and give the Axes to draw them on: a new figure's, high enough, unless one is given."""
    width = style.across(style.PAGE_WIDTH)
    narrow = ax is None and width < style.NARROW
    layout = lay_out(labels, groups, columns, narrow=narrow, width=width)
    height = 0.7 + 0.16 * (lines_below + narrow) + _ROW * layout.bottom
    return style.axes_or_new(ax, width=style.PAGE_WIDTH, height=height), layout


def write(ax: Axes, layout: RowLayout) -> None:
    """Write labels, headings and numbers, and give the value axis its rows."""
    for at, text in layout.headings:
        left = {"xytext": (0, 0), "ha": "left"} if layout.narrow else {"xytext": (-6, 0), "ha": "right"}
        ax.annotate(
            text, (0, at), xycoords=("axes fraction", "data"), textcoords="offset points", va="center_baseline",
            fontsize=style.size("axes.labelsize"), fontweight="bold", annotation_clip=False, **left,
        )  # fmt: skip
    if layout.narrow:
        ax.set_yticks([])
        for number, (at, label) in enumerate(zip(layout.y, layout.labels, strict=True)):
            up = at - _ABOVE - 0.5 * _LINE * label.count("\n")
            _text(ax, label, 0.0, up, right=0.0, align="left", paper=True)
            _text(ax, _inline(layout.columns, number), 1.0, up, right=layout.right, align="right", paper=True)
    else:
        ax.set_yticks(layout.y, layout.labels)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(layout.bottom - 0.6, -0.7)
    right = 0.0
    for column in layout.columns[:1] if layout.narrow else layout.columns:
        right += column.width + _APART
        ax.annotate(
            column.head, (1.0, 1.0), xycoords="axes fraction", xytext=(right, 3), textcoords="offset points",
            ha="right", va="bottom", fontsize=style.size(), color=style.GREY, annotation_clip=False,
        )  # fmt: skip
        for at, text in zip(layout.y, column.texts, strict=True):
            _text(ax, text, 1.0, at, right=right, align="right")


def _inline(columns: Sequence[RowColumn], number: int) -> str:
    """The numbers of a row that stand on its label's line where the figure is narrow."""
    texts = [notation.equation(column.name, column.texts[number]) for column in columns[1:] if column.texts[number]]
    return ", ".join(texts)


def _text(ax: Axes, text: str, x: float, y: float, *, right: float, align: Any, paper: bool = False) -> None:
    """Write beside the axes, or on paper over the lines that run behind."""
    if text:
        box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"} if paper else None
        ax.annotate(
            text, (x, y), xycoords=("axes fraction", "data"), xytext=(right, 0), textcoords="offset points",
            ha=align, va="center_baseline" if "\n" not in text else "center", fontsize=style.size(),
            annotation_clip=False, bbox=box,
        )  # fmt: skip


def estimate(value: float, low: float, high: float, *, ratio: bool, unit: str = "") -> str:
    """Write an estimate and its interval on one line, in `unit` as it is read.

    Examples
    --------
    >>> estimate(1.4, 1.2, 1.63, ratio=True), estimate(2.0, np.nan, np.nan, ratio=False)
    ('1.40 [1.20, 1.63]', '2.00 [–]')
    >>> estimate(30.8, 22.4, 39.2, ratio=False, unit="µV")
    '30.8 µV [22.4, 39.2]'
    """
    number, limits = notation.estimate(value, low, high, ratio=ratio)
    return f"{number}{f' {unit}' if unit else ''} {limits if limits != notation.MISSING else f'[{limits}]'}"


def interval(ax: Axes, low: float, high: float, y: float, **look: Any) -> None:
    """Draw a line from `low` to `high` at height `y`, if both are known."""
    if np.isfinite([low, high]).all():
        settings: dict[str, Any] = {"lw": 1.7, "solid_capstyle": "butt", "zorder": 3}
        ax.plot([low, high], [y, y], **settings | look)


def legend_under(ax: Axes, handles: list[Any]) -> None:
    """Put a legend below the figure of these rows, or below the label of an axis that was given."""
    figure = ax.get_figure(root=True)
    if figure is not None and len(figure.axes) == 1:
        style.legend_below(figure, handles)
    else:
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, -0.35), ncols=2, frameon=False)


def linear_axis(ax: Axes, values: NDArray[np.float64], *, null: float | None, label: str, points: float) -> None:
    """Set a linear value axis, of some points, that holds all values, with a line at `null`."""
    finite = values[np.isfinite(values)]
    finite = finite if null is None else np.append(finite, null)
    margin = 0.06 * float(np.ptp(finite)) or 1.0
    ax.set_xlim(finite.min() - margin, finite.max() + margin)
    if null is not None:
        ax.axvline(null, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6 if points > 200 else 4, steps=[1, 2, 2.5, 5, 10]))
    ax.set_xlabel(style.wrapped(label, width=points, key="axes.labelsize"))


def ratio_axis(ax: Axes, values: NDArray[np.float64], *, label: str, points: float) -> None:
    """Set a logarithmic axis about 1, of some points, that holds all values."""
    ax.axvline(1.0, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1)
    ratio_scale(ax, "x", values, points=points)
    ax.set_xlabel(style.wrapped(label, width=points, key="axes.labelsize"))


def ratio_scale(ax: Axes, direction: str, values: ArrayLike, *, points: float) -> None:
    """Make a direction ("x" or "y") logarithmic, with room for all values and 1, and ticks that people read."""
    finite = np.append(np.asarray(values, dtype=np.float64).ravel(), 1.0)
    finite = finite[np.isfinite(finite)]
    span = float(np.log(finite.max() / finite.min())) or 0.2
    low, high = float(finite.min() * np.exp(-0.07 * span)), float(finite.max() * np.exp(0.07 * span))
    ax.set(**{f"{direction}scale": "log", f"{direction}lim": (low, high)})
    axis = ax.xaxis if direction == "x" else ax.yaxis
    axis.set_major_locator(FixedLocator(ratio_ticks(low, high, points=points)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def ratio_ticks(low: float, high: float, *, points: float) -> list[float]:
    """Choose ticks of a logarithmic axis of some points whose labels do not touch.

    Examples
    --------
    >>> ratio_ticks(0.45, 2.4, points=300.0)
    [0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0]
    """
    span = np.log(high / low)
    if high / low < 1.6:  # so short that it is nearly linear
        found = MaxNLocator(nbins=5 if points > 150 else 3).tick_values(low, high)
        return [float(tick) for tick in found if low <= tick <= high]
    sets = [[tick for tick in ticks if low <= tick <= high] for ticks in _TICKS]
    sets = [inside for inside in sets if len(inside) > 1 and np.diff(np.log(inside)).min() >= _TICK / points * span]
    # a set that ends in the middle of the axis would leave its other half bare
    for inside in sorted(sets, key=lambda inside: np.log(inside[-1] / inside[0]) < 0.5 * span):
        return inside
    exponents = np.arange(np.ceil(np.log10(low)), np.floor(np.log10(high)) + 1)
    if len(exponents) > 1:
        return [float(10.0**exponent) for exponent in exponents[:: -(-len(exponents) // 6)]]
    known = sorted({tick for ticks in _TICKS for tick in ticks if low <= tick <= high})
    return known[:: max(1, len(known) - 1)] or [float(f"{np.sqrt(low * high):.3g}")]
