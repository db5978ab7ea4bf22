"""The figures of a study of recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures
from emgkit.notation import readable
from emgkit.stats.cells.labels import label_order
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.methods import gaps_text, n_text
from emgkit.study.file.recordings import Comparison
from emgkit.study.script import Drawn
from emgkit.study.writing.sheets import references_drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from emgkit.study.recordings.analysis import Analysis

__all__ = ["figures_of"]

# as many panels as a page's width holds
_SIDE_BY_SIDE = 4


def figures_of(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> Iterator[Drawn]:
    """Draw the figures of the report, one after the other."""
    first, simulated = analysis.compared[0], analysis.simulated
    by, within = first.spec.by, first.spec.within
    cells = _panels(_ordered(first.cells, analysis, first.spec), by)
    facts = None if first.contrasts is None else AnalysisFacts.of(first.contrasts)
    # who is drawn, and not only who is in a contrast
    shown = sorted(set(cells.groupby("panel", observed=True)["participant"].nunique()))
    n = n_text(AnalysisFacts({"n": shown}))
    missing = "" if facts is None or not gaps_text(facts) else f" {gaps_text(facts)}"
    # a row of panels a group, where its muscles fit side by side
    across = first.cells[by[-1]].nunique() if len(by) > 1 else 0
    columns = across if 0 < across <= _SIDE_BY_SIDE else None
    yield Drawn(
        name="activation",
        title="Activation",
        caption=f"Each participant's mean (a line joins one participant), {n}.{missing}",
        figure=figures.activation_grid(cells, x=within, by="panel", simulated=simulated, columns=columns),
    )
    if first.contrasts is not None:
        parts = first.contrasts.methods_parts()
        caption = " ".join(parts[name] for name in ("interval", "family") if name in parts)
        axes: Any = figures.contrasts(first.contrasts, by=list(by) or None, simulated=simulated)
        yield Drawn(
            name="contrasts",
            title="Contrasts",
            caption=f"{caption} {n_text(AnalysisFacts.of(first.contrasts))}.{missing}",
            figure=axes.figure,
        )
    curves = _panels(_ordered(tables["curves"], analysis, first.spec), by)
    drawn = figures.curves_grid(
        curves.assign(muscle=curves["panel"]),
        hue=within,
        unit=str(curves["unit"].iloc[0]),
        during="repetition",
        simulated=simulated,
        columns=columns,
    )
    spread = "Mean ± SD over participants." if curves["sd"].notna().any() else "The mean of one participant."
    zeros = _zeros(tables["repetitions"], analysis)
    _name_zero(drawn, zeros, every=set(zeros) == set(analysis.exercises))
    yield Drawn(
        name="curves",
        title="Time course of the repetition",
        caption=" ".join([spread, *(f"0 % of a cycle of {readable(name)} is the {at}." for name, at in zeros.items())]),
        figure=drawn,
    )
    people = set(first.cells["participant"])
    raw, percent = next(session.example for session in analysis.sessions if people & session.people)
    who = f"participant {raw.context.get('participant')}, task {raw.context.get('task')}, channel {raw.names[0]}"
    axes = figures.signals(raw, percent, channel=raw.names[0], simulated=simulated)
    yield Drawn(
        name="signals",
        title="From raw signal to envelope",
        caption=f"One recording: {who}.",
        figure=axes.figure,
    )
    yield references_drawn(analysis)


def _zeros(repetitions: pd.DataFrame, analysis: Analysis) -> dict[str, str]:
    """What 0 % is, of the exercises that were divided into cycles."""
    if "zero" not in repetitions:
        return {}
    own = repetitions[repetitions["zero"].fillna("").astype(bool)]
    sides = {name: " or ".join(sorted(set(rows["zero"]))) for name, rows in own.groupby("exercise")}
    by = {name: readable(exercise.way) for name, exercise in analysis.file.exercises.items()}
    return {name: f"{sides[name]} {by[name]}" for name in analysis.exercises if name in sides}


def _name_zero(figure: Figure, zeros: Mapping[str, str], *, every: bool) -> None:
    """Write on the axis of the curves what 0 % is."""
    if not zeros:
        return
    whole = "Cycle" if every else "Repetition or cycle"
    one = set(zeros.values())
    label = f"{whole} (%), 0 = {one.pop()}" if every and len(one) == 1 else f"{whole} (%)"
    for ax in figure.axes:
        if ax.get_xlabel():
            ax.set_xlabel(label)


def _ordered(table: pd.DataFrame, analysis: Analysis, spec: Comparison) -> pd.DataFrame:
    """The rows in the order in which the study file names its exercises, all else by name and number."""
    place = {name: position for position, name in enumerate(analysis.exercises)}
    keys = [spec.within, *spec.by]
    ranks = pd.DataFrame({name: _ranks(table[name], place if name == "exercise" else {}) for name in keys})
    return table.loc[ranks.sort_values(keys, kind="stable").index]


def _ranks(column: pd.Series[Any], place: Mapping[Any, int]) -> pd.Series[Any]:
    """The position of each level: first those of `place`, then by name and number."""
    levels = sorted(column.unique(), key=lambda level: (place.get(level, len(place)), label_order(level)))
    return column.map({level: position for position, level in enumerate(levels)})


def _panels(table: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """The table with a column `panel`: one text for the levels of `by`."""
    names = [by[-1], *by[:-1]] if by else []
    texts = [
        ", ".join(str(row[name]) if name == by[-1] else f"{name} {row[name]}" for name in names) or "all"
        for _, row in table.iterrows()
    ]
    # the panel names them; figures refuse rows of several phases or sides without a column for them
    return table.assign(panel=texts).drop(columns=[name for name in by if name in ("phase", "side", "session")])
