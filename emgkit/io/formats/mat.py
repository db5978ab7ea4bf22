"""MATLAB files (v5 to v7.3) of Delsys, Qualisys, BIOPAC, Noraxon and OT BioLab+, and plain ones.

A plain file is read where it can be read in one way: one two-dimensional matrix, or vectors of one length, and at most
one variable that is a rate (``fs``, ``sfreq``, ``SamplingRate`` …) and one that holds names (``labels`` …).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import shortened
from emgkit.io.formats.mat_variables import variables
from emgkit.notation import listed
from emgkit.units import as_unit

__all__ = ["load"]

Array = NDArray[np.float64]
Variables = Mapping[str, Any]

_RATE = re.compile(
    r"(f_?s|s_?freq|s?rate|sr|freq(uency)?|sampl(e|ing)_?(rate|freq(uency)?)(_?hz)?)(_?(emg|hz))?", re.IGNORECASE
)
_NAMES = re.compile(r"labels?|(ch(annel)?s?_?)?names?|channels?|muscles?|ch_?labels?", re.IGNORECASE)
_UNITS = re.compile(r"units?", re.IGNORECASE)
_TIME = re.compile(r"t|times?|time_?(s|sec|vector)|zeit|temps|tiempo", re.IGNORECASE)
_UNIT_IN_BRACKETS = re.compile(r"(.*)\[([^\[\]]*)\]\s*")
# two rates closer than this are one
_SAME = 1e-4
# a signal has more samples than this, and a file of signals fewer channels
_FEWEST_SAMPLES, _MOST_CHANNELS = 20, 2000


def load(path: Path) -> FileContent:
    """What a MATLAB file says.

    Raises
    ------
    FormatError
        The file is damaged, or holds nothing that can be read in one way.
    """
    where = str(path)
    found = variables(path)
    for fits, read in _LAYOUTS:
        if fits(found):
            return read(found, where)
    return _plain(found, where)


# --------------------------------------------------------------------------------------------- Delsys File Utility


def _is_delsys(found: Variables) -> bool:
    return {"Channels", "Fs", "Data"} <= set(found)


def _delsys(found: Variables, where: str) -> FileContent:
    """A row a channel, filled up with zeros to the length of the longest: each is cut to the common duration."""
    data = _matrix(found["Data"], where=f"{where}, Data")
    rates, labels = _numbers(found["Fs"]), _texts(found["Channels"])
    if not len(labels) == len(data) == rates.size:
        raise FormatError(
            "The channels, their rates and their rows differ in number",
            where=where,
            got=f"{len(labels)} labels, {rates.size} rates, {len(data)} rows",
        )
    rates = np.array([_snapped(float(rate), where=where) for rate in rates])
    seconds = data.shape[1] / rates.max()
    signals = []
    for label, rate, row in zip(numbered(labels), rates, data, strict=True):
        kind, unit = _delsys_kind(label)
        samples = min(round(seconds * rate), row.size)
        signals.append(
            Signal(label=label, values=row[:samples], unit=unit, sfreq=float(rate), kind=kind, unit_source="heuristic")
        )
    text = "Delsys' MATLAB files name no units: EMG is taken to be in V, accelerations in g, turning rates in deg/s."
    return FileContent(signals=tuple(signals), notices=(Notice(code="unit-assumed", text=text),))


def _snapped(rate: float, *, where: str) -> float:
    """The rate of a Trigno channel, which is a multiple of 1/0.0135 Hz; others as they stand."""
    _check_rate(rate, where=where)
    frames = round(rate * 0.0135)
    exact = frames / 0.0135
    return exact if frames and abs(exact / rate - 1) < 1e-4 and abs(rate - round(rate)) > 1e-6 else rate


def _delsys_kind(label: str) -> tuple[str | None, str | None]:
    for pattern, kind, unit in (("EMG", "EMG", "V"), ("ACC", "ACCEL", "g"), ("GYRO", "GYRO", "deg/s")):
        if re.search(rf"(?<![a-z]){pattern}", label, re.IGNORECASE):
            return kind, unit
    return "MISC", "n/a"


# ---------------------------------------------------------------------------------------------------- Qualisys QTM


def _is_qualisys(found: Variables) -> bool:
    return len(found) == 1 and isinstance(top := next(iter(found.values())), dict) and "Analog" in top


def _qualisys(found: Variables, where: str) -> FileContent:
    """An analogue board a structure, of several an array of structures; markers in mm at the rate of the cameras."""
    top = next(iter(found.values()))
    signals: list[Signal] = []
    for board in _structures(top["Analog"]):
        rate = _check_rate(_numbers(board.get("Frequency", np.nan))[0], where=f"{where}, Analog.Frequency")
        data = _matrix(board.get("Data", []), where=f"{where}, Analog.Data")
        labels = _texts(board.get("Labels", []))
        if len(labels) != len(data):
            raise FormatError(
                "Labels and rows of an analogue board differ in number",
                where=where,
                got=f"{len(labels)} labels, {len(data)} rows",
            )
        units = _texts(board.get("Unit", board.get("Units", []))) or ["V"]
        for place, (label, row) in enumerate(zip(labels, data, strict=True)):
            unit = units[min(place, len(units) - 1)]
            signals.append(Signal(label=label, values=row, unit=as_unit(unit) or unit or "V", sfreq=rate))
    markers, gaps = _qualisys_markers(top, where)
    notices: tuple[Notice, ...] = ()
    if gaps:
        text = f"Markers that the cameras lost for a while are left out: {shortened(gaps)}."
        notices = (Notice(code="marker-gaps", text=text),)
    return FileContent(signals=_relabelled([*signals, *markers]), notices=notices)


def _qualisys_markers(top: Variables, where: str) -> tuple[list[Signal], list[str]]:
    """The labelled markers, each three channels, and the names of those with gaps."""
    labelled = top.get("Trajectories", {})
    labelled = labelled.get("Labeled", {}) if isinstance(labelled, dict) else {}
    data = np.asarray(labelled.get("Data", []), dtype=np.float64) if isinstance(labelled, dict) else np.empty(0)
    if data.ndim != 3 or data.shape[1] < 3:
        return [], []
    rate = _check_rate(_numbers(top.get("FrameRate", np.nan))[0], where=f"{where}, FrameRate")
    names = _texts(labelled.get("Labels", []))
    named = list(zip([*names, *(f"marker {i}" for i in range(len(names) + 1, len(data) + 1))], data, strict=False))
    signals = [
        Signal(label=f"{name}_{axis}", values=row, unit="mm", sfreq=rate, kind="POS")
        for name, marker in named
        if np.isfinite(marker[:3]).all()
        for axis, row in zip("xyz", marker, strict=False)
    ]
    return signals, [name for name, marker in named if not np.isfinite(marker[:3]).all()]


# ---------------------------------------------------------------------------------------------------------- BIOPAC


def _is_biopac(found: Variables) -> bool:
    return {"data", "labels", "units", "isi"} <= set(found)


def _biopac(found: Variables, where: str) -> FileContent:
    """A column a channel, the interval between samples in `isi`."""
    labels, units = _texts(found["labels"]), _texts(found["units"])
    data = _matrix(found["data"], where=f"{where}, data")
    data = data.T if data.shape[1] == len(labels) else data
    unit = (_texts(found.get("isi_units", "ms")) or ["ms"])[0]
    per_second = {"ms": 1e3, "msec": 1e3, "s": 1.0, "sec": 1.0}.get(unit)
    if per_second is None or len(labels) != len(data) or len(units) != len(data):
        raise FormatError(
            "The variables of a BIOPAC file do not fit together",
            where=where,
            allowed="a label and a unit a column, isi in 'ms' or 's'",
            got=f"{len(labels)} labels, {len(units)} units, {len(data)} columns, isi in {unit!r}",
        )
    rate = _check_rate(per_second / _numbers(found["isi"])[0], where=f"{where}, isi")
    signals = (
        Signal(label=label, values=row, unit=as_unit(unit) or unit or None, sfreq=rate)
        for label, unit, row in zip(numbered(labels), units, data, strict=True)
    )
    return FileContent(signals=tuple(signals))


# --------------------------------------------------------------------------------------------------------- Noraxon


def _noraxon_signals(held: Variables) -> list[Mapping[str, Any]]:
    """The structures `signal_N` of ``record.movements.sources.signals``."""
    found: list[Mapping[str, Any]] = []

    def walk(value: Any, depth: int) -> None:
        for one in _structures(value) if depth < 8 else ():
            if {"name", "data", "frequency"} <= set(one):
                found.append(one)
            else:
                for inner in one.values():
                    walk(inner, depth + 1)

    for top in held.values():
        if isinstance(top, dict) and "movements" in top:
            walk(top["movements"], 0)
    return found


def _is_noraxon(found: Variables) -> bool:
    return bool(_noraxon_signals(found))


def _noraxon(found: Variables, where: str) -> FileContent:
    """A structure a signal, each with name, rate and unit."""
    signals = []
    for place, one in enumerate(_noraxon_signals(found), start=1):
        label = (_texts(one["name"]) or [f"signal {place}"])[0]
        rate = _check_rate(_numbers(one["frequency"])[0], where=f"{where}, {label}")
        unit = (_texts(one.get("units", "")) or [""])[0]
        values = np.ravel(np.asarray(one["data"], dtype=np.float64))
        signals.append(Signal(label=label, values=values, unit=as_unit(unit) or unit or None, sfreq=rate))
    return FileContent(signals=_relabelled(signals))


# ------------------------------------------------------------------------------------------------------- OT BioLab+


def _is_otb(found: Variables) -> bool:
    return {"Data", "SamplingFrequency", "Description"} <= set(found)


def _otb(found: Variables, where: str) -> FileContent:
    """A cell an adapter, with a column a channel and its own times; a description a channel, its unit in brackets."""
    # a vector is the one channel of its adapter
    cells = [
        _matrix(one, where=f"{where}, Data").T if _ndim(one) == 2 else _matrix(one, where=f"{where}, Data")
        for one in _cells(found["Data"])
    ]
    times = [_numbers(one) for one in _cells(found.get("Time", []))]
    times += [np.empty(0)] * (len(cells) - len(times))
    texts = _texts(found["Description"])
    if len(texts) != sum(map(len, cells)):
        raise FormatError(
            "Descriptions and channels of the file of OT BioLab+ differ in number", where=where,
            allowed=f"{sum(map(len, cells))} descriptions", got=f"{len(texts)}",
        )  # fmt: skip
    general = _check_rate(float(_numbers(found["SamplingFrequency"])[0]), where=f"{where}, SamplingFrequency")
    parts = [_UNIT_IN_BRACKETS.fullmatch(text) for text in texts]
    labels = iter(numbered(part[1].strip() if part else text for part, text in zip(parts, texts, strict=True)))
    units = iter([part[2].strip() if part else "" for part in parts])
    signals = []
    for cell, seconds in zip(cells, times, strict=True):
        rate = general
        if seconds.size == cell.shape[1] and seconds.size > 1:
            rate = _rate_of({"Time": seconds}, where=where) or general
            # times are printed with some digits; the rate of the file is exact
            rate = general if abs(rate / general - 1) < _SAME else rate
        for row in cell:
            unit = next(units)
            known = as_unit(unit)
            signals.append(
                Signal(
                    label=next(labels),
                    values=np.ascontiguousarray(row),
                    unit=known or "n/a",
                    sfreq=rate,
                    kind=None if known else "MISC",
                )
            )
    return FileContent(signals=tuple(signals))


def _cells(value: Any) -> list[Any]:
    """The cells of a cell array; a matrix is one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


# ----------------------------------------------------------------------------------------------------- plain files

_LAYOUTS: tuple[tuple[Callable[[Variables], bool], Callable[[Variables, str], FileContent]], ...] = (
    (_is_delsys, _delsys),
    (_is_qualisys, _qualisys),
    (_is_biopac, _biopac),
    (_is_noraxon, _noraxon),
    (_is_otb, _otb),
)


def _plain(found: Variables, where: str) -> FileContent:
    """A matrix, or vectors of one length."""
    if len(found) == 1 and isinstance(top := next(iter(found.values())), dict):
        return _plain(top, where)
    rates = {name: value for name, value in found.items() if _RATE.fullmatch(name) and np.size(value) == 1}
    arrays = {
        name: np.asarray(value, dtype=np.float64)
        for name, value in found.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.size > _FEWEST_SAMPLES
    }
    times = {name: arrays.pop(name) for name in list(arrays) if _TIME.fullmatch(name) and arrays[name].ndim == 1}
    matrices = {name: value for name, value in arrays.items() if value.ndim == 2 and min(value.shape) > 1}
    vectors = {name: value.ravel() for name, value in arrays.items() if value.size == max(value.shape)}
    unlike = [name for name in arrays if name not in matrices and name not in vectors]
    one_way = (len(matrices) == 1 and not vectors) or (not matrices and len({v.size for v in vectors.values()}) == 1)
    if unlike or not one_way or len(rates) > 1 or len(times) > 1:
        raise FormatError(
            "It is not clear which variables of the MATLAB file are signals",
            where=where,
            allowed="one matrix, or vectors of one length; one rate such as fs; labels",
            got=shortened(f"{name} {_shape(value)}" for name, value in found.items()) if found else "none",
            hint="Save one recording a file, such as: save('squat.mat', 'data', 'labels', 'fs')",
        )
    rate = _check_rate(_numbers(next(iter(rates.values())))[0], where=where) if rates else _rate_of(times, where=where)
    if matrices:
        (name, matrix), *_ = matrices.items()
        rows = matrix if matrix.shape[0] < matrix.shape[1] else matrix.T
        labels = _labels(found, len(rows)) or [f"{name} {place}" for place in range(1, len(rows) + 1)]
    else:
        labels, rows = list(vectors), np.stack(list(vectors.values()))
    if len(rows) > _MOST_CHANNELS:
        raise FormatError("The matrix has more channels than a recording", where=where, got=f"{len(rows)} channels")
    units = next((_texts(value) for name, value in found.items() if _UNITS.fullmatch(name)), [])
    units = units * len(rows) if len(units) == 1 else units if len(units) == len(rows) else [""] * len(rows)
    signals = (
        Signal(label=label, values=np.ascontiguousarray(row), unit=as_unit(unit) or unit or None, sfreq=rate)
        for label, unit, row in zip(numbered(labels), units, rows, strict=True)
    )
    return FileContent(signals=tuple(signals))


def _labels(held: Variables, count: int) -> list[str]:
    """The names in a variable that holds one for each channel."""
    found = (_texts(value) for name, value in held.items() if _NAMES.fullmatch(name))
    return next((texts for texts in found if len(texts) == count), [])


def _rate_of(times: Mapping[str, Array], *, where: str) -> float | None:
    """The rate from a vector of times in seconds; None where there is none."""
    if not times:
        return None
    ((name, values),) = times.items()
    steps = np.diff(values)
    middle = float(np.median(steps))
    if not middle > 0 or np.abs(steps - middle).max() > 0.5 * middle:
        raise FormatError(
            "The times are not evenly spaced", where=f"{where}, {name}", got=f"steps about {middle:.6g} s"
        )
    return _check_rate((values.size - 1) / float(values[-1] - values[0]), where=f"{where}, {name}")


# ------------------------------------------------------------------------------------------------- values of MATLAB


def _structures(value: Any) -> list[Mapping[str, Any]]:
    """The structures in a structure or an array of structures, which may come as a dict of lists."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return [one for one in value if isinstance(one, dict)]
    if not isinstance(value, dict):
        return []
    sizes = {len(inner) if isinstance(inner, list) else -1 for inner in value.values()}
    if len(sizes) == 1 and (count := sizes.pop()) > 0:
        return [{key: inner[i] for key, inner in value.items()} for i in range(count)]
    return [value]


def _matrix(value: Any, *, where: str) -> Array:
    """Numbers as rows."""
    try:
        found = np.atleast_2d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        found = np.empty((0, 0))
    if found.ndim != 2 or not found.size:
        raise FormatError("A variable is not a matrix of numbers", where=where, got=_shape(value))
    return found


def _numbers(value: Any) -> Array:
    """A vector of numbers; NaN where it holds none."""
    try:
        found = np.ravel(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        found = np.empty(0)
    return found if found.size else np.array([np.nan])


def _ndim(value: Any) -> int:
    """The dimensions of an array; a cell array is a list, whose parts may be of unequal shape."""
    return value.ndim if isinstance(value, np.ndarray) else 0


def _texts(value: Any) -> list[str]:
    """The texts in a text, a cell array, or the padded rows of a character array."""
    if isinstance(value, str):
        return [value.strip()]
    if isinstance(value, (list, tuple)) or _ndim(value):
        return [text for one in value for text in _texts(one)]
    return []


def _check_rate(rate: float, *, where: str) -> float:
    if not 0.1 <= rate <= 1e6:
        raise FormatError("This cannot be a sampling rate", where=where, allowed="0.1 Hz to 1 MHz", got=f"{rate:g}")
    return float(rate)


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return f"a structure with {listed(list(value)[:5])}"
    if isinstance(value, (list, tuple)):  # of unequal parts it has no shape
        return f"{len(value)} values"
    return f"{'×'.join(map(str, np.shape(value)))} {type(value).__name__}" if _ndim(value) else repr(value)[:40]


def _relabelled(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """The signals with labels that are unique."""
    labels = numbered([signal.label for signal in signals])
    return tuple(replace(signal, label=label) for signal, label in zip(signals, labels, strict=True))
