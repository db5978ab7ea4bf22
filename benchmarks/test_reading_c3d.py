"""8 channels x 10 min x 2 kHz read to float64, beside the usual reader of the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezc3d
import numpy as np
import pytest

import emgkit as ek

# each program has one core
pytestmark = pytest.mark.usefixtures("one_core")

RATE, SECONDS, CHANNELS, PER_FRAME = 2000, 600, 8, 20


@pytest.fixture(scope="session")
def c3d(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recording as ezc3d writes it: reals of 32 bits, no markers."""
    rng = np.random.default_rng(7)
    made = ezc3d.c3d()
    made["parameters"]["POINT"]["RATE"]["value"] = [RATE / PER_FRAME]
    made["parameters"]["ANALOG"]["RATE"]["value"] = [float(RATE)]
    made["parameters"]["ANALOG"]["LABELS"]["value"] = [f"EMG{number}" for number in range(1, CHANNELS + 1)]
    made["parameters"]["ANALOG"]["UNITS"]["value"] = ["V"] * CHANNELS
    made["data"]["points"] = np.zeros((4, 0, RATE * SECONDS // PER_FRAME))
    made["data"]["analogs"] = rng.normal(0, 1e-4, (1, CHANNELS, RATE * SECONDS))
    path = tmp_path_factory.mktemp("reading") / "squat.c3d"
    made.write(str(path))
    return path


def test_c3d(beside: Callable[..., Any], c3d: Path) -> None:
    """The checked recording of it, in volts."""
    task = f"C3D, {CHANNELS} channels x {SECONDS} s x {RATE} Hz"
    got, other = beside(lambda: ek.read(c3d), lambda: ezc3d.c3d(str(c3d)), task=task, program="ezc3d", rounds=5)
    np.testing.assert_array_equal(got.emg.data, other["data"]["analogs"][0])


def test_c3d_takes_at_most_two_and_a_half_times_its_array(peak: Callable[..., float], c3d: Path) -> None:
    """Peak memory, as tracemalloc counts it."""
    assert peak(lambda: ek.read(c3d)) <= 2.5
