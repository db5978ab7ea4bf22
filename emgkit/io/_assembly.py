"""From what a file says to a Trial: kinds, units, rates and streams, each with its source.

A format's module gives :class:`Signal` objects as the file has them; everything a user may
say instead, and every refusal to guess, is here once for all formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import check_positive, check_unknown, listed, number
from emgkit.errors import ArgumentError, FormatError, Notice, UnitError
from emgkit.recording import Channel, Event, Recording, Trial, Value, stream_of
from emgkit.units import UNITS, in_si

__all__ = ["Content", "Overrides", "Signal", "assemble", "kind_of"]

ChannelSpec: TypeAlias = "Channel | Mapping[str, str | None]"

# two rates closer than this are the same rate written with fewer digits
SAME_RATE = 1e-4

_SPEC_KEYS = ("name", "kind", "muscle", "side", "unit")
_VOLTS = tuple(unit for unit, (inside, _) in UNITS.items() if inside == "V")
_KIND_OF_UNIT = {
    "V": "EMG", "deg": "JNTANG", "m": "POS", "m/s": "VEL", "m/s^2": "ACCEL", "deg/s": "GYRO", "N": "FORCE", "T": "MAGN",
}  # fmt: skip
# what a label gives away, asked in this order; only EMG, ECG and TRIG are believed against a unit
_KIND_OF_LABEL = (
    ("EMG", re.compile(r"^\s*s?EMG(?![a-z])", re.IGNORECASE)),
    ("ECG", re.compile(r"\b(ECG|EKG)\b", re.IGNORECASE)),
    ("TRIG", re.compile(r"\b(trig(ger)?|sync)\b", re.IGNORECASE)),
    ("JNTANG", re.compile(r"angle|[aá]ngulo|winkel|gonio|flex\w*\W*exten", re.IGNORECASE)),
    ("ACCEL", re.compile(r"\bacc(el\w*)?\b", re.IGNORECASE)),
    ("GYRO", re.compile(r"\bgyro\w*", re.IGNORECASE)),
    ("FORCE", re.compile(r"\b(force|load ?cell|fuerza|kraft)\b", re.IGNORECASE)),
    ("POS", re.compile(r"\b(position|displacement|posici[oó]n)\b", re.IGNORECASE)),
)


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One signal as its file has it: values in the unit of the file, nothing converted."""

    label: str
    values: NDArray[np.float64]
    unit: str | None = None
    sfreq: float | None = None
    start: float = 0.0
    name: str | None = None
    kind: str | None = None
    muscle: str | None = None
    side: str | None = None
    unit_source: str = "header"
    kind_source: str = "header"
    sfreq_source: str = "header"


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a file says. `likely_sfreq` is used, with its notice, where neither file nor user gives a rate."""

    signals: tuple[Signal, ...]
    events: tuple[Event, ...] = ()
    context: Mapping[str, Value] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    likely_sfreq: tuple[float, Notice] | None = None


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """What the caller of ``read`` says in place of the file, or where the file is silent."""

    sfreq: float | None = None
    units: str | Mapping[str, str] | None = None
    channels: Mapping[str, ChannelSpec] | None = None


def kind_of(label: str, unit: str | None) -> str | None:
    """The likely kind of a channel, from its label and unit; None where neither gives it away.

    Examples
    --------
    >>> kind_of("VL", "mV"), kind_of("Flexo-Extension", None), kind_of("Recto Femoral", None)
    ('EMG', 'JNTANG', None)
    """
    hint = next((kind for kind, pattern in _KIND_OF_LABEL if pattern.search(label)), None)
    inside = UNITS[unit][0] if unit is not None and unit in UNITS else None
    if hint in ("EMG", "ECG", "TRIG") or inside in (None, "n/a"):
        return hint if hint or inside is None else "MISC"
    guess = _KIND_OF_UNIT.get(inside, "MISC")
    # an angle, a force or an acceleration in volts is the analogue output of its sensor, no EMG
    return "MISC" if guess == "EMG" and hint else guess


def assemble(content: Content, overrides: Overrides, *, where: str) -> Trial:
    """The Trial of a file's content, with what the user said in place of it.

    Raises
    ------
    UnitError
        A unit is unknown or missing.
    ArgumentError
        A name in `units` or `channels` is not in the file, or `sfreq` contradicts the file.
    FormatError
        A channel name occurs twice.
    """
    _check_names([signal.label for signal in content.signals], where=where)
    _check_overrides(content, overrides, where=where)
    signals, notices = _with_rates(content, overrides, where=where)
    signals = tuple(_described(signal, overrides) for signal in signals)
    _check_names([signal.name or signal.label for signal in signals], where=where)
    groups: dict[tuple[str, float, float, int], list[tuple[Signal, Channel, NDArray[np.float64]]]] = {}
    for signal in signals:
        channel, values = _channel(signal, overrides, where=where)
        key = (stream_of(channel.kind), float(signal.sfreq or 0.0), signal.start, values.size)
        groups.setdefault(key, []).append((signal, channel, values))
    streams: dict[str, Recording] = {}
    for (stream, rate, start, _), members in groups.items():
        taken = sum(name.rstrip("0123456789").rstrip("_") == stream for name in streams)
        sources = {signal.sfreq_source for signal, _, _ in members}
        streams[f"{stream}_{taken + 1}" if taken else stream] = Recording(
            data=np.stack([values for _, _, values in members]),
            sfreq=rate,
            channels=tuple(channel for _, channel, _ in members),
            start=start,
            sfreq_source=next(source for source in ("heuristic", "user", "header") if source in sources),
        )
    notices = (*content.notices, *notices, *_unequal(streams))
    return Trial(streams=streams, events=content.events, context=content.context, notices=notices)


def _check_names(names: Iterable[str], *, where: str) -> None:
    names = list(names)
    if not names:
        raise FormatError("The file holds no signal", where=where, allowed="at least one channel")
    empty = [str(position + 1) for position, name in enumerate(names) if not name]
    if empty:
        raise FormatError("A channel has no name", where=where, came=f"channel {', '.join(empty)}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FormatError(
            "Channel names must be unique",
            where=where,
            came=f"more than once: {listed(twice)}",
            do="Rename the channels in the file; a name that stands for two signals cannot be asked for",
        )


def _check_overrides(content: Content, overrides: Overrides, *, where: str) -> None:
    labels = [signal.label for signal in content.signals]
    names = [signal.name for signal in content.signals if signal.name and signal.name not in labels]
    if overrides.sfreq is not None:
        check_positive("sfreq", overrides.sfreq, unit="Hz")
    for label in overrides.channels or {}:
        check_unknown("label in 'channels':", label, [*labels, *names], where=where)
    if isinstance(overrides.units, str):
        in_si(0.0, overrides.units)
        return
    renamed = [_field(spec, "name") for spec in (overrides.channels or {}).values()]
    for label, unit in (overrides.units or {}).items():
        check_unknown("label in 'units':", label, [*labels, *names, *filter(None, renamed)], where=where)
        in_si(0.0, unit)


def _with_rates(content: Content, overrides: Overrides, *, where: str) -> tuple[tuple[Signal, ...], tuple[Notice, ...]]:
    """Every signal with a rate: the file's, else the user's, else a likely one with its notice."""
    signals, notices = [], []
    for signal in content.signals:
        if signal.sfreq is not None:
            if overrides.sfreq is not None and abs(overrides.sfreq / signal.sfreq - 1) > SAME_RATE:
                raise ArgumentError(
                    "'sfreq' contradicts the file",
                    where=f"{where}, channel {signal.label!r}",
                    allowed=f"{number(signal.sfreq)} Hz, as the file says",
                    came=f"{number(overrides.sfreq)} Hz",
                    do="Leave sfreq out; it is for files that give no rate. To change the rate use the step Resample",
                )
            signals.append(signal)
        elif overrides.sfreq is not None:
            signals.append(replace(signal, sfreq=float(overrides.sfreq), sfreq_source="user"))
        elif content.likely_sfreq is not None:
            rate, notice = content.likely_sfreq
            signals.append(replace(signal, sfreq=rate, sfreq_source="heuristic"))
            notices = [notice]
        else:
            raise ArgumentError(
                "The file gives no sampling rate",
                where=f"{where}, channel {signal.label!r}",
                allowed="a time column, a rate in the header, or sfreq=",
                came="none",
                do="Say it: read(path, sfreq=1000)",
            )
    return tuple(signals), tuple(notices)


def _field(spec: ChannelSpec, key: str) -> str | None:
    value = getattr(spec, key) if isinstance(spec, Channel) else spec.get(key)
    return None if value is None else str(value)


def _described(signal: Signal, overrides: Overrides) -> Signal:
    """The signal with the name, kind, muscle and side that the user gave it."""
    specs = overrides.channels or {}
    spec = specs.get(signal.label, specs.get(signal.name or ""))
    if spec is None:
        return signal
    if not isinstance(spec, Channel):
        for key in spec:
            check_unknown(f"key for channel {signal.label!r}:", key, _SPEC_KEYS)
    said = {key: _field(spec, key) for key in ("name", "kind", "muscle", "side")}
    changes = {key: value for key, value in said.items() if value is not None}
    if "kind" in changes:
        changes |= {"kind": changes["kind"].upper(), "kind_source": "user"}
    if not isinstance(spec, Channel) and spec.get("unit") is not None:
        changes |= {"unit": str(spec["unit"]), "unit_source": "user"}
    return replace(signal, **changes)  # type: ignore[arg-type]  # only text fields are changed


def _channel(signal: Signal, overrides: Overrides, *, where: str) -> tuple[Channel, NDArray[np.float64]]:
    """The channel, its unit that of the inside, and its values converted to it."""
    name, units = signal.name or signal.label, overrides.units
    if isinstance(units, Mapping):
        said = units.get(signal.label, units.get(name))
        if said is not None:
            signal = replace(signal, unit=said, unit_source="user")
    if signal.kind is None:
        guess = kind_of(signal.label, signal.unit)
        if guess is None and signal.unit is None and isinstance(units, str):
            guess = "EMG"
        signal = replace(signal, kind=guess, kind_source="heuristic")
    if isinstance(units, str) and signal.kind == "EMG" and signal.unit_source != "user":
        signal = replace(signal, unit=units, unit_source="user")
    place = f"{where}, channel {signal.label!r}"
    if signal.unit is None:
        raise UnitError(
            f"Channel {signal.label!r} has no unit",
            where=place + (f" (taken for {signal.kind})" if signal.kind else ""),
            allowed=listed(UNITS),
            came="none in the file",
            do="Say it: read(path, units='mV') for all EMG channels, or "
            f"read(path, units={{{signal.label!r}: …}}) for this one",
        )
    try:
        values, inside = in_si(signal.values, signal.unit)
    except UnitError as error:
        raise UnitError(
            error.what,
            where=place,
            allowed=error.allowed,
            came=error.came,
            do=f"{error.do} Say what it means: read(path, units={{{signal.label!r}: …}}), or 'n/a'".strip(),
        ) from None
    if signal.kind == "EMG" and signal.unit not in _VOLTS and not signal.unit.startswith("%"):
        raise UnitError(
            f"EMG channel {signal.label!r} is not in volts", where=place, allowed=listed(_VOLTS), came=repr(signal.unit)
        )
    spec = (overrides.channels or {}).get(signal.label)
    if isinstance(spec, Channel) and spec.unit != inside:
        raise UnitError(
            f"The Channel given for {signal.label!r} has another unit than the file",
            where=place, allowed=repr(inside), came=repr(spec.unit),
        )  # fmt: skip
    channel = Channel(
        name=name, unit=inside, kind=signal.kind or "MISC", muscle=signal.muscle, side=signal.side,
        unit_source=signal.unit_source, kind_source=signal.kind_source,
    )  # fmt: skip
    return channel, values


def _unequal(streams: Mapping[str, Recording]) -> tuple[Notice, ...]:
    """A notice where streams end at different times, by more than one sample of the slower."""
    longest = max(streams, key=lambda name: streams[name].start + streams[name].duration)
    end = streams[longest].start + streams[longest].duration
    short = {
        name: end - recording.start - recording.duration
        for name, recording in streams.items()
        if end - recording.start - recording.duration > (1 + 1e-6) / min(streams[longest].sfreq, recording.sfreq)
    }
    if not short:
        return ()
    listing = ", ".join(f"{name} {number(round(gap, 6))} s" for name, gap in short.items())
    text = f"The streams do not end together: {listing} before {longest}. Each keeps its own length."
    return (Notice(code="unequal-length", text=text),)
