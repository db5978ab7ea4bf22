"""One sentence a row: estimate, interval, test with its degrees of freedom, exact p, effect size by its name, n.

A p of .05 or more never reads "no difference", but "no difference was shown".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from emgkit.notation import (
    alone,
    capital,
    contrast_text,
    degrees,
    missing,
    named,
    p_phrase,
    place,
    readable,
    surface,
    writer,
)
from emgkit.stats.cells.labels import numbered
from emgkit.stats.cells.multiplicity import NAMES, is_below
from emgkit.stats.results.facts import AnalysisFacts, leaves_out_none

__all__ = ["bare", "comparison_clause", "comparison_sentence", "not_shown", "sentence"]  # fmt: skip

Row = Mapping[str, Any]


def comparison_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A contrast of conditions, between groups, or between levels of a further factor."""
    pairs = [name for name in facts.get("interaction") or [] if name != facts["within"]]
    pairs += [facts["between"]] if facts.get("between") else []
    name = "ratio" if facts["scale"] == "log" else "difference"
    value, ci = estimate_text(row, facts, name)
    what = compared_text(row, facts, value) if not pairs else _compared_twice(row, facts, pairs, value)
    parts = [what, *tested_texts(row, facts, ci), *effect_texts(row, ("d_z", "g_av", "g")), n_of_row(row)]
    shown = "difference"
    if pairs:
        shown = "difference between groups" if facts.get("between") else "interaction"
    return sentence(row, facts, parts, tail=not_shown(row.get("p_adjusted"), shown))


def comparison_clause(row: Row, facts: AnalysisFacts) -> str:
    """A contrast with its estimate, interval and p, without a verb: ``squat / deadlift 1.34, 95 % CI …``."""
    value, ci = estimate_text(row, facts, "ratio" if facts["scale"] == "log" else "difference")
    tested = [ci, adjusted_p_text(row, facts)] if not missing(row["p_adjusted"]) else tested_texts(row, facts, ci)
    text = ", ".join([f"{contrast_name(row['contrast'], facts)} {value}", *tested])
    return f"{text}{_although(row, facts)}"


def _although(row: Row, facts: AnalysisFacts) -> str:
    """What explains an interval that leaves out the value of no difference beside a p that shows none."""
    if not leaves_out_none(row, facts):
        return ""
    return f", although the interval, which is not adjusted, leaves out {1 if facts['scale'] == 'log' else 0}"


def sentence(row: Row, facts: AnalysisFacts, parts: Sequence[str], *, tail: str, of: str = "") -> str:
    """Put the parts of a sentence together, after the levels it is about."""
    found = [name for name in _groups(facts) if name in row]
    about = ", ".join([*(place_text(name, row[name], facts) for name in found), *([of] if of else [])])
    text = ", ".join(part for part in parts if part).replace(",:", ":").replace("(,", "(")
    text = f"{about}: {text}" if about else text
    return f"{capital(text)}{tail}".rstrip(".") + "."


def place_text(name: str, level: object, facts: AnalysisFacts) -> str:
    """A level that a sentence is about; the name of the column stands before it where it is needed."""
    return place(name, level_text(level, facts))


def level_text(level: object, facts: AnalysisFacts) -> str:
    """A level in words, but for one that would read like another."""
    return str(level) if str(level) in facts.get("alike", ()) else readable(level)


def contrast_name(contrast: object, facts: AnalysisFacts) -> str:
    """The name of a contrast, but for levels that would read alike; the name of the factor stands before numbers."""
    alike = any(level in str(contrast) for level in facts.get("alike", ()))
    factor = facts.get("within")
    return numbered(factor if isinstance(factor, str) else "", str(contrast) if alike else contrast_text(contrast))


def level_in_sentence(factor: str, level: str, facts: AnalysisFacts) -> str:
    """A level in a sentence; one that would read like another stands as it is in the table."""
    return repr(level) if level in facts.get("alike", ()) else named(factor, level)


def _groups(facts: AnalysisFacts) -> list[str]:
    """Columns of the levels that a row is about."""
    return [*facts.get("outcomes", []), *(facts.get("by") or [])]


def estimate_text(
    row: Row, facts: AnalysisFacts, name: str, *, low: str = "ci_low", high: str = "ci_high", level: str = "95 %"
) -> tuple[str, str]:
    """An estimate with its unit, and its interval."""
    if name.startswith("ratio"):
        return bare(row, name, low, high, level=level)
    unit = str(facts.get("unit") or "")
    return bare(row, name, low, high, level=level, unit=unit, log=facts["scale"] == "log")


def bare(
    row: Row,
    name: str,
    low: str,
    high: str,
    *,
    level: str = "95 %",
    unit: str = "",
    log: bool = False,
    slope: bool = False,
) -> tuple[str, str]:
    """An estimate and its interval, as their columns hold them; the ratio of a ``slope`` lies near 1."""
    value, *limits = (row[key] for key in (name, low, high))
    write = writer("slope_ratio" if slope and name == "ratio" else name, [(value, *limits)], log=log, unit=unit)
    text = write(value) + (f" {surface(unit)[0]}" if unit else "")
    if missing(limits[0]) and missing(limits[1]):
        return text, f"no {level} CI"
    return text, f"{level} CI [{write(limits[0])}, {write(limits[1])}]"


def with_limits(row: Row, name: str) -> str:
    low, high = (row.get(f"{name}{end}", math.nan) for end in ("_low", "_high"))
    write = writer(name, [(row[name], low, high)])
    shown = "" if missing(low) and missing(high) else f" [{write(low)}, {write(high)}]"
    return write(row[name]) + shown


def pair_text(contrast: object, facts: AnalysisFacts, sign: str, form: str, other: str) -> str:
    """Both levels of a contrast in a sentence; ``other`` where a level's own name holds the sign."""
    levels = str(contrast).split(f" {sign} ")
    return (
        form.format(*(level_in_sentence(facts["within"], level, facts) for level in levels))
        if len(levels) == 2
        else other
    )


def compared_text(row: Row, facts: AnalysisFacts, value: str) -> str:
    contrast, factor = row["contrast"], facts["within"]
    if facts["scale"] == "log":
        levels = str(contrast).split(" / ")
        if len(levels) == 2:
            first, second = (level_in_sentence(factor, level, facts) for level in levels)
            return f"{first} was {value} times {second}"
        return f"the ratio {contrast} was {value}"
    return pair_text(contrast, facts, "-", "{} minus {} was", f"the difference {contrast} was") + f" {value}"


def _compared_twice(row: Row, facts: AnalysisFacts, pairs: Sequence[str], value: str) -> str:
    log = facts["scale"] == "log"
    kind, sign = ("ratio", "/") if log else ("difference", "-")
    first = readable(row.get(facts["within"], row["contrast"]))
    levels = str(row[pairs[0]]).split(f" {sign} ")
    if len(pairs) == 1 and len(levels) == 2:
        one, two = (place_text(pairs[0], level, facts) for level in levels)
        if log:
            return f"the ratio {first} in {one} was {value} times that in {two}"
        return f"the difference {first} in {one} minus that in {two} was {value}"
    names = "; ".join(readable(row[name]) for name in pairs)
    return f"the {kind} of {kind}s ({first}; {names}) was {value}"


def tested_texts(row: Row, facts: AnalysisFacts, ci: str) -> list[str]:
    """Interval, test statistic and p of a contrast."""
    if missing(row["p_adjusted"]):
        return ["no interval and no test for lack of an error term"]
    if not missing(row.get("V")):
        statistic = f"V = {alone('V', row['V'])}"
    elif not missing(row.get("df")):
        statistic = f"t({degrees(row['df'])}) = {alone('t', row['t'])}"
    else:
        statistic = "exact sign flips"
    return [ci, statistic, adjusted_p_text(row, facts)]


def adjusted_p_text(row: Row, facts: AnalysisFacts) -> str:
    """The p of a contrast, and what it is corrected for."""
    family, how = int(row.get("family_size", 1)), NAMES.get(facts["adjust"])
    text = p_phrase(row["p_adjusted"])
    if family > 1:
        return f"{text} ({how}-adjusted over {family})" if how else f"{text} (one of {family}, not adjusted)"
    return text


def t_and_p_texts(row: Row) -> list[str]:
    return [f"t({degrees(row['df'])}) = {alone('t', row['t'])}", p_phrase(row["p"])]


def f_and_p_text(row: Row) -> str:
    if missing(row["p"]):
        return "no test for lack of an error term"
    return f"F({degrees(row['df1'])}, {degrees(row['df2'])}) = {alone('F', row['F'])}, {p_phrase(row['p'])}"


def effect_texts(row: Row, names: Sequence[str]) -> list[str]:
    """Effect sizes that are there, each by its name and with its interval."""
    shown = {"g": "Hedges' g"}
    return [f"{shown.get(name, name)} = {with_limits(row, name)}" for name in names if not missing(row.get(name))]


def n_of_row(row: Row) -> str:
    groups = f" ({row['n_first']} and {row['n_second']})" if "n_first" in row and "n_second" in row else ""
    return f"n = {row['n']}{groups}"


def not_shown(p: float | None, what: str) -> str:
    """What a p that is not below .05 lets one say."""
    return f"; no {what} was shown" if p is not None and not missing(p) and not is_below(p) else ""
