"""Tables for a terminal of any width: no word of them is cut."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

__all__ = ["table_lines"]


def table_lines(rows: Sequence[Mapping[str, object]], *, width: int, title: str) -> list[str]:
    r"""A table as lines: columns where they fit, their cells broken between words, else a paragraph a row.

    Where a row does not fit in one line, the columns that are the same in all rows are put above the others.

    Parameters
    ----------
    rows : sequence of Mapping
        The same keys in each; None is shown as ``?``, and a column that is empty in all is left out.
    width : int
        Characters in a line. Only a word that is longer by itself goes beyond it.
    title : str
        The key whose value begins the paragraph of a row.

    Returns
    -------
    list of str
        The lines.

    Examples
    --------
    >>> rows = [{"channel": "VL", "muscle": "vastus lateralis", "seconds": 2.5}]
    >>> print("\n".join(table_lines(rows, width=34, title="channel")))
    channel  muscle            seconds
    VL       vastus lateralis      2.5
    >>> print("\n".join(table_lines(rows, width=20, title="channel")))
    VL
      muscle: vastus
      lateralis,
      seconds: 2.5
    """
    if not rows:
        return []
    columns = {key: [_shown(row[key]) for row in rows] for key in rows[0]}
    columns = {key: cells for key, cells in columns.items() if any(cells)}
    whole = {key: max(len(text) for text in (key, *cells)) for key, cells in columns.items()}
    least = {
        key: max(len(word) for text in (key, *cells) for word in text.split() or [""]) for key, cells in columns.items()
    }
    if sum(whole.values()) + 2 * (len(columns) - 1) > width and len(rows) > 1:
        same = {key: rows[0][key] for key, cells in columns.items() if key != title and len(set(cells)) == 1}
        if same:
            others = [{key: value for key, value in row.items() if key not in same} for row in rows]
            facts = ", ".join(f"{key}: {_shown(value)}" for key, value in same.items())
            return [*_wrapped(f"All: {facts}", width), *table_lines(others, width=width, title=title)]
    gap = 2 if sum(least.values()) + 2 * (len(columns) - 1) <= width else 1
    room = width - gap * (len(columns) - 1)
    if sum(least.values()) > room:
        return [line for row in rows for line in _paragraph(row, width=width, title=title)]
    widths = dict(whole)
    while sum(widths.values()) > room:
        widest = max(widths, key=lambda key: widths[key] - least[key])
        widths[widest] -= 1
    numbers = {key: all(isinstance(row[key], (int, float)) for row in rows) for key in columns}
    heads = {key: key for key in columns}
    return [
        line
        for cells in (heads, *({key: columns[key][place] for key in columns} for place in range(len(rows))))
        for line in _broken(cells, widths, numbers, gap=" " * gap)
    ]


def _broken(cells: Mapping[str, str], widths: Mapping[str, int], numbers: Mapping[str, bool], *, gap: str) -> list[str]:
    """The lines of one row."""
    parts = {key: _wrapped(text, widths[key]) for key, text in cells.items()}
    lines = []
    for place in range(max(map(len, parts.values()))):
        texts = {key: part[place] if place < len(part) else "" for key, part in parts.items()}
        line = (texts[key].rjust(widths[key]) if numbers[key] else texts[key].ljust(widths[key]) for key in cells)
        lines.append(gap.join(line).rstrip())
    return lines


def _paragraph(row: Mapping[str, object], *, width: int, title: str) -> list[str]:
    facts = [f"{key}: {_shown(value)}" for key, value in row.items() if key != title and value not in ("", None)]
    return [_shown(row[title]), *(f"  {line}" for line in _wrapped(", ".join(facts), width - 2))]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False) or [""]


def _shown(value: object) -> str:
    return "?" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
