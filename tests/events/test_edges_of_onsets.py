"""Onset methods in closed form: the limits of each rule, values on either side of them, and every word of the rules."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom

from emgkit import Channel, Recording, signal
from emgkit.errors import ArgumentError, SignalError
from emgkit.events import onset_agreement, onsets
from emgkit.events.onsets.aglr import _change, evidence
from emgkit.events.onsets.bonato import double_threshold
from emgkit.events.onsets.change_points import _best_split, change_points
from emgkit.events.onsets.finding import _bursts, _sure
from emgkit.events.onsets.method import Found, bursts, runs
from emgkit.events.onsets.profile_likelihood import likeliest_change
from emgkit.events.onsets.rest import given_rest, quietest

SFREQ, REST = 1000.0, slice(0, 500)
METHODS = {name: made() for name, made in onsets.METHODS.items()}


def steps(*pieces: tuple[int, float]) -> np.ndarray:
    """A signal of alternating sign, with so many samples of each amplitude: its variance is known at every sample."""
    level = np.concatenate([np.full(n, float(size)) for n, size in pieces])
    return level * np.where(np.arange(level.size) % 2, -1.0, 1.0)


def spans(found: Found) -> list[list[int]]:
    return found.intervals.tolist()


# ------------------------------------------------------------------ what every method shares

RULES = {
    "hodges-bui": "where the rectified signal, low-pass filtered at 50 Hz (zero lag, net order 4), exceeded the mean "
    "of rest plus 3 standard deviations (Hodges and Bui 1996)",
    "bonato": "where, of 5 successive pairs of values, the sum of squares of at least 1 exceeded a threshold that a "
    "window of rest passes with a probability of 0.05 (double threshold, Bonato et al. 1998)",
    "tkeo": "where its rectified Teager–Kaiser energy, low-pass filtered at 50 Hz (zero lag, net order 4), exceeded "
    "the mean of rest plus 3 standard deviations (Solnik et al. 2010)",
    "aglr": "where the variance in a window of 50 ms gave a log-likelihood ratio of active to rest above 12, with "
    "edges where that of the next samples was greatest (approximated generalised likelihood ratio, Staude and Wolf "
    "1999)",
    "change-points": "it was split where its variance changes (binary segmentation, penalty 3 times the logarithm of "
    "the number of independent values), and pieces with more than 2 times the variance of rest are active",
}
RULES["profile-likelihood"] = (
    f"{RULES['aglr']}, and each edge was then moved to the likeliest change, within 250 ms, between two Laplace "
    "distributions of the rectified Teager–Kaiser energy (profile likelihood, Easter Selvan et al. 2018)"
)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_tells_its_rule_word_by_word(name):
    hold = 30 if name == "bonato" else 25
    assert METHODS[name].sentence() == (
        f"Onsets and offsets were found in the EMG band-passed at 30–300 Hz (zero lag, net order 4): {RULES[name]}. "
        f"Bursts shorter than {hold} ms were dropped, and silences shorter than 100 ms did not end a burst."
    )
    assert onsets.onsets_sentence(name).endswith(" Rest was the quietest 0.5 s of each channel.")


def test_a_run_as_long_as_hold_stays_and_a_silence_as_long_as_gap_ends_a_burst():
    active = np.array([[10, 14], [20, 25], [35, 40], [49, 60]])
    assert bursts(active, hold=5, gap=10).tolist() == [[20, 25], [35, 60]]
    assert bursts(active, hold=5.5, gap=9).tolist() == [[49, 60]]
    # products of decimal numbers are a rounding error off: 0.07 * 100 is above 7
    assert bursts(np.array([[0, 7], [14, 21]]), hold=0.07 * 100, gap=0.07 * 100).tolist() == [[0, 7], [14, 21]]


def test_runs_reach_to_both_ends():
    assert runs(np.array([True, False, False, True])).tolist() == [[0, 1], [3, 4]]
    assert runs(np.ones(3, dtype=bool)).tolist() == [[0, 3]]


@pytest.mark.parametrize("method", [one for one in onsets.METHODS.values() if one is not onsets.ChangePoints])
def test_a_method_drops_what_is_shorter_than_hold_and_joins_what_is_nearer_than_gap(method):
    y = np.random.default_rng(6).normal(size=6000)
    for first, stop in ((1000, 1120), (2000, 2300), (2340, 2640), (2870, 3170), (4000, 4300)):
        y[first:stop] *= 20
    found = method(hold=0.2, gap=0.1).find(y, REST, SFREQ).intervals
    assert found == pytest.approx(np.array([[2000, 2640], [2870, 3170], [4000, 4300]]), abs=15)


# ------------------------------------------------------------------ means and standard deviations of rest


@pytest.mark.parametrize("method", [onsets.HodgesBui(sds=2.5, cutoff=40), onsets.TeagerKaiser(sds=2.5, cutoff=40)])
def test_a_threshold_is_the_mean_of_rest_and_so_many_standard_deviations(method):
    y = np.random.default_rng(1).normal(size=4000) * np.where(np.arange(4000) < 2000, 1.0, 10.0)
    bare = np.abs(y) if isinstance(method, onsets.HodgesBui) else np.abs(signal.tkeo(y))
    smooth = signal.lowpass(bare, 40, sfreq=SFREQ)
    found = method.find(y, slice(200, 1700), SFREQ)
    assert found.threshold == pytest.approx(smooth[200:1700].mean() + 2.5 * smooth[200:1700].std(), rel=1e-12)
    ((first, stop),) = spans(found)
    assert smooth[first] > found.threshold >= smooth[first - 1]
    assert stop == y.size


# ------------------------------------------------------------------ double threshold


@pytest.mark.parametrize(("pairs", "enough", "false_alarm"), [(5, 1, 0.05), (5, 3, 0.01), (4, 4, 0.2)])
def test_the_first_threshold_lets_a_window_of_rest_pass_with_the_probability_that_is_asked_for(
    pairs, enough, false_alarm
):
    y = 3.0 * steps((2000, 1.0))
    method = onsets.Bonato(pairs=pairs, enough=enough, false_alarm=false_alarm)
    share = np.exp(-method.find(y, REST, SFREQ).threshold / (2 * 9.0))
    assert binom.sf(enough - 1, pairs, share) == pytest.approx(false_alarm, rel=1e-9)


@pytest.mark.parametrize("sfreq", [700.0, 2000.0, 4000.0])
def test_windows_of_white_rest_pass_as_often_as_is_asked_for(sfreq):
    y = np.random.default_rng(2).normal(size=200_000)
    method = onsets.Bonato(hold=1e-9, gap=1e-9, false_alarm=0.05)
    threshold = method.find(y, slice(0, y.size), sfreq).threshold
    step = max(1, round(sfreq / 540))
    pair = np.zeros(y.size, dtype=bool)
    pair[step:] = y[step:] ** 2 + y[:-step] ** 2 > threshold
    window = np.any([pair[place : y.size - 8 * step + place] for place in range(0, 10 * step, 2 * step)], axis=0)
    assert window.mean() == pytest.approx(0.05, abs=0.004)
    # what is found begins and ends with values that bring a pair over the threshold
    found = double_threshold(y, threshold, step=step, pairs=5, enough=1)
    assert (y[np.r_[found[:, 0], found[:, 1] - 1]] ** 2 > threshold / 2).all()
    assert np.isin(np.flatnonzero(y**2 > threshold), np.concatenate([np.arange(*one) for one in found])).all()
    assert spans(method.find(y, slice(0, y.size), sfreq)) == bursts(found, hold=1, gap=1).tolist()


def test_the_numbers_of_a_double_threshold_are_checked_up_to_their_limits():
    onsets.Bonato(enough=5)
    onsets.Bonato(false_alarm=0.999)
    for wrong in ({"enough": 6}, {"false_alarm": 1.0}, {"enough": 6, "false_alarm": 1.0}):
        with pytest.raises(ArgumentError, match="double threshold cannot be used"):
            onsets.Bonato(**wrong)


@pytest.mark.parametrize(("apart", "is_one"), [(8, True), (16, False), (24, False), (10, False), (12, True), (4, True)])
def test_pairs_of_a_window_lie_two_steps_apart(apart, is_one):
    # with a step of 4, a single value makes two pairs pass, 4 samples apart: windows are 8 samples from pair to pair
    y = np.zeros(200)
    y[[100, 100 + apart]] = 2.0
    found = double_threshold(y, 3.9, step=4, pairs=3, enough=2).tolist()
    assert bool(found) == is_one
    assert not double_threshold(y, 4.0, step=4, pairs=3, enough=1).size or apart == 4


@pytest.mark.parametrize("step", [1, 4])
@pytest.mark.parametrize(("pairs", "enough"), [(1, 1), (3, 2), (5, 1), (5, 3)])
def test_a_window_is_centred_so_that_a_burst_keeps_both_edges(step, pairs, enough):
    y = np.zeros(300)
    y[100:180] = 3.0
    assert double_threshold(y, 8.9, step=step, pairs=pairs, enough=enough).tolist() == [[100, 180]]
    # the first pair of a recording is complete one step after its begin
    first = 0 if enough < pairs and pairs // 2 >= enough else step
    assert double_threshold(y[100:180], 8.9, step=step, pairs=pairs, enough=enough).tolist() == [[first, 80]]


def test_a_burst_is_cut_to_its_own_loud_values():
    def found(at: dict[int, float], threshold: float, **window: int) -> list[list[int]]:
        y = np.zeros(200)
        y[list(at)] = list(at.values())
        return double_threshold(y, threshold, **{"step": 4, "pairs": 5, "enough": 1, **window}).tolist()

    assert found({100: 2, 150: 2}, 3.9) == [[100, 101], [150, 151]]
    # a value at half of the threshold brings no pair over it
    assert found({100: 2, 104: 3}, 8.0) == [[104, 105]]
    # the window of sample 100 has two pairs that pass, and no loud value
    assert found({101: 2, 108: 2, 116: 2}, 3.9, enough=2) == [[108, 109], [116, 117]]


# ------------------------------------------------------------------ likelihood ratio


@pytest.mark.parametrize("window", [0.03, 0.05])
def test_a_muscle_is_active_from_the_variance_on_that_gives_the_evidence(window):
    # n / 2 (r - 1 - ln r) of 540 independent values a second
    ratio = brentq(lambda r: 540 * window / 2 * (r - 1 - np.log(r)) - 12, 1, 50)
    for factor, is_found in ((0.999, False), (1.001, True)):
        y = 2.0 * steps((1000, 1), (300, np.sqrt(factor * ratio)), (700, 1))
        found = onsets.LikelihoodRatio(window=window).find(y, REST, SFREQ)
        assert spans(found) == [[1000, 1300]] * is_found
        assert found.threshold == 12


def test_variances_below_that_of_rest_are_no_evidence():
    ratio = np.array([0.2, 1.0, 1.2, 3.0])
    assert evidence(ratio, n=10) == pytest.approx([0, 0, 5 * (0.2 - np.log(1.2)), 5 * (2 - np.log(3))])


@pytest.mark.parametrize(("n", "is_found"), [(99, False), (100, True)])
def test_a_burst_is_as_long_as_hold_between_its_edges_and_not_between_its_alarms(n, is_found):
    y = steps((1000, 1), (n, 20), (1000, 1))
    assert spans(onsets.LikelihoodRatio(hold=0.1).find(y, REST, SFREQ)) == [[1000, 1000 + n]] * is_found


def test_a_short_alarm_is_dropped_before_near_ones_are_joined():
    method = onsets.LikelihoodRatio(hold=0.2, gap=0.1)
    for short, stop in ((60, 1300), (300, 1680)):
        y = steps((1000, 1), (300, 20), (80, 1), (short, 20), (1000, 1))
        assert spans(method.find(y, REST, SFREQ)) == [[1000, stop]]
    apart = steps((1000, 1), (300, 20), (180, 1), (300, 20), (1000, 1))
    assert spans(method.find(apart, REST, SFREQ)) == [[1000, 1300], [1480, 1780]]


@pytest.mark.parametrize(("change", "n"), [(1, 400), (3, 400), (20, 400), (200, 400), (396, 400), (399, 400)])
@pytest.mark.parametrize("off", [-20, -7, 0, 7, 20])
def test_an_edge_is_found_up_to_a_window_before_and_after_the_alarm(change, n, off):
    squares = np.r_[np.ones(change), np.full(n - change, 9.0)]
    alarm = change + off
    if 0 < alarm < n:
        assert _change(squares, alarm, 20) == change


def test_an_edge_further_off_or_what_comes_later_than_two_windows_has_no_say():
    assert _change(np.r_[np.ones(100), np.full(200, 9.0)], 79, 20) == 99
    assert _change(np.r_[np.ones(100), np.full(200, 9.0)], 121, 20) == 101
    assert _change(np.ones(9), 0, 3) == 0
    assert _change(np.full(50, 9.0), 5, 20) == 0
    much_later = np.r_[np.ones(100), np.full(40, 9.0), np.full(200, 1e6)]
    assert _change(much_later, 100, 20) == 100
    assert _change(much_later, 101, 20) == 121  # one sample of what is much louder


# ------------------------------------------------------------------ profile likelihood


def test_the_likeliest_change_is_where_the_sum_of_logarithms_is_least():
    rng = np.random.default_rng(3)
    for n in (2, 3, 7, 40):
        energy = rng.exponential(size=n) * np.where(np.arange(n) < n // 2, 1, 6)
        cost = [k * np.log(energy[:k].mean()) + (n - k) * np.log(energy[k:].mean()) for k in range(1, n)]
        assert likeliest_change(energy) == 1 + int(np.argmin(cost))
    assert likeliest_change(np.r_[np.zeros(5), np.ones(5)]) == 5


def test_an_edge_is_looked_for_within_reach_and_up_to_the_middles():
    method = onsets.ProfileLikelihood(reach=0.25)
    both = steps((800, 1), (400, 9), (400, 1), (400, 9), (800, 1))
    assert spans(method.find(both, REST, SFREQ)) == pytest.approx(np.array([[800, 1200], [1600, 2000]]), abs=1)
    # a burst at an end of the recording keeps that end
    cut = steps((400, 9), (800, 1), (400, 9))
    assert spans(method.find(cut, slice(500, 1000), SFREQ)) == pytest.approx(np.array([[0, 400], [1200, 1600]]), abs=1)
    assert not len(method.find(steps((1000, 1)), REST, SFREQ).intervals)


@pytest.mark.parametrize("seed", [23, 63, 115, 118])
def test_the_silence_before_the_first_burst_begins_with_the_first_sample(seed):
    # weak bursts, whose edge lies elsewhere without it
    y = np.random.default_rng(seed).normal(size=700) * np.where(np.arange(700) < 40, 1.0, 2.2)
    y[300:] /= 2.2
    first, stop = onsets.LikelihoodRatio().find(y, slice(350, 700), SFREQ).intervals[0].tolist()
    energy = np.abs(signal.tkeo(y))[: min((first + stop) // 2 + 1, first + 250)]
    assert likeliest_change(energy) != 1 + likeliest_change(energy[1:])
    found = onsets.ProfileLikelihood().find(y, slice(350, 700), SFREQ).intervals
    assert found[0, 0] == likeliest_change(energy)


# the reach is 250 samples; the middle of the third burst lies 150 from its edges, and so does that of the last silence
SOONER = [
    (((800, 1), (240, 4), (960, 400), (800, 1)), 1040), (((800, 1), (260, 4), (940, 400), (800, 1)), 800),
    (((560, 1e-6), (240, 1), (1200, 2.5), (800, 1)), 560), (((540, 1e-6), (260, 1), (1200, 2.5), (800, 1)), 800),
    (((800, 1), (140, 4), (160, 400), (900, 1)), 940), (((800, 1), (160, 4), (140, 400), (900, 1)), 800),
    (((500, 1), (300, 4), (160, 1e-6), (140, 1), (600, 2.5), (300, 1)), 960),
    (((500, 1), (300, 4), (140, 1e-6), (160, 1), (600, 2.5), (300, 1)), 1100),
]  # fmt: skip


@pytest.mark.parametrize(("pieces", "edge"), SOONER)
@pytest.mark.parametrize("backwards", [False, True])
def test_what_lies_beyond_the_reach_or_beyond_a_middle_has_no_say_in_an_edge(pieces, edge, backwards):
    level = np.concatenate([np.full(n, float(size)) for n, size in pieces])
    # the energy of this signal is as constant as its amplitude
    y = level * np.tile([1.0, 1.0, -1.0, -1.0], level.size)[: level.size]
    rest = next(slice(at, at + 100) for at in range(level.size) if (level[at : at + 100] == 1).all())
    if backwards:
        y, edge, rest = y[::-1], y.size - edge, slice(y.size - rest.stop, y.size - rest.start)
    found = onsets.ProfileLikelihood(reach=0.25).find(y, rest, SFREQ).intervals
    assert np.abs(found - edge).min() <= 2


# ------------------------------------------------------------------ change points


def gain(*pieces: tuple[int, float]) -> float:
    """What a split of two pieces of constant variance gains, in samples."""
    (n1, v1), (n2, v2) = pieces
    n = n1 + n2
    return float(n * np.log((n1 * v1 + n2 * v2) / n) - n1 * np.log(v1) - n2 * np.log(v2))


def test_a_split_gains_what_the_closed_form_says():
    squares = np.r_[np.full(300, 2.0), np.full(100, 3.0)]
    needed = gain((300, 2.0), (100, 3.0))
    total = np.concatenate([[0.0], np.cumsum(squares)])
    assert _best_split(total, 0, 400, 10) == (300, pytest.approx(needed))
    assert _best_split(total, 100, 160, 31) == (100, 0.0)
    for factor, edges in ((1 - 1e-6, [0, 300, 400]), (1 + 1e-6, [0, 400])):
        assert change_points(squares, least=10, gain=factor * needed, begin=1000).tolist() == edges


@pytest.mark.parametrize("length", [1000, 4000])
def test_the_penalty_counts_independent_values(length):
    pieces = (length, 1.0), (length // 2, 4.0)
    y = steps(*((n, np.sqrt(v)) for n, v in pieces))
    per_second = 540 / SFREQ
    limit = gain(*pieces) * per_second / np.log(per_second * y.size)
    for factor, is_found in ((1 - 1e-6, True), (1 + 1e-6, False)):
        found = onsets.ChangePoints(penalty=factor * limit).find(y, REST, SFREQ)
        assert (spans(found) == [[length, y.size]]) == is_found


@pytest.mark.parametrize(("least", "edges"), [(20, [0, 100, 120, 200]), (21, [0, 100, 121, 200])])
def test_no_piece_is_shorter_than_the_least(least, edges):
    squares = np.r_[np.full(100, 1.0), np.full(20, 50.0), np.full(80, 1.0)]
    found = change_points(squares, least=least, gain=5.0, begin=1000).tolist()
    assert found in ([0, 100, 120, 200], [0, 99, 120, 200], [0, 100, 121, 200])
    assert (found == edges) or (least == 21 and found == [0, 99, 120, 200])
    assert change_points(np.r_[np.full(20, 1.0), np.full(20, 9.0)], least=20, gain=1.0, begin=99).tolist() == [
        0,
        20,
        40,
    ]
    assert change_points(np.r_[np.full(20, 1.0), np.full(20, 9.0)], least=21, gain=1.0, begin=99).tolist() == [0, 40]


@pytest.mark.parametrize(("square", "is_active"), [(1.999, False), (2.001, True)])
def test_a_piece_is_active_above_the_double_of_the_variance_of_rest(square, is_active):
    y = 7.0 * steps((3000, 1), (2000, np.sqrt(square)), (3000, 1))
    assert spans(onsets.ChangePoints().find(y, REST, SFREQ)) == [[3000, 5000]] * is_active


def test_pieces_are_as_long_as_hold_and_joined_where_they_are_nearer_than_gap():
    y = steps((1000, 1), (800, 20), (500, 1), (800, 20), (1000, 1))
    both, one = [[1000, 1800], [2300, 3100]], [[1000, 3100]]
    for hold, gap, edges in ((0.1, 0.5, both), (0.1, 0.501, one), (0.5, 0.1, both), (0.81, 0.1, one)):
        assert spans(onsets.ChangePoints(hold=hold, gap=gap).find(y, REST, SFREQ)) == edges


def test_a_long_signal_is_begun_in_pieces_that_leave_no_edges():
    y = steps((23_000, 1), (2_000, 5), (20_500, 1))
    assert spans(onsets.ChangePoints().find(y, REST, SFREQ)) == [[23_000, 25_000]]
    assert change_points(np.ones(35), least=2, gain=1.0, begin=10).tolist() == [0, 35]


# ------------------------------------------------------------------ rest


def test_a_given_rest_is_its_samples():
    channel = Channel(name="VL", unit="V", kind="EMG")
    one = Recording(data=np.ones((1, 2000)), sfreq=SFREQ, channels=(channel,), start=3.0)
    assert given_rest(one, (3.25, 3.75)) == slice(250, 750)
    # half a sample beyond either end, and short of 0.1 s, is a rounding error
    assert given_rest(one, (2.9995, 5.0005)) == slice(0, 2000)
    assert given_rest(one, (3.0, 3.0996)) == slice(0, 100)
    for baseline in ((2.999, 4.0), (4.0, 5.001), (3.0, 3.099)):
        with pytest.raises(ArgumentError, match=r"within 3–5 s, at least 0\.1 s long"):
            given_rest(one, baseline)
    third = Recording(data=np.ones((1, 2000)), sfreq=SFREQ, channels=(channel,), start=1 / 3)
    with pytest.raises(ArgumentError, match=r"within 0\.333333–2\.333333 s"):
        given_rest(third, (0, 1))


def test_rest_is_the_quietest_half_second_to_a_step_of_a_twentieth():
    y = steps((1200, 4), (500, 1), (1300, 4))
    assert quietest(y, y, sfreq=SFREQ, name="VL") == slice(1200, 1700)
    y = steps((1225, 4), (550, 1), (1225, 4))
    assert quietest(y, y, sfreq=SFREQ, name="VL") == slice(1250, 1750)
    at_the_end = steps((1500, 4), (500, 1))
    assert quietest(at_the_end, at_the_end, sfreq=SFREQ, name="VL") == slice(1500, 2000)
    at_the_start = steps((500, 1), (500, 4))
    assert quietest(at_the_start, at_the_start, sfreq=SFREQ, name="VL") == slice(0, 500)


@pytest.mark.parametrize(("louder", "is_rest"), [(1.999, False), (2.001, True)])
def test_the_loudest_half_second_has_the_double_amplitude_of_rest(louder, is_rest):
    y = steps((600, 1), (600, louder))
    if is_rest:
        assert quietest(y, y, sfreq=SFREQ, name="VL") == slice(0, 500)
    else:
        with pytest.raises(SignalError, match=r"'VL': it is as loud.*loudest 0\.5 s of at least 2 times.*Got: 2 times"):
            quietest(y, y, sfreq=SFREQ, name="VL")


@pytest.mark.parametrize(("n", "is_used"), [(999, False), (1000, True)])
def test_a_second_is_the_shortest_recording_in_which_rest_is_looked_for(n, is_used):
    y = steps((500, 1), (n - 500, 4))
    if is_used:
        assert quietest(y, y, sfreq=SFREQ, name="VL") == slice(0, 500)
    else:
        with pytest.raises(SignalError, match=r"too short to find rest in it\. Allowed: at least 1 s\. Got: 0\.999 s"):
            quietest(y, y, sfreq=SFREQ, name="VL")


@pytest.mark.parametrize(("n", "at", "begin"), [(49, 1000, 800), (50, 1000, 1050), (50, 751, 850), (49, 751, 800),
                                              (50, 750, 800)])  # fmt: skip
def test_a_stretch_that_touches_fifty_equal_milliseconds_is_no_rest(n, at, begin):
    y = steps((800, 4), (1500, 1))
    y[1600:] *= 1.5
    x = y.copy()
    x[at : at + n] = 7.0
    assert quietest(x, y, sfreq=SFREQ, name="VL").start == begin


# ------------------------------------------------------------------ rows


class Known(onsets.OnsetMethod):
    """Finds what it is told."""

    name = "known"

    def find(self, *_):
        return Found(intervals=np.array([[25, 300], [400, 975]]), threshold=4.0, unit="{}^2")


def test_an_edge_as_near_an_end_as_hold_is_not_seen():
    noise = np.random.default_rng(4).normal(size=(1, 1000))
    channel = Channel(name="VL", unit="V", kind="EMG")
    for sfreq, seen in ((1000.0, [False, True, True, False]), (1041.0, [False, True, True, False]),
                        (999.0, [True, True, True, True])):  # fmt: skip
        one = Recording(data=noise, sfreq=sfreq, channels=(channel,), start=2.0)
        rows = _bursts(one, channel, one.data[0], method=Known(), rest=REST)
        edges = [edge for row in rows for edge in row[4:6]]
        assert [not np.isnan(edge) for edge in edges] == seen
        assert edges[1:3] == pytest.approx([2 + 300 / sfreq, 2 + 400 / sfreq])
        assert [row[9:] for row in rows] == [(4.0, "V^2", 2.0, pytest.approx(2 + 500 / sfreq))] * 2


def test_the_confidence_is_of_as_many_values_inside_as_outside_and_the_smaller_of_two():
    y = np.r_[np.full(100, 1.0), np.full(40, 3.0), np.full(60, 1.0)]
    assert _sure(y, 100, 140, seen=(True, True), beside=20) == 1.0
    assert _sure(y, 110, 140, seen=(True, True), beside=20) == 0.75  # half of the values before are as large
    assert _sure(y, 110, 140, seen=(False, True), beside=20) == 1.0
    assert _sure(y, 100, 150, seen=(True, True), beside=20) == 0.75  # half of the values inside are as small
    assert _sure(y, 100, 150, seen=(True, False), beside=20) == 1.0
    assert np.isnan(_sure(y, 100, 140, seen=(False, False), beside=20))
    # to the middle of a burst, and to an end of the recording
    slope = np.r_[2.5, 2, 5, 4, 3, 2, 2.5]
    assert _sure(slope, 1, 6, seen=(True, False), beside=5) == pytest.approx(2 / 3)
    assert _sure(slope, 1, 6, seen=(False, True), beside=5) == pytest.approx(2 / 3)
    assert _sure(np.r_[3.0, 9, 2, 1, 8], 1, 4, seen=(True, False), beside=5) == 0.5


def test_a_burst_is_matched_with_the_one_that_it_overlaps_most_and_with_no_other():
    import pandas as pd

    def table(method, *edges):
        return pd.DataFrame([{"channel": "VL", "method": method, "onset": a, "offset": b} for a, b in edges])

    one, two = table("a", (1.0, 4.0)), table("b", (0.5, 1.4), (1.5, 4.5))
    row = onset_agreement([one, two]).iloc[0]
    assert row[["n_a", "n_b", "n_matched"]].tolist() == [1, 2, 1]
    assert row[["onset_difference", "offset_difference"]].tolist() == pytest.approx([-0.5, -0.5])
    assert row[["onset_spread", "offset_spread"]].tolist() == pytest.approx([0.5, 0.5])
    apart = onset_agreement([table("a", (1.0, 2.0)), table("b", (2.0, 3.0))]).iloc[0]
    assert apart["n_matched"] == 0
    assert np.isnan(apart["onset_difference"])
    assert np.isnan(apart["offset_spread"])
