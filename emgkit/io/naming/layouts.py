"""How the names of files tell who did what: the tables of study files and of maps."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field, model_validator

from emgkit.io.channel_map import ChannelSpec
from emgkit.toml_files import TomlTable

__all__ = ["IN_SHEET", "ExcludedFile", "ExcludedParticipant", "HasLayouts", "Layout", "layouts_of"]

# what stands between a workbook and a sheet in the name of a recording
IN_SHEET = ", sheet "


class Layout(TomlTable):
    """How the names of files that are no BIDS set tell who did what.

    `pattern` is a path with ``{participant}``, ``{task}`` and any other ``{name}`` in it, each a column of the tables;
    `regex` is a regular expression with groups of these names, for layouts that a pattern cannot say. `task` and
    `participant` are those of files whose names hold none. `values` translates what stands in the name, as in
    ``values.task = { mar = "gait" }``; `channels` says what the labels of these files mean, as ``[channels]`` does for
    all. `thousands` is the sign between the thousands of a number in text files, such as ``","`` in 1,104.5. `sheet` is
    a pattern for the sheets of a workbook, each a recording, as in ``sheet = "EMG_{task}"``; it is called
    ``P01.xlsx, sheet EMG_squat``.
    """

    pattern: str | None = None
    sheet: str | None = None
    regex: str | None = None
    task: str | None = None
    participant: str | None = None
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    thousands: str | None = None
    channels: dict[str, ChannelSpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Layout:
        if (self.pattern is None) == (self.regex is None):
            raise ValueError("a layout has either a pattern or a regex")
        if self.sheet is not None and self.pattern is None:
            raise ValueError("sheet goes with pattern")
        return self

    def for_names(self) -> Layout:
        """The layout whose pattern is that of a whole name, with the sheet in it."""
        if self.sheet is None:
            return self
        return self.model_copy(update={"pattern": f"{self.pattern}{IN_SHEET}{self.sheet}"})


class HasLayouts(Protocol):
    """The table ``[data]`` of a file: layouts, and a short form for one of them."""

    @property
    def pattern(self) -> str | None:
        """The short form's pattern, to which the next four belong."""

    @property
    def sheet(self) -> str | None:
        """As in a layout."""

    @property
    def sfreq(self) -> float | None:
        """As in a layout."""

    @property
    def units(self) -> str | dict[str, str] | None:
        """As in a layout."""

    @property
    def thousands(self) -> str | None:
        """As in a layout."""

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """The layouts that are written out."""


def layouts_of(data: HasLayouts) -> tuple[Layout, ...]:
    """The layouts, each for whole names, the short form (`pattern`, `sheet`, `sfreq` …) first."""
    named = tuple(layout.for_names() for layout in data.layouts)
    if data.pattern is None:
        return named
    own = Layout(pattern=data.pattern, sheet=data.sheet, sfreq=data.sfreq, units=data.units, thousands=data.thousands)
    return (own.for_names(), *named)


class ExcludedFile(TomlTable):
    """A recording that is left out, and why."""

    path: str
    reason: str


class ExcludedParticipant(TomlTable):
    """A participant who is left out, and why."""

    participant: str
    reason: str
