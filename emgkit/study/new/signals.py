"""What a channel of a file is, as far as the file tells, and what it may be by its heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from emgkit.io._assembly import Signal
from emgkit.io.labels import Recognised, recognise_all
from emgkit.io.naming.likely.words import SIDES, may_be_movement, words_of
from emgkit.units import UNITS

__all__ = ["MOVING", "FoundChannel", "describe"]

# kinds in which repetitions are found, with their streams
MOVING = MappingProxyType({"JNTANG": "angle", "POS": "position"})


@dataclass(frozen=True, kw_only=True)
class FoundChannel:
    """A channel: what the file says of it, and what is likely.

    Parameters
    ----------
    name : str
        What the study file calls it.
    kind : str or None
        Its kind, where the file says it by itself or by its unit.
    unit : str or None
        The unit as the file writes it.
    sfreq : float or None
        Its rate (Hz).
    muscle, side : str or None
        As the file says them.
    likely_kind, likely_muscle, likely_side : str or None
        What the heading makes likely where the file says nothing.
    kind_likely : bool
        Whether the kind is likely by label and unit alone.
    why : str
        What made the muscle likely.
    """

    name: str
    kind: str | None
    unit: str | None
    sfreq: float | None
    muscle: str | None = None
    side: str | None = None
    likely_kind: str | None = None
    likely_muscle: str | None = None
    likely_side: str | None = None
    kind_likely: bool = False
    why: str = ""

    @property
    def says(self) -> int:
        """How much the file says of it."""
        return sum(one is not None for one in (self.kind, self.unit, self.sfreq, self.muscle, self.side))

    @property
    def known_unit(self) -> bool:
        """Whether it has a unit that emgkit knows."""
        return self.unit is not None and (self.unit in UNITS or self.unit == "n/a")

    @property
    def movement(self) -> str | None:
        """``JNTANG`` or ``POS``, where it is or may be one."""
        kind = self.kind or self.likely_kind
        return kind if kind in MOVING else None

    @property
    def is_emg(self) -> bool:
        """Whether it is EMG, or nothing tells that it is something else."""
        return self.kind == "EMG" or (self.kind is None and self.likely_kind is None)


def describe(signals: Sequence[Signal]) -> tuple[FoundChannel, ...]:
    """The channels of a file from its signals.

    A unit of length or angle tells the kind; a heading does not, and an angle in volts is asked for. Muscles and sides
    that the file does not state are likely at most.
    """
    # the accelerometer of a sensor has its label too, and is on no other muscle
    recognised = recognise_all([signal.label for signal in signals if _may_be_emg(signal)])
    return tuple(_described(signal, recognised.get(signal.label)) for signal in signals)


def _may_be_emg(signal: Signal) -> bool:
    """Whether it is EMG, or nothing but its heading tells that it is something else."""
    return signal.kind in (None, "EMG") or (signal.kind_source == "heuristic" and signal.unit not in UNITS)


def _described(signal: Signal, recognised: Recognised | None) -> FoundChannel:
    name = signal.name or signal.label
    moving = None if recognised else may_be_movement(name)
    kind, likely = signal.kind, None
    if kind is None:
        likely = moving
    elif kind != "EMG" and _may_be_emg(signal):
        kind, likely = None, moving or kind
    elif signal.kind_source == "heuristic" and kind == "EMG" and moving:
        kind, likely = None, moving
    stated = signal.muscle is not None or signal.side is not None
    found = recognised if recognised is not None and not stated else None
    side = found.side if found is not None else None if stated else _side_of(name)
    return FoundChannel(
        name=name, kind=kind, unit=signal.unit, sfreq=signal.sfreq, muscle=signal.muscle, side=signal.side,
        likely_kind=likely, likely_muscle=found.muscle if found else None, likely_side=side,
        kind_likely=kind is not None and signal.kind_source == "heuristic", why=found.why if found else "",
    )  # fmt: skip


def _side_of(name: str) -> str | None:
    """The side that a word in a heading names."""
    return next((SIDES[word] for word in words_of(name) if word in SIDES), None)
