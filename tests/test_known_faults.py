"""Faults seen in released EMG software, each put to emgkit: we do not do this.

The numbers are those of a list of such faults; each test fails when the fault is put in.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import emgkit as ek
from emgkit import signal, spectrum
from emgkit.errors import SignalError
from emgkit.events.onsets.bonato import double_threshold
from emgkit.steps import step_to_dict
from emgkit.workers import workers

ROOT = Path(__file__).parents[1]
ENVELOPE = ek.Pipeline(ek.Bandpass(low=20, high=200), ek.Rectify(), ek.Envelope(cutoff=6))


def recording(data, sfreq=1000.0, **context):
    channels = tuple(ek.Channel(name=f"ch{row}", unit="V") for row in range(len(data)))
    return ek.Recording(data=data, sfreq=sfreq, channels=channels, context=context)


def emg_recording(data, sfreq):
    channels = tuple(ek.Channel(name=f"ch{row}", unit="V", kind="EMG") for row in range(len(data)))
    return ek.Recording(data=data, sfreq=sfreq, channels=channels)


def bursts(seconds=10.0, sfreq=1000.0):
    """A sine that swells, the same at any rate."""
    time = np.arange(round(seconds * sfreq)) / sfreq
    return 1e-4 * np.sin(2 * np.pi * 80 * time) * (1 - np.cos(2 * np.pi * time / 2))


def test_f1_every_channel_keeps_its_own_time_base(tmp_path):
    """A Trigno CSV of EMG at 1259 Hz beside an accelerometer at 148 Hz: both last the same two seconds."""
    emg_rate, acc_rate = 17 / 0.0135, 2 / 0.0135
    emg, acc = np.sin(np.arange(2519)) * 1e-5, np.ones(297)
    label = "Label: Sensor 1: {}1 Sampling frequency: {:e} Number of points: {} start: 0 Unit: {} Domain Unit: s"
    head = [label.format("EMG", emg_rate, emg.size, "V"), label.format("ACC.X", acc_rate, acc.size, "g"), ""]
    rows = [
        f"{i / emg_rate:.6f},{emg[i]:.9f}," + (f"{i / acc_rate:.6f},{acc[i]}" if i < acc.size else ",")
        for i in range(emg.size)
    ]
    path = tmp_path / "squat.csv"
    path.write_text("\n".join([*head, 'X[s],"Sensor 1: EMG1",X[s],"Sensor 1: ACC.X1"', *rows]) + "\n")
    trial = ek.read(path)
    assert trial["emg"].times[-1] == pytest.approx(2.0, abs=0.002)
    assert trial["acc"].times[-1] == pytest.approx(2.0, abs=0.003)
    assert trial["acc"].sfreq == pytest.approx(acc_rate, rel=1e-9)


def test_f2_the_rate_is_the_recordings_and_a_gain_is_a_gain():
    slow, fast = (ENVELOPE(recording([bursts(sfreq=rate)], rate)).data[0] for rate in (1000.0, 2000.0))
    inside = slice(1000, -1000)
    np.testing.assert_allclose(fast[::2][inside], slow[inside], rtol=5e-3, atol=2e-7)
    doubled = ENVELOPE(recording([2 * bursts()])).data
    np.testing.assert_allclose(doubled, 2 * ENVELOPE(recording([bursts()])).data, rtol=1e-9)


def burst(seconds=6.0, sfreq=2000.0):
    """Noise that is twenty times as large from 2 to 4 s."""
    noise = np.random.default_rng(9).normal(size=round(seconds * sfreq))
    noise[round(2 * sfreq) : round(4 * sfreq)] *= 20
    return 1e-6 * noise


@pytest.mark.parametrize("method", ek.events.onsets.METHODS)
def test_f3_volts_millivolts_and_microvolts_give_the_same_onsets(method):
    raw, sfreq = burst(), 2000.0
    found = [ek.find_onsets(emg_recording([factor * raw], sfreq), method=method) for factor in (1.0, 1e3, 1e6)]
    for other in found[1:]:
        np.testing.assert_allclose(other[["onset", "offset"]], found[0][["onset", "offset"]], rtol=0, atol=1e-9)
    # rest is rectified too: its mean is no zero, and the threshold lies above every mean of rest
    if method == "hodges-bui":
        quiet = np.abs(signal.bandpass(raw, 30, 300, sfreq=sfreq)[1000:3000]).mean()
        assert found[0]["threshold"].item() > 1.2 * quiet


def test_f4_results_stand_in_the_order_of_the_recordings_whichever_is_ready_first():
    lengths = [60_000, 2000, 20_000, 3000]
    made = [recording(np.random.default_rng(n).standard_normal((2, n)), participant=str(n)) for n in lengths]
    alone = {n: ENVELOPE(one).data for n, one in zip(lengths, made, strict=True)}
    with workers(jobs=2) as found:
        for order in ([0, 1, 2, 3], [3, 1, 0, 2], [1, 3, 2, 0]):
            results = list(found.map(ENVELOPE, [made[place] for place in order]))
            assert [int(one.context["participant"]) for one in results] == [lengths[place] for place in order]
            for one in results:
                np.testing.assert_array_equal(one.data, alone[one.data.shape[1]])


def test_f5_half_of_the_power_gone_reads_one_half():
    noise = np.random.default_rng(5).normal(size=200_000)
    before, after = (spectrum.band_power(x, 20, 400, sfreq=2000) for x in (noise, noise / np.sqrt(2)))
    assert 1 - after / before == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("sfreq", [500.0, 1000.0, 2148.0])
def test_f6_the_integral_of_one_over_five_seconds_is_five(sfreq):
    one = recording([np.ones(round(5 * sfreq))], sfreq)
    assert ek.measure(one, "iemg", during="recording")["value"].item() == pytest.approx(5, rel=1e-12)


def test_f7_the_rms_has_its_root_and_its_window():
    np.testing.assert_allclose(signal.moving_rms(np.full(500, -3.0), 0.1, sfreq=1000), 3.0, rtol=1e-14)
    impulse = np.zeros(500)
    impulse[250] = 1.0
    assert (
        np.count_nonzero(signal.moving_rms(impulse, 0.1, sfreq=1000)) == signal.window_samples(0.1, sfreq=1000) == 101
    )


@pytest.mark.parametrize(("step", "edges"), [
    (ek.Envelope(cutoff=6, shape="critically-damped"), (6,)), (ek.Lowpass(cutoff=6), (6,)),
    (ek.Highpass(cutoff=30), (30,)), (ek.Bandpass(low=20, high=400), (20, 400)),
])  # fmt: skip
def test_f8_the_stated_cut_off_is_3_db_down_after_both_passes(step, edges):
    n, sfreq = 40_000, 1000.0
    impulse = np.zeros(n)
    impulse[n // 2] = 1.0
    gain = np.abs(np.fft.rfft(step(recording([impulse], sfreq)).data[0]))
    for edge in edges:
        assert 20 * np.log10(gain[round(edge * n / sfreq)]) == pytest.approx(-3.0103, abs=1e-3)


def test_f9_a_step_at_a_sample_is_an_onset_at_that_sample():
    for k in (300, 301, 317):
        step = np.where(np.arange(1000) < k, 0.1, 5.0) * np.tile([1.0, -1.0], 500)
        for pairs in (1, 5, 9):
            assert double_threshold(step, 9.0, step=4, pairs=pairs, enough=1).tolist() == [[k, 1000]]
    table = ek.find_onsets(emg_recording([burst()], 2000.0), method="bonato")
    assert table["onset"].item() == pytest.approx(2.0, abs=0.006)  # the zero-lag band-pass begins a little before
    assert table["offset"].item() == pytest.approx(4.0, abs=0.006)


@pytest.mark.parametrize("method", ek.events.onsets.METHODS)
def test_f10_what_is_called_active_is_louder_than_what_is_called_quiet(method):
    # most of the recording is active, and a signal turned upside down or about is no other one
    raw = np.concatenate([burst(), burst()[4000:8000], burst()[4000:], -burst()])
    for x in (raw, -raw, raw[::-1]):
        table = ek.find_onsets(emg_recording([x], 2000.0), method=method)
        times = np.arange(len(x)) / 2000
        active = np.zeros(len(x), dtype=bool)
        for onset, offset in table[["onset", "offset"]].fillna({"onset": -np.inf, "offset": np.inf}).to_numpy():
            active |= (times >= onset) & (times < offset)
        assert x[active].std() > 10 * x[~active].std()


def test_f11_a_channel_that_only_a_later_file_has_is_processed_like_the_others():
    x, y, z = np.random.default_rng(11).normal(size=(3, 4000)) * 1e-4
    first, later = recording([x, y]), recording([z, x, y])
    one, other = ENVELOPE(first), ENVELOPE(later)
    np.testing.assert_allclose(other.data[1:], one.data, rtol=1e-12)
    np.testing.assert_allclose(other.data[0], ENVELOPE(recording([z])).data[0], rtol=1e-12)
    assert not np.allclose(other.data[0], np.abs(z))


def test_f12_a_constant_stays_constant_to_the_edge():
    for step in (ek.Envelope(cutoff=6), ek.MovingRMS(window=0.1), ek.MovingMean(window=0.1), ek.Resample(sfreq=500)):
        np.testing.assert_allclose(step(recording([np.full(3000, 2e-4)])).data, 2e-4, rtol=1e-9)


def test_f13_an_amplitude_below_zero_does_not_pass_unseen():
    raw = recording([np.r_[np.zeros(2000), bursts(2.0), np.zeros(2000)]])
    rms = ek.Pipeline(ek.Bandpass(low=20, high=200), ek.MovingRMS(window=0.1))(raw)
    assert rms.data.min() >= 0
    square = recording([np.r_[np.zeros(2000), np.full(1000, 1e-4), np.zeros(2000)]])
    smooth = ek.Pipeline(ek.Rectify(), ek.Envelope(cutoff=6))(square)
    assert smooth.data.min() < 0
    assert "negative-amplitude" in [notice.code for notice in ek.quality(smooth).notices]


def test_f14_input_is_untouched_and_channels_do_not_touch_each_other():
    both = np.array([bursts(), 3 * bursts()])
    before = both.copy()
    out = ENVELOPE(recording(both)).data
    np.testing.assert_array_equal(both, before)
    np.testing.assert_array_equal(out[0], ENVELOPE(recording(both[:1])).data[0])
    both[0, 17] = np.nan
    with pytest.raises(SignalError, match=r"'ch0' has 1 samples that are NaN.*sample 17"):
        recording(both)


@pytest.mark.parametrize("method", ek.events.onsets.METHODS)
def test_f15_onsets_and_offsets_are_pairs(method):
    times = np.arange(40_000) / 2000
    level = 1 + 12 * (np.sin(2 * np.pi * 0.4 * times) > 0.3) * np.linspace(0.2, 1.5, times.size)
    raw = 1e-6 * level * np.random.default_rng(2).normal(size=times.size)
    table = ek.find_onsets(emg_recording([raw, raw[::-1]], 2000.0), method=method)
    assert len(table) >= 10
    for _, one in table.groupby("channel"):
        edges = one[["onset", "offset"]].to_numpy().ravel()
        seen = edges[np.isfinite(edges)]
        assert (np.diff(seen) > 0).all()
        assert np.isfinite(edges[1:-1]).all(), "only the first onset and the last offset can lie outside"


def test_f16_units_are_converted_once_and_times_have_the_rate(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("VL (mV)\n" + "\n".join(["0.5", "-0.25"] * 500) + "\n", encoding="utf-8")
    emg = ek.read(path, sfreq=1000).emg
    assert emg.channels[0].unit == "V"
    assert emg.data[0, :2].tolist() == [0.5e-3, -0.25e-3]
    assert emg.times[-1] == pytest.approx(0.999, rel=1e-15)
    assert emg.duration == 1.0
    back = ek.read(ek.io.write_bdf(ek.Trial(streams={"emg": emg}), tmp_path / "a.bdf")).emg
    assert back.channels[0].unit == "V"
    np.testing.assert_allclose(back.data, emg.data, atol=1e-10)


def test_f17_the_reference_is_a_rule_with_a_window_and_says_so():
    steady = recording([np.r_[bursts(), 0.1, bursts()]], participant="01", task="mvcKnee")
    envelope = ek.Pipeline(ek.Rectify(), ek.MovingRMS(window=0.1))
    normalize = ek.reference([steady], envelope, window=0.5)
    assert normalize.values[0].value < 0.5 * envelope(steady).data.max()
    said = step_to_dict(normalize)
    assert said["window"] == 0.5
    assert [step["step"] for step in said["processing"]] == ["Rectify", "MovingRMS"]
    assert "0.5 s" in normalize.sentence()


# packages that are imported by another name than they are installed by
INSTALLED_AS = {"docx": "python-docx", "great_tables": "great-tables", "PIL": "pillow"}


def test_f18_everything_the_package_imports_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[<>=!~\[ ]", text)[0].lower() for text in declared} | {"emgkit"}
    imported = set()
    for path in (ROOT / "emgkit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    assert {INSTALLED_AS.get(name, name).lower() for name in imported - set(sys.stdlib_module_names)} <= names


def test_f19_quiet_signal_after_a_loud_part_keeps_its_digits():
    rng = np.random.default_rng(1)
    quiet = rng.normal(0, 1e-6, 5000)
    joined = np.r_[rng.normal(0, 1.0, 5000), quiet]
    for function in (signal.moving_rms, signal.moving_mean):
        alone = function(quiet if function is signal.moving_rms else np.abs(quiet), 0.1, sfreq=1000)
        after = function(joined if function is signal.moving_rms else np.abs(joined), 0.1, sfreq=1000)[5000:]
        np.testing.assert_allclose(after[100:], alone[100:], rtol=1e-12)


def test_f20_nobody_is_left_out_silently():
    cells = ek.simulate.draw_cells("three_lifts", seed=1)
    lacking = cells.drop(index=cells[(cells["participant"] == "04") & (cells["exercise"] == "squat")].index[:1])
    for function in (lambda: ek.stats.contrasts(lacking, within="exercise", by="muscle"),
                     lambda: ek.stats.rm_anova(lacking, within=["exercise", "muscle"], log=False)):  # fmt: skip
        with pytest.raises(ek.errors.DesignError, match=r"04 lacks.*|.*04.*lacks"):
            function()


def test_recordings_stay_comparable_only_with_their_own_reference():
    """The reference of another person is refused: percentages of it would mean nothing."""
    steady = recording([bursts()], participant="01", task="mvc")
    normalize = ek.reference([steady], ENVELOPE, window=0.5)
    other = replace(steady, context={"participant": "02", "task": "squat"})
    with pytest.raises(ek.errors.NormalizationError, match="02"):
        ENVELOPE.then(normalize)(other)
