"""Tasks: which exercise a task is, whether it is an MVC trial, and the facts in its name, such as the load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from emgkit.errors import StudyError
from emgkit.io.naming.patterns import Pattern, composed
from emgkit.notation import listed

__all__ = ["TaskRole", "Tasks"]


@dataclass(frozen=True, kw_only=True)
class TaskRole:
    """What a task is for: the exercise (None for other tasks), whether it is an MVC trial, and the facts in it."""

    exercise: str | None = None
    mvc: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """The tasks that a study knows.

    Parameters
    ----------
    exercises : mapping of str to str
        Task, or a pattern such as ``"squat{load}"``, to the name of the exercise.
    mvc : tuple of str
        The MVC trials; ``*`` stands for any text.

    Examples
    --------
    >>> Tasks(exercises={"squat{load}": "squat"}).role("squat60")
    TaskRole(exercise='squat', mvc=False, facts={'load': '60'})
    """

    exercises: Mapping[str, str] = field(default_factory=dict)
    mvc: tuple[str, ...] = ()

    @cached_property
    def _patterns(self) -> dict[str, Pattern]:
        """The pattern of each exercise."""
        return {name: Pattern(task) for task, name in self.exercises.items()}

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The facts that tasks hold."""
        return tuple(dict.fromkeys(name for pattern in self._patterns.values() for name in pattern.fields))

    def knows(self, task: str) -> bool:
        """Whether the task is an exercise or an MVC trial."""
        return bool(self._fitting(task)) or self._is_mvc(task)

    def alike(self, first: str, second: str) -> bool:
        """Whether two tasks are the same exercise, or both none, and the same of MVC trials."""
        return [name for name, _ in self._fitting(first)] == [name for name, _ in self._fitting(second)] and (
            self._is_mvc(first) == self._is_mvc(second)
        )

    def role(self, task: str) -> TaskRole:
        """What a task is for.

        Raises
        ------
        StudyError
            It fits two exercises, or one in two ways.
        """
        fitting = self._fitting(task)
        if len(fitting) > 1:
            shown = [
                f'[exercises.{name}] task = "{self._patterns[name].text}" with {_named(facts)}'
                if facts
                else f'[exercises.{name}] task = "{self._patterns[name].text}"'
                for name, facts in fitting[:2]
            ]
            raise StudyError(
                f"The task {task!r} fits two exercises"
                if fitting[0][0] != fitting[1][0]
                else f"The task {task!r} can be read in two ways",
                got="; and ".join(shown),
                allowed="one reading of each task",
                hint='Put into the patterns what tells them apart, such as task = "squat_{load}"',
            )
        name, facts = fitting[0] if fitting else (None, {})
        return TaskRole(exercise=name, mvc=self._is_mvc(task), facts=facts)

    def _fitting(self, task: str) -> list[tuple[str, dict[str, str]]]:
        """The exercises that a task fits, with the facts in it; a pattern takes no MVC trial."""
        mvc = self._is_mvc(task)
        return [
            (name, facts)
            for name, pattern in self._patterns.items()
            if not (mvc and pattern.fields)
            for facts in pattern.readings(composed(task))
        ]

    def _is_mvc(self, task: str) -> bool:
        return any(fnmatchcase(composed(task).lower(), composed(pattern).lower()) for pattern in self.mvc)


def _named(facts: Mapping[str, str]) -> str:
    return listed(f"{name} = {value}" for name, value in facts.items())
