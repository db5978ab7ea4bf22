"""Simulated power against the closed form, and every refusal."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit.errors import ArgumentError
from emgkit.stats import power_simulate


def test_simulated_power_agrees_with_the_closed_form() -> None:
    means = {"squat": 45.0, "hip_thrust": 60.0, "deadlift": 52.0}
    got = power_simulate(means=means, sd_condition=0.2, sd_repetition=0.2, n=[8, 13], studies=800, seed=3)
    assert got["contrast"].tolist() == ["deadlift / hip_thrust", "deadlift / squat", "hip_thrust / squat"] * 2
    np.testing.assert_allclose(got["true_ratio"][:3], [52 / 60, 52 / 45, 60 / 45])
    np.testing.assert_allclose(got["d_z"], np.log(got["true_ratio"]) / np.sqrt(2 * (0.04 + 0.04 / 5)))
    np.testing.assert_allclose(got["power"], got["power_expected"], atol=0.05)  # three standard errors of 800 studies
    assert (got["power_adjusted"] <= got["power"]).all()
    assert (got["power_low"] < got["power"]).all()
    assert (got["power"] < got["power_high"]).all()


def test_the_same_seed_gives_the_same_studies() -> None:
    options = {"means": {"a": 45.0, "b": 60.0}, "sd_condition": 0.2, "sd_repetition": 0.2, "n": [8, 13], "studies": 40}
    one, again, other = (power_simulate(seed=seed, **options) for seed in (3, 3, 4))  # type: ignore[arg-type]
    assert again.equals(one)
    assert not other.equals(one)


def test_no_difference_is_found_in_five_percent_and_holm_keeps_the_family() -> None:
    options = {"sd_condition": 0.2, "sd_repetition": 0.3, "sd_participant": 0.5, "studies": 2000, "repetitions": 3}
    got = power_simulate(means={"a": 1.0, "b": 1.0, "c": 1.0}, n=10, seed=0, **options)  # type: ignore[arg-type]
    assert got["power"].between(0.035, 0.066).all()
    assert got["power_expected"].tolist() == pytest.approx([0.05] * 3, rel=1e-9)
    assert (got["power_adjusted"] < 0.035).all()


def test_repetitions_help_little() -> None:
    options = {"means": {"a": 1.0, "b": 1.2}, "sd_condition": 0.25, "sd_repetition": 0.15, "n": 12, "studies": 10}
    few, many = (power_simulate(repetitions=m, seed=0, **options) for m in (3, 30))  # type: ignore[arg-type]
    gain = many["power_expected"][0] - few["power_expected"][0]
    assert 0 < gain < 0.08


def test_other_tests_can_be_simulated() -> None:
    options = {"means": {"a": 1.0, "b": 1.3}, "sd_condition": 0.2, "sd_repetition": 0.1, "n": 12, "studies": 200}
    t, ranks = (power_simulate(test=test, seed=0, **options)["power"][0] for test in ("t", "wilcoxon"))  # type: ignore[arg-type]
    assert abs(t - ranks) < 0.12


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: power_simulate(means={"a": 1.0}, sd_condition=0.2, sd_repetition=0.2, n=10, seed=0),
            "'means' cannot be used.*at least two conditions",
        ),
        (
            lambda: power_simulate(means={"a": 1.0, "b": -1.0}, sd_condition=0.2, sd_repetition=0.2, n=10, seed=0),
            r"means\['b'\]",
        ),
    ],
)
def test_unusable_arguments(call: object, text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        call()  # type: ignore[operator]
