"""participants.tsv and README.md of a converted data set: what somebody writes into them is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, FormatError
from emgkit.io.conversion import ConversionMap, convert


@pytest.fixture
def converted(tmp_path: Path) -> Any:
    """A function that converts the recordings of these people, with facts of the map."""
    source, root = tmp_path / "lab", tmp_path / "set"
    source.mkdir()

    def run(*people: str, **facts: dict[str, Any]) -> Any:
        for path in source.iterdir():
            path.unlink()
        for place, who in enumerate(people):
            rows = "".join(f"{k / 1000},{k * (place + 1) % 7}\n" for k in range(20))
            (source / f"{who}_squat.csv").write_text(f"time (s),VL (mV)\n{rows}", encoding="utf-8")
        rules = {"dataset": {"name": "x"}, "data": {"pattern": "{participant}_{task}.csv"}}
        return convert(source, root, map=ConversionMap.model_validate({**rules, "participants": {"facts": facts}}))

    return run


def table(root: Path) -> list[str]:
    return (root / "participants.tsv").read_text("utf-8").splitlines()


def change(root: Path, old: str, new: str) -> None:
    text = (root / "participants.tsv").read_text("utf-8")
    assert old in text
    (root / "participants.tsv").write_text(text.replace(old, new), "utf-8")


def test_columns_rows_and_values_that_were_added_stay(converted: Any) -> None:
    root = converted("P1", "P2", P1={"age": 24}, P2={"age": 31}).root
    assert table(root) == ["participant_id\tage", "sub-P1\t24", "sub-P2\t31"]
    rows = ["participant_id\tage\tmass", "sub-P1\t24\t61.5", "sub-P2\t32\tn/a", "sub-P9\t40\t80"]
    (root / "participants.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    described = json.loads((root / "participants.json").read_text("utf-8"))
    described["mass"] = {"Description": "Mass on the day", "Units": "kg"}
    (root / "participants.json").write_text(json.dumps(described), "utf-8")
    for _ in range(2):
        done = converted("P1", "P2", P1={"age": 24}, P2={"age": 31})
        assert done.written == ()
        assert table(root) == ["participant_id\tage\tmass", "sub-P1\t24\t61.5", "sub-P2\t32\tn/a", "sub-P9\t40\t80.0"]
        assert json.loads((root / "participants.json").read_text("utf-8"))["mass"] == {
            "Description": "Mass on the day", "Units": "kg", "Format": "number",
        }  # fmt: skip
        assert [(one.code, one.text) for one in done.notices[""]] == [
            ("participants-kept", "participants.tsv keeps what was written into it by hand: 'age' and 'mass' and 1 row "
             "for 'P9'."),
        ]  # fmt: skip


def test_what_the_map_says_anew_is_written(converted: Any) -> None:
    root = converted("P1", "P2", P1={"age": 24}, P2={"age": 31}).root
    done = converted("P1", "P2", P1={"age": 25, "sex": "f"}, P2={"age": 31, "sex": "m"})
    assert table(root) == ["participant_id\tage\tsex", "sub-P1\t25\tf", "sub-P2\t31\tm"]
    converted("P1", "P2", P1={"sex": "f"})
    assert table(root) == ["participant_id\tsex", "sub-P1\tf", "sub-P2\tn/a"]
    assert done.notices[""] == ()


def test_a_value_that_was_changed_in_both_is_refused(converted: Any) -> None:
    root = converted("P1", P1={"age": 24}).root
    change(root, "24", "26")
    with pytest.raises(ArgumentError, match=r"two values of 'age' of participant 'P1'.*'25' in the map, '26' in the"):
        converted("P1", P1={"age": 25})
    assert table(root) == ["participant_id\tage", "sub-P1\t26"]
    assert converted("P1", P1={"age": 26}).notices[""] == ()


def test_people_without_a_recording_any_more_leave_the_table(converted: Any, tmp_path: Path) -> None:
    root = converted("P1", "P2").root
    (root / "participants.tsv").unlink()
    rules = {"dataset": {"name": "x"}, "data": {"pattern": "{participant}_{task}.csv"}}
    rules["exclude"] = {"participants": [{"participant": "P2", "reason": "fell ill"}]}
    convert(tmp_path / "lab", root, map=ConversionMap.model_validate(rules))
    assert table(root) == ["participant_id", "sub-P1"]


def test_a_table_that_cannot_be_merged_is_refused(converted: Any) -> None:
    root = converted("P1").root
    change(root, "sub-P1", "sub-P1\nsub-P1")
    with pytest.raises(FormatError, match="cannot be brought together"):
        converted("P1", P1={"age": 24})


def test_a_readme_that_somebody_wrote_stays(converted: Any) -> None:
    root = converted("P1").root
    assert "1 participant in 1 recording, as" in (root / "README.md").read_text("utf-8")
    converted("P1", "P2")
    assert "2 participants" in (root / "README.md").read_text("utf-8")
    (root / "README.md").write_text("# Ours\n", "utf-8")
    done = converted("P1", "P2", P1={"age": 24})
    assert (root / "README.md").read_text("utf-8") == "# Ours\n"
    assert [one.code for one in done.notices[""]] == ["readme-kept"]
    assert ek.io.bids.participants(root)["age"].tolist()[0] == 24
