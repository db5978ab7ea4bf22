"""Where the filtering of a pipeline ends and its amplitude begins."""

from __future__ import annotations

from emgkit.pipeline import Pipeline
from emgkit.steps import TKEO, Envelope, MovingMean, MovingRMS, Normalize, Rectify

__all__ = ["divided"]

_AMPLITUDE = (Rectify, Envelope, MovingRMS, MovingMean, TKEO, Normalize)


def divided(pipeline: Pipeline) -> tuple[Pipeline, Pipeline]:
    """The steps that leave a signal with its two signs, and those from the first that makes an amplitude of it.

    Examples
    --------
    >>> from emgkit.steps import Bandpass
    >>> filters, amplitude = divided(Pipeline(Bandpass(low=20, high=450), Rectify(), Envelope(cutoff=6)))
    >>> len(filters.steps), len(amplitude.steps)
    (1, 2)
    """
    places = [place for place, step in enumerate(pipeline.steps) if isinstance(step, _AMPLITUDE)]
    end = places[0] if places else len(pipeline.steps)
    return Pipeline(*pipeline.steps[:end]), Pipeline(*pipeline.steps[end:])
