"""Shares of simulated studies against closed forms, and the fast engine against the public statistics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import ArgumentError
from emgkit.replication import PublishedDesign, ReportedResult, replicate
from emgkit.replication.replicate import CORRELATIONS, CVS, compared, drawn_logs
from emgkit.stats import contrasts, power_paired

RATIO = 1.25
HIGHER = ReportedResult(muscle="bf", first="thrust", second="squat", reported="higher")
ONE = PublishedDesign(
    study="An example", n=13, repetitions=5, means={"bf": {"thrust": 40.0 * RATIO, "squat": 40.0}}, findings=(HIGHER,)
)
THREE = PublishedDesign(
    study="Another example", n=9, repetitions=5,
    means={
        "bf": {"thrust": 40.8, "squat": 30.0, "deadlift": 49.0},
        "vl": {"thrust": 99.5, "squat": 110.0, "deadlift": 80.0},
    },
    findings=(
        ReportedResult(muscle="bf", first="deadlift", second="squat", reported="higher"),
        ReportedResult(muscle="vl", first="thrust", second="squat", reported="no difference"),
    ),
)  # fmt: skip


def log_sd(cv):
    return np.sqrt(np.log1p(cv**2))


def chain(design, **cells):
    """A table as chain_error gives it; cells are muscle_condition=(bias, sd_own)."""
    rows = [
        {"muscle": m, "condition": c, "measure": design.measure, "phase": design.phase}
        | dict(zip(("bias", "sd_own"), cells.get(f"{m}_{c}", (0.0, 0.0)), strict=True))
        for m in design.muscles
        for c in design.conditions(m)
    ]
    return pd.DataFrame(rows)


def agrees(share, expected, replicates, *, sigmas=4.0):
    """Within the Monte-Carlo error, point by point."""
    expected = np.asarray(expected)
    return np.all(np.abs(share - expected) <= sigmas * np.sqrt(expected * (1 - expected) / replicates) + 1 / replicates)


@pytest.fixture(scope="module")
def table():
    return replicate(ONE, error=None, seed=1)


def test_power_is_that_of_the_paired_t_test(table):
    assert len(table) == 16
    d_z = np.log(RATIO) / (log_sd(table["cv"]) * np.sqrt(2 * (1 - table["r"])))
    expected = [power_paired(effect=d, n=13)["power"].item() for d in d_z]
    assert min(expected) < 0.3
    assert max(expected) > 0.99
    assert agrees(table["share_found"] + table["share_reverse"], expected, 10_000)


def test_the_chains_spread_adds_to_the_peoples():
    error = chain(ONE, bf_thrust=(0.0, 0.2), bf_squat=(0.0, 0.1))
    table = replicate(ONE, error=error, seed=1)
    variance = 2 * log_sd(table["cv"]) ** 2 * (1 - table["r"]) + 0.2**2 + 0.1**2
    expected = [power_paired(effect=d, n=13)["power"].item() for d in np.log(RATIO) / np.sqrt(variance)]
    assert agrees(table["share_found"] + table["share_reverse"], expected, 10_000)


def test_the_chains_bias_shifts_the_ratio_where_it_differs(table):
    both = replicate(ONE, error=chain(ONE, bf_thrust=(-0.09, 0.0), bf_squat=(-0.09, 0.0)), seed=1)
    np.testing.assert_allclose(both["median_ratio"], table["median_ratio"], rtol=1e-12)
    one = replicate(ONE, error=chain(ONE, bf_thrust=(-0.09, 0.0)), seed=1)
    np.testing.assert_allclose(one["median_ratio"], table["median_ratio"] * np.exp(-0.09), rtol=1e-12)


def test_no_difference_is_found_in_five_of_a_hundred():
    table = replicate(replace(ONE, means={"bf": {"thrust": 40.0, "squat": 40.0}}), error=None, seed=2)
    for share in ("share_found", "share_reverse"):
        assert agrees(table[share], np.full(16, 0.025), 10_000), table
    np.testing.assert_allclose(table[["share_found", "share_reverse", "share_no_difference"]].sum(axis=1), 1)


def test_the_ratio_scatters_as_it_should(table):
    error = log_sd(table["cv"]) * np.sqrt(2 * (1 - table["r"]) / 13)
    np.testing.assert_allclose(table["median_ratio"], RATIO, rtol=0.01)
    np.testing.assert_allclose(np.log(table["ratio_high"] / table["ratio_low"]), 2 * 1.96 * error, rtol=0.05)
    np.testing.assert_allclose(table["published_ratio"], RATIO)


def test_turning_a_finding_round_turns_its_ratio_round(table):
    lower = ReportedResult(muscle="bf", first="squat", second="thrust", reported="lower")
    turned = replicate(replace(ONE, findings=(lower,)), error=None, seed=1)
    for share in ("share_found", "share_reverse", "share_as_reported"):
        pd.testing.assert_series_equal(turned[share], table[share])
    assert turned["contrast"].eq("squat / thrust").all()
    np.testing.assert_allclose(turned["median_ratio"], 1 / table["median_ratio"], rtol=1e-12)


def test_the_wrong_direction_is_counted_as_reverse():
    equal = {"bf": {"thrust": 40.0, "squat": 40.0}}
    up = replicate(replace(ONE, means=equal), error=None, seed=3)
    down = replicate(replace(ONE, means=equal, findings=(replace(HIGHER, reported="lower"),)), error=None, seed=3)
    pd.testing.assert_series_equal(up["share_found"], down["share_reverse"], check_names=False)
    pd.testing.assert_series_equal(up["share_reverse"], down["share_found"], check_names=False)


def test_more_is_found_the_more_alike_and_the_less_spread_people_are(table):
    shares = table.pivot_table(index="cv", columns="r", values="share_found")
    assert list(shares.index) == list(CVS)
    assert list(shares.columns) == list(CORRELATIONS)
    assert (np.diff(shares, axis=1) > 0).all()
    assert (np.diff(shares, axis=0) <= 0).all()


@pytest.mark.parametrize("adjust", ["holm", "bonferroni", "none"])
def test_every_study_is_analysed_as_the_public_function_does(adjust):
    studies, conditions = 50, THREE.conditions("bf")
    normals = np.random.default_rng(7).standard_normal((4, THREE.n, studies))
    logs = drawn_logs(THREE, "bf", normals, cv=0.4, r=0.5, chain=(np.array([0.0, 0.1, -0.1]), np.full(3, 0.05)))
    pairs = [(0, 1), (2, 0), (2, 1)]
    center, p = compared(logs, pairs, adjust=adjust)
    index = pd.MultiIndex.from_product(
        [conditions, range(THREE.n), range(studies)], names=["exercise", "participant", "study"]
    )
    cells = pd.DataFrame({"value": np.exp(logs).ravel()}, index=index).reset_index()
    public = contrasts(cells, within="exercise", by="study", adjust=adjust).set_index(["contrast", "study"])
    for row, (first, second) in enumerate(pairs):
        one, other = sorted((conditions[first], conditions[second]))
        sign = 1 if one == conditions[first] else -1
        expected = public.loc[f"{one} / {other}"]
        np.testing.assert_allclose(np.exp(sign * center[row]), expected["ratio"], rtol=1e-12)
        np.testing.assert_allclose(p[row], expected["p_adjusted"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(p[row], expected["p_adjusted"], rtol=1e-9)


def test_what_is_drawn_has_the_printed_means_and_the_stated_spread():
    normals = np.random.default_rng(3).standard_normal((4, 1, 400_000))
    logs = drawn_logs(THREE, "vl", normals, cv=0.5, r=0.7, chain=(np.zeros(3), np.zeros(3)))[:, 0]
    values = np.exp(logs)
    np.testing.assert_allclose(values.mean(axis=1), [99.5, 110.0, 80.0], rtol=0.005)
    np.testing.assert_allclose(values.std(axis=1) / values.mean(axis=1), 0.5, rtol=0.02)
    np.testing.assert_allclose(np.corrcoef(logs)[np.triu_indices(3, 1)], 0.7, atol=0.005)


def test_all_pairs_are_there_and_only_the_findings_make_the_pattern():
    table = replicate(THREE, error=None, seed=4, cvs=[0.3], correlations=[0.7])
    assert table[["muscle", "contrast", "reported"]].to_numpy().tolist() == [
        ["bf", "thrust / squat", "not reported"], ["bf", "thrust / deadlift", "not reported"],
        ["bf", "deadlift / squat", "higher"], ["vl", "thrust / squat", "no difference"],
        ["vl", "thrust / deadlift", "not reported"], ["vl", "squat / deadlift", "not reported"],
    ]  # fmt: skip
    # the pattern is the product of its two findings
    expected = table["share_found"][2] * table["share_no_difference"][3]
    assert 0.1 < expected < 0.9
    assert agrees(table["share_as_reported"], np.full(6, expected), 10_000)
    # without a finding the direction is that of the means
    assert (table["share_found"] > table["share_reverse"]).all()
    assert table["published_ratio"][1] == pytest.approx(40.8 / 49.0)


def test_muscles_are_drawn_independently():
    twice = replace(
        ONE, means={"bf": ONE.means["bf"], "st": ONE.means["bf"]}, findings=(HIGHER, replace(HIGHER, muscle="st"))
    )
    table = replicate(twice, error=None, seed=1, cvs=[0.4], correlations=[0.5])
    one, other = table["share_found"]
    assert 0.2 < one < 0.8
    assert agrees(table["share_as_reported"], np.full(2, one * other), 10_000)


def test_the_pattern_of_one_muscle_is_its_finding(table):
    pd.testing.assert_series_equal(table["share_as_reported"], table["share_found"], check_names=False)
    null = replicate(replace(ONE, findings=(replace(HIGHER, reported="no difference"),)), error=None, seed=1)
    pd.testing.assert_series_equal(null["share_as_reported"], null["share_no_difference"], check_names=False)


def test_holm_finds_less_than_no_correction():
    holm = replicate(THREE, error=None, seed=4, replicates=2000)
    none = replicate(replace(THREE, adjust="none"), error=None, seed=4, replicates=2000)
    assert (holm["share_found"] <= none["share_found"]).all()
    assert (holm["share_found"] < none["share_found"]).any()


def test_printed_standard_deviations_are_taken_and_not_swept():
    sds = {"bf": {"squat": 8.0, "thrust": 25.0}}
    table = replicate(replace(ONE, sds=sds), error=None, seed=1, correlations=[0.0, 0.5])
    assert table["cv"].isna().all()
    assert table["r"].tolist() == [0.0, 0.5]
    first, second = log_sd(25.0 / 50.0), log_sd(8.0 / 40.0)
    geometric = RATIO * np.exp((second**2 - first**2) / 2)
    np.testing.assert_allclose(table["median_ratio"], geometric, rtol=0.01)
    variance = first**2 + second**2 - 2 * table["r"] * first * second
    expected = [power_paired(effect=d, n=13)["power"].item() for d in np.log(geometric) / np.sqrt(variance)]
    assert agrees(table["share_found"] + table["share_reverse"], expected, 10_000)
    with pytest.raises(ArgumentError, match="'cvs' would take the place of printed standard deviations"):
        replicate(replace(ONE, sds=sds), error=None, seed=1, cvs=[0.3])


def test_the_seed_is_all_that_matters_and_another_muscle_changes_nothing(table):
    pd.testing.assert_frame_equal(replicate(ONE, error=None, seed=1), table)
    assert not np.allclose(replicate(ONE, error=None, seed=2)["share_found"], table["share_found"])
    more = replicate(replace(ONE, means={**ONE.means, "vl": {"a": 1.0, "b": 1.0}}), error=None, seed=1)
    pd.testing.assert_series_equal(more["share_found"][:16], table["share_found"])


def test_it_says_that_it_is_simulated_and_what_it_rests_on():
    found = replicate(THREE, error=chain(THREE), seed=1, replicates=100)
    assert found.attrs["simulated"] is True
    assert [notice["code"] for notice in found.attrs["notices"]] == [
        "simulated", "correlation-of-logs", "muscles-independent",
    ]  # fmt: skip
    assert found.attrs["notices"][0]["text"].startswith("Simulated participants with the means of Another example")
    assert len(found.attrs["chain_error"]) == 6
    alone = replicate(ONE, error=None, seed=1, replicates=100)
    assert alone.attrs["notices"][-1]["code"] == "no-chain-error"
    assert alone.attrs["chain_error"] is None


def test_the_monte_carlo_error_is_that_of_a_share(table):
    share = table["share_found"]
    np.testing.assert_allclose(table["mc_se"], np.sqrt(share * (1 - share) / 10_000))
    assert table["mc_se"].max() <= 0.005


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="sd_own"), "'error' is not a table of the chain's error. Got: no column 'sd_own'"),
        (lambda t: t.assign(measure="peak"), "another measure or phase. Allowed: mean, whole. Got: peak, whole"),
        (lambda t: t.iloc[:1], "'error' does not hold every condition. Got: none for 'squat in bf'"),
        (lambda t: pd.concat([t, t]), "'error' holds several rows of one muscle and condition"),
        (lambda t: t.assign(sd_own=-1.0), "'error' holds values that cannot be used. Where: bf"),
        (lambda t: t.assign(bias=np.nan), "'error' holds values that cannot be used. Where: bf"),
    ],
)
def test_the_error_of_another_design_is_refused(change, message):
    with pytest.raises(ArgumentError, match=message):
        replicate(ONE, error=change(chain(ONE)), seed=1, replicates=10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "'seed' cannot be used"),
        ({"replicates": 0}, "'replicates' cannot be used. Allowed: a whole number of at least 1. Got: 0"),
        ({"cvs": []}, "'cvs' cannot be used. Allowed: different numbers. Got: "),
        ({"cvs": [0.3, 0.3]}, "'cvs' cannot be used"),
        ({"cvs": [30, 0]}, "'cvs' cannot be used. Allowed: a finite number above 0. Got: 0"),
        ({"correlations": [1.0]}, "'correlations' cannot be used. Allowed: different numbers below 1. Got: "),
        ({"correlations": [-0.1]}, "'correlations' cannot be used. Allowed: a finite number of at least 0"),
    ],
)
def test_what_cannot_be_swept_is_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        replicate(ONE, **{"error": None, "seed": 1, "replicates": 10, **arguments})
