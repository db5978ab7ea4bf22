"""Each task timed in emgkit and another program in turns, in one process, on simulated tables; ratios at the end.

``make benchmark`` runs this, with one thread of BLAS: with more a BLAS measures the machine. Seconds differ between
machines, ratios much less.
"""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import emgkit as ek

SEED = 2015

Beside = Callable[..., tuple[Any, Any]]


@pytest.fixture(scope="session")
def cells() -> pd.DataFrame:
    """13 simulated participants, three lifts, three muscles: 117 cells in %MVC."""
    return ek.simulate.draw_cells("three_lifts", seed=SEED)


@pytest.fixture(scope="session")
def repetitions(cells: pd.DataFrame) -> pd.DataFrame:
    """Five simulated repetitions of every cell of one muscle: 195 rows."""
    rng = np.random.default_rng(SEED)
    one = cells[cells["muscle"] == "gluteus_maximus"]
    rows = one.loc[one.index.repeat(5), ["participant", "exercise", "value"]].reset_index(drop=True)
    return rows.assign(
        repetition=np.tile(np.arange(1, 6), len(one)), value=rows["value"] * np.exp(rng.normal(0, 0.1, len(rows)))
    )


@pytest.fixture(scope="session")
def differences() -> np.ndarray:
    """Differences of 20 participants' smooth log curves at 101 points; the second half of the curve differs."""
    rng = np.random.default_rng(SEED)
    smooth = np.cumsum(rng.normal(0, 0.05, (20, 101)), axis=1) + rng.normal(0, 0.3, (20, 1))
    smooth[:, 51:] += 0.5
    return smooth


@pytest.fixture(scope="session")
def curves(differences: np.ndarray) -> pd.DataFrame:
    """The long table of curves that have these differences, 4040 rows."""
    logs = np.stack([differences, np.zeros_like(differences)], axis=1)
    grid = pd.MultiIndex.from_product([range(20), ["a", "b"], range(101)], names=["participant", "exercise", "point"])
    return pd.DataFrame({"value": np.exp(logs).ravel()}, index=grid).reset_index()


@pytest.fixture
def one_core() -> Iterator[None]:
    """One core for all threads of the process, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


@pytest.fixture
def beside(benchmark: Any) -> Beside:
    """Time a call of emgkit in turns with that of another program, so that both meet the machine in one mood.

    ``task`` names what is done, ``program`` the other; ``fits`` is how often one call of emgkit does the task.
    """

    def run(
        ours: Callable[[], Any], theirs: Callable[[], Any], *, task: str, program: str, fits: int = 1, rounds: int = 9
    ) -> tuple[Any, Any]:
        taken, last = [], []
        benchmark.group = task

        def other() -> None:
            begun = time.perf_counter()
            last[:] = [theirs()]
            taken.append(time.perf_counter() - begun)

        found = benchmark.pedantic(ours, setup=other, rounds=rounds, warmup_rounds=1)
        other_seconds, seconds = np.array(taken[-rounds:]), np.array(benchmark.stats.stats.data) / fits
        ratios = other_seconds / seconds
        benchmark.extra_info.update(
            program=program, emgkit_ms=1e3 * float(np.median(seconds)), other_ms=1e3 * float(np.median(other_seconds)),
            ratio=float(np.median(ratios)), ratio_low=float(ratios.min()), ratio_high=float(ratios.max()),
        )  # fmt: skip
        return found, last[0]

    return run


_PEAKS: list[tuple[str, float]] = []


@pytest.fixture
def peak(request: pytest.FixtureRequest) -> Callable[[Callable[[], ek.Trial]], float]:
    """Most memory that a reader takes at once, as a multiple of the array of its EMG."""

    def run(read: Callable[[], ek.Trial]) -> float:
        read()  # what is imported and kept is no part of it
        tracemalloc.start()
        data = read().emg.data
        found = tracemalloc.get_traced_memory()[1] / data.nbytes
        tracemalloc.stop()
        _PEAKS.append((request.node.name, found))
        return found

    return run


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print how many times longer the other programs take, task by task."""
    if _PEAKS:
        terminalreporter.section("peak memory, as a multiple of the array that is read")
        for name, found in _PEAKS:
            terminalreporter.write_line(f"{name}: {found:.2f}")
    session = getattr(config, "_benchmarksession", None)
    done = [(one.group, one.extra_info) for one in session.benchmarks if "ratio" in one.extra_info] if session else []
    if not done:
        return
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "as many as there are")
    terminalreporter.section(f"x: how many times longer the other program takes (medians; BLAS threads: {threads})")
    width, other = max(len(task) for task, _ in done), max(len(found["program"]) for _, found in done)
    for task, found in done:
        terminalreporter.write_line(
            f"{task:<{width}}  emgkit {found['emgkit_ms']:8.3f} ms   "
            f"{found['program']:<{other}} {found['other_ms']:9.2f} ms   "
            f"x {found['ratio']:.1f} ({found['ratio_low']:.1f} to {found['ratio_high']:.1f})"
        )
