"""The recording's own events: a mapping says which label is what."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit import Channel, Event, Recording, Trial, find_repetitions
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import audit


def trial(*events: tuple[float, float, str], **columns) -> Trial:
    emg = Recording(data=np.ones((1, 20000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    made = [Event(onset=onset, duration=duration, label=label, columns=columns) for onset, duration, label in events]
    return Trial(streams={"emg": emg}, events=made)


def spans(found: Trial, label: str = "repetition") -> list[tuple[float, float]]:
    return [(event.onset, event.end) for event in found.events if event.label == label]


MOMENTS = trial((1, 0, "go"), (3, 0, "stop"), (5, 0, "go"), (8, 0, "stop"), (4, 0, "note"))


def test_a_label_with_a_duration_is_a_repetition():
    given = trial((1, 2, "rep"), (5, 3, "rep"), (9, 0, "note"), set=2)
    found = find_repetitions(given, by="events", events={"repetition": "rep"}, exercise="squat")
    assert spans(found) == [(1, 3), (5, 8)]
    rows = audit(found)
    assert rows[["repetition", "exercise", "set", "origin"]].to_numpy().tolist() == [
        [1, "squat", 2, "events"], [2, "squat", 2, "events"],
    ]  # fmt: skip
    assert [event.label for event in found.events if event.label == "note"] == ["note"]


def test_from_a_start_to_an_end_and_from_a_start_to_the_next():
    assert spans(find_repetitions(MOMENTS, by="events", events={"start": "go", "end": "stop"})) == [(1, 3), (5, 8)]
    assert spans(find_repetitions(MOMENTS, by="events", events={"start": "go"})) == [(1, 5)]
    numbered = trial((1, 0, "Start 1"), (2, 0, "End 1"), (3, 0, "Start 2"), (4, 0, "End 2"))
    found = find_repetitions(numbered, by="events", events={"start": "Start *", "end": ["End 1", "End 2"]})
    assert spans(found) == [(1, 2), (3, 4)]
    touching = trial((1, 0, "go"), (3, 0, "go"), (3, 0, "stop"), (5, 0, "stop"))
    assert spans(find_repetitions(touching, by="events", events={"start": "go", "end": "stop"})) == [(1, 3), (3, 5)]


def test_phases_beside_repetitions_and_alone():
    lasting = trial((1, 4, "rep"), (1, 2, "down"), (3, 2, "up"), (8, 4, "rep"), (8, 1, "down"), (9, 3, "up"))
    phase = {"eccentric": "down", "concentric": "up"}
    found = find_repetitions(lasting, by="events", events={"repetition": "rep", "phase": phase})
    assert spans(found) == [(1, 5), (8, 12)]
    assert spans(found, "phase") == [(1, 3), (3, 5), (8, 9), (9, 12)]
    assert audit(found)["concentric_s"].to_list() == [2, 3]
    moments = trial((1, 0, "down"), (2, 0, "up"), (3, 0, "rest"), (6, 0, "down"), (7, 0, "up"), (9, 0, "rest"))
    found = find_repetitions(moments, by="events", events={"start": "down", "end": "rest", "phase": phase})
    assert spans(found, "phase") == [(1, 2), (2, 3), (6, 7), (7, 9)]
    alone = trial((1, 2, "down"), (3, 2, "up"), (8, 1, "down"), (9, 3, "up"))
    found = find_repetitions(alone, by="events", events={"phase": phase})
    assert spans(found) == [(1, 5), (8, 12)]


def test_without_a_mapping_repetition_events_are_used_and_numbered_where_they_have_no_number():
    given = trial((5, 2, "repetition"), (1, 2, "repetition"), (5.5, 1, "phase"))
    found = find_repetitions(given, by="events", exercise="squat")
    assert audit(found)["repetition"].to_list() == [2, 1]
    assert [event.get("repetition") for event in found.events if event.label == "phase"] == [2]
    own = trial((1, 2, "repetition"), repetition=4)
    assert audit(find_repetitions(own, by="events"))["repetition"].to_list() == [4]


@pytest.mark.parametrize(
    ("events", "error", "match"),
    [
        (None, SignalError, r"no repetition events.*'go' \(2\), 'stop' \(2\), 'note' \(1\)"),
        ({"repetition": "reps"}, SignalError, r"no event 'reps'.*'go' \(2\)"),
        ({"start": "goo", "end": "stop"}, SignalError, r"no event 'goo'.*Did you mean 'go'"),
        ({"repetition": "go"}, ArgumentError, r"2 of 2 events 'go' are moments.*at 1 s.*start = '…', end = '…'"),
        ({"start": "stop", "end": "go"}, ArgumentError, r"An end has no start before it.*'go' at 1 s"),
        ({"start": ["go", "note"], "end": "stop"}, ArgumentError, r"The last start|A start comes before|no start"),
        ({"end": "stop"}, ArgumentError, r"where a repetition begins.*Got: 'end'"),
        ({}, ArgumentError, r"where a repetition begins"),
        ({"repetiton": "go"}, ArgumentError, r"Unknown key 'repetiton'.*Did you mean 'repetition'"),
        ({"start": "go", "phase": {"up": "go"}}, ArgumentError, r"Unknown phase 'up'.*'eccentric'"),
        ({"start": "go", "phase": "down"}, ArgumentError, r"which phase a label is"),
        ({"start": "note"}, ArgumentError, r"One start makes no repetition"),
    ],
)
def test_what_does_not_fit_is_said_with_the_labels_that_are_there(events, error, match):
    with pytest.raises(error, match=match):
        find_repetitions(MOMENTS, by="events", events=events)


def test_starts_and_ends_come_in_turn():
    with pytest.raises(ArgumentError, match=r"The last start has no end.*'go' at 5 s"):
        find_repetitions(trial((1, 0, "go"), (3, 0, "stop"), (5, 0, "go")), by="events",
                         events={"start": "go", "end": "stop"})  # fmt: skip
    with pytest.raises(ArgumentError, match=r"A start comes before the end.*'go' at 2 s"):
        find_repetitions(trial((1, 0, "go"), (2, 0, "go"), (3, 0, "stop")), by="events",
                         events={"start": "go", "end": "stop"})  # fmt: skip


def test_repetition_events_that_the_mapping_does_not_name_are_not_mixed_in():
    both = trial((1, 2, "rep"), (5, 2, "repetition"))
    with pytest.raises(ArgumentError, match=r"already has repetition events.*'rep' \(1\), 'repetition' \(1\)"):
        find_repetitions(both, by="events", events={"repetition": "rep"})
