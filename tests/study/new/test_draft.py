"""The draft of a map: what a folder tells is a value, all else a TODO, and what is filled in converts."""

from __future__ import annotations

import json

import numpy as np
import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, FileError, FormatError, StudyError
from emgkit.io.conversion import convert, load_map
from emgkit.study.new.draft import draft_map
from emgkit.toml_files import to_do


@pytest.fixture
def lab(tmp_path):
    """A folder of recordings with these names, each with these headings."""
    folder = tmp_path / "lab"

    def make(*names, head="time (s),R_GMAX (mV),Knee (deg)"):
        for place, name in enumerate(names):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            rng = np.random.default_rng(place)
            rows = [",".join([f"{k / 1000}", *(f"{rng.normal():.5f}" for _ in head.split(",")[1:])]) for k in range(50)]
            path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return folder

    return make


def drafted(folder, tmp_path):
    path = draft_map(folder, tmp_path / "map.toml")
    return path, path.read_text(encoding="utf-8")


def filled(path):
    """The draft with its guesses confirmed, and without the lines that nobody fills in."""
    text = path.read_text(encoding="utf-8").replace('name = "TODO"', 'name = "x"')
    text = text.replace(', muscle = "TODO", side = "TODO"', "")
    lines = [line.split("  # TODO confirm")[0] for line in text.splitlines()]
    lines = [line for line in lines if "TODO" not in line]
    text = "\n".join(line for line in lines if line not in ("[placement]",) and not line.startswith("# desc"))
    path.write_text(text + "\n", encoding="utf-8")
    return path


def test_a_guess_is_to_be_confirmed_and_what_nobody_knows_is_to_be_filled_in(lab, tmp_path):
    path, text = drafted(lab("P01_squat.csv", "P02_squat.csv", head="time (s),R_GMAX (mV),EMG 7 (mV)"), tmp_path)
    assert 'pattern = "{participant}_{task}.csv"' in text
    lines = {line.partition(" = ")[0]: line for line in text.splitlines() if line.startswith('"')}
    assert lines['"R_GMAX"'] == (
        '"R_GMAX" = { kind = "EMG", muscle = "gluteus_maximus", side = "right" }'
        "  # TODO confirm: 'GMAX' stands for gluteus maximus (abbreviation); 'R' is right"
    )
    assert lines['"EMG 7"'].startswith('"EMG 7" = { kind = "EMG", muscle = "TODO", side = "TODO" }')
    places = {one.place for one in to_do(text)}
    assert places == {"[dataset]", "[channels]", "[placement]", "[hardware]", "[tasks.squat]"}
    with pytest.raises(FormatError, match="The map is not filled in yet"):
        load_map(path)


def test_a_draft_that_is_filled_in_converts(lab, tmp_path):
    folder = lab("women/P_01_hip_thrust_60.csv", "women/P_01_squat_60.csv", "women/P_01_squat_80.csv",
                 "men/P_02_hip_thrust_60.csv", "men/P_02_squat_60.csv", "men/P_02_squat_80.csv")  # fmt: skip
    path, text = drafted(folder, tmp_path)
    assert 'task = "{task}{load}"' in text
    done = convert(folder, tmp_path / "set", map=filled(path))
    assert sorted(done.written) == [
        "sub-P01_task-hipthrust60", "sub-P01_task-squat60", "sub-P01_task-squat80",
        "sub-P02_task-hipthrust60", "sub-P02_task-squat60", "sub-P02_task-squat80",
    ]  # fmt: skip
    table = ek.io.bids.participants(tmp_path / "set").set_index("participant")
    assert table["group"].to_dict() == {"P01": "women", "P02": "men"}


def test_second_files_have_a_name_of_their_own(lab, tmp_path):
    folder = lab("P01_squat.csv", "P02_squat.csv", head="time (s),VL (mV)")
    lab("P01_squat_markers.csv", "P02_squat_markers.csv", head="time (s),LASI_x (m)")
    path, _ = drafted(folder, tmp_path)
    done = convert(folder, tmp_path / "set", map=filled(path))
    assert sorted(done.written) == [
        "sub-P01_task-squat", "sub-P01_task-squat_recording-markers",
        "sub-P02_task-squat", "sub-P02_task-squat_recording-markers",
    ]  # fmt: skip


def test_long_labels_get_short_names_that_differ(lab, tmp_path):
    labels = [f"Trigno sensor 01 04498 (54717): ACC {axis} (g)" for axis in "XYZ"]
    labels += ["Vastus lateralis caput longum (mV)", "Vastus lateralis caput longus (mV)"]
    path, text = drafted(lab("P01_squat.csv", "P02_squat.csv", head=",".join(["time (s)", *labels])), tmp_path)
    convert(tmp_path / "lab", tmp_path / "set", map=filled(path))
    (first, _) = ek.io.bids.recordings(tmp_path / "set")
    names = ek.io.bids.channels(first)["name"].tolist()
    assert len(set(names)) == 5
    assert all(len(name) <= 16 for name in names)
    assert {name for name in names if "ACC" in name} == {"TrignSenso01ACCX", "TrignSenso01ACCY", "TrignSenso01ACCZ"}
    assert text.count("name = ") == 6


def test_what_cannot_be_converted_and_copies_are_to_be_decided_on(lab, tmp_path):
    folder = lab("P01_squat.csv", "P02_squat.csv", "P03_squat.csv")
    (folder / "P02_squat.csv").write_bytes((folder / "P01_squat.csv").read_bytes())
    (folder / "P03_squat.csv").write_text("time (s),VL (mV)\n0,1\n0.001\n0.002,3,4\n", encoding="utf-8")
    _, text = drafted(folder, tmp_path)
    assert "# TODO: P02_squat.csv has the same samples as P01_squat.csv" in text
    assert '{ path = "P03_squat.csv", reason = "TODO: ' in text


def test_a_draft_is_not_written_over_and_needs_a_folder_with_recordings(lab, tmp_path):
    folder = lab("P01_squat.csv", "P02_squat.csv")
    path, text = drafted(folder, tmp_path)
    with pytest.raises(FileError, match="The map exists"):
        draft_map(folder, path)
    assert path.read_text(encoding="utf-8") == text
    with pytest.raises(FileError, match="A source is not there"):
        draft_map(folder / "P03_squat.csv", tmp_path / "other.toml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudyError, match="hold no recording whose name tells"):
        draft_map(tmp_path / "empty", tmp_path / "other.toml")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "dataset_description.json").write_text("{}", encoding="utf-8")
    with pytest.raises(StudyError, match="A source is a BIDS data set already"):
        draft_map([folder, tmp_path / "set"], tmp_path / "other.toml")
    assert not (tmp_path / "other.toml").exists()


def test_a_draft_is_of_several_sources_and_converts_them(lab, tmp_path):
    folder = lab("one/P01_squat.csv", "one/README.txt", "two/P02_squat.csv", "two/README.txt", "P03_squat.csv")
    for name in ("one", "two"):
        (folder / name / "README.txt").write_text("Spring.\n", encoding="utf-8")
    sources = [folder / "one", folder / "two", folder / "P03_squat.csv"]
    path, text = drafted(sources, tmp_path)
    assert text.count("pattern = ") == 1
    assert convert(sources, tmp_path / "set", map=filled(path)).written == (
        "sub-P01_task-squat", "sub-P02_task-squat", "sub-P03_task-squat",
    )  # fmt: skip
    lab("two/P01_squat.csv")
    with pytest.raises(ArgumentError, match=r"Two sources hold a file 'P01_squat\.csv'"):
        draft_map(sources, tmp_path / "other.toml")


@pytest.mark.parametrize(
    ("silent", "stated", "rows"),
    [
        (["P01_squat", "P01_mvc"], ["P02_squat", "P02_mvc"], ("participant", "participant")),
        (["P01_squat", "P02_squat"], ["P01_mvc", "P02_mvc"], ("task", "task")),
        (["P01_squat", "P01_mvc", "P02_squat"], ["P02_mvc"], ("participant", "task")),
    ],
)
def test_files_without_a_rate_have_a_layout_of_their_own(lab, tmp_path, silent, stated, rows):
    """A rate that is filled in would contradict files of the same pattern that have one."""
    folder = lab(*(f"{name}.csv" for name in stated))
    lab(*(f"{name}.csv" for name in silent), head="R_GMAX (mV),Knee (deg)")
    for name in silent:
        path = folder / f"{name}.csv"
        # without the column of times
        head, *lines = path.read_text().splitlines()
        path.write_text("\n".join([head, *(line.partition(",")[2] for line in lines)][:1] + [
            f"{0.001 * k},{k % 7}" for k in range(40)]) + "\n")  # fmt: skip
    path, text = drafted(folder, tmp_path)
    assert all(f"values.{fact} = " in text for fact in rows)
    path.write_text(text.replace('sfreq = "TODO"  # Hz; the files give no rate', "sfreq = 500"), encoding="utf-8")
    done = convert(folder, tmp_path / "set", map=filled(path))
    assert len(done.written) == 4
    rates = {path.name.split("_emg")[0]: ek.read(path).emg.sfreq for path in ek.io.bids.recordings(tmp_path / "set")}
    assert {name for name, rate in rates.items() if rate == 500} == {
        f"sub-{name.replace('_', '_task-')}" for name in silent
    }


@pytest.mark.parametrize("column", ["participant", "participant_id", "Name"])
def test_a_table_of_people_is_found(lab, tmp_path, column):
    folder = lab("P01_squat.csv", "P02_squat.csv", "P03_squat.csv")
    (folder / "people.csv").write_text(f"age;{column};sex\n24;P01;f\n31;P02;m\n", encoding="utf-8")
    path, text = drafted(folder, tmp_path)
    assert 'file = "lab/people.csv"' in text
    assert ('column = "Name"' in text) == (column == "Name")
    assert "# TODO: it has no row for 'P03'" in text
    assert '{ path = "people.csv"' not in text
    (folder / "people.csv").write_text(f"age;{column};sex\n24;P01;f\n31;P02;m\n40;P03;m\n", encoding="utf-8")
    convert(folder, tmp_path / "set", map=filled(path))
    assert ek.io.bids.participants(tmp_path / "set")["age"].tolist() == [24, 31, 40]


def test_a_copy_by_its_name_is_left_out_once_that_is_confirmed(lab, tmp_path):
    folder = lab("P01_squat.csv", "P02_squat.csv")
    (folder / "P01_squat (2).csv").write_bytes((folder / "P01_squat.csv").read_bytes())
    path, text = drafted(folder, tmp_path)
    line = '{ path = "P01_squat (2).csv", reason = "TODO: the same samples as P01_squat.csv" }'
    assert line in text
    path.write_text(text.replace("TODO: the same", "the same"), encoding="utf-8")
    done = convert(folder, tmp_path / "set", map=filled(path))
    assert [(one.name, one.reason) for one in done.left_out] == [
        ("P01_squat (2).csv", "the same samples as P01_squat.csv")
    ]


def test_a_kind_that_is_likely_is_to_be_confirmed(lab, tmp_path):
    _, text = drafted(lab("P01_squat.csv", head="time (s),R_GMAX (mV),Sync (V)"), tmp_path)
    assert '"Sync" = { kind = "TRIG" }  # TODO confirm: by its label and unit' in text


def test_the_command_lists_what_is_to_do(emgkit, lab, tmp_path):
    folder = lab("P01_squat.csv", "P02_squat.csv")
    done = emgkit("convert", "--draft", folder, cwd=tmp_path)
    assert done.returncode == 0
    assert "Wrote map.toml" in done.stdout
    assert 'line 5, [dataset]: name = "TODO"' in done.stdout
    assert f"Then: emgkit convert {folder} --map map.toml --out DIR --check" in done.stdout
    listed = json.loads(emgkit("convert", "--draft", folder, "--map", tmp_path / "b.toml", "--json").stdout)
    assert listed["to_do"][0] == {"line": 5, "place": "[dataset]", "text": 'name = "TODO"'}
