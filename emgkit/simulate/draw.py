"""The people of a simulated study: who activates what, how much, drawn from one log-normal model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_whole
from emgkit.simulate.specification import Specification, load_spec

__all__ = [
    "Draws",
    "Purpose",
    "check_seed",
    "draw",
    "draw_cells",
    "generator",
    "participant_label",
    "stated_means",
    "true_ratios",
]

Array = NDArray[np.float64]


class Purpose(IntEnum):
    """What a stream of random numbers is for; each has its own, so that none disturbs another."""

    EFFECTS = 0
    GAIN = 1
    MVC = 2
    TEMPO = 3
    SIGNAL = 4
    ARTEFACTS = 5
    SENSOR = 6
    IMU = 7


def generator(seed: int, participant: int, purpose: Purpose, trial: int = 0) -> np.random.Generator:
    """Make the random numbers of one participant (from 0) for one purpose in one trial."""
    return np.random.default_rng([seed, participant, int(purpose), trial])


def participant_label(participant: int) -> str:
    """``"01"`` for the first participant."""
    return f"{participant + 1:02d}"


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What was drawn, in percent of MVC.

    Parameters
    ----------
    means : ndarray, shape (n_participants, n_exercises, n_muscles)
        Each participant's own expected value.
    repetitions : tuple of ndarray, each of shape (n_participants, n_repetitions, n_muscles)
        One array an exercise.
    """

    means: Array
    repetitions: tuple[Array, ...]


def draw(spec: Specification, *, seed: int, n_participants: int | None = None) -> Draws:
    """Each participant's mean and each repetition, from the log-normal model.

    With the stated mean m, the value of participant i in one exercise and muscle is
    ``m exp(a_i + b_i - (s_a^2 + s_b^2) / 2)``, a of the participant (each muscle by itself) and b of
    participant x exercise; a repetition is that times ``exp(c - s_c^2 / 2)``. So m is the
    arithmetic mean over people and over repetitions.
    """
    n = spec.participants if n_participants is None else check_whole("n_participants", n_participants)
    check_seed(seed)
    n_exercises, n_muscles = len(spec.exercises), len(spec.muscles)
    counts = [exercise.repetitions for exercise in spec.exercises]
    size = n_muscles * (1 + n_exercises + sum(counts))
    normals = np.stack([generator(seed, i, Purpose.EFFECTS).standard_normal(size) for i in range(n)])
    sd = spec.variation
    of_person = normals[:, :n_muscles].reshape(n, 1, n_muscles)
    rest = normals[:, n_muscles:].reshape(n, -1, n_muscles)
    of_both, of_repetition = rest[:, :n_exercises], rest[:, n_exercises:]
    logs = sd.participant * of_person + sd.participant_exercise * of_both
    means = stated_means(spec) * np.exp(logs - (sd.participant**2 + sd.participant_exercise**2) / 2)
    factors = np.exp(sd.repetition * of_repetition - sd.repetition**2 / 2)
    split = np.split(factors, np.cumsum(counts)[:-1], axis=1)
    return Draws(means=means, repetitions=tuple(means[:, [e]] * part for e, part in enumerate(split)))


def draw_cells(
    spec: str | Path | Mapping[str, Any] | Specification, *, seed: int, n_participants: int | None = None
) -> pd.DataFrame:
    """Draw a simulated study as a table of cells, without making signals.

    Parameters
    ----------
    spec : str, Path, Mapping or Specification
        See :func:`load_spec`.
    seed : int
        The same seed gives the same people as :func:`study` does.
    n_participants : int, optional
        Other than the specification says. The first participants stay the same.

    Returns
    -------
    DataFrame
        One row a participant, exercise and muscle, in the layout of :func:`emgkit.summarize`:
        the mean over the repetitions of the true activation over the whole repetition, in %MVC.
        ``.attrs["simulated"]`` is True, so that figures of it say so.

    Examples
    --------
    >>> cells = draw_cells("three_lifts", seed=1)
    >>> len(cells), cells["unit"].unique().tolist(), cells["n_repetitions"].unique().tolist()
    (117, ['%MVC'], [5])
    """
    spec = load_spec(spec)
    drawn = draw(spec, seed=seed, n_participants=n_participants)
    values = np.stack([repetitions.mean(axis=1) for repetitions in drawn.repetitions], axis=1)
    cells = _layout(spec, len(values)).copy()
    cells["value"] = values.ravel()
    cells.attrs["simulated"] = True
    return cells


def true_ratios(spec: str | Path | Mapping[str, Any] | Specification) -> pd.DataFrame:
    """List the true ratio of every pair of exercises in every muscle.

    Returns
    -------
    DataFrame
        ``muscle, contrast`` ("a / b"), ``numerator, denominator, ratio``: the ratio of the
        population's geometric means, which is what a contrast on the log scale estimates. As all
        exercises share their log-SDs it equals the ratio of the stated arithmetic means.

    Examples
    --------
    >>> ratios = true_ratios("three_lifts").set_index(["muscle", "contrast"])["ratio"]
    >>> round(float(ratios["gluteus_maximus", "hip_thrust / squat"]), 3)
    1.912
    """
    spec = load_spec(spec)
    means = stated_means(spec)
    return pd.DataFrame(
        [
            {
                "muscle": muscle.name,
                "contrast": f"{spec.exercises[a].name} / {spec.exercises[b].name}",
                "numerator": spec.exercises[a].name,
                "denominator": spec.exercises[b].name,
                "ratio": means[a, m] / means[b, m],
            }
            for m, muscle in enumerate(spec.muscles)
            for a, b in combinations(range(len(spec.exercises)), 2)
        ],
        columns=["muscle", "contrast", "numerator", "denominator", "ratio"],
    )


def stated_means(spec: Specification) -> Array:
    """Give the stated means in %MVC, shape (n_exercises, n_muscles)."""
    tables = [{mean.name: mean.percent for mean in exercise.means} for exercise in spec.exercises]
    return np.array([[table[muscle.name] for muscle in spec.muscles] for table in tables])


def check_seed(seed: int) -> int:
    """Refuse a seed that is not a whole number of at least 0."""
    return check_whole("seed", seed, least=0, most=2**128)


@lru_cache(maxsize=16)
def _layout(spec: Specification, n_participants: int) -> pd.DataFrame:
    """Build the table without its values: the same for every seed, and slow to build."""
    table = pd.DataFrame(
        [
            {
                "participant": participant_label(i),
                "group": None,
                "session": None,
                "task": exercise.task,
                "exercise": exercise.name,
                "set": None,
                "load_kg": np.nan,
                "phase": "whole",
                "channel": muscle.channel,
                "muscle": muscle.name,
                "side": muscle.side,
                "measure": "mean",
                "value": np.nan,
                "unit": "%MVC",
                "reference": "mvc",
                "n_repetitions": exercise.repetitions,
            }
            for i in range(n_participants)
            for exercise in spec.exercises
            for muscle in spec.muscles
        ]
    )
    words = [name for name in table.columns if name not in ("load_kg", "value", "n_repetitions")]
    return table.astype(dict.fromkeys(words, object))
