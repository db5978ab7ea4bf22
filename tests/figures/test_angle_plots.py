"""Angles: marks in the middle of their bins, in degrees, with the intervals of the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import figures
from emgkit.errors import ArgumentError, DesignError
from emgkit.figures.drawing import style


def table(lifts=("squat", "deadlift", "hip_thrust"), muscles=("vastus_lateralis", "gluteus_maximus"), **columns):
    rows = [
        {"exercise": lift, "muscle": muscle, "angle_low": low, "angle_high": low + 15, "value": 40.0 + low / 2 + 9 * k,
         "ci_low": 32.0 + low / 2 + 9 * k, "ci_high": 50.0 + low / 2 + 9 * k, "n": 13, "unit": "%MVC",
         "measure": "mean"}
        for k, lift in enumerate(lifts) for muscle in muscles for low in range(0, 90, 15)
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**columns)


def marks(ax, level):
    return next(line for line in ax.lines if line.get_label() == level)


def test_one_condition_stands_in_the_middle_of_its_bins(legible):
    ax = figures.angle(table(("squat",)), muscle="vastus_lateralis", joint="knee")
    assert list(marks(ax, "squat").get_xdata()) == [7.5, 22.5, 37.5, 52.5, 67.5, 82.5]
    assert list(marks(ax, "squat").get_ydata()) == [40.0 + low / 2 for low in range(0, 90, 15)]
    (lines,) = [each for each in ax.collections if hasattr(each, "get_segments")]
    assert [tuple(segment[:, 1]) for segment in map(np.asarray, lines.get_segments())] == [
        (32.0 + low / 2, 50.0 + low / 2) for low in range(0, 90, 15)
    ]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Knee angle (°)", "Mean activation (%MVC)")
    assert list(ax.get_xticks()) == [0, 15, 30, 45, 60, 75, 90]
    assert {"Squat (n = 13)", "95 % CI"} <= set(legible(ax.figure))


def test_conditions_stay_inside_their_bin_and_apart():
    ax = figures.angle(table(), muscle="vastus_lateralis")
    first = [marks(ax, level).get_xdata()[0] for level in ("squat", "deadlift", "hip_thrust")]
    assert 0 < first[0] < first[1] < first[2] < 15
    assert np.mean(first) == pytest.approx(7.5)


def test_a_bin_that_is_not_there_interrupts_its_line():
    ax = figures.angle(table(("squat",)).query("angle_low != 45"), muscle="vastus_lateralis")
    line = next(line for line in ax.lines if np.isnan(line.get_xdata()).any())
    assert list(np.isnan(line.get_xdata())) == [False, False, False, True, False, False]


@pytest.mark.parametrize("columns", ["single", "double"])
def test_a_grid_has_a_panel_a_muscle_on_one_value_axis(columns, legible):
    with style.journal("frontiers", columns=columns):
        figure = figures.angle_grid(table(joint="knee"), simulated=True)
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    texts = legible(figure)
    assert texts.count("simulated data") == texts.count("n = 13") == len(figure.axes) == 2


def test_volts_become_microvolts_and_simulated_says_so(legible):
    made = table(("squat",), unit="V", simulated=True)
    made[["value", "ci_low", "ci_high"]] *= 1e-6
    ax = figures.angle(made, muscle="vastus_lateralis")
    assert ax.get_ylabel() == "Mean activation (µV)"
    assert marks(ax, "squat").get_ydata()[0] == pytest.approx(40.0)
    assert "simulated data" in legible(ax.figure)


def test_what_are_no_bins_is_refused():
    with pytest.raises(DesignError, match=r"several muscles.*angle_grid"):
        figures.angle(table())
    with pytest.raises(ArgumentError, match="Unknown muscle 'soleus'"):
        figures.angle(table(), muscle="soleus")
    with pytest.raises(DesignError, match=r"overlap or stand twice.*squat, vastus_lateralis"):
        figures.angle(pd.concat([table(), table()]), muscle="vastus_lateralis")
    with pytest.raises(DesignError, match="angle_low below angle_high"):
        figures.angle_grid(table(angle_high=0))
    with pytest.raises(DesignError, match=r"unit of the values is not known\. Allowed: one unit"):
        figures.angle_grid(table().drop(columns="unit"))
