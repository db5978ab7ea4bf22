"""Virtual replications: how often a study of that size, with those means, would find what was reported."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_positive, check_whole
from emgkit.errors import ArgumentError, Notice
from emgkit.notation import listed, number
from emgkit.replication.design import PublishedDesign
from emgkit.simulate.draw import check_seed
from emgkit.stats.cells.multiplicity import corrected
from emgkit.stats.results.facts import notice_facts
from emgkit.stats.within import one_sample

__all__ = ["CORRELATIONS", "CVS", "compared", "drawn_logs", "replicate"]

Array = NDArray[np.float64]
CVS = (0.3, 0.4, 0.5, 0.6)
CORRELATIONS = (0.3, 0.5, 0.7, 0.9)
ERROR_COLUMNS = ("muscle", "condition", "measure", "phase", "bias", "sd_own")


def replicate(
    design: PublishedDesign,
    *,
    error: pd.DataFrame | None,
    seed: int,
    replicates: int = 10_000,
    cvs: Sequence[float] | None = None,
    correlations: Sequence[float] = CORRELATIONS,
) -> pd.DataFrame:
    """Repeat a published study on simulated participants: how often such a study finds what was reported.

    Parameters
    ----------
    design : PublishedDesign
        What the paper printed.
    error : DataFrame or None
        The chain's error, as :func:`chain_error` gives it for this design; None for a chain without any.
    seed : int
        A whole number of at least 0.
    replicates : int
        Simulated studies at each standard deviation and correlation.
    cvs : sequence of float, optional
        Standard deviations between participants as parts of the mean, 0.3 to 0.6 unless given; they are swept because
        the paper did not print them. Not for a design with `sds`.
    correlations : sequence of float
        Correlations of the logarithms between any two conditions, 0.3 to 0.9 unless given.

    Returns
    -------
    DataFrame
        One row a muscle, pair of conditions, cv and r. ``muscle, contrast`` ("first / second"), ``reported``,
        ``published_ratio`` (of the printed means), ``cv`` (NaN where the paper's own standard deviations were taken),
        ``r``, ``n``; of the simulated studies ``share_found``, those that were significant in the reported direction
        (without one, in that of the means), ``mc_se``, its Monte-Carlo standard error, ``share_reverse``, those that
        were significant the other way round, ``share_no_difference``, the others; ``median_ratio``, and ``ratio_low``
        to ``ratio_high``, the central 95 % of the ratios that were found; ``share_as_reported``, those in which all
        findings of the paper came out together as reported, differences and no differences; ``replicates``.
        ``attrs["simulated"]`` is True, and the notices in ``attrs`` say what the shares rest on.

    Raises
    ------
    ArgumentError
        A number is outside what is allowed, or `error` belongs to another design.

    Notes
    -----
    The true value of participant i in condition k is ``m_k exp(s (sqrt(r) a_i + sqrt(1 - r) b_ik) - s^2 / 2)``, a and b
    standard normal and ``s^2 = log(1 + cv^2)``: log-normal with the printed arithmetic mean m_k. It is recorded with
    the chain's error, ``exp(bias_k + sd_k e_ik)``; the error of the MVC reference is the same in all conditions and
    leaves every ratio as it is, so it is not drawn. Each study is analysed as
    :func:`emgkit.stats.contrasts` does it: one paired t test a pair of conditions, on logarithms, each with its own
    error term. All standard deviations and correlations get the same random numbers, so that they differ by nothing
    else. Where printed standard deviations differ between conditions, the ratio found is that of the geometric means,
    not the printed one. Muscles are drawn independently; that matters for ``share_as_reported`` only. The paper's own
    analysis may have been another one.

    Examples
    --------
    >>> from emgkit.replication import ReportedResult
    >>> design = PublishedDesign(
    ...     study="An example", n=13, repetitions=10, means={"biceps_femoris": {"hip_thrust": 40.8, "squat": 14.9}},
    ...     findings=[ReportedResult(muscle="biceps_femoris", first="hip_thrust", second="squat", reported="higher")],
    ... )
    >>> table = replicate(design, error=None, seed=1, replicates=1000)
    >>> len(table), bool((table["share_found"] > 0.99).all())
    (16, True)
    """
    check_whole("replicates", replicates)
    check_seed(seed)
    sweep = list(product(_spreads(design, cvs), _checked(correlations, "correlations", below=1.0)))
    chain = _chain(design, error)
    parts = [
        _one_muscle(design, muscle, sweep, chain=chain, replicates=replicates, seed=seed) for muscle in design.muscles
    ]
    together = np.logical_and.reduce([alike for _, alike in parts]).mean(axis=1)
    table = pd.DataFrame([row for rows, _ in parts for row in rows])
    table["share_as_reported"] = together[table.pop("point").to_numpy()]
    table["replicates"] = replicates
    table.attrs = _facts(design, error, sweep, seed=seed, replicates=replicates)
    return table


def drawn_logs(
    design: PublishedDesign, muscle: str, normals: Array, *, cv: float, r: float, chain: tuple[Array, Array]
) -> Array:
    """Turn standard normal numbers into logarithms of recorded values.

    Parameters
    ----------
    normals : ndarray, shape (1 + n_conditions, n_participants, n_studies)
        The first belongs to the participant.
    cv : float
        Not looked at where the design has its own standard deviations.
    chain : tuple of ndarray, each of shape (n_conditions,)
        Bias and standard deviation of the chain's log error.

    Returns
    -------
    ndarray, shape (n_conditions, n_participants, n_studies)
    """
    means = np.array(list(design.means[muscle].values()))
    spread = np.full(len(means), cv) if design.sds is None else np.array(list(design.sds[muscle].values())) / means
    variance = np.log1p(spread**2)
    bias, sd = chain
    # two independent normal parts of one recording, the participant's response and the chain's error, are one normal
    own = np.sqrt(variance * (1 - r) + sd**2)
    center = np.log(means) - variance / 2 + bias
    shared = np.sqrt(variance * r)
    center, shared, own = (part[:, np.newaxis, np.newaxis] for part in (center, shared, own))
    return np.asarray(center + shared * normals[0] + own * normals[1:])


def compared(logs: Array, pairs: Sequence[tuple[int, int]], *, adjust: str) -> tuple[Array, Array]:
    """Compare pairs of conditions in many studies at once.

    Parameters
    ----------
    logs : ndarray, shape (n_conditions, n_participants, n_studies)
    pairs : sequence of (first, second)
        Positions of conditions.
    adjust : {"holm", "bonferroni", "none"}
        Correction over the pairs.

    Returns
    -------
    tuple of ndarray, each of shape (n_pairs, n_studies)
        The mean difference of the logarithms, and its p (corrected).
    """
    n_studies = logs.shape[2]
    differences = np.concatenate([logs[first] - logs[second] for first, second in pairs], axis=1)
    tested = one_sample.t_test(differences, rounding=0.0)
    center, p = (tested[name].reshape(len(pairs), n_studies) for name in ("center", "p"))
    return center, corrected(p, adjust=adjust)


def _one_muscle(
    design: PublishedDesign,
    muscle: str,
    sweep: Sequence[tuple[float, float]],
    *,
    chain: dict[str, tuple[Array, Array]],
    replicates: int,
    seed: int,
) -> tuple[list[dict[str, Any]], NDArray[np.bool_]]:
    """Rows of one muscle, and at each point of the sweep which studies found all that was reported of it."""
    conditions = design.conditions(muscle)
    named = design.pairs(muscle)
    pairs = [(conditions.index(first), conditions.index(second)) for first, second in named]
    reports = [_report(design, muscle, first, second) for first, second in named]
    rng = np.random.default_rng([seed, design.muscles.index(muscle)])
    normals = rng.standard_normal((1 + len(conditions), design.n, replicates))
    rows, alike = [], np.ones((len(sweep), replicates), dtype=bool)
    for point, (cv, r) in enumerate(sweep):
        logs = drawn_logs(design, muscle, normals, cv=cv, r=r, chain=chain[muscle])
        centers, ps = compared(logs, pairs, adjust=design.adjust)
        for (first, second), reported, center, p in zip(named, reports, centers, ps, strict=True):
            published = design.means[muscle][first] / design.means[muscle][second]
            upwards = reported == "higher" or (reported != "lower" and published >= 1)
            found = (p < design.alpha) & ((center > 0) == upwards)
            reverse = (p < design.alpha) & ((center > 0) != upwards)
            if reported in ("higher", "lower"):
                alike[point] &= found
            elif reported == "no difference":
                alike[point] &= ~found & ~reverse
            low, median, high = np.exp(np.quantile(center, [0.025, 0.5, 0.975]))
            share = float(found.mean())
            rows.append(
                {"point": point, "muscle": muscle, "contrast": f"{first} / {second}", "reported": reported,
                 "published_ratio": published, "cv": cv, "r": r, "n": design.n, "share_found": share,
                 "mc_se": float(np.sqrt(share * (1 - share) / replicates)), "share_reverse": float(reverse.mean()),
                 "share_no_difference": float((~found & ~reverse).mean()),
                 "median_ratio": float(median), "ratio_low": float(low), "ratio_high": float(high)}
            )  # fmt: skip
    return rows, alike


def _report(design: PublishedDesign, muscle: str, first: str, second: str) -> str:
    """Find what was reported of a pair: :meth:`PublishedDesign.pairs` has it in the order of its finding."""
    reported = {(one.muscle, one.first, one.second): one.reported for one in design.findings}
    return reported.get((muscle, first, second), "not reported")


def _chain(design: PublishedDesign, error: pd.DataFrame | None) -> dict[str, tuple[Array, Array]]:
    """Bias and own standard deviation of every condition, muscle by muscle."""
    if error is None:
        return {m: (np.zeros(len(design.means[m])), np.zeros(len(design.means[m]))) for m in design.muscles}
    do = "Take chain_error of this very design"
    missing = [name for name in ERROR_COLUMNS if name not in error.columns]
    if missing:
        raise ArgumentError("'error' is not a table of the chain's error", got=f"no column {listed(missing)}", hint=do)
    if set(error["measure"]) != {design.measure} or set(error["phase"]) != {design.phase}:
        raise ArgumentError(
            "'error' belongs to another measure or phase",
            allowed=f"{design.measure}, {design.phase}",
            got="; ".join(sorted({f"{m}, {p}" for m, p in zip(error["measure"], error["phase"], strict=True)})),
            hint=do,
        )
    if error.duplicated(["muscle", "condition"]).any():
        raise ArgumentError("'error' holds several rows of one muscle and condition", hint=do)
    known = error.set_index(["muscle", "condition"])[["bias", "sd_own"]]
    absent = [f"{c} in {m}" for m in design.muscles for c in design.conditions(m) if (m, c) not in known.index]
    if absent:
        raise ArgumentError("'error' does not hold every condition", got=f"none for {listed(absent)}", hint=do)
    chain = {}
    for muscle in design.muscles:
        mine = known.loc[[(muscle, c) for c in design.conditions(muscle)]].to_numpy(dtype=np.float64)
        if not np.isfinite(mine).all() or (mine[:, 1] < 0).any():
            raise ArgumentError(
                "'error' holds values that cannot be used", where=muscle, allowed="finite numbers, sd of 0 or more"
            )
        chain[muscle] = (mine[:, 0], mine[:, 1])
    return chain


def _spreads(design: PublishedDesign, cvs: Sequence[float] | None) -> list[float]:
    """Coefficients of variation to sweep: NaN, and one only, where the paper printed its standard deviations."""
    if design.sds is None:
        return _checked(CVS if cvs is None else cvs, "cvs", below=np.inf)
    if cvs is not None:
        raise ArgumentError(
            "'cvs' would take the place of printed standard deviations",
            where=design.study,
            hint="Leave 'cvs' out, or make the design without 'sds'",
        )
    return [float("nan")]


def _checked(values: Sequence[float], name: str, *, below: float) -> list[float]:
    """Refuse an empty list, a value twice, and what is not above 0 (r of 0 allowed) and below a limit."""
    checked = [check_positive(name, value, zero=name == "correlations") for value in values]
    if not checked or len(set(checked)) < len(checked) or max(checked) >= below:
        limit = "" if np.isinf(below) else f" below {number(below)}"
        raise ArgumentError(f"{name!r} cannot be used", allowed=f"different numbers{limit}", got=repr(list(values)))
    return checked


def _facts(
    design: PublishedDesign,
    error: pd.DataFrame | None,
    sweep: Sequence[tuple[float, float]],
    *,
    seed: int,
    replicates: int,
) -> dict[Hashable, Any]:
    """Say in plain values what was done."""
    notices = [
        (
            "simulated",
            f"Simulated participants with the means of {design.study}; nobody was measured for these shares.",
        ),
        ("correlation-of-logs", "r is the correlation of the logarithms of two conditions, the same for every pair."),
    ]
    if len(design.muscles) > 1:
        text = (
            "Muscles were drawn independently of each other; share_as_reported rests on that, the other shares do not."
        )
        notices.append(("muscles-independent", text))
    if error is None:
        notices.append(("no-chain-error", "The chain from signal to cell was taken to be free of error."))
    return {
        "simulated": True, "analysis": "paired contrasts of logarithms, each with its own error term",
        "study": design.study, "n": design.n, "people": design.people, "load": design.load, "measure": design.measure,
        "phase": design.phase, "unit": design.unit, "alpha": design.alpha, "adjust": design.adjust,
        "replicates": replicates, "seed": int(seed), "cvs": list(dict.fromkeys(cv for cv, _ in sweep)),
        "correlations": list(dict.fromkeys(r for _, r in sweep)), "sds": "swept" if design.sds is None else "published",
        "chain_error": None if error is None else error.to_dict("records"),
        "notices": notice_facts(Notice(code=code, text=text) for code, text in notices),
    }  # fmt: skip
