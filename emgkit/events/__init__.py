"""What happens when: repetitions and their phases, found in a trial's streams."""

from __future__ import annotations

from emgkit.events.repetitions import audit, find_repetitions
from emgkit.events.wording import OPTIONS, search_sentence

__all__ = ["OPTIONS", "audit", "find_repetitions", "search_sentence"]
