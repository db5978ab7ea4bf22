"""Libraries that only some formats need: imported when a file needs one, with a hint how to install it."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from emgkit.errors import FormatError

__all__ = ["library", "silent"]


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
