"""The content of a report, without its looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError, Notice
from emgkit.report.checklist import Answer
from emgkit.report.viewer import View

__all__ = ["LIMITS", "Content", "FigureItem", "Opening", "Sheet", "TableItem"]

LIMITS = (
    "EMG amplitude is no measure of force or of training effect. That one exercise shows the larger amplitude does not "
    "by itself make it the better exercise (Vigotsky and colleagues 2018, Frontiers in Physiology 8:985, "
    "doi:10.3389/fphys.2017.00985).",
    "Amplitude also depends on where the electrodes lie, on the tissue below them, on neighbouring muscles, and on the "
    "muscle's length and speed. Only what was recorded in one session, with the electrodes left in place, can be "
    "compared directly.",
    "Percentages rest on the reference contraction. Where that was not maximal, all percentages of its muscle are too "
    "high by the same factor. Values above 100 % occur in dynamic exercises and are kept as they are.",
    "A difference that was not shown is not shown to be absent: look at the interval, not at p alone.",
)
"""What every reader should bear in mind; the default of `Content.limits`."""

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, kw_only=True)
class FigureItem:
    """A figure with its words.

    Parameters
    ----------
    title, caption : str
        Heading and explanation.
    image : str or bytes
        The SVG document as text, or the bytes of a PNG.
    alt : str, optional
        What the figure shows, for those who cannot see it. Default: the title.
    file : str, optional
        Path of its file, from the page, for a closer look.

    Raises
    ------
    ArgumentError
        The title is empty, or the image is neither SVG nor PNG.
    """

    title: str
    caption: str
    image: str | bytes
    alt: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        _check_text("title of a figure", self.title)
        picture = self.image.startswith(_PNG) if isinstance(self.image, bytes) else "<svg" in self.image
        if not picture:
            raise ArgumentError(
                "The image of a figure cannot be shown",
                where=self.title,
                allowed="an SVG document as str, or the bytes of a PNG",
                got=repr(self.image[:20]),
            )


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A page of its own beside the report: its words and its file, from the page."""

    words: str
    file: str


@dataclass(frozen=True, kw_only=True, eq=False)
class TableItem:
    """A table with its words.

    Parameters
    ----------
    title, caption : str
        Heading and explanation.
    frame : pandas.DataFrame
        The rows as computed, unrounded; rounding is for the page only. The index is not shown.
    formats : mapping of str to str, optional
        Column to format specification, such as ``{"load_kg": ".1f"}``, where the usual digits do not fit.
    stem : str, optional
        Name of its files in the folder ``tables`` beside the page, a CSV and a LaTeX file.
    simulated : bool, default False
        Whether its numbers are simulated; its files then say so in a note.

    Raises
    ------
    ArgumentError
        The title is empty, or a format names no column.
    """

    title: str
    caption: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    stem: str = ""
    simulated: bool = False

    def __post_init__(self) -> None:
        _check_text("title of a table", self.title)
        for column in self.formats:
            check_unknown("column", column, self.frame.columns, where=f"formats of the table {self.title!r}")

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of its files, from the page."""
        return (f"tables/{self.stem}.csv", f"tables/{self.stem}.tex") if self.stem else ()


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a page opens with, above its own finding: answers of published studies, and a figure of them.

    Parameters
    ----------
    title : str
        Its heading.
    answers : tuple of (str, str)
        Each answer in a few words, and what stands behind it.
    figure : FigureItem
        The figure.
    narrow : str
        The same figure for a phone, as an SVG document.

    Raises
    ------
    ArgumentError
        The title is empty.
    """

    title: str
    answers: tuple[tuple[str, str], ...]
    figure: FigureItem
    narrow: str

    def __post_init__(self) -> None:
        _check_text("title of an opening", self.title)

    @property
    def phone(self) -> FigureItem:
        """The figure for a phone."""
        return replace(self.figure, image=self.narrow)


@dataclass(frozen=True, kw_only=True, eq=False)
class Content:
    """Everything a report says.

    Texts are plain; an empty line begins a new paragraph, and ``doi:10.…`` becomes a link.

    Parameters
    ----------
    title, question : str
        What the study is called and what it asks.
    finding : str
        The answer in plain sentences, with every number; may be empty beside a summary.
    summary : str, optional
        The answer in one paragraph, which then stands above the finding.
    answer : TableItem, optional
        The compact table of the finding, which stands below the summary.
    simulated : bool
        Whether any of the data are simulated; the page then says so in a banner that stays in sight.
    figures : tuple of FigureItem
        In the order shown.
    sheets : tuple of Sheet
        The pages with all repetitions, one a participant. None leaves the section out.
    tables : tuple of TableItem
        In the order shown.
    quality : pandas.DataFrame, optional
        One row a channel. None leaves the section out.
    excluded : pandas.DataFrame, optional
        What was left out and why (columns such as ``what`` and ``reason``). With no rows the page says that
        nothing was excluded; None leaves the section out.
    signals : tuple of View
        The recordings of the interactive viewer. None leaves it out, and its script with it.
    methods : str
        The Methods text.
    checklist : tuple of Answer
        The reporting checklist, see :func:`checklist`.
    files : tuple of str
        Further files with all tables, such as a Word document; paths beside the page.
    notices : tuple of Notice
        Remarks that the computation left.
    limits : tuple of str
        What the reader should bear in mind. Default: :data:`LIMITS`.
    provenance : mapping
        Versions, files and settings, nested as needed.
    opening : Opening, optional
        What stands above the finding.

    Raises
    ------
    ArgumentError
        The title, question or finding is empty.
    """

    title: str
    question: str
    finding: str
    simulated: bool
    summary: str = ""
    answer: TableItem | None = None
    figures: tuple[FigureItem, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    tables: tuple[TableItem, ...] = ()
    quality: pd.DataFrame | None = None
    excluded: pd.DataFrame | None = None
    signals: tuple[View, ...] = ()
    methods: str = ""
    checklist: tuple[Answer, ...] = ()
    files: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    limits: tuple[str, ...] = LIMITS
    provenance: Mapping[str, Any] = field(default_factory=dict)
    opening: Opening | None = None

    def __post_init__(self) -> None:
        for name in ("title", "question"):
            _check_text(name, getattr(self, name))
        _check_text("finding", self.finding or self.summary)


def _check_text(name: str, text: str) -> None:
    """Refuse an empty text, which would leave a hole in the page."""
    if not text.strip():
        raise ArgumentError(f"The {name} is empty", allowed="a text", got=repr(text))
