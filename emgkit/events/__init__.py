"""What happens when: repetitions, phases and their parts, found in a trial's streams."""

from __future__ import annotations

from emgkit.events.parts import angle_bins_sentence, find_angle_bins, find_halves, halves_sentence
from emgkit.events.repetitions import OPTIONS, audit, find_repetitions
from emgkit.events.words import Segmentation, rejection_sentences, segmentation_sentences

__all__ = [
    "OPTIONS",
    "Segmentation",
    "angle_bins_sentence",
    "audit",
    "find_angle_bins",
    "find_halves",
    "find_repetitions",
    "halves_sentence",
    "rejection_sentences",
    "segmentation_sentences",
]
