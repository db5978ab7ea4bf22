"""Who carries a verdict, and who contradicts everybody else: the participants left out in turn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from emgkit import stats
from emgkit.errors import Notice
from emgkit.report.cells import p_text
from emgkit.stats.within.influence import FEWEST
from emgkit.study.file.recordings import Comparison

__all__ = ["contradicting", "hanging", "influence_of", "sentence"]


def influence_of(cells: pd.DataFrame, spec: Comparison) -> tuple[pd.DataFrame | None, tuple[Notice, ...]]:
    """Leave each participant of a comparison out in turn.

    Parameters
    ----------
    cells : DataFrame
        The cells that are compared.
    spec : Comparison
        What is compared.

    Returns
    -------
    DataFrame or None
        As :func:`emgkit.stats.influence` gives it; None with fewer than four participants.
    tuple of Notice
        One for each participant who contradicts all others, or one that there are too few to ask.
    """
    by = list(spec.by)
    blocks = [part for _, part in cells.groupby(by, observed=True)] if by else [cells]
    fewest = min(part["participant"].nunique() for part in blocks)
    if fewest < FEWEST:
        text = (
            f"In {spec.name!r} nobody was left out in turn: that needs {FEWEST} participants, and there are {fewest}."
        )
        return None, (Notice(code="influence-too-few", text=text),)
    table = stats.influence(
        cells, within=spec.within, by=by or None, log=spec.log, adjust=spec.adjust, family=spec.family
    )
    flagged = table[table["contradicts"]]
    return table, tuple(_notice(str(who), part, spec) for who, part in flagged.groupby("left_out", sort=True))


def sentence(table: pd.DataFrame | None) -> str:
    """What leaving one participant out does, for the caption of a table of contrasts."""
    if table is None:
        return ""
    changed, people = (
        int(table["verdict_changes"].sum()),
        sorted(map(str, table.loc[table["contradicts"], "left_out"].unique())),
    )
    verdicts = "changes no verdict" if not changed else f"changes the verdict in {changed} of {len(table)} cases"
    who = " and ".join(people) or "nobody"
    return f"Leaving one participant out in turn {verdicts}; {who} {'contradict' + 's' * (len(people) < 2)} the others."


def contradicting(table: pd.DataFrame, spec: Comparison) -> pd.DataFrame:
    """Who contradicts all others, and why: one row a contrast, for readers."""
    # a plain table: what is left of the columns is no table of results any more
    flagged = pd.DataFrame(table[table["contradicts"]]).rename(columns={"left_out": "participant"})
    return flagged[["participant", *spec.by, "contrast", "why"]]


def hanging(table: pd.DataFrame, spec: Comparison) -> pd.DataFrame:
    """The verdicts that are others without one participant, for readers."""
    rows = pd.DataFrame(table[table["verdict_changes"]])
    verdicts = {
        name: [_verdict(row, end, spec) for row in rows.to_dict("records")]
        for name, end in (("with_everybody", "_all"), ("without", ""))
    }
    return rows[[*spec.by, "contrast", "left_out"]].assign(**verdicts)


def _notice(who: str, rows: pd.DataFrame, spec: Comparison) -> Notice:
    """One participant's contradictions in a sentence."""
    kind = "ratio" if spec.log else "difference"
    found = []
    for row in rows.to_dict("records"):
        place = ", ".join(str(row[name]) for name in spec.by)
        own, low, high = (f"{row[name]:.3g}" for name in ("own", "others_low", "others_high"))
        found.append(f"{row['contrast']}{place and f' ({place})'} {own}, the others {low} to {high}")
    text = (
        f"In {spec.name!r} participant {who} contradicts all others, by the {kind} of "
        f"{'; '.join(found).replace('_', ' ')}. Look whether two recordings or channels were exchanged; a flag alone "
        "is no reason to leave anybody out."
    )
    return Notice(code="contradicts-others", text=text)


def _verdict(row: dict[Any, Any], end: str, spec: Comparison) -> str:
    """A verdict with its estimate and p."""
    estimate, digits = ("ratio", 2) if spec.log else ("difference", 1)
    p = p_text(float(row[f"p_adjusted{end}"]))
    p = p if p.startswith(("<", ">")) else f"= {p}"
    return f"{row[f'verdict{end}']} ({row[f'{estimate}{end}']:.{digits}f}, p {p})"
