"""The samples of a Recording: arrays that nobody can write to, and samples that still stand in their file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit.channels import Channel, stream_of
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import listed, number

__all__ = ["Finite", "InFile"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Finite:
    """Samples of which the reader of a file knows that none is NaN or infinite, such as scaled whole numbers.

    Given as `data` of a Recording in place of the array; the samples are then not searched once more.

    Examples
    --------
    >>> from emgkit.recording import Recording
    >>> Recording(data=Finite(np.ones((1, 3))), sfreq=1000.0, channels=(Channel(name="VL", unit="V"),)).duration
    0.003
    """

    samples: Array


class Reader(Protocol):
    """What reads samples of a file, in the unit of each channel."""

    def fill(self, out: Array, rows: Sequence[int], first: int) -> None:
        """Put the samples of some channels, from a first one on, into the rows of an array."""
        ...

    def part(self, row: int, first: int, stop: int) -> Array:
        """The samples of one channel from `first` to before `stop`."""
        ...

    def every(self, rows: Sequence[int], places: range) -> Array:
        """Some of the samples of some channels, at the same places, shape (n_rows, n_places)."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class InFile:
    """Samples that still stand in their file, of which its reader knows that they are finite.

    Given as `data` of a Recording in place of the array; the samples are then read at their first use. What needs a
    part of them reads that part alone.

    Parameters
    ----------
    reader : Reader
        Reads them.
    rows : tuple of int
        The channels that are meant, as the reader counts them.
    first, stop : int
        The samples of each channel that are meant.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> ramps = SimpleNamespace(part=lambda row, first, stop: 10.0 * row + np.arange(first, stop))
    >>> unread = InFile(reader=ramps, rows=(0, 2), first=1, stop=4)
    >>> unread.shape, unread.part(1, first=0, stop=2)
    ((2, 3), array([21., 22.]))
    """

    reader: Reader
    rows: tuple[int, ...]
    first: int
    stop: int

    @property
    def shape(self) -> tuple[int, int]:
        """(n_channels, n_samples)."""
        return len(self.rows), self.stop - self.first

    @cached_property
    def samples(self) -> Array:
        """All samples, read-only; they are read once."""
        made = np.empty(self.shape)
        self.reader.fill(made, self.rows, self.first)
        made.setflags(write=False)
        return made

    @property
    def is_read(self) -> bool:
        """Whether all samples have been read."""
        return "samples" in self.__dict__

    def part(self, row: int, first: int, stop: int) -> Array:
        """The samples of one channel from `first` to before `stop`."""
        return self.reader.part(self.rows[row], self.first + first, self.first + stop)

    def every(self, step: int) -> Array:
        """Every so-manieth sample of all channels, shape (n_channels, ceil(n_samples / step))."""
        return self.reader.every(self.rows, range(self.first, self.stop, step))

    def picked(self, rows: Iterable[int]) -> InFile:
        """Some of the channels."""
        return replace(self, rows=tuple(self.rows[row] for row in rows))

    def cropped(self, first: int, stop: int) -> InFile:
        """The samples of all channels from `first` to before `stop`."""
        return replace(self, first=self.first + first, stop=self.first + stop)


def frozen(data: ArrayLike) -> Array:
    """A read-only float64 array that nobody else can write to: a view whose base is read-only too."""
    array = np.asarray(data, dtype=np.float64)
    base = array.base
    # a part of another array is copied, so that it does not keep the whole in memory
    shared = isinstance(base, np.ndarray) and (base.flags.writeable or base.size != array.size)
    if array.flags.writeable or shared:
        array = array.copy(order="C")
        array.setflags(write=False)
    return array.view()


def check_fit(shape: tuple[int, ...], channels: Sequence[Channel]) -> None:
    """Refuse channels that do not fit to the shape of their samples, or not to one another.

    Raises
    ------
    ArgumentError
        Their number, names or kinds do not fit.
    """
    if len(shape) != 2 or not channels or shape[0] != len(channels) or shape[1] == 0:
        raise ArgumentError(
            "The samples and the channels do not fit together",
            allowed="data of shape (n_channels, n_samples), at least one sample, one Channel a row",
            got=f"data of shape {shape} and {len(channels)} channels",
        )
    counts = Counter(channel.name for channel in channels)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise ArgumentError("Channel names must be unique", got=f"more than once: {listed(twice)}")
    streams = {stream_of(channel.kind) for channel in channels}
    if len(streams) > 1:
        raise ArgumentError(
            "A recording holds signals of one stream",
            got=f"channels of {listed(sorted(streams))}",
            hint="Make one Recording a stream and put them into a Trial",
        )


def check_finite(data: Array, channels: Sequence[Channel], sfreq: float, *, start: float) -> None:
    """Refuse samples that are NaN or infinite.

    Raises
    ------
    SignalError
        A channel has such samples.
    """
    # the sum of finite samples is finite, and costs one pass without a temporary
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(data.sum()):
            return
    for channel, row in zip(channels, data, strict=True):
        bad = np.flatnonzero(~np.isfinite(row))
        if bad.size:
            raise SignalError(
                f"Channel {channel.name!r} has {bad.size} samples that are NaN or infinite",
                where=f"first at sample {bad[0]} ({number(start + bad[0] / sfreq)} s)",
                allowed="finite samples",
                got=str(row[bad[0]]),
                hint="Leave out the stretch or the channel; emgkit fills no gaps by itself",
            )
