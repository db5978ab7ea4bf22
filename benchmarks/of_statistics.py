"""Comparisons and tests of curves, beside statsmodels, MNE and spm1d."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM
from timing import Row, duel, library, one_core, seconds_text

import emgkit as ek

__all__ = ["rows"]

FLIPS = 10_000


def rows(missing: set[str]) -> Iterator[Row]:
    """13 participants' cells, 20 participants' curves."""
    with warnings.catch_warnings(), one_core():
        # what is doubtful in a fit is no question of time
        warnings.simplefilter("ignore")
        yield from _contrasts()
        yield from _curves(missing)


def _contrasts() -> Iterator[Row]:
    cells = ek.simulate.draw_cells("three_lifts", seed=2015)
    logs = cells.assign(value=np.log(cells["value"]))

    def mixed() -> object:
        model = MixedLM.from_formula("value ~ C(exercise, Sum) * C(muscle, Sum)", logs, groups=logs["participant"])
        return model.fit(reml=True)

    def ours() -> object:
        return ek.stats.mixed_model(cells, "value ~ exercise * muscle", log=True).contrasts("exercise", by="muscle")

    against = "statsmodels MixedLM, fit alone"
    yield duel(
        "9 paired contrasts of 13 participants", lambda: ek.stats.contrasts(cells, within="exercise", by="muscle"),
        mixed, against=against, rounds=5,
    )  # fmt: skip
    yield duel("mixed model with Kenward-Roger, 9 contrasts", ours, mixed, against=against, rounds=5)


def _curves(missing: set[str]) -> Iterator[Row]:
    rng = np.random.default_rng(2015)
    logs = np.cumsum(rng.normal(0, 0.05, (20, 101)), axis=1) + rng.normal(0, 0.3, (20, 1))
    logs[:, 51:] += 0.5
    grid = pd.MultiIndex.from_product([range(20), ["a", "b"], range(101)], names=["participant", "exercise", "point"])
    values = np.exp(np.stack([logs, np.zeros_like(logs)], axis=1)).ravel()
    curves = pd.DataFrame({"value": values}, index=grid).reset_index()

    def drawn() -> object:
        return ek.stats.waveform_test(curves, within="exercise", flips=FLIPS, seed=0)

    def exact() -> object:
        return ek.stats.waveform_test(curves, within="exercise", flips="exact")

    exact()
    begun = time.process_time()
    exact()
    taken = time.process_time() - begun
    yield Row(
        work="waveform_test, all 2^20 sign flips of 20 participants", ours=seconds_text(taken), wanted="< 3 s",
        against="21 s before", ratio=f"{21 / taken:.3g} ×",
    )  # fmt: skip
    work = f"waveform_test, {FLIPS} sign flips of 20 × 101"
    mne = library("mne", missing)
    if mne is not None:
        yield duel(
            work, drawn, lambda: mne.stats.permutation_t_test(logs, n_permutations=FLIPS, tail=0, verbose="error"),
            against="MNE permutation_t_test", rounds=3,
        )  # fmt: skip
    spm1d = library("spm1d", missing)
    if spm1d is not None:
        yield duel(
            work, drawn, lambda: spm1d.stats.nonparam.ttest(logs, 0).inference(0.05, two_tailed=True, iterations=FLIPS),
            against="spm1d nonparam.ttest", rounds=3,
        )  # fmt: skip
