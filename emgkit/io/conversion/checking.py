"""The validator of the BIDS community on a data set."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from emgkit.errors import FileError

__all__ = ["Issue", "check_bids"]

_PROGRAM = "bids-validator-deno"
# an issue names at most so many files
_PLACES = 3


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What the validator found.

    Parameters
    ----------
    severity : {"error", "warning"}
        Errors make the data set invalid.
    code : str
        The validator's name for it, such as ``"SIDECAR_KEY_RECOMMENDED"``.
    about : str
        The key or column concerned; may be empty.
    text : str
        What is wrong.
    places : tuple of str
        The files concerned.
    """

    severity: str
    code: str
    about: str
    text: str
    places: tuple[str, ...]

    @property
    def where(self) -> str:
        """The files concerned, the first ones of many."""
        more = f" and {len(self.places) - _PLACES} more" if len(self.places) > _PLACES else ""
        return ", ".join(self.places[:_PLACES]) + more

    def __str__(self) -> str:
        about = f" ({self.about})" if self.about else ""
        return f"{self.severity}: {self.code}{about}: {self.text} [{self.where}]"


def check_bids(root: str | os.PathLike[str]) -> tuple[Issue, ...]:
    """Run the BIDS validator on a data set.

    Parameters
    ----------
    root : path
        The folder that holds ``dataset_description.json``.

    Returns
    -------
    tuple of Issue
        Errors first; one issue for all files that have it.

    Raises
    ------
    FileError
        The folder is no data set, or is one whose conversion is not finished; the validator is not installed, or
        gave no result.
    """
    folder = Path(root)
    if not (folder / "dataset_description.json").is_file():
        begun = (folder / "code" / "emgkit_convert.json").is_file()
        raise FileError(
            "The conversion of the data set is not finished" if begun else "The folder is not a BIDS data set",
            where=str(folder), allowed="a folder with a dataset_description.json",
            hint="Run the conversion again: it goes on where it was stopped" if begun else "",
        )  # fmt: skip
    beside = Path(sys.executable).with_name(_PROGRAM)
    program = str(beside) if beside.exists() else shutil.which(_PROGRAM)
    if program is None:
        raise FileError("The BIDS validator is not installed", hint=f"pip install {_PROGRAM}")
    ran = subprocess.run(
        [program, str(folder), "--format", "json", "--max-rows", "-1"], capture_output=True, text=True, check=False
    )
    try:
        result = json.loads(ran.stdout)["issues"]
        found, meanings = result["issues"], result.get("codeMessages", {})
    except (ValueError, KeyError, TypeError):
        got = _end_of(ran.stderr)
        raise FileError("The BIDS validator gave no result", where=str(folder), got=got) from None
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for one in found:
        text = one.get("issueMessage") or meanings.get(one.get("code")) or one.get("rule") or ""
        text = str(text).removeprefix("Field description: ")
        # its first paragraph, in one line
        text = " ".join(text.strip().partition("\n\n")[0].split())
        key = (one.get("severity", "error"), one.get("code", ""), one.get("subCode") or "", text)
        groups.setdefault(key, []).append(str(one.get("location", "")).lstrip("/"))
    issues = [
        Issue(severity=severity, code=code, about=about, text=text, places=tuple(places))
        for (severity, code, about, text), places in groups.items()
        if severity in ("error", "warning")
    ]
    return tuple(sorted(issues, key=lambda issue: issue.severity != "error"))


def _end_of(text: str) -> str:
    """The last lines of a text, as one of at most 300 characters."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    while len(lines) > 1 and len("; ".join(lines)) > 300:
        del lines[0]
    return "; ".join(lines)[-300:] or "nothing"
