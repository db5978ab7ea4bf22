"""A command takes earlier results for those of today only where a run would write the same again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emgkit.errors import StudyError
from emgkit.study import Result, Study, unchanged
from emgkit.study.recordings import keys
from emgkit.study.unchanged import Unchanged
from emgkit.study.writing.folder import fresh_folder, write_json

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


@pytest.fixture
def home(tmp_path: Path, minimal: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a study that ran, with its results."""
    monkeypatch.setenv("EMGKIT_DATA", str(tmp_path / "cache"))
    folder = tmp_path / "lifts"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "P1.csv").write_text("1\n2\n")
    (folder / "elsewhere.csv").write_text("P1\n")
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / "P1.tsv").write_text("onset\n1\n")
    question = '[study]\ntitle = "A study"\nquestion = "../marks"'
    (folder / "study.toml").write_text(minimal.replace('[study]\ntitle = "A study"\nquestion = "Which?"', question))
    with fresh_folder(folder / "results") as fresh:
        write_json({}, fresh / "provenance.json")
        (fresh / "report.html").write_text("the report")
    stands(folder).keep(result_of(folder))
    return folder


def stands(home: Path, **given: Any) -> Unchanged:
    given = {"out": home / "results", "data": home / "data", "quick": False} | given
    return Unchanged.of(given.pop("kind", "run"), Study.load(home), **given)


def result_of(home: Path) -> Result:
    return Result(
        study=Study.load(home), out=home / "results", simulated=False, tables={}, finding=("f",), levels=(), notices=()
    )


def earlier(home: Path, **given: Any) -> Result | None:
    return stands(home, **given).result(Study.load(home))


def test_what_has_not_changed_stands_and_is_dated(home: Path) -> None:
    found = earlier(home)
    assert found is not None
    assert found.finding == ("f",)
    assert found.since is not None
    assert found.since.timestamp() == pytest.approx((home / "results" / "provenance.json").stat().st_mtime, abs=1)


def one_byte(home: Path) -> None:
    path = home / "data" / "P1.csv"
    times = path.stat()
    path.write_text("1\n3\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # as a copying program sets them


CHANGES: dict[str, Callable[[Path], Any]] = {
    "one byte of a recording": one_byte,
    "one recording more": lambda home: (home / "data" / "P2.csv").write_text("1\n"),
    "one recording less": lambda home: (home / "data" / "P1.csv").unlink(),
    "a recording of another name": lambda home: (home / "data" / "P1.csv").rename(home / "data" / "P2.csv"),
    "the study file": lambda home: (home / "study.toml").write_text((home / "study.toml").read_text() + "# more\n"),
    "a file beside the study file": lambda home: (home / "elsewhere.csv").write_text("P2\n"),
    "a file that the study file names": lambda home: (home.parent / "marks" / "P1.tsv").write_text("onset\n2\n"),
    "an output that is gone": lambda home: (home / "results" / "report.html").unlink(),
    "an output that was edited": lambda home: (home / "results" / "report.html").write_text("my report"),
    "a file among the outputs": lambda home: (home / "results" / "mine.txt").write_text("mine"),
    "the record of the outputs": lambda home: (home / "results" / "provenance.json").write_text("{}"),
    "no outputs": lambda home: shutil.rmtree(home / "results"),
    "nothing kept": lambda home: shutil.rmtree(home.parent / "cache" / "finished"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_is_computed(home: Path, change: Callable[[Path], Any]) -> None:
    change(home)
    assert earlier(home) is None


@pytest.mark.parametrize("given", [{"quick": True}, {"data": None}, {"kind": "multiverse"}], ids=repr)
def test_another_run_is_computed(home: Path, given: dict[str, Any]) -> None:
    shutil.copytree(home / "data", home.parent / "same")
    assert earlier(home, **given) is None
    assert earlier(home, data=home.parent / "same") is None


def test_other_results_of_the_same_study_are_no_input(home: Path) -> None:
    shutil.copytree(home / "results", home / "results-kept-1")
    assert earlier(home) is not None


@pytest.mark.parametrize("what", ["emgkit's version", "a library", "emgkit's code", "a setting"])
def test_another_emgkit_or_library_computes(home: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if what == "emgkit's version":
        monkeypatch.setattr(keys, "computed_with", lambda: {"emgkit": "9.9.9"})
    elif what == "a library":
        monkeypatch.setattr(unchanged, "_installed", lambda: ["numpy-99.dist-info"])
    elif what == "a setting":
        monkeypatch.setenv("EMGKIT_KERNELS", "other")
    else:
        source = home.parent / "step.py"
        source.write_text("pass\n")
        monkeypatch.setattr(unchanged, "_code", lambda: iter([source]))
        stands(home).keep(result_of(home))
        assert earlier(home) is not None
        source.write_text("pass  # a remark\n")
    assert earlier(home) is None


def test_the_code_is_every_file_of_the_package() -> None:
    names = {path.name for path in unchanged._code()}
    assert {"unchanged.py", "chain.py", "page.html.j2", "muscles.toml", "three_lifts.toml", "study.toml"} <= names
    assert not any(name.endswith(".pyc") for name in names)


def test_a_script_and_more_than_can_be_hashed_are_always_computed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "_MOST", 3)
    assert stands(home).key is None
    published = Study.load("delgado_2019")
    assert Unchanged.of("run", published, out=tmp_path / "out", data=None, quick=False).key is None


def test_only_the_last_results_are_kept(home: Path) -> None:
    (home / "elsewhere.csv").write_text("P2\n")
    stands(home).keep(result_of(home))
    assert earlier(home) is not None
    assert len([path for path in (home.parent / "cache" / "finished").rglob("*") if path.is_file()]) == 1


def test_a_command_computes_once_and_says_so(study: Study, tmp_path: Path, emgkit: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("EMGKIT_DATA", str(tmp_path / "cache"))
    folder = tmp_path / "lifts"
    shutil.copytree(study.folder, folder)
    first = emgkit("run", folder, "--quick")
    files = {path: path.read_bytes() for path in (folder / "results").rglob("*") if path.is_file()}

    def computed(*_given: Any, **_named: Any) -> None:
        raise StudyError("It was computed")

    monkeypatch.setattr("emgkit.study.study.analyse", computed)
    again = emgkit("run", folder, "--quick")
    assert "Nothing has changed since these results were written, on 20" in again.stdout
    kept = [line for line in again.stdout.splitlines() if not line.startswith("Nothing has changed")]
    assert kept == first.stdout.splitlines()
    assert {path: path.read_bytes() for path in (folder / "results").rglob("*") if path.is_file()} == files
    for words in (["--quick", "--force"], [], ["--quick", "--out", tmp_path / "other"]):
        assert "It was computed" in emgkit("run", folder, *words).stderr
    (folder / "results" / "report.html").write_text("my report")
    assert "changed since a run wrote them" in emgkit("run", folder, "--quick").stderr


def test_from_python_a_run_computes(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emgkit.study.study.analyse", None)
    with pytest.raises(TypeError):
        study.run(tmp_path / "out")
