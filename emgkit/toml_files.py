"""The TOML files of the literature: read, checked against their schema, and refused in plain words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from emgkit._checks import nearest
from emgkit.errors import FormatError
from emgkit.notation import listed

__all__ = ["TomlTable", "load", "parse"]


class TomlTable(BaseModel):
    """One table of a file: frozen, and a key that is not a field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Model = TypeVar("Model", bound=TomlTable)


def load(path: Path, model: type[Model]) -> Model:
    """Read a file of the literature; see :func:`parse`."""
    return parse(path.read_text(encoding="utf-8"), model, where=str(path))


def parse(text: str, model: type[Model], *, where: str) -> Model:
    """Read the text of a file of the literature.

    Raises
    ------
    FormatError
        The text is no TOML, a key is misspelt (the nearest right one is named) or missing, or a value is not allowed.

    Examples
    --------
    >>> class Place(TomlTable):
    ...     town: str
    >>> parse("town = 'Bergen'", Place, where="here").town
    'Bergen'
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise FormatError("The file is no valid TOML", where=where, got=str(problem)) from None
    except ValidationError as problem:
        raise _readable(problem, model, where=where) from None


def _readable(problem: ValidationError, model: type[BaseModel], *, where: str) -> FormatError:
    """The first error of pydantic in emgkit's words; a misspelt key goes before all others."""
    errors = problem.errors()
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    # people count from one
    location = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
    place = f"{where}, {location}" if location else where
    if first["type"] == "extra_forbidden":
        key, allowed = str(first["loc"][-1]), _fields_at(model, first["loc"][:-1])
        return FormatError(f"Unknown key {key!r}", where=place, allowed=listed(allowed), hint=nearest(key, allowed))
    if first["type"] == "missing":
        return FormatError(f"The key {location!r} is missing", where=where)
    allowed_text = str(first["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    got = "" if isinstance(first["input"], Mapping) else repr(first["input"])
    return FormatError("A value cannot be used", where=place, allowed=allowed_text, got=got)


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed in the table at a location such as ``("claims", 0)``."""
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The table class inside an annotation such as ``tuple[Claim, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner)) is not None), None)
