"""Argument checks: one function a kind of question, one shape of message.

Each function returns the checked value, so that a check reads as an assignment.
"""

from __future__ import annotations

import difflib
import math
import operator
import reprlib
from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import counted, listed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

__all__ = ["KeywordsOnly", "check_option", "check_positive", "check_samples", "check_unknown", "check_whole", "nearest"]


def nearest(name: str, allowed: Iterable[object]) -> str:
    """``"Did you mean 'x'?"``, or an empty string where nothing is close.

    Examples
    --------
    >>> nearest("exercize", ["exercise", "muscle"])
    "Did you mean 'exercise'?"
    """
    candidates = {str(option).lower(): str(option) for option in allowed}
    close = difflib.get_close_matches(name.lower(), list(candidates), n=1, cutoff=0.6)
    return f"Did you mean {candidates[close[0]]!r}?" if close else ""


class KeywordsOnly:
    """A dataclass that is made from keywords alone: 20 and 450 without names say nothing of what they are.

    Raises
    ------
    ArgumentError
        A value was given by position: says the names, and how the call is written with them.
    """

    def __new__(cls, *values: Any, **keywords: Any) -> Self:
        if not values:
            return super().__new__(cls)
        names = [one.name for one in fields(cast(Any, cls)) if one.init]
        named = dict(zip((name for name in names if name not in keywords), values, strict=False)) | keywords
        written = ", ".join(f"{name}={reprlib.repr(named[name])}" for name in names if name in named)
        raise ArgumentError(
            f"{cls.__name__} takes {'its parameters by keyword' if names else 'no parameters'}",
            allowed=", ".join(f"{name}=" for name in names),
            got=f"{', '.join(map(reprlib.repr, values))} without a name",
            hint=f"Write {cls.__name__}({written}){'' if names else '(recording)'}",
        )


def check_option(parameter: str, value: T, allowed: Collection[T]) -> T:
    """Refuse a value that is not one of the allowed ones.

    Raises
    ------
    ArgumentError
        Names the parameter, the allowed values, the value, and the nearest allowed one.
    """
    if value not in allowed:
        raise ArgumentError(
            f"Unknown value for {parameter!r}",
            allowed=listed(allowed),
            got=repr(value),
            hint=nearest(str(value), allowed),
        )
    return value


def check_unknown(kind: str, name: str, known: Iterable[object], *, where: str = "") -> str:
    """Refuse a name that is not among the known ones.

    Raises
    ------
    ArgumentError
        Says what kind of name is unknown, the known ones and the nearest.
    """
    known = [str(option) for option in known]
    if name not in known:
        raise ArgumentError(
            f"Unknown {kind} {name!r}", where=where, allowed=listed(known), got=repr(name), hint=nearest(name, known)
        )
    return name


def check_positive(parameter: str, value: Any, *, unit: str = "", zero: bool = False) -> float:
    """Refuse anything but a finite number above (or, with ``zero``, at least) 0.

    Raises
    ------
    ArgumentError
        Names the parameter, the allowed range and what came.
    """
    allowed = f"a finite number {'of at least' if zero else 'above'} 0{' ' + unit if unit else ''}"
    try:
        checked = float(value)
    except (TypeError, ValueError):
        checked = math.nan
    if isinstance(value, (bool, str)) or not math.isfinite(checked) or checked < 0 or (checked == 0 and not zero):
        raise ArgumentError(f"{parameter!r} cannot be used", allowed=allowed, got=repr(value))
    return checked


def check_whole(parameter: str, value: Any, *, least: int = 1, where: str = "") -> int:
    """Refuse anything but a whole number of at least ``least``.

    Raises
    ------
    ArgumentError
        Names the parameter, the allowed range and what was got.

    Examples
    --------
    >>> check_whole("n", 5, least=2)
    5
    """
    try:
        checked = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        checked = None
    if checked is None or checked < least:
        allowed = f"a whole number of at least {least}"
        raise ArgumentError(f"{parameter!r} cannot be used", where=where, allowed=allowed, got=repr(value))
    return checked


def check_samples(x: Any, *, at_least: int = 1) -> NDArray[np.float64]:
    """Give samples as float64, time on the last axis; refuse what no number can be made from.

    Raises
    ------
    ArgumentError
        The values are no real numbers, or there is no time axis.
    SignalError
        There are too few samples, or some are NaN or infinite: says how many and where the first is.
    """
    import numpy as np

    got = np.asanyarray(x)
    if got.dtype.kind not in "fiub" or np.ma.is_masked(got):
        kind = "masked values" if got.dtype.kind in "fiub" else f"values of type {got.dtype}"
        raise ArgumentError("The samples cannot be used", allowed="an array of real numbers", got=kind)
    samples = np.asarray(got, dtype=np.float64)
    if samples.ndim == 0:
        raise ArgumentError("The samples cannot be used", allowed="an array with time on its last axis", got=repr(x))
    if samples.size == 0 or samples.shape[-1] < at_least:
        raise SignalError(
            "The signal is too short" if samples.size else "The signal is empty",
            allowed=f"at least {counted(at_least, 'sample')}",
            got=f"an array of shape {samples.shape}",
        )
    # The sum of finite samples is finite (unless it overflows), and costs one pass without a temporary.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(samples.sum()):
            return samples
    finite = np.isfinite(samples)
    if not finite.all():
        *row, sample = (int(i) for i in np.argwhere(~finite)[0])
        raise SignalError(
            f"{int((~finite).sum())} of {samples.size} samples are NaN or infinite",
            where=f"the first is sample {sample}{f' of row {row[0] if len(row) == 1 else tuple(row)}' if row else ''}, "
            "counted from 0",
            hint="Leave the stretch out, or bridge it with an edit that says why",
        )
    return samples
