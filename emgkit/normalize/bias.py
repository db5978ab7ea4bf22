"""How much the rule of a reference exceeds the true mean of a steady contraction, by simulation."""

from __future__ import annotations

import numpy as np

from emgkit import spectrum
from emgkit._checks import check_positive, check_whole
from emgkit.channels import Channel
from emgkit.normalize.windows import best_means
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording

__all__ = ["best_window_bias"]

# samples that a simulation holds at a time
_BLOCK = 8_000_000


def best_window_bias(
    pipeline: Pipeline,
    *,
    sfreq: float,
    window: float = 0.5,
    duration: float,
    trials: int = 1,
    seed: int = 0,
    replicates: int = 200,
) -> float:
    """How much the best window exceeds the true mean of a perfectly steady contraction.

    Monte Carlo: simulated surface-EMG noise of constant power goes through the pipeline, and the
    rule of :func:`reference` is applied to `trials` independent trials at a time.

    Parameters
    ----------
    pipeline : Pipeline
        The processing up to the envelope.
    sfreq : float
        Rate (Hz).
    window, duration : float
        Length of the window and of a trial (s).
    trials : int, default 1
        Number of trials over which the largest is taken.
    seed : int, default 0
        Seed of the simulated noise.
    replicates : int, default 200
        Number of simulated references.

    Returns
    -------
    float
        Mean of the rule's value over the mean of the envelope; 1 is unbiased.

    Raises
    ------
    ArgumentError
        A number is not above 0.
    NormalizationError
        The trial is shorter than the window.

    Examples
    --------
    >>> from emgkit.steps import Rectify
    >>> best_window_bias(Pipeline(Rectify()), sfreq=1000, window=0.2, duration=2, replicates=20) > 1.05
    True
    """
    sfreq, duration = check_positive("sfreq", sfreq, unit="Hz"), check_positive("duration", duration, unit="s")
    for name, count in (("trials", trials), ("replicates", replicates)):
        check_whole(name, count)
    rng = np.random.default_rng(seed)
    n_samples = round(duration * sfreq)
    best, mean = np.empty((replicates, trials)), np.empty((replicates, trials))
    block = max(1, _BLOCK // (n_samples * trials))
    for first in range(0, replicates, block):
        rows = slice(first, min(first + block, replicates))
        shape = best[rows].shape
        noise = spectrum.shaped_noise(n_samples, sfreq=sfreq, rng=rng, n_channels=shape[0] * trials)
        channels = tuple(Channel(name=str(row), unit="V") for row in range(len(noise)))
        envelope = pipeline(Recording(data=noise * 1e-4, sfreq=sfreq, channels=channels))
        best[rows] = best_means(envelope, window, "simulated").reshape(shape)
        mean[rows] = envelope.data.mean(axis=1).reshape(shape)
    return float(best.max(axis=1).mean() / mean.mean())
