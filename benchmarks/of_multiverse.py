"""1920 specifications of an 8-channel recording of a minute, beside SciPy that computes each from the raw samples."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator

import numpy as np
from scipy import ndimage, signal
from timing import Row, one_core, seconds_text

import emgkit as ek
from emgkit.kernels import butterworth_sections, notch_sections
from emgkit.multiverse.tree import Branches, SessionValues, every_way
from emgkit.steps import Bandpass, Envelope, MovingRMS, Notch, Rectify
from emgkit.study.file.measures import MeasureSpec
from emgkit.study.recordings.keys import Stage
from emgkit.study.recordings.measure import Measuring
from emgkit.study.recordings.reference import ReferenceRule
from emgkit.study.recordings.session import SessionParts

RATE, SECONDS = 2000.0, 60
BANDS = ((20, 450), (10, 500), (20, 500), (30, 400))
ORDERS = (4, 8)
NOTCHES = (None, 50.0)
ENVELOPES = (*((Envelope, {"cutoff": one}) for one in (3, 4, 5, 6, 8, 10)),
             *((MovingRMS, {"window": one}) for one in (0.05, 0.1, 0.2, 0.25)))  # fmt: skip
MVC = (0.25, 0.5, 1.0)
PHASES = (None, "concentric")
SUMMARIES = ("mean", "peak")
PLACES = (len(BANDS), len(ORDERS), len(NOTCHES), len(ENVELOPES), len(MVC), len(PHASES), len(SUMMARIES))
SIZE = math.prod(PLACES)


def recording() -> ek.Trial:
    """Eight muscles at work for a minute, in ten repetitions with two phases."""
    rng = np.random.default_rng(2015)
    times = np.arange(int(RATE * SECONDS)) / RATE
    effort = 0.02 + np.clip(-np.cos(2 * np.pi * times / 6), 0, 1)
    data = 1e-4 * rng.normal(size=(8, len(times))) * effort
    channels = tuple(ek.Channel(name=f"EMG {place}", unit="V", muscle=f"muscle_{place}") for place in range(1, 9))
    events = []
    for number in range(10):
        columns = {"exercise": "squat", "repetition": number + 1}
        events.append(ek.Event(onset=6.0 * number, duration=6.0, label="repetition", columns=columns))
        for phase, at in (("eccentric", 0.0), ("concentric", 3.0)):
            about = {**columns, "phase": phase}
            events.append(ek.Event(onset=6.0 * number + at, duration=3.0, label="phase", columns=about))
    context = {"participant": "01", "task": "squat"}
    emg = ek.Recording(data=data, sfreq=RATE, channels=channels, context=context)
    return ek.Trial(streams={"emg": emg}, events=tuple(events))


def session(trial: ek.Trial) -> SessionParts:
    """The recording, which is its own reference."""
    read: Stage[ek.Trial] = Stage(function=lambda: trial, inputs=())
    return SessionParts(
        trials=(Stage(function=lambda one: one, inputs=(read,)),),
        contractions=(read,),
        reference=ReferenceRule(pipeline=ek.Pipeline(), window=0.5, kind="task"),
        measuring=Measuring(measures=()),
        about="01",
    )


def branches() -> Branches:
    """All pipelines, windows and numbers."""
    filters = [
        ek.Pipeline(Bandpass(low=low, high=high, order=order), *([Notch(frequency=hum)] if hum else []))
        for (low, high), order, hum in itertools.product(BANDS, ORDERS, NOTCHES)
    ]
    amplitudes = [ek.Pipeline(*([Rectify()] if kind is Envelope else []), kind(**given)) for kind, given in ENVELOPES]
    measures = [
        tuple(MeasureSpec(name=name, during="repetition", phase=phase) for name in SUMMARIES) for phase in PHASES
    ]
    return Branches(filters=tuple(filters), amplitudes=tuple(amplitudes), windows=MVC, measures=tuple(measures))


def envelope(data: np.ndarray, place: tuple[int, ...]) -> np.ndarray:
    """The chain of one specification by SciPy, with emgkit's designs: filters, then the amplitude."""
    b, o, n, e = place
    sections = butterworth_sections(BANDS[b], kind="bandpass", sfreq=RATE, per_pass=ORDERS[o] // 2, two_passes=True)
    x = signal.sosfiltfilt(sections, data, axis=-1)
    if NOTCHES[n]:
        x = signal.sosfiltfilt(notch_sections([NOTCHES[n]], sfreq=RATE, width=2.0), x, axis=-1)
    kind, given = ENVELOPES[e]
    if kind is Envelope:
        low = butterworth_sections((given["cutoff"],), kind="lowpass", sfreq=RATE, per_pass=2, two_passes=True)
        return signal.sosfiltfilt(low, np.abs(x), axis=-1)
    return np.sqrt(np.maximum(moving(x * x, given["window"]), 0))


def moving(x: np.ndarray, window: float) -> np.ndarray:
    """The moving mean, over the samples there are at the edges."""
    width = 2 * int(window * RATE / 2) + 1
    held = ndimage.uniform_filter1d(np.ones(x.shape[-1]), width, mode="constant")
    return ndimage.uniform_filter1d(x, width, axis=-1, mode="constant") / held


def measured(amplitude: np.ndarray, place: tuple[int, ...]) -> np.ndarray:
    """Percent of the best window, then the number of each repetition and channel."""
    w, p, s = place
    half = int(MVC[w] * RATE / 2)
    best = moving(amplitude, MVC[w])[:, half : amplitude.shape[-1] - half].max(axis=-1, keepdims=True)
    percent = 100 * amplitude / best
    first, stop = (0, 12000) if PHASES[p] is None else (6000, 12000)
    parts = percent.reshape(8, 10, 12000)[:, :, first:stop]
    return (parts.mean(axis=-1) if SUMMARIES[s] == "mean" else parts.max(axis=-1)).T.ravel()


def rows(*, rounds: int = 3, whole: bool = False) -> Iterator[Row]:
    """Every specification at once, in turns with a sample of them by SciPy, each from the raw samples.

    With `whole`, the values of all specifications are compared, else those of the sample.
    """
    trial = recording()
    parts, tree, data = session(trial), branches(), trial.emg.data
    every = list(itertools.product(*map(range, PLACES)))
    sample = [every[place] for place in np.random.default_rng(1).choice(SIZE, 20, replace=False)]
    mine, others, worst = list[float](), list[float](), 0.0
    with one_core():
        every_way(parts, tree)
        for _ in range(rounds):
            begun = time.process_time()
            expected = {place: measured(envelope(data, place[:4]), place[4:]) for place in sample}
            between = time.process_time()
            found = every_way(parts, tree)
            mine.append(time.process_time() - between)
            others.append((between - begun) * SIZE / len(sample))
    if whole:
        for chain in itertools.product(*map(range, PLACES[:4])):
            amplitude = envelope(data, chain)
            expected |= {
                (*chain, *leaf): measured(amplitude, leaf) for leaf in itertools.product(*map(range, (3, 2, 2)))
            }
    for place, values in expected.items():
        worst = max(worst, float(np.abs(value_of(found, place) / values - 1).max()))
    work = f"multiverse, {SIZE} specifications of 8 channels × 60 s"
    yield Row(
        work=work, ours=seconds_text(float(np.median(mine))),
        against=f"SciPy, each anew, {seconds_text(float(np.median(others)))}",
        ratio=f"{np.median(np.array(others) / np.array(mine)):.3g} ×", wanted="120 ×",
    )  # fmt: skip
    about = "all" if whole else f"{len(sample)} drawn ones"
    yield Row(work=f"{work}: largest error of {about}", ours=f"{worst:.1e} of the value", wanted="≤ 1e-11")


def value_of(found: SessionValues, place: tuple[int, ...]) -> np.ndarray:
    """The numbers of one specification, repetition by repetition."""
    b, o, n, e, w, p, s = place
    return found.values[p][(b * 2 + o) * 2 + n, e, w, s]
