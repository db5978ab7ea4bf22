"""How far several methods agree on when a muscle becomes active."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from emgkit.errors import ArgumentError, DesignError
from emgkit.notation import listed

__all__ = ["onset_agreement"]


def onset_agreement(onsets: pd.DataFrame | Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Compare the bursts of every two methods, channel by channel.

    Parameters
    ----------
    onsets : DataFrame or sequence of DataFrame
        Tables of :func:`emgkit.find_onsets` of one recording, one a method or concatenated.

    Returns
    -------
    DataFrame
        One row a channel and pair of methods: `channel`, `method_a`, `method_b`, `n_a`, `n_b` (bursts), `n_matched`,
        and over the bursts that both found `onset_difference` and `offset_difference` (median of a minus b, s) and
        `onset_spread` and `offset_spread` (largest difference either way, s; NaN where no edge is shared).

    Raises
    ------
    DesignError
        A column is missing.
    ArgumentError
        There is only one method.

    Notes
    -----
    Two bursts match where they overlap, and each is matched once, with the one it overlaps most. An edge outside the
    recording counts as far away.

    Examples
    --------
    >>> one = pd.DataFrame({"channel": ["VL"], "method": ["tkeo"], "onset": [1.5], "offset": [2.5]})
    >>> two = one.assign(method="aglr", onset=1.48)
    >>> onset_agreement([one, two])[["method_a", "method_b", "n_matched", "onset_difference"]].round(3)
      method_a method_b  n_matched  onset_difference
    0     tkeo     aglr          1              0.02
    """
    table = onsets if isinstance(onsets, pd.DataFrame) else pd.concat(list(onsets), ignore_index=True)
    needed = ("channel", "method", "onset", "offset")
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise DesignError("The table holds no onsets", allowed=listed(needed), got=f"without {listed(missing)}")
    methods = list(dict.fromkeys(table["method"]))
    if len(methods) < 2:
        raise ArgumentError(
            "Agreement needs two methods", allowed="tables of at least two methods", got=listed(methods) or "none",
            hint="Put the tables of find_onsets(recording, method=…) into one list",
        )  # fmt: skip
    rows = []
    for channel in dict.fromkeys(table["channel"]):
        own = table[table["channel"] == channel]
        for a, b in itertools.combinations(methods, 2):
            rows.append({"channel": channel, "method_a": a, "method_b": b} | _compared(own, a, b))
    return pd.DataFrame(rows)


def _compared(own: pd.DataFrame, a: str, b: str) -> dict[str, float]:
    first, second = (own.loc[own["method"] == one, ["onset", "offset"]].to_numpy(dtype=float) for one in (a, b))
    pairs = _matched(first, second)
    facts: dict[str, float] = {"n_a": len(first), "n_b": len(second), "n_matched": len(pairs)}
    for column, edge in enumerate(("onset", "offset")):
        apart = np.array([first[i, column] - second[j, column] for i, j in pairs], dtype=float)
        apart = apart[np.isfinite(apart)]
        facts[f"{edge}_difference"] = float(np.median(apart)) if len(apart) else np.nan
        facts[f"{edge}_spread"] = float(np.abs(apart).max()) if len(apart) else np.nan
    return facts


def _matched(first: np.ndarray, second: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of overlapping intervals, those that overlap most first, each interval once."""
    open_ends = np.array([-np.inf, np.inf])
    first, second = (np.where(np.isnan(one), open_ends, one) for one in (first, second))
    overlaps = []
    for i, (begin, end) in enumerate(first):
        for j, (other_begin, other_end) in enumerate(second):
            shared = min(end, other_end) - max(begin, other_begin)
            if shared > 0:
                overlaps.append((shared, i, j))
    pairs: list[tuple[int, int]] = []
    for _, i, j in sorted(overlaps, key=lambda one: -one[0]):
        if all(i != k and j != m for k, m in pairs):
            pairs.append((i, j))
    return pairs
