"""Motion Analysis ANC: volts from the numbers of a converter."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import EmgkitError, FileError, FormatError
from emgkit.io import read

COUNTS = np.random.default_rng(2).integers(-2000, 2000, size=(40, 3))

PIECES = ["Name", "Rate", "Range", "BitDepth:", "#Channels:", "\t", "\n", "12", "-1", "x", "1e999", "Duration(Sec.):",
          "PreciseRate:", "Polarity:", "\ufffd", "0"]  # fmt: skip


def anc(
    counts=COUNTS, *, names=("L Rectus", "R Biceps", "f1x"), ranges=(1000, 2500, 10000), rate=1000.0, start=0.0,
    duration=None, change=lambda text: text,
):  # fmt: skip
    """Such a file: a header of pairs, three rows a channel, then the numbers, each row with a tab at its end."""
    duration = (len(counts) - 1) / rate if duration is None else duration
    head = [
        "File_Type:\tAnalog R/C ASCII\tGeneration#:\t2", "Board_Type:\tNational PCI-6071E\tPolarity:\tBipolar",
        f"Trial_Name:\tgait\tTrial#:\t2\tDuration(Sec.):\t{duration:.6f}\t#Channels:\t{len(names)}",
        f"BitDepth:\t12\tPreciseRate:\t{rate:.6f}", "", "", "", "",
        "Name\t" + "".join(f"{name}\t" for name in names), "Rate\t" + f"{rate:g}\t" * len(names),
        "Range\t" + "".join(f"{span}\t" for span in ranges),
    ]  # fmt: skip
    rows = [f"{start + at / rate:.6f}\t" + "".join(f"{one}\t" for one in row) for at, row in enumerate(counts)]
    return change("\r\n".join([*head, *rows, ""]))


@pytest.fixture
def write(tmp_path):
    def made(text, name="a.anc"):
        (tmp_path / name).write_bytes(text.encode("cp1252"))
        return tmp_path / name

    return made


def test_volts_are_the_number_times_the_range_by_half_the_steps(write):
    trial = read(write(anc(start=0.5)))
    np.testing.assert_allclose(trial["emg"].data, COUNTS[:, :2].T * [[1.0], [2.5]] / 2048, rtol=1e-14)
    assert (trial["emg"].names, trial["emg"].sfreq, trial["emg"].start) == (("L Rectus", "R Biceps"), 1000.0, 0.5)
    # the voltage of a force plate is no EMG
    assert trial["other"].names == ("f1x",)
    assert not trial.notices


@pytest.mark.parametrize(
    ("old", "new", "steps", "doubts"),
    [
        ("BitDepth:\t12", "BitDepth:\t16", 2**15, []),
        ("Polarity:\tBipolar", "Polarity:\tUnipolar", 2**12, []),
        ("BitDepth:\t12\t", "", 2**11, ["bits-likely"]),
        ("BitDepth:\t12", "BitDepth:\t8", 2**7, ["beyond-range"]),
    ],
)
def test_bits_and_polarity(write, old, new, steps, doubts):
    trial = read(write(anc(change=lambda text: text.replace(old, new))))
    np.testing.assert_allclose(trial["emg"].data, COUNTS[:, :2].T * [[1.0], [2.5]] / steps, rtol=1e-14)
    assert [notice.code for notice in trial.notices] == doubts


def test_channels_without_a_name_or_with_one_name_get_their_position(write):
    assert read(write(anc(names=("VL", "", "Pot"))))["emg"].names == ("VL", "channel 2", "Pot")
    trial = read(write(anc(names=("VL", "", "VL"))))
    assert (trial["emg"].names, trial["other"].names) == (("VL #1", "VL #3"), ("channel 2",))
    trial = read(write(anc(ranges=(0, 2500, 10000))))
    assert trial.notices[0].text == "All values of 'L Rectus' are 0, since the file gives the range 0."


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"counts": COUNTS[:30], "duration": 0.039},
         r"cut off\. Where: .*a\.anc, row 41\. Allowed: 39 rows of numbers or one more.*Got: 30 rows"),
        ({"change": lambda text: text.replace("Range\t", "Rang\t")}, "no row Range"),
        ({"change": lambda text: text.replace("#Channels:\t3", "#Channels:\t9")}, "Allowed: 9 names"),
        ({"change": lambda text: text.replace("PreciseRate:\t1000.000000", "PreciseRate:\t-3")}, "Got: '-3'"),
        ({"duration": 0.01, "change": lambda text: text.replace("PreciseRate:\t1000", "PreciseRate:\t500")},
         r"contradicts the header.*Allowed: 500 Hz.*Got: 1000 Hz"),
        ({"change": lambda text: text.replace("BitDepth:\t12", "BitDepth:\tx")}, "a whole number from 1 to 32"),
        ({"change": lambda text: text.replace("Range\t1000", "Range\tlarge")}, r"row 11\. Allowed: millivolts"),
        ({"change": lambda text: text.replace("0.020000\t", "0.020000\tx")}, "row 32, column 'L Rectus'"),
        ({"change": lambda text: text.replace("0.020000\t", "0.029000\t")}, "not evenly spaced"),
    ],
)  # fmt: skip
def test_damage_is_refused_and_named(write, given, text):
    with pytest.raises(FormatError, match=text):
        read(write(anc(**given)))


def test_a_last_row_that_is_cut_off_is_refused(write):
    whole = anc().rstrip("\r\n")
    for left in range(1, 20):
        with pytest.raises(FormatError, match="cut off"):
            read(write(whole[:-left]))
    assert read(write(whole))["emg"].data.shape == (2, 40)


@pytest.mark.fuzz("anc")
def test_a_damaged_file_is_read_or_refused(survives):
    assert survives(anc().encode(), name="a.anc", format="anc") >= {"Trial", "FormatError", "FileError"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_header(tmp_path, outcome, parts):
    outcome(tmp_path / "a.anc", ("File_Type:\tAnalog\n" + "".join(parts)).encode(), format="anc")


def test_files_of_a_laboratory(recordings):
    folder = recordings / "motion_analysis_anc"
    known = json.loads((folder / "expected_values.json").read_text())["Gait.anc"]
    trial = read(folder / "Gait.anc")
    names = [*trial["other"].names, *trial["emg"].names]
    assert (len(names), trial["emg"].sfreq) == (known["channels"], known["fs"])
    assert all(names[int(place)] == label for place, label in known["labels"].items())
    third = trial["emg"].pick("R Rectus").data[0, :3]
    np.testing.assert_allclose(third, known["ch13_first3_V"], atol=known["tol"])
    assert trial["emg"].data.shape == (16, 5346)
    with pytest.raises(FormatError, match=r"Allowed: 5345 rows of numbers or one more \(5\.345 s.*Got: 5 rows"):
        read(folder / "Truncated.anc")
    with pytest.raises(FileError, match="empty"):
        read(folder / "Empty.anc")


def test_a_line_of_ten_thousand_letters_in_the_header_ends_soon(tmp_path):
    path = tmp_path / "a.anc"
    for long in ("x" * 10_000, "(" * 10_000, "x(" * 5_000):
        path.write_text(anc().replace("\n", f"\n{long}\n", 1))
        begin = time.process_time()
        with suppress(EmgkitError):
            read(path)
        assert time.process_time() - begin < 2
