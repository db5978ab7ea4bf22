"""The chain of filters, moving RMS, threads, memory, and how time grows with length."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import signal
from timing import Row, duel, library, one_core, peak_beyond, seconds_text

import emgkit as ek
from emgkit.kernels import butterworth_sections
from emgkit.steps import Bandpass, Downsample, Envelope, MovingRMS, Normalize, Rectify, RemoveMean

__all__ = ["rows"]

RATE = 2000.0
BAND = butterworth_sections((20.0, 450.0), kind="bandpass", sfreq=RATE, per_pass=4, two_passes=True)
LOW = butterworth_sections((6.0,), kind="lowpass", sfreq=RATE, per_pass=2, two_passes=True)
STEPS = (RemoveMean(), Bandpass(low=20, high=450, order=8), Rectify(), Envelope(cutoff=6))
PERCENT = 1e-4
_IN_A_ROW = 8


def recording(channels: int, seconds: float) -> ek.Recording:
    """Noise of 0.1 mV on an offset."""
    data = np.random.default_rng(2015).standard_normal((channels, int(seconds * RATE)))
    data *= 1e-4
    data += 2e-5
    names = tuple(ek.Channel(name=f"EMG {place}", unit="V") for place in range(1, channels + 1))
    return ek.Recording(data=data, sfreq=RATE, channels=names)


def pipeline(like: ek.Recording, *further: Any) -> ek.Pipeline:
    """The chain, divided by a reference that is known."""
    values = [ek.steps.ChannelReference(channel=name, value=PERCENT, unit="V", trial="mvc") for name in like.names]
    return ek.Pipeline(*STEPS, *further, Normalize(window=0.5, values=values, processing=(*STEPS, *further)))


def scipy_chain(x: np.ndarray) -> np.ndarray:
    """The same chain by SciPy, over all channels at once."""
    y = x - x.mean(axis=-1, keepdims=True)
    y = np.abs(signal.sosfiltfilt(BAND, y, axis=-1))
    return signal.sosfiltfilt(LOW, y, axis=-1) / PERCENT * 100


def rows(missing: set[str], *, long: bool) -> Iterator[Row]:
    """All rows; with `long` also recordings of an hour."""
    lengths = [(8, 60), (16, 60), (8, 600), (16, 600), *([(16, 3600)] if long else [])]
    for channels, seconds in lengths:
        with one_core():
            yield from _chain(channels, seconds)
    with one_core():
        yield from _other_programs(recording(8, 60), missing)
        yield _one_channel()
        yield from _in_single_precision()
        yield _moving_rms()
    yield _threads()
    with one_core():
        yield _unread()
        yield from _growth()


def _chain(channels: int, seconds: int) -> Iterator[Row]:
    emg = recording(channels, seconds)
    about = f"{channels} channels × {seconds // 60} min" if seconds > 60 else f"{channels} channels × {seconds} s"
    rounds = 9 if seconds <= 60 else 3
    whole, sparse = pipeline(emg), pipeline(emg, Downsample(sfreq=100))
    expected = scipy_chain(emg.data)
    error = max(
        np.abs(whole(emg).data - expected).max() / expected.max(),
        np.abs(sparse(emg).data - expected[:, ::20]).max() / expected.max(),
    )
    del expected
    for chain, what, wanted in ((sparse, "every 20th sample kept", "10 ×"), (whole, "full rate", "7 ×")):
        yield duel(
            f"chain, {about}, {what}", lambda chain=chain: chain(emg), lambda: scipy_chain(emg.data),
            against="SciPy, vectorised", wanted=wanted, rounds=rounds,
        )  # fmt: skip
    yield Row(work=f"chain, {about}: largest error", ours=f"{error:.1e} of the maximum", wanted="≤ 1e-12")
    beyond = peak_beyond(lambda: sparse(emg), emg.data)
    yield Row(
        work=f"chain, {about}, every 20th sample kept: peak memory",
        ours=f"{beyond:.3f} × the input, beyond it",
        wanted="≤ 0.15 (an hour)",
    )


def _unread() -> Row:
    """A file that is read a stretch at a time: the most that reading and the chain take, with the result."""
    emg = recording(16, 600)
    with tempfile.TemporaryDirectory() as home:
        path = ek.io.write_bdf(ek.Trial(streams={"emg": emg}), Path(home, "ten_minutes.bdf"))
        sparse = pipeline(emg, Downsample(sfreq=100))
        sparse(ek.read(path, lazy=True).emg)
        peak = peak_beyond(lambda: sparse(ek.read(path, lazy=True).emg), emg.data)
    return Row(
        work="reading BDF lazily and its chain, 16 channels × 10 min, every 20th sample kept: peak memory",
        ours=f"{peak:.3f} × the samples",
        wanted="≤ 0.15 (an hour)",
    )


def _other_programs(emg: ek.Recording, missing: set[str]) -> Iterator[Row]:
    whole, x = pipeline(emg), emg.data
    for name, make in (("mne", _by_mne), ("pyemgpipeline", _by_pyemgpipeline), ("neurokit2", _by_neurokit)):
        found = library(f"{name}.processors" if name == "pyemgpipeline" else name, missing)
        if found is None:
            continue
        work, theirs = "chain, 8 channels × 60 s, full rate", make(found)
        yield duel(work, lambda: whole(emg), lambda call=theirs: call(x), against=name)


def _by_mne(mne: Any) -> Callable[[np.ndarray], np.ndarray]:
    def filtered(x: np.ndarray, low: float | None, high: float, order: int) -> np.ndarray:
        iir = {"order": order, "ftype": "butter", "output": "sos"}
        return np.asarray(mne.filter.filter_data(x, RATE, low, high, method="iir", iir_params=iir, verbose="error"))

    def call(x: np.ndarray) -> np.ndarray:
        y = np.abs(filtered(x - x.mean(axis=-1, keepdims=True), 20, 450, 4))
        return filtered(y, None, 6, 2) / PERCENT * 100

    return call


def _by_pyemgpipeline(found: Any) -> Callable[[np.ndarray], np.ndarray]:
    parts = (
        found.DCOffsetRemover(),
        found.BandpassFilter(RATE, bf_order=8, bf_cutoff_fq_lo=20, bf_cutoff_fq_hi=450),
        found.FullWaveRectifier(),
        found.LinearEnvelope(RATE, le_order=4, le_cutoff_fq=6),
    )

    def call(x: np.ndarray) -> np.ndarray:
        y = x.T
        for part in parts:
            y = part.apply(y)
        return np.asarray(y / PERCENT * 100)

    return call


def _by_neurokit(nk: Any) -> Callable[[np.ndarray], np.ndarray]:
    def call(x: np.ndarray) -> np.ndarray:
        found = []
        for row in x:
            y = np.abs(nk.signal_filter(row - row.mean(), RATE, lowcut=20, highcut=450, order=4))
            found.append(nk.signal_filter(y, RATE, highcut=6, order=2) / PERCENT * 100)
        return np.stack(found)

    return call


def _one_channel() -> Row:
    emg = recording(1, 60)
    whole = pipeline(emg)
    return duel(
        "chain, 1 channel × 60 s, full rate", lambda: whole(emg), lambda: scipy_chain(emg.data),
        against="SciPy", wanted="4 ×", rounds=25,
    )  # fmt: skip


def _in_single_precision() -> Iterator[Row]:
    for channels, seconds, rounds in ((8, 60, 9), (8, 600, 3)):
        emg = recording(channels, seconds)
        sparse, about = (
            pipeline(emg, Downsample(sfreq=100)),
            f"chain in single precision, 8 channels × {seconds // 60} min",
        )
        expected = scipy_chain(emg.data)[:, ::20]
        error = np.abs(sparse(emg, precision="single").data - expected).max() / expected.max()
        yield duel(
            f"{about}, every 20th sample kept",
            lambda sparse=sparse, emg=emg: sparse(emg, precision="single"), lambda emg=emg: scipy_chain(emg.data),
            against="SciPy, vectorised", wanted="16 ×", rounds=rounds,
        )  # fmt: skip
        yield Row(work=f"{about}: largest error", ours=f"{error:.1e} of the maximum", wanted="≤ 5e-6")


def _moving_rms() -> Row:
    emg = recording(8, 60)
    # the window of 200 ms is the nearest odd number of samples; signals that stand on no offset need no look at it
    filtered = ek.Pipeline(Bandpass(low=20, high=450))(emg)
    squares = pd.DataFrame(filtered.data.T)
    step = ek.Pipeline(MovingRMS(window=0.2))
    return duel(
        "moving RMS over 200 ms, 8 channels × 60 s", lambda: step(filtered),
        lambda: np.sqrt(squares.pow(2).rolling(401, center=True).mean()),
        against="pandas rolling", wanted="4 ×", rounds=7,
    )  # fmt: skip


def _threads() -> Row:
    emg = recording(16, 300)
    sparse = pipeline(emg, Downsample(sfreq=100))

    def run(threads: int) -> None:
        # several in a row, as a study has them: a core that slept takes a while to wake up
        with _threads_of(threads):
            for _ in range(_IN_A_ROW):
                sparse(emg)

    return duel(
        f"chain, {_IN_A_ROW} × 16 channels × 5 min, two threads", lambda: run(2), lambda: run(1), against="one thread",
        wanted="1.7 ×", rounds=7, wall=True,
    )  # fmt: skip


@contextmanager
def _threads_of(number: int) -> Iterator[None]:
    before = os.environ.get("EMGKIT_THREADS")
    os.environ["EMGKIT_THREADS"] = str(number)
    yield
    os.environ.pop("EMGKIT_THREADS")
    if before is not None:
        os.environ["EMGKIT_THREADS"] = before


def _growth() -> Iterator[Row]:
    """Slopes of the time over the length and over the channels, on logarithmic scales."""
    for what, sizes in (
        ("2 channels, 1 min to 4 h", [(2, 60 * minutes) for minutes in (1, 4, 15, 60, 240)]),
        ("1 min, 8 to 256 channels", [(channels, 60) for channels in (8, 16, 64, 256)]),
    ):
        taken = []
        for channels, seconds in sizes:
            emg = recording(channels, seconds)
            sparse = pipeline(emg, Downsample(sfreq=100))
            taken.append(_least(lambda chain=sparse, emg=emg: chain(emg), rounds=9 if seconds <= 900 else 3))
        numbers = [channels * seconds for channels, seconds in sizes]
        slope = float(np.polyfit(np.log(numbers), np.log(taken), 1)[0])
        ours = f"slope {slope:.2f} ({seconds_text(taken[0])} to {seconds_text(taken[-1])})"
        yield Row(work=f"growth of the time, {what}", ours=ours, wanted="slope 0.95–1.05")


def _least(call: Callable[[], Any], *, rounds: int) -> float:
    taken = []
    for _ in range(rounds + 1):
        begun = time.process_time()
        call()
        taken.append(time.process_time() - begun)
    return float(np.median(taken[1:]))
