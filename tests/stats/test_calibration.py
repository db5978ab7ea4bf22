"""Do 95 % intervals of ratios hold the true ratio in 95 % of simulated studies?

Tables are drawn from a log-normal model of one study with three lifts, three muscles and 13 participants, and go
through the public function one study at a time. The truth of an interval on the log scale is a ratio of geometric
means. Every condition has the same standard deviations on the log scale here, so each of its means, arithmetic or
geometric, is the true mean times one common factor, and all ratios are ratios of the true means. The logarithm of a
mean over repetitions is shifted by the same amount in every condition too, and is not exactly normal: the test measures
that as well.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from emgkit.stats import contrasts

# true means in percent of MVC
MEANS = {
    "biceps_femoris": {"hip_thrust": 40.8, "squat": 14.9, "deadlift": 49.0},
    "gluteus_maximus": {"hip_thrust": 86.8, "squat": 45.4, "deadlift": 61.0},
    "vastus_lateralis": {"hip_thrust": 99.5, "squat": 110.0, "deadlift": 80.0},
}
N, REPETITIONS = 13, 5
# standard deviations of the natural logarithm
SD_PARTICIPANT, SD_PARTICIPANT_EXERCISE, SD_REPETITION = 0.35, 0.25, 0.15


def three_lifts(rng: np.random.Generator) -> pd.DataFrame:
    """Draw the cells of one simulated study: the arithmetic mean of each participant's repetitions."""
    grid = [(muscle, exercise, mean) for muscle, means in MEANS.items() for exercise, mean in means.items()]
    muscles = np.repeat(np.arange(len(MEANS)), len(grid) // len(MEANS))
    person = rng.normal(0, SD_PARTICIPANT, (N, len(MEANS)))[:, muscles]
    person_exercise = rng.normal(0, SD_PARTICIPANT_EXERCISE, (N, len(grid)))
    repetition = rng.normal(0, SD_REPETITION, (N, len(grid), REPETITIONS))
    values = np.array([mean for *_, mean in grid]) * np.exp(person + person_exercise) * np.exp(repetition).mean(axis=-1)
    return pd.DataFrame(
        {
            "participant": np.repeat([f"P{i:02d}" for i in range(1, N + 1)], len(grid)),
            "muscle": [muscle for muscle, *_ in grid] * N,
            "exercise": [exercise for _, exercise, _ in grid] * N,
            "value": values.ravel(),
        }
    )


def studies(draw: Callable[[np.random.Generator], pd.DataFrame], count: int, *, seed: int) -> Iterator[pd.DataFrame]:
    """Simulated studies, one after the other, each with a stream of its own."""
    for child in np.random.SeedSequence(seed).spawn(count):
        yield draw(np.random.default_rng(child))


def truth() -> dict[tuple[str, str], float]:
    """The true ratio of every contrast."""
    return {
        (muscle, f"{first} / {second}"): means[first] / means[second]
        for muscle, means in MEANS.items()
        for first, second in itertools.combinations(sorted(means), 2)
    }


def coverage(tables: Iterator[pd.DataFrame]) -> pd.DataFrame:
    """Share of the intervals that hold the truth, and of those below and above it, contrast by contrast."""
    true = pd.Series(truth(), name="true_ratio").rename_axis(["muscle", "contrast"])
    low, high, ratio = [], [], []
    for table in tables:
        came = contrasts(table, within="exercise", by="muscle").set_index(["muscle", "contrast"]).loc[true.index]
        low.append(came["ci_low"].to_numpy())
        high.append(came["ci_high"].to_numpy())
        ratio.append(came["ratio"].to_numpy())
    below, above = np.array(high) < true.to_numpy(), np.array(low) > true.to_numpy()
    return true.to_frame().assign(
        mean_ratio=np.exp(np.log(ratio).mean(axis=0)),
        coverage=1 - (below | above).mean(axis=0),
        too_low=below.mean(axis=0),
        too_high=above.mean(axis=0),
    )


def test_intervals_cover_in_400_simulated_studies() -> None:
    came = coverage(studies(three_lifts, 400, seed=1))
    assert len(came) == 9
    assert came["coverage"].between(0.925, 0.975).all(), came.to_string()
    # the estimates themselves: 400 studies of 13 leave a standard error of half a percent
    np.testing.assert_allclose(came["mean_ratio"], came["true_ratio"], rtol=0.025)


@pytest.mark.slow
def test_intervals_cover_in_4000_simulated_studies(capsys: pytest.CaptureFixture[str]) -> None:
    came = coverage(studies(three_lifts, 4000, seed=2))
    with capsys.disabled():
        sys.stdout.write("\n" + came.reset_index().to_string(index=False, float_format="{:.4f}".format) + "\n")
    assert came["coverage"].between(0.940, 0.960).all()
    np.testing.assert_allclose(came["mean_ratio"], came["true_ratio"], rtol=0.008)
