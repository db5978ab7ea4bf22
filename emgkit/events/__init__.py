"""What happens when: repetitions, phases and their parts, found in a trial's streams."""

from __future__ import annotations

from emgkit.events.parts import find_angle_bins, find_halves
from emgkit.events.repetitions import OPTIONS, audit, find_repetitions, search_sentence

__all__ = ["OPTIONS", "audit", "find_angle_bins", "find_halves", "find_repetitions", "search_sentence"]
