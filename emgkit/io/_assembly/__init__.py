"""From what a file says to a Trial: kinds, units, rates and streams, each with its source.

A format's module gives :class:`Signal` objects as the file has them (``content``), their numbers read or still in the
file (``stored``, ``in_file``); everything a user may say instead, and every refusal to guess, is in ``surveying`` and
``trial`` once for all formats.
"""

from emgkit.io._assembly.content import SAME_RATE, ChannelSpecs, FileContent, Overrides, Signal
from emgkit.io._assembly.in_file import Bytes, FileNumbers, bytes_of, numbers_in
from emgkit.io._assembly.stored import Block, Stored
from emgkit.io._assembly.surveying import numbered, survey
from emgkit.io._assembly.trial import assemble, free_stream, with_muscles
from emgkit.io._kinds import kind_of

__all__ = [
    "SAME_RATE", "Block", "Bytes", "ChannelSpecs", "FileContent", "FileNumbers", "Overrides", "Signal", "Stored",
    "assemble", "bytes_of", "free_stream", "kind_of", "numbered", "numbers_in", "survey", "with_muscles",
]  # fmt: skip
