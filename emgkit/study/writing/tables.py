"""The tables of a study of recordings, for files and for readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from emgkit import events, report
from emgkit.curves import Curves
from emgkit.notation import as_title
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.methods import gaps_text, n_text, unit_text
from emgkit.stats.results.results import Results
from emgkit.stats.within.levels import by_size, order_rule
from emgkit.stats.within.summaries import influence_summary, verdict_text
from emgkit.study.file.recordings import Comparison
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.writing import claims, finding

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis
    from emgkit.study.recordings.session import Session

__all__ = ["PUBLISHED", "contradicting", "hanging", "levels_item", "readable_tables", "study_tables", "table_suffix"]

PUBLISHED = "What published studies say of each claim"
"""The title of the table of claims."""


def study_tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Every table of the study by the name of its file."""
    sessions = analysis.sessions
    first = analysis.compared[0]
    tables = {
        "repetitions": pd.concat([session.repetitions for session in sessions], ignore_index=True),
        "measures": pd.concat([session.rows for session in sessions], ignore_index=True),
        "references": pd.concat([session.references for session in sessions], ignore_index=True),
        "extremes": pd.concat([session.extremes for session in sessions], ignore_index=True),
        "quality": pd.concat([session.quality for session in sessions], ignore_index=True),
        "checks": pd.concat([session.checks for session in sessions], ignore_index=True),
        **{f"curves{spec.suffix}": _curves(analysis, place) for place, spec in enumerate(analysis.file.curves)},
        **_details(sessions),
        "excluded": analysis.left_out,
        "files": analysis.files,
    }
    for compared in analysis.compared:
        # the plain name is that of the first comparison, unless the study file says otherwise
        suffix = table_suffix(compared.spec)
        kinds = {"contrasts": compared.contrasts, "cells": compared.cells, "anova": compared.anova}
        kinds |= {"influence": compared.influence, "levels": finding.levels_of(compared)}
        tables |= {f"{kind}{suffix}": table for kind, table in kinds.items() if table is not None}
    agreement = _stream_agreement(analysis, tables["repetitions"])
    if len(agreement):
        tables["agreement"] = agreement
    truth = analysis.folder / "derivatives" / "truth" / "truth.csv"
    simple = first.spec.log and first.spec.by == ("muscle",)
    if analysis.simulated and truth.is_file() and simple and first.contrasts is not None:
        known = pd.read_csv(truth, dtype={"participant": str})
        tables["recovery"] = finding.recovery(first.contrasts, known)
    return {name: table.assign(simulated=True) if analysis.simulated else table for name, table in tables.items()}


def _stream_agreement(analysis: Analysis, repetitions: pd.DataFrame) -> pd.DataFrame:
    """How far several streams agree on the repetitions, of each exercise that names several."""
    parts = []
    for name, exercise in analysis.file.exercises.items():
        if exercise.compared:
            own = events.stream_agreement(repetitions[repetitions["exercise"] == name])
            own.insert(0, "exercise", name)
            parts.append(own)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _curves(analysis: Analysis, place: int) -> pd.DataFrame:
    """The mean curves of one entry of the study file, at the levels of the first comparison."""
    first = analysis.compared[0]
    # the same people as in the comparison: of the others a task is missing, and with it their reference
    people = set(first.cells["participant"])
    own = [s.curves[place].of(participants=people) for s in analysis.sessions if people & s.people]
    curves = _of_cells(Curves.concat(own).participant_means(over=analysis.over), first)
    by = dict.fromkeys((first.spec.within, *first.spec.by))
    # a number of both sides has none, and each side has a curve
    without_side = "side" in first.cells.columns and first.cells["side"].isna().all()
    if without_side and "side" in curves.index.columns and len(set(curves.index["side"])) > 1:
        by |= {"side": None}
    return curves.ensemble(by=tuple(by)).assign(unit=curves.unit)


def _details(sessions: Sequence[Session]) -> dict[str, pd.DataFrame]:
    """The further tables of measures: slopes, onsets, synergies."""
    names = dict.fromkeys(name for session in sessions for name in session.details)
    return {name: pd.concat([s.details[name] for s in sessions if name in s.details]) for name in names}


def _of_cells(curves: Curves, compared: ComparisonResult) -> Curves:
    """The curves without those of participants who are not in a comparison at their level of `by`."""
    by = [name for name in compared.spec.by if name in curves.index.columns]
    places, cells = (
        set(compared.cells[keys].astype(str).itertuples(index=False, name=None)) for keys in (by, ["participant", *by])
    )
    rows = curves.index[["participant", *by]].astype(str).itertuples(index=False, name=None)
    # a phase is no place: the curves are of whole repetitions
    chosen = [row in cells or row[1:] not in places for row in rows]
    return replace(curves, values=curves.values[chosen], index=curves.index[chosen].reset_index(drop=True))


def table_suffix(spec: Comparison) -> str:
    """What the files of a comparison are called by, behind the kind of table."""
    suffix = spec.name.removeprefix("contrasts")
    return suffix if suffix.startswith("_") or not suffix else f"_{suffix}"


def readable_tables(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> tuple[report.TableItem, ...]:
    """The tables of the page, behind that of the finding, in the order in which a reader needs them."""
    items = [
        report.TableItem(
            title=compared.spec.title or as_title(compared.spec.name),
            caption=" ".join([_people(compared.contrasts), *_influence_words(compared)]),
            frame=by_size(compared.contrasts),
            stem=f"contrasts{table_suffix(compared.spec)}",
            simulated=analysis.simulated,
        )
        for compared in analysis.compared
        if compared.contrasts is not None
    ]
    items += [replace(item, simulated=analysis.simulated) for item in _influence_tables(analysis.compared[0])]
    if "recovery" in tables:
        caption = "True: the ratio of geometric means that was simulated. Beside it, what this run found."
        names = {"put_in": "true_ratio", "returned": "ratio", "interval_holds_it": "interval_contains_it"}
        items.append(
            report.TableItem(
                title="Simulation check: true ratios and those of this run",
                caption=caption,
                frame=tables["recovery"].rename(columns=names),
                stem="recovery",
                simulated=True,
            )
        )
    if "agreement" in tables:
        items.append(_agreement_item(tables["agreement"], simulated=analysis.simulated))
    if analysis.file.published:
        caption = (
            "Published figures alone; nothing here is simulated or comes from this run. The numbers count studies."
        )
        frame = claims.published_table(claims.stated(analysis.file.published))
        items.append(report.TableItem(title=PUBLISHED, caption=caption, frame=frame, stem="published"))
    first = analysis.compared[0]
    stem = f"anova{table_suffix(first.spec)}"
    if first.anova is not None:
        items.append(
            report.TableItem(
                title="Repeated-measures ANOVA",
                caption=_people(first.anova),
                frame=first.anova,
                stem=stem,
                simulated=analysis.simulated,
            )
        )
    return tuple(items)


def _agreement_item(agreement: pd.DataFrame, *, simulated: bool) -> report.TableItem:
    """How far several streams agree, in milliseconds."""
    seconds = {name: f"{name} (ms)" for name in ("median", "low", "high")}
    frame = agreement[["exercise", "stream", "boundary", "n", "matched", *seconds]]
    frame = frame.assign(**{name: 1000 * frame[name] for name in seconds}).rename(columns=seconds)
    return report.TableItem(
        title="How far the streams agree on the repetitions",
        caption="Each row is a boundary of the repetitions: how many the first stream gave and how many of them the "
        "other stream shows, and by how much later it is there, as the median with the 95 % limits of agreement.",
        frame=frame,
        formats=dict.fromkeys(seconds.values(), ".0f"),
        stem="stream_agreement",
        simulated=simulated,
    )


def levels_item(analysis: Analysis) -> report.TableItem | None:
    """The levels of the first comparison, for the finding; None where nothing was compared."""
    first = analysis.compared[0]
    table = finding.levels_of(first)
    if table is None or first.contrasts is None:
        return None
    return report.TableItem(
        title="Levels from highest to lowest",
        caption=f"{'Geometric means' if first.spec.log else 'Means'}{unit_text(AnalysisFacts.of(table))}. "
        f"{_people(first.contrasts)}",
        frame=table,
        stem=f"levels{table_suffix(first.spec)}",
        simulated=analysis.simulated,
    )


def _people(table: Results) -> str:
    """The number of participants, which a table leaves out where it is the same in every row, and who is missing."""
    return f"{n_text(AnalysisFacts.of(table))}. {gaps_text(AnalysisFacts.of(table))}".rstrip()


def _influence_words(compared: ComparisonResult) -> list[str]:
    return [] if compared.influence is None else [influence_summary(compared.influence)]


def _influence_tables(compared: ComparisonResult) -> Iterator[report.TableItem]:
    """Who is flagged as outlying, and which contrasts depend on one participant; without rows no table."""
    table = compared.influence
    if table is None:
        return
    if table["contradicts"].any():
        caption = (
            f"{table.methods_parts()['effect']} A flag is a reason to look at the recordings, never one to leave a "
            "person out."
        )
        yield report.TableItem(
            title="Outlying participants", caption=caption, frame=contradicting(table),
            stem="contradicting",
        )  # fmt: skip
    if table["verdict_changes"].any():
        every = f"tables/influence{table_suffix(compared.spec)}.csv"
        caption = (
            "Each row is a participant without whom the verdict changes between higher, lower and undecided. "
            f"{order_rule(table.attrs)} {every} has every participant left out of every contrast."
        )
        yield report.TableItem(
            title="Contrasts whose significance depends on one participant",
            caption=caption,
            frame=hanging(table),
            stem="hanging",
        )


def contradicting(table: Results) -> pd.DataFrame:
    """Who contradicts all others, and why: one row a contrast."""
    # a plain table: what is left of the columns is not a table of results any more
    flagged = pd.DataFrame(table[table["contradicts"]]).rename(columns={"left_out": "participant"})
    return flagged[["participant", *(table.attrs["by"] or []), "contrast", "why"]]


def hanging(table: Results) -> pd.DataFrame:
    """The verdicts that change without one participant, beside those with everybody."""
    rows = pd.DataFrame(table[table["verdict_changes"]])
    verdicts = {
        name: [verdict_text(row, table.attrs, everybody=everybody) for row in rows.to_dict("records")]
        for name, everybody in (("with_everybody", True), ("without", False))
    }
    return rows[[*(table.attrs["by"] or []), "contrast", "left_out"]].assign(**verdicts)
