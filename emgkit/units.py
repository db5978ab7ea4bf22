"""Units as files write them, and as emgkit keeps them inside: V, s, Hz, deg, m, N."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit._checks import nearest
from emgkit.errors import UnitError
from emgkit.notation import listed

__all__ = ["INSIDE", "UNITS", "in_si"]

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
        "m/s^2": ("m/s^2", 1.0), "g": ("m/s^2", 9.80665), "G": ("m/s^2", 9.80665),
        "N": ("N", 1.0), "kN": ("N", 1e3), "kgf": ("N", 9.80665), "N·m": ("N·m", 1.0), "Nm": ("N·m", 1.0),
        "s": ("s", 1.0), "ms": ("s", 1e-3), "Hz": ("Hz", 1.0), "T": ("T", 1.0), "uT": ("T", 1e-6), "µT": ("T", 1e-6),
        "n/a": ("n/a", 1.0),
    }
)  # fmt: skip
# the units that recordings are in
INSIDE = tuple(dict.fromkeys(inside for inside, _ in UNITS.values()))


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
        raise UnitError(f"Unknown unit {unit!r}", allowed=listed(UNITS), got=repr(unit), hint=nearest(unit, UNITS))
    inside, factor = UNITS[unit]
    return np.asarray(values, dtype=np.float64) * factor, inside
