"""A recording in several files, and several recordings in one: joined files, and sheets of workbooks."""

from __future__ import annotations

import re
import shutil

import numpy as np
import openpyxl
import pandas as pd
import pytest

from emgkit.errors import ArgumentError, EmgkitError, SignalError, StudyError
from emgkit.study.file.read import parse
from emgkit.study.recordings.account import account
from emgkit.study.recordings.analysis import StudyStages, analyse
from emgkit.study.recordings.plan import plan_of

# a stage that finds a number on a doubtful signal warns, and the study keeps the notice
pytestmark = [pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning"), pytest.mark.long]


def with_join(study, line, **replaced):
    """The study file with second files."""
    text = study.text.replace("sfreq = 500\n", f"sfreq = 500\njoin = [{line}]\n")
    for old, new in replaced.items():
        text = text.replace(old, new)
    return parse(text, where="study.toml")


def split(folder, copy, *, rate=100, ending="_markers.csv", trigger=False):
    """The recordings of a folder in two files each: the EMG alone, and the bar at another rate."""
    copy.mkdir()
    for path in sorted(folder.glob("*.csv")):
        table = pd.read_csv(path)
        times = np.arange(len(table)) / 500
        emg = table[["VL (mV)"]]
        if trigger:
            emg = emg.assign(Sync=(times % 3 >= 2.9).astype(int))
        emg.to_csv(copy / path.name, index=False)
        if "_mvc" in path.name:
            continue
        at = np.arange(0, times[-1], 1 / rate)
        bar = pd.DataFrame({"position (m)": np.interp(at, times, table["position (m)"]).round(6)})
        if trigger:
            bar["Sync"] = (at % 3 >= 2.9).astype(int)
        bar.to_csv(copy / path.name.replace(".csv", ending), index=False)
    return copy


def fails(file, folder, error, *parts):
    with pytest.raises(error) as caught:
        analyse(file, plan_of(file), folder, progress=lambda *_: None)
    for part in parts:
        assert part in str(caught.value), str(caught.value)
    assert len(str(caught.value)) < 700
    return caught.value


MARKERS = '{ pattern = "{participant}_{task}_markers.csv", sfreq = 100 }'


# --- joined files ----------------------------------------------------------------------------------


def test_a_study_of_two_files_a_recording_gives_what_one_file_gives(study, analysis, tmp_path, quiet):
    folder = split(study.folder / "data", tmp_path / "data")
    file = with_join(study, MARKERS)
    found = analyse(file, plan_of(file), folder, progress=quiet)
    assert [source.name for source in found.used] == [source.name for source in analysis.used]
    joined = {source.name: [one.name for one in source.joined] for source in found.used}
    assert joined["P1_squat.csv"] == ["P1_squat_markers.csv"]
    assert joined["P1_mvc.csv"] == []
    one, other = (pd.concat([session.rows for session in each.sessions]) for each in (analysis, found))
    assert len(one) == len(other)
    # the turning points are those of the slower stream
    assert other["value"].to_numpy() == pytest.approx(one["value"].to_numpy(), rel=0.05)
    assert not [notice for notice in found.notices if notice.code == "files-not-used"]


def test_an_offset_and_a_trigger_move_the_second_file(study, tmp_path, quiet):
    folder = split(study.folder / "data", tmp_path / "data", trigger=True)
    units = 'channels = { "Sync" = { kind = "TRIG", unit = "n/a" } }'
    channels = {"[channels]\n": '[channels]\n"Sync" = { kind = "TRIG", unit = "n/a" }\n'}
    times = {}
    for how in ("offset = 0.3", 'by = "trigger"'):
        file = with_join(study, MARKERS.replace("sfreq = 100", f"sfreq = 100, {units}, {how}"), **channels)
        rows = analyse(file, plan_of(file), folder, progress=quiet).sessions[0].repetitions
        times[how] = rows["onset"].to_numpy()
    assert times["offset = 0.3"] - times['by = "trigger"'] == pytest.approx(0.3, abs=0.011)


def test_what_joining_notices_stands_in_the_study(study, tmp_path, quiet):
    folder = split(study.folder / "data", tmp_path / "data")
    path = folder / "P2_thrust_markers.csv"
    path.write_text("\n".join(path.read_text().split("\n")[:-20]) + "\n")
    file = with_join(study, MARKERS)
    notices = [one.text for session in analyse(file, plan_of(file), folder, progress=quiet).sessions
               for one in session.notices if one.code == "join-lengths"]  # fmt: skip
    assert any(
        re.match(r"P2_thrust\.csv: The recordings that were joined differ in length: the first", one) for one in notices
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("P1_squat_markers.csv", "P1_sqat_markers.csv"), ("P1_squat_markers.csv", "P1_squat_Markers.csv"),
     ("P1_squat_markers.csv", "p1_squat_markers.csv")],
)  # fmt: skip
def test_a_recording_without_its_second_file_is_named_with_what_nearly_fits(study, tmp_path, old, new):
    folder = split(study.folder / "data", tmp_path / "data")
    (folder / old).rename(folder / new)
    fails(with_join(study, MARKERS), folder, StudyError, "A recording lacks the file to join",
          f"P1_squat.csv ({old})", "Files that nearly fit:", new)  # fmt: skip
    (folder / new).unlink()
    fails(with_join(study, MARKERS), folder, StudyError, "A recording lacks the file to join", f"P1_squat.csv ({old})")


def test_the_ending_of_a_second_file_counts_in_any_case(study, tmp_path):
    folder = split(study.folder / "data", tmp_path / "data")
    (folder / "P1_squat_markers.csv").rename(folder / "P1_squat_markers.CSV")
    found = account(folder, plan_of(with_join(study, MARKERS)).accounting)
    assert [one.name for one in found.sources[1].joined] == ["P1_squat_markers.CSV"]


def test_a_second_file_without_a_recording_is_named(study, tmp_path):
    folder = split(study.folder / "data", tmp_path / "data")
    shutil.copy(folder / "P1_squat_markers.csv", folder / "P9_squat_markers.csv")
    file = with_join(study, MARKERS)
    fails(file, folder, StudyError, "A file to join fits no recording", "P9_squat_markers.csv", "[exclude] files")
    excluded = study.text + '\n[exclude]\nfiles = [{ path = "P9_squat_markers.csv", reason = "no EMG" }]\n'
    excluded = excluded.replace("sfreq = 500\n", f"sfreq = 500\njoin = [{MARKERS}]\n")
    account(folder, plan_of(parse(excluded, where="study.toml")).accounting)


def test_a_second_file_of_two_recordings_is_refused(study, tmp_path):
    folder = split(study.folder / "data", tmp_path / "data")
    for path in folder.glob("*_markers.csv"):
        path.unlink()
    shutil.copy(folder / "P1_squat.csv", folder / "P1_markers.csv")
    file = with_join(study, '{ pattern = "{participant}_markers.csv" }')
    fails(file, folder, StudyError, "A file to join fits two recordings", "'P1_markers.csv' fits 'P1_mvc.csv' and")
    file = with_join(study, '{ pattern = "{participant}_{session}_markers.csv" }')
    fails(file, folder, StudyError, "named by 'session', which the recording does not have", "'participant' and 'task'")


def test_emg_in_both_files_is_refused_in_words(study, tmp_path):
    folder = split(study.folder / "data", tmp_path / "data")
    path = folder / "P1_squat_markers.csv"
    pd.read_csv(path).assign(**{"BF (mV)": 0.1}).to_csv(path, index=False)
    what = "A joined file holds EMG, too; a study needs all EMG at one rate"
    fails(with_join(study, MARKERS), folder, StudyError, what, "P1_squat_markers.csv", "'BF'")


def test_a_trigger_that_is_not_there_names_the_recording(study, tmp_path):
    folder = split(study.folder / "data", tmp_path / "data")
    file = with_join(study, MARKERS.replace("sfreq = 100", 'sfreq = 100, by = "trigger"'))
    fails(file, folder, ArgumentError, "The first recording has no trigger", "P1_squat.csv")


def test_triggers_that_do_not_agree_name_the_recording(study, tmp_path):
    folder = split(study.folder / "data", tmp_path / "data", trigger=True)
    path = folder / "P3_squat_markers.csv"
    table = pd.read_csv(path)
    table.loc[:350, "Sync"] = 0
    table.to_csv(path, index=False)
    units = 'channels = { "Sync" = { kind = "TRIG", unit = "n/a" } }, by = "trigger"'
    file = with_join(study, MARKERS.replace("sfreq = 100", f"sfreq = 100, {units}"),
                     **{"[channels]\n": '[channels]\n"Sync" = { kind = "TRIG", unit = "n/a" }\n'})  # fmt: skip
    fails(file, folder, SignalError, "The triggers of the recordings to join do not agree", "P3_squat.csv")


def test_a_join_has_one_offset(study):
    with pytest.raises(EmgkitError, match='either an offset or by = "trigger"'):
        with_join(study, '{ pattern = "{participant}_{task}.csv", offset = 1.0, by = "trigger" }')


def test_the_key_of_a_stage_follows_both_files(study, tmp_path):
    folder = split(study.folder / "data", tmp_path / "data")
    plan = plan_of(with_join(study, MARKERS))

    def keys():
        return {
            name: stage.key for name, stage in StudyStages(plan, account(folder, plan.accounting).sources).reads.items()
        }

    before = keys()
    for name in ("P1_squat_markers.csv", "P1_squat.csv"):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace("0.", "0.0", 1))
        assert {key for key, value in keys().items() if value != before[key]} == {"P1_squat.csv"}
        (folder / name).write_text(text)
    assert keys() == before


# --- sheets ----------------------------------------------------------------------------------------


def as_workbooks(folder, copy, *, more=True):
    """The recordings of a folder as one workbook a participant, a sheet a task."""
    copy.mkdir()
    for who in sorted({path.name.partition("_")[0] for path in folder.glob("*.csv")}):
        with pd.ExcelWriter(copy / f"{who}.xlsx") as writer:
            for path in sorted(folder.glob(f"{who}_*.csv")):
                task = path.stem.partition("_")[2]
                pd.read_csv(path).to_excel(writer, sheet_name=f"EMG_{task}", index=False)
            if more:
                pd.DataFrame({"age": [30]}).to_excel(writer, sheet_name="notes", index=False)
    return copy


def of_sheets(study, sheet="EMG_{task}"):
    new = f'pattern = "{{participant}}.xlsx"\nsheet = "{sheet}"'
    return parse(study.text.replace('pattern = "{participant}_{task}.csv"', new), where="study.toml")


def test_a_study_of_sheets_gives_what_one_of_files_gives(study, analysis, tmp_path, quiet):
    folder = as_workbooks(study.folder / "data", tmp_path / "data")
    file = of_sheets(study)
    found = analyse(file, plan_of(file), folder, progress=quiet)
    assert [source.name for source in found.used][:3] == [
        "P1.xlsx, sheet EMG_mvc", "P1.xlsx, sheet EMG_squat", "P1.xlsx, sheet EMG_thrust",
    ]  # fmt: skip
    one, other = (pd.concat([session.rows for session in each.sessions]) for each in (analysis, found))
    pd.testing.assert_frame_equal(one, other)
    (notice,) = [notice for notice in found.notices if notice.code == "files-not-used"]
    assert "P1.xlsx, sheet notes" in notice.text


def test_a_sheet_that_cannot_be_read_is_named(study, tmp_path):
    folder = as_workbooks(study.folder / "data", tmp_path / "data", more=False)
    book = openpyxl.load_workbook(folder / "P2.xlsx")
    book["EMG_squat"]["A7"] = "oops"
    book.save(folder / "P2.xlsx")
    error = fails(of_sheets(study), folder, EmgkitError, "A cell is not a number", "row 7")
    assert "P2.xlsx, sheet" in error.where
    # without a layout for sheets, the workbook must have one
    text = study.text.replace("{participant}_{task}.csv", "{participant}_{task}.xlsx")
    (folder / "P2.xlsx").rename(folder / "P2_squat.xlsx")
    (folder / "P1.xlsx").rename(folder / "P2_thrust.xlsx")
    for other in ("P3.xlsx", "P4.xlsx"):
        (folder / other).unlink()
    fails(parse(text, where="study.toml"), folder, ArgumentError, "The workbook has several sheets", "'EMG_mvc'")


def test_a_workbook_that_cannot_be_read_is_named_unless_it_is_left_out(study, tmp_path):
    folder = as_workbooks(study.folder / "data", tmp_path / "data")
    (folder / "P2.xlsx").write_bytes((folder / "P2.xlsx").read_bytes()[:3000])
    error = fails(of_sheets(study), folder, EmgkitError, "The file is a damaged workbook")
    assert "P2.xlsx" in error.where
    text = study.text.replace(
        'pattern = "{participant}_{task}.csv"', 'pattern = "{participant}.xlsx"\nsheet = "EMG_{task}"'
    )
    text += '\n[exclude]\nfiles = [{ path = "P2.xlsx", reason = "damaged" }]\n'
    found = account(folder, plan_of(parse(text, where="study.toml")).accounting)
    assert ("P2.xlsx", "left out", "damaged") in {(one.name, one.role, one.reason) for one in found.files}
    assert {one.participant for one in found.sources} == {"P1", "P3", "P4"}


def test_files_and_sheets_stand_in_the_table_of_files(study, tmp_path, quiet):
    folder = split(study.folder / "data", tmp_path / "data")
    files = analyse(with_join(study, MARKERS), plan_of(with_join(study, MARKERS)), folder, progress=quiet).files
    table = files.set_index("file")
    assert tuple(table.loc["P1_squat_markers.csv", ["role", "reason"]]) == ("joined", "joined to P1_squat.csv")
    folder = as_workbooks(study.folder / "data", tmp_path / "books")
    table = analyse(of_sheets(study), plan_of(of_sheets(study)), folder, progress=quiet).files.set_index("file")
    assert table.loc["P1.xlsx, sheet EMG_squat", "role"] == "exercise"
    assert tuple(table.loc["P1.xlsx, sheet notes", ["role", "reason"]]) == (
        "not a recording",
        "a sheet that no layout fits",
    )


def test_a_sheet_that_nearly_fits_is_refused(study, tmp_path):
    folder = as_workbooks(study.folder / "data", tmp_path / "data")
    book = openpyxl.load_workbook(folder / "P2.xlsx")
    book["EMG_squat"].title = "emg_squat"
    book.save(folder / "P2.xlsx")
    what = "A recording has a name that no layout fits"
    fails(of_sheets(study), folder, StudyError, what, "P2.xlsx, sheet emg_squat", "but for upper and lower case")


def test_a_file_a_recording_needs_no_sheet(study, analysis, tmp_path, quiet):
    folder = tmp_path / "data"
    folder.mkdir()
    for path in (study.folder / "data").glob("*.csv"):
        pd.read_csv(path).to_excel(folder / f"{path.stem}.xlsx", index=False)
    file = parse(study.text.replace("{participant}_{task}.csv", "{participant}_{task}.xlsx"), where="study.toml")
    found = analyse(file, plan_of(file), folder, progress=quiet)
    one, other = (pd.concat([session.rows for session in each.sessions]) for each in (analysis, found))
    pd.testing.assert_frame_equal(one, other)


def test_a_sheet_can_be_joined(study, analysis, tmp_path, quiet):
    folder = split(study.folder / "data", tmp_path / "data")
    for who in range(1, 5):
        with pd.ExcelWriter(folder / f"P{who}.xlsx") as writer:
            for task in ("squat", "thrust"):
                path = folder / f"P{who}_{task}_markers.csv"
                pd.read_csv(path).to_excel(writer, sheet_name=f"bar {task}", index=False)
                path.unlink()
    file = with_join(study, '{ pattern = "{participant}.xlsx", sheet = "bar {task}", sfreq = 100 }')
    found = analyse(file, plan_of(file), folder, progress=quiet)
    assert [one.name for one in found.used[1].joined] == ["P1.xlsx, sheet bar squat"]
    assert len(found.sessions) == len(analysis.sessions)


ELDERLY = """
[study]
title = "Own test or not"
question = "Is each muscle most active in its own test?"
[data]
folder = "data"
[[data.layouts]]
pattern = "ID_{participant}.xlsx"
sheet = "EMG_{task}"
sfreq = 2000
units = "uV"
[channels]
ch1 = { name = "VL", muscle = "vastus_lateralis" }
ch2 = { name = "BF", muscle = "biceps_femoris" }
ch3 = { name = "TA", muscle = "tibialis_anterior" }
ch4 = { name = "GL", muscle = "gastrocnemius_lateralis" }
[exercises.knee_extension]
task = "VL"
by = "none"
[exercises.knee_flexion]
task = "BF"
by = "none"
[mvc]
own_task_maximum = true
[[steps]]
step = "Bandpass"
low = 20
high = 450
[[steps]]
step = "Rectify"
[[steps]]
step = "MovingRMS"
window = 0.25
[[measures]]
name = "peak"
primary = true
[[comparisons]]
within = "exercise"
by = "muscle"
"""


def test_the_workbooks_of_a_laboratory_make_a_study(recordings, quiet):
    file = parse(ELDERLY, where="study.toml")
    folder = recordings / "elderly_isometric_xlsx"
    found = account(folder, plan_of(file).accounting)
    assert [one.name for one in found.sources] == [
        f"ID_{who}.xlsx, sheet EMG_{task}" for who in (1, 2) for task in ("VL", "BF")
    ]
    assert {one.name for one in found.unused} == {
        f"ID_{who}.xlsx, sheet EMG_{task}" for who in (1, 2) for task in ("TA", "LG")
    }
    done = analyse(file, plan_of(file), folder, progress=quiet)
    emg = done.sessions[0].example[0]
    assert emg.names == ("VL", "BF", "TA", "GL")
    assert emg.channels[0].muscle == "vastus_lateralis"
    assert emg.duration == pytest.approx(10.0005)
    assert len(done.compared[0].contrasts) == 4
