"""What happens when: repetitions, phases and their parts, found in a trial's streams."""

from __future__ import annotations

from emgkit.events.agreement import Agreement, agreement_of
from emgkit.events.editing import edit, insert, reject
from emgkit.events.onsets import find_onsets, onset_agreement
from emgkit.events.parts import angle_bins_sentence, find_angle_bins, find_halves, halves_sentence
from emgkit.events.repetitions import WAYS, Way, audit, find_repetitions
from emgkit.events.streams import stream_agreement, stream_agreement_sentence
from emgkit.events.ways.bursts import BURST_OPTIONS, bursts_sentence, find_bursts
from emgkit.events.ways.inertial import find_in_sensor, inertial_sentence
from emgkit.events.ways.movement import OPTIONS, find_in_movement, resting_end
from emgkit.events.ways.own import events_sentence, take_events
from emgkit.events.ways.table import RepetitionTable, mark_repetitions, table_sentence
from emgkit.events.ways.trigger import find_by_trigger, trigger_sentence
from emgkit.events.ways.whole import stretch_sentence, take_whole
from emgkit.events.words import Segmentation, rejection_sentences, segmentation_sentences

__all__ = [
    "BURST_OPTIONS",
    "OPTIONS",
    "WAYS",
    "Agreement",
    "RepetitionTable",
    "Segmentation",
    "Way",
    "agreement_of",
    "angle_bins_sentence",
    "audit",
    "bursts_sentence",
    "edit",
    "events_sentence",
    "find_angle_bins",
    "find_bursts",
    "find_by_trigger",
    "find_halves",
    "find_in_movement",
    "find_in_sensor",
    "find_onsets",
    "find_repetitions",
    "halves_sentence",
    "inertial_sentence",
    "insert",
    "mark_repetitions",
    "onset_agreement",
    "reject",
    "rejection_sentences",
    "resting_end",
    "segmentation_sentences",
    "stream_agreement",
    "stream_agreement_sentence",
    "stretch_sentence",
    "table_sentence",
    "take_events",
    "take_whole",
    "trigger_sentence",
]
