"""Every real recording at hand reads, or ends in the error that its damage asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgkit import read
from emgkit.errors import EmgkitError

RECORDINGS = {".acq", ".anc", ".bdf", ".c3d", ".edf", ".emg", ".h5", ".hpf", ".xdf"}
TEXTS = ("delsys_", "opensignals", "biopac", "vicon_", "delsys_emgworks")
# what is said of the damaged ones; an empty stream is no recording
REFUSED = {
    "c3d/Empty.c3d": "The file is empty",
    "c3d/badParameterOffset.c3d": "Parameter 'UNITS' of the C3D file reaches into the next one",
    "motion_analysis_anc/Empty.anc": "The file is empty",
    "motion_analysis_anc/Truncated.anc": "The ANC file is cut off",
}


def paths(root: Path) -> list[Path]:
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return [
        path
        for path in files
        if path.suffix.lower() in RECORDINGS
        or (
            path.suffix in (".csv", ".txt")
            and path.parent.name.startswith(TEXTS)
            and not path.name.startswith("LICENSE")
        )
    ]


def test_every_recording_reads_or_says_what_is_wrong(recordings: Path) -> None:
    refused = {}
    found = [path for path in paths(recordings) if path.parent.name != "xdf"]
    for path in found:
        try:
            assert read(path).streams
        except EmgkitError as problem:
            refused[path.relative_to(recordings).as_posix()] = problem.what
    assert len(found) > 30
    assert refused == REFUSED


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_short_and_names_the_file(recordings: Path, name: str) -> None:
    with pytest.raises(EmgkitError) as caught:
        read(recordings / name)
    assert len(str(caught.value)) <= 600 + len(str(recordings))
    assert Path(name).name in str(caught.value)
