"""The variables of a MATLAB file: numbers as arrays, texts as str, cell arrays as lists, structures as dicts.

Versions 5 to 7 are read here, byte by byte (MathWorks, "MAT-File Format"): every size is held against the bytes that
there are, since the reader of SciPy can end the whole program on a damaged file. Version 7.3 is HDF5.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError
from emgkit.io._extras import DAMAGED, hdf5

__all__ = ["variables"]

_NUMBERS = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
    16: "u1", 17: "u2", 18: "u4",
}  # fmt: skip
_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _CHAR = 1, 2, 4
_NUMERIC = range(6, 16)
_COMPLEX = 0x800  # a flag: such numbers are no signal
_DEEPEST = 30
# constant signals pack well; a file that unpacks to more than this holds no recording
_MOST_PACKED = 200


def variables(path: Path) -> dict[str, Any]:
    """All variables of a file by their names.

    Raises
    ------
    FormatError
        The file is damaged, or of a version that cannot be read.
    """
    with path.open("rb") as file:
        raw = file.read(516)
    if raw[:4] == b"\x89HDF" or raw[512:] == b"\x89HDF":
        return _hdf5(path)
    if raw[:7] != b"MATLAB " or raw[126:128] not in (b"IM", b"MI"):
        raise FormatError(
            "This is no MATLAB file of version 5 or later",
            where=str(path),
            allowed="'MATLAB 5.0 MAT-file' in its first bytes, 'IM' or 'MI' at byte 126",
            got=repr(raw[:16]),
            hint="Save it in MATLAB with: save('squat.mat', '-v7')",
        )
    order, raw = "<" if raw[126:128] == b"IM" else ">", path.read_bytes()
    found = {}
    for element in _Elements(raw=raw, order=order, where=str(path), start=128):
        name, value = _variable(element, limit=_MOST_PACKED * len(raw) + 10**7)
        if name:
            found[name] = value
    return found


# --------------------------------------------------------------------------------------------------- versions 5 to 7


@dataclass(frozen=True, kw_only=True)
class _Element:
    """A data element: its type, its bytes, and where it begins."""

    kind: int
    raw: bytes | memoryview
    order: str
    where: str
    start: int

    def numbers(self) -> NDArray[Any]:
        """Its numbers."""
        code = _NUMBERS.get(self.kind)
        if code is None:
            raise self.wrong(f"numbers, types {sorted(_NUMBERS)}", f"type {self.kind}")
        size = np.dtype(code).itemsize
        return np.frombuffer(self.raw[: len(self.raw) // size * size], dtype=f"{self.order}{code}")

    def parts(self) -> list[_Element]:
        """The elements within it."""
        return list(_Elements(raw=self.raw, order=self.order, where=self.where, start=0))

    def wrong(self, allowed: str, got: str) -> FormatError:
        return FormatError(
            "The MATLAB file is damaged", where=f"{self.where}, near byte {self.start}", allowed=allowed, got=got
        )


@dataclass(frozen=True, kw_only=True)
class _Elements:
    """The data elements one after another in a stretch of bytes."""

    raw: bytes | memoryview
    order: str
    where: str
    start: int

    def __iter__(self) -> Iterator[_Element]:
        view, at = memoryview(self.raw), self.start
        while at + 8 <= len(view):
            first, size = (int(n) for n in np.frombuffer(view[at : at + 8], dtype=f"{self.order}u4"))
            kind, begins = first, at + 8
            if first >> 16:  # up to four bytes stand within the tag
                kind, size, begins = first & 0xFFFF, first >> 16, at + 4
            within = begins == at + 4
            if begins + size > len(view) or (within and size > 4):
                raise FormatError(
                    "The MATLAB file is damaged or cut off",
                    where=f"{self.where}, near byte {at}",
                    allowed=f"an element of at most {len(view) - begins} bytes",
                    got=f"{size} bytes",
                )
            yield _Element(kind=kind, raw=view[begins : begins + size], order=self.order, where=self.where, start=at)
            # elements begin at a multiple of eight, compressed ones where the last ends
            at = at + 8 if within else begins + size + (0 if kind == _COMPRESSED else -size % 8)


def _variable(element: _Element, *, limit: int) -> tuple[str, Any]:
    """The name and the value of an element at the top of the file."""
    if element.kind == _COMPRESSED:
        unpacker = zlib.decompressobj()
        try:
            raw = unpacker.decompress(bytes(element.raw), limit)
        except zlib.error as problem:
            raise element.wrong("packed bytes that can be unpacked", str(problem)[:80]) from None
        if not unpacker.eof:
            raise element.wrong(f"packed bytes with their end, at most {limit} unpacked", f"{len(raw)} without an end")
        inner = next(iter(_Elements(raw=raw, order=element.order, where=element.where, start=0)), None)
        if inner is None:
            raise element.wrong("a variable", f"{len(raw)} bytes unpacked")
        element = inner
    return _value(element, 0) if element.kind == _MATRIX else ("", None)


def _value(element: _Element, depth: int) -> tuple[str, Any]:
    """Name and value of a matrix element; None for what MATLAB alone can read."""
    if not element.raw:
        return "", np.empty(0)
    parts = element.parts()
    if element.kind != _MATRIX or len(parts) < 3 or depth > _DEEPEST or not len(parts[0].raw) >= 4:
        raise element.wrong("flags, dimensions and a name", f"type {element.kind}, {len(parts)} parts, depth {depth}")
    flags, shape = int(parts[0].numbers()[0]), tuple(int(n) for n in parts[1].numbers())
    name, rest = bytes(parts[2].raw).decode("utf-8", "replace"), parts[3:]
    kind, count = flags & 0xFF, prod(shape)
    if flags & _COMPLEX:
        return name, None
    if len(shape) < 2 or len(shape) > 8 or min(shape) < 0:
        raise element.wrong("two dimensions or a few more", f"{shape[:9]}")
    if kind in _NUMERIC or kind == _CHAR:
        if not rest:
            raise element.wrong("values", "none")
        values = rest[0].numbers()
        if kind == _CHAR and rest[0].kind == 16:  # UTF-8, of which a character may have several bytes
            values = np.array([ord(one) for one in bytes(rest[0].raw).decode("utf-8", "replace")])
        if values.size != count:
            raise element.wrong(f"{count} values", f"{values.size}")
        values = values.reshape(shape, order="F")
        return name, _texts(values) if kind == _CHAR else _squeezed(values)
    if kind == _CELL:
        _check_count(element, count, len(rest))
        return name, [_value(one, depth + 1)[1] for one in rest]
    if kind == _STRUCT:
        return name, _structure(element, count, rest, depth)
    return name, None


def _structure(element: _Element, count: int, rest: list[_Element], depth: int) -> Any:
    """A dict, or a list of dicts."""
    width = int(rest[0].numbers()[0]) if len(rest) > 1 and len(rest[0].raw) >= 4 else 0
    if not 0 < width <= 4096:
        raise element.wrong("a length of field names of 1 to 4096", f"{width}")
    raw = bytes(rest[1].raw)
    names = [raw[i : i + width].split(b"\0")[0].decode("utf-8", "replace") for i in range(0, len(raw), width)]
    values = rest[2:]
    _check_count(element, count * len(names), len(values))
    dicts = [
        {name: _value(values[i * len(names) + j], depth + 1)[1] for j, name in enumerate(names)} for i in range(count)
    ]
    return dicts[0] if count == 1 else dicts


def _check_count(element: _Element, allowed: int, got: int) -> None:
    if allowed != got:
        raise element.wrong(f"{allowed} values", f"{got}")


def _texts(codes: NDArray[Any]) -> str | list[str]:
    """The text of a row of characters; of several rows a list."""
    rows = [
        "".join(chr(int(code)) for code in row if int(code) < 0x110000).rstrip("\0 ") for row in np.atleast_2d(codes)
    ]
    return rows[0] if len(rows) == 1 else rows


def _squeezed(values: NDArray[Any]) -> Any:
    """A number, a vector or a matrix, as MATLAB shows it."""
    return values.reshape(-1)[0].item() if values.size == 1 else np.squeeze(values)


# ------------------------------------------------------------------------------------------------------- version 7.3


def _hdf5(path: Path) -> dict[str, Any]:
    """The variables of a file of version 7.3."""
    try:
        with hdf5(path) as file:
            most = _MOST_PACKED * path.stat().st_size + 10**7
            return {name: _member(file, file[name], most, 0) for name in file if not name.startswith("#")}
    except FormatError:
        raise
    except DAMAGED as problem:
        raise FormatError("The MATLAB file is damaged", where=str(path), got=str(problem)[:200]) from None


def _member(file: Any, member: Any, most: int, depth: int) -> Any:
    """A group as a dict, references as a list, codes as a text, numbers turned as MATLAB has them."""
    if depth > _DEEPEST:
        raise ValueError("structures within structures without end")
    if hasattr(member, "keys"):
        return {name: _member(file, member[name], most, depth + 1) for name in member}
    kind = member.attrs.get("MATLAB_class", b"")
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    if member.size * max(member.dtype.itemsize, 1) > most:
        raise ValueError(f"{member.size} values are more than the file can hold")
    if member.attrs.get("MATLAB_empty", 0):
        return "" if kind == "char" else np.empty(0)
    if member.dtype.kind == "O":
        return [_member(file, file[one], most, depth + 1) for one in np.ravel(member[()].T)]
    values = np.asarray(member[()]).T
    return _texts(values) if kind == "char" else _squeezed(values)
