"""Columns by their names: their headings, and how their numbers are written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from emgkit.notation.names import readable
from emgkit.notation.numbers import (
    MISSING,
    alpha,
    degrees,
    fixed,
    missing,
    number,
    p_text,
    places,
    ratio_places,
    share,
    surface,
    three_digits,
)

__all__ = ["alone", "heading", "symbol", "writer"]

# columns by name: how their numbers are written
_P = re.compile(r"p|p_.*|.*_p")
_SHARES = ("ges", "pes", "r", "power", "power_adjusted", "power_expected")
_DEGREES = re.compile(r"df\d?|.*_df\d?")
_COUNTS = (
    "n", "n_first", "n_second", "n_all", "k", "family_size", "n_points", "cluster", "n_trials", "studies", "V",
)  # fmt: skip
_TWO = re.compile(
    r"(t|F|h2|q|moderator_f|threshold|studentised|correlation|mauchly_w|true_ratio|f|effect|standardized)"
    r"|[dg]_.*|g|t_.*|epsilon_.*"
)
_FEW: Mapping[str, int] = MappingProxyType({"i2": 0, "weight": 0})
# numbers in the unit of the outcome, and those that are logarithms where logarithms were analysed, or ratios
_OF_OUTCOME = re.compile(
    r"(difference|mean|geometric_mean|sd|change|own|others|bound|estimate|yi|se|observed|fitted|residual)(_.*)?"
)
_LOGARITHMS, _RATIOS = ("estimate", "se", "sd", "observed", "fitted", "residual"), ("own", "others", "bound")
# numbers in the squared unit of the outcome; other variances, of ratios and standardised effects, have none
_SQUARED = ("variance", "ss", "ss_error", "difference_var")
# headings of columns that are not the name without its underscores; a symbol may have an index behind "_"
_HEADINGS: Mapping[str, str] = MappingProxyType({
    "dropout_time": "dropout time (s)", "epsilon_gg": "ε (GG)", "epsilon_hf": "ε (HF)",
    "epsilon_hf_uncapped": "ε (HF), uncapped", "ges": "generalised η²", "h2": "H²", "i2": "I² (%)",
    "load_kg": "load (kg)", "longest_flat": "longest flat (s)", "mauchly_p": "p (Mauchly)",
    "mauchly_w": "Mauchly's W", "n_repetitions": "repetitions", "p_adjusted": "p adjusted",
    "p_difference": "p of a difference", "p_gg": "p (GG)", "p_hf": "p (HF)", "pes": "partial η²",
    "snr_db": "SNR (dB)", "tau2": "τ²", "weight": "weight (%)",
})  # fmt: skip
_SYMBOL = re.compile(r"(p|t|F|V|n|r|g|q|k|ε|[dgpt](?=_))(?:_(\w+))?(?![\w])(.*)")


def writer(
    name: str, rows: Iterable[tuple[float, ...]], *, log: bool = False, unit: str = ""
) -> Callable[[float], str]:
    """What writes the numbers of a column: how many decimals they have goes with what the column is called.

    Parameters
    ----------
    name : str
        Name of the column; ``"slope_ratio"`` for ratios per unit of something, which lie near 1.
    rows : iterable of tuple of float
        The numbers that share their decimals: an estimate with its limits, or every number of a column.
    log : bool, default False
        Whether logarithms were analysed.
    unit : str
        Unit of the outcome; what is in volts is written in microvolts.

    Examples
    --------
    >>> writer("p_adjusted", [])(0.0253), writer("df", [])(12.0), writer("ges", [])(0.4712), writer("d_z", [])(-0.5)
    ('.025', '12', '.471', '−0.50')
    >>> write = writer("ratio", [(1.34, 1.002, 1.81)])
    >>> write(1.34), write(1.002)
    ('1.340', '1.002')
    >>> writer("slope_ratio", [(1.0002, 0.9742, 1.0269)])(1.0002)
    '1.0002'
    >>> writer("sd", [(5.55e-6,)], unit="V")(5.55e-6), writer("variance", [(3.08e-11,)], unit="V")(3.08e-11)
    ('5.55', '30.8')
    """
    if _P.fullmatch(name):
        return p_text
    if name in _SHARES:
        return share
    if name in _COUNTS:
        return lambda value: MISSING if missing(value) else number(value)
    if name == "alpha":
        return alpha
    if _DEGREES.fullmatch(name):
        return degrees
    rows = list(rows)
    if name in _SQUARED or name.endswith("_var"):
        square = surface(unit)[1] ** 2 if name in _SQUARED and not log else 1.0
        write = _plain(value * square for row in rows for value in row)
        return lambda value: write(value * square)
    if name == "slope_ratio":
        near = places((value - 1 for row in rows for value in row), least=2)
        return lambda value: fixed(value, near)
    if name.startswith("ratio") or (log and name in _RATIOS):
        alone = (math.nan, math.nan)
        decimals = ratio_places([row if len(row) == 3 else (row[0], *alone) for row in rows])
        return lambda value: fixed(value, decimals)
    if _TWO.fullmatch(name) or (name == "bound" and not unit):
        return lambda value: fixed(value, 2)
    if name in _FEW:
        return lambda value: fixed(value, _FEW[name])
    numbers = [value for row in rows for value in row]
    if not _OF_OUTCOME.fullmatch(name):
        return _plain(numbers)
    factor = 1.0 if log and name in _LOGARITHMS else surface(unit)[1]
    decimals = places([value * factor for value in numbers if not missing(value)])
    return lambda value: fixed(value if missing(value) else value * factor, decimals)


def alone(name: str, value: float) -> str:
    """A number outside a table, as the column of that name would hold it.

    Examples
    --------
    >>> alone("tau2", 0.02754), alone("i2", 78.9), alone("weight", 28.13)
    ('0.0275', '79', '28')
    """
    return writer(name, [(value,)])(value)


def _plain(numbers: Iterable[float]) -> Callable[[float], str]:
    """What writes numbers of any kind: all digits of round ones, else three of the largest, or of each by itself."""
    known = [value for value in numbers if not missing(value) and math.isfinite(value)]
    for few in (0, 1, 2):
        if all(round(value, few) == value for value in known):
            return lambda value: fixed(value, few)
    decimals = places(known)
    if decimals is None or decimals > 4 or any(abs(round(x, decimals) - x) > 0.05 * abs(x) for x in known):
        return three_digits
    return lambda value: fixed(value, decimals)


def heading(name: object) -> str:
    """The heading of a column; an index stays behind its symbol, as in ``d_z``.

    Examples
    --------
    >>> heading("load_kg"), heading("baseline_noise"), heading("d_z 95 % CI"), heading("epsilon_gg")
    ('load (kg)', 'baseline noise', 'd_z 95 % CI', 'ε (GG)')
    """
    base, rest = re.fullmatch(r"([^ ,]*)(.*)", str(name), flags=re.DOTALL).groups()  # type: ignore[union-attr]
    known = _HEADINGS.get(base, base)
    return (known if symbol(known)[0] else readable(known)) + rest.replace("_", " ")


def symbol(text: str) -> tuple[str, str, str]:
    """The symbol that a heading begins with, its index, and the words behind; without a symbol all is words.

    Examples
    --------
    >>> symbol("d_z 95 % CI"), symbol("p adjusted"), symbol("load (kg)")
    (('d', 'z', ' 95 % CI'), ('p', '', ' adjusted'), ('', '', 'load (kg)'))
    """
    found = _SYMBOL.fullmatch(text)
    return (found[1], readable(found[2] or ""), found[3]) if found else ("", "", text)
