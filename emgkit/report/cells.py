"""A table for people: headings, sensible digits, intervals in brackets. Only for the page; files keep every digit."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd
from markupsafe import Markup, escape
from numpy.typing import NDArray

from emgkit.notation import p_text, readable, surface

__all__ = ["PageColumn", "columns"]

MISSING = "–"
# letters that fit on one line of a cell, and letters above which a cell holds a sentence
_ONE_LINE, _SENTENCE = 26, 60
_ITALIC = "<i>{}</i>"
_HEADINGS: Mapping[str, Markup] = MappingProxyType(
    {
        **{name: Markup(_ITALIC).format(name) for name in ("p", "t", "F", "n")},
        "p_adjusted": Markup("<i>p</i> adjusted"),
        "d_z": Markup("<i>d</i><sub>z</sub>"),
        "d_av": Markup("<i>d</i><sub>av</sub>"),
        "g_av": Markup("<i>g</i><sub>av</sub>"),
        "df1": Markup("df<sub>1</sub>"),
        "df2": Markup("df<sub>2</sub>"),
        "epsilon_gg": Markup("<i>ε</i> GG"),
        "epsilon_hf": Markup("<i>ε</i> HF"),
        "epsilon_hf_uncapped": Markup("<i>ε</i> HF, uncapped"),
        "p_gg": Markup("<i>p</i> GG"),
        "p_hf": Markup("<i>p</i> HF"),
        "ges": Markup("generalised <i>η</i>²"),
        "pes": Markup("partial <i>η</i>²"),
        "n_repetitions": Markup("repetitions"),
        "load_kg": Markup("load (kg)"),
        "longest_flat": Markup("longest flat (s)"),
        "dropout_time": Markup("dropout time (s)"),
        "snr_db": Markup("SNR (dB)"),
    }
)
# statistics whose digits do not depend on their size
_DECIMALS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(
            ("ratio", "t", "F", "d_z", "d_av", "g_av", "epsilon_gg", "epsilon_hf", "epsilon_hf_uncapped"), 2
        ),
        **dict.fromkeys(("ges", "pes"), 3),
    }
)
# columns whose cells are names from a table, written with underscores for programs
_NAMES = frozenset(
    ("contrast", "exercise", "group", "measure", "muscle", "phase", "reference", "session", "side", "task", "term")
)
_ESTIMATES = ("ratio", "difference")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

# columns ``<name>_low`` and ``<name>_high`` that are limits of a 95 % confidence interval
_CONFIDENCE = ("ci", "d_z", "g_av", "g", "d_av", "d_rm", "ratio_ci", "z", "tau2")
Writer = Callable[[float], str]


@dataclass(frozen=True, kw_only=True)
class PageColumn:
    """A column as it is shown.

    Parameters
    ----------
    heading : markupsafe.Markup
        The heading, escaped.
    numeric : bool
        Whether the cells are numbers, which stand at the right.
    cells : tuple of str
        The cells, not escaped.
    """

    heading: Markup
    numeric: bool
    cells: tuple[str, ...]

    @classmethod
    def named(cls, name: str, cells: Iterable[str], *, numeric: bool) -> PageColumn:
        """A column whose cells are written already, with the heading that its name has on the page."""
        base, interval, _ = name.partition(" 95 % CI")
        heading = _heading(base) + Markup(interval) if base else Markup(escape(name))
        return cls(heading=heading, numeric=numeric, cells=tuple(_text(cell, names=name in _NAMES) for cell in cells))

    @property
    def label(self) -> str:
        """The heading without markup, for a cell that stands alone."""
        return self.heading.striptags()

    @cached_property
    def long(self) -> bool:
        """Whether a cell holds a sentence rather than a name."""
        return not self.numeric and any(len(cell) > _SENTENCE for cell in self.cells)

    @cached_property
    def short(self) -> bool:
        """Whether every cell fits on one line."""
        return all(len(cell) <= _ONE_LINE for cell in self.cells)


def columns(frame: pd.DataFrame, formats: Mapping[str, str]) -> tuple[PageColumn, ...]:
    """The columns of a table as they are shown.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; two columns ``…_low`` and ``…_high`` become one interval, and a ``value`` whose ``unit`` is
        in volts is shown in microvolts.
    formats : mapping of str to str
        Column to format specification, where the usual digits do not fit.

    Returns
    -------
    tuple of Column
        In the order of the table.

    Examples
    --------
    >>> table = pd.DataFrame({"ratio": [1.2345], "ci_low": [1.1], "ci_high": [1.4], "p": [0.0004]})
    >>> [column.cells[0] for column in columns(table, {})]
    ['1.23', '[1.10, 1.40]', '< .001']
    """
    frame = _surfaced(frame)
    result = []
    for name in frame.columns:
        base = str(name).removesuffix("_low")
        if base != name and f"{base}_high" in frame.columns:
            result.append(_interval(frame, base, formats))
        elif not (str(name).endswith("_high") and f"{str(name).removesuffix('_high')}_low" in frame.columns):
            result.append(_column(frame, name, formats))
    return tuple(result)


def _surfaced(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with its values in the units that people read."""
    if not {"value", "unit"} <= set(frame.columns):
        return frame
    pairs = [surface(str(unit)) for unit in frame["unit"]]
    return frame.assign(value=frame["value"] * [factor for _, factor in pairs], unit=[unit for unit, _ in pairs])


def _heading(name: Hashable) -> Markup:
    """The heading of a column."""
    return _HEADINGS.get(str(name)) or escape(readable(name))


def _column(frame: pd.DataFrame, name: Hashable, formats: Mapping[str, str]) -> PageColumn:
    """One column, as numbers or as text."""
    values = frame[name]
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        write = _writer(str(name), (numbers,), formats)
        return PageColumn(heading=_heading(name), numeric=True, cells=tuple(_written(each, write) for each in numbers))
    cells = tuple(_text(each, names=name in _NAMES) for each in values)
    return PageColumn(heading=_heading(name), numeric=False, cells=cells)


def _interval(frame: pd.DataFrame, base: str, formats: Mapping[str, str]) -> PageColumn:
    """Two limits as one column, with the digits of their estimate."""
    estimate = next((name for name in (base, *_ESTIMATES) if name in frame.columns), f"{base}_low")
    together = [
        frame[each].to_numpy(dtype=np.float64, na_value=np.nan) for each in (estimate, f"{base}_low", f"{base}_high")
    ]
    write = _writer(estimate, together, formats)
    cells = tuple(
        MISSING if math.isnan(low) and math.isnan(high) else f"[{_written(low, write)}, {_written(high, write)}]"
        for low, high in zip(*together[1:], strict=True)
    )
    if base in _CONFIDENCE:
        label = Markup("95 % CI") if base == "ci" else _heading(base) + Markup(" 95 % CI")
    else:  # limits of another kind, which the caption explains: rounding, a sweep, a range over studies
        label = _heading(base) + Markup(", low to high")
    return PageColumn(heading=label, numeric=True, cells=cells)


def _writer(name: str, values: Iterable[NDArray[np.float64]], formats: Mapping[str, str]) -> Writer:
    """What writes the numbers of a column."""
    if name in formats:
        return lambda value: format(value, formats[name])
    if name == "p" or name.startswith("p_"):
        return p_text
    decimals = _DECIMALS.get(name)
    if decimals is None:
        sizes = np.abs(np.concatenate(list(values)))
        sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
        decimals = _decimals(sizes)
        if decimals > 4 or (name not in _ESTIMATES and _lost(sizes, decimals)):
            return _three_digits
    return lambda value: f"{value:.{decimals}f}"


def _decimals(sizes: NDArray[np.float64]) -> int:
    """Decimals that show all digits of round numbers, else three digits of the largest number."""
    for decimals in (0, 1, 2):
        if np.array_equal(np.round(sizes, decimals), sizes):
            return decimals
    largest = math.floor(math.log10(sizes.max()))
    return max(2 - largest, int(largest < 3))


def _lost(sizes: NDArray[np.float64], decimals: int) -> bool:
    """Whether these decimals would change any of the numbers by more than a twentieth."""
    return bool((np.abs(np.round(sizes, decimals) - sizes) > 0.05 * sizes).any())


def _three_digits(value: float) -> str:
    """A number with three digits of its own, as a power of ten where it is very small or large."""
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if -4 <= exponent < 6:
        return f"{value:.{max(0, 2 - exponent)}f}"
    mantissa, power = f"{value:.2e}".split("e")
    return f"{mantissa}×10{str(int(power)).translate(_SUPERSCRIPTS)}"


def _written(value: float, write: Writer) -> str:
    """A number, or what stands in its place, with a minus sign that is one; what rounds to zero has none."""
    if math.isnan(value):
        return MISSING
    text = str(value).replace("inf", "∞") if math.isinf(value) else write(value)
    if math.isfinite(value) and not any(digit in text for digit in "123456789"):
        text = text.removeprefix("-")
    return text.replace("-", "−")


def _text(value: object, *, names: bool) -> str:
    """A cell of text."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) or value == "":
        return MISSING
    return readable(value) if names else str(value)
