"""What an error and a notice print: whole where it is short, and never a page."""

from __future__ import annotations

import pickle

import pytest

from emgkit.errors import ArgumentError, DesignError, EmgkitError, FormatError, Notice


def test_a_short_message_is_printed_whole():
    error = FormatError("A cell is empty", where="a.csv, row 3", allowed="a number", got="''", hint="Fill it.")
    assert str(error) == "A cell is empty. Where: a.csv, row 3. Allowed: a number. Got: ''. Hint: Fill it."


@pytest.mark.parametrize("part", ["what", "where", "allowed", "got", "hint"])
@pytest.mark.parametrize("length", [100, 680, 10_000, 1_000_000])
def test_the_longest_part_of_a_message_loses_its_middle(part, length):
    parts = {"what": "It is wrong", "where": "a.csv", "allowed": "b", "got": "c", "hint": "d"}
    parts[part] = "<" + "x" * length + ">"
    error = ArgumentError(parts.pop("what"), **parts)
    assert len(str(error)) <= 700
    assert getattr(error, part) == "<" + "x" * length + ">"
    if length == 100:
        assert "x" * 100 in str(error)
    if length > 700:
        assert 550 < len(str(error)) <= 600
        assert " … " in str(error)
        assert ("x>" in str(error), "<x" in str(error)) == (True, True)


@pytest.mark.parametrize("kind", [ArgumentError, DesignError, FormatError])
def test_an_error_is_made_again_from_its_parts(kind):
    error = kind("It is wrong", where="a.csv", allowed="b", got="c", hint="d")
    again, elsewhere = kind(**error.parts), kind(**{**error.parts, "where": "row 3, a.csv"})
    assert (str(again), again.args, again.parts) == (str(error), error.args, error.parts)
    assert str(elsewhere) == str(error).replace("a.csv", "row 3, a.csv")
    assert (str(pickle.loads(pickle.dumps(again))), pickle.loads(pickle.dumps(again)).parts) == (
        str(error), error.parts,
    )  # fmt: skip


def test_many_long_parts_are_cut_alike():
    long = "y" * 5000
    text = str(EmgkitError(long, where=long, allowed=long, got=long, hint=long))
    assert len(text) <= 620
    assert text.count(" … ") == 5


def test_a_notice_is_cut_too():
    notice = Notice(code="a", text="z" * 5000, hint="short")
    assert len(notice.text) <= 600
    assert notice.hint == "short"
    assert Notice(code="a", text="z" * 500).text == "z" * 500
