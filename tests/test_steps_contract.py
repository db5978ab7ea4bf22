"""One list of promises that every step of STEPS keeps."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest

import emgkit as ek
from emgkit._checks import shown_value
from emgkit.errors import ArgumentError, UnitError
from emgkit.notation import number
from emgkit.recording import Recording, Step
from emgkit.steps import (
    STEPS,
    TKEO,
    Bandpass,
    ChannelReference,
    Crop,
    Downsample,
    Edited,
    EditedEvents,
    Envelope,
    Highpass,
    InterpolateSpikes,
    Lowpass,
    MovingMean,
    MovingRMS,
    Normalize,
    Notch,
    Pick,
    Rectify,
    RemoveECG,
    RemoveMains,
    RemoveMean,
    Resample,
    step_from_dict,
    step_to_dict,
)
from emgkit.units import UNITS

# an example of every step, each parameter away from its default and unlike the others
EXAMPLES: tuple[Step, ...] = (
    RemoveMean(),
    Highpass(cutoff=21.5, order=6, cutoff_rule="per-pass", padding="zeros-after"),
    Lowpass(cutoff=401.25, order=8, cutoff_rule="per-pass", padding="zeros-after"),
    Bandpass(low=22.5, high=433.0, order=6, cutoff_rule="per-pass", padding="zeros-after"),
    Notch(frequency=51.5, harmonics=3, width=1.75),
    Rectify(),
    Envelope(cutoff=7.5, order=6, cutoff_rule="per-pass", padding="zeros-after", shape="critically-damped"),
    MovingRMS(window=0.1125),
    MovingMean(window=0.135),
    TKEO(),
    Resample(sfreq=800.0),
    Downsample(sfreq=250.0),
    Edited(channel="VL", tmin=0.25, tmax=0.375, reason="cable pulled"),
    EditedEvents(note="repetition 2 rejected: a cough"),
    InterpolateSpikes(times=11.5),
    RemoveMains(frequency=51.5, harmonics=4),
    RemoveECG(method="gated", cutoff=31.5),
    Normalize(
        participant="07",
        session="3",
        kind="task",
        window=0.45,
        values=(
            ChannelReference(
                channel="VL", value=2.5e-4, unit="V", trial="gait_run-4", trials=(("gait_run-4", 2.5e-4),)
            ),
            ChannelReference(channel="BF", value=1.25e-4, unit="V", trial="stairs", trials=(("stairs", 1.25e-4),)),
        ),
        processing=(),
        tasks=("stairs", "gait"),
        across_sessions=True,
        set_aside=(("stairs", Crop(tmin=1.5, tmax=9.25)),),
    ),
    Pick(names=("BF",)),
    Crop(tmin=0.5, tmax=1.25),
)


@pytest.fixture
def recording(request: pytest.FixtureRequest) -> Recording:
    samples = np.abs(np.random.default_rng(3).normal(size=(2, 2000))) * 1e-4
    channels = (ek.Channel(name="VL", unit="V", side="right"), ek.Channel(name="BF", unit="V"))
    event = ek.Event(onset=0.6, duration=0.2, label="repetition", columns={"repetition": 1})
    context = {"participant": "07", "session": "3", "task": "gait"}
    # what was averaged slowly may be downsampled; a selection counts for no comparison, so that Normalize may follow
    slow = isinstance(request.node.callspec.params["step"], Downsample)
    history = (ek.MovingMean(window=0.1),) if slow else (Crop(tmin=0.0, tmax=2.0),)
    return Recording(data=samples, sfreq=1000.0, channels=channels, events=(event,), context=context, history=history)


# its noise holds neither heartbeats nor spikes, and the steps that look for them say so
pytestmark = pytest.mark.filterwarnings("ignore:No heartbeat:emgkit.EmgkitWarning")

every_step = pytest.mark.parametrize("step", EXAMPLES, ids=lambda step: type(step).__name__)


def test_every_step_has_an_example_here() -> None:
    assert [type(step) for step in EXAMPLES] == list(STEPS.values())
    assert [type(step).__name__ for step in EXAMPLES] == list(STEPS)


@every_step
def test_it_is_a_step(step: Step) -> None:
    assert isinstance(step, Step)
    assert isinstance(step.changes_amplitude, bool)
    assert isinstance(step.repair, bool)
    assert set(step.accepts) <= {inside for inside, _ in UNITS.values()}


@every_step
def test_the_input_stays_as_it_is(step: Step, recording: Recording) -> None:
    before = (recording.data.copy(), recording.channels, recording.events, recording.history, recording.sfreq)
    result = step(recording)
    assert np.array_equal(recording.data, before[0])
    assert (recording.channels, recording.events, recording.history, recording.sfreq) == before[1:]
    assert result is not recording
    assert not np.shares_memory(result.data, recording.data)


@every_step
def test_the_result_is_read_only(step: Step, recording: Recording) -> None:
    result = step(recording)
    with pytest.raises(ValueError, match="read-only"):
        result.data[0, 0] = 1.0


@every_step
def test_the_history_grows_by_exactly_itself(step: Step, recording: Recording) -> None:
    assert step(recording).history == (*recording.history, step)


@every_step
def test_events_context_and_start_are_carried_along(step: Step, recording: Recording) -> None:
    result = step(recording)
    assert result.events == recording.events
    assert result.context == recording.context
    assert result.start == (step.tmin if isinstance(step, Crop) else recording.start)


@every_step
def test_two_calls_give_the_same(step: Step, recording: Recording) -> None:
    assert np.array_equal(step(recording).data, step(recording).data)


@every_step
def test_it_is_equal_after_json(step: Step) -> None:
    text = json.dumps(step_to_dict(step), allow_nan=False)
    again = step_from_dict(json.loads(text))
    assert again == step
    assert type(again) is type(step)
    assert hash(again) == hash(step)


@every_step
def test_it_is_frozen(step: Step) -> None:
    for one in fields(step):  # type: ignore[arg-type]
        with pytest.raises(FrozenInstanceError):
            setattr(step, one.name, None)
    with pytest.raises(FrozenInstanceError):
        step.anything = 1  # type: ignore[attr-defined]


@every_step
def test_values_without_names_are_answered_with_the_names(step: Step) -> None:
    names = [one.name for one in fields(step) if one.init]  # type: ignore[arg-type]
    values = [getattr(step, name) for name in names] or ["VL"]
    with pytest.raises(ArgumentError) as caught:
        type(step)(*values)
    name = type(step).__name__
    takes = "takes its parameters by keyword" if names else "takes no parameters"
    assert caught.value.what == f"{name} {takes}"
    assert caught.value.allowed == ", ".join(f"{one}=" for one in names)
    pairs = ", ".join(f"{one}={shown_value(value)}" for one, value in zip(names, values, strict=False))
    assert caught.value.hint == f"Write {name}({pairs})" + ("" if names else "(recording)")
    assert copy.deepcopy(step) == pickle.loads(pickle.dumps(step)) == replace(step) == step  # type: ignore[type-var]


def test_the_hint_for_a_step_can_be_typed_as_it_stands() -> None:
    text = (
        "Bandpass takes its parameters by keyword. Allowed: low=, high=, order=, cutoff_rule=, padding=. "
        "Got: 20, 450 without a name. Hint: Write Bandpass(low=20, high=450)."
    )
    with pytest.raises(ArgumentError) as caught:
        ek.Bandpass(20, 450)  # type: ignore[misc]
    assert str(caught.value) == text
    assert eval(caught.value.hint.removeprefix("Write "), vars(ek.steps)) == Bandpass(low=20, high=450)
    with pytest.raises(
        ArgumentError, match=r"Got: 20 without a name. Hint: Write Bandpass\(low=20, high=450, order=2\)"
    ):
        ek.Bandpass(20, high=450, order=2)  # type: ignore[misc]
    with pytest.raises(
        ArgumentError, match=r"Rectify takes no parameters. Got: .* Hint: Write Rectify\(\)\(recording\)"
    ):
        ek.Rectify("emg")  # type: ignore[call-arg]


@every_step
def test_its_sentence_holds_every_number_and_name(step: Step) -> None:
    sentence = step.sentence()
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    for said in _said(step):
        assert said in sentence, f"{said} is missing in {sentence!r}"


@every_step
def test_a_wrong_unit_is_refused_by_name(step: Step, recording: Recording) -> None:
    refused = {inside for inside, _ in UNITS.values()} - set(step.accepts)
    if type(step) in (Pick, Crop, EditedEvents):
        assert not refused, "selecting works on every unit, and so does a note on events"
        return
    assert "n/a" in refused
    for unit in refused:
        channels = tuple(replace(channel, unit=unit) for channel in recording.channels)
        with pytest.raises(UnitError) as caught:
            step(replace(recording, channels=channels))
        assert type(step).__name__ in caught.value.what
        assert "'VL'" in caught.value.what
        assert repr(step.accepts[0]) in caught.value.allowed
        assert caught.value.got == repr(unit)


def _said(step: Any) -> Iterator[str]:
    """Every number, and every name that a reader needs, as the sentence should show it."""
    words = {
        "per-pass": "per pass, uncorrected",
        "zeros-after": "zeros appended at the end",
        "critically-damped": "critically damped",
        "task": "gait, stairs",
    }
    for one in fields(step):
        value = getattr(step, one.name)
        if isinstance(value, bool):
            continue
        if isinstance(value, (int, float)):
            yield number(value)
        elif isinstance(value, str):
            yield words.get(value, value)
        elif one.name == "values":
            for reference in value:
                yield from (reference.channel, f"{reference.value * 1e6:.4g} µV", reference.trial)
        elif one.name == "set_aside":
            for trial, inner in value:
                yield from (trial, *_said(inner))
        else:
            assert one.name in ("names", "tasks", "processing"), f"say here how the sentence shows {one.name!r}"
            yield from map(str, value)
