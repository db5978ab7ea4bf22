"""What `make fuzz` found once: every stored input is read, or refused in one message, and stays so."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from emgkit.io import FORMATS

ROOT = Path(__file__).parents[1]


def load():
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / ".ci" / "fuzz.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module  # dataclasses look for it there
    spec.loader.exec_module(module)
    return module


fuzz = load()
STORED = sorted(folder for folder in fuzz.FOUND.glob("*/*") if folder.is_dir())


@pytest.fixture(autouse=True)
def _readers_answer_themselves(monkeypatch):
    monkeypatch.setattr("emgkit.io.reading._UNFORESEEN", ())


@pytest.mark.parametrize("folder", STORED, ids=[f"{one.parent.name}-{one.name}" for one in STORED])
def test_what_was_found_once_is_read_or_refused(folder):
    ended, text = fuzz.attempt(fuzz.subjects()[folder.parent.name], fuzz.tree_of(folder))
    assert ended in ("read", "refused"), text


def test_the_whole_inputs_are_read():
    for name, subject in fuzz.subjects().items():
        if name in ("acq", "whole-study"):  # one needs a real file, the other takes seconds
            continue
        whole = [folder for folder in sorted((fuzz.SEEDS / name).iterdir()) if folder.is_dir()]
        assert whole, name
        for folder in whole:
            assert fuzz.attempt(subject, fuzz.tree_of(folder)) == ("read", ""), folder


def test_every_reader_is_damaged():
    assert set(fuzz.subjects()) > {known.name for known in FORMATS}


@pytest.mark.parametrize(
    ("fails", "kind"),
    [
        (lambda folder: [][(folder / "a").stat().st_size], "IndexError in test_found.py, <lambda>"),
        (lambda folder: int(folder.name), "ValueError in test_found.py, <lambda>"),
    ],
)
def test_an_error_that_is_not_emgkits_is_a_failure(fails, kind):
    ended, text = fuzz.attempt(fails, {"a": b"1"})
    assert ended == kind
    assert "Traceback" in text


def test_a_hang_is_a_failure(monkeypatch):
    monkeypatch.setattr(fuzz, "LONGEST", 0.05)

    def forever(_folder):
        while True:
            pass

    assert fuzz.attempt(forever, {"a": b"1"})[0].startswith("HangError in test_found.py")


def test_a_finding_is_made_small_and_stored(monkeypatch, tmp_path):
    def fails(folder):
        if b"wrong" in (folder / "a.txt").read_bytes():
            raise KeyError("wrong")

    monkeypatch.setattr(fuzz, "subjects", lambda: {"toy": fails})
    monkeypatch.setattr(fuzz, "FOUND", tmp_path)
    files = {"a.txt": b"one\ntwo wrong three\n" * 3, "b.txt": b"no matter"}
    small = fuzz.smallest("toy", files, fuzz.attempt(fails, files)[0])
    assert small == {"a.txt": b"wrong"}
    assert (fuzz.store("toy", small, real=False) / "a.txt").read_bytes() == b"wrong"
    assert [path.name for path in tmp_path.iterdir()] == ["toy"]


def test_an_input_is_made_by_its_number_alone():
    whole = fuzz.seeds("study-file")[:2]
    assert fuzz.made("study-file", whole, 3, 0) == whole[0]
    assert fuzz.made("study-file", whole, 3, 40) == fuzz.made("study-file", whole, 3, 40)
    drawn = {tuple(fuzz.made("study-file", whole, 3, number).files.items()) for number in range(40, 60)}
    assert len(drawn) > 15


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """A folder of "real" recordings: one, whose signal says what it is."""
    text = "time,VL (uV),BF (uV)\n" + "".join(f"{at / 1000},7777{at},7777{at}\n" for at in range(60))
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "real.csv").write_text(text)
    monkeypatch.setenv("EMGKIT_RECORDINGS", str(tmp_path / "recordings"))
    return fuzz.seeds("delimited")


def test_nothing_of_a_real_recording_gets_into_an_input_made_from_the_repositorys_files(recorded):
    assert [one.real for one in recorded][-2:] == [False, True]
    inputs = [fuzz.made("delimited", recorded, 0, number) for number in range(2000)]
    for one in inputs:
        marked = any(b"7777" in raw for raw in one.files.values())
        assert one.real or not marked
    assert sum(one.real for one in inputs) > 200


def test_a_number_of_inputs_is_of_the_repositorys_files_alone(recorded):
    assert fuzz.Plan(0, inputs=9).seeds("delimited") == [one for one in recorded if not one.real]
    assert fuzz.Plan(0, seconds=9.0).seeds("delimited") == recorded


@pytest.mark.filterwarnings("default:This process:DeprecationWarning")  # from Python 3.12, on any fork beside a thread
def test_what_fails_of_a_real_recording_is_kept_out_of_the_repository(monkeypatch, tmp_path, recorded, capsys):
    """The whole program, on a reader that fails on every real file and on every damaged one."""

    def fails(folder):
        raw = b"".join(path.read_bytes() for path in folder.iterdir())
        if raw not in whole:
            raise KeyError("real" if b"7777" in raw else "built")

    whole = [b"".join(one.files.values()) for one in recorded if not one.real]
    monkeypatch.setattr(fuzz, "subjects", lambda: {"delimited": fails})
    monkeypatch.setattr(fuzz, "_kind", str)
    monkeypatch.setattr(fuzz, "ROOT", tmp_path)
    monkeypatch.setattr(fuzz, "FOUND", tmp_path / "found")
    monkeypatch.setattr(fuzz, "PRIVATE", tmp_path / "private")
    monkeypatch.setattr(fuzz, "smallest", lambda _name, files, _kind: files)
    monkeypatch.setattr("sys.argv", ["fuzz.py", "--seconds", "0.5", "--seed", "0"])
    with pytest.raises(SystemExit, match="True"):
        fuzz.main()
    assert "stored in private/delimited" in capsys.readouterr().out
    found, private = (
        [path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()] for name in ("found", "private")
    )
    assert found
    assert private
    assert all(b"7777" not in raw for raw in found)
    assert all(b"7777" in raw for raw in private)


@pytest.mark.filterwarnings("default:This process:DeprecationWarning")  # from Python 3.12, on any fork beside a thread
def test_a_number_of_inputs_is_tried_to_the_end(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fuzz.py", "--inputs", "25", "--seed", "0", "repetition-table", "study-file"])
    with pytest.raises(SystemExit, match="False"):
        fuzz.main()
    lines = capsys.readouterr().out.splitlines()
    assert "seed 0; 25 inputs of each subject" in lines
    assert {line.split()[0]: line.split()[1] for line in lines if line.startswith(("rep", "study"))} == {
        "repetition-table": "25", "study-file": "25",
    }  # fmt: skip
