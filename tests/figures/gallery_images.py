"""Draws the images that the gallery is held against: ``python tests/figures/gallery_images.py``."""

from __future__ import annotations

import contextlib
import runpy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib.axes import Axes

from emgkit import figures

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
IMAGES = Path(__file__).with_name("gallery")
DPI = 95


def scripts() -> list[Path]:
    """The scripts of the gallery, each called like the function that it shows."""
    return sorted(EXAMPLES.glob("*.py"))


def drawn(script: Path) -> Any:
    """The figure that a script draws, as wide as one column of a journal."""
    with (
        figures.style.journal("jek", columns="single"),
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(None),
    ):
        figure = runpy.run_path(str(script))["figure"]
    return figure.figure if isinstance(figure, Axes) else figure


def write(figure: Any, path: Path) -> None:
    """Write an image, small: it is there to be compared."""
    with figures.style.theme():
        figure.savefig(path, dpi=DPI, metadata={"Software": None})


def all_drawn() -> Iterator[tuple[str, Any]]:
    """Each figure by the name of its script."""
    for script in scripts():
        yield script.stem, drawn(script)


if __name__ == "__main__":
    for name, figure in all_drawn():
        write(figure, IMAGES / f"{name}.png")
        figures.close(figure)
        print(name, (IMAGES / f"{name}.png").stat().st_size)
