"""Designs of filters, as second-order sections of one pass."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Filter",
    "Kind",
    "Samples",
    "Unread",
    "Window",
    "butterworth_sections",
    "critically_damped_sections",
    "mirrored",
    "notch_sections",
]

After: TypeAlias = Literal["plain", "rectified"]
Kind: TypeAlias = Literal["lowpass", "highpass", "bandpass"]
Samples: TypeAlias = NDArray[np.float64]


class Unread(Protocol):
    """Signals that are read a part at a time."""

    @property
    def shape(self) -> tuple[int, int]:
        """(n_signals, n_samples)."""
        ...

    def part(self, row: int, first: int, stop: int) -> Samples:
        """The samples of one signal from `first` to before `stop`, side by side in memory."""
        ...


# Two equal passes are 3 dB down where the squared gain of one is 1 / sqrt(2): at this (w / w_design)^(2N).
_TWO_PASSES = math.sqrt(2) - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Filter:
    """One zero-lag filter: forward, then backward.

    Parameters
    ----------
    sections : ndarray, shape (n_sections, 6)
        Second-order sections of one pass.
    pad : int
        How many samples are added: mirrored through the end point at both ends, or zeros after the last sample.
    zeros : bool
        Zeros, not mirrored samples, and both passes start from zero states.
    after : {"plain", "rectified"}
        What becomes of its output.
    """

    sections: Samples
    pad: int
    zeros: bool = False
    after: After = "plain"

    @property
    def takes_constants_out(self) -> bool:
        """Whether it is the same with any constant added to the signal: a zero of it lies at 0 Hz."""
        return not self.zeros and bool((self.sections[:, :3].sum(axis=1) == 0).any())


@dataclass(frozen=True, kw_only=True)
class Window:
    """A centred moving window: the mean of the samples in it, or the root of the mean of their squares.

    Parameters
    ----------
    width : int
        Samples of the window, an odd number; near the ends it holds fewer.
    squared : bool
        Whether squares are averaged, and the root taken.
    """

    width: int
    squared: bool = False

    @property
    def half(self) -> int:
        """How many samples it reaches to each side."""
        return self.width // 2


def mirrored(sections: Samples) -> Filter:
    """The filter with the ends of SciPy's ``sosfiltfilt``, in kind and length."""
    first_order = min(int((sections[:, 2] == 0).sum()), int((sections[:, 5] == 0).sum()))
    return Filter(sections=sections, pad=3 * (2 * len(sections) + 1 - first_order))


def butterworth_sections(
    edges: tuple[float, ...], *, kind: Kind, sfreq: float, per_pass: int, two_passes: bool
) -> Samples:
    """Second-order sections of one pass, 3 dB down at the edges; with `two_passes`, both together are."""
    return _designed(tuple(edges), kind, float(sfreq), per_pass, two_passes).copy()


@lru_cache(maxsize=64)  # a study designs the same few filters hundreds of times
def _designed(edges: tuple[float, ...], kind: Kind, sfreq: float, per_pass: int, two_passes: bool) -> Samples:
    """Butterworth's poles on the analogue circle, moved to the edges, and by the bilinear transform to z.

    Two poles are a section, the least resonant first. Each section has the gain 1 where the whole filter has it, and of
    a band-pass the zeros that its poles are nearer to, so that no section lets through more than the next one wants.
    """
    design = _design_edges(edges, kind=kind, sfreq=sfreq, per_pass=per_pass) if two_passes else edges
    warped = [math.tan(math.pi * edge / sfreq) for edge in design]
    middle = 1j * math.sqrt(warped[0] * warped[-1])
    unity = {"lowpass": 1.0, "highpass": -1.0, "bandpass": (1 + middle) / (1 - middle)}[kind]
    sections = []
    for analogue, zeros in _roots(warped, kind=kind, per_pass=per_pass):
        poles = [(1 + pole) / (1 - pole) for pole in analogue]
        gain = math.prod(abs(unity - pole) for pole in poles) / math.prod(abs(unity - zero) for zero in zeros)
        sections.append([*(gain * _monic(zeros)), *_monic(poles)])
    return np.array(sorted(sections, key=lambda section: abs(section[5])))


def _roots(
    warped: list[float], *, kind: Kind, per_pass: int
) -> Iterator[tuple[tuple[complex, ...], tuple[float, ...]]]:
    """The analogue poles of one pass, the two of a section together, and the zeros in z that belong to them.

    A real pole of a low- or high-pass stands alone.
    """
    zero = -1.0 if kind == "lowpass" else 1.0
    for k in range((per_pass + 1) // 2):
        pole = complex(cmath.exp(1j * math.pi * (2 * k + per_pass + 1) / (2 * per_pass)))
        is_real = 2 * k + 1 == per_pass
        if kind == "bandpass":
            half = (-1.0 if is_real else pole) * (warped[1] - warped[0]) / 2
            root = cmath.sqrt(half * half - warped[0] * warped[1])
            if is_real:
                yield (half + root, half - root), (1.0, -1.0)
            else:
                lower, upper = sorted((half + root, half - root), key=abs)
                yield (lower, lower.conjugate()), (1.0, 1.0)
                yield (upper, upper.conjugate()), (-1.0, -1.0)
        elif is_real:
            yield (complex(-warped[0]),), (zero,)
        else:
            one = pole * warped[0] if kind == "lowpass" else warped[0] / pole
            yield (one, one.conjugate()), (zero, zero)


def _monic(roots: Sequence[complex]) -> Samples:
    """The polynomial in 1 / z with one or two roots, whose coefficients are real."""
    if len(roots) == 1:
        return np.array([1.0, -complex(roots[0]).real, 0.0])
    return np.array([1.0, -complex(roots[0] + roots[1]).real, complex(roots[0] * roots[1]).real])


def critically_damped_sections(cutoff: float, *, sfreq: float, per_pass: int, two_passes: bool) -> Samples:
    """Equal first-order sections of one pass, 3 dB down at the cut-off; with `two_passes`, both together are.

    One section has the squared gain 1 / (1 + r^2) at r times its own cut-off, so n of them are 3 dB down where
    r^2 = 2^(1/n) - 1; two passes have twice as many.
    """
    n_sections = 2 * per_pass if two_passes else per_pass
    w = math.tan(math.pi * cutoff / sfreq) / math.sqrt(2 ** (1 / n_sections) - 1)
    return np.tile([w / (1 + w), w / (1 + w), 0.0, 1.0, (w - 1) / (1 + w), 0.0], (per_pass, 1))


def _design_edges(edges: tuple[float, ...], *, kind: Kind, sfreq: float, per_pass: int) -> tuple[float, ...]:
    warped = [math.tan(math.pi * edge / sfreq) for edge in edges]
    factor = _TWO_PASSES ** (1 / (2 * per_pass))
    if kind == "lowpass":
        design = [warped[0] / factor]
    elif kind == "highpass":
        design = [warped[0] * factor]
    else:
        half_band = (warped[1] - warped[0]) / factor / 2
        root = math.sqrt(half_band**2 + warped[0] * warped[1])
        # The lower edge as a quotient: the difference root - half_band loses digits when the band is wide.
        design = [warped[0] * warped[1] / (root + half_band), root + half_band]
    return tuple(math.atan(w) * sfreq / math.pi for w in design)


def notch_sections(frequencies: list[float], *, sfreq: float, width: float) -> Samples:
    """One section a notch, such that two passes are 3 dB down `width` Hz apart."""
    gain = 1 / (1 + math.tan(math.pi * width / sfreq) * math.sqrt(_TWO_PASSES))
    middles = [-2 * gain * math.cos(2 * math.pi * frequency / sfreq) for frequency in frequencies]
    return np.array([[gain, middle, gain, 1.0, middle, 2 * gain - 1] for middle in middles])
