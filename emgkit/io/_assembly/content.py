"""What a file holds, and what its user says in place of it or where it is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from emgkit.channels import Channel, Event, Value
from emgkit.errors import Notice
from emgkit.io._assembly.stored import Array, Stored

__all__ = ["SAME_RATE", "ChannelSpec", "ChannelSpecs", "FileContent", "Overrides", "Signal"]

ChannelSpec: TypeAlias = "Channel | Mapping[str, str | None]"
# by label or by position
ChannelSpecs: TypeAlias = "Mapping[str, ChannelSpec] | Mapping[int, ChannelSpec] | Mapping[str | int, ChannelSpec]"

# two rates closer than this are the same rate written with fewer digits
SAME_RATE = 1e-4


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One signal as its file has it: samples in the unit of the file, nothing converted.

    ``values`` are the samples, or the numbers in the file that they are made of when they are asked for. ``whole`` is
    how many samples the file has, where `values` are a part of them that begins at ``start``.
    """

    label: str
    values: Array | Stored
    unit: str | None = None
    sfreq: float | None = None
    start: float = 0.0
    name: str | None = None
    kind: str | None = None
    muscle: str | None = None
    side: str | None = None
    unit_source: str = "header"
    kind_source: str = "header"
    sfreq_source: str = "header"
    muscle_source: str = "header"
    position: int | None = None
    whole: int | None = None

    @property
    def samples(self) -> Array:
        """The samples; they are read now where they still stand in the file."""
        return self.values.samples() if isinstance(self.values, Stored) else self.values

    @property
    def size(self) -> int:
        """Number of samples."""
        return self.values.size


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """All that a file says.

    Parameters
    ----------
    signals : tuple of Signal
        The signals as they stand in the file.
    events : tuple of Event
        Its events, on its own time.
    context : Mapping
        ``participant, session, task …`` as far as the file names them.
    notices : tuple of Notice
        What is doubtful in it.
    likely_sfreq : tuple of float and Notice, optional
        The rate (Hz) to use, with its notice, where neither file nor user gives one.
    left_out : Mapping of int to str
        Position and label of channels that the file has and that cannot be read; a notice says why.
    origin : float, default 0
        Second at which the recording begins, on the file's time; needed of a part of it alone.
    stated_sfreq : tuple of float and str, optional
        A rate (Hz) that a comment names, and where: proposed where a rate is missing, never taken.
    """

    signals: tuple[Signal, ...]
    events: tuple[Event, ...] = ()
    context: Mapping[str, Value] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    likely_sfreq: tuple[float, Notice] | None = None
    left_out: Mapping[int, str] = field(default_factory=dict)
    stated_sfreq: tuple[float, str] | None = None
    origin: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """What the caller of ``read`` gives in place of the file, or where the file is silent.

    Parameters
    ----------
    sfreq, units, channels : optional
        As for :func:`emgkit.read`.
    """

    sfreq: float | None = None
    units: str | Mapping[str, str] | None = None
    channels: ChannelSpecs | None = None

    @cached_property
    def by_label(self) -> Mapping[str, ChannelSpec]:
        """The channels that are given by their label."""
        return {key: spec for key, spec in (self.channels or {}).items() if isinstance(key, str)}
