"""What journals ask of a figure: widths, smallest text, resolution, and where that is written.

Numbers come from the publishers' instructions to authors. Where no width could be found, the entry says so and has the
widths of emgkit's own figures. Instructions change: read those of the journal before you submit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import MappingProxyType

from matplotlib import font_manager

from emgkit._checks import check_option

__all__ = ["COLUMNS", "COLUMN_WIDTH", "JOURNALS", "MM", "PAGE_WIDTH", "Journal", "active", "journal"]

MM = 25.4  # millimetres an inch
# widths of emgkit's own figures in one and two columns, inches
COLUMN_WIDTH, PAGE_WIDTH = 3.5, 7.2
COLUMNS = ("single", "double")


@dataclass(frozen=True, kw_only=True)
class Journal:
    """What a journal asks of a figure.

    Parameters
    ----------
    title : str
        The journal, or the publisher whose instructions these are.
    single, double : float
        Widths of one and two columns, mm.
    between : tuple of float, optional
        Narrowest and widest figure, mm, where any width between them will do.
    tallest : float, optional
        Greatest height, mm.
    font : float
        Smallest text, points.
    families : tuple of str
        The only fonts allowed; empty: any.
    resolution : int
        Least resolution of bitmaps with lines and text, dots per inch.
    source : str
        Page of the publisher that says so; empty where no width was found.
    columns : {"single", "double"}, optional
        How wide figures are made; None: as each figure needs.
    """

    title: str
    single: float = COLUMN_WIDTH * MM
    double: float = PAGE_WIDTH * MM
    between: tuple[float, float] | None = None
    tallest: float | None = None
    font: float = 7.0
    families: tuple[str, ...] = ()
    resolution: int = 600
    source: str = ""
    columns: str | None = None

    def width(self, wanted: float) -> float:
        """Give the width of a figure, in inches, that would like to be `wanted` inches wide."""
        columns = self.columns or ("single" if wanted * MM <= self.single + 0.5 else "double")
        return (self.single if columns == "single" else self.double) / MM

    def allows(self, width: float) -> bool:
        """Whether a figure may be `width` mm wide; half a millimetre is no difference."""
        if self.between is not None:
            return self.between[0] - 0.5 <= width <= self.between[1] + 0.5
        return min(abs(width - self.single), abs(width - self.double)) <= 0.5

    @property
    def widths(self) -> str:
        """The allowed widths, as text."""
        if self.between is not None:
            return f"{self.between[0]:g} to {self.between[1]:g} mm"
        return f"{self.single:.4g} or {self.double:.4g} mm"

    @property
    def installed(self) -> tuple[str, ...]:
        """Those of the allowed fonts that this computer has."""
        if not self.families:
            return ()
        have = set(font_manager.get_font_names())
        return tuple(family for family in self.families if family in have)


_ELSEVIER = Journal(
    title="Elsevier journals",
    single=90.0,
    double=190.0,
    resolution=500,
    source="https://www.elsevier.com/about/policies-and-standards/author/artwork-and-media-instructions/artwork-sizing",
)
JOURNALS: Mapping[str, Journal] = MappingProxyType(
    {
        "generic": Journal(title="one or two columns of a journal page"),
        "jscr": Journal(title="Journal of Strength and Conditioning Research"),  # no width in its instructions
        "jab": Journal(title="Journal of Applied Biomechanics"),  # no width in its instructions
        "elsevier": _ELSEVIER,
        "jek": replace(_ELSEVIER, title="Journal of Electromyography and Kinesiology (Elsevier)"),
        "frontiers": Journal(
            title="Frontiers journals",
            single=85.0,
            double=180.0,
            font=8.0,
            resolution=300,
            source="https://www.frontiersin.org/guidelines/author-guidelines",
        ),
        "plos": Journal(
            title="PLOS ONE",  # one column of text: widths of one's own choice
            double=190.5,
            between=(66.8, 190.5),
            tallest=222.25,
            font=8.0,
            families=("Arial", "Times", "Symbol"),
            resolution=300,
            source="https://journals.plos.org/plosone/s/figures",
        ),
        "springer": Journal(
            title="Springer journals of large format",
            single=84.0,
            double=174.0,
            tallest=234.0,
            font=8.0,
            resolution=600,
            source="https://link.springer.com/journal/11145/submission-guidelines",
        ),
    }
)
_active: ContextVar[Journal | None] = ContextVar("emgkit_journal", default=None)


def active() -> Journal | None:
    """Give the journal whose ``with`` block the code is in."""
    return _active.get()


@contextmanager
def journal(name: str, *, columns: str | None = None) -> Iterator[Journal]:
    """Make the figures drawn in a ``with`` block as a journal asks: its widths, and no text below its smallest.

    Parameters
    ----------
    name : str
        A key of ``JOURNALS``: ``"jscr"``, ``"jab"``, ``"jek"``, ``"elsevier"``, ``"frontiers"``, ``"plos"``,
        ``"springer"``, or ``"generic"``. An entry with an empty ``source`` has emgkit's own widths, since none were
        found in the journal's instructions.
    columns : {"single", "double"}, optional
        How wide every figure is; by default each takes two columns where it does not fit into one.

    Yields
    ------
    Journal
        What the journal asks.

    Raises
    ------
    ArgumentError
        The journal is not known.

    Examples
    --------
    >>> import pandas as pd, matplotlib.pyplot as plt
    >>> from emgkit import figures
    >>> cells = pd.DataFrame({"participant": ["1", "1", "2", "2"], "exercise": ["squat", "deadlift"] * 2,
    ...     "muscle": "vastus_lateralis", "value": [80.0, 60.0, 70.0, 66.0], "unit": "%MVC"})
    >>> with figures.style.journal("jek", columns="single"):
    ...     ax = figures.activation(cells)
    >>> float(ax.figure.get_figwidth() * 25.4)
    90.0
    >>> plt.close(ax.figure)
    """
    known = JOURNALS[check_option("journal", name, tuple(JOURNALS))]
    if columns is not None:
        check_option("columns", columns, COLUMNS)
    chosen = replace(known, columns=columns)
    token = _active.set(chosen)
    try:
        yield chosen
    finally:
        _active.reset(token)
