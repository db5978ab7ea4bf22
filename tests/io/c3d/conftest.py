"""C3D files of any kind, byte by byte, by the published layout and by nothing of emgkit."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BLOCK = 512
PROCESSORS = {"PC": 84, "DEC": 85, "MIPS": 86}


def reals(values: Any, processor: str) -> bytes:
    """Reals of 32 bits; a VAX has its halves swapped and an exponent that is two larger."""
    values = np.atleast_1d(np.asarray(values, dtype=np.float32))
    if processor != "DEC":
        return values.astype(">f4" if processor == "MIPS" else "<f4").tobytes()
    bits = values.view(np.uint32)
    bits = np.where(values == 0, 0, bits.astype(np.uint64) + (2 << 23)).astype(np.uint32)
    return np.stack([bits >> 16, bits & 0xFFFF], axis=-1).astype("<u2").tobytes()


def wholes(values: Any, processor: str) -> bytes:
    """Numbers of 16 bits, modulo 65536."""
    values = np.atleast_1d(values).astype(np.int64) % 2**16
    return values.astype(">u2" if processor == "MIPS" else "<u2").tobytes()


def parameter(group: int, name: str, value: Any, processor: str) -> bytes:
    """A record of a parameter without its end: a text, a list of texts, whole numbers, or reals."""
    if isinstance(value, str):
        kind, shape, body = -1, (len(value.encode()),), value.encode()
    elif isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        texts = [one.encode() for one in value]
        width = max(map(len, texts), default=0)
        kind, shape, body = -1, (width, len(texts)), b"".join(one.ljust(width) for one in texts)
    else:
        data = np.asarray(value)
        kind = 4 if data.dtype.kind == "f" else 2
        # the fastest dimension is the first
        shape = data.shape[::-1]
        body = reals(data.ravel(), processor) if kind == 4 else wholes(data.ravel(), processor)
    assert all(one < 256 for one in shape)
    record = struct.pack("bB", kind, len(shape)) + bytes(shape) + body + b"\0"
    label = name.encode()
    distance = wholes(len(record) + 2, processor)
    return struct.pack("bb", len(label), group) + label + distance + record


def section(groups: Mapping[str, Mapping[str, Any]], processor: str) -> bytes:
    """The parameter section."""
    records = []
    for number, (group, values) in enumerate(groups.items(), start=1):
        label = group.encode()
        records.append(struct.pack("bb", len(label), -number) + label + wholes(3, processor) + b"\0")
        records += [parameter(number, name, value, processor) for name, value in values.items()]
    body = b"".join(records) + b"\0\0"
    blocks = -(-(len(body) + 4) // BLOCK)
    return (bytes([1, 80, blocks % 256, PROCESSORS[processor]]) + body).ljust(blocks * BLOCK, b"\0")


def in_parts(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """A parameter of more than 255 values goes on in NAME2, NAME3 …"""
    parts = [values[at : at + 255] for at in range(0, len(values), 255)] or [values]
    return {f"{name}{number if number > 1 else ''}": part for number, part in enumerate(parts, start=1)}


def _c3d_bytes(
    analog: Any = None,
    points: Any = None,
    *,
    processor: str = "PC",
    real: bool = True,
    per_frame: int = 1,
    rate: float = 100.0,
    first: int = 1,
    scale: float = 0.01,
    scales: Any = None,
    offsets: Any = None,
    general: float = 1.0,
    unsigned: bool = False,
    events: Sequence[tuple[str, str, float]] = (),
    change: Mapping[str, Any] = {},
    words: Mapping[int, int | float] = {},
    pad: bool = True,
) -> bytes:
    """A C3D file.

    `analog` (n_channels, n_samples) are the numbers as they are stored, `points` (n_points, 3, n_frames) positions in
    mm, NaN where there is none. `change` sets (or with None deletes) parameters by "GROUP:NAME"; `words` the words of
    the header, counted from 1.
    """
    analog = np.empty((0, 0)) if analog is None else np.asarray(analog)
    points = np.empty((0, 3, 0)) if points is None else np.asarray(points, dtype=float)
    n_analog, n_points = len(analog), len(points)
    n_frames = points.shape[2] if n_points else analog.shape[1] // per_frame
    scales = np.ones(n_analog) if scales is None else scales
    offsets = np.zeros(n_analog, dtype=int) if offsets is None else offsets
    groups: dict[str, dict[str, Any]] = {
        "POINT": {
            "USED": n_points, "SCALE": -scale if real else scale, "RATE": float(rate), "DATA_START": 0,
            "FRAMES": n_frames % 2**16, "UNITS": "mm",
            **in_parts("LABELS", [f"M{number}" for number in range(1, n_points + 1)]),
        },
        "ANALOG": {
            "USED": n_analog, "GEN_SCALE": float(general), "RATE": float(rate * per_frame),
            **in_parts("SCALE", np.asarray(scales, dtype=float)), **in_parts("OFFSET", np.asarray(offsets, dtype=int)),
            **in_parts("LABELS", [f"EMG{number}" for number in range(1, n_analog + 1)]),
            **in_parts("UNITS", ["V"] * n_analog),
        },
    }  # fmt: skip
    if unsigned:
        groups["ANALOG"]["FORMAT"] = "UNSIGNED"
    if events:
        groups["EVENT"] = {
            "USED": len(events), "CONTEXTS": [context for context, _, _ in events],
            "LABELS": [label for _, label, _ in events],
            "TIMES": [[float(time // 60), float(time % 60)] for _, _, time in events],
        }  # fmt: skip
    for name, value in change.items():
        group, _, key = name.partition(":")
        groups.setdefault(group, {})
        if value is None:
            groups[group].pop(key, None)
        else:
            groups[group][key] = value
    start = 2 + len(section(groups, processor)) // BLOCK
    groups["POINT"]["DATA_START"] = start
    head = bytearray(BLOCK)
    head[:2] = bytes([2, 80])
    usual = {2: n_points, 3: n_analog * per_frame, 4: first, 5: first + n_frames - 1, 6: 10,
             7: -scale if real else scale, 9: start, 10: per_frame, 11: float(rate)}  # fmt: skip
    for word, value in (usual | dict(words)).items():
        raw = reals(value, processor) if isinstance(value, float) else wholes(value, processor)
        head[2 * word - 2 : 2 * word - 2 + len(raw)] = raw
    data = _frames(analog, points, n_frames, processor=processor, real=real, per_frame=per_frame, scale=scale)
    body = bytes(head) + section(groups, processor) + data
    return body.ljust(-(-len(body) // BLOCK) * BLOCK, b"\0") if pad else body


def _frames(analog, points, n_frames, *, processor, real, per_frame, scale) -> bytes:
    gaps = np.isnan(points).any(axis=1)
    # what stands in the place of a position that was not seen is anything
    places = np.where(np.isnan(points), 7, points)
    if not real:
        places = np.round(places / scale)
    if not n_frames:
        return b""
    quads = np.concatenate([places, np.where(gaps, -1, 0)[:, np.newaxis]], axis=1)
    # point by point, then sample by sample with all channels
    frames = np.concatenate(
        [
            quads.transpose(2, 0, 1).reshape(n_frames, -1),
            np.asarray(analog, dtype=float).T[: n_frames * per_frame].reshape(n_frames, -1),
        ],
        axis=1,
    )
    return reals(frames, processor) if real else wholes(frames, processor)


@pytest.fixture(scope="session")
def c3d_bytes() -> Callable[..., bytes]:
    return _c3d_bytes


@pytest.fixture
def written(tmp_path) -> Callable[..., Path]:
    """Writes such a file and gives its path."""

    def write(*signals, name="a.c3d", **more):
        path = tmp_path / name
        path.write_bytes(_c3d_bytes(*signals, **more))
        return path

    return write
