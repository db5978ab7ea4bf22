"""Steps: parameters checked when made, rates and units when called, numbers that are known beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit import signal
from emgkit.errors import ArgumentError, NormalizationError, SignalError, UnitError
from emgkit.recording import Recording, Step
from emgkit.steps import STEPS, ChannelReference, Normalize, amplitude_steps, step_from_dict, step_to_dict


def recording(data: Any, *, sfreq: float = 1000.0, unit: str = "V", start: float = 0.0, **context: Any) -> Recording:
    data = np.atleast_2d(data)
    channels = tuple(ek.Channel(name=name, unit=unit) for name in ("VL", "BF", "GM")[: len(data)])
    return Recording(data=data, sfreq=sfreq, channels=channels, start=start, context=context)


def noise(n_samples: int, *, n_channels: int = 1, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(n_channels, n_samples)) * 1e-4


# ------------------------------------------------------------------ parameters, when a step is made


@pytest.mark.parametrize("make", [ek.Highpass, ek.Lowpass, ek.Envelope], ids=lambda make: make.__name__)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cutoff": 0}, "'cutoff' cannot be used. Allowed: a finite number above 0 Hz. Got: 0"),
        ({"cutoff": float("nan")}, "'cutoff' cannot be used"),
        ({"cutoff": "20"}, "Got: '20'"),
        ({"order": 3}, "'order' cannot be used. Allowed: an even whole number of at least 2. Got: 3. Hint: Two"),
        ({"order": 0}, "Got: 0"),
        ({"order": 4.0}, "Got: 4.0"),
        ({"order": True}, "Got: True"),
        ({"cutoff_rule": "appliedd"}, "Unknown value for 'cutoff_rule'.*'applied' and 'per-pass'.*mean 'applied'"),
        ({"padding": "even"}, "Unknown value for 'padding'.*'odd' and 'zeros-after'.*Got: 'even'"),
    ],
)
def test_a_filter_refuses_wrong_parameters(make: Any, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**{"cutoff": 20, **wrong})


@pytest.mark.parametrize(("low", "high"), [(450, 20), (20, 20)])
def test_a_band_pass_refuses_swapped_cut_offs(low: float, high: float) -> None:
    with pytest.raises(ArgumentError, match=rf"swapped or equal. Allowed: low < high. Got: low = {low} Hz"):
        ek.Bandpass(low=low, high=high)
    with pytest.raises(ArgumentError, match=r"odd|even"):
        ek.Bandpass(low=20, high=450, order=5)


@pytest.mark.parametrize(
    ("make", "wrong", "message"),
    [
        (ek.Notch, {"frequency": -50}, "'frequency' cannot be used. Allowed: a finite number above 0 Hz"),
        (
            ek.Notch,
            {"frequency": 50, "harmonics": 0},
            "'harmonics' cannot be used. Allowed: a whole number of at least 1",
        ),
        (ek.Notch, {"frequency": 50, "harmonics": 1.5}, "Got: 1.5"),
        (ek.Notch, {"frequency": 50, "width": 0}, "'width' cannot be used"),
        (ek.MovingRMS, {"window": 0}, "'window' cannot be used. Allowed: a finite number above 0 s"),
        (ek.MovingMean, {"window": -0.1}, "'window' cannot be used"),
        (ek.Resample, {"sfreq": 0}, "'sfreq' cannot be used"),
        (ek.Edited, {"channel": "VL", "tmin": 1, "tmax": 2, "reason": "  "}, "needs a reason"),
        (
            ek.Edited,
            {"channel": "VL", "tmin": 2, "tmax": 2, "reason": "knock"},
            "tmin < tmax. Got: tmin = 2 s, tmax = 2",
        ),
        (ek.Edited, {"channel": "VL", "tmin": float("nan"), "tmax": 2, "reason": "knock"}, "'tmin' cannot be used"),
    ],
)
def test_other_steps_refuse_wrong_parameters(make: Any, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**wrong)


def test_equal_parameters_make_equal_steps_whatever_their_type() -> None:
    assert ek.Bandpass(low=20, high=np.float64(450), order=np.int64(4)) == ek.Bandpass(low=20.0, high=450.0)  # type: ignore[arg-type]
    assert repr(ek.MovingRMS(window=np.float32(0.5))) == "MovingRMS(window=0.5)"


# ------------------------------------------------------------------ against the rate and the signal


@pytest.mark.parametrize(
    "step",
    [ek.Highpass(cutoff=480), ek.Lowpass(cutoff=480), ek.Bandpass(low=20, high=480), ek.Envelope(cutoff=480)],
    ids=lambda step: type(step).__name__,
)
def test_a_rate_too_low_for_a_cut_off_is_refused(step: Step) -> None:
    with pytest.raises(ArgumentError, match=r"Allowed: below 475 Hz.*Got: 480 Hz"):
        step(recording(np.abs(noise(2000))))
    assert step(recording(np.abs(noise(2000)), sfreq=2000.0)).sfreq == 2000.0


def test_a_notch_above_the_nyquist_frequency_and_a_window_below_a_sample_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"Nyquist"):
        ek.Notch(frequency=50, harmonics=10)(recording(noise(2000)))
    with pytest.raises(ArgumentError, match=r"shorter than one sample"):
        ek.MovingRMS(window=1e-4)(recording(noise(2000)))


def test_an_envelope_of_a_signal_that_is_not_rectified_is_refused() -> None:
    quiet_then_raw = np.vstack([np.abs(noise(2000)), noise(2000)])
    with pytest.raises(SignalError, match=r"channel 'BF': it has negative values.*minimum of -.*Rectify first"):
        ek.Envelope(cutoff=6)(recording(quiet_then_raw))


def test_units_are_checked_channel_by_channel() -> None:
    mixed = Recording(
        data=np.abs(noise(2000, n_channels=2)),
        sfreq=1000.0,
        channels=(ek.Channel(name="VL", unit="V"), ek.Channel(name="BF", unit="%MVC")),
    )
    with pytest.raises(
        UnitError, match=r"Rectify cannot work on channel 'BF'.*Got: '%MVC'. Hint: Put it before Normal"
    ):
        ek.Rectify()(mixed)
    assert ek.Edited(channel="VL", tmin=0.5, tmax=0.6, reason="knock")(mixed).history


# ------------------------------------------------------------------ what they compute


@pytest.mark.parametrize(
    ("step", "compute"),
    [
        (ek.RemoveMean(), signal.remove_mean),
        (ek.Highpass(cutoff=30, order=6), lambda x: signal.highpass(x, 30, sfreq=1300, order=6)),
        (
            ek.Lowpass(cutoff=30, cutoff_rule="per-pass"),
            lambda x: signal.lowpass(x, 30, sfreq=1300, cutoff_rule="per-pass"),
        ),
        (
            ek.Bandpass(low=20, high=400, padding="zeros-after"),
            lambda x: signal.bandpass(x, 20, 400, sfreq=1300, padding="zeros-after"),
        ),
        (ek.Notch(frequency=50, harmonics=2, width=3), lambda x: signal.notch(x, 50, sfreq=1300, harmonics=2, width=3)),
        (ek.Rectify(), signal.rectify),
        (ek.MovingRMS(window=0.1), lambda x: signal.moving_rms(x, 0.1, sfreq=1300)),
        (ek.MovingMean(window=0.1), lambda x: signal.moving_mean(x, 0.1, sfreq=1300)),
        (ek.TKEO(), signal.tkeo),
        (ek.Resample(sfreq=650), lambda x: signal.resample(x, sfreq=1300, to=650)),
    ],
)
def test_a_step_hands_all_its_parameters_to_the_mathematics(step: Step, compute: Any) -> None:
    data = noise(3000, n_channels=3)
    np.testing.assert_array_equal(step(recording(data, sfreq=1300.0)).data, compute(data))


def test_the_envelope_of_a_rectified_signal_is_its_low_pass() -> None:
    rectified = recording(np.abs(noise(3000)))
    filtered = ek.Lowpass(cutoff=9, order=2)(rectified).data
    np.testing.assert_array_equal(ek.Envelope(cutoff=9, order=2)(rectified).data, filtered)
    assert ek.Envelope() == ek.Envelope(cutoff=6, order=4)


def test_tkeo_of_a_sine_is_its_closed_form_in_squared_volts() -> None:
    sine = recording(2e-4 * np.sin(2 * np.pi * 80 * np.arange(1000) / 1000))
    result = ek.TKEO()(sine)
    assert result.channels[0].unit == "V^2"
    np.testing.assert_allclose(result.data, (2e-4 * np.sin(2 * np.pi * 80 / 1000)) ** 2, rtol=1e-9)


def test_resampling_changes_the_rate_and_keeps_the_times() -> None:
    result = ek.Resample(sfreq=500)(recording(np.ones(1000), start=3.0))
    assert (result.sfreq, result.data.shape, result.start) == (500.0, (1, 500), 3.0)
    assert result.duration == pytest.approx(1.0)


def test_the_envelope_does_not_depend_on_the_rate_and_doubles_with_the_gain() -> None:
    # 5 Hz lies on the slope of the 6 Hz filter, where a built-in rate would show
    def swell(sfreq: float, gain: float = 1e-3) -> Recording:
        times = np.arange(round(4 * sfreq)) / sfreq
        return recording(gain * (1 + 0.8 * np.sin(2 * np.pi * 5 * times)), sfreq=sfreq)

    at = np.arange(0.5, 3.5, 0.013)
    slow, fast = (
        np.interp(at, result.times, result.data[0])
        for result in map(ek.Envelope(cutoff=6), (swell(1000.0), swell(2148.148)))
    )
    np.testing.assert_allclose(fast, slow, rtol=2e-3)
    assert np.ptp(slow) < 0.9 * 1.6e-3
    np.testing.assert_allclose(
        ek.Envelope()(swell(1000.0, gain=2e-3)).data, 2 * ek.Envelope()(swell(1000.0)).data, rtol=1e-12
    )


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.floats(-1e3, 1e3), min_size=30, max_size=80),
    window=st.floats(0.002, 0.02),
    rectify=st.booleans(),
)
def test_a_moving_rms_envelope_is_never_negative(values: list[float], window: float, rectify: bool) -> None:
    steps: tuple[Step, ...] = (ek.Rectify(),) if rectify else ()
    assert ek.Pipeline(*steps, ek.MovingRMS(window=window))(recording(values)).data.min() >= 0


def test_a_butterworth_envelope_may_undershoot_and_is_kept_as_it_is() -> None:
    burst = np.zeros(4000)
    burst[2000:2500] = 1e-3
    envelope = ek.Envelope(cutoff=6)(recording(burst)).data
    assert -1e-4 < envelope.min() < 0
    # clipping would add to the mean; kept, the area of the burst is the burst's
    assert envelope.sum() == pytest.approx(burst.sum(), rel=1e-6)


# ------------------------------------------------------------------ mending by hand


def test_edited_puts_a_straight_line_between_the_neighbours_on_one_channel() -> None:
    data = np.vstack([np.arange(10.0), np.arange(10.0) ** 2])
    data[:, 3:6] = 99.0
    result = ek.Edited(channel="BF", tmin=2.003, tmax=2.006, reason="cable pulled")(recording(data, start=2.0))
    # 4 and 36 stand at samples 2 and 6 and stay; so do all beyond them
    np.testing.assert_allclose(result.data[1], [0, 1, 4, 12, 20, 28, 36, 49, 64, 81], atol=1e-12)
    np.testing.assert_array_equal(result.data[0], data[0])


@pytest.mark.parametrize(("tmin", "tmax"), [(0.0, 0.004), (0.006, 0.5), (-1.0, 2.0), (5.0, 6.0), (0.0021, 0.0029)])
def test_edited_needs_samples_and_a_neighbour_on_both_sides(tmin: float, tmax: float) -> None:
    with pytest.raises(ArgumentError, match=r"no sample, or no neighbour.*channel 'VL'.*inside 0–0.009 s.*Crop"):
        ek.Edited(channel="VL", tmin=tmin, tmax=tmax, reason="knock")(recording(np.arange(10.0)))


def test_edited_refuses_a_channel_that_is_not_there() -> None:
    with pytest.raises(ArgumentError, match=r"Unknown channel 'VLL'.*Where: Edited.*Allowed: 'VL'.*Did you mean 'VL'"):
        ek.Edited(channel="VLL", tmin=0.002, tmax=0.004, reason="knock")(recording(np.arange(10.0)))


def test_selections_and_repairs_do_not_count_as_processing() -> None:
    edited = ek.Edited(channel="VL", tmin=0.2, tmax=0.4, reason="knock")
    history = (
        STEPS["Crop"](tmin=0, tmax=1),
        ek.Rectify(),
        edited,
        STEPS["Pick"](names=("VL",)),
        ek.MovingRMS(window=0.1),
    )  # type: ignore[call-arg]
    assert amplitude_steps(history) == (ek.Rectify(), ek.MovingRMS(window=0.1))


# ------------------------------------------------------------------ as plain values


def test_a_study_file_may_leave_out_the_version_and_the_defaults() -> None:
    assert step_from_dict({"step": "Bandpass", "low": 20, "high": 450}) == ek.Bandpass(low=20, high=450)
    assert step_to_dict(ek.Bandpass(low=20, high=450)) == {
        "step": "Bandpass",
        "version": 1,
        "low": 20.0,
        "high": 450.0,
        "order": 4,
        "cutoff_rule": "applied",
        "padding": "odd",
    }


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"step": "Bandpas", "low": 20, "high": 450}, "Unknown step 'Bandpas'.*'Highpass'.*Did you mean 'Bandpass'"),
        ({"step": "Bandpass", "lo": 20, "high": 450}, "Unknown parameter 'lo'.*Where: step 'Bandpass'.*mean 'low'"),
        ({"step": "Bandpass", "low": 20}, "'high' is missing. Where: step 'Bandpass'. Allowed: 'low', 'high', 'order'"),
        (
            {"step": "Normalize", "window": 1, "values": [{"channell": "VL"}]},
            "Unknown parameter 'channell'.*mean 'channel'",
        ),
        ({"low": 20, "high": 450}, "A step has no name.*'step' = one of 'RemoveMean'.*Got: {'low': 20"),
        ({"step": "Rectify", "version": 2}, "'Rectify' was written by a version.*Allowed: version 1. Got: version 2"),
        ({"step": "Rectify", "version": 0}, "Got: version 0"),
        ({"step": "Bandpass", "low": 450, "high": 20}, "swapped or equal"),
    ],
)
def test_what_is_no_step_is_refused(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        step_from_dict(mapping)


def test_a_step_of_somebody_else_cannot_be_written_down() -> None:
    class Rectify(ek.Rectify):
        pass

    with pytest.raises(ArgumentError, match=r"Step 'Rectify' cannot be written down"):
        step_to_dict(Rectify())


def test_nested_steps_survive_being_plain() -> None:
    value = ChannelReference(channel="VL", value=2e-4, unit="V", trial="a", trials=(("a", 2e-4), ("b", 1e-4)))
    step = Normalize(
        window=0.5,
        values=(value,),
        processing=(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope()),
        set_aside=(("a", ek.Edited(channel="VL", tmin=1, tmax=2, reason="knock")),),
    )
    plain = step_to_dict(step)
    assert plain["processing"][0]["low"] == 20.0
    assert plain["values"][0]["trials"] == [["a", 2e-4], ["b", 1e-4]]
    assert step_from_dict(plain) == step


# ------------------------------------------------------------------ Normalize by itself


def test_normalize_is_a_plain_division_with_a_unit_and_a_label() -> None:
    values = tuple(
        ChannelReference(channel=name, value=value, unit="V", trial="mvc")
        for name, value in (("BF", 1e-4), ("VL", 4e-4))
    )
    step = Normalize(participant="1", session="2", window=0.5, values=values)
    result = step(recording([[4e-4, 8e-4], [1e-4, -5e-5]], participant=1, session="2"))
    np.testing.assert_allclose(result.data, [[100, 200], [100, -50]], rtol=1e-12)
    assert [channel.unit for channel in result.channels] == ["%MVC", "%MVC"]
    assert (step.unit, step.label) == ("%MVC", "mvc:2")


@pytest.mark.parametrize(
    ("facts", "unit", "label"),
    [
        ({}, "%MVC", "mvc"),
        ({"session": "1+2"}, "%MVC", "mvc:1+2"),
        ({"kind": "task", "session": "1", "tasks": ("stand", "gait", "sit", "gait")}, "%task", "task:gait+sit+stand"),
        ({"kind": "task"}, "%task", "task"),
    ],
)
def test_the_label_says_what_the_reference_is(facts: dict[str, Any], unit: str, label: str) -> None:
    step = Normalize(window=0.5, values=(ChannelReference(channel="VL", value=1e-4, unit="V", trial="a"),), **facts)
    assert (step.unit, step.label) == (unit, label)


@pytest.mark.parametrize("value", [0.0, -1e-4, float("nan"), float("inf")])
def test_a_reference_that_cannot_be_divided_by_is_refused(value: float) -> None:
    with pytest.raises(NormalizationError, match=r"channel 'VL' cannot be divided by.*trial 'mvc_run-1'.*above 0 V"):
        ChannelReference(channel="VL", value=value, unit="V", trial="mvc_run-1")


def test_normalize_refuses_no_values_and_a_channel_twice() -> None:
    value = ChannelReference(channel="VL", value=1e-4, unit="V", trial="a")
    with pytest.raises(ArgumentError, match=r"one value a channel.*Got: none"):
        Normalize(window=0.5, values=())
    with pytest.raises(ArgumentError, match=r"one value a channel.*Got: 'VL' and 'VL'"):
        Normalize(window=0.5, values=(value, value))
    with pytest.raises(ArgumentError, match=r"Unknown value for 'kind'"):
        Normalize(window=0.5, values=(value,), kind="MVC")
