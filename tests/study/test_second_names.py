"""Which second file belongs to which recording, by their names."""

from __future__ import annotations

import pytest

from emgkit.errors import StudyError
from emgkit.study.file.recordings import ExcludedFile, Join, Layout
from emgkit.study.recordings.account import Account, Accounting, account


def found(folder, pattern, second, *names, **changed) -> Account:
    """The account of empty files of these names, each of an exercise with a second file."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    rule = {"layouts": (Layout(pattern=pattern),), "joins": (Join(pattern=second),), "exercises": {"squat": "squat"}}
    return account(folder, Accounting(**{**rule, **changed}))


def joined(made: Account) -> dict[str, list[str]]:
    return {source.name: [one.name for one in source.joined] for source in made.sources}


def test_people_of_two_groups_have_second_files_of_their_own(tmp_path):
    made = found(
        tmp_path, "{group}/{participant}_{task}.csv", "{group}/{participant}_{task}_bar.csv",
        "old/P1_squat.csv", "old/P1_squat_bar.csv", "young/P1_squat.csv", "young/P1_squat_bar.csv",
        labels="per group",
    )  # fmt: skip
    assert joined(made) == {f"{group}/P1_squat.csv": [f"{group}/P1_squat_bar.csv"] for group in ("old", "young")}
    assert {source.participant for source in made.sources} == {"old/P1", "young/P1"}


@pytest.mark.parametrize("side", ["L", "left"])
def test_a_side_in_a_name_is_that_of_the_second_file_in_either_spelling(tmp_path, side):
    made = found(
        tmp_path, "{participant}_{side}_{task}.csv", "{participant}_{side}_{task}_bar.csv",
        "P1_L_squat.csv", f"P1_{side}_squat_bar.csv",
    )  # fmt: skip
    assert joined(made) == {"P1_L_squat.csv": [f"P1_{side}_squat_bar.csv"]}


def test_a_second_file_that_the_case_of_its_ending_tells_apart_is_refused(tmp_path):
    names = ("P1_squat.csv", "P1_squat_bar.csv", "P1_squat_bar.CSV")
    with pytest.raises(StudyError, match=r"A file to join fits no recording.*Got: 'P1_squat_bar.CSV'"):
        found(tmp_path, "{participant}_{task}.csv", "{participant}_{task}_bar.csv", *names)


def test_the_second_file_of_a_recording_that_is_left_out_is_left_out(tmp_path):
    given = (tmp_path, "{participant}_{task}.csv", "{participant}_{task}_bar.csv")
    names = ("P1_squat.csv", "P1_squat_bar.csv", "P2_squat.csv", "P2_squat_bar.csv")
    left_out = (ExcludedFile(path="P2_squat.csv", reason="noise"),)
    roles = {one.name: f"{one.role}: {one.reason}" for one in found(*given, *names, excluded_files=left_out).files}
    assert roles["P1_squat_bar.csv"] == "joined: joined to P1_squat.csv"
    assert roles["P2_squat_bar.csv"] == "left out: joined to P2_squat.csv, which is not used"
    kept = found(*given, *names, excluded_files=left_out, kept=((), ("P2_squat.csv",)))
    assert {one.role for one in kept.files if "_bar" in one.name} == {"joined"}
