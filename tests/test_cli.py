"""The command, as a person types it: help, progress, exit statuses and messages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner

import emgkit as ek
from emgkit import shipped, simulate
from emgkit.cli import app
from emgkit.cli.run import _show_notices
from emgkit.errors import Notice
from emgkit.study.writing.folder import fresh_folder, write_json

EMGKIT = (sys.executable, "-m", "emgkit")


def process(*words, cwd=None):
    """Run the command as a process of its own, as a person does."""
    return subprocess.run(
        [*EMGKIT, *map(str, words)],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, "COLUMNS": "200"}, timeout=240, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def small(shared):
    """A simulated study of three participants."""
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 3})
    return shared("three_participants_seed_5", lambda folder: simulate.study(spec, folder / "set", seed=5))


def refused(done, *texts):
    """Exit status 2, a message with these texts on standard error, no traceback."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for text in texts:
        assert text in done.stderr


def test_version_and_help():
    assert process("--version").stdout.startswith("emgkit 0.")
    help_text = process("--help").stdout
    for word in ("info", "run", "reproduce"):
        assert word in help_text
    assert process("reproduce", "--help").returncode == 0


COMMANDS = get_command(app).commands


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_shows_its_texts_whole(name):
    """A word in brackets is markup unless it is escaped, and would not be shown."""
    command = COMMANDS[name]
    shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "250", "TERMINAL_WIDTH": "250"}).output
    flat = " ".join(re.sub("[│╭╮╰╯─]", " ", shown).split())
    texts = [command.help, *(one.help for one in command.params)]
    for text in filter(None, texts):
        for part in text.split("\n\n"):
            assert " ".join(part.replace("\\[", "[").split()) in flat


def test_the_help_on_channels_names_the_table():
    help_text = " ".join(process("info", "--help").stdout.split())
    assert "A TOML file with a table [channels], as a study file has it." in help_text


def test_wrong_usage_is_status_2():
    assert process("rnu").returncode == 2
    assert process().returncode == 2


def test_info_of_a_recording(emgkit, small):
    path = small / "sub-01/emg/sub-01_task-squat_emg.bdf"
    done = emgkit("info", path)
    assert done.returncode == 0
    for text in ("GMAX", "vastus_lateralis", "2000", "position", "participant 01"):
        assert text in done.stdout
    shown = json.loads(emgkit("info", path, "--json").stdout)
    assert shown["context"]["simulated"] is True
    assert [row["channel"] for row in shown["channels"] if row["stream"] == "emg"] == ["GMAX", "BF", "VL"]


def test_info_names_events_sources_and_doubts(emgkit, small, tmp_path):
    path = small / "sub-01/emg/sub-01_task-squat_emg.bdf"
    shown = json.loads(emgkit("info", path, "--json").stdout)
    assert shown["notices"] == []
    assert shown["channels"][0]["muscle_source"] == "header"
    emg = ek.Recording(data=np.ones((1, 300)) * 1e-4, sfreq=1000.0, channels=[ek.Channel(name="VL", unit="V")])
    events = [ek.Event(onset=onset, duration=0.1, label="squat") for onset in (0.1, 0.2)]
    path = ek.io.write_bdf(ek.Trial(streams={"emg": emg}, events=events), tmp_path / "a.bdf")
    assert "Events: 2 × squat" in emgkit("info", path).stdout
    shown = json.loads(emgkit("info", path, "--json").stdout)
    assert shown["events"][1] == {"onset": 0.2, "duration": 0.1, "label": "squat"}
    table = tmp_path / "a.csv"
    rows = "\n".join(f"{one},{-one},{one / 2}" for one in range(300))
    table.write_text(f"R_GMAX (mV),GL (mV),EMG 3 (mV)\n{rows}\n", encoding="utf-8")
    shown = json.loads(emgkit("info", table, "--sfreq", 1000, "--json").stdout)
    assert [(row["muscle"], row["side"], row["muscle_source"]) for row in shown["channels"]] == [
        ("gluteus_maximus", "right", "heuristic"), ("", "", None), ("", "", None),
    ]  # fmt: skip
    assert [row["rate_source"] for row in shown["channels"]] == ["user"] * 3
    assert shown["labels"]["doubtful"] == {"GL (mV)": "'GL' may be gastrocnemius lateralis or gluteus maximus"}
    (notice,) = shown["notices"]
    assert notice["code"] == "amplitude-unlikely"
    assert notice["hint"].startswith("If the unit is another, say it")
    text = emgkit("info", table, "--sfreq", 1000).stdout
    for words in (
        "As given: rate of all channels.",
        "Recognised: 'R_GMAX (mV)', since 'GMAX' stands for gluteus maximus (abbreviation); 'R' is right.",
        "Not clear: the muscle of 'GL (mV)'. 'GL' may be gastrocnemius lateralis or gluteus maximus.",
        "Note: The amplitude of EMG is 147 mV",
    ):
        assert words in text


def test_info_takes_a_channel_map_as_read_does(emgkit, tmp_path):
    table, channels = tmp_path / "a.csv", tmp_path / "map.toml"
    table.write_text("time (s),GM\n0,0.1\n0.001,0.2\n", encoding="utf-8")
    channels.write_text('[study]\ntitle = "x"\n[channels]\nGM = { muscle = "gluteus_medius", unit = "mV" }\n')
    (row,) = json.loads(emgkit("info", table, "--channels", channels, "--json").stdout)["channels"]
    assert (row["muscle"], row["muscle_source"], row["unit_source"]) == ("gluteus_medius", "user", "user")
    assert ek.read(table, channels=channels).emg.channels[0].muscle == "gluteus_medius"
    channels.write_text('[channels]\nGM = { muscel = "gluteus_medius" }\n')
    refused(emgkit("info", table, "--channels", channels), "Unknown key 'muscel'", "Did you mean 'muscle'")
    channels.write_text('[channels]\nGN = { side = "left" }\n')
    refused(emgkit("info", table, "--channels", channels), "'GN'", "Allowed: 'GM'")
    channels.write_text("[study]\n")
    refused(emgkit("info", table, "--channels", channels), "'channels' is missing")
    refused(emgkit("info", table, "--channels", tmp_path / "mapp.toml"), "does not exist", "'map.toml'")


def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(emgkit, tmp_path):
    for seed, name in enumerate(("P01_squat", "P01_lunge", "P02_squat")):
        values = np.random.default_rng(seed).normal(size=50)
        (tmp_path / f"{name}.csv").write_text(
            "time (s),L vastus lateralis (mV),R vastus lateralis (mV),L biceps femoris (mV)\n"
            + "".join(f"{row / 1000},{value:.4f},{value / 2:.4f},{value / 3:.4f}\n" for row, value in enumerate(values))
        )
    (tmp_path / "P03_squat.csv").write_bytes(b"")
    lines = emgkit("info", tmp_path, columns=80).stdout.splitlines()
    assert any(line.startswith("All: format: delimited") for line in lines)
    assert any(line.split()[:2] == ["P03_squat.csv", "P03"] for line in lines)


def test_a_name_that_is_nearly_that_of_a_study_is_proposed(emgkit, tmp_path, monkeypatch):
    refused(emgkit("run", "thre_lifts"), "Did you mean 'three_lifts'?")
    (tmp_path / "gait").mkdir()
    (tmp_path / "gait" / "study.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    refused(emgkit("run", "gat"), "Did you mean 'gait'?")


def test_what_a_run_prints_into_a_file_has_no_blanks_at_the_ends_of_lines(emgkit, tmp_path):
    lines = emgkit("run", csv_study(tmp_path)).stdout.splitlines()
    assert len(lines) > 5
    assert [line for line in lines if line != line.rstrip()] == []


def test_info_of_a_folder_is_a_table_of_its_recordings(emgkit, small):
    done = emgkit("info", small)
    assert done.returncode == 0
    shown = json.loads(emgkit("info", small, "--json").stdout)
    paths = [row["path"] for row in shown["recordings"]]
    assert paths == sorted(paths)
    assert all(path in done.stdout for path in paths)
    assert {row["participant"] for row in shown["recordings"]} >= {"01"}
    assert "recordings, 0 with a problem, 0 with the samples of another" in done.stdout


def uncertain(folder: Path) -> Path:
    path = folder / "squat.csv"
    path.write_text("Recto [1],Flexo-Extension\n0.1,20\n-0.2,30\n", encoding="utf-8")
    return path


def test_info_needs_no_units_and_says_what_reading_needs(emgkit, tmp_path):
    path = uncertain(tmp_path)
    done = emgkit("info", path)
    assert done.returncode == 0, done.stderr
    first, second = (line.split() for line in done.stdout.splitlines()[2:4])
    assert first == ["1", "?", "Recto", "[1]", "?", "?", "?", "?", "2"]
    assert second == ["2", "angle", "Flexo-Extension", "JNTANG", "?", "?", "?", "2"]
    assert "To read it: say --sfreq 1000 --units mV --units 'Flexo-Extension=deg'" in done.stdout
    shown = json.loads(emgkit("info", path, "--json").stdout)
    assert shown["channels"][0]["unit"] is None
    assert shown["channels"][1]["samples"] == 2
    assert shown["needs"].startswith("say --sfreq 1000 --units mV")
    assert (
        "To read it: say --units 'Flexo-Extension=deg'" in emgkit("info", path, "--sfreq", 1000, "--units", "mV").stdout
    )


def test_info_takes_units_as_it_says_they_are_said(emgkit, tmp_path):
    path = uncertain(tmp_path)
    done = emgkit("info", path, "--sfreq", 1000, "--units", "mV", "--units", "Flexo-Extension=deg", "--json")
    channels = json.loads(done.stdout)["channels"]
    assert [(row["kind"], row["unit"], row["rate_hz"]) for row in channels] == [
        ("EMG", "V", 1000.0),
        ("JNTANG", "deg", 1000.0),
    ]
    each = emgkit("info", path, "--sfreq", 1000, "--units", "Recto [1]=uV", "--units", "Flexo-Extension=deg", "--json")
    assert [row["unit"] for row in json.loads(each.stdout)["channels"]] == ["V", "deg"]
    refused(emgkit("info", path, "--units", "mV", "--units", "V"), "Several units", "'knee angle=deg'")
    refused(emgkit("info", path, "--units", "Flexo-Extensio=deg"), "Did you mean 'Flexo-Extension'")
    refused(emgkit("info", path, "--units", "volts"), "Unknown unit 'volts'", "'mV', 'µV' and 'V'")


def test_info_shows_a_unit_that_it_does_not_know(emgkit, tmp_path):
    (tmp_path / "a.edf.csv").write_text("time (s),VL_mV,bar (parsec)\n0,1,1\n0.001,2,2\n", encoding="utf-8")
    done = emgkit("info", tmp_path / "a.edf.csv")
    assert done.returncode == 0, done.stderr
    assert "To read it: say --units 'bar (parsec)=m'" in done.stdout


def test_info_takes_the_sign_between_thousands(emgkit, tmp_path):
    (tmp_path / "a.csv").write_text("VL (uV);BF (uV)\n1,104;947\n-44;619\n", encoding="utf-8")
    refused(emgkit("info", tmp_path / "a.csv"), "decimal sign or a thousands separator", "'1,104' beside '-44'")
    done = emgkit("info", tmp_path / "a.csv", "--sfreq", 1000, "--thousands", ",", "--json")
    assert [row["channel"] for row in json.loads(done.stdout)["channels"]] == ["VL", "BF"]


def test_info_lists_the_sheets_of_a_workbook(emgkit, tmp_path):
    import pandas as pd

    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name in ("squat", "deadlift"):
            pd.DataFrame({"VL (mV)": [0.1, 0.2, -0.1]}).to_excel(writer, sheet_name=name, index=False)
    shown = emgkit("info", path)
    assert shown.returncode == 0, shown.stderr
    assert "squat" in shown.stdout
    assert "To read one: say --sheet 'squat', or another one" in shown.stdout
    listed = json.loads(emgkit("info", path, "--json").stdout)
    assert [one["sheet"] for one in listed["sheets"]] == ["squat", "deadlift"]
    one = json.loads(emgkit("info", path, "--sheet", "deadlift", "--sfreq", "1000", "--json").stdout)
    assert [row["channel"] for row in one["channels"]] == ["VL"]


def test_info_proposes_the_rate_of_a_comment(emgkit, tmp_path):
    (tmp_path / "a.csv").write_text("# fs = 1500 Hz\nVL,BF\n0.5,1\n-1,2.5\n", encoding="utf-8")
    assert "To read it: say --sfreq 1500 --units mV" in emgkit("info", tmp_path / "a.csv").stdout


@pytest.mark.long
def test_run_says_simulated_first_and_names_the_report(small, tmp_path):
    done = process("run", "three_lifts", "--data", small, "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("SIMULATED DATA: ")
    assert f"Report: {tmp_path / 'out' / 'report.html'}" in done.stdout
    assert "Reading recordings" in done.stderr
    for text in ("Gluteus maximus: ", "published: Contreras 2015", "verdict, from the published figures alone"):
        assert text in done.stdout


@pytest.mark.long
def test_run_as_json(emgkit, small, tmp_path):
    done = emgkit("run", "three_lifts", "--data", small, "--out", tmp_path / "out", "--json", "--quick")
    shown = json.loads(done.stdout)
    assert shown["simulated"] is True
    assert len(shown["tables"]["contrasts"]) == 9


# --- bad input: one clear message, status 2, nothing written ----------------------------------


def csv_study(folder: Path, *, channels: str = "", steps: str = 'step = "Rectify"', mvc: str = "") -> Path:
    """Two participants, two tasks and an MVC as CSV files, and their study file."""
    rng = np.random.default_rng(3)
    time = np.arange(4000) / 1000
    for who in ("p1", "p2"):
        for task in ("squat", "deadlift", "mvc"):
            emg = rng.normal(0, 0.1, (2, 4000))
            bar = 0.5 - 0.25 * (1 - np.cos(2 * np.pi * time)) * (task != "mvc")
            lines = [
                "VL (mV),BF (mV),bar (m)",
                *(f"{a:.6f},{b:.6f},{c:.6f}" for a, b, c in zip(*emg, bar, strict=True)),
            ]
            path = folder / "data" / f"{who}_{task}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        f"""
[study]
title = "Two lifts"
question = "Which?"
[data]
folder = "data"
pattern = "{{participant}}_{{task}}.csv"
sfreq = 1000
{channels}
[exercises.squat]
task = "squat"
starts = "eccentric"
[exercises.deadlift]
task = "deadlift"
starts = "eccentric"
[mvc]
{mvc}
[[steps]]
{steps}
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "channel"
""",
        encoding="utf-8",
    )
    return folder


def test_what_is_no_study_is_told_with_what_makes_one(emgkit, tmp_path):
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    one = recordings / "P01_squat.csv"
    one.write_text("VL (mV)\n1\n2\n")
    done = emgkit("run", str(recordings))
    assert done.returncode == 2
    assert f"emgkit new STUDY --data {recordings} writes one for recordings" in " ".join(done.stderr.split())
    done = emgkit("run", str(one))
    assert done.returncode == 2
    assert "The study is named by its folder" in done.stderr
    assert "Got:     a file" in done.stderr


def test_many_remarks_of_a_kind_are_one_line_in_plain_words():
    lines = []
    notices = [Notice(code="amplitude-small", text=f"Channel {k} is small.") for k in range(3)]
    _show_notices(SimpleNamespace(notices=notices), lambda text, **_style: lines.append(text))
    assert lines == ["Note: EMG smaller than the noise of an amplifier: 3 remarks; the report lists them."]


def test_reproduce_refuses_a_folder_of_somebody_else_before_it_computes(emgkit, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("years of work")
    done = emgkit("reproduce", "--out", str(tmp_path / "mine"))
    assert done.returncode == 2
    assert "files that no earlier run wrote" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.long
def test_the_small_study_of_the_next_tests_runs(emgkit, tmp_path):
    done = emgkit("run", csv_study(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "report.html").is_file()


@pytest.mark.parametrize(
    ("spoil", "texts"),
    [
        (lambda f: (f / "data/p1_squat.csv").write_text(""), ["p1_squat.csv", "empty"]),
        (lambda f: (f / "data/p1_squat.csv").write_bytes(bytes(range(256)) * 20), ["p1_squat.csv"]),
        (lambda f: edit(f / "data/p1_squat.csv", "VL (mV)", "VL (parsec)"), ["p1_squat.csv", "parsec"]),
        (lambda f: edit(f / "data/p1_squat.csv", "VL (mV)", "VL"), ["p1_squat.csv", "unit"]),
        (lambda f: edit(f / "data/p1_squat.csv", "\n0", "\nNaN,0.1,0.5\n0"), ["p1_squat.csv", "NaN"]),
        (lambda f: shutil.copy(f / "data/p1_squat.csv", f / "data/p2_squat.csv"), ["copies", "p1_squat", "p2_squat"]),
        (lambda f: (f / "data/p2_mvc.csv").unlink(), ["no MVC trial of participant p2"]),
        (lambda f: edit(f / "study.toml", "[mvc]", "[mvc]\nwindow = 60"), ["mvc", "60"]),
        (lambda f: edit(f / "study.toml", 'step = "Rectify"', 'step = "Rectifi"'), ["Did you mean 'Rectify'"]),
        (
            lambda f: edit(f / "study.toml", 'step = "Rectify"', 'step = "Lowpass"\ncutoff = 900'),
            ["900 Hz", "475 Hz", "p1"],
        ),
        (lambda f: edit(f / "study.toml", 'question = ', 'qestion = '), ["qestion", "Did you mean 'question'"]),
        (lambda f: edit(f / "study.toml", 'folder = "data"', 'folder = "dta"'), ["not there", "dta"]),
        (lambda f: edit(f / "study.toml", 'task = "squat"', 'task = "sqat"'), ["sqat"]),
        (lambda f: edit(f / "study.toml", 'name = "mean"', 'name = "maen"'), ["maen", "mean"]),
        (lambda f: edit(f / "study.toml", '"exercise"', '"exercize"'), ["exercize", "exercise"]),
        (lambda f: (f / "data/p2_squat.csv").unlink(), ["p2 has no exercise 'squat'", "[exclude] participants"]),
        (lambda f: edit(f / "study.toml", 'by = "channel"', 'by = "muscle"'), ["'VL' has no muscle", "[channels]"]),
        (
            lambda f: edit(f / "study.toml", "[mvc]", '[mvc]\n[channels]\nVLA = { muscle = "vastus_lateralis" }'),
            ["No recording has the channel 'VLA'", "Did you mean 'VL'"],
        ),
        (lambda f: edit(f / "study.toml", 'task = "deadlift"', 'task = "squat"'), ["tasks of their own"]),
        (lambda f: edit(f / "study.toml", 'by = "channel"', 'by = "repetition"'), ["'repetition'", "averages over"]),
        (lambda f: edit(f / "study.toml", 'by = "channel"', 'name = "../evil"'), ["../evil", "letters, digits"]),
        (lambda f: edit(f / "study.toml", "[mvc]", '[mvc]\ntasks = "mvc*"'), ["mvc.tasks", "a list, such as"]),
        (lambda f: edit(f / "study.toml", '"data"', r'"C:\Users\me"'), ["no valid TOML", "Windows path"]),
        (lambda f: edit(f / "study.toml", "[mvc]", "[mvc]\nall_positions = 3"), ["true or false"]),
        (
            lambda f: edit(
                f / "study.toml", "[mvc]", '[exclude]\nparticipants = [{participant = "p3", reason = "x"}]\n[mvc]'
            ),
            ["no participant 'p3' to exclude"],
        ),
        (lambda f: edit(f / "study.toml", '"Which?"', '"?"\nsimulated = true'), ["data.simulate"]),
        (
            lambda f: edit(f / "study.toml", 'task = "squat"\nstarts = "eccentric"', 'task = "squat"\nby = "events"'),
            ["no repetition events", "p1_squat.csv"],
        ),
    ],
    ids=[
        "empty file", "no text", "unknown unit", "missing unit", "NaN", "copies", "missing MVC",
        "MVC shorter than window", "misspelt step", "cut-off above Nyquist", "misspelt key", "missing folder",
        "missing task", "unknown measure", "unknown column", "one squat missing", "no muscle", "label of no recording",
        "one task twice", "averaged column", "name with a path", "no list", "Windows path", "no truth value",
        "nobody to exclude", "wrongly simulated", "no events",
    ],
)  # fmt: skip
def test_bad_input_is_answered_and_leaves_earlier_results(emgkit, tmp_path, spoil, texts):
    folder = csv_study(tmp_path)
    earlier = folder / "results"
    with fresh_folder(earlier) as fresh:
        write_json({}, fresh / "provenance.json")
        (fresh / "report.html").write_text("earlier", encoding="utf-8")
    spoil(folder)
    before = sorted(folder.rglob("*"))
    refused(emgkit("run", folder), *texts)
    assert sorted(folder.rglob("*")) == before
    assert (earlier / "report.html").read_text(encoding="utf-8") == "earlier"


def test_the_help_of_reproduce_says_where_it_writes_and_what_a_quick_look_leaves_out():
    help_text = " ".join(re.sub("[│╭╮╰╯─]", " ", process("reproduce", "--help").stdout).split())
    assert "a folder beside it, whose name ends in 'multiverse'. Default: results/three_lifts and" in help_text
    assert "Only five simulated participants, under the study's own processing alone." in help_text


@pytest.mark.parametrize(
    ("out", "texts"),
    [
        (".", ["the current folder or one above it", "--out"]),
        ("..", ["the current folder or one above it", "--out"]),
        ("below/..", ["the current folder or one above it", "--out"]),
        ("/", ["the current folder or one above it", "--out"]),
        ("file", ["The output folder is a file"]),
        ("mine", ["that no earlier run wrote", "'notes.txt'"]),
    ],
)
def test_reproduce_refuses_its_folder_before_the_work_begins(emgkit, tmp_path, monkeypatch, out, texts):
    for folder in ("mine", "below"):
        (tmp_path / folder).mkdir()
    for file in ("file", "mine/notes.txt"):
        (tmp_path / file).write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(ek.multiverse, "run", lambda *_, **__: pytest.fail("the specifications were computed"))
    refused(emgkit("reproduce", "--out", out, cwd=tmp_path), *texts)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_process_of_its_own_gives_the_same_status_and_texts(emgkit, small, tmp_path):
    """The other tests run the command in their own process, which takes a tenth of the time."""
    folder = csv_study(tmp_path)
    edit(folder / "study.toml", 'step = "Rectify"', 'step = "Rectifi"')
    path = small / "sub-01/emg/sub-01_task-squat_emg.bdf"
    for words in (["info", path], ["info", tmp_path / "nothing.bdf"], ["run", folder]):
        own, here = process(*words), emgkit(*words)
        assert (own.returncode, own.stdout, own.stderr) == (here.returncode, here.stdout, here.stderr)
    refused(own, "Did you mean 'Rectify'")
    assert not (folder / "results").exists()


@pytest.mark.parametrize("task", ["mvc", "squat"])
def test_a_constant_channel_is_refused(emgkit, tmp_path, task):
    folder = csv_study(tmp_path)
    path = folder / "data" / f"p1_{task}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([lines[0], *("0.0," + line.split(",", 1)[1] for line in lines[1:])]) + "\n", encoding="utf-8"
    )
    refused(emgkit("run", folder), "'VL' is constant", f"p1_{task}.csv")


def test_a_missing_file_a_folder_and_an_unknown_format_are_told(emgkit, tmp_path):
    refused(emgkit("info", tmp_path / "nothing.bdf"), "does not exist")
    refused(emgkit("info", tmp_path), "directory")
    odd = tmp_path / "recording.xyz"
    odd.write_bytes(b"\x00\x01 something else")
    refused(emgkit("info", odd), "unknown format")


def test_an_unknown_study_names_those_there_are(emgkit, tmp_path):
    refused(emgkit("run", "three_lift", cwd=tmp_path), "three_lift", "'three_lifts'")


def test_an_output_folder_of_somebody_else_is_refused(emgkit, small, tmp_path):
    (tmp_path / "thesis.docx").write_text("mine", encoding="utf-8")
    refused(emgkit("run", "three_lifts", "--data", small, "--out", tmp_path), "thesis.docx")
    assert (tmp_path / "thesis.docx").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("out", [".", "..", "/proc/emgkit/out", "a_file/out"])
def test_an_output_folder_that_cannot_be_is_refused_at_once(emgkit, tmp_path, out):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a_file").write_text("x", encoding="utf-8")
    done = emgkit("run", csv_study(tmp_path / "study"), "--out", out, cwd=tmp_path / "here")
    refused(done, "output folder")
    assert "Reading" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "study"]


def test_registry_tells_where_to_get_the_real_data(emgkit, tmp_path):
    refused(emgkit("run", "knee_tasks", cwd=tmp_path), "--data DIR", "CC BY 4.0")


def test_shipped_studies_have_a_readme():
    for folder in shipped.folder("studies").iterdir():
        if (folder / "study.toml").is_file():
            assert (folder / "README.md").is_file(), folder.name


@pytest.mark.long
def test_a_channel_can_be_left_aside(emgkit, tmp_path):
    folder = csv_study(tmp_path)
    edit(folder / "study.toml", 'by = "channel"', 'by = "muscle"')
    channels = '[channels]\nVL = { muscle = "vastus_lateralis" }\nBF = { kind = "MISC" }\n[mvc]'
    edit(folder / "study.toml", "[mvc]", channels)
    done = emgkit("run", folder, "--quick")
    assert done.returncode == 0, done.stderr
    assert "Vastus lateralis: " in done.stdout
    assert "BF" not in done.stdout
