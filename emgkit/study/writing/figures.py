"""The figures of a study of recordings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures, report
from emgkit.study.file.recordings import Comparison
from emgkit.study.writing.folder import write_figure

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis
from emgkit.study.writing.tables import comparison_caption

__all__ = ["draw_figures"]


# as many panels as a page's width holds
_SIDE_BY_SIDE = 4


def draw_figures(
    analysis: Analysis, tables: dict[str, pd.DataFrame], folder: Path, *, quick: bool
) -> tuple[report.FigureItem, ...]:
    """Draw every figure, save it three times, and give it to the report."""
    items = []
    with figures.style.theme():
        for stem, title, caption, figure in _figures(analysis, tables):
            svg = write_figure(figure, folder / stem, quick=quick)
            items.append(report.FigureItem(title=title, caption=caption, image=svg))
    return tuple(items)


def _figures(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> Iterator[tuple[str, str, str, Any]]:
    """Name, title, caption and Figure of each figure of the report."""
    first, simulated = analysis.compared[0], analysis.simulated
    by, within = first.spec.by, first.spec.within
    cells = _panels(_ordered(first.cells, analysis, first.spec), by)
    n = cells["participant"].nunique()
    # a row of panels a group, where its muscles fit side by side
    across = first.cells[by[-1]].nunique() if len(by) > 1 else 0
    columns = across if 0 < across <= _SIDE_BY_SIDE else None
    yield (
        "activation",
        "Activation",
        f"Each participant's mean (a line joins one participant), n = {n}.",
        figures.activation_grid(cells, x=within, by="panel", simulated=simulated, columns=columns),
    )
    yield (
        "contrasts",
        "Contrasts",
        f"{comparison_caption(first)} n = {n}.",
        figures.contrasts(first.contrasts, by=list(by) or None, simulated=simulated).figure,
    )
    curves = _panels(_ordered(tables["curves"], analysis, first.spec), by)
    unit = str(curves["unit"].iloc[0])
    yield (
        "curves",
        "Time course of the repetition",
        "Mean ± SD over participants.",
        figures.curves_grid(
            curves.assign(muscle=curves["panel"]),
            hue=within,
            unit=unit,
            during="repetition",
            simulated=simulated,
            columns=columns,
        ),
    )
    people = set(first.cells["participant"])
    raw, percent = next(session.example for session in analysis.sessions if people & session.people)
    who = f"participant {raw.context.get('participant')}, task {raw.context.get('task')}, channel {raw.names[0]}"
    yield (
        "signals",
        "From raw signal to envelope",
        f"One recording: {who}.",
        figures.signals(raw, percent, channel=raw.names[0], simulated=simulated).figure,
    )


def _ordered(table: pd.DataFrame, analysis: Analysis, spec: Comparison) -> pd.DataFrame:
    """The rows in the order in which the study file names its exercises, panels by name."""
    place = {name: position for position, name in enumerate(analysis.exercises)}
    keys = [spec.within, *spec.by]
    return table.sort_values(
        keys, key=lambda column: column.map(place).fillna(0) if column.name == "exercise" else column, kind="stable"
    )


def _panels(table: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """The table with a column `panel`: one text for the levels of `by`."""
    names = [by[-1], *by[:-1]] if by else []
    texts = [
        ", ".join(str(row[name]) if name == by[-1] else f"{name} {row[name]}" for name in names) or "all"
        for _, row in table.iterrows()
    ]
    # the panel says the phase; figures refuse rows of several phases that nothing tells apart
    return table.assign(panel=texts).drop(columns=[name for name in ("phase",) if name in by])
