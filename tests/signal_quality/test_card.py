"""The scorecard: every measure against a defect of known size."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit import spectrum
from emgkit.errors import ArgumentError
from emgkit.signal_quality import ChannelQuality, duplicates, quality

SFREQ = 2000.0


def noise(seconds=10.0, *, sfreq=SFREQ, seed=1, rms=1e-4):
    n = round(seconds * sfreq)
    return rms * spectrum.shaped_noise(n, sfreq=sfreq, rng=np.random.default_rng(seed))[0]


def emg(*rows, sfreq=SFREQ, unit="V", **more):
    channels = tuple(ek.Channel(name=f"E{i}", unit=unit) for i in range(len(rows)))
    return ek.Recording(data=np.stack(rows), sfreq=sfreq, channels=channels, **more)


def row(x, **options):
    sfreq = options.pop("sfreq", SFREQ)
    return ek.quality(emg(x, sfreq=sfreq), **options).rows[0]


def contraction(seconds=10.0, gain=20.0):
    """Rest for the first half, then the same noise `gain` times as large."""
    x = noise(seconds)
    x[x.size // 2 :] *= gain
    return x


def test_the_public_name_is_the_function():
    recording = emg(contraction())
    assert ek.quality is quality
    assert ek.quality(recording, baseline=(0.0, 2.0)).baseline == (0.0, 2.0)


def test_a_good_recording_has_no_notices():
    card = ek.quality(emg(contraction()))
    assert card.notices == ()
    assert card.rows[0].flagged == ()


def test_a_pair_that_shares_its_signal_is_named_once_and_flagged_twice():
    x, other = contraction(), noise(seed=2)
    card = ek.quality(emg(x, other, 1.2 * x))
    assert [row.flagged for row in card.rows] == [("crosstalk",), (), ("crosstalk",)]
    (notice,) = card.notices
    assert "'E0' shares 100 % of its power with 'E2'" in notice.text


def test_clipping_counts_samples_in_plateaus_at_both_rails():
    x = noise()
    top, bottom = 1.5 * np.abs(x).max(), -1.1 * np.abs(x).max()
    x[1000:1030], x[5000:5003], x[7000:7002] = top, bottom, top  # the last is too short
    found = row(x)
    assert found.clipped_share == pytest.approx(33 / x.size, rel=1e-12)
    assert "clipping" in found.flagged


def test_a_single_peak_is_no_clipping():
    assert row(noise()).clipped_share == 0.0


def test_clipped_sine_has_the_share_of_its_closed_form():
    # |sin| > c for 1 - 2 asin(c) / pi of the time
    t = np.arange(20000) / SFREQ
    x = np.clip(np.sin(2 * np.pi * 7.3 * t), -0.8, 0.8)
    assert row(x).clipped_share == pytest.approx(1 - 2 * math.asin(0.8) / math.pi, abs=2e-3)


def test_the_longest_flat_stretch_is_measured_in_seconds():
    x = noise()
    x[4000:4400] = x[4000]
    assert row(x).longest_flat == pytest.approx(0.2)
    assert "flat" in row(x).flagged
    assert row(noise()).longest_flat == 0.0


def test_a_constant_channel_is_flagged_once_and_measured_nowhere():
    card = ek.quality(emg(np.full(20000, 3e-5), noise()))
    constant, good = card.rows
    assert constant.flagged == ("constant",)
    assert constant.longest_flat == 10.0
    assert all(math.isnan(value) for value in (constant.clipped_share, constant.mains_share, constant.snr_db))
    assert "constant" not in good.flagged
    assert "'E0' is constant" in card.notices[0].text


def test_dropouts_are_inner_runs_of_zeros_of_ten_milliseconds():
    x = noise()
    x[:500], x[-500:] = 0.0, 0.0  # a channel that begins late or ends early has no drop-out
    x[3000:3020], x[9000:9100], x[12000:12019] = 0.0, 0.0, 0.0  # 10 ms, 50 ms, and 9.5 ms
    found = row(x)
    assert found.dropouts == 2
    assert found.dropout_time == pytest.approx(0.06)
    assert "dropouts" in found.flagged


@pytest.mark.parametrize("amplitude", [2e-5, 5e-5, 2e-4])
@pytest.mark.parametrize("harmonic", [1, 3])
def test_hum_of_known_amplitude_has_its_known_share(amplitude, harmonic):
    x = noise(20.0)
    hum = amplitude * np.sin(2 * np.pi * 50 * harmonic * np.arange(x.size) / SFREQ + 0.3)
    power = amplitude**2 / 2
    share = power / (power + 1e-8 * (1 - row(x).drift_share))
    assert row(x + hum).mains_share == pytest.approx(share, abs=0.01)


def test_harmonics_add_up_and_the_other_mains_frequency_does_not_count():
    x, t = noise(20.0), np.arange(40000) / SFREQ
    hum = sum(3e-5 * np.sin(2 * np.pi * 60 * k * t) for k in (1, 2, 5))
    power = 3 * 3e-5**2 / 2
    assert row(x + hum, mains=60.0).mains_share == pytest.approx(power / (power + 1e-8), abs=0.01)
    assert row(x + hum, mains=50.0).mains_share < 0.02


@pytest.mark.parametrize("make", [noise, lambda seed: 1e-4 * np.random.default_rng(seed).standard_normal(20000)])
def test_emg_like_and_white_noise_have_no_hum(make):
    shares = [row(make(seed=seed)).mains_share for seed in range(20)]
    assert np.mean(shares) < 0.006
    assert max(shares) < 0.025


def test_baseline_noise_and_snr_of_known_rms():
    found = row(contraction(gain=20.0), baseline=(0.5, 4.5))
    assert found.baseline_noise == pytest.approx(1e-4, rel=0.05)
    assert found.snr_db == pytest.approx(20 * math.log10(20), abs=1.5)


def test_the_quietest_window_is_found_and_an_offset_is_no_noise():
    x = contraction(gain=20.0)
    x[4000:5000] *= 0.1  # half a second
    found = row(x + 5e-3)
    assert found.baseline_noise == pytest.approx(1e-5, rel=0.1)


def test_a_baseline_is_counted_from_the_start_of_the_recording():
    x = contraction(gain=20.0)
    late = ek.quality(emg(x, start=100.0), baseline=(100.5, 104.5)).rows[0]
    assert late.baseline_noise == row(x, baseline=(0.5, 4.5)).baseline_noise


def test_a_dropout_is_no_baseline():
    x = contraction()
    x[6000:8000] = 0.0
    assert row(x).baseline_noise > 5e-5


def test_a_quiet_stretch_keeps_its_digits_beside_a_loud_one():
    x = contraction(gain=1e8)
    assert row(x).snr_db == pytest.approx(160, abs=3)


def test_no_contraction_is_flagged_and_a_held_one_is_not():
    assert row(noise(rms=3e-6)).flagged == ("no-signal",)  # what a muscle at rest gives
    weak = contraction(gain=1.6) * 4e-2  # from 4 to 6.4 µV
    assert row(weak).flagged == ("low-snr",)
    assert row(noise()).flagged == ()  # 100 µV from beginning to end
    assert "low-snr" in row(noise(), baseline=(0.0, 2.0)).flagged  # unless somebody says that this was rest


def test_drift_is_the_share_of_power_below_ten_hertz():
    x, t = noise(20.0), np.arange(40000) / SFREQ
    found = row(x + 1e-4 * np.sqrt(2) * np.sin(2 * np.pi * 2 * t))  # as much power as the noise
    assert found.drift_share == pytest.approx(0.5, abs=0.02)
    assert "drift" in found.flagged
    assert row(x).drift_share < 0.02


@settings(max_examples=15, deadline=None)
@given(gain=st.floats(1e-6, 1e6), sign=st.sampled_from([-1, 1]))
def test_shares_do_not_depend_on_the_gain_and_noise_follows_it(gain, sign):
    x = contraction(4.0)
    x[1000:1100], x[2000:2020] = x.max(), 0.0
    one, other = row(x), row(sign * gain * x)
    absolute = {"amplitude", "amplitude-small", "no-signal", "low-snr", "baseline", "high-frequencies"}
    assert set(other.flagged) - absolute == set(one.flagged) - absolute
    assert other.baseline_noise == pytest.approx(gain * one.baseline_noise, rel=1e-6)
    for name in ("clipped_share", "longest_flat", "dropout_time", "mains_share", "drift_share", "snr_db"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-9)


def test_amplitudes_above_the_mvc_are_never_flagged_by_their_magnitude():
    raw = emg(contraction())
    envelope = ek.Envelope(cutoff=6)(ek.Rectify()(raw))
    high = envelope.derive(np.abs(envelope.data) / envelope.data.max() * 244 + 1, unit="%MVC")
    card = ek.quality(high)
    assert card.rows[0].flagged == ()
    assert math.isnan(card.rows[0].mains_share)


def test_a_negative_envelope_is_flagged():
    envelope = ek.Rectify()(emg(contraction()))
    data = envelope.data.copy()
    data[0, :200] = -1e-6 - 1e-9 * np.arange(200)
    found = ek.quality(envelope.derive(data)).rows[0]
    assert found.negative_share == pytest.approx(200 / data.size)
    assert found.flagged == ("negative-amplitude",)
    assert math.isnan(row(noise()).negative_share)


def test_zeros_of_a_rectified_signal_are_no_rail():
    rectified = ek.Rectify()(emg(contraction()))
    data = rectified.data.copy()
    data[0, :15] = 0.0
    assert ek.quality(rectified.derive(data)).rows[0].clipped_share == 0.0


def test_short_recordings_are_not_measured_where_they_cannot_be():
    found = row(noise(1.0))
    assert math.isnan(found.mains_share)
    assert math.isnan(found.drift_share)
    assert math.isfinite(found.snr_db)
    assert math.isnan(row(noise(0.2)).snr_db)


def test_a_low_rate_is_noted_for_the_recording():
    card = ek.quality(emg(noise(sfreq=200.0), sfreq=200.0))
    assert card.notices[0].code == "low-rate"
    assert "200 Hz is below 1000 Hz" in card.notices[0].text


def test_refusals_say_what_is_allowed():
    angle = ek.Recording(data=[[1.0, 2.0]], sfreq=100.0, channels=(ek.Channel(name="knee", unit="deg", kind="JNTANG"),))
    with pytest.raises(ArgumentError, match=r"made for EMG\. Allowed: .*kind 'EMG'\. Got: stream 'angle'"):
        ek.quality(angle)
    with pytest.raises(ArgumentError, match=r"Got: Trial\. Hint: Take the EMG of the trial: trial\.emg"):
        ek.quality(ek.Trial(streams={"angle": angle}))
    with pytest.raises(ArgumentError, match="'mains' cannot be used"):
        ek.quality(emg(noise()), mains=0.0)
    with pytest.raises(ArgumentError, match=r"beyond the recording.*Got: tmin = 9 s, tmax = 12 s"):
        ek.quality(emg(noise()), baseline=(9.0, 12.0))


def test_the_recording_is_untouched_and_the_card_frozen():
    recording = emg(contraction())
    before = recording.data.copy()
    card = ek.quality(recording)
    assert np.array_equal(recording.data, before)
    with pytest.raises(dataclasses.FrozenInstanceError):
        card.mains = 60.0


def test_the_card_as_table_text_and_html():
    x = noise(seed=2)
    x[1000:1100] = 0.0
    card = ek.quality(emg(x, contraction()))
    table = card.to_frame()
    assert list(table["channel"]) == ["E0", "E1"]
    assert list(table.columns) == [field.name for field in dataclasses.fields(ChannelQuality)][:-1]
    assert table.loc[0, "flagged"] == "flat, dropouts"
    assert list(table["status"]) == ["doubtful", "good"]
    assert repr(card) == "<Scorecard: 2 channels, 1 flagged (E0: flat, dropouts)>"
    assert "<li>Channel &#x27;E0&#x27; is exactly zero in 1 stretches, 0.05 s together.</li>" in card._repr_html_()


# --- copies ------------------------------------------------------------------------------


def test_equal_recordings_are_found_whatever_their_names_and_channel_order():
    a, b = noise(seed=1), noise(seed=2)
    found = duplicates({"sub-01": emg(a, b), "sub-02": emg(b), "sub-03": np.stack([b, a]), "sub-04": emg(-a, a * 2)})
    assert [one.kind for one in found] == ["recording", "channel"]
    assert found[0].names == ("sub-01", "sub-03")
    assert found[0].notice.text == "The same samples stand in 'sub-01' and 'sub-03'."
    assert set(found[1].members) == {("sub-01", "E1"), ("sub-02", "E0"), ("sub-03", "0")}


def test_a_channel_standing_twice_in_one_recording_is_found():
    a = noise()
    (found,) = duplicates([("sub-01", emg(a, noise(seed=5), a))])
    assert (found.kind, found.members) == ("channel", (("sub-01", "E0"), ("sub-01", "E2")))


def test_constant_channels_and_different_samples_are_no_copies():
    zeros, a = np.zeros(20000), noise()
    assert duplicates({"a": emg(zeros, a), "b": emg(zeros, np.roll(a, 1)), "c": emg(zeros), "d": emg(zeros)}) == ()


def test_negative_zero_is_zero():
    x = noise()
    x[3] = 0.0
    y = x.copy()
    y[3] = -0.0
    assert len(duplicates({"a": emg(x), "b": emg(y)})) == 1


def test_one_name_for_two_recordings_is_refused():
    with pytest.raises(ArgumentError, match="more than once: 'a'"):
        duplicates([("a", emg(noise())), ("a", emg(noise()))])


def test_treadmill_walking_has_no_copies_and_no_lost_samples(recordings):
    table = pd.read_csv(recordings / "musclesyneRgies_walk" / "raw_emg_uV.csv")
    muscles = [name for name in table.columns if name.lower() != "time"]
    data = {name: table[[name]].to_numpy().T for name in muscles}
    assert len(muscles) > 5
    assert duplicates(data) == ()
    card = ek.quality(emg(*(1e-6 * x[0] for x in data.values())))
    assert not {"dropouts", "constant", "mains"} & {flag for one in card.rows for flag in one.flagged}


def test_two_participants_of_the_knee_data_share_their_sitting_and_standing_recordings(recordings):
    files = sorted((recordings / "uci_lower_limb" / "normal").glob("0[1-4]N_*.csv"))
    found = duplicates((path.stem, pd.read_csv(path).to_numpy().T) for path in files)
    assert [one.names for one in found] == [("01N_sitting", "02N_sitting"), ("01N_standing", "02N_standing")]
