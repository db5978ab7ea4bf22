"""How signals are cut into stretches, and stretches into lanes; :mod:`emgkit.kernels.chain` tells why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit.kernels.assembly import GROUP, LANES
from emgkit.kernels.designs import Filter, Samples, Window
from emgkit.kernels.edges import Side

__all__ = ["Cut", "Part", "Placing", "cut_of", "memory_of", "placing_of", "rounded_up"]

Places: TypeAlias = NDArray[np.int64]

# what a filter has forgotten: this share of what it was given
_FORGOTTEN, _FORGOTTEN_IN_SINGLE = 1e-15, 1e-8
# a stretch with its margins: so many samples where that is many margins (2 MB), and never more than the second (16 MB)
_STRETCH, _LONGEST = 262_144, 2_097_152


@dataclass(frozen=True, kw_only=True)
class Cut:
    """How signals are cut: a stretch gives ``core`` samples, and is ``lanes`` pieces of ``length`` samples long."""

    n: int
    every: int
    core: int
    margin: int
    lanes: int
    length: int

    @property
    def stretches(self) -> int:
        """How many stretches lie side by side."""
        return LANES // self.lanes

    @property
    def reach(self) -> int:
        """How many samples a stretch has, with its margins and what fills it up."""
        return self.lanes * self.length

    @property
    def kept_from(self) -> int:
        """The first sample of a lane that is kept; the same in all lanes."""
        return self.margin % self.every

    @property
    def kept(self) -> int:
        """How many samples of a lane are kept."""
        return self.length // self.every


def cut_of(n: int, stages: Sequence[Filter | Window], *, every: int = 1, single: bool = False) -> Cut | None:
    """How signals of ``n`` samples are cut; None where the filters remember too much for any cut."""
    every = min(every, n)
    edge = max(one.half if isinstance(one, Window) else one.pad for one in stages) + 1
    memories = [one.half if isinstance(one, Window) else memory_of(one.sections, single=single) for one in stages]
    margin = edge + sum(memories)
    stretch = max(_STRETCH, 8 * margin)
    n_stretches = 1 if n + 2 * edge <= stretch else -(-n // (stretch - 2 * margin))
    margin = edge if n_stretches == 1 else margin
    core = rounded_up(-(-n // n_stretches), every)
    whole = core + 2 * margin
    # pieces that are whole groups, or all of whose kept samples stand at the same places
    unit = GROUP if every == 1 else every
    for lanes in (16, 8, 4, 2, 1):  # many, where pieces hold the memory and are not mostly filled up
        length = rounded_up(-(-whole // lanes), unit)
        if lanes == 1 or (length >= max(memories) and lanes * length <= 1.5 * whole):
            break
    if length * LANES > _LONGEST:
        return None
    return Cut(n=n, every=every, core=core, margin=margin, lanes=lanes, length=length)


def rounded_up(count: int, unit: int) -> int:
    """The next multiple of ``unit``."""
    return -(-count // unit) * unit


def memory_of(sections: Samples, *, single: bool = False) -> int:
    """How many samples a cascade remembers what was before: until a state of any kind has decayed to 1e-15.

    In single precision to 1e-8.
    """
    return _memory(sections.tobytes(), len(sections), _FORGOTTEN_IN_SINGLE if single else _FORGOTTEN)


@lru_cache(maxsize=256)
def _memory(sections_bytes: bytes, n_sections: int, forgotten: float) -> int:
    sections = np.frombuffer(sections_bytes).reshape(n_sections, 6)
    # state-space form of the cascade: the next states from the states and the input
    size = 2 * n_sections
    states, gain = np.zeros((size, size)), np.zeros(size)  # gain: the input of a section from the states before it
    for s, (b0, b1, b2, _, a1, a2) in enumerate(sections):
        out = b0 * gain
        out[2 * s] += 1.0
        states[2 * s] = b1 * gain - a1 * out
        states[2 * s, 2 * s + 1] += 1.0
        states[2 * s + 1] = b2 * gain - a2 * out
        gain = out
    power, powers, n = states, [states], 1
    while np.abs(power).max() > forgotten and n < 2**24:
        power = power @ power
        powers.append(power)
        n *= 2
    # the shortest length, by bisection over the powers of two
    reached, length = np.eye(size), 0
    for exponent in range(len(powers) - 2, -1, -1):
        further = reached @ powers[exponent]
        if np.abs(further).max() > forgotten:
            reached, length = further, length + 2**exponent
    return length + 1


class Part(NamedTuple):
    """A lane of which only a part is read, or kept: which of its stretch's signal, and where in the lane it stands."""

    lane: int
    stretch: int
    samples: slice
    inside: slice


@dataclass(frozen=True, kw_only=True, eq=False)
class Placing:
    """Where the lanes of stretches come from and go to: the same for all signals that are cut alike.

    Parameters
    ----------
    stretches, firsts, targets : ndarray of int, shape (LANES,)
        Of each lane: its stretch, its first sample in the signal, and the place in the result of what it gives first.
    read_in_part, kept_in_part : tuple of Part
        Lanes that are not all inside their signal; lanes that are not all in the core of their stretch.
    sides : tuple of Side
        Which of the stretches reach beyond their signal.
    """

    stretches: Places
    firsts: Places
    targets: Places
    read_in_part: tuple[Part, ...]
    kept_in_part: tuple[Part, ...]
    sides: tuple[Side, ...]


@lru_cache(maxsize=256)
def placing_of(cut: Cut, starts: tuple[int, ...]) -> Placing:
    """Where the lanes of stretches, whose cores begin at these samples of their signals, come from and go to."""
    read_length, total = rounded_up(cut.length, GROUP), -(-cut.n // cut.every)
    stretches, pieces = np.divmod(np.arange(LANES), cut.lanes)
    firsts = np.array(starts)[stretches] - cut.margin + pieces * cut.length
    targets = (firsts + cut.kept_from) // cut.every
    read, kept = list[Part](), list[Part]()
    for lane, (stretch, first, target) in enumerate(zip(stretches, firsts, targets, strict=True)):
        own = starts[stretch] // cut.every
        core = range(own, min((starts[stretch] + cut.core) // cut.every, total))
        for found, span, allowed in (
            (read, range(first, first + read_length), range(cut.n)),
            (kept, range(target, target + cut.kept), core),
        ):
            low, high = max(span.start, allowed.start), min(span.stop, allowed.stop)
            if (low, high) != (span.start, span.stop):
                high = max(low, high)
                found.append(Part(lane, int(stretch), slice(low, high), slice(low - span.start, high - span.start)))
    sides = tuple(
        Side(place * cut.lanes, max(cut.margin - start, 0), min(cut.n + cut.margin - start, cut.reach))
        for place, start in enumerate(starts)
        if start < cut.margin or start - cut.margin + cut.reach > cut.n
    )
    return Placing(
        stretches=stretches, firsts=firsts, targets=targets, read_in_part=tuple(read), kept_in_part=tuple(kept),
        sides=sides,
    )  # fmt: skip
