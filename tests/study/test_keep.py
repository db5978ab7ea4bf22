"""A comparison that keeps a recording which the study file excludes: counts, tables and curves are those it used."""

from __future__ import annotations

import shutil

import pytest

from emgkit.study import Study

EXCLUDE = '[exclude]\nfiles = [{ path = "P1_squat.csv", reason = "noise" }, { path = "P2_squat.csv", reason = "ill" }]'
FIRST = '[[comparisons]]\nwithin = "exercise"\nby = "muscle"\n'
SECOND = '[[comparisons]]\nname = "again"\ntitle = "Again"\nwithin = "exercise"\nby = "muscle"\n'


@pytest.fixture
def run(study, tmp_path):
    """A function that runs the small study of four people with this after its measures: its result and Methods."""

    def make(text):
        folder = tmp_path / "study"
        shutil.copytree(study.folder, folder, ignore=shutil.ignore_patterns("results"))
        (folder / "study.toml").write_text(study.text.split("[[comparisons]]")[0] + text, encoding="utf-8")
        result = Study.load(folder).run(tmp_path / "out", quick=True)
        return result, (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")

    return make


def squats(table):
    return set(table.loc[table["exercise"] == "squat", "participant"])


def test_what_the_only_comparison_keeps_is_in_every_table_and_count(run):
    result, text = run(f'{EXCLUDE}\n{FIRST}keep = ["P1_squat.csv"]\n')
    tables = result.tables
    # the comparison has P1's squat, and of P2, who has no squat, nothing
    assert squats(tables["cells"]) == {"P1", "P3", "P4"}
    for name in ("repetitions", "measures"):
        assert squats(tables[name]) == {"P1", "P3", "P4"}, name
    assert set(tables["contrasts"]["n"]) == {3}
    assert set(tables["curves"]["n"]) == {3}
    assert list(tables["excluded"]["recording"]) == ["P2_squat.csv"]
    (lacking,) = [one.text for one in result.notices if one.code == "incomplete-by-exclusion"]
    assert lacking == (
        "Participant P2 is not in the comparison 'contrasts': a level of exercise is missing because a recording was "
        "left out."
    )
    assert "The tasks were squat (9 repetitions) and thrust (12 repetitions)." in text
    assert "0 of 21 repetitions were rejected" in text
    assert (
        "1 recording was left out because “ill” (P2_squat.csv). The comparison kept P1_squat.csv, which the study file"
        in text
    )
    assert "excludes (P1_squat.csv: noise)." in text


def test_where_all_excluded_recordings_are_kept_none_is_left_out(run):
    result, text = run(f'{EXCLUDE}\n{FIRST}keep = ["P2_squat.csv", "P1_squat.csv"]\n')
    assert "4 participants, sampled at 500 Hz, were available; all of them entered" in text
    assert "No recording of these tasks was left out. The comparison kept P1_squat.csv and P2_squat.csv, which" in text
    assert "excludes (P1_squat.csv: noise; P2_squat.csv: ill)." in text
    assert result.tables["excluded"].empty


def test_a_second_comparison_names_what_it_keeps_and_the_tables_stay_those_of_the_first(run):
    result, text = run(f'{EXCLUDE}\n{FIRST}{SECOND}keep = ["P1_squat.csv"]\n')
    assert squats(result.tables["measures"]) == squats(result.tables["cells"]) == {"P3", "P4"}
    assert squats(result.tables["cells_again"]) == {"P1", "P3", "P4"}
    assert "2 recordings were left out: P1_squat.csv because “noise”; P2_squat.csv because “ill”." in text
    assert "squat (6 repetitions)" in text
    assert ", with P1_squat.csv kept." in text


def test_a_second_comparison_names_what_only_the_first_keeps(run):
    _, text = run(f'{EXCLUDE}\n{FIRST}keep = ["P1_squat.csv", "P2_squat.csv"]\n{SECOND}keep = ["P2_squat.csv"]\n')
    assert "The first comparison kept P1_squat.csv and P2_squat.csv" in text
    assert ", without P1_squat.csv." in text
    assert "P2_squat.csv kept." not in text


def test_what_was_not_excluded_or_does_not_exist_is_not_said_to_be_kept(run):
    result, text = run(f'{FIRST}keep = ["P9_squat.csv", "P1_squat.csv"]\n')
    assert "No recording of these tasks was left out.\n" in text
    assert "squat.csv" not in text
    assert [one.code for one in result.notices if "P9_squat.csv" in one.text] == ["exclusion-not-found"]


def test_a_person_of_whom_recordings_are_kept_is_not_left_out(run):
    people = '[exclude]\nparticipants = [{ participant = "P2", reason = "ill" }]\n'
    every = '["P2_squat.csv", "P2_thrust.csv", "P2_mvc.csv"]'
    _, text = run(f"{people}{FIRST}keep = {every}\n")
    assert "all of them entered the comparison" in text
    assert "No recording of these tasks was left out. The comparison kept P2_mvc.csv, P2_squat.csv and" in text
    assert "participant was left out" not in text


def test_of_a_person_of_whom_a_part_is_kept_the_rest_is_left_out(run):
    people = '[exclude]\nparticipants = [{ participant = "P2", reason = "ill" }]\n'
    _, text = run(f'{people}{FIRST}keep = ["P2_thrust.csv", "P2_mvc.csv"]\n')
    assert "1 recording was left out because “ill” (P2_squat.csv). The comparison kept P2_mvc.csv and" in text
    assert "participant was left out" not in text
