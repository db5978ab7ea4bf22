"""Short forms of a whole comparison: the order of its levels, and what leaving participants out does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from emgkit.notation import counted, fixed, missing, p_phrase, places, readable, series, surface, writer
from emgkit.stats.cells.effect_formulas import ALPHA
from emgkit.stats.cells.labels import label_order, numbered
from emgkit.stats.cells.multiplicity import is_below
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.methods import alpha_text, p_was_adjusted
from emgkit.stats.results.results import Results
from emgkit.stats.results.sentences import contrast_name, estimate_text, place_text

__all__ = [
    "SHOWN",
    "LevelSummary",
    "contradictions",
    "influence_summary",
    "level_summaries",
    "level_values",
    "order_rule",
    "own_and_others",
    "verdict_text",
]

SHOWN, NOT_SHOWN = " >", ","
ORDER = (
    "Levels stand from the highest mean to the lowest: “>” where a difference was shown, a comma where none was, which "
    "is no proof of equality."
)
"""How an order is read."""


@dataclass(frozen=True, kw_only=True)
class LevelSummary:
    """A comparison at one level of `by`, in short.

    Parameters
    ----------
    levels : mapping
        Column of `by` -> level; empty without `by`.
    name : str
        The level as it is read, "all" without `by`.
    order : str
        What was compared, from the highest mean to the lowest, with the means, their unit and n; ``>`` where a
        difference of neighbours was shown, a comma where none was.
    contrasts : tuple of str
        Each contrast with its estimate, interval and p, as :meth:`Results.clauses` gives them.
    """

    levels: Mapping[str, Any]
    name: str
    order: str
    contrasts: tuple[str, ...]


def level_summaries(cells: pd.DataFrame, contrasts: Results) -> tuple[LevelSummary, ...]:
    """Summarize contrasts within participants, level by level of `by`.

    Parameters
    ----------
    cells : pandas.DataFrame
        What was compared.
    contrasts : Results
        As :func:`emgkit.stats.contrasts` gives them.

    Returns
    -------
    tuple of LevelSummary
        In the order of the contrasts.

    Examples
    --------
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["squat"] * 3 + ["hip_thrust"] * 3,
    ...                       "value": [40.0, 33.0, 42.0, 80.0, 60.0, 90.0], "unit": "%MVC"})
    >>> summary, = level_summaries(cells, stats.contrasts(cells, within="exercise"))
    >>> summary.order
    'hip thrust > squat (geometric means 75.6, 38.1 %MVC; n = 3)'
    """
    facts = AnalysisFacts.of(contrasts)
    by = list(facts["by"] or [])
    clauses = pd.Series(contrasts.clauses(), index=contrasts.index)
    groups = contrasts.groupby(by, sort=False, observed=True) if by else [((), contrasts)]
    found = []
    for key, part in groups:
        levels = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        chosen = cells
        for column, level in levels.items():
            chosen = chosen[chosen[column] == level]
        found.append(
            LevelSummary(
                levels=levels,
                name=", ".join(place_text(column, level, facts) for column, level in levels.items()) or "all",
                order=_order(chosen, part, facts),
                contrasts=tuple(clauses[part.index]),
            )
        )
    return tuple(found)


def order_rule(facts: Mapping[Any, Any]) -> str:
    """When a difference counts as shown, for a Methods section.

    Examples
    --------
    >>> order_rule({"adjust": "holm", "largest_family": 3})
    'A difference counts as shown where the adjusted p is below .05 (alpha = .05).'
    """
    which = "adjusted p" if p_was_adjusted(facts) else "p"
    alpha = alpha_text(ALPHA)
    return f"A difference counts as shown where the {which} is below {alpha.rpartition(' ')[2]} ({alpha})."


def _order(cells: pd.DataFrame, contrasts: pd.DataFrame, facts: AnalysisFacts) -> str:
    """Levels from the highest mean to the lowest, and which neighbours differ."""
    log = facts["scale"] == "log"
    values = np.log(cells[facts["outcome"]]) if log else cells[facts["outcome"]]
    middles = values.groupby(cells[facts["within"]], observed=True).mean().sort_values(ascending=False)
    means = np.exp(middles) if log else middles
    sign = " / " if log else " - "
    apart = {
        frozenset(str(row["contrast"]).split(sign)): is_below(row["p_adjusted"]) for _, row in contrasts.iterrows()
    }
    levels = [str(level) for level in means.index]
    text = numbered(facts["within"], readable(levels[0]))
    for first, second in pairwise(levels):
        text += f"{SHOWN if apart.get(frozenset((first, second))) else NOT_SHOWN} {readable(second)}"
    unit, factor = surface(str(facts.get("unit") or ""))
    shown = [value * factor for value in means]
    numbers = ", ".join(fixed(value, places(shown)) for value in shown) + (f" {unit}" if unit else "")
    kind = "geometric means" if log else "means"
    people = cells.groupby(facts["within"], observed=True)[facts["participant"]].nunique()
    sizes = [int(people[level]) for level in means.index]
    return f"{text} ({kind} {numbers}; n = {', '.join(map(str, sizes if len(set(sizes)) > 1 else sizes[:1]))})"


def level_values(cells: pd.DataFrame, *, within: str, log: bool) -> str:
    """The means of the levels of a factor that are not compared, from the highest to the lowest.

    Parameters
    ----------
    cells : pandas.DataFrame
        With ``participant``, ``value``, ``unit`` and the factor.
    within : str
        The factor.
    log : bool
        Whether means are geometric.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": ["P1"] * 2, "exercise": ["squat", "hip_thrust"], "value": [40.0, 80.0],
    ...                       "unit": "%MVC"})
    >>> level_values(cells, within="exercise", log=True)
    'hip thrust 80.0 %MVC, squat 40.0 %MVC (n = 1)'
    """
    values = np.log(cells["value"]) if log else cells["value"]
    middles = values.groupby(cells[within], observed=True).mean().sort_values(ascending=False)
    unit, factor = surface(str(cells["unit"].iloc[0]))
    means = (np.exp(middles) if log else middles) * factor
    people = cells.groupby(within, observed=True)["participant"].nunique()
    texts = [f"{readable(level)} {fixed(value, places(list(means)))} {unit}".rstrip() for level, value in means.items()]
    sizes = [str(people[level]) for level in means.index]
    kind = "" if set(sizes) == {"1"} else "geometric means; " if log else "means; "
    return f"{', '.join(texts)} ({kind}n = {', '.join(sizes if len(set(sizes)) > 1 else sizes[:1])})"


def influence_summary(table: pd.DataFrame) -> str:
    """What leaving one participant out does to a table of contrasts, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As :func:`emgkit.stats.influence` gives it.
    """
    changed = int(table["verdict_changes"].sum())
    people = sorted(map(str, table.loc[table["contradicts"], "left_out"].unique()), key=label_order)
    verdicts = f"changes the verdict in {changed} of {counted(len(table), 'case')}" if changed else "changes no verdict"
    who = f"{series(people or ['nobody'])} {'contradict' if len(people) > 1 else 'contradicts'} the others"
    return f"Leaving one participant out in turn {verdicts}; {who}."


def contradictions(table: pd.DataFrame) -> dict[str, str]:
    """Who contradicts all others, by which contrasts: a clause for each such participant.

    Parameters
    ----------
    table : DataFrame
        As :func:`emgkit.stats.influence` gives it.
    """
    facts, found = AnalysisFacts({str(key): value for key, value in table.attrs.items()}), {}
    kind = "ratio" if facts["scale"] == "log" else "difference"
    for who, rows in table[table["contradicts"]].groupby("left_out", sort=True):
        texts = []
        for row in rows.to_dict("records"):
            place = ", ".join(place_text(name, row[name], facts) for name in facts.get("by") or [])
            own, low, high = own_and_others(row, facts)
            name = contrast_name(row["contrast"], facts)
            texts.append(f"{name}{place and f' ({place})'} {own}, the others {low} to {high}")
        found[str(who)] = f"participant {who} contradicts all others, by the {kind} of {'; '.join(texts)}"
    return found


def own_and_others(row: Mapping[Any, Any], facts: AnalysisFacts) -> tuple[str, str, str]:
    """The ratio or difference of who was left out, and the least and greatest of the others', as the table has them.

    Parameters
    ----------
    row : mapping
        A row of :func:`emgkit.stats.influence`.
    facts : AnalysisFacts
        Its scale and unit.
    """
    scale: dict[str, Any] = {"log": facts["scale"] == "log", "unit": str(facts.get("unit") or "")}
    own, low, high = (float(row[name]) for name in ("own", "others_low", "others_high"))
    others = writer("others", [(low, low, high)], **scale)
    unit = "" if scale["log"] or not scale["unit"] else f" {surface(scale['unit'])[0]}"
    return f"{writer('own', [(own,)], **scale)(own)}{unit}", others(low), f"{others(high)}{unit}"


def verdict_text(row: Mapping[Any, Any], facts: Mapping[Any, Any], *, everybody: bool) -> str:
    """The verdict of a row of the leave-one-out analysis with its estimate and p.

    Parameters
    ----------
    row : mapping
        A row of :func:`emgkit.stats.influence`.
    facts : mapping
        The table's ``.attrs``.
    everybody : bool
        The verdict with everybody, or that without the participant who is left out.
    """
    end = "_all" if everybody else ""
    name = ("ratio" if facts["scale"] == "log" else "difference") + end
    text, _ = estimate_text(row, AnalysisFacts(facts), name, low=f"ci_low{end}", high=f"ci_high{end}")
    p = row[f"p_adjusted{end}"]
    return f"{row[f'verdict{end}']} ({text}, {'no test' if missing(p) else p_phrase(p)})"
