"""The Methods text of a study: what was done, with every number, each fact in one place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from emgkit import events, shipped
from emgkit.curves import Curves
from emgkit.events.repetitions import PHASES
from emgkit.notation import as_title, capital, counted, fixed, number, places, readable, series, surface
from emgkit.pipeline import Pipeline
from emgkit.signal_quality import quality_sentence
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.methods import n_text, unit_text
from emgkit.stats.within.levels import order_rule
from emgkit.study.file.recordings import Exercise, StudyFile
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.recordings.measure.words import further_sentences, measure_words
from emgkit.study.versions import versions
from emgkit.study.writing.finding import not_compared
from emgkit.study.writing.left_out import excluded_repetitions, left_out_sentences

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["Methods", "Statement", "methods_of"]

# what a study computes and statsmodels lacks
_BEYOND = (
    "What statsmodels lacks (the corrections for sphericity, Pillai's trace, effect sizes with their intervals) is "
    "emgkit's own, checked against R."
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One or more sentences of the Methods text, and the facts of the checklist that they state.

    Parameters
    ----------
    text : str
        Plain text.
    facts : mapping of str to str
        Name of a fact, as the reporting checklist asks for it -> the words of `text` that state it.
    """

    text: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, *facts: str) -> Statement:
        """Sentences that state these facts as a whole."""
        return cls(text=text, facts=dict.fromkeys(facts, text))


@dataclass(frozen=True, kw_only=True)
class Methods:
    r"""The Methods text of a study.

    Parameters
    ----------
    paragraphs : tuple of tuple of Statement
        In the order in which they are read.

    Examples
    --------
    >>> made = Methods(paragraphs=((Statement.of("EMG was rectified.", "amplitude"),), (Statement.of("Done."),)))
    >>> made.text
    'EMG was rectified.\n\nDone.'
    >>> made.facts
    {'amplitude': 'EMG was rectified.'}
    """

    paragraphs: tuple[tuple[Statement, ...], ...]

    @property
    def text(self) -> str:
        """Plain text, an empty line between paragraphs."""
        paragraphs = (" ".join(one.text for one in paragraph if one.text) for paragraph in self.paragraphs)
        return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)

    @property
    def facts(self) -> dict[str, str]:
        """The facts that the text states, by the names that the reporting checklist uses."""
        return {name: fact for paragraph in self.paragraphs for one in paragraph for name, fact in one.facts.items()}


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
    file = analysis.file
    return Methods(
        paragraphs=(
            tuple(_data(analysis, tables, own=own)),
            tuple(_processing(pipeline, tables)),
            (_own_tasks(file) if file.mvc.own_task_maximum else _mvc(file),),
            tuple(_repetitions(analysis, tables["repetitions"])),
            tuple(_measures(analysis)),
            *_statistics(analysis),
            tuple(_further(analysis, tables)),
        )
    )


def _data(analysis: Analysis, tables: Mapping[str, pd.DataFrame], *, own: bool) -> Iterator[Statement]:
    """Who was recorded, who is compared, and what was left out and why."""
    simulated = "simulated " if analysis.simulated else ""
    n = len({source.participant for source in analysis.used})
    people = counted(n, f"{simulated}participant")
    rates = series(f"{number(rate)} Hz" for rate in sorted({each for one in analysis.sessions for each in one.rates}))
    first = analysis.compared[0]
    compared = first.compared_cells["participant"].nunique()
    which = "the first comparison" if len(analysis.compared) > 1 else "the comparison"
    entered = f"; {'all' if compared == n else compared} of them entered {which}{_groups(first)}"
    entered = "" if first.contrasts is None else entered
    yield Statement(
        text=f"Recordings of {people}, sampled at {rates}, were available{entered}.",
        facts={"participants": people, "rate": rates},
    )
    repetitions = tables["repetitions"].groupby("exercise", sort=False)["repetition"].size()
    units = {name: _unit([exercise]) for name, exercise in analysis.file.exercises.items()}
    exercises = [f"{readable(name)} ({n} {_plural(units[str(name)], int(n))})" for name, n in repetitions.items()]
    yield Statement(text=f"{_subject('task', exercises)}.", facts={"exercises": series(exercises)})
    yield from _second_files(analysis)
    yield from _channels(analysis)
    yield from _origin(analysis, own=own)
    sentences = left_out_sentences(analysis)
    text = " ".join(sentences) or "No recording of these tasks was left out"
    # the checklist has how many; the reasons stand in the text
    yield Statement(text=text.rstrip(".") + ".", facts={"left_out": re.split(r":| because ", text)[0]})
    kept = analysis.kept(first.spec)
    if len(kept):
        reasons = "; ".join(f"{row.recording}: {row.why}" for row in kept.itertuples())
        text = f"{capital(which)} kept {series(kept['recording'])}, which the study file excludes ({reasons})."
        yield Statement(text=text)
    codes = ("incomplete-by-exclusion", "level-not-compared")
    for notice in first.notices if first.contrasts is not None else ():
        if notice.code in codes:
            yield Statement(text=notice.text)


def _groups(first: ComparisonResult) -> str:
    """How many of each group, where the comparison names groups."""
    if "group" not in first.spec.by:
        return ""
    counts = first.compared_cells.groupby("group", observed=True)["participant"].nunique()
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
    yield Statement(text=f"{_subject('muscle', muscles, ' recorded')}{side}.", facts=facts)


def _second_files(analysis: Analysis) -> Iterator[Statement]:
    """The files whose streams stand beside the EMG, and when they began."""
    rules = {second.rule.pattern: second.rule for source in analysis.used for second in source.joined}
    for pattern, join in rules.items():
        when = "they began with the EMG"
        if join.by is not None:
            when = "the edges of the trigger in both gave the offset"
        elif join.offset:
            when = f"they began {number(abs(join.offset))} s {'before' if join.offset < 0 else 'after'} the EMG"
        yield Statement(text=f"The streams of second files ({pattern}) stand beside the EMG; {when}.")


def _unit(exercises: Iterable[Exercise]) -> str:
    """What is measured once: a repetition, or where none was searched a recording, or a stretch of it."""
    kinds = set()
    for one in exercises:
        whole = one.start is None and one.stop is None
        kinds.add("repetition" if one.way != "none" else "recording" if whole else "stretch")
    return kinds.pop() if len(kinds) == 1 else "repetition"


def _subject(noun: str, names: Sequence[str], rest: str = "") -> str:
    """What one thing was, or several: ``The tasks were gait and sitting``."""
    start = f"The {noun}{rest} was" if len(names) == 1 else f"The {noun}s{rest} were"
    return f"{start} {series(names)}"


def _origin(analysis: Analysis, *, own: bool) -> Iterator[Statement]:
    """The origin of the recordings, if the study file names it."""
    data = analysis.file.data
    if analysis.simulated:
        which = f" from the specification {data.simulate} with seed {data.seed}" if own and data.simulate else ""
        yield Statement.of(f"The recordings are simulated{which}.", "data")
    elif data.registry is not None:
        registry = tomllib.loads(shipped.path("datasets", "registry.toml").read_text(encoding="utf-8"))
        entry = registry.get(data.registry, {})
        where = "; ".join(str(entry[key]) for key in ("address", "licence") if key in entry)
        if where:
            yield Statement(text=f"The data are public ({where}).", facts={"data": where})


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


def _mvc(file: StudyFile) -> Statement:
    tasks = " or ".join(f"'{pattern}'" for pattern in file.mvc.tasks)
    return Statement.of(
        f"Each channel was normalised to the largest mean over a moving window of {_window(file)} of the same envelope "
        f"in the trials named {tasks} of {_whose(file)}, over all trials and positions; values above 100 % were kept.",
        "normalisation",
    )


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
                rests=_rests(exercise),
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


def _rests(exercise: Exercise) -> dict[str, str]:
    """Where the study file says for single participants that the stream rests."""
    if not isinstance(exercise.rest, tuple):
        return {}
    rests: dict[str, str] = {}
    for entry in exercise.rest:
        facts = (entry.session and f"session {entry.session}", entry.run and f"run {entry.run}")
        rests[", ".join([f"participant {entry.participant}", *filter(None, facts)])] = entry.rest
    return rests


def _measures(analysis: Analysis) -> Iterator[Statement]:
    """What was measured, how it was averaged, and how the curves were made."""
    asked, unit = [], _unit(analysis.file.exercises.values())
    for spec in analysis.file.measures:
        asked.append(f"the {measure_words(spec, unit)}{' (primary)' * spec.primary}")
    # in a list of formulas a comma separates nothing
    listing = (
        f"The measures were {'; '.join(asked)}" if any("," in one for one in asked) else _subject("measure", asked)
    )
    yield Statement.of(f"{listing}.")
    for sentence in further_sentences(analysis.file.measures):
        yield Statement.of(sentence)
    over = series(_plural(unit if name == "repetition" else name) for name in analysis.over)
    yield Statement.of(
        f"The measures were averaged arithmetically over {over}, so that the participant is the unit of analysis.",
        "averaging",
    )
    made = dict.fromkeys(_curve_sentence(analysis, place, unit) for place in range(len(analysis.file.curves)))
    same = "The curves were averaged in the same way, and then over participants."
    yield Statement.of(f"{' '.join(made)} {same}", "curves")


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


def _plural(noun: str, n: int = 2) -> str:
    return noun if n == 1 else f"{noun}es" if noun.endswith("ch") else f"{noun}s"


def _statistics(analysis: Analysis) -> Iterator[tuple[Statement, ...]]:
    """A paragraph a comparison, in the words of its results; of one made as the first only how it differs."""
    first, *others = analysis.compared
    unit = _unit(analysis.file.exercises.values())
    of_first = (Statement.of(f"Compared was the {measure_words(first.measure, unit)}."),) if first.spec.measure else ()
    yield (*of_first, *_comparison(first))
    others = [compared for compared in others if compared.contrasts is not None]
    described = [first]
    kept_first = list(analysis.kept(first.spec)["recording"])
    for compared in others:
        title = _title(compared)
        kept = list(analysis.kept(compared.spec)["recording"])
        more, fewer = ([name for name in a if name not in b] for a, b in ((kept, kept_first), (kept_first, kept)))
        of = "" if compared.measure == first.measure else f", of the {measure_words(compared.measure, unit)}"
        keep = (f", with {series(more)} kept" if more else "") + (f", without {series(fewer)}" if fewer else "")
        alike = next((one for one in described if _bare(one) == _bare(compared)), None)
        n = n_text(AnalysisFacts.of(compared.contrasts)) if compared.contrasts is not None else ""
        as_which = "" if alike is None or alike is first else f" as “{_title(alike)}”"
        how = "" if alike is None else f" in the same way{as_which} ({n})"
        # the checklist is about the first comparison
        further = () if alike is not None else tuple(Statement(text=one.text) for one in _comparison(compared))
        described += [compared] if alike is None else []
        yield (Statement(text=f"A further comparison, “{title}”{of}, was made{how}{keep}."), *further)


def _title(compared: ComparisonResult) -> str:
    return compared.spec.title or as_title(compared.spec.name)


def _bare(compared: ComparisonResult) -> list[str]:
    """The Methods sentences of a comparison without its measure, its n, and who had which levels."""
    tables = [table for table in (compared.contrasts, compared.anova, compared.influence) if table is not None]
    parts = [(AnalysisFacts.of(one), part, text) for one in tables for part, text in one.methods_parts().items()]
    return [
        text.replace(n_text(facts), "n").replace(unit_text(facts) or " ", " ")
        for facts, part, text in parts
        if part != "people"
    ]


def _comparison(compared: ComparisonResult) -> Iterator[Statement]:
    """What the results of a comparison say of themselves, by the facts that the checklist asks for."""
    parts = (
        (compared.contrasts, {"analysis": "test", "interval": "intervals", "family": "family", "effect": "effect"}),
        (compared.anova, {"analysis": "omnibus", "interval": "sphericity", "effect": "omnibus_effect"}),
        (compared.influence, {"analysis": "influence", "effect": "outliers"}),
    )
    before: set[str] = set()
    for reason in not_compared(compared):
        yield Statement.of(reason, "test")
    for reason in [notice.text for notice in compared.notices if notice.code == "anova-not-made"]:
        yield Statement.of(reason, *([] if compared.anova is not None else ["omnibus", "omnibus_effect"]))
    for table, names in parts:
        if table is None:
            continue
        for part, text in table.methods_parts().items():
            if part != "software" and text not in before:
                before.add(text)
                yield Statement.of(text, *([names[part]] if part in names else []))
        if table is compared.contrasts:
            yield Statement.of(order_rule(table.attrs), "alpha")


def _further(analysis: Analysis, tables: Mapping[str, pd.DataFrame]) -> Iterator[Statement]:
    """What stands beside the comparisons, and the programs."""
    if "recovery" in tables:
        yield Statement.of("Each ratio was compared with the one that the simulated signals held.")
    if analysis.file.published:
        yield Statement.of("Published figures stand beside the results; they entered no computation.")
    known = versions()
    libraries = ", ".join(f"{name} {known[name]}" for name in ("numpy", "scipy", "pandas", "statsmodels"))
    if analysis.agreement.values:
        yield Statement.of(f"{analysis.agreement.sentence()} {_BEYOND}")
    yield Statement.of(
        f"Computed with emgkit {known['emgkit']} ({libraries}). The study file with every parameter is in "
        "provenance.json.",
        "software",
    )
