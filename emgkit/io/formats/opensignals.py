"""OpenSignals text files of PLUX: biosignalsplux, BITalino and their kin.

Three header lines, of which the second is a JSON object with an entry a device, then tab-separated columns: for each
device a sequence number, its digital lines and its analogue channels, as its entry ``column`` lists them. Values are
counts of the converter, unless ``convertedValues`` is 1 or they have fractions or signs. The transfer function of a
sensor is not in the file: it is that of the maker's data sheets, V = (count / 2^bits - 1/2) * VCC / gain, and a notice
says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import Rows, complete_table, decoded
from emgkit.io._time_axis import Window
from emgkit.notation import counted, listed, number

__all__ = ["Device", "Sensor", "content_of", "load"]

Array = NDArray[np.float64]

_END = "# EndOfHeader"
# supply voltage (V) and gain of the EMG sensors, by what the device calls itself (PLUX data sheets of
# the biosignalsplux and the BITalino EMG sensor); of others nothing is assumed
_EMG_SENSOR = {
    "biosignalsplux": (3.0, 1000.0), "channeller": (3.0, 1000.0), "bioplux": (3.0, 1000.0),
    "bioplux_exp": (3.0, 1000.0), "bitalino": (3.3, 1008.0), "bitalino_rev": (3.3, 1009.0),
    "bitalino_riot": (3.3, 1009.0),
}  # fmt: skip
_EMG = re.compile(r"EMG(BIT)?", re.IGNORECASE)
_DIGITAL = re.compile(r"DI|[IO]\d+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """An analogue channel: its label, the sensor on it, the bits of its converter."""

    label: str
    kind: str
    bits: int


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device as a file describes it.

    `converted` says that the program wrote physical values in place of counts.
    """

    model: str
    sfreq: float
    sensors: tuple[Sensor, ...]
    converted: bool = False

    @classmethod
    def of(cls, entry: Mapping[str, Any], *, where: str) -> Device:
        """The device of a header's entry.

        Raises
        ------
        FormatError
            An entry is missing, or contradicts another.
        """
        try:
            labels, kinds = [str(one) for one in entry["label"]], [str(one) for one in entry["sensor"]]
            # a BITalino may give the bits of its other columns, too, before those of its sensors
            bits = [int(one) for one in entry["resolution"]][-len(kinds) :] if kinds else []
            sfreq, model = float(entry["sampling rate"]), str(entry.get("device", ""))
            converted = bool(int(entry.get("convertedValues", 0)))
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            raise FormatError(
                "The header of a device cannot be read",
                where=where,
                allowed="'sensor', 'label', 'resolution' and 'sampling rate'",
                got=f"{type(problem).__name__}: {str(problem)[:80]}",
            ) from None
        if not len(labels) == len(kinds) == len(bits) or not 0.1 <= sfreq <= 1e6 or not all(1 <= b <= 32 for b in bits):
            raise FormatError(
                "The header of a device contradicts itself",
                where=where,
                allowed="a label, a sensor and a resolution of 1 to 32 bits a channel, and a rate of 0.1 Hz to 1 MHz",
                got=f"{counted(len(labels), 'label')}, {counted(len(kinds), 'sensor')}, resolutions {bits[:8]}, "
                f"{number(sfreq)} Hz",
            )
        sensors = (Sensor(label=a, kind=b, bits=c) for a, b, c in zip(labels, kinds, bits, strict=True))
        return cls(model=model, sfreq=sfreq, sensors=tuple(sensors), converted=converted)


def load(path: Path) -> FileContent:
    """What an OpenSignals text file says.

    Raises
    ------
    FormatError
        The header is damaged, samples are missing, or a cell is not a number.
    """
    where = str(path)
    lines = decoded(path).split("\n")
    ends = next((row for row, line in enumerate(lines[:50]) if line.strip() == _END), None)
    if ends is None or ends < 2:
        raise FormatError("The header has no end", where=where, allowed=f"a line {_END!r} after the header")
    entries = _entries(lines[ends - 1], where=where)
    columns = [str(name) for entry in entries for name in entry.get("column", ())]
    body = "\n".join(line.rstrip("\t ") for line in lines[ends + 1 :] if line.strip())
    if not body:
        raise FormatError("The file holds no values", where=where, got="a header alone")
    rows = Rows(body=body, sep="\t", decimal=".", names=numbered(columns), first_row=ends + 2, where=where)
    table = complete_table(rows)
    devices, parts, first = [], [], 0
    for entry in entries:
        names = [str(name) for name in entry["column"]]
        devices.append(Device.of(entry, where=where))
        parts.append({name: table[:, first + i] for i, name in enumerate(numbered(names))})
        first += len(names)
    if len({device.sfreq for device in devices}) > 1:
        raise FormatError(
            "The devices have different rates, and one table cannot hold both",
            where=where,
            got=listed(f"{number(device.sfreq)} Hz" for device in devices),
            hint="Export the HDF5 file of the recording, in which each device has its own samples",
        )
    return content_of(devices, parts, where=where)


def _entries(line: str, *, where: str) -> list[Mapping[str, Any]]:
    """The entries of the devices in the JSON of the header."""
    try:
        found = json.loads(line.lstrip("# "))
        entries = list(found.values())
    except (ValueError, AttributeError, RecursionError) as problem:
        raise FormatError(
            "The header is no JSON object", where=f"{where}, line 2", got=str(problem)[:120] or "nested too deeply"
        ) from None
    for entry in entries:
        columns = entry.get("column") if isinstance(entry, dict) else None
        if not isinstance(columns, list) or not columns:
            raise FormatError(
                "The header of a device lists no columns", where=f"{where}, line 2", allowed="'column': ['nSeq', …]"
            )
    if not entries:
        raise FormatError("The header names no device", where=f"{where}, line 2")
    return entries


def content_of(
    devices: Sequence[Device], parts: Sequence[Mapping[str, Array]], *, where: str,
    wholes: Sequence[int] = (), window: Window | None = None,
) -> FileContent:  # fmt: skip
    """The content of a file from its devices and their columns.

    Parameters
    ----------
    devices : sequence of Device
        What the header says.
    parts : sequence of mapping of str to ndarray
        The columns of each device: the sequence number, digital lines, and one for each sensor, in this order.
    where : str
        The file, for messages.
    wholes : sequence of int, optional
        How many samples each device has in all, where its columns are only those in the `window`.
    window : Window, optional
        What was read of the recording.

    Raises
    ------
    FormatError
        Samples are missing, a value is beyond the resolution, or columns and sensors differ in number.
    """
    signals: list[Signal] = []
    notices: list[Notice] = []
    for place, (device, columns) in enumerate(zip(devices, parts, strict=True), start=1):
        about = where if len(devices) == 1 else f"{where}, device {place}"
        names = list(columns)
        if names and names[0].lower() == "nseq":
            _check_sequence(columns[names.pop(0)], where=about)
        analogue = [name for name in names if not _DIGITAL.fullmatch(name)] if device.sensors else []
        analogue = analogue[-len(device.sensors) :] if device.sensors else []
        if len(analogue) != len(device.sensors):
            raise FormatError(
                "Columns and sensors differ in number",
                where=about,
                allowed=f"{counted(len(device.sensors), 'column')} beside sequence number and digital lines",
                got=listed(names),
            )
        signals += [
            Signal(label=name, values=columns[name], unit="n/a", sfreq=device.sfreq, kind="TRIG")
            for name in names
            if name not in analogue
        ]
        values = [columns[name] for name in analogue]
        if any(one.size and (one.min() < 0 or (one != np.floor(one)).any()) for one in values):
            device = replace(device, converted=True)
        for name, sensor in zip(analogue, device.sensors, strict=True):
            signals.append(_signal(device, sensor, columns[name], where=about))
        notices += _transfer_notices(device)
        if window is not None:
            whole = wholes[place - 1]
            begin = window.samples(whole, device.sfreq).start / device.sfreq
            signals = [replace(one, start=begin, whole=whole) if one.whole is None else one for one in signals]
    labels = numbered([signal.label for signal in signals])
    named = tuple(replace(signal, label=label) for signal, label in zip(signals, labels, strict=True))
    return FileContent(signals=named, notices=tuple(notices))


def _signal(device: Device, sensor: Sensor, values: Array, *, where: str) -> Signal:
    """A channel in mV where the transfer function of its sensor is known, else as it stands."""
    emg = _EMG.fullmatch(sensor.kind) is not None
    if device.converted:
        unit, source = ("mV", "heuristic") if emg else ("n/a", "header")
        kind = "EMG" if emg else "MISC"
        return Signal(label=sensor.label, values=values, unit=unit, unit_source=source, sfreq=device.sfreq, kind=kind)
    if values.size and not 0 <= values.min() <= values.max() < 2**sensor.bits:
        raise FormatError(
            "A value is beyond the resolution of its channel",
            where=f"{where}, channel {sensor.label!r}",
            allowed=f"0 to {2**sensor.bits - 1} ({sensor.bits} bits)",
            got=f"{number(values.min())} to {number(values.max())}",
        )
    if not emg:
        return Signal(label=sensor.label, values=values, unit="n/a", sfreq=device.sfreq, kind="MISC")
    known = _EMG_SENSOR.get(device.model.lower())
    if known is None:
        return Signal(label=sensor.label, values=values, sfreq=device.sfreq, kind="EMG")
    supply, gain = known
    volts = (values / 2**sensor.bits - 0.5) * (supply / gain)
    return Signal(
        label=sensor.label, values=1e3 * volts, unit="mV", unit_source="heuristic", sfreq=device.sfreq, kind="EMG"
    )


def _transfer_notices(device: Device) -> list[Notice]:
    """By which rule counts became mV, and what stays in counts."""
    emg = [sensor for sensor in device.sensors if _EMG.fullmatch(sensor.kind)]
    rest = [sensor for sensor in device.sensors if sensor not in emg]
    notices = []
    if emg and device.converted:
        text = f"{listed(one.label for one in emg)}: the program wrote physical values; EMG is taken to be in mV."
        notices.append(Notice(code="unit-assumed", text=text))
    elif emg and device.model.lower() in _EMG_SENSOR:
        supply, gain = _EMG_SENSOR[device.model.lower()]
        text = (
            f"{listed(one.label for one in emg)}: mV = (count / 2^bits - 1/2) * {number(supply)} V / {number(gain)} * "
            f"1000, the transfer function of the EMG sensor of {device.model}, which the file does not name."
        )
        notices.append(Notice(code="transfer-function", text=text))
    elif emg:
        text = f"{listed(one.label for one in emg)}: counts of a converter; no transfer function of {device.model!r} "
        notices.append(Notice(code="transfer-function", text=text + "is known."))
    if rest and not device.converted:
        text = f"{listed(f'{one.label} ({one.kind})' for one in rest)}: left in counts of the converter."
        notices.append(Notice(code="counts", text=text))
    return notices


def _check_sequence(numbers: Array, *, where: str) -> None:
    """Refuse missing samples: numbers go up by one, begin anew at a power of two, or stay at the largest."""
    steps = np.diff(numbers)
    full = np.isin(numbers[:-1] + 1, 2.0 ** np.arange(3, 33))
    fine = (steps == 1) | (full & ((numbers[1:] == 0) | (steps == 0)))
    if not fine.all():
        row = int(np.argmin(fine))
        raise FormatError(
            "Samples are missing: the sequence number jumps",
            where=f"{where}, sample {row + 2}",
            allowed=f"{number(numbers[row] + 1)}",
            got=f"{number(numbers[row])} and then {number(numbers[row + 1])}; {counted(int((~fine).sum()), 'jump')} "
            "in all",
            hint="The link to the device lost data there; use the part before or after, as a file of its own",
        )
