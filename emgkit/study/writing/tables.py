"""The tables of a study of recordings, for files and for readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import report
from emgkit.curves import Curves
from emgkit.study.file.recordings import Comparison
from emgkit.study.recordings import influence
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.writing import claims, finding
from emgkit.study.writing.folder import write_table

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["comparison_caption", "readable_tables", "study_tables", "table_suffix", "words_of", "write_shown"]


def write_shown(items: tuple[report.TableItem, ...], folder: Path) -> None:
    """Write every table of the page as LaTeX, and as CSV where the study has not written it already."""
    for item in items:
        table, typeset = (folder / name for name in item.files)
        if not table.is_file():
            write_table(item.frame.assign(simulated=True) if item.simulated else item.frame, table)
        typeset.write_text(report.latex(item), encoding="utf-8")


def study_tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
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
        suffix = table_suffix(compared.spec)
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


def table_suffix(spec: Comparison) -> str:
    """What the files of a comparison are called by, behind the kind of table."""
    suffix = spec.name.removeprefix("contrasts")
    return suffix if suffix.startswith("_") or not suffix else f"_{suffix}"


def readable_tables(analysis: Analysis, tables: dict[str, pd.DataFrame]) -> tuple[report.TableItem, ...]:
    """The tables of the page in the order in which a reader needs them."""
    items = [
        report.TableItem(
            title=compared.spec.title or words_of(compared.spec.name),
            caption=f"{comparison_caption(compared)} {influence.sentence(compared.influence)}",
            frame=compared.contrasts,
            stem=f"contrasts{table_suffix(compared.spec)}",
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
        frame = finding.published_table(claims.stated(analysis.file.published))
        items.append(
            report.TableItem(title="What published studies said", caption=caption, frame=frame, stem="published")
        )
    caption = "Omnibus F beside the contrasts; Greenhouse-Geisser and Huynh-Feldt corrected."
    first = analysis.compared[0]
    stem = f"anova{table_suffix(first.spec)}"
    items.append(
        report.TableItem(
            title="Repeated-measures ANOVA", caption=caption, frame=first.anova, stem=stem, simulated=analysis.simulated
        )
    )
    return tuple(items)


def _influence_tables(compared: ComparisonResult) -> Iterator[report.TableItem]:
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


def comparison_caption(compared: Any) -> str:
    """What the numbers of a table of contrasts are."""
    spec = compared.spec
    family = f"each level of {' and '.join(spec.by)}" if spec.family == "by" and spec.by else "the whole table"
    scale = "Ratios of geometric means" if spec.log else "Differences of means"
    adjusted = "not adjusted" if spec.adjust == "none" else f"adjusted by {spec.adjust.title()} within {family}"
    return f"{scale}, each with its own error term; individual 95 % intervals; p {adjusted}."
