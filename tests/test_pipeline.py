"""Pipeline: order, equality, JSON, the Methods text."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit.errors import ArgumentError, SignalError
from emgkit.recording import Recording, Step
from emgkit.steps import ChannelReference, Crop, Normalize, Pick

STANDARD = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))


@pytest.fixture(scope="module")
def raw() -> Recording:
    samples = np.random.default_rng(5).normal(size=(2, 4000)) * 1e-4
    channels = (ek.Channel(name="VL", unit="V"), ek.Channel(name="BF", unit="V"))
    return Recording(data=samples, sfreq=2000.0, channels=channels)


def test_steps_are_applied_in_order_and_stand_in_the_history(raw: Recording) -> None:
    result = STANDARD(raw)
    by_hand = ek.Envelope(cutoff=6)(ek.Rectify()(ek.Bandpass(low=20, high=450)(raw)))
    np.testing.assert_allclose(result.data, by_hand.data, rtol=0, atol=1e-12 * by_hand.data.max())
    assert result.history == STANDARD.steps == by_hand.history
    with pytest.raises(SignalError, match="Rectify first"):
        ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Envelope(), ek.Rectify())(raw)


def test_a_step_may_repeat(raw: Recording) -> None:
    twice = ek.Pipeline(ek.MovingMean(window=0.1), ek.MovingMean(window=0.1))
    assert len(twice(raw).history) == 2
    assert twice != ek.Pipeline(ek.MovingMean(window=0.1))


def test_then_makes_a_new_pipeline_of_steps_and_pipelines(raw: Recording) -> None:
    condition = ek.Pipeline(ek.Bandpass(low=20, high=450))
    envelope = ek.Pipeline(ek.Rectify(), ek.Envelope(cutoff=6))
    assert condition.then(envelope) == condition.then(*envelope.steps) == ek.Pipeline(condition, envelope) == STANDARD
    assert len(condition.steps) == 1
    assert hash(condition.then(envelope)) == hash(STANDARD)
    in_one_go, in_two = condition.then(envelope)(raw).data, envelope(condition(raw)).data
    np.testing.assert_allclose(in_one_go, in_two, rtol=0, atol=1e-12 * in_two.max())


def test_no_steps_leave_a_recording_as_it_is(raw: Recording) -> None:
    assert ek.Pipeline()(raw) is raw
    assert ek.Pipeline().methods() == "The signals were used as recorded."
    assert ek.Pipeline.from_json(ek.Pipeline().to_json()) == ek.Pipeline()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((ek.Rectify,), r"made of steps. Allowed: steps and Pipelines.*Hint: Write Rectify\(…\)"),
        (("Rectify",), "Got: 'Rectify'"),
        ((np.abs,), "made of steps"),
    ],
)
def test_what_is_no_step_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ek.Pipeline(*given)


def test_the_methods_are_the_sentences_in_order() -> None:
    methods = STANDARD.methods()
    assert methods == " ".join(step.sentence() for step in STANDARD.steps)
    assert methods.startswith(
        "The signals were band-pass filtered from 20 to 450 Hz (zero-lag Butterworth filter, net order 4"
    )
    assert "the stated cut-offs are the −3 dB points after both passes" in methods
    assert methods.endswith("edges extended by odd reflection).")


def test_the_methods_tell_the_two_cut_off_rules_apart() -> None:
    text = ek.Pipeline(ek.Lowpass(cutoff=6, cutoff_rule="per-pass")).methods()
    assert "cut-off per pass, uncorrected" in text
    assert "−3 dB" not in text


steps = st.one_of(
    st.builds(ek.Highpass, cutoff=st.floats(0.1, 100), order=st.sampled_from([2, 4, 8])),
    st.builds(ek.Bandpass, low=st.floats(1, 50), high=st.floats(60, 500), cutoff_rule=st.sampled_from(["per-pass"])),
    st.builds(ek.Notch, frequency=st.sampled_from([50, 60]), harmonics=st.integers(1, 5)),
    st.builds(ek.Envelope, cutoff=st.floats(1, 20), padding=st.sampled_from(["odd", "zeros-after"])),
    st.builds(ek.MovingRMS, window=st.floats(1e-3, 1)),
    st.just(ek.Rectify()),
    st.builds(ek.Edited, channel=st.text(min_size=1), tmin=st.floats(0, 1), tmax=st.just(2), reason=st.just("µV “x”")),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=5))
def test_a_pipeline_is_equal_after_json(chosen: list[Step]) -> None:
    assert ek.Pipeline.from_json(ek.Pipeline(*chosen).to_json()) == ek.Pipeline(*chosen)


def test_the_json_says_which_emgkit_wrote_it_and_gives_the_same_numbers(raw: Recording) -> None:
    value = ChannelReference(channel="VL", value=1e-4 / 3, unit="V", trial="mvc", trials=(("mvc", 1e-4 / 3),))
    percent = STANDARD.then(Normalize(window=0.5, values=(value,), processing=STANDARD.steps))
    content = json.loads(percent.to_json())
    assert content["emgkit"] == ek.__version__
    assert [step["step"] for step in content["steps"]] == ["Bandpass", "Rectify", "Envelope", "Normalize"]
    again = ek.Pipeline.from_json(percent.to_json())
    np.testing.assert_array_equal(again(raw.pick("VL")).data, percent(raw.pick("VL")).data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Bandpass", "The text is not JSON"),
        ("[]", r"holds no Pipeline.*Got: '\[\]'"),
        ('{"emgkit": "0.1.0"}', "holds no Pipeline"),
        ('{"steps": [], "extra": 1}', "Unknown key 'extra'.*Where: the JSON of a Pipeline"),
        ('{"steps": [{"step": "Rectify", "version": 99}]}', "'Rectify' was written by a version.*Got: version 99"),
        ('{"steps": [{"step": "Rektify"}]}', "Unknown step 'Rektify'.*Did you mean 'Rectify'"),
        ('{"steps": [["Rectify"]]}', "A step has no name"),
    ],
)
def test_json_that_is_no_pipeline_is_refused(text: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ek.Pipeline.from_json(text)


def test_a_whole_trial_is_refused_with_the_stream_to_give(raw: Recording) -> None:
    trial = ek.Trial(streams={"emg": raw})
    message = r"works on one Recording, not on a whole Trial. Allowed: one of its streams: 'emg'.*Use trial\.emg"
    for work in (STANDARD, ek.Pipeline(), *STANDARD.steps, ek.MovingRMS(window=0.1), ek.TKEO(), ek.Resample(sfreq=500),
                 ek.RemoveMean(), Pick(names=("VL",)), Crop(tmin=0, tmax=1),
                 ek.Edited(channel="VL", tmin=0.1, tmax=0.2, reason="x")):  # fmt: skip
        with pytest.raises(ArgumentError, match=message):
            work(trial)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"Bandpass works on one Recording. Allowed: a Recording. Got: ndarray"):
        STANDARD.steps[0](raw.data)  # type: ignore[arg-type]


def test_a_normalisation_in_it_is_shown_short() -> None:
    values = tuple(ChannelReference(channel=f"ch{i}", value=1e-4, unit="V", trial="mvc") for i in range(64))
    percent = STANDARD.then(Normalize(participant="07", window=0.5, values=values, processing=STANDARD.steps))
    assert repr(percent.steps[-1]) == (
        "<Normalize: participant='07', session=None, kind='mvc', window=0.5 s, 64 channels>"
    )
    html = percent._repr_html_()
    assert "ch63" not in html + repr(percent)
    assert "64 channels" in html


def test_it_shows_itself() -> None:
    assert repr(ek.Pipeline(ek.Rectify(), ek.MovingRMS(window=0.1))) == "Pipeline(Rectify(), MovingRMS(window=0.1))"
    html = ek.Pipeline(ek.Rectify(), ek.Edited(channel="<VL>", tmin=0, tmax=1, reason="knock"))._repr_html_()
    assert html.index("Rectify") < html.index("Edited")
    assert "tmax = 1.0" in html
    assert "&lt;VL&gt;" in html
    assert "<VL>" not in html
