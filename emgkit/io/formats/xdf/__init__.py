"""XDF recordings of the Lab Streaming Layer: several streams, each with its own rate, through the library pyxdf."""

from emgkit.io.formats.xdf.content import load

__all__ = ["load"]
