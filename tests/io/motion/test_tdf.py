"""BTS TDF files, built block by block from the published layout by a writer of their own."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import ArgumentError, FormatError
from emgkit.io import detect, read

MAGIC = struct.pack("<4I", 0x41604B82, 0xCA8411D3, 0xACB60060, 0x080C6816)
RNG = np.random.default_rng(0)
EMG = RNG.normal(size=(3, 400)).astype("f4") * 1e-4
NAMES = ("Right Vastus lateralis", "L BF", "Sóleo")


def text(label: str) -> bytes:
    return label.encode("cp1252").ljust(256, b"\0")


def track(values: np.ndarray, segments: Sequence[tuple[int, int]], label: str | None) -> bytes:
    """One track (n_frames, n_columns) by its segments."""
    raw = b"" if label is None else text(label)
    raw += struct.pack("<ii", len(segments), 0) + b"".join(struct.pack("<ii", *one) for one in segments)
    return raw + b"".join(values[first : first + count].astype("<f4").tobytes() for first, count in segments)


def block(
    kind: int, form: int, tracks: Sequence[tuple[str | None, np.ndarray]], *, rate: int = 1000, start: float = 0.0,
    segments: Sequence[Sequence[tuple[int, int]]] | None = None, stated: int | None = None, by_frame: bool = False,
    links: int | None = None,
) -> tuple[int, int, bytes]:  # fmt: skip
    """A block of signals; `tracks` are labels and values (n_frames, n_columns)."""
    n = max((len(values) for _, values in tracks), default=0)
    frames = n if stated is None else stated
    head = (frames, rate, start, len(tracks)) if kind == 5 else (len(tracks), rate, start, frames)
    raw = struct.pack("<iifi", *head)
    raw += bytes(64) if kind in (5, 12) else struct.pack(f"<{len(tracks)}h", *range(len(tracks)))
    if links is not None:
        raw += struct.pack("<ii", links, 0) + bytes(8 * links)
    if by_frame:
        raw += b"".join(text(label) for label, _ in tracks if label is not None)
        raw += np.stack([values for _, values in tracks], axis=1).astype("<f4").tobytes()
    else:
        for place, (label, values) in enumerate(tracks):
            raw += track(values, segments[place] if segments else [(0, len(values))], label)
    return kind, form, raw


def events(*items: tuple[str, Sequence[float]]) -> tuple[int, int, bytes]:
    raw = struct.pack("<if", len(items), 0.0)
    for label, times in items:
        raw += (
            text(label) + struct.pack("<ii", int(len(times) > 1), len(times)) + struct.pack(f"<{len(times)}f", *times)
        )
    return 16, 1, raw


def file(*blocks: tuple[int, int, bytes], version: int = 1, entries: int | None = None, unused: int = 1) -> bytes:
    count = len(blocks) + unused
    offset = 64 + 288 * count
    head = MAGIC + struct.pack("<Ii", version, count if entries is None else entries) + bytes(40)
    table, body = b"", b""
    for kind, form, raw in blocks:
        table += struct.pack("<IIii", kind, form, offset + len(body), len(raw)) + bytes(272)
        body += raw
    return head + table + bytes(288 * unused) + body


def emg(values: np.ndarray = EMG, **more: object) -> tuple[int, int, bytes]:
    tracks = [(label, row[:, np.newaxis]) for label, row in zip(NAMES, values, strict=True)]
    return block(11, 2 if more.get("by_frame") else 1, tracks, **more)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(raw: bytes) -> Path:
        (tmp_path / "a.tdf").write_bytes(raw)
        return tmp_path / "a.tdf"

    return write


@pytest.mark.parametrize("by_frame", [False, True])
def test_emg_is_in_volts_with_muscle_and_side(written, by_frame) -> None:
    path = written(file(emg(by_frame=by_frame), events(("heel strike", [0.125, 0.25]), ("toe off", [0.3125]))))
    trial = read(path)
    assert detect(path).name == "tdf"
    assert (trial.emg.names, trial.emg.sfreq, trial.emg.channels[0].unit_source) == (NAMES, 1000, "header")
    assert (trial.emg.channels[0].muscle, trial.emg.channels[0].side) == ("vastus_lateralis", "right")
    np.testing.assert_array_equal(trial.emg.data, EMG.astype(float))
    assert [(one.onset, one.label) for one in trial.events] == [
        (0.125, "heel strike"), (0.25, "heel strike"), (0.3125, "toe off"),
    ]  # fmt: skip


def test_the_streams_keep_their_rates_starts_and_units(written) -> None:
    plate, vector = RNG.normal(size=(80, 6)), RNG.normal(size=(80, 9))
    markers, analog = RNG.normal(size=(40, 3)), RNG.normal(size=(50, 1))
    trial = read(
        written(
            file(
                emg(start=0.5),
                block(9, 1, [(None, plate), (None, plate + 1)], rate=200),
                block(12, 1, [("right", vector)], rate=200),
                block(5, 1, [("c7", markers)], rate=100, links=2),
                block(14, 1, [("knee", analog)], rate=125),
            )
        )
    )
    assert (trial.emg.start, trial.emg.sfreq) == (0.5, 1000)
    assert trial["position"].names == ("c7_x", "c7_y", "c7_z")
    np.testing.assert_array_equal(trial["position"].data, markers.astype("f4").T.astype(float))
    force = trial["force"].pick("plate 2_fz", "right_fx")
    np.testing.assert_array_equal(force.data, np.stack([plate[:, 4] + 1, vector[:, 3]]).astype("f4").astype(float))
    other = {name: stream for stream in trial.values() if stream.sfreq in (125, 200) for name in stream.names}
    assert {"plate 1_px", "plate 1_mz", "right_mx", "knee"} <= set(other)
    assert [one.code for one in trial.notices if one.code == "unit-unknown"] == ["unit-unknown"]


def test_more_frames_than_the_header_gives_are_all_read(written) -> None:
    # as in files of BTS EMG, which hold 49 frames more
    trial = read(written(file(emg(stated=351))))
    assert trial.emg.data.shape == (3, 400)
    assert trial.notices[0].text == "The header of the EMG gives 351 frames; the file holds 400, and all are read."


@pytest.mark.parametrize(
    ("form", "by_frame", "links"), [(1, False, 0), (2, False, None), (3, True, 1), (4, True, None)]
)
def test_markers_with_gaps_are_left_out_and_told_and_a_part_without_gaps_is_read(written, form, by_frame, links):
    values = RNG.normal(size=(100, 3)).astype("f4")
    lost = values.copy()
    lost[10:30] = 0
    found = block(
        5, form, [("LASI", values), ("LKNE", lost)], rate=100, by_frame=by_frame, links=links,
        segments=[[(0, 60), (60, 40)], [(0, 10), (30, 70)]],
    )  # fmt: skip
    path = written(file(found))
    trial = read(path)
    assert trial["position"].names == ("LASI_x", "LASI_y", "LASI_z")
    assert "of 100 the position is lacking of LKNE (20)" in trial.notices[0].text
    part = read(path, start=0.4, stop=0.9)["position"]
    np.testing.assert_array_equal(part.pick("LKNE_z").data[0], values[40:90, 2].astype(float))
    np.testing.assert_array_equal(part.pick("LASI_x").data[0], values[40:90, 0].astype(float))
    assert (part.start, part.names[3]) == (0.4, "LKNE_x")
    with pytest.raises(ArgumentError, match="beyond the recording"):
        read(path, start=0.4, stop=1.5)


def test_what_is_not_read_is_told(written) -> None:
    plate = block(9, 5, [(None, RNG.normal(size=(80, 12)))])
    trial = read(written(file(emg(), plate, (17, 5, bytes(400)), (2, 1, bytes(40)))))
    assert trial.notices[0].text == "Left out, since it is not read: force plates in form 5; a block of kind 17."
    with pytest.raises(FormatError, match=r"holds no signal that is read.*Got: force plates in form 5"):
        read(written(file(plate)))
    with pytest.raises(FormatError, match=r"No signal of the TDF file is complete.*gaps in all of 3 signals"):
        read(written(file(block(5, 2, [("a", np.ones((9, 3)))], segments=[[(0, 4)]]))))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (file(emg(), version=2), "no TDF file of version 1.*and 2"),
        (file(emg(), entries=-4), "table of the TDF file is damaged.*-4 blocks"),
        (file(emg(), entries=10**6), "table of the TDF file is damaged"),
        (file(emg())[:-8], "block of the TDF file lies beyond its end"),
        (file(emg())[:300], "lies beyond its end"),
        (file(emg())[:70], "cut off or damaged"),
        (file(emg(rate=0)), "header of a block contradicts itself"),
        (file(emg(start=float("nan"))), "header of a block contradicts itself"),
        (
            file(emg(segments=[[(0, 300), (200, 10)]] * 3)),
            r"segments of a track overlap.*track 1.*10 frames from 200 on",
        ),
        (file(emg(stated=2**31 - 1)), "No signal of the TDF file is complete"),
        (file((11, 1, struct.pack("<iifi3h", 3, 1000, 0, 9, 0, 1, 2))), "cut off or damaged.*block 1 of kind 11"),
    ],
)
def test_damage_is_named(written, raw, message) -> None:
    with pytest.raises(FormatError, match=message):
        read(written(raw))


@pytest.mark.fuzz("tdf")
def test_damaged_files_are_read_or_refused(survives) -> None:
    raw = file(
        emg(EMG[:, :90]), block(5, 1, [("c7", np.ones((20, 3)))], links=1), block(9, 4, [("a", np.ones((20, 6)))],
        by_frame=True), events(("x", [1.0, 2.0])),
    )  # fmt: skip
    assert survives(raw, name="a.tdf") == {"Trial", "FormatError", "FileError"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(-(2**31), 2**31 - 1), min_size=4, max_size=4), form=st.integers(0, 14))
def test_numbers_of_a_header_may_be_any(tmp_path, outcome, numbers, form) -> None:
    kind, _, raw = emg(EMG[:, :40])
    outcome(tmp_path / "a.tdf", file((kind, form, struct.pack("<4i", *numbers) + raw[16:])))
    outcome(tmp_path / "a.tdf", file((5, form, struct.pack("<4i", *numbers) + raw[16:])))
