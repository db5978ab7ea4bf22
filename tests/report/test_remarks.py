"""Every notice that emgkit can give has a heading in the report, and no heading is without a notice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import emgkit
from emgkit.errors import Notice
from emgkit.report.remarks import HEADINGS, remarks
from emgkit.signal_quality import CHECKS

# codes that are put together, and what they can be
MADE = {
    "{what}-contradiction": ("unit-contradiction", "rate-contradiction"),
    "duplicate-{self.kind}": ("duplicate-recording", "duplicate-channel"),
    "one.check": tuple(check.name for check in CHECKS),
}
# a notice that is made of another
PASSED_ON = ("alarm.code", "fact['code']")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def codes() -> Iterator[str]:
    """The code of every Notice in the source; an expression in braces where it is put together."""
    for path in sorted(Path(emgkit.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                if name == "Notice" and "code" in given:
                    yield from _codes(given["code"], function)


def _codes(value: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.JoinedStr):
        yield from MADE[ast.unparse(value)[2:-1]]
    elif isinstance(value, ast.Name):  # the first of a row of a table in the same function
        for row in [node for node in ast.walk(function) if isinstance(node, ast.Tuple) and len(node.elts) == 3]:
            if isinstance(row.elts[0], ast.Constant) and CODE.fullmatch(str(row.elts[0].value)):
                yield str(row.elts[0].value)
    elif ast.unparse(value) in MADE:
        yield from MADE[ast.unparse(value)]
    else:
        assert ast.unparse(value) in PASSED_ON, f"say here what {ast.unparse(value)!r} can be"


def test_every_code_has_a_heading_and_every_heading_a_code() -> None:
    found = set(codes())
    assert {"rate-contradiction", "low-snr", "mvc-unit", "singular"} <= found, "the search finds codes of every form"
    assert found - set(HEADINGS) == set(), "codes without a heading"
    assert set(HEADINGS) - found == set(), "headings without a code"


@pytest.mark.parametrize(("code", "heading"), sorted(HEADINGS.items()))
def test_a_heading_is_plain_and_its_own(code: str, heading: str) -> None:
    assert CODE.fullmatch(code)
    assert heading[0].isupper()
    assert not heading.endswith(".")
    assert list(HEADINGS.values()).count(heading) == 1
    (made,) = remarks([Notice(code=code, text="Once."), Notice(code=code, text="Once.")])
    assert (made.heading, made.texts) == (heading, (("Once.", 2),))


def test_a_code_of_a_users_own_is_its_heading() -> None:
    assert remarks([Notice(code="emg-missing", text="It is.")])[0].heading == "EMG missing"


def test_a_hint_that_several_remarks_share_stands_once():
    hint = "Take it off."
    (made,) = remarks([Notice(code="mains", text=f"Channel {name}.", hint=hint) for name in "ABA"])
    assert made.hint == hint
    assert made.texts == (("Channel A.", 2), ("Channel B.", 1))
    (alone,) = remarks([Notice(code="mains", text="Channel A.", hint=hint)])
    assert (alone.hint, alone.texts) == ("", (("Channel A. Take it off.", 1),))
    (different,) = remarks([Notice(code="mains", text="A.", hint="One."), Notice(code="mains", text="B.", hint="Two.")])
    assert (different.hint, different.texts) == ("", (("A. One.", 1), ("B. Two.", 1)))
