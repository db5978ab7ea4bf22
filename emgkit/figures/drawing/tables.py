"""What a table must have to be drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from emgkit.errors import DesignError
from emgkit.notation import listed

__all__ = ["check_rows"]


def check_rows(table: pd.DataFrame, needed: Sequence[str], what: str, *, hint: str = "") -> None:
    """Refuse a table that has no row or lacks a column; `what` says what it should hold.

    Raises
    ------
    DesignError
        Names the columns that are needed and those that are missing.
    """
    missing = [column for column in needed if column not in table.columns]
    if missing or table.empty:
        raise DesignError(
            f"The table holds no {what}",
            allowed=f"at least one row and the columns {listed(needed)}",
            got=f"{len(table)} rows; missing columns: {listed(missing)}",
            hint=hint,
        )
