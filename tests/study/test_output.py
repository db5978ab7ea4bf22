"""Outputs appear whole or not at all, and nobody's files are lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pandas as pd
import pytest

from emgkit import multiverse
from emgkit._folders import hidden_beside
from emgkit.errors import StudyError
from emgkit.study import Study
from emgkit.study.writing.folder import check_writable, fresh_folder, write_json, write_table

SEEDS = Path(__file__).parents[1] / "data" / "seeds"


def write_one(out, text="new", **options):
    with fresh_folder(out, **options) as fresh:
        (fresh / "tables").mkdir()
        (fresh / "tables" / "a.csv").write_text(text)
        write_json({}, fresh / "provenance.json")


def fail_half_way(out):
    with fresh_folder(out) as fresh:
        (fresh / "tables").mkdir()
        raise RuntimeError("half way")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_an_earlier_run_is_replaced_whole(tmp_path):
    out = tmp_path / "results"
    write_one(out, "old")
    write_one(out)
    assert (out / "tables" / "a.csv").read_text() == "new"
    assert files(tmp_path) == ["results/provenance.json", "results/tables/a.csv"]


def test_a_failure_leaves_the_earlier_run_and_no_rubbish(tmp_path):
    out = tmp_path / "results"
    write_one(out, "old")
    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way(out)
    assert (out / "tables" / "a.csv").read_text() == "old"
    assert files(tmp_path) == ["results/provenance.json", "results/tables/a.csv"]
    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way(tmp_path / "never")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_files_of_somebody_else_are_never_replaced(tmp_path):
    out = tmp_path / "results"
    write_one(out)
    (out / "notes.docx").write_text("my thesis")
    with pytest.raises(StudyError, match=r"no earlier run wrote.*'notes\.docx'.*--out"):
        write_one(out)
    assert (out / "notes.docx").read_text() == "my thesis"


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "results").write_text("x")
    with pytest.raises(StudyError, match="is a file"):
        write_one(tmp_path / "results")


def test_a_table_opens_in_a_spreadsheet_and_keeps_every_digit(tmp_path):
    table = pd.DataFrame({"muscle": ["glúteo"], "value": [0.1 + 0.2]})
    write_table(table, tmp_path / "tables" / "a.csv")
    raw = (tmp_path / "tables" / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert float(pd.read_csv(tmp_path / "tables" / "a.csv", encoding="utf-8-sig", dtype=str)["value"][0]) == 0.1 + 0.2


def record_of(out):
    return json.loads((out / "provenance.json").read_text(encoding="utf-8"))


def smuggle(out, name, as_list=False):
    """Write a name into the record, with the right hash of the file where it belongs."""
    record = record_of(out)
    hashes = {**record["outputs"], name: "0" * 64}
    record["outputs"] = sorted(hashes) if as_list else hashes
    write_json(record, out / "provenance.json")


def test_a_file_that_was_changed_since_is_never_replaced(tmp_path):
    out = tmp_path / "results"
    write_one(out)
    write_one(out, "again")
    (out / "tables" / "a.csv").write_text("my notes")
    with pytest.raises(StudyError, match=r"changed since a run wrote them.*changed: 'tables/a\.csv'.*--out.*--force"):
        write_one(out)
    assert (out / "tables" / "a.csv").read_text() == "my notes"
    (out / "tables" / "a.csv").write_text("again")
    write_one(out, "third")
    assert (out / "tables" / "a.csv").read_text() == "third"


@pytest.mark.parametrize("as_list", [True, False])
def test_a_name_smuggled_into_the_record_is_not_believed(tmp_path, as_list):
    out = tmp_path / "results"
    write_one(out)
    (out / "thesis.docx").write_text("my thesis")
    smuggle(out, "thesis.docx", as_list=as_list)
    with pytest.raises(StudyError, match=r"'thesis\.docx'.*changed: 'provenance\.json'"):
        write_one(out)
    assert (out / "thesis.docx").read_text() == "my thesis"


@pytest.mark.parametrize("text", ["{", "[]", '{"outputs": 3}', "[" * 100_000, '{"outputs": {}}', "\x00"])
def test_a_record_that_no_run_wrote_protects_everything(tmp_path, text):
    out = tmp_path / "results"
    out.mkdir()
    (out / "provenance.json").write_text(text)
    with pytest.raises(StudyError, match=r"changed: 'provenance\.json'"):
        write_one(out)


@pytest.mark.parametrize("make", ["link", "broken link", "link to a folder", "empty folder", "link in place of a file"])
def test_links_and_empty_folders_are_somebodys_too(tmp_path, make):
    out, mine = tmp_path / "results", tmp_path / "mine"
    write_one(out)
    mine.mkdir()
    (mine / "a.csv").write_text("new")
    if make == "empty folder":
        (out / "new").mkdir()
    elif make == "link in place of a file":
        (out / "tables" / "a.csv").unlink()
        (out / "tables" / "a.csv").symlink_to(mine / "a.csv")
    else:
        (out / "new").symlink_to({"link": mine / "a.csv", "link to a folder": mine}.get(make, mine / "b"))
    before = sorted(out.rglob("*"))
    with pytest.raises(StudyError, match="would be lost"):
        write_one(out)
    assert sorted(out.rglob("*")) == before


def test_force_keeps_what_was_there_under_another_name(tmp_path):
    out = tmp_path / "results"
    for number, text in enumerate(("one", "two"), 1):
        write_one(out)
        (out / "notes.txt").write_text(text)
        write_one(out, force=True)
        assert (tmp_path / f"results-kept-{number}" / "notes.txt").read_text() == text
        assert files(out) == ["provenance.json", "tables/a.csv"]
    write_one(out, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results", "results-kept-1", "results-kept-2"]


def test_a_change_while_the_run_goes_on_is_seen(tmp_path):
    out = tmp_path / "results"
    write_one(out)

    def change_while_writing():
        with fresh_folder(out) as fresh:
            write_json({}, fresh / "provenance.json")
            (out / "tables" / "a.csv").write_text("my notes")

    with pytest.raises(StudyError, match=r"changed: 'tables/a\.csv'"):
        change_while_writing()
    assert (out / "tables" / "a.csv").read_text() == "my notes"


def test_a_link_to_a_folder_is_followed_and_stays(tmp_path):
    there, out = tmp_path / "disk" / "there", tmp_path / "results"
    there.mkdir(parents=True)
    out.symlink_to(there)
    write_one(out, "old")
    write_one(out)
    assert out.is_symlink()
    assert (there / "tables" / "a.csv").read_text() == "new"
    assert [path.name for path in there.parent.iterdir()] == ["there"]


@pytest.mark.parametrize("target", ["nothing", "results"])
def test_a_link_to_nothing_or_to_itself_is_refused_before_the_work(tmp_path, target):
    (tmp_path / "results").symlink_to(tmp_path / target)
    with pytest.raises(StudyError, match=r"a link that leads to no folder.*results"):
        check_writable(tmp_path / "results")


@pytest.mark.parametrize("place", ["/proc", "/dev/shm"])
def test_a_place_where_something_is_mounted_is_refused_before_the_work(place):
    if not Path(place).is_dir():
        pytest.skip(f"{place} is not there")
    with pytest.raises(StudyError, match="is where a disk or folder is mounted"):
        check_writable(Path(place))


def test_a_folder_mounted_from_the_same_disk_is_seen(tmp_path, monkeypatch):
    from emgkit.study.writing import folder

    (tmp_path / "my results").mkdir()
    written = str(tmp_path / "my results").replace(" ", "\\040")
    read = Path.read_text
    line = f"30 20 8:1 /a {written} rw - ext4 /dev/a rw\n"
    monkeypatch.setattr(
        folder.Path, "read_text", lambda self, **kw: line if str(self).endswith("mountinfo") else read(self, **kw)
    )
    with pytest.raises(StudyError, match=r"mounted.*my results/results"):
        check_writable(tmp_path / "my results")


def test_the_folder_of_the_study_is_never_replaced(tmp_path):
    with pytest.raises(StudyError, match="that of the study"):
        check_writable(tmp_path, study=tmp_path, force=True)
    check_writable(tmp_path / "results", study=tmp_path)


@pytest.mark.parametrize("run", [Study.run, multiverse.run])
@pytest.mark.parametrize("named", [False, True])
def test_the_folder_of_the_recordings_is_never_replaced(tmp_path, named, run):
    """Not even with force, which would move the recordings away from their study."""
    study = tmp_path / "study"
    study.mkdir()
    shutil.copy(SEEDS / "whole-study" / "table" / "study.toml", study)
    recordings = tmp_path / "lab" / "recordings" if named else study / "data"
    recordings.mkdir(parents=True)
    (recordings / "P1_squat.csv").write_text("mine")
    for out in (recordings, *([recordings.parent] if named else [])):
        with pytest.raises(StudyError, match=r"that of the study or its recordings.*--out"):
            run(Study.load(study), out=out, data=recordings if named else None, force=True)
    assert files(recordings) == ["P1_squat.csv"]


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "file/below"])
def test_a_place_that_cannot_be_is_one_message(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="The output folder"):
        check_writable(tmp_path / name)


def killed(action):
    """Run something in a process of its own, which ends by a kill."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


def kill_at(monkeypatch, number):
    """Kill the process in the place of the rename of this number."""
    rename, done = Path.rename, []

    def counted(self, target):
        done.append(target)
        if len(done) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", counted)


@pytest.mark.parametrize("number", [1, 2])
def test_a_kill_at_a_rename_loses_nothing(tmp_path, monkeypatch, number):
    out = tmp_path / "results"
    write_one(out, "old")
    with monkeypatch.context() as patch:
        kill_at(patch, number)
        killed(lambda: write_one(out))
    assert out.exists() == (number == 1)
    check_writable(out)
    assert (out / "tables" / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
    write_one(out)
    assert (out / "tables" / "a.csv").read_text() == "new"


def test_a_kill_after_the_swap_leaves_what_the_next_run_sweeps(tmp_path, monkeypatch):
    out = tmp_path / "results"
    write_one(out, "old")
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
        killed(lambda: write_one(out))
    assert len(list(tmp_path.iterdir())) == 2
    check_writable(out)
    assert (out / "tables" / "a.csv").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_earlier_results_are_kept_where_somebody_took_their_place(tmp_path, monkeypatch):
    out = tmp_path / "results"
    write_one(out, "old")
    with monkeypatch.context() as patch:
        kill_at(patch, 2)
        killed(lambda: write_one(out))
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(StudyError, match=r"notes\.txt"):
        check_writable(out)
    (kept,) = tmp_path.rglob("a.csv")
    assert kept.read_text() == "old"


def test_a_run_that_goes_on_is_not_swept(tmp_path):
    out = tmp_path / "results"
    with hidden_beside(out) as other:
        check_writable(out)
        assert other.is_dir()
    check_writable(out)
    assert not other.exists()


def test_a_swap_that_fails_puts_the_earlier_results_back(tmp_path, monkeypatch):
    out = tmp_path / "results"
    write_one(out, "old")
    rename, done = Path.rename, []

    def failing(self, target):
        done.append(target)
        if len(done) == 2:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(StudyError, match=r"cannot be written.*No space left on device"):
        write_one(out)
    assert (out / "tables" / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_an_error_of_the_disk_leaves_the_earlier_results(tmp_path):
    out = tmp_path / "results"
    write_one(out, "old")
    with pytest.raises(StudyError, match=r"cannot be written.*results.*No space left"), fresh_folder(out):
        raise OSError(28, "No space left on device")
    assert (out / "tables" / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


@pytest.mark.parametrize("names", [("x" * 100 + "a", "x" * 100 + "b"), ("results.emgkit-old-1", "results")])
def test_what_a_killed_run_left_is_given_to_no_place_whose_name_begins_alike(tmp_path, names):
    mine, other = (tmp_path / name for name in names)
    for kind in ("old", "new"):
        with hidden_beside(mine, kind) as home:
            (home / "results").mkdir()
            (home / "results" / "a.csv").write_text("mine")
    check_writable(other)
    assert not other.exists()
    assert len(list(tmp_path.rglob("a.csv"))) == 2
    # back in its place, and nobody's: no record names it
    with pytest.raises(StudyError, match=r"a\.csv"):
        check_writable(mine)
    assert (mine / "a.csv").read_text() == "mine"
