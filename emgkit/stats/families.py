"""Families of contrasts, and the correction of their p-values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import check_option, check_unknown
from emgkit.stats import design
from emgkit.stats.blocks import Block

Array = NDArray[np.float64]

ADJUSTMENTS = ("holm", "bonferroni", "none")
FAMILIES = ("by", "all")

__all__ = ["ADJUSTMENTS", "adjusted", "check_family", "families"]


def check_family(family: str | Sequence[str], by: Sequence[str]) -> str | list[str]:
    """Refuse a family that is neither ``"by"`` nor ``"all"``, nor a list of columns of ``by``."""
    if isinstance(family, str):
        return check_option("family", family, FAMILIES)
    names = design.as_names("family", family)
    for name in names:
        check_unknown("column of 'by' in 'family'", name, by)
    return names


def families(
    blocks: Sequence[Block], by: Sequence[str], family: str | list[str], repeats: Sequence[int]
) -> NDArray[np.intp]:
    """Number the family of every contrast, each block repeated as often as it has contrasts."""
    named = list(by) if family == "by" else [] if family == "all" else family
    axes = [axis for axis, name in enumerate(by) if name in named]
    keys = [tuple(block.place[axis] for axis in axes) for block in blocks]
    order = {key: position for position, key in enumerate(dict.fromkeys(keys))}
    return np.repeat(np.array([order[key] for key in keys], dtype=np.intp), repeats)


def adjusted(p: Array, members: NDArray[np.intp], *, adjust: str) -> tuple[Array, NDArray[np.intp]]:
    """Correct p-values within families.

    Parameters
    ----------
    p : numpy.ndarray, (n,)
        Uncorrected p-values; NaN stays NaN and is no member of its family.
    members : numpy.ndarray, (n,)
        The family of each p-value, as a number.
    adjust : {"holm", "bonferroni", "none"}
        The correction.

    Returns
    -------
    tuple of numpy.ndarray
        Adjusted p-values, and the size of the family each belongs to.

    Examples
    --------
    >>> corrected, size = adjusted(np.array([0.01, 0.04, np.nan]), np.zeros(3, dtype=int), adjust="holm")
    >>> corrected.tolist(), size.tolist()
    ([0.02, 0.04, nan], [2, 2, 2])
    """
    result = np.array(p, dtype=np.float64)
    size = np.zeros(len(result), dtype=np.intp)
    for one in np.unique(members):
        belongs = members == one
        tested = belongs & np.isfinite(result)
        size[belongs] = tested.sum()
        if adjust == "bonferroni":
            result[tested] = np.minimum(result[tested] * tested.sum(), 1)
        elif adjust == "holm":
            # statsmodels' multipletests gives the same, but empties the garbage collector (50 ms) at every call
            order = np.flatnonzero(tested)[np.argsort(result[tested], kind="stable")]
            steps = result[order] * np.arange(len(order), 0, -1)
            result[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return result, size
