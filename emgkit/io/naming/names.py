"""Names of files: the facts that a layout reads in them, and which reading is meant where there are several.

A reading whose task is known goes before all others. Among those left, the parts of a name are shared out in one
way for all files of a layout, with the fields beside the task as short as they can be. Where that leaves two readings
that differ in who was recorded or in what was done, both are shown and none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from emgkit.errors import StudyError
from emgkit.io.naming.layouts import Layout
from emgkit.io.naming.patterns import FIELD, Pattern, composed
from emgkit.io.naming.timed import check_ends
from emgkit.notation import listed

__all__ = ["AnyTask", "NameReading", "Tasks", "expression", "fields_of", "read_names"]


class Tasks(Protocol):
    """What is known of tasks, which decides between readings of a name."""

    def knows(self, task: str) -> bool:
        """Whether there is such a task."""

    def alike(self, first: str, second: str) -> bool:
        """Whether two names mean the same task."""


class AnyTask:
    """Tasks of which nothing is known: every name may be one, and two names are two tasks."""

    def knows(self, _task: str) -> bool:
        """Every text is a task."""
        return True

    def alike(self, first: str, second: str) -> bool:
        """The same text alone is the same task."""
        return first == second


@dataclass(frozen=True, kw_only=True)
class NameReading:
    """A name as one layout reads it: the facts, and of how many parts each field beside the task consists."""

    layout: Layout
    facts: Mapping[str, str]
    lengths: tuple[int, ...]
    known: bool

    @property
    def text(self) -> str:
        """The facts, for a message."""
        return ", ".join(f"{name} {value!r}" for name, value in self.facts.items())


def read_names(names: Iterable[str], layouts: Sequence[Layout], tasks: Tasks) -> dict[str, NameReading]:
    """The facts in each name that fits a layout.

    Parameters
    ----------
    names : iterable of str
        Names of files from the data folder, with ``/``.
    layouts : sequence of Layout
        How they are named; of those that read a known task, the first is taken.
    tasks : Tasks
        The tasks that are known.

    Raises
    ------
    StudyError
        A name has two readings, which are shown.
    """
    readers = [_Reader(layout) for layout in layouts]
    names = list(names)
    for layout in layouts:
        if layout.regex is not None:
            check_ends(layout.regex, names)
    found = {name: list(_known(one for reader in readers for one in reader.read(name, tasks))) for name in names}
    found = _numbered({name: readings for name, readings in found.items() if readings})
    chosen: dict[str, NameReading] = {}
    for reader in readers:
        mine = {name: [one for one in every if one.layout is reader.layout] for name, every in found.items()}
        chosen |= _consistent({name: own for name, own in mine.items() if own and name not in chosen}, tasks)
    return {name: chosen[name] for name in found}


def expression(layout: Layout) -> re.Pattern[str]:
    """The regular expression of a layout, in which a field of a pattern may hold what stands between fields.

    Raises
    ------
    StudyError
        The expression is not valid, or names no participant or no task.
    """
    if layout.regex is None:
        pieces = re.split(r"\{(\w+)\}", composed(layout.pattern or ""))
        seen: list[str] = []
        text = ""
        for place, piece in enumerate(pieces):
            if place % 2 == 0:
                text += re.escape(piece)
            elif piece in seen:
                text += f"(?P={piece})"
            else:
                values = layout.values.get(piece)
                text += f"(?P<{piece}>{'|'.join(map(re.escape, values)) if values else FIELD})"
                seen.append(piece)
    else:
        text = layout.regex
    try:
        return re.compile(text)
    except (re.error, RecursionError, OverflowError) as problem:
        raise StudyError("The layout's regex is not valid", where="data.layouts", got=str(problem)) from None


def fields_of(layout: Layout) -> tuple[str, ...]:
    """The names of the facts that a layout reads.

    Raises
    ------
    StudyError
        It is not valid, or names no participant or no task.
    """
    fields = Pattern(layout.pattern).fields if layout.pattern is not None else tuple(expression(layout).groupindex)
    given = {"participant": layout.participant, "task": layout.task}
    lacking = [name for name, value in given.items() if name not in fields and value is None]
    if not lacking:
        return fields
    hint = "For one person, let the name of a folder be the label, {participant}/{task}.csv, or say who it is: "
    hint += 'layouts = [{ pattern = "…", participant = "P1" }, …]'
    if "participant" not in lacking:
        hint = 'For files of one task, say which: layouts = [{ pattern = "…", task = "squat" }, …]'
    raise StudyError(
        "A layout names the participant and the task",
        where=f"data, {layout.pattern or layout.regex}",
        allowed=f"{{{lacking[0]}}} in it; any other field, such as {{group}}, {{session}} or {{load}}, is a column",
        got=listed(fields),
        hint=hint,
    )


class _Reader:
    """A layout with its pattern, which is taken apart once."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.fields = layout, fields_of(layout)
        self.beside = tuple(name for name in self.fields if name != "task")
        self.values = {
            name: {composed(text): meaning for text, meaning in table.items()} for name, table in layout.values.items()
        }
        known = {name: tuple(table) for name, table in self.values.items()}
        self.pattern = None if layout.pattern is None else Pattern(layout.pattern, known)

    def read(self, name: str, tasks: Tasks) -> Iterator[NameReading]:
        """Every way in which the layout reads a name."""
        for reading in self._readings(name):
            facts = {key: self._translated(key, text) for key, text in reading.items()}
            for key, given in (("task", self.layout.task), ("participant", self.layout.participant)):
                if given is not None:
                    facts.setdefault(key, given)
            lengths = self.pattern.lengths(reading, self.beside) if self.pattern is not None else ()
            yield NameReading(layout=self.layout, facts=facts, lengths=lengths, known=tasks.knows(facts["task"]))

    def _translated(self, field: str, text: str) -> str:
        """What stands in a name, as the layout's `values` say it."""
        return self.values.get(field, {}).get(composed(text), text)

    def _readings(self, name: str) -> list[dict[str, str]]:
        if self.pattern is not None:
            return self.pattern.readings(name)
        regex = expression(self.layout)
        stem, ending = name.removesuffix(PurePosixPath(name).suffix), PurePosixPath(name).suffix
        for one in (name, stem + ending.lower(), stem + ending.upper()):
            if (match := regex.fullmatch(one)) is not None:
                return [{key: text for key, text in match.groupdict().items() if text is not None}]
        return []


def _known(readings: Iterable[NameReading]) -> list[NameReading]:
    """The readings with a task that the study knows, or all where there is none."""
    every = list(readings)
    return [one for one in every if one.known] or every


def _numbered(found: Mapping[str, list[NameReading]]) -> dict[str, list[NameReading]]:
    """The readings without those in which a run, or a field that is a number in all other names, is a word."""
    values: dict[str, list[str]] = {}
    for readings in found.values():
        if len(readings) == 1 and readings[0].known:
            for name, value in readings[0].facts.items():
                values.setdefault(name, []).append(value)
    numbers = {"run", *(name for name, texts in values.items() if all(map(_has_digit, texts)))}
    numbers -= {"participant", "task"}

    def fits(one: NameReading) -> bool:
        return all(_has_digit(one.facts[name]) for name in numbers & set(one.facts))

    return {name: [one for one in readings if fits(one)] or readings for name, readings in found.items()}


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _consistent(found: Mapping[str, list[NameReading]], tasks: Tasks) -> dict[str, NameReading]:
    """One reading of each name, the parts shared out in one way for all names if that is possible."""
    firm = {name: readings for name, readings in found.items() if readings[0].known}
    # where no task is known, nothing is used, and no reading matters
    shapes = [{one.lengths for one in readings} for readings in (firm or found).values()]
    common = set.intersection(*shapes) if shapes else set()
    if common:
        allowed = {min(common, key=lambda lengths: (sum(lengths), lengths))}
        for name, readings in firm.items():
            _check_alike(name, [one for one in readings if one.lengths in common], tasks)
    else:
        allowed = {next(iter(shape)) for shape in shapes if len(shape) == 1}
    chosen = {}
    for name, readings in found.items():
        fitting = [one for one in readings if one.lengths in allowed] or readings
        if name in firm and len(fitting) > 1:
            raise _two_readings(name, *fitting[:2])
        chosen[name] = min(fitting, key=lambda one: sum(one.lengths))
    return chosen


def _check_alike(name: str, readings: Sequence[NameReading], tasks: Tasks) -> None:
    """Refuse readings that differ in who was recorded or in what was done, or that are equally short."""
    ordered = sorted(readings, key=lambda one: sum(one.lengths))
    first = ordered[0]
    for other in ordered[1:]:
        same = first.facts["participant"] == other.facts["participant"] and tasks.alike(
            first.facts["task"], other.facts["task"]
        )
        if not same or sum(first.lengths) == sum(other.lengths):
            raise _two_readings(name, first, other)


def _two_readings(name: str, first: NameReading, second: NameReading) -> StudyError:
    """The error of a name with two readings."""
    return StudyError(
        f"The name {name!r} can be read in two ways",
        where=f"data, {first.layout.pattern or first.layout.regex}",
        got=f"{first.text}; or {second.text}",
        hint='List what a field may be: values.task = { squat = "squat" }, or write the layout as a regex',
    )
