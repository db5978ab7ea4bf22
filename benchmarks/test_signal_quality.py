"""The scorecard of long recordings: its cost is linear in the samples."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import emgkit as ek


def recording(minutes: float) -> ek.Recording:
    """Eight channels at 2 kHz."""
    data = 1e-4 * np.random.default_rng(1).standard_normal((8, int(minutes * 60 * 2000)))
    return ek.Recording(
        data=data, sfreq=2000.0, channels=tuple(ek.Channel(name=f"E{place}", unit="V") for place in range(8))
    )


def seconds(function: Callable[[], object]) -> float:
    """The least processor time of three calls."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        function()
        spent.append(time.process_time() - start)
    return min(spent)


def test_quality_of_ten_minutes() -> None:
    """Eight channels of ten minutes on one core, beside a fifth of them."""
    short, long = recording(2), recording(10)
    ek.quality(short)
    few, many = seconds(lambda: ek.quality(short)), seconds(lambda: ek.quality(long))
    print(f"\nek.quality, 8 channels at 2 kHz: 2 min {few:.2f} s, 10 min {many:.2f} s ({many / few:.1f} times)")
    assert many < 1.0
    assert many < 7 * few
