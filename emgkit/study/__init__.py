"""A study as a value: ``Study.load(path).run()`` gives tables, figures, a report and its provenance."""

from emgkit.study.recomputed import Drawn, Recomputed, Table
from emgkit.study.replication import Replication, virtual_replication
from emgkit.study.result import Result
from emgkit.study.run import Study

__all__ = ["Drawn", "Recomputed", "Replication", "Result", "Study", "Table", "virtual_replication"]
