"""Samples that stay in their file as numbers until they are asked for, and become floats a part at a time.

A part stays in the processor's cache from the first number to the last factor, so that each sample goes to the memory
once, and nothing of the size of the recording is made beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit.io._assembly.in_file import FileNumbers, read_together
from emgkit.kernels.compiled import compiled, scale_counts

__all__ = ["Array", "Block", "InBlocks", "Stored", "fill"]

Array: TypeAlias = NDArray[np.float64]

# samples that are made in one go
_AT_ONCE = 1 << 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """Finite numbers as they stand in a file; a sample is ``(number + offset) * gain``, in the unit of the file.

    Parameters
    ----------
    numbers : ndarray or FileNumbers, shape (n_channels, n_groups, n_samples_in_a_group)
        A view of the bytes of the file, or what reads them; a group is a data record, or a frame.
    offsets, gains : ndarray, shape (n_channels,)
        What makes samples of the numbers.
    part : slice
        The samples of each channel that are meant.
    decode : callable, optional
        Makes numbers of those in the file, where their type is none of NumPy's; it keeps their order.
    limits : tuple of int, optional
        Between which the numbers must lie.
    refuse : callable, optional
        Gets the block when samples are made of numbers beyond the limits, and raises if any of those is meant.
    """

    numbers: NDArray[Any] | FileNumbers
    offsets: Array
    gains: Array
    part: slice
    decode: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    limits: tuple[int, int] | None = None
    refuse: Callable[[Block], None] | None = None

    @property
    def size(self) -> int:
        """Samples of a channel."""
        return int(self.part.stop - self.part.start)

    def rows(self) -> tuple[Stored, ...]:
        """Each channel."""
        return tuple(Stored(block=self, row=row) for row in range(len(self.numbers)))

    def parts(
        self, rows: slice | list[int], *, at_once: int | None = None
    ) -> Iterator[tuple[slice, NDArray[Any], slice]]:
        """Some channels part by part: where it belongs, numbers of shape (n_rows, n), and what of them is meant."""
        per_group, (first, last) = self.numbers.shape[2], (self.part.start, self.part.stop)
        count = len(range(*rows.indices(len(self.numbers)))) if isinstance(rows, slice) else len(rows)
        step = max(1, (at_once or _AT_ONCE) // (count * per_group))
        groups = -(-last // per_group)
        for low in range(first // per_group, groups, step):
            high = min(low + step, groups)
            numbers = self.numbers[rows, low:high]
            if self.decode is not None:
                numbers = self.decode(numbers)
            begin, end = low * per_group, min(high * per_group, last)
            place = slice(max(begin, first) - first, end - first)
            yield place, numbers, slice(max(first - begin, 0), end - begin)

    @cached_property
    def samples(self) -> Array:
        """The samples of all channels, shape (n_channels, n_samples), in the unit of the file."""
        made = np.empty((len(self.numbers), self.size))
        # a channel that its reader leaves out may hold anything
        with np.errstate(over="ignore", invalid="ignore"):
            self.fill(made, range(len(made)), [1.0] * len(made))
        return made

    def fill(self, out: Array, rows: Sequence[int], factors: Sequence[float]) -> None:
        """Put the samples of some channels, each times its factor, into rows of an array."""
        steps = rows[0] + np.arange(len(rows))
        chosen = slice(rows[0], rows[-1] + 1) if (steps == rows).all() else list(rows)
        if self._is_plain():
            at_once = self.numbers.size if isinstance(self.numbers, np.ndarray) else None
            for place, numbers, _ in self.parts(chosen, at_once=at_once):
                for row, counts, offset, gain, factor in zip(
                    out, numbers, self.offsets[chosen], self.gains[chosen], factors, strict=True
                ):
                    self._check(*scale_counts(counts, row[place], offset=offset, gain=gain, factor=factor))
            return
        scaling = self._scaling(rows, factors)
        for place, numbers, meant in self.parts(chosen):
            if self.limits is not None:
                self._check(numbers.min(), numbers.max())
            part = out[:, place]
            if numbers[0].size == part.shape[1]:
                part.reshape(numbers.shape)[...] = numbers
            else:
                part[...] = numbers.reshape(len(numbers), -1)[:, meant]
            for operation, by in scaling:
                operation(part, by, out=part)

    def scale(self, part: Array, rows: Sequence[int], factors: Sequence[float]) -> None:
        """Make samples of the numbers of some channels, in place."""
        for operation, by in self._scaling(rows, factors):
            operation(part, by, out=part)

    def _scaling(self, rows: Sequence[int], factors: Sequence[float]) -> list[tuple[np.ufunc, Array]]:
        """What is added to numbers and multiplied with them; it is the same for some channels as for all."""
        offsets, gains, by = self.offsets[list(rows)], self.gains[list(rows)], np.array(factors)
        steps = [(np.add, offsets, self.offsets.any()), (np.multiply, gains, (gains != 1).any())]
        steps.append((np.multiply, by, (by != 1).any()))
        return [(operation, number[:, np.newaxis]) for operation, number, does_change in steps if does_change]

    def _check(self, low: int, high: int) -> None:
        if self.limits is not None and (low < self.limits[0] or high > self.limits[1]):
            self.refuse_all()

    def is_beyond(self, low: Any, high: Any) -> bool:
        """Whether the least or the largest number, as it stands in the file, lies beyond the limits."""
        ends = np.array([low, high])
        least, most = ends if self.decode is None else self.decode(ends)
        return self.limits is not None and bool(least < self.limits[0] or most > self.limits[1])

    def refuse_all(self) -> None:
        """Raise if a number that is meant lies beyond the limits."""
        if self.refuse is not None:
            self.refuse(self)

    def between(self, first: int, stop: int) -> Block:
        """Other samples of the same channels, whose limits are not looked at again."""
        return replace(self, part=slice(first, stop), limits=None, refuse=None)

    @property
    def in_file(self) -> FileNumbers:
        """The numbers, which are read when they are asked for."""
        if not isinstance(self.numbers, FileNumbers):
            raise TypeError("the numbers of this block are in the memory")
        return self.numbers

    def _is_plain(self) -> bool:
        """Whether whole groups of 16-bit counts are meant: compiled code makes floats of them in one pass."""
        numbers, n = self.numbers, self.numbers.shape[2]
        plain = numbers.dtype == np.int16 and numbers.dtype.isnative and numbers.strides[2] == 2
        whole = self.part.start % n == 0 and self.part.stop % n == 0
        # the few counts of a frame are quicker to gather by NumPy
        return bool(plain and self.decode is None and whole and n >= 16 and compiled())

    def is_finite(self, rows: Sequence[int], factors: Sequence[float]) -> bool:
        """Whether all samples are finite: those of the largest numbers that its type can hold are."""
        kind = np.finfo(self.numbers.dtype) if self.numbers.dtype.kind == "f" else np.iinfo(self.numbers.dtype)
        ends = np.array([[float(kind.min), float(kind.max)]])
        with np.errstate(over="ignore", invalid="ignore"):
            ends = (ends + self.offsets[list(rows), np.newaxis]) * self.gains[list(rows), np.newaxis]
            return bool(np.isfinite(ends * np.array(factors)[:, np.newaxis]).all())


@dataclass(frozen=True, kw_only=True, eq=False)
class Stored:
    """One channel of a block of numbers in a file."""

    block: Block
    row: int

    @property
    def size(self) -> int:
        """Number of samples."""
        return self.block.size

    def samples(self) -> Array:
        """The samples, in the unit of the file."""
        row: Array = self.block.samples[self.row]
        return row


@dataclass(frozen=True, kw_only=True, eq=False)
class InBlocks:
    """Channels of one stream, each of which stands in its file, and the factors from the units of the file."""

    sources: tuple[Stored, ...]
    factors: tuple[float, ...]

    def check(self) -> None:
        """Refuse numbers beyond the limits of their blocks, as reading all of them does."""
        limited = [row for row, one in enumerate(self.sources) if one.block.limits is not None]
        for _, channels in self._together(limited, 0, self.sources[0].size):
            if any(self.sources[row].block.is_beyond(numbers.min(), numbers.max()) for row, numbers in channels):
                for block in dict.fromkeys(self.sources[row].block for row in limited):
                    block.refuse_all()
                return

    def is_finite(self) -> bool:
        """Whether all samples are finite; else they must be looked at."""
        pairs = zip(self.sources, self.factors, strict=True)
        return all(source.block.is_finite([source.row], [factor]) for source, factor in pairs)

    def part(self, row: int, first: int, stop: int) -> Array:
        """The samples of one channel from `first` to before `stop`."""
        source = self.sources[row]
        per_group, begin = source.block.numbers.shape[2], source.block.part.start + first
        low, high = begin // per_group, -(-(begin + stop - first) // per_group)
        # whole groups, since they are quicker to make
        whole = np.empty((1, (high - low) * per_group))
        source.block.between(low * per_group, high * per_group).fill(whole, [source.row], [self.factors[row]])
        part: Array = whole[0, begin - low * per_group :][: stop - first]
        return part

    def fill(self, out: Array, rows: Sequence[int], first: int) -> None:
        """Put the samples of some channels, from a first one on, into the rows of an array."""
        begin = 0
        for block, found in groupby(rows, key=lambda row: self.sources[row].block):
            members = list(found)
            low = block.part.start + first
            block.between(low, low + out.shape[1]).fill(
                out[begin : begin + len(members)],
                [self.sources[row].row for row in members], [self.factors[row] for row in members],
            )  # fmt: skip
            begin += len(members)

    def every(self, rows: Sequence[int], places: range) -> Array:
        """Some of the samples of some channels, at the same places, shape (n_rows, n_places)."""
        made, to = np.empty((len(rows), len(places))), {row: place for place, row in enumerate(rows)}
        for begin, channels in self._together(rows, places.start, places[-1] + 1):
            groups, per_group = channels[0][1].shape
            low, high = (max(0, -(-(at - places.start) // places.step)) for at in (begin, begin + groups * per_group))
            at = np.divmod(np.array(places[low:high], dtype=np.intp) - begin, per_group)
            for row, numbers in channels:
                found, decode = numbers[at], self.sources[row].block.decode
                made[to[row], low : low + found.size] = found if decode is None else decode(found)
        for row, values in zip(rows, made, strict=True):
            self.sources[row].block.scale(values[np.newaxis], [self.sources[row].row], [self.factors[row]])
        return made

    def _together(
        self, rows: Sequence[int], first: int, stop: int
    ) -> Iterator[tuple[int, list[tuple[int, NDArray[Any]]]]]:
        """Channels and their numbers, shape (n_groups, n_in_a_group), read together where they stand side by side.

        With them comes the sample with which they begin.
        """
        for (shape, _, begin), found in groupby(rows, key=self._layout):
            members = list(found)
            blocks = list(dict.fromkeys(self.sources[row].block for row in members))
            groups = range((begin + first) // shape[1], -(-(begin + stop) // shape[1]))
            for some, numbers in read_together([block.in_file for block in blocks], groups):
                of = dict(zip(blocks, numbers, strict=True))
                sources = [(row, self.sources[row]) for row in members]
                yield some.start * shape[1] - begin, [(row, of[one.block][one.row]) for row, one in sources]

    def _layout(self, row: int) -> tuple[tuple[int, ...], int, int]:
        """What channels share whose samples stand in the same groups of a file."""
        block = self.sources[row].block
        return block.numbers.shape[1:], block.numbers.strides[1], block.part.start


def fill(out: Array, sources: Sequence[Array | Stored], factors: Sequence[float]) -> bool:
    """Put samples, each source's times its factor, into the rows of an array.

    Returns
    -------
    bool
        Whether all are known to be finite; of samples that a reader gave as floats nobody knows it.
    """
    begin, known = 0, True
    pairs = zip(sources, factors, strict=True)
    for block, found in groupby(pairs, key=lambda pair: pair[0].block if isinstance(pair[0], Stored) else None):
        members = list(found)
        end = begin + len(members)
        if block is None:
            known = False
            for row, (values, factor) in zip(out[begin:end], members, strict=True):
                np.multiply(np.asarray(values), factor, out=row)
        else:
            rows, by = [one.row for one, _ in members if isinstance(one, Stored)], [factor for _, factor in members]
            block.fill(out[begin:end], rows, by)
            known = known and block.is_finite(rows, by)
        begin = end
    return known
