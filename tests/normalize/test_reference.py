"""The reference: its rule, what it refuses, and where its windows lie."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit import normalize
from emgkit.errors import ArgumentError, NormalizationError, UnitError
from emgkit.normalize import above_reference, reference
from emgkit.normalize.windows import _evenness
from emgkit.recording import Recording, Trial
from emgkit.steps import Crop, Normalize, Pick, step_from_dict, step_to_dict

RMS = ek.Pipeline(ek.MovingRMS(window=0.05))
RECTIFIED = ek.Pipeline(ek.Rectify())
STANDARD = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))


def recording(data: Any, *names: str, unit: str = "V", sfreq: float = 1000.0, **context: Any) -> Recording:
    data = np.atleast_2d(data)
    names = names or ("VL", "BF", "GM")[: len(data)]
    channels = tuple(ek.Channel(name=name, unit=unit) for name in names)
    context = {"participant": "01", "session": "1", "task": "mvcKnee", **context}
    return Recording(data=data, sfreq=sfreq, channels=channels, context=context)


def steady(level: float, *, n_samples: int = 1000) -> Any:
    """An alternating signal, whose rectified value and RMS are both its level."""
    return level * np.where(np.arange(n_samples) % 2, -1.0, 1.0)


def noise(seed: int, *, n_channels: int = 1, n_samples: int = 4000) -> Any:
    return np.random.default_rng(seed).normal(size=(n_channels, n_samples)) * 1e-4


# ------------------------------------------------------------------ the rule


def test_the_value_is_the_best_of_all_complete_windows() -> None:
    data = np.abs(noise(1, n_channels=3, n_samples=700))
    found = reference([recording(data)], RECTIFIED, window=0.201).values
    for row, value in zip(data, found, strict=True):
        windows = [row[first : first + 201].mean() for first in range(700 - 201 + 1)]
        assert value.value == pytest.approx(max(windows), rel=1e-12)


def test_a_window_cut_off_by_the_edge_does_not_count() -> None:
    knock = np.full(1000, 1e-4)
    knock[:3] = 1e-2
    for trial in (knock, knock[::-1]):
        value = reference([recording(trial)], RECTIFIED, window=0.101).values[0].value
        assert value == pytest.approx((98 * 1e-4 + 3 * 1e-2) / 101, rel=1e-12)


def test_a_loud_knock_does_not_blur_the_quiet_channel_beside_it() -> None:
    quiet = np.full(4000, 1e-9)
    loud = quiet.copy()
    loud[:10] = 1e3
    by_channel = {
        value.channel: value.value for value in reference([recording(np.vstack([loud, quiet]))], RECTIFIED).values
    }
    assert by_channel["BF"] == pytest.approx(1e-9, rel=1e-12)


def test_each_channel_takes_its_maximum_over_the_trials_that_have_it() -> None:
    trials = [
        recording(np.vstack([steady(2e-4), steady(1e-4)]), "VL", "BF", run=1),
        recording(np.vstack([steady(3e-4), steady(5e-5)]), "VL", "BF", run=2),
        recording(steady(4e-4), "BF", task="mvcHip", run=1),
    ]
    step = reference(trials, RMS)
    assert [(value.channel, value.trial) for value in step.values] == [("VL", "mvcKnee_run-2"), ("BF", "mvcHip_run-1")]
    np.testing.assert_allclose([value.value for value in step.values], [3e-4, 4e-4], rtol=1e-12)
    table = step.table()
    assert list(table.columns) == ["channel", "trial", "value", "unit", "won", "cv"]
    assert table["trial"].tolist() == [
        "mvcKnee_run-1",
        "mvcKnee_run-2",
        *["mvcKnee_run-1", "mvcKnee_run-2", "mvcHip_run-1"],
    ]
    assert table["won"].tolist() == [False, True, False, False, True]
    np.testing.assert_allclose(table["value"], [2e-4, 3e-4, 1e-4, 5e-5, 4e-4], rtol=1e-12)
    np.testing.assert_allclose(table["cv"][:2], np.std([2, 3], ddof=1) / 2.5, rtol=1e-12)
    np.testing.assert_allclose(table["cv"][2:], np.std([1, 0.5, 4], ddof=1) / np.mean([1, 0.5, 4]), rtol=1e-12)


def test_the_variation_over_one_trial_is_unknown() -> None:
    assert reference([recording(steady(1e-4))], RMS).table()["cv"].isna().all()


def test_a_trial_gives_its_emg_of_every_device_and_nothing_else() -> None:
    angle = Recording(
        data=np.ones((1, 100)), sfreq=100.0, channels=(ek.Channel(name="knee", unit="deg", kind="JNTANG"),)
    )
    trial = Trial(
        streams={
            "emg": recording(steady(1e-4), "VL"),
            "emg_2": recording(steady(2e-4), "BF", sfreq=2000.0),
            "angle": angle,
        },
        context={"participant": "01", "session": "1", "task": "mvcKnee", "run": "2"},
    )
    assert [(value.channel, value.trial) for value in reference([trial], RMS, window=0.2).values] == [
        ("VL", "mvcKnee_run-2"),
        ("BF", "mvcKnee_run-2"),
    ]
    with pytest.raises(NormalizationError, match=r"Trial 'mvcKnee_run-2' has no EMG. Got: the streams 'angle'"):
        reference([Trial(streams={"angle": angle}, context=trial.context)], RMS)
    twice = {"emg": recording(steady(1e-4), "VL"), "emg_2": recording(steady(2e-4), "VL")}
    with pytest.raises(NormalizationError, match=r"'mvcKnee_run-2' has a channel in two streams. Got: 'VL'"):
        reference([Trial(streams=twice, context=trial.context)], RMS)


def test_trials_of_the_same_name_are_numbered() -> None:
    table = reference([recording(steady(1e-4)), recording(steady(2e-4))], RMS).table()
    assert table["trial"].tolist() == ["mvcKnee (1)", "mvcKnee (2)"]
    assert table["won"].tolist() == [False, True]


@settings(max_examples=15, deadline=None)
@given(gain=st.floats(1e-3, 1e3), seed=st.integers(0, 100))
def test_percent_does_not_depend_on_the_gain(gain: float, seed: int) -> None:
    mvc, task = noise(seed, n_samples=1200), noise(seed + 1, n_samples=1200)

    def percent(factor: float) -> Any:
        step = reference([recording(factor * mvc)], RMS)
        return RMS.then(step)(recording(factor * task, task="squat")).data

    np.testing.assert_allclose(percent(gain), percent(1.0), rtol=1e-9)


def test_the_trial_that_won_is_100_percent_of_itself() -> None:
    mvc = recording(noise(4), sfreq=2000.0)
    step = reference([mvc], STANDARD)
    percent = STANDARD.then(step)(mvc)
    best = np.convolve(percent.data[0], np.ones(1001) / 1001, mode="valid").max()
    assert best == pytest.approx(100, rel=1e-9)
    assert percent.channels[0].unit == "%MVC"
    # one sample of the envelope lies well above the best half second, and is kept
    above = above_reference(percent)
    assert list(above.columns) == ["channel", "maximum", "share_above"]
    assert above["maximum"][0] == percent.data.max() > 105
    assert above["share_above"][0] == (percent.data > 100).mean() > 0.1


def test_what_equals_the_reference_is_not_above_it() -> None:
    found = above_reference(recording([[100.0, 100.0, 100.1, 40.0], [7.0, 8.0, 6.0, 5.0]], unit="%task"))
    assert found["maximum"].tolist() == [100.1, 8.0]
    assert found["share_above"].tolist() == [0.25, 0.0]


def test_above_reference_needs_percent() -> None:
    with pytest.raises(UnitError, match=r"'VL' is not normalised. Allowed: '%MVC' or '%task'. Got: 'V'"):
        above_reference(recording(steady(1e-4)))


# ------------------------------------------------------------------ provenance


def test_rule_window_and_processing_stand_in_the_provenance() -> None:
    trials = [recording(noise(1), run=1, sfreq=2000.0), recording(noise(2), run=2, sfreq=2000.0)]
    step = reference(trials, STANDARD, window=0.75)
    assert (step.participant, step.session, step.window, step.tasks) == ("01", "1", 0.75, ("mvcKnee",))
    assert step.processing == STANDARD.steps
    plain = json.loads(json.dumps(step_to_dict(step)))
    assert plain["window"] == 0.75
    assert [one["step"] for one in plain["processing"]] == ["Bandpass", "Rectify", "Envelope"]
    assert {trial for trial, _ in plain["values"][0]["trials"]} == {"mvcKnee_run-1", "mvcKnee_run-2"}
    assert step_from_dict(plain) == step
    sentence = step.sentence()
    for said in (
        "largest mean over a moving window of 0.75 s",
        "maximal voluntary contraction",
        "participant 01",
        "session 1",
    ):
        assert said in sentence


def test_selections_and_repairs_are_not_compared_but_reported() -> None:
    edited = ek.Edited(channel="VL", tmin=0.2, tmax=0.3, reason="cable pulled")
    mended = edited(recording(steady(1e-4), run=1)).crop(0.0, 0.9)
    step = reference([mended, recording(steady(1e-4), run=2)], RMS.then(Pick(names=("VL",))))
    assert step.processing == RMS.steps
    assert step.set_aside == (("mvcKnee_run-1", edited), ("mvcKnee_run-1", Crop(tmin=0.0, tmax=0.9)))
    assert (
        "mvcKnee_run-1: Channel VL was replaced by a straight line from 0.2 to 0.3 s (cable pulled)" in step.sentence()
    )
    task = ek.Edited(channel="VL", tmin=0.5, tmax=0.6, reason="knock")(recording(steady(1e-4), task="squat"))
    assert RMS.then(step)(task.crop(0.1, 1.0)).data.max() == pytest.approx(100)


# ------------------------------------------------------------------ what a reference is not taken from


def test_no_trials_are_refused() -> None:
    with pytest.raises(NormalizationError, match=r"no trials to take a reference from.*at least one trial. Got: none"):
        reference([], RMS)


@pytest.mark.parametrize("other", ["02", None])
def test_trials_of_several_participants_are_refused(other: str | None) -> None:
    trials = [recording(steady(1e-4)), recording(steady(1e-4), participant=other)]
    got = f"Got: '01' and '{other or 'without one'}'"
    with pytest.raises(NormalizationError, match=rf"not of one participant. Allowed: trials of one participant. {got}"):
        reference(trials, RMS, across_sessions=True)


@pytest.mark.parametrize("other", ["2", None])
def test_trials_of_several_sessions_are_refused_unless_they_are_joined(other: str | None) -> None:
    trials = [recording(steady(1e-4)), recording(steady(2e-4), session=other)]
    with pytest.raises(NormalizationError, match=r"not of one session.*Got: '1' and '.*across_sessions=True"):
        reference(trials, RMS)
    joined = reference(trials, RMS, across_sessions=True)
    assert joined.label == ("mvc:1+2" if other else "mvc:1")
    if other:
        assert joined.table()["trial"].tolist() == ["ses-1_mvcKnee", "ses-2_mvcKnee"]
    with pytest.raises(NormalizationError, match="not of this recording's participant"):
        RMS.then(joined)(recording(steady(1e-4), participant="02"))
    for session in ("1", "2", "9", None):
        assert RMS.then(joined)(recording(steady(1e-4), session=session)).data.max() == pytest.approx(50)


def test_a_trial_shorter_than_the_window_is_refused_by_name() -> None:
    trials = [recording(steady(1e-4), run=1), recording(steady(1e-4, n_samples=500), run=2)]
    with pytest.raises(
        NormalizationError, match=r"'mvcKnee_run-2' is shorter.*at least 501 samples \(0.5 s\).*500 samples"
    ):
        reference(trials, RMS)
    assert reference([recording(steady(1e-4, n_samples=501))], RMS).values[0].value == pytest.approx(1e-4)


def test_a_silent_channel_is_refused_by_name() -> None:
    with pytest.raises(NormalizationError, match=r"channel 'BF' cannot be divided by.*'mvcKnee'.*above 0 V. Got: 0 V"):
        reference([recording(np.vstack([steady(1e-4), np.zeros(1000)]))], RMS)
    constant = np.vstack([noise(1, n_samples=1000)[0], np.full(1000, 1e-3)])
    with pytest.raises(NormalizationError, match=r"channel 'BF' cannot be divided by.*Got: 0 V"):
        reference([recording(constant)], ek.Pipeline(ek.Highpass(cutoff=20), ek.Rectify()))
    once = [recording(constant, run=1), recording(noise(2, n_channels=2), run=2)]
    assert reference(once, ek.Pipeline(ek.Highpass(cutoff=20), ek.Rectify())).values[1].trials[0] == (
        "mvcKnee_run-1",
        0.0,
    )


@pytest.mark.parametrize("level", [1e-9, 1e-5, 1.0])
def test_an_even_amplitude_that_no_filter_took_away_is_a_reference(level: float) -> None:
    assert reference([recording(np.full(1000, level))], RMS).values[0].value == pytest.approx(level, rel=1e-12)


@pytest.mark.parametrize("pipeline", [ek.Pipeline(), ek.Pipeline(ek.Highpass(cutoff=20))], ids=["nothing", "high-pass"])
def test_a_signal_that_is_not_rectified_is_refused(pipeline: ek.Pipeline) -> None:
    with pytest.raises(NormalizationError, match=r"'VL' oscillates about zero.*trial 'mvcKnee'.*Rectify and Envelope"):
        reference([recording(noise(1))], pipeline)


def test_a_pipeline_that_already_normalises_is_refused() -> None:
    step = reference([recording(steady(1e-4))], RMS)
    with pytest.raises(ArgumentError, match=r"pipeline of a reference already normalises.*Got: Pipeline.*Normalize"):
        reference([recording(steady(1e-4))], RMS.then(step))


def test_trials_that_came_processed_differently_are_refused() -> None:
    trials = [recording(noise(1), run=1), ek.RemoveMean()(recording(noise(2), run=2))]
    with pytest.raises(
        NormalizationError, match=r"not processed in the same way.*run-1: MovingRMS.*run-2: RemoveMean\(\) →"
    ):
        reference(trials, RMS)


def test_other_units_and_kinds_are_refused() -> None:
    with pytest.raises(
        UnitError, match=r"'VL' cannot be a reference. Where: trial 'mvcKnee'. Allowed: 'V' and 'V.2'.*'N'"
    ):
        reference([recording(steady(1.0), unit="N")], RMS)
    with pytest.raises(UnitError, match=r"the same in all trials. Got: 'V.2'"):
        reference([recording(steady(1.0)), recording(steady(1.0), unit="V^2")], RMS)
    with pytest.raises(ArgumentError, match=r"Unknown value for 'kind'.*'mvc' and 'task'.*Got: 'max'"):
        reference([recording(steady(1.0))], RMS, kind="max")
    with pytest.raises(ArgumentError, match=r"'window' cannot be used"):
        reference([recording(steady(1.0))], RMS, window=0)


# ------------------------------------------------------------------ what it is not applied to


@pytest.fixture(scope="module")
def step() -> Normalize:
    return reference([recording(np.vstack([steady(2e-4), steady(1e-4)]))], RMS)


@pytest.mark.parametrize("fact", ["participant", "session"])
@pytest.mark.parametrize("other", ["99", None])
def test_another_participant_or_session_is_refused(step: Normalize, fact: str, other: str | None) -> None:
    with pytest.raises(
        NormalizationError, match=rf"not of this recording's {fact}. Allowed: {fact} '0?1'.*Got: {fact} {other!r}"
    ):
        RMS.then(step)(recording(steady(1e-4), **{fact: other}))


@pytest.mark.parametrize("fact", ["participant", "session"])
def test_a_fact_missing_on_both_sides_is_allowed_and_on_one_side_refused(fact: str) -> None:
    unknown = reference([recording(steady(2e-4), **{fact: None})], RMS)
    assert RMS.then(unknown)(recording(steady(1e-4), **{fact: None})).data.max() == pytest.approx(50)
    with pytest.raises(NormalizationError, match=rf"{fact} None, as the reference. Got: {fact} '0?1'"):
        RMS.then(unknown)(recording(steady(1e-4)))


def test_numbers_and_texts_name_the_same_participant(step: Normalize) -> None:
    assert RMS.then(step)(recording(steady(1e-4), session=1)).data.max() == pytest.approx(50)


def test_other_processing_is_refused_and_both_lists_are_said(step: Normalize) -> None:
    other = ek.Pipeline(ek.RemoveMean(), ek.MovingRMS(window=0.06))
    message = r"not processed as its reference was. Allowed: the reference's steps: MovingRMS\(window=0.05\)."
    with pytest.raises(NormalizationError, match=message + r" Got: RemoveMean\(\) → MovingRMS\(window=0.06\)."):
        other.then(step)(recording(steady(1e-4)))
    with pytest.raises(NormalizationError, match=message + " Got: no step"):
        step(recording(steady(1e-4)))
    reordered = reference([recording(noise(1))], ek.Pipeline(ek.Rectify(), ek.RemoveMean(), ek.Rectify()))
    with pytest.raises(NormalizationError, match=r"not processed"):
        ek.Pipeline(ek.RemoveMean(), ek.Rectify(), ek.Rectify(), reordered)(recording(noise(1)))


def test_a_channel_without_a_reference_is_refused(step: Normalize) -> None:
    with pytest.raises(
        NormalizationError, match=r"Channel 'GM' has no reference. Allowed: the channels.*: 'VL' and 'BF'"
    ):
        RMS.then(step)(recording(steady(1e-4), "GM"))


def test_fewer_and_reordered_channels_find_their_own_reference(step: Normalize) -> None:
    data = np.vstack([steady(1e-4), steady(1e-4)])
    np.testing.assert_allclose(RMS.then(step)(recording(data, "BF", "VL")).data.max(axis=1), [100, 50], rtol=1e-9)
    np.testing.assert_allclose(RMS.then(step)(recording(steady(1e-4), "BF")).data.max(axis=1), [100], rtol=1e-9)


def test_units_of_reference_and_recording_must_agree_and_normalising_twice_is_refused(step: Normalize) -> None:
    with pytest.raises(UnitError, match=r"'VL' and its reference differ in unit. Allowed: 'V', as the ref.*Got: 'V.2'"):
        RMS.then(step)(recording(steady(1e-4), unit="V^2"))
    with pytest.raises(UnitError, match=r"Normalize cannot work on channel 'VL'.*Got: '%MVC'"):
        RMS.then(step, step)(recording(steady(1e-4)))


def test_energy_is_normalised_in_its_own_unit() -> None:
    energy = ek.Pipeline(ek.TKEO(), ek.Rectify(), ek.MovingMean(window=0.1))
    step = reference([recording(noise(1))], energy)
    assert step.values[0].unit == "V^2"
    assert energy.then(step)(recording(noise(1))).channels[0].unit == "%MVC"
    assert "µV² (mvcKnee)" in step.sentence()


def test_a_task_reference_is_one_value_over_the_tasks() -> None:
    tasks = [recording(steady(level), task=task) for task, level in (("stand", 1e-4), ("gait", 4e-4), ("sit", 2e-4))]
    step = reference(tasks, RMS, kind="task")
    assert (step.unit, step.label) == ("%task", "task:gait+sit+stand")
    results = [RMS.then(step)(task) for task in tasks]
    np.testing.assert_allclose([result.data.max() for result in results], [25, 100, 50], rtol=1e-9)
    assert results[0].channels[0].unit == "%task"


# ------------------------------------------------------------------ slips


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: reference(r, RMS), r"takes a list of trials.*Got: one Recording.*reference\(\[trial\], pipeline\)"),
        (lambda r: reference(Trial(streams={"emg": r}), RMS), r"Got: one Trial.*reference\(\[trial\], pipeline\)"),
        (lambda r: reference(RMS, [r]), r"arguments of reference are swapped.*Write reference\(trials, pipeline\)"),
        (lambda r: reference(ek.Rectify(), [r]), "swapped.*a Rectify first"),
        (lambda r: reference([r], ek.Rectify()), r"as a Pipeline.*Got: a Rectify.*Pipeline\(…steps…\)"),
        (lambda _: reference(["mvc.csv"], RMS), r"Got: 'mvc\.csv' in the list.*\[read\(path\) for path in paths\]"),
        (lambda _: reference(7, RMS), "takes a list of trials.*Got: a int"),
    ],
)
def test_slips_of_the_call_are_told(call: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call(recording(steady(1e-4)))


# ------------------------------------------------------------------ where the windows lie, and what is left out


def test_the_best_window_is_told_in_seconds_with_how_even_the_signal_in_it_is() -> None:
    rng = np.random.default_rng(3)
    data = rng.normal(size=3000) * 1e-5
    data[1200:1700] = rng.normal(size=500) * 1e-3 + 2e-4  # an offset inside the window
    trial = Recording(data=[data], sfreq=1000.0, channels=(ek.Channel(name="VL", unit="V"),), start=2.0)
    row = normalize.best_windows([trial], RMS, window=0.4).iloc[0]
    envelope = RMS(trial).data[0]
    width = 401
    means = [envelope[first : first + width].mean() for first in range(3000 - width + 1)]
    best = int(np.argmax(means))
    assert row["start"] == pytest.approx(2.0 + best / 1000)
    assert row["stop"] - row["start"] == pytest.approx(width / 1000)
    part = data[best : best + width]
    sizes = np.sort(np.abs(part - np.median(part)))
    assert row["crest"] == pytest.approx(sizes[-1] / np.sqrt((sizes**2).mean()))
    assert row["largest_share"] == pytest.approx(sizes[-4:].sum() / sizes.sum())  # 1 % of 401 samples


def test_the_window_that_is_left_out_is_half_a_second_and_sessions_are_not_joined() -> None:
    trial = recording(np.abs(noise(4, n_samples=2000)))
    assert reference([trial], RECTIFIED) == reference([trial], RECTIFIED, window=0.5)
    assert reference([trial], RECTIFIED) != reference([trial], RECTIFIED, window=0.75)
    processed = normalize.ProcessedTrial(raw=(trial,), envelopes=(RECTIFIED(trial),))
    assert normalize.learn([processed], RECTIFIED) == reference([trial], RECTIFIED)
    assert not normalize.learn([processed], RECTIFIED).across_sessions
    pd.testing.assert_frame_equal(
        normalize.windows_of([processed]), normalize.best_windows([trial], RECTIFIED, window=0.5)
    )
    other = recording(np.abs(noise(4, n_samples=2000)), session="2")
    with pytest.raises(NormalizationError, match="session"):
        reference([trial, other], RECTIFIED)
    assert reference([trial, other], RECTIFIED, across_sessions=True).across_sessions


@pytest.mark.parametrize(("below", "is_refused"), [(0.24, False), (0.26, True)])
def test_a_mean_of_half_the_amplitude_is_where_an_oscillation_begins(below: float, is_refused: bool) -> None:
    # so large a part of the samples is −1: the mean is 1 − 2 × below of an amplitude of 1
    data = np.where(np.arange(1000) < 1000 * below, -1e-4, 1e-4)
    trial = recording(data)
    pipeline = ek.Pipeline()
    if is_refused:
        with pytest.raises(NormalizationError, match="oscillates about zero"):
            reference([trial], pipeline)
    else:
        assert reference([trial], pipeline).values[0].value == pytest.approx(1e-4)


@pytest.mark.parametrize(
    ("samples", "crest", "share"),
    [
        ([0.0, 0.0, 0.0, 5.0], 2.0, 1.0),  # 5 over the root of 25 / 4
        ([1.0, 1.0, 1.0, -5.0], 2.0, 1.0),
        ([-3.0, 3.0, -3.0, 3.0], 1.0, 0.25),
        ([2.0] * 4, np.nan, np.nan),
        ([7.0], np.nan, np.nan),
    ],
)
def test_the_evenness_of_few_samples_is_known(samples: list[float], crest: float, share: float) -> None:
    found = _evenness(np.array(samples))
    assert found == pytest.approx((crest, share), nan_ok=True)


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_no_samples_have_no_evenness() -> None:
    assert np.isnan(_evenness(np.array([]))).all()


@pytest.mark.parametrize(("n", "n_largest"), [(149, 1), (151, 2)])
def test_the_largest_hundredth_is_the_nearest_whole_number_of_samples(n: int, n_largest: int) -> None:
    x = np.zeros(n)
    x[:10] = [1.0] * 8 + [10.0, -10.0]
    assert _evenness(x)[1] == pytest.approx(10 * n_largest / 28)
