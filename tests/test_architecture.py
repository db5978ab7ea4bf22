"""The layers hold, a breach is seen, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import emgkit

REPOSITORY = Path(emgkit.__file__).parent.parent
HEAVY = {"numpy", "scipy", "pandas", "mne", "statsmodels", "matplotlib", "pydantic", "edfio"}


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
    assert "3 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "seen"),
    [
        ("signal.py", "import emgkit.study", "emgkit.signal is not allowed to import emgkit.study"),
        ("measures.py", "from emgkit import curves", "emgkit.measures is not allowed to import emgkit.curves"),
        ("stats/__init__.py", "import emgkit.recording", "emgkit.stats is not allowed to import emgkit.recording"),
        ("report/__init__.py", "import matplotlib.pyplot", "emgkit.report -> matplotlib"),
        ("quality.py", "from edfio import Edf", "emgkit.quality -> edfio"),
        ("astray.py", "", "emgkit.astray"),
    ],
    ids=["upward", "sibling", "stats", "matplotlib", "edfio", "module without a layer"],
)
def test_a_breach_is_seen(copy: Path, module: str, line: str, seen: str) -> None:
    file = copy / "emgkit" / module
    file.write_text(f"{file.read_text() if file.exists() else ''}\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert seen in done.stdout


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
