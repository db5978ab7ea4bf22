"""Conversion to EMG-BIDS: what comes back, what stops and goes on, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import edfio
import numpy as np
import pytest

import emgkit as ek
from emgkit.channels import Channel, Event
from emgkit.errors import ArgumentError, FileError, FormatError, Notice, SignalError, StudyError
from emgkit.io.conversion import ConversionMap, check_bids, convert, manifest, reading
from emgkit.io.conversion.map_file import load_map
from emgkit.recording import Recording, Trial

RULES = """
[dataset]
name = "Lifts"
authors = ["A. Author"]

[data]
pattern = "{participant}_{task}.csv"

[channels]
"VL" = { kind = "EMG", muscle = "vastus_lateralis", side = "left" }
"Knee" = { kind = "JNTANG", unit = "deg" }

[placement]
scheme = "SENIAM"
interelectrode_distance = 20

[hardware]
Manufacturer = "Acme"
PowerLineFrequency = 50
"""


@pytest.fixture
def rules(tmp_path):
    """Write a map with these replacements and this text behind it."""

    def write(*replacements, more=""):
        text = RULES
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "map.toml"
        path.write_text(text + more, encoding="utf-8")
        return path

    return write


@pytest.fixture
def lab(tmp_path):
    """A folder with recordings of these names."""
    folder = tmp_path / "lab"

    def make(*names, n=300, seed=0):
        for place, name in enumerate(names):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            rng = np.random.default_rng([seed, place])
            rows = [f"{k / 1000},{rng.normal():.6f},{45 * np.sin(k / 50):.4f}" for k in range(n)]
            path.write_text("time (s),VL (mV),Knee (deg)\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return folder

    return make


def plain(rules):
    return rules(('"VL" =', '"VL (mV)" ='), ('"Knee" =', '"Knee (deg)" ='))


def equal_to_the_step(path: Path, source: Trial):
    """Every channel of a BDF file is the source's, at its rate, to half a step of its own range."""
    back = ek.read(path)
    steps = {one.label: (one.physical_max - one.physical_min) / (2**24 - 2) for one in edfio.read_bdf(path).signals}
    factor = {"V": 1e-6}
    mine, theirs = (
        {c.name: (own, c, row) for own in trial.values() for c, row in zip(own.channels, own.data, strict=True)}
        for trial in (back, source)
    )
    assert set(mine) == set(theirs)
    for name, (own, channel, row) in theirs.items():
        read, written, values = mine[name]
        assert (written.kind, written.unit) == (channel.kind, channel.unit)
        assert read.sfreq == pytest.approx(own.sfreq, rel=1e-9)
        assert values.shape == row.shape
        step = steps[name] * factor.get(channel.unit, 1.0)
        assert np.abs(values - row).max() <= 0.5001 * step + 1e-15 * np.abs(row).max()


def test_a_folder_becomes_a_data_set_that_says_what_the_map_says(lab, rules, tmp_path):
    source, map_file = lab("P_01_squat.csv", "P_02_squat.csv"), plain(rules)
    layout = 'pattern = "{participant}_{task}.csv"\nvalues.task = { squat = "back_squat" }\n'
    text = map_file.read_text().replace('pattern = "{participant}_{task}.csv"\n', "")
    text = text.replace("[channels]", f"[[data.layouts]]\n{layout}[channels]")
    map_file.write_text(text + '[tasks.back_squat]\ndescription = "Squats with 60 kg"\n'
                        '[participants]\nfacts.P_01 = { age = 24, sex = "f" }\n')  # fmt: skip
    done = convert(source, tmp_path / "set", map=map_file)
    assert done.written == ("sub-P01_task-backsquat", "sub-P02_task-backsquat")
    assert [notice.text for notice in done.notices[""]] == [
        "BIDS labels are letters and digits: 'P_01' as sub-P01, 'P_02' as sub-P02. The names stand in "
        "participants.tsv (original_name).",
        "BIDS labels are letters and digits: 'back_squat' as task-backsquat. The names stand in _emg.json (TaskName).",
    ]
    folder = tmp_path / "set" / "sub-P01" / "emg"
    sidecar = json.loads((folder / "sub-P01_task-backsquat_emg.json").read_text())
    assert sidecar["TaskName"] == "back_squat"
    assert sidecar["TaskDescription"] == "Squats with 60 kg"
    assert sidecar["EMGPlacementScheme"] == "Other"
    assert sidecar["EMGPlacementSchemeDescription"] == "SENIAM"
    assert sidecar["InterelectrodeDistance"] == 20
    assert (sidecar["Manufacturer"], sidecar["PowerLineFrequency"]) == ("Acme", 50)
    rows = ek.io.bids.channels(folder / "sub-P01_task-backsquat_emg.bdf").to_dict("records")
    assert [(row["name"], row["type"], row["target_muscle"], row["side"], row["placement_scheme"]) for row in rows] == [
        ("VL", "EMG", "vastus_lateralis", "left", "other"), ("Knee", "JNTANG", "n/a", "n/a", "n/a"),
    ]  # fmt: skip
    assert rows[0]["interelectrode_distance"] == "20.0"
    people = ek.io.bids.participants(tmp_path / "set").set_index("participant")
    assert people.loc["P01", "age"] == 24
    assert people.loc["P01", "original_name"] == "P_01"
    described = ek.io.bids.dataset(tmp_path / "set")
    assert (described["Name"], described["Authors"]) == ("Lifts", ["A. Author"])
    assert [issue for issue in check_bids(tmp_path / "set") if issue.severity == "error"] == []
    for name in ("P_01_squat.csv", "P_02_squat.csv"):
        stem = name[:4].replace("_", "")
        equal_to_the_step(
            tmp_path / "set" / f"sub-{stem}" / "emg" / f"sub-{stem}_task-backsquat_emg.bdf", ek.read(source / name)
        )


def trigno(n=600):
    """EMG and acceleration at two rates of a Trigno, a position in micrometres, and an event."""
    rng = np.random.default_rng(1)
    return Trial(
        streams={
            "emg": Recording(
                data=rng.normal(0, 1e-4, (2, n)), sfreq=29 / 0.0135,
                channels=(Channel(name="VL", unit="V"), Channel(name="BF", unit="V")),
            ),
            "acc": Recording(
                data=rng.normal(0, 9.81, (1, n // 14)), sfreq=2 / 0.0135,
                channels=(Channel(name="ACC X", unit="m/s^2", kind="ACCEL"),),
            ),
            "position": Recording(
                data=rng.normal(0, 2e-7, (1, n // 14)), sfreq=2 / 0.0135,
                channels=(Channel(name="tremor", unit="m", kind="POS"),),
            ),
        },
        events=(Event(onset=0.1, duration=0.05, label="flash"),),
    )  # fmt: skip


def test_a_recording_of_several_rates_comes_back_at_each_of_them(tmp_path):
    source = tmp_path / "lab"
    source.mkdir()
    trial = trigno()
    # of a real range, so that the header of the source can hold it
    loud = trial.streams["position"]
    trial = Trial(streams={**trial.streams, "position": Recording(
        data=loud.data * 1e3, sfreq=loud.sfreq, channels=loud.channels)}, events=trial.events)  # fmt: skip
    ek.io.write_bdf(trial, source / "P1_squat.bdf")
    rules = ConversionMap.model_validate({"dataset": {"name": "x"}, "data": {"pattern": "{participant}_{task}.bdf"}})
    done = convert(source, tmp_path / "set", map=rules)
    path = tmp_path / "set" / "sub-P1" / "emg" / "sub-P1_task-squat_emg.bdf"
    equal_to_the_step(path, ek.read(source / "P1_squat.bdf"))
    back = ek.read(path)
    assert {name: own.sfreq for name, own in back.items()} == pytest.approx(
        {"emg": 2148.148148148148, "acc": 148.14814814814815, "position": 148.14814814814815}
    )
    assert [(event.onset, event.duration, event.label) for event in back.events] == [(0.1, 0.05, "flash")]
    assert done.kept == ()


def test_a_range_that_a_header_cannot_write_is_in_a_smaller_unit(tmp_path):
    path = ek.io.write_bdf(trigno(), tmp_path / "a.bdf")
    assert {one.label: one.physical_dimension for one in edfio.read_bdf(path).signals}["tremor"] == "mm"
    source = trigno()
    equal_to_the_step(path, Trial(streams=source.streams))


def test_streams_that_begin_apart_have_a_file_each(lab, rules, tmp_path, monkeypatch):
    assemble = reading.assemble

    def late(*args, **options):
        trial = assemble(*args, **options)
        angle = trial["angle"]
        moved = Recording(data=angle.data, sfreq=angle.sfreq, channels=angle.channels, start=0.25)
        return Trial(streams={"emg": trial.emg, "angle": moved}, events=(Event(onset=0.3, duration=0, label="flash"),))

    monkeypatch.setattr(reading, "assemble", late)
    root = tmp_path / "set"
    convert(lab("P1_squat.csv"), root, map=plain(rules))
    stems = [path.name for path in ek.io.bids.recordings(root)]
    assert stems == ["sub-P1_task-squat_recording-angle_emg.bdf", "sub-P1_task-squat_recording-emg_emg.bdf"]
    written = [path.with_name(path.name.replace("_emg.bdf", "_events.tsv")) for path in ek.io.bids.recordings(root)]
    np.testing.assert_allclose(
        [float(path.read_text().splitlines()[1].split("\t")[0]) for path in written], [0.05, 0.3]
    )
    # read back, both are on the time zero of the source
    back = [ek.read(path) for path in ek.io.bids.recordings(root)]
    assert [(list(trial), next(iter(trial.values())).start) for trial in back] == [(["angle"], 0.25), (["emg"], 0.0)]
    np.testing.assert_allclose([[event.onset for event in trial.events] for trial in back], [[0.3], [0.3]])
    assert [trial.notices for trial in back] == [(), ()]
    part = ek.read(ek.io.bids.recordings(root)[0], start=0.1, stop=0.2)
    assert part.angle.start == pytest.approx(0.35)
    np.testing.assert_array_equal(part.angle.data, back[0].angle.data[:, 100:200])
    joined = ek.join(back[1], back[0], offset=0.25)
    assert (joined.angle.start, joined.emg.start) == (0.25, 0.0)
    scans = (root / "sub-P1" / "sub-P1_scans.tsv").read_text().splitlines()
    assert scans == [
        "filename\tacq_time",
        "emg/sub-P1_task-squat_recording-emg_emg.bdf\t1925-01-01T00:00:00.000000",
        "emg/sub-P1_task-squat_recording-angle_emg.bdf\t1925-01-01T00:00:00.250000",
    ]
    assert [issue for issue in check_bids(root) if issue.severity == "error"] == []


def test_the_header_names_nobody_and_no_day(lab, rules, tmp_path, monkeypatch):
    assemble = reading.assemble
    remark = Notice(code="odd", text="Jansen_squat.csv is odd.")
    monkeypatch.setattr(reading, "assemble", lambda *a, **o: replace(assemble(*a, **o), notices=(remark,)))
    source = lab("Jansen_squat.csv")
    map_file = rules(
        ('"VL" =', '"VL (mV)" ='), ('"Knee" =', '"Knee (deg)" ='), ('pattern = "{participant}_{task}.csv"', ""),
        ("[channels]", '[[data.layouts]]\npattern = "{participant}_{task}.csv"\n'
         'values.participant = { Jansen = "01" }\n[channels]'),
    )  # fmt: skip
    root = tmp_path / "set"
    convert(source, root, map=map_file)
    (path,) = ek.io.bids.recordings(root)
    assert path.name == "sub-01_task-squat_emg.bdf"
    head = path.read_bytes()[:256].decode("latin-1")
    assert head[8:88].split() == ["X", "X", "X", "X"]
    assert head[88:184].split() == ["Startdate", "X", "X", "X", "X"] or "01.01.85" in head
    for file in root.rglob("*"):
        assert not file.is_file() or b"Jansen" not in file.read_bytes(), file


def test_what_is_written_is_not_written_again_while_source_and_map_stay(lab, rules, tmp_path):
    source, root = lab("P1_squat.csv", "P2_squat.csv", "P3_squat.csv"), tmp_path / "set"
    first = convert(source, root, map=plain(rules))
    assert len(first.written) == 3

    def times():
        return {path: path.stat().st_mtime_ns for path in root.rglob("*_emg.bdf")}

    before = times()
    again = convert(source, root, map=plain(rules))
    assert (again.written, len(again.kept)) == ((), 3)
    assert times() == before
    assert again.notices == first.notices
    # one source changes, and that recording alone is written
    (source / "P2_squat.csv").write_text((source / "P1_squat.csv").read_text(), encoding="utf-8")
    changed = convert(source, root, map=plain(rules))
    assert changed.written == ("sub-P2_task-squat",)
    # a fact about people changes no recording
    facts = plain(rules)
    facts.write_text(facts.read_text() + "[participants]\nfacts.P1 = { age = 30 }\n")
    assert convert(source, root, map=facts).written == ()
    assert ek.io.bids.participants(root)["age"].tolist()[0] == 30
    # a file that somebody removed is written again
    (root / "sub-P3" / "emg" / "sub-P3_task-squat_channels.tsv").unlink()
    assert convert(source, root, map=facts).written == ("sub-P3_task-squat",)
    # what the map says of a channel changes all that have it
    facts.write_text(facts.read_text().replace("vastus_lateralis", "vastus_medialis"))
    assert len(convert(source, root, map=facts).written) == 3
    assert [issue for issue in check_bids(root) if issue.severity == "error"] == []


def test_processes_write_what_one_writes_go_on_and_raise_the_same(lab, rules, tmp_path):
    source, map_file = lab(*(f"P{k}_squat.csv" for k in range(5))), plain(rules)
    (source / "P1_squat.csv").write_text("time (s),VL (mV),Knee (deg)\n0,1,2\n0.001,1\n0.002,5,6,7\n")
    seen = []
    errors = []
    for jobs, name in ((1, "one"), (2, "two")):
        with pytest.raises(FileError) as caught:
            convert(source, tmp_path / name, map=map_file, jobs=jobs)
        errors.append(str(caught.value))
        assert list(manifest.Manifest.of(tmp_path / name).recordings) == ["sub-P0_task-squat"]
    assert errors[0] == errors[1]
    map_file.write_text(map_file.read_text() + "[exclude]\nallow = true\n")
    one = convert(source, tmp_path / "one", map=map_file)
    two = convert(source, tmp_path / "two", map=map_file, jobs=2, progress=lambda *given: seen.append(given))
    assert replace(two, root=one.root) == one
    assert (two.kept, two.written) == (("sub-P0_task-squat",), tuple(f"sub-P{k}_task-squat" for k in (2, 3, 4)))
    assert [done for _, done, _ in seen] == [1, 2, 3, 4, 5, 5]
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    assert not list((tmp_path / "two").glob(".emgkit*"))


def test_a_source_with_a_new_name_replaces_the_old_recording_and_another_is_refused(lab, rules, tmp_path):
    source, root = lab("P1_squat.csv", "P2_squat.csv"), tmp_path / "set"
    convert(source, root, map=plain(rules))
    (source / "P2_squat.csv").rename(source / "P3_squat.csv")
    assert convert(source, root, map=plain(rules)).written == ("sub-P3_task-squat",)
    assert sorted(path.name for path in root.glob("sub-*")) == ["sub-P1", "sub-P3"]
    (source / "P3_squat.csv").unlink()
    with pytest.raises(ArgumentError, match=r"holds 1 recording that no source gives.*sub-P3_task-squat.*together"):
        convert(source, root, map=plain(rules))
    assert (root / "sub-P3").is_dir()


# dies in the place of one of the moves of a file to its place
SCRIPT = """
import os, pathlib, signal, sys
import emgkit as ek
left, move = [int(sys.argv[4])], pathlib.Path.replace
def mortal(self, target):
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return move(self, target)
pathlib.Path.replace = mortal
ek.io.convert(sys.argv[1], sys.argv[2], map=sys.argv[3])
"""


@pytest.mark.parametrize("moves", [0, 1, 2, 5, 6, 13, 20, 21, 23, 24, 25])
def test_a_conversion_that_is_killed_goes_on(lab, rules, tmp_path, moves):
    source, root, map_file = lab(*(f"P{k}_squat.csv" for k in range(4))), tmp_path / "set", plain(rules)
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(source), str(root), str(map_file), str(moves)], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    listed = manifest.Manifest.of(root)
    # the moves are 1 to begin, 5 for each recording, and 5 to finish: the description, then the list
    assert len(listed.recordings) == max(0, min(4, (moves - 1) // 5))
    assert not listed.finished
    if (root / "dataset_description.json").exists():
        assert moves == 25
        assert [issue for issue in check_bids(root) if issue.severity == "error"] == []
    before = {stem: (root / next(iter(entry.files))).stat().st_mtime_ns for stem, entry in listed.recordings.items()}
    done = convert(source, root, map=map_file)
    assert set(done.kept) == set(before)
    assert len(done.kept) + len(done.written) == 4
    for stem, entry in manifest.Manifest.of(root).recordings.items():
        assert stem not in before or (root / next(iter(entry.files))).stat().st_mtime_ns == before[stem]
    # the same as one that was never stopped
    whole = tmp_path / "whole"
    convert(source, whole, map=map_file)
    assert contents(root) == contents(whole)


@pytest.mark.parametrize("moves", [1, 2, 3, 5, 6, 8, 12])
def test_a_change_that_is_killed_can_be_taken_back_or_go_on(lab, rules, tmp_path, moves):
    source, root, map_file = lab("P1_squat.csv", "P2_squat.csv"), tmp_path / "set", plain(rules)
    convert(source, root, map=map_file)
    first, old = contents(root), map_file.read_text()
    new = old.replace("vastus_lateralis", "vastus_medialis")
    map_file.write_text(new)
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(source), str(root), str(map_file), str(moves)], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert not (root / "dataset_description.json").exists()
    between = shutil.copytree(root, tmp_path / "between")
    map_file.write_text(old)
    convert(source, root, map=map_file)
    assert contents(root) == first
    map_file.write_text(new)
    convert(source, between, map=map_file)
    changed = contents(between)
    assert set(changed) == set(first)
    # the muscle stands in each table of channels; the list has other keys
    assert {name for name in first if first[name] != changed[name]} == {
        *(name for name in first if name.endswith("_channels.tsv")), "code/emgkit_convert.json",
    }  # fmt: skip


def contents(folder):
    """The bytes of each file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_set_that_is_not_finished_is_told_as_such(lab, rules, tmp_path):
    source, root, map_file = lab("P1_squat.csv", "P2_squat.csv"), tmp_path / "set", plain(rules)
    (source / "P2_squat.csv").write_text("time (s),VL (mV),Knee (deg)\n0,1,2\n0.001,1\n")
    with pytest.raises(FileError):
        convert(source, root, map=map_file)
    with pytest.raises(FileError, match=r"conversion of the data set is not finished.*goes on where it was stopped"):
        check_bids(root)


def test_a_folder_with_other_contents_is_refused_and_left(lab, rules, tmp_path):
    root = tmp_path / "set"
    root.mkdir()
    (root / "thesis.docx").write_text("mine")
    with pytest.raises(FileError, match=r"holds something else.*Got: thesis.docx.*--out"):
        convert(lab("P1_squat.csv"), root, map=plain(rules))
    assert [path.name for path in root.iterdir()] == ["thesis.docx"]


def test_the_data_set_does_not_lie_among_its_sources(lab, rules):
    source = lab("P1_squat.csv")
    for root in (source / "bids", source, source.parent):
        with pytest.raises(ArgumentError, match="The data set and the sources lie within each other"):
            convert(source, root, map=plain(rules))


@pytest.mark.parametrize(
    ("names", "error", "texts"),
    [
        (("P-1_squat.csv", "P1_squat.csv"), ArgumentError,
         ("Two participants would have the same BIDS label", "'P-1' and 'P1'", "values.participant")),
        (("Ω_squat.csv",), ArgumentError, ("The participant cannot be a BIDS label", "'Ω'", "values.participant")),
        (("a/P1_squat.csv", "b/P1_squat.csv", "P1_squat.csv"), ArgumentError,
         ("No pattern of the map fits 2 recordings", "'a/P1_squat.csv', 'b/P1_squat.csv'", "[exclude] files")),
        (("P1_hip-thrust.csv", "P1_hipthrust.csv"), ArgumentError,
         ("Two tasks would have the same BIDS label", "'hip-thrust' and 'hipthrust'", "values.task")),
        (("P1_squat.csv", "P1 squat.csv"), ArgumentError, ("No pattern of the map fits 1 recording", "'P1 squat.csv'")),
        (("P_1_squat.csv", "P1_squat.csv"), StudyError, ("can be read in two ways", "values.task")),
        (("P_1_squat.csv", "P_1_squat_2.csv"), StudyError, ("can be read in two ways",)),
        (("squat.csv",), FileError, ("No source has a name that the map can read", "'squat.csv'")),
    ],
)  # fmt: skip
def test_names_that_cannot_be_told_apart_are_refused_before_anything_is_written(
    lab, rules, tmp_path, names, error, texts
):
    root = tmp_path / "set"
    source, map_file = lab(*names), plain(rules)
    with pytest.raises(error) as caught:
        convert(source, root, map=map_file)
    for text in texts:
        assert text in str(caught.value), str(caught.value)
    assert len(str(caught.value)) <= 700
    assert not root.exists()


def test_two_sources_for_one_name_are_refused(lab, rules, tmp_path):
    source = lab("a/P1_squat.csv", "b/P1_squat.csv")
    map_file = plain(rules)
    map_file.write_text(map_file.read_text().replace("{participant}_", "{group}/{participant}_"))
    with pytest.raises(ArgumentError, match=r"same name in the data set.*sub-P1_task-squat_emg.*'a/P1.*'b/P1.*\{run\}"):
        convert(source, tmp_path / "set", map=map_file)
    with pytest.raises(ArgumentError, match=r"Two sources hold a file 'P1_squat\.csv'"):
        convert([source / "a", source / "b"], tmp_path / "set", map=plain(rules))
    assert not (tmp_path / "set").exists()


def test_facts_in_names_go_to_the_participants_or_into_the_task(lab, rules, tmp_path):
    source = lab("trained/P1_squat_60.csv", "trained/P1_squat_80.csv", "lay/P2_squat_60.csv")
    map_file = plain(rules)
    own = '"{group}/{participant}_{task}_{load}.csv"'
    map_file.write_text(map_file.read_text().replace('"{participant}_{task}.csv"', own))
    with pytest.raises(ArgumentError, match="Two sources would have the same name"):
        convert(source, tmp_path / "set", map=map_file)
    map_file.write_text(map_file.read_text().replace(own, f'{own}\ntask = "{{task}}{{load}}"'))
    done = convert(source, tmp_path / "set", map=map_file)
    assert done.written == ("sub-P2_task-squat60", "sub-P1_task-squat60", "sub-P1_task-squat80")
    assert ek.io.bids.participants(tmp_path / "set").to_dict("records") == [
        {"participant": "P2", "group": "lay"}, {"participant": "P1", "group": "trained"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        ('name = "Lifts"', 'name = "TODO"', ("The map is not filled in yet", 'line 3, [dataset]: name = "TODO"')),
        ("[placement]", "[placment]", ("Unknown key 'placment'", "Did you mean 'placement'?")),
        ("Manufacturer", "Manufacterer", ("Unknown key 'Manufacterer'", "Did you mean 'Manufacturer'?")),
        ('pattern = "{participant}_{task}.csv"', "", ("[data] says how files are named",)),
        ("PowerLineFrequency = 50", 'SoftwareFilters = { low = 20 }', ("A value cannot be used", "SoftwareFilters")),
    ],
)  # fmt: skip
def test_a_map_that_is_not_right_is_refused(lab, rules, tmp_path, old, new, texts):
    with pytest.raises(FormatError) as caught:
        convert(lab("P1_squat.csv"), tmp_path / "set", map=rules((old, new)))
    for text in texts:
        assert text in str(caught.value), str(caught.value)
    assert not (tmp_path / "set").exists()


def test_the_map_of_the_page_is_a_valid_one(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "how_to" / "convert.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    path = tmp_path / "map.toml"
    path.write_text(example, encoding="utf-8")
    read = load_map(path)
    assert read.data.task == "{task}{load}"
    # every table of a map has its row
    assert set(re.findall(r"^\| `\[(\w+)", page, flags=re.MULTILINE)) == set(ConversionMap.model_fields)


def test_a_map_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"The map does not exist.*emgkit convert --draft SRC"):
        load_map(tmp_path / "none" / "map.toml")


def test_what_the_map_names_and_no_source_has_is_refused(lab, rules, tmp_path):
    source, root = lab("P1_squat.csv"), tmp_path / "set"
    extra = plain(rules)
    text = extra.read_text()
    extra.write_text(text.replace('"Knee (deg)"', '"Kne (deg)"'))
    with pytest.raises(ArgumentError, match=r"names 1 channel that no recording has.*'Knee'.*Got: 'Kne \(deg\)'"):
        convert(source, root, map=extra)
    assert not (root / "dataset_description.json").exists()
    for more, message in [
        ('[tasks.sqat]\ndescription = "x"', r"describes the task 'sqat', which no recording has.*'squat'"),
        ("[participants]\nfacts.P2 = { age = 3 }", "facts about 'P2', of whom there is no recording"),
        ('[exclude]\nfiles = [{ path = "P9_squat.csv", reason = "x" }]', r"leaves out 'P9_squat.csv'.*Did you mean"),
        ('[exclude]\nparticipants = [{ participant = "P9", reason = "x" }]', "leaves out 'P9'"),
        ('[exclude]\nchannels = [{ channel = "Elbow", reason = "x" }]', "'Elbow'"),
    ]:
        extra.write_text(f"{text}\n{more}\n")
        with pytest.raises(ArgumentError, match=message):
            convert(source, root, map=extra)
    # after the correction the set is finished
    extra.write_text(text)
    assert convert(source, root, map=extra).kept == ("sub-P1_task-squat",)
    assert (root / "dataset_description.json").exists()


def test_what_is_left_out_is_named(lab, rules, tmp_path):
    source = lab("P1_squat.csv", "P2_squat.csv", "P3_squat.csv", "P4_squat.csv")
    (source / "notes.txt").write_text("Remember the milk.\n")
    (source / "P4_squat.csv").write_text("time (s),VL (mV),Knee (deg)\n0,1,2\n0.001,1\n0.002,5,6,7\n")
    map_file = plain(rules)
    text = map_file.read_text()
    more = '[exclude]\nfiles = [{ path = "P1_squat.csv", reason = "aborted" }]\n'
    more += 'participants = [{ participant = "P2", reason = "withdrew" }]\n'
    more += 'channels = [{ channel = "Knee (deg)", reason = "slipped" }]\n'
    map_file.write_text(f"{text}\n{more}")
    with pytest.raises(FileError) as caught:
        convert(source, tmp_path / "set", map=map_file)
    assert "P4_squat.csv" in str(caught.value)
    assert "allow = true" in str(caught.value)
    map_file.write_text(f"{text}\n{more}allow = true\n")
    done = convert(source, tmp_path / "set", map=map_file)
    assert (*done.written, *done.kept) == ("sub-P3_task-squat",)
    reasons = {one.name: one.reason for one in done.left_out}
    assert reasons["P4_squat.csv"].startswith("could not be read: ")
    del reasons["P4_squat.csv"]
    assert reasons == {
        "P1_squat.csv": "aborted", "P2_squat.csv": "participant 'P2': withdrew", "notes.txt": "not a recording",
    }  # fmt: skip
    assert list(ek.read(ek.io.bids.recordings(tmp_path / "set")[0])) == ["emg"]


def test_a_label_that_a_header_cannot_hold_is_named_with_what_to_write(lab, rules, tmp_path):
    source = lab("P1_squat.csv")
    path = source / "P1_squat.csv"
    path.write_text(path.read_text().replace("VL (mV)", "Vastus lateralis links (mV)"))
    map_file = rules(('"VL" =', '"Vastus lateralis links (mV)" ='), ('"Knee" =', '"Knee (deg)" ='))
    with pytest.raises(ArgumentError, match=r"'Vastus lateralis links'.*\[channels\] \"label in the file\" = \{ name"):
        convert(source, tmp_path / "set", map=map_file)
    map_file.write_text(map_file.read_text().replace('{ kind = "EMG"', '{ kind = "EMG", name = "VL"'))
    convert(source, tmp_path / "set", map=map_file)
    (path,) = ek.io.bids.recordings(tmp_path / "set")
    assert ek.io.bids.channels(path)["description"][0] == "'Vastus lateralis links (mV)' in the source"


def test_nothing_that_is_guessed_is_written_without_a_word(lab, rules, tmp_path):
    source = lab("P1_squat.csv")
    path = source / "P1_squat.csv"
    path.write_text(path.read_text().replace("VL (mV)", "L VL (mV)"))
    map_file = rules(('"VL" = { kind = "EMG", muscle = "vastus_lateralis", side = "left" }', ""),
                     ('"Knee" = { kind = "JNTANG", unit = "deg" }', ""))  # fmt: skip
    done = convert(source, tmp_path / "set", map=map_file)
    (written,) = ek.io.bids.recordings(tmp_path / "set")
    assert ek.io.bids.channels(written)["target_muscle"].tolist() == ["n/a", "n/a"]
    assert {notice.code for notice in done.notices["P1_squat.csv"]} == {"kind-likely", "muscle-unknown"}


def test_a_table_of_participants_is_joined_by_name_or_label(lab, rules, tmp_path):
    source, map_file = lab("P1_squat.csv", "P2_squat.csv"), plain(rules)
    table = tmp_path / "people.csv"
    table.write_text("participant;age;sex\nP1;24;f\nP_2;n/a;m\nP3;31;f\n", encoding="utf-8")
    map_file.write_text(map_file.read_text() + '[participants]\nfile = "people.csv"\n')
    done = convert(source, tmp_path / "set", map=map_file)
    people = ek.io.bids.participants(tmp_path / "set")
    assert people["sex"].tolist() == ["f", "m"]
    assert people["age"].tolist()[0] == 24
    assert "rows for 'P3', of whom there is no recording" in done.notices[""][0].text
    table.write_text("participant,age\nP1,24\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"no row for participants of recordings.*Got: 'P2'"):
        convert(source, tmp_path / "set", map=map_file)
    table.write_text("name,age\nP1,24\n", encoding="utf-8")
    with pytest.raises(FormatError, match="has no column that names them"):
        convert(source, tmp_path / "set", map=map_file)


def test_a_damaged_signal_is_named(lab, rules, tmp_path):
    source = lab("P1_squat.csv")
    path = source / "P1_squat.csv"
    lines = path.read_text().splitlines()
    lines[5] = "0.004,nan,1"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises((SignalError, FileError), match=r"P1_squat.csv|VL"):
        convert(source, tmp_path / "set", map=plain(rules))


def test_the_command_converts_checks_and_goes_on(emgkit, lab, rules, tmp_path):
    source, map_file, root = lab("P1_squat.csv", "P2_squat.csv"), plain(rules), tmp_path / "set"
    done = emgkit("convert", source, "--map", map_file, "--out", root, "--check")
    assert done.returncode == 0, done.stderr
    assert f"2 recordings written: {root}" in done.stdout
    assert "BIDS validator: 0 errors" in done.stdout
    assert "Converting" in done.stderr
    again = emgkit("convert", source, "--map", map_file, "--out", root, "--json")
    assert json.loads(again.stdout)["kept"] == ["sub-P1_task-squat", "sub-P2_task-squat"]
    # a set that somebody damaged
    sidecar = root / "sub-P1" / "emg" / "sub-P1_task-squat_emg.json"
    sidecar.write_text(sidecar.read_text().replace('"Other"', '"SENIAM"'))
    bad = emgkit("convert", "--check", "--out", root)
    assert bad.returncode == 1
    assert "error: " in bad.stdout
    for words in ([], [source], [source, "--out", root], ["--out", root]):
        assert emgkit("convert", *words).returncode == 2


def test_without_the_validator_the_way_to_get_it_is_told(lab, rules, tmp_path, monkeypatch):
    convert(lab("P1_squat.csv"), tmp_path / "set", map=plain(rules))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FileError, match="pip install bids-validator-deno"):
        check_bids(tmp_path / "set")


def test_what_somebody_changed_in_a_recording_is_not_written_over(lab, rules, tmp_path):
    source, root, map_file = lab("P1_squat.csv", "P2_squat.csv"), tmp_path / "set", plain(rules)
    convert(source, root, map=map_file)
    sidecar = root / "sub-P1" / "emg" / "sub-P1_task-squat_emg.json"
    sidecar.write_text(sidecar.read_text(encoding="utf-8").replace("Acme", "Acme, serial number 7"), encoding="utf-8")
    # nothing is to be written, so nothing is in danger
    assert len(convert(source, root, map=map_file).kept) == 2
    map_file.write_text(map_file.read_text(encoding="utf-8").replace("= 20", "= 25"), encoding="utf-8")
    before = contents(root)
    with pytest.raises(FileError, match=r"1 file of the data set would be written again.*_emg\.json.*--out"):
        convert(source, root, map=map_file)
    assert contents(root) == before
    sidecar.rename(tmp_path / "mine.json")
    assert len(convert(source, root, map=map_file).written) == 2


def test_electrodes_and_scans_of_somebody_else_stay(lab, rules, tmp_path):
    source, root, map_file = lab("P1_squat.csv"), tmp_path / "set", plain(rules)
    convert(source, root, map=map_file)
    for name in ("emg/sub-P1_electrodes.tsv", "emg/sub-P1_space-leg_coordsystem.json", "sub-P1_scans.tsv"):
        (root / "sub-P1" / name).write_text("mine", encoding="utf-8")
    before = contents(root)
    done = convert(source, root, map=map_file)
    assert [one.code for one in done.notices[""]] == ["files-kept"]
    assert "sub-P1/sub-P1_scans.tsv" in done.notices[""][0].text
    assert {name: text for name, text in contents(root).items() if text == b"mine"} == {
        name: text for name, text in before.items() if text == b"mine"
    }


@pytest.mark.parametrize("linked", [False, True])
def test_a_list_that_names_files_elsewhere_removes_nothing(lab, rules, tmp_path, linked):
    source, root, map_file = lab("P1_squat.csv"), tmp_path / "set", plain(rules)
    convert(source, root, map=map_file)
    mine = tmp_path / "elsewhere" / "thesis.docx"
    mine.parent.mkdir()
    mine.write_text("mine")
    (root / "link").symlink_to(mine.parent)
    written = root / "code" / "emgkit_convert.json"
    content = json.loads(written.read_text(encoding="utf-8"))
    entry = next(iter(content["recordings"].values()))
    entry["files"] = {"link/thesis.docx" if linked else "../elsewhere/thesis.docx": 0.0}
    entry["hashes"] = {}
    written.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(FileError, match=r"names a file outside the data set.*thesis\.docx.*--out"):
        convert(source, root, map=map_file)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("error", "got"),
    [
        ("error: no /proc\n\n  note: shown in part\n", "error: no /proc; note: shown in part"),
        (f"Traceback\n{'x' * 290}\nModuleNotFoundError: no 'deno'\n", "ModuleNotFoundError: no 'deno'"),
        ("y" * 400, "y" * 300),
        ("", "nothing"),
    ],
)
def test_of_a_validator_that_fails_the_message_has_the_last_lines(monkeypatch, tmp_path, error, got):
    (tmp_path / "dataset_description.json").write_text("{}")
    done = subprocess.CompletedProcess([], 1, "", error)
    monkeypatch.setattr("emgkit.io.conversion.checking.subprocess.run", lambda *_words, **_given: done)
    with pytest.raises(FileError, match=r"The BIDS validator gave no result") as caught:
        check_bids(tmp_path)
    assert str(caught.value).endswith(f"Got: {got}.")
