"""The Methods text of a study, put together: what was done, with every number, each fact in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from emgkit import events
from emgkit.curves import Curves
from emgkit.events.repetitions import PHASES
from emgkit.notation import counted, fixed, number, places, readable, series, surface
from emgkit.pipeline import Pipeline
from emgkit.report.checklist import Facts
from emgkit.signal_quality import quality_sentence
from emgkit.study.file.recordings import Exercise, StudyFile
from emgkit.study.recordings.measure.words import further_sentences, measure_words
from emgkit.study.versions import versions
from emgkit.study.writing.left_out import excluded_repetitions
from emgkit.study.writing.methods.comparisons import comparisons
from emgkit.study.writing.methods.metadata import described, described_contractions, known_of
from emgkit.study.writing.methods.people import people_and_recordings, plural, subject, unit_of
from emgkit.study.writing.methods.references import with_references
from emgkit.study.writing.methods.statements import Methods, Statement

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["methods_of"]

# what reads the files of some kinds
_READERS = {"edfio": (".edf", ".bdf"), "openpyxl": (".xlsx",)}

# what a study computes and statsmodels lacks
_BEYOND = (
    "What statsmodels lacks (the corrections for sphericity, Pillai's trace, effect sizes with their intervals) is "
    "emgkit's own, checked against R."
)


def methods_of(
    analysis: Analysis, pipeline: Pipeline, tables: Mapping[str, pd.DataFrame], *, own: bool = True
) -> Methods:
    """Put the Methods text of a study together: every part says itself what it did.

    Parameters
    ----------
    analysis : Analysis
        What was computed.
    pipeline : Pipeline
        The processing.
    tables : mapping of str to DataFrame
        The tables of the study.
    own : bool
        Whether the recordings are those that the study file names.
    """
    file, known = analysis.file, known_of(analysis)
    return with_references(
        Methods(
            paragraphs=(
                tuple(people_and_recordings(analysis, tables, own=own)),
                tuple(described(known)),
                tuple(_processing(pipeline, tables)),
                (_own_tasks(file),) if file.mvc.own_task_maximum else tuple(_mvc(analysis, known)),
                tuple(_repetitions(analysis, tables["repetitions"])),
                tuple(_measures(analysis)),
                *comparisons(analysis),
                tuple(_further(analysis, tables)),
            )
        )
    )


def _processing(pipeline: Pipeline, tables: Mapping[str, pd.DataFrame]) -> Iterator[Statement]:
    """The filters, the amplitude, and how good the signals are."""
    filters, amplitude = pipeline.split_at_amplitude()
    if filters.steps:
        yield Statement.of(filters.methods(), "filters")
    if amplitude.steps:
        yield Statement.of(amplitude.methods(), "amplitude")
    yield Statement.of(quality_sentence())
    quality = tables["quality"]
    quietest = quality[quality["unit"] == "V"]["baseline_noise"].dropna()
    if len(quietest):
        unit, factor = surface("V")
        median, most = (float(value) * factor for value in (quietest.median(), quietest.max()))
        low, high = (f"{fixed(value, places([value]))} {unit}" for value in (median, most))
        noise = f"the RMS of the quietest 0.5 s, which is noise where a muscle rests, had a median of {low}"
        noise += f" and a maximum of {high}"
        yield Statement(text=f"Over all channels of all recordings, {noise}.", facts={"noise": noise})


def _mvc(analysis: Analysis, known: Facts) -> Iterator[Statement]:
    """What 100 % is, in which positions and how often it was recorded, and what the metadata say of these trials."""
    file = analysis.file
    yield Statement.of(
        f"Each channel was normalised to the largest mean over a moving window of {_window(file)} of the same envelope "
        f"in the MVC trials of {_whose(file)}, over all trials and positions; values above 100 % were kept.",
        "normalisation",
    )
    trials = [source for source in analysis.used if source.mvc]
    if not trials:
        return
    positions = sorted({source.task for source in trials})
    counts = Counter((source.participant, source.session, source.task) for source in trials)
    fewest, most = min(counts.values()), max(counts.values())
    how_many = counted(most, "trial") if fewest == most else f"{fewest} to {counted(most, 'trial')}"
    lengths = [one for one in known.values("mvc", "RecordingDuration") if isinstance(one, (int, float))]
    long = ""
    if lengths and len(lengths) == len(trials):
        low, high = (number(round(one, 1)) for one in (min(lengths), max(lengths)))
        long = f", recorded for {low} s each" if low == high else f", recorded for {low} to {high} s each"
    each = "" if len(positions) == 1 else " each"
    yield Statement.of(
        f"MVC trials were recorded in {counted(len(positions), 'task')} ({series(positions)}), {how_many}{each} per "
        f"participant{' and session' * any(source.session for source in trials)}{long}."
    )
    yield from described_contractions(known)


def _own_tasks(file: StudyFile) -> Statement:
    tasks = ", ".join(readable(exercise.task) for exercise in file.exercises.values())
    return Statement.of(
        f"No MVC was used: each channel was normalised to the largest mean over a moving window of {_window(file)} of "
        f"the same envelope over all tasks ({tasks}) of {_whose(file)}, so that percentages compare tasks within a "
        "participant and muscle, not participants or muscles; values above 100 % were kept.",
        "normalisation",
    )


def _window(file: StudyFile) -> str:
    return f"{number(file.mvc.window * 1000)} ms"


def _whose(file: StudyFile) -> str:
    return "the participant" if file.mvc.across_sessions else "the participant and session"


def _repetitions(analysis: Analysis, table: pd.DataFrame) -> Iterator[Statement]:
    """How repetitions and their parts were found, and how many were rejected, beside those that are left out."""
    file, ways = analysis.file, []
    people = {source.participant for source in analysis.used}
    left_out = excluded_repetitions(analysis)
    for name, exercise in file.exercises.items():
        own = table[table["exercise"] == name]
        rejected = int((~own["accepted"].astype(bool)).sum()) - left_out.get(name, 0)
        ways.append(
            events.Segmentation(
                exercise=name,
                by=exercise.way,
                starts=exercise.starts,
                rest=exercise.rest if isinstance(exercise.rest, str) else None,
                rests=_rests(exercise, people),
                n=len(own),
                rejected=rejected,
                phases=bool(own[[f"{phase}_s" for phase in PHASES]].notna().any(axis=None)),
                zeros=tuple(filter(None, own["zero"].dropna().unique())) if "zero" in own else (),
                sides=tuple(filter(None, own["side"].dropna().unique())) if "side" in own else (),
                options={**file.repetitions.thresholds, **file.repetitions.times, **exercise.options},
            )
        )
    searched = {name: value for name, value in file.repetitions.thresholds.items() if name in events.OPTIONS}
    yield Statement.of(" ".join(events.segmentation_sentences(ways, **searched)), "phases")
    for name, exercise in file.exercises.items():
        if exercise.compared:
            agreement = events.stream_agreement(table[table["exercise"] == name])
            yield Statement.of(events.stream_agreement_sentence(readable(name), agreement))
    yield Statement.of(" ".join(events.rejection_sentences(ways)), "rejection")
    asked = {spec.during for spec in file.measures}
    if "half" in asked:
        yield Statement.of(events.halves_sentence())
    if "angle" in asked:
        yield Statement.of(events.angle_bins_sentence(width=file.angle_bins.width))


def _rests(exercise: Exercise, people: set[str]) -> dict[str, str]:
    """Where the study file says for single participants that the stream rests."""
    if not isinstance(exercise.rest, tuple):
        return {}
    rests: dict[str, str] = {}
    for entry in exercise.rest:
        if entry.participant not in people:
            continue
        facts = (entry.session and f"session {entry.session}", entry.run and f"run {entry.run}")
        rests[", ".join([f"participant {entry.participant}", *filter(None, facts)])] = entry.rest
    return rests


def _measures(analysis: Analysis) -> Iterator[Statement]:
    """What was measured, how it was averaged, and how the curves were made."""
    asked, unit = [], unit_of(analysis.file.exercises.values())
    for spec in analysis.file.measures:
        asked.append(f"the {measure_words(spec, unit)}{' (primary)' * spec.primary}")
    # in a list of formulas a comma separates nothing
    listing = f"The measures were {'; '.join(asked)}" if any("," in one for one in asked) else subject("measure", asked)
    yield Statement.of(f"{listing}.")
    for sentence in further_sentences(analysis.file.measures):
        yield Statement.of(sentence)
    over = series(plural(unit if name == "repetition" else name) for name in _several(analysis, unit))
    yield Statement.of(
        f"The measures were averaged arithmetically over {over}, so that the participant is the unit of analysis.",
        "averaging",
    )
    made = dict.fromkeys(_curve_sentence(analysis, place, unit) for place in range(len(analysis.file.curves)))
    same = "The curves were averaged in the same way, and then over participants."
    if made:
        yield Statement.of(f"{' '.join(made)} {same}", "curves")


def _several(analysis: Analysis, unit: str) -> list[str]:
    """What was averaged over, of which the recordings have more than one."""
    rows = pd.concat([session.rows for session in analysis.sessions])
    varied = [name for name in analysis.over if name in rows.columns and len(rows[name].unique()) > 1]
    if unit != "repetition" and "repetition" in analysis.over and "repetition" not in varied:
        # whole recordings are repetitions with the number 1: those of several runs are averaged, too
        cell = [name for name in rows.columns if name not in ("run", "repetition", "value")]
        varied = ["repetition", *varied] if rows.duplicated(cell).any() else varied
    return varied or list(analysis.over[:1])


def _curve_sentence(analysis: Analysis, place: int, unit: str) -> str:
    """How the curves of one entry of the study file were made."""
    spec = analysis.file.curves[place]
    curves = Curves.concat([session.curves[place] for session in analysis.sessions])
    kept = (
        f" Of each set, the {spec.most_repeatable} repetitions nearest to the mean of the others were kept for them."
        if spec.most_repeatable
        else ""
    )
    return replace(curves, during=unit if curves.during == "repetition" else curves.during).sentence() + kept


def _further(analysis: Analysis, tables: Mapping[str, pd.DataFrame]) -> Iterator[Statement]:
    """What stands beside the comparisons, and the programs."""
    if "recovery" in tables:
        yield Statement.of("Each ratio was compared with the true ratio of the simulated signals.")
    if analysis.file.published:
        yield Statement.of("Published figures are shown beside the results and did not enter any computation.")
    if analysis.agreement.values:
        yield Statement.of(f"{analysis.agreement.sentence()} {_BEYOND}")
    known = versions()
    yield Statement.of(
        f"All computations were made with emgkit {known['emgkit']}, which rests on NumPy {known['numpy']} (Harris et "
        f"al. 2020), SciPy {known['scipy']} (Virtanen et al. 2020) and pandas {known['pandas']} (McKinney 2010)"
        f"{_readers(analysis, known)}. The study file with every parameter is in provenance.json.",
        "software",
    )


def _readers(analysis: Analysis, known: Mapping[str, str]) -> str:
    """The libraries that read the recordings, where emgkit does not do that itself."""
    endings = {source.path.suffix.lower() for source in analysis.used}
    used = [f"{name} {known[name]}" for name, kinds in _READERS.items() if endings & {*kinds}]
    return f"; recordings were read with {series(used)}" if used else ""
