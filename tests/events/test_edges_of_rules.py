"""Values on either side of the limits of bursts, marks, events and sensors; what may pass beside what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit import Channel, Event, Recording, Trial
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.agreement import paired
from emgkit.events.ways.bursts import _bursts, _judged, bursts_sentence
from emgkit.events.ways.inertial import _axes, _main_axis, _tilt, inertial_sentence
from emgkit.events.ways.marking import Mark, marked
from emgkit.events.ways.own import events_sentence, take_events

# ------------------------------------------------------------------ bursts

SFREQ, N = 100.0, 1000
EMG = Recording(data=np.ones((1, N)), sfreq=SFREQ, channels=(Channel(name="VL", unit="V"),), start=2.0)


def active(*spans: tuple[int, int], level: float = 5.0) -> np.ndarray:
    """An envelope of 1 at rest, with these samples higher; a burst of 300 samples is always there."""
    envelope = np.ones(N)
    envelope[300:600] = 5.0
    for first, stop in spans:
        envelope[first:stop] = level
    return envelope


def spans(envelope: np.ndarray, **options: float) -> list[tuple[int, int]]:
    found = _bursts(envelope, EMG, **{"level": 0.5, "shortest": 0.4, "gap": 0.4, **options})
    return [(round((one.start - 2.0) * SFREQ), round((one.end - 2.0) * SFREQ)) for one in found]


@pytest.mark.parametrize(("stop", "is_one"), [(739, False), (740, True), (741, True)])
def test_a_burst_of_the_shortest_duration_is_one(stop, is_one):
    assert spans(active((700, stop))) == [(300, 600)] + [(700, stop)] * is_one


@pytest.mark.parametrize(("first", "joined"), [(639, True), (640, False), (641, False)])
def test_bursts_as_far_apart_as_the_gap_are_two(first, joined):
    assert spans(active((first, 800))) == ([(300, 800)] if joined else [(300, 600), (first, 800)])
    assert spans(active((600, 605), (630, 700)), gap=0.2, shortest=0.1) == [(300, 605), (630, 700)]


@pytest.mark.parametrize(("level", "counts"), [(3.0, False), (3.01, True)])
def test_an_envelope_is_high_above_the_level_and_not_at_it(level, counts):
    # half of the way from a rest of 1 to an activity of 5
    assert spans(active((700, 800), level=level)) == [(300, 600)] + [(700, 800)] * counts


@pytest.mark.parametrize(("high", "is_refused"), [(1.39, True), (1.4, False)])
def test_activity_is_3_db_above_rest_or_more(high, is_refused):
    envelope = np.where(active() > 1, high, 1.0)
    if is_refused:
        with pytest.raises(SignalError, match=r"at least 1\.4 times rest\. Got: 1\.39 times"):
            spans(envelope)
    else:
        assert spans(envelope) == [(300, 600)]


@pytest.mark.parametrize(
    ("first", "stop", "reason"),
    [
        (19, 100, "cut by the start of the recording"),
        (20, 100, ""),
        (900, 980, ""),
        (900, 981, "cut by the end of the recording"),
    ],
)
def test_a_burst_a_fifth_of_a_second_from_an_end_is_whole(first, stop, reason):
    (one,) = (mark for mark in _bursts(active((first, stop)), EMG, level=0.5, shortest=0.4, gap=0.4)
              if round((mark.start - 2.0) * SFREQ) == first)  # fmt: skip
    assert one.facts == {"accepted": not reason, "reason": reason}


def lasting(*seconds: float, rejected: bool = False) -> list[Mark]:
    facts = {"accepted": not rejected, "reason": "cut" if rejected else ""}
    return [Mark(where="here", start=10.0, end=10.0 + one, facts=facts) for one in seconds]


def test_bursts_are_kept_up_to_the_double_and_the_half_or_three_scaled_deviations():
    def kept(*seconds: float) -> list[bool]:
        return [one.facts["accepted"] for one in _judged(lasting(*seconds))]

    assert kept(2, 2, 2, 3.99, 1.01) == [True] * 5
    assert kept(2, 2, 2, 4.01, 0.99) == [True] * 3 + [False] * 2
    assert _judged(lasting(2, 2, 2, 4.5))[-1].facts["reason"] == (
        "duration of 4.5 s is 2.25 times the median 2 s, outside 0.5 to 2"
    )
    # the logarithms are symmetric about 0, and their median deviation is 0.4
    usual = [float(np.exp(power)) for power in (-0.5, -0.4, -0.3, 0, 0.3, 0.4, 0.5)]
    limit = 3 * 1.4826 * 0.4
    assert kept(*usual, float(np.exp(limit - 0.01)), float(np.exp(0.01 - limit)))[-2:] == [True, True]
    assert kept(*usual, float(np.exp(limit + 0.01)), float(np.exp(-0.01 - limit)))[-2:] == [False, False]


def test_a_burst_that_is_cut_neither_judges_nor_is_judged():
    cut = lasting(0.1, 20.0, rejected=True)
    assert _judged(cut) == cut
    found = _judged([*cut, *lasting(2, 2.1)])
    assert [one.facts["reason"] for one in found] == ["cut", "cut", "", ""]


def test_the_methods_tell_the_numbers_of_bursts():
    assert bursts_sentence("squat", channels=["VL", "BF"], gap=0.5) == (
        "The repetitions of squat are bursts of the EMG itself (VL and BF): the amplitude that is measured chose its "
        "windows, which is circular. The EMG was high-pass filtered at 20 Hz, rectified, low-pass filtered at 2.5 Hz "
        "and divided by its level of rest, its 10th percentile, and channels were averaged; a burst is where this is "
        "above 0.2 of the way from rest to the 85th percentile, for at least 0.4 s, and bursts less than 0.5 s apart "
        "are one. Bursts were rejected if the recording cut them, or if their duration differed from the median by "
        "more than a factor of two and three scaled median absolute deviations."
    )
    assert "(all channels)" in bursts_sentence("squat")
    assert "(VL)" in bursts_sentence("squat", channels="VL")
    assert "(each side by itself)" in bursts_sentence("squat", channels={"left": "VL L", "right": "VL R"})


# ------------------------------------------------------------------ marks


def stretch() -> Trial:
    emg = Recording(data=np.ones((1, 1000)), sfreq=100.0, channels=(Channel(name="VL", unit="V"),), start=1.0)
    return Trial(streams={"emg": emg})


def mark(start: float, end: float, phase: str | None = None, **facts: object) -> Mark:
    return Mark(where=f"{start:g}", start=start, end=end, phase=phase, facts=facts)


def events(*marks: Mark, starts: str | None = None) -> list[tuple[str, float, float]]:
    found = marked(stretch(), marks, starts=starts, exercise=None, origin="hand")
    return [(event.label, event.onset, event.end) for event in found.events]


def test_a_mark_half_a_sample_beyond_the_recording_ends_with_it():
    assert events(mark(0.995, 11.005)) == [("repetition", 1.0, 11.0)]
    for start, end in ((0.99, 5.0), (5.0, 11.01)):
        with pytest.raises(ArgumentError, match="beyond the recording"):
            events(mark(start, end))


def test_repetitions_may_touch_and_not_overlap():
    assert len(events(mark(2, 3), mark(3, 4))) == 2
    assert len(events(mark(2, 3), mark(3 - 1e-7, 4))) == 2
    with pytest.raises(ArgumentError, match="Two repetitions overlap"):
        events(mark(2, 3), mark(3 - 1e-5, 4))


def test_a_phase_with_a_number_lies_in_the_repetition_of_that_number():
    first, second = mark(2, 4, repetition=1), mark(5, 7, repetition=2)
    assert len(events(first, second, mark(5, 6, "eccentric", repetition=2))) == 3
    with pytest.raises(ArgumentError, match=r"lies in no repetition.*inside its repetition: 2 to 4 s, 5 to 7 s"):
        events(first, second, mark(5, 6, "eccentric", repetition=1))
    assert len(events(first, second, mark(5, 6, "eccentric"))) == 3
    with pytest.raises(ArgumentError, match=r"lies in no repetition.*inside a repetition"):
        events(first, second, mark(4.2, 4.8, "eccentric"))


def test_a_phase_with_a_set_lies_in_a_repetition_of_that_set():
    first, second = mark(2, 4, repetition=1, set=1), mark(5, 7, repetition=1, set=2)
    assert len(events(first, second, mark(5, 6, "eccentric", repetition=1, set=2))) == 3
    assert len(events(first, second, mark(5, 6, "eccentric", repetition=1))) == 3
    with pytest.raises(ArgumentError, match="lies in no repetition"):
        events(first, second, mark(5, 6, "eccentric", repetition=1, set=1))


def test_a_phase_reaches_to_the_edges_of_its_repetition_and_not_beyond():
    assert len(events(mark(2, 4), mark(2 - 1e-7, 4 + 1e-7, "eccentric"))) == 2
    for start, end in ((2 - 1e-5, 3), (3, 4 + 1e-5)):
        with pytest.raises(ArgumentError, match="lies in no repetition"):
            events(mark(2, 4), mark(start, end, "eccentric"))


def test_a_turn_lies_between_the_edges_and_not_on_one():
    for turn, is_refused in ((2.0, True), (2.01, False), (3.99, False), (4.0, True)):
        one = Mark(where="here", start=2, end=4, turn=turn)
        if is_refused:
            with pytest.raises(ArgumentError, match="turn does not lie inside"):
                events(one, starts="eccentric")
        else:
            assert events(one, starts="eccentric")[1:] == [("phase", 2, turn), ("phase", turn, 4)]


# ------------------------------------------------------------------ the recording's own events


def labelled(*made: tuple[float, float, str]) -> Trial:
    own = [Event(onset=onset, duration=duration, label=label) for onset, duration, label in made]
    return Trial(streams=stretch().streams, events=own)


def test_twelve_labels_are_named_and_the_others_are_not():
    with pytest.raises(SignalError) as caught:
        take_events(labelled(*((2.0, 0.0, f"label {place:02}") for place in range(1, 15))))
    assert "'label 12' (1)" in str(caught.value)
    assert "label 13" not in str(caught.value)
    with pytest.raises(SignalError, match="Got: no events"):
        take_events(labelled())


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "The repetitions of squat are the recordings' own events."),
        ({"has_phases": True}, "The repetitions of squat and their phases are the recordings' own events."),
        (
            {"events": {"repetition": ["rep", "REP"]}},
            "The repetitions of squat are the recordings' own events, labelled “rep” or “REP”.",
        ),
        (
            {"events": {"start": "go", "end": "stop"}},
            "The repetitions of squat are the recordings' own events, from each “go” to the next “stop”.",
        ),
        (
            {"has_phases": True, "events": {"start": "go", "phase": {"eccentric": "down", "concentric": "up"}}},
            "The repetitions of squat and their phases are the recordings' own events, from each “go” to the next; "
            "“down” is the eccentric phase, “up” is the concentric phase.",
        ),
        (
            {"events": {"start": {"left": "L", "right": "R"}}},
            "The repetitions of squat are the recordings' own events, from each “L” (left) or “R” (right) to the next.",
        ),
    ],
)
def test_the_sentence_tells_what_the_labels_mean(options, text):
    assert events_sentence("squat", **options) == text


def test_a_phase_that_is_a_moment_lasts_to_the_next_or_to_the_end_of_its_repetition():
    trial = labelled((2, 2, "rep"), (2, 0, "down"), (3, 0, "up"), (5, 2, "rep"), (5, 0, "down"), (5.5, 0, "up"))
    phase = {"eccentric": "down", "concentric": "up"}
    found = take_events(trial, events={"repetition": "rep", "phase": phase})
    assert [(event.onset, event.end) for event in found.events if event.label == "phase"] == [
        (2, 3), (3, 4), (5, 5.5), (5.5, 7),
    ]  # fmt: skip


# ------------------------------------------------------------------ what two people marked


def test_a_left_and_a_right_repetition_are_never_the_same_one():
    left, right, both = (mark(2, 4, side=side) for side in ("left", "right", None))
    assert paired([left], [right]) == {}
    assert paired([left, right], [right, left]) == {0: 1, 1: 0}
    assert paired([left], [both]) == {0: 0}


# ------------------------------------------------------------------ sensors

TIMES = np.arange(0, 20, 0.01)


def tilting(amplitude: float, *, gravity: float = 1.0, n_axes: int = 3) -> Recording:
    """A sensor that tilts to and fro by so many degrees, and feels so many g."""
    angle = np.radians(amplitude) * np.sin(2 * np.pi * 0.2 * TIMES)
    felt = 9.80665 * gravity * np.array([np.sin(angle), np.cos(angle), np.zeros_like(angle)])
    channels = tuple(Channel(name=axis, unit="m/s^2", kind="ACCEL") for axis in "XYZ"[:n_axes])
    return Recording(data=felt[:n_axes], sfreq=100.0, channels=channels)


@pytest.mark.parametrize(("gravity", "is_refused"), [(0.79, True), (0.81, False), (1.19, False), (1.21, True)])
def test_a_sensor_feels_gravity_to_a_fifth(gravity, is_refused):
    if is_refused:
        with pytest.raises(SignalError, match=r"three axes that feel gravity, 0\.8 to 1\.2 g"):
            _tilt(tilting(30, gravity=gravity))
    else:
        assert np.ptp(_tilt(tilting(30, gravity=gravity)).data) == pytest.approx(60, rel=0.01)


def test_a_tilt_of_ten_degrees_is_the_least():
    with pytest.raises(SignalError, match=r"at least 10 deg\. Got: 9\.[56] deg"):
        _tilt(tilting(4.8))
    assert np.ptp(_tilt(tilting(5.2)).data) == pytest.approx(10.4, rel=0.01)
    for n_axes in (1, 2):
        with pytest.raises(SignalError, match=rf"three axes that feel gravity.*Got: {n_axes} axes that feel .* m/s"):
            _tilt(tilting(30, n_axes=n_axes))


def test_all_axes_of_one_sensor_may_be_named_and_those_of_two_may_not():
    first = tilting(30)
    second = Recording(
        data=first.data, sfreq=100.0, channels=tuple(Channel(name=f"2 {c.name}", unit=c.unit, kind=c.kind)
                                                     for c in first.channels),
    )  # fmt: skip
    trial = Trial(streams={"acc": first, "acc_2": second})
    assert _axes(trial, "acc", ["X", "Y", "Z"]).names == ("X", "Y", "Z")
    assert _axes(trial, "acc", "2 Y").names == ("2 Y",)
    with pytest.raises(ArgumentError, match=r"of several sensors.*'X' and '2 X'"):
        _axes(trial, "acc", ["X", "2 X"])
    with pytest.raises(ArgumentError, match=r"has the axes of several sensors.*Got: 6 channels"):
        _axes(trial, "acc", None)
    assert _axes(Trial(streams={"acc": first}), "acc", None).names == ("X", "Y", "Z")


def test_the_main_axis_points_to_its_largest_part_and_has_its_share_of_the_power():
    x = np.outer([0.6, -0.8, 0.0], np.sin(TIMES)) + np.outer([0.0, 0.0, 0.5], np.cos(TIMES))
    axis, part = _main_axis(x)
    assert axis == pytest.approx([-0.6, 0.8, 0.0], abs=0.05)
    assert _main_axis(-x)[0] == pytest.approx(axis)
    assert part == pytest.approx(1 / 1.25, abs=0.02)
    with pytest.raises(SignalError, match="still throughout"):
        _main_axis(np.zeros((3, 10)))


def test_the_methods_tell_the_numbers_of_a_sensor():
    assert inertial_sentence("gyroscope", phases=False) == (
        "The gyroscope signal is that along its main axis, low-pass filtered at 1.5 times the frequency at which it "
        "repeats itself."
    )
    assert inertial_sentence("acceleration", phases=True) == (
        "The acceleration signal is the tilt of the sensor to gravity, its acceleration below 2 Hz."
    )
