"""A small trial with two rates, two streams and events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from emgkit.channels import Channel, Event
from emgkit.recording import Recording, Trial


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    def make(*, sfreq=2000.0, n=3000, slow=100.0, n_slow=150, seed=0, events=(), start=0.0, **context):
        rng = np.random.default_rng(seed)
        emg = Recording(
            data=rng.normal(size=(2, n)) * [[1e-4], [3e-4]],
            sfreq=sfreq,
            start=start,
            channels=(
                Channel(name="EMG VL", unit="V", muscle="vastus_lateralis", side="right"),
                Channel(name="EMG BF", unit="V", muscle="biceps_femoris", side="left"),
            ),
        )
        bar = Recording(
            data=1 + 0.3 * np.sin(np.arange(n_slow) / 20)[np.newaxis],
            sfreq=slow,
            start=start,
            channels=(Channel(name="bar", unit="m", kind="POS"),),
        )
        return Trial(
            streams={"emg": emg, "position": bar},
            events=events,
            context={"participant": "01", "task": "squat", **context},
        )

    return make


@pytest.fixture
def repetition() -> Event:
    columns = {"exercise": "squat", "set": 1, "repetition": 2, "load_kg": 82.5, "accepted": True}
    return Event(onset=0.1 + 0.2, duration=0.75, label="repetition", columns=columns)
