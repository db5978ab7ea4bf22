"""What the functions that take tables of numbers ask of them, and how a row of a new one is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from emgkit.channels import Channel
from emgkit.errors import DesignError
from emgkit.measures import COLUMNS
from emgkit.notation import listed
from emgkit.windows import Window

__all__ = ["check_columns", "row_named", "row_of"]


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


def row_of(window: Window, channel: Channel, *, measure: str, value: float, unit: str) -> dict[str, Any]:
    """The row of a number that needs no reference, of one channel in one window."""
    return (
        {key: window.facts[key] for key in COLUMNS[:9]}
        | {"channel": channel.name, "muscle": channel.muscle, "side": channel.side}
        | {"measure": measure, "value": value, "unit": unit, "reference": "none"}
        | window.further
    )
