"""What all tests share: real recordings, results made once a run, the command, a backend that needs no screen."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from hypothesis import settings

mpl.use("Agg")
# how long one example takes says how busy the machine is, and nothing of the code
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The directory of real recordings in vendor formats."""
    named = os.environ.get("EMGKIT_RECORDINGS")
    if not named:
        pytest.skip("EMGKIT_RECORDINGS is not set: tests on real recordings cannot run")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"EMGKIT_RECORDINGS names {named!r}, which is no directory")
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], Any]], Any]:
    """``shared(name, make)`` gives what ``make(folder)`` returns; it is made once a run, for all tests and workers.

    The first worker that asks makes it, the others wait and read it. Nothing is kept from one run to the next. Tests
    read the folder and never write into it: they would change it for the others.
    """
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    root.mkdir(exist_ok=True)

    def get(name: str, make: Callable[[Path], Any]) -> Any:
        folder, stored = root / name, root / f"{name}.pickle"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not stored.is_file():
                shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed
                folder.mkdir()
                stored.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(stored.read_bytes())

    return get


@pytest.fixture
def emgkit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``emgkit("run", folder, cwd=…, columns=…)`` runs the command in this process, with its status and texts.

    Most of the time of a short command is the loading of libraries, which is done here already. An error that the
    command does not answer itself reaches the test.
    """

    def run(*words: object, cwd: Path | None = None, columns: int = 200) -> subprocess.CompletedProcess[str]:
        arguments = ["emgkit", *map(str, words)]
        out, err = io.StringIO(), io.StringIO()
        status: Any = 0
        from emgkit.cli import main

        with monkeypatch.context() as patch, contextlib.chdir(cwd or Path.cwd()):
            patch.setattr(sys, "argv", arguments)
            patch.setenv("COLUMNS", str(columns))
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    main()
                except SystemExit as left:
                    status = left.code or 0
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for pages."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed: the page cannot be tested in a browser"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield running
        running.close()
