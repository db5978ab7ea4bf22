"""A regular expression of the user, tried in a process of its own first: one that explodes would never end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable

from emgkit.errors import StudyError
from emgkit.notation import number

__all__ = ["check_ends"]

# seconds for all names of a study; a thousand names take a hundredth of a second
_LIMIT = 5.0
_TRY = """
import json, re, sys
given = json.load(sys.stdin)
for flags in (0, re.IGNORECASE):
    regex = re.compile(given["regex"], flags)
    for name in given["names"]:
        regex.fullmatch(name)
"""
# expressions with the names that they were tried on
_ended: set[tuple[str, str]] = set()


def check_ends(regex: str, names: Iterable[str]) -> None:
    """Refuse a regular expression that does not end on these names in time.

    Parameters
    ----------
    regex : str
        A valid expression.
    names : iterable of str
        What it will be matched with.

    Raises
    ------
    StudyError
        It was not through after five seconds.

    Examples
    --------
    >>> check_ends("(a+)b", ["aaab", "aaac"])
    """
    new = [name for name in names if (regex, name) not in _ended]
    # what repeats nothing ends
    if not new or not re.search(r"[*+{]", regex) or not sys.executable:
        return
    try:
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", _TRY],
            input=json.dumps({"regex": regex, "names": new}).encode(),
            capture_output=True, timeout=_LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise StudyError(
            f"A layout's regex is not through with {len(new)} names after {number(_LIMIT)} s",
            where="data.layouts",
            got=regex,
            hint="It repeats something that repeats itself, such as (a+)+; write it so that a name can be divided in "
            "one way only, or use a pattern",
        ) from None
    _ended.update((regex, name) for name in new)
