"""Activation: every person's value is there, and the mean is the mean."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from emgkit import figures, stats
from emgkit.errors import DesignError
from emgkit.stats.within.levels import level_table

MUSCLES = ("vastus_lateralis", "biceps_femoris_long_head", "gluteus_maximus", "semitendinosus", "rectus_femoris")
LIFTS = ("hip_thrust", "back_squat", "deadlift")


def cells(n_muscles=3, n=13, unit="%MVC"):
    rng = np.random.default_rng(2)
    rows = [
        {"participant": f"P{p}", "exercise": lift, "muscle": muscle, "measure": "mean", "unit": unit, "phase": "whole",
         "value": float(rng.lognormal(4, 0.4))}
        for p in range(n)
        for muscle in MUSCLES[:n_muscles]
        for lift in LIFTS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def drawn(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def interval(ax, name):
    patch = next(patch for patch in ax.patches if patch.get_label() == f"interval {name}")
    return patch.get_y(), patch.get_y() + patch.get_height()


def test_every_value_is_drawn_and_connected_within_the_participant(legible):
    table = cells(1)
    ax = figures.activation(table)
    people = [line.get_ydata() for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 3]
    expected = table.pivot_table(index="participant", columns="exercise", values="value")[list(LIFTS)].to_numpy()
    assert sorted(map(tuple, people)) == sorted(map(tuple, expected))
    dots = [line.get_ydata() for line in ax.lines if line.get_linestyle() == "None"]
    assert sorted(np.concatenate(dots)) == sorted(table["value"])
    legible(ax.figure)


def test_the_mean_of_each_condition_is_drawn_at_its_value():
    table = cells(2)
    ax = figures.activation(table)
    for (muscle, lift), own in table.groupby(["muscle", "exercise"]):
        mean = np.exp(np.log(own["value"]).mean())
        assert drawn(ax, f"mean {muscle} {lift}").get_ydata() == pytest.approx([mean] * 2)
        low, high = scipy_stats.t.interval(0.95, 12, np.log(mean), scipy_stats.sem(np.log(own["value"])))
        assert interval(ax, f"{muscle} {lift}") == pytest.approx((np.exp(low), np.exp(high)))


def test_arithmetic_means_are_drawn_where_they_are_compared():
    table = cells(1)
    ax = figures.activation(table, log=False)
    own = table.query("exercise == 'deadlift'")["value"]
    assert drawn(ax, f"mean {MUSCLES[0]} deadlift").get_ydata() == pytest.approx([own.mean()] * 2)
    limits = scipy_stats.t.interval(0.95, 12, own.mean(), scipy_stats.sem(own))
    assert interval(ax, f"{MUSCLES[0]} deadlift") == pytest.approx(limits)
    assert "mean" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_means_are_those_of_the_finding():
    table = cells(2)
    levels = level_table(table, stats.contrasts(table, within="exercise", by="muscle"))
    ax = figures.activation(table)
    for row in levels.to_dict("records"):
        name = f"{row['muscle']} {row['exercise']}"
        assert drawn(ax, f"mean {name}").get_ydata()[0] == row["geometric_mean"]
        assert interval(ax, name) == pytest.approx((row["ci_low"], row["ci_high"]), rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_an_interval_needs_three_participants_and_stays_inside(n):
    ax = figures.activation(cells(1, n=n))
    intervals = [(patch.get_y(), patch.get_y() + patch.get_height()) for patch in ax.patches]
    assert len(intervals) == (3 if n > 2 else 0)
    assert all(0 <= low < high < ax.get_ylim()[1] for low, high in intervals)
    assert ("95 % CI" in [text.get_text() for text in ax.get_legend().get_texts()]) == (n > 2)


def test_conditions_stand_in_the_order_of_the_table_or_the_categorical(legible):
    ticks = [label.get_text() for label in figures.activation(cells(1)).get_xticklabels()]
    assert ticks == ["Hip thrust", "Back squat", "Deadlift"]
    table = cells(1)
    table["exercise"] = pd.Categorical(table["exercise"], ["deadlift", "hip_thrust", "back_squat"], ordered=True)
    ax = figures.activation(table)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Deadlift", "Hip thrust", "Back squat"]
    legible(ax.figure)


def test_unit_measure_and_n_are_written(legible):
    ax = figures.activation(cells())
    assert ax.get_ylabel() == "Mean activation (%MVC)"
    texts = legible(ax.figure)
    assert {"n = 13 participants", "geometric mean", "95 % CI", "Hip thrust"} <= set(texts)
    assert figures.activation(cells(1, n=1)).get_title(loc="left") == "n = 1 participant"


def test_volts_are_shown_in_microvolts():
    table = cells(1, unit="V")
    table["value"] *= 1e-6
    ax = figures.activation(table)
    assert ax.get_ylabel() == "Mean activation (µV)"
    dots = np.concatenate([line.get_ydata() for line in ax.lines if line.get_linestyle() == "None"])
    assert sorted(dots) == pytest.approx(sorted(1e6 * table["value"]))


@pytest.mark.parametrize("n_muscles", [1, 3])
def test_missing_cells_are_left_out_and_n_is_given(n_muscles, legible):
    table = cells(n_muscles)
    table = table[~((table["participant"] == "P3") & (table["exercise"] == "deadlift"))]
    texts = [text.replace("\n", " ") for text in legible(figures.activation(table).figure)]
    wanted = "Deadlift n = 12" if n_muscles == 1 else "Gluteus maximus n = 13, 13, 12"
    assert wanted in texts


def test_values_below_zero_and_high_values_stay_inside():
    table = cells(1)
    table.loc[0, "value"], table.loc[1, "value"] = -5.0, 244.0
    low, high = figures.activation(table, log=False).get_ylim()
    assert low < -5
    assert high > 244
    message = r"needs values above 0, and 1 of 39 are not\..*Got: a lowest value of -5 %MVC\..*log=False"
    with pytest.raises(DesignError, match=message):
        figures.activation(table)


@pytest.mark.parametrize("n_muscles", [1, 2, 4, 5])
def test_a_grid_has_a_panel_a_muscle_on_one_value_axis(n_muscles, legible):
    table = cells(n_muscles)
    figure = figures.activation_grid(table, simulated=True)
    assert len(figure.axes) == n_muscles
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert figure.axes[0].get_ylabel() == "Mean activation (%MVC)"
    texts = legible(figure)
    assert texts.count("simulated data") == texts.count("n = 13") == n_muscles
    for ax, muscle in zip(figure.axes, MUSCLES, strict=False):
        assert drawn(ax, f"mean {muscle} deadlift").get_ydata()[0] == pytest.approx(
            np.exp(np.log(table.query("muscle == @muscle and exercise == 'deadlift'")["value"]).mean())
        )


def test_long_names_of_muscles_are_broken_into_lines(legible):
    table = cells(3).replace({"muscle": {"gluteus_maximus": "gluteus_maximus_lower_fibres_of_the_left_side"}})
    assert "simulated data" in legible(figures.activation_grid(table, simulated=True).figure)
    legible(figures.activation(table, simulated=True).figure)


def test_four_panels_side_by_side_hold_long_names(legible, tmp_path):
    table = cells(4)
    table["panel"] = table["muscle"] + ", group pathology"
    table = table.replace({"panel": {"gluteus_maximus, group pathology": "vastus_medialis, group pathology"}})
    figure = figures.activation_grid(table, by="panel", simulated=True, columns=4)
    texts = legible(figure)
    assert "Vastus medialis,\ngroup pathology" in texts
    for ax in figure.axes:
        assert ax._left_title.get_window_extent().x1 <= ax.bbox.x1 + 1
    figures.save(figure, tmp_path / "grid")
    assert legible(figure) == texts


@pytest.mark.parametrize("n_levels", [1, 2, 3])
@pytest.mark.parametrize("n_muscles", [1, 2])
def test_bars_of_means_touch_neither_each_other_nor_the_edge(n_levels, n_muscles):
    table = cells(n_muscles)
    ax = figures.activation(table[table["exercise"].isin(LIFTS[:n_levels])])
    bars = sorted(tuple(line.get_xdata()) for line in ax.lines if str(line.get_label()).startswith("mean "))
    ends = [ax.get_xlim()[0], *(end for bar in bars for end in bar), ax.get_xlim()[1]]
    assert len(bars) == n_levels * n_muscles
    assert min(np.diff(ends)[::2]) > 0.05


def test_simulated_cells_say_so(legible):
    assert "simulated data" in legible(figures.activation(cells(), simulated=True).figure)
    assert "simulated data" in legible(figures.activation(cells().assign(simulated=True)).figure)
    assert "simulated data" not in legible(figures.activation(cells().assign(simulated=False)).figure)


def test_it_draws_on_the_axes_given_and_leaves_the_table_alone():
    table = cells()
    before = table.copy()
    ax = plt.subplots()[1]
    assert figures.activation(table, ax=ax) is ax
    pd.testing.assert_frame_equal(table, before)


def test_what_cannot_share_a_figure_is_refused():
    table = cells(1)
    with pytest.raises(DesignError, match=r"differ in 'phase'.*Allowed: one phase\. Got: 'whole' and 'concentric'"):
        figures.activation(pd.concat([table, table.assign(phase="concentric")]))
    with pytest.raises(DesignError, match="differ in 'unit'"):
        figures.activation(pd.concat([table, table.assign(unit="V")]))
    with pytest.raises(DesignError, match=r"more than one row in a cell.*participant P0, exercise hip_thrust"):
        figures.activation(pd.concat([table, table]))
    with pytest.raises(DesignError, match=r"missing columns: 'exercise'"):
        figures.activation(table.drop(columns="exercise"))
    with pytest.raises(DesignError, match="unit of the values is not known"):
        figures.activation(table.drop(columns="unit"))


def test_rows_without_a_participant_are_refused():
    table = cells(1)
    with pytest.raises(DesignError, match="missing columns: 'None'"):
        figures.activation(table, participant=None)
    with pytest.raises(DesignError, match=r"39 of 39 rows have no participant.*with_context\(participant='01'\)"):
        figures.activation(table.assign(participant=None))
    with pytest.raises(DesignError, match="3 of 39 rows have no participant"):
        figures.activation_grid(table.replace({"participant": {"P4": None}}))


def test_numbers_in_conditions_ascend_and_the_axis_names_them():
    table = cells(1, n=3).assign(load=lambda t: t["exercise"].map(dict(zip(LIFTS, ("100", "60", "80"), strict=True))))
    ax = figures.activation(table.drop(columns="exercise"), x="load", by=None)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["60", "80", "100"]
    assert ax.get_xlabel() == "Load"
    # among names the order of the table stands, and no label is needed
    assert figures.activation(cells(1, n=3), by=None).get_xlabel() == ""


@pytest.mark.parametrize("name", ["cost $a^^b$ more", "$x1", "50 $ and 60 $", "José", "Zoë", "O'Brien"])
def test_names_with_signs_are_drawn_as_they_are(name):
    table = cells(2, n=3).replace({"exercise": {"back_squat": name}, "muscle": {MUSCLES[0]: f"{name} 2"}})
    ax = figures.activation(table)
    ax.figure.draw_without_rendering()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert any(name[1:] in text for text in texts)
    grid = figures.activation_grid(table, x="exercise", by="muscle")
    grid.draw_without_rendering()
