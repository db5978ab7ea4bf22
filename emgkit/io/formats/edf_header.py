"""The header of an EDF or BDF file: its fields, its channels, and how many data records there are.

A header is 256 bytes of text and 256 more a signal. Every number in it must be one as EDF writes
numbers: digits, a sign, a point, an exponent. What the header gets wrong for one channel alone
costs that channel, or gives it a number in place of a name; all else is an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import numbered
from emgkit.io._text import shortened
from emgkit.notation import counted, number, series

__all__ = ["ChannelHeader", "Header", "decoded", "read_header", "readable"]

_FIRST, _PER_SIGNAL = 256, 256
# the fields of the first part that are read: their bytes, counted from 1
_PLACES = {
    "size of the header": (185, 192), "kind": (193, 236), "number of data records": (237, 244),
    "duration of a data record": (245, 252), "number of signals": (253, 256),
}  # fmt: skip
# width of each field of the table of signals; a field of all signals stands together
_WIDTHS = {
    "label": 16, "transducer": 80, "unit": 8, "physical minimum": 8, "physical maximum": 8,
    "digital minimum": 8, "digital maximum": 8, "prefiltering": 80, "samples in a data record": 8, "reserved": 32,
}  # fmt: skip
_WHOLE = re.compile(rb"[+-]?\d+")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
# no letters of a label
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# no quantity is as large
_LARGEST = 1e100
# slower or faster than this is not a rate of a recording, but damage
RATES = (Fraction(1, 10), Fraction(1_000_000))


@dataclass(frozen=True, kw_only=True)
class ChannelHeader:
    """What the header has on one signal.

    Parameters
    ----------
    label, unit : str
        As the header has them; a doubled or empty label has a number.
    position : int
        Place among the signals that are no annotations, counted from 1; 0 for annotations.
    physical : tuple of float
        The numbers that stand for the limits in `digital`.
    digital : tuple of int
        The least and the largest sample.
    samples : int
        Samples in a data record.
    place : slice
        Its bytes in a data record.
    """

    label: str
    unit: str
    position: int
    physical: tuple[float, float]
    digital: tuple[int, int]
    samples: int
    place: slice

    @property
    def gain(self) -> float:
        """Units of the channel a step; 0 where the header gives no scaling."""
        low, high = self.digital
        return (self.physical[1] - self.physical[0]) / (high - low) if low < high else 0.0

    @property
    def scaled(self) -> str:
        """The two ranges of the header, for a message."""
        (low, high), (least, most) = self.physical, self.digital
        return f"physical range {number(low)} to {number(high)}, digital range {least} to {most}"


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the header has on the file.

    Parameters
    ----------
    is_bdf : bool
        Whether a sample has 24 bits.
    kind : str
        ``"EDF+C"``, ``"BDF+D"`` and so on; empty for plain EDF.
    records : int
        Whole data records that are read.
    record : Fraction
        Duration of a data record (s).
    record_decimals : int, optional
        Decimals of that duration where they fill its field, so that it may be rounded.
    channels, left_out, annotations : tuple of ChannelHeader
        Channels that can be read, those without a scaling, and the signals of annotations.
    notices : tuple of Notice
        What is doubtful in it.
    """

    is_bdf: bool
    kind: str
    records: int
    record: Fraction
    record_decimals: int | None
    channels: tuple[ChannelHeader, ...]
    left_out: tuple[ChannelHeader, ...]
    annotations: tuple[ChannelHeader, ...]
    notices: tuple[Notice, ...]

    @property
    def n_bytes(self) -> int:
        """Bytes before the first data record."""
        return _FIRST + _PER_SIGNAL * (len(self.channels) + len(self.left_out) + len(self.annotations))

    @property
    def record_bytes(self) -> int:
        """Bytes of a data record."""
        return max(int(one.place.stop) for one in (*self.channels, *self.left_out, *self.annotations))


@dataclass(frozen=True, kw_only=True)
class _Field:
    """A field of the header, and where it stands for a message."""

    raw: bytes
    where: str

    def whole(self) -> int:
        text = self.raw.strip(b" ")
        if not _WHOLE.fullmatch(text):
            raise self.damaged("a whole number, written in digits")
        return int(text)

    def decimal(self) -> float:
        text = self.raw.strip(b" ")
        value = float(text) if _NUMBER.fullmatch(text) else math.inf
        if abs(value) > _LARGEST:
            raise self.damaged("a number, written in digits with a decimal point")
        return value

    def damaged(self, allowed: str) -> FormatError:
        return FormatError(
            "The header of the EDF or BDF file is damaged",
            where=self.where, allowed=allowed, got=repr(readable(self.raw)),
            hint="Export the recording again from its program",
        )  # fmt: skip


def readable(raw: bytes) -> str:
    """The text in a field, without the blanks and zeros around it: UTF-8, else Latin-1.

    Examples
    --------
    >>> readable("Glúteo  ".encode()), readable("Glúteo  ".encode("latin-1"))
    ('Glúteo', 'Glúteo')
    """
    return decoded(raw.strip(b" \x00"))


def decoded(raw: bytes) -> str:
    """UTF-8 as a text, and what is none as Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        whole, is_cut = raw[: error.start], error.reason == "unexpected end of data"
        # a field can end inside a letter of a text that is UTF-8 up to there
        return whole.decode("utf-8") if is_cut and not whole.isascii() else raw.decode("latin-1")


def read_header(path: Path) -> Header:
    """The header of a file, checked against its size.

    Raises
    ------
    FormatError
        A field is not a number or lies outside of what the format holds, the file is shorter than
        its header says, or it is longer by more than one data record.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_FIRST)
        is_bdf = _checked_start(head, path)
        n_signals = _field(head, "number of signals", path).whole()
        table = file.read(_PER_SIGNAL * max(0, n_signals))
    stated = _field(head, "number of data records", path).whole()
    duration = _field(head, "duration of a data record", path)
    seconds = duration.decimal()
    if stated == 0 or stated < -1 or n_signals < 1 or not seconds > 0:
        raise FormatError(
            "The file holds no data, or its recording was never closed",
            where=str(path), allowed="at least one data record, longer than 0 s, and one signal",
            got=f"{counted(stated, 'data record')} of {number(seconds)} s and {counted(n_signals, 'signal')}",
            hint=_SIZE_DECIDES if stated == 0 and n_signals > 0 else "",
        )  # fmt: skip
    n_bytes = _FIRST + _PER_SIGNAL * n_signals
    stated_bytes = _field(head, "size of the header", path)
    if stated_bytes.whole() != n_bytes:
        raise stated_bytes.damaged(f"{n_bytes}, for {counted(n_signals, 'signal')}")
    if size < n_bytes:
        raise _cut_off(path, f"{n_bytes} bytes of header for {counted(n_signals, 'signal')}", size)
    signals, label_notices = _signals(_Table(raw=table, n_signals=n_signals, is_bdf=is_bdf, where=str(path)))
    record = Fraction(str(seconds))
    records, length_notices = _count_records(path, stated, n_bytes=n_bytes, record_bytes=signals[-1].place.stop)
    channels = tuple(one for one in signals if one.position and one.gain)
    left_out = tuple(one for one in signals if one.position and not one.gain)
    for channel in channels:
        _check_channel(channel, record, is_bdf=is_bdf, where=str(path))
    decimals = duration.raw.partition(b".")[2]
    fills_its_field = decimals.isdigit() and b" " not in duration.raw
    return Header(
        is_bdf=is_bdf, kind=readable(_field(head, "kind", path).raw)[:5], records=records, record=record,
        record_decimals=len(decimals) if fills_its_field else None,
        channels=channels, left_out=left_out, annotations=tuple(one for one in signals if not one.position),
        notices=(*length_notices, *label_notices, *_left_out_notice(left_out)),
    )  # fmt: skip


def _field(head: bytes, name: str, path: Path) -> _Field:
    first, last = _PLACES[name]
    return _Field(raw=head[first - 1 : last], where=f"{path}, bytes {first} to {last} ({name})")


def _checked_start(head: bytes, path: Path) -> bool:
    """Whether the file is BDF."""
    if len(head) < _FIRST or not (head[:8] == b"\xffBIOSEMI" or head[:8].strip() == b"0"):
        raise FormatError(
            "The file has no EDF or BDF header",
            where=str(path),
            allowed="256 bytes that begin with '0' (EDF) or 0xFF 'BIOSEMI' (BDF)",
            got=f"{len(head)} bytes that begin with {head[:8]!r}",
        )
    return head[:1] == b"\xff"


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The second part of the header; a field of all signals stands together."""

    raw: bytes
    n_signals: int
    is_bdf: bool
    where: str

    def cell(self, row: int, name: str, label: str = "") -> _Field:
        width, names = _WIDTHS[name], list(_WIDTHS)
        first = self.n_signals * sum(_WIDTHS[before] for before in names[: names.index(name)]) + width * row
        return _Field(raw=self.raw[first : first + width], where=f"{self.where}, signal {row + 1}, {label!r} ({name})")


def _signals(table: _Table) -> tuple[list[ChannelHeader], list[Notice]]:
    """All signals of the table, in its order, with names that are unique."""
    labels = [readable(table.cell(row, "label").raw) for row in range(table.n_signals)]
    ordinary = [row for row, label in enumerate(labels) if label != f"{'BDF' if table.is_bdf else 'EDF'} Annotations"]
    given = ["" if _CONTROL.search(labels[row]) else labels[row] for row in ordinary]
    names = numbered(given)
    positions = {row: position for position, row in enumerate(ordinary, start=1)}
    signals, first = [], 0
    for row, label in enumerate(labels):
        position, count = positions.get(row, 0), table.cell(row, "samples in a data record", label)
        samples = count.whole()
        if samples < 0:
            raise count.damaged("a number of at least 0")
        end = first + samples * (3 if table.is_bdf else 2)
        physical, digital = (0.0, 1.0), (0, 1)  # the ranges of annotations scale nothing
        if position:
            low, high = (table.cell(row, f"physical {limit}", label).decimal() for limit in ("minimum", "maximum"))
            least, most = (table.cell(row, f"digital {limit}", label).whole() for limit in ("minimum", "maximum"))
            physical, digital = (low, high), (least, most)
        signals.append(
            ChannelHeader(
                label=names[position - 1] if position else label, unit=readable(table.cell(row, "unit").raw),
                position=position, physical=physical, digital=digital, samples=samples, place=slice(first, end),
            )
        )  # fmt: skip
        first = end
    return signals, _label_notices(given, names)


def _label_notices(labels: Sequence[str], names: Sequence[str]) -> list[Notice]:
    """A notice where channels have another name than their label."""
    places: dict[str, list[int]] = {}
    for position, (label, name) in enumerate(zip(labels, names, strict=True), start=1):
        if label != name:
            places.setdefault(label, []).append(position)
    if not places:
        return []
    sentences = []
    for label, positions in places.items():
        which = series([str(position) for position in positions])
        called = shortened(names[position - 1] for position in positions)
        several = len(positions) > 1
        what = f"the label {label!r}" if label else "no label that can be read"
        sentences.append(
            f"Channels {which} have {what} and are called {called} here" if several else
            f"Channel {which} has {what} and is called {called} here"
        )  # fmt: skip
    first = next(iter(places.values()))[0]
    hint = f"Another name is given by position: channels={{{first}: {{'name': …}}}}"
    return [Notice(code="label-numbered", text=f"{'. '.join(sentences)}. {hint}.")]


def _left_out_notice(left_out: Sequence[ChannelHeader]) -> list[Notice]:
    if not left_out:
        return []
    which = "; ".join(f"channel {one.position}, {one.label!r} ({one.scaled})" for one in left_out[:6])
    more = f"; and {len(left_out) - 6} more" if len(left_out) > 6 else ""
    is_are = "is" if len(left_out) == 1 else "are"
    text = f"{counted(len(left_out), 'channel')} {is_are} left out, since the header gives no scaling: {which}{more}."
    return [Notice(code="channel-left-out", text=text)]


def _check_channel(channel: ChannelHeader, record: Fraction, *, is_bdf: bool, where: str) -> None:
    """Refuse digital limits that the format cannot hold, and rates that no recording has."""
    place = f"{where}, channel {channel.position}, {channel.label!r}"
    bits = 24 if is_bdf else 16
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    if channel.digital[0] < least or channel.digital[1] > most:
        raise FormatError(
            f"The digital limits of channel {channel.label!r} lie outside of what {bits} bits hold",
            where=place, allowed=f"{least} to {most}, the samples of {'BDF' if is_bdf else 'EDF'}",
            got=f"{channel.digital[0]} to {channel.digital[1]}",
            hint="Its scaling is damaged with them: export the recording again from its program",
        )  # fmt: skip
    rate, seconds = channel.samples / record, float(record)
    if not RATES[0] <= rate <= RATES[1]:
        raise FormatError(
            f"The sampling rate of channel {channel.label!r} is too low or too high for a recording",
            where=place, allowed=f"{number(float(RATES[0]))} Hz to {number(float(RATES[1]))} Hz",
            got=f"{number(channel.samples / seconds)} Hz: {counted(channel.samples, 'sample')} in {number(seconds)} s",
            hint="The header is damaged: export the recording again from its program",
        )  # fmt: skip


def _count_records(path: Path, stated: int, *, n_bytes: int, record_bytes: int) -> tuple[int, list[Notice]]:
    """How many data records are read, and a notice where that is not what the header says."""
    size = path.stat().st_size
    if not record_bytes:
        raise FormatError("The file holds no samples", where=str(path), got="0 samples in a data record")
    if stated == -1:
        whole, rest = divmod(size - n_bytes, record_bytes)
        if not whole:
            raise FormatError(
                "The file holds no whole data record",
                where=str(path), allowed=f"{record_bytes} bytes of samples at least", got=f"{rest} bytes",
            )  # fmt: skip
        begins = "The header gives -1 data records, as a recorder leaves it that is stopped before it closes the file"
        return whole, [_by_size(f"{begins}; by the size of the file there {_are_read(whole)}", rest)]
    expected = n_bytes + stated * record_bytes
    if size < expected:
        raise _cut_off(path, f"{expected} bytes ({counted(stated, 'data record')}), as its header says", size)
    if size == expected:
        return stated, []
    behind = np.memmap(path, np.uint8, "r", offset=expected)
    more, rest = divmod(behind.size, record_bytes)
    is_filler = behind.size != record_bytes and not behind.any()
    is_joined = behind[:8].tobytes() in (b"0       ", b"\xffBIOSEMI")
    if is_joined or (more > 1 and not is_filler):
        raise FormatError(
            "A second recording stands behind the first" if is_joined else "The file is longer than its header says",
            where=str(path),
            allowed=f"{expected} bytes ({counted(stated, 'data record')}), or one record more",
            got=f"{size} bytes",
            hint=f"Cut the file behind byte {expected}" if is_joined else _SIZE_DECIDES,
        )
    if is_filler or not more:
        begins = f"The file is longer than the {counted(stated, 'data record')} of its header"
        return stated, [_by_size(begins, behind.size)]
    begins = f"The header gives {counted(stated, 'data record')}; by the size of the file there {_are_read(stated + 1)}"
    return stated + 1, [_by_size(begins, rest)]


def _are_read(records: int) -> str:
    verb = "is" if records == 1 else "are"
    return f"{verb} {counted(records, 'whole one')}, which {verb} read"


def _by_size(begins: str, rest: int) -> Notice:
    ends = f"; {counted(rest, 'byte')} behind the last {'is' if rest == 1 else 'are'} left out" if rest else ""
    return Notice(code="length-by-size", text=f"{begins}{ends}.")


_SIZE_DECIDES = (
    "Export it again from its program; where the recorder was stopped before it could count, write -1 and six blanks "
    "into bytes 237 to 244 of a copy, and the size of the file decides"
)


def _cut_off(path: Path, allowed: str, size: int) -> FormatError:
    return FormatError(
        "The file is cut off",
        where=str(path), allowed=allowed, got=f"{size} bytes", hint="Copy the file again from where it was recorded",
    )  # fmt: skip
