"""Who entered the first comparison, and for everybody else why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from emgkit.notation import readable, series
from emgkit.study.recordings.compare import ComparisonResult

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["EXPLAINED", "entered", "not_entered"]

# codes of the notices that name participants whom a comparison does not have, and say why
EXPLAINED = ("incomplete-by-exclusion", "level-not-compared")


def entered(compared: ComparisonResult) -> set[str]:
    """The participants with two levels that are compared, in one contrast or more."""
    spec, found = compared.spec, set()
    for key, part in compared.compared_cells.groupby([*spec.by, "participant"], observed=True, dropna=False):
        levels = set(map(str, part[spec.within]))
        if len(levels) > 1 and (spec.against is None or spec.against in levels):
            found.add(str(key[-1]))
    return found


def not_entered(analysis: Analysis) -> Iterator[str]:
    """One sentence for each reason why participants are not in the first comparison.

    Who is left out under ``[exclude] participants``, and whom a notice of the comparison names, has a sentence already.
    """
    first = analysis.compared[0]
    if first.contrasts is None:
        return
    files = analysis.files[analysis.files["role"].isin(("exercise", "MVC", "left out"))]
    recorded = [source.participant for source in analysis.used] + [
        who for who in files["participant"] if isinstance(who, str)
    ]
    told = " ".join(notice.text for notice in first.notices if notice.code in EXPLAINED)
    known = entered(first) | {entry.participant for entry in analysis.file.exclude.participants}
    reasons: dict[str, list[str]] = {}
    for who in dict.fromkeys(recorded):
        if who not in known and not re.search(rf"(?<!\w){re.escape(who)}(?!\w)", told):
            reasons.setdefault(_why(who, analysis), []).append(who)
    which = "the first comparison" if len(analysis.compared) > 1 else "the comparison"
    for why, people in reasons.items():
        yield f"{series(people)} did not enter {which}: {why}."


def _why(who: str, analysis: Analysis) -> str:
    """Why a participant is in no contrast of the first comparison."""
    first = analysis.compared[0]
    if who in set(first.cells["participant"].astype(str)):
        return f"there are no two levels of {readable(first.spec.within)} to compare"
    own = [source for source in analysis.used if source.participant == who and source.exercise is not None]
    if any(source.is_used(first.spec.keep) for source in own):
        return "there is no value of the measure that is compared"
    files = analysis.files[analysis.files["participant"] == who]
    contractions = {source.name for source in analysis.used if source.mvc}
    gone = [name for name in files["file"] if name in set(analysis.left_out["recording"]) - contractions]
    if not gone:
        return "there is no recording of these tasks"
    how = "the only recording of these tasks was" if len(gone) == 1 else "all recordings of these tasks were"
    return f"{how} left out ({', '.join(gone)})"
