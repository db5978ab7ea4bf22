"""Forest plots: every study where its numbers say, the diamond over the pooled interval, ranges called ranges."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Polygon

from emgkit import figures, stats
from emgkit.errors import DesignError
from emgkit.figures.drawing import style
from emgkit.notation import p_phrase

SUMMARIES = pd.DataFrame({
    "study": ["Study A", "Study B", "Study C", "Study D"], "m1": [88.0, 75.0, 53.0, 70.0],
    "sd1": [28.0, 29.0, 14.0, 20.0], "m2": [51.0, 51.0, 36.0, 60.0], "sd2": [19.0, 23.0, 23.0, 19.0],
    "n": [13, 12, 10, 30], "r": [0.7, 0.6, 0.6, 0.6],
})  # fmt: skip


@pytest.fixture(scope="module")
def ratios():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return stats.meta_analysis(SUMMARIES)


@pytest.fixture(scope="module")
def changes():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return stats.meta_analysis(SUMMARIES, measure="mean_change")


def diamond(ax):
    (patch,) = [patch for patch in ax.patches if isinstance(patch, Polygon) and patch.get_gid() == "pooled"]
    return np.asarray(patch.get_xy())


def spans(ax):
    return [tuple(map(float, line.get_xdata())) for line in ax.lines if len(line.get_xdata()) == 2]


def squares(ax):
    return [line for line in ax.lines if line.get_marker() == "s"]


def test_studies_and_diamond_stand_where_the_tables_say(ratios, legible):
    ax = figures.forest(ratios)
    found, whole = ratios.effects, ratios.pooled.iloc[0]
    assert ax.get_xscale() == "log"
    for low, high in zip(found["ratio_low"], found["ratio_high"], strict=True):
        assert (pytest.approx(low), pytest.approx(high)) in spans(ax)
    assert [float(line.get_xdata()[0]) for line in squares(ax)] == pytest.approx(list(found["ratio"]))
    corners = diamond(ax)
    assert corners[:, 0].min() == pytest.approx(whole["ratio_low"])
    assert corners[:, 0].max() == pytest.approx(whole["ratio_high"])
    assert corners[np.argmin(corners[:, 1]), 0] == pytest.approx(whole["ratio"])
    assert (pytest.approx(whole["ratio_prediction_low"]), pytest.approx(whole["ratio_prediction_high"])) in spans(ax)
    assert [1.0, 1.0] in [list(line.get_xdata()) for line in ax.lines]
    legible(ax.figure)


def test_the_area_of_a_square_goes_with_the_weight(ratios):
    sizes = np.array([line.get_markersize() for line in squares(figures.forest(ratios))])
    weights = ratios.effects["weight"].to_numpy()
    assert sizes**2 / sizes.max() ** 2 == pytest.approx(weights / weights.max())


def test_numbers_n_p_and_heterogeneity_are_written(ratios, legible):
    texts = legible(figures.forest(ratios).figure)
    row, whole = ratios.effects.iloc[0], ratios.pooled.iloc[0]
    assert f"{row['ratio']:.2f} [{row['ratio_low']:.2f}, {row['ratio_high']:.2f}]" in texts
    assert f"{row['weight']:.0f} %" in texts
    below = " ".join(texts[-1].split()) if "k = 4" in texts[-1] else next(t for t in texts if "k = 4" in t)
    assert f"k = 4 studies, n = 65; {p_phrase(whole['p'], 'pooled p')}" in " ".join(below.split())
    assert f"I² = {whole['i2']:.0f} %" in below
    assert "prediction interval" in below
    assert "Hartung-Knapp, t(3) interval" in " ".join(below.split())


def test_differences_have_their_unit_and_a_line_at_zero(changes, legible):
    ax = figures.forest(changes, unit="%MVIC")
    assert ax.get_xlabel() == "Difference (%MVIC), 95 % intervals"
    assert [0.0, 0.0] in [list(line.get_xdata()) for line in ax.lines]
    corners = diamond(ax)[:, 0]
    assert (corners.min(), corners.max()) == pytest.approx(tuple(changes.pooled.loc[0, ["ci_low", "ci_high"]]))
    legible(ax.figure)


@pytest.mark.parametrize("journal", ["jek", "frontiers"])
def test_it_fits_one_column(ratios, changes, journal, legible):
    for found, unit in ((ratios, None), (changes, "%MVIC")):
        with style.journal(journal, columns="single"):
            ax = figures.forest(found, unit=unit)
        legible(ax.figure)
        assert style.check(ax, journal=journal)["passed"].all()


def test_a_review_has_its_range_called_so_and_a_hollow_diamond(legible):
    table = pd.DataFrame({
        "study": ["Neto 2020, hip thrust", "Contreras 2015, hip thrust"], "value": [75.41, 69.5], "ci_low": np.nan,
        "ci_high": np.nan, "range_low": [49.2, np.nan], "range_high": [105.0, np.nan], "n": [58, 13],
        "pooled": [True, False], "unit": "%MVIC",
    })  # fmt: skip
    ax = figures.forest(table)
    texts = legible(ax.figure)
    assert {"75.4 (range 49.2 to 105)", "69.5 [–]", "estimate", "Value (%MVIC), ranges (dotted)"} <= set(texts)
    (line,) = [line for line in ax.lines if line.get_marker() == "|"]
    assert tuple(line.get_xdata()) == (49.2, 105.0)
    assert line.get_linestyle() != "-"
    (hollow,) = [line for line in ax.lines if line.get_marker() == "D"]
    assert hollow.get_markerfacecolor() == "white"
    assert not [patch for patch in ax.patches if patch.get_gid() == "pooled"]
    assert [0.0, 0.0] not in [list(line.get_xdata()) for line in ax.lines]


def test_simulated_tables_say_so(ratios, legible):
    assert "simulated data" in legible(figures.forest(ratios, simulated=True).figure)
    assert "simulated data" in legible(figures.forest(ratios.effects.assign(simulated=True)).figure)
    assert "simulated data" not in legible(figures.forest(ratios).figure)


def test_what_is_no_forest_is_refused(ratios):
    with pytest.raises(DesignError, match=r"holds no studies.*'ratio', 'difference' or 'value' with 'ci_low'"):
        figures.forest(SUMMARIES)
    with pytest.raises(DesignError, match=r"one row with 'estimate'.*Got: 2 rows.*A meta-regression has a row a coeff"):
        figures.forest(ratios.effects, pd.concat([ratios.pooled] * 2))
    with pytest.raises(DesignError, match=r"logarithmic axis\. Allowed: above 0"):
        figures.forest(pd.DataFrame({"study": ["A"], "ratio": [0.5], "ci_low": [-0.1], "ci_high": [1.0]}))


def test_rows_named_after_lifts_have_the_colours_of_lifts(ratios):
    table = ratios.effects.head(3).assign(study=["hip thrust", "back squat", "Study C"])
    ax = figures.forest(table)
    colours = [line.get_color() for line in ax.get_lines() if line.get_marker() == "s"]
    assert colours == [style.LIFT_LOOKS["hip_thrust"].color, style.LIFT_LOOKS["squat"].color, style.PALETTE[0]]
