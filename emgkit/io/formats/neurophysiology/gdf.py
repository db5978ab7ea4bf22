"""GDF recordings, versions 1 and 2: a header, data records in which each channel has its own rate, a table of events.

The layout is that of the published specification (Schlögl, GDF: a general data format for biosignals).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import shortened
from emgkit.notation import counted, number
from emgkit.units import as_unit

__all__ = ["load"]

_FIXED, _PER_CHANNEL, _MOST_CHANNELS = 256, 256, 4096
# code of a type -> how it is read; 24 bits are read byte by byte
_TYPES = {
    1: "<i1", 2: "<u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<i8", 8: "<u8", 16: "<f4", 17: "<f8",
    279: "i3", 535: "u3",
}  # fmt: skip
_WIDTHS = {"i3": 3, "u3": 3} | {kind: np.dtype(kind).itemsize for kind in _TYPES.values() if kind[0] == "<"}
# version 2 has codes for units: volts and parts of it, and numbers without a unit
_UNITS = {4256: "V", 4274: "mV", 4275: "µV", 4276: "nV", 512: "n/a", 0: ""}


@dataclass(frozen=True, kw_only=True)
class _Channel:
    """A channel: how its numbers are stored and turned into physical ones."""

    label: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[float, float]
    samples: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class _Header:
    """What stands before the data records."""

    version: float
    begins: int
    records: int
    seconds: float
    channels: tuple[_Channel, ...]

    @property
    def record(self) -> int:
        """Bytes of a data record."""
        return sum(one.samples * _WIDTHS[one.kind] for one in self.channels)


def load(path: Path) -> FileContent:
    """What a GDF file says; every channel keeps its own rate.

    Raises
    ------
    FormatError
        The file is damaged, cut off, or of a version that is not read.
    """
    where, raw = str(path), path.read_bytes()
    header = _header(raw, where=where)
    table = np.frombuffer(raw, np.uint8, count=header.records * header.record, offset=header.begins)
    records = table.reshape(header.records, header.record)
    labels = numbered(one.label for one in header.channels)
    signals, unknown, broken, at = [], [], {}, 0
    for place, (label, one) in enumerate(zip(labels, header.channels, strict=True), start=1):
        ends = at + one.samples * _WIDTHS[one.kind]
        if one.samples:
            values = _physical(records[:, at:ends], one)
            unit = one.unit if one.unit in _UNITS.values() else as_unit(one.unit)
            if not np.isfinite(values).all():
                broken[place] = label
            else:
                if unit is None:
                    unknown.append(f"{label} ({one.unit})")
                rate = one.samples / header.seconds
                known = {"unit": unit or None, "kind": None} if unit is not None else {"unit": "n/a", "kind": "MISC"}
                signals.append(Signal(label=label, values=values, sfreq=rate, position=place, **known))
        at = ends
    if not signals:
        raise FormatError(
            "No channel of the GDF file is complete", where=where, allowed="a number at each sample",
            got=f"samples that are not numbers in {shortened(broken.values())}",
        )  # fmt: skip
    events, notices = _events(raw, header, where=where)
    if unknown:
        text = f"Left without a unit, since emgkit does not know it: {shortened(unknown)}."
        notices.append(Notice(code="unit-unknown", text=text))
    if broken:
        text = f"Left out, since samples of it are not numbers: {shortened(broken.values())}."
        notices.append(Notice(code="samples-missing", text=text))
    return FileContent(signals=tuple(signals), events=tuple(events), notices=tuple(notices), left_out=broken)


def _header(raw: bytes, *, where: str) -> _Header:
    try:
        version = float(raw[4:8])
    except ValueError:
        version = 0.0
    if raw[:4] != b"GDF " or not (1.0 <= version < 1.9 or 2.0 <= version < 3.0):
        raise FormatError("This is no GDF file of version 1 or 2", where=where, got=repr(raw[:8]))
    if len(raw) < _FIXED:
        raise _cut_off(where, _FIXED, len(raw))
    is_old = version < 1.9
    begins = struct.unpack_from("<q", raw, 184)[0] if is_old else 256 * struct.unpack_from("<H", raw, 184)[0]
    records, above, below = struct.unpack_from("<qII", raw, 236)
    count = struct.unpack_from("<I" if is_old else "<H", raw, 252)[0]
    if not 0 < count <= _MOST_CHANNELS or begins < _FIXED + count * _PER_CHANNEL or not above or not below:
        raise FormatError(
            "The header of the GDF file contradicts itself", where=where,
            allowed=f"1 to {_MOST_CHANNELS} channels with {_PER_CHANNEL} bytes each, records of a duration",
            got=f"{count} channels, a header of {begins} bytes, {above}/{below} s",
        )  # fmt: skip
    if len(raw) < begins:
        raise _cut_off(where, begins, len(raw))
    channels = tuple(_channels(raw, count, is_old=is_old, where=where))
    header = _Header(version=version, begins=begins, records=records, seconds=above / below, channels=channels)
    fastest = max(one.samples for one in channels) / header.seconds
    if not header.record or not 0 < fastest <= 1e6:
        raise FormatError("The GDF file holds no signal", where=where, got=f"{number(fastest)} Hz at most")
    held = (len(raw) - begins) // header.record
    if not 0 < records <= held:
        raise FormatError(
            "The file is shorter than its header says", where=where, allowed=counted(max(records, 1), "data record"),
            got=counted(held, "data record"), hint="Copy or export the file again",
        )  # fmt: skip
    return header


def _channels(raw: bytes, count: int, *, is_old: bool, where: str) -> list[_Channel]:
    """The channels; each field of the header stands for all channels, then the next one."""
    at = _FIXED

    def texts(width: int) -> list[bytes]:
        nonlocal at
        part, at = raw[at : at + width * count], at + width * count
        return [part[width * place : width * (place + 1)] for place in range(count)]

    def numbers(layout: str) -> list[float]:
        return [struct.unpack(layout, one)[0] for one in texts(struct.calcsize(layout))]

    labels, _ = texts(16), texts(80)
    if is_old:
        units = [_text(one) for one in texts(8)]
    else:
        texts(6)
        units = [_UNITS.get(int(code), f"unit code {int(code)}") for code in numbers("<H")]
    lows, highs = numbers("<d"), numbers("<d")
    limits = "<q" if is_old else "<d"
    firsts, lasts = numbers(limits), numbers(limits)
    texts(80)
    samples, types = numbers("<i"), numbers("<i")
    found = []
    for place in range(count):
        kind = _TYPES.get(int(types[place]))
        physical, digital = (float(lows[place]), float(highs[place])), (float(firsts[place]), float(lasts[place]))
        whole = np.isfinite([*physical, *digital]).all() and digital[1] > digital[0] and physical[1] != physical[0]
        if kind is None or not 0 <= samples[place] <= 2**28 or not whole:
            raise FormatError(
                "The header of a channel contradicts itself", where=f"{where}, channel {place + 1}",
                allowed="a type, samples in a record, and two limits each of physical and stored values",
                got=f"type {types[place]}, {samples[place]} samples, {physical}, {digital}"[:200],
            )  # fmt: skip
        label = _text(labels[place])
        found.append(
            _Channel(
                label=label,
                unit=units[place],
                physical=physical,
                digital=digital,
                samples=int(samples[place]),
                kind=kind,
            )
        )
    return found


def _text(raw: bytes) -> str:
    text = raw.split(b"\0")[0].decode("latin-1")
    return "".join(sign for sign in text if sign.isprintable()).strip()


def _physical(raw: NDArray[np.uint8], one: _Channel) -> NDArray[np.float64]:
    """The samples of a channel from its part of each record."""
    part = np.ascontiguousarray(raw).ravel()
    if one.kind in ("i3", "u3"):
        wide = np.zeros((part.size // 3, 4), dtype=np.uint8)
        wide[:, 1:] = part.reshape(-1, 3)
        numbers = wide.view("<i4" if one.kind == "i3" else "<u4").ravel() >> 8
    else:
        numbers = part.view(one.kind)
    with np.errstate(over="ignore", invalid="ignore"):
        values = numbers.astype(np.float64)
        step = (one.physical[1] - one.physical[0]) / (one.digital[1] - one.digital[0])
        values -= one.digital[0]
        values *= step
        values += one.physical[0]
    return values


def _events(raw: bytes, header: _Header, *, where: str) -> tuple[list[Event], list[Notice]]:
    """The table of events behind the data records; an event is a code, in hexadecimal as in the list of codes."""
    at = header.begins + header.records * header.record
    if at + 8 > len(raw):
        return [], []
    mode = raw[at]
    if header.version < 1.94:
        rate, count = float(int.from_bytes(raw[at + 1 : at + 4], "little")), struct.unpack_from("<I", raw, at + 4)[0]
    else:
        count, rate = int.from_bytes(raw[at + 1 : at + 4], "little"), struct.unpack_from("<f", raw, at + 4)[0]
    width = {1: 6, 3: 12}.get(mode)
    if not count or width is None:
        return [], []
    if at + 8 + width * count > len(raw):
        raise _cut_off(f"{where}, table of events", at + 8 + width * count, len(raw))
    fastest = max(one.samples for one in header.channels) / header.seconds
    rate = rate if 0 < rate <= 1e6 else fastest
    places = np.frombuffer(raw, "<u4", count=count, offset=at + 8)
    codes = np.frombuffer(raw, "<u2", count=count, offset=at + 8 + 4 * count)
    lengths = np.frombuffer(raw, "<u4", count=count, offset=at + 8 + 8 * count) if mode == 3 else np.zeros(count)
    # the first sample is 1
    onsets, durations = (places.astype(float) - 1) / rate, lengths / rate
    inside = (onsets >= 0) & (onsets <= header.records * header.seconds)
    events = [
        Event(onset=float(onset), duration=float(duration), label=f"0x{code:04x}")
        for onset, duration, code, fits in zip(onsets, durations, codes, inside, strict=True)
        if fits
    ]
    outside = count - len(events)
    if not outside:
        return events, []
    return events, [Notice(code="events-outside", text=f"{counted(outside, 'event')} outside the recording left out.")]


def _cut_off(where: str, needed: int, held: int) -> FormatError:
    return FormatError(
        "The GDF file is cut off or damaged", where=where, allowed=f"at least {needed} bytes", got=f"{held} bytes",
        hint="Copy or export the file again",
    )  # fmt: skip
