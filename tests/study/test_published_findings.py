"""What the studies of published figures say: their sums by other means, and no more than the figures bear."""

from __future__ import annotations

import dataclasses
import runpy
from statistics import NormalDist

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from emgkit import literature, shipped
from emgkit.study import Study

FIGURES = literature.figures()


def script(name: str) -> dict:
    return runpy.run_path(str(shipped.path("studies", name, "recompute.py")))


def recomputed(name: str):
    studies = Study.load(shipped.path("studies", name)).file.data.published
    own = FIGURES[FIGURES["study"].isin(studies)].reset_index(drop=True)
    made = script(name)["recompute"](own, seed=1, quick=True)
    plt.close("all")
    return made


def table(made, name: str) -> pd.DataFrame:
    return next(one.frame for one in made.tables if one.name == name)


def test_the_p_of_williams_are_those_of_a_normal_interval():
    made = recomputed("williams_2021")
    implied = table(made, "implied").set_index(["distribution", "ci_low"])
    for low, high, printed in ((4, 56, ".024"), (6, 58, ".016")):
        z = (low + high) / 2 / ((high - low) / 2 / NormalDist().inv_cdf(0.975))
        p = 2 * (1 - NormalDist().cdf(z))
        assert f"{p:.3f}"[1:] == printed
        row = implied.loc[("normal", low)]
        assert row["p_from_ci"] == pytest.approx(p, rel=1e-6)
        assert row["fits"] == "exact"
        assert implied.loc[("t(11)", low), "fits"] == "no"
        assert implied.loc[("t(22)", low), "fits"] == "within rounding"
    assert "Both printed p fit a normal interval to the last digit, not a t(11) one." in made.finding


def test_an_interval_of_t_is_said_to_be_one():
    """If the printed p were those of t(11), the study would say so."""
    rows = FIGURES[FIGURES["study"] == "williams_2021"].copy()
    rows.loc[rows["p"] == ".024", "p"] = ".027"
    rows.loc[rows["p"] == ".016", "p"] = ".020"
    made = script("williams_2021")["recompute"](rows.reset_index(drop=True), seed=1, quick=True)
    plt.close("all")
    assert set(table(made, "implied").groupby("distribution")["fits"].first()[["t(11)"]]) == {"exact"}
    assert not any("normal interval to the last digit" in sentence for sentence in made.finding)


def _half_of_the_time(trial, **_):
    """A toolkit that cuts wrongly: each phase at half of its time."""
    halves = []
    for event in trial.events:
        if event.label == "phase":
            names = ("lower", "upper") if event.get("phase") == "concentric" else ("upper", "lower")
            for number, name in enumerate(names):
                onset = event.onset + number * event.duration / 2
                columns = {**event.columns, "half": name}
                halves.append(
                    dataclasses.replace(event, onset=onset, duration=event.duration / 2, label="half", columns=columns)
                )
    return dataclasses.replace(trial, events=(*trial.events, *halves))


def test_a_lift_cut_in_the_wrong_place_is_seen():
    """On a path that is slow first half of the time is 177 ms before half of the way, and the step shows it."""
    space = script("top_of_the_lift")
    right, cuts, _ = space["_simulated"](seed=3, repetitions=2)
    assert cuts["mean_ms"].abs().max() < 5
    assert cuts[["earliest_ms", "latest_ms"]].abs().max(axis=None) < 15
    space["_simulated"].__globals__["find_halves"] = _half_of_the_time
    wrong, late, _ = space["_simulated"](seed=3, repetitions=2)
    assert (late["mean_ms"] < -130).all()
    # the same people and noise: only the cut differs
    step, cut_wrongly = (one.set_index("activation").loc["step"] for one in (right, wrong))
    assert step["true_ratio"] == pytest.approx(1.25)
    assert step["ratio"] - cut_wrongly["ratio"] > 0.02


def test_the_lifted_shank_held_level_weighs_on_the_other_foot():
    """By moments about the bench."""
    statics = table(recomputed("single_leg_eccentric"), "statics")
    row = statics[(statics["bar"] == 0) & (statics["hands"] == 0) & (statics["share_of_the_leg"] == 0.5)].iloc[0]
    trunk, thighs = 0.678 * 0.45 * 0.29, 2 * 0.1 * (0.29 + 0.433 * 0.245)
    hanging, level = 2 * 0.061 * 0.535, 0.061 * (0.535 + 0.535 + 0.606 * 0.246)
    assert row["foot_force_two_legs"] == pytest.approx((trunk + thighs + hanging) / 0.535 / 2)
    assert row["foot_force_ratio_shank_level"] == pytest.approx(
        2 * (trunk + thighs + level) / (trunk + thighs + hanging)
    )
    assert row["hip_moment_ratio_shank_level"] > row["hip_moment_ratio"]


@pytest.mark.parametrize(
    ("name", "wanted", "never"),
    [
        ("top_of_the_lift", "No study that was read measured both in the hip thrust", "mechanical tension no"),
        ("squat_transfer", "Both are printed", "Both are right"),
        ("load_and_repetitions", "the abstract, as read, reports no rise: vastus lateralis", "activation rose by"),
        ("single_leg_eccentric", "its shank to hang", "held level. "),
    ],
)
def test_what_the_studies_say(name, wanted, never):
    text = " ".join((made := recomputed(name)).finding) + " ".join(made.simulated)
    assert wanted in text
    assert never not in text
    assert "would show it in both" not in text
