"""What a command says of an error that is not emgkit's own: one of the system, or one that nobody foresaw."""

from __future__ import annotations

import platform
import shlex
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import emgkit
from emgkit.errors import EmgkitError, FileError

__all__ = ["in_plain_words"]

_REPORT_TO = "the repository that emgkit came from, as an issue"


def in_plain_words(problem: Exception, arguments: Sequence[str]) -> EmgkitError:
    """One message for an error that emgkit did not raise on purpose.

    Parameters
    ----------
    problem : Exception
        An error of the system about a file, or anything else.
    arguments : sequence of str
        The command, for the report.

    Returns
    -------
    EmgkitError
        Of the system: the file and what is wrong with it. Else where to report it, and a file that holds the traceback.
    """
    if isinstance(problem, OSError):
        named = [str(one) for one in (problem.filename, problem.filename2) if one is not None]
        return FileError(
            "A file or folder cannot be used",
            where=", ".join(named),
            got=str(problem.strerror or problem),
            hint="Check that it is there, that you may read or write it, and that the disk has room",
        )
    if isinstance(problem, MemoryError):
        return EmgkitError(
            "The memory of the computer does not suffice",
            hint="Read a part (start and stop of emgkit.read), or fewer recordings at once",
        )
    kept = _keep(problem, arguments)
    return EmgkitError(
        "emgkit failed in a way that nobody foresaw; this is an error of emgkit, not yours",
        got=f"{type(problem).__name__}: {problem}",
        hint=f"Please report it to {_REPORT_TO}"
        + (f", with {kept}, which holds the traceback" if kept else "; --debug shows the traceback"),
    )


def _keep(problem: Exception, arguments: Sequence[str]) -> Path | None:
    """A file with the traceback; None where none can be written."""
    text = "".join(traceback.format_exception(problem))
    about = f"emgkit {emgkit.__version__}, Python {platform.python_version()}, {platform.platform()}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="emgkit-error-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(f"{about}\nemgkit {shlex.join(arguments)}\n\n{text}")
    except OSError:
        return None
    return Path(file.name)
