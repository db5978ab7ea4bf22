"""Rainclouds and agreement: what is drawn is every value, its quartiles, and the limits as they were computed."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from emgkit import figures, stats
from emgkit.errors import ArgumentError, DesignError
from emgkit.figures.drawing import style


def cells(n=12, muscles=("vastus_lateralis",), **columns):
    rng = np.random.default_rng(7)
    rows = [
        {"participant": f"{person:02d}", "exercise": lift, "muscle": muscle, "unit": "%MVC",
         "value": 50 * size * (1 + k) * np.exp(rng.normal(0, 0.15))}
        for muscle in muscles
        for person in range(n)
        for size in [np.exp(rng.normal(0, 0.3))]
        for k, lift in enumerate(("squat", "deadlift", "lunge"))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**columns)


def contrasts(table, **by):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return stats.contrasts(table, within="exercise", **by)


def part(ax, gid):
    return [one for one in (*ax.lines, *ax.collections) if one.get_gid() == gid]


def letters(ax):
    return [text.get_text() for text in ax.texts if text.get_gid() == "letters"]


def test_every_value_and_the_quartiles_are_drawn(legible):
    table = cells()
    ax = figures.raincloud(table)
    for lift, points, box in zip(("squat", "deadlift", "lunge"), part(ax, "values"), part(ax, "box"), strict=True):
        own = table.loc[table["exercise"] == lift, "value"]
        assert sorted(points.get_ydata()) == pytest.approx(sorted(own))
        edges = box.get_paths()[0].vertices[:, 1]
        assert (edges.min(), edges.max()) == pytest.approx(tuple(np.quantile(own, [0.25, 0.75])))
    assert {"Squat", "Deadlift", "Lunge", "median, quartiles", "density"} <= set(legible(ax.figure))


def test_a_density_lies_between_the_lowest_and_the_highest_value_and_is_that_of_the_values():
    table = cells(200)
    ax = figures.raincloud(table)
    own = table.loc[table["exercise"] == "squat", "value"].to_numpy()
    corners = part(ax, "density")[0].get_paths()[0].vertices
    assert (corners[:, 1].min(), corners[:, 1].max()) == pytest.approx((own.min(), own.max()))
    right = corners[corners[:, 0] > 0.1 + 1e-9]
    # half of what the cloud holds lies below the median
    y, width = right[:, 1], right[:, 0] - 0.1
    order = np.argsort(y)
    area = np.cumsum(width[order] * np.gradient(y[order]))
    assert y[order][np.searchsorted(area, area[-1] / 2)] == pytest.approx(np.median(own), rel=0.05)


def test_few_values_have_no_density_and_the_figure_says_so(legible):
    ax = figures.raincloud(cells(4))
    assert not part(ax, "density")
    assert "No density of fewer than 5 values." in legible(ax.figure)
    assert len(part(ax, "values")) == 3


def test_letters_stand_where_levels_differ(legible):
    table = cells(muscles=("vastus_lateralis", "gluteus_maximus"))
    same = table["muscle"] == "gluteus_maximus"
    person = table["participant"].astype(int)
    table.loc[same, "value"] = 40 + person + 3 * np.sin(person * 7 + table["exercise"].str.len())
    found = contrasts(table, by="muscle")
    assert letters(figures.raincloud(table, muscle="vastus_lateralis", contrasts=found)) == ["c", "b", "a"]
    ax = figures.raincloud(table, muscle="gluteus_maximus", contrasts=found)
    assert letters(ax) == ["a", "a", "a"]
    assert "Levels that share a letter did not differ significantly." in legible(ax.figure)
    grid = figures.activation_grid(table, contrasts=found)
    assert [letters(ax) for ax in grid.axes] == [["c", "b", "a"], ["a", "a", "a"]]
    assert letters(figures.activation(table, contrasts=found)) == ["c", "b", "a", "a", "a", "a"]
    legible(grid)


def test_letters_of_other_levels_are_refused():
    table = cells()
    with pytest.raises(DesignError, match=r"not of the levels that are drawn.*within 'exercise' by 'muscle'"):
        figures.activation(table, contrasts=contrasts(table))
    assert letters(figures.raincloud(table, contrasts=contrasts(table))) == ["c", "b", "a"]


def sessions(n=14, **columns):
    rng = np.random.default_rng(3)
    true = rng.uniform(30, 90, n)
    table = pd.DataFrame({"participant": [f"{k:02d}" for k in range(n)] * 2, "session": ["1"] * n + ["2"] * n,
                          "value": np.concatenate([true, true + rng.normal(4, 5, n)]), "unit": "%MVC"})  # fmt: skip
    return table.assign(**columns)


def lines(ax):
    return {line.get_gid(): line.get_ydata()[0] for line in ax.lines if line.get_gid()}


def bands(ax):
    found = {}
    for patch in ax.patches:
        if str(patch.get_gid()).startswith("interval "):
            box = patch.get_extents().transformed(ax.transData.inverted())
            found[patch.get_gid().removeprefix("interval ")] = (box.y0, box.y1)
    return found


def test_bias_and_limits_are_those_of_the_reliability(legible):
    table = sessions()
    found = stats.reliability(table, within="session")
    ax = figures.bland_altman(table, found, conditions=("1", "2"))
    wide = table.pivot_table(index="participant", columns="session", values="value")
    assert ax.lines[0].get_xdata() == pytest.approx(wide.mean(axis=1))
    assert ax.lines[0].get_ydata() == pytest.approx(wide["1"] - wide["2"])
    rows = pd.DataFrame(found).set_index("quantity").loc[["bias", "agreement_low", "agreement_high"]]
    assert lines(ax) == pytest.approx(dict(rows["value"]))
    assert bands(ax)["bias"] == pytest.approx(tuple(rows.loc["bias", ["ci_low", "ci_high"]]))
    differences = wide["1"] - wide["2"]
    assert lines(ax)["agreement_high"] == pytest.approx(differences.mean() + 1.96 * differences.std())
    assert "n = 14 participants" in legible(ax.figure)


def test_the_other_way_round_has_the_other_sign():
    table = sessions()
    found = stats.reliability(table, within="session")
    one, other = (lines(figures.bland_altman(table, found, conditions=pair)) for pair in (("1", "2"), ("2", "1")))
    assert other["bias"] == pytest.approx(-one["bias"])
    assert other["agreement_high"] == pytest.approx(-one["agreement_low"])


def test_volts_are_shown_in_microvolts():
    table = sessions(unit="V")
    table["value"] *= 1e-6
    ax = figures.bland_altman(table, stats.reliability(table, within="session"), conditions=("1", "2"))
    assert ax.get_xlabel() == "Mean of both (µV)"
    assert ax.lines[0].get_xdata().max() > 50


@pytest.mark.parametrize("n", [3, 4, 30])
def test_labels_stay_apart_with_few_and_many_people(n, legible):
    table = sessions(n, muscle="vastus_lateralis")
    found = stats.reliability(table, within="session", by="muscle")
    with style.journal("springer", columns="single"):
        ax = figures.bland_altman(table, found, conditions=("1", "2"), simulated=True)
    legible(ax.figure)


def test_agreement_refuses_what_does_not_belong_together():
    table = sessions()
    found = stats.reliability(table, within="session")
    with pytest.raises(DesignError, match="Agreement is of two conditions"):
        figures.bland_altman(table, found, conditions=("1",))
    with pytest.raises(ArgumentError, match="Unknown condition '3'"):
        figures.bland_altman(table, found, conditions=("1", "3"))
    with pytest.raises(DesignError, match=r"not of these participants.*n = 14"):
        figures.bland_altman(table[table["participant"] != "00"], found, conditions=("1", "2"))
    with pytest.raises(DesignError, match="A participant lacks a value"):
        figures.bland_altman(table.iloc[1:], found, conditions=("1", "2"))
    with pytest.raises(DesignError, match="more than one row in a condition"):
        figures.bland_altman(pd.concat([table, table]), found, conditions=("1", "2"))
    with pytest.raises(DesignError, match="limits of agreement of '1' and '2' are not in the table"):
        figures.bland_altman(table, pd.DataFrame(found).iloc[:5], conditions=("1", "2"))
