"""The gallery: its lines run, its images are what they draw, and no figure is missing from it."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.testing.compare import compare_images

from emgkit import figures

ROOT = Path(__file__).parents[2]
# a different matplotlib places letters a little otherwise; the images are of the locked one
LOCKED = re.search(r"^matplotlib==(\S+)", (ROOT / "requirements" / "lock.txt").read_text(), re.MULTILINE)[1]
# root mean square of the grey values (0 to 255) by which two images may differ
TOLERANCE = 2.0


def load():
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gallery = load()


def test_every_figure_function_has_its_place():
    functions = {
        name for name in figures.__all__ if inspect.isfunction(getattr(figures, name)) and name not in ("save", "close")
    }
    assert {name for name, _ in gallery.blocks()} == functions
    for name, lines in gallery.blocks():
        assert re.search(rf"figure = ek\.figures\.{name}\(", lines), name
        assert len([line for line in lines.splitlines() if line.strip()]) <= 25, name


def test_every_image_is_there_small_and_shown():
    shown = re.findall(r"\]\(images/gallery/(\w+)\.png\)", gallery.PAGE.read_text(encoding="utf-8"))
    assert sorted(path.stem for path in gallery.IMAGES.glob("*.png")) == sorted(shown)
    for path in gallery.IMAGES.glob("*.png"):
        assert path.stat().st_size <= 60_000, path.name


def test_the_lines_draw_the_images(tmp_path, legible):
    for name, figure in gallery.drawn():
        texts = legible(figure)
        assert {"simulated data", "simulated studies", "published values"} & set(texts), name
        assert figure.get_figwidth() * 25.4 == pytest.approx(90)
        if mpl.__version__ == LOCKED:
            gallery.write(figure, tmp_path / f"{name}.png")
            different = compare_images(
                str(gallery.IMAGES / f"{name}.png"), str(tmp_path / f"{name}.png"), tol=TOLERANCE
            )
            assert different is None, f"{different}\nDraw the gallery anew: python docs/gallery.py"
        figures.close(figure)


def test_the_page_names_the_journals_that_there_are():
    text = gallery.PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \|[^|]*\| ([^|]*) \| (\d+) pt \| ([^|]*) \|$", text, re.MULTILINE)
    named = {}
    for names, widths, smallest, where in rows:
        for name in re.findall(r"`(\w+)`", names):
            named[name] = (widths, int(smallest), where)
    assert set(named) == set(figures.style.JOURNALS)
    for name, asked in figures.style.JOURNALS.items():
        widths, smallest, where = named[name]
        numbers = [float(number) for number in re.findall(r"[\d.]+", widths)]
        assert numbers == pytest.approx(list(asked.between or (asked.single, asked.double)), abs=0.05)
        assert smallest == asked.font
        assert asked.source in where
