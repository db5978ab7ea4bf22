"""Repetitions against movements whose edges are known, and on real knees."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgkit import Channel, Event, Recording, Trial
from emgkit.errors import ArgumentError, EmgkitWarning, SignalError
from emgkit.events import audit, find_repetitions


@dataclass(frozen=True)
class Truth:
    """Seconds at which one repetition leaves rest, arrives at its turning point, departs and returns."""

    leaves: float
    arrives: float
    departs: float
    returns: float


def movements(
    *, sfreq: float, away: float = 1.0, hold: float = 0.0, back: float = 1.0, gap: float = 0.5,
    lead: float = 1.0037, tail: float = 1.0, sizes: tuple[float, ...] = (1.0,) * 4,
) -> tuple[NDArray[np.float64], list[Truth]]:  # fmt: skip
    """Raised cosines from 0 up and back, with their true edges."""
    truth, at = [], lead
    for _ in sizes:
        truth.append(Truth(at, at + away, at + away + hold, at + away + hold + back))
        at = truth[-1].returns + gap
    time = np.arange(round((truth[-1].returns + tail) * sfreq)) / sfreq
    x = np.zeros(time.size)
    for one, size in zip(truth, sizes, strict=True):
        up = 1 - np.cos(np.pi * np.clip((time - one.leaves) / away, 0, 1))
        down = 1 - np.cos(np.pi * np.clip((time - one.departs) / back, 0, 1))
        x += size * (up - down) / 2
    return x, truth


def position(x: NDArray[np.float64], *, sfreq: float, start: float = 0.0, **changes: object) -> Trial:
    channel = Channel(name="bar", unit="m", kind="POS")
    recording = Recording(data=[x], sfreq=sfreq, channels=(channel,), start=start)
    return Trial(streams={"position": recording}, context={"task": "squat"}, **changes)


def squats(x: NDArray[np.float64], *, sfreq: float, **keywords: object) -> Trial:
    return find_repetitions(position(x, sfreq=sfreq), by="position", **{"starts": "eccentric", **keywords})


def phases(trial: Trial, repetition: int) -> dict[str, Event]:
    return {
        str(event.columns["phase"]): event
        for event in trial.events
        if event.label == "phase" and event.columns["repetition"] == repetition
    }


RATES = (50.0, 100.0, 200.0, 1000.0, 2148.148)
TEMPOS = [
    {"away": 1.0, "back": 1.0},
    {"away": 2.0, "back": 1.0},
    {"away": 0.6, "back": 0.6, "gap": 0.3},
    {"away": 1.0, "hold": 0.5, "back": 1.0},
    {"away": 3.0, "hold": 1.0, "back": 1.5, "gap": 2.0},
    {"away": 1.0, "back": 1.0, "gap": 0.0},
    {"away": 1.5, "hold": 0.3, "back": 0.8, "gap": 0.0},
]


@pytest.mark.parametrize("sfreq", RATES)
@pytest.mark.parametrize("tempo", TEMPOS, ids=str)
def test_edges_lie_within_20_ms_and_turning_points_within_a_sample(tempo, sfreq):
    x, truth = movements(sfreq=sfreq, **tempo)
    found = squats(x, sfreq=sfreq)
    assert audit(found)["accepted"].tolist() == [True] * 4
    for i, one in enumerate(truth, 1):
        parts = phases(found, i)
        assert parts["eccentric"].onset == pytest.approx(one.leaves, abs=0.020)
        assert parts["concentric"].end == pytest.approx(one.returns, abs=0.020)
        within = 0.020 if "hold" in tempo else 1 / sfreq
        assert parts["eccentric"].end == pytest.approx(one.arrives, abs=within)
        assert parts["concentric"].onset == pytest.approx(one.departs, abs=within)
        assert ("hold" in parts) == ("hold" in tempo)


@pytest.mark.parametrize("noise", [0.001, 0.003])
def test_noise_of_a_few_thousandths_keeps_the_repetitions_and_their_edges(noise):
    x, truth = movements(sfreq=1000.0, hold=0.5)
    found = squats(x + noise * np.random.default_rng(3).standard_normal(x.size), sfreq=1000.0)
    table = audit(found)
    assert table["accepted"].all()
    assert table["onset"].to_numpy() == pytest.approx([one.leaves for one in truth], abs=0.030)
    assert (table["onset"] + table["duration"]).to_numpy() == pytest.approx([one.returns for one in truth], abs=0.030)


@pytest.mark.parametrize(("noise", "median", "nearly_all"), [(0.003, 0.010, 0.020), (0.01, 0.015, 0.050)])
@pytest.mark.parametrize("sfreq", [100.0, 2000.0])
def test_noise_of_a_hundredth_blurs_edges_no_more_than_a_fit_must(noise, median, nearly_all, sfreq):
    # white noise up to half of the rate: as many samples a second, and as much of it below the cut-off
    noise, late = noise * np.sqrt(sfreq / 100), []
    for seed in range(6):
        x, truth = movements(sfreq=sfreq, away=1.2, hold=0.7, back=1.5, gap=1.0)
        found = squats(x + noise * np.random.default_rng(seed).standard_normal(x.size), sfreq=sfreq)
        for i, one in enumerate(truth, 1):
            parts = phases(found, i)
            there, back = parts["eccentric"], parts["concentric"]
            late += [
                there.onset - one.leaves,
                there.end - one.arrives,
                back.onset - one.departs,
                back.end - one.returns,
            ]
    half, most = np.quantile(np.abs(late), [0.5, 0.95])
    assert half < median
    assert most < nearly_all


@settings(max_examples=25, deadline=None)
@given(
    scale=st.floats(1e-3, 1e3), shift=st.floats(-100, 100), upside_down=st.booleans(),
    away=st.floats(0.5, 2.0), hold=st.sampled_from([0.0, 0.6]),
)  # fmt: skip
def test_sign_unit_and_offset_do_not_matter(scale, shift, upside_down, away, hold):
    x, _ = movements(sfreq=100.0, away=away, hold=hold, sizes=(1.0, 0.9, 1.1))
    rng = np.random.default_rng(0)
    x = x + 1e-3 * rng.standard_normal(x.size)
    other = (-1 if upside_down else 1) * scale * x + shift
    one, two = squats(x, sfreq=100.0), squats(other, sfreq=100.0)
    assert [event.label for event in one.events] == [event.label for event in two.events]
    for a, b in zip(one.events, two.events, strict=True):
        assert a.columns.get("phase") == b.columns.get("phase")
        assert (a.onset, a.duration) == pytest.approx((b.onset, b.duration), abs=1e-6)
    assert audit(two)["excursion"].to_numpy() == pytest.approx(scale * audit(one)["excursion"].to_numpy(), rel=1e-6)


def test_a_long_rest_does_not_hide_few_repetitions():
    x, _ = movements(sfreq=100.0, lead=90.0, tail=90.0, sizes=(1.0, 1.0))
    assert audit(squats(x, sfreq=100.0))["accepted"].tolist() == [True, True]


def test_movements_that_fill_the_recording_are_found_whole():
    x, truth = movements(sfreq=200.0, lead=0.0, tail=0.0, gap=0.0)
    table = audit(squats(x, sfreq=200.0))
    assert table["accepted"].tolist() == [True] * 4
    assert table["onset"].to_numpy() == pytest.approx([one.leaves for one in truth], abs=0.020)


def test_the_first_movement_away_from_rest_is_the_phase_that_starts():
    x, _ = movements(sfreq=200.0, away=2.0, back=1.0)
    squat, thrust = (squats(x, sfreq=200.0, starts=starts) for starts in ("eccentric", "concentric"))
    assert audit(squat)["eccentric_s"].to_numpy() == pytest.approx(2.0, abs=0.03)
    assert audit(thrust)["concentric_s"].to_numpy() == pytest.approx(2.0, abs=0.03)
    assert np.isnan(audit(squat)["hold_s"]).all()


def test_events_carry_what_tables_need_and_keep_the_others():
    mark = Event(onset=0.1, duration=0.0, label="belt on")
    x, _ = movements(sfreq=100.0, hold=0.4)
    trial = find_repetitions(
        position(x, sfreq=100.0, events=(mark,)), by="position", starts="eccentric", exercise="back_squat"
    )
    assert trial.events[0] is mark
    first = trial.events[1]
    assert (first.label, first.columns["exercise"], first.columns["repetition"]) == ("repetition", "back_squat", 1)
    assert first.columns["accepted"] is True
    assert first.columns["reason"] == ""
    assert list(phases(trial, 1)) == ["eccentric", "hold", "concentric"]
    parts = list(phases(trial, 1).values())
    assert parts[0].onset == first.onset
    assert parts[0].end == pytest.approx(parts[1].onset)
    assert parts[2].end == pytest.approx(first.end)
    assert trial["position"].events == trial.events


def test_onsets_are_on_the_trials_time_zero():
    x, truth = movements(sfreq=100.0)
    trial = find_repetitions(position(x, sfreq=100.0, start=30.0), by="position", starts="eccentric")
    assert audit(trial)["onset"].iloc[0] == pytest.approx(30 + truth[0].leaves, abs=0.020)


def test_partial_and_overlong_repetitions_are_rejected_in_words():
    x, _ = movements(sfreq=100.0, sizes=(1.0, 0.45, 1.0, 1.0, 1.7, 1.0))
    table = audit(squats(x, sfreq=100.0))
    assert table["accepted"].tolist() == [True, False, True, True, False, True]
    assert re.fullmatch(
        r"excursion of 0\.4\d* m is 0\.45 times the median (1|0\.99\d*) m, outside 0\.6 to 1\.5",
        table["reason"].iloc[1],
    )
    assert table["repetition"].tolist() == [1, 2, 3, 4, 5, 6]
    assert audit(squats(x, sfreq=100.0, smallest=0.4, largest=1.8))["accepted"].all()


def test_a_repetition_far_longer_than_the_others_is_rejected_but_an_even_set_loses_none():
    short, _ = movements(sfreq=100.0, tail=0.0)
    long, _ = movements(sfreq=100.0, lead=0.5, away=3.0, hold=1.0, back=3.0, sizes=(1.0,))
    table = audit(squats(np.concatenate([short, long]), sfreq=100.0))
    assert table["accepted"].tolist() == [True] * 4 + [False]
    assert "duration of 7 s is 3.48 times the median 2.01 s" in table["reason"].iloc[4]
    assert "outside 0.5 to 2" in table["reason"].iloc[4]
    even, _ = movements(sfreq=100.0, tail=0.0)
    slower, _ = movements(sfreq=100.0, lead=0.5, away=1.5, back=1.5, sizes=(1.0,))
    assert audit(squats(np.concatenate([even, slower]), sfreq=100.0))["accepted"].all()


def test_repetitions_that_the_recording_cuts_are_rejected_and_say_so():
    x, _ = movements(sfreq=100.0, gap=1.5)
    cut = x[150:-150]
    table = audit(squats(cut, sfreq=100.0, rest="low"))
    assert table["accepted"].tolist() == [False, True, True, False]
    assert table["reason"].iloc[0] == "cut by the start of the recording"
    assert table["reason"].iloc[3] == "cut by the end of the recording"
    assert table["onset"].iloc[0] == 0


def test_one_end_at_rest_is_enough_when_the_other_is_under_way():
    x, _ = movements(sfreq=100.0, gap=1.5, hold=2.0)
    table = audit(squats(x[150:], sfreq=100.0))
    assert table["accepted"].tolist() == [False, True, True, True]
    assert audit(squats(-x[150:], sfreq=100.0))["accepted"].tolist() == [False, True, True, True]


def test_rest_that_the_recording_leaves_open_is_refused_with_both_readings_and_can_be_said():
    x, _ = movements(sfreq=100.0, hold=2.0, gap=1.0, tail=-2.0)
    both = (
        r"Rest is uncertain in 'bar'.*begins at 0 m, at one extreme, and ends at 1 m, at the other.*resting low "
        r"\(about .* m\), 3 whole repetitions, the first eccentric phase from 1 to 2.01 s; resting high \(about 1 m\), "
        r"3 whole repetitions, the first eccentric phase from 4 to 5.01 s.*rest = 'low' or rest = 'high'"
    )
    with pytest.raises(SignalError, match=both):
        squats(x, sfreq=100.0)
    with pytest.raises(SignalError, match=r"resting low \(about -1 m\).*resting high"):
        squats(-x, sfreq=100.0)
    with pytest.raises(SignalError, match="away from both extremes"):
        squats(x[150:-150], sfreq=100.0)
    assert len(audit(squats(x, sfreq=100.0, starts=None))) == 3
    trial = squats(x, sfreq=100.0, rest="low")
    assert trial.notices == ()
    assert audit(trial)["accepted"].tolist() == [True, True, True, False]
    high = squats(x, sfreq=100.0, rest="high")
    assert audit(high)["accepted"].tolist() == [False, True, True, True]
    assert phases(high, 2)["eccentric"].onset > phases(trial, 1)["hold"].onset


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("down", "up"), [(1.0, 0.8), (1.6, 1.4), (2.0, 1.5)])
@pytest.mark.parametrize("pause", [0.5, 1.2, 2.5])
def test_squats_recorded_from_their_bottom_position_are_refused(sign, down, up, pause):
    """They begin and end at one extreme, so that eccentric and concentric would be exchanged."""

    def eased(seconds: float) -> np.ndarray:
        return (1 - np.cos(np.pi * np.arange(0, seconds, 0.01) / seconds)) / 2

    one = np.concatenate([1 - eased(down), eased(up), np.ones(round(100 * pause))])
    bar = np.concatenate([np.ones(150), np.tile(one, 5)])
    bottoms = [150 + round(100 * down) + place * len(one) for place in range(5)]
    standing = squats(sign * bar, sfreq=100.0, starts="eccentric")
    assert phases(standing, 1)["eccentric"].duration == pytest.approx(down, abs=0.05)
    cut = sign * bar[bottoms[0] : bottoms[-1]]
    with pytest.raises(
        SignalError, match=r"without a rest, and pauses longer at the other extreme.*resting low.*resting h"
    ):
        squats(cut, sfreq=100.0, starts="eccentric")
    named = squats(cut, sfreq=100.0, starts="eccentric", rest="high" if sign > 0 else "low")
    assert phases(named, 2)["eccentric"].duration == pytest.approx(down, abs=0.05)


@pytest.mark.parametrize("sign", [1, -1])
def test_near_zero_is_the_extreme_of_smaller_magnitude_whatever_the_sign(sign):
    x, truth = movements(sfreq=100.0, hold=1.5, gap=1.5)
    knee = sign * (90 * x + 5)
    near, far = (squats(knee, sfreq=100.0, rest=rest) for rest in ("near-zero", "far-from-zero"))
    assert audit(near)["onset"].iloc[0] == pytest.approx(truth[0].leaves, abs=0.02)
    assert audit(far)["onset"].iloc[1] == pytest.approx(truth[0].departs, abs=0.02)


def test_cycles_run_from_turning_point_to_turning_point():
    time = np.arange(0, 10, 0.005)
    swing = 60 * np.exp(-0.5 * ((time % 1.2 - 0.6) / 0.12) ** 2)
    for knee in (swing, -swing + 4):
        table = audit(squats(knee, sfreq=200.0, starts=None))
        assert table["onset"].to_numpy() == pytest.approx(0.6 + 1.2 * np.arange(7), abs=0.01)
        assert table["duration"].to_numpy() == pytest.approx(1.2, abs=0.01)
        assert table["accepted"].all()
        assert table[["eccentric_s", "hold_s", "concentric_s"]].isna().all(axis=None)
    assert not any(event.label == "phase" for event in squats(swing, sfreq=200.0, starts=None).events)


@pytest.mark.parametrize("late", np.arange(0, 2, 0.17))
@pytest.mark.parametrize("offset", [0.0, -3.0, 170.0])
def test_cycles_of_an_even_stream_begin_at_the_same_phase_wherever_the_recording_begins(late, offset):
    times = np.arange(late, late + 20, 0.01)
    table = audit(squats(offset + np.sin(2 * np.pi * 0.5 * times), sfreq=100.0, starts=None))
    assert (table["onset"].to_numpy() + late) % 2 == pytest.approx(0.5, abs=0.02)
    assert set(table["zero"]) == {"highest"}
    low = audit(squats(offset + np.sin(2 * np.pi * 0.5 * times), sfreq=100.0, starts=None, rest="high"))
    assert (low["onset"].to_numpy() + late) % 2 == pytest.approx(1.5, abs=0.02)
    assert set(low["zero"]) == {"lowest"}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_a_movement_that_does_not_come_back_to_rest_ends_at_its_valley(sign, scale):
    # the bar is lifted to 0.8, lowered halfway to 0.43, lifted to 1.0, and lowered
    times, levels = [2, 4, 6, 8, 11], [0, 0.8, 0.43, 1.0, 0]
    part = np.interp(np.arange(0, 14, 0.01), times, range(5))
    eased = np.floor(part) + (1 - np.cos(np.pi * (part % 1))) / 2
    x, level = sign * scale * np.interp(eased, range(5), levels), 0.43 * scale
    with pytest.warns(EmgkitWarning, match="does not come back to rest") as caught:
        trial = squats(x, sfreq=100.0, starts="concentric")
    table = audit(trial)
    assert table["onset"].to_list() == pytest.approx([2, 6], abs=0.05)
    assert (table["onset"] + table["duration"]).to_list() == pytest.approx([6, 11], abs=0.05)
    assert table["accepted"].all()
    texts = [str(one.message) for one in caught]
    assert f"Repetition 1 ends at its valley, {float(f'{sign * level:.3g}'):g} m" in texts[0]
    assert "Repetition 2 begins at its valley" in texts[1]


@pytest.mark.parametrize("sfreq", [20.0, 200.0])
@pytest.mark.parametrize("valley", [0.12, 0.2])
@pytest.mark.parametrize("turned", [False, True])
def test_a_movement_that_bounces_off_above_rest_ends_where_it_turns_and_is_not_cut(sfreq, valley, turned):
    # without a stop the velocity never stays below the threshold before the bar goes up again
    times, levels = [1.0, 2.4, 2.9, 4.3, 6.0], [0, 0.94, valley, 0.98, 0]
    x = np.interp(np.arange(0, 7, 1 / sfreq), times, levels)
    x = x[::-1] if turned else x
    table = audit(squats(x, sfreq=sfreq, starts="concentric", rest="low", distance=0.3))
    assert table["reason"].to_list() == ["", ""]
    ends = table["onset"] + table["duration"]
    turn = 7 - 1 / sfreq - 2.9 if turned else 2.9
    assert [ends[0], table["onset"][1]] == pytest.approx([turn, turn], abs=0.1)


@settings(deadline=None, max_examples=40)
@given(
    peaks=st.lists(st.floats(0.75, 1.0), min_size=2, max_size=6),
    parts=st.lists(st.sampled_from([0.0, 0.1, 0.4, 0.6, 0.8, 1.0]), min_size=5, max_size=5),
    seconds=st.lists(st.floats(1.0, 2.5), min_size=12, max_size=12),
    scale=st.sampled_from([1.0, -1.0, 100.0, -100.0]),
)
def test_every_lift_ends_at_its_valley_however_deep(peaks, parts, seconds, scale):
    valleys = [part * (min(pair) - 0.35) for part, pair in zip(parts, pairwise(peaks), strict=False)]
    levels = [0.0, *(x for both in zip(peaks, [*valleys, 0.0], strict=True) for x in both)]
    knots = 2 + np.cumsum([0.0, *seconds[: len(levels) - 1]])
    part = np.interp(np.arange(0, knots[-1] + 2, 0.01), knots, range(len(levels)))
    eased = np.floor(part) + (1 - np.cos(np.pi * (part % 1))) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        trial = squats(scale * np.interp(eased, range(len(levels)), levels), sfreq=100.0, starts="concentric")
    table = audit(trial)
    assert table["onset"].to_numpy() == pytest.approx(knots[:-1:2], abs=0.15)
    assert (table["onset"] + table["duration"]).to_numpy() == pytest.approx(knots[2::2], abs=0.15)
    assert not table["reason"].str.contains("cut").any()
    texts = [notice.text for notice in trial.notices if notice.code == "not-back-to-rest"]
    for place, valley in enumerate(valleys, 1):
        # beyond a quarter of the lower of both lifts it is no rest
        if valley > 0.27 * max(peaks[place - 1 : place + 1]):
            assert any(text.startswith(f"Repetition {place} ends at its valley") for text in texts)
        if valley < 0.23 * min(peaks[place - 1 : place + 1]):
            assert not any(text.startswith(f"Repetition {place} ends at its valley") for text in texts)


def test_a_step_missing_between_cycles_is_rejected_for_its_duration():
    time = np.arange(0, 10, 0.005)
    swing = 60 * np.exp(-0.5 * ((time % 1.2 - 0.6) / 0.12) ** 2) * ((time < 3.6) | (time > 6))
    table = audit(squats(swing, sfreq=200.0, starts=None))
    assert table["accepted"].tolist() == [True, True, False, True, True]
    assert "duration of 3.6 s is 3.00 times the median 1.2 s" in table["reason"].iloc[2]


@pytest.mark.parametrize(
    ("keywords", "error", "match"),
    [
        ({"by": "angle"}, SignalError, r"no stream 'angle'.*Allowed: 'position'"),
        ({"by": "emgs"}, ArgumentError, r"'by'.*'position', 'angle', .* and 'none'.*Got: 'emgs'"),
        ({"starts": "ecentric"}, ArgumentError, r"'starts'.*'concentric'.*Did you mean 'eccentric'"),
        ({"rest": "top"}, ArgumentError, r"'rest'.*'near-zero'"),
        ({"channel": "baR"}, ArgumentError, r"Unknown channel 'baR'.*'bar'"),
        ({"prominence": 1.5}, ArgumentError, r"'prominence'.*below 1.*1\.5"),
        ({"smallest": 1.2}, ArgumentError, r"smallest < 1 < largest"),
        ({"minimum_hold": -0.1}, ArgumentError, r"'minimum_hold'.*at least 0 s"),
    ],
)
def test_wrong_parameters_say_what_is_allowed(keywords, error, match):
    x, _ = movements(sfreq=100.0)
    with pytest.raises(error, match=match):
        find_repetitions(position(x, sfreq=100.0), **{"by": "position", "starts": "eccentric", **keywords})


def test_streams_without_movement_are_refused():
    with pytest.raises(SignalError, match=r"'bar'.*is constant.*Got: 0\.4 m throughout"):
        squats(np.full(1000, 0.4), sfreq=100.0)
    with pytest.raises(SignalError, match="holds no movement, only noise"):
        squats(np.random.default_rng(1).standard_normal(5000), sfreq=100.0)
    ramp = np.cumsum(np.clip(np.arange(1000) - 200, 0, 300))
    with pytest.raises(SignalError, match=r"No cycle was found.*at least two turning points"):
        squats(ramp, sfreq=100.0, starts=None)
    with pytest.warns(EmgkitWarning, match="All 1 repetitions are rejected: cut by the end"):
        assert not audit(squats(ramp, sfreq=100.0, rest="low"))["accepted"].any()


def test_a_trial_is_searched_once_and_one_channel_at_a_time():
    x, _ = movements(sfreq=100.0)
    with pytest.raises(ArgumentError, match=r"already has repetition events.*Got: 4 of them"):
        find_repetitions(squats(x, sfreq=100.0), by="position", starts="eccentric")
    channels = tuple(Channel(name=name, unit="m", kind="POS") for name in ("left", "right"))
    both = Trial(streams={"position": Recording(data=[x, 0 * x], sfreq=100.0, channels=channels)})
    with pytest.raises(ArgumentError, match=r"several channels.*'left' and 'right'"):
        find_repetitions(both, by="position", starts="eccentric")
    assert len(audit(find_repetitions(both, by="position", starts="eccentric", channel="left"))) == 4
    velocity = Trial(
        streams={"position": Recording(data=[x], sfreq=100.0, channels=(Channel(name="v", unit="m/s", kind="VEL"),))}
    )
    with pytest.raises(ArgumentError, match="'v' is a velocity"):
        find_repetitions(velocity, by="position", starts="eccentric")
    with pytest.raises(SignalError, match="no repetition events"):
        audit(both)


# repetitions that a person counts in the plotted angle, and how many of them are whole; all others: all whole
COUNTS = {
    "01N_sitting": 4, "02N_sitting": 4, "03N_sitting": 4, "04N_sitting": 4, "05N_sitting": 4, "06N_sitting": 6,
    "07N_sitting": 5, "08N_sitting": 4, "09N_sitting": 4, "10N_sitting": 5, "11N_sitting": 3, "01A_sitting": 2,
    "02A_sitting": 2, "03A_sitting": 4, "04A_sitting": 2, "05A_sitting": 5, "06A_sitting": 6, "07A_sitting": 2,
    "08A_sitting": 2, "09A_sitting": 3, "10A_sitting": 5, "11A_sitting": 4, "01N_standing": 4, "02N_standing": 4,
    "03N_standing": 4, "04N_standing": 4, "05N_standing": 5, "06N_standing": 3, "07N_standing": 4, "08N_standing": 4,
    "09N_standing": 5, "10N_standing": 6, "11N_standing": 2, "01A_standing": 2, "02A_standing": 2, "03A_standing": 3,
    "04A_standing": 3, "05A_standing": 4, "06A_standing": 3, "07A_standing": 2, "08A_standing": 2, "09A_standing": 5,
    "10A_standing": 4, "11A_standing": 4,
}  # fmt: skip


def knee(path) -> Trial:
    data = np.loadtxt(path, delimiter=",", skiprows=1, encoding="latin1")
    channel = Channel(name="knee", unit="deg", kind="JNTANG")
    return Trial(streams={"angle": Recording(data=[data[:, 4]], sfreq=1000.0, channels=(channel,))})


# recordings that begin at one end and end at the other: standing, the knee rests straight
SAID = {"05A_standing": "low", "06A_standing": "low"}


@pytest.mark.parametrize("name", COUNTS)
def test_real_knees_give_the_repetitions_that_a_person_counts(recordings, name):
    path = next((recordings / "uci_lower_limb").glob(f"*/{name}.csv"))
    if name in SAID:
        with pytest.raises(SignalError, match="Rest is uncertain"):
            find_repetitions(knee(path), by="angle", starts="concentric")
    table = audit(find_repetitions(knee(path), by="angle", starts="concentric", rest=SAID.get(name)))
    assert table["accepted"].sum() == COUNTS[name]
    assert table["reason"][~table["accepted"]].str.contains("cut by the").all()
    whole = table[table["accepted"]]
    parts = whole[["eccentric_s", "hold_s", "concentric_s"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(whole["duration"].to_numpy())


@pytest.mark.parametrize("number", range(1, 12))
def test_real_walking_gives_strides_of_about_a_second(recordings, number):
    for path in (recordings / "uci_lower_limb").glob(f"*/{number:02d}[NA]_gait.csv"):
        table = audit(find_repetitions(knee(path), by="angle", starts=None))
        strides = table.loc[table["accepted"], "duration"]
        assert len(strides) >= 2
        assert strides.between(0.8, 2.6).all()


def test_a_sensor_upside_down_marks_the_same_real_repetitions(recordings):
    trial = knee(recordings / "uci_lower_limb" / "normal" / "03N_sitting.csv")
    other = Trial(streams={"angle": trial["angle"].derive(40 - trial["angle"].data)})
    one, two = (audit(find_repetitions(t, by="angle", starts="concentric")) for t in (trial, other))
    assert one["onset"].to_numpy() == pytest.approx(two["onset"].to_numpy(), abs=1e-9)
