"""A study's script runs when its user has allowed it, lies in the study's folder, and writes where results belong."""

from __future__ import annotations

import hashlib
import json
import os
import py_compile
import shutil
import sys
from pathlib import Path

import pytest

from emgkit.cli.trust import check_allowed
from emgkit.errors import StudyError
from emgkit.study import Study

FILE = """
[study]
title = "Two means"
question = "What is their ratio?"
[data]
published = ["contreras_2015"]
"""
SCRIPT = """
from pathlib import Path
from emgkit.study import Drawn, Recomputed, Table
import pandas as pd
Path(__file__).with_name("ran").write_text("yes")

def recompute(published, *, seed, quick):
    return Recomputed(
        finding=("A finding.",),
        tables=(Table(name="ratios", title="Ratios", caption="As printed.", frame=pd.DataFrame({"a": [1.0]})),),
    )
"""

FRAME = 'frame=pd.DataFrame({"a": [1.0]})'


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("EMGKIT_DATA", raising=False)
    folder = tmp_path / "downloaded"
    folder.mkdir()
    (folder / "study.toml").write_text(FILE, encoding="utf-8")
    (folder / "recompute.py").write_text(SCRIPT, encoding="utf-8")
    return folder


def refused(done, *texts):
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for text in texts:
        assert text in done.stderr


def test_a_script_is_shown_and_runs_only_when_it_was_allowed(emgkit, study):
    path = study / "recompute.py"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    shown = f"This study runs a Python script: {path}\n  SHA-256: {digest}"
    refused(emgkit("run", study, "--quick"), shown, "was not allowed to run", str(path), "--allow-script")
    assert not (study / "ran").exists()
    assert not (study / "results").exists()
    done = emgkit("run", study, "--quick", "--allow-script")
    assert done.returncode == 0, done.stderr
    assert shown in done.stderr
    assert (study / "ran").exists()
    # it is remembered until it changes
    assert emgkit("run", study, "--quick").returncode == 0
    with path.open("a") as file:
        file.write("\n# changed\n")
    (study / "ran").unlink()
    refused(emgkit("run", study, "--quick"), "was not allowed to run")
    assert not (study / "ran").exists()


def test_what_is_printed_as_json_stays_json(emgkit, study):
    done = emgkit("run", study, "--quick", "--allow-script", "--json")
    assert json.loads(done.stdout)["study"] == "downloaded"


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("yes\n", 0), ("\n", 2), ("n\n", 2), ("", 2)])
def test_somebody_at_a_terminal_is_asked(study, answer, status):
    """A terminal of its own, since nothing else makes a process believe that somebody watches."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    number, terminal = pty.openpty()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(terminal, 0)
            sys.stdin, sys.stderr = os.fdopen(0), os.fdopen(os.dup(terminal), "w")
            check_allowed(Study.load(study).script, allow=False)
            os._exit(0)
        except StudyError:
            os._exit(2)
        finally:
            os._exit(3)
    os.write(number, answer.encode() or b"\x04")
    _, left = os.waitpid(child, 0)
    os.close(number)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(left) == status


def test_a_script_that_comes_with_emgkit_is_shown_and_allowed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    script = Study.load("load_and_repetitions").script
    check_allowed(script, allow=False)
    assert f"This study runs a Python script: {script.path}\n  SHA-256: {script.sha256}" in capsys.readouterr().err
    assert not (tmp_path / "cache").exists()
    copied = tmp_path / "load_and_repetitions"
    shutil.copytree(script.path.parent, copied)
    with pytest.raises(StudyError, match="was not allowed to run"):
        check_allowed(Study.load(copied).script, allow=False)


def test_a_record_that_cannot_be_written_or_read_does_not_stop_the_run(emgkit, study, tmp_path):
    (tmp_path / "cache").write_text("in the way")
    done = emgkit("run", study, "--quick", "--allow-script")
    assert done.returncode == 0, done.stderr
    assert "cannot be remembered" in done.stderr


@pytest.mark.parametrize("named", ["../x.py", "absolute", "link.py", "sub/link.py", "folder/../../x.py", "loop.py"])
def test_a_script_outside_the_folder_of_the_study_is_refused(emgkit, study, tmp_path, named):
    (tmp_path / "x.py").write_text(SCRIPT, encoding="utf-8")
    (study / "link.py").symlink_to(tmp_path / "x.py")
    (study / "sub").symlink_to(tmp_path)
    (tmp_path / "link.py").symlink_to(study / "recompute.py")
    (study / "folder").mkdir()
    (study / "loop.py").symlink_to(study / "loop.py")
    name = str(tmp_path / "x.py") if named == "absolute" else named
    (study / "study.toml").write_text(f'{FILE}\n[recompute]\nscript = "{name}"\n', encoding="utf-8")
    inside = named == "sub/link.py"  # leads back into the folder
    if inside:
        assert Study.load(study).script.path == study / "recompute.py"
        return
    message = "cannot be read" if named == "loop.py" else "lies outside the folder of the study"
    refused(emgkit("run", study, "--allow-script"), message)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["", ".", "folder.py", "recompute.txt", "x" * 300 + ".py", "a\\u0000.py"])
def test_a_script_that_is_no_file_is_one_message(emgkit, study, name):
    (study / "folder.py").mkdir()
    (study / "recompute.txt").write_text("")
    (study / "study.toml").write_text(f'{FILE}\n[recompute]\nscript = "{name}"\n', encoding="utf-8")
    refused(emgkit("run", study, "--allow-script"), "study's script")


def test_the_text_that_was_shown_runs_and_no_compiled_copy(study):
    """A compiled copy with the time and size of the script would run in its place."""
    path = study / "recompute.py"
    true = path.read_text()
    false = true.replace("A finding.", "A forgery")
    assert len(false) == len(true) - 1
    path.write_text(false + " ")
    py_compile.compile(str(path))
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_text(true)
    os.utime(path, ns=times)
    assert Study.load(study).run(study / "out", quick=True).finding[0] == "A finding."
    loaded = Study.load(study)
    path.write_text(false)
    assert loaded.run(study / "out2", quick=True).finding[0] == "A finding."


@pytest.mark.parametrize(
    "name", ["../../../escaped", "/tmp/escaped", "a/b", "", ".", "a.b", "a b", "x" * 101, "a\x00", "1a", "é\n", 3, None]
)
@pytest.mark.parametrize("kind", ["table", "figure"])
def test_a_name_that_leads_elsewhere_is_refused(study, tmp_path, name, kind):
    script = SCRIPT
    if kind == "table":
        script = script.replace('name="ratios"', f"name={name!r}")
    else:
        figure = f"figures=(Drawn(name={name!r}, title='a', caption='b', figure=None),),"
        script = script.replace('finding=("A', figure + 'finding=("A')
    (study / "recompute.py").write_text(script, encoding="utf-8")
    with pytest.raises(StudyError, match=rf"The name of a {kind} cannot be the name of a file.*a letter, then letters"):
        Study.load(study).run(tmp_path / "out")
    assert not list(tmp_path.rglob("escaped*"))
    assert not Path("/tmp/escaped.csv").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("import pandas", "1 / 0\nimport pandas", r"script failed.*recompute\.py, line 4.*ZeroDivisionError: division"),
        ("    return", "    {}['a']\n    return", r"script failed.*recompute\.py, line 8.*KeyError: 'a'"),
        ("def recompute", "def recompute(:", r"script failed.*recompute\.py, line 7.*SyntaxError"),
        ("import pandas", "import no_such_thing\nimport pandas", r"line 4.*ModuleNotFoundError: No module named"),
        ("import pandas", "raise SystemExit(0)\nimport pandas", r"script failed.*line 4.*SystemExit"),
        ("    return", "    def f(): f()\n    f()\n    return", r"script failed.*line 8.*RecursionError"),
        ("    return", "    open('/no/such/file')\n    return", r"line 8.*FileNotFoundError"),
        ("    return", "    published['b']\n    return", r"script failed.*line 8.*KeyError: 'b'"),
        ("*, seed, quick", "", r"script failed.*TypeError.*unexpected keyword"),
        ("import pandas", "\0\nimport pandas", r"script failed.*null bytes"),
        ("pd.DataFrame({", "dict({", r"The frame of table 'ratios' is not a DataFrame.*pandas\.DataFrame.*dict"),
        ('("A finding.",)', '"A finding."', r"not a tuple of sentences.*str"),
        ('("A finding.",)', "(1,)", r"Sentence 1 of the study's script is not a sentence.*int"),
        ("(Table(", "(dict(", r"Table 1 of the study's script is not a table.*emgkit\.study\.Table.*dict"),
        (
            "    return", "    from emgkit import literature\n    literature.figures('nobody')\n    return",
            r"recompute\.py, line 9",
        ),
    ],
)  # fmt: skip
def test_an_error_of_the_script_is_named_as_the_scripts_with_its_line(study, tmp_path, old, new, message):
    text = (study / "recompute.py").read_text()
    assert old in text
    (study / "recompute.py").write_text(text.replace(old, new))
    with pytest.raises(StudyError, match=rf"(?s){message}"):
        Study.load(study).run(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (FRAME, "frame=pd.DataFrame()", r"columns of table 'ratios' have no names of their own.*each with a text"),
        (FRAME, "frame=pd.DataFrame({3: [1.0]})", r"columns of table 'ratios' have no names of their own.*Got: \[3\]"),
        (FRAME, "frame=pd.DataFrame({('a', 'b'): [1.0]})", r"columns of table 'ratios' have no names"),
        (FRAME, "frame=pd.DataFrame([[1, 2]], columns=['a', 'a'])", r"columns of table 'ratios' have no names"),
        ('title="Ratios"', "title=None", r"The title of table 'ratios' is not a text.*NoneType"),
        ('caption="As printed."', "caption=1", r"The caption of table 'ratios' is not a text.*int"),
        ("tables=(", "methods=3, tables=(", r"The methods of the study's script are no text.*int"),
        (
            "tables=(", "figures=(Drawn(name='f', title='a', caption='b', figure=None),), tables=(",
            r"The figure 'f' holds no drawing.*matplotlib\.figure\.Figure.*NoneType",
        ),
        (
            "tables=(", "tables=(Table(name='Ratios', title='R', caption='C', frame=pd.DataFrame({'a': [1]})), ",
            r"Two tables have the name 'Ratios'",
        ),
    ],
)  # fmt: skip
def test_what_a_script_returns_is_looked_at_before_it_is_written(study, tmp_path, old, new, message):
    assert old in SCRIPT
    (study / "recompute.py").write_text(SCRIPT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        Study.load(study).run(tmp_path / "out", quick=True)
    assert not (tmp_path / "out").exists()
