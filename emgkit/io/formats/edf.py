"""EDF, EDF+, BDF and BDF+: reading and writing at each channel's own rate.

The format stores whole data records. A recording whose length is not a whole number of records is
padded with its last value, and an annotation ``BAD_ACQ_SKIP`` (MNE's word for samples that were
never acquired) says where the padding begins; reading cuts it away again. A channel that ends
before the others has an annotation of its own, ``BAD_ACQ_SKIP@@<label>``.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Channel, Event
from emgkit.errors import ArgumentError, FileError, FormatError, Notice, warn
from emgkit.io._assembly import Block, Bytes, FileContent, FileNumbers, Signal, bytes_of, kind_of, numbers_in
from emgkit.io._time_axis import Window
from emgkit.io.formats.edf_annotations import Annotation, read_annotations
from emgkit.io.formats.edf_header import ChannelHeader, Header, read_header
from emgkit.notation import counted, listed, number
from emgkit.recording import Recording, Trial
from emgkit.units import UNITS

__all__ = ["Written", "check_fit", "load", "write_bdf", "write_edf"]

PAD = "BAD_ACQ_SKIP"

# one frame of the Delsys Trigno; all its rates are whole multiples of 1 / 13.5 ms
TRIGNO_FRAME = Fraction(27, 2000)
# a label in a header has so many characters at most
LONGEST_NAME = 16
# a data record: up to 1 s where that is possible, never longer than this
LONGEST_RECORD = 10
# unit inside emgkit -> unit and factor in the file (ASCII, as the header must be)
_UNIT_IN_FILE = {"V": ("uV", 1e6), "N·m": ("Nm", 1.0)}
# the smallest range that a header can write
_LEAST = 1e-6
# samples of a channel that are held against its limits at once
_LOOKED_AT = 1 << 20
_STEPS = {".bdf": 2**23 - 1, ".edf": 2**15 - 1}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a written file holds: rates by channel (Hz), units by channel, and the true duration (s)."""

    rates: dict[str, float]
    units: dict[str, str]
    duration: float


def load(path: Path, *, start: float | None = None, stop: float | None = None, lazy: bool = False) -> FileContent:
    """What is in an EDF or BDF file, or in a part of it; its padding is cut away.

    Parameters
    ----------
    path : Path
        The file.
    start, stop : float, optional
        Read the samples from `start` up to `stop` (s) alone; the events are those of the whole file.
    lazy : bool, default False
        Read samples from the file whenever they are asked for; else it is mapped into the memory.

    Raises
    ------
    FormatError
        The header is damaged, the file is cut off or much longer than its header says, the recording has gaps, or
        samples lie outside of the limits in the header.
    """
    raw = bytes_of(path, lazy=lazy)
    header = read_header(path)
    if not header.channels:
        raise FormatError(
            "No channel of the file has a scaling",
            where=str(path), allowed="a physical and a digital range with different ends",
            got="; ".join(f"{one.label!r}: {one.scaled}" for one in header.left_out[:6]) or "annotations alone",
        )  # fmt: skip
    blocks = [_annotations(raw, one, header) for one in header.annotations]
    annotations = read_annotations(blocks, header, where=str(path))
    total = float(header.records * header.record)
    spans = _padding(annotations.notes, total)
    is_part = start is not None or stop is not None
    window = Window(start=start or 0.0, stop=stop, where=str(path)) if is_part else None
    signals = tuple(
        _signal(one, raw, header, end=spans.get(one.label, spans.get("")), window=window, where=str(path))
        for one in header.channels
    )
    events = tuple(
        Event(onset=note.onset, duration=note.duration or 0.0, label=note.text)
        for note in annotations.notes
        if not _is_padding(note, total)
    )
    return FileContent(
        signals=signals,
        events=events,
        notices=(*header.notices, *annotations.notices),
        left_out={one.position: one.label for one in header.left_out},
    )


def _is_padding(note: Annotation, total: float) -> bool:
    return note.text.split("@@")[0] == PAD and note.onset + (note.duration or 0.0) >= total - 1e-6


def _padding(notes: Iterable[Annotation], total: float) -> dict[str, float]:
    """Second at which the padding begins, by label; "" for all channels that have none of their own."""
    spans: dict[str, float] = {}
    for note in notes:
        if _is_padding(note, total):
            _, _, label = note.text.partition("@@")
            spans[label] = note.onset
    return spans


def _annotations(raw: Bytes, channel: ChannelHeader, header: Header) -> NDArray[np.uint8]:
    """The bytes of a signal of annotations, shape (n_records, n_bytes)."""
    shape = (1, header.records, channel.place.stop - channel.place.start)
    begin, record = header.n_bytes + channel.place.start, header.record_bytes
    found: NDArray[np.uint8] = numbers_in(raw, "u1", shape, begin=begin, strides=(record, record, 1))[:, :][0]
    return found


def _numbers(raw: Bytes, channel: ChannelHeader, header: Header) -> NDArray[Any] | FileNumbers:
    """The samples of a channel in the bytes of a file, shape (1, n_records, n_samples); of 24 bits, see `_upper`."""
    shape = (1, header.records, channel.samples)
    begin, record = header.n_bytes + channel.place.start, header.record_bytes
    if not header.is_bdf:
        return numbers_in(raw, "<i2", shape, begin=begin, strides=(record, record, 2))
    # four bytes from the one before each sample on
    return numbers_in(raw, "<i4", shape, begin=begin - 1, strides=(record, record, 3))


def _upper(numbers: NDArray[Any]) -> NDArray[Any]:
    """The upper 24 of 32 bits; the shift keeps the sign."""
    return numbers >> 8


def _signal(
    channel: ChannelHeader, raw: Bytes, header: Header, *,
    end: float | None, window: Window | None, where: str,
) -> Signal:  # fmt: skip
    """The channel, or a part of it, in its unit; refuses samples that the header rules out."""
    per_record, sfreq = channel.samples, float(channel.samples / header.record)
    whole = header.records * per_record if end is None else max(1, round(end * sfreq))
    part = slice(0, whole) if window is None else window.samples(whole, sfreq)
    numbers = _numbers(raw, channel, header)
    block = Block(
        numbers=numbers, decode=_upper if header.is_bdf else None, part=part,
        offsets=np.array([channel.physical[1] / channel.gain - channel.digital[1]]), gains=np.array([channel.gain]),
        limits=channel.digital if _has_limits(channel, header) else None,
        refuse=partial(_check_limits, channel=channel, sfreq=sfreq, where=where),
    )  # fmt: skip
    if block.limits and not window and whole < numbers.size:  # the padding is checked, too
        _check_limits(replace(block, part=slice(0, numbers.size)), channel, sfreq, where=where)
    is_boolean = channel.unit.casefold() in ("boolean", "bool")
    # codes have no unit; BioSemi writes one all the same
    is_code = is_boolean or (not channel.unit and kind_of(channel.label, None) == "TRIG")
    return Signal(
        label=channel.label, values=block.rows()[0], unit="n/a" if is_code else channel.unit or None, sfreq=sfreq,
        position=channel.position, kind="TRIG" if is_code else None,
        kind_source="heuristic" if is_code else "header",
        start=part.start / sfreq, whole=None if window is None else whole,
    )  # fmt: skip


def _has_limits(channel: ChannelHeader, header: Header) -> bool:
    """Whether samples can lie beyond the digital limits of the header: these leave out some that the bits can hold."""
    most: int = 2 ** (23 if header.is_bdf else 15) - 1
    return channel.digital[0] > -most - 1 or channel.digital[1] < most


def _check_limits(block: Block, channel: ChannelHeader, sfreq: float, *, where: str) -> None:
    """Refuse samples beyond the digital limits of the header."""
    (least, most), first, count, got = channel.digital, 0, 0, 0
    for place, numbers, meant in block.parts(slice(0, 1), at_once=_LOOKED_AT):
        if numbers.min() >= least and numbers.max() <= most:
            continue
        part = numbers.reshape(-1)[meant]
        outside = np.flatnonzero((part < least) | (part > most))
        if outside.size and not count:
            first, got = place.start + int(outside[0]), int(part[outside[0]])
        count += outside.size
    if count:
        raise FormatError(
            f"Samples of channel {channel.label!r} lie outside of its digital limits",
            where=f"{where}, channel {channel.position}, {channel.label!r}, at "
            f"{number((block.part.start + first) / sfreq)} s",
            allowed=f"{least} to {most}, as the header says",
            got=f"{got} ({counted(count, 'sample')} outside)",
            hint="The scaling or the samples are damaged: export the recording again from its program",
        )


def write_bdf(trial: Trial, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a trial as one BDF+ file (24 bits), each stream at its own rate.

    Parameters
    ----------
    trial : Trial
        Its channel names must be unique over all streams and at most 16 ASCII characters. Its
        streams must begin together; that moment is the file's second 0.
    path : path
        A file name that ends in ``.bdf``.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ArgumentError
        The trial does not fit into the format: names, rates, or starts.
    FileError
        The file exists and `overwrite` is False.

    Notes
    -----
    Reading the file gives back every sample to within half a step, ``peak / (2**23 - 1) / 2``
    with `peak` the range of the channel in the header: its largest absolute value, rounded up to
    7 characters (EDF: ``2**15 - 1``). Exact zeros stay exact. Kinds, muscles and sides are not part
    of the format, nor the columns of events: :func:`emgkit.io.write_bids` keeps them.

    Examples
    --------
    >>> import tempfile
    >>> import emgkit.io
    >>> from emgkit.recording import Channel, Recording, Trial
    >>> emg = Recording(data=[[0.0, 1e-4, -1e-4]], sfreq=2000.0, channels=[Channel(name="EMG VL", unit="V")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_bdf(Trial(streams={"emg": emg}), folder + "/squat.bdf")
    ...     back = emgkit.io.read(path)
    >>> back.emg.data.shape, back.emg.channels[0].unit
    ((1, 3), 'V')
    """
    return _write_alone(trial, Path(path), suffix=".bdf", overwrite=overwrite)


def write_edf(trial: Trial, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a trial as one EDF+ file (16 bits); otherwise as :func:`write_bdf`."""
    return _write_alone(trial, Path(path), suffix=".edf", overwrite=overwrite)


def _write_alone(trial: Trial, path: Path, *, suffix: str, overwrite: bool) -> Path:
    if path.suffix != suffix:
        raise ArgumentError("The file name has the wrong ending", allowed=repr(suffix), got=repr(path.name))
    if path.exists() and not overwrite:
        raise FileError("The file exists", where=str(path), hint="Say overwrite=True to replace it")
    if any(event.columns for event in trial.events):
        columns = dict.fromkeys(column for event in trial.events for column in event.columns)
        text = f"{path.name} keeps onset, duration and label of the events, not their columns {listed(columns)}."
        warn(Notice(code="event-columns-left-out", text=f"{text} write_bids keeps them."), stacklevel=4)
    handle, temporary = tempfile.mkstemp(suffix=suffix, prefix=".", dir=path.parent)
    os.close(handle)
    try:
        write_file(trial, Path(temporary), events=trial.events)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return path


def write_file(trial: Trial, path: Path, *, events: Sequence[Event] = ()) -> Written:
    """Write the streams, and these events as annotations, as EDF+ or BDF+ by the file's ending."""
    import edfio

    recordings = list(trial.values())
    _check_names([channel.name for recording in recordings for channel in recording.channels])
    start = _common_start(recordings)
    rates = [_exact_rate(recording.sfreq) for recording in recordings]
    record = record_duration(rates)
    per_record = [int(rate * record) for rate in rates]
    lengths = [recording.data.shape[1] for recording in recordings]
    n_records = max(-(-length // count) for length, count in zip(lengths, per_record, strict=True))
    is_bdf, steps = path.suffix == ".bdf", _STEPS[path.suffix]
    signal_of, file_of = (edfio.BdfSignal, edfio.Bdf) if is_bdf else (edfio.EdfSignal, edfio.Edf)
    notes = [
        edfio.EdfAnnotation(event.onset - start, event.duration, _printable(event.label, "The label of an event"))
        for event in events
    ]
    error: Exception | None = None
    # edfio compares durations as floats to 1e-12 s; after hours of fractional records that can fail by
    # rounding, and one more padded record gets past it
    for extra in range(4):
        total = (n_records + extra) * record
        signals, units = [], {}
        for recording, rate, count in zip(recordings, rates, per_record, strict=True):
            for channel, row in zip(recording.channels, recording.data, strict=True):
                digital, peak, unit = _digitise(channel, row, steps=steps, is_bdf=is_bdf)
                digital = np.pad(digital, (0, (n_records + extra) * count - digital.size), mode="edge")
                units[channel.name] = unit
                signals.append(
                    signal_of.from_digital(
                        digital,
                        float(rate),
                        label=channel.name,
                        physical_dimension=unit,
                        physical_range=(-peak, peak),
                        digital_range=(-steps, steps),
                    )
                )
        pads = _pad_notes(recordings, rates, total)
        try:
            annotations = [*notes, *(edfio.EdfAnnotation(*pad) for pad in pads)]
            file_of(signals, data_record_duration=float(record), annotations=annotations).write(path)
        except ValueError as caught:
            error = caught
            continue
        duration = max(float(length / rate) for length, rate in zip(lengths, rates, strict=True))
        names = [
            (channel.name, float(rate)) for r, rate in zip(recordings, rates, strict=True) for channel in r.channels
        ]
        return Written(rates=dict(names), units=units, duration=duration)
    raise ArgumentError("The trial does not fit into an EDF or BDF file", got=str(error))


def check_fit(recordings: Sequence[Recording]) -> None:
    """Refuse streams that do not fit into one file.

    Raises
    ------
    ArgumentError
        They do not begin together, or no data record holds whole samples of each.
    """
    _common_start(recordings)
    record_duration([_exact_rate(recording.sfreq) for recording in recordings])


def _check_names(names: Sequence[str]) -> None:
    wrong = [
        name
        for name in names
        if not (name.isascii() and name.isprintable() and len(name) <= LONGEST_NAME and name.strip() == name)
    ]
    if wrong or any(name in ("EDF Annotations", "BDF Annotations") or "@@" in name for name in names):
        raise ArgumentError(
            "A channel name does not fit into an EDF or BDF header",
            allowed=f"at most {LONGEST_NAME} printable ASCII characters",
            got=listed(wrong or names),
            hint="Give the channel a short name; its muscle may be written out in full",
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(
            "Channel names must be unique over all streams of a file", got=f"more than once: {listed(twice)}"
        )


def _common_start(recordings: Sequence[Recording]) -> float:
    start = recordings[0].start
    for recording in recordings:
        if abs(recording.start - start) > 1e-3 / recording.sfreq:
            raise ArgumentError(
                "The streams of one file must begin together",
                allowed=f"{number(start)} s, as the first stream",
                got=f"{number(recording.start)} s ({recording.stream})",
                hint="Crop the streams to the same start",
            )
    return start


def _printable(text: str, what: str) -> str:
    if not text.isprintable():
        raise ArgumentError(f"{what} holds a character that cannot be printed", got=repr(text))
    return text


def _exact_rate(sfreq: float) -> Fraction:
    """The rate as the fraction it stands for: 2148.148 is 29 samples in 13.5 ms.

    A rate counts as one of the Trigno's if it is that rate to 7 digits, or that rate
    rounded to the decimals it is written with (at least two).
    """
    frames = round(sfreq * float(TRIGNO_FRAME))
    decimals = len(repr(sfreq).partition(".")[2])
    if frames:
        trigno = frames / TRIGNO_FRAME
        rounded = decimals >= 2 and round(float(trigno), decimals) == sfreq
        if rounded or abs(sfreq / float(trigno) - 1) < 1e-7:
            return trigno
    simple = Fraction(sfreq).limit_denominator(1000)
    return simple if abs(sfreq / float(simple) - 1) < 1e-9 else Fraction(repr(sfreq))


def record_duration(rates: Sequence[Fraction]) -> Fraction:
    """The longest data record of at most 1 s, else the shortest above it, with whole samples of every rate.

    Raises
    ------
    ArgumentError
        No duration of at most 10 s that 8 characters can write holds whole samples of all rates.

    Examples
    --------
    >>> record_duration([Fraction(2000)]), record_duration([Fraction(58000, 27), Fraction(4000, 27)])
    (Fraction(1, 1), Fraction(999, 1000))
    """
    shortest = Fraction(math.lcm(*(rate.denominator for rate in rates)), math.gcd(*(rate.numerator for rate in rates)))
    rest = shortest.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    unit = shortest * rest  # the shortest such duration with a finite decimal
    in_a_second, in_all = math.floor(1 / unit), math.floor(LONGEST_RECORD / unit)
    for multiple in [*range(in_a_second, 0, -1), *range(in_a_second + 1, in_all + 1)][:20000]:
        duration = Fraction(multiple * unit)
        written = repr(float(duration))
        if len(written) <= 8 and Fraction(written) == duration:
            return duration
    raise ArgumentError(
        "The sampling rates do not fit into an EDF or BDF file",
        allowed=f"rates with whole samples in a data record of at most {LONGEST_RECORD} s, written in 8 characters",
        got=listed(dict.fromkeys(f"{number(float(rate))} Hz" for rate in rates)),
        hint="Resample to a common or rounder rate",
    )


def _digitise(channel: Channel, row: NDArray[np.float64], *, steps: int, is_bdf: bool) -> tuple[Any, float, str]:
    """Whole numbers for the file, the range they span, and the unit."""
    usual = _UNIT_IN_FILE.get(channel.unit, (channel.unit, 1.0))
    if not usual[0].isascii():
        raise ArgumentError(
            f"The unit of channel {channel.name!r} cannot be written in EDF or BDF", got=repr(channel.unit)
        )
    largest = float(np.abs(row).max())
    # a header cannot write a range of a few nanometres in metres
    unit, factor = usual if not largest or largest * usual[1] >= _LEAST else _smallest(channel.unit, usual)
    values = row * factor
    peak = _range(float(np.abs(values).max()), channel.name)
    digital = np.rint(values * (steps / peak)).astype(np.int32 if is_bdf else np.int16)
    return digital, peak, unit


def _smallest(unit: str, usual: tuple[str, float]) -> tuple[str, float]:
    """The smallest unit of the same kind that a header can write, with its factor."""
    others = ((name, 1 / factor) for name, (inside, factor) in UNITS.items() if inside == unit and name.isascii())
    return max([usual, *others], key=lambda one: one[1])


def _range(largest: float, name: str) -> float:
    """The smallest number of at most 7 characters (8 with its sign) that is not below the largest value."""
    if largest == 0:
        return 1.0
    decimals = max(0, 5 - max(0, math.floor(math.log10(largest)))) if largest < 1e6 else 0
    decimals = min(decimals, 4)
    for step in range(50):
        peak = float((math.ceil(largest * 10**decimals) + step) / 10**decimals)
        if _kept(peak) and peak <= 101 * largest:
            return peak
    raise ArgumentError(
        f"Channel {name!r} does not fit into the range of an EDF or BDF header",
        allowed="largest absolute values from 0.000001 to 9999999 (EMG in µV)",
        got=number(largest),
    )


def _kept(peak: float) -> bool:
    """Whether edfio writes the range as it is, on both sides of zero."""
    if peak.is_integer():
        return peak <= 9_999_999
    # edfio rounds outwards to 8 characters: down on the negative side, up on the positive
    low, high = (10.0 ** (7 - str(end).find(".")) for end in (-peak, peak))
    return math.floor(-peak * low) / low == -peak and math.ceil(peak * high) / high == peak


def _pad_notes(
    recordings: Sequence[Recording], rates: Sequence[Fraction], total: Fraction
) -> list[tuple[float, float, str]]:
    """Onset, duration and text of the annotations that say where padding begins."""
    ends = [Fraction(r.data.shape[1]) / rate for r, rate in zip(recordings, rates, strict=True)]
    last = max(ends)
    notes = [(float(last), float(total - last), PAD)] if last < total else []
    for recording, rate, end in zip(recordings, rates, ends, strict=True):
        # a stream that ends within 0.4 of its samples of the last one is cut at the right sample with it
        if abs(last - end) * rate > Fraction(2, 5):
            labels = [channel.name for channel in recording.channels]
            notes += [(float(end), float(total - end), f"{PAD}@@{label}") for label in labels]
    return notes
