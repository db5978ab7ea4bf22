from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from emgkit.errors import ArgumentError, DesignError
from emgkit.replication import PublishedDesign, ReportedResult

MEANS = {"bf": {"hip_thrust": 40.8, "squat": 14.9, "deadlift": 49.0}, "vl": {"hip_thrust": 99.5, "squat": 110.0}}
FINDINGS = (
    ReportedResult(muscle="bf", first="deadlift", second="squat", reported="higher"),
    ReportedResult(muscle="vl", first="hip_thrust", second="squat", reported="no difference"),
)
DESIGN = PublishedDesign(study="An example", n=13, repetitions=5, means=MEANS, findings=FINDINGS)


def test_pairs_stand_in_the_order_of_their_finding():
    assert DESIGN.muscles == ("bf", "vl")
    assert DESIGN.conditions("vl") == ("hip_thrust", "squat")
    assert DESIGN.pairs("bf") == [("hip_thrust", "squat"), ("hip_thrust", "deadlift"), ("deadlift", "squat")]
    assert DESIGN.pairs("vl") == [("hip_thrust", "squat")]


def test_nothing_in_it_can_change():
    with pytest.raises(FrozenInstanceError):
        DESIGN.n = 14
    with pytest.raises(TypeError):
        DESIGN.means["bf"]["squat"] = 1.0
    own = {"bf": {"a": 1.0, "b": 2.0}}
    finding = ReportedResult(muscle="bf", first="b", second="a", reported="higher")
    design = PublishedDesign(study="An example", n=5, repetitions=1, means=own, findings=[finding])
    own["bf"]["a"] = 9.0
    assert design.means["bf"]["a"] == 1.0
    assert design.findings == (finding,)


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_what_prints_no_means_is_not_replicated(missing):
    means = {"bf": {"hip_thrust": missing, "squat": 14.9}}
    with pytest.raises(DesignError) as caught:
        replace(DESIGN, study="Delgado 2019", means=means)
    text = str(caught.value)
    assert text.startswith("Delgado 2019 cannot be replicated at the level of means. Got: no mean for 'hip_thrust in")
    assert "Percent differences go in as ratios" in text
    assert "effect sizes and p-values alone say nothing of a ratio of means, and none is invented here" in text
    with pytest.raises(DesignError, match="Got: no means at all"):
        replace(DESIGN, means={})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 1}, "'n' cannot be used. Allowed: a whole number of at least 2. Got: 1"),
        ({"n": 13.0}, "'n' cannot be used"),
        ({"repetitions": 0}, "'repetitions' cannot be used. Allowed: a whole number of at least 1"),
        ({"unit": "µV"}, "'unit'.*'%MVIC' and 'ratio'"),
        ({"measure": "median"}, "'measure'"),
        ({"phase": "upper half"}, "'phase'"),
        ({"adjust": "tukey"}, "'adjust'"),
        ({"alpha": 1.0}, "'alpha' cannot be used. Allowed: above 0 and below 1. Got: 1.0"),
        ({"means": MEANS | {"bf": {"squat": 14.9}}}, "A muscle needs two conditions. Where: An example, bf"),
        ({"means": MEANS | {"vl": {"hip_thrust": -1.0, "squat": 2.0}}}, r"\"means\['vl'\]\['hip_thrust'\]\" cannot be"),
        ({"sds": {"bf": {"squat": 4.0}}}, "'sds' must hold a standard deviation for every mean, and no other"),
        ({"findings": ()}, "There is no finding to replicate"),
        ({"findings": (*FINDINGS, FINDINGS[0])}, "A pair of conditions has two findings. Where: An example, bf"),
        (
            {"findings": (ReportedResult(muscle="bff", first="squat", second="deadlift", reported="lower"),)},
            "Unknown muscle 'bff'",
        ),
        (
            {"findings": (ReportedResult(muscle="vl", first="squat", second="deadlift", reported="lower"),)},
            "Unknown condition 'deadlift'",
        ),
        (
            {"findings": (ReportedResult(muscle="bf", first="squat", second="deadlift", reported="higher"),)},
            "A finding contradicts the means.*Got: squat higher than deadlift, with means of 14.9 and 49",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused(change, message):
    with pytest.raises((ArgumentError, DesignError), match=message):
        replace(DESIGN, **change)


def test_a_finding_is_one_of_three_and_compares_two():
    with pytest.raises(ArgumentError, match=r"'reported'.*'higher', 'lower' and 'no difference'"):
        ReportedResult(muscle="bf", first="a", second="b", reported="significant")
    with pytest.raises(ArgumentError, match=r"A finding compares two conditions. Where: bf. Got: twice 'a'"):
        ReportedResult(muscle="bf", first="a", second="a", reported="higher")


def test_sds_take_the_order_of_the_means():
    sds = {"vl": {"squat": 30.0, "hip_thrust": 20.0}, "bf": {"deadlift": 3.0, "squat": 1.0, "hip_thrust": 2.0}}
    assert list(replace(DESIGN, sds=sds).sds["vl"].items()) == [("hip_thrust", 20.0), ("squat", 30.0)]
