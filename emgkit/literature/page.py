"""The ledger of claims as a page for people: ``docs/claims.md`` is what :func:`markdown` gives."""

from __future__ import annotations

from emgkit.literature.claims import VERDICTS, Claim, claim, claims
from emgkit.literature.published import figures
from emgkit.literature.wording import grouped, reference

__all__ = ["TESTED", "markdown"]

TESTED = ("supported", "contradicted", "mixed", "overstated")

_HEAD = """# The claims

<!-- Written by docs/write_claims.py from datasets/published. Change the data, not this page. -->

A Dutch magazine article of 2019 makes 25 claims about the hip thrust. This page holds each against what studies
printed. The wording of the claims is ours. [How to read a claim](how-to-read-a-claim.md) explains every word below to
readers who are no scientists; `emgkit claims` prints the claims, and `ek.literature.claims()` gives them as a table.

**No number here is ours.** All were printed by others, and what follows is no new evidence. Figures that were read in a
text that quotes a paper, not in the paper, are marked second-hand and decide nothing.

| verdict | rule |
|---|---|
| supported | at least one published contrast for the claim, none against |
| overstated | the same, for a narrower comparison than the claim's |
| contradicted | at least one contrast against the claim, none for |
| mixed | contrasts for and against, or only such as show no difference |
| untested | no contrast of the claim's own question was read at the source |
| not testable by EMG | the claim is on growth, force, movement, safety or recovery |

A contrast counts if it holds the claim's own conditions against each other in the same people. It is *for* or *against*
with p < .05, with a 95 % interval without zero, or where the paper calls the difference significant and prints no p;
else it is *neither*. Verdicts are computed by these rules from the figures; nobody writes them down.
"""


def markdown() -> str:
    """The page, in Markdown.

    Examples
    --------
    >>> markdown().splitlines()[0]
    '# The claims'
    """
    table = figures()
    all_claims = [claim(number) for number in claims()["number"]]
    counts = [f"{sum(one.verdict == verdict for one in all_claims)} {verdict}" for verdict in VERDICTS]
    lines = [_HEAD, f"Of the {len(all_claims)} claims: {', '.join(counts)}.\n"]
    lines += ["| | claim | verdict | for | against | neither | second-hand |", "|--:|---|---|--:|--:|--:|--:|"]
    for one in all_claims:
        sizes = (one.figures_for, one.figures_against, one.figures_neither, one.second_hand)
        numbers = " | ".join(str(len(ids)) for ids in sizes)
        lines.append(f"| {one.number} | [{one.claim}](#claim-{one.number}) | {one.verdict} | {numbers} |")
    for one in all_claims:
        lines += ["", *_section(one, grouped(one, table))]
    return "\n".join(lines) + "\n"


def _section(one: Claim, told: dict[str, list[str]]) -> list[str]:
    lines = [
        f"## Claim {one.number}", "",
        f"> {one.claim}", "",
        f"**{one.verdict[0].upper()}{one.verdict[1:]}.** {one.reason}", "",
        f"*What would test it:* {one.test}", "",
    ]  # fmt: skip
    if one.verdict in TESTED:
        lines += [f"![Published values for and against claim {one.number}](images/claims/{one.number:02d}.png)", ""]
    for heading, figures_ in told.items():
        lines += [f"{heading}:", "", *(f"- {line}" for line in figures_), ""]
    if one.limits:
        lines += [f"*Limits:* {one.limits}", ""]
    if one.references:
        lines += ["*References:*", "", *(f"- {reference(each)}" for each in one.references), ""]
    return lines[:-1]
