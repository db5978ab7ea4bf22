"""Figures in a notebook: each is shown below its cell, and so are the user's own."""

from __future__ import annotations

import os

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.long

SET_UP = """
import pandas as pd
import matplotlib.pyplot as plt
import emgkit as ek
from emgkit import figures

cells = pd.DataFrame({"participant": ["1", "1", "2", "2"], "exercise": ["squat", "deadlift"] * 2,
    "muscle": "vastus_lateralis", "measure": "mean", "value": [80.0, 60.0, 70.0, 66.0], "unit": "%MVC"})
mean = pd.DataFrame({"exercise": "squat", "muscle": "vastus_lateralis", "point": [0, 50, 100],
    "mean": [20.0, 80.0, 30.0], "sd": [5.0, 15.0, 6.0], "n": 13, "unit": "%MVC"})
contrast = pd.DataFrame({"muscle": ["vastus_lateralis"], "contrast": ["squat / deadlift"], "ratio": [1.4],
    "ci_low": [1.2], "ci_high": [1.63], "n": [13], "p_adjusted": [0.0004]})
emg = ek.Recording(data=[[0.0, 2e-4, -1e-4]], sfreq=1000.0, channels=(ek.Channel(name="VL", unit="V"),))
"""
# what a cell runs, with how many figures and tables it is to show
CELLS = (
    (SET_UP, 0, 0),
    ("cells", 0, 1),
    ("figures.activation(cells);", 1, 0),
    ("figures.curves(mean);", 1, 0),
    ("contrast", 0, 1),
    ("figures.contrasts(contrast)\nfigures.effect_matrix(contrast);", 2, 0),
    ("ax = figures.signals(emg, channel='VL')", 1, 0),
    ("plt.plot([1, 2, 3]);", 1, 0),  # the user's own
    ("own, ax = plt.subplots()\nfigures.activation(cells, ax=ax);", 1, 0),
    ("mean", 0, 1),
)


@pytest.fixture(scope="module")
def outputs():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code, _, _ in CELLS])
    # a notebook has its own backend, whatever the tests are run with
    env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(env=env)
    return [cell["outputs"] for cell in notebook["cells"]]


def test_a_notebook_shows_every_figure_and_every_table(outputs):
    found = []
    for code, shown in zip((code for code, _, _ in CELLS), outputs, strict=True):
        kinds = [output.get("data", {}).keys() for output in shown]
        found.append((code, sum("image/png" in kind for kind in kinds), sum("text/html" in kind for kind in kinds)))
    assert found == [tuple(cell) for cell in CELLS]


def test_nothing_warns_and_nothing_is_printed(outputs):
    assert [output for shown in outputs for output in shown if output["output_type"] in ("stream", "error")] == []
