"""What happens when: repetitions, phases and their parts, found in a trial's streams."""

from __future__ import annotations

from emgkit.events.agreement import Agreement, agreement
from emgkit.events.movement import OPTIONS, find_in_movement, resting_end
from emgkit.events.onsets import find_onsets, onset_agreement
from emgkit.events.parts import angle_bins_sentence, find_angle_bins, find_halves, halves_sentence
from emgkit.events.repetitions import WAYS, Way, audit, find_repetitions
from emgkit.events.whole import take_whole
from emgkit.events.words import Segmentation, rejection_sentences, segmentation_sentences

__all__ = [
    "OPTIONS",
    "WAYS",
    "Agreement",
    "Segmentation",
    "Way",
    "agreement",
    "angle_bins_sentence",
    "audit",
    "find_angle_bins",
    "find_halves",
    "find_in_movement",
    "find_onsets",
    "find_repetitions",
    "halves_sentence",
    "onset_agreement",
    "rejection_sentences",
    "resting_end",
    "segmentation_sentences",
    "take_whole",
]
