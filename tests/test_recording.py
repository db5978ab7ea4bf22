"""What flows shows itself, and says what it needs."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

import emgkit as ek
from emgkit import Channel, Event, Recording, Trial
from emgkit.errors import ArgumentError, UnitError
from emgkit.recording import check_recording
from emgkit.steps import Crop, Pick


def trial() -> ek.Trial:
    emg = ek.Recording(
        data=[[0.0] * 500, [1.0] * 500],
        sfreq=2000.0,
        channels=(ek.Channel(name="VL", unit="V"), ek.Channel(name="<BF>", unit="V")),
    )
    bar = ek.Recording(data=[[0.5] * 10], sfreq=148.148, channels=(ek.Channel(name="bar", unit="m", kind="POS"),))
    event = ek.Event(onset=0.0, duration=0.1, label="repetition")
    return ek.Trial(
        streams={"emg": emg, "position": bar}, events=(event,) * 3, context={"participant": "01", "task": None}
    )


def test_a_trial_shows_a_row_a_stream() -> None:
    html = trial()._repr_html_()
    assert "<p>Trial (participant 01), 3 events</p>" in html
    assert "<tr><td>emg</td><td>VL, &lt;BF&gt;</td><td>2000</td><td>0.25</td><td>V</td></tr>" in html
    assert "<tr><td>position</td><td>bar</td><td>148.148</td><td>0.0675</td><td>m</td></tr>" in html
    assert html.count("<tr>") == 3


def test_a_trial_is_told_apart_from_a_recording() -> None:
    emg = trial().emg
    assert check_recording(emg, by="measure") is emg
    with pytest.raises(ArgumentError, match=r"one of its streams: 'emg' and 'position'. Got: a Trial.*Use trial\.emg"):
        check_recording(trial(), by="measure")
    with pytest.raises(ArgumentError, match=r"Use trial\.position"):
        check_recording(ek.Trial(streams={"position": trial().position}), by="measure")
    with pytest.raises(ArgumentError, match=r"measure works on one Recording. Allowed: a Recording. Got: list"):
        check_recording([emg], by="measure")


@pytest.mark.parametrize(
    ("word", "kind"), [("position", "POS"), ("Angle", "JNTANG"), ("acceleration", "ACCEL"), ("EMGG", "EMG")]
)
def test_a_kind_in_plain_words_is_understood_in_the_message(word: str, kind: str) -> None:
    with pytest.raises(ArgumentError, match=f"Unknown channel kind.*Did you mean '{kind}'"):
        ek.Channel(name="x", unit="m", kind=word)


@pytest.mark.parametrize(
    ("unit", "inside", "factor"),
    [("mV", "V", "0.001"), ("uV", "V", "1e-06"), ("cm", "m", "0.01"), ("ms", "s", "0.001")],
)
def test_a_channel_in_another_unit_than_that_kept_inside_names_the_factor(unit: str, inside: str, factor: str) -> None:
    with pytest.raises(ek.errors.UnitError) as caught:
        Channel(name="VL", unit=unit)
    text = str(caught.value)
    assert text.startswith(f"Channel 'VL' cannot be in '{unit}'. Allowed: '{inside}' (inside, emgkit keeps 'V', ")
    assert f"Got: '{unit}'. Hint: Multiply its samples by {factor} and say '{inside}', or read it with" in text
    assert Channel(name="VL", unit=inside).unit == inside


def test_a_channel_has_a_name_of_at_least_one_character() -> None:
    with pytest.raises(ArgumentError, match=r"A channel needs a name\. Allowed: a text of at least one .*Got: ''"):
        Channel(name="", unit="V")
    assert Channel(name="x", unit="V").name == "x"


def test_frozen_values_copy_and_pickle() -> None:
    emg = Recording(
        data=[[1e-6, 2e-6, 3e-6]], sfreq=1000.0, channels=(Channel(name="VL", unit="V", muscle="vastus_lateralis"),)
    )
    event = Event(onset=0.0, duration=0.002, label="repetition", columns={"repetition": 1, "accepted": False})
    trial = Trial(streams={"emg": emg}, events=(event,), context={"participant": "01"})
    for copied in (copy.deepcopy(trial), pickle.loads(pickle.dumps(trial))):
        assert copied.context == trial.context
        assert copied.emg.events == trial.emg.events
        assert copied.emg.channels == trial.emg.channels
        np.testing.assert_array_equal(copied.emg.data, emg.data)
        assert not copied.emg.data.flags.writeable
        with pytest.raises(TypeError):
            copied.context["participant"] = "02"  # type: ignore[index]


def test_samples_cannot_be_made_writeable() -> None:
    emg = Recording(data=[[1e-6, 2e-6]], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    with pytest.raises(ValueError, match="WRITEABLE"):
        emg.data.setflags(write=True)


def test_mne_gets_volts_only_and_rejected_events_as_bad() -> None:
    event = Event(onset=0.001, duration=0.002, label="repetition", columns={"accepted": False})
    emg = Recording(data=[[1e-6] * 9], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),), events=(event,))
    back = Recording.from_mne(emg.to_mne())
    np.testing.assert_array_equal(back.data, emg.data)
    assert [(one.label, one.onset) for one in back.events] == [("BAD_repetition", 0.001)]
    percent = replace(emg, channels=(Channel(name="VL", unit="%MVC"),))
    with pytest.raises(UnitError, match=r"MNE, which keeps EMG in volts.*'%MVC'"):
        percent.to_mne()


def _later(*events: Event) -> Recording:
    """Ten samples at 1000 Hz that begin at 2 s."""
    channel = Channel(name="VL", unit="V")
    return Recording(data=[np.arange(10.0)], sfreq=1000.0, channels=(channel,), start=2.0, events=events)


def test_mne_gets_accepted_events_by_their_label_from_its_own_zero() -> None:
    events = [
        Event(onset=2.001, duration=0.002, label="repetition", columns={"accepted": True}),
        Event(onset=2.004, duration=0.001, label="cue"),
    ]
    annotations = _later(*events).to_mne().annotations
    assert annotations.description.tolist() == ["repetition", "cue"]
    np.testing.assert_allclose(annotations.onset, [0.001, 0.004], atol=1e-12)


def test_a_recording_that_begins_later_is_cut_by_its_own_times() -> None:
    inside = Event(onset=2.004, duration=0.001, label="inside")
    before = Event(onset=2.001, duration=0.001, label="ends where the part begins")
    after = Event(onset=2.006, duration=0.001, label="begins where the part ends")
    part = Crop(tmin=2.002, tmax=2.006)(_later(before, inside, after))
    assert part.data.tolist() == [[2.0, 3.0, 4.0, 5.0]]
    assert part.start == pytest.approx(2.002)
    assert [event.label for event in part.events] == ["inside"]
    with pytest.raises(ArgumentError, match=r"2 <= tmin < tmax <= 2\.01 s"):
        Crop(tmin=0.002, tmax=0.006)(_later())
    assert Crop(tmin=2.0, tmax=2.01)(_later()).data.shape == (1, 10)
    with pytest.raises(ArgumentError, match="empty or reaches beyond"):
        Crop(tmin=2.004, tmax=2.004)(_later())


def test_a_time_is_that_of_a_sample_to_a_thousandth_of_one() -> None:
    for place, first in ((2.0008, 2.0), (2.0012, 3.0), (1.9992, 2.0)):
        assert Crop(tmin=2 + place / 1000, tmax=2.008)(_later()).data[0, 0] == first
        assert Crop(tmin=2.0, tmax=2 + place / 1000)(_later()).data[0, -1] == first - 1


@pytest.mark.parametrize("date", [0, None])
def test_events_of_a_part_of_an_mne_recording_begin_at_its_first_sample(date: int | None) -> None:
    raw = _later(Event(onset=2.005, duration=0.002, label="cue")).to_mne()
    raw.set_meas_date(date)
    found = Recording.from_mne(raw.crop(tmin=0.003))
    assert [(event.label, round(event.onset, 6)) for event in found.events] == [("cue", 0.002)]
    assert found.data.tolist() == [[3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]]


def test_emg_alone_is_taken_from_mne() -> None:
    raw = _later().to_mne()
    other = replace(_later(), channels=(Channel(name="knee", unit="deg", kind="JNTANG"),)).to_mne()
    both = raw.copy().add_channels([other])
    assert Recording.from_mne(both).names == ("VL",)
    with pytest.raises(ArgumentError, match=r"no channel of type 'emg'\. Got: 'misc'"):
        Recording.from_mne(other)


def test_times_and_duration_are_those_of_the_samples() -> None:
    recording = _later()
    assert recording.duration == 0.01
    np.testing.assert_allclose(recording.times, 2 + np.arange(10) / 1000, rtol=1e-12)
    assert Recording(data=[[1.0], [2.0]], sfreq=4.0, channels=_channels("V", "V")).duration == 0.25


def _channels(*units: str) -> tuple[Channel, ...]:
    return tuple(Channel(name=f"E{place}", unit=unit) for place, unit in enumerate(units))


@pytest.mark.parametrize(
    ("data", "channels", "shape"),
    [
        ([1.0, 2.0], _channels("V"), r"\(2,\) and 1"),
        ([[[1.0]]], _channels("V"), r"\(1, 1, 1\) and 1"),
        ([[1.0], [2.0]], _channels("V"), r"\(2, 1\) and 1"),
        ([[]], _channels("V"), r"\(1, 0\) and 1"),
        (np.ones((0, 3)), (), r"\(0, 3\) and 0"),
    ],
)
def test_samples_and_channels_that_do_not_fit_are_refused(data, channels, shape) -> None:
    with pytest.raises(ArgumentError, match=f"do not fit together.*Got: data of shape {shape} channels"):
        Recording(data=data, sfreq=1000.0, channels=channels)


def test_one_stream_and_names_of_their_own_are_what_a_recording_has() -> None:
    angle = Channel(name="knee", unit="deg", kind="JNTANG")
    with pytest.raises(ArgumentError, match=r"signals of one stream\. Got: channels of 'angle' and 'emg'"):
        Recording(data=[[1.0], [2.0]], sfreq=1000.0, channels=(*_channels("V"), angle))
    with pytest.raises(ArgumentError, match=r"names must be unique\. Got: more than once: 'E0'"):
        Recording(data=[[1.0], [2.0]], sfreq=1000.0, channels=_channels("V") * 2)
    with pytest.raises(ArgumentError, match=r"at least one stream.*Got: none"):
        Trial(streams={})
    with pytest.raises(ArgumentError, match=r"No channel was picked\. Allowed: 'VL'\. Got: nothing"):
        _later().pick()


def test_a_sample_that_is_no_number_is_named_with_its_time() -> None:
    with pytest.raises(ek.errors.SignalError, match=r"'E1' has 2 samples.*first at sample 1 \(2\.5 s\).*Got: nan"):
        Recording(data=[[1.0] * 3, [0.0, np.nan, np.inf]], sfreq=2.0, channels=_channels("V", "V"), start=2.0)
    # finite samples whose sum is none
    assert Recording(data=[[1.7e308] * 3], sfreq=2.0, channels=_channels("V")).data.shape == (1, 3)


def test_a_recording_tells_the_steps_that_made_it() -> None:
    made = "<Recording: 1 EMG channel × 10 samples at 1000 Hz = 0.01 s, in V: VL"
    assert repr(_later()) == f"{made}>"
    assert repr(_later().pick("VL").crop(2.0, 2.01)) == f"{made}; after Pick → Crop>"
    bare = Trial(streams={"emg": _later()})
    assert repr(bare) == f"<Trial, 0 events; emg: {made}>>"
    assert repr(bare.with_context(participant="01", run=None)).startswith("<Trial (participant 01), 0 events; ")
    assert "<p>Trial, 0 events</p>" in bare._repr_html_()


def test_a_part_and_a_derived_recording_keep_what_they_do_not_change() -> None:
    recording = _later()
    percent = recording.derive(recording.data * 2, unit="%MVC")
    assert [channel.unit for channel in percent.channels] == ["%MVC"]
    assert (percent.history, percent.start) == ((), 2.0)
    assert recording.derive(recording.data).channels == recording.channels
    for step in (Crop(tmin=2.0, tmax=2.01), Pick(names=("VL",))):
        assert not step.changes_amplitude
        assert not step.repair
        assert step(recording).history == (step,)


def test_a_stream_is_an_attribute_of_its_trial_and_nothing_else_is() -> None:
    found = Trial(streams={"emg": _later()})
    assert found.emg is found["emg"]
    with pytest.raises(AttributeError, match=r"no stream or attribute 'angle'; its streams are 'emg'"):
        found.angle  # noqa: B018
    with pytest.raises(KeyError, match="no stream 'angle'; it has 'emg'"):
        found["angle"]
    assert (len(found), list(found)) == (1, ["emg"])
    assert {"emg", "with_events"} <= set(dir(found))


def test_a_recording_shows_a_row_a_channel() -> None:
    channels = (
        Channel(name="<VL>", unit="V", muscle="vastus_lateralis", side="right"),
        Channel(name="BF", unit="V"),
    )
    recording = Recording(data=np.zeros((2, 5)), sfreq=1000.0, channels=channels)
    assert recording._repr_html_() == (
        "<p>Recording: 2 EMG channels × 5 samples at 1000 Hz = 0.005 s, in V: &lt;VL&gt;, BF</p><table><thead><tr>"
        "<th>channel</th><th>muscle</th><th>side</th><th>kind</th><th>unit</th></tr></thead><tbody>"
        "<tr><td>&lt;VL&gt;</td><td>vastus_lateralis</td><td>right</td><td>EMG</td><td>V</td></tr>"
        "<tr><td>BF</td><td></td><td></td><td>EMG</td><td>V</td></tr></tbody></table>"
    )


def test_the_stream_is_that_of_the_kind_of_its_channels() -> None:
    assert _later().stream == "emg"
    knee = Channel(name="knee", unit="deg", kind="JNTANG")
    assert Recording(data=[[1.0]], sfreq=100.0, channels=(knee,)).stream == "angle"


def test_a_part_of_an_array_is_copied_and_a_whole_one_that_nobody_can_write_to_is_not() -> None:
    whole = np.ones((1, 100))
    whole.setflags(write=False)
    channel = (Channel(name="VL", unit="V"),)
    assert np.shares_memory(Recording(data=whole[:, :], sfreq=100.0, channels=channel).data, whole)
    assert not np.shares_memory(Recording(data=whole[:, :10], sfreq=100.0, channels=channel).data, whole)
    assert not np.shares_memory(Recording(data=np.ones((1, 9)), sfreq=100.0, channels=channel).data, whole)


def test_a_list_of_names_is_told_how_to_be_given() -> None:
    with pytest.raises(ArgumentError, match=r"Pick takes names.*Got: \(\['VL'\],\). Hint: Write pick\('VL', 'BF'\)"):
        _later().pick(["VL"])  # type: ignore[arg-type]
