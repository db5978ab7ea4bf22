from __future__ import annotations

import copy
import tomllib

import pytest
from pydantic import ValidationError

from emgkit import shipped
from emgkit.errors import FileError, StudyError
from emgkit.simulate import fingerprint, load_spec

SHIPPED = shipped.path("datasets", "simulated", "three_lifts.toml")


@pytest.fixture
def table():
    return copy.deepcopy(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))


def test_the_published_numbers_stand_in_the_specification():
    spec = load_spec("three_lifts")
    means = {e.name: {m.name: (m.percent, m.mark) for m in e.means} for e in spec.exercises}
    assert means == {
        "hip_thrust": {
            "gluteus_maximus": (86.8, "published"),
            "biceps_femoris": (40.8, "published"),
            "vastus_lateralis": (99.5, "published"),
        },
        "squat": {
            "gluteus_maximus": (45.4, "published"),
            "biceps_femoris": (14.9, "published"),
            "vastus_lateralis": (110.0, "published"),
        },
        "deadlift": {
            "gluteus_maximus": (61.0, "published"),
            "biceps_femoris": (49.0, "derived"),
            "vastus_lateralis": (80.0, "assumed"),
        },
    }
    assert spec.participants == 13
    assert spec.sfreq == 2000
    assert "simulated" in spec.title


def test_the_derived_mean_follows_from_what_it_is_derived_from():
    means = {m.name: m.percent for m in load_spec("three_lifts").exercise("deadlift").means}
    assert means["biceps_femoris"] == pytest.approx(40.8 * 1.20, abs=0.05)


def test_path_mapping_and_name_give_the_same(table):
    spec = load_spec("three_lifts")
    assert load_spec(SHIPPED) == load_spec(table) == load_spec(spec) == spec
    assert hash(load_spec(table)) == hash(spec)


def test_its_own_json_reads_back():
    spec = load_spec("three_lifts")
    assert type(spec).model_validate_json(spec.model_dump_json()) == spec


def test_it_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        load_spec("three_lifts").participants = 2


@pytest.mark.parametrize(
    ("where", "wrong", "right"),
    [
        ((), "participant", "participants"),
        (("variation",), "participant_excercise", "participant_exercise"),
        (("exercises", "squat"), "eccentrics", "eccentric"),
        (("muscles", "biceps_femoris"), "channels", "channel"),
        (("artefacts",), "main", "mains"),
    ],
)
def test_a_misspelt_key_names_the_nearest(table, where, wrong, right):
    part = table
    for key in where:
        part = part[key]
    part[wrong] = part.pop(right, 1.0)
    with pytest.raises(StudyError, match=f"Unknown key '{wrong}'.*Did you mean '{right}'"):
        load_spec(table)


def test_a_misspelt_muscle_names_the_nearest(table):
    means = table["exercises"]["squat"]["means"]
    means["biceps_femuris"] = means.pop("biceps_femoris")
    with pytest.raises(StudyError, match=r"means of squat.*Did you mean 'biceps_femoris'"):
        load_spec(table)


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("participants",), 0, "greater than or equal to 1"),
        (("participants",), True, "Allowed: a whole number. Got: True"),
        (("sfreq",), "2000", "Where: sfreq. Allowed: a number. Got: '2000'"),
        (("sfreq",), float("nan"), "finite"),
        (("variation", "participant"), -0.1, "greater than or equal to 0"),
        (("variation", "mark"), "measured", "'published', 'second-hand', 'derived' or 'assumed'"),
        (("exercises", "squat", "means", "biceps_femoris", "source"), "", "at least 1 character"),
        (("exercises", "squat", "starts"), "up", "'eccentric' or 'concentric'"),
        (("exercises", "squat", "task"), "back_squat", "no BIDS label"),
        (("exercises", "squat", "task"), "deadlift", "Every task must be named once. More than once: 'deadlift'"),
        (("exercises", "squat", "task"), "mvcSquat", "may not begin with 'mvc'"),
        (("exercises", "squat", "rest"), 0.3, "at least 0.6 s, four times the lead. Got: 0.3 s"),
        (("muscles", "biceps_femoris", "channel"), "GMAX", "Every channel must be named once"),
        (("muscles", "biceps_femoris", "mvc"), {"prone": "prone"}, "must begin with 'mvc'"),
        (("muscles", "biceps_femoris", "mvc"), {}, "at least 1 item"),
        (("mvc", "weaker_run"), [0.8, 1.2], "less than or equal to 1"),
    ],
)
def test_a_value_outside_what_is_allowed_is_refused(table, where, value, message):
    part = table
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    with pytest.raises(StudyError, match=message):
        load_spec(table)


def test_a_missing_mean_is_refused(table):
    del table["exercises"]["squat"]["means"]["biceps_femoris"]
    with pytest.raises(StudyError, match="'squat' has no mean for 'biceps_femoris'"):
        load_spec(table)


def test_a_range_that_runs_backwards_is_refused(table):
    table["mvc"]["weaker_run"] = [0.9, 0.8]
    with pytest.raises(StudyError, match=r"from low to high, not from 0\.9 to 0\.8.*Where: mvc\.weaker_run"):
        load_spec(table)


def test_a_file_that_is_not_there_or_no_toml(tmp_path):
    with pytest.raises(FileError, match=r"Did you mean 'three_lifts\.toml'"):
        load_spec("three_lift")
    with pytest.raises(FileError, match="cannot be read"):
        load_spec(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("title = ", encoding="utf-8")
    with pytest.raises(StudyError, match="The specification is no valid TOML"):
        load_spec(tmp_path / "bad.toml")


def test_the_fingerprint_follows_specification_and_seed(table):
    first = fingerprint("three_lifts", seed=1)
    assert first == fingerprint(SHIPPED, seed=1)
    assert first != fingerprint("three_lifts", seed=2)
    table["artefacts"]["noise"] = 2e-6
    assert first != fingerprint(table, seed=1)


def test_a_specification_without_a_sensor_is_hashed_as_before_there_were_any(table):
    # the key of the cache, and with it every sample, of the shipped set with seed 1
    assert fingerprint("three_lifts", seed=1) == "56bcd393290316c5"
    assert "imu" not in load_spec(table).model_dump()["movement"]
    table["movement"]["imu"] = {"sfreq": 148.148, "turn": 80.0}
    assert load_spec(table).model_dump()["movement"]["imu"]["radius"] == 0.25
    assert fingerprint(table, seed=1) != fingerprint("three_lifts", seed=1)
    table["movement"]["imu"]["trun"] = 1.0
    with pytest.raises(StudyError, match=r"Unknown key 'trun'.*'turn'"):
        load_spec(table)
