"""Part of the data is bad, and the rest is used: dead channels, single repetitions, missing tasks, one participant."""

from __future__ import annotations

import html
import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import EmgkitError, SignalError, StudyError
from emgkit.notation import listed
from emgkit.study import Study
from emgkit.study.file.read import parse
from emgkit.study.recordings.analysis import analyse
from emgkit.study.recordings.plan import plan_of
from emgkit.study.writing.methods.people import people_and_recordings

# `Study.run` keeps what is doubtful as a notice
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

LIFTS = """
[study]
title = "Three lifts"
question = "Which of them activates which muscle more?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
[channels]
"VL" = { muscle = "vastus_lateralis" }
"BF" = { muscle = "biceps_femoris" }
[exercises.squat]
task = "squat"
starts = "eccentric"
[exercises.thrust]
task = "thrust"
starts = "concentric"
[exercises.deadlift]
task = "deadlift"
starts = "concentric"
[mvc]
tasks = ["mvc"]
[[steps]]
step = "Highpass"
cutoff = 20
[[steps]]
step = "Rectify"
[[steps]]
step = "MovingRMS"
window = 0.1
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "muscle"
"""
DEAD = '[exclude]\nchannels = [{ participant = "P2", channel = "BF", reason = "the electrode came off" }]\n'
PAIRWISE = 'missing = "pairwise"\n'


def record(folder, *, people=5):
    """Text files of three lifts and an MVC of each participant, two muscles."""
    rng = np.random.default_rng(5)
    times = np.arange(0, 8, 1 / 500)
    depth = np.clip(-np.cos(2 * np.pi * (times - 1) / 2), 0, 1) * ((times > 1) & (times < 7))
    folder.mkdir(parents=True)
    for who in range(1, people + 1):
        for task, scale in (("squat", 0.2), ("thrust", 0.05), ("deadlift", 0.12), ("mvc", 0.4)):
            shape = depth if task != "mvc" else np.ones_like(times)
            table = pd.DataFrame(
                {
                    f"{muscle} (mV)": rng.normal(size=len(times)) * (0.002 + scale * np.exp(0.1 * rng.normal()) * shape)
                    for muscle in ("VL", "BF")
                }
            )
            table["position (m)"] = (-1 if task == "squat" else 1) * 0.2 * depth
            table.round(6).to_csv(folder / f"P{who}_{task}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def recordings(shared):
    """Five people, three lifts, two muscles, nothing bad."""
    return shared("three_lifts_of_two_muscles", lambda folder: record(folder / "data"))


@pytest.fixture
def lifts(recordings, tmp_path):
    """A function that makes a study of these recordings: what is added before and behind the comparison."""

    def make(exclude="", more="", *, people=5, gone=()):
        folder = tmp_path / f"study{len(list(tmp_path.iterdir()))}"
        shutil.copytree(recordings, folder / "data")
        for path in folder.glob("data/*.csv"):
            if path.name in gone or int(path.name[1]) > people:
                path.unlink()
        text = LIFTS.replace("[[comparisons]]", f"{exclude}[[comparisons]]") + more
        (folder / "study.toml").write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def computed(lifts, quiet):
    """A function that computes such a study, and writes nothing."""

    def make(*given, change=None, **options):
        folder = lifts(*given, **options)
        if change is not None:
            change(folder / "data")
        file = Study.load(folder).file
        return analyse(file, plan_of(file), folder / "data", progress=quiet)

    return make


def kill(name, label="BF (mV)"):
    """A change of the recordings: an electrode of one of them is dead."""

    def change(data):
        for path in data.glob(name):
            table = pd.read_csv(path)
            table[label] = 0.0
            table.to_csv(path, index=False)

    return change


def texts(notices, code):
    return [notice.text for notice in notices if notice.code == code]


def test_a_constant_channel_is_refused_with_the_line_that_leaves_it_out(computed):
    with pytest.raises(SignalError) as caught:
        computed(change=kill("P2_squat.csv"))
    problem = caught.value
    assert (problem.what, problem.where, problem.got) == (
        "Channel 'BF' is constant",
        "P2_squat.csv",
        "0 V throughout",
    )
    assert problem.hint == (
        "Check the electrode; to use the other channels write [exclude] channels = "
        '[{ participant = "P2", channel = "BF", task = "squat", reason = "…" }]; without the task, of all recordings'
    )
    assert len(str(problem)) <= 600


def test_the_line_of_the_message_makes_the_study_run(computed):
    line = '[exclude]\nchannels = [{ participant = "P2", channel = "BF", task = "squat", reason = "dead" }]\n'
    done = computed(line, change=kill("P2_squat.csv"))
    (compared,) = done.compared
    n = compared.contrasts.groupby("muscle")["n"].unique().map(list).to_dict()
    assert n == {"biceps_femoris": [4], "vastus_lateralis": [5]}
    assert texts(compared.notices, "incomplete-by-exclusion") == [
        "Participant P2 is not in the comparison 'contrasts' at muscle biceps femoris: a level of exercise is missing "
        "because a channel was left out."
    ]
    assert done.excluded.to_dict("records") == [
        {"recording": "P2_squat.csv", "channel": "BF", "repetition": "", "why": "dead"}
    ]


@pytest.mark.parametrize("name", ['channel = "BF"', 'muscle = "biceps_femoris"'])
def test_a_channel_left_out_of_a_person_costs_that_muscle_one_person(computed, name):
    entry = f'[exclude]\nchannels = [{{ participant = "P2", {name}, reason = "the electrode came off" }}]\n'
    done = computed(entry, change=kill("P2_*.csv"))
    (compared,) = done.compared
    table = compared.contrasts
    assert table.groupby("muscle")["n"].unique().map(list).to_dict() == {"biceps_femoris": [4], "vastus_lateralis": [5]}
    assert table["missing"].tolist() == ["P2"] * 3 + [""] * 3
    assert compared.anova["n"].tolist() == [4, 5]
    assert list(done.excluded["recording"]) == [f"P2_{task}.csv" for task in ("deadlift", "mvc", "squat", "thrust")]
    # the reference and the quality of the channel are not taken either
    mine = pd.concat([session.references for session in done.sessions]).query("participant == 'P2'")
    assert list(mine["channel"]) == ["VL"]


def test_the_numbers_of_the_others_are_those_of_the_study_with_the_channel(computed):
    keys = ["participant", "exercise", "muscle"]
    whole, part = (done.compared[0].cells.set_index(keys)["value"] for done in (computed(), computed(DEAD)))
    gone = whole.index.difference(part.index)
    assert {(who, muscle) for who, _, muscle in gone} == {("P2", "biceps_femoris")}
    pd.testing.assert_series_equal(whole.drop(gone).sort_index(), part.sort_index())


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            '{ participant = "P22", channel = "BF", reason = "x" }',
            "There is no recording of the participant 'P22' to leave a part out of. Where: [exclude] channels, "
            "entry 1. Allowed: 'P1', 'P2', 'P3', 'P4' and 'P5'. Got: 'P22'. Hint: Did you mean 'P2'?",
        ),
        (
            '{ participant = "P2", channel = "BFF", reason = "x" }',
            "Participant P2 has no EMG channel 'BFF' to leave out. Where: [exclude] channels, entry 1. "
            "Allowed: 'VL' and 'BF'. Got: 'BFF'. Hint: Did you mean 'BF'?",
        ),
        (
            '{ participant = "P2", muscle = "biceps_femori", reason = "x" }',
            "Participant P2 has no EMG muscle 'biceps_femori' to leave out. Where: [exclude] channels, entry 1. "
            "Allowed: 'vastus_lateralis' and 'biceps_femoris'. Got: 'biceps_femori'. "
            "Hint: Did you mean 'biceps_femoris'?",
        ),
        (
            '{ participant = "P2", channel = "position", reason = "x" }',
            "Participant P2 has no EMG channel 'position' to leave out.",
        ),
        (
            '{ participant = "P2", channel = "BF", task = "squad", reason = "x" }',
            "There is no recording of the task 'squad' of participant P2 to leave a part out of. Where: [exclude] "
            "channels, entry 1. Allowed: 'deadlift', 'mvc', 'squat' and 'thrust'. Got: 'squad'. "
            "Hint: Did you mean 'squat'?",
        ),
        (
            '{ participant = "P2", channel = "BF", session = "1", reason = "x" }',
            "Allowed: an entry without session, as no recording has one.",
        ),
    ],
)
def test_an_entry_that_fits_nothing_is_refused_with_the_nearest(computed, entry, problem):
    with pytest.raises(StudyError) as caught:
        computed(f"[exclude]\nchannels = [{entry}]\n")
    assert problem in str(caught.value)
    assert len(str(caught.value)) <= 600


@pytest.mark.parametrize(
    ("names", "got"),
    [("", "none of them"), ('channel = "BF", muscle = "biceps_femoris", ', "channel 'BF' and muscle 'biceps_femoris'")],
)
def test_an_entry_names_a_channel_or_a_muscle(lifts, names, got):
    folder = lifts(f'[exclude]\nchannels = [{{ participant = "P2", {names}reason = "x" }}]\n')
    with pytest.raises(StudyError) as caught:
        Study.load(folder)
    assert "An entry of [exclude] channels names a channel or a muscle." in str(caught.value)
    assert 'Allowed: channel = "…" or muscle = "…".' in str(caught.value)
    assert f"Got: {got}." in str(caught.value)


def test_every_channel_of_a_recording_left_out_is_refused(computed):
    entries = ", ".join(f'{{ participant = "P2", channel = "{name}", reason = "x" }}' for name in ("BF", "VL"))
    with pytest.raises(StudyError) as caught:
        computed(f"[exclude]\nchannels = [{entries}]\n")
    assert str(caught.value).startswith("No EMG channel of the recording is left. Where: P2_deadlift.csv.")
    assert '[exclude] files = [{ path = "P2_deadlift.csv", reason = "…" }]' in str(caught.value)


def test_a_channel_of_the_only_person_may_be_left_out_although_the_file_names_it(computed):
    done = computed(DEAD.replace("P2", "P1"), people=1)
    assert set(done.compared[0].cells["muscle"]) == {"vastus_lateralis"}


def rejecting(numbers, **more):
    facts = "".join(f', {key} = "{value}"' for key, value in more.items())
    return (
        f'[exclude]\nrepetitions = [{{ participant = "P3", task = "squat", repetition = {numbers}{facts}, '
        'reason = "the bar slipped" }]\n'
    )


def test_a_repetition_left_out_is_rejected_with_the_reason_and_the_others_keep_number_and_value(computed):
    before, after = computed(), computed(rejecting(2))
    tables = [pd.concat([session.repetitions for session in done.sessions]) for done in (before, after)]
    mine = tables[1].query("participant == 'P3' and exercise == 'squat'")
    assert mine["repetition"].tolist() == [1, 2, 3]
    assert mine["accepted"].tolist() == [True, False, True]
    assert mine["reason"].tolist() == ["", "the bar slipped", ""]
    rows = [pd.concat([session.rows for session in done.sessions], ignore_index=True) for done in (before, after)]
    out = (rows[0]["participant"] == "P3") & (rows[0]["exercise"] == "squat") & (rows[0]["repetition"] == 2)
    assert out.any()
    pd.testing.assert_frame_equal(rows[0][~out].reset_index(drop=True), rows[1])
    assert after.excluded.to_dict("records") == [
        {"recording": "P3_squat.csv", "channel": "", "repetition": "2", "why": "the bar slipped"}
    ]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            rejecting("[2, 9]"),
            "There is no repetition 9 to leave out. Where: P3_squat.csv. Allowed: repetitions 1, 2, 3. "
            "Got: 3 repetitions in this recording.",
        ),
        (rejecting("[1, 2, 3]"), "The study file leaves out every repetition of the recording. Where: P3_squat.csv."),
        (rejecting(2, run="2"), "There is no recording of the run '2' of participant P3 to leave a part out of."),
        (rejecting(2).replace("squat", "mvc"), "Allowed: 'deadlift', 'squat' and 'thrust'. Got: 'mvc'."),
        (rejecting(0), "exclude.repetitions.1.repetition.1"),
        (rejecting("[]"), "exclude.repetitions.1.repetition"),
    ],
)
def test_a_repetition_that_is_not_there_is_refused(computed, entry, problem):
    with pytest.raises(StudyError) as caught:
        computed(entry)
    assert problem in str(caught.value)


def test_an_unexplained_gap_is_refused_with_both_ways_on(computed):
    with pytest.raises(StudyError) as caught:
        computed(gone=("P4_deadlift.csv", "P5_squat.csv"))
    assert str(caught.value) == (
        "Participant P4 has no exercise 'deadlift'. Where: comparison 'contrasts'. Allowed: every participant in every "
        "exercise; no participant is left out silently. Got: P4 lacks 'deadlift'; P5 lacks 'squat'. Hint: Files that "
        "nearly fit: 'P5_deadlift.csv'. Look at the "
        'names of the files. Then compare those who have both levels: [[comparisons]] missing = "pairwise"; or leave '
        'people out: [exclude] participants = [{ participant = "P4", reason = "…" }].'
    )
    assert len(str(caught.value)) <= 600


def test_a_recording_left_out_does_not_explain_another_that_is_not_there(computed):
    left_out = '[exclude]\nfiles = [{ path = "P4_squat.csv", reason = "noise" }]\n'
    with pytest.raises(StudyError, match="Participant P4 has no exercise 'deadlift' and 'squat'"):
        computed(left_out, gone=("P4_deadlift.csv",))


def test_where_nobody_is_left_there_is_an_error_that_names_pairwise(computed):
    entries = ", ".join(
        f'{{ path = "P{who}_{task}.csv", reason = "noise" }}' for who, task in ((1, "squat"), (2, "thrust"))
    )
    with pytest.raises(StudyError) as caught:
        computed(f"[exclude]\nfiles = [{entries}]\n", people=2)
    assert "No participant has every exercise after what is left out." in str(caught.value)
    assert "Got: P1 lacks 'squat'; P2 lacks 'thrust'." in str(caught.value)
    assert 'missing = "pairwise"' in str(caught.value)


def test_pairwise_each_contrast_has_those_who_have_both_levels(computed):
    (compared,) = computed(DEAD, PAIRWISE, gone=("P4_deadlift.csv",)).compared
    table = compared.contrasts.set_index(["muscle", "contrast"])
    assert table["n"].to_dict() == {
        ("biceps_femoris", "squat / deadlift"): 3,
        ("biceps_femoris", "thrust / deadlift"): 3,
        ("biceps_femoris", "squat / thrust"): 4,
        ("vastus_lateralis", "squat / deadlift"): 4,
        ("vastus_lateralis", "thrust / deadlift"): 4,
        ("vastus_lateralis", "squat / thrust"): 5,
    }
    assert table.loc[("biceps_femoris", "squat / deadlift"), "missing"] == "P4, P2"
    assert compared.anova["n"].tolist() == [3, 4]
    # the pair with three participants has no fourth to leave out
    assert compared.influence is None


def test_crossed_reaches_the_statistics(lifts, quiet):
    folder = lifts("", 'crossed = "group"\n')
    text = (folder / "study.toml").read_text(encoding="utf-8").replace('by = "muscle"', 'by = ["group", "muscle"]')
    text = text.replace('pattern = "{participant}', 'labels = "per study"\npattern = "{group}/{participant}')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    data = folder / "data"
    for group, people in (("one", "12345"), ("two", "123")):
        (data / group).mkdir()
        rng = np.random.default_rng(len(people))
        for path in [path for who in people for path in data.glob(f"P{who}_*.csv")]:
            table = pd.read_csv(path)
            table.iloc[:, :2] *= np.exp(0.2 * rng.normal(size=2))
            table.to_csv(data / group / path.name, index=False)
    for path in data.glob("*.csv"):
        path.unlink()
    file = Study.load(folder).file
    assert file.comparisons[0].crossed == ("group",)
    (compared,) = analyse(file, plan_of(file), data, progress=quiet).compared
    assert compared.contrasts.attrs["people"]["group"] == {
        "varies": "within", "n": {"one": 5, "two": 3}, "lacking": 2,
    }  # fmt: skip
    assert compared.anova.attrs["people"]["group"]["lacking"] == 2


def test_a_muscle_of_one_person_is_described_and_not_compared(lifts, tmp_path):
    entries = ", ".join(f'{{ participant = "P{who}", channel = "BF", reason = "dead" }}' for who in (1, 2, 3, 4))
    result = Study.load(lifts(f"[exclude]\nchannels = [{entries}]\n")).run(tmp_path / "out", quick=True)
    assert set(result.tables["contrasts"]["muscle"]) == {"vastus_lateralis"}
    cells = result.tables["cells"].query("muscle == 'biceps_femoris'")
    assert set(cells["participant"]) == {"P5"}
    assert texts(result.notices, "level-not-compared") == [
        "'contrasts' has no contrasts at muscle biceps femoris: P5 alone has values there; they are described, not "
        "compared."
    ]
    described = result.levels[-1]
    assert described.name == "biceps femoris"
    assert re.fullmatch(r"squat [\d.]+ %MVC, deadlift [\d.]+ %MVC, thrust [\d.]+ %MVC \(n = 1\)", described.order)
    assert described.sentence().endswith("(n = 1).")
    methods = (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")
    assert "P5 alone has values there" in methods
    # a figure draws whom its panels show
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "(a line joins one participant), n = 1, 5." in page
    assert "4 channels were left out because “dead” (BF of P1, BF of P2, BF of P3, BF of P4)." in methods


def test_a_dead_channel_of_one_and_a_missing_task_of_another_to_the_report(lifts, tmp_path):
    exclude = DEAD + rejecting(2).removeprefix("[exclude]\n")
    folder = lifts(exclude, PAIRWISE, gone=("P4_deadlift.csv",))
    kill("P2_*.csv")(folder / "data")
    result = Study.load(folder).run(tmp_path / "out", quick=True)
    methods = (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")
    assert "1 channel was left out because “the electrode came off” (BF of P2)." in methods
    assert "1 repetition was left out because “the bar slipped” (repetition 2 of P3_squat.csv)." in methods
    assert "0 of 42 repetitions were rejected by the rules of the search." in methods
    assert (
        "P4 lacks deadlift; P2 is missing (biceps femoris). Each contrast uses the participants who have both of "
        "its levels."
    ) in methods
    assert "It uses the participants who have every level: without P4, n = 3 (biceps femoris)" in methods
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("P4 lacks deadlift; P2 is missing (biceps femoris).") >= 4  # two figures, table, Methods
    assert result.levels[0].order.endswith("; geometric means, n = 4, 3, 4")
    excluded = pd.read_csv(tmp_path / "out" / "tables" / "excluded.csv", dtype=str, keep_default_na=False)
    assert list(excluded.columns) == ["recording", "channel", "repetition", "why"]
    assert len(excluded) == 5
    curves = result.tables["curves"].groupby(["muscle", "exercise"])["n"].first().to_dict()
    assert curves["biceps_femoris", "deadlift"] == 3
    assert curves["vastus_lateralis", "squat"] == 5


def test_one_participant_is_described_to_the_report_and_nothing_is_compared(lifts, emgkit, tmp_path):
    folder = lifts(people=1)
    run = emgkit("run", folder, "--out", tmp_path / "out")
    sentence = "Nothing was compared: there is one participant (P1), and a comparison needs two or more."
    assert (run.returncode, run.stdout.count(sentence)) == (0, 1)
    assert re.search(r"Vastus lateralis: squat [\d.]+ %MVC, deadlift", run.stdout)
    out = tmp_path / "out"
    made = {path.name for path in out.rglob("*") if path.is_file()}
    assert {"measures.csv", "curves.csv", "cells.csv", "activation.svg", "curves.svg", "signals.svg"} <= made
    assert not {name for name in made if name.startswith(("contrasts", "anova", "influence"))}
    page = (out / "report.html").read_text(encoding="utf-8")
    # the finding, the Methods text, and the answer of the checklist on the test
    assert page.count(sentence) == 3
    assert sentence in (out / "methods.md").read_text(encoding="utf-8")
    checklist = pd.read_csv(out / "tables" / "checklist.csv")
    assert checklist.astype(str).apply(lambda column: column.str.contains(sentence, regex=False)).any(axis=None)
    told = json.loads(emgkit("run", folder, "--out", tmp_path / "again", "--json").stdout)
    assert told["tables"] == {}
    assert told["finding"][-1] == sentence
    assert [notice["code"] for notice in told["notices"]].count("nothing-compared") == 1


def test_two_participants_are_compared_as_far_as_two_can_be(lifts, tmp_path):
    result = Study.load(lifts(people=2)).run(tmp_path / "out", quick=True)
    assert set(result.tables["contrasts"]["n"]) == {2}
    assert set(result.tables["contrasts"]["df"]) == {1}
    assert {"two-participants", "influence-too-few"} <= {notice.code for notice in result.notices}


def test_people_and_recordings_that_are_left_out_stand_by_reason(lifts, tmp_path):
    exclude = (
        "[exclude]\n"
        'participants = [{ participant = "P5", reason = "injured" }]\n'
        'files = [{ path = "P1_squat.csv", reason = "noise" }, { path = "P2_squat.csv", reason = "noise" }, '
        '{ path = "P3_squat.csv", reason = "cut off" }]\n'
    )
    Study.load(lifts(exclude, PAIRWISE)).run(tmp_path / "out", quick=True)
    methods = (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")
    assert "1 participant was left out because “injured” (P5)." in methods
    told = "3 recordings were left out: P1_squat.csv and P2_squat.csv because “noise”; P3_squat.csv because “cut off”."
    assert told in methods


@pytest.mark.parametrize("where", ["pattern", "layouts"])
def test_thousands_are_read_where_the_study_file_says_so(lifts, quiet, where):
    plain, other = lifts(), lifts()
    for path in (other / "data").glob("*.csv"):
        table = pd.read_csv(path)
        # nanovolts, so that there are thousands
        table = table.assign(**{name: (1e6 * table[name]).round(3) for name in table.columns[:2]})
        table = table.map(lambda value: f"{value:,.6f}").rename(columns=lambda name: name.replace("mV", "nV"))
        table.to_csv(path, index=False, sep=";")
    text = LIFTS.replace("sfreq = 500", 'sfreq = 500\nthousands = ","')
    if where == "layouts":
        lines = 'pattern = "{participant}_{task}.csv"\nsfreq = 500\nthousands = ","\n'
        text = text.replace(lines, f"[[data.layouts]]\n{lines}")
    (other / "study.toml").write_text(text, encoding="utf-8")
    cells = []
    for folder in (plain, other):
        file = Study.load(folder).file
        cells.append(analyse(file, plan_of(file), folder / "data", progress=quiet).compared[0].cells["value"])
    np.testing.assert_allclose(*cells, rtol=1e-6)


def test_thousands_go_with_a_pattern(minimal):
    with pytest.raises(StudyError, match=r"data\.thousands go with data\.pattern"):
        parse(minimal.replace('bids = "data"', 'bids = "data"\nthousands = ","'), where="study.toml")


# people and recordings of whom nothing, or a part, is used

LEFT_OUT = '[exclude]\nparticipants = [{ participant = "P2", reason = "ill" }]\n'


def spoil(*names):
    """A change of the recordings: a cell of these holds no number."""

    def change(data):
        for name in names:
            path = data / name
            path.write_text(path.read_text(encoding="utf-8") + "?,?,?\n", encoding="utf-8")

    return change


@pytest.mark.parametrize("change", [kill("P2_squat.csv"), spoil("P2_squat.csv"), spoil("P2_mvc.csv", "P2_squat.csv")])
def test_nothing_is_asked_of_a_recording_that_is_left_out(computed, change):
    analysis = computed(LEFT_OUT, change=change)
    assert set(analysis.compared[0].cells["participant"]) == {"P1", "P3", "P4", "P5"}
    assert set(analysis.excluded["why"]) == {"ill"}
    # it is asked again where a comparison keeps it
    with pytest.raises(EmgkitError, match=r"P2_\w+\.csv"):
        computed(LEFT_OUT, 'keep = ["P2_squat.csv", "P2_mvc.csv"]\n', change=change)


def test_a_label_that_only_a_recording_has_that_is_left_out_is_no_slip(computed):
    def rename(data):
        path = data / "P2_squat.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("BF (mV)", "BF old (mV)"), encoding="utf-8")

    named = '[channels."BF old"]\nmuscle = "biceps_femoris"\n'
    assert computed(LEFT_OUT + named, change=rename).compared[0].contrasts is not None
    with pytest.raises(StudyError, match="No recording has the channel 'BF old'"):
        computed(LEFT_OUT + named)


@pytest.mark.parametrize("lost", [("P4", "P5"), ("P3", "P4", "P5")])
def test_people_of_whom_only_an_mvc_is_there_are_named(computed, lost):
    gone = [f"{who}_{task}.csv" for who in lost for task in ("squat", "thrust", "deadlift")]
    (text,) = texts(computed(gone=gone).notices, "participants-not-compared")
    assert text == (f"{listed(lost)} are in no comparison: no recording of an exercise of these participants is used.")


def test_people_of_whom_no_exercise_can_be_read_are_named(lifts, tmp_path):
    names = [f"P2_{task}.csv" for task in ("squat", "thrust", "deadlift")]
    folder = lifts("[exclude]\nallow = true\n")
    spoil(*names)(folder / "data")
    result = Study.load(folder).run(tmp_path / "out", quick=True)
    (text,) = texts(result.notices, "participants-not-compared")
    assert text == "'P2' is in no comparison: no recording of an exercise of this participant is used."
    why = result.tables["excluded"]["why"]
    assert why.str.startswith("could not be read: ").all()
    assert why.str.contains("Where: P2_").all()
    methods = (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")
    # one reason for all, without a place on this disk and without advice
    assert f"({', '.join(sorted(names))})." in methods
    assert "Hint" not in methods
    account = (
        f"P2 did not enter the comparison: all recordings of these tasks were left out ({', '.join(sorted(names))})."
    )
    assert "; 4 of them entered the comparison." in methods
    assert account in methods
    assert account in html.unescape((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    for written in (methods, why.to_string()):
        assert str(folder) not in written


@pytest.mark.parametrize(
    ("gone", "exclude", "more", "account"),
    [
        (
            ("P2_mvc.csv", "P2_squat.csv", "P2_deadlift.csv"),
            '[exclude]\nfiles = [{ path = "P2_thrust.csv", reason = "empty" }]\n',
            "",
            "P2 did not enter the comparison: the only recording of these tasks was left out (P2_thrust.csv).",
        ),
        (
            ("P2_squat.csv", "P2_thrust.csv"),
            "",
            PAIRWISE,
            "P2 did not enter the comparison: there are no two levels of exercise to compare.",
        ),
        (
            (),
            '[exclude]\nfiles = [{ path = "P2_thrust.csv", reason = "empty" }]\n',
            "",
            "Participant P2 is not in the comparison 'contrasts': a level of exercise is missing because a recording "
            "was left out.",
        ),
        (
            (),
            '[exclude]\nparticipants = [{ participant = "P2", reason = "ill" }]\n',
            "",
            "1 participant was left out because “ill” (P2).",
        ),
    ],
)
def test_everybody_who_does_not_enter_the_comparison_is_accounted_for(computed, gone, exclude, more, account):
    done = computed(exclude, more, gone=gone)
    tables = {"repetitions": pd.concat([session.repetitions for session in done.sessions])}
    text = " ".join(one.text for one in people_and_recordings(done, tables, own=True))
    assert "Recordings of 5 participants" in text
    assert "; 4 of them entered the comparison." in text
    assert text.count(account) == 1
    assert len(re.findall(r"P2(?!_)", text)) == 1


def two_positions(data):
    """A change of the recordings: a second MVC position of each participant."""
    for path in data.glob("*_mvc.csv"):
        table = pd.read_csv(path)
        (table * 1.1).round(6).to_csv(path.with_name(path.name.replace("mvc", "mvc_prone")), index=False)


POSITIONS = ('tasks = ["mvc"]', 'tasks = ["mvc*"]')
PRONE = 'files = [{ path = "P2_mvc_prone.csv", reason = "he coughed" }]'


@pytest.fixture
def positions(lifts, quiet):
    """A function that computes the study with two MVC positions."""

    def make(exclude="", *, change=None):
        folder = lifts(exclude)
        two_positions(folder / "data")
        if change is not None:
            change(folder / "data")
        text = (folder / "study.toml").read_text(encoding="utf-8")
        (folder / "study.toml").write_text(text.replace(*POSITIONS), encoding="utf-8")
        file = Study.load(folder).file
        return analyse(file, plan_of(file), folder / "data", progress=quiet)

    return make


def test_an_mvc_position_that_is_left_out_is_missing_like_one_that_was_never_recorded(positions):
    with pytest.raises(StudyError, match=r"no MVC trial 'mvc_prone' of participant P2.*all_positions = false"):
        positions(f"[exclude]\n{PRONE}\n")
    off = '[exclude]\nparticipants = [{ participant = "P2", reason = "he coughed" }]\n'
    assert texts(positions(off).notices, "mvc-positions-uneven") == []


def test_a_channel_that_lacks_an_mvc_position_is_named(positions):
    told = "The reference of 'BF' of 'P2' stands on 'mvc' alone; others have 'mvc_prone' of the channel, too."
    off = '{ participant = "P2", channel = "BF", task = "mvc_prone", reason = "it came off" }'
    assert texts(positions(f"[exclude]\nchannels = [{off}]\n").notices, "mvc-positions-uneven") == [told]

    def without(data):
        pd.read_csv(data / "P2_mvc_prone.csv").drop(columns="BF (mV)").to_csv(data / "P2_mvc_prone.csv", index=False)

    assert texts(positions(change=without).notices, "mvc-positions-uneven") == [told]
    assert texts(positions().notices, "mvc-positions-uneven") == []


def test_channels_are_named_as_their_headings_stand_in_the_file_or_as_emgkit_calls_them(computed, lifts, quiet):
    folder = lifts()
    text = (folder / "study.toml").read_text(encoding="utf-8")
    headed = text.replace('"VL"', '"VL (mV)"').replace('"BF"', '"BF (mV)"')
    assert headed != text
    (folder / "study.toml").write_text(headed, encoding="utf-8")
    file = Study.load(folder).file
    done = analyse(file, plan_of(file), folder / "data", progress=quiet)
    pd.testing.assert_frame_equal(done.compared[0].cells, computed().compared[0].cells)


def test_an_entry_names_a_channel_as_its_heading_stands_in_the_file(computed):
    headed = computed(DEAD.replace('"BF"', '"BF (mV)"'))
    pd.testing.assert_frame_equal(headed.excluded, computed(DEAD).excluded)
    assert set(headed.excluded["channel"]) == {"BF"}
    pd.testing.assert_frame_equal(headed.compared[0].contrasts, computed(DEAD).compared[0].contrasts)


def test_one_channel_under_two_names_is_refused(computed):
    with pytest.raises(StudyError) as caught:
        computed('[channels."BF (mV)"]\nmuscle = "biceps_femoris"\n')
    assert str(caught.value) == (
        "One channel stands under two names: 'BF (mV)' and 'BF'. Where: P1_deadlift.csv, [channels] of the study file. "
        "Allowed: its heading in the file, or the name that emgkit makes of it. Got: both. "
        "Hint: Take one of the two lines out."
    )


def test_a_name_that_is_the_heading_of_another_channel_is_refused(lifts, quiet):
    folder = lifts('[exclude]\nchannels = [{ participant = "P2", channel = "BF (mV)", reason = "x" }]\n')
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('muscle = "vastus_lateralis"', 'muscle = "vastus_lateralis", name = "BF (mV)"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    file = Study.load(folder).file
    with pytest.raises(StudyError) as caught:
        analyse(file, plan_of(file), folder / "data", progress=quiet)
    assert str(caught.value) == (
        "'BF (mV)' is the name of one channel and the heading of another. Where: P2_deadlift.csv, "
        "[exclude] channels. Allowed: a name that one channel has. Got: 'BF (mV)', in the file 'VL (mV)'; 'BF', in the "
        "file 'BF (mV)'. Hint: Write the other name of the channel that is meant, or give it another under [channels]."
    )


def test_a_heading_with_another_unit_than_the_file_has_is_refused(computed):
    with pytest.raises(StudyError) as caught:
        computed(DEAD.replace('"BF"', '"BF (uV)"'))
    assert "Participant P2 has no EMG channel 'BF (uV)' to leave out" in str(caught.value)


def test_a_comparison_of_one_level_describes_beside_one_that_compares(lifts, tmp_path):
    more = '[[comparisons]]\nname = "alone"\nwithin = "measure"\nby = ["exercise", "muscle"]\n'
    result = Study.load(lifts(more=more)).run(tmp_path / "out", quick=True)
    assert texts(result.notices, "nothing-compared") == [
        "Nothing was compared in 'alone': all values are of one measure (mean), and a comparison needs two or more."
    ]
    assert len(result.tables["contrasts"]) == 6
    assert "alone" not in result.tables
