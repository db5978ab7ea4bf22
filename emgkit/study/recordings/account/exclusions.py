"""Exclusions: the channels and repetitions that a study file leaves out, recording by recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import pandas as pd

from emgkit._checks import nearest
from emgkit.channels import Channel
from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.study.file.recordings import Exclude, ExcludedChannel, ExcludedRepetition, RestOf
from emgkit.study.recordings.account.sources import RecordingSource

__all__ = ["COLUMNS", "check_exclusions", "fitting", "of_parts", "part_rows"]

Entry = TypeVar("Entry", ExcludedChannel, ExcludedRepetition, RestOf)

# of the table of what is left out: a recording, or a channel or repetition of it
COLUMNS = ("recording", "channel", "repetition", "why")


def fitting(source: RecordingSource, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that are about a recording: of its participant and, where they name them, its session, task and run.

    Examples
    --------
    >>> from pathlib import Path
    >>> squat = RecordingSource(path=Path("a"), name="a", facts={"participant": "P1", "task": "squat"})
    >>> entry = ExcludedChannel(participant="P1", channel="VL", reason="dead")
    >>> len(fitting(squat, [entry])), len(fitting(squat, [entry.model_copy(update={"task": "mvc"})]))
    (1, 0)
    """
    return tuple(
        entry
        for entry in entries
        if entry.participant == source.participant
        and all(getattr(entry, key, None) in (None, source.facts.get(key)) for key in ("session", "task", "run"))
    )


def of_parts(excluded: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of the table of what is left out are channels or repetitions, and not whole recordings."""
    return (excluded["channel"] != "") | (excluded["repetition"] != "")


def check_exclusions(
    exclude: Exclude, sources: Sequence[RecordingSource], emg: Mapping[str, Sequence[Channel]], names: Mapping[str, str]
) -> None:
    """Refuse entries of ``[exclude]`` that are about no channel or no recording.

    Parameters
    ----------
    exclude : Exclude
        The entries.
    sources : sequence of RecordingSource
        All recordings.
    emg : mapping of str to sequence of Channel
        Every EMG channel that was read from them, by their names.
    names : mapping of str to str
        Labels of channels -> what the study calls them.

    Raises
    ------
    StudyError
        Names the entry, what there is, and the nearest.
    """
    for place, entry in enumerate(exclude.channels, 1):
        where = f"[exclude] channels, entry {place}"
        about = _about(entry, sources, where)
        there = [channel for one in about for channel in emg.get(one.name, ())]
        if not there:
            continue  # none of these recordings could be read
        if not any(_names(entry, channel, names) for channel in there):
            kind, wanted = ("muscle", entry.muscle) if entry.channel is None else ("channel", entry.channel)
            found = [channel.muscle if entry.channel is None else channel.name for channel in there]
            present = list(dict.fromkeys(name for name in found if name is not None))
            raise StudyError(
                f"Participant {entry.participant} has no EMG {kind} {wanted!r} to leave out",
                where=where,
                allowed=listed(present) if present else "a channel; none of these recordings has a muscle",
                got=repr(wanted),
                hint=nearest(str(wanted), present),
            )
    for place, repetition in enumerate(exclude.repetitions, 1):
        where = f"[exclude] repetitions, entry {place}"
        several = _about(repetition, [one for one in sources if one.exercise is not None], where)
        if len(several) > 1:
            raise StudyError(
                f"Several recordings of participant {repetition.participant} fit the task {repetition.task!r}",
                where=where,
                allowed="an entry that fits one recording",
                got=listed(one.name for one in several),
                hint='Name the run or the session: run = "…", session = "…"',
            )


def _about(
    entry: ExcludedChannel | ExcludedRepetition, sources: Sequence[RecordingSource], where: str
) -> list[RecordingSource]:
    """The recordings that an entry is about.

    Raises
    ------
    StudyError
        There is none: names the first of its facts that fits nothing, what there is, and the nearest.
    """
    left = list(sources)
    for key in ("participant", "session", "task", "run"):
        wanted = getattr(entry, key, None)
        if wanted is None:
            continue
        present = list(dict.fromkeys(str(one.facts.get(key, "")) for one in left))
        left = [one for one in left if one.facts.get(key) == wanted]
        if not left:
            of = "" if key == "participant" else f" of participant {entry.participant}"
            raise StudyError(
                f"There is no recording of the {key} {wanted!r}{of} to leave a part out of",
                where=where,
                allowed=listed(sorted(present)) if any(present) else f"an entry without {key}, as no recording has one",
                got=repr(wanted),
                hint=nearest(wanted, present),
            )
    return left


def part_rows(
    exclude: Exclude, sources: Sequence[RecordingSource], emg: Mapping[str, Sequence[Channel]], names: Mapping[str, str]
) -> pd.DataFrame:
    """The channels and repetitions that are left out of recordings, with why: one row each.

    Parameters
    ----------
    exclude, emg, names
        As for :func:`check_exclusions`.
    sources : sequence of RecordingSource
        The recordings that are used.
    """
    rows = []
    for source in sources:
        entries = fitting(source, exclude.channels)
        for channel in emg[source.name]:
            why = [entry.reason for entry in entries if _names(entry, channel, names)]
            if why:
                rows.append((source.name, channel.name, "", "; ".join(dict.fromkeys(why))))
        for repetition in fitting(source, exclude.repetitions):
            rows += [(source.name, "", name, repetition.reason) for name in repetition.names]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _names(entry: ExcludedChannel, channel: Channel, names: Mapping[str, str]) -> bool:
    """Whether an entry is about a channel."""
    if entry.channel is None:
        return channel.muscle == entry.muscle
    return entry.channel in (channel.name, channel.heading) or channel.name == names.get(entry.channel)
