"""Processor time of fresh processes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from timing import Row

__all__ = ["rows"]

FIRST_ENVELOPE = """
import numpy as np
import emgkit as ek
x = ek.Recording(data=np.random.default_rng(0).normal(0, 1e-4, (8, 20000)), sfreq=2000.0,
                 channels=tuple(ek.Channel(name=f"E{i}", unit="V") for i in range(8)))
ek.Pipeline(ek.steps.Bandpass(low=20, high=450), ek.steps.Rectify(), ek.steps.Envelope(cutoff=6))(x)
"""


def rows() -> Iterator[Row]:
    """Medians of nine starts; what Python itself takes is in all but one of them."""
    python = sys.executable
    bare = _median([python, "-c", "pass"])
    command = str(Path(python).with_name("emgkit"))
    own = [command] if Path(command).exists() else [python, "-m", "emgkit"]
    yield Row(work="emgkit --help", ours=f"{_median([*own, '--help']):.0f} ms of processor time", wanted="≤ 120 ms")
    yield Row(
        work="import emgkit, beyond Python", ours=f"{_median([python, '-c', 'import emgkit']) - bare:.0f} ms",
        wanted="≤ 30 ms",
    )  # fmt: skip
    yield Row(
        work="first envelope of a fresh process", ours=f"{_median([python, '-c', FIRST_ENVELOPE]):.0f} ms",
        wanted="≤ 500 ms",
    )  # fmt: skip


def _median(command: list[str]) -> float:
    """Milliseconds of processor time of a process, user and system."""
    taken = []
    for _ in range(10):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return float(np.median(taken[1:]))
