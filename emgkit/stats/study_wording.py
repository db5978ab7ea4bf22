"""One sentence a row of what studies report: pooled effects, meta-regressions, reconstructed comparisons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from emgkit.stats.digits import degrees, fixed, interval, missing, p_phrase, p_text, places, words
from emgkit.stats.wording import bare, not_shown, sentence

__all__ = ["pooled", "reconstruction", "study_effect"]

Row = Mapping[str, Any]
Said = Mapping[str, Any]

_KINDS = {"log_ratio": "ratio of means", "mean_change": "mean change"}
_SOURCES = {
    "p": "the printed p", "t": "the printed t", "ci": "the printed interval", "d_z": "the printed d_z",
    "r_range": "correlations assumed, not known,",
}  # fmt: skip


def pooled(row: Row, said: Said) -> str:
    """A pooled effect, or a coefficient of a meta-regression."""
    name, low, high, prediction = "estimate", "ci_low", "ci_high", "prediction"
    if said["measure"] == "log_ratio":
        name, low, high, prediction = "ratio", "ratio_low", "ratio_high", "ratio_prediction"
    slope = row["term"] == said.get("moderator")
    value, ci = bare(row, name, low, high, slope=slope)
    what, shown = _coefficient(row, said, value)
    if missing(row["p"]):
        parts = [what, "no interval and no test for lack of an error term"]
    else:
        df = "z" if math.isinf(row["df"]) else f"t({degrees(row['df'])})"
        t = f"{df} = {fixed(row['t'], 2)}"
        parts = [what, f"{ci} ({said['interval'].split(',')[0]})", t, p_phrase(row["p"])]
    if not missing(row[f"{prediction}_low"]):
        reach = bare(row, name, f"{prediction}_low", f"{prediction}_high")[1].removeprefix("95 % CI ")
        parts.append(f"95 % prediction interval {reach}")
    q = f"Q({degrees(row['q_df'])}) = {fixed(row['q'], 2)}, {p_phrase(row['q_p'])}"
    parts += [f"tau² = {fixed(row['tau2'], places([row['tau2']], least=2))}", q, f"I² = {fixed(row['i2'], 0)} %"]
    parts += [f"k = {row['k']} studies", f"n = {row['n']}"]
    return sentence(row, said, parts, tail=not_shown(row["p"], shown))


def _coefficient(row: Row, said: Said, value: str) -> tuple[str, str]:
    """What a coefficient is, and what was not shown where its p is not below .05."""
    measure, term, moderator = said["measure"], str(row["term"]), str(said.get("moderator") or "")
    kind, ratio = _KINDS.get(measure, measure.upper()), measure == "log_ratio"
    if not moderator:
        return f"pooled {kind} = {value}", "effect"
    name = words(moderator)
    if term == moderator:
        change = f"is multiplied by {value}" if ratio else f"changes by {value}"
        return f"per unit of {name} the {kind} {change}", f"change with {name}"
    if term == "intercept":
        level = said.get("moderator_reference")
        place = f"{name} = {words(level)}" if level else f"{name} = 0"
        return f"at {place} the {kind} is {value}", f"effect at {place}"
    pair = term.removeprefix(f"{moderator}: ").split(" - ")
    first, second = (words(level) for level in pair) if len(pair) == 2 else (words(" - ".join(pair)), "the first level")
    if ratio:
        return f"the {kind} at {name} {first} is {value} times that at {second}", f"difference between levels of {name}"
    return f"the {kind} at {name} {first} minus that at {second} is {value}", f"difference between levels of {name}"


def study_effect(row: Row, said: Said) -> str:
    """The effect of one study of a meta-analysis."""
    ratio = said["measure"] == "log_ratio"
    value, ci = bare(row, *(("ratio", "ratio_low", "ratio_high") if ratio else ("yi", "ci_low", "ci_high")))
    kind = _KINDS.get(said["measure"], said["measure"].upper())
    parts = [f"{row['study']}: {kind} = {value}", ci, f"weight {fixed(row['weight'], 1)} %", f"n = {row['n']:g}"]
    return sentence(row, said, parts, tail="")


def reconstruction(row: Row, said: Said) -> str:
    """What one printed comparison implies, with the range that its rounding leaves."""
    label = ", ".join(words(row[name]) for name in ("study", "contrast") if row[name])
    source = _SOURCES[row["source"]]
    parts = [f"{label}: from {source} and n = {row['n']}"]
    for name in ("t", "p", "r", "d_z", "d_av"):
        text = _ranged(row, name)
        if text:
            parts.append(f"{name}({int(row['n']) - 1}) {text}" if name == "t" else f"{name} {text}")
    if not missing(row["ci_low"]):
        numbers = [row[name] for name in ("difference", "ci_low", "ci_high")]
        parts.append(f"difference {fixed(numbers[0], places(numbers))}")
        parts.append(f"95 % CI {interval(numbers[1], numbers[2], places(numbers))}")
    alarms = f"; alarms: {row['alarms']}" if row["alarms"] else ""
    return sentence(row, said, parts, tail=alarms)


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
    decimals = places([value, low, high], least=2)
    limits = interval(low, high, decimals)
    return f"between {limits}" if missing(value) else f"= {fixed(value, decimals)} {limits}"
