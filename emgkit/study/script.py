"""What a study's script makes of published figures."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from emgkit.errors import StudyError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawn", "Recomputed", "Table", "load_script"]

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


def load_script(path: Path) -> Callable[..., Recomputed]:
    """The function ``recompute(published, *, seed, quick)`` of a study's script.

    Parameters
    ----------
    path : Path
        The script, which is run.

    Raises
    ------
    StudyError
        There is no such script, or it defines no such function.
    """
    if not path.is_file():
        raise StudyError("The study's script is not there", where=str(path), hint="[recompute] script names it")
    spec = importlib.util.spec_from_file_location(f"emgkit_study_{path.parent.name}", path)
    if spec is None or spec.loader is None:
        raise StudyError("The study's script is no Python file", where=str(path), allowed="a file named *.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Any = getattr(module, _FUNCTION, None)
    if not callable(found):
        raise StudyError(
            "The study's script has no function recompute",
            where=str(path),
            allowed="def recompute(published, *, seed, quick) that returns an emgkit.study.Recomputed",
        )
    return cast("Callable[..., Recomputed]", found)
