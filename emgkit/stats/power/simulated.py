"""Power found in simulated studies."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit._checks import check_positive, check_whole
from emgkit.errors import ArgumentError
from emgkit.notation import listed
from emgkit.stats.cells.effect_formulas import ALPHA
from emgkit.stats.cells.labels import label_order
from emgkit.stats.cells.multiplicity import is_below
from emgkit.stats.power.exact import Array, _between, _beyond, counts_of
from emgkit.stats.results.results import Results
from emgkit.stats.within.contrasts import contrasts

__all__ = ["power_simulate"]


def power_simulate(
    *,
    means: Mapping[str, float],
    sd_condition: float,
    sd_repetition: float,
    n: int | Sequence[int],
    repetitions: int = 5,
    sd_participant: float = 0.0,
    test: str = "t",
    adjust: str = "holm",
    alpha: float = ALPHA,
    studies: int = 1000,
    seed: int,
) -> Results:
    """Power of :func:`contrasts` itself, in studies simulated from variance components on the log scale.

    Parameters
    ----------
    means : mapping of str to float
        True mean of each condition, above 0.
    sd_condition : float
        Log-SD of participant by condition: how much people differ in their ratio of conditions.
    sd_repetition : float
        Log-SD between repetitions of one person in one condition.
    n : int or sequence of int
        Participants, one or several sizes of study.
    repetitions : int
        Repetitions averaged, arithmetically, into one cell.
    sd_participant : float
        Log-SD between participants; it cancels in every contrast.
    test, adjust
        As in :func:`contrasts`; the family is all pairs of conditions.
    alpha : float
        Level.
    studies : int
        Simulated studies of each size.
    seed : int
        Of the random numbers.

    Returns
    -------
    Results
        One row a size of study and contrast: ``n``, ``contrast``, ``true_ratio``, ``d_z``, ``power`` (share of studies
        with p below alpha) and ``power_adjusted`` (with p_adjusted), each with ``_low`` and ``_high`` (95 % from
        simulation, Wilson), ``power_expected`` (from the noncentral t) and ``studies``.

    Raises
    ------
    ArgumentError
        A number is out of range.

    Notes
    -----
    The variance of a contrast is 2 (sd_condition**2 + sd_repetition**2 / repetitions) / n, so d_z = log(ratio) /
    sqrt(2 (sd_condition**2 + sd_repetition**2 / repetitions)): more repetitions help little, more participants a lot.

    Examples
    --------
    >>> means = {"squat": 1.0, "thrust": 1.3}
    >>> found = power_simulate(means=means, sd_condition=0.2, sd_repetition=0.2, n=12, studies=200, seed=1)
    >>> found[["contrast", "d_z"]].round(2)
             contrast   d_z
    0  squat / thrust -0.85
    """
    names, center = list(means), np.array([check_positive(f"means[{name!r}]", means[name]) for name in means])
    if len(names) < 2:
        raise ArgumentError("'means' cannot be used", allowed="at least two conditions", got=listed(names))
    spread = [check_positive("sd_condition", sd_condition, zero=True), check_positive("sd_repetition", sd_repetition)]
    person = check_positive("sd_participant", sd_participant, zero=True)
    repetitions, studies = check_whole("repetitions", repetitions), check_whole("studies", studies)
    _between("alpha", alpha, 0.0, 1.0)
    sizes = counts_of(n)
    sd = float(np.sqrt(2 * (spread[0] ** 2 + spread[1] ** 2 / repetitions)))
    frames = []
    for size, stream in zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes)), strict=True):
        rng = np.random.default_rng(stream)
        logs = np.log(center) + rng.normal(0, person, (studies, size, 1))
        logs = logs + rng.normal(0, spread[0], (studies, size, len(names)))
        repeated = np.exp(rng.normal(0, spread[1], (repetitions, *logs.shape))).mean(axis=0)
        grid = pd.MultiIndex.from_product(
            [range(studies), range(size), names], names=["study", "participant", "condition"]
        )
        cells = pd.DataFrame({"value": (np.exp(logs) * repeated).ravel()}, index=grid).reset_index()
        # the studies are levels of `by`, so that one call analyses them all
        got = contrasts(cells, within="condition", by="study", test=test, adjust=adjust)
        shown = got["contrast"].to_numpy()[: len(got) // studies]
        ordered = [means[name] for name in sorted(names, key=label_order)]
        true = np.array([first / second for first, second in itertools.combinations(ordered, 2)])
        columns: dict[str, Any] = {"n": size, "contrast": shown, "true_ratio": true, "d_z": np.log(true) / sd}
        for name, p in (("power", "p"), ("power_adjusted", "p_adjusted")):
            hits = is_below(got[p].to_numpy(), alpha).reshape(studies, -1).sum(axis=0)
            columns[name] = hits / studies
            columns[f"{name}_low"], columns[f"{name}_high"] = _wilson(hits, studies)
        critical = float(special.stdtrit(size - 1, 1 - alpha / 2))
        expected = [_beyond(d * np.sqrt(size), size - 1, critical) for d in columns["d_z"]]
        frames.append(pd.DataFrame({**columns, "power_expected": expected, "studies": studies}))
    result = pd.concat(frames, ignore_index=True)
    attrs = {
        "analysis": "power of paired contrasts, simulated", "means": {name: float(means[name]) for name in names},
        "sd_participant": person, "sd_condition": spread[0], "sd_repetition": spread[1], "repetitions": repetitions,
        "test": test, "adjust": adjust, "alpha": alpha, "scale": "log", "seed": seed,
        "largest_family": len(shown),
    }  # fmt: skip
    return Results.of(result, "simulated power", attrs)


def _wilson(hits: NDArray[Any], of: int) -> tuple[Array, Array]:
    """95 % limits of a share."""
    z2 = float(special.ndtri(0.975)) ** 2
    center, half = hits + z2 / 2, np.sqrt(z2 * (hits * (of - hits) / of + z2 / 4))
    return (center - half) / (of + z2), (center + half) / (of + z2)
