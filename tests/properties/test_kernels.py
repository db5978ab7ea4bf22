"""The compiled filter chain against SciPy's filters, one after the other, over all kinds of input."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal as scipy_signal

import emgkit as ek
from emgkit.errors import ArgumentError, SignalError
from emgkit.kernels import Filter, Window, compiled, cutting, designs, passes
from emgkit.steps import in_one_go

needs_compiled = pytest.mark.skipif(not compiled.compiled(), reason="the compiled kernels are not installed")


def mirrored(kind, edges, *, sfreq=2000.0, per_pass=2, **more):
    sections = designs.butterworth_sections(edges, kind=kind, sfreq=sfreq, per_pass=per_pass, two_passes=True)
    one = designs.mirrored(sections)
    return Filter(sections=one.sections, pad=one.pad, **more)


BAND = mirrored("bandpass", (20.0, 450.0), after="rectified")
SLOW = mirrored("lowpass", (6.0,))
STEEP = mirrored("bandpass", (10.0, 400.0), per_pass=5)
NOTCHES = designs.mirrored(designs.notch_sections([50.0, 100.0, 150.0, 200.0, 250.0], sfreq=2000.0, width=4.0))
ODD_ORDER = mirrored("highpass", (20.0,), per_pass=3)
WITH_ZEROS = Filter(sections=SLOW.sections, pad=6, zeros=True)
CHAINS = {
    "envelope": [BAND, SLOW], "low-pass": [SLOW], "steep": [STEEP], "notches": [NOTCHES, BAND, SLOW],
    "odd order": [ODD_ORDER, SLOW], "mean": [BAND, Window(width=31)], "rms": [BAND, Window(width=39, squared=True)],
    "filter after a window": [Window(width=5), SLOW], "zeros": [WITH_ZEROS], "zeros after a filter": [BAND, WITH_ZEROS],
}  # fmt: skip


def by_scipy(samples, filters):
    """SciPy alone, one filter after the other."""
    for one in filters:
        if isinstance(one, Window):
            counts = np.convolve(np.ones(samples.shape[1]), np.ones(one.width), "same")
            powers = samples**2 if one.squared else samples
            samples = np.array([np.convolve(row, np.ones(one.width), "same") for row in powers]) / counts
            samples = np.sqrt(np.maximum(samples, 0)) if one.squared else samples
            continue
        if one.zeros:
            longer = np.concatenate([samples, np.zeros((len(samples), one.pad))], axis=1)
            forward = scipy_signal.sosfilt(one.sections, longer)
            samples = scipy_signal.sosfilt(one.sections, forward[:, ::-1])[:, ::-1][:, : samples.shape[1]]
        else:
            samples = scipy_signal.sosfiltfilt(one.sections, samples, padlen=one.pad)
        if one.after == "rectified":
            samples = np.abs(samples)
    return samples


def agree(samples, filters, **more):
    wanted = by_scipy(np.asarray(samples), filters)
    got = passes.zero_lag(samples, filters, **more)
    # rounding follows what goes in: notches leave a few samples of a signal 50 times smaller than they were
    largest = max(np.abs(wanted).max(), np.abs(samples).max())
    np.testing.assert_allclose(got, wanted[:, :: more.get("every", 1)], rtol=0, atol=1e-12 * largest)


@pytest.mark.parametrize("name", CHAINS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**20), n_signals=st.integers(1, 300), n=st.integers(40, 30_000), every=st.integers(1, 25))
def test_any_length_and_number_of_signals(name, seed, n_signals, n, every):
    samples = np.random.default_rng(seed).standard_normal((n_signals, max(n // n_signals, 40)))
    agree(samples, CHAINS[name], every=every)


@needs_compiled
@pytest.mark.parametrize("name", CHAINS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**20), n_signals=st.integers(1, 20), n=st.integers(100, 300_000), every=st.integers(1, 25))
def test_single_precision_is_off_by_a_few_millionths(name, seed, n_signals, n, every):
    rng = np.random.default_rng(seed)
    samples = rng.standard_normal((n_signals, max(n // n_signals, 100))) * 10.0 ** rng.uniform(-9, 3, (n_signals, 1))
    offsets = rng.normal(0, 1e3, n_signals)
    wanted = by_scipy(samples, CHAINS[name])[:, ::every]
    got = passes.zero_lag(samples + offsets[:, None], CHAINS[name], offsets=offsets, every=every, single=True)
    # a double holds about 16 digits of a signal on an offset
    largest = np.maximum(np.abs(wanted).max(axis=1), np.abs(samples).max(axis=1)) + 1e-9 * np.abs(offsets)
    assert (np.abs(got - wanted).max(axis=1) <= 5e-6 * largest).all()


@needs_compiled
def test_single_precision_is_asked_for_in_the_call_and_is_no_copy_of_double_precision():
    raw = recording()
    far = ek.Recording(data=raw.data + 2.5, sfreq=raw.sfreq, channels=raw.channels)
    whole = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.MovingRMS(window=0.1))
    for recorded in (raw, far):
        double, single = whole(recorded), whole(recorded, precision="single")
        assert not np.array_equal(double.data, single.data)
        np.testing.assert_allclose(single.data, double.data, rtol=0, atol=5e-6 * double.data.max())
        assert single.history == double.history
    with pytest.raises(
        ArgumentError, match=r"Unknown value for 'precision'. Allowed: 'double' and 'single'. Got: 'float32'"
    ):
        whole(raw, precision="float32")
    # an offset goes first wherever in the chain the filter stands that takes it out
    for before in ((ek.Notch(frequency=50),), (ek.Lowpass(cutoff=450), ek.MovingMean(window=0.01))):
        chain = ek.Pipeline(*before, ek.Bandpass(low=20, high=400), ek.Rectify(), ek.Envelope(cutoff=6))
        double, single = chain(far), chain(far, precision="single")
        np.testing.assert_allclose(single.data, double.data, rtol=0, atol=5e-6 * double.data.max())
    # and stays where none does
    for kept in ((ek.Notch(frequency=50),), (ek.Lowpass(cutoff=30, padding="zeros-after"), ek.Highpass(cutoff=20))):
        double, single = ek.Pipeline(*kept)(far), ek.Pipeline(*kept)(far, precision="single")
        np.testing.assert_allclose(single.data, double.data, rtol=0, atol=5e-6 * far.data.max())
    huge = ek.Recording(data=raw.data * 1e26, sfreq=raw.sfreq, channels=raw.channels)
    with pytest.raises(SignalError, match=r"Allowed: samples up to about 1e18 in single precision"):
        whole(huge, precision="single")


@pytest.mark.parametrize("name", CHAINS)
def test_the_shortest_signals(name):
    filters = CHAINS[name]
    mirrored_by = max((one.pad for one in filters if isinstance(one, Filter) and not one.zeros), default=0)
    widest = max((one.width for one in filters if isinstance(one, Window)), default=1)
    for n in {1, 2, max(mirrored_by, 1), *range(max(mirrored_by + 1, widest), 40), 41, 63, 64, 65}:
        samples = np.random.default_rng(n).standard_normal((3, n))
        if n <= mirrored_by:
            with pytest.raises(SignalError, match=rf"too short for this filter.*Got: {n} samples"):
                passes.zero_lag(samples, filters)
        elif n >= widest:
            agree(samples, filters, every=1 + n % 3)
            agree(samples, filters, every=n + 1)


@pytest.mark.parametrize("filters", [[BAND, SLOW], [Window(width=5)]])
def test_samples_that_overflow_are_refused(filters):
    samples = np.random.default_rng(0).choice([-1.0, 1.0], (2, 5000))
    agree(samples, filters)
    with pytest.raises(SignalError, match=r"the result overflows. Allowed: samples up to about 1e300. Got: 1.79e\+308"):
        passes.zero_lag(samples * 1.79e308, filters)
    # the samples after that are computed as ever, in memory that held what is not finite
    agree(samples, filters)


@needs_compiled
@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize("more", [-1, 0, 1, 17])
def test_at_the_borders_of_stretches_and_lanes(name, every, more, monkeypatch):
    # stretches as short as the memory of the filters allows
    monkeypatch.setattr(cutting, "_STRETCH", 2000)
    edge = cutting.cut_of(200, CHAINS[name]).margin
    longest = next(n for n in range(10_000, 10_000_000, 1000) if cutting.cut_of(n, CHAINS[name]).core < n)
    if longest > 150_000:
        assert name == "notches", "only notches remember so much"
        return
    # the longest signal of one stretch, several whole stretches, and one whose lanes just hold the memory
    cut = cutting.cut_of(longest, CHAINS[name], every=every)
    stretch = max(2000, 8 * cut.margin)
    for n in (stretch - 2 * edge + more, 3 * cut.core + more):
        samples = np.random.default_rng(7).standard_normal((2, n)) * np.linspace(1, 1e-3, n)
        agree(samples, CHAINS[name], every=every)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((3, 500)),
        np.full((2, 5000), 1e-310),
        np.random.default_rng(0).standard_normal((4, 9000)) + 1e6,
        np.random.default_rng(0).standard_normal((4, 9000)) * 1e-6 + 2.5,
        np.random.default_rng(0).standard_normal((9000, 300)).T,
        np.random.default_rng(0).standard_normal((6, 18_000))[::2, ::2],
        np.random.default_rng(0).standard_normal((2, 3000))[:, ::-1],
    ],
    ids=["zeros", "denormal", "large offset", "offset", "300 in Fortran order", "strided", "reversed"],
)
def test_kinds_of_samples(samples):
    samples.setflags(write=False)
    before = samples.copy()
    for filters in ([SLOW], [BAND, SLOW]):
        wanted = by_scipy(samples, filters)
        got = passes.zero_lag(samples, filters)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12 * max(np.abs(samples).max(), 1e-300))
    np.testing.assert_array_equal(samples, before)


@needs_compiled
def test_a_signal_has_the_same_result_whichever_others_are_beside_it():
    samples = np.random.default_rng(1).standard_normal((37, 40_000))
    together = passes.zero_lag(samples, [BAND, SLOW])
    for row in (0, 5, 36):
        np.testing.assert_array_equal(passes.zero_lag(samples[row : row + 1], [BAND, SLOW])[0], together[row])
    # several of these lie side by side in the lanes, and the last ones of them alone
    short, stages = np.random.default_rng(3).random((37, 500)), [Window(width=251, squared=True)]
    assert cutting.cut_of(500, stages).stretches > 1
    together = passes.zero_lag(short, stages)
    for row, alone in enumerate(together):
        np.testing.assert_array_equal(passes.zero_lag(short[row : row + 1], stages)[0], alone)


@needs_compiled
def test_threads_do_not_change_the_result(monkeypatch):
    samples = np.random.default_rng(1).standard_normal((20, 200_000))
    one = passes.zero_lag(samples, [BAND, SLOW])
    monkeypatch.setenv("EMGKIT_THREADS", "3")
    np.testing.assert_array_equal(passes.zero_lag(samples, [BAND, SLOW]), one)


def test_offsets_and_factors():
    samples = np.random.default_rng(2).standard_normal((3, 4000)) + np.array([[0.5], [1.0], [-2.0]])
    offsets, factors = samples.mean(axis=1), np.array([2.0, 0.5, 100.0])
    wanted = by_scipy(samples - offsets[:, None], [BAND, SLOW]) * factors[:, None]
    got = passes.zero_lag(samples, [BAND, SLOW], offsets=offsets, factors=factors)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())


@pytest.mark.parametrize("kind", ["lowpass", "highpass", "bandpass"])
@settings(max_examples=60, deadline=None)
@given(per_pass=st.integers(1, 5), first=st.floats(0.004, 0.2), second=st.floats(0.25, 0.47), sfreq=st.floats(50, 1e5))
def test_butterworth_designs_are_scipys(kind, per_pass, first, second, sfreq):
    edges = (first * sfreq, second * sfreq) if kind == "bandpass" else (first * sfreq,)
    ours = designs.butterworth_sections(edges, kind=kind, sfreq=sfreq, per_pass=per_pass, two_passes=False)
    theirs = scipy_signal.butter(per_pass, np.squeeze(edges), btype=kind, fs=sfreq, output="sos")
    frequencies = np.linspace(0, sfreq / 2, 101)
    one, other = (scipy_signal.sosfreqz(sections, frequencies, fs=sfreq)[1] for sections in (ours, theirs))
    np.testing.assert_allclose(one, other, rtol=0, atol=2e-10)
    assert designs.mirrored(ours).pad == designs.mirrored(theirs).pad


def recording(n=20_000):
    rng = np.random.default_rng(4)
    channels = tuple(ek.Channel(name=name, unit="V", kind="EMG") for name in ("VL", "BF"))
    return ek.Recording(data=rng.standard_normal((2, n)) * 1e-4, sfreq=2000.0, channels=channels)


def test_a_pipeline_is_its_steps_one_after_the_other():
    raw = recording()
    to_reference = ek.Pipeline(ek.RemoveMean(), ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))
    reference = ek.reference([raw], to_reference, window=0.5)
    whole = to_reference.then(ek.Downsample(sfreq=100), reference)
    assert in_one_go.run_length(whole.steps, ()) == 6
    one_by_one = raw
    for step in whole.steps:
        one_by_one = step(one_by_one)
    got = whole(raw)
    np.testing.assert_allclose(got.data, one_by_one.data, rtol=0, atol=1e-12 * one_by_one.data.max())
    assert (got.sfreq, got.history, got.channels) == (100.0, one_by_one.history, one_by_one.channels)


@pytest.mark.parametrize("offset", [0.0, -3e-3, 1.0])
def test_the_mean_is_taken_out_however_far_it_lies_off(offset):
    raw = recording()
    drift = np.linspace(0, 1e-3, raw.data.shape[1]) ** 2
    far = ek.Recording(data=raw.data + drift + offset, sfreq=raw.sfreq, channels=raw.channels)
    for steps in ((ek.RemoveMean(), ek.Bandpass(low=20, high=450)), (ek.RemoveMean(), ek.Lowpass(cutoff=6))):
        one_by_one = far
        for step in steps:
            one_by_one = step(one_by_one)
        got = ek.Pipeline(*steps)(far)
        np.testing.assert_allclose(got.data, one_by_one.data, rtol=0, atol=1e-12 * max(1e-3, abs(offset)))


@pytest.mark.parametrize(
    ("steps", "length"),
    [
        ((ek.RemoveMean(), ek.Rectify()), 1),
        ((ek.Lowpass(cutoff=400), ek.Rectify()), 1),
        ((ek.Bandpass(low=20, high=450), ek.MovingRMS(window=0.1)), 2),
        ((ek.Bandpass(low=20, high=450), ek.Rectify(), ek.MovingMean(window=0.1), ek.Downsample(sfreq=100)), 4),
        ((ek.Lowpass(cutoff=400), ek.MovingRMS(window=0.1)), 1),
        ((ek.Notch(frequency=50), ek.Highpass(cutoff=20), ek.Rectify(), ek.Lowpass(cutoff=6)), 4),
        ((ek.Envelope(cutoff=6), ek.Downsample(sfreq=100)), 1),
    ],
)
def test_what_asks_about_the_samples_is_computed_by_itself(steps, length):
    assert in_one_go.run_length(steps, ()) == length


def test_the_errors_are_those_of_the_single_steps():
    short = recording(100)
    with pytest.raises(SignalError, match=r"shorter than one period of its cut-off"):
        ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))(short)
    with pytest.raises(SignalError, match=r"would fold faster parts.*the slowest of its filters at 450 Hz"):
        ek.Pipeline(ek.Lowpass(cutoff=450), ek.Downsample(sfreq=1000))(recording())
    with pytest.raises(SignalError, match=r"no such filter before"):
        ek.Downsample(sfreq=100)(recording())
    with pytest.raises(ArgumentError, match=r"2000 Hz divided by a whole number. Got: 300 Hz"):
        ek.Pipeline(ek.Lowpass(cutoff=10), ek.Downsample(sfreq=300))(recording())


def run_python(text, **environment):
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    return done.stdout.strip(), done.stderr


@needs_compiled
def test_scipy_alone_gives_the_same_numbers():
    text = (
        "import numpy as np, emgkit.signal as s; from emgkit.kernels.compiled import compiled;"
        "x = np.random.default_rng(3).standard_normal((2, 5000));"
        "y = s.envelope(s.rectify(s.bandpass(x, 20, 450, sfreq=2000)), sfreq=2000);"
        "print(bool(compiled()), *map(repr, map(float, y[:, ::500].ravel())))"
    )
    fast, slow = (run_python(text, EMGKIT_KERNELS=kernels)[0].split() for kernels in ("compiled", "scipy"))
    assert (fast[0], slow[0]) == ("True", "False")
    np.testing.assert_allclose([*map(float, fast[1:])], [*map(float, slow[1:])], rtol=0, atol=1e-12)


def test_an_unknown_choice_of_kernels_is_refused():
    _, stderr = run_python("import emgkit.signal as s; s.lowpass([0.0] * 999, 6, sfreq=1000)", EMGKIT_KERNELS="quick")
    assert "EMGKIT_KERNELS is not understood. Allowed: scipy, compiled, or unset. Got: quick" in stderr
