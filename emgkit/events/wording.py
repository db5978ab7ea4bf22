"""How repetitions were found, in words for a Methods section."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from emgkit._checks import check_unknown
from emgkit.events.repetitions import find_repetitions
from emgkit.notation import number

__all__ = ["OPTIONS", "search_sentence"]

# the thresholds of the search, with what they are unless said otherwise
OPTIONS: Mapping[str, Any] = {
    name: parameter.default
    for name, parameter in inspect.signature(find_repetitions).parameters.items()
    if isinstance(parameter.default, float)
}


def search_sentence(**options: float) -> str:
    """The thresholds of :func:`find_repetitions` as sentences, every number in them.

    Parameters
    ----------
    **options
        Those given to :func:`find_repetitions`; the others have their defaults.

    Raises
    ------
    ArgumentError
        An option is not known.

    Examples
    --------
    >>> search_sentence(cutoff=10).split(";")[0]
    'The signal was low-pass filtered at 10 Hz (zero-lag Butterworth filter, net order 4)'
    """
    for name in options:
        check_unknown("option", name, OPTIONS)
    said = {name: number(float(value)) for name, value in {**OPTIONS, **options}.items()}
    return (
        f"The signal was low-pass filtered at {said['cutoff']} Hz (zero-lag Butterworth filter, net order 4); turning "
        f"points have a prominence of at least {said['prominence']} of the signal's range in movement and lie at least "
        f"{said['distance']} s apart. A phase begins and ends where the velocity crosses {said['edge']} of the "
        f"movement's peak; a pause between phases of at least {said['minimum_hold']} s is a hold. Repetitions were "
        f"rejected if the recording cut them, if their excursion was outside {said['smallest']} to {said['largest']} "
        "times the median, or if their duration differed from the median by more than a factor of two and three "
        "scaled median absolute deviations."
    )
