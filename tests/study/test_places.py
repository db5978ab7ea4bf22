"""An error that asks for an option names the table of the study file in which the option stands."""

from __future__ import annotations

import numpy as np
import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, EmgkitError, SignalError, StudyError
from emgkit.study.file.places import telling_tables
from emgkit.study.recordings.marks import read_table
from emgkit.study.recordings.segment import Segmentation, segment

RATE = 100.0


def trial(*names, kind="POS", unit="m", samples=None):
    """A trial with one stream of these channels."""
    samples = np.linspace(0, 1, 1000) if samples is None else samples
    channels = tuple(ek.Channel(name=name, unit=unit, kind=kind) for name in names)
    recording = ek.Recording(data=[samples] * len(names), sfreq=RATE, channels=channels)
    return ek.Trial(streams={recording.stream: recording})


def hint_of(error, allowed="", hint="", *, exercise="squat", by="position"):
    with pytest.raises(type(error)) as caught, telling_tables(exercise, by):
        raise type(error)("It is wrong", allowed=allowed, hint=hint)
    assert caught.value.allowed == allowed
    return caught.value.hint


def test_rest_stands_with_the_exercise():
    seconds = np.arange(1000) / RATE
    ends_up = np.where(seconds < 8.5, (1 - np.cos(2 * np.pi * seconds)) / 2, 1.0)
    rule = Segmentation(exercise="hip thrust", by="position", options={"starts": "concentric"})
    with pytest.raises(SignalError) as caught:
        segment(trial("bar", samples=ends_up), rule)
    assert "Rest is uncertain" in caught.value.what
    assert caught.value.hint.endswith(
        "say rest = 'low' or rest = 'high'; without starts there are cycles; "
        'the keys rest and starts stand in [exercises."hip thrust"]'
    )
    assert len(str(caught.value)) <= 600


def test_the_axes_of_one_sensor_stand_with_the_exercise():
    names = [f"{sensor} {axis}" for sensor in "AB" for axis in "XYZ"]
    rule = Segmentation(exercise="squat", by="acceleration", options={"starts": None})
    with pytest.raises(ArgumentError, match="the axes of several sensors") as caught:
        segment(trial(*names, kind="ACCEL", unit="m/s^2"), rule)
    assert caught.value.hint == "The key channels stands in [exercises.squat]"


def test_thresholds_stand_with_the_repetitions():
    error = SignalError("x")
    assert hint_of(error, hint="Look; a smaller prominence finds smaller movements.") == (
        "Look; a smaller prominence finds smaller movements; the key prominence stands in [repetitions]"
    )
    assert hint_of(error, hint="A lower level or a smaller shortest finds more", by="emg").endswith(
        "; the keys level and shortest stand in [repetitions]"
    )
    assert hint_of(error, hint="Set edge = 0.1").endswith("the key edge stands in [repetitions]")
    assert hint_of(error, hint="Set edge = 'fall'", by="trigger").endswith("the key edge stands in [exercises.squat]")
    assert hint_of(error, hint="by = 'table', or prominence = 0.2").endswith(
        "the key by stands in [exercises.squat]; the key prominence stands in [repetitions]"
    )


def test_what_asks_for_no_option_or_names_the_table_stays_as_it_is():
    for hint in ("Is the unit right, and the offset?", "Look at the channel", '[exercises.squat] by = "events"', ""):
        assert hint_of(StudyError("x"), hint=hint) == hint
    assert hint_of(EmgkitError("x"), allowed="a recording that begins and ends at rest, or rest") == ""
    # an option of another way
    assert hint_of(EmgkitError("x"), hint="threshold = 2") == "threshold = 2"


def test_the_unit_of_a_table_stands_with_the_repetitions(tmp_path):
    (tmp_path / "reps.csv").write_text("file,start (s),end\na.csv,1,2\n", encoding="utf-8")
    with pytest.raises(ArgumentError) as caught:
        read_table(tmp_path / "reps.csv")
    assert caught.value.hint.endswith("; the key unit stands in [repetitions]")
