"""The chain's error: known for simulated recordings, and seen where it is planted."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import ArgumentError
from emgkit.normalize import best_window_bias, reference
from emgkit.pipeline import Pipeline
from emgkit.replication import PublishedDesign, ReportedResult, chain_error
from emgkit.simulate import truth
from emgkit.steps import Bandpass, Envelope, Rectify

# the module; the name in the package is its function
chain = importlib.import_module("emgkit.replication.chain_error")

MEANS = {
    "vastus_lateralis": {"hip_thrust": 99.5, "squat": 110.0},
    "biceps_femoris": {"hip_thrust": 40.8, "squat": 14.9},
}
FINDING = ReportedResult(muscle="biceps_femoris", first="hip_thrust", second="squat", reported="higher")
DESIGN = PublishedDesign(study="An example", n=8, repetitions=3, means=MEANS, findings=(FINDING,))
SMALL = replace(DESIGN, n=4, means={"biceps_femoris": MEANS["biceps_femoris"]}, repetitions=1)
RATIOS = replace(SMALL, unit="ratio", means={"biceps_femoris": {"hip_thrust": 1.2, "squat": 1.0}})


@pytest.fixture(scope="module")
def error():
    return chain_error(DESIGN, seed=1)


@pytest.fixture(scope="module")
def small_error():
    return chain_error(SMALL, seed=1, replicates=2)


def test_one_row_a_muscle_and_condition(error):
    assert error[["muscle", "condition"]].to_numpy().tolist() == [
        ["vastus_lateralis", "hip_thrust"], ["vastus_lateralis", "squat"],
        ["biceps_femoris", "hip_thrust"], ["biceps_femoris", "squat"],
    ]  # fmt: skip
    assert error["recordings"].eq(5 * 8).all()
    assert error["replicates"].eq(5).all()
    assert error["measure"].eq("mean").all()
    assert error.attrs["simulated"] is True


def test_the_bias_of_a_mean_is_that_of_the_best_window(error):
    # percentages come out low by what the best of many windows of a noisy contraction lies above its mean
    expected = -np.log(best_window_bias(chain.ENVELOPE, sfreq=chain.SFREQ, duration=3.0, replicates=500))
    assert expected < -0.05
    assert (error["bias"] - expected).abs().max() < 0.02
    assert ((error["bias"] - expected).abs() < 4 * error["bias_se"]).all()


def test_ratios_of_conditions_are_nearly_free_of_it(error):
    bias, own = error["bias"].to_numpy(), error["sd_own"].to_numpy()
    # what is left is the electrode noise, which adds most where the muscle is weak
    assert np.abs(bias[::2] - bias[1::2]).max() < 0.01
    assert np.all(np.abs(bias[::2] - bias[1::2]) < 4 * np.hypot(own[::2], own[1::2]) / np.sqrt(40))


def test_the_spread_is_that_of_one_contraction_and_of_few_repetitions(error):
    assert error["sd"].between(0.02, 0.05).all()
    assert error["sd_own"].between(0.005, 0.025).all()
    assert (error["sd_own"] < error["sd_reference"]).all()
    # two independent parts, but for sampling
    parts = np.hypot(error["sd_own"], error["sd_reference"])
    np.testing.assert_allclose(parts, error["sd"], rtol=0.25)
    # the reference is shared by the conditions of a muscle
    assert error.groupby("muscle")["sd_reference"].nunique().eq(1).all()
    np.testing.assert_allclose(error["bias_se"], error["sd"] / np.sqrt(40))


def test_a_single_repetition_scatters_more(error):
    once = chain_error(replace(SMALL, n=8), seed=1)["sd_own"].to_numpy()
    several = error[error["muscle"] == "biceps_femoris"]["sd_own"].to_numpy()
    np.testing.assert_allclose(once / several, np.sqrt(3), rtol=0.3)


def test_a_peak_overshoots_and_a_lower_cutoff_less(small_error):
    peak = chain_error(replace(SMALL, measure="peak"), seed=1, replicates=2)
    # against the same reference: the largest sample of a noisy envelope
    assert (peak["bias"] - small_error["bias"]).between(0.08, 0.25).all()
    # the uncorrected filter cuts off at 0.80 of the stated frequency (order 4), so its peaks lie lower
    per_pass = Pipeline(*chain.ENVELOPE.steps[:2], Envelope(cutoff=6, order=4, cutoff_rule="per-pass"))
    planted = chain_error(replace(SMALL, measure="peak"), seed=1, replicates=2, pipeline=per_pass)
    assert (planted["bias"] < peak["bias"] - 0.005).all()


def test_maximal_contractions_that_are_too_low_are_seen(small_error, monkeypatch):
    def too_low(trials, pipeline):
        right = reference(trials, pipeline)
        return replace(right, values=tuple(replace(one, value=0.7 * one.value) for one in right.values))

    monkeypatch.setattr(chain, "reference", too_low)
    planted = chain_error(SMALL, seed=1, replicates=2)
    np.testing.assert_allclose(planted["bias"] - small_error["bias"], -np.log(0.7), rtol=1e-9)
    np.testing.assert_allclose(planted["sd"], small_error["sd"], rtol=1e-9)


def test_a_fault_in_one_condition_is_seen_in_that_condition(small_error, monkeypatch):
    original = chain.measure

    def faulty(recording, *args, **named):
        rows = original(recording, *args, **named)
        rows.loc[rows["exercise"] == "squat", "value"] *= 1.1
        return rows

    monkeypatch.setattr(chain, "measure", faulty)
    moved = chain_error(SMALL, seed=1, replicates=2)["bias"] - small_error["bias"]
    np.testing.assert_allclose(moved, [0.0, np.log(1.1)], atol=1e-9)


def test_the_level_of_ratios_hardly_matters():
    low, high = (chain_error(RATIOS, seed=2, level=level, replicates=2) for level in (20, 60))
    assert np.abs(low["bias"] - high["bias"]).max() < 0.003
    np.testing.assert_allclose(low["sd_own"], high["sd_own"], rtol=0.05)


@pytest.mark.parametrize("measure", ["mean", "peak"])
def test_the_recordings_have_the_level_of_the_paper(measure):
    design = replace(DESIGN, measure=measure, n=13)
    whole = truth(chain._recorded(design, chain._scale(design, None)), seed=4).activation.query("phase == 'whole'")
    level = whole.groupby(["muscle", "exercise"])["activation" if measure == "mean" else "peak"].mean()
    for muscle, row in MEANS.items():
        for condition, mean in row.items():
            assert level[muscle, condition] == pytest.approx(mean, rel=0.35)  # 13 people who differ by a third


def test_a_phase_is_measured_as_a_phase():
    found = chain_error(replace(RATIOS, phase="concentric"), seed=1, level=60, replicates=2)
    assert found["phase"].eq("concentric").all()
    assert found["bias"].between(-0.15, -0.04).all()


def test_no_more_than_thirteen_people_are_recorded():
    found = chain_error(replace(RATIOS, n=50), seed=1, level=60, replicates=2)
    assert found["recordings"].eq(26).all()


def test_the_seed_is_all_that_matters(small_error):
    pd.testing.assert_frame_equal(chain_error(SMALL, seed=1, replicates=2), small_error)
    assert not np.allclose(chain_error(SMALL, seed=2, replicates=2)["bias"], small_error["bias"], atol=1e-6)


def test_ratios_need_a_level_and_percentages_none():
    with pytest.raises(ArgumentError, match=r"The means are ratios, and recordings need a level.*An example.*'level'"):
        chain_error(RATIOS, seed=1)
    with pytest.raises(ArgumentError, match=r"'level' belongs to a design in ratios.*Got: 60, with %MVIC"):
        chain_error(DESIGN, seed=1, level=60)


@pytest.mark.parametrize("replicates", [1, 0, 2.0, True])
def test_one_replicate_has_no_error(replicates):
    with pytest.raises(ArgumentError, match=r"'replicates' cannot be used. Allowed: a whole number of at least 2"):
        chain_error(DESIGN, seed=1, replicates=replicates)


def test_the_default_pipeline_is_the_usual_one():
    assert chain.ENVELOPE.steps == (Bandpass(low=20, high=450, order=4), Rectify(), Envelope(cutoff=6, order=4))
