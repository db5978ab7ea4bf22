"""Files of Delsys systems, written by their layouts and by nothing of emgkit."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def _rows(columns: Sequence[Sequence[str]], sep: str) -> list[str]:
    """Rows of columns that end early; what is missing is a blank."""
    return [sep.join(cells) for cells in zip_longest(*columns, fillvalue=" " if " " in sep else "")]


def discover_text(
    sensors: Sequence[tuple[str, Sequence[tuple[str, str, float, Sequence[float]]]]],
    *,
    version: str = "1.7.0",
    length: float | None = None,
    times: bool = False,
    sep: str = ", ",
    decimal: str = ".",
    markers: Sequence[tuple[str, float]] = (),
) -> str:
    """A CSV export of Trigno Discover: sensors, each with its signals as name, unit, rate and samples."""

    def written(value: float, form: str = ".7g") -> str:
        return format(value, form).replace(".", decimal)

    names: list[str] = []
    modes: list[str] = []
    headings, rates, periods, columns = [], [], [], []
    for sensor, signals in sensors:
        width = len(signals) * (2 if times else 1)
        names += [sensor, *[""] * (width - 1)]
        modes += ["sensor mode: 40", *[""] * (width - 1)]
        for name, unit, rate, samples in signals:
            if times:
                headings.append(f"{name} Time Series (s)")
                rates.append("")
                periods.append("")
                columns.append([written(index / rate) if rate > 0 else "0" for index in range(len(samples))])
            headings.append(f"{name} ({rate:.0f}Hz)" if version.startswith("1.4") else f"{name} ({unit})")
            rates.append(f"{written(rate, '.4f') if rate > 0 else -1} Hz")
            periods.append(f"{written(1 / rate)} s")
            columns.append([written(value) for value in samples])
    if length is None:
        length = max(len(samples) / rate for _, signals in sensors for *_, rate, samples in signals if rate > 0)
    head = [
        f"Application:{sep}Trigno Discover ({version})", f"Date/Time:{sep}4/10/2026 12:13:39 PM",
        f"Collection Length (seconds):{sep}{written(length, 'f')}",
        sep.join(names), sep.join(modes), sep.join(headings),
    ]  # fmt: skip
    if not version.startswith("1.4"):
        head.append(sep.join(rates))
    body = _rows(columns, sep)
    if version.startswith("2"):
        end = f"{sep}{sep}" + sep.join(["Type", "Name", "Label", "Time (s)", "", "Pair"]) if markers else ""
        head.append(sep.join(periods) + end)
        for row, (label, onset) in enumerate(markers):
            body[row] += f"{sep}{sep}" + sep.join(["General", f"E{row + 1}", label, written(onset), "", ""])
    return "\r\n".join([*head, *body, ""])


def emgworks_text(
    channels: Sequence[tuple[str, str, float, Sequence[float]]],
    *,
    lines: bool = True,
    counts: Sequence[int] | None = None,
    sep: str = ",",
    decimal: str = ".",
) -> str:
    """A CSV export of EMGworks: channels as label, unit, rate and samples."""

    def written(value: float) -> str:
        return format(value, ".7g").replace(".", decimal)

    head = []
    if lines:
        for place, (label, unit, rate, samples) in enumerate(channels):
            count = len(samples) if counts is None else counts[place]
            head.append(
                f"Label: {label} Sampling frequency: {rate:.6e} Number of points: {count} start: 0.000000e+000 "
                f"Unit: {unit} Domain Unit: s"
            )
        head += ["Start Trigger Method: None", "Stop Trigger Method: None", ""]
    columns = []
    for _, _, rate, samples in channels:
        columns += [[written(index / rate) for index in range(len(samples))], [written(one) for one in samples]]
    headings = sep.join(f'X[s]{sep}"{label}"' for label, *_ in channels)
    return "\n".join([*head, headings, *_rows(columns, sep), ""])


def emg_bytes(
    channels: Sequence[tuple[str, Sequence[int]]],
    *,
    rate: float = 2000.0,
    version: int = 3,
    gain: float = 1000.0,
    resolution: float = 2.0**-13,
    offset: float = 0.0,
    unit: str = "V",
    tail: bytes = b"\x02\x00" + b"marks",
) -> bytes:
    """A .emg file of version 3: channels as label and counts."""
    samples = np.array([counts for _, counts in channels], dtype="<i2")

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("cp1252")

    described = b"".join(
        struct.pack("<I", place) + text(unit) + text(label) + struct.pack("<6d", gain, 1.0, resolution, offset, 20, 450)
        for place, (label, _) in enumerate(channels, start=1)
    )
    begin = b"DEMG" + struct.pack("<HI", version, 0) + b"3.1.0.5\0   " + b"1.0.0.2\0   " + bytes(263)
    begin += struct.pack("<III", *samples.shape, samples.shape[1]) + struct.pack("<dd", rate, rate)
    end = struct.pack("<5I", *[0] * 5) + struct.pack("<I", 0)[:0] + text("Set1.avi")
    first = len(begin) + 4 + len(end) + len(described)
    return begin + struct.pack("<I", first) + end + described + samples.T.tobytes() + tail


HPF_FIELDS = {
    "ChannelType": "RandomDataChannel", "DataType": "Float", "InternalGain": "1", "InternalOffset": "0",
    "RequestedPerChannelSampleRate": "1",
}  # fmt: skip


def hpf_bytes(
    channels: Sequence[tuple[str, str, float, Sequence[float]]],
    *,
    block: int = 100,
    chunk: int = 4096,
    fields: dict[str, str] | None = None,
    xml: Callable[[bytes], bytes] = bytes,
    first: Callable[[int], int] = int,
    events: int = 0,
    groups: bool = False,
) -> bytes:
    """An HPF file: channels as name, unit, rate and samples, `block` samples in a chunk of samples.

    `xml` changes the description of the channels, and `first` the number of the first sample of a chunk.
    With `groups` each channel is a group of its own.
    """

    def padded(kind: int, content: bytes) -> bytes:
        size = -(-(16 + len(content)) // chunk) * chunk
        return struct.pack("<qq", kind, size) + content.ljust(size - 16, b"\0")

    parts = [
        padded(
            0x1000,
            b"datx"
            + struct.pack("<qq", 0x10001, 0)
            + b"<HeaderInfoV1><SubjectName>Jane Roe</SubjectName></HeaderInfoV1>",
        )
    ]
    for number, members in enumerate([[one] for one in channels] if groups else [channels]):
        description = "".join(
            "<ChannelInformation>"
            + "".join(
                f"<{tag}>{value}</{tag}>"
                for tag, value in {
                    "Name": name, "Unit": unit, "PerChannelSampleRate": repr(rate), "DataIndex": str(place),
                    **HPF_FIELDS, **(fields or {}),
                }.items()
            )
            + "</ChannelInformation>"
            for place, (name, unit, rate, _) in enumerate(members)
        )  # fmt: skip
        text = xml(f"<ChannelInformationData>{description}</ChannelInformationData>".encode())
        parts.append(padded(0x2000, struct.pack("<ii", number, len(members)) + text))
        kind = "<f8" if (fields or {}).get("DataType") == "Double" else "<f4"
        samples = [np.asarray(values, dtype=kind) for *_, values in members]
        for begin in range(0, max(map(len, samples)), block):
            blocks = [one[begin : begin + block].tobytes() for one in samples]
            table, data, byte = b"", b"", 32 + 8 * len(blocks)
            for one in blocks:
                table += struct.pack("<ii", byte + len(data), len(one))
                data += one
            parts.append(padded(0x3000, struct.pack("<iqi", number, first(begin), len(blocks)) + table + data))
    if events:
        parts.append(padded(0x5000, struct.pack("<q", events)))
    return b"".join([*parts, padded(0x6000, b"")])


@pytest.fixture(scope="session")
def make() -> dict[str, Callable[..., Any]]:
    """The writers, by format."""
    return {"discover": discover_text, "emgworks": emgworks_text, "emg": emg_bytes, "hpf": hpf_bytes}


@pytest.fixture
def written(tmp_path: Path, make: dict[str, Callable[..., Any]]) -> Callable[..., Path]:
    """Writes a file of a format and gives its path; `change` turns its text or bytes into others."""

    def write(form: str, *values: Any, change: Callable[[Any], Any] | None = None, **more: Any) -> Path:
        content = make[form](*values, **more)
        content = content if change is None else change(content)
        path = tmp_path / {"emg": "a.emg", "hpf": "a.hpf"}.get(form, "a.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
