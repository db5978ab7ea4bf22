"""Repetitions by the edges and pulses of a trigger, and by the beats of a metronome."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit import Channel, EmgkitWarning, Recording, Trial, find_repetitions
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import audit

RATE = 1000.0


def trial(*pulses: tuple[float, float], duration: float = 20.0, noise: float = 0.0, low=0.0, high=5.0) -> Trial:
    times = np.arange(0, duration, 1 / RATE)
    level = np.full(times.size, float(low))
    for start, end in pulses:
        level[(times >= start - 1e-9) & (times < end - 1e-9)] = high
    level += noise * np.random.default_rng(1).normal(size=times.size)
    emg = Recording(data=np.ones((1, times.size)), sfreq=RATE, channels=(Channel(name="VL", unit="V"),))
    sync = Recording(data=[level], sfreq=RATE, channels=(Channel(name="sync", unit="V", kind="TRIG"),))
    return Trial(streams={"emg": emg, "trigger": sync})


def spans(found: Trial, label: str = "repetition") -> list[tuple[float, float]]:
    return [(round(event.onset, 6), round(event.end, 6)) for event in found.events if event.label == label]


PULSES = ((2, 3), (6, 8), (11, 12))


@pytest.mark.parametrize(("low", "high", "noise"), [(0, 5, 0), (0, 5, 0.4), (-3, 3.3e-3, 0), (4.9, 0.1, 0.1)])
def test_from_edge_to_edge_and_pulse_by_pulse_at_any_levels(low, high, noise):
    given = trial(*PULSES, low=low, high=high, noise=noise)
    inverted = high < low
    assert spans(find_repetitions(given, by="trigger", edge="fall" if inverted else "rise")) == [(2, 6), (6, 11)]
    assert spans(find_repetitions(given, by="trigger", edge="rise" if inverted else "fall")) == [(3, 8), (8, 12)]
    if not inverted:
        assert spans(find_repetitions(given, by="trigger", edge="pulse")) == list(PULSES)


def test_a_pulse_that_the_recording_cuts_is_rejected():
    found = find_repetitions(trial((0, 1), (4, 5), (19, 20)), by="trigger", edge="pulse")
    assert audit(found)["accepted"].to_list() == [False, True, False]
    reasons = audit(found)["reason"].to_list()
    assert reasons == ["cut by the start of the recording", "", "cut by the end of the recording"]
    with pytest.warns(EmgkitWarning, match="All 1 repetitions are rejected: cut by the start"):
        find_repetitions(trial((0, 1)), by="trigger", edge="pulse")


def test_several_beats_make_a_repetition_and_its_phases():
    clicks = trial(*((second, second + 0.1) for second in range(2, 13)))
    phases = {"eccentric": 2, "hold": 1, "concentric": 2}
    found = find_repetitions(clicks, by="trigger", phases=phases)
    assert spans(found) == [(2, 7), (7, 12)]
    assert spans(found, "phase") == [(2, 4), (4, 5), (5, 7), (7, 9), (9, 10), (10, 12)]
    assert spans(find_repetitions(clicks, by="trigger", beats_per_repetition=5)) == [(2, 7), (7, 12)]
    with pytest.raises(ArgumentError, match=r"do not make whole repetitions.*multiple of 4 beats.*Got: 10 beats"):
        find_repetitions(clicks, by="trigger", beats_per_repetition=4)


def test_a_metronome_goes_on_from_the_first_edge():
    assert spans(find_repetitions(trial((2, 2.1)), by="trigger", beat=1.5, beats_per_repetition=4)) == [
        (2, 8), (8, 14), (14, 20),
    ]  # fmt: skip
    # what is left of the last one ends with the recording, and is no repetition
    assert spans(find_repetitions(trial((3, 3.1)), by="trigger", beat=1.5, beats_per_repetition=4)) == [(3, 9), (9, 15)]
    # a second edge ends it
    assert spans(find_repetitions(trial((2, 2.1), (14, 14.1)), by="trigger", beat=3)) == [
        (2, 5), (5, 8), (8, 11), (11, 14),
    ]  # fmt: skip
    with pytest.raises(ArgumentError, match=r"whole repetitions.*Got: 3 beats"):
        find_repetitions(trial((2, 2.1), (11, 11.1)), by="trigger", beat=3, beats_per_repetition=2)


def test_a_threshold_decides_where_levels_are_not_clear():
    ramp = trial()
    saw = Recording(data=[np.arange(20000) % 4000 / 4000], sfreq=RATE, channels=ramp["trigger"].channels)
    given = Trial(streams={"emg": ramp.emg, "trigger": saw})
    with pytest.raises(SignalError, match=r"'sync' has no two clear levels.*25% and 75%.*Got: 25%.*threshold"):
        find_repetitions(given, by="trigger")
    found = find_repetitions(given, by="trigger", threshold=0.5)
    assert [end - start for start, end in spans(found)] == pytest.approx([4] * 4)
    with pytest.raises(ArgumentError, match=r"never crosses the threshold.*between 0 and"):
        find_repetitions(given, by="trigger", threshold=2.0)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"edge": "up"}, ArgumentError, r"'edge'.*'rise', 'fall' and 'pulse'"),
        ({"channel": "syncs"}, ArgumentError, r"Unknown channel 'syncs'.*Did you mean 'sync'"),
        ({"edge": "pulse", "beat": 1.0}, ArgumentError, r"Pulses have no beats.*'beat'"),
        ({"beat": 0.0}, ArgumentError, r"'beat'.*above 0 s"),
        ({"phases": {"up": 1}}, ArgumentError, r"Unknown phase 'up'"),
        ({"phases": {"eccentric": 1}, "beats_per_repetition": 3}, ArgumentError, r"3 beats.*1 beats in 'eccentric'"),
        ({"beats_per_repetition": 0}, ArgumentError, r"'beats_per_repetition'.*at least 1"),
    ],
)
def test_options_that_cannot_be_used_say_why(options, error, match):
    with pytest.raises(error, match=match):
        find_repetitions(trial(*PULSES), by="trigger", **options)


def test_without_a_trigger_the_channels_are_named_and_one_of_them_can_be_it():
    given = trial(*PULSES)
    other = Recording(data=given["trigger"].data, sfreq=RATE, channels=(Channel(name="button", unit="V", kind="MISC"),))
    without = Trial(streams={"emg": given.emg, "other": other})
    with pytest.raises(SignalError, match=r"no trigger.*'VL' and 'button'.*channel = '…'"):
        find_repetitions(without, by="trigger")
    assert spans(find_repetitions(without, by="trigger", channel="button")) == [(2, 6), (6, 11)]
    with pytest.raises(SignalError, match=r"'sync' is constant"):
        find_repetitions(trial(), by="trigger")
