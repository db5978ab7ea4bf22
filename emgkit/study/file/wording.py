"""What an error proposes in Python, in the words of a study file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from emgkit.errors import EmgkitError, Notice
from emgkit.toml_files import as_toml

__all__ = ["as_in_a_study", "errors_as_in_a_study", "noticed_in_a_study"]

# arguments of functions, and the keys of a study file that stand for them
_KEYS: Mapping[str, str] = MappingProxyType(
    {
        **{name: f"[data] {name}" for name in ("units", "sfreq", "thousands", "sheet")},
        **{name: f"[[comparisons]] {name}" for name in ("within", "by", "log", "missing", "crossed")},
        "channels": "[channels]",
        "over": "[summary] over",
        "starts": "[exercises.NAME] starts",
        "offset": "[data] join offset",
    }
)
_QUOTED = r"'[^'\n]*'|\"[^\"\n]*\""
_LIST = r"\[[^\[\]\n]*\]"
_DICT = r"\{(?:[^{}\n]|\{[^{}\n]*\})*\}"
_ARGUMENT = re.compile(
    rf"(?:(?<![\w.])[A-Za-z][\w.]*\((?:(?:path|rows|…|\.\.\.), )?(?=\w+=[^=]))?"
    rf"\b(?P<name>{'|'.join(_KEYS)})=(?:(?P<value>{_QUOTED}|{_LIST}|{_DICT}|\d[\d.e+]*\d|\d|True|False|…|\.\.\.)|(?![\w'\"\[{{(]))"
)
# a hint that has words for a study file needs no others
_BESIDE = re.compile(r"read\([^()\n]*\); in a study, ")


def as_in_a_study(text: str) -> str:
    """The text with a key of the study file in the place of each argument of a function.

    Examples
    --------
    >>> as_in_a_study("Say it: read(path, units='mV') for all EMG channels")
    'Say it: [data] units = "mV" for all EMG channels'
    >>> as_in_a_study("average with participant_means(over=…)")
    'average with [summary] over'
    """
    text = _BESIDE.sub("", text)
    parts, end = list[str](), 0
    for found in _ARGUMENT.finditer(text):
        written = _written(found["name"], found["value"] or "")
        if written is None or found.start() < end:
            continue
        parts += [text[end : found.start()], written]
        end = found.end()
        if "(" in found[0].partition("=")[0] and text[end : end + 1] == ")":
            end += 1
    return "".join([*parts, text[end:]])


def _written(name: str, value: str) -> str | None:
    """A key of the study file with its value; None where the value is none that it can have."""
    if value in ("", "…", "..."):
        return _KEYS[name]
    try:
        given = ast.literal_eval(re.sub(r", …(?=\})", "", value.replace(": …", ": '…'")))
    except (ValueError, SyntaxError):
        return None
    if isinstance(given, list):
        return f"{_KEYS[name]} = [{', '.join(map(as_toml, given))}]"
    if not isinstance(given, dict):
        return f"{_KEYS[name]} = {as_toml(given)}"
    if not given or not all(isinstance(label, str) for label in given):
        return None
    tables = {label: spec if name == "channels" else {"unit": spec} for label, spec in given.items()}
    return f"[channels] {'; '.join(_line(label, spec) for label, spec in tables.items())}"


def _line(label: str, spec: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{key} = {as_toml(value)}" for key, value in spec.items())
    return f"{as_toml(label)} = {{ {inside} }}"


def noticed_in_a_study(notice: Notice) -> Notice:
    """The notice in the words of a study file."""
    return replace(notice, text=as_in_a_study(notice.text), hint=as_in_a_study(notice.hint))


@contextmanager
def errors_as_in_a_study() -> Iterator[None]:
    """Give what is wrong and what to do in the words of a study file, in an error raised inside."""
    try:
        yield
    except EmgkitError as problem:
        parts = problem.parts
        worded = {**parts, **{name: as_in_a_study(parts[name]) for name in ("what", "allowed", "hint")}}
        if worded == parts:
            raise
        raise type(problem)(**worded) from problem
