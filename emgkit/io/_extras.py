"""Libraries that only some formats need: imported when a file needs one, with a hint how to install it."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from emgkit.errors import FormatError

__all__ = ["library"]


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
