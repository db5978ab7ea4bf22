"""The look of every figure: colours, markers, sizes, fonts.

Everything is frozen. Colours are told apart by people with any colour vision, and in
greyscale by their lightness; markers and line styles say the same a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

from emgkit.figures.drawing.journals import active
from emgkit.lifts import is_variant, lift_of, lifts_in
from emgkit.stats.cells.labels import in_order

__all__ = [
    "GREY",
    "INK",
    "LIFT_LOOKS",
    "LINES",
    "MARKERS",
    "NARROW",
    "PALE",
    "PALETTE",
    "PHASES",
    "RC",
    "SIMULATED",
    "SIMULATED_DATA",
    "Look",
    "across",
    "lift_look",
    "looks",
    "size",
    "theme",
]

# CIE lightness 19, 45, 58, 74, 35: dark to light in greyscale, apart under prot-, deuter- and tritanopia
PALETTE = ("#14304f", "#b8432b", "#3f96bd", "#e8ab30", "#643c9c")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (2.5, 1)))
INK, GREY, PALE = "#222222", "#6e6e6e", "#e9e9e9"
SIMULATED, SIMULATED_DATA = "#a3260f", "simulated data"
# background of a phase; the lightness differs, so that greyscale shows them too
PHASES: Mapping[str, str] = MappingProxyType(
    {"eccentric": "#bdd9ea", "concentric": "#fbeac2", "hold": "#c9bce0", "whole": "#e3e8ec"}
)
# figures narrower than this (inches) have one column of a page, and text above rather than beside
NARROW = 5.0

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
        "text.parse_math": False,  # a name may hold a dollar sign
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
        "savefig.facecolor": "auto",  # the figure's own: white, or the ground of a dark page
        "figure.facecolor": "white",
        "pdf.fonttype": 42,  # TrueType: text stays text in an editor
        "ps.fonttype": 42,
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "emgkit",  # the same figure gives the same file
    }
)
_SIZES = tuple(key for key in RC if key.endswith(("font.size", "labelsize", "titlesize", "fontsize")))


@contextmanager
def theme() -> Iterator[None]:
    """Set the look of the figures for the time of a ``with`` block; the user's own settings come back after it.

    Within ``style.journal`` sizes and fonts are those that the journal asks for.

    Examples
    --------
    >>> with theme():
    ...     mpl.rcParams["pdf.fonttype"]
    42
    """
    settings: Any = dict(RC)  # matplotlib types the keys as literals from 3.11 on
    settings |= {key: size(key) for key in _SIZES}
    # a backend that starts within the block would lose its settings at the block's end: a notebook showed one figure
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    asked = active()
    if asked is not None:
        settings["font.sans-serif"] = [*asked.installed, *RC["font.sans-serif"]]
    with mpl.rc_context(settings):
        yield


def size(key: str = "legend.fontsize") -> float:
    """Points of a kind of text, by its key of ``RC``; the smallest by default. Larger where a journal asks for it."""
    asked = active()
    smallest = min(float(RC[each]) for each in _SIZES)
    return float(RC[key]) * (1.0 if asked is None else max(1.0, asked.font / smallest))


def across(wanted: float) -> float:
    """Inches across a figure that would like to be `wanted` inches wide: the journal's column, or just these."""
    asked = active()
    return wanted if asked is None else asked.width(wanted)


@dataclass(frozen=True)
class Look:
    """How one level is drawn.

    Parameters
    ----------
    color, marker : str
        Of its points and lines.
    line : str or tuple
        Line style.
    """

    color: str
    marker: str
    line: Any


# one look a lift, in every figure; variants of a lift are lighter, and have other markers
LIFT_LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "hip_thrust": Look(PALETTE[1], "o", LINES[0]),
        "squat": Look(PALETTE[2], "s", LINES[1]),
        "deadlift": Look(PALETTE[4], "^", LINES[3]),
    }
)
_VARIANT_MARKERS = ("D", "v", "P", "X")
# how much white is mixed into the colour of a lift for its first variant, its second, …
_LIGHTER = (0.42, 0.6, 0.25, 0.7)


def looks(levels: Iterable[object]) -> dict[str, Look]:
    """One look a level, in the order of first appearance; numbers in them ascend.

    Hip thrust, squat and deadlift have their own look whatever stands beside them; variants of a lift have its colour,
    lighter. Other levels take the other colours, comparisons of lifts too.

    Examples
    --------
    >>> looks(["lunge", "squat"])["squat"] == looks(["squat", "deadlift"])["squat"]
    True
    >>> looks(["a", "b"])["b"].marker
    's'
    >>> looks(["hip_thrust / squat", "deadlift / squat"])["deadlift / squat"].color == PALETTE[3]
    True
    """
    names = in_order(str(level) for level in levels)
    used = {LIFT_LOOKS[lift].color for name in names for lift in lifts_in(name)}
    free = [color for color in (*PALETTE, *([GREY] if used else [])) if color not in used]
    found = {
        name: Look(free[i % len(free)], MARKERS[i % len(MARKERS)], LINES[(i + i // len(LINES)) % len(LINES)])
        for i, name in enumerate(name for name in names if not lift_of(name))
    }
    for lift in LIFT_LOOKS:
        own = sorted((name for name in names if lift_of(name) == lift), key=is_variant)
        first = 1 if own and is_variant(own[0]) else 0
        found |= {name: lift_look(lift, number) for number, name in enumerate(own, start=first)}
    return {name: found[name] for name in names}


def lift_look(lift: str, variant: int = 0) -> Look:
    """The look of hip thrust, squat or deadlift, or of the first, second, … of its variants in one figure.

    Examples
    --------
    >>> lift_look("squat").color, lift_look("squat", 1).color
    ('#3f96bd', '#90c2d9')
    """
    plain = LIFT_LOOKS[lift]
    if variant == 0:
        return plain
    white = _LIGHTER[(variant - 1) % len(_LIGHTER)]
    red, green, blue = (1 - (1 - part) * (1 - white) for part in to_rgb(plain.color))
    lighter = to_hex((red, green, blue))
    return Look(lighter, _VARIANT_MARKERS[(variant - 1) % len(_VARIANT_MARKERS)], LINES[variant % len(LINES)])
