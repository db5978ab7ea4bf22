"""Vicon Nexus text exports: each section at its own rate, names as Nexus writes them into C3D."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import FormatError
from emgkit.io import load, read

RNG = np.random.default_rng(4)
EMG = RNG.normal(size=(40, 2)) * 1e-4
FORCE = RNG.normal(size=(40, 2)) * 500
PIECES = ["Devices", "Events", "Trajectories", "\n", "\n\n", ",", ";", "100", "1", "0", "Frame", "Sub Frame", "x", "V",
          "Time (s)", "Name", "-", "1e999", "Ann:LASI"]  # fmt: skip
PLACES = RNG.normal(size=(10, 6)) * 400


def block(name, rate, above, names, units, rows, *, first=1, per_frame=1):
    cells = [
        [str(first + at // per_frame), str(at % per_frame), *("" if np.isnan(one) else f"{one:.6g}" for one in row)]
        for at, row in enumerate(rows)
    ]
    return [[name], [str(rate)], ["", "", *above], ["Frame", "Sub Frame", *names], ["", "", *units], *cells]


def nexus(*blocks, sep=",", decimal=".", end="\r\n"):
    """Sections with a blank line behind each; the comma may be the decimal sign."""
    rows = [row for one in blocks for row in [*one, []]]
    return (
        end.join(sep.join(cell.replace(".", decimal) if decimal != "." else cell for cell in row) for row in rows) + end
    )


def devices(**more):
    above = ["Plate 1 - Force", "", "Ultium - EMG1", "Ultium - EMG2"]
    rows = np.concatenate([FORCE, EMG], axis=1)
    return block("Devices", 400, above, ["Fx", "Fy", "v", "v"], ["N", "N", "V", "V"], rows, per_frame=4, **more)


def trajectories(rows=PLACES, **more):
    above = ["Ann:LASI", "", "", "Ann:RASI", "", ""]
    return block("Trajectories", 100, above, ["X", "Y", "Z"] * 2, ["mm"] * 6, rows, **more)


@pytest.fixture
def write(tmp_path):
    def made(text, encoding="utf-8-sig"):
        (tmp_path / "a.csv").write_bytes(text.encode(encoding))
        return tmp_path / "a.csv"

    return made


@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), ("\t", "."), (";", ","), ("\t", ",")])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_sections_keep_their_rates_units_and_names(write, sep, decimal, end):
    trial = read(write(nexus(devices(), trajectories(), sep=sep, decimal=decimal, end=end)))
    assert {name: (stream.names, stream.sfreq, stream.start) for name, stream in trial.items()} == {
        "force": (("Fx", "Fy"), 400.0, 0.0), "emg": (("EMG1.v", "EMG2.v"), 400.0, 0.0),
        "position": (("LASI_x", "LASI_y", "LASI_z", "RASI_x", "RASI_y", "RASI_z"), 100.0, 0.0),
    }  # fmt: skip
    np.testing.assert_allclose(trial["emg"].data, EMG.T, rtol=1e-5)
    np.testing.assert_allclose(trial["position"].data, PLACES.T / 1000, rtol=1e-5)
    assert not trial.notices


def test_the_first_frame_gives_the_start(write):
    trial = read(write(nexus(devices(first=51), trajectories(first=51))))
    assert {stream.start for stream in trial.values()} == {0.5}


def test_names_are_as_short_as_they_can_be(write):
    above = ["Plate 1 - Force", "", "Plate 2 - Force", "", "Sync - Digital"]
    rows = np.ones((4, 5))
    text = nexus(block("Devices", 100, above, ["Fx", "Fy", "Fx", "Fz", "Pin"], ["N", "N", "N", "N", ""], rows))
    assert [one.label for one in load(write(text)).signals] == [
        "Plate 1 - Force.Fx",
        "Fy",
        "Plate 2 - Force.Fx",
        "Fz",
        "Pin",
    ]


def test_what_is_computed_or_of_a_plate_is_neither_emg_nor_a_position(write):
    model = block("Model Outputs", 100, ["Ann:Knee", "", "", "Ann:EMG1", "Ann:Power"], ["x", "y", "z", "EMG", "x"],
                  ["deg", "deg", "deg", "V", "W"], RNG.normal(size=(10, 5)))  # fmt: skip
    plate = block(
        "Devices", 100, ["P - CoP", "", "P - Moment"], ["Cx", "Cy", "Mz"], ["mm", "mm", "N.mm"], np.ones((10, 3))
    )
    trial = read(write(nexus(plate, model)))
    kinds = {one.name: (one.kind, one.unit) for stream in trial.values() for one in stream.channels}
    assert kinds == {
        "Cx": ("MISC", "m"), "Cy": ("MISC", "m"), "Mz": ("MISC", "N·m"), "Knee_x": ("JNTANG", "deg"),
        "Knee_y": ("JNTANG", "deg"), "Knee_z": ("JNTANG", "deg"), "EMG1": ("MISC", "V"), "Power_x": ("MISC", "n/a"),
    }  # fmt: skip
    assert [notice.text for notice in trial.notices] == [
        "Kept as numbers without a unit: 'Power_x'. The file gives as their unit: 'W'."
    ]


def test_markers_with_gaps_are_left_out(write):
    rows = PLACES.copy()
    rows[2:4, :3] = np.nan
    content = load(write(nexus(devices(), trajectories(rows))))
    assert [notice.text for notice in content.notices] == [
        "Left out: 1 point with gaps: in frames of 10 the position is lacking of LASI (2)."
    ]
    assert content.left_out == {5: "LASI_x", 6: "LASI_y", 7: "LASI_z"}
    with pytest.raises(FormatError, match="no complete column"):
        read(write(nexus(trajectories(np.full((3, 6), np.nan)))))


def test_markers_of_two_subjects_keep_apart_without_their_names(write):
    rows = block("Trajectories", 100, ["Ann:LASI", "", "", "Bob:LASI", "", ""], ["X", "Y", "Z"] * 2, ["mm"] * 6, PLACES)
    assert read(write(nexus(rows)))["position"].names[::3] == ("1:LASI_x", "2:LASI_x")


def test_events(write):
    events = [["Events"], ["100"], ["Subject", "Context", "Name", "Time (s)", "Description"],
              ["Ann", "Right", "Foot Strike", "0.31", ""], ["Ann", "Left", "Foot Off", "0.05", ""]]  # fmt: skip
    trial = read(write(nexus(events, devices())))
    assert [(one.onset, one.label, dict(one.columns)) for one in trial.events] == [
        (0.05, "Foot Off", {"context": "Left"}), (0.31, "Foot Strike", {"context": "Right"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda text: text.replace("\r\n400\r\n", "\r\n-4\r\n"),
            r"section 'Devices', row 2\. Allowed: a number above 0",
        ),
        (lambda text: text.replace("\r\n3,1,", "\r\n3,x,"), "row 15, column 'Sub Frame'"),
        (
            lambda text: text.replace("\r\n3,1,", "\r\n4,1,"),
            r"missing or out of order.*row 15.*frame 3, sub-frame 1"[:40],
        ),
        (lambda text: text[: text.index("\r\n3,1,")] + text[text.index("\r\n3,2,") :], "missing or out of order"),
        (lambda text: text.replace("Frame,Sub", "Time,Sub"), "has no columns"),
        (lambda text: "\r\n".join(text.split("\r\n")[:4]), "cut off"),
    ],
)
def test_damage_is_refused_and_named(write, change, text):
    with pytest.raises(FormatError, match=text):
        read(write(change(nexus(devices()))), format="nexus-csv")


@pytest.mark.fuzz("nexus-csv")
def test_a_damaged_file_is_read_or_refused(survives):
    raw = nexus(devices(), trajectories()).encode()
    assert survives(raw, name="a.csv", format="nexus-csv", units="mV") >= {"Trial", "FormatError", "FileError"}


def test_a_last_row_that_is_cut_off_is_refused(write):
    whole = nexus(trajectories(np.full((20, 6), 123.456))).rstrip()
    for left in range(1, len("123.456,") * 6):
        with pytest.raises(FormatError, match="cut off"):
            read(write(whole[:-left]))
    assert read(write(whole))["position"].data.shape == (6, 20)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_sections(tmp_path, outcome, parts):
    outcome(tmp_path / "a.csv", ("Devices\n100\n" + "".join(parts)).encode(), format="nexus-csv")
