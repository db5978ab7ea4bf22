"""Rhythms, tilts and rotations of a sensor in closed form, with values on either side of each limit."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit import Channel, Recording, signal
from emgkit.errors import SignalError
from emgkit.events.ways.inertial import _period, _rhythm, _tilt, _turned

SFREQ, G = 100.0, 9.80665


def sensor(rows: np.ndarray, *, unit: str = "m/s^2", kind: str = "ACCEL", sfreq: float = SFREQ) -> Recording:
    channels = tuple(Channel(name=axis, unit=unit, kind=kind) for axis in "XYZ"[: len(rows)])
    return Recording(data=rows, sfreq=sfreq, channels=channels, start=4.0)


def wave(period: float, seconds: float, *, sfreq: float = SFREQ) -> np.ndarray:
    return np.sin(2 * np.pi * np.arange(round(seconds * sfreq)) / sfreq / period)


def period(x: np.ndarray) -> float:
    return _period(x, SFREQ, sensor(x[np.newaxis]))


# ------------------------------------------------------------------ rhythm


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (0.4, 0.4),
        (0.41, 0.41),
        (1.5, 1.5),
        (14.9, 14.9),
        (14.97, 14.97),
        (0.39, 0.78),
    ],  # a shorter one shows at its double
)
def test_a_rhythm_is_found_from_four_tenths_of_a_second_to_fifteen_seconds(given, found):
    assert period(wave(given, 40 * max(given, 1))) == pytest.approx(found, abs=0.011)


def test_a_slower_rhythm_than_fifteen_seconds_is_none():
    with pytest.raises(SignalError, match=r"every 0\.4 to 15 s, at least twice\. Got: no peak of the autocorrelation"):
        period(wave(15.6, 624))


@pytest.mark.parametrize(("times", "is_found"), [(1.9, False), (2.3, True)])
def test_a_rhythm_repeats_itself_at_least_twice(times, is_found):
    x = wave(3.0, 3.0 * times)
    if is_found:
        assert period(x) == pytest.approx(3.0, abs=0.2)
    else:
        with pytest.raises(SignalError, match="No rhythm was found"):
            period(x)


@pytest.mark.parametrize(("part", "is_found"), [(0.36, True), (0.24, False)])
def test_a_rhythm_has_three_tenths_of_the_power(part, is_found):
    # of a sine in white noise the autocorrelation peaks at the sine's part of the power
    noise = np.random.default_rng(1).normal(size=40_000)
    x = np.sqrt(2 * part) * wave(2.0, 400) + np.sqrt(1 - part) * noise
    if is_found:
        assert period(x) == pytest.approx(2.0, abs=0.02) or period(x) % 2 == pytest.approx(0, abs=0.05)
    else:
        with pytest.raises(SignalError, match=r"Got: an autocorrelation of at most 0\.2"):
            period(x)


@pytest.mark.parametrize(("power", "found"), [(0.04, 1.0), (0.07, 2.0)])
def test_a_half_period_that_is_nine_tenths_as_good_is_the_period(power, found):
    # after half of the slower period the autocorrelation is (1 - p) / (1 + p): 0.92 and 0.87
    assert period(wave(1.0, 100) + np.sqrt(power) * wave(2.0, 100)) == pytest.approx(found, abs=0.02)


@pytest.mark.parametrize(("power", "is_found"), [(0.065, True), (0.042, False)])
def test_a_peak_of_the_autocorrelation_stands_out_by_a_tenth(power, is_found):
    # on a slow drift the sine's part of the power makes a ripple of twice its size
    x = np.sqrt(1 - power) * wave(800.0, 800) + np.sqrt(power) * wave(2.0, 800)
    if is_found:
        assert period(x) == pytest.approx(2.0, abs=0.02)
    else:
        with pytest.raises(SignalError, match="no peak of the autocorrelation"):
            period(x)


@pytest.mark.parametrize("sfreq", [100.0, 12.0])
def test_a_rhythm_is_the_main_axis_below_one_and_a_half_times_its_frequency(sfreq):
    x = wave(2.0, 60, sfreq=sfreq) + 0.3 * wave(2 / 3, 60, sfreq=sfreq)
    rows = np.outer([0.0, 0.6, -0.8], x)
    found = _rhythm(sensor(rows, sfreq=sfreq), rows)
    slow = signal.lowpass(-x, min(6.0, 0.4 * sfreq), sfreq=sfreq, order=4)
    expected = signal.lowpass(slow, 1.5 / 2.0, sfreq=sfreq, order=4)
    assert found.data[0] == pytest.approx(expected, abs=1e-9)
    assert (found.start, found.sfreq, found.names) == (4.0, sfreq, ("main axis",))
    alone = _rhythm(sensor(-rows[1:2], sfreq=sfreq), -rows[1:2])
    assert alone.channels[0].unit == "m/s^2"
    assert np.abs(alone.data) == pytest.approx(0.6 * np.abs(expected)[np.newaxis], abs=1e-9)


# ------------------------------------------------------------------ tilt


@pytest.mark.parametrize("share", [0.025, 0.015])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_tilt_leaves_out_the_fiftieth_part_at_either_end(share, sign):
    angle = np.zeros(8000)
    angle[3000 : 3000 + round(share * 8000)] = sign * np.radians(40.0)
    felt = sensor(G * np.array([np.sin(angle), np.cos(angle), np.zeros_like(angle)]))
    if share > 0.02:
        assert np.ptp(_tilt(felt).data) > 30
    else:
        with pytest.raises(SignalError, match=r"hardly tilts.*at least 10 deg\. Got: 0\.\d deg"):
            _tilt(felt)


def test_the_tilt_is_the_angle_of_what_is_slow():
    angle = np.radians(20) * wave(5.0, 40)
    still = np.zeros_like(angle)
    shaken = np.array([np.sin(angle), np.cos(angle), still + 0.3 * wave(0.1, 40)])
    found = _tilt(sensor(G * shaken)).data[0]
    # the middle of the recording, away from what the filter makes of its ends
    assert np.abs(found[500:-500]) == pytest.approx(np.abs(np.degrees(angle))[500:-500], abs=0.5)


# ------------------------------------------------------------------ rotation


def turning(first: float, second: float = 0.0, *, bias: float = 0.0) -> Recording:
    """Rotation about two axes, a quarter of a period apart, with a still part before and after (deg/s)."""
    still = np.zeros(400)
    a, b = wave(4.0, 40), np.cos(2 * np.pi * np.arange(4000) / SFREQ / 4.0)
    rows = [np.concatenate([still, size * one, still]) + bias for size, one in ((first, a), (second, b))]
    return sensor(np.array([*rows, np.zeros(4800)]), unit="deg/s", kind="GYRO")


@pytest.mark.parametrize("bias", [0.0, -7.0])
def test_the_rotation_sums_up_to_the_angle_without_its_offset(bias):
    found = _turned(turning(50.0, bias=bias))
    # of 50 deg/s times a sine of 4 s the angle goes from 0 to 50 * 4 / pi
    assert np.ptp(found.data) == pytest.approx(200 / np.pi, rel=0.01)
    assert found.data[0, -1] - found.data[0, 0] == pytest.approx(0, abs=0.5)
    assert found.channels[0].unit == "deg"


@pytest.mark.parametrize(("part", "is_one"), [(0.62, True), (0.58, False)])
def test_three_fifths_of_the_power_are_about_one_axis(part, is_one):
    given = turning(50 * np.sqrt(part), 50 * np.sqrt(1 - part))
    if is_one:
        assert np.ptp(_turned(given).data) == pytest.approx(200 / np.pi * np.sqrt(part), rel=0.02)
    else:
        with pytest.raises(SignalError, match=r"not turn about one axis.*60% of the power about one axis\. Got: 5\d%"):
            _turned(given)
