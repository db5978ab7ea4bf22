"""What a simulated electrode records: activation, the interference signal, and artefacts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import ArgumentError
from emgkit.simulate.movement import Repetition, Timing
from emgkit.simulate.specification import Activation, Artefacts, Mvc

__all__ = ["activation", "disturbed", "interference", "mvc_activation"]

Array = NDArray[np.float64]
CROSSFADE = 0.20  # s over which one phase's activation gives way to the next
BELL = 0.3  # how far activation within a phase swells above and sinks below its mean
QRS = (
    (-0.035, 0.010, -0.12),
    (0.0, 0.012, 1.0),
    (0.035, 0.012, -0.25),
    (0.24, 0.045, 0.25),
)  # centre, width (s), height
DROPOUT = 0.05  # s


def activation(when: Timing, percent: Array, shape: Activation) -> Array:
    """Make the activation over a trial, in fractions of MVC.

    Parameters
    ----------
    when : Timing
        The trial's phases.
    percent : ndarray, shape (n_repetitions, n_channels)
        What the mean over each whole repetition shall be, in %MVC.
    shape : Activation
        The phases' activation relative to each other, tonic level and lead.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
        Above zero everywhere. Its mean over each repetition is `percent` / 100, and its means
        over the phases stand in the stated ratios, both to rounding.
    """
    goals = [
        _phase_goals(repetition, row / 100, shape) for repetition, row in zip(when.repetitions, percent, strict=True)
    ]
    # at least twice the tonic level in every phase, else a weak muscle would have to switch off to reach its mean
    tonic = np.minimum(shape.tonic / 100, np.min([goal.min(axis=0) for goal in goals], axis=0) / 2)
    trace = np.repeat(tonic[:, np.newaxis], when.n_samples, axis=1)
    for repetition, goal in zip(when.repetitions, goals, strict=True):
        first, swells = _swells(repetition, when.sfreq, shape.lead)
        windows = [slice(phase.first - first, phase.stop - first) for phase in repetition.phases]
        # the swell of one phase reaches into the next: solve for heights that give the goals exactly
        mixing = np.array([[swell[window].mean() for swell in swells] for window in windows])
        heights = np.linalg.solve(mixing, goal - tonic)
        if np.any(heights < 0):
            raise ArgumentError(
                "The phases are too short for activations this different",
                where=f"repetition {repetition.number}",
                got=f"phases of {', '.join(f'{(p.stop - p.first) / when.sfreq:.2f}' for p in repetition.phases)} s",
                hint="Lengthen the phases or bring their relative activations closer",
            )
        trace[:, first : first + swells.shape[1]] += heights.T @ swells
    return trace


def mvc_activation(mvc: Mvc, levels: Array, *, tonic: float, sfreq: float) -> Array:
    """Make the activation over an MVC trial: quiet, ramp, plateau at `levels` (fractions of MVC), ramp, quiet.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    times = np.arange(round((2 * mvc.quiet + 2 * mvc.ramp + mvc.plateau) * sfreq)) / sfreq
    up, down = mvc.quiet, mvc.quiet + mvc.ramp + mvc.plateau
    effort = _rise(times, up, up + mvc.ramp) * (1 - _rise(times, down, down + mvc.ramp))
    low = np.minimum(tonic, levels / 2)
    return np.asarray(low[:, np.newaxis] + (levels - low)[:, np.newaxis] * effort)


def interference(trace: Array, gains: Array, *, sfreq: float, rng: np.random.Generator) -> Array:
    """Make the interference signal (V): Gaussian noise with the spectrum of surface EMG, times activation and gain.

    Parameters
    ----------
    trace : ndarray, shape (n_channels, n_samples)
        Activation in fractions of MVC.
    gains : ndarray, shape (n_channels,)
        V RMS of a maximal contraction.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    from emgkit.spectrum import shaped_noise

    noise = shaped_noise(trace.shape[1], sfreq=sfreq, rng=rng, n_channels=trace.shape[0])
    return np.asarray(gains[:, np.newaxis] * trace * noise)


def disturbed(signal: Array, artefacts: Artefacts, *, sfreq: float, moving: Array, rng: np.random.Generator) -> Array:
    """Add to the signal (V) all that an electrode picks up beside the muscle.

    Parameters
    ----------
    signal : ndarray, shape (n_channels, n_samples)
        The interference signal.
    artefacts : Artefacts
        What to add; zero is off.
    moving : ndarray, shape (n_samples,)
        Speed of the movement relative to its largest; movement artefacts follow it.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    n_channels, n_samples = signal.shape
    # every source draws from its own numbers: switching one on leaves the others as they were
    noise_rng, mains_rng, ecg_rng, movement_rng, dropout_rng = rng.spawn(5)
    out = signal + artefacts.noise * noise_rng.standard_normal(signal.shape)
    times = np.arange(n_samples) / sfreq
    if artefacts.mains:
        for harmonic in (1, 2, 3):
            phase = mains_rng.uniform(0, 2 * np.pi, size=(n_channels, 1))
            wave = np.sin(2 * np.pi * harmonic * artefacts.mains_frequency * times + phase)
            out += artefacts.mains / harmonic**2 * wave
    if artefacts.ecg:
        out += artefacts.ecg * _heartbeats(times, ecg_rng)
    if artefacts.movement:
        out += artefacts.movement * moving * _sway(n_samples, n_channels, sfreq, movement_rng)
    if artefacts.dropouts:
        width = round(DROPOUT * sfreq)
        for channel in out:
            for _ in range(dropout_rng.poisson(artefacts.dropouts * n_samples / sfreq / 60)):
                first = dropout_rng.integers(0, n_samples - width)
                channel[first : first + width] = 0.0
    if artefacts.clip is not None:
        out = np.clip(out, -artefacts.clip, artefacts.clip)
    return np.asarray(out)


def _phase_goals(repetition: Repetition, fractions: Array, shape: Activation) -> Array:
    """Compute the mean activation of each phase, shape (n_phases, n_channels), whose mean over time is `fractions`."""
    weights = np.array([getattr(shape, phase.name) for phase in repetition.phases])
    lengths = np.array([phase.stop - phase.first for phase in repetition.phases])
    return np.asarray(np.outer(weights / np.average(weights, weights=lengths), fractions))


def _swells(repetition: Repetition, sfreq: float, lead: float) -> tuple[int, Array]:
    """Find the first sample, and the swell of each phase, shape (n_phases, n_samples), zero at both ends."""
    shoulder = 2 * lead
    first = max(0, repetition.first - round(shoulder * sfreq))
    times = np.arange(first, repetition.stop + round(shoulder * sfreq)) / sfreq
    start, end = repetition.first / sfreq, repetition.stop / sfreq
    bounds = [phase.first / sfreq for phase in repetition.phases[1:]]
    # fully on when the movement begins, and until it ends
    begins = [(start - shoulder, start), *((b - CROSSFADE / 2, b + CROSSFADE / 2) for b in bounds)]
    finishes = [*begins[1:], (end, end + shoulder)]
    swells = []
    for phase, on, off in zip(repetition.phases, begins, finishes, strict=True):
        within = np.clip((times * sfreq - phase.first) / (phase.stop - phase.first), 0, 1)
        bell = 1.0 if phase.name == "hold" else 1 - BELL * np.cos(2 * np.pi * within)
        swells.append(_rise(times, *on) * (1 - _rise(times, *off)) * bell)
    return first, np.array(swells)


def _rise(times: Array, start: float, end: float) -> Array:
    """Go from 0 at `start` to 1 at `end` along half a cosine."""
    return np.asarray((1 - np.cos(np.pi * np.clip((times - start) / (end - start), 0, 1))) / 2)


def _heartbeats(times: Array, rng: np.random.Generator) -> Array:
    """Make an electrocardiogram of unit height at about 70 beats a minute."""
    wave = np.zeros_like(times)
    beat = rng.uniform(0.2, 0.8)
    while beat < times[-1]:
        for centre, width, size in QRS:
            wave += size * np.exp(-0.5 * ((times - beat - centre) / width) ** 2)
        beat += max(0.5, rng.normal(0.86, 0.04))
    return wave


def _sway(n_samples: int, n_channels: int, sfreq: float, rng: np.random.Generator) -> Array:
    """Make noise of unit variance below about 10 Hz, as cables and skin make it."""
    from emgkit.spectrum import shaped_noise

    return shaped_noise(
        n_samples, sfreq=sfreq, rng=rng, n_channels=n_channels,
        density=lambda frequencies: 1 / (1 + (frequencies / 8) ** 8),
    )  # fmt: skip
