"""Run a study under every defensible processing."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from emgkit.errors import EmgkitError, EmgkitWarning, Notice, StudyError
from emgkit.multiverse.axes import Space, space_of
from emgkit.multiverse.cells import differences_of
from emgkit.multiverse.tables import Tables, tables_of
from emgkit.multiverse.tree import Branches, SessionValues, every_way
from emgkit.study import Study
from emgkit.study.file.multiverse import AXES, Multiverse
from emgkit.study.file.recordings import StudyFile
from emgkit.study.file.wording import errors_as_in_a_study
from emgkit.study.recordings.analysis import Analysis, analyse
from emgkit.study.recordings.keys import Stage, key
from emgkit.study.recordings.plan import plan_of
from emgkit.study.recordings.session import Session, SessionParts, parts_of
from emgkit.study.recordings.simulated import data_folder
from emgkit.study.recordings.walking import Walk
from emgkit.toml_files import validate

__all__ = ["Computed", "compute"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Computed:
    """All that a multiverse computes, before anything is written."""

    space: Space
    analysis: Analysis
    tables: Tables

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is doubtful in the study as it is."""
        return tuple(dict.fromkeys([*self.analysis.notices, *self._of_sessions()]))

    def _of_sessions(self) -> Iterator[Notice]:
        for session in self.analysis.sessions:
            yield from session.notices


def compute(
    study: Study,
    axes: Multiverse | Mapping[str, Any] | None,
    *,
    data: str | os.PathLike[str] | None,
    walk: Walk,
    quick: bool,
) -> Computed:
    """Compute the tables of a multiverse; parameters as for :func:`emgkit.multiverse.run`, and who runs stages."""
    file = study.file
    if not isinstance(file, StudyFile):
        raise StudyError(
            "A study of published figures has no processing to vary",
            where=study.slug,
            allowed="a study of recordings",
        )
    space = space_of(file, _axes(study, file, axes))
    plan = plan_of(file, study.folder)
    folder = Path(data) if data is not None else data_folder(file.data, study.folder, walk.progress, quick=quick)
    with warnings.catch_warnings():
        # each of these is kept as a notice of the study
        warnings.simplefilter("ignore", EmgkitWarning)
        analysis = analyse(file, plan, folder, walk=walk)
        place = [one.name for one in file.comparisons].index(space.comparison.name)
        comparison = analysis.stages[len(analysis.stages) - len(file.comparisons) + place]
        sessions: list[Stage[Session]] = [rows.inputs[0] for rows in comparison.inputs[0]]
        values = _walk_all([parts_of(one) for one in sessions], _branches(space), walk)
        walk.progress("Testing all specifications together", 0, 1)
        with errors_as_in_a_study():
            tables = tables_of(differences_of(values, space, comparison.parameters), space)
        walk.progress("Testing all specifications together", 1, 1)
    return Computed(space=space, analysis=analysis, tables=_marked(tables, simulated=analysis.simulated))


def _marked(tables: Tables, *, simulated: bool) -> Tables:
    """The tables, which say of simulated data that they are."""
    if not simulated:
        return tables
    return Tables(**{name: getattr(tables, name).assign(simulated=True) for name in tables.__dataclass_fields__})


def _axes(study: Study, file: StudyFile, axes: Multiverse | Mapping[str, Any] | None) -> Multiverse:
    """The axes that are given, or else those of the study file."""
    if isinstance(axes, Multiverse):
        return axes
    if axes is not None:
        return validate(axes, Multiverse, where="axes", name="The table of axes", error=StudyError)
    if file.multiverse is None:
        raise StudyError(
            "The study file has no [multiverse]",
            where=str(study.folder / "study.toml"),
            allowed=f"one or more of the axes {', '.join(AXES)}, each a list of options",
            hint='For example: [multiverse] mvc = [{ window = 0.5, kind = "E", why = "…" }, …]',
        )
    return file.multiverse


def _branches(space: Space) -> Branches:
    amplitude, window = space.axis("envelope").own, space.axis("mvc").own
    # filters are numbered over the first four axes
    filters = int(np.ravel_multi_index(space.own[:4], space.shape[:4]))
    return Branches(
        filters=space.filters,
        amplitudes=space.amplitudes,
        windows=space.values("mvc"),
        measures=tuple(
            tuple(space.measured(phase, summary) for summary in space.values("summary"))
            for phase in space.values("phase")
        ),
        own=(filters, amplitude, window),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Parts:
    """The parts of a session as the input of a stage, which runs them itself and keeps none of them."""

    parts: SessionParts

    @cached_property
    def key(self) -> str:
        """The hash of their content keys and rules."""
        stages = [[one.key for one in some] for some in (self.parts.trials, self.parts.contractions)]
        return key("parts", [self.parts.reference, self.parts.measuring], stages)

    def value(self) -> SessionParts:
        """The value that the stage is given."""
        return self.parts


def _walk_all(sessions: Sequence[SessionParts], branches: Branches, walk: Walk) -> list[SessionValues]:
    """Every session, in order; one participant's recordings are held at a time."""
    stages = [
        Stage(function=every_way, inputs=(_Parts(parts=one),), parameters=branches, about=one.about)
        for one in sessions
    ]  # fmt: skip
    found = []
    for one in walk.run(stages, "Processing each session in every way"):
        if isinstance(one, EmgkitError):
            raise one
        found.append(one)
    return found
