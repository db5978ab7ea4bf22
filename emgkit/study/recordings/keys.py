"""A stage of a study: a function, its inputs and its parameters, and the content key that they have together.

Two stages with the same key give the same output on the same machine: the key is a hash of the stage's name, the
versions of emgkit and of the libraries that numbers depend on, the parameters, and the keys of the inputs. A key is
computed when it is first asked for, and not before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from emgkit.errors import ArgumentError, EmgkitError
from emgkit.io import bids
from emgkit.io.naming.folders import files_below
from emgkit.pipeline import Pipeline
from emgkit.steps import step_to_dict
from emgkit.study.file.wording import errors_as_in_a_study
from emgkit.study.versions import computed_with

__all__ = ["File", "Folder", "Stage", "key", "plain", "sha256"]

Output = TypeVar("Output")


def key(stage: str, parameters: object = None, inputs: Sequence[object] = ()) -> str:
    """The content key of a stage.

    Parameters
    ----------
    stage : str
        The name of the stage.
    parameters : object
        The values that the stage works with; see :func:`plain`.
    inputs : sequence
        The keys of the inputs, in order; several recordings are a sequence of keys.

    Returns
    -------
    str
        64 hexadecimal digits, the SHA-256 of all of these and of :func:`emgkit.study.versions.computed_with`.

    Examples
    --------
    >>> key("segment", {"by": "angle"}) == key("segment", {"by": "position"})
    False
    """
    content = {"versions": computed_with(), "stage": stage, "parameters": plain(parameters), "inputs": plain(inputs)}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain(value: object) -> Any:
    """Write parameters as values that JSON can hold.

    Raises
    ------
    ArgumentError
        A value is none that parameters are made of, such as an array or a path.

    Examples
    --------
    >>> plain({"over": ("side", "set"), "left_out": frozenset({"02", "01"})})
    {'over': ['side', 'set'], 'left_out': ['01', '02']}
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Pipeline):
        return [step_to_dict(step) for step in value.steps]
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(plain(part) for part in value)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    raise ArgumentError(
        "The value cannot be part of a content key",
        allowed="numbers, texts, pipelines, and tables, tuples and mappings of these",
        got=type(value).__name__,
    )


@dataclass(frozen=True, kw_only=True)
class File:
    """A recording's file as the input of a stage."""

    path: Path

    @property
    def key(self) -> str:
        """The SHA-256 of the file; with BIDS sidecars, the hash of theirs and its own by the names of the files."""
        names = bids.files_of(self.path)
        hashes = [sha256(path) for path in names]
        return hashes[0] if len(names) == 1 else key("files", [path.name for path in names], hashes)

    def value(self) -> Path:
        """The value that the stage is given."""
        return self.path


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder as the input of a stage that uses the names of the files in it and opens none of them."""

    path: Path | None

    @property
    def key(self) -> str:
        """The hash of its place and the names in it."""
        if self.path is None:
            return key("folder")
        return key("folder", [str(self.path.resolve()), *files_below(self.path)])

    def value(self) -> Path | None:
        """The value that the stage is given."""
        return self.path


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage(Generic[Output]):
    """A stage with its inputs and parameters: it has a content key, and can be run here or in another process.

    Parameters
    ----------
    function : callable
        A function of a module, called with the outputs of the inputs and then the parameters.
    inputs : tuple
        Stages, files and folders, or tuples of these.
    parameters : object, optional
        One frozen value with all that the function needs beside its inputs.
    about : str, optional
        The recording or the participant, for errors.

    Examples
    --------
    >>> import operator
    >>> one = Stage(function=float, inputs=(), parameters="1.5")
    >>> Stage(function=operator.mul, inputs=(one,), parameters=2).run()
    3.0
    """

    function: Callable[..., Output]
    inputs: tuple[Any, ...]
    parameters: Any = None
    about: str = ""

    @cached_property
    def key(self) -> str:
        """The content key; see :func:`key`."""
        return key(self.function.__name__, self.parameters, [_key_of(one) for one in self.inputs])

    def run(self, memory: dict[Stage[Any], Any] | None = None) -> Output:
        """Run the stage, and before it those of its inputs whose outputs are not in `memory`.

        Parameters
        ----------
        memory : dict, optional
            Outputs by stage; new ones are added.
        """
        memory = {} if memory is None else memory
        if self not in memory:
            given = [_output_of(one, memory) for one in self.inputs]
            rule = [] if self.parameters is None else [self.parameters]
            with _errors_name(self.about):
                memory[self] = self.function(*given, *rule)
        output: Output = memory[self]
        return output


def _key_of(given: Any) -> Any:
    return [_key_of(one) for one in given] if isinstance(given, tuple) else given.key


def _output_of(given: Any, memory: dict[Stage[Any], Any]) -> Any:
    if isinstance(given, tuple):
        return tuple(_output_of(one, memory) for one in given)
    return given.run(memory) if isinstance(given, Stage) else given.value()


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _errors_name(about: str) -> Iterator[None]:
    """Name the recording or the participant in an error raised inside, and the keys of the study file."""
    try:
        with errors_as_in_a_study():
            yield
    except EmgkitError as problem:
        if about in str(problem):
            raise
        where = ", ".join(part for part in (about, problem.where) if part)
        raise type(problem)(**{**problem.parts, "where": where}) from problem
