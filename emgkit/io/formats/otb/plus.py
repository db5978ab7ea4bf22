"""Files of OT BioLab+ (``.otb+``): whole numbers of 16 bits, and an XML that names device, adapters and channels.

Volts are numbers · supply / 2^bits / gain. The supply depends on device and adapter and is not in the file; the table
below is that of the maker's published MATLAB reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import numpy as np

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import shortened
from emgkit.io.formats.otb.archive import Archive
from emgkit.io.labels import recognise
from emgkit.notation import number

__all__ = ["markers", "plus_content"]


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """Supply (V) and usual gain of an adapter; what is no EMG is ``is_emg=False``."""

    supply: float
    gain: float
    is_emg: bool = True


_AUXILIARY = _Scale(supply=5.0, gain=0.5, is_emg=False)
_DEVICES = {
    "QUATTROCENTO": _Scale(supply=5.0, gain=150.0),
    "QUATTRO": _Scale(supply=5.0, gain=150.0),
    "DUE+": _Scale(supply=3.3, gain=202.0),
    "QUATTRO+": _Scale(supply=3.3, gain=202.0),
    "DUE": _Scale(supply=5.0, gain=200.0),
}
# Muovi, Sessantaquattro, Syncstation and their probes
_OTHER_DEVICES = _Scale(supply=4.8, gain=256.0)
_ADAPTERS = {
    ("QUATTROCENTO", "Direct connection"): _AUXILIARY,
    ("QUATTRO", "Direct connection"): _AUXILIARY,
    ("SYNCSTATION", "Direct connection to Syncstation Input"): _AUXILIARY,
    ("SYNCSTATION", "AdapterLoadCell"): _Scale(supply=5.0, gain=205.0, is_emg=False),
    ("SYNCSTATION", "Due+"): _DEVICES["DUE+"],
    ("SYNCSTATION", "Quattro+"): _DEVICES["QUATTRO+"],
}
# counters, ramps and orientations, which are numbers
_PLAIN = ("AdapterControl", "AdapterQuaternions")
_BITS = 16
_MOST_CHANNELS = 4096
_SIDES = ("left", "right")


@dataclass(frozen=True, kw_only=True)
class _Channel:
    """A channel of the device: its label, and how its numbers become volts (None: they are plain numbers)."""

    label: str
    muscle: str | None
    side: str | None
    scale: _Scale | None
    gain: float


def plus_content(archive: Archive, samples: str) -> FileContent:
    """What an ``.otb+`` says, the samples of which are in the file of that name.

    Raises
    ------
    FormatError
        The description is damaged, contradicts the samples, or is of numbers with another width than 16 bits.
    """
    description = f"{samples[:-4]}.xml"
    where = f"{archive.where}, {description}"
    root = archive.xml(description)
    count = int(_number(root, "DeviceTotalChannels", where=where))
    rate = _number(root, "SampleFrequency", where=where)
    bits = int(_number(root, "ad_bits", where=where))
    if bits != _BITS:
        raise FormatError(
            f"Files of OT BioLab+ with {bits} bits are not read: readers disagree on how they are laid out",
            where=where, allowed=f"ad_bits = {_BITS}", got=f"ad_bits = {bits}",
            hint="Save the recording with OT BioLab 4 as .otb4, or export it as CSV or MATLAB",
        )  # fmt: skip
    if not 0 < count <= _MOST_CHANNELS or not 0 < rate <= 1e6:
        raise FormatError(
            "The description contradicts itself", where=where, allowed="channels, and a rate above 0 Hz",
            got=f"{count} channels at {number(rate)} Hz",
        )  # fmt: skip
    channels, notices = _channels(root, count, where=where)
    raw = archive.bytes(samples)
    if len(raw) % (2 * count) or not raw:
        raise FormatError(
            "The number of samples is not the same in all channels", where=f"{archive.where}, {samples}",
            allowed=f"a multiple of {2 * count} bytes for {count} channels", got=f"{len(raw)} bytes",
            hint="Copy or export the file again",
        )  # fmt: skip
    table = np.frombuffer(raw, "<i2").reshape(-1, count)
    labels = numbered(channels[place].label if place in channels else "" for place in range(count))
    signals = [
        _signal(replace(channels[place], label=labels[place]), table[:, place], rate, place)
        for place in range(count)
        if place in channels
    ]
    undescribed = {place + 1: labels[place] for place in range(count) if place not in channels}
    if undescribed:
        text = f"Left out, since the file does not describe them: {shortened(undescribed.values())}."
        notices.append(Notice(code="channel-left-out", text=text))
    return FileContent(
        signals=tuple(signals), events=tuple(markers(archive)), notices=tuple(notices), left_out=undescribed
    )


def _signal(channel: _Channel, values: np.ndarray, rate: float, place: int) -> Signal:
    whole = values.astype(np.float64)
    if channel.scale is None:
        return Signal(label=channel.label, values=whole, unit="n/a", kind="MISC", sfreq=rate, position=place + 1)
    whole *= channel.scale.supply / 2**_BITS / channel.gain
    if not channel.scale.is_emg:
        return Signal(label=channel.label, values=whole, unit="V", kind="MISC", sfreq=rate, position=place + 1)
    return Signal(
        label=channel.label, values=whole, unit="V", kind="EMG", sfreq=rate, position=place + 1,
        muscle=channel.muscle, side=channel.side,
    )  # fmt: skip


def _channels(root: ElementTree.Element, count: int, *, where: str) -> tuple[dict[int, _Channel], list[Notice]]:
    """The described channels by their place among the samples, with notices on gains that are not the usual ones."""
    device = (root.get("Name") or "").partition(";")[0].strip()
    found: dict[int, _Channel] = {}
    odd: dict[str, str] = {}
    for adapter in root.iter("Adapter"):
        name = (adapter.get("ID") or "").partition(";")[0].strip()
        scale = (
            None
            if name in _PLAIN
            else _ADAPTERS.get((device.upper(), name), _DEVICES.get(device.upper(), _OTHER_DEVICES))
        )
        gain = 1.0
        if scale is not None:
            stated = _number(adapter, "Gain", where=where) if adapter.get("Gain") is not None else 1.0
            # 1 stands where the program did not know the gain
            gain = scale.gain if stated == 1.0 else stated
            if not gain > 0:
                raise FormatError("A gain is not above 0", where=f"{where}, {name}", got=f"{gain}")
            if stated != scale.gain:
                odd[name] = f"{name}: {number(stated)} in the file, {number(scale.gain)} usual, {number(gain)} taken"
        first = int(_number(adapter, "ChannelStartIndex", where=where))
        for channel in adapter.iter("Channel"):
            place = first + int(_number(channel, "Index", where=where))
            if not 0 <= place < count or place in found:
                raise FormatError(
                    "The description of the channels contradicts itself", where=f"{where}, {name}",
                    allowed=f"each of {count} channels once", got=f"channel {place + 1}",
                )  # fmt: skip
            found[place] = _channel(channel, name, scale, gain)
    if not found:
        raise FormatError("The description names no channel", where=where, allowed="Adapter and Channel", got="none")
    notices = []
    if odd:
        text = f"The gain of {device or 'the device'} is not the usual one. {'; '.join(list(odd.values())[:4])}."
        hint = "Compare the amplitude with that in OT BioLab+."
        notices.append(Notice(code="gain-unusual", text=text, hint=hint))
    return found, notices


def _channel(channel: ElementTree.Element, adapter: str, scale: _Scale | None, gain: float) -> _Channel:
    """A channel, called after side and muscle, or as the file calls it where no muscle is given."""
    muscle, side = (_word(channel.get(key)) for key in ("Muscle", "Side"))
    label = " ".join([*([side] if side.lower() in _SIDES else []), muscle]) if muscle else ""
    known = recognise(label) if label else None
    return _Channel(
        label=label or _word(channel.get("ID")) or _word(channel.get("Description")) or adapter,
        muscle=known.muscle if known else None,
        side=known.side if known else None,
        scale=scale,
        gain=gain,
    )


def _word(text: str | None) -> str:
    """A text of the description; empty where it says that nothing was chosen."""
    word = " ".join((text or "").split())
    return "" if word.lower() in ("not defined", "undefined", "unknown", "none", "-") else word


def _number(element: ElementTree.Element, key: str, *, where: str) -> float:
    text = element.get(key)
    try:
        value = float((text or "").replace(",", "."))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e12:
        raise FormatError(
            f"The description gives no number for {key}",
            where=where,
            allowed=f'{key}="…" of {element.tag}',
            got=repr(text),
        )
    return value


def markers(archive: Archive) -> Iterator[Event]:
    """The markers of a session, which may stand in several files in the same way."""
    seen = set()
    for name in archive.names:
        if not (name.startswith("marker") and name.endswith(".xml")):
            continue
        for marker in archive.xml(name).iter("Marker"):
            label = _word(marker.findtext("Description")) or "marker"
            try:
                onset = float(marker.findtext("Milliseconds") or "") / 1000
            except ValueError:
                continue
            if np.isfinite(onset) and (onset, label) not in seen:
                seen.add((onset, label))
                yield Event(onset=onset, duration=0.0, label=label)
