"""Cells from a table with a column for every condition, as SPSS and jamovi have them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from emgkit.errors import ArgumentError, DesignError, Notice, warn
from emgkit.notation import counted, listed
from emgkit.stats.cells.columns import check_columns, check_table

__all__ = ["from_wide"]

_PLACE = re.compile(r"\{(\w+)\}")


def from_wide(
    wide: pd.DataFrame,
    pattern: str,
    *,
    columns: Sequence[str] | None = None,
    participant: str = "participant",
    outcome: str = "value",
) -> pd.DataFrame:
    """Make a long table of cells from one with a row a participant and a column a condition.

    Parameters
    ----------
    wide : pandas.DataFrame
        One row a participant.
    pattern : str
        How the columns of values are called, with a factor in each pair of braces: ``"{exercise}_{muscle}"``,
        ``"emg_{load}"``. Of several factors the first takes as few letters as it can.
    columns : sequence of str, optional
        The columns of values; without it those that fit the pattern, which needs letters beside one pair of braces.
    participant : str
        Column of the participant.
    outcome : str
        What the column of values is to be called.

    Returns
    -------
    pandas.DataFrame
        The participant, every further column of the table (group, age), the factors, the outcome: one row a value. An
        empty entry makes no row, and a warning says how many there are.

    Raises
    ------
    ArgumentError
        The pattern has no factor, or fits any column; a column does not fit it.
    DesignError
        No column fits the pattern, a participant has two rows, or a factor is called like a column.

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame({"participant": ["P1", "P2"], "sex": ["f", "m"], "squat": [40.0, 33.0],
    ...                      "hip_thrust": [80.0, 60.0]})
    >>> from_wide(wide, "{exercise}", columns=["squat", "hip_thrust"])
      participant sex    exercise  value
    0          P1   f       squat   40.0
    1          P1   f  hip_thrust   80.0
    2          P2   m       squat   33.0
    3          P2   m  hip_thrust   60.0
    """
    table = check_table(wide)
    check_columns(table, [("participant", participant)])
    factors = _PLACE.findall(pattern)
    if not factors or len(set(factors)) < len(factors):
        raise ArgumentError("'pattern' cannot be used", allowed="factors in braces, as '{exercise}'", got=repr(pattern))
    if columns is None and pattern == f"{{{factors[0]}}}":
        raise ArgumentError(
            f"The pattern {pattern!r} fits every column", allowed="columns=[…] beside it", got="no columns",
            hint="name the columns that hold values",
        )  # fmt: skip
    found = _levels(table, pattern, columns, participant)
    kept = [name for name in table.columns if name not in found]
    clash = [name for name in (*factors, outcome) if name in kept]
    if clash:
        raise DesignError(
            f"The long table would have two columns {listed(clash)}", hint="call the factor or 'outcome' otherwise"
        )
    double = table.loc[table[participant].duplicated(), participant].unique()
    if len(double):
        raise DesignError(
            "A wide table has one row a participant", where=listed(double[:20]),
            hint="put what tells the rows apart into the names of columns, or make the table long by other means",
        )  # fmt: skip
    parts = [
        table[kept].assign(**dict(zip(factors, levels, strict=True)), **{outcome: table[name]})
        for name, levels in found.items()
    ]
    made = pd.concat(parts).sort_index(kind="stable")
    empty = made[outcome].isna()
    if empty.any():
        who = listed(dict.fromkeys(made.loc[empty, participant].astype(str)))
        text = f"{counted(int(empty.sum()), 'empty entry')} of the wide table made no row: {who}."
        warn(Notice(code="cells-missing", text=text))
    return made[~empty].reset_index(drop=True)


def _levels(
    table: pd.DataFrame, pattern: str, columns: Sequence[str] | None, participant: str
) -> dict[str, tuple[str, ...]]:
    """The level of each factor for every column of values."""
    parts = _PLACE.split(pattern)
    count = len(parts) // 2
    texts = [
        re.escape(part) if i % 2 == 0 else ("(.+)" if i == 2 * count - 1 else "(.+?)") for i, part in enumerate(parts)
    ]
    expression = re.compile("".join(texts))
    names = [name for name in table.columns if name != participant] if columns is None else list(columns)
    check_columns(table, [("columns", name) for name in dict.fromkeys(names)])
    found = {name: match.groups() for name in names if (match := expression.fullmatch(str(name)))}
    if columns is not None and len(found) < len(names):
        raise ArgumentError(
            "A column does not fit the pattern", allowed=repr(pattern), got=listed(n for n in names if n not in found)
        )
    if not found:
        raise DesignError(f"No column fits the pattern {pattern!r}", got=listed(table.columns))
    return found
