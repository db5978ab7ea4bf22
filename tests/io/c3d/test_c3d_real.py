"""C3D files of laboratories, against known values, each other, their text exports, and ezc3d."""

from __future__ import annotations

import json

import numpy as np
import pytest

from emgkit.errors import FileError, FormatError
from emgkit.io import load, read


def values(path, kind="analog"):
    """Samples by label, without what is no analogue channel (or no marker)."""
    suffixes = ("_x", "_y", "_z")
    signals = load(path).signals
    return {one.label: one.samples for one in signals if one.label.endswith(suffixes) == (kind != "analog")}


def test_one_trial_in_six_encodings_has_the_same_samples(recordings):
    paths = sorted(recordings.glob("c3d/Eb015*.c3d"))
    assert len(paths) == 6
    analog, places = [values(path) for path in paths], [values(path, "points") for path in paths]
    for one, points in zip(analog, places, strict=True):
        assert len(one) == 16
        assert {series.size for series in one.values()} == {1800}
        for label, series in one.items():
            np.testing.assert_array_equal(series, analog[0][label])
        assert points.keys() == places[0].keys()
        for label, series in points.items():
            np.testing.assert_allclose(series, places[0][label], atol=1.1e-4)
    trial = read(paths[0])
    assert (trial["force"].sfreq, trial["position"].sfreq) == (200.0, 50.0)
    assert "Eb015*.c3d" in json.loads((recordings / "c3d" / "expected_values.json").read_text())


def test_one_trial_as_integers_and_reals(recordings):
    one, other = (values(recordings / "c3d" / f"ADemo1_rewrite_c3d_pc_{kind}.c3d") for kind in ("float", "integer"))
    assert one.keys() == other.keys()
    emg = [label for label in one if not label.startswith("F1")]
    assert len(emg) == 8
    for label in emg:
        np.testing.assert_array_equal(one[label], other[label])
    assert max(np.abs(one[label] - other[label]).max() for label in one) <= 0.05001
    assert read(recordings / "c3d" / "ADemo1_rewrite_c3d_pc_float.c3d")["emg"].sfreq == 400.0


def test_emg_of_a_gait_laboratory(recordings):
    trial = read(recordings / "c3d" / "Gait.c3d")
    assert (trial["emg"].sfreq, trial["emg"].data.shape, trial["emg"].duration) == (1000.0, (16, 4870), 4.87)
    assert {"LREC", "LVAS", "LBIC"} <= {name.upper() for name in trial["emg"].names}
    alone = read(recordings / "c3d" / "1123x01EMG.c3d")
    assert (list(alone), alone["emg"].sfreq, alone["emg"].data.shape) == (["emg"], 1000.0, (8, 4564))
    assert np.abs(alone["emg"].data).max() < 0.02


def test_damaged_files_end_in_errors_that_say_where(recordings):
    path = recordings / "c3d" / "badParameterOffset.c3d"
    with pytest.raises(FormatError) as caught:
        read(path)
    error = caught.value
    assert (error.what, error.where, error.allowed, error.got) == (
        "Parameter 'UNITS' of the C3D file reaches into the next one", f"{path}, byte 1290", "at most 8 bytes",
        "132 bytes",
    )  # fmt: skip
    with pytest.raises(FileError, match="empty"):
        read(recordings / "c3d" / "Empty.c3d")


def test_an_analogue_file_without_a_rate_of_points(recordings):
    trial = read(recordings / "vicon_noraxon_cmj" / "kistler_CMJ_1plate.c3d")
    assert {name: (stream.sfreq, stream.duration) for name, stream in trial.items()} == {"force": (1000.0, 8.0)}


def test_the_same_trial_as_c3d_and_as_text_of_nexus(recordings):
    folder = recordings / "vicon_noraxon_cmj"
    binary = read(folder / "vicon_CMJ_kinem_kinet_emg.c3d")
    text = read(folder / "vicon_CMJ_kinem_kinet_emg.csv")
    names = [f"EMG{number}.v" for number in range(1, 17)]
    for name in names:
        one, other = binary["emg"].pick(name), text["emg"].pick(name)
        assert one.data.shape == other.data.shape == (1, 16000)
        assert np.abs(one.data - other.data).max() < 5e-9
        spread = one.data.std()
        # the sensors 7 to 16 were on the table
        assert (147e-6 < spread < 321e-6) if int(name[3:-2]) <= 6 else spread < 38e-6
    assert (binary["emg"].sfreq, text["emg"].sfreq, text["emg"].start) == (2000.0, 2000.0, 0.0)
    for axis in "xyz":
        # Nexus writes the y of this plate with another sign into its text
        one = binary["force"].pick(f"Force.F{axis}1").data * (-1 if axis == "y" else 1)
        assert np.abs(one - text["force"].pick(f"KistlerGrande1 - Force.F{axis}").data).max() < 6e-3
        one = binary["position"].pick(f"LASI_{axis}").data
        assert np.abs(one - text["position"].pick(f"LASI_{axis}").data).max() < 1.3e-7  # reals of 32 bits in mm


def test_no_name_of_a_subject_is_in_what_was_read(recordings):
    for path in recordings.glob("vicon_noraxon_cmj/vicon*.*"):
        trial = read(path)
        names = [name for stream in trial.values() for name in stream.names]
        assert not any("S03" in text for text in [*names, *map(str, trial.context.values())])


def test_ezc3d_reads_the_same_samples(recordings, written):
    ezc3d = pytest.importorskip("ezc3d", reason="ezc3d is not installed: no second opinion on C3D")
    rng = np.random.default_rng(5)
    stored, places = rng.integers(-2000, 2000, (4, 60)), rng.normal(size=(3, 3, 30)) * 500
    more = {"per_frame": 2, "scales": [1e-6, 2e-6, 1, 0.5], "offsets": [0, 10, 0, 7], "general": 2.0}
    own = [written(stored, places, name=f"{processor}{real}.c3d", processor=processor, real=real, **more)
           for processor in ("PC", "DEC") for real in (True, False)]  # fmt: skip
    # it refuses files of MIPS processors
    real = [path for path in recordings.glob("*/*.c3d") if path.stem not in ("Eb015si", "Eb015sr", "Empty")]
    real = [path for path in real if path.stem != "badParameterOffset"]
    assert len(real) >= 9
    for path in [*own, *real]:
        theirs = ezc3d.c3d(str(path))
        signals = {one.position: one for one in load(path).signals}
        for position, series in enumerate(theirs["data"]["analogs"][0], start=1):
            np.testing.assert_allclose(signals[position].samples, series, rtol=2e-7, atol=1e-12)
        n_analog = len(theirs["data"]["analogs"][0])
        for point, series in enumerate(theirs["data"]["points"][:3].transpose(1, 0, 2)):
            at = n_analog + 3 * point + 1
            assert (at in signals) == bool(np.isfinite(series).all())
            if at in signals:
                for axis in range(3):
                    np.testing.assert_allclose(signals[at + axis].samples, series[axis], rtol=1e-6, atol=1e-4)
