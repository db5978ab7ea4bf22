"""From an analysis to files: tables, figures, the report, Methods text and provenance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures, report
from emgkit.curves import Curves
from emgkit.errors import Notice
from emgkit.pipeline import Pipeline
from emgkit.study import expected, finding, influence, ledger
from emgkit.study.compare import Compared
from emgkit.study.facts import facts_of
from emgkit.study.file import Comparison
from emgkit.study.methods import parts_of
from emgkit.study.output import sha256, versions, write_figure, write_json, write_table
from emgkit.study.result import Result

if TYPE_CHECKING:
    from emgkit.study.analyse import Analysis
    from emgkit.study.run import Study

__all__ = ["write", "write_shown"]

# as many panels as a page's width holds
_SIDE_BY_SIDE = 4


def write(
    study: Study, analysis: Analysis, *, pipeline: Pipeline, folder: Path, out: Path, own: bool, quick: bool
) -> Result:
    """Write all outputs of a study into a folder.

    Parameters
    ----------
    study : Study
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
    tables = _tables(analysis)
    if own and analysis.file.expected:
        unchecked = frozenset(tables) if quick and analysis.simulated else frozenset()
        tables["expected"] = expected.check(analysis.file.expected, tables, unchecked=unchecked)
    for name, table in tables.items():
        write_table(table, folder / "tables" / f"{name}.csv")
    levels = finding.level_findings(analysis.compared[0], ledger.stated(analysis.file.published))
    found = _finding(levels, analysis, tables)
    notices = _notices(analysis, tables)
    parts = parts_of(analysis.file, pipeline, analysis)
    methods = report.methods_text(**parts)
    (folder / "methods.md").write_text(f"# Methods\n\n{methods}\n", encoding="utf-8")
    answers = report.checklist(facts_of(analysis, pipeline, parts, tables))
    write_table(report.checklist_table(answers), folder / "tables" / "checklist.csv")
    drawn = _draw(analysis, tables, folder / "figures", quick=quick)
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
        tables=_shown_tables(analysis, tables),
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


def write_shown(items: tuple[report.TableItem, ...], folder: Path) -> None:
    """Write every table of the page as LaTeX, and as CSV where the study has not written it already."""
    for item in items:
        table, typeset = (folder / name for name in item.files)
        if not table.is_file():
            write_table(item.frame.assign(simulated=True) if item.simulated else item.frame, table)
        typeset.write_text(report.latex(item), encoding="utf-8")


def _summary(levels: tuple[finding.LevelFinding, ...], analysis: Analysis) -> str:
    """The finding in one paragraph: the order at each level."""
    orders = [f"{level.name[:1].upper()}{level.name[1:]}: {level.order}." for level in levels]
    return " ".join([*([finding.SIMULATED] if analysis.simulated else []), *orders, finding.ORDER])


def _tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Every table of the study by the name of its file."""
    sessions = analysis.sessions
    first = analysis.compared[0]
    # the same people as in the comparison: of the others a task is missing, and with it their reference
    people = set(first.cells["participant"])
    curves = Curves.concat([s.curves.of(participants=people) for s in sessions if people & s.people])
    curves = curves.participant_means(over=analysis.over)
    tables = {
        "repetitions": pd.concat([session.repetitions for session in sessions], ignore_index=True),
        "measures": pd.concat([session.rows for session in sessions], ignore_index=True),
        "references": pd.concat([session.references for session in sessions], ignore_index=True),
        "extremes": pd.concat([session.extremes for session in sessions], ignore_index=True),
        "quality": pd.concat([session.quality for session in sessions], ignore_index=True),
        "curves": curves.ensemble(by=(first.spec.within, *first.spec.by)).assign(unit=curves.unit),
        "excluded": analysis.excluded,
    }
    for compared in analysis.compared:
        # the plain name is that of the first comparison, unless the study file says otherwise
        suffix = _suffix(compared.spec)
        tables[f"contrasts{suffix}"] = compared.contrasts
        tables[f"cells{suffix}"] = compared.cells
        tables[f"anova{suffix}"] = compared.anova
        if compared.influence is not None:
            tables[f"influence{suffix}"] = compared.influence
    truth = analysis.folder / "derivatives" / "truth" / "truth.csv"
    if analysis.simulated and truth.is_file() and first.spec.log and first.spec.by == ("muscle",):
        known = pd.read_csv(truth, dtype={"participant": str})
        tables["recovery"] = finding.recovery(first.contrasts, known)
    return {name: table.assign(simulated=True) if analysis.simulated else table for name, table in tables.items()}


def _suffix(spec: Comparison) -> str:
    """What the files of a comparison are called by, behind the kind of table."""
    suffix = spec.name.removeprefix("contrasts")
    return suffix if suffix.startswith("_") or not suffix else f"_{suffix}"


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
    said = [*analysis.notices]
    said += [notice for session in analysis.sessions for notice in session.notices]
    said += [notice for compared in analysis.compared for notice in compared.notices]
    said += _extreme_notices(tables["extremes"])
    rejected = tables["repetitions"][~tables["repetitions"]["accepted"].astype(bool)]
    if len(rejected):
        every = len(tables["repetitions"])
        text = f"{len(rejected)} of {every} repetitions were rejected; tables/repetitions.csv says why."
        said.append(Notice(code="repetitions-rejected", text=text))
    return tuple(dict.fromkeys(said))


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


def _draw(
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
        f"{_caption(first)} n = {n}.",
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


def _shown_tables(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> tuple[report.TableItem, ...]:
    items = [
        report.TableItem(
            title=compared.spec.title or words_of(compared.spec.name),
            caption=f"{_caption(compared)} {influence.sentence(compared.influence)}",
            frame=compared.contrasts,
            stem=f"contrasts{_suffix(compared.spec)}",
            simulated=analysis.simulated,
        )
        for compared in analysis.compared
    ]
    items += [replace(item, simulated=analysis.simulated) for item in _influence_tables(analysis.compared[0])]
    if "recovery" in tables:
        caption = "Simulated: the ratio of geometric means that the signals really had, and what the chain returned."
        items.append(
            report.TableItem(
                title="What was put in, and what came back",
                caption=caption,
                frame=tables["recovery"],
                stem="recovery",
                simulated=True,
            )
        )
    if analysis.file.published:
        caption = "Published figures, none of them simulated; the verdicts rest on them and on nothing computed here."
        frame = finding.published_table(ledger.stated(analysis.file.published))
        items.append(
            report.TableItem(title="What published studies said", caption=caption, frame=frame, stem="published")
        )
    caption = "Omnibus F beside the contrasts; Greenhouse-Geisser and Huynh-Feldt corrected."
    first = analysis.compared[0]
    stem = f"anova{_suffix(first.spec)}"
    items.append(
        report.TableItem(
            title="Repeated-measures ANOVA", caption=caption, frame=first.anova, stem=stem, simulated=analysis.simulated
        )
    )
    return tuple(items)


def _influence_tables(compared: Compared) -> Iterator[report.TableItem]:
    """Who contradicts the others, and which verdicts hang on one participant; without rows no table."""
    if compared.influence is None:
        return
    flagged = influence.contradicting(compared.influence, compared.spec)
    if len(flagged):
        caption = (
            "Flagged are those whose own value goes the other way than the mean of the others and lies further from it "
            "than chance explains (studentised deleted residual, p corrected for all rows of tables/influence.csv). A "
            "flag is a reason to look at the recordings, never one to leave a person out."
        )
        yield report.TableItem(
            title="Participants who contradict the others", caption=caption, frame=flagged, stem="contradicting"
        )
    changed = influence.hanging(compared.influence, compared.spec)
    if len(changed):
        caption = (
            "Each row is a participant without whom the verdict is another: higher or lower where the adjusted p is "
            "below .05, else undecided. tables/influence.csv has every participant left out of every contrast."
        )
        yield report.TableItem(
            title="Verdicts that hang on one participant", caption=caption, frame=changed, stem="hanging"
        )


def words_of(name: str) -> str:
    """A name of the file as a heading."""
    return finding.words(name).capitalize()


def _caption(compared: Any) -> str:
    spec = compared.spec
    family = f"each level of {' and '.join(spec.by)}" if spec.family == "by" and spec.by else "the whole table"
    scale = "Ratios of geometric means" if spec.log else "Differences of means"
    adjusted = "not adjusted" if spec.adjust == "none" else f"adjusted by {spec.adjust.title()} within {family}"
    return f"{scale}, each with its own error term; individual 95 % intervals; p {adjusted}."


def _provenance(study: Study, analysis: Analysis, pipeline: Pipeline) -> dict[str, Any]:
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
