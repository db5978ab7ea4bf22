"""Nothing but notation decides how a number, a p, a unit or a name is written."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import emgkit
from emgkit.units import INSIDE


def strings(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]


SOURCES = sorted(Path(emgkit.__file__).parent.rglob("*.py"))
# files whose numbers come from a result, so that another place prints them too
WRITTEN = re.compile(r"words|summaries|influence|columns|methods|sentences|.*_plots|raw_signals")
# what may have digits of its own there, by file and expression
OWN_DIGITS = {
    # printed figures stand as their sources print them, with the decimals of the print
    "published_plots.py": {"spread", "low", "high", "value", "each"},
}


def own_digits(path: Path) -> list[str]:
    """Numbers with digits of their own where notation should write them."""
    allowed = OWN_DIGITS.get(path.name, set())
    return [
        f"line {node.lineno}: {ast.unparse(node.value)} with digits of its own"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and re.search(r"[fgeE%]'?$", ast.unparse(node.format_spec))
        and ast.unparse(node.value) not in allowed
    ]


def second_notation(source: str) -> list[str]:
    """What in a source decides how something is written, although notation does."""
    tree, found = ast.parse(source), []
    for call in strings(tree):
        given = [one.value if isinstance(one, ast.Constant) else None for one in call.args]
        if call.func.attr == "replace" and given == ["_", " "]:  # type: ignore[attr-defined]
            found.append(f"line {call.lineno}: a name without its underscores")
    shown = {"µV", "µV·s", "µV²", "°", "°/s", "m/s²"}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in ("p_text", "_p_value", "p_phrase", "_p", "p_value"):
            found.append(f"line {node.lineno}: a function for p")
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            what, how = ast.unparse(node.value), ast.unparse(node.format_spec)
            if re.fullmatch(r"p|p_\w+|.*\[['\"]p(_\w+)?['\"]\]|.*\.p|float\(p\)", what) and re.search(r"[fge]", how):
                found.append(f"line {node.lineno}: a p with digits of its own")
        if isinstance(node, ast.Dict):
            keys = {one.value for one in node.keys if isinstance(one, ast.Constant)}
            values = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and one not in node.keys}
            if keys & set(INSIDE) and values & shown:
                found.append(f"line {node.lineno}: a map of units as they are shown")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(SOURCES[0].parent)))
def test_only_notation_decides_how_something_is_written(path: Path) -> None:
    if path.parent.name != "notation":
        assert second_notation(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if {"stats", "figures"} & set(path.parts) and WRITTEN.fullmatch(path.stem)],
    ids=lambda path: str(path.relative_to(SOURCES[0].parent)),
)
def test_numbers_of_results_have_no_digits_of_their_own(path: Path) -> None:
    assert own_digits(path) == []


def test_the_search_finds_digits_of_their_own(tmp_path: Path) -> None:
    for spec in (":.3g", ":.2f", ":g", ":.1e", ":z.2f", ":.{decimals}f"):
        source = tmp_path / "words.py"
        source.write_text(f'text = f"{{value{spec}}} of {{name:>8}} and {{other}}"\n', encoding="utf-8")
        assert len(own_digits(source)) == 1, spec


@pytest.mark.parametrize(
    "source",
    [
        'x = name.replace("_", " ")', 'x = f"p = {p:.3f}"', "x = f\"{row['p_adjusted']:.2g}\"", "def p_text(p): ...",
        'UNITS = {"V": ("µV", 1e6)}',
    ],
)  # fmt: skip
def test_the_search_finds_a_second_notation(source: str) -> None:
    assert len(second_notation(source)) == 1
