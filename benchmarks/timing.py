"""Two programs timed in turns, and the rows of the table that comes of it."""

from __future__ import annotations

import importlib
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Row", "duel", "library", "one_core", "peak_beyond", "seconds_text"]

Call = Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table: what is done, how long it takes here and there, and what is wanted."""

    work: str
    ours: str
    against: str = "–"
    ratio: str = "–"
    wanted: str = "–"


def duel(
    work: str, ours: Call, theirs: Call, *, against: str, wanted: str = "–", rounds: int = 7, fits: float = 1.0,
    wall: bool = False,
) -> Row:  # fmt: skip
    """Time two calls in turns: the median of the ratios, beside the medians of both.

    Parameters
    ----------
    work, against, wanted : str
        What is done, which program it is compared with, and the ratio that is wanted.
    ours, theirs : callable
        The calls; each runs once before.
    rounds : int, default 7
        How often.
    fits : float, default 1.0
        How often one call of ours does what one call of theirs does.
    wall : bool, default False
        Time by the clock; else the processor time of this process.
    """
    clock = time.perf_counter if wall else time.process_time
    mine, others = list[float](), list[float]()
    ours(), theirs()
    for _ in range(rounds):
        for call, taken in ((theirs, others), (ours, mine)):
            begun = clock()
            call()
            taken.append(clock() - begun)
    own, other = np.array(mine) / fits, np.array(others)
    return Row(
        work=work,
        ours=seconds_text(float(np.median(own))),
        against=f"{against}, {seconds_text(float(np.median(other)))}",
        ratio=f"{np.median(other / own):.3g} ×",
        wanted=wanted,
    )


def seconds_text(seconds: float) -> str:
    """A duration in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{1e6 * seconds:.3g} µs"


def peak_beyond(call: Call, samples: np.ndarray) -> float:
    """Most memory that a call takes at once beyond its input, as a multiple of the input; NumPy tells tracemalloc."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / samples.nbytes


def library(name: str, missing: set[str]) -> Any:
    """A library to compare with; None, and its name among the missing, where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing.add(name.partition(".")[0])
        return None


@contextmanager
def one_core() -> Iterator[None]:
    """One core for all threads of the process, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
