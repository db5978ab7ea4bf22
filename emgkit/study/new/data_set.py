"""What an EMG-BIDS data set tells of its recordings and people, beside what the files hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from emgkit.errors import EmgkitError
from emgkit.io import bids
from emgkit.io.naming.likely.names import Named, number_role
from emgkit.io.naming.likely.words import NUMBERED_EXERCISES, bare, is_mvc
from emgkit.study.recordings.account import Accounting, RecordingSource, find

__all__ = ["facts_of_people", "in_bids", "load_patterns"]

# a label of BIDS that ends in a number, or in a number with its unit
_NUMBERED = re.compile(r"(?P<word>.*[^\W\d_])(?P<number>\d+)(?P<unit>kgs?|lbs?|pct|prozent|percent|rm|nm|kmh)?", re.I)
# a column of levels has no more than these
_LEVELS = 6


def in_bids(folder: Path) -> tuple[Named, ...]:
    """What the names of the recordings of a BIDS data set tell, and the names of their tasks in the sidecars."""
    sources, _ = find(folder, Accounting())
    labels = dict.fromkeys(one.task for one in sources)
    maximal = {one.task for one in sources if is_mvc(one.task) or is_mvc(_task_name(one))}
    patterns = load_patterns(label for label in labels if label not in maximal)
    return tuple(
        Named(
            name=name, facts=dict(one.facts), pattern="", regex="", base=patterns.get(one.task, one.task),
            companion="" if name == one.name else "device", mvc=one.task in maximal,
        )
        for one in sources
        for name in one.paths
    )  # fmt: skip


def load_patterns(tasks: Iterable[str]) -> dict[str, str]:
    """The pattern of each task that ends in a load, where a word has several numbers that do not count from one.

    Examples
    --------
    >>> load_patterns(["squat60", "squat80", "jump1", "jump2", "lunge"])
    {'squat60': 'squat{load}', 'squat80': 'squat{load}'}
    >>> load_patterns(["squat60kg", "squat80kg"])
    {'squat60kg': 'squat{load}kg', 'squat80kg': 'squat{load}kg'}
    """
    known = tuple(tasks)
    numbers: dict[tuple[str, str], dict[str, str]] = {}
    for task in known:
        match = _NUMBERED.fullmatch(task)
        if match and bare(match["word"]) not in NUMBERED_EXERCISES:
            numbers.setdefault((match["word"], match["unit"] or ""), {})[task] = match["number"]
    found: dict[str, str] = {}
    for (word, unit), own in numbers.items():
        # the pattern would fit these as well
        others = [task for task in known if task not in own and task.startswith(word) and task.endswith(unit)]
        is_load = number_role(list(own.values())) == "load" or (unit and len(own) > 1)
        if is_load and not others:
            found |= dict.fromkeys(own, f"{word}{{load}}{unit}")
    return found


def facts_of_people(folder: Path, people: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """The columns of participants.tsv that divide these people: few levels, and each participant has one of them.

    Parameters
    ----------
    folder : Path
        The data set.
    people : iterable of str
        The labels of the participants with a recording.

    Returns
    -------
    dict of str to mapping
        Column -> label -> level; of columns of numbers only the group is among them.
    """
    try:
        table = bids.participants(folder)
    except EmgkitError:
        return {}
    labels = set(people)
    table = table[table["participant"].isin(labels)]
    found: dict[str, Mapping[str, str]] = {}
    for column in table.columns.drop("participant"):
        rows = [(str(who), one) for who, one in zip(table["participant"], table[column], strict=True)]
        # numbers are measures of people, but for those that number the groups
        levels = {who: str(one) for who, one in rows if isinstance(one, str) or (column == "group" and one == one)}
        alone = len(set(rows)) == len(levels) == len(labels)
        if alone and 1 < len(set(levels.values())) <= min(_LEVELS, len(labels) - 1):
            found[str(column)] = levels
    return found


def _task_name(source: RecordingSource) -> str:
    """The name of the task as the sidecar has it, before BIDS made a label of it."""
    with suppress(EmgkitError):
        return str(bids.sidecar(source.path).get("TaskName", ""))
    return ""
