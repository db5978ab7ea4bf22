"""Words on figures: names, numbers, titles, notes and legends, and how wide they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from emgkit.figures.drawing.appearance import GREY, RC, SIMULATED, SIMULATED_DATA, size
from emgkit.notation import as_title

__all__ = [
    "filled",
    "fit_x_labels",
    "head",
    "legend_above",
    "legend_below",
    "legend_on_top",
    "letter_panels",
    "mark",
    "mark_simulated",
    "name_panels",
    "note",
    "text_width",
    "title",
    "wrapped",
]


def text_width(text: str, *, key: str = "axes.titlesize") -> float:
    """How wide one line of a kind of text is, in points; the kind is a key of ``RC``, a title by default."""
    weight = RC["axes.titleweight"] if key == "axes.titlesize" else "normal"
    return _measured(text, size(key), weight) if text else 0.0


@lru_cache(maxsize=4096)
def _measured(text: str, points: float, weight: str) -> float:
    font = FontProperties(family=RC["font.sans-serif"], weight=weight, size=points)
    # on a screen letters are set on whole pixels, which makes lines up to 4 % wider than on paper
    # a letter as wide stands for a dollar sign, between two of which matplotlib expects a formula
    width, _, _ = text_to_path.get_text_width_height_descent(text.replace("$", "5"), font, ismath=False)
    return 1.04 * float(width)


def wrapped(text: str, *, width: float, key: str = "axes.titlesize") -> str:
    """Break a text into lines of at most `width` points, after a comma rather than elsewhere.

    The text is a title, or of the kind that `key` names in ``RC``. Breaks that the text has stay; a word that is wider
    than a line is divided.

    Examples
    --------
    >>> wrapped("Vastus medialis, group pathology", width=110.0).splitlines()
    ['Vastus medialis,', 'group pathology']
    """
    if "\n" in text:
        return "\n".join(wrapped(line, width=width, key=key) for line in text.split("\n"))
    if text_width(text, key=key) <= width:
        return text
    lines: list[str] = []
    for part in text.replace(", ", ",\n").split("\n"):
        line = lines.pop() if lines and text_width(f"{lines[-1]} {part}", key=key) <= width else ""
        for word in (piece for whole in part.split() for piece in _divided(whole, width, key)):
            longer = f"{line} {word}".strip()
            if line and text_width(longer, key=key) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return "\n".join(lines)


def _divided(word: str, width: float, key: str) -> list[str]:
    """The word, in pieces with hyphens where a line cannot hold it."""
    pieces = []
    while text_width(word, key=key) > width and len(word) > 2:
        end = len(word) - 1
        while end > 1 and text_width(f"{word[:end]}-", key=key) > width:
            end -= 1
        pieces.append(f"{word[:end]}-")
        word = word[end:]
    return [*pieces, word]


def filled(text: str, room: float) -> str:
    """Break small text between words into lines of at most so many points."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, key="legend.fontsize") > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def title(ax: Axes, text: str, *, pad: float = 6.0) -> None:
    """Write a title at the left edge, `pad` points above the axes."""
    ax.set_title(text, loc="left", pad=pad, fontsize=size("axes.titlesize"), fontweight="bold")


def head(ax: Axes, text: str, *, up: float, marked: str = "", right: float = 0.0) -> None:
    """Write the title above a legend of `up` points, and at the right what kind of data these are.

    The mark ends `right` points beside the axes' right edge. On a figure of its own the title is broken into lines that
    leave the mark its room.
    """
    figure = ax.get_figure(root=True)
    if figure is not None and len(figure.axes) == 1:
        taken = 52.0 + (text_width(marked, key="legend.fontsize") + 12.0 if marked else 0.0)
        text = wrapped(text, width=max(72.0 * figure.get_figwidth() - taken, 72.0))
    title(ax, text, pad=up + 4)
    if marked:
        mark(ax, marked, pad=up + 4, right=right)


def mark(ax: Axes, text: str, *, pad: float = 6.0, right: float = 0.0, color: str = SIMULATED) -> None:
    """Write what kind of data these are `pad` points above the axes, ending `right` points beside their right edge."""
    ax.annotate(
        text, (1.0, 1.0), xycoords="axes fraction", xytext=(right, pad), textcoords="offset points", ha="right",
        va="baseline", fontsize=size(), fontstyle="italic", color=color, annotation_clip=False,
    )  # fmt: skip


def mark_simulated(ax: Axes, *, pad: float = 6.0, right: float = 0.0) -> None:
    """Write "simulated data" `pad` points above the axes, ending `right` points beside their right edge."""
    mark(ax, SIMULATED_DATA, pad=pad, right=right)


def letter_panels(panels: Sequence[Axes], *, pad: float = 6.0, left: float = 10.0) -> None:
    """Write A, B, C … above the left of each of several panels, so that a caption can name them."""
    for number, ax in enumerate(panels if len(panels) > 1 else ()):
        letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26] * (1 + number // 26)
        ax.annotate(
            letter, (0.0, 1.0), xycoords="axes fraction", xytext=(-left, pad), textcoords="offset points", ha="right",
            va="baseline", fontsize=size("axes.titlesize") + 1.0, fontweight="bold", annotation_clip=False,
            gid="panel letter",
        )  # fmt: skip


def fit_x_labels(panels: Sequence[Axes]) -> None:
    """Lay a figure out, and break the labels of its panels' x axes into lines that are no wider than the panel."""
    figure = panels[0].get_figure(root=True)
    if figure is None:
        return
    figure.draw_without_rendering()
    for ax in panels:
        ax.set_xlabel(wrapped(ax.get_xlabel(), width=ax.bbox.width * 72.0 / figure.dpi, key="axes.labelsize"))


def name_panels(panels: Sequence[Axes], names: Iterable[str], counts: Iterable[str], *, marked: str) -> None:
    """Write each panel's letter and name above it, n into its corner, and what kind of data these are.

    Call it last: it lays the figure out to learn how wide the panels are, which titles do not change.
    """
    letter_panels(panels)
    fit_x_labels(panels)
    for ax, name, n in zip(panels, names, counts, strict=True):
        corner, width = f"n = {n}" if n else "", ax.bbox.width * 72.0 / ax.figure.dpi
        text = wrapped(as_title(name), width=width)
        title(ax, text)
        ax.annotate(
            corner, (0.0, 1.0), xycoords="axes fraction", xytext=(4, -2), textcoords="offset points", ha="left",
            va="top", fontsize=size(), color=GREY,
        )  # fmt: skip
        if marked:
            mark(ax, marked, pad=18.0 + 12.0 * text.count("\n"))


def note(ax: Axes, lines: Iterable[str]) -> None:
    """Write what else belongs to a figure below it, at the left and no wider than the figure.

    On Axes that share their figure with others the lines go below the axis' own label.
    """
    lines = [line for line in lines if line]
    figure = ax.get_figure(root=True)
    if not lines or figure is None:
        return
    text = "\n".join(filled(line, 72.0 * figure.get_figwidth() - 12.0) for line in lines)
    if len(figure.axes) == 1:
        figure.supxlabel(text, x=6.0 / (72.0 * figure.get_figwidth()), ha="left", fontsize=size(), linespacing=1.25)
    else:
        ax.set_xlabel("\n".join([ax.get_xlabel(), text]))


def legend_above(ax: Axes, handles: list[Any], *, columns: int = 4) -> float:
    """Put a legend between axes and title, in as many columns as fit; give the height it takes, in points."""
    if not handles:
        return 0.0
    figure = ax.get_figure(root=True)
    # an axis with its label takes some 50 points of a figure at the left
    room = 72.0 * figure.get_figwidth() - 52.0 if figure is not None and len(figure.axes) < 2 else np.inf
    columns = _legend_columns(handles, at_most=columns, room=room)
    ax.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderpad=0.2,
        borderaxespad=0.2, handlelength=2.0, handletextpad=0.5, columnspacing=1.2, labelspacing=0.3,
        fontsize=size(), frameon=False,
    )  # fmt: skip
    return 4.0 + 1.4 * size() * -(-len(handles) // columns)


def legend_below(figure: Figure, handles: list[Any]) -> None:
    """Put one legend for all panels below them, in as many columns as the width holds."""
    _legend_for_all(figure, handles, "outside lower center")


def legend_on_top(figure: Figure, handles: list[Any], *, columns: int | None = None) -> None:
    """Put one legend for all panels above them, where the axes share a label below."""
    _legend_for_all(figure, handles, "outside upper left", columns)


def _legend_for_all(figure: Figure, handles: list[Any], loc: Any, columns: int | None = None) -> None:
    columns = min(len(handles), columns or max(2, int(figure.get_figwidth() / 1.4)))
    columns = _legend_columns(handles, at_most=columns, room=72.0 * figure.get_figwidth())
    figure.legend(handles=handles, loc=loc, ncols=columns)


def _legend_columns(handles: list[Any], *, at_most: int, room: float) -> int:
    """How many entries stand side by side in a number of points."""
    widths = [text_width(str(handle.get_label()), key="legend.fontsize") + 4.2 * size() for handle in handles]
    for columns in range(min(at_most, len(handles)), 1, -1):
        parts = np.array_split(np.asarray(widths), columns)  # as matplotlib fills them, one column after the other
        if sum(float(part.max()) for part in parts) <= room:
            return columns
    return 1
