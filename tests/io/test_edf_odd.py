"""EDF and BDF files as recorders and other programs leave them: read with a notice, or refused with a reason."""

from __future__ import annotations

import json

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit.channels import Channel
from emgkit.cli import app
from emgkit.errors import ArgumentError, FormatError, UnitError
from emgkit.io import load, read
from emgkit.io._assembly import numbered
from emgkit.io._kinds import kind_of

BOTH = pytest.mark.parametrize("bdf", [False, True])


def clock(onsets, *, texts=b""):
    return [onset.encode() + b"\x14\x14\x00" + texts for onset in onsets]


# --- the number of data records ------------------------------------------------------------------


@BOTH
def test_a_file_as_its_header_says_has_no_notice_and_its_samples_as_they_stand(written, bdf):
    values = np.array([0, 1, -1, 32767, -32768, 5, 6, 7, 8, 9] * 4)
    trial = read(written({"values": values}, bdf=bdf))
    assert trial.notices == ()
    assert trial.emg.sfreq == 10.0
    assert trial.emg.data[0] == pytest.approx(values * 1e-6, abs=1e-15)


@BOTH
@pytest.mark.parametrize("rest", [0, 1, 19])
def test_minus_one_records_are_counted_by_the_size(written, bdf, rest):
    trial = read(written(bdf=bdf, count=-1, change=lambda raw: raw + bytes([7] * rest)))
    assert trial.emg.data.shape == (1, 40)
    (notice,) = trial.notices
    assert notice.code == "length-by-size"
    assert "The header gives -1 data records, as a recorder leaves it" in notice.text
    assert "there are 4 whole ones, which are read" in notice.text
    assert (f"{rest} byte" in notice.text) is bool(rest)
    raw = mne.io.read_raw(written(bdf=bdf, count=-1), verbose="error")
    assert raw.get_data()[0] == pytest.approx(trial.emg.data[0], abs=1e-15)


def test_minus_one_records_and_no_whole_one_are_refused(written):
    with pytest.raises(FormatError, match=r"holds no whole data record.*20 bytes of samples.*Got: 19 bytes"):
        read(written(records=1, count=-1, change=lambda raw: raw[:-1]))


@BOTH
@pytest.mark.parametrize("behind", [b"\0", b"\7" * 19, b"\0" * 700, b"\0" * 60])
def test_a_rest_behind_the_last_record_is_left_out(written, bdf, behind):
    trial = read(written(bdf=bdf, change=lambda raw: raw + behind))
    assert trial.emg.data.shape == (1, 40)
    (notice,) = trial.notices
    assert notice.code == "length-by-size"
    verb = "byte behind the last is" if len(behind) == 1 else "bytes behind the last are"
    assert notice.text == f"The file is longer than the 4 data records of its header; {len(behind)} {verb} left out."


@BOTH
@pytest.mark.parametrize("rest", [0, 5])
def test_one_record_more_is_read(written, bdf, rest):
    trial = read(written(bdf=bdf, count=3, change=lambda raw: raw + bytes([1] * rest)))
    assert trial.emg.data.shape == (1, 40)
    (notice,) = trial.notices
    assert "The header gives 3 data records; by the size of the file there are 4 whole ones" in notice.text
    assert ("5 bytes behind the last are left out" in notice.text) is bool(rest)


def test_more_records_are_refused_with_a_way_on(written):
    path = written(count=2)
    with pytest.raises(
        FormatError,
        match=r"longer than its header says.*552 bytes \(2 data records\), or one record more.*592 bytes.*write -1",
    ):
        read(path)
    # what the message says to do works
    raw = path.read_bytes()
    path.write_bytes(raw[:236] + b"-1      " + raw[244:])
    assert read(path).emg.data.shape == (1, 40)


@BOTH
def test_a_second_recording_behind_the_first_is_not_read_as_samples(written, bdf):
    path = written({"samples": 1000}, records=1, bdf=bdf, change=lambda raw: raw + raw)
    with pytest.raises(FormatError, match=r"A second recording stands behind the first.*Cut the file behind byte"):
        read(path)


@BOTH
@pytest.mark.parametrize("lost", [1, 20, 60, 119])
def test_fewer_records_are_refused_as_cut_off(written, bdf, lost):
    with pytest.raises(FormatError, match=r"The file is cut off.*\(4 data records\), as its header says.*Copy the"):
        read(written(bdf=bdf, change=lambda raw: raw[: -min(lost, 79 + 40 * bdf)]))


def test_no_records_are_refused(written):
    with pytest.raises(FormatError, match=r"holds no data, or its recording was never closed.*Got: 0 data records"):
        read(written(count=0))
    with pytest.raises(FormatError, match=r"holds no data.*Got: -2 data records"):
        read(written(count=-2))


# --- channels that cannot be used, and labels ------------------------------------------------------

DEAD = [
    ({"physical": (0, 0)}, "physical range 0 to 0"),
    ({"physical": (5, 5)}, "physical range 5 to 5"),
    ({"digital": (0, 0)}, "digital range 0 to 0"),
    ({"digital": (100, -100)}, "digital range 100 to -100"),
    ({"physical": (0, 0), "digital": (0, 0)}, "physical range 0 to 0, digital range 0 to 0"),
]


@BOTH
@pytest.mark.parametrize(("dead", "words"), DEAD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_channel_without_a_scaling_is_left_out_and_the_others_are_read(written, bdf, dead, words, place):
    channels = [{"label": "VL"}, {"label": "BF", "samples": 20}]
    channels.insert(place, {"label": "unused", **dead})
    path = written(*channels, bdf=bdf)
    for specs in (None, {"unused": {"kind": "MISC"}}, {place + 1: {"kind": "MISC"}}):
        trial = read(path, channels=specs)
        assert {name: stream.names for name, stream in trial.items()} == {"emg": ("VL",), "emg_2": ("BF",)}
        (notice,) = trial.notices
        assert notice.code == "channel-left-out"
        assert f"1 channel is left out, since the header gives no scaling: channel {place + 1}, 'unused'" in notice.text
        assert words in notice.text
    without = read(written(*[one for one in channels if one["label"] != "unused"], bdf=bdf))
    assert all((trial[name].data == without[name].data).all() for name in without)


def test_a_file_of_dead_channels_alone_is_refused(written):
    with pytest.raises(FormatError, match=r"No channel of the file has a scaling.*'VL': physical range 0 to 0"):
        read(written({"physical": (0, 0)}))
    with pytest.raises(FormatError, match=r"No channel.*Got: annotations alone"):
        read(written({"label": "EDF Annotations"}, clock=clock(["+0", "+1", "+2", "+3"]), records=4))


def test_doubled_labels_have_their_position_and_can_be_named_by_it(written, capsys):
    path = written({"label": "EMG"}, {"label": "EMG", "physical": (-1000, 1000)}, {"label": "BF"})
    trial = read(path)
    assert trial.emg.names == ("EMG #1", "EMG #2", "BF")
    (notice,) = trial.notices
    assert notice.code == "label-numbered"
    assert "Channels 1 and 2 have the label 'EMG' and are called 'EMG #1' and 'EMG #2' here" in notice.text
    named = read(
        path, channels={1: {"name": "VL"}, 2: {"name": "VM", "muscle": "vastus_medialis"}, "BF": {"side": "left"}}
    )
    assert named.emg.names == ("VL", "VM", "BF")
    assert (named.emg.data == trial.emg.data).all()
    assert [channel.muscle for channel in named.emg.channels] == [None, "vastus_medialis", None]
    assert read(path, channels={"EMG #2": {"name": "VM"}}).emg.names == ("EMG #1", "VM", "BF")
    for wrong in ({"channels": {"EMG": {"name": "VL"}}}, {"units": {"EMG": "mV"}}):
        with pytest.raises(
            ArgumentError,
            match=r"'EMG' stands for several channels.*Allowed: 'EMG #1' and 'EMG #2'.*channels={1: {'name': …}, 2: ",
        ):
            read(path, **wrong)
    app(["info", str(path), "--json"], standalone_mode=False)
    rows = json.loads(capsys.readouterr().out)["channels"]
    assert [(row["position"], row["channel"]) for row in rows] == [(1, "EMG #1"), (2, "EMG #2"), (3, "BF")]


@pytest.mark.parametrize(
    ("labels", "names", "text"),
    [
        (["", "VL"], ["channel 1", "VL"], "Channel 1 has no label that can be read and is called 'channel 1' here."),
        (["VL", "", ""], ["VL", "channel 2", "channel 3"], "called 'channel 2' and 'channel 3' here"),
        (["a", "a", "a #1"], ["a #1 #1", "a #2", "a #1 #3"], "Channel 3 has the label 'a #1' and is called 'a #1 #3'"),
        (["channel 2", ""], ["channel 2 #1", "channel 2 #2"], "Channel 2 has no label that can be read and is called"),
        ([b"V\x07L", "BF"], ["channel 1", "BF"], "channels={1: {'name': …}}."),
        (["EMG", "emg"], ["EMG", "emg"], ""),
        (["EMG\xa0VL", "BF"], ["EMG\xa0VL", "BF"], ""),
        ([b"VL \x96 R", "BF"], ["channel 1", "BF"], "Channel 1 has no label"),
        ([b"VL\0\0\0", "BF"], ["VL", "BF"], ""),
    ],
)
def test_labels_that_name_no_channel_get_a_number(written, labels, names, text):
    trial = read(written(*({"label": label} for label in labels)))
    assert list(trial.emg.names) == names
    assert [notice.code for notice in trial.notices] == (["label-numbered"] if text else [])
    assert all(text in notice.text for notice in trial.notices)


@given(st.lists(st.text("ab #12", max_size=4), min_size=1, max_size=9))
def test_numbered_labels_are_unique_and_single_ones_stay(labels):
    names = numbered(labels)
    assert len(set(names)) == len(names)
    assert all(name.startswith(label) for label, name in zip(labels, names, strict=True) if label)
    if len(set(labels)) == len(labels) and "" not in labels:
        assert names == labels


def test_positions_are_counted_over_the_channels_of_the_file_and_wrong_ones_are_refused(written):
    path = written(
        {"label": "a"}, {"label": "b", "physical": (1, 1)}, {"label": "c"}, clock=clock(["+0", "+1", "+2", "+3"])
    )
    assert [signal.position for signal in load(path).signals] == [1, 3]
    assert read(path, channels={3: {"name": "C"}}).emg.names == ("a", "C")
    whole = Channel(name="RF", unit="V", muscle="rectus_femoris")
    assert read(path, channels={1: whole}).emg.channels[0].muscle == "rectus_femoris"
    for wrong in (0, 4, -1, 1.5):
        with pytest.raises(
            ArgumentError, match=rf"Unknown position in 'channels': {wrong}.*from 1 to 3, or a label.*emgkit info"
        ):
            read(path, channels={wrong: {"name": "x"}})
    with pytest.raises(ArgumentError, match="'channels' has the channel 'c' twice"):
        read(path, channels={3: {"name": "x"}, "c": {"name": "y"}})


# --- letters beyond ASCII -------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_letters_are_utf8_and_else_latin_1(written, bdf, encoding):
    text = b"+1.5\x14Flexi\xc3\xb3n\x14\x00" if encoding == "utf-8" else b"+1.5\x14Flexi\xf3n\x14\x00"
    notes = [*clock(["+0"], texts=text), *clock(["+1", "+2", "+3"])]
    channels = ({"label": "Glúteo máx".encode(encoding), "unit": "µV".encode(encoding)}, {"label": "BF", "unit": "uV"})
    trial = read(written(*channels, clock=notes, bdf=bdf))
    assert trial.notices == ()
    assert trial.emg.names == ("Glúteo máx", "BF")
    assert (trial.emg.data[0] == trial.emg.data[1]).all()
    assert [(event.onset, event.label) for event in trial.events] == [(1.5, "Flexión")]


@pytest.mark.parametrize("unit", ["µV", "μV"])
def test_both_micro_signs_are_microvolts(written, unit):
    assert read(written({"unit": unit})).emg.data.max() == pytest.approx(3e-6)


@pytest.mark.parametrize("unit", ["uVolt", "microV", "UV", b"\xe6V", "ÂµV"])
def test_spellings_of_no_unit_are_refused(written, unit):
    with pytest.raises(UnitError, match="Unknown unit"):
        read(written({"unit": unit}))


def test_a_label_cut_inside_a_letter_keeps_the_letters_before_it(written):
    cut = "Músculo cuádréceps".encode()[:16]
    assert cut[-1:] == b"\xc3"
    trial = read(written({"label": cut}, {"label": b"Vasto interno d\xe9"}))
    assert trial.emg.names == ("Músculo cuádr", "Vasto interno dé")


# --- triggers and counters ---------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["Boolean", "boolean", ""])
@pytest.mark.parametrize("label", ["Status", "STATUS", "Trigger", "TTL 1"])
def test_a_status_channel_is_a_trigger_without_a_unit(written, capsys, label, unit):
    words = np.arange(40) * 65537
    path = written({"label": "EXG1"}, {"label": label, "unit": unit, "values": words}, bdf=True)
    trial = read(path)
    assert list(trial) == ["emg", "trigger"]
    assert trial.trigger.channels[0].unit == "n/a"
    assert trial.trigger.channels[0].kind_source == "heuristic"
    assert (trial.trigger.data[0] == words).all()
    assert trial.notices == ()
    # a unit for all EMG changes nothing of it
    assert read(path, units="mV").trigger.channels[0].unit == "n/a"
    app(["info", str(path)], standalone_mode=False)
    assert "To read it" not in capsys.readouterr().out


def test_a_boolean_of_any_name_is_a_trigger(written):
    assert read(written({}, {"label": "Digital in", "unit": "Boolean"}, bdf=True)).trigger.names == ("Digital in",)


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("Counter", ""),
        ("Packet", "counts"),
        ("Trig", "bits"),
        ("Frame", "#"),
        ("Packet", ""),
        ("Sample no", ""),
        ("X", "Zahl"),
        ("Status", "x"),
    ],
)
def test_no_advice_turns_a_trigger_or_counter_into_emg(written, capsys, label, unit):
    path = written({}, {"label": label, "unit": unit})
    with pytest.raises(UnitError) as caught:
        read(path)
    assert "'EMG'" not in caught.value.hint
    if (kind := kind_of(label, unit or None)) is not None:
        assert kind in ("TRIG", "MISC")
        assert "mV" not in f"{caught.value.allowed} {caught.value.hint}"
    app(["info", str(path)], standalone_mode=False)
    (advice,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("To read it")]
    assert f"--units '{label}=" in advice
    assert f"{label}=mV" not in advice
    assert read(path, units={label: "n/a"}).emg.names == ("VL",)


# --- what no header may say -------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("beyond", [1, 1000])
def test_digital_limits_that_the_format_cannot_hold_are_refused(written, bdf, which, beyond):
    limits = [-(2**23), 2**23 - 1] if bdf else [-(2**15), 2**15 - 1]
    limits[which] += beyond if which else -beyond
    bits = 24 if bdf else 16
    with pytest.raises(
        FormatError, match=rf"digital limits of channel 'BF' lie outside of what {bits} bits hold.*{limits[which]}"
    ):
        read(written({}, {"label": "BF", "digital": limits}, bdf=bdf))


@BOTH
def test_samples_beyond_their_digital_limits_are_refused_with_their_place(written, bdf):
    values = np.zeros(40)
    values[25], values[30] = 2050, -2049
    with pytest.raises(
        FormatError,
        match=r"Samples of channel 'BF' lie outside.*channel 2, 'BF', at 2\.5 s.*-2048 to 2047.*2050 \(2 samples out",
    ):
        read(written({}, {"label": "BF", "digital": (-2048, 2047), "values": values}, bdf=bdf))
    values[25] = 0
    with pytest.raises(FormatError, match=r"at 3 s.*Got: -2049 \(1 sample outside\)"):
        read(written({"digital": (-2048, 2047), "values": values}, bdf=bdf))
    values[25], values[30] = 2047, -2048
    assert read(written({"digital": (-2048, 2047), "values": values}, bdf=bdf)).emg.data.shape == (1, 40)


@pytest.mark.parametrize(
    ("samples", "duration", "rate"),
    [(1, "11", "0.09"), (0, "1", "0 Hz"), (2, "0.000001", "2000000"), (1, "1e-20", "1e")],
)
def test_rates_of_no_recording_are_refused(written, samples, duration, rate):
    with pytest.raises(
        FormatError, match=rf"rate of channel 'VL' is too low or too high for a .*0\.1 Hz to 1000000 Hz.*{rate}"
    ):
        read(written({"samples": samples}, {"label": "BF", "samples": 5}, duration=duration))
    for fine in ((1, "10", 0.1), (1, "0.000001", 1e6)):
        assert read(written({"samples": fine[0]}, duration=fine[1])).emg.sfreq == pytest.approx(fine[2])


JUNK = ["1_0", "0x10", "", "1 0", "one", "nan", "inf", "1e", "--1", "1,5", b"\xb2", b"10\0\0\0\0\0\0", "１", "+", "."]
# place of each number of the header of a file with one channel, its width, and its name in the message
NUMBERS = {
    "size of the header": (184, 8), "number of data records": (236, 8), "duration of a data record": (244, 8),
    "number of signals": (252, 4), "physical minimum": (360, 8), "physical maximum": (368, 8),
    "digital minimum": (376, 8), "digital maximum": (384, 8), "samples in a data record": (472, 8),
}  # fmt: skip


@pytest.mark.parametrize("junk", [*JUNK, "1.5e300"])
@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_that_python_or_nobody_would_read_are_refused(written, name, junk):
    start, width = NUMBERS[name]
    raw = (junk if isinstance(junk, bytes) else junk.encode()).ljust(width)[:width]
    path = written(change=lambda whole: whole[:start] + raw + whole[start + width :])
    with pytest.raises(
        FormatError, match=rf"The header of the EDF or BDF file is damaged.*\({name}\).*Allowed: a"
    ) as caught:
        read(path)
    assert "written in digits" in caught.value.allowed


def test_numbers_of_other_writers_are_read(written):
    trial = read(written({"physical": ("-1E3", "1.e+3"), "digital": (" -1000", "+1000")}, count="  4", duration=".5"))
    assert trial.emg.sfreq == 20.0
    assert trial.emg.data.max() == pytest.approx(3e-6)


def test_a_header_of_another_size_than_its_signals_need_is_refused(written):
    path = written(change=lambda raw: raw[:184] + b"768     " + raw[192:])
    with pytest.raises(
        FormatError, match=r"damaged.*bytes 185 to 192 \(size of the header\).*512, for 1 signal.*'768'"
    ):
        read(path)
    with pytest.raises(FormatError, match=r"cut off.*512 bytes of header for 1 signal.*Got: 300 bytes"):
        read(written(change=lambda raw: raw[:300]))


# --- beside an independent reader ----------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(data=st.data(), bdf=st.booleans())
def test_whole_files_are_read_as_mne_reads_them(tmp_path_factory, edf_bytes, data, bdf):
    top = 2**23 - 1 if bdf else 2**15 - 1
    records, n = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 30))
    channels = []
    for place in range(data.draw(st.integers(1, 3))):
        least, most = sorted(data.draw(st.lists(st.integers(-top, top), min_size=2, max_size=2, unique=True)))
        low, high = data.draw(st.lists(st.integers(-99999, 99999), min_size=2, max_size=2, unique=True))
        values = data.draw(st.lists(st.integers(least, most), min_size=records * n, max_size=records * n))
        channels.append(
            {"label": f"EMG {place}", "digital": (least, most), "physical": (low, high), "samples": n, "values": values}
        )
    onsets = clock([f"+{record}" for record in range(records)])
    notes = [onset + b"+0.5\x140\x14\x00" * (record == 0) for record, onset in enumerate(onsets)]
    path = tmp_path_factory.mktemp("any") / f"a.{'bdf' if bdf else 'edf'}"
    kind = data.draw(st.sampled_from(["", "BDF+C" if bdf else "EDF+C"]))
    path.write_bytes(edf_bytes(channels, records=records, bdf=bdf, kind=kind, clock=notes if kind else None))
    trial = read(path)
    raw = mne.io.read_raw(path, verbose="error")
    assert trial.emg.data == pytest.approx(raw.get_data(), rel=1e-9, abs=1e-12)
    assert [event.onset for event in trial.events] == pytest.approx(list(raw.annotations.onset))
