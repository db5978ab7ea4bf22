"""Power in statsmodels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from emgkit.stats.results.statsmodels_objects import Key, StatsmodelsObjects

__all__ = ["LACKING", "power_objects"]

# what statsmodels has no power of
LACKING = {
    "power of equivalence": "power of a paired test of equivalence",
    "power within": "power of an F test of a factor within participants",
}


def power_objects(kind: str) -> StatsmodelsObjects | str:
    """The object of a table of power, or what statsmodels lacks."""
    if kind in LACKING:
        return LACKING[kind]
    name = {"power": "TTestPower", "power between": "TTestIndPower"}[kind]
    return StatsmodelsObjects(
        what=f"{name}, to be asked for the power of an effect", levels=(), parts=partial(_one, name), make=_made,
        numbers=_numbers, needs=("effect", "n", "alpha"),
    )  # fmt: skip


def _one(name: str) -> dict[Key, str]:
    return {(): name}


def _made(name: str) -> Any:
    from statsmodels.stats import power

    return getattr(power, name)()


def _numbers(asked: Any, row: Mapping[str, Any]) -> dict[str, float]:
    power = float(asked.power(float(row["effect"]), float(row["n"]), float(row["alpha"])))
    # of very large effects statsmodels gives no number
    return {} if math.isnan(power) else {"power": power}
