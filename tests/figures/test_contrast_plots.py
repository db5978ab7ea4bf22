"""Contrasts: each interval where the table says, and its numbers in words beside it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from emgkit import figures
from emgkit.errors import DesignError

PAIRS = ("back_squat / deadlift", "back_squat / hip_thrust", "deadlift / hip_thrust")


def table(n_muscles=3, **columns):
    muscles = ["vastus_lateralis", "biceps_femoris_long_head", "gluteus_maximus", "rectus_femoris"][:n_muscles]
    rows = [
        {"muscle": muscle, "contrast": pair, "ratio": 0.7 + 0.3 * i + 0.1 * j, "n": 13, "p": 0.01, "p_adjusted": p}
        for j, muscle in enumerate(muscles)
        for i, (pair, p) in enumerate(zip(PAIRS, (0.00012, 0.0342, 1.0), strict=True))
    ]
    made = pd.DataFrame(rows).assign(**columns)
    made["ci_low"], made["ci_high"] = made["ratio"] / 1.25, made["ratio"] * 1.25
    made.attrs = {"adjust": "holm", "unit": "%MVC"}
    return made


def intervals(ax):
    return [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2 and line.get_marker() == "None"]


def test_intervals_and_estimates_are_drawn_where_the_table_says(legible):
    made = table()
    ax = figures.contrasts(made)
    drawn = [pair for pair in intervals(ax) if pair != (1.0, 1.0)]
    assert np.array(drawn[-9:]) == pytest.approx(made[["ci_low", "ci_high"]].to_numpy())
    points = [float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() not in ("None", "")]
    assert points == pytest.approx(list(made["ratio"]))
    assert ax.get_xscale() == "log"
    low, high = ax.get_xlim()
    assert low < made["ci_low"].min()
    assert high > made["ci_high"].max()
    legible(ax.figure)


def test_there_is_a_line_at_no_difference():
    ax = figures.contrasts(table())
    assert list(ax.lines[0].get_xdata()) == [1.0, 1.0]
    assert list(figures.contrasts(differences()).lines[0].get_xdata()) == [0.0, 0.0]


def test_numbers_n_and_exact_adjusted_p_stand_beside_each_row(legible):
    texts = legible(figures.contrasts(table()).figure)
    for text in ("Vastus lateralis", "back squat / deadlift", "0.70 [0.56, 0.88]", "13", "< .001", ".034", "> .999"):
        assert text in texts
    assert {"ratio [95 % CI]", "n", "p (Holm)"} <= set(texts)
    assert "Ratio (logarithmic axis), individual 95 % confidence intervals" in texts


@pytest.mark.parametrize(
    ("adjust", "head"),
    [
        ("none", "p (not adjusted)"), ("bonferroni", "p (Bonferroni)"),
        ("benjamini-hochberg", "p (Benjamini-Hochberg)"), (None, "p (adjusted)"),
    ],
)  # fmt: skip
def test_the_head_says_how_p_was_adjusted(adjust, head):
    made = table()
    made.attrs = {} if adjust is None else {"adjust": adjust}
    assert head in [text.get_text() for text in figures.contrasts(made).texts]


def differences():
    made = table(1).rename(columns={"ratio": "difference"})
    made["difference"] = [-12.34, 0.5, 33.0]
    made["ci_low"], made["ci_high"] = made["difference"] - 6, made["difference"] + 6
    made["contrast"] = made["contrast"].str.replace(" / ", " - ")
    return made


def test_differences_have_their_unit_on_a_linear_axis(legible):
    ax = figures.contrasts(differences())
    texts = legible(ax.figure)
    assert ax.get_xscale() == "linear"
    assert ax.get_xlabel() == "Difference (%MVC), individual 95 % confidence intervals"
    assert {"−12.3 [−18.3, −6.3]", "33.0 [27.0, 39.0]", "back squat − deadlift"} <= set(texts)


def test_what_rounds_to_zero_has_no_minus_sign(legible):
    made = differences()
    made.loc[1, "difference"] = -0.004
    assert "0.00 [−5.50, 6.50]" in legible(figures.contrasts(made).figure)


def test_a_difference_in_volts_is_shown_in_microvolts():
    made = differences()
    made[["difference", "ci_low", "ci_high"]] *= 1e-6
    ax = figures.contrasts(made, unit="V")
    assert "(µV)" in ax.get_xlabel()
    assert (-18.34, -6.34) in [tuple(np.round(pair, 9)) for pair in intervals(ax)]


@pytest.mark.parametrize("scale", [1e-3, 0.05, 0.5, 1.0, 1.02, 4.0, 30.0])
@pytest.mark.parametrize("spread", [1.01, 1.3, 4.0])
def test_a_ratio_axis_always_has_ticks(scale, spread, legible):
    made = table(1)
    made["ratio"] = scale
    made["ci_low"], made["ci_high"] = scale / spread, scale * spread
    ax = figures.contrasts(made)
    low, high = ax.get_xlim()
    assert low < min(1.0, scale / spread)
    assert high > max(1.0, scale * spread)
    assert 2 <= len(ax.get_xticks()) <= 9
    legible(ax.figure)


def test_a_contrast_without_an_interval_keeps_its_row(legible):
    made = table(1)
    made.loc[1, ["ratio", "ci_low", "ci_high", "p_adjusted"]] = [1.2, np.nan, np.nan, np.nan]
    texts = legible(figures.contrasts(made).figure)
    assert "1.20 [–]" in texts
    assert "–" in texts


def test_groups_are_the_columns_left_of_contrast_unless_named(legible):
    made = table(2)
    made.insert(0, "group", "trained")
    assert "Group trained · Vastus lateralis" in legible(figures.contrasts(made).figure)
    assert "Vastus lateralis" in legible(figures.contrasts(made, by="muscle").figure)
    alone = legible(figures.contrasts(table(1).drop(columns="muscle")).figure)
    assert "back squat / deadlift" in alone


def test_simulated_tables_say_so(legible):
    made = table()
    assert "simulated data" not in legible(figures.contrasts(made).figure)
    assert "simulated data" in legible(figures.contrasts(made, simulated=True).figure)
    made.attrs["simulated"] = True
    assert "simulated data" in legible(figures.contrasts(made).figure)
    assert "simulated data" in legible(figures.contrasts(table(simulated=True)).figure)


def test_it_draws_on_the_axes_given_and_leaves_the_table_alone():
    made = table()
    before = made.copy()
    ax = plt.subplots(layout="constrained")[1]
    assert figures.contrasts(made, ax=ax) is ax
    pd.testing.assert_frame_equal(made, before)


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(DesignError, match=r"no contrasts to draw.*Got: 9 rows; missing columns: 'ci_low' and 'n'"):
        figures.contrasts(table().drop(columns=["n", "ci_low"]))
    with pytest.raises(DesignError, match="0 rows"):
        figures.contrasts(table().head(0))
