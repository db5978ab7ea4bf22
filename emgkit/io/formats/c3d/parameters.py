"""The parameters of a C3D file: named values in groups, in the number format of the machine that wrote them.

A C3D file is written for one of three processors: PC (little-endian), DEC (little-endian integers, VAX reals) or
MIPS (big-endian). A record of the parameter section is a group, or a parameter of one: its name, the distance to the
next record, and for a parameter its type, dimensions and values. Layout: the C3D file format user guide (c3d.org).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError

__all__ = ["BLOCK", "Numbers", "Parameters", "read_parameters", "shortest"]

BLOCK = 512
_PROCESSORS = {84: "PC", 85: "DEC", 86: "MIPS"}
# width of a value in bytes, by the type that a parameter states; negative is text
_WIDTHS = {-1: 1, 1: 1, 2: 2, 4: 4}
# a damaged pointer may lead anywhere; no laboratory's file has as many parameters
_MOST = 20_000

Value: TypeAlias = "tuple[str, ...] | NDArray[np.float64]"


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How a processor writes whole numbers of 16 bits and reals of 32.

    Parameters
    ----------
    processor : {"PC", "DEC", "MIPS"}
        The machine that the file was written for.
    """

    processor: str

    @property
    def order(self) -> str:
        """Sign of the byte order for a NumPy type."""
        return ">" if self.processor == "MIPS" else "<"

    def reals(self, raw: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The reals in bytes of any shape, whose last axis is contiguous."""
        numbers = raw.view(f"{self.order}f4")
        return numbers if self.decode is None else self.decode(numbers)

    @property
    def decode(self) -> Callable[[NDArray[np.float32]], NDArray[np.float32]] | None:
        """What makes reals of the four bytes of each, where NumPy has no type for them."""
        return _of_vax if self.processor == "DEC" else None

    def real(self, raw: bytes) -> float:
        """The real in four bytes."""
        return float(self.reals(np.frombuffer(raw, np.uint8))[0])

    def whole(self, raw: bytes) -> int:
        """The number without a sign in two bytes."""
        return int.from_bytes(raw, "big" if self.processor == "MIPS" else "little")


def _of_vax(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The reals of a VAX: their halves are swapped, and the exponent counts from 129 where IEEE's counts from 127."""
    words = numbers.view("<u4")
    bits = words << 16 | words >> 16
    small = (bits & 0x7F80_0000) < 3 << 23
    return np.where(small, np.uint32(0), bits - np.uint32(2 << 23)).astype(np.uint32).view(np.float32)


def shortest(value: float) -> float:
    """The number of fewest digits that 32 bits hold as this value, as a program meant it.

    Examples
    --------
    >>> shortest(1.5299999713897705)
    1.53
    """
    return float(str(np.float32(value)))


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a file, by ``"GROUP:NAME"`` in capital letters.

    Parameters
    ----------
    numbers : Numbers
        The number format of the file.
    values : Mapping of str to tuple of str or ndarray
        Texts, or numbers in the order of the file.
    shapes : Mapping of str to tuple of int
        Dimensions of each parameter, the fastest first.
    """

    numbers: Numbers
    values: Mapping[str, Value]
    shapes: Mapping[str, tuple[int, ...]]

    def number(self, name: str) -> float | None:
        """The first number of a parameter; None where there is none that is finite."""
        value = self.array(name)
        return float(value[0]) if value.size and math.isfinite(value[0]) else None

    def whole(self, name: str) -> int | None:
        """The first number of a parameter as a count without a sign."""
        value = self.number(name)
        return None if value is None else int(value) % 2**16 if -(2**15) <= value < 0 else int(value)

    def array(self, name: str) -> NDArray[np.float64]:
        """The numbers of a parameter and of those that continue it (SCALE, SCALE2, SCALE3 …)."""
        parts = [part for part in self._continued(name) if not isinstance(part, tuple)]
        return np.concatenate(parts) if parts else np.empty(0)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a parameter and of those that continue it (LABELS, LABELS2 …)."""
        return tuple(text for part in self._continued(name) if isinstance(part, tuple) for text in part)

    def _continued(self, name: str) -> list[Value]:
        names = [name]
        while f"{name}{len(names) + 1}" in self.values:
            names.append(f"{name}{len(names) + 1}")
        return [self.values[one] for one in names if one in self.values]


def read_parameters(raw: bytes, *, where: str) -> Parameters:
    """The parameters of a file, of which `raw` is the first part.

    Raises
    ------
    FormatError
        The parameter section is missing or damaged.
    """
    start = (raw[0] - 1) * BLOCK
    if start < 0 or len(raw) < start + 4:
        raise FormatError(
            "The parameter section of the C3D file is missing", where=f"{where}, byte 0",
            allowed="the number of a block of 512 bytes inside the file", got=f"block {raw[0]}",
        )  # fmt: skip
    processor = _PROCESSORS.get(raw[start + 3])
    if processor is None:
        raise FormatError(
            "The C3D file does not say for which processor it was written", where=f"{where}, byte {start + 3}",
            allowed="84 (PC), 85 (DEC) or 86 (MIPS)", got=str(raw[start + 3]),
            hint="Its parameter section is damaged, or does not stand where the first byte says; export it again",
        )  # fmt: skip
    numbers = Numbers(processor=processor)
    data = (numbers.whole(raw[16:18]) - 1) * BLOCK
    groups, found = _records(raw[:data] if data > start else raw, start + 4, numbers, where=where)
    values = {f"{groups.get(group, group)}:{name}": (value, shape) for group, name, value, shape in found}
    return Parameters(
        numbers=numbers,
        values={name: value for name, (value, _) in values.items()},
        shapes={name: shape for name, (_, shape) in values.items()},
    )


def _records(
    raw: bytes, place: int, numbers: Numbers, *, where: str
) -> tuple[dict[int, str], list[tuple[int, str, Value, tuple[int, ...]]]]:
    """Names of the groups by their number; and group, name, value and dimensions of each parameter."""
    groups: dict[int, str] = {}
    found = []
    for _ in range(_MOST):
        name, group, following, body = _record(raw, place, numbers, where=where)
        if name and group < 0:
            groups.setdefault(-group, name)
        elif name:
            value, shape, end = _value(raw, body, numbers, what=name, where=where)
            if following and end > following:
                raise FormatError(
                    f"Parameter {name!r} of the C3D file reaches into the next one", where=f"{where}, byte {body}",
                    allowed=f"at most {following - body} bytes", got=f"{end - body} bytes",
                    hint="The parameter section is damaged; export the file again",
                )  # fmt: skip
            found.append((group, name, value, shape))
        # some programs leave the last distance as it happens to be
        if not following or following >= len(raw):
            break
        place = following
    return groups, found


def _record(raw: bytes, place: int, numbers: Numbers, *, where: str) -> tuple[str, int, int, int]:
    """Name of a record, its group (negative: it is one), the bytes where the next record and its own values begin."""
    length = _signed(raw, place, where=where)
    if not length:
        return "", 0, 0, place
    # a locked record has a negative length
    length = abs(length)
    end = place + 2 + length
    if end + 2 > len(raw):
        raise _cut("The parameter section", raw, end + 2, where=where)
    distance = numbers.whole(raw[end : end + 2])
    if distance == 1:
        raise FormatError(
            "A parameter of the C3D file points into itself", where=f"{where}, byte {end}",
            allowed="the distance to the next parameter, or 0 after the last", got="1",
        )  # fmt: skip
    name = _text(raw[place + 2 : end]).upper()
    return name or "?", _signed(raw, place + 1, where=where), distance and end + distance, end + 2


def _value(raw: bytes, place: int, numbers: Numbers, *, what: str, where: str) -> tuple[Value, tuple[int, ...], int]:
    """The value of a parameter, its dimensions, and the byte behind it."""
    kind, n_dimensions = _signed(raw, place, where=where), _signed(raw, place + 1, where=where)
    if kind not in _WIDTHS or not 0 <= n_dimensions <= 7:
        raise FormatError(
            f"Parameter {what!r} of the C3D file has an unknown type", where=f"{where}, byte {place}",
            allowed="text (-1), bytes (1), whole numbers (2) or reals (4) in at most 7 dimensions",
            got=f"type {kind}, {n_dimensions} dimensions",
            hint="The parameter section is damaged; export the file again",
        )  # fmt: skip
    begin = place + 2 + n_dimensions
    shape = tuple(raw[place + 2 : begin])
    size = math.prod(shape) * _WIDTHS[kind]
    if begin + size > len(raw):
        raise _cut(f"Parameter {what!r}", raw, begin + size, where=where)
    part = raw[begin : begin + size]
    if kind == -1:
        width = shape[0] if shape else 1
        return tuple(_text(part[at : at + width]) for at in range(0, size, width or 1)), shape, begin + size
    data = np.frombuffer(part, np.uint8)
    if kind == 4:
        return numbers.reals(data).astype(np.float64), shape, begin + size
    values = data.view("u1" if kind == 1 else f"{numbers.order}i2").astype(np.float64)
    return values, shape, begin + size


def _signed(raw: bytes, place: int, *, where: str) -> int:
    if place >= len(raw):
        raise _cut("The parameter section", raw, place + 1, where=where)
    return raw[place] - 256 if raw[place] > 127 else raw[place]


def _cut(what: str, raw: bytes, needed: int, *, where: str) -> FormatError:
    return FormatError(
        f"{what} of the C3D file does not end inside the file", where=f"{where}, byte {len(raw)}",
        allowed=f"at least {needed} bytes before the data", got=f"{len(raw)} bytes",
        hint="The file is cut off or its parameter section is damaged; export it again",
    )  # fmt: skip


def _text(raw: bytes) -> str:
    """A text without its padding; UTF-8, else Windows-1252."""
    raw = raw.split(b"\0")[0]
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()
