"""One sentence a row: estimate, interval, test with its degrees of freedom, exact p, effect size by its name, n.

A p of .05 or more never reads "no difference", but "no difference was shown".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from emgkit.stats.cells.multiplicity import ADJUSTMENTS
from emgkit.stats.digits import (
    capital,
    counted,
    degrees,
    fixed,
    interval,
    missing,
    named,
    p_phrase,
    places,
    ratio_places,
    share,
    surface,
    words,
)

__all__ = [
    "anova", "bare", "beyond", "coefficient", "comparison", "effect_sizes", "equivalence", "f_test", "influence",
    "marginal_mean", "not_shown", "power_between", "power_equivalence", "power_paired", "power_simulated",
    "power_within", "reliability", "sentence", "variance", "waveform",
]  # fmt: skip

Row = Mapping[str, Any]
Said = Mapping[str, Any]

ALPHA = 0.05
ADJUSTED = {name: said for name, said in ADJUSTMENTS.items() if said}
# columns whose levels say by themselves what they are
_PLAIN = ("muscle", "channel", "exercise", "task", "outcome", "measure", "study")
_QUANTITIES = {
    "icc_2_1": "ICC(2,1) of absolute agreement",
    "icc_3_1": "ICC(3,1) of consistency",
    "sem": "standard error of measurement",
    "mdc95": "minimal detectable change (95 %)",
    "cv": "coefficient of variation (typical error)",
    "bias": "bias",
    "agreement_low": "lower limit of agreement",
    "agreement_high": "upper limit of agreement",
}


def comparison(row: Row, said: Said) -> str:
    """A contrast of conditions, between groups, or between levels of a further factor."""
    pairs = [name for name in said.get("interaction") or [] if name != said["within"]]
    pairs += [said["between"]] if said.get("between") else []
    name = "ratio" if said["scale"] == "log" else "difference"
    value, ci = _estimate(row, said, name)
    what = _compared(row, said, value) if not pairs else _compared_twice(row, said, pairs, value)
    parts = [what, *_tested(row, said, ci), *_effects(row, ("d_z", "g_av", "g")), _people(row)]
    shown = "difference"
    if pairs:
        shown = "difference between groups" if said.get("between") else "interaction"
    return sentence(row, said, parts, tail=not_shown(row.get("p_adjusted"), shown))


def anova(row: Row, said: Said) -> str:
    """A term of an analysis of variance, the Greenhouse-Geisser p beside the plain one."""
    parts, decides = [_f(row)], row["p"]
    if (
        row["epsilon_gg"] != 1 and not missing(decides) and not missing(row.get("p_gg"))
    ):  # a single contrast is spherical
        decides = row["p_gg"]
        corrected = p_phrase(decides)
        parts.append(f"Greenhouse-Geisser-corrected {corrected} (epsilon = {fixed(row['epsilon_gg'], 2)})")
    sizes = (("generalised eta squared", "ges"), ("partial eta squared", "pes"))
    parts += [f"{name} = {share(row[key])}" for name, key in sizes if not missing(row.get(key))]
    return sentence(row, said, [*parts, _people(row)], tail=not_shown(decides, "effect"), of=_term(row["term"]))


def f_test(row: Row, said: Said) -> str:
    """A term of a mixed model."""
    method = f" ({_df_method(said)} df)" if said["random"] and not missing(row["p"]) else ""
    zero = _at_zero(row, said)
    parts = [f"{_f(row)}{method}", _people(row)]
    # an effect where a covariate is 0, often far from all values, is none of the factor as a whole
    tail = "" if zero else not_shown(row["p"], "effect")
    return sentence(row, said, parts, tail=tail, of=f"{_term(row['term'])}{zero}")


def coefficient(row: Row, said: Said) -> str:
    """A coefficient of a mixed model, on the scale of the model."""
    log = said["scale"] == "log"
    value, ci = _estimate(row, said, "estimate") if not log else bare(row, "estimate", "ci_low", "ci_high")
    scale = " (logarithm)" if log else ""
    term = str(row["term"])
    coding = " (coded to sum to zero)" if term in said.get("coded", ()) else ""
    value += _per(term, said)
    parts = [
        f"the coefficient of {term}{coding}{_at_zero(row, said)} was {value}{scale}",
        ci,
        *_t_and_p(row),
        _people(row),
    ]
    return sentence(row, said, parts, tail="")


def _at_zero(row: Row, said: Said) -> str:
    """Where the effect of a term stands that interacts with a covariate."""
    held = (said.get("at_zero") or {}).get(str(row["term"]), [])
    return f" at {' and '.join(f'{words(name)} = 0' for name in held)}" if held else ""


def _per(term: str, said: Said) -> str:
    """The unit below the line of a slope."""
    slopes = [words(part) for part in term.split(":") if part in said.get("slopes", ())]
    return f" per unit of {' and '.join(slopes)}" if slopes else ""


def marginal_mean(row: Row, said: Said) -> str:
    """A marginal mean of a mixed model."""
    name = "geometric_mean" if said["scale"] == "log" else "mean"
    value, ci = _estimate(row, said, name)
    levels = ", ".join(_named(factor, str(row[factor]), said) for factor in said["levels"])
    parts = [f"the {words(name)} of {levels or 'all'} was {value}", ci, f"df = {degrees(row['df'])}", _people(row)]
    return sentence(row, said, parts, tail="")


def variance(row: Row, said: Said) -> str:
    """A variance component of a mixed model."""
    scale = " (logarithms)" if said["scale"] == "log" else ""
    name = row["group"] if row["name"] in ("", "1") else f"{row['group']} ({row['name']})"
    if row["other"]:
        both = f"{row['name']} and {row['other']} within {words(row['group'])}"
        return f"The correlation of {both} is {fixed(row['correlation'], 2)}."
    factor = 1.0 if said["scale"] == "log" else surface(said["unit"])[1]
    unit = "" if said["scale"] == "log" else f" {surface(said['unit'])[0]}".rstrip()
    sd, unit = row["sd"] * factor, unit + _per(str(row["name"]), said)
    return f"The standard deviation of {words(name)}{scale} is {fixed(sd, places([sd], least=2))}{unit}."


def equivalence(row: Row, said: Said) -> str:
    """Two one-sided tests against bounds, and what they show."""
    name = "ratio" if said["scale"] == "log" else "difference"
    value, ci90 = _estimate(row, said, name, low="ci90_low", high="ci90_high", level="90 %")
    ci = _estimate(row, said, name)[1]
    factor = 1.0 if name == "ratio" else surface(str(said.get("unit") or ""))[1]
    low, high = (row[bound] * factor for bound in ("bound_low", "bound_high"))
    bounds = interval(low, high, places([low, high], least=2 if name == "ratio" else 0))
    parts = [_compared(row, said, value), ci90]
    if missing(row["p"]):
        parts.append("no test for lack of an error term")
    else:
        df = degrees(row["df"])
        tests = f"two one-sided tests against the bounds {bounds}: t({df}) = {fixed(row['t_lower'], 2)} and"
        parts += [f"{tests} t({df}) = {fixed(row['t_upper'], 2)}", _adjusted_p(row, said)]
    parts += [ci, _people(row)]
    if not missing(row.get("p_difference")):
        parts.append(f"paired t test of a difference {p_phrase(row['p_difference'])}")
    return sentence(row, said, parts, tail=f"; equivalence was {'' if row['equivalent'] else 'not '}shown")


def effect_sizes(row: Row, said: Said) -> str:
    """All sizes of one pair, each by its name."""
    value, ci = _estimate(row, said, "difference", low="difference_low", high="difference_high")
    if said.get("between"):
        change = _pair(row["contrast"], said, "-", "{} minus {}", str(row["contrast"]))
        groups = [_place(said["between"], level, said) for level in str(row[said["between"]]).split(" - ")]
        what = f"the change ({change}) of {' minus that of '.join(groups)} was"
        parts = [f"{what} {value}", ci, *_effects(row, ("g_change",))]
        if not missing(row.get("d_ppc2")):
            parts.append(f"d_ppc2 = {fixed(row['d_ppc2'], 2)}")
        people = f"n = {row['n_first'] + row['n_second']} ({row['n_first']} and {row['n_second']})"
        return sentence(row, said, [*parts, people], tail="")
    sign = "/" if "ratio" in row else "-"
    parts = [_pair(row["contrast"], said, sign, "{} minus {} was", row["contrast"]) + f" {value}", ci]
    if not missing(row.get("ratio")):
        parts.append(f"ratio of geometric means {_with_limits(row, 'ratio')}")
    parts += _effects(row, ("d_z", "g_z", "d_av", "g_av", "d_rm", "g_first"))
    parts += [f"r = {share(row['r'], 2)}"] if not missing(row.get("r")) else []
    return sentence(row, said, [*parts, _people(row)], tail="")


def reliability(row: Row, said: Said) -> str:
    """One quantity of reliability."""
    quantity = str(row["quantity"])
    unit, factor = surface(str(row["unit"]))
    numbers = [row[name] * factor for name in ("value", "ci_low", "ci_high")]
    if quantity.startswith("icc"):
        value, limits = share(numbers[0]), f"[{share(numbers[1])}, {share(numbers[2])}]"
    else:
        decimals = places(numbers)
        value, limits = (
            fixed(numbers[0], decimals) + (f" {unit}" if unit else ""),
            interval(numbers[1], numbers[2], decimals),
        )
    if missing(numbers[0]):
        parts = [f"{_QUANTITIES[quantity]} is not defined: the trials differ by the same amount in all"]
    else:
        of = f" of trials {row['trials']}" if row["trials"] else ""
        parts = [f"{_QUANTITIES[quantity]}{of} = {value}", f"95 % CI {limits}"]
    return sentence(row, said, [*parts, _people(row), counted(int(row["n_trials"]), "trial")], tail="")


def influence(row: Row, said: Said) -> str:
    """A contrast without one participant, beside that of everybody."""
    name = "ratio" if said["scale"] == "log" else "difference"
    value, ci = _estimate(row, said, name)
    everybody, ci_all = _estimate(row, said, f"{name}_all", low="ci_low_all", high="ci_high_all")
    how = ADJUSTED.get(said["adjust"])
    adjusted = f" ({how}-adjusted)" if how else ""
    n = int(row["n_all"])
    parts = [
        f"without {row['left_out']} {_compared(row, said, value)}", ci, p_phrase(row["p_adjusted"]) + adjusted,
        f"n = {n - 1}",
    ]  # fmt: skip
    before = f"with everybody {everybody}, {ci_all}, {p_phrase(row['p_adjusted_all'])}{adjusted}, n = {n}"
    same = not row["verdict_changes"]
    verdict = f"stays {row['verdict']!r}" if same else f"changes from {row['verdict_all']!r} to {row['verdict']!r}"
    tail = f" ({before}): the verdict {verdict}"
    if row["contradicts"]:
        tail += f". {capital(str(row['why']))}"
    return sentence(row, said, parts, tail=tail)


def waveform(row: Row, said: Said) -> str:
    """The test of two whole curves."""
    what = _pair(row["contrast"], said, "/" if said["scale"] == "log" else "-", "the curves of {} and {}", "")
    what = what or f"the curves of {row['contrast']}"
    if missing(row["p"]):
        return sentence(row, said, [f"{what} could not be tested for lack of an error term", _people(row)], tail="")
    df, adjusted = int(row["n"]) - 1, row["p_adjusted"] if "p_adjusted" in row else row["p"]
    found = adjusted <= said["alpha"]
    differ = "differed" if found else "were compared"
    family = row.get("family_size", 1)
    corrected = p_phrase(adjusted) + (f" (Holm-adjusted over {family})" if family > 1 else "")
    if said["method"] == "cluster":
        tested = f"largest |t|({df}) = {fixed(row['t_max'], 2)}, cluster mass by sign flips"
    else:
        height = row.get("threshold_holm", row["threshold"])
        threshold = "out of reach" if math.isinf(height) else fixed(height, 2)
        tested = f"largest |t|({df}) = {fixed(row['t_max'], 2)} at point {row['point_max']}, threshold {threshold}"
    parts = [f"{what} {differ}: {tested}", corrected, f"{row['n_points']} points", _people(row)]
    tail = "" if found else "; no difference of the curves was shown"
    return sentence(row, said, parts, tail=tail)


def beyond(told: str, runs: Sequence[Row]) -> str:
    """A sentence on two curves, with the points beyond the threshold where the curves differed."""
    if not runs or told.endswith("was shown."):
        return told
    found = [(run["first_point"], run["last_point"]) for run in runs]
    texts = [f"{first} to {last}" if first != last else f"{first}" for first, last in found]
    return f"{told[:-1]}; beyond the threshold at points {', '.join(texts)}."


def power_paired(row: Row, said: Said) -> str:
    """Power of a paired t test."""
    return _power(row, said, f"a d_z of {fixed(row['effect'], 2)}", "a two-sided paired t test")


def power_between(row: Row, said: Said) -> str:
    """Power of a t test between two groups."""
    return _power(row, said, f"a d of {fixed(row['effect'], 2)}", "a two-sided t test between two groups of that size")


def power_equivalence(row: Row, said: Said) -> str:
    """Power of two one-sided tests."""
    within = f"bounds of −{fixed(row['bound'], 2)} and {fixed(row['bound'], 2)} standard deviations of the differences"
    return _power(row, said, f"{within} and a true d_z of {fixed(row['effect'], 2)}", "two one-sided paired t tests")


def power_within(row: Row, said: Said) -> str:
    """Power of an F test within participants."""
    test = f"an F test of {said['conditions']} levels (df = {degrees(row['df1'])} and {degrees(row['df2'])})"
    return _power(row, said, f"a Cohen's f of {fixed(row['f'], 2)}", test)


def power_simulated(row: Row, said: Said) -> str:
    """Power found in simulated studies."""
    true = f"true ratio {fixed(row['true_ratio'], 2)}, d_z = {fixed(row['d_z'], 2)}"
    what = f"with n = {row['n']}, {row['contrast']} ({true})"
    alone = f"was found in a share of {share(row['power'])} of {row['studies']} simulated studies"
    limits = f"95 % CI [{share(row['power_low'])}, {share(row['power_high'])}]"
    after = f"{share(row['power_adjusted'])} [{share(row['power_adjusted_low'])}, {share(row['power_adjusted_high'])}]"
    how = ADJUSTED.get(said["adjust"])
    corrected = [f"{how}-adjusted {after}"] if how else []
    expected = f"{share(row['power_expected'])} expected from the noncentral t"
    return sentence(row, said, [f"{what} {alone}", limits, *corrected, expected], tail="")


def sentence(row: Row, said: Said, parts: Sequence[str], *, tail: str, of: str = "") -> str:
    """Put the parts of a sentence together, after the levels it is about."""
    found = [name for name in _groups(said) if name in row]
    place = ", ".join([*(_place(name, row[name], said) for name in found), *([of] if of else [])])
    text = ", ".join(part for part in parts if part).replace(",:", ":").replace("(,", "(")
    text = f"{place}: {text}" if place else text
    return f"{capital(text)}{tail}".rstrip(".") + "."


def _place(name: str, level: object, said: Said) -> str:
    """A level that a sentence is about; a muscle says by itself what it is, a group does not."""
    text = _words(level, said)
    return text if name in _PLAIN else f"{words(name)} {text}"


def _words(level: object, said: Said) -> str:
    """A level in words, but for one that would read like another."""
    return str(level) if str(level) in said.get("alike", ()) else words(level)


def _named(factor: str, level: str, said: Said) -> str:
    """A level in a sentence; one that would read like another stands as it is in the table."""
    return repr(level) if level in said.get("alike", ()) else named(factor, level)


def _groups(said: Said) -> list[str]:
    """Columns of the levels that a row is about."""
    return [*said.get("outcomes", []), *(said.get("by") or [])]


def _estimate(
    row: Row, said: Said, name: str, *, low: str = "ci_low", high: str = "ci_high", level: str = "95 %"
) -> tuple[str, str]:
    """An estimate with its unit, and its interval."""
    if name.startswith("ratio"):
        return bare(row, name, low, high, level=level)
    unit, factor = surface(str(said.get("unit") or ""))
    return bare(row, name, low, high, level=level, unit=unit, factor=factor)


def bare(
    row: Row,
    name: str,
    low: str,
    high: str,
    *,
    level: str = "95 %",
    unit: str = "",
    factor: float = 1.0,
    slope: bool = False,
) -> tuple[str, str]:
    """An estimate and its interval; the ratio of a ``slope`` lies near 1, and what is beyond 1 has three digits."""
    value, *limits = (row[key] * factor for key in (name, low, high))
    decimals = ratio_places([(value, *limits)]) if name.startswith("ratio") else places([value, *limits])
    if slope and name.startswith("ratio"):
        decimals = places([value - 1, *(limit - 1 for limit in limits)], least=2)
    text = fixed(value, decimals) + (f" {unit}" if unit else "")
    if missing(limits[0]) and missing(limits[1]):
        return text, f"no {level} CI"
    return text, f"{level} CI {interval(limits[0], limits[1], decimals)}"


def _with_limits(row: Row, name: str) -> str:
    low, high = (row.get(f"{name}{end}", math.nan) for end in ("_low", "_high"))
    decimals = ratio_places([(row[name], low, high)]) if name.startswith("ratio") else 2
    shown = "" if missing(low) and missing(high) else f" {interval(low, high, decimals)}"
    return fixed(row[name], decimals) + shown


def _pair(contrast: object, said: Said, sign: str, form: str, other: str) -> str:
    """Both levels of a contrast in a sentence; ``other`` where a level's own name holds the sign."""
    levels = str(contrast).split(f" {sign} ")
    return form.format(*(_named(said["within"], level, said) for level in levels)) if len(levels) == 2 else other


def _compared(row: Row, said: Said, value: str) -> str:
    contrast, factor = row["contrast"], said["within"]
    if said["scale"] == "log":
        levels = str(contrast).split(" / ")
        if len(levels) == 2:
            first, second = (_named(factor, level, said) for level in levels)
            return f"{first} was {value} times {second}"
        return f"the ratio {contrast} was {value}"
    return _pair(contrast, said, "-", "{} minus {} was", f"the difference {contrast} was") + f" {value}"


def _compared_twice(row: Row, said: Said, pairs: Sequence[str], value: str) -> str:
    log = said["scale"] == "log"
    kind, sign = ("ratio", "/") if log else ("difference", "-")
    first = words(row.get(said["within"], row["contrast"]))
    levels = str(row[pairs[0]]).split(f" {sign} ")
    if len(pairs) == 1 and len(levels) == 2:
        one, two = (_place(pairs[0], level, said) for level in levels)
        if log:
            return f"the ratio {first} in {one} was {value} times that in {two}"
        return f"the difference {first} in {one} minus that in {two} was {value}"
    names = "; ".join(words(row[name]) for name in pairs)
    return f"the {kind} of {kind}s ({first}; {names}) was {value}"


def _tested(row: Row, said: Said, ci: str) -> list[str]:
    """Interval, test statistic and p of a contrast."""
    if missing(row["p_adjusted"]):
        return ["no interval and no test for lack of an error term"]
    if not missing(row.get("V")):
        statistic = f"V = {row['V']:g}"
    elif not missing(row.get("df")):
        statistic = f"t({degrees(row['df'])}) = {fixed(row['t'], 2)}"
    else:
        statistic = "exact sign flips"
    return [ci, statistic, _adjusted_p(row, said)]


def _adjusted_p(row: Row, said: Said) -> str:
    """The p of a contrast, and what it is corrected for."""
    family, how = int(row.get("family_size", 1)), ADJUSTED.get(said["adjust"])
    text = p_phrase(row["p_adjusted"])
    if family > 1:
        return f"{text} ({how}-adjusted over {family})" if how else f"{text} (one of {family}, not adjusted)"
    return text


def _t_and_p(row: Row) -> list[str]:
    return [f"t({degrees(row['df'])}) = {fixed(row['t'], 2)}", p_phrase(row["p"])]


def _f(row: Row) -> str:
    if missing(row["p"]):
        return "no test for lack of an error term"
    return f"F({degrees(row['df1'])}, {degrees(row['df2'])}) = {fixed(row['F'], 2)}, {p_phrase(row['p'])}"


def _effects(row: Row, names: Sequence[str]) -> list[str]:
    """Effect sizes that are there, each by its name and with its interval."""
    shown = {"g": "Hedges' g"}
    return [f"{shown.get(name, name)} = {_with_limits(row, name)}" for name in names if not missing(row.get(name))]


def _people(row: Row) -> str:
    groups = f" ({row['n_first']} and {row['n_second']})" if "n_first" in row and "n_second" in row else ""
    return f"n = {row['n']}{groups}"


def _term(name: object) -> str:
    return words(str(name).replace(":", " × "))


def _df_method(said: Said) -> str:
    return "-".join(part.capitalize() for part in str(said["df"]).split("-"))


def not_shown(p: float | None, what: str) -> str:
    """What a p that is not below .05 lets one say."""
    return f"; no {what} was shown" if p is not None and not missing(p) and p >= ALPHA else ""


def _power(row: Row, said: Said, effect: str, test: str) -> str:
    """One row of a table of power."""
    alpha = f"{said['alpha']:.4g}".removeprefix("0")
    found = "" if said["found"] == "power" else f" (the {said['found']} was computed)"
    text = f"with n = {row['n']}, the power of {test} at alpha = {alpha} is {share(row['power'])} for {effect}{found}"
    return sentence(row, said, [text], tail="")
