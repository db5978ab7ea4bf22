"""Halves by displacement and bins of a joint angle, against movements known in closed form."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit import Channel, Event, Recording, Trial, measure, summarize
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import find_angle_bins, find_halves, find_repetitions

SFREQ = 1000.0


def lift(path, *, kind="JNTANG", unit="deg", emg=None, starts="concentric", accepted=True, **context):
    """A trial with one phase of 2 s after 1 s of rest; `path` gives the stream at the times of the phase (0 to 2 s)."""
    t = np.arange(4 * int(SFREQ)) / SFREQ
    stream = np.asarray(path(np.clip(t - 1, 0, 2)), dtype=float)
    streams = {
        "angle" if kind == "JNTANG" else "position": Recording(
            data=[stream], sfreq=SFREQ, channels=(Channel(name="stream", unit=unit, kind=kind),)
        )
    }
    if emg is not None:
        channel = Channel(name="GM", unit="%MVC", muscle="gluteus_maximus")
        streams["emg"] = Recording(data=[emg(t)], sfreq=SFREQ, channels=(channel,))
    columns = {"repetition": 1, "exercise": "deadlift", "accepted": accepted}
    events = (
        Event(onset=1.0, duration=2.0, label="repetition", columns=columns),
        Event(onset=1.0, duration=2.0, label="phase", columns={**columns, "phase": starts}),
    )
    return Trial(streams=streams, events=events, context={"participant": "01", **context})


def parts(trial, label):
    return [event for event in trial.events if event.label == label]


def cosine(u):
    """From 0 to 90 and no further, slow at both ends."""
    return 45 - 45 * np.cos(np.pi * u / 2)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("phase", "names"), [("concentric", ["lower", "upper"]), ("eccentric", ["upper", "lower"])])
def test_halves_meet_where_half_of_the_way_is_done_whatever_the_sign(sign, phase, names):
    # three quarters of the way in the first second: half of it at 2/3 s
    trial = lift(lambda u: sign * np.where(u < 1, 0.45 * u, 0.45 + 0.15 * (u - 1)), kind="POS", unit="m", starts=phase)
    first, second = parts(find_halves(trial, by="position"), "half")
    assert [first.columns["half"], second.columns["half"]] == names
    assert (first.onset, second.end) == pytest.approx((1.0, 3.0))
    assert first.end == pytest.approx(second.onset)
    assert first.end == pytest.approx(1 + 2 / 3, abs=0.005)
    assert first.columns["phase"] == phase


@pytest.mark.parametrize("starts", ["concentric", "eccentric"])
def test_halves_of_few_samples_meet_between_two_of_them(starts):
    # 20 samples a second of a straight line: the two ends of the phase lie between samples, and so does its middle
    times = np.arange(0, 6, 0.05)
    sign = 1 if starts == "concentric" else -1
    bar = Recording(data=[sign * 0.1 * times], sfreq=20.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    columns = {"repetition": 1, "exercise": "deadlift", "accepted": True, "phase": starts}
    phase = Event(onset=2.01, duration=2.02, label="phase", columns=columns)
    first, second = parts(find_halves(Trial(streams={"position": bar}, events=(phase,)), by="position"), "half")
    assert first.end == pytest.approx(3.02, abs=2e-3)
    assert second.onset == pytest.approx(first.end)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_phase_that_goes_back_a_little_at_first_has_the_bins_of_its_way(sign):
    def path(u):
        # 90 degrees in 2 s, and in the first 0.4 s up to 3 degrees the other way
        return sign * (45 * u - 8 * np.sin(np.pi * np.clip(u / 0.4, 0, 1)))

    bins = parts(find_angle_bins(lift(path), width=30.0), "angle")
    lows = [one.columns["angle_low"] for one in bins if one.columns["accepted"]]
    assert lows == ([0.0, 30.0, 60.0] if sign == 1 else [-30.0, -60.0, -90.0])


def test_halves_by_time_are_something_else():
    trial = lift(lambda u: (u / 2) ** 2, kind="POS", unit="m")
    first, _ = parts(find_halves(trial, by="position"), "half")
    assert first.duration == pytest.approx(np.sqrt(2), abs=0.01)


def test_bins_last_as_long_as_the_closed_form_says():
    bins = parts(find_angle_bins(lift(cosine), width=30), "angle")
    assert [(one.columns["angle_low"], one.columns["angle_high"]) for one in bins] == [(0, 30), (30, 60), (60, 90)]
    edges = 1 + 2 / np.pi * np.arccos(1 - np.array([30, 60]) / 45)
    assert [one.end for one in bins[:2]] == pytest.approx(edges, abs=0.004)
    assert [one.onset for one in bins[1:]] == pytest.approx(edges, abs=0.004)


def test_a_falling_angle_has_the_same_bins_in_the_other_order():
    rising = parts(find_angle_bins(lift(cosine), width=30), "angle")
    falling = parts(find_angle_bins(lift(lambda u: 90 - cosine(u)), width=30), "angle")
    lows = [one.columns["angle_low"] for one in falling]
    assert lows == [60, 30, 0]
    assert [one.duration for one in falling] == pytest.approx([one.duration for one in rising], abs=0.004)


def test_a_bin_hardly_entered_is_rejected_with_the_reason():
    bins = parts(find_angle_bins(lift(lambda u: 5 + 65 * u / 2), width=30), "angle")
    assert [one.columns["accepted"] for one in bins] == [True, True, False]
    assert re.fullmatch(r"only (9\.[789]|10) of 30 deg of the bin are passed", bins[2].columns["reason"])


def test_a_wobble_at_an_edge_counts_once():
    bins = parts(find_angle_bins(lift(lambda u: 30 * u + 3 * np.sin(2 * np.pi * u)), width=15), "angle")
    lows = [one.columns["angle_low"] for one in bins if one.columns["accepted"]]
    assert lows == sorted(set(lows))
    for before, after in pairwise(bins):
        assert before.end == pytest.approx(after.onset)


@settings(max_examples=25, deadline=None)
@given(
    low=st.floats(-40, 60), span=st.floats(20, 120), width=st.sampled_from([5.0, 10.0, 15.0, 30.0]), rises=st.booleans()
)
def test_bins_fill_the_phase_without_gap_or_overlap(low, span, width, rises):
    path = lambda u: low + span * (u / 2 if rises else 1 - u / 2)  # noqa: E731
    bins = parts(find_angle_bins(lift(path), width=width), "angle")
    assert sum(one.duration for one in bins) == pytest.approx(2.0, abs=2e-3)
    for before, after in pairwise(bins):
        assert before.end == pytest.approx(after.onset, abs=1e-9)
    inner = [one.duration for one in bins[1:-1]]
    assert inner == pytest.approx([2 * width / span] * len(inner), rel=0.02, abs=0.01)


def test_activation_by_half_and_by_angle_goes_into_tidy_rows():
    # activation equal to the angle: a bin's mean is its middle
    trial = lift(lambda u: 45 * u, emg=lambda t: 45 * np.clip(t - 1, 0, 2))
    bins = measure(find_angle_bins(trial, width=30).emg, "mean", during="angle")
    assert bins[["angle_low", "angle_high"]].to_numpy().tolist() == [[0, 30], [30, 60], [60, 90]]
    assert bins["value"].to_numpy() == pytest.approx([15, 45, 75], abs=0.3)
    assert set(bins["phase"]) == {"concentric"}
    cells = summarize(bins)
    assert len(cells) == 3
    assert cells["n_repetitions"].tolist() == [1, 1, 1]
    halves = measure(find_halves(trial, by="angle").emg, "mean", during="half")
    assert dict(zip(halves["phase"], halves["value"], strict=True)) == {
        "concentric, lower half": pytest.approx(22.5, abs=0.3), "concentric, upper half": pytest.approx(67.5, abs=0.3),
    }  # fmt: skip


def test_found_repetitions_can_be_cut():
    t = np.arange(0, 11, 0.01)
    bent = np.where((t > 1) & (t < 10), 45 - 45 * np.cos(2 * np.pi * (t - 1) / 3), 0.0)
    knee = Recording(data=[bent], sfreq=100.0, channels=(Channel(name="knee", unit="deg", kind="JNTANG"),))
    squat = find_repetitions(Trial(streams={"angle": knee}), by="angle", starts="eccentric")
    halves = parts(find_halves(squat, by="angle"), "half")
    assert len(halves) == 2 * 2 * 3
    assert [one.duration for one in halves] == pytest.approx([0.75] * 12, abs=0.02)


def test_what_cannot_be_cut_is_refused():
    trial = lift(cosine)
    with pytest.raises(ArgumentError, match="already has events 'half'"):
        find_halves(find_halves(trial, by="angle"), by="angle")
    with pytest.raises(SignalError, match=r"(?s)no phases to cut.*find_repetitions"):
        find_halves(trial.with_events(()), by="angle")
    with pytest.raises(SignalError, match="no phases to cut"):
        find_halves(lift(cosine, accepted=False), by="angle")
    with pytest.raises(SignalError, match="no stream 'position'"):
        find_halves(trial, by="position")
    with pytest.raises(ArgumentError, match=r"(?s)need an angle.*in deg.*m"):
        find_angle_bins(lift(lambda u: u, kind="POS", unit="m"), by="position")
    with pytest.raises(ArgumentError, match="width"):
        find_angle_bins(trial, width=0)
    with pytest.raises(SignalError, match=r"(?s)not cut into events 'angle'.*find_angle_bins"):
        measure(lift(cosine, emg=np.ones_like).emg, "mean", during="angle")
    with pytest.raises(SignalError, match=r"(?s)does not move in a phase.*repetition 1"):
        find_halves(_flat(), by="angle")


def _flat():
    """A stream that moves, but not in the phase."""
    trial = lift(cosine)
    stream = trial["angle"]
    data = np.concatenate([np.linspace(-80, 0, 500), np.zeros(3500)])
    flat = Recording(data=[data], sfreq=stream.sfreq, channels=stream.channels)
    phase = [event for event in trial.events if event.label == "phase"]
    moved = [Event(onset=2.5, duration=1.0, label="phase", columns=one.columns) for one in phase]
    return Trial(streams={"angle": flat}, events=tuple(moved))
