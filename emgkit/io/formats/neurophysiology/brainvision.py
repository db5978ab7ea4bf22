"""BrainVision recordings: a header (``.vhdr``), a file of samples and a file of markers beside it.

The layout is that of the published description of the BrainVision Core Data Format 1.0: sections of ``key=value``,
samples of 16 or 32 bits or real ones, channel by channel or sample by sample.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, kind_of, numbered
from emgkit.io._text import shortened
from emgkit.notation import counted, number
from emgkit.units import as_unit

__all__ = ["load"]

_TYPES = {"INT_16": "<i2", "INT_32": "<i4", "IEEE_FLOAT_32": "<f4"}
_LONGEST_HEADER, _MOST_CHANNELS = 2**24, 4096
_PAUSE = "New Segment"


@dataclass(frozen=True, kw_only=True)
class _Channel:
    """A channel: name, value of one step of its numbers, and unit."""

    name: str
    resolution: float
    unit: str


def load(path: Path) -> FileContent:
    """What a BrainVision header and the files beside it say.

    Raises
    ------
    FormatError
        The header is damaged, a file is missing or lies elsewhere, or the samples are cut off or text.
    """
    where = str(path)
    header = _sections(path)
    common = {key.lower(): value for key, value in header.get("common infos", {}).items()}
    channels = _channels(header.get("channel infos", {}), common, where=where)
    interval = _real(common.get("samplinginterval", ""), "SamplingInterval", where=where)
    form = {key.lower(): value for key, value in header.get("binary infos", {}).items()}.get("binaryformat", "")
    is_binary = common.get("dataformat", "").upper() == "BINARY" and form in _TYPES
    orientation = common.get("dataorientation", "MULTIPLEXED").upper()
    if not is_binary or orientation not in ("MULTIPLEXED", "VECTORIZED") or not 1 <= interval <= 1e9:
        raise FormatError(
            "The samples of the BrainVision recording cannot be read", where=where,
            allowed=f"DataFormat=BINARY, {' or '.join(_TYPES)}, MULTIPLEXED or VECTORIZED, SamplingInterval in µs",
            got=f"{common.get('dataformat', '')[:20]}, {form[:20] or 'no BinaryFormat'}, {orientation[:20]}, "
            f"{number(interval)} µs",
        )  # fmt: skip
    rate = 1e6 / interval
    values = _samples(_beside(path, common.get("datafile", "")), channels, _TYPES[form], orientation)
    broken = [one.name for one, row in zip(channels, values, strict=True) if not np.isfinite(row).all()]
    labels = numbered(one.name for one in channels)
    signals, unknown = [], []
    for place, (label, one, row) in enumerate(zip(labels, channels, values, strict=True), start=1):
        if one.name in broken:
            continue
        unit = as_unit(one.unit)
        if unit is None and kind_of(label, None) != "EMG":
            unknown.append(f"{label} ({one.unit})")
        plain = {"unit": "n/a", "kind": "MISC"} if unit is None else {"unit": unit, "kind": None}
        signals.append(Signal(label=label, values=row, sfreq=rate, position=place, **plain))
    if not signals:
        raise FormatError(
            "No channel of the BrainVision recording is complete", where=where, allowed="a number at each sample",
            got=f"samples that are not numbers in {shortened(broken)}",
        )  # fmt: skip
    events, notices = _markers(path, common, rate, values.shape[1])
    if broken:
        text = f"Left out, since samples of it are not numbers: {shortened(broken)}."
        notices.append(Notice(code="samples-missing", text=text))
    if unknown:
        text = f"Left without a unit, since emgkit does not know it: {shortened(unknown)}."
        notices.append(Notice(code="unit-unknown", text=text))
    left_out = {place: label for place, label in enumerate(labels, start=1) if channels[place - 1].name in broken}
    return FileContent(signals=tuple(signals), events=tuple(events), notices=tuple(notices), left_out=left_out)


def _sections(path: Path) -> dict[str, dict[str, str]]:
    """The ``key=value`` lines of a header or marker file by its sections, in lower case."""
    if path.stat().st_size > _LONGEST_HEADER:
        raise FormatError("The header is too long", where=str(path), allowed=f"{_LONGEST_HEADER} bytes")
    raw = path.read_bytes()
    page = re.search(rb"^Codepage=UTF-8", raw, re.MULTILINE | re.IGNORECASE)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if page:
            raise FormatError("The header is not in UTF-8, as it says", where=str(path)) from None
        text = raw.decode("cp1252", "replace")
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1].strip().lower(), {})
        elif line and not line.startswith(";") and "=" in line:
            key, _, value = line.partition("=")
            section[key.strip()] = value.strip()
    return found


def _channels(section: Mapping[str, str], common: Mapping[str, str], *, where: str) -> list[_Channel]:
    count = _real(common.get("numberofchannels", ""), "NumberOfChannels", where=where)
    rows = {
        int(match[1]): value for key, value in section.items() if (match := re.fullmatch(r"Ch(\d{1,6})", key, re.I))
    }
    if not 0 < count <= _MOST_CHANNELS or sorted(rows) != list(range(1, int(count) + 1)):
        raise FormatError(
            "The header does not describe each channel once", where=where,
            allowed=f"NumberOfChannels and as many lines from Ch1=… on, at most {_MOST_CHANNELS}",
            got=f"{number(count)} channels, {counted(len(rows), 'line')}",
        )  # fmt: skip
    found = []
    for place in range(1, int(count) + 1):
        # a comma in a name is written \1, and a unit that is left out is µV
        name, _, resolution, unit = [
            *(cell.replace("\\1", ",").strip() for cell in rows[place].split(",")),
            "",
            "",
            "",
        ][:4]
        step = _real(resolution, f"the resolution of Ch{place}", where=where) if resolution else 1.0
        found.append(_Channel(name=name, resolution=step, unit=unit or "µV"))
    return found


def _real(text: str, what: str, *, where: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e15:
        raise FormatError(
            f"The header gives no number for {what}", where=where, allowed="a number", got=repr(text[:40])
        )
    return value


def _beside(path: Path, name: str) -> Path:
    """The file of that name beside the header; ``$b`` stands for the header's own name."""
    name = name.replace("$b", path.stem)
    if not name or Path(name).name != name or "\\" in name or ":" in name or name in (".", ".."):
        raise FormatError(
            "A file of the recording does not lie beside its header", where=str(path),
            allowed="the name of a file in the same folder", got=repr(name[:80]),
        )  # fmt: skip
    file = path.with_name(name)
    if not os.path.isfile(file):
        raise FormatError(
            "A file of the recording is missing", where=str(path), allowed=f"{name[:80]} beside the header",
            got="no such file", hint="Copy all files of the recording; to rename them, change the names in the header",
        )  # fmt: skip
    return file


def _samples(file: Path, channels: list[_Channel], kind: str, orientation: str) -> NDArray[np.float64]:
    """The samples (n_channels, n_samples) in the units of the header."""
    raw = np.fromfile(file, dtype=np.uint8)
    row = len(channels) * np.dtype(kind).itemsize
    if not raw.size or raw.size % row:
        raise FormatError(
            "The number of samples is not the same in all channels", where=str(file),
            allowed=f"a multiple of {row} bytes for {counted(len(channels), 'channel')}", got=f"{raw.size} bytes",
            hint="Copy the file again",
        )  # fmt: skip
    numbers = raw.view(kind)
    table = numbers.reshape(-1, len(channels)).T if orientation == "MULTIPLEXED" else numbers.reshape(len(channels), -1)
    with np.errstate(invalid="ignore"):
        values = np.ascontiguousarray(table, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        values *= np.array([one.resolution for one in channels])[:, np.newaxis]
    return values


def _markers(path: Path, common: Mapping[str, str], rate: float, n: int) -> tuple[list[Event], list[Notice]]:
    """The markers as events, and notices on pauses and on markers that cannot be."""
    name = common.get("markerfile", "")
    if not name:
        return [], []
    lines = _sections(_beside(path, name)).get("marker infos", {})
    events, pauses, odd = [], 0, 0
    for kind, label, onset, duration in _marker_lines(lines):
        if kind == _PAUSE:
            pauses += onset > 0
            continue
        if not 0 <= onset <= n or duration < 0:
            odd += 1
            continue
        columns = {"type": kind} if kind else {}
        label = label or kind or "marker"
        events.append(Event(onset=onset / rate, duration=duration / rate, label=label, columns=columns))
    notices = []
    if pauses:
        text = f"The recording was paused {counted(pauses, 'time')}; its samples follow each other without the pauses."
        notices.append(Notice(code="paused", text=text))
    if odd:
        text = f"{counted(odd, 'marker')} outside the recording or without a place left out."
        notices.append(Notice(code="events-outside", text=text))
    return events, notices


def _marker_lines(lines: Mapping[str, str]) -> Iterator[tuple[str, str, int, int]]:
    """Type, description, first sample (from 0) and number of samples of each marker; -1 where there is no number."""
    for key, value in lines.items():
        if re.fullmatch(r"Mk\d+", key, re.IGNORECASE):
            cells = [" ".join(cell.replace("\\1", ",").split()) for cell in value.split(",")]
            kind, label, onset, duration = [*cells, "", "", "", ""][:4]
            place = int(onset) - 1 if re.fullmatch(r"\d{1,15}", onset) else -1
            # a marker of one sample is a moment
            length = int(duration) if re.fullmatch(r"\d{1,15}", duration) else 0
            yield kind, label, place, length if length > 1 else 0
