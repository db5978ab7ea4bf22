"""Sentences and Methods paragraphs of planned contrasts, Friedman's test, Bayes factors, normality and likelihoods."""

from __future__ import annotations

from emgkit.notation import (
    alone,
    counted,
    degrees,
    missing,
    number,
    p_phrase,
    readable,
    series,
    term_text,
    three_digits,
)
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.kinds import Kind, register
from emgkit.stats.results.methods import Text, family_text, n_text, outcome_text, scale_text, separately
from emgkit.stats.results.sentences import (
    Row,
    compared_text,
    comparison_sentence,
    estimate_text,
    n_of_row,
    not_shown,
    sentence,
)

__all__ = ["bayes_sentence", "friedman_sentence", "likelihood_sentence", "normality_sentence", "planned_methods"]


def planned_methods(facts: AnalysisFacts) -> Text:
    """Weighted sums of levels."""
    names = [f"{readable(name)} ({_weights(one)})" for name, one in facts["weights"].items()]
    what = f"the {series(names)} trend over the levels of" if facts["trends"] else f"{series(names)} of"
    log = facts["scale"] == "log"
    return Text(
        what=f"{outcome_text(facts)} were compared within participants by planned contrasts, {what} "
        f"{readable(facts['within'])}{separately(facts)} by separate one-sample t tests (df = n − 1) of each "
        f"participant's weighted sum of {scale_text(facts)} ({n_text(facts)}).",
        interval=f"{'Ratios (exponentials of the weighted sums)' if log else 'Weighted sums'} have individual 95 % "
        "confidence intervals.",
        family=family_text(facts),
        effect="d_z is the mean over the standard deviation of the participants' weighted sums.",
    )


def _weights(weights: dict[str, float]) -> str:
    return ", ".join(f"{readable(level)} {number(weight).replace('-', '−')}" for level, weight in weights.items())


def friedman_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Friedman's test, with Kendall's W."""
    if missing(row["p"]):
        parts = ["no test, since every participant has the same value at every level"]
    else:
        statistic = f"Friedman's chi-square({row['df']}) = {alone('F', row['chi_square'])}"
        parts = [statistic, p_phrase(row["p"]), f"Kendall's W = {alone('ges', row['kendalls_w'])}"]
    return sentence(row, facts, [*parts, n_of_row(row)], tail=not_shown(row["p"], "effect"), of=term_text(row["term"]))


def friedman_methods(facts: AnalysisFacts) -> Text:
    """Friedman's test."""
    levels = f"the levels of {readable(facts['within'])}"
    return Text(
        what=f"{outcome_text(facts)} were compared between {levels} by Friedman's test of the ranks of the values "
        f"within participants, corrected for ties{separately(facts, more=False)} ({n_text(facts)}).",
        effect="Kendall's W is the agreement of the participants' orders.",
    )


def bayes_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A Bayes factor beside its estimate, in the direction in which it is above 1."""
    value, ci = estimate_text(row, facts, "ratio" if facts["scale"] == "log" else "difference")
    if missing(row["bf10"]):
        parts = [compared_text(row, facts, value), "no Bayes factor for lack of an error term"]
    else:
        differs = row["bf10"] >= 1
        factor = f"{'BF10' if differs else 'BF01'} = {three_digits(row['bf10'] if differs else row['bf01'])}"
        what = f"the values are so many times more probable if the levels {'differ' if differs else 'are equal'}"
        statistic = f"t({degrees(row['df'])}) = {alone('t', row['t'])}"
        parts = [compared_text(row, facts, value), ci, statistic, f"{factor} ({what})"]
    return sentence(row, facts, [*parts, n_of_row(row)], tail="")


def bayes_methods(facts: AnalysisFacts) -> Text:
    """Bayes factors."""
    return Text(
        what=f"{outcome_text(facts)} were compared within participants between pairs of levels of "
        f"{readable(facts['within'])}{separately(facts)} by Bayes factors of the paired t test of {scale_text(facts)}, "
        f"with a Cauchy prior of d_z of scale {number(facts['prior_scale'])} ({n_text(facts)}).",
        interval="Estimates have individual 95 % confidence intervals, which do not depend on the prior.",
        effect="Bayes factors are not adjusted for several contrasts.",
    )


def normality_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Shapiro and Wilk's W of residuals."""
    of = readable(row["residuals"]) if not facts.get("formula") else repr(str(row["residuals"]))
    parts = [f"the {counted(int(row['n_residuals']), 'residual')} of {of} have Shapiro-Wilk W = "]
    if missing(row["W"]):
        parts = [f"{parts[0].removesuffix(' W = ')} no W: they are all equal, too few or too many"]
    else:
        parts = [f"{parts[0]}{alone('ges', row['W'])}", p_phrase(row["p"])]
    tail = "; no departure from normality was shown" if not_shown(row["p"], "departure") else ""
    return sentence(row, facts, [*parts, n_of_row(row)], tail=tail)


def normality_methods(facts: AnalysisFacts) -> Text:
    """Normality of residuals."""
    of = (
        f"the model {facts['formula']!r}"
        if facts.get("formula")
        else f"participants and {readable(facts.get('within') or '')}"
    )
    return Text(
        what=f"The residuals of {of} were looked at on the scale of {scale_text(facts)} by Shapiro and Wilk's W"
        f"{separately(facts, more=False)} ({n_text(facts)}), which chose no test.",
    )


def likelihood_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A model with its AIC, and the test against the one before it."""
    parts = [f"the model {row['formula']!r} (random terms: {row['random']}) has {row['parameters']} parameters"]
    parts += [f"AIC = {_tenths(row['aic'])}", f"BIC = {_tenths(row['bic'])}"]
    if not missing(row["p"]):
        test = (
            f"likelihood ratio against the smaller model chi-square({int(row['df'])}) = {alone('F', row['chi_square'])}"
        )
        parts += [test, p_phrase(row["p"])]
    return sentence(row, facts, [*parts, n_of_row(row)], tail=not_shown(row["p"], "difference"))


def _tenths(value: float) -> str:
    return alone("F", value)


def likelihood_methods(facts: AnalysisFacts) -> Text:
    """Two models by maximum likelihood."""
    first, second = facts["formulas"]
    return Text(
        what=f"Two mixed models of {scale_text(facts)}, {first!r} and {second!r}, were fitted by maximum likelihood "
        f"and compared by a likelihood-ratio test, AIC and BIC ({n_text(facts)}, {facts['n_rows']} rows).",
    )


_ESTIMATE = ("contrast", "ratio/difference", "ci_low", "ci_high", "n")

register(
    planned_contrasts=Kind(
        title="Planned contrasts", methods=planned_methods, sentence=comparison_sentence,
        needs=(*_ESTIMATE, "p_adjusted"),
    ),
    friedman=Kind(
        title="Friedman's test", methods=friedman_methods, sentence=friedman_sentence,
        needs=("term", "chi_square", "df", "n", "p", "kendalls_w"),
    ),
    bayes_factors=Kind(
        title="Bayes factors of paired contrasts", methods=bayes_methods, sentence=bayes_sentence,
        needs=(*_ESTIMATE, "bf10", "bf01"),
    ),
    normality=Kind(
        title="Shapiro-Wilk test of residuals", methods=normality_methods, sentence=normality_sentence,
        needs=("residuals", "W", "p", "n", "n_residuals"),
    ),
    model_comparison=Kind(
        title="Mixed models compared by maximum likelihood", methods=likelihood_methods, sentence=likelihood_sentence,
        needs=("formula", "random", "parameters", "aic", "bic", "chi_square", "df", "p", "n"),
    ),
)  # fmt: skip
