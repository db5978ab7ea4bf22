"""OpenSignals text and HDF5: real files to their known values, built ones of several devices, and damage."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgkit import read
from emgkit.errors import EmgkitError, FormatError

h5py = pytest.importorskip("h5py", reason="OpenSignals HDF5 needs h5py")
RECORDINGS = os.environ.get("EMGKIT_RECORDINGS")
real = pytest.mark.skipif(
    RECORDINGS is None, reason="EMGKIT_RECORDINGS is not set: tests on real recordings cannot run"
)


def device(name: str = "biosignalsplux", **changed: Any) -> dict[str, Any]:
    entry = {"sensor": ["EMG", "XYZ"], "label": ["CH1", "CH2"], "column": ["nSeq", "DI", "CH1", "CH2"]}
    return {**entry, "resolution": [16, 16], "sampling rate": 1000, "device": name, **changed}


def counts(n: int = 500, bits: int = 16, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**bits, size=n)


def text(path: Path, devices: list[dict[str, Any]], columns: list[np.ndarray], end: str = "# EndOfHeader") -> Path:
    header = json.dumps({f"00:07:80:00:00:{i:02d}": entry for i, entry in enumerate(devices)})
    rows = "\n".join("\t".join(str(int(v)) for v in row) + "\t" for row in np.column_stack(columns))
    path.write_text(f"# OpenSignals Text File Format\n# {header}\n{end}\n{rows}\n")
    return path


def hdf5(path: Path, devices: dict[str, dict[str, Any]]) -> Path:
    with h5py.File(path, "w") as file:
        for mac, one in devices.items():
            group = file.create_group(mac)
            group.attrs.update({"sampling rate": one["rate"], "resolution": one["bits"], "device": one["device"]})
            n = len(next(iter(one["channels"].values()))[1])
            group["raw/nSeq"] = np.arange(n, dtype="u4")[:, None]
            for name, (sensor, values) in one["channels"].items():
                group[f"raw/{name}"] = np.asarray(values)[:, None]
                group[f"raw/{name}"].attrs.update({"sensor": sensor, "label": f"{mac} {name}"})
    return path


@real
@pytest.mark.parametrize(("name", "seconds", "bits"), [("emg_bursts", 28.519, 16), ("emg_fatigue", 126.9, 12)])
def test_real_recordings_hold_the_known_length_rate_and_amplitude(name: str, seconds: float, bits: int) -> None:
    path = Path(RECORDINGS or "", "opensignals", f"{name}.h5")
    emg = read(path).emg
    assert (emg.duration, emg.sfreq) == (pytest.approx(seconds), 1000)
    with h5py.File(path, "r") as file:
        raw = next(file[f"{mac}/raw/{one}"][:, 0] for mac in file for one in file[f"{mac}/raw"] if one != "nSeq")
    np.testing.assert_allclose(emg.data[0], (raw / 2**bits - 0.5) * 3 / 1000, rtol=0, atol=1e-15)


@real
def test_the_real_text_file_has_three_accelerations_in_counts() -> None:
    trial = read(Path(RECORDINGS or "", "opensignals", "sync_acc_2.txt"))
    assert trial["other"].data.shape == (3, 20250)
    assert trial["other"].data[:, 0].tolist() == [33012, 32659, 37954]
    (notice,) = trial.notices
    assert notice.text == "'X (XYZ)', 'Y (XYZ)' and 'Z (XYZ)': left in counts of the converter."


@pytest.mark.parametrize(
    ("model", "supply", "gain"), [("biosignalsplux", 3.0, 1000), ("bitalino_rev", 3.3, 1009), ("bitalino", 3.3, 1008)]
)
def test_counts_become_volts_by_the_transfer_function_of_the_device(
    tmp_path: Path, model: str, supply: float, gain: float
) -> None:
    x = counts(bits=10)
    entry = device(model, sensor=["EMGBIT" if "bit" in model else "EMG", "LUX"], resolution=[10, 10])
    trial = read(text(tmp_path / "a.txt", [entry], [np.arange(500), 0 * x, x, x]))
    np.testing.assert_allclose(trial.emg.data[0], (x / 1024 - 0.5) * supply / gain, atol=1e-15)
    assert [notice.code for notice in trial.notices] == ["transfer-function", "counts"]
    assert f"the EMG sensor of {model}, which the file does not name" in trial.notices[0].text


def test_two_devices_in_one_text_file_keep_their_columns_and_resolutions(tmp_path: Path) -> None:
    x, y = counts(bits=16), counts(bits=12, seed=1)
    other = device(resolution=[12, 12])
    n = np.arange(500)
    trial = read(text(tmp_path / "a.txt", [device(), other], [n, 0 * n, x, x, n, 0 * n, y, y]))
    assert trial.emg.names == ("CH1 #2", "CH1 #5")
    np.testing.assert_allclose(trial.emg.data, [(x / 2**16 - 0.5) * 3e-3, (y / 2**12 - 0.5) * 3e-3], atol=1e-15)


def test_devices_of_different_rates_and_resolutions_keep_their_own_in_hdf5(tmp_path: Path) -> None:
    fast, slow = counts(4000, 16).astype("u4"), counts(1000, 8, seed=2).astype("u1")
    devices = {
        "A": {"rate": 4000, "bits": [16], "device": "biosignalsplux", "channels": {"channel_1": ("EMG", fast)}},
        "B": {"rate": 1000, "bits": [8], "device": "biosignalsplux", "channels": {"channel_2": ("EMG", slow)}},
    }
    trial = read(hdf5(tmp_path / "a.h5", devices))
    assert [(one.sfreq, one.duration) for one in (trial["emg"], trial["emg_2"])] == [(4000, 1.0), (1000, 1.0)]
    np.testing.assert_allclose(trial["emg_2"].data[0], (slow / 256 - 0.5) * 3e-3, atol=1e-15)


def test_a_bitalino_may_list_the_bits_of_all_its_columns(tmp_path: Path) -> None:
    columns = ["nSeq", "I1", "I2", "O1", "O2", "A2"]
    entry = device("bitalino", sensor=["EMG"], label=["A2"], column=columns, resolution=[4, 1, 1, 1, 1, 10])
    n, x = np.arange(500) % 16, counts(bits=10)
    trial = read(text(tmp_path / "a.txt", [entry], [n, 0 * n, 0 * n, 0 * n, 0 * n, x]))
    assert trial.emg.names == ("A2",)
    np.testing.assert_allclose(trial.emg.data[0], (x / 2**10 - 0.5) * 3.3 / 1008, atol=1e-15)
    group = {"rate": 1000, "bits": [4, 1, 1, 1, 1, 10], "device": "bitalino", "channels": {"channel_2": ("EMG", x)}}
    assert np.array_equal(read(hdf5(tmp_path / "a.h5", {"A": group})).emg.data, trial.emg.data)


def test_an_hdf5_header_that_contradicts_itself_is_told_as_that(tmp_path: Path) -> None:
    group = {"rate": 1000, "bits": [], "device": "bitalino", "channels": {"channel_2": ("EMG", counts())}}
    with pytest.raises(FormatError, match=r"\AThe header of a device contradicts itself"):
        read(hdf5(tmp_path / "a.h5", {"A": group}))


def test_columns_of_one_dimension_are_read(tmp_path: Path) -> None:
    x = counts()
    group = {"rate": 1000, "bits": [16], "device": "biosignalsplux", "channels": {"channel_2": ("EMG", x)}}
    path = hdf5(tmp_path / "a.h5", {"A": group})
    with h5py.File(path, "a") as file:
        values = file["A/raw/nSeq"][:, 0]
        del file["A/raw/nSeq"]
        file["A/raw/nSeq"] = values
    assert read(path).emg.data.shape == (1, x.size)


@pytest.mark.parametrize(("start", "stop"), [(0.0, 0.3), (0.25, 0.9), (0.5, None), (0.9995, 1.0)])
def test_a_part_of_an_hdf5_file_is_the_whole_cropped(tmp_path: Path, start: float, stop: float | None) -> None:
    devices = {
        name: {"rate": rate, "bits": [16], "device": "biosignalsplux", "channels": {"channel_1": ("EMG", counts(rate))}}
        for name, rate in (("A", 4000), ("B", 1000))
    }
    path = hdf5(tmp_path / "a.h5", devices)
    whole, part = read(path), read(path, start=start, stop=stop)
    for name, recording in part.items():
        expected = whole[name].crop(start, 1.0 if stop is None else stop)
        assert np.array_equal(recording.data, expected.data)
        assert recording.start == pytest.approx(expected.start, abs=1e-12)
    assert part.emg.sfreq == 4000


def test_a_part_beside_lost_samples_is_read(tmp_path: Path) -> None:
    group = {"rate": 1000, "bits": [16], "device": "biosignalsplux", "channels": {"channel_1": ("EMG", counts())}}
    path = hdf5(tmp_path / "a.h5", {"A": group})
    with h5py.File(path, "a") as file:
        file["A/raw/nSeq"][:] = (np.arange(500) + 3 * (np.arange(500) >= 100))[:, None]
    with pytest.raises(FormatError, match=r"Samples are missing.*sample 101"):
        read(path)
    assert read(path, start=0.1).emg.data.shape == (1, 400)


def test_values_that_the_program_converted_are_mv(tmp_path: Path) -> None:
    n = np.arange(500)
    trial = read(text(tmp_path / "a.txt", [device(convertedValues=1)], [n, 0 * n, n % 7, n % 5]))
    np.testing.assert_allclose(trial.emg.data[0], (n % 7) / 1000)
    assert trial.notices[0].code == "unit-assumed"


def test_values_with_signs_or_fractions_are_no_counts(tmp_path: Path) -> None:
    n = np.arange(500)
    trial = read(text(tmp_path / "a.txt", [device()], [n, 0 * n, n % 7 - 3, n % 5]))
    np.testing.assert_allclose(trial.emg.data[0], (n % 7 - 3) / 1000)
    assert "the program wrote physical values; EMG is taken to be in mV" in trial.notices[0].text


@pytest.mark.parametrize("numbers", [np.arange(500) % 16, np.minimum(np.arange(500) + 65_300, 65_535)])
def test_a_sequence_number_that_begins_anew_or_is_full_is_no_gap(tmp_path: Path, numbers: np.ndarray) -> None:
    x = counts()
    assert read(text(tmp_path / "a.txt", [device()], [numbers, 0 * x, x, x])).emg.data.shape == (1, 500)


def test_lost_samples_are_refused_where_they_are(tmp_path: Path) -> None:
    x = counts()
    numbers = np.arange(500) + 3 * (np.arange(500) >= 100)
    with pytest.raises(FormatError, match=r"Samples are missing.*sample 101.*Allowed: 100\. Got: 99 and then 103; 1 j"):
        read(text(tmp_path / "a.txt", [device()], [numbers, 0 * x, x, x]))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (device(resolution=[16]), r"contradicts itself.*Got: 2 labels, 2 sensors, resolutions \[16\]"),
        (device(resolution=[8, 8]), r"beyond the resolution.*channel 'CH1'.*0 to 255 \(8 bits\)"),
        (device(**{"sampling rate": 0}), r"contradicts itself.*0 Hz"),
        (device(**{"sampling rate": "fast"}), r"header of a device cannot be read"),
        (device(column=[]), r"lists no columns"),
        (device("plux9"), r"unit"),
    ],
)
def test_headers_that_do_not_fit_are_refused_in_words(tmp_path: Path, entry: dict[str, Any], words: str) -> None:
    x = counts()
    with pytest.raises(EmgkitError, match=words):
        read(text(tmp_path / "a.txt", [entry], [np.arange(500), 0 * x, x, x]))


def test_an_hdf5_file_of_another_program_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["signal"] = np.zeros(5)
    with pytest.raises(FormatError, match=r"not of OpenSignals.*Got: 'signal'"):
        read(tmp_path / "a.h5")


@pytest.mark.fuzz("opensignals", "opensignals-h5")
@pytest.mark.parametrize("kind", ["txt", "h5"])
def test_damage_is_read_or_refused_and_nothing_else(tmp_path: Path, kind: str) -> None:
    x = counts(60, 12)
    whole = tmp_path / f"whole.{kind}"
    if kind == "txt":
        text(whole, [device()], [np.arange(60), 0 * x, x, x])
    else:
        channels = {"channel_1": ("EMG", x.astype("u2"))}
        hdf5(whole, {"A": {"rate": 1000, "bits": [12], "device": "biosignalsplux", "channels": channels}})
    raw, rng = whole.read_bytes(), np.random.default_rng(0)
    refused = []
    for trial in range(300):
        changed = bytearray(raw)
        if trial % 3:
            for place in rng.integers(len(raw), size=rng.integers(1, 6)):
                changed[place] = rng.integers(256)
        else:
            changed = changed[: 64 * (1 + trial // 3) % len(raw)]
        path = tmp_path / f"a.{kind}"
        path.write_bytes(changed)
        try:
            read(path)
        except EmgkitError as problem:
            refused.append(len(str(problem)))
    assert len(refused) > 50
    assert max(refused) <= 700
