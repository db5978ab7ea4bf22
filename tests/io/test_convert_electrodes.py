"""The place of a sensor on the line between two landmarks becomes electrodes.tsv, and the validator takes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, FormatError
from emgkit.io.conversion import check_bids, convert, load_map

LINE = '{ from = "anterior superior iliac spine", to = "lateral side of the patella", percent = 66.7 }'
RULES = f"""
[dataset]
name = "x"
[data]
pattern = "{{participant}}_{{task}}.csv"
[channels]
"VL (mV)" = {{ kind = "EMG", muscle = "vastus_lateralis", side = "left" }}
"BF (mV)" = {{ kind = "EMG", muscle = "biceps_femoris" }}
[placement]
scheme = "SENIAM"
lines.vastus_lateralis = {LINE}
"""


@pytest.fixture
def converted(tmp_path: Path) -> Any:
    """A function that converts two tasks of one person by a map with another text for its lines."""
    source = tmp_path / "lab"
    source.mkdir()
    for task in ("squat", "mvc"):
        rows = "".join(f"{k / 1000},{k % 7},{k % 5}\n" for k in range(30))
        (source / f"P1_{task}.csv").write_text(f"time (s),VL (mV),BF (mV)\n{rows}", encoding="utf-8")

    def run(old: str = "", new: str = "") -> Any:
        (tmp_path / "map.toml").write_text(RULES.replace(old, new) if old else RULES, encoding="utf-8")
        return convert(source, tmp_path / "set", map=tmp_path / "map.toml")

    return run


def test_a_place_on_a_line_is_a_row_of_the_electrodes(converted: Any) -> None:
    root = converted().root
    folder = root / "sub-P1" / "emg"
    assert (folder / "sub-P1_electrodes.tsv").read_text("utf-8").splitlines() == [
        "name\tx\ty\tcoordinate_system", "VL\t66.7\t0.0\tvastusLateralisLeft",
    ]  # fmt: skip
    system = json.loads((folder / "sub-P1_space-vastusLateralisLeft_coordsystem.json").read_text("utf-8"))
    assert system == {
        "EMGCoordinateSystem": "Other",
        "EMGCoordinateUnits": "percent",
        "EMGCoordinateSystemDescription": "Sensors on the left vastus lateralis: x is the share of the line from "
        "anterior superior iliac spine to lateral side of the patella, y the distance from it in the same unit.",
    }
    assert [str(issue) for issue in check_bids(root) if issue.severity == "error"] == []
    assert list(ek.read(folder / "sub-P1_task-squat_emg.bdf").emg.names) == ["VL", "BF"]


def test_places_that_the_map_gives_no_more_are_gone_and_no_recording_is_written_again(converted: Any) -> None:
    root = converted().root
    done = converted(f"lines.vastus_lateralis = {LINE}\n")
    assert done.written == ()
    assert list(root.rglob("*_electrodes.tsv")) == list(root.rglob("*_coordsystem.json")) == []


def test_a_muscle_that_nobody_recorded_is_told(converted: Any) -> None:
    done = converted("lines.vastus_lateralis", "lines.vastus_laterals")
    (notice,) = (one for one in done.notices[""] if one.code == "placement-unused")
    assert notice.text == "The map gives the place on 'vastus_laterals', of which no recording has a channel."


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("66.7", "166.7", "percent"),
        ("from =", "form =", r"form"),
        ('from = "anterior superior iliac spine", ', "", "from"),
    ],
)
def test_a_line_that_says_nothing_is_refused(tmp_path: Path, old: str, new: str, text: str) -> None:
    (tmp_path / "map.toml").write_text(RULES.replace(old, new), encoding="utf-8")
    with pytest.raises(FormatError, match=text):
        load_map(tmp_path / "map.toml")


def test_a_channel_that_changes_its_place_without_a_session_is_refused(converted: Any) -> None:
    layouts = """
[[data.layouts]]
pattern = "{participant}_{task}.csv"
values.task = { squat = "squat" }
[[data.layouts]]
pattern = "{participant}_{task}.csv"
values.task = { mvc = "mvc" }
channels."VL (mV)" = { kind = "EMG", muscle = "vastus_lateralis", side = "right" }
"""
    with pytest.raises(
        ArgumentError, match=r"'VL' is not on one place.*a session for each.*right and vastus_lateralis"
    ):
        converted('pattern = "{participant}_{task}.csv"\n', layouts)
