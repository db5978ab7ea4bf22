"""Numbers from recordings: one row a number, and the cells that statistics compare."""

from __future__ import annotations

from emgkit.measures.cells import averaged_rows, summarize
from emgkit.measures.definitions import MEASURES, Measure
from emgkit.measures.measuring import COLUMNS, as_rows, measure, values_in

__all__ = ["COLUMNS", "MEASURES", "Measure", "as_rows", "averaged_rows", "measure", "summarize", "values_in"]
