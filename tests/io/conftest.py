"""A small trial with two rates, two streams and events; EDF and BDF files of any kind, byte by byte."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgkit.channels import Channel, Event
from emgkit.errors import EmgkitError
from emgkit.io import read, registry
from emgkit.recording import Recording, Trial

# how many times `make fuzz ROUNDS=…` repeats each test that damages files, every time with other damage
ROUNDS = int(os.environ.get("EMGKIT_FUZZ", "1"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat the tests that are marked with ``fuzz`` and the formats they damage."""
    if ROUNDS > 1 and metafunc.definition.get_closest_marker("fuzz") is not None:
        metafunc.fixturenames.append("fuzz_round")
        metafunc.parametrize("fuzz_round", range(ROUNDS), indirect=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In `make fuzz`, how many damaged files each reader was given."""
    if "EMGKIT_FUZZ" not in os.environ:
        return
    counts: Counter[str] = Counter()
    for report in [one for kind in terminalreporter.stats.values() for one in kind]:
        if getattr(report, "when", None) == "teardown":
            counts.update(dict(report.user_properties).get("damaged files", {}))
    terminalreporter.section("damaged files a reader")
    for name, count in sorted(counts.items()):
        terminalreporter.line(f"{count:9,} {name}")


@pytest.fixture(autouse=True)
def _damaged_files_are_counted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count the files that each reader is given in a test that is marked with ``fuzz``."""
    counts: Counter[str] = Counter()

    def counted(choose: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def chosen(given: Any) -> Any:
            found = choose(given)
            counts[found.name] += 1
            return found

        return chosen

    if request.node.get_closest_marker("fuzz") is not None:
        for name in ("detect", "named"):
            monkeypatch.setattr(f"emgkit.io.reading.{name}", counted(getattr(registry, name)))
    yield
    if counts:
        request.node.user_properties.append(("damaged files", dict(counts)))


@pytest.fixture(autouse=True)
def _readers_answer_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that a reader did not foresee fails a test here, though a user is told that the file is damaged."""
    monkeypatch.setattr("emgkit.io.reading._UNFORESEEN", ())


@pytest.fixture
def fuzz_round(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other random numbers in every round but the first, whatever seed a test gives."""
    drawn = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", lambda seed=0: drawn([*np.atleast_1d(seed), request.param]))


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    def make(*, sfreq=2000.0, n=3000, slow=100.0, n_slow=150, seed=0, events=(), start=0.0, **context):
        rng = np.random.default_rng(seed)
        emg = Recording(
            data=rng.normal(size=(2, n)) * [[1e-4], [3e-4]],
            sfreq=sfreq,
            start=start,
            channels=(
                Channel(name="EMG VL", unit="V", muscle="vastus_lateralis", side="right"),
                Channel(name="EMG BF", unit="V", muscle="biceps_femoris", side="left"),
            ),
        )
        bar = Recording(
            data=1 + 0.3 * np.sin(np.arange(n_slow) / 20)[np.newaxis],
            sfreq=slow,
            start=start,
            channels=(Channel(name="bar", unit="m", kind="POS"),),
        )
        return Trial(
            streams={"emg": emg, "position": bar},
            events=events,
            context={"participant": "01", "task": "squat", **context},
        )

    return make


@pytest.fixture
def repetition() -> Event:
    columns = {"exercise": "squat", "set": 1, "repetition": 2, "load_kg": 82.5, "accepted": True}
    return Event(onset=0.1 + 0.2, duration=0.75, label="repetition", columns=columns)


def _padded(texts: Sequence[str | bytes], width: int) -> bytes:
    """Fields of a header; a text is UTF-8."""
    raw = [text.encode() if isinstance(text, str) else text for text in texts]
    assert all(len(one) <= width for one in raw)
    return b"".join(one.ljust(width) for one in raw)


def _edf_bytes(
    channels: Sequence[Mapping[str, Any]] = ({},),
    *,
    records: int = 4,
    count: int | str | None = None,
    duration: str = "1",
    kind: str = "",
    clock: Sequence[bytes] | None = None,
    bdf: bool = False,
) -> bytes:
    """An EDF or BDF file, written by the published layout of its header and by nothing of emgkit.

    A channel has any of label, unit, physical, digital, samples (in a data record) and values; `clock` has the bytes
    of annotations of each data record, and `count` stands in the header for the number of records.
    """
    sample = 3 if bdf else 2
    limits = (-(2 ** (8 * sample - 1)), 2 ** (8 * sample - 1) - 1)
    usual = {"label": "VL", "unit": "uV", "physical": limits, "digital": limits, "samples": 10}
    signals = [usual | dict(channel) for channel in channels]
    if clock is not None:
        widest = -(-max(map(len, clock)) // sample)
        signals.append(usual | {"label": f"{'BDF' if bdf else 'EDF'} Annotations", "unit": "", "samples": widest})
    fields = [
        _padded([one["label"] for one in signals], 16), _padded([""] * len(signals), 80),
        _padded([one["unit"] for one in signals], 8),
        _padded([str(one["physical"][0]) for one in signals], 8),
        _padded([str(one["physical"][1]) for one in signals], 8),
        _padded([str(one["digital"][0]) for one in signals], 8),
        _padded([str(one["digital"][1]) for one in signals], 8),
        _padded([""] * len(signals), 80), _padded([str(one["samples"]) for one in signals], 8),
        _padded([""] * len(signals), 32),
    ]  # fmt: skip
    begin = [
        _padded([b"\xffBIOSEMI" if bdf else "0"], 8), _padded(["X X X X", "Startdate X X X X"], 80),
        _padded(["01.01.20", "10.00.00"], 8), _padded([str(256 * (1 + len(signals)))], 8), _padded([kind], 44),
        _padded([str(records if count is None else count), duration], 8), _padded([str(len(signals))], 4),
    ]  # fmt: skip
    body = []
    for record in range(records):
        for one in signals:
            if one["label"] in ("EDF Annotations", "BDF Annotations"):
                body.append(clock[record].ljust(one["samples"] * sample, b"\0"))
                continue
            n = int(one["samples"])
            first = record * n
            values = one["values"][first : first + n] if "values" in one else np.arange(first, first + n) % 7 - 3
            body.append(np.asarray(values).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :sample].tobytes())
    return b"".join([*begin, *fields, *body])


@pytest.fixture(scope="session")
def edf_bytes() -> Callable[..., bytes]:
    return _edf_bytes


@pytest.fixture
def written(tmp_path, edf_bytes) -> Callable[..., Path]:
    """Writes a file of odd kind and gives its path; `change` turns its bytes into others."""

    def write(*channels, change=bytes, **more):
        path = tmp_path / f"a.{'bdf' if more.get('bdf') else 'edf'}"
        path.write_bytes(change(edf_bytes(channels or ({},), **more)))
        return path

    return write


def _outcome(path: Path, raw: bytes, *, longest: float = 5.0, **given: Any) -> EmgkitError | Trial:
    """What reading the bytes gives: a trial that is whole, or an error of emgkit's own that a person can read."""
    path.write_bytes(raw)
    began = time.process_time()
    try:
        trial = read(path, **given)
    except EmgkitError as caught:
        trial = caught
    assert time.process_time() - began < longest
    if isinstance(trial, EmgkitError):
        assert trial.what
        assert len(str(trial).replace(str(path), path.name)) <= 600, str(trial)
        return trial
    assert all(np.isfinite(stream.data).all() and stream.sfreq > 0 for stream in trial.values())
    assert all(0 <= event.duration < np.inf for event in trial.events)
    return trial


def _damaged(raw: bytes, rng: np.random.Generator) -> bytes:
    """The file with a few bits, bytes or stretches changed, mostly in its first part."""
    changed = bytearray(raw)
    for _ in range(rng.integers(1, 4)):
        reach = len(changed) if rng.integers(3) == 0 else min(len(changed), 2000)
        place, kind = int(rng.integers(reach)), rng.integers(5)
        if kind == 0:
            changed[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            changed[place] = int(rng.integers(256))
        elif kind == 2:
            changed[place : place + 2] = bytes(rng.choice([b"\0\0", b"\xff\xff", b"\xff\x7f", b"\x01\0"]))
        elif kind == 3:
            del changed[place : place + int(rng.integers(1, 40))]
        else:
            changed[place:place] = changed[place : place + int(rng.integers(1, 40))]
        changed = changed or bytearray(b"\0")
    return bytes(changed)


@pytest.fixture(scope="session")
def outcome() -> Callable[..., EmgkitError | Trial]:
    return _outcome


@pytest.fixture
def survives(tmp_path) -> Callable[..., set[str]]:
    """Reads a file that is cut off at every 64th byte, then with damage of many kinds; gives the names of the outcomes.

    Only errors of emgkit may leave the reader, in seconds, and with little more memory than the samples take.
    """

    def check(raw: bytes, *, name: str, flips: int = 300, most: int = 2**25, longest: float = 5.0, **given):
        path, rng = tmp_path / name, np.random.default_rng(len(raw))
        files = [raw[:end] for end in range(0, len(raw), 64)]
        files += [_damaged(raw, rng) for _ in range(flips)]
        tracemalloc.start()
        try:
            outcomes = {type(_outcome(path, one, longest=longest, **given)).__name__ for one in files}
            assert tracemalloc.get_traced_memory()[1] < most
        finally:
            tracemalloc.stop()
        return outcomes

    return check
