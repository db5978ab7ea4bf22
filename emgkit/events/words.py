"""How repetitions were found, in the sentences of a Methods section.

Each way writes its own sentence; of the searches in a movement, what they share, such as the filter, is written once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emgkit._checks import check_unknown
from emgkit.events.repetitions import WAYS, Way
from emgkit.events.ways.inertial import inertial_sentence
from emgkit.events.ways.movement import OPTIONS
from emgkit.notation import capital, counted, number, readable, series

__all__ = ["Segmentation", "rejection_sentences", "segmentation_sentences"]

_REST = {
    "low": "the low extreme of the signal",
    "high": "the high extreme of the signal",
    "near-zero": "the extreme of the signal nearer to zero",
    "far-from-zero": "the extreme of the signal farther from zero",
}
# who rejects the repetitions of a way that searches no movement; the whole of a recording is never rejected
_REJECTED = {
    "table": (" of the table", "there"),
    "events": (" of the recordings' own events", "by hand or by the program that marked them"),
    "trigger": (" of the trigger", "because the recording cuts them"),
    "emg": (" from bursts of the EMG", "by the rules of that search"),
}


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """How the repetitions of one exercise were found, and how many.

    Parameters
    ----------
    exercise : str
        Its name.
    by : str
        The way, one of ``WAYS``.
    starts : {"eccentric", "concentric", None}
        Phase of the first movement away from rest; None for cycles. Not used with events.
    rest : {None, "low", "high", "near-zero", "far-from-zero"}
        Which extreme was taken for rest; None where the recordings show it by how they begin and end.
    n, rejected : int
        Number of repetitions over all recordings, and how many of them were rejected.
    phases : bool, default False
        Whether there are phases of these repetitions, where no movement was searched.
    start, stop : float, optional
        The stretch that was taken (s); None where it begins or ends with the recording. Used with ``"none"`` alone.
    options : Mapping
        Further options of the way.
    rests : Mapping of str to str
        Whose recordings -> which extreme was taken for rest there.
    zeros : tuple of {"highest", "lowest"}
        Of cycles, the turning points at which they begin.
    sides : tuple of {"left", "right"}
        The sides that have repetitions of their own.
    """

    exercise: str
    by: str
    starts: str | None = None
    rest: str | None = None
    n: int
    rejected: int
    phases: bool = False
    start: float | None = None
    stop: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    rests: Mapping[str, str] = field(default_factory=dict)
    zeros: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()

    @property
    def way(self) -> Way:
        """The way, whichever stream it searched."""
        return WAYS[self.by.rstrip("0123456789").rstrip("_")]

    @property
    def searched(self) -> bool:
        """Whether the repetitions were searched in a movement."""
        return self.way.sentence is None

    @property
    def used(self) -> dict[str, Any]:
        """The options that the way takes."""
        given = {"starts": self.starts, "start": self.start, "stop": self.stop, **self.options}
        return {name: value for name, value in given.items() if name in self.way.options and value is not None}

    def sentence(self, names: str) -> str:
        """What was done in the exercises of these names, where no movement was searched."""
        write = self.way.sentence
        return "" if write is None else write(names, has_phases=self.phases, **self.used)


def segmentation_sentences(ways: Sequence[Segmentation], **options: float) -> tuple[str, ...]:
    """Say how repetitions were found, each way once, with the exercises and the numbers used.

    Parameters
    ----------
    ways : sequence of Segmentation
        One an exercise.
    **options
        Those given to :func:`find_repetitions`; the others have their defaults.

    Returns
    -------
    tuple of str
        Sentences, in the order in which they are read.

    Raises
    ------
    ArgumentError
        An option is not known.

    Examples
    --------
    >>> segmentation_sentences([Segmentation(exercise="squat", by="events", n=40, rejected=2)])
    ("The repetitions of squat are the recordings' own events.",)
    """
    for name in options:
        check_unknown("option", name, OPTIONS)
    used = {name: number(float(value)) for name, value in {**OPTIONS, **options}.items()}
    phases = [way for way in ways if way.searched and way.starts is not None]
    cycles = [way for way in ways if way.searched and way.starts is None]
    found = [*_phases(phases), *_cycles(cycles)]
    inertial = dict.fromkeys((way.by, way.starts is not None) for way in (*phases, *cycles) if not way.way.stream)
    found += [inertial_sentence(by, phases=with_phases) for by, with_phases in inertial]
    if phases or cycles:
        found.append(
            f"The signal was low-pass filtered at {used['cutoff']} Hz (zero-lag Butterworth filter, net order 4); its "
            f"turning points had a prominence of at least {used['prominence']} of its range in movement and lay at "
            f"least {used['distance']} s apart."
        )
    if phases:
        found.append(
            f"A phase began and ended where the velocity, extrapolated from {used['edge']} of the movement's peak (or "
            "from the level of noise where that was higher), reached zero; a pause between phases of at least "
            f"{used['minimum_hold']} s was taken as a hold."
        )
    if phases or cycles:
        found.append(_rejection(phases, cycles, used))
    return (*found, *_others([way for way in ways if not way.searched]), *_of_sides([way for way in ways if way.sides]))


def _phases(ways: Sequence[Segmentation]) -> list[str]:
    """Movements away from rest and back, in a position or an angle."""
    if not ways:
        return []
    starts = [
        f"the {phase} phase in {series(names)}"
        for phase in dict.fromkeys(way.starts for way in ways)
        if (names := [_named(way) for way in ways if way.starts == phase])
    ]
    sentences = [
        f"Repetitions of {_by_signal(ways)}.",
        f"The first movement away from rest was {series(starts)}.",
    ]
    usual = [way for way in ways if way.rest is None]
    if usual:
        whose = "" if len(usual) == len(ways) else f" of {series(map(_named, usual))}"
        sentences.append(f"Rest{whose} was the extreme of the signal at which a recording begins and ends.")
    for way in ways:
        own = [
            f"{what} for {series(people)}"
            for rest, what in _REST.items()
            if (people := [who for who, other in way.rests.items() if other == rest])
        ]
        sentences += [f"In {_named(way)} it was {series(own)}."] if own else []
    for rest, what in _REST.items():
        names = [_named(way) for way in ways if way.rest == rest]
        if names:
            sentences.append(f"Rest of {series(names)} was {what}.")
    return sentences


def _cycles(ways: Sequence[Segmentation]) -> list[str]:
    """Cycles, each from one turning point to the next."""
    if not ways:
        return []
    sentences = [
        f"Cycles of {_by_signal(ways)}, each from one turning point to the next on the same side of the signal's range."
    ]
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for way in ways:
        groups.setdefault((way.by, tuple(sorted(way.zeros))), []).append(_named(way))
    for (by, zeros), names in groups.items():
        if zeros:
            at = " or, in some recordings, the ".join(zeros)
            sentences.append(f"0 % of a cycle of {series(names)} was the {at} value of the {readable(by)} signal.")
    return sentences


def _others(ways: Sequence[Segmentation]) -> list[str]:
    """The sentences of ways that search no movement: one for the exercises that went a way with the same options."""
    groups: dict[str, list[Segmentation]] = {}
    for way in ways:
        groups.setdefault(json.dumps([way.by, way.phases, way.used], default=str), []).append(way)
    # those whose own events have phases before those without
    order = sorted(groups.values(), key=lambda same: (tuple(WAYS).index(same[0].by), not same[0].phases))
    return [same[0].sentence(series(map(_named, same))) for same in order]


def _of_sides(ways: Sequence[Segmentation]) -> list[str]:
    """Which exercises have repetitions of left and right, and in which channels those were found."""
    groups: dict[str, list[Segmentation]] = {}
    for way in ways:
        channels = way.options.get("channel", way.options.get("channels"))
        # of several streams the first gave the repetitions
        channels = channels[0] if isinstance(channels, list | tuple) and channels else channels
        named = channels if isinstance(channels, Mapping) else {}
        texts = (f"those of the {side} side in {_channels(own)}" for side, own in named.items())
        groups.setdefault(series(texts) if named else "", []).append(way)
    return [
        f"Left and right had repetitions of their own in {series(map(_named, same))}"
        f"{', found in the signals of their own channels: ' * bool(where)}{where}; each muscle was measured in the "
        "repetitions of its side."
        for where, same in groups.items()
    ]


def _channels(names: str | Sequence[str]) -> str:
    return names if isinstance(names, str) else series(names)


def _rejection(phases: Sequence[Segmentation], cycles: Sequence[Segmentation], used: dict[str, str]) -> str:
    """What a search rejects, by which rule."""
    what = " and ".join([*(["repetitions"] if phases else []), *(["cycles"] if cycles else [])])
    cut = "; so were repetitions that the recording cut" if phases else ""
    return (
        f"{capital(what)} were rejected if their excursion was outside {used['smallest']} to {used['largest']} times "
        "the median excursion of the recording, or if their duration differed from the median duration by more than a "
        f"factor of two and three scaled median absolute deviations{cut}."
    )


def rejection_sentences(ways: Sequence[Segmentation]) -> tuple[str, ...]:
    """Say how many repetitions were rejected: by the search, and in the recordings' own events.

    Parameters
    ----------
    ways : sequence of Segmentation
        One an exercise.

    Returns
    -------
    tuple of str
        One sentence for those searched, one for those of the recordings' own events.

    Examples
    --------
    >>> squat = Segmentation(exercise="squat", by="events", n=40, rejected=2)
    >>> rejection_sentences([squat])[0].partition(" by")[0]
    "2 of 40 repetitions of the recordings' own events were rejected"
    """
    searched = [way for way in ways if way.searched]
    sentences = [f"{_rejected(searched)} by the rules of the search."] if searched else []
    for by, (what, why) in _REJECTED.items():
        same = [way for way in ways if way.by == by]
        if same:
            sentences.append(f"{_rejected(same, what)} {why}.")
    return tuple(sentences)


def _rejected(ways: Sequence[Segmentation], what: str = "") -> str:
    """How many of how many were rejected."""
    n = sum(way.rejected for way in ways)
    return f"{n} of {counted(sum(way.n for way in ways), 'repetition')}{what} {'was' if n == 1 else 'were'} rejected"


def _by_signal(ways: Sequence[Segmentation]) -> str:
    """Exercises with the signals in which they were found."""
    signals = list(dict.fromkeys(way.by for way in ways))
    groups = [(series(_named(way) for way in ways if way.by == signal), readable(signal)) for signal in signals]
    (names, signal), *others = groups
    return series([
        f"{names} were found in the {signal} signal",
        *(f"those of {each} in the {other} signal" for each, other in others),
    ])  # fmt: skip


def _named(way: Segmentation) -> str:
    return readable(way.exercise)
