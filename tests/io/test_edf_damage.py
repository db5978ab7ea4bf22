"""EDF and BDF files damaged at random: read, or refused by an error of emgkit's own, in seconds."""

from __future__ import annotations

import time

import numpy as np
import pytest

from emgkit.errors import EmgkitError
from emgkit.io import Overrides, load, read, survey

JUNK = (
    b"", b"-1", b"0", b"1", b"-0", b"99999999", b"-9999999", b"nan", b"inf", b"1e308", b"-1e308", b"1e-308", b"1_000",
    b"0.5", b"1,5", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xb5V", b"\xc2\xb5V", b"Boolean", b"EDF+D", b"BDF+C",
)  # fmt: skip
# widths of the fields of the header, the first part and then one a signal
FIRST = (8, 80, 80, 8, 8, 8, 44, 8, 8, 4)
SIGNAL = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)


def whole_files(edf_bytes) -> list[bytes]:
    clock = [b"+%d\x14\x14\x00" % n + (b"+1.5\x150.5\x14squat\x14\x00" if n == 1 else b"") for n in range(4)]
    channels = [{"label": "EMG VL"}, {"label": "knee", "unit": "deg", "samples": 5}]
    status = {"label": "Status", "unit": "Boolean"}
    return [
        edf_bytes(channels, clock=clock, kind="EDF+C"),
        edf_bytes([*channels, status], clock=clock, kind="BDF+D", bdf=True),
        edf_bytes(channels),
        edf_bytes([*channels, status], bdf=True),
        edf_bytes([{"label": "a"}, {"label": "a"}, {"label": "", "physical": (0, 0)}], count=-1),
    ]


def fields(n_signals: int) -> list[tuple[int, int]]:
    """First byte and width of every field of a header."""
    widths = [*FIRST, *(width for width in SIGNAL for _ in range(n_signals))]
    return list(zip(np.cumsum([0, *widths[:-1]]).tolist(), widths, strict=True))


def damaged(raw: bytes, rng: np.random.Generator) -> bytes:
    """The file with one to four kinds of damage."""
    header = int(raw[184:192])
    for _ in range(rng.integers(1, 5)):
        kind = rng.integers(5)
        changed = bytearray(raw)
        if kind == 0:  # bits of the header
            for place in rng.integers(8, min(header, len(raw)), size=rng.integers(1, 9)):
                changed[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:  # bytes anywhere
            for place in rng.integers(8, len(raw), size=rng.integers(1, 9)):
                changed[place] = int(rng.integers(256))
        elif kind == 2:  # another end
            cut = int(rng.integers(200, len(raw)))
            changed = changed[:cut] if rng.integers(2) else changed + changed[cut:]
        else:  # a field of the header
            start, width = fields(header // 256 - 1)[rng.integers(1, 10 * (header // 256))]
            changed[start : start + width] = JUNK[rng.integers(len(JUNK))].ljust(width)[:width]
        raw = bytes(changed) if len(changed) > 256 else raw
    return raw


def outcome(run):
    """What the call gives back, or the error of emgkit's own that it raises."""
    try:
        return run()
    except EmgkitError as error:
        return error


@pytest.mark.fuzz("edf", "bdf")
@pytest.mark.parametrize("seed", range(400))
def test_damage_is_read_or_refused_and_nothing_else(tmp_path, edf_bytes, seed):
    rng = np.random.default_rng(seed)
    files = whole_files(edf_bytes)
    path = tmp_path / ("a.bdf" if seed % 5 in (1, 3) else "a.edf")
    path.write_bytes(damaged(files[seed % 5], rng))
    began = time.process_time()
    trial = outcome(lambda: read(path))
    if isinstance(trial, EmgkitError):
        assert trial.what
        assert len(str(trial)) < 3000
    else:
        assert all(np.isfinite(stream.data).all() and stream.sfreq > 0 for stream in trial.values())
        assert all(0 <= event.duration < np.inf for event in trial.events)
    outcome(lambda: survey(load(path), Overrides(), where="a"))
    assert time.process_time() - began < 10


@pytest.mark.parametrize("which", range(5))
def test_every_field_of_the_header_may_hold_any_junk(tmp_path, edf_bytes, which):
    raw = whole_files(edf_bytes)[which]
    path = tmp_path / ("a.bdf" if which in (1, 3) else "a.edf")
    outcomes = set()
    for start, width in fields(int(raw[184:192]) // 256 - 1):
        for junk in JUNK:
            path.write_bytes(raw[:start] + junk.ljust(width)[:width] + raw[start + width :])
            outcomes.add(isinstance(outcome(lambda: read(path)), EmgkitError))
    assert outcomes == {True, False}


def test_many_signals_and_records_take_no_time(tmp_path, edf_bytes):
    path = tmp_path / "a.edf"
    path.write_bytes(edf_bytes([{"label": f"c{n}", "samples": 1} for n in range(5000)], records=2))
    began = time.process_time()
    assert len(read(path).emg.names) == 5000
    clock = [b"+%d.5\x14\x14\x00" % n for n in range(20000)]
    path.write_bytes(edf_bytes([{"samples": 1}], records=20000, clock=clock))
    assert read(path).emg.data.shape == (1, 20000)
    assert time.process_time() - began < 10
