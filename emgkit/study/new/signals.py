"""What a channel of a file is, as far as the file tells, and what it may be by its heading."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from emgkit.io._assembly import Signal
from emgkit.io._kinds import VOLTS
from emgkit.study.new.words import SIDES, bare, may_be_movement, words_of
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


def describe(signal: Signal) -> FoundChannel:
    """A channel from its signal.

    A unit of length or angle tells the kind; a heading does not, and an angle in volts is asked for.
    """
    name = signal.name or signal.label
    moving = may_be_movement(name)
    kind = signal.kind
    likely = None
    if signal.kind_source == "heuristic" and (signal.unit is None or signal.unit not in UNITS):
        kind, likely = None, moving or signal.kind
        likely = None if likely == "EMG" else likely
        kind = "EMG" if signal.kind == "EMG" else None
    elif signal.kind_source == "heuristic" and signal.kind == "EMG" and moving and signal.unit in VOLTS:
        kind, likely = None, moving
    elif kind is None:
        likely = moving
    side = next((SIDES[word] for word in words_of(name) if word in SIDES), None)
    if side is None and name and bare(name[-1]) in ("l", "r") and len(words_of(name)) > 1:
        side = SIDES[bare(name[-1])]
    return FoundChannel(
        name=name, kind=kind, unit=signal.unit, sfreq=signal.sfreq, muscle=signal.muscle, side=signal.side,
        likely_kind=likely, likely_side=None if signal.side else side,
    )  # fmt: skip
