"""The quality scorecard of a raw recording, and the search for copies among recordings.

``ek.quality(recording)`` is the function :func:`quality` of this package. The two have different names, so that
importing the package never hides the function. Nothing is repaired here, and no percentage of a reference is judged
by its size: 130–244 %MVC in a heavy lift is real.
"""

from emgkit.signal_quality.card import ChannelQuality, Scorecard, channel_status, quality, quality_sentence
from emgkit.signal_quality.check import Check, Finding
from emgkit.signal_quality.checks import CHECKS
from emgkit.signal_quality.checks.amplitude import in_words
from emgkit.signal_quality.copies import Duplicate, duplicates
from emgkit.signal_quality.references import reference_notices

__all__ = [
    "CHECKS",
    "ChannelQuality",
    "Check",
    "Duplicate",
    "Finding",
    "Scorecard",
    "channel_status",
    "duplicates",
    "in_words",
    "quality",
    "quality_sentence",
    "reference_notices",
]
