"""Whatever befalls one file of a study: the tables stay as they were, or the list of files and a message tell it."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import Channel, Recording, Trial, io
from emgkit.channels import Event
from emgkit.errors import EmgkitError
from emgkit.study.file.read import parse
from emgkit.study.recordings.account import account, file_table, look_into
from emgkit.study.recordings.analysis import analyse
from emgkit.study.recordings.keys import File
from emgkit.study.recordings.plan import plan_of

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

CHANGES = 100  # in each of the two folders
TEXT = """
[study]
title = "Two lifts"
question = "Which?"
[data]
{data}
[channels]
"VL" = {{ muscle = "vastus_lateralis" }}
[exercises.squat]
task = "squat"
{cut}
[exercises.thrust]
task = "thrust"
{cut}
[mvc]
tasks = ["mvc*"]
[[steps]]
step = "Rectify"
[[steps]]
step = "MovingRMS"
window = 0.1
[[measures]]
name = "mean"
primary = true
[summary]
over = ["repetition", "session"]
[[comparisons]]
within = "exercise"
by = "muscle"
"""
PEOPLE = {"P1": "old", "P2": "old", "P3": "young", "P4": "young"}
SFREQ, LENGTH = 200, 1200


def emg_of(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The EMG (V) and the depth (m) of three repetitions."""
    times = np.arange(LENGTH) / SFREQ
    depth = np.clip(-np.cos(2 * np.pi * (times - 0.5) / 1.7), 0, 1) * ((times > 0.5) & (times < 5.6))
    return 1e-4 * rng.normal(size=LENGTH) * (0.02 + depth) * np.exp(0.1 * rng.normal()), -0.3 * depth


def text_files(folder: Path) -> Path:
    """Two groups in CSV files with a position stream, two runs of each task, and files that are no recordings."""
    rng = np.random.default_rng(3)
    for who, group in PEOPLE.items():
        for task in ("squat", "thrust", "mvc"):
            for run in (1, 2):
                emg, depth = emg_of(rng)
                path = folder / group / f"{who}_{task}_{run}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                pd.DataFrame({"VL (mV)": 1e3 * emg, "position (m)": depth}).round(6).to_csv(path, index=False)
    (folder / "people.csv").write_text("participant,sex,mass\nP1,f,60\nP2,m,70\n", encoding="utf-8")
    (folder / "notes.txt").write_text("P3 was late.\n", encoding="utf-8")
    (folder / ".DS_Store").write_bytes(b"\0\0")
    return folder


def bids_set(folder: Path) -> Path:
    """Two sessions in an EMG-BIDS data set, with repetitions in events.tsv."""
    rng = np.random.default_rng(4)
    trials = []
    for who, group in PEOPLE.items():
        for session in ("1", "2"):
            for task in ("squat", "thrust", "mvcKnee"):
                emg, _ = emg_of(rng)
                channel = Channel(name="VL", unit="V", kind="EMG", muscle="vastus_lateralis", side="right")
                recording = Recording(data=emg[None], sfreq=SFREQ, channels=(channel,))
                events = [
                    Event(onset=0.5 + 1.7 * n, duration=1.5, label="repetition", columns={"repetition": n + 1})
                    for n in range(3)
                ]
                context = {"participant": who, "session": session, "task": task, "group": group}
                trials.append(
                    Trial(streams={"emg": recording}, events=[] if task == "mvcKnee" else events, context=context)
                )
    return io.write_bids(trials, folder / "set", name="Two lifts")


@dataclass(frozen=True)
class Outcome:
    """What the account of a folder gives: what the tables are made of, the list of files, and all messages."""

    inputs: Any
    files: Any
    messages: frozenset[str]
    refused: bool = False


class Folder:
    """A study's folder, and what comes of it."""

    def __init__(self, folder: Path, *, data: str, cut: str) -> None:
        self.folder = folder
        self.file = parse(TEXT.format(data=data, cut=cut), where="study.toml")
        self.plan = plan_of(self.file)

    def outcome(self) -> Outcome:
        """Without any recording being read."""
        rule = self.plan.accounting
        try:
            found = look_into(account(self.folder, rule), self.folder, rule)
        except EmgkitError as problem:
            return Outcome(None, None, frozenset([str(problem)]), refused=True)
        # all that a recording's numbers come from: its bytes, its sidecars, its facts and how it is read
        inputs = sorted(
            (sorted(one.facts.items()), str(one.exercise), one.mvc, one.excluded, File(path=one.path).key)
            for one in found.sources
        )
        table = file_table(found.files, {}).fillna("").to_dict("records")
        return Outcome(inputs, table, frozenset(notice.message for notice in found.notices))

    def tables(self) -> tuple[str | None, frozenset[str]]:
        """The numbers of a whole run, with its messages; None where the run ends in an error."""
        try:
            done = analyse(self.file, self.plan, self.folder, progress=lambda *_given: None)
        except EmgkitError as problem:
            return None, frozenset([str(problem)])
        rows = pd.concat([session.rows for session in done.sessions])
        return (
            rows.to_csv() + done.compared[0].contrasts.to_csv(),
            frozenset(notice.message for notice in done.notices),
        )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Folder]:
    root = tmp_path_factory.mktemp("lost")
    pattern = 'folder = "data"\npattern = "{group}/{participant}_{task}_{run}.csv"\nsfreq = 200'
    return {
        "layout": Folder(text_files(root / "text"), data=pattern, cut='starts = "eccentric"'),
        "bids": Folder(bids_set(root), data='bids = "set"', cut='by = "events"'),
    }


def typo(name: str, rng: random.Random) -> str:
    stem, ending = Path(name).stem, Path(name).suffix
    at = rng.randrange(1, len(stem))
    changed = (
        stem[:at] + stem[at + 1 :],
        stem[:at] + stem[at] + stem[at:],
        stem[: at - 1] + stem[at] + stem[at - 1] + stem[at + 1 :],
        stem[:at] + rng.choice("aeioux1") + stem[at + 1 :],
    )
    return rng.choice(changed) + ending


def recased(name: str, rng: random.Random) -> str:
    at = rng.choice([place for place, sign in enumerate(name) if sign.isalpha()])
    return rng.choice((name.upper(), name.lower(), name[:at] + name[at].swapcase() + name[at + 1 :]))


def ending_recased(name: str, rng: random.Random) -> str:
    stem, ending = Path(name).stem, Path(name).suffix
    return stem + rng.choice((ending.upper(), ending.title()))


KINDS = {
    "removed": None,
    "typo": typo,
    "copy": lambda name, _rng: f"{Path(name).stem} copy{Path(name).suffix}",
    "(2)": lambda name, _rng: f"{Path(name).stem} (2){Path(name).suffix}",
    "name re-cased": recased,
    "ending re-cased": ending_recased,
}


@contextmanager
def renamed(path: Path, target: Path) -> Iterator[None]:
    """A file under another name for a while."""
    path.rename(target)
    try:
        yield
    finally:
        target.rename(path)


def tell(messages: frozenset[str], old: Path, new: Path | None) -> bool:
    """Whether any message names the file, before or after, or the person whose it is."""
    person = re.search(r"P\d", old.name)
    words = [re.escape(path.name) for path in (old, new) if path is not None]
    words += [rf"(?<![A-Za-z0-9]){person[0]}(?!\d)"] if person else []
    return any(re.search(word, text) for text in messages for word in words)


def changes(root: Path, rng: random.Random) -> Iterator[tuple[str, Path, Path | None]]:
    """Random changes: the kind, the file, and its new name."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    made = 0
    while made < CHANGES:
        kind, path = rng.choice(list(KINDS)), rng.choice(files)
        rename = KINDS[kind]
        target = None if rename is None else path.with_name(rename(path.name, rng))
        # another file's name would overwrite it
        if target is None or not target.exists():
            made += 1
            yield kind, path, target


@pytest.mark.parametrize("name", ["layout", "bids"])
def test_no_change_of_one_file_is_silent(folders: dict[str, Folder], name: str, tmp_path: Path) -> None:
    study, rng = folders[name], random.Random(f"{name} 7")
    before = study.outcome()
    assert not before.refused
    whole = study.tables()
    assert whole[0] is not None, whole[1]
    count: Counter[tuple[str, str]] = Counter()
    silent = []
    for kind, path, target in changes(study.folder, rng):
        with renamed(path, target or tmp_path / "aside"):
            after = study.outcome()
            if after.refused:
                result = "refused" if tell(after.messages, path, target) else "refused, not named"
            elif after.inputs == before.inputs:
                result = "unchanged"
                # that the same input gives the same numbers is run once for each kind of change
                assert count[kind, result] or study.tables()[0] == whole[0]
            elif after.files != before.files and tell(after.messages - before.messages, path, target):
                result = "told"
            else:
                # nothing is said before the recordings are read: the run tells it, or its numbers are the same
                tables, messages = study.tables()
                if tables == whole[0]:
                    result = "unchanged"
                elif tell(messages - whole[1], path, target):
                    result = "refused in the run" if tables is None else "told in the run"
                else:
                    result = "silent"
        count[kind, result] += 1
        if result in ("silent", "refused, not named"):
            silent.append((kind, path.name, target and target.name, result, sorted(after.messages - before.messages)))
    assert silent == [], count
    assert sum(count.values()) == CHANGES
    # the changes are not all of one sort
    assert {"unchanged"} < {result for _, result in count}
