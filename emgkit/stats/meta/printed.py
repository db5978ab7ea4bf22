"""Numbers as they stand in print: a value, and the interval of everything that rounds to it.

A quantity computed from printed numbers gets the least and the largest value it can have while each of them stays in
its interval.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from emgkit._checks import check_whole
from emgkit.errors import ArgumentError

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
P_VALUE = re.compile(r"(?:p\s*)?([=<>≤≥]?)\s*(.*)", flags=re.IGNORECASE)

PRINTED = ("mean1", "sd1", "mean2", "sd2", "p", "t", "d_av", "d_z")

__all__ = [
    "Contrast", "Span", "correlation", "crosses", "difference_sd", "over_corners", "read_contrasts", "read_number",
    "read_p", "two_sided_p",
]  # fmt: skip


class Span(NamedTuple):
    """A value with the least and the largest one that are possible; ``value`` is NaN where only these are known."""

    value: float
    low: float
    high: float

    @property
    def size(self) -> Span:
        """The absolute value."""
        ends = sorted([abs(self.low), abs(self.high)])
        return Span(abs(self.value), 0.0 if self.low <= 0 <= self.high else ends[0], ends[1])

    def times(self, factor: float) -> Span:
        """The span times a number that is known exactly."""
        ends = sorted([self.low * factor, self.high * factor])
        return Span(self.value * factor, *ends)

    def within(self, low: float, high: float) -> Span:
        """The span cut to what is possible for other reasons; left as it is where nothing would remain."""
        if max(self.low, low) > min(self.high, high):
            return self
        return Span(self.value, max(self.low, low), min(self.high, high))


def crosses(first: Span, second: Span) -> bool:
    """Whether two spans have a value in common.

    Examples
    --------
    >>> crosses(Span(1.0, 0.5, 1.5), Span(2.0, 1.5, 2.5)), crosses(Span(1.0, 0.5, 1.5), Span(9.0, 8.5, 9.5))
    (True, False)
    """
    return max(first.low, second.low) <= min(first.high, second.high)


def read_number(text: Any, parameter: str) -> Span:
    """Read a printed number.

    Parameters
    ----------
    text : str
        Such as ``"86.8"``, ``".30"`` or ``"1.2e-5"``; a typographic minus sign will do.
    parameter : str
        Its name, for the message.

    Returns
    -------
    Span
        Half a unit of the last printed decimal to either side.

    Raises
    ------
    ArgumentError
        It is not a text, or the text is not a number.

    Examples
    --------
    >>> read_number("86.8", "mean1")
    Span(value=86.8, low=86.75, high=86.85)
    """
    if not isinstance(text, str):
        raise ArgumentError(
            f"{parameter!r} must be the text that is printed: its decimals say how far it was rounded",
            allowed="text, such as '86.8' or '.30'",
            got=repr(text),
            hint="write it in quotes; read tables with dtype=str",
        )
    plain = text.strip().replace("\u2212", "-")
    if not NUMBER.fullmatch(plain):
        raise ArgumentError(
            f"{parameter!r} is not a printed number", allowed="such as '86.8', '.30' or '1.2e-5'", got=repr(text)
        )
    exact = Decimal(plain)
    half = Decimal(5).scaleb(int(exact.as_tuple().exponent) - 1)
    return Span(float(exact), float(exact - half), float(exact + half))


def read_p(text: Any) -> Span:
    """Read a printed two-sided p.

    Parameters
    ----------
    text : str
        Such as ``".038"``, ``"p = 0.04"``, ``"< .001"`` or ``"> .05"``.

    Returns
    -------
    Span
        Its value is NaN for an inequality and for a p printed as 0, which give only a limit.

    Raises
    ------
    ArgumentError
        It is not a text, not a number, or not between 0 and 1.

    Examples
    --------
    >>> read_p("< .001")
    Span(value=nan, low=0.0, high=0.001)
    """
    if not isinstance(text, str):
        return read_number(text, "p")
    found = P_VALUE.fullmatch(text.strip())
    sign, rest = found.groups() if found else ("", text)
    p = read_number(rest, "p")
    if not 0 <= p.value <= 1:
        raise ArgumentError("'p' is not a probability", allowed="0 to 1", got=repr(text))
    if sign in ("<", "≤"):
        return Span(math.nan, 0.0, p.value)
    if sign in (">", "≥"):
        return Span(math.nan, p.value, 1.0)
    return Span(p.value or math.nan, max(p.low, 0.0), min(p.high, 1.0))


def over_corners(function: Callable[..., float], *spans: Span) -> Span:
    """Follow spans through a function that is monotone in each argument, whatever the others are.

    Examples
    --------
    >>> over_corners(lambda a, b: a / b, Span(6.0, 5.5, 6.5), Span(2.0, 1.5, 2.5)).low
    2.2
    """
    found = [function(*corner) for corner in itertools.product(*((span.low, span.high) for span in spans))]
    return Span(function(*(span.value for span in spans)), min(found), max(found))


def correlation(sd1: Span, sd2: Span, sd_difference: Span) -> Span:
    """Correlation of two conditions from their standard deviations and that of the differences.

    Notes
    -----
    r = (s1**2 + s2**2 - s**2) / (2 s1 s2) falls with s. In s1 it falls until s1**2 = s2**2 - s**2, then rises, and so
    in s2; both at once would need s = 0. So the largest r lies in a corner, the least in a corner or at such a turn on
    an edge.

    Examples
    --------
    >>> exact = [Span(s, s, s) for s in (3.0, 4.0, 5.0)]
    >>> correlation(*exact).value
    0.0
    """

    def r(s1: float, s2: float, s: float) -> float:
        return (s1**2 + s2**2 - s**2) / (2 * s1 * s2)

    found = over_corners(r, sd1, sd2, sd_difference)
    turns = []
    for moving, fixed in ((sd1, sd2), (sd2, sd1)):
        for end, s in itertools.product((fixed.low, fixed.high), (sd_difference.low, sd_difference.high)):
            turn = math.sqrt(max(end**2 - s**2, 0.0))
            if moving.low < turn < moving.high:
                turns.append(r(turn, end, s))
    return Span(found.value, min([found.low, *turns]), found.high)


def difference_sd(sd1: Span, sd2: Span, r: Span) -> Span:
    """Standard deviation of the differences from those of the conditions and their correlation.

    Notes
    -----
    It falls with r. In s1 it falls until s1 = r s2, then rises, and so in s2; both at once would need r = 1.

    Examples
    --------
    >>> difference_sd(Span(3.0, 3.0, 3.0), Span(4.0, 4.0, 4.0), Span(0.0, 0.0, 0.0)).value
    5.0
    """

    def sd(s1: float, s2: float, correlated: float) -> float:
        return math.sqrt(max(s1**2 + s2**2 - 2 * correlated * s1 * s2, 0.0))

    found = over_corners(sd, sd1, sd2, r)
    turns = []
    for moving, fixed in ((sd1, sd2), (sd2, sd1)):
        for end, correlated in itertools.product((fixed.low, fixed.high), (r.low, r.high)):
            if moving.low < correlated * end < moving.high:
                turns.append(sd(correlated * end, end, correlated))
    return Span(found.value, min([found.low, *turns]), found.high)


def two_sided_p(size: Span, df: int) -> Span:
    """Two-sided p of an absolute t.

    Examples
    --------
    >>> round(two_sided_p(Span(2.0, 2.0, 2.0), 12).value, 3)
    0.069
    """
    value, high, low = (2 * float(stats.t.sf(t, df)) for t in size)
    return Span(value, low, high)


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One printed comparison; what is not printed is None."""

    label: str
    study: str
    contrast: str
    n: int
    mean1: Span | None
    sd1: Span | None
    mean2: Span | None
    sd2: Span | None
    p: Span | None
    t: Span | None
    d_av: Span | None
    d_z: Span | None
    ci: tuple[Span, Span] | None

    @property
    def difference(self) -> Span | None:
        """The difference of the means, or the centre of their interval."""
        if self.mean1 and self.mean2:
            return over_corners(lambda a, b: a - b, self.mean1, self.mean2)
        return over_corners(lambda a, b: (a + b) / 2, *self.ci) if self.ci else None


def read_contrasts(given: dict[str, Any], *, ci: Any) -> list[Contrast]:
    """Bring all arguments to one length, and read them; ``ci`` is one pair of limits or several.

    Raises
    ------
    ArgumentError
        The arguments differ in length, or a row has nothing that leads anywhere.

    Examples
    --------
    >>> row, = read_contrasts({"n": 8, "p": ".009", "d_av": "2.27", "study": "Delgado 2019"}, ci=None)
    >>> row.label, row.n, row.d_av
    ('Delgado 2019', 8, Span(value=2.27, low=2.265, high=2.275))
    """
    pair = isinstance(ci, Sequence) and not isinstance(ci, str) and len(ci) == 2 and isinstance(ci[0], str)
    listed = {**given, "ci": [ci] if pair else ci}
    columns = {
        name: list(value) if isinstance(value, Sequence | pd.Series | np.ndarray) and not isinstance(value, str) else
        [value] for name, value in listed.items()
    }  # fmt: skip
    count = max(len(values) for values in columns.values())
    for name, values in columns.items():
        if len(values) not in (1, count):
            raise ArgumentError(
                f"{name!r} has another number of rows", allowed=f"1 or {count}", got=f"{len(values)} values"
            )
    whole = {name: values * count if len(values) == 1 else values for name, values in columns.items()}
    return [_row({name: values[i] for name, values in whole.items()}, f"row {i + 1}") for i in range(count)]


def _row(values: dict[str, Any], number: str) -> Contrast:
    """Read one contrast and refuse what gives nothing."""
    there = {name: value for name, value in values.items() if not (value is None or value is pd.NA or value != value)}
    names = {name: str(there.get(name, "")) for name in ("study", "contrast")}
    label = ", ".join(name for name in names.values() if name) or number
    read: dict[str, Any] = dict.fromkeys(PRINTED)
    read |= {name: read_number(there[name], name) for name in PRINTED if name in there and name != "p"}
    read["p"] = read_p(there["p"]) if "p" in there else None
    for first, second in (("mean1", "mean2"), ("sd1", "sd2")):
        if (read[first] is None) != (read[second] is None):
            raise ArgumentError(f"{first!r} and {second!r} belong together, and one is missing", where=label)
    for name in ("sd1", "sd2"):
        if read[name] is not None and read[name].value <= 0:
            raise ArgumentError(
                f"{name!r} is not a standard deviation", where=label, allowed="above 0", got=there[name]
            )
    n = check_whole("n", there.get("n"), least=2, where=label)
    limits = _limits(there.get("ci"), label)
    if not (read["d_av"] or read["d_z"] or read["t"] or read["p"] or limits or (read["mean1"] and read["sd1"])):
        raise ArgumentError(
            "There is nothing to reconstruct from",
            where=label,
            allowed="one of p, t, ci, d_z and d_av, or means with standard deviations",
        )
    if read["sd1"] and not (read["mean1"] or limits):
        raise ArgumentError(
            "Standard deviations lead nowhere without means or an interval of the difference",
            where=label,
            hint="give mean1 and mean2, or leave sd1 and sd2 out",
        )
    return Contrast(label=label, study=names["study"], contrast=names["contrast"], n=n, ci=limits, **read)


def _limits(ci: Any, label: str) -> tuple[Span, Span] | None:
    if ci is None:
        return None
    if isinstance(ci, str) or len(ci) != 2:
        raise ArgumentError("'ci' is no pair", where=label, allowed="two printed limits, ('4', '56')", got=repr(ci))
    low, high = (read_number(limit, "ci") for limit in ci)
    if low.high >= high.low:
        raise ArgumentError(
            "The limits of 'ci' do not differ beyond their rounding", where=label, allowed="lower, upper", got=repr(ci)
        )
    return low, high
