"""The store of what is finished: a run that was stopped goes on from it.

It is a folder of its owner's alone, with one file an output, by the content key of its stage. What it holds is no
result: it may be deleted at any time, and the run deletes its own when it is done.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import emgkit
from emgkit.errors import StudyError

__all__ = ["Store", "store"]

# bytes that all stopped runs together may take
_MOST = 4 * 2**30
# bytes that are always left on the disk
_FREE = 2**30


@dataclass
class Store:
    """A folder of outputs by content key.

    Parameters
    ----------
    folder : Path
        Where they are.
    room : int
        Bytes that may still be written.
    """

    folder: Path
    room: int = _MOST

    def get(self, key: str) -> tuple[Any] | None:
        """What is stored under a key, in a tuple; None if nothing is, or nothing that can be read."""
        try:
            content = (self.folder / key).read_bytes()
            digest, body = content[:32], content[32:]
            # a file that was cut off is none
            return (pickle.loads(body),) if hashlib.sha256(body).digest() == digest else None
        except Exception:  # nor is one that no longer fits the libraries, whatever they raise
            return None

    def put(self, key: str, output: object) -> None:
        """Store an output, while there is room; a full disk stops no run."""
        body = pickle.dumps(output, protocol=pickle.HIGHEST_PROTOCOL)
        if len(body) > self.room:
            return
        with suppress(OSError):
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                file.write(hashlib.sha256(body).digest())
                file.write(body)
            Path(file.name).replace(self.folder / key)
            self.room -= len(body)


@contextmanager
def store(place: Path, name: str, *, keep: bool) -> Iterator[Store]:
    """The store of a run; it is deleted when the run is done, unless it shall be kept.

    Parameters
    ----------
    place : Path
        The folder of all stores.
    name : str
        The run.
    keep : bool
        Whether the store stays when the run is done. One that raises or is killed always leaves it.

    Raises
    ------
    StudyError
        The folder cannot be made, or others than its owner can write in it.
    """
    folder = place / name / _code()
    try:
        for each in (place, folder.parent, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise StudyError(
            "The folder for what is finished cannot be made",
            where=str(folder),
            got=str(problem.strerror),
            hint="Name another with --cache",
        ) from None
    _refuse_shared(place)
    _refuse_shared(folder)
    room = min(_MOST - _make_room(place, folder), shutil.disk_usage(folder).free - _FREE)
    yield Store(folder=folder, room=room)
    if not keep:
        shutil.rmtree(folder.parent, ignore_errors=True)


def _refuse_shared(folder: Path) -> None:
    """What is read from the store can run code, so nobody else may write there."""
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise StudyError(
            "Others can write in the folder for what is finished",
            where=str(folder),
            allowed="a folder that only its owner can write in",
            hint=f"chmod go-w {folder}, or name another with --cache",
        )


def _make_room(place: Path, own: Path) -> int:
    """Delete the stores of other runs, the oldest first, until all take half of what they may; bytes that are left."""
    # the files of a run that ends meanwhile go at any moment
    sizes = {run: sum(each.st_size for each in _stats(run)) for run in sorted(place.iterdir(), key=_last_changed)}
    for run in [one for one in sizes if one != own.parent]:
        if sum(sizes.values()) <= _MOST // 2:
            break
        shutil.rmtree(run, ignore_errors=True)
        del sizes[run]
    return sum(sizes.values())


def _stats(run: Path) -> Iterator[os.stat_result]:
    """Of each file of a run's store that is there."""
    for folder, _, names in os.walk(run):
        for name in names:
            with suppress(OSError):
                yield os.stat(os.path.join(folder, name))


def _last_changed(run: Path) -> float:
    with suppress(OSError):
        return run.stat().st_mtime
    return 0.0


def _code() -> str:
    """A name for the code of emgkit as it is: what other code made is not used."""
    folder = Path(emgkit.__file__).parent
    files = sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*.py"))
    return hashlib.sha256(repr(files).encode()).hexdigest()[:16]
