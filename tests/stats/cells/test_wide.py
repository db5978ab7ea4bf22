"""Cells in the shape of SPSS and jamovi: one row a participant, the same numbers, names that both take."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from emgkit import simulate, stats
from emgkit.errors import ArgumentError, DesignError


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    made = simulate.draw_cells("three_lifts", seed=1)
    return made.assign(group=np.where(made["participant"].astype(int) < 7, "a", "b"))


def test_every_number_is_there_once_and_unrounded(cells: pd.DataFrame) -> None:
    wide = stats.to_wide(cells, within=["muscle", "exercise"], between="group")
    assert wide.shape == (13, 2 + 9)
    assert list(wide.columns[:3]) == ["participant", "group", "biceps_femoris_deadlift"]
    for row in cells.to_dict("records"):
        own = wide[wide["participant"] == row["participant"]].iloc[0]
        assert own[f"{row['muscle']}_{row['exercise']}"] == row["value"]
        assert own["group"] == row["group"]


def test_a_paired_test_of_two_columns_is_the_contrast(cells: pd.DataFrame) -> None:
    from scipy.stats import ttest_rel

    wide = stats.to_wide(cells[cells["muscle"] == "gluteus_maximus"], within="exercise")
    table = stats.contrasts(cells[cells["muscle"] == "gluteus_maximus"], within="exercise").set_index("contrast")
    got = ttest_rel(np.log(wide["hip_thrust"]), np.log(wide["squat"]))
    assert got.statistic == pytest.approx(table.loc["hip_thrust / squat", "t"], rel=1e-12)


def test_levels_stand_by_number_or_as_an_ordered_categorical_has_them() -> None:
    rows = [(who, load, float(load)) for who in ("P1", "P2") for load in ("100", "60", "80")]
    table = pd.DataFrame(rows, columns=["participant", "load", "value"])
    assert list(stats.to_wide(table, within="load").columns) == ["participant", "v_60", "v_80", "v_100"]
    ordered = table.assign(load=pd.Categorical(table["load"], ["80", "60", "100"], ordered=True))
    assert list(stats.to_wide(ordered, within="load").columns) == ["participant", "v_80", "v_60", "v_100"]


def test_a_cell_that_is_not_there_is_empty(cells: pd.DataFrame) -> None:
    wide = stats.to_wide(cells.iloc[1:], within=["muscle", "exercise"])
    assert int(wide.isna().sum().sum()) == 1


@pytest.mark.parametrize("level", ["Kreuzheben (schwer)", "80 kg", "überkopf", "a" * 90])
def test_names_are_those_that_spss_takes(level: str) -> None:
    table = pd.DataFrame({"participant": ["P1", "P2"] * 2, "x": [level] * 2 + ["b"] * 2, "value": [1.0, 2.0, 3.0, 4.0]})
    names = stats.to_wide(table, within="x").columns
    assert all(re.fullmatch(r"[A-Za-z]\w{0,63}", name, flags=re.ASCII) for name in names)


def test_what_cannot_be_wide_is_refused(cells: pd.DataFrame) -> None:
    with pytest.raises(DesignError, match="share a cell"):
        stats.to_wide(cells, within="exercise")
    with pytest.raises(DesignError, match=r"several levels of 'exercise'"):
        stats.to_wide(cells[cells["muscle"] == "gluteus_maximus"].assign(k=lambda t: t["exercise"]), within="k",
                      between="exercise")  # fmt: skip
    with pytest.raises(DesignError, match="no column 'lift'"):
        stats.to_wide(cells, within="lift")
    with pytest.raises(ArgumentError, match="two roles"):
        stats.to_wide(cells, within=["muscle", "exercise"], between="muscle")
    with pytest.raises(DesignError, match="'unit' holds 2 values"):
        stats.to_wide(cells.assign(unit=["V", *["%MVC"] * (len(cells) - 1)]), within=["muscle", "exercise"])
    alike = pd.DataFrame({"participant": ["P1"] * 2, "x": ["a b", "a-b"], "value": [1.0, 2.0]})
    with pytest.raises(DesignError, match=r"would have one name.*'a_b'"):
        stats.to_wide(alike, within="x")
