"""The ledger of claims as a page for people: ``docs/claims.md`` is what :func:`markdown` gives."""

from __future__ import annotations

from emgkit.literature.claims import VERDICTS, Claim, claim, claims, grouped
from emgkit.literature.figures import figures
from emgkit.literature.wording import reference
from emgkit.notation import capital

__all__ = ["TESTED", "markdown"]

TESTED = ("supported", "contradicted", "mixed", "overstated")

_HEAD = """# The claims

<!-- Written by docs/write_claims.py from datasets/published. Change the data, not this page. -->

A Dutch magazine article of 2019 makes 25 claims about the hip thrust. This page holds each against what studies
printed. The wording of the claims is ours. [How to read a claim](explanation/how-to-read-a-claim.md) explains every
word below to readers who are no scientists; `emgkit claims` prints the claims, and `ek.literature.claims()` gives them
as a table.

**No measurement here is ours**, and what follows is no new evidence. The numbers were printed by others, save those
marked as computed here from printed ones, such as the middle of an interval, and the ratios in the reasons. Figures
that were read in a text that quotes a paper, not in the paper, are marked second-hand; they and what was computed from
them decide nothing.

| verdict | rule |
|---|---|
| supported | at least one published contrast for the claim, none against |
| overstated | the same, but the claim was judged to go further than these contrasts |
| contradicted | at least one contrast against the claim, none for |
| mixed | contrasts for and against, or only such as show no difference |
| untested | no contrast that was judged to be the claim's own question was read at the source |
| not testable by EMG | the claim was judged to be on growth, force, movement, safety, recovery or practice |

A contrast counts if one study held the claim's own conditions against each other: in the same people where the claim is
on lifts, in the groups of a trial where it is on training. It is *for* or *against* with p < .05, with a 95 % interval
without zero, or where the paper calls the difference significant and prints no p; else it is *neither*. Where the value
was computed here, the contrast counts only if the paper printed its interval.

**What is judgement and what is computed.** Three things are judgements, written by hand into
`datasets/published/claims.toml`: whether EMG can test a claim, which contrasts are its own question, and whether it
goes further than they do. Computed are the side of each contrast and what follows from all of them. So for a claim that
is not testable or untested the judgement alone gives the verdict, and *overstated* is the figures' *supported*,
narrowed by a judgement. You may judge otherwise; each reason says on what it rests.
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
        f"**{capital(one.verdict)}.** {one.reason}", "",
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
