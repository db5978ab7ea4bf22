"""Eight channels at 2 kHz read to float64: ten minutes of EDF beside edfio, one minute of text beside pandas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import edfio
import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit.io._text import exact_floats

# each program has one core
pytestmark = pytest.mark.usefixtures("one_core")

RATE = 2000.0
NAMES = [f"EMG {place}" for place in range(1, 9)]


def recorded(seconds: int) -> ek.Trial:
    """Noise of 0.1 mV."""
    values = np.random.default_rng(2015).normal(0, 1e-4, (8, seconds * int(RATE)))
    channels = tuple(ek.Channel(name=name, unit="V") for name in NAMES)
    return ek.Trial(streams={"emg": ek.Recording(data=values, sfreq=RATE, channels=channels)})


@pytest.fixture(scope="module")
def edf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes."""
    return ek.io.write_edf(recorded(600), tmp_path_factory.mktemp("reading") / "ten_minutes.edf")


def test_edf(beside: Callable[..., Any], edf: Path) -> None:
    """The samples and nothing else are asked of edfio, which keeps them in the unit of the file."""

    def theirs() -> Any:
        return np.stack([signal.data for signal in edfio.read_edf(edf).signals])

    got, data = beside(lambda: ek.read(edf), theirs, task="EDF, 8 channels x 10 min", program="edfio")
    np.testing.assert_allclose(got.emg.data, data * 1e-6, rtol=0, atol=1e-18)


def test_a_second_of_edf(beside: Callable[..., Any], edf: Path) -> None:
    """One second out of ten minutes; edfio reads the signals from the file as they are asked for."""

    def theirs() -> Any:
        return np.stack([signal.data[600_000:602_000] for signal in edfio.read_edf(edf).signals])

    got, data = beside(
        lambda: ek.read(edf, start=300, stop=301), theirs, task="EDF, 1 s out of 10 min", program="edfio"
    )
    np.testing.assert_allclose(got.emg.data, data * 1e-6, rtol=0, atol=1e-18)


def test_edf_takes_at_most_two_and_a_half_times_its_array(peak: Callable[..., float], edf: Path) -> None:
    """Peak memory, as tracemalloc counts it."""
    assert peak(lambda: ek.read(edf)) <= 2.5


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One minute: a column of times and one a channel."""
    path = tmp_path_factory.mktemp("reading") / "one_minute.csv"
    emg = recorded(60).emg
    table = pd.DataFrame(
        {"time (s)": emg.times, **{f"{n} (mV)": 1e3 * x for n, x in zip(NAMES, emg.data, strict=True)}}
    )
    table.to_csv(path, index=False, float_format="%.8g")
    return path


# from 3.1 on pandas reads every number to its last digit, before only where it is told to
MODES: dict[str, dict[str, Any]] = {"default": {}, "exact": exact_floats()} if exact_floats() else {"exact": {}}


@pytest.mark.parametrize("mode", MODES)
def test_text(beside: Callable[..., Any], text: Path, mode: str) -> None:
    """Numbers alone are asked of pandas, in the unit of the file."""

    def theirs() -> Any:
        return pd.read_csv(text, engine="c", **MODES[mode])

    task = f"text, 8 channels x 1 min, {mode} numbers"
    got, found = beside(lambda: ek.read(text), theirs, task=task, program=f"pandas {pd.__version__}, C parser")
    if mode == "exact":
        np.testing.assert_array_equal(got.emg.data, found.to_numpy()[:, 1:].T * 1e-3)


def test_text_takes_at_most_two_and_a_half_times_its_array(peak: Callable[..., float], text: Path) -> None:
    """Peak memory, as tracemalloc counts it."""
    assert peak(lambda: ek.read(text)) <= 2.5
