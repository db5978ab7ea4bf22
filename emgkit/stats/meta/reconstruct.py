"""What printed means, standard deviations and p-values imply, with the rounding of their decimals carried through."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from emgkit.errors import ArgumentError, Notice
from emgkit.stats.cells.effect_formulas import CONFIDENCE, d_z_interval
from emgkit.stats.meta.alarms import disagreements, doubts_about_r, equal_sds, far_below, small_sds
from emgkit.stats.meta.printed import (
    Contrast,
    Span,
    correlation,
    difference_sd,
    over_corners,
    read_contrasts,
    two_sided_p,
)
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results

QUANTITIES = (
    "difference", "ratio", "t", "p", "sd_diff", "r", "d_z", "d_av", "ci_low", "ci_high", "d_z_low", "d_z_high",
)  # fmt: skip
NOTHING = Span(math.nan, math.nan, math.nan)

Texts = str | Sequence[str | None] | None

__all__ = ["reconstruct"]


def reconstruct(
    *,
    n: int | Sequence[int],
    mean1: Texts = None,
    sd1: Texts = None,
    mean2: Texts = None,
    sd2: Texts = None,
    p: Texts = None,
    t: Texts = None,
    ci: tuple[str, str] | Sequence[tuple[str, str] | None] | None = None,
    d_av: Texts = None,
    d_z: Texts = None,
    r_range: tuple[float, float] = (0.3, 0.9),
    study: Texts = None,
    contrast: Texts = None,
) -> Results:
    """Work out what a printed comparison within participants implies, and how exactly its decimals fix it.

    Every printed argument is the *text* as it stands in the paper, because its decimals say how far it was rounded; or
    a sequence of texts (None where nothing is printed), one a contrast.

    Parameters
    ----------
    n : int or sequence of int
        Participants who did both conditions.
    mean1, sd1, mean2, sd2 : str or sequence of str, optional
        Means and standard deviations of the conditions.
    p, t : str or sequence of str, optional
        Two-sided p and t of the paired comparison; p may be ``"< .001"``, which gives only a limit.
    ci : (str, str) or sequence of such pairs, optional
        Limits of the 95 % interval of the difference.
    d_av, d_z : str or sequence of str, optional
        Printed effect size: in average standard deviations, or in standard deviations of the differences.
    r_range : (float, float)
        Correlations to sweep where nothing printed leads to one.
    study, contrast : str or sequence of str, optional
        Names of the rows. Rows of one study are siblings, whose correlations are compared.

    Returns
    -------
    Results
        One row a contrast: ``study``, ``contrast``, ``n``, ``m1``, ``sd1``, ``m2``, ``sd2``, ``source`` (the printed
        statistic that fixes t most closely: ``"p"``, ``"t"``, ``"ci"``, ``"d_z"``, or ``"r_range"``); then each
        quantity as three columns, such as ``r``, ``r_min`` and ``r_max``: from the digits as they stand, and the least
        and largest value that rounds to what is printed. These are ``difference``, ``ratio`` (of the means), ``t``,
        ``p``, ``sd_diff`` (of the participants' differences), ``r``, ``d_z``, ``d_av``, and 95 % limits ``ci_low``,
        ``ci_high`` (of the difference), ``d_z_low``, ``d_z_high``. NaN: not to be had; where only the value itself is
        NaN, the printed numbers give no more than the range. ``alarms`` names what does not fit together, separated by
        commas; ``.notices`` has the sentences. The columns are those :func:`meta_analysis` takes.

    Raises
    ------
    ArgumentError
        A value is no printed text, a pair is incomplete, rows differ in number, or a row has nothing to start from.

    Notes
    -----
    From p and n follow t, the standard deviation of the differences s = |m1 - m2| sqrt(n) / t, and
    r = (s1**2 + s2**2 - s**2) / (2 s1 s2). All of it holds for a paired t test whose p is unadjusted: a p from a pooled
    error term, a mixed model or a Bonferroni table gives another r, which is what the alarms look for. Each range is
    the exact one over the rounding intervals of the inputs, then cut to what correlations between -1 and 1 allow. The
    value from the digits as they stand can lie beyond that cut. Signs follow the difference of the means.

    Without p, t, interval or d_z the correlation is unknown: d_av needs none, and the other quantities are ranges over
    ``r_range``. Where d_av is printed but no standard deviations, they are taken as equal, so r = 1 - (d_av / d_z)**2
    / 2; unequal ones would put r farther from 0, with the same sign.

    Alarms: ``impossible-r`` (no r between -1 and 1 fits: standard errors printed as standard deviations, or a p of
    another test), ``r-at-limit`` (only rounding keeps r possible), ``r-below-siblings`` (0.5 below the median of the
    study's other contrasts; no test: of simulated studies with three contrasts and a true r of 0.7 in each, 4 % set
    it off with 8 participants and 0.4 % with 13), ``sources-disagree`` (p, t, interval or d_z contradict each other),
    ``off-centre`` (an interval around another difference), ``effect-size-differs`` (a printed d_av that means and
    standard deviations do not give), ``small-sd`` (below a tenth of the mean), ``equal-sds-assumed``. Whether a mean
    is possible at all with n whole numbers is not asked: EMG amplitudes are not counted.

    Examples
    --------
    >>> found = reconstruct(mean1="128.3", sd1="33.9", mean2="101.1", sd2="14.0", n=14, p=".027")
    >>> found[["r", "r_min", "r_max", "d_av"]].round(2)
          r  r_min  r_max  d_av
    0 -0.34  -0.37  -0.31  1.05
    """
    given = {
        "mean1": mean1, "sd1": sd1, "mean2": mean2, "sd2": sd2, "p": p, "t": t, "d_av": d_av, "d_z": d_z, "n": n,
        "study": study, "contrast": contrast,
    }  # fmt: skip
    rows, assumed = read_contrasts(given, ci=ci), _assumed(r_range)
    solved = [_solve(row, assumed) for row in rows]
    alarms = []
    for i, one in enumerate(solved):
        siblings = [solved[j].found["r"].value for j, row in enumerate(rows) if j != i and row.study == rows[i].study]
        alarms.append([*one.alarms, *far_below(one.found["r"], siblings)])

    table = pd.DataFrame([_columns(*parts) for parts in zip(rows, solved, alarms, strict=True)])
    notices = [
        Notice(code=alarm.code, text=f"{row.label}: {alarm.text}")
        for row, own in zip(rows, alarms, strict=True)
        for alarm in own
    ]
    attrs = {
        "analysis": "reconstruction from printed summaries", "scale": "raw", "confidence": CONFIDENCE,
        "r_range": list(r_range),
    }  # fmt: skip
    return Results.of(table, "reconstruction", attrs, notices=announce(notices))


@dataclass(frozen=True, kw_only=True)
class _Solved:
    """What follows for one contrast."""

    source: str
    found: dict[str, Span]
    alarms: list[Notice]


def _assumed(r_range: tuple[float, float]) -> Span:
    numbers = [r for r in r_range if isinstance(r, int | float)]
    if len(r_range) != 2 or len(numbers) != 2 or not -1 <= numbers[0] <= numbers[1] <= 1:
        raise ArgumentError(
            "'r_range' cannot be used", allowed="two correlations, such as (0.3, 0.9)", got=repr(r_range)
        )
    return Span(math.nan, float(numbers[0]), float(numbers[1]))


def _sources(row: Contrast) -> dict[str, Span]:
    """Absolute t by each printed statistic that gives it."""
    df, root = row.n - 1, math.sqrt(row.n)
    sizes = {}
    if row.t:
        sizes["t"] = row.t.size
    if row.ci:
        quantile, difference = _quantile(row.n), row.difference
        if row.mean1 and difference:
            half = over_corners(lambda a, b: (b - a) / 2, *row.ci)
            sizes["ci"] = over_corners(lambda d, h: quantile * d / h, difference.size, half)
        else:
            sizes["ci"] = over_corners(lambda a, b: quantile * (a + b) / (b - a), *row.ci).size
    if row.d_z:
        sizes["d_z"] = row.d_z.size.times(root)
    if row.p:
        value, high, low = (float(stats.t.isf(p / 2, df)) for p in row.p)
        sizes["p"] = Span(value, low, high)
    return sizes


def _quantile(n: int) -> float:
    return float(stats.t.isf((1 - CONFIDENCE) / 2, n - 1))


def _solve(row: Contrast, assumed: Span) -> _Solved:
    """Follow one contrast from its printed numbers to all that they imply."""
    sizes = _sources(row)
    # the statistic whose digits leave the least open
    source = min(sizes, key=lambda name: sizes[name].high - sizes[name].low) if sizes else "r_range"
    found = dict.fromkeys(QUANTITIES, NOTHING) | _from_moments(row)
    alarms = disagreements(row, sizes, found["d_av"]) + small_sds(row)
    if row.d_av and math.isnan(found["d_av"].low):
        found["d_av"] = row.d_av
    difference, root = row.difference, math.sqrt(row.n)
    if sizes:
        size, spread = sizes[source], _spread(row, sizes[source], source)
        r = _correlation(row, size, spread, found["d_av"])
        alarms += doubts_about_r(row, r, spread)
        found["r"] = r.within(-1.0, 1.0)
        if spread and row.sd1 and row.sd2:
            least = max(row.sd1.low - row.sd2.high, row.sd2.low - row.sd1.high, 0.0)
            spread = spread.within(least, row.sd1.high + row.sd2.high)
        if spread and difference:
            apart = difference.size
            size = size.within(_over(apart.low * root, spread.high), _over(apart.high * root, spread.low))
    else:
        found["r"] = assumed
        if not row.sd1:
            alarms.append(equal_sds("unequal ones would bring d_z nearer to 0 at any r above 0"))
        spread, size = _swept(row, assumed, found["d_av"])
    found |= _inference(row, size, spread, found["d_av"], source=source)
    return _Solved(source=source, found=found, alarms=alarms)


def _from_moments(row: Contrast) -> dict[str, Span]:
    """What means and standard deviations give alone."""
    found = {}
    if row.difference:
        found["difference"] = row.difference
        if row.sd1 and row.sd2:
            found["d_av"] = over_corners(
                lambda d, a, b: d / math.sqrt((a * a + b * b) / 2), row.difference, row.sd1, row.sd2
            )
    if row.mean1 and row.mean2 and min(row.mean1.low, row.mean2.low) > 0:
        found["ratio"] = over_corners(lambda a, b: a / b, row.mean1, row.mean2)
    return found


def _spread(row: Contrast, size: Span, source: str) -> Span | None:
    """Standard deviation of the differences, where t is known."""
    root = math.sqrt(row.n)
    if source == "ci" and row.ci:
        return over_corners(lambda a, b: (b - a) / 2 * root / _quantile(row.n), *row.ci)
    if row.difference:
        return over_corners(lambda d, t: _over(d * root, t), row.difference.size, size)
    return None


def _correlation(row: Contrast, size: Span, spread: Span | None, d_av: Span) -> Span:
    """The correlation, where t is known; it may come out as none that is possible."""
    if spread and row.sd1 and row.sd2:
        return correlation(row.sd1, row.sd2, spread)
    if not row.sd1 and not math.isnan(d_av.low):
        return over_corners(lambda d, t: 1 - _over(d * math.sqrt(row.n), t) ** 2 / 2, d_av.size, size)
    return NOTHING


def _over(above: float, below: float) -> float:
    """Divide two numbers of at least 0; by 0, the result has no limit."""
    return above / below if below else math.inf


def _swept(row: Contrast, assumed: Span, d_av: Span) -> tuple[Span | None, Span]:
    """Range of the standard deviation of the differences and of t over the assumed correlations."""
    root = math.sqrt(row.n)
    if row.sd1 and row.sd2 and row.difference:
        spread = difference_sd(row.sd1, row.sd2, assumed)
        return spread, over_corners(lambda d, s: _over(d * root, s), row.difference.size, spread)
    return None, over_corners(lambda d, r: _over(d * root, math.sqrt(2 - 2 * r)), d_av.size, assumed)


def _inference(row: Contrast, size: Span, spread: Span | None, d_av: Span, *, source: str) -> dict[str, Span]:
    """Find t, p, d_z and the intervals."""
    root, difference = math.sqrt(row.n), row.difference
    direction = difference or (row.t if math.isnan(d_av.low) else d_av) or row.d_z or size
    t = _signed(size, direction)
    limits = [d_z_interval(one, row.n, confidence=CONFIDENCE) if math.isfinite(one) else (one, one) for one in t]
    found = {
        "t": t,
        "p": two_sided_p(size, row.n - 1),
        "d_z": t.times(1 / root),
        "d_z_low": Span(*(float(limit) for limit, _ in limits)),
        "d_z_high": Span(*(float(limit) for _, limit in limits)),
    }
    if spread:
        found["sd_diff"] = spread
    if source == "ci" and row.ci:
        found["ci_low"], found["ci_high"] = row.ci
    elif difference and spread:
        quantile = _quantile(row.n)
        if source == "r_range":
            reach = spread.times(quantile / root)
            found["ci_low"] = over_corners(lambda d, h: d - h, difference, reach)
            found["ci_high"] = over_corners(lambda d, h: d + h, difference, reach)
        else:
            found["ci_low"] = _over_signs(lambda d, t: d - _over(quantile * abs(d), t), difference, size)
            found["ci_high"] = _over_signs(lambda d, t: d + _over(quantile * abs(d), t), difference, size)
    return found


def _over_signs(function: Callable[[float, float], float], difference: Span, size: Span) -> Span:
    """Follow a function of |d| and d, which turns at 0."""
    found = over_corners(function, difference, size)
    if not difference.low < 0 < difference.high:
        return found
    middle = over_corners(function, Span(0.0, 0.0, 0.0), size)
    return Span(found.value, min(found.low, middle.low), max(found.high, middle.high))


def _signed(size: Span, direction: Span) -> Span:
    """Give an absolute value the sign of what it goes with."""
    if direction.low >= 0:
        return size
    if direction.high <= 0:
        return size.times(-1)
    return Span(math.copysign(size.value, direction.value), -size.high, size.high)


def _columns(row: Contrast, solved: _Solved, alarms: list[Notice]) -> dict[str, Any]:
    """One row of the table."""
    columns: dict[str, Any] = {"study": row.study or "study", "contrast": row.contrast, "n": row.n}
    for name, span in (("m1", row.mean1), ("sd1", row.sd1), ("m2", row.mean2), ("sd2", row.sd2)):
        columns[name] = span.value if span else math.nan
    columns["source"] = solved.source
    for name in QUANTITIES:
        span = solved.found[name]
        columns |= {name: span.value, f"{name}_min": span.low, f"{name}_max": span.high}
    columns["alarms"] = ", ".join(alarm.code for alarm in alarms)
    return columns
