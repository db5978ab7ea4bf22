"""10 000 sign flips of 20 participants' curves with 101 points: the whole call, from a long table, beside MNE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mne
import numpy as np
import pandas as pd
import pytest
from scipy import stats

import emgkit as ek

FLIPS = 10_000

# a cluster test always has its notice
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


def test_largest_t(beside: Callable[..., Any], curves: pd.DataFrame, differences: np.ndarray) -> None:
    """From the long table to three tables, beside a matrix product in MNE that starts at the array of differences."""

    def ours() -> Any:
        return ek.stats.waveform_test(curves, within="exercise", flips=FLIPS, seed=0)

    def theirs() -> Any:
        return mne.stats.permutation_t_test(differences, n_permutations=FLIPS, tail=0, verbose="error")

    task = f"waveform_test max-t, {FLIPS} flips of 20 x 101"
    got, (t, _, _) = beside(ours, theirs, task=task, program="MNE permutation_t_test")
    np.testing.assert_allclose(got.nodes["t"], t, rtol=1e-6)


def test_clusters(beside: Callable[..., Any], curves: pd.DataFrame, differences: np.ndarray) -> None:
    """Runs of points in every flip; there is one in the data, as MNE flips nothing without."""
    threshold = float(stats.t.isf(0.025, 19))

    def ours() -> Any:
        return ek.stats.waveform_test(curves, within="exercise", method="cluster", flips=FLIPS, seed=0)

    def theirs() -> Any:
        return mne.stats.permutation_cluster_1samp_test(
            differences, threshold=threshold, n_permutations=FLIPS, verbose="error"
        )

    task = f"waveform_test cluster, {FLIPS} flips of 20 x 101"
    got, found = beside(ours, theirs, task=task, program="MNE permutation_cluster_1samp_test", rounds=5)
    assert len(got.clusters) == len(found[1]) > 0
    assert len(found[3]) == FLIPS
