from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from emgkit.errors import DesignError
from emgkit.replication import PublishedDesign, ReportedResult, replicate, sentences, sweep_range
from emgkit.replication.sweep_range import _range

DESIGN = PublishedDesign(
    study="An example", n=13, people="women", repetitions=10,
    means={
        "biceps_femoris": {"hip_thrust": 40.8, "squat": 14.9, "deadlift": 40.0},
        "vastus_lateralis": {"hip_thrust": 99.5, "squat": 110.0},
    },
    findings=(
        ReportedResult(muscle="biceps_femoris", first="squat", second="hip_thrust", reported="lower"),
        ReportedResult(muscle="vastus_lateralis", first="hip_thrust", second="squat", reported="no difference"),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def table():
    return replicate(DESIGN, error=None, seed=1, replicates=1000)


def test_a_band_reaches_from_the_smallest_to_the_largest(table):
    bands = sweep_range(table)
    assert len(bands) == 4  # three pairs and one, over sixteen points each
    for row in bands.to_dict("records"):
        mine = table[(table["muscle"] == row["muscle"]) & (table["contrast"] == row["contrast"])]
        assert len(mine) == 16
        for share in ("share_found", "share_reverse", "share_no_difference", "share_as_reported"):
            assert (row[f"{share}_low"], row[f"{share}_high"]) == (mine[share].min(), mine[share].max())
        assert (row["ratio_low"], row["ratio_high"]) == (mine["ratio_low"].min(), mine["ratio_high"].max())
        assert row["mc_se"] == pytest.approx(0.5 / 1000**0.5)
    assert bands.attrs["simulated"] is True
    assert bands.attrs["notices"] == table.attrs["notices"]


def test_a_finding_makes_a_sentence_and_all_of_them_one_more(table):
    bands = sweep_range(table).set_index("muscle")
    none = bands.loc["vastus_lateralis"]
    low, high = (f"{100 * none[f'share_no_difference_{side}']:.0f}" for side in ("low", "high"))
    lines = sentences(table)
    assert len(lines) == 3
    depending = (
        "depending on the standard deviation (30–60 % of the mean) and the correlation (.3–.9) that the paper did not "
        "print (Monte-Carlo error ≤ 1.6 points)."
    )
    start = "Of 1 000 simulated studies of 13 women with the means of An example,"
    assert lines[0].endswith(f"found biceps femoris lower in squat than in hip thrust, {depending}")
    expected = f"found no difference in vastus lateralis between hip thrust and squat, {depending}"
    assert lines[1] == f"{start} {low} to {high} % {expected}"
    assert lines[2].startswith(start)
    assert lines[2].endswith(f"found both results as reported, {depending}")


@pytest.mark.parametrize(
    ("swept", "words"),
    [
        (
            {"cvs": [0.3], "correlations": [0.5]},
            "with a standard deviation of 30 % of the mean and a correlation of .5 (Monte-Carlo",
        ),
        (
            {"cvs": [0.3], "correlations": [0.3, 0.9]},
            "with a standard deviation of 30 % of the mean, depending on the correlation (.3–.9) that the paper did",
        ),
        (
            {"cvs": [0.3, 0.45], "correlations": [0.5]},
            "with a correlation of .5, depending on the standard deviation (30–45 % of the mean) that the paper did",
        ),
    ],
)
def test_a_sentence_says_what_was_swept_and_what_was_not(swept, words):
    assert words in sentences(replicate(DESIGN, error=None, seed=1, replicates=100, **swept))[0]


def test_a_sentence_says_what_was_printed():
    sds = {muscle: dict.fromkeys(row, 20.0) for muscle, row in DESIGN.means.items()}
    text = sentences(replicate(replace(DESIGN, sds=sds), error=None, seed=1, replicates=100))[0]
    assert "with the published standard deviations, depending on the correlation (.3–.9) that the paper did not" in text
    text = sentences(replicate(replace(DESIGN, measure="peak"), error=None, seed=1, replicates=100))[0]
    assert "with the mean peaks of An example" in text
    text = sentences(replicate(replace(DESIGN, unit="ratio"), error=None, seed=1, replicates=100))[0]
    assert "with the ratios of An example" in text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.83, 1.0, "83 to 100 %"),
        (0.834, 0.9999, "83 to over 99 %"),
        (0.9996, 1.0, "over 99 %"),
        (1.0, 1.0, "100 %"),
        (0.0, 0.0, "0 %"),
        (0.0, 0.002, "under 1 %"),
        (0.004, 0.5, "under 1 to 50 %"),
        (0.501, 0.502, "50 %"),
    ],
)
def test_all_means_all_and_none_means_none(low, high, text):
    assert _range(low, high) == text


def test_only_virtual_replications_have_bands(table):
    unmarked = table.copy()
    unmarked.attrs = {}
    for function in (sweep_range, sentences):
        with pytest.raises(DesignError, match="a table that does not say that it is simulated"):
            function(unmarked)
        with pytest.raises(DesignError, match=r"This is not a table of virtual replications.*no column 'muscle'"):
            function(pd.DataFrame({"value": [1.0]}))
