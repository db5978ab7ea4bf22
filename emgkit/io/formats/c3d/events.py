"""The events of a C3D file: those of its group EVENT, else the up to 18 in its header."""

from __future__ import annotations

import math

from emgkit.channels import Event
from emgkit.errors import Notice
from emgkit.io.formats.c3d.layout import Layout
from emgkit.io.formats.c3d.parameters import shortest
from emgkit.notation import counted

__all__ = ["read_events"]

# in the header: the mark that labels have four letters, number of events, times and labels, by their first byte
_MARK, _KEY = 298, 12345
_COUNT, _TIMES, _LABELS = 300, 304, 396
_MOST = 18


def read_events(layout: Layout) -> tuple[tuple[Event, ...], tuple[Notice, ...]]:
    """The events in the order of time, on the time zero of frame 1; whose foot or side it was is in ``context``."""
    parameters = layout.parameters
    times = _times(layout)
    used = parameters.whole("EVENT:USED")
    count = len(times) if used is None else min(len(times), used)
    labels, contexts = parameters.texts("EVENT:LABELS"), parameters.texts("EVENT:CONTEXTS")
    found = [
        (times[place], _at(labels, place) or f"event {place + 1}", _at(contexts, place)) for place in range(count)
    ] or _of_header(layout)
    events = [
        Event(onset=time, duration=0.0, label=label, columns={"context": context} if context else {})
        for time, label, context in found
        if math.isfinite(time)
    ]
    notices: tuple[Notice, ...] = ()
    if len(events) < len(found):
        text = f"{counted(len(found) - len(events), 'event')} without a time were left out."
        notices = (Notice(code="annotations-left-out", text=text),)
    return tuple(sorted(events, key=lambda event: event.onset)), notices


def _times(layout: Layout) -> list[float]:
    """Seconds of the events in the group; a pair of minutes and seconds for each, or seconds alone."""
    times = layout.parameters.array("EVENT:TIMES")
    shape = layout.parameters.shapes.get("EVENT:TIMES", ())
    n_labels = len(layout.parameters.texts("EVENT:LABELS"))
    if (shape and shape[0] == 2 and len(shape) > 1) or (times.size % 2 == 0 and times.size == 2 * n_labels):
        pairs = times[: times.size // 2 * 2].reshape(-1, 2)
        return [60 * shortest(minutes) + shortest(seconds) for minutes, seconds in pairs]
    return [shortest(time) for time in times]


def _of_header(layout: Layout) -> list[tuple[float, str, str]]:
    head, numbers = layout.head, layout.numbers
    if numbers.whole(head[_MARK : _MARK + 2]) != _KEY:
        return []
    count = min(numbers.whole(head[_COUNT : _COUNT + 2]), _MOST)
    times = [shortest(numbers.real(head[_TIMES + 4 * place : _TIMES + 4 * place + 4])) for place in range(count)]
    labels = [head[_LABELS + 4 * place : _LABELS + 4 * place + 4] for place in range(count)]
    texts = [label.split(b"\0")[0].decode("cp1252", "replace").strip() for label in labels]
    return [
        (time, text if text.isprintable() and text else f"event {place}", "")
        for place, (time, text) in enumerate(zip(times, texts, strict=True), start=1)
    ]


def _at(texts: tuple[str, ...], place: int) -> str:
    return texts[place] if place < len(texts) else ""
