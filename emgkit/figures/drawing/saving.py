"""Figures to files, whole or not at all, and what a journal would say of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from emgkit._checks import check_option
from emgkit.errors import ArgumentError
from emgkit.figures.drawing.appearance import theme
from emgkit.figures.drawing.checking import check_file, check_pdf
from emgkit.figures.drawing.journals import JOURNALS
from emgkit.notation import listed

__all__ = ["DPI", "FORMATS", "check", "close", "save"]

FORMATS = ("pdf", "png", "svg")
DPI = 600  # of bitmaps: what print asks of lines with text
_ALL_FORMATS = (*FORMATS, "tiff")
_NO_DATES: Mapping[str, Mapping[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
_BITMAPS = (".png", ".tiff")


def save(figure: Figure | Axes, stem: str | Path, *, formats: Iterable[str] = FORMATS) -> list[Path]:
    """Write a figure as PDF, PNG and SVG, and as TIFF if asked for: all files or none.

    Parameters
    ----------
    figure : Figure or Axes
        What a figure function returned.
    stem : str or Path
        Path without ending; its folder is made. Files that stand there are replaced.
    formats : iterable of str, default ("pdf", "png", "svg")
        Of ``"pdf"``, ``"png"``, ``"svg"`` and ``"tiff"`` (RGB, LZW-packed).

    Returns
    -------
    list of Path
        The files. The same figure gives the same bytes: no dates are written. Bitmaps have 600 dots per inch.

    Raises
    ------
    ArgumentError
        `stem` names no file, or has the ending of one, or a format is not known.

    Examples
    --------
    >>> folder = tempfile.TemporaryDirectory()
    >>> ax = plt.figure().add_subplot()
    >>> [path.name for path in save(ax, Path(folder.name) / "force", formats=("pdf", "tiff"))]
    ['force.pdf', 'force.tiff']
    >>> plt.close(ax.figure); folder.cleanup()
    """
    drawn = figure.get_figure(root=True) if isinstance(figure, Axes) else figure
    stem, formats = Path(stem), tuple(dict.fromkeys(formats))
    if drawn is None or not stem.name:
        raise ArgumentError(
            "The figure cannot be written", allowed="a figure and a path with a file name", got=repr(str(stem))
        )
    for ending in formats:
        check_option("formats", ending, _ALL_FORMATS)
    if stem.suffix.lower() in (*(f".{ending}" for ending in _ALL_FORMATS), ".jpg", ".jpeg", ".tif", ".eps"):
        raise ArgumentError(
            "Give the path without ending: a figure is written in all formats at once",
            allowed=f"{str(stem.with_suffix(''))!r}, which becomes {listed(f'.{ending}' for ending in formats)}",
            got=repr(str(stem)),
        )
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in formats]
    # written beside their places first, so that a full disk or an error leaves the old files whole
    with theme(), tempfile.TemporaryDirectory(dir=stem.parent, prefix=".figure-") as folder:
        parts = [Path(folder) / path.name for path in paths]
        with _laid_out(drawn), ThreadPoolExecutor(1) as packer:
            bitmaps = [part for part in parts if part.suffix in _BITMAPS]
            dots = _dots(drawn) if bitmaps else b""
            # they are packed while the others are drawn
            packed = [packer.submit(_pack, dots, part) for part in bitmaps]
            for part in parts:
                if part not in bitmaps:
                    _write(drawn, part, part.suffix[1:])
            for one in packed:
                one.result()
        for part, path in zip(parts, paths, strict=True):
            os.replace(part, path)
    return paths


def _write(figure: Figure, target: Path | BytesIO, ending: str) -> None:
    """Write one format of lines and letters, without dates."""
    figure.savefig(target, format=ending, metadata=dict(_NO_DATES[ending]), dpi=DPI)


def _dots(figure: Figure) -> bytes:
    """Draw all bitmaps of a figure at once, as one that is not packed."""
    drawn = BytesIO()
    figure.savefig(drawn, format="tiff", dpi=DPI)
    return drawn.getvalue()


def _pack(dots: bytes, target: Path) -> None:
    """Write a bitmap, without an alpha channel where nothing shines through; journals refuse it in a TIFF."""
    with Image.open(BytesIO(dots)) as image:
        if target.suffix == ".tiff":
            image.convert("RGB").save(target, format="TIFF", compression="tiff_lzw", dpi=(DPI, DPI))
        else:
            clear = image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)
            (image if clear else image.convert("RGB")).save(target, format="PNG", dpi=(DPI, DPI))


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay the figure out once for all formats; laying out costs as much as drawing."""
    engine, dots = figure.get_layout_engine(), figure.get_dpi()
    if engine is None:  # its parts stand where they were put
        yield
        return
    # on a screen letters are set on whole pixels: at its 100 dpi text can be a tenth narrower than it is written
    figure.set_dpi(DPI)
    figure.draw_without_rendering()
    figure.set_dpi(dots)
    figure.set_layout_engine("none")
    try:
        yield
    finally:
        figure.set_layout_engine(engine)


def check(figure: Figure | Axes | str | Path, *, journal: str) -> pd.DataFrame:
    """Check a figure against what a journal asks of it.

    Parameters
    ----------
    figure : Figure, Axes, str or Path
        A figure, which is written as PDF in memory and read again, or a file: a PDF as :func:`save` writes it, a PNG
        or a TIFF.
    journal : str
        A key of ``style.JOURNALS``.

    Returns
    -------
    DataFrame
        One row a check, ``check``, ``required``, ``found``, ``passed``: width, height where it is limited, smallest
        text, fonts embedded as TrueType (Type 42), fonts allowed where they are limited, text that is text and no
        outlines, and resolution of bitmaps. ``.attrs["source"]`` is the page of the publisher with the widths, or says
        that none was found. PNG and TIFF have widths and resolution alone.

    Raises
    ------
    ArgumentError
        The journal or the kind of file is not known.
    FileError
        The file is not there, or (FormatError) no figure as :func:`save` writes it.

    Examples
    --------
    >>> from emgkit.figures import style
    >>> with style.journal("frontiers", columns="single"), style.theme():
    ...     ax = plt.figure(figsize=(style.across(3.5), 2.0)).add_subplot(xlabel="Time (s)")
    >>> bool(check(ax, journal="frontiers")["passed"].all())
    True
    >>> plt.close(ax.figure)
    """
    asked = JOURNALS[check_option("journal", journal, tuple(JOURNALS))]
    if isinstance(figure, (str, Path)):
        return check_file(Path(figure), asked)
    drawn = figure.get_figure(root=True) if isinstance(figure, Axes) else figure
    if drawn is None:
        raise ArgumentError("There is no figure to check", allowed="Axes that stand on a figure")
    written = BytesIO()
    with theme(), _laid_out(drawn):
        _write(drawn, written, "pdf")
    outlined = sum(bool(text.get_path_effects()) for text in drawn.findobj(Text) if text.get_text().strip())
    return check_pdf(written.getvalue(), asked, outlined=outlined)


def close(figure: Figure) -> None:
    """Let go of a figure that is saved; many open figures fill the memory."""
    plt.close(figure)
