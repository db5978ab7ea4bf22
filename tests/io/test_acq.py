"""AcqKnowledge recordings: the real ones to their known values, and damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emgkit import read
from emgkit.errors import EmgkitError, FormatError

bioread = pytest.importorskip("bioread", reason="AcqKnowledge recordings need bioread")


def test_the_emg_channel_has_its_unit_rate_and_samples(recordings: Path) -> None:
    trial = read(recordings / "biopac" / "r42_test.acq")
    emg = trial.emg.pick("EMG (30 - 500 Hz)")
    assert (emg.sfreq, emg.data.shape) == (1000, (1, 7901))
    # 16-bit counts of 0.000152587890625 mV, which the export of AcqKnowledge prints in full
    np.testing.assert_allclose(emg.data[0, :2], [-0.02319336e-3, -0.00396729e-3], atol=5e-12)
    assert [event.label for event in trial.events] == ["Segment 1", "Segment 2"]
    assert trial.events[1].onset == pytest.approx(3.881)
    assert trial.notices[0].text.endswith("does not know it: 'EDA (0 - 35 Hz) (microsiemen)'.")


@pytest.mark.parametrize(
    ("name", "counts"), [("physio-5.0.1-c", (123787, 61893, 241)), ("small-unicode-4.4.0", (8380, 4190, 16))]
)
def test_every_channel_keeps_its_own_rate(recordings: Path, name: str, counts: tuple[int, ...]) -> None:
    trial = read(recordings / "biopac" / f"{name}.acq")
    lengths = {stream.sfreq: stream.data.shape[1] for stream in trial.values()}
    assert lengths == dict(zip((2000, 1000, 3.90625), counts, strict=True))


def test_breathing_in_volts_is_no_emg(recordings: Path) -> None:
    trial = read(recordings / "biopac" / "small-unicode-4.4.0.acq")
    assert "emg" not in trial
    assert trial["other_2"].names == ("RESP - RSP100C",)


def test_unicode_names_and_markers_are_read(recordings: Path) -> None:
    trial = read(recordings / "biopac" / "small-unicode-4.4.0.acq")
    assert "EDA — filtered, differentiated" in trial["other"].names
    assert trial.events[1].label == "I love this — it's a marker with a utf-8 character"
    assert trial.events[1].onset == pytest.approx(0.975)


def test_markers_outside_the_recording_are_left_out_and_told(recordings: Path) -> None:
    trial = read(recordings / "biopac" / "physio-5.0.1-c.acq")
    assert all(0 <= event.onset <= 62 for event in trial.events)
    assert any("outside the recording left out" in notice.text for notice in trial.notices)


@pytest.mark.parametrize("size", [0, 10, 200, 5000, 40000, 80000])
def test_a_file_that_is_cut_off_is_refused(recordings: Path, tmp_path: Path, size: int) -> None:
    raw = (recordings / "biopac" / "r42_test.acq").read_bytes()
    (tmp_path / "a.acq").write_bytes(raw[:size])
    with pytest.raises(EmgkitError) as caught:
        read(tmp_path / "a.acq")
    assert len(str(caught.value)) < 700


@pytest.mark.fuzz("acq")
def test_damage_is_read_or_refused_and_nothing_else(recordings: Path, tmp_path: Path) -> None:
    raw, rng = (recordings / "biopac" / "r42_test.acq").read_bytes(), np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        changed = bytearray(raw)
        for place in rng.integers(0, 3000, size=rng.integers(1, 8)):
            changed[place] = rng.integers(256)
        (tmp_path / "a.acq").write_bytes(changed)
        try:
            read(tmp_path / "a.acq")
        except EmgkitError:
            refused += 1
    assert refused > 2


def test_a_text_in_disguise_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.acq").write_text("not a recording " * 100)
    with pytest.raises(FormatError, match="AcqKnowledge file is damaged, or of a version"):
        read(tmp_path / "a.acq")
