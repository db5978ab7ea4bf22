"""What ``emgkit info`` shows of the channels of one recording, and where each fact was learnt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emgkit.channels import stream_of
from emgkit.io._assembly import Signal
from emgkit.io._kinds import example_unit
from emgkit.io.labels import recognise, recognise_all
from emgkit.notation import series
from emgkit.units import UNITS

__all__ = ["channel_row", "muscle_doubts", "needs", "sources"]


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
    some = series(places[:8]) if len(places) <= 8 else f"{', '.join(places[:7])} and {len(places) - 7} more"
    return f"{'channel' if len(places) == 1 else 'channels'} {some}"


def muscle_doubts(signals: Sequence[Signal]) -> dict[str, str]:
    """The labels of EMG whose muscle is not clear, with what they may mean."""
    silent = [one.label for one in signals if one.kind in (None, "EMG") and not one.muscle and not one.side]
    return {label: one.why for label, one in recognise_all(silent).items() if one.muscle is None}
