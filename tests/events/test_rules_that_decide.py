"""Which of several rules decides: how far durations may differ, where two movements meet, where one stops."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from emgkit import Channel, Recording, Trial
from emgkit.errors import ArgumentError
from emgkit.events import find_repetitions
from emgkit.events.streams import channels_of
from emgkit.events.ways.movement import _zero_is_high
from emgkit.events.ways.phases import Motion, _between, meet, turning_point
from emgkit.events.ways.search import Found, Rules, Stream, cycles_of, judged, smoothed

RULES = Rules(cutoff=6, prominence=0.3, distance=0.5, edge=0.05, minimum_hold=0.2, smallest=0.6, largest=1.5)
STREAM = SimpleNamespace(unit="m", motion=SimpleNamespace(sfreq=100.0))


def lasting(*seconds: float) -> list[Found]:
    """Repetitions of one size, one after the other."""
    ends = np.cumsum(seconds) * 100
    return [Found(first=end - 100 * one, last=end, excursion=1.0) for one, end in zip(seconds, ends, strict=True)]


def kept(*seconds: float) -> list[bool]:
    return [not one.reason for one in judged(lasting(*seconds), RULES, STREAM)]


def test_even_durations_are_kept_up_to_the_double_and_the_half() -> None:
    assert kept(2, 2, 2, 2, 3.99) == [True] * 5
    assert kept(2, 2, 2, 2, 4.01) == [True] * 4 + [False]
    assert kept(2, 2, 2, 2, 1.01) == [True] * 5
    assert kept(2, 2, 2, 2, 0.99) == [True] * 4 + [False]


def test_uneven_durations_are_kept_within_three_scaled_deviations() -> None:
    # the logarithms are symmetric about 0, and their median deviation is 0.4: three scaled ones are 1.779
    usual = [float(np.exp(power)) for power in (-0.5, -0.4, -0.3, 0, 0.3, 0.4, 0.5)]
    limit = 3 * 1.4826 * 0.4
    for far, is_kept in ((limit - 0.01, True), (limit + 0.01, False)):
        assert kept(*usual, float(np.exp(-far)), float(np.exp(far)))[-2:] == [is_kept, is_kept]
    assert kept(*usual, 4.0)[-1]  # more than the double of the median
    assert not kept(*usual, 40.0)[-1]
    assert "times the median" in judged(lasting(*usual, 40.0), RULES, STREAM)[-1].reason


def ramps(pause: float, *, sfreq: float = 200.0) -> Trial:
    """Two squats of raised cosines, with so long a pause between them."""
    time = np.arange(round((5 + pause) * sfreq)) / sfreq
    depth = np.zeros(time.size)
    for begin in (0.5, 2.5 + pause):
        inside = (time >= begin) & (time < begin + 2)
        depth[inside] += (1 - np.cos(np.pi * (time[inside] - begin))) / 2
    bar = Recording(data=[-depth], sfreq=sfreq, channels=(Channel(name="bar", unit="m", kind="POS"),))
    return Trial(streams={"position": bar}, context={"task": "squat"})


@pytest.mark.parametrize(("pause", "meets"), [(0.0, True), (0.1, True), (0.6, False)])
def test_two_repetitions_meet_unless_a_pause_parts_them(pause: float, meets: bool) -> None:
    trial = find_repetitions(ramps(pause), by="position", starts="eccentric")
    first, second = (event for event in trial.events if event.label == "repetition")
    assert (first.end == pytest.approx(second.onset, abs=1e-9)) == meets
    if meets:
        assert first.end == pytest.approx(2.5 + pause / 2, abs=0.03)
    else:
        assert second.onset - first.end == pytest.approx(pause, abs=0.15)


def test_a_pause_of_the_shortest_hold_parts_two_movements() -> None:
    assert meet(10.0, 110.0, 60.0, shortest=100.0) == (10.0, 110.0)
    assert meet(10.0, 109.0, 60.0, shortest=100.0) == (60.0, 60.0)


@pytest.mark.parametrize(
    ("v", "place"),
    [
        ([4.0, 1.0], 1 / 3),  # comes down from 4 to 1: through 3 after a third of the step
        ([4.0, 3.0], 1.0),
        ([3.0, 1.0], 1.0),  # has been at the level already
        ([4.0, 3.5], 1.0),  # does not come down to it
    ],
)
def test_the_place_of_a_velocity_lies_between_two_samples(v: list[float], place: float) -> None:
    assert _between(np.array(v), 1, 3.0) == pytest.approx(place)
    assert _between(np.array(v), 0, 3.0) == 0.0


@pytest.mark.parametrize("sfreq", [20.0, 30.0, 60.0, 1000.0])
def test_a_sharp_turn_lies_in_the_middle_of_its_highest_samples(sfreq: float) -> None:
    raw = np.concatenate([np.arange(40.0), [40.0, 40.0], np.arange(39.0, -1, -1)])
    motion = Motion(
        raw=raw, smooth=raw, velocity=np.gradient(raw) * sfreq, sfreq=sfreq, edge=0.05, noise=0.0, grain=0.0
    )
    assert turning_point(motion, 40) == 40.5


@pytest.mark.parametrize(
    ("sfreq", "width", "is_sharp"),
    # 0.04 s are 4 samples, and never fewer than 2
    [(100.0, 3, True), (100.0, 4, True), (100.0, 5, False), (20.0, 2, True), (20.0, 3, False)],
)
def test_a_top_is_sharp_that_lasts_a_twenty_fifth_of_a_second(sfreq: float, width: int, is_sharp: bool) -> None:
    raw = np.concatenate([np.arange(40.0), np.full(width + 1, 40.0), np.arange(39.0, -1, -1)])
    motion = Motion(
        raw=raw, smooth=raw, velocity=np.gradient(raw) * sfreq, sfreq=sfreq, edge=0.05, noise=0.0, grain=0.0
    )
    assert turning_point(motion, 41) == (40 + width / 2 if is_sharp else 41)


@pytest.mark.parametrize(("first", "last", "n"), [(9, 291, 3), (8, 291, 2), (9, 292, 2), (8, 292, 1)])
def test_a_turning_point_a_twelfth_of_a_second_from_an_end_is_none(first: int, last: int, n: int) -> None:
    # the filter of 6 Hz reaches 8.3 samples in; the recording ends with sample 300
    smooth = np.zeros(301)
    smooth[[first, 100, 200, last]] = 1.0
    motion = Motion(raw=smooth, smooth=smooth, velocity=smooth, sfreq=100.0, edge=0.05, noise=0.0, grain=0.0)
    found = cycles_of(Stream(motion=motion, size=1.0, middle=0.0, recording=None), RULES)
    assert len(found) == n
    assert (100.0, 200.0) in [(one.first, one.last) for one in found]


def test_a_stream_at_the_limit_of_evenness_begins_its_cycles_at_the_highest_value() -> None:
    smooth = np.r_[np.full(50, -5.0), np.zeros(200), np.full(50, 3.0)]
    assert _zero_is_high(SimpleNamespace(motion=SimpleNamespace(smooth=smooth)), None, None)


@pytest.mark.parametrize(("low", "highest"), [(-1.0, True), (-1.6, True), (-1.8, False), (-3.0, False)])
def test_a_stream_that_spends_its_time_nearly_evenly_begins_its_cycles_at_the_highest_value(low, highest):
    """The limit lies where the median is an eighth of the range off the middle: at -1.67 for a highest value of 1."""
    smooth = np.r_[np.full(50, low), np.zeros(200), np.full(50, 1.0)]
    stream = SimpleNamespace(motion=SimpleNamespace(smooth=smooth))
    assert _zero_is_high(stream, None, None) is highest


@pytest.mark.parametrize("sfreq", [50.0, 100.0, 1000.0])
def test_the_velocity_that_noise_makes_is_that_of_low_passed_white_noise(sfreq: float) -> None:
    rng, size = np.random.default_rng(3), 0.01
    times = np.arange(0, 60, 1 / sfreq)
    white = size * rng.normal(size=times.size)
    channel = Channel(name="bar", unit="m", kind="POS")
    moving = np.where(times < 30, 0.0, 1 - np.cos(np.pi * times))
    motion = smoothed(Recording(data=[moving + white], sfreq=sfreq, channels=(channel,)), RULES).motion
    # the integral of (2 pi f)^2 over the spectrum of the noise up to 6 Hz, a sample, three times
    closed = 3 * size * 2 * np.pi * np.sqrt(2 / 3 * 6**3 / sfreq) / sfreq
    assert motion.noise == pytest.approx(closed, rel=0.1)
    # a filter that is not sharp lets more through
    assert closed < 3 * np.std(motion.velocity[times < 29]) < 1.4 * closed
    assert motion.grain == pytest.approx(size, rel=0.1)


@pytest.mark.parametrize("channel", ["ab", {"left": "a", "right": "b"}, ["a"], ["a", "b", "c"]])
def test_each_of_several_streams_has_its_channel(channel: object) -> None:
    with pytest.raises(ArgumentError, match=r"its channel.*a list of 2, in the order of by"):
        channels_of(("position", "angle"), channel)


def test_channels_of_streams_are_a_list_or_those_of_each_side() -> None:
    assert channels_of(("position", "angle"), ["a", "b"]) == ("a", "b")
    assert channels_of(("position", "angle"), None) == (None, None)
    sides = [{"left": "a", "right": "b"}, {"right": "d", "left": "c"}]
    assert channels_of(("position", "angle"), sides) == {"left": ("a", "c"), "right": ("b", "d")}
    for lacking in (["a", sides[1]], [sides[0], {"left": "c"}]):
        with pytest.raises(ArgumentError, match="a channel for each side, or none has"):
            channels_of(("position", "angle"), lacking)
