"""AcqKnowledge text exports: the real one to its known values, built ones with times, tabs and damage."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emgkit import read
from emgkit.errors import EmgkitError, FormatError

RECORDINGS = os.environ.get("EMGKIT_RECORDINGS")


def made(
    path: Path, *, interval: str = "0.5 msec/sample", sep: str = ",", times: bool = False, n: int = 200, counts: int = 0
) -> tuple[Path, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(n, 2)).round(6)
    head = ["squat.acq", interval, "2 channels", "VL", "mV", "Trigger", "Volts"]
    head.append(sep.join([*(["min"] if times else []), "CH1", "CH2", ""]))
    head += [f"{counts}{sep}" * (2 + times)] if counts else []
    rows = [
        sep.join([*([f"{i / 120000:.9f}"] if times else []), *(f"{v!r}" for v in row.tolist()), ""])
        for i, row in enumerate(x)
    ]
    path.write_text("\n".join([*head, *rows]) + "\n")
    return path, x


@pytest.mark.skipif(RECORDINGS is None, reason="EMGKIT_RECORDINGS is not set: tests on real recordings cannot run")
def test_the_real_export_has_its_channels_rate_and_rows() -> None:
    trial = read(Path(RECORDINGS or "", "biopac", "femg_raw_exported_sample.txt"))
    assert trial.emg.data.shape == (6, 13150)
    assert len(trial["trigger"].names) == 9
    assert trial.emg.sfreq == 1000
    # the first row of the file, in mV, mV and V
    np.testing.assert_allclose(
        trial.emg.pick("Corr Raw", "Zyg Raw", "Lev Raw").data[:, 0], [-3.84521e-6, -1.2207e-6, 6.10352e-4]
    )
    assert "announces 2054992 samples a channel, and the file holds 13150" in trial.notices[0].text


@pytest.mark.parametrize("sep", [",", "\t"])
@pytest.mark.parametrize("times", [False, True])
@pytest.mark.parametrize("counts", [0, 200])
def test_every_shape_of_the_export_gives_its_values(tmp_path: Path, sep: str, times: bool, counts: int) -> None:
    path, x = made(tmp_path / "a.txt", sep=sep, times=times, counts=counts)
    trial = read(path)
    np.testing.assert_array_equal(trial.emg.data[0], x[:, 0] * 1e-3)
    np.testing.assert_array_equal(trial["trigger"].data[0], x[:, 1])
    assert trial.notices == ()


@pytest.mark.parametrize(("interval", "rate"), [("1 msec/sample", 1000), ("0.0005 sec/sample", 2000), ("5e-1", None)])
def test_the_rate_is_that_of_the_interval(tmp_path: Path, interval: str, rate: float | None) -> None:
    path, _ = made(tmp_path / "a.txt", interval=interval)
    if rate is None:
        with pytest.raises(EmgkitError):
            read(path)
    else:
        assert read(path).emg.sfreq == rate


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2 channels", "3 channels", r"does not fit its columns.*row 10\..*3 columns, as the header"),
        ("2 channels", "0 channels", r"header of the AcqKnowledge text cannot be read"),
        ("0.5 msec", "0 msec", r"cannot be the interval between samples.*Got: '0 msec/sample'"),
        ("VL\nmV", "VL\nmicroV", r"Unknown unit 'microV'"),
        ("\n0.1", "\n,0.1", r"row \d+"),
    ],
)
def test_damage_to_the_header_is_named(tmp_path: Path, before: str, after: str, words: str) -> None:
    path, _ = made(tmp_path / "a.txt")
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(EmgkitError, match=words):
        read(path, format="biopac-text")


def test_a_row_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path, _ = made(tmp_path / "a.txt")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], lines[-1].split(",")[0]]))
    with pytest.raises(FormatError, match="The last row is cut off"):
        read(path)


@pytest.mark.fuzz("biopac-text")
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, survives: Callable[..., set[str]]) -> None:
    raw = made(tmp_path / "whole.txt", n=30)[0].read_bytes()
    assert survives(raw, name="a.txt", format="biopac-text") >= {"Trial", "FormatError", "FileError"}
