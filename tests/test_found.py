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
    assert (fuzz.store("toy", small) / "a.txt").read_bytes() == b"wrong"


def test_an_input_is_made_by_its_number_alone():
    whole = fuzz.seeds("study-file")[:2]
    assert fuzz.made("study-file", whole, 3, 0) == whole[0]
    assert fuzz.made("study-file", whole, 3, 40) == fuzz.made("study-file", whole, 3, 40)
    drawn = {tuple(fuzz.made("study-file", whole, 3, number).items()) for number in range(40, 60)}
    assert len(drawn) > 15
