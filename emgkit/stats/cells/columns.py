"""Checks of a table of cells: whether it has the design that a statistic needs.

Nothing is repaired here. A table that does not fit raises a :class:`~emgkit.errors.DesignError` which names the rows
or the participants, and says what to do about them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import nearest
from emgkit.errors import ArgumentError, DesignError
from emgkit.notation import counted, first_few, listed, number
from emgkit.stats.cells.labels import check_spelling, label_order

Codes = NDArray[np.intp]

# a table must hold one value of each, unless the analysis says what to do with several
SINGLE_COLUMNS = ("measure", "unit", "phase", "side", "session")
# columns whose levels may be one person's repeated measurement: rows that differ in these alone may be averaged
REPEATED = ("repetition", "set", "trial", "side", "run")
# a message names this many rows, participants or cells, and counts the rest
NAMED = 20
# up to this share of the rows is few
FEW = 0.2

__all__ = [
    "Factor",
    "as_group",
    "as_name",
    "as_names",
    "cell_numbers",
    "check_columns",
    "check_levels",
    "check_participants",
    "check_single_valued",
    "check_table",
    "incomplete",
    "only_value",
    "outcome_values",
    "pair_names",
]


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One column of a design: its levels in their order, and the level of every row.

    Parameters
    ----------
    name : str
        The column.
    levels : pandas.Index
        Alphabetical, numbers and those in labels ascending ("60" before "100"), or in the order of an ordered
        categorical.
    codes : numpy.ndarray, (n_rows,)
        Position in ``levels``, row by row.
    """

    name: str
    levels: pd.Index[Any]
    codes: Codes

    @classmethod
    def of(cls, table: pd.DataFrame, name: str, *, order_by: Callable[[Any], Any] = label_order) -> Factor:
        """Read the factor in column ``name``; an empty entry raises, and so do labels that differ by blanks or case.

        ``order_by`` gives the key by which names are sorted.
        """
        column = table[name]
        codes, found = pd.factorize(column)
        if (codes < 0).any():
            raise DesignError(
                f"Column {name!r} is empty in {counted(int((codes < 0).sum()), 'row')}",
                where=_rows(table, codes < 0),
                hint="fill it in or leave those rows out of the table",
            )
        check_spelling(name, found)
        keys: list[Any] = list(found)
        if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
            keys = list(column.cat.categories.get_indexer(found))
        elif any(isinstance(level, str) for level in keys) or isinstance(column.dtype, pd.CategoricalDtype):
            keys = [order_by(level) for level in keys]
        try:
            order = sorted(range(len(keys)), key=keys.__getitem__)
        except TypeError:  # other things have no order of their own
            order = sorted(range(len(keys)), key=lambda position: order_by(keys[position]))
        rank = np.empty(len(order), dtype=np.intp)
        rank[order] = np.arange(len(order))
        return cls(name=name, levels=pd.Index(found).take(order), codes=rank[codes])


def as_names(parameter: str, value: str | Sequence[str] | None) -> list[str]:
    """Make a list of a column name or several; anything else raises an ArgumentError."""
    if value is None:
        return []
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, Iterable) or not all(isinstance(name, str) for name in names):
        raise ArgumentError(f"{parameter!r} cannot be used", allowed="a column name or a list of them", got=repr(value))
    return list(names)


def as_name(parameter: str, value: str | Sequence[str], *, hint: str) -> str:
    """Take the one column that is named, by its name or by a list of one; ``hint`` says where further ones belong."""
    names = as_names(parameter, value)
    if len(names) != 1:
        raise ArgumentError(
            f"{parameter!r} cannot be used", allowed="one column, or a list of one", got=repr(value), hint=hint
        )
    return names[0]


def as_group(between: str | Sequence[str] | None) -> str | None:
    """Take the one column of groups that ``between`` names, or None."""
    if between is None:
        return None
    return as_name("between", between, hint="join several columns of groups into one first")


def check_table(cells: Any) -> pd.DataFrame:
    """Refuse anything but a DataFrame with rows."""
    if not isinstance(cells, pd.DataFrame):
        raise ArgumentError("The table cannot be used", allowed="a pandas.DataFrame", got=type(cells).__name__)
    if cells.empty:
        raise DesignError("The table has no rows", hint="see whether a filter before this removed them all")
    if not cells.columns.is_unique:
        twice = cells.columns[cells.columns.duplicated()].unique()
        raise DesignError("Columns of the table share a name", got=listed(twice), hint="rename or drop one of them")
    return cells


def check_columns(table: pd.DataFrame, roles: Sequence[tuple[str, str]]) -> None:
    """Refuse a column that is not in the table, or that has two roles; ``roles`` are pairs of role and column."""
    seen: dict[str, str] = {}
    for role, name in roles:
        if not isinstance(name, Hashable):
            raise ArgumentError(f"{role!r} cannot be used", allowed="the name of one column", got=repr(name))
        if name not in table.columns:
            raise DesignError(
                f"The table has no column {name!r}, which {role!r} names",
                allowed=listed(table.columns),
                got=repr(name),
                hint=nearest(name, table.columns),
            )
        if name in seen:
            raise ArgumentError(
                f"Column {name!r} has two roles",
                allowed="one role a column",
                got=f"{seen[name]!r} and {role!r}",
            )
        seen[name] = role


def check_single_valued(table: pd.DataFrame, named: Sequence[str], parameters: str) -> None:
    """Refuse several measures, units, phases, sides or sessions that the analysis does not name.

    ``named`` are the columns the analysis names; ``parameters`` says how more could be named.
    """
    for column in SINGLE_COLUMNS:
        if column not in table.columns or column in named:
            continue
        found = table[column].unique()
        if len(found) > 1:
            values = ["(empty)" if pd.isna(value) else value for value in found]
            keep = next(value for value in values if value != "(empty)")
            raise DesignError(
                f"Column {column!r} holds {len(found)} values, which would be mixed in one analysis",
                where=f"column {column!r}",
                got=listed(values),
                hint=f"filter first, such as cells[cells[{column!r}] == {keep!r}], or name {column!r} in {parameters}",
            )


def outcome_values(table: pd.DataFrame, outcome: str, participant: str, *, log: bool) -> NDArray[np.float64]:
    """Return the outcome as floats: numeric, finite, and above 0 where its logarithm will be taken."""
    column = table[outcome]
    if not pd.api.types.is_any_real_numeric_dtype(column.dtype):
        raise _no_numbers(table, outcome)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values)
    if bad.any():
        raise DesignError(
            f"Column {outcome!r} is empty or infinite in {counted(int(bad.sum()), 'row')}",
            where=_rows(table, bad, values, participant),
            allowed="finite numbers",
            hint="find out why; a cell that was never measured is no row of the table",
        )
    bad = values <= 0
    if log and bad.any():
        # a filter undershoots in a few rows; where many are not above 0 the values are of another kind
        few = bad.sum() <= max(1, FEW * len(values))
        cause = "a zero-lag Butterworth envelope can undershoot below zero: process with MovingRMS instead, or "
        raise DesignError(
            f"The logarithm needs values above 0, and {outcome!r} is 0 or negative in {counted(int(bad.sum()), 'row')}",
            where=_rows(table, bad, values, participant),
            hint=f"{cause if few else ''}compare differences with log=False",
        )
    return values


def _no_numbers(table: pd.DataFrame, outcome: str) -> DesignError:
    """Build the error for a column of text: the rows whose text is not a number, where some are numbers."""
    column = table[outcome]
    text = column.dtype == object or pd.api.types.is_string_dtype(column.dtype)
    bad = (
        (pd.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy() if text else np.ones(1, dtype=bool)
    )
    if bad.all() or not bad.any():
        return DesignError(
            f"Column {outcome!r} holds no numbers",
            allowed="a column of numbers",
            got=f"dtype {column.dtype}",
            hint="convert it, for example with pandas.to_numeric",
        )
    at = np.flatnonzero(bad)
    return DesignError(
        f"Column {outcome!r} holds text in {counted(len(at), 'row')}",
        where=first_few(
            [f"row {label} ({text!r})" for label, text in zip(table.index.take(at), column.take(at), strict=True)],
            NAMED,
        ),
        allowed="a column of numbers",
        got=f"dtype {column.dtype}",
        hint="correct or leave out these rows, then convert the column with pandas.to_numeric",
    )


def cell_numbers(table: pd.DataFrame, factors: Sequence[Factor], *, further: str = "by") -> Codes:
    """Find the place of every row in the array spanned by ``factors``; two rows in one cell raise.

    ``further`` is the parameter that names further columns.
    """
    shape = tuple(len(factor.levels) for factor in factors)
    numbers = np.ravel_multi_index(tuple(factor.codes for factor in factors), shape)
    repeated = np.bincount(numbers, minlength=1)[numbers] > 1
    if repeated.any():
        first = np.flatnonzero(numbers == numbers[repeated].min())
        cell = ", ".join(f"{factor.name} {factor.levels[factor.codes[first[0]]]}" for factor in factors)
        named = [factor.name for factor in factors]
        rows = table.iloc[first]
        differing = [c for c in rows.columns if c not in named and not _is_float(rows[c]) and len(rows[c].unique()) > 1]
        raise DesignError(
            f"{counted(int(repeated.sum()), 'row')} share a cell, and a participant needs one value in each",
            where=f"{cell}: {_rows(table, numbers == numbers[first[0]])}",
            hint=_one_value(differing, further),
        )
    return numbers


def _one_value(differing: Sequence[str], further: str) -> str:
    """How rows that share a cell become one; only repetitions of one person are ever averaged."""
    if not differing:
        return (
            "find out where the second row comes from: a copy, a column that was dropped, or another person "
            "with the same label"
        )
    advice = f"the rows differ in {listed(differing)}: filter"
    if set(differing) <= set(REPEATED):
        return f"{advice}, average with emgkit.summarize(rows, over=...), or name a column in {further!r}"
    return f"{advice}, or name a column in {further!r}; if they are of different people, let their labels differ"


def check_levels(name: str, levels: pd.Index[Any], where: str = "") -> None:
    """Refuse a comparison of fewer than two levels."""
    if len(levels) < 2:
        raise DesignError(
            f"There is nothing to compare: {name!r} has only one level",
            where=where,
            allowed="two levels or more",
            got=listed(levels),
        )


def check_participants(participants: pd.Index[Any], where: str = "") -> None:
    """Refuse to generalise from one participant."""
    if len(participants) < 2:
        raise DesignError(
            "A comparison within participants needs at least two of them",
            where=where,
            got=listed(participants),
            hint="check the participant column; one person's repetitions are not a sample of people",
        )


def pair_names(levels: Sequence[Any], *, log: bool) -> list[str]:
    """Names of all pairs of levels: ``"a / b"`` on the log scale, ``"a - b"`` else.

    Examples
    --------
    >>> pair_names(["a", "b", "c"], log=True)
    ['a / b', 'a / c', 'b / c']
    >>> pair_names(["leg / bent", "straight"], log=True)
    ["'leg / bent' / straight"]
    """
    sign = " / " if log else " - "
    # a name that holds the sign itself stands in quotation marks
    names = [f"'{level}'" if sign in str(level) else str(level) for level in levels]
    return [f"{first}{sign}{second}" for first, second in itertools.combinations(names, 2)]


def only_value(table: pd.DataFrame, column: str) -> str:
    """Return the value of a column that holds one, else an empty string."""
    if column not in table.columns:
        return ""
    found = table[column].unique()
    return str(found[0]) if len(found) == 1 else ""


def incomplete(
    participants: pd.Index[Any], missing: dict[Any, list[str]], *, total: int, pairwise: bool = False
) -> DesignError:
    """Build the error for missing cells: who lacks what, and who would be left.

    ``missing`` has the missing cells, as text, by participant; ``total`` counts the cells of a complete design.
    ``pairwise`` is whether the analysis can compare those who have both levels of a contrast.
    """
    count = sum(len(cells) for cells in missing.values())
    kept = len(participants) - len(missing)
    who = [f"{name} lacks {first_few(cells, 6)}" for name, cells in itertools.islice(missing.items(), NAMED)]
    if len(missing) > NAMED:
        who.append(f"and {len(missing) - NAMED} participants more")
    return DesignError(
        f"{count} of {total} cells {'is' if count == 1 else 'are'} missing; leaving out everyone with a missing cell "
        f"would keep {kept} of {len(participants)} participants, and emgkit leaves nobody out silently",
        where="; ".join(who),
        allowed="every participant in every cell",
        hint="find the missing cells, "
        + "compare those who have both levels of each contrast, contrasts(…, missing='pairwise'), " * pairwise
        + "leave those participants out of the table yourself and report it, "
        "or fit a mixed model, which can use incomplete participants",
    )


def _is_float(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_float_dtype(column.dtype)


def _rows(
    table: pd.DataFrame, chosen: NDArray[np.bool_], values: NDArray[np.float64] | None = None, participant: str = ""
) -> str:
    """Rows by their index label, with participant and value where these say more."""
    at = np.flatnonzero(chosen)
    texts = [f"row {label}" for label in table.index.take(at)]
    if values is not None:
        people = table[participant].tolist()
        texts = [f"{text} ({people[i]}: {number(values[i])})" for text, i in zip(texts, at, strict=True)]
    return first_few(texts, NAMED)
