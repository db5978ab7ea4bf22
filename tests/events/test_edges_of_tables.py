"""Tables, triggers, changes by hand and parts of phases: values on either side of each limit, and every sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import Channel, EmgkitWarning, Event, Recording, Trial, find_repetitions, mark_repetitions
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import audit, edit, find_angle_bins, find_halves, insert
from emgkit.events.parts import _crossing, angle_bins_sentence, halves_sentence
from emgkit.events.ways.table import RepetitionTable, mark_of, table_sentence
from emgkit.events.ways.trigger import _groups, _is_high, _metronome, trigger_sentence
from emgkit.events.ways.whole import stretch_sentence, take_whole

RATE = 1000.0


def emg(n: int = 10_000, start: float = 0.0) -> Recording:
    return Recording(data=np.ones((1, n)), sfreq=RATE, channels=(Channel(name="VL", unit="V"),), start=start)


def spans(trial: Trial, label: str = "repetition") -> list[tuple[float, float]]:
    return [(round(event.onset, 6), round(event.end, 6)) for event in trial.events if event.label == label]


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "The repetitions of squat were marked in a table."),
        ({"unit": "ms"}, "The repetitions of squat were marked in a table."),
        ({"unit": "samples"}, "The repetitions of squat were marked in a table, by the samples of the EMG."),
        ({"offset": -1.5}, "The repetitions of squat were marked in a table (-1.5 s were added to its times)."),
        (
            {"unit": "frames", "fps": 25, "offset": 0.5},
            "The repetitions of squat were marked in a table, by the frames of a video at 25 Hz (0.5 s were added to "
            "its times).",
        ),
        ({"has_phases": True}, "The repetitions of squat and their phases were marked in a table."),
        ({"starts": "eccentric"}, "The repetitions of squat were marked in a table."),
        (
            {"has_phases": True, "starts": "eccentric"},
            "The repetitions of squat and their phases were marked in a table, with the turning point, before which "
            "they are eccentric.",
        ),
    ],
)
def test_the_sentence_tells_how_the_times_of_a_table_are_read(options, text):
    assert table_sentence("squat", **options) == text


def table(text: str, tmp_path) -> RepetitionTable:
    (tmp_path / "reps.csv").write_text(text + "\n", encoding="utf-8")
    return RepetitionTable.read(tmp_path / "reps.csv")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("reason\nx", r"no column 'start'"),
        ("end,reason\n1,x", r"no column 'start'"),
        ("start,start,end,end\n1,1,2,2", r"the column 'start' twice"),
        ("start,end\n1,2,3", r"row 2\. Allowed: 2 cells\. Got: 3"),
        ("start,end\n1,2\n\n\n3", r"row 5\. Allowed: 2 cells\. Got: 1"),
        ("", r"no column 'start'"),
    ],
)
def test_the_first_thing_that_is_wrong_with_a_table_is_named(text, match, tmp_path):
    with pytest.raises(ArgumentError, match=match):
        table(text, tmp_path)


@pytest.mark.parametrize(
    ("column", "cell", "kept"),
    [
        ("repetition", "1", 1),
        ("repetition", "3.0", 3),
        ("repetition", "0", None),
        ("repetition", "-1", None),
        ("load", "62,5", 62.5),
        ("load", "1,062.5", None),
        ("load", "1,062,5", None),
        ("load", "inf", None),
        ("load", "-inf", None),
        ("accepted", "YES", True),
        ("accepted", "0.0", False),
        ("accepted", "2", None),
    ],
)
def test_a_cell_is_kept_as_what_it_means_or_refused(column, cell, kept, tmp_path):
    whole = table(f"start;end;{column}\n1;2;{cell}", tmp_path)
    if kept is None:
        with pytest.raises(ArgumentError, match=rf"row 2, column '{column.replace('load', 'load_kg')}'"):
            mark_of(whole, whole.rows[0])
    else:
        facts = mark_of(whole, whole.rows[0]).facts
        assert facts[column.replace("load", "load_kg")] == kept
        assert ("reason" in facts) == (kept is False)


def test_cells_may_be_left_empty_at_the_end_of_a_row_and_of_the_header(tmp_path):
    whole = table("start,end,,\n1,2,,\n , ,,\n3,4,,", tmp_path)
    assert [(row["row"], row["start"]) for row in whole.rows] == [("2", "1"), ("4", "3")]
    with pytest.raises(ArgumentError, match="row 2"):
        table("start,end,,\n1,2,,x", tmp_path)


def test_a_missing_number_of_a_workbook_or_a_data_frame_is_an_empty_cell():
    frame = pd.DataFrame({"start": [1.0, 5.0], "turn": [2.0, None], "end": [3.0, 6.0], "reason": [None, pd.NA]})
    whole = RepetitionTable.of(frame)
    assert ["turn" in row for row in whole.rows] == [True, False]
    assert not any("reason" in row for row in whole.rows)


# ------------------------------------------------------------------ triggers


def trigger(*levels: tuple[int, float]) -> Recording:
    x = np.concatenate([np.full(n, float(level)) for n, level in levels])
    return Recording(data=[x], sfreq=RATE, channels=(Channel(name="sync", unit="V", kind="TRIG"),))


@pytest.mark.parametrize(("level", "is_high"), [(0.74, False), (0.76, True)])
def test_a_trigger_rises_past_three_quarters_of_the_way(level, is_high):
    high = _is_high(trigger((1000, 0), (50, level), (1000, 0), (1000, 1), (1000, 0)), None)
    assert high[1000:1050].all() == high[1000:1050].any() == is_high
    assert high.sum() == 1000 + 50 * is_high


@pytest.mark.parametrize(("level", "is_high"), [(0.26, True), (0.24, False)])
def test_a_trigger_falls_past_a_quarter_of_the_way(level, is_high):
    high = _is_high(trigger((1000, 0), (1000, 1), (50, level), (1000, 1), (1000, 0)), None)
    assert high[2000:2050].all() == high[2000:2050].any() == is_high
    assert high.sum() == 2000 + 50 * is_high


@pytest.mark.parametrize(("n", "is_clear"), [(100, True), (101, False)])
def test_a_trigger_spends_a_tenth_of_its_time_between_its_levels_at_most(n, is_clear):
    given = trigger((500, 0), (n, 0.4), (1000 - n - 500, 1))
    if is_clear:
        assert _is_high(given, None).sum() == 400
    else:
        with pytest.raises(SignalError, match=r"less than 10% of the samples between 25% and 75% of its range"):
            _is_high(given, None)


def test_a_trigger_that_begins_between_its_levels_is_as_its_first_clear_sample():
    assert _is_high(trigger((20, 0.4), (500, 1), (500, 0)), None).tolist() == [True] * 520 + [False] * 500
    assert _is_high(trigger((20, 0.6), (500, 0), (500, 1)), None).tolist() == [False] * 520 + [True] * 500


def test_a_trigger_is_high_above_its_threshold_and_not_at_it():
    given = trigger((10, 0), (10, 2), (10, 3))
    assert _is_high(given, 2.0).sum() == 10
    assert _is_high(given, 1.99).sum() == 20
    for threshold in (0.0, 3.0):
        with pytest.raises(ArgumentError, match="between 0 and 3 V"):
            _is_high(given, threshold)


@pytest.mark.parametrize(("last", "n"), [(13.0, 4), (12.98, 4), (12.95, 3), (15.9, 4), (15.98, 5)])
def test_the_last_edge_of_a_metronome_may_be_a_hundredth_of_a_beat_early(last, n):
    beats = _metronome(Trial(streams={"emg": emg(20_000)}), np.array([1.0, last]), beat=3.0, per=1)
    assert beats.tolist() == (1.0 + 3.0 * np.arange(n + 1)).tolist()


def test_beats_without_a_last_edge_end_with_whole_repetitions():
    beats = _metronome(Trial(streams={"emg": emg(10_000, start=1.0)}), np.array([2.0]), beat=2.0, per=2)
    assert beats.tolist() == [2, 4, 6, 8, 10]
    with pytest.raises(ArgumentError, match=r"multiple of 1 beat, and one edge.*Got: 0 beats in 0 s"):
        _groups(np.array([2.0]), 1, {}, "sync")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {},
            "one interval between rising edges of the trigger long; its levels were told apart halfway between low and "
            "high.",
        ),
        (
            {"edge": "fall", "beats_per_repetition": 2, "channel": "sync", "threshold": 1.5},
            "2 intervals between falling edges of the trigger sync long; its levels were told apart at 1.5.",
        ),
        (
            {"beat": 1.5, "phases": {"eccentric": 2, "concentric": 1}, "channel": {"left": "a", "right": "b"}},
            "3 beats of a metronome of 1.5 s long, from the first rising edge of the trigger of its side on; "
            "its levels were told apart halfway between low and high. "
            "Their phases are 2 beats eccentric and 1 beat concentric.",
        ),
    ],
)  # fmt: skip
def test_the_sentence_tells_what_of_a_trigger_is_a_repetition(options, text):
    assert trigger_sentence("squat", **options) == f"The repetitions of squat are {text}"


# ------------------------------------------------------------------ the whole recording


def test_a_stretch_reaches_half_a_sample_beyond_the_recording_and_no_further():
    trial = Trial(streams={"emg": emg(2000, start=1.0)})
    assert spans(take_whole(trial)) == [(1, 3)]
    assert spans(take_whole(trial, start=0.9995, stop=3.0005)) == [(1, 3)]
    assert spans(take_whole(trial, start=2.0, stop=2.001)) == [(2, 2.001)]
    for start, stop in ((0.999, None), (None, 3.001), (2.0, 2.0), (2.5, 2.0)):
        with pytest.raises(ArgumentError, match=r"1 s <= start < stop <= 3 s"):
            take_whole(trial, start=start, stop=stop)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({}, "the whole of each recording"),
        ({"start": 2}, "the stretch from 2 s to the end of each recording"),
        ({"stop": 9.5}, "the stretch from the start to 9.5 s of each recording"),
        ({"start": 0, "stop": 9.5}, "the stretch from 0 s to 9.5 s of each recording"),
    ],
)
def test_the_sentence_tells_which_stretch_was_measured(options, what):
    assert stretch_sentence("plank", **options) == f"No repetitions were searched in plank: {what} was measured."


# ------------------------------------------------------------------ changes by hand


@pytest.fixture
def squats() -> Trial:
    rows = pd.DataFrame({"start": [1, 5], "turn": [2, 6], "end": [3, 7]})
    return mark_repetitions(Trial(streams={"emg": emg()}), rows, starts="eccentric")


def test_an_edge_moves_by_more_than_a_millionth_of_a_second(squats):
    with pytest.raises(ArgumentError, match="Nothing is moved"):
        edit(squats, repetition=1, start=1 + 9e-7, reason="x")
    assert edit(squats, repetition=1, start=1 + 1.1e-6, reason="x").events[0].onset == 1 + 1.1e-6
    assert edit(squats, repetition=1, start=1 - 1.1e-6, reason="x").events[0].onset == 1 - 1.1e-6


def test_repetitions_may_touch_and_reach_half_a_sample_beyond_the_recording(squats):
    assert spans(edit(squats, repetition=1, end=5.0, reason="x"))[0] == (1, 5)
    edit(squats, repetition=1, end=5 + 9e-7, reason="x")
    with pytest.raises(ArgumentError, match="would overlap"):
        edit(squats, repetition=1, end=5 + 1.1e-6, reason="x")
    edit(squats, repetition=1, start=-0.0005, reason="x")
    edit(squats, repetition=2, end=10.0005, reason="x")
    for repetition, edges in ((1, {"start": -0.0006}), (2, {"end": 10.0006})):
        with pytest.raises(ArgumentError, match=r"beyond the recording\. Allowed: 0 to 10 s"):
            edit(squats, repetition=repetition, reason="x", **edges)


def test_a_phase_reaches_to_the_edges_of_its_repetition(squats):
    wider = edit(squats, repetition=1, start=0.5, end=3.5, reason="x")
    inside = edit(edit(wider, repetition=1, phase="eccentric", start=0.7, reason="x"), repetition=1,
                  phase="concentric", end=3.2, reason="x")  # fmt: skip
    assert spans(inside, "phase")[:2] == [(0.7, 2), (2, 3.2)]
    for phase, edges in (("eccentric", {"start": 0.5 - 2e-6}), ("concentric", {"end": 3.5 + 2e-6})):
        with pytest.raises(ArgumentError, match="outside its repetition"):
            edit(wider, repetition=1, phase=phase, reason="x", **edges)


def test_the_notes_name_who_and_when_where_they_are_given(squats):
    for more, note in (({}, ""), ({"who": "AB"}, " (AB)"), ({"when": "May"}, " (May)"),
                       ({"who": "AB", "when": "May"}, " (AB, May)")):  # fmt: skip
        assert audit(edit(squats, repetition=2, end=7.5, reason="late", **more))["edits"].to_list() == [
            "", f"end moved from 7 to 7.5 s: late{note}",
        ]  # fmt: skip


def test_an_inserted_repetition_is_numbered_among_those_of_its_side_and_its_set(squats):
    assert audit(insert(squats, start=8, end=9, reason="x"))["repetition"].to_list() == [1, 2, 3]
    assert audit(insert(squats, start=8, end=9, reason="x", side="left"))["repetition"].to_list() == [1, 2, 1]
    assert audit(insert(squats, start=8, end=9, reason="x", repetition=2, set=2))["repetition"].to_list() == [1, 2, 2]
    bare = Trial(streams={"emg": emg()})
    assert audit(insert(bare, start=8, end=9, reason="x"))["repetition"].to_list() == [1]


# ------------------------------------------------------------------ parts of phases


def test_a_crossing_is_interpolated_between_samples_and_an_end_where_there_is_none():
    times, values = np.array([1.0, 2.0, 4.0, 5.0]), np.array([0.0, 1.0, 5.0, 3.0])
    assert _crossing(times, values, 2.0) == pytest.approx(2.5)
    assert _crossing(times, values, 1.0) == 2.0
    assert _crossing(times, values, 0.0) == 1.0
    assert _crossing(times, values, -1.0) == 1.0
    assert _crossing(times, values, 6.0) == 5.0
    assert _crossing(times, -values, -2.0) == pytest.approx(2.5)
    assert _crossing(times, -values, -6.0) == 5.0


def ramp(
    *, onset: float = 2.0, duration: float = 4.0, low: float = 0.0, high: float = 40.0, **columns: object
) -> Trial:
    """An angle that is still, rises in a straight line during 2 to 6 s, and is still."""
    times = np.arange(800) / 100
    values = low + (high - low) * np.clip((times - 2) / 4, 0, 1)
    channel = Channel(name="knee", unit="deg", kind="JNTANG")
    facts = {"repetition": 1, "phase": "concentric", "accepted": True, **columns}
    return Trial(
        streams={"angle": Recording(data=[values], sfreq=100.0, channels=(channel,))},
        events=(Event(onset=onset, duration=duration, label="phase", columns=facts),),
    )


@pytest.mark.parametrize(("high", "accepted"), [(37.3, [True, True, False]), (37.7, [True, True, True])])
def test_half_of_a_bin_is_enough(high, accepted):
    bins = [event for event in find_angle_bins(ramp(high=high)).events if event.label == "angle"]
    assert [(one.get("angle_low"), one.get("angle_high")) for one in bins if one.get("angle_low") >= 0] == [
        (0, 15), (15, 30), (30, 45),
    ]  # fmt: skip
    assert [one.get("accepted") for one in bins if one.get("angle_low") >= 0] == accepted


@pytest.mark.parametrize(("onset", "is_cut"), [(0.0, True), (-0.01, False)])
def test_a_phase_that_begins_before_the_stream_is_not_cut(onset, is_cut):
    trial = ramp(onset=onset, duration=6.0)
    if is_cut:
        assert len([event for event in find_halves(trial, by="angle").events if event.label == "half"]) == 2
    else:
        with pytest.raises(
            SignalError, match=r"not lie inside the stream.*repetition 1, -0\.01 s\. Allowed: 0 to 7\.99 s"
        ):
            find_halves(trial, by="angle")


@pytest.mark.parametrize(("end", "is_cut"), [(8.0, True), (8.01, False)])
def test_a_phase_ends_one_sample_after_the_last_at_most(end, is_cut):
    trial = ramp(duration=end - 2.0)
    if is_cut:
        assert len(find_halves(trial, by="angle").events) == 3
    else:
        with pytest.raises(SignalError, match="does not lie inside the stream"):
            find_halves(trial, by="angle")


@pytest.mark.parametrize(("duration", "moves"), [(0.009, True), (0.002, False)])
def test_a_phase_moves_by_more_than_a_thousandth_of_the_range(duration, moves):
    trial = ramp(onset=4.0, duration=duration)
    if moves:
        assert len(find_halves(trial, by="angle").events) == 3
    else:
        with pytest.raises(SignalError, match=r"does not move in a phase.*repetition 1, concentric"):
            find_halves(trial, by="angle")


def test_a_phase_without_a_verdict_is_cut_and_a_hold_is_not():
    without = ramp()
    (phase,) = without.events
    bare = {name: value for name, value in phase.columns.items() if name != "accepted"}
    events = [Event(onset=2, duration=4, label="phase", columns=bare),
              Event(onset=6, duration=1, label="phase", columns={**bare, "phase": "hold"})]  # fmt: skip
    cut = find_halves(Trial(streams=without.streams, events=events), by="angle")
    assert [event.get("half") for event in cut.events if event.label == "half"] == ["lower", "upper"]


def test_the_sentences_of_parts_have_their_numbers_where_nobody_names_others():
    assert halves_sentence() == (
        "Each eccentric and concentric phase was divided where the signal of the movement, low-pass filtered at 6 Hz, "
        "first crosses the middle between its values at the two ends of the phase."
    )
    assert angle_bins_sentence() == (
        "Each eccentric and concentric phase was cut into bins of 15 degrees of the joint angle (low-pass filtered at "
        "6 Hz); a bin of which less than half was passed was rejected."
    )


def test_one_repetition_that_is_rejected_of_two_says_nothing():
    rows = pd.DataFrame({"start": [1, 5], "end": [3, 7], "accepted": ["no", "yes"], "reason": ["cough", ""]})
    marked = find_repetitions(Trial(streams={"emg": emg()}), by="table", table=rows)
    assert marked.notices == ()
    assert audit(marked)["reason"].to_list() == ["cough", ""]
    with pytest.warns(EmgkitWarning, match="All 2 repetitions are rejected: cough; rejected in the table"):
        mark_repetitions(Trial(streams={"emg": emg()}), rows.assign(accepted="no"))
