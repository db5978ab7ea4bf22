"""Repetitions from an inertial sensor: what it feels of a movement that is known."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit import Channel, Recording, Trial, find_repetitions
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import Segmentation, audit, segmentation_sentences
from emgkit.simulate.specification import Imu
from tests.events.test_bursts import ARTEFACTS, hits, lifts, spec

RATE, RADIUS, G = 148.148, 0.25, 9.80665


def rotation(rng: np.random.Generator) -> np.ndarray:
    """How a sensor is turned when somebody sticks it on."""
    q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return q


def sensor(angle: np.ndarray, rng: np.random.Generator, *, bias: float = 0.8, noise: float = 1.0) -> Trial:
    """Acceleration (m/s²) and rotation (deg/s) of a sensor 0.25 m from a joint that turns through `angle` (rad)."""
    speed = np.gradient(angle) * RATE
    turn = np.gradient(speed) * RATE
    felt = np.array([
        G * np.sin(angle) + RADIUS * turn, G * np.cos(angle) - RADIUS * speed**2, np.zeros_like(angle),
    ])  # fmt: skip
    turned = np.array([np.zeros_like(angle), np.zeros_like(angle), np.degrees(speed)])
    q = rotation(rng)
    acc = q @ felt + noise * 0.15 * rng.normal(size=felt.shape)
    gyro = q @ turned + bias * np.array([[1], [-2], [0.5]]) + noise * 2.0 * rng.normal(size=felt.shape)
    emg = Recording(data=rng.normal(size=(1, angle.size)), sfreq=RATE, channels=(Channel(name="VL", unit="V"),))

    def stream(data: np.ndarray, kind: str, unit: str) -> Recording:
        channels = tuple(Channel(name=f"{kind} {axis}", unit=unit, kind=kind) for axis in "XYZ")
        return Recording(data=data, sfreq=RATE, channels=channels)

    return Trial(streams={"emg": emg, "acc": stream(acc, "ACCEL", "m/s^2"), "gyro": stream(gyro, "GYRO", "deg/s")})


def performed(people: int = 4, **sensor: float):
    """The lifts of the simulator, artefacts on, with what a sensor on a limb that turns through 80 degrees feels."""
    given = spec(people, **ARTEFACTS)
    imu = Imu(**{"sfreq": RATE, "turn": 80.0, **sensor})
    given = given.model_copy(update={"movement": given.movement.model_copy(update={"imu": imu})})
    exercises = [one for _ in range(people) for one in given.exercises]
    for exercise, (trial, when) in zip(exercises, lifts(given, seed=5), strict=True):
        yield exercise, when, trial


# medians and maxima of the error of a phase boundary (s)
@pytest.mark.filterwarnings("ignore:The phases come from the tilt")
@pytest.mark.parametrize(
    ("by", "turn", "median", "most"),
    [
        ("acceleration", 60.0, 0.15, 0.35), ("acceleration", 80.0, 0.05, 0.25), ("acceleration", 100.0, 0.08, 0.25),
        ("gyroscope", 40.0, 0.015, 0.05), ("gyroscope", 80.0, 0.015, 0.05),
    ],
)  # fmt: skip
def test_lifts_have_their_repetitions_and_phases(by, turn, median, most):
    counts, late, said = [], [], 0
    for exercise, when, trial in performed(3, turn=turn):
        found = find_repetitions(trial, by=by, starts=exercise.starts)
        counts.append(hits(found, when))
        said += [notice.code for notice in found.notices].count("phases-coarse")
        phases = [event for event in found.events if event.label == "phase" and event.get("accepted")]
        true = [(one.name, one.first / when.sfreq, one.stop / when.sfreq) for r in when.repetitions for one in r.phases]
        if len(phases) == len(true):
            assert [event.get("phase") for event in phases] == [name for name, *_ in true]
            late += [edge for e, (_, a, b) in zip(phases, true, strict=True) for edge in (e.onset - a, e.end - b)]
    hit, there, found_ = np.sum(counts, axis=0)
    assert hit / there >= 0.97
    assert hit / found_ >= 0.97
    assert len(late) >= 0.8 * 2 * 2 * there
    assert np.median(np.abs(late)) < median
    assert np.max(np.abs(late)) < most
    assert said == (9 if by == "acceleration" else 0)


@pytest.mark.parametrize("by", ["acceleration", "gyroscope"])
def test_cycles_follow_the_rhythm(by):
    rng = np.random.default_rng(2)
    times = np.arange(0, 30, 1 / RATE)
    swing = 0.5 * np.sin(2 * np.pi * times / 1.5) + 0.08 * np.sin(4 * np.pi * times / 1.5 + 1)
    table = audit(find_repetitions(sensor(swing, rng), by=by))
    assert len(table) >= 17
    assert table["accepted"].all()
    assert table["duration"].to_numpy() == pytest.approx(1.5, abs=0.06)
    assert set(table["origin"]) == {by}
    assert set(table["zero"]) <= {"highest", "lowest"}


def test_a_bar_that_only_goes_up_and_down_shows_no_phases():
    rng = np.random.default_rng(2)
    times = np.arange(0, 30, 1 / RATE)
    up = 2.0 * np.sin(2 * np.pi * times / 3)
    straight = sensor(np.zeros_like(times), rng)
    acc = straight["acc"].derive(straight["acc"].data + np.outer(straight["acc"].data.mean(axis=1) / G, up))
    trial = Trial(streams={"emg": straight.emg, "acc": acc})
    with pytest.raises(SignalError, match=r"hardly tilts.*at least 10 deg.*Leave starts away"):
        find_repetitions(trial, by="acceleration", starts="concentric")
    assert audit(find_repetitions(trial, by="acceleration"))["duration"].median() == pytest.approx(3, abs=0.1)


def test_what_cannot_be_searched_is_named():
    rng = np.random.default_rng(2)
    still = sensor(np.zeros(4000), rng)
    with pytest.raises(SignalError, match=r"No rhythm was found|does not turn about one axis"):
        find_repetitions(still, by="gyroscope")
    with pytest.raises(SignalError, match=r"does not turn about one axis.*60% of the power"):
        find_repetitions(still, by="gyroscope", starts="eccentric")
    with pytest.raises(SignalError, match=r"no stream 'acc'"):
        find_repetitions(Trial(streams={"emg": still.emg}), by="acceleration")
    two = Recording(
        data=np.vstack([still["acc"].data] * 2), sfreq=RATE,
        channels=tuple(Channel(name=f"{s} {a}", unit="m/s^2", kind="ACCEL") for s in "AB" for a in "XYZ"),
    )  # fmt: skip
    with pytest.raises(ArgumentError, match=r"several sensors.*channels = up to three of 'A X'.*6 channels"):
        find_repetitions(Trial(streams={"emg": still.emg, "acc": two}), by="acceleration")
    with pytest.raises(SignalError, match=r"three axes that feel gravity.*2 axes"):
        find_repetitions(
            Trial(streams={"emg": still.emg, "acc": two}),
            by="acceleration",
            channels=["A X", "A Y"],
            starts="eccentric",
        )


def test_the_methods_say_which_signal_of_the_sensor_was_searched():
    tilt = Segmentation(exercise="squat", by="acceleration", starts="eccentric", n=5, rejected=0)
    walk = Segmentation(exercise="gait", by="gyroscope", n=9, rejected=0, zeros=("highest",))
    text = " ".join(segmentation_sentences([tilt, walk]))
    assert "Repetitions of squat were found in the acceleration signal." in text
    assert "The acceleration signal is the tilt of the sensor to gravity, its acceleration below 2 Hz." in text
    assert "The gyroscope signal is that along its main axis" in text
    assert "0 % of a cycle of gait was the highest value of the gyroscope signal." in text
