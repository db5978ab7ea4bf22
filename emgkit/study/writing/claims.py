"""What the ledger of claims says beside a study's own result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.study.file.recordings import Published

__all__ = ["Stated", "stated"]

# the figures that a verdict rests on come first; those that decide nothing are in `emgkit claims`
_GROUPS = ("figures_for", "figures_against", "figures_neither")


@dataclass(frozen=True, kw_only=True)
class Stated:
    """One claim beside a level: its figures in words, and the verdict that rests on them.

    Parameters
    ----------
    level : str
        Level of `by`, such as a muscle.
    number : int
        Its number in the ledger.
    claim, verdict, why : str
        As the ledger says them.
    statements : tuple of str
        The published figures of the claim's own question.
    """

    level: str
    number: int
    claim: str
    statements: tuple[str, ...]
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
                    verdict=claim.verdict,
                    why=claim.reason,
                )
            )
    return tuple(found)
