"""Write docs/images/lifts.png, the first figure of README and start page.

``.venv/bin/python docs/write_first_figure.py`` runs the study of the three lifts, and draws what published studies
found, with the simulated run below it.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt

import emgkit as ek
from emgkit.study.writing.opening import first_figure

IMAGES = Path(__file__).resolve().parent / "images"


def main() -> None:
    """Run the study, and write the figure."""
    with tempfile.TemporaryDirectory() as folder:
        result = ek.Study.load("three_lifts").run(Path(folder) / "out")
    figure = first_figure(result.tables["contrasts"], simulated=True, narrow=False)
    file = io.BytesIO()
    with ek.figures.style.theme():
        figure.savefig(file, format="png", dpi=150, metadata={"Software": None})
    plt.close(figure)
    (IMAGES / "lifts.png").write_bytes(file.getvalue())


if __name__ == "__main__":
    main()
