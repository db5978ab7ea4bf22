"""The outputs of a study of recordings: its tables, figures and words, written into a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from emgkit import figures, report
from emgkit.errors import Notice
from emgkit.notation import capital, counted, fixed
from emgkit.pipeline import Pipeline
from emgkit.study.definition import StudyDefinition
from emgkit.study.file.wording import noticed_in_a_study
from emgkit.study.writing import claims, finding
from emgkit.study.writing.checklist_facts import facts_of
from emgkit.study.writing.figures import figures_of
from emgkit.study.writing.methods import methods_of
from emgkit.study.writing.opening import opening_of
from emgkit.study.writing.page import draw, provenance_of, with_expected, write_page
from emgkit.study.writing.result import Result
from emgkit.study.writing.sheets import write_sheets
from emgkit.study.writing.tables import readable_tables, study_tables

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
    file, simulated, tables = analysis.file, analysis.simulated, study_tables(analysis)
    if own:
        tables = with_expected(tables, study, tables if quick and simulated else ())
    quiet = {source.task for source in analysis.used if source.mvc}
    doubts = finding.muscle_doubts(tables["quality"], quiet=quiet)
    levels = finding.level_findings(analysis.compared[0], claims.stated(file.published), doubts)
    found = _finding(levels, analysis, tables)
    notices = _notices(analysis, tables)
    # what stands above the numbers, in the summary
    summarized = (finding.SIMULATED, *finding.not_compared(analysis.compared[0]))
    methods = methods_of(analysis, pipeline, tables, own=own)
    with figures.style.theme():
        drawn = draw(figures_of(analysis, tables), folder / "figures", quick=quick)
        sheets = () if quick else write_sheets(analysis, folder)
        opening = opening_of(analysis, folder / "figures", quick=quick)
    content = report.Content(
        title=file.study.title,
        question=file.study.question,
        summary=_summary(levels, analysis),
        finding="\n\n".join(sentence for sentence in found if sentence not in summarized),
        simulated=simulated,
        figures=drawn,
        sheets=sheets,
        signals=tuple(one for session in analysis.sessions for one in session.views),
        tables=readable_tables(analysis, tables),
        quality=tables["quality"],
        excluded=tables["excluded"] if len(tables["excluded"]) else None,
        methods=methods.text,
        checklist=report.checklist(facts_of(analysis, methods)),
        # what the finding says already is no remark of its own
        notices=tuple(notice for notice in notices if notice.text not in found),
        provenance=provenance_of(
            study,
            {name: path for source in analysis.used for name, path in source.paths.items()},
            simulated=simulated,
            seed=file.data.seed if simulated and own else None,
            steps=json.loads(pipeline.to_json())["steps"],
            excluded=analysis.excluded.to_dict(orient="records"),
        ),
        opening=opening,
    )
    write_page(content, tables, folder)
    return Result(
        study=study,
        out=out,
        simulated=simulated,
        tables=tables,
        finding=found,
        levels=levels,
        notices=notices,
        opening=() if opening is None else tuple(f"{lead}. {details}" for lead, details in opening.answers),
    )


def _summary(levels: tuple[finding.LevelFinding, ...], analysis: Analysis) -> str:
    """The finding in one paragraph: the order at each level."""
    orders = [f"{capital(level.name)}: {level.order}." for level in levels]
    if analysis.compared[0].contrasts is None:  # the levels stand in numbers below
        orders = []
    legend = finding.legend(analysis.compared[0])
    return " ".join([*([finding.SIMULATED] if analysis.simulated else []), *orders, legend])


def _finding(
    levels: tuple[finding.LevelFinding, ...], analysis: Analysis, tables: dict[str, pd.DataFrame]
) -> tuple[str, ...]:
    """The finding in sentences; of simulated data the first one says so."""
    sentences = [finding.SIMULATED] if analysis.simulated else []
    sentences += [level.sentence() for level in levels]
    sentences += finding.not_compared(analysis.compared[0])
    sentences += [
        f"Verdict on the claim “{one.claim}”, from the published figures alone: {one.verdict}. {one.why}"
        for level in levels
        for one in level.published
    ]
    if "recovery" in tables:
        held = int(tables["recovery"]["interval_holds_it"].sum())
        sentences.append(
            f"{held} of {counted(len(tables['recovery']), 'interval')} {'holds' if held == 1 else 'hold'} the ratio "
            "that the simulated signals held."
        )
    return tuple(sentences)


def _notices(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> tuple[Notice, ...]:
    notices = [*analysis.notices]
    notices += [notice for session in analysis.sessions for notice in session.notices]
    notices += [notice for compared in analysis.compared for notice in compared.notices]
    notices += _extreme_notices(tables["extremes"])
    rejected = tables["repetitions"][~tables["repetitions"]["accepted"].astype(bool)]
    if len(rejected):
        every = counted(len(tables["repetitions"]), "repetition")
        verb = "was" if len(rejected) == 1 else "were"
        text = f"{len(rejected)} of {every} {verb} rejected; tables/repetitions.csv says why."
        notices.append(Notice(code="repetitions-rejected", text=text))
    return tuple(dict.fromkeys(map(noticed_in_a_study, notices)))


def _extreme_notices(extremes: pd.DataFrame) -> Iterator[Notice]:
    """Percentages above 100 and below 0: both are kept."""
    above, below = extremes["maximum"] > 100, extremes["minimum"] < 0
    rest = f"of {len(extremes)} channels of recordings; the values are kept (tables/extremes.csv)."
    if above.any():
        text = f"The envelope exceeds its reference in {above.sum()}, up to {extremes['maximum'].max():.0f} %, {rest}"
        yield Notice(code="above-reference", text=text)
    if below.any():
        lowest = fixed(extremes["minimum"].min(), 1)
        text = f"The envelope falls below zero in {below.sum()}, to {lowest} %, {rest}"
        yield Notice(code="negative-envelope", text=text)
