"""The layers hold, a breach is seen, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import ast
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import emgkit

REPOSITORY = Path(emgkit.__file__).parent.parent
HEAVY = {"numpy", "scipy", "pandas", "mne", "statsmodels", "matplotlib", "pydantic", "edfio", "openpyxl"}


def python(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run this Python on `arguments` and keep what it prints."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of the package below `root`."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return python("-c", code, cwd=root)


def loaded_by(*arguments: str) -> set[str]:
    """The top-level packages that a run of Python imports."""
    done = python("-X", "importtime", *arguments)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to be broken on purpose."""
    shutil.copytree(REPOSITORY / "emgkit", tmp_path / "emgkit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_import_contracts_are_kept() -> None:
    done = lint_imports(REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "seen"),
    [
        ("signal/filters.py", "import emgkit.study", "emgkit.signal is not allowed to import emgkit.study"),
        ("measures/cells.py", "from emgkit import curves", "emgkit.measures is not allowed to import emgkit.curves"),
        ("stats/__init__.py", "import emgkit.recording", "emgkit.stats is not allowed to import emgkit.recording"),
        ("report/__init__.py", "import matplotlib.pyplot", "emgkit.report -> matplotlib"),
        ("signal_quality/card.py", "from edfio import Edf", "emgkit.signal_quality.card -> edfio"),
        ("astray.py", "", "emgkit.astray"),
        ("stats/cells/blocks.py", "import emgkit.stats.results.results", "emgkit.stats.cells is not allowed to import"),
        ("stats/results/kinds.py", "import emgkit.stats.within.words", "emgkit.stats.results is not allowed to import"),
        ("stats/meta/words.py", "import emgkit.stats.mixed.words", "emgkit.stats.meta is not allowed to import"),
        ("stats/astray.py", "", "emgkit.stats.astray"),
        ("study/file/read.py", "import emgkit.study.recordings.account", "emgkit.study.file is not allowed to import"),
        ("study/recordings/read.py", "import emgkit.study.writing.result", "emgkit.study.recordings is not allowed"),
        ("study/recordings/segment.py", "import emgkit.study.recordings.reference", "segment is not allowed"),
        ("study/writing/result.py", "import emgkit.study.study", "emgkit.study.writing is not allowed to import"),
    ],
    ids=[
        "upward", "sibling", "stats", "matplotlib", "edfio", "module without a layer", "cells to results",
        "results to words", "meta to mixed", "stats without a layer", "file to recordings", "recordings to writing",
        "stage to stage", "writing to study",
    ],
)  # fmt: skip
def test_a_breach_is_seen(copy: Path, module: str, line: str, seen: str) -> None:
    file = copy / "emgkit" / module
    file.write_text(f"{file.read_text() if file.exists() else ''}\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert seen in done.stdout


def files() -> dict[str, Path]:
    """Every file of the package by the name of its module."""
    named = {}
    for path in (REPOSITORY / "emgkit").rglob("*.py"):
        module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        named[module.removesuffix(".__init__")] = path
    return named


def imports(module: str, path: Path, known: set[str]) -> set[str]:
    """The files that a file imports, wherever in it the import stands (those for type checking and late ones too)."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            found |= {
                full if (full := f"{node.module}.{alias.name}") in known else str(node.module) for alias in node.names
            }
    return (found & known) - {module}


def circles(graph: dict[str, set[str]]) -> set[str]:
    """The files that stand in a circle of imports: those from which a way leads back to themselves."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            new = graph[ahead.pop()] - seen
            seen |= new
            ahead += new
        return seen

    return {module for module in graph if module in reached(module)}


def test_no_circle_of_files() -> None:
    named = files()
    assert len(named) > 150
    graph = {module: imports(module, path, set(named)) for module, path in named.items()}
    assert circles(graph) == set()


def test_a_circle_is_seen() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}, "e": set()}
    assert circles(graph) == {"b", "c"}


def test_no_folder_is_crowded() -> None:
    modules = Counter(path.parent for path in files().values() if path.name != "__init__.py")
    long_lists = {"emgkit", "formats"}  # the layers, and a file a format
    crowded = {str(folder): count for folder, count in modules.items() if folder.name not in long_lists and count > 14}
    assert crowded == {}


def test_importing_emgkit_loads_nothing_heavy() -> None:
    loaded = loaded_by("-c", "import emgkit")
    assert "emgkit" in loaded
    assert not loaded & (HEAVY | {"typer", "rich", "jinja2"})


def test_help_loads_nothing_heavy() -> None:
    loaded = loaded_by("-m", "emgkit", "--help")
    assert {"emgkit", "typer"} <= loaded
    assert not loaded & HEAVY


def test_help_answers_at_once() -> None:
    def cpu_seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert python("-m", "emgkit", "--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # other tests run beside this one, so a slow try says little and one quick try is enough
    assert any(cpu_seconds() < 0.3 for _ in range(6))
