"""The questions of a new study, put one by one in a terminal."""

from __future__ import annotations

from collections.abc import Callable

from emgkit.errors import ArgumentError
from emgkit.notation import counted
from emgkit.study.new.inventory import Inventory
from emgkit.study.new.question import Answer, Question, parsed
from emgkit.study.new.questions import unanswered

__all__ = ["ask"]


def ask(inventory: Inventory, *, read: Callable[[str], str], show: Callable[[str], None]) -> dict[str, Answer]:
    """Put every question that a folder leaves open; what is not answered stays a TODO.

    Parameters
    ----------
    inventory : Inventory
        What the folder holds.
    read : callable
        Given a prompt, gives what the user typed, as :func:`input` does; ``EOFError`` ends the questions.
    show : callable
        Shows a line.

    Returns
    -------
    dict
        Answers by the ids of the questions.
    """
    answers: dict[str, Answer] = {}
    passed: set[str] = set()
    show("Enter alone leaves a TODO in the study file; the end of the input (Ctrl-D) leaves all that remain.")
    while left := [one for one in unanswered(inventory, answers) if one.id not in passed]:
        show("")
        show(f"{left[0].text}  ({left[0].place} {left[0].key}; {counted(len(left), 'question')} left)")
        try:
            answer = _answer(left[0], read, show)
        except EOFError:
            break
        passed.add(left[0].id)
        if answer is not None:
            answers[left[0].id] = answer
    return answers


def _answer(question: Question, read: Callable[[str], str], show: Callable[[str], None]) -> Answer | None:
    """One answer, asked again until it is allowed; None where the user passes."""
    if question.remark:
        show(f"  {question.remark}")
    for number, choice in enumerate(question.choices, 1):
        show(f"  {number}: {choice}")
    prompt = "yes or no> " if question.kind == "yes or no" else "> "
    while True:
        text = read(prompt)
        if not text.strip():
            return None
        try:
            return parsed(question, text)
        except ArgumentError as problem:
            show(f"  {problem}")
