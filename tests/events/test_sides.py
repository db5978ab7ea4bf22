"""Left and right with repetitions of their own: found apart, measured in the muscles of their side alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgkit import Channel, Event, Recording, Trial, find_repetitions, mark_repetitions, measure, summarize
from emgkit.curves import register_phases, time_normalize
from emgkit.derived import co_contraction
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import agreement_of, audit, edit, find_angle_bins, find_halves, insert, reject

RATE, SECONDS = 1000.0, 20
STRIKES = {"left": (1.0, 2.2, 3.4, 4.6), "right": (1.6, 2.8, 4.0, 5.2, 6.4)}
LABELS = {"start": {"left": "strike L", "right": "strike R"}}


def emg(*sides: str | None) -> Recording:
    """Channels that hold the time, so that a mean is the middle of its window."""
    times = np.arange(SECONDS * int(RATE)) / RATE
    channels = [Channel(name=f"VL{i}", unit="%MVC", muscle="vastus_lateralis", side=one) for i, one in enumerate(sides)]
    return Recording(data=np.tile(times, (len(sides), 1)), sfreq=RATE, channels=tuple(channels))


def walk(*sides: str | None, labels=LABELS["start"], **columns) -> Trial:
    """Heel strikes of both sides, with columns whose value is that of a side."""
    moments = [
        Event(onset=time, duration=0.0, label=labels[side], columns={name: of[side] for name, of in columns.items()})
        for side, times in STRIKES.items()
        for time in times
    ]
    return Trial(
        streams={"emg": emg(*(sides or ("left", "right")))},
        events=sorted(moments, key=lambda event: event.onset),
        context={"participant": "01", "task": "gait"},
    )


def middles(rows: pd.DataFrame, side: str) -> list[float]:
    return rows.loc[rows["side"] == side, "value"].round(2).to_list()


MIDDLES = {side: [round((a + b) / 2, 2) for a, b in pairwise(t)] for side, t in STRIKES.items()}


def test_the_strides_of_a_side_are_measured_in_its_muscles_alone():
    found = find_repetitions(walk("left", "right", "left"), by="events", events=LABELS)
    rows = measure(found.emg, "mean")
    assert middles(rows[rows["channel"] == "VL0"], "left") == MIDDLES["left"]
    assert middles(rows[rows["channel"] == "VL2"], "left") == MIDDLES["left"]
    assert middles(rows, "right") == MIDDLES["right"]
    assert rows[rows["side"] == "right"]["repetition"].to_list() == [1, 2, 3, 4]
    curves = time_normalize(found.emg)
    assert (curves.index["side"] == "left").sum() == 2 * 3
    assert (curves.index["side"] == "right").sum() == 4
    table = audit(found)
    assert list(table.columns[:4]) == ["repetition", "exercise", "set", "side"]
    assert table["side"].value_counts().to_dict() == {"right": 4, "left": 3}
    cells = summarize(rows[rows["channel"] != "VL2"], over=["repetition", "side"])
    of_sides = [np.mean(MIDDLES[side]) for side in ("left", "right")]
    assert cells["value"].item() == pytest.approx(np.mean(of_sides), abs=1e-3)


@pytest.mark.parametrize("column", ["side", "context"])
@pytest.mark.parametrize("written", [("left", "right"), ("Left", "Right")])
def test_one_label_with_a_column_of_the_side_gives_each_side_its_strides(column, written):
    """Files of BIDS have a column `side`, those of C3D a context."""
    one = dict.fromkeys(("left", "right"), "Foot Strike")
    given = walk(labels=one, **{column: dict(zip(("left", "right"), written, strict=True))})
    for mapping in ({"start": "Foot Strike"}, {"start": one}):
        rows = measure(find_repetitions(given, by="events", events=mapping).emg, "mean")
        assert {side: middles(rows, side) for side in MIDDLES} == MIDDLES
    left = find_repetitions(given, by="events", events={"start": {"left": "Foot Strike"}})
    assert set(audit(left)["side"]) == {"left"}


def test_events_as_emgkit_writes_them_have_a_side():
    spans = [("L", 1.0, 2.0), ("L", 2.0, 3.0), ("R", 1.5, 2.5)]
    own = [Event(onset=a, duration=b - a, label="repetition", columns={"side": side}) for side, a, b in spans]
    phases = [Event(onset=a, duration=0.5, label="phase", columns={"side": s, "phase": "hold"}) for s, a, _ in spans]
    found = find_repetitions(Trial(streams={"emg": emg("left", "right")}, events=own + phases), by="events")
    assert audit(found)[["side", "repetition", "hold_s"]].to_numpy().tolist() == [
        ["left", 1, 0.5], ["left", 2, 0.5], ["right", 1, 0.5],
    ]  # fmt: skip
    rows = measure(found.emg, "mean", phase="hold")
    assert middles(rows, "right") == [1.75]
    odd = Event(onset=1.0, duration=1.0, label="repetition", columns={"side": "port"})
    with pytest.raises(ArgumentError, match=r"has an unknown side.*at 1 s.*'left', 'right' and 'both'.*'port'"):
        measure(Trial(streams={"emg": emg("left")}, events=[odd]).emg, "mean")


def test_a_muscle_without_repetitions_of_its_side_is_refused():
    left = find_repetitions(walk(), by="events", events={"start": {"left": "strike L"}})
    with pytest.raises(SignalError, match=r"muscles of the right side have no repetitions.*'VL1'.*there are: 'left'"):
        measure(left.emg, "mean")
    assert len(measure(left.emg.pick("VL0"), "mean")) == 3
    both = find_repetitions(walk("left", None), by="events", events=LABELS)
    with pytest.raises(SignalError, match=r"channel 'VL1' has no side.*Say the side of the channel"):
        time_normalize(both.emg)
    rejected = find_repetitions(walk(), by="events", events=LABELS)
    for number in (1, 2, 3):
        rejected = reject(rejected, repetition=number, side="left", reason="off the walkway")
    with pytest.raises(SignalError, match="muscles of the left side have no accepted repetitions"):
        measure(rejected.emg, "mean")


def test_repetitions_without_a_side_are_of_all_muscles():
    bilateral = pd.DataFrame({"start": [1.0, 4.0, 3.5], "end": [2.0, 5.0, 4.5], "side": ["", "left", "right"]})
    rows = measure(mark_repetitions(Trial(streams={"emg": emg("left", "right")}), bilateral).emg, "mean")
    assert {side: middles(rows, side) for side in MIDDLES} == {"left": [1.5, 4.5], "right": [1.5, 4.0]}


def test_a_table_says_the_side_of_each_row():
    table = pd.DataFrame(
        {"side": ["left", "right", "L"], "start": [1.0, 1.5, 3.0], "turn": [1.4, 1.9, 3.5], "end": [2.0, 2.5, 4.0]}
    )
    trial = Trial(streams={"emg": emg("left", "right")})
    found = mark_repetitions(trial, table, starts="eccentric")
    rows = measure(found.emg, "mean", phase="eccentric")
    assert middles(rows, "left") == [1.2, 3.25]
    assert middles(rows, "right") == [1.7]
    assert register_phases(found.emg).index["side"].to_list() == ["left", "right", "left"]
    with pytest.raises(ArgumentError, match=r"Unknown side.*row 2, column 'side'.*'left', 'right' and 'both'.*'up'"):
        mark_repetitions(trial, table.assign(side="up"), starts="eccentric")
    with pytest.raises(ArgumentError, match="Two repetitions overlap"):
        mark_repetitions(trial, table.assign(side="left"), starts="eccentric")
    numbered = table.assign(repetition=[1, 1, 2])
    assert len(audit(mark_repetitions(trial, numbered, starts="eccentric"))) == 3
    with pytest.raises(ArgumentError, match="Two left repetitions have the number 1"):
        mark_repetitions(trial, table.assign(repetition=1), starts="eccentric")
    phases = pd.DataFrame({"start": [1.6], "end": [1.8], "phase": ["hold"]})
    with pytest.raises(ArgumentError, match="A phase lies in a left and a right repetition"):
        mark_repetitions(trial, pd.concat([table.drop(columns="turn"), phases]))


def lunges() -> Trial:
    """Knees that bend one after the other, of which each has its channel."""
    times = np.arange(0, SECONDS, 0.01)

    def knee(starts):
        bent = [np.where((times >= a) & (times < a + 2), 45 - 45 * np.cos(np.pi * (times - a)), 0.0) for a in starts]
        return np.sum(bent, axis=0)

    data = np.array([knee((1, 7, 13)), knee((4, 10, 16))])
    angle = Recording(
        data=data, sfreq=100.0, channels=tuple(Channel(name=f"knee {s}", unit="deg", kind="JNTANG") for s in "LR")
    )
    return Trial(streams={"emg": emg("left", "right"), "angle": angle}, context={"task": "lunge"})


KNEES = {"left": "knee L", "right": "knee R"}


def test_each_side_is_searched_in_its_own_channel():
    found = find_repetitions(lunges(), by="angle", starts="eccentric", channel=KNEES)
    table = audit(found)
    assert table.groupby("side")["onset"].apply(lambda own: own.round(1).to_list()).to_dict() == {
        "left": [1, 7, 13], "right": [4, 10, 16],
    }  # fmt: skip
    rows = measure(found.emg, "mean", phase="concentric")
    assert middles(rows, "left") == pytest.approx([2.5, 8.5, 14.5], abs=0.02)
    assert middles(rows, "right") == pytest.approx([5.5, 11.5, 17.5], abs=0.02)
    halves = find_halves(found, by="angle", channel=KNEES)
    assert middles(measure(halves.emg, "mean", during="half", phase="eccentric"), "right")[0] == pytest.approx(
        4.25, abs=0.02
    )
    bins = find_angle_bins(found, by="angle", channel=KNEES, width=45)
    assert set(measure(bins.emg, "mean", during="angle")["side"]) == {"left", "right"}
    with pytest.raises(ArgumentError, match=r"one has no channel.*'left'.*phases of right"):
        find_halves(found, by="angle", channel={"left": "knee L"})


def test_the_message_of_a_search_names_the_side():
    with pytest.raises(ArgumentError, match=r"several channels.*\{ left = '…', right = '…' \}"):
        find_repetitions(lunges(), by="angle", starts="eccentric")
    with pytest.raises(ArgumentError, match=r"Unknown channel 'knee M'.*right side"):
        find_repetitions(lunges(), by="angle", starts="eccentric", channel={"left": "knee L", "right": "knee M"})
    with pytest.raises(ArgumentError, match=r"Unknown side 'links'"):
        find_repetitions(lunges(), by="angle", starts="eccentric", channel={"links": "knee L"})
    with pytest.raises(ArgumentError, match="No side is named"):
        find_repetitions(lunges(), by="angle", starts="eccentric", channel={})


def test_the_mapping_of_events_is_checked():
    with pytest.raises(ArgumentError, match=r"labels of a side in one place.*'left'"):
        find_repetitions(walk(), by="events", events={**LABELS, "end": {"left": "strike L"}})
    with pytest.raises(ArgumentError, match=r"Unknown side 'links'.*start"):
        find_repetitions(walk(), by="events", events={"start": {"links": "strike L"}})
    some = walk(labels=dict.fromkeys(("left", "right"), "strike"), side={"left": "left", "right": None})
    with pytest.raises(ArgumentError, match=r"one has none.*5 of 9 without a side"):
        find_repetitions(some, by="events", events={"start": "strike"})
    one = walk(labels=dict.fromkeys(("left", "right"), "strike"), side={"left": "left", "right": "left"})
    with pytest.raises(SignalError, match=r"No event 'strike' is of the right side"):
        find_repetitions(one, by="events", events={"start": {"left": "strike", "right": "strike"}})


def test_changes_by_hand_name_the_side():
    found = find_repetitions(walk(), by="events", events=LABELS)
    with pytest.raises(ArgumentError, match=r"Several repetitions have the number 1.*side = one of 'left' and 'right'"):
        reject(found, repetition=1, reason="a stumble")
    with pytest.raises(ArgumentError, match=r"No such repetition.*side = one of.*side = 'up'"):
        reject(found, repetition=1, side="up", reason="a stumble")
    less = edit(reject(found, repetition=1, side="left", reason="a stumble"), repetition=4, end=6.3, reason="late")
    table = audit(less).set_index(["side", "repetition"])
    assert not table.loc[("left", 1), "accepted"]
    assert table.loc[("right", 1), "accepted"]
    assert table.loc[("right", 4), "duration"] == pytest.approx(1.1)
    more = insert(found, start=4.7, end=5.7, side="left", reason="not marked")
    assert audit(more).query("side == 'left'")["repetition"].to_list() == [1, 2, 3, 4]
    with pytest.raises(ArgumentError, match="would overlap"):
        insert(found, start=4.7, end=5.7, side="right", reason="not marked")


def test_two_muscles_are_compared_in_repetitions_that_both_have():
    found = find_repetitions(walk("left", "left", "right"), by="events", events=LABELS)
    both = co_contraction(found.emg, [("VL0", "VL1")])
    assert len(both) == 3
    assert set(both["side"]) == {"left"}
    with pytest.raises(SignalError, match=r"no repetition in common.*'left' and 'right'"):
        co_contraction(found.emg, [("VL0", "VL2")])


def test_two_people_who_marked_both_sides_are_compared_side_by_side():
    one = pd.DataFrame({"file": "a", "start": [1.0, 1.1], "end": [2.0, 2.1], "side": ["left", "right"]})
    found = agreement_of(one, one.assign(start=one["start"] + 0.01))
    assert found.counts["both"] == 2
    assert found.boundaries["median"].iloc[0] == pytest.approx(0.01)
    assert agreement_of(one, one.assign(side=["right", "left"])).counts["both"] == 2


@given(st.lists(st.sampled_from(["left", "right", ""]), min_size=1, max_size=8))
def test_every_row_is_of_a_repetition_of_its_side(sides):
    """Rows and repetitions correspond, whatever the order of sides."""
    spans = pd.DataFrame({"start": np.arange(len(sides)) * 2 + 0.5, "side": sides})
    table = spans.assign(end=spans["start"] + 1)
    channels = [side for side in ("left", "right") if {side, ""} & set(sides)]
    rows = measure(mark_repetitions(Trial(streams={"emg": emg(*channels)}), table).emg, "mean")
    for side in channels:
        own = table[table["side"].isin((side, ""))]
        assert middles(rows, side) == pytest.approx((own["start"] + 0.5).round(2).to_list(), abs=0.01)
