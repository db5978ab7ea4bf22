"""Mend what is no muscle in a signal: heartbeats, mains hum, spikes. Arrays in, arrays out; a file an artefact."""

from __future__ import annotations

from emgkit.repairs.ecg import heartbeats, high_pass_beats, subtract_beats
from emgkit.repairs.mains import subtract_hum
from emgkit.repairs.spikes import bridge, find_spikes

__all__ = ["bridge", "find_spikes", "heartbeats", "high_pass_beats", "subtract_beats", "subtract_hum"]
