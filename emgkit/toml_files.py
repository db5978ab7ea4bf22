"""TOML files: read, checked against their schema, and refused in plain words."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from emgkit._checks import nearest
from emgkit.errors import EmgkitError, FormatError
from emgkit.notation import counted, listed

__all__ = [
    "NAME", "ToDo", "TomlTable", "as_comment", "as_key", "as_toml", "check_filled_in", "load", "one_line", "parse",
    "read_text", "tables_of", "to_do", "validate",
]  # fmt: skip

# a name that becomes the name of a file: no place, no ending, and no longer than a file system allows
NAME = r"^[A-Za-z]\w{0,99}$"
# the head of a table, alone in its line
_TABLE = re.compile(r"\s*\[\[?[^\]]+\]\]?\s*(#|$)")
# a comment behind a value, in which a number sign may stand between quotes
_COMMENT = re.compile(r"""(?<=[^\s])\s+#[^"']*$""")
# a key that needs no quotes
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# a key of more parts than any file has
_DEEP = re.compile(r"""(?<![\w.-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")
# as many lines as a message shows
_SHOWN = 5


class TomlTable(BaseModel):
    """One table of a file: frozen, and a key that is not a field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Model = TypeVar("Model", bound=TomlTable)


def load(path: Path, schema: type[Model]) -> Model:
    """Read a file; see :func:`parse`."""
    return parse(read_text(path), schema, where=str(path))


def parse(
    text: str, schema: type[Model], *, where: str, name: str = "The file", error: type[EmgkitError] = FormatError
) -> Model:
    """Read the text of a TOML file.

    Parameters
    ----------
    text : str
        TOML.
    schema : type
        The table that the whole file is.
    where : str
        The file's path, for messages.
    name : str, default "The file"
        What the file is, as a sentence begins: ``"The study file"``.
    error : type, default FormatError
        The error that is raised.

    Raises
    ------
    EmgkitError
        The text is no TOML, a key is misspelt (the nearest right one is named) or missing, or a value is not allowed.

    Examples
    --------
    >>> class Place(TomlTable):
    ...     town: str
    >>> parse("town = 'Bergen'", Place, where="here").town
    'Bergen'
    """
    return validate(tables_of(text, where=where, name=name, error=error), schema, where=where, name=name, error=error)


def read_text(path: Path, *, name: str = "The file", error: type[EmgkitError] = FormatError) -> str:
    """The text of a TOML file.

    Raises
    ------
    EmgkitError
        The system does not give the file, or it is no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        got = str(problem.strerror or problem)
        raise error(f"{name} cannot be read", where=str(path), got=got, hint="Check that you may read it") from None
    except UnicodeDecodeError as problem:
        raise error(f"{name} is not UTF-8 text", where=str(path), got=str(problem)) from None


def tables_of(text: str, *, where: str, name: str = "The file", error: type[EmgkitError] = FormatError) -> Any:
    """The tables of a TOML text, before they are checked; parameters as for :func:`parse`."""
    if (deep := _DEEP.search(text)) is not None:  # the time for a key grows with the square of its parts
        raise error(f"{name} is no valid TOML", where=where, got=f"a key of many parts, {deep[0][:20]}…")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # a number of too many digits is one too
        hint = "In a Windows path, write / for every \\, or put the path in 'single quotes'" if "\\" in text else ""
        raise error(f"{name} is no valid TOML", where=where, got=str(problem), hint=hint) from None


def validate(
    tables: Any, schema: type[Model], *, where: str = "", name: str = "The file", error: type[EmgkitError] = FormatError
) -> Model:
    """Check tables against their schema; parameters as for :func:`parse`."""
    try:
        return schema.model_validate(tables)
    except ValidationError as problem:
        raise _in_plain_words(problem, schema, where=where, name=name, error=error) from None


def as_toml(value: str | bool | int | float) -> str:
    """A value as TOML writes it.

    Examples
    --------
    >>> as_toml("VL"), as_toml(True), as_toml(0.5)
    ('"VL"', 'true', '0.5')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:.10g}"


def as_key(text: str) -> str:
    """A key as TOML writes it: in quotes where it needs them.

    Examples
    --------
    >>> as_key("VL"), as_key("EMG 1")
    ('VL', '"EMG 1"')
    """
    return text if _BARE.fullmatch(text) else as_toml(text)


def as_comment(text: str) -> list[str]:
    """A text as the lines of a comment."""
    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def one_line(text: str) -> str:
    """The beginning of a text, as far as it fits behind a value."""
    text = " ".join(text.split())
    return text if len(text) <= 100 else text[:99] + "…"


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """A line of a file in which something is still to do.

    Parameters
    ----------
    line : int
        Its number, from 1.
    place : str
        The table that it belongs to: ``"[exercises.squat]"``.
    text : str
        The line without the comment beside it.
    """

    line: int
    place: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.place}: {self.text}"


def to_do(text: str) -> tuple[ToDo, ...]:
    r"""The lines of a file that hold the word TODO, as emgkit marks in the files it writes what it cannot know.

    Examples
    --------
    >>> [str(one) for one in to_do('[exercises.squat]\nstarts = "TODO"  # eccentric or concentric')]
    ['line 2, [exercises.squat]: starts = "TODO"']
    """
    found, place = [], "the file"
    for number, line in enumerate(text.splitlines(), 1):
        if _TABLE.match(line):
            place = line.split("#")[0].strip()
        if "TODO" in line:
            bare = _COMMENT.sub("", line).strip()
            found.append(ToDo(line=number, place=place, text=bare if "TODO" in bare else line.strip()))
    return tuple(found)


def check_filled_in(text: str, *, where: str, name: str = "The file", error: type[EmgkitError] = FormatError) -> None:
    """Refuse a file in which something is still to do; parameters as for :func:`parse`.

    Raises
    ------
    EmgkitError
        Names the first lines with their tables.
    """
    open_ones = to_do(text)
    if open_ones:
        more = len(open_ones) - _SHOWN
        raise error(
            f"{name} is not filled in yet",
            where=where,
            got="; ".join(map(str, open_ones[:_SHOWN])) + (f"; and {counted(more, 'line')} more" if more > 0 else ""),
            hint="Write what is right in these lines, and take the word TODO away",
        )


# how pydantic calls one of several kinds of a value, in a place
_KIND = re.compile(r"(constrained-\w+$|(literal|tuple|list|dict|function-\w+)\[)")
# what pydantic calls a type, in the words of a TOML file
_KINDS = {
    "tuple_type": 'a list, such as ["a", "b"]',
    "dict_type": "a table, such as { name = … }",
    "model_type": "a table, such as { path = …, reason = … }",
    "string_type": "a text in quotes",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_pattern_mismatch": "a name of letters, digits and _, which becomes a file's name",
}


def _in_plain_words(
    problem: ValidationError, schema: type[BaseModel], *, where: str, name: str, error: type[EmgkitError]
) -> EmgkitError:
    """The first error of pydantic in emgkit's words; a misspelt key goes before all others."""
    errors = problem.errors()
    # where a value may be of several kinds, the error deepest inside it is about the kind that was meant
    inside = [one for one in errors if _key(one["loc"]).startswith(_key(errors[0]["loc"]))]
    deepest = max(inside, key=lambda one: _key(one["loc"]).count("."))
    first = next((one for one in errors if one["type"] == "extra_forbidden"), deepest)
    kind, location = str(first["type"]), first["loc"]
    key = _key(location)
    place = ", ".join(part for part in (where, key) if part)
    if kind == "extra_forbidden":
        wrong, allowed = str(location[-1]), _keys_at(schema, location[:-1])
        return error(f"Unknown key {wrong!r}", where=place, allowed=listed(allowed), hint=nearest(wrong, allowed))
    if kind == "missing":
        return error(f"The key {key!r} is missing", where=where)
    got = "" if isinstance(first["input"], Mapping | BaseModel) else repr(first["input"])
    if kind != "value_error":
        same = [one for one in errors if _key(one["loc"]) == key]
        kinds = (_KINDS.get(str(one["type"])) or str(one["msg"]).removeprefix("Input should be ") for one in same)
        allowed_text = "; or ".join(dict.fromkeys(kinds))
        return error("A value cannot be used", where=place, allowed=allowed_text, got=got)
    cause = first["ctx"]["error"]
    if isinstance(cause, EmgkitError):
        place = ", ".join(part for part in (place, cause.where) if part)
        return error(**{**cause.parts, "where": place})
    return error(f"{name} does not hold together: {cause}", where=place, got=got)


def _key(location: tuple[int | str, ...]) -> str:
    """A place in a file, without what pydantic calls the kinds of a value; people count from one."""
    parts = (part for part in location if isinstance(part, int) or not _KIND.match(part))
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in parts)


def _keys_at(schema: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed in the table at a location such as ``("comparisons", 0)``."""
    for part in location:
        # another part is an index, or the name of an exercise or channel
        if isinstance(part, str) and part in schema.model_fields:
            schema = _table_in(schema.model_fields[part].annotation) or schema
    return list(schema.model_fields)


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table class inside an annotation such as ``dict[str, Exercise]`` or ``tuple[Comparison, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _table_in(inner)) is not None), None)
