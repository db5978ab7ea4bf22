"""The best window of each trial and channel: its mean, where it lies, and how even the signal is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_positive
from emgkit.errors import NormalizationError
from emgkit.normalize.trials import ProcessedTrial, by_name, checked_trials, processed_trials
from emgkit.notation import number
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["best_means", "best_windows", "windows_of"]

Array = NDArray[np.float64]


def best_windows(trials: Iterable[Trial | Recording], pipeline: Pipeline, *, window: float = 0.5) -> pd.DataFrame:
    """Where the best window of each trial and channel lies, and how even the signal is in it.

    Parameters
    ----------
    trials : iterable of Trial or Recording
        The trials of a reference.
    pipeline : Pipeline
        The processing up to the envelope.
    window : float, default 0.5
        Window (s).

    Returns
    -------
    DataFrame
        One row a trial and channel: ``channel, trial, start, stop`` (s on the trial's clock), ``crest`` (largest
        distance of a recorded sample from the median in the window over their root mean square) and
        ``largest_share``, the share that the largest 1 % of these distances have in their sum.

    Raises
    ------
    NormalizationError, ArgumentError
        As for :func:`reference`.

    Notes
    -----
    Gaussian EMG of 1000 samples has a crest of some 3.4 and a largest share of 3.6 %. A single sample of 5 V in a
    contraction of 0.2 mV has a crest of 32 and a share of 97 %.

    Examples
    --------
    >>> from emgkit import Channel
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[0.0, 2e-4, 0.0, -2e-4] * 250], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),),
    ...                   context={"participant": "01", "task": "mvcKnee"})
    >>> round(float(best_windows([trial], Pipeline(MovingRMS(window=0.1))).loc[0, "crest"]), 2)
    1.41
    """
    trials = checked_trials(trials, pipeline)
    check_positive("window", window, unit="s")
    return windows_of(processed_trials(trials, pipeline), window=window)


def windows_of(trials: Sequence[ProcessedTrial], *, window: float = 0.5) -> pd.DataFrame:
    """Where the best window of each trial and channel lies, of trials that are processed.

    Parameters
    ----------
    trials : sequence of ProcessedTrial
        The trials of a reference.
    window : float, default 0.5
        Window (s).

    Returns
    -------
    DataFrame
        As from :func:`best_windows`.

    Raises
    ------
    NormalizationError
        As for :func:`reference`.

    Examples
    --------
    >>> from emgkit import Channel
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[2e-4, -2e-4] * 500], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    >>> pipeline = Pipeline(MovingRMS(window=0.1))
    >>> processed = ProcessedTrial(raw=(trial,), envelopes=(pipeline(trial),))
    >>> windows_of([processed])["channel"].tolist()
    ['VL']
    """
    import pandas as pd

    rows = []
    for name, pairs in by_name(trials).items():
        for raw, envelope in pairs:
            width = signal.window_samples(window, sfreq=envelope.sfreq)
            for channel, means in zip(envelope.names, _whole_windows(envelope, window, name), strict=True):
                start = envelope.start + int(means.argmax()) / envelope.sfreq
                first = round((start - raw.start) * raw.sfreq)
                part = raw.data[raw.names.index(channel), first : first + round(width * raw.sfreq / envelope.sfreq)]
                stop = start + width / envelope.sfreq
                rows.append((channel, name, start, stop, *_evenness(part)))
    return pd.DataFrame(rows, columns=["channel", "trial", "start", "stop", "crest", "largest_share"])


def _evenness(x: Array) -> tuple[float, float]:
    """Crest of a piece of signal about its median, and the share of the largest 1 % of its samples in their sum."""
    sizes = np.sort(np.abs(x - np.median(x)))
    if sizes.size == 0 or sizes[-1] == 0:
        return np.nan, np.nan
    largest = max(1, round(0.01 * sizes.size))
    return float(sizes[-1] / np.sqrt(np.square(sizes).mean())), float(sizes[-largest:].sum() / sizes.sum())


def best_means(recording: Recording, window: float, name: str) -> Array:
    """Compute the largest mean over the windows that lie wholly inside, shape (n_channels,)."""
    best: Array = _whole_windows(recording, window, name).max(axis=1)
    return best


def _whole_windows(recording: Recording, window: float, name: str) -> Array:
    """Compute the means over all windows that lie wholly inside, shape (n_channels, n_windows)."""
    width = signal.window_samples(window, sfreq=recording.sfreq)
    if recording.data.shape[1] < width:
        raise NormalizationError(
            f"Trial {name!r} is shorter than the window of the reference",
            allowed=f"at least {width} samples ({number(window)} s)",
            got=f"{recording.data.shape[1]} samples ({number(recording.duration)} s)",
            hint="Leave the trial out or say a shorter window",
        )
    for channel, row in zip(recording.names, recording.data, strict=True):
        # an oscillation about zero has hardly any mean; an amplitude is nearly all mean
        if row.min() < 0 and row.sum() < 0.5 * np.abs(row).sum():
            raise NormalizationError(
                f"Channel {channel!r} oscillates about zero: that is no amplitude",
                where=f"trial {name!r}",
                allowed="a rectified signal or an envelope",
                hint="Put Rectify and Envelope, or MovingRMS, into the pipeline",
            )
    means = signal.moving_mean(recording.data, window, sfreq=recording.sfreq)
    # moving_mean shortens its window at the edges; only the whole ones count
    return means[:, width // 2 : means.shape[1] - width // 2]
