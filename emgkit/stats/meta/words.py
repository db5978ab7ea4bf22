"""One sentence a row of what studies report: pooled effects, meta-regressions, reconstructed comparisons."""

from __future__ import annotations

import math
from collections.abc import Callable

from emgkit.notation import alone, degrees, missing, number, p_phrase, p_text, readable, writer
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.kinds import Kind, register
from emgkit.stats.results.methods import Text, n_text
from emgkit.stats.results.sentences import Row, bare, not_shown, sentence

__all__ = [
    "ESTIMATORS",
    "POOLING",
    "pooled_sentence",
    "pooling_methods",
    "reconstruction_methods",
    "reconstruction_sentence",
    "study_effect_sentence",
]


_KINDS = {"log_ratio": "ratio of means", "mean_change": "mean change"}
_SOURCES = {
    "p": "the printed p", "t": "the printed t", "ci": "the printed interval", "d_z": "the printed d_z",
    "r_range": "correlations assumed, not known,",
}  # fmt: skip


def pooled_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A pooled effect, or a coefficient of a meta-regression."""
    name, low, high, prediction = "estimate", "ci_low", "ci_high", "prediction"
    if facts["measure"] == "log_ratio":
        name, low, high, prediction = "ratio", "ratio_low", "ratio_high", "ratio_prediction"
    slope = row["term"] == facts.get("moderator")
    value, ci = bare(row, name, low, high, slope=slope)
    what, shown = _coefficient(row, facts, value)
    if missing(row["p"]):
        parts = [what, "no interval and no test for lack of an error term"]
    else:
        df = "z" if math.isinf(row["df"]) else f"t({degrees(row['df'])})"
        t = f"{df} = {alone('t', row['t'])}"
        parts = [what, f"{ci} ({facts['interval'].split(',')[0]})", t, p_phrase(row["p"])]
    if not missing(row[f"{prediction}_low"]):
        reach = bare(row, name, f"{prediction}_low", f"{prediction}_high")[1].removeprefix("95 % CI ")
        parts.append(f"95 % prediction interval {reach}")
    q = f"Q({degrees(row['q_df'])}) = {alone('q', row['q'])}, {p_phrase(row['q_p'])}"
    tau2 = writer("tau2", [tuple(row.get(name, math.nan) for name in ("tau2", "tau2_low", "tau2_high"))])
    parts += [f"tau² = {tau2(row['tau2'])}", q, f"I² = {alone('i2', row['i2'])} %"]
    parts += [f"k = {row['k']} studies", f"n = {row['n']}"]
    return sentence(row, facts, parts, tail=not_shown(row["p"], shown))


def _coefficient(row: Row, facts: AnalysisFacts, value: str) -> tuple[str, str]:
    """What a coefficient is, and what was not shown where its p is not below .05."""
    measure, term, moderator = facts["measure"], str(row["term"]), str(facts.get("moderator") or "")
    kind, ratio = _KINDS.get(measure, measure.upper()), measure == "log_ratio"
    if not moderator:
        return f"pooled {kind} = {value}", "effect"
    name = readable(moderator)
    if term == moderator:
        change = f"is multiplied by {value}" if ratio else f"changes by {value}"
        return f"per unit of {name} the {kind} {change}", f"change with {name}"
    if term == "intercept":
        level = facts.get("moderator_reference")
        place = f"{name} = {readable(level)}" if level else f"{name} = 0"
        return f"at {place} the {kind} is {value}", f"effect at {place}"
    pair = term.removeprefix(f"{moderator}: ").split(" - ")
    first, second = (
        (readable(level) for level in pair) if len(pair) == 2 else (readable(" - ".join(pair)), "the first level")
    )
    if ratio:
        return f"the {kind} at {name} {first} is {value} times that at {second}", f"difference between levels of {name}"
    return f"the {kind} at {name} {first} minus that at {second} is {value}", f"difference between levels of {name}"


def study_effect_sentence(row: Row, facts: AnalysisFacts) -> str:
    """The effect of one study of a meta-analysis."""
    ratio = facts["measure"] == "log_ratio"
    value, ci = bare(row, *(("ratio", "ratio_low", "ratio_high") if ratio else ("yi", "ci_low", "ci_high")))
    kind = _KINDS.get(facts["measure"], facts["measure"].upper())
    parts = [
        f"{row['study']}: {kind} = {value}",
        ci,
        f"weight {alone('weight', row['weight'])} %",
        f"n = {alone('n', row['n'])}",
    ]
    return sentence(row, facts, parts, tail="")


def reconstruction_sentence(row: Row, facts: AnalysisFacts) -> str:
    """What one printed comparison implies, with the range that its rounding leaves."""
    label = ", ".join(readable(row[name]) for name in ("study", "contrast") if row[name])
    source = _SOURCES[row["source"]]
    parts = [f"{label}: from {source} and n = {row['n']}"]
    for name in ("t", "p", "r", "d_z", "d_av"):
        text = _ranged(row, name)
        if text:
            parts.append(f"{name}({int(row['n']) - 1}) {text}" if name == "t" else f"{name} {text}")
    if not missing(row["ci_low"]):
        difference, low, high = (_write(row, name)(row[name]) for name in ("difference", "ci_low", "ci_high"))
        parts += [f"difference {difference}", f"95 % CI [{low}, {high}]"]
    alarms = f"; alarms: {row['alarms']}" if row["alarms"] else ""
    return sentence(row, facts, parts, tail=alarms)


def _ranged(row: Row, name: str) -> str:
    """A quantity with the range that rounding leaves; empty where there is neither."""
    value, low, high = (row[key] for key in (name, f"{name}_min", f"{name}_max"))
    if missing(value) and missing(low):
        return ""
    if name == "p":
        limits = f"[{p_text(low)}, {p_text(high)}]"
        if p_text(low) == p_text(high):
            return p_phrase(low).removeprefix("p ")
        return f"between {limits}" if missing(value) else f"{p_phrase(value).removeprefix('p ')} {limits}"
    write = _write(row, name)
    limits = f"[{write(low)}, {write(high)}]"
    return f"between {limits}" if missing(value) else f"= {write(value)} {limits}"


def _write(row: Row, name: str) -> Callable[[float], str]:
    """What writes a quantity with the range that rounding leaves."""
    return writer(name, [tuple(row.get(key, math.nan) for key in (name, f"{name}_min", f"{name}_max"))])


POOLING = {
    "log_ratio": "logarithms of ratios of means", "mean_change": "mean changes",
    "smcc": "changes standardised by the standard deviation of the change (SMCC)",
    "smcr": "changes standardised by the standard deviation of the first condition (SMCR)",
    "smcrh": "changes standardised by the standard deviation of the first condition, of unequal variances (SMCRH)",
}  # fmt: skip


ESTIMATORS = {
    "reml": "restricted maximum likelihood", "dl": "DerSimonian and Laird's method", "pm": "Paule and Mandel's method",
    "fixed": "taken as zero",
}  # fmt: skip


def pooling_methods(facts: AnalysisFacts) -> Text:
    """Meta-analysis."""
    moderator = f", with {readable(facts['moderator'])} as moderator" if facts["moderator"] else ""
    what = f"Comparisons within participants of {facts['k']} studies ({n_text(facts)} in all) were pooled as"
    what += f" {POOLING[facts['measure']]} by a {facts['analysis']}{moderator}; variance between studies:"
    ratio = "Ratios are exponentiated logarithms. " if facts["measure"] == "log_ratio" else ""
    return Text(
        what=f"{what} {ESTIMATORS[facts['method']]}.",
        interval=f"{ratio}The 95 % confidence interval of the pooled effect is {facts['interval']}; that of a study is"
        " normal.",
        effect=f"The effect size is {facts['measure']}.",
    )


def reconstruction_methods(facts: AnalysisFacts) -> Text:
    """Reconstruction of printed comparisons."""
    low, high = (number(r) for r in facts["r_range"])
    what = "What printed means, standard deviations and tests of comparisons within participants imply was worked out"
    what += " on the raw scale, with the rounding of their decimals carried through (paired t, df = n − 1)"
    return Text(
        what=f"{what} ({n_text(facts)}).",
        interval="Brackets hold the values that round to what is printed; intervals are 95 %.",
        effect=f"d_z uses the standard deviation of the differences, d_av the average one; where nothing printed leads"
        f" to a correlation, it was varied from {low} to {high}.",
    )


register(
    study_effects=Kind(
        title="Effects of the studies",
        methods=pooling_methods,
        sentence=study_effect_sentence,
        needs=("study", "ratio/yi", "ratio_low/ci_low", "ratio_high/ci_high", "weight", "n"),
    ),
    pooled_effects=Kind(
        title="Pooled effects",
        methods=pooling_methods,
        sentence=pooled_sentence,
        needs=(
            "term", "ratio/estimate", "ratio_low/ci_low", "ratio_high/ci_high", "t", "df", "p",
            "ratio_prediction_low/prediction_low", "ratio_prediction_high/prediction_high", "k", "n", "tau2", "q",
            "q_df", "q_p", "i2",
        ),
    ),
    reconstruction=Kind(
        title="Reconstruction from printed summaries",
        methods=reconstruction_methods,
        sentence=reconstruction_sentence,
        needs=(
            "study", "contrast", "n", "source", "difference", "ci_low", "ci_high", "alarms",
            *(f"{name}{end}" for name in ("t", "p", "r", "d_z", "d_av") for end in ("", "_min", "_max")),
        ),
    ),
)  # fmt: skip
