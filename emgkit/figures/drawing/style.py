"""The style of every figure: what the functions that draw share, under one name.

Colours and sizes stand in ``appearance``, words in ``lettering``, what journals ask in ``journals``, files in
``saving``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emgkit._checks import check_unknown
from emgkit.errors import DesignError
from emgkit.figures.drawing.appearance import (  # fmt: skip
    GREY,
    INK,
    LIFT_LOOKS,
    LINES,
    MARKERS,
    NARROW,
    PALE,
    PALETTE,
    PHASES,
    RC,
    SIMULATED,
    SIMULATED_DATA,
    Look,
    across,
    lift_look,
    looks,
    size,
    theme,
)
from emgkit.figures.drawing.dark import VALUE, dark
from emgkit.figures.drawing.journals import COLUMN_WIDTH, JOURNALS, PAGE_WIDTH, Journal, journal
from emgkit.figures.drawing.lettering import (  # fmt: skip
    filled,
    fit_x_labels,
    head,
    legend_above,
    legend_below,
    legend_on_top,
    letter_panels,
    mark,
    mark_simulated,
    name_panels,
    note,
    text_width,
    title,
    wrapped,
)
from emgkit.figures.drawing.saving import FORMATS, check, close, save
from emgkit.notation import listed

__all__ = [
    "COLUMN_WIDTH", "FORMATS", "GREY", "INK", "JOURNALS", "LIFT_LOOKS", "LINES", "MARKERS", "NARROW", "PAGE_WIDTH",
    "PALE", "PALETTE", "PHASES", "RC", "SIMULATED", "SIMULATED_DATA", "VALUE", "Journal", "Look", "across",
    "axes_or_new", "check", "close", "dark", "filled", "fit_x_labels", "grid", "head", "journal", "legend_above",
    "legend_below", "legend_on_top", "letter_panels", "lift_look", "looks", "mark", "mark_simulated", "name_panels",
    "note", "of_muscle", "one_muscle", "panels", "save", "settle", "share_values", "simulated_mark", "size",
    "text_width", "theme", "title", "wrapped",
]  # fmt: skip


def axes_or_new(ax: Axes | None, *, width: float, height: float) -> Axes:
    """Take the Axes given, or one on a new figure of this size (inches), as wide as a journal asks."""
    return ax if ax is not None else plt.subplots(figsize=(across(width), height))[1]


def panels(number: int, *, columns: int | None, height: float) -> tuple[Figure, list[Axes]]:
    """Make a figure with this many Axes, in rows of `columns` (by default 2 or 3), each `height` inches high."""
    most = number if across(PAGE_WIDTH) > NARROW else 2
    columns = min(number, columns or (2 if number == 4 else 3), most)
    rows = -(-number // columns)
    figure = plt.figure(figsize=(across(COLUMN_WIDTH if columns == 1 else PAGE_WIDTH), height * rows + 0.3))
    return figure, [figure.add_subplot(rows, columns, place + 1) for place in range(number)]


def settle(ax: Axes) -> None:
    """Lay a figure with a colour bar out until it stays: the first layout does not know the bar's final place."""
    figure = ax.get_figure(root=True)
    if figure is not None:
        for _ in range(3):
            figure.draw_without_rendering()


def share_values(panels: list[Axes]) -> None:
    """Give all panels one value axis with room for n above the data, and label it at the left only."""
    bottom, top = min(ax.get_ylim()[0] for ax in panels), max(ax.get_ylim()[1] for ax in panels)
    for ax in panels:
        ax.set_ylim(bottom, bottom + 1.08 * (top - bottom))
        place = ax.get_subplotspec()
        if place is not None and not place.is_first_col():
            ax.set_ylabel("")


def grid(
    names: Sequence[str],
    draw: Callable[[Axes, str], str],
    *,
    columns: int | None,
    height: float,
    handles: list[Any],
    marked: str = "",
    y_label: str = "",
    below: Sequence[str] = (),
) -> Figure:
    """Draw one panel a name, with one legend, its name and n above each.

    `draw` draws a name on its Axes and gives n, or an empty text. With a `y_label` all panels share it; else they share
    one value axis, and each has its own labels. Lines `below` stand under all panels.
    """
    with theme():
        figure, axes = panels(len(names), columns=columns, height=height)
        counts = [draw(ax, name) for ax, name in zip(axes, names, strict=True)]
        if y_label:
            figure.supylabel(y_label, fontsize=size("axes.labelsize"))
        else:
            share_values(axes)
        if below or y_label:
            lines = [filled(line, 72.0 * figure.get_figwidth() - 12.0) for line in below]
            figure.supxlabel("\n".join(lines), fontsize=size(), linespacing=1.25)
            legend_on_top(figure, handles)
        else:
            legend_below(figure, handles)
        name_panels(axes, names, counts, marked=marked)
    return figure


def one_muscle(muscles: Sequence[str], muscle: str | None, *, hint: str) -> str:
    """The muscle that one panel shows: the one named, or the only one."""
    if muscle is None and len(muscles) > 1:
        raise DesignError("The table holds several muscles", allowed="one", got=listed(muscles), hint=hint)
    return check_unknown("muscle", muscle or muscles[0], muscles)


def of_muscle(table: pd.DataFrame, muscle: str | None) -> tuple[pd.DataFrame, str | None]:
    """The rows of one muscle and its name: the one named, or the only one; all rows without such a column."""
    if "muscle" not in table.columns:
        return table, muscle
    names = list(table["muscle"].astype(str).unique())
    chosen = one_muscle(names, muscle, hint="Name one: muscle=")
    return table[table["muscle"].astype(str) == chosen], chosen


def simulated_mark(data: Any, facts: bool) -> str:
    """The mark of simulated data, where the caller or the data's own ``simulated`` entry says so; else nothing."""
    attrs = getattr(data, "attrs", None) or {}
    context = getattr(data, "context", None) or {}
    column = data["simulated"].astype(bool).any() if "simulated" in getattr(data, "columns", ()) else False
    return SIMULATED_DATA if facts or column or attrs.get("simulated") or context.get("simulated") else ""
