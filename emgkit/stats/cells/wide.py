"""Cells as SPSS and jamovi want them: one row a participant, one column a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from emgkit.errors import DesignError
from emgkit.notation import listed
from emgkit.stats.cells.columns import (
    Factor,
    as_names,
    cell_numbers,
    check_columns,
    check_single_valued,
    check_table,
)

__all__ = ["to_wide"]

# the longest name of a variable in SPSS
_LONGEST = 64


def to_wide(
    cells: pd.DataFrame,
    *,
    within: str | Sequence[str],
    between: str | Sequence[str] | None = None,
    outcome: str = "value",
    participant: str = "participant",
) -> pd.DataFrame:
    """Turn cells into one row a participant and one column a condition, for SPSS and jamovi.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant and condition, as from :func:`emgkit.summarize`.
    within : str or sequence of str
        Columns whose combined levels become columns, such as ``["muscle", "exercise"]``.
    between : str or sequence of str, optional
        Columns that say something of the participant, such as ``"group"``; they stand behind the participant.
    outcome, participant : str
        Columns of the value and of the participant.

    Returns
    -------
    pandas.DataFrame
        The participant, the columns of ``between``, and a column for each combination of levels, such as
        ``gluteus_maximus_squat``, with the numbers as they were, unrounded; a cell that is not there is empty. The
        names are letters, digits and underscores, begin with a letter and have 64 signs at most, as SPSS asks.

    Raises
    ------
    DesignError
        A column is missing, a participant has two rows in a condition or two levels of ``between``, the table holds
        several units or measures that are not named, or two conditions would have one name.
    ArgumentError
        A column has two roles.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": ["P1", "P1", "P2", "P2"], "exercise": ["squat", "hip thrust"] * 2,
    ...                       "group": "a", "value": [40.0, 80.0, 33.0, 60.0]})
    >>> to_wide(cells, within="exercise", between="group")
      participant group  hip_thrust  squat
    0          P1     a        80.0   40.0
    1          P2     a        60.0   33.0
    """
    table = check_table(cells)
    factors, groups = as_names("within", within), as_names("between", between)
    roles = [("outcome", outcome), ("participant", participant)]
    roles += [*(("within", name) for name in factors), *(("between", name) for name in groups)]
    check_columns(table, roles)
    check_single_valued(table, [*factors, *groups], "'within' or 'between'")
    found = [Factor.of(table, name) for name in (participant, *factors)]
    cell_numbers(table, found, further="within")
    several = table.groupby(participant, observed=True)[groups].nunique() if groups else pd.DataFrame()
    if (several > 1).any(axis=None):
        who = list(several.index[(several > 1).any(axis=1)])
        raise DesignError(
            f"{listed(who)} {'has' if len(who) == 1 else 'have'} several levels of {listed(groups)}",
            allowed="one level a participant",
            hint="name a column that differs within participants in 'within'",
        )
    rows = pd.DataFrame(
        {factor.name: pd.Categorical(factor.levels.take(factor.codes), factor.levels, ordered=True) for factor in found}
    ).assign(**{outcome: table[outcome].to_numpy()})
    wide = rows.set_index([participant, *factors])[outcome].unstack(factors)  # noqa: PD010 - nothing to aggregate
    wide = wide.sort_index(axis="columns")
    names = [_variable(levels if isinstance(levels, tuple) else (levels,)) for levels in wide.columns]
    twice = sorted({name for name in names if names.count(name) > 1} | ({participant, *groups} & set(names)))
    if twice:
        raise DesignError(
            "Two columns of the wide table would have one name",
            where=listed(factors),
            got=listed(twice),
            hint="rename the levels so that they differ in letters and digits, and within the first 64 signs",
        )
    wide.columns = pd.Index(names)
    people = table.drop_duplicates(participant).set_index(participant)[groups]
    joined = people.join(wide, how="right") if groups else wide
    joined.index = pd.Index(list(joined.index), name=participant)
    return joined.reset_index()


def _variable(levels: Sequence[object]) -> str:
    """A name that SPSS takes."""
    name = re.sub(r"\W+", "_", "_".join(map(str, levels)), flags=re.ASCII).strip("_")
    return (name if name[:1].isalpha() else f"v_{name}")[:_LONGEST]
