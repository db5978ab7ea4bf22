"""What a folder of recordings holds: its files by role, its tasks and people, its channels, and likely repetitions."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from emgkit import io
from emgkit.channels import Channel
from emgkit.errors import EmgkitError, EmgkitWarning, FormatError
from emgkit.events import find_repetitions
from emgkit.io import FileContent, Overrides
from emgkit.io.naming.likely.names import Named, read_names
from emgkit.io.naming.likely.parts import IN_SHEET, without_copy_mark
from emgkit.io.naming.likely.words import EVENTS, NOT_RECORDINGS, SIDE_TABLES, words_of
from emgkit.recording import Recording, Trial
from emgkit.study.file.read import has_key
from emgkit.study.file.recordings import Layout
from emgkit.study.new.data_set import facts_of_people, in_bids
from emgkit.study.new.markers import Ranges, moved
from emgkit.study.new.signals import MOVING, FoundChannel, describe
from emgkit.study.recordings.account import is_bids

__all__ = ["ROLES", "FoundFile", "FoundRecording", "Inventory", "look", "natural"]

# the roles of files, in the order in which they are shown
ROLES = (
    "exercise", "MVC", "other streams", "events", "side table", "sidecar", "copy", "cannot be read",
    "name not understood", "not a recording",
)  # fmt: skip
# the task of recordings whose names hold none
_NO_TASK = "recording"
# the participant of recordings whose names hold none
_ONE_PERSON = "P1"
_WORKBOOKS = (".xlsx", ".xlsm")
# how the hint of an error names a sign that may separate thousands
_SIGN = re.compile(r"""thousands=(['"])(.)\1""")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file of the folder: its name in it, its role, and what stands behind the role."""

    name: str
    role: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class FoundRecording:
    """A recording: what its name tells, its channels, and its likely repetitions.

    `beside` are the channels of its second files. `repetitions` counts events of that name; `labels` are those of other
    events, the most frequent one first, each with what it may be: a repetition or, where it lasts no time, a start.
    `counted` are repetitions that were found in a channel, and `ranges` how far it moves, by its label.
    `stated_sfreq` is a rate (Hz) that a comment of the file names, with the place. `thousands` is the sign that likely
    separates thousands in numbers that can be read in two ways, and what shows it.
    """

    named: Named
    channels: tuple[FoundChannel, ...]
    format: str
    beside: tuple[FoundChannel, ...] = ()
    seconds: float | None = None
    repetitions: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    ranges: Ranges = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    stated_sfreq: tuple[float, str] | None = None
    thousands: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The name of the file in the folder."""
        return self.named.name

    @property
    def task(self) -> str:
        """The task recorded."""
        return self.named.facts["task"]

    @property
    def participant(self) -> str:
        """Who was recorded; a label that stands in two groups has its group before it."""
        return self.named.facts["participant"]

    @property
    def person(self) -> str:
        """The participant, after the group where there is one."""
        group = self.named.facts.get("group")
        return f"{group}/{self.participant}" if group else self.participant

    @property
    def variant(self) -> str:
        """What tells it apart from other recordings of one person and exercise, but for runs."""
        aside = ("participant", "group", "run", "date", "task")
        facts = [value for fact, value in self.named.facts.items() if fact not in aside]
        return " ".join([self.task, *facts])

    @property
    def role(self) -> str:
        """The role of the file."""
        return "MVC" if self.mvc else "exercise"

    @property
    def mvc(self) -> bool:
        """Whether it is a maximal contraction."""
        return self.named.mvc


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What a folder holds, as :func:`look` found it.

    Parameters
    ----------
    folder : Path
        The folder.
    bids : bool
        Whether it is an EMG-BIDS data set.
    files : tuple of FoundFile
        Every file in it.
    recordings : tuple of FoundRecording
        Those that can be read and whose name tells participant and task; files of other streams are not among them.
    companions : tuple of FoundRecording
        Files that hold other streams of these recordings.
    same : mapping of str to str
        Recordings that have the samples of another, whatever their names, with the name of the first.
    taken : tuple of str
        Files that a run would take for recordings and that are none of these.
    people_facts : mapping of str to mapping
        Columns of a data set's table of participants that divide the people: column -> participant -> level.
    """

    folder: Path
    bids: bool
    files: tuple[FoundFile, ...]
    recordings: tuple[FoundRecording, ...]
    companions: tuple[FoundRecording, ...] = ()
    same: Mapping[str, str] = field(default_factory=dict)
    taken: tuple[str, ...] = ()
    people_facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, role: str) -> tuple[FoundFile, ...]:
        """The files of a role."""
        return tuple(file for file in self.files if file.role == role)

    @property
    def exercises(self) -> tuple[FoundRecording, ...]:
        """The recordings that are no maximal contractions."""
        return tuple(one for one in self.recordings if not one.mvc)

    @property
    def mvcs(self) -> tuple[FoundRecording, ...]:
        """The recordings that are likely maximal contractions."""
        return tuple(one for one in self.recordings if one.mvc)

    @property
    def people(self) -> tuple[str, ...]:
        """Who was recorded."""
        return tuple(sorted({one.person for one in self.recordings}, key=natural))

    @property
    def groups(self) -> dict[str, str]:
        """The group of each person, by the names of the files or the table of participants; empty without several."""
        named = {one.person: one.named.facts["group"] for one in self.recordings if "group" in one.named.facts}
        return named if len(set(named.values())) > 1 else dict(self.people_facts.get("group", {}))

    def values(self, fact: str, *, mvc: bool = False) -> tuple[str, ...]:
        """The values that a fact has in the names of the exercises, or of the maximal contractions."""
        chosen = self.mvcs if mvc else self.exercises
        return tuple(sorted({one.named.facts[fact] for one in chosen if fact in one.named.facts}, key=natural))

    @property
    def tasks(self) -> dict[str, tuple[FoundRecording, ...]]:
        """The recordings by task, exercises first; tasks that differ by their load alone are one."""
        found: dict[str, list[FoundRecording]] = {}
        for one in sorted(self.recordings, key=lambda one: (one.mvc, natural(one.task))):
            found.setdefault(one.named.base if "{load}" in one.named.base else one.task, []).append(one)
        return {task: tuple(own) for task, own in found.items()}

    def lacking(self, task: str) -> tuple[str, ...]:
        """Who has no recording of a task that others have, or not all of its loads, sessions and conditions."""
        return tuple(who for who, _ in self.missing(task))

    def missing(self, task: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Who lacks what of a task: the person, and the loads, sessions or conditions, none where it is all of them."""
        own: dict[str, set[str]] = {who: set() for who in self.people}
        for one in self.tasks[task]:
            own[one.person].add(one.variant)
        every = set().union(*own.values())
        lacks = {who: every - variants for who, variants in own.items() if variants != every}
        return tuple(
            (who, () if not own[who] else tuple(sorted(lacks[who], key=natural))) for who in sorted(lacks, key=natural)
        )

    @property
    def channels(self) -> tuple[FoundChannel, ...]:
        """The channels by label, as the recordings have them first; those of other streams last.

        Of a channel that some files say more of than others, the recording that says most counts.
        """
        found: dict[str, FoundChannel] = {}
        for one in (*self.recordings, *self.companions):
            for channel in one.channels:
                before = found.setdefault(channel.name, channel)
                if channel.says > before.says:
                    found[channel.name] = channel
        return tuple(found.values())

    def having(self, name: str) -> int:
        """How many recordings have a channel."""
        return sum(any(channel.name == name for channel in one.channels) for one in self.recordings)

    @property
    def doubles(self) -> dict[str, str]:
        """Recordings with the samples of another one whose name is another: a run refuses both."""
        names = {one.name for one in self.recordings if any(channel.is_emg for channel in one.channels)}
        return {name: first for name, first in self.same.items() if {name, first} <= names}

    @property
    def shared_labels(self) -> tuple[str, ...]:
        """Labels of participants that stand in several groups."""
        groups: dict[str, set[str]] = {}
        for one in self.recordings:
            groups.setdefault(one.participant, set()).add(one.named.facts.get("group", ""))
        return tuple(sorted((label for label, own in groups.items() if len(own) > 1), key=natural))


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts ``squat60`` before ``squat100``."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))


def look(
    folder: Path,
    progress: Progress = lambda _what, _done, _total: None,
    *,
    files: Mapping[str, Path] | None = None,
) -> Inventory:
    """Look into every file of a folder; nothing in it is changed, and what cannot be read stops nothing.

    Parameters
    ----------
    folder : Path
        An EMG-BIDS data set, or any folder.
    progress : callable, optional
        Called with (what, done, total).
    files : mapping of str to Path, optional
        The files by name, where they are not those of the folder.
    """
    paths = _files_of(folder) if files is None else files
    names, bids = sorted(paths), files is None and is_bids(folder)
    aside = {name: role for name in names if (role := _role_by_name(name, bids=bids)) is not None}
    places = _with_sheets({name: paths[name] for name in names if name not in aside})
    contents, failed = _look_into_all(places, progress)
    same = _same(contents)
    copies = {} if bids else _copies(contents)
    contents = {name: one for name, one in contents.items() if name not in copies}
    named = {one.name: one for one in (in_bids(folder) if bids else read_names(contents))}
    if has_key(Layout, "task"):
        named = {name: one.with_task(_NO_TASK) for name, one in named.items()}
    if not any("participant" in one.facts for one in named.values()):
        named = {name: one.with_participant(_ONE_PERSON) for name, one in named.items()}
    placed = {name for name, one in named.items() if name in contents and {"participant", "task"} <= set(one.facts)}
    found = [contents[name].recording(named[name]) for name in sorted(placed, key=natural)]
    companions = _companions(found)
    recordings = tuple(_with_others(one, found, companions) for one in found if one.name not in companions)
    roles = {
        **{name: FoundFile(name=name, role=role) for name, role in aside.items()},
        **{name: FoundFile(name=name, role="cannot be read", why=why) for name, why in failed.items()},
        **{name: FoundFile(name=name, role="copy", why=f"the same samples as {own}") for name, own in copies.items()},
        **{name: FoundFile(name=name, role="name not understood") for name in set(contents) - placed},
        **{
            one.name: FoundFile(name=one.name, role="MVC" if one.mvc else "exercise", why=one.task)
            for one in recordings
        },
        **{name: FoundFile(name=name, role="other streams", why=f"of {own}") for name, own in companions.items()},
    }
    return Inventory(
        folder=folder,
        bids=bids,
        files=tuple(roles[name] for name in sorted(roles, key=natural)),
        recordings=recordings,
        companions=tuple(one for one in found if one.name in companions),
        same={name: own for name, own in same.items() if name not in copies},
        people_facts=facts_of_people(folder, {one.participant for one in recordings}) if bids else {},
    )


def _files_of(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _look_into_all(
    places: Mapping[str, tuple[Path, str | None]], progress: Progress
) -> tuple[dict[str, _Looked], dict[str, str]]:
    """What the files hold, and why some cannot be read."""
    contents: dict[str, _Looked] = {}
    failed: dict[str, str] = {}
    for place, (name, file) in enumerate(places.items()):
        progress("Looking into recordings", place, len(places))
        try:
            contents[name] = _look_into(*file)
        except EmgkitError as problem:
            failed[name] = " ".join(part.rstrip(".") + "." for part in (problem.what, problem.hint) if part)
    progress("Looking into recordings", len(places), len(places))
    return contents, failed


def _role_by_name(name: str, *, bids: bool) -> str | None:
    """The role of a file that is no recording by its name alone."""
    path = Path(name)
    stem, ending = path.stem, path.suffix.lower()
    readable = {one for known in io.FORMATS for one in known.extensions}
    foreign = {one for known in io.NOT_YET for one in known.extensions}
    if bids:
        if ending in (".edf", ".bdf"):
            return None if stem.endswith("_emg") else "not a recording"
        tables = ("_channels", "_electrodes", "_coordsystem", "_emg", "_scans", "participants", "dataset_description")
        return "events" if stem.endswith("_events") else "sidecar" if stem.endswith(tables) else "not a recording"
    words = words_of(stem)
    if any(part.startswith((".", "~$")) for part in path.parts) or NOT_RECORDINGS.match(path.name):
        return "not a recording"
    if ending not in readable | foreign:
        return "not a recording"
    if words and words[-1] in EVENTS:
        return "events"
    if any(word in SIDE_TABLES for word in words):
        return "side table"
    return None


def _with_sheets(paths: Mapping[str, Path]) -> dict[str, tuple[Path, str | None]]:
    """The file of each name; a workbook has a name for each of its sheets, where a study can read them so."""
    places: dict[str, tuple[Path, str | None]] = {}
    for name, path in paths.items():
        try:
            found = io.sheets(path) if path.suffix.lower() in _WORKBOOKS and has_key(Layout, "sheet") else ()
        except EmgkitError:
            found = ()
        tables = [one.name for one in found if one.kind == "table" and not one.hidden]
        if len(tables) > 1:
            places |= {f"{name}{IN_SHEET}{sheet}": (path, sheet) for sheet in tables}
        else:
            places[name] = (path, None)
    return places


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """What a file holds, whatever its name."""

    channels: tuple[FoundChannel, ...]
    format: str
    seconds: float | None
    repetitions: int
    labels: Mapping[str, str]
    counted: Mapping[str, int]
    ranges: Ranges
    constant: tuple[str, ...]
    stated_sfreq: tuple[float, str] | None
    thousands: tuple[str, str] | None
    digest: str

    def recording(self, named: Named) -> FoundRecording:
        """The same with what the name tells."""
        counted = {} if named.mvc else self.counted
        return FoundRecording(
            named=named, channels=self.channels, format=self.format, seconds=self.seconds,
            repetitions=self.repetitions, labels=self.labels, counted=counted, ranges=self.ranges,
            constant=self.constant, stated_sfreq=self.stated_sfreq, thousands=self.thousands,
        )  # fmt: skip


def _look_into(path: Path, sheet: str | None) -> _Looked:
    content, thousands = _opened(path, {} if sheet is None else {"sheet": sheet})
    signals = io.survey(content, Overrides(), where=io.place(path, sheet))
    channels = describe(signals)
    lengths = [one.size / one.sfreq for one in signals if one.sfreq]
    labels = Counter(event.label for event in content.events if event.label != "repetition")
    lasting = {event.label for event in content.events if event.duration > 0}
    return _Looked(
        channels=channels,
        format=path.suffix.lower(),
        seconds=max(lengths, default=None),
        repetitions=sum(event.label == "repetition" for event in content.events),
        labels={label: "repetition" if label in lasting else "start" for label, _ in labels.most_common()},
        counted=_count(content, channels),
        ranges={c.name: moved(s.samples) for c, s in zip(channels, content.signals, strict=True) if c.movement},
        constant=tuple(
            channel.name
            for channel, signal in zip(channels, signals, strict=True)
            if channel.is_emg and signal.size and signal.samples.min() == signal.samples.max()
        ),
        stated_sfreq=content.stated_sfreq,
        thousands=thousands,
        digest=_digest(content),
    )


def _opened(path: Path, options: Mapping[str, str]) -> tuple[FileContent, tuple[str, str] | None]:
    """The content of a file, and the sign with which it can be read where its numbers can be read in two ways."""
    try:
        return io.load(path, **options), None
    except FormatError as problem:
        for _, sign in _SIGN.findall(problem.hint):
            with suppress(EmgkitError):
                return io.load(path, thousands=sign, **options), (sign, problem.got)
        raise


def _digest(content: FileContent) -> str:
    """What tells apart the samples of recordings."""
    made = hashlib.blake2b(digest_size=16)
    for signal in content.signals:
        made.update(np.ascontiguousarray(signal.samples).tobytes())
    return made.hexdigest()


def _same(contents: Mapping[str, _Looked]) -> dict[str, str]:
    """The files with the samples of one before them, or of one whose name is not that of a copy."""
    first: dict[str, str] = {}
    for name in sorted(contents, key=lambda name: (without_copy_mark(name) != name, natural(name))):
        first.setdefault(contents[name].digest, name)
    return {name: first[one.digest] for name, one in contents.items() if first[one.digest] != name}


def _copies(contents: Mapping[str, _Looked]) -> dict[str, str]:
    """The files that are copies by their samples and by their names, as ``P01 (2).csv`` is, each with its original."""
    originals = {name: without_copy_mark(name) for name in contents}
    return {
        name: own
        for name, own in originals.items()
        if name != own and own in contents and contents[own].digest == contents[name].digest
    }


def _count(content: FileContent, channels: Sequence[FoundChannel]) -> dict[str, int]:
    """Repetitions in each channel that may show a movement, by the usual thresholds."""
    found = {}
    for channel, signal in zip(channels, content.signals, strict=True):
        rate = channel.sfreq
        if not channel.movement or rate is None or signal.size < rate:
            continue
        kind = channel.movement
        unit = {"JNTANG": "deg", "POS": "m"}[kind]
        stream = Recording(
            data=signal.samples[None, :], sfreq=rate, channels=(Channel(name=channel.name, unit=unit, kind=kind),)
        )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", EmgkitWarning)
                trial = find_repetitions(Trial(streams={MOVING[kind]: stream}), by=MOVING[kind], starts="concentric")
        except EmgkitError:
            continue
        found[channel.name] = sum(
            event.label == "repetition" and bool(event.columns.get("accepted")) for event in trial.events
        )
    return found


def _with_others(one: FoundRecording, found: Sequence[FoundRecording], companions: Mapping[str, str]) -> FoundRecording:
    """The recording with the channels of its second files, and the repetitions that were counted in them."""
    others = [other for other in found if companions.get(other.name) == one.name]
    counted = {} if one.mvc else {name: n for other in others for name, n in other.counted.items()}
    beside = tuple(channel for other in others for channel in other.channels)
    ranges = {name: size for other in others for name, size in other.ranges.items()}
    return replace(one, beside=beside, counted={**one.counted, **counted}, ranges={**one.ranges, **ranges})


def _companions(found: Sequence[FoundRecording]) -> dict[str, str]:
    """Files that hold other streams of a recording, with its name: by a word, or by the same facts and no EMG."""
    by_facts: dict[tuple[tuple[str, str], ...], list[FoundRecording]] = {}
    for one in found:
        by_facts.setdefault(tuple(sorted(one.named.facts.items())), []).append(one)
    companions: dict[str, str] = {}
    for own in by_facts.values():
        main = [one for one in own if any(c.is_emg for c in one.channels) and not one.named.companion]
        others = [one for one in own if one.named.companion or not any(c.is_emg for c in one.channels)]
        if len(main) == 1:
            companions |= {one.name: main[0].name for one in others}
    return companions
