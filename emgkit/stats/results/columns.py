"""A table as people see it: rounded sensibly, intervals in brackets, at most about 100 characters wide."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from emgkit.notation import (
    MISSING,
    contrast_text,
    fixed,
    missing,
    places,
    readable,
    share,
    surface,
    symbol,
    term_text,
    writer,
)
from emgkit.stats.results.facts import leaves_out_none

__all__ = ["WIDTH", "ResultColumn", "columns", "folded", "footnotes", "needed", "text"]

WIDTH = 100
# rows that are printed in full, and how many of a longer table are, at either end
MOST_ROWS, END_ROWS = 60, 8
_LOW = re.compile(r"_low(?=_|$)|_min(?=_|$)")
_INTERVALS = {
    "ci": "95 % CI", "ci90": "90 % CI", "ci_all": "95 % CI all", "bound": "bounds", "others": "others",
    "z": "normal 95 % CI", "prediction": "95 % prediction", "ratio_z": "ratio, normal 95 % CI",
    "ratio_prediction": "ratio, 95 % prediction",
}  # fmt: skip
# limits without an estimate between them
_ALONE = ("bound", "others")
# limits in a table of any kind that are those of a confidence interval
_CONFIDENCE = ("d_z", "g_av", "g", "d_av", "d_rm", "ratio_ci", "tau2")
# columns that a printed table always has
_KEPT = (
    "contrast", "ratio", "difference", "90 % CI", "p_adjusted", "p_gg", "term", "F", "df1", "df2", "verdict",
    "verdict_changes", "equivalent", "left_out", "quantity", "value", "range", "study", "ratio 95 % CI",
    "ratio, 95 % prediction", "k", "tau2", "i2", "letters", "geometric_mean", "mean", "chi_square",
)  # fmt: skip
_SIZES = ("n", "n_first", "n_second", "family_size", "n_trials", "contradicts")
# columns that hold names in a table of any kind, those of a table of results that hold none, and quantities with names
_NAMES = ("exercise", "group", "measure", "muscle", "phase", "reference", "session", "side", "task")
_SENTENCES = ("why", "alarms", "left_out", "missing")
_QUANTITIES = {"icc_2_1": "ICC(2,1)", "icc_3_1": "ICC(3,1)", "sem": "SEM", "mdc95": "MDC95", "cv": "CV"}
# numbers that stand at the right although they are written already
# behind a p that its interval seems to contradict
_MARK = "†"
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
    limits = {_estimate_of(frame, low): (low, high) for low, high in reversed(pairs.items())}
    marked = _apart(frame, facts)
    return [
        _interval(frame, name, pairs[name], facts)
        if name in pairs
        else _marked(_column(frame, name, limits.get(name, ()), facts), marked)
        for name in order
    ]


def _marked(column: ResultColumn, rows: Sequence[bool]) -> ResultColumn:
    """The column of p with a mark in the rows that a footnote explains."""
    if column.name != "p_adjusted":
        return column
    cells = (f"{cell}{_MARK}" if mark else cell for cell, mark in zip(column.cells, rows, strict=True))
    return replace(column, cells=tuple(cells))


def footnotes(table: pd.DataFrame, facts: Mapping[str, Any]) -> list[str]:
    """What a mark in a cell stands for; none where no cell has one."""
    if not any(_apart(table, facts)):
        return []
    value = "1" if "ratio" in table.columns else "0"
    return [
        f"{_MARK} The interval of this contrast alone leaves out {value}; its p, adjusted for all contrasts of the "
        "family, is not below .05."
    ]


def _apart(table: pd.DataFrame, facts: Mapping[str, Any]) -> list[bool]:
    """For each row, whether its interval seems to contradict its p."""
    names = [name for name in ("ratio", "difference", "ci_low", "ci_high", "p_adjusted") if name in table.columns]
    return [leaves_out_none(row, facts) for row in table[names].to_dict("records")]


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
    while sum(_width(column) + 2 for column in found) - 2 > WIDTH and (least := _least(found, facts)) is not None:
        lacking.insert(0, found.pop(least).name)
    lines = _lines(found, levels if "contrast" in table and not _stacked(facts) else [*levels, "contrast"])
    size = len(table) if not found else len(found[0].cells)
    if size > MOST_ROWS:
        lines = [*lines[: END_ROWS + 1], "…", *lines[-END_ROWS:]]
        below.insert(0, f"{size} rows; table.head(60) prints the first 60.")
    below += [*notes, *([f"Without room here: {', '.join(lacking)}."] if lacking else [])]
    below += [f"Notice: {notice['text']} {notice.get('hint', '')}".rstrip() for notice in facts.get("notices", [])]
    wrapped = [line for each in below for line in textwrap.wrap(each, WIDTH, subsequent_indent="  ")]
    body = lines if size else [lines[0], "(no rows)"]
    return "\n".join([*textwrap.wrap(head, WIDTH), "", *body, *([""] if wrapped else []), *wrapped])


def needed(found: Sequence[ResultColumn], facts: Mapping[str, Any]) -> list[str]:
    """Names of the columns that a table cannot do without, wherever it is shown."""
    names = [column.name for column in found]
    only = ["95 % CI"] if not {"90 % CI", "ratio 95 % CI"} & set(names) else []
    # a p that no correction stands beside
    only += ["p"] if not {"p_adjusted", "p_gg"} & set(names) else []
    only += ["df"] if {"chi_square", "df"} <= set(names) else []
    return [name for name in names if name in {*_KEPT, *_levels(facts), *only, *names[:1]}]


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


def _least(found: Sequence[ResultColumn], facts: Mapping[str, Any]) -> int | None:
    """The column that can best be done without: limits of effect sizes, uncorrected p, then the last ones."""
    names, kept = [column.name for column in found], needed(found, facts)
    free = [i for i, name in enumerate(names) if i > 0 and name not in kept]
    if "deviance" in names and "log_likelihood" in names:  # one is minus twice the other
        return names.index("log_likelihood")
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


def _column(frame: pd.DataFrame, name: str, limits: Sequence[str], facts: Mapping[str, Any]) -> ResultColumn:
    """A column as text, or as numbers: one that has `limits` with the decimals that fit both."""
    values = frame[name]
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return ResultColumn(
            name=name, cells=tuple(_text(name, value, facts) for value in values), numeric=name in _WRITTEN
        )
    if name in (*(facts.get("by") or []), "point", "trials") or values.dtype.kind in "iu":
        cells = tuple(MISSING if value is pd.NA else str(value) for value in values)
        return ResultColumn(name=name, cells=cells, numeric=True)
    numbers = _numbers(frame, [name, *limits])
    if limits or _own_digits(name, facts):
        known = _as_slopes(frame, name, facts)
        cells = tuple(_writer(one, [row], facts)(row[0]) for one, row in zip(known, numbers, strict=True))
    else:
        write = _writer(name, numbers, facts)
        cells = tuple(write(value) for (value,) in numbers)
    return ResultColumn(name=name, cells=cells, numeric=True)


def _numbers(frame: pd.DataFrame, names: Sequence[str]) -> list[tuple[float, ...]]:
    columns = (frame[name].to_numpy(dtype=np.float64, na_value=np.nan).tolist() for name in names)
    return list(zip(*columns, strict=True))


def _own_digits(name: str, facts: Mapping[str, Any]) -> bool:
    """Whether the rows of a column are of different kinds (a slope below an intercept), each with digits of its own."""
    return (
        (facts.get("table") == "variances" and name in ("variance", "sd"))
        or (facts.get("table") == "coefficients" and name in ("estimate", "se"))
        or (facts.get("table") == "influence" and name == "own")
    )


def _as_slopes(frame: pd.DataFrame, name: str, facts: Mapping[str, Any]) -> list[str]:
    """What the numbers of each row are, by name: in the row of a moderator a ratio is one per unit of it."""
    if name != "ratio" or not facts.get("moderator"):
        return [name] * len(frame)
    return ["slope_ratio" if term == facts["moderator"] else name for term in frame.get("term", [None] * len(frame))]


def _estimate_of(frame: pd.DataFrame, low: str) -> str:
    """What has these limits, by the name of the lower one: a column, else the limit itself or the limits together."""
    base = _LOW.sub("", low, count=1)
    names = ("ratio", "difference", "geometric_mean", "mean", "estimate", "yi")
    if base in frame.columns or base in _ALONE:
        return base
    if base.startswith("ratio_") and "ratio" in frame.columns:
        return "ratio"
    # limits of something else, of a p for instance, are none of the estimate's
    if base not in _INTERVALS:
        return low
    # an estimate that has limits of its own name is none of these
    found = (f"{name}_all" if base == "ci_all" else name for name in names if f"{name}_low" not in frame.columns)
    return next((name for name in found if name in frame.columns), low)


def _interval(frame: pd.DataFrame, low: str, high: str, facts: Mapping[str, Any]) -> ResultColumn:
    """Two limits in one column, with the decimals of their estimate."""
    base, estimate = _LOW.sub("", low, count=1), _estimate_of(frame, low)
    cells = []
    numbers = _numbers(frame, [low if estimate in _ALONE else estimate, low, high])
    for one, row in zip(_as_slopes(frame, estimate, facts), numbers, strict=True):
        write = _writer(one, [row], facts)
        cells.append(MISSING if missing(row[1]) and missing(row[2]) else f"[{write(row[1])}, {write(row[2])}]")
    named = f"{base} range" if "_low" not in low else f"{base}, low to high"
    if "_low" in low and ("table" in facts or base in _CONFIDENCE):
        named = f"{base} 95 % CI"
    return ResultColumn(name=_INTERVALS.get(base, named), cells=tuple(cells), numeric=True)


def _writer(name: str, rows: Sequence[tuple[float, ...]], facts: Mapping[str, Any]) -> Callable[[float], str]:
    return writer(name, rows, log=facts.get("scale") == "log", unit=str(facts.get("unit") or ""))


def _text(name: str, value: object, facts: Mapping[str, Any]) -> str:
    """A cell of text, names as people write them but for levels that would read alike."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if value is None or value is pd.NA or value == "" or missing(value):
        return MISSING
    text = str(value)
    if any(level in text for level in facts.get("alike", ())):
        return text
    if name == "quantity":
        return _QUANTITIES.get(text, text if symbol(text)[0] else readable(text))
    if name in ("contrast", "term"):
        return contrast_text(text) if name == "contrast" else term_text(text)
    named = name not in _SENTENCES if "table" in facts else name in _NAMES
    return readable(text) if named else text


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
            write = _writer(str(size), [(float(row[size]), low, high)], facts)
            limits = [write(limit) for limit in (low, high)]
            rows.append({
                **{key: row[key] for key in keys}, "quantity": size,
                "value": write(row[size]),
                "95 % CI": MISSING if missing(low) else f"[{', '.join(limits)}]",
                "variance": _writer(f"{size}_var", [(variance,)], facts)(variance),
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
            write = _writer(str(size), [(float(row[size]), low, high)], facts)
            limits = [write(limit) for limit in (low, high)]
            cells = {"quantity": size, "value": write(row[size])}
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
