"""Argument checks: one function a kind of question, one shape of message.

Each function returns the checked value, so that a check reads as an assignment.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from emgkit.errors import ArgumentError

T = TypeVar("T")

__all__ = ["check_option", "check_positive", "check_unknown", "listed", "nearest", "number"]


def listed(names: Iterable[object]) -> str:
    """Names for a sentence: ``'a', 'b' and 'c'``.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    "'a', 'b' and 'c'"
    """
    quoted = [repr(str(name)) for name in names]
    if not quoted:
        return "none"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


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


def number(value: float) -> str:
    """A number as a person would write it: no trailing zeros, all its digits.

    Examples
    --------
    >>> number(20.0), number(0.5), number(2148.148)
    ('20', '0.5', '2148.148')
    """
    return f"{value:.10g}"


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
            came=repr(value),
            do=nearest(str(value), allowed),
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
            f"Unknown {kind} {name!r}", where=where, allowed=listed(known), came=repr(name), do=nearest(name, known)
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
        raise ArgumentError(f"{parameter!r} cannot be used", allowed=allowed, came=repr(value))
    return checked
