"""Studies of published figures: what is written, what is labelled, and what is refused."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from emgkit.cli import app
from emgkit.errors import StudyError
from emgkit.study import Study

FILE = """
[study]
title = "Two means"
question = "What is their ratio?"
[data]
published = ["contreras_2015"]
claims = [12]
[recompute]
seed = 3
[[expected]]
table = "ratios"
row = { muscle = "biceps_femoris", statistic = "mean" }
column = "ratio"
value = "2.74"
"""

SCRIPT = """
import matplotlib.pyplot as plt
import pandas as pd
from emgkit import literature
from emgkit.study import Drawn, Recomputed, Table

def recompute(published, *, seed, quick):
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    frame = pd.DataFrame({"seed": [seed], "quick": [quick]})
    return Recomputed(
        finding=("The ratio was computed.",),
        tables=(
            Table(name="ratios", title="Ratios", caption="As printed.", frame=literature.printed_contrasts(published)),
            Table(name="drawn", title="Drawn", caption="By chance.", frame=frame, simulated=True),
        ),
        figures=(Drawn(name="line", title="A line", caption="It rises.", figure=figure),),
        simulated=("Nothing was found.",),
        methods="A ratio.",
    )
"""


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "two_means"
    folder.mkdir()
    (folder / "study.toml").write_text(FILE, encoding="utf-8")
    (folder / "recompute.py").write_text(SCRIPT, encoding="utf-8")
    return folder


def change(study, old, new, *, name="study.toml"):
    path = study / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_everything_is_written_and_says_whether_it_is_published_or_simulated(study, tmp_path):
    result = Study.load(study).run(tmp_path / "out")
    out = tmp_path / "out"
    assert result.finding[0] == "The ratio was computed."
    assert result.finding[1].startswith(
        "Claim 12: “The hip thrust is by far the best exercise for the glutes.” Verdict"
    )
    assert result.finding[-1] == "Simulated: Nothing was found."
    assert result.tables["expected"]["holds"].tolist() == ["yes"]
    drawn = pd.read_csv(out / "tables" / "drawn.csv", encoding="utf-8-sig")
    assert drawn.iloc[0].tolist() == [3, False, True]  # seed, quick, simulated
    assert "simulated" not in pd.read_csv(out / "tables" / "ratios.csv", encoding="utf-8-sig").columns
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "From published figures. As printed." in page
    assert "Simulation; no participants. By chance." in page
    assert "From published figures. It rises." in page
    assert {path.name for path in (out / "figures").iterdir()} >= {"line.pdf", "line.png", "line.svg"}
    provenance = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert {"contreras_2015/figures.csv", "contreras_2015/source.toml", "recompute.py"} <= set(provenance["inputs"])


def test_what_is_only_computed_says_so(study, tmp_path):
    change(study, "simulated=True", "computed=True", name="recompute.py")
    Study.load(study).run(tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Computed here; neither published nor measured. By chance." in page


@pytest.mark.long
def test_two_runs_are_the_same_to_the_byte(study, tmp_path):
    for name in ("one", "two"):
        Study.load(study).run(tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert files
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes(), path


def test_a_number_that_is_not_the_expected_one_is_named_and_leaves_with_status_1(study, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    change(study, '"2.74"', '"2.75"')
    done = CliRunner().invoke(app, ["run", str(study), "--out", str(tmp_path / "out"), "--allow-script"])
    assert done.exit_code == 1
    assert "expected 2.75, got 2.738" in done.stderr
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"contreras_2015"', '"contreras_2014"', r"No published figures are named 'contreras_2014'.*contreras_2015"),
        ("[12]", "[12, 26]", r"The ledger has no claim '26'.*1 to 25"),
        ("seed = 3", 'sed = 3', r"Unknown key 'sed'.*Did you mean 'seed'"),
        ("seed = 3", 'script = "other.py"', r"script is not there.*other\.py"),
    ],
)  # fmt: skip
def test_a_study_file_that_names_what_is_not_there_is_refused(study, tmp_path, old, new, message):
    change(study, old, new)
    with pytest.raises(StudyError, match=rf"(?s){message}"):
        Study.load(study).run(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("def recompute", "def compute", r"no function recompute.*def recompute\(published, \*, seed, quick\)"),
        ("return Recomputed(", "return dict(", r"returned something other.*dict"),
        ('finding=("The ratio was computed.",)', "finding=()", "returned no finding"),
        ('name="drawn"', 'name="ratios"', "Two tables have the name 'ratios'"),
        (
            'name="drawn"',
            'name="claims"',
            r"cannot have the name 'claims'.*any but 'published', 'claims' and 'expected'",
        ),
        ("simulated=True", "simulated=True, computed=True", "'drawn' is both simulated and computed"),
    ],
)
def test_a_script_that_does_not_keep_its_promise_is_refused(study, tmp_path, old, new, message):
    change(study, old, new, name="recompute.py")
    with pytest.raises(StudyError, match=rf"(?s){message}"):
        Study.load(study).run(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_recordings_are_refused(study, tmp_path):
    with pytest.raises(StudyError, match=r"(?s)takes no recordings.*Leave --data out"):
        Study.load(study).run(tmp_path / "out", tmp_path)
