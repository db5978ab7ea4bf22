"""Numbers of envelopes that are never written down: sums and peaks of stretches, and the highest window of each signal.

The idea. Whoever tries ten envelopes of a recording needs none of their samples, only what references and numbers of
repetitions are made of. So an envelope is smoothed in lanes (:mod:`emgkit.kernels.compiled`), and in its last pass,
which runs backward, each sample is added up where it falls, and is not kept.

A signal is cut into pieces, one a lane, with a margin in which the filter forgets that it began there. The rows of all
lanes are divided at every row where a stretch of any lane begins or ends. For each such *range* the pass gives the sum,
the peak and the highest window of each lane; a stretch is some ranges of some lanes. The sum of a window is the
difference of two sums from the end on, ``Q[t] - Q[t + width]``; a ring holds the newest of them. That is exact enough
for the highest window. A moving RMS is of quiet stretches, too: what rounding takes from its sums is kept in a second
sum beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.kernels.compiled import compiled
from emgkit.kernels.cutting import memory_of
from emgkit.kernels.designs import Filter, Samples, Window
from emgkit.kernels.window_code import WIDTH as LANES
from emgkit.kernels.window_code import function

__all__ = ["Plan", "WindowNumbers", "plan_of"]

Places = NDArray[np.intp]
Smoother = Filter | Window

# rows that a block has at most (16 MB), and samples of a signal below which nothing is gained
_LONGEST = 131_072
_MOST_SECTIONS = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class WindowNumbers:
    """What :meth:`Plan.measure` gives.

    Parameters
    ----------
    sums, peaks : ndarray, shape (n_smoothers, n_stretches, n_signals)
        Of the samples of each stretch.
    highest : ndarray, shape (n_smoothers, n_widths, n_signals)
        The largest mean over a window that lies wholly inside the signal.
    """

    sums: Samples
    peaks: Samples
    highest: Samples


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """How envelopes of signals of one shape are measured; see :func:`plan_of`.

    Parameters
    ----------
    shape : tuple of int
        Signals, and samples of each.
    n_smoothers, n_stretches : int
        How many there are.
    widths : tuple of int
        Samples of each window.
    families : tuple
        Smoothers that are computed from the same lanes.
    """

    shape: tuple[int, int]
    n_smoothers: int
    n_stretches: int
    widths: tuple[int, ...]
    families: tuple[_Family, ...]

    def measure(self, samples: Samples) -> WindowNumbers:
        """Rectify signals of the plan's shape, smooth them in every way, and measure each envelope.

        The signals are finite, as those of a recording are: a NaN would not reach every number.
        """
        n_signals = self.shape[0]
        sums = np.empty((self.n_smoothers, self.n_stretches, n_signals))
        peaks = np.empty_like(sums)
        highest = np.empty((self.n_smoothers, len(self.widths), n_signals))
        for family in self.families:
            rows = family.prepared(samples)
            for place, found in zip(family.places, family.measured(rows, self.widths), strict=True):
                # found: shape (n_groups, n_ranges, 2 + n_widths, LANES)
                if self.n_stretches:
                    one = family.stretches
                    sums[place] = one.joined(np.add, found[:, :, 0]).reshape(sums.shape[1:])
                    peaks[place] = one.joined(np.maximum, found[:, :, 1]).reshape(sums.shape[1:])
                for w, width in enumerate(self.widths):
                    highest[place, w] = family.windows[w].joined(np.maximum, found[:, :, 2 + w]) / width
        return WindowNumbers(sums=sums, peaks=peaks, highest=highest)


def plan_of(
    shape: tuple[int, int],
    smoothers: Sequence[Smoother],
    *,
    widths: Sequence[int] = (),
    stretches: Sequence[tuple[int, int]] = (),
) -> Plan | None:
    """Plan how envelopes are measured; None where the compiled kernels cannot do it.

    Parameters
    ----------
    shape : tuple of int
        Signals, and samples of each.
    smoothers : sequence of Filter or Window
        Low-pass filters, moving means and moving RMS of the rectified signals.
    widths : sequence of int
        Samples of the windows whose highest mean is wanted, at most as many as a signal has.
    stretches : sequence of (int, int)
        First sample of each stretch, and the one after its last.
    """
    n = shape[1]
    if not compiled() or not smoothers or any(width > n for width in widths) or not all(map(_is_fit, smoothers)):
        return None
    kinds: dict[tuple[bool, int], list[int]] = {}
    for place, one in enumerate(smoothers):
        # filters share lanes where they extend signals alike, windows where they add up the same
        kind = (False, one.pad) if isinstance(one, Filter) else (True, int(one.squared))
        kinds.setdefault(kind, []).append(place)
    families = []
    for places in kinds.values():
        members = tuple(smoothers[place] for place in places)
        layout = _layout(shape, members, max(widths, default=0))
        if layout is None:
            return None
        families.append(_family(tuple(places), members, layout, widths=tuple(widths), stretches=tuple(stretches)))
    return Plan(
        shape=shape,
        n_smoothers=len(smoothers),
        n_stretches=len(stretches),
        widths=tuple(widths),
        families=tuple(families),
    )


def _is_fit(one: Smoother) -> bool:
    return isinstance(one, Window) or (not one.zeros and one.after == "plain" and len(one.sections) <= _MOST_SECTIONS)


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """The lanes: each is `length` rows, and row 0 of it is a sample of its signal, which `pad` samples precede."""

    n: int
    pad: int
    length: int
    signals: Places
    begins: Places
    stops: Places
    rows: Places  # of each lane's sample 0, in general below 0

    @property
    def n_groups(self) -> int:
        return -(-len(self.signals) // LANES)


def _layout(shape: tuple[int, int], members: Sequence[Smoother], reach: int) -> _Layout | None:
    """Cut so that the fewest rows are computed: many pieces fill the lanes, few have fewer margins."""
    n_signals, n = shape
    first = members[0]
    if isinstance(first, Filter):
        pad = first.pad
        margin = max(memory_of(one.sections) for one in members if isinstance(one, Filter))
    else:
        pad = margin = max(one.half for one in members if isinstance(one, Window)) + 1
    total = n + 2 * pad
    if n <= 2 * pad:
        return None
    best: tuple[int, int, int] | None = None
    for pieces in range(1, 1 + max(1, min(4 * LANES, n // LANES), -(-4 * n // _LONGEST))):
        length = min(total, -(-n // pieces) + reach + 2 * margin)
        cost = -(-n_signals * pieces // LANES) * length
        if length <= _LONGEST and (best is None or cost < best[0]):
            best = cost, pieces, length
    if best is None:
        return None
    _, pieces, length = best
    kept = -(-n // pieces)
    starts = np.arange(0, n, kept)
    begins, signals = np.tile(starts, n_signals), np.repeat(np.arange(n_signals), len(starts))
    places = np.clip(begins + pad - margin, 0, total - length)
    return _Layout(
        n=n, pad=pad, length=length, signals=signals, begins=begins, stops=np.minimum(begins + kept, n),
        rows=pad - places,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cells:
    """Which ranges of which lanes make each number, as places in the raveled result, and where each number's begin."""

    cells: Places
    starts: Places

    def joined(self, how: np.ufunc, found: Samples) -> Samples:
        return np.asarray(how.reduceat(found.ravel()[self.cells], self.starts))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Family:
    """Smoothers that are computed from the same lanes."""

    places: tuple[int, ...]
    members: tuple[Smoother, ...]
    layout: _Layout
    counts: tuple[NDArray[np.int64], ...]
    stretches: _Cells
    windows: tuple[_Cells, ...]

    def prepared(self, samples: Samples) -> Samples:
        """The rectified signals with what precedes and follows them."""
        n, pad = self.layout.n, self.layout.pad
        rows = np.empty((len(samples), n + 2 * pad))
        inside = rows[:, pad : pad + n]
        np.abs(samples, out=inside)
        if isinstance(self.members[0], Window):
            rows[:, :pad] = rows[:, pad + n :] = 0.0
        else:
            rows[:, :pad] = 2 * inside[:, :1] - inside[:, pad:0:-1]
            rows[:, pad + n :] = 2 * inside[:, -1:] - inside[:, -2 : -2 - pad : -1]
        return rows

    def measured(self, rows: Samples, widths: tuple[int, ...]) -> Iterator[Samples]:
        """The numbers of every range and lane, of one smoother after the other."""
        layout = self.layout
        n_ranges = max(len(one) for one in self.counts)
        found = np.zeros((len(self.members), layout.n_groups, n_ranges, 2 + len(widths), LANES))
        block, smoothed = np.empty((layout.length, LANES)), np.empty((layout.length, LANES))
        sums = np.empty((2, layout.length, LANES)) if isinstance(self.members[0], Window) else None
        ring = np.empty((1 << max(widths, default=1).bit_length(), LANES))
        for group in range(layout.n_groups):
            lanes = np.arange(group * LANES, (group + 1) * LANES).clip(max=len(layout.signals) - 1)
            places = layout.pad - layout.rows[lanes]
            sources = rows.ctypes.data + 8 * (rows.shape[1] * layout.signals[lanes] + places)
            function("put")(sources.ctypes.data, layout.length, block.ctypes.data)
            if sums is not None:
                _add_up(block, sums, squared=self.members[0].squared)  # type: ignore[union-attr]
            for m, one in enumerate(self.members):
                if isinstance(one, Filter):
                    steady = _steady(one.sections)[:, :, None]
                    _forward(block, smoothed, one.sections, steady * block[0])
                    sections, states = one.sections, steady * smoothed[-1]
                else:
                    assert sums is not None
                    _average(sums, smoothed, one)
                    self._mend_ends(smoothed, lanes, one)
                    sections, states = np.empty((0, 6)), np.empty((0, 2, LANES))
                ring[:] = 0.0
                counts = self.counts[group]
                _measure(smoothed, sections, states, counts=counts, widths=widths, ring=ring, found=found[m, group])
        yield from found

    def _mend_ends(self, smoothed: Samples, lanes: Places, one: Window) -> None:
        """Near the ends of a signal a window holds fewer samples."""
        layout, half = self.layout, one.half
        fewer = one.width / (one.width - np.arange(half, 0, -1.0))[:, None]
        fewer = np.sqrt(fewer) if one.squared else fewer
        for lane in np.flatnonzero(layout.begins[lanes] < half):
            first = layout.rows[lanes[lane]]
            shown = slice(max(0, -first), half)
            smoothed[first + shown.start : first + half, lane] *= fewer[shown, 0]
        for lane in np.flatnonzero(layout.rows[lanes] + layout.n - half < layout.length):
            end = layout.rows[lanes[lane]] + layout.n
            shown_n = min(half, layout.length - (end - half))
            if end - half >= 0 and shown_n > 0:
                smoothed[end - half : end - half + shown_n, lane] *= fewer[::-1][:shown_n, 0]


def _family(
    places: tuple[int, ...],
    members: tuple[Smoother, ...],
    layout: _Layout,
    *,
    widths: tuple[int, ...],
    stretches: tuple[tuple[int, int], ...],
) -> _Family:
    """Divide the rows of each group of lanes, and find which ranges make which number."""
    n_signals = int(layout.signals[-1]) + 1
    # each number is of a signal and a span of its samples
    spans = [(signal, *span) for span in stretches for signal in range(n_signals)]
    last = [[(signal, 0, layout.n - width + 1) for signal in range(n_signals)] for width in widths]
    cuts = _cuts(layout, [*spans, *(one for own in last for one in own)])
    n_ranges = max(len(own) - 1 for own in cuts)
    return _Family(
        places=places,
        members=members,
        layout=layout,
        # the pass runs backward
        counts=tuple(np.diff(own)[::-1].astype(np.int64).copy() for own in cuts),
        stretches=_cells(layout, spans, cuts, n_ranges),
        windows=tuple(_cells(layout, own, cuts, n_ranges) for own in last),
    )


def _cuts(layout: _Layout, spans: Sequence[tuple[int, int, int]]) -> list[Places]:
    """The rows at which the ranges of each group begin, and the length at last."""
    edges = np.unique([edge for _, first, stop in spans for edge in (first, stop)]).astype(np.intp)
    found = []
    for group in range(layout.n_groups):
        own = {0, layout.length}
        for lane in range(group * LANES, min((group + 1) * LANES, len(layout.signals))):
            begin, stop, row = layout.begins[lane], layout.stops[lane], layout.rows[lane]
            own.update((begin + row, stop + row))
            own.update((edges[(edges > begin) & (edges < stop)] + row).tolist())
        found.append(np.array(sorted(map(int, own)), dtype=np.intp))
    return found


def _cells(layout: _Layout, spans: Sequence[tuple[int, int, int]], cuts: Sequence[Places], n_ranges: int) -> _Cells:
    cells, starts = list[int](), list[int]()
    lanes_of = [np.flatnonzero(layout.signals == signal) for signal in range(int(layout.signals[-1]) + 1)]
    for signal, first, stop in spans:
        starts.append(len(cells))
        for lane in lanes_of[signal]:
            begin, end = max(first, layout.begins[lane]), min(stop, layout.stops[lane])
            if begin < end:
                group, row = int(lane) // LANES, int(layout.rows[lane])
                low, high = np.searchsorted(cuts[group], (begin + row, end + row))
                count = len(cuts[group]) - 1
                # ranges are numbered backward
                cells += [
                    (group * n_ranges + count - 1 - one) * LANES + int(lane) % LANES
                    for one in range(int(low), int(high))
                ]
    return _Cells(cells=np.array(cells, dtype=np.intp), starts=np.array(starts, dtype=np.intp))


def _forward(block: Samples, result: Samples, sections: Samples, states: Samples) -> None:
    own, coefficients = np.ascontiguousarray(states), np.ascontiguousarray(sections[:, [0, 1, 2, 4, 5]])
    run = function("forward", len(sections))
    run(block.ctypes.data, len(block), result.ctypes.data, coefficients.ctypes.data, own.ctypes.data)


def _steady(sections: Samples) -> Samples:
    """The states of a cascade that has always got 1, shape (n_sections, 2)."""
    states, level = np.zeros((len(sections), 2)), 1.0
    for s, (b0, b1, b2, _, a1, a2) in enumerate(sections):
        out = level * (b0 + b1 + b2) / (1 + a1 + a2)
        states[s] = out - b0 * level, b2 * level - a2 * out
        level = out
    return states


def _add_up(block: Samples, sums: Samples, *, squared: bool) -> None:
    """Sums of the samples (or their squares) before each row, and beside them what rounding took from these."""
    run = function("add_up", int(squared))
    run(block.ctypes.data, len(block), sums[0].ctypes.data, sums[1].ctypes.data)


def _average(sums: Samples, result: Samples, one: Window) -> None:
    """The moving mean of what was added up, or its root; 0 where the block ends."""
    n, half, width = len(result), one.half, one.width
    result[:half] = result[n - half - 1 :] = 0.0
    ends, begins = sums[:, width:], sums
    factor = np.array([1 / width])
    run = function("average", int(one.squared))
    run(
        ends[0].ctypes.data, n - width, ends[1].ctypes.data, begins[0].ctypes.data, begins[1].ctypes.data,
        result[half:].ctypes.data, factor.ctypes.data,
    )  # fmt: skip


def _measure(
    block: Samples,
    sections: Samples,
    states: Samples,
    *,
    counts: NDArray[np.int64],
    widths: tuple[int, ...],
    ring: Samples,
    found: Samples,
) -> None:
    """Filter backward and measure range by range, without writing a sample."""
    own, coefficients = np.ascontiguousarray(states), np.ascontiguousarray(sections[:, [0, 1, 2, 4, 5]])
    lags = np.array(widths, dtype=np.int64)
    run = function("measure", len(sections), len(widths))
    run(
        block[-1:].ctypes.data, len(counts), counts.ctypes.data, coefficients.ctypes.data, own.ctypes.data,
        ring.ctypes.data, len(ring) - 1, lags.ctypes.data, found.ctypes.data,
    )  # fmt: skip
