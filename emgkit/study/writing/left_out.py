"""What a study leaves out, in sentences: recordings, people, channels and repetitions, grouped by the reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from emgkit.notation import counted, series
from emgkit.study.recordings.account.exclusions import COLUMNS, of_parts

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["by_reason", "excluded_repetitions", "left_out_sentences"]


def by_reason(noun: str, left_out: Iterable[tuple[str, str]]) -> str:
    """Say how many were left out, and for each reason which.

    Parameters
    ----------
    noun : str
        What they are.
    left_out : iterable of (str, str)
        The name of each, and the reason.

    Returns
    -------
    str
        A sentence; empty where nothing was left out.

    Examples
    --------
    >>> by_reason("recording", [("a", "noise"), ("b", "noise"), ("c", "cut off")])
    '3 recordings were left out: a and b because “noise”; c because “cut off”.'
    >>> by_reason("participant", [("P3", "injured")])
    '1 participant was left out because “injured” (P3).'
    """
    names: dict[str, list[str]] = {}
    for name, reason in left_out:
        names.setdefault(reason, []).append(name)
    if not names:
        return ""
    total = sum(map(len, names.values()))
    start = f"{counted(total, noun)} {'was' if total == 1 else 'were'} left out"
    if len(names) == 1:
        ((reason, some),) = names.items()
        return f"{start} because “{reason.rstrip('.')}” ({', '.join(some)})."
    parts = [f"{series(some)} because “{reason.rstrip('.')}”" for reason, some in names.items()]
    return f"{start}: {'; '.join(parts)}."


def left_out_sentences(analysis: Analysis) -> list[str]:
    """One sentence each for the recordings, people, channels and repetitions that a study leaves out, where there are.

    Parameters
    ----------
    analysis : Analysis
        What was computed.
    """
    rows = analysis.left_out
    parts = of_parts(rows)
    whose = {source.name: source for source in analysis.used}
    kept = {whose[name].participant for name in analysis.kept(analysis.compared[0].spec)["recording"]}
    people = {
        entry.participant: entry.reason for entry in analysis.file.exclude.participants if entry.participant not in kept
    }
    recordings = [
        # of an error, what was wrong, and not where and what to do
        (name, re.sub(r"(?s)(could not be read: .*?)\. (?:Where|Allowed|Got|Hint): .*", r"\1", why))
        for name, why in rows.loc[~parts, ["recording", "why"]].astype(str).to_numpy().tolist()
        # of a participant who is left out the recordings are no others
        if not (name in whose and people.get(whose[name].participant) == why)
    ]
    channels: dict[tuple[str, str, str], list[str]] = {}
    repetitions = []
    for recording, channel, repetition, why in rows.loc[parts, list(COLUMNS)].astype(str).to_numpy().tolist():
        if channel:
            channels.setdefault((channel, whose[recording].participant, why), []).append(recording)
        else:
            repetitions.append((f"repetition {repetition} of {recording}", why))
    every = Counter(source.participant for source in analysis.used)
    named = [
        (f"{name} of {who}" + ("" if len(found) == every[who] else f" in {', '.join(found)}"), why)
        for (name, who, why), found in channels.items()
    ]
    sentences = (
        by_reason("participant", people.items()),
        by_reason("recording", recordings),
        by_reason("channel", named),
        by_reason("repetition", repetitions),
    )
    return [sentence for sentence in sentences if sentence]


def excluded_repetitions(analysis: Analysis) -> Counter[str]:
    """How many repetitions of each exercise the study file leaves out."""
    exercises = {source.name: source.exercise or "" for source in analysis.used}
    rows = analysis.excluded
    return Counter(exercises[name] for name in rows.loc[rows["repetition"] != "", "recording"])
