"""Text that a spreadsheet would take for a formula is written so that it stays text."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

__all__ = ["restored", "safe_cells", "safe_text"]

# what begins like this is a formula to Excel, LibreOffice and Google Sheets; apostrophes before it are counted
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def safe_text(text: str) -> str:
    """Text with an apostrophe before it where it begins like a formula; a number is none.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("-5"), safe_text("squat"), safe_text("'=1+1")
    ("'=1+1", '-5', 'squat', "''=1+1")
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """What :func:`safe_text` was given.

    Examples
    --------
    >>> restored("'=1+1"), restored("''=1+1"), restored("squat"), restored("'squat'")
    ('=1+1', "'=1+1", 'squat', "'squat'")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def safe_cells(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose text cells and headings are safe in a spreadsheet; numbers are as they were.

    Examples
    --------
    >>> safe_cells(pd.DataFrame({"participant": ["=A1", "P2"], "value": [-1.0, 2.0]}))["participant"].tolist()
    ["'=A1", 'P2']
    """
    texts = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name].dtype)]
    changed = {name: table[name].map(_safe) for name in texts if any(map(_begins_like_formula, table[name]))}
    named = {name: safe_text(name) for name in table.columns if isinstance(name, str) and safe_text(name) != name}
    if not changed and not named:
        return table
    safe = table.assign(**changed) if all(isinstance(name, str) for name in changed) else table.copy()
    return safe.rename(columns=named)


def _begins_like_formula(value: Any) -> bool:
    return isinstance(value, str) and safe_text(value) != value


def _safe(value: Any) -> Any:
    return safe_text(value) if isinstance(value, str) else value
