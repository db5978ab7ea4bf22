"""A table as people see it: rounded sensibly, intervals in brackets, at most about 100 characters wide."""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from emgkit.notation import MISSING, degrees, fixed, missing, p_text, places, ratio_places, share, surface

__all__ = ["WIDTH", "ResultColumn", "columns", "folded", "text"]

WIDTH = 100
# rows that are printed in full, and how many of a longer table are, at either end
MOST_ROWS, END_ROWS = 60, 8
_LOW = re.compile(r"_low(?=_|$)|_min(?=_|$)")
_INTERVALS = {
    "ci": "95 % CI", "ci90": "90 % CI", "ci_all": "95 % CI all", "bound": "bounds", "others": "others",
    "z": "normal 95 % CI", "prediction": "95 % prediction", "ratio_z": "ratio, normal 95 % CI",
    "ratio_prediction": "ratio, 95 % prediction",
}  # fmt: skip
_SHARES = ("ges", "pes", "r", "power", "power_adjusted", "power_expected")
_TWO = re.compile(
    r"(t|F|h2|q|moderator_f|threshold|studentised|correlation|mauchly_w|true_ratio|f|effect|standardized)"
    r"|[dg]_.*|g|t_.*|epsilon_.*"
)
_DEGREES = re.compile(r"df\d?|.*_df\d?")
_COUNTS = ("n", "n_first", "n_second", "n_all", "k", "family_size", "n_points", "cluster", "n_trials", "studies")
_OF_OUTCOME = re.compile(
    r"(difference|mean|geometric_mean|sd|change|own|others|bound|estimate|se|observed|fitted|residual)(_.*)?"
)
# columns that a printed table always has
_KEPT = (
    "contrast", "ratio", "difference", "90 % CI", "p_adjusted", "p_gg", "term", "F", "df1", "df2", "verdict",
    "verdict_changes", "equivalent", "left_out", "quantity", "value", "range", "study", "ratio 95 % CI",
    "ratio, 95 % prediction", "k", "tau2", "i2",
)  # fmt: skip
_SIZES = ("n", "n_first", "n_second", "family_size", "n_trials", "contradicts")
# numbers that stand at the right although they are written already
_WRITTEN = ("value", "95 % CI", "range", "variance")


@dataclass(frozen=True, kw_only=True)
class ResultColumn:
    """A column as it is shown.

    Parameters
    ----------
    name : str
        In the table, or of an interval its heading.
    cells : tuple of str
        As they are read.
    numeric : bool
        Whether they stand at the right.
    """

    name: str
    cells: tuple[str, ...]
    numeric: bool


def columns(table: pd.DataFrame, facts: Mapping[str, Any]) -> list[ResultColumn]:
    """The columns as they are shown, each interval in one column behind its estimate."""
    frame = _LONG[facts["table"]](table, facts) if facts.get("table") in _LONG else table
    # where factors stand in columns of their own, the contrast repeats them
    repeated = "contrast" if facts.get("interaction") and facts["within"] in frame.columns else None
    names = [str(name) for name in frame.columns if name != repeated]
    pairs = {name: _LOW.sub(lambda end: "_high" if "low" in end[0] else "_max", name, count=1) for name in names}
    pairs = {low: high for low, high in pairs.items() if low != high and high in names}
    behind = {_LOW.sub("", low, count=1): low for low in pairs}
    order = []
    for name in names:
        if name in pairs:
            if _LOW.sub("", name, count=1) not in names:
                order.append(name)
        elif name not in pairs.values():
            order += [name, *([behind[name]] if name in behind else [])]
    return [
        _interval(frame, name, pairs[name], facts) if name in pairs else _column(frame, name, facts) for name in order
    ]


def folded(found: Sequence[ResultColumn], facts: Mapping[str, Any]) -> tuple[list[ResultColumn], list[str]]:
    """The columns without those that are the same in every row, and these in words; n stands in the title."""
    kept, same = list(found), []
    for column in found:
        if len(kept) > 4 and column.name in (*_SIZES, facts.get("between")) and len(set(column.cells)) == 1:
            kept.remove(column)
            same += [f"{column.name} is {column.cells[0]} in every row."] if column.name != "n" else []
    return kept, same


def text(table: pd.DataFrame, facts: Mapping[str, Any], *, head: str, notes: Sequence[str]) -> str:
    """The table for a terminal: title, columns, notes; what has no room is named below."""
    found = columns(table, facts)
    levels = [str(name) for name in _levels(facts) if name in table.columns]
    found, below = folded(found, facts)
    lacking: list[str] = []
    while sum(_width(column) + 2 for column in found) - 2 > WIDTH and (least := _least(found, levels)) is not None:
        lacking.insert(0, found.pop(least).name)
    lines = _lines(found, levels if "contrast" in table and not _stacked(facts) else [*levels, "contrast"])
    size = len(table) if not found else len(found[0].cells)
    if size > MOST_ROWS:
        lines = [*lines[: END_ROWS + 1], "…", *lines[-END_ROWS:]]
        below.insert(0, f"{size} rows; table.head(60) prints the first 60.")
    below += [*notes, *([f"Without room here: {', '.join(lacking)}."] if lacking else [])]
    below += [f"Notice: {notice['text']}" for notice in facts.get("notices", [])]
    wrapped = [line for each in below for line in textwrap.wrap(each, WIDTH, subsequent_indent="  ")]
    body = lines if size else [lines[0], "(no rows)"]
    return "\n".join([*textwrap.wrap(head, WIDTH), "", *body, *([""] if wrapped else []), *wrapped])


def _levels(facts: Mapping[str, Any]) -> list[str]:
    """Columns of the levels that a row is about."""
    pairs = [*(facts.get("interaction") or []), *([facts["between"]] if facts.get("between") else [])]
    return [*facts.get("outcomes", []), *(facts.get("by") or []), *facts.get("levels", []), *pairs]


def _stacked(facts: Mapping[str, Any]) -> bool:
    """Whether a contrast has several rows."""
    return facts.get("table") in (*_LONG, "influence", "interaction contrasts", "group contrasts")


def _lines(found: Sequence[ResultColumn], repeated: Sequence[str]) -> list[str]:
    """Heading and rows; levels that the row above has are left out."""
    lines, before = [_line([column.name for column in found], found)], dict[str, str]()
    for cells in zip(*(column.cells for column in found), strict=True):
        lines.append(_line(_without_repeats(list(cells), found, repeated, before), found))
    return lines


def _width(column: ResultColumn) -> int:
    return max(len(text) for text in (column.name, *column.cells))


def _least(found: Sequence[ResultColumn], levels: Sequence[str]) -> int | None:
    """The column that can best be done without: limits of effect sizes, uncorrected p, then the last ones."""
    names = [column.name for column in found]
    kept = {*_KEPT, *levels, *(["95 % CI"] if "90 % CI" not in names else [])}
    free = [i for i, name in enumerate(names) if i > 0 and name not in kept]
    limits = [i for i in free if names[i].endswith(" 95 % CI")]
    plain = [i for i in free if names[i] == "p" and "p_adjusted" in names]
    return next(iter([*reversed(limits), *plain, *reversed(free)]), None)


def _without_repeats(
    cells: list[str], found: Sequence[ResultColumn], groups: Sequence[str], before: dict[str, str]
) -> list[str]:
    """Leave out the levels that the row above has."""
    shown, same = list(cells), True
    for i, column in enumerate(found):
        if column.name in groups:
            same = same and before.get(column.name) == cells[i]
            before[column.name] = cells[i]
            shown[i] = "" if same else cells[i]
    return shown


def _line(cells: Sequence[str], found: Sequence[ResultColumn]) -> str:
    parts = [
        cell.rjust(_width(column)) if column.numeric else cell.ljust(_width(column))
        for cell, column in zip(cells, found, strict=True)
    ]
    return "  ".join(parts).rstrip()


def _column(frame: pd.DataFrame, name: str, facts: Mapping[str, Any]) -> ResultColumn:
    values = frame[name]
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return ResultColumn(name=name, cells=tuple(_text(value) for value in values), numeric=name in _WRITTEN)
    if name in (*(facts.get("by") or []), "point", "trials") or values.dtype.kind in "iu":
        return ResultColumn(name=name, cells=tuple(str(value) for value in values), numeric=True)
    numbers = values.to_numpy(dtype=np.float64)
    if _own_digits(name, facts):
        return ResultColumn(
            name=name, cells=tuple(_written(float(v), name, facts, [float(v)]) for v in numbers), numeric=True
        )
    write = _writer(name, numbers, facts)
    return ResultColumn(name=name, cells=tuple(write(float(value)) for value in numbers), numeric=True)


def _own_digits(name: str, facts: Mapping[str, Any]) -> bool:
    """Whether the rows of a column are of different kinds (a slope below an intercept), each with digits of its own."""
    return (facts.get("table") == "variances" and name in ("variance", "sd")) or (
        facts.get("table") == "coefficients" and name in ("estimate", "se")
    )


def _interval(frame: pd.DataFrame, low: str, high: str, facts: Mapping[str, Any]) -> ResultColumn:
    base = _LOW.sub("", low, count=1)
    estimates = (base, *(f"{name}{'_all' if base == 'ci_all' else ''}" for name in
                         ("ratio", "difference", "geometric_mean", "mean", "estimate", "yi")))  # fmt: skip
    estimate = next((name for name in estimates if name in frame.columns), low)
    limits = frame[[low, high]].to_numpy(dtype=np.float64)
    centers = frame[estimate].to_numpy(dtype=np.float64)
    spread = np.concatenate([centers, limits.ravel()])
    rows = list(zip(centers.tolist(), *limits.T.tolist(), strict=True))
    decimals = ratio_places(rows) if estimate.startswith("ratio") else 2
    cells = []
    for center, a, b in rows:
        write = _writer(estimate, np.array([center, a, b]) if _own_digits(estimate, facts) else spread, facts)
        if decimals is not None and decimals > 2 and spread[np.isfinite(spread)].min() >= 0.005:
            write = functools.partial(fixed, decimals=decimals)
        cells.append(MISSING if missing(a) and missing(b) else f"[{write(a)}, {write(b)}]")
    named = f"{base} 95 % CI" if "_low" in low else f"{base} range"
    return ResultColumn(name=_INTERVALS.get(base, named), cells=tuple(cells), numeric=True)


def _writer(name: str, values: np.ndarray[Any, Any], facts: Mapping[str, Any]) -> Callable[[float], str]:
    """What writes the numbers of a column."""
    log = facts.get("scale") == "log"
    if name == "p" or name.startswith("p_") or name.endswith("_p"):
        return p_text
    if name in _SHARES:
        return share
    if name in _COUNTS or name == "V":
        return lambda value: f"{value:g}"
    if name == "alpha":
        return lambda value: f"{value:.4g}".removeprefix("0")
    if _DEGREES.fullmatch(name):
        return degrees
    if name.startswith("ratio") or (log and name in ("own", "others", "bound")):
        sizes = np.abs(values[np.isfinite(values) & (values > 0)])
        decimals = 2 if not len(sizes) or sizes.min() >= 0.005 else places([float(sizes.min())])
        return lambda value: fixed(value, decimals)
    if _TWO.fullmatch(name):
        return lambda value: fixed(value, 2)
    of_outcome = _OF_OUTCOME.fullmatch(name) and not (
        log and name in ("estimate", "se", "observed", "fitted", "residual")
    )
    factor = surface(str(facts.get("unit") or ""))[1] if of_outcome else 1.0
    if name == "bound" and "unit" not in facts:
        return lambda value: fixed(value, 2)
    decimals = places((values * factor).tolist())
    return lambda value: fixed(value * factor, decimals)


def _text(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    return MISSING if value is None or value is pd.NA or value == "" or missing(value) else str(value)


def _written(value: float, name: str, facts: Mapping[str, Any], spread: Sequence[float]) -> str:
    return MISSING if missing(value) else _writer(name, np.array(spread, dtype=np.float64), facts)(value)


def _long_sizes(table: pd.DataFrame, facts: Mapping[str, Any]) -> pd.DataFrame:
    """Effect sizes one below the other, instead of forty columns."""
    keys = [name for name in (*(facts.get("by") or []), "contrast", facts.get("between"), "n", "n_first", "n_second")
            if name in table.columns]  # fmt: skip
    ends = ("_low", "_high", "_var")
    sizes = [name for name in table.columns if name not in keys and not str(name).endswith(ends)]
    rows = []
    for row in table.to_dict("records"):
        for size in sizes:
            low, high, variance = (float(row.get(f"{size}{end}", np.nan)) for end in ends)
            spread = [float(row[size]), low, high]
            limits = [_written(limit, str(size), facts, spread) for limit in (low, high)]
            rows.append({
                **{key: row[key] for key in keys}, "quantity": size,
                "value": _written(row[size], str(size), facts, spread),
                "95 % CI": MISSING if missing(low) else f"[{', '.join(limits)}]",
                "variance": MISSING if missing(variance) else f"{variance:.3g}",
            })  # fmt: skip
    return pd.DataFrame(rows, columns=[*keys, "quantity", "value", "95 % CI", "variance"])


def _long_ranges(table: pd.DataFrame, facts: Mapping[str, Any]) -> pd.DataFrame:
    """Reconstructed quantities one below the other, with the range that rounding leaves."""
    keys = [name for name in ("study", "contrast", "n", "source") if name in table.columns]
    sizes = [
        name for name in table.columns if name not in (*keys, "alarms") and not str(name).endswith(("_min", "_max"))
    ]
    rows = []
    for row in table.to_dict("records"):
        for size in sizes:
            low, high = (float(row.get(f"{size}{end}", np.nan)) for end in ("_min", "_max"))
            spread = [float(row[size]), low, high]
            limits = [_written(limit, str(size), facts, spread) for limit in (low, high)]
            cells = {"quantity": size, "value": _written(row[size], str(size), facts, spread)}
            rows.append({**{key: row[key] for key in keys}, **cells,
                         "range": MISSING if missing(low) else f"[{', '.join(limits)}]",
                         "alarms": row.get("alarms", "") if size == sizes[-1] else ""})  # fmt: skip
    return pd.DataFrame(rows, columns=[*keys, "quantity", "value", "range", "alarms"])


def _long_reliability(table: pd.DataFrame, _: Mapping[str, Any]) -> pd.DataFrame:
    """Quantities of reliability, each in its own unit."""
    rows = []
    for row in table.to_dict("records"):
        unit, factor = surface(str(row["unit"]))
        numbers = [row[name] * factor for name in ("value", "ci_low", "ci_high")]
        decimals = places(numbers)
        ratio = str(row["quantity"]).startswith("icc")
        value, low, high = (share(one) if ratio else fixed(one, decimals) for one in numbers)
        written = {"value": value, "95 % CI": MISSING if missing(numbers[1]) else f"[{low}, {high}]", "unit": unit}
        rows.append(
            {name: cell for name, cell in row.items() if name not in ("value", "ci_low", "ci_high", "unit")} | written
        )
    return pd.DataFrame(rows)


_LONG: Mapping[str, Callable[[pd.DataFrame, Mapping[str, Any]], pd.DataFrame]] = {
    "effect sizes": _long_sizes,
    "reconstruction": _long_ranges,
    "reliability": _long_reliability,
}
