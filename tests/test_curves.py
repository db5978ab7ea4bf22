"""Curves on 0 to 100 percent: exact where the signal is straight, and averaged participant by participant."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit import Channel, Curves, Event, Recording, against_angle, register_phases, time_normalize
from emgkit.curves import INDEX
from emgkit.errors import ArgumentError, DesignError, SignalError

VL = Channel(name="VL", unit="%MVC", muscle="vastus_lateralis", side="right")
BF = Channel(name="BF", unit="%MVC", muscle="biceps_femoris", side="right")


def event(onset: float, duration: float, repetition: int = 1, **columns: object) -> Event:
    label = "phase" if "phase" in columns else "repetition"
    return Event(onset=onset, duration=duration, label=label, columns={"repetition": repetition, **columns})


def recording(data, events, *, channels=(VL,), participant: str | None = "01", task: str = "squat") -> Recording:
    context = {"participant": participant, "task": task}
    return Recording(data=data, sfreq=100.0, channels=channels, events=events, context=context)


def of(*values: list[float], participants: str = "", repetitions=None, **columns: object) -> Curves:
    """Curves with the given values; participants by letter."""
    n = len(values)
    facts = {
        **dict.fromkeys(INDEX), "participant": list(participants or "a" * n), "exercise": "squat", "phase": "whole",
        "repetition": list(repetitions or range(1, n + 1)), "channel": "VL", "muscle": "vastus_lateralis", **columns,
    }  # fmt: skip
    index = pd.DataFrame(facts, index=range(n), columns=list(INDEX))
    return Curves(values=np.array(values, dtype=float), index=index, during="repetition", unit="%MVC")


@settings(max_examples=40, deadline=None)
@given(n_samples=st.integers(2, 300), points=st.integers(2, 201))
def test_a_straight_line_stays_straight_from_first_to_last_sample(n_samples, points):
    x = np.arange(400.0)
    curves = time_normalize(recording([x], [event(0.5, n_samples / 100)]), points=points)
    assert curves.values[0] == pytest.approx(np.linspace(50, 50 + n_samples - 1, points))


def test_as_many_points_as_samples_give_the_samples_back():
    x = np.random.default_rng(0).random((2, 300))
    curves = time_normalize(recording(x, [event(1.0, 1.01)], channels=(VL, BF)), points=101)
    assert curves.values == pytest.approx(x[:, 100:201])


def test_between_samples_it_is_linear_interpolation():
    x = np.random.default_rng(1).random((1, 300))
    curves = time_normalize(recording(x, [event(0.2, 1.37)]), points=101)
    assert curves.values[0] == pytest.approx(np.interp(np.linspace(20, 156, 101), np.arange(300), x[0]))


def test_a_repetition_and_the_same_one_at_half_speed_have_the_same_curve():
    slow = np.sin(np.pi * np.arange(201) / 200)
    fast = slow[::2]
    one = time_normalize(recording([np.r_[slow, 0, 0]], [event(0.0, 2.01)]))
    two = time_normalize(recording([np.r_[fast, 0, 0]], [event(0.0, 1.01)]))
    assert one.values == pytest.approx(two.values, abs=1e-3)


def test_each_curve_says_whose_and_what_it_is():
    events = [event(0.0, 1.0, 1, set=2), event(1.0, 1.0, 2, set=2), event(2.0, 1.0, 3, accepted=False, reason="short")]
    curves = time_normalize(recording(np.ones((2, 400)), events, channels=(VL, BF)), points=11)
    assert len(curves) == 4
    assert tuple(curves.index.columns) == INDEX
    assert curves.index["repetition"].tolist() == [1, 1, 2, 2]
    assert curves.index["channel"].tolist() == ["VL", "BF", "VL", "BF"]
    assert curves.index.loc[0, ["participant", "exercise", "set", "phase"]].tolist() == ["01", "squat", 2, "whole"]
    assert (curves.unit, curves.reference, curves.during) == ("%MVC", "none", "repetition")


def test_a_phase_is_normalised_on_its_own():
    events = [event(0.0, 2.0), event(0.0, 0.5, phase="eccentric"), event(0.5, 1.5, phase="concentric")]
    emg = recording([np.arange(300.0)], events)
    concentric = time_normalize(emg, phase="concentric", points=3)
    assert concentric.values.tolist() == [[50.0, 124.5, 199.0]]
    assert concentric.during == "phase"
    assert time_normalize(emg, during="phase").index["phase"].tolist() == ["eccentric", "concentric"]


def test_the_long_table_counts_points_in_percent():
    frame = of([1, 2, 3], [4, 5, 6]).to_frame()
    assert list(frame.columns) == [*INDEX, "point", "value"]
    assert frame["point"].tolist() == [0.0, 50.0, 100.0] * 2
    assert frame["value"].tolist() == [1, 2, 3, 4, 5, 6]
    assert frame["repetition"].tolist() == [1, 1, 1, 2, 2, 2]


def test_values_and_index_belong_to_the_curves_alone():
    values = np.ones((1, 3))
    index = pd.DataFrame({"participant": ["a"]}, index=[7])
    curves = Curves(values=values, index=index, during="repetition", unit="V")
    values[0, 0] = 5
    assert curves.values[0, 0] == 1
    assert curves.index.index.tolist() == [0]
    with pytest.raises(ValueError, match="read-only"):
        curves.values[0, 0] = 2


def test_participants_weigh_the_same_however_many_repetitions_they_have():
    curves = of([0, 0], [0, 0], [0, 0], [8, 4], participants="aaab", repetitions=[1, 2, 3, 1])
    means = curves.participant_means()
    assert means.values.tolist() == [[0, 0], [8, 4]]
    assert means.index["n_repetitions"].tolist() == [3, 1]
    ensemble = curves.ensemble()
    assert ensemble["mean"].tolist() == [4.0, 2.0]
    assert ensemble["sd"].to_numpy() == pytest.approx(np.std([[0, 0], [8, 4]], axis=0, ddof=1))
    assert ensemble["n"].tolist() == [2, 2]
    assert list(ensemble.columns) == ["exercise", "muscle", "point", "mean", "sd", "n", "median", "q25", "q75"]
    assert ensemble["median"].tolist() == [4.0, 2.0]
    assert ensemble[["q25", "q75"]].to_numpy().tolist() == [[2.0, 6.0], [1.0, 3.0]]


def test_one_participant_has_no_standard_deviation():
    ensemble = of([1, 2], [3, 4]).ensemble()
    assert ensemble["mean"].tolist() == [2.0, 3.0]
    assert ensemble["sd"].isna().all()


def test_an_ensemble_refuses_to_mix_what_the_participant_means_keep_apart():
    phases = of([1, 2], [3, 4], phase=["eccentric", "concentric"])
    with pytest.raises(DesignError, match=r"'a' has 2 curves.*exercise squat, muscle vastus.*different 'phase'"):
        phases.ensemble()
    assert phases.ensemble(by=("phase",))["mean"].tolist() == [1, 2, 3, 4]
    sets = of([1, 2], [3, 4], set=[1, 2])
    with pytest.raises(DesignError, match="different 'set'"):
        sets.ensemble()
    assert sets.participant_means(over=("repetition", "set")).ensemble()["mean"].tolist() == [2.0, 3.0]
    sides = of([1, 2], [3, 4], side=["left", "right"], channel=["VL_L", "VL_R"])
    assert sides.participant_means(over=("repetition", "side")).values.tolist() == [[2.0, 3.0]]


def test_curves_without_a_participant_have_no_ensemble():
    curves = time_normalize(recording(np.ones((1, 200)), [event(0.0, 1.0)], participant=None))
    with pytest.raises(DesignError, match=r"1 curves do not say whose.*with_context"):
        curves.ensemble()


def test_curves_of_several_recordings_are_put_together():
    parts = [
        time_normalize(recording(np.full((1, 200), level), [event(0.0, 1.0)], participant=name))
        for name, level in (("01", 1.0), ("02", 3.0))
    ]
    together = Curves.concat(parts)
    assert together.index["participant"].tolist() == ["01", "02"]
    assert together.ensemble()["mean"].iloc[0] == 2.0
    assert "2 of 101 points" in repr(together)
    assert "<table" in together._repr_html_()
    with pytest.raises(ArgumentError, match=r"differ in number of points.*'101' and '2'"):
        Curves.concat([together, of([1, 2])])
    with pytest.raises(ArgumentError, match="no curves to put together"):
        Curves.concat([])


def test_what_cannot_be_a_curve_is_refused():
    with pytest.raises(ArgumentError, match=r"'points'.*at least 2.*Got: 1"):
        time_normalize(recording(np.ones((1, 200)), [event(0.0, 1.0)]), points=1)
    with pytest.raises(SignalError, match=r"too short for a curve.*repetition 1.*at 0\.5 s"):
        time_normalize(recording(np.ones((1, 200)), [event(0.5, 0.01)]))
    with pytest.raises(SignalError, match=r"Repetition 1 .*missing 2–2\.5 s"):
        time_normalize(recording(np.ones((1, 200)), [event(1.5, 1.0)]))
    volts = Channel(name="BF", unit="V")
    with pytest.raises(ArgumentError, match=r"differ in unit.*'%MVC' and 'V'"):
        time_normalize(recording(np.ones((2, 200)), [event(0.0, 1.0)], channels=(VL, volts)))
    with pytest.raises(ArgumentError, match=r"do not fit together.*\(2, 3\) and 1 rows"):
        Curves(values=np.ones((2, 3)), index=pd.DataFrame({"a": [1]}), during="repetition", unit="V")
    with pytest.raises(SignalError, match="NaN or infinite"):
        of([1, np.nan])


def test_curves_of_some_participants():
    index = pd.DataFrame({"participant": ["01", "02", "01"], "repetition": [1, 1, 2]})
    curves = Curves(values=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], index=index, during="repetition", unit="%MVC")
    assert curves.of(participants={"01"}).values.tolist() == [[1.0, 2.0], [5.0, 6.0]]
    with pytest.raises(ArgumentError, match=r"No curve is of these participants\. Allowed: '01' and '02'\. Got: '03'"):
        curves.of(participants={"03"})


def lift(first, second, *, slow=1.0):
    """Two repetitions whose value is the percentage of the phase, 200 higher in the concentric one."""
    data, events, onset = [], [], 0.0
    for repetition in (1, 2):
        for name in (first, second):
            n = round(100 * slow * (1 + repetition + (name == "eccentric")))
            data.append(np.linspace(0, 100, n) + 200 * (name == "concentric"))
            columns = {"repetition": repetition, "phase": name}
            events.append(Event(onset=onset, duration=n / 100, label="phase", columns=columns))
            onset += n / 100
    channels = (Channel(name="VL", unit="%MVC", kind="EMG"),)
    return Recording(data=[np.concatenate(data)], sfreq=100.0, channels=channels, events=events)


def test_lifts_that_start_with_different_phases_lie_over_each_other():
    squat = register_phases(lift("eccentric", "concentric"))
    thrust = register_phases(lift("concentric", "eccentric", slow=3.0))
    expected = np.r_[np.linspace(0, 98, 50), np.linspace(200, 300, 51)]
    for one in (squat, thrust):
        np.testing.assert_allclose(one.values, [expected, expected], atol=1e-9)
        assert one.index["repetition"].tolist() == [1, 2]
        assert set(one.index["phase"]) == {"eccentric, then concentric"}
    assert "put in one order (eccentric, then concentric)" in squat.sentence()
    assert "each was resampled to an equal share of 101 points" in squat.sentence()
    turned = register_phases(lift("eccentric", "concentric"), order=("concentric", "eccentric"))
    np.testing.assert_allclose(turned.values[0, [0, 50, 100]], [200, 0, 100], atol=1e-9)
    alone = register_phases(lift("eccentric", "concentric"), order=("concentric",))
    np.testing.assert_allclose(alone.values[0], np.linspace(200, 300, 101), atol=1e-9)


def test_phases_that_cannot_be_registered_are_refused():
    whole = lift("eccentric", "concentric")
    short = dataclasses.replace(whole, events=whole.events[:3])
    with pytest.raises(SignalError, match=r"do not all have the phase 'concentric' once.*2 eccentric, 1 concentric"):
        register_phases(short)
    with pytest.raises(SignalError, match="No repetition has a phase 'hold'"):
        register_phases(whole, order=("eccentric", "hold"))
    with pytest.raises(ArgumentError, match="each phase once"):
        register_phases(whole, order=("eccentric", "eccentric"))


def test_the_most_repeatable_repetitions_are_chosen_over_all_channels():
    rng = np.random.default_rng(1)
    index = pd.DataFrame(
        [("01", task, channel, repetition) for task in ("squat", "lunge") for repetition in range(1, 6)
         for channel in ("VL", "BF")], columns=["participant", "task", "channel", "repetition"],
    )  # fmt: skip
    values = np.sin(np.linspace(0, 3, 50)) + 0.01 * rng.normal(size=(20, 50))
    for task, repetition in (("squat", 2), ("squat", 5), ("lunge", 1)):
        odd = (index["task"] == task) & (index["repetition"] == repetition) & (index["channel"] == "VL")
        values[odd] += 0.8
    kept = Curves(values=values, index=index, during="repetition", unit="%MVC").most_repeatable(3)
    assert len(kept) == 12
    assert set(kept.index.loc[kept.index["task"] == "squat", "repetition"]) == {1, 3, 4}
    assert 1 not in set(kept.index.loc[kept.index["task"] == "lunge", "repetition"])
    with pytest.raises(ArgumentError, match="averaged over repetitions already"):
        kept.participant_means().most_repeatable(2)


def bend(values, sfreq=50.0):
    knee = Channel(name="knee", unit="deg", kind="JNTANG")
    return Recording(data=[values], sfreq=sfreq, channels=(knee,))


def two_phases(top=90.0):
    """Down to `top` degrees in 2 s and up again in 3 s, with an envelope of 2 %MVC a degree."""
    times = np.arange(0, 6, 0.01)
    angle = np.interp(times, [0, 2, 5, 6], [0, top, 0, 0])
    events = [event(0.2, 1.6, phase="eccentric"), event(2.3, 2.4, phase="concentric")]
    return recording([2 * angle, 3 * angle], events, channels=(VL, BF)), bend(angle[::2])


def test_against_the_angle_a_signal_that_follows_it_is_a_straight_line_both_ways():
    envelope, knee = two_phases()
    curves = against_angle(envelope, knee, step=5)
    assert curves.points.tolist() == list(range(10, 85, 5))
    assert curves.index["phase"].tolist() == ["eccentric", "eccentric", "concentric", "concentric"]
    for row, factor in enumerate((2, 3, 2, 3)):
        known = np.isfinite(curves.values[row])
        assert known.sum() > 10
        assert curves.values[row][known] == pytest.approx(factor * curves.points[known], abs=0.5)
    assert against_angle(envelope, knee, phase="concentric", step=5).index["phase"].unique().tolist() == ["concentric"]
    assert "first passed each multiple of 5 degrees in the eccentric and concentric phases" in curves.sentence()


def test_a_wobble_does_not_count_twice():
    times = np.arange(0, 6, 0.01)
    angle = np.interp(times, [0, 1, 2, 3, 6], [0, 40, 20, 60, 60])
    envelope = recording([times], [event(0.0, 3.0, phase="eccentric")])
    curves = against_angle(envelope, bend(angle[::2]), step=10)
    # 30 degrees are first passed in the first second
    assert curves.values[0, curves.points == 30].item() == pytest.approx(0.75, abs=0.05)
    assert (np.diff(curves.values[0][np.isfinite(curves.values[0])]) > 0).all()


def test_means_against_the_angle_rest_on_what_all_repetitions_of_a_person_passed():
    far, near = (against_angle(*two_phases(top), phase="eccentric", step=10) for top in (90, 60))
    both = Curves.concat([far, near])
    assert both.points.tolist() == far.points.tolist()
    mean = both.participant_means()
    assert np.isfinite(mean.values[0]).tolist() == np.isin(both.points, near.points).tolist()
    other = dataclasses.replace(far, index=far.index.assign(participant="02"))
    people = Curves.concat([near, other]).ensemble()
    n = people[people["muscle"] == "vastus_lateralis"].set_index("point")["n"]
    assert n[50] == 2
    assert n[80] == 1


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"phase": "hold"}, "hold"),
        ({"step": 0}, r"'step'"),
        ({"step": 60}, r"fewer than two of the angles"),
    ],
)
def test_what_has_no_curve_against_the_angle_is_refused(change, text):
    envelope, knee = two_phases()
    with pytest.raises((ArgumentError, SignalError), match=text):
        against_angle(envelope, knee, **change)


def test_a_joint_that_rests_and_axes_that_differ_are_refused():
    envelope, knee = two_phases()
    with pytest.raises(SignalError, match=r"does not move in a phase. Where: repetition 1, eccentric"):
        against_angle(envelope, bend(np.r_[np.full(150, 30.0), np.linspace(30, 90, 150)]))
    with pytest.raises(SignalError, match="does not cover the movement"):
        against_angle(envelope, bend(np.linspace(0, 90, 50)))
    curves = against_angle(envelope, knee)
    with pytest.raises(ArgumentError, match="curves differ in axis"):
        Curves.concat([curves, of([1.0, 2.0])])
    with pytest.raises(ArgumentError, match="have no common points"):
        curves.most_repeatable(1)
    with pytest.raises(ArgumentError, match="need their angles"):
        dataclasses.replace(curves, angles=None)
    with pytest.raises(ArgumentError, match=r"do not fit the curves. Allowed: \d+ rising angles"):
        dataclasses.replace(curves, angles=curves.points[::-1])
    with pytest.raises(SignalError, match="NaN or infinite"):
        dataclasses.replace(curves, values=np.full(curves.values.shape, np.inf))


def of_own_sides(n_left, n_right):
    """A cycle a second of each side, the left muscle at 10, 20, … and the right one at 100, 200, … %MVC."""
    n = 100 * (max(n_left, n_right) + 1)
    channels = tuple(
        Channel(name=f"VL {side}", unit="%MVC", kind="EMG", muscle="vastus_lateralis", side=side)
        for side in ("left", "right")
    )
    data, events = np.zeros((2, n)), []
    for row, (side, count, step) in enumerate((("left", n_left, 10.0), ("right", n_right, 100.0))):
        for repetition in range(1, count + 1):
            onset = repetition - 1 + 0.5 * row
            data[row, round(onset * 100) : round((onset + 1) * 100)] = step * repetition
            columns = {"repetition": repetition, "side": side, "exercise": "walk"}
            events.append(Event(onset=onset, duration=1.0, label="repetition", columns=columns))
    return Recording(data=data, sfreq=100.0, channels=channels, events=events, context={"participant": "01"})


def test_curves_of_repetitions_that_each_side_has_of_its_own_are_averaged_side_by_side():
    curves = time_normalize(of_own_sides(3, 2), points=3)
    assert curves.index["repetition_side"].tolist() == ["left", "right", "left", "right", "left"]
    by_side = curves.participant_means()
    assert "repetition_side" not in by_side.index.columns
    assert dict(zip(by_side.index["side"], by_side.values[:, 0], strict=True)) == {"left": 20.0, "right": 150.0}
    both = curves.participant_means(over=["repetition", "side"])
    assert both.values.tolist() == [[85.0, 85.0, 85.0]]
    assert both.index["n_repetitions"].tolist() == [5]
    with pytest.raises(DesignError, match=r"repetitions of their own.*Say over=\('repetition', 'side'\)"):
        curves.participant_means(over=["side", "repetition"])


def test_sides_that_take_part_in_the_same_repetitions_are_no_repetitions_more():
    channels = tuple(Channel(name=f"VL {side}", unit="%MVC", muscle="vl", side=side) for side in ("left", "right"))
    events = [event(0.0, 1.0, repetition=1), event(1.0, 1.0, repetition=2)]
    curves = time_normalize(recording(np.arange(600.0).reshape(2, 300), events, channels=channels), points=2)
    assert "repetition_side" not in curves.index.columns
    both = curves.participant_means(over=["side", "repetition"])
    assert both.index["n_repetitions"].tolist() == [2]
    assert both.values[0, 0] == pytest.approx((0 + 300 + 100 + 400) / 4)


def test_the_most_repeatable_repetitions_of_each_side_are_its_own():
    """Left repetition 2 and right repetition 3 are odd; together neither number would stand out."""
    shape = np.sin(np.linspace(0, 3, 50))
    index = pd.DataFrame(
        [("01", side, side, side, n) for side in ("left", "right") for n in (1, 2, 3)],
        columns=["participant", "channel", "side", "repetition_side", "repetition"],
    )
    values = np.array([shape, shape + 0.5, 1.1 * shape, shape, 1.1 * shape, shape + 0.8])
    curves = Curves(values=values, index=index, during="repetition", unit="%MVC")
    kept = curves.most_repeatable(2).index
    assert kept.loc[kept["side"] == "left", "repetition"].tolist() == [1, 3]
    assert kept.loc[kept["side"] == "right", "repetition"].tolist() == [1, 2]
    shared = dataclasses.replace(curves, index=index.drop(columns="repetition_side")).most_repeatable(2).index
    left, right = (shared.loc[shared["side"] == side, "repetition"].tolist() for side in ("left", "right"))
    assert left == right
