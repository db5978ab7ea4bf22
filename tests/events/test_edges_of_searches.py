"""Searches in a movement: values on either side of each limit, and what a search tells, word by word."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from emgkit import Channel, EmgkitWarning, Recording, Trial, find_repetitions
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.ways.movement import _at_low, _extremes, _pause, _rests_elsewhere, _stays, resting_end
from emgkit.events.ways.phases import Motion, _edge, find_phases, turning_point
from emgkit.events.ways.search import OPTIONS, Found, Rules, _is_away, judged, smoothed, turning_points

RULES = Rules(**OPTIONS)


def moving(x: np.ndarray, *, sfreq: float = 100.0, unit: str = "m", start: float = 0.0) -> Recording:
    return Recording(data=[x], sfreq=sfreq, channels=(Channel(name="bar", unit=unit, kind="POS"),), start=start)


def lines(*points: tuple[float, float], sfreq: float = 100.0) -> np.ndarray:
    """Straight lines through (seconds, level)."""
    times, levels = zip(*points, strict=True)
    return np.interp(np.arange(round(times[-1] * sfreq) + 1) / sfreq, times, levels)


def found_in(x: np.ndarray, **options: object) -> Trial:
    return find_repetitions(Trial(streams={"position": moving(x)}), by="position", starts="eccentric", **options)


# ------------------------------------------------------------------ rules


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ({"prominence": 0.999}, {"prominence": 1.0}), ({"edge": 0.999}, {"edge": 1.0}),
        ({"prominence": 1e-9}, {"prominence": 0.0}), ({"edge": 1e-9}, {"edge": 0.0}),
        ({"distance": 0.0}, {"distance": -1e-9}), ({"minimum_hold": 0.0}, {"minimum_hold": -1e-9}),
        ({"smallest": 0.0}, {"smallest": -1e-9}), ({"smallest": 0.999}, {"smallest": 1.0}),
        ({"largest": 1.001}, {"largest": 1.0}), ({"cutoff": 1e-9}, {"cutoff": 0.0}),
    ],
)  # fmt: skip
def test_a_rule_is_taken_up_to_its_limit(allowed, refused):
    Rules(**{**OPTIONS, **allowed})
    with pytest.raises(ArgumentError, match=next(iter(refused))):
        Rules(**{**OPTIONS, **refused})


@pytest.mark.parametrize(("apart", "n"), [(49, 1), (50, 2)])
def test_turning_points_lie_the_distance_apart(apart, n):
    y = np.zeros(400)
    y[[100, 100 + apart]] = 1.0, 0.9
    stream = SimpleNamespace(size=1.0, motion=SimpleNamespace(sfreq=100.0))
    assert turning_points(y, stream, RULES).tolist() == [100, 100 + apart][:n]
    assert turning_points(y, stream, Rules(**{**OPTIONS, "distance": 0.0})).tolist() == [100, 100 + apart]


@pytest.mark.parametrize(("height", "is_one"), [(0.299, False), (0.301, True)])
def test_a_turning_point_stands_out_by_the_prominence(height, is_one):
    y = np.zeros(400)
    y[[100, 300]] = 1.0, height
    stream = SimpleNamespace(size=1.0, motion=SimpleNamespace(sfreq=100.0))
    assert turning_points(y, stream, RULES).tolist() == [100] + [300] * is_one
    # a stream that rises to an end has its turning point there
    assert turning_points(np.arange(200.0), stream, RULES).tolist() == [199]
    assert turning_points(-np.arange(200.0), stream, RULES).tolist() == [0]


@pytest.mark.parametrize(("size", "is_kept"), [(0.6, True), (0.599, False), (1.5, True), (1.501, False)])
def test_an_excursion_is_kept_up_to_the_smallest_and_the_largest(size, is_kept):
    found = [Found(first=200.0 * i, last=200.0 * (i + 1), excursion=one) for i, one in enumerate((2, 2, 2, 2 * size))]
    stream = SimpleNamespace(unit="m", motion=SimpleNamespace(sfreq=100.0))
    last = judged(found, RULES, stream)[-1].reason
    shown = f"excursion of {2 * size:.3g} m is {size:.2f} times the median 2 m, outside 0.6 to 1.5"
    assert last == ("" if is_kept else shown)


def test_what_is_rejected_for_its_excursion_has_no_say_in_the_usual_duration():
    stream = SimpleNamespace(unit="m", motion=SimpleNamespace(sfreq=100.0))
    small = [Found(first=0.0, last=9000.0, excursion=0.1)] * 2
    usual = [Found(first=0.0, last=one, excursion=1.0) for one in (200.0, 210.0, 220.0, 100.0)]
    reasons = [one.reason for one in judged([*small, *usual], RULES, stream)]
    assert reasons[2:5] == ["", "", ""]
    assert reasons[5] == "duration of 1 s is 0.49 times the median 2.05 s, outside 0.5 to 2"
    cut = [Found(first=0.0, last=1.0, excursion=1.0, reason="cut by the start of the recording")]
    assert judged(cut, RULES, stream) == cut


@pytest.mark.parametrize(("valley", "is_away"), [(1.49, False), (1.5, False), (1.51, True)])
def test_a_valley_a_quarter_of_the_way_up_is_still_rest(valley, is_away):
    assert _is_away(valley, 3.0, 1.0) == is_away


@pytest.mark.parametrize(("part", "is_found"), [(1.1, True), (0.6, False)])
def test_a_movement_is_eight_times_as_large_as_the_noise_that_passes_the_filter(part, is_found):
    rng, sfreq = np.random.default_rng(5), 100.0
    below = 0.01 * np.sqrt(2 * 6 / sfreq)
    times = np.arange(0, 60, 1 / sfreq)
    x = part * 8 * below / 2 * np.sin(2 * np.pi * 0.2 * times) + 0.01 * rng.normal(size=times.size)
    if is_found:
        assert 8 * below < smoothed(moving(x), RULES).size < 12 * below
    else:
        with pytest.raises(SignalError, match=r"only noise\. Allowed: movements of at least 0\.02[678]"):
            smoothed(moving(x), RULES)


# ------------------------------------------------------------------ where a recording rests


@pytest.mark.parametrize(
    ("level", "velocity", "at"),
    [
        (0.25, 0.0, True), (0.26, 0.0, None), (0.75, 0.0, False), (0.74, 0.0, None),
        (0.049, 1.0, True), (0.06, 1.0, None), (0.951, 1.0, False), (0.94, 1.0, None),
        (0.2, 0.05, True), (0.2, 0.051, None), (0.2, -0.05, True), (0.2, -0.051, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", [0, -1])
def test_a_recording_is_at_an_extreme_within_a_quarter_when_still_and_within_a_twentieth_when_moving(
    level, velocity, at, end
):
    smooth, speed = np.full(9, 2.0), np.ones(9)
    smooth[end], speed[end] = 1.0 + 2.0 * level, velocity
    motion = Motion(raw=smooth, smooth=smooth, velocity=speed, sfreq=100.0, edge=0.05, noise=0.0, grain=0.0)
    assert _at_low(SimpleNamespace(motion=motion), end, 1.0, 3.0, RULES) is at


def test_a_stream_stays_as_long_as_it_is_within():
    assert _stays(np.array([1.0, 1.4, 0.5, 1.5, 1.6, 1.0]), 0.5) == 4
    assert _stays(np.array([1.0, 1.5]), 0.5) == 2
    y = np.array([0.0, 0, 0, 1, 5, 5, 5, 1, 0, 0, 1, 5, 5])
    assert _pause(y, np.array([5]), 0.5) == 4  # the turning point itself counts on both sides
    assert _pause(y, np.array([0]), 0.5) is None
    assert _pause(y, np.array([12]), 0.5) is None
    assert _pause(y, np.array([8, 5]), 0.5) == 3.5


def trapezoids(*, low: float, high: float, rest: float = 0.1) -> np.ndarray:
    """Four movements of 1 s there and back, with pauses of so many seconds at either extreme."""
    points, at = [(0.0, 0.0), (rest, 0.0)], rest
    for place in range(4):
        for seconds, level in ((1.0, 1.0), (high, 1.0), (1.0, 0.0), (low if place < 3 else rest, 0.0)):
            at += seconds
            points.append((at, level))
    return lines(*points)


@pytest.mark.parametrize(
    ("low", "high", "rest", "elsewhere"),
    # within a tenth of the movement a pause is 0.2 s longer: 1.25 (0.5 + 0.2) + 0.1 - 0.2 = 0.775
    [(0.5, 0.74, 0.1, False), (0.5, 0.82, 0.1, True), (0.5, 0.82, 0.35, False), (0.5, 2.0, 0.2, True)],
)
def test_a_recording_that_pauses_longer_at_the_other_extreme_is_uncertain(low, high, rest, elsewhere):
    x = trapezoids(low=low, high=high, rest=rest)
    stream = smoothed(moving(x), RULES)
    assert _rests_elsewhere(stream, RULES, {0: True, -1: True}) == elsewhere
    assert _rests_elsewhere(stream.upside_down(), RULES, {0: False, -1: False}) == elsewhere


@pytest.mark.parametrize(("movement", "rest", "is_there"), [(0.7, 0.34, True), (0.7, 0.24, False), (3.0, 0.5, False),
                                                            (3.0, 1.2, True)])  # fmt: skip
def test_a_recording_rests_for_three_tenths_of_a_second_and_of_a_movement(movement, rest, is_there):
    points, at = [(0.0, 0.0), (rest, 0.0)], rest
    for _ in range(3):
        points += [(at + movement, 1.0), (at + 2 * movement, 0.0)]
        at += 2 * movement
    x = lines(*points, (at + rest, 0.0))
    for sign, name in ((1, "low"), (-1, "high")):
        found = resting_end(Trial(streams={"position": moving(sign * x)}), by="position")
        assert found == (name if is_there else None)


def test_a_rest_of_exactly_three_tenths_of_a_second_is_one():
    seen = set()
    for samples in range(20, 36):
        rest = samples / 100
        moves = [(rest + 0.7 * place, place % 2) for place in range(5)]
        stream = smoothed(moving(lines((0, 0), *moves, (2 * rest + 2.8, 0))), RULES)
        smooth = stream.motion.smooth
        low, high = _extremes(stream, RULES)
        stays = min(_stays(y, 0.05 * (high - low)) for y in (smooth, smooth[::-1]))
        seen.add(stays)
        found = resting_end(Trial(streams={"position": stream.recording}), by="position")
        assert found == ("low" if stays >= 30 else None)
    assert {29, 30, 31} <= seen


# ------------------------------------------------------------------ edges of movements

SFREQ = 1000.0


def motion(x: np.ndarray, **changes: float) -> Motion:
    settings = {"sfreq": SFREQ, "edge": 0.05, "noise": 0.0, "grain": 0.0, **changes}
    return Motion(raw=x, smooth=x, velocity=np.gradient(x), **settings)


@pytest.mark.parametrize(("falls", "further"), [(300, 75), (396, 99), (404, 100), (2000, 100)])
def test_an_edge_lies_half_the_distance_of_the_crossings_further_out_and_a_tenth_of_a_second_at_most(falls, further):
    # from 5 to 1 in so many samples: through 3 halfway, and through 1 at their end
    v = np.r_[np.full(100, 5.0), np.linspace(5, 1, falls + 1)[1:], np.zeros(300)]
    assert _edge(v, 50, 1.0, SFREQ) == pytest.approx(99 + falls + further, abs=1)


def test_an_edge_that_the_velocity_never_comes_down_to_is_none():
    assert _edge(np.full(200, 5.0), 50, 1.0, SFREQ) is None
    assert _edge(np.full(200, 1.0), 50, 1.0, SFREQ) == 50
    # never faster than three times the threshold: the crossing alone
    assert _edge(np.r_[np.full(100, 3.0), np.zeros(100)], 50, 1.0, SFREQ) == pytest.approx(99 + 2 / 3)


@pytest.mark.parametrize(("stop", "goes_on"), [(0.045, True), (0.055, False)])
def test_a_movement_is_over_when_it_stops_for_a_twentieth_of_a_second(stop, goes_on):
    x = 7 * lines((0, 0), (1, 0), (1.9, 0.9), (1.9 + stop, 0.9), (2 + stop, 1), (3, 1), (4, 0), (5, 0), sfreq=SFREQ) - 3
    found = find_phases(motion(x), left=0, peak=2500, right=len(x) - 1, rest=(-3.0, -3.0))
    assert found.arrives == pytest.approx(2000 + 1000 * stop if goes_on else 1900, abs=3)
    assert found.leaves == pytest.approx(1000, abs=3)
    back = find_phases(motion(x[::-1]), left=0, peak=2500, right=len(x) - 1, rest=(-3.0, -3.0))
    assert back.departs == pytest.approx(len(x) - 1 - found.arrives, abs=1e-6)


@pytest.mark.parametrize(("lacks", "is_whole"), [(0.09, True), (0.11, False)])
def test_a_movement_that_lacks_a_tenth_of_its_way_is_whole(lacks, is_whole):
    x = 7 * lines((0, lacks), (1 - lacks, 1), (2, 1), (3, 0), (4, 0), sfreq=SFREQ) - 3
    found = find_phases(motion(x), left=0, peak=1500, right=len(x) - 1, rest=(-3.0, -3.0))
    assert found.leaves == (0 if is_whole else None)
    assert found.excursion == pytest.approx(7 * (1 - lacks / 2) if is_whole else 7, abs=0.07)


@pytest.mark.parametrize(("low", "is_movement"), [(0.49, True), (0.51, False)])
def test_what_begins_in_the_upper_half_is_no_movement_from_rest(low, is_movement):
    x = 7 * lines((0, low), (1, low), (2, 1), (3, 1), (4, 0), (5, 0), sfreq=SFREQ) - 3
    found = find_phases(motion(x), left=0, peak=2500, right=len(x) - 1, rest=(-3.0, -3.0))
    assert (found.leaves is not None) == is_movement
    assert (found.arrives is not None) == is_movement
    assert found.returns == pytest.approx(4000, abs=3)


def test_without_either_end_the_excursion_is_from_the_lowest_point():
    x = 7 * lines((0, 0.6), (1, 1), (2, 0.7), sfreq=SFREQ) - 3
    found = find_phases(motion(x), left=0, peak=1000, right=len(x) - 1, rest=(-3.0, -3.0))
    assert (found.leaves, found.returns) == (None, None)
    assert found.excursion == pytest.approx(2.8)


@pytest.mark.parametrize(("off", "is_taken"), [(-80, True), (-82, False), (80, True), (82, False)])
def test_a_sharp_top_is_looked_for_within_eight_hundredths_of_a_second(off, is_taken):
    x = lines((0, 0), (1, 1), (1.001, 1), (2.001, 0), sfreq=SFREQ)
    found = turning_point(motion(x), 1000 - off)
    # at a top just beyond, the highest sample that is seen is the one at the end
    assert found == pytest.approx(1000.5, abs=0.6) if is_taken else abs(found - 1000.5) > 1


# ------------------------------------------------------------------ what is told


def test_a_movement_that_does_not_come_back_is_told_with_its_level_and_its_side():
    x = 0.2 + lines((0, 0), (1, 0), (2, 1), (3, 0.4), (4, 1), (5, 0), (6, 0))
    with pytest.warns(EmgkitWarning, match="the movement does not come back to rest"):
        found = found_in(x)
    first, second = (notice.text for notice in found.notices)
    assert first.startswith("Repetition 1 ends at its valley, 0.6")
    assert first.endswith(" m: between it and the next the movement does not come back to rest.")
    assert second.startswith("Repetition 2 begins at its valley, 0.6")
    assert second.endswith(" m: between it and the one before the movement does not come back to rest.")


def test_all_rejected_are_told_with_their_reasons():
    x = lines((0, 0.0), (1, 1), (2, 0), (3, 0), sfreq=100.0)[60:]
    with pytest.warns(EmgkitWarning, match=r"All 1 repetitions are rejected: cut by the start of the recording\."):
        found_in(x, rest="low")


def test_where_no_cycle_is_found_the_channel_and_its_duration_are_told():
    trial = Trial(streams={"position": moving(lines((0, 0.0), (1, 1), (3, 0), sfreq=300.0), sfreq=300.0)})
    with pytest.raises(
        SignalError, match=r"No cycle was found\. Where: channel 'bar', 3\.003 s\. Allowed: at least two"
    ):
        find_repetitions(trial, by="position", starts=None)
