"""What a check is: a number taken from the samples of a channel, its limits and where they come from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from emgkit.signal_quality.samples import Samples

__all__ = ["BAD", "DOUBTFUL", "GOOD", "NOT_JUDGED", "Check", "Finding", "Verdict"]

Verdict = Literal["good", "doubtful", "bad", "not judged"]
GOOD: Verdict = "good"
DOUBTFUL: Verdict = "doubtful"
BAD: Verdict = "bad"
NOT_JUDGED: Verdict = "not judged"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of a channel.

    Parameters
    ----------
    name : str
        Its code, which the notices carry too.
    measures : str
        What the number is, for the documentation.
    unit : str
        Its unit; ``"1"`` for a share or a ratio.
    measure : callable
        Takes the ``Samples`` of a channel and gives the number; NaN where it cannot be judged.
    doubtful, bad : float
        Limits beyond which the channel is doubtful or bad; NaN where there is no such limit.
    source : str
        Where the limits come from.
    words : callable
        Takes the samples and the number and says what is wrong, without the name of the channel.
    hint : str
        What to do.
    below : bool
        Whether small numbers are the bad ones.
    of : {"raw", "amplitudes", "both"}
        Whether it is made of signals about zero, of amplitudes (rectified, envelopes), or of both.
    """

    name: str
    measures: str
    unit: str
    measure: Callable[[Samples], float]
    doubtful: float
    bad: float
    source: str
    words: Callable[[Samples, float], str]
    hint: str = ""
    below: bool = False
    of: Literal["raw", "amplitudes", "both"] = "raw"

    def judge(self, value: float) -> tuple[Verdict, float]:
        """The verdict on a number, and the limit that it passed, or the first one that it would pass."""
        first = self.doubtful if math.isfinite(self.doubtful) else self.bad
        if math.isnan(value):
            return NOT_JUDGED, first
        for verdict, limit in ((BAD, self.bad), (DOUBTFUL, self.doubtful)):
            # false of NaN: there is no such limit
            if (value < limit) if self.below else (value > limit):
                return verdict, limit
        return GOOD, first


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found in one channel.

    Parameters
    ----------
    channel, check : str
        The names of both.
    value : float
        The number (NaN: not judged).
    unit : str
        Unit of the number and of the limit.
    limit : float
        The limit that was passed, or the first one where none was.
    verdict : {"good", "doubtful", "bad", "not judged"}
        What follows.
    text, hint : str
        What is wrong and what to do; empty where nothing is.
    """

    channel: str
    check: str
    value: float
    unit: str
    limit: float
    verdict: Verdict
    text: str = ""
    hint: str = ""
