"""From what a file says to a Trial: kinds, units, rates and streams, each with its source.

A format's module gives :class:`Signal` objects as the file has them (``content``), their numbers read or still in the
file (``stored``); everything a user may say instead, and every refusal to guess, is in ``surveying`` and ``trial``
once for all formats.
"""

from emgkit.io._assembly.content import SAME_RATE, ChannelSpecs, FileContent, Overrides, Signal
from emgkit.io._assembly.stored import Block, Stored
from emgkit.io._assembly.surveying import numbered, survey
from emgkit.io._assembly.trial import assemble, free_stream, with_muscles
from emgkit.io._kinds import kind_of

__all__ = [
    "SAME_RATE", "Block", "ChannelSpecs", "FileContent", "Overrides", "Signal", "Stored", "assemble", "free_stream",
    "kind_of", "numbered", "survey", "with_muscles",
]  # fmt: skip
