"""Claims and what published figures say of them: partly judged by hand, partly computed.

The file holds three judgements of each claim: what kind of measurement can decide it (``decided_by``), which contrasts
are its own question and where it says their first side lies (``evidence``), and whether it goes further than they do
(``narrower``). Computed from the figures are the side of each contrast, the number of studies on each side, and what
the evidence read says, by the rules below.

A figure counts as evidence where it is a contrast of the claim's own question within one study and was read at the
source. With p < .05 (or "sig." where no p is printed), or a 95 % interval without zero, it is for the claim or against
it by its sign; else it is neither. A result that a paper reports in words, without numbers, counts in the same way.
Figures read second-hand or computed from such, and those of another question, are shown, but not counted. A contrast
is as weak as the weaker of its two sides where its sign is computed from them. One of which the value was computed here
counts only if the interval was printed: its sign and surety are then the paper's.

=================  =====================================================================================
the evidence read  rule
=================  =====================================================================================
agrees             at least one contrast for the claim, none against, none without a difference
agrees, narrower   at least one for, none against; but one shows no difference, or the claim was judged
                   to go further than the contrasts
mixed              contrasts for and against, or only such as show no difference
disagrees          at least one contrast against the claim, none for
nothing read       no contrast that was judged to be its own question was read at the source
=================  =====================================================================================

A study is for the claim if a contrast of it is and none is against, against it likewise, and else neither.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import pandas as pd
from pydantic import model_validator

from emgkit import shipped
from emgkit._checks import nearest
from emgkit.errors import ArgumentError, FormatError
from emgkit.literature.contrasts import Side, judge, mark
from emgkit.literature.figures import figures, source
from emgkit.literature.wording import describe, reference
from emgkit.notation import counted, listed
from emgkit.toml_files import TomlTable, load

__all__ = [
    "DECIDED_BY",
    "EVIDENCE_SAYS",
    "GROUPS",
    "Claim",
    "ClaimsFile",
    "Weighing",
    "as_text",
    "claim",
    "claims",
    "grouped",
    "ledger",
    "verdict",
    "weigh",
]

# what kind of measurement can decide a claim -> how it is made
DECIDED_BY = {
    "EMG": "the activity of muscles in one session, in the same people",
    "muscle growth": "muscle size by MRI or ultrasound before and after weeks of training",
    "strength": "what people lift before and after weeks of training",
    "movement": "angles and paths, by cameras",
    "joint moments": "angles and moments of joints, by cameras and force plates",
    "forces": "forces under the feet and at the bar",
    "recovery": "soreness, blood values and strength in the days after a session",
    "injuries": "injuries, or at least the loads on a joint",
    "practice": "nothing that is measured on muscles: it is a goal or a piece of advice",
    "definition": "the meaning of the word alone",
}
EVIDENCE_SAYS = ("agrees", "agrees, narrower", "mixed", "disagrees", "nothing read")


class Evidence(TomlTable):
    """A contrast of the claim's own question, and where the claim says its first side lies."""

    figure: str
    expects: Literal["above", "below"]


class Entry(TomlTable):
    """``[[claims]]``: one claim of the file."""

    number: int
    claim: str
    test: str
    why: str
    limits: str = ""
    decided_by: str = "EMG"
    narrower: str = ""
    conclusion: str = ""
    evidence: tuple[Evidence, ...] = ()
    beside: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Entry:
        cited = [*(one.figure for one in self.evidence), *self.beside]
        if len(set(cited)) < len(cited):
            raise ValueError(f"claim {self.number} cites a figure twice")
        return self

    @model_validator(mode="after")
    def _known(self) -> Entry:
        if self.decided_by not in DECIDED_BY:
            raise ValueError(f"claim {self.number}: decided_by is one of {listed(DECIDED_BY)}, not {self.decided_by!r}")
        return self


class ClaimsFile(TomlTable):
    """A whole ``claims.toml``."""

    claims: tuple[Entry, ...]

    @model_validator(mode="after")
    def _numbered(self) -> ClaimsFile:
        if [entry.number for entry in self.claims] != list(range(1, len(self.claims) + 1)):
            raise ValueError("claims are numbered 1, 2, 3, …")
        return self


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """What the evidence says, and the figures that it rests on, by id."""

    evidence_says: str
    figures_for: tuple[str, ...] = ()
    figures_against: tuple[str, ...] = ()
    figures_neither: tuple[str, ...] = ()

    @property
    def studies(self) -> dict[Side, int]:
        """How many studies are for the claim, against it, and neither."""
        groups = [self.figures_for, self.figures_against, self.figures_neither]
        yes, no, neither = ({figure.partition(":")[0] for figure in figures} for figures in groups)
        return {"for": len(yes - no), "against": len(no - yes), "neither": len((neither - yes - no) | (yes & no))}


@dataclass(frozen=True, kw_only=True, repr=False)
class Claim:
    """One claim, what the evidence says of it, and the figures beside it; printed, it reads as a page.

    Parameters
    ----------
    number : int
        Its number, from 1.
    claim, test : str
        What it says, and what would test it.
    decided_by : str
        What kind of measurement can decide it: a key of ``DECIDED_BY``, such as "EMG" or "muscle growth".
    evidence_says : str
        One of ``EVIDENCE_SAYS``: what the contrasts of its own question say that were read at the source.
    studies_for, studies_against, studies_neither : int
        Numbers of studies, not of contrasts.
    reason : str
        The argument.
    conclusion : str
        What the authors of the study conclude, where the claim is on their study.
    figures_for, figures_against, figures_neither : tuple of str
        Ids (as in :func:`emgkit.literature.figures`) of the figures of its own question, read at the source.
    second_hand, beside : tuple of str
        Ids of figures that are not counted: read second-hand or computed from such, or on another question.
    references : tuple of dict
        The studies: ``study``, ``citation``, ``doi``.
    limits : str
        What else a reader must know.
    """

    number: int
    claim: str
    test: str
    decided_by: str
    evidence_says: str
    studies_for: int
    studies_against: int
    studies_neither: int
    reason: str
    conclusion: str
    figures_for: tuple[str, ...]
    figures_against: tuple[str, ...]
    figures_neither: tuple[str, ...]
    second_hand: tuple[str, ...]
    beside: tuple[str, ...]
    references: tuple[dict[str, str], ...]
    limits: str

    def __str__(self) -> str:
        return as_text(self, figures())

    __repr__ = __str__

    def to_dict(self) -> dict[str, Any]:
        """The claim as plain lists and texts, for JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


def claims() -> pd.DataFrame:
    """The 25 claims of the article, and what published figures say of each.

    Returns
    -------
    DataFrame
        One row a claim; columns ``number, claim, test, decided_by, evidence_says, studies_for, studies_against,
        studies_neither, reason, conclusion, figures_for, figures_against, figures_neither, second_hand, beside,
        references, limits`` as in :class:`Claim`; those of figures hold lists of ids.

    Examples
    --------
    >>> claims().set_index("number").loc[11, ["decided_by", "evidence_says"]].to_list()
    ['EMG', 'agrees, narrower']
    """
    return pd.DataFrame(
        [one.to_dict() for one in _ledger()], columns=[field.name for field in dataclasses.fields(Claim)]
    )


def claim(number: int) -> Claim:
    """One claim; printed, it reads as a page.

    Raises
    ------
    ArgumentError
        There is no claim of that number.

    Examples
    --------
    >>> claim(17).evidence_says
    'nothing read'
    """
    ledger = _ledger()
    if isinstance(number, bool) or number not in range(1, len(ledger) + 1):
        raise ArgumentError("There is no claim of that number", allowed=f"1 to {len(ledger)}", got=repr(number))
    return ledger[int(number) - 1]


def weigh(entry: Entry, table: pd.DataFrame) -> Weighing:
    """Weigh a claim's own figures that were read at the source, and tell what they say of it.

    Examples
    --------
    >>> weigh(Entry(number=1, claim="", test="", why=""), figures()).evidence_says
    'nothing read'
    """
    rows = {row["id"]: row for _, row in table.iterrows()}
    found: dict[Side, list[str]] = {"for": [], "against": [], "neither": []}
    for one in entry.evidence:
        row = rows[one.figure]
        if _counts(row, table):
            found[judge(row, table, expects=one.expects)].append(one.figure)
    supporting, opposing, neither = (tuple(ids) for ids in found.values())
    if not (supporting or opposing or neither):
        says = "nothing read"
    elif bool(supporting) == bool(opposing):
        says = "mixed"
    elif opposing:
        says = "disagrees"
    else:
        says = "agrees, narrower" if entry.narrower or neither else "agrees"
    return Weighing(evidence_says=says, figures_for=supporting, figures_against=opposing, figures_neither=neither)


def ledger(entries: ClaimsFile, table: pd.DataFrame) -> tuple[Claim, ...]:
    """Weigh all claims of a file against a table of figures.

    Raises
    ------
    FormatError
        A claim cites a figure that is not there, that is no contrast, or of which the data are disputed.
    """
    by_id = table.set_index("id", drop=False)
    return tuple(_weighed(entry, table, by_id) for entry in entries.claims)


def _weighed(entry: Entry, table: pd.DataFrame, by_id: pd.DataFrame) -> Claim:
    own = [one.figure for one in entry.evidence]
    cited = [*own, *entry.beside]
    _check_cited(entry, cited, own, by_id)
    rows = {row["id"]: row for _, row in table[table["id"].isin(cited)].iterrows()}
    computed = [one for one in own if mark(rows[one], table) == "derived" and not _counts(rows[one], table)]
    if computed:
        raise FormatError(
            "Evidence was computed here, and the paper printed no interval of it",
            where=f"claims.toml, claim {entry.number}",
            got=listed(computed),
            hint="Name it under beside",
        )
    finding = weigh(entry, table)
    second_hand = tuple(one for one in cited if mark(rows[one], table) == "second-hand")
    studies = dict.fromkeys(one.partition(":")[0] for one in cited)
    parts = [entry.why]
    if finding.evidence_says == "agrees, narrower" and entry.narrower:
        parts.append(f"Narrower than the claim: {entry.narrower}.")
    sides = finding.studies
    return Claim(
        number=entry.number,
        claim=entry.claim,
        test=entry.test,
        decided_by=entry.decided_by,
        reason=" ".join(parts),
        conclusion=entry.conclusion,
        second_hand=second_hand,
        beside=tuple(one for one in entry.beside if one not in second_hand),
        references=tuple(
            {"study": study, "citation": source(study).citation, "doi": source(study).doi or ""} for study in studies
        ),
        limits=entry.limits,
        studies_for=sides["for"],
        studies_against=sides["against"],
        studies_neither=sides["neither"],
        **vars(finding),
    )


def _check_cited(entry: Entry, cited: list[str], own: list[str], by_id: pd.DataFrame) -> None:
    where = f"claims.toml, claim {entry.number}"
    for one in cited:
        if one not in by_id.index:
            raise FormatError(
                "A claim cites a figure that is not there", where=where, got=repr(one), hint=nearest(one, by_id.index)
            )
        if source(one.partition(":")[0]).disputed:
            raise FormatError("A claim cites a figure of which the data are disputed", where=where, got=repr(one))
    plain = [one for one in own if not by_id.loc[one, "comparator"]]
    if plain:
        raise FormatError(
            "Evidence must be contrasts: one side against the other, in one study",
            where=where,
            got=listed(plain),
            hint="Name them under beside, or name the row that has a comparator",
        )


def _counts(row: pd.Series, table: pd.DataFrame) -> bool:
    """Whether a contrast may decide: read at the source, or with an interval that was."""
    seen = mark(row, table)
    return seen == "direct" or (seen == "derived" and bool(pd.notna(row["ci_low"]) and pd.notna(row["ci_high"])))


@lru_cache(maxsize=1)
def _ledger() -> tuple[Claim, ...]:
    return ledger(load(shipped.path("datasets", "published", "claims.toml"), ClaimsFile), figures())


# attribute of a claim -> its heading
GROUPS = {
    "figures_for": "For the claim",
    "figures_against": "Against the claim",
    "figures_neither": "Neither: no difference shown",
    "beside": "Related figures, not counted",
    "second_hand": "Read second-hand, or computed from such; not counted",
}


def verdict(claim: Claim) -> str:
    """What the evidence read says of a claim, with the number of studies on each side, and what can decide it.

    Examples
    --------
    >>> verdict(claim(11))
    'agrees, narrower (1 study for, 0 against, 0 neither; 1 contrast without a difference), decided by EMG'
    """
    studies = counted(claim.studies_for, "study")
    counts = f"{studies} for, {claim.studies_against} against, {claim.studies_neither} neither"
    if claim.figures_neither:
        counts += f"; {counted(len(claim.figures_neither), 'contrast')} without a difference"
    told = f" ({counts})" if claim.evidence_says != "nothing read" else ""
    return f"{claim.evidence_says}{told}, decided by {claim.decided_by}"


def grouped(claim: Claim, table: pd.DataFrame) -> dict[str, list[str]]:
    """The figures of a claim in words, by heading; headings without figures are left out."""
    by_id = table.set_index("id", drop=False)
    return {
        heading: [describe(by_id.loc[one], table) for one in getattr(claim, name)]
        for name, heading in GROUPS.items()
        if getattr(claim, name)
    }


def as_text(claim: Claim, table: pd.DataFrame) -> str:
    """A claim as a page of plain text."""
    lines = [
        f"Claim {claim.number}: {claim.claim}",
        f"The evidence read: {verdict(claim)}",
        f"Reason: {claim.reason}",
        *([f"The authors conclude: {claim.conclusion}"] if claim.conclusion else []),
        f"What would test it: {claim.test}",
    ]
    for heading, told in grouped(claim, table).items():
        lines += ["", f"{heading}:", *(f"  {line}" for line in told)]
    if claim.limits:
        lines += ["", f"Limits: {claim.limits}"]
    if claim.references:
        lines += ["", "References:", *(f"  {reference(one)}" for one in claim.references)]
    return "\n".join(lines)
