"""Draws the images of gallery.md with the lines that stand there: ``python docs/gallery.py``."""

from __future__ import annotations

import contextlib
import re
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib.axes import Axes

from emgkit import figures
from emgkit.errors import EmgkitWarning

PAGE = Path(__file__).with_name("gallery.md")
IMAGES = PAGE.parent / "images" / "gallery"
DPI = 110


def blocks() -> list[tuple[str, str]]:
    """Each block of lines, and the name of the image that follows it."""
    found = re.findall(
        r"```python\n(.*?)```\n\n!\[(\w+)\]\(images/gallery/\2\.png\)", PAGE.read_text("utf-8"), re.DOTALL
    )
    return [(name, lines) for lines, name in found]


def drawn() -> Iterator[tuple[str, Any]]:
    """Run the blocks one after the other in one room, and give each figure by the name of its image."""
    room: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in blocks():
            with (
                figures.style.journal("jek", columns="single"),
                contextlib.chdir(folder),
                contextlib.redirect_stdout(None),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("ignore", EmgkitWarning)  # remarks on numbers are no matter of a gallery
                exec(compile(lines, f"{PAGE.name}: {name}", "exec"), room)
            figure = room["figure"]
            yield name, figure.figure if isinstance(figure, Axes) else figure


def write(figure: Any, path: Path) -> None:
    """Write an image, small: the gallery is looked at on a screen."""
    with figures.style.theme():
        figure.savefig(path, dpi=DPI, metadata={"Software": None})


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, figure in drawn():
        write(figure, IMAGES / f"{name}.png")
        figures.close(figure)
        print(name, (IMAGES / f"{name}.png").stat().st_size)
