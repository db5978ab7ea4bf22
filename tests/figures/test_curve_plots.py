"""Curves: mean and band are those of the table, the axes say percent of what."""

from __future__ import annotations

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from emgkit import figures, stats
from emgkit.curves import Curves
from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.figures.drawing import style
from emgkit.notation import p_phrase

MUSCLES = ("vastus_lateralis", "biceps_femoris_long_head", "gluteus_maximus", "semitendinosus")


def ensemble(n_muscles=1, **columns):
    point = np.linspace(0, 100, 101)
    parts = [
        pd.DataFrame({"exercise": lift, "muscle": muscle, "point": point, "sd": 5.0 + shift, "n": n,
                      "mean": 20 + shift + 40 * np.sin(np.pi * point / 100)})
        for muscle in MUSCLES[:n_muscles]
        for lift, shift, n in (("hip_thrust", 0, 13), ("back_squat", 5, 12), ("deadlift", 10, 13))
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).assign(**columns)


def test_mean_and_band_are_drawn_from_the_table(legible):
    table = ensemble()
    ax = figures.curves(table, unit="%MVC")
    for lift, band in zip(("hip_thrust", "back_squat", "deadlift"), ax.collections, strict=True):
        own = table[table["exercise"] == lift]
        line = next(one for one in ax.lines if one.get_label().lower() == lift.replace("_", " "))
        assert line.get_xdata() == pytest.approx(own["point"])
        assert line.get_ydata() == pytest.approx(own["mean"])
        corners = band.get_paths()[0].vertices[:, 1]
        assert corners.min() == pytest.approx((own["mean"] - own["sd"]).min())
        assert corners.max() == pytest.approx((own["mean"] + own["sd"]).max())
    legible(ax.figure)


def test_labels_say_unit_n_and_percent_of_what(legible):
    ax = figures.curves(ensemble(), unit="%MVC")
    texts = legible(ax.figure)
    assert {"Vastus lateralis", "Hip thrust (n = 13)", "Back squat (n = 12)", "± 1 SD", "EMG (%MVC)"} <= set(texts)
    assert ax.get_xlabel() == "Repetition (%)"
    assert ax.get_xlim() == (0, 100)
    assert figures.curves(ensemble(), unit="%MVC", during="eccentric").get_xlabel() == "Eccentric phase (%)"
    assert figures.curves(ensemble(phase="concentric"), unit="%MVC").get_xlabel() == "Concentric phase (%)"
    assert figures.curves(ensemble(phase="whole"), unit="%MVC").get_xlabel() == "Repetition (%)"


def test_volts_are_shown_in_microvolts():
    table = ensemble(unit="V")
    table[["mean", "sd"]] *= 1e-6
    ax = figures.curves(table)
    assert ax.get_ylabel() == "EMG (µV)"
    assert max(line.get_ydata().max() for line in ax.lines) == pytest.approx(85)


def test_curves_are_averaged_over_participants_by_their_own_rule():
    values = np.array([[10.0, 20.0], [30.0, 40.0], [14.0, 24.0]])
    index = pd.DataFrame({
        "participant": ["1", "1", "2"], "exercise": "squat", "repetition": [1, 2, 1], "phase": "concentric",
        "muscle": "vastus_lateralis",
    })  # fmt: skip
    made = Curves(values=values, index=index, during="phase", unit="%MVC")
    ax = figures.curves(made)
    line = next(one for one in ax.lines if one.get_label() == "Squat")
    assert line.get_ydata() == pytest.approx([(20 + 14) / 2, (30 + 24) / 2])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Concentric phase (%)", "EMG (%MVC)")
    assert "Squat (n = 2)" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_one_participant_has_a_line_without_a_band(legible):
    table = ensemble().query("exercise == 'deadlift'").assign(sd=np.nan, n=1)
    ax = figures.curves(table, unit="%MVC")
    assert "Deadlift (n = 1)" in legible(ax.figure)


@pytest.mark.parametrize("n_muscles", [1, 3, 4])
def test_a_grid_has_a_panel_a_muscle_on_one_value_axis(n_muscles, legible):
    figure = figures.curves_grid(ensemble(n_muscles), unit="%MVC", simulated=True)
    assert len(figure.axes) == n_muscles
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    texts = legible(figure)
    assert texts.count("simulated data") == texts.count("n = 13, 12, 13") == n_muscles
    assert {"Hip thrust", "± 1 SD"} <= set(texts)


def test_four_panels_side_by_side_hold_long_names(legible):
    table = pd.concat([ensemble(4).assign(group=group) for group in ("normal", "pathology")])
    table["muscle"] = table["muscle"].replace("gluteus_maximus", "vastus_medialis") + ", group " + table["group"]
    figure = figures.curves_grid(table, unit="%MVC", simulated=True, columns=4)
    assert "Vastus medialis,\ngroup pathology" in legible(figure)
    for ax in figure.axes:
        assert ax._left_title.get_window_extent().x1 <= ax.bbox.x1 + 1


def test_lines_have_the_same_look_in_every_panel():
    table = ensemble(2)
    table = table[~((table["muscle"] == MUSCLES[1]) & (table["exercise"] == "hip_thrust"))]
    first, second = figures.curves_grid(table, unit="%MVC").axes

    def colours(ax):
        return {line.get_label(): line.get_color() for line in ax.lines if not line.get_label().startswith("_")}

    assert colours(second) == {name: colours(first)[name] for name in ("Back squat", "Deadlift")}


def test_simulated_curves_say_so(legible):
    assert "simulated data" in legible(figures.curves(ensemble(simulated=True), unit="%MVC").figure)
    assert "simulated data" in legible(figures.curves(ensemble(), unit="%MVC", simulated=True).figure)
    assert "simulated data" not in legible(figures.curves(ensemble(), unit="%MVC").figure)


def test_it_draws_on_the_axes_given_and_leaves_the_table_alone():
    table = ensemble(2)
    before = table.copy()
    ax = plt.subplots()[1]
    assert figures.curves(table, muscle=MUSCLES[1], unit="%MVC", ax=ax) is ax
    assert ax.get_title(loc="left") == "Biceps femoris long head"
    pd.testing.assert_frame_equal(table, before)


def test_refusals_say_what_to_do():
    with pytest.raises(DesignError, match=r"several muscles.*Name one with muscle=, or draw all with curves_grid"):
        figures.curves(ensemble(2), unit="%MVC")
    with pytest.raises(ArgumentError, match="Unknown muscle 'vastus'"):
        figures.curves(ensemble(2), muscle="vastus", unit="%MVC")
    with pytest.raises(DesignError, match="unit of the curves is not known"):
        figures.curves(ensemble())
    with pytest.raises(DesignError, match="missing columns: 'sd'"):
        figures.curves(ensemble().drop(columns="sd"), unit="%MVC")
    with pytest.raises(DesignError, match="more than one row a point"):
        figures.curves(pd.concat([ensemble(), ensemble()]), unit="%MVC")


def test_curves_without_a_muscle_are_refused():
    for draw in (figures.curves, figures.curves_grid):
        with pytest.raises(
            DesignError, match=r"No curve has a muscle.*channels={'VL': {'muscle': 'vastus_lateralis'}}"
        ):
            draw(ensemble(muscle=None), unit="%MVC")
    assert figures.curves(ensemble().drop(columns="muscle"), unit="%MVC").lines


def raw_waveforms():
    """Curves of ten people in two muscles; the hip thrust is higher in the middle in one of them."""
    rng = np.random.default_rng(3)
    points = np.linspace(0, 100, 41)
    parts = []
    for muscle, bump in (("vastus_lateralis", 0.8), ("gluteus_maximus", 0.0)):
        for person in range(10):
            for lift in ("squat", "hip_thrust"):
                higher = 1 + bump * (lift == "hip_thrust") * (abs(points - 50) < 12)
                smooth = np.convolve(rng.normal(0, 0.3, 47), np.full(7, 1 / 7), mode="valid")
                value = 50 * higher * np.exp(smooth)
                parts.append(pd.DataFrame(
                    {"participant": f"P{person}", "exercise": lift, "muscle": muscle, "point": points, "value": value}
                ))  # fmt: skip
    return pd.concat(parts)


def waveforms(method):
    """The mean curves of these people, and a test of them."""
    rows = raw_waveforms()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        found = stats.waveform_test(rows, within="exercise", by="muscle", method=method)
    ensemble = rows.groupby(["exercise", "muscle", "point"], sort=False)["value"].agg(mean="mean", sd="std", n="count")
    return ensemble.reset_index(), found


@pytest.mark.parametrize("method", ["max-t", "cluster", "rft"])
def test_a_waveform_test_marks_where_the_curves_differ(method, legible):
    ensemble, found = waveforms(method)
    ax = figures.curves(ensemble, muscle="vastus_lateralis", unit="%MVC", test=found)
    runs = [tuple(line.get_xdata()) for line in ax.lines if str(line.get_gid()).startswith("run ")]
    sure = found.clusters.query("muscle == 'vastus_lateralis' and p <= 0.05")
    assert runs == [(row.first_point - 0.4, row.last_point + 0.4) for row in sure.itertuples()]
    assert runs[0][0] > 35
    assert runs[-1][1] < 65
    below = " ".join(text.replace("\n", " ") for text in legible(ax.figure))
    first = sure.iloc[0]
    place = f"{first['first_point']:g}–{first['last_point']:g} %"
    assert f"a: hip thrust / squat (n = 10): {place} ({p_phrase(first['p'])})" in below
    assert f"({method} test," in below
    assert ("ends are no estimates" in below) == (method == "cluster")


def test_curves_that_differ_nowhere_have_their_p(legible):
    ensemble, found = waveforms("max-t")
    with style.journal("frontiers", columns="single"):
        ax = figures.curves(ensemble, muscle="gluteus_maximus", unit="%MVC", test=found, simulated=True)
    assert not [line for line in ax.lines if str(line.get_gid()).startswith("run ")]
    p = found.summary.query("muscle == 'gluteus_maximus'")["p"].iloc[0]
    assert f"nowhere, {p_phrase(p)}" in " ".join(text.replace("\n", " ") for text in legible(ax.figure))
    low, high = ax.spines["left"].get_bounds()
    assert low == 0
    assert min(ax.get_yticks()) >= 0
    assert ax.get_ylim()[0] < 0 < high


def test_a_test_of_other_muscles_is_refused():
    ensemble, found = waveforms("max-t")
    with pytest.raises(ArgumentError, match="Unknown muscle of the test 'soleus'"):
        figures.curves(ensemble.replace("gluteus_maximus", "soleus"), muscle="soleus", unit="%MVC", test=found)


def uneven(**columns):
    """Curves of five people whose standard deviation is larger than their mean, in two phases."""
    point = np.linspace(0, 100, 11)
    shape = 2 + np.sin(np.pi * point / 100)
    values = np.array([shape * size for size in (1.0, 2.0, 4.0, 8.0, 160.0)] * 2)
    index = pd.DataFrame({
        "participant": list("abcde") * 2, "exercise": "squat", "muscle": "vastus_lateralis",
        "phase": ["concentric"] * 5 + ["eccentric"] * 5, **columns,
    })  # fmt: skip
    return Curves(values=values, index=index, during="phase", unit="%MVC")


def test_the_band_is_the_quartiles_and_stays_above_zero(legible):
    made = uneven(phase="concentric", participant=[f"p{k}" for k in range(10)])
    table = made.ensemble()
    assert (table["mean"] < table["sd"]).all()
    ax = figures.curves(made)
    line = next(one for one in ax.lines if one.get_label() == "Squat")
    assert line.get_ydata() == pytest.approx(np.median(made.values, axis=0))
    corners = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert corners.min() == pytest.approx(np.quantile(made.values, 0.25, axis=0).min())
    assert corners.max() == pytest.approx(np.quantile(made.values, 0.75, axis=0).max())
    assert ax.get_ylim()[0] == 0
    assert {"median", "quartiles, 25 to 75 %"} <= set(legible(ax.figure))


def test_a_standard_deviation_is_cut_at_zero_and_says_so(legible):
    ax = figures.curves(ensemble().assign(sd=30.0), unit="%MVC")
    assert min(band.get_paths()[0].vertices[:, 1].min() for band in ax.collections) == 0
    assert ax.get_ylim()[0] == 0
    assert "± 1 SD, cut at 0" in legible(ax.figure)
    signed = ensemble().assign(sd=30.0)
    signed["mean"] -= 25
    ax = figures.curves(signed, unit="%MVC")
    assert min(band.get_paths()[0].vertices[:, 1].min() for band in ax.collections) == pytest.approx(-35)
    assert "± 1 SD" in legible(ax.figure)


def phase_lines(ax):
    return [line.get_xdata()[0] for line in ax.lines if line.get_gid() == "phase line"]


def ticks(ax):
    ax.figure.canvas.draw()
    return [label.get_text() for label in ax.get_xticklabels(which="both")]


def test_phases_stand_side_by_side_each_with_its_own_percents(legible):
    ax = figures.curves(uneven())
    assert [line.get_xdata()[[0, -1]].tolist() for line in ax.lines if line.get_linewidth() > 1] == [
        [0, 100],
        [100, 200],
    ]
    assert phase_lines(ax) == [100]
    assert ticks(ax) == ["0", "100 | 0", "100", "Eccentric", "Concentric"]
    assert (ax.get_xlabel(), ax.get_xlim()) == ("Each phase (%)", (0, 200))
    legible(ax.figure)


def test_registered_phases_have_a_line_between_them(legible):
    ax = figures.curves(ensemble(), unit="%MVC", during="eccentric, then concentric")
    assert phase_lines(ax) == [50]
    assert ticks(ax) == ["0", "50", "100", "Eccentric", "Concentric"]
    legible(ax.figure)
    figure = figures.curves_grid(ensemble(3), unit="%MVC", during="eccentric, then concentric")
    assert [phase_lines(ax) for ax in figure.axes] == [[50]] * 3
    legible(figure)


def test_the_axis_says_what_zero_is(legible):
    ax = figures.curves(ensemble(), unit="%MVC")
    assert ticks(ax)[0] == "0\nstart"
    assert ticks(ax)[-1] == "100\nend"
    ax = figures.curves(ensemble(), unit="%MVC", zero="heel strike")
    assert ax.get_xlabel() == "Repetition (%), 0 = heel strike"
    assert ticks(ax)[0] == "0"
    legible(ax.figure)


def test_a_test_of_phases_marks_each_in_its_place(legible):
    rows, _ = waveforms("max-t")
    table = pd.concat([rows.assign(phase=phase) for phase in ("eccentric", "concentric")])
    found = phase_test()
    ax = figures.curves(table, muscle="vastus_lateralis", unit="%MVC", test=found)
    runs = [line.get_xdata() for line in ax.lines if str(line.get_gid()).startswith("run ")]
    sure = found.differing.query("muscle == 'vastus_lateralis'")
    shift = {"eccentric": 0, "concentric": 100}
    expected = sorted(
        (row.first_point - 0.4 + shift[row.phase], row.last_point + 0.4 + shift[row.phase]) for row in sure.itertuples()
    )
    assert np.array(sorted(map(tuple, runs))) == pytest.approx(np.array(expected))
    assert {row.phase for row in sure.itertuples()} == set(shift)
    below = " ".join(text.replace("\n", " ") for text in legible(ax.figure))
    assert "a: hip thrust / squat, eccentric (n = 10)" in below


def phase_test():
    """The same curves as those of one test, in two phases."""
    rows = raw_waveforms()
    rows = pd.concat([rows.assign(phase=phase) for phase in ("eccentric", "concentric")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return stats.waveform_test(rows, within="exercise", by=["muscle", "phase"], method="max-t")


def test_a_grid_marks_the_test_in_every_panel(legible):
    table, found = waveforms("max-t")
    figure = figures.curves_grid(table, unit="%MVC", test=found)
    marked = [[line for line in ax.lines if str(line.get_gid()).startswith("run ")] for ax in figure.axes]
    assert [bool(lines) for lines in marked] == [True, False]
    bands = [[one for one in ax.collections if str(one.get_gid()).startswith("band ")] for ax in figure.axes]
    assert [len(one) for one in bands] == [len(one) for one in marked]
    assert "a: hip thrust / squat" in " ".join(legible(figure))
    with pytest.raises(ArgumentError, match="Unknown muscle of the test 'soleus'"):
        figures.curves_grid(table.replace("gluteus_maximus", "soleus"), unit="%MVC", test=found)


def test_panels_have_letters_and_one_panel_has_none():
    figure = figures.curves_grid(ensemble(3), unit="%MVC")
    letters = [text.get_text() for ax in figure.axes for text in ax.texts if text.get_gid() == "panel letter"]
    assert letters == ["A", "B", "C"]
    figure = figures.curves_grid(ensemble(1), unit="%MVC")
    assert not [text for ax in figure.axes for text in ax.texts if text.get_gid() == "panel letter"]
