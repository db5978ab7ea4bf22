"""When muscles become active and stop: a file a method, what a method is, where rest lies, and how methods agree."""

from __future__ import annotations

from emgkit.events.onsets.aglr import LikelihoodRatio
from emgkit.events.onsets.agreement import onset_agreement
from emgkit.events.onsets.bonato import Bonato
from emgkit.events.onsets.change_points import ChangePoints
from emgkit.events.onsets.finding import METHODS, find_onsets, onsets_sentence
from emgkit.events.onsets.hodges_bui import HodgesBui
from emgkit.events.onsets.method import OnsetMethod
from emgkit.events.onsets.profile_likelihood import ProfileLikelihood
from emgkit.events.onsets.tkeo import TeagerKaiser

__all__ = [
    "METHODS",
    "Bonato",
    "ChangePoints",
    "HodgesBui",
    "LikelihoodRatio",
    "OnsetMethod",
    "ProfileLikelihood",
    "TeagerKaiser",
    "find_onsets",
    "onset_agreement",
    "onsets_sentence",
]
