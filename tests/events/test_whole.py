"""The whole recording as one repetition, and the choice of a way by its name."""

import numpy as np
import pytest

from emgkit import Channel, Recording, Trial
from emgkit.errors import ArgumentError
from emgkit.events import audit, find_repetitions, segmentation_sentences
from emgkit.events.words import Segmentation, rejection_sentences


def hold(start: float = 0.0) -> Trial:
    x = np.random.default_rng(0).normal(size=(1, 5000))
    channel = Channel(name="VL", unit="V", kind="EMG")
    return Trial(streams={"emg": Recording(data=x, sfreq=1000.0, channels=(channel,), start=start)})


def test_the_whole_recording_is_one_repetition_from_its_start_to_its_end() -> None:
    trial = find_repetitions(hold(start=0.25), by="none", exercise="plank")
    (event,) = trial.events
    assert (event.label, event.onset, event.duration) == ("repetition", 0.25, 5.0)
    assert audit(trial)[["repetition", "exercise", "accepted"]].to_numpy().tolist() == [[1, "plank", True]]


def test_a_stretch_begins_and_ends_where_it_is_asked() -> None:
    (event,) = find_repetitions(hold(), by="none", start=1.0, stop=4.5).events
    assert (event.onset, event.duration) == (1.0, 3.5)


@pytest.mark.parametrize("stretch", [{"start": 3.0, "stop": 3.0}, {"start": -1.0}, {"stop": 5.1}, {"start": 6.0}])
def test_a_stretch_outside_the_recording_is_refused(stretch: dict[str, float]) -> None:
    with pytest.raises(ArgumentError, match=r"The stretch is not within the recording\. Allowed: 0 s <= start < stop"):
        find_repetitions(hold(), by="none", **stretch)


@pytest.mark.parametrize(
    ("by", "options", "text"),
    [
        ("none", {"starts": "eccentric"}, r"by='none' has no option 'starts'\. Allowed: 'start' and 'stop'"),
        ("position", {"stop": 1.0, "starts": None}, r"by='position' has no option 'stop'\. Allowed: 'starts', 'chan"),
        ("angle", {}, r"by='angle' needs 'starts'"),
    ],
)
def test_a_way_takes_its_own_options_alone(by: str, options: dict[str, object], text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        find_repetitions(hold(), by=by, **options)


def test_methods_name_the_stretch_and_no_search() -> None:
    ways = [
        Segmentation(exercise="plank", by="none", n=3, rejected=0),
        Segmentation(exercise="wall_sit", by="none", n=3, rejected=0, start=1.0, stop=4.5),
        Segmentation(exercise="bridge", by="none", n=3, rejected=0, start=2.0),
    ]
    assert segmentation_sentences(ways) == (
        "No repetitions were searched in plank: the whole of each recording was measured.",
        "No repetitions were searched in wall sit: the stretch from 1 s to 4.5 s of each recording was measured.",
        "No repetitions were searched in bridge: the stretch from 2 s to the end of each recording was measured.",
    )
    assert rejection_sentences(ways) == ()
