"""Formats without a real sample at hand: files built by writers of their own from the documented layouts."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emgkit import read
from emgkit.errors import EmgkitError, FormatError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 250)).astype("f4")


# ------------------------------------------------------------------------------------------------------- TMSi Poly5


def poly5(path: Path, x: np.ndarray = X, *, rate: int = 2000, per_block: int = 100, samples: int | None = None) -> Path:
    """A file as the maker's library writes it: the last block is filled up with zeros."""
    n, held = len(x), x.shape[1]
    blocks = -(-held // per_block)
    text = b"\x04name".ljust(81, b"\0")
    raw = struct.pack(
        "<31sH81shhBHi4xHHHHHHHiHHH64x", b"POLY SAMPLE FILEversion 2.03\r\n\x1a", 203, text, rate, rate, 0, 2 * n,
        held if samples is None else samples, 2024, 1, 2, 3, 4, 5, 6, blocks, per_block, per_block * n * 4, 0,
    )  # fmt: skip
    for i in range(n):
        for half in (b"(Lo) ", b"(Hi) "):
            name, unit = half + (b"EMG %d" % i if i < n - 1 else b"STATUS"), "\xb5Volt".encode("cp1252")
            raw += bytes([len(name)]) + name.ljust(40, b"\0") + bytes(4) + bytes([len(unit)]) + unit.ljust(10, b"\0")
            raw += struct.pack("<ffffH62x", -1, 1, -1, 1, i)
    for block in range(blocks):
        part = np.zeros((per_block, n), dtype="<f4")
        values = x[:, block * per_block : (block + 1) * per_block].T
        part[: len(values)] = values
        raw += bytes(86) + part.tobytes()
    path.write_bytes(raw)
    return path


def test_poly5_samples_are_microvolts_in_the_order_of_their_blocks(tmp_path: Path) -> None:
    trial = read(poly5(tmp_path / "a.poly5", x=X * 100))
    assert (trial.emg.names, trial.emg.sfreq) == (("EMG 0", "EMG 1"), 2000)
    np.testing.assert_allclose(trial.emg.data, X[:2].astype(float) * 100e-6, rtol=1e-6)
    np.testing.assert_allclose(trial["trigger"].data[0], X[2] * 100, rtol=1e-6)


@pytest.mark.parametrize("per_block", [7, 100, 300])
@pytest.mark.parametrize(
    ("start", "stop"), [(0.0, 0.0455), (0.0335, None), (0.049, 0.0505), (0.05, 0.1), (0.1245, None)]
)
def test_a_part_of_a_poly5_file_is_the_whole_cropped(tmp_path: Path, per_block: int, start: float, stop: float) -> None:
    path = poly5(tmp_path / "a.poly5", per_block=per_block)
    whole, part = read(path), read(path, start=start, stop=stop)
    for name, recording in whole.items():
        expected = recording.crop(start, recording.duration if stop is None else stop)
        assert np.array_equal(part[name].data, expected.data)
        assert part[name].start == pytest.approx(expected.start, abs=1e-12)


def test_a_last_poly5_block_of_one_sample_is_read(tmp_path: Path) -> None:
    path = poly5(tmp_path / "a.poly5", x=X[:, :201], samples=201)
    path.write_bytes(path.read_bytes()[: -99 * 4 * len(X)])  # a recorder that does not fill the last block up
    assert np.array_equal(read(path)["trigger"].data[0], X[2, :201].astype(float))


def test_poly5_without_a_number_of_samples_is_read_by_its_size(tmp_path: Path) -> None:
    trial = read(poly5(tmp_path / "a.poly5", x=X * 100, samples=0))
    assert trial.emg.data.shape == (2, 300)
    assert trial.notices[0].text.endswith("by the size of the file there are 300 a channel.")


def test_a_poly5_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = poly5(tmp_path / "a.poly5")
    path.write_bytes(path.read_bytes()[:-1500])
    with pytest.raises(FormatError, match=r"shorter than its header says.*250 samples.*Got: \d+ samples a channel"):
        read(path)


# ---------------------------------------------------------------------------------------------------------- Shimmer


def shimmer(path: Path, *, jitter: float = 0.0, lost: int = 0) -> Path:
    rate = 512.0
    times = 1.7e12 + np.arange(250) * 1000 / rate + RNG.uniform(-jitter, jitter, 250)
    times[100:] += lost * 1000 / rate
    head = ["A_Timestamp_Unix_CAL", "A_EMG_CH1_24BIT_CAL", "A_Accel_LN_X_CAL", "A_Battery_CAL", "A_EMG_CH2_24BIT_RAW"]
    units = ["ms", "mV", "m/(s^2)", "bananas", "no_units"]
    rows = [
        "\t".join([f"{time:.4f}", *(repr(float(one)) for one in pair), "3.9", "100", ""])
        for time, *pair in zip(times, *X[:2], strict=True)
    ]
    lines = ['"sep=\\t"', *("\t".join([*line, ""]) for line in (head, units)), *rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_shimmer_channels_have_their_units_and_the_rate_of_the_times(tmp_path: Path) -> None:
    trial = read(shimmer(tmp_path / "a.csv"))
    assert trial.emg.names == ("A_EMG_CH1_24BIT_CAL",)
    assert trial.emg.sfreq == pytest.approx(512, rel=1e-6)
    np.testing.assert_allclose(trial.emg.data[0], X[0].astype(float) * 1e-3)
    np.testing.assert_allclose(trial["acc"].data[0], X[1].astype(float))
    assert trial["other"].names == ("A_Battery_CAL", "A_EMG_CH2_24BIT_RAW")


def test_shimmer_times_may_jitter_and_are_told_to(tmp_path: Path) -> None:
    trial = read(shimmer(tmp_path / "a.csv", jitter=2.0))
    assert trial.emg.sfreq == pytest.approx(512, rel=1e-3)
    assert trial.notices[0].code == "time-jitter"


def test_shimmer_samples_that_are_lost_are_refused_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"not evenly spaced.*row 104.*within 5 intervals"):
        read(shimmer(tmp_path / "a.csv", lost=30))


# --------------------------------------------------------------------------------------------------------- LabChart


def labchart(
    path: Path, *, times: bool = True, decimal: str = ".", comment: str = "\t#* start of squat", begins: float = 0.0,
    head_end: tuple[str, ...] = ("Range=\t2.000 mV\t200 deg", "UnitName=\tmV\tdeg"),
) -> Path:  # fmt: skip
    head = ["Interval=\t0.5 ms", "ExcelDateTime=\t4.5e+004\t1", "TimeFormat=\tStartOfBlock", "DateFormat=\t"]
    head += ["ChannelTitle=\tVL\tknee", *head_end]
    rows = []
    for i, (a, b) in enumerate(zip(*X[:2], strict=True)):
        cells = [*([f"{begins + i * 0.0005:.4f}"] if times else []), repr(float(a)), repr(float(b))]
        rows.append("\t".join(cells).replace(".", decimal) + (comment if i == 40 else ""))
    path.write_text("\n".join([*head, *rows]) + "\n")
    return path


@pytest.mark.parametrize("times", [True, False])
@pytest.mark.parametrize("decimal", [".", ","])
def test_labchart_channels_have_units_rate_and_comments(tmp_path: Path, times: bool, decimal: str) -> None:
    trial = read(labchart(tmp_path / "a.txt", times=times, decimal=decimal))
    assert trial.emg.sfreq == 2000
    np.testing.assert_allclose(trial.emg.data[0], X[0].astype(float) * 1e-3)
    np.testing.assert_allclose(trial["angle"].data[0], X[1].astype(float))
    assert [(event.onset, event.label) for event in trial.events] == [(0.02, "start of squat")]


@pytest.mark.parametrize("end", [("Range=\t100.00 mV\t10.000 V",), ("Range=\t100.00 mV\t10.000 V", "UnitName=\t*\t*")])
def test_labchart_channels_without_a_conversion_have_the_unit_of_their_range(tmp_path: Path, end: tuple[str]) -> None:
    trial = read(labchart(tmp_path / "a.txt", head_end=end, begins=0.5))
    assert [(one.name, one.unit, one.unit_source) for one in trial.emg.channels] == [
        ("VL", "V", "heuristic"), ("knee", "V", "heuristic"),
    ]  # fmt: skip
    np.testing.assert_allclose(trial.emg.data, X[:2].astype(float) * [[1e-3], [1.0]])
    assert trial.notices[0].text == ("The unit of 'VL' and 'knee' is that of the range, since the file gives no other.")
    assert (trial.emg.start, trial.events[0].onset) == (0.5, pytest.approx(0.52))


def test_a_labchart_channel_without_a_unit_among_others_is_a_number(tmp_path: Path) -> None:
    trial = read(labchart(tmp_path / "a.txt", head_end=("Range=\t2.000 mV\t1.1000 ", "UnitName=\tmV\t")))
    assert [(one.name, one.unit) for one in trial["other"].channels] == [("knee", "n/a")]


def test_labchart_blocks_are_refused_as_recordings_of_their_own(tmp_path: Path) -> None:
    path = labchart(tmp_path / "a.txt")
    path.write_text(path.read_text() * 2)
    with pytest.raises(FormatError, match=r"several blocks.*row 258.*Export each block"):
        read(path)


def test_labchart_blocks_are_recordings_at_the_times_of_their_headers(tmp_path: Path) -> None:
    head, day = "ExcelDateTime=\t4.5e+004\t1", 45855 + np.array([0.0, 90.25, 3600.5]) / 86400
    one = labchart(tmp_path / "a.txt", begins=0.5).read_text()
    (tmp_path / "a.txt").write_text(
        "".join(one.replace(head, f"ExcelDateTime=\t{at!r}\t07/17/25") for at in day.tolist())
    )
    trial = read(tmp_path / "a.txt")
    assert [trial[name].start for name in ("emg", "emg_2", "emg_3")] == [0.5, 90.75, 3601.0]
    assert (trial["emg_2"].names, trial["angle_3"].names) == (("VL (part 2)",), ("knee (part 3)",))
    for name in ("emg", "emg_2", "emg_3"):
        np.testing.assert_allclose(trial[name].data[0], X[0].astype(float) * 1e-3)
    assert [round(one.onset, 6) for one in trial.events] == [0.52, 90.77, 3601.02]
    assert [(one.code, one.text) for one in trial.notices] == [
        ("parts", "The file holds 3 blocks: they are 3 recordings, each with its own beginning.")
    ]


def test_labchart_blocks_on_the_times_of_the_file_keep_them(tmp_path: Path) -> None:
    texts = [labchart(tmp_path / "a.txt", begins=begins).read_text() for begins in (0.0, 7.5)]
    (tmp_path / "a.txt").write_text("".join(texts).replace("StartOfBlock", "StartOfFile"))
    trial = read(tmp_path / "a.txt")
    assert (trial["emg"].start, trial["emg_2"].start, trial.events[1].onset) == (0.0, 7.5, pytest.approx(7.52))


def test_damage_in_a_later_labchart_block_names_its_row(tmp_path: Path) -> None:
    text = labchart(tmp_path / "a.txt").read_text()
    for change, message in [
        (text.replace("Interval=\t0.5 ms", "Interval=\t?"), "header of the LabChart text cannot be read.*row 258"),
        (text[: text.index("\n0.0000")] + "\n", "holds no values.*row 258"),
        (text.replace("\n0.0000\t", "\n0.0000\t1\t2\t3\t"), "do not fit together.*row 265"),
    ]:
        (tmp_path / "a.txt").write_text(text + change)
        with pytest.raises(FormatError, match=message):
            read(tmp_path / "a.txt")


# ----------------------------------------------------------------------------------------------------------- damage


@pytest.mark.fuzz("poly5", "shimmer", "labchart")
@pytest.mark.parametrize("write", [poly5, shimmer, labchart])
def test_damage_is_read_or_refused_and_nothing_else(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    whole = write(tmp_path / ("whole.csv" if write is shimmer else "whole.txt"))
    raw, rng, refused = whole.read_bytes(), np.random.default_rng(1), []
    for trial in range(200):
        changed = bytearray(raw)
        if trial % 2:
            for place in rng.integers(len(raw) if trial % 4 == 1 else 400, size=rng.integers(1, 6)):
                changed[place] = rng.integers(256)
        else:
            changed = changed[: max(1, 64 * trial % len(raw))]
        path = tmp_path / f"a{whole.suffix}"
        path.write_bytes(changed)
        try:
            read(path)
        except EmgkitError as problem:
            refused.append(len(str(problem)))
    assert len(refused) > 50
    assert max(refused) <= 700
