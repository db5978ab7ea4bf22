"""The figures of a study of recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures
from emgkit.notation import alone, as_title, counted, number, readable, surface
from emgkit.recording import Recording
from emgkit.stats.cells.labels import label_order
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.methods import gaps_text, n_text
from emgkit.stats.results.results import Results, paper_of
from emgkit.stats.within.residuals import normality_sentences, residuals
from emgkit.study.file.measures import CurveSpec
from emgkit.study.file.recordings import Comparison
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.script import Drawn
from emgkit.study.writing.finding import levels_of
from emgkit.study.writing.sheets import references_drawn
from emgkit.study.writing.tables import table_suffix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from emgkit.study.recordings.analysis import Analysis

__all__ = ["figures_of"]

# what the axis of curves is of, where it is no repetition or phase, and the heading
_AXES = {"phases": "eccentric, then concentric", "angle": "joint angle"}
_TITLES = {
    "time": "Time course of the {}",
    "phases": "Time course of the phases, each with the same share",
    "angle": "Activation against the joint angle, {}",
}
# as many panels as a page's width holds
_SIDE_BY_SIDE = 4
# with fewer residuals there is nothing to see
_FEWEST_RESIDUALS = 3


def figures_of(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> Iterator[Drawn]:
    """Draw the figures of the report, one after the other."""
    first, simulated = analysis.compared[0], analysis.simulated
    yield from _of_comparison(analysis, first)
    for compared in analysis.compared[1:]:
        if compared.measure != first.measure:
            yield from _of_comparison(analysis, compared)
    yield from _residuals(analysis, first)
    zeros = _zeros(tables["repetitions"], analysis)
    for spec in analysis.file.curves:
        yield _curves(analysis, tables[f"curves{spec.suffix}"], spec, zeros if spec == CurveSpec() else {})
    people = set(first.cells["participant"])
    raw, percent = next(session.example for session in analysis.sessions if people & session.people)
    who = f"participant {raw.context.get('participant')}, task {raw.context.get('task')}, channel {raw.names[0]}"
    axes: Any = figures.signals(raw, percent, channel=raw.names[0], simulated=simulated)
    yield Drawn(
        name="signals",
        title="From raw signal to envelope",
        caption=f"One recording: {who}.",
        figure=axes.figure,
        alt=_signals_seen(raw),
    )
    yield references_drawn(analysis)


def _of_comparison(analysis: Analysis, compared: ComparisonResult) -> Iterator[Drawn]:
    """The values of the participants, and the contrasts between them."""
    simulated, by, within = analysis.simulated, compared.spec.by, compared.spec.within
    cells = _panels(_ordered(compared.cells, analysis, compared.spec), by)
    is_first = compared is analysis.compared[0]
    suffix = "" if is_first else table_suffix(compared.spec)
    about = "" if is_first else f": {compared.spec.title or as_title(compared.spec.name)}"
    facts = None if compared.contrasts is None else AnalysisFacts.of(compared.contrasts)
    # who is drawn, and not only who is in a contrast
    shown = sorted(set(cells.groupby("panel", observed=True)["participant"].nunique()))
    n = n_text(AnalysisFacts({"n": shown}))
    amplitude = str(cells["unit"].iloc[0]).startswith(("%MVC", "%task"))
    missing = "" if facts is None or not gaps_text(facts) else f" {gaps_text(facts)}"
    # what is described and not compared may lie below 0
    log = compared.spec.log and bool((cells["value"] > 0).all())
    levels = levels_of(compared)
    letters = None if levels is None or "letters" not in levels else _panels(pd.DataFrame(levels), by)
    yield Drawn(
        name=f"activation{suffix}",
        title=f"Activation{about}" if amplitude else as_title(compared.measure.called),
        caption=f"{'Geometric' if log else 'Arithmetic'} means over participants with 95 % confidence intervals, and "
        f"each participant's mean (a line joins one participant), {n}.{missing}",
        figure=figures.activation_grid(
            cells, x=within, by="panel", log=log, contrasts=letters, simulated=simulated, columns=_columns(compared)
        ),
        alt=_rows_seen(levels_of(compared), f"{'Geometric' if log else 'Arithmetic'} means with 95 % intervals"),
    )
    if compared.contrasts is not None:
        parts = compared.contrasts.methods_parts()
        caption = " ".join(parts[name] for name in ("interval", "family") if name in parts)
        axes: Any = figures.contrasts(compared.contrasts, by=list(by) or None, simulated=simulated)
        yield Drawn(
            name=f"contrasts{suffix}",
            title=f"Contrasts{about}",
            caption=f"{caption} {n_text(AnalysisFacts.of(compared.contrasts))}.{missing}",
            figure=axes.figure,
            alt=_rows_seen(compared.contrasts, "Contrasts with 95 % intervals"),
        )


def _residuals(analysis: Analysis, first: ComparisonResult) -> Iterator[Drawn]:
    """What the first comparison leaves unexplained, with Shapiro and Wilk's test as a number and no gate."""
    if first.contrasts is None:
        return
    roles: dict[str, Any] = {"participant": "participant", "within": first.spec.within, "by": list(first.spec.by)}
    log = first.spec.log
    table = residuals(first.compared_cells, outcome="value", log=log, **roles)
    if len(table) < _FEWEST_RESIDUALS:
        return
    table.attrs = {"unit": AnalysisFacts.of(first.contrasts).get("unit", "")}
    axes: Any = figures.residuals(table, log=log, simulated=analysis.simulated)
    of = "logarithms" if log else "values"
    yield Drawn(
        name="residuals",
        title="Residuals and assumptions",
        caption=f"Standardised residuals of the {of} after participants and {readable(first.spec.within)} are taken out"
        f"{_each(first.spec.by)}: against a normal distribution, and against the fitted values. "
        f"{normality_sentences(table, log=log, **roles)}",
        figure=axes[0].figure,
    )


def _each(by: Sequence[str]) -> str:
    return f", for each {' and '.join(map(readable, by))}" if by else ""


def _curves(analysis: Analysis, table: pd.DataFrame, spec: CurveSpec, zeros: Mapping[str, str]) -> Drawn:
    """The mean curves of one entry of the study file."""
    first = analysis.compared[0]
    by = (*first.spec.by, *(name for name in ("side",) if name in table.columns and name not in first.spec.by))
    curves = _panels(_ordered(table, analysis, first.spec), by)
    drawn = figures.curves_grid(
        curves.assign(muscle=curves["panel"]),
        hue=first.spec.within,
        unit=str(curves["unit"].iloc[0]),
        during=_AXES.get(spec.against) or spec.phase or "repetition",
        simulated=analysis.simulated,
        columns=_columns(first),
    )
    several = curves["q25"].notna().any()
    spread = "Median and quartiles over participants." if several else "The curve of one participant."
    _name_zero(drawn, zeros, every=set(zeros) == set(analysis.exercises))
    return Drawn(
        name=f"curves{spec.suffix}",
        title=_TITLES[spec.against].format(f"{spec.phase} phase" if spec.phase else "repetition"),
        caption=" ".join([spread, *(f"0 % of a cycle of {readable(name)} is the {at}." for name, at in zeros.items())]),
        figure=drawn,
        alt=_peaks_seen(curves, first.spec.within),
    )


def _rows_seen(table: Results | None, what: str) -> str:
    """The rows of a result in words: each name with its estimate and interval, group by group."""
    if table is None:
        return ""
    shown = paper_of(table)
    named = {column.name: column.cells for column in shown.columns}
    estimate = next(name for name in list(named)[1:] if name not in ("n", "95 % CI"))
    cells = zip(shown.columns[0].cells, named[estimate], named.get("95 % CI", [""] * len(table)), strict=True)
    rows = [" ".join(part for part in row if part) for row in cells]
    groups: dict[str, list[str]] = {}
    for group, row in zip(shown.groups or [""] * len(rows), rows, strict=True):
        groups.setdefault(group, []).append(row)
    return f"{what}. " + " ".join(_sentence(group, rows) for group, rows in groups.items())


def _peaks_seen(curves: pd.DataFrame, within: str) -> str:
    """Where each mean curve is highest, panel by panel."""
    parts = []
    for panel, rows in curves.groupby("panel", sort=False):
        highest = rows.loc[rows.groupby(within, sort=False)["mean"].idxmax()]
        unit = str(rows["unit"].iloc[0])
        peaks = [
            f"{readable(row[within])} {alone('mean', row['mean'])} {unit} at {number(row['point'])} %"
            for row in highest.to_dict("records")
        ]
        parts.append(_sentence(as_title(panel), peaks))
    return f"Mean curves; their peaks: {' '.join(parts)}"


def _sentence(about: str, parts: Sequence[str]) -> str:
    return f"{about}: {', '.join(parts)}." if about else f"{', '.join(parts)}."


def _signals_seen(raw: Recording) -> str:
    """What a raw signal with its envelope shows: how long it is, how large, and its repetitions."""
    unit, factor = surface(raw.channels[0].unit)
    largest = alone("value", float(abs(raw.data[0]).max()) * factor)
    repetitions = sum(event.label == "repetition" for event in raw.events)
    return (
        f"{number(round(raw.duration, 1))} s of raw EMG of up to {largest} {unit}, with its envelope, in "
        f"{counted(repetitions, 'repetition')}."
    )


def _columns(compared: ComparisonResult) -> int | None:
    """A row of panels a group, where its muscles fit side by side."""
    by = compared.spec.by
    across = compared.cells[by[-1]].nunique() if len(by) > 1 else 0
    return across if 0 < across <= _SIDE_BY_SIDE else None


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
    """The rows in the order in which the study file names exercises and levels, all else by name and number."""
    orders = {"exercise": analysis.exercises, spec.within: spec.levels(analysis.exercises)}
    keys = [spec.within, *spec.by]
    ranks = pd.DataFrame({name: _ranks(table[name], orders.get(name, ())) for name in keys})
    return table.loc[ranks.sort_values(keys, kind="stable").index]


def _ranks(column: pd.Series[Any], order: Sequence[str]) -> pd.Series[Any]:
    """The position of each level: first those of `order`, then by name and number."""
    place = {name: position for position, name in enumerate(order)}
    levels = sorted(column.unique(), key=lambda level: (place.get(str(level), len(place)), label_order(level)))
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
