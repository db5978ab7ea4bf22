"""The gallery: its scripts run, draw what they drew before, and no figure is missing from it."""

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
    spec = importlib.util.spec_from_file_location("gallery_images", Path(__file__).with_name("gallery_images.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gallery = load()
SCRIPTS = gallery.scripts()


def parts(script: Path) -> tuple[str, str]:
    """What a script says and what it does."""
    said, code = re.match(r'"""\n(.*?)"""\n(.*)', script.read_text(encoding="utf-8"), re.DOTALL).groups()
    return said, code


def test_every_figure_function_has_its_place():
    functions = {
        name for name in figures.__all__ if inspect.isfunction(getattr(figures, name)) and name not in ("save", "close")
    }
    assert {script.stem for script in SCRIPTS} == functions
    for script in SCRIPTS:
        words, code = parts(script)
        assert re.search(rf"figure = ek\.figures\.{script.stem}\(", code), script.name
        assert len([line for line in code.splitlines() if line.strip()]) <= 25, script.name
        title, underline, _, text = words.split("\n", 3)
        assert underline == "=" * len(title), script.name
        assert text.startswith("Learn "), f"{script.name} does not say what a reader learns"


def test_every_image_is_there_and_small():
    assert sorted(path.stem for path in gallery.IMAGES.glob("*.png")) == [script.stem for script in SCRIPTS]
    for path in gallery.IMAGES.glob("*.png"):
        assert path.stat().st_size <= 60_000, path.name


@pytest.mark.long
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_each_script_draws_its_image(script, tmp_path, legible):
    name, figure = script.stem, gallery.drawn(script)
    texts = legible(figure)
    assert {"simulated data", "simulated studies", "published values", "Published studies"} & set(texts), name
    assert figure.get_figwidth() * 25.4 == pytest.approx(90)
    if mpl.__version__ == LOCKED:
        gallery.write(figure, tmp_path / f"{name}.png")
        different = compare_images(str(gallery.IMAGES / f"{name}.png"), str(tmp_path / f"{name}.png"), tol=TOLERANCE)
        assert different is None, f"{different}\nDraw the images anew: python tests/figures/gallery_images.py"


def test_the_page_names_the_journals_that_there_are():
    text = (ROOT / "docs" / "how_to" / "figures-for-a-journal.md").read_text(encoding="utf-8")
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
