"""Zero-lag filters on plain arrays."""

from __future__ import annotations

from typing import Literal, TypeAlias

from numpy.typing import ArrayLike

from emgkit._checks import check_option, check_positive, check_samples, check_whole
from emgkit.errors import ArgumentError
from emgkit.kernels import (
    Filter,
    Kind,
    Samples,
    butterworth_sections,
    critically_damped_sections,
    mirrored,
    notch_sections,
    zero_lag,
)
from emgkit.notation import number

__all__ = [
    "CUTOFF_RULES",
    "HIGHEST_CUTOFF",
    "HIGHEST_ORDER",
    "PADDINGS",
    "CutoffRule",
    "Padding",
    "bandpass",
    "design",
    "design_notch",
    "highpass",
    "lowpass",
    "notch",
]

CutoffRule: TypeAlias = Literal["applied", "per-pass"]
Padding: TypeAlias = Literal["odd", "zeros-after"]

CUTOFF_RULES: tuple[CutoffRule, ...] = ("applied", "per-pass")
PADDINGS: tuple[Padding, ...] = ("odd", "zeros-after")

# Nearer to Nyquist than this, the recorder's own analogue filter has acted before; nothing is lowered silently.
HIGHEST_CUTOFF = 0.95
# both passes together; steeper filters ring for longer than any phase of a movement lasts
HIGHEST_ORDER = 100


def highpass(
    x: ArrayLike,
    cutoff: float,
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: CutoffRule = "applied",
    padding: Padding = "odd",
) -> Samples:
    """Zero-lag Butterworth high-pass filter.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    cutoff : float
        Cut-off frequency in Hz.
    sfreq, order, cutoff_rule, padding
        As for :func:`bandpass`, which also has the formulas.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`.

    Raises
    ------
    ArgumentError, SignalError
        As for :func:`bandpass`.

    Examples
    --------
    >>> bool(abs(highpass([5.0] * 1000, 20, sfreq=1000)).max() < 1e-12)
    True
    """
    one = design("highpass", {"cutoff": cutoff}, sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding)
    return zero_lag(check_samples(x), [one])


def lowpass(
    x: ArrayLike,
    cutoff: float,
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: CutoffRule = "applied",
    padding: Padding = "odd",
) -> Samples:
    """Zero-lag Butterworth low-pass filter.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    cutoff : float
        Cut-off frequency in Hz.
    sfreq, order, cutoff_rule, padding
        As for :func:`bandpass`, which also has the formulas.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`.

    Raises
    ------
    ArgumentError, SignalError
        As for :func:`bandpass`.

    Examples
    --------
    >>> bool(abs(lowpass([1.0] * 1000, 6, sfreq=1000) - 1).max() < 1e-9)
    True
    """
    one = design("lowpass", {"cutoff": cutoff}, sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding)
    return zero_lag(check_samples(x), [one])


def bandpass(
    x: ArrayLike,
    low: float,
    high: float,
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: CutoffRule = "applied",
    padding: Padding = "odd",
) -> Samples:
    """Zero-lag Butterworth band-pass filter.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    low, high : float
        Lower and upper cut-off frequency in Hz.
    sfreq : float
        Sampling rate in Hz.
    order : int
        Net order at each edge after both passes; even, because each pass has half of it.
    cutoff_rule : {"applied", "per-pass"}
        ``"applied"``: the whole zero-lag filter is 3 dB down at the cut-offs. ``"per-pass"``: one pass is, so that
        both together are 6 dB down; the uncorrected filter of many published scripts.
    padding : {"odd", "zeros-after"}
        How the signal goes on beyond its ends; see Notes.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`.

    Raises
    ------
    ArgumentError
        The order is odd, the cut-offs are swapped or not between 0 and 0.95 of the Nyquist frequency, or the rule or
        the padding is unknown.
    SignalError
        There are fewer samples than the padding needs, or NaN or infinite ones, or ones so large that the result
        overflows.

    Notes
    -----
    One pass of order N = `order` / 2 forward and one backward, in second-order sections. With w = tan(pi f / sfreq)
    and C = (sqrt(2) - 1)^(1 / 2N), the design edges are w / C (low-pass), w C (high-pass), and for a band-pass
    +-B'/2 + sqrt(B'^2/4 + w1 w2) with B' = (w2 - w1) / C; w1 w2 stays as it is.

    ``"odd"`` mirrors the signal through each end point and starts each pass in the steady state, as SciPy's
    ``sosfiltfilt`` does. ``"zeros-after"`` appends twice as many zeros as one pass has numerator coefficients to the
    end only, and starts both passes from a zero state, as ``filtfilt`` of R's package *signal* does.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 100 * np.arange(4000) / 2000)
    >>> round(float(bandpass(tone, 20, 450, sfreq=2000)[1000:3000].max()), 3)
    1.0
    """
    edges = {"low": low, "high": high}
    one = design("bandpass", edges, sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding)
    return zero_lag(check_samples(x), [one])


def notch(x: ArrayLike, frequency: float, *, sfreq: float, harmonics: int = 1, width: float = 2.0) -> Samples:
    """Zero-lag notch filter at a mains frequency and its multiples.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    frequency : float
        Frequency to remove, in Hz.
    sfreq : float
        Sampling rate in Hz.
    harmonics : int
        How many multiples to remove: 1 is `frequency` alone, 3 with 50 Hz is 50, 100 and 150 Hz.
    width : float
        Distance in Hz between the two frequencies about a notch where its two passes together are 3 dB down.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`. Within about 1 / `width` seconds of both ends, where the filter has not
        settled, some of the hum is left.

    Raises
    ------
    ArgumentError
        A notch does not lie between 0 and the Nyquist frequency, or is wider than the notches are apart.
    SignalError
        There are fewer samples than the padding needs, or NaN or infinite ones, or ones so large that the result
        overflows.

    Notes
    -----
    With b = tan(pi width / sfreq) sqrt(sqrt(2) - 1), g = 1 / (1 + b) and c = cos(2 pi f / sfreq), one pass is
    g (1 - 2 c / z + 1 / z^2) / (1 - 2 g c / z + (2 g - 1) / z^2). The ends are ``"odd"``, as in :func:`bandpass`.

    Examples
    --------
    >>> import numpy as np
    >>> hum = np.sin(2 * np.pi * 50 * np.arange(10_000) / 1000)
    >>> bool(abs(notch(hum, 50, sfreq=1000)[4000:6000]).max() < 1e-6)
    True
    """
    one = design_notch(frequency, sfreq=sfreq, harmonics=harmonics, width=width)
    return zero_lag(check_samples(x), [one])


def design(
    kind: Kind,
    edges: dict[str, float],
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: str = "applied",
    padding: str = "odd",
    damped: bool = False,
) -> Filter:
    """The filter that the functions above apply, from the same arguments and with the same errors.

    Parameters
    ----------
    kind : {"lowpass", "highpass", "bandpass"}
        What passes.
    edges : dict of float
        ``cutoff``, or ``low`` and ``high`` (Hz).
    sfreq, order, cutoff_rule, padding
        As for :func:`bandpass`.
    damped : bool
        Critically damped sections in place of Butterworth's.
    """
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    _check_edges(edges, sfreq)
    check_option("cutoff_rule", cutoff_rule, CUTOFF_RULES)
    check_option("padding", padding, PADDINGS)
    if check_whole("order", order, most=HIGHEST_ORDER) % 2:
        raise ArgumentError(
            "The order is odd: it counts both passes, so each has half of it",
            allowed="an even number of at least 2",
            got=str(order),
        )
    per_pass, applied = order // 2, cutoff_rule == "applied"
    sections = (
        critically_damped_sections(edges["cutoff"], sfreq=sfreq, per_pass=per_pass, two_passes=applied)
        if damped
        else butterworth_sections(tuple(edges.values()), kind=kind, sfreq=sfreq, per_pass=per_pass, two_passes=applied)
    )
    if padding == "odd":
        return mirrored(sections)
    # One pass written as a single fraction has this many numerator coefficients; the sections do not show it.
    n_coefficients = len(edges) * per_pass + 1
    return Filter(sections=sections, pad=2 * n_coefficients, zeros=True)


def design_notch(frequency: float, *, sfreq: float, harmonics: int = 1, width: float = 2.0) -> Filter:
    """The filter that :func:`notch` applies, from the same arguments and with the same errors."""
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    frequency = check_positive("frequency", frequency, unit="Hz")
    width = check_positive("width", width, unit="Hz")
    highest = check_whole("harmonics", harmonics) * frequency
    if width >= frequency:
        raise ArgumentError(
            "The notch is too wide", allowed=f"a width below {number(frequency)} Hz", got=f"{number(width)} Hz"
        )
    if highest + width / 2 >= sfreq / 2:
        raise ArgumentError(
            "The highest notch, with its width, reaches the Nyquist frequency",
            allowed=f"harmonics below {number(sfreq / 2 - width / 2)} Hz at a rate of {number(sfreq)} Hz",
            got=f"{harmonics} harmonics of {number(frequency)} Hz, up to {number(highest)} Hz",
        )
    frequencies = [k * frequency for k in range(1, harmonics + 1)]
    return mirrored(notch_sections(frequencies, sfreq=sfreq, width=width))


def _check_edges(edges: dict[str, float], sfreq: float) -> None:
    limit = HIGHEST_CUTOFF * sfreq / 2
    for name, value in edges.items():
        if check_positive(name, value, unit="Hz") >= limit:
            raise ArgumentError(
                f"The cut-off {name!r} is too high for the sampling rate",
                allowed=f"below {number(limit)} Hz, 0.95 of the Nyquist frequency at {number(sfreq)} Hz",
                got=f"{number(value)} Hz",
            )
    if "low" in edges and edges["low"] >= edges["high"]:
        raise ArgumentError(
            "The cut-offs are swapped or equal",
            allowed="'low' below 'high'",
            got=f"low {number(edges['low'])} Hz, high {number(edges['high'])} Hz",
        )
