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


@dataclass(frozen=True, kw_only=True)
class _Header:
    """What the first bytes say."""

    sfreq: float
    channels: int
    samples: int
    blocks: int
    per_block: int


def load(path: Path) -> FileContent:
    """What a Poly5 recording says.

    Raises
    ------
    FormatError
        The header is damaged, or the file is shorter than it says.
    """
    where, raw = str(path), path.read_bytes()
    header = _header(raw, where=where)
    begins = _HEADER.size + 2 * header.channels * _CHANNEL.size
    if len(raw) < begins:
        raise FormatError(
            "The file is cut off inside its header", where=where, allowed=f"{begins} bytes", got=f"{len(raw)} bytes"
        )
    names, units = [], []
    for place in range(header.channels):
        name, unit = _CHANNEL.unpack_from(raw, _HEADER.size + 2 * place * _CHANNEL.size)[:2]
        names.append(_HALF.sub("", name.decode("cp1252", "replace")).strip())
        units.append(unit.decode("cp1252", "replace").strip())
    values, notices = _samples(memoryview(raw)[begins:], header, where=where)
    signals = tuple(
        Signal(
            label=label,
            values=row,
            unit="n/a" if _COUNTS.search(label) else _unit(unit),
            kind="TRIG" if _COUNTS.search(label) else None,
            sfreq=header.sfreq,
        )
        for label, unit, row in zip(numbered(names), units, values, strict=True)
    )
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


def _samples(body: memoryview, header: _Header, *, where: str) -> tuple[NDArray[np.float64], tuple[Notice, ...]]:
    """The samples (n_channels, n_samples); the last block may be short, and is by the size of the file."""
    width = 4 * header.channels
    whole = _BLOCK_HEADER + width * header.per_block
    blocks, rest = divmod(len(body), whole)
    held = blocks * header.per_block + max(0, rest - _BLOCK_HEADER) // width
    if held < header.samples or not held:
        raise FormatError(
            "The file is shorter than its header says",
            where=where,
            allowed=counted(header.samples, "sample"),
            got=f"{counted(held, 'sample')} a channel",
            hint="Copy or export the file again",
        )
    parts = []
    if blocks:
        table = np.frombuffer(body[: blocks * whole], dtype=np.uint8).reshape(blocks, whole)
        numbers = np.ascontiguousarray(table[:, _BLOCK_HEADER:]).view("<f4")
        parts.append(numbers.reshape(-1, header.channels))
    if rest > _BLOCK_HEADER + width:
        last = body[blocks * whole + _BLOCK_HEADER :]
        parts.append(np.frombuffer(last[: len(last) // width * width], dtype="<f4").reshape(-1, header.channels))
    count = header.samples or held
    # a recorder fills the last block; the header knows how many samples are real
    with np.errstate(invalid="ignore"):  # what is no number is refused below
        values = np.ascontiguousarray(np.concatenate(parts)[:count].T, dtype=np.float64)
    if not np.isfinite(values).all():
        channel, sample = (int(one[0]) for one in np.nonzero(~np.isfinite(values)))
        raise FormatError("A sample is no finite number", where=f"{where}, channel {channel + 1}, sample {sample + 1}")
    notices: tuple[Notice, ...] = ()
    if not header.samples:
        text = f"The header gives no number of samples; by the size of the file there are {held} a channel."
        notices = (Notice(code="length-by-size", text=text),)
    return values, notices
