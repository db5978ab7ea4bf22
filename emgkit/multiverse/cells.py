"""From the values of all sessions to each participant's difference under every specification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.errors import DesignError, StudyError
from emgkit.measures import averaged_rows, summarize
from emgkit.multiverse.axes import Space, errors_name
from emgkit.multiverse.tree import SessionValues
from emgkit.notation import listed
from emgkit.stats.cells.blocks import Block, arrange
from emgkit.study.recordings.compare import Comparing, compare, compared_rows, in_order

__all__ = ["Differences", "differences_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Differences:
    """The differences of one contrast under every specification.

    Parameters
    ----------
    at : mapping of str to str
        The level of each column of ``by``.
    pair : tuple of str
        The two levels of the contrast.
    participants : tuple of str
        Who is compared.
    values : ndarray, shape (n_artefacts, …, n_scales, n_participants)
        One dimension an axis, in their order; of logarithms or of values in percent, by the axis ``scale``.
    """

    at: Mapping[str, str]
    pair: tuple[str, str]
    participants: tuple[str, ...]
    values: Array


def differences_of(sessions: Sequence[SessionValues], space: Space, rule: Comparing) -> tuple[Differences, ...]:
    """Average into cells and subtract, as the study's own comparison does, under every specification.

    Parameters
    ----------
    sessions : sequence of SessionValues
        In the order of the study.
    space : Space
        The specifications.
    rule : Comparing
        The study's own comparison.

    Raises
    ------
    StudyError
        An option leaves somebody without a value whom others compare.
    DesignError
        A value has no logarithm.
    """
    found: dict[tuple[Any, ...], Differences] = {}
    for p, phase in enumerate(space.values("phase")):
        rows = pd.concat([one.rows[p] for one in sessions], ignore_index=True)
        values = np.concatenate([one.values[p] for one in sessions], axis=-1)
        for r, use in enumerate(space.values("repetitions")):
            kept = _kept(rows, use)
            own = replace(rule, measure=space.measured(phase, str(space.values("summary")[0])))
            with errors_name(f"[multiverse] phase {phase}, repetitions {use}"):
                cells, blocks = _cells(rows[kept].drop(columns=["from_first", "from_last"]), values[..., kept], own)
            for at, block in blocks:
                for i, j in block.pairs:
                    key = (*at.values(), block.levels[i], block.levels[j])
                    people = tuple(map(str, block.participants))
                    if key not in found:
                        shape = (*space.shape, len(people))
                        pair = (str(block.levels[i]), str(block.levels[j]))
                        found[key] = Differences(at=at, pair=pair, participants=people, values=np.full(shape, np.nan))
                    _check_people(found[key], people, phase, use)
                    places = block.values.astype(np.intp) - 1
                    for s, log in enumerate(space.values("scale")):
                        # the first four axes are one in the cells
                        shape = (*space.shape[:6], space.shape[8], len(people))
                        part = _differences(cells, places[:, i], places[:, j], log=log).reshape(shape)
                        found[key].values[..., p, r, :, s, :] = part
    return tuple(found.values())


def _kept(rows: pd.DataFrame, use: str) -> NDArray[np.bool_]:
    """Which rows a choice of repetitions keeps."""
    kept = np.ones(len(rows), dtype=bool)
    if "first" in use:
        kept &= rows["from_first"].to_numpy() > 0
    if "last" in use:
        kept &= rows["from_last"].to_numpy() > 0
    return kept


def _cells(rows: pd.DataFrame, values: Array, rule: Comparing) -> tuple[Array, list[tuple[dict[str, str], Block]]]:
    """The cells under every specification, and blocks of the comparison that hold the cells' numbers, from 1."""
    rows = compared_rows([rows], rule)
    values = values[..., rows.index.to_numpy()]
    cells = values.reshape(-1, values.shape[-1])
    for numbers in averaged_rows(rows, over=rule.over):
        counts = np.bincount(numbers)
        cells = np.stack([np.bincount(numbers, weights=row) / counts for row in cells])
    spec = rule.comparison
    facts = summarize(rows, over=rule.over)
    compared = in_order(compare([rows], rule).compared_cells, spec)
    keys = ["participant", spec.within, *spec.by]
    place_of = {key: place for place, key in enumerate(_keys(facts, keys), 1)}
    numbered = compared.assign(value=[float(place_of[key]) for key in _keys(compared, keys)])
    blocks, factors, _ = arrange(
        numbered,
        outcome="value",
        participant="participant",
        within=spec.within,
        by=list(spec.by),
        log=False,
        missing=spec.missing,
    )
    places = [
        {factor.name: str(factor.levels[level]) for factor, level in zip(factors, block.place, strict=True)}
        for block in blocks
    ]
    return cells.reshape(*values.shape[:-1], -1), list(zip(places, blocks, strict=True))


def _keys(table: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return table[list(names)].astype(str).itertuples(index=False, name=None)


def _differences(cells: Array, first: NDArray[np.intp], second: NDArray[np.intp], *, log: bool) -> Array:
    """First minus second of the participants, of logarithms or values."""
    a, b = cells[..., first], cells[..., second]
    if not log:
        return np.asarray(a - b)
    lowest = min(float(a.min()), float(b.min()))
    if not lowest > 0:
        raise DesignError(
            "A value has no logarithm under some specification",
            where="[multiverse]",
            allowed="values above 0",
            got=f"{lowest:.4g}",
            hint="A Butterworth envelope can fall below zero; MovingRMS cannot",
        )
    return np.asarray(np.log(a) - np.log(b))


def _check_people(found: Differences, people: tuple[str, ...], phase: str, use: str) -> None:
    """Refuse an option that compares other people: their signs could not be flipped in all specifications at once."""
    if found.participants != people:
        missing = sorted({*found.participants} ^ {*people})
        raise StudyError(
            "An option compares other participants than the others do",
            where=f"[multiverse] phase {phase}, repetitions {use}",
            allowed="the same participants in every specification",
            got=f"{listed(missing)} not in all of them",
            hint="Leave the option or the participants out",
        )
