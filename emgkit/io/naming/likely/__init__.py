"""What the names of files likely tell: who did what, where no layout says how they are named."""

from __future__ import annotations

from emgkit.io.naming.likely.names import Named, read_names
from emgkit.io.naming.likely.parts import without_copy_mark

__all__ = ["Named", "read_names", "without_copy_mark"]
