"""Where a movement rests at both ends of a recording, cycles could be repetitions with phases."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit import Channel, Recording, Trial
from emgkit.events import resting_end
from emgkit.study.recordings.segment import Segmentation, segment

SFREQ = 100.0


def trial_of(samples, *, noise=0.0):
    samples = np.asarray(samples) + noise * np.random.default_rng(2).normal(size=len(samples))
    bar = Recording(data=[samples], sfreq=SFREQ, channels=(Channel(name="bar", unit="m", kind="POS"),))
    return Trial(streams={"position": bar})


def squats(*, rest=1.0, pause=0.0, noise=0.002):
    """Four movements down and up from a high rest, with pauses between them."""
    one = (np.cos(2 * np.pi * np.arange(0, 2, 1 / SFREQ) / 2) - 1) / 4
    parts = [np.zeros(int(rest * SFREQ))]
    for _ in range(4):
        parts += [one, np.zeros(int(pause * SFREQ))]
    return trial_of(np.concatenate([*parts, np.zeros(int(rest * SFREQ))]), noise=noise)


def gait(*, begins=0.0, seconds=8.0, noise=0.002):
    """A knee angle in gait: two peaks a cycle, cut anywhere."""
    times = begins + np.arange(0, seconds, 1 / SFREQ)
    phase = 2 * np.pi * times / 1.1
    return trial_of(0.3 - 0.25 * np.cos(phase) - 0.1 * np.cos(2 * phase + 0.6), noise=noise)


@pytest.mark.parametrize("pause", [0.0, 0.5, 1.5])
@pytest.mark.parametrize("rest", [0.5, 1.0, 3.0])
def test_squats_rest_at_the_high_end(rest, pause):
    assert resting_end(squats(rest=rest, pause=pause), by="position") == "high"


def test_the_sign_and_the_level_of_the_stream_only_name_the_end():
    position = squats().streams["position"].data[0]
    assert resting_end(trial_of(-position + 5), by="position") == "low"
    assert resting_end(trial_of(1000 * position), by="position") == "high"


@pytest.mark.parametrize("begins", np.arange(0, 1.1, 0.1).round(1).tolist())
def test_gait_has_no_resting_end_wherever_it_is_cut(begins):
    assert resting_end(gait(begins=begins), by="position") is None


@pytest.mark.parametrize("period", [1.0, 3.0, 6.0])
def test_a_slow_sine_that_begins_and_ends_at_its_turning_point_does_not_rest(period):
    times = np.arange(0, 4 * period + 1 / SFREQ, 1 / SFREQ)
    assert resting_end(trial_of(np.cos(2 * np.pi * times / period)), by="position") is None


def test_a_recording_that_rests_at_one_end_only_or_at_different_ones_has_none():
    position = squats().streams["position"]
    assert resting_end(Trial(streams={"position": position.crop(0.0, 6.3)}), by="position") is None
    up = np.concatenate([np.zeros(100), (1 - np.cos(np.pi * np.arange(0, 5, 1 / SFREQ))) / 2, np.ones(100)])
    assert resting_end(trial_of(up), by="position") is None


@pytest.mark.parametrize("starts", [None, "eccentric"])
def test_a_study_says_that_phases_could_be_had_and_how(starts):
    rule = Segmentation(exercise="squat", by="position", options={"starts": starts, "rest": None})
    notices = [notice for notice in segment(squats(), rule).notices if notice.code == "phases-possible"]
    if starts is not None:
        assert notices == []
        return
    (notice,) = notices
    assert notice.message == (
        "The position rests at its high end where the recording begins and ends, and squat was divided into cycles "
        "without phases. To divide it into repetitions with phases, say which phase comes first: [exercises.squat] "
        'starts = "eccentric" or starts = "concentric".'
    )


def test_a_study_says_nothing_of_the_kind_of_gait():
    rule = Segmentation(exercise="gait", by="position", options={"starts": None, "rest": None})
    assert [notice.code for notice in segment(gait(begins=0.2), rule).notices] == []
