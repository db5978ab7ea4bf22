"""The outputs of a multiverse: tables, specification curves, report and provenance, written into a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from emgkit import figures, report
from emgkit.multiverse.axes import Space
from emgkit.multiverse.computing import Computed
from emgkit.multiverse.tables import OWN
from emgkit.multiverse.words import finding_of, methods_of, summary_of
from emgkit.notation import capital, contrast_text, place, readable
from emgkit.study import Result, Study
from emgkit.study.file.wording import noticed_in_a_study
from emgkit.study.script import Drawn
from emgkit.study.writing import finding
from emgkit.study.writing.page import draw, provenance_of, write_page
from emgkit.workers import Workers

__all__ = ["write"]


def write(
    study: Study, computed: Computed, *, folder: Path, out: Path, own: bool, quick: bool, workers: Workers
) -> Result:
    """Write all outputs of a multiverse into a folder.

    Parameters
    ----------
    study : Study
        The study.
    computed : Computed
        What was computed.
    folder : Path
        Where to write now.
    out : Path
        Where the folder will lie in the end.
    own : bool
        The data are the study's own.
    quick : bool
        A quick look: figures are on the page alone.
    workers : Workers
        Who draws, on this machine.
    """
    space, analysis, simulated = computed.space, computed.analysis, computed.analysis.simulated
    tables = {
        "multiverse": computed.tables.curves,
        "specifications": computed.tables.specifications,
        "variance": computed.tables.variance,
        "axes": _axes_table(space),
    }
    lines = finding_of(computed.tables)
    summary = summary_of(computed.tables, space)
    notices = tuple(dict.fromkeys(map(noticed_in_a_study, computed.notices)))
    said = ((finding.SIMULATED,) if simulated else ()) + (summary, *lines)
    curves = list(_curves(computed))
    drawn = tuple(workers.map(partial(_draw, folder=folder / "figures", quick=quick), curves))
    content = report.Content(
        title=f"{analysis.file.study.title}: every defensible processing",
        question="How far does the answer depend on the processing, and on which choice? "
        f"The study asks: {analysis.file.study.question}",
        summary=" ".join(said[: 2 if simulated else 1]),
        finding="\n\n".join(lines),
        simulated=simulated,
        figures=drawn,
        tables=_shown(computed, tables),
        methods=methods_of(space, computed.tables),
        notices=notices,
        provenance=provenance_of(
            study,
            {name: path for source in analysis.used for name, path in source.paths.items()},
            simulated=simulated,
            seed=analysis.file.data.seed if simulated and own else None,
            axes=[asdict(axis) | {"choices": [one.label for one in axis.choices]} for axis in space.varied],
            flips={"drawn": space.flips, "seed": space.seed},
        ),
    )
    write_page(content, tables, folder)
    return Result(study=study, out=out, simulated=simulated, tables=tables, finding=said, levels=(), notices=notices)


def _axes_table(space: Space) -> pd.DataFrame:
    """One row an option, with the reason why it is defensible."""
    return pd.DataFrame(
        [
            {"axis": axis.name, "option": one.label, "kind": one.kind, "own": one.own, "why": one.why}
            for axis in space.varied
            for one in axis.choices
        ]
    )


def _curves(computed: Computed) -> Iterator[tuple[int, pd.DataFrame]]:
    """The specifications of the study's own quantity, contrast by contrast."""
    table = computed.tables.specifications
    own = table[table["curve"] == OWN]
    columns = list(own.columns)
    parts = own.groupby(columns[: columns.index("contrast") + 1], sort=False)
    for number, (_, part) in enumerate(parts, 1):
        yield number, part


def _draw(curve: tuple[int, pd.DataFrame], folder: Path, *, quick: bool) -> report.FigureItem:
    """Draw one specification curve."""
    number, part = curve
    first, columns = part.iloc[0], list(part.columns)
    names = columns[: columns.index("contrast")]
    at = [capital(place(name, readable(first[name]))) for name in names]
    with figures.style.theme():
        axes: Any = figures.specification_curve(part)
        item = Drawn(
            name=f"specification_curve_{number:02d}",
            title=", ".join([*at, contrast_text(first["contrast"])]),
            caption=f"{len(part)} specifications that measure what the study measures, in ascending order, with "
            "individual 95 % intervals. Below: which options they have; the darker, the more of the specifications at "
            "that place have the option.",
            figure=axes.figure,
        )
        return draw([item], folder, quick=quick)[0]


def _shown(computed: Computed, tables: dict[str, pd.DataFrame]) -> tuple[report.TableItem, ...]:
    """The tables of the page; that of every specification is a file alone."""
    simulated = computed.analysis.simulated
    items = (
        (
            "All specifications together",
            "One row a contrast and quantity. Column own is the study as it is; higher and lower are the shares of "
            "specifications with p < .05 in either direction, share_max_t those that stay significant when adjusted "
            "for all of their curve. tables/specifications.csv has every specification.",
            "multiverse",
        ),
        (
            "What moves the effect, and the verdict",
            "The share of the sum of squares over the full factorial that each choice explains, and what belongs to "
            "several in combination (together). An empty cell: nothing varies.",
            "variance",
        ),
        (
            "The choices, and why each is defensible",
            "Kind E is an equivalent way to the study's quantity, kind N another quantity with a curve of its own.",
            "axes",
        ),
    )
    return tuple(
        report.TableItem(
            title=title,
            caption=caption,
            frame=tables[name].drop(columns="simulated", errors="ignore"),
            stem=name,
            simulated=simulated and name != "axes",
        )
        for title, caption, name in items
    )
