"""The map of a conversion: its schema. Every table and key of a map file is a field below."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from emgkit._checks import nearest
from emgkit.errors import FileError, FormatError
from emgkit.io.channel_map import ChannelSpec
from emgkit.io.naming.layouts import ExcludedFile, ExcludedParticipant, Layout, layouts_of
from emgkit.toml_files import TomlTable, check_filled_in, parse

__all__ = ["ChannelFacts", "ConversionMap", "Hardware", "Placement", "load_map"]

_NAME = "The map"
# a filter's name to its parameters, as in _emg.json
Filters = dict[str, dict[str, Any]] | Literal["n/a"]


class DataSet(TomlTable):
    """``[dataset]``: what ``dataset_description.json`` says."""

    name: str = Field(min_length=1)
    authors: tuple[str, ...] = ()
    license: str | None = None
    doi: str | None = None
    references: tuple[str, ...] = ()
    ethics: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    acknowledgements: str | None = None

    def described(self) -> dict[str, Any]:
        """The same with the keys of BIDS, without what is not given."""
        named = {
            "Authors": list(self.authors), "License": self.license, "DatasetDOI": self.doi,
            "ReferencesAndLinks": list(self.references), "EthicsApprovals": list(self.ethics),
            "Funding": list(self.funding), "Acknowledgements": self.acknowledgements,
        }  # fmt: skip
        return {key: value for key, value in named.items() if value}


class Data(TomlTable):
    """``[data]``: how the names of files tell who did what, as in a study file.

    A field is ``participant``, ``task``, ``session``, ``run``, ``acquisition`` or ``recording``, which become parts of
    the new names, or any other fact about the participant, such as ``{group}``. `task` puts other facts into the task,
    as in ``task = "{task}{load}"``. A file that no layout fits is refused if it is a recording, unless `unused` is
    ``"report"``.
    """

    pattern: str | None = None
    sheet: str | None = None
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    thousands: str | None = None
    layouts: tuple[Layout, ...] = ()
    task: str | None = None
    unused: Literal["refuse", "report"] = "refuse"

    @model_validator(mode="after")
    def _names_are_read(self) -> Data:
        if self.pattern is None and not self.layouts:
            raise ValueError('[data] says how files are named: pattern = "{participant}_{task}.csv", or layouts')
        of_files = (self.sheet, self.sfreq, self.units, self.thousands)
        if self.pattern is None and any(value is not None for value in of_files):
            raise ValueError("data.sheet, data.sfreq, data.units and data.thousands go with data.pattern")
        return self

    def all_layouts(self) -> tuple[Layout, ...]:
        """The layouts, each for whole names, the short form first."""
        return layouts_of(self)


class ChannelFacts(ChannelSpec):
    """``[channels]``: what a file's label means, and where its sensor was placed (distance in mm)."""

    placement: str | None = None
    interelectrode_distance: float | None = Field(default=None, gt=0)


class Line(TomlTable):
    """``[placement.lines]``: where on the line between two landmarks a sensor is, in percent from the first."""

    start: str = Field(alias="from", min_length=1)
    end: str = Field(alias="to", min_length=1)
    percent: float = Field(ge=0, le=100)


class Placement(TomlTable):
    """``[placement]``: how places of sensors were found, ``"measured"`` or a procedure such as ``"SENIAM"``.

    `muscles` describes the place of the sensor on each muscle, `lines` gives it on the line between two landmarks. The
    distance between electrodes is in mm.
    """

    scheme: str
    description: str | None = None
    interelectrode_distance: float | None = Field(default=None, gt=0)
    muscles: dict[str, str] = Field(default_factory=dict)
    lines: dict[str, Line] = Field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether the places were measured."""
        return self.scheme.casefold() == "measured"

    def sidecar(self) -> dict[str, Any]:
        """What ``_emg.json`` says of it."""
        text = "; ".join(filter(None, ("" if self.measured else self.scheme, self.description)))
        content: dict[str, Any] = {"EMGPlacementScheme": "Measured" if self.measured else "Other"}
        content["EMGPlacementSchemeDescription"] = text or "Measured"
        if self.interelectrode_distance is not None:
            content["InterelectrodeDistance"] = self.interelectrode_distance
        return content


class Hardware(TomlTable):
    """``[hardware]``: what ``_emg.json`` says of amplifier, electrodes and filters, with its own keys."""

    Manufacturer: str | None = None
    ManufacturersModelName: str | None = None
    SoftwareVersions: str | None = None
    DeviceSerialNumber: str | None = None
    ElectrodeManufacturer: str | None = None
    ElectrodeManufacturersModelName: str | None = None
    ElectrodeMaterial: str | None = None
    ElectrodeType: str | None = None
    EMGReference: str | None = None
    EMGGround: str | None = None
    PowerLineFrequency: float | Literal["n/a"] | None = None
    HardwareFilters: Filters | None = None
    SoftwareFilters: Filters | None = None
    Gain: float | None = None
    Preamplification: float | None = None
    SkinPreparation: str | None = None
    InstitutionName: str | None = None
    InstitutionAddress: str | None = None
    InstitutionalDepartmentName: str | None = None


class TaskFacts(TomlTable):
    """``[tasks.<task>]``: what was done, and what the participants were told to do."""

    description: str | None = None
    instructions: str | None = None


class Participants(TomlTable):
    """``[participants]``: facts about people, from a table with a row for each, or written here by their name.

    The table is a CSV or TSV file beside the map; its column ``participant`` (or ``participant_id``) names them, or
    the one that `column` says.
    """

    file: str | None = None
    column: str | None = None
    facts: dict[str, dict[str, str | bool | int | float]] = Field(default_factory=dict)


class ExcludedLabel(TomlTable):
    """A channel that is left out of every recording, and why."""

    channel: str
    reason: str


class Exclude(TomlTable):
    """``[exclude]``: what is left out. With `allow`, a file that cannot be read is left out and named."""

    allow: bool = False
    files: tuple[ExcludedFile, ...] = ()
    participants: tuple[ExcludedParticipant, ...] = ()
    channels: tuple[ExcludedLabel, ...] = ()


class ConversionMap(TomlTable):
    """A whole map file: what the recordings do not say themselves, and an EMG-BIDS data set needs."""

    dataset: DataSet
    data: Data
    channels: dict[str, ChannelFacts] = Field(default_factory=dict)
    placement: Placement | None = None
    hardware: Hardware = Hardware()
    tasks: dict[str, TaskFacts] = Field(default_factory=dict)
    participants: Participants = Participants()
    exclude: Exclude = Exclude()


def load_map(path: str | os.PathLike[str]) -> ConversionMap:
    r"""Read the map of a conversion.

    Parameters
    ----------
    path : path
        A TOML file.

    Returns
    -------
    ConversionMap
        The map, frozen.

    Raises
    ------
    FileError
        The file does not exist.
    FormatError
        It is no TOML, a key in it is unknown, a value cannot be used, or it still holds a TODO.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "map.toml")
    ...     _ = path.write_text('[dataset]\nname = "Lifts"\n[data]\npattern = "{participant}_{task}.csv"')
    ...     load_map(path).dataset.name
    'Lifts'
    """
    file = Path(path)
    if not os.path.isfile(file):
        beside = [entry.name for entry in file.parent.iterdir()] if os.path.isdir(file.parent) else []
        hint = nearest(file.name, beside) or "emgkit convert --draft SRC writes one"
        raise FileError("The map does not exist", where=str(path), hint=hint)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise FormatError("The map is no UTF-8 text", where=str(path), got=str(problem)) from None
    check_filled_in(text, where=str(path), name=_NAME)
    return parse(text, ConversionMap, where=str(path), name=_NAME)
