"""Run a quick part of the tests and of the main study with other versions of what emgkit needs than the locked ones.

``python .ci/versions.py lowest`` takes those of ``requirements/lowest.txt``, the floors in ``pyproject.toml``;
``python .ci/versions.py newest`` takes the newest of everything. Each has an environment of its own in ``build/``.
A test that fails is run once more with the locked versions, which tells a library's change from a fault of emgkit.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
# a few files for each library, all of them quick: the whole is about three minutes of one core
TESTS = (
    "tests/test_recording.py",  # mne
    "tests/test_signal.py", "tests/normalize",  # numpy, scipy
    "tests/reference/test_stats_every_key.py", "tests/reference/test_stats_power.py",  # scipy, statsmodels, pandas
    "tests/reference/test_stats_mixed.py", "tests/reference/test_stats_paired.py",
    "tests/io/test_edf.py", "tests/io/test_xlsx.py", "tests/io/test_read.py",  # edfio, openpyxl
    "tests/study/test_file.py", "tests/study/test_keys.py",  # pydantic
    "tests/test_toml_files.py", "tests/test_errors.py",  # typer, rich
    "tests/stats/results", "tests/report/test_word.py",  # great-tables, python-docx
    "tests/figures/test_style.py", "tests/figures/test_paired_plots.py", "tests/figures/test_strips.py",  # matplotlib
)  # fmt: skip
TOOLS = ("pytest", "pytest-xdist", "hypothesis")
# an old library beside a young one says what will change; that is no matter of emgkit
OLD = [word for kind in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")
       for word in ("-W", f"default::{kind}")]  # fmt: skip
SHOWN = [
    "numpy", "scipy", "pandas", "mne", "statsmodels", "matplotlib", "pydantic", "typer", "edfio", "great-tables",
    "python-docx", "openpyxl",
]  # fmt: skip


def run(*words: object, **given: object) -> subprocess.CompletedProcess[str]:
    """A command with one thread a process, in the repository, on its own text."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run([str(word) for word in words], cwd=ROOT, env=env, text=True, **given)  # type: ignore[call-overload,no-any-return]


def installed(kind: str) -> Path:
    """The Python of an environment with these versions, made anew where what it is made from has changed."""
    folder = ROOT / "build" / kind
    python, stamp = folder / "bin" / "python", folder / "made-from"
    lowest = ROOT / "requirements" / "lowest.txt"
    text = lowest.read_text(encoding="utf-8") if kind == "lowest" else ""
    if text and stamp.is_file() and stamp.read_text(encoding="utf-8") == text:
        return python
    venv.create(folder, clear=True, with_pip=True)
    locked = (ROOT / "requirements" / "lock-dev.txt").read_text(encoding="utf-8").splitlines()
    tools = [line for line in locked if line.partition("==")[0].lower() in TOOLS]
    wanted = ["-r", lowest, *tools] if kind == "lowest" else ["--upgrade", f"{ROOT}[all]", *TOOLS]
    pip = (python, "-m", "pip", "--quiet", "--quiet", "--disable-pip-version-check", "--no-input")
    run(*pip, "install", "--no-compile", *wanted, check=True)  # most modules are never imported
    if kind == "newest":  # the tests read the package in the repository
        run(*pip, "uninstall", "--yes", "emgkit", check=True)
    stamp.write_text(text, encoding="utf-8")
    return python


def failed(python: Path, tests: list[str], *more: str) -> tuple[list[str], str]:
    """The tests that fail with a Python, and the last line that pytest prints."""
    options = ["-n", os.cpu_count() or 1, "-q", "-r", "fE", "-p", "no:cacheprovider"]
    quick = ["-m", "not slow and not site and not long", "-k", "not soon"]  # how soon says how busy the machine is
    done = run(python, "-m", "pytest", *tests, *more, *options, *quick, capture_output=True)
    if done.returncode not in (0, 1):
        print(done.stdout[-3000:], done.stderr[-3000:], sep="\n")
    found = re.findall(r"^(?:FAILED|ERROR) (\S+?::.*?|\S+)(?: - .*)?$", done.stdout, re.MULTILINE)
    return (found or ([] if done.returncode == 0 else ["pytest itself"])), (
        done.stdout.strip().splitlines() or ["nothing ran"]
    )[-1]


def main(kind: str) -> int:
    """Print the versions, what failed, and whether it fails with the locked versions too."""
    begun = time.monotonic()
    python = installed(kind)
    listed = run(python, "-m", "pip", "list", "--format=freeze", capture_output=True, check=True).stdout.split()
    versions = dict(one.split("==", 1) for one in listed if "==" in one)
    print(f"The {kind} versions: " + ", ".join(f"{name} {versions[name]}" for name in SHOWN if name in versions))
    found, last = failed(python, list(TESTS), *(OLD if kind == "lowest" else ()))
    print(f"Tests: {last}")
    known = [one for one in found if "::" in one]
    ours = failed(ROOT / ".venv" / "bin" / "python", known)[0] if known else []
    for one in found:
        print(
            f"  {one}: {'fails with the locked versions too' if one in ours else f'fails with the {kind} ones alone'}"
        )
    out = ROOT / "build" / f"{kind}-results"
    study = run(python, "-m", "emgkit", "reproduce", "--quick", "--out", out, capture_output=True)
    print("emgkit reproduce --quick: " + ("done" if study.returncode == 0 else f"FAILED\n{study.stderr[-3000:]}"))
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{time.monotonic() - begun:.0f} s, {spent.ru_utime + spent.ru_stime:.0f} CPU-seconds")
    return 1 if found or study.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
