"""The Methods text of a study: each part says what was done, with every number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emgkit import events
from emgkit.notation import number
from emgkit.pipeline import Pipeline
from emgkit.study.file.recordings import Comparison, MeasureSpec, StudyFile
from emgkit.study.writing.finding import words
from emgkit.study.writing.folder import versions

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["parts_of"]


def parts_of(file: StudyFile, pipeline: Pipeline, analysis: Analysis) -> dict[str, str]:
    """The parts of the Methods text of a study, as :func:`emgkit.report.methods_text` takes them.

    Parameters
    ----------
    file : StudyFile
        What was asked.
    pipeline : Pipeline
        The processing.
    analysis : Analysis
        What was computed.

    Returns
    -------
    dict of str to str
        Plain text each.
    """
    return {
        "pipeline_text": _data(analysis) + pipeline.methods(),
        "reference_text": _own_tasks(file) if file.mvc.own_task_maximum else _mvc(file),
        "repetitions_text": _repetitions(file),
        "measures_text": _measures(file),
        "statistics_text": " ".join(_comparison(spec) for spec in file.comparisons),
        "software_text": _software(),
    }


def _data(analysis: Analysis) -> str:
    """Who was recorded, who is compared, and what was left out and why."""
    people = {source.participant for source in analysis.used}
    compared = set(analysis.compared[0].cells["participant"])
    what = "Simulated recordings" if analysis.simulated else "Recordings"
    rates = sorted({number(session.example[0].sfreq) for session in analysis.sessions})
    text = f"{what} of {len(people)} participants, sampled at {' and '.join(rates)} Hz, were available"
    text += f"; {len(compared)} participants entered the comparison" + _groups(analysis) + ". "
    if len(analysis.excluded):
        reasons = "; ".join(f"{row.recording}: {row.why}" for row in analysis.excluded.itertuples())
        text += f"{len(analysis.excluded)} recordings were left out ({reasons}). "
    return text


def _groups(analysis: Analysis) -> str:
    """How many of each group, where the comparison names groups."""
    first = analysis.compared[0]
    if "group" not in first.spec.by:
        return ""
    counts = first.cells.groupby("group", observed=True)["participant"].nunique()
    return f" ({', '.join(f'{group} {count}' for group, count in counts.items())})"


def _mvc(file: StudyFile) -> str:
    tasks = " or ".join(f"'{pattern}'" for pattern in file.mvc.tasks)
    window = number(file.mvc.window * 1000)
    return (
        f"Each channel was normalised to the largest mean over a moving window of {window} ms of the same envelope in "
        f"the trials named {tasks} of the participant and session, over all trials and positions; values above 100 % "
        "were kept."
    )


def _own_tasks(file: StudyFile) -> str:
    window = number(file.mvc.window * 1000)
    tasks = ", ".join(words(exercise.task) for exercise in file.exercises.values())
    return (
        f"No MVC was used: each channel was normalised to the largest mean over a moving window of {window} ms of the "
        f"same envelope over all tasks ({tasks}) of the participant and session, so that percentages compare tasks "
        "within a participant and muscle, not participants or muscles; values above 100 % were kept."
    )


def _repetitions(file: StudyFile) -> str:
    sentences = []
    for name, exercise in file.exercises.items():
        if exercise.starts is None:
            sentences.append(f"Cycles of {words(name)} were taken from the {exercise.by} signal.")
        else:
            sentences.append(
                f"Repetitions of the {words(name)} were taken from the {exercise.by} signal, the first movement away "
                f"from rest being the {exercise.starts} phase."
            )
    return " ".join([*sentences, events.search_sentence(**file.repetitions)])


def _measures(file: StudyFile) -> str:
    asked = []
    for spec in file.measures:
        name = "iEMG" if spec.name == "iemg" else spec.name
        asked.append(f"{name} over {_stretch(spec, file)}{' (primary)' * spec.primary}")
    over = ", ".join(f"{name}s" for name in file.summary.over)
    return (
        f"Measures were {'; '.join(asked)}. They were averaged arithmetically over {over}, so that the participant is "
        "the unit."
    )


def _stretch(spec: MeasureSpec, file: StudyFile) -> str:
    """What a measure was taken over, in words."""
    phase = f"{spec.phase} phase" if spec.phase else "phase"
    if spec.during == "half":
        return f"each half of the {phase}, by displacement"
    if spec.during == "angle":
        return f"each {number(file.angle_bins.width)}-degree bin of the joint angle in the {phase}"
    if spec.phase is not None:
        return f"the {phase}"
    return "each phase" if spec.during == "phase" else f"the whole {spec.during}"


def _comparison(spec: Comparison) -> str:
    scale = "the natural logarithm of the values, giving ratios of geometric means" if spec.log else "the values"
    family = f"each level of {' and '.join(spec.by)}" if spec.by and spec.family == "by" else "all contrasts"
    adjust = {"holm": "by Holm's procedure", "bonferroni": "by Bonferroni's correction", "none": "not"}[spec.adjust]
    kept = f" Of the excluded recordings, {', '.join(spec.keep)} were kept." if spec.keep else ""
    name = f"In the comparison '{spec.name}', levels" if spec.name != "contrasts" else "Levels"
    return (
        f"{name} of {spec.within} were compared within participants by paired t tests with their own error term on "
        f"{scale}; intervals are individual 95 % intervals, p values were adjusted {adjust} within {family}.{kept}"
    )


def _software() -> str:
    known = versions()
    libraries = ("numpy", "scipy", "pandas", "statsmodels")
    return f"Computed with emgkit {known['emgkit']} ({', '.join(f'{name} {known[name]}' for name in libraries)})."
