"""Virtual replications taken together: ranges over everything that the paper did not print, and sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emgkit.errors import DesignError
from emgkit.notation import listed, readable

__all__ = ["sentences", "summary", "sweep_range"]

SHARES = ("share_found", "share_reverse", "share_no_difference", "share_as_reported")
KEYS = ["muscle", "contrast", "reported", "published_ratio", "n", "replicates"]


def sweep_range(table: pd.DataFrame) -> pd.DataFrame:
    """Take the smallest and the largest share over all standard deviations and correlations.

    Parameters
    ----------
    table : DataFrame
        From :func:`replicate`.

    Returns
    -------
    DataFrame
        One row a muscle and contrast: ``muscle, contrast, reported, published_ratio, n, replicates``; each share of
        :func:`replicate` as two columns ``_low`` and ``_high``; ``ratio_low`` and ``ratio_high``, the widest reach of
        the central 95 %; ``mc_se``, the largest Monte-Carlo standard error that a share can have with so many
        studies, ``0.5 / sqrt(replicates)``.

    Raises
    ------
    DesignError
        The table is not one of :func:`replicate`.

    Examples
    --------
    >>> from emgkit.replication import ReportedResult, PublishedDesign, replicate
    >>> design = PublishedDesign(
    ...     study="An example", n=13, repetitions=10, means={"biceps_femoris": {"hip_thrust": 40.8, "squat": 14.9}},
    ...     findings=[ReportedResult(muscle="biceps_femoris", first="hip_thrust", second="squat", reported="higher")],
    ... )
    >>> swept = sweep_range(replicate(design, error=None, seed=1, replicates=2500))
    >>> swept[["muscle", "share_found_low", "mc_se"]].round(2)
               muscle  share_found_low  mc_se
    0  biceps_femoris              1.0   0.01
    """
    _check(table)
    groups = table.groupby(KEYS, sort=False)
    shares = {f"{name}_{side}": (name, least) for name in SHARES for side, least in (("low", "min"), ("high", "max"))}
    bands = groups.agg(**shares, ratio_low=("ratio_low", "min"), ratio_high=("ratio_high", "max")).reset_index()
    bands["mc_se"] = 0.5 / np.sqrt(bands["replicates"])
    bands.attrs = {**table.attrs, "analysis": "smallest and largest over all standard deviations and correlations"}
    return bands


def sentences(table: pd.DataFrame) -> list[str]:
    """Say in sentences how often studies like the published one find what it reported.

    Parameters
    ----------
    table : DataFrame
        From :func:`replicate`, with its ``attrs``.

    Returns
    -------
    list of str
        One for every finding of the paper, then one for all of them together if there are several.

    Raises
    ------
    DesignError
        The table is not one of :func:`replicate`.

    Examples
    --------
    >>> from emgkit.replication import ReportedResult, PublishedDesign, replicate
    >>> design = PublishedDesign(
    ...     study="An example", n=13, people="women", repetitions=10,
    ...     means={"biceps_femoris": {"hip_thrust": 40.8, "squat": 14.9}},
    ...     findings=[ReportedResult(muscle="biceps_femoris", first="hip_thrust", second="squat", reported="higher")],
    ... )
    >>> print(sentences(replicate(design, error=None, seed=1, cvs=[0.3], correlations=[0.5]))[0])
    Of 10 000 simulated studies of 13 women with the means of An example, 100 % found biceps femoris higher in hip \
thrust than in squat, with a standard deviation of 30 % of the mean and a correlation of .5 (Monte-Carlo error ≤ 0.5 \
points).
    """
    start, results, end = _parts(table)
    return [f"{start}, {share} found {what}, {end}." for share, what in results]


def summary(table: pd.DataFrame) -> str:
    """Say in one sentence how often studies like the published one find each of its results.

    Parameters
    ----------
    table : DataFrame
        From :func:`replicate`, with its ``attrs``.

    Raises
    ------
    DesignError
        The table is not one of :func:`replicate`.

    Examples
    --------
    >>> from emgkit.replication import ReportedResult, PublishedDesign, replicate
    >>> design = PublishedDesign(
    ...     study="An example", n=13, people="women", repetitions=10,
    ...     means={"biceps_femoris": {"hip_thrust": 40.8, "squat": 14.9}},
    ...     findings=[ReportedResult(muscle="biceps_femoris", first="hip_thrust", second="squat", reported="higher")],
    ... )
    >>> print(summary(replicate(design, error=None, seed=1, cvs=[0.3], correlations=[0.5])))
    Of 10 000 simulated studies of 13 women with the means of An example, 100 % found biceps femoris higher in hip \
thrust than in squat, with a standard deviation of 30 % of the mean and a correlation of .5 (Monte-Carlo error ≤ 0.5 \
points).
    """
    start, results, end = _parts(table)
    return f"{start}, {'; '.join(f'{share} found {what}' for share, what in results)}, {end}."


def _parts(table: pd.DataFrame) -> tuple[str, list[tuple[str, str]], str]:
    """How a sentence begins, the share and the words of each result, and how it ends."""
    bands = sweep_range(table)
    facts = table.attrs
    given = "ratios" if facts["unit"] == "ratio" else "mean peaks" if facts["measure"] == "peak" else "means"
    count = f"{facts['replicates']:,}".replace(",", " ")
    start = f"Of {count} simulated studies of {facts['n']} {facts['people']} with the {given} of {facts['study']}"
    end = f"{_swept(table)} (Monte-Carlo error ≤ {100 * bands['mc_se'].max():.1f} points)"
    reported = bands[bands["reported"] != "not reported"]
    found = []
    for row in reported.to_dict("records"):
        first, second = readable(row["contrast"]).split(" / ")
        muscle = readable(row["muscle"])
        if row["reported"] == "no difference":
            what, name = f"no difference in {muscle} between {first} and {second}", "share_no_difference"
        else:
            what, name = f"{muscle} {row['reported']} in {first} than in {second}", "share_found"
        found.append((_range(row[f"{name}_low"], row[f"{name}_high"]), what))
    if len(reported) > 1:
        share = _range(reported["share_as_reported_low"].iloc[0], reported["share_as_reported_high"].iloc[0])
        found.append((share, f"{'both' if len(reported) == 2 else f'all {len(reported)}'} results as reported"))
    return start, found, end


def _check(table: pd.DataFrame) -> None:
    missing = [name for name in (*KEYS, *SHARES, "cv", "r") if name not in table.columns]
    if missing or not table.attrs.get("simulated"):
        raise DesignError(
            "This is not a table of virtual replications",
            allowed="what replicate() returned, with its attrs",
            got=f"no column {listed(missing)}" if missing else "a table that does not say that it is simulated",
        )


def _swept(table: pd.DataFrame) -> str:
    """Say what was swept, and what was fixed."""
    facts = table.attrs
    cvs, correlations = facts["cvs"], facts["correlations"]
    spread = f"a standard deviation of {100 * cvs[0]:.3g} % of the mean"
    agreement = f"a correlation of {_decimal(correlations[0])}"
    varied = []
    if facts["sds"] == "published":
        spread = "the published standard deviations"
    elif len(cvs) > 1:
        varied.append(f"the standard deviation ({100 * min(cvs):.3g}–{100 * max(cvs):.3g} % of the mean)")
    if len(correlations) > 1:
        varied.append(f"the correlation ({_decimal(min(correlations))}–{_decimal(max(correlations))})")
    fixed = [
        text for text, many in ((spread, "standard" in "".join(varied)), (agreement, len(correlations) > 1)) if not many
    ]
    texts = [f"with {' and '.join(fixed)}"] if fixed else []
    texts += [f"depending on {' and '.join(varied)} that the paper did not print"] if varied else []
    return ", ".join(texts)


def _range(low: float, high: float) -> str:
    """Write shares as a person would: ``83 to 100 %``, ``over 99 %``, and never 100 for less than all."""
    first, last = _percent(low), _percent(high)
    if first == last or (first, last) == ("over 99", "100"):
        return f"{first} %"
    return f"{last} %" if (first, last) == ("0", "under 1") else f"{first} to {last} %"


def _percent(share: float) -> str:
    rounded = f"{100 * share:.0f}"
    if rounded == "100" and share < 1:
        return "over 99"
    return "under 1" if rounded == "0" and share > 0 else rounded


def _decimal(value: float) -> str:
    """Write a correlation as journals do: ``.5``."""
    return f"{value:.2g}".removeprefix("0")
