"""Activation on a schematic body: each muscle that was measured has the colour of its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Polygon

from emgkit.errors import DesignError
from emgkit.figures.body.outline import AREAS, BODY, GROUPS, HEAD, VIEWS, closed_curve
from emgkit.figures.drawing import style
from emgkit.figures.drawing.tables import check_rows
from emgkit.notation import as_title, counted, fixed, listed, number, surface
from emgkit.stats.cells.labels import in_order
from emgkit.stats.cells.means import mean_with_interval

__all__ = ["body_map", "body_map_grid"]

# pale to dark: the darker, the more, also in greyscale
_COLOURS = LinearSegmentedColormap.from_list("activation", ["#fff3dc", "#f3b562", "#d75f33", "#a11d3a", "#4d0d33"])
# middles of the two views, half the width of one, and the lowest and highest point, in the units of the outline
_MIDDLE, _HALF, _BELOW, _ABOVE = 20.5, 18.5, -8.0, 101.0
# points between two labels, what the widest line of one may take, and points a unit of the outline at most
_APART, _LABEL, _LARGEST = 2.0, 62.0, 2.8
# inches of a figure that title, colour bar and notes take
_AROUND = 1.25
_SINGLE = ("measure", "unit", "phase", "session")


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """The mean of one muscle and side, and the areas that have its colour; no side means both."""

    muscle: str
    side: str | None
    mean: float
    areas: tuple[str, ...]

    @property
    def sides(self) -> tuple[str, ...]:
        return ("left", "right") if self.side is None else (self.side,)


def body_map(
    cells: pd.DataFrame,
    *,
    value: str = "value",
    participant: str = "participant",
    unit: str | None = None,
    log: bool = True,
    highest: float | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw activation as the colour of the muscles on a schematic body, from the front and the back.

    Parameters
    ----------
    cells : DataFrame
        One row a participant and muscle, as from ``ek.summarize``, of one exercise. A row with a ``side`` colours that
        side alone.
    value, participant : str
        Columns of the value and of the person.
    unit : str, optional
        Unit of the value, by default the one in column ``unit``.
    log : bool, default True
        Geometric means over participants, as contrasts of logarithms compare them; else arithmetic ones.
    highest : float, optional
        Value of the darkest colour, as shown, so that several maps can share their colours; by default the highest
        mean.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise. The colour bar takes its room from it.

    Returns
    -------
    Axes
        Colours begin at 0. A muscle of several parts, such as ``quadriceps``, colours them all. Muscles that the body
        does not show are named below it with their values.

    Raises
    ------
    DesignError
        A column is missing, the table is empty, holds several exercises, measures, units, phases or sessions, or a
        participant twice in a cell; no unit is known; two muscles would colour the same area; or a value has no
        logarithm.

    Notes
    -----
    The body is schematic: areas show where a muscle lies, not its size. Of a muscle in layers the area is that of what
    lies below the skin; the vastus lateralis is drawn in both views.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": ["1", "2"] * 2, "value": [70.0, 90.0, 30.0, 34.0], "unit": "%MVC",
    ...     "muscle": ["gluteus_maximus"] * 2 + ["biceps_femoris"] * 2})
    >>> ax = body_map(cells)
    >>> [text.get_text() for text in ax.texts][:2]
    ['front', 'back']
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    table, shown_unit, factor = _table(cells, value=value, participant=participant, unit=unit)
    _check_single(table, "exercise", hint="Select one, or draw all with body_map_grid")
    shown = _means(table, value=value, factor=factor, log=log)
    scale = Normalize(0.0, highest or max(one.mean for one in shown))
    with style.theme():
        inches = style.across(style.COLUMN_WIDTH) if ax is None else _width(ax)
        per_unit, low, high = _room(shown, scale, inches)
        ax = style.axes_or_new(ax, width=style.COLUMN_WIDTH, height=per_unit * (high - low) / 72.0 + _AROUND)
        _body(ax, shown, scale)
        reach = 36.0 * inches / per_unit
        ax.set(xlim=(-reach, reach), ylim=(low, high))
        _labels(ax, shown, scale, per_unit)
        _note(ax, _hidden(shown, scale))
        _bar(ax.get_figure(root=True), [ax], scale, _word(table, log, shown_unit))
        about = [as_title(level) for level in dict.fromkeys(table.get("exercise", [])) if pd.notna(level)]
        text = ", ".join([*about, f"n = {counted(table[participant].nunique(), 'participant')}"])
        style.head(ax, text, up=0.0, marked=style.simulated_mark(cells, simulated))
        style.settle(ax)
    return ax


def body_map_grid(
    cells: pd.DataFrame,
    *,
    by: str = "exercise",
    value: str = "value",
    participant: str = "participant",
    unit: str | None = None,
    log: bool = True,
    highest: float | None = None,
    simulated: bool = False,
    columns: int | None = None,
) -> Figure:
    """Draw :func:`body_map` in one panel a level of `by`, all with the same colours.

    Parameters
    ----------
    cells, value, participant, unit, log, highest, simulated
        As for :func:`body_map`.
    by : str, default "exercise"
        Column whose levels are the panels.
    columns : int, optional
        Panels side by side, by default 2 or 3.

    Returns
    -------
    Figure
        One Axes a level, with its name and n, and one colour bar.

    Raises
    ------
    DesignError
        As for :func:`body_map`.
    """
    table, shown_unit, factor = _table(cells, value=value, participant=participant, unit=unit, by=by)
    if by != "exercise":
        _check_single(table, "exercise", hint="Select one first")
    own = {level: table[table[by].astype(str) == level] for level in in_order(str(level) for level in table[by])}
    shown = {level: _means(rows, value=value, factor=factor, log=log) for level, rows in own.items()}
    scale = Normalize(0.0, highest or max(one.mean for each in shown.values() for one in each))
    with style.theme():
        narrow = style.across(style.PAGE_WIDTH) <= style.NARROW
        figure, panels = style.panels(len(own), columns=columns, height=2.35 if narrow else 3.1)
        for ax, level in zip(panels, own, strict=True):
            _body(ax, shown[level], scale)
        _bar(figure, panels, scale, _word(table, log, shown_unit))
        hidden = list(dict.fromkeys(line for each in shown.values() for line in _hidden(each, None)))
        if hidden:
            text = style.filled("; ".join(hidden), 72.0 * figure.get_figwidth() - 12.0)
            figure.supxlabel(text, fontsize=style.size())
        names = [f"{as_title(level)}, n = {rows[participant].nunique()}" for level, rows in own.items()]
        style.name_panels(panels, names, [""] * len(own), marked=style.simulated_mark(cells, simulated))
        style.settle(panels[0])
    return figure


def _table(
    cells: pd.DataFrame, *, value: str, participant: str, unit: str | None, by: str | None = None
) -> tuple[pd.DataFrame, str, float]:
    """The rows, once they are known to be of one kind, and the unit as shown."""
    groups = [] if by is None else [by]
    needed = [participant, "muscle", value, *groups]
    check_rows(cells, needed, "activation to draw")
    for column in _SINGLE:
        if column != by:
            _check_single(cells, column, hint="Select one first")
    keys = [*dict.fromkeys([participant, "muscle", *groups, "side", "exercise"])]
    keys = [key for key in keys if key in cells.columns]
    twice = cells[cells.duplicated(keys)]
    if len(twice):
        raise DesignError(
            "A participant has more than one row in a cell",
            where=", ".join(f"{key} {twice.iloc[0][key]}" for key in keys),
            allowed=f"one row a combination of {listed(keys)}",
            hint="Average repetitions and sets with ek.summarize first",
        )
    unit = str(cells["unit"].iloc[0]) if unit is None and "unit" in cells.columns else unit
    if not unit:
        raise DesignError("The unit of the values is not known", allowed="a column 'unit', or unit=", got="nothing")
    return cells, *surface(unit)


def _check_single(table: pd.DataFrame, column: str, *, hint: str) -> None:
    if column in table.columns and len(table[column].unique()) > 1:
        raise DesignError(
            f"The rows differ in {column!r} and cannot share one body", allowed=f"one {column}",
            got=listed(dict.fromkeys(table[column])), hint=hint,
        )  # fmt: skip


def _means(table: pd.DataFrame, *, value: str, factor: float, log: bool) -> tuple[_Shown, ...]:
    """The mean of each muscle and side, and where it is drawn."""
    low = float(table[value].min())
    if low < 0 or (log and low == 0):
        raise DesignError(
            "A colour that begins at 0 has no place for values below it" if low < 0 else "0 has no logarithm",
            where=f"column {value!r}", allowed="values above 0", got=f"a lowest value of {number(low * factor)}",
            hint="" if low < 0 else "Draw arithmetic means: log=False",
        )  # fmt: skip
    known = {name for view in AREAS.values() for name in view}
    side_of = table["side"] if "side" in table.columns else pd.Series(None, index=table.index, dtype=object)
    shown, owner = list[_Shown](), dict[tuple[str, str], str]()
    for (muscle, side), rows in table.groupby([table["muscle"].astype(str), side_of], dropna=False, sort=False):
        one = _Shown(
            muscle=str(muscle), side=str(side) if side in ("left", "right") else None,
            mean=factor * mean_with_interval(rows[value], log=log)[0],
            areas=tuple(area for area in GROUPS.get(str(muscle), (str(muscle),)) if area in known),
        )  # fmt: skip
        for place in ((area, each) for area in one.areas for each in one.sides):
            if place in owner:
                raise DesignError(
                    f"Two rows would colour the same area: {owner[place]!r} and {one.muscle!r}",
                    allowed="one muscle an area and side", hint="Select the rows of one of the two first",
                )  # fmt: skip
            owner[place] = one.muscle
        shown.append(one)
    return tuple(shown)


def _body(ax: Axes, shown: Sequence[_Shown], scale: Normalize) -> None:
    """Both views: the outline, the areas of all muscles, and the colours of those that were measured."""
    colours = {(area, side): _COLOURS(scale(one.mean)) for one in shown for area in one.areas for side in one.sides}
    for view in VIEWS:
        middle = -_MIDDLE if view == "front" else _MIDDLE
        for direction in (1.0, -1.0):
            for points in BODY.values():
                outline = closed_curve(points) * [direction, 1.0] + [middle, 0.0]
                ax.add_patch(Polygon(outline, facecolor=style.PALE, edgecolor=style.PALE, lw=0.6, zorder=1))
            side = _side(view, direction)
            for muscle, points in AREAS[view].items():
                color = colours.get((muscle, side))
                ax.add_patch(
                    Polygon(
                        closed_curve(points) * [direction, 1.0] + [middle, 0.0], facecolor=color or "white",
                        edgecolor=style.INK if color else "#c4c4c4", lw=0.5, zorder=3 if color else 2,
                        gid=f"{style.VALUE if color else 'area'} {view} {side} {muscle}",
                    )
                )  # fmt: skip
            if any(one.side for one in shown):
                _small(ax, side[0].upper(), middle + 13.0 * direction)
        x, y = HEAD[0]
        ax.add_patch(Ellipse((middle + x, y), 2 * HEAD[1][0], 2 * HEAD[1][1], color=style.PALE, lw=0, zorder=1))
    for view, middle in zip(VIEWS, (-_MIDDLE, _MIDDLE), strict=True):
        _small(ax, view, middle)
    ax.set(xlim=(-_MIDDLE - _HALF, _MIDDLE + _HALF), ylim=(_BELOW, _ABOVE), aspect="equal", xticks=[], yticks=[])
    ax.set_axis_off()


def _small(ax: Axes, text: str, x: float) -> None:
    ax.text(x, _BELOW + 1.0, text, ha="center", va="bottom", fontsize=style.size(), color=style.GREY)


def _side(view: str, direction: float) -> str:
    """Who faces the reader has the right side at the reader's left."""
    return "right" if (direction > 0) == (view == "back") else "left"


def _written(one: _Shown, scale: Normalize | None) -> str:
    """The name of a muscle and its value."""
    name = as_title(one.muscle) + (f", {one.side}" if one.side else "")
    return name if scale is None else f"{name} {fixed(one.mean, 0 if float(scale.vmax or 0) >= 20 else 2)}"


def _width(ax: Axes) -> float:
    """Inches across given Axes; nearly the figure's where they are its only ones."""
    figure = ax.get_figure(root=True)
    if figure is None:
        return style.COLUMN_WIDTH
    return figure.get_figwidth() * (1.0 if len(figure.axes) == 1 else ax.get_position().width)


def _of_view(shown: Sequence[_Shown], view: str) -> list[_Shown]:
    """The muscles that are named at this view: at the first that shows them."""
    return [one for one in shown if next((v for v in VIEWS if set(one.areas) & set(AREAS[v])), None) == view]


def _texts(shown: Sequence[_Shown], scale: Normalize) -> tuple[list[str], list[float]]:
    """The labels, broken into lines, and their heights in points."""
    texts = [style.wrapped(_written(one, scale), width=_LABEL, key="legend.fontsize") for one in shown]
    return texts, [1.2 * style.size() * (text.count("\n") + 1) + _APART for text in texts]


def _room(shown: Sequence[_Shown], scale: Normalize, inches: float) -> tuple[float, float, float]:
    """Points a unit of the outline, and the lowest and highest place that the labels of either view need."""
    per_unit = (72.0 * inches - 2 * _LABEL - 12.0) / (2 * (_MIDDLE + _HALF))
    per_unit = float(np.clip(per_unit, 0.6, _LARGEST))
    tallest = max(sum(_texts(_of_view(shown, view), scale)[1]) for view in VIEWS) / per_unit
    more = max(0.0, tallest - (_ABOVE - _BELOW)) / 2
    return per_unit, _BELOW - more, _ABOVE + more


def _labels(ax: Axes, shown: Sequence[_Shown], scale: Normalize, per_unit: float) -> None:
    """Write each muscle with its value beside the view that shows it, and draw a line to its area."""
    for view, outward in zip(VIEWS, (-1.0, 1.0), strict=True):
        own = _of_view(shown, view)
        texts, points = _texts(own, scale)
        ends = [_end(one, view, outward) for one in own]
        places = _spread([y for _, y in ends], [each / per_unit for each in points], *ax.get_ylim())
        for (x, y), text, at in zip(ends, texts, places, strict=True):
            beside = outward * (_MIDDLE + _HALF)
            ax.plot([x, beside], [y, at], color=style.GREY, lw=0.5, zorder=5)
            label = ax.text(
                beside + outward, at, text, ha="right" if outward < 0 else "left", va="center", fontsize=style.size(),
                linespacing=1.15,
            )  # fmt: skip
            label.set_in_layout(False)  # the axes are as wide as the labels need


def _end(one: _Shown, view: str, outward: float) -> tuple[float, float]:
    """Where the line to a muscle ends: in the middle of its first area, on the side that was measured."""
    area = np.array(AREAS[view][next(area for area in one.areas if area in AREAS[view])])
    direction = outward if one.side is None or _side(view, outward) == one.side else -outward
    middle = -_MIDDLE if view == "front" else _MIDDLE
    return middle + direction * float(area[:, 0].mean()), float(area[:, 1].mean())


def _spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Places near those wanted, within limits, apart so that labels of these heights do not touch.

    Examples
    --------
    >>> _spread([10.0, 11.0, 30.0], [4.0, 4.0, 4.0], 0.0, 40.0)
    [8.5, 12.5, 30.0]
    >>> _spread([39.0, 1.0], [4.0, 4.0], 0.0, 40.0)
    [38.0, 2.0]
    """
    runs: list[tuple[float, list[int]]] = []  # labels that touch, and the lowest place of each run of them

    def height(members: list[int]) -> float:
        return sum(heights[i] for i in members)

    for i in sorted(range(len(wanted)), key=lambda i: wanted[i]):
        members = [i]
        while True:
            bottom = sum(wanted[j] for j in members) / len(members) - height(members) / 2
            bottom = max(low, min(bottom, high - height(members)))
            if not runs or runs[-1][0] + height(runs[-1][1]) <= bottom:
                break
            members = runs.pop()[1] + members
        runs.append((bottom, members))
    placed = [0.0] * len(wanted)
    for bottom, members in runs:
        at = bottom
        for i in members:
            placed[i] = at + heights[i] / 2
            at += heights[i]
    return placed


def _bar(figure: Any, panels: Sequence[Axes], scale: Normalize, label: str) -> None:
    """The colour bar below all bodies."""
    bar = figure.colorbar(
        ScalarMappable(norm=scale, cmap=_COLOURS), ax=list(panels), orientation="horizontal", shrink=0.7, aspect=28,
        pad=0.02,
    )  # fmt: skip
    bar.set_label(style.wrapped(label, width=72.0 * figure.get_figwidth() - 24.0, key="axes.labelsize"))
    bar.outline.set(linewidth=0.5, edgecolor=style.GREY)


def _word(table: pd.DataFrame, log: bool, unit: str) -> str:
    measure = f"{as_title(table['measure'].iloc[0])} activation" if "measure" in table.columns else "Activation"
    return f"{measure} ({unit}), {'geometric' if log else 'arithmetic'} mean over participants"


def _note(ax: Axes, lines: list[str]) -> None:
    """Write lines below the figure, or below Axes that share it."""
    figure = ax.get_figure(root=True)
    if figure is not None and len(figure.axes) == 1:
        style.note(ax, lines)
    elif lines:
        text = style.wrapped("\n".join(lines), width=72.0 * _width(ax), key="legend.fontsize")
        ax.text(0.0, 0.0, text, transform=ax.transAxes, ha="left", va="top", fontsize=style.size())


def _hidden(shown: Sequence[_Shown], scale: Normalize | None) -> list[str]:
    """A line that names the muscles without an area."""
    names = [_written(one, scale) for one in shown if not one.areas]
    return [f"Not on the map: {', '.join(names)}"] if names else []
