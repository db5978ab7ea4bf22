"""Recordings of Intan (``.rhd``, ``.rhs``) and of Spike2 (``.smr``), through the library neo.

neo maps the file into memory and takes its header at its word; so counts that the file cannot hold are refused here,
before neo runs through them.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, kind_of, numbered
from emgkit.io._extras import library
from emgkit.io._text import shortened
from emgkit.notation import counted
from emgkit.units import as_unit

__all__ = ["load"]

_INTAN = {b"\x02\x27\x91\xc6": "RHD", b"\xac\x27\x91\xd6": "RHS"}
_SPIKE2 = b"(C) CED 87"
# a Spike2 file: where its channels are described, how long a description and the head of a block of samples are
_FIRST_CHANNEL, _PER_CHANNEL, _BLOCK = 512, 140, 20
_MOST_CHANNELS, _MOST_PARTS, _MOST_EVENTS = 4096, 20, 1_000_000
# what neo calls the streams of Intan that are no electrodes
_NO_ELECTRODE = re.compile(r"auxiliary|supply|temperature|ADC|DAC|DC |stim|current", re.IGNORECASE)
_DIGITAL = re.compile(r"digital", re.IGNORECASE)


def load(path: Path) -> FileContent:
    """What a recording of Intan or Spike2 says.

    Raises
    ------
    FormatError
        neo is not installed, or the file is damaged, is cut off, or has samples missing.
    """
    where = str(path)
    rawio = library("neo.rawio", extra="neo", where=where)
    with path.open("rb") as file:
        head = file.read(64)
    is_intan = head[:4] in _INTAN
    try:
        (_check_intan if is_intan else _check_spike2)(path)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            options = {} if is_intan else {"try_signal_grouping": False, "ced_units": False}
            reader = (rawio.IntanRawIO if is_intan else rawio.Spike2RawIO)(filename=where, **options)
            reader.parse_header()
            signals, unknown = _signals(reader, held=path.stat().st_size)
            signals, notices = _on_one_clock(signals)
            events = tuple(_events(reader))
    except FormatError:
        raise
    except Exception as problem:  # the library ends in many kinds of errors on damaged files
        maker = "Intan" if is_intan else "Spike2"
        raise FormatError(
            f"The {maker} file is damaged, or of a kind that neo does not read", where=where,
            got=f"{type(problem).__name__}: {str(problem)[:160]}", hint="Export it as EDF, CSV or MATLAB",
        ) from None  # fmt: skip
    parts = int(reader.header["nb_segment"][0])
    if parts > 1:
        text = f"The recording was paused: it is {parts} recordings, each with its own beginning."
        notices.append(Notice(code="parts", text=text))
    if unknown:
        text = f"Left without a unit, since emgkit does not know it: {shortened(unknown)}."
        notices.append(Notice(code="unit-unknown", text=text))
    return FileContent(signals=tuple(signals), events=events, notices=tuple(notices))


def _check_intan(path: Path) -> None:
    """Refuse a header whose texts are longer than the file: neo would make room for them."""
    raw, at, place = path.read_bytes(), 0, str(path)
    is_rhs = raw[:4] == b"\xac\x27\x91\xd6"

    def numbers(layout: str) -> tuple[float, ...]:
        nonlocal at
        size = struct.calcsize(layout)
        if at + size > len(raw):
            raise _cut_off(place, at + size, len(raw))
        found, at = struct.unpack_from(layout, raw, at), at + size
        return found

    def texts(count: int) -> None:
        nonlocal at
        for _ in range(count):
            (length,) = numbers("<I")
            at += 0 if length == 0xFFFFFFFF else int(length)
            if at > len(raw):
                raise _cut_off(place, at, len(raw))

    _, major, minor = numbers("<Ihh")
    numbers("<fhffffffffhffhhfff" if is_rhs else "<fhffffffhff")
    texts(3)
    if is_rhs:
        numbers("<hh")
        texts(1)
    else:
        for since in ((1, 1), (1, 3)):
            if (major, minor) >= since:
                numbers("<h")
        texts(int(major >= 2))
    for _ in range(int(numbers("<h")[0])):
        texts(2)
        enabled, channels, _ = numbers("<hhh")
        for _ in range(int(channels) if enabled else 0):
            texts(2)
            numbers("<11h2f" if is_rhs else "<10h2f")


def _cut_off(where: str, needed: int, held: int) -> FormatError:
    return FormatError(
        "The Intan file is cut off or damaged", where=where, allowed=f"a header of at least {needed} bytes",
        got=f"{held} bytes", hint="Copy the file again",
    )  # fmt: skip


def _check_spike2(path: Path) -> None:
    """Refuse a file whose channels claim more blocks of samples than it can hold: neo would run through each."""
    raw = path.read_bytes()
    count = struct.unpack_from("<h", raw, 30)[0] if len(raw) >= _FIRST_CHANNEL else -1
    ends = _FIRST_CHANNEL + _PER_CHANNEL * max(count, 0)
    if raw[2:12] != _SPIKE2 or not 0 < count <= _MOST_CHANNELS or len(raw) < ends:
        raise FormatError(
            "The Spike2 file is cut off or damaged", where=str(path), allowed="descriptions of its channels",
            got=f"{counted(count, 'channel')} in {len(raw)} bytes",
        )  # fmt: skip
    # neo counts blocks with 16 bits, and would leave a channel of more out
    most = min(len(raw) // _BLOCK, 2**15 - 1)
    for place in range(count):
        at = _FIRST_CHANNEL + _PER_CHANNEL * place
        blocks = struct.unpack_from("<H", raw, at + 14)[0]
        if blocks > most:
            raise FormatError(
                "A channel of the Spike2 file has more blocks than can be read", where=f"{path}, channel {place + 1}",
                allowed=f"at most {most}", got=str(blocks), hint="Export it from Spike2 as text or MATLAB",
            )  # fmt: skip


def _signals(reader: Any, *, held: int) -> tuple[list[Signal], list[str]]:
    """The signals of all streams and parts, and those in a unit that is not known."""
    header, found, unknown = reader.header, [], []
    parts = int(header["nb_segment"][0])
    if not 0 < parts <= _MOST_PARTS:
        raise ValueError(f"{parts} parts")
    for index, stream in enumerate(header["signal_streams"]):
        channels = header["signal_channels"][header["signal_channels"]["stream_id"] == stream["id"]]
        for part in range(parts):
            size = int(reader.get_signal_size(block_index=0, seg_index=part, stream_index=index))
            rate = float(reader.get_signal_sampling_rate(stream_index=index))
            if not 0 <= size <= 16 * held or size * len(channels) > 16 * held or not 0.001 <= rate <= 1e7:
                raise ValueError(f"{size} samples of {len(channels)} channels at {rate:g} Hz in {held} bytes")
            if not size:
                continue
            raw = reader.get_analogsignal_chunk(block_index=0, seg_index=part, stream_index=index)
            start = round(float(reader.get_signal_t_start(block_index=0, seg_index=part, stream_index=index)), 12)
            for column, channel in enumerate(channels):
                values = raw[:, column].astype(np.float64) * float(channel["gain"]) + float(channel["offset"])
                label = str(channel["name"]).strip() or str(channel["id"]).strip()
                unit, kind, is_known = _unit(label, str(channel["units"]), str(stream["name"]))
                if not is_known:
                    unknown.append(f"{label} ({channel['units']})")
                if not np.isfinite(values).all():
                    raise ValueError(f"samples of {label!r} are not numbers")
                label = label if parts == 1 else f"{label} (part {part + 1})"
                found.append(Signal(label=label, values=values, unit=unit, kind=kind, sfreq=rate, start=start))
    labels = numbered(one.label for one in found)
    return [replace(one, label=label) for one, label in zip(found, labels, strict=True)], unknown


def _on_one_clock(signals: list[Signal]) -> tuple[list[Signal], list[Notice]]:
    """Signals of one rate that begin within a sample, and end within one, as a converter takes them in turn."""
    found, widest, cut = list(signals), 0.0, []
    for place, one in enumerate(signals):
        rate = float(one.sfreq or 0)
        near = [other for other in signals if (other.sfreq, other.kind) == (rate, one.kind)
                and abs(other.start - one.start) * rate < 1 and abs(other.size - one.size) <= 1]  # fmt: skip
        start, size = min(other.start for other in near), min(other.size for other in near)
        widest = max(widest, one.start - start)
        cut += [one.label] if one.size > size else []
        found[place] = replace(one, values=one.samples[:size], start=start)
    notices = []
    if widest > 0:
        text = f"Channels of one rate were sampled in turn, up to {1e6 * widest:.0f} µs apart: they have one start."
        if cut:
            text += f" The last sample of {shortened(cut)} has no partner and is left out."
        notices.append(Notice(code="sampled-in-turn", text=text))
    return found, notices


def _unit(label: str, text: str, stream: str) -> tuple[str | None, str | None, bool]:
    """Unit and kind of a channel, and whether its unit is known."""
    if _DIGITAL.search(stream):
        return "n/a", "TRIG", True
    unit = as_unit(text.strip())
    if _NO_ELECTRODE.search(stream):
        return unit or "n/a", "MISC", unit is not None
    if unit is None and kind_of(label, None) != "EMG":
        return "n/a", "MISC", not text.strip()
    return unit or text.strip() or None, None, True


def _events(reader: Any) -> Iterator[Event]:
    """The events of all channels of events; a label that is empty is that of its channel."""
    for index, channel in enumerate(reader.header["event_channels"]):
        for part in range(int(reader.header["nb_segment"][0])):
            if not 0 <= reader.event_count(block_index=0, seg_index=part, event_channel_index=index) <= _MOST_EVENTS:
                raise ValueError("too many events")
            times, lengths, labels = reader.get_event_timestamps(
                block_index=0, seg_index=part, event_channel_index=index
            )
            seconds = reader.rescale_event_timestamp(times, dtype="float64", event_channel_index=index)
            for place, (onset, label) in enumerate(zip(seconds, labels, strict=True)):
                text = str(label).strip() or str(channel["name"]).strip() or "event"
                length = 0.0 if lengths is None else float(lengths[place])
                if np.isfinite(onset) and np.isfinite(length) and length >= 0:
                    yield Event(
                        onset=float(onset), duration=length, label=text, columns={"channel": str(channel["name"])}
                    )
