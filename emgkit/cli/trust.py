"""Whether a study may run its script: it is shown, and a script of somebody else is allowed once by the user."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from emgkit.errors import StudyError

if TYPE_CHECKING:
    from emgkit.study.script import Script

__all__ = ["check_allowed"]

_RECORD = "allowed_scripts"


def check_allowed(script: Script, *, allow: bool) -> None:
    """Say that a study runs a script, and refuse one that the user has not allowed.

    A script that comes with emgkit is allowed. Another one needs ``--allow-script``, or a yes in a terminal; it is then
    remembered by its SHA-256, so that a changed script is asked about again.

    Parameters
    ----------
    script : Script
        As it was read; nothing of it has run.
    allow : bool
        ``--allow-script`` was given.

    Raises
    ------
    StudyError
        The script was not allowed.
    """
    print(f"This study runs a Python script: {script.path}\n  SHA-256: {script.sha256}", file=sys.stderr, flush=True)
    if script.shipped or script.sha256 in _remembered():
        return
    if not allow and not _agreed():
        raise StudyError(
            "The study's script was not allowed to run, so nothing was done",
            where=str(script.path),
            got=f"SHA-256 {script.sha256}",
            hint="A script may do all that you may do on this computer. Read it; if you trust it, run again "
            "with --allow-script",
        )
    _remember(script.sha256)


def _agreed() -> bool:
    """Whether somebody at a terminal says yes."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print("It does not come with emgkit, and may do all that you may do on this computer.", file=sys.stderr)
    print("Run it? Only if you trust it [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _record() -> Path:
    """The list of allowed scripts: it belongs to the user, unlike a folder of data that several people may share."""
    from emgkit.study.recordings.simulated import user_cache

    return user_cache() / _RECORD


def _remembered() -> frozenset[str]:
    try:
        return frozenset(_record().read_text(encoding="utf-8").split())
    except (OSError, ValueError, RuntimeError):  # a home folder that is not known is a RuntimeError
        return frozenset()


def _remember(sha256: str) -> None:
    try:
        record = _record()
        record.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as file:
            file.write(f"{sha256}\n")
    except (OSError, RuntimeError) as problem:
        print(f"The script cannot be remembered as allowed: {problem}", file=sys.stderr)
