"""Cells, which statistics compare: the means over repetitions, sets, sides or sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError, DesignError
from emgkit.measures.measuring import COLUMNS
from emgkit.notation import listed
from emgkit.stats.cells.labels import check_spelling
from emgkit.windows import OWN_SIDE, check_own_repetitions, counted_over_sides

__all__ = ["averaged_rows", "summarize"]


def summarize(rows: pd.DataFrame, *, over: str | Sequence[str] = "repetition") -> pd.DataFrame:
    """Average repetitions arithmetically into cells, one row a participant and condition.

    Parameters
    ----------
    rows : DataFrame
        Tables of :func:`measure`, concatenated. Further columns (load, age …) are kept, and rows that differ in one
        are cells of their own, unless `over` names it.
    over : str or sequence of str, default "repetition"
        What is averaged, one after the other in the order named, so that each set, side or session weighs the same
        however many repetitions it has. Sets, sides and sessions stay apart unless they are named here. With
        ``"side"`` the channels of the two sides are averaged by muscle, and the column `channel` goes too; where left
        and right have repetitions of their own, ``"repetition"`` comes before it. With ``"session"`` the references of
        the sessions are joined by ``+``.

    Returns
    -------
    DataFrame
        One row a cell, in order of appearance: all columns but those averaged over, `value` the mean, and
        `n_repetitions`, how many repetitions (of all sets and sessions averaged) it rests on: with ``"side"`` those of
        both sides together where each has its own.

    Raises
    ------
    ArgumentError
        `over` names no column that can be averaged over.
    DesignError
        A column is missing, a row has no participant, labels differ by blanks, case or Unicode form only, a value is
        NaN, the numbers of a cell differ in unit or reference, or sides are averaged before their own repetitions.

    Examples
    --------
    >>> row = dict.fromkeys(COLUMNS) | {"participant": "01", "measure": "mean", "unit": "%MVC", "reference": "mvc"}
    >>> rows = pd.DataFrame([row | {"repetition": 1, "value": 40.0}, row | {"repetition": 2, "value": 60.0}])
    >>> summarize(rows)[["participant", "value", "n_repetitions"]]
      participant  value  n_repetitions
    0          01   50.0              2
    """
    names = (over,) if isinstance(over, str) else tuple(over)
    _check_rows(rows, names)
    # a number made of several repetitions tells of how many
    own = rows["n_repetitions"] if "n_repetitions" in rows.columns else np.ones(len(rows))
    cells = rows.assign(n_repetitions=np.asarray(own, dtype=np.int64))
    for name in names:
        cells = _averaged(cells, name)
    # a cell is of no repetition any more
    return cells.drop(columns=[OWN_SIDE] if "repetition" in names and OWN_SIDE in cells.columns else [])


def averaged_rows(rows: pd.DataFrame, *, over: Sequence[str]) -> tuple[NDArray[np.intp], ...]:
    """Which rows :func:`summarize` averages: for each column of `over`, the number of the cell that each row is in.

    Parameters
    ----------
    rows, over
        As for :func:`summarize`.

    Returns
    -------
    tuple of ndarray
        For the first column of `over` one number a row; for each later one, one number a cell of the step before.
    """
    steps, cells = [], rows.assign(n_repetitions=np.ones(len(rows), dtype=np.int64))
    for name in over:
        steps.append(_cell_numbers(cells, name))
        cells = _averaged(cells, name)
    return tuple(steps)


def _cell_numbers(rows: pd.DataFrame, name: str) -> NDArray[np.intp]:
    """The cell that each row is in when one column goes."""
    return np.asarray(rows.groupby(_keys(rows, name), dropna=False, sort=False, observed=True).ngroup(), dtype=np.intp)


def _keys(rows: pd.DataFrame, name: str) -> list[str]:
    """The columns that tell cells apart when one column goes."""
    numbers = ("value", "unit", "reference", "n_repetitions")
    return [column for column in rows.columns if column not in _gone(name) and column not in numbers]


def _gone(name: str) -> set[str]:
    return {name, *(("channel", OWN_SIDE) if name == "side" else ())}


def _averaged(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows averaged over one column, which goes."""
    gone, keys, cell = _gone(name), _keys(rows, name), _cell_numbers(rows, name)
    _check_one(rows, cell, "unit", keys)
    if name != "session":
        _check_one(rows, cell, "reference", keys)
    first = np.unique(cell, return_index=True)[1]
    cells = rows.iloc[first][[column for column in rows.columns if column not in gone]].reset_index(drop=True)
    cells["value"] = np.bincount(cell, weights=rows["value"].to_numpy(dtype=np.float64)) / np.bincount(cell)
    counts = rows["n_repetitions"]
    cells["n_repetitions"] = (
        counted_over_sides(counts, cell, rows.get(OWN_SIDE))
        if name == "side"
        else counts.groupby(cell).sum().to_numpy()
    )
    if name == "session":
        cells["reference"] = rows["reference"].groupby(cell).agg(lambda column: "+".join(dict.fromkeys(column)))
    return cells


def _check_rows(rows: pd.DataFrame, names: tuple[str, ...]) -> None:
    missing = [column for column in COLUMNS if column not in rows.columns]
    if missing:
        # only this function counts repetitions
        already = "n_repetitions" in rows.columns
        raise DesignError(
            "The table is averaged already" if already else "The table lacks columns",
            allowed=listed(COLUMNS),
            got=f"without {listed(missing)}" + ", with 'n_repetitions'" * already,
            hint="Use it as it is; to average over more, name all of it in one call on the rows of measure(…): "
            "summarize(rows, over=['repetition', 'side'])"
            if already
            else "",
        )
    fixed = ("participant", "measure", "value", "unit", "reference")
    for name in names:
        check_unknown("column to average over", name, [column for column in rows.columns if column not in fixed])
    check_own_repetitions(rows, names)
    if not names:
        raise ArgumentError("There is nothing to average over", allowed="at least one column", got=repr(names))
    if rows.empty:
        raise DesignError("The table is empty", allowed="at least one row", got="0 rows")
    nobody = np.flatnonzero(rows["participant"].isna())
    if nobody.size:
        raise DesignError(
            f"{nobody.size} of {len(rows)} rows have no participant, and rows of different people would be averaged",
            where=f"first: {_described(rows.iloc[nobody[0]], COLUMNS[1:13])}",
            allowed="the participant of every row",
            hint="Say who was recorded when reading: trial.with_context(participant='01')",
        )
    for name in ("participant", "group", "exercise", "muscle"):
        check_spelling(name, rows[name].dropna().unique())
    bad = np.flatnonzero(~np.isfinite(rows["value"].to_numpy(dtype=np.float64)))
    if bad.size:
        raise DesignError(
            f"{bad.size} of {len(rows)} values are NaN or infinite",
            where=f"first: {_described(rows.iloc[bad[0]], COLUMNS[:13])}",
            allowed="finite values; a mean over the rest would rest on fewer repetitions without a word",
        )


def _check_one(rows: pd.DataFrame, cell: NDArray[np.integer[Any]], column: str, keys: list[str]) -> None:
    """Refuse to average numbers that do not mean the same."""
    codes = pd.factorize(rows[column], use_na_sentinel=False)[0]
    first = np.unique(cell, return_index=True)[1]
    differs = np.flatnonzero(codes != codes[first][cell])
    if differs.size:
        row = int(differs[0])
        values = dict.fromkeys(str(value) for value in rows[column].to_numpy()[cell == cell[row]])
        raise DesignError(
            f"A cell mixes numbers of more than one {column}",
            where=_described(rows.iloc[row], tuple(keys)),
            allowed=f"one {column} a cell",
            got=listed(values),
        )


def _described(row: pd.Series, keys: Sequence[str]) -> str:
    """Name the facts of a row that are known, as a message does."""
    return ", ".join(f"{key} {row[key]}" for key in keys if key in row.index and not pd.isna(row[key]))
