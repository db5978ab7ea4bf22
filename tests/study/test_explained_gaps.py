"""A level that a participant lacks is explained by what is left out of just that place, and by nothing else."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from emgkit.errors import StudyError
from emgkit.study.file.recordings import Comparison, MeasureSpec
from emgkit.study.recordings.compare import Comparing, LeftOut, compare

# that somebody is not at a level of `by` is told
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

PEOPLE = ("P1", "P2", "P3", "P4")


def rows(*gone):
    """Values of two exercises in two sessions of a muscle; `gone` are participant, session and exercise."""
    cells = itertools.product(PEOPLE, ("1", "2"), ("squat", "thrust"))
    found = [
        {
            "participant": who, "session": session, "task": exercise, "exercise": exercise, "repetition": "1",
            "phase": "whole", "channel": "VL", "muscle": "vastus_lateralis", "measure": "mean",
            "value": 10.0 + place + 5 * (exercise == "squat") + (place * 7) % 5, "unit": "%MVC", "reference": "mvc:1",
        }
        for place, (who, session, exercise) in enumerate(cells)
        if (who, session, exercise) not in gone
    ]  # fmt: skip
    return pd.DataFrame(found).assign(group=None, set=None, load_kg=None, side=None)


def left_out(**facts):
    return LeftOut(participant="P2", what="a recording", facts=facts)


def compared(table, *affected, **spec):
    spec = {"within": "exercise", "by": ("session",), **spec}
    rule = Comparing(
        comparison=Comparison(**spec), measure=MeasureSpec(name="mean", primary=True), over=("repetition",),
        affected=affected,
    )  # fmt: skip
    return compare([table], rule)


def test_what_is_left_out_of_one_session_explains_no_gap_in_another():
    table = rows(("P2", "1", "squat"), ("P2", "2", "squat"))
    one = left_out(exercise="squat", task="squat", session="1")
    with pytest.raises(StudyError, match=r"Participant P2 has no exercise 'squat'.*P2 lacks 'squat' at session 2\."):
        compared(table, one)
    both = compared(table, one, left_out(exercise="squat", task="squat", session="2"))
    assert set(both.contrasts["n"]) == {3}
    (notice,) = [one for one in both.notices if one.code == "incomplete-by-exclusion"]
    assert notice.text == (
        "Participant P2 is not in the comparison 'contrasts': a level of exercise is missing because a recording was "
        "left out."
    )


def test_what_is_left_out_of_one_exercise_explains_no_gap_in_another():
    table = rows(("P2", "2", "thrust"))
    spec = {"within": "session", "by": ("exercise",)}
    with pytest.raises(StudyError, match=r"Participant P2 has no session '2'.*P2 lacks '2' at exercise thrust\."):
        compared(table, left_out(exercise="squat", session="2"), **spec)
    assert compared(table, left_out(exercise="thrust", session="2"), **spec).contrasts is not None


def test_what_a_recording_does_not_tell_of_is_open():
    """A recording of all sides, or of a study without sessions, can be why a side is lacking."""
    assert compared(rows(("P2", "2", "squat")), left_out(exercise="squat")).contrasts is not None
    with pytest.raises(StudyError, match="Participant P3 has no exercise 'squat'"):
        compared(rows(("P3", "2", "squat")), left_out(exercise="squat"))


def test_who_is_described_alone_is_not_compared():
    alone = rows(*itertools.product(("P1", "P3", "P4"), ("2",), ("squat", "thrust")))
    one = compared(alone)
    assert set(one.cells["session"]) == {"1", "2"}
    assert set(one.compared_cells["session"]) == {"1"}
    assert len(compared(rows()).compared_cells) == 16
