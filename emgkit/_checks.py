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

__all__ = [
    "KeywordsOnly",
    "check_option",
    "check_positive",
    "check_samples",
    "check_seconds",
    "check_unknown",
    "check_whole",
    "nearest",
    "shown_value",
]


def nearest(name: object, allowed: Iterable[object]) -> str:
    """``"Did you mean 'x'?"``, or an empty string where nothing is close.

    Examples
    --------
    >>> nearest("exercize", ["exercise", "muscle"])
    "Did you mean 'exercise'?"
    """
    if not isinstance(name, str):
        return ""
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
        written = ", ".join(f"{name}={shown_value(named[name])}" for name in names if name in named)
        raise ArgumentError(
            f"{cls.__name__} takes {'its parameters by keyword' if names else 'no parameters'}",
            allowed=", ".join(f"{name}=" for name in names),
            got=f"{', '.join(map(reprlib.repr, values))} without a name",
            hint=f"Write {cls.__name__}({written}){'' if names else '(recording)'}",
        )


def shown_value(value: object) -> str:
    """A value in an error, as Python writes it; a long one in part.

    Examples
    --------
    >>> shown_value("squat"), shown_value(list(range(100)))
    ("'squat'", '[0, 1, 2, 3, 4, 5, ...]')
    """
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than 4300 digits
        return "a number of thousands of digits"
    return text if len(text) <= 80 else reprlib.repr(value)


def check_option(parameter: str, value: T, allowed: Collection[T]) -> T:
    """Refuse a value that is not one of the allowed ones.

    Raises
    ------
    ArgumentError
        Names the parameter, the allowed values, the value, and the nearest allowed one.
    """
    # a list, a table or an array has no place in a set, and may be equal to nothing
    if not any(isinstance(value, type(option)) and value == option for option in allowed):
        raise ArgumentError(
            f"Unknown value for {parameter!r}",
            allowed=listed(allowed),
            got=shown_value(value),
            hint=nearest(value, allowed),
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
    if not isinstance(name, str) or name not in known:
        shown = shown_value(name)
        raise ArgumentError(
            f"Unknown {kind} {shown}", where=where, allowed=listed(known), got=shown, hint=nearest(name, known)
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
    checked = _finite(value)
    if checked is None or checked < 0 or (checked == 0 and not zero):
        raise ArgumentError(f"{parameter!r} cannot be used", allowed=allowed, got=shown_value(value))
    return checked


def check_seconds(parameter: str, value: Any, *, where: str = "") -> float:
    """Refuse a time that is no finite number.

    Raises
    ------
    ArgumentError
        Names the parameter and what was got.

    Examples
    --------
    >>> check_seconds("tmin", -0.5)
    -0.5
    """
    checked = _finite(value)
    if checked is None:
        allowed = "a finite number of seconds"
        raise ArgumentError(f"{parameter!r} cannot be used", where=where, allowed=allowed, got=shown_value(value))
    return checked


def _finite(value: Any) -> float | None:
    """A finite number as a float; None for anything else, texts and truth values among it."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and not isinstance(value, (bool, str)) else None


def check_whole(parameter: str, value: Any, *, least: int = 1, most: int = 10**9, where: str = "") -> int:
    """Refuse anything but a whole number of at least ``least``, and one that would fill the memory.

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
    if checked is None or not least <= checked <= most:
        too_large = checked is not None and checked > most
        allowed = f"a whole number {f'from {least} to {most}' if too_large else f'of at least {least}'}"
        raise ArgumentError(f"{parameter!r} cannot be used", where=where, allowed=allowed, got=shown_value(value))
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
        raise ArgumentError(
            "The samples cannot be used", allowed="an array with time on its last axis", got=shown_value(x)
        )
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
