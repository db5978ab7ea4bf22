"""The search for copies among recordings."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from emgkit.errors import ArgumentError, Notice
from emgkit.notation import listed
from emgkit.recording import Recording
from emgkit.signal_quality.samples import Array

__all__ = ["Digests", "Duplicate", "digests", "duplicates", "equal"]

# channel name -> digest of its samples, and whether it is constant
Digests: TypeAlias = Mapping[str, tuple[str, bool]]


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """Samples that occur more than once.

    Parameters
    ----------
    kind : {"recording", "channel"}
        Whether whole recordings or single channels are equal.
    members : tuple of (recording name, channel name)
        Where they occur; the channel name is empty for whole recordings.
    """

    kind: str
    members: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The recordings concerned, each once."""
        return tuple(dict.fromkeys(recording for recording, _ in self.members))

    @property
    def notice(self) -> Notice:
        """The finding in words."""
        places = listed(f"{name}: {channel}" if channel else name for name, channel in self.members)
        return Notice(code=f"duplicate-{self.kind}", text=f"The same samples stand in {places}.")


def duplicates(
    recordings: Mapping[str, Recording | Array] | Iterable[tuple[str, Recording | Array]],
) -> tuple[Duplicate, ...]:
    """Find recordings and channels whose samples are equal, whatever their names.

    Parameters
    ----------
    recordings : Mapping of str to Recording, or iterable of (str, Recording)
        Recordings, or arrays of shape (n_channels, n_samples), by name. An iterable may make
        them one at a time; none is kept.

    Returns
    -------
    tuple of Duplicate
        Equal recordings first (the order of their channels does not matter), then single channels
        shared by recordings that are not equal as a whole, or standing twice in one recording.

    Raises
    ------
    ArgumentError
        A name occurs twice.

    Notes
    -----
    Samples are compared by the SHA-256 digest of their float64 bytes. A copy that was scaled,
    filtered, cut or shifted by one sample is not found. A constant channel equals every other
    constant channel, so it does not count.

    Examples
    --------
    >>> x = np.array([[0.1, 0.2, -0.4]])
    >>> duplicates({"sub-01": x, "sub-02": x[:, ::-1], "sub-03": x})[0].names
    ('sub-01', 'sub-03')
    """
    pairs = recordings.items() if isinstance(recordings, Mapping) else recordings
    found: dict[str, Digests] = {}
    for name, recording in pairs:
        if name in found:
            raise ArgumentError("Names of recordings must be unique", got=f"more than once: {name!r}")
        found[name] = digests(recording)
    return equal(found)


def equal(recordings: Mapping[str, Digests]) -> tuple[Duplicate, ...]:
    """Find equal recordings and channels by the digests of their samples; see :func:`duplicates`."""
    wholes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    channels: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, by_channel in recordings.items():
        moving = {channel: digest for channel, (digest, constant) in by_channel.items() if not constant}
        if moving:
            wholes[tuple(sorted(digest for digest, _ in by_channel.values()))].append(name)
        for channel, digest in moving.items():
            channels[digest].append((name, channel))
    found = [
        Duplicate(kind="recording", members=tuple((name, "") for name in names))
        for names in wholes.values()
        if len(names) > 1
    ]
    first = {name: names[0] for names in wholes.values() for name in names}
    for members in channels.values():
        # among recordings that are equal as a whole, only the first is named
        if sum(name == first[name] for name, _ in members) > 1:
            found.append(Duplicate(kind="channel", members=tuple(members)))
    return tuple(found)


def digests(recording: Recording | Array) -> Digests:
    """The digest of each channel's samples, and whether it is constant."""
    if isinstance(recording, Recording):
        names, rows = recording.names, recording.data
    else:
        rows = np.atleast_2d(np.asarray(recording, dtype=np.float64))
        names = tuple(str(index) for index in range(len(rows)))
    # adding zero turns -0.0 into 0.0, which is the same number with other bytes
    return {
        name: (hashlib.sha256((row + 0.0).tobytes()).hexdigest(), bool((row == row[:1]).all()))
        for name, row in zip(names, rows, strict=True)
    }
