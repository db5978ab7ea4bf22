"""The defaults that docstrings tell are those of the functions, and two ways to one thing have the same defaults."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import emgkit as ek

PACKAGE = Path(ek.__file__).parent
# a parameter's line in a numpydoc docstring, alone or with others: "low, high : float, default 20.0"
LINE = re.compile(r"^\s*(\*{0,2}\w+(?:, \w+)*) : .*\bdefault (?:is )?(\S.*?)\s*$", re.MULTILINE)


def _told(node: ast.FunctionDef | ast.ClassDef) -> dict[str, object]:
    """The defaults that a docstring tells, those that are values."""
    found = {}
    for names, text in LINE.findall(ast.get_docstring(node) or ""):
        try:
            value = ast.literal_eval(text.rstrip("."))
        except (SyntaxError, ValueError):
            continue  # a default in words
        found |= dict.fromkeys(names.split(", "), value)
    return found


def _true(node: ast.FunctionDef | ast.ClassDef) -> dict[str, ast.expr]:
    if isinstance(node, ast.ClassDef):
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and one.value is not None]
        return {one.target.id: one.value for one in fields if isinstance(one.target, ast.Name)}
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    pairs = [*zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True)]
    pairs += [(one, value) for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None]
    return {one.arg: value for one, value in pairs}


def _all() -> list[tuple[str, str, object, ast.expr]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                true = _true(node)
                place = f"{path.relative_to(PACKAGE).as_posix()} {node.name}"
                found += [(place, name, value, true[name]) for name, value in _told(node).items() if name in true]
    return found


def test_the_defaults_that_are_told_are_the_true_ones() -> None:
    compared, wrong = 0, []
    for place, name, told, node in _all():
        try:
            true = ast.literal_eval(node)
        except ValueError:
            continue  # the name of a constant
        compared += 1
        if true != told:
            wrong.append(f"{place}, {name}: told {told!r}, is {true!r}")
    assert not wrong, "\n".join(wrong)
    assert compared > 80


@pytest.mark.parametrize("name", ["Notch", "Lowpass", "Highpass", "Bandpass", "Envelope"])
def test_a_step_and_its_function_have_the_same_defaults(name: str) -> None:
    import inspect

    from emgkit import signal

    function = {"Envelope": "envelope"}.get(name, name.lower())
    if not hasattr(signal, function):
        pytest.skip(f"{name} has no function of its name")
    of_function = inspect.signature(getattr(signal, function)).parameters
    of_step = inspect.signature(getattr(ek, name)).parameters
    shared = [one for one in of_step if one in of_function and of_step[one].default is not inspect.Parameter.empty]
    for one in shared:
        assert of_step[one].default == of_function[one].default, one
