"""Measure: the numbers, curves and repetitions of one recording of an exercise, and the quality of any recording."""

from __future__ import annotations

from emgkit.study.recordings.measure.columns import counted_rows
from emgkit.study.recordings.measure.grading import QUIET, Graded, Grading, grade
from emgkit.study.recordings.measure.measuring import Measured, Measuring, measure, rows_of_measure
from emgkit.study.recordings.measure.percent import percent_of
from emgkit.study.recordings.measure.sides import symmetry_rows

__all__ = [
    "QUIET",
    "Graded",
    "Grading",
    "Measured",
    "Measuring",
    "counted_rows",
    "grade",
    "measure",
    "percent_of",
    "rows_of_measure",
    "symmetry_rows",
]
