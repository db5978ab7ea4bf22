"""Delsys EMGworks ``.emg`` files of version 3: a header, and samples of 16 bits of all channels in turn.

The layout (little endian): ``DEMG``, the version (16 bits), 285 bytes about program and converter, then at byte
295 the number of channels and of samples (32 bits each), at byte 307 the rate (double), at byte 323 the byte at
which the samples begin, at byte 347 the length of the name of a video and the name, and a block a channel:
number, length and text of the unit, length and text of the label, and six doubles: gain of the system, gain of
the converter, resolution, offset, and two cut-offs. A sample is ``(count * resolution - offset) / gain``. Behind
the samples stand markers; those of the start and the end of the recording are in every file.

The layout follows the file formats of the Biomechanical ToolKit (BTK), and a real file with its copy in HPF.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._time_axis import Window
from emgkit.io.formats.delsys.signals import described, trigno_rate, zeros_notice
from emgkit.notation import counted

__all__ = ["load"]

_COUNTS, _RATE, _SAMPLES, _NAME = 295, 307, 323, 351
# a header is shorter than this, and so is a text in it
_LONGEST_HEADER, _LONGEST_TEXT = 4_000_000, 1000
# start and end of the recording
_MARKERS = 2


@dataclass(frozen=True, kw_only=True)
class _Channel:
    label: str
    unit: str
    gain: float
    resolution: float
    offset: float


@dataclass(frozen=True, kw_only=True)
class _Header:
    channels: tuple[_Channel, ...]
    samples: int
    rate: float
    first_byte: int


def load(path: Path, *, start: float | None = None, stop: float | None = None) -> FileContent:
    """What a Delsys .emg file says, or the part of it from `start` up to `stop` (s).

    Raises
    ------
    FormatError
        The file is damaged, cut off, or of another version than 3.
    ArgumentError
        `start` and `stop` are not part of the recording.
    """
    where = str(path)
    with path.open("rb") as file:
        header = _read_header(file.read(_LONGEST_HEADER), where=where)
    size, width = path.stat().st_size, len(header.channels)
    end = header.first_byte + 2 * width * header.samples
    if end > size:
        raise FormatError(
            "The file is cut off", where=f"{where}, byte {size}",
            allowed=f"{end} bytes, for {header.samples} samples of {counted(width, 'channel')}",
            got=f"{size} bytes", hint="Copy the file again",
        )  # fmt: skip
    is_part = start is not None or stop is not None
    part = Window(start=start or 0.0, stop=stop, where=where).samples(header.samples, header.rate)
    counts = np.memmap(path, "<i2", "r", offset=header.first_byte, shape=(header.samples, width))[part]
    labels = numbered(one.label for one in header.channels)
    signals = []
    for column, (one, label) in enumerate(zip(header.channels, labels, strict=True)):
        values = counts[:, column] * one.resolution
        values -= one.offset
        values /= one.gain
        signal = Signal(
            label=label,
            values=values,
            unit=one.unit or None,
            sfreq=header.rate,
            start=part.start / header.rate,
            whole=header.samples if is_part else None,
        )
        signals.append(described(signal, label))
    notices = (*_markers(path, end), *(zeros_notice(signals) if part.start == 0 else ()))
    return FileContent(signals=tuple(signals), notices=notices)


def _read_header(raw: bytes, *, where: str) -> _Header:
    if raw[:4] != b"DEMG":
        raise FormatError(
            "This is no Delsys EMG file", where=f"{where}, byte 0", allowed="b'DEMG'", got=repr(raw[:4]),
            hint="Other programs use the ending .emg too: export the recording as C3D or CSV",
        )  # fmt: skip
    version = int.from_bytes(raw[4:6], "little")
    if version != 3:
        raise FormatError(
            "This version of the Delsys EMG format is not read", where=f"{where}, byte 4", allowed="version 3",
            got=f"version {version}", hint="Convert the file with the Delsys File Utility, to HPF or CSV",
        )  # fmt: skip
    fields = _Fields(raw, where=where)
    fields.byte = _COUNTS
    width, samples = fields.take("<II")
    fields.byte = _RATE
    (rate,) = fields.take("<d")
    fields.byte = _SAMPLES
    (first_byte,) = fields.take("<I")
    if not (0 < rate < 1e6) or not width or not samples:
        raise FormatError(
            "The header gives no recording", where=f"{where}, byte {_COUNTS}", allowed="channels, samples and a rate",
            got=f"{counted(width, 'channel')}, {counted(samples, 'sample')}, {rate:g} Hz",
        )  # fmt: skip
    fields.byte = _NAME - 4
    fields.text()
    channels = tuple(_channel(fields, where=where) for _ in range(width))
    if first_byte < fields.byte:
        raise FormatError(
            "The samples begin inside the header", where=f"{where}, byte {_SAMPLES}",
            allowed=f"byte {fields.byte} or later", got=f"byte {first_byte}",
        )  # fmt: skip
    return _Header(channels=channels, samples=samples, rate=trigno_rate(rate), first_byte=first_byte)


class _Fields:
    """The fields of a header, one after the other."""

    def __init__(self, raw: bytes, *, where: str) -> None:
        self.raw, self.where, self.byte = raw, where, 0

    def take(self, form: str) -> tuple[Any, ...]:
        """The next numbers."""
        size = struct.calcsize(form)
        if self.byte + size > len(self.raw):
            raise FormatError(
                "The file is cut off inside its header", where=f"{self.where}, byte {self.byte}",
                allowed=f"{size} more bytes", got=f"{max(0, len(self.raw) - self.byte)}",
            )  # fmt: skip
        numbers = struct.unpack_from(form, self.raw, self.byte)
        self.byte += size
        return numbers

    def text(self) -> str:
        """The next text, with its length before it."""
        place = self.byte
        (length,) = self.take("<I")
        if length > _LONGEST_TEXT:
            raise FormatError(
                "The header is damaged", where=f"{self.where}, byte {place}",
                allowed=f"a text of at most {_LONGEST_TEXT} bytes", got=f"{length} bytes",
            )  # fmt: skip
        (text,) = self.take(f"<{length}s")
        return str(text.split(b"\0")[0].decode("cp1252", errors="replace")).strip()


def _channel(fields: _Fields, *, where: str) -> _Channel:
    fields.take("<I")
    unit, label, place = fields.text(), fields.text(), fields.byte
    gain, _, resolution, offset, _, _ = fields.take("<6d")
    if not (np.isfinite([gain, resolution, offset]).all() and 1e-12 < abs(gain) < 1e12 and 0 < abs(resolution) < 1e12):
        raise FormatError(
            "A channel has no scaling", where=f"{where}, byte {place}, channel {label[:60]!r}",
            allowed="a gain and a resolution that are not zero", got=f"gain {gain:g}, resolution {resolution:g}",
        )  # fmt: skip
    return _Channel(label=label, unit=unit, gain=gain, resolution=resolution, offset=offset)


def _markers(path: Path, end: int) -> tuple[Notice, ...]:
    """A notice where the file has more markers than those of start and end."""
    with path.open("rb") as file:
        file.seek(end)
        count = int.from_bytes(file.read(2), "little")
    if count <= _MARKERS:
        return ()
    text = f"The file has {counted(count - _MARKERS, 'marker')} that emgkit does not read, besides its start and end."
    return (Notice(code="markers-left-out", text=text),)
