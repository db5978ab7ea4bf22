"""The status of channels travels into a data set, and back."""

from __future__ import annotations

import numpy as np
import pandas as pd

import emgkit as ek
from emgkit import spectrum
from emgkit.io import write_bids
from emgkit.signal_quality import channel_status


def recording() -> ek.Recording:
    rng = np.random.default_rng(2)
    good, doubtful = 1e-4 * spectrum.shaped_noise(20_000, sfreq=2000.0, rng=rng, n_channels=2)
    doubtful[5000:5200] = doubtful[5000]
    names = ("VL", "BF", "GM")
    return ek.Recording(
        data=np.stack([good, doubtful, np.full(20_000, 1e-5)]), sfreq=2000.0,
        channels=tuple(ek.Channel(name=name, unit="V") for name in names),
    )  # fmt: skip


def test_bids_knows_no_doubt_so_it_stands_in_the_description():
    assert dict(channel_status(recording())) == {
        "VL": ("good", ""), "BF": ("good", "doubtful: flat"), "GM": ("bad", "constant"),
    }  # fmt: skip


def test_other_streams_have_no_status():
    angle = ek.Recording(data=[[1.0, 2.0]], sfreq=100.0, channels=(ek.Channel(name="knee", unit="deg", kind="JNTANG"),))
    assert dict(channel_status(angle)) == {}


def test_the_status_stands_in_channels_tsv_and_is_told_when_the_set_is_read(tmp_path):
    angle = ek.Recording(
        data=np.zeros((1, 1000)) + np.arange(1000.0), sfreq=100.0,
        channels=(ek.Channel(name="knee", unit="deg", kind="JNTANG"),),
    )  # fmt: skip
    trial = ek.Trial(streams={"emg": recording(), "angle": angle}, context={"participant": "01", "task": "squat"})
    root = write_bids([trial], tmp_path / "set", name="One", status=channel_status)
    table = pd.read_csv(next(root.glob("sub-01/emg/*_channels.tsv")), sep="\t", keep_default_na=False)
    assert list(table["status"]) == ["good", "good", "bad", "n/a"]
    assert list(table["status_description"]) == ["n/a", "doubtful: flat", "constant", "n/a"]
    (notice,) = [one for one in ek.read(next(root.glob("sub-01/emg/*.bdf"))).notices if one.code == "bad-channel"]
    assert "marks 'GM' as bad (GM: constant)" in notice.text


def test_without_a_status_the_table_has_none(tmp_path):
    trial = ek.Trial(streams={"emg": recording()}, context={"participant": "01", "task": "squat"})
    root = write_bids([trial], tmp_path / "set", name="One")
    assert "status" not in pd.read_csv(next(root.glob("sub-01/emg/*_channels.tsv")), sep="\t").columns
