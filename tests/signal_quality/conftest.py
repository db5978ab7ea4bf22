"""Simulated recordings of known quality."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import emgkit as ek
from emgkit import spectrum

Array = NDArray[np.float64]
Make = Callable[..., tuple[ek.Recording, np.random.Generator]]

RATES = (1000.0, 1259.259, 2000.0, 2148.148)
# activation over time, from 0 to 1
TASKS: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "hold": lambda t, _: 0.02 + 1.0 * ((t > 1) & (t < t[-1] - 1)),
    "sustained": lambda t, _: np.ones_like(t),
    "lifts": lambda t, rng: 0.02 + np.clip(np.sin(2 * np.pi * t / rng.uniform(2, 5)), 0, 1),
    "gait": lambda t, _: 0.03 + np.exp(-0.5 * (((t / 1.1) % 1 - 0.3) / 0.1) ** 2),
    "jump": lambda t, _: 0.01 + 1.0 * (np.abs(t - t[-1] / 2) < 0.15),
    "ramp": lambda t, _: 0.01 + t / t[-1],
}


def simulated(
    seed: int, *, channels: int = 1, task: str | None = None, seconds: float | None = None
) -> tuple[ek.Recording, np.random.Generator]:
    """EMG of 40 to 800 µV RMS with 1 to 5 µV of noise, 6 to 30 s of six tasks at four rates, in 12, 16 or more bits."""
    rng = np.random.default_rng(seed)
    sfreq = RATES[seed % len(RATES)]
    times = np.arange(int((seconds or rng.uniform(6, 30)) * sfreq)) / sfreq
    rows = []
    for _ in range(channels):
        active = TASKS[task or list(TASKS)[rng.integers(len(TASKS))]](times, rng)
        loud, noise = np.exp(rng.uniform(np.log(4e-5), np.log(8e-4))), np.exp(rng.uniform(np.log(1e-6), np.log(5e-6)))
        low, high = rng.uniform(40, 70), rng.uniform(90, 150)

        def density(f: Array, low: float = low, high: float = high) -> Array:
            return spectrum.surface_emg_density(f, low=low, high=high)

        emg = spectrum.shaped_noise(times.size, sfreq=sfreq, rng=rng, density=density)[0]
        x = loud * active * emg + noise * rng.standard_normal(times.size) + rng.uniform(-5e-6, 5e-6)
        step = (None, 5e-3 / 2**12, 11e-3 / 2**16)[seed % 3]
        rows.append(x if step is None else np.round(x / step) * step)
    named = tuple(ek.Channel(name=f"E{place}", unit="V") for place in range(channels))
    return ek.Recording(data=np.array(rows), sfreq=sfreq, channels=named), rng


@pytest.fixture(scope="session")
def recorded() -> Make:
    """Make a clean recording: ``recorded(seed, channels=…, task=…, seconds=…)``."""
    return simulated
