"""What a study's script makes of published figures."""

from __future__ import annotations

import hashlib
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from emgkit import shipped
from emgkit.errors import EmgkitError, StudyError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawn", "Recomputed", "Script", "Table", "read_script"]

_FUNCTION = "recompute"


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table of a study, with its words.

    Parameters
    ----------
    name : str
        Name of its file.
    title, caption : str
        Heading and explanation.
    frame : pandas.DataFrame
        Unrounded.
    simulated : bool
        Whether its numbers come from simulated data. A table holds either published or simulated numbers.
    computed : bool
        Whether they come from neither, but from formulas and assumptions that the caption states.
    """

    name: str
    title: str
    caption: str
    frame: pd.DataFrame
    simulated: bool = False
    computed: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """A figure of a study, with its words.

    Parameters
    ----------
    name : str
        Name of its files.
    title, caption : str
        Heading and explanation.
    figure : matplotlib.figure.Figure
        The figure; it says itself whether it shows published or simulated numbers.
    simulated, computed : bool
        As of a :class:`Table`.
    alt : str
        What is seen, with its numbers, for those who cannot see it; empty: its panels and axes.
    """

    name: str
    title: str
    caption: str
    figure: Figure
    simulated: bool = False
    computed: bool = False
    alt: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Recomputed:
    """What a study's script returns.

    Parameters
    ----------
    finding : tuple of str
        Sentences on the published figures.
    tables : tuple of Table
        In the order shown.
    figures : tuple of Drawn
        In the order shown.
    simulated : tuple of str
        Sentences on simulated data; the report heads them so.
    methods : str
        How the numbers were computed.
    limits : tuple of str
        What the reader should bear in mind.
    """

    finding: tuple[str, ...]
    tables: tuple[Table, ...]
    figures: tuple[Drawn, ...] = ()
    simulated: tuple[str, ...] = ()
    methods: str = ""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Script:
    """The script of a study, as it was read: what was checked is what runs.

    Parameters
    ----------
    path : Path
        Where it lies, without links.
    content : bytes
        Its text.
    shipped : bool
        Whether it comes with emgkit.
    """

    path: Path
    content: bytes = field(repr=False)
    shipped: bool = False

    @property
    def sha256(self) -> str:
        """SHA-256 of its text, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def load(self) -> Callable[..., Recomputed]:
        """Run the script, and give the function ``recompute(published, *, seed, quick)`` that it defines.

        Raises
        ------
        StudyError
            The script fails, or it defines no such function.
        """
        # the text that was read runs, and no compiled copy that lies beside the file
        module = ModuleType(f"emgkit_study_{self.path.parent.name}")
        module.__file__ = str(self.path)
        with _errors_name(self.path):
            exec(compile(self.content, str(self.path), "exec", dont_inherit=True), vars(module))
        found: Any = getattr(module, _FUNCTION, None)
        if not callable(found):
            raise StudyError(
                "The study's script has no function recompute",
                where=str(self.path),
                allowed="def recompute(published, *, seed, quick) that returns an emgkit.study.Recomputed",
            )

        def recompute(*arguments: Any, **named: Any) -> Recomputed:
            with _errors_name(self.path):
                return cast("Recomputed", found(*arguments, **named))

        return recompute


def read_script(folder: Path, name: str) -> Script:
    """Read the script of a study, and run nothing.

    Parameters
    ----------
    folder : Path
        The folder of the study.
    name : str
        What the study file calls the script.

    Raises
    ------
    StudyError
        There is no such script, it is no Python file, or it lies outside the folder of the study.
    """
    where = folder / name
    hint = "[recompute] script names it"
    try:
        path, home = where.resolve(strict=True), folder.resolve(strict=True)
        if Path(name).is_absolute() or not path.is_relative_to(home):
            raise StudyError(
                "The study's script lies outside the folder of the study",
                where=str(where),
                allowed="a file in the folder of the study, named by its place in it",
                got=str(path),
                hint="Copy the script into the folder",
            )
        if path.suffix != ".py":
            raise StudyError("The study's script is no Python file", where=str(where), allowed="a file named *.py")
        if not os.path.isfile(path):
            raise StudyError("The study's script is not there", where=str(where), got="no file", hint=hint)
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise StudyError("The study's script is not there", where=str(where), hint=hint) from None
    except (OSError, RuntimeError, ValueError) as problem:  # a link to itself is a RuntimeError, a null a ValueError
        got = getattr(problem, "strerror", None) or str(problem)
        raise StudyError("The study's script cannot be read", where=str(where), got=got, hint=hint) from None
    return Script(path=path, content=content, shipped=home.parent == shipped.folder("studies").resolve())


@contextmanager
def _errors_name(path: Path) -> Iterator[None]:
    """Say of an error of a script that it is the script's, and name the line."""
    try:
        yield
    except (Exception, SystemExit) as problem:
        line = _line_of(problem, path)
        where = f"{path}, line {line}" if line else str(path)
        if isinstance(problem, EmgkitError):
            inside = ", ".join(part for part in (where, problem.where) if part)
            raise StudyError(**{**problem.parts, "where": inside}) from problem
        text = problem.msg if isinstance(problem, SyntaxError) else str(problem)
        raise StudyError(
            "The study's script failed",
            where=where,
            got=": ".join(part for part in (type(problem).__name__, text) if part),
            hint="This is an error of the script, not of emgkit; --debug shows where it happened",
        ) from problem


def _line_of(problem: BaseException, path: Path) -> int | None:
    """The line of a script in which an error was raised."""
    if isinstance(problem, SyntaxError) and problem.filename == str(path):
        return problem.lineno
    lines = [number for frame, number in traceback.walk_tb(problem.__traceback__) if _file_of(frame) == str(path)]
    return lines[-1] if lines else None


def _file_of(frame: FrameType) -> str:
    return frame.f_code.co_filename
