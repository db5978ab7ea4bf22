"""Changes by hand are functions of a trial, and stand in the audit with who made them and why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import (
    Channel,
    EditedEvents,
    Highpass,
    MovingRMS,
    Pipeline,
    Recording,
    Rectify,
    Trial,
    mark_repetitions,
    measure,
    reference,
)
from emgkit.errors import ArgumentError
from emgkit.events import audit, edit, insert, reject


@pytest.fixture
def trial() -> Trial:
    x = np.arange(10000) / 1000.0
    emg = Recording(data=[x], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    table = pd.DataFrame({"start": [1, 5], "turn": [2, 6], "end": [3, 7]})
    return mark_repetitions(Trial(streams={"emg": emg}), table, starts="eccentric")


def spans(trial: Trial) -> list[tuple[str, float, float]]:
    return [(str(event.get("phase") or "whole"), event.onset, event.end) for event in trial.events]


def test_a_rejected_repetition_stays_and_gives_no_rows(trial):
    before = trial.events
    changed = reject(trial, repetition=2, reason="a cough", who="AB", when="2026-05-01")
    assert trial.events == before
    table = audit(changed)
    assert table["accepted"].to_list() == [True, False]
    assert table["edits"].to_list() == ["", "rejected: a cough (AB, 2026-05-01)"]
    assert len(measure(changed.emg, "mean", during="repetition")) == 1
    assert len(measure(changed.emg, "mean", during="phase")) == 2
    with pytest.raises(ArgumentError, match=r"Repetition 2 is already rejected.*a cough"):
        reject(changed, repetition=2, reason="again")


def test_a_moved_edge_takes_the_phase_that_it_bounds_with_it(trial):
    moved = edit(trial, repetition=1, start=0.5, end=3.5, reason="cut too short")
    assert spans(moved)[:3] == [("whole", 0.5, 3.5), ("eccentric", 0.5, 2), ("concentric", 2, 3.5)]
    turned = edit(trial, repetition=1, phase="eccentric", end=2.4, reason="the turn was late")
    assert spans(turned)[:3] == [("whole", 1, 3), ("eccentric", 1, 2.4), ("concentric", 2.4, 3)]
    assert audit(turned)["edits"].iloc[0] == "end of the eccentric phase moved from 2 to 2.4 s: the turn was late"
    twice = audit(edit(turned, repetition=1, end=3.1, reason="and short"))["edits"].iloc[0]
    assert twice.endswith("the turn was late; end moved from 3 to 3.1 s: and short")
    assert spans(trial)[0] == ("whole", 1, 3)


def test_every_change_stands_in_the_history_of_every_stream(trial):
    assert trial.emg.history == ()
    changed = insert(trial, start=8, end=9, reason="missed", who="AB", set=2)
    changed = edit(reject(changed, repetition=2, reason="a cough"), repetition=1, start=0.5, reason="cut short")
    notes = [step.note for step in changed.emg.history]
    assert notes == [
        "repetition 3 of set 2 inserted: missed (AB)",
        "repetition 2 rejected: a cough",
        "repetition 1 start moved from 1 to 0.5 s: cut short",
    ]
    assert np.array_equal(changed.emg.data, trial.emg.data)
    filtered = Pipeline(Highpass(cutoff=20))(changed.emg)
    assert [type(step).__name__ for step in filtered.history] == ["EditedEvents"] * 3 + ["Highpass"]
    assert Pipeline.from_json(Pipeline(*filtered.history).to_json()).steps == filtered.history
    with pytest.raises(ArgumentError, match="needs a note"):
        EditedEvents(note=" ")


def test_a_change_by_hand_leaves_reference_and_recording_comparable(trial):
    envelope = Pipeline(Rectify(), MovingRMS(window=0.1))
    mvc = Trial(streams={"emg": trial.emg}, context={"participant": "01", "task": "mvc"})
    changed = reject(trial.with_context(participant="01", task="squat"), repetition=2, reason="a cough")
    percent = envelope.then(reference([mvc], envelope, window=0.5))(changed.emg)
    assert len(measure(percent, "mean")) == 1


def test_an_inserted_repetition_has_the_next_number_and_its_place_in_time(trial):
    more = insert(trial, start=8, turn=8.5, end=9, starts="eccentric", reason="missed", exercise="squat")
    table = audit(more)
    assert table["repetition"].to_list() == [1, 2, 3]
    assert table["origin"].to_list() == ["table", "table", "by hand"]
    assert table["edits"].iloc[2] == "inserted: missed"
    assert table["eccentric_s"].iloc[2] == pytest.approx(0.5)
    between = audit(insert(trial, start=3.5, end=4.5, reason="missed"))
    assert between["repetition"].to_list() == [1, 3, 2]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: reject(t, repetition=3, reason="x"), r"no repetition 3.*Allowed: 1, 2"),
        (lambda t: reject(t, repetition=1, reason=" "), r"needs a reason"),
        (lambda t: edit(t, repetition=1, reason="x"), r"Nothing is moved"),
        (lambda t: edit(t, repetition=1, start=1.0, reason="x"), r"Nothing is"),
        (lambda t: edit(t, repetition=1, phase="hold", end=2, reason="x"), r"no phase 'hold'.*'eccentric'"),
        (lambda t: edit(t, repetition=1, end=5.5, reason="x"), r"Repetitions 1 and 2 would overlap"),
        (lambda t: edit(t, repetition=2, end=10.5, reason="x"), r"beyond the recording.*0 to 10 s.*5 to 10.5 s"),
        (lambda t: edit(t, repetition=1, start=2.5, reason="x"), r"The eccentric .* no duration.*2.5 to 2 s"),
        (lambda t: edit(t, repetition=1, phase="eccentric", start=0.5, reason="x"), r"outside its repetition"),
        (lambda t: insert(t, start=2, end=4, reason="x"), r"Repetitions 1 and 3 would overlap"),
        (lambda t: insert(t, start=8, end=9, repetition=2, reason="x"), r"has this number already.*2"),
        (lambda t: insert(t, start=8, end=11, reason="x"), r"beyond the recording"),
        (lambda t: insert(t, start=8, end=9, turn=8.2, reason="x"), r"which one comes first is not known"),
    ],
)
def test_what_does_not_hold_together_is_refused(trial, change, match):
    with pytest.raises(ArgumentError, match=match):
        change(trial)


def test_sets_tell_repetitions_of_one_number_apart(trial):
    table = pd.DataFrame({"start": [1, 5], "end": [3, 7], "repetition": 1, "set": [1, 2]})
    sets = mark_repetitions(Trial(streams={"emg": trial.emg}).with_events([]), table)
    with pytest.raises(ArgumentError, match=r"Several repetitions have the number 1.*set = one of '1' and '2'"):
        reject(sets, repetition=1, reason="x")
    assert audit(reject(sets, repetition=1, set=2, reason="x"))["accepted"].to_list() == [True, False]
