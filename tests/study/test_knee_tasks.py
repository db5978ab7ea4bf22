"""Real recordings: what is known of the tasks comes out, and copies do not pass unseen."""

from __future__ import annotations

import shutil

import pytest

from emgkit import stats
from emgkit.errors import StudyError
from emgkit.study import Study
from emgkit.study.recordings.account import Account, find, look_into
from emgkit.study.recordings.plan import plan_of
from emgkit.study.recordings.read import read

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def result(recordings, shared):
    study = Study.load("knee_tasks")
    return shared("knee_tasks", lambda folder: study.run(folder / "out", recordings / "uci_lower_limb"))


def test_all_66_recordings_are_used_or_named(result):
    rows = result.tables["quality"]
    used = set(rows["participant"] + "_" + rows["task"])
    left_out = set(result.tables["excluded"]["recording"])
    assert len(used) + len(left_out) == 66
    assert left_out == {f"normal/{who}_{task}.csv" for who in ("01N", "02N") for task in ("sitting", "standing")}
    assert result.tables["excluded"]["why"].str.contains("whose they are cannot be known").all()


def test_the_text_files_beside_the_csv_files_are_told_and_not_used_twice(result):
    files = result.tables["files"].set_index("file")
    assert files["role"].value_counts().to_dict() == {"exercise": 62, "left out": 10, "not a recording": 2}
    assert (files["reason"][[name for name in files.index if name.endswith("en.txt")]] == "no layout fits").all()
    (told,) = [notice.text for notice in result.notices if notice.code == "files-not-used"]
    assert "datalog_txt/3Amar.txt" in told


def test_quadriceps_work_seated_and_hamstrings_standing(result):
    table = result.tables["contrasts"].set_index(["group", "muscle", "contrast"])
    for muscle in ("rectus_femoris", "vastus_medialis"):
        assert table.loc[("normal", muscle, "sitting / standing"), "ci_low"] > 1
    for muscle in ("biceps_femoris", "semitendinosus"):
        assert table.loc[("normal", muscle, "sitting / standing"), "ci_high"] < 1
    assert (table.loc["normal", "n"] == 9).all()
    assert (table.loc["pathology", "n"] == 11).all()


def test_the_ratios_are_those_of_the_readme(result):
    held = result.tables["expected"]
    assert held["expected"].tolist() == ["5.27", "4.73", "0.26", "0.16"]
    assert (held["holds"] == "yes").all()
    readme = (result.study.folder / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    for row in held.itertuples():
        muscle = row.row.split("muscle ")[1].split(",")[0].replace("_", " ")
        assert f"{muscle} {row.expected}" in readme


def test_the_second_table_keeps_one_of_the_copies(result):
    second = result.tables["contrasts_keep_one"].set_index("group")
    assert (second.loc["normal", "n"] == 10).all()
    assert set(result.tables["cells_keep_one"]["participant"]) - set(result.tables["cells"]["participant"]) == {"01N"}


def test_one_reference_a_man_and_muscle_over_his_tasks(result):
    references = result.tables["references"]
    assert (references.groupby(["participant", "channel"])["won"].sum() == 1).all()
    assert set(result.tables["cells"]["reference"]) == {"task:gait+sitting+standing"}
    assert set(result.tables["cells"]["unit"]) == {"%task"}


def test_the_man_whose_recordings_look_exchanged_is_flagged_and_nobody_else(result):
    for name in ("influence", "influence_keep_one"):
        table = result.tables[name]
        flagged = table[table["contradicts"]]
        assert set(flagged["left_out"]) == {"02A"}
        assert set(flagged["muscle"]) == {"rectus_femoris", "semitendinosus"}
        assert set(flagged["contrast"]) == {"sitting / standing"}
    texts = [notice.text for notice in result.notices if notice.code == "contradicts-others"]
    assert len(texts) == 2
    assert all("participant 02A contradicts all others" in text for text in texts)
    assert "02A has a ratio" in result.report.read_text(encoding="utf-8")


def test_exchanged_back_he_is_one_of_the_others(result):
    """What the README says of the flag: the numbers with him, without him, and with his two tasks exchanged."""
    table = result.tables["influence"].set_index(["muscle", "contrast", "left_out"])
    for muscle, with_him, without in (("semitendinosus", 0.30, 0.18), ("biceps_femoris", 0.40, 0.27)):
        row = table.loc[(muscle, "sitting / standing", "02A")]
        assert row["ratio_all"] == pytest.approx(with_him, abs=0.005)
        assert row["ratio"] == pytest.approx(without, abs=0.005)
        assert (row["verdict_all"], row["verdict"]) == ("undecided", "lower")
    cells = result.tables["cells"]
    names = cells["exercise"].replace({"sitting": "standing", "standing": "sitting"})
    back = cells.assign(exercise=cells["exercise"].where(cells["participant"] != "02A", names))
    got = stats.influence(back, within="exercise", by=["group", "muscle"])
    assert not got["contradicts"].any()
    ratios = got.set_index(["group", "muscle", "contrast"]).loc["pathology"]["ratio_all"]
    assert ratios.loc[("semitendinosus", "sitting / standing")].iloc[0] == pytest.approx(0.15, abs=0.005)
    assert ratios.loc[("biceps_femoris", "sitting / standing")].iloc[0] == pytest.approx(0.24, abs=0.005)


def test_two_other_equal_files_are_named(recordings, tmp_path):
    root = tmp_path / "data"
    shutil.copytree(recordings / "uci_lower_limb", root, ignore=shutil.ignore_patterns("datalog_txt"))
    root.chmod(0o755)
    (root / "pathology").chmod(0o755)
    other = root / "pathology" / "07A_gait.csv"
    other.chmod(0o644)
    # another text with the same numbers: copies are found by content
    text = (root / "pathology" / "04A_gait.csv").read_text(encoding="utf-8")
    other.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    with pytest.raises(StudyError, match=r"copies of one another.*04A_gait\.csv.*07A_gait\.csv.*\[exclude\]"):
        Study.load("knee_tasks").run(tmp_path / "out", root)
    assert not (tmp_path / "out").exists()


def test_the_datalog_layout_gives_the_same_numbers(recordings, tmp_path):
    """The six text files of two men, beside the same men's CSV files."""
    texts = tmp_path / "texts"
    shutil.copytree(recordings / "uci_lower_limb" / "datalog_txt", texts)
    plan = plan_of(Study.load("knee_tasks").file)
    sources, others = find(texts, plan.accounting)
    assert look_into(Account(sources=sources, files=others), texts, plan.accounting).notices == ()
    assert len(sources) == 6
    csv = {(s.participant, s.task): s for s in find(recordings / "uci_lower_limb", plan.accounting)[0]}
    for source in sources:
        both = (source, csv["0" + source.participant, source.task])
        one, other = (read(source.path, plan.reading(source)) for source in both)
        n = min(one.emg.data.shape[1], other.emg.data.shape[1])
        assert [c.muscle for c in one.emg.channels] == [c.muscle for c in other.emg.channels]
        assert (one.emg.data[:, :n] == other.emg.data[:, :n]).all()
        assert one.angle.channels[0].unit == other.angle.channels[0].unit == "deg"
