"""Who and what was recorded, and what was left out, in the Methods text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from emgkit import shipped
from emgkit.notation import capital, counted, number, readable, series
from emgkit.simulate.specification import load_spec
from emgkit.simulate.words import generator_sentences
from emgkit.study.file.recordings import Exercise
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.writing.left_out import left_out_sentences
from emgkit.study.writing.methods.entering import EXPLAINED, entered, not_entered
from emgkit.study.writing.methods.statements import Statement

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["people_and_recordings", "plural", "subject", "unit_of"]


def people_and_recordings(analysis: Analysis, tables: Mapping[str, pd.DataFrame], *, own: bool) -> Iterator[Statement]:
    """Who was recorded, who is compared, and what was left out and why."""
    simulated = "simulated " if analysis.simulated else ""
    recorded = {source.participant for source in analysis.used}
    n = len(recorded)
    people = counted(n, f"{simulated}participant")
    rates = series(f"{number(rate)} Hz" for rate in sorted({each for one in analysis.sessions for each in one.rates}))
    first = analysis.compared[0]
    there = entered(first)
    which = "the first comparison" if len(analysis.compared) > 1 else "the comparison"
    compared = (
        ""
        if first.contrasts is None
        else f"; {'all' if there == recorded else len(there)} of them entered {which}{_groups(first, there)}"
    )
    yield Statement(
        text=f"Recordings of {people}, sampled at {rates}, were available{compared}.",
        facts={"participants": people, "rate": rates},
    )
    repetitions = tables["repetitions"].groupby("exercise", sort=False)["repetition"].size()
    units = {name: unit_of([exercise]) for name, exercise in analysis.file.exercises.items()}
    exercises = [f"{readable(name)} ({n} {plural(units[str(name)], int(n))})" for name, n in repetitions.items()]
    yield Statement(text=f"{subject('task', exercises)}.", facts={"exercises": series(exercises)})
    yield from _second_files(analysis)
    yield from _channels(analysis)
    sentences = left_out_sentences(analysis)
    text = " ".join(sentences) or "No recording of these tasks was left out"
    # the checklist has how many; the reasons stand in the text
    yield Statement(text=text.rstrip(".") + ".", facts={"left_out": re.split(r":| because ", text)[0]})
    kept = analysis.kept(first.spec)
    if len(kept):
        reasons = "; ".join(f"{row.recording}: {row.why}" for row in kept.itertuples())
        text = f"{capital(which)} kept {series(kept['recording'])}, which the study file excludes ({reasons})."
        yield Statement(text=text)
    for notice in first.notices if first.contrasts is not None else ():
        if notice.code in EXPLAINED:
            yield Statement(text=notice.text)
    for sentence in not_entered(analysis):
        yield Statement(text=sentence)
    yield from _origin(analysis, own=own)


def _groups(first: ComparisonResult, there: set[str]) -> str:
    """How many of each group, where the comparison names groups."""
    if "group" not in first.spec.by:
        return ""
    cells = first.compared_cells[first.compared_cells["participant"].astype(str).isin(there)]
    counts = cells.groupby("group", observed=True)["participant"].nunique()
    return f" ({', '.join(f'{group} {count}' for group, count in counts.items())})"


def _channels(analysis: Analysis) -> Iterator[Statement]:
    """The muscles and sides recorded."""
    rows = pd.concat([session.rows[["muscle", "side"]] for session in analysis.sessions])
    # a number of two muscles names both
    named = {one for both in rows["muscle"].dropna().unique() for one in str(both).split(" / ") if one}
    muscles = sorted(map(readable, named))
    sides = sorted(side for side in rows["side"].dropna().unique() if side)
    if not muscles:
        return
    facts = {"muscles": series(muscles), **({"sides": series(sides)} if sides else {})}
    side = f", on the {series(sides)} side{'s' * (len(sides) > 1)}" if sides else ""
    yield Statement(text=f"{subject('muscle', muscles, ' recorded')}{side}.", facts=facts)


def _second_files(analysis: Analysis) -> Iterator[Statement]:
    """The files whose streams stand beside the EMG, and when they began."""
    rules = {second.rule.pattern: second.rule for source in analysis.used for second in source.joined}
    for pattern, join in rules.items():
        when = "they began with the EMG"
        if join.by is not None:
            when = "the edges of the trigger in both gave the offset"
        elif join.offset:
            when = f"they began {number(abs(join.offset))} s {'before' if join.offset < 0 else 'after'} the EMG"
        yield Statement(text=f"Further signals were read from second files ({pattern}); {when}.")


def unit_of(exercises: Iterable[Exercise]) -> str:
    """What is measured once: a repetition, or where none was searched a recording, or a stretch of it."""
    kinds = set()
    for one in exercises:
        whole = one.start is None and one.stop is None
        kinds.add("repetition" if one.way != "none" else "recording" if whole else "stretch")
    return kinds.pop() if len(kinds) == 1 else "repetition"


def subject(noun: str, names: Sequence[str], rest: str = "") -> str:
    """What one thing was, or several: ``The tasks were gait and sitting``."""
    start = f"The {noun}{rest} was" if len(names) == 1 else f"The {noun}s{rest} were"
    return f"{start} {series(names)}"


def _origin(analysis: Analysis, *, own: bool) -> Iterator[Statement]:
    """The origin of the recordings, if the study file names it."""
    data = analysis.file.data
    if analysis.simulated:
        if own and data.simulate and data.seed is not None:
            spec = load_spec(data.simulate)
            first, *rest = generator_sentences(spec, name=data.simulate, seed=data.seed)
            yield Statement.of(first, "data")
            yield Statement.of(" ".join(rest))
        else:
            yield Statement.of("The recordings are simulated; nobody was measured.", "data")
    elif data.registry is not None:
        registry = tomllib.loads(shipped.path("datasets", "registry.toml").read_text(encoding="utf-8"))
        entry = registry.get(data.registry, {})
        where = "; ".join(str(entry[key]) for key in ("address", "licence") if key in entry)
        if where:
            yield Statement(text=f"The data are public ({where}).", facts={"data": where})


def plural(noun: str, n: int = 2) -> str:
    """The noun as it is counted."""
    return noun if n == 1 else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
