"""What a study knows of its recordings before any is read: the rules, the recordings, and the account of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from emgkit.errors import Notice
from emgkit.io.channel_map import ChannelSpec
from emgkit.io.naming.patterns import composed
from emgkit.study.file.recordings import ExcludedFile, ExcludedParticipant, Join, Layout
from emgkit.study.recordings.account.tasks import Tasks

__all__ = ["IDLE", "Account", "Accounting", "JoinedFile", "ListedFile", "RecordingSource", "Role"]

# "unknown" is a file that no layout fits, until it is looked into
Role: TypeAlias = Literal[
    "exercise", "MVC", "exercise and MVC", "joined", "events", "side table", "left out", "not a recording", "unknown"
]
# roles of files without a use
IDLE: tuple[Role, ...] = ("left out", "not a recording", "unknown")


@dataclass(frozen=True, kw_only=True)
class Accounting:
    """How the files of a folder are recognised.

    Parameters
    ----------
    layouts : tuple of Layout
        How files are named that are no BIDS set.
    exercises : mapping of str to str
        Task, or a pattern such as ``"squat{load}"``, to the name of the exercise.
    mvc_tasks : tuple of str
        Patterns of the tasks that are MVC trials.
    excluded_files, excluded_participants : tuple
        What is left out, each with its reason.
    kept : tuple of tuple of str
        For each comparison, the recordings that it keeps although they are left out.
    registry : str, optional
        The data set, for a message that says where to get it.
    joins : tuple of Join
        The second files of recordings.
    unused : {"refuse", "report"}
        What becomes of a recording that no layout fits, or whose task is nearly one that the study names.
    labels : {"per study", "per group"}, optional
        Whether a participant's label stands for one person in the whole study, or for one in each group.
    """

    layouts: tuple[Layout, ...] = ()
    exercises: Mapping[str, str] = field(default_factory=dict)
    mvc_tasks: tuple[str, ...] = ()
    excluded_files: tuple[ExcludedFile, ...] = ()
    excluded_participants: tuple[ExcludedParticipant, ...] = ()
    kept: tuple[tuple[str, ...], ...] = ()
    registry: str | None = None
    joins: tuple[Join, ...] = ()
    unused: Literal["refuse", "report"] = "refuse"
    labels: Literal["per study", "per group"] | None = None

    @property
    def tasks(self) -> Tasks:
        """The tasks that the study knows."""
        return Tasks(exercises=self.exercises, mvc=self.mvc_tasks)

    def leaves_out(self, name: str, participant: str) -> bool:
        """Whether the study file leaves out the file of this name, or whoever it is of."""
        files = {composed(entry.path) for entry in self.excluded_files}
        people = {composed(entry.participant) for entry in self.excluded_participants}
        return composed(name) in files or composed(participant) in people


@dataclass(frozen=True, kw_only=True)
class JoinedFile:
    """A second file of a recording: where it is, its name within the data folder, and how it is joined."""

    path: Path
    name: str
    rule: Join
    sheet: str | None = None


@dataclass(frozen=True, kw_only=True)
class RecordingSource:
    """One recording: its file, its name within the data folder, the facts in that name, and the role of the recording.

    `exercise` is the name of the exercise, None for other tasks. `mvc` is true for an MVC trial. `excluded` is the
    reason why the recording is left out, else empty. `sfreq`, `units`, `thousands` and `channels` are the layout's.
    `sheet` is the sheet of a workbook; `joined` are the second files. `written` are the facts as the name writes them,
    such as a side ``L`` and a label without its group.
    """

    path: Path
    name: str
    facts: Mapping[str, str]
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    thousands: str | None = None
    channels: Mapping[str, ChannelSpec] = field(default_factory=dict)
    sheet: str | None = None
    joined: tuple[JoinedFile, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    exercise: str | None = None
    mvc: bool = False
    excluded: str = ""

    @property
    def task(self) -> str:
        """The task recorded."""
        return self.facts.get("task", "")

    @property
    def participant(self) -> str:
        """Who was recorded."""
        return self.facts.get("participant", "")

    @property
    def session(self) -> str | None:
        """The session, where there are several."""
        return self.facts.get("session")

    @property
    def paths(self) -> dict[str, Path]:
        """Where its files are, those of its second files among them, by their names."""
        return {self.name: self.path, **{second.name: second.path for second in self.joined}}

    def is_used(self, kept: Iterable[str]) -> bool:
        """Whether a comparison uses the recording that keeps these, in any Unicode form of their names."""
        return not self.excluded or composed(self.name) in map(composed, kept)


@dataclass(frozen=True, kw_only=True)
class ListedFile:
    """A file below the data folder: its name there, its role, the facts in its name, and why it is not used.

    `use` is what a recording is for that is left out, should a comparison keep it.
    """

    name: str
    role: Role
    facts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    use: Role | None = None


@dataclass(frozen=True, kw_only=True)
class Account:
    """The recordings of a study sorted by name, those that it does not use, every file, and notices about all."""

    sources: tuple[RecordingSource, ...]
    unused: tuple[RecordingSource, ...] = ()
    files: tuple[ListedFile, ...] = ()
    notices: tuple[Notice, ...] = ()
