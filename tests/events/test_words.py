"""What a Methods section says of the repetitions is what was done to find them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emgkit.errors import ArgumentError
from emgkit.events import (
    OPTIONS,
    Segmentation,
    angle_bins_sentence,
    halves_sentence,
    rejection_sentences,
    segmentation_sentences,
)

SQUAT = Segmentation(exercise="back_squat", by="position", starts="eccentric", n=20, rejected=3)
THRUST = Segmentation(exercise="hip_thrust", by="angle", starts="concentric", n=10, rejected=0)
GAIT = Segmentation(exercise="gait", by="angle", n=40, rejected=5)
OWN = Segmentation(exercise="deadlift", by="events", starts="concentric", n=12, rejected=2, phases=True)
SEARCHED = ("filtered", "prominence", "velocity", "turning point", "excursion", " Hz", "hold", "median")


def text_of(*ways: Segmentation, **options: float) -> str:
    return " ".join((*segmentation_sentences(ways, **options), *rejection_sentences(ways)))


def test_a_search_has_every_number():
    values = (7.5, 0.21, 0.63, 0.07, 0.12, 0.66, 1.44)
    options = dict(
        zip(("cutoff", "prominence", "distance", "edge", "minimum_hold", "smallest", "largest"), values, strict=True)
    )
    assert set(options) == set(OPTIONS)
    text = text_of(SQUAT, **options)
    for value in options.values():
        assert str(value) in text
    with pytest.raises(ArgumentError, match=r"Unknown option 'cutof'.*Did you mean 'cutoff'"):
        text_of(SQUAT, cutof=3.0)


def test_the_text_names_own_events_and_describes_no_search():
    walked = Segmentation(exercise="gait", by="events", n=3, rejected=0)
    assert text_of(walked).startswith("The repetitions of gait are the recordings' own events. 0 of 3")
    assert "phase" not in text_of(walked)
    assert segmentation_sentences([walked, OWN]) == (
        "The repetitions of deadlift and their phases are the recordings' own events.",
        "The repetitions of gait are the recordings' own events.",
    )
    text = text_of(OWN)
    assert "repetitions of deadlift and their phases are the recordings' own events" in text
    assert "2 of 12 repetitions of the recordings' own events were rejected by hand" in text
    assert not [word for word in SEARCHED if word in text]
    assert "1 of 9 repetitions of the recordings' own events was rejected by hand" in text_of(
        replace(OWN, n=9, rejected=1)
    )
    assert "1 of 20 repetitions was rejected by the rules of the search." in text_of(replace(SQUAT, rejected=1))
    assert "0 of 1 repetition of" in text_of(Segmentation(exercise="squat", by="events", n=1, rejected=0))


def test_cycles_have_no_phases_and_no_rest():
    text = text_of(GAIT)
    assert "Cycles of gait were found in the angle signal" in text
    assert not [
        word for word in (" phase", "hold", "velocity", "Rest", "rest.", "recording cut", "0.05") if word in text
    ]
    assert text.endswith("5 of 40 repetitions were rejected by the rules of the search.")


def test_each_way_stands_once_and_names_its_exercises():
    sentences = segmentation_sentences((SQUAT, GAIT, THRUST, OWN))
    text = text_of(SQUAT, GAIT, THRUST, OWN)
    assert len(sentences) == len(set(sentences))
    assert "Repetitions of back squat were found in the position signal and those of hip thrust in the angle" in text
    assert "was the eccentric phase in back squat and the concentric phase in hip thrust." in text
    for once in (
        "Cycles of gait",
        "low-pass filtered",
        "velocity",
        "median excursion",
        "are the recordings' own events",
        "taken as a hold",
    ):
        assert text.count(once) == 1, once
    # the search and the own events each count their own repetitions
    assert "8 of 70 repetitions were rejected by the rules of the search." in text
    assert "2 of 12 repetitions of the recordings' own events" in text


def test_rest_is_named_where_the_study_names_it():
    low = Segmentation(exercise="curl", by="angle", starts="concentric", rest="near-zero", n=1, rejected=0)
    assert "Rest of curl was the extreme of the signal nearer to zero." in text_of(low)
    assert "begins and ends; where" not in text_of(low)
    assert "Rest of back squat was the extreme of the signal at which" in text_of(SQUAT, low)


def test_parts_of_phases_have_their_numbers():
    assert "filtered at 4 Hz" in halves_sentence(cutoff=4)
    assert "bins of 20 degrees" in angle_bins_sentence(width=20)
