"""A study as a value: ``Study.load(path).run()`` gives tables, figures, a report and its provenance."""

from emgkit.study.run import Result, Study

__all__ = ["Result", "Study"]
