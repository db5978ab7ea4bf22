"""Do 95 % intervals of ratios hold the true ratio in 95 % of simulated studies?

Tables are drawn from the log-normal model of the simulated main study (three lifts, three muscles, 13 participants) and
go through the public function one study at a time. The truth of an interval on the log scale is a ratio of geometric
means, which the simulator states.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from emgkit import simulate
from emgkit.stats import contrasts

SPEC = simulate.load_spec("three_lifts")


def studies(count: int, *, first: int) -> Iterator[pd.DataFrame]:
    """Cells of simulated studies, one after the other, each with a seed of its own."""
    for seed in range(first, first + count):
        yield simulate.draw_cells(SPEC, seed=seed)


def truth() -> dict[tuple[str, str], float]:
    """The true ratio of every contrast, in the alphabetical order of the statistics."""
    table = simulate.true_ratios(SPEC)
    true = {}
    for muscle, one, other, ratio in zip(
        table["muscle"], table["numerator"], table["denominator"], table["ratio"], strict=True
    ):
        first, second = sorted((one, other))
        true[muscle, f"{first} / {second}"] = ratio if first == one else 1 / ratio
    return dict(sorted(true.items()))


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
    came = coverage(studies(400, first=1))
    assert len(came) == 9
    assert came["coverage"].between(0.925, 0.975).all(), came.to_string()
    # the estimates themselves: 400 studies of 13 leave a standard error of half a percent
    np.testing.assert_allclose(came["mean_ratio"], came["true_ratio"], rtol=0.025)


@pytest.mark.slow
def test_intervals_cover_in_4000_simulated_studies(capsys: pytest.CaptureFixture[str]) -> None:
    came = coverage(studies(4000, first=10_000))
    with capsys.disabled():
        sys.stdout.write("\n" + came.reset_index().to_string(index=False, float_format="{:.4f}".format) + "\n")
    assert came["coverage"].between(0.940, 0.960).all()
    np.testing.assert_allclose(came["mean_ratio"], came["true_ratio"], rtol=0.008)
