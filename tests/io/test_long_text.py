"""A long text is parsed from its file; it gives what the same text gives where it is read whole."""

import numpy as np
import pytest

from emgkit.errors import EmgkitError
from emgkit.io import _long_text, read

HEADS = (
    "time (s),VL (mV),BF (mV)\n",
    "# made by a program\ntime (s),VL (mV),BF (mV)\n",
    '"Bar of 20\ntime (s),VL (mV),BF (mV)\n',
    'Exported by "Lab 1"\n\ntime (s),VL (mV),BF (mV)\n',
    '"time (s)","VL (mV)","BF (mV)"\n',
    "time,VL,BF\ns,µV,µV\n",
    "VL,BF,count\n",
    "",
)
SPOILT = (
    "\n", "\n\n", "\r", "\r\n", '"', '""', ",", ";", ".", "#", "# end\n", "e", "e5", "1e999", "nan", "NaN", "inf", "-",
    "é", "\0", "  ", "1,104", "1.2.3", "0,0,0\n", "0,0,0", "0,0,0,0\n", "VL\n", "12:30:01.5",
)  # fmt: skip


def table(rng, *, rows=420):
    """A table of text that is mostly sound."""
    numbers = rng.normal(size=(rows, 3))
    numbers[:, 0] = np.arange(rows) / 1000
    digits = rng.integers(1, 6)
    lines = [",".join([f"{row[0]:.3f}", *(f"{one:.{digits}f}" for one in row[1:])]) for row in numbers]
    end = ["\n", "", "\n\n", "\r\n"][rng.choice(4, p=[0.7, 0.1, 0.1, 0.1])]
    text = HEADS[rng.integers(len(HEADS))] + "\n".join(lines) + end
    kind = rng.integers(6)
    if kind == 0:
        text = text.replace(",", ["\t", ";", " "][rng.integers(3)])
    elif kind == 1:
        text = text.replace(",", ";").replace(".", ",")
    elif kind == 2:
        text = text.replace("\n", "\r\n")
    elif kind == 3:
        text = text.replace("\n", ",\n")
    return text


def outcome(path, monkeypatch, *, long, **given):
    monkeypatch.setattr(_long_text, "_LONG", 0 if long else 1 << 40)
    monkeypatch.setattr(_long_text, "_AT_ONCE", 500)
    try:
        trial = read(path, **given)
    except EmgkitError as error:
        return type(error), str(error)
    return [
        (stream, recording.sfreq, recording.start, recording.names, recording.data.tobytes())
        for stream, recording in trial.items()
    ], trial.notices


@pytest.mark.fuzz("delimited")
@pytest.mark.parametrize("block", range(4))
def test_a_long_text_and_a_short_one_read_alike(tmp_path, monkeypatch, block):
    path, read_whole = tmp_path / "a.csv", []
    for seed in range(100 * block, 100 * block + 40):
        rng = np.random.default_rng(seed)
        text = table(rng)
        for _ in range(rng.integers(3)):
            at = rng.integers(len(text)) if rng.random() < 0.7 else len(text) - rng.integers(40)
            text = text[:at] + SPOILT[rng.integers(len(SPOILT))] + text[at + rng.integers(2) :]
        if rng.random() < 0.15:
            text = text[: -rng.integers(1, 30)]
        path.write_bytes(text.encode(["utf-8", "utf-8-sig", "cp1252"][rng.integers(3)]))
        given = [{}, {"units": "mV"}, {"units": "mV", "sfreq": 1000}][rng.integers(3)]
        long = outcome(path, monkeypatch, long=True, **given)
        assert long == outcome(path, monkeypatch, long=False, **given), seed
        read_whole.append(isinstance(long[0], list))
    assert any(read_whole)
    assert not all(read_whole)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("head", HEADS[:2] + HEADS[3:6])
def test_a_plain_long_text_stays_in_its_file(tmp_path, monkeypatch, head, end):
    rows = "".join(f"{row / 1000:.3f},{row % 7 - 3.5},{row % 5 + 0.25}\n" for row in range(400))
    path = tmp_path / "a.csv"
    path.write_bytes((head + rows).replace("\n", end).encode())
    monkeypatch.setattr(_long_text, "_LONG", 0)
    monkeypatch.setattr("emgkit.io.formats.delimited.decoded", None)
    emg = read(path).emg
    np.testing.assert_allclose(emg.data[0], (np.arange(400) % 7 - 3.5) * (1e-6 if "µ" in head else 1e-3), rtol=1e-15)
    assert emg.sfreq == 1000
