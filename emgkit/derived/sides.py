"""How far the two sides differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from emgkit._checks import check_unknown
from emgkit.derived.tables import check_columns, row_named
from emgkit.errors import DesignError
from emgkit.notation import listed

__all__ = ["SYMMETRY", "SymmetryIndex", "symmetry"]


@dataclass(frozen=True, kw_only=True)
class SymmetryIndex:
    """An index of symmetry, in percent: 0 where both sides are alike, positive where the right one is larger.

    Parameters
    ----------
    name : str
        What :func:`symmetry` calls it.
    function : callable
        ``function(left, right)``.
    words : str
        What it is, with its formula and source, for a Methods text.
    """

    name: str
    function: Callable[[float, float], float]
    words: str


SYMMETRY: Mapping[str, SymmetryIndex] = MappingProxyType(
    {
        one.name: one
        for one in (
            SymmetryIndex(
                name="robinson",
                function=lambda left, right: 200 * (right - left) / (right + left),
                words="symmetry index 100 · (right − left) / (½ (right + left)) (Robinson et al. 1987)",
            ),
            SymmetryIndex(
                name="symmetry-angle",
                function=lambda left, right: 100 * (45 - float(np.degrees(np.arctan2(left, right)))) / 90,
                words="symmetry angle 100 · (45° − arctan(left / right)) / 90° (Zifchock et al. 2008)",
            ),
        )
    }
)


def symmetry(cells: pd.DataFrame, *, index: str = "robinson") -> pd.DataFrame:
    """Symmetry index of the two sides, in percent, positive where the right one is larger.

    Parameters
    ----------
    cells : DataFrame
        Rows of :func:`emgkit.measure` or cells of :func:`emgkit.summarize`, with both sides.
    index : {"robinson", "symmetry-angle"}
        100 (right - left) / ((right + left) / 2), from -200 to 200; or 100 (45° - arctan(left / right)) / 90°, from -50
        to 50, which needs no reference side.

    Returns
    -------
    DataFrame
        One row a pair: the columns without `channel` and `side`, `value` the index, `unit` ``"%"``, `measure` with
        ``"symmetry of "`` in front.

    Raises
    ------
    ArgumentError
        The index is unknown.
    DesignError
        A side is missing, or stands twice; a number is negative, or both are zero; or a muscle is not known.

    Notes
    -----
    After [1]_ and [2]_.

    References
    ----------
    .. [1] Robinson RO, Herzog W, Nigg BM (1987). Use of force platform variables to quantify the effects of
       chiropractic manipulation on gait symmetry. Journal of Manipulative and Physiological Therapeutics 10: 172-176.
    .. [2] Zifchock RA, Davis I, Higginson J, Royer T (2008). The symmetry angle: a novel, robust method of quantifying
       asymmetry. Gait & Posture 27: 622-627.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": "01", "side": ["left", "right"], "measure": "mean", "value": [40.0, 60.0],
    ...                       "unit": "%MVC"})
    >>> symmetry(cells)[["participant", "measure", "value", "unit"]]
      participant           measure  value unit
    0          01  symmetry of mean   40.0    %
    """
    check_unknown("index", index, SYMMETRY)
    check_columns(cells, ("side", "value", "measure", "unit"))
    _check_muscles(cells)
    keys = [name for name in cells.columns if name not in ("side", "channel", "value", "n_repetitions", "reference")]
    rows = []
    for _, group in cells.groupby(keys, dropna=False, sort=False, observed=True):
        if sorted(map(str, group["side"])) != ["left", "right"]:
            raise DesignError(
                "A symmetry index needs one number of each side",
                where=row_named(group.iloc[0], keys),
                allowed="a left and a right side",
                got=listed("side not known" if pd.isna(side) else str(side) for side in group["side"]),
                hint="Say which side it is: read(path, channels={'VL': {'side': 'left'}})"
                if group["side"].isna().any()
                else "Leave out who lacks a side, or average the repetitions first",
            )
        left, right = (float(group.loc[group["side"] == side, "value"].iloc[0]) for side in ("left", "right"))
        if min(left, right) < 0 or left + right == 0:
            raise DesignError(
                "A symmetry index is of numbers that are not negative",
                where=row_named(group.iloc[0], keys),
                allowed="amplitudes, durations or frequencies, one of them above zero",
                got=f"left {left:.4g}, right {right:.4g}",
            )
        first = group.iloc[0].drop([name for name in ("side", "channel") if name in group.columns])
        rows.append(first.to_dict() | {
            "measure": f"symmetry of {first['measure']}", "value": SYMMETRY[index].function(left, right), "unit": "%",
        })  # fmt: skip
    return pd.DataFrame(rows)


def _check_muscles(cells: pd.DataFrame) -> None:
    """Refuse channels of unknown muscles, which have no partner on the other side."""
    if "muscle" in cells.columns and cells["muscle"].isna().any():
        unknown = cells[cells["muscle"].isna()]
        named = unknown["channel"] if "channel" in unknown.columns else unknown.index
        raise DesignError(
            "A symmetry index pairs channels by their muscle",
            allowed="the muscle of each channel",
            got=f"no muscle of {listed(map(str, dict.fromkeys(named)))}",
            hint="Name them when reading: read(path, channels={'VL': {'muscle': 'vastus_lateralis', 'side': 'left'}})",
        )
