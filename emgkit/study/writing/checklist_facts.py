"""What is known of a study for its reporting checklist: sidecars, the study file, and what the Methods text states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import report
from emgkit.events import WAYS
from emgkit.io import bids
from emgkit.study.recordings.account import is_bids
from emgkit.study.writing.methods import Methods

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["facts_of"]


def facts_of(analysis: Analysis, methods: Methods) -> report.Facts:
    """Gather what the checklist asks for.

    Parameters
    ----------
    analysis : Analysis
        What was computed.
    methods : Methods
        The Methods text, as the page has it: what it does not state counts as missing.
    """
    done = {name: _begun(text) for name, text in methods.facts.items()} | _asked(analysis)
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


def _asked(analysis: Analysis) -> dict[str, str]:
    """What makes further facts worth asking for."""
    first = analysis.compared[0]
    needs = {
        "mvc": not analysis.file.mvc.own_task_maximum,
        "streams": any(WAYS[exercise.way].stream for exercise in analysis.file.exercises.values()),
        "compared": first.contrasts is not None,
        "several": first.contrasts is not None and first.contrasts.attrs.get("largest_family", 1) > 1,
        "not_spherical": first.anova is not None and bool(first.anova.attrs.get("epsilon_corrected")),
        "left_in_turn": first.influence is not None,
    }
    return {name: "yes" for name, needed in needs.items() if needed}


def _described(folder: Path) -> bool:
    return (folder / "dataset_description.json").is_file()


def _emg_rows(paths: list[Path]) -> pd.DataFrame:
    """The rows of channels.tsv of EMG channels; what BIDS has no number for is missing."""
    table = pd.concat([bids.channels(path) for path in paths], ignore_index=True)
    if "type" in table.columns:
        table = table[table["type"].str.upper() == "EMG"]
    return table.replace("n/a", None)


def _begun(text: str) -> str:
    """Up to two sentences of the Methods text; of more the first, and where the rest is."""
    first, *rest = text.split(". ")
    return f"{first}. (The rest is in the Methods text.)" if len(rest) > 1 else text
