"""Columns of the facts in a name: which names they can have, and what their values are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from emgkit.channels import Value
from emgkit.errors import StudyError
from emgkit.io.naming.names import fields_of
from emgkit.measures import COLUMNS
from emgkit.notation import listed
from emgkit.study.file.recordings import Layout
from emgkit.study.recordings.account.tasks import Tasks

__all__ = ["OF_BIDS", "checked_facts", "columns_of", "context_of"]

# facts that every study has a place for; a muscle and a side are those of the channels of a file
_KNOWN = ("participant", "group", "session", "task", "run", "set", "load_kg", "muscle", "side")
# facts that names in a BIDS data set may tell, beside those of every study
OF_BIDS = ("acquisition", "recording")
# columns that the tables of a study have beside those of measures and of comparisons
_MADE = (
    "n_repetitions", "angle_low", "angle_high", "simulated", "recording", "why", "onset", "duration", "excursion",
    "accepted", "reason", "eccentric_s", "hold_s", "concentric_s", "point", "mean", "sd", "panel", "flagged",
    "maximum", "minimum", "share_above", "trial", "won", "cv", "left_out", "repetition_side",
)  # fmt: skip
_RESULTS = (
    "contrast", "ratio", "difference", "ci_low", "ci_high", "t", "V", "df", "n", "n_first", "n_second", "p",
    "p_adjusted", "d_z", "g_av", "g", "family_size", "term", "F", "df1", "df2", "p_gg", "p_hf", "ges", "pes", "ss",
)  # fmt: skip
_RESERVED = frozenset({*COLUMNS, *_MADE, *_RESULTS}) - {*_KNOWN}
_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right"}


def columns_of(layouts: Sequence[Layout], tasks: Tasks, *, named: Collection[str] = ()) -> tuple[str, ...]:
    """The facts in names and tasks that become columns of the tables, beside those that every table has.

    Runs of one task are repetitions of it, and so no column, unless the study has named them; neither are the
    acquisitions and the recordings of one run that names in a BIDS data set tell apart.

    Raises
    ------
    StudyError
        A field has the name of a column that the study makes itself.
    """
    places = [(f"data, {layout.pattern or layout.regex}", name) for layout in layouts for name in fields_of(layout)]
    places += [("exercises", name) for name in tasks.fields]
    for where, name in places:
        if name in _RESERVED or (where == "exercises" and name in ("participant", "task")):
            hint = f"Give the field another name, such as {{{name}_in_name}}"
            if name == "exercise":
                hint = 'Write {task}, and which exercise a task is: [exercises.squat] task = "squat"'
            elif name == "channel":
                hint = "Write {muscle}, where each file holds one EMG channel"
            raise StudyError(
                f"A field cannot be called {name!r}: a column of the tables has that name", where=where, hint=hint
            )
    asked = [name for name in (("run",) if layouts else ("run", *OF_BIDS)) if name in named]
    return tuple(dict.fromkeys((*(name for _, name in places if name not in _KNOWN), *asked)))


def checked_facts(facts: Mapping[str, str], of_task: Mapping[str, str], *, where: str) -> dict[str, str]:
    """The facts in a name with those in its task, or an error that says what a fact cannot be.

    Raises
    ------
    StudyError
        Name and task differ in a fact, a load in kg or a set is not a number, or a side is neither left nor right.
    """
    for name, value in of_task.items():
        if facts.get(name, value) != value:
            raise StudyError(
                f"The name says two different things about {name!r}",
                where=where,
                got=f"{facts[name]!r} and, in the task {facts.get('task', '')!r}, {value!r}",
                hint="Give one of the two fields another name",
            )
    every = {**facts, **of_task}
    for name, allowed in (("load_kg", "a number of kilograms, such as 60 or 7.5"), ("set", "a whole number")):
        pattern = r"[-+]?\d+([.,]\d+)?" if name == "load_kg" else r"\d+"
        if name in every and re.fullmatch(pattern, every[name], re.ASCII) is None:
            raise StudyError(
                f"The {name} in the name cannot be used",
                where=where,
                allowed=allowed,
                got=repr(every[name]),
                hint=f"Put the rest into the pattern, such as {{{name}}}kg, or use a field of another name, {{load}}",
            )
    if "side" in every:
        side = _SIDES.get(every["side"].lower())
        if side is None:
            raise StudyError(
                "The side in the name cannot be used",
                where=where,
                allowed=listed(("left", "right", "L", "R")),
                got=repr(every["side"]),
                hint='Translate it: values.side = { links = "left" }; for the side that works, write {leg} or {arm}',
            )
        every["side"] = side
    return every


def context_of(facts: Mapping[str, str]) -> dict[str, Value]:
    """The facts as a recording carries them: a load in kg and a set are numbers."""
    context: dict[str, Value] = dict(facts)
    if "load_kg" in facts:
        context["load_kg"] = float(facts["load_kg"].replace(",", "."))
    if "set" in facts:
        context["set"] = int(facts["set"])
    return context
