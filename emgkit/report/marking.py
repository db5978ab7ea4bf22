"""The page on which repetitions are marked by hand: signals, marks, and a table to take along."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from emgkit.channels import Event
from emgkit.errors import SignalError
from emgkit.notation import listed
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Trial
from emgkit.report import viewer
from emgkit.report.html import Script, asset, environment, viewer_scripts
from emgkit.steps import Bandpass, Envelope, Rectify

__all__ = [
    "COLUMNS",
    "RecordingToMark",
    "envelope_to_look_at",
    "is_marking_page",
    "marking_page",
    "recording_to_mark",
]

FACTS = ("participant", "task", "session", "run")
"""What is known of a recording beside its file, in the order of the table's columns."""

COLUMNS = (
    "file", *FACTS, "start", "end", "turn", "repetition", "set", "side", "load_kg", "accepted", "reason", "marked_by",
    "marked_at", "origin",
)  # fmt: skip
"""The columns of the table that the page saves; FACTS, ``side`` and ``load_kg`` only where something is known."""

# of each line, per second of recording: five milliseconds hold a least and a greatest value
_RATE = 400
# what all lines together may take on the page, in bytes
_ROOM = 8_500_000
# rows in sight when a recording is opened; the others can be chosen
_IN_SIGHT = 12
_SCRIPTS = ("marks.js", "marks_table.js", "marks_kept.js", "marks_shown.js", "marking.js")
_BESIDE = ("emg", "position", "angle", "force", "trigger", "gyro", "acc")


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordingToMark:
    """One recording of the page.

    Parameters
    ----------
    file : str
        Its name within the data folder, which the table repeats in each row.
    view : View
        What is drawn of it.
    content : str
        A hash of its samples; a browser keeps the marks under it.
    facts : mapping of str to str
        What is known of ``FACTS``.
    found : tuple of mapping
        The marks that the page begins with.
    notes : tuple of str
        What the reader should know of the recording before marking it.
    simulated : bool
        Whether no person was recorded.
    """

    file: str
    view: viewer.View
    content: str
    facts: Mapping[str, str]
    found: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    simulated: bool = False


def recording_to_mark(
    trial: Trial,
    *,
    file: str,
    envelope: Recording | None = None,
    detected: bool = False,
    notes: Sequence[str] = (),
) -> RecordingToMark:
    """Thin the signals of a recording for the page.

    Parameters
    ----------
    trial : Trial
        The recording; with `detected`, its repetition events are what the page begins with.
    file : str
        Its name within the data folder.
    envelope : Recording, optional
        The envelope of its EMG, in any unit; left out, that of ``envelope_to_look_at``.
    detected : bool
        Whether the page begins with the repetitions of `trial`.
    notes : sequence of str
        What the reader should know of the recording.

    Raises
    ------
    SignalError
        The trial has no EMG.
    """
    if "emg" not in trial:
        raise SignalError("The recording has no EMG", where=file, allowed="a stream of EMG", got=listed(trial))
    beside = [
        stream for kind in _BESIDE for stream in trial if stream != "emg" and stream.rstrip("_0123456789") == kind
    ]
    points = max(2, int(_RATE * trial.emg.duration) // 2 * 2)
    shown = envelope_to_look_at(trial.emg) if envelope is None else envelope
    view = viewer.view(trial, None, shown, name=file, beside=beside, points=points, close=False)
    rows = tuple(replace(row, hidden=place >= _IN_SIGHT) for place, row in enumerate(view.rows))
    context = trial.emg.context
    return RecordingToMark(
        file=file,
        view=replace(view, rows=rows, events=()),
        content=_content(trial),
        facts={name: str(context[name]) for name in FACTS if context.get(name) not in (None, "")},
        found=_found(trial.events) if detected else (),
        notes=tuple(notes),
        simulated=bool(context.get("simulated")),
    )


def envelope_to_look_at(emg: Recording) -> Recording:
    """An envelope for the eye, where no study says how the EMG is processed; no number is taken from it.

    Band-pass 20 to 450 Hz (or to 0.45 of the rate), rectified, low-pass 6 Hz. EMG without negative samples is an
    envelope already; EMG below 100 samples a second, or shorter than one second, is too little for the filters. These
    are shown as they are.
    """
    if emg.sfreq < 100 or emg.duration < 1 or float(emg.data.min()) >= 0:
        return emg
    return Pipeline(Bandpass(low=20, high=min(450.0, 0.45 * emg.sfreq)), Rectify(), Envelope(cutoff=6))(emg)


def marking_page(recordings: Sequence[RecordingToMark], *, title: str) -> str:
    """The page: it needs nothing else, loads nothing, and runs no scripts but its own.

    Parameters
    ----------
    recordings : sequence of RecordingToMark
        At least one, each with a file of its own.
    title : str
        What the page is called.

    Returns
    -------
    str
        An HTML document.
    """
    scripts = [*viewer_scripts(), *(Script(text=asset(name)) for name in _SCRIPTS)]
    style = "\n".join(asset(name) for name in ("page.css", "uPlot.min.css", "marking.css"))
    page = environment().get_template("marking.html.j2")
    return page.render(
        title=title,
        data=_packed(recordings),
        several=len(recordings) > 1,
        simulated=any(one.simulated for one in recordings),
        style=Markup(style),
        scripts=scripts,
    )


def is_marking_page(file: Path) -> bool:
    """Whether a file is a page that :func:`marking_page` gave, which holds nothing that cannot be written again."""
    with file.open("rb") as opened:
        return b'<meta name="generator" content="emgkit mark">' in opened.read(4096)


def _packed(recordings: Sequence[RecordingToMark]) -> Markup:
    """All recordings as JSON; where they are many or long, each second has fewer points."""
    seconds = sum(one.view.duration * sum(len(row.traces) for row in one.view.rows) for one in recordings)
    rate = min(_RATE, viewer.fitting(_ROOM) / seconds)
    same = Counter(one.content for one in recordings)
    entries = []
    for one in recordings:
        entries.append(
            {
                **viewer.content(one.view, max(2, int(rate * one.view.duration) // 2 * 2)),
                "file": one.file,
                "facts": dict(one.facts),
                # copies of one recording have marks of their own
                "key": one.content if same[one.content] == 1 else f"{one.content} {one.file}",
                "found": [dict(mark) for mark in one.found],
                "notes": list(one.notes),
            }
        )
    return viewer.as_json({"colours": viewer.colours(), "columns": COLUMNS, "recordings": entries})


def _content(trial: Trial) -> str:
    """The hash of all samples, with the names and rates of their channels."""
    digest = hashlib.sha256()
    for name, recording in trial.items():
        digest.update(f"{name}\n{recording.names}\n{recording.sfreq}\n{recording.start}\n".encode())
        digest.update(np.ascontiguousarray(recording.data).data)
    return digest.hexdigest()[:32]


def _found(events: Sequence[Event]) -> tuple[Mapping[str, Any], ...]:
    """The repetitions among events as marks; the turn point is where the last phase begins."""
    marks = []
    for event in sorted((one for one in events if one.label == "repetition"), key=lambda one: one.onset):
        inner = [
            one.onset
            for one in events
            if one.label == "phase"
            and one.side in (None, event.side)
            and event.onset - 1e-6 <= one.onset
            and one.end <= event.end + 1e-6
        ]
        turn = max(inner) if len(inner) > 1 else None
        marks.append(
            {
                "start": round(event.onset, 4),
                "end": round(event.end, 4),
                "turn": None if turn is None else round(turn, 4),
                "set": event.get("set"),
                "side": event.side,
                "load_kg": event.get("load_kg"),
                "accepted": bool(event.get("accepted", True)),
                "reason": str(event.get("reason") or ""),
            }
        )
    return tuple(marks)
