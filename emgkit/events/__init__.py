"""What happens when: repetitions and their phases, found in a trial's streams."""

from __future__ import annotations

from emgkit.events.repetitions import audit, find_repetitions

__all__ = ["audit", "find_repetitions"]
