from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import emgkit.io
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, FileError, FormatError, UnitError
from emgkit.io import FORMATS, NOT_YET, detect, read, survey
from emgkit.io._assembly import FileContent, Overrides, Signal, assemble, kind_of


def made(*signals, likely_sfreq=None, sfreq=None, units=None, channels=None):
    content = FileContent(signals=signals, likely_sfreq=likely_sfreq)
    return assemble(content, Overrides(sfreq=sfreq, units=units, channels=channels), where="a.csv")


def signal(label="VL", values=(0.5, -1.0), unit="mV", sfreq=1000.0, **more):
    return Signal(label=label, values=np.asarray(values, dtype=float), unit=unit, sfreq=sfreq, **more)


# --- files that cannot be read -----------------------------------------------------------------


def test_a_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "squat.csv").write_text("VL (mV)\n1\n")
    with pytest.raises(FileError, match=r"does not exist.*sqat\.csv.*Did you mean 'squat\.csv'"):
        read(tmp_path / "sqat.csv")
    with pytest.raises(FileError, match="does not exist"):
        read(tmp_path / "nowhere" / "a.csv")


def test_a_directory_is_refused_with_what_it_holds(tmp_path):
    (tmp_path / "squat.csv").write_text("x")
    with pytest.raises(FileError, match=r"is a directory, not a file.*It holds 'squat\.csv'"):
        read(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    with pytest.raises(FileError, match=r"The file is empty.*Got: 0 bytes"):
        read(tmp_path / "a.csv")


def test_an_unknown_format_lists_the_known_ones(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"\x00\x01\x02")
    with pytest.raises(FormatError, match=r"unknown format.*bdf \(.*edf \(.*datalog \(.*delimited \(.*'\.xyz'"):
        read(tmp_path / "a.xyz")
    with pytest.raises(ArgumentError, match=r"Unknown value for 'format'.*'delimited'.*Did you mean 'delimited'"):
        read(tmp_path / "a.xyz", format="delimitd")


def test_content_goes_before_the_ending(tmp_path, make_trial):
    path = emgkit.io.write_bdf(make_trial(), tmp_path / "a.bdf")
    assert read(path.rename(tmp_path / "a.csv")).emg.sfreq == 2000
    with pytest.raises(FormatError, match="is not text"):
        read(tmp_path / "a.csv", format="delimited")


def test_every_format_has_a_module_and_says_what_it_is():
    names = [known.name for known in FORMATS]
    assert len(set(names)) == len(names)
    assert names[-1] == "delimited"  # a plain table, if it is nothing else
    for known in FORMATS:
        assert callable(__import__(known.module, fromlist=["load"]).load)
        assert known.description
        assert all(ending.startswith(".") and ending == ending.lower() for ending in known.extensions)


def test_importing_io_loads_no_heavy_library():
    heavy = "{'pandas', 'edfio', 'openpyxl', 'scipy', 'mne', 'matplotlib'}"
    code = f"import sys, emgkit.io; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


# --- units, rates and kinds ----------------------------------------------------------------------


def test_units_travel_with_the_data_and_are_converted_once():
    trial = made(signal(), signal("BF", unit="uV"), signal("knee", unit="rad"), signal("bar", unit="mm"))
    assert trial.emg.data.tolist() == [[0.5e-3, -1e-3], [0.5e-6, -1e-6]]
    assert {channel.unit for channel in trial.emg.channels} == {"V"}
    assert trial.angle.data[0] == pytest.approx(np.rad2deg([0.5, -1]))
    assert trial.position.data[0].tolist() == [0.5e-3, -1e-3]
    assert trial.emg.times.tolist() == [0.0, 0.001]
    assert trial.emg.duration == 0.002


@pytest.mark.parametrize(
    ("label", "unit", "kind"),
    [
        ("VL", "mV", "EMG"),
        ("EMG 1", None, "EMG"),
        ("emg_left", "n/a", "EMG"),
        ("EMGluteus", None, None),
        ("ECG", "mV", "ECG"),
        ("Trigger", "V", "TRIG"),
        ("Flexo-Extension", "deg", "JNTANG"),
        ("Flexo-Extension", None, "JNTANG"),
        ("Flexor carpi", None, None),
        ("knee angle", "V", "MISC"),
        ("FX", "rad", "JNTANG"),
        ("bar", "cm", "POS"),
        ("x", "g", "ACCEL"),
        ("x", "deg/s", "GYRO"),
        ("plate", "kN", "FORCE"),
        ("count", "n/a", "MISC"),
        ("something", "furlong", None),
    ],
)
def test_the_kind_follows_label_and_unit(label, unit, kind):
    assert kind_of(label, unit) == kind


def test_sources_are_honest():
    trial = made(
        signal("VL"),
        signal("BF", unit=None, sfreq=None),
        sfreq=1000,
        units={"BF": "uV"},
        channels={"BF": {"kind": "emg", "muscle": "biceps_femoris", "side": "left"}},
    )
    vl, bf = trial.emg.channels
    assert (vl.unit_source, vl.kind_source, vl.muscle) == ("header", "heuristic", None)
    assert (bf.unit_source, bf.kind_source, bf.muscle, bf.side) == ("user", "user", "biceps_femoris", "left")
    assert trial.emg.sfreq_source == "user"
    assert made(signal()).emg.sfreq_source == "header"


def test_a_unit_for_all_emg_is_not_put_on_an_angle():
    signals = [signal("Recto Femoral", unit=None), signal("Flexo-Extension", unit=None)]
    with pytest.raises(
        UnitError, match=r"'Flexo-Extension' has no unit.*taken for JNTANG.*units={'Flexo-Extension': 'deg', …}"
    ):
        made(*signals, units="mV")
    trial = made(*signals, units="mV", channels={"Flexo-Extension": {"kind": "JNTANG", "unit": "deg"}})
    assert trial.emg.data.tolist() == [[0.5e-3, -1e-3]]
    assert trial.angle.data.tolist() == [[0.5, -1.0]]
    assert trial.angle.channels[0].unit_source == "user"


def test_a_missing_or_unknown_unit_is_refused():
    with pytest.raises(UnitError, match=r"Channel 'VL' has no unit.*a\.csv.*Got: none in the file"):
        made(signal(unit=None))
    with pytest.raises(UnitError, match=r"Unknown unit 'microvolt'.*Got: 'microvolt'"):
        made(signal(), units="microvolt")
    with pytest.raises(UnitError, match=r"Unknown unit 'millivolts'.*channel 'VL'.*units={'VL': …}"):
        made(signal(unit="millivolts"))
    with pytest.raises(UnitError, match=r"EMG channel 'EMG 1' is not in volts.*Got: 'deg'"):
        made(signal("EMG 1", unit="deg"))


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("bar", "POS"), ("bar_1", "POS"), ("Barbell height", "POS"), ("encoder", "POS"), ("displacement (left)", "POS"),
        ("Langhantelstange", "POS"), ("Hantel", "POS"), ("Höhe", "POS"), ("barra", "POS"), ("altura", "POS"),
        ("barre", "POS"), ("hauteur", "POS"), ("POSITION", "POS"), ("Kniewinkel", "JNTANG"), ("Ángulo", "JNTANG"),
        ("kniehoek", "JNTANG"), ("goniometer", "JNTANG"), ("Kraft", "FORCE"), ("Griffkraft", "FORCE"),
        ("fuerza", "FORCE"), ("kracht", "FORCE"), ("load cell", "FORCE"), ("acc_x", "ACCEL"), ("ACC.X 1", "ACCEL"),
        ("gyro", "GYRO"), ("trigger", "TRIG"), ("Time", "MISC"), ("counter", "MISC"),
    ],
)  # fmt: skip
def test_a_unit_for_all_emg_is_not_put_on_what_is_named_otherwise(label, kind):
    assert kind_of(label, None) == kind
    with pytest.raises(UnitError, match=f"has no unit: units='mV' is for EMG.*taken for {kind}"):
        made(signal(unit=None), signal(label, unit=None), units="mV")


@pytest.mark.parametrize("label", ["VL", "Barycentre", "Rectus", "Accessorius", "Tibialis", "Peroneus", "forceps"])
def test_muscles_are_not_taken_for_other_signals(label):
    assert kind_of(label, None) is None
    assert kind_of(label, "mV") == "EMG"


def test_a_bar_needs_its_own_unit_and_the_message_shows_how():
    signals = [signal(unit=None), signal("bar", unit=None), signal("knee angle", unit=None)]
    with pytest.raises(UnitError) as caught:
        made(*signals, units="mV")
    assert caught.value.allowed == "'m', 'cm' and 'mm'"
    for text in (
        "units={'bar': 'm', …}",
        "channels={'bar': {'kind': 'POS', 'unit': 'm'}, 'knee angle': {'kind': 'JNTANG', 'unit': 'deg'}}",
        "channels={'bar': {'kind': 'EMG'}}",
    ):
        assert text in caught.value.hint
    # what the message says to do works
    channels = {"bar": {"kind": "POS", "unit": "m"}, "knee angle": {"kind": "JNTANG", "unit": "deg"}}
    assert list(made(*signals, units="mV", channels=channels)) == ["emg", "position", "angle"]
    assert list(made(*signals, units={"VL": "mV", "bar": "m", "knee angle": "deg"})) == ["emg", "position", "angle"]
    assert made(*signals[:2], units="mV", channels={"bar": {"kind": "EMG"}}).emg.names == ("VL", "bar")


def test_emg_by_a_unit_for_all_alone_is_noticed_once():
    trial = made(signal("A", unit=None), signal("B", unit=None), signal("EMG 1", unit=None), signal("C"), units="mV")
    (notice,) = trial.notices
    assert notice.code == "kind-assumed"
    assert "'A' and 'B' were taken for EMG only because units='mV'" in notice.text
    assert "EMG 1" not in notice.text
    assert made(signal("A", unit=None), units={"A": "mV"}).notices == ()
    assert made(signal("A", unit=None), units="mV", channels={"A": {"muscle": "x"}}).notices == ()
    assert made(signal("A", unit=None), units="mV", channels={"A": {"kind": "EMG"}}).notices == ()
    many = made(*(signal(f"ch{i}", unit=None) for i in range(20)), units="mV").notices[0].text
    assert "'ch5' and 14 more were taken" in many


@pytest.mark.parametrize(
    "build",
    [
        lambda: made(signal(unit=None)),
        lambda: made(signal(unit="millivolts")),
        lambda: made(signal(), units="microvolt"),
        lambda: made(signal("EMG 1", unit="deg")),
    ],
)
def test_units_of_emg_are_named_and_no_others(build):
    with pytest.raises(UnitError) as caught:
        build()
    assert caught.value.allowed == "'mV', 'µV' and 'V'"


def test_a_kind_in_plain_words_is_understood_in_the_message():
    for word, kind in (("position", "POS"), ("joint_angle", "JNTANG"), ("Load cell", "FORCE"), ("trigger", "TRIG")):
        with pytest.raises(ArgumentError, match=f"Unknown channel kind.*Did you mean '{kind}'"):
            made(signal(), channels={"VL": {"kind": word}})


def test_a_survey_needs_neither_unit_nor_rate():
    content = FileContent(signals=(signal(unit=None, sfreq=None), signal("bar", unit=None, sfreq=None)))
    vl, bar = survey(content, Overrides(), where="a.csv")
    assert (vl.kind, vl.unit, vl.sfreq) == (None, None, None)
    assert (bar.kind, bar.unit) == ("POS", None)
    vl, bar = survey(content, Overrides(units="mV", sfreq=1000), where="a.csv")
    assert (vl.kind, vl.unit, vl.sfreq, bar.unit) == ("EMG", "mV", 1000.0, None)
    with pytest.raises(ArgumentError, match="Did you mean 'bar'"):
        survey(content, Overrides(units={"bra": "m"}), where="a.csv")


@pytest.mark.parametrize(
    ("name", "content", "form", "message"),
    [
        (
            "a.csv",
            b"Application:, Trigno Discover (1.7.0)\r\nDate/Time:, x\r\n",
            "delsys-discover",
            "header of a Trigno",
        ),
        ("a.csv", b"Label: s 1: EMG 1 Sampling frequency: 1.2e3 Number of points: 3\n", "delsys-emgworks", "headings"),
        ("a.csv", b'X[s],"EMG 1",X[s],"ACC 1"\n0,1,0,1\n', "delsys-emgworks", "do not rise"),
        ("a.csv", b"Noraxon MR3,3.14\nName,Smith\n", "noraxon-csv", "no table"),
        ("a.hpf", b"\x00" * 30, "delsys-hpf", "header of an HPF file is damaged"),
        ("a.emg", b"\x00" * 30, "delsys-emg", "no Delsys EMG file"),
        ("a.emg", b"DEMG\x01\x00", "delsys-emg", "version"),
    ],
)
def test_beginnings_of_vendor_files_go_to_their_reader(tmp_path, name, content, form, message):
    (tmp_path / name).write_bytes(content)
    assert emgkit.io.detect(tmp_path / name).name == form
    with pytest.raises(FormatError, match=message):
        read(tmp_path / name)


# --- formats that are not read yet -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel (XLS)"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel (XLS)"),
        ("a.ods", b"PK\x03\x04" + b"\x00" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenD"),
        ("a.zip", b"PK\x03\x04\x14\x00a.edf", "a ZIP"),
    ],
)
def test_formats_that_are_not_read_yet_are_told_by_content_or_ending(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read(tmp_path / name, sfreq=1000, units="mV")
    assert caught.value.what.startswith(f"This is {said}")
    assert caught.value.what.endswith(" file, which emgkit does not read yet")
    to_do = (
        "save it as an Excel workbook (.xlsx)" if name.endswith((".xls", ".ods")) or "XLS" in said else "Export it as"
    )
    assert to_do in caught.value.hint


@pytest.mark.parametrize(
    "content",
    ["EP,VL\n1,2\n3,4\n", "Noraxon 1,VL\n1,2\n3,4\n", "# from a Noraxon\nEP,VL\n1,2\n3,4\n", "BP\n1\n2\n"],
)
def test_plain_tables_are_not_taken_for_such_formats(tmp_path, content):
    (tmp_path / "a.csv").write_text(content)
    assert read(tmp_path / "a.csv", sfreq=1000, units="mV").emg.data.shape[1] == 2


def test_a_format_that_is_said_goes_before_what_is_recognised(tmp_path):
    (tmp_path / "a.csv").write_text("# OpenSignals Text File Format\n1\t2\n3\t4\n")
    with pytest.raises(FormatError, match="The header has no end"):
        read(tmp_path / "a.csv", sfreq=1000, units="mV")
    assert read(tmp_path / "a.csv", sfreq=1000, units="mV", format="delimited").emg.data.shape == (2, 2)


def test_what_is_read_and_what_is_not_yet_share_no_ending():
    read_yet = {ending for known in FORMATS for ending in known.extensions}
    assert not read_yet & {ending for one in NOT_YET for ending in one.extensions}
    assert all(one.extensions or one.marker for one in NOT_YET)


def test_the_vendor_files_at_hand_are_recognised(recordings):
    paths = [path for path in recordings.glob("xdf/*.xdf") if path.stat().st_size]
    assert paths
    assert {detect(path).name for path in paths} == {"xdf"}


def test_long_lists_of_names_are_shortened(tmp_path):
    header = ",".join(["time"] * 69 + ["VL"])
    (tmp_path / "a.csv").write_text(f"{header}\n{','.join('0' * 70)}\n{','.join('1' * 70)}\n")
    with pytest.raises(FormatError, match=r"more than one column of times.*Got: 'time' \(69 times\)\."):
        read(tmp_path / "a.csv")


def test_a_missing_rate_is_refused_and_a_contradiction_too():
    with pytest.raises(ArgumentError, match=r"gives no sampling rate.*sfreq=1000"):
        made(signal(sfreq=None))
    with pytest.raises(ArgumentError, match=r"'sfreq' contradicts the file.*Allowed: 1000 Hz.*Got: 2000 Hz"):
        made(signal(), sfreq=2000)
    with pytest.raises(ArgumentError, match=r"'sfreq' cannot be used.*above 0 Hz.*Got: -5"):
        made(signal(), sfreq=-5)
    assert made(signal(), sfreq=1000).emg.sfreq_source == "header"


def test_names_that_the_file_has_not_are_refused_with_the_nearest():
    with pytest.raises(ArgumentError, match=r"Unknown label in 'channels': 'VLX'.*a\.csv.*Did you mean 'VL'"):
        made(signal("VLO"), signal("VL"), channels={"VLX": {"muscle": "x"}})
    with pytest.raises(ArgumentError, match=r"Unknown label in 'units': 'Bf2'.*Did you mean 'BF1'"):
        made(signal("BF1"), units={"Bf2": "mV"})
    with pytest.raises(ArgumentError, match=r"Unknown key for channel 'VL': 'musle'.*Did you mean 'muscle'"):
        made(signal(), channels={"VL": {"musle": "vastus"}})
    with pytest.raises(ArgumentError, match=r"Unknown channel kind 'EMMG'"):
        made(signal(), channels={"VL": {"kind": "EMMG"}})


def test_a_channel_can_be_given_whole():
    said = Channel(name="RF", unit="V", muscle="rectus_femoris", side="right")
    (channel,) = made(signal("Recto Femoral"), channels={"Recto Femoral": said}).emg.channels
    assert (channel.name, channel.muscle, channel.side, channel.unit_source) == (
        "RF",
        "rectus_femoris",
        "right",
        "header",
    )
    with pytest.raises(UnitError, match=r"another unit than the file.*Allowed: 'V'. Got: 'deg'"):
        made(signal(), channels={"VL": Channel(name="VL", unit="deg")})


def test_a_name_given_by_the_user_can_carry_the_unit():
    trial = made(signal("Recto Femoral", unit=None), channels={"Recto Femoral": {"name": "RF"}}, units={"RF": "mV"})
    assert trial.emg.names == ("RF",)
    assert trial.emg.data.max() == 0.5e-3


def test_names_that_occur_twice_are_refused():
    with pytest.raises(FormatError, match=r"must be unique.*a\.csv.*more than once: 'VL'"):
        made(signal(), signal())
    with pytest.raises(FormatError, match=r"must be unique.*more than once: 'VL'"):
        made(signal(), signal("BF"), channels={"BF": {"name": "VL"}})
    with pytest.raises(FormatError, match="holds no signal"):
        made()


def test_streams_are_made_by_kind_and_rate_and_nothing_is_resampled():
    trial = made(
        signal("a", sfreq=2000.0),
        signal("b", sfreq=1000.0),
        signal("c", unit="g", sfreq=148.0),
        signal("d", sfreq=2000.0),
    )
    assert {name: (recording.names, recording.sfreq) for name, recording in trial.items()} == {
        "emg": (("a", "d"), 2000.0),
        "emg_2": (("b",), 1000.0),
        "acc": (("c",), 148.0),
    }


def test_streams_of_unequal_length_are_kept_and_noticed():
    short, long = np.linspace(0, 1e-3, 6563), np.zeros(6580)
    trial = made(signal("RF", short), signal("FX", long, unit="deg"))
    assert (trial.emg.data.shape[1], trial.angle.data.shape[1]) == (6563, 6580)
    (notice,) = trial.notices
    assert notice.code == "unequal-length"
    assert "emg 0.017 s before angle" in notice.text
    assert made(signal("RF", short[:-1]), signal("FX", short, unit="deg")).notices == ()
