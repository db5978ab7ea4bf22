"""The layouts of a folder: a pattern for each way in which its files are named, and what their files do not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emgkit.io.naming.likely.words import alike
from emgkit.notation import listed
from emgkit.study.new.inventory import FoundRecording, Inventory

__all__ = ["FoundLayout", "layouts_of", "spellings"]


@dataclass(frozen=True, kw_only=True)
class FoundLayout:
    """A way in which files are named.

    `example` is one of the files. `sfreq` and `units` are true where the files say none. `stated_sfreq` is the rate
    (Hz) that a comment in them names. `thousands` is the sign that likely separates thousands in numbers that can be
    read in two ways, and what shows it. `task` and `participant` are those of files whose names
    hold none.
    """

    pattern: str
    regex: str
    example: FoundRecording
    count: int
    sfreq: bool = False
    units: bool = False
    stated_sfreq: float | None = None
    thousands: tuple[str, str] | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    companion: bool = False
    task: str = ""
    participant: str = ""


def layouts_of(inventory: Inventory, *, companions: bool = False) -> tuple[FoundLayout, ...]:
    """The layouts of the recordings, or of the files of other streams; the one with the most of its own text first."""
    groups: dict[str, list[FoundRecording]] = {}
    for one in inventory.companions if companions else inventory.recordings:
        groups.setdefault(one.named.pattern, []).append(one)
    made = [
        _layout(pattern, own, companion=companions, only=only)
        for pattern, every in groups.items()
        for own, only in _apart(every)
    ]
    return tuple(sorted(made, key=lambda one: (-_own_text(one.pattern), -one.pattern.count("{"), one.pattern)))


def spellings(layout: FoundLayout, fact: str) -> str:
    """The labels of a fact that differ by blanks or upper and lower case only, as ``'MVC' and 'mvc'; …``."""
    same: dict[str, list[str]] = {}
    for label, meaning in sorted(layout.values.get(fact, {}).items()):
        if alike(label) == alike(meaning):
            same.setdefault(meaning, []).append(label)
    return "; ".join(listed(labels) for labels in same.values() if len(labels) > 1)


def _apart(every: list[FoundRecording]) -> list[tuple[list[FoundRecording], tuple[str, ...]]]:
    """Files named in one way, apart by what they do not say, and the facts in their names that tell these apart.

    A rate that is given for files without one would contradict those that have one.
    """
    needs: dict[tuple[bool, bool], list[FoundRecording]] = {}
    for one in every:
        needs.setdefault((_no_rate(one), _no_unit(one)), []).append(one)
    groups = list(needs.values())
    if len(groups) == 1:
        return [(every, ())]
    facts = [fact for fact in every[0].named.facts if f"{{{fact}}}" in every[0].named.pattern]
    for fact in facts:
        values = [{one.named.facts[fact] for one in own} for own in groups]
        if len(set().union(*values)) == sum(map(len, values)):
            return [(own, (fact,)) for own in groups]
    by_person: dict[tuple[int, str], list[FoundRecording]] = {}
    for place, own in enumerate(groups):
        for one in own:
            by_person.setdefault((place, one.participant), []).append(one)
    return [(own, tuple(facts)) for own in by_person.values()]


def _no_rate(one: FoundRecording) -> bool:
    return any(channel.sfreq is None for channel in one.channels)


def _no_unit(one: FoundRecording) -> bool:
    return any(channel.unit is None for channel in one.channels if channel.is_emg)


def _own_text(pattern: str) -> int:
    """How many signs of a pattern stand for themselves."""
    outside = [part.partition("}")[2] if place else part for place, part in enumerate(pattern.split("{"))]
    return sum(map(len, outside))


def _layout(pattern: str, own: list[FoundRecording], *, companion: bool, only: tuple[str, ...]) -> FoundLayout:
    values: dict[str, dict[str, str]] = {}
    for one in own:
        for fact, table in one.named.values.items():
            values.setdefault(fact, {}).update(table)
        for fact in only:
            if fact not in one.named.values:
                values.setdefault(fact, {})[one.named.facts[fact]] = one.named.facts[fact]
    stated = {one.stated_sfreq[0] for one in own if one.stated_sfreq is not None}
    return FoundLayout(
        pattern=pattern,
        regex="|".join(dict.fromkeys(one.named.regex for one in own)),
        example=own[0],
        count=len(own),
        sfreq=any(map(_no_rate, own)),
        units=any(map(_no_unit, own)),
        stated_sfreq=next(iter(stated)) if len(stated) == 1 else None,
        thousands=next((one.thousands for one in own if one.thousands is not None), None),
        values=values,
        companion=companion,
        task=own[0].named.given,
        participant=own[0].named.given_participant,
    )
