"""Onsets against simulated bursts whose edges are known, and what they must not depend on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, DesignError, SignalError
from emgkit.events import onsets
from emgkit.events.onsets.aglr import evidence
from emgkit.events.onsets.bonato import double_threshold
from emgkit.events.onsets.change_points import change_points
from emgkit.events.onsets.finding import confidence
from emgkit.events.onsets.method import bursts, runs
from emgkit.events.onsets.profile_likelihood import likeliest_change
from emgkit.simulate.signals import disturbed
from emgkit.simulate.specification import Artefacts
from emgkit.spectrum import shaped_noise

METHODS = tuple(onsets.METHODS)
every_method = pytest.mark.parametrize("method", METHODS)
NOISE = 2e-6


def recording(data, sfreq=2000.0, start=0.0, **more):
    channels = tuple(ek.Channel(name=f"ch{row}", unit="V", kind="EMG") for row in range(len(data)))
    return ek.Recording(data=data, sfreq=sfreq, channels=channels, start=start, **more)


def simulated(seed, *, snr, rise=0.0, sfreq=2000.0, n=6):
    """Bursts of EMG in the noise of an amplifier, with hum and movement of the cable, and their edges (s)."""
    rng = np.random.default_rng(seed)
    times = np.arange(round((2.5 * n + 1.5) * sfreq)) / sfreq
    on = np.round(1.5 + 2.5 * np.arange(n) + rng.uniform(-0.2, 0.2, n), 3)
    off = np.round(on + rng.uniform(0.8, 1.3, n), 3)
    level, moving = np.zeros(times.size), np.zeros(times.size)
    for first, last in zip(on, off, strict=True):
        inside = (times >= first - 1e-9) & (times < last - 1e-9)
        up, down = (np.clip(t / rise, 0, 1) if rise else 1.0 for t in (times - first, last - times))
        level += inside * up * down
        moving += inside * np.sin(np.pi * (times - first) / (last - first))
    emg = level * shaped_noise(times.size, sfreq=sfreq, rng=rng) * NOISE * 10 ** (snr / 20)
    artefacts = Artefacts(noise=NOISE, mains=NOISE / 2, movement=NOISE)
    return recording(disturbed(emg, artefacts, sfreq=sfreq, moving=moving, rng=rng), sfreq), on, off


def errors(table, on, off):
    """Distances of the found edges from the true ones (s), and how many bursts were found besides."""
    found = table[["onset", "offset"]].to_numpy()
    apart, used = [], set()
    for edges in zip(on, off, strict=True):
        shared = np.minimum(found[:, 1], edges[1]) - np.maximum(found[:, 0], edges[0]) if len(found) else [-1]
        best = int(np.argmax(shared))
        if shared[best] > 0:
            used.add(best)
            apart.append(found[best] - edges)
    return np.array(apart), len(on) - len(apart), len(found) - len(used)


# largest median of the distance of an onset from the truth (s), by SNR (dB)
WITHIN = {
    "hodges-bui": {6: 0.010, 10: 0.008, 20: 0.010},
    "bonato": {6: 0.010, 10: 0.008, 20: 0.008},
    "tkeo": {6: 0.012, 10: 0.008, 20: 0.010},
    "aglr": {6: 0.006, 10: 0.005, 20: 0.005},
    "profile-likelihood": {6: 0.006, 10: 0.004, 20: 0.004},
    "change-points": {6: 0.006, 10: 0.005, 20: 0.005},
}


@every_method
@pytest.mark.parametrize("snr", [6, 10, 20])
def test_the_edges_of_simulated_bursts_are_found(method, snr):
    apart, missed, extra = [], 0, 0
    for seed in range(8):
        emg, on, off = simulated(seed, snr=snr)
        distances, lost, more = errors(ek.find_onsets(emg, method=method), on, off)
        apart.append(distances)
        missed, extra = missed + lost, extra + more
    onset, offset = np.median(np.abs(np.concatenate(apart)), axis=0)
    assert (missed, extra <= 2) == (0, True)
    assert onset <= WITHIN[method][snr]
    assert offset <= 1.5 * WITHIN[method][snr]


@pytest.mark.parametrize("method", ["tkeo", "profile-likelihood"])
def test_a_rise_of_20_ms_is_found_within_15_ms_at_10_db(method):
    apart = []
    for seed in range(8):
        emg, on, off = simulated(seed, snr=10, rise=0.02)
        apart.append(errors(ek.find_onsets(emg, method=method), on, off)[0])
    assert np.median(np.abs(np.concatenate(apart)[:, 0])) <= 0.015


@every_method
def test_neither_unit_nor_time_zero_nor_offset_changes_anything(method):
    emg, _, _ = simulated(3, snr=10)
    found = ek.find_onsets(emg, method=method)
    edges = found[["onset", "offset"]].to_numpy()
    for factor in (1e3, 1e-3):
        other = ek.find_onsets(recording(factor * emg.data), method=method)
        np.testing.assert_allclose(other[["onset", "offset"]], edges, rtol=0, atol=1e-9)
        np.testing.assert_allclose(other["confidence"], found["confidence"], atol=1e-3)
    later = ek.find_onsets(recording(emg.data, start=12.5), method=method)
    np.testing.assert_allclose(later[["onset", "offset"]], edges + 12.5, rtol=0, atol=1e-9)
    raised = ek.find_onsets(recording(emg.data + 2.5), method=method)
    np.testing.assert_allclose(raised[["onset", "offset"]], edges, rtol=0, atol=2e-3)


@every_method
@pytest.mark.parametrize("to", [1000.0, 4000.0])
def test_the_rate_changes_little(method, to):
    apart = []
    for seed in range(4):
        emg, _, _ = simulated(seed, snr=12)
        one, two = ek.find_onsets(emg, method=method), ek.find_onsets(ek.Resample(sfreq=to)(emg), method=method)
        assert len(one) == len(two)
        apart.append((one[["onset", "offset"]] - two[["onset", "offset"]]).to_numpy())
    assert np.median(np.abs(np.concatenate(apart))) <= 0.003


@every_method
def test_the_reversed_signal_has_its_onsets_where_the_offsets_were(method):
    emg, _, _ = simulated(5, snr=12)
    there, back = (ek.find_onsets(recording(data), method=method) for data in (emg.data, emg.data[:, ::-1]))
    turned = emg.duration - back[["offset", "onset"]].to_numpy()[::-1]
    apart = np.abs(turned - there[["onset", "offset"]].to_numpy())
    assert (np.median(apart) <= 1e-3, apart.max() <= 0.01) == (True, True)


@every_method
def test_rest_alone_holds_no_burst(method):
    rng = np.random.default_rng(8)
    quiet = recording([1e-6 * rng.normal(size=40_000)])
    found = ek.find_onsets(quiet, method=method, baseline=(2.0, 6.0))
    assert found.empty
    assert found.dtypes["onset"] == np.float64
    with pytest.raises(SignalError, match=r"No rest is found in channel 'ch0'.*baseline=\(start, stop\)"):
        ek.find_onsets(quiet, method=method)


@every_method
def test_an_edge_outside_the_recording_is_nan(method):
    emg, on, off = simulated(2, snr=15)
    middle = emg.crop((on[0] + off[0]) / 2, (on[4] + off[4]) / 2)
    found = ek.find_onsets(middle, method=method)
    assert len(found) == 5
    assert found["onset"].isna().tolist() == [True, False, False, False, False]
    assert found["offset"].isna().tolist() == [False, False, False, False, True]
    assert found["confidence"].notna().all()


def test_a_row_says_what_it_rests_on():
    emg, _, _ = simulated(1, snr=15)
    two = recording(np.concatenate([emg.data, 5 * emg.data]))
    table = ek.find_onsets(two, method=onsets.HodgesBui(sds=2.5), baseline=(0.25, 1.0))
    assert table["channel"].tolist() == ["ch0"] * 6 + ["ch1"] * 6
    assert table["burst"].tolist() == [1, 2, 3, 4, 5, 6] * 2
    np.testing.assert_allclose(table["duration"], table["offset"] - table["onset"])
    assert set(table["threshold_unit"]) == {"V"}
    np.testing.assert_allclose(table["threshold"][6:], 5 * table["threshold"][:6])
    assert set(zip(table["baseline_start"], table["baseline_stop"], strict=True)) == {(0.25, 1.0)}
    assert table.attrs["methods"] == (
        "Onsets and offsets were found in the EMG band-passed at 30–300 Hz (zero lag, net order 4): where the "
        "rectified signal, low-pass filtered at 50 Hz (zero lag, net order 4), exceeded the mean of rest plus 2.5 "
        "standard deviations (Hodges and Bui 1996). Bursts shorter than 25 ms were dropped, and silences shorter than "
        "100 ms did not end a burst. Rest was the stretch from 0.25 to 1 s."
    )


@every_method
def test_the_sentence_has_every_number(method):
    one = onsets.METHODS[method]()
    for name, value in one.parameters().items():
        shown = {"hold": 1000 * value, "gap": 1000 * value, "window": 1000 * value, "reach": 1000 * value}
        assert f"{shown.get(name, value):g}" in one.sentence(), name


def test_the_confidence_of_normal_noise_is_known():
    rng = np.random.default_rng(4)
    for k in (1.0, 2.0, 10**0.5):
        many = confidence(k * rng.normal(size=20_000), rng.normal(size=20_000))
        assert many == pytest.approx(2 / np.pi * np.arctan(k), abs=0.01)
    louder = [ek.find_onsets(simulated(1, snr=snr)[0])["confidence"].median() for snr in (6, 12, 20)]
    assert louder == sorted(louder)
    assert louder[2] > 0.85


@pytest.mark.parametrize(
    ("baseline", "text"),
    [
        ((-1.0, 2.0), r"does not lie within the recording.*Allowed: \(start, stop\) within 0–16.5 s.*Got: -1–2 s"),
        ((14.0, 20.0), "Got: 14–20 s"),
        ((1.0, 1.05), "at least 0.1 s long. Got: 1–1.05 s"),
        ((2.0, 1.0), "Got: 2–1 s"),
        ((float("nan"), 1.0), "does not lie within"),
        (0.5, r"'baseline' cannot be used.*Got: 0\.5"),
        ("rest", "Got: 'rest'"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_refused(baseline, text):
    with pytest.raises(ArgumentError, match=text):
        ek.find_onsets(simulated(1, snr=10)[0], baseline=baseline)


def test_what_is_no_emg_with_two_signs_is_refused():
    emg, _, _ = simulated(1, snr=10)
    envelope = ek.Pipeline(ek.Bandpass(low=20, high=400), ek.Rectify(), ek.Envelope(cutoff=6))(emg)
    with pytest.raises(SignalError, match=r"two signs.*Got: the result of 'Rectify' and 'Envelope'.*before the steps"):
        ek.find_onsets(envelope)
    with pytest.raises(SignalError, match="'ch0' looks like an envelope"):
        ek.find_onsets(recording(np.maximum(envelope.data, 0)))
    angle = ek.Recording(data=emg.data, sfreq=2000.0, channels=(ek.Channel(name="knee", unit="deg", kind="JNTANG"),))
    with pytest.raises(ArgumentError, match=r"'knee' is no EMG.*trial\.emg"):
        ek.find_onsets(angle)
    with pytest.raises(SignalError, match=r"rate is too low.*Allowed: above 631\.6 Hz\. Got: 500 Hz"):
        ek.find_onsets(ek.Resample(sfreq=500)(emg))
    with pytest.raises(SignalError, match=r"too short to find rest.*at least 1 s. Got: 0\.5 s"):
        ek.find_onsets(emg.crop(0, 0.5))
    with pytest.raises(ArgumentError, match=r"Unknown method 'tkoe'.*Did you mean 'tkeo'\?"):
        ek.find_onsets(emg, method="tkoe")
    with pytest.raises(ArgumentError, match="'method' cannot be used"):
        ek.find_onsets(emg, method=["tkeo"])


def test_lost_samples_are_no_rest_and_a_dead_channel_says_so():
    emg, _, _ = simulated(1, snr=15)
    holes = emg.data.copy()
    holes[:, 200:1400] = 0.0
    table = ek.find_onsets(recording(holes), method="tkeo")
    assert (table["baseline_start"] >= 0.7).all()
    with pytest.raises(SignalError, match=r"'ch0' is flat in every stretch of 0\.5 s.*pick\(\)"):
        ek.find_onsets(recording(np.zeros((1, 8000))))
    with pytest.raises(SignalError, match="'ch0' is flat where it should rest"):
        ek.find_onsets(recording(np.zeros((1, 8000))), baseline=(0, 1))


def test_parameters_of_a_method_are_checked():
    with pytest.raises(ArgumentError, match="'sds' cannot be used"):
        onsets.TeagerKaiser(sds=-1)
    with pytest.raises(ArgumentError, match=r"double threshold cannot be used.*Got: enough = 6, pairs = 5"):
        onsets.Bonato(enough=6)
    with pytest.raises(ArgumentError, match="takes its parameters by keyword"):
        onsets.HodgesBui(3)


def test_the_mathematics_has_its_closed_forms():
    y = np.r_[np.full(300, 0.1), np.full(400, 5.0), np.full(300, 0.1)] * np.tile([1.0, -1.0], 500)
    assert double_threshold(y, 9.0, step=4, pairs=5, enough=1).tolist() == [[300, 700]]
    assert likeliest_change(np.abs(y[:500])) == 300
    assert [likeliest_change(np.full(n, 5.0)) for n in (0, 1, 2)] == [0, 0, 1]
    assert change_points(y**2, least=20, gain=50.0, begin=350).tolist() == [0, 300, 700, 1000]
    # n/2 (r − 1 − ln r)
    assert evidence(np.array([np.e]), n=20).item() == pytest.approx(10 * (np.e - 2))
    assert runs(np.zeros(5, dtype=bool)).shape == (0, 2)
    assert bursts(runs(np.zeros(5, dtype=bool)), hold=1, gap=1).shape == (0, 2)


def test_agreement_is_of_the_bursts_that_both_found():
    one = pd.DataFrame({"channel": "VL", "method": "a", "onset": [1.0, 3.0, 5.0], "offset": [2.0, 4.0, np.nan]})
    two = pd.DataFrame({"channel": "VL", "method": "b", "onset": [1.1, 4.9], "offset": [2.3, 6.0]})
    row = ek.events.onset_agreement([one, two]).iloc[0]
    assert (row["n_a"], row["n_b"], row["n_matched"]) == (3, 2, 2)
    assert row["onset_difference"] == pytest.approx(0.0)
    assert row["onset_spread"] == pytest.approx(0.1)
    assert row["offset_difference"] == pytest.approx(-0.3)
    with pytest.raises(ArgumentError, match=r"Agreement needs two methods.*Got: 'a'"):
        ek.events.onset_agreement(one)
    with pytest.raises(DesignError, match="without 'offset'"):
        ek.events.onset_agreement(one.drop(columns="offset"))


def test_all_methods_agree_on_clear_bursts():
    emg, _, _ = simulated(7, snr=18)
    table = ek.events.onset_agreement([ek.find_onsets(emg, method=method) for method in METHODS])
    assert len(table) == 15
    assert (table["n_matched"] == 6).all()
    assert (table["onset_difference"].abs() < 0.015).all()
