"""One repetition's edges against movements in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emgkit.events.ways.phases import Motion, _beginning, find_phases, meet, turning_point

SFREQ = 1000.0


def motion(x: NDArray[np.float64], **changes: float) -> Motion:
    settings = {"sfreq": SFREQ, "edge": 0.05, "noise": 0.0, "grain": 0.0, **changes}
    return Motion(raw=x, smooth=x, velocity=np.gradient(x), **settings)


def rise(away: float, hold: float, back: float, *, lead: float = 1.0, tail: float = 1.0) -> NDArray[np.float64]:
    """Raised cosine up, a pause, and down; 1000 samples a second."""
    up = (1 - np.cos(np.pi * np.arange(0, away, 1 / SFREQ) / away)) / 2
    down = (1 + np.cos(np.pi * np.arange(0, back, 1 / SFREQ) / back)) / 2
    parts = (np.zeros(round(lead * SFREQ)), up, np.ones(round(hold * SFREQ)), down, np.zeros(round(tail * SFREQ)))
    return np.concatenate(parts)


@pytest.mark.parametrize(("away", "hold", "back"), [(1.0, 0.5, 1.0), (2.0, 1.0, 0.8), (0.5, 0.3, 3.0)])
def test_the_edges_of_unfiltered_raised_cosines_are_found_within_a_hundredth_of_the_movement(away, hold, back):
    x = rise(away, hold, back)
    peak = round((1 + away + hold / 2) * SFREQ)
    found = find_phases(motion(x), left=0, peak=peak, right=len(x) - 1, rest=(0.0, 0.0))
    truth = SFREQ * np.cumsum([1.0, away, hold, back])
    edges = np.array([found.leaves, found.arrives, found.departs, found.returns])
    # a bare threshold of 5 % would be asin(0.05) / pi = 1.6 % late
    assert np.abs(edges - truth).max() < 0.003 * SFREQ * max(away, back)
    assert found.excursion == pytest.approx(1.0, abs=1e-3)


def test_a_bare_velocity_threshold_is_what_the_straight_line_improves_on():
    x = rise(2.0, 1.0, 2.0)
    velocity = np.gradient(x)
    bare = int(np.flatnonzero(velocity > 0.05 * velocity.max())[0])
    found = find_phases(motion(x), left=0, peak=3500, right=len(x) - 1, rest=(0.0, 0.0))
    assert bare - 1000 == pytest.approx(2000 * np.arcsin(0.05) / np.pi, abs=1.5)
    assert abs(found.leaves - 1000) < 2


def test_the_way_back_is_the_way_there_in_reversed_time():
    x = rise(1.3, 0.4, 0.7)
    last = len(x) - 1
    there = find_phases(motion(x), left=0, peak=2500, right=last, rest=(0.0, 0.0))
    back = find_phases(motion(x[::-1]), left=0, peak=last - 2500, right=last, rest=(0.0, 0.0))
    assert back.leaves == pytest.approx(last - there.returns, abs=1e-6)
    assert back.arrives == pytest.approx(last - there.departs, abs=1e-6)
    assert back.excursion == pytest.approx(there.excursion)


def test_edges_do_not_depend_on_the_unit():
    x = rise(1.3, 0.4, 0.7)
    one = find_phases(motion(x), left=0, peak=2500, right=len(x) - 1, rest=(0.0, 0.0))
    other = find_phases(motion(1000 * x), left=0, peak=2500, right=len(x) - 1, rest=(0.0, 0.0))
    assert (other.leaves, other.returns) == pytest.approx((one.leaves, one.returns))
    assert other.excursion == pytest.approx(1000 * one.excursion)


def test_a_stop_on_the_way_belongs_to_the_movement():
    half = (1 - np.cos(np.pi * np.arange(500) / 500)) / 4
    up = np.concatenate([np.zeros(1000), half, np.full(400, 0.5), 0.5 + half, np.ones(500)])
    x = np.concatenate([up, up[::-1]])
    found = find_phases(motion(x), left=0, peak=2600, right=len(x) - 1, rest=(0.0, 0.0))
    assert found.leaves == pytest.approx(1000, abs=5)
    assert found.arrives == pytest.approx(2400, abs=5)


def test_a_wobble_before_the_movement_is_still_rest():
    x = rise(1.0, 0.5, 1.0)
    x[200:400] += 0.08 * (1 - np.cos(2 * np.pi * np.arange(200) / 200)) / 2
    found = find_phases(motion(x), left=0, peak=2250, right=len(x) - 1, rest=(0.0, 0.0))
    assert found.leaves == pytest.approx(1000, abs=5)


def test_a_movement_under_way_when_the_recording_begins_has_no_start():
    x = rise(1.0, 0.5, 1.0)[1500:]
    found = find_phases(motion(x), left=0, peak=750, right=len(x) - 1, rest=(0.0, 0.0))
    assert found.leaves is None
    assert found.arrives == pytest.approx(500, abs=5)
    assert found.returns == pytest.approx(2000, abs=5)


def test_a_movement_that_lacks_a_hundredth_at_the_start_counts_as_whole():
    x = rise(1.0, 0.5, 1.0)[1064:]
    assert 0 < x[0] < 0.02
    assert find_phases(motion(x), left=0, peak=700, right=len(x) - 1, rest=(0.0, 0.0)).leaves == 0


def test_a_hold_to_the_end_of_the_recording_has_no_way_back():
    x = rise(1.0, 2.0, 1.0)[:3500]
    x[2500:] -= 0.03 * (1 - np.cos(np.pi * np.arange(1000) / 1000)) / 2
    found = find_phases(motion(x), left=0, peak=2100, right=len(x) - 1, rest=(0.0, 0.0))
    assert found.leaves == pytest.approx(1000, abs=5)
    assert found.departs is None
    assert found.returns is None


def test_noise_lifts_the_threshold_but_never_above_a_fifth_of_the_peak():
    x = rise(1.0, 0.5, 1.0)
    assert motion(x, noise=0.0).threshold(2.0) == pytest.approx(0.1)
    assert motion(x, noise=0.3).threshold(2.0) == pytest.approx(0.3)
    assert motion(x, noise=9.0).threshold(2.0) == pytest.approx(0.4)
    assert motion(x, noise=0.0, edge=0.3).threshold(2.0) == pytest.approx(0.6)


def test_a_steep_top_is_placed_on_the_stream_as_recorded_and_a_blurred_one_on_the_smoothed():
    x = rise(2.0, 0.0, 0.5)
    top = int(np.argmax(x))
    assert turning_point(motion(x), top - 12) == top
    assert turning_point(motion(x, grain=0.2), top - 12) == top - 12


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(10.0, 300.0, (10.0, 300.0)), (140.0, 155.0, (150.0, 150.0)), (160.0, 140.0, (150.0, 150.0))],
)
def test_two_movements_meet_at_the_turning_point_unless_a_pause_parts_them(before, after, expected):
    assert meet(before, after, 150.0, shortest=100.0) == expected


@pytest.mark.parametrize(("core", "is_fitted"), [(7, False), (8, True), (9, True)])
def test_a_beginning_is_fitted_to_eight_samples_or_more(core, is_fitted):
    # a parabola that rises from sample 2 on; the movement was found to begin halfway to its core
    raw = np.maximum(np.arange(20.0) - 2, 0) ** 2
    found = _beginning(raw, core / 2, core)
    assert found == (pytest.approx(2, abs=0.2) if is_fitted else core / 2)


@pytest.mark.parametrize("longer", [1, 10, 40])
def test_a_beginning_is_as_exact_in_a_long_movement_whose_samples_are_averaged(longer):
    begins, core = 30 * longer, 80 * longer
    raw = np.maximum(np.arange(100.0 * longer) - begins, 0) ** 2
    assert _beginning(raw, 1.1 * begins, core) == pytest.approx(begins, abs=0.6 * longer)
