"""The Methods sentences of every analysis, from what its table says was done (``.attrs``) and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emgkit._checks import number
from emgkit.stats.cells.multiplicity import ADJUSTMENTS
from emgkit.stats.digits import capital, counted, surface, words

__all__ = [
    "CAVEATS", "Text", "anova", "contrasts", "doubts", "effect_sizes", "equivalence", "influence", "mixed_model",
    "pooling", "power", "power_simulated", "reconstruction", "reliability", "software", "variances", "waveforms",
]  # fmt: skip

Said = Mapping[str, Any]

NAMES = {name: said for name, said in ADJUSTMENTS.items() if said}
TESTS = {
    "t": "paired t tests (df = n − 1)",
    "Wilcoxon signed rank": "Wilcoxon's signed-rank tests (estimate: the median of all means of two differences)",
    "sign flip, exact": "exact sign-flip tests of the mean difference",
}
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
D_Z = "d_z is the mean over the standard deviation of the participants' differences"
G_AV = "g_av the difference of the raw means over the average standard deviation, with a small-sample factor"


# what a sentence with a p says where the p may be wrong, by the code of the notice
CAVEATS = {
    "pseudo-replication": "repetitions may count as if each were a participant, and p be too small",
    "pooled-error": "one error term serves pairs of unequal variance, and p may be too small or too large",
}


@dataclass(frozen=True, kw_only=True)
class Text:
    """What was done, sentence by sentence.

    Parameters
    ----------
    what : str
        The analysis: test, scale, error term, participants.
    interval, family, effect : str
        Kind of interval, correction of p and its family, kind of effect size; empty where there is none.
    """

    what: str
    interval: str = ""
    family: str = ""
    effect: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below a table."""
        return tuple(text for text in (self.interval, self.family, self.effect) if text)


def software(said: Said) -> str:
    """The program and its version."""
    return f"Computed with {said['software']}."


def doubts(said: Said) -> list[str]:
    """Notices without which the p-values would be believed."""
    return [notice["text"] for notice in said.get("notices", ()) if notice["code"] in CAVEATS]


def contrasts(said: Said) -> Text:
    """Contrasts within participants, between groups, or between levels of a further factor."""
    log, between = said["scale"] == "log", said.get("between")
    factors = [name for name in said.get("interaction") or [] if name != said["within"]]
    pairs = f"every pair of levels of {words(said['within'])}"
    scale = "natural logarithms" if log else "the values"
    if between or factors:
        over = " and ".join(words(name) for name in [*factors, *([between] if between else [])])
        test = "Welch's t tests (Welch-Satterthwaite df)" if between else TESTS[said["test"]]
        kind = "ratio" if log else "difference"
        what = f"{_outcome(said)} were compared within participants between {pairs}, and each {kind} between every pair"
        what += f" of levels of {over}{_apart(said)} by {test} of {scale}, each contrast with its own error term"
    else:
        what = f"{_outcome(said)} were compared within participants between {pairs}{_apart(said)} by"
        what += f" {TESTS[said['test']]} of {scale}, each contrast with its own error term"
    d_z = f"{D_Z}{' of logarithms' if log else ''}"
    effect = f"{d_z}; {G_AV}." if not factors else f"{d_z}."
    if between:
        effect = "g is Hedges' g: the difference over the pooled standard deviation, with a small-sample factor."
    estimate = ("Ratios of geometric means" if said["test"] == "t" else "Ratios") if log else "Differences"
    if log and (between or factors):
        estimate = "Ratios of ratios"
    return Text(
        what=f"{what} ({_people(said)}).",
        interval=f"{estimate} have {said['interval']} confidence intervals.",
        family=_family(said),
        effect=effect,
    )


def anova(said: Said) -> Text:
    """Analysis of variance of repeated measures."""
    within = " and ".join(words(name) for name in _names(said["within"]))
    sizes = ", ".join(f"{words(level)} {count}" for level, count in (said.get("groups") or {}).items())
    between = " and ".join(words(name) for name in _names(said.get("between")))
    between += f" ({sizes})" if between and sizes else ""
    squares = ", type III sums of squares" if between else ""
    factors = f"{within} within{f' and {between} between' if between else ''} participants"
    scale = "natural logarithms" if said["scale"] == "log" else "the values"
    what = f"{_outcome(said)} were analysed by analysis of variance of repeated measures of {scale}, with {factors}"
    return Text(
        what=f"{what}{_apart(said, more=False)}, each term against its own error term{squares} ({_people(said)}).",
        interval="The Greenhouse-Geisser-corrected p stands beside the uncorrected one, whatever Mauchly's test says.",
        effect="Effect sizes are generalised and partial eta squared.",
    )


def equivalence(said: Said) -> Text:
    """Two one-sided tests."""
    log = said["scale"] == "log"
    scale = "natural logarithms" if log else "the values"
    unit, factor = surface(str(said.get("unit") or "")) if not log else ("", 1.0)
    low, high = (number(bound * factor) for bound in said["bounds"])
    bounds = f"{low} and {high}{f' {unit}' if unit else ''}".replace("-", "−")
    what = f"{_outcome(said)} were tested for equivalence within participants between every pair of levels of"
    what += f" {words(said['within'])}{_apart(said)} by two one-sided paired t tests (df = n − 1) of {scale} against"
    return Text(
        what=f"{what} bounds of {bounds} on the {'ratio' if log else 'difference'} ({_people(said)}).",
        interval=f"Intervals are individual; the 90 % one belongs to the tests at {_level(said['alpha'])}.",
        family=_family(said),
    )


def effect_sizes(said: Said) -> Text:
    """A table of effect sizes."""
    pairs = f"every pair of levels of {words(said['within'])}"
    if said.get("between"):
        what = f"Changes of {_outcome(said, start=False)} between {pairs} were compared between the levels of"
        what += f" {words(said['between'])}{_apart(said, more=False)}; no test was made"
        effect = (
            "g_change is standardised by the pooled standard deviation of the changes, d_ppc2 by that of the second"
        )
        effect += " condition; both have a small-sample factor."
        return Text(what=f"{what} ({_people(said)}).", interval="Intervals are individual 95 %.", effect=effect)
    what = f"Effect sizes of {_outcome(said, start=False)} are given for {pairs} within participants"
    what += _apart(said, more=False)
    effect = f"{D_Z}, g_z the same with a small-sample factor; d_av and g_av (with the factor) use the average standard"
    effect += " deviation, d_rm is d_z sqrt(2 (1 − r)), and g_first uses the standard deviation of the first condition."
    return Text(what=f"{what} ({_people(said)}).", interval="Intervals are individual 95 %.", effect=effect)


def influence(said: Said) -> Text:
    """Contrasts with each participant left out."""
    scale = "natural logarithms" if said["scale"] == "log" else "the values"
    what = f"{_outcome(said)} were compared within participants between every pair of levels of"
    what += (
        f" {words(said['within'])}{_apart(said)} by paired t tests of {scale}, with each participant left out in turn"
    )
    effect = "A participant contradicts the others where the studentised deleted residual is beyond chance"
    effect += f" ({_level(said['alpha'])} after Bonferroni over all rows) and the difference goes the other way."
    return Text(
        what=f"{what} ({_people(said)}).",
        interval="Intervals are individual 95 %.",
        family=_family(said),
        effect=effect,
    )


def reliability(said: Said) -> Text:
    """Reliability over trials."""
    of = _outcome({**said, "outcome": said["value"]}, start=False)
    what = f"Reliability of {of} over the levels of {words(said['trial'])} was estimated{_apart(said)}"
    what += " from a two-way analysis of variance"
    effect = (
        "ICC(2,1) is absolute agreement with random trials, ICC(3,1) consistency with fixed ones; the coefficient of"
    )
    effect += " variation is the typical error of the logarithms."
    return Text(
        what=f"{what} ({_people(said)}).",
        interval="Intervals are 95 %; limits of agreement are the bias −/+ 1.96 standard deviations.",
        effect=effect,
    )


def mixed_model(said: Said) -> Text:
    """A mixed model."""
    log = said["scale"] == "log"
    random = ", ".join("intercept" if term == "1" else term for term in _names(said["random"]))
    method = "-".join(part.capitalize() for part in str(said["df"]).split("-"))
    scale = "natural logarithms" if log else "the values"
    rows = f", {said['n_rows']} rows" if "n_rows" in said else ""
    model = f"a linear mixed model (REML) of {scale}, {said['formula']!r}, with participants as random (random terms:"
    what = f"{_outcome(said)} were analysed by {model} {random}), {method} degrees of freedom and type III tests"
    if not random:
        model = f"a linear model (least squares) of {scale}, {said['formula']!r},"
        what = f"{_outcome(said)} were analysed by {model} with type III tests and residual degrees of freedom"
    means = "geometric means and their ratios" if log else "means and their differences"
    where = said.get("covariates") or {}
    held = "; ".join(f"{words(name)} = {number(value)}" for name, value in where.items())
    interval = f"Coefficients, {means} have {said['interval']} confidence intervals"
    return Text(
        what=f"{what} ({_people(said)}{rows}).",
        interval=f"{interval}{f' (covariates held at {held})' if held else ''}.",
        family=_family(said) if "adjust" in said else "",
        effect=f"{_coding(said)}Differences and ratios are the effect sizes; none was standardised.",
    )


def _coding(said: Said) -> str:
    """How the factors of a model were coded."""
    factors = [words(name) for name in said.get("factors", ())]
    if not factors:
        return ""
    names = ", ".join(factors)
    return f"{'The factors' if len(factors) > 1 else 'The factor'} {names} {_were(factors)} coded to sum to zero. "


def _were(names: Sequence[str]) -> str:
    return "was" if len(names) == 1 else "were"


def variances(said: Said) -> Text:
    """Variance components of a mixed model."""
    return Text(what=mixed_model(said).what, interval="Variance components have no intervals here.")


def waveforms(said: Said) -> Text:
    """Comparisons of whole curves."""
    flips = "all sign flips" if said["flips"] == "exact" else f"{said['flips']} random sign flips (seed {said['seed']})"
    how = {
        "max-t": f"the largest |t| of the curve under {flips}",
        "cluster": f"the largest cluster mass under {flips} (clusters formed at p = .05 of each point)",
        "rft": "random-field theory",
    }[said["method"]]
    scale = "natural logarithms" if said["scale"] == "log" else "the values"
    what = f"Curves{_said_unit(said)} were compared within participants between every pair of levels of"
    what += f" {words(said['within'])}{_apart(said)} by paired t statistics (df = n − 1) of {scale} at every point,"
    estimate = "Ratios of geometric means" if said["scale"] == "log" else "Mean differences"
    return Text(
        what=f"{what} judged by {how}, at {_level(said['alpha'])} for the whole curve ({_people(said)}).",
        interval=f"{estimate} are the effect sizes, with 95 % confidence intervals of each point alone.",
        family=f"p-values were adjusted after Holm over the contrasts{_of_each(said.get('by'))}."
        if said.get("largest_family") != 1
        else "",
    )


def power(said: Said) -> Text:
    """Power, found exactly."""
    what = f"The {said['found']} was computed exactly for {said['test']} at {_level(said['alpha'])}"
    return Text(what=f"{what}.", effect=said["size"])


def power_simulated(said: Said) -> Text:
    """Power, found by simulation."""
    means = ", ".join(f"{words(name)} {number(value)}" for name, value in said["means"].items())
    sources = {"participant": "participants", "condition": "participant by condition", "repetition": "repetitions"}
    spread = [f"{number(said[f'sd_{name}'])} ({what})" for name, what in sources.items()]
    what = f"The power of paired contrasts was simulated (seed {said['seed']}) with true means {means}, and standard"
    what += f" deviations of the logarithms of {', '.join(spread)},"
    what += f" and {counted(said['repetitions'], 'repetition')} averaged"
    how = NAMES.get(said["adjust"])
    return Text(
        what=f"{what}; test: {said['test']}, {_level(said['alpha'])} ({_people(said)}).",
        interval="Intervals of power are 95 % (Wilson) and cover the simulation alone.",
        family=f"p-values were adjusted after {how} over all pairs." if how else "p-values were not adjusted.",
        effect="d_z is the true mean over the true standard deviation of the participants' differences of logarithms.",
    )


def pooling(said: Said) -> Text:
    """Meta-analysis."""
    moderator = f", with {words(said['moderator'])} as moderator" if said["moderator"] else ""
    what = f"Comparisons within participants of {said['k']} studies ({_people(said)} in all) were pooled as"
    what += f" {POOLING[said['measure']]} by a {said['analysis']}{moderator}; variance between studies:"
    ratio = "Ratios are exponentiated logarithms. " if said["measure"] == "log_ratio" else ""
    return Text(
        what=f"{what} {ESTIMATORS[said['method']]}.",
        interval=f"{ratio}The 95 % confidence interval of the pooled effect is {said['interval']}; that of a study is"
        " normal.",
        effect=f"The effect size is {said['measure']}.",
    )


def reconstruction(said: Said) -> Text:
    """Reconstruction of printed comparisons."""
    low, high = (number(r) for r in said["r_range"])
    what = "What printed means, standard deviations and tests of comparisons within participants imply was worked out"
    what += " with the rounding of their decimals carried through (paired t, df = n − 1)"
    return Text(
        what=f"{what} ({_people(said)}).",
        interval="Brackets hold the values that round to what is printed; intervals are 95 %.",
        effect=f"d_z uses the standard deviation of the differences, d_av the average one; where nothing printed leads"
        f" to a correlation, it was varied from {low} to {high}.",
    )


def _names(value: str | Sequence[str] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _outcome(said: Said, *, start: bool = True) -> str:
    """The outcome with its measure and unit."""
    name = str(said.get("outcome") or "value")
    text = "values" if name == "value" else f"values of {words(name)}"
    return (capital(text) if start else text) + _said_unit(said)


def _said_unit(said: Said) -> str:
    known = [words(said.get("measure") or ""), surface(str(said.get("unit") or ""))[0]]
    text = ", ".join(part for part in known if part)
    return f" ({text})" if text else ""


def _apart(said: Said, *, more: bool = True) -> str:
    """Whether the analysis was made for levels one by one; with ``more`` the sentence goes on."""
    names = _names(said.get("by"))
    return f", separately for each {_crossed(names)}{',' if more else ''}" if names else ""


def _crossed(names: Sequence[str]) -> str:
    return " and ".join(words(name) for name in names)


def _people(said: Said) -> str:
    sizes = said["n"]
    if len(sizes) == 1:
        return f"n = {sizes[0]}"
    return f"n = {', '.join(map(str, sizes))}" if len(sizes) < 4 else f"n = {min(sizes)} to {max(sizes)}"


def _of_each(by: str | Sequence[str] | None) -> str:
    names = _names(by)
    return f" of each {_crossed(names)}" if names else ""


def _family(said: Said) -> str:
    """The correction of p, and what it is corrected for."""
    how = NAMES.get(said["adjust"])
    if said.get("largest_family") == 1:  # nothing to adjust
        return ""
    if not how:
        return "p-values were not adjusted for several contrasts."
    family = said["family"]
    if family == "all" or not _names(said.get("by")):
        return f"p-values were adjusted after {how} over all contrasts as one family."
    named = _names(said.get("by")) if family == "by" else list(family)
    return f"p-values were adjusted after {how} over the contrasts of each {_crossed(named)}."


def _level(alpha: float) -> str:
    return f"alpha = {alpha:.4g}".replace("0.", ".")
