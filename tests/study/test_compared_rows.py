"""Which rows of a table a comparison averages, where the same number was taken in several stretches."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from emgkit.study.file.recordings import Comparison, MeasureSpec
from emgkit.study.recordings.compare import Comparing, compared_rows

HALVES = ["eccentric, lower half", "concentric, lower half", "concentric, upper half"]
PHASES = ["whole", "eccentric", "concentric", *HALVES]


def taken(**changes: Any) -> pd.DataFrame:
    """The mean of each stretch, and the peak of the whole; each value names its row."""
    rows = [{"measure": "mean", "phase": phase, "value": f"mean {phase}"} for phase in PHASES]
    rows.append({"measure": "peak", "phase": "whole", "value": "peak whole"})
    return pd.DataFrame(rows).assign(**changes)


def compared(table: pd.DataFrame, **keys: Any) -> list[str]:
    """The values that a comparison of the mean takes."""
    rule = Comparing(
        comparison=Comparison(within="exercise"), measure=MeasureSpec(name="mean", **keys), over=("repetition",)
    )
    return compared_rows([table], rule)["value"].tolist()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"during": "repetition"}, ["whole"]),
        ({"during": "recording"}, ["whole"]),
        ({"during": "repetition", "phase": "concentric"}, ["concentric"]),
        ({"during": "phase"}, ["eccentric", "concentric"]),
        ({"during": "phase", "phase": "eccentric"}, ["eccentric"]),
        ({"during": "half"}, HALVES),
        ({"during": "half", "phase": "concentric"}, HALVES[1:]),
        ({"during": "phase", "phase": "hold"}, []),
    ],
)
def test_a_comparison_takes_the_rows_of_its_own_stretch(keys, expected):
    assert compared(taken(), **keys) == [f"mean {phase}" for phase in expected]


def test_bins_of_the_angle_are_compared_alone_and_never_with_whole_phases():
    whole = taken(angle_low=None)
    bins = pd.DataFrame(
        {
            "measure": "mean",
            "phase": ["eccentric", "concentric"],
            "value": ["in a bin, down", "in a bin, up"],
            "angle_low": 30.0,
        }
    )
    table = pd.concat([whole, bins], ignore_index=True)
    assert compared(table, during="angle", phase="concentric") == ["in a bin, up"]
    assert compared(table, during="angle") == ["in a bin, down", "in a bin, up"]
    assert compared(table, during="phase", phase="concentric") == ["mean concentric"]
    assert compared(table, during="repetition") == ["mean whole"]


def test_a_measure_is_found_by_what_it_is_called():
    table = pd.concat([taken(), taken(measure="level")], ignore_index=True)
    assert len(compared(table)) == 1
    assert compared(table, label="level") == ["mean whole", "peak whole"]


@pytest.mark.parametrize(
    ("within", "by", "over", "is_kept"),
    [
        ("exercise", (), ("repetition",), False),
        ("run", (), ("repetition",), True),
        ("exercise", ("run",), ("repetition",), True),
        ("exercise", (), ("repetition", "run"), True),
    ],
)
def test_runs_are_repetitions_of_a_task_unless_the_study_names_them(within, by, over, is_kept):
    rule = Comparing(comparison=Comparison(within=within, by=by), measure=MeasureSpec(name="mean"), over=over)
    assert ("run" in compared_rows([taken(run="1")], rule).columns) is is_kept
