"""Folders that appear whole or not at all: they are filled under a hidden name beside their place.

What a killed run leaves behind is known by its name and by its lock, which ends with the process that held it; the
next run sweeps it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["hidden_beside", "left_over", "sweep"]

# where a system has no locks that end with their process, left-overs are swept after a day
_OLD = 24 * 3600
# signs of a name that a hidden name holds
_LONG = 100


@contextmanager
def hidden_beside(place: Path, kind: str = "new") -> Iterator[Path]:
    """An empty hidden folder beside a place, which no other run takes for left over while this one goes on.

    Parameters
    ----------
    place : Path
        The file or folder beside which it lies, on the same file system.
    kind : str, default "new"
        What it is for, a part of its name.

    Yields
    ------
    Path
        The folder. It stays: who made it deletes or renames it.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as home, hidden_beside(Path(home, "results")) as folder:
    ...     folder.name.startswith(".results.emgkit-new-"), list(left_over(Path(home, "results")))
    (True, [])
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_prefix(place, kind), dir=place.parent))
        lock = _lock(folder)
        # another run may have swept it before it was locked
        if lock is not None and folder.is_dir():
            break
        _unlock(lock)
    try:
        yield folder
    finally:
        _unlock(lock)


def left_over(place: Path, kind: str = "new") -> Iterator[Path]:
    """The hidden folders beside a place that killed runs left behind; each is locked while it is looked at."""
    prefix = _prefix(place, kind)
    for folder in sorted(place.parent.glob(f"{_escaped(prefix)}*")):
        # a dot behind the prefix is of another place, whose name begins alike
        if folder.is_symlink() or not folder.is_dir() or "." in folder.name.removeprefix(prefix):
            continue
        lock = _lock(folder)
        if lock is None:
            continue
        try:
            if lock >= 0 or time.time() - folder.stat().st_mtime > _OLD:
                yield folder
        finally:
            _unlock(lock)


def sweep(place: Path) -> None:
    """Delete the hidden folders beside a place that killed runs had not finished."""
    for folder in left_over(place):
        shutil.rmtree(folder, ignore_errors=True)


def _prefix(place: Path, kind: str) -> str:
    # a name may be as long as the file system allows; the rest of the hidden name needs room
    name = place.name
    short = name if len(name) <= _LONG else f"{name[:_LONG]}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}"
    return f".{short}.emgkit-{kind}-"


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _lock(folder: Path) -> int | None:
    """The file that locks a folder, -1 where a system has no locks, None where another run holds it or it is gone."""
    if sys.platform == "win32":
        return -1
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return None
    except OSError:  # a file system without locks
        os.close(number)
        return -1
    return number


def _unlock(lock: int | None) -> None:
    if lock is not None and lock >= 0:
        with suppress(OSError):
            os.close(lock)
