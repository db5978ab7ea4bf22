"""Reading recordings of any known format, converting them, and writing EMG-BIDS, BDF and EDF.

``FORMATS`` lists the formats; each is one module of ``emgkit.io.formats``, imported when a file needs it.
"""

from __future__ import annotations

from emgkit.io import bids
from emgkit.io._assembly import FileContent, Overrides, assemble, survey, with_muscles
from emgkit.io.bids import write_bids
from emgkit.io.channel_map import channel_map
from emgkit.io.conversion import Conversion, check_bids, convert
from emgkit.io.formats.edf import write_bdf, write_edf
from emgkit.io.formats.xlsx import Sheet
from emgkit.io.joining import join
from emgkit.io.reading import load, place, read, sheets
from emgkit.io.registry import FORMATS, NOT_YET, Foreign, Format, detect, named

__all__ = [
    "FORMATS",
    "NOT_YET",
    "Conversion",
    "FileContent",
    "Foreign",
    "Format",
    "Overrides",
    "Sheet",
    "assemble",
    "bids",
    "channel_map",
    "check_bids",
    "convert",
    "detect",
    "join",
    "load",
    "named",
    "place",
    "read",
    "sheets",
    "survey",
    "with_muscles",
    "write_bdf",
    "write_bids",
    "write_edf",
]
