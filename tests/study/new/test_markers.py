"""Markers by name without their axes, and the vertical axis that moves most."""

from __future__ import annotations

import numpy as np

from emgkit.study.new.markers import likely_vertical, markers_in_words, moved


def test_many_markers_are_named_without_their_axes():
    names = [f"Right M{place}_{axis}" for place in range(38) for axis in "xyz"]
    text = markers_in_words(names)
    assert text.startswith("the axes of 38 markers: Right M0, Right M1, ")
    assert text.endswith("Right M23 and 14 more")
    assert markers_in_words(["LASI X", "LASI Y"]) == "the axes of 1 marker: LASI"
    assert markers_in_words(["M1", "M2"]) == markers_in_words([]) == ""
    assert markers_in_words(["*18_z", "C_7_z", "USERMO0_z", "LASI_z"]).endswith(": LASI, *18, C_7, USERMO0")
    # no axis: a letter of the name itself
    assert markers_in_words(["Beinz", "bar_z"]) == ""


def test_the_vertical_axis_that_moves_most_is_in_every_recording():
    channels = ["a_x", "a_z", "b_z", "c_z", "d_z"]
    one = {"a_x": 9.0, "a_z": 0.4, "b_z": 0.6, "c_z": 5.0, "d_z": 0.0}
    other = {"a_x": 9.0, "a_z": 0.5, "b_z": 0.7, "d_z": 7.0}
    assert likely_vertical(channels, [one, other]) == "b_z"
    # one wild recording of three does not decide
    assert likely_vertical(channels, [one, other, {**other, "a_z": 90.0}]) == "b_z"
    assert likely_vertical(["a_x", "knee"], [one]) is None
    assert likely_vertical(channels, []) is None
    assert likely_vertical(["*18_z", "USERMO0_z", "C7_z"], [{"*18_z": 5.0, "USERMO0_z": 6.0, "C7_z": 0.5}]) == "C7_z"


def test_gaps_and_slips_of_a_marker_are_no_movement():
    samples = np.tile([0.0, 1.0], 500)
    samples[3], samples[5] = 1e6, np.nan
    assert moved(samples) == 1.0
    assert moved(np.full(4, np.nan)) == 0.0
