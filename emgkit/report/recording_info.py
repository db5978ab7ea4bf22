"""What ``emgkit info`` shows: the channels of one recording and where each fact was learnt, or those of a folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from emgkit.channels import stream_of
from emgkit.io._assembly import Signal
from emgkit.io._kinds import example_unit
from emgkit.io.labels import recognise, recognise_all
from emgkit.notation import capital, counted, first_few, listed, number, series
from emgkit.units import UNITS

__all__ = ["channel_row", "doubt_texts", "folder_row", "folder_texts", "muscle_doubts", "needs", "shown", "sources"]

# so many files stand in a line about all that have a problem
_SHOWN = 4
_WORDS = {"n_channels": "channels", "rates": "Hz", "duration_s": "seconds", "same_as": "same as"}


def needs(signals: Sequence[Signal], stated: tuple[float, str] | None) -> str:
    """The options of the command that are needed to read the file; empty where nothing is missing."""
    rate = 1000 if stated is None else stated[0]
    options = [f"--sfreq {rate:.10g}"] if any(signal.sfreq is None for signal in signals) else []
    if any(signal.unit is None and signal.kind in (None, "EMG") for signal in signals):
        options.append("--units mV")
    own = [s for s in signals if (s.unit is None and s.kind not in (None, "EMG")) or (s.unit and s.unit not in UNITS)]
    # what has an unknown unit and no kind may be no EMG: no unit is proposed for it
    proposed = [f"{signal.label}={example_unit(signal.kind) if signal.kind else '…'}" for signal in own]
    options += [f"--units {one!r}" for one in proposed]
    if not options:
        return ""
    return f"say {' '.join(options)} (with its own numbers and units); in Python, ek.read(path, sfreq=…, units=…)"


def channel_row(signal: Signal) -> dict[str, Any]:
    """A row of the table of channels; None where nothing says it."""
    rate = None if signal.sfreq is None else float(signal.sfreq)
    return {
        "position": signal.position, "stream": signal.kind and stream_of(signal.kind),
        "channel": signal.name or signal.label,
        "muscle": signal.muscle or "", "side": signal.side or "", "kind": signal.kind, "unit": signal.unit,
        "rate_hz": rate, "seconds": None if rate is None else signal.values.size / rate,
        "samples": signal.values.size,
    }  # fmt: skip


def sources(signals: Sequence[Signal]) -> dict[str, Any]:
    """Where rates, units, kinds and muscles were learnt: a channel, in words, and why a muscle was recognised."""
    channels = [
        {
            "rate_source": one.sfreq_source if one.sfreq else None,
            "unit_source": one.unit_source if one.unit else None,
            "kind_source": one.kind_source if one.kind else None,
            "muscle_source": one.muscle_source if one.muscle or one.side else None,
        }
        for one in signals
    ]  # fmt: skip
    texts = []
    for source, begins in (
        ("header", "From the file"),
        ("heuristic", "Likely, by label and unit"),
        ("user", "As given"),
    ):
        places = {
            key.removesuffix("_source"): [str(place) for place, own in enumerate(channels, 1) if own[key] == source]
            for key in channels[0]
        }
        parts = [
            f"{what} of {'all channels' if len(own) == len(channels) else _positions(own)}"
            for what, own in places.items()
            if own
        ]
        if parts:
            texts.append(f"{begins}: {', '.join(parts)}.")
    found = {one.label: recognise(one.label) for one in signals if one.muscle_source == "heuristic"}
    return {"channels": channels, "texts": texts, "labels": {label: one.why for label, one in found.items() if one}}


def _positions(places: Sequence[str]) -> str:
    """Channels by position, the first of many."""
    some = series(places) if len(places) <= 8 else first_few(places, 7)
    return f"{'channel' if len(places) == 1 else 'channels'} {some}"


def muscle_doubts(signals: Sequence[Signal]) -> dict[str, str]:
    """The labels of EMG whose muscle is not clear, with what they may mean."""
    silent = [one.label for one in signals if one.kind in (None, "EMG") and not one.muscle and not one.side]
    return {label: one.why for label, one in recognise_all(silent).items() if one.muscle is None}


def doubt_texts(doubts: Mapping[str, str]) -> list[str]:
    """What the labels of EMG may mean, those of one meaning together.

    Examples
    --------
    >>> why = "may be biceps brachii or biceps femoris"
    >>> doubt_texts({"LBIC": f"'LBIC' {why}", "RBIC": f"'RBIC' {why}"})
    ["Not clear: the muscle of 'LBIC' and 'RBIC'. Each may be biceps brachii or biceps femoris."]
    """
    alike: dict[str, list[tuple[str, str]]] = {}
    for label, why in doubts.items():
        alike.setdefault(re.sub(r"^'[^']*'(?= may be )", "Each", why), []).append((label, why))
    return [
        f"Not clear: the muscle of {listed(label for label, _ in own)}. {capital(each if len(own) > 1 else own[0][1])}."
        for each, own in alike.items()
    ]


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of channels for a terminal: rates and durations to the digits that somebody reads."""
    return {key: _rounded(value) if key in ("rate_hz", "seconds") else value for key, value in row.items()}


def folder_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of :func:`emgkit.catalogue` for a terminal; of a problem it has a sign alone."""
    rates = ", ".join(number(_rounded(float(rate))) for rate in row["rates"].split(", ") if rate)
    made = {**row, "rates": rates, "duration_s": _rounded(row["duration_s"]), "mvc": "yes" if row["mvc"] else ""}
    del made["problem"]
    return {_WORDS.get(key, key): "" if value is None else value for key, value in made.items()}


def folder_texts(rows: Sequence[Mapping[str, Any]], *, others: int, likely: bool) -> tuple[list[str], list[str]]:
    """What is remarked of the recordings of a folder, each problem once, and how many there are of what."""
    problems: dict[str, list[str]] = {}
    for row in rows:
        if row["problem"]:
            problems.setdefault(_in_command(row["problem"]), []).append(row["path"])
    remarks = [
        f"{paths[0] if len(paths) == 1 else counted(len(paths), 'recording')}: {problem}"
        + (f" ({first_few(paths, _SHOWN)})" if len(paths) > 1 else "")
        for problem, paths in problems.items()
    ]
    people = {row["participant"] for row in rows if row["participant"]}
    tasks = Counter(row["task"] for row in rows if row["task"])
    mvcs, copies = (sum(bool(row[key]) for row in rows) for key in ("mvc", "same_as"))
    facts = [f"{counted(len(rows), 'recording')}, {sum(map(len, problems.values()))} with a problem, "
             f"{copies} with the samples of another; {counted(others, 'other file')}."]  # fmt: skip
    if people or tasks:
        named = ", ".join(f"{task} ({count})" for task, count in sorted(tasks.items()))
        source = "; read in the names of the files, as emgkit new reads them" if likely else ""
        facts.append(
            f"{counted(len(people), 'participant')}, {counted(len(tasks), 'task')}: {named or 'none'}; "
            f"{counted(mvcs, 'maximal contraction')}{source}."
        )
    return remarks, facts


def _in_command(problem: str) -> str:
    """What reading needs, by the options of the command."""
    return re.sub(r"read it with (sfreq|units)=", r"say --\1", problem)


def _rounded(value: Any) -> Any:
    """A rate or a duration to a thousandth, a whole number as one."""
    if not isinstance(value, float):
        return value
    value = round(value, 3)
    return int(value) if value.is_integer() else value
