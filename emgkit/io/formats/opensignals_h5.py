"""OpenSignals HDF5 files of PLUX: a group a device, a data set a channel; see `opensignals` for the units."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import EmgkitError, FormatError
from emgkit.io._assembly import FileContent
from emgkit.io._extras import DAMAGED, hdf5
from emgkit.io._time_axis import Window
from emgkit.io.formats.opensignals import Device, content_of
from emgkit.notation import counted, listed

__all__ = ["load"]

# a constant channel packs well, but not better than this
_MOST_PACKED = 1000
_NUMBERED = re.compile(r"channel_(\d{1,9})")


def load(path: Path, *, start: float | None = None, stop: float | None = None) -> FileContent:
    """What an OpenSignals HDF5 file says, or the part of it from `start` up to `stop` (s), which alone is read.

    Raises
    ------
    FormatError
        The file is damaged, is another kind of HDF5 file, or samples are missing.
    ArgumentError
        `start` and `stop` are not part of the recording.
    """
    is_part = start is not None or stop is not None
    window = Window(start=start or 0.0, stop=stop, where=str(path)) if is_part else None
    try:
        with hdf5(path) as file:
            groups = [file[name] for name in file if hasattr(file[name], "keys") and "raw" in file[name]]
            if not groups:
                raise FormatError(
                    "This HDF5 file is not of OpenSignals",
                    where=str(path),
                    allowed="a group for each device, with its channels in 'raw'",
                    got=listed(list(file)[:6]),
                )
            devices, parts, wholes = zip(*(_device(group, window, where=str(path)) for group in groups), strict=True)
    except EmgkitError:
        raise
    except DAMAGED as problem:
        raise FormatError("The HDF5 file is damaged", where=str(path), got=str(problem)[:200]) from None
    return content_of(devices, parts, where=str(path), wholes=wholes if is_part else (), window=window)


def _device(group: Any, window: Window | None, *, where: str) -> tuple[Device, dict[str, NDArray[np.float64]], int]:
    """A device, its columns or what the window holds of them, and their whole length."""
    attributes = dict(group.attrs)
    raw = group["raw"]
    channels = sorted((int(m[1]), name) for name in raw if (m := _NUMBERED.fullmatch(name)))
    entry = {
        "sampling rate": np.ravel(attributes.get("sampling rate", np.nan))[0],
        "resolution": np.ravel(attributes.get("resolution", [])).tolist(),
        "device": _text(attributes.get("device", "")),
        "label": [_text(raw[name].attrs.get("label", name)) for _, name in channels],
        "sensor": [_text(raw[name].attrs.get("sensor", "")) for _, name in channels],
        "convertedValues": int(np.ravel(attributes.get("convertedValues", 0))[0]),
    }
    device = Device.of(entry, where=where)
    members = {"nSeq": raw["nSeq"]} if "nSeq" in raw else {}
    digital = group.get("digital", {})
    members |= {f"I{i}": digital[name] for i, name in enumerate(sorted(digital), start=1)}
    members |= {name: raw[name] for _, name in channels}
    lengths = {_length(member, where=f"{where}, {name}") for name, member in members.items()}
    if len(lengths) > 1:
        raise FormatError(
            "The channels of a device differ in length",
            where=where,
            got=listed(counted(size, "sample") for size in sorted(lengths)),
        )
    whole = max(lengths, default=0)
    part = window.samples(whole, device.sfreq) if window else slice(0, whole)
    columns = {name: np.asarray(member[part], dtype=np.float64).ravel() for name, member in members.items()}
    return device, columns, whole


def _length(data: Any, *, where: str) -> int:
    """The number of samples of a channel."""
    shape, dtype = getattr(data, "shape", None), getattr(data, "dtype", None)
    if not shape or shape[1:] not in ((), (1,)) or getattr(dtype, "kind", "") not in "iuf":
        raise FormatError("A channel is not a column of numbers", where=where, got=f"shape {shape}, type {dtype}")
    held = Path(data.file.filename).stat().st_size
    if shape[0] > _MOST_PACKED * held:
        raise FormatError(
            "A channel is longer than the file can hold",
            where=where,
            allowed=f"at most {_MOST_PACKED} samples a byte",
            got=f"{shape[0]} samples in {held} bytes",
        )
    return int(shape[0])


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
