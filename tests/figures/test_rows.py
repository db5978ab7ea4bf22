"""Rows of intervals: labels never lie over numbers, and an axis of ratios always has ticks."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit.figures.drawing import rows


@pytest.mark.parametrize("low", [0.01, 0.3, 0.53, 0.9, 1.0, 1.7])
@pytest.mark.parametrize("factor", [1.02, 1.3, 1.8, 3.5, 20.0, 1e4])
@pytest.mark.parametrize("points", [70.0, 140.0, 330.0])
def test_ratio_ticks_are_inside_and_apart(low, factor, points):
    ticks = np.array(rows.ratio_ticks(low, low * factor, points=points))
    assert ((ticks >= low) & (ticks <= low * factor)).all()
    assert (np.diff(ticks) > 0).all()
    if factor > 1.6 and len(ticks) > 1:
        assert np.diff(np.log(ticks)).min() / np.log(factor) * points > 15


def test_rows_of_a_group_stay_together_below_its_heading():
    layout = rows.lay_out(["a", "b", "c"], ["one", "two", "one"], [], narrow=False, width=7.2)
    headings = {text: y for y, text in layout.headings}
    assert headings["one"] < layout.y[0] < layout.y[2] < headings["two"] < layout.y[1] < layout.bottom


def test_long_labels_are_broken_and_take_more_room():
    long = "Contreras 2016 (hip thrust variations), american hip thrust, upper fibres, whole set (10 reps)"
    one = rows.lay_out(["short"], [""], [], narrow=True, width=3.5)
    two = rows.lay_out([long], [""], [], narrow=True, width=3.5)
    assert "\n" in two.labels[0]
    assert two.labels[0].replace("\n", " ") == long
    assert two.bottom > one.bottom
    beside = rows.lay_out([long], [""], [], narrow=False, width=7.2)
    assert beside.points > 200


@pytest.mark.parametrize(
    ("values", "ratio", "text"),
    [
        ((1.4, 1.2, 1.63), True, "1.40 [1.20, 1.63]"),
        ((-0.004, -12.0, 12.0), False, "0.0 [−12.0, 12.0]"),
        ((1.2, np.nan, np.nan), True, "1.20 [–]"),
        ((np.nan, 35.0, 94.0), False, "– [35.0, 94.0]"),
    ],
)
def test_estimates_are_written_with_their_interval(values, ratio, text):
    assert rows.estimate(*values, ratio=ratio) == text
