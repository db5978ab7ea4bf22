"""The Trial of a file's content: its signals as channels in the units of the inside, stream by stream."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Channel, stream_of
from emgkit.errors import Notice, UnitError
from emgkit.io._assembly.content import FileContent, Overrides, Signal
from emgkit.io._assembly.stored import fill
from emgkit.io._assembly.surveying import checked
from emgkit.io._kinds import VOLTS, amplitude_doubts, constant_notice, units_of
from emgkit.io.labels import recognise_all
from emgkit.notation import number
from emgkit.recording import Finite, Recording, Trial
from emgkit.units import UNITS, in_si

__all__ = ["assemble", "free_stream", "with_muscles"]


def assemble(content: FileContent, overrides: Overrides, *, where: str, recognise: bool = False) -> Trial:
    """The Trial of a file's content, with what the user said in place of it.

    Parameters
    ----------
    content, overrides
        What file and user say.
    where : str
        The file, for messages.
    recognise : bool, default False
        Whether muscles and sides that nobody says are taken from the labels.

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
    volts: dict[str, NDArray[np.float64]] = {}
    for (stream, rate, start, _), members in groups.items():
        sources = {signal.sfreq_source for signal, _ in members}
        data = np.empty((len(members), members[0][0].size))
        factors = [UNITS[str(signal.unit)][1] for signal, _ in members]
        with np.errstate(over="ignore", invalid="ignore"):  # what is no number is refused by Recording
            is_finite = fill(data, [signal.values for signal, _ in members], factors)
        volts |= {
            signal.label: row
            for row, (signal, channel) in zip(data, members, strict=True)
            if channel.kind == "EMG" and channel.unit == "V"
        }
        data.flags.writeable = False  # so that it need not be copied
        streams[free_stream(stream, streams)] = Recording(
            data=Finite(data) if is_finite else data,  # type: ignore[arg-type]  # a Recording holds the array
            sfreq=rate,
            channels=tuple(channel for _, channel in members),
            start=start,
            sfreq_source=next(source for source in ("heuristic", "user", "header") if source in sources),
        )
    # a reader that tells which sensors were silent has told of those that are zero throughout
    told = any(notice.code == "sensor-silent" for notice in content.notices)
    untold = {label: row for label, row in volts.items() if not (told and row.size and row[0] == 0)}
    notices = (*content.notices, *notices, *amplitude_doubts(volts), *constant_notice(untold))
    if all(signal.whole is None for signal in signals):
        notices += _unequal(streams)
    return Trial(streams=streams, events=content.events, context=content.context, notices=notices)


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
