"""Alarms: printed numbers of a comparison within participants that do not fit together.

Each function returns notices; none of them says who is right.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from emgkit.errors import Notice
from emgkit.notation import p_phrase, p_text, percent
from emgkit.stats.meta.printed import Contrast, Span, correlation, crosses, over_corners, two_sided_p

# an r this far below the median of its siblings is pointed out
FAR = 0.5
# EMG amplitudes differ more than this between people, as a share of the mean
SMALL_CV = 0.1
POSSIBLE = Span(0.0, -1.0, 1.0)

__all__ = ["disagreements", "doubts_about_r", "equal_sds", "far_below", "small_sds"]


def disagreements(row: Contrast, sizes: dict[str, Span], d_av: Span) -> list[Notice]:
    """Say which printed numbers contradict each other."""
    alarms = []
    implied = {name: two_sided_p(size, row.n - 1) for name, size in sizes.items()}
    for first, second in itertools.combinations(sizes, 2):
        if not crosses(sizes[first], sizes[second]):
            text = (
                f"{first} and {second} do not belong to one paired t test of {row.n} participants, where they would "
                f"mean {_p_text(implied[first])} and {_p_text(implied[second])}: one may be adjusted, or from "
                "a pooled error term or a mixed model."
            )
            alarms.append(Notice(code="sources-disagree", text=text))
    if row.ci and row.mean1 and row.difference:
        centre = over_corners(lambda a, b: (a + b) / 2, *row.ci)
        if not crosses(centre, row.difference):
            text = f"the interval lies around {centre.value:g}, but the means differ by {row.difference.value:g}."
            alarms.append(Notice(code="off-centre", text=text))
    if row.d_av and not math.isnan(d_av.low) and not crosses(row.d_av.size, d_av.size):
        text = f"d_av is printed as {row.d_av.value:g}, but means and standard deviations give {_range(d_av)}."
        alarms.append(Notice(code="effect-size-differs", text=text))
    return alarms


def doubts_about_r(row: Contrast, r: Span, spread: Span | None) -> list[Notice]:
    """Say where no correlation fits, where only rounding keeps one possible, and what it rests on."""
    if math.isnan(r.low):
        return []
    alarms = []
    if not crosses(r, POSSIBLE):
        reason = "the p, t or interval is too good for such standard deviations, and may belong to another test"
        if r.high < -1:
            reason = "p may be adjusted or belong to another test, or standard errors be printed as standard deviations"
            reason += _as_standard_errors(row, spread)
        text = f"no correlation fits the printed numbers, which would need r = {_range(r)}: {reason}."
        alarms.append(Notice(code="impossible-r", text=text))
    elif abs(r.value) > 1:
        left = _range(r, cut=True)
        text = f"the digits as they stand give r = {r.value:.2f}, and only their rounding leaves room for {left}."
        alarms.append(Notice(code="r-at-limit", text=text))
    if not row.sd1:
        alarms.append(equal_sds("unequal ones would put r farther from 0"))
    return alarms


def equal_sds(consequence: str) -> Notice:
    """Say that standard deviations had to be taken as equal."""
    text = f"standard deviations are not printed and taken as equal; {consequence}."
    return Notice(code="equal-sds-assumed", text=text)


def _as_standard_errors(row: Contrast, spread: Span | None) -> str:
    """What r would be if the printed standard deviations are standard errors, where that is possible."""
    if not (row.sd1 and row.sd2 and spread):
        return ""
    r = correlation(row.sd1.times(math.sqrt(row.n)), row.sd2.times(math.sqrt(row.n)), spread)
    return f" (which would make r {_range(r, cut=True)})" if crosses(r, POSSIBLE) else ""


def small_sds(row: Contrast) -> list[Notice]:
    """Point to standard deviations that are small for people's EMG amplitudes."""
    small = [
        f"{name} is {percent(sd.value / mean.value)} of its mean"
        for name, sd, mean in (("sd1", row.sd1, row.mean1), ("sd2", row.sd2, row.mean2))
        if sd and mean and sd.high < SMALL_CV * mean.low
    ]
    if not small:
        return []
    text = f"{' and '.join(small)}. EMG amplitudes differ more between people: is it a standard error (the standard "
    text += f"deviation would be {math.sqrt(row.n):.2g} times as large with n = {row.n})?"
    return [Notice(code="small-sd", text=text)]


def far_below(r: Span, siblings: Sequence[float]) -> list[Notice]:
    """Point to a correlation far below those of the study's other contrasts; NaN is not known and does not count."""
    known = [sibling for sibling in siblings if not math.isnan(sibling)]
    if not known or math.isnan(r.value) or r.high >= np.median(known) - FAR:
        return []
    text = (
        f"r = {_range(r)} is far below the study's other contrasts (median {np.median(known):.2f}): p may be adjusted, "
        "or the effect size another than the one it is taken for."
    )
    return [Notice(code="r-below-siblings", text=text)]


def _range(span: Span, *, cut: bool = False) -> str:
    low, high = (max(span.low, -1.0), min(span.high, 1.0)) if cut else (span.low, span.high)
    value = "" if cut or math.isnan(span.value) else f"{span.value:.2f}, by rounding "
    return f"{value}{low:.2f} to {high:.2f}"


def _p_text(p: Span) -> str:
    return f"p between {p_text(p.low)} and {p_text(p.high)}" if math.isnan(p.value) else p_phrase(p.value)
