"""A published recipe, built from emgkit's steps, gives the published curves of the same raw file.

Walking, one person, 13 muscles: raw and processed data of the R package musclesyneRgies (MIT);
Santuz et al. 2020, doi:10.1016/j.isci.2019.100796.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import emgkit as ek


def published_recipe(folder: Path, *, padding: Literal["odd", "zeros-after"]) -> NDArray[np.float64]:
    raw = pd.read_csv(folder / "raw_emg_uV.csv")
    recording = ek.Recording(
        data=raw.drop(columns="time").to_numpy().T * 1e-6,
        sfreq=1000.0,
        channels=tuple(ek.Channel(name=name, unit="V") for name in raw.columns[1:]),
        start=raw["time"].iloc[0],
    )
    pipeline = ek.Pipeline(
        ek.RemoveMean(),
        ek.Highpass(cutoff=50, order=8, cutoff_rule="per-pass", padding=padding),
        ek.Rectify(),
        ek.Lowpass(cutoff=20, order=8, cutoff_rule="per-pass", padding=padding),
    )
    curves = pipeline(recording).data.T.copy()
    curves[curves <= 0] = curves[curves > 0].min()
    curves -= curves.min(axis=0)
    curves /= curves.max(axis=0)
    return three_cycles(curves, raw["time"].to_numpy(), pd.read_csv(folder / "cycles.csv").to_numpy())


def three_cycles(
    curves: NDArray[np.float64], times: NDArray[np.float64], cycles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cycles 2 to 4, 100 points of stance and 100 of swing each, one below the other."""
    points = []
    for cycle in (1, 2, 3):
        edges = np.searchsorted(times, [*cycles[cycle], cycles[cycle + 1, 0]])
        for first, stop in pairwise(edges):
            at = np.linspace(first, stop - 1, 100)
            points.append(
                np.column_stack([np.interp(at, np.arange(first, stop), column[first:stop]) for column in curves.T])
            )
    return np.vstack(points)


@pytest.fixture(scope="module")
def walk(recordings: Path) -> Path:
    return recordings / "musclesyneRgies_walk"


@pytest.fixture(scope="module")
def published(walk: Path) -> NDArray[np.float64]:
    return pd.read_csv(walk / "filt_norm_emg_200pts.csv").drop(columns="time").to_numpy()


def test_the_published_recipe_gives_the_published_curves(walk: Path, published: NDArray[np.float64]) -> None:
    assert published.shape == (600, 13)
    np.testing.assert_allclose(published_recipe(walk, padding="zeros-after"), published, rtol=0, atol=1e-9)


def test_other_edges_show_in_the_published_curves(walk: Path, published: NDArray[np.float64]) -> None:
    error = np.abs(published_recipe(walk, padding="odd") - published).max()
    assert 1e-3 < error < 0.02
