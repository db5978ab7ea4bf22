"""Sentences and Methods paragraphs of analyses of power."""

from __future__ import annotations

from collections.abc import Callable

from emgkit.notation import (
    counted,
    degrees,
    fixed,
    number,
    readable,
    share,
)
from emgkit.stats.cells.multiplicity import ADJUSTMENTS
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.kinds import Kind, register
from emgkit.stats.results.methods import Text, alpha_text, n_text, p_was_adjusted
from emgkit.stats.results.sentences import Row, sentence

__all__ = [
    "power_between_sentence",
    "power_equivalence_sentence",
    "power_methods",
    "power_paired_sentence",
    "power_simulated_methods",
    "power_simulated_sentence",
    "power_within_sentence",
]


def power_paired_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Power of a paired t test."""
    return _power(row, facts, f"a d_z of {fixed(row['effect'], 2)}", "a two-sided paired t test")


def power_between_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Power of a t test between two groups."""
    return _power(row, facts, f"a d of {fixed(row['effect'], 2)}", "a two-sided t test between two groups of that size")


def power_equivalence_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Power of two one-sided tests."""
    within = f"bounds of −{fixed(row['bound'], 2)} and {fixed(row['bound'], 2)} standard deviations of the differences"
    return _power(row, facts, f"{within} and a true d_z of {fixed(row['effect'], 2)}", "two one-sided paired t tests")


def power_within_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Power of an F test within participants."""
    test = f"an F test of {facts['conditions']} levels (df = {degrees(row['df1'])} and {degrees(row['df2'])})"
    return _power(row, facts, f"a Cohen's f of {fixed(row['f'], 2)}", test)


def power_simulated_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Power found in simulated studies."""
    true = f"true ratio {fixed(row['true_ratio'], 2)}, d_z = {fixed(row['d_z'], 2)}"
    what = f"with n = {row['n']}, {row['contrast']} ({true})"
    alone = f"was found in a share of {share(row['power'])} of {row['studies']} simulated studies"
    limits = f"95 % CI [{share(row['power_low'])}, {share(row['power_high'])}]"
    after = f"{share(row['power_adjusted'])} [{share(row['power_adjusted_low'])}, {share(row['power_adjusted_high'])}]"
    how = ADJUSTMENTS.get(facts["adjust"])
    corrected = [f"{how}-adjusted {after}"] if p_was_adjusted(facts) else []
    expected = f"{share(row['power_expected'])} expected from the noncentral t"
    return sentence(row, facts, [f"{what} {alone}", limits, *corrected, expected], tail="")


def _power(row: Row, facts: AnalysisFacts, effect: str, test: str) -> str:
    """One row of a table of power."""
    found = "" if facts["found"] == "power" else f" (the {facts['found']} was computed)"
    text = f"with n = {row['n']}, the power of {test} at {alpha_text(facts['alpha'])} is"
    return sentence(row, facts, [f"{text} {share(row['power'])} for {effect}{found}"], tail="")


def power_methods(facts: AnalysisFacts) -> Text:
    """Power, found exactly."""
    what = f"The {facts['found']} was computed exactly for {facts['test']} at {alpha_text(facts['alpha'])}"
    return Text(what=f"{what}.", effect=facts["size"])


def power_simulated_methods(facts: AnalysisFacts) -> Text:
    """Power, found by simulation."""
    means = ", ".join(f"{readable(name)} {number(value)}" for name, value in facts["means"].items())
    sources = {"participant": "participants", "condition": "participant by condition", "repetition": "repetitions"}
    spread = [f"{number(facts[f'sd_{name}'])} ({what})" for name, what in sources.items()]
    what = f"The power of paired contrasts was simulated (seed {facts['seed']}) with true means {means}, and standard"
    what += f" deviations of the logarithms of {', '.join(spread)},"
    what += f" and {counted(facts['repetitions'], 'repetition')} averaged"
    family = "p-values were not adjusted." if facts["largest_family"] > 1 else ""
    if p_was_adjusted(facts):
        family = f"p-values were adjusted after {ADJUSTMENTS[facts['adjust']]} over all pairs."
    return Text(
        what=f"{what}; test: {facts['test']}, {alpha_text(facts['alpha'])} ({n_text(facts)}).",
        interval="Intervals of power are 95 % (Wilson) and cover the simulation alone.",
        family=family,
        effect="d_z is the true mean over the true standard deviation of the participants' differences of logarithms.",
    )


def _exact(title: str, sentence: Callable[..., str], *needs: str) -> Kind:
    return Kind(title=title, methods=power_methods, sentence=sentence, needs=(*needs, "n", "power"))


register(
    power=_exact("Power of a paired t test", power_paired_sentence, "effect"),
    power_between=_exact("Power of a t test between two groups", power_between_sentence, "effect"),
    power_of_equivalence=_exact("Power of two one-sided tests", power_equivalence_sentence, "bound", "effect"),
    power_within=_exact("Power of an F test within participants", power_within_sentence, "f", "df1", "df2"),
    simulated_power=Kind(
        title="Power of paired contrasts, simulated",
        methods=power_simulated_methods,
        sentence=power_simulated_sentence,
        needs=(
            "n", "contrast", "true_ratio", "d_z", "power", "power_low", "power_high", "power_adjusted",
            "power_adjusted_low", "power_adjusted_high", "power_expected", "studies",
        ),
    ),
)  # fmt: skip
