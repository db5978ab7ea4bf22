"""The look of every figure: colours, sizes, labels, and writing to files.

Everything is frozen. Colours are told apart by people with any colour vision, and in
greyscale by their lightness; markers and line styles say the same a second time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from numpy.typing import ArrayLike, NDArray

from emgkit._checks import listed
from emgkit.errors import ArgumentError

__all__ = [
    "COLUMN_WIDTH", "FORMATS", "PAGE_WIDTH", "PALETTE", "PHASES", "RC", "Look", "axes_or_new", "count",
    "is_simulated", "legend_above", "legend_below", "looks", "mark_simulated", "name_panels", "p_text", "panels",
    "save", "share_values", "surface", "theme", "title", "words", "wrapped",
]  # fmt: skip

# CIE lightness 19, 45, 58, 74, 35: dark to light in greyscale, apart under prot-, deuter- and tritanopia
PALETTE = ("#14304f", "#b8432b", "#3f96bd", "#e8ab30", "#643c9c")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (2.5, 1)))
INK, GREY, PALE = "#222222", "#6e6e6e", "#e9e9e9"
SIMULATED = "#a3260f"
# background of a phase; the lightness differs, so that greyscale shows them too
PHASES: Mapping[str, str] = MappingProxyType(
    {"eccentric": "#bdd9ea", "concentric": "#fbeac2", "hold": "#c9bce0", "whole": "#e3e8ec"}
)
# widths of one and two columns of a journal page, inches
COLUMN_WIDTH, PAGE_WIDTH = 3.5, 7.2
FORMATS = ("pdf", "png", "svg")

RC: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so figures are the same everywhere
        "font.size": 8.0,
        "axes.labelsize": 8.5,
        "axes.titlesize": 9.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
        "xtick.major.size": 3.0,
        "ytick.major.size": 3.0,
        "legend.fontsize": 7.5,
        "legend.frameon": False,
        "lines.linewidth": 1.5,
        "patch.linewidth": 0.7,
        "hatch.linewidth": 0.5,
        "figure.dpi": 100.0,
        "figure.constrained_layout.use": True,
        "savefig.dpi": 300.0,
        "savefig.facecolor": "white",
        "figure.facecolor": "white",
        "pdf.fonttype": 42,  # TrueType: text stays text in an editor
        "ps.fonttype": 42,
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "emgkit",  # the same figure gives the same file
    }
)
_NO_DATES: Mapping[str, Mapping[str, None]] = {"pdf": {"CreationDate": None}, "png": {}, "svg": {"Date": None}}
_SHOWN = {"V": ("µV", 1e6), "V·s": ("µV·s", 1e6), "V^2": ("µV²", 1e12), "deg": ("°", 1.0), "m/s^2": ("m/s²", 1.0)}


@contextmanager
def theme() -> Iterator[None]:
    """Set the look of the figures for the time of a ``with`` block; the user's own settings come back after it.

    Examples
    --------
    >>> with theme():
    ...     mpl.rcParams["pdf.fonttype"]
    42
    """
    settings: Any = dict(RC)  # matplotlib types the keys as literals from 3.11 on
    with mpl.rc_context(settings):
        yield


@dataclass(frozen=True)
class Look:
    """How one level is drawn: colour, marker and line style."""

    color: str
    marker: str
    line: Any


def looks(levels: Iterable[object]) -> dict[str, Look]:
    """One look a level, in the order of first appearance.

    Examples
    --------
    >>> looks(["squat", "deadlift"])["deadlift"].marker
    's'
    """
    names = dict.fromkeys(str(level) for level in levels)
    return {
        name: Look(PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)], LINES[(i + i // len(LINES)) % len(LINES)])
        for i, name in enumerate(names)
    }


def words(name: object) -> str:
    """Write a name from a table as words.

    Examples
    --------
    >>> words("vastus_lateralis")
    'Vastus lateralis'
    """
    text = str(name).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def surface(values: ArrayLike, unit: str) -> tuple[NDArray[np.float64], str]:
    """Values and unit as people read them: volts become microvolts.

    Examples
    --------
    >>> surface([1e-4], "V")
    (array([100.]), 'µV')
    """
    shown, factor = _SHOWN.get(unit, (unit, 1.0))
    return np.asarray(values, dtype=np.float64) * factor, shown


def count(n: int, noun: str) -> str:
    """Write a number and its noun.

    Examples
    --------
    >>> count(1, "participant"), count(13, "participant")
    ('1 participant', '13 participants')
    """
    return f"{n} {noun}{'' if n == 1 else 's'}"


def p_text(p: float) -> str:
    """Write a p value exactly: three decimals and no zero before them, powers of ten below .001.

    Examples
    --------
    >>> p_text(0.0342), p_text(0.00012), p_text(1.0)
    ('.034', '1.2×10⁻⁴', '> .999')
    """
    if np.isnan(p):
        return "–"
    if p > 0.999:
        return "> .999"
    if p >= 0.001:
        return f"{p:.3f}".removeprefix("0")
    if p == 0:  # below the least number that floating point holds
        return "0"
    mantissa, exponent = f"{p:.1e}".split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def axes_or_new(ax: Axes | None, *, width: float, height: float) -> Axes:
    """Take the Axes given, or one on a new figure of this size (inches)."""
    return ax if ax is not None else plt.subplots(figsize=(width, height))[1]


def panels(number: int, *, columns: int | None, height: float) -> tuple[Figure, list[Axes]]:
    """Make a figure with this many Axes, in rows of `columns` (by default 2 or 3), each `height` inches high."""
    columns = min(number, columns or (2 if number == 4 else 3))
    rows = -(-number // columns)
    width = COLUMN_WIDTH if columns == 1 else PAGE_WIDTH
    figure = plt.figure(figsize=(width, height * rows + 0.3))
    return figure, [figure.add_subplot(rows, columns, place + 1) for place in range(number)]


def title(ax: Axes, text: str, *, pad: float = 6.0) -> None:
    """Write a title at the left edge, `pad` points above the axes."""
    ax.set_title(text, loc="left", pad=pad, fontsize=RC["axes.titlesize"], fontweight="bold")


def name_panels(
    figure: Figure, panels: Iterable[Axes], names: Iterable[str], counts: Iterable[str], *, simulated: bool
) -> None:
    """Write each panel's name above it, as wide as the panel is, n into its corner, and the mark of simulated data.

    Call it last: it lays the figure out to learn how wide the panels are, which titles do not change.
    """
    figure.draw_without_rendering()
    for ax, name, n in zip(panels, names, counts, strict=True):
        text = wrapped(words(name), width=ax.bbox.width * 72.0 / ax.figure.dpi)
        title(ax, text)
        ax.annotate(
            f"n = {n}", (0.0, 1.0), xycoords="axes fraction", xytext=(4, -2), textcoords="offset points", ha="left",
            va="top", fontsize=7.5, color=GREY,
        )  # fmt: skip
        if simulated:
            mark_simulated(ax, pad=18.0 + 12.0 * text.count("\n"))


def wrapped(text: str, *, width: float) -> str:
    """Break a title into lines of at most `width` points, after a comma rather than elsewhere.

    Breaks that the text has stay; a word that is wider than a line is divided.

    Examples
    --------
    >>> wrapped("Vastus medialis, group pathology", width=110.0).splitlines()
    ['Vastus medialis,', 'group pathology']
    """
    if "\n" in text:
        return "\n".join(wrapped(line, width=width) for line in text.split("\n"))
    if _points(text) <= width:
        return text
    lines: list[str] = []
    for part in text.replace(", ", ",\n").split("\n"):
        line = lines.pop() if lines and _points(f"{lines[-1]} {part}") <= width else ""
        for word in (piece for whole in part.split() for piece in _divided(whole, width)):
            longer = f"{line} {word}".strip()
            if line and _points(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return "\n".join(lines)


def _divided(word: str, width: float) -> list[str]:
    """The word, in pieces with hyphens where a line cannot hold it."""
    pieces = []
    while _points(word) > width and len(word) > 2:
        end = len(word) - 1
        while end > 1 and _points(f"{word[:end]}-") > width:
            end -= 1
        pieces.append(f"{word[:end]}-")
        word = word[end:]
    return [*pieces, word]


def _points(text: str) -> float:
    """How wide a title is, in points."""
    font = FontProperties(family=RC["font.sans-serif"], weight=RC["axes.titleweight"], size=RC["axes.titlesize"])
    # on a screen letters are set on whole pixels, which makes lines up to 4 % wider than on paper
    return 1.04 * float(TextPath((0, 0), text, prop=font).get_extents().x1) if text else 0.0


def share_values(panels: list[Axes]) -> None:
    """Give all panels one value axis with room for n above the data, and label it at the left only."""
    bottom, top = min(ax.get_ylim()[0] for ax in panels), max(ax.get_ylim()[1] for ax in panels)
    for ax in panels:
        ax.set_ylim(bottom, bottom + 1.08 * (top - bottom))
        place = ax.get_subplotspec()
        if place is not None and not place.is_first_col():
            ax.set_ylabel("")


def legend_above(ax: Axes, handles: list[Any], *, columns: int = 4) -> float:
    """Put a legend between axes and title; give the height it takes, in points."""
    if not handles:
        return 0.0
    ax.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=min(columns, len(handles)), borderpad=0.2,
        borderaxespad=0.2, handlelength=2.0, handletextpad=0.5, columnspacing=1.2, labelspacing=0.3,
        fontsize=RC["legend.fontsize"], frameon=False,
    )  # fmt: skip
    return 4.0 + 10.5 * -(-len(handles) // min(columns, len(handles)))


def legend_below(figure: Figure, handles: list[Any]) -> None:
    """Put one legend for all panels below them, in as many columns as the width holds."""
    columns = min(len(handles), max(2, int(figure.get_figwidth() / 1.4)))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def is_simulated(data: Any, said: bool) -> bool:
    """Whether the data are simulated: said by the caller, or by the data's own ``simulated`` entry."""
    attrs = getattr(data, "attrs", None) or {}
    context = getattr(data, "context", None) or {}
    column = data["simulated"].astype(bool).any() if "simulated" in getattr(data, "columns", ()) else False
    return bool(said or column or attrs.get("simulated", False) or context.get("simulated", False))


def mark_simulated(ax: Axes, *, pad: float = 6.0, right: float = 0.0) -> None:
    """Write "simulated data" `pad` points above the axes, ending `right` points beside their right edge."""
    ax.annotate(
        "simulated data", (1.0, 1.0), xycoords="axes fraction", xytext=(right, pad), textcoords="offset points",
        ha="right", va="baseline", fontsize=7.5, fontstyle="italic", color=SIMULATED, annotation_clip=False,
    )  # fmt: skip


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay the figure out once for all formats; laying out costs as much as drawing."""
    engine = figure.get_layout_engine()
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    try:
        yield
    finally:
        figure.set_layout_engine(engine)


def close(figure: Figure) -> None:
    """Let go of a figure that is saved; many open figures fill the memory."""
    plt.close(figure)


def save(figure: Figure | Axes, stem: str | Path) -> list[Path]:
    """Write a figure as PDF, PNG (300 dpi) and SVG: all three or none.

    Parameters
    ----------
    figure : Figure or Axes
        What a figure function returned.
    stem : str or Path
        Path without ending; its folder is made. Files that stand there are replaced.

    Returns
    -------
    list of Path
        The three files. The same figure gives the same bytes: no dates are written.

    Raises
    ------
    ArgumentError
        `stem` names no file, or has the ending of one.

    Examples
    --------
    >>> folder = tempfile.TemporaryDirectory()
    >>> ax = plt.figure().add_subplot()
    >>> [path.name for path in save(ax, Path(folder.name) / "force")]
    ['force.pdf', 'force.png', 'force.svg']
    >>> plt.close(ax.figure); folder.cleanup()
    """
    drawn = figure.get_figure(root=True) if isinstance(figure, Axes) else figure
    stem = Path(stem)
    if drawn is None or not stem.name:
        raise ArgumentError(
            "The figure cannot be written", allowed="a figure and a path with a file name", came=repr(str(stem))
        )
    if stem.suffix.lower() in (*(f".{ending}" for ending in FORMATS), ".jpg", ".jpeg", ".tif", ".tiff", ".eps"):
        raise ArgumentError(
            "Give the path without ending: a figure is written in all formats at once",
            allowed=f"{str(stem.with_suffix(''))!r}, which becomes {listed(f'.{ending}' for ending in FORMATS)}",
            came=repr(str(stem)),
        )
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in FORMATS]
    # written beside their places first, so that a full disk or an error leaves the old files whole
    with theme(), tempfile.TemporaryDirectory(dir=stem.parent, prefix=".figure-") as folder:
        parts = [Path(folder) / path.name for path in paths]
        with _laid_out(drawn):
            for part, ending in zip(parts, FORMATS, strict=True):
                drawn.savefig(part, format=ending, metadata=dict(_NO_DATES[ending]))
        for part, path in zip(parts, paths, strict=True):
            os.replace(part, path)
    return paths
