"""BrainVision, GDF, Intan, Spike2 and WFDB, built by writers of their own; MNE is the second opinion where it reads."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import mne
import numpy as np
import pytest

from emgkit.errors import FormatError
from emgkit.io import detect, read
from emgkit.io._extras import library

RNG = np.random.default_rng(0)
COUNTS = RNG.integers(-3000, 3000, size=(3, 240)).astype("<i2")


# ------------------------------------------------------------------------------------------------------ BrainVision


def brainvision(
    folder: Path, *, form: str = "INT_16", orientation: str = "MULTIPLEXED", encoding: str = "utf-8",
    channels: Sequence[str] = ("R VL,,0.5,µV", "EMG\\1 BF,,1,mV", "GSR,,1,µS"),
    data: str = "a.eeg", markers: str = "$b.vmrk",
    lines: Sequence[str] = ("New Segment,,1,1,0,20240102", "Stimulus,S  1,21,1,0", "Comment,squat\\1 1,41,20,0"),
    more: str = "", counts: np.ndarray = COUNTS,
) -> Path:  # fmt: skip
    """A recording by the published description of its format."""
    codepage = "Codepage=UTF-8\n" if encoding == "utf-8" else ""
    rows = "\n".join(f"Ch{place}={line}" for place, line in enumerate(channels, start=1))
    header = f"""Brain Vision Data Exchange Header File Version 1.0
; a comment

[Common Infos]
{codepage}DataFile={data}
MarkerFile={markers}
DataFormat=BINARY
DataOrientation={orientation}
NumberOfChannels={len(channels)}
SamplingInterval=500
{more}
[Binary Infos]
BinaryFormat={form}

[Channel Infos]
{rows}

[Comment]
free = text
"""
    (folder / "a.vhdr").write_bytes(header.encode(encoding))
    marks = "\n".join(f"Mk{place}={line}" for place, line in enumerate(lines, start=1))
    head = f"Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\n{codepage}[Marker Infos]\n"
    (folder / "a.vmrk").write_bytes((head + marks + "\n").encode(encoding))
    kind = {"INT_16": "<i2", "INT_32": "<i4", "IEEE_FLOAT_32": "<f4"}.get(form, "<i2")
    table = counts.T if orientation == "MULTIPLEXED" else counts
    (folder / "a.eeg").write_bytes(np.ascontiguousarray(table).astype(kind).tobytes())
    return folder / "a.vhdr"


@pytest.mark.parametrize("form", ["INT_16", "INT_32", "IEEE_FLOAT_32"])
@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_brainvision_is_read_as_mne_reads_it(tmp_path, form, orientation, encoding) -> None:
    points = "DataPoints=240" if orientation == "VECTORIZED" else ""
    path = brainvision(tmp_path, form=form, orientation=orientation, encoding=encoding, more=points, markers="a.vmrk")
    trial = read(path)
    assert detect(path).name == "brainvision"
    assert (trial.emg.names, trial.emg.sfreq) == (("R VL", "EMG, BF"), 2000)
    np.testing.assert_allclose(trial.emg.data, COUNTS[:2] * [[0.5e-6], [1e-3]], rtol=1e-12)
    np.testing.assert_array_equal(trial["other"].data[0], COUNTS[2])
    assert [(e.onset, e.duration, e.label, e.columns["type"]) for e in trial.events] == [
        (20 / 2000, 0, "S 1", "Stimulus"), (40 / 2000, 20 / 2000, "squat, 1", "Comment"),
    ]  # fmt: skip
    told = [one.text for one in trial.notices if one.code == "unit-unknown"]
    assert told == ["Left without a unit, since emgkit does not know it: 'GSR (µS)'."]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = mne.io.read_raw_brainvision(path, preload=True, verbose="error")
    np.testing.assert_allclose(trial.emg.data, raw.get_data()[:2], rtol=1e-6)
    np.testing.assert_allclose([e.onset for e in trial.events], raw.annotations.onset)


def test_a_pause_in_brainvision_and_markers_outside_are_told(tmp_path) -> None:
    lines = ("New Segment,,1,1,0", "New Segment,,100,1,0", "Stimulus,S 1,9999,1,0", "Stimulus,S 2,x,1,0")
    trial = read(brainvision(tmp_path, lines=lines))
    assert [one.text for one in trial.notices if one.code in ("paused", "events-outside")] == [
        "The recording was paused 1 time; its samples follow each other without the pauses.",
        "2 markers outside the recording or without a place left out.",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": "../../etc/passwd"}, r"does not lie beside its header.*passwd"),
        ({"data": "C:\\a.eeg"}, "does not lie beside its header"),
        ({"data": ""}, "does not lie beside its header.*''"),
        ({"data": "b.eeg"}, "file of the recording is missing.*b.eeg beside the header"),
        ({"markers": "b.vmrk"}, "file of the recording is missing.*b.vmrk"),
        ({"form": "INT_64"}, "samples of the BrainVision recording cannot be read.*INT_64"),
        ({"orientation": "DIAGONAL"}, "cannot be read.*DIAGONAL"),
        ({"counts": COUNTS[:, :-1].ravel()[:-1][np.newaxis]}, "not the same in all channels.*multiple of 6 bytes"),
        ({"channels": ("a", "b,,x,mV", "c")}, "no number for the resolution of Ch2.*'x'"),
        ({"more": "NumberOfChannels=9"}, "does not describe each channel once.*9 channels, 3 lines"),
        ({"more": "SamplingInterval=0"}, r"cannot be read.*0 µs"),
    ],
)
def test_damage_of_brainvision_is_named(tmp_path, changes, message) -> None:
    with pytest.raises(FormatError, match=message):
        read(brainvision(tmp_path, **changes))


@pytest.mark.fuzz("brainvision")
def test_damaged_brainvision_headers_are_read_or_refused(tmp_path, survives) -> None:
    raw = brainvision(tmp_path).read_bytes()
    found = survives(raw, name="a.vhdr")
    assert found <= {"Trial", "FormatError", "FileError", "UnitError", "ArgumentError"}


# -------------------------------------------------------------------------------------------------------------- GDF

GDF_TYPES = {"<i1": 1, "<i2": 3, "<i4": 5, "<i8": 7, "<u2": 4, "<f4": 16, "<f8": 17, "i3": 279}


def gdf(
    *, version: str = "2.20", kind: str = "<i2", samples: Sequence[int] = (10, 10, 5), records: int = 24,
    seconds: tuple[int, int] = (1, 100), units: Sequence[int | str] = (4275, 4274, 512),
    events: Sequence[tuple[int, int, int]] = ((21, 0x0301, 0), (41, 0x0302, 20)),
    mode: int = 3, stated: int | None = None, rate: float = 1000.0,
) -> bytes:  # fmt: skip
    """A file by the published specification; a physical value is a hundredth of the stored one."""
    n, is_old = len(samples), float(version) < 1.9
    labels = b"".join(name.encode().ljust(16, b"\0") for name in ("R VL", "EMG BF", "count")[:n])
    size = 256 * (n + 1)
    head = b"GDF " + version.encode() + b"Secret X ".ljust(176, b"\0")
    head = head[:184] + (struct.pack("<q", size) if is_old else struct.pack("<H", size // 256))
    head = head.ljust(236, b"\0") + struct.pack("<qII", records if stated is None else stated, *seconds)
    head = (head + struct.pack("<I" if is_old else "<H", n)).ljust(256, b"\0")
    low, high = (-(2**23), 2**23) if kind == "i3" else (-3000, 3000) if kind != "<i1" else (-100, 100)
    pick = "q" if is_old else "d"
    head += labels + bytes(80 * n)
    if is_old:
        head += b"".join(str(unit).encode().ljust(8) for unit in units[:n])
    else:
        head += bytes(6 * n) + struct.pack(f"<{n}H", *units[:n])
    head += struct.pack(f"<{n}d", *[low / 100] * n) + struct.pack(f"<{n}d", *[high / 100] * n)
    head += struct.pack(f"<{n}{pick}", *[low] * n) + struct.pack(f"<{n}{pick}", *[high] * n) + bytes(80 * n)
    head += struct.pack(f"<{n}i", *samples) + struct.pack(f"<{n}i", *[GDF_TYPES[kind]] * n)
    head = head.ljust(size, b"\0")
    body = b""
    for record in range(records):
        for place, count in enumerate(samples):
            part = gdf_counts(place, kind)[record * count : (record + 1) * count]
            raw = part.astype("<i4" if kind == "i3" else kind).tobytes()
            body += np.frombuffer(raw, np.uint8).reshape(-1, 4)[:, :3].tobytes() if kind == "i3" else raw
    places, codes, lengths = zip(*events, strict=True) if events else ((), (), ())
    count = len(events)
    if float(version) < 1.94:
        table = bytes([mode]) + int(rate).to_bytes(3, "little") + struct.pack("<I", count)
    else:
        table = bytes([mode]) + count.to_bytes(3, "little") + struct.pack("<f", rate)
    table += struct.pack(f"<{count}I", *places) + struct.pack(f"<{count}H", *codes)
    if mode == 3:
        table += struct.pack(f"<{count}H", *[0] * count) + struct.pack(f"<{count}I", *lengths)
    return head + body + table


def gdf_counts(place: int, kind: str) -> np.ndarray:
    return COUNTS[place] % 200 - 100 if kind == "<i1" else np.abs(COUNTS[place]) if kind == "<u2" else COUNTS[place]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(raw: bytes, name: str) -> Path:
        (tmp_path / name).write_bytes(raw)
        return tmp_path / name

    return write


@pytest.mark.parametrize("version", ["1.25", "2.20"])
@pytest.mark.parametrize("kind", list(GDF_TYPES))
def test_gdf_channels_keep_their_rates_units_and_values(written, version, kind) -> None:
    units = ("uV", "mV", "") if version == "1.25" else (4275, 4274, 512)
    path = written(gdf(version=version, kind=kind, units=units), "a.gdf")
    trial = read(path, units={"count": "n/a"} if version == "1.25" else None)
    assert detect(path).name == "gdf"
    assert (trial.emg.names, trial.emg.sfreq) == (("R VL", "EMG BF"), 1000)
    expected = np.stack([gdf_counts(0, kind) / 100 * 1e-6, gdf_counts(1, kind) / 100 * 1e-3])
    np.testing.assert_allclose(trial.emg.data, expected, rtol=1e-6, atol=1e-15)
    other = trial["other"]
    assert (other.sfreq, other.data.shape) == (500, (1, 120))
    np.testing.assert_allclose(other.data[0], gdf_counts(2, kind)[:120] / 100, rtol=1e-6, atol=1e-9)
    assert [(e.onset, e.duration, e.label) for e in trial.events] == [(0.02, 0, "0x0301"), (0.04, 0.02, "0x0302")]
    assert "Secret" not in repr((trial, trial.context))


@pytest.mark.parametrize("version", ["1.25", "2.20"])
def test_gdf_is_read_as_mne_reads_it(written, version) -> None:
    units = ("uV", "uV", "uV") if version == "1.25" else (4275, 4274, 4275)
    path = written(gdf(version=version, units=units, samples=(10, 10, 10)), "a.gdf")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = mne.io.read_raw_gdf(path, preload=True, verbose="error")
    trial = read(path, channels={"count": {"kind": "EMG"}})
    np.testing.assert_allclose(trial.emg.data, raw.get_data(), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose([e.onset for e in trial.events], raw.annotations.onset)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (gdf(version="3.00"), "unknown format|no GDF file of version 1 or 2"),
        (gdf()[:200], "cut off or damaged.*256 bytes"),
        (gdf()[:700], "cut off or damaged.*1024 bytes"),
        (gdf(stated=99), "shorter than its header says.*99 data records.*Got: 24 data records"),
        (gdf(stated=-1), "shorter than its header says"),
        (gdf(seconds=(1, 0)), r"contradicts itself.*1/0 s"),
        (gdf(samples=(0, 0, 0)), "holds no signal"),
        (gdf()[:-20], r"cut off or damaged.*table of events"),
    ],
)
def test_damage_of_gdf_is_named(written, raw, message) -> None:
    with pytest.raises(FormatError, match=message):
        read(written(raw, "a.gdf"), format="gdf")


def test_a_gdf_unit_that_is_not_known_is_told_and_events_outside_too(written) -> None:
    trial = read(written(gdf(units=(4275, 4274, 1234), events=[(1, 5, 0), (99999, 5, 0)], mode=1), "a.gdf"))
    told = {one.code: one.text for one in trial.notices}
    assert told["unit-unknown"] == "Left without a unit, since emgkit does not know it: 'count (unit code 1234)'."
    assert told["events-outside"] == "1 event outside the recording left out."


@pytest.mark.fuzz("gdf")
@pytest.mark.parametrize("version", ["1.25", "2.20"])
def test_damaged_gdf_files_are_read_or_refused(survives, version) -> None:
    units = ("uV", "mV", "uV") if version == "1.25" else (4275, 4274, 4275)
    raw = gdf(version=version, units=units, records=6)
    assert survives(raw, name="a.gdf") <= {"Trial", "FormatError", "FileError", "UnitError", "ArgumentError"}


# ------------------------------------------------------------------------------------------------------------ Intan


def text(value: str) -> bytes:
    raw = value.encode("utf-16-le")
    return struct.pack("<I", len(raw)) + raw


def intan(*, blocks: int = 3, jump: int = 0, magic: int = 0xC6912702) -> bytes:
    """An RHD file of version 1.3 by the published data formats of the maker: blocks of 60 samples."""
    head = struct.pack("<Ihh", magic, 1, 3) + struct.pack(
        "<fhffffffhff", 2000, 1, 1, 1, 8000, 1, 1, 8000, 0, 1000, 1000
    )
    head += text("note") * 3 + struct.pack("<hh", 0, 0) + struct.pack("<h", 1)
    kinds = [("A-000", "R VL", 0), ("A-001", "R BF", 0), ("A-AUX1", "A-AUX1", 1), ("DIN-00", "trigger", 4)]
    head += text("Port A") + text("A") + struct.pack("<hhh", 1, len(kinds), 2)
    for place, (native, custom, kind) in enumerate(kinds):
        head += text(native) + text(custom) + struct.pack("<hhhhhh", place, place, kind, 1, place, 0)
        head += struct.pack("<hhhhff", 0, 0, 0, 0, 0, 0)
    body = b""
    for block in range(blocks):
        first = block * 60 + (jump if block else 0)
        part = COUNTS[:2, block * 60 : block * 60 + 60].astype(np.int32) + 32768
        body += np.arange(first, first + 60, dtype="<i4").tobytes() + part.astype("<u2").tobytes()
        body += np.arange(15, dtype="<u2").tobytes() + (np.arange(60) // 30 << 3).astype("<u2").tobytes()
    return head + body


def test_intan_electrodes_are_in_volts_and_inputs_keep_their_rates(written) -> None:
    pytest.importorskip("neo", reason="Intan recordings need neo")
    path = written(intan(), "a.rhd")
    trial = read(path)
    assert detect(path).name == "intan"
    assert (trial.emg.names, trial.emg.sfreq) == (("R VL", "R BF"), 2000)
    np.testing.assert_allclose(trial.emg.data, COUNTS[:2, :180] * 0.195e-6, atol=1e-15)
    assert (trial["other"].names, trial["other"].sfreq, trial["other"].channels[0].unit) == (("A-AUX1",), 500, "V")
    np.testing.assert_allclose(trial["other"].data[0], np.tile(np.arange(15), 3) * 37.4e-6)
    np.testing.assert_array_equal(trial["trigger"].data[0], np.tile(np.arange(60) // 30, 3))


def test_intan_samples_that_are_missing_are_refused(written) -> None:
    pytest.importorskip("neo", reason="Intan recordings need neo")
    with pytest.raises(FormatError, match="Intan file is damaged, or of a kind that neo does not read"):
        read(written(intan(jump=60), "a.rhd"))


@pytest.mark.fuzz("intan")
def test_damaged_intan_files_are_read_or_refused(survives) -> None:
    pytest.importorskip("neo", reason="Intan recordings need neo")
    assert survives(intan(blocks=2), name="a.rhd", flips=150) <= {"Trial", "FormatError", "FileError", "UnitError"}


# ----------------------------------------------------------------------------------------------------------- Spike2


def spike2(*, blocks: int = 2, pause: int = 0, counts: np.ndarray = COUNTS, claimed: int | None = None,
           second: tuple[str, str, int, int] = ("force", "N", 0, 0)) -> bytes:  # fmt: skip
    """An SMR file of version 6 by the published layout of the SON library: two channels of 16 bits, one of events.

    The second one begins some ticks after the first, and its last block lacks some samples.
    """
    per, step = 100, 5  # samples a block, clock ticks of 100 µs a sample: 2 kHz
    channels = [("R VL", 1, "mV"), (second[0], 1, second[1]), ("button", 3, "")]
    first = 1024
    size = 20 + 2 * per
    head = struct.pack(
        "<h10s8shhhihhhhhid", 6, b"(C) CED 87", b"emgkit", 100, 1, 0, first, len(channels), 140, 0, 0, 0, 10**6, 1e-6
    )
    head = head.ljust(512, b"\0")
    body, at = b"", first
    for place, (name, kind, unit) in enumerate(channels):
        count = blocks if kind == 1 else 1
        channel = struct.pack("<hiiihhhhhh", 0, -1, at, at, count if claimed is None else claimed, 0, 0, 0, 0, per)
        channel += bytes([0]).ljust(72, b"\0") + struct.pack("<iih", 10**6, step, place)
        channel += bytes([len(name)]) + name.encode().ljust(9, b"\0") + struct.pack("<fBb", 2000.0, kind, 0)
        if kind == 1:
            channel += (
                struct.pack("<ff", 1.0, 0.0) + bytes([len(unit)]) + unit.encode().ljust(5, b"\0") + struct.pack("<h", 1)
            )
        head += channel.ljust(140, b"\0")
        for block in range(count):
            if kind == 1:
                start = block * per * step + (pause if block else 0) + place * second[2]
                after = at + size if block < count - 1 else -1
                items = per - (place * second[3] if block == count - 1 else 0)
                body += struct.pack("<iiiihh", -1, after, start, start + (items - 1) * step, place + 1, items)
                body += counts[place, block * per : (block + 1) * per].astype("<i2").tobytes()
                at += size
            else:
                body += struct.pack("<iiiihh", -1, -1, 200, 400, place + 1, 2) + struct.pack("<2i", 200, 400)
                at += 28
    return head.ljust(first, b"\0") + body


def test_spike2_channels_have_units_rates_and_events(written) -> None:
    pytest.importorskip("neo", reason="Spike2 recordings need neo")
    path = written(spike2(), "a.smr")
    trial = read(path)
    assert detect(path).name == "spike2"
    assert (trial.emg.names, trial.emg.sfreq) == (("R VL",), pytest.approx(2000))
    np.testing.assert_allclose(trial.emg.data[0], COUNTS[0, :200] / 6553.6 * 1e-3, rtol=1e-6)
    np.testing.assert_allclose(trial["force"].data[0], COUNTS[1, :200] / 6553.6, rtol=1e-6)
    assert [(round(e.onset, 6), e.label) for e in trial.events] == [(0.02, "button"), (0.04, "button")]


def test_spike2_pauses_make_recordings_of_their_own(written) -> None:
    pytest.importorskip("neo", reason="Spike2 recordings need neo")
    trial = read(written(spike2(pause=10_000), "a.smr"))
    assert trial["emg"].names + trial["emg_2"].names == ("R VL (part 1)", "R VL (part 2)")
    assert trial["emg_2"].start == pytest.approx(1.05)
    assert trial.notices[0].text == "The recording was paused: it is 2 recordings, each with its own beginning."


def test_spike2_channels_that_were_sampled_in_turn_are_one_recording(written) -> None:
    pytest.importorskip("neo", reason="Spike2 recordings need neo")
    trial = read(written(spike2(second=("R BF", "mV", 2, 1)), "a.smr"))
    assert (list(trial), trial.emg.names, trial.emg.start) == (["emg"], ("R VL", "R BF"), 0.0)
    np.testing.assert_allclose(trial.emg.data, COUNTS[:2, :199] / 6553.6 * 1e-3, rtol=1e-6)
    assert [(one.code, one.text) for one in trial.notices[:1]] == [
        ("sampled-in-turn", "Channels of one rate were sampled in turn, up to 200 µs apart: they have one start. "
         "The last sample of 'R VL' has no partner and is left out.")
    ]  # fmt: skip


@pytest.mark.parametrize(("later", "fewer"), [(5, 0), (0, 2)])
def test_spike2_channels_that_begin_or_end_a_sample_apart_stay_apart(written, later, fewer) -> None:
    pytest.importorskip("neo", reason="Spike2 recordings need neo")
    trial = read(written(spike2(second=("R BF", "mV", later, fewer)), "a.smr"))
    assert (trial["emg"].names, trial["emg_2"].names) == (("R VL",), ("R BF",))
    assert trial["emg_2"].start == pytest.approx(later * 1e-4)
    assert "sampled-in-turn" not in [one.code for one in trial.notices]


def test_spike2_claims_that_the_file_cannot_hold_are_refused(written) -> None:
    pytest.importorskip("neo", reason="Spike2 recordings need neo")
    with pytest.raises(FormatError, match=r"more blocks than can be read.*channel 1.*32767"):
        read(written(spike2(claimed=32767), "a.smr"))
    with pytest.raises(FormatError, match="Spike2 file is cut off or damaged"):
        read(written(spike2()[:600], "a.smr"))


@pytest.mark.fuzz("spike2")
def test_damaged_spike2_files_are_read_or_refused(survives) -> None:
    pytest.importorskip("neo", reason="Spike2 recordings need neo")
    assert survives(spike2(), name="a.smr", flips=150) <= {"Trial", "FormatError", "FileError", "UnitError"}


# ------------------------------------------------------------------------------------------------------------- WFDB


def wfdb(
    folder: Path, *, record: str = "a 2 1000 240", signals: Sequence[str] = (
        "a.dat 16 100(0)/mV 16 0 0 0 0 R VL", "a.dat 16 2(0)/deg 16 0 0 0 0 knee angle",
    ), counts: np.ndarray = COUNTS[:2], files: Mapping[str, bytes] | None = None,
) -> Path:  # fmt: skip
    """A record by the published description of headers and of format 16."""
    (folder / "a.hea").write_text("# a comment\n" + "\n".join([record, *signals]) + "\n")
    (folder / "a.dat").write_bytes(np.ascontiguousarray(counts.T).astype("<i2").tobytes())
    for name, raw in (files or {}).items():
        (folder / name).write_bytes(raw)
    return folder / "a.hea"


def test_wfdb_signals_have_their_gains_units_and_annotations(tmp_path) -> None:
    pytest.importorskip("wfdb", reason="WFDB records need wfdb")
    # annotations of the MIT format: a code of 6 bits and the samples since the last one; 22 is a note
    annotations = struct.pack("<HH", 22 << 10 | 100, 63 << 10 | 5) + b"squat\0" + struct.pack("<H", 0)
    path = wfdb(tmp_path, files={"a.atr": annotations})
    trial = read(path)
    assert detect(path).name == "wfdb"
    assert (trial.emg.names, trial.emg.sfreq, trial.emg.channels[0].muscle) == (("R VL",), 1000, "vastus_lateralis")
    np.testing.assert_allclose(trial.emg.data[0], COUNTS[0] / 100 * 1e-3, rtol=1e-12)
    np.testing.assert_allclose(trial["angle"].data[0], COUNTS[1] / 2, rtol=1e-12)
    assert [(e.onset, e.label) for e in trial.events] == [(0.1, "squat")]


def test_wfdb_signals_keep_their_own_rates_and_missing_samples_are_told(tmp_path) -> None:
    pytest.importorskip("wfdb", reason="WFDB records need wfdb")
    counts = COUNTS[:1].copy()
    signals = ["a.dat 16x4 100(0)/mV 16 0 0 0 0 R VL", "a.dat 16 1(0)/NU 16 0 0 0 0 state"]
    trial = read(wfdb(tmp_path, record="a 2 500 48", signals=signals, counts=counts))
    frames = COUNTS[0].reshape(48, 5)
    np.testing.assert_allclose(trial.emg.data[0], frames[:, :4].ravel() / 100 * 1e-3)
    np.testing.assert_array_equal(trial["other"].data[0], frames[:, 4])
    assert (trial.emg.sfreq, trial["other"].sfreq) == (2000, 500)
    counts[0, 3] = -32768
    trial = read(wfdb(tmp_path, record="a 2 500 48", signals=signals, counts=counts))
    assert list(trial) == ["other"]
    assert trial.notices[0].text == "Left out, since samples of it are missing: 'R VL'."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"record": "a/3 2 1000 240"}, "header cannot be read.*one segment"),
        ({"record": "a"}, "header cannot be read"),
        ({"record": "a 3 1000 240"}, "does not describe each signal once.*3 lines.*2 lines"),
        ({"record": "a 2 1000 99999999"}, "missing or cut off.*a.dat beside the header, of 399999996 bytes"),
        ({"signals": ["../a.dat 16 1/mV"] * 2}, "signal of the WFDB header cannot be read.*a.dat"),
        ({"signals": ["b.dat 16 1/mV"] * 2}, "missing or cut off.*no such file"),
        (
            {"record": "a 2 1000", "signals": ["b.dat 16 1/mV"] * 2},
            "missing or cut off.*b.dat beside the header. Got: no",
        ),
        ({"signals": ["a.dat 17 1/mV"] * 2}, "signal of the WFDB header cannot be read"),
    ],
)
def test_damage_of_wfdb_is_named(tmp_path, changes, message) -> None:
    pytest.importorskip("wfdb", reason="WFDB records need wfdb")
    with pytest.raises(FormatError, match=message):
        read(wfdb(tmp_path, **changes))


@pytest.mark.fuzz("wfdb")
def test_damaged_wfdb_headers_are_read_or_refused(tmp_path, survives) -> None:
    pytest.importorskip("wfdb", reason="WFDB records need wfdb")
    raw = wfdb(tmp_path).read_bytes()
    found = survives(raw, name="a.hea", flips=150)
    assert found <= {"Trial", "FormatError", "FileError", "UnitError", "ArgumentError"}


# --------------------------------------------------------------------------------------------------------- all of it


@pytest.mark.parametrize(
    ("library", "name", "raw"), [("neo", "a.rhd", intan()), ("neo", "a.smr", spike2()), ("wfdb", "a.hea", b"a 1")]
)
def test_the_hint_names_the_extra(written, monkeypatch, library, name, raw) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    for loaded in [one for one in __import__("sys").modules if one.startswith(f"{library}.")]:
        monkeypatch.setitem(__import__("sys").modules, loaded, None)
    with pytest.raises(FormatError, match=rf'needs the library {library}.*pip install "emgkit\[{library}\]"'):
        read(written(raw, name))


def test_what_a_library_warns_of_its_own_imports_is_not_passed_on(tmp_path, monkeypatch) -> None:
    (tmp_path / "a_library_that_warns.py").write_text("import warnings; warnings.warn('old', FutureWarning)")
    monkeypatch.syspath_prepend(tmp_path)
    assert library("a_library_that_warns", extra="wfdb", where="a.hea").__name__ == "a_library_that_warns"
