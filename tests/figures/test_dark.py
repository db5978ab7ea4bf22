"""Dark figures: the ground and the text change places, hues stay, and fills that stand for a value are left alone."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import rgb_to_hsv, to_rgba
from PIL import Image

from emgkit import figures
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style
from emgkit.figures.drawing.dark import _from_oklab, _to_oklab, on_dark

PARTS = st.floats(0, 1)


@given(PARTS, PARTS, PARTS)
def test_a_colour_comes_back_from_its_space(red, green, blue):
    assert _from_oklab(_to_oklab((red, green, blue))) == pytest.approx([red, green, blue], abs=1e-6)


def test_white_and_black_have_the_published_lightness():
    assert _to_oklab((1, 1, 1)) == pytest.approx([1, 0, 0], abs=1e-6)
    assert _to_oklab((0, 0, 0)) == pytest.approx([0, 0, 0])
    assert _to_oklab((1, 0, 0)) == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)


def test_colours_keep_their_hue_and_opacity_and_become_light():
    for color in style.PALETTE:
        there = on_dark((*to_rgba(color)[:3], 0.4))
        assert there[3] == 0.4
        hues = [rgb_to_hsv(rgb)[0] for rgb in (to_rgba(color)[:3], there[:3])]
        assert abs(np.subtract(*hues)) < 0.06, color
        assert _to_oklab(there[:3])[0] > 0.65


def drawn():
    ax = plt.figure(facecolor="white").add_subplot(title="Force", xlabel="Time (s)")
    ax.plot([0, 1], [0, 1], color=style.PALETTE[0], marker="o", mfc="white", label="force")
    ax.axvspan(0.2, 0.4, color=style.PHASES["eccentric"])
    ax.annotate("here", (0.5, 0.5), xytext=(0.2, 0.8), arrowprops={"color": "black"}, bbox={"facecolor": "white"})
    ax.legend()
    return ax


def test_every_part_is_recoloured_once():
    ax = drawn()
    figure = style.dark(ax)
    line, note = ax.lines[0], ax.texts[0]
    ground = to_rgba(figure.get_facecolor())
    assert max(ground[:3]) < 0.15
    assert to_rgba(ax.get_facecolor()) == to_rgba(line.get_markerfacecolor()) == ground
    assert to_rgba(note.get_bbox_patch().get_facecolor()) == ground
    assert min(to_rgba(note.arrow_patch.get_edgecolor())[:3]) > 0.9
    assert to_rgba(line.get_color()) == pytest.approx(on_dark(style.PALETTE[0]))
    figure.canvas.draw()
    assert min(to_rgba(ax.get_xticklabels()[0].get_color())[:3]) > 0.9
    before = line.get_color()
    assert style.dark(figure) is figure
    assert line.get_color() == before


def test_what_a_colour_bar_explains_stays():
    cells = pd.DataFrame(
        {"participant": ["1", "2"], "muscle": "gluteus_maximus", "value": [70.0, 90.0], "unit": "%MVC"}
    )
    ax = figures.body_map(cells)
    (area, *_) = [patch for patch in ax.patches if patch.get_gid() == "value back right gluteus_maximus"]
    before = area.get_facecolor()
    style.dark(ax)
    assert area.get_facecolor() == before


def test_a_dark_figure_is_saved_dark(tmp_path):
    for make_dark, ground in ((True, range(10, 40)), (False, range(255, 256))):
        ax = drawn()
        figure = style.dark(ax) if make_dark else ax.figure
        (path,) = figures.save(figure, tmp_path / f"figure_{make_dark}", formats=("png",))
        with Image.open(path) as image:
            assert image.convert("L").getpixel((2, 2)) in ground


def test_axes_without_a_figure_are_refused():
    ax = plt.figure().add_subplot()
    ax.remove()
    with pytest.raises(ArgumentError, match="no figure to make dark"):
        style.dark(ax)
