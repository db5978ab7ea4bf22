"""From an analysis to files: tables, figures, the report, Methods text and provenance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import report
from emgkit.errors import Notice
from emgkit.pipeline import Pipeline
from emgkit.study.definition import StudyDefinition
from emgkit.study.file import expected
from emgkit.study.writing import claims, finding
from emgkit.study.writing.checklist_facts import facts_of
from emgkit.study.writing.figures import draw_figures
from emgkit.study.writing.folder import sha256, versions, write_json, write_table
from emgkit.study.writing.methods import parts_of
from emgkit.study.writing.result import Result
from emgkit.study.writing.tables import readable_tables, study_tables, write_shown

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["write"]


def write(
    study: StudyDefinition, analysis: Analysis, *, pipeline: Pipeline, folder: Path, out: Path, own: bool, quick: bool
) -> Result:
    """Write all outputs of a study into a folder.

    Parameters
    ----------
    study : StudyDefinition
        What was asked.
    analysis : Analysis
        What was computed.
    pipeline : Pipeline
        The processing, for the Methods text and the provenance.
    folder : Path
        Where to write now.
    out : Path
        Where the folder will lie in the end.
    own : bool
        The data are the study's own, so that what its file expects of them can be checked.
    quick : bool
        The run is a quick look: simulated numbers are not those expected.
    """
    tables = study_tables(analysis)
    if own and analysis.file.expected:
        unchecked = frozenset(tables) if quick and analysis.simulated else frozenset()
        tables["expected"] = expected.check(analysis.file.expected, tables, unchecked=unchecked)
    for name, table in tables.items():
        write_table(table, folder / "tables" / f"{name}.csv")
    levels = finding.level_findings(analysis.compared[0], claims.stated(analysis.file.published))
    found = _finding(levels, analysis, tables)
    notices = _notices(analysis, tables)
    parts = parts_of(analysis.file, pipeline, analysis)
    methods = report.methods_text(**parts)
    (folder / "methods.md").write_text(f"# Methods\n\n{methods}\n", encoding="utf-8")
    answers = report.checklist(facts_of(analysis, pipeline, parts, tables))
    write_table(report.checklist_table(answers), folder / "tables" / "checklist.csv")
    drawn = draw_figures(analysis, tables, folder / "figures", quick=quick)
    provenance = _provenance(study, analysis, pipeline)
    write_json(provenance, folder / "provenance.json")
    content = report.Content(
        title=analysis.file.study.title,
        question=analysis.file.study.question,
        summary=_summary(levels, analysis),
        finding="\n\n".join(sentence for sentence in found if sentence != finding.SIMULATED),
        simulated=analysis.simulated,
        figures=drawn,
        signals=tuple(one for session in analysis.sessions for one in session.views),
        tables=readable_tables(analysis, tables),
        quality=tables["quality"],
        excluded=tables["excluded"] if len(tables["excluded"]) else None,
        methods=methods,
        checklist=answers,
        files=("tables/results.docx",),
        notices=notices,
        provenance=provenance,
    )
    (folder / "report.html").write_text(report.render(content), encoding="utf-8")
    report.write_word(content, folder / "tables" / "results.docx")
    write_shown(content.tables, folder)
    return Result(
        study=study, out=out, simulated=analysis.simulated, tables=tables, finding=found, levels=levels, notices=notices
    )


def _summary(levels: tuple[finding.LevelFinding, ...], analysis: Analysis) -> str:
    """The finding in one paragraph: the order at each level."""
    orders = [f"{level.name[:1].upper()}{level.name[1:]}: {level.order}." for level in levels]
    return " ".join([*([finding.SIMULATED] if analysis.simulated else []), *orders, finding.ORDER])


def _finding(
    levels: tuple[finding.LevelFinding, ...], analysis: Analysis, tables: dict[str, pd.DataFrame]
) -> tuple[str, ...]:
    """The finding in sentences; of simulated data the first one says so."""
    sentences = [finding.SIMULATED] if analysis.simulated else []
    sentences += [level.sentence() for level in levels]
    sentences += [
        f"Verdict on the claim “{one.claim}”, from the published figures alone: {one.verdict}. {one.why}"
        for level in levels
        for one in level.published
    ]
    if "recovery" in tables:
        held = int(tables["recovery"]["interval_holds_it"].sum())
        sentences.append(
            f"What was put in came back: {held} of {len(tables['recovery'])} intervals hold the ratio that the "
            "simulated signals really had."
        )
    return tuple(sentences)


def _notices(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> tuple[Notice, ...]:
    notices = [*analysis.notices]
    notices += [notice for session in analysis.sessions for notice in session.notices]
    notices += [notice for compared in analysis.compared for notice in compared.notices]
    notices += _extreme_notices(tables["extremes"])
    rejected = tables["repetitions"][~tables["repetitions"]["accepted"].astype(bool)]
    if len(rejected):
        every = len(tables["repetitions"])
        text = f"{len(rejected)} of {every} repetitions were rejected; tables/repetitions.csv says why."
        notices.append(Notice(code="repetitions-rejected", text=text))
    return tuple(dict.fromkeys(notices))


def _extreme_notices(extremes: pd.DataFrame) -> Iterator[Notice]:
    """Percentages above 100 and below 0: both are kept, and told."""
    above, below = extremes["maximum"] > 100, extremes["minimum"] < 0
    rest = f"of {len(extremes)} channels of recordings; the values are kept (tables/extremes.csv)."
    if above.any():
        text = f"The envelope exceeds its reference in {above.sum()}, up to {extremes['maximum'].max():.0f} %, {rest}"
        yield Notice(code="above-reference", text=text)
    if below.any():
        text = (
            f"The low-pass filter undershoots below zero in {below.sum()}, to {extremes['minimum'].min():.1f} %, {rest}"
        )
        yield Notice(code="negative-envelope", text=text)


def _provenance(study: StudyDefinition, analysis: Analysis, pipeline: Pipeline) -> dict[str, Any]:
    import json

    return {
        "study": study.slug,
        "simulated": analysis.simulated,
        "seed": analysis.file.data.seed if analysis.simulated else None,
        "versions": versions(),
        "study_file": study.text,
        "steps": json.loads(pipeline.to_json())["steps"],
        "inputs": {source.name: sha256(source.path) for source in analysis.used},
        "excluded": analysis.excluded.to_dict(orient="records"),
    }
