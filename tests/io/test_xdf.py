"""XDF: the real files of the format's authors to their published values, and built ones for what they do not hold."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import FormatError, UnitError
from emgkit.io import detect, read

pytest.importorskip("pyxdf", reason="XDF recordings need pyxdf")

RNG = np.random.default_rng(0)
FORMS = {"float32": "<f4", "double64": "<f8", "int16": "<i2", "int32": "<i4", "int64": "<i8", "int8": "<i1"}


# ------------------------------------------------------------------------------------- a writer by the specification


def chunk(tag: int, content: bytes, *, wide: int = 4) -> bytes:
    return bytes([wide]) + (len(content) + 2).to_bytes(wide, "little") + struct.pack("<H", tag) + content


def header(
    number: int, *, name: str = "Trigno", kind: str = "EMG",
    channels: Sequence[tuple[str, str, str]] = (("VL", "EMG", "uV"),),
    rate: float = 1000.0, form: str = "float32", described: bool = True,
) -> bytes:  # fmt: skip
    parts = "".join(f"<channel><label>{a}</label><type>{b}</type><unit>{c}</unit></channel>" for a, b, c in channels)
    desc = f"<desc><channels>{parts}</channels></desc>" if described else "<desc/>"
    info = f"<info><name>{name}</name><type>{kind}</type><channel_count>{len(channels)}</channel_count>"
    info += f"<nominal_srate>{rate}</nominal_srate><channel_format>{form}</channel_format>{desc}</info>"
    return chunk(2, struct.pack("<I", number) + f'<?xml version="1.0"?>{info}'.encode())


def varlen(value: int) -> bytes:
    return b"\x01" + bytes([value]) if value < 256 else b"\x04" + value.to_bytes(4, "little")


def samples(
    number: int, values: np.ndarray | Sequence[str], times: Sequence[float | None], *, form: str = "float32"
) -> bytes:
    body = varlen(len(times))
    for row, time in zip(values, times, strict=True):
        body += b"\0" if time is None else b"\x08" + struct.pack("<d", time)
        text = row.encode() if isinstance(row, str) else b""
        body += varlen(len(text)) + text if isinstance(row, str) else np.asarray(row).astype(FORMS[form]).tobytes()
    return chunk(3, struct.pack("<I", number) + body)


def offset(number: int, time: float, value: float) -> bytes:
    return chunk(4, struct.pack("<Idd", number, time, value))


def footer(number: int, count: int) -> bytes:
    return chunk(6, struct.pack("<I", number) + f"<info><sample_count>{count}</sample_count></info>".encode())


def file(*chunks: bytes) -> bytes:
    return b"XDF:" + chunk(1, b"<info><version>1.0</version></info>", wide=1) + b"".join(chunks)


TIMES = 5.0 + np.arange(400) / 1000
EMG = RNG.normal(size=(400, 2)) * 50
TWO = (("R VL", "EMG", "microvolts"), ("Acc X", "ACC", "g"))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(raw: bytes, name: str = "a.xdf") -> Path:
        (tmp_path / name).write_bytes(raw)
        return tmp_path / name

    return write


# --------------------------------------------------------------------------------------------------- the real files


def test_the_published_values_of_the_minimal_file(recordings: Path) -> None:
    trial = read(recordings / "xdf" / "minimal.xdf")
    stream = trial["other"]
    assert stream.names == ("SendDataC 1", "SendDataC 2", "SendDataC 3")
    assert (stream.sfreq, stream.start, stream.channels[0].kind) == (10, 0, "EEG")
    published = [[192, 255, 238], *([a, a + 10, a + 20] for a in (12, 13, 14, 15, 12, 13, 14, 15))]
    np.testing.assert_array_equal(stream.data.T, published)
    assert [one.label for one in trial.events][1:] == ["Hello", "World", "from", "LSL", "Hello", "World", "from", "LSL"]
    # the clock of the numbers is 0.1 s behind, that of the texts has no offsets
    np.testing.assert_allclose([one.onset for one in trial.events], 0.1 + np.arange(9) / 10, atol=1e-9)
    assert "the clocks of 1 of 2 streams were brought together" in trial.notices[0].text


def test_a_clock_that_was_reset_gives_two_recordings_on_one_time(recordings: Path) -> None:
    trial = read(recordings / "xdf" / "clock_resets.xdf")
    first, second = trial["other"], trial["other_2"]
    assert (first.data.shape, second.data.shape) == ((8, 12876), (8, 27815 - 12876))
    np.testing.assert_allclose(first.data[:3, 0], [0.142, 0.463, 0.354], atol=5e-4)
    np.testing.assert_allclose(second.data[-3:, -1], [0.123, 0.711, 0.892], atol=5e-4)
    # the published tables have the times of the straight line, the footers those of the file; 652340.284 and 1121.166
    # are the published clock offsets
    zero = 653150.379117 - 652340.284
    assert first.start == pytest.approx(653150.314061 - 653150.379117, abs=2e-3)
    end = second.start + (second.data.shape[1] - 1) / second.sfreq
    assert end == pytest.approx(262.018644 + 1121.166 - zero, abs=2e-3)
    assert len(trial.events) == 175
    assert trial.events[0].onset == pytest.approx(653153.212188 - 653150.379117, abs=2e-3)
    assert trial.events[-1].onset == pytest.approx(259.653828 + 1121.166 - zero, abs=2e-3)
    assert {one.code for one in trial.notices} >= {"parts", "rate-contradiction", "time-jitter", "times-synchronised"}


def test_empty_streams_are_left_out_and_told(recordings: Path) -> None:
    trial = read(recordings / "xdf" / "empty_streams.xdf")
    np.testing.assert_array_equal(trial["other"].data, [np.arange(10)])
    assert (trial["other"].names, trial["other"].sfreq) == (("ch:00",), 1)
    assert trial["other"].start == pytest.approx(91725.213948 - 91725.014004, abs=1e-4)
    assert [one.label for one in trial.events] == ['{"state": 2}']
    assert "'Empty data stream: test stream 0 counter'" in trial.notices[0].text


# ---------------------------------------------------------------------------------------------------- built files


@pytest.mark.parametrize("form", ["float32", "double64", "int16", "int64"])
@pytest.mark.parametrize("stamps", ["all", "first", "some"])
def test_channels_have_the_labels_units_and_kinds_of_their_descriptions(written, form, stamps) -> None:
    times = [t if stamps == "all" or not i or (stamps == "some" and i % 7 == 0) else None for i, t in enumerate(TIMES)]
    values = EMG.astype(FORMS[form])
    raw = file(header(1, channels=TWO, form=form), samples(1, values, times, form=form), footer(1, 400))
    path = written(raw)
    trial = read(path)
    assert detect(path).name == "xdf"
    assert (trial.emg.names, trial.emg.sfreq, trial.emg.channels[0].muscle) == (("R VL",), 1000, "vastus_lateralis")
    np.testing.assert_allclose(trial.emg.data[0], values[:, 0].astype(float) * 1e-6, rtol=1e-12)
    np.testing.assert_allclose(trial["acc"].data[0], values[:, 1].astype(float) * 9.80665, rtol=1e-12)
    packed = read(written(gzip.compress(raw), "a.xdfz"))
    np.testing.assert_array_equal(packed.emg.data, trial.emg.data)


def test_clocks_are_brought_together_and_irregular_streams_are_events(written) -> None:
    trial = read(
        written(
            file(
                header(1, channels=TWO),
                header(2, name="cues", kind="Markers", channels=[("", "", "")], rate=0, form="string"),
                header(3, name="codes", kind="Markers", channels=[("", "", "")], rate=0, form="int32"),
                header(4, name="gaze", kind="Gaze", channels=TWO, rate=0),
                samples(1, EMG, TIMES.tolist()), offset(1, 5.0, 100.0), offset(1, 10.0, 100.0),
                samples(2, ["go"], [105.25]), samples(3, np.array([[7]]), [105.5], form="int32"),
                samples(4, EMG[:2], [105.0, 105.7]),
            )
        )
    )  # fmt: skip
    np.testing.assert_allclose([one.onset for one in trial.events], [0.25, 0.5], atol=1e-6)
    assert [(one.label, one.columns["stream"]) for one in trial.events] == [("go", "cues"), ("7", "codes")]
    assert trial.emg.start == pytest.approx(0, abs=1e-6)
    assert any(one.text == "Left out, since they have no rate and are no events: 'gaze'." for one in trial.notices)


def test_a_pause_makes_two_recordings_and_jitter_is_told(written) -> None:
    times = TIMES + RNG.uniform(-2e-3, 2e-3, 400)
    times[250:] += 3.0
    trial = read(written(file(header(1, channels=TWO), samples(1, EMG, np.sort(times).tolist()))))
    assert trial["emg"].names + trial["emg_2"].names == ("R VL (part 1)", "R VL (part 2)")
    assert (trial["emg"].data.shape[1], trial["emg_2"].data.shape[1]) == (250, 150)
    assert trial["emg_2"].start == pytest.approx(3.25, abs=5e-3)
    texts = {one.code: one.text for one in trial.notices}
    assert texts["parts"].startswith("The times of 'Trigno' jump: it is 2 recordings, with 3.00")
    assert "intervals" in texts["time-jitter"]


def test_a_rate_that_the_time_stamps_deny_is_told(written) -> None:
    trial = read(written(file(header(1, channels=TWO), samples(1, EMG, (TIMES * 0.9).tolist()))))
    assert trial.emg.sfreq == pytest.approx(1000 / 0.9)
    assert any("says 1000 Hz; its time stamps give 1111.1111 Hz" in one.text for one in trial.notices)


def test_emg_without_a_unit_is_asked_for_and_samples_that_are_no_number_are_left_out(written) -> None:
    path = written(file(header(1, channels=[("VL", "", "")]), samples(1, EMG[:, :1], TIMES.tolist())))
    with pytest.raises(UnitError, match="'VL' has no unit"):
        read(path)
    assert read(path, units="mV").emg.channels[0].unit_source == "user"
    broken = EMG.copy()
    broken[7, 0] = np.nan
    trial = read(written(file(header(1, channels=TWO), samples(1, broken, TIMES.tolist()))))
    assert list(trial) == ["acc"]
    assert any(one.text == "Left out, since samples of it are not numbers: 'R VL'." for one in trial.notices)


def test_the_hint_names_the_extra(written, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyxdf", None)
    with pytest.raises(FormatError, match=r'needs the library pyxdf.*pip install "emgkit\[xdf\]"'):
        read(written(file(header(1), samples(1, EMG[:, :1], TIMES.tolist()))))


WHOLE = file(header(1), samples(1, EMG[:20, :1], TIMES[:20].tolist()), offset(1, 5.0, 1.0), footer(1, 20))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (WHOLE[:-5], r"cut off or damaged.*byte \d+.*a recorder that crashed"),
        (file(header(1), header(1)), "stream begins twice.*stream 1"),
        (file(samples(2, EMG[:, :1], TIMES.tolist())), "of a stream that has not begun.*stream 2"),
        (file(), "has no stream"),
        (file(header(1)), "holds no signal"),
        (file(header(1, form="int128")), "header of a stream is damaged.*'int128'"),
        (file(header(1, rate=-5)), "header of a stream is damaged"),
        (file(header(1), chunk(3, struct.pack("<I", 1) + b"\x04\xff\xff\xff\x7f")), "chunk of the XDF file is damaged"),
        (file(header(1), chunk(4, struct.pack("<I", 1))), "clock offset is damaged.*16 bytes"),
        (file(header(1), samples(1, EMG[:, :1], [float("nan")] * 400)), "time stamp is not a number"),
        (file(header(1), samples(1, EMG[:, :1], [5.0] * 400)), "not evenly spaced.*times that do not go on"),
        (file(header(1), samples(1, EMG[:1, :1], [5.0])), "no two samples in a row"),
        (file(header(1), samples(1, EMG[:, :1], np.cumsum([1e-3, 2.0] * 200).tolist())), "jump too often.*201 parts"),
        (file(chunk(2, struct.pack("<I", 1) + b"<!DOCTYPE a><info/>")), "description is damaged.*a declaration"),
    ],
)  # fmt: skip
def test_damage_is_named(written, raw, message) -> None:
    with pytest.raises(FormatError, match=message):
        read(written(raw))


def test_a_packed_bomb_is_refused(written) -> None:
    with pytest.raises(FormatError, match="unpack to more than a recording can"):
        read(written(gzip.compress(b"XDF:" + bytes(30_000_000)), "a.xdfz"))


@pytest.mark.fuzz("xdf")
def test_damaged_files_are_read_or_refused(survives) -> None:
    texts = header(2, name="cues", channels=[("", "", "")], rate=0, form="string") + samples(
        2, ["go", "stop"], [5.0, 5.1]
    )
    assert survives(WHOLE + texts, name="a.xdf") <= {"Trial", "FormatError", "FileError", "UnitError"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 2**64 - 1), times=st.lists(st.floats(), min_size=20, max_size=20), clock=st.floats())
def test_numbers_and_times_may_be_any(tmp_path, outcome, count, times, clock) -> None:
    outcome(tmp_path / "a.xdf", file(header(1), samples(1, EMG[:20, :1], times), offset(1, clock, clock)))
    outcome(tmp_path / "a.xdf", file(header(1), chunk(3, struct.pack("<I", 1) + b"\x08" + struct.pack("<Q", count))))
