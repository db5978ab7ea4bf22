"""A chain of zero-lag filters in one go: filter, rectify, filter again, and only then write the result.

A signal is cut into *stretches* that fit into the processor's cache, and a stretch into 16 pieces that lie side by side
as lanes (:mod:`emgkit.kernels.compiled`). The stretch goes through the whole chain before anything is written.

A filter must know in which state it enters a piece, which is the state in which it leaves the piece before. A filter
forgets: after so many samples (its *memory*) less than 1e-15 of what was before is left. So the last samples of all
pieces are filtered first, for the states alone; these move on by one lane, and then the pieces are filtered. Running
backward it is the first samples, and the lane before. At its ends a stretch has a *margin* as long as all filters
remember together, which is thrown away. At the ends of a signal stands the extension that SciPy's ``sosfiltfilt`` gives
it, and beyond it a constant, in whose steady state the filter starts.

The cut (:mod:`emgkit.kernels.cutting`) depends on the length of a signal and on the filters alone, so that a signal has
the same result to the last bit, whichever others are beside it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.kernels.compiled import (
    GROUP,
    LANES,
    MOST_SECTIONS,
    Cascade,
    average_lanes,
    compiled,
    copy_lanes_out,
    put_lanes_in,
)
from emgkit.kernels.cutting import Cut, Placing, cut_of, memory_of, placing_of, rounded_up
from emgkit.kernels.designs import After, Filter, Unread, Window
from emgkit.kernels.edges import Side, edges_of

__all__ = ["is_fast", "zero_lag_chain"]

Samples = NDArray[np.float64]
Places = NDArray[np.int64]

# an array of up to so many numbers (8 MB) is kept
_KEPT = 1_048_576


def is_fast(n: int, stages: Sequence[Filter | Window], *, every: int = 1, single: bool = False) -> bool:
    """Whether there is a compiled chain, and its stretches hold what these filters remember."""
    return bool(compiled()) and cut_of(n, stages, every=every, single=single) is not None


def zero_lag_chain(
    samples: Samples | Unread,
    stages: Sequence[Filter | Window],
    *,
    offsets: Samples,
    factors: Samples,
    every: int,
    single: bool = False,
) -> tuple[Samples, bool]:
    """Filter signals forward and backward by one filter after the other.

    Parameters
    ----------
    samples : ndarray, shape (n_signals, n_samples), or Unread
        Longer than every filter's ``pad``. Of signals that are not read yet, each stretch is read just before it is
        filtered, one moment of all signals after the other, as they stand in most files.
    stages : sequence of Filter or Window
        In their order.
    offsets, factors : ndarray, shape (n_signals,)
        What is subtracted from each signal first, and what the result is multiplied by.
    every : int
        Keep every so-manieth sample of the result.
    single : bool
        Compute in single precision.

    Returns
    -------
    samples : ndarray, shape (n_signals, ceil(n_samples / every))
        The same as one filter after the other by SciPy, to about 1e-13 of the largest value (of filters slower than a
        thousandth of the rate to about 1e-9, of far slower ones less, since rounded coefficients hold them no better),
        in single precision to about 1e-6.
    is_finite : bool
        Whether all of them are finite.
    """
    n_signals, n = samples.shape
    rows = samples
    if isinstance(samples, np.ndarray) and samples.strides[-1] != samples.itemsize:
        rows = np.ascontiguousarray(samples)
    result = np.empty((n_signals, -(-n // every)))
    cut = cut_of(n, stages, every=every, single=single)
    if cut is None:
        raise ValueError("these filters remember more than the signals hold; ask is_fast first")
    prepared = tuple(_prepared(one, single=single) for one in stages)
    work = _Work(cut=cut, rows=rows, result=result, offsets=offsets, factors=factors, stages=prepared, single=single)
    jobs = [(signal, start) for signal in range(n_signals) for start in range(0, n, cut.core)]
    if not isinstance(rows, np.ndarray):
        jobs.sort(key=lambda job: job[1])
    blocks = [jobs[begin : begin + cut.stretches] for begin in range(0, len(jobs), cut.stretches)]
    return result, all(_in_threads(work.run, blocks))


def _in_threads(
    run: Callable[[Iterable[list[tuple[int, int]]]], bool], blocks: list[list[tuple[int, int]]]
) -> list[bool]:
    wanted = os.environ.get("EMGKIT_THREADS", "1")
    threads = min(int(wanted) if wanted.isdecimal() else 1, len(blocks))
    if threads < 2:
        return [run(blocks)]
    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(run, blocks[first::threads]) for first in range(1, threads)]
        return [run(blocks[::threads]), *(one.result() for one in others)]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Prepared:
    """A filter as compiled cascades, each with its memory."""

    cascades: tuple[tuple[Cascade, int], ...]
    pad: int
    zeros: bool
    after: After


def _prepared(one: Filter | Window, *, single: bool) -> _Prepared | Window:
    if isinstance(one, Window):
        return one
    parts = [one.sections[begin : begin + MOST_SECTIONS] for begin in range(0, len(one.sections), MOST_SECTIONS)]
    cascades = tuple(_cascade(part.tobytes(), len(part), single) for part in parts)
    return _Prepared(cascades=cascades, pad=one.pad, zeros=one.zeros, after=one.after)


@lru_cache(maxsize=64)
def _cascade(sections_bytes: bytes, n_sections: int, single: bool) -> tuple[Cascade, int]:
    sections = np.frombuffer(sections_bytes).reshape(n_sections, 6)
    return Cascade(sections, single), memory_of(sections, single=single)


class _Space:
    """What a thread works in, kept for a later call: fresh memory costs more than the work on a short signal."""

    def __init__(self) -> None:
        self.held = dict[tuple[str, bool], NDArray[Any]]()

    def array(self, name: str, *shape: int, single: bool = False) -> NDArray[Any]:
        """An array that may hold anything; the one of this name and precision before it is gone."""
        size = math.prod(shape)
        flat = self.held.get((name, single))
        if flat is None or flat.size < size:
            flat = np.zeros(size, dtype=np.float32 if single else np.float64)
            if size <= _KEPT:
                self.held[name, single] = flat
        return flat[:size].reshape(shape)


# the spaces in which nobody works now
_FREE = list[_Space]()


@contextmanager
def _space() -> Iterator[_Space]:
    """A space for one thread."""
    try:
        space = _FREE.pop()
    except IndexError:
        space = _Space()
    yield space
    _FREE.append(space)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Work:
    """Signals on their way through a chain."""

    cut: Cut
    rows: Samples | Unread
    result: Samples
    offsets: Samples
    factors: Samples
    stages: tuple[_Prepared | Window, ...]
    single: bool

    def run(self, blocks: Iterable[list[tuple[int, int]]]) -> bool:
        """Compute stretches, given as signal and first sample; whether all of their results are finite."""
        cut, check = self.cut, np.zeros(LANES)
        windows = [one.half for one in self.stages if isinstance(one, Window)]
        with _space() as space:
            block = _Block(cut, space, windows=windows, single=self.single)
            spare = space.array("spare", LANES, len(block.whole))
            for stretches in blocks:
                full = [*stretches, *stretches[-1:] * (cut.stretches - len(stretches))]
                signals, placing = [signal for signal, _ in full], placing_of(cut, tuple(start for _, start in full))
                self._put(block.whole, spare, signals, placing)
                for one in self.stages:
                    if isinstance(one, Window):
                        block.average(one, placing.sides)
                    else:
                        block.filter(one, placing.sides)
                self._out(block.samples, spare, signals, placing, check)
        return bool(np.isfinite(check).all())

    def _put(self, whole: NDArray[Any], spare: Samples, signals: list[int], placing: Placing) -> None:
        """Fill the lanes; one that is not all inside its signal is put together first."""
        of_lane = np.array(signals)[placing.stretches]
        if isinstance(self.rows, np.ndarray):
            sources = self.rows.ctypes.data + self.rows.strides[0] * of_lane + 8 * placing.firsts
        else:
            read = self._read(self.rows, signals, placing)
            begins = [part.ctypes.data - 8 * first for part, first in read]
            sources = np.array(begins)[placing.stretches] + 8 * placing.firsts
        for part in placing.read_in_part:
            sources[part.lane] = spare.ctypes.data + spare.strides[0] * part.lane
            if isinstance(self.rows, np.ndarray):
                spare[part.lane, part.inside] = self.rows[signals[part.stretch], part.samples]
            else:
                row, first = read[part.stretch]
                spare[part.lane, part.inside] = row[part.samples.start - first : part.samples.stop - first]
        put_lanes_in(whole, sources, self.offsets[of_lane])

    def _read(self, rows: Unread, signals: list[int], placing: Placing) -> list[tuple[Samples, int]]:
        """Of each stretch what is read of its signal, and the first sample that is."""
        cut, read = self.cut, dict[tuple[int, int], tuple[Samples, int]]()
        stretches = list(zip(signals, placing.firsts[:: cut.lanes].tolist(), strict=True))
        for signal, first in dict.fromkeys(stretches):
            begin = max(first, 0)
            # the last lane is read up to a whole group
            read[signal, first] = rows.part(signal, begin, min(first + cut.reach + GROUP, cut.n)), begin
        return [read[one] for one in stretches]

    def _out(self, block: NDArray[Any], spare: Samples, signals: list[int], placing: Placing, check: Samples) -> None:
        """Write what lies in the core of each stretch; of a lane that is not all in it, the part that is."""
        of_lane = np.array(signals)[placing.stretches]
        targets = self.result.ctypes.data + self.result.strides[0] * of_lane + 8 * placing.targets
        for part in placing.kept_in_part:
            targets[part.lane] = spare.ctypes.data + spare.strides[0] * part.lane
        begin, count, every = self.cut.kept_from, self.cut.kept, self.cut.every
        copy_lanes_out(block[begin:], targets, count, every=every, factors=self.factors[of_lane], check=check)
        for part in placing.kept_in_part:
            self.result[signals[part.stretch], part.samples] = spare[part.lane, part.inside]


class _Block:
    """Stretches side by side, with room before and behind for what a window reaches to; and as much to average into.

    Parameters
    ----------
    cut : Cut
        How they are cut.
    space : _Space
        Where its memory is from.
    windows : sequence of int
        How far windows reach to each side.
    single : bool
        Whether it holds single precision.
    """

    def __init__(self, cut: Cut, space: _Space, *, windows: Sequence[int], single: bool) -> None:
        half = max(windows, default=0)
        rows = half + rounded_up(cut.length, GROUP) + half + 1
        self.cut, self.first, self.single = cut, half, single
        self.ends = space.array("ends", 2 * half + 1, LANES, single=single)
        self.other = space.array("averages", rows if windows else 0, LANES, single=single)
        # the states of a pass, and a row that nobody reads
        self.states = np.empty((2 * MOST_SECTIONS + 1, LANES), dtype=np.float32 if single else np.float64)
        self.states_at = self.states.ctypes.data
        self.use(space.array("lanes", rows, LANES, single=single))

    def use(self, space: NDArray[Any]) -> None:
        """Have the stretches in this array from now on: ``samples``, and in whole groups ``whole``."""
        self.space, first = space, self.first
        self.samples = space[first : first + self.cut.length]
        self.whole = space[first : first + rounded_up(self.cut.length, GROUP)]
        # an array takes long to say where it stands
        self.samples_at = self.samples.ctypes.data

    def filter(self, one: _Prepared, sides: tuple[Side, ...]) -> None:
        """Filter forward and backward, in place."""
        edges = edges_of(sides, one.pad, length=self.cut.length, reach=self.cut.reach, zeros=one.zeros)
        edges.extend(self.samples, zeros=one.zeros)
        edges.go_on(self.samples, zeros=one.zeros)
        for cascade, memory in one.cascades:
            self._run(cascade, memory, backward=False, after="plain")
        edges.go_on(self.samples, zeros=one.zeros)
        for place, (cascade, memory) in enumerate(one.cascades, start=1):
            self._run(cascade, memory, backward=True, after=one.after if place == len(one.cascades) else "plain")

    def _run(self, cascade: Cascade, memory: int, *, backward: bool, after: After) -> None:
        """One pass through all lanes, each in the state in which the pass leaves the lane beside it."""
        n, lanes = self.cut.length, self.cut.lanes
        memory = min(memory, n) if lanes > 1 else 0
        first, last = (n - 1, max(memory - 1, 0)) if backward else (0, min(n - memory, n - 1))
        top, row = self.samples_at, LANES * self.space.itemsize
        cascade.run(
            top + row * first, n, last=top + row * last, memory=memory, states=self.states_at,
            outer=_outer(lanes, backward)[1], backward=backward, after=after,
        )  # fmt: skip

    def average(self, one: Window, sides: tuple[Side, ...]) -> None:
        """Move a window over all lanes."""
        half, width, lanes, n, first = one.half, one.width, self.cut.lanes, self.cut.length, self.first
        edges = edges_of(sides, half, length=n, reach=self.cut.reach, zeros=True)
        samples, space = self.samples, self.space
        edges.extend(samples, zeros=True)
        before, behind = space[first - half : first], space[first + n : first + n + half]
        before[:, 1:], behind[:, :-1] = samples[n - half :, :-1], samples[:half, 1:]
        before[:, ::lanes] = behind[:, lanes - 1 :: lanes] = 0.0
        space[first + n + half] = 0.0  # read, and not used
        window, averages = space[first - half : first + n + half + 1], self.other[first : first + n]
        average_lanes(window, averages, self.ends[:width], squared=one.squared)
        fewer = width / np.arange(half + 1, width)
        averages.reshape(-1)[edges.inside] *= np.resize(np.sqrt(fewer) if one.squared else fewer, edges.inside.size)
        self.other, space = space, self.other
        self.use(space)


@cache
def _outer(lanes: int, backward: bool) -> tuple[NDArray[np.uint8], int]:
    """By which lanes a pass enters a stretch of so many lanes, and where that stands."""
    found = np.zeros(LANES, np.uint8)
    found[lanes - 1 if backward else 0 :: lanes] = 1
    return found, found.ctypes.data
