"""Hip thrust, squat and deadlift on three muscles: each in its colour, and a simulated run apart."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from emgkit import figures, literature
from emgkit.errors import DesignError
from emgkit.figures.drawing import style

ROWS = literature.lift_contrasts()
RUN = pd.DataFrame(
    {
        "muscle": ["gluteus_maximus", "hamstrings", "quadriceps"],
        "first": ["hip_thrust", "deadlift", "squat"], "second": ["squat", "hip_thrust", "deadlift"],
        "ratio": [1.72, 1.26, 0.98], "ci_low": [1.48, 1.03, 0.8], "ci_high": [2.01, 1.52, 1.2], "n": 13,
        "p_adjusted": [0.0001, 0.025, 0.8],
    }
)  # fmt: skip


def points(ax, marker=None):
    """Marks that stand for one number: its place, its colour and whether it is filled."""
    found = [line for line in ax.lines if len(line.get_xdata()) == 1 and marker in (None, line.get_marker())]
    return [
        (float(line.get_xdata()[0]), to_hex(line.get_markeredgecolor()), line.get_markerfacecolor()) for line in found
    ]


@pytest.mark.parametrize("narrow", [False, True], ids=["page", "phone"])
def test_every_comparison_has_a_row_and_every_text_its_place(narrow, legible):
    figure = figures.lifts(ROWS, RUN, narrow=narrow)
    texts = " ".join(legible(figure))
    for row in ROWS.to_dict("records"):
        assert row["name"] in texts
    assert "Simulated recordings" in texts.replace("\n", " ")
    assert "† read second-hand" in texts
    assert "‡ each lift" in texts
    below, above = (ax.get_window_extent() for ax in reversed(figure.axes))
    assert below.y1 < above.y0


@pytest.mark.parametrize("journal", ["jek", "frontiers"])
@pytest.mark.parametrize("columns", ["single", "double"])
def test_as_journals_ask(journal, columns, legible):
    with style.journal(journal, columns=columns):
        figure = figures.lifts(ROWS[ROWS["muscle"] == "quadriceps"])
    legible(figure)


def test_the_first_lift_stands_at_its_ratio_and_the_second_at_one():
    own = ROWS[(ROWS["study"] == "contreras_2015") & (ROWS["muscle"] == "gluteus_maximus")]
    (ax,) = figures.lifts(own).axes
    red, blue = style.LIFT_LOOKS["hip_thrust"].color, style.LIFT_LOOKS["squat"].color
    thrusts = [x for x, color, _ in points(ax, "o") if color == red]
    assert sorted(thrusts) == pytest.approx(sorted(own["ratio"]))
    assert [x for x, _, face in points(ax, "s") if face == blue] == [1.0]


def test_what_was_not_shown_to_differ_is_hollow_and_a_direction_is_an_arrow():
    own = ROWS[ROWS["muscle"] == "quadriceps"]
    (ax,) = figures.lifts(own).axes
    hollow = [x for x, _, face in points(ax, "s") if face == "white"]
    assert sorted(hollow) == pytest.approx([110 / 99.5, 244 / 216])
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert len(arrows) == 2
    assert all(arrow.xy[0] > 1 for arrow in arrows)


def test_the_legend_explains_what_occurs_and_no_more():
    own = ROWS[(ROWS["study"] == "contreras_2015") & (ROWS["muscle"] == "gluteus_maximus")]
    texts = [text.get_text() for text in figures.lifts(own).legends[0].get_texts()]
    assert texts == ["hip thrust", "squat"]


def test_a_run_that_is_measured_is_not_called_simulated():
    figure = figures.lifts(ROWS, RUN, simulated=False)
    assert not [text for ax in figure.axes for text in ax.texts if "imulated" in text.get_text()]


def test_headings_are_the_answers():
    figure = figures.lifts(ROWS, RUN, headings={"hamstrings": "Hamstrings: the deadlift"})
    (heading,) = [text for text in figure.axes[0].texts if text.get_text() == "Hamstrings: the deadlift"]
    assert heading.get_color() == style.LIFT_LOOKS["deadlift"].color


@pytest.mark.parametrize("table", [ROWS.iloc[:0], ROWS.drop(columns="ratio")])
def test_a_table_without_comparisons_is_refused(table):
    with pytest.raises(DesignError, match="holds no published comparisons to draw"):
        figures.lifts(table)
    with pytest.raises(DesignError, match="holds no comparisons of the run to draw"):
        figures.lifts(ROWS, RUN.drop(columns="first"))


def test_one_colour_a_lift_whatever_stands_beside_it():
    for levels in itertools.permutations(["hip_thrust", "squat", "deadlift", "lunge"]):
        look = style.looks(levels)
        assert list(look) == list(levels)
        for lift in ("hip_thrust", "squat", "deadlift"):
            assert look[lift] == style.LIFT_LOOKS[lift]
        assert len({one.color for one in look.values()}) == 4


def test_variants_are_lighter_and_told_apart():
    look = style.looks(["squat", "front_squat", "split_squat", "overhead_squat"])
    assert len({(one.color, one.marker) for one in look.values()}) == 4
    assert style.looks(["front_squat"])["front_squat"] == look["front_squat"]
    assert look["front_squat"].color != look["squat"].color


def test_loads_of_one_lift_are_told_apart():
    look = style.looks([f"squat_{load}" for load in (60, 70, 80, 90)])
    assert len({(one.color, one.marker, one.line) for one in look.values()}) == 4
