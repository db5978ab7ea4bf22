"""Several streams of one movement: the first gives the repetitions, the others show how far they agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit import Channel, Recording, Trial, find_repetitions
from emgkit.errors import ArgumentError, EmgkitWarning, SignalError
from emgkit.events import audit, stream_agreement, stream_agreement_sentence

STARTS = (1.0, 5.0, 9.0, 13.0)
TIMES = np.arange(0, 18, 0.01)


def movement(*, late: float = 0.0, size: float = 1.0, starts=STARTS) -> np.ndarray:
    """Raised cosines of two seconds, later by so many seconds."""
    since = TIMES - late
    each = [np.where((since >= a) & (since < a + 2), 0.5 - 0.5 * np.cos(np.pi * (since - a)), 0) for a in starts]
    return size * np.sum(each, axis=0)


def trial(*angles: np.ndarray, bar: np.ndarray | None = None) -> Trial:
    """A bar that goes down in a squat, and angles of joints."""
    emg = Recording(data=np.ones((1, 18000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    height = -0.5 * movement() if bar is None else bar
    position = Recording(data=[height], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    joints = tuple(Channel(name=name, unit="deg", kind="JNTANG") for name in ("knee", "hip")[: len(angles)])
    angle = Recording(data=list(angles), sfreq=100.0, channels=joints)
    return Trial(streams={"emg": emg, "position": position, "angle": angle})


@settings(deadline=None, max_examples=10)
@given(late=st.floats(-0.3, 0.3), size=st.sampled_from([90.0, -90.0, 1.0]), level=st.sampled_from([0.0, 170.0]))
def test_a_stream_that_is_later_is_later_by_as_much(late, size, level):
    """Whatever the sign, the size and the level of the angle."""
    given_ = trial(level + movement(late=late, size=size))
    found = find_repetitions(given_, by=["position", "angle"], starts="eccentric")
    rows = audit(found)
    own = audit(find_repetitions(given_, by="position", starts="eccentric"))
    pd.testing.assert_frame_equal(rows[own.columns], own)
    assert rows[["start_by_angle", "turn_by_angle", "end_by_angle"]].to_numpy() == pytest.approx(late, abs=0.011)


def test_repetitions_that_one_stream_lacks_are_told():
    knee = movement(late=0.05, size=90, starts=(1.0, 5.0, 13.0, 16.0))
    with pytest.warns(
        EmgkitWarning, match=r"angle shows 3 of the 4 repetitions that the position shows, and 1 more \("
    ):
        found = find_repetitions(trial(knee), by=("position", "angle"), starts="eccentric")
    assert [notice.code for notice in found.notices] == ["streams-differ"]
    assert audit(found)["start_by_angle"].notna().to_list() == [True, True, False, True]
    agreement = stream_agreement(audit(found))
    assert agreement["boundary"].to_list() == ["start", "turn", "end"]
    assert agreement[["n", "matched"]].to_numpy().tolist() == [[4, 3]] * 3
    assert agreement["median"].to_numpy() == pytest.approx(0.05, abs=0.01)
    text = stream_agreement_sentence("squat", agreement)
    assert text.startswith(
        "The repetitions of squat were searched in the angle signal, too: 3 of 4 were found in it (75 %)."
    )
    assert "by a median of 50 ms at the start (95 % limits of agreement 50 ms to 50 ms)" in text


def test_several_channels_of_one_stream_are_told_by_their_names():
    both = trial(movement(size=90), movement(late=0.1, size=60))
    found = find_repetitions(both, by=["position", "angle", "angle"], channel=[None, "knee", "hip"], starts="eccentric")
    rows = audit(found)
    assert rows["start_by_hip"].to_numpy() == pytest.approx(0.1, abs=0.01)
    assert rows["start_by_knee"].to_numpy() == pytest.approx(0.0, abs=0.01)
    cycles = find_repetitions(both, by=["angle", "angle"], channel=["knee", "hip"], starts=None)
    assert "turn_by_hip" in audit(cycles)
    assert audit(cycles)["start_by_hip"].to_numpy() == pytest.approx(0.1, abs=0.01)


def test_each_side_has_its_streams():
    left, right = movement(starts=(1.0, 9.0), size=90), movement(starts=(5.0, 13.0), size=90)
    given_ = trial(left, right, bar=np.array(0.5 * (movement(starts=(1.0, 9.0)))))
    bars = Recording(
        data=[movement(starts=(1.0, 9.0)), movement(starts=(5.0, 13.0), late=0.04)], sfreq=100.0,
        channels=(Channel(name="L", unit="m", kind="POS"), Channel(name="R", unit="m", kind="POS")),
    )  # fmt: skip
    given_ = Trial(streams={**given_.streams, "position": bars})
    channel = [{"left": "knee", "right": "hip"}, {"left": "L", "right": "R"}]
    rows = audit(find_repetitions(given_, by=["angle", "position"], channel=channel, starts="eccentric"))
    later = rows.groupby("side")["start_by_position"].median()
    assert later["left"] == pytest.approx(0.0, abs=0.01)
    assert later["right"] == pytest.approx(0.04, abs=0.01)


def test_what_cannot_be_compared_is_refused():
    one = trial(movement(size=90))
    with pytest.raises(ArgumentError, match=r"Several of these ways cannot be combined.*'position' and 'angle'"):
        find_repetitions(one, by=["position", "emg"], starts="eccentric")
    with pytest.raises(ArgumentError, match="a list of 2, in the order of by"):
        find_repetitions(one, by=["position", "angle"], channel="bar", starts="eccentric")
    with pytest.raises(ArgumentError, match="'left' in each"):
        find_repetitions(one, by=["position", "angle"], channel=[{"left": "bar"}, "knee"], starts="eccentric")
    still = trial(np.full(TIMES.size, 3.0))
    with pytest.raises(SignalError, match=r"is constant.*stream 'angle', which is compared"):
        find_repetitions(still, by=["position", "angle"], starts="eccentric")


def test_a_stream_with_none_of_the_repetitions_says_so():
    rows = pd.DataFrame({"start_by_angle": [None, None], "end_by_angle": [None, None]})
    text = stream_agreement_sentence("squat", stream_agreement(rows))
    assert text == "The repetitions of squat were searched in the angle signal, too: 0 of 2 were found in it (0 %)."
    assert stream_agreement(pd.DataFrame({"onset": [1.0]})).empty
