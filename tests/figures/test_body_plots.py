"""The map of the body: colours are those of the values, on the side that was measured, and no muscle is lost."""

from __future__ import annotations

import itertools
import math
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb

import emgkit as ek
from emgkit import figures
from emgkit.errors import DesignError
from emgkit.figures.body.body_plots import _COLOURS, _spread
from emgkit.figures.body.outline import AREAS, BODY, GROUPS, closed_curve
from emgkit.figures.drawing import style

MUSCLES = tomllib.loads((Path(ek.io.__file__).parent / "muscles.toml").read_text(encoding="utf-8"))["muscles"]


def cells(values, **columns):
    """Two people whose geometric mean of a muscle is the value given."""
    rows = [
        {"participant": person, "muscle": muscle, "value": value * factor, "unit": "%MVC"}
        for muscle, value in values.items()
        for person, factor in (("1", 0.5), ("2", 2.0))
    ]
    return pd.DataFrame(rows).assign(**columns)


def filled(ax):
    """view, side and muscle -> colour of the areas that have one."""
    return {
        patch.get_gid().removeprefix("value "): to_hex(patch.get_facecolor())
        for patch in ax.patches
        if str(patch.get_gid()).startswith("value ")
    }


def test_a_muscle_has_the_colour_of_its_geometric_mean_on_both_sides(legible):
    ax = figures.body_map(cells({"gluteus_maximus": 80.0, "biceps_femoris": 20.0}))
    assert filled(ax) == {
        f"back {side} {muscle}": to_hex(_COLOURS(share))
        for side in ("left", "right")
        for muscle, share in (("gluteus_maximus", 1.0), ("biceps_femoris", 0.25))
    }
    texts = " ".join(text.replace("\n", " ") for text in legible(ax.figure))
    assert "Gluteus maximus 80" in texts
    assert "Activation (%MVC), geometric mean over participants" in texts


def test_one_side_is_coloured_alone_and_the_right_side_faces_the_reader_at_the_left():
    ax = figures.body_map(cells({"rectus_femoris": 30.0, "gluteus_maximus": 40.0}, side="right"))
    assert set(filled(ax)) == {"front right rectus_femoris", "back right gluteus_maximus"}
    middles = {p.get_gid(): p.get_xy()[:, 0].mean() for p in ax.patches if str(p.get_gid()).startswith("value ")}
    assert middles["value front right rectus_femoris"] < -20.5
    assert middles["value back right gluteus_maximus"] > 20.5


def test_a_group_colours_all_of_its_muscles_and_what_is_not_there_is_named(legible):
    ax = figures.body_map(cells({"quadriceps": 50.0, "masseter": 10.0}))
    assert {name.split()[-1] for name in filled(ax)} == {"rectus_femoris", "vastus_lateralis", "vastus_medialis"}
    assert "Not on the map: Masseter 10" in legible(ax.figure)


def test_panels_share_their_colours(legible):
    both = pd.concat(
        [cells({"gluteus_maximus": 80.0}, exercise="squat"), cells({"gluteus_maximus": 40.0}, exercise="lunge")]
    )
    figure = figures.body_map_grid(both)
    found = [filled(ax)["back left gluteus_maximus"] for ax in figure.axes[:2]]
    for one, share in zip(found, (1.0, 0.5), strict=True):
        assert to_rgb(one) == pytest.approx(_COLOURS(share)[:3], abs=0.01)
    assert {"Squat, n = 2", "Lunge, n = 2", "A", "B"} <= set(legible(figure))
    assert filled(figures.body_map(cells({"gluteus_maximus": 40.0}), highest=80.0)) == filled(figure.axes[1])


@pytest.mark.parametrize("columns", ["single", "double"])
def test_every_muscle_of_the_map_has_its_label(columns, legible):
    names = list(dict.fromkeys([*AREAS["front"], *AREAS["back"]]))
    with style.journal("springer", columns=columns):
        ax = figures.body_map(cells({name: 10.0 + k for k, name in enumerate(names)}))
    texts = " ".join(text.replace("-\n", "").replace("\n", " ") for text in legible(ax.figure))
    for k, name in enumerate(names):
        assert f"{name.capitalize().replace('_', ' ')} {10 + k}" in texts


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(DesignError, match="would colour the same area: 'quadriceps' and 'vastus_lateralis'"):
        figures.body_map(cells({"quadriceps": 50.0, "vastus_lateralis": 40.0}))
    with pytest.raises(DesignError, match=r"differ in 'exercise'.*body_map_grid"):
        figures.body_map(pd.concat([cells({"soleus": 1.0}, exercise=name) for name in ("squat", "lunge")]))
    with pytest.raises(DesignError, match=r"0 has no logarithm.*log=False"):
        figures.body_map(cells({"soleus": 0.0}))
    with pytest.raises(DesignError, match="no place for values below it"):
        figures.body_map(cells({"soleus": -1.0}))
    with pytest.raises(DesignError, match="more than one row in a cell"):
        figures.body_map(pd.concat([cells({"soleus": 1.0})] * 2))
    with pytest.raises(DesignError, match="unit of the values is not known"):
        figures.body_map(cells({"soleus": 1.0}).drop(columns="unit"))


def test_the_names_of_the_map_are_those_of_the_library():
    names = {name for view in AREAS.values() for name in view}
    assert names <= set(MUSCLES)
    assert set(GROUPS) <= set(MUSCLES)
    assert {name for parts in GROUPS.values() for name in parts} <= names


def corners(points):
    return closed_curve(points, steps=4)


def smaller(polygon):
    middle = polygon.mean(axis=0)
    return middle + 0.85 * (polygon - middle)


def inside(point, polygon):
    """Whether a point lies in a polygon, by the number of edges that a ray crosses."""
    x, y = point
    crossed = False
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


def test_areas_lie_on_the_body_and_not_over_each_other():
    body = [corners(points) for points in BODY.values()]
    for view in AREAS.values():
        for name, points in view.items():
            own = corners(points)
            on_body = sum(any(inside(point, shape) for shape in body) for point in own)
            assert on_body / len(own) > 0.7, name
            assert all(math.isfinite(part) for part in own.ravel())
        for (one, a), (other, b) in itertools.combinations(view.items(), 2):
            a, b = corners(a), corners(b)
            # neighbours may touch: a point well inside another area lies over it
            shared = sum(inside(p, smaller(b)) for p in a) + sum(inside(p, smaller(a)) for p in b)
            assert shared / (len(a) + len(b)) < 0.08, (one, other)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 6)), min_size=1, max_size=15))
def test_labels_do_not_touch_and_stay_inside(labels):
    wanted, heights = [at for at, _ in labels], [height for _, height in labels]
    placed = sorted(zip(_spread(wanted, heights, -5.0, 105.0), heights, strict=True))
    for (low, one), (high, other) in itertools.pairwise(placed):
        assert high - low >= (one + other) / 2 - 1e-6
    assert placed[0][0] - placed[0][1] / 2 >= -5 - 1e-6
    assert placed[-1][0] + placed[-1][1] / 2 <= 105 + 1e-6
