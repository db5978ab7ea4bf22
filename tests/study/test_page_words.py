"""Sentences, captions and notices of a study's page name files that are there and counts that are true."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emgkit.study import Study
from emgkit.study.file.recordings import Comparison
from emgkit.study.recordings import influence
from emgkit.study.writing import finding, recordings_page, tables
from emgkit.study.writing.figures import figures_of
from emgkit.study.writing.methods import methods_of

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


@pytest.mark.parametrize(
    ("holds", "sentence"),
    [
        ([False] * 9, "Simulation check: 0 of 9 intervals contain the true ratio."),
        ([True] + [False] * 8, "Simulation check: 1 of 9 intervals contains the true ratio."),
        ([True] * 9, "Simulation check: all nine intervals contain the true ratio."),
        ([True], "Simulation check: the interval contains the true ratio."),
    ],
)
def test_the_finding_counts_the_intervals_and_claims_no_more(analysis, holds, sentence):
    recovery = pd.DataFrame({"interval_holds_it": holds})
    found = recordings_page._finding((), replace(analysis, simulated=True), {"recovery": recovery}, no_emg=())
    assert found[1:] == (*finding.answers(analysis.compared[0]), sentence)
    assert "tests whether" in found[0]


def test_an_envelope_below_zero_needs_no_low_pass_filter():
    extremes = pd.DataFrame({"maximum": [120.0, 80.0], "minimum": [-1.25, 0.0]})
    above, below = recordings_page._extreme_notices(extremes)
    assert above.text.startswith(
        "The envelope exceeds its reference in 1 of 2 channels of recordings, and is up to 120 %"
    )
    assert below.text.startswith(
        "The envelope falls below zero in 1 of 2 channels of recordings, down to −1.2 %; the values"
    )


def test_every_table_that_a_named_comparison_speaks_of_is_there(study, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(study.folder, folder, ignore=shutil.ignore_patterns("results"))
    text = study.text.replace("[[comparisons]]", '[[comparisons]]\nname = "main"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    out = Study.load(folder).run(tmp_path / "out", quick=True).out
    named = set(re.findall(r"tables/\w+\.\w+", (out / "report.html").read_text(encoding="utf-8")))
    assert "tables/contrasts_main.csv" in named
    assert {path for path in named if not (out / path).is_file()} == set()


def test_the_caption_of_verdicts_that_depend_on_one_names_the_table_of_its_comparison(analysis):
    (compared,) = analysis.compared
    people, gaps = [f"P{i}" for i in range(6)], [0.5, 0.45, 0.55, 0.4, 0.6, -0.6]
    values = np.exp([*(1 + gap for gap in gaps), *[1.0] * 6])
    cells = pd.DataFrame({"participant": people * 2, "exercise": ["a"] * 6 + ["b"] * 6, "value": values})
    spec = Comparison(name="main", within="exercise")
    table, _ = influence.influence_of(cells, spec)
    items = list(tables._influence_tables(replace(compared, spec=spec, influence=table)))
    shown = {item.stem: item for item in items}
    assert shown["hanging"].title == "Contrasts whose significance depends on one participant"
    assert "tables/influence_main.csv has" in shown["hanging"].caption


def test_captions_of_figures_and_tables_give_the_number_of_participants_alike(analysis):
    (compared,) = analysis.compared
    contrasts = compared.contrasts.copy()
    contrasts.attrs["n"] = [9, 11]
    two = replace(analysis, compared=(replace(compared, contrasts=contrasts),))
    drawn = {one.name: one.caption for one in figures_of(two, tables.study_tables(two))}
    assert drawn["activation"].endswith(", n = 4."), "the figure counts whom it draws"
    assert drawn["contrasts"].endswith(" n = 9, 11.")
    assert tables._people(contrasts) == "n = 9, 11."


def test_one_muscle_was_recorded_and_two_were(analysis, plan):
    made = tables.study_tables(analysis)
    text = methods_of(analysis, plan.pipeline, made).text
    assert "The muscle recorded was vastus lateralis." in text
    assert "The tasks were squat (12 repetitions) and thrust (12 repetitions)." in text
    (one, *_) = analysis.sessions
    sessions = tuple(
        replace(one, rows=one.rows.assign(muscle=muscle, side=side)) for muscle, side in (("a", "left"), ("b", "right"))
    )
    text = methods_of(replace(analysis, sessions=sessions), plan.pipeline, made).text
    assert "The muscles recorded were a and b, on the left and right sides." in text
