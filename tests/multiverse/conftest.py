"""A small study of recordings with a multiverse, its recordings, and what both give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit.study import Result, Study

SFREQ = 500

STUDY = """
[study]
title = "Two simulated lifts"
question = "Which of the two activates the vastus lateralis more?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
[channels]
"VL" = { muscle = "vastus_lateralis" }
"BF" = { muscle = "biceps_femoris" }
[exercises.squat]
task = "squat"
starts = "eccentric"
[exercises.thrust]
task = "thrust"
starts = "concentric"
[mvc]
tasks = ["mvc*"]
[[steps]]
step = "Bandpass"
low = 20
high = 200
[[steps]]
step = "Rectify"
[[steps]]
step = "Envelope"
cutoff = 6
[[measures]]
name = "mean"
primary = true
[[measures]]
name = "peak"
during = "phase"
[[comparisons]]
within = "exercise"
by = "muscle"
[multiverse]
artefacts = [
    { step = "none", kind = "E", why = "nothing shows spikes" },
    { step = "InterpolateSpikes", kind = "E", why = "a cable may have moved" },
]
band = [
    { low = 20, high = 200, kind = "E", why = "own" },
    { low = 10, high = 150, kind = "E", why = "less noise" },
]
order = [{ order = 4, kind = "E", why = "own" }, { order = 2, kind = "E", why = "shorter" }]
notch = [
    { step = "none", kind = "E", why = "no hum" },
    { step = "Notch", frequency = 50, kind = "E", why = "a little hum" },
]
envelope = [
    { step = "Envelope", cutoff = 6, kind = "E", why = "own" },
    { step = "MovingRMS", window = 0.1, kind = "E", why = "usual" },
    { step = "MovingMean", window = 0.1, kind = "E", why = "usual, too" },
]
mvc = [{ window = 0.5, kind = "E", why = "own" }, { window = 1.0, kind = "E", why = "steadier" }]
phase = [{ phase = "whole", kind = "E", why = "own" }, { phase = "concentric", kind = "N", why = "the hard part" }]
repetitions = [{ use = "all", kind = "E", why = "own" }, { use = "without first", kind = "E", why = "a first try" }]
summary = [{ measure = "mean", kind = "E", why = "own" }, { measure = "peak", kind = "N", why = "the most" }]
scale = [{ log = true, kind = "E", why = "own" }, { log = false, kind = "N", why = "points of percent" }]
"""
# the EMG of VL and BF (mV)
SCALES = {"squat": (0.2, 0.1), "thrust": (0.15, 0.3), "mvcA": (0.4, 0.1), "mvcB": (0.1, 0.5)}


def record(folder: Path, people: int = 5) -> Path:
    """Text files of a squat, a thrust and two MVC of each participant; the thrust is stronger in BF."""
    rng = np.random.default_rng(5)
    times = np.arange(0, 10, 1 / SFREQ)
    depth = np.clip(-np.cos(2 * np.pi * (times - 1) / 2.5), 0, 1) * ((times > 1) & (times < 8.5))
    folder.mkdir(parents=True)
    for who in range(1, people + 1):
        own = np.exp(0.15 * rng.normal(size=2))
        for task, scales in (
            ("squat", (0.2, 0.1)),
            ("thrust", (0.15, 0.3)),
            ("mvcA", (0.4, 0.1)),
            ("mvcB", (0.1, 0.5)),
        ):
            shape = depth if task in ("squat", "thrust") else np.ones_like(times)
            sign = -1 if task == "squat" else 1
            columns = {
                f"{name} (mV)": rng.normal(size=len(times))
                * (0.002 + scale * size * np.exp(0.1 * rng.normal()) * shape)
                for name, scale, size in zip(("VL", "BF"), scales, own, strict=True)
            }
            table = pd.DataFrame({**columns, "position (m)": sign * 0.2 * depth})
            table.round(6).to_csv(folder / f"P{who}_{task}.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def study(shared: Callable[[str, Callable[[Path], Any]], Any]) -> Study:
    """A study of two lifts of five simulated people, with MVC trials, in text files."""

    def make(folder: Path) -> Path:
        record(folder / "data")
        (folder / "study.toml").write_text(STUDY, encoding="utf-8")
        return folder

    return Study.load(shared("multiverse_of_two_lifts", make))


@pytest.fixture(scope="session")
def result(study: Study, shared: Callable[[str, Callable[[Path], Any]], Any]) -> Result:
    """Its multiverse."""
    return shared("multiverse_result", lambda folder: ek.multiverse.run(study, out=folder / "out", quick=True))
