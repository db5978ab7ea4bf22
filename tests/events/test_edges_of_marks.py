"""Marks, the recording's own events and streams beside each other: limits, which one counts, and what is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import Channel, EmgkitWarning, Event, Recording, Trial, find_repetitions, mark_repetitions
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import Segmentation, agreement_of, audit, rejection_sentences, segmentation_sentences
from emgkit.events.agreement import _kappa, paired, spread
from emgkit.events.streams import _ms, stream_agreement, stream_agreement_sentence
from emgkit.events.ways.marking import Mark, marked
from emgkit.events.ways.own import take_events
from emgkit.events.ways.stream import stream_of

THIRD = 1 / 3


def recording(start: float = THIRD) -> Recording:
    return Recording(data=np.ones((1, 1000)), sfreq=100.0, channels=(Channel(name="VL", unit="V"),), start=start)


def mark(start: float, end: float, phase: str | None = None, **facts: object) -> Mark:
    turn = facts.pop("turn", None)
    return Mark(where=f"{start:.1f}", start=start, end=end, phase=phase, turn=turn, facts=facts)


def events(*marks: Mark, starts: str | None = None) -> list[tuple[str, float, float]]:
    found = marked(Trial(streams={"emg": recording()}), marks, starts=starts, exercise=None, origin="hand")
    return [(str(event.get("phase") or event.label), event.onset, event.end) for event in found.events]


# ------------------------------------------------------------------ messages

T = [place + THIRD for place in range(12)]


@pytest.mark.parametrize(
    ("marks", "text"),
    [
        ([mark(0, 2)], "Allowed: 0.333333 to 10.333333 s. Got: 0 s."),
        ([mark(1, 11 + THIRD)], "Allowed: 0.333333 to 10.333333 s. Got: 11.333333 s."),
        ([mark(T[2], T[1])], "A mark ends before it starts. Where: 2.3. Allowed: above 2.333333 s. Got: 1.333333 s."),
        ([mark(T[2], T[2])], "A mark has no duration. Where: 2.3. Allowed: above 2.333333 s. Got: 2.333333 s."),
        ([mark(T[2], T[4], turn=T[5])], "Allowed: between 2.333333 and 4.333333 s. Got: 5.333333 s."),
        (
            [mark(T[1], T[4]), mark(T[3], T[5])],
            "Two repetitions overlap. Where: 3.3. Allowed: at least 4.333333 s, where the one before ends (1.3). Got: "
            "3.333333 s.",
        ),
        (
            [mark(T[1], T[4]), mark(T[5], T[6], "hold")],
            "A phase lies in no repetition. Where: 5.3. Allowed: inside a repetition: 1.333 to 4.333 s. Got: 5.333333 "
            "to 6.333333 s.",
        ),
        (
            [*(mark(T[i], T[i] + 0.5) for i in range(1, 9)), mark(T[1] + 0.6, T[1] + 0.7, "hold")],
            "1.333 to 1.833 s, 2.333 to 2.833 s, 3.333 to 3.833 s, 4.333 to 4.833 s, 5.333 to 5.833 s, 6.333 to 6.833 "
            "s. Got",
        ),
    ],
)
def test_times_in_messages_are_rounded(marks, text):
    with pytest.raises(ArgumentError) as caught:
        events(*marks)
    assert text in str(caught.value)


def own(*made: tuple[float, float, str], **columns: object) -> Trial:
    of = [Event(onset=onset, duration=duration, label=label, columns=columns) for onset, duration, label in made]
    return Trial(streams={"emg": recording()}, events=of)


PHASE = {"eccentric": "down", "concentric": "up"}


@pytest.mark.parametrize(
    ("made", "mapping", "text"),
    [
        ([(T[1], 0, "rep"), (T[2], 1, "rep")], {"repetition": "rep"}, "1 of 2 events 'rep' are moments without a"),
        ([(T[1], 0, "rep")], {"repetition": "rep"}, "Where: the first at 1.333 s."),
        (
            [(T[1], 1, "up"), (T[2], 1, "down")],
            {"phase": PHASE},
            "Where: 1.333 s. Allowed: the eccentric phase. Got: the c",
        ),
        ([(T[1], 1, "down"), (T[2], 0, "up")], {"phase": PHASE}, "Where: event 'up' at 2.333 s."),
        (
            [(T[1], 0, "go"), (T[2], 0, "go"), (T[3], 0, "stop")],
            {"start": "go", "end": "stop"},
            "Where: event 'go' at 2.333 s. Allowed: starts and ends in turn. Got: 2 starts and 1 ends.",
        ),
        (
            [(T[1], 0, "go"), (T[2], 0, "stop"), (T[3], 0, "go")],
            {"start": "go", "end": "stop"},
            "The last start has no end. Where: event 'go' at 3.333 s. Allowed: starts and ends in turn. Got: 2 starts",
        ),
        ([(T[1], 0, "go")], {"start": "go"}, "One start makes no repetition without an end. Got: 'go' (1)."),
    ],
)
def test_what_is_wrong_with_events_is_told_with_its_time(made, mapping, text):
    with pytest.raises(ArgumentError) as caught:
        take_events(own(*made), events=mapping)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ({"phase": {}}, "does not say where a repetition begins. Where: events."),
        (
            {"repetition": []},
            "A label is missing. Where: events, repetition. Allowed: a text, or a list of texts. Got: []",
        ),
        ({"start": 3}, "A label is missing. Where: events, start. Allowed: a text, or a list of texts. Got: 3"),
        ({"start": ["go", 3]}, "A label is missing. Where: events, start."),
        ({"start": {}}, "No side is named. Where: events, start. Allowed: 'left' and 'right'. Got: nothing"),
        ({"start": {"left": []}}, "A label is missing. Where: events, start, left."),
        ({"start": "go", "phase": {"hold": []}}, "A label is missing. Where: events, phase, hold."),
    ],
)
def test_a_mapping_without_labels_says_what_is_missing(mapping, text):
    with pytest.raises(ArgumentError) as caught:
        take_events(own((1, 0, "go"), (4, 0, "go")), events=mapping)
    assert text in str(caught.value)
    assert take_events(own((1, 0, "go"), (4, 0, "go")), events={"start": ("go",)}).events[0].end == 4


def test_two_starts_are_enough_and_a_last_phase_may_last():
    found = take_events(own((1, 0, "go"), (4, 0, "go")), events={"start": "go"})
    assert [(event.onset, event.end) for event in found.events] == [(1, 4)]
    found = take_events(own((1, 0, "down"), (2, 0, "up"), (4, 0, "down"), (5, 2, "up")), events={"phase": PHASE})
    assert [(event.get("phase"), event.onset, event.end) for event in found.events] == [
        (None, 1, 4), ("eccentric", 1, 2), ("concentric", 2, 4),
        (None, 4, 7), ("eccentric", 4, 5), ("concentric", 5, 7),
    ]  # fmt: skip


def test_a_phase_at_the_very_start_of_a_repetition_is_its_own_and_at_its_end_the_next_ones():
    made = [(2, 0, "go"), (5, 0, "go"), (8, 0, "go"), (2 - 5e-10, 0, "down"), (5, 0, "down")]
    found = take_events(own(*made), events={"start": "go", "phase": {"eccentric": "down"}})
    assert [(round(event.onset, 3), event.end) for event in found.events if event.label == "phase"] == [(2, 5), (5, 8)]


def test_an_event_without_a_number_is_numbered_and_its_phases_with_it():
    made = [(5, 2, "repetition"), (1, 3, "repetition"), (1, 1, "phase"), (4, 1.9, "phase"), (8, 1, "phase")]
    found = take_events(own(*made))
    assert [event.get("repetition") for event in found.events] == [2, 1, 1, None, None]
    # a phase is inside where its middle is, at an edge too
    edge = take_events(own((1, 3, "repetition"), (3, 2, "phase"), (0.5, 1, "phase"), (3, 2.1, "phase")))
    assert [event.get("repetition") for event in edge.events] == [1, 1, 1, None]


# ------------------------------------------------------------------ the channel of a movement


@pytest.mark.parametrize(("size", "moves"), [(2e-12, True), (0.9e-12, False)])
def test_a_stream_moves_by_more_than_the_last_digits_of_its_values(size, moves):
    x = 2.0 + 2.0 * size * np.r_[np.zeros(50), np.ones(50)]
    trial = Trial(streams={"position": Recording(data=[x], sfreq=100.0,
                                                 channels=(Channel(name="bar", unit="m", kind="POS"),))})  # fmt: skip
    if moves:
        assert stream_of(trial, "position", None).names == ("bar",)
    else:
        with pytest.raises(SignalError, match=r"'bar' of the stream 'position' is constant.*Got: 2 m throughout"):
            stream_of(trial, "position", None)


# ------------------------------------------------------------------ two people, two streams


@pytest.mark.parametrize(("end", "is_one"), [(1.0, False), (1.01, True)])
def test_the_same_repetition_is_covered_by_both_for_more_than_half(end, is_one):
    one, two = Mark(where="", start=0.0, end=2.0), Mark(where="", start=0.0, end=end)
    assert paired([one], [two]) == ({0: 0} if is_one else {})
    assert paired([one], [Mark(where="", start=2.0, end=3.0)]) == {}
    assert paired([], [one]) == {}


def test_the_spread_of_differences_has_its_closed_form():
    found = spread(np.array([0.0, 1.0, 2.0, 5.0]))
    sd = np.sqrt((4 + 1 + 0 + 9) / 3)
    assert found == pytest.approx(
        {"median": 1.5, "mean": 2.0, "sd": sd, "low": 2 - 1.959963984540054 * sd, "high": 2 + 1.959963984540054 * sd}
    )
    assert spread(np.array([3.0]))["mean"] == 3.0
    assert np.isnan(spread(np.array([3.0]))["sd"])
    assert np.isnan(list(spread(np.array([])).values())).all()


def test_kappa_is_the_agreement_beyond_chance():
    yes, no = True, False
    # of 10: both yes 4, both no 3, and 2 and 1 that differ; by chance 0.6 * 0.5 + 0.4 * 0.5
    first, second = np.array([yes] * 6 + [no] * 4), np.array([yes] * 4 + [no] * 5 + [yes])
    assert _kappa(first, second) == pytest.approx((0.7 - 0.5) / 0.5)
    assert _kappa(first, ~first) == pytest.approx((0 - 0.48) / 0.52)
    assert np.isnan(_kappa(np.array([yes]), np.array([yes])))
    assert np.isnan(_kappa(np.array([], dtype=bool), np.array([], dtype=bool)))


def test_counts_and_recordings_of_two_people():
    one = pd.DataFrame({"file": ["a", "a", "a", "b"], "start": [1, 4, 7, 1], "end": [2, 5, 8, 2],
                        "accepted": ["yes", "no", "yes", "no"]})  # fmt: skip
    two = pd.DataFrame({"file": ["a", "a", "c"], "start": [1, 4, 1], "end": [2, 5, 2], "accepted": ["no", "no", "yes"]})
    found = agreement_of(one, two)
    assert found.counts == pytest.approx(
        {"first": 4, "second": 3, "both": 2, "share_both": 0.4, "share_of_first": 0.5, "share_of_second": 2 / 3,
         "both_accept": 0, "both_reject": 1, "share_same_decision": 0.5, "kappa": 0.0}
    )  # fmt: skip
    assert found.recordings.to_numpy().tolist() == [["a", 3, 2, 2, 1], ["b", 1, 0, 0, 0], ["c", 0, 1, 0, 0]]
    assert found.sentences() == [
        "Both have 2 of the 5 repetitions that either has (40 %).",
        "Of these, both accept 0 and reject 1, and decide differently on 1 (Cohen's kappa 0.00).",
    ]
    apart = agreement_of(one, two.assign(start=[2.5, 6, 5], end=[3, 6.5, 6]))
    assert apart.sentences() == ["Both have 0 of the 7 repetitions that either has (0 %)."]


def test_the_sentence_of_two_streams_has_its_numbers():
    rows = pd.DataFrame({"start_by_angle": [0.02, 0.04, None], "end_by_angle": [-0.01, None, None]})
    table = stream_agreement(rows)
    assert stream_agreement_sentence("squat", table) == (
        "The repetitions of squat were searched in the angle signal, too: 2 of 3 were found in it (67 %). They are "
        "later there by a median of 30 ms at the start (95 % limits of agreement 2 ms to 58 ms) and by a median of −10 "
        "ms at the end; a number below zero is earlier."
    )
    none = stream_agreement(pd.DataFrame({"start_by_angle": [None, None], "end_by_angle": [None, None]}))
    assert stream_agreement_sentence("squat", none) == (
        "The repetitions of squat were searched in the angle signal, too: 0 of 2 were found in it (0 %)."
    )
    assert (_ms(-0.0126), _ms(0.0004)) == ("−13 ms", "0 ms")


# ------------------------------------------------------------------ words


def test_words_of_several_ways_and_of_one():
    table = Segmentation(exercise="squat", by="table", n=4, rejected=1)
    pulses = Segmentation(exercise="hold", by="trigger", n=2, rejected=2, options={"edge": "pulse"})
    assert rejection_sentences([table, pulses]) == (
        "1 of 4 repetitions of the table was rejected there.",
        "2 of 2 repetitions of the trigger were rejected because the recording cuts them.",
    )
    gait = Segmentation(exercise="gait", by="angle_2", n=9, rejected=0, zeros=("lowest", "highest"))
    text = " ".join(segmentation_sentences([gait]))
    assert (
        "0 % of a cycle of gait was the highest or, in some recordings, the lowest value of the angle 2 signal" in text
    )
    rests = Segmentation(
        exercise="curl", by="angle", starts="concentric", n=9, rejected=0, rests={"01": "low", "02": "low"}
    )
    assert "In curl it was the low extreme of the signal for 01 and 02." in " ".join(segmentation_sentences([rests]))


def test_which_sides_had_repetitions_of_their_own_is_told_with_their_channels():
    own_channels = {"left": "knee L", "right": ["knee R", "hip R"]}
    ways = [
        Segmentation(exercise="lunge", by="angle", starts="eccentric", n=4, rejected=0, sides=("left", "right"),
                     options={"channel": own_channels}),
        Segmentation(exercise="step_up", by="table", n=4, rejected=0, sides=("left", "right")),
    ]  # fmt: skip
    assert segmentation_sentences(ways)[-2:] == (
        "Left and right had repetitions of their own in lunge, found in the signals of their own channels: those of "
        "the left side in knee L and those of the right side in knee R and hip R; each muscle was measured in the "
        "repetitions of its side.",
        "Left and right had repetitions of their own in step up; each muscle was measured in the repetitions of its "
        "side.",
    )


def test_rejected_phases_and_repetitions_of_phases_alone():
    rows = pd.DataFrame({"start": [1, 2, 4, 5], "end": [2, 3, 5, 6], "phase": ["eccentric", "concentric"] * 2,
                         "repetition": [1, 1, 2, 2], "accepted": ["no", "no", "no", "yes"],
                         "reason": ["slip", "late", "slip", ""]})  # fmt: skip
    found = mark_repetitions(Trial(streams={"emg": recording(0.0)}), rows)
    assert audit(found)[["accepted", "reason"]].to_numpy().tolist() == [[False, "slip"], [True, ""]]
    assert [event.get("accepted") for event in found.events if event.label == "phase"] == [False, False, False, True]
    with pytest.warns(EmgkitWarning, match="All 1 repetitions are rejected: slip"):
        mark_repetitions(Trial(streams={"emg": recording(0.0)}), rows.iloc[:2])


def test_the_audit_of_what_was_marked_has_a_number_for_each_phase_that_is_there():
    rows = pd.DataFrame({"start": [1, 1, 2], "end": [3, 2, 3], "phase": [None, "hold", "concentric"]})
    found = find_repetitions(Trial(streams={"emg": recording(0.0)}), by="table", table=rows)
    (row,) = audit(found).to_dict("records")
    assert (row["hold_s"], row["concentric_s"]) == (1, 1)
    assert np.isnan(row["eccentric_s"])
    assert np.isnan(row["excursion"])
    assert "side" not in row
