"""Libraries that only some formats need: imported when a file needs one, with a hint how to install it.

HDF5 files are opened here, too, and only where the library can read their texts to the end.
"""

from __future__ import annotations

import importlib
import logging
import mmap
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from emgkit.errors import FormatError

__all__ = ["DAMAGED", "hdf5", "library", "silent"]

# what h5py raises where a file is damaged
DAMAGED = (OSError, KeyError, ValueError, RuntimeError, TypeError, AttributeError)

# a heap of texts: signature and version, its size, and objects, each with its number, its size and its bytes
_SIGNATURE, _HEAD, _OBJECT = b"GCOL\x01\0\0\0", 16, struct.Struct("<HHIQ")


def library(name: str, *, extra: str, where: str) -> Any:
    """The library `name`, which ``pip install "emgkit[extra]"`` installs.

    Raises
    ------
    FormatError
        It is not installed.

    Examples
    --------
    >>> library("json", extra="hdf5", where="squat.h5").dumps([1])
    '[1]'
    """
    try:
        with warnings.catch_warnings():
            # what a library says about its own imports is none of its user's business
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        raise FormatError(
            f"This format needs the library {name}, which is not installed",
            where=where,
            hint=f'pip install "emgkit[{extra}]"',
        ) from None


@contextmanager
def silent(name: str) -> Iterator[None]:
    """The library `name` without its log and warnings: the reader tells what is wrong with a file."""
    log = logging.getLogger(name)
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


@contextmanager
def hdf5(path: Path) -> Iterator[Any]:
    """The file, opened by h5py, whose own errors are :data:`DAMAGED`.

    Raises
    ------
    FormatError
        h5py is not installed.
    ValueError
        A heap of texts is damaged: HDF5 would look for its end for ever.
    """
    h5py = library("h5py", extra="hdf5", where=str(path))
    _check_heaps(path)
    with h5py.File(path, "r") as file:
        yield file


def _check_heaps(path: Path) -> None:
    """Walk over the objects of each heap: each step must go forward, and end where the heap ends."""
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        begin = raw.find(_SIGNATURE)
        while begin >= 0:
            (size,) = struct.unpack_from("<Q", raw, begin + 8) if begin + _HEAD <= len(raw) else (0,)
            at, end = begin + _HEAD, begin + size
            # chance can put the signature into samples; a heap has at least 4096 bytes, all in the file
            while size >= 4096 and end <= len(raw) and at + _OBJECT.size <= end:
                number, _, _, held = _OBJECT.unpack_from(raw, at)
                # object 0 is what is free, its head counted
                at += held if number == 0 else _OBJECT.size + (held + 7) // 8 * 8
                if (number == 0 and held < _OBJECT.size) or at > end:
                    raise ValueError(f"the heap of texts at byte {begin}")
            begin = raw.find(_SIGNATURE, begin + 1)
