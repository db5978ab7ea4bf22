"""Curves of a long table as the rows of a matrix, nothing missing and nothing twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.errors import DesignError
from emgkit.notation import first_few, listed, number
from emgkit.stats.cells.columns import REPEATED, Factor, outcome_values

Array = NDArray[np.float64]

__all__ = ["curve_matrix"]


def curve_matrix(
    table: pd.DataFrame, value: str, participant: str, point: str, conditions: list[str], *, log: bool
) -> tuple[Array, pd.Index[Any], pd.DataFrame]:
    """Arrange the curves as rows, and describe each by a row of a table whose outcome is the row's number."""
    values = outcome_values(table, value, participant, log=False)
    keys = [participant, *conditions]
    factors = [Factor.of(table, name) for name in keys]
    place = Factor.of(table, point)
    shape = tuple(len(factor.levels) for factor in factors)
    numbers = np.ravel_multi_index(tuple(factor.codes for factor in factors), shape)
    # curves are numbered by participant and condition, as far as they occur
    occurs = np.bincount(numbers, minlength=int(np.prod(shape))) > 0
    curve = (np.cumsum(occurs) - 1)[numbers]
    size = (int(occurs.sum()), len(place.levels))
    cell = curve * size[1] + place.codes
    count = np.bincount(cell, minlength=size[0] * size[1]).reshape(size)
    one = np.empty(size[0], dtype=np.intp)
    one[curve] = np.arange(len(curve))
    heads = table.iloc[one]  # each row of a curve has its participant and condition
    if count.max() > 1:
        raise _several(table, keys, _names(heads, keys), curve, count)
    if count.min() == 0:
        raise _short(count, _names(heads, keys))
    matrix = np.empty(size)
    matrix.ravel()[cell] = values
    if log and matrix.min() <= 0:
        raise _not_positive(matrix, _names(heads, keys), value)
    return np.log(matrix) if log else matrix, place.levels, heads.assign(**{value: np.arange(size[0])})


def _names(heads: pd.DataFrame, keys: list[str]) -> list[str]:
    """Name each curve by its participant and conditions, for messages."""
    return [", ".join(str(name) for name in row) for row in heads[keys].itertuples(index=False)]


def _several(
    table: pd.DataFrame, keys: list[str], names: list[str], curve: NDArray[np.intp], count: NDArray[np.intp]
) -> DesignError:
    """Build the error for a participant with several curves in a condition."""
    double = np.flatnonzero((count > 1).any(axis=1))
    rows = table[curve == double[0]]
    others = [name for name in rows.columns if name not in keys and not pd.api.types.is_float_dtype(rows[name])]
    differing = [name for name in others if len(rows[name].unique()) > 1]
    hint = "filter, or name a column in 'by'; if they are of different people, let their labels differ"
    if "repetition" in differing:
        hint = "average them with Curves.participant_means()"
    elif differing and set(differing) <= set(REPEATED):
        hint = "filter, average with Curves.participant_means(over=...), or name a column in 'by'"
    return DesignError(
        f"{len(double)} of {len(count)} participants' conditions have more than one curve, and a participant needs one "
        "in each: repetitions of one person are not a sample of people",
        where="; ".join(names[i] for i in double[:10]),
        got=f"up to {int(count.max())} values at a point"
        + (f"; the rows differ in {listed(differing)}" if differing else ""),
        hint=hint,
    )


def _short(count: NDArray[np.intp], names: list[str]) -> DesignError:
    """Build the error for curves without all points."""
    short = np.flatnonzero((count == 0).any(axis=1))
    return DesignError(
        f"{len(short)} of {len(count)} curves lack points",
        where="; ".join(f"{names[i]}: {int(count[i].sum())} points" for i in short[:20]),
        allowed=f"all curves on the same {count.shape[1]} points",
        hint="normalise all repetitions to one number of points with emgkit.time_normalize",
    )


def _not_positive(matrix: Array, names: list[str], value: str) -> DesignError:
    """Build the error for the logarithm of an envelope that touches zero."""
    bad = np.flatnonzero((matrix <= 0).any(axis=1))
    texts = [f"{names[i]}: {int((matrix[i] <= 0).sum())} points, lowest {number(matrix[i].min())}" for i in bad]
    return DesignError(
        f"The logarithm needs values above 0, and {value!r} is 0 or negative in {len(bad)} of {len(matrix)} curves",
        where=first_few(texts, 10, between="; "),
        hint="a zero-lag Butterworth envelope can undershoot below zero: process with MovingRMS instead, "
        "or compare differences with log=False",
    )
