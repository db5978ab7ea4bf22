"""What a person looks over to trust a study: the trial of every reference, and all repetitions of every participant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit import figures, report
from emgkit.channels import Channel
from emgkit.notation import counted, number
from emgkit.recording import Recording, Trial
from emgkit.study.script import Drawn
from emgkit.units import in_si

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis
    from emgkit.study.recordings.session import Session

__all__ = ["references_drawn", "write_sheets"]

_FOLDER = "figures/repetitions"


def references_drawn(analysis: Analysis) -> Drawn:
    """The trial that gave each reference, with the window: a row a participant, a panel a channel."""
    shown = [one for session in analysis.sessions for one in session.won]
    rows = pd.concat([_references(session) for session in analysis.sessions], ignore_index=True)
    kind = "the exercises themselves" if analysis.file.mvc.own_task_maximum else "the MVC trials"
    return Drawn(
        name="references",
        title="References",
        caption=f"The trial that gave each of {counted(len(rows), 'reference')}, which is the largest mean of the "
        f"envelope over {number(analysis.file.mvc.window)} s in {kind}; tables/references.csv has the other trials. "
        "Each row has a scale of its own; samples of more than 4 times the largest envelope are cut off.",
        figure=figures.mvc_grid(
            [one.raw for one in shown], [one.envelope for one in shown], rows, simulated=analysis.simulated
        ),
    )


def write_sheets(analysis: Analysis, folder: Path) -> tuple[report.Sheet, ...]:
    """Draw all repetitions of each participant's session on a page of its own, and give the pages to the report."""
    written: dict[str, report.Sheet] = {}
    for session in analysis.sessions:
        name = _who(session)
        stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "participant"
        while stem.casefold() in written:
            stem += "-2"
        trials = [_trial(view) for view in session.views]
        figure = figures.repetition_sheet(
            trials, names=[view.name for view in session.views], simulated=analysis.simulated
        )
        figures.save(figure, folder / _FOLDER / stem, formats=("svg",))
        figures.close(figure)
        written[stem.casefold()] = report.Sheet(words=name, file=f"{_FOLDER}/{stem}.svg")
    return tuple(written.values())


def _who(session: Session) -> str:
    """The participant and the session."""
    facts = session.references.iloc[0]
    return f"{facts['participant']}" + (f", session {facts['session']}" if isinstance(facts["session"], str) else "")


def _references(session: Session) -> pd.DataFrame:
    """The rows of the trials that won, in the order in which they are shown."""
    won = session.references[session.references["won"]].drop_duplicates("channel").set_index("channel")
    rows = won.loc[[one.channel for one in session.won]].reset_index()
    return rows.assign(participant=_who(session))


def _trial(view: report.View) -> Trial:
    """The envelope and the movement of a recording, as they were thinned for the page."""
    streams: dict[str, list[tuple[Channel, NDArray[np.float64]]]] = {}
    rates: dict[str, tuple[float, float]] = {}
    for row in view.rows:
        for trace in (one for one in row.traces if one.stage in ("envelope", "movement")):
            values, unit = in_si(trace.values, trace.unit)
            stream, kind = ("emg", "EMG") if trace.stage == "envelope" else ("position", "MISC")
            streams.setdefault(stream, []).append((Channel(name=row.name, unit=unit, kind=kind), values))
            rates[stream] = len(values) / trace.duration, trace.start
    recordings = {
        stream: Recording(
            data=np.array([values for _, values in own]),
            sfreq=rates[stream][0],
            start=rates[stream][1],
            channels=tuple(channel for channel, _ in own),
        )
        for stream, own in streams.items()
    }
    return Trial(streams=recordings, events=view.events)
