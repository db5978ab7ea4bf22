"""The numbers that a study expects, and whether its tables hold them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from emgkit._checks import nearest
from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.toml_files import TomlTable

__all__ = ["Expected", "check"]

_NUMBER = re.compile(r"(?P<limit>[<>]?)\s*(?P<number>[-+]?\d*\.?\d+)")
_COLUMNS = ("table", "row", "column", "expected", "came", "holds", "source")
_UNCHECKED = "not checked in a quick run"


class Expected(TomlTable):
    """``[[expected]]``: one number of one table as it is printed somewhere, with its decimals.

    `row` picks the row by its columns; `value` is a text, because its decimals are the tolerance (``"1.90"`` is not
    ``"1.9"``). ``"<.001"`` and ``">100"`` are limits; a text that is not a number is compared as it is.
    """

    table: str
    row: dict[str, str | int | float] = Field(default_factory=dict)
    column: str
    value: str
    source: str = ""

    @field_validator("value", mode="before")
    @classmethod
    def _is_text(cls, value: Any) -> Any:
        if isinstance(value, int | float):
            raise ValueError(f'an expected value is a text, whose decimals are the tolerance: "{value}"')
        return value


def check(
    expected: Sequence[Expected], tables: Mapping[str, pd.DataFrame], *, unchecked: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Compare the tables with the numbers that the study file expects.

    Parameters
    ----------
    expected : sequence of Expected
        The file's expectations.
    tables : mapping of str to DataFrame
        The tables of the study by the names of their files.
    unchecked : frozenset of str
        Tables that a quick run makes from fewer simulations; their numbers are not checked.

    Returns
    -------
    DataFrame
        ``table, row, column, expected, came, holds, source``; `holds` is "yes", "no" or "not checked in a quick run".

    Raises
    ------
    StudyError
        A table, a column or the one row is not there.
    """
    rows = []
    for one in expected:
        got = _found(one, tables)
        holds = _UNCHECKED if one.table in unchecked else "yes" if _agrees(one.value, got) else "no"
        row = ", ".join(f"{name} {value}" for name, value in one.row.items())
        rows.append((one.table, row, one.column, one.value, got, holds, one.source))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _found(one: Expected, tables: Mapping[str, pd.DataFrame]) -> Any:
    """The one value that is meant."""
    where = f"[[expected]] {one.table}, {one.column}"
    if one.table not in tables:
        raise StudyError(
            f"There is no table {one.table!r}", where=where, allowed=listed(tables), hint=nearest(one.table, tables)
        )
    table = tables[one.table]
    for name in (one.column, *one.row):
        if name not in table.columns:
            raise StudyError(
                f"The table {one.table!r} has no column {name!r}",
                where=where,
                allowed=listed(table.columns),
                hint=nearest(name, [str(column) for column in table.columns]),
            )
    chosen = table
    for name, value in one.row.items():
        chosen = chosen[chosen[name].map(str) == str(value)]
    if len(chosen) != 1:
        raise StudyError(
            "An expected value belongs to exactly one row",
            where=where,
            allowed="columns and values in `row` that pick one",
            got=f"{len(chosen)} rows for {dict(one.row)}",
        )
    return chosen[one.column].iloc[0]


def _agrees(printed: str, got: Any) -> bool:
    """Whether a value rounds to what is printed; half a unit of the last decimal is the tolerance."""
    match = _NUMBER.fullmatch(printed)
    if match is None or isinstance(got, str):
        return str(got) == printed
    number = float(match["number"])
    if match["limit"]:
        return bool(got < number if match["limit"] == "<" else got > number)
    decimals = len(match["number"].partition(".")[2])
    return bool(abs(float(got) - number) <= 0.5 * 10.0**-decimals * (1 + 1e-9))
