"""What is known of a study for its reporting checklist: sidecars, the study file, and what was done."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import report, shipped
from emgkit.figures.drawing.style import count, surface
from emgkit.io import bids
from emgkit.notation import number
from emgkit.pipeline import Pipeline
from emgkit.study.recordings.account import is_bids
from emgkit.study.writing.finding import words

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["facts_of"]


def facts_of(
    analysis: Analysis, pipeline: Pipeline, methods: Mapping[str, str], tables: Mapping[str, pd.DataFrame]
) -> report.Facts:
    """Gather what the checklist asks for.

    Parameters
    ----------
    analysis : Analysis
        What was computed.
    pipeline : Pipeline
        The processing.
    methods : mapping of str to str
        The parts of the Methods text.
    tables : mapping of str to DataFrame
        The tables of the study.
    """
    done = {**_processing(analysis, pipeline, methods), **_recorded(analysis, tables), **_kept(tables)}
    people = {source.participant for source in analysis.used}
    facts: dict[str, Any] = {}
    if is_bids(analysis.folder):
        tasks = [source.path for source in analysis.used if not source.mvc]
        trials = [source.path for source in analysis.used if source.mvc]
        table = bids.participants(analysis.folder)
        facts = {
            "sidecars": tuple(bids.sidecar(path) for path in tasks),
            "mvc_sidecars": tuple(bids.sidecar(path) for path in trials),
            "channels": _emg_rows(tasks),
            "participants": table[table["participant"].isin(people)],
            "dataset": bids.dataset(analysis.folder) if _described(analysis.folder) else {},
        }
    return report.Facts(done=done, simulated=analysis.simulated, stated=analysis.file.metadata, **facts)


def _described(folder: Path) -> bool:
    return (folder / "dataset_description.json").is_file()


def _emg_rows(paths: list[Path]) -> pd.DataFrame:
    """The rows of channels.tsv of EMG channels; what BIDS has no number for is missing."""
    table = pd.concat([bids.channels(path) for path in paths], ignore_index=True)
    if "type" in table.columns:
        table = table[table["type"].str.upper() == "EMG"]
    return table.replace("n/a", None)


def _processing(analysis: Analysis, pipeline: Pipeline, methods: Mapping[str, str]) -> dict[str, str]:
    """What was done to the signals and the numbers, in the words of the Methods text."""
    filters, amplitude = pipeline.split_at_amplitude()
    file = analysis.file
    done = {
        "normalisation": _begun(methods["reference_text"]),
        "phases": _begun(methods["repetitions_text"]),
        "averaging": _begun(methods["measures_text"]) + " Curves have 101 points a repetition.",
        "statistics": _begun(methods["statistics_text"]),
        "software": methods["software_text"] + " The study file with every parameter is in provenance.json.",
    }
    if filters.steps:
        done["filters"] = filters.methods()
    if amplitude.steps:
        done["amplitude"] = amplitude.methods()
    if not file.mvc.own_task_maximum:
        done["mvc"] = "yes"
    if analysis.simulated:
        done["data"] = f"simulated from {file.data.simulate or 'a specification'} with seed {file.data.seed}"
    elif file.data.registry is not None:
        registry = tomllib.loads(shipped.path("datasets", "registry.toml").read_text(encoding="utf-8"))
        entry = registry.get(file.data.registry, {})
        done["data"] = ", ".join(str(entry[key]) for key in ("title", "address", "licence") if key in entry)
    return done


def _begun(text: str) -> str:
    """The first sentence of a longer part of the Methods text, and where the rest is."""
    first, *rest = text.split(". ")
    return f"{first}. (The rest stands in the Methods text.)" if rest else text


def _recorded(analysis: Analysis, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Who and what was recorded."""
    repetitions = tables["repetitions"].groupby("exercise", sort=False)["repetition"].size()
    examples = [session.example[0] for session in analysis.sessions]
    channels = {channel for example in examples for channel in example.channels}
    muscles = sorted({words(channel.muscle) for channel in channels if channel.muscle})
    sides = sorted({channel.side for channel in channels if channel.side})
    done = {
        "exercises": ", ".join(f"{words(name)} ({count(int(n), 'repetition')})" for name, n in repetitions.items()),
        "participants": count(
            len({source.participant for source in analysis.used}),
            "simulated participant" if analysis.simulated else "participant",
        ),
        "rate": " and ".join(sorted({f"{number(example.sfreq)} Hz" for example in examples})),
    }
    if muscles:
        done["muscles"] = ", ".join(muscles)
    if sides:
        done["sides"] = ", ".join(sides)
    if any(exercise.by != "events" for exercise in analysis.file.exercises.values()):
        done["streams"] = "yes"
    quality = tables["quality"]
    noise = quality[quality["unit"] == "V"]["baseline_noise"].dropna()
    if len(noise):
        what = "simulated signals" if analysis.simulated else "recordings"
        values, unit = surface(noise.quantile([0.5, 1.0]).to_numpy(), "V")
        done["noise"] = (
            f"baseline of median {values[0]:.2g} {unit}, at most {values[1]:.2g} {unit}, measured in the {what}"
        )
    return done


def _kept(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """What was left out, counted."""
    repetitions = tables["repetitions"]
    rejected = int((~repetitions["accepted"].astype(bool)).sum())
    return {
        "rejection": f"{count(len(tables['excluded']), 'recording')} left out, {rejected} of "
        f"{count(len(repetitions), 'repetition')} rejected; the rules are in the Methods text, each case in the tables"
    }
