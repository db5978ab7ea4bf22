"""Recordings as laboratories write them, and a way to answer what `emgkit new` asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.study import Study, new
from emgkit.study.new.questions import stand_ins

RATE = 1000


def write(
    path: Path,
    *,
    seed: int = 1,
    mvc: bool = False,
    emg: Sequence[str] = ("VL (mV)", "BF (mV)"),
    movement: Sequence[str] = ("bar (m)",),
    time: str | None = None,
    header: bool = True,
    dead: str | None = None,
    separator: str = ",",
) -> None:
    """Noise whose size follows a bar that goes up and down four times, or one maximal contraction."""
    rng = np.random.default_rng(seed)
    times = np.arange(12 * RATE) / RATE
    bar = np.where((times > 2) & (times < 10), 0.25 * (1 - np.cos(np.pi * (times - 2))), 0.0)
    force = 3 * np.exp(-0.5 * ((times - 6) / 2) ** 2) if mvc else 0.3 + bar
    table = {} if time is None else {time: times}
    table |= {label: 0 * times if label == dead else 0.2 * force * rng.normal(size=times.size) for label in emg}
    table |= {label: bar * (100 if "angle" in label.lower() or "deg" in label else 1) for label in movement}
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(table).round(6).to_csv(path, index=False, header=header, sep=separator)


@pytest.fixture
def record() -> Callable[..., None]:
    """A function that writes a recording."""
    return write


@pytest.fixture
def answered(tmp_path: Path) -> Callable[..., Any]:
    """A function that writes a study with these answers, and with one that is allowed to every other question."""

    def make(data: Path, **known: Any) -> new.Skeleton:
        found = new.survey(tmp_path / "study", data)
        asked = {one.id for one in new.questions(found, stand_ins(found) | known)}
        assert set(known) <= asked, f"not asked: {set(known) - asked}"
        made = new.write(tmp_path / "study", found, answers={**stand_ins(found), **known})
        assert made.to_do == (), made.file.read_text(encoding="utf-8")
        return made

    return make


@pytest.fixture
def run(answered: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """A function that writes a study with these answers and runs it."""

    def make(data: Path, **known: Any) -> Any:
        return Study.load(answered(data, **known).file.parent).run(tmp_path / "out", quick=True)

    return make
