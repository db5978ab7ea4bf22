"""Annotations of EDF+ and BDF+: events, and the onset that each data record says it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io.formats.edf_header import Header, decoded, readable
from emgkit.notation import number

__all__ = ["Annotation", "Annotations", "read_annotations"]

# onset, duration, texts; bytes 20 and 21 part them
_ANNOTATION = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15(\d+(?:\.\d*)?))?\x14(.*)\x14", re.DOTALL)
# a data record that holds its own onset alone
_CLOCK_ALONE = re.compile(rb"([+-]\d{1,9}(?:\.\d*)?)\x14\x14\x00*")
# a larger number of seconds is no time in a recording
_LONGEST = 1e9
# onsets may be rounded to this many decimals, or to more where one of them has more
_DECIMALS = 3


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A text with its onset and duration (s); a duration of None is a moment."""

    onset: float
    duration: float | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Annotations:
    """The annotations on the time of the samples, the earliest first, and what is doubtful in them."""

    notes: tuple[Annotation, ...] = ()
    notices: tuple[Notice, ...] = ()


def read_annotations(blocks: Sequence[NDArray[np.uint8]], header: Header, *, where: str) -> Annotations:
    """The annotations of a file whose data records follow one another.

    Parameters
    ----------
    blocks : sequence of ndarray of uint8, shape (n_records, n_bytes)
        The bytes of each signal of annotations.
    header : Header
        Of the file.
    where : str
        The file, for messages.

    Raises
    ------
    FormatError
        The onsets of the data records jump, or cannot be read. A flag of gaps (EDF+D) alone is no reason.
    """
    onsets: list[bytes] = []
    notes: list[Annotation] = []
    unreadable: list[tuple[int, bytes]] = []
    for place, block in enumerate(blocks):
        raw, size = block.tobytes(), block.shape[1]
        for record in range(len(block)):
            row = raw[record * size : (record + 1) * size]
            clock = _CLOCK_ALONE.fullmatch(row) if place == 0 else None
            if clock:
                onsets.append(clock[1])
                continue
            chunks = [chunk for chunk in row.split(b"\x00") if chunk.strip()]
            found = [(chunk, _parsed(chunk)) for chunk in chunks]
            if place == 0:
                onsets.append(_onset_of_record(found, record, where=where))
            for position, (chunk, parts) in enumerate(found):
                if parts is None:
                    unreadable.append((record + 1, chunk))
                    continue
                is_clock = place == 0 and position == 0 and not parts.texts[0]
                texts = parts.texts[1:] if is_clock else parts.texts
                notes += [Annotation(onset=parts.onset, duration=parts.duration, text=text) for text in texts]
    start = _checked_onsets(onsets, header, where=where)
    # 12 decimals take away what the difference of two decimal numbers adds
    moved = [Annotation(onset=round(n.onset - start, 12), duration=n.duration, text=n.text) for n in notes]
    moved.sort(key=lambda note: (note.onset, -1.0 if note.duration is None else note.duration, note.text))
    return Annotations(notes=tuple(moved), notices=_unreadable_notice(unreadable))


@dataclass(frozen=True, kw_only=True)
class _Parts:
    written: bytes
    onset: float
    duration: float | None
    texts: list[str]


def _parsed(chunk: bytes) -> _Parts | None:
    """The parts of one annotation; None where it is none."""
    match = _ANNOTATION.fullmatch(chunk)
    if match is None:
        return None
    onset, duration, texts = match.groups()
    times = (float(onset), None if duration is None else float(duration))
    if abs(times[0]) > _LONGEST or (times[1] or 0.0) > _LONGEST:
        return None
    return _Parts(
        written=onset, onset=times[0], duration=times[1], texts=[decoded(text) for text in texts.split(b"\x14")]
    )


def _onset_of_record(found: Sequence[tuple[bytes, _Parts | None]], record: int, *, where: str) -> bytes:
    """What the record says of its own onset, as written; empty where it says nothing."""
    if not found:
        return b""
    chunk, parts = found[0]
    if parts is None:
        raise FormatError(
            "The annotation with the time of a data record cannot be read",
            where=f"{where}, data record {record + 1}",
            allowed="a time with its sign, and the bytes 20, 20 and 0 behind it, such as '+12.5'",
            got=repr(readable(chunk[:40])),
            hint="Export the recording again from its program",
        )
    return b"" if parts.texts[0] else parts.written


def _checked_onsets(onsets: Sequence[bytes], header: Header, *, where: str) -> float:
    """The onset of the first record (s); refuses records that do not follow one another."""
    known = np.flatnonzero([len(onset) > 0 for onset in onsets])
    if header.kind.endswith("+D") and known.size < header.records:
        missing = next((record for record, onset in enumerate(onsets) if not onset), 0)
        raise FormatError(
            f"The header says {header.kind} (with gaps), but a data record has no annotation with its time",
            where=f"{where}, data record {missing + 1} of {header.records}",
            allowed="a time for every data record, without gaps between them",
            hint="Export it as a continuous recording (EDF+C or BDF+C)",
        )
    if not known.size:
        return 0.0
    times = np.array([float(onset) for onset in onsets if onset])
    record = float(header.record)
    # a recording whose first records have no time begins before the first time that there is
    start = float(times[0] - known[0] * record)
    late = times - start - known * record
    step = np.diff(late, prepend=0.0)
    decimals = max(_DECIMALS, *(len(onset.partition(b".")[2]) for onset in onsets))
    fastest = max((channel.samples for channel in header.channels), default=0)
    # half a sample is no gap; neither is what rounding does to an onset, or to the difference of two
    half_a_sample, last_decimal = (0.5 * record / fastest if fastest else 0.0), 10.0**-decimals
    at_once, in_all = (max(half_a_sample, rounded) + 1e-9 for rounded in (last_decimal, 0.5 * last_decimal))
    # a duration that fills its field of 8 characters may be rounded, and that adds up
    rounding = 0.0 if header.record_decimals is None else 0.5 * 10.0**-header.record_decimals
    jumps = np.flatnonzero((np.abs(step) > at_once) | (np.abs(late) > in_all + rounding * known))
    if jumps.size:
        raise _jump(header, int(known[jumps[0]]), float(times[jumps[0]]), float(late[jumps[0]]), where=where)
    return start


def _jump(header: Header, record: int, begins: float, late: float, *, where: str) -> FormatError:
    flag = f", although its header says {header.kind} (without gaps)" if header.kind.endswith("+C") else ""
    what = "The recording has a gap between its data records" if late > 0 else "The data records overlap in time"
    return FormatError(
        f"{what}{flag}",
        where=f"{where}, data record {record + 1} of {header.records}",
        allowed=f"records that follow one another, so that this one begins at {number(round(begins - late, 9))} s",
        got=f"it begins at {number(begins)} s, {number(round(abs(late), 9))} s {'later' if late > 0 else 'earlier'}",
        hint="Export it as continuous recordings, one file for each stretch",
    )


def _unreadable_notice(unreadable: Sequence[tuple[int, bytes]]) -> tuple[Notice, ...]:
    if not unreadable:
        return ()
    record, chunk = unreadable[0]
    left_out = "annotation is" if len(unreadable) == 1 else "annotations are"
    text = (
        f"{len(unreadable)} {left_out} left out, since no onset and text can be read in "
        f"{'it' if len(unreadable) == 1 else 'them'}; the first stands in data record {record}: "
        f"{readable(chunk[:40])!r}."
    )
    return (Notice(code="annotations-left-out", text=text),)
