"""The chunks of an XDF file: whether each is whole and fits its stream, before a library takes them at their word.

The layout is that of the published specification of XDF 1.0: ``XDF:``, then chunks of a length, a tag and a content.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from emgkit.errors import FormatError

__all__ = ["checked"]

_MAGIC = b"XDF:"
_HEADER, _SAMPLES, _OFFSET, _FOOTER = 2, 3, 4, 6
_WIDTHS = {"int8": 1, "int16": 2, "int32": 4, "int64": 8, "float32": 4, "double64": 8, "string": 0}
_MOST_CHANNELS = 4096
_LONGEST_XML = 2**24
# samples pack to no less than one part in so many
_MOST_PACKED = 100


@dataclass
class _Stream:
    """A stream, and how many samples its chunks hold."""

    channels: int
    width: int
    samples: int = 0


def checked(path: Path) -> tuple[bytes, dict[int, int]]:
    """The bytes of a file, the chunks of which are whole, and the number of samples of each stream.

    Raises
    ------
    FormatError
        The file is cut off or damaged, with the byte.
    """
    raw, streams, at = _raw(path), dict[int, _Stream](), len(_MAGIC)
    if raw[:at] != _MAGIC:
        raise FormatError("This is no XDF file", where=str(path), allowed=repr(_MAGIC), got=repr(raw[:at]))
    while at < len(raw):
        where = f"{path}, byte {at}"
        length, begins = _length(raw, at, len(raw), where=where)
        ends = begins + length
        if ends > len(raw) or length < 2:
            raise FormatError(
                "The XDF file is cut off or damaged", where=where, allowed=f"a chunk of {length} bytes",
                got=f"{len(raw) - begins} bytes", hint="Copy it again; a recorder that crashed leaves such a file",
            )  # fmt: skip
        (tag,) = struct.unpack_from("<H", raw, begins)
        if tag in (_HEADER, _SAMPLES, _OFFSET, _FOOTER):
            if length < 6:
                raise FormatError("A chunk has no stream", where=where, allowed="6 bytes", got=f"{length} bytes")
            (number,) = struct.unpack_from("<I", raw, begins + 2)
            _check_chunk(raw, begins + 6, ends, tag, streams, number, where=where)
        at = ends
    if not streams:
        raise FormatError("The XDF file has no stream", where=str(path), allowed="at least one", got="none")
    return raw, {number: stream.samples for number, stream in streams.items()}


def _raw(path: Path) -> bytes:
    """The bytes of the file, unpacked where it is a ``.xdfz``."""
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
    if head[:2] != b"\x1f\x8b":
        return path.read_bytes() if head == _MAGIC else head
    most = _MOST_PACKED * path.stat().st_size
    try:
        with gzip.open(path) as file:
            unpacked = file.read(most + 1)
    except (OSError, EOFError, ValueError, zlib.error) as problem:
        raise FormatError("The packed file is damaged", where=str(path), got=str(problem)[:120]) from None
    if len(unpacked) > most:
        raise FormatError(
            "The packed file would unpack to more than a recording can", where=str(path), allowed=f"{most} bytes"
        )
    return unpacked


def _check_chunk(
    raw: bytes, at: int, ends: int, tag: int, streams: dict[int, _Stream], number: int, *, where: str
) -> None:
    """Check one chunk of a stream, and count its samples."""
    if tag == _HEADER:
        if number in streams:
            raise FormatError("A stream begins twice", where=where, got=f"stream {number}")
        streams[number] = _stream(raw[at:ends], where=where)
        return
    if number not in streams:
        raise FormatError("A chunk is of a stream that has not begun", where=where, got=f"stream {number}")
    if tag == _FOOTER:
        _xml(raw[at:ends], where=where)
    elif tag == _OFFSET and ends - at != 16:
        raise FormatError("A clock offset is damaged", where=where, allowed="16 bytes", got=f"{ends - at} bytes")
    elif tag == _SAMPLES:
        streams[number].samples += _samples(raw, at, ends, streams[number], where=where)


def _stream(content: bytes, *, where: str) -> _Stream:
    root = _xml(content, where=where)
    form, count, rate = (root.findtext(key) or "" for key in ("channel_format", "channel_count", "nominal_srate"))
    try:
        channels, nominal = int(count), float(rate)
    except ValueError:
        channels, nominal = 0, 0.0
    if (
        form not in _WIDTHS
        or not 0 < channels <= _MOST_CHANNELS
        or not 0 <= nominal <= 1e6
        or root.find("name") is None
    ):
        raise FormatError(
            "The header of a stream is damaged", where=where,
            allowed=f"a name, 1 to {_MOST_CHANNELS} channels, a rate, and one of {', '.join(_WIDTHS)}",
            got=f"{count[:20]!r} channels of {form[:20]!r} at {rate[:20]!r} Hz",
        )  # fmt: skip
    return _Stream(channels=channels, width=_WIDTHS[form])


def _xml(content: bytes, *, where: str) -> ElementTree.Element:
    if len(content) > _LONGEST_XML or b"<!" in content.replace(b"\0", b"").replace(b"<!--", b""):
        raise FormatError("A description is damaged", where=where, got="a declaration, or more than it can hold")
    try:
        return ElementTree.fromstring(content.decode("utf-8", "replace"))
    except (ElementTree.ParseError, ValueError) as error:
        raise FormatError("A description is damaged", where=where, allowed="XML", got=str(error)[:120]) from None


def _samples(raw: bytes, at: int, ends: int, stream: _Stream, *, where: str) -> int:
    """Number of samples of a chunk, each of which has its place in it."""
    count, at = _length(raw, at, ends, where=where)
    row = stream.channels * stream.width
    # most often all samples have a time stamp, or none
    for size, flag in ((row + 1, 0), (row + 9, 8)):
        if stream.width and count and ends - at == count * size:
            flags = np.frombuffer(raw, np.uint8, count=count * size, offset=at)[::size]
            if (flags == flag).all():
                return count
    for _ in range(count):
        if at >= ends or raw[at] not in (0, 8):
            raise _damaged(where)
        at += 1 + raw[at] + row
        if not stream.width:
            for _ in range(stream.channels):
                length, at = _length(raw, at, ends, where=where)
                at += length
        if at > ends:
            raise _damaged(where)
    if at != ends:
        raise _damaged(where)
    return count


def _length(raw: bytes, at: int, ends: int, *, where: str) -> tuple[int, int]:
    """A whole number of 1, 4 or 8 bytes that is preceded by how many it has, and the byte behind it."""
    size = raw[at] if at < ends else 0
    if size not in (1, 4, 8) or at + 1 + size > ends:
        raise _damaged(where)
    return int.from_bytes(raw[at + 1 : at + 1 + size], "little"), at + 1 + size


def _damaged(where: str) -> FormatError:
    return FormatError(
        "A chunk of the XDF file is damaged", where=where, allowed="samples that fill it",
        got="lengths that do not fit together", hint="Copy the file again",
    )  # fmt: skip
