"""What is doubtful in the references of a study, each held against its own window and against the other people's."""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emgkit.errors import Notice
from emgkit.notation import number
from emgkit.signal_quality.checks.amplitude import in_words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["reference_notices"]

# Gaussian EMG of 0.5 s has a crest of 3 to 5 and 3.6 % of its amplitude in the largest 1 % of the samples
_CREST, _SHARE = 10.0, 0.15
# a factor of 8 is 3.5 standard deviations where MVC differ between people by a factor of 1.8 [engineering choice]
_FAR, _ROBUST, _PEOPLE = 8.0, 4.0, 4
_THOUSAND = (150.0, 6500.0)
# the usual limit for trials of one position
_SPREAD = 0.15
# synergists win by less; a channel that is twice as large in another muscle's trial is of another muscle
_MORE = 2.0
# natural logarithms: how much a channel's profile over the positions strays, and how much better an exchange must fit
_STRAYS, _BETTER = 0.4, 15.0
_NAMED = 6


@dataclass(frozen=True, kw_only=True)
class _Row:
    """The value of one channel in one trial."""

    who: str
    channel: str
    muscle: str | None
    trial: str
    value: float
    unit: str
    won: bool
    start: float
    crest: float
    largest_share: float


def reference_notices(references: pd.DataFrame) -> tuple[Notice, ...]:
    """What is doubtful in references.

    Parameters
    ----------
    references : DataFrame
        One row a participant, session, channel and trial: ``participant, session, channel, muscle, trial, value, unit,
        won, start, crest, largest_share``.

    Returns
    -------
    tuple of Notice
        One of each kind: artefacts in the winning window, references far from the other people's, trials that differ,
        references from another muscle's trial, channels that were exchanged.
    """
    rows = [
        _Row(
            who=_person(row["participant"], row["session"]),
            channel=str(row["channel"]),
            muscle=row["muscle"] if isinstance(row["muscle"], str) else None,
            trial=str(row["trial"]),
            value=float(row["value"]),
            unit=str(row["unit"]),
            won=bool(row["won"]),
            start=float(row["start"]),
            crest=float(row["crest"]),
            largest_share=float(row["largest_share"]),
        )
        for row in references.to_dict("records")
        if row["value"] > 0
    ]
    return tuple(itertools.chain(_artefacts(rows), _far(rows), _spread(rows), _elsewhere(rows), _exchanged(rows)))


def _artefacts(rows: Sequence[_Row]) -> Iterator[Notice]:
    """Windows in which few samples make the reference."""
    bad = [row for row in rows if row.won and (row.crest > _CREST or row.largest_share > _SHARE)]
    if bad:
        where = [
            f"{row.who}, {row.channel!r} ({row.trial}, at {number(round(row.start, 2))} s: the largest sample is "
            f"{row.crest:.1f} times the RMS, the largest 1 % make {100 * row.largest_share:.0f} % of the amplitude)"
            for row in bad
        ]
        yield Notice(
            code="mvc-artefact",
            text=f"Few samples make the reference of {_some(where)}; EMG has some 3 to 5 times, and 4 to 8 %. All "
            "percentages of these channels are too small.",
            hint="Look at the trial; leave it out under [exclude] files, or the channel of it under [exclude] "
            "channels.",
        )


def _far(rows: Sequence[_Row]) -> Iterator[Notice]:
    """References far from the other people's; what lies 1000 times away is a unit."""
    far: list[str] = []
    units: list[str] = []
    won = [row for row in rows if row.won]
    for row in won:
        others = np.log([one.value for one in won if one.channel == row.channel and one.who != row.who])
        if len(others) < _PEOPLE - 1:
            continue
        middle = float(np.median(others))
        spread = 1.4826 * float(np.median(np.abs(others - middle)))
        distance = math.log(row.value) - middle
        if abs(distance) <= max(math.log(_FAR), _ROBUST * spread):
            continue
        factor, side = math.exp(abs(distance)), "larger" if distance > 0 else "smaller"
        size = in_words(row.value) if row.unit == "V" else f"{row.value:.3g} {row.unit}"
        text = f"{row.who}, {row.channel!r}: {size}, {factor:.3g} times {side}"
        (units if _THOUSAND[0] < factor < _THOUSAND[1] else far).append(text)
    if units:
        yield Notice(
            code="mvc-unit",
            text=f"References lie about 1000 times off the median of the other people's: {_some(units)}. That is the "
            "step between mV, µV and V.",
            hint="Look up the unit of these files and say it: [data] units, or a layout of their own.",
        )
    if far:
        yield Notice(
            code="mvc-far",
            text=f"References lie far from the median of the other people's: {_some(far)}.",
            hint="Look at the trial, the gain and the electrode; people seldom differ by a factor of 8.",
        )


def _spread(rows: Sequence[_Row]) -> Iterator[Notice]:
    """Trials of the winning position that differ from one another."""
    positions: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        positions.setdefault((row.who, row.channel, _position(row.trial)), []).append(row.value)
    judged, wide = 0, []
    for row in rows:
        values = positions[row.who, row.channel, _position(row.trial)]
        if row.won and len(values) > 1:
            judged += 1
            cv = statistics.stdev(values) / statistics.fmean(values)
            if cv > _SPREAD:
                wide.append((cv, f"{row.who}, {row.channel!r} ({100 * cv:.0f} %)"))
    if wide:
        ordered = [text for _, text in sorted(wide, reverse=True)]
        yield Notice(
            code="mvc-spread",
            text=f"The trials of {len(wide)} of {judged} references differ by more than {100 * _SPREAD:.0f} % "
            f"(coefficient of variation of the winning position): {_some(ordered)}.",
            hint="A trial that was not maximal makes a reference too small; tables/references.csv has all of them.",
        )


def _elsewhere(rows: Sequence[_Row]) -> Iterator[Notice]:
    """References that come from the trial that tests another muscle, though the own muscle has one."""
    muscles = {_letters(row.muscle): row.muscle for row in rows if row.muscle}
    tests = {trial: _tested(trial, muscles) for trial in {row.trial for row in rows}}
    own: dict[tuple[str, str], float] = {}
    for row in rows:
        if row.muscle and tests[row.trial] == row.muscle:
            own[row.who, row.channel] = max(row.value, own.get((row.who, row.channel), 0.0))
    found = [
        f"{row.who}, {row.channel!r}: {row.value / own[row.who, row.channel]:.2g} times more in {row.trial}"
        for row in rows
        if row.won
        and tests[row.trial] not in (None, row.muscle)
        and row.value > _MORE * own.get((row.who, row.channel), math.inf)
    ]
    if found:
        yield Notice(
            code="mvc-elsewhere",
            text=f"References come from a trial that tests another muscle: {_some(found)}.",
            hint="The own trial was not maximal, or two channels were exchanged.",
        )


def _exchanged(rows: Sequence[_Row]) -> Iterator[Notice]:
    """Pairs of channels of one person whose trials fit the other people's better when exchanged."""
    people, channels, positions = (
        list(dict.fromkeys(values))
        for values in zip(*((row.who, row.channel, _position(row.trial)) for row in rows), strict=True)
    )
    logs = np.full((len(people), len(channels), len(positions)), np.nan)
    for row in rows:
        place = people.index(row.who), channels.index(row.channel), positions.index(_position(row.trial))
        logs[place] = np.fmax(logs[place], math.log(row.value))
    whole = ~np.isnan(logs).any(axis=(1, 2))
    # the gain of a channel is the same in all positions: only its profile over them tells whose it is
    logs = logs[whole] - logs[whole].mean(axis=2, keepdims=True)
    found = []
    for index, who in enumerate(itertools.compress(people, whole)):
        if len(logs) < _PEOPLE:
            return
        usual = np.median(np.delete(logs, index, axis=0), axis=0)
        cost = np.square((logs[index][:, np.newaxis] - usual[np.newaxis]) / _STRAYS).sum(axis=2)
        pairs = itertools.combinations(range(len(channels)), 2)
        gains = {(a, b): float(cost[a, a] + cost[b, b] - cost[a, b] - cost[b, a]) for a, b in pairs}
        a, b = max(gains, key=gains.__getitem__, default=(0, 0))
        if gains and gains[a, b] > _BETTER:
            found.append((gains[a, b], f"{who}, {channels[a]!r} and {channels[b]!r}"))
    if found:
        ordered = [text for _, text in sorted(found, reverse=True)]
        yield Notice(
            code="mvc-exchanged",
            text=f"Two channels fit the trials of the other people much better the other way round: {_some(ordered)}.",
            hint="Look whether cables or columns were exchanged; then say it for these files in [channels].",
        )


def _person(participant: object, session: object) -> str:
    return f"participant {participant}" + (f", session {session}" if isinstance(session, str) and session else "")


def _position(trial: str) -> str:
    """The name of a trial without its run."""
    return re.sub(r"(_run-[^_ ]+)?( \(\d+\))?$", "", trial)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _tested(trial: str, muscles: dict[str, str]) -> str | None:
    """The one muscle of the study that the name of a trial has in it."""
    named = [muscle for letters, muscle in muscles.items() if letters and letters in _letters(_position(trial))]
    return named[0] if len(named) == 1 else None


def _some(texts: Sequence[str]) -> str:
    rest = f", and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return f"{'; '.join(texts[:_NAMED])}{rest}"
