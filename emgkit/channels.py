"""What a signal and an event are called: channels, their kinds and streams, and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from emgkit._checks import check_option, check_positive, nearest
from emgkit.errors import ArgumentError, UnitError
from emgkit.notation import listed, number, readable
from emgkit.units import INSIDE, UNITS, in_si

__all__ = ["SIDES", "SOURCES", "STREAMS", "Channel", "Event", "Value", "pickled_parts", "stream_of"]

Value: TypeAlias = "str | int | float | bool | None"

SIDES = ("left", "right")
# sides as files write them; what is of both has no side
_WRITTEN = MappingProxyType(
    {"left": "left", "l": "left", "right": "right", "r": "right", "both": None, "bilateral": None}
)

# where a unit, a rate or a channel kind was learnt
SOURCES = ("header", "heuristic", "user")

# stream -> kinds of channel it holds (BIDS words, upper case; FORCE is emgkit's own, MISC in newtons in BIDS)
STREAMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "emg": ("EMG",),
        "angle": ("JNTANG", "ORNT"),
        "position": ("POS", "VEL"),
        "acc": ("ACCEL",),
        "gyro": ("GYRO",),
        "ecg": ("ECG",),
        "force": ("FORCE",),
        "trigger": ("TRIG",),
        "other": ("MISC", "REF", "LATENCY", "SYSCLOCK", "MAGN", "TEMP", "ADC", "EEG", "OTHER"),
    }
)


# kinds as people call them
_CALLED = MappingProxyType(
    {
        "position": "POS", "height": "POS", "displacement": "POS", "encoder": "POS", "bar": "POS",
        "velocity": "VEL", "speed": "VEL",
        "angle": "JNTANG", "joint": "JNTANG", "joint angle": "JNTANG", "goniometer": "JNTANG", "orientation": "ORNT",
        "acc": "ACCEL", "acceleration": "ACCEL", "accelerometer": "ACCEL", "gyroscope": "GYRO",
        "load": "FORCE", "load cell": "FORCE", "trigger": "TRIG", "sync": "TRIG", "ekg": "ECG",
        "magnetometer": "MAGN", "temperature": "TEMP", "muscle": "EMG", "semg": "EMG",
    }
)  # fmt: skip


def stream_of(kind: str) -> str:
    """The stream that holds channels of a kind.

    Examples
    --------
    >>> stream_of("JNTANG")
    'angle'
    """
    for stream, kinds in STREAMS.items():
        if kind in kinds:
            return stream
    kinds = tuple(kind for group in STREAMS.values() for kind in group)
    called = _CALLED.get(readable(kind.lower()))
    raise ArgumentError(
        f"Unknown channel kind {kind!r}", allowed=listed(kinds), got=repr(kind),
        hint=f"Did you mean {called!r}?" if called else nearest(kind, kinds),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One signal's name and meaning, as in a row of BIDS ``channels.tsv``.

    Parameters
    ----------
    name : str
        Name, unique within a recording.
    unit : str
        Unit inside emgkit: V, deg, m, N …, or ``"%MVC"`` after normalisation.
    kind : str, default "EMG"
        BIDS channel type; either case is accepted and kept in upper case.
    muscle, side : str, optional
        ``"vastus_lateralis"``; ``"left"`` or ``"right"``.
    unit_source, kind_source, muscle_source : {"header", "heuristic", "user"}
        Where the unit, the kind, and muscle and side were learnt.
    heading : str, optional
        What the file that it was read from calls it, such as ``"VL (mV)"``; no part of what makes two channels equal.

    Raises
    ------
    UnitError
        The unit is unknown or is not one that emgkit keeps inside.
    ArgumentError
        The name is empty, or the kind, side or source is unknown.

    Examples
    --------
    >>> Channel(name="VL", unit="V", muscle="vastus_lateralis", side="right").kind
    'EMG'
    """

    name: str
    unit: str
    kind: str = "EMG"
    muscle: str | None = None
    side: str | None = None
    unit_source: str = "user"
    kind_source: str = "user"
    muscle_source: str = "user"
    heading: str | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.name:
            raise ArgumentError("A channel needs a name", allowed="a text of at least one character", got="''")
        object.__setattr__(self, "kind", self.kind.upper())
        stream_of(self.kind)
        if self.unit not in INSIDE:
            inside, factor = in_si(1.0, self.unit)[1], UNITS[self.unit][1]
            raise UnitError(
                f"Channel {self.name!r} cannot be in {self.unit!r}",
                allowed=f"{inside!r} (inside, emgkit keeps {listed(INSIDE)})",
                got=repr(self.unit),
                hint=f"Multiply its samples by {factor:g} and say {inside!r}, or read it with units={self.unit!r}",
            )
        if self.side is not None:
            check_option("side", self.side, SIDES)
        check_option("unit_source", self.unit_source, SOURCES)
        check_option("kind_source", self.kind_source, SOURCES)
        check_option("muscle_source", self.muscle_source, SOURCES)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A stretch of time with a label, as in a row of BIDS ``events.tsv``.

    Parameters
    ----------
    onset, duration : float
        Seconds on the trial's time zero.
    label : str
        ``"repetition"``, ``"phase"`` or whatever the file says.
    columns : Mapping, optional
        Further columns: ``exercise, set, repetition, side, phase, load_kg, accepted, reason``.

    Examples
    --------
    >>> step = Event(onset=1.0, duration=2.5, label="repetition", columns={"repetition": 1, "side": "L"})
    >>> step.end, step.side
    (3.5, 'left')
    """

    onset: float
    duration: float
    label: str
    columns: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not np.isfinite(self.onset):
            raise ArgumentError(f"Event {self.label!r} has no onset", allowed="seconds", got=repr(self.onset))
        check_positive("duration", self.duration, unit="s", zero=True)
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    @property
    def end(self) -> float:
        """Second at which the event ends."""
        return self.onset + self.duration

    @property
    def side(self) -> str | None:
        """Whose event it is, by its column `side`: ``"left"``, ``"right"``, or None of both.

        Raises
        ------
        ArgumentError
            The column holds something else.
        """
        written = self.columns.get("side")
        if written in (None, ""):
            return None
        name = str(written).strip().lower()
        if name not in _WRITTEN:
            raise ArgumentError(
                f"Event {self.label!r} has an unknown side",
                where=f"at {number(round(self.onset, 3))} s",
                allowed=listed((*SIDES, "both")),
                got=repr(written),
            )
        return _WRITTEN[name]

    def __reduce__(self) -> tuple[Any, ...]:
        return pickled_parts(self)

    def get(self, column: str, default: Value = None) -> Value:
        """The value of a further column, or `default`."""
        return self.columns.get(column, default)


def pickled_parts(value: Any) -> tuple[Any, ...]:
    """How to copy and pickle a frozen dataclass: its class and its fields, read-only mappings as plain ones."""
    given = {field.name: getattr(value, field.name) for field in fields(value)}
    plain = {name: dict(part) if isinstance(part, MappingProxyType) else part for name, part in given.items()}
    return _made, (type(value), plain)


def _made(cls: type[Any], given: dict[str, Any]) -> Any:
    return cls(**given)
