"""A study as a value: ``Study.load(path).run()`` gives tables, figures, a report and its provenance."""

from emgkit.study.replication import Replication, virtual_replication
from emgkit.study.script import Drawn, Recomputed, Table
from emgkit.study.study import Study
from emgkit.study.writing.result import Result

__all__ = ["Drawn", "Recomputed", "Replication", "Result", "Study", "Table", "virtual_replication"]
