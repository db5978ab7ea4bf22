"""How long the statistics take beside statsmodels and MNE: each pair in turns, in one process, on simulated tables.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/time_statistics.py [rounds]``: with more threads a BLAS measures the
machine. Seconds differ between machines, ratios much less.
"""
# ruff: noqa: T201

from __future__ import annotations

import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mne
import numpy as np
import pandas as pd
from scipy import stats as scipy_stats
from statsmodels.regression.mixed_linear_model import MixedLM

import emgkit as ek

SEED = 2015
FLIPS = 10_000
OUTCOMES = 1000


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two ways to do something, and how many of it each call does."""

    what: str
    other: str
    emgkit: Callable[[], Any]
    compared: Callable[[], Any]
    fits: int = 1


def seconds(call: Callable[[], Any]) -> float:
    """Seconds that one call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def repetitions(cells: pd.DataFrame) -> pd.DataFrame:
    """Five simulated repetitions of every cell of one muscle."""
    rng = np.random.default_rng(SEED)
    one = cells[cells["muscle"] == "gluteus_maximus"]
    rows = one.loc[one.index.repeat(5), ["participant", "exercise", "value"]].reset_index(drop=True)
    return rows.assign(
        repetition=np.tile(np.arange(1, 6), len(one)), value=rows["value"] * np.exp(rng.normal(0, 0.1, len(rows)))
    )


def mixedlm(table: pd.DataFrame, formula: str, slopes: str = "1") -> Any:
    """Fit MixedLM by REML, with its own start and optimisers."""
    model = MixedLM.from_formula(formula, table, groups=table["participant"], re_formula=slopes)
    return model.fit(reml=True)


def model_pairs() -> Iterator[Pair]:
    """Contrasts and mixed models beside fits of MixedLM."""
    cells = ek.simulate.draw_cells("three_lifts", seed=SEED)
    logs = cells.assign(value=np.log(cells["value"]))
    reps = repetitions(cells)
    log_reps = reps.assign(value=np.log(reps["value"]))
    crossed, simple = "value ~ exercise * muscle", "value ~ exercise"
    sums = "value ~ C(exercise, Sum) * C(muscle, Sum)"

    def intercept() -> Any:
        return ek.stats.mixed_model(cells, crossed, log=True).contrasts("exercise", by="muscle")

    def slopes() -> Any:
        return ek.stats.mixed_model(reps, simple, random="1 + exercise", log=True).contrasts("exercise")

    values = np.exp(
        np.log(cells["value"].to_numpy())[:, None] + np.random.default_rng(1).normal(0, 0.1, (117, OUTCOMES))
    )

    def many() -> Any:
        models = ek.stats.mixed_model_many(cells, "~ exercise * muscle", outcomes=values, log=True)
        return models.fits, models.terms, models.contrasts("exercise", by="muscle")

    def paired() -> Any:
        return ek.stats.contrasts(cells, within="exercise", by="muscle")

    intercept_name = "MixedLM, intercept: formula, fit"
    intercept_fit, slopes_fit = (lambda: mixedlm(logs, sums)), (lambda: mixedlm(log_reps, simple, "~exercise"))
    yield Pair(what="contrasts, 9 pairs", other=intercept_name, emgkit=paired, compared=intercept_fit)
    yield Pair(what="mixed_model, intercept: fit, Kenward-Roger, 9 contrasts", other=intercept_name,
               emgkit=intercept, compared=intercept_fit)  # fmt: skip
    yield Pair(what="mixed_model, slopes (195 rows): fit, Kenward-Roger, 3 contrasts",
               other="MixedLM, slopes: formula, fit", emgkit=slopes, compared=slopes_fit)  # fmt: skip
    yield Pair(what=f"mixed_model_many, each of {OUTCOMES}: fit, F, 9 contrasts", other=intercept_name,
               emgkit=many, compared=intercept_fit, fits=OUTCOMES)  # fmt: skip


def curve_pairs() -> Iterator[Pair]:
    """Sign flips of 20 differences of curves with 101 points, beside MNE."""
    rng = np.random.default_rng(SEED)
    smooth = np.cumsum(rng.normal(0, 0.05, (40, 101)), axis=1) + rng.normal(0, 0.3, (40, 1))
    grid = pd.MultiIndex.from_product([range(20), ["a", "b"], range(101)], names=["participant", "exercise", "point"])
    curves = pd.DataFrame({"value": np.exp(smooth).ravel()}, index=grid).reset_index()
    differences = smooth[0::2] - smooth[1::2]
    threshold = float(scipy_stats.t.isf(0.025, 19))

    def flipped(method: str) -> Callable[[], Any]:
        return lambda: ek.stats.waveform_test(curves, method=method, flips=FLIPS, seed=SEED)

    def max_t() -> Any:
        return mne.stats.permutation_t_test(differences, n_permutations=FLIPS, verbose="error")

    def cluster() -> Any:
        return mne.stats.permutation_cluster_1samp_test(
            differences, threshold=threshold, n_permutations=FLIPS, out_type="mask", verbose="error"
        )

    yield Pair(what=f"waveform_test max-t, 20 x 101, {FLIPS} flips", other="MNE permutation_t_test",
               emgkit=flipped("max-t"), compared=max_t)  # fmt: skip
    yield Pair(what=f"waveform_test cluster, 20 x 101, {FLIPS} flips", other="MNE permutation_cluster_1samp_test",
               emgkit=flipped("cluster"), compared=cluster)  # fmt: skip


def measured(pair: Pair, rounds: int) -> str:
    """One line: medians, and the ratio with its range over the rounds."""
    pair.emgkit()
    pair.compared()
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds(pair.emgkit) / pair.fits)
        theirs.append(seconds(pair.compared))
    ratios = [their / our for our, their in zip(ours, theirs, strict=True)]
    return (
        f"{pair.what:<66} {1e3 * statistics.median(ours):9.3f} ms   {pair.other:<37} "
        f"{1e3 * statistics.median(theirs):9.2f} ms   x {statistics.median(ratios):.1f} "
        f"({min(ratios):.1f} to {max(ratios):.1f})"
    )


def main() -> None:
    """Print one line a comparison."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    # MixedLM warns of the boundary and of convergence; what is doubtful in a fit is no question of time
    warnings.simplefilter("ignore")
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "as many as there are")
    print(f"medians of {rounds} rounds, BLAS threads: {threads}; x: how many times longer the other one takes")
    for pair in (*model_pairs(), *curve_pairs()):
        print(measured(pair, rounds), flush=True)


if __name__ == "__main__":
    main()
