"""Co-contraction, symmetry and slopes against their closed forms and another program."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import emgkit as ek
from emgkit.derived import angle_of_peak, burst_times, pairs_of
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


def test_the_symmetry_angle_is_that_of_the_two_sides_and_its_sign_that_of_the_index():
    cells = pd.DataFrame({"side": ["left", "right"], "measure": "mean", "unit": "%MVC"})
    for left, right in ((40.0, 60.0), (60.0, 40.0), (0.0, 10.0), (10.0, 10.0)):
        both = cells.assign(value=[left, right])
        angle = ek.symmetry(both, index="symmetry-angle")["value"].item()
        assert angle == pytest.approx((45 - np.degrees(np.arctan2(left, right))) / 0.9)
        assert np.sign(round(angle, 9)) == np.sign(ek.symmetry(both)["value"].item())
    # one side alone is half of what opposite signs would give
    assert ek.symmetry(cells.assign(value=[0.0, 10.0]), index="symmetry-angle")["value"].item() == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"value": [-1.0, 2.0]}, r"numbers that are not negative. .*Got: left -1, right 2"),
        ({"value": [0.0, 0.0]}, r"numbers that are not negative. .*Got: left 0, right 0"),
        ({"muscle": [None, "VL"], "channel": ["a", "b"]}, r"pairs channels by their muscle.*Got: no muscle of 'a'"),
        ({"side": [None, "right"]}, r"one number of each side.*Got: 'side not known' and 'right'"),
    ],
)
def test_what_has_no_symmetry_index_is_refused(changes, text):
    cells = pd.DataFrame({"side": ["left", "right"], "measure": "mean", "value": [1.0, 2.0], "unit": "%MVC"})
    with pytest.raises(DesignError, match=text):
        ek.symmetry(cells.assign(**changes))


def sided(*names):
    return tuple(ek.Channel(name=f"{m}{s[0]}", unit="V", muscle=m, side=s) for m, s in names)


def test_the_pair_of_two_muscles_stands_on_each_side_that_has_both():
    both = sided(("VL", "left"), ("VL", "right"), ("BF", "left"), ("BF", "right"))
    assert pairs_of(both, ("VL", "BF")) == (("VLl", "BFl"), ("VLr", "BFr"))
    assert pairs_of(both, ("VLl", "BF")) == (("VLl", "BFl"),)
    assert pairs_of(both[:3], ("BF", "VL")) == (("BFl", "VLl"),)
    with pytest.raises(ArgumentError, match=r"on no side together.*Got: VL: 'right'; BF: 'left'"):
        pairs_of(both[1:3], ("VL", "BF"))
    with pytest.raises(ArgumentError, match=r"There is no muscle 'BG'. Allowed: 'VL' and 'BF'"):
        pairs_of(both, ("VL", "BG"))
    with pytest.raises(ArgumentError, match=r"'VL' has several channels on one side.*Got: 'VLl', 'VLr' and 'VLr2'"):
        pairs_of((*both, ek.Channel(name="VLr2", unit="V", muscle="VL", side="right")), ("VL", "BF"))


def repetitions(*spans, channels=CHANNELS[:1], lasts=10.0):
    events = tuple(
        ek.Event(onset=start, duration=stop - start, label="repetition", columns={"repetition": n})
        for n, (start, stop) in enumerate(spans, 1)
    )
    data = np.zeros((len(channels), round(100 * lasts)))
    return ek.Recording(data=data, sfreq=100.0, channels=channels, events=events, context={"participant": "01"})


def bursts(*spans, channel="VL"):
    onsets, offsets = zip(*spans, strict=True)
    return pd.DataFrame({"channel": channel, "onset": onsets, "offset": offsets})


def test_each_repetition_has_the_burst_that_it_shares_most_with():
    three = repetitions((1, 3), (4, 6), (7, 9))
    found = bursts((0.2, 0.6), (0.9, 2.0), (2.5, 3.2), (4.2, 8.5))
    latency = burst_times(three, found, "onset_latency")["value"].tolist()
    assert latency[0] == pytest.approx(-0.1)
    # the last burst shares 1.8 s with the second repetition and 1.5 s with the third, which has none of its own
    assert latency[1] == pytest.approx(0.2)
    assert np.isnan(latency[2])
    lasts = burst_times(three, found, "burst_duration")["value"].tolist()
    assert lasts[:2] == pytest.approx([1.1, 4.3])


def test_an_edge_outside_the_recording_is_no_number():
    found = bursts((np.nan, 2.0), (4.5, np.nan))
    two = repetitions((1, 3), (4, 6))
    assert burst_times(two, found, "onset_latency")["value"].tolist() == pytest.approx([np.nan, 0.5], nan_ok=True)
    assert burst_times(two, found, "burst_duration")["value"].isna().all()
    # of another channel, and none at all
    assert burst_times(two, found.assign(channel="BF"), "onset_latency")["value"].isna().all()
    assert burst_times(two, found.iloc[:0], "onset_latency")["value"].isna().all()


def test_bursts_of_parts_of_a_phase_are_refused():
    with pytest.raises(ArgumentError, match="during"):
        burst_times(repetitions((1, 3)), bursts((1.0, 2.0)), "onset_latency", during="half")
    with pytest.raises(ArgumentError, match="Unknown number of a burst 'offset'"):
        burst_times(repetitions((1, 3)), bursts((1.0, 2.0)), "offset")


def test_the_angle_of_the_peak_is_that_of_the_joint_at_its_own_rate():
    rows = repetitions((1, 3), (4, 6))
    data = np.zeros((1, 1000))
    data[0, [150, 520]] = 5.0
    knee = ek.Recording(
        data=[np.arange(0, 12, 1 / 30) * 10], sfreq=30.0, start=-1.0,
        channels=(ek.Channel(name="knee", unit="deg", kind="JNTANG"),),
    )  # fmt: skip
    envelope = ek.Recording(data=data, sfreq=100.0, channels=CHANNELS[:1], events=rows.events)
    found = angle_of_peak(envelope, knee)
    # the angle is 10 (t + 1)
    assert found["value"].tolist() == pytest.approx([25.0, 62.0])
    assert found["unit"].tolist() == ["deg", "deg"]
    with pytest.raises(SignalError, match="does not cover the movement"):
        angle_of_peak(envelope, knee.crop(-1.0, 3.0))
    position = ek.Recording(data=[np.zeros(9)], sfreq=1.0, channels=(ek.Channel(name="bar", unit="m", kind="POS"),))
    with pytest.raises(ArgumentError, match=r"no joint angle. Where: channel 'bar'. Allowed: a stream in deg. Got: m"):
        angle_of_peak(envelope, position)


def test_repetitions_of_one_side_have_their_own_bursts_and_peaks():
    channels = sided(("VL", "left"), ("VL", "right"))
    events = tuple(
        ek.Event(onset=start, duration=2.0, label="repetition", columns={"repetition": n, "side": side})
        for n, (start, side) in enumerate([(1.0, "left"), (2.0, "right"), (5.0, "left")], 1)
    )
    data = np.zeros((2, 1000))
    data[:, [150, 280, 550]] = [[9.0, 5.0, 9.0], [5.0, 9.0, 9.0]]
    both = ek.Recording(data=data, sfreq=100.0, channels=channels, events=events, context={"participant": "01"})
    found = pd.concat([bursts((1.2, 2.9), (5.3, 6.0), channel="VLl"), bursts((2.4, 3.5), channel="VLr")])
    rows = burst_times(both, found, "onset_latency")
    assert rows["channel"].tolist() == ["VLl", "VLr", "VLl"]
    assert rows["value"].tolist() == pytest.approx([0.2, 0.4, 0.3])
    knee = ek.Recording(
        data=[np.arange(1000) / 10], sfreq=100.0, channels=(ek.Channel(name="knee", unit="deg", kind="JNTANG"),)
    )
    assert angle_of_peak(both, knee)["value"].tolist() == pytest.approx([15.0, 28.0, 55.0])
    with pytest.raises(SignalError, match=r"in the same repetitions. .*Hint: Pick the channels of one side"):
        ek.synergies(both, n=1, seed=1, during="repetition")
