"""The ledger of claims as a page for people: ``docs/claims.md`` is what :func:`markdown` gives."""

from __future__ import annotations

import pandas as pd

from emgkit.literature.claims import DECIDED_BY, EVIDENCE_SAYS, Claim, claim, claims, grouped, verdict
from emgkit.literature.contrasts import sides
from emgkit.literature.figures import figures
from emgkit.literature.lifts import lift_answers
from emgkit.literature.wording import reference

__all__ = ["answers_markdown", "drawn", "markdown"]

_HEAD = """# The claims

<!-- Written by docs/write_claims.py from datasets/published. Change the data, not this page. -->

A Dutch magazine article of 2019 makes 25 claims about the hip thrust. This page holds each against what studies
printed. The wording of the claims is ours. [How to read a claim](explanation/how-to-read-a-claim.md) explains every
word below to readers who are not scientists; `emgkit claims` prints the claims, and `ek.literature.claims()` gives them
as a table.
"""

_RULES = """## How a claim is weighed

**No measurement here is ours**, and what follows is no new evidence. The numbers were printed by others, except those
marked as computed here from printed ones, such as the middle of an interval, and the ratios in the reasons. Figures
that were read in a text that quotes a paper, not in the paper, are marked second-hand; they and what was computed from
them are not counted.

Each claim has two answers. The first says what kind of measurement can decide it:

{decided_by}

The second says what the evidence that was read says of it:

| the evidence read | rule |
|---|---|
| agrees | at least one published contrast for the claim, none against, none without a difference |
| agrees, narrower | the same, but a contrast shows no difference, or the claim was judged to go further |
| mixed | contrasts for and against, or only such as show no difference |
| disagrees | at least one contrast against the claim, none for |
| nothing read | no contrast that was judged to be the claim's own question was read at the source |

A contrast counts if one study held the claim's own conditions against each other: in the same people where the claim is
on lifts, in the groups of a trial where it is on training. It is *for* or *against* with p < .05, with a 95 % interval
without zero, or where the paper calls the difference significant and prints no p; else it is *neither*. A result that a
paper reports in words counts like one in numbers. Where the value was computed here, the contrast counts only if the
paper printed its interval. The numbers in the table are studies, not contrasts: a study is *for* if a contrast of it is
and none is *against*.

**What is judgement and what is computed.** Three things are judgements, written by hand into
`datasets/published/claims.toml`: what can decide a claim, which contrasts are its own question, and whether it goes
further than they do. Computed are the side of each contrast, the numbers of studies, and what the evidence says. You
may judge otherwise; each reason states what it rests on.
"""


_ALT = "Published comparisons of hip thrust, squat and deadlift on three muscles, and below them a simulated run"


def answers_markdown() -> str:
    """The answers of published studies for the three muscles, as a list in Markdown: also in README and start page.

    Examples
    --------
    >>> answers_markdown().splitlines()[0][:38]
    '- **Gluteus maximus: the hip thrust.**'
    """
    return "\n".join(f"- **{answer.lead}.** {answer.details}" for answer in lift_answers())


def markdown() -> str:
    """The page, in Markdown.

    Examples
    --------
    >>> markdown().splitlines()[0]
    '# The claims'
    """
    table = figures()
    all_claims = [claim(number) for number in claims()["number"]]
    counts = [f"{sum(one.evidence_says == says for one in all_claims)} {says}" for says in EVIDENCE_SAYS]
    lines = [
        _HEAD,
        f"{answers_markdown()}\n",
        f"![{_ALT}](images/lifts.png)\n",
        f"Of the {len(all_claims)} claims: {'; '.join(counts)}.\n",
    ]
    lines += [
        "| | claim | decided by | the evidence read | for | against | neither |",
        "|--:|---|---|---|--:|--:|--:|",
    ]
    for one in all_claims:
        cells = [f"[{one.claim}](#claim-{one.number})", one.decided_by, one.evidence_says]
        if one.evidence_says == "nothing read":
            cells += ["", "", ""]
        else:
            cells += map(str, (one.studies_for, one.studies_against, one.studies_neither))
        lines.append(f"| {one.number} | {' | '.join(cells)} |")
    kinds = "\n".join(f"- **{name}**: {how}" for name, how in DECIDED_BY.items())
    lines += ["", _RULES.format(decided_by=kinds).rstrip()]
    for one in all_claims:
        lines += ["", *_section(one, table)]
    return "\n".join(lines) + "\n"


def _section(one: Claim, table: pd.DataFrame) -> list[str]:
    told = verdict(one)
    lines = [
        f"## Claim {one.number}", "",
        f"> {one.claim}", "",
        f"**The evidence read: {told}.** {one.reason}", "",
    ]  # fmt: skip
    if one.conclusion:
        lines += [f"*The authors conclude:* {one.conclusion}", ""]
    lines += [f"*What would test it:* {one.test}", ""]
    if one.evidence_says != "nothing read" and len(drawn(one, table)):
        lines += [f"![Published values for and against claim {one.number}](images/claims/{one.number:02d}.png)", ""]
    for heading, texts in grouped(one, table).items():
        lines += [f"{heading}:", "", *(f"- {text}" for text in texts), ""]
    if one.limits:
        lines += [f"*Limits:* {one.limits}", ""]
    if one.references:
        lines += ["*References:*", "", *(f"- {reference(each)}" for each in one.references), ""]
    return lines[:-1]


# attribute of a claim -> the heading of its values in the picture
_GROUPS = {
    "figures_for": "For the claim",
    "figures_against": "Against the claim",
    "figures_neither": "Neither",
    "second_hand": "Second-hand",
}


def drawn(one: Claim, table: pd.DataFrame) -> pd.DataFrame:
    """The printed values of a claim's own question and those read second-hand, one a row, for its picture.

    Where a paper printed the two sides of a contrast, both of them; what was reported in words is in the text alone.

    Examples
    --------
    >>> drawn(claim(9), figures())[["group", "muscle", "value"]].to_dict("records")
    [{'group': 'For the claim', 'muscle': 'quadriceps mCSA', 'value': 3.6}]
    """
    by_id = table.set_index("id", drop=False)
    rows = []
    for name, group in _GROUPS.items():
        for each in getattr(one, name):
            row = by_id.loc[each]
            first, second = sides(row, table) if row["comparator"] and pd.isna(row["value"]) else (row, None)
            for number, side in enumerate((first, second)):
                if side is not None and pd.notna(side["value"]) and side["unit"] != "direction":
                    rows.append(side.to_dict() | {"group": group, "p": "" if number else row["p"]})
    return pd.DataFrame(rows, columns=[*table.columns, "group"])
