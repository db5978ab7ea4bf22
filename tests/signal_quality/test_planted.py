"""Every defect planted into simulated recordings is found, and clean ones have no findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import emgkit as ek
from emgkit import signal, spectrum
from emgkit.signal_quality import CHECKS
from emgkit.signal_quality.checks.crosstalk import crosstalk as crosstalk_of
from emgkit.simulate.signals import _heartbeats

FEW, EVERY_DAY, ALL = 6, 20, 200


def spike(size):
    def plant(data, sfreq, rng):
        data[0, rng.integers(int(0.2 * sfreq), data.shape[1] - int(0.2 * sfreq))] = size

    return plant


def short_spikes(data, sfreq, rng):
    for place in rng.integers(int(0.2 * sfreq), data.shape[1] - int(0.2 * sfreq), 20):
        data[0, place : place + rng.integers(1, max(2, int(0.002 * sfreq)))] = rng.choice([-1, 1]) * 10.7e-3


def transient_at_the_start(data, _sfreq, _rng):
    data[0, :2] = -9e-3


def transient_at_the_end(data, _sfreq, _rng):
    data[0, -2:] = 9e-3


def clipped(data, _sfreq, _rng):
    rail = np.quantile(np.abs(data[0]), 0.98)
    data[0] = np.clip(data[0], -rail, rail)


def held_value(data, sfreq, rng):
    first = rng.integers(int(0.5 * sfreq), data.shape[1] - int(0.5 * sfreq))
    data[0, first : first + int(0.2 * sfreq)] = data[0, first]


def dead(data, _sfreq, _rng):
    data[0] = 3e-5


def lost_packet(data, sfreq, _rng):
    loudest = int(np.convolve(data[0] ** 2, np.ones(100), "same").argmax())
    first = min(max(loudest, 10), data.shape[1] - int(0.1 * sfreq))
    data[0, first : first + int(0.05 * sfreq)] = 0


def hum(frequency):
    def plant(data, sfreq, _rng):
        times = np.arange(data.shape[1]) / sfreq
        wave = sum(np.sin(2 * np.pi * frequency * k * times + k) / k for k in (1, 2, 3))
        data[0] += data[0].std() * wave

    return plant


def offset(volts=None):
    def plant(data, _sfreq, _rng):
        data[0] += 2 * data[0].std() if volts is None else volts

    return plant


def movement(data, sfreq, rng):
    sway = spectrum.shaped_noise(data.shape[1], sfreq=sfreq, rng=rng, density=lambda f: 1 / (1 + (f / 6) ** 8))[0]
    data[0] += 1.5 * data[0].std() * sway


def times(factor):
    def plant(data, _sfreq, _rng):
        data *= factor

    return plant


def noise_instead(rms):
    def plant(data, _sfreq, rng):
        data[0] = rms * rng.standard_normal(data.shape[1])

    return plant


def noisy_rest(data, _sfreq, rng):
    data[0] += 4e-5 * rng.standard_normal(data.shape[1])


def rectified(data, _sfreq, _rng):
    data[0] = np.abs(data[0] - data[0].mean())


def smoothed(data, sfreq, _rng):
    data[0] = signal.lowpass(data[0], 30, sfreq=sfreq)


def heartbeats(data, sfreq, rng):
    data[0] += 2e-4 * _heartbeats(np.arange(data.shape[1]) / sfreq, rng)


def crosstalk(data, _sfreq, _rng):
    data[1] = 0.4 * data[1] + 0.8 * data[0] * data[1].std() / data[0].std()


def one_sensor_twice(data, _sfreq, _rng):
    data[1] = 1.01 * data[0]


# what is planted -> how, the check that finds it, and in which recordings
DEFECTS: dict[str, tuple[Callable[..., None], str, dict[str, Any]]] = {
    "one sample of 5000 mV": (spike(5.0), "spikes", {}),
    "one sample of 5000 mV, by its size": (spike(5.0), "amplitude", {}),
    "one sample of 10.7 mV": (spike(10.7e-3), "spikes", {}),
    "short spikes": (short_spikes, "spikes", {}),
    "two samples of -9 mV at the start": (transient_at_the_start, "edges", {}),
    "two samples of 9 mV at the end": (transient_at_the_end, "edges", {}),
    "clipping of 2 %": (clipped, "clipping", {}),
    "the same value for 0.2 s": (held_value, "flat", {}),
    "a constant channel": (dead, "constant", {}),
    "50 ms of zeros": (lost_packet, "dropouts", {}),
    "hum at 50 Hz": (hum(50), "mains", {}),
    "hum at 60 Hz": (hum(60), "mains", {}),
    "an offset of 2.5 V": (offset(2.5), "offset", {}),
    "an offset of two standard deviations": (offset(), "offset", {}),
    "movement": (movement, "drift", {}),
    "µV taken for V": (times(1e6), "amplitude", {}),
    "mV taken for V": (times(1e3), "amplitude", {}),
    "V taken for mV": (times(1e-3), "amplitude-small", {}),
    "30 µV of white noise": (noise_instead(3e-5), "no-signal", {}),
    "2 µV of white noise": (noise_instead(2e-6), "no-signal", {}),
    "40 µV of noise at rest": (noisy_rest, "baseline", {"task": "lifts"}),
    "a rectified signal": (rectified, "rectified", {}),
    "a signal without what lies above 30 Hz": (smoothed, "low-passed", {}),
    "heartbeats at rest": (heartbeats, "ecg", {"task": "jump", "seconds": 15.0}),
    "crosstalk of 80 %": (crosstalk, "crosstalk", {"channels": 2, "task": "lifts"}),
    "one sensor twice": (one_sensor_twice, "crosstalk", {"channels": 2}),
}


def missed(recorded, what: str, count: int) -> list[int]:
    plant, code, options = DEFECTS[what]
    lost = []
    for seed in range(count):
        recording, rng = recorded(seed, **options)
        data = recording.data.copy()
        plant(data, recording.sfreq, rng)
        if all(code not in row.flagged for row in ek.quality(recording.derive(data)).rows):
            lost.append(seed)
    print(f"{what}: {count - len(lost)} of {count} found by {code!r}")
    return lost


@pytest.mark.parametrize("what", DEFECTS)
def test_a_planted_defect_is_found(recorded, what):
    assert missed(recorded, what, EVERY_DAY) == []


@pytest.mark.slow
@pytest.mark.parametrize("what", DEFECTS)
def test_a_planted_defect_is_found_in_200_recordings(recorded, what):
    assert missed(recorded, what, ALL) == []


def alarms(recorded, count: int) -> tuple[Counter[str], int]:
    flags, channels = Counter[str](), 0
    for seed in range(count):
        rows = ek.quality(recorded(seed, channels=4)[0]).rows
        channels += len(rows)
        flags.update(flag for row in rows for flag in row.flagged)
    print(f"{flags.total()} findings in {channels} clean channels: {dict(flags)}")
    return flags, channels


def test_clean_recordings_have_no_findings(recorded):
    flags, channels = alarms(recorded, EVERY_DAY)
    assert flags.total() <= 0.01 * channels


@pytest.mark.slow
def test_200_clean_recordings_have_at_most_one_finding_in_a_hundred(recorded):
    flags, channels = alarms(recorded, ALL)
    assert flags.total() <= 0.01 * channels


def test_every_check_of_raw_signals_is_planted():
    # of a channel above rest, what says the same as another check here
    planted = {code for _, code, _ in DEFECTS.values()} | {"low-snr", "low-frequencies", "high-frequencies"}
    assert planted == {check.name for check in CHECKS if check.of != "amplitudes"}


@pytest.mark.parametrize("task", ["sustained", "hold"])
def test_heartbeats_are_found_in_contractions_that_are_held(recorded, task):
    found = 0
    for seed in range(FEW):
        recording, rng = recorded(seed, task=task, seconds=15.0)
        beats = _heartbeats(np.arange(recording.data.shape[1]) / recording.sfreq, rng)
        (row,) = ek.quality(recording.derive(recording.data + 4 * recording.data.std() * beats)).rows
        found += "ecg" in row.flagged
    print(f"heartbeats of 4 standard deviations: {found} of {FEW}")
    assert found >= 0.9 * FEW


def test_a_motor_unit_that_fires_evenly_is_no_heart():
    sfreq, rng = 2000.0, np.random.default_rng(3)
    train = np.zeros(40_000)
    train[np.cumsum(rng.normal(0.16 * sfreq, 20, 118)).astype(int)] = rng.uniform(0.7, 1.3, 118)
    wave = np.gradient(np.exp(-0.5 * (np.arange(-60, 61) / 12) ** 2))
    samples = 1e-3 * np.convolve(train, wave, "same") + 2e-6 * rng.standard_normal(train.size)
    emg = ek.Recording(data=[samples], sfreq=sfreq, channels=(ek.Channel(name="VL", unit="V"),))
    assert "ecg" not in ek.quality(emg).rows[0].flagged


def independent(data, rng):
    """Signals that share nothing, each with the spectrum and the bursts of a real one."""
    made = []
    for x in data:
        spectra = np.fft.rfft(x - x.mean())
        y = np.fft.irfft(np.abs(spectra) * np.exp(2j * np.pi * rng.random(spectra.size)), x.size)
        level, own = (np.sqrt(np.convolve(one**2, np.ones(100) / 100, "same")) for one in (x, y))
        made.append(y * level / np.maximum(own, 1e-9))
    return np.array(made)


def test_real_channels_share_more_than_independent_ones(recordings):
    import pandas as pd

    rng, real, alone = np.random.default_rng(0), [], []
    for path in sorted((recordings / "uci_lower_limb").glob("pathology/*_standing.csv")):
        data = pd.read_csv(path).to_numpy().T[:4]
        real += [one.correlation for one in crosstalk_of(data, sfreq=1000.0)]
        alone += [one.correlation for one in crosstalk_of(independent(data, rng), sfreq=1000.0)]
    print(f"above 0.5: {np.mean(np.array(real) > 0.5):.2f} of real channels; independent ones reach {max(alone):.2f}")
    assert max(alone) < 0.4
    assert 0.05 < np.mean(np.array(real) > 0.5) < 0.4


@pytest.mark.parametrize("task", ["walking", "standing", "sitting"])
def test_the_real_recordings_of_a_laboratory_are_mostly_good(recordings, task):
    import pandas as pd

    folder, stem = recordings / "uci_lower_limb", {"walking": "gait"}.get(task, task)
    status, bad = Counter[str](), []
    for path in sorted(folder.glob(f"*/*_{stem}.csv")):
        data = 1e-3 * pd.read_csv(path).to_numpy().T[:4]
        channels = tuple(ek.Channel(name=name, unit="V") for name in ("RF", "BF", "VM", "ST"))
        rows = ek.quality(ek.Recording(data=data, sfreq=1000.0, channels=channels)).rows
        status.update(row.status for row in rows)
        bad += [(path.stem, row.channel, row.flagged) for row in rows if row.status == "bad"]
    print(f"{task}: {dict(status)}; bad: {bad}")
    assert status["good"] >= 0.6 * status.total()
    assert status["bad"] <= 0.06 * status.total()


def test_the_dead_channels_of_a_jump_are_called_by_number(recordings):
    emg = ek.read(recordings / "vicon_noraxon_cmj" / "vicon_CMJ_kinem_kinet_emg.c3d").emg
    rows = {int(row.channel.removeprefix("EMG").removesuffix(".v")): row for row in ek.quality(emg).rows}
    assert {number for number, row in rows.items() if "no-signal" in row.flagged} == set(range(7, 17))
    assert {number for number, row in rows.items() if row.status == "good"} == set(range(1, 7))


@pytest.mark.parametrize("person", [1, 2])
def test_the_dead_channel_of_isometric_tests_is_found_in_every_test(recordings, person):
    import pandas as pd

    sheets = pd.read_excel(recordings / "elderly_isometric_xlsx" / f"ID_{person}.xlsx", sheet_name=None, header=None)
    tests = {str(name): table for name, table in sheets.items() if str(name).startswith("EMG")}
    assert len(tests) == 4
    for name, table in tests.items():
        channels = tuple(ek.Channel(name=one, unit="V") for one in ("VL", "BF", "TA", "GL"))
        data = 1e-6 * table.to_numpy(dtype=float).T
        rows = {row.channel: row for row in ek.quality(ek.Recording(data=data, sfreq=2000.0, channels=channels)).rows}
        assert rows["GL"].status == "bad"
        assert "no-signal" in rows["GL"].flagged
        # the contraction that is held all the time is no noise
        own = name[-2:].replace("LG", "GL")
        assert own == "GL" or rows[own].flagged == ()
