"""What nobody foresaw is one sentence with a file that holds the traceback; an error of the system names its file."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

import emgkit as ek
from emgkit.errors import FileError


def fail_with(monkeypatch, problem):
    def failing(*_given, **_named):
        raise problem

    monkeypatch.setattr(ek, "read", failing)
    monkeypatch.setattr("emgkit.io.read", failing)
    monkeypatch.setattr("emgkit.io.survey", failing)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time (s),VL (mV)\n" + "".join(f"{row / 1000},{row % 7}\n" for row in range(200)))
    return path


def test_an_unforeseen_error_is_one_sentence_and_a_file(emgkit, table, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fail_with(monkeypatch, IndexError("list index out of range"))
    done = emgkit("info", table)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "emgkit: emgkit failed in a way that nobody foresaw" in done.stderr
    assert "IndexError: list index out of range" in done.stderr
    assert "Please report it" in done.stderr
    kept = Path(re.search(r"\S+emgkit-error-\S+\.txt", done.stderr)[0])
    text = kept.read_text()
    assert text.startswith(f"emgkit {ek.__version__}, Python ")
    assert f"emgkit info {table}" in text
    assert "Traceback (most recent call last)" in text
    assert "failing" in text


@pytest.mark.parametrize("where", [0, 1, 2])
def test_debug_shows_the_traceback_wherever_it_stands(emgkit, table, monkeypatch, where, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fail_with(monkeypatch, IndexError("list index out of range"))
    words = ["info", table]
    words.insert(where, "--debug")
    done = emgkit(*words)
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert "emgkit failed in a way" in done.stderr


def test_debug_shows_where_an_error_on_purpose_was_raised(emgkit, tmp_path):
    done = emgkit("--debug", "info", tmp_path / "nothing.csv")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert "does not exist" in done.stderr


def test_where_no_file_can_be_kept_debug_is_named(emgkit, table, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nothing"))
    fail_with(monkeypatch, KeyError("a"))
    done = emgkit("info", table)
    assert done.returncode == 2
    assert "--debug shows the traceback" in done.stderr


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOSPC, errno.EBUSY, errno.EIO]
)
def test_an_error_of_the_system_names_the_file(emgkit, table, monkeypatch, number):
    fail_with(monkeypatch, OSError(number, os.strerror(number), "/some/where.csv"))
    done = emgkit("info", table)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert os.strerror(number) in done.stderr
    assert "/some/where.csv" in done.stderr
    assert "nobody foresaw" not in done.stderr


def test_no_memory_is_said_so(emgkit, table, monkeypatch):
    fail_with(monkeypatch, MemoryError())
    assert "memory" in emgkit("info", table).stderr


def test_a_message_does_not_steer_the_terminal_and_is_short(emgkit, table, monkeypatch):
    fail_with(monkeypatch, FileError("It is wrong", where="\x1b[2J\x07a\u202eb.csv", got="x" * 5000))
    done = emgkit("info", table)
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr
    assert "\\x1b[2J\\x07a\\u202eb.csv" in done.stderr
    assert len(done.stderr) < 700
