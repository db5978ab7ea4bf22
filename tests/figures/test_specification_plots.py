"""The specification curve: sorted effects, options below, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from emgkit import figures
from emgkit.errors import DesignError


def specifications(n_bands: int = 3, n_windows: int = 4, effect: str = "ratio") -> pd.DataFrame:
    """A full factorial; the effect rises with the band, and every second one is significant."""
    rows = [
        {
            "muscle": "vastus_lateralis", "contrast": "squat / deadlift", "curve": "as in the study",
            "specification": band * n_windows + window + 1, "band": f"{10 + band} Hz", "mvc": f"{window} s",
            "phase": "whole", effect: 1.2 + 0.1 * band + 0.001 * window, "ci_low": 1.0, "ci_high": 2.0 + band,
            "t": 2.5, "p": 0.01 if window % 2 else 0.2, "own": band == 1 and window == 0,
        }
        for band in range(n_bands)
        for window in range(n_windows)
    ]  # fmt: skip
    return pd.DataFrame(rows).sample(frac=1, random_state=1)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_effects_are_sorted_and_the_options_stand_below():
    table = specifications()
    ax = figures.specification_curve(table)
    points = np.concatenate([line.get_xydata() for line in ax.lines if line.get_marker() == "o"])
    points = points[np.argsort(points[:, 0])]
    assert points[:, 1].tolist() == sorted(table["ratio"])
    grid = ax.figure.axes[1]
    names = [label.get_text() for label in grid.get_yticklabels()]
    assert names == ["band", *dict.fromkeys(table["band"]), "mvc", *dict.fromkeys(table["mvc"])]
    # the lowest third has the lowest band
    lowest = names.index("10 Hz") - 1
    assert grid.images[lowest].get_array().ravel().tolist() == [1.0] * 4 + [0.0] * 8


def test_an_axis_with_one_option_has_no_row_and_the_own_one_is_marked():
    ax = figures.specification_curve(specifications())
    grid = ax.figure.axes[1]
    assert "whole" not in [label.get_text() for label in grid.get_yticklabels()]
    marks = [line for line in ax.lines if line.get_marker() == "D"]
    assert marks[0].get_xydata().tolist() == [[4.0, 1.3]]
    assert ax.get_title(loc="left") or ax.texts
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["p < .05, alone", "p ≥ .05, alone", "the study as it is"]


def test_thousands_are_drawn_with_no_more_columns_than_can_be_seen():
    ax = figures.specification_curve(specifications(60, 30))
    grid = ax.figure.axes[1]
    arrays = [image.get_array() for image in grid.images]
    assert {array.shape for array in arrays} == {(1, 360)}
    # each specification has one option of every axis
    np.testing.assert_allclose(np.sum(arrays[:60], axis=0), 1.0)
    assert grid.get_xlabel() == "1800 specifications, in the order of the ratio"


def test_differences_have_a_linear_axis_about_zero():
    ax = figures.specification_curve(specifications(effect="difference"))
    assert ax.get_yscale() == "linear"
    assert ax.get_ylabel() == "Difference"
    assert figures.specification_curve(specifications()).get_yscale() == "log"


@pytest.mark.parametrize("journal", [None, "jek"])
def test_nothing_lies_over_anything(legible, journal):
    with figures.style.journal(journal, columns="single") if journal else figures.style.theme():
        ax = figures.specification_curve(specifications().assign(simulated=True))
    legible(ax.figure)


def test_simulated_data_are_marked():
    ax = figures.specification_curve(specifications().assign(simulated=True))
    assert "simulated data" in [text.get_text() for text in ax.texts]


def test_what_is_no_curve_is_refused():
    table = specifications()
    with pytest.raises(DesignError, match=r"holds no specifications to draw.*missing columns: 'p'"):
        figures.specification_curve(table.drop(columns="p"))
    with pytest.raises(DesignError, match=r"holds no specifications.*0 rows"):
        figures.specification_curve(table.iloc[:0])
    two = pd.concat([table, table.assign(contrast="squat / thrust")])
    with pytest.raises(DesignError, match=r"of one contrast.*column 'contrast'.*Select the rows"):
        figures.specification_curve(two)
