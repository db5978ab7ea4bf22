"""Results that are what a run would write again: the same study, recordings, code and libraries, and no file changed.

The outputs of a run depend on nothing else, so the folder that holds them is the result. What the run gave beside its
files is kept in the user's cache folder, under the content key of everything that it depends on.
"""

from __future__ import annotations

import os
import platform
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import emgkit
from emgkit import shipped
from emgkit.errors import EmgkitError, StudyError
from emgkit.io.naming.folders import files_below
from emgkit.study.definition import StudyDefinition
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings.keys import key, sha256
from emgkit.study.recordings.simulated import cache_folder
from emgkit.study.recordings.walking import Store, store
from emgkit.study.versions import versions
from emgkit.study.writing.folder import RECORD, record_of
from emgkit.study.writing.result import Result

__all__ = ["Unchanged"]

# bytes of files that are hashed before a run; a run on more always computes, and its stages have keys of their own
_MOST = 4 * 2**30


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """The results of an earlier run of the same things, while they stand as they were written.

    Parameters
    ----------
    name : str
        The kind of run and its output folder, for the name of what is kept.
    key : str or None
        The content key of everything that the run depends on; None where it depends on what nobody can list, such as
        what a script reads.
    out : Path
        The output folder.
    """

    name: str
    key: str | None
    out: Path

    @classmethod
    def of(
        cls,
        kind: str,
        study: StudyDefinition,
        *,
        out: Path,
        data: Path | None,
        quick: bool,
        beside: Path | None = None,
    ) -> Unchanged:
        """What a run depends on, as it is now.

        Parameters
        ----------
        kind : str
            What is run: the study, or its multiverse.
        study : StudyDefinition
            The study.
        out : Path
            The output folder.
        data : Path, optional
            The folder of the recordings.
        quick : bool
            A quick look has other results.
        beside : Path, optional
            The folder of other results that these tell of.
        """
        found = None
        # a folder that cannot be read is told by the run itself
        with suppress(OSError, EmgkitError):
            found = _key(kind, study, out=out, data=data, quick=quick, beside=beside)
        return cls(name=key(kind, [str(study.folder), str(out)])[:16], key=found, out=out)

    def result(self, study: StudyDefinition) -> Result | None:
        """What the earlier run gave; None where anything that it depended on, or any file that it wrote, has changed.

        Parameters
        ----------
        study : StudyDefinition
            The study, which the result names.
        """
        record = record_of(self.out)
        if self.key is None or record is None:
            return None
        with suppress(StudyError), store(_place(), self.name, keep=True) as kept:
            found = kept.get(self.key)
            if found is not None and found[0][0] == record:
                since = datetime.fromtimestamp((self.out / RECORD).stat().st_mtime)
                earlier: Result = found[0][1]
                return replace(earlier, study=study, since=since)
        return None

    def keep(self, result: Result) -> None:
        """Keep what a run gave, in place of what an earlier one gave.

        Parameters
        ----------
        result : Result
            Its files lie in the output folder.
        """
        record = record_of(self.out)
        if self.key is None or record is None:
            return
        # without such a folder the next run computes
        with suppress(StudyError), store(_place(), self.name, keep=True) as kept:
            _clear(kept)
            kept.put(self.key, (record, result))


def _place() -> Path:
    return cache_folder() / "finished"


def _clear(kept: Store) -> None:
    """Delete what earlier runs into the same folder gave, with this emgkit and with others."""
    for path in kept.folder.parent.glob("*/*"):
        path.unlink(missing_ok=True)


def _key(
    kind: str, study: StudyDefinition, *, out: Path, data: Path | None, quick: bool, beside: Path | None
) -> str | None:
    """The content key of a run, None if it depends on what cannot be listed."""
    if study.script is not None or not isinstance(study.file, StudyFile):
        return None
    named = [study.folder, *([data] if data else []), *_named(tomllib.loads(study.text), study.folder)]
    files = sorted({path for place in named for path in _files(place.resolve(), out.resolve())})
    if sum(path.stat().st_size for path in files) > _MOST:
        return None
    return key(
        kind,
        {
            "study": [str(study.folder.resolve()), study.text],
            "data": None if data is None else str(data.resolve()),
            "quick": quick,
            "beside": None if beside is None else [str(beside), str(record_of(beside))],
            "machine": [sys.version, platform.platform(), *_installed()],
            "versions": versions(),
            "environment": {name: text for name, text in sorted(os.environ.items()) if name.startswith("EMGKIT_")},
        },
        [[str(path), sha256(path)] for path in (*files, *_code())],
    )


def _named(value: Any, folder: Path) -> Iterator[Path]:
    """The files and folders that the texts of a study file name, by their place in its folder."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _named(one, folder)
    elif isinstance(value, str) and "\n" not in value and os.path.exists(folder / value):
        yield folder / value


def _files(place: Path, out: Path) -> Iterator[Path]:
    """A file, or all files below a folder but those that runs wrote."""
    if place.is_file():
        yield place
        return
    names = files_below(place)
    results = {out, *((place / name).parent for name in names if Path(name).name == RECORD)}
    for path in (place / name for name in names):
        if path.is_file() and results.isdisjoint(path.parents):
            yield path


def _code() -> Iterator[Path]:
    """The files of emgkit, and of the studies and data sets that come with it."""
    package = Path(emgkit.__file__).resolve().parent
    for place in (package, shipped.folder("datasets"), shipped.folder("studies")):
        yield from (path for path in sorted(_files(place, place / "results")) if path.suffix != ".pyc")


def _installed() -> list[str]:
    """The names and versions of all libraries."""
    return sorted(path.name for place in sys.path for path in Path(place).glob("*.dist-info"))
