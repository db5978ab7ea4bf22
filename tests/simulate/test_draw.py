from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import ArgumentError
from emgkit.simulate import draw_cells, load_spec, true_ratios, truth
from emgkit.simulate.draw import draw, stated_means

SPEC = load_spec("three_lifts")
PEOPLE = 20_000


@pytest.fixture(scope="module")
def many():
    return draw(SPEC, seed=11, n_participants=PEOPLE)


def test_the_stated_mean_is_the_arithmetic_mean_of_the_population(many):
    log_variance = SPEC.variation.participant**2 + SPEC.variation.participant_exercise**2
    standard_error = np.sqrt(np.expm1(log_variance) / PEOPLE)
    assert np.abs(many.means.mean(axis=0) / stated_means(SPEC) - 1).max() < 4 * standard_error
    # and not the geometric one, which lies 6 % lower
    geometric = np.exp(np.log(many.means).mean(axis=0))
    assert geometric / stated_means(SPEC) == pytest.approx(np.exp(-log_variance / 2), rel=0.01)


def test_the_log_sds_come_back(many):
    logs = np.log(many.means)
    # two exercises share the participant's part and have parts of their own
    shared = np.mean([np.cov(logs[:, 0, m], logs[:, 1, m])[0, 1] for m in range(3)])
    own = np.mean([np.var(logs[:, 0, m] - logs[:, 1, m]) / 2 for m in range(3)])
    assert np.sqrt(shared) == pytest.approx(SPEC.variation.participant, rel=0.02)
    assert np.sqrt(own) == pytest.approx(SPEC.variation.participant_exercise, rel=0.02)
    for repetitions in many.repetitions:
        within = np.log(repetitions).var(axis=1, ddof=1).mean()
        assert np.sqrt(within) == pytest.approx(SPEC.variation.repetition, rel=0.01)


def test_muscles_and_participants_are_independent(many):
    logs = np.log(many.means)
    assert abs(np.corrcoef(logs[:, 0, 0], logs[:, 0, 1])[0, 1]) < 4 / np.sqrt(PEOPLE)
    assert abs(np.corrcoef(logs[:-1, 0, 0], logs[1:, 0, 0])[0, 1]) < 4 / np.sqrt(PEOPLE)


def test_repetitions_have_the_participants_mean_on_average(many):
    ratio = many.repetitions[0].mean(axis=1) / many.means[:, 0]
    assert ratio.mean() == pytest.approx(1, abs=4 * 0.1 / np.sqrt(5 * PEOPLE * 3))


def test_cells_are_the_truth_of_the_study_with_the_same_seed():
    cells = draw_cells(SPEC, seed=5).set_index(["participant", "exercise", "muscle"])["value"]
    whole = truth(SPEC, seed=5).activation.query("phase == 'whole'")
    true = whole.groupby(["participant", "exercise", "muscle"])["activation"].mean()
    np.testing.assert_allclose(true, cells.reindex(true.index), rtol=1e-12)


def test_cells_have_the_layout_of_summarize():
    cells = draw_cells(SPEC, seed=5)
    assert list(cells) == [
        "participant", "group", "session", "task", "exercise", "set", "load_kg", "phase", "channel", "muscle", "side",
        "measure", "value", "unit", "reference", "n_repetitions",
    ]  # fmt: skip
    assert len(cells) == 13 * 3 * 3
    assert cells["value"].gt(0).all()
    assert cells.iloc[0][["participant", "task", "exercise", "channel", "muscle"]].tolist() == [
        "01", "hipThrust", "hip_thrust", "GMAX", "gluteus_maximus",
    ]  # fmt: skip


def test_the_seed_is_all_that_matters_and_more_people_change_nothing():
    first = draw_cells(SPEC, seed=5)
    pd.testing.assert_frame_equal(first, draw_cells(SPEC, seed=5))
    assert not np.allclose(first["value"], draw_cells(SPEC, seed=6)["value"])
    pd.testing.assert_frame_equal(first, draw_cells(SPEC, seed=5, n_participants=20).head(len(first)))


def test_a_drawn_table_is_nobody_elses():
    first = draw_cells(SPEC, seed=5)
    first["value"] = 0.0
    assert draw_cells(SPEC, seed=5)["value"].gt(0).all()


def test_a_study_is_drawn_in_milliseconds():
    draw_cells(SPEC, seed=0)
    seconds = []
    for seed in range(20):
        start = time.process_time()
        draw_cells(SPEC, seed=seed)
        seconds.append(time.process_time() - start)
    assert np.median(seconds) < 0.005


def test_true_ratios_are_those_of_the_table():
    ratios = true_ratios(SPEC).set_index(["muscle", "contrast"])["ratio"]
    assert len(ratios) == 9
    assert ratios["gluteus_maximus", "hip_thrust / squat"] == pytest.approx(86.8 / 45.4)
    assert ratios["biceps_femoris", "squat / deadlift"] == pytest.approx(14.9 / 49.0)


def test_true_ratios_are_those_of_the_populations_geometric_means(many):
    geometric = np.exp(np.log(many.means).mean(axis=0))
    ratios = true_ratios(SPEC).query("contrast == 'hip_thrust / squat'")["ratio"]
    np.testing.assert_allclose(geometric[0] / geometric[1], ratios, rtol=0.01)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", None])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(ArgumentError, match=r"'seed' cannot be used. Allowed: a whole number of at least 0"):
        draw_cells(SPEC, seed=seed)


@pytest.mark.parametrize("n", [0, -3, 2.0, True])
def test_a_number_of_people_that_is_none_is_refused(n):
    with pytest.raises(ArgumentError, match="'n_participants' cannot be used"):
        draw_cells(SPEC, seed=1, n_participants=n)
