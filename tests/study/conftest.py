"""The smallest study file that is whole, and a small study with its recordings and stages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.study import Study
from emgkit.study.recordings.analysis import Analysis, analyse
from emgkit.study.recordings.keys import Stage
from emgkit.study.recordings.plan import Plan, plan_of

MINIMAL = """
[study]
title = "A study"
question = "Which?"
[data]
bids = "data"
[exercises.squat]
task = "squat"
starts = "eccentric"
[[steps]]
step = "Rectify"
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "muscle"
"""


@pytest.fixture
def minimal() -> str:
    """Text of a study file with nothing but what must be there."""
    return MINIMAL


TWO_LIFTS = """
[study]
title = "Two simulated lifts"
question = "Which of the two activates the vastus lateralis more?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
[channels]
"VL" = { muscle = "vastus_lateralis" }
[exercises.squat]
task = "squat"
starts = "eccentric"
[exercises.thrust]
task = "thrust"
starts = "concentric"
[mvc]
tasks = ["mvc"]
[[steps]]
step = "Highpass"
cutoff = 20
[[steps]]
step = "Rectify"
[[steps]]
step = "MovingRMS"
window = 0.1
[[measures]]
name = "mean"
primary = true
[[measures]]
name = "peak"
during = "phase"
[[comparisons]]
within = "exercise"
by = "muscle"
"""


def record(folder: Path, people: int = 4) -> Path:
    """Text files of a squat, a thrust and an MVC of each participant."""
    rng = np.random.default_rng(5)
    times = np.arange(0, 10, 1 / 500)
    depth = np.clip(-np.cos(2 * np.pi * (times - 1) / 2.5), 0, 1) * ((times > 1) & (times < 8.5))
    folder.mkdir(parents=True)
    for who in range(1, people + 1):
        for task, scale in (("squat", 0.2), ("thrust", 0.05), ("mvc", 0.4)):
            shape = depth if task != "mvc" else np.ones_like(times)
            emg = rng.normal(size=len(times)) * (0.002 + scale * np.exp(0.1 * rng.normal()) * shape)
            sign = -1 if task == "squat" else 1
            table = pd.DataFrame({"VL (mV)": emg, "position (m)": sign * 0.2 * depth})
            table.round(6).to_csv(folder / f"P{who}_{task}.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def study(shared: Callable[[str, Callable[[Path], Any]], Any]) -> Study:
    """A study of two lifts of four simulated people, with MVC trials, in text files."""

    def make(folder: Path) -> Path:
        record(folder / "data")
        (folder / "study.toml").write_text(TWO_LIFTS, encoding="utf-8")
        return folder

    return Study.load(shared("two_lifts", make))


@pytest.fixture(scope="session")
def plan(study: Study) -> Plan:
    """What that study does."""
    return plan_of(study.file)


@pytest.fixture(scope="module")
def analysis(study: Study, plan: Plan, quiet: Callable[..., None]) -> Analysis:
    """What that study computes."""
    return analyse(study.file, plan, study.folder / "data", progress=quiet)


@pytest.fixture(scope="session")
def quiet() -> Callable[..., None]:
    """No report of progress."""
    return lambda *_given: None


@pytest.fixture(scope="session")
def every_stage() -> Callable[[Any], list[Stage[Any]]]:
    """A function that gives some stages and all that they stand on."""

    def found(stages: Any) -> Iterator[Stage[Any]]:
        for one in stages:
            if isinstance(one, tuple):
                yield from found(one)
            elif isinstance(one, Stage):
                yield one
                yield from found(one.inputs)

    return lambda stages: list(found(stages))
