"""How far two tables of marks agree, against values that can be counted and computed by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgkit.errors import ArgumentError
from emgkit.events import agreement_of


def table(*spans: tuple[float, float], file: str = "a.csv", **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"file": file, "start": [a for a, _ in spans], "end": [b for _, b in spans], **columns})


def test_limits_of_agreement_are_those_of_bland_and_altman() -> None:
    starts = np.array([1.0, 5.0, 9.0, 13.0])
    differences = np.array([0.01, 0.03, -0.02, 0.06])
    one = table(*((start, start + 2) for start in starts))
    two = one.assign(start=one["start"] + differences, end=one["end"] - 0.1)
    rows = agreement_of(one, two).boundaries.set_index("boundary")
    # 0.02 ± 1.96 × sqrt((0.01² + 0.01² + 0.04² + 0.04²) / 3)
    sd = np.sqrt(0.0034 / 3)
    assert rows.loc["start", ["n", "median", "mean"]].tolist() == pytest.approx([4, 0.02, 0.02])
    assert rows.loc["start", ["low", "high"]].tolist() == pytest.approx([0.02 - 1.96 * sd, 0.02 + 1.96 * sd], abs=1e-5)
    assert rows.loc["end", ["mean", "low", "high"]].tolist() == pytest.approx([-0.1, -0.1, -0.1])
    assert rows.loc["turn", "n"] == 0


def test_repetitions_of_one_person_alone_count_against_the_share() -> None:
    one = table((1, 3), (4, 6), (8, 10))
    two = table((1.1, 3.1), (4.2, 6), (20, 22), (30, 32))
    found = agreement_of(one, two)
    assert {name: found.counts[name] for name in ("first", "second", "both")} == {"first": 3, "second": 4, "both": 2}
    assert found.counts["share_both"] == pytest.approx(2 / 5)
    assert found.counts["share_of_first"] == pytest.approx(2 / 3)
    assert found.repetitions["start_first"].tolist() == pytest.approx([1, 4, 8, np.nan, np.nan], nan_ok=True)
    assert found.recordings.to_dict("records") == [
        {"file": "a.csv", "first": 3, "second": 4, "both": 2, "decided_differently": 0}
    ]


def test_half_a_repetition_is_not_the_same_one() -> None:
    assert agreement_of(table((0, 6)), table((0, 3), (3, 6))).counts["both"] == 0
    assert agreement_of(table((0, 6)), table((0, 3.01), (3.01, 6))).counts["both"] == 1


def test_kappa_is_that_of_a_table_by_hand() -> None:
    # both accept 20, both reject 15, differ on 5 + 10: kappa 0.4
    spans = [(2.0 * place, 2.0 * place + 1) for place in range(50)]
    first = ["yes"] * 20 + ["yes"] * 5 + ["no"] * 10 + ["no"] * 15
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = agreement_of(table(*spans, accepted=first), table(*spans, accepted=second))
    assert found.counts["kappa"] == pytest.approx(0.4)
    assert found.counts["share_same_decision"] == pytest.approx(0.7)
    assert found.sentences() == [
        "Both have 50 of the 50 repetitions that either has (100 %).",
        "Of these, both accept 20 and reject 15, and decide differently on 15 (Cohen's kappa 0.40).",
    ]
    assert np.isnan(agreement_of(table((0, 1)), table((0, 1))).counts["kappa"])


def test_recordings_are_told_apart_and_rows_of_phases_left_aside() -> None:
    one = pd.concat([table((1, 3)), table((1, 3), file="b.csv")])
    two = pd.concat([table((1, 3), (1, 2), phase=["", "eccentric"]), table((7, 9), file="c.csv")])
    found = agreement_of(one, two)
    assert found.recordings[["file", "first", "second", "both"]].to_numpy().tolist() == [
        ["a.csv", 1, 1, 1], ["b.csv", 1, 0, 0], ["c.csv", 0, 1, 0],
    ]  # fmt: skip
    people = {"participant": "01", "task": "squat"}
    plain = [one.drop(columns="file").assign(**people) for one in (table((1, 3)), table((1, 3)))]
    assert agreement_of(*plain).counts["both"] == 1


@given(
    st.lists(st.floats(0.2, 5.0), min_size=1, max_size=12),
    st.floats(-0.09, 0.09),
    st.permutations(range(12)),
)
def test_a_shift_is_found_whatever_the_order_of_the_rows(lengths: list[float], shift: float, order: list[int]) -> None:
    ends = np.cumsum(np.array(lengths) + 1.0)
    one = table(*zip(ends - np.array(lengths), ends, strict=True))
    two = one.assign(start=one["start"] + shift, end=one["end"] + shift)
    two = two.iloc[[place for place in order if place < len(two)]]
    found = agreement_of(one, two)
    # more than half is shared where a repetition is at least three times as long as the shift
    if min(lengths) > 3 * abs(shift) + 1e-9:
        assert found.counts["share_both"] == 1.0
        assert found.boundaries.set_index("boundary").loc[["start", "end"], "median"].tolist() == pytest.approx(
            [shift] * 2
        )
    back = agreement_of(two, one)
    assert back.counts["both"] == found.counts["both"]
    np.testing.assert_allclose(back.boundaries["mean"], -found.boundaries["mean"], atol=1e-12)


@pytest.mark.parametrize(
    ("two", "words"),
    [
        (table((3, 1)), "A repetition does not end after it starts. Where: the second table, row 2, column 'end'."),
        (
            table((1, 3)).assign(start="soon"),
            "cannot be used. Where: the second table, row 2, column 'start'. Allowed: a number",
        ),
        (table((1, 3)).drop(columns="end"), "The table of repetitions has no column 'end'."),
        (table((1, 3), accepted=["perhaps"]), "the second table, row 2, column 'accepted'. Allowed: yes or no"),
        (table((1, 3), file="b.csv"), "no recording in common. Allowed: the same 'file' in both. Got: a.csv; b.csv."),
        (table((1, 3)).drop(columns="file"), "do not say in the same way which recording a row is about"),
        (
            table((1, 3), phase=["eccentric"]),
            "The table has no row of a repetition. Where: the second table. Got: 1 row",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_row(two: pd.DataFrame, words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        agreement_of(table((1, 3)), two)
    assert words in str(caught.value)
