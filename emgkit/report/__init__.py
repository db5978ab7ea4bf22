"""The report of a study: one self-contained page, with its tables, figures, Methods text and checklist.

Examples
--------
>>> from emgkit import report
>>> page = report.render(
...     report.Content(
...         title="Squat and hip thrust",
...         question="Which exercise activates the gluteus maximus more?",
...         finding="The hip thrust did.",
...         simulated=True,
...     )
... )
>>> "Simulated data" in page
True
"""

from emgkit.report.checklist import FIELDS, Answer, Facts, checklist, checklist_table
from emgkit.report.content import LIMITS, Content, FigureItem, Opening, Sheet, TableItem
from emgkit.report.html import render
from emgkit.report.marking import RecordingToMark, marking_page, recording_to_mark
from emgkit.report.typeset import latex
from emgkit.report.viewer import Trace, View, view
from emgkit.report.word import write_word

__all__ = [
    "FIELDS",
    "LIMITS",
    "Answer",
    "Content",
    "Facts",
    "FigureItem",
    "Opening",
    "RecordingToMark",
    "Sheet",
    "TableItem",
    "Trace",
    "View",
    "checklist",
    "checklist_table",
    "latex",
    "marking_page",
    "recording_to_mark",
    "render",
    "view",
    "write_word",
]
