"""What of a data set is written: a list beside the data, by which a conversion goes on after it was stopped.

Every file is written under another name and moved to its place when it is whole; a recording is listed after all of its
files are in place. ``dataset_description.json``, without which a folder is not a BIDS data set, comes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from emgkit import __version__
from emgkit.channels import Value
from emgkit.errors import FileError
from emgkit.io._tables import read_json, write_json

__all__ = ["Entry", "Manifest", "hash_of", "move_into", "workspace"]

# in the folder that BIDS keeps for how a data set was made
_FILE = "code/emgkit_convert.json"
_WORK = ".emgkit-unfinished"
# the workspace of what is about the whole data set
_SET = "data-set"
_DESCRIPTION = "dataset_description.json"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A recording that is written.

    `key` stands for its source and all that the map says of it, `source` for the source alone. `files` are its files
    with the second at which each begins on the time of the source, `hashes` their contents as they were written.
    `labels` are the source's channels.
    """

    key: str
    source: str
    participant: str
    labels: tuple[str, ...]
    files: Mapping[str, float]
    hashes: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Value] = field(default_factory=dict)
    simulated: bool = False
    notices: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The recordings of a data set that are written, by their names.

    `participants` are the cells of ``participants.tsv``, and `readme` the text of ``README.md``, as they were written.
    `beside` are the files about several recordings, with the hashes of their contents as they were written.
    """

    root: Path
    recordings: Mapping[str, Entry] = field(default_factory=dict)
    participants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    readme: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    finished: bool = False

    @classmethod
    def of(cls, root: Path) -> Manifest:
        """What is written in a folder; empty where it does not exist.

        Raises
        ------
        FileError
            The folder holds something else.
        """
        path = root / _FILE
        if root.is_dir() and path.is_file():
            content = read_json(path)
            try:
                recordings = {
                    stem: Entry(
                        **{**entry, "labels": tuple(entry["labels"]), "notices": tuple(map(tuple, entry["notices"]))}
                    )
                    for stem, entry in content["recordings"].items()
                }
                beside = dict(content.get("beside", {}))
                _check_inside(root, [*beside, *(file for entry in recordings.values() for file in entry.files)])
                return cls(
                    root=root, recordings=recordings, participants=dict(content.get("participants", {})),
                    readme=str(content.get("readme", "")), beside=beside, finished=content["finished"] is True,
                )  # fmt: skip
            except (KeyError, TypeError, AttributeError) as problem:
                raise FileError(
                    "The list of what is written is damaged", where=str(path), got=repr(problem),
                    hint="Remove the folder, and convert again",
                ) from None  # fmt: skip
        if root.exists() and (not root.is_dir() or any(_others(root))):
            raise FileError(
                "The folder for the data set holds something else",
                where=str(root), allowed="a new or empty folder, or one that emgkit convert has begun",
                got=", ".join(sorted({path.relative_to(root).parts[0] for path in _others(root)})[:5]) or "a file",
                hint="Name another folder with --out",
            )  # fmt: skip
        return cls(root=root)

    def has(self, stem: str, key: str) -> bool:
        """Whether a recording is written, from the same source and map, and all its files are there."""
        entry = self.recordings.get(stem)
        return entry is not None and entry.key == key and all((self.root / file).is_file() for file in entry.files)

    def begun(self) -> Manifest:
        """The manifest of a set that is not finished, as which it is marked on the disk."""
        (self.root / _DESCRIPTION).unlink(missing_ok=True)
        # what a conversion that was stopped had not moved
        shutil.rmtree(self.root / _WORK, ignore_errors=True)
        return replace(self, finished=False).saved()

    def with_entry(self, stem: str, entry: Entry) -> Manifest:
        """With a recording, whose files are in place."""
        return replace(self, recordings={**self.recordings, stem: entry}).saved()

    def changed(self, stems: Iterable[str]) -> list[str]:
        """The files of these recordings that somebody changed since they were written."""
        written = {file: known for stem in stems if stem in self.recordings
                   for file, known in self.recordings[stem].hashes.items()}  # fmt: skip
        return [file for file, known in written.items() if not _is_as_written(self.root / file, known)]

    def is_own(self, file: str) -> bool:
        """Whether a file about several recordings is gone, or as it was written."""
        return _is_as_written(self.root / file, self.beside.get(file, ""))

    def without(self, stem: str) -> Manifest:
        """Without a recording, whose files are removed."""
        others = {file for name, entry in self.recordings.items() if name != stem for file in entry.files}
        self._remove(set(self.recordings[stem].files) - others)
        return replace(self, recordings={name: one for name, one in self.recordings.items() if name != stem}).saved()

    def saved(self) -> Manifest:
        """The manifest, after it is written."""
        content: dict[str, Any] = {"GeneratedBy": f"emgkit {__version__}", "finished": self.finished}
        content |= {"participants": self.participants, "readme": self.readme, "beside": self.beside}
        content["recordings"] = {stem: asdict(entry) for stem, entry in sorted(self.recordings.items())}
        with_name = workspace(self.root) / _FILE
        with_name.parent.mkdir(parents=True, exist_ok=True)
        write_json(with_name, content)
        move_into(self.root)
        return self

    def _remove(self, files: Iterable[str]) -> None:
        for file in files:
            path = self.root / file
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == self.root or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()


def _check_inside(root: Path, files: Iterable[str]) -> None:
    """Refuse a list that names files elsewhere: they would be removed."""
    place = root.resolve()
    for file in files:
        folder = (root / file).parent.resolve()
        if Path(file).name in ("", "..") or not folder.is_relative_to(place):
            raise FileError(
                "The list of what is written names a file outside the data set",
                where=str(root / _FILE), got=repr(file),
                hint="emgkit convert did not write this list. Name another folder with --out",
            )  # fmt: skip


def _is_as_written(file: Path, known: str) -> bool:
    return not file.is_file() or hash_of([file]) == known


def hash_of(files: Iterable[Path]) -> str:
    """The content of files as one text."""
    digest = sha256()
    for file in files:
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _others(root: Path) -> Iterator[Path]:
    """The files in a folder but for those of the workspace."""
    return (path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] != _WORK)


def workspace(root: Path, name: str = _SET) -> Path:
    """An empty folder in which files are written before they are moved to their places; a recording has its own."""
    work = root / _WORK / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return work


def move_into(root: Path, name: str = _SET) -> tuple[str, ...]:
    """Move the files of a workspace to their places, the description of the data set last; their names."""
    work = root / _WORK / name
    files = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
    for file in sorted(files, key=lambda file: file == _DESCRIPTION):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (work / file).replace(root / file)
    shutil.rmtree(work)
    with suppress(OSError):  # others write there, too
        (root / _WORK).rmdir()
    return tuple(files)
