"""MATLAB files of each maker, built by SciPy and h5py from the documented layouts, and plain ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import scipy.io.matlab

from emgkit import read
from emgkit.errors import EmgkitError, FormatError
from emgkit.io.formats.mat_variables import variables

h5py = pytest.importorskip("h5py", reason="MATLAB files of version 7.3 need h5py")

RNG = np.random.default_rng(0)


def mat(path: Path, **variables: Any) -> Path:
    scipy.io.savemat(path, variables)
    return path


def cells(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object)


def test_delsys_rows_are_cut_to_their_own_length_and_rates_are_exact(tmp_path: Path) -> None:
    seconds, emg_rate, acc_rate = 0.0135 * 200, 29 / 0.0135, 2 / 0.0135
    n, few = round(seconds * emg_rate), round(seconds * acc_rate)
    data = np.zeros((2, n))
    data[0], data[1, :few] = RNG.normal(size=n) * 1e-4, 1.0
    labels = np.array(["Glúteo: EMG 1".ljust(20), "Glúteo: ACC.X 1".ljust(20)])
    path = mat(tmp_path / "a.mat", Channels=labels, Fs=np.float32([[emg_rate], [acc_rate]]), Data=data, Time=data)
    trial = read(path)
    assert trial.emg.sfreq == pytest.approx(emg_rate, rel=1e-12)
    np.testing.assert_array_equal(trial.emg.data[0], data[0])
    assert trial["acc"].data.shape == (1, few)
    assert trial["acc"].duration == pytest.approx(trial.emg.duration)
    np.testing.assert_allclose(trial["acc"].data, 9.80665)
    assert trial.notices[0].code == "unit-assumed"


def otb(tmp_path: Path, *, many: bool = True, descriptions: int = 4) -> tuple[Path, np.ndarray, np.ndarray]:
    """An export of OT BioLab+: a cell an adapter, a column a channel."""
    grid, slow = RNG.normal(size=(400, 3)) * 0.1, RNG.normal(size=(40, 1))
    data, times = np.empty((1, 1 + many), dtype=object), np.empty((1, 1 + many), dtype=object)
    data[0, 0], times[0, 0] = grid.astype("f4"), np.arange(400)[:, None] / 2048
    if many:
        data[0, 1], times[0, 1] = slow, np.arange(40)[:, None] / 204.8
    texts = ["R VL (1)[mV]", "R VL (2)[mV]", "R VL (3)[mV]", "acquired data [A.U]"][:descriptions]
    path = mat(
        tmp_path / "a.mat", Data=data, Time=times, SamplingFrequency=2048.0, OTBFile="a.otb+",
        Description=np.array(texts, dtype=object)[:, None],
    )  # fmt: skip
    return path, grid.astype("f4").astype(float).T, slow.T


def test_otb_adapters_keep_their_rates_and_their_units_in_brackets(tmp_path: Path) -> None:
    path, grid, slow = otb(tmp_path)
    trial = read(path)
    assert trial.emg.names == ("R VL (1)", "R VL (2)", "R VL (3)")
    np.testing.assert_allclose(trial.emg.data, grid * 1e-3, rtol=1e-12)
    np.testing.assert_array_equal(trial["other"].data, slow)
    assert (trial.emg.sfreq, trial["other"].sfreq) == (2048, pytest.approx(204.8))
    assert [(one.name, one.unit, one.kind) for one in trial["other"].channels] == [("acquired data", "n/a", "MISC")]


def test_otb_files_of_one_adapter_are_read_and_contradictions_refused(tmp_path: Path) -> None:
    path, grid, _ = otb(tmp_path, many=False, descriptions=3)
    np.testing.assert_allclose(read(path).emg.data, grid * 1e-3, rtol=1e-12)
    with pytest.raises(FormatError, match=r"differ in number.*Allowed: 3 descriptions\. Got: 4"):
        read(otb(tmp_path, many=False)[0])


@pytest.mark.parametrize("boards", [1, 2])
def test_qualisys_boards_and_markers_keep_their_rates(tmp_path: Path, boards: int) -> None:
    def board(n: int) -> dict[str, Any]:
        labels = cells("EMG VL", "EMG BF") if n > 1 else "EMG VL"
        return {"BoardName": "Noraxon", "Labels": labels, "Frequency": 1500.0, "Data": RNG.normal(size=(n, 300))}

    analog = board(2) if boards == 1 else np.array([board(1), {**board(1), "Labels": "EMG GM"}])
    track = RNG.normal(size=(2, 4, 20))
    track[1, 0, 5] = np.nan
    markers = {"Labeled": {"Labels": cells("hip", "knee"), "Data": track}}
    trial = read(mat(tmp_path / "a.mat", squat={"Analog": analog, "FrameRate": 100.0, "Trajectories": markers}))
    assert trial.emg.names == (("EMG VL", "EMG BF") if boards == 1 else ("EMG VL", "EMG GM"))
    assert (trial.emg.sfreq, trial["position"].sfreq) == (1500, 100)
    np.testing.assert_allclose(trial["position"].data, track[0, :3] * 1e-3)
    assert trial.notices[0].text == "Markers that the cameras lost for a while are left out: 'knee'."


@pytest.mark.parametrize(("isi", "units", "rate"), [(0.5, "ms", 2000), (0.001, "s", 1000)])
def test_biopac_columns_have_their_units_and_interval(tmp_path: Path, isi: float, units: str, rate: int) -> None:
    x = RNG.normal(size=(400, 2))
    path = mat(
        tmp_path / "a.mat", data=x, labels=cells("EMG VL", "angle"), units=cells("mV", "deg"), isi=isi, isi_units=units,
        start_sample=0,
    )  # fmt: skip
    trial = read(path)
    assert trial.emg.sfreq == rate
    np.testing.assert_allclose(trial.emg.data[0], x[:, 0] * 1e-3)
    np.testing.assert_allclose(trial["angle"].data[0], x[:, 1])


def test_noraxon_signals_have_their_own_rates(tmp_path: Path) -> None:
    x, y = RNG.normal(size=(1, 600)), RNG.normal(size=(1, 60))
    signals = {
        "signal_1": {"name": "Ultium EMG-BICEPS FEM. RT", "data": x, "units": "uV", "frequency": 2000.0},
        "signal_2": {"name": "Force", "data": y, "units": "N", "frequency": 200.0},
    }
    record = {"info": {"record_name": "a"}, "movements": {"sources": {"signals": signals}}}
    trial = read(mat(tmp_path / "a.mat", record=record))
    np.testing.assert_allclose(trial.emg.data, x * 1e-6)
    assert (trial.emg.sfreq, trial["force"].sfreq) == (2000, 200)


SCIPY = Path(scipy.io.matlab.__file__).parent / "tests" / "data"


@pytest.mark.skipif(not SCIPY.is_dir(), reason="SciPy is installed without its test files")
def test_files_of_matlab_itself_give_the_numbers_that_scipy_reads() -> None:
    """Files that MATLAB 5.3 to 7.4 wrote on two machines, with both orders of bytes."""
    compared = 0
    for path in sorted(SCIPY.glob("test*_[567].*.mat")):
        try:
            theirs = scipy.io.loadmat(path, simplify_cells=True)
        except NotImplementedError:
            continue  # version 7.3
        ours = variables(path)
        for name, value in theirs.items():
            if isinstance(value, (float, int)) or (isinstance(value, np.ndarray) and value.dtype.kind in "iuf"):
                np.testing.assert_array_equal(np.squeeze(ours[name]), np.squeeze(value), err_msg=path.name)
                compared += 1
    assert compared > 20


@pytest.mark.skipif(not SCIPY.is_dir(), reason="SciPy is installed without its test files")
@pytest.mark.parametrize("name", ["bad_miuint32", "corrupted_zlib_checksum", "corrupted_zlib_data", "malformed1"])
def test_damaged_files_that_scipy_knows_are_refused(name: str) -> None:
    with pytest.raises(FormatError, match=r"The MATLAB file is damaged.*near byte \d+"):
        variables(SCIPY / f"{name}.mat")


@pytest.mark.parametrize("turned", [False, True])
def test_a_plain_matrix_with_rate_and_labels_is_read(tmp_path: Path, turned: bool) -> None:
    x = RNG.normal(size=(300, 2))
    path = mat(tmp_path / "a.mat", emg=x.T if turned else x, fs=1000, labels=cells("VL", "BF"))
    emg = read(path, units="mV").emg
    assert (emg.names, emg.sfreq) == (("VL", "BF"), 1000)
    np.testing.assert_allclose(emg.data, x.T * 1e-3)


def test_plain_vectors_and_a_vector_of_times_are_read(tmp_path: Path) -> None:
    x = RNG.normal(size=(2, 300))
    path = mat(tmp_path / "a.mat", VL=x[0], BF=x[1], time=np.arange(300) / 500)
    emg = read(path, units="mV").emg
    assert emg.sfreq == pytest.approx(500)
    np.testing.assert_allclose(emg.pick("VL", "BF").data, x * 1e-3)


def test_version_7_3_is_read_as_matlab_writes_it(tmp_path: Path) -> None:
    x = RNG.normal(size=(300, 2))
    path = tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["emg"], file["fs"] = x.T, np.array([[1000.0]])  # columns come first in HDF5
        for name in ("emg", "fs"):
            file[name].attrs["MATLAB_class"] = np.bytes_("double")
    raw = bytearray(path.read_bytes())
    raw[:124] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Jan  1 00:00:00 2024 HDF5 .".ljust(124)
    raw[124:128] = b"\x00\x02IM"
    path.write_bytes(raw)
    np.testing.assert_allclose(read(path, units="mV").emg.data, x.T * 1e-3)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"a": np.ones((50, 2)), "b": np.ones((60, 2)), "fs": 1}, r"not clear which variables.*Got: 'a 50×2 ndarray'"),
        ({"a": np.ones(50), "b": np.ones(60)}, "not clear which variables"),
        ({"a": np.ones((50, 2)), "fs": 1000, "sfreq": 500}, "not clear which variables"),
        ({"a": "text"}, "not clear which variables"),
        ({"a": np.ones((50, 2)), "fs": -1}, r"cannot be a sampling rate.*0\.1 Hz to 1 MHz.*Got: -1"),
        ({"a": np.ones((50, 2))}, "gives no sampling rate"),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(tmp_path: Path, variables: Any, words: str) -> None:
    with pytest.raises(EmgkitError, match=words):
        read(mat(tmp_path / "a.mat", **variables), units="mV")


@pytest.mark.fuzz("mat")
def test_damage_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    raw = mat(tmp_path / "whole.mat", emg=RNG.normal(size=(60, 2)), fs=1000, labels=cells("VL", "BF")).read_bytes()
    refused = []
    for trial in range(300):
        changed = bytearray(raw)
        if trial % 3:
            for place in RNG.integers(128, len(raw), size=RNG.integers(1, 6)):
                changed[place] = RNG.integers(256)
        else:
            changed = changed[: 128 + 64 * (trial // 3) % (len(raw) - 128)]
        path = tmp_path / "a.mat"
        path.write_bytes(changed)
        try:
            read(path, units="mV")
        except EmgkitError as problem:
            refused.append(len(str(problem)))
    assert len(refused) > 50
    assert max(refused) <= 700


def test_samples_that_are_no_number_are_refused_without_a_warning(tmp_path: Path) -> None:
    emg = RNG.normal(size=(60, 2))
    emg.view("<u8")[7, 0] = 0x7FF4000000000000  # a signalling NaN, which warns where it is multiplied
    with pytest.raises(EmgkitError):
        read(mat(tmp_path / "a.mat", emg=emg, fs=1000, labels=cells("VL", "BF")), units="mV")


def test_without_the_library_the_install_line_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(FormatError, match=r'needs the library h5py.*Hint: pip install "emgkit\[hdf5\]"'):
        read(tmp_path / "a.mat", units="mV")
