"""How far the numbers of a table agree with those of statsmodels."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.statsmodels_objects import StatsmodelsObjects

__all__ = ["METHODS", "Compared", "compared_numbers", "corrections"]

# corrections of p, as statsmodels calls them
METHODS = {
    "holm": "holm", "bonferroni": "bonferroni", "hochberg": "simes-hochberg", "hommel": "hommel",
    "benjamini-hochberg": "fdr_bh", "benjamini-yekutieli": "fdr_by", "sidak": "sidak", "holm-sidak": "holm-sidak",
}  # fmt: skip
# what lies near zero is measured by half the width of its interval, or two standard errors
_ON_SCALE = ("difference", "estimate", "ci_low", "ci_high", "difference_all", "ci_low_all", "ci_high_all")
_STATISTICS = ("t", "F", "t_lower", "t_upper", "studentised", "deviance", "log_likelihood", "aic", "bic")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A number of a table beside that of statsmodels.

    Parameters
    ----------
    where : str
        The row and the column.
    own, other : float
        emgkit's number, and that of statsmodels.
    difference : float
        Between both, relative to the larger one; an estimate or limit that lies near zero relative to half the width of
        its interval (or two standard errors), a statistic or likelihood below 1 to 1. Infinite where one is missing.
    """

    where: str
    own: float
    other: float
    difference: float


def compared_numbers(table: pd.DataFrame) -> Iterator[Compared]:
    """Every number of a table that statsmodels defines, beside the one that its object gives.

    Parameters
    ----------
    table : Results
        Of any analysis; one without statsmodels objects has corrections of p at most.

    Yields
    ------
    Compared
        In rows without a test, for lack of an error term, only numbers that emgkit gives are compared.
    """
    facts = AnalysisFacts.of(table)
    carried = getattr(table, "_statsmodels", None)
    objects = carried if isinstance(carried, StatsmodelsObjects) else None
    adjusted = _adjusted(table, facts)
    for position, row in enumerate(table.to_dict("records")):
        named = {str(name): value for name, value in row.items()}
        others = dict(objects.of_row(named)) if objects is not None else {}
        if position in adjusted:
            others["p_adjusted"] = adjusted[position]
        untested = any(math.isnan(named.get(name, 0.0)) for name in ("p", "p_all"))
        untested |= "p" not in named and math.isnan(named.get("t", 0.0))
        half = (others.get("ci_high", math.nan) - others.get("ci_low", math.nan)) / 2
        half = 2 * float(named["se"]) if "se" in named else half
        for name, other in others.items():
            if name not in named or (untested and math.isnan(named[name])):
                continue
            least = half if name in _ON_SCALE else 1.0 if name in _STATISTICS else 0.0
            own = float(named[name])
            difference = _difference(own, float(other), least)
            yield Compared(where=_where(named, facts, name), own=own, other=float(other), difference=difference)


def corrections(table: pd.DataFrame) -> dict[tuple[str, ...], Any]:
    """What ``multipletests`` of statsmodels gives for each family of a table, by the levels that make the family."""
    from statsmodels.stats.multitest import multipletests

    facts = AnalysisFacts.of(table)
    method = METHODS.get(facts.get("adjust", ""))
    if method is None or not {"p", "p_adjusted"} <= set(table.columns):
        return {}
    found: dict[tuple[str, ...], Any] = {}
    with _quick_collections():
        for family, positions in _families(table, facts).items():
            with np.errstate(divide="ignore"):  # its Šidák takes the logarithm of 1 - p, also of p = 1
                found[family] = multipletests(table["p"].to_numpy(dtype=np.float64)[positions], method=method)
    return found


def _adjusted(table: pd.DataFrame, facts: Mapping[str, Any]) -> dict[int, float]:
    """The corrected p of statsmodels, by the position of the row; none where a row of its family is not there."""
    if "family_size" not in table.columns:
        return {}
    families, sizes = _families(table, facts), table["family_size"].to_numpy()
    return {
        int(position): float(p)
        for family, answer in corrections(table).items()
        for position, p in zip(families[family], answer[1], strict=True)
        if len(families[family]) == sizes[position]
    }


def _families(table: pd.DataFrame, facts: Mapping[str, Any]) -> dict[tuple[str, ...], list[int]]:
    """The positions of the rows of each family that have a p."""
    family, by = facts.get("family", "all"), list(facts.get("by") or [])
    outcomes = list(facts.get("outcomes", []))
    named = [*outcomes, *(by if family == "by" else [] if family == "all" else family)]
    found: dict[tuple[str, ...], list[int]] = {}
    for position, row in enumerate(table.to_dict("records")):
        if np.isfinite(row["p"]):
            found.setdefault(tuple(str(row[name]) for name in named), []).append(position)
    return found


def _difference(own: float, other: float, least: float) -> float:
    if own == other or (math.isnan(own) and math.isnan(other)):
        return 0.0
    if not (math.isfinite(own) and math.isfinite(other)):
        return math.inf
    return abs(own - other) / max(abs(own), abs(other), least if math.isfinite(least) else 0.0)


def _where(row: Mapping[str, Any], facts: Mapping[str, Any], name: str) -> str:
    """The row and the column of a number, in words."""
    keys = [*facts.get("outcomes", []), *(facts.get("by") or []), "contrast", *(facts.get("interaction") or [])]
    keys += [facts["between"]] if isinstance(facts.get("between"), str) else []
    keys += ["term", "left_out"]
    place = ", ".join(str(row[key]) for key in dict.fromkeys(keys) if key in row)
    return f"{facts.get('table', 'table')}{f', {place}' if place else ''}: {name}"


@contextmanager
def _quick_collections() -> Iterator[None]:
    """Keep what is there out of the garbage collections that ``multipletests`` asks for, which take long otherwise."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
