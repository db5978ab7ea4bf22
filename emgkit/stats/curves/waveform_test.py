"""Whole curves compared within participants: every point, at one error rate for the curve."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit._checks import check_option, check_whole
from emgkit.errors import ArgumentError, Notice
from emgkit.notation import listed, number
from emgkit.stats.cells.blocks import Block, arrange, check_within, level_columns, levels_of, pair_names
from emgkit.stats.cells.columns import Factor, as_name, as_names, check_table, only_value
from emgkit.stats.cells.effect_formulas import CONFIDENCE
from emgkit.stats.cells.multiplicity import adjusted, at_step, holm_steps, is_below
from emgkit.stats.cells.sign_flips import (
    ROUNDING,
    check_flips,
    largest_mass,
    scaled,
    share_at_least,
    smallest_p,
    t_of_r,
)
from emgkit.stats.cells.sign_flips import largest as sign_flips_largest
from emgkit.stats.curves import random_field
from emgkit.stats.curves.matrix import curve_matrix
from emgkit.stats.curves.words import beyond_threshold
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results

Array = NDArray[np.float64]

METHODS = ("max-t", "cluster", "rft")
# a cluster is a run of points beyond the two-sided p of .05 of each
CLUSTER_P = 0.05
RESULT_COLUMNS = (
    "contrast", "ratio", "difference", "ci_low", "ci_high", "t", "p", "p_adjusted", "cluster", "n",
    "first_point", "last_point", "mass", "t_peak", "threshold", "t_max", "point_max", "fwhm", "resels", "family_size",
    "p_holm", "threshold_holm",
)  # fmt: skip

__all__ = ["WaveformTest", "waveform_test"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WaveformTest:
    """Pairwise comparisons of curves, as :func:`waveform_test` gives them.

    Parameters
    ----------
    nodes : Results
        One row a contrast and point: the ``by`` columns, ``contrast``, ``point``, ``ratio`` or ``difference``,
        ``ci_low``, ``ci_high`` (95 %, of each point alone), ``t``, ``p_adjusted`` (for the points of this contrast;
        NaN with clusters, which say nothing of single points), ``p_holm`` (also for the contrasts, by the Holm step of
        this one: the smallest of a curve is the ``p_adjusted`` of its summary) and ``cluster`` (number of the cluster,
        0 outside).
    clusters : Results
        One row a cluster, a run of points beyond the threshold with one sign: ``cluster``, ``first_point``,
        ``last_point``, ``t_peak``, ``mass`` (sum of |t|), ``p``, by mass for ``"cluster"``, else of its peak, and
        ``p_holm``, the same at the Holm step of its contrast.
    summary : Results
        One row a contrast: ``n`` participants, ``n_points``, ``t_max`` (largest |t|) and its ``point_max``,
        ``threshold`` of |t| for this contrast alone, ``p`` (that the curves differ anywhere), ``p_adjusted`` (Holm, for
        the contrasts of one level of ``by``), ``family_size``, ``threshold_holm`` (the |t| from which ``p_adjusted`` is
        below alpha; NaN with clusters), and for ``"rft"`` ``fwhm`` (points) and ``resels``, else NaN.
    attrs : dict
        What was done, in plain values.
    """

    nodes: Results
    clusters: Results
    summary: Results
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is doubtful about the test, as in :class:`Results`."""
        return self.summary.notices

    @property
    def differing(self) -> pd.DataFrame:
        """Where the curves differ after Holm's correction, which is what sentences and figures show.

        One row a run of points (or, with clusters, a cluster) whose ``p_holm`` is below alpha: the ``by`` columns,
        ``contrast``, ``first_point``, ``last_point`` and the smallest ``p_holm``.
        """
        keys = [*self.attrs["by"], "contrast"]
        columns = [*keys, "first_point", "last_point", "p_holm"]
        if self.attrs["method"] == "cluster":
            found = self.clusters[is_below(self.clusters["p_holm"], self.attrs["alpha"])]
            return pd.DataFrame(found[columns]).reset_index(drop=True)
        nodes = pd.DataFrame(self.nodes)
        curve = nodes.groupby(keys, observed=True, sort=False).ngroup().to_numpy()
        there = np.flatnonzero(is_below(nodes["p_holm"], self.attrs["alpha"]))
        sign = np.sign(nodes["t"].to_numpy()[there])
        begins = (np.diff(there, prepend=-2) > 1) | (np.diff(curve[there], prepend=-1) != 0)
        begins |= np.diff(sign, prepend=0.0) != 0
        runs = nodes.iloc[there].groupby(np.cumsum(begins))
        first, last = runs.head(1), runs.tail(1)
        return (
            first.rename(columns={"point": "first_point"})
            .assign(last_point=last["point"].to_numpy(), p_holm=runs["p_holm"].min().to_numpy())[columns]
            .reset_index(drop=True)
        )

    def methods(self) -> str:
        """What was done, as in :meth:`Results.methods`."""
        return self.summary.methods()

    def sentences(self) -> list[str]:
        """One sentence a contrast; where single points were tested, with the points at which the curves differ."""
        texts = self.summary.sentences()
        if self.attrs["method"] == "cluster":
            return texts
        keys = [*self.attrs["by"], "contrast"]
        runs: dict[Any, list[Any]] = {
            key: part.to_dict("records") for key, part in self.differing.groupby(keys, observed=True, sort=False)
        }
        rows = self.summary[keys].itertuples(index=False, name=None)
        return [beyond_threshold(text, runs.get(key, [])) for text, key in zip(texts, rows, strict=True)]

    def _repr_html_(self) -> str | None:
        return self.summary._repr_html_()

    def __repr__(self) -> str:
        return f"<WaveformTest: {self.attrs.get('method')}, {len(self.summary)} contrasts>\n{self.summary}"


def waveform_test(
    curves: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    point: str = "point",
    within: str | Sequence[str],
    by: str | Sequence[str] | None = None,
    log: bool = True,
    method: str = "max-t",
    flips: int | str = "exact",
    alpha: float = 0.05,
    seed: int | None = None,
) -> WaveformTest:
    """Compare whole curves between every pair of conditions, within participants.

    Parameters
    ----------
    curves : pandas.DataFrame
        Long table, one row a participant, condition and point, as ``Curves.participant_means().to_frame()`` gives.
    outcome, participant, point : str
        Columns of the value, the participant and the place on the curve.
    within : str or list of one str
        Column of the conditions; pairs are "first minus second" in alphabetical order, or in the order of an ordered
        categorical.
    by : str or sequence of str, optional
        Columns whose levels are analysed one by one, such as ``"muscle"``.
    log : bool
        Compare logarithms, and report ratios; else differences.
    method : {"max-t", "cluster", "rft"}
        ``"max-t"``: each point against the largest |t| of the whole curve under sign flips. ``"cluster"``: the summed
        |t| of runs with a two-sided p below .05 at each point, against the largest such sum under sign flips.
        ``"rft"``: each point against the height that a smooth Gaussian random curve exceeds anywhere.
    flips : "exact" or int
        All 2**n sign flips, or a number of random ones.
    alpha : float
        Error rate of each contrast's curve, two-sided.
    seed : int, optional
        Of the random flips, and required for them. All flips and ``"rft"`` draw nothing and need none.

    Returns
    -------
    WaveformTest
        Tables ``.nodes``, ``.clusters`` and ``.summary``; ``.attrs`` says what was done.

    Raises
    ------
    DesignError
        A participant has several curves in a condition, or none; curves lack points; a logarithm of values that are not
        above 0; so few participants that no p can be below alpha.
    ArgumentError
        An option is unknown, a column has two roles, or random flips have no seed.

    Notes
    -----
    If the conditions are exchangeable within a participant, all differences of curves could have had the other sign.
    The p is the share of flips, the data as they are included, with a statistic at least as large: of all 2**n flips,
    or (1 + k) / (1 + flips) for random ones. It controls the error over all points of a contrast whatever the shape of
    the curves, provided that the differences are distributed symmetrically. A cluster says that two
    curves differ, not where they begin to.

    References
    ----------
    Nichols, T. E. & Holmes, A. P. (2002). Nonparametric permutation tests for functional neuroimaging: a primer with
    examples. Human Brain Mapping, 15.
    Maris, E. & Oostenveld, R. (2007). Nonparametric statistical testing of EEG- and MEG-data. Journal of Neuroscience
    Methods, 164.
    Pataky, T. C. (2010). Generalized n-dimensional biomechanical field analysis using statistical parametric mapping.
    Journal of Biomechanics, 43.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> grid = pd.MultiIndex.from_product([range(8), ["squat", "thrust"], range(5)])
    >>> table = grid.to_frame(index=False, name=["participant", "exercise", "point"])
    >>> table["value"] = np.exp(rng.normal(0, 0.2, 80)) * np.where(table["exercise"] == "thrust", 3, 1)
    >>> waveform_test(table, within="exercise").summary[["contrast", "n", "p"]]
             contrast  n         p
    0  squat / thrust  8  0.007812
    """
    table = check_table(curves)
    by_names = as_names("by", by)
    check_option("method", method, METHODS)
    if not 0 < alpha < 1:
        raise ArgumentError("'alpha' cannot be used", allowed="above 0 and below 1", got=repr(alpha))
    condition = as_name("within", within, hint="name further columns in 'by'")
    seed = _check_seed(seed, method=method, flips=flips)
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    notices = check_within(table, **roles, result_columns=RESULT_COLUMNS, others=[("point", point)])
    matrix, points, index = curve_matrix(table, outcome, participant, point, [*by_names, condition], log=log)
    blocks, by_factors, found = arrange(index, **roles, log=False)
    options: dict[str, Any] = {"method": method, "flips": flips, "alpha": alpha, "seed": seed, "log": log}
    pairs = [_compare(block, matrix, **options) for block in blocks]
    notices += found + _doubts(blocks, by_factors, pairs, method=method, flips=flips, alpha=alpha)
    nodes, clusters, summary = _tables(blocks, by_factors, pairs, points, log=log, alpha=alpha)
    attrs = {
        "analysis": "pairwise comparisons of curves within participants", "method": method,
        "flips": "none" if method == "rft" else flips, "seed": seed, "alpha": alpha, **roles,
        "scale": "log" if log else "raw", "cluster_forming_p": CLUSTER_P if method == "cluster" else None,
        "interval": "95 % of each point alone", "unit": only_value(table, "unit"),
    }  # fmt: skip
    largest = int(summary["family_size"].max())
    facts = {**attrs, "adjust": "holm", "largest_family": largest, "n": summary["n"].unique().tolist()}
    kept = announce(notices)
    return WaveformTest(
        nodes=Results.of(nodes, "points of curves", facts, notices=kept),
        clusters=Results.of(clusters, "clusters of curves", facts, notices=kept),
        summary=Results.of(summary, "waveforms", facts, notices=kept),
        attrs=facts,
    )


def _check_seed(seed: int | None, *, method: str, flips: int | str) -> int | None:
    """Give the seed of random flips; None where nothing is drawn."""
    if method == "rft" or flips == "exact":
        return None
    if seed is None:
        raise ArgumentError(
            "Random sign flips need a seed, so that the result can be found again",
            allowed="a whole number of at least 0",
            got="seed=None",
            hint=f"give one, such as flips={flips!r}, seed=1, or take all flips with flips='exact'",
        )
    return check_whole("seed", seed, least=0, most=2**128)


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """One contrast of one block: arrays with an entry a point, what belongs to the curve, and its runs."""

    name: str
    n: int
    center: Array
    half: Array
    t: Array
    p_nodes: Array
    curve: dict[str, float]
    runs: list[dict[str, Any]]
    null: Array | None


def _compare(
    block: Block, matrix: Array, *, method: str, flips: int | str, alpha: float, seed: int | None, log: bool
) -> list[_Pair]:
    """Compare all pairs of one block."""
    n = len(block.participants)
    drawn = None if method == "rft" else check_flips(flips, n, alpha=alpha, where=block.label)
    rows = block.values.astype(np.intp)
    pairs = []
    for (first, second), name in zip(block.pairs, pair_names(block.levels, log=log), strict=True):
        differences = matrix[rows[:, first]] - matrix[rows[:, second]]
        center, constant = differences.mean(axis=0), _constant(differences)
        differences[:, constant] = 0.0
        error = np.where(constant, np.nan, differences.std(axis=0, ddof=1) / np.sqrt(n))
        t = center / error
        half = float(special.stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * error
        p_nodes, curve, runs, null = _test(differences, t, method=method, drawn=drawn, alpha=alpha, seed=seed)
        pairs.append(
            _Pair(name=name, n=n, center=center, half=half, t=t, p_nodes=p_nodes, curve=curve, runs=runs, null=null)
        )
    return pairs


def _tables(
    blocks: list[Block],
    by_factors: list[Factor],
    pairs: list[list[_Pair]],
    points: pd.Index[Any],
    *,
    log: bool,
    alpha: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Set out the nodes, the clusters and the summary of all contrasts."""
    flat = [pair for part in pairs for pair in part]
    names = pd.Index([pair.name for pair in flat])
    size = len(points)
    back = np.exp if log else np.asarray
    center, half = (np.concatenate([getattr(pair, name) for pair in flat]) for name in ("center", "half"))
    p = np.array([pair.curve["p"] for pair in flat])
    members = np.repeat(np.arange(len(blocks)), [len(part) for part in pairs])
    p_adjusted, family_size = adjusted(p, members, adjust="holm")
    steps = list(zip(*holm_steps(p, members), strict=True))
    number_of = np.zeros((len(flat), size), dtype=np.intp)
    for row, pair in zip(number_of, flat, strict=True):
        for i, run in enumerate(pair.runs, start=1):
            row[run["first"] : run["last"] + 1] = i
    nodes = pd.DataFrame({
        **level_columns(blocks, by_factors, [size * len(part) for part in pairs]),
        "contrast": names.repeat(size),
        "point": points.take(np.tile(np.arange(size), len(flat))),
        "ratio" if log else "difference": back(center),
        "ci_low": back(center - half),
        "ci_high": back(center + half),
        "t": np.concatenate([pair.t for pair in flat]),
        "p_adjusted": np.concatenate([pair.p_nodes for pair in flat]),
        "p_holm": np.concatenate([at_step(pair.p_nodes, *step) for pair, step in zip(flat, steps, strict=True)]),
        "cluster": number_of.ravel(),
    })  # fmt: skip
    runs = [run for pair in flat for run in pair.runs]
    clusters = pd.DataFrame({
        **level_columns(blocks, by_factors, [sum(len(pair.runs) for pair in part) for part in pairs]),
        "contrast": names.repeat([len(pair.runs) for pair in flat]),
        "cluster": np.array([i + 1 for pair in flat for i in range(len(pair.runs))], dtype=np.intp),
        "first_point": points.take([run["first"] for run in runs]),
        "last_point": points.take([run["last"] for run in runs]),
        **{name: np.array([run[name] for run in runs], dtype=np.float64) for name in ("t_peak", "mass", "p")},
        "p_holm": np.array([
            at_step(run["p"], *step) for pair, step in zip(flat, steps, strict=True) for run in pair.runs
        ], dtype=np.float64),
    })  # fmt: skip
    sizes = np.abs(np.nan_to_num([pair.t for pair in flat]))
    peaks = sizes.argmax(axis=1)
    summary = pd.DataFrame({
        **level_columns(blocks, by_factors, [len(part) for part in pairs]),
        "contrast": names, "n": [pair.n for pair in flat], "n_points": size,
        "t_max": np.abs([pair.t[peak] for pair, peak in zip(flat, peaks, strict=True)]),
        "point_max": points.take(peaks),
        "threshold": [pair.curve["threshold"] for pair in flat], "p": p,
        **{name: [pair.curve[name] for pair in flat] for name in ("fwhm", "resels")},
        "p_adjusted": p_adjusted, "family_size": family_size,
        "threshold_holm": [_threshold_holm(pair, step, alpha) for pair, step in zip(flat, steps, strict=True)],
    })  # fmt: skip
    return nodes, clusters, summary


def _threshold_holm(pair: _Pair, step: tuple[float, float], alpha: float) -> float:
    """The |t| at which the Holm-adjusted p of the curve is alpha: beyond any where an earlier step failed."""
    times, floor = step
    if np.isnan(times) or (pair.null is None and np.isnan(pair.curve["resels"])):
        return np.nan
    if not is_below(floor, alpha):
        return np.inf
    return _threshold(alpha, pair.n, null=pair.null, resels=pair.curve["resels"], times=times)


def _threshold(alpha: float, n: int, *, null: Array | None, resels: float, times: float = 1.0) -> float:
    """The |t| from which ``times`` the p of a curve is below alpha: by sign flips, or by random-field theory."""
    if null is None:
        return random_field.threshold(alpha / times, n - 1, resels)
    # the smallest statistic whose share is below the level; no more than these can be
    highest = np.sort(null)[::-1][: int(alpha / times * len(null)) + 1]
    reached = is_below(share_at_least(null, highest) * times, alpha)
    return float(t_of_r(highest[reached][-1], n)) if reached.any() else np.inf


def _constant(differences: Array) -> NDArray[np.bool_]:
    """Points at which all participants differ by the same, but for rounding: there is no error term."""
    rounding = 16 * np.finfo(np.float64).eps * max(float(np.abs(differences).max()), 1.0)
    return np.asarray(differences.std(axis=0, ddof=1) <= rounding)


def _test(
    differences: Array, t: Array, *, method: str, drawn: int | None, alpha: float, seed: int | None
) -> tuple[Array, dict[str, float], list[dict[str, Any]], Array | None]:
    """P-values of the points, of the curve, the runs beyond the threshold, and the largest |r| under all flips."""
    n, null = len(differences), None
    size = np.abs(np.nan_to_num(t))
    width = resels = np.nan
    if np.isnan(t).all():
        return np.full(len(t), np.nan), dict.fromkeys(("threshold", "p", "fwhm", "resels"), np.nan), [], None
    if method == "rft":
        width = random_field.fwhm(differences - differences.mean(axis=0))
        resels = (len(t) - 1) / width
        threshold = _threshold(alpha, n, null=None, resels=resels)
        p_nodes = np.minimum(2 * random_field.p_of_height(size, n - 1, resels), 1.0)
    elif method == "max-t":
        null = sign_flips_largest(scaled(differences), drawn, seed=seed)
        p_nodes = share_at_least(null, size / np.sqrt(size**2 + n - 1))
        threshold = _threshold(alpha, n, null=null, resels=np.nan)
    else:
        threshold = float(special.stdtrit(n - 1, 1 - CLUSTER_P / 2))
        p_nodes = np.full(len(t), np.nan)
    runs = _runs(t, threshold, closed=method == "max-t")
    if method == "cluster":
        masses = np.array([run["mass"] for run in runs])
        largest = largest_mass(scaled(differences), threshold, drawn, seed=seed)
        p_runs = share_at_least(largest, masses)
        p = float(p_runs.min()) if len(runs) else 1.0
    else:
        p_nodes[np.isnan(t)] = np.nan
        p_runs = np.array([p_nodes[run["first"] : run["last"] + 1].min() for run in runs])
        p = float(np.nanmin(p_nodes)) if np.isfinite(p_nodes).any() else np.nan
    for run, p_run in zip(runs, p_runs, strict=True):
        run["p"] = float(p_run)
    return p_nodes, {"threshold": threshold, "p": p, "fwhm": width, "resels": resels}, runs, null


def _runs(t: Array, threshold: float, *, closed: bool) -> list[dict[str, Any]]:
    """Runs of points with |t| beyond the threshold (at it, where ``closed``) and one sign."""
    size = np.abs(np.nan_to_num(t))
    beyond = size >= threshold * (1 - ROUNDING) if closed else size > threshold
    state = np.sign(np.nan_to_num(t)) * beyond
    edges = np.flatnonzero(np.diff(state, prepend=0.0, append=0.0))
    return [
        {
            "first": int(start),
            "last": int(end) - 1,
            "t_peak": float(t[start:end][np.argmax(size[start:end])]),
            "mass": float(size[start:end].sum()),
        }
        for start, end in itertools.pairwise(edges)
        if state[start] != 0
    ]


def _doubts(
    blocks: list[Block],
    by_factors: list[Factor],
    pairs: list[list[_Pair]],
    *,
    method: str,
    flips: int | str,
    alpha: float,
) -> list[Notice]:
    """Say what the result cannot show."""
    notices = []
    empty = sum(int(np.isnan(pair.t).sum()) for part in pairs for pair in part)
    if empty:
        text = (
            f"At {empty} points all participants differ by the same amount: there is no error term, so t and p are NaN."
        )
        notices.append(Notice(code="no-variance", text=text))
    if method == "cluster":
        text = "A cluster says that two curves differ, not at which points: its ends are no estimates."
        notices.append(Notice(code="clusters-have-no-place", text=text))
    for block, part in zip(blocks, pairs, strict=True):
        where = f" at {block.label}" if block.label else ""
        here = levels_of(block, by_factors)
        n, family = len(block.participants), len(part)
        least = smallest_p(n, None if flips == "exact" else int(flips)) if method != "rft" else 0.0
        if not is_below(least * family, alpha):
            text = (
                f"The smallest p that {n} participants can give{where} is {number(least)}; after Holm's correction for "
                f"{family} contrasts none alone can be below {number(alpha)}."
            )
            notices.append(Notice(code="cannot-reach-adjusted", text=text, about=(here,) if here else ()))
        rough = [pair.name for pair in part if pair.curve["fwhm"] < 3]
        if rough:
            text = (
                f"The curves of {listed(rough)}{where} are too rough for random-field theory (FWHM below 3 points): "
                "method='max-t' makes no such assumption."
            )
            notices.append(Notice(code="rough-curves", text=text, about=({**here, "contrast": tuple(rough)},)))
    return notices
