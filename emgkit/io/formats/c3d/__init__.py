"""C3D: analogue channels, markers, model outputs and events of motion capture, of any processor and number type.

``parameters`` reads what a file says of itself, ``layout`` finds out where its samples are; the other modules make
signals and events of them.
"""

from emgkit.io.formats.c3d.content import load

__all__ = ["load"]
