"""OpenSim storage and motion files."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import FormatError, UnitError
from emgkit.io import read

VALUES = np.random.default_rng(6).normal(size=(20, 3))


def opensim(
    names,
    *,
    title="Coordinates",
    degrees="yes",
    values=VALUES,
    times=None,
    sep="\t",
    rows=None,
    more=(),
    end="endheader",
):
    times = np.arange(len(values)) / 50 + 0.5 if times is None else times
    head = [title, "version=1", f"nRows={len(values) if rows is None else rows}", f"nColumns={len(names) + 1}",
            *([f"inDegrees={degrees}"] if degrees else []), *more, end, sep.join(["time", *names])]  # fmt: skip
    body = [sep.join(f"{one:.8f}" for one in [time, *row]) for time, row in zip(times, values, strict=True)]
    return "\n".join([*head, *body, ""])


@pytest.fixture
def write(tmp_path):
    def made(text, name="a.mot"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return made


@pytest.mark.parametrize("sep", ["\t", "  "])
def test_coordinates_are_angles_and_translations(write, sep):
    trial = read(write(opensim(["hip_flexion_r", "pelvis_tx", "knee_angle_r"], sep=sep)))
    assert (trial["angle"].names, trial["position"].names) == (("hip_flexion_r", "knee_angle_r"), ("pelvis_tx",))
    assert (trial["angle"].sfreq, trial["angle"].start, trial["angle"].channels[0].unit) == (50.0, 0.5, "deg")
    np.testing.assert_allclose(trial["angle"].data, VALUES[:, [0, 2]].T, atol=1e-8)
    assert [notice.text for notice in trial.notices] == [
        "The file gives no units but for angles; by their names 'pelvis_tx' were taken to be in m, N or N·m."
    ]


def test_radians_become_degrees(write):
    names = ["/jointset/knee/knee_angle_r/value", "/jointset/knee/knee_angle_r/speed", "/jointset/hip/hip_tx/value"]
    trial = read(write(opensim(names, degrees="no", title="states")))
    np.testing.assert_allclose(trial["angle"].data[0], np.degrees(VALUES[:, 0]), atol=1e-6)
    assert trial["position"].names[0].endswith("hip_tx/value")


@pytest.mark.parametrize(("degrees", "factor"), [("no", 180 / np.pi), ("yes", 1.0)])
def test_states_of_a_model_are_no_angles_and_no_positions(write, degrees, factor):
    names = [
        "/jointset/hip/hip_flexion_r/speed", "/jointset/pelvis/pelvis_tx/speed", "/forceset/soleus_r/activation",
        "/forceset/reserve_pelvis_tx", "/forceset/soleus_r/normalized_tendon_force", "hip_flexion_r_u",
    ]  # fmt: skip
    values = np.hstack([VALUES, VALUES])
    trial = read(write(opensim(names, degrees=degrees, title="states", values=values)))
    found = {one.name: (one.kind, one.unit) for stream in trial.values() for one in stream.channels}
    assert found == {
        names[0]: ("MISC", "deg/s"), names[1]: ("VEL", "m/s"), names[2]: ("MISC", "n/a"), names[3]: ("MISC", "n/a"),
        names[4]: ("MISC", "n/a"), names[5]: ("MISC", "deg/s"),
    }  # fmt: skip
    speed = next(stream.pick(names[0]).data[0] for stream in trial.values() if names[0] in stream.names)
    np.testing.assert_allclose(speed, VALUES[:, 0] * factor, atol=1e-6)


@pytest.mark.parametrize("sep", [",", ";"])
def test_a_file_that_a_spreadsheet_saved_with_signs_between_cells_is_read(write, sep):
    text = opensim(["hip_flexion_r", "pelvis_tx", "knee_angle_r"], sep=sep)
    head, _, body = text.partition("endheader")
    filled = "\n".join(line + 3 * sep for line in head.rstrip("\n").split("\n"))
    trial = read(write(f"{filled}\nendheader{3 * sep}{body}"))
    np.testing.assert_allclose(trial["angle"].data, VALUES[:, [0, 2]].T, atol=1e-8)
    assert trial["angle"].channels[0].unit == "deg"


def test_the_older_header_has_degrees(write):
    text = opensim(["knee_angle_r", "x", "ground_force_vy"], degrees="", title="name ik trial")
    text = text.replace("nRows=20", "datarows 20").replace("nColumns=4", "datacolumns 4")
    trial = read(write(text))
    assert (trial["angle"].channels[0].unit, trial["force"].names) == ("deg", ("ground_force_vy",))


def test_forces_moments_and_their_point(write):
    trial = read(write(opensim(["ground_force_vy", "ground_force_px", "ground_torque_z"], title="grf")))
    kinds = {one.name: (one.kind, one.unit) for stream in trial.values() for one in stream.channels}
    assert kinds == {
        "ground_force_vy": ("FORCE", "N"), "ground_force_px": ("MISC", "m"), "ground_torque_z": ("MISC", "N·m"),
    }  # fmt: skip


def test_envelopes_are_asked_for_their_unit(write):
    text = opensim(["soleus_r", "tibant_r", "vaslat_r"], degrees="no", title="EMG envelopes")
    with pytest.raises(UnitError, match=r"'soleus_r' has no unit.*units='mV'"):
        read(write(text, "walk.sto"))
    assert read(write(text, "walk.sto"), units="mV")["emg"].data[0, 0] == pytest.approx(VALUES[0, 0] / 1000)
    plain = opensim(["soleus_r", "tibant_r", "vaslat_r"], degrees="no", title="activations")
    assert "Kept as numbers without a unit" in read(write(plain, "walk.sto")).notices[0].text


def test_a_last_row_that_stands_twice_is_left_out(write):
    times = np.append(np.arange(19) / 50, 18 / 50)
    trial = read(write(opensim(["hip_flexion_r", "a", "b"], times=times)))
    assert (trial["angle"].data.shape[1], trial.notices[0].code) == (19, "row-twice")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (opensim(["a", "b", "c"], rows=25), r"cut off.*row 27\. Allowed: 25 rows.*Got: 20 rows"),
        (opensim(["a", "b", "c"], end="end"), "header does not end"),
        ("Coordinates\nendheader\n \n", "begins with its times.*row 3"),
        (opensim(["a", "b", "c"]).replace("nColumns=4", "nColumns=7"), "Allowed: 7 columns.*Got: 4 names"),
        (opensim(["a", "b", "c"]).replace("time\t", "frame\t"), "begins with its times"),
        (opensim(["a", "b", "c"], more=["DataType=Quaternion"]), "are vectors.*DataType=quaternion"),
        (opensim(["a", "b", "c"], times=np.geomspace(1, 9, 20)), "not evenly spaced"),
    ],
)
def test_damage_is_refused_and_named(write, text, message):
    with pytest.raises(FormatError, match=message):
        read(write(text), format="opensim")


@pytest.mark.fuzz("opensim")
def test_a_damaged_file_is_read_or_refused(survives):
    raw = opensim(["hip_flexion_r", "pelvis_tx", "a"]).encode()
    assert survives(raw, name="a.sto", format="opensim") >= {"Trial", "FormatError", "FileError"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["endheader", "nRows=", "nColumns=", "inDegrees=", "DataType=", "\t", "\n", "time", "1",
                                 "0.1", "-", "1e999", "a_tx", "99999999999", "yes"]), max_size=50))  # fmt: skip
def test_any_header(tmp_path, outcome, parts):
    outcome(tmp_path / "a.sto", ("Coordinates\n" + "".join(parts)).encode(), format="opensim")
