"""Delsys EMGworks ``.hpf`` files: the High Performance File Format of Data Translation.

A file is a row of chunks, each with its kind and its size (64 bits each, little endian): 0x1000 the header
(``datx``, version 0x10001), 0x2000 the channels of a group (XML), 0x3000 samples of a group, 0x4000 and 0x5000
definitions of events and events, 0x6000 an index. A chunk of samples has, for each channel, the byte at which its
samples begin and how many bytes they take; only the chunk is padded. EMGworks stores 32-bit floats in the unit of
the channel. All channels of a group take the same number of samples, though each has its own rate
(``PerChannelSampleRate``): behind the end of a slow channel stand zeros.

The layout: DT High Performance File Format Specification, Data Translation, document 22760, revision A.
"""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._time_axis import Window
from emgkit.io.formats.delsys.signals import (
    described,
    lengths_without_padding,
    padding_notice,
    trigno_rate,
    zeros_notice,
)
from emgkit.io.formats.ragged import value_of
from emgkit.notation import counted, listed

__all__ = ["load"]

_HEADER, _CHANNELS, _DATA, _EVENTS = 0x1000, 0x2000, 0x3000, 0x5000
_VERSION = 0x10001
# bytes of the header that are read, and where the table of a chunk of samples begins
_LEAST, _TABLE = 28, 32
# as much XML as a group of channels has at most
_LONGEST_XML = 50_000_000
_TYPES = {"float": "<f4", "double": "<f8"}


@dataclass(frozen=True, kw_only=True)
class _Chunk:
    kind: int
    byte: int
    size: int


@dataclass(frozen=True, kw_only=True)
class _Channel:
    """What the file says of a channel, and where its samples stand."""

    label: str
    unit: str | None
    rate: float | None
    samples: tuple[NDArray[Any], ...] = ()

    @property
    def size(self) -> int:
        """Number of samples."""
        return sum(int(block.size) for block in self.samples)

    @property
    def used(self) -> int:
        """Number of samples up to the last one that is not zero; only the end of the file is read for it."""
        end: int = self.size
        for block in reversed(self.samples):
            nonzero = np.flatnonzero(np.isfinite(block) & (block != 0))
            if nonzero.size:
                return end - int(block.size) + int(nonzero[-1]) + 1
            end -= int(block.size)
        return 0


def load(path: Path, *, start: float | None = None, stop: float | None = None) -> FileContent:
    """What an HPF file says, or the part of it from `start` up to `stop` (s); each channel has its own rate.

    Raises
    ------
    FormatError
        The file is damaged, cut off, or holds what no recording of EMGworks does.
    ArgumentError
        `start` and `stop` are not part of the recording.
    """
    where, size = str(path), path.stat().st_size
    if size < _LEAST:
        raise FormatError("The file is cut off", where=where, allowed=f"a header of {_LEAST} bytes", got=f"{size}")
    raw = np.asarray(np.memmap(path, np.uint8, "r"))
    chunks = list(_chunks(raw, where=where))
    channels = _stored(raw, chunks, where=where)
    sizes = [one.size for one in channels]
    if not any(sizes):
        raise FormatError("The file holds no samples", where=where, allowed="chunks of samples", got="none")
    lengths = lengths_without_padding(sizes, [one.rate for one in channels], [one.used for one in channels])
    notices = (
        *padding_notice([one.label for one in channels], sizes, lengths), *_events(raw, chunks, where=where),
    )  # fmt: skip
    is_part = start is not None or stop is not None
    window = Window(start=start or 0.0, stop=stop, where=where) if is_part else None
    signals = [
        _signal(one, length, window, where=where) for one, length in zip(channels, lengths, strict=True) if length
    ]
    return FileContent(
        signals=tuple(signals), notices=(*notices, *(zeros_notice(signals) if not start else ())),
        left_out={place: one.label for place, one in enumerate(channels, start=1) if not one.size},
    )  # fmt: skip


# --- chunks ------------------------------------------------------------------------------------------


def _chunks(raw: NDArray[np.uint8], *, where: str) -> Iterator[_Chunk]:
    """The chunks of the file, of which the first is its header."""
    kind, _, creator, version = _unpack(raw, "<qq4sq", 0)
    if kind != _HEADER or creator != b"datx" or version != _VERSION:
        raise FormatError(
            "The header of an HPF file is damaged, or of a version that is not read", where=f"{where}, byte 0",
            allowed=f"a chunk {_HEADER:#x}, b'datx' and version {_VERSION:#x}",
            got=f"{kind:#x}, {creator!r} and {version:#x}",
        )  # fmt: skip
    byte = 0
    while byte + 16 <= raw.size:
        kind, size = _unpack(raw, "<qq", byte)
        if kind == 0 and size == 0:
            return
        if size < 16 or byte + size > raw.size:
            raise FormatError(
                "The file is cut off, or the size of a part of it is damaged", where=f"{where}, byte {byte}",
                allowed=f"a chunk of 16 to {raw.size - byte} bytes", got=f"{size} bytes, kind {kind:#x}",
                hint="Copy the file again",
            )  # fmt: skip
        yield _Chunk(kind=kind, byte=byte, size=size)
        byte += size


def _unpack(raw: NDArray[np.uint8], form: str, byte: int) -> tuple[Any, ...]:
    return struct.unpack(form, raw[byte : byte + struct.calcsize(form)].tobytes())


def _fields(raw: NDArray[np.uint8], chunk: _Chunk, form: str, byte: int, *, where: str) -> tuple[Any, ...]:
    """Numbers in a chunk, from a byte of it on."""
    if byte + struct.calcsize(form) > chunk.size:
        raise FormatError(
            "A chunk is too short for what it should hold", where=f"{where}, byte {chunk.byte}",
            allowed=f"{byte + struct.calcsize(form)} bytes or more", got=f"{chunk.size}",
        )  # fmt: skip
    return _unpack(raw, form, chunk.byte + byte)


@dataclass(kw_only=True)
class _Samples:
    """The blocks of samples of a channel, as they are found: where its table entry is, and how many there are."""

    element: ElementTree.Element
    index: int
    item: np.dtype[Any]
    count: int
    blocks: list[NDArray[Any]]


def _stored(raw: NDArray[np.uint8], chunks: Sequence[_Chunk], *, where: str) -> list[_Channel]:
    """All channels of all groups with their samples, which are not read yet."""
    groups: dict[int, list[_Samples]] = {}
    for chunk in chunks:
        if chunk.kind == _CHANNELS:
            group, count = _fields(raw, chunk, "<ii", 16, where=where)
            groups[group] = [
                _Samples(element=element, index=_index(element, place), item=_item(element), count=0, blocks=[])
                for place, element in enumerate(_elements(raw, chunk, count, where=where))
            ]
        elif chunk.kind == _DATA:
            (group,) = _fields(raw, chunk, "<i", 16, where=where)
            if group not in groups:
                raise FormatError(
                    "Samples stand before their channels", where=f"{where}, byte {chunk.byte}",
                    allowed=f"a group that is described: {listed(list(groups)[:5]) if groups else 'there is none'}",
                    got=f"group {group}",
                )  # fmt: skip
            _add_samples(raw, chunk, groups[group], where=where)
    found = [one for group in groups.values() for one in group]
    labels = numbered(_text(one.element, "Name") for one in found)
    return [
        _Channel(
            label=label, unit=_text(one.element, "Unit") or None, rate=_rate(one.element), samples=tuple(one.blocks)
        )
        for label, one in zip(labels, found, strict=True)
    ]


# --- the description of the channels -------------------------------------------------------------------


def _elements(raw: NDArray[np.uint8], chunk: _Chunk, count: int, *, where: str) -> list[ElementTree.Element]:
    """The descriptions of the channels of a group."""
    place = f"{where}, byte {chunk.byte + 24}"
    payload = raw[chunk.byte + 24 : chunk.byte + chunk.size][:_LONGEST_XML].tobytes().partition(b"\0")[0]
    # no declaration of entities, which could grow without limit, stands in such a file
    if b"<!" in payload:
        raise FormatError("The description of the channels is damaged", where=place, got="a declaration in its XML")
    try:
        root = ElementTree.fromstring(payload)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FormatError(
            "The description of the channels is damaged", where=place, allowed="XML", got=str(error)[:120]
        ) from None
    found = [element for element in root.iter("ChannelInformation") if _stores_samples(element)]
    if len(list(root.iter("ChannelInformation"))) != count or not found:
        raise FormatError(
            "The description of the channels does not fit their number", where=place, allowed=counted(count, "channel"),
            got=counted(len(list(root.iter("ChannelInformation"))), "description"),
        )  # fmt: skip
    for element in found:
        _check_storage(element, where=place)
    return found


def _stores_samples(element: ElementTree.Element) -> bool:
    """Whether a channel has samples; one of calculated times has none."""
    return not _text(element, "ChannelType").lower().startswith("calculated")


def _text(element: ElementTree.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _index(element: ElementTree.Element, place: int) -> int:
    """Which entry of the table of a chunk is that of the channel."""
    index = value_of(_text(element, "DataIndex"))
    return place if index is None else int(index)


def _item(element: ElementTree.Element) -> np.dtype[Any]:
    return np.dtype(_TYPES[_text(element, "DataType").lower()])


def _rate(element: ElementTree.Element) -> float | None:
    """The rate of a channel (Hz); where EMGworks gives none, the one that was asked for."""
    for tag in ("PerChannelSampleRate", "RequestedPerChannelSampleRate"):
        rate = value_of(_text(element, tag))
        if rate is not None and 0 < rate < 1e6:
            return trigno_rate(rate)
    return None


def _check_storage(element: ElementTree.Element, *, where: str) -> None:
    """Refuse numbers that are stored otherwise than EMGworks does: as floats in the unit of the channel."""
    place = f"{where}, channel {_text(element, 'Name')[:60]!r}"
    kind = _text(element, "DataType")
    if kind.lower() not in _TYPES:
        raise FormatError(
            "The samples of a channel are stored in a way that is not read", where=place,
            allowed="Float or Double, as EMGworks stores them", got=repr(kind),
            hint="Export the recording as CSV from its program",
        )  # fmt: skip
    scaling = {"InternalGain": 1.0, "InternalOffset": 0.0, "DataScale": 1.0, "DataOffset": 0.0,
               "SensorScale": 1.0, "SensorOffset": 0.0}  # fmt: skip
    for tag, neutral in scaling.items():
        text = _text(element, tag)
        if text and value_of(text) != neutral:
            raise FormatError(
                "The samples of a channel are not in its unit", where=place, allowed=f"{tag} {neutral:g}",
                got=repr(text[:40]), hint="Export the recording as CSV from its program",
            )  # fmt: skip


# --- samples -----------------------------------------------------------------------------------------


def _add_samples(raw: NDArray[np.uint8], chunk: _Chunk, group: Sequence[_Samples], *, where: str) -> None:
    """Add the samples of a chunk to those of the channels of its group."""
    first, count = _fields(raw, chunk, "<qi", 20, where=where)
    if not 0 <= count <= (chunk.size - _TABLE) // 8:
        raise FormatError(
            "A chunk of samples is damaged", where=f"{where}, byte {chunk.byte}",
            allowed=f"at most {max(0, (chunk.size - _TABLE) // 8)} channels", got=f"{count}",
        )  # fmt: skip
    table = _unpack(raw, f"<{2 * count}i", chunk.byte + _TABLE)
    are_equal = len(set(table[1::2])) == 1
    for one in group:
        byte, length = table[2 * one.index : 2 * one.index + 2] if 0 <= one.index < count else (0, -1)
        if not (byte >= _TABLE and 0 <= length <= chunk.size - byte and length % one.item.itemsize == 0):
            raise FormatError(
                "The samples of a channel do not lie in their chunk",
                where=f"{where}, byte {chunk.byte}, channel {_text(one.element, 'Name')[:60]!r}",
                allowed=f"whole samples in {chunk.size} bytes", got=f"{length} bytes from byte {byte}",
            )  # fmt: skip
        if are_equal and one.count != first:
            raise FormatError(
                "Samples are missing", where=f"{where}, byte {chunk.byte}", allowed=f"sample {one.count} comes next",
                got=f"sample {first}", hint="The recording has a gap, or the file is damaged",
            )  # fmt: skip
        if length:
            one.blocks.append(raw[chunk.byte + byte : chunk.byte + byte + length].view(one.item))
            one.count += length // one.item.itemsize


def _signal(channel: _Channel, count: int, window: Window | None, *, where: str) -> Signal:
    """The samples of a channel, or a part of them, which is then all that is read."""
    # without a rate the part is cut from the whole
    is_part = window is not None and channel.rate is not None
    part = window.samples(count, channel.rate) if window and channel.rate else slice(0, count)
    values, before = np.empty(part.stop - part.start), 0
    for block in channel.samples:
        first, last = max(part.start - before, 0), min(part.stop - before, block.size)
        if first < last:
            values[before + first - part.start : before + last - part.start] = block[first:last]
        before += block.size
    if not np.isfinite(values).all():
        raise FormatError(
            "A sample is not a finite number", where=f"{where}, channel {channel.label[:60]!r}, sample "
            f"{part.start + int(np.argmin(np.isfinite(values))) + 1}", allowed="finite numbers",
        )  # fmt: skip
    signal = Signal(
        label=channel.label, values=values, unit=channel.unit, sfreq=channel.rate,
        start=part.start / channel.rate if channel.rate else 0.0, whole=count if is_part else None,
    )  # fmt: skip
    return described(signal, channel.label.rsplit(": ", 1)[-1])


def _events(raw: NDArray[np.uint8], chunks: Sequence[_Chunk], *, where: str) -> tuple[Notice, ...]:
    """A notice on events that the file holds."""
    count = sum(_fields(raw, chunk, "<q", 16, where=where)[0] for chunk in chunks if chunk.kind == _EVENTS)
    if count <= 0:
        return ()
    return (Notice(code="markers-left-out", text=f"The file has {counted(count, 'event')} that emgkit does not read."),)
