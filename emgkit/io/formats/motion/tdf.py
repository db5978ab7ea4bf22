"""BTS TDF files: a table of blocks, of which EMG, analogue signals, force plates, markers and events are read.

The layout is that of the maker's published MATLAB scripts, checked with a real file and against other open readers
(BTK, basictdf). A block of signals has tracks, and a track has segments: where it has none, the signal is lacking.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._time_axis import Window
from emgkit.io.formats.motion.described import gap_notice
from emgkit.notation import counted

__all__ = ["load"]

_MAGIC = bytes.fromhex("824b6041d31184ca6000b6ac16680c08")
_ENTRY = struct.Struct("<IIii")
_FIRST_ENTRY, _NEXT_ENTRY = 64, 288
_LABEL = 256
_MOST_ENTRIES, _MOST_TRACKS = 1000, 4096
# no rate (Hz) is above, and no block begins later (s)
_MOST_RATE, _LATEST = 1e6, 1e7


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What a block of signals holds: the columns of a track with their unit and kind, and which forms it comes in.

    ``by_track`` and ``by_frame`` are the forms; those in ``unlabelled`` have no labels, those in ``linked`` have pairs
    of markers before the tracks. A block ``in_space`` has the axes of the laboratory in its header, another one has
    the channel of the device for each track.
    """

    name: str
    columns: tuple[tuple[str, str | None, str], ...]
    by_track: tuple[int, ...] = (1,)
    by_frame: tuple[int, ...] = (2,)
    unlabelled: tuple[int, ...] = ()
    linked: tuple[int, ...] = ()
    in_space: bool = False


_XYZ = ("x", "y", "z")
_PLATE = (
    *((f"p{axis}", "m", "MISC") for axis in "xy"),
    *((f"f{axis}", "N", "FORCE") for axis in _XYZ),
    ("mz", "N·m", "MISC"),
)
_VECTOR = tuple(
    (f"{what}{axis}", unit, kind)
    for what, unit, kind in (("p", "m", "MISC"), ("f", "N", "FORCE"), ("m", "N·m", "MISC"))
    for axis in _XYZ
)
# number of a block that is read -> what it holds
_KINDS = {
    5: _Kind(
        name="markers", columns=tuple((axis, "m", "POS") for axis in _XYZ), by_track=(1, 2), by_frame=(3, 4),
        linked=(1, 3), in_space=True,
    ),
    9: _Kind(name="force plates", columns=_PLATE, by_track=(1, 3), by_frame=(2, 4), unlabelled=(1, 2)),
    11: _Kind(name="EMG", columns=(("", "V", "EMG"),)),
    12: _Kind(name="force vectors", columns=_VECTOR, in_space=True),
    14: _Kind(name="analogue signals", columns=(("", "n/a", "MISC"),)),
}  # fmt: skip
_MARKERS, _EVENTS = 5, 16
# blocks that hold no recording: calibrations, images of the cameras, measures of the body, the optical system
_NO_SIGNALS = {0, 1, 2, 3, 4, 6, 7, 8, 10, 13, 15}


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A block of the file: its number, its form, and its bytes."""

    number: int
    form: int
    body: memoryview
    where: str

    def unpack(self, layout: str, at: int) -> tuple[int | float, ...]:
        """Numbers at a byte of the block."""
        size = struct.calcsize(layout)
        if at < 0 or at + size > len(self.body):
            raise _cut_off(self.where, at + size, len(self.body))
        return struct.unpack_from(layout, self.body, at)

    def text(self, at: int) -> str:
        """The label at a byte of the block, which ends at its first zero."""
        if at + _LABEL > len(self.body):
            raise _cut_off(self.where, at + _LABEL, len(self.body))
        raw = bytes(self.body[at : at + _LABEL]).split(b"\0")[0]
        return "".join(sign for sign in raw.decode("cp1252", "replace") if sign.isprintable()).strip()


@dataclass(frozen=True, kw_only=True)
class _Track:
    """A track: its label, and the values of its segments, which are given as first frame and number of frames."""

    label: str
    values: NDArray[np.float32]
    segments: NDArray[np.int64]

    @property
    def begins_whole(self) -> int:
        """Number of frames from the first one on that nothing interrupts."""
        follows = self.segments[:, 0] == np.cumsum(self.segments[:, 1]) - self.segments[:, 1]
        return int(self.segments[follows, 1].sum()) if follows.all() else 0

    def part(self, part: slice, *, zero_is_gap: bool) -> tuple[NDArray[np.float64], int]:
        """The values (n_columns, n_frames) of some frames, empty where frames are lacking, and how many are lacking."""
        firsts, ends = self.segments[:, 0], self.segments.sum(axis=1)
        before = np.cumsum(self.segments[:, 1]) - self.segments[:, 1]
        lows, highs = np.clip(firsts, part.start, part.stop), np.clip(ends, part.start, part.stop)
        lacking = part.stop - part.start - int((highs - lows).sum())
        places = zip(before - firsts + lows, before - firsts + highs, strict=True)
        values = np.concatenate([self.values[:0], *(self.values[low:high] for low, high in places)])
        gap = ~np.isfinite(values).all(axis=1)
        if zero_is_gap:
            gap |= ~values.any(axis=1)
        lacking += int(np.count_nonzero(gap))
        if lacking:
            return np.empty((self.values.shape[1], 0)), lacking
        return np.ascontiguousarray(values.T, dtype=np.float64), 0


@dataclass(frozen=True, kw_only=True)
class _Signals:
    """The tracks of a block with their rate (Hz), start (s) and number of frames, and the one its header gives."""

    kind: _Kind
    form: int
    sfreq: float
    start: float
    stated: int
    tracks: tuple[_Track, ...] = field(default_factory=tuple)

    @property
    def frames(self) -> int:
        """Number of frames: that of the header, or more where tracks go on without a gap."""
        return max(self.stated, max((track.begins_whole for track in self.tracks), default=0))


def load(path: Path, *, start: float | None = None, stop: float | None = None) -> FileContent:
    """What a TDF file says, or the part of it from `start` up to `stop` (s).

    Raises
    ------
    FormatError
        The file is damaged or cut off, is of another version, or no signal of it is complete.
    ArgumentError
        `start` and `stop` are not part of the recording.
    """
    where = str(path)
    with path.open("rb") as file:  # of a file of another format, no more is read
        head = file.read(_FIRST_ENTRY)
    _check_magic(head, where=where)
    blocks = list(_blocks(memoryview(path.read_bytes()), where=where))
    read, unread = [], []
    for block in blocks:
        kind = _KINDS.get(block.number)
        if kind is not None and block.form in (*kind.by_track, *kind.by_frame):
            read.append(_signals(block, kind))
        elif kind is not None:
            unread.append(f"{kind.name} in form {block.form}")
        elif block.number not in _NO_SIGNALS and block.number != _EVENTS:
            unread.append(f"a block of kind {block.number}")
    if not any(one.tracks for one in read):
        raise FormatError(
            "The TDF file holds no signal that is read", where=where,
            allowed=", ".join(kind.name for kind in _KINDS.values()), got="; ".join(unread) or "none of these",
        )  # fmt: skip
    is_part = start is not None or stop is not None
    window = Window(start=start or 0.0, stop=stop, where=where) if is_part else None
    events = tuple(event for block in blocks if block.number == _EVENTS for event in _events(block))
    content = _content([one for one in read if one.tracks], window, where=where)
    left = f"Left out, since it is not read: {'; '.join(unread)}."
    more = (Notice(code="block-left-out", text=left),) if unread else ()
    return replace(content, events=events, notices=(*content.notices, *more))


def _content(read: list[_Signals], window: Window | None, *, where: str) -> FileContent:
    """The signals with labels that are unique; one with gaps is left out."""
    origin = min(one.start for one in read)
    found: list[tuple[Signal, int]] = []
    notices: list[Notice] = []
    for one in read:
        n = one.frames
        part = window.samples(n, one.sfreq, begins=one.start - origin) if window else slice(0, n)
        gone: dict[str, int] = {}
        # where every frame has a place, a marker that was not seen stands at the very origin
        zero_is_gap = one.kind is _KINDS[_MARKERS] and one.form in one.kind.by_frame
        for track in one.tracks:
            values, lacking = track.part(part, zero_is_gap=zero_is_gap)
            if lacking:
                gone[track.label] = lacking
            found += [
                (
                    Signal(
                        label=f"{track.label}_{column}" if column and track.label else track.label,
                        values=values[row], unit=unit, sfreq=one.sfreq, start=one.start + part.start / one.sfreq,
                        kind=kind, whole=n if window else None,
                    ),
                    lacking,
                )
                for row, (column, unit, kind) in enumerate(one.kind.columns)
            ]  # fmt: skip
        notices += [*_length_notice(one), *gap_notice(gone, part.stop - part.start), *_unit_notice(one)]
    labels = numbered(signal.label for signal, _ in found)
    rows = [(place, label, *one) for place, (label, one) in enumerate(zip(labels, found, strict=True), start=1)]
    signals = tuple(replace(one, label=label, position=place) for place, label, one, lacking in rows if not lacking)
    if not signals:
        raise FormatError(
            "No signal of the TDF file is complete", where=where, allowed="a value in every frame",
            got=f"gaps in all of {counted(len(found), 'signal')}",
            hint="Fill the gaps in the program that recorded it, or read a part in which there are none",
        )  # fmt: skip
    left_out = {place: label for place, label, _, lacking in rows if lacking}
    return FileContent(signals=signals, left_out=left_out, notices=tuple(notices), origin=origin)


def _length_notice(one: _Signals) -> tuple[Notice, ...]:
    if one.frames == one.stated:
        return ()
    text = (
        f"The header of the {one.kind.name} gives {counted(one.stated, 'frame')}; the file holds {one.frames}, and all "
        "are read."
    )
    return (Notice(code="length-by-size", text=text),)


def _unit_notice(one: _Signals) -> tuple[Notice, ...]:
    if one.kind is not _KINDS[14]:
        return ()
    text = "The analogue signals are kept as numbers without a unit: the file gives none."
    hint = f"Say channels={{{one.tracks[0].label!r}: {{'kind': …, 'unit': 'V'}}}} where you know it."
    return (Notice(code="unit-unknown", text=text, hint=hint),)


def _check_magic(head: bytes, *, where: str) -> None:
    if len(head) < _FIRST_ENTRY:
        raise _cut_off(where, _FIRST_ENTRY, len(head))
    (version,) = struct.unpack_from("<I", head, 16)
    if head[:16] != _MAGIC or version != 1:
        raise FormatError(
            "This is no TDF file of version 1", where=where, allowed=f"{_MAGIC[:4].hex()}… and 1",
            got=f"{head[:4].hex()}… and {version}",
        )  # fmt: skip


def _blocks(raw: memoryview, *, where: str) -> Iterator[_Block]:
    """The blocks that the table at the beginning of the file lists."""
    (entries,) = struct.unpack_from("<i", raw, 20)
    if not 0 < entries <= _MOST_ENTRIES:
        raise FormatError(
            "The table of the TDF file is damaged", where=where, allowed=f"1 to {_MOST_ENTRIES} blocks",
            got=counted(entries, "block"),
        )  # fmt: skip
    for place in range(entries):
        at = _FIRST_ENTRY + place * _NEXT_ENTRY
        if at + _ENTRY.size > len(raw):
            raise _cut_off(where, at + _ENTRY.size, len(raw))
        kind, form, offset, size = _ENTRY.unpack_from(raw, at)
        if kind == 0 or form == 0:
            continue
        if offset < _FIRST_ENTRY or size < 0 or offset + size > len(raw):
            raise FormatError(
                "A block of the TDF file lies beyond its end", where=f"{where}, block {place + 1}",
                allowed=f"bytes {_FIRST_ENTRY} to {len(raw)}", got=f"{size} bytes from byte {offset} on",
                hint="Copy or export the file again",
            )  # fmt: skip
        yield _Block(
            number=kind, form=form, body=raw[offset : offset + size], where=f"{where}, block {place + 1} of kind {kind}"
        )


def _cut_off(where: str, needed: int, held: int) -> FormatError:
    return FormatError(
        "The TDF file is cut off or damaged", where=where, allowed=f"at least {needed} bytes",
        got=counted(held, "byte"), hint="Copy or export the file again",
    )  # fmt: skip


def _signals(block: _Block, kind: _Kind) -> _Signals:
    """The tracks of a block."""
    header = block.unpack("<iifi", 0)
    # markers have their number of frames first, all others their number of tracks
    count, stated = (header[3], header[0]) if block.number == _MARKERS else (header[0], header[3])
    tracks, frames, rate, start = int(count), int(stated), float(header[1]), float(header[2])
    if not 0 <= tracks <= _MOST_TRACKS or frames < 0 or not 0 < rate <= _MOST_RATE or not abs(start) < _LATEST:
        raise FormatError(
            "The header of a block contradicts itself", where=block.where,
            allowed=f"at most {_MOST_TRACKS} tracks, a rate above 0 Hz, a start in seconds, and frames",
            got=f"{tracks} tracks, {rate:g} Hz, {start:g} s, {frames} frames",
        )  # fmt: skip
    at = 80 if kind.in_space else 16 + 2 * tracks
    if block.form in kind.linked:
        (links,) = block.unpack("<i", at)
        at += 8 + 8 * max(0, int(links))
    read = _by_track if block.form in kind.by_track else _by_frame
    found = read(block, kind, at=at, tracks=tracks, frames=frames)
    return _Signals(kind=kind, form=block.form, sfreq=rate, start=start, stated=frames, tracks=tuple(found))


def _by_track(block: _Block, kind: _Kind, *, at: int, tracks: int, frames: int) -> list[_Track]:  # noqa: ARG001
    """The tracks one behind the other, each with its label and a table of its segments."""
    width, found = len(kind.columns), []
    for place in range(tracks):
        where, label = f"{block.where}, track {place + 1}", f"plate {place + 1}"
        if block.form not in kind.unlabelled:
            label, at = block.text(at), at + _LABEL
        count, at = int(block.unpack("<i", at)[0]), at + 8
        if not 0 <= 8 * count <= len(block.body) - at:
            raise _cut_off(where, at + 8 * max(0, count), len(block.body))
        segments = np.frombuffer(block.body, "<i4", count=2 * count, offset=at).reshape(-1, 2).astype(np.int64)
        at += 8 * count
        held = int(segments[:, 1].sum())
        ends = segments.sum(axis=1)
        if (segments < 0).any() or (segments[1:, 0] < ends[:-1]).any():
            raise FormatError(
                "The segments of a track overlap", where=where, allowed="segments that follow each other",
                got="; ".join(f"{size} frames from {first} on" for first, size in segments[:4].tolist()),
            )  # fmt: skip
        if at + 4 * width * held > len(block.body):
            raise _cut_off(where, at + 4 * width * held, len(block.body))
        words = np.frombuffer(block.body, "<f4", count=width * held, offset=at).reshape(-1, width)
        at += 4 * width * held
        found.append(_Track(label=label, values=words, segments=segments))
    return found


def _by_frame(block: _Block, kind: _Kind, *, at: int, tracks: int, frames: int) -> list[_Track]:
    """All labels, then the values of all tracks frame by frame."""
    width = len(kind.columns)
    labels = [f"plate {place + 1}" for place in range(tracks)]
    if block.form not in kind.unlabelled:
        labels = [block.text(at + _LABEL * place) for place in range(tracks)]
        at += _LABEL * tracks
    size = width * tracks * frames
    if at + 4 * size > len(block.body):
        raise _cut_off(block.where, at + 4 * size, len(block.body))
    words = np.frombuffer(block.body, "<f4", count=size, offset=at).reshape(frames, tracks, width)
    whole = np.array([[0, frames]])
    return [_Track(label=label, values=words[:, place], segments=whole) for place, label in enumerate(labels)]


def _events(block: _Block) -> Iterator[Event]:
    """The events of a block; one label may stand for several times."""
    count, at = int(block.unpack("<if", 0)[0]), 8
    for _ in range(count):
        label = block.text(at) or "event"
        times = int(block.unpack("<ii", at + _LABEL)[1])
        at += _LABEL + 8
        if not 0 <= 4 * times <= len(block.body) - at:
            raise _cut_off(f"{block.where}, event {label!r}", at + 4 * max(0, times), len(block.body))
        onsets = np.frombuffer(block.body, "<f4", count=times, offset=at)
        at += 4 * times
        yield from (Event(onset=float(onset), duration=0.0, label=label) for onset in onsets if np.isfinite(onset))
