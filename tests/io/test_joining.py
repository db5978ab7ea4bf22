"""Two recordings on one time zero: by a stated offset, and by the edges of a trigger in both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit.channels import Channel, Event
from emgkit.errors import ArgumentError, SignalError
from emgkit.recording import Recording, Trial


def stream(kind, unit, values, sfreq, *, start=0.0, name="x"):
    return Recording(
        data=np.atleast_2d(values), sfreq=sfreq, start=start, channels=(Channel(name=name, unit=unit, kind=kind),)
    )


def trial(seconds=10.0, sfreq=1000.0, *, kind="EMG", unit="V", name="emg", start=0.0, trigger=None, context=None):
    n = round(seconds * sfreq)
    values = np.sin(np.arange(n) / 7)
    streams = {name: stream(kind, unit, values, sfreq, start=start)}
    if trigger is not None:
        streams["trigger"] = stream("TRIG", "n/a", trigger(np.arange(n) / sfreq), sfreq, start=start, name="Sync")
    return Trial(streams=streams, context=context or {})


def markers(seconds=10.0, sfreq=100.0, **more):
    return trial(seconds, sfreq, kind="POS", unit="m", name="position", **more)


def pulses(at, *, width=0.05, low=0.0, high=1.0, lag=0.0, drift=0.0):
    def level(times):
        on = sum((times >= (one - lag) * (1 + drift) - 1e-9) & (times < (one - lag) * (1 + drift) + width - 1e-9)
                 for one in at)  # fmt: skip
        return np.where(on, high, low).astype(float)

    return level


def codes(joined):
    return [notice.code for notice in joined.notices]


# --- a stated offset -------------------------------------------------------------------------------


def test_streams_stand_side_by_side_each_at_its_own_rate():
    emg, bar = trial(), markers()
    joined = ek.join(emg, bar)
    assert list(joined) == ["emg", "position"]
    assert (joined.emg.sfreq, joined.position.sfreq) == (1000, 100)
    assert joined.emg.data.tolist() == emg.emg.data.tolist()
    assert joined.position.data.tolist() == bar.position.data.tolist()
    assert joined.notices == ()


@settings(max_examples=40, deadline=None)
@given(offset=st.floats(-9, 9), first=st.floats(-50, 50), second=st.floats(-50, 50))
def test_the_second_starts_so_many_seconds_after_the_first(offset, first, second):
    joined = ek.join(trial(start=first), markers(start=second), offset=offset)
    assert joined.position.start - joined.emg.start == pytest.approx(offset, abs=1e-9)
    assert joined.emg.start == first


def test_events_of_the_second_are_shifted_and_facts_are_joined():
    other = markers(start=5.0, context={"task": "squat", "age": 30}).with_events(
        [Event(onset=6.0, duration=0.0, label="start")]
    )
    one = trial(context={"participant": "01", "task": "squat"}).with_events(
        [Event(onset=2.0, duration=0.0, label="here")]
    )
    joined = ek.join(one, other, offset=0.5)
    assert [(event.label, event.onset) for event in joined.events] == [("start", 1.5), ("here", 2.0)]
    assert dict(joined.context) == {"participant": "01", "task": "squat", "age": 30}


def test_a_stream_of_the_same_name_gets_a_suffix():
    joined = ek.join(ek.join(trial(), trial(sfreq=2000)), trial(sfreq=500))
    assert list(joined) == ["emg", "emg_2", "emg_3"]
    assert [joined[name].sfreq for name in joined] == [1000, 2000, 500]


def test_lengths_that_differ_are_told_with_both():
    joined = ek.join(trial(), markers(8.5))
    assert [notice.text for notice in joined.notices] == [
        "The recordings that were joined differ in length: the first lasts 10 s, the second 8.5 s."
    ]
    joined = ek.join(trial(), markers(), offset=-2)
    assert joined.notices[0].text.endswith("the second 10 s and starts 2 s before it.")
    # a sample of the slower is no difference
    assert ek.join(trial(10.009), markers()).notices == ()


def test_times_in_the_files_that_say_otherwise_are_told():
    joined = ek.join(trial(), markers(start=0.75))
    assert codes(joined) == ["join-times"]
    assert "0 s after the start of the first, though by the times in the files it is 0.75 s" in joined.notices[0].text
    assert joined.notices[0].hint == "If both times are of one clock, say offset=0.75."
    assert "join-times" not in codes(ek.join(trial(), markers(start=0.75), offset=0.75))
    # clocks of different days cannot be meant
    assert codes(ek.join(trial(), markers(start=43_200))) == []


@pytest.mark.parametrize("offset", [10.0, -10.0, 1e6])
def test_what_does_not_overlap_is_refused(offset):
    with pytest.raises(ArgumentError, match=r"do not overlap.*between -10 and 10 s"):
        ek.join(trial(), markers(), offset=offset)


def test_other_people_and_tasks_are_refused():
    with pytest.raises(ArgumentError, match=r"another participant each.*'01' and '02'"):
        ek.join(trial(context={"participant": "01"}), markers(context={"participant": "02"}))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"offset": np.nan}, "'offset' is not a number"), ({"offset": "1"}, "'offset' is not a number"),
        ({"by": "triger"}, "Did you mean 'trigger'"), ({"by": "trigger", "offset": 1.0}, "offset= or by="),
        ({"by": "trigger"}, "The first recording has no trigger"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(given, text):
    with pytest.raises(ArgumentError, match=text):
        ek.join(trial(), markers(), **given)


# --- a trigger -------------------------------------------------------------------------------------

AT = (1.0, 2.5, 3.2, 7.0)


@pytest.mark.parametrize("lag", [0.0, 0.5, -1.25])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {}),
        ({"low": 5.0, "high": 0.0}, {"high": 255.0}),
        ({"width": 0.2}, {"low": -3.0, "high": 3.3, "width": 0.02}),
    ],
)
def test_the_offset_is_that_of_the_edges(lag, one, two):
    joined = ek.join(trial(trigger=pulses(AT, **one)), markers(trigger=pulses(AT, lag=lag, **two)), by="trigger")
    assert joined.position.start == pytest.approx(lag, abs=0.0101)
    assert list(joined) == ["emg", "trigger", "position", "trigger_2"]
    assert "join-drift" not in codes(joined)


def test_a_step_and_a_noisy_trigger_are_read():
    rng = np.random.default_rng(0)

    def noisy(times):
        return 5.0 * (times >= 3.0) + rng.normal(size=times.size) * 0.2

    joined = ek.join(trial(trigger=noisy), markers(trigger=lambda times: (times >= 2.0).astype(float)), by="trigger")
    assert joined.position.start == pytest.approx(1.0, abs=0.011)
    assert "join-one-edge" in codes(joined)


def test_codes_of_a_trigger_are_edges():
    def coded(times):
        return sum(
            np.where((times >= at) & (times < at + 0.05), code, 0.0)
            for at, code in zip(AT, (1, 2, 255, 4), strict=True)
        )

    joined = ek.join(trial(trigger=coded), markers(trigger=pulses(AT, lag=0.5)), by="trigger")
    assert joined.position.start == pytest.approx(0.5, abs=0.011)


def test_a_drift_of_the_clock_is_told():
    at = np.arange(5, 580, 25.0)
    joined = ek.join(
        trial(600, trigger=pulses(at)), markers(600, sfreq=500.0, trigger=pulses(at, drift=2e-4)), by="trigger"
    )
    assert "join-drift" in codes(joined)
    text = next(notice.text for notice in joined.notices if notice.code == "join-drift")
    assert "runs fast by 200 millionths" in text
    assert "up to 55 ms off" in text


def test_edges_that_differ_in_number_or_spacing_are_refused_with_both():
    with pytest.raises(
        SignalError, match=r"edges of the first: 4 at 1, 2\.5, 3\.2, 7 s; of the second: 3 at 1, 2\.5, 7 s"
    ):
        ek.join(trial(trigger=pulses(AT)), markers(trigger=pulses((1.0, 2.5, 7.0))), by="trigger")
    with pytest.raises(SignalError, match="the same spacing, to 15 ms"):
        ek.join(trial(trigger=pulses(AT)), markers(trigger=pulses((1.0, 2.6, 3.2, 7.0))), by="trigger")
    with pytest.raises(SignalError, match=r"of the first: 4 at .*of the second: 0\."):
        ek.join(trial(trigger=pulses(AT)), markers(trigger=pulses(())), by="trigger")
    # two edges fit any line, but not any clock
    with pytest.raises(SignalError, match="do not agree"):
        ek.join(trial(trigger=pulses((1, 5))), markers(trigger=pulses((1, 5.1))), by="trigger")


def test_several_triggers_are_refused_with_their_names():
    one = trial(trigger=pulses(AT))
    double = Trial(streams={**one, "trigger_2": stream("TRIG", "n/a", np.zeros(50), 50.0, name="Sync B")})
    with pytest.raises(ArgumentError, match=r"The second recording has several triggers.*'Sync' and 'Sync B'"):
        ek.join(one, double, by="trigger")
