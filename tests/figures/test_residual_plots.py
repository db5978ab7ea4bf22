"""Residuals: every point where the table says, the largest ones named, and nothing drawn of too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from emgkit import figures
from emgkit.errors import ArgumentError


def table(n=12):
    rng = np.random.default_rng(2)
    made = pd.DataFrame({"participant": [f"P{i}" for i in range(n)], "fitted": rng.normal(4, 1, n)})
    made["standardized"] = rng.normal(size=n)
    made.loc[3, "standardized"] = 4.0
    return made


def test_points_lie_where_the_table_says(legible):
    made = table()
    quantiles, spread = figures.residuals(made, log=True, simulated=True)
    order = made.sort_values("standardized")
    points = [next(line for line in ax.lines if line.get_marker() == "o") for ax in (quantiles, spread)]
    np.testing.assert_allclose(points[0].get_ydata(), order["standardized"])
    np.testing.assert_allclose(points[1].get_xdata(), order["fitted"])
    # SciPy's probability plot has Filliben's places, which differ by little from Blom's
    np.testing.assert_allclose(points[0].get_xdata(), stats.probplot(made["standardized"])[0][0], atol=0.05)
    texts = legible(quantiles.figure)
    assert {"P3", "simulated data", "Normal quantile", "Fitted value (log scale)"} <= set(texts)
    line = next(line for line in quantiles.lines if line.get_marker() == "None")
    np.testing.assert_allclose(line.get_xdata(), line.get_ydata())


def test_scale_and_unit_are_those_of_the_table():
    made = table()
    assert figures.residuals(made)[1].get_xlabel() == "Fitted value"
    made.attrs = {"unit": "V"}
    assert figures.residuals(made)[1].get_xlabel() == "Fitted value (µV)"
    made.attrs = {"scale": "log", "unit": "V"}
    assert figures.residuals(made)[1].get_xlabel() == "Fitted value (log scale)"


def test_what_cannot_be_drawn():
    with pytest.raises(ArgumentError, match="standardized"):
        figures.residuals(table().drop(columns="standardized"))
    with pytest.raises(ArgumentError, match=r"too few residuals to draw. Allowed: 3 or more. Got: 2"):
        figures.residuals(table(2 + 2).assign(standardized=[1.0, 2.0, np.nan, np.nan]))
