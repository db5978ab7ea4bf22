"""Detection: the band spans the spreads, the line is the middle one, and everything says that it is simulated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import figures
from emgkit.errors import ArgumentError, DesignError
from emgkit.figures.drawing import style

R, CV = (0.2, 0.5, 0.8), (0.3, 0.45, 0.6)


def share(r, cv, shift=0.0):
    return float(np.clip(0.3 + 0.6 * r - 0.5 * (cv - 0.45) + shift, 0, 1))


def table(muscles=("gluteus_maximus", "biceps_femoris"), **columns):
    rows = [
        {"contrast": contrast, "muscle": muscle, "cv": cv, "r": r, "share_found": share(r, cv, shift), "mc_se": 0.012,
         "n": 13, "studies": 1000}
        for muscle in muscles
        for contrast, shift in (("hip_thrust / squat", 0.1), ("hip_thrust / deadlift", -0.2))
        for r in R
        for cv in CV
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**columns)


def test_the_band_spans_the_spreads_and_the_line_is_the_middle_one(legible):
    ax = figures.detection(table(), muscle="gluteus_maximus")
    lines = {tuple(np.round(np.asarray(line.get_ydata(), dtype=float), 9)) for line in ax.lines}
    for shift in (0.1, -0.2):
        for cv in CV:
            assert tuple(round(100 * share(r, cv, shift), 9) for r in R) in lines
    whiskers = [np.asarray(segment) for each in ax.collections for segment in getattr(each, "get_segments", list)()]
    low, high = sorted(whiskers[0][:, 1])
    assert (low, high) == pytest.approx((100 * share(0.2, 0.45, 0.1) - 2.352, 100 * share(0.2, 0.45, 0.1) + 2.352))
    band = ax.collections[0].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == pytest.approx((100 * share(0.2, 0.6, 0.1), 100 * share(0.8, 0.3, 0.1)))
    legible(ax.figure)


def test_it_says_simulated_how_many_and_which_spreads(legible):
    texts = legible(figures.detection(table(), muscle="biceps_femoris").figure)
    assert {
        "simulated studies", "Simulated studies that found it (%)", "CV 30 to 60 %, line at 45 %", "Biceps femoris",
        "n = 13 participants a study, 1000 simulated studies a point", "hip thrust / squat",
    } <= set(texts)  # fmt: skip


@pytest.mark.parametrize("columns", ["single", "double"])
@pytest.mark.parametrize("n_muscles", [1, 2, 3])
def test_a_grid_has_a_panel_a_muscle_and_says_simulated_on_each(columns, n_muscles, legible):
    muscles = ("gluteus_maximus", "biceps_femoris", "vastus_lateralis")[:n_muscles]
    with style.journal("frontiers", columns=columns):
        figure = figures.detection_grid(table(muscles))
    assert legible(figure).count("simulated studies") == len(figure.axes) == n_muscles
    assert style.check(figure, journal="frontiers")["passed"].all()


def test_one_spread_has_no_band_in_the_legend(legible):
    texts = legible(figures.detection(table(("gluteus_maximus",)).query("cv == 0.3")).figure)
    assert not [text for text in texts if text.startswith("CV")]


def test_what_is_no_table_of_shares_is_refused():
    with pytest.raises(DesignError, match=r"several muscles\. Allowed: one.*detection_grid"):
        figures.detection(table())
    with pytest.raises(ArgumentError, match="Unknown muscle 'soleus'"):
        figures.detection(table(), muscle="soleus")
    with pytest.raises(DesignError, match=r"outside 0 to 1.*fraction of the simulated studies\. Got: '97'"):
        figures.detection(table(share_found=97.0))
    with pytest.raises(DesignError, match="condition stands twice"):
        figures.detection(pd.concat([table(), table()]), muscle="biceps_femoris")
    with pytest.raises(DesignError, match="missing columns: 'mc_se'"):
        figures.detection_grid(table().drop(columns="mc_se"))


def test_with_published_spreads_there_is_a_line_and_no_band(legible):
    """Where a paper printed its standard deviations there is one share a correlation, and no cv to name."""
    own = table(("gluteus_maximus",)).query("cv == 0.3").assign(cv=np.nan)
    ax = figures.detection(own)
    drawn = {
        tuple(np.round(np.asarray(line.get_ydata(), dtype=float), 9)) for line in ax.lines if line.get_marker() == "o"
    }
    assert tuple(round(100 * share(r, 0.3, 0.1), 9) for r in R) in drawn
    assert not [text for text in legible(ax.figure) if text.startswith("CV")]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_no_entry_of_the_legend_is_cut_off(number, legible):
    """A legend fills its columns one after the other, so four entries and the band need not fit as four and one."""
    made = pd.concat(
        [table().query("contrast == 'hip_thrust / squat'").assign(contrast=f"barbell_deadlift / hex_bar_deadlift_{n}")
         for n in range(number)]
    )  # fmt: skip
    figure = figures.detection_grid(made)
    assert "CV 30 to 60 %, line at 45 %" in legible(figure)
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.x0 >= -1
    assert box.x1 <= figure.bbox.x1 + 1
