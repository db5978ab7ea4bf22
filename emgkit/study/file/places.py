"""Where a key stands in a study file, for errors of functions that know nothing of study files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from emgkit.errors import EmgkitError
from emgkit.events import WAYS
from emgkit.notation import capital, series
from emgkit.study.file.recordings import Exercise, RepetitionRules
from emgkit.toml_files import as_key

__all__ = ["telling_tables"]

# options that messages name without a value behind them: "a smaller prominence", "without starts"
_BARE = (
    "starts",
    "prominence",
    "distance",
    "cutoff",
    "minimum_hold",
    "smallest",
    "largest",
    "level",
    "shortest",
    "gap",
)


@contextmanager
def telling_tables(exercise: str | None = None, by: str = "table") -> Iterator[None]:
    """Add to an error that asks for an option the table of the study file in which the option stands.

    Parameters
    ----------
    exercise : str, optional
        The exercise whose repetitions are searched; None where the table of repetitions is read.
    by : str
        The way to its repetitions.

    Examples
    --------
    >>> with telling_tables("squat", "position"):
    ...     raise EmgkitError("Rest is uncertain", hint="Say rest = 'low'")
    Traceback (most recent call last):
    ...
    emgkit.errors.EmgkitError: Rest is uncertain. Hint: Say rest = 'low'; the key rest stands in [exercises.squat].
    """
    try:
        yield
    except EmgkitError as problem:
        places = _places(f"{problem.allowed}; {problem.hint}", exercise, by)
        if not places:
            raise
        hint = "; ".join(filter(None, [problem.hint.rstrip("."), *places]))
        raise type(problem)(**{**problem.parts, "hint": capital(hint)}) from problem


def _places(text: str, exercise: str | None, by: str) -> list[str]:
    """The tables of the options that a text names, each with its options; none where it names a table itself."""
    if re.search(r"\[[a-z]+", text):
        return []
    shared = set(RepetitionRules.model_fields)
    own = {"by", *(set(Exercise.model_fields) & set(WAYS[by].options))} if exercise is not None else set()
    # the edge of a trigger is that of the exercise; the edge of a movement is a threshold
    own -= shared if by != "trigger" else shared - {"edge"}
    named = [word for word in dict.fromkeys(re.findall(r"\w+", text)) if word in own | shared and _asks(text, word)]
    tables: dict[str, list[str]] = {}
    for word in named:
        table = f"[exercises.{as_key(exercise)}]" if exercise is not None and word in own else "[repetitions]"
        tables.setdefault(table, []).append(word)
    return [
        f"the {'key' if len(keys) == 1 else 'keys'} {series(keys)} {'stands' if len(keys) == 1 else 'stand'} in {table}"
        for table, keys in tables.items()
    ]


def _asks(text: str, key: str) -> bool:
    """Whether a text gives the option a value, or names it as one."""
    return re.search(rf"\b{key} ?=", text) is not None or (key in _BARE and re.search(rf"\b{key}\b", text) is not None)
