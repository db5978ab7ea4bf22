"""A chain of zero-lag filters in one go: filter, rectify, filter again, and only then write the result.

A signal is cut into *stretches* that fit into the processor's cache, and a stretch into 16 pieces that lie side by side
as lanes (:mod:`emgkit.kernels.compiled`). The stretch goes through the whole chain before anything is written.

A filter must know in which state it enters a piece, which is the state in which it leaves the piece before. A filter
forgets: after so many samples (its *memory*) less than 1e-15 of what was before is left. So the last samples of all
pieces are filtered first, for the states alone; these move on by one lane, and then the pieces are filtered. Running
backward it is the first samples, and the lane before. At its ends a stretch has a *margin* as long as all filters
remember together, which is thrown away. At the ends of a signal stands the extension that SciPy's ``sosfiltfilt`` gives
it, and beyond it a constant, in whose steady state the filter starts.

The cut depends on the length of a signal and on the filters alone, so that a signal has the same result to the last
bit, whichever others are beside it.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

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
from emgkit.kernels.designs import After, Filter, Window

__all__ = ["is_fast", "zero_lag_chain"]

Samples = NDArray[np.float64]
Places = NDArray[np.int64]
Sides: TypeAlias = "list[tuple[Places, int, int]]"

# what a filter has forgotten: this share of what it was given
_FORGOTTEN = 1e-15
# a stretch with its margins: so many samples where that is many margins (2 MB), and never more than the second (16 MB)
_STRETCH, _LONGEST = 262_144, 2_097_152
# work space of up to so many numbers (8 MB) is kept
_KEPT = 1_048_576


def is_fast(n: int, stages: Sequence[Filter | Window], *, every: int = 1) -> bool:
    """Whether there is a compiled chain, and its stretches hold what these filters remember."""
    return bool(compiled()) and _cut(n, stages, every=every) is not None


def zero_lag_chain(
    samples: Samples,
    stages: Sequence[Filter | Window],
    *,
    offsets: Samples,
    factors: Samples,
    every: int,
) -> tuple[Samples, bool]:
    """Filter signals forward and backward by one filter after the other.

    Parameters
    ----------
    samples : ndarray, shape (n_signals, n_samples)
        Longer than every filter's ``pad``.
    stages : sequence of Filter or Window
        In their order.
    offsets, factors : ndarray, shape (n_signals,)
        What is subtracted from each signal first, and what the result is multiplied by.
    every : int
        Keep every so-manieth sample of the result.

    Returns
    -------
    samples : ndarray, shape (n_signals, ceil(n_samples / every))
        The same as one filter after the other by SciPy, to about 1e-13 of the largest value (of filters slower than a
        thousandth of the rate to about 1e-9, since rounded coefficients hold them no better).
    is_finite : bool
        Whether all of them are finite.
    """
    n_signals, n = samples.shape
    rows = samples if samples.strides[-1] == samples.itemsize else np.ascontiguousarray(samples)
    result = np.empty((n_signals, -(-n // every)))
    cut = _cut(n, stages, every=every)
    if cut is None:
        raise ValueError("these filters remember more than the signals hold; ask is_fast first")
    work = _Work(
        cut=cut, rows=rows, result=result, offsets=offsets, factors=factors, stages=tuple(map(_prepared, stages))
    )
    jobs = [(signal, start) for signal in range(n_signals) for start in range(0, n, cut.core)]
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


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """How signals are cut: a stretch gives ``core`` samples, and is ``lanes`` pieces of ``length`` samples long."""

    n: int
    every: int
    core: int
    margin: int
    lanes: int
    length: int

    @property
    def stretches(self) -> int:
        """How many stretches lie side by side."""
        return LANES // self.lanes

    @property
    def reach(self) -> int:
        """How many samples a stretch has, with its margins and what fills it up."""
        return self.lanes * self.length

    def sides(self, firsts: Places) -> Sides:
        """Which of the stretches that begin at these samples reach beyond their signal, in the extension or behind it.

        Their first lanes, where in them the signal begins, and where it ends.
        """
        found = list[tuple[Places, int, int]]()
        for first in dict.fromkeys(firsts.tolist()):
            if first < 0 or first + self.reach > self.n:
                lanes = self.lanes * np.flatnonzero(firsts == first)
                found.append((lanes, max(-first, 0), min(self.n - first, self.reach)))
        return found


def _cut(n: int, stages: Sequence[Filter | Window], *, every: int = 1) -> _Cut | None:
    """How signals of ``n`` samples are cut; None where the filters remember too much for any cut."""
    every = min(every, n)
    edge = max(one.half if isinstance(one, Window) else one.pad for one in stages) + 1
    memories = [
        one.half if isinstance(one, Window) else _memory(one.sections.tobytes(), len(one.sections)) for one in stages
    ]
    margin = edge + sum(memories)
    stretch = max(_STRETCH, 8 * margin)
    n_stretches = 1 if n + 2 * edge <= stretch else -(-n // (stretch - 2 * margin))
    margin = edge if n_stretches == 1 else margin
    core = _rounded_up(-(-n // n_stretches), every)
    whole = core + 2 * margin
    # pieces that are whole groups, or all of whose kept samples stand at the same places
    unit = GROUP if every == 1 else every
    for lanes in (16, 8, 4, 2, 1):  # many, where pieces hold the memory and are not mostly filled up
        length = _rounded_up(-(-whole // lanes), unit)
        if lanes == 1 or (length >= max(memories) and lanes * length <= 1.5 * whole):
            break
    if length * LANES > _LONGEST:
        return None
    return _Cut(n=n, every=every, core=core, margin=margin, lanes=lanes, length=length)


def _rounded_up(count: int, unit: int) -> int:
    return -(-count // unit) * unit


@lru_cache(maxsize=256)
def _memory(sections_bytes: bytes, n_sections: int) -> int:
    """How many samples a cascade remembers what was before: until a state of any kind has decayed to 1e-15."""
    sections = np.frombuffer(sections_bytes).reshape(n_sections, 6)
    # state-space form of the cascade: the next states from the states and the input
    size = 2 * n_sections
    states, gain = np.zeros((size, size)), np.zeros(size)  # gain: the input of a section from the states before it
    for s, (b0, b1, b2, _, a1, a2) in enumerate(sections):
        out = b0 * gain
        out[2 * s] += 1.0
        states[2 * s] = b1 * gain - a1 * out
        states[2 * s, 2 * s + 1] += 1.0
        states[2 * s + 1] = b2 * gain - a2 * out
        gain = out
    power, powers, n = states, [states], 1
    while np.abs(power).max() > _FORGOTTEN and n < 2**24:
        power = power @ power
        powers.append(power)
        n *= 2
    # the shortest length, by bisection over the powers of two
    reached, length = np.eye(size), 0
    for exponent in range(len(powers) - 2, -1, -1):
        further = reached @ powers[exponent]
        if np.abs(further).max() > _FORGOTTEN:
            reached, length = further, length + 2**exponent
    return length + 1


@dataclass(frozen=True, kw_only=True, eq=False)
class _Prepared:
    """A filter as compiled cascades, each with its memory."""

    cascades: tuple[tuple[Cascade, int], ...]
    pad: int
    zeros: bool
    after: After


def _prepared(one: Filter | Window) -> _Prepared | Window:
    if isinstance(one, Window):
        return one
    parts = [one.sections[begin : begin + MOST_SECTIONS] for begin in range(0, len(one.sections), MOST_SECTIONS)]
    cascades = tuple(_cascade(part.tobytes(), len(part)) for part in parts)
    return _Prepared(cascades=cascades, pad=one.pad, zeros=one.zeros, after=one.after)


@lru_cache(maxsize=64)
def _cascade(sections_bytes: bytes, n_sections: int) -> tuple[Cascade, int]:
    sections = np.frombuffer(sections_bytes).reshape(n_sections, 6)
    return Cascade(sections), _memory(sections_bytes, n_sections)


class _Space(threading.local):
    """What a thread works in, kept for its next call: fresh memory costs more than the work on a short signal."""

    def __init__(self) -> None:
        self.held = dict[str, Samples]()

    def array(self, name: str, *shape: int) -> Samples:
        """An array that may hold anything; the one of this name before it is gone."""
        size = math.prod(shape)
        flat = self.held.get(name)
        if flat is None or flat.size < size:
            flat = np.zeros(size)
            if size <= _KEPT:
                self.held[name] = flat
        return flat[:size].reshape(shape)


_SPACE = _Space()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Work:
    """Signals on their way through a chain."""

    cut: _Cut
    rows: Samples
    result: Samples
    offsets: Samples
    factors: Samples
    stages: tuple[_Prepared | Window, ...]

    def run(self, blocks: Iterable[list[tuple[int, int]]]) -> bool:
        """Compute stretches, given as signal and first sample; whether all of their results are finite."""
        cut = self.cut
        # whole groups, with some rows that are not used
        rows = _rounded_up(cut.length, GROUP)
        whole, spare, check = _SPACE.array("lanes", rows, LANES), _SPACE.array("spare", LANES, rows), np.zeros(LANES)
        block = _Block(whole[: cut.length], cut)
        for stretches in blocks:
            full = [*stretches, *stretches[-1:] * (cut.stretches - len(stretches))]
            signals, starts = np.array(full).repeat(cut.lanes, axis=0).T
            places = starts - cut.margin + np.arange(LANES) % cut.lanes * cut.length
            self._put(whole, spare, signals, places)
            sides = cut.sides(starts[:: cut.lanes] - cut.margin)
            for one in self.stages:
                if isinstance(one, Window):
                    block.average(one, sides)
                else:
                    block.filter(one, sides)
            self._out(block.samples, spare, signals, starts, places, check)
        return bool(np.isfinite(check).all())

    def _put(self, whole: Samples, spare: Samples, signals: Places, places: Places) -> None:
        """Fill the lanes; one that is not all inside its signal is put together first."""
        length = len(whole)
        sources = self.rows.ctypes.data + self.rows.strides[0] * signals + 8 * places
        parts = np.flatnonzero((places < 0) | (places + length > self.cut.n))
        sources[parts] = spare.ctypes.data + spare.strides[0] * parts
        for lane, signal, place in np.stack([parts, signals[parts], places[parts]], axis=1).tolist():
            first, last = max(place, 0), min(place + length, self.cut.n)
            if first < last:
                spare[lane, first - place : last - place] = self.rows[signal, first:last]
        put_lanes_in(whole, sources, self.offsets[signals])

    def _out(
        self, block: Samples, spare: Samples, signals: Places, starts: Places, places: Places, check: Samples
    ) -> None:
        """Write what lies in the core of each stretch; of a lane that is not all in it, the part that is."""
        every, total, (begin, count) = self.cut.every, self.result.shape[1], self._kept()
        first, ends = (places + begin) // every, np.minimum((starts + self.cut.core) // every, total)
        own = starts // every
        targets = self.result.ctypes.data + 8 * (signals * total + first)
        parts = np.flatnonzero((first < own) | (first + count > ends))
        targets[parts] = spare.ctypes.data + spare.strides[0] * parts
        copy_lanes_out(block[begin:], targets, count, every=every, factors=self.factors[signals], check=check)
        lows, highs = np.maximum(first, own), np.minimum(first + count, ends)
        for lane, signal, begins, low, high in np.stack(
            [parts, *(a[parts] for a in (signals, first, lows, highs))], axis=1
        ).tolist():
            if low < high:
                self.result[signal, low:high] = spare[lane, low - begins : high - begins]

    def _kept(self) -> tuple[int, int]:
        """The first sample of a lane that is kept, and how many of it are; the same in all lanes."""
        return self.cut.margin % self.cut.every, self.cut.length // self.cut.every


@dataclass(frozen=True, eq=False)
class _Block:
    """Stretches side by side.

    ``sides`` are those of them that reach beyond their signal: their first lanes, and where in them it begins and ends.
    """

    samples: Samples
    cut: _Cut

    @cached_property
    def states(self) -> Samples:
        """The states in which the passes start, those that they reach, and a row that nobody reads."""
        return np.empty((2 * 2 * MOST_SECTIONS + 1, LANES))

    @cached_property
    def addresses(self) -> tuple[int, int]:
        """Of the samples and of the states."""
        return self.samples.ctypes.data, self.states.ctypes.data

    def filter(self, one: _Prepared, sides: Sides) -> None:
        """Filter forward and backward, in place."""
        reach, pad = self.cut.reach, one.pad
        mirror = np.arange(1, pad + 1)
        for lanes, begin, end in sides:
            if one.zeros:
                self._fill(lanes, 0, begin, 0.0)
                self._fill(lanes, end, reach, 0.0)
                continue
            if begin:
                self._mirror(lanes, begin, begin - mirror)
                self._fill(lanes, 0, begin - pad, self._at(lanes, begin - pad))
            if end < reach:
                self._mirror(lanes, end - 1, end - 1 + mirror[: reach - end])
        self._go_on(sides, pad, zeros=one.zeros)
        for cascade, memory in one.cascades:
            self._run(cascade, memory, backward=False, after="plain")
        self._go_on(sides, pad, zeros=one.zeros)
        for place, (cascade, memory) in enumerate(one.cascades, start=1):
            self._run(cascade, memory, backward=True, after=one.after if place == len(one.cascades) else "plain")

    def _run(self, cascade: Cascade, memory: int, *, backward: bool, after: After) -> None:
        """One pass through all lanes, each in the state in which the pass leaves the lane beside it."""
        n, lanes, row, half = self.cut.length, self.cut.lanes, 8 * LANES, 2 * MOST_SECTIONS
        top, states = self.addresses
        starts, reached = (
            self.states[begin : begin + 2 * len(cascade.sections)].reshape(-1, 2, LANES) for begin in (0, half)
        )
        if lanes > 1:
            memory = min(memory, n)
            first = memory - 1 if backward else n - memory
            reached[...] = cascade.steady * self.samples[first]
            cascade.run(top + row * first, memory, states + row * half, backward=backward, only=states + 2 * row * half)
            if backward:
                starts[:, :, :-1] = reached[:, :, 1:]
            else:
                starts[:, :, 1:] = reached[:, :, :-1]
        # the pass enters each stretch through one of its lanes
        first, outer = (n - 1, slice(lanes - 1, None, lanes)) if backward else (0, slice(0, None, lanes))
        starts[:, :, outer] = cascade.steady * self.samples[first, outer]
        cascade.run(top + row * first, n, states, backward=backward, after=after)

    def average(self, one: Window, sides: Sides) -> None:
        """Move a window over all lanes, in place."""
        samples, lanes, half, width = self.samples, self.cut.lanes, one.half, one.width
        reach, n = self.cut.reach, len(samples)
        for first_lanes, begin, end in sides:
            self._fill(first_lanes, 0, begin, 0.0)
            self._fill(first_lanes, end, reach, 0.0)
        longer = _SPACE.array("longer", n + width, LANES)
        longer[half : half + n] = samples
        longer[:half, 1:] = samples[n - half :, :-1]
        longer[half + n : n + 2 * half, :-1] = samples[:half, 1:]
        longer[:half, ::lanes] = 0.0
        longer[half + n :, lanes - 1 :: lanes] = 0.0
        longer[-1] = 0.0
        average_lanes(longer, samples, _SPACE.array("ends", width, LANES), squared=one.squared)
        inside = np.arange(half)
        fewer = width / (half + 1 + inside)[:, np.newaxis]
        fewer = np.sqrt(fewer) if one.squared else fewer
        for first_lanes, begin, end in sides:
            for places in (begin + inside, end - 1 - inside):
                at = self._index(first_lanes, places)
                samples[at] *= fewer

    def _index(self, lanes: Places, places: Places) -> tuple[Places, Places]:
        """Rows and lanes of some places in stretches."""
        lane, row = np.divmod(places[:, np.newaxis], self.cut.length)
        return row, lane + lanes

    def _at(self, lanes: Places, place: int) -> Samples:
        lane, row = divmod(place, self.cut.length)
        values: Samples = self.samples[row, lanes + lane]
        return values

    def _mirror(self, lanes: Places, middle: int, places: Places) -> None:
        """Go on beyond the end of a signal, point by point through its last sample."""
        mirrored = self.samples[self._index(lanes, 2 * middle - places)]
        self.samples[self._index(lanes, places)] = 2 * self._at(lanes, middle) - mirrored

    def _fill(self, lanes: Places, low: int, high: int, value: Samples | float) -> None:
        """Put a constant into a part of each stretch."""
        length = self.cut.length
        for lane in range(low // length, -(-high // length)):
            self.samples[max(low - lane * length, 0) : high - lane * length, lanes + lane] = value

    def _go_on(self, sides: Sides, pad: int, *, zeros: bool) -> None:
        """Beyond the extension behind a signal, repeat its last value."""
        reach = self.cut.reach
        for lanes, _, end in sides:
            if end + pad < reach:
                self._fill(lanes, end + pad, reach, 0.0 if zeros else self._at(lanes, end + pad - 1))
