"""What the functions that take tables of numbers ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from emgkit.errors import DesignError
from emgkit.notation import listed

__all__ = ["check_columns", "row_named"]


def check_columns(table: pd.DataFrame, needed: tuple[str, ...]) -> None:
    """Refuse a table without rows or without a column that is needed.

    Raises
    ------
    DesignError
        Names what is missing.
    """
    missing = [name for name in needed if name not in table.columns]
    if missing or table.empty:
        raise DesignError(
            "The table lacks what is needed", allowed=f"rows with {listed(needed)}",
            got=f"{len(table)} rows without {listed(missing)}",
        )  # fmt: skip


def row_named(row: Any, keys: Sequence[str]) -> str:
    """The facts of a row that are known, for a message."""
    return ", ".join(f"{key} {row[key]}" for key in keys if not pd.isna(row[key]))
