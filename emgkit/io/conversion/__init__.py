"""Conversion of recordings of any format that is read to EMG-BIDS, by a map that says what the files do not."""

from __future__ import annotations

from emgkit.io.conversion.checking import check_bids
from emgkit.io.conversion.convert import Conversion, convert
from emgkit.io.conversion.map_file import ConversionMap, load_map

__all__ = ["Conversion", "ConversionMap", "check_bids", "convert", "load_map"]
