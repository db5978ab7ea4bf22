"""WFDB records of PhysioNet: a header (``.hea``), files of samples and of annotations beside it, through wfdb."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
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

# the record line: name, number of signals, rate, number of samples
_RECORD = re.compile(
    r"(?P<name>[\w-]+)(?P<parts>/\d+)?\s+(?P<signals>\d{1,5})(?:\s+(?P<rate>\S+)(?:\s+(?P<samples>\d{1,12}))?)?"
)
_FORMAT = re.compile(r"(?P<code>\d+)(?:x(?P<times>\d{1,4}))?(?::\d+)?(?:\+\d+)?")
# whole and packed samples take at least so many bytes
_LEAST_BYTES = {
    "8": 1.0, "80": 1.0, "212": 1.5, "310": 4 / 3, "311": 4 / 3, "16": 2.0, "61": 2.0, "160": 2.0, "24": 3.0, "32": 4.0,
    "508": 0.001, "516": 0.001, "524": 0.001,
}  # fmt: skip
_ANNOTATIONS = ("atr", "ann", "mrk", "evt")


def load(path: Path) -> FileContent:
    """What a WFDB header and the files beside it say; every signal keeps its own rate.

    Raises
    ------
    FormatError
        wfdb is not installed, the header is damaged or has several segments, or samples are missing.
    """
    where = str(path)
    wfdb = library("wfdb", extra="wfdb", where=where)
    _check_header(path)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            record = wfdb.rdrecord(str(path.with_suffix("")), physical=True, smooth_frames=False)
            signals, unknown, broken = _signals(record)
            events = tuple(_events(wfdb, path, float(record.fs)))
    except Exception as problem:  # the library ends in many kinds of errors on damaged files
        raise FormatError(
            "The WFDB record is damaged, or of a kind that wfdb does not read", where=where,
            got=f"{type(problem).__name__}: {str(problem)[:160]}",
        ) from None  # fmt: skip
    if not signals:
        raise FormatError(
            "No signal of the WFDB record is complete", where=where, allowed="a value at each sample",
            got=f"samples missing in {shortened(broken.values())}",
        )  # fmt: skip
    notices = []
    if broken:
        text = f"Left out, since samples of it are missing: {shortened(broken.values())}."
        notices.append(Notice(code="samples-missing", text=text))
    if unknown:
        text = f"Left without a unit, since emgkit does not know it: {shortened(unknown)}."
        notices.append(Notice(code="unit-unknown", text=text))
    return FileContent(signals=tuple(signals), events=events, notices=tuple(notices), left_out=broken)


def _check_header(path: Path) -> None:
    """Refuse a header that names files elsewhere, or more samples than its files hold: the library would make room."""
    where = str(path)
    if path.stat().st_size > 2**20:
        raise FormatError("The header is too long", where=where, allowed="1 MB")
    lines = [line.strip() for line in path.read_text("utf-8", errors="replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    found = _RECORD.match(lines[0]) if lines else None
    if found is None or found["parts"] or not 0 < int(found["signals"]) <= 1000:
        raise FormatError(
            "The WFDB header cannot be read", where=where,
            allowed="a line of the record's name, its number of signals, rate and number of samples; one segment",
            got=repr(lines[0][:60]) if lines else "no line",
            hint="Read the headers of its segments" if found is not None and found["parts"] else "",
        )  # fmt: skip
    if len(lines) - 1 != int(found["signals"]):
        raise FormatError(
            "The WFDB header does not describe each signal once", where=where,
            allowed=counted(int(found["signals"]), "line"), got=counted(len(lines) - 1, "line"),
        )  # fmt: skip
    needed: dict[str, float] = {}
    for line in lines[1:]:
        name, code = [*line.split(), ""][:2]
        form = _FORMAT.fullmatch(code)
        if (
            form is None
            or form["code"] not in _LEAST_BYTES
            or not re.fullmatch(r"[\w.-]+", name)
            or name in (".", "..")
        ):
            raise FormatError(
                "A signal of the WFDB header cannot be read", where=where,
                allowed=f"the name of a file beside the header and a format: {', '.join(_LEAST_BYTES)}",
                got=repr(line[:60]),
            )  # fmt: skip
        frames = int(found["samples"] or 0) * int(form["times"] or 1)
        needed[name] = needed.get(name, 0.0) + frames * _LEAST_BYTES[form["code"]]
    for name, size in needed.items():
        file = path.with_name(name)
        held = file.stat().st_size if file.is_file() else -1
        if held < max(int(size) - 3, 1):
            raise FormatError(
                "The samples of the record are missing or cut off", where=where,
                allowed=f"{name} beside the header" + (f", of {int(size)} bytes" if size else ""),
                got="no such file" if held < 0 else f"{held} bytes", hint="Copy all files of the record",
            )  # fmt: skip


def _signals(record: Any) -> tuple[list[Signal], list[str], dict[int, str]]:
    """The signals, those in a unit that is not known, and the places of those with samples missing."""
    found, unknown, broken = [], [], {}
    labels = numbered(str(name or "").strip() for name in record.sig_name)
    for place, (label, values, text, times) in enumerate(
        zip(labels, record.e_p_signal, record.units, record.samps_per_frame, strict=True), start=1
    ):
        rate, whole = float(record.fs) * int(times), np.asarray(values, dtype=np.float64)
        if not 0.001 <= rate <= 1e7 or not whole.size:
            raise ValueError(f"{whole.size} samples of {label!r} at {rate:g} Hz")
        if not np.isfinite(whole).all():
            broken[place] = label
            continue
        text = str(text or "").strip()
        unit, kind = as_unit(text) or text or None, None
        if text in ("NU", "nd") or (as_unit(text) is None and kind_of(label, None) not in ("EMG", None)):
            unit, kind = "n/a", kind_of(label, None) or "MISC"
        elif text and as_unit(text) is None and kind_of(label, None) != "EMG":
            unknown.append(f"{label} ({text})")
            unit, kind = "n/a", "MISC"
        found.append(Signal(label=label, values=whole, unit=unit, kind=kind, sfreq=rate, position=place))
    return found, unknown, broken


def _events(wfdb: Any, path: Path, rate: float) -> Iterator[Event]:
    """The annotations beside the header as events: their note, else their symbol."""
    for ending in _ANNOTATIONS:
        if not path.with_suffix(f".{ending}").is_file():
            continue
        found = wfdb.rdann(str(path.with_suffix("")), ending)
        sfreq = float(found.fs or rate)
        for sample, symbol, note in zip(found.sample, found.symbol, found.aux_note, strict=True):
            label = str(note).strip("\0 ") or str(symbol).strip() or "annotation"
            yield Event(onset=float(sample) / sfreq, duration=0.0, label=label)
