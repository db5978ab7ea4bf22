"""Hip thrust, squat and deadlift within published studies: every comparison, its direction, and the answer."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import emgkit as ek
from emgkit.lifts import LIFTS, is_variant, lift_name, lift_of
from emgkit.literature.lifts import MUSCLES

TABLE = ek.literature.figures()
ROWS = ek.literature.lift_contrasts()
ANSWERS = {one.muscle: one for one in ek.literature.lift_answers()}


@pytest.mark.parametrize(
    ("name", "lift", "variant"),
    [
        ("barbell_hip_thrust", "hip_thrust", False), ("hipThrust", "hip_thrust", False), ("Squat", "squat", False),
        ("back squat 80 kg", "squat", False), ("squats", "squat", False), ("front_squat", "squat", True),
        ("conventional_deadlift", "deadlift", False), ("hex_bar_deadlift", "deadlift", True), ("lunge", "", False),
        ("american_hip_thrust", "hip_thrust", True), ("hip_thrust / squat", "", False), ("isosquatting", "", False),
        ("barbell_glute_bridge", "", False), ("", "", False), ("Hip thrust, k = 5", "hip_thrust", False),
        ("deadlift (all variations)", "deadlift", False),
    ],
)  # fmt: skip
def test_the_lift_of_a_name(name, lift, variant):
    assert (lift_of(name), is_variant(name)) == (lift, variant)


def test_names_as_readers_know_them():
    assert lift_name("romanian_deadlift") == "Romanian deadlift"
    assert lift_name("barbell_deadlift") == "barbell deadlift"
    assert lift_name("stiff_leg_deadlift") == "stiff-leg deadlift"


def test_every_row_compares_two_of_the_three_lifts_in_the_order_of_its_muscle():
    for row in ROWS.to_dict("records"):
        first, second = (MUSCLES[row["muscle"]].lifts.index(lift_of(row[side])) for side in ("first", "second"))
        assert first < second, row
    assert all(sorted(muscle.lifts) == sorted(LIFTS) for muscle in MUSCLES.values())


def test_no_review_no_disputed_and_no_growth_is_among_them():
    assert not {"neto_2019", "neto_2020", "barbalho_2020"} & set(ROWS["study"])
    assert set(ROWS["recorded"]) <= {one for muscle in MUSCLES.values() for one in muscle.recorded}


def test_every_contrast_of_the_three_lifts_that_studies_printed_is_there():
    """Counted apart from the code: rows of the tables with two of the lifts and one of the muscles."""
    wanted = [
        row
        for row in TABLE.to_dict("records")
        if row["comparator"] and lift_of(row["exercise"]) and lift_of(row["comparator"])
        and lift_of(row["exercise"]) != lift_of(row["comparator"]) and row["statistic"] in ("mean", "peak")
        and row["muscle"] in ("gluteus_maximus", "biceps_femoris", "hamstrings", "vastus_lateralis", "vastus_medialis",
                              "rectus_femoris")
        and "review" not in row["study"] and row["study"] not in ("neto_2019", "neto_2020")
    ]  # fmt: skip
    assert len(wanted) == 28
    # and two of McCurdy's of which only the two sides were printed
    assert len(ROWS) == 30
    untested = ROWS[(ROWS["outcome"] == "not tested") & (ROWS["seen"] == "direct")]
    assert set(untested["study"]) == {"mccurdy_2018"}


@pytest.mark.parametrize(
    ("muscle", "study", "first", "second", "ratio", "outcome"),
    [
        ("gluteus_maximus", "contreras_2015", "barbell_hip_thrust", "back_squat", 69.5 / 29.4, "higher"),
        ("hamstrings", "andersen_2018", "barbell_deadlift", "barbell_hip_thrust", 1.20, "higher"),
        ("hamstrings", "mccurdy_2018", "stiff_leg_deadlift", "modified_single_leg_squat", 29.9 / 40.1, "lower"),
        ("hamstrings", "mccurdy_2018", "stiff_leg_deadlift", "back_squat", 29.9 / 24.4, "higher"),
        ("quadriceps", "contreras_2015", "back_squat", "barbell_hip_thrust", 110 / 99.5, "no difference"),
        ("gluteus_maximus", "korak_2018", "front_squat", "deadlift", 94 / 72, "higher"),
        ("gluteus_maximus", "delgado_2019", "barbell_hip_thrust", "romanian_deadlift", math.nan, "no difference"),
        ("gluteus_maximus", "williams_2021", "barbell_hip_thrust", "split_squat", math.nan, "higher"),
    ],
)  # fmt: skip
def test_printed_numbers(muscle, study, first, second, ratio, outcome):
    rows = ROWS[(ROWS["muscle"] == muscle) & (ROWS["study"] == study)]
    row = rows[(rows["first"] == first) & (rows["second"] == second)].iloc[0]
    assert row["ratio"] == pytest.approx(ratio, nan_ok=True)
    assert row["outcome"] == outcome


def test_only_what_was_read_at_the_source_counts():
    """The lower half of Andersen's deadlift is second-hand: shown, and in no answer."""
    second = ROWS[ROWS["seen"] == "second-hand"]
    assert sorted(second["ratio"].round(2)) == [1.26, 1.48]
    without = ek.literature.lift_answers(ROWS[ROWS["seen"] != "second-hand"])
    assert [one.sentence for one in without] == [one.sentence for one in ANSWERS.values()]


def test_the_answers():
    glutes, hamstrings, quadriceps = ANSWERS.values()
    assert (glutes.best, hamstrings.best, quadriceps.best) == ("hip_thrust", "deadlift", "squat")
    assert (glutes.tested, glutes.in_favour) == ({"squat": 4, "deadlift": 2}, {"squat": 4, "deadlift": 0})
    assert glutes.sentence.startswith(
        "Gluteus maximus: the hip thrust. Activation was higher than in squats in all 4 studies (1.7 to 2.4 times "
        "where a ratio was printed). Against deadlifts the evidence on activation is mixed: higher than in the hex-bar "
        "deadlift (1.2 to 1.3 times, 1 study), no difference from the barbell deadlift and the Romanian deadlift (2 "
        "studies). One trial did not show that growth differs"
    )
    assert (
        "Activation was higher than in hip thrusts in the only study (1.2 times). Against squats the evidence on "
        in (hamstrings.sentence)
    )
    assert "lower in the stiff-leg deadlift than in the single-leg squat (0.7 times, 1 study)." in hamstrings.sentence
    assert quadriceps.sentence.startswith(
        "Quadriceps: the squat. One trial found 3.6 cm² [0.7, 6.4] more growth with squats than with hip thrusts. "
        "Against hip thrusts the evidence on activation is mixed: "
    )
    assert "Against deadlifts it is mixed too: " in quadriceps.sentence


def test_an_answer_follows_its_numbers():
    """Turned round, the hip thrust is below squats, and no longer consistently above them."""
    turned = ROWS.assign(outcome=ROWS["outcome"].replace({"higher": "lower", "lower": "higher"}))
    (glutes, *_) = ek.literature.lift_answers(turned)
    assert glutes.in_favour["squat"] == 0
    assert "Activation was lower than in squats in all 4 studies" in glutes.sentence
    one = ROWS[(ROWS["study"] != "delgado_2019") | (ROWS["muscle"] != "gluteus_maximus")]
    assert ek.literature.lift_answers(one)[0].tested["squat"] == 3
    none = ek.literature.lift_answers(ROWS[ROWS["muscle"] != "hamstrings"])[1]
    assert "Activation was not compared with hip thrusts in the studies that were read." in none.sentence
    alike = ROWS.assign(outcome=ROWS["outcome"].replace("higher", "no difference"))
    assert "No difference in activation from squats was found in all 4 studies" in (
        ek.literature.lift_answers(alike)[0].sentence
    )


def test_a_percentage_has_the_interval_that_its_p_implies():
    row = ROWS[ROWS["study"] == "andersen_2018"].set_index("p").loc[".005"]
    assert row["ci_low"] < row["ratio"] < row["ci_high"]
    assert row["ci_low"] * row["ci_high"] == pytest.approx(row["ratio"] ** 2)


def test_a_table_of_one_study():
    own = ek.literature.lift_contrasts(ek.literature.figures(study="delgado_2019"))
    assert set(own["study"]) == {"delgado_2019"}
    assert isinstance(own, pd.DataFrame)
