"""Which recordings a study leaves out, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from emgkit import signal_quality
from emgkit._checks import nearest
from emgkit.errors import Notice, StudyError
from emgkit.notation import listed
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings.loading import Loaded
from emgkit.study.recordings.sources import RecordingSource

__all__ = ["excluded", "exclusion_notices", "exclusion_table", "refuse_duplicates"]


def excluded(file: StudyFile, sources: Sequence[RecordingSource]) -> dict[str, str]:
    """The recordings that the study file leaves out: name -> reason."""
    files = {entry.path: entry.reason for entry in file.exclude.files}
    people = {entry.participant: entry.reason for entry in file.exclude.participants}
    reasons = {source.name: files.get(source.name, people.get(source.participant)) for source in sources}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def exclusion_notices(file: StudyFile, sources: Sequence[RecordingSource]) -> tuple[Notice, ...]:
    """Entries of ``[exclude]`` and `keep` that fit none of these recordings.

    Raises
    ------
    StudyError
        An excluded participant is not among those recorded while others are: the name is misspelt.
    """
    names = {source.name for source in sources}
    people = {source.participant for source in sources}
    for entry in file.exclude.participants:
        if entry.participant not in people:
            raise StudyError(
                f"There is no participant {entry.participant!r} to exclude",
                where="[exclude] participants",
                allowed=listed(sorted(people)),
                hint=nearest(entry.participant, people),
            )
    lost = [entry.path for entry in file.exclude.files if entry.path not in names]
    lost += [name for comparison in file.comparisons for name in comparison.keep if name not in names]
    if not lost:
        return ()
    text = f"The study file excludes or keeps what is not among these recordings: {listed(dict.fromkeys(lost))}."
    return (Notice(code="exclusion-not-found", text=text),)


def exclusion_table(reasons: Mapping[str, str], failed: Mapping[str, str]) -> pd.DataFrame:
    """Recordings left out by the study file, and those that could not be read, with why."""
    rows = [{"recording": name, "why": reason} for name, reason in reasons.items()]
    rows += [{"recording": name, "why": f"could not be read: {problem}"} for name, problem in failed.items()]
    return pd.DataFrame(rows, columns=["recording", "why"])


def refuse_duplicates(loaded: Sequence[Loaded], *, name: str) -> None:
    """Refuse recordings that are copies of one another.

    Raises
    ------
    StudyError
        Names each group of copies; the study file must exclude all but one of each.
    """
    groups = signal_quality.duplicates((one.source.name, one.trial.emg) for one in loaded)
    if groups:
        raise StudyError(
            "Some recordings are copies of one another, and the study file does not exclude them",
            where=f"comparison {name!r}",
            got="; ".join(group.notice.text for group in groups),
            hint="Find out whose they are, or list them under [exclude] files with the reason",
        )
