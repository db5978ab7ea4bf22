"""A study of the three lifts opens with what published studies found, and with its own ratios apart from it."""

from __future__ import annotations

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from emgkit import literature
from emgkit.stats import contrasts
from emgkit.study import Study
from emgkit.study.writing import opening


@pytest.fixture(scope="module")
def compared():
    """Six people, three lifts and three muscles; the hip thrust is twice the squat on the gluteus maximus."""
    rng = np.random.default_rng(7)
    rows = [
        {
            "participant": f"P{person}", "exercise": exercise, "muscle": muscle,
            "value": (80.0 if (muscle, exercise) == ("gluteus_maximus", "hip_thrust") else 40.0)
            * np.exp(0.05 * rng.standard_normal()),
        }
        for person in range(6)
        for exercise in ("hip_thrust", "squat", "deadlift")
        for muscle in ("gluteus_maximus", "biceps_femoris", "vastus_lateralis")
    ]  # fmt: skip
    cells = pd.DataFrame(rows)
    table = contrasts(cells, within="exercise", by="muscle")
    spec = SimpleNamespace(within="exercise", by=("muscle",), log=True)
    return SimpleNamespace(spec=spec, cells=cells, contrasts=table)


def analysis_of(compared, *, published=True, simulated=True):
    file = Study.load("three_lifts").file
    file = file if published else file.model_copy(update={"published": ()})
    return SimpleNamespace(compared=[compared], file=file, simulated=simulated)


@pytest.fixture
def written(monkeypatch):
    """Figures are closed and named, not saved: files are the business of the folder."""
    names = []

    def write(figure, stem, *, quick):
        parts = " ".join(text.get_text() for ax in figure.axes for text in ax.texts)
        plt.close(figure)
        names.append((stem.name, quick))
        return f"<svg>{stem.name} {parts}</svg>"

    monkeypatch.setattr(opening, "write_figure", write)
    return names


def test_it_opens_with_the_answers_and_a_figure_for_page_and_phone(compared, tmp_path, written):
    opened = opening.opening_of(analysis_of(compared), tmp_path, quick=False)
    answers = literature.lift_answers()
    assert opened.answers == tuple((answer.lead, answer.details) for answer in answers)
    assert opened.figure.alt == " ".join(answer.sentence for answer in answers)
    assert "lifts_narrow" in opened.narrow
    assert "Simulated recordings" in opened.figure.image
    assert "simulated recordings: they test the software" in opened.figure.caption
    assert written == [("lifts", False), ("lifts_narrow", True)]


def test_a_measured_run_is_not_called_simulated(compared, tmp_path, written):
    opened = opening.opening_of(analysis_of(compared, simulated=False), tmp_path, quick=True)
    assert "simulated" not in opened.figure.caption
    assert "This run" in opened.figure.image
    assert "Simulated" not in opened.figure.image
    assert written == [("lifts", True), ("lifts_narrow", True)]


def test_other_studies_do_not_open_so(compared, analysis, tmp_path):
    assert opening.opening_of(analysis, tmp_path, quick=True) is None
    assert opening.opening_of(analysis_of(compared, published=False), tmp_path, quick=True) is None
    two = compared.cells[compared.cells["exercise"] != "deadlift"]
    one = SimpleNamespace(**{**vars(compared), "cells": two})
    assert opening.opening_of(analysis_of(one), tmp_path, quick=True) is None
    described = SimpleNamespace(**{**vars(compared), "contrasts": None})
    assert opening.opening_of(analysis_of(described), tmp_path, quick=True) is None
    assert not list(tmp_path.iterdir())


def test_ratios_are_directed_as_the_published_ones(compared):
    run = opening._run(compared.contrasts)
    assert len(run) == 9
    best = {"gluteus_maximus": "hip_thrust", "hamstrings": "deadlift", "quadriceps": "squat"}
    assert list(dict.fromkeys(run["muscle"])) == list(best)
    for muscle, lift in best.items():
        own = run[run["muscle"] == muscle]
        assert list(own["first"])[:2] == [lift, lift]
        assert lift not in set(own["second"])
    row = run.set_index(["muscle", "first", "second"]).loc["gluteus_maximus", "hip_thrust", "squat"]
    assert row["ci_low"] < row["ratio"] < row["ci_high"]
    assert row["ratio"] == pytest.approx(2.0, rel=0.1)


def test_without_its_muscles_the_published_part_stands_alone(compared):
    figure = opening.first_figure(compared.contrasts.assign(muscle="tibialis_anterior"), simulated=True, narrow=False)
    assert len(figure.axes) == 1
    plt.close(figure)
