"""From a folder as a laboratory has it to tables: `emgkit new` asks, the answers are filled in, and the study runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit.study import Study, new
from emgkit.study.new.design import dead_channels
from emgkit.study.new.questions import unanswered

MUSCLES = {"channels.VL.muscle": "vastus_lateralis", "channels.BF.muscle": "biceps_femoris"}


def roles(inventory):
    """How many files have each role."""
    return {role: len(inventory.of(role)) for role in new.ROLES if inventory.of(role)}


def ids(inventory):
    """What is asked."""
    return [one.id for one in new.questions(inventory)]


@pytest.mark.long
def test_headings_that_may_be_an_angle_are_asked_for_and_the_answers_run(record, run, tmp_path):
    data = tmp_path / "data"
    for seed, who in enumerate(("P01", "P02", "P03")):
        for shift, task in enumerate(("squat", "lunge", "mvc")):
            emg = ("VL (mV)", "BF (mV)")
            record(
                data / f"{who}_{task}.csv",
                seed=10 * seed + shift,
                mvc=task == "mvc",
                emg=emg,
                movement=["Knee"],
                time="t (s)",
            )
    found = new.look(data)
    assert [(one.name, one.kind, one.likely_kind) for one in found.channels] == [
        ("VL", "EMG", None), ("BF", "EMG", None), ("Knee", None, "JNTANG"),
    ]  # fmt: skip
    assert ids(found) == [
        "study.question", "channels.VL.muscle", "channels.BF.muscle", "channels.Knee.kind", "channels.Knee.unit",
        "exercises.lunge.by", "exercises.lunge.starts", "exercises.squat.by", "exercises.squat.starts",
    ]  # fmt: skip
    text = new.write(tmp_path / "open", found).file.read_text(encoding="utf-8")
    assert '# an angle? kind = "JNTANG", unit = "deg"' in text
    assert '"Knee" = { kind = "TODO", unit = "TODO" }' in text
    assert "may be in 'Knee'" in text
    # the four cycles of each recording are seen by the name that may be an angle
    assert {count for one in found.exercises for count in one.counted.values()} == {4}
    # once the channel is an angle, nothing else can show the repetitions
    known = {"channels.Knee.kind": "JNTANG", "channels.Knee.unit": "deg", **MUSCLES}
    assert "exercises.squat.by" not in [one.id for one in new.questions(found, known)]
    result = run(data, **known)
    assert set(result.tables["contrasts"]["muscle"]) == {"vastus_lateralis", "biceps_femoris"}
    assert len(result.tables["repetitions"].query("accepted")) == 3 * 2 * 4


def test_one_folder_a_group_with_the_same_labels_asks_whose_they_are(record, tmp_path):
    for group in ("old", "young"):
        for who in ("P01", "P02"):
            for task in ("squat", "lunge", "mvic"):
                record(tmp_path / "d" / group / f"{who}_{task}.csv", mvc=task == "mvic")
    found = new.look(tmp_path / "d")
    assert found.shared_labels == ("P01", "P02")
    assert found.people == ("old/P01", "old/P02", "young/P01", "young/P02")
    assert "in 2 groups: old 2, young 2" in new.listing(found, 80)
    assert 'by = ["group", "muscle"]' in new.write(tmp_path / "s", found).file.read_text(encoding="utf-8")


def test_two_sides_are_averaged_in_words_that_say_so(record, tmp_path):
    emg = ("VL_L (mV)", "VL_R (mV)")
    for who in ("P01", "P02"):
        for task in ("squat60", "squat80", "deadlift60", "deadlift80", "max"):
            record(tmp_path / "d" / f"{who}_{task}.csv", mvc=task == "max", emg=emg)
    found = new.look(tmp_path / "d")
    assert list(found.tasks) == ["deadlift{load}", "squat{load}", "max"]
    assert new.questions(found)[2].id == "channels.VL_L.muscle"
    assert {one.name: one.likely_side for one in found.channels} == {"VL_L": "left", "VL_R": "right", "bar": None}
    text = new.write(tmp_path / "open", found).file.read_text(encoding="utf-8")
    assert 'over = ["repetition", "side"]' in text
    assert '"VL_L" = { muscle = "TODO", side = "TODO" }' in text
    assert 'within = "TODO"' in text
    assert 'by = ["TODO", "muscle"]' in text


def test_a_dead_channel_and_a_missing_task_are_named(record, tmp_path):
    for who in ("P01", "P02", "P03"):
        for task in ("squat", "lunge", "mvc_quad", "mvc_ham"):
            if (who, task) not in {("P02", "lunge"), ("P03", "mvc_ham")}:
                dead = "BF (mV)" if (who, task) == ("P03", "squat") else None
                record(tmp_path / "d" / f"{who}_{task}.csv", mvc="mvc" in task, dead=dead)
    found = new.look(tmp_path / "d")
    assert found.lacking("lunge") == ("P02",)
    assert [(one.name, one.constant) for one in found.recordings if one.constant] == [("P03_squat.csv", ("BF",))]
    shown = new.listing(found, 80)
    assert "lunge     exercise  2 of 3  2      P02" in shown
    assert "constant in P03_squat.csv: BF" in shown
    text = new.write(tmp_path / "s", found).file.read_text(encoding="utf-8")
    assert 'all_positions = "TODO"' in text
    assert "# P03: an MVC task that others have is missing" in text


def test_an_unreadable_file_is_listed_with_its_error_and_stops_nothing(record, tmp_path):
    for who in ("P01", "P02"):
        for task in ("squat", "lunge", "mvc"):
            record(tmp_path / "d" / f"{who}_{task}.csv", mvc=task == "mvc")
    (tmp_path / "d" / "P03_squat.csv").write_text("VL,BF\nno,number\n", encoding="utf-8")
    (tmp_path / "d" / "P03_lunge.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    (tmp_path / "d" / "protocol.docx").write_bytes(b"PK")
    (tmp_path / "d" / "participants.csv").write_text("participant,age\nP01,30\n", encoding="utf-8")
    (tmp_path / "d" / "P01_squat_events.csv").write_text("onset,label\n1,go\n", encoding="utf-8")
    found = new.look(tmp_path / "d")
    assert roles(found) == {
        "exercise": 4, "MVC": 2, "events": 1, "side table": 1, "cannot be read": 2, "not a recording": 1,
    }  # fmt: skip
    shown = new.listing(found, 100)
    assert "P03_squat.csv: The file holds no row of numbers." in shown
    assert "P03_lunge.mat: This is no MATLAB file" in shown
    # the broken recording is left out with a reason that the user gives
    text = new.write(tmp_path / "s", found).file.read_text(encoding="utf-8")
    assert '{ path = "P03_squat.csv", reason = "TODO" },  # The file holds no row of numbers.' in text


def test_recordings_without_movement_or_events_ask_for_a_way_that_there_is(record, tmp_path):
    for who in ("P01", "P02"):
        for task in ("stand", "sit"):
            record(tmp_path / "d" / f"{who}_{task}.csv", emg=["VL"], movement=())
    found = new.look(tmp_path / "d")
    asked = {one.id: one for one in new.questions(found)}
    assert new.ways()[:2] == ("position", "angle")
    assert all(way.isalpha() for way in new.ways())
    assert asked["exercises.stand.by"].choices == new.ways()
    assert {"position", "table", "none"} <= set(new.ways())
    assert not any("Literal" in way or way == "Ellipsis" for way in new.ways())
    assert "no recording of it has repetition events or a channel of movement" in asked["exercises.stand.by"].remark
    assert "exercises.stand.starts" not in asked
    assert {"data.0.sfreq", "data.0.units"} <= set(asked)
    assert "no events and no channel of movement" in new.listing(found, 80)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_listing_fits_the_terminal(record, tmp_path, width):
    for group in ("control_group", "patients_after_reconstruction"):
        for who in range(1, 5):
            for task in ("single_leg_squat", "counter_movement_jump", "mvic_quadriceps_and_hamstrings"):
                path = tmp_path / "d" / group / f"Participant{who:02}_{task}.csv"
                record(path, mvc="mvic" in task, emg=("Vastus lateralis links (mV)", "Biceps femoris rechts (mV)"))
    lines = new.listing(new.look(tmp_path / "d"), width).splitlines()
    assert max(map(len, lines[1:])) <= width


@pytest.mark.long
def test_one_column_files_without_any_movement_run_over_the_whole_recording(record, run, tmp_path):
    for seed, who in enumerate(("P01", "P02", "P03")):
        for shift, task in enumerate(("stand", "sit", "mvc")):
            path = tmp_path / "d" / f"{who}_{task}.csv"
            record(path, seed=10 * seed + shift, mvc=task == "mvc", emg=["VL"], movement=())
    found = new.look(tmp_path / "d")
    assert ids(found)[1:] == [
        "data.0.sfreq", "data.0.units", "channels.VL.muscle", "exercises.sit.by", "exercises.stand.by",
    ]  # fmt: skip
    result = run(
        tmp_path / "d",
        **{"data.0.sfreq": 1000.0, "data.0.units": "mV", "exercises.sit.by": "none", "exercises.stand.by": "none"},
    )
    assert len(result.tables["contrasts"]) == 1


@pytest.mark.long
def test_headed_files_beside_headerless_ones_with_positions_of_maximal_contractions(record, run, tmp_path):
    for seed, who in enumerate(("S01", "S02", "S03")):
        for shift, task in enumerate(("squat", "lunge")):
            record(tmp_path / "d" / f"{who}_{task}_1.csv", seed=10 * seed + shift, time="time (s)")
        for shift, task in enumerate(("glute", "quad")):
            path = tmp_path / "d" / f"{who}_mvc_{task}_1.txt"
            record(path, seed=10 * seed + 5 + shift, mvc=True, movement=(), header=False, separator="\t")
    found = new.look(tmp_path / "d")
    assert list(found.tasks) == ["lunge", "squat", "mvc_glute", "mvc_quad"]
    text = new.write(tmp_path / "open", found).file.read_text(encoding="utf-8")
    assert 'tasks = ["mvc_glute", "mvc_quad"]' in text
    assert '"ch1" = { name = "TODO", muscle = "TODO" }' in text
    # a channel that has the name of another has its muscle too
    known = {"channels.ch1.name": "VL", "channels.ch2.name": "BF", **MUSCLES}
    assert not any(one.id.startswith("channels.") for one in unanswered(found, known))
    result = run(tmp_path / "d", **known)
    assert set(result.tables["contrasts"]["muscle"]) == {"vastus_lateralis", "biceps_femoris"}


@pytest.mark.long
def test_two_groups_numbered_from_one_run_as_what_they_are(record, run, tmp_path):
    for seed, group in enumerate(("old", "young")):
        for person, who in enumerate(("P01", "P02", "P03")):
            for shift, task in enumerate(("squat", "lunge", "mvic")):
                path = tmp_path / "d" / group / f"{who}_{task}.csv"
                record(path, seed=100 * seed + 10 * person + shift, mvc=task == "mvic", time="t (s)")
    assert "data.labels" in ids(new.look(tmp_path / "d"))
    result = run(tmp_path / "d", **{"data.labels": "per group", **MUSCLES})
    assert set(result.tables["contrasts"]["group"]) == {"old", "young"}
    assert set(result.tables["contrasts"]["n"]) == {3}


@pytest.mark.long
def test_a_file_that_cannot_be_read_and_one_of_nobody_are_left_out_with_reasons(record, run, tmp_path):
    for seed, who in enumerate(("P01", "P02", "P03")):
        for shift, task in enumerate(("squat", "lunge", "mvc")):
            path = tmp_path / "d" / f"{who}_{task}.csv"
            record(path, seed=10 * seed + shift, mvc=task == "mvc", time="t (s)")
    record(tmp_path / "d" / "calibration.csv", time="t (s)")
    for name in ("P03_lunge_2.csv", "P02_squat - copy.csv"):
        (tmp_path / "d" / name).write_text("VL,BF\nno,number\n", encoding="utf-8")
    found = new.survey(tmp_path / "s", tmp_path / "d")
    assert [file.name for file in found.of("name not understood")] == ["calibration.csv"]
    result = run(tmp_path / "d", **MUSCLES)
    assert set(result.tables["contrasts"]["n"]) == {3}


@pytest.mark.long
def test_one_person_is_asked_no_more_than_others(record, answered, tmp_path):
    for shift, task in enumerate(("squat", "lunge", "mvc")):
        record(tmp_path / "d" / f"P01_{task}.csv", seed=shift, mvc=task == "mvc", time="t (s)")
    found = new.look(tmp_path / "d")
    assert "1 participant and 3 tasks" in new.listing(found, 80).splitlines()
    assert answered(tmp_path / "d").to_do == ()


@pytest.mark.long
def test_a_dead_channel_of_one_and_a_missing_task_of_another_cost_no_more_than_that(record, run, tmp_path):
    for seed, who in enumerate(("P01", "P02", "P03", "P04")):
        for shift, task in enumerate(("squat", "lunge", "mvc")):
            if (who, task) != ("P02", "lunge"):
                dead = "BF (mV)" if who == "P03" else None
                path = tmp_path / "d" / f"{who}_{task}.csv"
                record(path, seed=10 * seed + shift, mvc=task == "mvc", time="t (s)", dead=dead)
    found = new.look(tmp_path / "d")
    assert dead_channels(found) == (("P03", "BF", None),)
    text = new.write(tmp_path / "open", found).file.read_text(encoding="utf-8")
    assert '{ participant = "P03", channel = "BF", reason = "TODO" },' in text
    result = run(tmp_path / "d", **{"comparisons.missing": "pairwise", **MUSCLES})
    numbers = result.tables["contrasts"].set_index("muscle")["n"]
    assert dict(numbers) == {"vastus_lateralis": 3, "biceps_femoris": 2}


@pytest.mark.long
def test_emg_and_markers_in_two_files(record, run, tmp_path):
    for seed, who in enumerate(("P01", "P02", "P03")):
        for shift, task in enumerate(("squat", "lunge", "mvc")):
            stem = f"{tmp_path}/d/{who}_{task}"
            record(Path(f"{stem}_emg.csv"), seed=10 * seed + shift, mvc=task == "mvc", time="t (s)", movement=())
            if task != "mvc":
                record(Path(f"{stem}_markers.csv"), time="t (s)", emg=(), movement=["hip height (mm)"])
    found = new.look(tmp_path / "d")
    assert roles(found) == {"exercise": 6, "MVC": 3, "other streams": 6}
    assert "data.join.0.offset" in ids(found)
    result = run(tmp_path / "d", **{"data.join.0.offset": 0.0, **MUSCLES})
    assert set(result.tables["contrasts"]["n"]) == {3}
    assert len(result.tables["repetitions"].query("accepted")) == 3 * 2 * 4


def test_a_movement_in_the_second_file_is_the_one_of_the_recording(record, answered, tmp_path):
    for seed, who in enumerate(("P01", "P02")):
        for shift, task in enumerate(("curl", "mvc")):
            stem = f"{tmp_path}/d/{who}_{task}"
            record(Path(f"{stem}_EMG.csv"), seed=10 * seed + shift, mvc=task == "mvc", time="t (s)", movement=())
            if task != "mvc":
                record(Path(f"{stem}_gonio.csv"), emg=(), movement=["elbow (deg)"])
    found = new.look(tmp_path / "d")
    assert "not counted: 'elbow' without a rate" in " ".join(new.listing(found).split())
    asked = {"data.join.0.sfreq", "data.join.0.offset", "exercises.curl.starts"}
    assert asked <= set(ids(found))
    assert "exercises.curl.by" not in ids(found)
    text = answered(tmp_path / "d", **{"data.join.0.sfreq": 50.0, "data.join.0.offset": 1.2}).file.read_text("utf-8")
    assert '{ pattern = "{participant}_{task}_gonio.csv", sfreq = 50, offset = 1.2 },' in text
    assert 'task = "curl"\nby = "angle"\nstarts = "eccentric"' in text


@pytest.mark.parametrize("copy", ["P01_squat (2).csv", "P01_squat - Copy.csv", "Kopie von P01_squat.csv"])
def test_a_copy_is_left_out_and_no_task_of_its_own(record, answered, tmp_path, copy):
    for seed, name in enumerate(("P01_squat", "P01_mvc", "P02_squat", "P02_mvc")):
        record(tmp_path / "d" / f"{name}.csv", seed=seed, mvc="mvc" in name, time="t (s)")
    original = tmp_path / "d" / "P01_squat.csv"
    (tmp_path / "d" / copy).write_bytes(original.read_bytes())
    found = new.look(tmp_path / "d")
    assert roles(found) == {"exercise": 2, "MVC": 2, "copy": 1}
    assert list(found.tasks) == ["squat", "mvc"]
    assert f"copies 1 {copy}: the same samples as P01_squat.csv" in " ".join(new.listing(found, 120).split())
    text = answered(tmp_path / "d").file.read_text("utf-8")
    assert f'{{ path = "{copy}", reason = "no recording of the study" }},  # the same samples as P01_squat.csv' in text


def test_the_samples_of_another_person_are_shown_and_to_be_decided_on(record, tmp_path):
    for seed, name in enumerate(("P01_squat", "P01_mvc", "P02_mvc")):
        record(tmp_path / "d" / f"{name}.csv", seed=seed, mvc="mvc" in name, time="t (s)")
    (tmp_path / "d" / "P02_squat.csv").write_bytes((tmp_path / "d" / "P01_squat.csv").read_bytes())
    found = new.look(tmp_path / "d")
    assert roles(found) == {"exercise": 2, "MVC": 2}
    assert "P02_squat.csv has the same samples as P01_squat.csv: whose are they?" in new.listing(found, 120)
    text = new.new(tmp_path / "s", tmp_path / "d").file.read_text("utf-8")
    assert '{ path = "P02_squat.csv", reason = "TODO" },  # the same samples as P01_squat.csv; whose are they?' in text


def test_files_of_an_ending_are_counted_with_copies_and_what_cannot_be_read(record, tmp_path):
    for seed, name in enumerate(("P01_squat", "P01_mvc")):
        record(tmp_path / "d" / f"{name}.csv", seed=seed, mvc="mvc" in name, time="t (s)")
    (tmp_path / "d" / "P01_squat (2).csv").write_bytes((tmp_path / "d" / "P01_squat.csv").read_bytes())
    (tmp_path / "d" / "P02_squat.csv").write_bytes(b"")
    first = new.listing(new.look(tmp_path / "d"), 200).splitlines()[0]
    assert first.startswith("4 files in ")
    assert first.endswith("(4 .csv)")


def test_a_file_in_another_unit_is_named(record, tmp_path):
    for seed, name in enumerate(("P01_squat", "P02_squat", "P01_mvc", "P02_mvc")):
        record(tmp_path / "d" / f"{name}.csv", seed=seed, mvc="mvc" in name, time="t (s)", emg=["VL (mV)"])
    odd = tmp_path / "d" / "P02_squat.csv"
    odd.write_text(odd.read_text().replace("(mV)", "(V)"))
    text = new.listing(new.look(tmp_path / "d"), 120)
    assert "in 'P02_squat.csv' the unit of 'VL' is V, elsewhere mV" in text


def test_german_words_for_a_maximal_contraction(record, tmp_path):
    for seed, name in enumerate(("VP1_Kniebeuge", "VP1_Maximalkraft_Gesäß", "VP1_Maximalkontraktion")):
        record(tmp_path / "d" / f"{name}.csv", seed=seed, mvc="Max" in name, time="t (s)")
    assert roles(new.look(tmp_path / "d")) == {"exercise": 1, "MVC": 2}


def test_repetitions_that_an_accelerometer_shows_have_a_first_phase(record, answered, tmp_path):
    axes = [f"VL (1): ACC {axis} (g)" for axis in "XYZ"] + [f"BF (2): ACC {axis} (g)" for axis in "XYZ"]
    for seed, name in enumerate(("P01_squat", "P01_mvc")):
        record(tmp_path / "d" / f"{name}.csv", seed=seed, mvc="mvc" in name, time="t (s)", movement=axes)
    text = new.new(tmp_path / "s", tmp_path / "d").file.read_text("utf-8")
    assert 'by = "TODO"\n# squat usually begins "eccentric"\nstarts = "TODO"' in text
    assert 'by = "acceleration", and channels = the axes of one sensor' in " ".join(text.replace("\n# ", " ").split())
    found = answered(tmp_path / "d", **{"exercises.squat.by": "acceleration", "exercises.squat.starts": "eccentric"})
    assert 'by = "acceleration"\nstarts = "eccentric"' in found.file.read_text("utf-8")


def test_labels_that_differ_by_case_are_translated_once_the_user_agrees(record, run, tmp_path):
    names = ("P01_Squat.csv", "p02_squat.CSV", "P03_SQUAT.Csv", "P01_MVC.csv", "p02_mvc.CSV", "P03_MVC.Csv")
    for seed, name in enumerate((*names, "P01_lunge.csv", "p02_lunge.csv", "P03_lunge.csv")):
        record(tmp_path / "d" / name, seed=seed, mvc="mvc" in name.lower(), time="t (s)")
    found = new.look(tmp_path / "d")
    assert {task: len(own) for task, own in found.tasks.items()} == {"lunge": 3, "SQUAT": 3, "MVC": 3}
    text = new.write(tmp_path / "open", found).file.read_text("utf-8")
    words = " ".join(text.replace("\n# ", " ").split())
    assert (
        "TODO: one task each? They differ by case or blanks only: 'MVC' and 'mvc'; 'SQUAT', 'Squat' and 'squat'. "
        "If so, take this comment away "
        'values.task = { MVC = "MVC", SQUAT = "SQUAT", Squat = "SQUAT", lunge = "lunge", mvc = "MVC", squat = "SQUAT" }'
        in words
    )
    assert text.count("[exercises.") == 2
    result = run(tmp_path / "d", **{"data.0.task": True, **MUSCLES})
    assert set(result.tables["cells"]["participant"]) == {"P01", "p02", "P03"}


def test_a_person_with_two_spellings_is_asked_for(record, tmp_path):
    for seed, name in enumerate(("AH_squat.csv", "ah_lunge.csv", "AH_mvc.csv", "BK_squat.csv")):
        record(tmp_path / "d" / name, seed=seed, mvc="mvc" in name, time="t (s)")
    text = new.new(tmp_path / "s", tmp_path / "d").file.read_text("utf-8")
    assert "# TODO: one participant each? They differ by case or blanks only: 'AH' and 'ah'. If so, take" in text
    assert 'values.participant = { AH = "AH", BK = "BK", ah = "AH" }' in text


def test_a_second_trial_is_no_copy(record, tmp_path):
    for seed, name in enumerate(("P01_squat", "P01_squat (2)", "P01_mvc")):
        record(tmp_path / "d" / f"{name}.csv", seed=seed, mvc="mvc" in name, time="t (s)")
    assert roles(new.look(tmp_path / "d")) == {"exercise": 2, "MVC": 1}


def test_each_sheet_of_a_workbook_is_a_recording(tmp_path, answered):
    samples = np.random.default_rng(1).normal(size=(2000, 2))
    for who in ("P01", "P02"):
        with pd.ExcelWriter(tmp_path / f"{who}.xlsx") as book:
            for task in ("squat", "lunge", "mvc"):
                table = pd.DataFrame(samples, columns=["VL (mV)", "BF (mV)"])
                table.to_excel(book, sheet_name=f"EMG_{task}", index=False)
    (tmp_path / "d").mkdir()
    for path in tmp_path.glob("*.xlsx"):
        path.rename(tmp_path / "d" / path.name)
    found = new.look(tmp_path / "d")
    assert roles(found) == {"exercise": 4, "MVC": 2}
    text = answered(tmp_path / "d").file.read_text(encoding="utf-8")
    assert 'pattern = "{participant}.xlsx"\nsheet = "EMG_{task}"' in text


@pytest.mark.long
def test_three_loads_of_two_exercises_on_two_sides(record, run, tmp_path):
    emg = ("VL_L (mV)", "VL_R (mV)")
    tasks = [f"{lift}{load}" for lift in ("squat", "deadlift") for load in (60, 80, 100)]
    for seed, who in enumerate(("S01", "S02", "S03")):
        for shift, task in enumerate([*tasks, "mvc1", "mvc2"]):
            path = tmp_path / "d" / f"{who}_{task}.csv"
            record(path, seed=20 * seed + shift, mvc="mvc" in task, emg=emg, time="t (s)")
    found = new.look(tmp_path / "d")
    assert list(found.tasks) == ["deadlift{load}", "squat{load}", "mvc"]
    (tmp_path / "d" / "S02_squat80.csv").rename(tmp_path / "aside.csv")
    assert new.look(tmp_path / "d").missing("squat{load}") == (("S02", ("squat80",)),)
    assert "S02 (squat80)" in new.listing(new.look(tmp_path / "d"), 80)
    (tmp_path / "aside.csv").rename(tmp_path / "d" / "S02_squat80.csv")
    known = {f"channels.VL_{side}.muscle": "vastus_lateralis" for side in "LR"}
    result = run(tmp_path / "d", **{"comparisons.within": "load", **known})
    table = result.tables["contrasts"]
    assert set(table["exercise"]) == {"squat", "deadlift"}
    assert list(table["contrast"].unique()) == ["60 / 80", "60 / 100", "80 / 100"]


def test_names_without_a_task_get_one(record, answered, tmp_path):
    for who in ("P01", "P02"):
        record(tmp_path / "d" / f"{who}.csv", time="t (s)")
        record(tmp_path / "d" / f"{who}_max.csv", time="t (s)", mvc=True)
    text = answered(tmp_path / "d").file.read_text(encoding="utf-8")
    assert 'pattern = "{participant}.csv"\n' in text
    assert 'task = "recording"' in text


def test_one_person_whose_files_hold_no_label(record, run, tmp_path):
    data = tmp_path / "mine"
    for seed, name in enumerate(("bench.csv", "bench 2.csv", "squat.csv", "max bench.csv")):
        record(data / name, seed=seed, mvc="max" in name, time="t (s)")
    made = run(data, **MUSCLES, **{"data.participant": "Jo"})
    assert set(made.tables["cells"]["participant"]) == {"Jo"}
    assert set(made.tables["cells"]["exercise"]) == {"bench", "squat"}
    assert any("Nothing was compared" in notice.text for notice in made.notices)


@pytest.mark.parametrize("some", [False, True], ids=["all files", "some files"])
def test_numbers_that_can_be_read_in_two_ways_are_read_and_asked_for(record, tmp_path, run, some):
    for seed, (who, task) in enumerate((who, task) for who in ("P01", "P02") for task in ("squat", "lunge", "mvc")):
        path = tmp_path / "d" / f"{who}_{task}.csv"
        record(path, mvc=task == "mvc", seed=seed, emg=["VL (uV)", "BF (uV)"], movement=["bar (mm)"], separator=";")
        if who == "P01" or not some:
            table = pd.read_csv(path, sep=";") * [1000, 1000, 3000]
            table.map(lambda value: f"{round(value):,}").to_csv(path, sep=";", index=False)
    found = new.look(tmp_path / "d")
    assert roles(found) == {"exercise": 4, "MVC": 2}
    text = new.write(tmp_path / "s", found).file.read_text(encoding="utf-8")
    assert 'thousands = "TODO"\n' in text
    (asked,) = [one for one in new.questions(found) if one.key == "thousands"]
    (shown,) = {one.thousands[1] for one in found.recordings if one.name == "P01_squat.csv"}
    assert asked.remark == (
        f'the sign between thousands; the numbers can be read in two ways ({shown}): likely ","; where no sign '
        'separates thousands, ""'
    )
    result = run(tmp_path / "d", **{"data.0.sfreq": 1000, **MUSCLES})
    assert result.tables["contrasts"]["n"].tolist() == [2, 2]


MARKERS = [f"{place}_{axis}" for place in ("LASI", "RASI", "SACR") for axis in "xyz"]


@pytest.mark.parametrize("called", ["SACR_z", "SACR_z (mm)"])
def test_of_many_markers_one_question_asks_which_shows_the_movement(record, tmp_path, run, called):
    for seed, (who, task) in enumerate((who, task) for who in ("P01", "P02") for task in ("squat", "lunge", "mvc")):
        path = tmp_path / "d" / f"{who}_{task}.csv"
        record(path, mvc=task == "mvc", seed=seed, movement=[f"{name} (mm)" for name in MARKERS])
    found = new.look(tmp_path / "d")
    asked = [one for one in new.questions(found) if "SACR" in one.remark or "SACR" in one.id]
    assert [one.id for one in asked] == ["exercises.lunge.channel", "exercises.squat.channel"]
    assert asked[0].choices == tuple(MARKERS)
    assert asked[0].remark == (
        "the channel that shows the movement, one of 9, the axes of 3 markers: LASI, RASI, SACR; the others are not "
        'used. Likely channel = "LASI_z": of the axes called z, usually the vertical ones, it moves most'
    )
    text = new.write(tmp_path / "s", found).file.read_text(encoding="utf-8")
    assert text.count('\nchannel = "TODO"\n') == 2
    assert '"SACR_z' not in text
    channel = dict.fromkeys(["exercises.squat.channel", "exercises.lunge.channel"], called)
    result = run(tmp_path / "d", **{"data.0.sfreq": 1000, **channel, **MUSCLES})
    assert result.tables["contrasts"]["n"].tolist() == [2, 2]
    assert len(result.tables["repetitions"].query("accepted")) == 2 * 2 * 4


def test_many_markers_are_listed_in_few_lines(record, tmp_path):
    names = [f"M{place} (mm)" for place in range(200)]
    record(tmp_path / "d" / "P01_squat.csv", movement=names)
    found = new.look(tmp_path / "d")
    (asked,) = [one for one in new.questions(found) if one.key == "channel"]
    assert asked.remark.startswith("the channel that shows the movement, one of 200; the others are not used: M0, M1")
    assert asked.remark.endswith(" …")
    assert len(asked.remark) < 350
    assert "'M4', 'M5' and 194 more without a rate" in " ".join(new.listing(found).split())
    record(tmp_path / "t" / "P01_squat.csv", movement=names, time="t (s)")
    assert "; 194 more channels" in " ".join(new.listing(new.look(tmp_path / "t")).split())


@pytest.mark.parametrize("during", ["half", "phase"])
def test_the_channel_of_the_movement_counts_for_halves_and_cycles_too(record, tmp_path, answered, during):
    for seed, (who, task) in enumerate((who, task) for who in ("P01", "P02") for task in ("squat", "lunge", "mvc")):
        path = tmp_path / "d" / f"{who}_{task}.csv"
        record(path, mvc=task == "mvc", seed=seed, movement=["a (mm)", "b (mm)"])
    channel = dict.fromkeys(["exercises.squat.channel", "exercises.lunge.channel"], "b")
    starts = {"exercises.lunge.starts": "cycles"} if during == "phase" else {}
    made = answered(tmp_path / "d", **{"data.0.sfreq": 1000, **channel, **starts, **MUSCLES})
    text = made.file.read_text(encoding="utf-8")
    if during == "half":
        text += '\n[[measures]]\nname = "peak"\nduring = "half"\n'
    made.file.write_text(text, encoding="utf-8")
    result = Study.load(made.file.parent).run(tmp_path / "out", quick=True)
    assert set(result.tables["contrasts"]["n"]) == {2}


def test_recordings_without_emg_are_named(record, tmp_path):
    for seed, who in enumerate(("P01", "P02")):
        record(tmp_path / "d" / f"{who}_squat.csv", seed=seed)
        record(tmp_path / "d" / f"{who}_walk.csv", seed=seed, emg=())
    found = new.look(tmp_path / "d")
    assert "  no channel of 'P01_walk.csv' and 'P02_walk.csv' is EMG" in new.listing(found, 80).splitlines()
    made = new.write(tmp_path / "s", found)
    assert any("no channel of 'P01_walk.csv' and 'P02_walk.csv' is EMG" in one.text for one in made.to_do)


def test_one_exercise_of_several_people_is_described_and_nothing_is_compared(record, run, tmp_path):
    for seed, (who, task) in enumerate((who, task) for who in ("P01", "P02", "P03") for task in ("squat", "mvc")):
        record(tmp_path / "d" / f"{who}_{task}.csv", mvc=task == "mvc", seed=seed)
    text = new.write(tmp_path / "s", new.survey(tmp_path / "s", tmp_path / "d")).file.read_text(encoding="utf-8")
    assert "# one exercise and nothing that differs in it: the run describes it, and compares nothing\n" in text
    result = run(tmp_path / "d", **{"data.0.sfreq": 1000, **MUSCLES})
    assert result.finding[-1] == (
        "Nothing was compared in 'contrasts': all values are of one exercise (squat), and a comparison needs two or "
        "more."
    )
    assert "contrasts" not in result.tables
    assert len(result.tables["cells"]) == 6


def test_runs_of_one_exercise_may_be_compared_or_described(record, run, tmp_path):
    for seed, (who, task) in enumerate(
        (who, task) for who in ("P01", "P02", "P03") for task in ("squat_1", "squat_2", "mvc_1")
    ):
        record(tmp_path / "d" / f"{who}_{task}.csv", mvc="mvc" in task, seed=seed)
    found = new.look(tmp_path / "d")
    (asked,) = [one for one in new.questions(found) if one.id == "comparisons.within"]
    assert asked.choices == ("run", "exercise")
    assert asked.remark == (
        'what is compared: "run", or "exercise": nothing is compared, and the run describes the one exercise'
    )
    text = new.write(tmp_path / "s", found).file.read_text(encoding="utf-8")
    assert '\nwithin = "TODO"\nby = ["muscle"]\n' in text
    result = run(tmp_path / "d", **{"data.0.sfreq": 1000, "comparisons.within": "run", **MUSCLES})
    assert result.tables["contrasts"]["contrast"].tolist() == ["1 / 2", "1 / 2"]


def test_two_sides_of_one_exercise_may_be_compared(record, tmp_path):
    for who in ("P01", "P02"):
        record(tmp_path / "d" / f"{who}_squat.csv", emg=["VL left (mV)", "VL right (mV)"])
    found = new.look(tmp_path / "d")
    (asked,) = [one for one in new.questions(found) if one.id == "comparisons.within"]
    assert asked.choices == ("side", "exercise")
    answers = {"comparisons.within": "side"}
    text = new.write(tmp_path / "s", found, answers=answers).file.read_text(encoding="utf-8")
    assert 'within = "side"' in text
    assert "[summary]" not in text


def test_the_muscle_of_a_sensor_is_likely_although_its_accelerometer_has_the_label_too(tmp_path, record):
    """Delsys sensors give their label to every signal they send."""
    labels = [f"{sensor}: EMG 1 (mV)" for sensor in ("R VL (10001)", "L BF (10002)")]
    inertial = [f"R VL (10001): ACC {axis} (g)" for axis in "XYZ"] + ["L BF (10002): GYRO X (deg/s)"]
    record(tmp_path / "lab" / "P01_squat.csv", emg=labels, movement=inertial)
    record(tmp_path / "lab" / "P02_squat.csv", emg=labels, movement=inertial)
    found = {one.name: (one.likely_muscle, one.likely_side) for one in new.inventory.look(tmp_path / "lab").channels}
    assert found["R VL (10001): EMG 1"] == ("vastus_lateralis", "right")
    assert found["L BF (10002): EMG 1"] == ("biceps_femoris", "left")
    assert found["R VL (10001): ACC X"][0] is None


@pytest.mark.parametrize(("lasts", "what"), [(1.5, "repetition"), (None, "start")])
def test_events_of_other_names_are_named_with_the_way_to_use_them(tmp_path, lasts, what):
    """EDF annotations in which each repetition, or its start, is called "rep", after one about something else."""
    import edfio

    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for who in ("P1", "P2"):
        for task in ("squat", "lunge"):
            edfio.Edf(
                [edfio.EdfSignal(100 * rng.standard_normal(10_000), 1000, label="VL", physical_dimension="uV")],
                annotations=[edfio.EdfAnnotation(0.5, None, 'talking to "him"')]
                + [edfio.EdfAnnotation(2.0 * n, lasts, "rep") for n in range(1, 4)],
            ).write(folder / f"{who}_{task}.edf")
    found = new.look(folder)
    listing = " ".join(new.listing(found, 80).split())
    assert "no repetitions and no channel of movement, but events ('rep' and 'talking to \"him\"')" in listing
    assert f'by = "events", events = {{ {what} = "rep" }}' in listing
    by = next(one for one in new.questions(found) if one.id == "exercises.squat.by")
    assert by.remark.startswith("no recording of it has repetition events or a channel of movement, but events ('rep'")
