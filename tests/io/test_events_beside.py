"""A table of events beside a file of any format is read with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgkit import read
from emgkit.errors import FileError
from emgkit.io import bids
from emgkit.study.recordings.keys import File

TABLE = "onset\tduration\ttrial_type\tload\n0.5\t1.0\trep\t60\n2.0\tn/a\tgo\tn/a\n"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "P1.squat.csv"
    path.write_text("VL (mV)\n" + "0.1\n0.2\n" * 2000, encoding="utf-8")
    return path


def test_events_beside_a_file_are_its_events(recording):
    assert read(recording, sfreq=1000).events == ()
    before = File(path=recording).key
    recording.with_name("P1.squat_events.tsv").write_text(TABLE, encoding="utf-8")
    events = read(recording, sfreq=1000).events
    assert [(event.onset, event.duration, event.label, dict(event.columns)) for event in events] == [
        (0.5, 1.0, "rep", {"load": 60}), (2.0, 0.0, "go", {}),
    ]  # fmt: skip
    assert len(bids.files_of(recording)) == 2
    assert File(path=recording).key != before


def test_a_table_without_onsets_is_refused(recording):
    recording.with_name("P1.squat_events.tsv").write_text("start\tend\n1\t2\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"no column 'onset' or 'duration'.*P1.squat_events.tsv"):
        read(recording, sfreq=1000)


def test_events_in_the_file_give_way_with_a_remark(recordings):
    import shutil
    import tempfile

    source = next(path for path in sorted(recordings.rglob("*.c3d")) if read(path).events)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(source, folder))
        path.with_name(f"{path.stem}_events.tsv").write_text(TABLE, encoding="utf-8")
        trial = read(path)
    assert [event.label for event in trial.events] == ["rep", "go"]
    assert any("in whose place those of" in notice.text for notice in trial.notices)
