"""Synergies that were put in come out, and the variance accounted for has its closed form."""

from __future__ import annotations

import numpy as np
import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, SignalError
from emgkit.factorization import Synergies

WEIGHTS = np.array([[1.0, 0.0], [0.6, 0.1], [0.0, 1.0], [0.2, 0.5]])


def envelopes(data):
    channels = tuple(ek.Channel(name=f"m{row}", unit="%MVC", kind="EMG") for row in range(len(data)))
    return ek.Recording(data=data, sfreq=100.0, channels=channels)


def two_bumps():
    """Two activations, each silent while the other is at its highest, so that no other pair explains as much."""
    phase = np.linspace(0, 4 * np.pi, 400)
    return np.array([np.maximum(np.sin(phase), 0), 0.7 * np.maximum(-np.sin(phase), 0)])


def test_synergies_that_were_put_in_come_out():
    found = ek.synergies(envelopes(40 * WEIGHTS @ two_bumps()), n=2, seed=1)
    assert isinstance(found, Synergies)
    np.testing.assert_allclose(found.weights, WEIGHTS, atol=0.01)
    np.testing.assert_allclose(found.activations, 40 * two_bumps(), atol=0.5)
    assert found.vaf == pytest.approx(1.0, abs=1e-4)
    assert found.weights.index.tolist() == ["m0", "m1", "m2", "m3"]
    assert "2 muscle synergies were taken" in found.sentence()
    assert "10 random starts" in found.sentence()


def test_more_synergies_account_for_more_and_as_many_as_channels_for_all():
    x = np.random.default_rng(3).random((4, 300))
    vaf = [ek.synergies(envelopes(x), n=n, seed=2, starts=3).vaf for n in (1, 2, 3, 4)]
    assert vaf == sorted(vaf)
    assert vaf[3] == pytest.approx(1.0, abs=1e-3)
    # of one synergy the best has a closed form: the first singular value
    values = np.linalg.svd(x, compute_uv=False)
    assert vaf[0] == pytest.approx(values[0] ** 2 / (values**2).sum(), abs=1e-6)


def test_the_unit_does_not_matter_and_a_seed_gives_the_same():
    x = WEIGHTS @ two_bumps() + 0.05 * np.random.default_rng(1).random((4, 400))
    one, same, small = (ek.synergies(envelopes(f * x), n=2, seed=5, starts=3) for f in (1.0, 1.0, 1e-6))
    np.testing.assert_array_equal(one.weights, same.weights)
    np.testing.assert_allclose(one.weights, small.weights, atol=1e-3)
    assert one.vaf == pytest.approx(small.vaf, abs=1e-6)
    assert (one.vaf_by_channel > 0.9).all()


def test_what_has_no_synergies_is_refused():
    with pytest.raises(ArgumentError, match=r"more synergies than channels. Allowed: at most 4. Got: n = 5"):
        ek.synergies(envelopes(np.ones((4, 50))), n=5, seed=1)
    with pytest.raises(SignalError, match="Channel 'm1' has values below zero"):
        ek.synergies(envelopes(np.array([np.ones(50), np.sin(np.arange(50.0))])), n=1, seed=1)


def test_repetitions_have_the_same_weight_however_long_they_last():
    rng = np.random.default_rng(7)
    short, long = rng.random((4, 101)), rng.random((4, 401))
    events = tuple(
        ek.Event(onset=onset, duration=lasts, label="repetition", columns={"repetition": n})
        for n, (onset, lasts) in enumerate([(0.0, 1.01), (1.01, 4.01)], 1)
    )
    channels = envelopes(short).channels
    both = ek.Recording(data=np.hstack([short, long]), sfreq=100.0, channels=channels, events=events)
    found = ek.synergies(both, n=1, seed=1, during="repetition")
    # the samples of the short one are its points; of the long one every fourth is a point
    x = np.hstack([short, long[:, ::4]])
    values = np.linalg.svd(x, compute_uv=False)
    assert found.vaf == pytest.approx(values[0] ** 2 / (values**2).sum(), abs=1e-6)
    assert found.activations.shape == (1, 202)
