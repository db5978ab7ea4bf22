from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit import spectrum
from emgkit.errors import ArgumentError
from emgkit.simulate import load_spec
from emgkit.simulate.movement import height, timing
from emgkit.simulate.signals import activation, disturbed, interference, mvc_activation
from emgkit.simulate.specification import Artefacts

SPEC = load_spec("three_lifts")
SFREQ = SPEC.sfreq
QUIET = np.zeros((2, 20_000))
STILL = np.zeros(20_000)


def performed(name, *, seed=0, tempo=1.0):
    return timing(SPEC, SPEC.exercise(name), tempo=tempo, rng=np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("name", "phases"),
    [
        ("hip_thrust", ("concentric", "hold", "eccentric")),
        ("squat", ("eccentric", "concentric")),
        ("deadlift", ("concentric", "hold", "eccentric")),
    ],
)
def test_phases_follow_each_other_without_a_gap(name, phases):
    when = performed(name)
    assert [repetition.number for repetition in when.repetitions] == [1, 2, 3, 4, 5]
    for repetition in when.repetitions:
        assert tuple(phase.name for phase in repetition.phases) == phases
        assert all(a.stop == b.first for a, b in zip(repetition.phases, repetition.phases[1:], strict=False))
    assert when.n_samples / SFREQ == int(when.n_samples / SFREQ)


def test_rests_and_durations_are_those_of_the_specification():
    when = performed("squat", tempo=1.2)
    rests = [b.first - a.stop for a, b in zip(when.repetitions, when.repetitions[1:], strict=False)]
    assert rests == pytest.approx([1.2 * SFREQ] * 4, abs=1)
    eccentric = np.mean([r.phases[0].stop - r.phases[0].first for r in when.repetitions]) / SFREQ
    assert eccentric == pytest.approx(1.2 * 1.6, rel=0.05)


@pytest.mark.parametrize(("name", "rest"), [("squat", 0.85 + 0.60), ("hip_thrust", 0.30)])
def test_the_bar_moves_only_within_repetitions_and_over_its_range(name, rest):
    exercise, when = SPEC.exercise(name), performed(name)
    bar = height(exercise, when, np.arange(when.n_samples) / SFREQ)
    assert bar.min() == pytest.approx(exercise.lowest)
    assert bar.max() - bar.min() == pytest.approx(exercise.range)
    moving = np.zeros(when.n_samples, dtype=bool)
    for repetition in when.repetitions:
        moving[repetition.first : repetition.stop] = True
    np.testing.assert_allclose(bar[~moving], rest, atol=1e-12)
    first = when.repetitions[0].phases[0]
    up = np.diff(bar[first.first : first.stop]) > 0
    assert up[1:-1].all() == (first.name == "concentric")
    # half a cosine is halfway through in the middle
    middle = height(exercise, when, np.array([(first.first + first.stop) / 2 / SFREQ]))
    assert middle == pytest.approx(exercise.lowest + exercise.range / 2)


@given(
    percent=st.lists(st.floats(0.5, 300), min_size=5, max_size=5),
    name=st.sampled_from(["hip_thrust", "squat", "deadlift"]),
    tempo=st.floats(0.6, 1.6),
)
@settings(max_examples=25, deadline=None)
def test_realised_activation_is_the_stated_one_exactly(percent, name, tempo):
    when = performed(name, tempo=tempo)
    goals = np.array([percent, percent[::-1]]).T
    trace = activation(when, goals, SPEC.activation)
    assert trace.shape == (2, when.n_samples)
    assert trace.min() > 0
    for repetition, goal in zip(when.repetitions, goals, strict=True):
        np.testing.assert_allclose(100 * trace[:, repetition.first : repetition.stop].mean(axis=1), goal, rtol=1e-12)
        phases = {p.name: trace[:, p.first : p.stop].mean(axis=1) for p in repetition.phases}
        np.testing.assert_allclose(phases["concentric"], 1.5 * phases["eccentric"], rtol=1e-12)
        if "hold" in phases:
            np.testing.assert_allclose(phases["hold"], 1.2 * phases["eccentric"], rtol=1e-12)


def test_between_repetitions_the_muscle_is_at_its_tonic_level():
    when = performed("squat")
    trace = activation(when, np.full((5, 1), 60.0), SPEC.activation)
    gap = slice(when.repetitions[0].stop + 700, when.repetitions[1].first - 700)
    np.testing.assert_allclose(trace[0, gap], 0.015, rtol=1e-12)
    # it is on before the movement begins
    assert trace[0, when.repetitions[0].first - 200] > 0.1


def test_activation_has_no_jumps():
    when = performed("hip_thrust")
    trace = activation(when, np.full((5, 1), 100.0), SPEC.activation)
    assert np.abs(np.diff(trace)).max() < 100.0 / 100 * 10 / SFREQ  # at most 10 MVC a second


def test_phases_too_short_for_their_ratio_are_refused():
    shape = SPEC.activation.model_copy(update={"concentric": 50.0})
    when = performed("squat", tempo=0.1)
    with pytest.raises(ArgumentError, match=r"phases are too short .* repetition 1"):
        activation(when, np.full((5, 1), 60.0), shape)


def test_an_mvc_is_quiet_ramp_plateau_ramp_quiet():
    trace = mvc_activation(SPEC.mvc, np.array([1.0, 0.2]), tonic=0.015, sfreq=SFREQ)
    assert trace.shape == (2, 10_000)
    at = np.array([0.0, 0.49, 0.75, 1.0, 2.5, 3.99, 4.25, 4.51, 4.999])
    expected = [0.015, 0.015, (1 + 0.015) / 2, 1, 1, 1, (1 + 0.015) / 2, 0.015, 0.015]
    np.testing.assert_allclose(trace[0, np.round(at * SFREQ).astype(int)], expected, atol=1e-3)
    assert trace[1].max() == pytest.approx(0.2)
    assert np.all(np.diff(trace[0, 1000:2000]) >= 0)


def test_the_interference_signal_has_the_gain_and_a_realistic_spectrum():
    rng = np.random.default_rng(3)
    gains = np.array([1e-4, 3e-4])
    signal = interference(np.full((2, 200_000), 0.5), gains, sfreq=SFREQ, rng=rng)
    np.testing.assert_allclose(signal.std(axis=1), 0.5 * gains, rtol=0.02)
    median = spectrum.median_frequency(signal, sfreq=SFREQ)
    assert np.all((median > 60) & (median < 120))
    assert abs(np.corrcoef(signal)[0, 1]) < 0.02


# --- artefacts, each by what it does to the spectrum or the samples


def made(**switches):
    moving = np.zeros(20_000)
    moving[5000:10_000] = 1.0
    artefacts = Artefacts(noise=0.0, **switches)
    return disturbed(QUIET, artefacts, sfreq=SFREQ, moving=moving, rng=np.random.default_rng(1))


def test_without_artefacts_the_signal_is_left_alone():
    np.testing.assert_array_equal(made(), QUIET)


def test_electrode_noise_is_white_and_of_the_stated_size():
    noise = disturbed(QUIET, Artefacts(noise=2e-6), sfreq=SFREQ, moving=STILL, rng=np.random.default_rng(1))
    np.testing.assert_allclose(noise.std(axis=1), 2e-6, rtol=0.03)
    low, high = (spectrum.band_power(noise, a, a + 300, sfreq=SFREQ) for a in (50, 600))
    np.testing.assert_allclose(low, high, rtol=0.1)


def test_mains_hum_stands_at_its_frequency_and_two_harmonics():
    power = {f: spectrum.band_power(made(mains=1e-5), f - 4, f + 4, sfreq=SFREQ) for f in (50, 75, 100, 150)}
    np.testing.assert_allclose(power[50], (1e-5) ** 2 / 2, rtol=0.02)
    np.testing.assert_allclose(power[100] / power[50], 1 / 16, rtol=0.02)
    np.testing.assert_allclose(power[150] / power[50], 1 / 81, rtol=0.02)
    assert np.all(power[75] < 1e-6 * power[50])


def test_heartbeats_come_at_about_seventy_a_minute_in_every_channel():
    wave = made(ecg=1e-4)
    np.testing.assert_array_equal(wave[0], wave[1])
    assert wave.max() == pytest.approx(1e-4, rel=0.05)
    beats = np.count_nonzero(np.diff((wave[0] > 0.5e-4).astype(int)) == 1)
    assert 10 <= beats <= 13  # in 10 s


def test_movement_artefacts_are_slow_and_follow_the_movement():
    wave = made(movement=1e-4)
    assert np.all(wave[:, :5000] == 0)
    assert wave[:, 5000:10_000].std() > 0.5e-4
    assert np.all(
        spectrum.band_power(wave, 20, 450, sfreq=SFREQ) < 0.01 * spectrum.band_power(wave, 0, 20, sfreq=SFREQ)
    )


def test_clipping_cuts_at_the_stated_voltage():
    signal = np.linspace(-1e-3, 1e-3, 20_000)[np.newaxis]
    out = disturbed(signal, Artefacts(noise=0.0, clip=5e-4), sfreq=SFREQ, moving=STILL, rng=np.random.default_rng(1))
    assert out.max() == 5e-4
    assert out.min() == -5e-4
    inside = np.abs(signal) < 5e-4
    np.testing.assert_array_equal(out[inside], signal[inside])


def test_dropouts_are_stretches_of_zeros():
    signal = np.ones((1, 20_000))
    out = disturbed(signal, Artefacts(noise=0.0, dropouts=30), sfreq=SFREQ, moving=STILL, rng=np.random.default_rng(1))
    edges = np.flatnonzero(np.diff(out[0]))
    lengths = (edges[1::2] - edges[::2]) / SFREQ
    assert len(lengths) >= 1
    assert lengths.min() == pytest.approx(0.05)
    assert set(np.unique(out)) == {0.0, 1.0}


@pytest.mark.parametrize("switch", [{"mains": 1e-5}, {"ecg": 1e-4}, {"movement": 1e-4}, {"dropouts": 30.0}])
def test_switching_an_artefact_on_leaves_the_noise_as_it_was(switch):
    quiet = disturbed(QUIET, Artefacts(), sfreq=SFREQ, moving=STILL, rng=np.random.default_rng(1))
    loud = disturbed(QUIET, Artefacts(**switch), sfreq=SFREQ, moving=STILL + 1, rng=np.random.default_rng(1))
    alone = disturbed(
        QUIET, Artefacts(noise=0.0, **switch), sfreq=SFREQ, moving=STILL + 1, rng=np.random.default_rng(1)
    )
    kept = loud != 0
    np.testing.assert_allclose((loud - alone)[kept], quiet[kept], atol=1e-18)
    assert not np.array_equal(loud, quiet)


@pytest.mark.parametrize(("first", "second"), [("mains", "ecg"), ("ecg", "movement"), ("mains", "movement")])
def test_artefacts_draw_from_numbers_of_their_own(first, second):
    both = made(**{first: 1e-5, second: 1e-5})
    np.testing.assert_allclose(both, made(**{first: 1e-5}) + made(**{second: 1e-5}), atol=1e-18)
