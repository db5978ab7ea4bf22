"""What a comparison leaves unexplained: residuals, how normal they are, and whose are the largest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from emgkit.notation import fixed, p_phrase, place, readable, series
from emgkit.stats.cells.columns import Factor
from emgkit.stats.results.statsmodels_objects import Key

__all__ = ["largest_residuals", "normality", "normality_sentences", "residuals"]

# Shapiro and Wilk's test needs three
_FEWEST = 3
# beyond this many residual standard deviations one is told, as one of about 370 normal ones is
_LARGE = 3.0


def residuals(
    cells: pd.DataFrame, *, outcome: str, participant: str, within: str, by: Sequence[str], log: bool
) -> pd.DataFrame:
    """What is left of the values when participants and conditions are taken out, at each level of ``by``.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``; cells may be missing.
    outcome, participant, within : str
        Columns of the value, the participant and the conditions.
    by : sequence of str
        Columns whose levels are taken one by one.
    log : bool
        Whether logarithms are compared.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by``, the participant and the condition, ``fitted``, ``residual`` and ``standardized`` (divided
        by its own standard deviation), on the scale of the comparison. Of two conditions the residuals of a participant
        are opposites, and the first one stands for both. Levels without a residual degree of freedom are left out.

    Examples
    --------
    >>> cells = pd.DataFrame({"who": list("ABC") * 2, "lift": ["a"] * 3 + ["b"] * 3, "value": [1.0, 2, 3, 2, 4, 3]})
    >>> found = residuals(cells, outcome="value", participant="who", within="lift", by=[], log=False)
    >>> (found["residual"].round(6) + 0.0).tolist()
    [0.0, -0.5, 0.5]
    """
    values = cells[outcome].to_numpy(dtype=np.float64)
    table = cells.assign(analysed=np.log(values) if log else values)
    parts = [table] if not by else [part for _, part in table.groupby(list(by), observed=True, sort=False)]
    found = [one for part in parts if (one := _left(part, [*by, participant], within)) is not None]
    columns = [*by, participant, within, "fitted", "residual", "standardized"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _left(part: pd.DataFrame, names: Sequence[str], within: str) -> pd.DataFrame | None:
    """The residuals at one level of ``by``."""
    person, condition = Factor.of(part, names[-1]), Factor.of(part, within)
    x = np.hstack([np.eye(len(factor.levels))[factor.codes] for factor in (person, condition)])
    basis, sizes, _ = np.linalg.svd(x, full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes[0]]
    y = part["analysed"].to_numpy()
    fitted = basis @ (basis.T @ y)
    free, own = len(y) - basis.shape[1], 1 - (basis**2).sum(axis=1)
    left = y - fitted
    error = np.sqrt((left**2).sum() / free) if free > 0 else 0.0
    if error <= 1e-12 * max(float(np.abs(y).max()), 1e-300):
        return None
    # a participant with one value is fitted exactly, and has no residual
    seen = own > 1e-9
    if len(condition.levels) == 2:
        seen &= condition.codes == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        standardized = left / (error * np.sqrt(own))
    whole: pd.DataFrame = part[[*names, within]].assign(fitted=fitted, residual=left, standardized=standardized)
    kept: pd.DataFrame = whole.loc[seen]
    return kept


def normality(table: pd.DataFrame, by: Sequence[str]) -> dict[Key, tuple[int, float, float]]:
    """The number of residuals, and W and p of Shapiro and Wilk's test, at each level of ``by`` with three or more.

    The p is that of independent residuals, which these are nearly; it is there to be read, never to choose a test.
    """
    parts: Iterable[tuple[Any, pd.DataFrame]] = [((), table)]
    parts = table.groupby(list(by), observed=True, sort=False) if by else parts
    found: dict[Key, tuple[int, float, float]] = {}
    for levels, part in parts:
        values = part["residual"].to_numpy(dtype=np.float64)
        if len(values) >= _FEWEST and np.ptp(values) > 0:
            w, p = stats.shapiro(values)
            found[tuple(map(str, levels))] = (len(values), float(w), float(p))
    return found


def largest_residuals(table: pd.DataFrame, *, count: int = 3) -> pd.DataFrame:
    """The rows with the largest standardised residuals, the largest first."""
    order = table["standardized"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order[:count]]


def normality_sentences(table: pd.DataFrame, *, participant: str, within: str, by: Sequence[str], log: bool) -> str:
    """What Shapiro and Wilk's test says of the residuals, who has the largest ones, and what can be done."""
    tested = [
        f"{' '.join(filter(None, [_levels(dict(zip(by, levels, strict=True))), f'W = {fixed(w, 3)}']))}, {p_phrase(p)}"
        f" ({n} residuals)"
        for levels, (n, w, p) in normality(table, by).items()
    ]
    rows = largest_residuals(table).to_dict("records")
    shown = [
        f"{row[participant]} in {_levels({**{name: row[name] for name in by}, within: row[within]})} "
        f"({fixed(row['standardized'], 1)} standard deviations)"
        for row in rows
    ]
    above = sum(abs(value) > _LARGE for value in table["standardized"])
    beyond = f"{above} of {len(table)} {'lies' if above == 1 else 'lie'} beyond {_LARGE:g} standard deviations."
    scale = "" if log else "compare logarithms (log = true), on which the spread of EMG is more even; "
    return " ".join([
        f"Shapiro and Wilk's test of the residuals: {'; '.join(tested)}." if tested else "",
        "The test does not decide which analysis is used: with few participants it detects little, with many it "
        "detects deviations that do no harm.",
        f"The largest residuals are those of {series(shown)}; {beyond}" if shown else "",
        f"Where points leave the line, {scale}look at these recordings and see in the table of influence whether the "
        "answer rests on one of these people. A test of ranks (test=\"wilcoxon\") does not need a normal distribution.",
    ]).strip()  # fmt: skip


def _levels(levels: Mapping[str, Any]) -> str:
    return ", ".join(place(name, readable(level)) for name, level in levels.items())
