"""Sentences and Methods paragraphs of mixed models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emgkit.notation import alone, degrees, missing, number, readable, surface, term_text, writer
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.kinds import Kind, register
from emgkit.stats.results.methods import Text, family_text, n_text, names_of, outcome_text, scale_text
from emgkit.stats.results.sentences import (
    Row,
    bare,
    comparison_sentence,
    estimate_text,
    f_and_p_text,
    level_in_sentence,
    n_of_row,
    not_shown,
    sentence,
    t_and_p_texts,
)

__all__ = [
    "coefficient_sentence",
    "f_test_sentence",
    "marginal_mean_sentence",
    "mixed_model_methods",
    "variance_sentence",
    "variances_methods",
]


def f_test_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A term of a mixed model."""
    method = f" ({_df_method(facts)} df)" if facts["random"] and not missing(row["p"]) else ""
    zero = _at_zero(row, facts)
    parts = [f"{f_and_p_text(row)}{method}", n_of_row(row)]
    tested = (facts.get("zero_tests") or {}).get(str(row["term"]))
    # an effect where a covariate is 0, often far from all values, is none of the factor as a whole
    tail = "" if zero else not_shown(row["p"], f"{tested[:-1]} other than zero" if tested else "effect")
    of = f"{term_text(row['term'])}{'' if tested == 'means' else zero}"  # the test of means names the place itself
    return sentence(row, facts, parts, tail=tail, of=f"{of}, test {_zero_test(tested, facts)}" if tested else of)


def _zero_test(tested: str, facts: AnalysisFacts) -> str:
    """What the test of a term without its own mean in the formula is about."""
    covariates = facts.get("covariates") if tested == "means" else None
    place = f" at {' and '.join(f'{readable(name)} = 0' for name in covariates)}" if covariates else ""
    return f"that all {tested}{' of the logarithms' if facts['scale'] == 'log' else ''}{place} are zero"


def coefficient_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A coefficient of a mixed model, on the scale of the model."""
    log = facts["scale"] == "log"
    value, ci = estimate_text(row, facts, "estimate") if not log else bare(row, "estimate", "ci_low", "ci_high")
    scale = " (logarithm)" if log else ""
    term = str(row["term"])
    coding = ""
    if (coded := facts["coded"].get(term)) is not None:
        coding = f" ({' and '.join(map(readable, coded))}{' ' if coded else ''}coded to sum to zero)"
    value += _per(term, facts)
    parts = [
        f"the coefficient of {_term(term, facts)}{coding}{_at_zero(row, facts)} was {value}{scale}",
        ci,
        *t_and_p_texts(row),
        n_of_row(row),
    ]
    return sentence(row, facts, parts, tail="")


def _term(term: str, facts: AnalysisFacts) -> str:
    """A term in words, but for one with a level that would read like another."""
    return term if any(level in term for level in facts.get("alike", ())) else term_text(term)


def _at_zero(row: Row, facts: AnalysisFacts) -> str:
    """Where the effect of a term stands that interacts with a covariate."""
    held = (facts.get("at_zero") or {}).get(str(row["term"]), [])
    return f" at {' and '.join(f'{readable(name)} = 0' for name in held)}" if held else ""


def _per(term: str, facts: AnalysisFacts) -> str:
    """The unit below the line of a slope."""
    slopes = [readable(part) for part in term.split(":") if part in facts.get("slopes", ())]
    return f" per unit of {' and '.join(slopes)}" if slopes else ""


def marginal_mean_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A marginal mean of a mixed model."""
    name = "geometric_mean" if facts["scale"] == "log" else "mean"
    value, ci = estimate_text(row, facts, name)
    levels = ", ".join(level_in_sentence(factor, str(row[factor]), facts) for factor in facts["levels"])
    parts = [
        f"the {readable(name)} of {levels or 'all'} was {value}",
        ci,
        f"df = {degrees(row['df'])}",
        n_of_row(row),
    ]
    return sentence(row, facts, parts, tail="")


def variance_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A variance component of a mixed model."""
    scale = " (logarithms)" if facts["scale"] == "log" else ""
    name = row["group"] if row["name"] in ("", "1") else f"{row['group']} ({row['name']})"
    if row["other"]:
        both = f"{row['name']} and {row['other']} within {readable(row['group'])}"
        return f"The correlation of {both} is {alone('correlation', row['correlation'])}."
    log, unit = facts["scale"] == "log", str(facts.get("unit") or "")
    sd = writer("sd", [(row["sd"],)], log=log, unit=unit)(row["sd"])
    shown = "" if log else f" {surface(unit)[0]}".rstrip()
    return f"The standard deviation of {readable(name)}{scale} is {sd}{shown}{_per(str(row['name']), facts)}."


def _df_method(facts: AnalysisFacts) -> str:
    return "-".join(part.capitalize() for part in str(facts["df"]).split("-"))


def mixed_model_methods(facts: AnalysisFacts) -> Text:
    """A mixed model."""
    log = facts["scale"] == "log"
    random = ", ".join("intercept" if term == "1" else term for term in names_of(facts["random"]))
    method = _df_method(facts)
    scale = scale_text(facts)
    rows = f", {facts['n_rows']} rows" if "n_rows" in facts else ""
    items = facts.get("items")
    random += f"; crossed with them: {', '.join(map(readable, items))}" if items else ""
    model = f"a linear mixed model (REML) of {scale}, {facts['formula']!r}, with participants as random (random terms:"
    what = f"{outcome_text(facts)} were analysed by {model} {random}), {method} degrees of freedom and type III tests"
    if not random:
        model = f"a linear model (least squares) of {scale}, {facts['formula']!r},"
        what = f"{outcome_text(facts)} were analysed by {model} with type III tests and residual degrees of freedom"
    means = "geometric means and their ratios" if log else "means and their differences"
    where = facts.get("covariates") or {}
    held = "; ".join(f"{readable(name)} = {number(value)}" for name, value in where.items())
    effect = "Differences and ratios are the effect sizes; none was standardised."
    interval = f"Coefficients, {means} have {facts['interval']} confidence intervals"
    return Text(
        what=f"{what} ({n_text(facts)}{rows}).",
        interval=f"{interval}{f' (covariates held at {held})' if held else ''}.",
        family=family_text(facts) if "adjust" in facts else "",
        effect=f"{_coding(facts)}{_zero_tests(facts)}{effect}",
        tests=_zero_tests(facts).strip(),
    )


def _coding(facts: AnalysisFacts) -> str:
    """How the factors of a model were coded."""
    factors, text = [readable(name) for name in facts.get("factors", ())], ""
    if factors:
        names = ", ".join(factors)
        text = f"{'The factors' if len(factors) > 1 else 'The factor'} {names} {_were(factors)} coded to sum to zero. "
    for name, terms in facts.get("level_terms", {}).items():
        coded = facts["coded_terms"].get(name)
        of = f" in {_terms_text(terms)} and was coded to sum to zero in {_terms_text(coded)}" if coded else ""
        text += f"The factor {readable(name)} had a coefficient for every level{of}. "
    return text


def _terms_text(terms: Sequence[str]) -> str:
    return " and ".join(map(term_text, terms))


def _zero_tests(facts: AnalysisFacts) -> str:
    """Tests that are not of an effect."""
    texts = [
        f"The test of {term_text(term)} is {_zero_test(tested, facts)}, not that they are equal. "
        for term, tested in (facts.get("zero_tests") or {}).items()
    ]
    return "".join(texts)


def _were(names: Sequence[str]) -> str:
    return "was" if len(names) == 1 else "were"


def variances_methods(facts: AnalysisFacts) -> Text:
    """Variance components of a mixed model."""
    return Text(what=mixed_model_methods(facts).what, interval="Variance components have no intervals here.")


def _kind(name: str, sentence: Callable[..., str] | None = None, *needs: str) -> Kind:
    return Kind(title=f"Mixed model, {name}", methods=mixed_model_methods, sentence=sentence, needs=needs)


register(
    terms=_kind("terms", f_test_sentence, "term", "F", "df1", "df2", "n", "p"),
    coefficients=_kind(
        "coefficients", coefficient_sentence, "term", "estimate", "ci_low", "ci_high", "t", "df", "n", "p"
    ),
    marginal_means=_kind(
        "marginal means", marginal_mean_sentence, "geometric_mean/mean", "ci_low", "ci_high", "df", "n"
    ),
    model_contrasts=_kind(
        "contrasts", comparison_sentence, "contrast", "ratio/difference", "ci_low", "ci_high", "t", "df", "n",
        "p_adjusted",
    ),
    variances=Kind(
        title="Mixed model, variance components",
        methods=variances_methods,
        sentence=variance_sentence,
        needs=("group", "name", "other", "variance", "sd", "correlation"),
    ),
    rows_of_a_model=_kind("what it says of every row"),
    participants_of_a_model=_kind("random effects"),
    fits=_kind("fits"),
)  # fmt: skip
