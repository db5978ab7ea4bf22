"""Numbers that are read from their file when they are asked for, as long as nobody has changed it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FileError, FormatError

__all__ = ["Bytes", "File", "FileNumbers", "bytes_of", "numbers_in", "read_together"]

# bytes that are read in one go; more where these are few groups, but not so many
_AT_ONCE, _FEW, _MOST = 1 << 20, 8, 1 << 22
# so many bytes between two groups are sooner skipped than read
_SKIPPED = 1 << 13
# reads from a place on in one call, where the system has that
_AT_A_PLACE: Callable[[int, Sequence[memoryview], int], int] | None = getattr(os, "preadv", None)


@dataclass(frozen=True, kw_only=True, eq=False)
class File:
    """A file as it was when its reading began.

    It is opened for each part and closed again, so that any number of recordings can wait, and nothing keeps a file
    from being moved or deleted.
    """

    path: Path
    state: tuple[int, int, int]

    @classmethod
    def now(cls, path: Path) -> File:
        """The file as it is now."""
        return cls(path=path.absolute(), state=_state(path))

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """The open file; what was read counts only if the file is the one it was, before and after.

        Raises
        ------
        FileError
            The file is gone, or the system does not give it.
        FormatError
            It has changed.
        """
        try:
            # not even opened if it is another: opening a pipe may never end
            if _state(self.path) == self.state:
                with FileIO(self.path) as file:
                    yield file
                if _state(self.path) == self.state:
                    return
        except FormatError:
            raise
        except FileNotFoundError:
            raise FileError(
                "The file is gone, and not all of its samples were read",
                where=str(self.path),
                hint="Bring it back and read it again, or read it without lazy=True",
            ) from None
        except OSError as problem:
            raise FileError(
                "The file cannot be read any more", where=str(self.path), got=problem.strerror or str(problem)
            ) from problem
        raise _changed(self.path)

    def groups(self, places: range, *, begin: int, reach: int, to_next: int) -> NDArray[np.uint8]:
        """Some bytes of each of some groups, shape (n_groups, reach); of the first group they begin at a byte."""
        n, step = len(places), _bytes_read(reach, to_next)
        raw = np.empty((n - 1) * step + reach, np.uint8)
        into = raw.data
        with self.opened() as file:
            if step == to_next:
                _read(file, begin + places.start * to_next, into)
            else:
                for place, group in enumerate(places):
                    _read(file, begin + group * to_next, into[place * reach : (place + 1) * reach])
        return np.lib.stride_tricks.as_strided(raw, (n, reach), (step, 1))


def _bytes_read(reach: int, to_next: int) -> int:
    """How many bytes are read of a group: what lies between is read, too, where that is quicker than to skip it."""
    return to_next if to_next - reach <= _SKIPPED else reach


def _changed(path: Any) -> FormatError:
    return FormatError(
        "The file has changed since its reading began", where=str(path),
        hint="Read it again; a file that changes while it is in use is better read without lazy=True",
    )  # fmt: skip


# the bytes of a file: in the memory as far as they are used, or read when numbers of them are asked for
Bytes: TypeAlias = "NDArray[np.uint8] | File"


def bytes_of(path: Path, *, lazy: bool) -> Bytes:
    """The bytes of a file, which is mapped into the memory, or opened for each part that is read."""
    return File.now(path) if lazy else np.asarray(np.memmap(path, np.uint8, "r"))


def numbers_in(
    source: Bytes, kind: str, shape: tuple[int, int, int], *, begin: int, strides: tuple[int, int, int]
) -> NDArray[Any] | FileNumbers:
    """Numbers in the bytes of a file, by channels, groups and samples; see :class:`FileNumbers`."""
    if isinstance(source, File):
        return FileNumbers(file=source, dtype=np.dtype(kind), shape=shape, begin=begin, strides=strides)
    return np.ndarray(shape, kind, source, begin, strides)


def _state(path: Path) -> tuple[int, int, int]:
    """What tells whether a file is the one it was."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


@dataclass(frozen=True, kw_only=True, eq=False)
class FileNumbers:
    """Numbers in groups of equal size, which are indexed by channels and groups, as an array is.

    Parameters
    ----------
    file : File
        Where they stand.
    dtype : dtype
        Their type.
    shape : tuple of int
        Channels, groups, and numbers of a channel in a group; a group is a data record, or a frame.
    begin : int
        Byte at which the first number stands.
    strides : tuple of int
        Bytes from a channel to the next, from a group to the next, and from a number to the next.
    """

    file: File
    dtype: np.dtype[Any]
    shape: tuple[int, int, int]
    begin: int
    strides: tuple[int, int, int]

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def reach(self) -> int:
        """The bytes of a group from the first of these numbers to the last."""
        return (
            sum((n - 1) * step for n, step in ((self.shape[0], self.strides[0]), (self.shape[2], self.strides[2])))
            + self.dtype.itemsize
        )

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)

    def __getitem__(self, places: tuple[slice | list[int], slice]) -> NDArray[Any]:
        """Numbers of some channels in some groups, shape (n_chosen, n_groups, n_in_a_group)."""
        chosen, (low, high, _) = places[0], places[1].indices(self.shape[1])
        rows = range(len(self))[chosen] if isinstance(chosen, slice) else chosen
        first, last = min(rows), max(rows)
        own = replace(self, begin=self.begin + first * self.strides[0], shape=(last - first + 1, *self.shape[1:]))
        at_once, parts = max(1, _AT_ONCE // _bytes_read(own.reach, self.strides[1])), list[NDArray[Any]]()
        for group in range(low, high, at_once):
            some = range(group, min(group + at_once, high))
            read = self.file.groups(some, begin=own.begin, reach=own.reach, to_next=self.strides[1])
            numbers = _within(own, read, begin=0)
            parts.append(numbers if isinstance(chosen, slice) else numbers[[row - first for row in rows]])
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def read_together(all_numbers: Sequence[FileNumbers], groups: range) -> Iterator[tuple[range, list[NDArray[Any]]]]:
    """Numbers that stand in the same groups of one file, some groups after the other, each read once.

    Yields
    ------
    groups : range
        Those that were read.
    numbers : list of ndarray, shape (n_channels, n_groups, n_in_a_group)
        The numbers in them, in the order given.
    """
    first, own = min(one.begin for one in all_numbers), all_numbers[0].strides[1]
    reach = max(one.begin + one.reach for one in all_numbers) - first
    at_once = max(1, _AT_ONCE // own, min(_FEW, _MOST // own))
    for low in range(groups.start, groups.stop, at_once):
        some = range(low, min(low + at_once, groups.stop))
        read = all_numbers[0].file.groups(some, begin=first, reach=reach, to_next=own)
        yield some, [_within(one, read, begin=one.begin - first) for one in all_numbers]


def _within(numbers: FileNumbers, read: NDArray[np.uint8], *, begin: int) -> NDArray[Any]:
    """Numbers in bytes of shape (n_groups, n_bytes), in which the first one stands at a byte."""
    first = read[0, begin : begin + numbers.dtype.itemsize].view(numbers.dtype)
    shape = (len(numbers), len(read), numbers.shape[2])
    strides = (numbers.strides[0], read.strides[0], numbers.strides[2])
    return np.lib.stride_tricks.as_strided(first, shape, strides, writeable=False)


def _read(file: FileIO, begin: int, into: memoryview) -> None:
    """Fill a stretch of memory with the bytes from a place on."""
    while into:
        if _AT_A_PLACE is not None:
            n = _AT_A_PLACE(file.fileno(), (into,), begin)
        else:
            file.seek(begin)
            n = file.readinto(into)
        if not n:
            raise _changed(file.name)
        into, begin = into[n:], begin + n
