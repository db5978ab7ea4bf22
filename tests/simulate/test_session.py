from __future__ import annotations

import numpy as np
import pytest

import emgkit as ek
from emgkit import simulate
from emgkit.errors import ArgumentError
from emgkit.events import audit, find_repetitions
from emgkit.simulate import inertial
from emgkit.simulate.specification import Artefacts, Imu

SPEC = simulate.load_spec("three_lifts")
TWO = SPEC.model_copy(update={"participants": 2})
ONCE = SPEC.exercise("squat").model_copy(update={"repetitions": 1})


def with_artefacts(participants=2, **switches):
    return SPEC.model_copy(update={"participants": participants, "artefacts": Artefacts(**switches)})


@pytest.fixture(scope="module")
def clean():
    return list(simulate.trials(TWO, seed=1))


@pytest.fixture(scope="module")
def true():
    return simulate.truth(TWO, seed=1)


def test_a_session_is_maximal_contractions_then_exercises(clean):
    tasks = [(t.context["participant"], t.context["task"]) for t in clean]
    assert len(tasks) == 2 * (7 * 2 + 3)
    first = [task for participant, task in tasks if participant == "01"]
    assert all(task.startswith("mvc") for task in first[:14])
    assert first[14:] == ["hipThrust", "squat", "deadlift"]
    assert [trial.context["run"] for trial in clean[:4]] == [1, 2, 1, 2]


def test_every_trial_says_that_it_is_simulated(clean):
    assert all(trial.context["simulated"] is True for trial in clean)


def test_signals_are_what_a_laboratory_records(clean):
    squat = clean[15]
    assert squat.emg.sfreq == 2000
    assert squat.position.sfreq == 100
    assert squat.emg.duration == squat.position.duration == int(squat.emg.duration)
    assert [(c.name, c.unit, c.kind, c.muscle, c.side) for c in squat.emg.channels] == [
        ("GMAX", "V", "EMG", "gluteus_maximus", "right"),
        ("BF", "V", "EMG", "biceps_femoris", "right"),
        ("VL", "V", "EMG", "vastus_lateralis", "right"),
    ]
    assert squat.position.channels[0].kind == "POS"
    assert np.abs(squat.emg.data).max() < 5e-3  # V
    assert "position" not in clean[0]


def test_the_median_frequency_is_that_of_surface_emg(clean):
    median = np.array([ek.spectrum.median_frequency(trial.emg.data, sfreq=2000) for trial in clean])
    assert np.all((median > 60) & (median < 120))


def test_nothing_on_the_clean_signals_looks_doubtful(clean):
    assert [notice for trial in clean for notice in ek.quality(trial.emg).notices] == []


@pytest.mark.parametrize(
    ("switch", "value", "code"),
    [
        ("mains", 5e-5, "mains"),
        ("ecg", 2e-4, "drift"),
        ("movement", 4e-4, "drift"),
        ("clip", 1e-4, "clipping"),
        ("dropouts", 30.0, "dropouts"),
        ("noise", 5e-5, "baseline"),
    ],
)
def test_each_artefact_is_seen_by_the_quality_scorecard(switch, value, code):
    codes = [
        notice.code
        for trial in simulate.trials(with_artefacts(1, **{switch: value}), seed=1)
        for notice in ek.quality(trial.emg).notices
    ]
    assert code in codes


def test_artefacts_leave_the_muscles_as_they_were():
    hum = with_artefacts(mains=1e-5)
    for clean, loud in zip(simulate.trials(TWO, seed=1), simulate.trials(hum, seed=1), strict=True):
        added = loud.emg.data - clean.emg.data
        assert np.abs(added).max() < 1e-5 * (1 + 1 / 4 + 1 / 9) + 1e-15
        if "position" in clean:
            np.testing.assert_array_equal(clean.position.data, loud.position.data)


def test_the_truth_is_found_in_the_signals(clean, true):
    squat = clean[15]
    rows = true.activation.query("participant == '01' and task == 'squat' and phase == 'whole' and channel == 'VL'")
    gain = true.mvc.query("participant == '01' and channel == 'VL'")["gain"].iloc[0]
    for row in rows.itertuples():
        window = squat.emg.data[2, round(row.onset * 2000) : round((row.onset + row.duration) * 2000)]
        # the mean size of Gaussian noise is sqrt(2 / pi) of its RMS
        mean = np.abs(window).mean() / np.sqrt(2 / np.pi) / gain
        assert 100 * mean == pytest.approx(row.activation, rel=0.05)


def test_the_repetitions_lie_where_the_truth_says(clean, true):
    for trial in clean:
        if "position" not in trial:
            continue
        exercise = next(e for e in SPEC.exercises if e.task == trial.context["task"])
        found = audit(find_repetitions(trial, by="position", starts=exercise.starts))
        rows = true.activation.query(
            "participant == @trial.context['participant'] and task == @exercise.task and channel == 'VL'"
        )
        whole = rows[rows["phase"] == "whole"]
        assert found["accepted"].tolist() == [True] * 5
        np.testing.assert_allclose(found["onset"], whole["onset"], atol=0.03)
        np.testing.assert_allclose(found["onset"] + found["duration"], whole["onset"] + whole["duration"], atol=0.03)
        for phase in ("eccentric", "concentric"):
            np.testing.assert_allclose(
                found[f"{phase}_s"], rows.loc[rows["phase"] == phase, "duration"], atol=0.06, err_msg=phase
            )


def test_exactly_one_trial_a_muscle_is_maximal_and_which_one_varies():
    mvc = simulate.truth(SPEC, seed=1).mvc
    assert mvc.groupby(["participant", "muscle"])["best"].sum().eq(1).all()
    assert mvc.loc[mvc["best"], "level"].eq(1).all()
    others = mvc.loc[~mvc["best"]]
    assert others["level"].max() <= 0.9
    best = mvc[mvc["best"]].query("muscle == 'gluteus_maximus'")
    assert best["task"].nunique() == 3
    assert best["run"].nunique() == 2


def test_each_position_reaches_about_what_was_published():
    # Contreras 2015 (PeerJ): two positions reach 85 % to 95 % of the better one on average
    mvc = simulate.truth(SPEC.model_copy(update={"participants": 200, "exercises": (ONCE,)}), seed=1).mvc
    own = mvc[mvc["task"].str.startswith("mvcHam") & (mvc["muscle"] == "biceps_femoris")]
    reached = own.groupby(["participant", "task"])["level"].max().groupby("task").mean()
    assert reached.between(0.85, 0.95).all(), reached


def test_maximal_contractions_have_their_gain(clean, true):
    best = true.mvc[true.mvc["best"] & (true.mvc["participant"] == "01")]
    for row in best.itertuples():
        trial = next(
            t for t in clean
            if (t.context["participant"], t.context["task"], t.context.get("run")) == ("01", row.task, row.run)
        )  # fmt: skip
        plateau = trial.emg.crop(1.0, 4.0).pick(row.channel).data
        assert plateau.std() == pytest.approx(row.gain, rel=0.06)


def test_gains_are_log_normal_between_people():
    gains = simulate.truth(SPEC.model_copy(update={"participants": 400, "exercises": (ONCE,)}), seed=1).mvc
    gains = gains.drop_duplicates(["participant", "muscle"])
    logs = np.log(gains.loc[gains["muscle"] == "vastus_lateralis", "gain"])
    assert logs.mean() == pytest.approx(np.log(3e-4), abs=4 * 0.4 / 20)
    assert logs.std() == pytest.approx(0.4, rel=0.15)


def test_what_is_drawn_for_one_purpose_says_nothing_about_another():
    true = simulate.truth(SPEC.model_copy(update={"participants": 400, "exercises": (ONCE,)}), seed=1)
    gain = true.mvc.drop_duplicates(["participant", "muscle"]).set_index(["participant", "muscle"])["gain"]
    drawn = true.means.set_index(["participant", "muscle"])["drawn"]
    length = true.activation.query("phase == 'whole'").set_index(["participant", "muscle"])["duration"]
    logs = np.log(np.column_stack([gain, drawn.reindex(gain.index), length.reindex(gain.index)]))
    for muscle in ("gluteus_maximus", "biceps_femoris"):
        rows = gain.index.get_level_values("muscle") == muscle
        between = np.corrcoef(logs[rows].T)[np.triu_indices(3, 1)]
        assert np.abs(between).max() < 4 / np.sqrt(400)


def test_no_two_trials_share_their_noise(clean):
    # at rest, and differentiated twice, little but the electrode noise is left
    starts = np.array([np.diff(trial.emg.data[:, :1000], n=2) for trial in clean]).reshape(-1, 998)
    correlations = np.corrcoef(starts)[np.triu_indices(len(starts), 1)]
    assert np.abs(correlations).max() < 0.3


def test_another_participant_changes_nothing_for_the_first(clean):
    one = list(simulate.trials(SPEC.model_copy(update={"participants": 1}), seed=1))
    for alone, together in zip(one, clean, strict=False):
        np.testing.assert_array_equal(alone.emg.data, together.emg.data)
    assert not np.array_equal(clean[0].emg.data, clean[17].emg.data)


def test_another_seed_gives_another_study(clean):
    other = next(simulate.trials(TWO, seed=2))
    assert not np.allclose(other.emg.data, clean[0].emg.data)
    with pytest.raises(ArgumentError, match="'seed' cannot be used"):
        next(simulate.trials(TWO, seed=-1))


def test_an_angle_can_drive_the_study():
    movement = SPEC.movement.model_copy(update={"stream": "angle", "noise": 0.05})
    exercises = tuple(e.model_copy(update={"range": 90.0, "lowest": 5.0}) for e in SPEC.exercises)
    spec = SPEC.model_copy(update={"participants": 1, "movement": movement, "exercises": exercises})
    trial = next(t for t in simulate.trials(spec, seed=1) if "angle" in t)
    assert trial.angle.channels[0].unit == "deg"
    assert np.ptp(trial.angle.data) == pytest.approx(90, abs=1)
    assert len(audit(find_repetitions(trial, by="angle", starts="concentric"))) == 5


def test_the_peak_of_a_repetition_is_that_of_its_strongest_phase(true):
    keys = ["participant", "exercise", "muscle", "repetition"]
    rows = true.activation
    whole = rows[rows["phase"] == "whole"].set_index(keys)
    phases = rows[rows["phase"] != "whole"].groupby(keys)["peak"].max()
    np.testing.assert_allclose(whole["peak"].sort_index(), phases.sort_index())
    assert (whole["peak"] / whole["activation"]).between(1.2, 2.0).all()


def test_a_sensor_adds_its_streams_and_changes_no_other(clean):
    imu = Imu(sfreq=148.148, turn=80.0)
    given = TWO.model_copy(update={"movement": TWO.movement.model_copy(update={"imu": imu})})
    trials = list(simulate.trials(given, seed=1))
    for one, other in zip(clean, trials, strict=True):
        for stream in one:
            assert np.array_equal(one[stream].data, other[stream].data)
        assert set(other) - set(one) == ({"acc", "gyro"} if "position" in one else set())
    squat, thrust = trials[15], trials[14]
    assert [channel.unit for channel in squat.acc.channels + squat.gyro.channels] == ["m/s^2"] * 3 + ["deg/s"] * 3
    # at rest it feels gravity alone, and hardly turns
    still = slice(0, round(1.2 * 148.148))
    assert np.linalg.norm(squat.acc.data[:, still].mean(axis=1)) == pytest.approx(inertial.G, abs=0.05)
    assert np.abs(squat.gyro.data[:, still].mean(axis=1)).max() < 5
    # the rotation about its one axis sums up to the turn, here and back
    turn = np.linalg.norm(squat.gyro.data - squat.gyro.data[:, still].mean(axis=1, keepdims=True), axis=0)
    assert turn.sum() / 148.148 == pytest.approx(5 * 2 * 80, rel=0.1)
    # how it is stuck on is the participant's own, its noise that of each trial
    axes = [
        np.linalg.svd(one.gyro.data - one.gyro.data.mean(axis=1, keepdims=True))[0][:, 0] for one in (squat, thrust)
    ]
    assert abs(axes[0] @ axes[1]) == pytest.approx(1, abs=0.01)
    assert not np.array_equal(squat.gyro.data[:, :100], thrust.gyro.data[:, :100])


def test_a_pendulum_without_a_radius_feels_gravity_alone():
    imu = Imu(sfreq=100.0, turn=90.0, radius=0.0)
    angle = np.linspace(0, 1, 200)
    felt = inertial.felt(angle, np.zeros(200), imu, mounting=np.eye(3))
    assert np.linalg.norm(felt, axis=0) == pytest.approx(inertial.G)
    assert np.arctan2(felt[0], felt[1]) == pytest.approx(angle)
    speed = np.degrees(1 / 199 * 100)
    assert inertial.turned(angle, imu, mounting=np.eye(3))[2] == pytest.approx(speed)
    far = Imu(sfreq=100.0, turn=90.0, radius=0.5)
    # a steady turn is felt along the limb alone, as ω² r
    along = felt[1] - inertial.felt(angle, np.zeros(200), far, mounting=np.eye(3))[1]
    assert along[5:-5] == pytest.approx(0.5 * np.radians(speed) ** 2)
