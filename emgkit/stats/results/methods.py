"""The Methods sentences of every analysis, from the facts in its table's ``.attrs`` and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from emgkit import notation
from emgkit.notation import capital, counted, readable, series, surface
from emgkit.stats.cells.multiplicity import NAMES
from emgkit.stats.cells.regions import region_text
from emgkit.stats.results.facts import AnalysisFacts

__all__ = ["CAVEATS", "Text", "doubts", "gaps_text", "p_was_adjusted", "people_text", "regions_text", "software"]


# what a sentence with a p adds where the p could mislead, by the code of the notice
CAVEATS = {
    "pseudo-replication": "repetitions may count as if each were a participant, and p may be too small",
    "pooled-error": "one error term serves pairs of unequal variance, and p may be too small or too large",
    "singular": "the fit is singular, so the degrees of freedom may be too many and p too small",
    "not-converged": "the likelihood has no clear optimum, and estimates and p may be off",
    "mvc-sessions-differ": "the MVCs are of different sessions, so the comparison holds the change of the MVC too",
    "between-muscles": "values are in percent of each muscle's own reference, so the references are compared too",
    "cannot-reach": "this test cannot reach .05 with fewer than six participants",
    "cannot-reach-adjusted": "with so few participants no p alone can be below alpha after Holm's correction",
    "rough-curves": "the curves are too rough for random-field theory, and p may be wrong",
    "r-assumed": "the correlation of the conditions was assumed for some studies",
    "hartung-knapp-narrower": "the Hartung-Knapp interval is narrower than the normal one, so report that too",
}


# corrections of p that are cited with their year
_CITED = {"holm": "Holm (1979)"}

# of more levels a sentence gives the range of n
MOST_LEVELS = 8


@dataclass(frozen=True, kw_only=True)
class Text:
    """What was done, sentence by sentence.

    Parameters
    ----------
    what : str
        The analysis: test, scale, error term, participants.
    interval, family, effect : str
        Kind of interval, correction of p and its family, kind of effect size; empty where there is none.
    tests : str
        What a test is about where that is not what its name says; ``effect`` says it too.
    """

    what: str
    interval: str = ""
    family: str = ""
    effect: str = ""
    tests: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below a table."""
        return tuple(text for text in (self.interval, self.family, self.effect) if text)


def software(facts: AnalysisFacts) -> str:
    """The program and its version, and what the same analysis is in statsmodels."""
    if not (same := facts.get("in_statsmodels")):
        return f"Computed with {facts['software']}."
    there = f"statsmodels {metadata.version('statsmodels')} (Seabold and Perktold 2010)"
    return f"Computed with {facts['software']}; in {there} the same analysis is {same}."


def people_text(facts: AnalysisFacts) -> str:
    """Whether each factor varied within participants or between them, with n at each of its levels."""
    people: Mapping[str, Mapping[str, Any]] = facts.get("people") or {}
    # a factor of one level does not vary
    known = {name: fact for name, fact in people.items() if len(fact["n"]) > 1}
    if not known:
        return ""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, fact in known.items():
        alike.setdefault((fact["varies"], _sizes(fact, facts)), []).append(readable(name))
    texts = [f"{series(names)} varied {varies} participants ({n})" for (varies, n), names in alike.items()]
    return f"{capital('; '.join(texts))}."


def gaps_text(facts: AnalysisFacts) -> str:
    """Who lacks what where, and whom each contrast uses then: two sentences at most, none where nothing is lacking."""
    texts = []
    for gap in facts.get("gaps") or []:
        lacks, are = ("lacks", "is") if len(gap["who"]) == 1 else ("lack", "are")
        levels = [_level(level, facts) for level in gap["lacks"]]
        place = regions_text(gap["at"], facts)
        texts.append(f"{series(gap['who'])} {f'{lacks} {series(levels)}' if levels else f'{are} missing'}")
        texts[-1] += f" ({place})" if place else ""
    if not texts:
        return ""
    rule = " Each contrast uses the participants who have both of its levels."
    return f"{capital('; '.join(texts))}.{rule if facts.get('missing') == 'pairwise' else ''}"


def regions_text(found: Sequence[Mapping[str, Sequence[str]]], facts: AnalysisFacts) -> str:
    """Regions of the design in words; empty for the whole design."""
    return "; ".join(filter(None, (region_text(region, lambda level: _level(level, facts)) for region in found)))


def _level(level: str, facts: AnalysisFacts) -> str:
    return level if level in facts.get("alike", ()) else readable(level)


def _sizes(fact: Mapping[str, Any], facts: AnalysisFacts) -> str:
    """The number of participants at each level of a factor."""
    sizes, lacking = dict(fact["n"]), int(fact["lacking"])
    text = ", ".join(f"{_level(level, facts)} n = {n}" for level, n in sizes.items())
    if len(set(sizes.values())) == 1 and fact["varies"] == "within":
        text = f"n = {next(iter(sizes.values()))} at every level"
    elif len(sizes) > MOST_LEVELS:
        text = f"n = {min(sizes.values())} to {max(sizes.values())} at its {len(sizes)} levels"
    return text + (f"; {counted(lacking, 'participant')} lacked a level" if lacking else "")


def doubts(facts: AnalysisFacts) -> list[str]:
    """Notices without which the p-values would be believed."""
    return [notice["text"] for notice in facts.get("notices", ()) if notice["code"] in CAVEATS]


def names_of(value: str | Sequence[str] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def outcome_text(facts: AnalysisFacts, *, start: bool = True) -> str:
    """The outcome with its measure and unit."""
    name = str(facts.get("outcome") or "value")
    text = "values" if name == "value" else f"values of {readable(name)}"
    return (capital(text) if start else text) + unit_text(facts)


def unit_text(facts: AnalysisFacts) -> str:
    known = [readable(facts.get("measure") or ""), surface(str(facts.get("unit") or ""))[0]]
    text = ", ".join(part for part in known if part)
    return f" ({text})" if text else ""


def separately(facts: AnalysisFacts, *, more: bool = True) -> str:
    """Whether the analysis was made for levels one by one; with ``more`` the sentence goes on."""
    names = names_of(facts.get("by"))
    return f", separately for each {crossed_names(names)}{',' if more else ''}" if names else ""


def crossed_names(names: Sequence[str]) -> str:
    return " and ".join(readable(name) for name in names)


def scale_text(facts: AnalysisFacts) -> str:
    """What was analysed, by the scale."""
    return "natural logarithms" if facts["scale"] == "log" else "the values"


def n_text(facts: AnalysisFacts) -> str:
    sizes = facts["n"]
    if len(sizes) == 1:
        return f"n = {sizes[0]}"
    return f"n = {', '.join(map(str, sizes))}" if len(sizes) < 4 else f"n = {min(sizes)} to {max(sizes)}"


def of_each(by: str | Sequence[str] | None) -> str:
    names = names_of(by)
    return f" of each {crossed_names(names)}" if names else ""


def p_was_adjusted(facts: Mapping[str, Any]) -> bool:
    """Whether a correction was asked for and some family held several tests, so that there was something to correct.

    Examples
    --------
    >>> p_was_adjusted({"adjust": "holm", "largest_family": 3}), p_was_adjusted({"adjust": "holm", "largest_family": 1})
    (True, False)
    """
    facts = AnalysisFacts(facts)
    return bool(NAMES[facts["adjust"]]) and facts["largest_family"] > 1


def family_text(facts: AnalysisFacts) -> str:
    """The correction of p, and what it is corrected for."""
    how = _CITED.get(facts["adjust"], NAMES.get(facts["adjust"]))
    if facts["largest_family"] <= 1:  # nothing to adjust
        return ""
    if not how:
        return "p-values were not adjusted for several contrasts."
    family = facts["family"]
    if family == "all" or not names_of(facts.get("by")):
        return f"p-values were adjusted after {how} over all contrasts as one family."
    named = names_of(facts.get("by")) if family == "by" else list(family)
    return f"p-values were adjusted after {how} over the contrasts of each {crossed_names(named)}."


def alpha_text(alpha: float) -> str:
    return f"alpha = {notation.alpha(alpha)}"
