"""Repairs, judged on signals whose artefact is known, so that what is left can be held against the clean signal."""

from __future__ import annotations

import numpy as np
import pytest

import emgkit as ek
from emgkit import repairs, signal, spectrum
from emgkit.errors import ArgumentError, EmgkitWarning, SignalError
from emgkit.study.recordings.condition import condition

SFREQ = 2000.0
# centre and width (s) and height of P, Q, R, S and T
WAVES = ((-0.2, 0.025, 0.12), (-0.035, 0.01, -0.12), (0.0, 0.012, 1.0), (0.035, 0.012, -0.25), (0.28, 0.05, 0.25))


def emg(rng, seconds, *, active=True):
    """EMG of 50 µV in contractions of some 2 s, with the noise of an amplifier."""
    times = np.arange(round(seconds * SFREQ)) / SFREQ
    level = 0.03 + active * (np.sin(2 * np.pi * times / 4) > 0.2)
    noise = spectrum.shaped_noise(times.size, sfreq=SFREQ, rng=rng)[0]
    return 50e-6 * level * noise + 1.5e-6 * rng.normal(size=times.size)


def heart(rng, seconds, *, rate=72):
    """A heart of unit height whose beats vary in time, shape and, with breathing, in height; and when it beats."""
    times = np.arange(round(seconds * SFREQ)) / SFREQ
    wave, beats, beat = np.zeros(times.size), [], rng.uniform(0.2, 0.8)
    while beat < seconds:
        breath = np.sin(2 * np.pi * 0.25 * beat)
        between = 60 / rate * (1 + 0.04 * breath + 0.02 * rng.normal())
        for centre, width, height in WAVES:
            place = beat + (centre * np.sqrt(between / 0.86) if abs(centre) > 0.1 else centre)
            wave += (1 + 0.08 * breath) * height * np.exp(-0.5 * ((times - place) / width) ** 2)
        beats.append(beat)
        beat += between
    return wave, np.array(beats)


def recording(data):
    channels = tuple(ek.Channel(name=f"ch{row}", unit="V", kind="EMG") for row in range(len(data)))
    return ek.Recording(data=data, sfreq=SFREQ, channels=channels)


def amplitude(x):
    return signal.moving_rms(signal.bandpass(x, 20, 400, sfreq=SFREQ), 0.1, sfreq=SFREQ)


@pytest.mark.parametrize("rate", [55, 75, 130])
@pytest.mark.parametrize("ratio", [1, 3, 10])
def test_without_its_heartbeats_the_amplitude_is_at_least_five_times_as_near_to_the_clean_one(ratio, rate):
    whole, over_time = [], []
    for seed in range(3):
        rng = np.random.default_rng([seed, ratio, rate])
        clean = emg(rng, 30)
        dirty = clean + ratio * 50e-6 * heart(rng, 30, rate=rate)[0]
        mended = ek.RemoveECG()(recording([dirty])).data[0]
        truth = amplitude(clean)
        over_time.append([np.abs(amplitude(x) - truth).mean() for x in (dirty, mended)])
        whole.append([abs(amplitude(x).mean() - truth.mean()) for x in (dirty, mended)])
    for errors in (whole, over_time):
        before, after = np.mean(errors, axis=0)
        assert before >= 5 * after


def test_parts_between_the_beats_and_channels_without_a_heart_stay():
    rng = np.random.default_rng(4)
    clean, other = emg(rng, 30), emg(rng, 30)
    wave, beats = heart(rng, 30)
    for step in (ek.RemoveECG(), ek.RemoveECG(method="gated")):
        mended = step(recording([clean + 150e-6 * wave, other])).data
        times = np.arange(clean.size) / SFREQ
        far = np.abs(times[:, None] - beats).min(axis=1) > 0.33
        if step.cutoff is None:
            assert np.abs(mended[1] - other).mean() < 0.02 * np.abs(other).mean()
        moved = amplitude(mended[0])[far].mean() / amplitude(clean)[far].mean() - 1
        assert abs(moved) < 0.02
        assert abs(amplitude(mended[1]).mean() / amplitude(other).mean() - 1) < 0.02


def test_the_template_beats_the_gate_and_the_gate_the_plain_filter():
    rng = np.random.default_rng(6)
    clean = emg(rng, 40)
    dirty = recording([clean + 200e-6 * heart(rng, 40)[0]])
    truth = amplitude(clean)
    left = [
        np.abs(amplitude(step(dirty).data[0]) - truth).mean()
        for step in (ek.RemoveECG(), ek.RemoveECG(method="gated"), ek.Highpass(cutoff=30))
    ]
    assert left == sorted(left)
    # the plain filter takes from the EMG between the beats as well
    quiet = recording([clean])
    assert amplitude(ek.Highpass(cutoff=30)(quiet).data[0]).mean() < 0.98 * truth.mean()


def test_every_beat_is_found_within_a_hundredth_of_a_second():
    rng = np.random.default_rng(2)
    wave, beats = heart(rng, 40, rate=85)
    found = repairs.heartbeats([emg(rng, 40), emg(rng, 40) - 150e-6 * wave], sfreq=SFREQ) / SFREQ
    inside = beats[(beats > 0.1) & (beats < 39.9)]
    assert np.abs(found - inside[:, None]).min(axis=1).max() < 0.01
    assert len(found) <= len(beats)


@pytest.mark.parametrize("seed", range(6))
def test_emg_alone_has_no_heart_and_a_notice_says_so(seed):
    rng = np.random.default_rng(seed)
    clean = recording([emg(rng, 20), emg(rng, 20, active=False)])
    with pytest.warns(EmgkitWarning, match="No heartbeat stands out from the EMG, and none was removed") as caught:
        same = ek.RemoveECG()(clean)
    assert caught[0].message.notice.code == "no-heartbeat"
    np.testing.assert_array_equal(same.data, clean.data)


def test_a_template_has_no_cut_off():
    assert ek.RemoveECG(method="gated").cutoff == 30.0
    with pytest.raises(ArgumentError, match=r"A template has no cut-off\. Allowed: cutoff with method='gated'"):
        ek.RemoveECG(cutoff=30)


@pytest.mark.parametrize("frequency", [49.8, 50.0, 50.13])
def test_without_hum_the_median_frequency_is_within_one_percent_of_the_clean_one(frequency):
    rng = np.random.default_rng(8)
    clean = spectrum.shaped_noise(round(20 * SFREQ), sfreq=SFREQ, rng=rng)[0] * 20e-6
    times = np.arange(clean.size) / SFREQ
    hum = 30e-6 * sum(np.sin(2 * np.pi * k * frequency * times + k) / k**2 for k in (1, 2, 3))
    truth = spectrum.median_frequency(clean, sfreq=SFREQ)
    assert abs(spectrum.median_frequency(clean + hum, sfreq=SFREQ) / truth - 1) > 0.05
    mended = ek.RemoveMains()(recording([clean + hum])).data[0]
    assert spectrum.median_frequency(mended, sfreq=SFREQ) == pytest.approx(truth, rel=0.01)
    assert np.sqrt(np.mean((mended - clean) ** 2)) < 0.12 * clean.std()
    # a clean signal keeps its power
    alone = ek.RemoveMains()(recording([clean])).data[0]
    assert alone.var() == pytest.approx(clean.var(), rel=0.01)


def test_hum_that_grows_is_followed_and_an_offset_stays():
    times = np.arange(20_000) / SFREQ
    hum = (1 + 0.1 * times) * np.sin(2 * np.pi * 60 * times)
    left = repairs.subtract_hum(hum + 7.0, 60, sfreq=SFREQ, harmonics=1) - 7.0
    assert np.abs(left).max() < 0.11
    assert np.abs(left[2000:-2000]).max() < 0.012


def test_hum_that_cannot_be_told_is_refused():
    with pytest.raises(ArgumentError, match=r"reaches the Nyquist.*Got: 3 harmonics of 400 Hz, up to 1200 Hz"):
        repairs.subtract_hum(np.zeros(4000), 400, sfreq=SFREQ)
    with pytest.raises(SignalError, match=r"too short to tell hum from EMG. Allowed: at least 0\.5 s. Got: 0\.25 s"):
        repairs.subtract_hum(np.zeros(500), 50, sfreq=SFREQ)


def test_spikes_are_bridged_and_their_share_is_named():
    rng = np.random.default_rng(3)
    clean = emg(rng, 20)
    dirty = np.array([clean, clean])
    dirty[0, :2] = -9e-3  # a transient at the start
    dirty[0, 7000] = 5.0  # one sample of 5000 mV
    dirty[0, 12_000:12_004] = [8e-3, -9e-3, 7e-3, -5e-3]
    with pytest.warns(EmgkitWarning, match=r"Spikes were bridged: ch0 7 samples \(0\.017 %\)\.$"):
        mended = ek.InterpolateSpikes()(recording(dirty))
    np.testing.assert_array_equal(mended.data[1], clean)
    touched = np.flatnonzero(mended.data[0] != clean)
    assert set(touched) <= {0, 1, 7000, *range(12_000, 12_004)}
    assert mended.data[0, 0] == mended.data[0, 2] == clean[2]
    assert mended.data[0, 7000] == pytest.approx((clean[6999] + clean[7001]) / 2)
    assert np.abs(mended.data).max() <= np.abs(clean).max()


@pytest.mark.parametrize("seed", range(4))
def test_bursts_and_offsets_are_no_spikes(seed):
    rng = np.random.default_rng(seed)
    times = np.arange(40_000) / SFREQ
    bursts = (1 + 100 * (times % 1 < rng.uniform(0.05, 0.4))) * rng.normal(size=times.size)
    assert not repairs.find_spikes([bursts, bursts + 1e4, np.zeros(times.size)], sfreq=SFREQ).any()


def test_a_channel_full_of_spikes_is_not_bridged():
    dirty = 1e-6 * np.random.default_rng(1).normal(size=20_000)
    dirty[::70] = 1.0
    with pytest.raises(
        SignalError, match=r"too much of channel 'ch0'.*Allowed: at most 1 % of its samples\. Got: 1\.4"
    ):
        ek.InterpolateSpikes()(recording([dirty]))


def test_repairs_stand_in_the_history_and_do_not_part_a_recording_from_its_mvc():
    rng = np.random.default_rng(5)
    envelope = ek.Pipeline(ek.Bandpass(low=20, high=400), ek.MovingRMS(window=0.1))
    context = {"participant": "01", "task": "mvc"}
    channels = (ek.Channel(name="ch0", unit="V", kind="EMG"),)
    mvc, lift = (ek.Recording(data=[emg(rng, 10)], sfreq=SFREQ, channels=channels, context=context) for _ in range(2))
    mended = ek.Pipeline(ek.RemoveMains()).then(envelope, ek.reference([mvc], envelope, window=0.5))(lift)
    assert [type(step).__name__ for step in mended.history][:1] == ["RemoveMains"]
    assert mended.channels[0].unit == "%MVC"


def test_what_a_step_remarks_is_a_notice_of_the_trial_in_a_study():
    rng = np.random.default_rng(3)
    dirty = emg(rng, 10)
    dirty[7000] = 5.0
    trial = ek.Trial(streams={"emg": recording([dirty])})
    done = condition(trial, ek.Pipeline(ek.InterpolateSpikes(), ek.Bandpass(low=20, high=400), ek.Rectify()))
    assert [notice.code for notice in done.trial.notices] == ["spikes-bridged"]
    assert [type(step).__name__ for step in done.envelope.history] == ["InterpolateSpikes", "Bandpass", "Rectify"]
    assert condition(trial, ek.Pipeline(ek.Bandpass(low=20, high=400))).trial is trial


@pytest.mark.parametrize("ratio", [1, 3, 8])
def test_a_real_heart_leaves_a_fifth_of_its_error_at_most(recordings, ratio):
    """A minute of a recorded electrocardiogram, below 40 Hz, where it holds no noise of its own."""
    heart_alone = ek.read(recordings / "biopac" / "physio-5.0.1-c.acq")["ecg"]
    wave = signal.bandpass(heart_alone.data[0], 0.5, 40, sfreq=heart_alone.sfreq)
    wave = signal.resample(wave / np.quantile(np.abs(wave), 0.999), sfreq=heart_alone.sfreq, to=SFREQ)
    clean = emg(np.random.default_rng(ratio), wave.size / SFREQ)
    dirty = clean + ratio * 50e-6 * wave
    truth, before, after = (amplitude(x).mean() for x in (clean, dirty, ek.RemoveECG()(recording([dirty])).data[0]))
    assert abs(before - truth) >= 5 * abs(after - truth)
