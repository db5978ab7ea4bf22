"""The Trial of a file's content: its signals as channels in the units of the inside, stream by stream."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from emgkit.channels import Channel, stream_of
from emgkit.errors import Notice, UnitError
from emgkit.io._assembly.content import FileContent, Overrides, Signal
from emgkit.io._assembly.in_file import FileNumbers
from emgkit.io._assembly.stored import InBlocks, Stored, fill
from emgkit.io._assembly.surveying import checked
from emgkit.io._kinds import VOLTS, amplitude_doubts, constant_notice, evenly_spaced, units_of
from emgkit.io.labels import recognise_all
from emgkit.notation import number
from emgkit.recording import Recording, Trial, held
from emgkit.samples import Array, Finite, InFile, check_finite
from emgkit.units import UNITS, in_si

__all__ = ["assemble", "free_stream", "with_muscles"]


def assemble(
    content: FileContent, overrides: Overrides, *, where: str, recognise: bool = False, lazy: bool = False
) -> Trial:
    """The Trial of a file's content, with what the user said in place of it.

    Parameters
    ----------
    content, overrides
        What file and user say.
    where : str
        The file, for messages.
    recognise : bool, default False
        Whether muscles and sides that nobody says are taken from the labels.
    lazy : bool, default False
        Whether samples that still stand in their file stay there. They are looked at all the same.

    Raises
    ------
    UnitError
        A unit is unknown or missing.
    ArgumentError
        A name or position in `units` or `channels` is not in the file, or `sfreq` contradicts the file.
    FormatError
        A channel name occurs twice.
    """
    signals, notices, overrides = checked(content, overrides, where=where)
    if recognise:
        signals = with_muscles(signals)
    groups: dict[tuple[str, float, float, int], list[tuple[Signal, Channel]]] = {}
    for signal in signals:
        channel = _channel(signal, overrides, where=where)
        key = (stream_of(channel.kind), float(signal.sfreq or 0.0), signal.start, signal.whole or signal.size)
        groups.setdefault(key, []).append((signal, channel))
    streams: dict[str, Recording] = {}
    emg: dict[str, tuple[Recording, int]] = {}
    for (stream, rate, start, _), members in groups.items():
        sources = {signal.sfreq_source for signal, _ in members}
        recording = Recording(
            data=_samples([signal for signal, _ in members], lazy=lazy),
            sfreq=rate,
            channels=tuple(channel for _, channel in members),
            start=start,
            sfreq_source=next(source for source in ("heuristic", "user", "header") if source in sources),
        )
        _check_unread(recording)
        streams[free_stream(stream, streams)] = recording
        emg |= {
            signal.label: (recording, row)
            for row, (signal, channel) in enumerate(members)
            if channel.kind == "EMG" and channel.unit == "V"
        }
    told = any(notice.code == "sensor-silent" for notice in content.notices)
    notices = (*content.notices, *notices, *_doubts(emg, told=told))
    if all(signal.whole is None for signal in signals):
        notices += _unequal(streams)
    return Trial(streams=streams, events=content.events, context=content.context, notices=notices)


def _samples(signals: Sequence[Signal], *, lazy: bool) -> Any:
    """The samples of a stream in the units of the inside, for a Recording."""
    values, factors = [one.values for one in signals], [UNITS[str(one.unit)][1] for one in signals]
    stored = tuple(one for one in values if isinstance(one, Stored) and isinstance(one.block.numbers, FileNumbers))
    if lazy and len(stored) == len(values):
        reader = InBlocks(sources=stored, factors=tuple(factors))
        reader.check()
        return InFile(reader=reader, rows=tuple(range(len(values))), first=0, stop=values[0].size)
    data = np.empty((len(values), values[0].size))
    with np.errstate(over="ignore", invalid="ignore"):  # what is no number is refused by Recording
        is_finite = fill(data, values, factors)
    data.flags.writeable = False  # so that it need not be copied
    return Finite(data) if is_finite else data


def _check_unread(recording: Recording) -> None:
    """Refuse samples in a file that are NaN or infinite, channel by channel, as a Recording refuses its own."""
    samples = held(recording)
    if isinstance(samples, InFile) and isinstance(samples.reader, InBlocks) and not samples.reader.is_finite():
        for row, channel in enumerate(recording.channels):
            values = samples.part(row, 0, recording.n_samples)[np.newaxis]
            check_finite(values, (channel,), recording.sfreq, start=recording.start)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Row:
    """One channel of samples that still stand in their file; a part of it is read at each look."""

    samples: InFile
    row: int

    @property
    def size(self) -> int:
        return self.samples.shape[1]

    def __getitem__(self, places: slice) -> Array:
        first, stop, _ = places.indices(self.size)
        return self.samples.part(self.row, first, stop)


def _doubts(emg: Mapping[str, tuple[Recording, int]], *, told: bool) -> tuple[Notice, ...]:
    """What the samples of EMG in volts make doubtful, by label; `told` if a reader has named the silent sensors."""
    some, rows = dict[str, Array](), dict[str, Array | _Row]()
    for recording in dict.fromkeys(recording for recording, _ in emg.values()):
        own = {label: row for label, (one, row) in emg.items() if one is recording}
        samples = held(recording)
        step = evenly_spaced(recording.n_samples)
        if isinstance(samples, InFile):
            some |= dict(zip(own, samples.picked(own.values()).every(step), strict=True))
            rows |= {label: _Row(samples=samples, row=row) for label, row in own.items()}
        else:
            some |= {label: samples[row, ::step] for label, row in own.items()}
            rows |= {label: samples[row] for label, row in own.items()}
    # a reader that tells which sensors were silent has told of those that are zero throughout
    untold = {label: row for label, row in rows.items() if not (told and some[label][0] == 0)}
    return (*amplitude_doubts(some), *constant_notice(untold))


def free_stream(stream: str, taken: Collection[str]) -> str:
    """The name of a stream among others: with a number where the name is taken.

    Examples
    --------
    >>> free_stream("emg", ["position"]), free_stream("emg", ["emg", "emg_2"])
    ('emg', 'emg_3')
    """
    base, place = stream.rstrip("0123456789").rstrip("_"), 1
    while (name := base if place == 1 else f"{base}_{place}") in taken:
        place += 1
    return name


def with_muscles(signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """The signals with muscle and side from the labels (``"heuristic"``), where neither file nor user says any.

    Of signals that are EMG, or of which nobody says what they are.

    A file that names muscles itself is taken at its word: what it leaves open stays open.
    """
    if any(signal.muscle is not None and signal.muscle_source == "header" for signal in signals):
        return signals
    open_ones = [s.label for s in signals if s.kind in (None, "EMG") and s.muscle is None and s.side is None]
    found = {label: one for label, one in recognise_all(open_ones).items() if one.muscle is not None}
    return tuple(
        replace(signal, muscle=found[signal.label].muscle, side=found[signal.label].side, muscle_source="heuristic")
        if signal.label in found and signal.kind in (None, "EMG")
        else signal
        for signal in signals
    )


def _channel(signal: Signal, overrides: Overrides, *, where: str) -> Channel:
    """The channel, its unit that of the inside."""
    name, place, unit = signal.name or signal.label, f"{where}, channel {signal.label!r}", str(signal.unit)
    try:
        _, inside = in_si(0.0, unit)
    except UnitError as error:
        raise UnitError(
            error.what,
            where=place,
            allowed=units_of(signal.kind),
            got=error.got,
            hint=f"{error.hint} Say what it means: read(path, units={{{signal.label!r}: …}}), or 'n/a'".strip(),
        ) from None
    if signal.kind == "EMG" and unit not in VOLTS and not unit.startswith("%"):
        raise UnitError(
            f"EMG channel {signal.label!r} is not in volts", where=place, allowed=units_of("EMG"), got=repr(unit)
        )
    spec = overrides.by_label.get(signal.label)
    if isinstance(spec, Channel) and spec.unit != inside:
        raise UnitError(
            f"The Channel given for {signal.label!r} has another unit than the file",
            where=place, allowed=repr(inside), got=repr(spec.unit),
        )  # fmt: skip
    return Channel(
        name=name, unit=inside, kind=signal.kind or "MISC", muscle=signal.muscle, side=signal.side,
        unit_source=signal.unit_source, kind_source=signal.kind_source, muscle_source=signal.muscle_source,
        heading=signal.label,
    )  # fmt: skip


def _unequal(streams: Mapping[str, Recording]) -> tuple[Notice, ...]:
    """A notice where streams end at different times, by more than one sample of the slower."""
    longest = max(streams, key=lambda name: streams[name].start + streams[name].duration)
    end = streams[longest].start + streams[longest].duration
    short = {
        name: end - recording.start - recording.duration
        for name, recording in streams.items()
        if end - recording.start - recording.duration > (1 + 1e-6) / min(streams[longest].sfreq, recording.sfreq)
        and recording.start + recording.duration > streams[longest].start
    }
    if not short:
        return ()
    listing = ", ".join(f"{name} {number(round(gap, 6))} s" for name, gap in short.items())
    text = f"The streams do not end together: {listing} before {longest}. Each keeps its own length."
    return (Notice(code="unequal-length", text=text),)
