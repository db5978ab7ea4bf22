from __future__ import annotations

import numpy as np
import pytest

from emgkit.errors import ArgumentError, FormatError
from emgkit.io import read

HEAD = "File Name: a.log\n"
FILLED = "extrapolated from 50 to 1000 samples per second"


def channel(number, name, count, unit="mV", rest="no filters"):
    return f"Channel {number}: '{name}', {count} values, engineering units: {unit}, {rest}.\n"


def text(*, rows=20, stated=20, angles=1, tail="\t\n", cells="{i}\t{i}.5"):
    head = HEAD + channel(1, "RF", stated) + channel(2, "FX", angles, "deg", f"no filters, {FILLED}")
    return head + "\n" + "".join(cells.format(i=i) + "\n" for i in range(rows)) + tail


def write(tmp_path, content):
    path = tmp_path / "a.txt"
    path.write_text(content)
    return path


def test_rate_units_and_lengths_are_those_of_the_header(tmp_path):
    trial = read(write(tmp_path, text()))
    assert trial.emg.data.tolist() == [[pytest.approx(i * 1e-3) for i in range(20)]]
    assert trial.angle.data.tolist() == [[i + 0.5 for i in range(20)]]
    assert (trial.emg.sfreq, trial.emg.sfreq_source) == (1000, "heuristic")
    assert (trial.angle.sfreq, trial.angle.sfreq_source) == (1000, "header")
    notices = {notice.code: notice.text for notice in trial.notices}
    assert "FX was recorded at 50 Hz and filled up to 1000 Hz" in notices["upsampled"]
    assert "no rate for 'RF'; 1000 Hz was taken" in notices["rate-likely"]


def test_a_rate_said_by_the_user_is_no_guess(tmp_path):
    trial = read(write(tmp_path, text()), sfreq=1000)
    assert trial.emg.sfreq_source == "user"
    assert [notice.code for notice in trial.notices] == ["upsampled"]


def test_without_any_rate_the_user_is_asked(tmp_path):
    content = HEAD + channel(1, "RF", 2) + "\n1\n2\n"
    with pytest.raises(ArgumentError, match=r"no sampling rate.*channel 'RF'.*sfreq=1000"):
        read(write(tmp_path, content))
    assert read(write(tmp_path, content), sfreq=1000).emg.data.shape == (1, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text(rows=15), r"cut off.*channel 'RF'.*Allowed: 20 values.*Got: 15 values"),
        (text(rows=25), r"longer than its header says.*channel 'RF'.*Allowed: 20 values"),
        (text(angles=2), r"cut off.*channel 'FX'.*Allowed: 40 values.*Got: 20 values"),
        (text(rows=19, tail="19\n"), r"cut off.*channel 'FX'.*Allowed: 20 values.*Got: 19 values"),
        (text().replace("\n7\t7.5", "\nseven\t7.5"), r"not a number.*row 12, column 'RF'.*Got: 'seven'"),
        (text().replace("\n7\t7.5", "\n\t7.5"), r"cell is empty.*row 12, column 'RF'"),
        (
            text().replace("values, engineering units: deg", "values in deg"),
            r"header is damaged.*row 3.*Got: \"Channel 2",
        ),
        (text(rows=0, tail=""), r"holds no values"),
    ],
)
def test_a_damaged_export_is_refused_with_the_place(tmp_path, content, message):
    with pytest.raises(FormatError, match=message):
        read(write(tmp_path, content))


TASKS = {"mar": "gait", "sen": "sitting", "pie": "standing"}
CHANNELS = {"Flexo-Extension": {"kind": "JNTANG", "unit": "deg"}}


@pytest.mark.parametrize("person", ["3A", "5N"])
@pytest.mark.parametrize("task", TASKS)
def test_the_export_equals_the_published_csv(recordings, person, task):
    folder = recordings / "uci_lower_limb"
    log = read(folder / "datalog_txt" / f"{person}{task}.txt", sfreq=1000)
    group = "normal" if person.endswith("N") else "pathology"
    csv = read(folder / group / f"0{person}_{TASKS[task]}.csv", sfreq=1000, units="mV", channels=CHANNELS)
    n = csv.emg.data.shape[1]
    assert log.emg.data.shape == (4, n)
    assert np.array_equal(log.emg.data, csv.emg.data)
    assert np.array_equal(log.angle.data[:, :n], csv.angle.data)
    extra = 17 if (person, task) == ("5N", "mar") else 0
    assert log.angle.data.shape[1] == n + extra
    assert ("unequal-length" in {notice.code for notice in log.notices}) is bool(extra)
    assert 1e-6 < log.emg.data.std() < 1e-2


@pytest.mark.fuzz("datalog")
def test_a_damaged_file_is_read_or_refused(survives):
    assert survives(text().encode(), name="a.txt", format="datalog") >= {"Trial", "FormatError", "FileError"}
