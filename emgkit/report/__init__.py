"""The report of a study: one self-contained page, and the Methods text in it.

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

from emgkit.report.content import LIMITS, Content, FigureItem, TableItem
from emgkit.report.html import render
from emgkit.report.methods import methods_text

__all__ = ["LIMITS", "Content", "FigureItem", "TableItem", "methods_text", "render"]
