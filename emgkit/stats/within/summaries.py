"""Short forms of what leaving participants out does to a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from emgkit.notation import counted, missing, p_phrase, series, surface, writer
from emgkit.stats.cells.labels import label_order
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.sentences import contrast_name, estimate_text, place_text

__all__ = ["contradictions", "influence_summary", "own_and_others", "verdict_text"]


def influence_summary(table: pd.DataFrame) -> str:
    """What leaving one participant out does to a table of contrasts, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As :func:`emgkit.stats.influence` gives it.
    """
    people = sorted(map(str, table.loc[table["contradicts"], "left_out"].unique()), key=label_order)
    by = list(table.attrs.get("by") or [])
    every, moved = (len(rows[[*by, "contrast"]].drop_duplicates()) for rows in (table, table[table["verdict_changes"]]))
    cases = f"in {int(table['verdict_changes'].sum())} of {len(table)} analyses with one left out"
    depends = f"The significance of {moved} of {counted(every, 'contrast')} depends on one participant ({cases})"
    if not moved:
        depends = "The significance of no contrast depends on one participant"
    flagged = f"{series(people)} {'were' if len(people) > 1 else 'was'} flagged as outlying" if people else ""
    return f"{depends}. {flagged or 'No outlying participant was flagged'}."


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
