"""What an error about a channel without an MVC says to do."""

from __future__ import annotations

import pytest

from emgkit.study.recordings.measure.percent import _where_the_mvc_is


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_side_that_the_mvc_trials_lack_is_explained(side):
    assert _where_the_mvc_is(f"VL {side}", {"VL", "BF"}) == (
        "The names of the MVC trials have no side, and {side} in a name is the side of the electrodes. For the side "
        "that works, write {leg} or {arm} in the pattern"
    )


def test_a_channel_of_another_label_can_be_named():
    assert _where_the_mvc_is("VL", {"Vastus"}) == (
        'If an MVC trial has it by another label, say so: [channels] "…" = { name = "VL" }; '
        "else leave it out under [exclude] channels"
    )
