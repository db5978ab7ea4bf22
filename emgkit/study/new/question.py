"""A question to the user, and an answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from emgkit._checks import nearest
from emgkit.errors import ArgumentError
from emgkit.notation import listed

__all__ = ["CYCLES", "NO_MUSCLE", "Answer", "Question", "parsed"]

Answer: TypeAlias = "str | float | bool"
# answers that take a line out of the file: no first phase, and no muscle
CYCLES, NO_MUSCLE = "cycles", "none"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the user has to say.

    Parameters
    ----------
    id : str
        ``"exercises.squat.starts"``.
    place : str
        Where the answer stands in the study file: ``"[exercises.squat]"``.
    key : str
        The key there.
    text : str
        The question.
    remark : str
        What stands beside the TODO: what is likely and why, and what is allowed.
    choices : tuple of str
        The answers that are allowed; empty: any.
    kind : {"text", "number", "yes or no"}
        What an answer is.
    stand_in : Answer
        An answer that is allowed, with which the file is checked.
    """

    id: str
    place: str
    key: str
    text: str
    remark: str = ""
    choices: tuple[str, ...] = ()
    kind: Literal["text", "number", "yes or no"] = "text"
    stand_in: Answer = "to be told"


def parsed(question: Question, text: str) -> Answer:
    """An answer as it was typed: a choice by its number or its text, a number, or yes or no.

    Raises
    ------
    ArgumentError
        It is none of these.

    Examples
    --------
    >>> one = Question(id="a.starts", place="[a]", key="starts", text="?", choices=("eccentric", "concentric"))
    >>> parsed(one, "2"), parsed(one, "eccentric")
    ('concentric', 'eccentric')
    """
    text = text.strip()
    if question.choices:
        if text.isdecimal() and len(text) < 5 and 1 <= int(text) <= len(question.choices):
            text = question.choices[int(text) - 1]
        if text not in question.choices:
            raise ArgumentError(
                "This is not one of the answers", where=f"{question.place} {question.key}",
                allowed=f"{listed(question.choices)}, or a number from 1 to {len(question.choices)}", got=repr(text),
                hint=nearest(text, question.choices),
            )  # fmt: skip
    if question.kind == "number":
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = 0.0
        if not 0 < value < float("inf"):
            raise ArgumentError(
                "This is not a number above 0", where=f"{question.place} {question.key}", got=repr(text)
            )
        return value
    if question.kind == "yes or no":
        if text.lower() not in ("yes", "no", "y", "n", "true", "false"):
            raise ArgumentError(
                "This is no answer", where=f"{question.place} {question.key}", allowed="yes or no", got=repr(text)
            )
        return text.lower() in ("yes", "y", "true")
    return text
