"""What the metadata say of people, apparatus and MVC trials: the sidecars and ``[metadata]`` of the study file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit.events import WAYS
from emgkit.io import bids
from emgkit.report.checklist import Facts, Stated, stated
from emgkit.study.recordings.account import is_bids
from emgkit.study.writing.methods.statements import Statement

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["described", "described_contractions", "known_of"]

_CONTRACTIONS = "Normalisation"
_UNITS = re.compile(r"(.*) \((mm|dB|bits)\)")


def known_of(analysis: Analysis) -> Facts:
    """Gather what the data set and the study file say, before anything is said of what emgkit did.

    Parameters
    ----------
    analysis : Analysis
        What was computed.
    """
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
            "dataset": bids.dataset(analysis.folder) if _is_described(analysis.folder) else {},
        }
    return Facts(done=_asked(analysis), simulated=analysis.simulated, stated=analysis.file.metadata, **facts)


def described(known: Facts) -> Iterator[Statement]:
    """What the metadata say of participants, electrodes and apparatus, and last what they do not say.

    Parameters
    ----------
    known : Facts
        From :func:`known_of`. Simulated recordings have no apparatus, so nothing is said of it.
    """
    items = [] if known.simulated else [one for one in stated(known) if one.title != _CONTRACTIONS]
    for one in items:
        if one.found:
            yield Statement.of(f"{one.title}: {_listed(one)}.")
    missing = [f"{one.title.lower()} ({', '.join(map(_bare, one.missing))})" for one in items if one.missing]
    if missing:
        yield Statement.of(f"Not stated in the metadata: {'; '.join(missing)}.")


def described_contractions(known: Facts) -> Iterator[Statement]:
    """What the metadata say of the MVC trials: posture, duration, rest, instructions, or that they do not."""
    for one in () if known.simulated else stated(known):
        if one.title == _CONTRACTIONS:
            texts = [_listed(one)] if one.found else []
            texts += [f"{what}: not stated" for what in map(_bare, one.missing)]
            yield Statement.of(f"MVC trials: {'; '.join(texts)}.")


def _listed(one: Stated) -> str:
    """What is known of an item, a fact after the other."""
    texts = []
    for what, text in one.found:
        with_unit = _UNITS.fullmatch(what)
        texts.append(f"{with_unit[1]}: {text} {with_unit[2]}" if with_unit else f"{what}: {text}")
    return "; ".join(text.rstrip(".") for text in dict.fromkeys(texts))


def _bare(what: str) -> str:
    found = _UNITS.fullmatch(what)
    return found[1] if found else what


def _asked(analysis: Analysis) -> dict[str, str]:
    """What makes further facts worth asking for."""
    first = analysis.compared[0]
    needs = {
        "mvc": not analysis.file.mvc.own_task_maximum,
        "streams": any(WAYS[exercise.way].stream for exercise in analysis.file.exercises.values()),
        "repetitions": any(exercise.way != "none" for exercise in analysis.file.exercises.values()),
        "compared": first.contrasts is not None,
        "several": first.contrasts is not None and first.contrasts.attrs.get("largest_family", 1) > 1,
        "not_spherical": first.anova is not None and bool(first.anova.attrs.get("epsilon_corrected")),
        "left_in_turn": first.influence is not None,
        "drawn_curves": bool(analysis.file.curves),
    }
    return {name: "yes" for name, needed in needs.items() if needed}


def _is_described(folder: Path) -> bool:
    return (folder / "dataset_description.json").is_file()


def _emg_rows(paths: list[Path]) -> pd.DataFrame:
    """The rows of channels.tsv of EMG channels; what BIDS has no number for is missing."""
    table = pd.concat([bids.channels(path) for path in paths], ignore_index=True)
    if "type" in table.columns:
        table = table[table["type"].str.upper() == "EMG"]
    return table.replace("n/a", None)
