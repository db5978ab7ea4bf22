"""Recordings read from files, beside the usual reader of each format."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from of_signals import recording
from timing import Row, duel, library, one_core

import emgkit as ek
from emgkit.io._text import exact_floats

__all__ = ["rows"]


def rows(missing: set[str]) -> Iterator[Row]:
    """Eight channels at 2 kHz."""
    with tempfile.TemporaryDirectory() as home, one_core():
        yield from _edf(Path(home), missing)
        yield from _c3d(Path(home), missing)
        yield _text(Path(home))


def _edf(home: Path, missing: set[str]) -> Iterator[Row]:
    path = ek.io.write_edf(ek.Trial(streams={"emg": recording(8, 600)}), home / "ten_minutes.edf")
    edfio = library("edfio", missing)
    if edfio is not None:
        yield duel(
            "reading EDF, 8 channels × 10 min", lambda: ek.read(path),
            lambda: np.stack([one.data for one in edfio.read_edf(path).signals]), against="edfio",
        )  # fmt: skip
    mne = library("mne", missing)
    if mne is not None:
        yield duel(
            "reading EDF, 8 channels × 10 min", lambda: ek.read(path),
            lambda: mne.io.read_raw_edf(path, preload=True, verbose="error"), against="MNE", rounds=3,
        )  # fmt: skip


def _c3d(home: Path, missing: set[str]) -> Iterator[Row]:
    ezc3d = library("ezc3d", missing)
    if ezc3d is None:
        return
    path = home / "ten_minutes.c3d"
    emg, per_frame = recording(8, 600), 20
    made: Any = ezc3d.c3d()
    made["parameters"]["POINT"]["RATE"]["value"] = [emg.sfreq / per_frame]
    made["parameters"]["ANALOG"]["RATE"]["value"] = [emg.sfreq]
    made["parameters"]["ANALOG"]["LABELS"]["value"] = list(emg.names)
    made["parameters"]["ANALOG"]["UNITS"]["value"] = ["V"] * len(emg.names)
    made["data"]["points"] = np.zeros((4, 0, emg.data.shape[1] // per_frame))
    made["data"]["analogs"] = emg.data[None]
    made.write(str(path))
    del made
    yield duel(
        "reading C3D, 8 channels × 10 min", lambda: ek.read(path), lambda: ezc3d.c3d(str(path)), against="ezc3d",
        rounds=3,
    )  # fmt: skip


def _text(home: Path) -> Row:
    path, emg = home / "one_minute.csv", recording(8, 60)
    columns = {f"{name} (mV)": 1e3 * x for name, x in zip(emg.names, emg.data, strict=True)}
    pd.DataFrame({"time (s)": emg.times, **columns}).to_csv(path, index=False, float_format="%.8g")
    exact = exact_floats() or {}
    return duel(
        "reading text, 8 channels × 60 s", lambda: ek.read(path), lambda: pd.read_csv(path, engine="c", **exact),
        against=f"pandas {pd.__version__}, exact numbers", rounds=5,
    )  # fmt: skip
