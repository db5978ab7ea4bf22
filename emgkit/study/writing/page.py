"""The outputs of a study, of recordings as of published figures: tables, figures, report, Word file and provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from emgkit import report
from emgkit.study.definition import StudyDefinition
from emgkit.study.file import expected
from emgkit.study.recordings.keys import sha256
from emgkit.study.script import Drawn
from emgkit.study.versions import versions
from emgkit.study.writing.folder import write_figure, write_json, write_table

__all__ = ["draw", "provenance_of", "with_expected", "write_page"]


def with_expected(
    tables: dict[str, pd.DataFrame], study: StudyDefinition, unchecked: Iterable[str]
) -> dict[str, pd.DataFrame]:
    """The tables with one more that holds them against what the study file expects, where it expects anything.

    Parameters
    ----------
    tables : dict of str to DataFrame
        The tables of the study by the names of their files.
    study : StudyDefinition
        Its file holds the expectations.
    unchecked : iterable of str
        Tables whose numbers this run does not hold against anything.
    """
    if not study.file.expected:
        return tables
    return {**tables, "expected": expected.check(study.file.expected, tables, unchecked=frozenset(unchecked))}


def draw(items: Iterable[Drawn], folder: Path, *, quick: bool) -> tuple[report.FigureItem, ...]:
    """Save each figure and give it to the report; a quick look saves nothing but what the page shows."""
    drawn = []
    for one in items:
        alt = one.alt or _seen(one)
        svg = write_figure(one.figure, folder / one.name, quick=quick)
        file = f"{folder.name}/{one.name}.svg"
        drawn.append(report.FigureItem(title=one.title, caption=one.caption, image=svg, alt=alt, file=file))
    return tuple(drawn)


def _seen(drawn: Drawn) -> str:
    """What the panels and axes of a figure are called."""
    figure, axes = drawn.figure, drawn.figure.axes
    panels = {name: "" for ax in axes for name in (ax.get_title(loc=where) for where in ("left", "center")) if name}
    words = [f"{drawn.title}."]
    if len(panels) > 1:
        words.append(f"Panels: {', '.join(panels)}.")
    for which, labels in (
        ("Horizontal", [ax.get_xlabel() for ax in axes]), ("Vertical", [ax.get_ylabel() for ax in axes]),
    ):  # fmt: skip
        named = list(dict.fromkeys(label for label in labels if label))
        words += [f"{which} axis: {' and '.join(named)}."] if named else []
    legends = [each for each in (*figure.legends, *(ax.get_legend() for ax in axes)) if each is not None]
    entries = list(dict.fromkeys(text.get_text() for legend in legends for text in legend.get_texts()))
    return " ".join([*words, *([f"Shown: {', '.join(entries)}."] if entries else [])]).replace("\n", " ")


def provenance_of(
    study: StudyDefinition, inputs: Mapping[str, Path], *, simulated: bool, seed: int | None, **further: Any
) -> dict[str, Any]:
    """What a study's results depend on.

    Parameters
    ----------
    study : StudyDefinition
        The study.
    inputs : mapping of str to Path
        The files read, by the names that are kept.
    simulated : bool
        Whether the recordings are simulated.
    seed : int or None
        Seed of everything simulated.
    **further
        What this kind of study adds.
    """
    return {
        "study": study.slug,
        "simulated": simulated,
        "seed": seed,
        **further,
        "versions": versions(),
        "study_file": study.text,
        "inputs": {name: sha256(path) for name, path in inputs.items()},
    }


def write_page(content: report.Content, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write everything that a study says into a folder: the only place where its files are put together.

    Parameters
    ----------
    content : report.Content
        The page: its tables, figures, words, checklist and provenance.
    tables : mapping of str to DataFrame
        Every table of the study, for CSV files; the page shows some of them, and some of its own.
    folder : Path
        Where to write.
    """
    files = ("tables/files.csv",) if "files" in tables else ()
    content = replace(content, files=("tables/results.docx", *files))
    for name, table in tables.items():
        write_table(table, folder / "tables" / f"{name}.csv")
    if content.checklist:
        write_table(report.checklist_table(content.checklist), folder / "tables" / "checklist.csv")
    (folder / "methods.md").write_text(f"# Methods\n\n{content.methods}\n", encoding="utf-8")
    write_json(content.provenance, folder / "provenance.json")
    (folder / "report.html").write_text(report.render(content), encoding="utf-8")
    report.write_word(content, folder / "tables" / "results.docx")
    for item in (*([content.answer] if content.answer else []), *content.tables):
        path, typeset = (folder / name for name in item.files)
        if not path.is_file():
            write_table(item.frame.assign(simulated=True) if item.simulated else item.frame, path)
        typeset.write_text(report.latex(item), encoding="utf-8")
