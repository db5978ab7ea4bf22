"""Repetitions from bursts of the EMG: found at low SNR, the same in any unit and rate, and said to be circular."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from emgkit import Channel, EmgkitWarning, Recording, Trial, find_repetitions, simulate
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import Segmentation, audit, segmentation_sentences
from emgkit.signal import resample
from emgkit.simulate import movement

pytestmark = pytest.mark.filterwarnings("ignore:The repetitions are bursts of the EMG itself")
SHIPPED = simulate.load_spec("three_lifts")
ARTEFACTS = {"mains": 5e-6, "ecg": 5e-5, "movement": 1e-4, "dropouts": 2.0}


def spec(people: int = 4, **artefacts: float) -> simulate.Specification:
    """The three lifts with rests of a second between repetitions."""
    exercises = tuple(one.model_copy(update={"rest": 1.0}) for one in SHIPPED.exercises)
    mvc = SHIPPED.mvc.model_copy(update={"runs": 1, "plateau": 1.0})
    disturbed = SHIPPED.artefacts.model_copy(update=artefacts)
    changes = {"participants": people, "exercises": exercises, "mvc": mvc, "artefacts": disturbed}
    return SHIPPED.model_copy(update=changes)


def lifts(given: simulate.Specification, *, seed: int) -> Iterator[tuple[Trial, movement.Timing]]:
    """The trials of the lifts, and when each repetition truly begins and ends."""
    from emgkit.simulate import session

    for person in session._people(given, seed):
        for number, exercise in enumerate(given.exercises):
            trial = session._exercise_trial(given, person, number, exercise)
            yield trial, session._performed(given, person, number, exercise)[0]


def noisy(trial: Trial, when: movement.Timing, snr: float) -> Trial:
    """The trial whose noise lies so many dB below the EMG of the repetitions."""
    x = trial.emg.data
    active = np.zeros(x.shape[1], dtype=bool)
    for one in when.repetitions:
        active[one.first : one.stop] = True
    size = np.sqrt(np.mean(x[:, active] ** 2, axis=1, keepdims=True)) * 10 ** (-snr / 20)
    noise = np.random.default_rng(1).normal(size=x.shape) * size
    return replace(trial, streams={**trial.streams, "emg": trial.emg.derive(x + noise)})


def hits(found: Trial, when: movement.Timing) -> tuple[int, int, int]:
    """Repetitions that were found, that there are, and that are said to be there."""
    spans = [(e.onset, e.end) for e in found.events if e.label == "repetition" and e.get("accepted")]
    true = [(one.first / when.sfreq, one.stop / when.sfreq) for one in when.repetitions]
    hit = sum(any(min(b, d) - max(a, c) > 0.6 * max(b - a, d - c) for c, d in spans) for a, b in true)
    return hit, len(true), len(spans)


@pytest.mark.parametrize("snr", [6, 10, 20])
@pytest.mark.parametrize("artefacts", [{}, ARTEFACTS], ids=["clean", "artefacts"])
def test_three_lifts_with_short_rests_are_found(snr, artefacts):
    trials = lifts(spec(**artefacts), seed=3)
    counts = np.array([hits(find_repetitions(noisy(trial, when, snr), by="emg"), when) for trial, when in trials])
    hit, there, found = counts.sum(axis=0)
    assert hit / there >= 0.95
    assert hit / found >= 0.95


def test_unit_rate_and_start_do_not_matter():
    trial, _ = next(lifts(spec(1), seed=2))
    plain = audit(find_repetitions(trial, by="emg"))
    emg = trial.emg
    for other in (
        emg.derive(1000 * emg.data),
        replace(emg, data=resample(emg.data, sfreq=emg.sfreq, to=1500.0), sfreq=1500.0),
        replace(emg, start=7.0),
    ):
        table = audit(find_repetitions(Trial(streams={"emg": other}), by="emg"))
        assert table["onset"].to_numpy() - other.start == pytest.approx(plain["onset"].to_numpy(), abs=0.005)
        assert table["duration"].to_numpy() == pytest.approx(plain["duration"].to_numpy(), abs=0.005)


def bursts(*spans: tuple[float, float], duration: float = 20.0) -> Trial:
    times = np.arange(0, duration, 1e-3)
    active = np.any([(times >= a) & (times < b) for a, b in spans], axis=0)
    x = np.random.default_rng(0).normal(size=times.size) * np.where(active, 1e-4, 4e-6)
    channels = (Channel(name="VL", unit="V"), Channel(name="BF", unit="V"))
    quiet = np.random.default_rng(1).normal(size=times.size) * 4e-6
    return Trial(streams={"emg": Recording(data=[x, quiet], sfreq=1000.0, channels=channels)})


def test_bursts_that_are_cut_short_or_parted_are_judged():
    found = find_repetitions(bursts((0, 1), (3, 4), (4.2, 5), (8, 10), (13, 13.1), (16, 18)), by="emg")
    table = audit(found)
    assert table["onset"].to_list() == pytest.approx([0, 3, 8, 16], abs=0.15)
    assert table["accepted"].to_list() == [False, True, True, True]
    assert table["reason"].iloc[0] == "cut by the start of the recording"
    long = audit(find_repetitions(bursts((1, 2), (4, 5), (7, 8), (10, 15), (17, 18)), by="emg"))
    assert long["accepted"].to_list() == [True, True, True, False, True]
    assert "times the median" in long["reason"].iloc[3]


def test_it_is_said_to_be_circular_wherever_it_appears():
    with pytest.warns(EmgkitWarning, match="circular"):
        found = find_repetitions(bursts((2, 4), (7, 9)), by="emg", channels="VL")
    assert [notice.code for notice in found.notices] == ["circular-windows"]
    assert set(audit(found)["origin"]) == {"EMG bursts (circular)"}
    way = Segmentation(exercise="squat", by="emg", n=2, rejected=0, options={"channels": ("VL",), "gap": 0.7})
    (sentence,) = segmentation_sentences([way])
    assert "bursts of the EMG itself (VL)" in sentence
    assert "which is circular" in sentence
    assert "less than 0.7 s apart" in sentence


def test_rest_without_bursts_and_options_out_of_range_are_refused():
    with pytest.raises(SignalError, match=r"no bursts that stand out.*at least 1.4 times rest.*by = 'none'"):
        find_repetitions(bursts((2, 4), (7, 9)), by="emg", channels="BF")
    for options, match in (
        ({"level": 1.5}, r"'level'.*above 0, below 1.*1.5"),
        ({"gap": -1}, r"'gap'.*at least 0 s"),
        ({"channels": "VM"}, r"Unknown channel 'VM'.*'VL' and 'BF'"),
        ({"starts": "eccentric"}, r"no option 'starts'"),
    ):
        with pytest.raises(ArgumentError, match=match):
            find_repetitions(bursts((2, 4), (7, 9)), by="emg", **options)
