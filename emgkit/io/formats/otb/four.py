"""Files of OT BioLab 4 (``.otb4``): descriptions of tracks, and for each track the file and columns of its samples.

As in the maker's published MATLAB reader, samples are whole numbers of 2, 3 or 4 bytes, or real ones of 8 bytes,
lowest byte first, the channels of a file interleaved. Volts are numbers · ADC_Range / 2^ADC_Nbits / Gain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import shortened
from emgkit.io.formats.otb.archive import Archive
from emgkit.io.formats.otb.plus import markers
from emgkit.notation import number
from emgkit.units import UNITS, as_unit

__all__ = ["four_content"]

_TRACKS = re.compile(r"(?:Trapezoidal)?Tracks_\d+\.xml")
_MOST_CHANNELS = 4096
_WIDTHS = (2, 3, 4, 8)
# tracks that are no EMG, by their titles
_NO_EMG = re.compile(r"aux|load ?cell|force|buffer|ramp|control|quaternion|trigger|path|accelero|gyro", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Track:
    """A track: columns of a file of samples with their scale."""

    title: str
    stream: str
    first: int
    channels: int
    columns: int
    width: int
    sfreq: float
    factor: float
    unit: str
    kind: str


def four_content(archive: Archive) -> FileContent:
    """What an ``.otb4`` says.

    Raises
    ------
    FormatError
        A description is damaged, or contradicts the samples.
    """
    tracks = [track for name in archive.names if _TRACKS.fullmatch(name) for track in _tracks(archive, name)]
    if not tracks:
        raise FormatError("The recording has no track", where=archive.where, allowed="TrackInfo in Tracks_000.xml")
    tables: dict[tuple[str, int, int], NDArray[np.generic]] = {}
    rows: list[tuple[str, _Track, NDArray[np.float64]]] = []
    for track in tracks:
        key = (track.stream, track.columns, track.width)
        if key not in tables:
            tables[key] = _table(archive, track)
        for place in range(track.channels):
            label = track.title if track.channels == 1 else f"{track.title} {place + 1}"
            values = tables[key][:, track.first + place].astype(np.float64)
            values *= track.factor
            if not np.isfinite(values).all():
                raise FormatError("A sample is not a finite number", where=f"{archive.where}, {track.stream}, {label}")
            rows.append((label, track, values))
    labels = numbered(label for label, *_ in rows)
    signals = tuple(
        Signal(label=label, values=values, unit=track.unit, kind=track.kind, sfreq=track.sfreq)
        for label, (_, track, values) in zip(labels, rows, strict=True)
    )
    plain = [track.title for track in tracks if track.unit == "n/a"]
    notices: tuple[Notice, ...] = ()
    if plain:
        text = f"Kept as numbers without a unit: {shortened(plain)}."
        notices = (Notice(code="unit-unknown", text=text),)
    return FileContent(signals=signals, events=tuple(markers(archive)), notices=notices)


def _tracks(archive: Archive, name: str) -> Iterator[_Track]:
    """The tracks that one description lists."""
    for place, element in enumerate(archive.xml(name).iter("TrackInfo"), start=1):
        where = f"{archive.where}, {name}, track {place}"
        title = _text(element, "Title") or f"track {place}"
        subtitle = _text(element, "SubTitle")
        channels, first, width = (
            int(_number(element, key, where=where)) for key in ("NumberOfChannels", "AcquisitionChannel", "SampleSize")
        )
        columns = int(_number(element, "TotalChannelsInFile", where=where))
        rate = _number(element, "SamplingFrequency", where=where)
        whole = 0 < channels <= _MOST_CHANNELS and 0 <= first <= columns - channels and columns <= _MOST_CHANNELS
        if not whole or width not in _WIDTHS or not 0 < rate <= 1e6:
            raise FormatError(
                "A track contradicts itself", where=where,
                allowed=f"channels within those of its file, samples of {', '.join(map(str, _WIDTHS))} bytes, a rate",
                got=f"{channels} channels from {first + 1} on of {columns}, {width} bytes, {number(rate)} Hz",
            )  # fmt: skip
        factor, unit = _scale(element, width, where=where)
        is_plain = _text(element, "IsControl").lower() == "true" or _NO_EMG.search(f"{title} {subtitle}")
        yield _Track(
            title=title if channels > 1 or not subtitle else f"{title} {subtitle}",
            stream=_text(element, "SignalStreamPath"), first=first, channels=channels, columns=columns, width=width,
            sfreq=rate, factor=factor, unit=unit, kind="MISC" if is_plain or unit not in ("V", "mV", "µV") else "EMG",
        )  # fmt: skip


def _scale(element: ElementTree.Element, width: int, *, where: str) -> tuple[float, str]:
    """The factor of a track's numbers, and the unit that they are in then."""
    text = _text(element, "UnitOfMeasurement")
    unit = as_unit(text) or "n/a"
    bits = _number(element, "ADC_Nbits", where=where)
    if width == 8 or bits <= 0:
        return 1.0, unit if width == 8 else "n/a"
    span, gain = (_number(element, key, where=where) for key in ("ADC_Range", "Gain"))
    if not 0 < bits <= 64 or not gain > 0 or not span > 0:
        return 1.0, "n/a"
    volts = span / 2**bits / gain
    if text and UNITS[unit][0] != "V":
        # what a sensor measures: the factor turns its volts into the unit
        return volts * _number(element, "UnitOfMeasurementFactor", where=where), unit
    return volts, "V"


def _table(archive: Archive, track: _Track) -> NDArray[np.generic]:
    """The samples of a file, shape (n_samples, n_columns)."""
    raw = archive.bytes(track.stream)
    row = track.columns * track.width
    if not raw or len(raw) % row:
        raise FormatError(
            "The number of samples is not the same in all channels", where=f"{archive.where}, {track.stream}",
            allowed=f"a multiple of {row} bytes for {track.columns} channels of {track.width} bytes",
            got=f"{len(raw)} bytes", hint="Copy or export the file again",
        )  # fmt: skip
    if track.width == 3:
        wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        return (wide.view("<i4").reshape(-1, track.columns) >> 8).astype(np.int32)
    kind = {2: "<i2", 4: "<i4", 8: "<f8"}[track.width]
    return np.frombuffer(raw, kind).reshape(-1, track.columns)


def _text(element: ElementTree.Element, key: str) -> str:
    return " ".join((element.findtext(key) or "").split())


def _number(element: ElementTree.Element, key: str, *, where: str) -> float:
    text = _text(element, key)
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e12:
        raise FormatError(
            f"A track gives no number for {key}", where=where, allowed=f"<{key}>…</{key}>", got=repr(text)
        )
    return value
