"""Kistler BioWare text exports."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import FormatError
from emgkit.io import read

VALUES = np.random.default_rng(3).normal(size=(30, 3)) * [[700, 50, 0.1]]


def bioware(*, rate=1000.0, in_one_row=False, values=VALUES, start=0.0, change=lambda text: text):
    head = ["BioWare Version 5.6.1.0 Export", "Device:" + "\tPlate" * 3,
            "Samples (#):" + f"\t{len(VALUES)}" * 3,
            "Rate (Hz):" + f"\t{rate:.6f}" * 3, "File Information",
            "Date\tNov 23, 2024  16:24:05", "Name\tAnn"]  # fmt: skip
    names = ["abs time (s)\tFz (N)\tMx (N m)\tAx (m)"] if in_one_row else ["abs time\tFz\tMx\tAx", "s\tN\tN m\tm"]
    rows = ["\t".join(f"{one:.6f}" for one in [start + at / rate, *row]) for at, row in enumerate(values)]
    return change("\r\n".join([*head, *names, *rows, ""]))


@pytest.fixture
def write(tmp_path):
    def made(text):
        (tmp_path / "a.txt").write_bytes(text.encode())
        return tmp_path / "a.txt"

    return made


@pytest.mark.parametrize("in_one_row", [True, False])
def test_forces_moments_and_the_centre_of_pressure(write, in_one_row):
    trial = read(write(bioware(in_one_row=in_one_row, start=0.25)))
    assert {name: ([(one.name, one.unit, one.kind) for one in stream.channels], stream.sfreq, stream.start)
            for name, stream in trial.items()} == {
        "force": ([("Fz", "N", "FORCE")], 1000.0, 0.25),
        "other": ([("Mx", "N·m", "MISC"), ("Ax", "m", "MISC")], 1000.0, 0.25),
    }  # fmt: skip
    np.testing.assert_allclose(trial["force"].data[0], VALUES[:, 0], atol=6e-7)
    assert "Ann" not in str(trial.context)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda text: "\r\n".join(text.split("\r\n")[:20]), r"cut off.*row 20\. Allowed: 30 rows.*Got: 11 rows"),
        (lambda text: text.replace("Rate (Hz):\t1000", "Rate (Hz):\t100"), "Allowed: 100 Hz.*Got: 1000 Hz"),
        (lambda text: text.replace("abs time", "time"), "begins with 'abs time'"),
        (lambda text: text.replace("0.004000\t", "0.004000\tx"), "row 14, column 'Fz'"),
    ],
)
def test_damage_is_refused_and_named(write, change, text):
    with pytest.raises(FormatError, match=text):
        read(write(bioware(change=change)))


@pytest.mark.fuzz("bioware")
def test_a_damaged_file_is_read_or_refused(survives):
    assert survives(bioware().encode(), name="a.txt", format="bioware") >= {"Trial", "FormatError", "FileError"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["abs time", "Samples (#):", "Rate (Hz):", "\t", "\n", "s", "N", "Fx", "0", "0.1", "-",
                                 "1e999", "(", ")"]), max_size=50))  # fmt: skip
def test_any_header(tmp_path, outcome, parts):
    outcome(tmp_path / "a.txt", ("BioWare Version 5\n" + "".join(parts)).encode(), format="bioware")


def test_a_jump_of_a_laboratory(recordings):
    trial = read(recordings / "vicon_noraxon_cmj" / "kistler_CMJ_1plate.txt")
    assert (trial["force"].data.shape, trial["force"].sfreq) == ((11, 8000), 1000.0)
    assert trial["force"].pick("Fz").data[0, :2].tolist() == [760.195526, 761.289673]
    assert {one.unit for one in trial["other"].channels} == {"N·m", "m"}
