"""Real recordings of several programs as one EMG-BIDS data set: valid, and with the samples of the sources."""

from __future__ import annotations

import re
import shutil
import warnings

import edfio
import numpy as np
import pytest

import emgkit as ek
from emgkit.io.conversion import check_bids, convert
from emgkit.study.new.draft import draft_map

# file of the recordings -> its name in the laboratory's folder
SOURCES = {
    "uci_lower_limb/normal/05N_gait.csv": "uci/P01_gait.csv",
    "uci_lower_limb/pathology/03A_sitting.csv": "uci/P02_sitting.csv",
    "delsys_discover_csv/discover164_basic.csv": "P03_reach.csv",
    "delsys_discover_csv/discover170.csv": "P04_reach.csv",
    "vicon_noraxon_cmj/vicon_CMJ_kinem_kinet_emg.c3d": "P05_jump.c3d",
    "c3d/1123x01EMG.c3d": "P06_walk.c3d",
    "opensignals/emg_bursts.h5": "P07_bursts.h5",
    "opensignals/sync_acc_2.txt": "P08_sync.txt",
    "biopac/r42_test.acq": "P09_rest.acq",
}


@pytest.fixture(scope="module")
def converted(recordings, tmp_path_factory):
    """The folder of sources, the data set that they became, and what the conversion remarked."""
    folder = tmp_path_factory.mktemp("convert")
    lab = folder / "lab"
    (lab / "uci").mkdir(parents=True)
    for source, name in SOURCES.items():
        shutil.copy(recordings / source, lab / name)
    map_file = draft_map(lab, folder / "map.toml")
    map_file.write_text(filled_in(map_file.read_text(encoding="utf-8")), encoding="utf-8")
    return lab, folder / "set", convert(lab, folder / "set", map=map_file)


def filled_in(draft):
    """A draft as somebody fills it in who knows the files of the UCI repository, and takes out what is not known."""
    facts = {
        'name = "TODO"': 'name = "Recordings of several programs"',
        'authors = ["TODO"]': 'authors = ["A. Author", "B. Author"]',
        'license = "TODO: CC0, CC-BY-4.0 …"': 'license = "CC-BY-4.0"',
        'sfreq = "TODO"': "sfreq = 1000",
        'units = "TODO: mV, uV or V"': 'units = "mV"',
        'kind = "TODO: JNTANG?", unit = "TODO: the unit, or n/a"': 'kind = "JNTANG", unit = "deg"',
        'scheme = "TODO: SENIAM, another procedure, or measured"': 'scheme = "SENIAM"',
        'PowerLineFrequency = "TODO: 50, 60 or n/a"': "PowerLineFrequency = 60",
        ', muscle = "TODO", side = "TODO"': "",
    }
    for old, new in facts.items():
        assert old in draft, old
        draft = draft.replace(old, new)
    # kinds that are likely are not confirmed: the conversion is to tell them
    draft = re.sub(r'(?:, )?kind = "\w+" \}  # TODO confirm: by its label and unit', " }", draft)
    lines = (line.split("  # TODO confirm")[0] for line in draft.splitlines())
    return "\n".join(line for line in lines if "TODO" not in line) + "\n"


def by_name(trial):
    """Every channel of a trial with its recording and its samples."""
    return {c.name: (own, c, row) for own in trial.values() for c, row in zip(own.channels, own.data, strict=True)}


def test_the_validator_finds_no_error(converted):
    _, root, done = converted
    assert len(done.written) == 9
    assert [str(issue) for issue in check_bids(root) if issue.severity == "error"] == []


def test_every_channel_comes_back_at_its_rate_to_the_step(converted):
    lab, root, _ = converted
    labels = []
    for path in ek.io.bids.recordings(root):
        signals = {one.label: one for one in edfio.read_bdf(path).signals}
        steps = {name: (one.physical_max - one.physical_min) / (2**24 - 2) for name, one in signals.items()}
        who, task = (part.partition("-")[2] for part in path.name.split("_")[:2])
        (source,) = lab.rglob(f"{who}_{task}.*")
        uci = {"sfreq": 1000, "channels": {"Flexo-Extension": {"kind": "JNTANG", "unit": "deg"}}, "units": "mV"}
        theirs = by_name(ek.read(source, **(uci if who in ("P01", "P02") else {})))
        table = ek.io.bids.channels(path)
        given = table.get("description", ["n/a"] * len(table))
        named = {
            name: name if text == "n/a" else text.removesuffix(" in the source")[1:-1]
            for name, text in zip(table["name"], given, strict=True)
        }
        mine = by_name(ek.read(path))
        assert set(map(named.get, mine)) == set(theirs)
        for name, (own, channel, values) in mine.items():
            source_own, source_channel, samples = theirs[named[name]]
            assert own.sfreq == pytest.approx(source_own.sfreq, rel=1e-9)
            assert (channel.kind, channel.unit) == (source_channel.kind, source_channel.unit)
            assert values.shape == samples.shape
            file_unit = {"uV": 1e-6, "mm": 1e-3, "Nmm": 1e-3}.get(signals[name].physical_dimension, 1.0)
            assert np.abs(values - samples).max() <= 0.5001 * steps[name] * file_unit + 1e-15 * np.abs(samples).max()
            labels.append(name)
    assert len(labels) > 250


def test_mne_bids_opens_it_with_the_same_samples(converted):
    mne_bids = pytest.importorskip("mne_bids", reason="mne-bids is not installed")
    _, root, _ = converted
    for path in ek.io.bids.recordings(root):
        with warnings.catch_warnings():
            # it has no kind for an angle or an acceleration, and tells of coordinates that no electrode has
            warnings.simplefilter("ignore")
            raw = mne_bids.read_raw_bids(mne_bids.get_bids_path_from_fname(path), verbose="error")
        trial = ek.read(path)
        fastest = max(own.sfreq for own in trial.values())
        assert raw.info["sfreq"] == pytest.approx(fastest, rel=1e-9)
        for own in trial.values():
            if own.sfreq != fastest:
                continue  # MNE has one rate, to which it interpolates all channels
            for channel, row in zip(own.channels, own.data, strict=True):
                factor = {"N·m": 1e-3 if raw._orig_units.get(channel.name) == "Nmm" else 1.0}.get(channel.unit, 1.0)
                (read,) = raw.get_data(picks=[channel.name])
                # V alone is converted by MNE, from microvolts; other units stay as they stand in the file
                np.testing.assert_allclose(read[: row.size] * factor, row, rtol=1e-9, atol=1e-12 * np.abs(row).max())


def test_nothing_is_guessed_and_what_is_likely_is_told(converted):
    _, root, done = converted
    codes = {name: {notice.code for notice in notices} for name, notices in done.notices.items()}
    assert "muscle-unknown" in codes["P03_reach.csv"]
    assert "kind-likely" in codes["P05_jump.c3d"]
    walk = ek.io.bids.channels(root / "sub-P06" / "emg" / "sub-P06_task-walk_emg.bdf")
    assert walk["target_muscle"].tolist()[1] == "biceps_femoris_long_head"
    assert walk["side"].tolist() == ["right"] * 4 + ["left"] * 4


def test_the_trigno_frame_sets_the_length_of_a_record(converted):
    _, root, _ = converted
    file = edfio.read_bdf(root / "sub-P03" / "emg" / "sub-P03_task-reach_emg.bdf")
    assert (file.data_record_duration / 0.0135) == pytest.approx(round(file.data_record_duration / 0.0135))
    assert {round(one.sampling_frequency * 0.0135) for one in file.signals} == {1, 26, 30, 7}
