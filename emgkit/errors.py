"""Every exception and notice of emgkit, in one tree.

.. code-block:: text

    EmgkitError
    ├── ArgumentError      (ValueError)   a parameter is outside what is allowed
    │   └── UnitError                     a unit is wrong, unknown or missing
    ├── SignalError        (ValueError)   the samples cannot give the number asked for
    ├── FileError          (OSError)      a file is missing, empty or cannot be opened
    │   └── FormatError                   a file is damaged or of an unknown format
    ├── NormalizationError (ValueError)   a reference does not belong to the recording
    ├── StudyError         (ValueError)   a study file, or what it refers to, does not hold together
    └── DesignError        (ValueError)   a table does not have the design a statistic needs

    EmgkitWarning (UserWarning)           carries a Notice: a right number on a doubtful signal

An error says what was wrong, where, what is allowed, what was got, and a hint; each
part is an attribute too, so that a caller can show them apart.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "ArgumentError",
    "DesignError",
    "EmgkitError",
    "EmgkitWarning",
    "FileError",
    "FormatError",
    "NormalizationError",
    "Notice",
    "SignalError",
    "StudyError",
    "UnitError",
    "warn",
]


# a message of more characters than this is cut to so many, whatever a file or a list in it holds
_TOO_LONG, _MOST, _LEAST_PART = 700, 600, 60


def _readable(parts: list[str]) -> list[str]:
    """The parts of a message, the longest of them without their middle where all together are too long."""
    parts = list(parts)
    if sum(map(len, parts)) + len(parts) <= _TOO_LONG:
        return parts
    while (excess := sum(map(len, parts)) + len(parts) - _MOST) > 0:
        place = max(range(len(parts)), key=lambda one: len(parts[one]))
        text = parts[place]
        kept = max(_LEAST_PART, len(text) - excess - 3)
        parts[place] = f"{text[: 2 * kept // 3]} … {text[len(text) - kept // 3 :]}"
    return parts


class EmgkitError(Exception):
    """Root of all errors that emgkit raises on purpose.

    Parameters
    ----------
    what : str
        What was wrong, as a whole sentence without its full stop.
    where : str, optional
        The file, channel, row or parameter concerned.
    allowed : str, optional
        What would have been right.
    got : str, optional
        What was found instead.
    hint : str, optional
        What the user can do about it.

    Notes
    -----
    The printed message has about 600 characters at most: longer parts lose their middle. The attributes are whole.

    Examples
    --------
    >>> print(EmgkitError("The cut-off is too high", allowed="below 500 Hz", got="600 Hz"))
    The cut-off is too high. Allowed: below 500 Hz. Got: 600 Hz.
    """

    def __init__(self, what: str, *, where: str = "", allowed: str = "", got: str = "", hint: str = "") -> None:
        self.what, self.where, self.allowed, self.got, self.hint = what, where, allowed, got, hint
        sentences = [what, *(f"{label}: {text}" for label, text in self._labelled() if text)]
        ended = [text if text.endswith((".", "?", "!")) else f"{text}." for text in sentences]
        super().__init__(" ".join(_readable(ended)))

    @property
    def parts(self) -> dict[str, str]:
        """The parts of the message by name; ``type(error)(**error.parts)`` is the same error again.

        Examples
        --------
        >>> error = EmgkitError("The cut-off is too high", got="600 Hz")
        >>> print(EmgkitError(**{**error.parts, "where": "[[steps]] 1"}))
        The cut-off is too high. Where: [[steps]] 1. Got: 600 Hz.
        """
        return {name: getattr(self, name) for name in ("what", "where", "allowed", "got", "hint")}

    def _labelled(self) -> tuple[tuple[str, str], ...]:
        return (("Where", self.where), ("Allowed", self.allowed), ("Got", self.got), ("Hint", self.hint))

    def lines(self) -> list[str]:
        """The parts of the message, one a line as a terminal shows them; the longest lose their middle.

        Examples
        --------
        >>> EmgkitError("The cut-off is too high", got="600 Hz").lines()
        ['The cut-off is too high', '  Got:     600 Hz']
        """
        what, *texts = _readable([self.what, *(text for _, text in self._labelled())])
        labelled = zip(self._labelled(), texts, strict=True)
        return [what, *(f"  {label + ':':9}{text}" for (label, _), text in labelled if text)]


class ArgumentError(EmgkitError, ValueError):
    """A parameter is outside what is allowed."""


class UnitError(ArgumentError):
    """A unit is wrong, unknown or missing."""


class SignalError(EmgkitError, ValueError):
    """The samples cannot give the number asked for (NaN, constant, too short)."""


class FileError(EmgkitError, OSError):
    """A file is missing, empty, a directory, or cannot be opened."""

    def __str__(self) -> str:
        return str(self.args[0])


class FormatError(FileError):
    """A file is damaged, cut off or of an unknown format."""


class NormalizationError(EmgkitError, ValueError):
    """A reference does not belong to the recording it should normalise."""


class StudyError(EmgkitError, ValueError):
    """A study file, or what it refers to, does not hold together."""


class DesignError(EmgkitError, ValueError):
    """A table does not have the design that a statistic needs."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A remark on a result that is right but rests on something doubtful.

    Parameters
    ----------
    code : str
        A short fixed word for programs, such as ``"above-mvc"``.
    text : str
        The sentence for people.
    hint : str
        What the user can do about it. It is printed beside the text, and is not part of a Methods paragraph.
    about : tuple of mapping
        The rows of a table that it is about: levels by column, as in ``({"group": ("b",)},)``. Empty: all rows.
    """

    code: str
    text: str
    hint: str = ""
    about: tuple[Mapping[str, tuple[str, ...]], ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        # as in the message of an error, a name of a thousand letters is not printed whole
        for name in ("text", "hint"):
            object.__setattr__(self, name, _readable([getattr(self, name)])[0])

    @property
    def message(self) -> str:
        """The text, and the hint behind it."""
        return f"{self.text} {self.hint}".rstrip()


class EmgkitWarning(UserWarning):
    """A Python warning that carries a :class:`Notice` as ``.notice``."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.message)
        self.notice = notice


def warn(notice: Notice, *, stacklevel: int = 3) -> Notice:
    """Issue a notice as a Python warning and give it back, to be kept in the result."""
    warnings.warn(EmgkitWarning(notice), stacklevel=stacklevel)
    return notice
