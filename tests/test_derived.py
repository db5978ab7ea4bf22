"""Co-contraction, symmetry and slopes against their closed forms and another program."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import emgkit as ek
from emgkit.errors import ArgumentError, DesignError, SignalError

CHANNELS = tuple(
    ek.Channel(name=name, unit="%MVC", kind="EMG", muscle=muscle, side="right")
    for name, muscle in (("VL", "vastus_lateralis"), ("BF", "biceps_femoris"))
)


def pair(a, b, sfreq=100.0, channels=CHANNELS):
    return ek.Recording(data=[a, b], sfreq=sfreq, channels=channels, context={"participant": "01", "task": "gait"})


@pytest.mark.parametrize(
    ("index", "value", "unit"),
    [("falconer-winter", 100 * 2 * 10 / 50, "%"), ("rudolph", 10 / 40 * 50, "%MVC"), ("common-area", 20.0, "%MVC·s")],
)
def test_two_constants_have_the_index_of_the_formula_either_way_round(index, value, unit):
    both = pair(np.full(200, 40.0), np.full(200, 10.0))
    rows = ek.co_contraction(both, [("VL", "BF"), ("BF", "VL")], index=index, during="recording")
    assert rows["value"].tolist() == pytest.approx([value, value])
    assert set(rows["unit"]) == {unit}
    assert rows["muscle"].tolist()[0] == "vastus_lateralis / biceps_femoris"
    assert set(rows["side"]) == {"right"}


def test_half_a_cycle_each_is_no_co_contraction_and_the_same_amplitude_is_all_of_it():
    first, second = np.r_[np.full(100, 5.0), np.zeros(100)], np.r_[np.zeros(100), np.full(100, 5.0)]
    for b, value in ((second, 0.0), (first, 100.0)):
        rows = ek.co_contraction(pair(first, b), [("VL", "BF")], during="recording")
        assert rows["value"].item() == pytest.approx(value)


def test_rows_of_repetitions_go_on_to_cells():
    events = tuple(
        ek.Event(onset=onset, duration=0.5, label="repetition", columns={"repetition": n})
        for n, onset in ((1, 0.0), (2, 1.0))
    )
    both = ek.Recording(
        data=[np.full(200, 40.0), np.full(200, 10.0)], sfreq=100.0, channels=CHANNELS, events=events,
        context={"participant": "01", "task": "gait"},
    )  # fmt: skip
    cells = ek.summarize(ek.co_contraction(both, [("VL", "BF")]))
    assert cells["value"].tolist() == pytest.approx([40.0])
    assert cells["n_repetitions"].tolist() == [2]


def test_what_gives_no_index_is_refused():
    both = pair(np.full(200, 40.0), np.sin(np.arange(200.0)))
    with pytest.raises(SignalError, match="Channel 'BF' is no amplitude"):
        ek.co_contraction(both, [("VL", "BF")], during="recording")
    with pytest.raises(ArgumentError, match="Unknown channel 'RF'"):
        ek.co_contraction(both, [("VL", "RF")], during="recording")
    with pytest.raises(ArgumentError, match="Unknown index 'falconer'"):
        ek.co_contraction(both, [("VL", "BF")], index="falconer", during="recording")
    mixed = (CHANNELS[0], ek.Channel(name="BF", unit="V", kind="EMG"))
    with pytest.raises(ArgumentError, match=r"differ in unit.*Got: '%MVC' and 'V'"):
        ek.co_contraction(pair(np.ones(50), np.ones(50), channels=mixed), [("VL", "BF")], during="recording")


def test_symmetry_is_signed_and_needs_both_sides():
    cells = pd.DataFrame({
        "participant": ["01", "01", "02", "02"], "muscle": "gluteus_maximus", "side": ["left", "right"] * 2,
        "channel": ["L", "R"] * 2, "measure": "mean", "value": [50.0, 50.0, 0.0, 30.0], "unit": "%MVC",
    })  # fmt: skip
    found = ek.symmetry(cells)
    assert found["value"].tolist() == [0.0, 200.0]
    swapped = ek.symmetry(cells.assign(side=["right", "left"] * 2))
    assert swapped["value"].tolist() == [0.0, -200.0]
    assert "side" not in found.columns
    with pytest.raises(DesignError, match=r"one number of each side.*participant 02.*Got: 'left'"):
        ek.symmetry(cells.drop(index=3))
    with pytest.raises(DesignError, match="without 'side'"):
        ek.symmetry(cells.drop(columns="side"))


def test_slopes_are_those_of_statsmodels():
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({
        "participant": np.repeat(["01", "02"], 8), "repetition": np.tile(np.arange(1, 9), 2),
        "value": 80 - 1.5 * np.tile(np.arange(8), 2) + rng.normal(size=16),
    })  # fmt: skip
    found = ek.slopes(rows)
    for person, line in zip(("01", "02"), found.to_dict("records"), strict=True):
        own = rows[rows["participant"] == person]
        fit = sm.OLS(own["value"], sm.add_constant(own["repetition"].astype(float))).fit()
        low, high = fit.conf_int().loc["repetition"]
        assert (line["intercept"], line["slope"]) == pytest.approx(tuple(fit.params))
        assert (line["ci_low"], line["ci_high"]) == pytest.approx((low, high))
        assert line["percent"] == pytest.approx(100 * fit.params["repetition"] / fit.params["const"])
    with pytest.raises(DesignError, match=r"needs three places.*participant 01.*Got: 2"):
        ek.slopes(rows[rows["repetition"] <= 2])
