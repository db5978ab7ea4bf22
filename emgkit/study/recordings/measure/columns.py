"""The facts of a recording as columns of its tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from emgkit.recording import Trial

__all__ = ["counted_rows", "labelled", "with_columns"]


def counted_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with the number of repetitions behind each number, beside numbers that are made of several."""
    counts = table["n_repetitions"] if "n_repetitions" in table.columns else 1
    return table.assign(n_repetitions=counts, repetition=table["repetition"].astype(object))


def with_columns(table: pd.DataFrame, trial: Trial, columns: Iterable[str], behind: str) -> pd.DataFrame:
    """The table with the facts in the name of its recording as columns behind one of its own."""
    place = list(table.columns).index(behind) + 1
    facts = {name: pd.Series([trial.context.get(name)] * len(table), dtype=object) for name in columns}
    names = [*table.columns[:place], *facts, *table.columns[place:]]
    return table.assign(**facts)[names]


def labelled(table: pd.DataFrame, trial: Trial, columns: Iterable[str]) -> pd.DataFrame:
    """The table with the facts of its recording in front."""
    names = dict.fromkeys(("participant", "session", "task", "run", *columns))
    facts: dict[str, Any] = {name: trial.context.get(name) for name in names}
    rest = table.drop(columns=[name for name in facts if name in table.columns])
    return pd.concat([pd.DataFrame([facts] * len(rest), index=rest.index), rest], axis=1)
