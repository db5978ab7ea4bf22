"""Where the frames of a C3D file stand and what is in one: header and parameters, checked against the size of the file.

A frame holds four numbers a point (x, y, z, and a word on cameras and residual), then the analogue channels, each
sampled a whole number of times. All numbers are 16-bit integers, or all are reals; the sign of POINT:SCALE says which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FileError, FormatError, Notice
from emgkit.io._assembly import Bytes, FileNumbers, numbers_in
from emgkit.io.formats.c3d.parameters import BLOCK, Numbers, Parameters, read_parameters, shortest
from emgkit.notation import number

__all__ = ["Layout", "read_layout"]

# as much of a file as its parameters can fill; 16-bit pointers and block numbers reach no further in practice
_PARAMETERS = 2**22
# a header counts frames in 16 bits
_SATURATED = 2**16 - 1
_LEAST_RATE, _MOST_RATE = 1e-3, 1e7
# two rates closer than this are the same rate, printed with fewer digits
_SAME_RATE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the samples of a file are.

    Parameters
    ----------
    head : bytes
        The first block.
    parameters : Parameters
        All that the parameter section says.
    n_points, n_analog, per_frame, n_frames : int
        Points and analogue channels, samples of each channel in a frame, and frames.
    first_frame : int
        Number of the first frame; frame 1 is at second 0.
    frame_rate, analog_rate : float, optional
        Frames and analogue samples per second (Hz); None where nothing says it.
    is_real : bool
        Whether the samples are reals of 32 bits, else they are whole numbers of 16.
    point_scale : float
        Factor from whole numbers to the unit of the points.
    n_bytes : int
        Bytes before the first frame.
    notices : tuple of Notice
        What is doubtful.
    """

    head: bytes
    parameters: Parameters
    n_points: int
    n_analog: int
    per_frame: int
    n_frames: int
    first_frame: int
    frame_rate: float | None
    analog_rate: float | None
    is_real: bool
    point_scale: float
    n_bytes: int
    notices: tuple[Notice, ...]

    @property
    def numbers(self) -> Numbers:
        """The number format."""
        return self.parameters.numbers

    @property
    def width(self) -> int:
        """Bytes of a number."""
        return 4 if self.is_real else 2

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame."""
        return self.width * (4 * self.n_points + self.n_analog * self.per_frame)

    @property
    def start(self) -> float:
        """Second of the first frame."""
        return (self.first_frame - 1) / self.frame_rate if self.frame_rate else 0.0

    def point_bytes(self, raw: Bytes) -> NDArray[np.uint8] | FileNumbers:
        """The bytes of the points in those of the file, shape (1, n_frames, n_bytes)."""
        own, frame = self.width * 4 * self.n_points, self.frame_bytes
        return numbers_in(raw, "u1", (1, self.n_frames, own), begin=self.n_bytes, strides=(frame, frame, 1))

    def analog_numbers(self, raw: Bytes, kind: str) -> NDArray[Any] | FileNumbers:
        """The analogue numbers in the bytes of the file, shape (n_analog, n_frames, per_frame)."""
        return numbers_in(
            raw, kind, (self.n_analog, self.n_frames, self.per_frame),
            begin=self.n_bytes + self.width * 4 * self.n_points,
            strides=(self.width, self.frame_bytes, self.width * self.n_analog),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Words:
    """The words of the first block, which count from 0."""

    head: bytes
    numbers: Numbers

    def whole(self, word: int) -> int:
        return self.numbers.whole(self.head[2 * word : 2 * word + 2])

    def real(self, word: int) -> float:
        value = self.numbers.real(self.head[2 * word : 2 * word + 4])
        return value if math.isfinite(value) else 0.0


def read_layout(path: Path) -> Layout:
    """Where the samples of a file are.

    Raises
    ------
    FileError
        The file is empty.
    FormatError
        It is no C3D file, its header is damaged or contradicts itself, or the file is cut off.
    """
    size, where = path.stat().st_size, str(path)
    if not size:
        raise FileError("The file is empty", where=where, got="0 bytes")
    with path.open("rb") as file:
        raw = file.read(min(size, _PARAMETERS))
    if len(raw) < 2 or raw[1] != 0x50:
        raise FormatError(
            "This is no C3D file", where=f"{where}, byte 1", allowed="the number 80 as second byte",
            got=str(raw[1]) if len(raw) > 1 else "1 byte",
        )  # fmt: skip
    if len(raw) < BLOCK:
        raise FormatError(
            "The C3D file is cut off inside its header", where=f"{where}, byte {size}", allowed=f"{BLOCK} bytes",
            got=f"{size} bytes", hint="Copy or export the file again",
        )  # fmt: skip
    parameters = read_parameters(raw, where=where)
    words = _Words(head=raw[:BLOCK], numbers=parameters.numbers)
    scale = parameters.number("POINT:SCALE") or words.real(6)
    if not scale:
        raise FormatError(
            "The C3D file does not say how its samples are stored", where=f"{where}, byte 12 and POINT:SCALE",
            allowed="a scale, below 0 for reals and above 0 for whole numbers", got="0",
        )  # fmt: skip
    n_points = words.whole(1)
    n_bytes = _data_start(words, parameters, size, where=where)
    width, available = 4 if scale < 0 else 2, size - n_bytes
    shapes = _channels(words, parameters, where=where)
    sizes = [width * (4 * n_points + channels * samples) for channels, samples in shapes]
    counted = words.whole(4) - words.whole(3) + 1
    fitting = [_is_exact(counted, frame, available) for frame in sizes]
    which = fitting.index(True) if True in fitting else 0
    n_analog, per_frame = shapes[which]
    n_frames, first, notices = _frames(words, parameters, available=available, frame=sizes[which], where=where)
    frame_rate, analog_rate, more = _rates(words, parameters, per_frame=per_frame if n_analog else 0)
    return Layout(
        head=words.head, parameters=parameters, n_points=n_points, n_analog=n_analog, per_frame=per_frame,
        n_frames=n_frames, first_frame=first, frame_rate=frame_rate, analog_rate=analog_rate, is_real=scale < 0,
        point_scale=abs(scale), n_bytes=n_bytes, notices=(*notices, *more),
    )  # fmt: skip


def _channels(words: _Words, parameters: Parameters, *, where: str) -> list[tuple[int, int]]:
    """Analogue channels and their samples in a frame: as the header says, then as it may be meant."""
    samples, per_frame, used = words.whole(2), words.whole(9), parameters.whole("ANALOG:USED") or 0
    if not samples:
        return [(0, 1)]
    shapes = [(samples // per_frame, per_frame)] if per_frame and samples % per_frame == 0 else []
    if used and samples % used == 0:
        shapes.append((used, samples // used))
    if used == samples and per_frame:
        # some programs write the channels where their samples in a frame should stand
        shapes.append((used, per_frame))
    if not shapes:
        raise FormatError(
            "The header of the C3D file contradicts itself", where=f"{where}, bytes 4 and 18",
            allowed="a whole number of samples of each analogue channel in a frame",
            got=f"{samples} samples in a frame, {per_frame} of each channel, {used} channels in ANALOG:USED",
        )  # fmt: skip
    return shapes


def _is_exact(count: int, frame: int, available: int) -> bool:
    """Whether so many frames fill the bytes that there are, up to the end of their last block."""
    return count > 0 and 0 <= available - count * frame < max(BLOCK, frame)


def _data_start(words: _Words, parameters: Parameters, size: int, *, where: str) -> int:
    """Bytes before the first frame."""
    block = words.whole(8) or parameters.whole("POINT:DATA_START") or 0
    if not block >= 2 or (block - 1) * BLOCK > size:
        raise FormatError(
            "The data of the C3D file begin outside of it", where=f"{where}, byte 16",
            allowed=f"a block from 2 to {size // BLOCK + 1}, of 512 bytes each", got=f"block {block}",
            hint="The file is cut off or its header is damaged; copy or export it again",
        )  # fmt: skip
    return (block - 1) * BLOCK


def _frames(
    words: _Words, parameters: Parameters, *, available: int, frame: int, where: str
) -> tuple[int, int, tuple[Notice, ...]]:
    """Number of frames, number of the first one, and notices.

    The header counts to 65535; what goes beyond stands in parameters, of which programs write one or the other.
    The count that fits to the size of the file is taken.
    """
    first, last = words.whole(3), words.whole(4)
    if not frame:
        return 0, max(first, 1), ()
    begin, end = _long(parameters, "TRIAL:ACTUAL_START_FIELD"), _long(parameters, "TRIAL:ACTUAL_END_FIELD")
    counts = {"the header": (last - first + 1, first)}
    header_is_full = last == _SATURATED
    if begin and end:
        counts["TRIAL:ACTUAL_END_FIELD"] = (end - begin + 1, begin)
    elif end:
        counts["TRIAL:ACTUAL_END_FIELD"] = (end - first + 1, first)
    for name in ("POINT:LONG_FRAMES", "POINT:FRAMES"):
        count = parameters.number(name) if name == "POINT:LONG_FRAMES" else parameters.whole(name)
        if count:
            counts[name] = (int(count), first)
    if header_is_full:
        counts["the header"] = counts.pop("the header")
    held = available // frame
    counts = {name: one for name, one in counts.items() if one[0] > 0}
    exact = [one for one in counts.values() if _is_exact(one[0], frame, available)]
    if exact:
        return exact[0][0], max(exact[0][1], 1), ()
    fitting = [one for one in counts.values() if one[0] <= held]
    if not fitting:
        claimed = ", ".join(f"{count} in {name}" for name, (count, _) in counts.items()) or "none"
        raise FormatError(
            "The C3D file is cut off" if counts else "The C3D file does not say how many frames it has",
            where=f"{where}, byte {available}" if not counts else where,
            allowed=f"frames: {claimed}", got=f"{held} frames of {frame} bytes in the {available} bytes of its data",
            hint="Copy or export the file again",
        )  # fmt: skip
    count, first = max(fitting)
    if header_is_full and held > count:
        text = f"The header counts no frame above {_SATURATED}, and nothing else says how many there are: the size of "
        return held, max(first, 1), (Notice(code="length-by-size", text=f"{text}the file gave {held} frames."),)
    text = f"The file holds {available - count * frame} bytes behind its last frame, number {first + count - 1}; "
    return count, max(first, 1), (Notice(code="length-by-size", text=f"{text}they were left out."),)


def _long(parameters: Parameters, name: str) -> int | None:
    """A number of 32 bits that is written as two of 16, the lower first."""
    words = [int(word) % 2**16 for word in parameters.array(name)[:2] if np.isfinite(word)]
    return words[0] + (words[1] << 16 if len(words) > 1 else 0) if words else None


def _rates(
    words: _Words, parameters: Parameters, *, per_frame: int
) -> tuple[float | None, float | None, tuple[Notice, ...]]:
    """Frames and analogue samples per second, and a notice where they contradict each other."""
    frame = _rate(parameters.number("POINT:RATE")) or _rate(words.real(10))
    analog = _rate(parameters.number("ANALOG:RATE"))
    if not per_frame:
        return frame, None, ()
    if frame is None or analog is None:
        return frame or (analog and analog / per_frame), analog or (frame and frame * per_frame), ()
    if abs(analog / (frame * per_frame) - 1) <= _SAME_RATE:
        # the two share one clock, and the rate of the frames is the one that is less often rounded
        return frame, frame * per_frame, ()
    text = (
        f"ANALOG:RATE is {number(analog)} Hz, but the file has {per_frame} analogue samples in each of "
        f"{number(frame)} frames a second, which are {number(frame * per_frame)} Hz. ANALOG:RATE was taken for all."
    )
    return analog / per_frame, analog, (Notice(code="rate-contradiction", text=text),)


def _rate(value: float | None) -> float | None:
    return shortest(value) if value is not None and _LEAST_RATE <= value <= _MOST_RATE else None
