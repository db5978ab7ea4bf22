"""Numbers that compiled code reads from rows of text, beside Python's own float."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit.kernels import compiled
from emgkit.kernels.number_text import numbers_in_rows

pytestmark = pytest.mark.skipif(not compiled.compiled(), reason="the compiled kernels are not installed")


def read(text, *, sep=",", decimal=".", columns=2, parts=1):
    lines = text.splitlines(keepends=True)
    cut = [
        b"".join(lines[first::1][: len(lines) // parts + 1]) for first in range(0, len(lines), len(lines) // parts + 1)
    ]
    return numbers_in_rows(cut, len(text), sep=sep, decimal=decimal, columns=columns)


# what a program may write of a number that is exact in a float: up to 15 digits, small powers of ten
written = st.one_of(
    st.builds(
        lambda x, f: f % x,
        st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-8),
        st.sampled_from(["%.3f", "%.6f", "%.9g", "%+.5e", "%.12G"]),
    ),
    st.integers(-(10**14), 10**14).map(str),
    st.sampled_from(["0", "-0", "+0.0", ".5", "-.25", "7.", "1e0", "1E+02", "2.5e-7", "00012", "0.000000000000001"]),
)
many_digits = st.floats(allow_nan=False, allow_infinity=False).map(repr)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(written, min_size=3, max_size=3), min_size=1, max_size=40),
    sep=st.sampled_from([",", ";", "\t", " ", "|"]), decimal=st.sampled_from([".", ","]),
    line=st.sampled_from(["\n", "\r\n"]), ends=st.booleans(), parts=st.integers(1, 4),
)  # fmt: skip
def test_every_number_is_the_nearest_float(rows, sep, decimal, line, ends, parts):
    if sep == decimal:
        return
    text = line.join(sep.join(row).replace(".", decimal) for row in rows) + line * ends
    got = read(text.encode(), sep=sep, decimal=decimal, columns=3, parts=parts)
    wanted = np.array([[float(cell) for cell in row] for row in rows])
    assert got is not None
    np.testing.assert_array_equal(got, wanted)
    np.testing.assert_array_equal(np.signbit(got), np.signbit(wanted))


@settings(max_examples=200, deadline=None)
@given(odd=many_digits, place=st.integers(0, 199))
def test_a_few_numbers_of_many_digits_are_read_by_python(odd, place):
    cells = ["0.25"] * 200
    cells[place] = odd
    text = "\n".join(",".join(cells[first : first + 2]) for first in range(0, 200, 2))
    got = read(text.encode())
    assert got is not None
    assert got.ravel()[place] == float(odd)


def test_seventeen_digits_are_rounded_once():
    # a whole number above 2^53 is no exact float, and dividing what it was rounded to rounds again
    numbers = np.random.default_rng(53).random(5000)
    rows = [f"{number:.17f},0.25" + ",1" * 98 for number in numbers]
    got = numbers_in_rows(["\n".join(rows).encode()], 1, sep=",", decimal=".", columns=100)
    assert got is not None
    np.testing.assert_array_equal(got[:, 0], [float(row.split(",")[0]) for row in rows])


@pytest.mark.parametrize(
    "text",
    [
        b"1,2\n3\n", b"1,2,3\n", b"a,b\n", b"1,\n", b",1\n", b"1 ,2\n", b"1, 2\n", b"\n", b"1,2\n\n", b"1e,2\n",
        b"--1,2\n", b"1.2.3,4\n", b"nan,1\n", b"inf,1\n", b"1,2\n#\n", b"1,2\r3,4\n", b".,1\n", b"1,2\0\n", b"1,2\n\0",
        b"1e12345,2\n", b"0x10,2\n", b"1_0,2\n", b'"1",2\n', b"1,2" + "\u0663".encode() + b"\n", b"1;2\n",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_others(text):
    assert read(text) is None
    assert read(b"1,2\n" * 1000 + text) is None


def test_signs_that_numbers_hold_are_no_separators():
    assert read(b"1-2\n", sep="-") is None
    assert read(b"1e2\n", sep="e") is None
    assert read(b"1.2\n", sep=".") is None
    assert read(b"1::2\n", sep="::") is None
