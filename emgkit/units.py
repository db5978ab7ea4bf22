"""Units as files write them, and as emgkit keeps them inside: V, s, Hz, deg, m, N."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit.errors import UnitError
from emgkit.notation import listed

__all__ = ["INSIDE", "UNITS", "as_unit", "in_si", "looks_like_a_unit"]

Array = NDArray[np.float64]

# unit as written -> (unit inside, factor)
UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "V": ("V", 1.0), "mV": ("V", 1e-3), "uV": ("V", 1e-6), "µV": ("V", 1e-6), "μV": ("V", 1e-6), "nV": ("V", 1e-9),
        "V^2": ("V^2", 1.0), "V·s": ("V·s", 1.0),
        "%MVC": ("%MVC", 1.0), "%task": ("%task", 1.0),
        "deg": ("deg", 1.0), "°": ("deg", 1.0), "rad": ("deg", 180 / np.pi),
        "deg/s": ("deg/s", 1.0), "°/s": ("deg/s", 1.0), "rad/s": ("deg/s", 180 / np.pi),
        "m": ("m", 1.0), "cm": ("m", 1e-2), "mm": ("m", 1e-3), "m/s": ("m/s", 1.0),
        "m/s^2": ("m/s^2", 1.0), "g": ("m/s^2", 9.80665), "G": ("m/s^2", 9.80665), "mG": ("m/s^2", 9.80665e-3),
        "N": ("N", 1.0), "kN": ("N", 1e3), "kgf": ("N", 9.80665), "N·m": ("N·m", 1.0), "Nm": ("N·m", 1.0),
        "Nmm": ("N·m", 1e-3),
        "s": ("s", 1.0), "ms": ("s", 1e-3), "Hz": ("Hz", 1.0), "T": ("T", 1.0), "uT": ("T", 1e-6), "µT": ("T", 1e-6),
        "n/a": ("n/a", 1.0),
    }
)  # fmt: skip
# the units that recordings are in
INSIDE = tuple(dict.fromkeys(inside for inside, _ in UNITS.values()))

# words and careless spellings that mean one unit and no other; "MV" could be megavolts
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "v": "V", "volt": "V", "volts": "V",
        "mv": "mV", "mvolt": "mV", "mvolts": "mV", "millivolt": "mV", "millivolts": "mV",
        "uv": "µV", "µv": "µV", "μv": "µV", "uvolt": "µV", "uvolts": "µV", "microvolt": "µV", "microvolts": "µV",
        "nv": "nV", "nanovolt": "nV", "nanovolts": "nV",
        "deg/sec": "deg/s", "degree/s": "deg/s", "degrees/s": "deg/s", "degrees/sec": "deg/s", "°/sec": "deg/s",
        "dps": "deg/s", "rad/sec": "rad/s", "radians/s": "rad/s",
        "m/s2": "m/s^2", "m/s²": "m/s^2", "m/sec2": "m/s^2", "m/sec^2": "m/s^2", "m/sec²": "m/s^2", "m/s/s": "m/s^2",
        "m/(s^2)": "m/s^2", "m/(s²)": "m/s^2", "m/sec": "m/s",
        "utesla": "µT", "µtesla": "µT", "μtesla": "µT",
        "degree": "deg", "degrees": "deg", "radian": "rad", "radians": "rad", "newton": "N", "newtons": "N",
        "N m": "Nm", "N.m": "Nm", "N-m": "Nm", "N-M": "Nm", "N*m": "Nm",
        "N mm": "Nmm", "N.mm": "Nmm", "N-mm": "Nmm", "N*mm": "Nmm", "N·mm": "Nmm",
        "metre": "m", "metres": "m", "meter": "m", "meters": "m",
        "sec": "s", "second": "s", "seconds": "s", "msec": "ms", "millisecond": "ms", "milliseconds": "ms", "hz": "Hz",
    }
)  # fmt: skip
# what is meant as a unit though no reader knows it; "left" or "distal" in brackets is part of a name
_LIKE_A_UNIT = re.compile(
    r"%.*|([µμumnkM]|mu|mic|micro|milli|nano|kilo)?v(olts?)?( ?(rms|pp|p-p|peak)|/.*)?|d[Bb][A-Za-z]*"
    r"|a\.? ?u\.?|arb\.? ?u(nits?)?\.?|counts?|adc|bits?|lsb|k?g/.*|kgs?|lbs?|lbf|inch(es)?|[kmM]?Pa|mmHg|cm ?H2O"
    r"|k?m/h|rpm|bpm|m?L/(min|s)|k?W|[mµu]?A|k?[ΩO]hms?|°[CF]|[^\W\d_]+/s(\^?[2²])?|micro.*|milli.*|.*[µμ].*",
    re.IGNORECASE,
)


def as_unit(text: str) -> str | None:
    """The known unit that a file's word means; None where there is none, or more than one.

    Examples
    --------
    >>> as_unit("mV"), as_unit("mv"), as_unit("Volts"), as_unit("MV"), as_unit("microV")
    ('mV', 'mV', 'V', None, None)
    """
    if text in UNITS:
        return text
    # a symbol means what it says in small letters only, a word also with capital ones
    return _WORDS.get(text) or (_WORDS.get(text.lower()) if len(text) > 3 else None)


def looks_like_a_unit(text: str) -> bool:
    """Whether a text is meant as a unit, known or not, and not as a part of a name.

    Examples
    --------
    >>> [looks_like_a_unit(text) for text in ("microV", "%", "mV", "left")]
    [True, True, True, False]
    """
    return as_unit(text) is not None or _LIKE_A_UNIT.fullmatch(text) is not None


def _nearest(unit: str) -> str:
    """``"Did you mean 'µV'?"``: the known units nearest to one that is not; empty where nothing is close."""
    if as_unit(unit) is not None:
        return f"Did you mean {as_unit(unit)!r}?"
    words = {**{known.lower(): known for known in UNITS}, **_WORDS}
    close = [known for known in UNITS if unit and known.startswith(unit)]
    close += [words[word] for word in difflib.get_close_matches(unit.lower(), words, n=4, cutoff=0.6)]
    options = [repr(one) for one in dict.fromkeys(one.replace("μ", "µ") for one in close)][:2]
    return f"Did you mean {' or '.join(options)}?" if options else ""


def in_si(values: ArrayLike, unit: str) -> tuple[Array, str]:
    """Values and unit as emgkit keeps them inside (V, s, Hz, deg, m, N).

    Parameters
    ----------
    values : array_like
        Values in `unit`.
    unit : str
        Unit as a file writes it, such as ``"mV"``, ``"µV"`` or ``"G"``.

    Returns
    -------
    values : ndarray of float64
        A new array.
    unit : str
        The unit inside.

    Raises
    ------
    UnitError
        The unit is not known.

    Examples
    --------
    >>> in_si([1.5], "mV")
    (array([0.0015]), 'V')
    """
    if unit not in UNITS:
        raise UnitError(f"Unknown unit {unit!r}", allowed=listed(UNITS), got=repr(unit), hint=_nearest(unit))
    inside, factor = UNITS[unit]
    return np.asarray(values, dtype=np.float64) * factor, inside
