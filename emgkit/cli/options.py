"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import emgkit
from emgkit.errors import ArgumentError

if TYPE_CHECKING:
    from emgkit.io import Overrides

__all__ = [
    "CacheOption",
    "ChannelsOption",
    "DataOption",
    "ForceOption",
    "JobsOption",
    "JsonOption",
    "OutOption",
    "SchedulerOption",
    "SfreqOption",
    "SheetOption",
    "ThousandsOption",
    "UnitsOption",
    "overrides_given",
]


OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where to write; default: <study folder>/results or results/<name>."),
]


ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Compute anew in any case, and keep what is in the way under another name."),
]


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Where the recordings are, if not where the study says.")
]


JobsOption = Annotated[int, typer.Option("--jobs", metavar="N", help="Processes that work side by side.")]


CacheOption = Annotated[
    Path | None,
    typer.Option(
        "--cache", metavar="DIR", help="Keep every finished recording here; a later run takes what is unchanged."
    ),
]


SchedulerOption = Annotated[
    str | None,
    typer.Option(metavar="tcp://…", help="A dask.distributed cluster that works, in place of --jobs."),
]


# what a file may not say of itself
SfreqOption = Annotated[float | None, typer.Option(metavar="HZ", help="Rate, if the file says none.")]


UnitsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="UNIT|CHANNEL=UNIT",
        help="Unit of the EMG (mV) or of one channel ('knee angle=deg'), if the file says none; may be repeated.",
    ),
]


ChannelsOption = Annotated[
    Path | None, typer.Option(metavar="MAP.toml", help="A TOML file with a table [channels], as a study file has it.")
]


ThousandsOption = Annotated[
    str | None, typer.Option(metavar="SIGN", help="Sign between thousands in a text file; '' if there is none.")
]


SheetOption = Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of an Excel workbook.")]


def overrides_given(sfreq: float | None, units: list[str], channel_map: Path | None) -> Overrides:
    """The units given on the command line (``mV`` is for all EMG, ``angle=deg`` for one channel), and the map."""
    blanket = [unit for unit in units if "=" not in unit]
    single = {label: unit for label, _, unit in (one.rpartition("=") for one in units if "=" in one)}
    if len(set(blanket)) > 1:
        raise ArgumentError(
            "Several units were given for all EMG",
            allowed="one, and CHANNEL=UNIT for others",
            got=", ".join(blanket),
            hint="Write --units mV --units 'knee angle=deg'",
        )
    channels = {k: dict(v) for k, v in emgkit.io.channel_map(channel_map).items()} if channel_map else {}
    if not blanket:
        return emgkit.io.Overrides(sfreq=sfreq, units=single or None, channels=channels or None)
    for label, unit in single.items():
        channels[label] = channels.get(label, {}) | {"unit": unit}
    return emgkit.io.Overrides(sfreq=sfreq, units=blanket[0], channels=channels)
