"""The command `emgkit new`: what a user sees, and the questions in a terminal."""

from __future__ import annotations

import json
import shlex

import pytest
from typer.testing import CliRunner

from emgkit import cli
from emgkit.errors import ArgumentError
from emgkit.study import new
from emgkit.study.new.question import Question, parsed


def emgkit(*words, **given):
    """What the command prints."""
    return CliRunner().invoke(cli.app, list(words), **given)


@pytest.fixture
def data(record, tmp_path):
    names = [(who, task) for who in ("P01", "P02") for task in ("squat", "lunge", "mvc")]
    for seed, (who, task) in enumerate(names):
        path = tmp_path / "my data" / f"{who}_{task}.csv"
        record(path, seed=seed, mvc=task == "mvc", movement=["Knee"], time="t (s)")
    return tmp_path / "my data"


def test_the_last_line_can_be_pasted(data, tmp_path):
    study = tmp_path / "Anna's study"
    done = emgkit("new", str(study), "--data", str(data), env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    last = done.output.splitlines()[-1]
    assert shlex.split(last.removeprefix("Then: ")) == ["emgkit", "run", str(study)]
    assert '  line 15, [channels]: "VL" = { muscle = "TODO" }' in done.output
    assert '[exercises.squat]: starts = "TODO"' in done.output
    assert "4 a recording in 'Knee' (2 of 2)" in done.output


def test_what_was_found_as_json(data, tmp_path):
    done = emgkit("new", str(tmp_path / "s"), "--data", str(data), "--json")
    found = json.loads(done.stdout)
    assert [(one["task"], one["mvc"]) for one in found["tasks"]] == [("lunge", False), ("squat", False), ("mvc", True)]
    assert found["participants"] == ["P01", "P02"]
    assert {"line": 15, "place": "[channels]", "text": '"VL" = { muscle = "TODO" }'} in found["to_do"]


def test_questions_need_a_terminal(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["emgkit", "new", str(tmp_path / "s"), "--data", str(data), "--ask"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert "--ask needs a terminal" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_answers_stand_in_the_file_and_enter_leaves_a_todo(data, tmp_path):
    found = new.survey(tmp_path / "s", data)
    shown: list[str] = []
    typed = iter(["Which?", "vastus_lateralis", "", "knee", "2", "deg", "concentric", "1"])

    def read(_prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    answers = new.ask(found, read=read, show=shown.append)
    assert answers == {
        "study.question": "Which?", "channels.VL.muscle": "vastus_lateralis", "channels.Knee.kind": "JNTANG",
        "channels.Knee.unit": "deg", "exercises.lunge.starts": "concentric", "exercises.squat.starts": "eccentric",
    }  # fmt: skip
    assert any("This is not one of the answers" in line and "'knee'" in line for line in shown)
    made = new.write(tmp_path / "s", found, answers=answers)
    assert [one.text for one in made.to_do] == ['"BF" = { muscle = "TODO" }']
    text = made.file.read_text(encoding="utf-8")
    assert '"Knee" = { kind = "JNTANG", unit = "deg" }' in text
    assert 'by = "angle"\nstarts = "eccentric"' in text


def test_cycles_and_no_muscle_take_a_line_out(data, tmp_path):
    found = new.survey(tmp_path / "s", data)
    answers = {"exercises.squat.starts": "cycles", "channels.BF.muscle": "none"}
    text = new.write(tmp_path / "s", found, answers=answers).file.read_text(encoding="utf-8")
    assert text.count("starts = ") == 1
    assert '"BF" = { kind = "MISC" }' in text


def test_an_answer_that_is_not_allowed_is_refused():
    number = Question(id="a", place="[data]", key="sfreq", text="?", kind="number")
    assert parsed(number, " 2148,148 ") == 2148.148
    for wrong in ("fast", "0", "-1", "inf", "nan"):
        with pytest.raises(ArgumentError, match="not a number above 0"):
            parsed(number, wrong)
    yes = Question(id="a", place="[mvc]", key="b", text="?", kind="yes or no")
    assert [parsed(yes, text) for text in ("yes", "N", "true")] == [True, False, True]
    with pytest.raises(ArgumentError, match="yes or no"):
        parsed(yes, "perhaps")
    choice = Question(id="a", place="[a]", key="b", text="?", choices=("low", "high"))
    with pytest.raises(ArgumentError, match="Did you mean 'high'"):
        parsed(choice, "hihg")
