"""The members of a TAR or ZIP archive, read into memory and never written; names that leave the archive are refused."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar
from xml.etree import ElementTree

from emgkit.errors import FormatError

__all__ = ["Archive", "opened"]

Result = TypeVar("Result")

_MOST_MEMBERS = 10_000
# a recording packs to no less than one part in so many
_MOST_PACKED = 100
_LONGEST_XML = 2**24


@dataclass(frozen=True, kw_only=True)
class Archive:
    """The files of an archive by their names, with how each is read."""

    where: str
    sizes: Mapping[str, int]
    _read: Callable[[str, int], bytes]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in their order."""
        return tuple(self.sizes)

    def bytes(self, name: str) -> bytes:
        """A file's bytes.

        Raises
        ------
        FormatError
            There is no such file, or it is shorter than the archive says.
        """
        if name not in self.sizes:
            raise FormatError(
                "A file of the recording is not in the archive", where=self.where, allowed=repr(name),
                got=", ".join(self.names[:6]),
            )  # fmt: skip
        raw = _guarded(lambda: self._read(name, self.sizes[name]), where=self.where)
        if len(raw) != self.sizes[name]:
            raise FormatError(
                "A file in the archive is not as long as the archive says", where=f"{self.where}, {name}",
                allowed=f"{self.sizes[name]} bytes", got=f"{len(raw)} bytes", hint="Copy or export the file again",
            )  # fmt: skip
        return raw

    def xml(self, name: str) -> ElementTree.Element:
        """The root of an XML file.

        Raises
        ------
        FormatError
            The file is no XML, is absurdly long, or declares entities, which could grow without limit.
        """
        place = f"{self.where}, {name}"
        if self.sizes.get(name, 0) > _LONGEST_XML:
            raise FormatError(
                "A description is too long", where=place, allowed=f"{_LONGEST_XML} bytes", got=f"{self.sizes[name]}"
            )
        raw = self.bytes(name)
        if b"<!" in raw.replace(b"\0", b"").replace(b"<!--", b""):
            raise FormatError("A description is damaged", where=place, got="a declaration in its XML")
        try:
            return ElementTree.fromstring(raw)
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise FormatError("A description is damaged", where=place, allowed="XML", got=str(error)[:120]) from None


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive of a recording, a TAR without compression or a ZIP.

    Raises
    ------
    FormatError
        It is neither, is damaged, or a member of it is not a plain file within it.
    """
    where = str(path)
    if _guarded(lambda: zipfile.is_zipfile(path), where=where):
        with _guarded(lambda: zipfile.ZipFile(path), where=where) as archive:
            yield _zip(archive, where=where, held=path.stat().st_size)
    else:
        with _guarded(lambda: tarfile.open(path, "r:"), where=where) as archive:
            yield _tar(archive, where=where)


def _zip(archive: zipfile.ZipFile, *, where: str, held: int) -> Archive:
    members = [one for one in archive.infolist() if not one.is_dir()]
    _check_names([one.filename for one in members], where=where)
    total = sum(one.file_size for one in members)
    if total > _MOST_PACKED * held:
        raise FormatError(
            "The archive would unpack to more than a recording can", where=where,
            allowed=f"{_MOST_PACKED} times the size of the file, {held} bytes", got=f"{total} bytes",
        )  # fmt: skip

    def read(name: str, size: int) -> bytes:
        with archive.open(name) as file:
            return file.read(size)

    return Archive(where=where, sizes={one.filename: one.file_size for one in members}, _read=read)


def _tar(archive: tarfile.TarFile, *, where: str) -> Archive:
    members: dict[str, tarfile.TarInfo] = {}

    def collect() -> None:
        for one in archive:
            if one.isdir():
                continue
            if not one.isreg() or one.issparse() or len(members) >= _MOST_MEMBERS:
                raise FormatError(
                    "A member of the archive is not a plain file", where=f"{where}, {one.name[:60]!r}",
                    allowed=f"at most {_MOST_MEMBERS} files", got="a link, a device or a file with holes"
                    if len(members) < _MOST_MEMBERS else "more files",
                )  # fmt: skip
            members[one.name] = one

    _guarded(collect, where=where)
    _check_names(list(members), where=where)

    def read(name: str, size: int) -> bytes:
        file = archive.extractfile(members[name])
        return file.read(size) if file is not None else b""

    return Archive(where=where, sizes={name: one.size for name, one in members.items()}, _read=read)


def _check_names(names: list[str], *, where: str) -> None:
    """Refuse names that lead out of the archive, on any system, and absurdly many."""
    if len(names) > _MOST_MEMBERS:
        raise FormatError(
            "The archive has too many files", where=where, allowed=f"at most {_MOST_MEMBERS}", got=str(len(names))
        )
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
            raise FormatError(
                "A member of the archive climbs out of its folder", where=where, allowed="names within the archive",
                got=repr(name[:80]), hint="This is not a file of OT BioLab; nothing of it was read or written",
            )  # fmt: skip


def _guarded(act: Callable[[], Result], *, where: str) -> Result:
    """What the call gives; every error of the archive libraries is one of a damaged file."""
    try:
        return act()
    except FormatError:
        raise
    except Exception as problem:  # both libraries end in many kinds of errors on damaged files
        raise FormatError(
            "The file is a damaged archive, or not an archive", where=where,
            allowed="a TAR without compression, or a ZIP",
            got=f"{type(problem).__name__}: {str(problem)[:120]}", hint="Copy or export the file again",
        ) from None  # fmt: skip
