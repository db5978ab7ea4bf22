"""Names of files: how a layout reads the facts in them."""

from __future__ import annotations

import re

from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.study.file.recordings import Layout

__all__ = ["expression"]

_FACTS = ("participant", "group", "session", "task", "run")


def expression(layout: Layout) -> re.Pattern[str]:
    """The regular expression of a layout; a field whose values are listed matches only those."""
    if layout.regex is not None:
        try:
            expression = re.compile(layout.regex)
        except re.error as problem:
            raise StudyError("The layout's regex is not valid", where="data.layouts", got=str(problem)) from None
    else:
        parts = re.split(r"\{(\w+)\}", layout.pattern or "")
        pieces = [re.escape(part) if place % 2 == 0 else _field(part, layout) for place, part in enumerate(parts)]
        expression = re.compile("".join(pieces))
    unknown = sorted(set(expression.groupindex) - set(_FACTS))
    if unknown or not {"participant", "task"} <= set(expression.groupindex):
        raise StudyError(
            "A layout names the participant and the task, and may name the group, the session and the run",
            where=f"data, {layout.pattern or layout.regex}",
            allowed=listed(_FACTS),
            got=listed(expression.groupindex),
        )
    return expression


def _field(name: str, layout: Layout) -> str:
    values = layout.values.get(name)
    inside = "|".join(re.escape(value) for value in values) if values else "[^/_]+"
    return f"(?P<{name}>{inside})"
