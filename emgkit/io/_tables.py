"""BIDS tables: tab-separated text with a typed reading back, and the JSON that describes it."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emgkit.channels import Value
from emgkit.errors import ArgumentError, FormatError
from emgkit.notation import listed

__all__ = ["cell", "column_format", "read_json", "read_table", "typed", "write_json", "write_table"]

MISSING = "n/a"
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
# a leading zero marks a label, such as participant 01
_NUMBER = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# of a whole number that fits into 64 bits
_MOST_DIGITS = 18
_FORMATS = {bool: "boolean", int: "integer", float: "number", str: "string"}


def plain(value: object, *, where: str) -> Value:
    """The value as Python's own bool, int, float or str; None where it is missing."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if not isinstance(value, (bool, int, float, str)):
        raise ArgumentError(
            "A value does not fit into a table", where=where, allowed="bool, int, float or str", got=repr(value)
        )
    return value


def column_format(values: Iterable[Value], *, where: str) -> str:
    """The BIDS word for what a column holds.

    Raises
    ------
    ArgumentError
        The column mixes kinds of values; whole and other numbers are one kind.
    """
    kinds = {_FORMATS[type(value)] for value in values if value is not None}
    if kinds == {"integer", "number"}:
        return "number"
    if len(kinds) > 1:
        raise ArgumentError("A column mixes kinds of values", where=where, got=listed(sorted(kinds)))
    return kinds.pop() if kinds else "string"


def cell(value: Value, *, where: str) -> str:
    """A value as a table's cell."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    if any(sign in text for sign in "\t\n\r"):
        raise ArgumentError(
            "A text does not fit into a table's cell", where=where, allowed="no tab or line break", got=repr(text)
        )
    return text


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _json_number(text: str) -> int | float:
    """A whole number; one with more digits than any count has is no whole number any more, and may be none at all."""
    if len(text) > _MOST_DIGITS and not math.isfinite(float(text)):
        raise ValueError(f"a number of {len(text)} digits")
    return int(text) if len(text) <= _MOST_DIGITS else float(text)


def typed(cells: Sequence[str], form: str | None = None) -> list[Value]:
    """The cells of a column as values, by the stated format, else by what all its cells look like.

    Examples
    --------
    >>> typed(["1", "n/a", "3"]), typed(["01", "02"]), typed(["true", "false"])
    ([1, None, 3], ['01', '02'], [True, False])
    """
    present = [text for text in cells if text not in (MISSING, "")]
    if form not in ("boolean", "integer", "number", "string"):
        form = "string"
        if present and all(text.lower() in ("true", "false") for text in present):
            form = "boolean"
        elif present and all(_INTEGER.fullmatch(text) for text in present):
            form = "integer"
        elif present and all(_NUMBER.fullmatch(text) and math.isfinite(float(text)) for text in present):
            form = "number"
    convert: Callable[[str], Value] = {
        "boolean": lambda text: text.lower() == "true",
        "integer": _whole,
        "number": float,
        "string": str,
    }[form]  # type: ignore[assignment]  # each takes text
    try:
        return [None if text in (MISSING, "") else convert(text) for text in cells]
    except ValueError as error:
        raise FormatError(f"A column is said to hold {form} values", got=str(error)) from None


def read_table(path: Path) -> dict[str, list[str]]:
    """The columns of a BIDS table, as text.

    Raises
    ------
    FormatError
        A row has another number of cells than the header, or two columns have one name.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("The table is not UTF-8 text", where=str(path), got=str(error)) from None
    rows = [line.split("\t") for line in lines if line.strip()]
    if not rows:
        raise FormatError("The table is empty", where=str(path), allowed="a row of column names")
    header = [name.strip() for name in rows[0]]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise FormatError(
            "Columns of the table have the same name", where=f"{path}, row 1", allowed="a name of its own for each",
            got=f"more than once: {listed(twice)}", hint="Rename or remove one of them",
        )  # fmt: skip
    for position, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise FormatError(
                "A row of the table is cut off or too long",
                where=f"{path}, row {position}", allowed=f"{len(header)} cells", got=f"{len(row)} cells",
            )  # fmt: skip
    return {name: [row[column].strip() for row in rows[1:]] for column, name in enumerate(header)}


def write_table(path: Path, columns: Mapping[str, Sequence[Value]]) -> None:
    """Write a BIDS table."""
    rows = zip(
        *([cell(value, where=f"{path.name}, column {name!r}") for value in values] for name, values in columns.items()),
        strict=True,
    )
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises
    ------
    FormatError
        The file is no JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), parse_int=_json_number)
    except (ValueError, RecursionError) as error:
        raise FormatError("The file is not JSON", where=str(path), got=str(error)) from None
    if not isinstance(content, dict):
        raise FormatError("The file holds no JSON object", where=str(path), got=type(content).__name__)
    return content


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write an object as JSON, in the order given."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
