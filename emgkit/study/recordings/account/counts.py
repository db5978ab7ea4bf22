"""Counts: who has fewer or more recordings than the others."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from emgkit.errors import Notice
from emgkit.notation import counted, listed
from emgkit.study.recordings.account.sources import RecordingSource

__all__ = ["count_notices", "pooled_references"]

_MOST = 8


def count_notices(sources: Sequence[RecordingSource]) -> tuple[Notice, ...]:
    """A notice of who lacks a session that most have, and of who has fewer or more recordings than the median.

    Recordings are counted for each task, and for each task in each session, run and whatever else a name tells.
    """
    # of whom all is left out nothing is missing
    people = dict.fromkeys(source.participant for source in sources if not source.excluded)
    if len(people) < 2:
        return ()
    texts: list[str] = []
    named: set[tuple[str, str]] = set()
    sessions = {who: {one.session for one in sources if one.participant == who and one.session} for who in people}
    for session in dict.fromkeys(one.session for one in sources if one.session):
        lacking = [who for who in people if session not in sessions[who]]
        if 0 < len(lacking) < len(people) - len(lacking):
            texts += [f"{who!r} has no session {session!r}, which most have" for who in lacking]
            named |= {(who, one.task) for who in lacking for one in sources}
    by_task = _counts((source, {"task": source.task}) for source in sources)
    told = ("participant", "group")
    by_all = _counts((source, {k: v for k, v in source.facts.items() if k not in told}) for source in sources)
    for facts, counts in [*by_task.items(), *by_all.items()]:
        usual = statistics.median_high(counts[who] for who in people)
        task = dict(facts)["task"]
        for who in people:
            if usual > 0 and counts[who] != usual and (who, task) not in named:
                named.add((who, task))
                words = ", ".join(f"{name} {value!r}" for name, value in facts)
                number = counted(counts[who], "recording") if counts[who] else "no recording"
                texts.append(f"{who!r} has {number} of {words}; the median is {usual}")
    if not texts:
        return ()
    more = f". {len(texts) - _MOST} more such counts" if len(texts) > _MOST else ""
    return (Notice(code="recordings-uneven", text=f"{'. '.join(texts[:_MOST])}{more}."),)


def pooled_references(sources: Sequence[RecordingSource]) -> tuple[Notice, ...]:
    """A notice where MVC trials make one reference although their names tell them apart, as by day or leg.

    Sessions keep references apart, and groups people; a side or a muscle is that of the channels.
    """
    apart = ("participant", "group", "session", "task", "run", "side", "muscle")
    found: dict[str, list[str]] = {}
    people: dict[tuple[str, str | None], list[RecordingSource]] = {}
    for source in sources:
        if source.mvc and not source.excluded:
            people.setdefault((source.participant, source.session), []).append(source)
    for (who, _), own in people.items():
        for name in dict.fromkeys(name for one in own for name in one.facts if name not in apart):
            values = list(dict.fromkeys(one.facts[name] for one in own if name in one.facts))
            if len(values) > 1:
                found.setdefault(f"{name} {', '.join(map(repr, sorted(values)))}", []).append(who)
    return tuple(
        Notice(
            code="references-pooled",
            text=f"MVC trials of {what} make one reference of each participant ({listed(dict.fromkeys(who))}).",
            hint="If each has its own reference, call that part of the name {session} in the pattern",
        )
        for what, who in found.items()
    )


def _counts(
    found: Iterable[tuple[RecordingSource, Mapping[str, str]]],
) -> dict[tuple[tuple[str, str], ...], Counter[str]]:
    """How many recordings each participant has, by facts."""
    counts: dict[tuple[tuple[str, str], ...], Counter[str]] = {}
    for source, facts in found:
        counts.setdefault(tuple(facts.items()), Counter())[source.participant] += 1
    return counts
