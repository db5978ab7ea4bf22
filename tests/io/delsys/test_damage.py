"""Delsys files damaged at random: read, or refused by an error of emgkit's own, in bounded time and memory."""

from __future__ import annotations

import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import EmgkitError, FormatError
from emgkit.io import Overrides, load, read, survey

EMG, ACC = 29 * 2000 / 27, 2000 / 27
FORMS = ("discover", "discover-times", "discover-markers", "emgworks", "emgworks-lines", "emg", "hpf")
ENDINGS = {"emg": ".emg", "hpf": ".hpf"}
NAMES = {"discover": "delsys-discover", "emgworks": "delsys-emgworks", "emg": "delsys-emg", "hpf": "delsys-hpf"}
JUNK = (
    b"", b"-1", b"0", b"1e999", b"nan", b"inf", b"-0", b"1_000", b"1,5", b'"', b";", b"\t", b"\r", b"\n", b"\0",
    b"\xff", b"Hz", b" Hz", b"-1 Hz", b"(mV)", b"()", b", ", b",,,,", b"Time Series (s)", b"sensor mode: 1", b"X[s]",
    b"Label: ", b"9" * 400, b"\xef\xbb\xbf", b"\xff\xfe", b"<!DOCTYPE a>", b"]]>", b"&lt;", b"\x80\0\0\0",
    b"\xff\xff\xff\x7f",
)  # fmt: skip


@pytest.fixture(scope="session")
def whole(make) -> dict[str, bytes]:
    """A small file of each kind."""
    rng = np.random.default_rng(0)
    fast, slow = rng.normal(size=12).round(5), rng.normal(size=3).round(5)
    sensors = [
        ("R GMAX (1)", [("EMG 1", "mV", EMG, fast), ("ACC X", "G", ACC, slow)]),
        ("L BF (2)", [("EMG 1", "mV", EMG, fast), ("Analog ?", "%", ACC, slow)]),
        ("HR Strap  (6)", [("Heart Rate", "BPM", -1.0, slow)]),
    ]
    channels = [("s 1: EMG 1", "V", EMG, fast), ("s 1: ACC.X 1", "g", ACC, slow), ("s 2: EMG 2", "V", EMG, fast)]
    stored = [*channels[:1], ("s 1: ACC.X 1", "g", ACC, np.pad(slow, (0, 9))), *channels[2:]]
    return {
        "discover": make["discover"](sensors).encode(),
        "discover-times": make["discover"](sensors, times=True, sep=";", decimal=",").encode(),
        "discover-markers": make["discover"](sensors, times=True, version="2.1.0.7", markers=[("a", 0.0)]).encode(),
        "emgworks": make["emgworks"](channels, lines=False).encode(),
        "emgworks-lines": make["emgworks"](channels).encode(),
        "emg": make["emg"]([("VL", range(40)), ("BF", range(40))]),
        "hpf": make["hpf"](stored, block=5, chunk=512, events=1),
    }


def outcome(run):
    """What the call gives back, or the error of emgkit's own that it raises."""
    try:
        return run()
    except EmgkitError as error:
        return error


def tried(path, form: str) -> bool:
    """Whether the file is read, else it is refused by emgkit's own error; soon."""
    began = time.process_time()
    known = NAMES[form.split("-")[0]]
    trial = outcome(lambda: read(path, format=known))
    if isinstance(trial, EmgkitError):
        assert trial.what
        assert len(str(trial)) <= (600 if isinstance(trial, FormatError) else 3000)
    else:
        assert all(np.isfinite(stream.data).all() and stream.sfreq > 0 for stream in trial.values())
        assert all(np.isfinite([event.onset, event.duration]).all() for event in trial.events)
    outcome(lambda: survey(load(path, format=known), Overrides(), where="a"))
    assert time.process_time() - began < 5
    return not isinstance(trial, EmgkitError)


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_file_is_read(tmp_path, whole, form):
    path = tmp_path / f"a{ENDINGS.get(form, '.csv')}"
    path.write_bytes(whole[form])
    assert tried(path, form)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_ends_early_is_read_or_refused(tmp_path, whole, form):
    path, raw = tmp_path / f"a{ENDINGS.get(form, '.csv')}", whole[form]
    outcomes = set()
    for end in range(1, len(raw), 64 if len(raw) > 4000 else 16):
        path.write_bytes(raw[:end])
        outcomes.add(tried(path, form))
    # a file of fixed size is refused wherever it ends
    assert False in outcomes
    assert form not in ("emg",) or outcomes == {False}


@pytest.mark.fuzz("delsys-discover", "delsys-emgworks", "delsys-emg", "delsys-hpf")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_bytes_that_flip_are_read_or_refused(tmp_path, whole, form, seed):
    rng = np.random.default_rng(seed)
    path = tmp_path / f"a{ENDINGS.get(form, '.csv')}"
    for _ in range(40):
        raw = bytearray(whole[form])
        for place in rng.integers(0, len(raw), size=rng.integers(1, 6)):
            raw[place] = int(rng.integers(256)) if rng.integers(2) else raw[place] ^ (1 << int(rng.integers(8)))
        path.write_bytes(bytes(raw))
        tried(path, form)


@pytest.mark.fuzz("delsys-discover", "delsys-emgworks", "delsys-emg", "delsys-hpf")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_junk_anywhere_is_read_or_refused(tmp_path, whole, form, seed):
    rng = np.random.default_rng(seed)
    path = tmp_path / f"a{ENDINGS.get(form, '.csv')}"
    for _ in range(40):
        raw = whole[form]
        for _ in range(rng.integers(1, 4)):
            junk, first = JUNK[rng.integers(len(JUNK))], int(rng.integers(len(raw)))
            raw = raw[:first] + junk + raw[first + (len(junk) if rng.integers(2) else int(rng.integers(20))) :]
        path.write_bytes(raw or b" ")
        tried(path, form)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("form", ["discover", "emgworks-lines"])
def test_headers_of_any_text_are_read_or_refused(tmp_path, whole, form, data):
    lines = whole[form].decode().split("\n")
    for row in range(min(7, len(lines))):
        if data.draw(st.booleans()):
            cells = lines[row].split(",")
            cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.text(max_size=12))
            lines[row] = ",".join(cells)
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(lines).encode("utf-8", "replace"))
    tried(path, form)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    width=st.integers(0, 2**32 - 1),
    samples=st.integers(0, 2**32 - 1),
    rate=st.floats(),
    first=st.integers(0, 2**32 - 1),
)
def test_numbers_of_an_emg_header_may_be_any(tmp_path, whole, width, samples, rate, first):
    raw = bytearray(whole["emg"])
    for byte, form, value in ((295, "<I", width), (299, "<I", samples), (307, "<d", rate), (323, "<I", first)):
        struct.pack_into(form, raw, byte, value)
    path = tmp_path / "a.emg"
    path.write_bytes(bytes(raw))
    tried(path, "emg")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), value=st.integers(-(2**63), 2**63 - 1), wide=st.booleans())
def test_numbers_of_hpf_chunks_may_be_any(tmp_path, whole, place, value, wide):
    raw = bytearray(whole["hpf"])
    # the beginnings of chunks: kind, size, group, first sample, number of channels, table
    chunks = [
        byte for byte in range(0, len(raw), 512) if raw[byte : byte + 1] == b"\0" and raw[byte + 1] >> 4 in range(1, 7)
    ]
    byte = chunks[place % len(chunks)] + 4 * (place // len(chunks) % 14)
    struct.pack_into("<q" if wide else "<i", raw, byte, value if wide else value >> 32)
    path = tmp_path / "a.hpf"
    path.write_bytes(bytes(raw))
    tried(path, "hpf")


@pytest.mark.parametrize(
    ("form", "byte", "claim"),
    [
        ("emg", 299, struct.pack("<I", 2**31)),
        ("emg", 295, struct.pack("<I", 2**31)),
        ("hpf", 8, struct.pack("<q", 2**40)),
    ],
)
def test_a_header_that_claims_more_than_the_file_holds_takes_no_memory(tmp_path, whole, form, byte, claim):
    raw = whole[form]
    path = tmp_path / f"a.{form}"
    path.write_bytes(raw[:byte] + claim + raw[byte + len(claim) :])
    tracemalloc.start()
    assert not tried(path, form)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6


def test_wide_and_deep_headers_take_no_time(tmp_path, make):
    path = tmp_path / "a.csv"
    path.write_text(
        "Application:, Trigno Discover (1.7.0)\n" + "sensor mode: 1," * 200_000 + "\n" + "a," * 200_000 + "\n1\n"
    )
    assert not tried(path, "discover")
    path.write_text("Application:, Trigno Discover (1.7.0)\n" * 100_000)
    assert not tried(path, "discover")
    path.write_text("Label: a Sampling frequency: 1\n" * 100_000)
    assert not tried(path, "emgworks")
    sensors = [(f"S{place} (1)", [("EMG 1", "mV", EMG, [0.5, 1.0])]) for place in range(3000)]
    path.write_text(make["discover"](sensors))
    assert tried(path, "discover")
    path = tmp_path / "a.hpf"
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    path.write_bytes(make["hpf"]([("EMG 1", "V", EMG, [1.0])], xml=lambda _: deep))
    assert not tried(path, "hpf")


def test_names_of_any_length_leave_a_message_short(tmp_path, make):
    name = "x" * 900
    files = {
        "emgworks": make["emgworks"]([(name, "V", EMG, [0.5] * 9)]).replace(f'"{name}"', '"y"'),
        "discover": make["discover"]([(f"{name} (1)", [("EMG 1", "mV", EMG, [0.5, 1.0])])], times=True).replace(
            "1\r\n", "\r\n"
        ),
        "emg": make["emg"]([(name, [1, 2])], gain=0.0),
        "hpf": make["hpf"]([(name, "V", EMG, [1.0])], fields={"DataType": "Int16"}),
    }
    for form, content in files.items():
        path = tmp_path / f"a{ENDINGS.get(form, '.csv')}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        assert not tried(path, form), form
