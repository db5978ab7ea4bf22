"""Tables for a terminal."""

import pytest

from emgkit.report.terminal import table_lines

ROWS = [
    {"position": 1, "channel": "R_GMAX", "muscle": "gluteus maximus", "kind": "EMG", "side": "", "seconds": 2.5},
    {"position": 2, "channel": "knee angle", "muscle": "", "kind": None, "side": "", "seconds": 12.25},
]


def test_columns_stand_below_their_heads_and_empty_ones_are_left_out():
    assert table_lines(ROWS, width=80, title="channel") == [
        "position  channel     muscle           kind  seconds",
        "       1  R_GMAX      gluteus maximus  EMG       2.5",
        "       2  knee angle                   ?       12.25",
    ]


def test_cells_break_between_words():
    assert table_lines(ROWS, width=41, title="channel")[1:3] == [
        "       1  R_GMAX   gluteus  EMG       2.5",
        "                   maximus",
    ]


def test_what_is_the_same_in_all_rows_goes_above_where_the_columns_do_not_fit():
    rows = [row | {"kind": "EMG"} for row in ROWS]
    assert table_lines(rows, width=34, title="channel")[:2] == ["All: kind: EMG", "position channel  muscle   seconds"]


def test_what_is_the_same_goes_above_where_cells_would_break():
    rows = [row | {"muscle": "a long name of a muscle"} for row in ROWS]
    lines = table_lines(rows, width=55, title="channel")
    assert lines[0] == "All: muscle: a long name of a muscle"
    assert len(lines) == 1 + 1 + len(rows)


@pytest.mark.parametrize("width", range(14, 90))
def test_no_word_is_cut_and_no_line_is_too_long(width):
    lines = table_lines(ROWS, width=width, title="channel")
    assert max(map(len, lines)) <= width
    words = " ".join(lines).replace(",", " ").replace(":", " ").split()
    for word in ("R_GMAX", "knee", "angle", "gluteus", "maximus", "EMG", "2.5", "12.25", "position", "seconds"):
        assert word in words
