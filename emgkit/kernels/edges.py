"""Where stretches of signals reach beyond their signal: their places in a block.

A filter of SciPy's ``sosfiltfilt`` sees a signal go on beyond its ends for ``pad`` samples, point by point through the
last sample. Beyond these a stretch holds a constant, which is the last of them: a filter that starts in the steady
state of a constant stays in it.

The places are the same in all blocks that are cut alike, and are found once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit.kernels.assembly import LANES

__all__ = ["Edges", "Side", "edges_of"]

Places: TypeAlias = NDArray[np.int64]
# some rows of one lane, and the place whose value they get
_Constant: TypeAlias = tuple[tuple[slice, int], int]


class Side(NamedTuple):
    """A stretch that reaches beyond its signal: its first lane, where in it the signal begins, and where it ends."""

    lane: int
    begin: int
    end: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Edges:
    """The places of a block, as a flat array, that lie beyond the ends of signals.

    Parameters
    ----------
    mirrored, middles, sources : ndarray of int
        A mirrored sample is twice the one in the middle minus the source.
    before, behind : sequence of (rows and lane, place)
        What gets the value that stands at one place, or zeros.
    inside : ndarray of int
        The first ``pad`` samples of each signal, from its beginning, and the last, from its end.
    """

    mirrored: Places
    middles: Places
    sources: Places
    before: tuple[_Constant, ...]
    behind: tuple[_Constant, ...]
    inside: Places

    def extend(self, block: NDArray[Any], *, zeros: bool) -> None:
        """Go on beyond the ends of the signals as a filter wants it, or with zeros."""
        flat = block.reshape(-1)
        if not zeros and self.mirrored.size:
            flat[self.mirrored] = 2 * flat[self.middles] - flat[self.sources]
        _fill(block, flat, self.before, zeros=zeros)

    def go_on(self, block: NDArray[Any], *, zeros: bool) -> None:
        """Behind the extension behind a signal, repeat its last value, or zeros."""
        _fill(block, block.reshape(-1), self.behind, zeros=zeros)


def _fill(block: NDArray[Any], flat: NDArray[Any], constants: Iterable[_Constant], *, zeros: bool) -> None:
    for rows_and_lane, place in constants:
        block[rows_and_lane] = 0.0 if zeros else flat[place]


@lru_cache(maxsize=64)
def edges_of(sides: tuple[Side, ...], pad: int, *, length: int, reach: int, zeros: bool) -> Edges:
    """Where stretches, made of lanes of one length, get what a filter sees beyond their signals.

    Parameters
    ----------
    sides : tuple of Side
        The stretches of which a part lies beyond a signal.
    pad : int
        How many samples a signal is extended by at each end.
    length, reach : int
        Samples of a lane, and of a whole stretch.
    zeros : bool
        Whether the extension is zeros, which stand only behind a signal.
    """
    targets, middles, sources, inside = list[Places](), list[Places](), list[Places](), list[Places]()
    before, behind = list[_Constant](), list[_Constant]()
    steps = np.arange(1, pad + 1)
    for side in sides:

        def places(within: Places | int, lane: int = side.lane) -> Places:
            """Places of the block from those in the stretch."""
            lanes, rows = np.divmod(within, length)
            return np.asarray(rows * LANES + lanes + lane)

        def parts(low: int, high: int, lane: int = side.lane) -> list[tuple[slice, int]]:
            """Rows and lanes of a part of the stretch."""
            return [
                (slice(max(low - one * length, 0), min(high - one * length, length)), lane + one)
                for one in range(low // length, -(-high // length))
            ]

        for is_there, middle, direction in ((side.begin > 0, side.begin, 1), (side.end < reach, side.end - 1, -1)):
            if is_there:
                further = -direction * steps[: reach - side.end if direction < 0 else pad]
                targets.append(places(middle + further))
                sources.append(places(middle - further))
                middles.append(np.full(len(further), int(places(middle))))
                inside.append(places(middle + direction * np.arange(pad)))
        first, last = max(side.begin - pad, 0), side.end + pad
        # zeros begin where the signal does
        before += [(part, int(places(first))) for part in parts(0, side.begin if zeros else first)]
        if zeros:
            before += [(part, 0) for part in parts(side.end, reach)]
        if last < reach:
            behind += [(part, int(places(last - 1))) for part in parts(last, reach)]
    return Edges(
        mirrored=_joined(targets), middles=_joined(middles), sources=_joined(sources),
        before=tuple(before), behind=tuple(behind), inside=_joined(inside),
    )  # fmt: skip


def _joined(places: list[Places]) -> Places:
    return np.concatenate(places) if places else np.empty(0, dtype=np.int64)
