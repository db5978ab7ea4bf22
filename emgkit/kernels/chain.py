"""A chain of zero-lag filters in one go: filter, rectify, filter again, and only then write the result.

The signals are cut into blocks, 16 blocks run side by side as lanes (:mod:`emgkit.kernels.compiled`), and each block
goes through the whole chain while it is in the processor's cache. A filter needs to know what was before a block and,
running backward, what comes after it: each block is computed with a *margin* on both sides, as long as the filter
remembers anything (1e-15 of it), and the margin is thrown away. At the ends of a signal the blocks get the same
extension as SciPy's ``sosfiltfilt`` gives to the whole.

Filling a lane with a constant before its first sample is the same as starting there: a filter that starts in the
steady state of that constant stays in it. So all lanes have the same length, wherever their signals begin.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emgkit.kernels.compiled import (
    LANES,
    add_up_lanes,
    average_lanes,
    compiled,
    copy_lanes_out,
    filter_lanes,
    put_lanes_in,
)
from emgkit.kernels.designs import Filter, Window

__all__ = ["is_fast", "zero_lag_chain"]

Samples = NDArray[np.float64]

# what a filter has forgotten: this share of what it was given
_FORGOTTEN = 1e-15
# a block of all lanes with its margins is at most so many samples long (16 MB)
_LONGEST = 131_072


def is_fast(samples: Samples, stages: Sequence[Filter | Window]) -> bool:
    """Whether there is a compiled chain, and its blocks hold what these filters remember."""
    return bool(compiled()) and _layout(samples.shape[-1], stages) is not None


def zero_lag_chain(
    samples: Samples,
    stages: Sequence[Filter | Window],
    *,
    offsets: Samples,
    factors: Samples,
    every: int,
) -> Samples:
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
    ndarray, shape (n_signals, ceil(n_samples / every))
        The same as one filter after the other by SciPy, to about 1e-13 of the largest value.
    """
    n_signals, n = samples.shape
    rows = samples if samples.strides[-1] == samples.itemsize else np.ascontiguousarray(samples)
    result = np.empty((n_signals, -(-n // every)))
    layout = _layout(n, stages, every=every)
    if layout is None:
        raise ValueError("these filters remember more than the signals hold; ask is_fast first")
    jobs = [(signal, start) for start in layout.starts(result.shape[1]) for signal in range(n_signals)]
    groups = [jobs[begin : begin + LANES] for begin in range(0, len(jobs), LANES)]

    def run(mine: Iterable[list[tuple[int, int]]]) -> None:
        block = np.empty((layout.length, LANES))
        for group in mine:
            lanes = [*group, *group[-1:] * (LANES - len(group))]
            _run_lanes(block, rows, result, lanes, layout=layout, stages=stages, offsets=offsets, factors=factors)

    _in_threads(run, groups)
    return result


def _in_threads(run: Callable[[Iterable[list[tuple[int, int]]]], None], groups: list[list[tuple[int, int]]]) -> None:
    wanted = os.environ.get("EMGKIT_THREADS", "1")
    threads = min(int(wanted) if wanted.isdecimal() else 1, len(groups))
    if threads < 2:
        run(groups)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, [groups[first::threads] for first in range(threads)]))


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How signals are cut: in kept samples a block, in all samples a lane."""

    kept: int
    length: int
    edge: int
    every: int
    n: int

    def starts(self, total: int) -> Iterator[int]:
        """The first kept sample of each block; the last block ends with the signal."""
        for start in range(0, total, self.kept):
            yield min(start, total - self.kept)

    def place(self, start: int) -> int:
        """The sample of the signal that a lane begins with; below 0 in the extension."""
        margin = (self.length - 2 * self.edge - self.kept * self.every) // 2
        first = start * self.every - margin
        if first < self.edge:
            return -self.edge
        return min(first, self.n + self.edge - self.length)


def _layout(n: int, stages: Sequence[Filter | Window], *, every: int = 1) -> _Layout | None:
    """How signals of ``n`` samples are cut; None where the filters remember too much for any cut.

    Many pieces fill the lanes when there are few signals, few pieces have fewer margins. The cut does not depend on the
    number of signals, so that each has the same result to the last bit, whichever others are beside it.
    """
    edge = max(one.half if isinstance(one, Window) else one.pad for one in stages) + 1
    margin = edge + sum(
        one.half if isinstance(one, Window) else _memory(one.sections.tobytes(), len(one.sections)) for one in stages
    )
    total = -(-n // every)
    best: tuple[float, _Layout] | None = None
    for pieces in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, *range(192, 1 + max(192, n // margin), 64)):
        kept = -(-total // pieces)
        length = n + 2 * edge if pieces == 1 else kept * every + 2 * margin + 2 * edge
        if pieces > 1 and length >= n + 2 * edge:
            break
        if length > _LONGEST:
            continue
        cost = length * (1 + pieces / 2)
        if best is None or cost < best[0]:
            best = cost, _Layout(kept=kept, length=length, edge=edge, every=every, n=n)
    return best[1] if best else None


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


def _steady(sections: Samples) -> Samples:
    """The states of a cascade that has always got 1, shape (n_sections, 2)."""
    states, level = np.zeros((len(sections), 2)), 1.0
    for s, (b0, b1, b2, _, a1, a2) in enumerate(sections):
        out = level * (b0 + b1 + b2) / (1 + a1 + a2)
        states[s] = out - b0 * level, b2 * level - a2 * out
        level = out
    return states


def _run_lanes(
    block: Samples,
    rows: Samples,
    result: Samples,
    lanes: list[tuple[int, int]],
    *,
    layout: _Layout,
    stages: Sequence[Filter | Window],
    offsets: Samples,
    factors: Samples,
) -> None:
    """Fill the lanes, run the chain, and write what each lane keeps."""
    edge, n, length = layout.edge, layout.n, layout.length
    places = np.array([layout.place(start) for _, start in lanes])
    signals = np.array([signal for signal, _ in lanes])
    own = np.ascontiguousarray(offsets[signals])
    # all lanes have their samples at least here; the margins at both ends are few
    first_rows = rows.ctypes.data + rows.strides[0] * signals
    put_lanes_in(block[edge:], first_rows + 8 * (places + edge), length - 2 * edge, own)
    before = np.flatnonzero(places < 0)
    behind = np.flatnonzero(places + length > n)
    inside = np.arange(edge)
    for lane in np.flatnonzero(places >= 0):
        block[:edge, lane] = rows[signals[lane], places[lane] + inside] - own[lane]
    for lane in np.flatnonzero(places + length <= n):
        block[length - edge :, lane] = rows[signals[lane], places[lane] + length - edge + inside] - own[lane]
    for one in stages:
        if isinstance(one, Window):
            _average(block, before, behind, one, edge)
            continue
        _extend(block, before, behind, one, edge)
        steady = _steady(one.sections)[:, :, None]
        filter_lanes(block, one.sections, steady * block[0], backward=False, after="plain")
        if behind.size:  # beyond the extension there is nothing: a constant
            last = length - edge + one.pad
            block[last:, behind] = 0.0 if one.zeros else block[last - 1, behind]
        filter_lanes(block, one.sections, steady * block[-1], backward=True, after=one.after)
    starts = np.array([start for _, start in lanes])
    own_factors = np.ascontiguousarray(factors[signals])
    # the last block of a signal begins before the one before it ends; that part is written once, by the one before
    total = result.shape[1]
    shared = -total % layout.kept
    begins = np.where((starts == total - layout.kept) & (starts > 0), shared, 0)
    for lanes_now, first, count in (
        (np.arange(LANES), begins, layout.kept - shared),
        (_repeated(np.flatnonzero(begins == 0)), np.full(LANES, layout.kept - shared), shared),
    ):
        if lanes_now.size and count:
            at = starts[lanes_now] + first[lanes_now]
            sources = block.ctypes.data + 8 * (LANES * (at * layout.every - places[lanes_now]) + lanes_now)
            targets = result.ctypes.data + 8 * (signals[lanes_now] * total + at)
            copy_lanes_out(sources, targets, count, every=layout.every, factors=own_factors[lanes_now])


def _repeated(lanes: NDArray[np.intp]) -> NDArray[np.intp]:
    """As many lanes as there are, the last of these again and again; none if there is none."""
    return np.pad(lanes, (0, LANES - lanes.size), mode="edge") if lanes.size else lanes


def _average(block: Samples, before: NDArray[np.intp], behind: NDArray[np.intp], one: Window, edge: int) -> None:
    """A moving window over all lanes, in place.

    The block is cut into pieces as long as the window. A window that does not begin with a piece is the end of one
    piece and the beginning of the next (van Herk, 1992): it adds only its own samples, so that a loud part leaves no
    rounding error in the quiet part after it.
    """
    width, half, n = one.width, one.half, len(block)
    block[:edge, before] = 0.0
    block[n - edge :, behind] = 0.0
    beginnings, ends = np.empty_like(block), np.empty_like(block)
    for first in range(0, n, width):
        piece = slice(first, min(first + width, n))
        add_up_lanes(block[piece], beginnings[piece], backward=False, squared=one.squared)
        add_up_lanes(block[piece], ends[piece], backward=True, squared=one.squared)
    beginnings[width - 1 :: width] = 0.0  # a whole piece is all in `ends`
    average_lanes(ends[: n - 2 * half], beginnings[2 * half :], block[half:], 1 / width, root=one.squared)
    fewer = width / (width - np.arange(half, 0, -1.0))[:, None]
    fewer = np.sqrt(fewer) if one.squared else fewer
    block[edge : edge + half, before] *= fewer
    block[n - edge - half : n - edge, behind] *= fewer[::-1]


def _extend(block: Samples, before: NDArray[np.intp], behind: NDArray[np.intp], one: Filter, edge: int) -> None:
    """Extend the lanes that hold an end of their signal, as the filter wants it."""
    pad, end = one.pad, len(block) - edge  # the signal's rows are edge … end - 1
    if before.size:
        if one.zeros:
            block[:edge, before] = 0.0
        else:
            block[edge - pad : edge, before] = 2 * block[edge, before] - block[edge + pad : edge : -1, before]
            block[: edge - pad, before] = block[edge - pad, before]
    if behind.size:
        if one.zeros:
            block[end:, behind] = 0.0
        else:
            block[end : end + pad, behind] = 2 * block[end - 1, behind] - block[end - 2 : end - 2 - pad : -1, behind]
            block[end + pad :, behind] = block[end + pad - 1, behind]
