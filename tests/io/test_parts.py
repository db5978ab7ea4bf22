"""Reading a part of a recording."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit.errors import ArgumentError, FormatError
from emgkit.io._assembly import Block

SECONDS = 3.1


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same trial in a format that is read in parts, in one that is not, and with times that begin at 5 s."""
    folder, random = tmp_path_factory.mktemp("parts"), np.random.default_rng(3)
    rates = {"emg": 1000.0, "acc": 150.0}
    channels = {
        "emg": [ek.Channel(name=name, unit="V") for name in ("VL", "BF")],
        "acc": [ek.Channel(name="ACC X", unit="m/s^2", kind="ACCEL")],
    }
    streams = {
        name: ek.Recording(
            data=random.normal(0, 1e-4, (len(channels[name]), round(SECONDS * rate))),
            sfreq=rate,
            channels=channels[name],
        )
        for name, rate in rates.items()
    }
    events = [ek.Event(onset=0.5, duration=1.0, label="squat"), ek.Event(onset=2.0, duration=0.0, label="beep")]
    trial = ek.Trial(streams=streams, events=events)
    emg = streams["emg"]
    rows = "\n".join(f"{t:.3f},{a:.9g},{b:.9g}" for t, a, b in zip(emg.times + 5, *emg.data * 1e3, strict=True))
    (folder / "late.csv").write_text(f"time (s),VL (mV),BF (mV)\n{rows}\n", encoding="utf-8")
    rows = "\n".join(f"{a:.9g},{b:.9g}" for a, b in emg.data.T * 1e3)
    (folder / "plain.csv").write_text(f"VL (mV),BF (mV)\n{rows}\n", encoding="utf-8")
    return [
        (ek.io.write_bdf(trial, folder / "one.bdf"), None),
        (ek.io.write_edf(trial, folder / "one.edf"), None),
        (folder / "late.csv", None),
        (folder / "plain.csv", 1000.0),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 3), ends=st.tuples(st.floats(0, SECONDS), st.floats(0, SECONDS)))
@example(which=0, ends=(0.0, SECONDS))
@example(which=1, ends=(1.0, 2.0))
@example(which=1, ends=(2.9999, 3.1))
@example(which=2, ends=(0.1, 0.1 * 3))
@example(which=2, ends=(0.0, 1.000001))
@example(which=2, ends=(0.0, 1e-6))
def test_a_part_is_the_whole_cropped(files, which, ends):
    (path, sfreq), (start, stop) = files[which], sorted(ends)
    whole = ek.read(path, sfreq=sfreq)
    begins = whole.emg.start
    first, last = (np.ceil((begins + end - begins) * 1000 - 1e-3) for end in (start, stop))
    if first >= last:
        with pytest.raises(ArgumentError):
            whole.emg.crop(begins + start, begins + stop)
        return
    part = ek.read(path, sfreq=sfreq, start=start, stop=stop)
    for name, recording in part.items():
        tmin, tmax = begins + start, begins + stop
        expected = whole[name].crop(tmin, tmax)
        assert (recording.data == expected.data).all()
        assert recording.start == pytest.approx(expected.start, abs=1e-12)
        assert recording.history == ()
    tmin, tmax = begins + start, begins + stop
    overlapping = [e.label for e in whole.events if e.onset < tmax and (e.end > tmin or e.onset >= tmin)]
    assert [e.label for e in part.events] == overlapping


def test_one_end_is_enough_and_channels_that_lie_outside_are_left_out(files):
    (path, _), *_ = files
    with pytest.raises(ArgumentError, match=r"holds no sample.*a part longer than 0\.001 s"):
        ek.read(path, start=0.0101, stop=0.0102)
    whole = ek.read(path)
    assert (ek.read(path, start=2.0).emg.data == whole.emg.data[:, 2000:]).all()
    assert (ek.read(path, stop=0.25).acc.data == whole.acc.data[:, :38]).all()
    part = ek.read(path, start=0.001, stop=0.005)
    assert list(part) == ["emg"]
    assert [n.text for n in part.notices] == ["No sample of 'ACC X' lies in the part that was read: left out."]
    assert part.emg.start == 0.001


@pytest.mark.parametrize("which", [0, 2])
@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ({"start": 2.0, "stop": 1.0}, "is empty.*0 <= start < stop.*Got: start = 2 s, stop = 1 s"),
        ({"start": 1.0, "stop": 1.0}, "is empty"),
        ({"start": -0.5}, "begins before the recording.*Got: start = -0.5 s"),
        ({"start": float("nan")}, "'start' cannot be used"),
        ({"start": 3.1}, r"reaches beyond the recording.*Allowed: 0 <= start < stop <= 3\.1 s.*Got: start = 3.1 s"),
        ({"stop": 3.2}, r"reaches beyond the recording.*stop = 3\.2 s"),
        ({"start": 1e300}, "reaches beyond"),
    ],
)
def test_parts_that_are_none_are_refused(files, which, ends, text):
    with pytest.raises(ArgumentError, match=text):
        ek.read(files[which][0], **ends)


def test_a_part_without_a_rate_asks_for_it(files):
    with pytest.raises(ArgumentError, match="A part in seconds needs the sampling rate"):
        ek.read(files[3][0], stop=1.0)


def test_the_rest_of_an_edf_is_not_converted(files, monkeypatch):
    records = []
    parts = Block.parts

    def noted(block, rows, **given):
        for one in parts(block, rows, **given):
            records.append(one[1].shape[1])
            yield one

    monkeypatch.setattr(Block, "parts", noted)
    ek.read(files[1][0], start=1.2, stop=1.3)
    assert set(records) == {1}


def test_a_header_that_claims_more_than_the_file_holds_allocates_nothing(files, tmp_path):
    raw = files[1][0].read_bytes()
    path = tmp_path / "huge.edf"
    path.write_bytes(raw[:236] + b"99999999" + raw[244:])
    tracemalloc.start()
    for ends in ({}, {"stop": 1.0}):
        with pytest.raises(FormatError, match="cut off"):
            ek.read(path, **ends)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()
