"""C3D files damaged at random: read, or refused by an error of emgkit's own, in seconds and in little memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import FormatError
from emgkit.io import read

SIGNALS = np.arange(-60, 60).reshape(3, 40), np.arange(1, 61).reshape(2, 3, 10) / 2
EVENTS = [("Left", "Foot Strike", 0.05)]


@pytest.mark.fuzz("c3d")
@pytest.mark.parametrize("processor", ["PC", "DEC", "MIPS"])
@pytest.mark.parametrize("real", [True, False])
def test_a_damaged_file_is_read_or_refused(survives, c3d_bytes, processor, real):
    raw = c3d_bytes(*SIGNALS, processor=processor, real=real, per_frame=4, events=EVENTS)
    outcomes = survives(raw, name="a.c3d", units="V", format="c3d")
    assert outcomes >= {"Trial", "FormatError", "FileError"}


@pytest.mark.fuzz("c3d")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_words_in_the_header_and_the_parameters(tmp_path, c3d_bytes, outcome, data):
    words = data.draw(st.dictionaries(st.integers(2, 11), st.integers(0, 65535), max_size=4))
    numbers = st.one_of(
        st.integers(0, 65535), st.floats(width=32), st.just(""), st.lists(st.text(max_size=5), max_size=4)
    )
    names = ["POINT:USED", "POINT:SCALE", "POINT:RATE", "POINT:FRAMES", "POINT:LABELS", "POINT:UNITS", "ANALOG:USED",
             "ANALOG:RATE", "ANALOG:SCALE", "ANALOG:OFFSET", "ANALOG:GEN_SCALE", "ANALOG:LABELS", "ANALOG:UNITS",
             "ANALOG:FORMAT", "TRIAL:ACTUAL_END_FIELD", "TRIAL:ACTUAL_START_FIELD", "EVENT:USED", "EVENT:TIMES",
             "EVENT:LABELS", "FORCE_PLATFORM:CHANNEL", "SUBJECTS:NAMES", "POINT:LONG_FRAMES"]  # fmt: skip
    change = data.draw(st.dictionaries(st.sampled_from(names), numbers, max_size=4))
    raw = c3d_bytes(*SIGNALS, per_frame=4, events=EVENTS, words=words, change=change)
    outcome(tmp_path / "a.c3d", raw, units="V")


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ({2: 65535, 4: 1, 5: 65535}, {"POINT:USED": 65535}),
        ({3: 65535, 10: 1, 5: 65535}, {"ANALOG:USED": 65535}),
        (
            {5: 65535},
            {"TRIAL:ACTUAL_START_FIELD": [1, 0], "TRIAL:ACTUAL_END_FIELD": [65535, 65535], "POINT:FRAMES": None},
        ),
        ({5: 65535}, {"POINT:LONG_FRAMES": 4e9, "POINT:FRAMES": None}),
    ],
)
def test_a_header_that_claims_more_than_the_file_holds_allocates_nothing(written, words, change):
    path = written(*SIGNALS, per_frame=4, words=words, change=change)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=r"cut off|contradicts"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
