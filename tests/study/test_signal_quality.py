"""What a study does with signals that are not to be trusted: it refuses, notices, and says so beside the result."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from emgkit.errors import StudyError
from emgkit.study import Study
from emgkit.study.writing.finding import _doubt, muscle_doubts

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


@pytest.fixture
def folder(tmp_path: Path, study: Study) -> Path:
    """A copy of the recordings of the small study."""
    data = tmp_path / "study" / "data"
    data.mkdir(parents=True)
    for path in (study.folder / "data").glob("*.csv"):
        (data / path.name).write_bytes(path.read_bytes())
    (data.parent / "study.toml").write_text(study.text, encoding="utf-8")
    return data.parent


def change(path: Path, **changes) -> None:
    table = pd.read_csv(path)
    for row, value in changes.get("samples", {}).items():
        table.loc[row, "VL (mV)"] = value
    table["VL (mV)"] *= changes.get("factor", 1.0)
    table.to_csv(path, index=False)


def run(folder: Path):
    return Study.load(folder).run(folder.parent / "out", quick=True)


def notices(result) -> dict[str, str]:
    return {notice.code: notice.text for notice in result.notices}


def test_a_sample_of_5000_mv_in_an_mvc_is_refused_with_the_line_to_write(folder):
    change(folder / "data" / "P2_mvc.csv", samples={2000: 5000.0})
    with pytest.raises(StudyError) as raised:
        run(folder)
    text = str(raised.value)
    assert "Some EMG is larger than any amplifier for it gives" in text
    assert "P2_mvc.csv, 'VL': 5 V" in text
    assert "samples up to 100 mV from the median" in text
    assert "leave the recording or the channel out under [exclude]" in text
    assert "write [data] up_to_volts = 5" in text


def test_with_that_line_it_runs_and_the_reference_is_named(folder):
    change(folder / "data" / "P2_mvc.csv", samples={2000: 5000.0})
    file = folder / "study.toml"
    file.write_text(file.read_text().replace("sfreq = 500", "sfreq = 500\nup_to_volts = 6"))
    result = run(folder)
    found = notices(result)
    assert "Few samples make the reference of participant P2, 'VL' (mvc, at 3." in found["mvc-artefact"]
    assert "All percentages of these channels are too small." in found["mvc-artefact"]
    assert "participant P2, 'VL': " in found.get("mvc-far", "") + found.get("mvc-unit", "")
    assert {"spikes", "amplitude"} <= set(found)
    references = result.tables["references"]
    assert list(references.columns)[-5:-1] == ["cv", "start", "stop", "crest"]


def test_a_spike_too_small_to_be_refused_is_named_too(folder):
    change(folder / "data" / "P2_mvc.csv", samples={2000: 50.0})
    found = notices(run(folder))
    assert "participant P2, 'VL' (mvc, at " in found["mvc-artefact"]


def test_an_mvc_in_another_unit_is_told_as_a_unit(folder):
    change(folder / "data" / "P3_mvc.csv", factor=1e-3)
    found = notices(run(folder))
    assert "participant P3, 'VL': 373 nV, 1.19e+03 times smaller" in found["mvc-unit"]
    assert "That is the step between mV, µV and V." in found["mvc-unit"]


def test_the_usual_recordings_have_no_such_notice_and_every_check_has_its_row(folder):
    result = run(folder)
    codes = set(notices(result))
    assert not {code for code in codes if code.startswith("mvc-")}
    checks = result.tables["checks"]
    assert list(checks.columns) == [
        "participant", "session", "task", "run", "channel", "check", "value", "unit", "limit", "verdict",
    ]  # fmt: skip
    assert len(checks) == 12 * checks["check"].nunique()
    assert list(result.tables["quality"].columns)[-2:] == ["flagged", "status"]


def test_a_muscle_flagged_in_most_recordings_is_named_beside_its_result(folder):
    for path in (folder / "data").glob("*.csv"):
        table = pd.read_csv(path)
        table.loc[1000:1100, "VL (mV)"] = 0.077777
        table.to_csv(path, index=False)
    result = run(folder)
    (level,) = result.levels
    assert level.doubt.startswith("Its signal is flagged in 12 of 12 recordings: flat (12)")
    assert any(level.doubt in sentence for sentence in result.finding)


def test_where_muscles_are_compared_the_doubtful_one_is_named():
    doubts = {"vastus_lateralis": "Its signal is flagged in 2 of 3 recordings: drift (2)."}
    assert _doubt({"exercise": "squat"}, doubts) == (
        "Vastus lateralis: its signal is flagged in 2 of 3 recordings: drift (2)."
    )
    assert _doubt({"muscle": "biceps_femoris"}, doubts) == ""


def test_quiet_muscles_of_mvc_trials_do_not_count():
    table = pd.DataFrame({"muscle": "VL", "task": ["mvc", "mvc", "squat"], "flagged": ["no-signal", "no-signal", ""]})
    assert muscle_doubts(table, quiet={"mvc"}) == {}
    assert list(muscle_doubts(table)) == ["VL"]


def test_two_sides_are_channels_of_recordings():
    facts = {"participant": "P1", "session": None, "task": "squat", "run": ["1", "1", "2", "2"], "muscle": "VL"}
    table = pd.DataFrame(facts | {"channel": ["L", "R", "L", "R"], "flagged": "drift"})
    assert muscle_doubts(table) == {"VL": "Its signal is flagged in 4 of 4 channels of recordings: drift (4)."}
    assert muscle_doubts(table[table["channel"] == "L"]) == {
        "VL": "Its signal is flagged in 2 of 2 recordings: drift (2)."
    }


def test_a_spike_that_was_bridged_in_an_mvc_is_a_remark_that_names_the_file(folder):
    change(folder / "data" / "P2_mvc.csv", samples={2000: 50.0})
    file = folder / "study.toml"
    file.write_text(file.read_text().replace("[[steps]]", '[[steps]]\nstep = "InterpolateSpikes"\n\n[[steps]]', 1))
    result = run(folder)
    assert [notice.text for notice in result.notices if notice.code == "spikes-bridged"] == [
        "P2_mvc.csv: Spikes were bridged: VL 1 sample (0.02 %)."
    ]


def test_a_recording_in_another_unit_stands_above_the_answer(folder):
    assert not any("Do not trust" in sentence for sentence in run(folder).finding)
    path = folder / "data" / "P1_squat.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("(mV)", "(uV)"), encoding="utf-8")
    result = run(folder)
    assert result.finding[0] == (
        "Do not trust what follows before this is cleared up: the EMG of 1 channel of recordings (participant P1, "
        "squat: vastus lateralis) is smaller than the noise of an amplifier, so its unit is wrong or nothing was "
        "connected."
    )
    page = result.report.read_text(encoding="utf-8")
    assert page.index("Do not trust what follows") < page.index("<table")
