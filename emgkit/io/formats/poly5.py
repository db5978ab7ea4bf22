"""TMSi Poly5 recordings: a header, two descriptions a channel, and blocks of single-precision numbers.

The layout is that of the maker's published readers: a header of 217 bytes, 136 bytes a description (a channel of
32 bits has one for its low and one for its high half), blocks of 86 bytes of header and interleaved samples.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._time_axis import Window
from emgkit.notation import counted
from emgkit.units import as_unit

__all__ = ["load"]

_HEADER = struct.Struct("<31sH81phhBHi4xHHHHHHHiHHH64x")
_CHANNEL = struct.Struct("<41p4x11pffffH62x")
_BLOCK_HEADER = 86
_MAGIC = b"POLY SAMPLE FILEversion 2.03\r\n\x1a"
_HALF = re.compile(r"^\((Lo|Hi)\) ")
_COUNTS = re.compile(r"status|count|digi|trig|saw", re.IGNORECASE)
_MOST_CHANNELS = 1000
# numbers that are converted at once
_AT_ONCE = 2**16


@dataclass(frozen=True, kw_only=True)
class _Header:
    """What the first bytes say."""

    sfreq: float
    channels: int
    samples: int
    blocks: int
    per_block: int


def load(path: Path, *, start: float | None = None, stop: float | None = None) -> FileContent:
    """What a Poly5 recording says, or the part of it from `start` up to `stop` (s), whose blocks alone are read.

    Raises
    ------
    FormatError
        The header is damaged, or the file is shorter than it says.
    ArgumentError
        `start` and `stop` are not part of the recording.
    """
    where, raw = str(path), np.asarray(np.memmap(path, np.uint8, "r"))
    head = raw[: _HEADER.size].tobytes()
    header = _header(head, where=where)
    begins = _HEADER.size + 2 * header.channels * _CHANNEL.size
    if raw.size < begins:
        raise FormatError(
            "The file is cut off inside its header", where=where, allowed=f"{begins} bytes", got=f"{raw.size} bytes"
        )
    head = raw[:begins].tobytes()
    names, units = [], []
    for place in range(header.channels):
        name, unit = _CHANNEL.unpack_from(head, _HEADER.size + 2 * place * _CHANNEL.size)[:2]
        names.append(_HALF.sub("", name.decode("cp1252", "replace")).strip())
        units.append(unit.decode("cp1252", "replace").strip())
    body = raw[begins:]
    held = _held(body.size, header, where=where)
    count = header.samples or held
    is_part = start is not None or stop is not None
    window = Window(start=start or 0.0, stop=stop, where=where)
    part = window.samples(count, header.sfreq) if is_part else slice(0, count)
    values = _samples(body, header, part, where=where)
    signals = tuple(
        Signal(
            label=label,
            values=row,
            unit="n/a" if _COUNTS.search(label) else _unit(unit),
            kind="TRIG" if _COUNTS.search(label) else None,
            sfreq=header.sfreq,
            start=part.start / header.sfreq,
            whole=count if is_part else None,
        )
        for label, unit, row in zip(numbered(names), units, values, strict=True)
    )
    notices: tuple[Notice, ...] = ()
    if not header.samples:
        text = f"The header gives no number of samples; by the size of the file there are {held} a channel."
        notices = (Notice(code="length-by-size", text=text),)
    return FileContent(signals=signals, notices=notices)


def _unit(text: str) -> str | None:
    """The unit; TMSi writes ``µVolt`` and ``uVolt``."""
    text = re.sub(r"^([µμu]|micro)volts?$", "µV", text, flags=re.IGNORECASE)
    return as_unit(text) or text or None


def _header(raw: bytes, *, where: str) -> _Header:
    if len(raw) < _HEADER.size:
        raise FormatError(
            "The file is cut off inside its header",
            where=where,
            allowed=f"{_HEADER.size} bytes",
            got=f"{len(raw)} bytes",
        )
    fields = _HEADER.unpack_from(raw)
    magic, version, rate = fields[0], fields[1], fields[3]
    doubled, samples, blocks, per_block = fields[6], fields[7], fields[15], fields[16]
    if not magic.startswith(_MAGIC[:28]) or version != 203:
        raise FormatError(
            "This is no Poly5 file of version 2.03",
            where=where,
            allowed="version 203",
            got=f"{magic[:28]!r}, {version}",
        )
    if rate < 1 or doubled % 2 or not 0 < doubled <= 2 * _MOST_CHANNELS or per_block < 1 or samples < 0 or blocks < 0:
        raise FormatError(
            "The header of the Poly5 file contradicts itself",
            where=where,
            allowed="a rate, two descriptions a channel, and samples in each block",
            got=f"{rate} Hz, {doubled} descriptions, {samples} samples, {blocks} blocks of {per_block} samples",
        )
    return _Header(sfreq=float(rate), channels=doubled // 2, samples=samples, blocks=blocks, per_block=per_block)


def _held(size: int, header: _Header, *, where: str) -> int:
    """How many samples of each channel a body of so many bytes holds; the last block may be short."""
    width = 4 * header.channels
    blocks, rest = divmod(size, _BLOCK_HEADER + width * header.per_block)
    held = blocks * header.per_block + max(0, rest - _BLOCK_HEADER) // width
    if held < header.samples or not held:
        raise FormatError(
            "The file is shorter than its header says",
            where=where,
            allowed=counted(header.samples, "sample"),
            got=f"{counted(held, 'sample')} a channel",
            hint="Copy or export the file again",
        )
    return held


def _samples(body: NDArray[np.uint8], header: _Header, part: slice, *, where: str) -> NDArray[np.float64]:
    """The samples of the part (n_channels, n_samples), of whose blocks alone the bytes are read."""
    values = np.empty((header.channels, part.stop - part.start))
    at_once = max(1, _AT_ONCE // (header.channels * header.per_block))
    for block in range(part.start // header.per_block, -(-part.stop // header.per_block), at_once):
        before = block * header.per_block
        first, last = max(part.start - before, 0), min(part.stop - before, at_once * header.per_block)
        numbers = _numbers(body, header, block, block + at_once)[first:last]
        with np.errstate(invalid="ignore"):  # what is not a number is refused below
            values[:, before + first - part.start : before + last - part.start] = numbers.T
    if not np.isfinite(values).all():
        channel, sample = (int(one[0]) for one in np.nonzero(~np.isfinite(values)))
        raise FormatError(
            "A sample is not a finite number",
            where=f"{where}, channel {channel + 1}, sample {part.start + sample + 1}",
        )
    return values


def _numbers(body: NDArray[np.uint8], header: _Header, first: int, last: int) -> NDArray[np.float32]:
    """The numbers of the blocks from `first` to before `last`, a row a sample."""
    width = 4 * header.channels
    size = _BLOCK_HEADER + width * header.per_block
    raw = body[first * size : last * size]
    whole = raw.size // size
    parts = [np.ascontiguousarray(raw[: whole * size].reshape(whole, size)[:, _BLOCK_HEADER:]).ravel()]
    short = raw[whole * size + _BLOCK_HEADER :]
    parts.append(short[: short.size // width * width])
    return np.concatenate(parts).view("<f4").reshape(-1, header.channels)
