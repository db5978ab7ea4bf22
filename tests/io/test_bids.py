from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit.channels import Channel, Event
from emgkit.errors import ArgumentError, EmgkitWarning, FileError, FormatError
from emgkit.io import bids, read, write_bids
from emgkit.io._tables import column_format, typed
from emgkit.recording import Recording, Trial


def validate(root):
    """The issues the BIDS validator finds, by severity."""
    program = Path(sys.executable).with_name("bids-validator-deno")
    if not program.exists():
        pytest.skip("bids-validator-deno is not installed")
    ran = subprocess.run([program, root, "--format", "json"], capture_output=True, text=True, check=False)
    issues = json.loads(ran.stdout)["issues"]["issues"]
    return {
        severity: Counter(i["code"] for i in issues if i["severity"] == severity) for severity in ("error", "warning")
    }


def files(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_whole_study_comes_back_and_passes_the_validator(tmp_path, make_trial, repetition):
    phase = Event(
        onset=0.35, duration=0.4, label="phase", columns={"phase": "eccentric", "repetition": 2, "reason": ""}
    )
    trials = [
        make_trial(seed=1, participant="01", session="a", run=1, events=[repetition, phase], group="trained", age=24),
        make_trial(seed=2, participant="01", session="b", run=2, acquisition="dyn", recording="left", group="trained"),
        make_trial(
            seed=3, participant="02", session="a", task="mvcGluteusMaximus", sfreq=29 / 0.0135, n=3222, group="lay"
        ),
    ]
    root = write_bids(trials, tmp_path / "set", name="Drei Übungen", sidecar={"PowerLineFrequency": 50})
    assert validate(root)["error"] == {}
    assert {file for file in files(root) if "sub-01" in file} == {
        "sub-01/ses-a/emg/sub-01_ses-a_task-squat_run-1_channels.json",
        "sub-01/ses-a/emg/sub-01_ses-a_task-squat_run-1_channels.tsv",
        "sub-01/ses-a/emg/sub-01_ses-a_task-squat_run-1_emg.bdf",
        "sub-01/ses-a/emg/sub-01_ses-a_task-squat_run-1_emg.json",
        "sub-01/ses-a/emg/sub-01_ses-a_task-squat_run-1_events.json",
        "sub-01/ses-a/emg/sub-01_ses-a_task-squat_run-1_events.tsv",
        "sub-01/ses-b/emg/sub-01_ses-b_task-squat_acq-dyn_run-2_recording-left_channels.json",
        "sub-01/ses-b/emg/sub-01_ses-b_task-squat_acq-dyn_run-2_recording-left_channels.tsv",
        "sub-01/ses-b/emg/sub-01_ses-b_task-squat_acq-dyn_run-2_recording-left_emg.bdf",
        "sub-01/ses-b/emg/sub-01_ses-b_task-squat_acq-dyn_run-2_recording-left_emg.json",
    }
    back = [read(path) for path in bids.recordings(root)]
    assert len(back) == 3
    for trial, got in zip(trials, back, strict=True):
        assert list(got) == list(trial)
        for stream in trial:
            assert got[stream].data == pytest.approx(trial[stream].data, abs=1e-7 * np.abs(trial[stream].data).max())
            assert [(c.name, c.kind, c.muscle, c.side, c.unit) for c in got[stream].channels] == [
                (c.name, c.kind, c.muscle, c.side, c.unit) for c in trial[stream].channels
            ]
            assert {c.kind_source for c in got[stream].channels} == {"header"}
        assert trial.context.items() <= got.context.items()
        assert got.notices == ()
    assert back[0].events[0] == repetition
    assert [type(value) for value in back[0].events[0].columns.values()] == [str, int, int, float, bool]
    # an empty text is BIDS's missing value
    assert back[0].events[1].columns == {"phase": "eccentric", "repetition": 2}
    assert back[2].context["age"] is None


def test_all_kinds_and_units_pass_the_validator_and_come_back(tmp_path):
    kinds = [("EMG", "V"), ("ECG", "V"), ("JNTANG", "deg"), ("POS", "m"), ("VEL", "m/s"), ("ACCEL", "m/s^2")]
    kinds += [("GYRO", "deg/s"), ("FORCE", "N"), ("MISC", "N·m"), ("TRIG", "n/a"), ("MAGN", "T"), ("TEMP", "n/a")]
    trial = Trial(
        streams={
            f"{Recording(data=[[0.0]], sfreq=1.0, channels=[c]).stream}{suffix}": Recording(
                data=np.linspace(-1, 1, 200)[np.newaxis], sfreq=100.0 + position, channels=[c]
            )
            for position, (kind, unit) in enumerate(kinds)
            for suffix in ["_2" if kind in ("VEL", "MAGN") else "_3" if kind == "TEMP" else ""]
            for c in [
                Channel(name=f"ch {kind}", unit=unit, kind=kind, muscle="músculo glúteo" if kind == "EMG" else None)
            ]
        },
        context={"participant": "01", "task": "all"},
    )
    root = write_bids([trial], tmp_path / "set", name="All kinds")
    assert validate(root)["error"] == {}
    back = read(*bids.recordings(root))
    assert [(s, c.kind, c.unit) for s in back for c in back[s].channels] == [
        (s, c.kind, c.unit) for s in trial for c in trial[s].channels
    ]
    assert back.force.channels[0].kind_source == "heuristic"
    assert back.emg.channels[0].muscle == "músculo glúteo"


def test_nothing_is_claimed_that_nobody_said(tmp_path, make_trial):
    root = write_bids([make_trial()], tmp_path / "set", name="Squats")
    (path,) = root.rglob("*_emg.json")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "TaskName": "squat",
        "EMGPlacementScheme": "Other",
        "EMGPlacementSchemeDescription": "not stated",
        "EMGReference": "n/a",
        "SamplingFrequency": 2000,
        "PowerLineFrequency": "n/a",
        "RecordingType": "continuous",
        "RecordingDuration": 1.5,
        "SoftwareFilters": "n/a",
        "EMGChannelCount": 2,
    }
    assert "simulated" not in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("how", ["sidecar", "context"])
def test_simulated_is_called_simulated(tmp_path, make_trial, how):
    said = {"sidecar": {"emgkitSimulated": True}} if how == "sidecar" else {}
    trial = make_trial(**({"simulated": True} if how == "context" else {}))
    root = write_bids([trial], tmp_path / "set", name="Squats", **said)
    assert read(*bids.recordings(root)).context["simulated"] is True
    assert "All signals in this data set are simulated" in (root / "README.md").read_text(encoding="utf-8")
    assert "simulated" not in bids.participants(root).columns


def test_facts_about_participants_join_from_table_and_contexts(tmp_path, make_trial):
    trials = [make_trial(participant=label, group="trained") for label in ("02", "01")]
    table = pd.DataFrame({"participant_id": ["sub-01", "02"], "age": [24.0, np.nan], "sex": ["F", "M"]})
    root = write_bids(trials, tmp_path / "set", name="Squats", participants=table)
    got = bids.participants(root)
    assert got.columns.tolist() == ["participant", "group", "age", "sex"]
    assert got["participant"].tolist() == ["01", "02"]
    assert got["age"].tolist()[0] == 24
    assert pd.isna(got["age"].tolist()[1])
    assert read(bids.recordings(root)[1]).context["sex"] == "M"


def test_a_participant_without_a_row_or_a_row_without_a_trial_is_refused(tmp_path, make_trial):
    for labels, message in (["02"], "no row for '01'; no trial for '02'"), (["01", "01"], "2 rows"):
        with pytest.raises(ArgumentError, match=message):
            write_bids([make_trial()], tmp_path / "set", name="S", participants=pd.DataFrame({"participant": labels}))
    with pytest.raises(ArgumentError, match=r"no column that names them.*Got: 'id'"):
        write_bids([make_trial()], tmp_path / "set", name="S", participants=pd.DataFrame({"id": ["01"]}))
    assert list(tmp_path.iterdir()) == []


def test_a_fact_that_changes_between_trials_is_refused(tmp_path, make_trial):
    trials = [make_trial(run=run, load_kg=60 + run) for run in (1, 2)]
    with pytest.raises(ArgumentError, match=r"'load_kg' about participant '01' is not the same.*Got: 61 and 62"):
        write_bids(trials, tmp_path / "set", name="S")


def test_names_of_people_become_labels_that_are_listed(tmp_path, make_trial):
    names = ["José", "O'Brien", "P_01", "Zoe\u0308", "03"]
    with pytest.warns(EmgkitWarning, match="'José' as sub-Jose, \"O'Brien\" as sub-OBrien, 'P_01' as sub-P01"):
        root = write_bids([make_trial(participant=name) for name in names], tmp_path / "set", name="S")
    listed = dict(zip(*(bids.participants(root)[key] for key in ("participant", "original_name")), strict=True))
    assert listed == dict(zip(["Jose", "OBrien", "P01", "Zoe", "03"], names, strict=True))
    assert len(list(root.glob("sub-Jose/emg/sub-Jose_*_emg.bdf"))) == 1


@pytest.mark.parametrize("names", [("P_01", "P01"), ("José", "Jose"), ("p-1", "P1"), ("Bjørn", "Bjorn")])
def test_two_people_that_would_have_the_same_label_are_refused(tmp_path, make_trial, names):
    with pytest.raises(ArgumentError, match="Two participants would have the same BIDS label") as caught:
        write_bids([make_trial(participant=name) for name in names], tmp_path / "set", name="S")
    assert all(repr(name) in str(caught.value) for name in names)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["李", "Иван", "_", "sub-01", ""])
def test_a_name_without_latin_letters_makes_no_label(tmp_path, make_trial, name):
    with pytest.raises(ArgumentError, match="participant cannot be a BIDS label"):
        write_bids([make_trial(participant=name)], tmp_path / "set", name="S")


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"participant": None}, "no 'participant' in its context"),
        ({"task": None}, "no 'task' in its context"),
        ({"participant": "sub-01"}, "participant cannot be a BIDS label.*letters, digits and.*Got: 'sub-01'"),
        ({"task": "hip thrust"}, "task cannot be a BIDS label.*Got: 'hip thrust'"),
        ({"run": "last"}, "run cannot be a BIDS label.*whole number"),
    ],
)
def test_a_label_that_bids_cannot_hold_is_refused(tmp_path, make_trial, context, message):
    with pytest.raises(ArgumentError, match=message):
        write_bids([make_trial(**context)], tmp_path / "set", name="S")
    assert list(tmp_path.iterdir()) == []


def test_two_trials_of_one_name_and_no_trial_are_refused(tmp_path, make_trial):
    with pytest.raises(ArgumentError, match=r"same name.*sub-01_task-squat_emg\.bdf.*run, acquisition or session"):
        write_bids([make_trial(), make_trial()], tmp_path / "set", name="S")
    with pytest.raises(ArgumentError, match="nothing to write"):
        write_bids([], tmp_path / "set", name="S")


def test_processed_signals_are_no_raw_data(tmp_path, make_trial):
    class Halve:
        changes_amplitude = True

    trial = make_trial()
    halved = Trial(streams={"emg": trial.emg.derive(trial.emg.data / 2, step=Halve())}, context=trial.context)
    with pytest.raises(ArgumentError, match=r"as they were recorded.*Got: 'Halve'"):
        write_bids([halved], tmp_path / "set", name="S")
    picked = Trial(streams={"emg": trial.emg.pick("EMG BF").crop(0.1, 0.2)}, context=trial.context)
    root = write_bids([picked], tmp_path / "set", name="S")
    assert read(*bids.recordings(root)).emg.data.shape == (1, 200)


def test_events_begin_with_the_first_sample(tmp_path, make_trial):
    trial = make_trial(
        start=2.0, events=[Event(onset=2.5, duration=0, label="go"), Event(onset=2.25, duration=0, label="a")]
    )
    back = read(*bids.recordings(write_bids([trial], tmp_path / "set", name="S")))
    assert [(event.onset, event.label) for event in back.events] == [(0.25, "a"), (0.5, "go")]


def test_event_columns_that_no_table_holds_are_refused(tmp_path, make_trial):
    for columns, message in [
        ([{"set": 1}, {"set": "one"}], "mixes kinds.*event column 'set'.*'integer' and 'string'"),
        ([{"onset": 1}], "name BIDS keeps for itself.*'onset'"),
        ([{"reason": "a\tb"}], "does not fit into a table's cell.*no tab or line break"),
        ([{"where": (1, 2)}], r"does not fit into a table.*Got: \(1, 2\)"),
    ]:
        events = [Event(onset=0.1, duration=0, label="a", columns=facts) for facts in columns]
        with pytest.raises(ArgumentError, match=message):
            write_bids([make_trial(events=events)], tmp_path / "set", name="S")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_data_set_survives_a_failure(tmp_path, make_trial):
    root = write_bids([make_trial(seed=1)], tmp_path / "set", name="Old")
    before = {path: (root / path).read_bytes() for path in files(root)}
    with pytest.raises(FileError, match=r"The folder exists.*overwrite=True"):
        write_bids([make_trial()], root, name="New")

    def failing():
        yield make_trial()
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        write_bids(failing(), root, name="New", overwrite=True)
    assert {path: (root / path).read_bytes() for path in files(root)} == before
    write_bids([make_trial(participant="07")], root, name="New", overwrite=True)
    assert bids.participants(root)["participant"].tolist() == ["07"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]


def test_the_old_data_set_comes_back_if_the_new_one_cannot_take_its_place(tmp_path, make_trial, monkeypatch):
    root = write_bids([make_trial(seed=1)], tmp_path / "set", name="Old")
    before = {path: (root / path).read_bytes() for path in files(root)}
    replace = Path.replace

    def locked(self, target):
        if target == root and "-old-" not in str(self):
            raise PermissionError("somebody looks into the folder")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(PermissionError):
        write_bids([make_trial()], root, name="New", overwrite=True)
    assert {path: (root / path).read_bytes() for path in files(root)} == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]


def test_only_a_data_set_is_ever_replaced(tmp_path, make_trial):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(FileError, match="Only a BIDS data set is replaced"):
        write_bids([make_trial()], tmp_path / "thesis", name="S", overwrite=True)
    assert files(tmp_path / "thesis") == {"chapter.txt"}


def test_a_folder_that_is_no_data_set_is_refused(tmp_path, make_trial):
    with pytest.raises(FileError, match=r"is not a BIDS data set.*dataset_description\.json"):
        bids.recordings(tmp_path)
    with pytest.raises(FileError, match="does not exist"):
        bids.participants(tmp_path / "nowhere")
    root = write_bids([make_trial()], tmp_path / "set", name="S")
    with pytest.raises(FileError, match=r"is a directory.*bids.recordings"):
        read(root)
    shutil.rmtree(root / "sub-01")
    with pytest.raises(FileError, match="holds no EMG recording"):
        bids.recordings(root)


def test_sidecars_are_inherited_and_the_nearest_goes_first(tmp_path, make_trial, repetition):
    root = write_bids([make_trial(run=1, events=[repetition])], tmp_path / "set", name="S")
    (path,) = bids.recordings(root)
    stem = str(path).removesuffix("_emg.bdf")
    shutil.move(f"{stem}_channels.tsv", root / "task-squat_channels.tsv")
    shutil.move(f"{stem}_events.tsv", root / "sub-01" / "sub-01_task-squat_events.tsv")
    (root / "task-squat_emg.json").write_text('{"emgkitSimulated": true}')
    (root / "task-bench_channels.tsv").write_text("name\ttype\tunits\nbar\tTRIG\tn/a\n")
    trial = read(path)
    assert trial.context["simulated"] is True
    assert trial.emg.channels[0].muscle == "vastus_lateralis"
    assert trial.events[0].columns["load_kg"] == 82.5
    near = "name\ttype\tunits\ttarget_muscle\nEMG VL\tEMG\tuV\tnear\nEMG BF\temg\tuV\tn/a\nbar\tPOS\tm\tn/a\n"
    Path(f"{stem}_channels.tsv").write_text(near)
    assert [channel.muscle for channel in read(path).emg.channels] == ["near", None]


def test_what_sidecars_and_file_disagree_on_is_noticed(tmp_path, make_trial):
    (path,) = bids.recordings(write_bids([make_trial()], tmp_path / "set", name="S"))
    table = Path(str(path).replace("_emg.bdf", "_channels.tsv"))
    table.write_text(
        "name\ttype\tunits\tsampling_frequency\tstatus\n"
        "EMG VL\tEMG\tV\t2000\tbad\nEMG BF\tEMG\tuV\t1000\tgood\nold\tEMG\tuV\t2000\tn/a\n"
    )
    trial = read(path)
    texts = {notice.code: notice.text for notice in trial.notices}
    assert "unit of 'EMG VL' as V, the header of the file as uV" in texts["unit-contradiction"]
    assert "rate of 'EMG BF' as 1000 Hz, the header of the file as 2000 Hz" in texts["rate-contradiction"]
    assert "Only the file names the channels 'bar', only channels.tsv 'old'" in texts["channels-differ"]
    assert "'EMG VL' as bad" in texts["bad-channel"]
    assert np.abs(trial.emg.data).max() < 2e-3
    assert trial.emg.sfreq == 2000


def test_damaged_sidecars_are_refused(tmp_path, make_trial, repetition):
    (path,) = bids.recordings(write_bids([make_trial(events=[repetition])], tmp_path / "set", name="S"))
    for ending, text, message in [
        ("channels.tsv", "name\ttype\tname\nVL\tEMG\tBF\n", "Columns of the table have the same name.*row 1.*'name'"),
        ("events.tsv", "onset\tduration\tonset\n0.1\t0\t0.2\n", "have the same name.*Got: more than once: 'onset'"),
        ("events.tsv", "onset\tduration\n0.1\n", "cut off or too long.*row 2.*Allowed: 2 cells. Got: 1 cells"),
        ("events.tsv", "begin\tduration\n0.1\t1\n", "no column 'onset'"),
        ("events.tsv", "onset\tduration\nn/a\t1\n", "no usable onset.*row 2"),
        ("events.tsv", "", "table is empty"),
        ("emg.json", "{", "not JSON"),
        ("emg.json", "[]", "no JSON object"),
    ]:
        side = Path(str(path).replace("emg.bdf", ending))
        before = side.read_text(encoding="utf-8")
        side.write_text(text)
        with pytest.raises(FileError, match=message):
            read(path)
        side.write_text(before, encoding="utf-8")


def test_cells_are_typed_by_the_whole_column():
    assert typed(["1", "2", "n/a"]) == [1, 2, None]
    assert typed(["1", "2.5"]) == [1.0, 2.5]
    assert typed(["True", "false"]) == [True, False]
    assert typed(["1", "two"]) == ["1", "two"]
    assert typed(["01", "10"]) == ["01", "10"]
    assert typed(["1", "2"], "string") == ["1", "2"]
    assert typed(["n/a", ""]) == [None, None]
    with pytest.raises(FormatError, match="said to hold integer values"):
        typed(["1", "x"], "integer")
    assert column_format([1, None, 2.5], where="x") == "number"


@pytest.mark.parametrize(
    ("name", "channels", "muscle", "events"),
    [
        ("emg_ConcurrentIndependentUnits", [1, 128], "Rectus Femoris", 15),
        ("emg_CustomBipolar", [1], "Flexor carpi radialis, Pronator teres, Brachioradialis", 0),
        ("emg_IndependentMod", [6], "Flexor carpi radialis", 0),
        ("emg_TwoWristbands", [32], "forearm muscles", 0),
    ],
)
def test_the_examples_of_bids_are_read_in_microvolts_as_their_headers_say(recordings, name, channels, muscle, events):
    root = recordings / "bids_emg" / name
    trials = [read(path) for path in bids.recordings(root)]
    assert [len(trial.emg.channels) for trial in trials] == channels
    assert trials[0].emg.channels[0].muscle == muscle
    for trial in trials:
        assert trial.emg.sfreq == 2000
        assert trial.context["group"] == "control"
        assert len(trial.events) == events
        # channels.tsv says V; in the microvolts of the header no peak reaches 2 µV
        assert 0 < np.abs(trial.emg.data).max() < 2e-6
        assert "unit-contradiction" in {notice.code for notice in trial.notices}
        # two of the four files hold half the second that their sidecar promises
        half = trial.emg.data.shape[1] == 1000
        assert ("duration-contradiction" in {notice.code for notice in trial.notices}) is half
    assert bids.participants(root)["participant"].tolist() == ["01"]
    labels = [trial.context.get("recording") for trial in trials]
    assert labels == (["bipolar", "highDensity"] if len(channels) == 2 else [None])
