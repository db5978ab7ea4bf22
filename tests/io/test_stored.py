"""Numbers that stay in their file: what is made of them equals the plain formula, and is known to be finite or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgkit.channels import Channel
from emgkit.errors import SignalError
from emgkit.io._assembly import Block, FileContent, Overrides, Signal, assemble, stored
from emgkit.kernels import compiled
from emgkit.recording import Finite, Recording


def block(numbers, *, part=None, offsets=None, gains=None, decode=None):
    n = len(numbers)
    return Block(
        numbers=numbers, part=slice(0, numbers[0].size) if part is None else part, decode=decode,
        offsets=np.zeros(n) if offsets is None else np.asarray(offsets, float),
        gains=np.ones(n) if gains is None else np.asarray(gains, float),
    )  # fmt: skip


@given(st.data())
def test_the_samples_are_those_of_the_formula(data):
    n, groups, per_group = (data.draw(st.integers(1, most)) for most in (4, 9, 7))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    numbers = rng.integers(-(2**15), 2**15, (groups, per_group, n)).astype(data.draw(st.sampled_from(["<i2", ">f4"])))
    first = data.draw(st.integers(0, groups * per_group - 1))
    last = data.draw(st.integers(first + 1, groups * per_group))
    offsets, gains, factors = rng.normal(size=n), rng.normal(size=n), rng.choice([1.0, 1e-6], n)
    made = block(numbers.transpose(2, 0, 1), part=slice(first, last), offsets=offsets, gains=gains)
    rows = data.draw(st.permutations(range(n)).map(lambda order: order[: 1 + n // 2]))
    got = np.empty((len(rows), last - first))
    at_once, stored._AT_ONCE = stored._AT_ONCE, data.draw(st.integers(1, 60))
    try:
        made.fill(got, rows, factors[rows])
    finally:
        stored._AT_ONCE = at_once
    flat = numbers.reshape(-1, n)[first:last].T.astype(float)
    np.testing.assert_array_equal(got, ((flat + offsets[:, None]) * gains[:, None])[rows] * factors[rows, None])


def test_floats_and_numbers_of_several_blocks_fill_one_array():
    one, two = block(np.array([[[1, 2, 3]], [[4, 5, 6]]], "<i2")), block(np.array([[[7, 8, 9]]], "<i2"), gains=[2])
    out = np.empty((4, 3))
    assert not stored.fill(out, [*one.rows(), np.array([0.5, 0.25, 0.0]), *two.rows()], [1.0, 1e-3, 1e3, 1.0])
    assert out.tolist() == [[1, 2, 3], [4e-3, 5e-3, 6e-3], [500, 250, 0], [14, 16, 18]]
    assert stored.fill(out[:2], one.rows(), [1.0, 1.0])


def test_a_zero_below_zero_stays_one():
    made = block(np.array([[[-0.0, 1.0]], [[2.0, 3.0]]], "<f4"), offsets=[-0.0, -1.0])
    assert np.signbit(made.samples[0, 0])


@pytest.mark.parametrize(("offset", "gain"), [(0.0, np.inf), (np.nan, 1.0), (1.7e308, 10.0), (0.0, np.nan)])
def test_a_scale_that_is_not_finite_is_no_reason_to_trust_the_samples(offset, gain):
    with np.errstate(over="ignore", invalid="ignore"):
        made = block(np.array([[[1, 2, 3]]], "<i2"), offsets=[offset], gains=[gain])
        assert not made.is_finite([0], [1.0])
        content = FileContent(signals=(Signal(label="VL", values=made.rows()[0], unit="V", sfreq=1000.0),))
        with pytest.raises(SignalError, match="'VL' has 3 samples that are NaN or infinite"):
            assemble(content, Overrides(), where="a.edf")


def test_samples_known_to_be_finite_are_not_searched_and_others_are():
    channels = (Channel(name="VL", unit="V"),)
    held = np.full((1, 3), np.nan)
    assert np.isnan(Recording(data=Finite(held), sfreq=1.0, channels=channels).data).all()
    with pytest.raises(SignalError):
        Recording(data=held, sfreq=1.0, channels=channels)
    # a recording made from it holds an array, and is searched again
    with pytest.raises(SignalError):
        Recording(data=Finite(held), sfreq=1.0, channels=channels).crop(0.0, 2.0)


def test_a_recording_of_finite_samples_is_read_only_and_owns_them():
    held = np.ones((1, 3))
    made = Recording(data=Finite(held), sfreq=1.0, channels=(Channel(name="VL", unit="V"),))
    held[:] = 2.0
    assert made.data.tolist() == [[1.0, 1.0, 1.0]]
    assert not made.data.flags.writeable


@pytest.mark.skipif(not compiled.compiled(), reason="the compiled kernels are not installed")
@pytest.mark.parametrize("per_group", [16, 17, 31, 2000])
def test_compiled_code_makes_the_same_samples_to_the_last_bit(per_group, monkeypatch):
    raw = np.random.default_rng(per_group).integers(-(2**15), 2**15, (7, 3, per_group), dtype=np.int16)
    block = Block(
        numbers=raw.transpose(1, 0, 2), offsets=np.array([0.0, 12.5, -3.25]), gains=np.array([1.0, 0.1, 3e-7]),
        part=slice(0, 7 * per_group),
    )  # fmt: skip
    fast, slow = np.empty((3, 7 * per_group)), np.empty((3, 7 * per_group))
    block.fill(fast, [0, 1, 2], [1.0, 1e-6, 0.3])
    monkeypatch.setattr(stored, "compiled", dict)
    block.fill(slow, [0, 1, 2], [1.0, 1e-6, 0.3])
    np.testing.assert_array_equal(fast, slow)


@pytest.mark.parametrize("per_group", [3, 16, 17, 31, 2000])
@pytest.mark.parametrize("place", [(0, 0), (6, -1), (3, 1)])
@pytest.mark.parametrize("count", [-5001, 5001])
def test_a_number_beyond_the_limits_is_noticed_wherever_it_stands(per_group, place, count):
    raw = np.random.default_rng(per_group).integers(-5000, 5001, (1, 7, per_group), dtype=np.int16)
    asked = []
    one = Block(
        numbers=raw, offsets=np.zeros(1), gains=np.ones(1), part=slice(0, 7 * per_group), limits=(-5000, 5000),
        refuse=asked.append,
    )  # fmt: skip
    one.fill(np.empty((1, 7 * per_group)), [0], [1.0])
    assert not asked
    raw[0][place] = count
    one.fill(np.empty((1, 7 * per_group)), [0], [1.0])
    assert asked == [one]
