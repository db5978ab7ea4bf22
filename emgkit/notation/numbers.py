"""Numbers, values of p, intervals and units as people write them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

__all__ = [
    "MISSING", "alpha", "degrees", "equation", "estimate", "fixed", "interval", "missing", "number",
    "p_heading", "p_phrase", "p_text", "percent", "places", "ratio_places", "share", "surface",
    "three_digits",
]  # fmt: skip

MISSING = "–"
# units of the files, as people read them
_SHOWN = {
    "V": ("µV", 1e6), "V·s": ("µV·s", 1e6), "V^2": ("µV²", 1e12), "deg": ("°", 1.0), "deg/s": ("°/s", 1.0),
    "m/s^2": ("m/s²", 1.0),
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# the p below which a difference counts as shown
_ALPHA = 0.05
# more decimals than this are read better as a power of ten
_MOST_PLACES = 5


def missing(value: Any) -> bool:
    """Whether there is no number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def p_text(p: float) -> str:
    """A p-value with three decimals and no zero before them; one that they would round to .05 has as many as it needs.

    Examples
    --------
    >>> p_text(0.0253), p_text(0.0004), p_text(0.9996), p_text(0.0497), p_text(0.05004)
    ('.025', '< .001', '> .999', '.0497', '.05004')
    """
    if missing(p):
        return MISSING
    if p < 0.001:
        return "< .001"
    if p >= 0.9995:
        return "> .999"
    decimals = 3
    while p != _ALPHA and float(f"{p:.{decimals}f}") == _ALPHA:
        decimals += 1
    return f"{p:.{decimals}f}".removeprefix("0")


def p_phrase(p: float, name: str = "p") -> str:
    """A p-value in a sentence.

    Examples
    --------
    >>> p_phrase(0.0253), p_phrase(1e-7)
    ('p = .025', 'p < .001')
    """
    return equation(name, p_text(p))


def p_heading(adjust: str | None, largest_family: int | None = None) -> str:
    """The name of adjusted p-values, with what they were adjusted after; plain where no family had several tests.

    Examples
    --------
    >>> p_heading("holm"), p_heading("benjamini-hochberg"), p_heading("none"), p_heading("holm", 1)
    ('p (Holm)', 'p (Benjamini-Hochberg)', 'p (not adjusted)', 'p')
    """
    if largest_family is not None and largest_family <= 1:
        return "p"
    if adjust == "none":
        return "p (not adjusted)"
    # the one name that is written with letters of its own
    return f"p ({adjust.title().replace('Sidak', 'Šidák') if adjust else 'adjusted'})"


def alpha(value: float) -> str:
    """A level of significance: four digits at most, no zero before the point and no power of ten.

    Examples
    --------
    >>> alpha(0.05), alpha(0.1), alpha(0.05 / 3), alpha(5e-5)
    ('.05', '.1', '.01667', '.00005')
    """
    return f"{value:.{3 - math.floor(math.log10(value))}f}".rstrip("0").removeprefix("0")


def equation(name: str, text: str) -> str:
    """A name and its number in one phrase; a bound brings its own sign, and words have none.

    Examples
    --------
    >>> equation("p", ".025"), equation("p", "< .001"), equation("p", "n.s.")
    ('p = .025', 'p < .001', 'p n.s.')
    """
    return f"{name} {text}" if text[:1] in "<>" or text[:1].isalpha() else f"{name} = {text}"


def fixed(value: float, decimals: int | None) -> str:
    """A number with these decimals (None: three digits, and a power of ten), and a minus sign that is one.

    Examples
    --------
    >>> fixed(-1.2345, 2), fixed(-0.001, 2), fixed(1.2345e-7, None), fixed(float("inf"), 1)
    ('−1.23', '0.00', '1.23×10⁻⁷', '∞')
    """
    if missing(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if decimals is not None:
        return f"{value:z.{decimals}f}".replace("-", "−")
    mantissa, power = f"{value:.2e}".split("e")
    return f"{mantissa.replace('-', '−')}×10{str(int(power)).translate(_SUPERSCRIPTS)}" if value else "0"


def share(value: float, decimals: int = 3) -> str:
    """A number that cannot exceed 1, without a zero before the point.

    Examples
    --------
    >>> share(0.4712), share(-0.2), share(1.0)
    ('.471', '−.200', '1.000')
    """
    text = fixed(value, decimals)
    return text.replace("0.", ".", 1) if text.startswith(("0.", "−0.")) else text


def percent(share: float) -> str:
    """A share of the whole in percent, with two digits; from 99.5 % up it is 100 %.

    Examples
    --------
    >>> percent(0.123), percent(0.997), percent(0.0004), percent(1.25)
    ('12 %', '100 %', '0.04 %', '120 %')
    """
    return f"{number(float(f'{100 * share:.2g}'))} %"


def degrees(value: float) -> str:
    """Degrees of freedom: whole ones as they are, others with one decimal.

    Examples
    --------
    >>> degrees(12.0), degrees(22.41), degrees(float("inf"))
    ('12', '22.4', '∞')
    """
    near = math.isfinite(value) and abs(value - round(value)) < 1e-6
    return fixed(value, 0 if near else 1)


def places(values: Iterable[float], *, least: int = 0) -> int | None:
    """Decimals that show three digits of the largest number, ``least`` or more; None where a power of ten does better.

    Examples
    --------
    >>> places([32.81, 4.5]), places([512.0]), places([1.2e-9]), places([0.5], least=2)
    (1, 1, None, 3)
    """
    sizes = [abs(value) for value in values if not missing(value) and math.isfinite(value) and value != 0]
    if not sizes:
        return least
    largest = math.floor(math.log10(max(sizes)))
    wanted = max(2 - largest, int(largest < 3), least)
    return None if wanted > _MOST_PLACES or largest > 6 else wanted


def ratio_places(rows: Iterable[tuple[float, float, float]]) -> int | None:
    """Decimals of ratios with their limits: two, or as many as keep an interval off 1 that is off 1, and not a point.

    Examples
    --------
    >>> ratio_places([(1.34, 1.002, 1.81)]), ratio_places([(0.012, 0.01, 0.014)]), ratio_places([(1.9, 1.6, 2.3)])
    (3, 4, 2)
    """
    found = [_ratio_places(value, low, high) for value, low, high in rows]
    known = [one for one in found if one is not None]
    return max(known, default=2) if len(known) == len(found) else None


def _ratio_places(value: float, low: float, high: float) -> int | None:
    decimals = 2 if missing(value) or abs(value) >= 0.095 else places([value])
    if decimals is None or missing(low) or missing(high):
        return decimals

    def hidden(decimals: int) -> bool:
        a, b = round(low, decimals), round(high, decimals)
        return (low > 1 >= a) or (high < 1 <= b) or (low < high and a == b)

    # a limit that lies on 1 but for rounding errors stays there
    return next((more for more in range(decimals, _MOST_PLACES + 2) if not hidden(more)), decimals)


def estimate(value: float, low: float, high: float, *, ratio: bool = False) -> tuple[str, str]:
    """A number and its limits, with the decimals that fit all three: the same wherever they are written.

    Examples
    --------
    >>> estimate(1.402, 1.2, 1.63, ratio=True), estimate(-12.34, -18.3, -6.3)
    (('1.40', '[1.20, 1.63]'), ('−12.3', '[−18.3, −6.3]'))
    """
    decimals = ratio_places([(value, low, high)]) if ratio else places([value, low, high])
    return fixed(value, decimals), interval(low, high, decimals)


def interval(low: float, high: float, decimals: int | None) -> str:
    """Two limits in brackets.

    Examples
    --------
    >>> interval(1.2, 1.8, 2)
    '[1.20, 1.80]'
    """
    if missing(low) and missing(high):
        return MISSING
    return f"[{fixed(low, decimals)}, {fixed(high, decimals)}]"


def three_digits(value: float) -> str:
    """A number with three digits of its own, as a power of ten where it is very small or large.

    Examples
    --------
    >>> three_digits(196.24), three_digits(3.4), three_digits(0.01234)
    ('196', '3.40', '0.0123')
    """
    if missing(value) or math.isinf(value) or value == 0:
        return fixed(value, 0)
    exponent = math.floor(math.log10(abs(value)))
    return fixed(value, max(0, 2 - exponent) if -4 <= exponent < 6 else None)


def number(value: float) -> str:
    """A number as a person would write it: no trailing zeros, all its digits.

    Examples
    --------
    >>> number(20.0), number(0.5), number(2148.148)
    ('20', '0.5', '2148.148')
    """
    return f"{value:.10g}"


def surface(unit: str) -> tuple[str, float]:
    """The unit people read, and the factor to it: volts become microvolts.

    Examples
    --------
    >>> surface("V"), surface("%MVC"), surface("V/repetition")
    (('µV', 1000000.0), ('%MVC', 1.0), ('µV/repetition', 1000000.0))
    """
    if unit in _SHOWN:
        return _SHOWN[unit]
    first, per, rest = unit.partition("/")
    shown, factor = _SHOWN.get(first, (first, 1.0))
    return f"{shown}{per}{rest}", factor
