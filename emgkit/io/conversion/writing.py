"""One recording of a data set: it is read, and its files are written into a folder of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from emgkit import __version__
from emgkit.errors import EmgkitError
from emgkit.io.bids._writing import write_recording
from emgkit.io.conversion.manifest import Entry, hash_of, workspace
from emgkit.io.conversion.map_file import ConversionMap
from emgkit.io.conversion.planning import Planned
from emgkit.io.conversion.reading import read_source

__all__ = ["UnreadableError", "Writer"]


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who writes recordings, here or in another process: the folder of the data set, and the map."""

    root: Path
    rules: ConversionMap

    def attempt(self, given: tuple[Planned, str]) -> Entry | UnreadableError | EmgkitError:
        """The entry of a recording that is planned, with the hash of its source; or the error that writing it raises.

        Its files are in the workspace of its name.
        """
        try:
            return self._write(*given)
        except (UnreadableError, EmgkitError) as problem:
            return problem

    def key(self, one: Planned, source: str, labels: Sequence[str]) -> str:
        """What a recording is made from, as one text: its source, and the part of the map that is about it."""
        channels = {**self.rules.channels, **one.layout.channels}
        parts = [
            __version__, source, one.participant, one.task, one.sheet, dict(one.labels), dict(one.facts),
            one.layout.model_dump(include={"sfreq", "units", "thousands"}),
            {label: channels[label].model_dump() for label in sorted(labels) if label in channels},
            [entry.channel for entry in self.rules.exclude.channels if entry.channel in labels],
            self.rules.placement and self.rules.placement.model_dump(exclude={"lines"}),
            self.rules.hardware.model_dump(),
            one.task in self.rules.tasks and self.rules.tasks[one.task].model_dump(),
        ]  # fmt: skip
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _write(self, one: Planned, source: str) -> Entry:
        try:
            read = read_source(one, self.rules)
        except EmgkitError as problem:
            raise UnreadableError(one, problem) from None
        work = workspace(self.root, one.stem)
        sidecar, simulated = self._sidecar(one), False
        starts: dict[str, float] = {}
        for part in read.parts:
            names = {channel.name for recording in part.values() for channel in recording.channels}
            columns = {
                column: {name: value for name, value in values.items() if name in names}
                for column, values in read.columns.items()
            }
            try:
                simulated = write_recording(part, work, sidecar, columns=columns) or simulated
            except EmgkitError as problem:
                raise _for_map(problem, one) from None
            new = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()} - set(starts)
            starts |= dict.fromkeys(sorted(new), next(iter(part.values())).start)
        return Entry(
            key=self.key(one, source, read.labels), source=source, participant=one.participant, labels=read.labels,
            files=starts, hashes={file: hash_of([work / file]) for file in starts}, about=dict(read.about),
            simulated=simulated,
            # the name of a file may be that of a person
            notices=tuple(
                (n.code, n.text.replace(one.path.name, "the source"), _in_map(n.hint)) for n in read.notices
            ),
        )  # fmt: skip

    def _sidecar(self, one: Planned) -> dict[str, Any]:
        """What ``_emg.json`` says that the recording does not."""
        content: dict[str, Any] = {"TaskName": one.task}
        task = self.rules.tasks.get(one.task)
        if task is not None:
            given = {"TaskDescription": task.description, "Instructions": task.instructions}
            content |= {key: text for key, text in given.items() if text is not None}
        if self.rules.placement is not None:
            content |= self.rules.placement.sidecar()
        return content | self.rules.hardware.model_dump(exclude_none=True)


class UnreadableError(Exception):
    """A source that cannot be read, with the reason."""

    def __init__(self, one: Planned, cause: EmgkitError) -> None:
        super().__init__(one, cause)  # its arguments, so that it reaches another process
        self.one, self.cause = one, cause

    def with_hint(self) -> EmgkitError:
        """The reason, for the user of a map."""
        error = self.cause
        leave = "Leave the file out under [exclude] files, or write allow = true there for all that cannot be read"
        hint = f"{_in_map(error.hint)} {leave}"
        return type(error)(error.what, where=error.where or self.one.name, allowed=error.allowed, got=error.got,
                           hint=hint.strip())  # fmt: skip


def _for_map(error: EmgkitError, one: Planned) -> EmgkitError:
    """The error of a recording that cannot be written, with what to change in the map."""
    hint = error.hint
    if "channel name" in error.what.lower():
        hint = (
            'Give them short names in the map: [channels] "label in the file" = { name = "…" }; --draft proposes some'
        )
    elif error.what.startswith(("Channel", "The unit of channel")):
        hint = "Leave the channel out under [exclude] channels with the reason, or give it the unit that it has"
    return type(error)(error.what, where=f"{one.name}", allowed=error.allowed, got=error.got, hint=hint)


def _in_map(hint: str) -> str:
    """What reading proposes, in the words of a map."""
    if "Leave sfreq out" in hint:
        return (
            "A rate is for files that give none: let these have a layout of their own, which "
            "values.participant = { … } or values.task = { … } tell apart, with sfreq in it."
        )
    hint = re.sub(r"\b[Ss]ay sfreq=([\d.]+)", r"Write sfreq = \1 beside the pattern", hint)
    if "read(path, sfreq=" in hint:
        return "Say it in the map: sfreq = 1000 beside the pattern."
    if "read(path, units=" in hint or "units={" in hint:
        return (
            'Say it in the map: units = "mV" beside the pattern for all EMG, or [channels] "label" = { unit = "mV" }.'
        )
    return f"{hint}." if hint and not hint.endswith((".", "?", "!")) else hint
