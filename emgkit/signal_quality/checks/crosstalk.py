"""What two channels share: crosstalk, a common reference, or the same sensor twice."""

from __future__ import annotations

import numpy as np

from emgkit.notation import percent
from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import Array, Crosstalk

__all__ = ["CHECKS", "MOST_CHANNELS", "crosstalk"]

MOST_CHANNELS = 32  # in grids the neighbours see the same muscle on purpose
_PIECE, _PIECES = 1.0, 60  # s and number of the pieces looked at, evenly spread
_LAG = 0.01  # s, the slowest way under the skin from one muscle's electrode to the next
_LOW, _HIGH = 20.0, 400.0  # Hz
_HUM = (50.0, 60.0)  # Hz, hum is common to all channels and no crosstalk
_BESIDE = 3.0  # Hz


def crosstalk(data: Array, *, sfreq: float) -> list[Crosstalk]:
    """For each channel the other one that it resembles most, by the largest cross-correlation within 10 ms.

    The correlation is that from 20 to 400 Hz without the lines of hum, over up to 60 pieces of 1 s.
    """
    count, n = data.shape
    length = round(_PIECE * sfreq)
    frequencies = np.fft.rfftfreq(max(length, 2), 1 / sfreq)
    kept = (frequencies >= _LOW) & (frequencies <= min(_HIGH, sfreq / 2))
    for line in _HUM:
        distance = np.abs((frequencies + line / 2) % line - line / 2)
        kept &= distance > _BESIDE
    if count < 2 or count > MOST_CHANNELS or n < 2 * length or not kept.any():
        return [Crosstalk()] * count
    starts = np.unique(np.linspace(0, n - length, min(_PIECES, n // length)).astype(int))
    window = np.hanning(length)
    cross = np.zeros((kept.sum(), count, count), dtype=complex)
    for start in starts:
        piece = np.fft.rfft(data[:, start : start + length] * window, axis=1)[:, kept].T
        cross += piece[:, :, np.newaxis] * piece[:, np.newaxis, :].conj()
    power = np.real(np.einsum("fii->i", cross))
    spread = np.zeros((frequencies.size, count, count), dtype=complex)
    spread[kept] = cross
    lags = np.fft.irfft(spread, n=length, axis=0) * length / 2
    near = round(_LAG * sfreq)
    largest = np.abs(np.concatenate((lags[: near + 1], lags[length - near :]))).max(axis=0)
    scale = np.sqrt(np.outer(power, power))
    shared = np.divide(largest, scale, out=np.zeros_like(largest), where=scale > 0)
    np.fill_diagonal(shared, -1.0)
    return [Crosstalk(other=str(row.argmax()), correlation=float(min(1.0, row.max()))) for row in shared]


CHECKS = (
    Check(
        name="crosstalk",
        measures="Largest cross-correlation with another channel within 10 ms, from 20 to 400 Hz without hum, in "
        "recordings of 2 to 32 channels",
        unit="1",
        measure=lambda samples: samples.crosstalk.correlation,
        doubtful=0.5,
        bad=0.95,
        source="A suspicion: signals with the spectra and bursts of 66 real recordings that share nothing stay below "
        "0.31 (792 channels); of the 264 real ones, of neighbouring muscles, 13 % lie above 0.5, mostly the two "
        "hamstrings. Nearly all power in common is the same signal [engineering choice].",
        words=lambda samples, value: (
            f"shares {percent(value**2)} of its power with {samples.crosstalk.other!r} "
            f"(cross-correlation {value:.2f}): crosstalk, a common disturbance, or one sensor twice."
        ),
        hint="Look at both signals; compare neither muscle with the other before it is known.",
    ),
)
