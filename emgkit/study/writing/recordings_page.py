"""The outputs of a study of recordings: its tables, figures and words, written into a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures, report
from emgkit.errors import Notice
from emgkit.notation import counted, fixed, spelled
from emgkit.pipeline import Pipeline
from emgkit.study.definition import StudyDefinition
from emgkit.study.file.wording import noticed_in_a_study
from emgkit.study.writing import claims, every_processing, finding
from emgkit.study.writing.checklist_facts import facts_of
from emgkit.study.writing.figures import figures_of
from emgkit.study.writing.methods import methods_of
from emgkit.study.writing.opening import opening_of
from emgkit.study.writing.page import draw, provenance_of, with_expected, write_page
from emgkit.study.writing.result import Result
from emgkit.study.writing.sheets import write_sheets
from emgkit.study.writing.tables import PUBLISHED, levels_item, readable_tables, study_tables

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["write"]


def write(
    study: StudyDefinition,
    analysis: Analysis,
    *,
    pipeline: Pipeline,
    folder: Path,
    out: Path,
    own: bool,
    quick: bool,
    multiverse: Result | None = None,
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
    multiverse : Result, optional
        The same study under every defensible processing.
    """
    file, simulated, tables = analysis.file, analysis.simulated, study_tables(analysis)
    every_processing.check_same(multiverse, [one.contrasts for one in analysis.compared if one.contrasts is not None])
    if own:
        tables = with_expected(tables, study, tables if quick and simulated else ())
    quiet = {source.task for source in analysis.used if source.mvc}
    doubts = finding.muscle_doubts(tables["quality"], quiet=quiet)
    levels = finding.level_findings(analysis.compared[0], claims.stated(file.published), doubts)
    no_emg = finding.no_emg(tables["quality"], quiet=quiet)
    found = _finding(levels, analysis, tables, no_emg=no_emg)
    above, below = _above_and_below(found, levels, analysis, no_emg=no_emg)
    notices = _notices(analysis, tables)
    methods = methods_of(analysis, pipeline, tables, own=own)
    with figures.style.theme():
        drawn = draw(figures_of(analysis, tables), folder / "figures", quick=quick)
        sheets = () if quick else write_sheets(analysis, folder)
        opening = opening_of(analysis, folder / "figures", quick=quick)
    content = report.Content(
        title=file.study.title,
        question=file.study.question,
        summary=" ".join(above),
        answer=levels_item(analysis),
        finding="\n\n".join([*below, *every_processing.paragraphs(multiverse, out=out), *_where_claims_are(levels)]),
        simulated=simulated,
        figures=drawn,
        sheets=sheets,
        signals=tuple(one for session in analysis.sessions for one in session.views),
        tables=(*readable_tables(analysis, tables), *every_processing.items(multiverse, out=out)),
        quality=tables["quality"],
        excluded=tables["excluded"] if len(tables["excluded"]) else None,
        methods=methods.text,
        checklist=report.checklist(facts_of(analysis, methods)),
        # what the finding says already is no remark of its own
        notices=tuple(notice for notice in notices if notice.text not in found),
        provenance=_provenance(study, analysis, pipeline, own=own),
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


def _provenance(study: StudyDefinition, analysis: Analysis, pipeline: Pipeline, *, own: bool) -> dict[str, Any]:
    """Files, parameters and versions that the numbers rest on."""
    simulated = analysis.simulated
    return provenance_of(
        study,
        {name: path for source in analysis.used for name, path in source.paths.items()},
        simulated=simulated,
        seed=analysis.file.data.seed if simulated and own else None,
        steps=json.loads(pipeline.to_json())["steps"],
        excluded=analysis.excluded.to_dict(orient="records"),
        statsmodels_agreement=analysis.agreement.as_dict(),
    )


def _finding(
    levels: tuple[finding.LevelFinding, ...],
    analysis: Analysis,
    tables: dict[str, pd.DataFrame],
    *,
    no_emg: tuple[str, ...],
) -> tuple[str, ...]:
    """The finding in sentences; of simulated data the first one says so."""
    sentences = [finding.SIMULATED] if analysis.simulated else []
    sentences += no_emg
    sentences += finding.answers(analysis.compared[0])
    sentences += finding.described(levels)
    sentences += finding.not_compared(analysis.compared[0])
    sentences += _verdicts(levels)
    if "recovery" in tables:
        sentences.append(_simulation_check(tables["recovery"]["interval_holds_it"]))
    return tuple(sentences)


def _above_and_below(
    found: tuple[str, ...], levels: tuple[finding.LevelFinding, ...], analysis: Analysis, *, no_emg: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """What of the finding stands above the page's table and below it; the claims have a table of their own."""
    first = analysis.compared[0]
    summarized = (finding.SIMULATED, *no_emg, *finding.answers(first), *finding.not_compared(first))
    elsewhere = (*summarized, *_verdicts(levels))
    above = [sentence for sentence in found if sentence in summarized]
    return above, [sentence for sentence in found if sentence not in elsewhere]


def _verdicts(levels: tuple[finding.LevelFinding, ...]) -> list[str]:
    """What published figures say of each claim, a sentence a claim."""
    return [
        f"Verdict on the claim “{one.claim}”, from the published figures alone: {one.verdict}. {one.why}"
        for level in levels
        for one in level.published
    ]


def _where_claims_are(levels: tuple[finding.LevelFinding, ...]) -> list[str]:
    """Where the page has the verdicts on claims, if there are any."""
    count = sum(len(level.published) for level in levels)
    if not count:
        return []
    claims = "one claim" if count == 1 else f"{spelled(count)} claims"
    return [f"Claims: the table “{PUBLISHED}” judges {claims} by published figures alone."]


def _simulation_check(holds: pd.Series[bool]) -> str:
    """How many intervals contain the ratio that was simulated."""
    held, every = int(holds.sum()), len(holds)
    if held == every:
        which = "the interval contains" if every == 1 else f"all {spelled(every)} intervals contain"
    else:
        which = f"{held} of {counted(every, 'interval')} {'contains' if held == 1 else 'contain'}"
    return f"Simulation check: {which} the true ratio."


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
    every = f"of {len(extremes)} channels of recordings"
    if above.any():
        highest = extremes["maximum"].max()
        text = (
            f"The envelope exceeds its reference in {above.sum()} {every}, and is up to {highest:.0f} % of it; the "
            "values are kept (tables/extremes.csv)."
        )
        yield Notice(code="above-reference", text=text)
    if below.any():
        lowest = fixed(extremes["minimum"].min(), 1)
        text = (
            f"The envelope falls below zero in {below.sum()} {every}, down to {lowest} %; the values are kept "
            "(tables/extremes.csv)."
        )
        yield Notice(code="negative-envelope", text=text)
