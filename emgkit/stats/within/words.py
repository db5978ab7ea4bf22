"""Sentences and Methods paragraphs of comparisons within participants."""

from __future__ import annotations

from collections.abc import Callable

from emgkit.notation import (
    alone,
    capital,
    counted,
    degrees,
    fixed,
    interval,
    missing,
    p_phrase,
    places,
    readable,
    series,
    share,
    surface,
    term_text,
    writer,
)
from emgkit.stats.cells.effect_formulas import ALPHA
from emgkit.stats.cells.multiplicity import ADJUSTMENTS
from emgkit.stats.results.facts import AnalysisFacts, is_about
from emgkit.stats.results.kinds import Kind, register
from emgkit.stats.results.methods import (
    Text,
    alpha_text,
    family_text,
    n_text,
    names_of,
    outcome_text,
    p_was_adjusted,
    regions_text,
    scale_text,
    separately,
)
from emgkit.stats.results.sentences import (
    Row,
    adjusted_p_text,
    bare,
    compared_text,
    comparison_clause,
    comparison_sentence,
    effect_texts,
    estimate_text,
    f_and_p_text,
    level_in_sentence,
    n_of_row,
    not_shown,
    pair_text,
    place_text,
    sentence,
    with_limits,
)

__all__ = [
    "D_Z",
    "G_AV",
    "TESTS",
    "anova_methods",
    "anova_sentence",
    "contrasts_methods",
    "effect_sizes_methods",
    "effect_sizes_sentence",
    "equivalence_methods",
    "equivalence_sentence",
    "influence_methods",
    "influence_sentence",
    "levels_methods",
    "levels_sentence",
    "reliability_methods",
    "reliability_sentence",
]


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


def anova_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A term of an analysis of variance, the Greenhouse-Geisser p beside the plain one."""
    parts, decides = [f_and_p_text(row)], row["p"]
    if (
        row["epsilon_gg"] != 1 and not missing(decides) and not missing(row.get("p_gg"))
    ):  # a single contrast is spherical
        decides = row["p_gg"]
        corrected = p_phrase(decides)
        parts.append(f"Greenhouse-Geisser-corrected {corrected} (epsilon = {alone('epsilon_gg', row['epsilon_gg'])})")
    sizes = (("generalised eta squared", "ges"), ("partial eta squared", "pes"))
    parts += [f"{name} = {alone(key, row[key])}" for name, key in sizes if not missing(row.get(key))]
    here = [gap for gap in facts.get("left_out") or [] if is_about(row, gap["at"])]
    who = f"{n_of_row(row)} complete cases, without {series(here[0]['who'])}" if here else n_of_row(row)
    return sentence(row, facts, [*parts, who], tail=not_shown(decides, "effect"), of=term_text(row["term"]))


def equivalence_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Two one-sided tests against bounds, and what they show."""
    name = "ratio" if facts["scale"] == "log" else "difference"
    value, ci = estimate_text(row, facts, name)
    ci90 = estimate_text(row, facts, name, low="ci90_low", high="ci90_high", level="90 %")[1]
    bounds = ", ".join(_bounds((row["bound_low"], row["bound_high"]), facts))
    parts = [compared_text(row, facts, value), ci90]
    if missing(row["p"]):
        parts.append("no test for lack of an error term")
    else:
        df = degrees(row["df"])
        unit = "" if facts["scale"] == "log" else surface(str(facts.get("unit") or ""))[0]
        within = f"[{bounds}] {unit}".rstrip()
        tests = f"two one-sided tests against the bounds {within}: t({df}) = {alone('t_lower', row['t_lower'])} and"
        parts += [f"{tests} t({df}) = {alone('t_upper', row['t_upper'])}", adjusted_p_text(row, facts)]
    parts += [ci, n_of_row(row)]
    if not missing(row.get("p_difference")):
        parts.append(f"paired t test of a difference {p_phrase(row['p_difference'])}")
    return sentence(row, facts, parts, tail=f"; equivalence was {'' if row['equivalent'] else 'not '}shown")


def _bounds(bounds: tuple[float, float], facts: AnalysisFacts) -> list[str]:
    """Both bounds of equivalence."""
    low, high = bounds
    write = writer("bound", [(low, low, high)], log=facts["scale"] == "log", unit=str(facts.get("unit") or ""))
    return [write(low), write(high)]


def effect_sizes_sentence(row: Row, facts: AnalysisFacts) -> str:
    """All sizes of one pair, each by its name."""
    value, ci = estimate_text(row, facts, "difference", low="difference_low", high="difference_high")
    if facts.get("between"):
        change = pair_text(row["contrast"], facts, "-", "{} minus {}", str(row["contrast"]))
        groups = [place_text(facts["between"], level, facts) for level in str(row[facts["between"]]).split(" - ")]
        what = f"the change ({change}) of {' minus that of '.join(groups)} was"
        parts = [f"{what} {value}", ci, *effect_texts(row, ("g_change",))]
        if not missing(row.get("d_ppc2")):
            parts.append(f"d_ppc2 = {alone('d_ppc2', row['d_ppc2'])}")
        people = f"n = {row['n_first'] + row['n_second']} ({row['n_first']} and {row['n_second']})"
        return sentence(row, facts, [*parts, people], tail="")
    sign = "/" if "ratio" in row else "-"
    parts = [pair_text(row["contrast"], facts, sign, "{} minus {} was", row["contrast"]) + f" {value}", ci]
    if not missing(row.get("ratio")):
        parts.append(f"ratio of geometric means {with_limits(row, 'ratio')}")
    parts += effect_texts(row, ("d_z", "g_z", "d_av", "g_av", "d_rm", "g_first"))
    parts += [f"r = {alone('r', row['r'])}"] if not missing(row.get("r")) else []
    return sentence(row, facts, [*parts, n_of_row(row)], tail="")


def reliability_sentence(row: Row, facts: AnalysisFacts) -> str:
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
    return sentence(row, facts, [*parts, n_of_row(row), counted(int(row["n_trials"]), "trial")], tail="")


def influence_sentence(row: Row, facts: AnalysisFacts) -> str:
    """A contrast without one participant, beside that of everybody."""
    name = "ratio" if facts["scale"] == "log" else "difference"
    value, ci = estimate_text(row, facts, name)
    everybody, ci_all = estimate_text(row, facts, f"{name}_all", low="ci_low_all", high="ci_high_all")
    n = int(row["n_all"])
    test, test_all = _adjusted_test(row["p_adjusted"], row, facts), _adjusted_test(row["p_adjusted_all"], row, facts)
    parts = [f"without {row['left_out']} {compared_text(row, facts, value)}", ci, test, f"n = {n - 1}"]
    tail = f" (with everybody {everybody}, {ci_all}, {test_all}, n = {n})"
    if row["verdict_changes"]:
        tail += f": the verdict changes from {row['verdict_all']!r} to {row['verdict']!r}"
    elif not missing(row["p_adjusted"]) and not missing(row["p_adjusted_all"]):
        tail += f": the verdict stays {row['verdict']!r}"
    if row["contradicts"]:
        tail += f". {capital(str(row['why']))}"
    return sentence(row, facts, parts, tail=tail)


def _adjusted_test(p: float, row: Row, facts: AnalysisFacts) -> str:
    """A p of the table of influence and how it was corrected, or that there is none."""
    if missing(p):
        return "no test for lack of an error term"
    adjusted = p_was_adjusted(facts) and not is_about(row, facts["families_of_one"])
    return p_phrase(p) + (f" ({ADJUSTMENTS[facts['adjust']]}-adjusted)" if adjusted else "")


TESTS = {
    "t": "separate paired t tests (df = n − 1)",
    "Wilcoxon signed rank": "Wilcoxon's signed-rank tests (estimate: the median of all means of two differences)",
    "sign flip, exact": "exact sign-flip tests of the mean difference",
}


D_Z = "d_z is the mean of the participants' differences divided by their standard deviation"


G_AV = "g_av is the difference of the raw means divided by the average standard deviation, with a small-sample factor"


def contrasts_methods(facts: AnalysisFacts) -> Text:
    """Contrasts within participants, between groups, or between levels of a further factor."""
    log, between = facts["scale"] == "log", facts.get("between")
    factors = [name for name in facts.get("interaction") or [] if name != facts["within"]]
    pairs = f"every pair of levels of {readable(facts['within'])}"
    if facts.get("against"):
        pairs = f"{readable(facts['against'])} and every other level of {readable(facts['within'])}"
    scale = scale_text(facts)
    if between or factors:
        over = " and ".join(readable(name) for name in [*factors, *([between] if between else [])])
        test = "Welch's t tests (Welch-Satterthwaite df)" if between else TESTS[facts["test"]]
        kind = "ratio" if log else "difference"
        what = f"{outcome_text(facts)} were compared within participants between {pairs}, and each {kind} between"
        what += f" every pair of levels of {over}{separately(facts)} by {test} of {scale}, each contrast with its"
        what += " own error term"
    else:
        what = f"{outcome_text(facts)} were compared within participants between {pairs}{separately(facts)} by"
        what += f" {TESTS[facts['test']]} of {scale}"
    d_z = D_Z.replace("differences", "differences of logarithms") if log else D_Z
    effect = f"{d_z}; {G_AV} (Lakens 2013)." if not factors else f"{d_z} (Lakens 2013)."
    if between:
        effect = "g is Hedges' g: the difference over the pooled standard deviation, with a small-sample factor."
    estimate = ("Ratios of geometric means" if facts["test"] == "t" else "Ratios") if log else "Differences"
    if log and (between or factors):
        estimate = "Ratios of ratios"
    return Text(
        what=f"{what} ({n_text(facts)}).",
        interval=f"{estimate} have {facts['interval']} confidence intervals.",
        family=family_text(facts),
        effect=effect,
    )


def anova_methods(facts: AnalysisFacts) -> Text:
    """Analysis of variance of repeated measures."""
    within = " and ".join(readable(name) for name in names_of(facts["within"]))
    sizes = ", ".join(f"{readable(level)} {count}" for level, count in (facts.get("groups") or {}).items())
    between = " and ".join(readable(name) for name in names_of(facts.get("between")))
    between += f" ({sizes})" if between and sizes else ""
    squares = ", type III sums of squares" if between else ""
    factors = f"{within} within participants" + (f" and {between} between participants" if between else "")
    scale = scale_text(facts)
    what = f"{outcome_text(facts)} were analysed by repeated-measures analysis of variance of {scale}"
    what += f"{separately(facts)} with {factors}" if facts.get("by") else f", with {factors}"
    what += f"; each term was tested against its own error term{squares} ({n_text(facts)})."
    return Text(
        what=f"{what}{_cases(facts)}",
        interval="Terms with more than one degree of freedom were judged by the p-value after Greenhouse-Geisser "
        "correction (Greenhouse and Geisser 1959), irrespective of Mauchly's test of sphericity; the "
        "uncorrected p-value, that after the correction of Huynh and Feldt (1976) and that of Pillai's trace were "
        "computed, too."
        if facts["epsilon_corrected"]
        else "",
        effect="Effect sizes are generalised and partial eta squared (Olejnik and Algina 2003).",
    )


def _cases(facts: AnalysisFacts) -> str:
    """Who is not in an analysis of variance of complete cases, in a sentence."""
    gaps = facts.get("left_out") or []
    if not gaps:
        return ""
    texts = []
    for gap in gaps:
        place = regions_text(gap["at"], facts)
        there = f" ({place})" if place else ""
        if gap["kept"] < 2:
            texts.append(f"none was made for {place}, of which {counted(gap['kept'], 'participant')} had every level")
        else:
            texts.append(f"without {series(gap['who'])}, n = {gap['kept']}{there}")
    return f" It uses the participants who have every level: {'; '.join(texts)}."


def equivalence_methods(facts: AnalysisFacts) -> Text:
    """Two one-sided tests."""
    log = facts["scale"] == "log"
    scale = scale_text(facts)
    unit = "" if log else surface(str(facts.get("unit") or ""))[0]
    bounds = " and ".join(_bounds(facts["bounds"], facts)) + (f" {unit}" if unit else "")
    what = f"{outcome_text(facts)} were tested for equivalence within participants between every pair of levels of"
    what += f" {readable(facts['within'])}{separately(facts)} by two one-sided paired t tests (df = n − 1) of {scale}"
    return Text(
        what=f"{what} against bounds of {bounds} on the {'ratio' if log else 'difference'} ({n_text(facts)}).",
        interval=f"Intervals are individual; the 90 % one belongs to the tests at {alpha_text(facts['alpha'])}.",
        family=family_text(facts),
    )


def levels_sentence(row: Row, facts: AnalysisFacts) -> str:
    """The mean of a level, and its letters."""
    name = "geometric_mean" if facts["scale"] == "log" else "mean"
    value, ci = bare(row, name, "ci_low", "ci_high", unit=str(facts.get("unit") or ""), log=facts["scale"] == "log")
    level = level_in_sentence(facts["within"], str(row[facts["within"]]), facts)
    parts = [f"{level} had a {readable(name)} of {value}", ci, n_of_row(row)]
    if letters := str(row.get("letters", "")):
        parts.append(f"letter{'s' if len(letters) > 1 else ''} {letters}")
    return sentence(row, facts, parts, tail="")


def levels_methods(facts: AnalysisFacts) -> Text:
    """The means of levels with letters for those that were not shown to differ."""
    which = "adjusted p" if p_was_adjusted(facts) else "p"
    mean = "geometric means" if facts["scale"] == "log" else "means"
    tests = TESTS[facts["test"]].partition(" (")[0]
    untested = facts.get("untested") or []
    verb = "was" if len(untested) == 1 else "were"
    shared = "; levels that share a letter did not differ significantly "
    shared += f"({which} not below {alpha_text(ALPHA).rpartition(' ')[2]}, from {tests})"
    return Text(
        what=f"{outcome_text(facts)} are given as {mean} over participants{separately(facts, more=False)} "
        f"({n_text(facts)}).",
        interval=f"Listed from highest to lowest{'' if 'against' in facts else shared}. Each interval is the 95 % "
        "confidence interval of one mean and holds the differences between people.",
        family=family_text(facts),
        effect=f"No test was made of {series(untested)}, which {verb} not shown to differ." if untested else "",
    )


def effect_sizes_methods(facts: AnalysisFacts) -> Text:
    """A table of effect sizes."""
    pairs = f"every pair of levels of {readable(facts['within'])}"
    if facts.get("between"):
        what = f"Changes of {outcome_text(facts, start=False)}, on the raw scale, between {pairs} were compared between"
        what += f" the levels of {readable(facts['between'])}{separately(facts, more=False)}; no test was made"
        effect = (
            "g_change is standardised by the pooled standard deviation of the changes, d_ppc2 by that of the second"
        )
        effect += " condition; both have a small-sample factor."
        return Text(what=f"{what} ({n_text(facts)}).", interval="Intervals are individual 95 %.", effect=effect)
    what = f"Effect sizes of {outcome_text(facts, start=False)}, on the raw scale, are given for {pairs} within"
    what += " participants" + separately(facts, more=False)
    effect = f"{D_Z}, g_z the same with a small-sample factor; d_av and g_av (with the factor) use the average standard"
    effect += " deviation, d_rm is d_z sqrt(2 (1 − r)), and g_first uses the standard deviation of the first condition."
    return Text(what=f"{what} ({n_text(facts)}).", interval="Intervals are individual 95 %.", effect=effect)


def influence_methods(facts: AnalysisFacts) -> Text:
    """Contrasts with each participant left out."""
    scale, outcome = scale_text(facts), outcome_text(facts, start=False)
    what = f"To judge the influence of single participants, {outcome} were compared again with each participant left"
    what += f" out in turn, between every pair of levels of {readable(facts['within'])}{separately(facts)} by paired t"
    what += f" tests of {scale}"
    effect = (
        "A participant was flagged as contradicting the others where the studentised deleted residual was larger than"
    )
    effect += f" chance explains ({alpha_text(facts['alpha'])} after Bonferroni correction over all contrasts and"
    effect += " participants) and the difference had the opposite direction."
    return Text(
        what=f"{what} ({n_text(facts)}).",
        interval="Intervals are individual 95 %.",
        family=family_text(facts),
        effect=effect,
    )


def reliability_methods(facts: AnalysisFacts) -> Text:
    """Reliability over trials."""
    of = outcome_text(facts, start=False)
    what = f"Reliability of {of} over the levels of {readable(facts['within'])} was estimated{separately(facts)}"
    what += " from a two-way analysis of variance of the values"
    effect = (
        "ICC(2,1) is absolute agreement with random trials, ICC(3,1) consistency with fixed ones; the coefficient of"
    )
    effect += " variation is the typical error of the logarithms."
    return Text(
        what=f"{what} ({n_text(facts)}).",
        interval="Intervals are 95 %; limits of agreement are the bias −/+ 1.96 standard deviations.",
        effect=effect,
    )


_ESTIMATE = ("ratio/difference", "ci_low", "ci_high")


def _contrasts(title: str, *needs: str, clause: Callable[[Row, AnalysisFacts], str] | None = None) -> Kind:
    needed = ("contrast", *_ESTIMATE, "n", "p_adjusted", *needs)
    return Kind(title=title, methods=contrasts_methods, sentence=comparison_sentence, clause=clause, needs=needed)


register(
    contrasts=_contrasts("Paired contrasts", clause=comparison_clause),
    interaction_contrasts=_contrasts("Interaction contrasts"),
    group_contrasts=_contrasts("Contrasts compared between groups", "n_first", "n_second"),
    levels=Kind(
        title="Levels from highest to lowest",
        methods=levels_methods,
        sentence=levels_sentence,
        needs=("geometric_mean/mean", "ci_low", "ci_high", "n"),
    ),
    anova=Kind(
        title="Analysis of variance of repeated measures",
        methods=anova_methods,
        sentence=anova_sentence,
        needs=("term", "F", "df1", "df2", "n", "p", "epsilon_gg", "p_gg"),
    ),
    equivalence=Kind(
        title="Equivalence, two one-sided tests",
        methods=equivalence_methods,
        sentence=equivalence_sentence,
        needs=(
            "contrast", *_ESTIMATE, "ci90_low", "ci90_high", "bound_low", "bound_high", "t_lower", "t_upper", "df", "n",
            "p", "p_adjusted", "equivalent",
        ),
    ),
    effect_sizes=Kind(
        title="Effect sizes",
        methods=effect_sizes_methods,
        sentence=effect_sizes_sentence,
        needs=("contrast", "difference", "difference_low", "difference_high", "n/n_first"),
    ),
    influence=Kind(
        title="Contrasts with each participant left out",
        methods=influence_methods,
        sentence=influence_sentence,
        needs=(
            "contrast", "left_out", *_ESTIMATE, "p_adjusted", "ratio_all/difference_all", "ci_low_all", "ci_high_all",
            "p_adjusted_all", "n_all", "verdict", "verdict_all", "verdict_changes", "contradicts", "why",
        ),
    ),
    reliability=Kind(
        title="Reliability",
        methods=reliability_methods,
        sentence=reliability_sentence,
        needs=("quantity", "trials", "value", "ci_low", "ci_high", "unit", "n", "n_trials"),
    ),
)  # fmt: skip
