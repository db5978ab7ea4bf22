"""What the ledger of claims says beside a study's own result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.study.file.recordings import Published

__all__ = ["Stated", "published_table", "stated"]

# the figures that the evidence consists of; those that are not counted are in `emgkit claims`
_GROUPS = ("figures_for", "figures_against", "figures_neither")


@dataclass(frozen=True, kw_only=True)
class Stated:
    """One claim beside a level: its figures in words, and what they say of it.

    Parameters
    ----------
    level : str
        Level of `by`, such as a muscle.
    number : int
        Its number in the ledger.
    claim, decided_by, evidence_says, verdict, why : str
        As the ledger says them; the verdict is the two columns and the numbers of studies in words.
    studies : tuple of int
        Numbers of studies for the claim, against it, and neither.
    statements : tuple of str
        The published figures of the claim's own question.
    """

    level: str
    number: int
    claim: str
    statements: tuple[str, ...]
    decided_by: str
    evidence_says: str
    studies: tuple[int, int, int]
    verdict: str
    why: str


def stated(published: Sequence[Published]) -> tuple[Stated, ...]:
    """Look up the claims that a study file names.

    Raises
    ------
    StudyError
        The ledger has no claim of that number.
    """
    if not published:
        return ()
    from emgkit import literature
    from emgkit.literature.claims import verdict
    from emgkit.literature.wording import describe

    figures = literature.figures()
    by_id = figures.set_index("id", drop=False)
    known = [int(number) for number in literature.claims()["number"]]
    found = []
    for one in published:
        for number in one.claims:
            if number not in known:
                raise StudyError(
                    f"The ledger has no claim {number}",
                    where=f"[[published]] {one.level}",
                    allowed=listed(known),
                    hint="emgkit claims lists them",
                )
            claim = literature.claim(number)
            ids = [figure for group in _GROUPS for figure in getattr(claim, group)]
            found.append(
                Stated(
                    level=one.level,
                    number=number,
                    claim=claim.claim.rstrip("."),
                    statements=tuple(describe(by_id.loc[figure], figures) for figure in ids),
                    decided_by=claim.decided_by,
                    evidence_says=claim.evidence_says,
                    studies=(claim.studies_for, claim.studies_against, claim.studies_neither),
                    verdict=verdict(claim),
                    why=claim.reason,
                )
            )
    return tuple(found)


def published_table(published: Sequence[Stated]) -> pd.DataFrame:
    """What published studies say of each claim, one row a claim.

    Returns
    -------
    DataFrame
        ``muscle, claim, decided_by, evidence_says, studies`` (for, against and neither, as text) and ``why``.
    """
    rows = [
        {
            "muscle": one.level, "claim": one.claim, "decided_by": one.decided_by, "evidence_says": one.evidence_says,
            "studies": "{} for, {} against, {} neither".format(*one.studies), "why": one.why,
        }
        for one in published
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["muscle", "claim", "decided_by", "evidence_says", "studies", "why"])
