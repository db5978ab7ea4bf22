"""Muscles that an MVC trial does not test are meant to be quiet, and nothing else is passed over."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit import Channel, Recording, Trial
from emgkit.errors import Notice
from emgkit.spectrum import shaped_noise
from emgkit.study.recordings.measure import Grading, grade

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


def trial(*rms: float, drift: float = 0.0) -> Trial:
    """Ten seconds of noise of these sizes (V), and a slow wave."""
    times = np.arange(20_000) / 2000
    wave = drift * np.sin(2 * np.pi * 2 * times)
    data = [one * shaped_noise(20_000, sfreq=2000.0, rng=np.random.default_rng(k))[0] for k, one in enumerate(rms)]
    channels = tuple(Channel(name=f"E{k}", unit="V") for k in range(len(rms)))
    emg = Recording(data=np.stack(data) + wave, sfreq=2000.0, channels=channels)
    return Trial(streams={"emg": emg}, notices=(Notice(code="read", text="What the reader remarks."),))


def codes(graded) -> list[str]:
    return [notice.code for notice in graded.notices]


@pytest.mark.parametrize(("mvc", "told"), [(False, ["no-signal"]), (True, [])])
def test_a_quiet_muscle_is_noticed_in_an_exercise_and_not_in_an_mvc_trial(mvc, told):
    graded = grade(trial(1e-4, 3e-6), Grading(mvc=mvc))
    assert codes(graded) == told
    # the table of the channels has it all the same
    assert graded.table["flagged"].tolist() == ["", "no-signal"]
    assert [notice.code for notice in graded.remarks] == ["read"]
    assert graded.sfreq == 2000.0


@pytest.mark.parametrize("mvc", [False, True])
def test_what_is_wrong_with_a_loud_muscle_is_noticed_in_every_trial(mvc):
    assert codes(grade(trial(1e-4, drift=3e-4), Grading(mvc=mvc))) == ["drift"]
    assert codes(grade(trial(1e-4), Grading(mvc=mvc))) == []
