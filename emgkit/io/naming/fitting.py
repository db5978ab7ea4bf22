"""Which layout a name fits: others that read it otherwise, and those that it nearly fits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from emgkit.errors import StudyError
from emgkit.io.naming.layouts import Layout
from emgkit.io.naming.names import NameReading, Tasks, expression, read_names
from emgkit.io.naming.patterns import Pattern, composed

__all__ = ["check_other_layouts", "layout_names", "nearly_fits", "value_lacking"]


def layout_names(layouts: Sequence[Layout]) -> list[str]:
    """The patterns of the layouts, for messages."""
    return [str(layout.pattern or layout.regex) for layout in layouts]


def nearly_fits(name: str, layouts: Sequence[Layout]) -> str:
    """The layout that a name fits but for upper and lower case, for blanks or for its ending, and for which of these.

    An empty text where there is none.
    """
    stem = PurePosixPath(name).with_suffix("").as_posix()
    for layout in layouts:
        exact = expression(layout)
        loose = re.compile(exact.pattern, re.IGNORECASE)
        pattern = layout.pattern or layout.regex
        if loose.fullmatch(name) and not exact.fullmatch(name):
            return f"{name!r} fits {pattern} but for upper and lower case"
        if "".join(name.split()) != name and loose.fullmatch("".join(name.split())):
            return f"{name!r} fits {pattern} but for blanks"
        ending = PurePosixPath(layout.pattern or "").suffix
        if ending and "{" not in ending and not name.endswith(ending) and loose.fullmatch(stem + ending):
            return f"{name!r} fits {pattern} but for its ending"
    return ""


def value_lacking(name: str, layouts: Sequence[Layout]) -> str:
    """The layout that a name fits but for a field whose values it lists, and what stands there in the name.

    An empty text where there is none.
    """
    for layout in layouts:
        if layout.pattern is None:
            continue
        known = {field: {composed(text) for text in table} for field, table in layout.values.items()}
        for reading in Pattern(layout.pattern).readings(name) if known else ():
            lacking = [
                field for field, texts in known.items() if field in reading and composed(reading[field]) not in texts
            ]
            if len(lacking) == 1:
                return f"{name!r} fits {layout.pattern} but values.{lacking[0]} has no {reading[lacking[0]]!r}"
    return ""


def check_other_layouts(name: str, reading: NameReading, layouts: Sequence[Layout], tasks: Tasks) -> None:
    """Refuse a name in which another layout reads who was recorded, or what was done, in another way.

    Raises
    ------
    StudyError
        Shows both layouts with what they read.
    """
    # a later layout whose task is stated, and not read, fits any name and is for what the others leave
    for layout in (one for one in layouts if one is not reading.layout and one.task is None):
        other = read_names([name], [layout], tasks).get(name)
        if other is None or other.known != reading.known:
            continue
        # a run may be a part of the task in one of them
        one, two = (
            {key: read[key] for key in read if key not in ("task", "run")} for read in (reading.facts, other.facts)
        )
        if one != two or not tasks.alike(reading.facts["task"], other.facts["task"]):
            first, second = layout_names([reading.layout, layout])
            raise StudyError(
                "A name fits two layouts, which read different facts in it",
                where=name,
                allowed="layouts that read the same in a name",
                got=f"{reading.text} by {first}; {other.text} by {second}",
                hint="Make one of them narrower: list what may stand in it as values, or write it as a regex",
            )
